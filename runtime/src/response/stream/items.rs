//! Typed streams: server-sent events and JSON lines, item by item as they arrive.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use serde::de::DeserializeOwned;

use super::error::StreamError;
use super::frame::{self, Events, Framing, Lines};
use super::source::Frames;
use crate::codec::decode::{self, DecodeError};
use crate::response::operation::FromResponse;
use crate::response::raw::RawResponse;
use crate::response::read_as::ReadAs;

/// Server-sent events (`text/event-stream`) whose data has the documented type.
///
/// It is a [`Stream`] of [`Event`]s, parsed as specified in WHATWG's HTML standard: comments and blocks without data
/// are skipped, and an event that is cut off by the end of the connection before its blank line is dropped.
///
/// - Data is decoded as JSON, as leniently as responses; if its type is a string, it is taken verbatim unless it is a
///   JSON string.
/// - The data `[DONE]`, which many services send last, ends the stream.
/// - An item that cannot be decoded is an error with its number, and the stream continues. An item longer than the
///   client's `max_response_size` ends it, and so does a broken connection, unless the stream
///   [reconnects](Self::reconnecting).
///
/// ```no_run
/// # async fn read(mut events: yundb_runtime::EventStream<String>) -> Result<(), yundb_runtime::StreamError> {
/// while let Some(event) = events.next().await {
///     println!("{}", event?.data);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until items are requested"]
pub struct EventStream<T> {
    frames: Frames,
    /// Whether the documented type is that of the event with all its fields.
    whole: bool,
    last_event_id: Option<String>,
    item: PhantomData<fn() -> T>,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<T> {
    /// Its `event` field: the event's type. `None` means `message`.
    pub event: Option<String>,
    /// Its data; if the document describes events with all their fields, the event in that type.
    pub data: T,
    /// Its `id` field. An event without one does not change the [last id](EventStream::last_event_id).
    pub id: Option<String>,
    /// Its `retry` field: the time to wait before a reconnect.
    pub retry: Option<Duration>,
}

/// A sequence of JSON values (`application/x-ndjson`, `application/jsonl`, `application/json-seq`, ...) of the
/// documented type.
///
/// It is a [`Stream`] of values. Each is on a line of its own, or follows a record separator; blank lines are skipped.
/// The last value needs no terminator, but must be complete.
///
/// An item that cannot be decoded is an error with its number, and the stream continues. An item that is longer than
/// the client's `max_response_size`, or that is cut off, ends it, and so does a broken connection.
#[must_use = "nothing is read until items are requested"]
pub struct JsonLines<T> {
    frames: Frames,
    item: PhantomData<fn() -> T>,
}

impl<T> EventStream<T> {
    pub(crate) fn new(response: RawResponse, whole: bool) -> Self {
        let frames = Frames::of(response, |limit| Framing::Events(Events::new(limit)));
        Self { frames, whole, last_event_id: None, item: PhantomData }
    }

    /// Ends the stream with an error if nothing arrives for this long, not even a comment. Without it, a stream waits
    /// as long as the connection is open. No effect after the first item was requested.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.frames.set(|source| source.idle = Some(limit));
        self
    }

    /// Sends the call again when the connection ends or breaks, or nothing arrives within
    /// [`idle_timeout`](Self::idle_timeout), and continues with the new response. No effect after the first item was
    /// requested.
    ///
    /// The call sends the id of the last event with one as `Last-Event-ID`; a service that does not support this header
    /// starts over. The pause before it is the one that the service set by `retry`, else that of the client's
    /// [`RetryPolicy`](crate::RetryPolicy), which also limits the consecutive attempts without an event in between.
    /// Status 204 and the data `[DONE]` end the stream. As the call is repeated regardless of its effect, use this for
    /// calls that change nothing, or for services that support the header.
    pub fn reconnecting(mut self) -> Self {
        self.frames.set(|source| source.reconnects = true);
        self
    }

    /// The id of the last event that had one. Send it as the header `Last-Event-ID` to continue with a later call.
    /// `None` if there was none, or if it was empty.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }
}

impl<T> JsonLines<T> {
    pub(crate) fn new(response: RawResponse) -> Self {
        Self { frames: Frames::of(response, |limit| Framing::Lines(Lines::new(limit))), item: PhantomData }
    }

    /// Ends the stream with an error if nothing arrives for this long. Without it, a stream waits as long as the
    /// connection is open. No effect after the first item was requested.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.frames.set(|source| source.idle = Some(limit));
        self
    }
}

impl<T: DeserializeOwned> Stream for EventStream<T> {
    type Item = Result<Event<T>, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let whole = self.whole;
        self.frames.poll(context).map(|item| {
            let (number, frame) = match item? {
                Ok(item) => item,
                Err(error) => return Some(Err(error)),
            };
            if let Some(id) = &frame.id {
                self.last_event_id = Some(id.clone()).filter(|id| !id.is_empty());
            }
            let data = match whole {
                true => decode::from_event(frame.event.as_deref(), &frame.data, frame.id.as_deref(), frame.retry),
                false => decode::from_event_data(&frame.data),
            };
            Some(match data {
                Ok(data) => Ok(Event { event: frame.event, data, id: frame.id, retry: frame.retry }),
                Err(error) => Err(StreamError::unreadable(number, frame.data, error)),
            })
        })
    }
}

impl<T: DeserializeOwned> Stream for JsonLines<T> {
    type Item = Result<T, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.frames.poll(context).map(|item| {
            let read = |(number, frame): (u64, frame::Frame)| {
                decode::from_slice(&frame.data).map_err(|error| StreamError::unreadable(number, frame.data, error))
            };
            Some(item?.and_then(read))
        })
    }
}

/// Implements the methods common to both kinds of streams.
macro_rules! typed_stream {
    ($name:ident, $item:ty, $form:expr, $read:expr) => {
        impl<T: DeserializeOwned> $name<T> {
            /// Returns the next item; `None` at the end. Cancel-safe: no item is lost if the future is dropped.
            pub async fn next(&mut self) -> Option<Result<$item, StreamError>> {
                std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
            }

            /// Converts the stream to an iterator, for programs without async.
            #[cfg(feature = "blocking")]
            pub fn blocking(self) -> crate::blocking::BlockingIter<Result<$item, StreamError>>
            where
                T: Send + 'static,
            {
                crate::blocking::BlockingIter::new(Box::pin(self), |why| Err(StreamError::not_run(why)))
            }
        }

        impl<T: DeserializeOwned> FromResponse for $name<T> {
            const READ_AS: ReadAs = $form;
            const STREAMS: &'static [u16] = &[0];

            fn from_response(response: RawResponse) -> Result<Self, DecodeError> {
                $read(response)
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }
    };
}

typed_stream!(EventStream, Event<T>, ReadAs::Events, RawResponse::events);
typed_stream!(JsonLines, T, ReadAs::Lines, RawResponse::lines);

impl RawResponse {
    /// Returns the body as events whose data has this type.
    pub fn events<T>(self) -> Result<EventStream<T>, DecodeError> {
        ReadAs::Events.check(self.media_type())?;
        Ok(EventStream::new(self, false))
    }

    /// Returns the body as events whose type includes the fields: `event`, `data`, `id` and `retry`.
    pub fn whole_events<T>(self) -> Result<EventStream<T>, DecodeError> {
        ReadAs::Events.check(self.media_type())?;
        Ok(EventStream::new(self, true))
    }

    /// Returns the body as a sequence of JSON values of this type.
    pub fn lines<T>(self) -> Result<JsonLines<T>, DecodeError> {
        ReadAs::Lines.check(self.media_type())?;
        Ok(JsonLines::new(self))
    }
}
