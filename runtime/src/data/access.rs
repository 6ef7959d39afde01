//! Where a service is reached, and which keys it asks for, as data.

use super::param::Place;

/// One address of a service.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// The base URL, with `{name}` for each variable.
    pub url: &'static str,
    /// The region that it serves, where the document names one.
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
    /// What it is.
    pub kind: SchemeKind,
}

/// What a security scheme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemeKind {
    /// A key in a query parameter, header or cookie of this name.
    ApiKey(Place, &'static str),
    /// HTTP basic.
    Basic,
    /// HTTP bearer, also what OAuth 2 and OpenID Connect end in.
    Bearer,
    /// A scheme that is met by the caller, as the document doesn't declare it or its kind isn't supported: calls are sent whether there
    /// is a key or not. A key goes where the scheme's name suggests, if it suggests something.
    Caller(Option<&'static SchemeKind>),
}

/// Scheme names that must all be met.
pub type Requirement = &'static [&'static str];
