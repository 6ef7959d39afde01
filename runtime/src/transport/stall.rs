//! Detects bodies that arrive too slowly, or not at all.

use std::collections::VecDeque;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;

use super::byte_stream::ByteStream;
use super::clock::SystemClock;
use super::error::{TransportError, TransportErrorKind};
use super::exchange::Exchange;
use super::in_runtime::in_runtime;

/// The minimum rate at which the body of a byte stream must arrive, which is not limited by `timeout`.
///
/// By default a body stalls at less than one byte a second over 20 seconds: it ends with an error of the kind
/// [`ReadTimeout`](TransportErrorKind::ReadTimeout). Only time spent waiting for data counts. Streams of events and
/// lines are exempt, as they may pause; they have `idle_timeout`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "pass it to the client's builder"]
pub struct StallProtection {
    bytes_per_second: u64,
    window: Duration,
}

impl Default for StallProtection {
    fn default() -> Self {
        Self { bytes_per_second: 1, window: Duration::from_secs(20) }
    }
}

impl StallProtection {
    /// Creates the default: one byte a second, over 20 seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// Disables stall protection.
    pub fn none() -> Self {
        Self::new().min_throughput(0)
    }

    /// Sets the minimum rate in bytes per second, averaged over the window; 0 disables it.
    pub fn min_throughput(mut self, bytes_per_second: u64) -> Self {
        self.bytes_per_second = bytes_per_second;
        self
    }

    /// Sets how long a body may be slower than that.
    pub fn window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// Minimum number of bytes in a window.
    fn least(self) -> u128 {
        u128::from(self.bytes_per_second).saturating_mul(self.window.as_nanos()).div_ceil(1_000_000_000)
    }
}

/// The limits of a body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ReadLimits {
    /// Maximum time between two chunks.
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) stall: Option<StallProtection>,
}

impl ByteStream {
    /// Limits a body: it ends with an error if it arrives too slowly, and its connection is then retired.
    pub(crate) fn within(self, limits: ReadLimits, exchange: Exchange) -> Self {
        let stall = limits.stall.filter(|stall| stall.least() > 0);
        if limits.read_timeout.is_none() && stall.is_none() {
            return self;
        }
        let (pace, read_timeout) = (stall.map(Pace::new), limits.read_timeout);
        let reading = Reading { body: self, read_timeout, pace, exchange };
        Self::new(stream::unfold(Some(reading), |reading| async move {
            let mut reading = reading?;
            let piece = reading.next().await?;
            let rest = piece.is_ok().then_some(reading);
            Some((piece, rest))
        }))
    }
}

struct Reading {
    body: ByteStream,
    read_timeout: Option<Duration>,
    pace: Option<Pace>,
    exchange: Exchange,
}

impl Reading {
    async fn next(&mut self) -> Option<Result<Bytes, TransportError>> {
        let left = self.pace.as_mut().map(Pace::left);
        let Some(limit) = self.read_timeout.into_iter().chain(left).min() else { return self.body.next().await };
        if let Err(why) = in_runtime() {
            return Some(Err(TransportError::new(TransportErrorKind::Body, why)));
        }
        let begin = Instant::now();
        match self.exchange.within(&SystemClock, limit, pin!(self.body.next())).await {
            Some(Some(Ok(piece))) => {
                if let Some(pace) = &mut self.pace {
                    pace.received(begin.elapsed(), piece.len());
                }
                Some(Ok(piece))
            }
            Some(end) => end,
            None => Some(Err(self.too_slow(limit))),
        }
    }

    fn too_slow(&self, limit: Duration) -> TransportError {
        let message = match (self.read_timeout, &self.pace) {
            (_, Some(Pace { protection, .. })) if self.read_timeout != Some(limit) => {
                let StallProtection { bytes_per_second, window } = protection;
                format!(
                    "the response arrived at less than {bytes_per_second} bytes a second over {window:?} (`stall_protection`)"
                )
            }
            _ => format!("no more of the response arrived within {limit:?} (`read_timeout`)"),
        };
        TransportError::new(TransportErrorKind::ReadTimeout, message)
    }
}

/// The data received in the last window of waiting.
struct Pace {
    protection: StallProtection,
    /// Total waiting time. Time spent by the caller in between does not count.
    waited: Duration,
    /// When, on that scale, how many bytes were received; oldest first.
    came: VecDeque<(Duration, u128)>,
}

impl Pace {
    fn new(protection: StallProtection) -> Self {
        Self { protection, waited: Duration::ZERO, came: VecDeque::new() }
    }

    fn received(&mut self, after: Duration, bytes: usize) {
        self.waited = self.waited.saturating_add(after);
        let bytes = u128::try_from(bytes).unwrap_or(u128::MAX);
        // Chunks in quick succession are merged, so that a fast body costs nothing.
        let grain = self.protection.window / 16;
        match self.came.back_mut() {
            Some((at, sum)) if self.waited <= at.saturating_add(grain) => *sum = sum.saturating_add(bytes),
            _ => self.came.push_back((self.waited, bytes)),
        }
    }

    /// The remaining time, if nothing more arrives, until a full window has received too little.
    fn left(&mut self) -> Duration {
        let (window, least) = (self.protection.window, self.protection.least());
        while self.came.front().is_some_and(|(at, _)| at.saturating_add(window) <= self.waited) {
            self.came.pop_front();
        }
        let mut sum = self.came.iter().fold(0_u128, |sum, (_, bytes)| sum.saturating_add(*bytes));
        let mut end = window;
        for (at, bytes) in &self.came {
            if sum < least {
                break;
            }
            sum = sum.saturating_sub(*bytes);
            end = at.saturating_add(window);
        }
        end.max(window).saturating_sub(self.waited)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An endless body of chunks, each with a delay in milliseconds and a size in bytes.
    fn body(pieces: &'static [(u64, usize)]) -> ByteStream {
        let timed = stream::iter(pieces).then(|(after, bytes)| async move {
            tokio::time::sleep(Duration::from_millis(*after)).await;
            Ok(Bytes::from(vec![0; *bytes]))
        });
        ByteStream::new(timed.chain(stream::pending()))
    }

    /// The number of bytes and milliseconds after which a body ends, and the reason.
    async fn ends(mut body: ByteStream, busy: Duration) -> (usize, u128, String) {
        let (begin, mut bytes) = (Instant::now(), 0);
        loop {
            match body.next().await {
                Some(Ok(piece)) => bytes += piece.len(),
                Some(Err(error)) => {
                    assert_eq!(error.kind(), TransportErrorKind::ReadTimeout);
                    assert!(body.next().await.is_none(), "an error is the last");
                    return (bytes, begin.elapsed().as_millis(), error.to_string());
                }
                None => return (bytes, begin.elapsed().as_millis(), "its end".to_owned()),
            }
            tokio::time::sleep(busy).await;
        }
    }

    fn slow(bytes_per_second: u64, seconds: u64) -> ReadLimits {
        let stall = StallProtection::new().min_throughput(bytes_per_second).window(Duration::from_secs(seconds));
        ReadLimits { read_timeout: None, stall: Some(stall) }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls() {
        const STEADY: &[(u64, usize)] = &[(990, 10); 100];
        type Row = (&'static [(u64, usize)], ReadLimits, usize, u128);
        let table: [Row; 7] = [
            // chunks, limits, bytes, milliseconds
            (&[], slow(1, 20), 0, 20_000),
            (&[(0, 1 << 20)], slow(1, 20), 1 << 20, 20_000),
            (&[(0, 50), (30_000, 50)], slow(1, 20), 50, 20_000),
            (&[(19_000, 50)], slow(1, 20), 50, 39_000),
            // Data arrives, but too slowly.
            (STEADY, slow(11, 10), 100, 10_000),
            (STEADY, slow(10, 10), 1000, 100_090),
            (STEADY, ReadLimits { read_timeout: Some(Duration::from_millis(900)), stall: None }, 0, 900),
        ];
        for (pieces, limits, bytes, milliseconds) in table {
            let (found, after, why) = ends(body(pieces).within(limits, Exchange::default()), Duration::ZERO).await;
            // Times are measured to a sixteenth of the window.
            let exact = after.abs_diff(milliseconds) <= 1300;
            assert!(found == bytes && exact, "{limits:?}: {found} bytes, {after} ms, {why}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn time_spent_by_the_caller_does_not_count() {
        const STEADY: &[(u64, usize)] = &[(0, 1); 50];
        let busy = Duration::from_secs(60);
        let (bytes, after, _) = ends(body(STEADY).within(slow(1, 20), Exchange::default()), busy).await;
        assert_eq!((bytes, after), (50, 50 * 60_000 + 20_000));
    }

    #[tokio::test(start_paused = true)]
    async fn unlimited_bodies() {
        let none = ReadLimits { read_timeout: None, stall: Some(StallProtection::none()) };
        let zero = slow(5, 0);
        let endless = ReadLimits {
            read_timeout: Some(Duration::MAX),
            stall: Some(StallProtection::new().min_throughput(u64::MAX).window(Duration::MAX)),
        };
        for limits in [none, zero, endless, ReadLimits::default()] {
            let reading = ends(body(&[(0, 1)]).within(limits, Exchange::default()), Duration::ZERO);
            let ended = tokio::time::timeout(Duration::from_secs(1 << 30), reading).await;
            assert!(ended.is_err(), "{limits:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_connection_is_retired() {
        let exchange = Exchange::default();
        let (left, seen) = std::sync::mpsc::channel();
        exchange.when_out_of_time(move || left.send(()).expect("a receiver"));
        let limits = slow(1, 20);
        ends(body(&[(0, 5)]).within(limits, exchange.clone()), Duration::ZERO).await;
        assert_eq!(seen.try_iter().count(), 1);
        let whole = ByteStream::from(Bytes::from_static(b"abc")).within(limits, exchange);
        assert_eq!(whole.collect().await.expect("bytes"), "abc");
        assert_eq!(seen.try_iter().count(), 0);
    }
}
