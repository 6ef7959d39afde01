//! The facts of a document: each of its keys, by kind, found by the grammar before anything is fixed.

use std::collections::{HashMap, HashSet};

use super::grammar::{Field, Need};
use super::reason::Reason;
use super::report::nearest;
use super::swagger::SWAGGER;
use super::{Entry, Kind, Node, Shape, Value};
use crate::diagnostic::Location;

/// The kind of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "self-explanatory")]
pub enum Fact {
    Operation,
    Parameter,
    RequestMediaType,
    Response,
    ResponseMediaType,
    Header,
    Security,
    Server,
    Property,
    Constraint,
    EnumValue,
    Description,
    Example,
    Default,
    Link,
    Callback,
    Webhook,
    /// All other keys: types, formats, references, the structure of schemas.
    Structure,
}

impl Fact {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::Operation,
        Self::Parameter,
        Self::RequestMediaType,
        Self::Response,
        Self::ResponseMediaType,
        Self::Header,
        Self::Security,
        Self::Server,
        Self::Property,
        Self::Constraint,
        Self::EnumValue,
        Self::Description,
        Self::Example,
        Self::Default,
        Self::Link,
        Self::Callback,
        Self::Webhook,
        Self::Structure,
    ];

    /// The kind's name, in the plural.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operation => "operations",
            Self::Parameter => "parameters",
            Self::RequestMediaType => "request media types",
            Self::Response => "responses",
            Self::ResponseMediaType => "response media types",
            Self::Header => "headers",
            Self::Security => "security requirements",
            Self::Server => "servers",
            Self::Property => "properties",
            Self::Constraint => "constraints",
            Self::EnumValue => "enum values",
            Self::Description => "descriptions",
            Self::Example => "examples",
            Self::Default => "defaults",
            Self::Link => "links",
            Self::Callback => "callbacks",
            Self::Webhook => "webhooks",
            Self::Structure => "other keywords",
        }
    }

    /// The kind of a key that has a value of its own.
    fn of(kind: Kind, key: &str) -> Self {
        match (kind, key) {
            (Kind::Parameter, "name") => Self::Parameter,
            (Kind::Server, "url") => Self::Server,
            (_, "description" | "summary") | (Kind::Schema | Kind::Info, "title") => Self::Description,
            (_, "example") => Self::Example,
            (Kind::Schema, "const") => Self::EnumValue,
            (Kind::Schema, "default") => Self::Default,
            (Kind::Parameter | Kind::RequestBody | Kind::Header, "required") => Self::Constraint,
            (
                Kind::Schema,
                "multipleOf" | "maximum" | "exclusiveMaximum" | "minimum" | "exclusiveMinimum" | "maxLength"
                | "minLength" | "pattern" | "maxItems" | "minItems" | "uniqueItems" | "maxProperties" | "minProperties"
                | "not" | "required" | "propertyNames" | "if" | "then" | "else" | "contains" | "minContains"
                | "maxContains",
            ) => Self::Constraint,
            _ => Self::Structure,
        }
    }
}

/// A step of the walk: a key that states a fact, or a place that a diagnostic may point at.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub at: Location,
    /// Start of the value, if it is a scalar; diagnostics may point there, too.
    pub value: Option<u32>,
    /// Index of the first step outside of this one.
    pub end: u32,
    pub fact: Option<Fact>,
    /// Why it is inconsequential, if that applies regardless of its surroundings.
    pub reason: Option<Reason>,
}

/// A component with its steps.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub section: String,
    pub name: String,
    pub steps: std::ops::Range<usize>,
}

/// All facts of a document, in its order.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(crate) steps: Vec<Step>,
    pub(crate) components: Vec<Component>,
    /// References of steps to components: step, section, name.
    pub(crate) references: Vec<(usize, String, String)>,
}

/// The walk over a document.
struct Walk {
    facts: Facts,
    /// Earlier entries replaced by duplicate keys, by the place of the later ones.
    pushed_out: HashMap<Location, Entry>,
    /// The parameters that can be referred to.
    parameters: HashSet<String>,
}

impl Facts {
    /// Finds the facts of a bundled document, including earlier entries of duplicate keys, which are not in the tree.
    pub(super) fn of(root: &Node, pushed_out: HashMap<Location, Entry>) -> Self {
        let parameters = root.get("components").and_then(|components| components.get("parameters"));
        let parameters = parameters.into_iter().flat_map(Node::entries);
        let parameters = parameters.map(|(name, _)| format!("#/components/parameters/{name}")).collect();
        let mut walk = Walk { facts: Self::default(), pushed_out, parameters };
        walk.object(root, Kind::Document);
        let Walk { mut facts, pushed_out, .. } = walk;
        // Entries in opaque values are of no kind.
        let mut others: Vec<Entry> = pushed_out.into_values().collect();
        others.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        others.iter().for_each(|entry| facts.pushed_out(&entry.key));
        facts
    }

    /// Counts a key that is not in the tree. Its content isn't there either, so it counts once, without a kind.
    pub(crate) fn pushed_out(&mut self, key: &Location) {
        let end = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
        self.steps.push(Step { at: key.clone(), value: None, end, fact: Some(Fact::Structure), reason: None });
    }
}

impl Walk {
    fn object(&mut self, node: &Node, kind: Kind) {
        for (key, entry) in node.entries() {
            self.member(kind, key, entry);
            let mut earlier = self.earlier(entry);
            while let Some(entry) = earlier {
                self.member(kind, key, &entry);
                earlier = self.earlier(&entry);
            }
        }
    }

    /// The earlier entry of the same key.
    fn earlier(&mut self, entry: &Entry) -> Option<Entry> {
        if self.pushed_out.is_empty() { None } else { self.pushed_out.remove(&entry.key) }
    }

    fn member(&mut self, kind: Kind, key: &str, entry: &Entry) {
        // Read by `load`, which rejects unknown versions.
        if kind == Kind::Document && matches!(key, "openapi" | SWAGGER) {
            return;
        }
        let field = kind.field(key).or_else(|| meant(kind, key, &entry.node));
        let shape = field.map_or(Shape::Any, |field| field.shape);
        let absent = matches!(entry.node.value, Value::Null) && shape != Shape::Any;
        let reason = if absent { Some(Reason::Null) } else { Reason::of(kind, key) };
        let of_map = |key: Fact| if field.is_some_and(|field| field.name.is_empty()) { Some(key) } else { None };
        let fact = match (kind, shape) {
            (Kind::PathItem, Shape::Object(Kind::Operation)) => Some(Fact::Operation),
            (Kind::Responses, _) => of_map(Fact::Response).or(Some(Fact::Structure)),
            // The content is counted instead.
            (_, Shape::Object(Kind::Schema)) => Some(Fact::of(kind, key)),
            (_, Shape::Object(_) | Shape::Map(_)) if reason.is_none() => None,
            (_, Shape::List(Shape::Object(_) | Shape::Map(_))) if reason.is_none() => None,
            (_, Shape::List(_)) if entry.node.as_array().is_some() && reason.is_none() => None,
            _ if reason == Some(Reason::Link) => None,
            // A dangling reference represents a parameter about which nothing else is known.
            (Kind::Parameter, _)
                if key == "$ref" && !entry.node.as_str().is_some_and(|to| self.parameters.contains(to)) =>
            {
                Some(Fact::Parameter)
            }
            // By the name that was probably intended.
            _ => Some(Fact::of(kind, field.map_or(key, |field| if field.name.is_empty() { key } else { field.name }))),
        };
        let step = self.open(&entry.key, &entry.node, fact, reason);
        if let (Some(text), "$ref") = (entry.node.as_str(), key) {
            self.reference(step, text);
        }
        // Links are counted one by one, though all are inconsequential.
        if matches!(reason, None | Some(Reason::Link)) {
            self.inside(&entry.node, shape, kind, key);
        }
        self.close(step);
    }

    /// The facts within a value.
    fn inside(&mut self, node: &Node, shape: Shape, parent: Kind, key: &str) {
        match shape {
            Shape::Object(kind) => self.object(node, kind),
            Shape::SchemaOrFlag => self.object(node, Kind::Schema),
            Shape::List(inner) => {
                for item in node.items() {
                    let fact = match (inner, parent, key) {
                        (Shape::Object(_) | Shape::Map(_), ..) => None,
                        (_, Kind::Schema, "enum") => Some(Fact::EnumValue),
                        (_, Kind::Schema, "required" | "dependentRequired") => Some(Fact::Constraint),
                        _ => Some(Fact::Structure),
                    };
                    let step = self.open(&item.location, item, fact, None);
                    // Each scheme of a requirement counts, with its scopes.
                    match key {
                        "security" => self.requirement(item),
                        _ => self.inside(item, *inner, parent, key),
                    }
                    self.close(step);
                }
            }
            Shape::Map(inner) => {
                for (name, entry) in node.entries() {
                    self.named(name, entry, *inner, parent, key);
                    let mut earlier = self.earlier(entry);
                    while let Some(entry) = earlier {
                        self.named(name, &entry, *inner, parent, key);
                        earlier = self.earlier(&entry);
                    }
                }
            }
            Shape::Any | Shape::Text | Shape::Flag | Shape::Number | Shape::Count => {}
        }
    }

    /// A member of a map.
    fn named(&mut self, name: &str, entry: &Entry, inner: Shape, parent: Kind, key: &str) {
        let fact = match (parent, key) {
            (Kind::Schema, "properties" | "patternProperties") => Some(Fact::Property),
            (Kind::Schema, "dependentRequired" | "dependentSchemas") => Some(Fact::Constraint),
            (Kind::RequestBody, "content") => Some(Fact::RequestMediaType),
            (Kind::Response, "content") => Some(Fact::ResponseMediaType),
            (Kind::Response | Kind::Encoding, "headers") => Some(Fact::Header),
            (Kind::Operation, "callbacks") => Some(Fact::Callback),
            (Kind::PathItem, "additionalOperations") => Some(Fact::Operation),
            (Kind::Response, "links") => Some(Fact::Link),
            (Kind::Document, "webhooks") => Some(Fact::Webhook),
            (Kind::Components | Kind::MediaType | Kind::Server, _) => None,
            _ => Some(Fact::Structure),
        };
        let step = self.open(&entry.key, &entry.node, fact, None);
        self.inside(&entry.node, inner, parent, key);
        self.close(step);
        if parent == Kind::Components {
            let steps = step..self.facts.steps.len();
            self.facts.components.push(Component { section: key.to_owned(), name: name.to_owned(), steps });
        }
        if let (Kind::Discriminator, Some(text)) = (parent, entry.node.as_str()) {
            self.reference(step, text);
        }
    }

    fn requirement(&mut self, node: &Node) {
        for (scheme, entry) in node.entries() {
            let step = self.open(&entry.key, &entry.node, Some(Fact::Security), None);
            self.facts.references.push((step, "securitySchemes".to_owned(), scheme.to_owned()));
            for scope in entry.node.items() {
                let scope = self.open(&scope.location, scope, Some(Fact::Structure), None);
                self.close(scope);
            }
            self.close(step);
        }
    }

    fn open(&mut self, at: &Location, node: &Node, fact: Option<Fact>, reason: Option<Reason>) -> usize {
        let value = node.is_scalar().then(|| u32::try_from(node.location.start()).unwrap_or(u32::MAX));
        self.facts.steps.push(Step { at: at.clone(), value, end: 0, fact, reason });
        self.facts.steps.len() - 1
    }

    fn close(&mut self, step: usize) {
        let end = u32::try_from(self.facts.steps.len()).unwrap_or(u32::MAX);
        if let Some(step) = self.facts.steps.get_mut(step) {
            step.end = end;
        }
    }

    fn reference(&mut self, step: usize, text: &str) {
        let to = text.strip_prefix("#/components/").and_then(|rest| rest.split_once('/'));
        self.facts.references.extend(to.map(|(section, name)| (step, section.to_owned(), name.to_owned())));
    }
}

/// The field probably intended by an unknown key: its content is counted as if it were that field's, as it is lost with
/// the key.
fn meant(kind: Kind, key: &str, node: &Node) -> Option<Field> {
    if key.starts_with("x-") || key == "$ref" || Reason::of(kind, key).is_some() {
        return None;
    }
    match kind {
        Kind::Paths => {
            node.as_object().map(|_| Field { name: "", shape: Shape::Object(Kind::PathItem), need: Need::Optional })
        }
        kind => {
            let near = nearest(key, kind.fields().iter().map(|field| field.name))?;
            kind.fields().iter().find(|field| field.name == near).copied()
        }
    }
}
