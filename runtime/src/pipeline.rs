//! The way of every call: check, endpoint, credentials, then an attempt: sign, send, classify.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use futures_core::future::BoxFuture;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, Method, Request};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::answer::{Answer, ByteStream, Head, too_large};
use crate::call::Call;
use crate::client::Settings;
use crate::credentials::Credentials;
use crate::endpoint;
use crate::error::{ErrorKind, Failure, Violation};
use crate::error_body;
use crate::intercept::{Attempt, Outcome as Ended};
use crate::job;
use crate::media_type;
use crate::operation::{Param, Place, Protocol, Spec};
use crate::representation::{Reading, covers};
use crate::request::{self, Plan};
use crate::request_body::RequestBody;
use crate::retry::{self, Class};
use crate::seal;
use crate::transport::{TransportError, TransportErrorKind};

type Outcome<T> = Result<T, Box<Failure>>;

/// Runs a call up to the answer, which is a success. Boxed, so that it is compiled here and not again in each crate.
pub(crate) fn run(mut call: Call) -> BoxFuture<'static, Outcome<Answer>> {
    let span = tracing::debug_span!("call", operation = call.spec.name, service = call.client.service().package);
    let run = async move {
        call.fill_client_token();
        let settings = call.client.settings();
        let operation = call.spec.name;
        let invalid = |violations| Failure::invalid(operation, violations);
        let mut plan = request::plan(&call).map_err(invalid)?;
        files(settings, &mut plan).await.map_err(|why| invalid(vec![Violation::new("body", why)]))?;
        let servers = if call.spec.servers.is_empty() { settings.service.servers } else { call.spec.servers };
        let base = endpoint::resolve(servers, settings.endpoint.as_deref(), &settings.values)
            .map_err(|detail| Failure::config(operation, detail))?;
        if settings.service.protocol == Protocol::Http {
            let alternatives = call.spec.security.unwrap_or(settings.service.security);
            settings
                .keyring
                .apply(alternatives, settings.service.schemes, &mut plan)
                .map_err(|detail| Failure::config(operation, detail))?;
        }
        // Everything so far holds for all attempts; an attempt has credentials, date and nonce of its own.
        let answer = attempts(&call, settings, &plan, &base).await?;
        Ok(answer.of(call))
    };
    Box::pin(run.instrument(span))
}

/// Finds out what has to be known of files in the body before it is sent.
async fn files(settings: &Settings, plan: &mut Plan) -> Result<(), String> {
    if plan.body.as_bytes().is_none() {
        plan.body.measure().await?;
        if seal::hashes_bodies(settings) {
            plan.body_hash = plan.body.sha256().await?;
        }
    }
    Ok(())
}

/// Attempts until one succeeds, or another one is of no use, or not safe.
async fn attempts(call: &Call, settings: &Settings, plan: &Plan, base: &str) -> Outcome<Answer> {
    let end = settings.operation_timeout.map(|limit| (Instant::now() + limit, limit));
    let mut made = Made::default();
    loop {
        // Others may mend the clock in the meantime.
        let skew = settings.skew.load(Ordering::Relaxed);
        let about = Attempt { operation: call.spec.name, service: settings.service.package, number: made.attempts + 1 };
        let begin = Instant::now();
        let mut credentials = None;
        let span = tracing::debug_span!("attempt", number = about.number);
        let attempt = attempt(call, settings, plan, base, &about, &mut credentials).instrument(span);
        let outcome = match end {
            Some((end, limit)) => tokio::time::timeout_at(end, attempt)
                .await
                .unwrap_or_else(|_| Err(Failure::out_of_time(call.spec.name, limit))),
            None => attempt.await,
        };
        let tell = |outcome: &Ended<'_>| settings.interceptors.iter().for_each(|it| it.after_attempt(&about, outcome));
        let elapsed = begin.elapsed();
        let mut failure = match outcome {
            Ok(answer) => {
                let (status, request_id) = (answer.status(), answer.head().request_id.as_deref());
                tracing::debug!(status, request_id, "succeeded");
                let status = Some(status);
                tell(&Ended { failure: None, status, code: None, request_id, elapsed, retry_in: None });
                settings.budget.earn(made.paid);
                return Ok(answer);
            }
            // What did not get as far as being sent would not do so the next time.
            Err(failure) if matches!(failure.kind, ErrorKind::Config | ErrorKind::Credentials) => {
                return Err(failure.after(made.attempts));
            }
            Err(failure) => failure,
        };
        made.attempts += 1;
        if let Some(ahead) = wrong_date(settings, &failure, skew).filter(|_| !made.mended_clock) {
            settings.skew.store(ahead, Ordering::Relaxed);
            made.mended_clock = true;
            failure.class = Class::Refused;
        } else if !made.renewed && were_rejected(settings, &failure, credentials.as_ref()) {
            made.renewed = true;
            failure.class = Class::Refused;
        }
        if plan.body.is_spent() {
            failure = failure.sent_once();
        }
        tracing::debug!(status = failure.status(), code = failure.code(), class = ?failure.class, "failed");
        let retry_in = made.next(settings, &failure, end.map(|(end, _)| end));
        tell(&Ended {
            failure: Some(failure.kind),
            status: failure.status(),
            code: failure.code(),
            request_id: failure.request_id(),
            elapsed,
            retry_in,
        });
        let Some(pause) = retry_in else { return Err(failure.after(made.attempts)) };
        tracing::debug!(?pause, "another attempt follows");
        tokio::time::sleep(pause).await;
    }
}

/// What has been done for a call so far.
#[derive(Default)]
struct Made {
    attempts: u32,
    /// For the last attempt, from the budget.
    paid: Option<u32>,
    mended_clock: bool,
    /// Whether the credentials were.
    renewed: bool,
}

impl Made {
    /// After which pause another attempt follows, which is paid for then.
    fn next(&mut self, settings: &Settings, failure: &Failure, end: Option<Instant>) -> Option<Duration> {
        let asked = failure.headers().and_then(|headers| retry::asked(headers, settings.now()));
        let pause = settings.retries.pause(self.attempts, failure.class, asked)?;
        if end.is_some_and(|end| Instant::now() + pause >= end) {
            return None;
        }
        self.paid = settings.budget.spend(failure.class);
        self.paid.map(|_| pause)
    }
}

/// Whether the service did not take these credentials, and there are others now.
fn were_rejected(settings: &Settings, failure: &Failure, credentials: Option<&Credentials>) -> bool {
    let (Some(provider), Some(credentials)) = (&settings.credentials, credentials) else { return false };
    let token = failure.code().is_some_and(|code| code.contains("SecurityToken"));
    (failure.status() == Some(401) || token) && provider.rejected(credentials)
}

/// How far the service's clock is ahead, in seconds, if it may have refused the call for its date, which was ours and
/// `skew`.
fn wrong_date(settings: &Settings, failure: &Failure, skew: i64) -> Option<i64> {
    let refused = matches!(failure.status(), Some(400 | 401 | 403)) && settings.credentials.is_some();
    retry::skew(failure.headers().filter(|_| refused)?, settings.clock.now(), skew)
}

async fn attempt(
    call: &Call,
    settings: &Settings,
    plan: &Plan,
    base: &str,
    about: &Attempt,
    used: &mut Option<Credentials>,
) -> Outcome<Answer> {
    for limiter in &settings.limiters {
        limiter.wait().await;
    }
    let operation = call.spec.name;
    if let Some(provider) = settings.credentials.as_ref().filter(|_| is_signed(call.spec)) {
        *used = Some(provider.credentials().await.map_err(|error| Failure::credentials(operation, error))?);
    }
    let mut sealed =
        seal::seal(settings, plan, base, used.as_ref()).map_err(|detail| Failure::config(operation, detail))?;
    settings.interceptors.iter().for_each(|it| it.before_attempt(about, &mut sealed.request));
    let idempotent = is_idempotent(settings.service.protocol, call.spec, plan);
    let limit = call.timeout.unwrap_or(settings.timeout);
    match tokio::time::timeout(limit, exchange(call, settings, sealed.request, idempotent)).await {
        Ok(Err(failure)) => Err(failure.compare_signed(sealed.signed.as_ref().map(|text| text.as_str()))),
        Ok(outcome) => outcome,
        Err(_) => Err(Failure::timeout(operation, limit, idempotent)),
    }
}

/// Whether the vendors' own protocols sign this operation.
fn is_signed(spec: &Spec) -> bool {
    // The protocol itself asks for it, so a document without `security` does not mean none.
    spec.security.is_none_or(|alternatives| alternatives.iter().any(|it| !it.is_empty()))
}

fn is_idempotent(protocol: Protocol, spec: &Spec, plan: &Plan) -> bool {
    // With a token the service knows a repeated call. An RPC operation is a GET on paper, whatever it does: only the spec
    // knows.
    let token = spec.params.iter().any(is_client_token);
    token || spec.idempotent.unwrap_or(protocol != Protocol::AliyunRpc && plan.method.is_idempotent())
}

/// Whether a parameter makes calls of its operation safe to repeat.
pub(crate) fn is_client_token(param: &Param) -> bool {
    param.name == "ClientToken" && param.place == Place::Query
}

/// Sends a request and sorts what comes back into success and failure.
async fn exchange(
    call: &Call,
    settings: &Settings,
    request: Request<RequestBody>,
    idempotent: bool,
) -> Outcome<Answer> {
    let spec = call.spec;
    let has_body = request.method() != Method::HEAD;
    let sent = settings.transport.send(request).await;
    let response = sent.map_err(|error| Failure::transport(spec.name, error, None, idempotent))?;
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let mut head = Head {
        operation: spec.name,
        job: spec.job,
        sent: job::sent(call),
        status,
        request_id: error_body::request_id(&parts.headers),
        headers: parts.headers,
    };
    let Reading { form, streams, .. } = call.reading;
    let success = parts.status.is_success() || streams.contains(&status);
    // What is no such stream is read, so that the error has it.
    let fits = media_type::of(&head.headers).is_none_or(|found| form.fits(found));
    if success && fits && covers(streams, status) {
        return Ok(Answer::streamed(Arc::new(head), body));
    }
    let bytes = match whole(&head.headers, body, settings.max_response_size, has_body && status != 304).await {
        Ok(bytes) => bytes,
        Err(error) => return Err(Failure::transport(spec.name, error, Some(Arc::new(head)), idempotent)),
    };
    let mut failed = !success;
    if success && settings.service.protocol == Protocol::AliyunRpc {
        let outcome = error_body::rpc_outcome(&bytes);
        failed = outcome.failed;
        head.request_id = outcome.request_id.or(head.request_id);
    }
    let answer = Answer::whole(Arc::new(head), bytes);
    if failed { Err(Failure::service(answer, settings.service.busy, idempotent)) } else { Ok(answer) }
}

/// The body within its bound, and as long as the headers said.
async fn whole(headers: &HeaderMap, body: ByteStream, limit: usize, has_body: bool) -> Result<Bytes, TransportError> {
    let header = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let stated = header.and_then(|text| text.parse::<usize>().ok()).filter(|_| has_body);
    if stated.is_some_and(|stated| stated > limit) {
        return Err(too_large(limit));
    }
    let bytes = body.collect_within(limit).await?;
    match stated {
        Some(stated) if bytes.len() < stated && !headers.contains_key(CONTENT_ENCODING) => {
            let message = format!("the answer ended after {} of {stated} bytes", bytes.len());
            Err(TransportError::new(TransportErrorKind::Body, message))
        }
        _ => Ok(bytes),
    }
}
