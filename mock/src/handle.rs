//! One request: route, fault, caller, limit, check, response, state.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, request};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use yundb_contract::document::{Operation, Protocol};
use yundb_contract::wire;

use crate::check;
use crate::fault::{Fault, Moment, Scenario};
use crate::gate::Gate;
use crate::journal::{self, Record};
use crate::refusal::{self, Refusal, Why};
use crate::respond::{self, Answer, Preference};
use crate::server::{Body, Reset, truncated, whole};
use crate::service::Service;
use crate::signature::{header, pairs};
use crate::state::State;
use crate::{Log, Options};

/// Where scenarios are set while the mock runs.
const CONTROL: &str = "/__yundb/";

/// Largest body that is read.
const LARGEST: usize = 64 << 20;

/// Number of records that are kept.
const MOST_RECORDS: usize = 10_000;

/// What all connections of a server share.
pub struct Shared {
    pub service: Service,
    pub scenario: Mutex<Scenario>,
    pub records: Mutex<VecDeque<Record>>,
    gate: Gate,
    state: State,
    dynamic: bool,
    seed: u64,
    log: Option<Log>,
}

impl Shared {
    pub fn new(service: Service, options: Options) -> Self {
        let state = State::new(&service, &options);
        Self {
            gate: Gate::new(&options.keys, &options.tokens),
            state,
            service,
            scenario: Mutex::new(options.scenario),
            records: Mutex::default(),
            dynamic: options.dynamic,
            seed: options.seed,
            log: options.log,
        }
    }
}

/// Handles a request.
pub async fn handle(shared: &Shared, request: Request<Incoming>) -> Result<Response<Body>, Reset> {
    let (parts, body) = request.into_parts();
    if parts.uri.path().starts_with(CONTROL) {
        let body = read(body).await.unwrap_or_default();
        return Ok(control(shared, &parts, &body).map(whole));
    }
    let began = Instant::now();
    let mut routed = route(&shared.service, &parts, &Bytes::new());
    let mut body = Some(body);
    let mut bytes = Bytes::new();
    if shared.service.is_rpc() && routed.is_err() {
        // The action may be in the form.
        bytes = read(body.take()).await.unwrap_or_default();
        routed = route(&shared.service, &parts, &bytes);
    }
    let operation = routed.as_ref().ok().map(|index| &shared.service.operations()[*index]);
    let fault = fault(shared, operation);
    if let Some(latency) = fault.latency {
        tokio::time::sleep(latency).await;
    }
    let mut record = Record {
        time: Timestamp::now().to_string(),
        service: shared.service.name.clone(),
        operation: operation.map(|operation| shared.service.called(operation)),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        fault: serde_json::to_value(Some(&fault).filter(|fault| fault.is_any())).unwrap_or_default(),
        ..Record::default()
    };
    if fault.reset == Some(Moment::Before) {
        finish(shared, record, began);
        return Err(Reset);
    }
    if body.is_some() {
        bytes = read(body).await.unwrap_or_default();
    }
    let request = Request::from_parts(parts, bytes);
    let now = Timestamp::now() + fault.skew.unwrap_or_default();
    let exchange = Exchange { shared, request: &request, fault: &fault, now };
    let mut response = exchange.response(routed, &mut record);
    if let Ok(date) = HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
        response.headers_mut().insert(http::header::DATE, date);
    }
    record.status = if fault.reset.is_some() { 0 } else { response.status().as_u16() };
    finish(shared, record, began);
    match (fault.reset, fault.truncate) {
        (Some(_), _) => Err(Reset),
        (None, Some(most)) => Ok(truncated(response, most)),
        (None, None) => Ok(response.map(whole)),
    }
}

async fn read(body: impl Into<Option<Incoming>>) -> Option<Bytes> {
    let read = Limited::new(body.into()?, LARGEST).collect().await;
    read.ok().map(http_body_util::Collected::to_bytes)
}

/// The fault of a call.
fn fault(shared: &Shared, operation: Option<&Operation>) -> Fault {
    let mut scenario = shared.scenario.lock().unwrap_or_else(PoisonError::into_inner);
    if scenario.faults.is_empty() {
        return Fault::default();
    }
    let names = operation.map(|operation| shared.service.aliases(operation)).unwrap_or_default();
    scenario.next(&names).unwrap_or_default()
}

/// The operation of a request.
fn route(service: &Service, parts: &request::Parts, body: &[u8]) -> Result<usize, Refusal> {
    let query = parts.uri.query().unwrap_or_default();
    if !service.is_rpc() {
        return service.route(parts.method.as_str(), parts.uri.path()).map_err(|methods| match methods.as_slice() {
            [] => Refusal::new(Why::Route, unknown(service, parts.uri.path())),
            methods => {
                let methods = methods.join(", ");
                Refusal::new(Why::Method, format!("{} allows only {methods}", parts.uri.path())).about(methods)
            }
        });
    }
    let common = |name: &str, header: &str| {
        let of_header = parts.headers.get(header).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut all = pairs(query).into_iter().chain(pairs(&String::from_utf8_lossy(body)));
        of_header.or_else(|| all.find(|(key, _)| key == name).map(|(_, value)| value))
    };
    let action = common("Action", "x-acs-action");
    let action = action.ok_or_else(|| Refusal::new(Why::Route, "the request has no Action"))?;
    if let Some(version) = common("Version", "x-acs-version").filter(|version| *version != service.version) {
        return Err(Refusal::new(Why::Version, format!("the version is {}, not {version}", service.version)));
    }
    service.action(&action).ok_or_else(|| Refusal::new(Why::Route, format!("there is no action {action}")))
}

fn unknown(service: &Service, path: &str) -> String {
    let below = path.strip_prefix(service.base.as_str()).is_some_and(|own| own.starts_with('/'));
    let base = if below { String::new() } else { format!("; the paths of this service begin with {}", service.base) };
    format!("no operation has the path {path}{base}")
}

struct Exchange<'a> {
    shared: &'a Shared,
    request: &'a Request<Bytes>,
    fault: &'a Fault,
    now: Timestamp,
}

impl Exchange<'_> {
    fn response(&self, routed: Result<usize, Refusal>, record: &mut Record) -> Response<Bytes> {
        let service = &self.shared.service;
        let operation = routed.as_ref().ok().map(|index| &service.operations()[*index]);
        let id = uuid::Uuid::new_v4().to_string().to_uppercase();
        match routed.and_then(|index| self.answer(index, record)) {
            Ok(answer) => written(service, answer, &id),
            Err(refusal) => {
                let (status, code, content) = refusal::answer(service, operation, &refusal, &id);
                if record.problems.is_empty() {
                    record.problems.push(refusal.message.clone());
                }
                record.code = Some(code).filter(|code| !code.is_empty());
                let allow = (refusal.why == Why::Method).then(|| ("Allow".to_owned(), refusal.name));
                let headers = allow.into_iter().collect();
                written(service, Answer { status, headers, content: Some(content), ..Answer::default() }, &id)
            }
        }
    }

    fn answer(&self, index: usize, record: &mut Record) -> Result<Answer, Refusal> {
        let Self { shared, request, fault, .. } = *self;
        let service = &shared.service;
        let operation = &service.operations()[index];
        let with_action = self.with_action(operation);
        let read = check::read(service, operation, with_action.as_ref().unwrap_or(request));
        record.request = journal::redacted(service, operation, &read.input);
        record.notes = read.notes;
        shared.gate.check(service, operation, request, self.now)?;
        if fault.expired_token {
            return Err(Refusal::new(Why::Expired, "the token has expired"));
        }
        if fault.throttled {
            return Err(Refusal::new(Why::Throttled, "too many calls"));
        }
        if fault.status.is_some() || fault.code.is_some() {
            let refusal = Refusal::new(Why::Failure, "injected by the fault scenario");
            return Err(Refusal { status: fault.status, code: fault.code.clone(), ..refusal });
        }
        shared.state.limit(service, operation)?;
        if let Some(first) = read.broken.first() {
            let problem = |it: &check::Broken| {
                let place = service.place(&it.rule).map(|place| format!(" ({place})")).unwrap_or_default();
                format!("{}: {}{place}", it.name, it.message)
            };
            record.problems = read.broken.iter().map(problem).collect();
            let why = if first.missing { Why::Missing } else { Why::Invalid };
            return Err(Refusal::new(why, format!("{}: {}", first.name, first.message)).about(&first.name));
        }
        let path = request.uri().path();
        let path = path.strip_prefix(service.base.as_str()).unwrap_or(path);
        shared.state.present(service, index, path, &read.input)?;
        let refused = |(status, message)| Refusal { status: Some(status), ..Refusal::new(Why::Failure, message) };
        let preference = header(request, "prefer").map(|text| Preference::of(&text)).transpose();
        let mut preference = preference.map_err(|message| refused((400, message)))?.unwrap_or_default();
        // Who chooses an example does not want a random value.
        let dynamic = preference.dynamic.unwrap_or(shared.dynamic && preference.example.is_none());
        preference.dynamic = Some(dynamic);
        preference.upgrade = request.headers().contains_key(http::header::UPGRADE);
        // The same request gets the same random values.
        let seed = shared.seed ^ fingerprint(&[&service.called(operation), path, &record.request.to_string()]);
        let accept = header(request, "accept");
        let answer = respond::answer(service, operation, &preference, accept.as_deref(), seed);
        let mut answer = answer.map_err(refused)?;
        if (200..300).contains(&answer.status) {
            shared.state.execute(service, index, path, &read.input, &mut answer, fault.job_fails);
            // Tokens that the service issues are good for its next calls.
            let tokens = answer.headers.iter().filter(|(name, _)| name.to_lowercase().contains("token"));
            tokens.for_each(|(_, token)| shared.gate.admit(token));
        }
        Ok(answer)
    }

    /// The request with its action in the query, where it was in a header or in the form.
    fn with_action(&self, operation: &Operation) -> Option<Request<Bytes>> {
        let (_, action) = operation.path.rsplit_once('#').filter(|_| self.shared.service.is_rpc())?;
        let query = self.request.uri().query().unwrap_or_default();
        if query.split('&').any(|pair| pair == action) {
            return None;
        }
        let mut request = Request::new(self.request.body().clone());
        *request.method_mut() = self.request.method().clone();
        *request.headers_mut() = self.request.headers().clone();
        *request.uri_mut() = format!("{}?{query}&{action}", self.request.uri().path()).parse().ok()?;
        Some(request)
    }
}

/// A number that depends on these texts alone.
fn fingerprint(texts: &[&str]) -> u64 {
    let hash = Sha256::digest(texts.join("\n"));
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A response in its final form.
fn written(service: &Service, mut answer: Answer, id: &str) -> Response<Bytes> {
    let own = answer.json().and_then(|body| body.get("RequestId")).and_then(Value::as_str).map(str::to_owned);
    let mut response = match &answer.content {
        Some(content) => {
            let (media_type, bytes) = wire::written(content);
            let mut response = Response::new(bytes);
            if let Ok(media_type) = HeaderValue::from_str(&media_type) {
                response.headers_mut().insert(http::header::CONTENT_TYPE, media_type);
            }
            response
        }
        None => Response::new(Bytes::new()),
    };
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = match service.document.protocol {
        Protocol::AliyunRpc => Some("x-acs-request-id"),
        Protocol::HuaweiRest => Some("x-request-id"),
        Protocol::Http => None,
    };
    let id = own.as_deref().unwrap_or(id);
    let headers = answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in request_id.map(|name| (name, id)).into_iter().chain(headers) {
        if let (Ok(name), Ok(value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
        {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn finish(shared: &Shared, mut record: Record, began: Instant) {
    let elapsed: Duration = began.elapsed();
    record.ms = (elapsed.as_secs_f64() * 1e5).round() / 100.0;
    if let Some(log) = &shared.log {
        log(&record);
    }
    let mut records = shared.records.lock().unwrap_or_else(PoisonError::into_inner);
    if records.len() == MOST_RECORDS {
        records.pop_front();
    }
    records.push_back(record);
}

/// `/__yundb/faults`: shows (GET), replaces (PUT), adds to (POST) or clears (DELETE) the faults; `/__yundb/journal`:
/// shows the journal.
fn control(shared: &Shared, parts: &request::Parts, body: &Bytes) -> Response<Bytes> {
    let mut scenario = shared.scenario.lock().unwrap_or_else(PoisonError::into_inner);
    let sent = || {
        let sent = Scenario::read(&String::from_utf8_lossy(body))?;
        sent.check([&shared.service])?;
        Ok(sent)
    };
    let done = match (parts.method.as_str(), parts.uri.path().strip_prefix(CONTROL).unwrap_or_default()) {
        ("GET", "faults") => Ok(()),
        ("PUT", "faults") => sent().map(|sent| *scenario = sent),
        ("POST", "faults") => sent().map(|sent| {
            scenario.faults.extend(sent.faults);
            scenario.seed = if sent.seed == 0 { scenario.seed } else { sent.seed };
        }),
        ("DELETE", "faults") => {
            *scenario = Scenario::default();
            Ok(())
        }
        ("GET", "journal") => {
            let records = shared.records.lock().unwrap_or_else(PoisonError::into_inner);
            let lines: Vec<String> = records.iter().filter_map(|record| serde_json::to_string(record).ok()).collect();
            let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
            return typed("application/jsonl", lines);
        }
        _ => Err("use GET, PUT, POST or DELETE of /__yundb/faults, or GET of /__yundb/journal".to_owned()),
    };
    let (status, shown) = match done {
        Ok(()) => (StatusCode::OK, serde_json::to_value(&*scenario).unwrap_or_default()),
        Err(message) => (StatusCode::BAD_REQUEST, json!({"message": message})),
    };
    let mut response = typed("application/json", format!("{shown:#}\n"));
    *response.status_mut() = status;
    response
}

fn typed(media_type: &'static str, text: String) -> Response<Bytes> {
    let mut response = Response::new(text.into());
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response
}
