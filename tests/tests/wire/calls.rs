//! Each operation once, called through its driver with the values of a sample.

use serde_json::Value;
use yundb_conform::driver::{Encoded, Entry, Failure, Outcome, Payload};

use super::spec::{Operation, Service};

/// What calls the operations of a client.
pub type Tables<C> = &'static [&'static [Entry<C>]];

/// What a call that succeeded came to.
pub struct Answered {
    /// The typed answer as JSON.
    pub value: Value,
    /// The typed headers as JSON.
    pub headers: Value,
    pub status: u16,
    pub request_id: Option<String>,
    /// The call's and the answer's `Debug`.
    pub debug: String,
}

/// Calls an operation with its sample.
pub async fn call<C: Clone>(
    service: &Service,
    tables: Tables<C>,
    client: &C,
    operation: &Operation,
) -> Result<Answered, Box<Failure>> {
    let mut entries = tables.iter().copied().flatten();
    let entry = entries.find(|(method, path, _)| *method == operation.method && *path == operation.path);
    let (_, _, call) = entry.unwrap_or_else(|| panic!("no call of {}", operation.id));
    let ended = call(client.clone(), service.inputs(operation)).await;
    match ended.unwrap_or_else(|error| panic!("{}: {error}", operation.id)) {
        Outcome::Success(success) => Ok(Answered {
            value: json(&success.body),
            headers: json(&success.headers),
            status: success.status,
            request_id: success.request_id,
            debug: success.debug,
        }),
        Outcome::Failure(failure) => Err(failure),
    }
}

/// A typed value as JSON.
pub fn json(encoded: &Encoded) -> Value {
    match &encoded.payload {
        Payload::Json(value, _) => value.clone().unwrap(),
        Payload::Nothing => Value::Null,
        other => panic!("no JSON: {other:?}"),
    }
}

/// The `Debug` of a typed value.
pub fn debug(encoded: &Encoded) -> &str {
    match &encoded.payload {
        Payload::Json(_, debug) => debug,
        other => panic!("no JSON: {other:?}"),
    }
}
