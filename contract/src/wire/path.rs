//! Matches a path with a template, and finds its parameters' values.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Unencoded characters of a path besides letters and digits (RFC 3986, `pchar` and `/`).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%');

/// A piece of a template.
enum Piece {
    /// Literal text.
    Literal(String),
    /// The name of a parameter.
    Parameter(String),
}

/// The values of parameters by name, still encoded.
type Taken = [(String, String)];

/// Maximum number of ways to split a path among parameters.
const MOST_WAYS: usize = 10_000;

/// The value of each parameter, still encoded: the first split for which `is_right`, else the first one.
pub(super) fn values(template: &str, path: &str, is_right: &dyn Fn(&Taken) -> bool) -> Option<Vec<(String, String)>> {
    let pieces = pieces(template);
    let path = normal(path);
    let mut search = Search { is_right, first: None, ways: 0 };
    let mut taken = Vec::new();
    let right = search.search(&pieces, &path, &mut taken);
    if right { Some(taken) } else { search.first }
}

struct Search<'a> {
    is_right: &'a dyn Fn(&Taken) -> bool,
    first: Option<Vec<(String, String)>>,
    ways: usize,
}

impl Search<'_> {
    fn search(&mut self, pieces: &[Piece], rest: &str, taken: &mut Vec<(String, String)>) -> bool {
        self.ways += 1;
        if self.ways > MOST_WAYS {
            return false;
        }
        match pieces {
            [] if rest.is_empty() => {
                self.first.get_or_insert_with(|| taken.clone());
                (self.is_right)(taken)
            }
            [] => false,
            [Piece::Literal(literal), others @ ..] => {
                rest.strip_prefix(literal.as_str()).is_some_and(|rest| self.search(others, rest, taken))
            }
            [Piece::Parameter(name), others @ ..] => {
                // A slash ends a segment, but in some templates a parameter may span several.
                let several = name.contains(['*', '+']) || name.ends_with("...");
                let end = rest.find('/').filter(|_| !several).unwrap_or(rest.len());
                let ends = (0..=end).rev().filter(|at| rest.is_char_boundary(*at));
                for at in ends.collect::<Vec<_>>() {
                    taken.push((name.clone(), rest[..at].to_owned()));
                    if self.search(others, &rest[at..], taken) {
                        return true;
                    }
                    taken.pop();
                }
                false
            }
        }
    }
}

fn pieces(template: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        pieces.push(Piece::Literal(normal(before)));
        pieces.push(Piece::Parameter(name.to_owned()));
        rest = after;
    }
    pieces.push(Piece::Literal(normal(rest)));
    pieces
}

/// A path without unnecessary encoding, and with necessary encoding in upper case.
fn normal(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.extend(utf8_percent_encode(&rest[..at], PATH));
        let code = rest.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(code) if code.is_ascii_alphanumeric() || b"-._~".contains(&code) => out.push(char::from(code)),
            Some(code) => out.push_str(&format!("%{code:02X}")),
            None => {
                out.push_str("%25");
                rest = &rest[at + 1..];
                continue;
            }
        }
        rest = &rest[at + 3..];
    }
    out.extend(utf8_percent_encode(rest, PATH));
    out
}

/// The decoded form, for messages.
pub(super) fn readable(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str, path: &str) -> Option<Vec<String>> {
        Some(values(template, path, &|_| true)?.into_iter().map(|(_, value)| value).collect())
    }

    #[test]
    fn paths_are_matched_with_templates() {
        assert_eq!(found("/a/{b}/c", "/a/x%2fy/c"), Some(vec!["x%2Fy".to_owned()]));
        assert_eq!(found("/a/{b}/c", "/a/x/y/c"), None);
        assert_eq!(found("/a/{b}/c", "/a/x/d"), None);
        assert_eq!(found("/a b/é", "/a%20b/%C3%A9"), Some(vec![]));
        assert_eq!(found("/{a}:{b}", "/x:y"), Some(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(found("/a", "/b"), None);
        assert_eq!(found("/a/{b*}/c", "/a/x/y/c"), Some(vec!["x/y".to_owned()]));
    }

    /// The input decides how two adjacent parameters split the text.
    #[test]
    fn the_input_decides_between_splits() {
        let is_right = |taken: &[(String, String)]| taken.first().is_some_and(|(_, value)| value == "a.b");
        let found = values("/{name}.{ext}", "/a.b.c", &is_right).unwrap();
        assert_eq!(found[1].1, "c");
        let is_right = |taken: &[(String, String)]| taken.first().is_some_and(|(_, value)| value == "a");
        let found = values("/{name}.{ext}", "/a.b.c", &is_right).unwrap();
        assert_eq!(found[1].1, "b.c");
    }
}
