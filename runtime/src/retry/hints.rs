//! Hints for the next attempt in the headers of a response.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

/// The pause that the service requests: seconds or a date, or Alibaba Cloud's milliseconds.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(milliseconds) = text("x-acs-retry-after").and_then(|text| text.parse().ok()) {
        return Some(Duration::from_millis(milliseconds));
    }
    let after = text("retry-after")?;
    match after.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        // A date in the past means no pause.
        Err(_) => date(after).map(|date| Duration::try_from(date.duration_since(now)).unwrap_or_default()),
    }
}

/// The lead of the service's clock, in seconds, if it differs from the assumed one by more than signatures tolerate.
pub(crate) fn clock_skew(headers: &HeaderMap, now: Timestamp, assumed: i64) -> Option<i64> {
    const BORNE: u64 = 4 * 60;
    let theirs = date(headers.get(http::header::DATE)?.to_str().ok()?)?;
    let ahead = theirs.as_second() - now.as_second();
    ((ahead - assumed).unsigned_abs() > BORNE).then_some(ahead)
}

/// `Tue, 15 Nov 1994 08:12:31 GMT`
fn date(text: &str) -> Option<Timestamp> {
    Some(rfc2822::parse(text).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_pauses() {
        let now: Timestamp = "1994-11-15T08:12:01Z".parse().unwrap();
        let pause = |name: &'static str, value: &'static str| {
            retry_after(&HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]), now)
        };
        assert_eq!(pause("retry-after", "7"), Some(Duration::from_secs(7)));
        assert_eq!(pause("retry-after", "Tue, 15 Nov 1994 08:12:31 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(pause("retry-after", "Tue, 15 Nov 1994 08:11:31 GMT"), Some(Duration::ZERO));
        assert_eq!(pause("retry-after", "soon"), None);
        assert_eq!(pause("retry-after", "-1"), None);
        assert_eq!(pause("x-acs-retry-after", "1500"), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn clock_skews() {
        let now: Timestamp = "1994-11-15T08:12:31Z".parse().unwrap();
        let ahead = |date: &'static str| {
            clock_skew(&HeaderMap::from_iter([(http::header::DATE, date.parse().unwrap())]), now, 0)
        };
        assert_eq!(ahead("Tue, 15 Nov 1994 08:12:31 GMT"), None);
        assert_eq!(ahead("Tue, 15 Nov 1994 08:16:31 GMT"), None);
        assert_eq!(ahead("Tue, 15 Nov 1994 09:12:31 GMT"), Some(3600));
        assert_eq!(ahead("Tue, 15 Nov 1994 07:12:31 GMT"), Some(-3600));
        assert_eq!(ahead("yesterday"), None);
        assert_eq!(clock_skew(&HeaderMap::new(), now, 0), None);
    }
}
