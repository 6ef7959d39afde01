//! A listing, and a server on loopback that returns it.

use serde_json::{Value, json};

mod server;

/// An instance as in the document's sample.
pub fn instance(number: usize) -> Value {
    let mut instance: Value = serde_json::from_str(include_str!("../instance.json")).unwrap();
    instance["id"] = format!("61a4ea66210545909d74a05c27{number:04}in07").into();
    instance["name"] = format!("gaussdb-mysql-instance{number:04}").into();
    instance
}

/// The response of a listing.
pub fn instances(count: usize) -> Vec<u8> {
    let instances: Vec<Value> = (0..count).map(instance).collect();
    serde_json::to_vec(&json!({"total_count": count, "instances": instances})).unwrap()
}

/// A server that returns the same bytes for every request, none of which has a body.
pub async fn server(response: Vec<u8>) -> String {
    server::server("\r\n\r\n", response).await
}
