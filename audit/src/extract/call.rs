//! Finds the call of an operation: method and path, or the `Action`.

use std::sync::LazyLock;

use regex::Regex;

use super::{repair, section::Line};
use crate::fact::Call;

/// A method and what follows it, at the start of a line, or of code inside it.
static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:^(?:- )?|[`“\x22])(GET|POST|PUT|DELETE|PATCH|HEAD)\s+(\S.*)$").expect("a constant pattern")
});
/// The parameter `Action` in a sample of a URL.
static ACTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[?&]Action=([A-Za-z0-9]+)").expect("a constant pattern"));
/// The part of a URL before its path.
static HOST: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^<?https?://[^/]*").expect("a constant pattern"));
/// The characters of a path.
static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(/|(/[\w.{}~-]+)+/?)$").expect("a constant pattern"));
/// The characters of a line that continues a URL.
static REST_OF_URL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w{}/?&=.,~\[\]*-]+$").expect("a constant pattern"));

/// The characters of a line that continues a query, with values.
static REST_OF_QUERY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[\w{}/?&=.,~\[\]*+:%-]+$").expect("a constant pattern"));

/// A method, a path and the names in the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The call.
    pub call: Call,
    /// Names of parameters in the query.
    pub query: Vec<String>,
}

/// The request that starts on one of the lines; it may continue on the next ones.
///
/// # Errors
/// The reason, if there is a line with a method but without a valid path.
pub fn rest(lines: &[Line<'_>]) -> Result<Option<(Request, usize)>, (String, usize)> {
    for (index, line) in lines.iter().enumerate() {
        let Some(found) = REQUEST.captures(line.text) else { continue };
        let (method, url) = (&found[1], &found[2]);
        let rest = lines.get(index + 1..).unwrap_or_default();
        let url = joined(url, line.line, rest);
        return match parse(method, &url) {
            Some(request) => Ok(Some((request, line.line))),
            None => Err((format!("the path `{}` is damaged", repair::one_line(&url)), line.line)),
        };
    }
    Ok(None)
}

/// A URL joined with its continuation lines.
fn joined(url: &str, mut at: usize, rest: &[Line<'_>]) -> String {
    let mut url = url.trim().to_owned();
    for line in rest {
        let text = line.text.trim();
        let open = url.matches('{').count() > url.matches('}').count();
        let goes_on =
            url.ends_with(['/', '?', '&', '=', '_', '-']) || text.starts_with(['/', '?', '&', '=', '}']) || open;
        // In a long query a line may break inside a word: the next line then has characters that only queries have.
        let inside = url.contains('?') && text.contains("={");
        if line.line != at + 1 || !(goes_on || inside) || !REST_OF_URL.is_match(text) {
            break;
        }
        url.push_str(text);
        at = line.line;
    }
    url
}

/// The values that samples of a call send in path and query, each with its name. Placeholders are no values.
pub fn sent(lines: &[Line<'_>], method: &str, path: &str) -> Vec<(String, String)> {
    let mut sent: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| {
        let value = value.trim_end_matches(['`', '"', '\u{201d}', ')']);
        let plain = !value.is_empty() && value != "null" && !value.contains(['{', '}', '[', ']', '<', '>']);
        let pair = (name.to_owned(), value.to_owned());
        if plain && repair::is_name(name) && !sent.contains(&pair) {
            sent.push(pair);
        }
    };
    for (index, line) in lines.iter().enumerate() {
        let named = REQUEST.captures(line.text).filter(|found| found[1] == *method);
        // A sample of one call may leave the method out.
        let bare = || line.text.trim().starts_with("https://").then(|| line.text.trim().to_owned());
        let Some(start) = named.map(|found| found[2].to_owned()).or_else(bare) else { continue };
        let url = joined(&start, line.line, lines.get(index + 1..).unwrap_or_default());
        let rest = lines.get(index + 1..).unwrap_or_default();
        let mut url: String = url.chars().filter(|c| !c.is_whitespace()).collect();
        // A long query breaks anywhere.
        for (more, next) in rest.iter().enumerate() {
            let text = next.text.trim();
            let follows = next.line == line.line + more + 1 && url.contains('?');
            if !follows || text.len() < 2 || !REST_OF_QUERY.is_match(text) {
                break;
            }
            if !url.contains(text) {
                url.push_str(text);
            }
        }
        let url = HOST.replace(&url, "").replace("//", "/");
        let (sampled, query) = url.split_once('?').unwrap_or((&url, ""));
        let (names, values) = (path.split('/'), sampled.split('/'));
        if names.clone().count() == values.clone().count() {
            let names = names.map(|name| name.strip_prefix('{').and_then(|name| name.strip_suffix('}')));
            names
                .zip(values)
                .filter_map(|(name, value)| Some((name?, value)))
                .for_each(|(name, value)| add(name, value));
        }
        query.split('&').filter_map(|pair| pair.split_once('=')).for_each(|(name, value)| add(name, value));
    }
    sent
}

/// Splits a URL, without artifacts of scan and markup: doubled braces, brackets, spaces.
pub fn parse(method: &str, url: &str) -> Option<Request> {
    let url: String = url.chars().filter(|c| !c.is_whitespace()).collect();
    let url = url.split(['`', '”', '"', '。', '，', '>']).next().unwrap_or_default();
    let url = url.replace("{{", "{").replace("}}", "}").replace(r"\_", "_").replace("[{", "{").replace("}]", "}");
    let url = HOST.replace(&url, "").replace('[', "{").replace(']', "}");
    let (path, query) = url.split_once('?').unwrap_or((&url, ""));
    let path = path.replace("//", "/");
    if !PATH.is_match(&path) || path.matches('{').count() != path.matches('}').count() {
        return None;
    }
    let query = query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| repair::is_name(name));
    Some(Request { call: Call::Rest { method: method.to_owned(), path }, query: query.map(str::to_owned).collect() })
}

/// Whether code begins with a method and a URL.
pub fn is_request(code: &str) -> bool {
    code.lines().next().is_some_and(|line| REQUEST.is_match(line.trim_end()))
}

/// The action in a sample URL.
pub fn action(text: &str) -> Option<&str> {
    ACTION.captures(text).and_then(|found| found.get(1)).map(|action| action.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines<'a>(texts: &[&'a str]) -> Vec<Line<'a>> {
        texts.iter().enumerate().map(|(index, text)| Line { line: index + 1, text }).collect()
    }

    fn found(texts: &[&str]) -> (String, Vec<String>) {
        let (request, _) = rest(&lines(texts)).unwrap().unwrap();
        (request.call.to_string(), request.query)
    }

    #[test]
    fn a_wrapped_url_is_joined() {
        let (call, query) = found(&["GET /v1/{shop_id}/orders?", "limit={limit}&offs", "et={offset}", "Text"]);
        assert_eq!(call, "GET /v1/{shop_id}/orders");
        assert_eq!(query, ["limit", "offset"]);
        assert_eq!(
            found(&["PUT /v1/{shop_id}/orders/", "{order_id}/state"]).0,
            "PUT /v1/{shop_id}/orders/{order_id}/state"
        );
    }

    #[test]
    fn markup_is_removed() {
        let call = found(&["- POST https://[{endpoint}]/v1/{{shop_id}}/orders"]).0;
        assert_eq!(call, "POST /v1/{shop_id}/orders");
        assert_eq!(found(&["PUT https://[endpoint]/v1/[shop_id]/orders"]).0, "PUT /v1/{shop_id}/orders");
        assert_eq!(found(&["`DELETE /v1/{shop_id}/ orders`"]).0, "DELETE /v1/{shop_id}/orders");
    }

    #[test]
    fn the_root_is_a_path() {
        assert_eq!(found(&["GET /", "- Parameters"]).0, "GET /");
    }

    #[test]
    fn truncated_calls_are_reported() {
        assert!(rest(&lines(&["GET /v1/{shop_", "", "Table 1"])).is_err());
    }

    #[test]
    fn the_action_is_in_the_query() {
        assert_eq!(action("http(s)://[Endpoint]/?Action=CreateOrder"), Some("CreateOrder"));
    }
}
