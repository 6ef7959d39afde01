//! Contradictions in schemas: limits that no value meets, and keywords that don't apply to the schema's values.

use std::cmp::Ordering;

use serde_json::Number;

use super::{Checker, schema::belongs};
use crate::{
    diagnostic::Diagnostic,
    load::{Entries, Node, Value, report::nearest, schema::integer},
    pattern::accepts,
};

/// Limits in pairs, with the flag that makes each exclusive.
const PAIRS: [(&str, &str, &str, &str); 4] = [
    ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    ("minLength", "maxLength", "", ""),
    ("minItems", "maxItems", "", ""),
    ("minProperties", "maxProperties", "", ""),
];

/// Formats defined by OpenAPI, JSON Schema and the registry of formats.
const FORMATS: [&str; 45] = [
    "base64url",
    "binary",
    "byte",
    "char",
    "commonmark",
    "date",
    "date-time",
    "date-time-local",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "duration",
    "email",
    "float",
    "hostname",
    "html",
    "http-date",
    "idn-email",
    "idn-hostname",
    "int16",
    "int32",
    "int64",
    "int8",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "media-range",
    "password",
    "regex",
    "relative-json-pointer",
    "sf-string",
    "time",
    "time-local",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "unixtime",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Further formats that are common in practice, and thus no typos.
const FURTHER_FORMATS: [&str; 26] = [
    "base64",
    "cidr",
    "color",
    "cron",
    "datetime",
    "date-only",
    "file",
    "guid",
    "id",
    "int",
    "integer",
    "ip",
    "ip-address",
    "json",
    "long",
    "number",
    "object-id",
    "string",
    "text",
    "time-only",
    "timestamp",
    "uint",
    "ulid",
    "url",
    "uris",
    "urn",
];

impl Checker<'_, '_> {
    /// Reports contradictions in a schema whose keywords are each valid.
    pub(super) fn contradictions(&mut self, entries: &mut Entries) {
        self.crossed_limits(entries);
        self.of_another_type(entries);
        self.format(entries);
        self.default(entries);
    }

    /// A lower limit above the upper one.
    fn crossed_limits(&mut self, entries: &Entries) {
        for (lower, upper, without_lower, without_upper) in PAIRS {
            let (Some(low), Some(high)) = (entries.get(lower), entries.get(upper)) else { continue };
            let excludes = |key: &str| entries.get(key).and_then(|entry| entry.node.as_bool()) == Some(true);
            let crossed = match compare(&low.node, &high.node) {
                Some(Ordering::Greater) => true,
                Some(Ordering::Equal) => excludes(without_lower) || excludes(without_upper),
                _ => false,
            };
            if crossed {
                let message = format!("no value satisfies both `{lower}` and `{upper}`");
                let fault = Diagnostic::error("contradiction", message).at(low.place().clone());
                let fault = fault.label("rejects every value, unless it is sent unchecked");
                self.reporter.fault(fault.note(high.place().clone(), "the other limit"));
            }
        }
    }

    /// Keywords for values of other types have no effect, and are probably a mistake.
    fn of_another_type(&mut self, entries: &mut Entries) {
        let Some(name) = type_of(entries).map(str::to_owned) else { return };
        let composed = ["allOf", "anyOf", "oneOf"].iter().any(|key| entries.contains_key(*key));
        entries.retain(|key, entry| {
            let of = ["string", "number", "array", "object"].into_iter().find(|of| belongs(key, of));
            // A format may be of any type; and the type may be given elsewhere, which is known only after merging.
            let Some(of) = of.filter(|_| !belongs(key, &name) && key != "format" && !composed) else { return true };
            if says_nothing(key, &entry.node) {
                return true;
            }
            let message = format!("`{key}` applies to {}, but the type is `{name}`", values_of(of));
            let fault = Diagnostic::error("other-type", message).at(entry.key.clone()).label("ignored").left_out();
            let help = match (counterpart(key, &name), of) {
                (Some(near), _) => Some(format!("did you mean `{near}`?")),
                (None, "array" | "object") if matches!(key.as_str(), "items" | "properties") => {
                    Some(format!("did you mean `type: {of}`?"))
                }
                _ => None,
            };
            self.reporter.fault(Diagnostic { help, ..fault });
            false
        });
    }

    /// A format that differs by a letter or two from a known one.
    fn format(&mut self, entries: &Entries) {
        let Some(format) = entries.get("format").map(|entry| &entry.node) else { return };
        let Some(name) = format.as_str().filter(|name| !FORMATS.contains(name) && !FURTHER_FORMATS.contains(name))
        else {
            return;
        };
        // `dateTime` and `uuid4` are other spellings, and a string may have any format. The format of a number is its
        // width.
        let letters = |name: &str| name.replace(['-', '_'], "").to_lowercase();
        let words = |name: &str| letters(name).replace(|c: char| c.is_ascii_digit(), "");
        let respelled = |near: &str| words(name) == words(near) && !near.contains("int");
        let near = nearest(name, FORMATS).filter(|near| name.len() > 4 && near.len() > 3 && !respelled(near));
        if let Some(near) = near {
            let message = format!("`{name}` is not a known format");
            let fault = Diagnostic::error("unknown-format", message).at(format.location.clone());
            self.reporter.fault(fault.label("only mentioned in the docs").help(format!("did you mean `{near}`?")));
        }
    }

    /// A default that isn't a valid value.
    fn default(&mut self, entries: &Entries) {
        let Some(default) = entries.get("default").map(|entry| &entry.node) else { return };
        if matches!(default.value, Value::Null) {
            return;
        }
        let why = match type_of(entries) {
            Some(name) if !is_of_type(default, name) => {
                Some(format!("{}, but the type is `{name}`", default.describe()))
            }
            _ => outside(default, entries),
        };
        if let Some(why) = why {
            let fault = Diagnostic::error("bad-default", format!("the default is {why}")).at(default.location.clone());
            self.reporter.fault(fault.label("mentioned in the docs as it is"));
        }
    }
}

/// The type, if there is exactly one.
fn type_of(entries: &Entries) -> Option<&str> {
    entries.get("type")?.node.as_str()
}

/// Whether a value is one of a type.
pub(in crate::load) fn is_of_type(node: &Node, name: &str) -> bool {
    match (name, &node.value) {
        ("string", Value::String(_)) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => true,
        ("integer", Value::Number(number)) => {
            integer(number).is_some() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        ("array", Value::Array(_)) | ("object", Value::Object(_)) => true,
        ("string" | "boolean" | "number" | "integer" | "array" | "object", _) => false,
        _ => true,
    }
}

/// The keyword beside which a value is not valid, in words.
pub(in crate::load) fn outside(value: &Node, entries: &Entries) -> Option<String> {
    let node = |key: &str| entries.get(key).map(|entry| &entry.node);
    if let Some(listed) = node("enum").filter(|listed| !listed.items().any(|one| one == value)) {
        return listed.items().next().map(|_| "not among the values of the `enum`".to_owned());
    }
    let text = value.as_str().map(|text| Node::new(count(text.chars().count()), value.location.clone()));
    let items = value.as_array().map(|items| Node::new(count(items.len()), value.location.clone()));
    let measured = [
        (value.as_number().map(|_| value), "minimum", "maximum"),
        (text.as_ref(), "minLength", "maxLength"),
        (items.as_ref(), "minItems", "maxItems"),
    ];
    for (found, lower, upper) in measured {
        let Some(found) = found else { continue };
        for (key, beyond, exclusive) in
            [(lower, Ordering::Less, "exclusiveMinimum"), (upper, Ordering::Greater, "exclusiveMaximum")]
        {
            let order = node(key).and_then(|limit| compare(found, limit));
            let excluded = || key == "minimum" || key == "maximum";
            let excluded = || excluded() && node(exclusive).and_then(Node::as_bool) == Some(true);
            if order == Some(beyond) || order == Some(Ordering::Equal) && excluded() {
                return Some(format!("outside the `{key}`"));
            }
        }
    }
    let pattern = node("pattern").and_then(Node::as_str);
    if let (Some(pattern), Some(text)) = (pattern, value.as_str())
        && accepts(pattern, text) == Some(false)
    {
        return Some(format!("not matched by the `pattern` `{pattern}`"));
    }
    let step = node("multipleOf").and_then(Node::as_number).and_then(integer).filter(|step| *step != 0);
    match (step, value.as_number().and_then(integer)) {
        (Some(step), Some(number)) if number % step != 0 => Some(format!("not a multiple of {step}")),
        _ => None,
    }
}

fn count(count: usize) -> Value {
    Value::Number(Number::from(count))
}

fn compare(a: &Node, b: &Node) -> Option<Ordering> {
    let (a, b) = (a.as_number()?, b.as_number()?);
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// Whether a keyword has no effect, such as those that tools write with their defaults.
fn says_nothing(key: &str, node: &Node) -> bool {
    // One generator of many documents writes `uniqueItems` beside any type.
    match &node.value {
        _ if key == "uniqueItems" => true,
        Value::Bool(flag) => key == "additionalProperties" || key == "unevaluatedProperties" || !flag,
        Value::Number(number) => key.starts_with("min") && key != "minimum" && number.as_u64() == Some(0),
        Value::Object(entries) => entries.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Null => true,
    }
}

fn values_of(name: &str) -> &'static str {
    match name {
        "string" => "strings",
        "array" => "lists",
        "object" => "objects",
        _ => "numbers",
    }
}

/// The keyword that limits values of the given type as this one limits those of another.
fn counterpart(key: &str, name: &str) -> Option<&'static str> {
    let of = |string, number, array, object| match name {
        "string" => Some(string),
        "integer" | "number" => Some(number),
        "array" => Some(array),
        "object" => Some(object),
        _ => None,
    };
    match key {
        "minimum" | "minLength" | "minItems" | "minProperties" => {
            of("minLength", "minimum", "minItems", "minProperties")
        }
        "maximum" | "maxLength" | "maxItems" | "maxProperties" => {
            of("maxLength", "maximum", "maxItems", "maxProperties")
        }
        _ => None,
    }
}
