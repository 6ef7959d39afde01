//! The runtime of the generated yundb clients: sends, signs, validates and decodes.
//!
//! A generated crate states its operations as data ([`mod@operation`], [`shape`]) and wraps a [`Client`] and its [`Call`]s;
//! everything else happens here, for all services.
#![cfg_attr(docsrs, feature(doc_cfg))]

// The derive macro names this crate as its users do.
#[cfg(test)]
extern crate self as yundb_runtime;

// In order of dependency: each module imports only from the ones before it.
mod data;

mod codec;

mod check;

#[cfg(feature = "blocking")]
mod blocking;
#[cfg(not(feature = "blocking"))]
mod no_blocking;
mod transport;

mod retry;

mod auth;

mod request;
mod response;

mod vendors;

mod client;

mod follow;

#[cfg(feature = "test-util")]
pub mod test_util;

/// Types of strings with a `format`.
pub mod format {
    pub use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    pub use jiff::civil::{Date, DateTime, Time};
    pub use jiff::{Span, Timestamp};
    pub use url::Url;
    pub use uuid::Uuid;

    pub use crate::codec::formatted::{FormatError, FormatValue, Formatted};
}

pub use auth::sign;
#[doc(hidden)]
pub use codec::{open_enum, record, union};
pub use data::{operation, shape};

pub use bytes;
pub use http;
pub use jiff::Timestamp;
pub use serde;
pub use serde_json;
pub use serde_json::Value;

pub use auth::credentials::{
    AssumeAgencyWithOidc, AssumeRole, AssumeRoleWithOidc, CachedCredentials, ContainerCredentials, Credentials,
    CredentialsChain, CredentialsError, CredentialsFuture, CredentialsProvider, CredentialsSource,
    EnvironmentCredentials, FederatedCredentials, InstanceCredentials, ProcessCredentials, ProfileCredentials,
    ProviderConfig, TemporaryCredentials, TemporaryCredentialsFuture,
};
pub use auth::sign::Signature;
#[cfg(feature = "blocking")]
pub use blocking::BlockingIter;
pub use check::Violation;
#[doc(hidden)]
pub use check::fits;
#[cfg(feature = "metrics")]
pub use client::Metrics;
/// Traits that select the settings of [`ClientBuilder`] available to a generated client.
pub use client::applies as builder;
pub use client::{Attempt, Call, Client, ClientBuilder, Interceptor, JsonCall, Outcome, RateLimiter, UnsignedRequest};
pub use codec::argument::{Argument, Integer, MapValue, Single};
pub use codec::decode::{DecodeError, from_headers, from_slice, from_value};
pub use codec::formatted::Formatted;
pub use codec::json_text::JsonText;
pub use data::category::ErrorCategory;
pub use data::config_error::ConfigError;
pub use data::operation::{Job, Param, Place, Spec, Style};
pub use data::paging::{Paging, Position};
pub use data::secret::Secret;
pub use data::service::{Protocol, RateLimit, Scheme, SchemeKind, Server, Service, Variable};
pub use data::shape::{Field, Object, Shape};
pub use follow::{
    BoxFuture, BoxStream, JobHandle, JobState, JobVerdict, Paged, Wait, WaitError, items, pages, pages_of, starting_at,
};
#[cfg(feature = "blocking")]
pub use follow::{items_blocking, pages_blocking};
#[cfg(not(feature = "blocking"))]
#[doc(hidden)]
pub use no_blocking::WithoutAsync;
pub use request::{Form, Inputs, Part};
pub use response::{
    CallError, Error, ErrorKind, Event, EventStream, FromResponse, JsonLines, Operation, RawResponse, ReadAs,
    Representation, Response, StreamError, StreamErrorKind,
};
pub use retry::{RetryBudget, RetryClass, RetryContext, RetryPolicy, RetryStrategy};
pub use transport::clock::{Clock, SystemClock};
pub use transport::{
    ByteStream, RequestBody, ReqwestTransport, ReqwestTransportBuilder, StallProtection, TlsVersion, Transport,
    TransportError, TransportErrorKind,
};
pub use vendors::ApsaraStack;
pub use yundb_derive::Record;
