//! Exchanges that are recorded into a file and replayed from it.

use serde_json::json;
use yundb_runtime::test_util::{Recorder, Replay};
use yundb_runtime::{Credentials, RetryPolicy, Transport, http};

use crate::fake::reply;
use crate::mini::{ALIYUN, Client, Endpoint, HUAWEI};

fn file(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("yundb-{}-{name}.json", std::process::id()))
}

fn client(service: &'static yundb_runtime::Service, transport: impl Transport + 'static) -> Client {
    let builder = Client::builder(service).transport(transport).endpoint("http://localhost").project_id("p");
    let keys = Credentials::access_key("AK-hush", "SK-hush").with_security_token("token-hush");
    builder.credentials(keys).retries(RetryPolicy::none()).build().expect("a client")
}

#[tokio::test]
async fn recorded_without_secrets_and_replayed() {
    let path = file("huawei");
    let more = json!({
        "id": "c-1", "db_password": "p-hush", "note": "said-hush", "list": [{"token": 1}], "adminPass": "a-hush",
        "passwords": ["one-hush"], "credentials": {"value": "c-hush"}, "text": "{\"sk\": \"t-hush\"}",
        "quoted": "said-\"hush",
    })
    .to_string();
    let fake = Replay::new([
        reply(
            201,
            &[
                ("x-remaining", "7"),
                ("set-cookie", "c-hush"),
                ("location", "/x?X-Token=l-hush&page=1"),
                ("content-length", "999"),
            ],
            more.clone(),
        ),
        reply(404, &[], r#"{"error_code": "E", "error_msg": "no"}"#),
    ]);
    let call = |client: &Client| {
        let endpoint = Endpoint::new().ip("h").db_password("pw-hush");
        client.create_connection("g").name("said-hush").endpoint(endpoint).unchecked()
    };
    let recording = client(&HUAWEI, Recorder::new(fake.clone(), &path).hide("said-hush").hide("said-\"hush"));
    // The length is wrong on purpose: it is of the wire.
    let _ = call(&recording).send().await;
    call(&recording).send().await.expect_err("an error");
    // What is sent is whole, and so was what came back.
    assert!(String::from_utf8_lossy(fake.requests()[0].body()).contains("pw-hush"));
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(!text.contains("hush"), "{text}");
    assert!(text.contains("/v5/p/groups/g/connections"), "{text}");

    let replayed = client(&HUAWEI, Replay::from_file(&path).expect("a recording"));
    let response = call(&replayed).send().await.expect("success");
    assert_eq!((response.id.as_deref(), response.typed_headers().remaining), (Some("c-1"), Some(7)));
    assert_eq!(call(&replayed).send().await.expect_err("an error").code(), Some("E"));
    // Another request is not what was recorded.
    let replayed = client(&HUAWEI, Replay::from_file(&path).expect("a recording"));
    let error = replayed.create_connection("other").unchecked().send().await.expect_err("another path");
    assert!(error.to_string().contains("/groups/g/connections when it was recorded"), "{error}");
    std::fs::remove_file(&path).expect("removed");
}

#[tokio::test]
async fn parameters_of_actions() {
    let path = file("aliyun");
    for get in [true, false] {
        let recorder = Recorder::new(Replay::new([reply(200, &[], vec![0xff, 0x00])]), &path);
        let builder = Client::builder(&ALIYUN).transport(recorder).region("cn-hangzhou");
        let builder = builder.credentials(Credentials::access_key("AK-hush", "SK").with_security_token("token-hush"));
        let client = if get { builder.get_requests() } else { builder }.build().expect("a client");
        let _ = client.add_database().set("Host", "h").set("Tag", json!({"DbPassword": "pw-hush"})).send().await;
        let text = std::fs::read_to_string(&path).expect("a file");
        assert!(!text.contains("hush") && text.contains("Host=h"), "{text}");
        assert!(text.contains("Signature=***") && text.contains("\"base64\": true"), "{text}");
    }
    assert!(Replay::from_file(&path).is_ok());
    std::fs::write(&path, "[1]").expect("written");
    assert!(Replay::from_file(&path).is_err());
    std::fs::remove_file(&path).expect("removed");
}

#[tokio::test]
async fn lines_and_events() {
    let path = file("lines");
    let body = "{\"id\": 1, \"token\": \"l-hush\"}\n{\"id\": 2}\n\ndata: {\"secret\": \"e-hush\"}\n";
    let recorder = Recorder::new(Replay::new([reply(200, &[], body)]), &path);
    let request =
        http::Request::get("http://localhost/x?api%20key=q-hush&Config=%7B%22Password%22%3A%22p-hush%22%7D&n=1");
    recorder.send(request.body(Default::default()).expect("a request")).await.expect("a response");
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(!text.contains("hush") && text.contains("&n=1") && text.contains("\\\"id\\\":2"), "{text}");
    std::fs::remove_file(&path).expect("removed");
}
