//! A document that is served: its operations, the place of everything in it, and the routes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::OnceLock;

use indexmap::IndexSet;
use serde_json::Value;
use yundb_contract::document::{Document, Operation, Protocol, SchemaRef};
use yundb_generator::Diagnostics;
use yundb_generator::choices::Choices;

use crate::places::Places;

/// The documents of this repository: name, JSON, places.
const EMBEDDED: &[(&str, &[u8], &[u8])] = include!(concat!(env!("OUT_DIR"), "/services.rs"));

/// A document that is served.
pub struct Service {
    /// Its name: of the service, or of the file.
    pub name: String,
    /// The document: its JSON, operations and schemas.
    pub document: Document,
    places: OnceLock<Places>,
    /// The places, not yet read.
    packed: &'static [u8],
    /// The operations by the number of segments of their paths; those of paths of any length by none.
    routes: HashMap<Option<usize>, Vec<usize>>,
    /// The path of the first server's URL.
    pub base: String,
    /// `info.version`.
    pub version: String,
}

/// Why a document cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither a service nor a file.
    #[error("`{0}` is neither a file nor one of the services {list}", list = Service::names().collect::<Vec<_>>().join(", "))]
    Unknown(String),
    /// The document has errors.
    #[error("{0}")]
    Document(String),
}

impl Service {
    /// The names of the embedded services.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(name, ..)| *name)
    }

    /// The document of an embedded service, in JSON.
    pub fn embedded(name: &str) -> Option<&'static [u8]> {
        EMBEDDED.iter().find(|(known, ..)| *known == name).map(|(_, json, _)| *json)
    }

    /// Loads an embedded service by its name, or a document from a file or folder.
    ///
    /// # Errors
    /// If there is no such service or file, or the document cannot be read.
    pub fn load(spec: &str) -> Result<Self, LoadError> {
        if let Some((name, json, packed)) = EMBEDDED.iter().find(|(name, ..)| *name == spec) {
            let root = serde_json::from_slice(json).map_err(|error| LoadError::Document(error.to_string()))?;
            return Self::new(name, root, packed, OnceLock::new());
        }
        let path = Path::new(spec);
        if !path.exists() {
            return Err(LoadError::Unknown(spec.to_owned()));
        }
        let mut diagnostics = Diagnostics::new();
        let root = yundb_generator::load::placed(path, &Choices::default(), &mut diagnostics);
        let root = root.filter(|_| !diagnostics.has_errors());
        let root = root.ok_or_else(|| LoadError::Document(diagnostics.to_string()))?;
        let name = path.file_stem().map_or_else(|| spec.to_owned(), |name| name.to_string_lossy().into_owned());
        Self::new(&name, root.to_json(), &[], OnceLock::from(Places::of(&root, "")))
    }

    fn new(name: &str, root: Value, packed: &'static [u8], places: OnceLock<Places>) -> Result<Self, LoadError> {
        let url = root.pointer("/servers/0/url").and_then(Value::as_str).unwrap_or_default();
        let path = url.split_once("://").map_or(url, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
        // A base with variables can be anything.
        let base = if path.contains('{') { "" } else { path.trim_end_matches('/') }.to_owned();
        let version = root.pointer("/info/version").and_then(Value::as_str).unwrap_or_default().to_owned();
        let document = Document::new(root).map_err(LoadError::Document)?;
        let mut routes: HashMap<_, Vec<usize>> = HashMap::new();
        for (index, operation) in document.operations.iter().enumerate() {
            let path = template(operation);
            let length = (!path.split('/').any(is_rest)).then(|| path.split('/').count());
            routes.entry(length).or_default().push(index);
        }
        Ok(Self { name: name.to_owned(), document, places, packed, routes, base, version })
    }

    /// The file and line of a JSON pointer into the document.
    pub fn place(&self, pointer: &str) -> Option<String> {
        self.places.get_or_init(|| Places::from_bytes(self.packed)).find(&self.document.root, pointer)
    }

    /// The operations.
    pub fn operations(&self) -> &[Operation] {
        &self.document.operations
    }

    /// The name of an operation: its id, or method and path.
    pub fn name_of(operation: &Operation) -> String {
        operation.id.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path))
    }

    /// The name of an operation in calls: the action of RPC, else as [`name_of`](Self::name_of).
    pub fn called(&self, operation: &Operation) -> String {
        self.action_of(operation).map_or_else(|| Self::name_of(operation), str::to_owned)
    }

    /// The method and path of an operation: `POST / Action=DescribeDtsJobs` for RPC.
    pub fn target(&self, operation: &Operation) -> String {
        match self.action_of(operation) {
            // Both methods are good for a call; clients use this one.
            Some(action) => format!("POST {} Action={action}", template(operation)),
            None => format!("{} {}", operation.method, operation.path),
        }
    }

    /// The names by which a fault can refer to an operation: those in clients and calls, the vendor's, the target.
    pub fn aliases(&self, operation: &Operation) -> [String; 4] {
        let own = self.raw(operation).get("x-sdk-name").and_then(Value::as_str);
        // Where the document has no vendor's name, it is the id with a capital.
        let vendor = own.map(str::to_owned).unwrap_or_else(|| {
            let mut id = operation.id.clone().unwrap_or_default();
            id.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
            id
        });
        [Self::name_of(operation), self.called(operation), vendor, self.target(operation)]
    }

    fn action_of<'o>(&self, operation: &'o Operation) -> Option<&'o str> {
        operation.path.rsplit_once("#Action=").filter(|_| self.is_rpc()).map(|(_, action)| action)
    }

    /// The operation object, with its extensions.
    pub fn raw(&self, operation: &Operation) -> &Value {
        self.document.root.pointer(&operation.at).unwrap_or(&Value::Null)
    }

    /// The object that contains a schema: a media type, parameter or header.
    pub fn around(&self, schema: &SchemaRef) -> &Value {
        let at = schema.0.rsplit_once('/').map_or("", |(at, _)| at);
        self.document.root.pointer(at).unwrap_or(&Value::Null)
    }

    /// A node with its `$ref`s resolved.
    pub fn resolved<'a>(&'a self, mut node: &'a Value) -> &'a Value {
        for _ in 0..16 {
            let target = node
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|at| self.document.root.pointer(at.strip_prefix('#')?));
            let Some(target) = target else { break };
            node = target;
        }
        node
    }

    /// The operation at a path, or the methods that the path has.
    pub fn route(&self, method: &str, path: &str) -> Result<usize, Vec<&str>> {
        let own = path.strip_prefix(self.base.as_str()).filter(|own| own.starts_with('/')).ok_or_else(Vec::new)?;
        let lengths = [None, Some(own.split('/').count())];
        let known = lengths.iter().filter_map(|length| self.routes.get(length)).flatten();
        let known = known.map(|index| (*index, &self.operations()[*index]));
        let fitting: Vec<_> = known.filter(|(_, operation)| matches(template(operation), own)).collect();
        let same = fitting.iter().filter(|(_, operation)| operation.method == method);
        // Of several templates, the one with the most literal text.
        let literal = |operation: &Operation| template(operation).split('/').filter(|it| !it.contains('{')).count();
        match same.max_by_key(|(_, operation)| literal(operation)) {
            Some((index, _)) => Ok(*index),
            None => {
                let methods: IndexSet<&str> = fitting.iter().map(|(_, operation)| operation.method.as_str()).collect();
                Err(methods.into_iter().collect())
            }
        }
    }

    /// The operation of an RPC action.
    pub fn action(&self, action: &str) -> Option<usize> {
        self.operations().iter().position(|operation| self.action_of(operation) == Some(action))
    }

    /// Whether calls name an action instead of a path.
    pub fn is_rpc(&self) -> bool {
        self.document.protocol == Protocol::AliyunRpc
    }
}

/// The path template of an operation, without query and fragment.
pub fn template(operation: &Operation) -> &str {
    operation.path.split(['?', '#']).next().unwrap_or_default()
}

/// Whether a placeholder stands for all further segments.
fn is_rest(part: &str) -> bool {
    part.starts_with('{') && (part.contains('*') || part.contains("...}"))
}

/// Whether a path may be of a template: segment by segment, a placeholder stands for any text.
fn matches(template: &str, path: &str) -> bool {
    let (mut parts, mut segments) = (template.split('/'), path.split('/'));
    loop {
        match (parts.next(), segments.next()) {
            (None, None) => return true,
            (Some(part), Some(_)) if is_rest(part) => return true,
            (Some(part), Some(segment)) => {
                let literal = || percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
                let fits = match (part.find('{'), part.rfind('}')) {
                    (Some(start), Some(end)) => {
                        let (start, end) = (&part[..start], &part[end + 1..]);
                        segment.len() > start.len() + end.len() && segment.starts_with(start) && segment.ends_with(end)
                    }
                    _ => literal() == part,
                };
                if !fits {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_templates() {
        for (template, path, fits) in [
            ("/a/{id}", "/a/1", true),
            ("/a/{id}", "/a/", false),
            ("/a/{id}", "/a/1/b", false),
            ("/a/{id}.json", "/a/1.json", true),
            ("/a b/{id}:run", "/a%20b/1:run", true),
            ("/a/{id}:run", "/a/1:stop", false),
            ("/files/{path*}", "/files/a/b", true),
        ] {
            assert_eq!(matches(template, path), fits, "{template} {path}");
        }
    }

    #[test]
    fn embedded_services_are_found_with_their_places() {
        assert_eq!(Service::names().count(), 7);
        let ddm = Service::load("huawei-ddm").unwrap();
        let index = ddm.route("GET", "/v1/p/instances/i").unwrap();
        assert_eq!(ddm.operations()[index].id.as_deref(), Some("showInstance"));
        assert_eq!(ddm.route("PATCH", "/v1/p/instances/i").unwrap_err(), ["GET", "DELETE"]);
        assert!(ddm.route("GET", "/v1/p/nothing").unwrap_err().is_empty());
        let place = ddm.place(&format!("{}/responses/200", ddm.operations()[index].at)).unwrap();
        assert!(place.starts_with("specs/huawei-ddm/operations/instances/show-instance.yaml:1"), "{place}");
        let dts = Service::load("aliyun-dts").unwrap();
        let index = dts.action("DescribeDtsJobs").unwrap();
        assert_eq!(dts.operations()[index].id.as_deref(), Some("listJobs"));
        assert!(matches!(Service::load("nothing"), Err(LoadError::Unknown(_))));
    }
}
