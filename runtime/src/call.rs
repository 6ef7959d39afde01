//! A call under construction: what was set so far, by wire name, until it is sent.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroize as _;

use crate::answer::{Answer, Head, Response};
use crate::check;
use crate::client::Client;
use crate::decode;
use crate::error::{DecodeError, Error, Failure, Violation};
use crate::json_text::JsonText;
use crate::media_type;
use crate::multipart::Part;
use crate::operation::{Form, Operation, Param, Place, Spec};
use crate::pipeline;
use crate::representation::{Reading, Representation};
use crate::shape::Shape;

/// One call of an operation. Generated code wraps it in a type with a setter for each parameter.
///
/// Mistakes in what is set come out when it is sent, all together.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call {
    pub(crate) client: Client,
    pub(crate) spec: &'static Spec,
    pub(crate) inputs: Vec<Input>,
    pub(crate) parts: Vec<(&'static Param, Part)>,
    pub(crate) body: Option<RawBody>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) mistakes: Vec<Violation>,
    pub(crate) checked: bool,
    pub(crate) timeout: Option<Duration>,
    /// How many items of a listing were read before this call.
    pub(crate) seen: usize,
    /// As what the answer is asked for and read.
    pub(crate) reading: Reading,
}

/// A parameter and its value, which is wiped from memory when dropped: it may be a secret, or hold one.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) param: &'static Param,
    pub(crate) value: Value,
}

impl Drop for Input {
    fn drop(&mut self) {
        fn wipe(value: &mut Value) {
            match value {
                Value::String(text) => text.zeroize(),
                Value::Array(elements) => elements.iter_mut().for_each(wipe),
                Value::Object(entries) => entries.values_mut().for_each(wipe),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        wipe(&mut self.value);
    }
}

/// A body that stands for all body parameters.
#[derive(Clone)]
pub(crate) struct RawBody {
    /// `None` is the documented one.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) bytes: Bytes,
    /// What is wrong with it.
    pub(crate) violations: Vec<Violation>,
}

impl Call {
    pub(crate) fn new(client: Client, spec: &'static Spec) -> Self {
        Self {
            client,
            spec,
            inputs: Vec::new(),
            parts: Vec::new(),
            body: None,
            headers: Vec::new(),
            mistakes: Vec::new(),
            checked: true,
            timeout: None,
            seen: 0,
            reading: Reading::of::<Value>(),
        }
    }

    /// Sets the parameter of this wire name. The last value counts.
    pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
        self.put(None, name, serde_json::to_value(value))
    }

    /// Sets the parameter of this name in this place, for names that occur in several.
    pub fn set_in(self, place: Place, name: &'static str, value: impl Serialize) -> Self {
        self.put(Some(place), name, serde_json::to_value(value))
    }

    /// Sets the parameter of this wire name to a text.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.put(None, name, Ok(Value::String(text.into())))
    }

    /// Sets the parameter of this wire name to a value that is sent as JSON, or to such JSON.
    pub fn json_text(mut self, name: &'static str, value: JsonText<impl Serialize>) -> Self {
        match value {
            JsonText::Value(value) => self.set(name, value),
            // Read, so that it is held against the documented limits, too.
            JsonText::Text(text) => match serde_json::from_str::<Value>(&text) {
                Ok(value) => self.set(name, value),
                Err(error) => {
                    self.mistakes.push(Violation::new(name, format!("is no JSON: {error}")));
                    self
                }
            },
        }
    }

    // Not generic: there is a setter for each parameter of each operation.
    fn put(mut self, place: Option<Place>, name: &'static str, value: Result<Value, serde_json::Error>) -> Self {
        let Some(param) = self.find(place, name) else { return self };
        match value {
            Ok(value) => {
                self.inputs.retain(|input| !std::ptr::eq(input.param, param));
                self.inputs.push(Input { param, value });
            }
            Err(error) => self.mistakes.push(Violation::new(name, format!("cannot be written: {error}"))),
        }
        self
    }

    fn find(&mut self, place: Option<Place>, name: &'static str) -> Option<&'static Param> {
        let fits = |param: &&Param| param.name == name && place.is_none_or(|place| param.place == place);
        let param = self.spec.params.iter().find(fits);
        if param.is_none() {
            self.mistakes.push(Violation::new(name, format!("is no parameter of {}", self.spec.name)));
        }
        param
    }

    /// The value that was set for the parameter of this wire name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.inputs.iter().find(|input| input.param.name == name).map(|input| &input.value)
    }

    /// Sets a file of the multipart body.
    pub fn part(self, name: &'static str, part: impl Into<Part>) -> Self {
        self.parts(name, [part])
    }

    /// Sets all files of this name of the multipart body.
    pub fn parts(mut self, name: &'static str, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        if let Some(param) = self.find(Some(Place::Part), name) {
            self.parts.retain(|(other, _)| !std::ptr::eq(*other, param));
            self.parts.extend(parts.into_iter().map(|part| (param, part.into())));
        }
        self
    }

    /// The whole body, in the documented media type.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(RawBody { media_type: None, bytes: body.into(), violations: Vec::new() });
        self
    }

    /// The whole body, in another media type.
    pub fn body_as(mut self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some(RawBody { media_type: Some(media_type), bytes: body.into(), violations: Vec::new() });
        self
    }

    /// The whole body as JSON of another media type, which has to look like this.
    pub fn json_as(mut self, media_type: &'static str, shape: &'static Shape, value: impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => {
                let mut violations = Vec::new();
                check::value(&value, shape, "body", &mut violations);
                let bytes = wiped(value.to_string().into_bytes());
                self.body = Some(RawBody { media_type: Some(media_type), bytes, violations });
                self
            }
            Err(error) => {
                self.mistakes.push(Violation::new("body", format!("cannot be written: {error}")));
                self
            }
        }
    }

    /// Gives the call a token of its own, if the operation takes one and the caller gave none. All attempts have it.
    pub(crate) fn fill_client_token(&mut self) {
        let Some(param) = self.spec.params.iter().find(|param| pipeline::is_client_token(param)) else { return };
        if !self.inputs.iter().any(|input| std::ptr::eq(input.param, param)) {
            let token = (self.client.settings().nonce)();
            self.inputs.push(Input { param, value: Value::String(token) });
        }
    }

    /// A header besides the documented ones, or instead of one.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends without holding the input against the documented limits, which may be wrong.
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    /// The time for one attempt of this call, instead of the client's.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Sends the call, within a tokio runtime, and reads the answer.
    pub async fn send<O: Operation>(mut self) -> Answered<O, O::Output> {
        self.reading = Reading::of::<O::Output>();
        // All that is generic over the operation is in `read`; the pipeline is compiled once.
        read::<O, _>(pipeline::run(self).await, None, O::decode)
    }

    /// As [`send`](Self::send), but asks for another representation.
    pub async fn send_as<O: Operation, T>(mut self, representation: Representation<T>) -> Answered<O, T> {
        self.reading = representation.reading();
        read::<O, _>(pipeline::run(self).await, Some(representation.reading()), |answer| representation.read(answer))
    }

    /// As [`send`](Self::send), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_blocking<O: Operation>(mut self) -> Answered<O, O::Output> {
        self.reading = Reading::of::<O::Output>();
        read::<O, _>(run_blocking(self), None, O::decode)
    }

    /// As [`send_as`](Self::send_as), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_as_blocking<O: Operation, T>(mut self, representation: Representation<T>) -> Answered<O, T> {
        self.reading = representation.reading();
        read::<O, _>(run_blocking(self), Some(representation.reading()), |answer| representation.read(answer))
    }
}

#[cfg(feature = "blocking")]
fn run_blocking(call: Call) -> Result<Answer, Box<Failure>> {
    let operation = call.spec.name;
    crate::blocking::wait(pipeline::run(call)).unwrap_or_else(|why| Err(Failure::config(operation, why)))
}

/// How a call ends.
type Answered<O, T> =
    Result<Response<T, <O as Operation>::Headers>, Error<<O as Operation>::Error, <O as Operation>::Headers>>;

/// What an operation makes of its answer, which was asked for as such a representation if not as the operation's own.
fn read<O: Operation, T>(
    outcome: Result<Answer, Box<Failure>>,
    asked: Option<Reading>,
    decode: impl FnOnce(Answer) -> Result<T, DecodeError>,
) -> Answered<O, T> {
    let answer = match outcome {
        Ok(answer) => answer,
        Err(failure) => {
            let body = failure.answer().and_then(|answer| O::decode_error(answer).ok());
            let headers = failure.headers().and_then(|headers| decode::from_headers(headers).ok());
            return Err(Error::new(failure, body, headers));
        }
    };
    let (head, raw_body) = (answer.head().clone(), answer.raw_body());
    let decoded = another(O::SPEC, asked, &head).and_then(|()| {
        let headers = decode::from_headers(&head.headers)?;
        Ok((headers, decode(answer)?))
    });
    match decoded {
        Ok((headers, value)) => Ok(Response::new(value, headers, head, raw_body)),
        Err(error) => {
            let error = came_as(O::SPEC, asked, &head, error);
            Err(Error::new(Failure::decode(head, raw_body, error), None, None))
        }
    }
}

/// An error, if the service answered as another documented representation than the one that was asked for.
fn another(spec: &Spec, asked: Option<Reading>, head: &Head) -> Result<(), DecodeError> {
    let Some(found) = media_type::of(&head.headers) else { return Ok(()) };
    let is_other = |media_type: &str| spec.others.iter().any(|it| media_type::same(it, media_type));
    let is_own = |media_type: &str| spec.accept.split(',').any(|it| media_type::same(it, media_type));
    let wrong = match asked.and_then(|reading| Some((reading.form, reading.media_type?))) {
        None => is_other(found) && !is_own(found),
        Some((_, asked)) if media_type::matches(asked, found) => false,
        // All JSON is of one type, but for that of `others`.
        Some((Form::Json, asked)) if media_type::is_json(found) => match is_other(asked) {
            true => is_own(found),
            false => is_other(found),
        },
        Some((Form::Lines, _)) if media_type::is_json(found) => false,
        Some(_) => is_own(found) || is_other(found),
    };
    if wrong { Err(DecodeError::new("", "it is another representation")) } else { Ok(()) }
}

/// The error, with the media type that was answered where that is another one than was asked for.
fn came_as(spec: &Spec, asked: Option<Reading>, head: &Head, error: DecodeError) -> DecodeError {
    let asked = asked.and_then(|reading| reading.media_type).unwrap_or(spec.accept);
    match media_type::of(&head.headers) {
        Some(found) if !asked.is_empty() && !asked.split(',').any(|it| media_type::matches(it.trim(), found)) => {
            let message = format!("{} (`{asked}` was asked for, and `{found}` came)", error.message());
            DecodeError::new(error.path(), message)
        }
        _ => error,
    }
}

/// Bytes that are wiped from memory when the last user drops them.
pub(crate) fn wiped(bytes: Vec<u8>) -> Bytes {
    Bytes::from_owner(zeroize::Zeroizing::new(bytes))
}

// By hand: names only, as values may be secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inputs = self.inputs.iter().map(|input| input.param.name);
        let names: Vec<&str> = inputs.chain(self.parts.iter().map(|(param, _)| param.name)).collect();
        f.debug_struct("Call").field("operation", &self.spec.name).field("set", &names).finish_non_exhaustive()
    }
}

/// The methods that all operations have: `send`, `send_as`, `unchecked`, `timeout`, `extra_header`.
///
/// `operation_methods!(Name => Response<Output>, Error<Body>)`, or `Response<Output, Headers>`, for a tuple struct of
/// one [`Call`]. Errors have the same headers.
#[macro_export]
macro_rules! operation_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, Error<$error:ty> $(,)?) => {
        impl $name {
            /// Sends the call and reads the answer.
            pub async fn send(
                self,
            ) -> ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::Error<$error $(, $headers)?>> {
                self.0.send::<Self>().await
            }

            /// As `send`, but asks for another representation: one of the constants here, or one that the document does not have.
            pub async fn send_as<T>(
                self,
                representation: $crate::Representation<T>,
            ) -> ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::Error<$error $(, $headers)?>> {
                self.0.send_as::<Self, T>(representation).await
            }

            /// Sends without holding the input against the documented limits, which may be wrong.
            pub fn unchecked(self) -> Self {
                Self(self.0.unchecked())
            }

            /// The time for one attempt of this call, instead of the client's.
            pub fn timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.timeout(limit))
            }

            /// A header besides the documented ones, or instead of one.
            pub fn extra_header(
                self,
                name: impl ::core::convert::Into<::std::string::String>,
                value: impl ::core::convert::Into<::std::string::String>,
            ) -> Self {
                Self(self.0.extra_header(name, value))
            }
        }

        $crate::blocking_methods!($name => Response<$output $(, $headers)?>, Error<$error>);
    };
}

/// Nothing, without the feature `blocking`.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_methods {
    ($($any:tt)*) => {};
}
