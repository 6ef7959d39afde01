//! Typed streams, and the representations of a success.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use futures_util::StreamExt as _;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Response;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    ByteStream, CallError, ErrorKind, EventStream, Representation, RetryPolicy, StreamError, StreamErrorKind,
    Transport, TransportError, TransportErrorKind, Value,
};

use crate::fake::reply;
use crate::mini::{Change, Client, HTTP, Pet, PetEvent, ShowPet};

const EVENTS: (&str, &str) = ("content-type", "text/event-stream; charset=utf-8");

fn client(transport: impl Transport + 'static) -> Client {
    let builder = Client::builder(&HTTP).transport(transport).bearer_token("t").endpoint("http://localhost");
    builder.max_response_size(100).build().expect("a client")
}

fn pet(name: &str) -> Pet {
    Pet { name: name.to_owned() }
}

/// A reply of chunks that arrive one by one; an error breaks the connection.
fn pieces(content_type: (&str, &str), pieces: Vec<Result<&'static str, TransportErrorKind>>) -> Reply {
    let piece = |piece: Result<&'static str, TransportErrorKind>| match piece {
        Ok(text) => Ok(Bytes::from(text)),
        Err(kind) => Err(TransportError::new(kind, "broken")),
    };
    let body = ByteStream::new(futures_util::stream::iter(pieces.into_iter().map(piece).collect::<Vec<_>>()));
    Response::builder().status(200).header(content_type.0, content_type.1).body(body).expect("a response").into()
}

#[tokio::test]
async fn typed_events() {
    let text = ": hello\n\nevent: born\ndata: {\"name\":\ndata:  \"a\"}\nid: 1\n\ndata: {\"name\": 7}\nretry: 9\n\ndata: [DONE]\n\n\
                data: {}\n\n";
    let fake = Replay::new([reply(200, &[EVENTS], text)]);
    let mut events = client(fake.clone()).watch_pets().send().await.expect("a stream").into_inner();
    let first = events.next().await.expect("an event").expect("a pet");
    assert_eq!((first.event.as_deref(), first.data, first.id.as_deref()), (Some("born"), pet("a"), Some("1")));
    let second = events.next().await.expect("an event").expect("a pet");
    // Lenient, like all decoding.
    assert_eq!((second.event, second.data, second.id), (None, pet("7"), None));
    assert_eq!((second.retry, events.last_event_id()), (Some(Duration::from_millis(9)), Some("1")));
    assert!(events.next().await.is_none(), "`[DONE]` is the end");
    assert!(events.next().await.is_none());
    assert_eq!(fake.requests()[0].headers()["accept"], "text/event-stream");
}

#[tokio::test]
async fn an_unreadable_item_does_not_end_the_stream() {
    let text = "data: {\"name\": \"a\"}\n\ndata: {\"age\": 1}\n\ndata: nonsense\n\ndata: {\"name\": \"d\"}\n\n";
    let events = client(Replay::new([reply(200, &[EVENTS], text)])).watch_pets().send().await.expect("a stream");
    let items: Vec<_> = events.into_inner().map(|item| item.map(|event| event.data)).collect().await;
    let [Ok(first), Err(second), Err(third), Ok(last)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((first, last), (&pet("a"), &pet("d")));
    assert_eq!((second.kind(), second.item()), (StreamErrorKind::Item, 2));
    assert_eq!(second.to_string(), "item 2 of the stream could not be read: name: is missing");
    assert_eq!((third.item(), &third.data()[..]), (3, &b"nonsense"[..]));
    assert!(!format!("{third:?}").contains("nonsense"), "data may be secret");
}

#[tokio::test]
async fn strings_are_taken_verbatim() {
    async fn all<T: serde::de::DeserializeOwned>(text: &'static str) -> Vec<T> {
        let call = client(Replay::new([reply(200, &[EVENTS], text)])).show_pet();
        let events = call.send_as(Representation::<EventStream<T>>::new("text/event-stream")).await.expect("a stream");
        events.into_inner().map(|item| item.expect("an event").data).collect().await
    }
    let texts: Vec<String> =
        all("data: a b\n\ndata: {\"a\": 1}\n\ndata: 5\n\ndata: \"q\\n\"\n\ndata: \"q\n\ndata\n\n").await;
    assert_eq!(texts, ["a b", "{\"a\": 1}", "5", "q\n", "\"q", ""]);
    let numbers: Vec<i64> = all("data: 5\n\ndata: \"6\"\n\n").await;
    assert_eq!(numbers, [5, 6]);
    let any: Vec<Value> = all("data: 5\n\ndata: \"a\"\n\ndata: {}\n\n").await;
    assert_eq!(any, [Value::from(5), Value::from("a"), serde_json::json!({})]);
    let absent: Vec<Option<Pet>> = all("data\n\ndata: null\n\n").await;
    assert_eq!(absent, [None, None]);
}

#[tokio::test]
async fn whole_events() {
    // The last one has the fields in its data, as with some services.
    let text =
        "event: born\ndata: {\"name\": \"a\"}\nid: 3\n\ndata: {\"event\": \"died\", \"data\": {\"name\": \"b\"}}\n\n";
    let call = client(Replay::new([reply(200, &[EVENTS], text)])).show_pet();
    let events = call.send_as(ShowPet::WHOLE_EVENTS).await.expect("a stream").into_inner();
    let events: Vec<_> = events.map(|item| item.expect("an event").data).collect().await;
    let expected = [("born", "a"), ("died", "b")];
    assert_eq!(events, expected.map(|(event, name)| PetEvent { event: event.to_owned(), data: pet(name) }));
}

#[tokio::test]
async fn lines_of_json() {
    for content_type in ["application/x-ndjson", "application/json", "text/plain"] {
        let text = "{\"name\": \"a\"}\n\n{\"name\": 1}\r\n{}\n{\"name\": \"d\"}";
        let fake = Replay::new([reply(200, &[("content-type", content_type)], text)]);
        let lines = client(fake.clone()).show_pet().send_as(ShowPet::NDJSON).await.expect("a stream").into_inner();
        let items: Vec<_> = lines.collect().await;
        let [Ok(a), Ok(b), Err(bad), Ok(d)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!([a, b, d], [&pet("a"), &pet("1"), &pet("d")]);
        assert_eq!(bad.item(), 3);
        assert_eq!(fake.requests()[0].headers()["accept"], "application/x-ndjson");
    }
    let cut = reply(200, &[], "{\"name\": \"a\"}\n{\"name\":");
    let mut lines =
        client(Replay::new([cut])).show_pet().send_as(ShowPet::NDJSON).await.expect("a stream").into_inner();
    assert_eq!(lines.next().await.expect("an item").expect("a pet"), pet("a"));
    let error = lines.next().await.expect("an item").expect_err("half of one");
    assert_eq!((error.kind(), error.item()), (StreamErrorKind::Truncated, 2));
    assert!(lines.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn broken_streams() {
    async fn last(reply: Reply) -> StreamError {
        let events = client(Replay::new([reply])).watch_pets().send().await.expect("a stream").into_inner();
        let mut items: Vec<_> = events.idle_timeout(Duration::from_secs(5)).collect().await;
        let last = items.pop().expect("an item").expect_err("an error");
        assert_eq!(items.len(), 1, "the error is the end");
        items.remove(0).expect("a pet");
        last
    }
    let whole = || Ok("data: {\"name\": \"a\"}\n\n");
    let broken = last(pieces(EVENTS, vec![whole(), Ok("data: {\"na"), Err(TransportErrorKind::Body)])).await;
    assert_eq!((broken.kind(), broken.item()), (StreamErrorKind::Transport, 2));
    assert_eq!(broken.to_string(), "item 2 of the stream could not be read: the connection broke: broken");
    // The client's limit is 100 bytes.
    let endless = vec![Ok("data: 0123456789"); 20];
    let large = last(pieces(EVENTS, [vec![whole()], endless].concat())).await;
    assert_eq!((large.kind(), large.item()), (StreamErrorKind::TooLarge, 2));
    let silent = futures_util::stream::iter([Ok(Bytes::from("data: {\"name\": \"a\"}\n\n"))]);
    let silent = ByteStream::new(silent.chain(futures_util::stream::pending()));
    let idle = last(Response::new(silent).into()).await;
    assert_eq!((idle.kind(), idle.item()), (StreamErrorKind::Idle, 2));
    assert!(idle.to_string().contains("5s (`idle_timeout`)"), "{idle}");
}

#[tokio::test]
async fn representations() {
    let json = || reply(200, &[("content-type", "application/json")], "{\"name\": \"a\"}");
    let csv = || reply(200, &[("content-type", "text/csv; charset=utf-8")], "name\na\n");
    let png = || reply(200, &[("content-type", "image/png")], vec![0xff, 0xfe]);
    let fake = Replay::new([csv(), png(), json(), json()]);
    let client = client(fake.clone());
    assert_eq!(*client.show_pet().send_as(ShowPet::CSV).await.expect("text"), "name\na\n");
    let bytes = client.show_pet().send_as(ShowPet::PNG).await.expect("bytes").into_inner();
    assert_eq!(&bytes.collect().await.expect("bytes")[..], [0xff, 0xfe]);
    // Another media type with the same Rust type.
    assert_eq!(*client.show_pet().send_as(ShowPet::TEXT_JSON).await.expect("a pet"), pet("a"));
    // An undocumented media type.
    let own = client.show_pet().send_as(Representation::<ByteStream>::new("image/webp")).await;
    let own = own.expect_err("JSON, which is documented as something else");
    assert_eq!((own.kind(), &own.raw_body()[..]), (ErrorKind::Decode, &b""[..]));
    let accepts: Vec<_> = fake.requests().iter().map(|request| request.headers()["accept"].clone()).collect();
    assert_eq!(accepts, ["text/csv", "image/png", "text/json", "image/webp"]);
}

#[tokio::test]
async fn errors_name_the_received_media_type() {
    fn check(error: CallError<Value>, expected: &str) {
        assert_eq!(error.kind(), ErrorKind::Decode);
        let text = error.to_string();
        assert_eq!(
            text,
            format!("showPet (localhost) succeeded (200), but its response could not be read: {expected}")
        );
    }
    let of = |media_type: &'static str, body: &'static str| {
        client(Replay::new([reply(200, &[("content-type", media_type)], body)])).show_pet()
    };
    let json = "application/json";
    let error = of("text/csv", "name\na\n").send().await.expect_err("no JSON");
    check(error, "expected ident (line 1, column 2) (requested `application/json`, received `text/csv`)");
    let other = "application/vnd.mini.change+json";
    let error = of(other, "{\"name\": \"a\"}").send().await.expect_err("another type");
    check(error, &format!("the response has another representation (requested `{json}`, received `{other}`)"));
    let error = of(json, "{\"name\": \"a\"}").send_as(ShowPet::CHANGE).await.expect_err("another type");
    check(error, &format!("the response has another representation (requested `{other}`, received `{json}`)"));
    let error = of(json, "{}").send_as(ShowPet::CSV).await.expect_err("another representation");
    check(error, "the response has another representation (requested `text/csv`, received `application/json`)");
    // A response that is not a stream is read, and kept.
    let error = of("application/json; charset=utf-8", "{\"a\": 1}")
        .send_as(ShowPet::EVENT_STREAM)
        .await
        .expect_err("no stream");
    assert_eq!(&error.raw_body()[..], b"{\"a\": 1}");
    let types = "(requested `text/event-stream`, received `application/json; charset=utf-8`)";
    check(error, &format!("the response has another representation {types}"));
    let error = of("text/html", "<html>").send_as(ShowPet::EVENT_STREAM).await.expect_err("no stream");
    check(
        error,
        "the response is `text/html`, which is not a stream of events (requested `text/event-stream`, received `text/html`)",
    );
    // An inaccurate media type.
    assert_eq!(*of("text/plain", "{\"name\": \"a\"}").send().await.expect("a pet"), pet("a"));
    assert_eq!(
        *of(other, "{\"name\": \"a\"}").send_as(ShowPet::CHANGE).await.expect("a change"),
        Change { name: Some("a".to_owned()) }
    );
    let made = client(Replay::new([reply(202, &[("content-type", "text/csv")], "a")])).show_pet();
    let error = made.send_as(ShowPet::CSV).await.expect_err("of another status");
    assert!(error.to_string().contains("status 202 is not documented as `text/csv`"), "{error}");
}

#[test]
fn without_async() {
    let text = "data: {\"name\": \"a\"}\n\ndata: {\"name\": \"b\"}\n\n";
    let fake = Replay::new([reply(200, &[EVENTS], text), reply(200, &[], "{\"name\": \"c\"}\n")]);
    let client = client(fake);
    let events = client.watch_pets().send_blocking().expect("a stream").into_inner().blocking();
    let names: Vec<String> = events.map(|event| event.expect("an event").data.name).collect();
    assert_eq!(names, ["a", "b"]);
    let lines = client.show_pet().send_as_blocking(ShowPet::NDJSON).expect("a stream").into_inner().blocking();
    assert_eq!(lines.map(|line| line.expect("a pet")).collect::<Vec<_>>(), [pet("c")]);
}

#[test]
fn streams_can_be_shared_and_moved() {
    fn check<T: Send + Sync + Unpin>() {}
    check::<EventStream<Pet>>();
    check::<yundb_runtime::JsonLines<Pet>>();
}

/// A server on loopback: each connection gets the next response, and is then closed. Returns the heads of the requests.
fn server(responses: Vec<&'static str>) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let thread = std::thread::spawn(move || {
        let response = |response: &str| {
            let (mut connection, _) = listener.accept().expect("a connection");
            let mut head = String::new();
            let mut reader = BufReader::new(connection.try_clone().expect("a connection"));
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).expect("a line") > 0, "a whole head");
            }
            connection.write_all(response.as_bytes()).expect("sent");
            head
        };
        responses.into_iter().map(response).collect()
    });
    (address, thread)
}

fn head(head: &str) -> Option<&str> {
    head.lines().find_map(|line| line.strip_prefix("last-event-id: "))
}

#[tokio::test]
async fn reconnection() {
    // The first connection ends, the second breaks within an event, the third has no events, the last signals the end.
    let (address, server) = server(vec![
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: 20\nid: 1\ndata: {\"name\": \"a\"}\n\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 999\r\n\r\nid: 2\ndata: {\"name\": \"b\"}\n\ndata: {\"na",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n:nothing\n\n",
        "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    ]);
    let client: Client =
        Client::builder(&HTTP).endpoint(&address).bearer_token("t").no_proxy().build().expect("a client");
    let began = std::time::Instant::now();
    let events = client.watch_pets().set("kind", "cat").send().await.expect("a stream").into_inner();
    let names: Vec<_> = events.reconnecting().map(|event| event.expect("an event").data.name).collect().await;
    assert_eq!(names, ["a", "b"]);
    let heads = server.join().expect("the server");
    assert_eq!(heads.iter().map(|it| head(it)).collect::<Vec<_>>(), [None, Some("1"), Some("2"), Some("2")]);
    assert!(heads.iter().all(|head| head.starts_with("GET /pets/watch?kind=cat ")), "{heads:?}");
    assert!(began.elapsed() >= Duration::from_millis(60), "three times the requested pause");
}

#[tokio::test(start_paused = true)]
async fn reconnection_ends() {
    let nothing = || reply(200, &[EVENTS], "");
    let event = || reply(200, &[EVENTS], "data: {\"name\": \"a\"}\n\n");
    let retries = RetryPolicy::new().attempts(3);
    let stream = |replies: Vec<Reply>| {
        let replay = Replay::new(replies);
        let builder = Client::builder(&HTTP).transport(replay.clone()).endpoint("http://localhost").bearer_token("t");
        let client: Client = builder.retries(retries.clone()).build().expect("a client");
        async move { (client.watch_pets().send().await.expect("a stream").into_inner().reconnecting(), replay) }
    };
    // Two further connections without events; an event in between resets the count.
    let (events, replay) = stream(vec![nothing(), nothing(), event(), nothing(), nothing(), event()]).await;
    let items: Vec<_> = events.collect().await;
    assert!(matches!(items.as_slice(), [Ok(_)]), "{items:?}");
    assert_eq!(replay.left(), 1, "given up after the second one");
    // If it remains broken, the error is that of the connection.
    let broken = || pieces(EVENTS, vec![Err(TransportErrorKind::Body)]);
    let (events, _) = stream(vec![broken(), broken(), broken()]).await;
    let items: Vec<_> = events.collect().await;
    let [Err(error)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((error.kind(), error.item()), (StreamErrorKind::Transport, 1));
    // The service returns an error, or another media type.
    for (wrong, why) in [
        (reply(403, &[], "{\"message\": \"no\"}"), "watchPets (localhost): 403: no"),
        (reply(200, &[("content-type", "application/json")], "{}"), "the response is `application/json`"),
    ] {
        let (events, _) = stream(vec![event(), wrong]).await;
        let items: Vec<_> = events.collect().await;
        let [Ok(_), Err(error)] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!((error.kind(), error.item()), (StreamErrorKind::Reconnect, 2));
        assert!(error.to_string().contains(why), "{error}");
    }
    // By default nothing is sent again.
    let replay = Replay::new([event()]);
    let events = client(replay.clone()).watch_pets().send().await.expect("a stream").into_inner();
    assert_eq!(events.collect::<Vec<_>>().await.len(), 1);
}
