//! The results of the typed client, encoded again: as JSON, to be compared with the response, and as `Debug`, which
//! shows the chosen variants.

use std::fmt::Debug;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use yundb_runtime::{ByteStream, CallError, Event, EventStream, JsonLines, Response, StreamError};

use super::{Ended, Failure, Outcome, Success};

/// A typed body or typed headers.
#[derive(Debug)]
pub struct Encoded {
    /// The variant, where the type depends on the status.
    pub variant: Option<&'static str>,
    /// The payload.
    pub payload: Payload,
}

/// The payload of a typed body.
#[derive(Debug)]
pub enum Payload {
    /// No body.
    Nothing,
    /// JSON, serialized again, and its `Debug`; or the serialization error.
    Json(Result<Value, String>, String),
    /// Text.
    Text(String),
    /// Unread bytes.
    Stream(ByteStream),
    /// Bytes that were read; or the error.
    Bytes(Result<Bytes, String>),
    /// Unread items.
    Sequence(Sequence),
    /// Items that were read, each with its error if any.
    Items(Vec<Result<Item, String>>),
}

/// A stream of items.
pub struct Sequence(BoxStream<'static, Result<Item, String>>);

/// One item of a stream.
#[derive(Debug)]
pub struct Item {
    /// The item, or its data, serialized again; or the serialization error.
    pub json: Result<Value, String>,
    /// Its `Debug`.
    pub debug: String,
    /// The other fields of an event.
    pub event: Option<String>,
    #[allow(missing_docs, reason = "as above")]
    pub id: Option<String>,
    #[allow(missing_docs, reason = "as above")]
    pub retry: Option<u64>,
}

impl Debug for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sequence")
    }
}

fn item<T: Serialize + Debug>(value: &T) -> Item {
    let json = serde_json::to_value(value).map_err(|error| error.to_string());
    Item { json, debug: format!("{value:?}"), event: None, id: None, retry: None }
}

impl Encoded {
    fn new(payload: Payload) -> Self {
        Self { variant: None, payload }
    }

    /// Sets the variant of a type that depends on the status.
    pub fn of(mut self, variant: &'static str) -> Self {
        self.variant = Some(variant);
        self
    }

    /// Reads the stream, if there is one.
    pub(crate) async fn read(self) -> Self {
        let payload = match self.payload {
            Payload::Stream(stream) => Payload::Bytes(stream.collect().await.map_err(|error| error.to_string())),
            Payload::Sequence(Sequence(items)) => Payload::Items(items.collect().await),
            other => other,
        };
        Self { payload, ..self }
    }
}

/// A typed value.
pub fn json<T: Serialize + Debug>(value: &T) -> Encoded {
    let json = serde_json::to_value(value).map_err(|error| error.to_string());
    Encoded::new(Payload::Json(json, format!("{value:?}")))
}

/// A string.
pub fn text(text: &str) -> Encoded {
    Encoded::new(Payload::Text(text.to_owned()))
}

/// A stream.
pub fn stream(stream: ByteStream) -> Encoded {
    Encoded::new(Payload::Stream(stream))
}

/// Events.
pub fn events<T: Serialize + DeserializeOwned + Debug + Send + 'static>(events: EventStream<T>) -> Encoded {
    let read = |event: Result<Event<T>, StreamError>| {
        let event = event.map_err(|error| error.to_string())?;
        let retry = event.retry.and_then(|retry| retry.as_millis().try_into().ok());
        Ok(Item { event: event.event, id: event.id, retry, ..item(&event.data) })
    };
    Encoded::new(Payload::Sequence(Sequence(events.map(read).boxed())))
}

/// Values, one after the other.
pub fn lines<T: Serialize + DeserializeOwned + Debug + Send + 'static>(lines: JsonLines<T>) -> Encoded {
    let read = |value: Result<T, StreamError>| value.map(|value| item(&value)).map_err(|error| error.to_string());
    Encoded::new(Payload::Sequence(Sequence(lines.map(read).boxed())))
}

/// No body.
pub fn nothing() -> Encoded {
    Encoded::new(Payload::Nothing)
}

/// Encodes the result of a call, with the call's `Debug`.
pub fn ended<T: Debug, H: Serialize + Debug, E: Debug>(
    call: &str,
    result: Result<Response<T, H>, CallError<E, H>>,
    success: impl FnOnce(T) -> Encoded,
    error: impl FnOnce(&E) -> Encoded,
) -> Ended {
    Ok(match result {
        Ok(response) => {
            let debug = shown(call, &response);
            Outcome::Success(Box::new(Success {
                status: response.status(),
                request_id: response.request_id().map(str::to_owned),
                headers: json(response.typed_headers()),
                body: success(response.into_inner()),
                debug,
            }))
        }
        Err(failure) => Outcome::Failure(Box::new(Failure {
            kind: failure.kind(),
            operation: failure.operation().to_owned(),
            status: failure.status(),
            code: failure.code().map(str::to_owned),
            message: failure.message().map(str::to_owned),
            request_id: failure.request_id().map(str::to_owned),
            retryable: failure.is_retryable(),
            violations: failure.violations().iter().map(|it| (it.path.clone(), it.message.clone())).collect(),
            body: failure.body().map(error),
            headers: failure.typed_headers().map(json),
            raw_body: failure.raw_body().clone(),
            display: failure.to_string(),
            debug: shown(call, &failure),
        })),
    })
}

fn shown(call: &str, result: &dyn Debug) -> String {
    format!("{call}\n{result:?}\n{result:#?}")
}
