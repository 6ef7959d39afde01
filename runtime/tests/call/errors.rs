//! The common error type: conversions, categories, and messages.

use std::error::Error as StdError;

use futures_util::TryStreamExt as _;
use serde::Deserialize;
use yundb_runtime::format::{Formatted, Uuid};
use yundb_runtime::operation::path;
use yundb_runtime::shape::any;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    CallError, Client, ClientBuilder, ConfigError, Credentials, CredentialsError, DecodeError, Error, ErrorCategory,
    ErrorKind, EventStream, JobHandle, Operation as _, Protocol, RetryPolicy, Service, Spec, StreamError,
    TransportError, TransportErrorKind, Value, WaitError,
};

use crate::fake::reply;
use crate::mini::{ALIYUN, HTTP, JOBS};

#[derive(Clone, Debug, Deserialize)]
pub struct Pet {
    #[allow(dead_code, reason = "it is only read from JSON")]
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Fault {
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Limits {
    #[serde(rename = "x-remaining", default)]
    pub remaining: Option<i64>,
}

yundb_runtime::operation! {
    ShowPet: show_pet -> Response<Pet, Limits>, CallError<Fault>;
    Spec::new("ShowOnePet", "GET", "/pets/{id}")
        .params(&[path("id", any().max_length(8)).required()])
        .accept("application/json")
        .security(&[])
}

yundb_runtime::operation! {
    FollowPets: follow_pets -> Response<EventStream<Pet>>, CallError<Value>;
    Spec::new("FollowPets", "GET", "/pets").accept("text/event-stream").security(&[])
}

static PETS: Service =
    Service { errors: &[(ErrorCategory::Quota, &["Full"]), (ErrorCategory::Throttled, &["SlowDown"])], ..HTTP };

fn client(service: &'static Service, replies: impl IntoIterator<Item = Reply>) -> Client {
    let builder = ClientBuilder::new(service).transport(Replay::new(replies)).endpoint("http://pets.example:8080/v1");
    let builder = match service.protocol {
        Protocol::Http => builder,
        _ => builder.project_id("p").credentials(Credentials::access_key("AK", "SK")),
    };
    builder.retries(RetryPolicy::none()).build().expect("a client")
}

fn show_pet(replies: impl IntoIterator<Item = Reply>) -> ShowPet {
    ShowPet(client(&PETS, replies).call(ShowPet::SPEC).set("id", "7"))
}

async fn failed(reply: Reply) -> CallError<Fault, Limits> {
    show_pet([reply]).await.expect_err("an error")
}

/// An error with all its sources, as `anyhow` reports it.
fn report(error: impl StdError + Send + Sync + 'static) -> String {
    format!("{:#}", anyhow::Error::new(error))
}

/// `?` converts any error of a program.
#[tokio::test(start_paused = true)]
async fn all_errors_convert_to_one_type() {
    async fn of_a_call() -> Result<(), Error> {
        show_pet([reply(404, &[("x-remaining", "3")], r#"{"reason": "gone", "code": "E"}"#)]).await?;
        Ok(())
    }
    let error = of_a_call().await.expect_err("not there");
    assert_eq!((error.kind(), error.category()), (ErrorKind::Service, ErrorCategory::NotFound));
    assert_eq!((error.status(), error.code(), error.operation()), (Some(404), Some("E"), Some("ShowOnePet")));
    assert_eq!((error.attempts(), error.is_retryable(), error.violations().len()), (1, false, 0));
    assert_eq!(error.body(), Some(&Fault { reason: "gone".to_owned() }));
    assert!(error.body::<Value>().is_none(), "of another type");
    assert_eq!(error.typed_headers(), Some(&Limits { remaining: Some(3) }));
    assert_eq!(error.headers().map(|headers| headers.len()), Some(1));
    assert!(error.raw_body().starts_with(b"{"));
    let typed = error.downcast_ref::<CallError<Fault, Limits>>().expect("the original error");
    assert_eq!((typed.to_string(), format!("{typed:?}")), (error.to_string(), format!("{error:?}")));
    let error = error.downcast::<WaitError>().expect_err("is of another type");
    assert_eq!(error.downcast::<CallError<Fault, Limits>>().expect("this type").status(), Some(404));

    async fn of_a_stream() -> Result<(), Error> {
        let events = reply(200, &[("content-type", "text/event-stream")], "data: {}\n\n");
        let mut pets = FollowPets(client(&PETS, [events]).call(FollowPets::SPEC)).await?.into_inner();
        pets.try_next().await?;
        Ok(())
    }
    let error = of_a_stream().await.expect_err("no pet");
    assert!(error.is::<StreamError>() && error.kind() == ErrorKind::Decode, "{error:?}");

    async fn of_a_wait(replies: Vec<Reply>) -> Result<(), Error> {
        let job =
            JobHandle { id: "j".to_owned(), operation: None, poll: "ShowJob".to_owned(), also: Default::default() };
        client(&JOBS, replies).resume(job).await?;
        Ok(())
    }
    let state = r#"{"job": {"status": "Failed", "fail_reason": "no room"}}"#;
    let error = of_a_wait(vec![reply(200, &[], state)]).await.expect_err("failed");
    assert!(matches!(error.downcast_ref(), Some(WaitError::Failed { .. })) && error.kind() == ErrorKind::Job);
    let error = of_a_wait(vec![reply(403, &[], r#"{"error_code": "APIGW.0302"}"#)]).await.expect_err("no permission");
    assert_eq!((error.code(), error.is_permission(), error.is::<WaitError>()), (Some("APIGW.0302"), true, true));
    assert!(error.body::<Value>().is_some_and(Value::is_object));

    fn of_settings() -> Result<Client, Error> {
        Ok(ClientBuilder::new(&PETS).endpoint("http://").build()?)
    }
    let error = of_settings().expect_err("no host");
    assert!(error.is::<ConfigError>() && error.kind() == ErrorKind::Config, "{error:?}");
    let none = (error.status(), error.code(), error.request_id(), error.operation(), error.headers().is_some());
    assert_eq!((none, error.raw_body().len(), error.attempts()), ((None, None, None, None, false), 0, 0));

    for (error, kind) in [
        (Error::from(CredentialsError::new("x")), ErrorKind::Credentials),
        (Error::from(TransportError::new(TransportErrorKind::Connect, "x")), ErrorKind::Connect),
        (Error::from(TransportError::new(TransportErrorKind::ReadTimeout, "x")), ErrorKind::Timeout),
        (Error::from(DecodeError::new("", "x")), ErrorKind::Decode),
        (Error::from(Formatted::<Uuid>::from("x").get().expect_err("no UUID")), ErrorKind::Decode),
    ] {
        assert_eq!(error.kind(), kind, "{error:?}");
    }
}

#[test]
fn errors_are_small_and_shareable() {
    fn is_shareable<T: StdError + Send + Sync + 'static>() {}
    is_shareable::<Error>();
    assert!(size_of::<Error>() <= 2 * size_of::<usize>());
    assert!(size_of::<CallError<[u64; 99], [u64; 99]>>() <= 3 * size_of::<usize>());
}

/// Failures and their categories: each belongs to exactly one.
#[tokio::test(start_paused = true)]
async fn categories() {
    use ErrorCategory::{Auth, Conflict, InvalidInput, NotFound, Permission, Quota, ServerFault, Throttled, Timeout};
    let of = |error: &Error| {
        let all = [
            (error.is_auth(), Auth),
            (error.is_permission(), Permission),
            (error.is_quota(), Quota),
            (error.is_not_found(), NotFound),
            (error.is_conflict(), Conflict),
            (error.is_throttled(), Throttled),
            (error.is_invalid_input(), InvalidInput),
            (error.is_timeout(), Timeout),
            (error.is_connection(), ErrorCategory::Connection),
            (error.is_server_fault(), ServerFault),
        ];
        let found: Vec<_> = all.into_iter().filter(|(is, _)| *is).map(|(_, category)| category).collect();
        assert!(found.len() <= 1, "{found:?}");
        assert_eq!(found.first().copied().unwrap_or(ErrorCategory::Other), error.category());
        error.category()
    };
    for (status, body, expected) in [
        (400, "", InvalidInput),
        (401, "", Auth),
        (403, "", Permission),
        (403, r#"{"code": "Full"}"#, Quota),
        (404, "", NotFound),
        (409, "", Conflict),
        (429, "", Throttled),
        (500, "", ServerFault),
        (504, "", Timeout),
        (302, "", ErrorCategory::Other),
        (200, "[", ErrorCategory::Other),
    ] {
        let error = failed(reply(status, &[], body)).await;
        assert_eq!(error.category(), expected, "{error}");
        assert_eq!(of(&error.into()), expected);
    }
    // The document's codes also determine retries.
    let error = failed(reply(400, &[], r#"{"code": "SlowDown"}"#)).await;
    assert!(error.is_throttled() && error.is_retryable(), "{error:?}");
    // Failures before sending.
    let error = show_pet([]).0.set("id", "123456789").send::<ShowPet>().await.expect_err("too long");
    assert_eq!((error.violations().len(), of(&error.into())), (1, InvalidInput));
    let keyless = Spec { security: Some(&[&["oauth"]]), ..*ShowPet::SPEC };
    let keyless = client(&PETS, []).call(Box::leak(Box::new(keyless))).set("id", "7");
    assert_eq!(of(&keyless.send::<ShowPet>().await.expect_err("no key").into()), Auth);
    let blank = client(&ALIYUN, []).call_action("X").with_credentials(Credentials::access_key("", "SK"));
    assert_eq!(of(&blank.send().await.expect_err("no key").into()), Auth);
    // Failures without a response.
    let none = |kind| [Reply::failure(kind)];
    for (kind, expected) in [
        (TransportErrorKind::Connect, ErrorCategory::Connection),
        (TransportErrorKind::Body, ErrorCategory::Connection),
        (TransportErrorKind::ConnectTimeout, Timeout),
        (TransportErrorKind::TooLarge, ErrorCategory::Other),
    ] {
        let error = show_pet(none(kind)).await.expect_err("no response");
        assert_eq!(of(&error.into()), expected, "{kind:?}");
    }
}

/// The client's method, the document's operation and the host, once each.
#[tokio::test]
async fn messages() {
    let body = r#"{"code": "DBS.280001", "message": "quota exceeded", "request_id": "r1"}"#;
    let error = failed(reply(403, &[], body)).await;
    let expected = "show_pet (ShowOnePet, pets.example:8080): 403 DBS.280001: quota exceeded (request id r1)";
    assert_eq!((error.to_string(), format!("{error:?}")), (expected.to_owned(), expected.to_owned()));
    assert!(format!("{error:#?}").starts_with("CallError {\n    kind: Service,"), "{error:#?}");
    assert_eq!(report(error), expected);
    let error = failed(reply(200, &[], "[]")).await;
    assert!(error.to_string().starts_with("show_pet (ShowOnePet, pets.example:8080) succeeded (200), but "), "{error}");
    let error = show_pet([]).0.set("id", "123456789").send::<ShowPet>().await.expect_err("too long");
    let expected = "show_pet (ShowOnePet) was not sent: id: must have at most 8 characters, has 9";
    assert_eq!(error.to_string(), expected);
}

/// A report of all sources repeats and omits nothing, whatever the error.
#[tokio::test(start_paused = true)]
async fn reports_repeat_nothing() {
    #[track_caller]
    fn occurs_once(error: impl Into<Error>, what: &str) {
        let error: Error = error.into();
        let report = report(error);
        assert_eq!(report.matches(what).count(), 1, "{report}");
    }
    let error = show_pet([Reply::failure(TransportErrorKind::Connect)]).await.expect_err("no response");
    assert!(error.cause().is_some_and(|cause| cause.is::<TransportError>()));
    occurs_once(error, "failure set by the test");
    let error = failed(reply(200, &[], r#"{"name": 1.5e}"#)).await;
    assert!(error.cause().is_some_and(|cause| cause.is::<DecodeError>()));
    let why = error.cause().map(ToString::to_string).expect("a reason");
    occurs_once(error, &why);
    let lost = std::io::Error::other("the disk\nis gone");
    occurs_once(TransportError::new(TransportErrorKind::Body, format!("no body: {lost}")).with_source(lost), "disk");
    let lost = std::io::Error::other("the disk is gone");
    let transport = TransportError::new(TransportErrorKind::Body, "no body").with_source(lost);
    let error = Error::from(transport);
    // As `main` prints it.
    assert_eq!(format!("{error:?}"), "no body\n\nCaused by:\n    the disk is gone");
    assert!(format!("{error:#?}").starts_with("TransportError {"), "{error:#?}");
    assert_eq!(report(error), "no body: the disk is gone");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("an address");
    let builder = ClientBuilder::new(&PETS).endpoint(format!("http://{closed}")).retries(RetryPolicy::none());
    let call = builder.build().map(|client: Client| ShowPet(client.call(ShowPet::SPEC).set("id", "7")));
    let error = Error::from(call.expect("a client").await.expect_err("no server"));
    assert!(error.to_string().starts_with(&format!("show_pet (ShowOnePet, {closed}): no connection: ")), "{error}");
    occurs_once(error, "Connection refused");

    let job = JobHandle { id: "j".to_owned(), operation: None, poll: "ShowJob".to_owned(), also: Default::default() };
    let error = client(&JOBS, [reply(400, &[], r#"{"error_msg": "no such job"}"#)]).resume(job).await;
    occurs_once(error.expect_err("an error"), "no such job");
}
