//! A call under construction: what was set so far, by wire name, until it is sent.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::handle::Client;
use super::overrides::{Overrides, override_methods};
use super::pipeline::{self, Sending};
use super::presign::presigned_url;
use super::read::{CallResult, read};
use crate::check;
use crate::codec::argument::{Argument, Integer};
use crate::codec::json::to_value;
use crate::codec::json_text::JsonText;
use crate::data::operation::{self, Param, Place, Spec};
use crate::data::secret::Secret;
use crate::data::shape::{Shape, any};
use crate::request::{Content, Draft, Input, Inputs, OtherBody, Part, json_bytes};
use crate::response::{Account, CallError, Operation, Reading, Representation};
#[cfg(feature = "blocking")]
use crate::response::{Failure, RawResponse};
use crate::transport::RequestBody;

/// One call of an operation. Generated code wraps it in a type with a setter for each parameter.
///
/// Mistakes in what is set come out when it is sent, all together.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call {
    client: Client,
    draft: Draft,
    overrides: Overrides,
    /// How many items of a listing were read before this call.
    pub(crate) seen: usize,
}

/// Stands for a whole value.
static WHOLE: Param = operation::body(any());

impl Client {
    /// Begins a call of an operation. Generated code wraps it.
    pub fn call(&self, spec: &'static Spec) -> Call {
        Call { client: self.clone(), draft: Draft::new(spec), overrides: Overrides::default(), seen: 0 }
    }
}

impl Call {
    /// The value that was set for the parameter of this wire name.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.draft.inputs.value(name)
    }

    fn give(mut self, step: impl FnOnce(Inputs) -> Inputs) -> Self {
        self.draft.inputs = step(self.draft.inputs);
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

    /// Sets the parameter of this wire name to what a setter took.
    pub fn argument<T: Serialize, M>(self, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.give(|given| given.argument(name, value))
    }

    /// Sets the parameter of this name in this place to what a setter took, for names that occur in several.
    pub fn argument_in<T: Serialize, M>(self, place: Place, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.give(|given| given.argument_in(place, name, value))
    }

    /// Sets the parameter of this wire name to an integer of the type `T`.
    pub fn integer<T: TryFrom<i128> + Serialize>(self, name: &'static str, value: impl Integer) -> Self {
        self.give(|given| given.integer::<T>(name, value))
    }

    /// Sets the parameter of this wire name to a text.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.give(|given| given.text(name, text))
    }

    /// Sets the parameter of this wire name to a value that is sent as JSON, or to such JSON.
    pub fn json_text<T: Serialize, M>(self, name: &'static str, value: impl Argument<JsonText<T>, M>) -> Self {
        self.give(|given| given.json_text(name, value))
    }

    /// Sets a file of the multipart body.
    pub fn part<M>(self, name: &'static str, part: impl Argument<Part, M>) -> Self {
        self.give(|given| given.part(name, part))
    }

    /// Sets all files of this name of the multipart body.
    pub fn parts<M>(self, name: &'static str, parts: impl Argument<Vec<Part>, M>) -> Self {
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
            Content::Json(None, json_bytes(&input.value))
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
            Content::Json(Some(media_type), json_bytes(&input.value))
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
                self.draft.body = Some(OtherBody { media_type, content: content(value), violations });
            }
            Err(error) => self.draft.inputs.mistake(&error.place("body"), error.message()),
        }
        self
    }

    fn replace(mut self, media_type: Option<&'static str>, content: Content) -> Self {
        self.draft.body = Some(OtherBody { media_type, content, violations: Vec::new() });
        self
    }

    /// A header besides the documented ones, or instead of one.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.draft.headers.push((name.into(), value.into()));
        self
    }

    /// Sends without holding the input against the documented limits, which may be wrong.
    pub fn unchecked(mut self) -> Self {
        self.draft.checked = false;
        self
    }

    /// Sends this call as and where another was, which had this in place of the client's settings.
    pub(crate) fn with_account(mut self, account: Account) -> Self {
        (self.overrides.credentials, self.overrides.endpoint) = (account.credentials, account.endpoint);
        self
    }

    /// With these in place of the client's settings.
    pub(super) fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Sends the call, within a tokio runtime, and reads the response.
    pub async fn send<O: Operation>(self) -> CallResult<O, O::Output> {
        // All that is generic over the operation is in `read`; the pipeline is compiled once.
        read::<O, _>(pipeline::run(self.sending(Reading::of::<O::Output>())).await, None, O::decode)
    }

    /// As [`send`](Self::send), but asks for another representation.
    pub async fn send_as<O: Operation, T>(self, representation: Representation<T>) -> CallResult<O, T> {
        let reading = representation.reading();
        let outcome = pipeline::run(self.sending(reading)).await;
        read::<O, _>(outcome, Some(reading), |response| representation.read(response))
    }

    /// The call as a URL, which others may open by GET without any key: see the method of the same name of each operation.
    pub async fn presigned_url<O: Operation>(self) -> Result<Secret, CallError<O::Error, O::Headers>> {
        presigned_url(self.sending(Reading::of::<O::Output>()))
            .await
            .map_err(|failure| CallError::new(failure, None, None))
    }

    /// As [`presigned_url`](Self::presigned_url), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn presigned_url_blocking<O: Operation>(self) -> Result<Secret, CallError<O::Error, O::Headers>> {
        let sending = self.sending(Reading::of::<O::Output>());
        let spec = sending.draft.spec;
        let url = wait(spec, presigned_url(sending));
        url.map_err(|failure| CallError::new(failure, None, None))
    }

    /// As [`send`](Self::send), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_blocking<O: Operation>(self) -> CallResult<O, O::Output> {
        read::<O, _>(run_blocking(self.sending(Reading::of::<O::Output>())), None, O::decode)
    }

    /// As [`send_as`](Self::send_as), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_as_blocking<O: Operation, T>(self, representation: Representation<T>) -> CallResult<O, T> {
        let reading = representation.reading();
        read::<O, _>(run_blocking(self.sending(reading)), Some(reading), |response| representation.read(response))
    }

    fn sending(self, reading: Reading) -> Sending {
        Sending { client: self.client, draft: self.draft, overrides: self.overrides, reading }
    }
}

override_methods!(Call);

#[cfg(feature = "blocking")]
fn run_blocking(sending: Sending) -> Result<RawResponse, Box<Failure>> {
    wait(sending.draft.spec, pipeline::run(sending))
}

/// Waits for the end of a call, or of a part of it.
#[cfg(feature = "blocking")]
fn wait<T: Send + 'static>(
    spec: &'static Spec,
    work: impl Future<Output = Result<T, Box<Failure>>> + Send + 'static,
) -> Result<T, Box<Failure>> {
    crate::blocking::wait(work).unwrap_or_else(|why| Err(Failure::config(spec, why)))
}

// By hand: names only, as values may be secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.draft.inputs.names().collect();
        f.debug_struct("Call").field("operation", &self.draft.spec.name).field("set", &names).finish_non_exhaustive()
    }
}

/// An operation: the type of its calls with the methods that all have (`send`, `send_as`, `unchecked`, `timeout`, `extra_header`,
/// and `with_..` for what a call has in place of the client's settings), and how it is addressed and read.
///
/// ```ignore
/// yundb_runtime::operation! {
///     ShowPet: show_pet -> Response<Pet, PetHeaders>, CallError<Fault>;
///     Spec::new("showPet", "GET", "/pets/{id}").params(&[path("id", any())]).accept("application/json")
/// }
/// ```
///
/// `as text`, `as empty` or `as whole_events` behind `Response<..>` or `CallError<..>` names the method of
/// [`RawResponse`](crate::RawResponse) that reads it, where that is not to be seen from the type. Errors have the headers of successes.
#[macro_export]
macro_rules! operation {
    (
        $name:ident: $method:ident -> Response<$output:ty $(, $headers:ty)?> $(as $reading:ident)?,
        CallError<$error:ty> $(as $error_reading:ident)? $(, $presigned:ident)?;
        $spec:expr
    ) => {
        #[doc = concat!("A call of [`Client::", stringify!($method), "`](crate::Client::", stringify!($method), ").")]
        #[derive(Clone, Debug)]
        #[must_use = "a call does nothing until it is awaited or `send` is called"]
        pub struct $name($crate::Call);

        impl $crate::Operation for $name {
            type Output = $output;
            type Headers = $crate::headers_or_none!($($headers)?);
            type Error = $error;
            const SPEC: &'static $crate::Spec = &$spec.client_method(stringify!($method));

            $(fn decode(response: $crate::RawResponse) -> ::core::result::Result<$output, $crate::DecodeError> {
                response.$reading()
            })?

            $(fn decode_error(response: $crate::RawResponse) -> ::core::result::Result<$error, $crate::DecodeError> {
                response.$error_reading()
            })?
        }

        $crate::operation_methods!(
            $name => Response<$output $(, $headers)?>, CallError<$error> $(, $presigned)?
        );
    };
}

/// The methods that all operations have, for a tuple struct of one [`Call`]: part of [`operation!`](crate::operation!).
#[doc(hidden)]
#[macro_export]
macro_rules! operation_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>, presigned_url) => {
        $crate::operation_methods!($name => Response<$output $(, $headers)?>, CallError<$error>);

        impl $name {
            /// The call as a URL with its signature in it: whoever has it can make this one call once, by GET and without a key,
            /// until its date is rejected after some 15 minutes. So it is a secret.
            ///
            /// Fails with `ErrorKind::Config` if the call has a body or a header of its own.
            pub async fn presigned_url(
                self,
            ) -> ::core::result::Result<$crate::Secret, $crate::CallError<$error $(, $headers)?>> {
                self.0.presigned_url::<Self>().await
            }
        }

        $crate::blocking_presigned_methods!($name => CallError<$error $(, $headers)?>);
    };
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty> $(,)?) => {
        impl ::core::future::IntoFuture for $name {
            type Output =
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>;
            type IntoFuture = $crate::BoxFuture<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }

        impl $name {
            /// Sends the call and reads the response.
            pub async fn send(
                self,
            ) -> ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
                self.0.send::<Self>().await
            }

            /// As `send`, but asks for another representation: one of the constants here, or one that the document does not have.
            pub async fn send_as<T>(
                self,
                representation: $crate::Representation<T>,
            ) -> ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
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

            /// The time for this call with all its attempts and the pauses between them, instead of the client's.
            pub fn with_operation_timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.with_operation_timeout(limit))
            }

            /// How this call is repeated, instead of as the client's are: a [`RetryPolicy`]($crate::RetryPolicy), or a strategy of your
            /// own.
            pub fn with_retries(self, strategy: impl $crate::RetryStrategy + 'static) -> Self {
                Self(self.0.with_retries(strategy))
            }

            /// Whether nothing happens twice if this call is repeated, whatever the document and the method say.
            pub fn with_idempotency(self, idempotent: bool) -> Self {
                Self(self.0.with_idempotency(idempotent))
            }

            /// Signs this call with these, instead of the client's credentials.
            pub fn with_credentials(self, provider: impl $crate::CredentialsProvider + 'static) -> Self {
                Self(self.0.with_credentials(provider))
            }

            /// The base URL for this call, as the builder's `endpoint`.
            pub fn with_endpoint(self, url: impl ::core::convert::Into<::std::string::String>) -> Self {
                Self(self.0.with_endpoint(url))
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

        $crate::blocking_methods!($name => Response<$output $(, $headers)?>, CallError<$error>);
    };
}

/// The type of an operation's headers.
#[doc(hidden)]
#[macro_export]
macro_rules! headers_or_none {
    () => {
        ()
    };
    ($headers:ty) => {
        $headers
    };
}

/// Nothing, without the feature `blocking`.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_methods {
    ($($any:tt)*) => {};
}

/// Nothing, without the feature `blocking`.
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_presigned_methods {
    ($($any:tt)*) => {};
}
