//! The results of responses, and of their absence.

use crate::fake::{noon, only_request, reply, responding};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;
use yundb_runtime::test_util::{Replay, Reply};

use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Response;
use yundb_runtime::{ByteStream, CallError, Credentials, ErrorKind, RetryPolicy, Transport, TransportErrorKind, Value};

use crate::mini::{ALIYUN, Client, ConnectionHeaders, ErrorBody, HTTP, HUAWEI};

fn client(service: &'static yundb_runtime::Service, transport: impl Transport + 'static) -> Client {
    let builder = Client::builder(service)
        .transport(transport)
        .project_id("p1")
        .endpoint("http://localhost")
        .retries(RetryPolicy::none());
    let builder = match std::ptr::eq(service, &HTTP) {
        true => builder.bearer_token("t"),
        false => builder.credentials(Credentials::access_key("AK", "SK")),
    };
    builder.build().expect("a client")
}

async fn huawei_error(fake: Replay) -> CallError<ErrorBody, ConnectionHeaders> {
    client(&HUAWEI, fake).create_connection("g").unchecked().send().await.expect_err("an error")
}

fn is_an_error<E: std::error::Error + Send + Sync + 'static>(_: &E) {}

#[tokio::test]
async fn errors_of_the_service() {
    let body = r#"{"error_code": "DRS.M00202", "error_msg": "No such\ngroup."}"#;
    let error = huawei_error(responding(404, &[("x-request-id", "r1")], body)).await;
    is_an_error(&error);
    assert_eq!(error.to_string(), "CreateConnection (localhost): 404 DRS.M00202: No such group. (request id r1)");
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!((error.status(), error.code(), error.request_id()), (Some(404), Some("DRS.M00202"), Some("r1")));
    assert_eq!(error.message(), Some("No such\ngroup."));
    assert_eq!(error.body().and_then(|body| body.error_code.as_deref()), Some("DRS.M00202"));
    assert_eq!(error.raw_body(), body);
    assert_eq!(error.headers().map(|headers| headers.len()), Some(1));
    assert!(!error.is_retryable());
    assert!(format!("{error:#?}").contains("status: 404"));
}

/// A server that returns the string it expected to be signed.
async fn refused(expected: impl Fn(&str) -> String) -> CallError<Value> {
    // The string is determined from the signed request, as the same clock and nonce give the same signature.
    let sent = responding(200, &[], "{}");
    let signed = |fake: Replay| {
        let builder =
            Client::builder(&ALIYUN).transport(fake).region("cn-hangzhou").clock(noon()).nonces(|| "n".to_owned());
        let builder = builder.retries(RetryPolicy::none()).credentials(Credentials::access_key("AK", "SK"));
        builder.build().expect("a client").add_database().set("Host", "hidden-host").send()
    };
    signed(sent.clone()).await.expect("success");
    let request = only_request(&sent);
    let query = request.uri().query().expect("a query");
    let body = std::str::from_utf8(request.body()).expect("text");
    let pairs = query.split('&').chain(body.split('&')).filter(|pair| !pair.starts_with("Signature="));
    let mut pairs: Vec<String> = pairs.map(|pair| pair.replace('%', "%25").replace('=', "%3D")).collect();
    pairs.sort();
    let expected = expected(&format!("POST&%2F&{}", pairs.join("%26")));
    let message =
        format!("Specified signature is not matched with our calculation. server string to sign is:{expected}");
    let body = serde_json::json!({"Code": "SignatureDoesNotMatch", "Message": message, "RequestId": "r-1"}).to_string();
    let response = Response::builder().status(400).body(ByteStream::from(Bytes::from(body))).expect("a response");
    signed(Replay::new([response.into()])).await.expect_err("refused")
}

#[tokio::test]
async fn refused_signatures() {
    const PREFIX: &str = "AddDatabase (dg.hangzhou.example.com): 400 SignatureDoesNotMatch: Specified signature is not matched with our calculation";
    let error = refused(str::to_owned).await;
    let verdict = "the signed strings are equal: the access key secret is wrong";
    assert_eq!(error.to_string(), format!("{PREFIX} ({verdict}) (request id r-1)"));
    let error = refused(|ours| ours.replace("hidden-host", "hidden%2520host")).await;
    let verdict = "the signed string differs from the one received, first in `Host`";
    assert_eq!(error.to_string(), format!("{PREFIX} ({verdict}) (request id r-1)"));
    let error = refused(|ours| ours.replacen("POST", "GET", 1)).await;
    assert!(error.to_string().contains("first in `AccessKeyId`"), "{error}");
}

#[tokio::test]
async fn errors_other_than_json() {
    let error = huawei_error(responding(502, &[], "<html><title>Bad Gateway</title></html>")).await;
    assert_eq!(error.to_string(), "CreateConnection (localhost): 502: Bad Gateway");
    assert_eq!(error.body(), None);
    assert!(!error.is_retryable(), "the POST may have been acted on");
    let error = huawei_error(responding(429, &[], "")).await;
    assert_eq!(error.to_string(), "CreateConnection (localhost): 429");
    assert!(error.is_retryable());
    let fake = responding(503, &[], "");
    let error = client(&HTTP, fake).list_pets().set("kind", "cat").send().await.expect_err("an error");
    assert!(error.is_retryable(), "a GET has no side effects");
}

#[tokio::test]
async fn failures_with_a_success_status() {
    let body = r#"{"Success": "false", "ErrCode": "InvalidHost", "ErrMessage": "no such host", "RequestId": "r1"}"#;
    let call = |fake| client(&ALIYUN, fake).add_database().set("Host", "h");
    let error = call(responding(200, &[], body)).send().await.expect_err("an error");
    assert_eq!(error.to_string(), "AddDatabase (localhost): 200 InvalidHost: no such host (request id r1)");
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!(error.body().and_then(|body| body.get("ErrCode")).and_then(Value::as_str), Some("InvalidHost"));

    let body = r#"{"Success": "true", "ErrCode": "", "RequestId": "r2"}"#;
    let made = call(responding(200, &[], body)).send().await.expect("success");
    assert_eq!(made.request_id(), Some("r2"));

    // The documents have GET for all operations, so only the spec determines idempotency.
    for (retryable, error) in [
        (false, call(responding(500, &[], "")).send().await),
        (true, client(&ALIYUN, responding(500, &[], "")).describe_database().send().await),
    ] {
        assert_eq!(error.expect_err("an error").is_retryable(), retryable);
    }
}

#[tokio::test]
async fn calls_may_move_between_threads() {
    fn is_send<T: Send>(future: T) -> T {
        future
    }
    let client = client(&HTTP, responding(200, &[], "x"));
    is_send(client.download_pet().send()).await.expect("success");
}

#[tokio::test]
async fn no_response() {
    let error = huawei_error(Replay::new([Reply::failure(TransportErrorKind::Connect)])).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connect, true));
    assert_eq!(error.to_string(), "CreateConnection (localhost): failure set by the test (Connect)");
    assert!(error.cause().is_some());
    let error = huawei_error(Replay::new([Reply::failure(TransportErrorKind::Request)])).await;
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Transport, false));
    let call = client(&HUAWEI, Replay::new((0..5).map(|_| Reply::never())))
        .create_connection("g")
        .unchecked()
        .timeout(Duration::from_millis(20));
    let error = call.send().await.expect_err("too late");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Timeout, false));
    assert_eq!(
        error.to_string(),
        "CreateConnection (localhost) timed out: no complete response within 20ms (`timeout`)"
    );
}

/// The unreadable response was the second one.
#[tokio::test(start_paused = true)]
async fn attempts_before_an_unreadable_response() {
    let fake = Replay::new([reply(429, &[], ""), reply(200, &[("x-request-id", "r1")], "[1")]);
    let call = client(&HUAWEI, fake).create_connection("g").unchecked().with_retries(RetryPolicy::new());
    let error = call.send().await.expect_err("no JSON");
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 2));
    assert!(error.to_string().ends_with(" (request id r1, 2 attempts)"), "{error}");
}

#[tokio::test]
async fn unreadable_responses() {
    let fake = responding(200, &[("x-request-id", "r1")], "[1");
    let error = client(&HUAWEI, fake).create_connection("g").unchecked().send().await.expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.starts_with("CreateConnection (localhost) succeeded (200), but its response could not be read: "),
        "{text}"
    );
    assert!(text.ends_with(" (request id r1)"), "{text}");
    assert_eq!((error.raw_body().as_ref(), error.attempts()), (&b"[1"[..], 1));
    let fake = responding(202, &[], "{}");
    let error = client(&HUAWEI, fake).create_connection("g").unchecked().send().await.expect_err("undocumented");
    assert!(error.to_string().ends_with("could not be read: status 202 is not documented"), "{error}");
}

#[tokio::test]
async fn an_empty_body_is_an_empty_object() {
    let fake = responding(200, &[], "");
    let made = client(&HUAWEI, fake).create_connection("g").unchecked().send().await.expect("success");
    assert_eq!(made.id, None);
}

#[tokio::test]
async fn body_size_limits() {
    let list = |fake: Replay, limit| {
        let builder = Client::builder(&HTTP)
            .transport(fake)
            .bearer_token("t")
            .retries(RetryPolicy::none())
            .max_response_size(limit);
        builder.build().expect("a client").list_pets().set("kind", "cat").send()
    };
    let response = r#"["a", "b"]"#;
    assert_eq!(list(responding(200, &[], response), 10).await.expect("success").into_inner(), ["a", "b"]);
    for headers in [&[][..], &[("content-length", "10")]] {
        let error = list(responding(200, headers, response), 9).await.expect_err("too large");
        assert_eq!(
            error.to_string(),
            "listPets (api.example.com): the response is longer than 9 bytes (`max_response_size`)"
        );
        assert!(!error.is_retryable());
    }
    let error = list(responding(200, &[("content-length", "12")], response), 100).await.expect_err("cut off");
    assert_eq!(error.to_string(), "listPets (api.example.com): the response ended after 10 of 12 bytes");
    assert_eq!(error.kind(), ErrorKind::Transport);
}

#[tokio::test]
async fn streams() {
    let pieces = futures_util::stream::iter(["ab", "cd", "ef"].map(|piece| Ok(piece.into())));
    let fake = Replay::new([Response::new(ByteStream::new(pieces)).into()]);
    let file = client(&HTTP, fake).download_pet().send().await.expect("success");
    assert!(file.raw_body().is_empty());
    assert_eq!(file.into_inner().collect().await.expect("all"), "abcdef");
    let fake = responding(404, &[], r#"{"message": "gone"}"#);
    let error = client(&HTTP, fake).download_pet().send().await.expect_err("an error");
    assert_eq!(error.to_string(), "downloadPet (localhost): 404: gone");
}

/// Sends `reply` to one connection, and returns the address.
fn server(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut request = [0; 4096];
        let _ = socket.read(&mut request);
        let _ = socket.write_all(reply.as_bytes());
        // A reset instead of a regular end would be another failure.
        let _ = socket.shutdown(std::net::Shutdown::Write);
        let _ = socket.read(&mut request);
    });
    format!("http://{address}")
}

#[tokio::test]
async fn over_a_socket() {
    let call = |url: String| {
        let builder = Client::builder(&HTTP)
            .endpoint(url)
            .bearer_token("t")
            .retries(RetryPolicy::none())
            .connect_timeout(Duration::from_secs(5));
        builder.build().expect("a client").list_pets().set("kind", "cat").send()
    };
    let pets = call(server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[\"a\"]")).await.expect("success");
    assert_eq!(pets.into_inner(), ["a"]);

    let error = call(server("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n[\"a\"]")).await.expect_err("cut off");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Transport, true));

    let moved = server("HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/\r\nContent-Length: 0\r\n\r\n");
    let host = moved.trim_start_matches("http://").to_owned();
    let error = call(moved).await.expect_err("moved");
    let expected = format!("listPets ({host}): 302: redirected to http://elsewhere.example/, which was not followed");
    assert_eq!(error.to_string(), expected);

    let closed = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let error = call(format!("http://{closed}")).await.expect_err("no server");
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connect, true));
    assert!(error.to_string().starts_with(&format!("listPets ({closed}): no connection: ")), "{error}");
}
