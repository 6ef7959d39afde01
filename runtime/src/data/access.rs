//! The addresses of a service and its security schemes, as data.

use super::param::Place;

/// An address of a service.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// The base URL, with `{name}` for each variable.
    pub url: &'static str,
    /// The region that it serves, if the document names one.
    pub region: Option<&'static str>,
    /// The variables of the URL.
    pub variables: &'static [Variable],
}

/// A variable of a server's URL.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its default.
    pub default: &'static str,
    /// Its allowed values; empty for any.
    pub values: &'static [&'static str],
}

/// A security scheme of a service.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// Its name in the document.
    pub name: &'static str,
    /// Its kind.
    pub kind: SchemeKind,
}

/// The kind of a security scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// A key in a query parameter, header or cookie of this name.
    ApiKey(Place, &'static str),
    /// HTTP basic.
    Basic,
    /// HTTP bearer, including OAuth 2 and OpenID Connect.
    Bearer,
    /// A scheme that is left to the caller, as the document does not declare it or its kind is not supported: calls are
    /// sent with or without a key. A key is sent as the scheme's name suggests, if it suggests a place.
    Caller(Option<&'static SchemeKind>),
}

/// Names of schemes that must all be met.
pub type Requirement = &'static [&'static str];
