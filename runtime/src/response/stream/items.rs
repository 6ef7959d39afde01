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

/// Server-sent events (`text/event-stream`) whose data is of the documented type.
///
/// It is a [`Stream`] of [`Event`]s, read as WHATWG's HTML standard says: comments and blocks without data are passed over, and what
/// the end of the connection cuts off before its blank line is dropped.
///
/// - Data is read as JSON, leniently as all responses; data whose type is a text is taken as it is, unless it is a JSON string.
/// - The data `[DONE]`, which many services send last, ends the stream.
/// - An item that can't be read is an error with its number, and the stream goes on. One that is longer than the client's
///   `max_response_size` ends it, and so does a connection that breaks, unless the stream [reconnects](Self::reconnecting).
///
/// ```no_run
/// # async fn read(mut events: yundb_runtime::EventStream<String>) -> Result<(), yundb_runtime::StreamError> {
/// while let Some(event) = events.next().await {
///     println!("{}", event?.data);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read before it is asked for items"]
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
    /// Its `event` field: what kind of event it is; `message` is meant where there is none.
    pub event: Option<String>,
    /// Its data; where the document describes events with all their fields, the event as such a value.
    pub data: T,
    /// Its `id` field. An event without one leaves the [last id](EventStream::last_event_id) as it was.
    pub id: Option<String>,
    /// Its `retry` field: how long a client should wait before it reconnects.
    pub retry: Option<Duration>,
}

/// JSON values one after the other (`application/x-ndjson`, `application/jsonl`, `application/json-seq`, ...) of the documented type.
///
/// It is a [`Stream`] of values. Each stands on a line of its own, or behind a record separator; blank lines are passed over. The last
/// one need not end its line, but must be whole.
///
/// An item that can't be read is an error with its number, and the stream goes on. One that is longer than the client's
/// `max_response_size`, or that the end of the connection cuts off, ends it, and so does a connection that breaks.
#[must_use = "nothing is read before it is asked for items"]
pub struct JsonLines<T> {
    frames: Frames,
    item: PhantomData<fn() -> T>,
}

impl<T> EventStream<T> {
    pub(crate) fn new(response: RawResponse, whole: bool) -> Self {
        let frames = Frames::of(response, |limit| Framing::Events(Events::new(limit)));
        Self { frames, whole, last_event_id: None, item: PhantomData }
    }

    /// Ends the stream with an error when nothing comes for so long, not even a comment. Without it, a stream waits for as long as the
    /// connection holds. Of effect before the first item is asked for.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.frames.set(|source| source.idle = Some(limit));
        self
    }

    /// Sends the call again when the connection ends or breaks, or nothing comes within [`idle_timeout`](Self::idle_timeout), and goes on
    /// with what the service sends then. Of effect before the first item is asked for.
    ///
    /// The call says by `Last-Event-ID` which event was the last one that had an id; a service that does not know that header begins
    /// anew. It is sent after the time that the service asked for by `retry`, else after a pause of the client's
    /// [`RetryPolicy`](crate::RetryPolicy), which also says how often that is tried without an event in between. Status 204 and the data
    /// `[DONE]` end the stream. As the call is repeated whatever it does, this is for calls that change nothing, or whose service
    /// knows the header.
    pub fn reconnecting(mut self) -> Self {
        self.frames.set(|source| source.reconnects = true);
        self
    }

    /// The id of the last event that had one, with which a later call can go on: as its header `Last-Event-ID`. `None` if there was none,
    /// or an empty one.
    pub fn last_event_id(&self) -> Option<&str> {
        self.last_event_id.as_deref()
    }
}

impl<T> JsonLines<T> {
    pub(crate) fn new(response: RawResponse) -> Self {
        Self { frames: Frames::of(response, |limit| Framing::Lines(Lines::new(limit))), item: PhantomData }
    }

    /// Ends the stream with an error when nothing comes for so long. Without it, a stream waits for as long as the connection holds. Of
    /// effect before the first item is asked for.
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

/// What both kinds of streams have.
macro_rules! typed_stream {
    ($name:ident, $item:ty, $form:expr, $read:expr) => {
        impl<T: DeserializeOwned> $name<T> {
            /// The next item; `None` at the end. Nothing is lost if the future is dropped.
            pub async fn next(&mut self) -> Option<Result<$item, StreamError>> {
                std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
            }

            /// As an iterator, for programs without async.
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
    /// The body as events, whose data is of this type.
    pub fn events<T>(self) -> Result<EventStream<T>, DecodeError> {
        ReadAs::Events.check(self.media_type())?;
        Ok(EventStream::new(self, false))
    }

    /// The body as events that are of this type with all their fields: `event`, `data`, `id` and `retry`.
    pub fn whole_events<T>(self) -> Result<EventStream<T>, DecodeError> {
        ReadAs::Events.check(self.media_type())?;
        Ok(EventStream::new(self, true))
    }

    /// The body as JSON values of this type, one after the other.
    pub fn lines<T>(self) -> Result<JsonLines<T>, DecodeError> {
        ReadAs::Lines.check(self.media_type())?;
        Ok(JsonLines::new(self))
    }
}
