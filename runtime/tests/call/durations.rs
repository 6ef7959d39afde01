//! Durations of any length, and the end of waiting.

use std::time::Duration;

use tokio::time::Instant;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{ClientBuilder, Credentials, RetryPolicy, WaitError};

use crate::fake::reply;
use crate::mini::{ALIYUN, Client, JOBS};

fn builder(fake: &Replay) -> ClientBuilder<Client> {
    let keys = Credentials::access_key("AK", "very-secret");
    Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone()).credentials(keys)
}

fn busy() -> Reply {
    reply(429, &[("retry-after", "0")], "")
}

fn success() -> Reply {
    reply(200, &[], r#"{"Success": true}"#)
}

/// From zero to the maximum.
const ANY: [Duration; 5] =
    [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(1), Duration::from_secs(1 << 62), Duration::MAX];

#[tokio::test(start_paused = true)]
async fn time_limits_of_any_length() {
    for limit in ANY {
        for first_pause in ANY {
            let fake = Replay::new([busy(), success()]);
            let policy = RetryPolicy::new().first_pause(first_pause).longest_pause(first_pause);
            let builder = builder(&fake).operation_timeout(limit).timeout(limit);
            let client = builder.retries(policy).build().expect("a client");
            // The outcome does not matter: it ends, and without a panic.
            let call = client.add_database().set("Host", "h").timeout(limit).send();
            let _ = tokio::time::timeout(Duration::from_secs(3600), call).await;
        }
    }
}

fn jobs(replies: impl IntoIterator<Item = Reply>) -> (Replay, Client) {
    let begun = reply(202, &[], r#"{"data": {"job_id": "j-1"}}"#);
    let fake = Replay::new([begun].into_iter().chain(replies));
    let builder = Client::builder(&JOBS).transport(fake.clone()).endpoint("http://localhost").project_id("p");
    (fake, builder.credentials(Credentials::access_key("AK", "SK")).build().expect("a client"))
}

#[tokio::test(start_paused = true)]
async fn waits_of_any_length() {
    for limit in ANY {
        for interval in ANY {
            let state = |state: &str| reply(200, &[], format!(r#"{{"job": {{"status": "{state}"}}}}"#));
            let (_, client) = jobs([state("Running"), state("Running"), state("Completed")]);
            let response = client.begin().send().await.expect("success");
            let wait = client.wait_for(&response).timeout(limit).interval(interval, interval);
            let _ = tokio::time::timeout(Duration::from_secs(3600), wait.into_future()).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_at_its_time_limit() {
    // The service accepts the request, and never responds.
    let (_, client) = jobs((0..9).map(|_| Reply::never()));
    let response = client.begin().send().await.expect("success");
    let begin = Instant::now();
    let error = client.wait_for(&response).timeout(Duration::from_secs(5)).await.expect_err("too slow");
    assert!(matches!(error, WaitError::Timeout { .. }), "{error:?}");
    assert_eq!(begin.elapsed(), Duration::from_secs(5));
}
