//! What a failed attempt means for another one. All that is decided about it is decided here; `tests` is the table.

use crate::transport::TransportErrorKind;

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The transport gave up, having come so far.
    Transport(TransportErrorKind),
    /// There was no whole response within `timeout`.
    Timeout,
    /// The service answered with an error.
    Service,
    /// Anything else: nothing was sent, there is no time left, or a success could not be read.
    Other,
}

/// All that decides whether a failed attempt is followed by another one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedAttempt<'a> {
    pub(crate) cause: Cause,
    /// The status, as far as there was a response.
    pub(crate) status: Option<u16>,
    /// The service's error code.
    pub(crate) code: Option<&'a str>,
    /// The codes by which the service says that something else is under way.
    pub(crate) busy: &'a [&'a str],
    /// Whether the service says that there are too many calls for now.
    pub(crate) throttled: bool,
    pub(crate) repeatable: Repeatable,
    /// Whether what the service may have refused, the date or the keys, is another now.
    pub(crate) mended: bool,
    /// Whether a stream that is the body was begun, so that it is gone.
    pub(crate) spent: bool,
}

/// What says whether a call that the service may have done already can be sent once more.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Repeatable {
    /// Whether a client token was sent that is not empty: the service knows a repeated call by it.
    pub(crate) token: bool,
    /// What the spec says of the operation.
    pub(crate) stated: Option<bool>,
    /// Whether the method says so, of a protocol whose methods mean something.
    pub(crate) method: bool,
}

/// What a failure means for another attempt, as far as the client knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryClass {
    /// It would fail again, or might be done twice.
    #[default]
    Never,
    /// The service did not act, as there are too many calls for now.
    Throttled,
    /// Something between here and there broke, and repeating does no harm.
    Transient,
    /// There was no response in time, and repeating does no harm.
    Timeout,
    /// The service did not act, as something else is under way.
    Busy,
    /// Status 503, and repeating does no harm.
    Unavailable,
    /// The date or the credentials were refused, and there are others now.
    Refused,
}

/// What a failed attempt means. [`RetryPolicy`](crate::RetryPolicy) says the same to callers.
pub(crate) fn classify(failed: &FailedAttempt<'_>) -> RetryClass {
    if failed.spent {
        return RetryClass::Never;
    }
    if failed.mended {
        return RetryClass::Refused;
    }
    let safe = failed.repeatable.is_safe();
    match failed.cause {
        // Nothing reached the service, or it did nothing.
        Cause::Transport(
            TransportErrorKind::Connect | TransportErrorKind::ConnectTimeout | TransportErrorKind::Unprocessed,
        ) => RetryClass::Transient,
        Cause::Transport(TransportErrorKind::Request | TransportErrorKind::Body) if safe => RetryClass::Transient,
        // The next response would be as large, and the next connection as unwelcome.
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

/// Whether the service may have refused a call for its date. Status 400 has too many other reasons to mean that without a code that
/// says so.
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
        FailedAttempt { cause, status, code, busy: &["InUse"], throttled, repeatable, mended: false, spent: false }
    }

    /// Each failure, and what it means for a call that may be done once only, and for one that is safe to repeat.
    #[test]
    fn the_table() {
        use Cause::{Other, Service, Transport};
        use RetryClass::{Busy, Never, Throttled, Timeout, Transient, Unavailable};
        use TransportErrorKind::{
            Body, Connect, ConnectDenied, ConnectTimeout, ReadTimeout, Request, TooLarge, Unprocessed,
        };
        let table = [
            // cause, status, code, done once only, safe to repeat
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
            let mended = FailedAttempt { mended: true, ..failed(cause, status, code, ONCE) };
            assert_eq!(classify(&mended), RetryClass::Refused, "the service did not act: {cause:?} {status} {code}");
            assert_eq!(classify(&FailedAttempt { spent: true, ..mended }), Never);
        }
    }

    /// What the spec says counts more than the method, and a token that was sent more than both.
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
    fn what_may_be_mended() {
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
