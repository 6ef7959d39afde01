//! What a document says: each of its keys, by kind, found by the grammar before anything is mended.

use super::reason::Reason;
use super::{Entry, Kind, Node, Shape, Value};
use crate::diagnostic::Location;

/// What a key of a document is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names say it")]
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
    /// All other keys: types, formats, references, what schemas are made of.
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

    /// The kind in words, in the plural.
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

    /// What a key of an object is about that holds a value of its own.
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

/// A place in the walk: a key that says something, or where something begins that a diagnostic may point at.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub at: Location,
    /// Where the value begins, if it is a scalar; diagnostics may point there, too.
    pub value: Option<u32>,
    /// The first step that is not within.
    pub end: u32,
    pub fact: Option<Fact>,
    /// Why it makes no difference, if it makes none wherever it stands.
    pub reason: Option<Reason>,
}

/// A component and the steps within it.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub section: String,
    pub name: String,
    pub steps: std::ops::Range<usize>,
}

/// All that a document says, in its order.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(crate) steps: Vec<Step>,
    pub(crate) components: Vec<Component>,
    /// Where a step refers to a component: step, section, name.
    pub(crate) references: Vec<(usize, String, String)>,
}

impl Facts {
    /// Finds what a bundled document says.
    pub(super) fn of(root: &Node) -> Self {
        let mut facts = Self::default();
        facts.object(root, Kind::Document);
        facts
    }

    /// Counts a key that a later one of the same map has pushed out: it is not in the tree. As what it held isn't there either, it
    /// counts once, whatever stood in it, and is of no kind.
    pub(crate) fn pushed_out(&mut self, key: &Location) {
        let end = u32::try_from(self.steps.len() + 1).unwrap_or(u32::MAX);
        self.steps.push(Step { at: key.clone(), value: None, end, fact: Some(Fact::Structure), reason: None });
    }

    fn object(&mut self, node: &Node, kind: Kind) {
        for (key, entry) in node.entries() {
            self.member(kind, key, entry);
        }
    }

    fn member(&mut self, kind: Kind, key: &str, entry: &Entry) {
        // Read by `load`, which refuses what it doesn't know.
        if kind == Kind::Document && key == "openapi" {
            return;
        }
        let field = kind.field(key);
        let shape = field.map_or(Shape::Any, |field| field.shape);
        let absent = matches!(entry.node.value, Value::Null) && shape != Shape::Any;
        let reason = if absent { Some(Reason::Null) } else { Reason::of(kind, key) };
        let of_map = |key: Fact| if field.is_some_and(|field| field.name.is_empty()) { Some(key) } else { None };
        let fact = match (kind, shape) {
            (Kind::PathItem, Shape::Object(Kind::Operation)) => Some(Fact::Operation),
            (Kind::Responses, _) => of_map(Fact::Response).or(Some(Fact::Structure)),
            // What is counted is within.
            (_, Shape::Object(Kind::Schema)) => Some(Fact::of(kind, key)),
            (_, Shape::Object(_) | Shape::Map(_)) if reason.is_none() => None,
            (_, Shape::List(Shape::Object(_) | Shape::Map(_))) if reason.is_none() => None,
            (_, Shape::List(_)) if entry.node.as_array().is_some() && reason.is_none() => None,
            _ if reason == Some(Reason::Link) => None,
            _ => Some(Fact::of(kind, key)),
        };
        let step = self.open(&entry.key, &entry.node, fact, reason);
        if let (Some(text), "$ref") = (entry.node.as_str(), key) {
            self.reference(step, text);
        }
        // Links are counted one by one, though none makes a difference.
        if matches!(reason, None | Some(Reason::Link)) {
            self.inside(&entry.node, shape, kind, key);
        }
        self.close(step);
    }

    /// What stands in a value.
    fn inside(&mut self, node: &Node, shape: Shape, holder: Kind, key: &str) {
        match shape {
            Shape::Object(kind) => self.object(node, kind),
            Shape::SchemaOrFlag => self.object(node, Kind::Schema),
            Shape::List(inner) => {
                for item in node.items() {
                    let fact = match (inner, holder, key) {
                        (Shape::Object(_) | Shape::Map(_), ..) => None,
                        (_, Kind::Schema, "enum") => Some(Fact::EnumValue),
                        (_, Kind::Schema, "required" | "dependentRequired") => Some(Fact::Constraint),
                        _ => Some(Fact::Structure),
                    };
                    let step = self.open(&item.location, item, fact, None);
                    // Each scheme that a requirement names counts, with the scopes that it asks for.
                    match key {
                        "security" => self.requirement(item),
                        _ => self.inside(item, *inner, holder, key),
                    }
                    self.close(step);
                }
            }
            Shape::Map(inner) => {
                for (name, entry) in node.entries() {
                    let fact = match (holder, key) {
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
                    self.inside(&entry.node, *inner, holder, key);
                    self.close(step);
                    if holder == Kind::Components {
                        let steps = step..self.steps.len();
                        self.components.push(Component { section: key.to_owned(), name: name.to_owned(), steps });
                    }
                    if let (Kind::Discriminator, Some(text)) = (holder, entry.node.as_str()) {
                        self.reference(step, text);
                    }
                }
            }
            Shape::Any | Shape::Text | Shape::Flag | Shape::Number | Shape::Count => {}
        }
    }

    fn requirement(&mut self, node: &Node) {
        for (scheme, entry) in node.entries() {
            let step = self.open(&entry.key, &entry.node, Some(Fact::Security), None);
            self.references.push((step, "securitySchemes".to_owned(), scheme.to_owned()));
            for scope in entry.node.items() {
                let scope = self.open(&scope.location, scope, Some(Fact::Structure), None);
                self.close(scope);
            }
            self.close(step);
        }
    }

    fn open(&mut self, at: &Location, node: &Node, fact: Option<Fact>, reason: Option<Reason>) -> usize {
        let value = node.is_scalar().then(|| u32::try_from(node.location.start()).unwrap_or(u32::MAX));
        self.steps.push(Step { at: at.clone(), value, end: 0, fact, reason });
        self.steps.len() - 1
    }

    fn close(&mut self, step: usize) {
        let end = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        if let Some(step) = self.steps.get_mut(step) {
            step.end = end;
        }
    }

    fn reference(&mut self, step: usize, text: &str) {
        let to = text.strip_prefix("#/components/").and_then(|rest| rest.split_once('/'));
        self.references.extend(to.map(|(section, name)| (step, section.to_owned(), name.to_owned())));
    }
}
