//! Jobs started by calls, waited for through the typed clients.

#![allow(deprecated, reason = "deprecated operations have to work, too")]

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_aliyun_dts as dts;
use yundb_huawei_ddm as ddm;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_runtime::{Credentials, Wait, WaitError};

use crate::server::{Server, form};

async fn server(responses: impl IntoIterator<Item = Value>) -> Server {
    Server::returning(responses.into_iter().map(|body| ResponseTemplate::new(200).set_body_json(body))).await
}

fn keys() -> Credentials {
    Credentials::access_key("ak", "sk")
}

fn at_once(wait: Wait) -> Wait {
    wait.interval(Duration::from_millis(1), Duration::from_millis(1))
}

#[tokio::test]
async fn ddm_jobs_are_polled() {
    let job = |status: &str| json!({"job": {"id": "j-1", "status": status}});
    let server = server([json!({"jobId": "j-1"}), job("Running"), job("Completed")]).await;
    let client: ddm::Client = server.client(ddm::Client::builder().project_id("p").credentials(keys()));
    let begun = client.restart_instance("i").unchecked().send().await.unwrap();
    let done = at_once(client.wait_for(&begun)).await.unwrap();
    let response: ddm::types::ShowJobResponse = done.read().unwrap();
    assert_eq!(response.job.unwrap().id.as_deref(), Some("j-1"));
    let requests = server.requests().await;
    assert_eq!(requests[1].url.path(), "/v3/p/jobs/j-1");
    assert_eq!(requests.len(), 3);
}

#[tokio::test]
async fn gaussdb_jobs_are_polled() {
    let failed = json!({"job": {"id": "j-1", "status": "Failed", "fail_reason": "no space"}});
    let server = server([json!({"job_id": "j-1"}), failed.clone(), json!({"job_id": "j-2"}), failed]).await;
    let client: gaussdb::Client = server.client(gaussdb::Client::builder().project_id("p").credentials(keys()));
    let begun = client.restart_instance("i").unchecked().send().await.unwrap();
    let error = at_once(client.wait_for(&begun)).await.unwrap_err();
    assert!(matches!(&error, WaitError::Failed { reason: Some(reason), .. } if reason == "no space"), "{error}");
    // The older calls are polled in an older way.
    let begun = client.delete_read_replica_legacy("i", "n").unchecked().send().await.unwrap();
    at_once(client.wait_for(&begun)).await.unwrap_err();
    let requests = server.requests().await;
    assert_eq!((requests[1].url.path(), requests[1].url.query()), ("/v3/p/jobs", Some("id=j-1")));
    assert!(requests[3].url.path().starts_with("/mysql/v3/p/jobs"), "{}", requests[3].url);
}

#[tokio::test]
async fn dts_jobs_are_polled() {
    let state = |status: &str| json!({"Success": true, "DtsJobId": "j", "Status": status});
    let server = server([
        json!({"Success": true, "DtsJobId": "j"}),
        state("Prechecking"),
        state("Initializing"),
        state("synchronizing"),
    ])
    .await;
    let client: dts::Client = server.client(dts::Client::builder().region("cn-hangzhou").credentials(keys()));
    let begun = client.configure_job().unchecked().send().await.unwrap();
    let done = at_once(client.wait_for(&begun)).await.unwrap();
    assert_eq!(done.state(), "synchronizing");
    let requests = server.requests().await;
    let form = form(&requests[1]);
    assert!(form.contains(&("DtsJobId".to_owned(), "j".to_owned())), "{form:?}");
    assert_eq!(requests.len(), 4);
}

#[tokio::test]
async fn dts_jobs_in_responses_can_be_resumed() {
    let state = |status: &str| json!({"Success": true, "Status": status});
    let server = server([json!({"Success": true}), state("Suspending"), state("Synchronizing")]).await;
    let client: dts::Client = server.client(dts::Client::builder().region("cn-hangzhou").credentials(keys()));
    let direction = dts::types::SynchronizationDirection::Reverse;
    let begun = client.start_job().dts_job_id("j-2").synchronization_direction(direction).send().await.unwrap();
    let wait = client.wait_for(&begun);
    let kept = serde_json::to_value(wait.handle().unwrap()).unwrap();
    assert_eq!(
        kept,
        json!({
            "id": "j-2",
            "operation": "StartDtsJob",
            "poll": "DescribeDtsJobDetail",
            "also": {"SynchronizationDirection": "Reverse"},
        })
    );
    // In another process.
    let done = at_once(client.resume(serde_json::from_value(kept).unwrap())).await.unwrap();
    assert_eq!(done.state(), "Synchronizing");
    for request in &server.requests().await[1..] {
        let form = form(request);
        for (name, value) in [("DtsJobId", "j-2"), ("SynchronizationDirection", "Reverse")] {
            assert!(form.contains(&(name.to_owned(), value.to_owned())), "{form:?}");
        }
    }
}

/// Configuring fails where the job is suspended, starting begins from there. Both are shown by the same operation.
#[tokio::test]
async fn dts_jobs_end_in_the_states_of_the_operation_that_started_them() {
    let state = |status: &str| json!({"Success": true, "DtsJobId": "j", "Status": status});
    for (operation, end) in [
        (Some("ConfigureDtsJob"), Err("job j has failed (Suspending)")),
        (Some("StartDtsJob"), Ok("Synchronizing")),
        (None, Ok("Synchronizing")),
        (
            Some("DeleteDtsJob"),
            Err("DeleteDtsJob does not start a job of this service that DescribeDtsJobDetail returns"),
        ),
    ] {
        let server = server([state("Suspending"), state("Synchronizing")]).await;
        let client: dts::Client = server.client(dts::Client::builder().region("cn-hangzhou").credentials(keys()));
        let mut kept = json!({"id": "j", "poll": "DescribeDtsJobDetail"});
        if let Some(operation) = operation {
            kept["operation"] = operation.into();
        }
        let resumed = at_once(client.resume(serde_json::from_value(kept).unwrap())).await;
        let found = resumed.map(|state| state.state().to_owned()).map_err(|error| error.to_string());
        assert_eq!(found.as_deref().map_err(String::as_str), end, "{operation:?}");
    }
    // What `wait_for` keeps is what `resume` takes.
    let server = server([json!({"Success": true, "DtsJobId": "j"}), state("Suspending")]).await;
    let client: dts::Client = server.client(dts::Client::builder().region("cn-hangzhou").credentials(keys()));
    let begun = client.configure_job().unchecked().send().await.unwrap();
    let kept = serde_json::to_string(client.wait_for(&begun).handle().unwrap()).unwrap();
    let error = at_once(client.resume(serde_json::from_str(&kept).unwrap())).await.unwrap_err();
    assert!(matches!(error, WaitError::Failed { .. }), "{error}");
}
