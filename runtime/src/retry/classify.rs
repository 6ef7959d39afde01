//! Classifies failed attempts for retries. All such decisions are made here; `tests` is the table.

use crate::transport::TransportErrorKind;

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The transport failed at this stage.
    Transport(TransportErrorKind),
    /// There was no complete response within `timeout`.
    Timeout,
    /// The service responded with an error.
    Service,
    /// Anything else: nothing was sent, no time is left, or a success could not be read.
    Other,
}

/// All facts that decide whether a failed attempt is followed by another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedAttempt<'a> {
    pub(crate) cause: Cause,
    /// The status, if there was a response.
    pub(crate) status: Option<u16>,
    /// The service's error code.
    pub(crate) code: Option<&'a str>,
    /// The service's codes for another operation in progress.
    pub(crate) busy: &'a [&'a str],
    /// Whether the service reports throttling.
    pub(crate) throttled: bool,
    pub(crate) repeatable: Repeatable,
    /// Whether a possible reason of a refusal, the date or the keys, has been corrected.
    pub(crate) corrected: bool,
    /// Whether the body is a stream that has been consumed.
    pub(crate) spent: bool,
}

/// What determines whether a call that the service may have executed can be repeated.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repeatable {
    /// Whether a nonempty client token was sent, by which the service recognizes a repeated call.
    pub(crate) token: bool,
    /// Idempotency as stated by the spec or the call.
    pub(crate) stated: Option<bool>,
    /// Whether the method is idempotent, in protocols where methods are meaningful.
    pub(crate) method: bool,
}

/// The class of a failure, which is the basis of the retry decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryClass {
    /// Another attempt would fail again, or might repeat a side effect.
    #[default]
    Never,
    /// The service did not act because of too many calls.
    Throttled,
    /// A temporary failure on the way, and the call is safe to repeat.
    Transient,
    /// There was no response in time, and the call is safe to repeat.
    Timeout,
    /// The service did not act because another operation is in progress.
    Busy,
    /// Status 503, and the call is safe to repeat.
    Unavailable,
    /// The date or the credentials were refused, and have been replaced.
    Refused,
}

/// Classifies a failed attempt, as documented at [`RetryPolicy`](crate::RetryPolicy).
pub(crate) fn classify(failed: &FailedAttempt<'_>) -> RetryClass {
    if failed.spent {
        return RetryClass::Never;
    }
    if failed.corrected {
        return RetryClass::Refused;
    }
    let safe = failed.repeatable.is_safe();
    match failed.cause {
        // Nothing reached the service, or it did not act.
        Cause::Transport(
            TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout | TransportErrorKind::Unprocessed,
        ) => RetryClass::Transient,
        Cause::Transport(TransportErrorKind::Request | TransportErrorKind::Body) if safe => RetryClass::Transient,
        // The next response would be as large, and the next connection would be denied, too.
        Cause::Transport(TransportErrorKind::TooLarge | TransportErrorKind::ConnectDenied) => RetryClass::Never,
        Cause::Transport(TransportErrorKind::ReadTimeout) | Cause::Timeout if safe => RetryClass::Timeout,
        Cause::Transport(_) | Cause::Timeout | Cause::Other => RetryClass::Never,
        Cause::Service => match (failed.code, failed.status) {
            (Some(code), _) if failed.busy.contains(&code) => RetryClass::Busy,
            _ if failed.throttled => RetryClass::Throttled,
            (_, Some(408 | 429)) => RetryClass::Throttled,
            (_, Some(500 | 502 | 504)) if safe => RetryClass::Transient,
            (_, Some(503)) if safe => RetryClass::Unavailable,
            _ => RetryClass::Never,
        },
    }
}

/// Whether the service may have refused a call because of its date. Status 400 has too many other causes to imply that
/// without a matching code.
pub(crate) fn blames_date(status: Option<u16>, code: Option<&str>) -> bool {
    match status {
        Some(401 | 403) => true,
        Some(400) => code.is_some_and(|code| {
            let code = code.to_ascii_lowercase();
            ["timestamp", "requesttime", "skew"].iter().any(|word| code.contains(word))
        }),
        _ => false,
    }
}

impl Repeatable {
    pub(crate) fn is_safe(self) -> bool {
        self.token || self.stated.unwrap_or(self.method)
    }
}

#[cfg(test)]
mod tests {
    use super::super::refused_keys;
    use super::*;

    const ONCE: Repeatable = Repeatable { token: false, stated: None, method: false };
    const SAFE: Repeatable = Repeatable { method: true, ..ONCE };

    fn failed(cause: Cause, status: u16, code: &'static str, repeatable: Repeatable) -> FailedAttempt<'static> {
        let status = (status > 0).then_some(status);
        let code = Some(code).filter(|code| !code.is_empty());
        let throttled = code == Some("TooMany");
        FailedAttempt { cause, status, code, busy: &["InUse"], throttled, repeatable, corrected: false, spent: false }
    }

    /// Each failure, and its class for a call that must not be repeated, and for one that is safe to repeat.
    #[test]
    fn the_table() {
        use Cause::{Other, Service, Transport};
        use RetryClass::{Busy, Never, Throttled, Timeout, Transient, Unavailable};
        use TransportErrorKind::{
            Body, Connect, ConnectDenied, ConnectTimeout, ReadTimeout, Request, TooLarge, Unprocessed,
        };
        let table = [
            // cause, status, code, must not be repeated, safe to repeat
            (Transport(Connect), 0, "", Transient, Transient),
            (Transport(ConnectTimeout), 0, "", Transient, Transient),
            (Transport(ConnectDenied), 0, "", Never, Never),
            (Transport(Unprocessed), 0, "", Transient, Transient),
            (Transport(ReadTimeout), 200, "", Never, Timeout),
            (Transport(Request), 0, "", Never, Transient),
            (Transport(Body), 200, "", Never, Transient),
            (Transport(Body), 429, "", Never, Transient),
            (Transport(TooLarge), 200, "", Never, Never),
            (Cause::Timeout, 0, "", Never, Timeout),
            (Other, 0, "", Never, Never),
            (Other, 200, "", Never, Never),
            (Service, 408, "", Throttled, Throttled),
            (Service, 429, "X", Throttled, Throttled),
            (Service, 200, "TooMany", Throttled, Throttled),
            (Service, 400, "TooMany", Throttled, Throttled),
            (Service, 403, "TooMany", Throttled, Throttled),
            (Service, 500, "TooMany", Throttled, Throttled),
            (Service, 400, "InUse", Busy, Busy),
            (Service, 500, "InUse", Busy, Busy),
            (Service, 500, "", Never, Transient),
            (Service, 502, "X", Never, Transient),
            (Service, 504, "", Never, Transient),
            (Service, 503, "", Never, Unavailable),
            (Service, 501, "", Never, Never),
            (Service, 200, "X", Never, Never),
            (Service, 302, "", Never, Never),
            (Service, 400, "X", Never, Never),
            (Service, 401, "", Never, Never),
            (Service, 403, "", Never, Never),
            (Service, 404, "", Never, Never),
            (Service, 409, "", Never, Never),
        ];
        for (cause, status, code, once, safe) in table {
            let found = [ONCE, SAFE].map(|repeatable| classify(&failed(cause, status, code, repeatable)));
            assert_eq!(found, [once, safe], "{cause:?} {status} {code}");
            let spent = FailedAttempt { spent: true, ..failed(cause, status, code, SAFE) };
            assert_eq!(classify(&spent), Never, "a stream is gone: {cause:?} {status} {code}");
            let corrected = FailedAttempt { corrected: true, ..failed(cause, status, code, ONCE) };
            assert_eq!(classify(&corrected), RetryClass::Refused, "the service did not act: {cause:?} {status} {code}");
            assert_eq!(classify(&FailedAttempt { spent: true, ..corrected }), Never);
        }
    }

    /// The spec takes precedence over the method, and a client token over both.
    #[test]
    fn what_is_safe_to_repeat() {
        let table = [
            // token, spec, method, safe
            (false, None, false, false),
            (false, None, true, true),
            (false, Some(true), false, true),
            (false, Some(false), true, false),
            (true, None, false, true),
            (true, Some(false), false, true),
        ];
        for (token, stated, method, safe) in table {
            let repeatable = Repeatable { token, stated, method };
            assert_eq!(repeatable.is_safe(), safe, "{repeatable:?}");
        }
    }

    #[test]
    fn what_can_be_corrected() {
        let table = [
            // status, code, the date, the keys
            (Some(400), None, false, false),
            (Some(400), Some("X"), false, false),
            (Some(400), Some("InvalidTimeStamp.Expired"), true, false),
            (Some(400), Some("IllegalTimestamp"), true, false),
            (Some(400), Some("RequestTimeTooSkewed"), true, false),
            (Some(401), None, true, true),
            (Some(403), Some("X"), true, false),
            (Some(403), Some("InvalidSecurityToken.Expired"), true, true),
            (Some(404), Some("InvalidSecurityToken"), false, true),
            (Some(404), Some("InvalidAccessKeyId.NotFound"), false, true),
            (Some(403), Some("InvalidAccessKeyId.Inactive"), true, true),
            (Some(400), Some("InvalidAccessKeyIdentity"), false, false),
            (Some(403), Some("Forbidden.AccessKeyDisabled"), true, true),
            (Some(403), Some("Forbidden.RAM"), true, false),
            (Some(200), Some("APIGW.0301"), false, true),
            (Some(400), Some("APIG.0307"), false, true),
            (Some(403), Some("APIGW.0302"), true, false),
            (Some(400), Some("SignatureDoesNotMatch"), false, false),
            (Some(500), None, false, false),
            (None, None, false, false),
        ];
        for (status, code, date, keys) in table {
            assert_eq!(
                (blames_date(status, code), refused_keys::blames_keys(status, code)),
                (date, keys),
                "{status:?} {code:?}"
            );
        }
    }
}
