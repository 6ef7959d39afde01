//! Tests of the conformance tests: a correct client written by hand has no findings, and each fault that is injected
//! into it, one at a time, is found and classified.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;

use http::{HeaderName, Request};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use yundb_conform::driver::{Encoded, Ended, Entry, Inputs, Outcome, Payload, ended, events, json, lines, nothing};
use yundb_conform::report::{Kind, Report};
use yundb_conform::{Driver, Options};
use yundb_runtime::operation::{body, header, part, path, query};
use yundb_runtime::shape::{any, optional, required};
use yundb_runtime::{
    Attempt, Call, Client, ClientBuilder, EventStream, Field, Interceptor, JsonLines, Object, Operation, Protocol,
    Representation, RequestBody, Service, Spec,
};

/// A fault of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    // In requests.
    WrongByte,
    DroppedParameter,
    RenamedHeader,
    SwappedSegments,
    OtherMethod,
    OtherMediaType,
    NoBody,
    InventedParameter,
    SentTwice,
    WrongByteOfFile,
    RenamedPart,
    // In the inputs that the client accepts.
    NoSetter,
    NarrowType,
    // In typed responses.
    LostField,
    ChangedField,
    InventedField,
    LostHeader,
    WrongAlternative,
    UnknownAlternative,
    NotDecoded,
    UntypedError,
    OtherStatus,
    NotRequested,
    LostItem,
    LostErrorHeader,
    ChangedErrorHeader,
    // In the check.
    MissedConstraint,
    WrongPath,
    RefusedValid,
    CheckedAnyway,
    Panic,
}

thread_local! {
    static FAULT: Cell<Fault> = const { Cell::new(Fault::None) };
}

fn fault() -> Fault {
    FAULT.get()
}

static SERVICE: Service = Service {
    package: "pets",
    version: "1",
    product: "",
    protocol: Protocol::Http,
    servers: &[],
    schemes: &[],
    security: &[],
    jobs: &[],
    limits: &[],
    busy: &[],
    errors: &[],
};

struct PutPet;

impl Operation for PutPet {
    type Output = Found;
    type Headers = Headers;
    type Error = Problem;
    const SPEC: &'static Spec = &Spec::new("putPet", "PUT", "/owners/{owner}/pets/{pet}")
        .params(&[
            path("owner", any().pattern("^[a-z]{3,8}$")),
            path("pet", any().min(1000).max(9000)),
            query("limit", any().max(10)).required(),
            header("X-Trace", any().max_length(8)).required(),
            body(yundb_runtime::shape::object::<Pet>()).required(),
        ])
        .body("application/json", true)
        .accept("application/json");
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pet {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Vec<String>>,
}

impl Object for Pet {
    const FIELDS: &'static [Field] = &[required("name", any().min_length(3)), optional("tags", any().unique())];
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Found {
    it: It,
    note: String,
}

#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "as it is generated")]
enum It {
    Cat(Cat),
    Dog(Dog),
    Unknown(Value),
}
yundb_runtime::untagged_union!(It { Cat, Dog });

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Cat {
    lives: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Dog {
    tricks: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Problem {
    code: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Headers {
    #[serde(rename = "x-count")]
    x_count: Option<i64>,
}

struct AddPhoto;

impl Operation for AddPhoto {
    type Output = ();
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("addPhoto", "POST", "/photos")
        .params(&[part("photo", any()).required(), part("note", any().max_length(100)).required()])
        .body("multipart/form-data", true);
}

struct WatchPets;

impl WatchPets {
    const EVENT_STREAM: Representation<EventStream<Dog>> = Representation::new("text/event-stream");
    const JSONL: Representation<JsonLines<Cat>> = Representation::new("application/jsonl");
}

impl Operation for WatchPets {
    type Output = Problem;
    type Headers = Limits;
    type Error = Problem;
    const SPEC: &'static Spec = &Spec::new("watchPets", "GET", "/pets/watch").accept("application/json");
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Limits {
    #[serde(rename = "retry-after")]
    retry_after: Option<i64>,
    #[serde(rename = "x-limits", default)]
    limits: Vec<i64>,
}

async fn watch_pets(client: Client, given: Inputs) -> Ended {
    let call: Call = client.call(WatchPets::SPEC);
    given.rest()?;
    let shown = format!("{call:?}");
    let lost = |whole: Encoded| match fault() {
        Fault::LostItem => Encoded { payload: Payload::Items(Vec::new()), ..whole },
        _ => whole,
    };
    let mut done = match given.representation().filter(|_| fault() != Fault::NotRequested) {
        Some("text/event-stream") => {
            ended(&shown, call.send_as::<WatchPets, _>(WatchPets::EVENT_STREAM).await, |it| lost(events(it)), json)?
        }
        Some("application/jsonl") => {
            ended(&shown, call.send_as::<WatchPets, _>(WatchPets::JSONL).await, |it| lost(lines(it)), json)?
        }
        _ => ended(&shown, call.send::<WatchPets>().await, |it| json(&it), json)?,
    };
    if let Outcome::Failure(failure) = &mut done {
        match (fault(), &mut failure.headers) {
            (Fault::LostErrorHeader, headers) => *headers = None,
            (Fault::ChangedErrorHeader, Some(Encoded { payload: Payload::Json(Ok(headers), _), .. })) => {
                headers["x-limits"] = vec![1].into();
            }
            _ => {}
        }
    }
    Ok(done)
}

async fn add_photo(client: Client, mut given: Inputs) -> Ended {
    let mut call: Call = client.call(AddPhoto::SPEC);
    if let Some(it) = given.file("photo")? {
        call = call.part("photo", it);
    }
    if let Some(it) = given.take::<String>("field", "note")? {
        call = call.text("note", it);
    }
    given.rest()?;
    if given.unchecked() || fault() == Fault::MissedConstraint {
        call = call.unchecked();
    }
    let shown = format!("{call:?}");
    ended(&shown, call.send::<AddPhoto>().await, |()| nothing(), json)
}

/// The equivalent of an emitted driver, with the fault in it.
const TABLE: &[Entry<Client>] = &[
    ("PUT", "/owners/{owner}/pets/{pet}", |client, given| Box::pin(put_pet(client, given))),
    ("GET", "/pets/watch", |client, given| Box::pin(watch_pets(client, given))),
    ("POST", "/photos", |client, given| Box::pin(add_photo(client, given))),
];

async fn put_pet(client: Client, mut given: Inputs) -> Ended {
    let mut call: Call = client.call(PutPet::SPEC).set("owner", given.need::<String>("path", "owner")?);
    call = match fault() {
        Fault::NarrowType => call.set("pet", given.need::<u8>("path", "pet")?),
        _ => call.set("pet", given.need::<i64>("path", "pet")?),
    };
    if fault() != Fault::NoSetter
        && let Some(it) = given.take::<i64>("query", "limit")?
    {
        call = call.set("limit", it);
    }
    if let Some(it) = given.take::<String>("header", "X-Trace")? {
        call = call.text("X-Trace", it);
    }
    call = call.set("body", given.need::<Pet>("body", "")?);
    given.rest()?;
    let unchecked = given.unchecked();
    if (unchecked && fault() != Fault::CheckedAnyway) || fault() == Fault::MissedConstraint {
        call = call.unchecked();
    }
    match fault() {
        Fault::Panic => panic!("injected fault"),
        Fault::SentTwice => drop(call.clone().send::<PutPet>().await),
        Fault::RefusedValid => call = call.set("nothing", 1),
        _ => {}
    }
    let shown = format!("{call:?}");
    let mut done = ended(&shown, call.send::<PutPet>().await, |it| json(&it), json)?;
    inject(&mut done);
    Ok(done)
}

/// Injects a fault into a typed response.
fn inject(done: &mut Outcome) {
    let payload = |encoded: &mut Encoded, change: &dyn Fn(&mut Value, &mut String)| {
        if let Payload::Json(Ok(value), debug) = &mut encoded.payload {
            change(value, debug);
        }
    };
    match done {
        Outcome::Success(success) => match fault() {
            Fault::LostField => {
                payload(&mut success.body, &|value, _| drop(value.as_object_mut().unwrap().remove("note")))
            }
            Fault::ChangedField => payload(&mut success.body, &|value, _| value["note"] = "another".into()),
            Fault::InventedField => payload(&mut success.body, &|value, _| value["more"] = 1.into()),
            Fault::LostHeader => payload(&mut success.headers, &|value, _| value["x-count"] = Value::Null),
            Fault::WrongAlternative => payload(&mut success.body, &|_, debug| *debug = debug.replace("Cat(", "Dog(")),
            Fault::UnknownAlternative => {
                payload(&mut success.body, &|_, debug| *debug = debug.replace("Cat(", "Unknown("));
            }
            Fault::OtherStatus => success.status = 201,
            _ => {}
        },
        Outcome::Failure(failure) => match fault() {
            Fault::WrongPath => failure.violations.iter_mut().for_each(|(path, _)| path.push_str(".elsewhere")),
            Fault::UntypedError => failure.body = None,
            Fault::NotDecoded => failure.kind = yundb_runtime::ErrorKind::Decode,
            _ => {}
        },
    }
}

/// Injects a fault into a request.
#[derive(Debug)]
struct Inject;

impl Interceptor for Inject {
    fn before_attempt(&self, _: &Attempt, request: &mut Request<RequestBody>) {
        let target = request.uri().to_string();
        if target.ends_with("/pets/watch") {
            return;
        }
        if target.ends_with("/photos") {
            return inject_into_parts(request);
        }
        let retarget =
            |request: &mut Request<RequestBody>, target: String| *request.uri_mut() = target.parse().unwrap();
        match fault() {
            Fault::WrongByte => {
                // A letter of the name.
                let mut bytes = request.body().as_bytes().unwrap().to_vec();
                let at = bytes.iter().position(|byte| *byte == b':').unwrap() + 2;
                bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
                *request.body_mut() = bytes.into();
            }
            Fault::DroppedParameter => retarget(request, target.split('?').next().unwrap().to_owned()),
            Fault::RenamedHeader => {
                let value = request.headers_mut().remove("x-trace").unwrap();
                request.headers_mut().insert(HeaderName::from_static("x-tracer"), value);
            }
            Fault::SwappedSegments => {
                let (path, query) = target.split_once('?').unwrap();
                let mut segments: Vec<&str> = path.split('/').collect();
                let last = segments.len() - 1;
                segments.swap(last, last - 2);
                retarget(request, format!("{}?{query}", segments.join("/")));
            }
            Fault::OtherMethod => *request.method_mut() = http::Method::POST,
            Fault::OtherMediaType => {
                drop(request.headers_mut().insert("content-type", http::HeaderValue::from_static("text/plain")));
            }
            Fault::NoBody => *request.body_mut() = RequestBody::default(),
            Fault::InventedParameter => retarget(request, format!("{target}&made=up")),
            _ => {}
        }
    }
}

/// Injects a fault into a multipart body.
fn inject_into_parts(request: &mut Request<RequestBody>) {
    let replace = |from: &[u8], to: &[u8]| {
        let body = request.body().as_bytes().unwrap();
        let at = body.windows(from.len()).position(|it| it == from).unwrap();
        [&body[..at], to, &body[at + from.len()..]].concat()
    };
    let body = match fault() {
        // The first byte after the head of the first part, which is the photo.
        Fault::WrongByteOfFile => {
            let mut body = request.body().as_bytes().unwrap().to_vec();
            let start = body.windows(4).position(|it| it == b"\r\n\r\n").unwrap() + 4;
            body[start] ^= 1;
            body
        }
        Fault::RenamedPart => replace(b"name=\"photo\"", b"name=\"image\""),
        _ => return,
    };
    *request.body_mut() = body.into();
}

fn builder() -> ClientBuilder<Client> {
    ClientBuilder::new(&SERVICE).interceptor(Inject)
}

fn run(fault: Fault) -> Report {
    run_on(fault, &[TABLE])
}

fn run_on(fault: Fault, tables: &'static [&'static [Entry<Client>]]) -> Report {
    FAULT.set(fault);
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pets.yaml");
    yundb_conform::run(&spec, "pets", &Driver::new(builder, tables), Options::default()).unwrap()
}

fn kinds(report: &Report) -> BTreeSet<Kind> {
    report.wrong.iter().map(|wrong| wrong.kind).collect()
}

#[test]
fn a_correct_client_has_no_findings() {
    let report = run(Fault::None);
    assert_eq!(report.wrong, []);
    assert_eq!(report.contradictions, []);
    assert_eq!((report.operations, report.operations_right), (3, 3));
    assert_eq!(report.right, report.cases);
    // Inputs, responses and violations of nine constraints.
    assert!(report.cases > 20, "{}", report.cases);
}

#[test]
fn each_fault_is_found_and_classified() {
    let faults = [
        (Fault::WrongByte, Kind::SentBodyDiffers),
        (Fault::DroppedParameter, Kind::SentParameterDiffers),
        (Fault::RenamedHeader, Kind::SentParameterDiffers),
        (Fault::RenamedHeader, Kind::SentInvented),
        (Fault::SwappedSegments, Kind::SentParameterDiffers),
        (Fault::OtherMethod, Kind::SentMalformed),
        (Fault::OtherMediaType, Kind::SentMalformed),
        (Fault::NoBody, Kind::SentMalformed),
        (Fault::InventedParameter, Kind::SentInvented),
        (Fault::SentTwice, Kind::SentInvented),
        (Fault::WrongByteOfFile, Kind::SentBodyDiffers),
        (Fault::RenamedPart, Kind::SentBodyDiffers),
        (Fault::NoSetter, Kind::NoWayToSend),
        (Fault::NarrowType, Kind::ValueNotTaken),
        (Fault::LostField, Kind::ResponseLost),
        (Fault::ChangedField, Kind::ResponseLost),
        (Fault::InventedField, Kind::ResponseInvented),
        (Fault::LostHeader, Kind::HeaderLost),
        (Fault::WrongAlternative, Kind::WrongAlternative),
        (Fault::UnknownAlternative, Kind::UnknownForKnown),
        (Fault::NotDecoded, Kind::ResponseNotDecoded),
        (Fault::UntypedError, Kind::ResponseNotDecoded),
        (Fault::OtherStatus, Kind::ResponseNotDecoded),
        (Fault::NotRequested, Kind::OtherMediaType),
        (Fault::LostItem, Kind::ResponseLost),
        (Fault::LostErrorHeader, Kind::HeaderLost),
        (Fault::ChangedErrorHeader, Kind::HeaderLost),
        (Fault::MissedConstraint, Kind::NotRefused),
        (Fault::WrongPath, Kind::WrongPathInRefusal),
        (Fault::RefusedValid, Kind::RefusedValid),
        (Fault::CheckedAnyway, Kind::UncheckedDiffers),
        (Fault::Panic, Kind::Panicked),
    ];
    for (fault, kind) in faults {
        let report = run(fault);
        assert!(kinds(&report).contains(&kind), "{fault:?}: {:?}", report.summary());
        assert!(report.right < report.cases, "{fault:?}");
        assert!(report.operations_right < report.operations, "{fault:?}");
    }
}

/// A fault that only affects the check is found for each constraint of the document.
#[test]
fn each_constraint_is_violated() {
    let report = run(Fault::MissedConstraint);
    let broken: BTreeSet<&str> = report.wrong.iter().filter_map(|wrong| wrong.name.strip_suffix(" broken")).collect();
    let expected = [
        "maxLength of X-Trace",
        "maxLength of note",
        "maximum of limit",
        "maximum of pet",
        "minLength of body.name",
        "minimum of pet",
        "pattern of owner",
        "required of X-Trace",
        "required of body.name",
        "required of limit",
        "required of note",
        "required of photo",
        "uniqueItems of body.tags",
    ];
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_missing_operation_is_found() {
    let report = run_on(Fault::None, &[]);
    assert_eq!(kinds(&report), BTreeSet::from([Kind::MissingOperation]));
}

#[test]
fn the_same_seed_generates_the_same_cases() {
    let (first, second) = (run(Fault::ChangedField), run(Fault::ChangedField));
    assert_eq!(first.wrong, second.wrong);
    assert_eq!(first.cases, second.cases);
}
