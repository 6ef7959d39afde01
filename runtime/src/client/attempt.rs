//! One attempt of a call: credentials, signature, exchange, and whether the response is a success.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, Method, Request};
use tracing::Span;

use super::interceptor;
use super::overrides::Overrides;
use super::settings::Settings;
use super::trace;
use super::unsigned::UnsignedRequest;
use crate::auth::credentials::{Credentials, CredentialsError, CredentialsProvider};
use crate::codec::media_type;
use crate::data::category::ErrorCategory;
use crate::data::operation::Spec;
use crate::request::{CLIENT_TOKEN, Draft, Plan, Values};
use crate::response::{Failure, Head, RawResponse, ReadAs, Reading, covers, request_id};
use crate::transport::clock::{self, Clock};
use crate::transport::{ByteStream, Exchange, ReadLimits, RequestBody, TransportError, TransportErrorKind, too_large};
use crate::vendors::{self, AttemptContext};

/// The part of a call that its attempts share.
pub(super) struct Planned<'a> {
    pub(super) draft: &'a Draft,
    pub(super) reading: Reading,
    pub(super) plan: &'a Plan,
    pub(super) base: &'a Arc<str>,
    /// The client's settings, with those that come from the call's credentials.
    pub(super) values: &'a Values,
    /// Overrides of the client's settings by the call.
    pub(super) overrides: &'a Overrides,
    /// `None` if requests are not signed.
    pub(super) credentials: Option<&'a dyn CredentialsProvider>,
    /// The time limit of each attempt.
    pub(super) limit: Duration,
}

/// The state of one attempt.
pub(super) struct Trial {
    /// Assumed lead of the service's clock, in seconds.
    pub(super) skew: i64,
    /// The credentials that the attempt was signed with.
    pub(super) credentials: Option<Credentials>,
    pub(super) exchange: Exchange,
    /// Whether an interceptor replaced the call's client token.
    pub(super) token_replaced: bool,
    span: Span,
}

impl Trial {
    pub(super) fn new(skew: i64, exchange: Exchange, span: Span) -> Self {
        Self { skew, credentials: None, exchange, token_replaced: false, span }
    }
}

/// Sends a call once.
pub(super) async fn attempt(
    settings: &Settings,
    planned: &Planned<'_>,
    about: &interceptor::Attempt,
    trial: &mut Trial,
) -> Result<RawResponse, Box<Failure>> {
    let (spec, limit) = (planned.draft.spec, planned.limit);
    trial.credentials = credentials(&*settings.clock, planned.credentials, spec, limit).await?;
    // After the credentials: the rate limit applies to the moment of sending.
    settings.limiter.wait(&*settings.clock).await;
    let context = AttemptContext {
        service: settings.service,
        base: planned.base,
        values: planned.values,
        options: &settings.options,
        credentials: trial.credentials.as_ref(),
        now: settings.now_with(trial.skew),
        nonce: &*settings.nonce,
    };
    let mut plan = Cow::Borrowed(planned.plan);
    for interceptor in &settings.interceptors {
        let mut request = UnsignedRequest::new(plan.to_mut());
        interceptor.before_signing(about, &mut request);
        trial.token_replaced |= request.has_added(CLIENT_TOKEN);
    }
    let prepared = settings.vendor.prepare(&context, &plan);
    let mut prepared = prepared.map_err(|detail| Failure::config(spec, detail))?;
    trace::begin(&trial.span, &prepared.request);
    prepared.request.extensions_mut().insert(trial.exchange.clone());
    settings.interceptors.iter().for_each(|it| it.before_attempt(about, &mut prepared.request));
    let exchanged = pin!(exchange(settings, planned, about.number, prepared.request, &trial.exchange));
    match trial.exchange.within(&*settings.clock, limit, exchanged).await {
        Some(Err(mut failure)) => {
            vendors::compare_signed(&mut failure, prepared.signed.as_ref().map(|text| text.as_str()));
            Err(failure)
        }
        Some(outcome) => outcome,
        None => Err(Failure::timeout(spec, limit)),
    }
}

/// The credentials to sign an operation with, if it is signed. The provider has the same time limit as an attempt.
pub(super) async fn credentials(
    clock: &dyn Clock,
    provider: Option<&dyn CredentialsProvider>,
    spec: &Spec,
    limit: Duration,
) -> Result<Option<Credentials>, Box<Failure>> {
    let Some(provider) = provider.filter(|_| is_signed(spec)) else { return Ok(None) };
    let credentials = clock::within(clock, limit, pin!(provider.credentials())).await;
    let credentials = credentials.unwrap_or_else(|| Err(late(limit)));
    let credentials = credentials.map_err(|error| Failure::credentials(spec, error))?;
    match credentials.blank() {
        Some(blank) => {
            let why = format!("the credentials are unusable: {blank}");
            Err(Failure::config(spec, why).meaning(ErrorCategory::Auth))
        }
        None => Ok(Some(credentials)),
    }
}

/// The error if a provider exceeds the time limit.
pub(super) fn late(limit: Duration) -> CredentialsError {
    CredentialsError::new(format_args!("no response within {limit:?} (`timeout`)"))
}

/// Whether this operation is signed by the vendor's protocol.
pub(super) fn is_signed(spec: &Spec) -> bool {
    // The protocol requires a signature, so a missing `security` does not mean an unsigned operation.
    spec.security.is_none_or(|alternatives| alternatives.iter().any(|it| !it.is_empty()))
}

/// Sends the request of the attempt with this number, from 1, and classifies the response as success or failure.
async fn exchange(
    settings: &Settings,
    planned: &Planned<'_>,
    number: u32,
    request: Request<RequestBody>,
    under_way: &Exchange,
) -> Result<RawResponse, Box<Failure>> {
    let spec = planned.draft.spec;
    let has_body = request.method() != Method::HEAD;
    let sent = settings.transport.send(request).await;
    let response = sent.map_err(|error| Failure::transport(spec, error, None))?;
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let mut head = Head {
        spec,
        base: planned.base.clone(),
        attempts: number,
        sent: planned.draft.job_parameters(),
        account: planned.overrides.account(),
        status,
        request_id: request_id(&parts.headers),
        headers: parts.headers,
    };
    let Reading { form, streams, .. } = planned.reading;
    let success = parts.status.is_success() || streams.contains(&status);
    // A response of another media type is read entirely, so that the error includes its body.
    let fits = media_type::of(&head.headers).is_none_or(|found| form.fits(found));
    if success && fits && covers(streams, status) {
        // Streams of events and lines may pause legitimately.
        let stall = settings.read_limits.stall.filter(|_| form == ReadAs::Bytes);
        let limits = ReadLimits { stall, ..settings.read_limits };
        return Ok(RawResponse::streamed(Arc::new(head), body.within(limits, under_way.clone())));
    }
    let body = body.within(ReadLimits { stall: None, ..settings.read_limits }, under_way.clone());
    let bytes = match whole(&head.headers, body, settings.max_response_size, has_body && status != 304).await {
        Ok(bytes) => bytes,
        Err(error) => return Err(Failure::transport(spec, error, Some(Arc::new(head)))),
    };
    let mut failed = !success;
    if success {
        let verdict = settings.vendor.verdict(&bytes);
        failed = verdict.failed;
        head.request_id = verdict.request_id.or(head.request_id);
    }
    let response = RawResponse::whole(Arc::new(head), bytes);
    if !failed {
        return Ok(response);
    }
    let failure = Failure::service(response);
    let category = vendors::category(settings.vendor.error_codes(), settings.service, status, failure.code());
    Err(failure.meaning(category))
}

/// Reads the body up to the size limit and verifies its length against the headers.
async fn whole(headers: &HeaderMap, body: ByteStream, limit: usize, has_body: bool) -> Result<Bytes, TransportError> {
    let header = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let stated = header.and_then(|text| text.parse::<usize>().ok()).filter(|_| has_body);
    if stated.is_some_and(|stated| stated > limit) {
        return Err(too_large(limit));
    }
    let bytes = body.collect_within(limit).await?;
    match stated {
        Some(stated) if bytes.len() < stated && !headers.contains_key(CONTENT_ENCODING) => {
            let message = format!("the response ended after {} of {stated} bytes", bytes.len());
            Err(TransportError::new(TransportErrorKind::Body, message))
        }
        _ => Ok(bytes),
    }
}
