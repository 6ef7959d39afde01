//! YAML is read like libyaml does, for which most documents are written: layouts, with PyYAML's result for each.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use serde_json::{Value, json};
use yundb_generator::{
    Diagnostics,
    load::{Loaded, load},
};

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: Layouts, version: '1'}\npaths: {}\n";

fn read(bytes: &[u8]) -> (Option<Loaded>, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.yaml");
    fs::write(&path, bytes).unwrap();
    let mut diagnostics = Diagnostics::new();
    (load(&path, &mut diagnostics), diagnostics)
}

/// The extensions in a document, without its standard keys.
fn extensions(bytes: &[u8]) -> Value {
    let (loaded, diagnostics) = read(bytes);
    assert!(diagnostics.is_empty(), "{diagnostics}");
    let mut value = loaded.unwrap().value();
    value.as_object_mut().unwrap().retain(|key, _| key.starts_with("x-"));
    value
}

#[rustfmt::skip]
const LAYOUTS: &[(&str, &str, &str)] = &[
    ("a flow map at the key's column", "x-a:\n  b: {\n    \"n\": \"x\"\n  }\n", r#"{"x-a": {"b": {"n": "x"}}}"#),
    ("a flow map left of its key", "x-a:\n  b: {\n\"n\": \"x\"\n}\n", r#"{"x-a": {"b": {"n": "x"}}}"#),
    ("a flow list at the key's column", "x-a:\n  b: [\n  \"x\"\n  ]\n", r#"{"x-a": {"b": ["x"]}}"#),
    ("a flow list of maps, closed at the key", "x-a:\n  b: [{\n    n: 1\n  }, {\n    n: 2\n  }]\n", r#"{"x-a": {"b": [{"n": 1}, {"n": 2}]}}"#),
    ("nested flow, comments, trailing commas", "x-a: { # c\n  k: [1, 2,], # d\n\n  m: {a: {b: [\n]}}, }\n", r#"{"x-a": {"k": [1, 2], "m": {"a": {"b": []}}}}"#),
    ("JSON in YAML", "x-a:\n  {\"k\":\"v\",\"l\":[1,2],\"m\":{\"n\":null}}\n", r#"{"x-a": {"k": "v", "l": [1, 2], "m": {"n": null}}}"#),
    ("single pairs in a list", "x-a: [a: 1, \"b\": 2, c]\n", r#"{"x-a": [{"a": 1}, {"b": 2}, "c"]}"#),
    ("flow keys without values", "x-a: {a, b: , \"c\"}\n", r#"{"x-a": {"a": null, "b": null, "c": null}}"#),
    ("double quotes continue at the key's column", "x-a:\n  b: \"one\n  two\"\n", r#"{"x-a": {"b": "one two"}}"#),
    ("double quotes continue left of the key", "x-a:\n  b: \"one\ntwo\"\n", r#"{"x-a": {"b": "one two"}}"#),
    ("double quotes with a blank line and an escaped break", "x-a: \"one\n\n  two \\\n  three\\n\"\n", r#"{"x-a": "one\ntwo three\n"}"#),
    ("single quotes continue at the key's column", "x-a:\n  b: 'one\n  it''s'\n", r#"{"x-a": {"b": "one it's"}}"#),
    ("plain text over lines", "x-a:\n  one\n  two\n\n  three # c\n", r#"{"x-a": "one two\nthree"}"#),
    ("plain text with a colon and a hash", "x-a: http://x/y#z:1\nx-b: a#b\n", r#"{"x-a": "http://x/y#z:1", "x-b": "a#b"}"#),
    ("a literal", "x-a: |\n  one\n   two\n\n  three\n\nx-b: 1\n", r#"{"x-a": "one\n two\n\nthree\n", "x-b": 1}"#),
    ("a stripped literal", "x-a: |-\n  one\n\n", r#"{"x-a": "one"}"#),
    ("a kept literal", "x-a: |+\n  one\n\nx-b: 1\n", r#"{"x-a": "one\n\n", "x-b": 1}"#),
    ("a literal with an indicator", "x-a: |2\n    one\n  two\n", r#"{"x-a": "  one\ntwo\n"}"#),
    ("a literal with both indicators and a comment", "x-a: |1- # c\n  one\n", r#"{"x-a": " one"}"#),
    ("a literal that ends with the file", "x-a: |\n  one", r#"{"x-a": "one"}"#),
    ("folded text", "x-a: >\n  one\n  two\n\n  three\n    four\n  five\n", r#"{"x-a": "one two\nthree\n  four\nfive\n"}"#),
    ("folded and stripped text after blank lines", "x-a: >-\n\n  one\n  two\n", r#"{"x-a": "\none two"}"#),
    ("a literal with tabs and blanks at its ends", "x-a: |\n  one  \n  two\t\n", r#"{"x-a": "one  \ntwo\t\n"}"#),
    ("literals in a list", "x-a:\n- |\n one\n- >-\n two\n three\n", r#"{"x-a": ["one\n", "two three"]}"#),
    ("empty literals", "x-a: |\nx-b: >-\nx-c: 1\n", r#"{"x-a": "", "x-b": "", "x-c": 1}"#),
    ("a list at the key's column", "x-a:\n- 1\n- - 2\n  - 3\n- k: v\n  l: w\n", r#"{"x-a": [1, [2, 3], {"k": "v", "l": "w"}]}"#),
    ("list items on the next line", "x-a:\n  -\n    k: v\n  -\n    - 1\n", r#"{"x-a": [{"k": "v"}, [1]]}"#),
    ("explicit keys", "x-a:\n  ? k\n  : v\n  ? \"l\"\n  : - 1\n", r#"{"x-a": {"k": "v", "l": [1]}}"#),
    ("tabs after a key and before a comment", "x-a:\t1\t# c\nx-b: [1,\t2]\n", r#"{"x-a": 1, "x-b": [1, 2]}"#),
    ("anchors and aliases", "x-a: &a {k: 1}\nx-b: *a\nx-c: [*a, &s text, *s]\n", r#"{"x-a": {"k": 1}, "x-b": {"k": 1}, "x-c": [{"k": 1}, "text", "text"]}"#),
    ("an anchor on its own line", "x-a: &a\n  k: 1\nx-b: *a\n", r#"{"x-a": {"k": 1}, "x-b": {"k": 1}}"#),
    ("an alias as a key", "x-k: &k name\nx-a:\n  *k : 1\n", r#"{"x-k": "name", "x-a": {"name": 1}}"#),
    ("a merge", "x-a: &a {k: 1, l: 2}\nx-b:\n  <<: *a\n  l: 3\n", r#"{"x-a": {"k": 1, "l": 2}, "x-b": {"k": 1, "l": 3}}"#),
    ("a merge of several, of which the first applies", "x-a: &a {k: 1}\nx-b: &b {k: 2, l: 3}\nx-c:\n  m: 4\n  <<: [*a, *b]\n", r#"{"x-a": {"k": 1}, "x-b": {"k": 2, "l": 3}, "x-c": {"k": 1, "l": 3, "m": 4}}"#),
    ("a merge of a merge", "x-a: &a {k: 1}\nx-b: &b\n  <<: *a\n  l: 2\nx-c: {<<: *b}\n", r#"{"x-a": {"k": 1}, "x-b": {"k": 1, "l": 2}, "x-c": {"k": 1, "l": 2}}"#),
    ("comments everywhere", "# c\nx-a: # c\n  # c\n  k: 1 # c\n# c\n  l: 2\n    # c\n", r#"{"x-a": {"k": 1, "l": 2}}"#),
    ("document markers", "%YAML 1.2\n# c\n---\nx-a: 1\n...\n", r#"{"x-a": 1}"#),
    ("tags of the core schema", "x-a: !!str 12\nx-b: !!int \"3\"\nx-c: !<tag:yaml.org,2002:str> yes\n", r#"{"x-a": "12", "x-b": 3, "x-c": "yes"}"#),
    ("escapes", "x-a: \"\\x41\\u00e9\\U0001F600\\/\\t\\\"\\\\\"\n", r#"{"x-a": "Aé😀/\t\"\\"}"#),
    ("strings that look like numbers", "x-a: [1.2.3, 1-2, 12e, \"1\", '2', 1:2x]\n", r#"{"x-a": ["1.2.3", "1-2", "12e", "1", "2", "1:2x"]}"#),
    ("carriage returns before line feeds", "x-a:\r\n  k: |\r\n    one\r\n    two\r\n  l: \"a\r\n    b\"\r\n", r#"{"x-a": {"k": "one\ntwo\n", "l": "a b"}}"#),
    ("no line break at the end", "x-a: {k: 1}", r#"{"x-a": {"k": 1}}"#),
    ("characters beyond the first plane", "x-é: {\"😀\": ü}\nx-a: 1\n", r#"{"x-é": {"😀": "ü"}, "x-a": 1}"#),
    ("a long key", "x-a:\n  kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk: 1\n", r#"{"x-a": {"kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk": 1}}"#),
    ("indents that differ from map to map", "x-a:\n    k:\n     l:\n                m: 1\n    n: 2\n", r#"{"x-a": {"k": {"l": {"m": 1}}, "n": 2}}"#),
    ("empty values", "x-a:\nx-b: \"\"\nx-c: {}\nx-d: []\nx-e: ~\nx-f:\n  - \n  - 1\n", r#"{"x-a": null, "x-b": "", "x-c": {}, "x-d": [], "x-e": null, "x-f": [null, 1]}"#),
];

#[test]
fn layouts_are_read_like_pyyaml() {
    for (name, text, expected) in LAYOUTS {
        // Diagnostics for the text's start point to the start of the file.
        let (start, rest) = text.split_once("---\n").map_or(("", *text), |(start, rest)| (start, rest));
        let start = if start.is_empty() { String::new() } else { format!("{start}---\n") };
        let document = format!("{start}{HEAD}{rest}");
        let expected: Value = serde_json::from_str(expected).unwrap();
        assert_eq!(extensions(document.as_bytes()), expected, "{name}");
    }
}

/// In YAML 1.2, an anchor may be redefined (PyYAML rejects that, libyaml does not): the last definition applies.
#[test]
fn anchors_are_redefined() {
    let text = format!("{HEAD}x-a: &a 1\nx-b: *a\nx-c: &a 2\nx-d: *a\n");
    assert_eq!(extensions(text.as_bytes()), json!({"x-a": 1, "x-b": 1, "x-c": 2, "x-d": 2}));
}

/// A byte order mark is not part of the text, and identifies UTF-16.
#[test]
fn byte_order_marks_are_recognized() {
    let text = format!("\u{feff}{HEAD}x-a: \u{e9}\u{1f600}\n");
    let expected = json!({"x-a": "\u{e9}\u{1f600}"});
    assert_eq!(extensions(text.as_bytes()), expected);
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(extensions(&little), expected);
    assert_eq!(extensions(&big), expected);
    let json =
        "\u{feff}{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"\", \"version\": \"\"}, \"paths\": {}, \"x-a\": 1}";
    let little: Vec<u8> = json.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(extensions(&little), json!({"x-a": 1}));
}

/// The first diagnostic of a document that is rejected: code, line, column.
fn rejected(bytes: &[u8]) -> (&'static str, usize, usize) {
    let (loaded, diagnostics) = read(bytes);
    assert!(loaded.is_none(), "{:?}", String::from_utf8_lossy(bytes));
    let first = diagnostics.iter().next().unwrap();
    let at = first.location.as_ref().unwrap();
    assert!(at.file().ends_with("openapi.yaml"), "{first:?}");
    (first.code, at.line(), at.column())
}

/// Invalid YAML is rejected at its place.
#[test]
fn invalid_yaml_is_located() {
    let places = [
        ("x-a: {k: 1\n", "bad-yaml", 4, 6),
        ("x-a: \"one\n", "bad-yaml", 4, 6),
        ("x-a: [1}\n", "bad-yaml", 4, 6),
        ("x-a:\n\tk: 1\n", "bad-yaml", 5, 1),
        ("x-a: *b\n", "bad-yaml", 4, 6),
        ("x-a: &a [*a]\n", "bad-yaml", 4, 10),
        ("x-a: b: c\n", "bad-yaml", 4, 7),
        ("x-a: 1\n  x-b: 2\n", "bad-yaml", 5, 6),
        ("---\nx-a: 1\n", "several-documents", 4, 1),
    ];
    let found = places.map(|(text, ..)| rejected(format!("{HEAD}{text}").as_bytes()));
    assert_eq!(found, places.map(|(_, code, line, column)| (code, line, column)));
    assert_eq!(rejected(b""), ("empty", 1, 1));
    assert_eq!(rejected(b"\xef\xbb\xbf# c\n"), ("empty", 1, 1));
    assert_eq!(rejected(&[0xff, 0xfe, b'a']), ("bad-encoding", 1, 1));
    assert_eq!(rejected(b"openapi: 3.0.3\nx: \xc3"), ("bad-encoding", 2, 4));
}

/// For a duplicate key, both places are reported, and the later value applies.
#[test]
fn duplicate_keys_are_reported() {
    let (loaded, diagnostics) = read(format!("{HEAD}x-a:\n  k: 1\n  l: 2\n  \"k\": 3\n").as_bytes());
    assert_eq!(loaded.unwrap().value()["x-a"], json!({"k": 3, "l": 2}));
    let [diagnostic] = diagnostics.iter().collect::<Vec<_>>()[..] else { unreachable!("{diagnostics}") };
    let line = |at: Option<&yundb_generator::diagnostic::Location>| at.map(|at| at.line());
    assert_eq!(diagnostic.code, "duplicate-key");
    assert_eq!(
        (line(diagnostic.location.as_ref()), line(diagnostic.related.first().map(|(at, _)| at))),
        (Some(7), Some(5))
    );
}

/// Infinite or extremely deep documents are rejected before memory or stack is exhausted.
#[test]
fn infinite_documents_are_rejected() {
    let deep = |open: &str, close: &str| format!("{HEAD}x-a: {}1{}\n", open.repeat(100_000), close.repeat(100_000));
    for text in [deep("[", "]"), deep("{a: ", "}"), deep("- ", ""), deep("\"", ""), "[".repeat(100_000)] {
        let (code, line, _) = rejected(text.as_bytes());
        assert!(["too-deep", "bad-yaml"].contains(&code) && line <= 5, "{code} {line}");
    }
    let steps: String = (0..100_000).map(|depth| format!("{}a:\n", " ".repeat(depth.min(300)))).collect();
    assert_eq!(rejected(format!("{HEAD}x-a:\n{steps}").as_bytes()).0, "too-deep");
    let mut laughs = format!("{HEAD}x-a: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("x-{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(rejected(laughs.as_bytes()).0, "bad-yaml");
    let merges: String = (1..40).map(|n| format!("x-{n}: &a{n} {{k: [*a{m}, *a{m}]}}\n", m = n - 1)).collect();
    assert_eq!(rejected(format!("{HEAD}x-0: &a0 {{k: 1}}\n{merges}").as_bytes()).0, "bad-yaml");
}

/// A document with one line of ten megabytes is read, and an error at its end is located.
#[test]
fn a_very_long_line_is_read() {
    let item = "{\"k\":\"0123456789012345678901234567890123456789\",\"l\":[1,2,3,null,true]},";
    let items = item.repeat(10_000_000 / item.len());
    let start = "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"\",\"version\":\"\"},\"paths\":{},\"x-a\":[";
    let (loaded, diagnostics) = read(format!("{start}{items}1]}}").as_bytes());
    assert!(diagnostics.is_empty() && loaded.is_some(), "{diagnostics}");
    let items = item.repeat(1_000_000 / item.len());
    assert_eq!(rejected(format!("{start}{items}1}}").as_bytes()).1, 1);
    assert_eq!(rejected(format!("x-a: {}", "\\".repeat(1_000_000)).as_bytes()), ("not-openapi", 1, 1));
}
