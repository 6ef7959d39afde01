//! What the generated yundb clients stand on: sending, signing, checking and decoding.
//!
//! A generated crate states its operations as data ([`operation`], [`shape`]) and wraps a [`Client`] and its [`Call`]s;
//! all else happens here, once for every service.

#[doc(hidden)]
pub mod open_enum;
pub mod operation;
pub mod shape;
pub mod sign;
#[doc(hidden)]
pub mod union;

mod additional;
mod answer;
mod apsara;
#[cfg(feature = "blocking")]
mod blocking;
mod body;
mod call;
mod check;
mod client;
mod credentials;
mod decode;
mod encode;
mod endpoint;
mod error;
mod error_body;
mod inputs;
mod intercept;
mod job;
mod json;
mod json_text;
mod media_type;
#[cfg(feature = "metrics")]
mod metrics;
mod multipart;
mod nullable;
mod paging;
mod pipeline;
mod rate;
mod representation;
mod request;
mod request_body;
mod retry;
mod seal;
mod secret;
mod security;
mod setters;
mod stream;
#[cfg(feature = "test-util")]
pub mod test_util;
mod transport;

pub use bytes;
pub use http;
pub use jiff::Timestamp;
pub use serde;
pub use serde_json;
pub use serde_json::Value;

pub use additional::additional;
pub use answer::{Answer, ByteStream, Response};
pub use apsara::ApsaraStack;
#[cfg(feature = "blocking")]
pub use blocking::BlockingIter;
pub use call::Call;
pub use client::{Client, ClientBuilder, Clock, SystemClock};
pub use credentials::{
    CachedCredentials, Credentials, CredentialsChain, CredentialsError, CredentialsFuture, CredentialsProvider,
    CredentialsSource, EnvironmentCredentials, InstanceCredentials, ProfileCredentials, RoleProfile,
    TemporaryCredentials, TemporaryCredentialsFuture,
};
pub use decode::{from_headers, from_slice, from_value};
pub use error::{ConfigError, DecodeError, Error, ErrorKind, Violation};
pub use inputs::{Form, Inputs};
pub use intercept::{Attempt, Interceptor, Outcome};
pub use job::{Job, JobHandle, JobState, Wait, WaitError};
pub use json_text::JsonText;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
pub use multipart::Part;
pub use nullable::nullable;
pub use operation::{
    FromAnswer, Operation, Param, Place, Protocol, ReadAs, Scheme, SchemeKind, Server, Service, Spec, Style, Variable,
};
pub use paging::{BoxStream, Paged, Paging, Position, items, pages, starting_at};
#[cfg(feature = "blocking")]
pub use paging::{items_blocking, pages_blocking};
pub use rate::RateLimit;
pub use representation::Representation;
pub use request_body::RequestBody;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use shape::{Field, Object, Shape};
pub use sign::Signature;
pub use stream::{Event, EventStream, JsonLines, StreamError, StreamErrorKind};
pub use transport::{ReqwestTransport, Transport, TransportError, TransportErrorKind};
