//! Builders of clients that reach no network.

use serde_json::Value;
use yundb_huawei_ddm::ClientBuilder;
use yundb_huawei_ddm::runtime::builder::SignsRequests;
use yundb_huawei_ddm::runtime::test_util::{ManualClock, Replay, Reply};
use yundb_huawei_ddm::runtime::{Client, Credentials};

/// Responses of status 200 with these bodies.
pub fn replay(bodies: impl IntoIterator<Item = Value>) -> Replay {
    Replay::new(bodies.into_iter().map(|body| Reply::json(200, body)))
}

/// The id of the project, which has 32 characters.
pub const PROJECT: &str = "055d9f4ee780d4d42f96c01c1bc3c50c";

/// Adds an address, a project, keys, the transport, and a clock on which pauses take no time.
pub fn offline<C: From<Client> + SignsRequests>(builder: ClientBuilder<C>, replay: &Replay) -> ClientBuilder<C> {
    builder
        .parameter("project_id", PROJECT)
        .endpoint("https://service.example.com")
        .credentials(Credentials::access_key("AK", "SK"))
        .transport(replay.clone())
        .clock(ManualClock::at("2026-01-31T00:00:00Z".parse().unwrap()))
}

/// The bodies of the requests, as JSON.
pub fn bodies(replay: &Replay) -> Vec<Value> {
    replay.requests().iter().map(|request| serde_json::from_slice(request.body()).unwrap_or_default()).collect()
}

/// The parameters of each request, from its query and its form.
pub fn forms(replay: &Replay) -> Vec<String> {
    let requests = replay.requests().into_iter();
    requests
        .map(|request| {
            let query = request.uri().query().unwrap_or_default();
            format!("{query}&{}", String::from_utf8_lossy(request.body()))
        })
        .collect()
}
