//! The security schemes of plain OpenAPI services: which keys a call needs, and where they are sent.

use std::collections::HashMap;

use base64::Engine as _;
use http::header::{AUTHORIZATION, COOKIE, HeaderName};
use http::{HeaderMap, HeaderValue};

use crate::codec::closest::closest;
use crate::codec::encode::strict;
use crate::data::operation::Place;
use crate::data::secret::Secret;
use crate::data::service::{Requirement, Scheme, SchemeKind, Service};

/// A key for security schemes, as given to the builder.
pub(crate) enum Key {
    Named {
        scheme: String,
        key: Secret,
    },
    /// For one scheme, or for all that accept a bearer token.
    Bearer {
        scheme: Option<String>,
        token: Secret,
    },
    Basic {
        user: String,
        password: Secret,
    },
}

impl Key {
    fn setter(&self) -> &'static str {
        match self {
            Self::Named { .. } => Method::ApiKey.setter(),
            Self::Bearer { .. } => Method::Bearer.setter(),
            Self::Basic { .. } => Method::Basic.setter(),
        }
    }
}

/// The keys of a client, by scheme.
pub(crate) struct Keyring(HashMap<&'static str, Held>);

/// The text that a key contributes at the place its scheme defines.
struct Held {
    carrier: Carrier,
    value: Secret,
}

impl Keyring {
    /// Creates a keyring. A key without a matching scheme is an error.
    pub(crate) fn new(service: &'static Service, keys: Vec<Key>) -> Result<Self, String> {
        let mut ring = HashMap::new();
        for key in keys {
            let blank = match &key {
                Key::Named { key, .. } | Key::Bearer { token: key, .. } => key.expose().trim().is_empty(),
                // Some services accept a key as the user, with an empty password.
                Key::Basic { user, password } => user.trim().is_empty() && password.expose().trim().is_empty(),
            };
            if blank {
                return Err(format!("the key for `{}` is empty", key.setter()));
            }
            let (name, value) = match key {
                Key::Named { scheme, key } => (Some(scheme), (Method::ApiKey, key)),
                Key::Bearer { scheme, token } => {
                    (scheme, (Method::Bearer, Secret::from(format!("Bearer {}", token.expose()))))
                }
                Key::Basic { user, password } => {
                    let pair = zeroize::Zeroizing::new(format!("{user}:{}", password.expose()));
                    let pair = base64::engine::general_purpose::STANDARD.encode(pair.as_bytes());
                    (None, (Method::Basic, Secret::from(format!("Basic {pair}"))))
                }
            };
            let (method, value) = value;
            let fits = |scheme: &&Scheme| match Carrier::of(scheme.kind) {
                Some(carrier) => method == carrier.method(),
                // The document does not declare the scheme, so naming it is taken as intent.
                None => method == Method::Bearer && name.is_some(),
            };
            let named = |scheme: &&Scheme| name.as_ref().is_none_or(|name| scheme.name == name);
            let mut found = service.schemes.iter().filter(fits).filter(named).peekable();
            if found.peek().is_none() {
                return Err(unfit(service, method, name.as_deref()));
            }
            for scheme in found {
                let carrier = Carrier::of(scheme.kind).unwrap_or(Carrier::Authorization(Method::Bearer));
                ring.insert(scheme.name, Held { carrier, value: value.clone() });
            }
        }
        Ok(Self(ring))
    }

    /// Adds the keys of the first fully available alternative to the headers or the encoded query of a request.
    ///
    /// An empty alternative (security is optional) comes last, since available keys are meant to be used. Requirements
    /// left to the caller count as met, through headers of a call, an interceptor or the transport, as they are not
    /// visible here.
    pub(crate) fn apply(
        &self,
        alternatives: &[Requirement],
        schemes: &[Scheme],
        headers: &mut HeaderMap,
        query: &mut Vec<(String, String)>,
    ) -> Result<(), String> {
        let kind = |name: &str| schemes.iter().find(|scheme| scheme.name == name).map(|scheme| scheme.kind);
        let by_caller = |name: &str| matches!(kind(name), None | Some(SchemeKind::Caller(_)));
        let held = |name: &str| self.0.contains_key(name);
        let keys = |names: &Requirement| names.iter().filter(|name| held(name)).count();
        let met = |names: &&Requirement| keys(names) > 0 && names.iter().all(|name| held(name));
        let met_with_caller =
            |names: &&Requirement| keys(names) > 0 && names.iter().all(|name| held(name) || by_caller(name));
        let left_to_caller = |names: &&Requirement| names.iter().any(|name| by_caller(name));
        let names = match alternatives.iter().find(met).or_else(|| alternatives.iter().find(met_with_caller)) {
            Some(names) => names,
            None if alternatives.is_empty() || alternatives.iter().any(|names| names.is_empty()) => return Ok(()),
            // Of those with equally many keys the first, which is the last one in reverse order.
            None => match alternatives.iter().rev().filter(left_to_caller).max_by_key(|names| keys(names)) {
                Some(names) => names,
                None => return Err(missing(alternatives, kind)),
            },
        };
        for held in names.iter().filter_map(|name| self.0.get(name)) {
            held.put(headers, query)?;
        }
        Ok(())
    }
}

/// The error for a key without a matching scheme, with the schemes of the service.
fn unfit(service: &Service, method: Method, name: Option<&str>) -> String {
    let schemes = || service.schemes.iter();
    let fits = |scheme: &&Scheme| Carrier::of(scheme.kind).is_some_and(|carrier| carrier.method() == method);
    let wrong = match name {
        Some(name) if schemes().any(|scheme| fits(&scheme)) => {
            let known = schemes().filter(fits).map(|scheme| scheme.name);
            return format!("no security scheme `{name}` for `{}`: {}", method.setter(), closest(name, known));
        }
        Some(name) => format!("no security scheme `{name}` for `{}`", method.setter()),
        None => format!("the service has no security scheme for `{}`", method.setter()),
    };
    let has: Vec<_> = schemes().map(|scheme| offer(scheme.name, scheme.kind)).collect();
    match has.is_empty() {
        true => format!("{wrong}: it has none at all"),
        false => format!("{wrong}: it has {}", has.join(", ")),
    }
}

/// The error if no alternative is met, and all of them need only keys.
fn missing(alternatives: &[Requirement], kind: impl Fn(&str) -> Option<SchemeKind>) -> String {
    let needs = alternatives.iter().map(|names| {
        let calls = names.iter().map(|name| offer(name, kind(name).unwrap_or(SchemeKind::Caller(None))));
        calls.collect::<Vec<_>>().join(" and ")
    });
    format!("no key: set {} on the client's builder", needs.collect::<Vec<_>>().join(", or "))
}

/// The builder's method that sets a scheme's key.
fn offer(name: &str, kind: SchemeKind) -> String {
    match Carrier::of(kind).map(Carrier::method) {
        Some(Method::ApiKey) => format!("`.api_key(\"{name}\", ..)`"),
        Some(method) => format!("`{}` ({name})", method.setter()),
        None => {
            format!(
                "{name}, which the caller must provide (`.bearer_token_for(\"{name}\", ..)`, `.extra_header(..)` of a call, `.interceptor(..)`)"
            )
        }
    }
}

impl Held {
    fn put(&self, headers: &mut HeaderMap, query: &mut Vec<(String, String)>) -> Result<(), String> {
        let key = self.value.expose();
        let header = |text: &str| {
            let mut value = HeaderValue::from_str(text)
                .map_err(|_| "a key contains a line break or another control character".to_owned())?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        match self.carrier {
            Carrier::Authorization(_) => {
                headers.insert(AUTHORIZATION, header(key)?);
            }
            Carrier::ApiKey(Place::Query, name) => {
                query.push((strict(name).to_string(), strict(key).to_string()));
            }
            Carrier::ApiKey(Place::Cookie, name) => {
                let mut cookies = headers.get(COOKIE).map(|it| it.as_bytes().to_vec()).unwrap_or_default();
                if !cookies.is_empty() {
                    cookies.extend(b"; ");
                }
                cookies.extend(format!("{name}={}", strict(key)).bytes());
                headers.insert(COOKIE, header(&String::from_utf8_lossy(&cookies))?);
            }
            Carrier::ApiKey(_, name) => {
                let name =
                    HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is not a header name"))?;
                headers.insert(name, header(key)?);
            }
        }
        Ok(())
    }
}

/// Where a key is sent.
#[derive(Clone, Copy)]
enum Carrier {
    ApiKey(Place, &'static str),
    Authorization(Method),
}

impl Carrier {
    /// `None` for a scheme left to the caller, unless it has a usual place.
    fn of(kind: SchemeKind) -> Option<Self> {
        match kind {
            SchemeKind::ApiKey(place, name) => Some(Self::ApiKey(place, name)),
            SchemeKind::Basic => Some(Self::Authorization(Method::Basic)),
            SchemeKind::Bearer => Some(Self::Authorization(Method::Bearer)),
            SchemeKind::Caller(suggested) => suggested.copied().and_then(Self::of),
        }
    }

    fn method(self) -> Method {
        match self {
            Self::ApiKey(..) => Method::ApiKey,
            Self::Authorization(method) => method,
        }
    }
}

/// The builder's method that sets a scheme's key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    ApiKey,
    Basic,
    Bearer,
}

impl Method {
    fn setter(self) -> &'static str {
        match self {
            Self::ApiKey => ".api_key(..)",
            Self::Basic => ".basic_auth(..)",
            Self::Bearer => ".bearer_token(..)",
        }
    }
}
