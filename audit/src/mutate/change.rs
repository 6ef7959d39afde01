//! The kinds of changes.

use std::collections::{HashMap, HashSet};

use yundb_generator::load::{Node, Value};

use super::place::{self, Place};
use crate::{
    compare, extract,
    fact::{Detail, Facts, Field, Operation},
};

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Renamed,
    Type,
    Required,
    FieldDeleted,
    ValueRemoved,
    ValueAdded,
    Narrower,
    Wider,
    Changed(&'static str),
    Removed(&'static str),
    SampleValue,
    SampleKey,
    Condition,
    About,
    Unit,
    Section,
    SdkName,
    Permission,
    Endpoint,
    Code,
    CodeStatus,
    Edition,
}

/// Why a fact of a spec is none of the document, so that changing it contradicts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The document has nothing about the field.
    Unnamed,
    /// The spec has it on its own, with a reason.
    Invented,
    /// No section shows a failure.
    Failure,
    /// No table gives the type.
    Untyped,
    /// Only the description shows that a field is a secret.
    Unnoted,
    /// The code has no status.
    Statusless,
}

impl Rule {
    /// All rules.
    pub const ALL: [Self; 6] =
        [Self::Unnamed, Self::Invented, Self::Failure, Self::Untyped, Self::Unnoted, Self::Statusless];

    /// The rule in words, after `a kind of fact is only`.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unnamed => "in a field that no table and no sample of the operations that use the file names",
            Self::Invented => "in a parameter, field or sample that the document lacks, as an x-errata entry explains",
            Self::Failure => "in the body of a failure, of which these operations show none",
            Self::Untyped => "a type that no table gives, or the width of an integer that only samples have",
            Self::Unnoted => "a secret by its description, not by its name: no word of the row shows it",
            Self::Statusless => "the status of a code that the document lists without one",
        }
    }
}

/// The numeric keywords, each with the names of its two changes.
const NUMBERS: [(&str, &str, &str); 7] = [
    ("minimum", "minimum changed", "minimum removed"),
    ("maximum", "maximum changed", "maximum removed"),
    ("minLength", "minLength changed", "minLength removed"),
    ("maxLength", "maxLength changed", "maxLength removed"),
    ("minItems", "minItems changed", "minItems removed"),
    ("maxItems", "maxItems changed", "maxItems removed"),
    ("multipleOf", "multipleOf changed", "multipleOf removed"),
];
/// Further keywords.
const OTHERS: [(&str, &str, &str); 5] = [
    ("default", "default changed", "default removed"),
    ("example", "example changed", "example removed"),
    ("pattern", "", "pattern removed"),
    ("x-sensitive", "", "x-sensitive removed"),
    ("x-pagination", "", "x-pagination removed"),
];

impl Kind {
    /// Kinds of changes that no operation shows.
    pub const OF_SERVICE: [Self; 4] = [Self::Endpoint, Self::Code, Self::CodeStatus, Self::Edition];

    pub const ALL: [Self; 37] = [
        Self::Renamed,
        Self::Type,
        Self::Required,
        Self::FieldDeleted,
        Self::ValueRemoved,
        Self::ValueAdded,
        Self::Narrower,
        Self::Wider,
        Self::Changed("minimum"),
        Self::Removed("minimum"),
        Self::Changed("maximum"),
        Self::Removed("maximum"),
        Self::Changed("minLength"),
        Self::Removed("minLength"),
        Self::Changed("maxLength"),
        Self::Removed("maxLength"),
        Self::Changed("minItems"),
        Self::Removed("minItems"),
        Self::Changed("maxItems"),
        Self::Removed("maxItems"),
        Self::Changed("multipleOf"),
        Self::Removed("multipleOf"),
        Self::Changed("default"),
        Self::Removed("default"),
        Self::Changed("example"),
        Self::Removed("example"),
        Self::Removed("pattern"),
        Self::Removed("x-sensitive"),
        Self::Removed("x-pagination"),
        Self::SampleValue,
        Self::SampleKey,
        Self::Condition,
        Self::About,
        Self::Unit,
        Self::Section,
        Self::SdkName,
        Self::Permission,
    ];

    pub fn name(self) -> &'static str {
        let all = || NUMBERS.iter().chain(&OTHERS);
        match self {
            Self::Renamed => "parameter renamed",
            Self::Type => "type",
            Self::Required => "required",
            Self::FieldDeleted => "field deleted",
            Self::ValueRemoved => "enum value removed",
            Self::ValueAdded => "enum value added",
            Self::Narrower => "int64 narrowed",
            Self::Wider => "int32 widened",
            Self::Changed(key) => all().find(|(known, ..)| *known == key).map_or(key, |(_, changed, _)| changed),
            Self::Removed(key) => all().find(|(known, ..)| *known == key).map_or(key, |(.., removed)| removed),
            Self::SampleValue => "sample value changed",
            Self::SampleKey => "sample key removed",
            Self::Condition => "condition's field removed from description",
            Self::About => "number changed in an operation's description",
            Self::Unit => "unit changed in description",
            Self::Section => "section",
            Self::SdkName => "x-sdk-name",
            Self::Permission => "x-permission",
            Self::Endpoint => "endpoint",
            Self::Code => "error code removed",
            Self::CodeStatus => "status of an error code",
            Self::Edition => "edition",
        }
    }

    /// Whether a place may be changed in this way.
    pub fn applies(self, root: &Node, place: &Place, hints: &Hints<'_>) -> bool {
        let Some((last, parents)) = place.tokens.split_last() else { return false };
        let (Some(node), Some(parent)) = (place::node(root, &place.tokens), place::node(root, parents)) else {
            return false;
        };
        let key = last.as_str();
        let before = parents.last().map(String::as_str).unwrap_or_default();
        let in_sample = sample_of(&place.tokens).is_some();
        let in_value = in_sample || parents.iter().any(|token| matches!(token.as_str(), "example" | "examples"));
        // A property may have the name of a keyword.
        let is_keyword = !in_value && before != "properties" && parent.as_object().is_some();
        let is_schema = parent.get("type").and_then(Node::as_str).is_some();
        match self {
            Self::Renamed => {
                is_keyword && key == "name" && parent.get("in").is_some() && parent.get("x-client").is_none()
            }
            Self::Type => {
                is_keyword
                    && key == "type"
                    && matches!(node.as_str(), Some("string" | "integer" | "number" | "boolean"))
                    && parent.get("x-json").is_none()
                    && parent.get("in").is_none()
            }
            Self::Required => {
                is_keyword
                    && key == "required"
                    && (node.as_bool() == Some(true)
                        && parent.get("x-client").is_none()
                        && parent.get("in").is_some_and(|it| it.as_str() != Some("path")))
            }
            Self::FieldDeleted => is_keyword && key == "properties" && node.entries().next().is_some(),
            Self::ValueRemoved | Self::ValueAdded => {
                is_keyword && key == "enum" && node.as_array().is_some() && parent.get("x-enumStatus").is_none()
            }
            Self::Narrower => is_keyword && key == "format" && node.as_str() == Some("int64"),
            Self::Wider => is_keyword && key == "format" && node.as_str() == Some("int32"),
            Self::Changed("example") | Self::Removed("example") => {
                // The example of a parameter or schema, not a property of that name.
                let own = !in_sample && before != "properties" && before != "value" && parent.as_object().is_some();
                let stated = node.is_scalar() && hints.sampled.values.contains(&scalar(node));
                key == "example" && own && !(self == Self::Removed("example") && stated)
            }
            Self::Changed(keyword) => is_keyword && key == keyword && is_schema && node.is_scalar(),
            Self::Removed(keyword) if keyword.starts_with("x-") => is_keyword && key == keyword,
            // A fact that the description or a sample also states is not lost.
            Self::Removed(keyword) => {
                let known = keyword != "pattern" || hints.sets.contains(owner(root, parents));
                is_keyword && key == keyword && is_schema && known && !is_restated(root, parents, node)
            }
            Self::SampleValue => {
                in_sample
                    && node.is_scalar()
                    && !matches!(node.value, Value::Null)
                    && parent.as_object().is_some()
                    && key != "value"
                    || sample_of(&place.tokens).is_some_and(|depth| depth == place.tokens.len()) && node.is_scalar()
            }
            Self::SampleKey => {
                in_sample
                    && parent.as_object().is_some()
                    && sample_of(&place.tokens).is_some_and(|depth| depth + 1 == place.tokens.len())
            }
            Self::Condition => {
                is_keyword
                    && key == "description"
                    && hints.condition(name_of(parents, parent), node.as_str().unwrap_or_default()).is_some()
            }
            Self::Unit => {
                is_keyword
                    && key == "description"
                    && hints
                        .unit(name_of(parents, parent), node.as_str().unwrap_or_default())
                        .is_some_and(|(unit, _)| !has_in_parts(root, parent, &unit))
            }
            Self::About => {
                key == "description"
                    && matches!(parents, [paths, _, _] if paths == "paths")
                    && hints.number(node.as_str().unwrap_or_default()).is_some_and(|number| {
                        let others = parent.entries().filter(|(other, _)| *other != key);
                        !others.map(|(_, entry)| entry.node.to_json().to_string()).any(|text| has_word(&text, &number))
                    })
            }
            Self::Section => is_keyword && key == "section" && before == "x-doc",
            Self::Permission => is_keyword && key == "x-permission" && node.as_str().is_some(),
            Self::Endpoint => key == "url" && parents.first().is_some_and(|first| first == "servers"),
            Self::Code => key == "enum" && parent.get("x-enumStatus").is_some(),
            Self::CodeStatus => before == "x-enumStatus",
            Self::Edition => before == "x-doc" && key == "edition" && parents.len() == 1,
            Self::SdkName => {
                is_keyword && key == "x-sdk-name" && place.tokens.get(1).is_some_and(|path| path.contains("Action="))
            }
        }
    }

    /// Why the document does not have the kind of fact at a place at all. None if it has.
    pub fn unstated(self, root: &Node, place: &Place, documented: &Facts, hints: &Hints<'_>) -> Option<Rule> {
        let named = || place::owners(root, &place.tokens).last();
        let (stated, rule) = match self {
            // No sample shows how wide a small number may be.
            Self::Wider => (hints.has_type(place, root) == Some(true), Rule::Untyped),
            Self::Type | Self::Narrower => (hints.has_type(place, root) != Some(false), Rule::Untyped),
            Self::Removed("x-sensitive") => (named().is_none_or(|(name, _)| compare::is_secret(name)), Rule::Unnoted),
            Self::CodeStatus => {
                let code = place.tokens.last().map(String::as_str).unwrap_or_default();
                (documented.codes.iter().any(|it| it.code == code && it.status.is_some()), Rule::Statusless)
            }
            _ => return None,
        };
        (!stated).then_some(rule)
    }

    /// Changes a member of a node.
    pub fn change(self, parent: &mut Node, key: &str, place: &Place, hints: &Hints<'_>) -> bool {
        let parents = place.tokens.split_last().map_or(&[][..], |(_, parents)| parents);
        let owner = name_of(parents, parent).to_owned();
        if let Self::Removed(_) | Self::SampleKey = self {
            return parent.as_object_mut().is_some_and(|members| members.shift_remove(key).is_some());
        }
        if self == Self::Required {
            return parent.as_object_mut().is_some_and(|members| members.shift_remove(key).is_some());
        }
        let Some(node) = place::node_mut(parent, &[key.to_owned()]) else { return false };
        match self {
            Self::Renamed | Self::Section | Self::SdkName | Self::Permission | Self::Edition => {
                let text = scalar(node);
                node.value = Value::String(format!("{text}9"));
            }
            Self::Type => {
                let other = if node.as_str() == Some("string") { "boolean" } else { "string" };
                node.value = Value::String(other.to_owned());
            }
            Self::FieldDeleted => {
                let members = node.as_object_mut();
                return members.is_some_and(|members| members.shift_remove_index(0).is_some());
            }
            Self::Endpoint => {
                let text = node.as_str().unwrap_or_default();
                node.value = Value::String(text.replace("com", "example"));
            }
            Self::CodeStatus => node.value = Value::Number(418.into()),
            Self::ValueRemoved | Self::Code => return node.as_array_mut().is_some_and(|items| items.pop().is_some()),
            Self::ValueAdded => {
                let Some(items) = node.as_array_mut() else { return false };
                let Some(last) = items.last() else { return false };
                let value = match &last.value {
                    Value::Number(_) => Value::Number(98_765.into()),
                    _ => Value::String("invented".to_owned()),
                };
                items.push(Node::new(value, last.location.clone()));
            }
            Self::Narrower => node.value = Value::String("int32".to_owned()),
            Self::Wider => node.value = Value::String("int64".to_owned()),
            Self::Changed(_) | Self::SampleValue => node.value = other_value(&node.value),
            Self::Condition | Self::Unit | Self::About => {
                let text = node.as_str().unwrap_or_default().to_owned();
                let found = match self {
                    Self::Condition => hints.condition(&owner, &text).map(|(old, new)| text.replace(&old, &new)),
                    Self::About => hints.number(&text).map(|number| text.replace(&number, "many")),
                    _ => hints.unit(&owner, &text).map(|(old, new)| text.replace(&old, &new)),
                };
                let Some(text) = found else { return false };
                node.value = Value::String(text);
            }
            Self::Removed(_) | Self::SampleKey | Self::Required => {}
        }
        true
    }
}

/// The numbers that the document's text on an operation has, and no field.
fn numbers(operation: &Operation) -> Vec<String> {
    let of_field =
        |number: &&String| operation.fields().flat_map(|field| &field.details).any(|it| it.value == **number);
    operation.about.iter().filter(|number| !of_field(number)).cloned().collect()
}

/// Whether a text has a number as a word.
fn has_word(text: &str, number: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || c == '"').any(|word| word.trim_end_matches(['.', ',']) == number)
}

/// A name without case and punctuation.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Another value of the same type.
fn other_value(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => Value::Bool(!flag),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Number((number + 7_001).into()),
            None => Value::Number(70_017.into()),
        },
        Value::String(text) if text.parse::<i64>().is_ok() => Value::String(format!("7{text}7")),
        Value::String(_) => Value::String("something else".to_owned()),
        other => other.clone(),
    }
}

/// The depth of the value of a sample (`examples.sample.value`) that a way leads into.
fn sample_of(tokens: &[String]) -> Option<usize> {
    let at = tokens
        .windows(3)
        .position(|three| three[0] == "examples" && three[1].starts_with("sample") && three[2] == "value")?;
    Some(at + 3)
}

/// The name of the parameter or property whose schema a node is.
fn owner<'a>(root: &'a Node, parents: &'a [String]) -> &'a str {
    match parents {
        [.., properties, name] if properties == "properties" => name,
        [parameter @ .., schema] if schema == "schema" => {
            place::node(root, parameter).and_then(|node| node.get("name")?.as_str()).unwrap_or_default()
        }
        _ => "",
    }
}

/// Whether the nearest description has the value of a keyword, or another keyword implies it.
fn is_restated(root: &Node, parents: &[String], value: &Node) -> bool {
    let value = scalar(value);
    let texts = (0..4).filter_map(|up| {
        let node = place::node(root, parents.get(..parents.len().checked_sub(up)?)?)?;
        Some(node.get("description")?.as_str()?.to_owned())
    });
    let implied = place::node(root, parents).is_some_and(|node| node.get("enum").is_some());
    implied
        || texts.into_iter().any(|text| {
            let has = |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == value);
            has(&text.replace(',', "")) || has(&text) || matches!(value.as_str(), "0" | "1")
        })
}

/// Whether the description of a schema that a node consists of has a word, too.
fn has_in_parts(root: &Node, node: &Node, word: &str) -> bool {
    let parts = node.get("allOf").into_iter().flat_map(Node::items);
    let targets = parts.filter_map(|part| place::target(root, part.get("$ref")?.as_str()?));
    targets.filter_map(|target| target.get("description")?.as_str()).any(|text| text.contains(word))
}

fn scalar(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.clone(),
        _ => node.to_json().to_string(),
    }
}

/// The name of the parameter or property that a node describes.
fn name_of<'a>(parents: &'a [String], node: &'a Node) -> &'a str {
    match node.get("in").and(node.get("name")).and_then(Node::as_str) {
        Some(name) => name,
        None => match parents {
            [.., properties, name] if properties == "properties" => name,
            _ => "",
        },
    }
}

/// The facts of the document by field name: only changes of these can be detected.
pub(super) struct Hints<'a> {
    conditions: HashSet<(String, String)>,
    units: HashSet<(String, String)>,
    /// The fields with a set of characters.
    sets: HashSet<String>,
    /// The numbers in the texts about operations.
    numbers: Vec<String>,
    /// The names of all fields in tables and samples.
    names: HashSet<String>,
    /// The names of fields in tables, each with whether it is one of a response, and whether a table gives its type.
    typed: HashMap<(String, bool), bool>,
    /// The contents of the spec's samples.
    sampled: &'a Sampled,
}

/// The contents of a spec's samples.
#[derive(Default)]
pub(super) struct Sampled {
    values: HashSet<String>,
}

impl Sampled {
    pub fn new(root: &Node, places: &[Place]) -> Self {
        let samples = places.iter().filter(|place| sample_of(&place.tokens).is_some());
        let values = samples.filter_map(|place| place::node(root, &place.tokens)).filter(|node| node.is_scalar());
        Self { values: values.map(scalar).collect() }
    }
}

impl<'a> Hints<'a> {
    pub fn new(documented: &[Operation], sampled: &'a Sampled) -> Self {
        let mut hints = Self {
            conditions: HashSet::new(),
            units: HashSet::new(),
            sets: HashSet::new(),
            numbers: documented.iter().flat_map(numbers).collect(),
            names: HashSet::new(),
            typed: HashMap::new(),
            sampled,
        };
        for operation in documented {
            let names = operation.fields().map(|field| field.name.as_str());
            let sampled = operation.samples.iter().flat_map(|sample| &sample.keys).map(String::as_str);
            let values = operation.samples.iter().flat_map(|sample| &sample.values).chain(&operation.sent);
            let values = values.map(|(_, value)| value);
            let examples = operation.fields().flat_map(|field| &field.details).map(|stated| &stated.value);
            let json = values.chain(examples).filter_map(|text| serde_json::from_str::<serde_json::Value>(text).ok());
            let json: Vec<String> = json.flat_map(|json| extract::sample::keys(&json)).collect();
            let names = names.chain(sampled).chain(json.iter().map(String::as_str));
            hints.names.extend(names.flat_map(|name| name.split('.')).map(plain));
            let of_response: HashSet<*const Field> = operation
                .responses
                .iter()
                .flat_map(|response| response.shape.fields.iter().chain(response.shape.types.values().flatten()))
                .map(std::ptr::from_ref)
                .collect();
            operation.fields().for_each(|field| hints.add(field, of_response.contains(&std::ptr::from_ref(field))));
        }
        hints
    }

    /// Whether the document has the field that a place is in.
    pub fn names(&self, place: &Place, root: &Node) -> bool {
        let named = place::owners(root, &place.tokens).filter(|(name, _)| !name.starts_with("sample")).last();
        named.is_none_or(|(name, _)| name.split('.').all(|name| self.names.contains(&plain(name))))
    }

    /// Whether a table gives the type of the field that a place is in. None if no table has the field.
    fn has_type(&self, place: &Place, root: &Node) -> Option<bool> {
        let (name, _) = place::owners(root, &place.tokens).last()?;
        let is = |part: &str| place.tokens.iter().any(|token| token == part);
        let sides = match is("responses") {
            true => &[true][..],
            false if is("parameters") || is("requestBody") => &[false],
            false => &[false, true],
        };
        let known = sides.iter().filter_map(|side| self.typed.get(&(name.to_owned(), *side)));
        known.copied().reduce(|before, more| before || more)
    }

    fn add(&mut self, field: &Field, of_response: bool) {
        *self.typed.entry((field.name.clone(), of_response)).or_default() |= field.ty.is_some();
        for stated in &field.details {
            match stated.detail {
                Detail::Condition => {
                    let name = stated.value.rsplit_once(' ').map_or("", |(name, _)| name);
                    self.conditions.insert((field.name.clone(), name.to_owned()));
                }
                Detail::Characters | Detail::Forbidden => drop(self.sets.insert(field.name.clone())),
                Detail::Unit => drop(self.units.insert((field.name.clone(), stated.value.clone()))),
                _ => {}
            }
        }
    }

    /// A code span with a name that the document's text on the field mentions, and its replacement.
    fn condition(&self, owner: &str, description: &str) -> Option<(String, String)> {
        let mut names: Vec<&String> =
            self.conditions.iter().filter(|(field, _)| field == owner).map(|(_, name)| name).collect();
        names.sort();
        let name = names.into_iter().find(|name| description.contains(&format!("`{name}`")))?;
        Some((format!("`{name}`"), "another".to_owned()))
    }

    /// A number that the document's text on an operation has.
    fn number(&self, description: &str) -> Option<String> {
        self.numbers.iter().find(|number| has_word(description, number)).cloned()
    }

    /// A word for the unit that the document has for the field, and its replacement.
    fn unit(&self, owner: &str, description: &str) -> Option<(String, String)> {
        let mut units: Vec<&String> =
            self.units.iter().filter(|(field, _)| field == owner).map(|(_, unit)| unit).collect();
        units.sort();
        let unit = units
            .into_iter()
            .find(|unit| description.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == *unit))?;
        Some((unit.clone(), "fortnights".to_owned()))
    }
}
