//! Runs every call: validation, endpoint, credentials, then attempts until one succeeds or a retry would be useless or
//! unsafe.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_core::future::BoxFuture;
use tracing::Instrument as _;

use super::address;
use super::attempt::{self, Planned, Trial};
use super::discover;
use super::handle::Client;
use super::interceptor::{Attempt, Outcome};
use super::overrides::Overrides;
use super::settings::Settings;
use super::trace;
use crate::check::Violation;
use crate::data::category::ErrorCategory;
use crate::request::{self, Common, Draft, Plan, Values};
use crate::response::{CallError, ErrorKind, Failure, RawResponse, Reading, Reconnect};
use crate::retry::{self, Cause, FailedAttempt, Repeatable, RetryContext};
use crate::transport::clock;
use crate::transport::{Exchange, in_runtime};

/// A call to be sent, without the types of its operation.
#[derive(Clone)]
pub(crate) struct Sending {
    pub(crate) client: Client,
    pub(crate) draft: Draft,
    /// Overrides of the client's settings.
    pub(super) overrides: Overrides,
    /// The representation to request, and how to read it.
    pub(crate) reading: Reading,
}

/// Runs a call up to the successful response. Boxed, so that it is compiled here and not again in each crate.
pub(crate) fn run(mut sending: Sending) -> BoxFuture<'static, Result<RawResponse, Box<Failure>>> {
    let spec = sending.draft.spec;
    let span = trace::call(sending.client.service(), spec);
    let run = async move {
        in_runtime().map_err(|why| Failure::config(spec, why))?;
        let client = sending.client.clone();
        let settings = client.settings();
        sending.draft.fill_constants();
        sending.draft.fill_client_token(&*settings.nonce).map_err(|why| Failure::config(spec, why))?;
        let limit = sending.overrides.timeout(settings);
        let overrides = &sending.overrides;
        let credentials = overrides.credentials(settings).map_err(|why| Failure::config(spec, why))?;
        let progress = Progress::new(settings.clock.monotonic(), overrides.operation_timeout(settings));
        let prepare = async {
            let values =
                discover::values(settings, credentials, &sending.draft, overrides.endpoint(settings), limit).await?;
            // The plan holds for all attempts; credentials, date and nonce are per attempt.
            let plan = plan(settings, &values, &sending).await?;
            let base = address::base(settings, &values, sending.draft.spec, overrides).await?;
            Ok((values, plan, base))
        };
        let prepared = clock::before(&*settings.clock, progress.end, pin!(prepare)).await;
        let late = || Err(Failure::out_of_time(spec, progress.limit, None));
        let (values, plan, base) = prepared.unwrap_or_else(late)?;
        let values = &*values;
        let planned = Planned {
            draft: &sending.draft,
            reading: sending.reading,
            plan: &plan,
            base: &base,
            values,
            overrides,
            credentials,
            limit,
        };
        match attempts(settings, &planned, progress).await {
            Ok(response) => Ok(response.with_reconnect(|| reconnect(sending))),
            Err(failure) => Err(address::with_region_hint(settings, values, &base, failure.at(&base)).await),
        }
    };
    Box::pin(run.instrument(span))
}

pub(super) async fn plan(settings: &Settings, values: &Values, sending: &Sending) -> Result<Plan, Box<Failure>> {
    let spec = sending.draft.spec;
    let invalid = |violations| Failure::invalid(spec, violations);
    let common = Common { values, headers: &settings.headers, rpc: settings.vendor.rpc(), boundary: &*settings.nonce };
    let mut plan = request::plan(&sending.draft, sending.reading.media_type, &common).map_err(invalid)?;
    files(settings, &mut plan).await.map_err(|why| invalid(vec![Violation::new("body", why)]))?;
    if !settings.vendor.signs() {
        let alternatives = spec.security.unwrap_or(settings.service.security);
        settings
            .keyring
            .apply(alternatives, settings.service.schemes, &mut plan.headers, &mut plan.query)
            .map_err(|detail| Failure::config(spec, detail).meaning(ErrorCategory::Auth))?;
    }
    Ok(plan)
}

/// Determines the properties of files in the body that are needed before sending.
async fn files(settings: &Settings, plan: &mut Plan) -> Result<(), String> {
    if plan.body.as_bytes().is_none() {
        plan.body.measure().await?;
        if settings.vendor.hashes_bodies(&settings.options) {
            plan.body_hash = plan.body.sha256().await?;
        }
    }
    Ok(())
}

/// Resumes a stream by sending the call again, with the id of the last event.
fn reconnect(sending: Sending) -> Reconnect {
    const LAST_EVENT_ID: &str = "last-event-id";
    let settings = sending.client.settings();
    let operation = sending.draft.spec.name;
    let (retries, max_item_size) = (sending.overrides.retries(settings).clone(), settings.max_response_size);
    let clock = settings.clock.clone();
    let send = move |last_id: Option<String>| -> BoxFuture<'static, Result<RawResponse, String>> {
        let mut sending = sending.clone();
        if let Some(id) = last_id {
            sending.draft.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(LAST_EVENT_ID));
            sending.draft.headers.push((LAST_EVENT_ID.to_owned(), id));
        }
        Box::pin(async move {
            run(sending).await.map_err(|failure| CallError::<serde_json::Value>::new(failure, None, None).to_string())
        })
    };
    Reconnect { operation, clock, retries, max_item_size, send: Arc::new(send) }
}

async fn attempts(
    settings: &Settings,
    planned: &Planned<'_>,
    mut progress: Progress,
) -> Result<RawResponse, Box<Failure>> {
    let spec = planned.draft.spec;
    loop {
        // Another call may have corrected the skew in the meantime.
        let skew = progress.skew.unwrap_or_else(|| settings.skews.of(planned.base));
        let about = Attempt::new(settings.service, spec, progress.attempts + 1);
        let begin = settings.clock.monotonic();
        let exchange = Exchange::default();
        let span = trace::attempt(about.number);
        let mut trial = Trial::new(skew, exchange.clone(), span.clone());
        let outcome = {
            let attempt = pin!(attempt::attempt(settings, planned, &about, &mut trial).instrument(span.clone()));
            exchange.until(&*settings.clock, progress.end, attempt).await
        };
        let outcome = outcome.unwrap_or_else(|| Err(Failure::out_of_time(spec, progress.limit, progress.last.take())));
        let elapsed = settings.clock.monotonic().saturating_duration_since(begin);
        let failure = match outcome {
            Ok(response) => {
                if let Some(skew) = progress.skew {
                    settings.skews.keep(planned.base, skew);
                }
                trace::end(&span, Some(response.status()), None);
                span.in_scope(|| succeeded(settings, &about, &response, elapsed));
                settings.budget.earn(progress.paid);
                return Ok(response);
            }
            // A failure before sending would recur.
            Err(failure) if matches!(failure.kind, ErrorKind::Config | ErrorKind::Credentials) => {
                return Err(failure.after(progress.attempts));
            }
            Err(failure) => failure,
        };
        progress.attempts += 1;
        let corrected = progress.corrects(settings, planned, &failure, &trial);
        let mut repeatable = repeatable(settings, planned);
        repeatable.token &= !trial.token_replaced;
        let failure = classified(settings, planned, failure, repeatable, corrected);
        let retry_in = progress.next(settings, planned, &failure, repeatable.is_safe());
        trace::end(&span, failure.status(), Some(failure.kind));
        span.in_scope(|| failed(settings, &about, &failure, elapsed, retry_in));
        let Some(pause) = retry_in else { return Err(failure.after(progress.attempts)) };
        tracing::debug!(?pause, "another attempt follows");
        progress.last = Some(failure);
        settings.clock.sleep(pause).await;
    }
}

/// Classifies a failure for the retry strategy.
fn classified(
    settings: &Settings,
    planned: &Planned<'_>,
    failure: Box<Failure>,
    repeatable: Repeatable,
    corrected: bool,
) -> Box<Failure> {
    let spent = planned.plan.body.is_spent();
    let class = retry::classify(&FailedAttempt {
        cause: failure.cause,
        status: failure.status(),
        code: failure.code(),
        busy: settings.service.busy,
        throttled: failure.category() == ErrorCategory::Throttled,
        repeatable,
        corrected,
        spent,
    });
    failure.classified(class, spent)
}

fn repeatable(settings: &Settings, planned: &Planned<'_>) -> Repeatable {
    let own = planned.overrides.idempotent;
    Repeatable {
        token: own != Some(false) && planned.draft.has_client_token(),
        stated: own.or(planned.draft.spec.idempotent),
        // RPC operations are documented as GET, regardless of their effect.
        method: !settings.vendor.rpc() && planned.plan.method.is_idempotent(),
    }
}

fn succeeded(settings: &Settings, about: &Attempt, response: &RawResponse, elapsed: Duration) {
    let (status, request_id) = (Some(response.status()), response.head().request_id.as_deref());
    tracing::debug!(request_id, "succeeded");
    notify(settings, about, &Outcome { failure: None, status, code: None, request_id, elapsed, retry_in: None });
}

fn failed(settings: &Settings, about: &Attempt, failure: &Failure, elapsed: Duration, retry_in: Option<Duration>) {
    let (status, code, request_id) = (failure.status(), failure.code(), failure.request_id());
    tracing::debug!(request_id, code, class = ?failure.class, "failed");
    notify(settings, about, &Outcome { failure: Some(failure.kind), status, code, request_id, elapsed, retry_in });
}

fn notify(settings: &Settings, about: &Attempt, outcome: &Outcome<'_>) {
    settings.interceptors.iter().for_each(|it| it.after_attempt(about, outcome));
}

/// The state of a call across its attempts.
struct Progress {
    begin: Instant,
    /// The time limit of the call, and its end; `None` is unlimited.
    limit: Duration,
    end: Option<Instant>,
    attempts: u32,
    /// The failure of the previous attempt.
    last: Option<Box<Failure>>,
    /// Apparent lead of the service's clock, used for this call only until the service accepts it.
    skew: Option<i64>,
    /// Tokens taken from the retry budget for the last attempt.
    paid: Option<u32>,
    /// Whether the credentials have been renewed.
    renewed: bool,
}

impl Progress {
    fn new(begin: Instant, limit: Option<Duration>) -> Self {
        let end = limit.and_then(|limit| begin.checked_add(limit));
        Self {
            begin,
            limit: limit.unwrap_or(Duration::MAX),
            end,
            attempts: 0,
            last: None,
            skew: None,
            paid: None,
            renewed: false,
        }
    }

    /// Whether a possible reason of the refusal has been corrected: the date or the credentials. Each is corrected
    /// once.
    fn corrects(&mut self, settings: &Settings, planned: &Planned<'_>, failure: &Failure, trial: &Trial) -> bool {
        if trial.credentials.is_some()
            && let Some(ahead) = wrong_date(settings, failure, trial.skew)
        {
            // Even without another attempt: the next call should not begin with the wrong skew.
            settings.skews.refute(planned.base, trial.skew);
            if self.skew.is_none() {
                self.skew = Some(ahead);
                return true;
            }
        }
        if !self.renewed && has_others(planned, failure, trial) {
            self.renewed = true;
            return true;
        }
        false
    }

    /// The pause before the next attempt, which is paid for here, or `None` if there is none.
    fn next(
        &mut self,
        settings: &Settings,
        planned: &Planned<'_>,
        failure: &Failure,
        idempotent: bool,
    ) -> Option<Duration> {
        if planned.plan.body.is_spent() {
            return None;
        }
        let mut context = RetryContext::new(planned.draft.spec.name, self.attempts, failure.class);
        let time = settings.clock.monotonic();
        context.elapsed = time.saturating_duration_since(self.begin);
        if let Cause::Transport(kind) = failure.cause {
            context.transport = Some(kind);
        }
        (context.status, context.code, context.idempotent) = (failure.status(), failure.code(), idempotent);
        let now = settings.now_with(self.skew.unwrap_or_else(|| settings.skews.of(planned.base)));
        context.retry_after = failure.headers().and_then(|headers| retry::retry_after(headers, now));
        let pause = planned.overrides.retries(settings).next_attempt(&context)?;
        if self.end.is_some_and(|end| pause >= end.saturating_duration_since(time)) {
            return None;
        }
        self.paid = settings.budget.spend(&context);
        self.paid.map(|_| pause)
    }
}

/// The lead of the service's clock, in seconds, if it may have refused the call because of its date.
fn wrong_date(settings: &Settings, failure: &Failure, skew: i64) -> Option<i64> {
    let refused = retry::blames_date(failure.status(), failure.code());
    retry::clock_skew(failure.headers().filter(|_| refused)?, settings.clock.now(), skew)
}

/// Whether the service refused these credentials and the provider has others now.
fn has_others(planned: &Planned<'_>, failure: &Failure, trial: &Trial) -> bool {
    let (Some(provider), Some(credentials)) = (planned.credentials, &trial.credentials) else { return false };
    retry::blames_keys(failure.status(), failure.code()) && provider.rejected(credentials)
}
