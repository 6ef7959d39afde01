//! Exchanges that are recorded to a file and replayed from it.

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
        "quoted": "said-\"hush", "tags": [{"value": "v-hush", "name": "Password"}, {"Key": "api_token", "Values": ["k-hush"]}],
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
    // Deliberately wrong: the length refers to the bytes on the wire.
    let _ = call(&recording).send().await;
    call(&recording).send().await.expect_err("an error");
    // Requests are sent unredacted, and responses are returned unredacted.
    assert!(String::from_utf8_lossy(fake.requests()[0].body()).contains("pw-hush"));
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(!text.contains("hush"), "{text}");
    assert!(text.contains("/v5/p/groups/g/connections"), "{text}");

    let replayed = client(&HUAWEI, Replay::from_file(&path).expect("a recording"));
    let response = call(&replayed).send().await.expect("success");
    assert_eq!((response.id.as_deref(), response.typed_headers().remaining), (Some("c-1"), Some(7)));
    assert_eq!(call(&replayed).send().await.expect_err("an error").code(), Some("E"));
    // Another request does not match the recording.
    let replayed = client(&HUAWEI, Replay::from_file(&path).expect("a recording"));
    let error = replayed.create_connection("other").unchecked().send().await.expect_err("another path");
    assert!(error.to_string().contains("/groups/g/connections was recorded"), "{error}");
    std::fs::remove_file(&path).expect("removed");
}

#[tokio::test]
async fn parameters_of_actions() {
    let path = file("aliyun");
    for get in [true, false] {
        let recorder = Recorder::new(Replay::new([reply(200, &[], vec![0xff, 0x00])]), &path).keep_opaque_bodies();
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
    let request = http::Request::get(concat!(
        "http://localhost/x?api%20key=q-hush&Config=%7B%22Password%22%3A%22p-hush%22%7D&n=1",
        "&Tag.1.Value=t-hush&Tag.1.Key=password&Tag.2.Key=zone&Tag.2.Value=north&name=secret&value=n-hush",
    ));
    recorder.send(request.body(Default::default()).expect("a request")).await.expect("a response");
    let text = std::fs::read_to_string(&path).expect("a file");
    assert!(!text.contains("hush") && text.contains("&n=1&") && text.contains("\\\"id\\\":2"), "{text}");
    assert!(text.contains("&Tag.2.Value=north&name=secret&value=***"), "{text}");
    std::fs::remove_file(&path).expect("removed");
}

/// The content of the file after this body was sent and received.
async fn recorded(name: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> String {
    let (path, body) = (file(name), body.into());
    let recorder = Recorder::new(Replay::new([reply(200, headers, body.clone())]), &path).hide("said & hush");
    let mut request = http::Request::post("http://localhost/x");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    recorder.send(request.body(body.into()).expect("a request")).await.expect("a response");
    let text = std::fs::read_to_string(&path).expect("a file");
    std::fs::remove_file(&path).expect("removed");
    let exchanges: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(!text.contains("hush"), "{text}");
    let [request, response] = ["request", "response"].map(|side| exchanges[0][side].clone());
    assert_eq!((&request["body"], &request["left_out"]), (&response["body"], &response["left_out"]), "both directions");
    request["body"].as_str().or_else(|| request["left_out"].as_str()).expect("a body or a note").to_owned()
}

#[tokio::test]
async fn xml() {
    let body = "<?xml version=\"1.0\"?><!-- hush --><r xmlns='urn:x' token='hush' n='1'><Id>a&amp;b</Id>\
        <ns:DbPassword>p<![CDATA[-hush]]>&#33;<b>hush</b></ns:DbPassword><Note>said &amp; hush</Note><Secret/>\
        <entry key=\"sk\" value=\"hush\">hush</entry><t><Key>Pwd</Key><Value>hush</Value></t><v><value>1</value></v><Json>{\"pwd\": \"hush\", \"n\": 1}</Json></r>";
    for media_type in ["application/xml", "text/xml; charset=utf-8", "application/problem+xml"] {
        let found = recorded("xml", &[("content-type", media_type)], body).await;
        let expected = "<?xml version=\"1.0\"?><r xmlns=\"urn:x\" token=\"***\" n=\"1\"><Id>a&amp;b</Id>\
            <ns:DbPassword>***<b>***</b></ns:DbPassword><Note>***</Note><Secret/>\
            <entry key=\"sk\" value=\"***\">***</entry><t><Key>Pwd</Key><Value>***</Value></t><v><value>1</value></v><Json>{&quot;pwd&quot;:&quot;***&quot;,&quot;n&quot;:1}</Json></r>";
        assert_eq!(found, expected);
    }
    // XML that is malformed, or defines its own entities, cannot be searched.
    for body in ["<r><p>hush</p>", "<r>&hush;</r>", "<!DOCTYPE r [<!ENTITY a 'hush'>]><r/>", "hush", "<a></b>"] {
        let found = recorded("xml", &[("content-type", "text/xml")], body).await;
        assert_eq!(found, format!("text/xml, {} bytes", body.len()));
    }
}

#[tokio::test]
async fn multipart() {
    let part = |disposition: &str, more: &str, content: &str| {
        format!("--b c\r\nContent-Disposition: form-data; {disposition}\r\n{more}\r\n{content}\r\n")
    };
    let parts = [
        part("name=\"db_password\"", "", "hush\r\nhush"),
        part("name=note", "", "said & hush"),
        part("name=\"n\"", "Content-Type: text/plain\r\n", "1"),
        part("name=\"meta\"", "Content-Type: application/json\r\nX-Token: hush\r\n", "{\"sk\": \"hush\", \"n\": 1}"),
        part("name=\"f\"; filename=\"a;\\\"b.txt\"", "Content-Type: text/plain\r\n", "hush"),
        part("filename=\"token\"; name=\"secret\"", "Content-Type: application/json\r\n", "{\"a\": \"hush\"}"),
    ];
    let body = format!("preamble hush\r\n{}--b c--\r\nhush", parts.concat());
    let headers = [("content-type", "multipart/form-data; boundary=\"b c\"")];
    let expected = [
        part("name=\"db_password\"", "", "***"),
        part("name=note", "", "***"),
        part("name=\"n\"", "Content-Type: text/plain\r\n", "1"),
        part("name=\"meta\"", "Content-Type: application/json\r\nX-Token: ***\r\n", "{\"sk\":\"***\",\"n\":1}"),
        part("name=\"f\"; filename=\"a;\\\"b.txt\"", "Content-Type: text/plain\r\n", "***"),
        part("filename=\"token\"; name=\"secret\"", "Content-Type: application/json\r\n", "***"),
    ];
    assert_eq!(recorded("multipart", &headers, body.clone()).await, format!("{}--b c--\r\n", expected.concat()));
    // Without its final boundary it is ambiguous.
    let cut = body.split("--b c--").next().expect("a beginning").to_owned();
    let note = format!("multipart/form-data, {} bytes", cut.len());
    assert_eq!(recorded("multipart", &headers, cut).await, note);
}

/// Bodies that cannot be searched for secrets are not recorded, unless that is requested.
#[tokio::test]
async fn bodies_that_are_left_out() {
    for (media_type, body) in [
        ("text/plain", "the key is hush"),
        ("text/html; charset=utf-8", "<p>hush"),
        ("application/octet-stream", "hush"),
        ("application/json", "{\"token\": \"hush\""),
        ("text/event-stream", "data: {\"id\": 1}\n\ndata: hush\n\n"),
    ] {
        let essence = media_type.split(';').next().expect("a name");
        let found = recorded("opaque", &[("content-type", media_type)], body).await;
        assert_eq!(found, format!("{essence}, {} bytes", body.len()));
    }
    assert_eq!(recorded("opaque", &[], "hush").await, "no media type, 4 bytes");
    // Events may span several lines.
    let events = ": hush\nevent: a\ndata: {\"id\": 1,\ndata: \"token\": \"hush\"}\n\ndata: [DONE]\n\n";
    let found = recorded("opaque", &[("content-type", "text/event-stream")], events).await;
    assert_eq!(found, ":\nevent: a\ndata: {\"id\":1,\"token\":\"***\"}\n\ndata: [DONE]\n\n");

    let path = file("kept");
    for (keeps, ends) in [(false, Err("as it could not be searched for secrets")), (true, Ok("plain"))] {
        let fake = Replay::new([reply(200, &[("content-type", "text/plain")], "plain")]);
        let recorder = Recorder::new(fake, &path);
        let recorder = if keeps { recorder.keep_opaque_bodies() } else { recorder };
        let request = || http::Request::get("http://localhost/x").body(Default::default()).expect("a request");
        recorder.send(request()).await.expect("a response");
        let replayed = Replay::from_file(&path).expect("a recording").send(request()).await;
        match (replayed, ends) {
            (Ok(response), Ok(body)) => assert_eq!(response.into_body().collect().await.expect("a body"), body),
            (Err(error), Err(why)) => assert!(error.to_string().contains(why), "{error}"),
            (other, _) => unreachable!("{keeps}: {other:?}"),
        }
    }
    std::fs::remove_file(&path).expect("removed");
}
