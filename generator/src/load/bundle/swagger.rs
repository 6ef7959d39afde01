//! The parts of a path that Swagger 2.0 places differently from OpenAPI 3: bodies and forms (among the parameters) and
//! media types.

use super::{
    Bundler,
    files::{FileId, Target, walk},
};
use crate::{
    diagnostic::Location,
    load::{
        Entries, Entry, Node, Value,
        grammar::{Kind, Shape},
        reason::Reason,
        swagger::{OF_DOCUMENT, SWAGGER, form_field, media_types, operation_servers, put_keyword, rewritten, servers},
    },
};

type MediaTypes = Vec<(String, Location)>;

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

/// The media types of bodies: the document's, or those of the operation being rewritten.
#[derive(Clone, Default)]
pub(super) struct Media {
    consumes: Option<MediaTypes>,
    produces: Option<MediaTypes>,
}

/// A body or form field, with references resolved.
#[derive(Clone)]
struct Sent {
    /// Its position in the list of parameters.
    at: Location,
    node: Node,
    file: FileId,
    /// The place that the list refers to, if it has a reference there.
    target: Option<Target>,
}

impl Bundler<'_, '_> {
    /// The document as OpenAPI 3.0, without its components.
    pub(super) fn swagger_document(&mut self, root: &Node) -> Node {
        self.media = Media { consumes: media_types(root, "consumes"), produces: media_types(root, "produces") };
        let mut out = Entries::default();
        for (key, entry) in root.entries() {
            match key {
                "swagger" => {
                    put_keyword(&mut out, "openapi", "3.0.3", &entry.key);
                    // Multipart forms have styles in 2.0, but not in 3.0.
                    put_keyword(&mut out, SWAGGER, "2.0", &entry.key);
                }
                _ if OF_DOCUMENT.contains(&key) => {}
                _ => drop(out.insert(key.to_owned(), entry.clone())),
            }
        }
        let servers = servers(root, self.reporter);
        out.extend(servers.map(|servers| ("servers".to_owned(), servers)));
        Node::new(out, root.location.clone())
    }

    /// A Swagger 2.0 object as OpenAPI 3.0 with its `$ref`s resolved. None if both versions write it the same way.
    pub(super) fn swagger_object(&mut self, node: &Node, kind: Kind, file: FileId) -> Option<Node> {
        if node.get("$ref").is_some() || node.as_object().is_none() {
            return None;
        }
        match kind {
            Kind::PathItem => Some(self.path_item(node, file)),
            Kind::Response => Some(self.response(node, file)),
            Kind::RequestBody => {
                let at = node.location.clone();
                let body = Sent { at, node: node.clone(), file, target: None };
                Some(self.request_body(&body))
            }
            _ => None,
        }
    }

    /// A path with its operations, each with the bodies that it inherits from the path.
    fn path_item(&mut self, node: &Node, file: FileId) -> Node {
        let (shared, parameters) = self.parameters(node.get("parameters"), file);
        let mut out = Entries::default();
        for (key, entry) in node.entries() {
            let node = match (key, Kind::PathItem.field(key).map(|field| field.shape)) {
                ("parameters", _) if parameters.is_empty() => continue,
                ("parameters", _) => Node::new(parameters.clone(), entry.node.location.clone()),
                (_, Some(Shape::Object(Kind::Operation))) => self.operation(&entry.node, &shared, file),
                (_, shape) => self.resolve(&entry.node, shape.unwrap_or(Shape::Any), file),
            };
            out.insert(key.to_owned(), Entry::new(entry.key.clone(), node));
        }
        Node::new(out, node.location.clone())
    }

    fn operation(&mut self, node: &Node, shared: &[Sent], file: FileId) -> Node {
        if node.as_object().is_none() {
            return node.clone();
        }
        let of_document = self.media.clone();
        let own = Media { consumes: media_types(node, "consumes"), produces: media_types(node, "produces") };
        self.own_media = (own.consumes.is_some(), own.produces.is_some());
        self.media.consumes = own.consumes.or(self.media.consumes.take());
        self.media.produces = own.produces.or(self.media.produces.take());
        let (mut sent, parameters) = self.parameters(node.get("parameters"), file);
        let name = |sent: &Sent| (sent.node.get("in").cloned(), sent.node.get("name").cloned());
        let is_body = |sent: &Sent| sent.node.get("in").and_then(Node::as_str) == Some("body");
        let inherited = shared.iter().filter(|one| match is_body(one) {
            true => !sent.iter().any(is_body),
            false => !sent.iter().any(|other| name(other) == name(one)),
        });
        sent.extend(inherited.cloned().collect::<Vec<_>>());
        let mut out = Entries::default();
        for (key, entry) in node.entries() {
            let node = match key {
                "consumes" | "produces" | "schemes" => continue,
                "parameters" if parameters.is_empty() => continue,
                "parameters" => Node::new(parameters.clone(), entry.node.location.clone()),
                _ => self.resolve(&entry.node, Shape::Object(Kind::Operation).member(key), file),
            };
            out.insert(key.to_owned(), Entry::new(entry.key.clone(), node));
        }
        out.extend(self.body(&sent).map(|body| ("requestBody".to_owned(), body)));
        let root = self.files.get(0);
        let servers = operation_servers(&root.root, node, self.reporter);
        out.extend(servers.map(|servers| ("servers".to_owned(), servers)));
        self.media = of_document;
        self.own_media = (false, false);
        Node::new(out, node.location.clone())
    }

    /// Splits a list of parameters: those sent in the body, and the others, resolved.
    fn parameters(&mut self, list: Option<&Node>, file: FileId) -> (Vec<Sent>, Vec<Node>) {
        let (mut sent, mut others) = (Vec::new(), Vec::new());
        for item in list.into_iter().flat_map(Node::items) {
            let target = item.get("$ref").and_then(|to| {
                // Errors are reported when it is resolved.
                self.files.follow(to.as_str()?, &to.location, file, self.reporter).ok().flatten()
            });
            let found = target.as_ref().and_then(|target| {
                let source = self.files.get(target.file);
                Some((walk(&source.root, &target.pointer).ok()?.clone(), target.file))
            });
            let (node, from) = found.unwrap_or_else(|| (item.clone(), file));
            match node.get("in").and_then(Node::as_str) {
                Some("body" | "formData") => {
                    let at = item.get("$ref").or_else(|| item.get("in")).unwrap_or(item).location.clone();
                    sent.push(Sent { at, node, file: from, target });
                }
                _ => others.push(self.resolve(item, Shape::Object(Kind::Parameter), file)),
            }
        }
        (sent, others)
    }

    /// The body of an operation: its one body parameter, or the form made of its fields.
    fn body(&mut self, sent: &[Sent]) -> Option<Entry> {
        let body = sent.iter().find(|sent| sent.node.get("in").and_then(Node::as_str) == Some("body"));
        let Some(body) = body else { return self.form(sent) };
        // A shared body is a component, unless it has another media type here.
        if let Some(target) = body.target.clone().filter(|_| !self.own_media.0) {
            let (files, components) = (&self.files, &mut self.components);
            let name = components.name(Kind::RequestBody, "requestBodies", &target, &body.at, files, self.reporter);
            if let Ok(name) = name {
                let mut entries = Entries::default();
                put_keyword(&mut entries, "$ref", format!("#/components/requestBodies/{name}"), &body.at);
                return Some(Entry::new(body.at.clone(), Node::new(entries, body.at.clone())));
            }
        }
        let node = self.request_body(body);
        Some(Entry::new(body.at.clone(), node))
    }

    /// A body parameter as a request body.
    fn request_body(&mut self, body: &Sent) -> Node {
        let mut out = Entries::default();
        let mut media = Entries::default();
        for (key, entry) in body.node.entries() {
            match key {
                "name" => self.reporter.passed_over(&entry.key, Reason::BodyName),
                "in" => {}
                "schema" => {
                    let schema = self.resolve(&entry.node, Shape::Object(Kind::Schema), body.file);
                    media.insert(key.to_owned(), Entry::new(entry.key.clone(), schema));
                }
                _ => drop(out.insert(key.to_owned(), entry.clone())),
            }
        }
        let schema = body.node.get("schema").unwrap_or(&body.node);
        let types = self.representable(self.media.consumes.clone(), schema, body.file);
        let types = types.unwrap_or_else(|| vec![("application/json".to_owned(), body.at.clone())]);
        put_keyword(&mut out, "content", content(&types, &media, &body.at), &body.at);
        Node::new(out, body.node.location.clone())
    }

    /// The fields of a form as a request body.
    fn form(&mut self, fields: &[Sent]) -> Option<Entry> {
        let first = fields.first()?;
        let at = first.at.clone();
        let (mut properties, mut encoding, mut required) = (Entries::default(), Entries::default(), Vec::new());
        let mut has_files = false;
        for field in fields {
            let Some(name) = field.node.as_object().and_then(|entries| entries.get("name")) else { continue };
            let Some(text) = name.node.as_str().map(str::to_owned) else { continue };
            has_files |= field.node.get("type").and_then(Node::as_str) == Some("file");
            let (schema, style) = form_field(&field.node, self.reporter);
            let schema = Node::new(schema, field.node.location.clone());
            let schema = self.resolve(&schema, Shape::Object(Kind::Schema), field.file);
            if field.node.get("required").and_then(Node::as_bool) == Some(true) {
                let place = field.node.as_object().and_then(|entries| entries.get("required")).map(|entry| &entry.key);
                required.push(Node::new(text.as_str(), place.unwrap_or(&at).clone()));
            }
            if let Some(style) = style {
                let style = Node::new(style, field.node.location.clone());
                encoding.insert(text.clone(), Entry::new(name.key.clone(), style));
            }
            properties.insert(text, Entry::new(name.key.clone(), schema));
        }
        let mut schema = Entries::default();
        put_keyword(&mut schema, "type", "object", &at);
        put_keyword(&mut schema, "properties", properties, &at);
        let is_required = !required.is_empty();
        if is_required {
            put_keyword(&mut schema, "required", required, &at);
        }
        let mut media = Entries::default();
        put_keyword(&mut media, "schema", schema, &at);
        if !encoding.is_empty() {
            put_keyword(&mut media, "encoding", encoding, &at);
        }
        let mut types = self.media.consumes.clone().unwrap_or_default();
        types.retain(|(name, _)| (name == FORM && !has_files) || name == MULTIPART);
        if types.is_empty() {
            types.push(((if has_files { MULTIPART } else { FORM }).to_owned(), at.clone()));
        }
        let mut out = Entries::default();
        put_keyword(&mut out, "content", content(&types, &media, &at), &at);
        if is_required {
            put_keyword(&mut out, "required", true, &at);
        }
        Some(Entry::new(at.clone(), Node::new(out, at)))
    }

    /// A response with its schema under each media type that the operation, or else the document, produces.
    fn response(&mut self, node: &Node, file: FileId) -> Node {
        let mut out = Entries::default();
        for (key, entry) in node.entries().filter(|(key, _)| !matches!(*key, "schema" | "examples")) {
            let node = self.resolve(&entry.node, Shape::Object(Kind::Response).member(key), file);
            out.insert(key.to_owned(), Entry::new(entry.key.clone(), node));
        }
        let member = |key: &str| node.as_object().and_then(|entries| entries.get(key));
        let examples = member("examples");
        let Some(schema) = member("schema") else {
            examples.into_iter().for_each(|entry| self.reporter.passed_over(&entry.key, Reason::Sample));
            return Node::new(out, node.location.clone());
        };
        let is_file = schema.node.get("type").and_then(Node::as_str) == Some("file");
        let resolved = self.resolve(&schema.node, Shape::Object(Kind::Schema), file);
        let media = Entries::from_iter([("schema".to_owned(), Entry::new(schema.key.clone(), resolved))]);
        let usual = if is_file { "*/*" } else { "application/json" };
        let types = self.representable(self.media.produces.clone(), &schema.node, file);
        let types = types.unwrap_or_else(|| vec![(usual.to_owned(), schema.key.clone())]);
        let mut content = content(&types, &media, &schema.key);
        for (name, example) in examples.into_iter().flat_map(|entry| entry.node.entries()) {
            match content.get_mut(name).and_then(|media| media.node.as_object_mut()) {
                Some(media) => drop(media.insert("example".to_owned(), example.clone())),
                None => self.reporter.passed_over(&example.key, Reason::Sample),
            }
        }
        put_keyword(&mut out, "content", content, &schema.key);
        Node::new(out, node.location.clone())
    }

    /// The media types that can represent values of a schema; None if none can. In 2.0, a list of media types applies
    /// to all requests or all responses of an operation: even one that returns an archive has objects as errors.
    fn representable(&mut self, types: Option<MediaTypes>, schema: &Node, file: FileId) -> Option<MediaTypes> {
        let mut types = types?;
        if self.is_structured(schema, file) {
            types.retain(|(name, _)| may_contain_objects(name));
        }
        Some(types).filter(|types| !types.is_empty())
    }

    /// Whether a schema describes an object or list, which only some media types can represent.
    fn is_structured(&mut self, schema: &Node, file: FileId) -> bool {
        let target = schema
            .get("$ref")
            .and_then(|to| self.files.follow(to.as_str()?, &to.location, file, self.reporter).ok().flatten());
        let source = target.as_ref().map(|target| (self.files.get(target.file), target.pointer.clone()));
        let referred = source.as_ref().and_then(|(source, pointer)| walk(&source.root, pointer).ok());
        let schema = referred.unwrap_or(schema);
        let named = schema.get("type").and_then(Node::as_str);
        matches!(named, Some("object" | "array"))
            || (named.is_none() && ["properties", "allOf", "items"].iter().any(|key| schema.get(key).is_some()))
    }

    /// The response to inline for a `$ref` to a shared response, in an operation with other media types than the
    /// document. None where the component fits.
    pub(super) fn response_of_its_own(&mut self, target: &Target, kind: Option<Kind>) -> Option<Node> {
        if kind != Some(Kind::Response) || !self.own_media.1 {
            return None;
        }
        let file = self.files.get(target.file);
        let node = walk(&file.root, &target.pointer).ok().filter(|node| node.get("schema").is_some())?;
        Some(self.response(node, target.file))
    }

    /// A leaf object as OpenAPI 3.0, with its `$ref`s not resolved yet.
    pub(super) fn swagger_leaf<'n>(&mut self, node: &'n Node, kind: Kind) -> std::borrow::Cow<'n, Node> {
        rewritten(node, kind, self.reporter)
    }
}

/// Whether a media type is structured data, or a wildcard. (Forms are made from separate parameters.)
fn may_contain_objects(name: &str) -> bool {
    let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let structured = ["json", "xml", "yaml", "cbor", "msgpack", "protobuf", "event-stream"];
    name.contains('*') || structured.iter().any(|word| essence.contains(word))
}

/// The same media type object under each name.
fn content(types: &[(String, Location)], media: &Entries, at: &Location) -> Entries {
    let entry = |(name, place): &(String, Location)| {
        (name.clone(), Entry::new(place.clone(), Node::new(Value::Object(media.clone()), at.clone())))
    };
    types.iter().map(entry).collect()
}
