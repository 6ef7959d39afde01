//! Parses and compares media types.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The `Content-Type` of a response, if it is present and valid.
pub(crate) fn of(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE)?.to_str().ok().map(str::trim).filter(|text| !text.is_empty())
}

/// A media type without parameters, in lower case.
pub(crate) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether it is JSON: `application/json`, `text/json`, and all with the suffix `+json`.
pub(crate) fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    essence.ends_with("/json") || essence.ends_with("+json")
}

/// Whether two media types are equal except for case, whitespace and charset.
pub(crate) fn same(one: &str, other: &str) -> bool {
    essence(one) == essence(other) && parameters(one) == parameters(other)
}

/// The parameters that distinguish representations, in lower case and sorted.
fn parameters(media_type: &str) -> Vec<String> {
    let parameters = media_type.split(';').skip(1).map(|it| it.split_whitespace().collect::<String>());
    let mut parameters: Vec<String> = parameters.map(|it| it.replace('"', "").to_ascii_lowercase()).collect();
    parameters.retain(|it| !it.is_empty() && !it.starts_with("charset="));
    parameters.sort();
    parameters
}

/// Whether a response's media type matches the requested one, which may be a range.
pub(crate) fn matches(requested: &str, found: &str) -> bool {
    let (pattern, essence) = (self::essence(requested), self::essence(found));
    match pattern.split_once('*') {
        None => same(requested, found),
        Some((start, end)) => essence.starts_with(start) && essence.ends_with(end.trim_start_matches("/*")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert!(is_json("Application/Problem+JSON; charset=utf-8") && is_json("text/json"));
        assert!(!is_json("application/json5") && !is_json("application/jsonl") && !is_json(""));
        assert!(same("application/json; charset=utf-8", "Application/JSON"));
        assert!(same("application/json;stream=watch", "application/json; Stream=\"watch\""));
        assert!(!same("application/json;stream=watch", "application/json"));
    }

    #[test]
    fn ranges() {
        assert!(matches("image/*", "image/png") && !matches("image/*", "text/png"));
        assert!(matches("*/*", "a/b; c=d"));
        assert!(
            matches("application/*+json", "application/hal+json") && !matches("application/*+json", "application/xml")
        );
        assert!(matches("text/csv", "text/csv; charset=x") && !matches("text/csv", "text/plain"));
    }
}
