//! What operations do to resources, where the document makes it plain: by paths in REST, by operationIds in RPC.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use yundb_contract::document::{Operation, Place, Protocol, Status};
use yundb_contract::wire::{Data, Input, scalar_text};

use crate::service::{Service, template};

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Adds an entry.
    Create,
    /// Returns the entries.
    List,
    /// Returns one entry.
    Show,
    /// Changes fields of an entry.
    Update,
    /// Removes an entry.
    Delete,
}

/// The role of an operation, and the name of the parameter that identifies an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// What it does.
    pub verb: Verb,
    /// The parameter.
    pub id: String,
    /// The noun of RPC operations; empty for REST, where the path names the resource.
    noun: String,
    /// Number of segments after the id.
    below: usize,
}

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The resource: its path, or the parameter that identifies its entries.
    pub collection: String,
    /// The entry.
    pub id: Option<String>,
}

/// The role of each operation, by its index.
pub fn roles(service: &Service) -> Vec<Option<Role>> {
    if service.is_rpc() { by_name(service) } else { by_path(service) }
}

fn by_path(service: &Service) -> Vec<Option<Role>> {
    let operations = service.operations();
    let read = |it: &&Operation| matches!(it.method.as_str(), "GET" | "POST");
    let collections: HashSet<&str> = operations.iter().filter(read).map(template).collect();
    // The collection of an item's path, and the name of its id.
    let item = |path: &str| -> Option<(String, String)> {
        let (collection, last) = path.rsplit_once('/')?;
        let name = last.strip_prefix('{')?.strip_suffix('}')?;
        collections.contains(collection).then(|| (collection.to_owned(), name.to_owned()))
    };
    let ids: HashMap<String, String> = operations.iter().filter_map(|it| item(template(it))).collect();
    let role = |operation: &Operation| {
        let path = template(operation);
        let of = |verb, id, below| Some(Role { verb, id, noun: String::new(), below });
        match (operation.method.as_str(), item(path)) {
            ("GET", Some((_, id))) => of(Verb::Show, id, 0),
            ("PUT" | "PATCH", Some((_, id))) => of(Verb::Update, id, 0),
            ("DELETE", Some((_, id))) => of(Verb::Delete, id, 0),
            ("POST", None) => of(Verb::Create, ids.get(path)?.clone(), 0),
            ("GET", None) => of(Verb::List, ids.get(path)?.clone(), 0),
            ("PUT" | "PATCH", None) => {
                let (above, last) = path.rsplit_once('/')?;
                let (_, id) = item(above).filter(|_| !last.contains('{'))?;
                of(Verb::Update, id, 1)
            }
            _ => None,
        }
    };
    operations.iter().map(role).collect()
}

fn by_name(service: &Service) -> Vec<Option<Role>> {
    const VERBS: &[(&str, Verb)] = &[
        ("create", Verb::Create),
        ("list", Verb::List),
        ("show", Verb::Show),
        ("update", Verb::Update),
        ("delete", Verb::Delete),
    ];
    let named = |operation: &Operation| {
        let id = operation.id.as_deref()?;
        let (verb, noun) = VERBS.iter().find_map(|(prefix, verb)| Some((*verb, id.strip_prefix(prefix)?)))?;
        noun.starts_with(|c: char| c.is_ascii_uppercase()).then(|| (verb, singular(noun, verb)))
    };
    // Entries are identified by the only parameter that their removal or display requires.
    let mut ids: HashMap<String, String> = HashMap::new();
    for operation in service.operations() {
        let Some((Verb::Delete | Verb::Show, noun)) = named(operation) else { continue };
        let mut required = operation.parameters.iter().filter(|it| it.required && it.client.is_none());
        if let (Some(id), None) = (required.next(), required.next()) {
            ids.entry(noun).or_insert_with(|| id.name.clone());
        }
    }
    let role = |operation: &Operation| {
        let (verb, noun) = named(operation)?;
        Some(Role { verb, id: ids.get(&noun)?.clone(), noun, below: 0 })
    };
    service.operations().iter().map(role).collect()
}

/// The noun of one entry: `Gateways` of `listGateways` is `Gateway`, with a version at its end kept.
fn singular(noun: &str, verb: Verb) -> String {
    if verb != Verb::List {
        return noun.to_owned();
    }
    let (word, version) = match noun.strip_suffix("Legacy") {
        Some(word) => (word, "Legacy"),
        None => (noun, ""),
    };
    let word = match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    };
    word + version
}

impl Role {
    /// What a call is about. `path` is that of the request, without the base.
    pub fn subject(&self, path: &str, input: &Input) -> Subject {
        if !self.noun.is_empty() {
            let id = input.query.get(&self.id).filter(|_| !matches!(self.verb, Verb::Create | Verb::List));
            return Subject { collection: self.id.clone(), id: id.map(scalar_text) };
        }
        let mut path = path.trim_end_matches('/');
        if matches!(self.verb, Verb::Create | Verb::List) {
            return Subject { collection: path.to_owned(), id: None };
        }
        for _ in 0..self.below {
            path = path.rsplit_once('/').map_or("", |(above, _)| above);
        }
        let (collection, id) = path.rsplit_once('/').unwrap_or_default();
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned();
        Subject { collection: collection.to_owned(), id: Some(id) }
    }

    /// Whether it creates what does not exist: a PUT that documents nothing for that case, in an ordinary document.
    pub fn puts(&self, service: &Service, operation: &Operation) -> bool {
        let missing = |status| matches!(status, Status::Code(404 | 410) | Status::Range(4) | Status::Default);
        service.document.protocol == Protocol::Http
            && (self.verb, self.below, operation.method.as_str()) == (Verb::Update, 0, "PUT")
            && !operation.responses.iter().any(|response| missing(response.status))
    }

    /// The names under which responses have the id.
    pub fn names(&self) -> [&str; 2] {
        [&self.id, "id"]
    }
}

/// Everything that a call refers to: each part of its path, or each of its parameters.
pub fn references(service: &Service, path: &str, input: &Input) -> Vec<Subject> {
    if service.is_rpc() {
        let all = input.query.iter();
        return all.map(|(name, value)| Subject { collection: name.clone(), id: Some(scalar_text(value)) }).collect();
    }
    let ends = path.match_indices('/').map(|(at, _)| at).skip(1).chain([path.len()]);
    ends.filter_map(|end| {
        let (collection, id) = path[..end].rsplit_once('/')?;
        let id = percent_encoding::percent_decode_str(id).decode_utf8_lossy().into_owned();
        Some(Subject { collection: collection.to_owned(), id: Some(id) })
    })
    .collect()
}

/// Whether calls of an operation have to refer to an entry of a collection: by a placeholder of the path, or by a
/// required parameter. Optional parameters are filters, and the id of a new entry is not known yet.
pub fn identifies(service: &Service, operation: &Operation, collection: &str) -> bool {
    if service.is_rpc() {
        let creates = operation.id.as_deref().is_some_and(|id| id.starts_with("create"));
        return !creates && operation.parameters.iter().any(|it| it.required && it.name == collection);
    }
    template(operation).split('/').nth(collection.split('/').count()).is_some_and(|part| part.starts_with('{'))
}

/// The fields that a call sends: those of the body, without an envelope, and the parameters.
pub fn fields(operation: &Operation, input: &Input) -> Map<String, Value> {
    let mut fields = Map::new();
    for parameter in operation.parameters.iter().filter(|it| it.place == Place::Query) {
        fields.extend(input.query.get(&parameter.name).map(|value| (parameter.name.clone(), value.clone())));
    }
    match input.body.as_ref().map(|content| &content.data) {
        Some(Data::Json(Value::Object(body))) => match body.values().next() {
            Some(Value::Object(inner)) if body.len() == 1 => fields.extend(inner.clone()),
            _ => fields.extend(body.clone()),
        },
        Some(Data::Form(body)) => fields.extend(body.clone()),
        _ => {}
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(service: &Service, id: &str) -> Option<Role> {
        let index = service.operations().iter().position(|it| it.id.as_deref() == Some(id)).unwrap();
        roles(service).remove(index)
    }

    #[test]
    fn roles_follow_paths_and_names() {
        let ddm = Service::load("huawei-ddm").unwrap();
        let verb = |service: &Service, id: &str| role(service, id).map(|role| (role.verb, role.id));
        assert_eq!(verb(&ddm, "createInstance"), Some((Verb::Create, "instance_id".to_owned())));
        assert_eq!(verb(&ddm, "listInstances"), Some((Verb::List, "instance_id".to_owned())));
        assert_eq!(verb(&ddm, "deleteInstance"), Some((Verb::Delete, "instance_id".to_owned())));
        assert_eq!(verb(&ddm, "restartInstance"), None);
        let dg = Service::load("aliyun-dg").unwrap();
        for (id, expected) in
            [("createGateway", Verb::Create), ("listGateways", Verb::List), ("showGateway", Verb::Show)]
        {
            assert_eq!(verb(&dg, id), Some((expected, "GatewayId".to_owned())), "{id}");
        }
        assert_eq!(verb(&dg, "createGatewayVerifyCode"), None);
        assert_eq!(singular("PoliciesLegacy", Verb::List), "PolicyLegacy");
    }

    #[test]
    fn subjects_are_in_paths_and_parameters() {
        let ddm = Service::load("huawei-ddm").unwrap();
        let show = role(&ddm, "showInstance").unwrap();
        let subject = show.subject("/v1/p/instances/a%20b", &Input::default());
        assert_eq!(subject, Subject { collection: "/v1/p/instances".to_owned(), id: Some("a b".to_owned()) });
        assert!(references(&ddm, "/v1/p/instances/a%20b/restart", &Input::default()).contains(&subject));
    }
}
