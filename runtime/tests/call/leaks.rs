//! Errors contain no secrets, and are a single line, as they are logged.

use std::fmt::Display;

use yundb_runtime::sign::Signature;
use yundb_runtime::test_util::Replay;
use yundb_runtime::{Client as Plain, ClientBuilder, Credentials, JobHandle, RetryPolicy, Transport, WaitError};

use crate::fake::{reply, responding};
use crate::mini::{ALIYUN, Client, HUAWEI, JOBS};

fn client(service: &'static yundb_runtime::Service, transport: impl Transport + 'static) -> ClientBuilder<Client> {
    Client::builder(service)
        .transport(transport)
        .project_id("p1")
        .endpoint("http://localhost")
        .retries(RetryPolicy::none())
        .credentials(Credentials::access_key("AK", "SK").with_security_token("tok-hunter2"))
}

/// Neither `Display` nor `Debug`, nor any source, contains the secret.
#[track_caller]
fn hides(error: &impl std::error::Error) {
    let mut text = format!("{error}\n{error:?}\n{error:#?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!("{cause}{cause:?}"));
        source = cause.source();
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[track_caller]
fn is_one_line(shown: &impl Display) {
    let shown = shown.to_string();
    assert!(!shown.contains(|c: char| c.is_control() || c == '\u{202e}'), "{shown:?}");
}

/// A service that refuses a signature quotes the string it expected: all parameters, in any field.
#[tokio::test]
async fn the_string_to_sign_is_not_shown() {
    let message = "Specified signature is not matched with our calculation. server String to sign is:POST&%2F&\
                DbPassword%3Dhunter2-pw%26SecurityToken%3Dtok-hunter2";
    for signature in [Signature::AliyunRpcV1, Signature::Acs3] {
        for field in ["Message", "ErrMessage", "errorMsg", "message"] {
            let body =
                serde_json::json!({"Code": "SignatureDoesNotMatch", field: message, "More": [message]}).to_string();
            let client = client(&ALIYUN, Replay::new([reply(400, &[], body)])).signature(signature).build();
            let call = client.expect("a client").add_database().set("Host", "h");
            let error = call.send().await.expect_err("an error");
            assert_eq!(error.code(), Some("SignatureDoesNotMatch"));
            hides(&error);
            assert!(error.body().is_some_and(|body| body.to_string().contains("hunter2")), "the program has it");
        }
    }
}

/// Unreadable content is not quoted, wherever it is.
#[tokio::test]
async fn unreadable_content_is_not_quoted() {
    for body in [r#"{"id": {"hunter2": 1}}"#, r#"{"id": ["hunter2"]}"#, r#""hunter2""#, r#"{"id": "hunter2"#] {
        let client = client(&HUAWEI, responding(200, &[], body)).build().expect("a client");
        let error = client.create_connection("g").unchecked().send().await.expect_err("an error");
        hides(&error);
    }
    let client = client(&HUAWEI, responding(200, &[("x-remaining", "hunter2")], "{}")).build().expect("a client");
    let error = client.create_connection("g").unchecked().send().await.expect_err("an error");
    assert!(error.to_string().contains("x-remaining: expected an integer"), "{error}");
    hides(&error);
}

#[test]
fn an_endpoint_with_a_password() {
    let url = "http://user:hunter2@localhost";
    let builder = Client::builder(&HUAWEI).endpoint(url);
    assert!(!format!("{builder:?}").contains("hunter2"), "{builder:?}");
    hides(&builder.build().expect_err("unusable"));
}

/// Neither a service's response nor a caller's input can forge a log line.
#[tokio::test]
async fn log_lines_cannot_be_forged() {
    const FORGED: &str = "x\r\n2026-01-01 FATAL forged\u{1b}[31m\u{202e}";
    let body = |names: [&str; 3]| {
        let [code, message, id] = names;
        serde_json::json!({code: FORGED, message: FORGED, id: FORGED}).to_string()
    };
    for (status, body) in [
        (400, body(["Code", "Message", "RequestId"])),
        (200, serde_json::json!({"Success": false, "ErrMessage": FORGED, "RequestId": FORGED}).to_string()),
        (502, format!("<html><title>{FORGED}</title><requestid>{FORGED}</requestid></html>")),
        (502, FORGED.to_owned()),
        (302, String::new()),
    ] {
        let client = client(&ALIYUN, Replay::new([reply(status, &[], body)])).build().expect("a client");
        let error = client.add_database().set("Host", "h").send().await.expect_err("an error");
        is_one_line(&error);
        error.code().iter().for_each(is_one_line);
        error.request_id().iter().for_each(is_one_line);
    }
    let body = serde_json::json!({"Success": true, "RequestId": FORGED}).to_string();
    let ok = client(&ALIYUN, Replay::new([reply(200, &[], body)])).build().expect("a client");
    let response = ok.add_database().set("Host", "h").send().await.expect("success");
    response.request_id().iter().for_each(is_one_line);
    // Keys of a response, and the caller's names.
    let body = serde_json::json!({"id": {FORGED: 1}}).to_string();
    let client = client(&HUAWEI, Replay::new([reply(200, &[], body)])).build().expect("a client");
    is_one_line(&client.create_connection("g").unchecked().send().await.expect_err("an error"));
    is_one_line(&client.create_connection("g").extra_header(FORGED, "v").send().await.expect_err("an error"));
    let wrong = Client::builder(&HUAWEI).endpoint(format!("http://{FORGED}")).build();
    is_one_line(&wrong.expect_err("no URL"));
}

#[tokio::test(start_paused = true)]
async fn waiting_leaks_nothing() {
    let job = || JobHandle {
        id: "j\n2026".to_owned(),
        operation: None,
        poll: "ShowJob".to_owned(),
        also: Default::default(),
    };
    let state = |status: &str| {
        let job = serde_json::json!({"status": status, "fail_reason": "a\nFATAL\u{1b}[2J", "password": "hunter2"});
        reply(200, &[], serde_json::json!({"job": job}).to_string())
    };
    let waited = |replies: Vec<_>| {
        let client = client(&JOBS, Replay::new(replies)).build().expect("a client");
        client.resume(job()).timeout(std::time::Duration::from_secs(3)).into_future()
    };
    for replies in [vec![state("Failed")], vec![state("a\nb\u{1b}")], vec![reply(400, &[], "\n\nx\u{1b}")]] {
        let error = waited(replies).await.expect_err("an error");
        is_one_line(&error);
        hides(&error);
        assert!(!matches!(error, WaitError::NoJob(_)));
    }
    let done = waited(vec![state("Completed")]).await.expect("success");
    assert!(!format!("{done:?}").contains("hunter2"), "{done:?}");
    let none: Plain = ClientBuilder::new(&JOBS).endpoint("http://localhost").build().expect("a client");
    is_one_line(&none.resume(JobHandle { poll: "x\ny".to_owned(), ..job() }).await.expect_err("no such job"));
}
