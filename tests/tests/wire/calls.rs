//! Each operation once, called through the typed client with the values of a sample. `build.rs` writes the calls.
#![allow(deprecated, reason = "deprecated operations have to work, too")]

use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::Value;
use yundb_runtime::Error;
use yundb_runtime::serde::Serialize;

use super::spec::{Operation, Service};

/// The operations of a client, by the vendor's name.
pub type Calls<C, E> = [(&'static str, Call<C, E>)];
/// Calls an operation with a sample.
pub type Call<C, E> = fn(&C, &Operation) -> BoxFuture<'static, Result<Answered, Error<E>>>;

/// What a call answered.
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

macro_rules! send {
    ($call:expr) => {{
        let call = $call;
        let mut debug = format!("{call:?}");
        async move {
            let response = call.send().await?;
            debug.push_str(&format!("\n{response:?}\n{response:#?}"));
            Ok(Answered {
                value: json(&*response),
                headers: json(response.typed_headers()),
                status: response.status(),
                request_id: response.request_id().map(str::to_owned),
                debug,
            })
        }
        .boxed()
    }};
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The call of this operation.
pub fn call<C, E>(calls: &Calls<C, E>, name: &str) -> Call<C, E> {
    calls.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no call of {name}")).1
}

/// The operations of a service that have their calls here.
pub fn operations<'a, C, E>(service: &'a Service, calls: &'a Calls<C, E>) -> impl Iterator<Item = &'a Operation> {
    service.operations.iter().filter(|operation| calls.iter().any(|(name, _)| *name == operation.name))
}

include!(concat!(env!("OUT_DIR"), "/calls.rs"));
