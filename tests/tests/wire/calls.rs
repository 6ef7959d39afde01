//! Calls an operation once through its driver, with the values of a sample.

use serde_json::Value;
use yundb_conform::driver::{Encoded, Entry, Failure, Outcome, Payload};

use super::spec::{Operation, Service};

/// The functions that call a client's operations.
pub type Tables<C> = &'static [&'static [Entry<C>]];

/// The result of a successful call.
pub struct Received {
    /// The typed response as JSON.
    pub value: Value,
    /// The typed headers as JSON.
    pub headers: Value,
    pub status: u16,
    pub request_id: Option<String>,
    /// `Debug` of the call and the response.
    pub debug: String,
}

/// Calls an operation with its sample.
pub async fn call<C: Clone>(
    service: &Service,
    tables: Tables<C>,
    client: &C,
    operation: &Operation,
) -> Result<Received, Box<Failure>> {
    let mut entries = tables.iter().copied().flatten();
    let entry = entries.find(|(method, path, _)| *method == operation.method && *path == operation.path);
    let (_, _, call) = entry.unwrap_or_else(|| panic!("no call of {}", operation.id));
    let ended = call(client.clone(), service.inputs(operation)).await;
    match ended.unwrap_or_else(|error| panic!("{}: {error}", operation.id)) {
        Outcome::Success(success) => Ok(Received {
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
