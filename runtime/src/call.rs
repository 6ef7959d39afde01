//! A call under construction: what was set so far, by wire name, until it is sent.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use crate::answer::{Answer, Head, Response};
use crate::body;
use crate::check;
use crate::client::Client;
use crate::decode;
use crate::error::{DecodeError, Error, Failure, Violation};
use crate::inputs::{Input, Inputs};
use crate::json::to_value;
use crate::json_text::JsonText;
use crate::media_type;
use crate::multipart::Part;
use crate::operation::{self, Operation, Param, Place, ReadAs, Spec};
use crate::pipeline;
use crate::representation::{Reading, Representation};
use crate::request_body::RequestBody;
use crate::shape::{Shape, any};

/// One call of an operation. Generated code wraps it in a type with a setter for each parameter.
///
/// Mistakes in what is set come out when it is sent, all together.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call {
    pub(crate) client: Client,
    pub(crate) spec: &'static Spec,
    pub(crate) given: Inputs,
    pub(crate) body: Option<OtherBody>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) checked: bool,
    pub(crate) timeout: Option<Duration>,
    /// How many items of a listing were read before this call.
    pub(crate) seen: usize,
    /// As what the answer is asked for and read.
    pub(crate) reading: Reading,
}

/// A body that stands for all body parameters.
#[derive(Clone)]
pub(crate) struct OtherBody {
    /// `None` is the operation's own.
    pub(crate) media_type: Option<&'static str>,
    pub(crate) content: Content,
    /// What is wrong with it.
    pub(crate) violations: Vec<Violation>,
}

/// What a body is made of.
#[derive(Clone)]
pub(crate) enum Content {
    /// As the caller has encoded it.
    Raw(RequestBody),
    /// JSON, and its media type where the document has a range.
    Json(Option<String>, Bytes),
    /// The fields of a form.
    Form(Inputs),
    /// An object whose fields are those of a form, with what is said of some of them.
    Value(&'static [Param], Input),
}

/// Stands for a whole value.
static WHOLE: Param = operation::body(any());

impl Call {
    pub(crate) fn new(client: Client, spec: &'static Spec) -> Self {
        let given = Inputs::new(spec.params);
        let reading = Reading::of::<Value>();
        Self { client, spec, given, body: None, headers: Vec::new(), checked: true, timeout: None, seen: 0, reading }
    }

    fn give(mut self, step: impl FnOnce(Inputs) -> Inputs) -> Self {
        self.given = step(self.given);
        self
    }

    /// Sets the parameter of this wire name. The last value counts.
    pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
        self.give(|given| given.set(name, value))
    }

    /// Sets the parameter of this wire name, unless there is no value.
    pub fn set_some<T: Serialize>(self, name: &'static str, value: impl Into<Option<T>>) -> Self {
        self.give(|given| given.set_some(name, value))
    }

    /// Sets the parameter of this name in this place, unless there is no value.
    pub fn set_some_in<T: Serialize>(self, place: Place, name: &'static str, value: impl Into<Option<T>>) -> Self {
        self.give(|given| given.set_some_in(place, name, value))
    }

    /// Sets the parameter of this name in this place, for names that occur in several.
    pub fn set_in(self, place: Place, name: &'static str, value: impl Serialize) -> Self {
        self.give(|given| given.set_in(place, name, value))
    }

    /// Sets the parameter of this wire name to a text.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.give(|given| given.text(name, text))
    }

    /// Sets the parameter of this wire name to a value that is sent as JSON, or to such JSON.
    pub fn json_text(self, name: &'static str, value: JsonText<impl Serialize>) -> Self {
        self.give(|given| given.json_text(name, value))
    }

    /// Sets a file of the multipart body.
    pub fn part(self, name: &'static str, part: impl Into<Part>) -> Self {
        self.give(|given| given.part(name, part))
    }

    /// Sets all files of this name of the multipart body.
    pub fn parts(self, name: &'static str, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        self.give(|given| given.parts(name, parts))
    }

    /// Sets the files of the multipart body whose names the caller chooses.
    pub fn named_parts(
        self,
        name: &'static str,
        parts: impl IntoIterator<Item = (impl Into<String>, impl Into<Part>)>,
    ) -> Self {
        self.give(|given| given.named_parts(name, parts))
    }

    /// The whole body as the caller has encoded it, in the documented media type.
    pub fn body(self, body: impl Into<RequestBody>) -> Self {
        self.replace(None, Content::Raw(body.into()))
    }

    /// The whole body as the caller has encoded it, in another media type.
    pub fn body_as(self, media_type: &'static str, body: impl Into<RequestBody>) -> Self {
        self.replace(Some(media_type), Content::Raw(body.into()))
    }

    /// The fields of a form as the whole body, in another media type.
    pub fn form_as(self, media_type: &'static str, form: impl Into<Inputs>) -> Self {
        self.replace(Some(media_type), Content::Form(form.into()))
    }

    /// An object as the whole body, as a form of another media type. It has to look like this; `params` has the fields of which the
    /// document says how they are written.
    pub fn value_as(
        self,
        media_type: &'static str,
        params: &'static [Param],
        shape: &'static Shape,
        value: impl Serialize,
    ) -> Self {
        self.checked_value(Some(media_type), shape, value, |value| {
            Content::Value(params, Input { param: &WHOLE, value })
        })
    }

    /// The whole body as JSON of another media type, which has to look like this.
    pub fn json_as(self, media_type: &'static str, shape: &'static Shape, value: impl Serialize) -> Self {
        self.checked_value(Some(media_type), shape, value, |value| {
            let input = Input { param: &WHOLE, value };
            Content::Json(None, body::json_bytes(&input.value))
        })
    }

    /// The same for a range such as `application/*+json`, of which the caller names the media type.
    pub fn json_of(
        self,
        range: &'static str,
        media_type: impl Into<String>,
        shape: &'static Shape,
        value: impl Serialize,
    ) -> Self {
        let media_type = media_type.into();
        self.checked_value(Some(range), shape, value, |value| {
            let input = Input { param: &WHOLE, value };
            Content::Json(Some(media_type), body::json_bytes(&input.value))
        })
    }

    fn checked_value(
        mut self,
        media_type: Option<&'static str>,
        shape: &'static Shape,
        value: impl Serialize,
        content: impl FnOnce(Value) -> Content,
    ) -> Self {
        match to_value(&value) {
            Ok(value) => {
                let mut violations = Vec::new();
                check::value(&value, shape, "body", &mut violations);
                self.body = Some(OtherBody { media_type, content: content(value), violations });
            }
            Err(error) => self.given.mistake(&error.place("body"), error.message()),
        }
        self
    }

    fn replace(mut self, media_type: Option<&'static str>, content: Content) -> Self {
        self.body = Some(OtherBody { media_type, content, violations: Vec::new() });
        self
    }

    /// The value that was set for the parameter of this wire name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.given.value(name)
    }

    /// Gives the call a token of its own, if the operation takes one and the caller gave none. All attempts have it.
    pub(crate) fn fill_client_token(&mut self) {
        let Some(param) = self.spec.params.iter().find(|param| pipeline::is_client_token(param)) else { return };
        if self.given.of(param).is_none() {
            let token = (self.client.settings().nonce)();
            self.given = std::mem::replace(&mut self.given, Inputs::new(&[])).set_in(param.place, param.name, token);
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
        Some((ReadAs::Json, asked)) if media_type::is_json(found) => match is_other(asked) {
            true => is_own(found),
            false => is_other(found),
        },
        Some((ReadAs::Lines, _)) if media_type::is_json(found) => false,
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
        let names: Vec<&str> = self.given.names().collect();
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
