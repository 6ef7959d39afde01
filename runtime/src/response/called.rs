//! The name of a failed call in errors.

use std::borrow::Cow;
use std::fmt;

use crate::data::operation::Spec;

/// All names that help to find a call: the client's method for the caller, the operation for the vendor's documents and
/// support, and the host for network administrators.
#[derive(Clone, Debug, Default)]
pub(crate) struct Called {
    method: &'static str,
    pub(super) operation: Cow<'static, str>,
    host: Option<Box<str>>,
}

impl Called {
    /// Adds the host of this base URL.
    pub(super) fn at(&mut self, base: &str) {
        self.host = host(base);
    }
}

/// The host of a URL, with the port unless it is the scheme's default, without user and password.
fn host(url: &str) -> Option<Box<str>> {
    let url: http::Uri = url.parse().ok()?;
    let authority = url.authority()?;
    Some(match authority.port() {
        Some(port) => format!("{}:{port}", authority.host()).into(),
        None => authority.host().into(),
    })
}

impl From<&Spec> for Called {
    fn from(spec: &Spec) -> Self {
        Self { method: spec.client_method, operation: spec.name.into(), host: None }
    }
}

impl From<String> for Called {
    fn from(operation: String) -> Self {
        Self { operation: operation.into(), ..Self::default() }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.trim_start_matches("r#");
        let name = if method.is_empty() { &*self.operation } else { method };
        f.write_str(if name.is_empty() { "the call" } else { name })?;
        let operation = Some(&*self.operation).filter(|operation| *operation != name);
        match (operation, self.host.as_deref()) {
            (Some(operation), Some(host)) => write!(f, " ({operation}, {host})"),
            (Some(only), None) | (None, Some(only)) => write!(f, " ({only})"),
            (None, None) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_calls() {
        let table = [
            // method, operation, base URL, expected name
            ("list_pets", "listPets", "https://api.example.com/v1", "list_pets (listPets, api.example.com)"),
            ("list_pets", "listPets", "", "list_pets (listPets)"),
            ("ping", "ping", "http://127.0.0.1:8080", "ping (127.0.0.1:8080)"),
            ("r#type", "type", "http://[::1]:80/", "type ([::1]:80)"),
            ("", "GET /pets", "https://u:secret@api.example.com", "GET /pets (api.example.com)"),
            ("", "", "", "the call"),
        ];
        for (method, operation, base, expected) in table {
            let mut called = Called { method, ..Called::from(operation.to_owned()) };
            called.at(base);
            assert_eq!(called.to_string(), expected);
        }
    }
}
