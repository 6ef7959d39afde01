//! The source of a stream's items: a body, and the connections that resume it.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use futures_core::stream::BoxStream;
use futures_util::StreamExt as _;
use futures_util::stream;

use super::error::StreamError;
use super::frame::{Frame, Framing, Unframed};
use crate::response::raw::{RawResponse, Reconnect};
use crate::retry::{RetryClass, RetryContext};
use crate::transport::{ByteStream, TransportError, TransportErrorKind, in_runtime};

/// Introduced by OpenAI as the last event, and adopted by many others. It is not JSON, so it cannot be a documented
/// item.
const DONE: &[u8] = b"[DONE]";

/// An undecoded item with its number.
pub(super) type Item = Result<(u64, Frame), StreamError>;

/// Reads items one after the other.
pub(super) struct Source {
    body: ByteStream,
    framing: Framing,
    limit: usize,
    pub(super) idle: Option<Duration>,
    /// The means to send the call of the stream again.
    reconnect: Option<Reconnect>,
    pub(super) reconnects: bool,
    /// Number of items so far.
    items: u64,
    /// Number of connections that ended since the last item.
    fruitless: u32,
    ended: bool,
}

impl Source {
    pub(super) fn new(body: ByteStream, framing: Framing, limit: usize, reconnect: Option<Reconnect>) -> Self {
        Self { body, framing, limit, idle: None, reconnect, reconnects: false, items: 0, fruitless: 0, ended: false }
    }

    /// The next item with its number.
    async fn next(&mut self) -> Option<Item> {
        while !self.ended {
            if let Some(framed) = self.framing.next() {
                return self.hand_over(framed);
            }
            let lost = match self.piece().await {
                Some(Ok(piece)) => {
                    self.framing.push(&piece);
                    continue;
                }
                Some(Err(error)) => Some(error),
                None => match self.framing.end() {
                    Some(Ok(frame)) => return self.hand_over(Ok(frame)),
                    Some(Err(_)) => Some(StreamError::truncated(self.items + 1)),
                    None => None,
                },
            };
            if let Err(last) = self.resume(lost).await {
                self.ended = true;
                return last.map(Err);
            }
        }
        None
    }

    fn hand_over(&mut self, framed: Result<Frame, Unframed>) -> Option<Item> {
        let number = self.items + 1;
        match framed {
            Ok(frame) if matches!(self.framing, Framing::Events(_)) && *frame.data == *DONE => {
                self.ended = true;
                None
            }
            Ok(frame) => {
                self.items = number;
                self.fruitless = 0;
                Some(Ok((number, frame)))
            }
            Err(_) => {
                self.ended = true;
                Some(Err(StreamError::too_large(number, self.limit)))
            }
        }
    }

    /// The next chunk of the body.
    async fn piece(&mut self) -> Option<Result<bytes::Bytes, StreamError>> {
        let number = self.items + 1;
        let piece = match self.idle.map(|limit| in_runtime().map(|()| limit)) {
            Some(Err(why)) => {
                let error = TransportError::new(TransportErrorKind::Body, why);
                return Some(Err(StreamError::transport(number, error)));
            }
            Some(Ok(limit)) => match tokio::time::timeout(limit, self.body.next()).await {
                Ok(piece) => piece,
                Err(_) => return Some(Err(StreamError::idle(number, limit))),
            },
            None => self.body.next().await,
        };
        piece.map(|piece| piece.map_err(|error| StreamError::transport(number, error)))
    }

    /// Resumes the stream with a new connection after the last one ended, perhaps with this error. Returns the error
    /// that ends the stream, if resuming fails.
    async fn resume(&mut self, lost: Option<StreamError>) -> Result<(), Option<StreamError>> {
        let Some(reconnect) = self.reconnect.as_ref().filter(|_| self.reconnects) else { return Err(lost) };
        self.fruitless += 1;
        let (last_id, retry) = self.framing.position();
        let mut context = RetryContext::new(reconnect.operation, self.fruitless, RetryClass::Transient);
        (context.retry_after, context.idempotent) = (retry, true);
        let Some(pause) = reconnect.retries.next_attempt(&context) else { return Err(lost) };
        let last_id = last_id.map(str::to_owned);
        tracing::debug!(?pause, items = self.items, "resuming the stream");
        let number = self.items + 1;
        let failed = |why: &dyn std::fmt::Display| Some(StreamError::reconnect(number, why));
        in_runtime().map_err(|why| failed(&why))?;
        reconnect.clock.sleep(pause).await;
        let response = (reconnect.send)(last_id).await.map_err(|why| failed(&why))?;
        // The service's signal that there are no more events.
        if response.status() == 204 {
            return Err(None);
        }
        if !response.is_streamed() {
            let found = response.media_type().unwrap_or("of unknown type").to_owned();
            return Err(failed(&format_args!("the response is `{found}`")));
        }
        self.body = response.stream();
        self.framing.restart();
        Ok(())
    }
}

/// The items of a source, as a stream.
pub(super) struct Frames {
    /// Present until the first item is requested.
    source: Option<Box<Source>>,
    // The mutex is never locked: it makes the stream `Sync`, as `ByteStream` is.
    running: Mutex<Option<BoxStream<'static, Item>>>,
}

impl Frames {
    pub(super) fn of(response: RawResponse, framing: impl FnOnce(usize) -> Framing) -> Self {
        let (body, reconnect) = response.into_stream();
        let limit = reconnect.as_ref().map_or(usize::MAX, |reconnect| reconnect.max_item_size);
        let source = Source::new(body, framing(limit), limit, reconnect);
        Self { source: Some(Box::new(source)), running: Mutex::new(None) }
    }

    /// Changes the settings; no effect after the first item was requested.
    pub(super) fn set(&mut self, change: impl FnOnce(&mut Source)) {
        if let Some(source) = &mut self.source {
            change(source);
        }
    }

    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Item>> {
        let running = self.running.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = self.source.take() {
            let next = |mut source: Box<Source>| async move { source.next().await.map(|item| (item, source)) };
            *running = Some(Box::pin(stream::unfold(source, next).fuse()));
        }
        match running {
            Some(running) => Pin::new(running).poll_next(context),
            None => Poll::Ready(None),
        }
    }
}
