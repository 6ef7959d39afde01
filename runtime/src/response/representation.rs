//! Representations: the media types in which an operation's success can be requested, each with its type.

use std::fmt;

use serde::de::DeserializeOwned;

use super::operation::FromResponse;
use super::raw::RawResponse;
use super::read_as::ReadAs;
use super::stream::EventStream;
use crate::codec::decode::DecodeError;

/// A media type in which a success can be requested, and the type that it is read as; for `send_as`.
///
/// The struct of an operation's input has a constant for each documented media type other than the one that `send`
/// requests. For an undocumented one, create a representation: `Representation::<ByteStream>::new("image/webp")`.
///
/// [`text`](Representation::text) reads text. [`new`](Self::new) reads according to the type: a
/// [`ByteStream`](crate::ByteStream) as it arrives, an [`EventStream`] and [`JsonLines`](crate::JsonLines) item by
/// item, and all other types as JSON.
pub struct Representation<T> {
    media_type: &'static str,
    /// As in [`FromResponse::STREAMS`]; empty for any.
    statuses: &'static [u16],
    reading: Reading,
    read: fn(RawResponse) -> Result<T, DecodeError>,
}

/// How a success is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// The media type to request instead of that in the operation's `Spec`.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) form: ReadAs,
    pub(crate) streams: &'static [u16],
}

impl Reading {
    /// The operation's default.
    pub(crate) const fn of<T: FromResponse>() -> Self {
        Self { media_type: None, form: T::READ_AS, streams: T::STREAMS }
    }
}

impl<T: FromResponse> Representation<T> {
    /// Creates a representation in this media type, read as `T`.
    pub const fn new(media_type: &'static str) -> Self {
        Self::made(media_type, Reading::of::<T>(), T::from_response)
    }
}

impl Representation<String> {
    /// Creates a representation in this media type, read as text.
    pub const fn text(media_type: &'static str) -> Self {
        Self::made(media_type, Reading { media_type: None, form: ReadAs::Text, streams: &[] }, text)
    }
}

impl<T: DeserializeOwned> Representation<EventStream<T>> {
    /// Creates a representation with events whose type includes the fields: `event`, `data`, `id` and `retry`.
    pub const fn whole_events(media_type: &'static str) -> Self {
        Self::made(media_type, Reading::of::<EventStream<T>>(), RawResponse::whole_events)
    }
}

impl<T> Representation<T> {
    const fn made(media_type: &'static str, reading: Reading, read: fn(RawResponse) -> Result<T, DecodeError>) -> Self {
        let reading = Reading { media_type: Some(media_type), ..reading };
        Self { media_type, statuses: &[], reading, read }
    }

    /// Restricts the representation to these statuses (`200`) or ranges (`2` for all 2xx).
    pub const fn statuses(mut self, statuses: &'static [u16]) -> Self {
        self.statuses = statuses;
        if !self.reading.streams.is_empty() {
            self.reading.streams = statuses;
        }
        self
    }

    /// The media type.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }

    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// Reads a success.
    pub(crate) fn read(&self, response: RawResponse) -> Result<T, DecodeError> {
        let status = response.status();
        if !self.statuses.is_empty() && !covers(self.statuses, status) {
            let message = format!("status {status} is not documented as `{}`", self.media_type);
            return Err(DecodeError::new("", message));
        }
        (self.read)(response)
    }
}

/// Whether a status is among statuses and ranges: `2` is every 2xx, `0` every success.
pub(crate) fn covers(statuses: &[u16], status: u16) -> bool {
    statuses.iter().any(|stated| *stated == 0 || *stated == status || *stated == status / 100)
}

fn text(response: RawResponse) -> Result<String, DecodeError> {
    response.text()
}

// Manual: no field is a `T`.
impl<T> Clone for Representation<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Representation<T> {}

impl<T> fmt::Debug for Representation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Representation").field(&self.media_type).finish()
    }
}
