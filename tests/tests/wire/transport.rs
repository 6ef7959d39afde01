//! Errors in transit: no connection, truncated responses, and responses that are not JSON.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use serde_json::json;
use wiremock::ResponseTemplate;
use yundb_aliyun_dg as dg;
use yundb_huawei_iam as iam;
use yundb_runtime::{CallError, Credentials, ErrorKind, RetryPolicy};

use crate::server::Server;

fn client(url: String) -> iam::Client {
    iam::Client::builder()
        .endpoint(url)
        .credentials(Credentials::token("t"))
        .retries(RetryPolicy::none())
        .build()
        .unwrap()
}

async fn list(client: &iam::Client) -> CallError<iam::types::ErrorBody> {
    client.list_projects().send().await.unwrap_err()
}

#[tokio::test]
async fn refused_connections_are_connect_errors() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = list(&client(url.clone())).await;
    assert_eq!((error.kind(), error.status(), error.code()), (ErrorKind::Connect, None, None));
    assert!(
        error.to_string().starts_with(&format!("list_projects (KeystoneListProjects, {}): no connection: ", &url[7..])),
        "{error}"
    );
    assert!(error.is_retryable());
    assert!(error.raw_body().is_empty() && error.body().is_none());
}

/// The error of a response that ends after these bytes.
async fn cut(response: &'static str) -> CallError<iam::types::ErrorBody> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let count = stream.read(&mut request).unwrap();
        assert!(request[..count].starts_with(b"GET /v3/projects HTTP/1.1\r\n"));
        stream.write_all(response.as_bytes()).unwrap();
    });
    let error = list(&client(url.clone())).await;
    server.join().unwrap();
    error
}

#[tokio::test]
async fn truncated_responses_are_transport_errors() {
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-Request-Id: r-1\r\n\r\n{\"projects\": [",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Request-Id: r-1\r\n\r\nd\r\n{\"projects\": \r\n",
    ] {
        let error = cut(response).await;
        assert_eq!((error.kind(), error.status()), (ErrorKind::Transport, Some(200)), "{error}");
        assert_eq!(error.request_id(), Some("r-1"));
        // A GET may be repeated.
        assert!(error.is_retryable());
    }
    let error = cut("HTTP/1.1 200 OK\r\nContent-").await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Transport, None), "{error}");
}

#[tokio::test]
async fn unreadable_successes_are_decode_errors() {
    for body in [r#"{"projects": [{"id": "a"}"#, "<html></html>", r#"{"projects": 5}"#] {
        let response = ResponseTemplate::new(200).set_body_string(body).insert_header("X-Request-Id", "r-2");
        let server = Server::returning([response]).await;
        let error = list(&client(server.uri())).await;
        assert_eq!((error.kind(), error.status(), error.request_id()), (ErrorKind::Decode, Some(200), Some("r-2")));
        assert_eq!(&error.raw_body()[..], body.as_bytes());
        let uri = server.uri();
        let expected = format!("list_projects (KeystoneListProjects, {}) succeeded (200), but its response", &uri[7..]);
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(!error.is_retryable());
    }
    // Alibaba Cloud's responses are inspected before they are decoded.
    let server = Server::returning([ResponseTemplate::new(200).set_body_string(r#"{"Code": "OK", "Succ"#)]).await;
    let client: dg::Client = server.client(dg::Client::builder().credentials(Credentials::access_key("ak", "sk")));
    let error = client.show_gateway().gateway_id("g").send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Decode, Some(200)), "{error}");
}

#[tokio::test]
async fn slow_responses_time_out() {
    let response = ResponseTemplate::new(200).set_body_json(json!({})).set_delay(Duration::from_secs(20));
    let server = Server::returning([response]).await;
    let uri = server.uri();
    let host = uri.trim_start_matches("http://");
    let call = client(server.uri()).list_projects().timeout(Duration::from_millis(50));
    let error = call.send().await.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Timeout, None));
    assert!(
        error.to_string().starts_with(&format!("list_projects (KeystoneListProjects, {host}) timed out: ")),
        "{error}"
    );
}

/// A server for one connection, which returns the received requests.
fn proxy() -> (String, thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut requested, mut bytes) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = stream.read(&mut bytes) {
            let head = String::from_utf8_lossy(&bytes[..count]).into_owned();
            requested.push(head);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"projects\":[]}     ").unwrap();
        }
        requested
    });
    (url, server)
}

/// The requests, once the client has closed the connection.
async fn ended(server: thread::JoinHandle<Vec<String>>) -> Vec<String> {
    tokio::task::spawn_blocking(|| server.join().unwrap()).await.unwrap()
}

#[tokio::test]
async fn requests_can_be_sent_through_a_proxy() {
    let (url, server) = proxy();
    let builder = iam::Client::builder().endpoint("http://iam.example.com").credentials(Credentials::token("t"));
    let client = builder.proxy(url.replace("http://", "http://user:word@")).build().unwrap();
    client.list_projects().send().await.unwrap();
    client.list_projects().name("n").send().await.unwrap();
    drop(client);
    let requested = ended(server).await;
    assert!(requested[0].starts_with("GET http://iam.example.com/v3/projects HTTP/1.1\r\n"), "{}", requested[0]);
    assert!(
        requested[0].to_lowercase().contains("\r\nproxy-authorization: basic dxnlcjp3b3jk\r\n"),
        "{}",
        requested[0]
    );
    // On the same connection.
    assert!(requested[1].starts_with("GET http://iam.example.com/v3/projects?name=n HTTP/1.1\r\n"), "{}", requested[1]);
}

#[tokio::test]
async fn connections_are_reused() {
    let (url, server) = proxy();
    let client = client(url);
    for _ in 0..5 {
        client.list_projects().send().await.unwrap();
    }
    drop(client);
    assert_eq!(ended(server).await.len(), 5);
}
