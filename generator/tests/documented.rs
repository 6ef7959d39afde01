//! The document's descriptions, defaults, bounds and examples of an item are in the docs of that item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Letters and digits, without case, link targets and punctuation: what remains if only the form of a text changes.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        let target = &rest[at + 2..];
        rest = target.split_once(')').map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    out.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether Markdown or marks of direction in a text are escaped, which changes the text: these have tests of their own.
fn has_marks(words: &str) -> bool {
    ["```", "~~~", "](", "<", "\n\n   ", "\u{202a}", "\u{2066}"].iter().any(|mark| words.contains(mark))
}

/// The docs of all items of a crate, by their names.
#[derive(Default)]
struct Docs {
    by_name: BTreeMap<String, Vec<String>>,
    everything: String,
}

impl Docs {
    fn of(krate: &Path) -> Self {
        let mut docs = Self::default();
        let mut open = vec![krate.join("src")];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).expect("the crate's sources") {
                let path = entry.expect("an entry").path();
                match path.extension() {
                    None => open.push(path),
                    Some(extension) if extension == "rs" => docs.read(&fs::read_to_string(path).expect("a source")),
                    Some(_) => {}
                }
            }
        }
        let readme = fs::read_to_string(krate.join("README.md")).expect("a README");
        docs.everything.push_str(&plain(&readme));
        docs
    }

    fn read(&mut self, source: &str) {
        let (mut words, mut names, mut owner) = (String::new(), Vec::new(), String::new());
        for line in source.lines().map(str::trim) {
            let begins = ["pub struct ", "pub enum ", "impl "].iter().find_map(|start| line.strip_prefix(start));
            if let Some(text) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
                words.push_str(text);
                words.push('\n');
            } else if line.starts_with("#[") {
                names.extend(line.split('"').skip(1).step_by(2).map(plain));
            } else if !words.is_empty() || !names.is_empty() {
                names.extend(line.split('"').skip(1).step_by(2).take(1).map(plain));
                let code = line.split(['"', '(', '{', '<', '=']).next().unwrap_or_default();
                names.extend(code.split(|c: char| !c.is_alphanumeric() && c != '_').map(plain));
                let text = plain(&words);
                for name in names.drain(..).filter(|name| !name.is_empty()) {
                    self.by_name.entry(format!("{owner}{name}")).or_default().push(text.clone());
                    self.by_name.entry(name).or_default().push(text.clone());
                }
                self.everything.push_str(&text);
                self.everything.push('\n');
                words.clear();
            }
            if let Some(name) = begins.and_then(|rest| rest.split([' ', '(', '<']).next()) {
                owner = plain(name);
            }
        }
        self.everything.push_str(&plain(&words));
    }

    /// Whether the docs of an item with one of these names contain this text.
    fn contain(&self, names: &[&str], words: &str) -> bool {
        let words = plain(words);
        // A name that is taken gets a suffix.
        let fits =
            |item: &str| names.iter().map(|name| plain(name)).any(|name| !name.is_empty() && item.starts_with(&name));
        words.is_empty()
            || self.by_name.iter().any(|(item, docs)| fits(item) && docs.iter().any(|text| text.contains(&words)))
    }
}

struct Walk<'a> {
    document: &'a Value,
    docs: &'a Docs,
    ids: BTreeSet<&'a str>,
    checked: usize,
    missing: Vec<String>,
}

impl<'a> Walk<'a> {
    fn expect(&mut self, names: &[&str], at: &str, what: &str, words: &str) {
        if has_marks(words) {
            return;
        }
        self.checked += 1;
        if !self.docs.contain(names, words) {
            self.missing.push(format!("{at}: {what}: {words}"));
        }
    }

    fn anywhere(&mut self, at: &str, words: &str) {
        if has_marks(words) {
            return;
        }
        self.checked += 1;
        if !self.docs.everything.contains(&plain(words)) {
            self.missing.push(format!("{at}: {words}"));
        }
    }

    fn resolve(&self, mut node: &'a Value) -> &'a Value {
        // References may be circular.
        for _ in 0..10 {
            let reference = node.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
            let Some(found) = reference.and_then(|pointer| self.document.pointer(pointer)) else { break };
            node = found;
        }
        node
    }

    /// The facts about a value with a name: a field or a parameter.
    fn value(&mut self, owner: Option<&str>, name: &str, schema: &'a Value, at: &str) {
        // A type that is only a part of others has no fields of its own.
        let of_owner = owner.map(|owner| format!("{owner}::{name}"));
        let is_emitted =
            of_owner.as_ref().is_none_or(|name| self.docs.by_name.keys().any(|key| key.contains(&plain(name))));
        let name = &of_owner.filter(|_| is_emitted).unwrap_or_else(|| name.to_owned());
        let own = schema;
        let schema = self.resolve(schema);
        for node in [own, schema] {
            if let Some(words) = node.get("description").and_then(Value::as_str)
                && !(std::ptr::eq(node, schema) && own.get("description").is_some())
                && schema.get("title").is_none()
                && own.get("$ref").is_none()
            {
                self.expect(&[name], at, "description", words);
            }
        }
        // Shared schemas are visited separately.
        if own.get("$ref").is_none() {
            if is_emitted {
                self.facts(name, schema, at);
            }
            self.schema(None, schema, at);
        }
    }

    fn facts(&mut self, name: &str, schema: &'a Value, at: &str) {
        let secret =
            schema.get("x-sensitive").is_some() || schema.get("format").and_then(Value::as_str) == Some("password");
        // The type has these.
        if schema.get("enum").is_some() || schema.get("prefixItems").is_some() {
            return;
        }
        let bounds = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "multipleOf"];
        for key in bounds {
            if let Some(number) = schema.get(key).filter(|number| number.as_i64().is_some_and(|number| number != 0)) {
                // A minimum of 1 may be expressed in words.
                let in_words = ["empty", "at least one"].iter().any(|words| self.docs.contain(&[name], words));
                if number.as_u64() != Some(1) || !key.starts_with("min") || !in_words {
                    self.expect(&[name], at, key, &number.to_string());
                }
            }
        }
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if let Some(default) = schema.get("default").filter(|default| !default.is_null()) {
            self.expect(&[name], at, "default", &text(default));
        }
        let shown = |example: &&Value| text(example).len() <= 60 && !text(example).contains(['`', '\n']);
        if let Some(example) = schema.get("example").filter(|_| !secret).filter(shown) {
            // Types with the same title may have no other difference.
            let name = name.rsplit("::").next().unwrap_or_default();
            self.expect(&[name], at, "example", &text(example));
        }
    }

    /// The facts within a schema.
    fn schema(&mut self, owner: Option<&str>, schema: &'a Value, at: &str) {
        // A title that a shared type has, too, is that type's name; and a type that is only merged into others has no
        // docs.
        let taken = |title: &&str| self.document.pointer(&format!("/components/schemas/{title}")).is_none();
        let titled = schema.get("title").and_then(Value::as_str).filter(taken);
        let owner = titled.or(owner).filter(|owner| self.docs.by_name.contains_key(&plain(owner)));
        if schema.get("$ref").is_some() {
            return;
        }
        for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
            self.value(owner, name, property, &format!("{at}.{name}"));
        }
        for key in ["items", "additionalProperties", "x-json"] {
            if let Some(inner) = schema.get(key).filter(|inner| inner.is_object()) {
                self.schema(None, inner, &format!("{at}.{key}"));
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.schema(None, part, &format!("{at}.{key}"));
            }
        }
        for (value, words) in schema.get("x-enumDescriptions").and_then(Value::as_object).into_iter().flatten() {
            self.anywhere(&format!("{at}={value}"), words.as_str().unwrap_or_default());
        }
    }

    fn operation(&mut self, operation: &'a Value, at: &str) {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
        if id.is_empty() || !self.ids.insert(id) {
            // The name is derived from method and path.
            for key in ["summary", "description"] {
                self.anywhere(at, operation.get(key).and_then(Value::as_str).unwrap_or_default());
            }
            return;
        }
        for key in ["summary", "description"] {
            if let Some(words) = operation.get(key).and_then(Value::as_str) {
                self.expect(&[id], at, key, words);
            }
        }
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let parameter = self.resolve(parameter);
            let (Some(name), words) = (parameter.get("name").and_then(Value::as_str), parameter.get("description"))
            else {
                continue;
            };
            let words = words.and_then(Value::as_str).unwrap_or_default();
            let at = format!("{at}.{name}");
            // OpenAPI defines these elsewhere.
            if ["accept", "content-type", "authorization"].contains(&name.to_ascii_lowercase().as_str()) {
                continue;
            }
            if parameter.get("x-client").is_some() {
                self.anywhere(&at, words);
                continue;
            }
            // Arguments are in the docs of the method.
            self.expect(&[name, id], &at, "description", words);
            if let Some(schema) = parameter.get("schema") {
                self.schema(None, schema, &at);
            }
        }
        let bodies = operation.pointer("/requestBody").map(|body| self.resolve(body)).into_iter();
        let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        for (status, response) in responses {
            let words = self.resolve(response).get("description").and_then(Value::as_str);
            self.anywhere(&format!("{at} {status}"), words.unwrap_or_default());
        }
        let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
        let contents = bodies.chain(responses.map(|(_, response)| self.resolve(response))).collect::<Vec<_>>();
        for content in contents.into_iter().filter_map(|body| body.get("content").and_then(Value::as_object)) {
            for media in content.values() {
                if let Some(schema) = media.get("schema") {
                    self.schema(None, schema, at);
                }
            }
        }
    }
}

fn walk(spec: &Path, krate: &Path) -> (usize, Vec<String>) {
    let settings = yundb_generator::Settings::beside(spec).expect("settings");
    let bundled = yundb_generator::bundle(spec, &settings.choices, true).expect("a document");
    let document: Value = serde_json::from_str(&bundled.text).expect("JSON");
    let docs = Docs::of(krate);
    let mut walk = Walk { document: &document, docs: &docs, ids: BTreeSet::new(), checked: 0, missing: Vec::new() };
    walk.anywhere("info", document.pointer("/info/description").and_then(Value::as_str).unwrap_or_default());
    for tag in document.get("tags").and_then(Value::as_array).into_iter().flatten() {
        walk.anywhere("tags", tag.get("description").and_then(Value::as_str).unwrap_or_default());
    }
    for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for (method, operation) in
            item.as_object().into_iter().flatten().filter(|(_, it)| it.get("responses").is_some())
        {
            walk.operation(operation, &format!("{method} {path}"));
        }
    }
    for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten() {
        if let Some(words) = schema.get("description").and_then(Value::as_str) {
            walk.anywhere(name, words);
        }
        walk.schema(Some(name), schema, name);
    }
    (walk.checked, walk.missing)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn facts_of_specs_are_in_the_docs_of_their_items() {
    let (mut checked, mut missing) = (0, Vec::new());
    for entry in fs::read_dir(root().join("specs")).expect("specs") {
        let spec = entry.expect("an entry").path();
        let Some(name) = spec.file_name().filter(|_| spec.join("openapi.yaml").exists()) else { continue };
        let (count, lost) = walk(&spec, &root().join("generated").join(name));
        checked += count;
        missing.extend(lost.into_iter().map(|lost| format!("{}: {lost}", name.display())));
    }
    assert!(checked > 4_500, "{checked}");
    assert!(missing.is_empty(), "{} of {checked}:\n{}", missing.len(), missing.join("\n"));
}

#[test]
fn facts_of_fixtures_are_in_the_docs_of_their_items() {
    let (mut checked, mut missing) = (0, Vec::new());
    for entry in fs::read_dir(root().join("tests/fixtures")).expect("fixtures") {
        let folder = entry.expect("an entry").path();
        let Some(name) = folder.file_name().filter(|_| folder.join("client/src").exists()) else { continue };
        let (count, mut lost) = walk(&folder.join("openapi.yaml"), &folder.join("client"));
        // Narrowed to an enum in each type derived from it.
        lost.retain(|lost| !lost.starts_with("Ranked.state: maxLength"));
        checked += count;
        missing.extend(lost.into_iter().map(|lost| format!("{}: {lost}", name.display())));
    }
    assert!(checked > 500, "{checked}");
    assert!(missing.is_empty(), "{} of {checked}:\n{}", missing.len(), missing.join("\n"));
}
