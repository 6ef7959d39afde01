//! One error type for a whole program, with common accessors and access to the specific error.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use super::accessors::accessors;
use super::call_error::CallError;
use super::failure::{ErrorKind, Failure, meaning, transport_kind};
use super::stream::{StreamError, StreamErrorKind};
use crate::auth::credentials::CredentialsError;
use crate::codec::decode::DecodeError;
use crate::codec::formatted::FormatError;
use crate::data::category::ErrorCategory;
use crate::data::config_error::ConfigError;
use crate::data::line::report;
use crate::transport::TransportError;

/// Any error of any client, for `?`: of a call, of waiting for a job, of a stream, of a value's format, of the client's
/// settings, or of credentials.
///
/// It contains the error that it was converted from: [`body`](Self::body) is the documented body of the service's
/// error, and [`downcast_ref`](Self::downcast_ref) returns the error itself.
///
/// `Debug` is the message and its causes, each on a line, so `main` can return this error; `{:#?}` shows the fields.
///
/// ```
/// use yundb_runtime::{Call, Error, Operation, Value};
///
/// async fn send<O>(call: Call) -> Result<O::Output, Error>
/// where
///     O: Operation<Error = Value, Headers = ()>,
/// {
///     match call.send::<O>().await {
///         Ok(response) => Ok(response.into_inner()),
///         Err(error) => {
///             let error = Error::from(error);
///             if let Some(body) = error.body::<Value>() {
///                 eprintln!("the service responded {body}");
///             }
///             Err(error)
///         }
///     }
/// }
/// ```
pub struct Error(Box<dyn Erased>);

/// An error that an [`Error`] can hold.
pub(crate) trait Erased: StdError + Any + Send + Sync {
    /// The step at which the program failed.
    fn kind(&self) -> ErrorKind;

    /// The failed call, if the error is of a call.
    fn failure(&self) -> Option<&Failure> {
        None
    }

    /// The documented body of the service's error.
    fn typed_body(&self) -> Option<&dyn Any> {
        None
    }

    /// The documented headers of the service's error.
    fn headers_as_documented(&self) -> Option<&dyn Any> {
        None
    }
}

impl Error {
    pub(crate) fn new(error: impl Erased) -> Self {
        Self(Box::new(error))
    }

    fn failure(&self) -> Option<&Failure> {
        self.0.failure()
    }

    /// The step at which the program failed.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind()
    }

    /// The meaning of the failure. Each `is_..` method checks it.
    pub fn category(&self) -> ErrorCategory {
        self.failure().map_or_else(|| meaning(self.kind()), Failure::category)
    }

    /// The documented name of the operation, if a call failed.
    pub fn operation(&self) -> Option<&str> {
        Some(self.failure()?.operation())
    }

    /// The documented body of the service's error, if it has this type: the `E` of the call's [`CallError<E,
    /// H>`](CallError).
    pub fn body<E: 'static>(&self) -> Option<&E> {
        self.0.typed_body()?.downcast_ref()
    }

    /// The documented headers of the service's error, if they have this type: the `H` of the call's [`CallError<E,
    /// H>`](CallError).
    pub fn typed_headers<H: 'static>(&self) -> Option<&H> {
        self.0.headers_as_documented()?.downcast_ref()
    }

    /// Whether it was converted from an error of this type: a [`CallError`], [`WaitError`](crate::WaitError),
    /// [`StreamError`], [`ConfigError`], [`CredentialsError`], [`TransportError`], [`DecodeError`] or [`FormatError`].
    pub fn is<T: StdError + 'static>(&self) -> bool {
        self.downcast_ref::<T>().is_some()
    }

    /// Returns the error that it was converted from, if it has this type.
    pub fn downcast_ref<T: StdError + 'static>(&self) -> Option<&T> {
        let error: &dyn Any = &*self.0;
        error.downcast_ref()
    }

    /// Returns the error that it was converted from, or `self` if that has another type.
    pub fn downcast<T: StdError + 'static>(self) -> Result<T, Self> {
        if !self.is::<T>() {
            return Err(self);
        }
        let error: Box<dyn Any> = self.0;
        match error.downcast() {
            Ok(error) => Ok(*error),
            Err(_) => unreachable!("it is of this type"),
        }
    }
}

impl Error {
    accessors!();
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

// Manual: `main` prints the error that it returns in this form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match f.alternate() {
            true => fmt::Debug::fmt(&self.0, f),
            false => report(f, self, self.source()),
        }
    }
}

// It represents the inner error, so that one is not among its sources.
impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl<E: Send + Sync + 'static, H: fmt::Debug + Send + Sync + 'static> From<CallError<E, H>> for Error {
    fn from(error: CallError<E, H>) -> Self {
        Self::new(error)
    }
}

impl<E: Send + Sync + 'static, H: fmt::Debug + Send + Sync + 'static> Erased for CallError<E, H> {
    fn kind(&self) -> ErrorKind {
        self.kind()
    }

    fn failure(&self) -> Option<&Failure> {
        self.failure()
    }

    fn typed_body(&self) -> Option<&dyn Any> {
        self.body().map(|body| body as _)
    }

    fn headers_as_documented(&self) -> Option<&dyn Any> {
        self.typed_headers().map(|headers| headers as _)
    }
}

/// For errors without a call.
macro_rules! erased {
    ($($name:ident: $kind:expr;)*) => {
        $(impl From<$name> for Error {
            fn from(error: $name) -> Self {
                Self::new(error)
            }
        }

        impl Erased for $name {
            fn kind(&self) -> ErrorKind {
                let kind: fn(&$name) -> ErrorKind = $kind;
                kind(self)
            }
        })*
    };
}

erased! {
    ConfigError: |_| ErrorKind::Config;
    CredentialsError: |_| ErrorKind::Credentials;
    TransportError: |error| transport_kind(error.kind());
    DecodeError: |_| ErrorKind::Decode;
    FormatError: |_| ErrorKind::Decode;
    StreamError: |error| match error.kind() {
        StreamErrorKind::Item | StreamErrorKind::Truncated => ErrorKind::Decode,
        StreamErrorKind::Idle => ErrorKind::Timeout,
        StreamErrorKind::TooLarge | StreamErrorKind::Transport | StreamErrorKind::Reconnect => ErrorKind::Transport,
    };
}
