//! Reads the `Debug` of generated types: only it shows the variant of each enum.
//!
//! A serializer would not: untagged unions serialize as their content, tagged ones through untyped JSON.

/// A value in `Debug` form.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// A number, a bool, a unit variant, or something else in one word.
    Word(String),
    /// A string.
    Text(String),
    /// `Name(..)`
    Tuple(String, Vec<Node>),
    /// `Name { field: .. }`
    Struct(String, Vec<(String, Node)>),
    /// `[..]`, or a name before it.
    List(Vec<Node>),
    /// `{key: ..}`, or a name before it. Keys are strings.
    Map(Vec<(String, Node)>),
}

/// Parses it; `None` if it does not have the form of derived implementations.
pub(super) fn parse(text: &str) -> Option<Node> {
    let mut reader = Reader { rest: text };
    let node = reader.node()?;
    reader.rest.is_empty().then_some(node)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn node(&mut self) -> Option<Node> {
        match self.rest.chars().next()? {
            '"' => self.text().map(Node::Text),
            '[' => self.list(),
            '{' => self.map(),
            _ => {
                let name = self.word();
                if self.eat("(") {
                    return Some(Node::Tuple(name, self.until(")", Self::node)?));
                }
                // The tree of `serde_json` writes `Array [..]` and `Object {"key": ..}`.
                if self.rest.starts_with(" [") {
                    self.eat(" ");
                    return self.list();
                }
                if self.rest.starts_with(" {\"") || self.rest.starts_with(" {}") {
                    self.eat(" ");
                    return self.map();
                }
                if self.eat(" { ") {
                    let fields = self.until(" }", |reader| {
                        let name = reader.word();
                        reader.eat(": ").then_some(())?;
                        Some((name, reader.node()?))
                    })?;
                    return Some(Node::Struct(name, fields));
                }
                (!name.is_empty()).then_some(Node::Word(name))
            }
        }
    }

    fn list(&mut self) -> Option<Node> {
        self.eat("[");
        self.until("]", Self::node).map(Node::List)
    }

    fn map(&mut self) -> Option<Node> {
        self.eat("{");
        let entries = self.until("}", |reader| {
            let key = reader.text()?;
            reader.eat(": ").then_some(())?;
            Some((key, reader.node()?))
        });
        entries.map(Node::Map)
    }

    fn until<T>(&mut self, end: &str, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        while !self.eat(end) {
            if !items.is_empty() {
                self.eat(", ").then_some(())?;
            }
            items.push(item(self)?);
        }
        Some(items)
    }

    fn word(&mut self) -> String {
        let end = self.rest.find([',', '(', ')', '[', ']', '{', '}', ':', ' ']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    /// A string, whose escapes matter only for finding its end.
    fn text(&mut self) -> Option<String> {
        let inner = self.rest.strip_prefix('"')?;
        let mut escaped = false;
        for (at, c) in inner.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    let (text, rest) = inner.split_at(at);
                    self.rest = rest.strip_prefix('"')?;
                    return Some(text.to_owned());
                }
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Debug)]
    #[allow(dead_code, reason = "read by `Debug`")]
    struct All {
        name: Option<&'static str>,
        r#type: Any,
        none: Option<bool>,
        list: Vec<Any>,
        map: BTreeMap<String, f64>,
        untyped: serde_json::Value,
    }

    #[derive(Debug)]
    #[allow(dead_code, reason = "read by `Debug`")]
    enum Any {
        Plain,
        Number(i64),
        Named(Box<Empty>),
        Pair { left: bool },
    }

    #[derive(Debug)]
    struct Empty {}

    #[test]
    fn derived_debug_output_is_parsed() {
        let all = All {
            name: Some("a\"b, (c}"),
            r#type: Any::Named(Box::new(Empty {})),
            none: None,
            list: vec![Any::Plain, Any::Number(-1), Any::Pair { left: true }],
            map: BTreeMap::from([("k: v".to_owned(), 1e30)]),
            untyped: json!({"a": [1, null, "x"], "b": {}, "c": []}),
        };
        let Some(Node::Struct(name, fields)) = parse(&format!("{all:?}")) else { panic!("not a struct") };
        assert_eq!(name, "All");
        let word = |text: &str| Node::Word(text.to_owned());
        let tuple = |name: &str, inner: Node| Node::Tuple(name.to_owned(), vec![inner]);
        let expected = [
            ("name", tuple("Some", Node::Text("a\\\"b, (c}".to_owned()))),
            ("type", tuple("Named", word("Empty"))),
            ("none", word("None")),
            (
                "list",
                Node::List(vec![
                    word("Plain"),
                    tuple("Number", word("-1")),
                    Node::Struct("Pair".to_owned(), vec![("left".to_owned(), word("true"))]),
                ]),
            ),
            ("map", Node::Map(vec![("k: v".to_owned(), word("1e30"))])),
        ];
        for (field, (name, node)) in fields.iter().zip(expected) {
            assert_eq!((field.0.as_str(), &field.1), (name, &node));
        }
        let Some((_, Node::Map(untyped))) = fields.last() else { panic!("no map") };
        assert_eq!(
            untyped[0].1,
            Node::List(vec![tuple("Number", word("1")), word("Null"), tuple("String", Node::Text("x".to_owned()))])
        );
        assert_eq!(untyped[1].1, Node::Map(vec![]));
    }

    #[test]
    fn other_output_is_rejected() {
        for text in ["", "A(", "A { a 1 }", "\"a", "[1 2]", "A(1) x"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
