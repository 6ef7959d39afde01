//! Code on one line, spaced as `rustfmt` does: expressions and types, as emitted code has them. They need no parsing.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Operators of two characters.
const PAIRS: [&str; 6] = ["::", "->", "=>", "||", "&&", "=="];

/// The code of an expression or a type.
pub(super) fn flat(tokens: &TokenStream) -> String {
    let mut line = Line { out: String::new(), last: Last::Open, in_arguments: false };
    line.all(tokens);
    line.out
}

/// The kind of the last token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A bracket that was opened, or anything else that what follows is joined to: `&`, `.`, `::`, `<`.
    Open,
    /// A name, a literal, or a bracket that was closed: only brackets are joined to it.
    Word,
    /// What is followed by a space: `,`, `=`, a lifetime.
    Other,
}

struct Line {
    out: String,
    last: Last,
    /// Whether the arguments of a closure have begun.
    in_arguments: bool,
}

impl Line {
    fn all(&mut self, tokens: &TokenStream) {
        let mut tokens = tokens.clone().into_iter().peekable();
        let mut is_lifetime = false;
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(punct) => {
                    let pair = match tokens.peek() {
                        Some(TokenTree::Punct(next)) if punct.spacing() == Spacing::Joint => {
                            let pair: String = [punct.as_char(), next.as_char()].iter().collect();
                            PAIRS.iter().find(|known| **known == pair)
                        }
                        _ => None,
                    };
                    is_lifetime = punct.as_char() == '\'';
                    match pair {
                        Some(pair) => {
                            tokens.next();
                            self.operator(pair);
                        }
                        None => self.operator(punct.as_char().encode_utf8(&mut [0; 4])),
                    }
                }
                TokenTree::Ident(ident) => {
                    self.put(&ident.to_string(), self.last == Last::Open, Last::Word);
                    if std::mem::take(&mut is_lifetime) {
                        self.last = Last::Other;
                    }
                }
                TokenTree::Literal(literal) => self.put(&literal.to_string(), self.last == Last::Open, Last::Word),
                TokenTree::Group(group) => self.group(group.delimiter(), &group.stream()),
            }
        }
    }

    fn group(&mut self, delimiter: Delimiter, inner: &TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::None => ("", ""),
        };
        let is_block = delimiter == Delimiter::Brace;
        let is_padded = is_block && !inner.is_empty();
        self.put(open, self.last == Last::Open || (self.last == Last::Word && !is_block), Last::Open);
        if is_padded {
            self.last = Last::Other;
        }
        self.all(inner);
        if is_padded {
            self.out.push(' ');
        }
        self.put(close, true, Last::Word);
    }

    fn operator(&mut self, operator: &str) {
        match operator {
            "," | ";" | ":" => self.put(operator, true, Last::Other),
            "." | "::" | "!" | "?" | "<" => self.put(operator, self.last != Last::Other, Last::Open),
            ">" => self.put(operator, true, Last::Word),
            "|" => {
                self.in_arguments = !self.in_arguments;
                match self.in_arguments {
                    true => self.put(operator, self.last == Last::Open, Last::Open),
                    false => self.put(operator, true, Last::Other),
                }
            }
            "&" | "*" | "-" | "'" | "#" => self.put(operator, self.last == Last::Open, Last::Open),
            operator => self.put(operator, false, Last::Other),
        }
    }

    /// Appends a token, after a space unless it is joined to the last one.
    fn put(&mut self, token: &str, joined: bool, kind: Last) {
        if !joined && !self.out.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(token);
        self.last = kind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_spaced_like_that_of_rustfmt() {
        for code in [
            "Spec::new(\"a, (b\", \"GET\", \"/a\").params(&[path(\"a\", any().min(-1)), query(\"b\", list(&any()))])",
            "Server { url: \"a\", region: None, variables: &[Variable { name: \"b\", values: &[] }] }",
            "page.data.and_then(|inner| inner.list).map(|inner| inner.r#type).unwrap_or_default()",
            "yundb_runtime::Paging::offset(\"a\", 0).job(\"b\", &crate::client::JOB)",
            "object::<yundb_runtime::Value>().rules(&[when(&any(), &any()), others(&[], &[(\"a\", any())], &any())])",
            "BTreeMap<String, Vec<Option<Option<Integer>>>>",
            "&'static [Rule]",
            "Fn(&mut A, (B, C)) -> D",
            "Eq, std::hash::Hash,",
        ] {
            assert_eq!(flat(&code.parse().unwrap()), code);
        }
    }
}
