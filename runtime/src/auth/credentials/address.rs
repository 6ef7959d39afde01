//! The addresses of services that issue credentials.

use std::fmt;
use std::net::IpAddr;

use super::config::ProviderConfig;
use crate::data::secret::Secret;

/// Encodes a name as a single segment of a URL's path; it cannot change the rest of the path.
pub(super) fn segment(name: &str) -> Result<String, String> {
    match name.trim() {
        "" | "." | ".." => Err("a name is empty or consists of dots".to_owned()),
        name => Ok(crate::codec::encode::strict(name).to_string()),
    }
}

/// Whether this is an HTTP URL. Secrets may be sent there if the program or a profile configures it; for addresses from
/// the environment, see [`is_guarded`].
pub(super) fn is_url(url: &str) -> bool {
    let uri = url.parse::<http::Uri>().ok();
    uri.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some())
}

/// The address of a service that issues credentials: the given one, else the environment's, else the default.
pub(super) fn address(
    of: &str,
    config: &ProviderConfig,
    variable: &str,
    given: Option<&str>,
    default: impl FnOnce() -> String,
) -> Result<String, String> {
    let Some(url) = given.map(str::to_owned).or_else(|| config.get(variable)) else { return Ok(default()) };
    if !is_url(&url) {
        Err(format!("the address of {of} is not a URL, such as {}", default()))
    } else if given.is_none() && !is_guarded(&url) {
        Err(format!("{variable} is plain HTTP to a host that is not local"))
    } else {
        Ok(url.trim_end_matches('/').to_owned())
    }
}

/// The configured address of a service. Its text shows scheme, host and port only: the rest may contain a password or
/// token.
#[derive(Clone)]
pub(super) struct Address(String);

impl Address {
    pub(super) fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts that no message may repeat: user and password, the path and its long segments, and the values of the
    /// query's parameters.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let Ok(uri) = self.0.parse::<http::Uri>() else { return vec![Secret::from(self.0.as_str())] };
        let user = uri.authority().and_then(|authority| authority.as_str().rsplit_once('@'));
        let user = user.into_iter().flat_map(|(user, _)| user.split(':'));
        // Names in paths are short and occur in ordinary sentences; tokens are long.
        let places = uri.path().split('/').filter(|place| 16 <= place.len());
        let path = Some(uri.path()).filter(|path| *path != "/").into_iter().chain(places);
        let values = uri.query().into_iter().flat_map(|query| query.split('&'));
        let values = values.map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let parts = user.chain(path).chain(values).filter(|part| !part.is_empty());
        let forms = parts.flat_map(|part| {
            let decoded = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
            [Secret::from(part), Secret::from(decoded.into_owned())]
        });
        forms.collect()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.parse::<http::Uri>().ok();
        match uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.host()?, uri.port()))) {
            Some((scheme, host, Some(port))) => write!(f, "{scheme}://{host}:{port}"),
            Some((scheme, host, None)) => write!(f, "{scheme}://{host}"),
            None => f.write_str("an address that is not a URL"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.to_string(), f)
    }
}

/// Whether the traffic of this URL is protected from eavesdropping: HTTPS anywhere, or plain HTTP on loopback or
/// link-local addresses.
pub(super) fn is_guarded(url: &str) -> bool {
    let Ok(uri) = url.parse::<http::Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => host.eq_ignore_ascii_case("localhost") || is_near(host),
        _ => false,
    }
}

/// Whether a host is a loopback or link-local address.
fn is_near(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_only_nearby() {
        for url in [
            "https://example.com/x",
            "http://127.0.0.1:7002/",
            "http://LocalHost/",
            "http://[::1]:80/",
            "http://169.254.170.23/v1",
            "http://[fe80::1]/",
        ] {
            assert!(is_guarded(url), "{url}");
        }
        for url in [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "http://127.0.0.1@example.com/",
            "http://[2001:db8::1]/",
            "ftp://127.0.0.1/",
            "127.0.0.1",
            "/path",
        ] {
            assert!(!is_guarded(url), "{url}");
        }
    }
}
