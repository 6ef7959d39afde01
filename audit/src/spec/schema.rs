//! Schemas of a spec as types and fields: compositions are merged, and each object is named once.

use std::collections::HashMap;

use yundb_generator::load::{Entry, Node};

use super::{
    detail,
    errata::{self, Errata, scalar},
    lists::ERROR_CODE,
    text,
};
use crate::fact::{Field, Kind, Prose, Required, Shape, Statement, Type};

/// A document with the state for resolving its references.
#[derive(Clone, Copy)]
pub(super) struct Refs<'a> {
    pub root: &'a Node,
    pub errata: &'a Errata,
}

/// A longer chain of `$ref`s is circular.
const LONGEST_CHAIN: usize = 32;

impl<'a> Refs<'a> {
    /// The target of a node's reference, or the node itself.
    pub fn follow(&self, node: &'a Node) -> &'a Node {
        self.chain(node).last().map_or(node, |(node, _)| *node)
    }

    /// A node and its chain of `$ref`s, each with its name as a component.
    fn chain(&self, node: &'a Node) -> Vec<(&'a Node, Option<&'a str>)> {
        let mut chain = vec![(node, None)];
        let mut current = node;
        while let Some(pointer) = current.get("$ref").and_then(Node::as_str)
            && chain.len() < LONGEST_CHAIN
            && let Some(path) = pointer.strip_prefix("#/")
            && let Some(next) = path.split('/').try_fold(self.root, |node, token| node.get(token))
        {
            chain.push((next, path.rsplit('/').next()));
            current = next;
        }
        chain
    }

    /// The entries at a node and at its targets.
    pub fn errata_through(&self, node: &'a Node) -> Vec<usize> {
        let mut found = Vec::new();
        for (node, _) in self.chain(node) {
            errata::add(&mut found, self.errata.at(node));
        }
        found
    }
}

/// A schema with its composition.
struct View<'a> {
    /// The schema itself, its target, its `allOf`.
    parts: Vec<&'a Node>,
    /// Its `oneOf` and `anyOf`.
    alternatives: Vec<&'a Node>,
    /// Its component, if it is one as a whole.
    name: Option<&'a str>,
    /// The node of the whole schema: itself, or the one that it is an alias of.
    identity: *const Node,
    /// The entries at all of these.
    errata: Vec<usize>,
}

impl<'a> View<'a> {
    fn new(refs: &Refs<'a>, node: &'a Node) -> Self {
        let mut view =
            Self { parts: Vec::new(), alternatives: Vec::new(), name: None, identity: node, errata: Vec::new() };
        view.gather(refs, node, true, true);
        view
    }

    /// Adds a schema. `whole` means that it has no siblings, so that its name is that of the whole.
    fn gather(&mut self, refs: &Refs<'a>, node: &'a Node, whole: bool, certain: bool) {
        for (node, name) in refs.chain(node) {
            let seen = |nodes: &[&'a Node]| nodes.iter().any(|seen| std::ptr::eq(*seen, node));
            if seen(&self.parts) || seen(&self.alternatives) {
                return;
            }
            if whole {
                self.name = name.or(self.name);
                self.identity = node;
            }
            errata::add(&mut self.errata, refs.errata.at(node));
            if certain {
                self.parts.push(node)
            } else {
                self.alternatives.push(node)
            }
            let all: Vec<&Node> = node.get("allOf").into_iter().flat_map(Node::items).collect();
            let lone = whole && all.len() == 1 && node.get("properties").is_none();
            all.into_iter().for_each(|part| self.gather(refs, part, lone, certain));
            for key in ["oneOf", "anyOf"] {
                node.get(key).into_iter().flat_map(Node::items).for_each(|part| self.gather(refs, part, false, false));
            }
        }
    }

    /// The value of a keyword, the nearest one.
    fn get(&self, key: &str) -> Option<&'a Node> {
        self.all().find_map(|node| node.get(key))
    }

    fn all(&self) -> impl Iterator<Item = &'a Node> {
        self.parts.iter().chain(&self.alternatives).copied()
    }

    fn has_properties(&self) -> bool {
        self.all().any(|node| node.get("properties").is_some_and(|it| it.entries().next().is_some()))
    }

    fn kind(&self) -> Kind {
        let types: Vec<&str> = self.all().filter_map(|node| node.get("type").and_then(Node::as_str)).collect();
        let named = match types.split_first() {
            // Alternatives of several types are any value.
            Some((first, rest)) if rest.iter().all(|other| other == first) => *first,
            Some(_) => return Kind::Any,
            None if self.get("items").is_some() => "array",
            None if self.has_properties() || self.get("additionalProperties").is_some() => "object",
            None if self.get("enum").is_some_and(|values| values.items().all(|it| it.as_str().is_some())) => "string",
            None => return Kind::Any,
        };
        match named {
            "string" => Kind::String,
            "integer" if self.get("format").and_then(Node::as_str) == Some("int64") => Kind::Long,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "boolean" => Kind::Boolean,
            "object" if self.has_properties() => Kind::Object,
            "object" if self.get("additionalProperties").is_some_and(|it| it.as_bool() != Some(false)) => Kind::Map,
            "object" => Kind::Object,
            _ => Kind::Any,
        }
    }

    fn is_list(&self) -> bool {
        let ty = self.get("type").and_then(Node::as_str);
        ty == Some("array") || ty.is_none() && self.get("items").is_some()
    }

    fn is_secret(&self) -> bool {
        self.all().any(|node| node.get("x-sensitive").and_then(Node::as_bool) == Some(true))
    }

    /// The statements of its keywords and texts.
    fn details(&self) -> (Vec<Statement>, Prose) {
        let mut details = detail::of_keywords(|key| self.all().find_map(|node| node.as_object()?.get(key)));
        let mut prose = Prose::default();
        for node in self.all() {
            detail::prose_of(node, &mut prose);
            detail::example_of(node, &mut details);
        }
        (details, prose)
    }

    /// The values of its enums. None if any alternative is open.
    fn values(&self) -> Vec<String> {
        // Error codes are compared separately: documents list them apart from the field.
        if self.get("x-enumStatus").is_some() || self.name == Some(ERROR_CODE) {
            return Vec::new();
        }
        let certain = self.parts.iter().find_map(|node| node.get("enum"));
        let lists: Vec<&Node> = match certain {
            Some(list) => vec![list],
            None => self.alternatives.iter().filter_map(|node| node.get("enum")).collect(),
        };
        let open = |node: &&Node| node.get("enum").is_none() && node.get("type").is_some();
        if certain.is_none() && self.alternatives.iter().any(open) {
            return Vec::new();
        }
        let mut values: Vec<String> = Vec::new();
        for value in lists.iter().flat_map(|list| list.items()).map(scalar).filter(|value| !value.is_empty()) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

/// Collects the types of one body.
pub(super) struct Types<'a> {
    refs: Refs<'a>,
    shape: Shape,
    /// The key of each object schema seen so far, so that recursive types end.
    known: HashMap<*const Node, String>,
}

/// A field's type, as its schema declares it.
pub(super) struct Read {
    pub ty: Type,
    pub values: Vec<String>,
    pub details: Vec<Statement>,
    pub prose: Prose,
    pub secret: bool,
    pub errata: Vec<usize>,
}

impl<'a> Types<'a> {
    pub fn new(refs: Refs<'a>) -> Self {
        Self { refs, shape: Shape::default(), known: HashMap::new() }
    }

    /// The shape of a body, and the entries at its schema.
    pub fn body(mut self, schema: &'a Node) -> (Shape, Vec<usize>) {
        let read = self.read(schema, "");
        // A list body has its items' fields; the keys of a map are not fields.
        let of = read.ty.of.filter(|_| matches!(read.ty.kind, Kind::Object | Kind::Any));
        if let Some(fields) = of.and_then(|of| self.shape.types.get(&of)) {
            self.shape.fields.clone_from(fields);
        }
        (self.shape, read.errata)
    }

    /// The shape of a type, be it that of the values of a map, and the entries at its schema.
    pub fn of(mut self, schema: &'a Node) -> (Shape, Vec<usize>) {
        let read = self.read(schema, "");
        if let Some(fields) = read.ty.of.and_then(|of| self.shape.types.get(&of)) {
            self.shape.fields.clone_from(fields);
        }
        (self.shape, read.errata)
    }

    /// A schema, and a shape with it as the only field.
    pub fn whole(mut self, schema: &'a Node) -> (Read, Shape) {
        let read = self.read(schema, "");
        let field = Field {
            name: String::new(),
            printed: None,
            ty: Some(read.ty.clone()),
            required: Required::Unknown,
            values: Vec::new(),
            details: Vec::new(),
            prose: Prose::default(),
            words: String::new(),
            secret: false,
            implied: false,
            at: schema.location.clone(),
            errata: Vec::new(),
        };
        self.shape.fields = vec![field];
        (read, self.shape)
    }

    /// Type, values and entries of a schema. `path` names it, if it is an object without a name of its own.
    pub fn read(&mut self, node: &'a Node, path: &str) -> Read {
        let view = View::new(&self.refs, node);
        if view.is_list() {
            let Some(items) = view.get("items") else {
                let ty = Type { kind: Kind::Any, lists: 1, of: None, text: "array".to_owned() };
                let (details, prose) = view.details();
                return Read { ty, values: Vec::new(), details, prose, secret: view.is_secret(), errata: view.errata };
            };
            let mut read = self.read(items, &format!("{path}[]"));
            read.ty.lists += 1;
            read.ty.text.insert_str(0, "array of ");
            let (details, prose) = view.details();
            read.secret |= view.is_secret();
            let mut found = view.errata;
            errata::add(&mut found, &read.errata);
            read.errata = found;
            read.details.splice(0..0, details);
            read.prose.extend(&prose);

            return read;
        }
        let kind = view.kind();
        let inner = self.inner(&view, kind, path);
        let mut text = words(kind, &view, inner.ty.of.is_some());
        if kind == Kind::Map && !inner.ty.text.is_empty() {
            text = format!("{text} of {}", inner.ty.text);
        }
        // Beside its fields an object may have further values.
        let others = view.get("additionalProperties").filter(|it| kind == Kind::Object && it.get("type").is_some());
        if let Some(others) = others {
            text = format!("{text} and map of {}", self.read(others, &format!("{path}.*")).ty.text);
        }
        let mut errata = view.errata.clone();
        errata::add(&mut errata, &inner.errata);
        let values = [view.values(), inner.values].concat();
        let (mut details, mut prose) = view.details();
        // Limits of a map's values are statements about the map.
        details.extend(inner.details);
        prose.extend(&inner.prose);
        Read {
            ty: Type { kind, lists: 0, of: inner.ty.of, text },
            values,
            details,
            prose,
            secret: view.is_secret(),
            errata,
        }
    }

    /// The inner shape of a value: the fields of an object, a map's values, the JSON in a string.
    fn inner(&mut self, view: &View<'a>, kind: Kind, path: &str) -> Read {
        let nothing = Type { kind: Kind::Any, lists: 0, of: None, text: String::new() };
        let mut inner = Read {
            ty: nothing,
            values: Vec::new(),
            details: Vec::new(),
            prose: Prose::default(),
            secret: false,
            errata: Vec::new(),
        };
        match kind {
            Kind::Object | Kind::Any if view.has_properties() => inner.ty.of = Some(self.object(view, path)),
            Kind::Map => {
                if let Some(values) = view.get("additionalProperties").filter(|it| it.as_object().is_some()) {
                    inner = self.read(values, &format!("{path}.*"));
                }
            }
            Kind::String => {
                if let Some(json) = view.get("x-json") {
                    inner = Read { values: Vec::new(), details: Vec::new(), ..self.read(json, &format!("{path}!")) };
                    // The text of the whole JSON is about this field.
                    detail::inner_texts(&self.refs, json, &mut inner.prose);
                }
            }
            _ => {}
        }
        inner
    }

    fn object(&mut self, view: &View<'a>, path: &str) -> String {
        if let Some(key) = self.known.get(&view.identity) {
            return key.clone();
        }
        let mut key =
            view.name.map_or_else(|| if path.is_empty() { "/".to_owned() } else { path.to_owned() }, str::to_owned);
        while self.known.values().any(|known| *known == key) {
            key.push('\'');
        }
        self.known.insert(view.identity, key.clone());
        let mut fields: Vec<Field> = Vec::new();
        for (nodes, certain) in [(&view.parts, true), (&view.alternatives, false)] {
            for node in nodes {
                for (name, entry) in node.get("properties").into_iter().flat_map(Node::entries) {
                    self.property(
                        name,
                        entry,
                        certain && requires(view, name),
                        &format!("{}/{name}", key.trim_end_matches('/')),
                        &mut fields,
                    );
                }
            }
        }
        self.shape.types.insert(key.clone(), fields);
        key
    }

    /// Adds a property; of several with one name the first determines the type.
    fn property(&mut self, name: &str, entry: &'a Entry, required: bool, path: &str, fields: &mut Vec<Field>) {
        let read = self.read(&entry.node, path);
        if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
            errata::add(&mut field.errata, &read.errata);
            return;
        }
        fields.push(Field {
            name: name.to_owned(),
            printed: None,
            ty: Some(read.ty),
            required: if required { Required::Required } else { Required::Optional },
            values: read.values,
            details: read.details,
            prose: read.prose,
            words: String::new(),
            secret: read.secret,
            implied: false,
            at: entry.key.clone(),
            errata: read.errata,
        });
    }
}

/// Whether an unconditional part lists a property as required.
fn requires(view: &View<'_>, name: &str) -> bool {
    let mut lists = view.parts.iter().filter_map(|node| node.get("required"));
    lists.any(|list| list.items().any(|item| item.as_str() == Some(name)))
}

/// A type in words, for messages.
fn words(kind: Kind, view: &View<'_>, known: bool) -> String {
    let title = view.all().map(|node| text(Some(node), "title")).find(|title| !title.is_empty());
    let word = match kind {
        Kind::String if view.get("x-json").is_some() => "string with JSON",
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Long => "long",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Map => "map",
        Kind::Any => "any",
        Kind::Object => {
            return view.name.map(str::to_owned).or(title).filter(|_| known).unwrap_or_else(|| "object".to_owned());
        }
    };
    word.to_owned()
}
