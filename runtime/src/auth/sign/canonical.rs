//! The canonical form of a request's parts, shared by all four signatures.
//!
//! Texts are appended to one buffer, which has its final size from the start: reallocations would leave copies that
//! cannot be zeroized.

use std::borrow::Cow;

use http::{HeaderValue, Request};
use percent_encoding::percent_decode_str;
use zeroize::Zeroize as _;

use crate::codec::encode::{push_strict, push_strict_bytes};

/// The canonical request of Huawei Cloud's and Alibaba Cloud's signatures with SHA-256. `path_end` follows the path.
pub(super) fn request<B>(request: &Request<B>, path_end: &str, headers: &Headers<'_>, payload: &str) -> String {
    let (method, uri) = (request.method().as_str(), request.uri());
    let query = uri.query().unwrap_or_default();
    let room = method.len() + 3 * (uri.path().len() + query.len()) + headers.room() + payload.len() + 10;
    let mut text = String::with_capacity(room);
    text.push_str(method);
    text.push('\n');
    push_path(&mut text, uri.path());
    if !text.ends_with(path_end) {
        text.push_str(path_end);
    }
    text.push('\n');
    push_query(&mut text, query);
    text.push('\n');
    headers.push_lines(&mut text);
    text.push('\n');
    headers.push_names(&mut text);
    text.push('\n');
    text.push_str(payload);
    text
}

/// Decodes the path and encodes each segment again. An encoded slash separates segments, as servers decode before they
/// split.
fn push_path(out: &mut String, path: &str) {
    let decoded: Option<Vec<u8>> = path.contains('%').then(|| percent_decode_str(path).collect());
    let decoded = decoded.as_deref().unwrap_or(path.as_bytes());
    for segment in decoded.strip_prefix(b"/").unwrap_or(decoded).split(|byte| *byte == b'/') {
        out.push('/');
        push_strict_bytes(out, segment);
    }
}

/// The pairs of a URL's query, decoded as by servers (`+` is a space), sorted by key, then value, and encoded again.
fn push_query(out: &mut String, query: &str) {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let mut pairs: Vec<_> = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
    if !query.contains(['%', '+']) {
        return push_pairs(out, &mut pairs, |out, text| push_strict(out, text));
    }
    // Bytes rather than text: invalid UTF-8 is signed as is.
    let decode = |text: &str| -> Vec<u8> {
        let mut decoded = Vec::with_capacity(text.len());
        decoded.extend(text.split('+').enumerate().flat_map(|(at, text)| {
            let space = (at > 0).then_some(b' ');
            space.into_iter().chain(percent_decode_str(text))
        }));
        decoded
    };
    let mut decoded: Vec<_> = pairs.into_iter().map(|(key, value)| (decode(key), decode(value))).collect();
    push_pairs(out, &mut decoded, |out, bytes| push_strict_bytes(out, bytes));
    // A pair without `=` has only a key.
    decoded.iter_mut().for_each(|(key, value)| {
        key.zeroize();
        value.zeroize();
    });
}

/// Key-value pairs sorted by key, then value, then encoded by `push`; an empty value keeps its `=`.
pub(super) fn push_pairs<T: Ord>(out: &mut String, pairs: &mut [(T, T)], push: impl Fn(&mut String, &T)) {
    pairs.sort_unstable();
    for (at, (key, value)) in pairs.iter().enumerate() {
        if at > 0 {
            out.push('&');
        }
        push(out, key);
        out.push('=');
        push(out, value);
    }
}

/// Headers to sign: sorted lower-case names with trimmed values.
pub(super) struct Headers<'a>(Vec<(&'a str, Cow<'a, str>)>);

impl<'a> Headers<'a> {
    pub(super) fn new(mut headers: Vec<(&'a str, Cow<'a, str>)>) -> Self {
        headers.sort_unstable();
        Self(headers)
    }

    /// The names, joined by `;`.
    pub(super) fn names(&self) -> String {
        let mut names = String::with_capacity(self.room());
        self.push_names(&mut names);
        names
    }

    fn push_names(&self, out: &mut String) {
        for (at, (name, _)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(';');
            }
            out.push_str(name);
        }
    }

    /// One `name:value` line each.
    fn push_lines(&self, out: &mut String) {
        for (name, value) in &self.0 {
            for part in [name, ":", value, "\n"] {
                out.push_str(part);
            }
        }
    }

    /// The length of names and lines.
    fn room(&self) -> usize {
        self.0.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum()
    }
}

impl Drop for Headers<'_> {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            if let Cow::Owned(copy) = value {
                copy.zeroize();
            }
        }
    }
}

/// A header's value as signed.
pub(super) fn header_text(value: &HeaderValue) -> Cow<'_, str> {
    match str::from_utf8(value.as_bytes()) {
        Ok(text) => text.trim().into(),
        Err(_) => String::from_utf8_lossy(value.as_bytes()).trim().to_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(push: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        push(&mut text);
        text
    }

    fn path(path: &str) -> String {
        written(|text| push_path(text, path))
    }

    fn query(query: &str) -> String {
        written(|text| push_query(text, query))
    }

    #[test]
    fn encodes_all_but_unreserved() {
        let encode = |text: &str| written(|out| push_strict(out, text));
        assert_eq!(encode("aZ09-._~"), "aZ09-._~");
        assert_eq!(encode(" +*/%&=:"), "%20%2B%2A%2F%25%26%3D%3A");
        assert_eq!(encode("数据"), "%E6%95%B0%E6%8D%AE");
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
            let encoded = written(|out| push_strict(out, &text));
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(percent_decode_str(&encoded).decode_utf8().unwrap(), &*text);
        }

        #[test]
        fn canonical_forms_are_stable(text in "[/a-z%0-9+ &=~*é]{0,40}") {
            let (once, sorted) = (path(&text), query(&text));
            prop_assert_eq!(path(&once), once);
            prop_assert_eq!(query(&sorted), sorted);
        }

        #[test]
        fn the_buffer_never_grows(path in "/[/a-z%0-9+é]{0,20}", query in "[a-z%0-9+ &=~*]{0,20}", value in "[ a-z]*") {
            let uri = format!("https://example.com{path}?{query}").replace([' ', 'é'], "+");
            let request = Request::get(uri).body(()).unwrap();
            let headers = Headers::new(vec![("host", "example.com".into()), ("x", value.into())]);
            let room = 3 * request.uri().to_string().len() + 100;
            let text = super::request(&request, "/", &headers, "payload");
            prop_assert!(text.capacity() < room + headers.room(), "as reserved: doubled, it would be more");
            prop_assert!(text.ends_with("payload"));
        }
    }
}
