//! Checks the bundled document against the grammar of OpenAPI, fixes what can be fixed, and reports every problem.
//!
//! The result fits `openapiv3`. An invalid part is left out with the smallest unit that keeps its meaning without it:
//! annotations, parameters and responses alone, an essential part of a parameter with the whole parameter.

mod contradictions;
mod cycles;
mod extensions;
mod media_types;
mod operations;
mod parts;
mod scalars;
mod schema;

pub(super) use contradictions::{is_of_type, outside};
pub(crate) use extensions::ERROR_CATEGORIES;
pub(crate) use operations::{bare, placeholders};
pub(crate) use parts::MUTUAL_TLS;

use std::collections::HashSet;
use std::rc::Rc;

use super::{
    Entries, Entry, Node, Value,
    envelope::sent,
    grammar::{Field, Kind, Need, Shape},
    reason::Reason,
    report::{Reporter, ignored_sibling, nearest},
};
use crate::diagnostic::{Diagnostic, Location};

/// Fixes the document, which is `newer` than OpenAPI 3.0 or not.
pub(super) fn check(root: &mut Node, newer: bool, reporter: &mut Reporter<'_>) {
    let mut checker = Checker { reporter, newer, known: HashSet::new(), operation: None, culprit: None };
    checker.document(root);
    cycles::check(root, checker.reporter);
    operations::check(root, checker.reporter);
}

struct Checker<'a, 'd> {
    reporter: &'a mut Reporter<'d>,
    /// Whether the document is of OpenAPI 3.1 or later.
    newer: bool,
    /// The `$ref`s that have a target.
    known: HashSet<String>,
    /// The current operation, in words.
    operation: Option<Rc<str>>,
    /// The first essential part of the current object that is invalid.
    culprit: Option<(Location, &'static str)>,
}

impl Checker<'_, '_> {
    fn document(&mut self, root: &mut Node) {
        // An operation can only be judged once it is known which components are valid.
        if let Some(components) = root.get_mut("components") {
            self.components(components);
        }
        self.dialect(root.get("jsonSchemaDialect"));
        self.object(root, Kind::Document, &root.location.clone());
    }

    /// Reports schemas in an unknown dialect.
    fn dialect(&mut self, named: Option<&Node>) {
        let Some((node, text)) = named.and_then(|node| Some((node, node.as_str()?))) else { return };
        const KNOWN: [&str; 4] = [
            "https://spec.openapis.org/oas/3.1/dialect/",
            "https://spec.openapis.org/oas/3.2/dialect/",
            "https://json-schema.org/draft/",
            "http://json-schema.org/draft-",
        ];
        if !KNOWN.iter().any(|known| text.starts_with(known)) {
            let message = format!("unknown schema dialect `{text}`");
            let diagnostic = Diagnostic::warning("dialect", message).at(node.location.clone()).left_out();
            self.reporter.push(diagnostic.label("read as the dialect of OpenAPI 3.1"));
        }
    }

    fn components(&mut self, components: &mut Node) {
        // In this order each section refers only to itself and to earlier ones.
        const SECTIONS: [&str; 8] =
            ["schemas", "examples", "headers", "links", "parameters", "requestBodies", "responses", "securitySchemes"];
        for section in SECTIONS {
            let Some(entries) = components.get(section).and_then(Node::as_object) else { continue };
            let reference = |name: &String| format!("#/components/{section}/{name}");
            self.known.extend(entries.keys().map(reference));
        }
        for section in SECTIONS {
            let kind = Kind::Components.field(section).map(|field| field.shape);
            let Some(Shape::Map(Shape::Object(kind))) = kind else { continue };
            let Some(entries) = components.get_mut(section).and_then(Node::as_object_mut) else { continue };
            loop {
                let before = entries.len();
                entries.retain(|name, entry| {
                    let reported = self.reporter.count();
                    let holds = self.object(&mut entry.node, *kind, &entry.key);
                    if !holds {
                        self.reporter.covers(reported, &entry.key);
                        self.reporter.means(reported, &format!("`{name}` is left out because of this"));
                        self.known.remove(&format!("#/components/{section}/{name}"));
                    }
                    holds
                });
                // Aliases of components that were left out go too.
                if entries.len() == before {
                    break;
                }
            }
        }
    }

    /// Whether a value has the required shape. `name` and `place` identify it for messages; a list or map that isn't
    /// `whole` loses its invalid parts only.
    fn value(&mut self, node: &mut Node, shape: Shape, name: &str, place: &Location, whole: bool) -> bool {
        match shape {
            Shape::Any => true,
            Shape::Text => self.text(node, name),
            Shape::Flag => self.flag(node, name),
            Shape::Number => self.number(node, name),
            Shape::Count => self.count(node, name),
            Shape::Object(kind) => self.object(node, kind, place),
            Shape::SchemaOrFlag => node.as_bool().is_some() || self.object(node, Kind::Schema, place),
            Shape::List(inner) => {
                let Value::Array(items) = &mut node.value else { return self.wrong(node, shape, name) };
                let count = items.len();
                items.retain_mut(|item| {
                    let place = item.location.clone();
                    self.part(
                        &place,
                        !whole,
                        || format!("one of `{name}`"),
                        |checker| checker.value(item, *inner, name, &place, whole),
                    )
                });
                !whole || items.len() == count
            }
            Shape::Map(inner) => {
                if unresolved(node) {
                    self.blame_reference(node);
                    return false;
                }
                let Value::Object(entries) = &mut node.value else { return self.wrong(node, shape, name) };
                let count = entries.len();
                entries.retain(|key, entry| {
                    if *inner == Shape::Object(Kind::Operation) {
                        let field = Field { name: "", shape: *inner, need: Need::Optional };
                        return self.field(key, entry, Kind::PathItem, field);
                    }
                    if *inner == Shape::Object(Kind::MediaType) {
                        self.media_type(key, &entry.key);
                    }
                    if *inner == Shape::Object(Kind::Header) && !self.header_name(key, &entry.key) {
                        return false;
                    }
                    if matches!((&entry.node.value, *inner), (Value::Null, Shape::List(_))) {
                        let message = format!("`{key}` must be a list, but is null");
                        self.fixed("wrong-type", message, &entry.key, "read as an empty one");
                        entry.node.value = Vec::new().into();
                    }
                    let place = entry.key.clone();
                    self.part(
                        &place,
                        !whole,
                        || format!("`{key}`"),
                        |checker| checker.value(&mut entry.node, *inner, key, &place, whole),
                    )
                });
                !whole || entries.len() == count
            }
        }
    }

    /// Whether an object is valid, after its invalid optional parts are left out.
    fn object(&mut self, node: &mut Node, kind: Kind, place: &Location) -> bool {
        if kind == Kind::Schema {
            return self.schema(node, place);
        }
        if node.as_object().is_none() {
            return self.wrong(node, Shape::Object(kind), "");
        }
        if let Some(text) = node.get("$ref").and_then(Node::as_str) {
            if !self.leads_to(text, kind) {
                self.blame_reference(node);
                return false;
            }
            return self.lone_ref(node, kind);
        }
        self.fix(node, kind, place);
        let all_there = self.required(node, kind, place);
        let fields_hold = self.fields(node, kind);
        fields_hold && all_there && self.fits(node, kind, place)
    }

    /// Whether a `$ref` leads to a component of the required kind.
    fn leads_to(&self, text: &str, kind: Kind) -> bool {
        let place = text.strip_prefix("#/components/").and_then(|rest| rest.split_once('/'));
        place.is_some_and(|(section, _)| kind.section() == Some(section)) && self.known.contains(text)
    }

    /// In OpenAPI 3.0 siblings of a `$ref` have no effect, and `openapiv3` drops them.
    fn lone_ref(&mut self, node: &mut Node, kind: Kind) -> bool {
        let Some(entries) = node.as_object_mut() else { return true };
        entries.retain(|key, entry| {
            if key != "$ref" && !key.starts_with("x-") {
                self.reporter.push(ignored_sibling(key, kind, &entry.key));
            }
            key == "$ref"
        });
        true
    }

    /// Whether all essential fields of an object are valid.
    fn fields(&mut self, node: &mut Node, kind: Kind) -> bool {
        let mut holds = true;
        let Some(entries) = node.as_object_mut() else { return false };
        extensions::check(entries, kind, self.reporter);
        entries.retain(|key, entry| {
            let Some(field) = kind.field(key) else {
                // `lower` reports unknown keys of schemas, where they are still present.
                return !self.unknown(key, entry, kind) || kind != Kind::Schema;
            };
            // A null value counts as absent; many tools emit one.
            if matches!(entry.node.value, Value::Null) && field.shape != Shape::Any {
                return false;
            }
            // Components were checked already.
            let elsewhere = ["callbacks", "pathItems", "mediaTypes"].contains(&key.as_str());
            if kind == Kind::Components && field.shape != Shape::Any && !elsewhere {
                return entry.node.as_object().is_some() || self.wrong(&entry.node, field.shape, key);
            }
            let reported = self.reporter.count();
            if self.field(key, entry, kind, field) {
                return true;
            }
            // An invalid response still documents its status; its body is unknown.
            if kind == Kind::Responses && !self.reporter.ours {
                self.reporter.covers(reported, &entry.key);
                without_body(entry);
                return true;
            }
            if let Some((value, meant)) = parts::absent(kind, key).filter(|_| !self.reporter.ours) {
                self.reporter.covers(reported, &entry.key);
                self.reporter.means(reported, meant);
                entry.node = Node::new(value, entry.key.clone());
                return self.field(key, entry, kind, field);
            }
            if field.need == Need::Optional {
                self.reporter.means(reported, "left out");
            }
            self.reporter.covers(reported, &entry.key);
            holds &= field.need == Need::Optional;
            false
        });
        holds
    }

    /// Checks a part; one that goes `alone` is reported as left out, unless its own diagnostic states that.
    fn part(
        &mut self,
        at: &Location,
        alone: bool,
        what: impl Fn() -> String,
        look: impl FnOnce(&mut Self) -> bool,
    ) -> bool {
        let (reported, before) = (self.reporter.count(), self.culprit.take());
        let holds = look(self);
        let culprit = self.culprit.take().filter(|_| !holds);
        if !holds && alone && self.reporter.count() == reported && !self.reporter.ours {
            let context = self.operation.as_ref().map(|operation| format!("{operation}: ")).unwrap_or_default();
            self.dropped("dropped-part", &format!("{context}{}", what()), at, culprit.as_ref());
        } else if !holds {
            self.reporter.covers(reported, at);
            if alone {
                self.reporter.means(reported, &format!("{} is left out because of this", what()));
            }
        }
        self.culprit = before.or(culprit.filter(|_| !alone));
        holds
    }

    fn dropped(&mut self, code: &'static str, what: &str, at: &Location, culprit: Option<&(Location, &'static str)>) {
        if let Some((wrong, NOWHERE)) = culprit
            && self.reporter.follows(wrong, &format!("{what} is left out because of this"), at)
        {
            return;
        }
        let message = format!("{what} is left out because a part of it is invalid");
        let mut warning = Diagnostic::warning(code, message).at(at.clone()).left_out();
        warning.related.extend(culprit.map(|(at, why)| (at.clone(), (*why).to_owned())));
        self.reporter.push(warning);
    }

    fn field(&mut self, key: &str, entry: &mut Entry, kind: Kind, field: Field) -> bool {
        let outer = self.operation.clone();
        let is_operation = field.shape == Shape::Object(Kind::Operation);
        match kind {
            Kind::Paths | Kind::Callback => self.operation = Some(key.into()),
            Kind::PathItem if is_operation => {
                let path = outer.clone().unwrap_or_default();
                self.operation = Some(format!("{} {path}", sent(key)).into());
            }
            _ => {}
        }
        let whole = field.need != Need::Optional;
        let (reported, before) = (self.reporter.count(), self.culprit.take());
        let holds = self.value(&mut entry.node, field.shape, key, &entry.key, whole);
        let culprit = self.culprit.take().filter(|_| !holds);
        let silent = !holds && !whole && self.reporter.count() == reported;
        match self.operation.clone().filter(|_| !holds && !self.reporter.ours) {
            Some(what) if is_operation || kind == Kind::Paths => {
                self.dropped("dropped-operation", &format!("`{what}`"), &entry.key, culprit.as_ref());
            }
            context if silent && !self.reporter.ours => {
                let context = context.map(|operation| format!("{operation}: ")).unwrap_or_default();
                // An invalid response still documents its status.
                let what = if kind == Kind::Responses { "the body of " } else { "" };
                self.dropped("dropped-part", &format!("{context}{what}`{key}`"), &entry.key, culprit.as_ref());
            }
            _ => {}
        }
        self.culprit = before.or(culprit.filter(|_| whole));
        self.operation = outer;
        holds
    }

    /// Whether an unknown key of an object is reported.
    fn unknown(&mut self, key: &str, entry: &Entry, kind: Kind) -> bool {
        let place = &entry.key;
        // A string was followed as a reference before.
        if key == "$ref" && entry.node.as_str().is_none() {
            let reported = self.reporter.count();
            self.wrong(&entry.node, Shape::Text, key);
            self.reporter.covers(reported, place);
            self.reporter.means(reported, "ignored");
            return false;
        }
        let extension = key.starts_with("x-") || key == "$ref";
        // `lower` reports unknown keys of foreign schemas, in those that the client has.
        let of_schema = kind == Kind::Schema && !self.reporter.ours;
        if extension || of_schema || kind == Kind::Callback || Reason::of(kind, key).is_some() {
            return false;
        }
        let message = format!("{} has no `{key}`", kind.name());
        let near = nearest(key, kind.fields().iter().map(|field| field.name));
        let mut diagnostic = Diagnostic::warning("unknown-key", message).at(place.clone()).label("ignored").left_out();
        diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
        self.reporter.push(diagnostic);
        true
    }

    fn required(&mut self, node: &Node, kind: Kind, place: &Location) -> bool {
        let mut holds = true;
        for field in kind.fields().iter().filter(|field| field.need == Need::Required) {
            if node.get(field.name).is_none_or(|node| matches!(node.value, Value::Null)) {
                let message = format!("{} needs `{}`", kind.name(), field.name);
                self.reporter.fault(Diagnostic::error("missing-field", message).at(place.clone()).left_out());
                self.blame(place, "incomplete");
                holds = false;
            }
        }
        holds
    }

    /// Reports that `node` does not have the required shape.
    fn wrong(&mut self, node: &Node, shape: Shape, name: &str) -> bool {
        let found = match (&node.value, unresolved(node)) {
            // A dangling `$ref` was reported already.
            (_, true) => {
                self.blame_reference(node);
                return false;
            }
            (Value::Number(_) | Value::Bool(_), _) => format!("`{}`", node.location.text()),
            _ => node.describe().to_owned(),
        };
        let message = match name {
            "" => format!("expected {}, found {found}", shape.describe()),
            _ => format!("`{name}` must be {}, but is {found}", shape.describe()),
        };
        self.reporter.fault(Diagnostic::error("wrong-type", message).at(node.location.clone()).left_out());
        self.blame(&node.location, "unreadable");
        false
    }

    /// Records a problem of the current object, in case the object has to go because of it.
    fn blame(&mut self, at: &Location, why: &'static str) {
        self.culprit.get_or_insert_with(|| (at.clone(), why));
    }

    fn blame_reference(&mut self, node: &Node) {
        let at = node.get("$ref").map_or(&node.location, |to| &to.location);
        self.blame(at, NOWHERE);
    }

    /// Reports that the document was fixed.
    fn fixed(&mut self, code: &'static str, message: impl Into<String>, place: &Location, label: &str) {
        self.reporter.push(Diagnostic::warning(code, message).at(place.clone()).label(label));
    }
}

/// The label of a `$ref` because of which something is left out.
const NOWHERE: &str = "leads to nothing usable here";

fn unresolved(node: &Node) -> bool {
    node.get("$ref").and_then(Node::as_str).is_some()
}

/// Reduces a response to what is known of it without its body.
fn without_body(entry: &mut Entry) {
    let mut kept = entry.node.as_object().filter(|_| !unresolved(&entry.node)).cloned().unwrap_or_default();
    kept.retain(|key, _| ["description", "headers"].contains(&key.as_str()));
    if !kept.contains_key("description") {
        insert(&mut kept, "description", "", &entry.key);
    }
    entry.node = Node::new(kept, entry.key.clone());
}

/// Inserts a value that the document lacks, with the place of an existing one.
fn insert(entries: &mut Entries, key: &str, value: impl Into<Value>, place: &Location) {
    let node = Node::new(value, place.clone());
    entries.insert(key.to_owned(), Entry::new(place.clone(), node));
}
