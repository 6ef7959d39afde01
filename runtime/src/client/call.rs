//! A call under construction: the values set so far, by wire name.

use std::fmt;

use futures_core::future::BoxFuture;
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
/// `send` reports all invalid values at once.
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call {
    client: Client,
    draft: Draft,
    overrides: Overrides,
    /// Number of items of a listing that were read before this call.
    pub(crate) seen: usize,
}

/// The parameter of a whole value.
static WHOLE: Param = operation::body(any());

impl Client {
    /// Creates a call of an operation. Generated code wraps it.
    pub fn call(&self, spec: &'static Spec) -> Call {
        Call { client: self.clone(), draft: Draft::new(spec), overrides: Overrides::default(), seen: 0 }
    }
}

impl Call {
    /// Returns the value of the parameter with this wire name, if it was set.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.draft.inputs.value(name)
    }

    fn give(mut self, step: impl FnOnce(Inputs) -> Inputs) -> Self {
        self.draft.inputs = step(self.draft.inputs);
        self
    }

    /// Sets the parameter with this wire name. The last value wins.
    pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
        self.give(|given| given.set(name, value))
    }

    /// Sets the parameter with this wire name, unless the value is `None`.
    pub fn set_some<T: Serialize>(self, name: &'static str, value: impl Into<Option<T>>) -> Self {
        self.give(|given| given.set_some(name, value))
    }

    /// Sets the parameter with this name and place, unless the value is `None`.
    pub fn set_some_in<T: Serialize>(self, place: Place, name: &'static str, value: impl Into<Option<T>>) -> Self {
        self.give(|given| given.set_some_in(place, name, value))
    }

    /// Sets the parameter with this name and place, for names that occur in several places.
    pub fn set_in(self, place: Place, name: &'static str, value: impl Serialize) -> Self {
        self.give(|given| given.set_in(place, name, value))
    }

    /// Sets the parameter with this wire name to the argument of a setter.
    pub fn argument<T: Serialize, M>(self, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.give(|given| given.argument(name, value))
    }

    /// Sets the parameter with this name and place to the argument of a setter, for names that occur in several places.
    pub fn argument_in<T: Serialize, M>(self, place: Place, name: &'static str, value: impl Argument<T, M>) -> Self {
        self.give(|given| given.argument_in(place, name, value))
    }

    /// Sets the parameter with this wire name to an integer of type `T`.
    pub fn integer<T: TryFrom<i128> + Serialize>(self, name: &'static str, value: impl Integer) -> Self {
        self.give(|given| given.integer::<T>(name, value))
    }

    /// Sets the parameter with this wire name to a string.
    pub fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.give(|given| given.text(name, text))
    }

    /// Sets the parameter with this wire name to a value that is serialized as JSON, or to JSON text.
    pub fn json_text<T: Serialize, M>(self, name: &'static str, value: impl Argument<JsonText<T>, M>) -> Self {
        self.give(|given| given.json_text(name, value))
    }

    /// Sets a file of the multipart body.
    pub fn part<M>(self, name: &'static str, part: impl Argument<Part, M>) -> Self {
        self.give(|given| given.part(name, part))
    }

    /// Sets all files with this name in the multipart body.
    pub fn parts<M>(self, name: &'static str, parts: impl Argument<Vec<Part>, M>) -> Self {
        self.give(|given| given.parts(name, parts))
    }

    /// Sets the files of the multipart body whose names are chosen by the caller.
    pub fn named_parts(
        self,
        name: &'static str,
        parts: impl IntoIterator<Item = (impl Into<String>, impl Into<Part>)>,
    ) -> Self {
        self.give(|given| given.named_parts(name, parts))
    }

    /// Sets the whole body, already encoded, in the documented media type.
    pub fn body(self, body: impl Into<RequestBody>) -> Self {
        self.replace(None, Content::Raw(body.into()))
    }

    /// Sets the whole body, already encoded, in another media type.
    pub fn body_as(self, media_type: &'static str, body: impl Into<RequestBody>) -> Self {
        self.replace(Some(media_type), Content::Raw(body.into()))
    }

    /// Sets the whole body to the fields of a form, in another media type.
    pub fn form_as(self, media_type: &'static str, form: impl Into<Inputs>) -> Self {
        self.replace(Some(media_type), Content::Form(form.into()))
    }

    /// Sets the whole body to an object, sent as a form in another media type. It is validated against the shape;
    /// `params` has the fields with a documented serialization.
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

    /// Sets the whole body to JSON in another media type. It is validated against the shape.
    pub fn json_as(self, media_type: &'static str, shape: &'static Shape, value: impl Serialize) -> Self {
        self.checked_value(Some(media_type), shape, value, |value| {
            let input = Input { param: &WHOLE, value };
            Content::Json(None, json_bytes(&input.value))
        })
    }

    /// Like `json_as`, for a range such as `application/*+json` with the media type chosen by the caller.
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

    /// Adds a header that is not documented, or replaces one.
    pub fn extra_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.draft.headers.push((name.into(), value.into()));
        self
    }

    /// Skips validation against the documented limits, which may be wrong.
    pub fn unchecked(mut self) -> Self {
        self.draft.checked = false;
        self
    }

    /// Sends this call with the credentials and endpoint of another call, if that overrode the client's.
    pub(crate) fn with_account(mut self, account: Account) -> Self {
        (self.overrides.credentials, self.overrides.endpoint) = (account.credentials, account.endpoint);
        self
    }

    /// Applies overrides of the client's settings.
    pub(super) fn with_overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// Sends the call and reads the response. Requires a tokio runtime.
    pub async fn send<O: Operation>(self) -> CallResult<O, O::Output> {
        // Only `read` is generic over the operation; the pipeline is compiled once.
        read::<O, _>(pipeline::run(self.sending(Reading::of::<O::Output>())).await, None, O::decode)
    }

    /// Like [`send`](Self::send), boxed: the future of an operation that is awaited itself.
    pub fn boxed<O: Operation + 'static>(self) -> BoxFuture<'static, CallResult<O, O::Output>> {
        Box::pin(self.send::<O>())
    }

    /// Like [`send`](Self::send), but requests another representation.
    pub async fn send_as<O: Operation, T>(self, representation: Representation<T>) -> CallResult<O, T> {
        let reading = representation.reading();
        let outcome = pipeline::run(self.sending(reading)).await;
        read::<O, _>(outcome, Some(reading), |response| representation.read(response))
    }

    /// Returns the call as a URL that others can open by GET without a key: see the method with this name of each
    /// operation.
    pub async fn presigned_url<O: Operation>(self) -> Result<Secret, CallError<O::Error, O::Headers>> {
        presigned_url(self.sending(Reading::of::<O::Output>()))
            .await
            .map_err(|failure| CallError::new(failure, None, None))
    }

    /// Like [`presigned_url`](Self::presigned_url), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn presigned_url_blocking<O: Operation>(self) -> Result<Secret, CallError<O::Error, O::Headers>> {
        let sending = self.sending(Reading::of::<O::Output>());
        let spec = sending.draft.spec;
        let url = wait(spec, presigned_url(sending));
        url.map_err(|failure| CallError::new(failure, None, None))
    }

    /// Like [`send`](Self::send), for programs without async.
    #[cfg(feature = "blocking")]
    pub fn send_blocking<O: Operation>(self) -> CallResult<O, O::Output> {
        read::<O, _>(run_blocking(self.sending(Reading::of::<O::Output>())), None, O::decode)
    }

    /// Like [`send_as`](Self::send_as), for programs without async.
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

/// Blocks until a call, or a part of it, has finished.
#[cfg(feature = "blocking")]
fn wait<T: Send + 'static>(
    spec: &'static Spec,
    work: impl Future<Output = Result<T, Box<Failure>>> + Send + 'static,
) -> Result<T, Box<Failure>> {
    crate::blocking::wait(work).unwrap_or_else(|why| Err(Failure::config(spec, why)))
}

// Manual, to show names only: values may be secret.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.draft.inputs.names().collect();
        f.debug_struct("Call").field("operation", &self.draft.spec.name).field("set", &names).finish_non_exhaustive()
    }
}

/// Declares an operation: the type of its calls with the methods common to all (`send`, `send_as`, `unchecked`,
/// `timeout`, `extra_header`, and `with_..` to override the client's settings), and how it is addressed and read.
///
/// ```ignore
/// yundb_runtime::operation! {
///     ShowPet: show_pet -> Response<Pet, PetHeaders>, CallError<Fault>;
///     Spec::new("showPet", "GET", "/pets/{id}").params(&[path("id", any())]).accept("application/json")
/// }
/// ```
///
/// `as text`, `as empty` or `as whole_events` after `Response<..>` or `CallError<..>` names the method of
/// [`RawResponse`](crate::RawResponse) that reads it, if the type does not determine it. Errors have the same headers
/// as successes.
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

/// The methods of all operations, for a tuple struct of one [`Call`]: part of [`operation!`](crate::operation!).
#[doc(hidden)]
#[macro_export]
macro_rules! operation_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>, presigned_url) => {
        $crate::operation_methods!($name => Response<$output $(, $headers)?>, CallError<$error>);

        impl $name {
            /// Returns the call as a signed URL: anyone who has it can make this call once, by GET and without a key,
            /// until the service rejects its date after about 15 minutes. Keep it secret.
            ///
            /// Fails with `ErrorKind::Config` if the call has a body, or headers of its own.
            pub fn presigned_url(
                self,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<$crate::Secret, $crate::CallError<$error $(, $headers)?>>,
            > {
                self.0.presigned_url::<Self>()
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
                self.0.boxed::<Self>()
            }
        }

        impl $name {
            /// Sends the call and reads the response.
            pub fn send(
                self,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<
                    $crate::Response<$output $(, $headers)?>,
                    $crate::CallError<$error $(, $headers)?>,
                >,
            > {
                self.0.send::<Self>()
            }

            /// Like `send`, but requests another representation: one of the constants here, or an undocumented one.
            pub fn send_as<T>(
                self,
                representation: $crate::Representation<T>,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>,
            > {
                self.0.send_as::<Self, T>(representation)
            }

            /// Skips validation against the documented limits, which may be wrong.
            pub fn unchecked(self) -> Self {
                Self(self.0.unchecked())
            }

            /// Sets the time limit of one attempt of this call, instead of the client's.
            pub fn timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.timeout(limit))
            }

            /// Sets the time limit of this call with all attempts and the pauses between them, instead of the client's.
            pub fn with_operation_timeout(self, limit: ::core::time::Duration) -> Self {
                Self(self.0.with_operation_timeout(limit))
            }

            /// Sets the retry strategy of this call, instead of the client's: a [`RetryPolicy`]($crate::RetryPolicy) or
            /// a custom one.
            pub fn with_retries(self, strategy: impl $crate::RetryStrategy + 'static) -> Self {
                Self(self.0.with_retries(strategy))
            }

            /// Sets whether this call can be repeated without repeating a side effect, regardless of the document and
            /// the method.
            pub fn with_idempotency(self, idempotent: bool) -> Self {
                Self(self.0.with_idempotency(idempotent))
            }

            /// Signs this call with these credentials instead of the client's.
            pub fn with_credentials(self, provider: impl $crate::CredentialsProvider + 'static) -> Self {
                Self(self.0.with_credentials(provider))
            }

            /// Sets the base URL of this call, like the builder's `endpoint`.
            pub fn with_endpoint(self, url: impl ::core::convert::Into<::std::string::String>) -> Self {
                Self(self.0.with_endpoint(url))
            }

            /// Adds a header that is not documented, or replaces one.
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
