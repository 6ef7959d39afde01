//! Parts common to all signatures: their result, hashes, and headers.

use std::borrow::Cow;
use std::fmt;

use aws_lc_rs::digest;
use aws_lc_rs::hmac::{self, Key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use zeroize::Zeroizing;

use super::canonical;

/// A signature and the strings that it was computed from, for comparison with those that a server reports.
///
/// The strings may contain secrets, so `Debug` shows the signature only.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    /// The canonical request; for Alibaba Cloud's RPC signature the sorted query.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The signature, in hexadecimal or (Alibaba Cloud's RPC) base64.
    pub signature: String,
}

impl Signed {
    /// Zeroizes the strings, which contain parameters and tokens.
    pub(crate) fn wipe(self) {
        drop([self.canonical_request, self.string_to_sign].map(Zeroizing::new));
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed").field("signature", &self.signature).finish_non_exhaustive()
    }
}

/// Why a request cannot be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// A header cannot carry the value, for example an access key or token with a line end.
    Header(&'static str),
    /// The URL has no host to sign.
    Host,
    /// The secret key cannot be used as a key.
    Key,
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => {
                write!(f, "the header {name} cannot carry the value: only visible ASCII characters can be sent")
            }
            Self::Host => f.write_str("the URL has no host"),
            Self::Key => f.write_str("the secret key cannot be used as a key"),
        }
    }
}

impl std::error::Error for SignError {}

/// Sets a header, marked as sensitive for `Debug` if it is secret.
pub(super) fn set(
    headers: &mut HeaderMap,
    name: &'static HeaderName,
    value: impl TryInto<HeaderValue>,
    secret: bool,
) -> Result<(), SignError> {
    let mut header = value.try_into().map_err(|_| SignError::Header(name.as_str()))?;
    header.set_sensitive(secret);
    headers.insert(name, header);
    Ok(())
}

/// The host as sent by the HTTP client: the `Host` header if set, else the URL's without the scheme's default port.
pub(super) fn host<B>(request: &Request<B>) -> Result<Cow<'_, str>, SignError> {
    if let Some(host) = request.headers().get(http::header::HOST) {
        return Ok(canonical::header_text(host));
    }
    let uri = request.uri();
    let host = uri.host().ok_or(SignError::Host)?;
    let port = match (uri.port_u16(), uri.scheme_str()) {
        (Some(443), Some("https")) | (Some(80), Some("http")) => None,
        (port, _) => port,
    };
    Ok(match port {
        Some(port) => format!("{}:{port}", host.to_ascii_lowercase()).into(),
        None if host.bytes().any(|byte| byte.is_ascii_uppercase()) => host.to_ascii_lowercase().into(),
        None => host.into(),
    })
}

/// The hash of nothing: many requests have no body.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The hash of data, in hexadecimal.
pub(crate) fn sha256_hex(data: &[u8]) -> String {
    if data.is_empty() {
        return EMPTY_SHA256.to_owned();
    }
    base16ct::lower::encode_string(digest::digest(&digest::SHA256, data).as_ref())
}

/// The signature of data, in hexadecimal.
pub(super) fn hmac_hex(key: &Key, data: &[u8]) -> String {
    base16ct::lower::encode_string(hmac::sign(key, data).as_ref())
}

/// The signature of data, in base64.
pub(super) fn hmac_base64(key: &Key, data: &[u8]) -> String {
    STANDARD.encode(hmac::sign(key, data))
}
