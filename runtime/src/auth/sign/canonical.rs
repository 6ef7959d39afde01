//! The canonical form of a request's parts, shared by all four signatures.

use std::borrow::Cow;
use std::fmt;

use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, percent_encode};
use zeroize::Zeroize as _;

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes all but RFC 3986's unreserved characters.
pub(super) fn encode(bytes: &[u8]) -> PercentEncode<'_> {
    percent_encode(bytes, RESERVED)
}

/// Decodes the path and encodes each segment again. An encoded slash separates segments, as servers decode before they
/// split.
pub(super) fn path(path: &str) -> String {
    let decoded: Cow<'_, [u8]> = percent_decode_str(path).into();
    let segments = decoded.strip_prefix(b"/").unwrap_or(&decoded).split(|byte| *byte == b'/');
    let mut path = String::with_capacity(path.len() + 1);
    for segment in segments {
        path.push('/');
        path.extend(encode(segment));
    }
    path
}

/// The pairs of a URL's query, decoded as by servers (`+` is a space), sorted by key, then value, and encoded again.
pub(super) fn query(query: &str) -> String {
    pairs(form_pairs(query).collect())
}

/// Key-value pairs sorted by key, then value, then encoded; an empty value keeps its `=`.
pub(super) fn pairs<T: AsRef<[u8]> + Ord>(mut pairs: Vec<(T, T)>) -> String {
    pairs.sort();
    // Allocated in full, as reallocations would leave copies that cannot be zeroized.
    let room = pairs.iter().map(|(key, value)| 3 * (key.as_ref().len() + value.as_ref().len()) + 2).sum();
    let mut text = String::with_capacity(room);
    for (key, value) in &pairs {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(encode(key.as_ref()));
        text.push('=');
        text.extend(encode(value.as_ref()));
    }
    text
}

/// Bytes rather than text: invalid UTF-8 is signed as is.
fn form_pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).collect();
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key), decode(value))
    })
}

/// Headers to sign: sorted lower-case names with trimmed values.
pub(super) struct Headers(Vec<(Cow<'static, str>, String)>);

impl Headers {
    pub(super) fn new(mut headers: Vec<(Cow<'static, str>, String)>) -> Self {
        headers.sort();
        Self(headers)
    }

    /// The names, joined by `;`.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).collect();
        names.join(";")
    }
}

impl Drop for Headers {
    fn drop(&mut self) {
        // They may include a token.
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

/// One `name:value` line each.
impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, value)| writeln!(f, "{name}:{value}"))
    }
}

/// A header's value as signed.
pub(super) fn header_text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encodes_all_but_unreserved() {
        assert_eq!(encode("aZ09-._~".as_bytes()).to_string(), "aZ09-._~");
        assert_eq!(encode(" +*/%&=:".as_bytes()).to_string(), "%20%2B%2A%2F%25%26%3D%3A");
        assert_eq!(encode("数据".as_bytes()).to_string(), "%E6%95%B0%E6%8D%AE");
    }

    #[test]
    fn normalizes_paths() {
        assert_eq!(path("/v1/a%20b/c+d/~e"), "/v1/a%20b/c%2Bd/~e");
        assert_eq!(path("/v1/a%2fb/%e6%95%b0"), "/v1/a/b/%E6%95%B0");
        assert_eq!(path("/v1/100%/%zz/a*"), "/v1/100%25/%25zz/a%2A");
        assert_eq!(path("/v1/%ff"), "/v1/%FF");
        assert_eq!((path(""), path("/")), ("/".to_owned(), "/".to_owned()));
    }

    #[test]
    fn sorts_queries_by_raw_key_then_value() {
        assert_eq!(query("b=2&a=3&a=%20&a=1&c&d=&&%E6=x"), "a=%20&a=1&a=3&b=2&c=&d=&%E6=x");
        // Encoded, `%` would sort before `A`; raw, `~` sorts after it.
        assert_eq!(query("~k=1&%2Bk=2&Ak=3&k+y=4"), "%2Bk=2&Ak=3&k%20y=4&~k=1");
    }

    proptest! {
        #[test]
        fn encoding_is_undone_by_decoding(text in ".*") {
            let encoded = encode(text.as_bytes()).to_string();
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(percent_decode_str(&encoded).decode_utf8().unwrap(), &*text);
        }

        #[test]
        fn canonical_forms_are_stable(text in "[/a-z%0-9+ &=~*é]{0,40}") {
            let (once, sorted) = (path(&text), query(&text));
            prop_assert_eq!(path(&once), once);
            prop_assert_eq!(query(&sorted), sorted);
        }
    }
}
