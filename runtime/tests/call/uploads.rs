//! Bodies that are not in memory, and the choice among several bodies.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::stream;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    ClientBuilder, Credentials, ErrorKind, Part, RequestBody, RetryPolicy, Signature, TransportErrorKind,
};

use crate::fake::{noon, only_request, responding};
use crate::mini::{ALIYUN, Client, HTTP, HUAWEI, PetForm};

fn client(fake: &Replay) -> Client {
    builder(fake).build().expect("a client")
}

fn builder(fake: &Replay) -> ClientBuilder<Client> {
    Client::builder(&HTTP).transport(fake.clone()).nonces(|| "BOUNDARY".to_owned())
}

fn done() -> Replay {
    responding(200, &[], "{}")
}

fn once(texts: &'static [&'static str]) -> RequestBody {
    RequestBody::stream(stream::iter(texts.iter().map(|text| Ok::<_, Infallible>(*text))))
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("yundb-upload-{}-{name}", std::process::id()));
    std::fs::write(&path, text).expect("a file");
    path
}

fn header<'a>(request: &'a Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().expect("text"))
}

fn text(request: &Request<Bytes>) -> &str {
    std::str::from_utf8(request.body()).expect("text")
}

#[tokio::test]
async fn bytes_files_and_streams_are_bodies() {
    let path = file("body.txt", "file");
    for (body, expected) in [
        (RequestBody::from("bytes"), "bytes"),
        (RequestBody::file(&path), "file"),
        (once(&["a ", "stream"]), "a stream"),
    ] {
        let fake = done();
        client(&fake).store_pet().body(body).send().await.expect("success");
        assert_eq!(text(&only_request(&fake)), expected);
    }
    let fake = done();
    client(&fake).upload_pet().file(Part::file(&path)).send().await.expect("success");
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    let expected = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\nfile\r\n");
    assert!(text(&only_request(&fake)).contains(&expected), "{}", text(&only_request(&fake)));
    std::fs::remove_file(&path).expect("removed");
    let error = client(&done()).store_pet().body(RequestBody::file(&path)).send().await.expect_err("no file");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().starts_with("storePet was not sent: body: `"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_file_is_sent_again_and_a_stream_is_not() {
    let broken = || Replay::new((0..3).map(|_| Reply::failure(TransportErrorKind::Request)));
    let path = file("again.txt", "file");
    let fake = broken();
    client(&fake).store_pet().body(RequestBody::file(&path)).send().await.expect_err("broken");
    assert_eq!(fake.requests().iter().map(text).collect::<Vec<_>>(), ["file"; 3]);
    std::fs::remove_file(&path).expect("removed");

    let fake = broken();
    let call = client(&fake).store_pet().body(once(&["stream"]));
    let error = call.clone().send().await.expect_err("broken");
    assert_eq!((fake.requests().len(), error.attempts(), error.is_retryable()), (1, 1, false));
    assert!(error.to_string().ends_with("; the body was a stream, which can be sent only once"), "{error}");
    let error = call.send().await.expect_err("nothing left");
    assert_eq!(error.to_string(), "storePet was not sent: body: is a stream, which has already been sent");

    let fake = broken();
    let error = client(&fake).upload_pet().file(Part::stream(stream::iter([Ok::<_, Infallible>("a")]))).send().await;
    assert!(error.expect_err("broken").to_string().ends_with("can be sent only once"));
    assert_eq!(fake.requests().len(), 1);
}

/// Without a connection the stream has not been read.
#[tokio::test]
async fn a_stream_waits_for_a_connection() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let retries = RetryPolicy::new().attempts(2).first_pause(Duration::ZERO);
    let builder = Client::builder(&HTTP).endpoint(format!("http://{nobody}")).no_proxy().retries(retries);
    let call = builder.build().expect("a client").store_pet().body(once(&["stream"]));
    for _ in 0..2 {
        let error = call.clone().send().await.expect_err("no connection");
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Connect, 2), "{error}");
    }
}

#[tokio::test]
async fn signatures_over_files_and_streams() {
    let path = file("signed.json", "{\"a\": 1}");
    let hash = {
        let fake = done();
        acs3(&fake).import_data().body("{\"a\": 1}").send().await.expect("success");
        header(&only_request(&fake), "x-acs-content-sha256").expect("a hash").to_owned()
    };
    let fake = done();
    acs3(&fake).import_data().body(RequestBody::file(&path)).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "x-acs-content-sha256"), Some(&*hash));
    assert_eq!(text(&only_request(&fake)), "{\"a\": 1}");
    let error = acs3(&done()).import_data().body(once(&["{}"])).send().await.expect_err("a stream");
    assert_eq!(
        error.to_string(),
        "ImportData (dg.hangzhou.example.com) was not sent: the body is a stream, which can be read only once, but the signature requires its hash: use \
         bytes or a file"
    );
    std::fs::remove_file(&path).expect("removed");

    // Huawei Cloud has a marker for unsigned bodies.
    let fake = done();
    let builder = Client::builder(&HUAWEI).transport(fake.clone()).clock(noon()).project_id("p1");
    let client = builder.credentials(Credentials::access_key("AK", "SK")).build().expect("a client");
    client.import_backup().body(once(&["backup"])).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "x-sdk-content-sha256"), Some("UNSIGNED-PAYLOAD"));
    assert_eq!(text(&only_request(&fake)), "backup");
}

fn acs3(fake: &Replay) -> Client {
    let keys = Credentials::access_key("AK", "SK");
    let builder = Client::builder(&ALIYUN).region("cn-hangzhou").transport(fake.clone()).credentials(keys);
    builder.signature(Signature::Acs3).clock(noon()).build().expect("a client")
}

#[tokio::test]
async fn the_caller_sets_a_media_type_within_a_range() {
    let refused = async |body: RequestBody| {
        client(&done()).store_pet().body_image(body).send().await.expect_err("refused").to_string()
    };
    let unnamed =
        "storePet was not sent: body: can be any image/*, so its type must be set: `RequestBody::media_type(..)`";
    assert_eq!(refused("x".into()).await, unnamed);
    let other = refused(RequestBody::from("x").media_type("text/plain")).await;
    assert_eq!(other, "storePet was not sent: body: has the media type text/plain, but must have image/*");
    let fake = done();
    client(&fake).store_pet().body_image(RequestBody::from("x").media_type("image/png")).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("image/png"));
    // An unrestricted range has a default for every body.
    let fake = done();
    client(&fake).store_pet().body("x").send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("application/octet-stream"));

    let fake = done();
    client(&fake).store_pet().patch("application/vnd.a+json", json!({"a": 1})).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("application/vnd.a+json"));
    let error = client(&done()).store_pet().patch("text/plain", 1).send().await.expect_err("refused");
    assert!(error.to_string().contains("must have application/*+json"), "{error}");
}

#[tokio::test]
async fn parts_that_the_caller_encodes_have_a_boundary() {
    let error = client(&done()).store_pet().body_parts("--X--").send().await.expect_err("refused");
    assert!(error.to_string().contains("requires a boundary"), "{error}");
    let unbounded = RequestBody::from("--X--").media_type("multipart/form-data");
    let error = client(&done()).store_pet().body_parts(unbounded).send().await.expect_err("refused");
    assert!(error.to_string().contains("requires a boundary"), "{error}");
    let bounded = RequestBody::from("--X--").media_type("multipart/form-data; boundary=X");
    let fake = done();
    client(&fake).store_pet().body_parts(bounded).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("multipart/form-data; boundary=X"));
}

#[tokio::test]
async fn forms_beside_another_body() {
    let fake = done();
    let form = PetForm::new().name("secret-name").meta(json!({"a": [1]})).file("bytes").file_x_part("5");
    let form = form.others([("x", Part::new("y").file_name("z"))]);
    let call = client(&fake).store_pet().body_form_data(form.clone());
    assert!(!format!("{form:?} {call:?}").contains("secret-name"));
    call.send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("multipart/form-data; boundary=BOUNDARY"));
    let expected = [
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nsecret-name\r\n",
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{\"a\":[1]}\r\n",
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\n",
        "Content-Type: application/octet-stream\r\nX-Part: 5\r\n\r\nbytes\r\n",
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"x\"; filename=\"z\"\r\n",
        "Content-Type: application/octet-stream\r\n\r\ny\r\n--BOUNDARY--\r\n",
    ];
    assert_eq!(text(&only_request(&fake)), expected.concat());

    let fake = done();
    let form = PetForm::new().name("ab").styled(["a b", "c%"], json!({"k": [1]}));
    client(&fake).store_pet().body_form_data(form).send().await.expect("success");
    let expected = [
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nab\r\n",
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"tags\"\r\n\r\na b|c%\r\n",
        "--BOUNDARY\r\nContent-Disposition: form-data; name=\"deep[k][0]\"\r\n\r\n1\r\n--BOUNDARY--\r\n",
    ];
    assert_eq!(text(&only_request(&fake)), expected.concat());

    let error = client(&done()).store_pet().body_form_data(PetForm::new().name("x")).send().await.expect_err("refused");
    assert_eq!(error.to_string(), "storePet was not sent: body.name: must have at least 2 characters, has 1");
    let error = client(&done()).store_pet().body_form_data(PetForm::default()).send().await.expect_err("refused");
    assert_eq!(error.to_string(), "storePet was not sent: body.name: is required");

    let fake = done();
    let value = json!({"list": [1, 2], "none": null, "object": {"c": 1}, "tags": ["a", "b"]});
    client(&fake).store_pet().body_form(value).send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(text(&only_request(&fake)), "list=1&list=2&object=%7B%22c%22%3A1%7D&tags=a%7Cb");
    let error = client(&done()).store_pet().body_form(json!({})).send().await.expect_err("refused");
    assert_eq!(error.to_string(), "storePet was not sent: body: must have at least 1 entry, has 0");
}

/// The bytes on a socket, up to the end of the head, and those after it.
async fn on_the_wire(call: impl FnOnce(Client) -> futures_util::future::BoxFuture<'static, ()>) -> (String, Vec<u8>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let client = Client::builder(&HTTP).endpoint(endpoint).no_proxy().retries(RetryPolicy::none()).build();
    let sent = tokio::spawn(call(client.expect("a client")));
    let (mut socket, _) = listener.accept().await.expect("a connection");
    let mut seen = Vec::new();
    let head = loop {
        socket.read_buf(&mut seen).await.expect("bytes");
        if let Some(end) = seen.windows(4).position(|it| it == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(&seen[..head]).to_ascii_lowercase();
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse::<usize>().ok());
    let whole = |seen: &[u8]| match length {
        Some(length) => seen.len() >= head + length,
        None => seen.ends_with(b"0\r\n\r\n") || !text.contains("chunked"),
    };
    while !whole(&seen) {
        assert_ne!(socket.read_buf(&mut seen).await.expect("bytes"), 0, "the end");
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.expect("written");
    sent.await.expect("sent");
    (text, seen[head..].to_vec())
}

#[tokio::test]
async fn lengths_are_sent_where_they_are_known() {
    let (head, _) = on_the_wire(|client| Box::pin(async move { drop(client.update_pet().send().await) })).await;
    assert!(head.contains("\r\ncontent-length: 0\r\n") && !head.contains("transfer-encoding"), "{head}");
    let (head, _) = on_the_wire(|client| Box::pin(async move { drop(client.download_pet().send().await) })).await;
    assert!(!head.contains("content-length") && !head.contains("transfer-encoding"), "{head}");

    let path = file("wire.txt", "file");
    let from = RequestBody::file(&path);
    let (head, body) =
        on_the_wire(|client| Box::pin(async move { drop(client.store_pet().body(from).send().await) })).await;
    assert!(head.contains("\r\ncontent-length: 4\r\n") && !head.contains("transfer-encoding"), "{head}");
    assert_eq!(body, b"file");
    let parts = Part::file(&path);
    let (head, body) =
        on_the_wire(|client| Box::pin(async move { drop(client.upload_pet().file(parts).send().await) })).await;
    assert!(head.contains(&format!("\r\ncontent-length: {}\r\n", body.len())), "{head}");
    std::fs::remove_file(&path).expect("removed");

    let known = once(&["ab", "cd"]).length(4);
    let (head, body) =
        on_the_wire(|client| Box::pin(async move { drop(client.store_pet().body(known).send().await) })).await;
    assert!(head.contains("\r\ncontent-length: 4\r\n") && !head.contains("transfer-encoding"), "{head}");
    assert_eq!(body, b"abcd");
    let unknown = once(&["ab", "cd"]);
    let (head, body) =
        on_the_wire(|client| Box::pin(async move { drop(client.store_pet().body(unknown).send().await) })).await;
    assert!(head.contains("\r\ntransfer-encoding: chunked\r\n") && !head.contains("content-length"), "{head}");
    assert_eq!(body, b"2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n");
}
