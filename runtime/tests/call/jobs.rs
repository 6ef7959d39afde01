//! Waiting for jobs: its end, polling intervals, and tolerated failures.

use crate::fake::reply;
use std::time::Duration;
use yundb_runtime::test_util::{Replay, Reply};

use futures_util::TryStreamExt as _;
use tokio::time::Instant;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::{Credentials, JobHandle, RetryPolicy, Value, Wait, WaitError};

use crate::mini::{Client, JOBS};

fn response(status: u16, body: String) -> Reply {
    reply(status, &[], body)
}

fn begun() -> Reply {
    response(202, r#"{"data": {"job_id": "j-1"}}"#.to_owned())
}

fn state(state: &str) -> Reply {
    response(200, format!(r#"{{"job": {{"status": "{state}", "fail_reason": "disk is full"}}}}"#))
}

fn client(fake: &Replay) -> Client {
    let builder = Client::builder(&JOBS).transport(fake.clone()).endpoint("http://localhost").project_id("p");
    builder.credentials(Credentials::access_key("AK", "SK")).retries(RetryPolicy::none()).build().expect("a client")
}

/// Starts a job and waits for it, with these responses.
async fn waiting(replies: impl IntoIterator<Item = Reply>) -> (Replay, Wait) {
    let fake = Replay::new([begun()].into_iter().chain(replies));
    let client = client(&fake);
    let response = client.begin().send().await.expect("success");
    (fake, client.wait_for(&response))
}

fn paths(fake: &Replay) -> Vec<String> {
    fake.requests().iter().map(|request| request.uri().to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn until_it_is_done() {
    let (fake, wait) = waiting([state("Pending"), state("Running"), state("completed")]).await;
    assert_eq!(
        wait.handle(),
        Some(&JobHandle {
            id: "j-1".to_owned(),
            operation: Some("Begin".to_owned()),
            poll: "ShowJob".to_owned(),
            also: Default::default()
        })
    );
    let begin = Instant::now();
    let last = wait.await.expect("done");
    assert_eq!((last.state(), last.is_done()), ("completed", true));
    assert_eq!(last.read::<Value>().expect("JSON")["job"]["status"], "completed");
    // About 2, 3 and 4.5 seconds.
    assert!((7_600..11_500).contains(&begin.elapsed().as_millis()), "{:?}", begin.elapsed());
    let poll = "http://localhost/v3/p/jobs?id=j-1";
    assert_eq!(paths(&fake), ["http://localhost/v3/p/begin", poll, poll, poll]);
}

#[tokio::test(start_paused = true)]
async fn progress() {
    let (_, wait) = waiting([state("Pending"), state("Running"), state("Dreaming"), state("Completed")]).await;
    let states: Vec<_> = wait.progress().try_collect().await.expect("done");
    let states: Vec<_> = states.iter().map(|state| (state.state(), state.is_done())).collect();
    // An undocumented state counts as running.
    assert_eq!(states, [("Pending", false), ("Running", false), ("Dreaming", false), ("Completed", true)]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_fails() {
    let (fake, wait) = waiting([state("Running"), state("Failed"), state("Completed")]).await;
    let error = wait.await.expect_err("failed");
    assert_eq!(error.to_string(), "job j-1 has failed (Failed): disk is full");
    let WaitError::Failed { last, reason, .. } = error else { panic!("{error:?}") };
    assert_eq!((last.state(), reason.as_deref()), ("Failed", Some("disk is full")));
    assert_eq!(fake.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn polls_may_fail() {
    let broken = || response(500, String::new());
    let unknown = || response(404, "{}".to_owned());
    let (_, wait) = waiting([unknown(), broken(), broken(), state("Running"), broken(), state("Completed")]).await;
    wait.await.expect("done");
    let (fake, wait) = waiting((0..9).map(|_| broken())).await;
    let error = wait.await.expect_err("broken");
    assert!(matches!(&error, WaitError::Poll { job, .. } if job.id == "j-1"), "{error:?}");
    assert!(error.to_string().contains("ShowJob (localhost): 500"), "{error}");
    assert_eq!(fake.requests().len(), 7);
    // Later an unknown job is an error.
    let running = (0..8).map(|_| state("Running"));
    let (_, wait) = waiting(running.chain([unknown(), state("Completed")])).await;
    assert!(matches!(wait.await, Err(WaitError::Poll { .. })));
    let (fake, wait) = waiting([response(403, "{}".to_owned()), state("Completed")]).await;
    assert!(matches!(wait.await, Err(WaitError::Poll { .. })));
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_passes() {
    let (fake, wait) = waiting((0..20).map(|_| state("Running"))).await;
    let begin = Instant::now();
    let wait = wait.interval(Duration::from_secs(60), Duration::from_secs(60)).timeout(Duration::from_secs(600));
    let error = wait.await.expect_err("too slow");
    assert_eq!(begin.elapsed().as_secs(), 600);
    assert!((9..=13).contains(&fake.requests().len()));
    assert_eq!(error.to_string(), "job j-1 did not finish in time; its state is Running");
    let WaitError::Timeout { job, last } = error else { panic!("{error:?}") };
    assert_eq!(last.expect("a state").state(), "Running");

    // In another process, from the stored handle.
    let kept = serde_json::to_string(&job).expect("JSON");
    assert_eq!(kept, r#"{"id":"j-1","operation":"Begin","poll":"ShowJob"}"#);
    let fake = Replay::new([state("Completed")]);
    let job: JobHandle = serde_json::from_str(&kept).expect("a handle");
    client(&fake).resume(job).await.expect("done");
}

#[tokio::test(start_paused = true)]
async fn stored_handles() {
    let table = [
        // As stored before handles named the operation.
        (r#"{"id":"j-1","poll":"ShowJob"}"#, None),
        (r#"{"id":"j-1","operation":"Begin","poll":"ShowJob"}"#, None),
        (
            r#"{"id":"j-1","operation":"Launch","poll":"ShowJob"}"#,
            Some("Launch does not start a job of this service that ShowJob returns"),
        ),
        (
            r#"{"id":"j-1","operation":"Begin","poll":"ShowShip"}"#,
            Some("ShowShip does not return jobs of this service"),
        ),
    ];
    for (kept, why) in table {
        let fake = Replay::new([state("Completed")]);
        let job: JobHandle = serde_json::from_str(kept).expect("a handle");
        let outcome = client(&fake).resume(job).await.map_err(|error| error.to_string());
        assert_eq!(outcome.err().as_deref(), why, "{kept}");
        assert_eq!(fake.requests().len(), usize::from(why.is_none()));
    }
}

#[tokio::test]
async fn ids_that_are_numbers() {
    let client = client(&Replay::new([response(200, r#"{"data": {"job_id": 12}}"#.to_owned())]));
    let response = client.begin().send().await.expect("success");
    assert_eq!(response.job_handle().expect("a job").id, "12");
}

#[tokio::test]
async fn responses_without_a_job() {
    let responding = |body: &str| Replay::new([response(200, body.to_owned())]);
    for (body, expected) in [
        (r#"{"order_id": "CS1"}"#, "Begin created the order CS1, whose job id the response does not contain"),
        ("{}", "the response of Begin has no data.job_id, so there is no job to wait for"),
        (r#"{"data": {"job_id": ""}}"#, "the response of Begin has no data.job_id, so there is no job to wait for"),
    ] {
        let client = client(&responding(body));
        let response = client.begin().send().await.expect("success");
        assert_eq!(client.wait_for(&response).await.expect_err("no job").to_string(), expected);
        assert_eq!(response.job_handle().expect_err("no job").to_string(), expected);
    }
    let fake = responding("[]");
    let client = client(&fake);
    let response = client.list_pets().set("kind", "cat").send().await.expect("success");
    assert_eq!(client.wait_for(&response).await.expect_err("no job").to_string(), "listPets does not start a job");
}

#[tokio::test(start_paused = true)]
async fn responses_without_a_state() {
    for body in ["{}", "[]", r#"{"job": {}}"#, r#"{"job": {"status": null}}"#, r#"{"job": {"status": " "}}"#] {
        let stateless = || response(200, body.to_owned());
        let (fake, wait) = waiting((0..20).map(|_| stateless())).await;
        let error = wait.await.expect_err("no state");
        let WaitError::NoState { job, last, .. } = &error else { panic!("{error:?}") };
        assert_eq!((&*job.id, last.raw_body().as_ref()), ("j-1", body.as_bytes()));
        assert_eq!(error.to_string(), "the response about job j-1 has no state at job.status, 6 times in a row");
        assert_eq!(fake.requests().len(), 7);
        // A new job may not have a state yet.
        let (_, wait) = waiting([stateless(), stateless(), state("Running"), stateless(), state("Completed")]).await;
        wait.await.expect("done");
    }
}

#[tokio::test(start_paused = true)]
async fn messages_of_a_service_stay_on_one_line() {
    let (_, wait) =
        waiting([response(200, r#"{"job": {"status": "Failed", "fail_reason": "a\n2026 FATAL"}}"#.to_owned())]).await;
    let text = wait.await.expect_err("failed").to_string();
    assert!(!text.contains('\n') && text.contains("a 2026 FATAL"), "{text:?}");
}

#[tokio::test(start_paused = true)]
async fn custom_verdicts() {
    use yundb_runtime::JobVerdict::{Failed, Running, Succeeded};
    let judged = |wait: Wait| {
        wait.acceptor(|job| match job.state() {
            "Suspended" => Some(Failed),
            "Good enough" => Some(Succeeded),
            // A success according to the document.
            "Completed" => job.read::<Value>().ok()?["percent"].as_u64().map(|_| Running),
            "" => Some(Running),
            _ => None,
        })
    };
    let states = |all: &[&str]| all.iter().map(|name| state(name)).collect::<Vec<_>>();
    let (_, wait) = waiting(states(&["Running", "Good enough"])).await;
    assert_eq!(judged(wait).await.expect("done").state(), "Good enough");
    let (_, wait) = waiting(states(&["Running", "Suspended"])).await;
    assert!(matches!(judged(wait).await, Err(WaitError::Failed { .. })));
    let (_, wait) = waiting(states(&["Running", "Failed"])).await;
    assert!(matches!(judged(wait).await, Err(WaitError::Failed { .. })));
    let half = || response(200, r#"{"job": {"status": "Completed"}, "percent": 50}"#.to_owned());
    let empty = (0..9).map(|_| response(200, "{}".to_owned()));
    let (fake, wait) = waiting(empty.chain([half(), half(), state("Completed")])).await;
    assert!(judged(wait).await.expect("done").is_done());
    assert_eq!(fake.requests().len(), 13);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_polled_with_the_account_that_started_it() {
    let other = || Credentials::access_key("OTHER", "SK");
    let seen = |fake: &Replay| -> Vec<(String, String)> {
        let key = |text: &str| text.split(',').next().unwrap_or_default().to_owned();
        let requests = fake.requests();
        let both =
            |it: &Request<Bytes>| (it.uri().to_string(), key(it.headers()["authorization"].to_str().expect("text")));
        requests.iter().map(both).collect()
    };
    let fake = Replay::new([begun(), state("Running"), state("Completed"), begun(), state("Completed")]);
    let client = client(&fake);
    let response =
        client.begin().with_endpoint("http://other").with_credentials(other()).send().await.expect("success");
    let (handle, wait) = (response.job_handle().expect("a job"), client.wait_for(&response));
    assert_eq!(wait.handle(), Some(&handle));
    wait.await.expect("done");
    // Other errors are not tolerated.
    let response = client.begin().send().await.expect("success");
    client.wait_for(&response).await.expect("done");
    let at = |host: &str, path: &str, key: &str| {
        (format!("http://{host}/v3/p/{path}"), format!("SDK-HMAC-SHA256 Access={key}"))
    };
    let poll = at("other", "jobs?id=j-1", "OTHER");
    let own = [at("localhost", "begin", "AK"), at("localhost", "jobs?id=j-1", "AK")];
    assert_eq!(seen(&fake)[..3], [at("other", "begin", "OTHER"), poll.clone(), poll.clone()]);
    assert_eq!(seen(&fake)[3..], own);
    // A handle contains neither, so both are set again.
    let fake = Replay::new([state("Completed")]);
    let wait = self::client(&fake).resume(handle).with_endpoint("http://other").with_credentials(other());
    wait.await.expect("done");
    assert_eq!(seen(&fake), [poll]);
}

#[tokio::test(start_paused = true)]
async fn alternating_failures_and_missing_states_are_tolerated() {
    let broken = || response(500, String::new());
    let stateless = || response(200, "{}".to_owned());
    let (fake, wait) = waiting((0..9).flat_map(|_| [broken(), stateless()]).chain([state("Completed")])).await;
    wait.await.expect("done");
    assert_eq!(fake.requests().len(), 20);
    // Six consecutive failures of one kind are too many, even after others.
    let (fake, wait) = waiting((0..5).map(|_| stateless()).chain((0..9).map(|_| broken()))).await;
    assert!(matches!(wait.await, Err(WaitError::Poll { .. })));
    assert_eq!(fake.requests().len(), 12);
}
