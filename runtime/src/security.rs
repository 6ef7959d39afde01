//! The security schemes of plain OpenAPI services: which keys a call needs, and where they go.

use std::collections::BTreeMap;

use base64::Engine as _;
use http::HeaderValue;
use http::header::{AUTHORIZATION, COOKIE, HeaderName};

use crate::client::Key;
use crate::encode::strict;
use crate::endpoint::closest;
use crate::operation::{Place, Protocol, Requirement, Scheme, SchemeKind, Service};
use crate::request::Plan;
use crate::secret::Secret;

/// The keys that a client has, by scheme.
pub(crate) struct Keyring(BTreeMap<&'static str, Held>);

/// The text that a key puts where its scheme says.
struct Held {
    kind: SchemeKind,
    value: Secret,
}

impl Keyring {
    /// Keys that fit no scheme of the service are an error.
    pub(crate) fn new(service: &'static Service, keys: Vec<Key>) -> Result<Self, String> {
        let mut ring = BTreeMap::new();
        if !keys.is_empty() && service.protocol != Protocol::Http {
            return Err(format!("{} is called with `.credentials(..)`, which hold a token too", service.package));
        }
        for key in keys {
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
            let fits = |scheme: &&Scheme| method == Method::of(scheme.kind);
            let named = |scheme: &&Scheme| name.as_ref().is_none_or(|name| scheme.name == name);
            let mut found = service.schemes.iter().filter(fits).filter(named).peekable();
            if found.peek().is_none() {
                let known = service.schemes.iter().filter(fits).map(|scheme| scheme.name);
                return Err(match name {
                    Some(name) => {
                        format!("no security scheme `{name}` for `{}`: {}", method.setter(), closest(&name, known))
                    }
                    None => format!("the service has no security scheme for `{}`", method.setter()),
                });
            }
            for scheme in found {
                ring.insert(scheme.name, Held { kind: scheme.kind, value: value.clone() });
            }
        }
        Ok(Self(ring))
    }

    /// Puts the keys of the first alternative for which all are there into a request.
    ///
    /// An empty alternative (security is optional) is met last, since its keys, where given, are meant to be used.
    pub(crate) fn apply(
        &self,
        alternatives: &[Requirement],
        schemes: &[Scheme],
        plan: &mut Plan,
    ) -> Result<(), String> {
        let met = alternatives.iter().find(|it| !it.is_empty() && it.iter().all(|name| self.0.contains_key(name)));
        let Some(names) = met else {
            if alternatives.is_empty() || alternatives.iter().any(|it| it.is_empty()) {
                return Ok(());
            }
            let needs = alternatives.iter().map(|names| {
                let calls = names.iter().map(|name| {
                    let kind = schemes.iter().find(|scheme| scheme.name == *name).map(|scheme| scheme.kind);
                    match kind.map(Method::of) {
                        Some(Method::ApiKey) => format!("`.api_key(\"{name}\", ..)`"),
                        Some(method) => format!("`{}` ({name})", method.setter()),
                        None => format!("the scheme {name}, which isn't supported"),
                    }
                });
                calls.collect::<Vec<_>>().join(" and ")
            });
            return Err(format!("no key: set {} on the client's builder", needs.collect::<Vec<_>>().join(", or ")));
        };
        for held in names.iter().filter_map(|name| self.0.get(name)) {
            held.put(plan)?;
        }
        Ok(())
    }
}

impl Held {
    fn put(&self, plan: &mut Plan) -> Result<(), String> {
        let key = self.value.expose();
        let header = |text: &str| {
            let mut value =
                HeaderValue::from_str(text).map_err(|_| "a key holds a line break or the like".to_owned())?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        match self.kind {
            SchemeKind::Basic | SchemeKind::Bearer => {
                plan.headers.insert(AUTHORIZATION, header(key)?);
            }
            SchemeKind::ApiKey(Place::Query, name) => {
                plan.query.push((strict(name).to_string(), strict(key).to_string()));
            }
            SchemeKind::ApiKey(Place::Cookie, name) => {
                let mut cookies = plan.headers.get(COOKIE).map(|it| it.as_bytes().to_vec()).unwrap_or_default();
                if !cookies.is_empty() {
                    cookies.extend(b"; ");
                }
                cookies.extend(format!("{name}={}", strict(key)).bytes());
                plan.headers.insert(COOKIE, header(&String::from_utf8_lossy(&cookies))?);
            }
            SchemeKind::ApiKey(_, name) => {
                let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no header"))?;
                plan.headers.insert(name, header(key)?);
            }
        }
        Ok(())
    }
}

/// How the builder is given a scheme's key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    ApiKey,
    Basic,
    Bearer,
}

impl Method {
    fn of(kind: SchemeKind) -> Self {
        match kind {
            SchemeKind::ApiKey(..) => Self::ApiKey,
            SchemeKind::Basic => Self::Basic,
            SchemeKind::Bearer => Self::Bearer,
        }
    }

    fn setter(self) -> &'static str {
        match self {
            Self::ApiKey => ".api_key(..)",
            Self::Basic => ".basic_auth(..)",
            Self::Bearer => ".bearer_token(..)",
        }
    }
}
