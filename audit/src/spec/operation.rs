//! The operations of a spec: calls, parameters, bodies and responses.

use yundb_generator::{
    diagnostic::Location,
    load::{Entry, Node},
};

use super::{
    errata, parameter, sample,
    schema::{Refs, Types},
    text,
};
use crate::fact::{
    Call, Field, Operation, Parameter, Permission, Place, Prose, Required, Response, Sample, Shape, Shown,
};

/// The text before the action in a path of an RPC service.
const ACTION: &str = "/#Action=";

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// Headers filled by the client or HTTP.
const HEADERS: [&str; 7] =
    ["Content-Type", "X-Auth-Token", "X-Project-Id", "Host", "Authorization", "X-Sdk-Date", "Content-Length"];

/// Parameters of every RPC call, filled by the client.
const COMMON: [&str; 10] = [
    "Action",
    "Format",
    "Version",
    "AccessKeyId",
    "Signature",
    "SignatureMethod",
    "Timestamp",
    "SignatureVersion",
    "SignatureNonce",
    "SecurityToken",
];

/// An operation, and the permission that it needs.
pub(super) struct Read {
    pub operation: Operation,
    pub permission: Option<Permission>,
}

/// The operations on the wanted paths, in the spec's order.
pub(super) fn read(refs: &Refs<'_>, wanted: impl Fn(&str) -> bool) -> Vec<Read> {
    let mut read = Vec::new();
    let paths = refs.root.get("paths").into_iter().flat_map(Node::entries);
    for (path, item) in paths.filter(|(path, _)| wanted(path)) {
        for (method, entry) in item.node.entries().filter(|(key, _)| METHODS.contains(key)) {
            read.push(operation(refs, call(method, path), &item.node, entry));
        }
    }
    read
}

fn call(method: &str, path: &str) -> Call {
    match path.strip_prefix(ACTION) {
        Some(action) => Call::Rpc { action: action.to_owned() },
        None => {
            let path = path.split(['?', '#']).next().unwrap_or_default();
            Call::Rest { method: method.to_uppercase(), path: path.to_owned() }
        }
    }
}

fn operation<'a>(refs: &Refs<'a>, call: Call, item: &'a Node, entry: &'a Entry) -> Read {
    let node = &entry.node;
    let doc = node.get("x-doc");
    let at = node.as_object().and_then(|members| members.get("x-doc").or_else(|| members.get("operationId")));
    let at = at.map_or_else(|| entry.place().clone(), |member| member.key.clone());
    let mut errata = refs.errata.at(node).to_vec();
    errata::add(&mut errata, refs.errata.at(item));
    let declared = declared(refs, item, node);
    let mut samples = Vec::new();
    let rpc = matches!(call, Call::Rpc { .. });
    if rpc {
        samples.extend(sample::of_parameters(refs, &declared, &at));
    }
    let body = body(refs, node, &mut errata, &mut samples);
    let mut parameters: Vec<Parameter> = declared.iter().flat_map(|node| parameter::read(refs, node, rpc)).collect();
    // A condition on a parameter that the client fills is stated where the caller reads it.
    for parameter in parameters.iter_mut().filter(|parameter| parameter.filled) {
        parameter.field.prose.add(&text(Some(node), "description"));
    }
    imply(refs, &mut parameters, rpc, &at);
    let responses = responses(refs, node, &mut samples);
    let permission = permission(refs, node, &call);
    let operation = Operation {
        section: text(doc, "section"),
        call,
        parameters,
        body,
        responses,
        samples,
        sent: Vec::new(),
        about: Vec::new(),
        shown: shown(refs.root, node),
        unread: Vec::new(),
        at,
        errata,
    };
    Read { operation, permission }
}

/// The types of some components, as sections of a document describe them.
pub(super) fn types<'a>(refs: &Refs<'a>, names: impl Iterator<Item = &'a str>) -> Vec<Operation> {
    let schemas = refs.root.get("components").and_then(|it| it.get("schemas")).and_then(Node::as_object);
    let found = names.filter_map(|name| Some((name, schemas?.get(name)?)));
    found.map(|(name, entry)| described(refs, name, entry)).collect()
}

fn described<'a>(refs: &Refs<'a>, name: &str, entry: &'a Entry) -> Operation {
    let at = entry.node.location.clone();
    let (shape, errata) = Types::new(*refs).of(&entry.node);
    let (_, json) = Types::new(*refs).whole(&entry.node);
    let whole = Parameter {
        place: Place::Query,
        field: implied(name.to_owned(), &at, Vec::new()),
        filled: true,
        json: Some(json),
    };
    Operation {
        section: String::new(),
        call: Call::Type { name: name.to_owned() },
        parameters: vec![whole],
        body: None,
        responses: vec![Response { status: Some(200), shape, at: at.clone(), errata: errata.clone() }],
        samples: Vec::new(),
        sent: Vec::new(),
        about: Vec::new(),
        shown: Shown::default(),
        unread: Vec::new(),
        at,
        errata,
    }
}

/// A parameter that the client fills.
fn implied(name: String, at: &Location, errata: Vec<usize>) -> Field {
    Field {
        name,
        printed: None,
        ty: None,
        required: Required::Unknown,
        values: Vec::new(),
        details: Vec::new(),
        prose: Prose::default(),
        words: String::new(),
        secret: false,
        implied: true,
        at: at.clone(),
        errata,
    }
}

/// The parameters of an operation and those that it inherits from its path. References stay unresolved.
fn declared<'a>(refs: &Refs<'a>, item: &'a Node, node: &'a Node) -> Vec<&'a Node> {
    let of = |node: &'a Node| node.get("parameters").into_iter().flat_map(Node::items);
    let id = |node: &'a Node| {
        let node = refs.follow(node);
        (text(Some(node), "name"), text(Some(node), "in"))
    };
    let own: Vec<&Node> = of(node).collect();
    let common: Vec<&Node> = of(item).filter(|common| !own.iter().any(|own| id(own) == id(common))).collect();
    own.into_iter().chain(common).collect()
}

/// Adds the parameters that the client fills, so that a document may list them or not.
fn imply(refs: &Refs<'_>, parameters: &mut Vec<Parameter>, rpc: bool, at: &Location) {
    let components = refs.root.get("components");
    let schemes = components.and_then(|it| it.get("securitySchemes")).into_iter().flat_map(Node::entries);
    let of_schemes = schemes.filter_map(|(_, scheme)| {
        let header = text(Some(&scheme.node), "in") == "header";
        header.then(|| (Place::Header, text(Some(&scheme.node), "name")))
    });
    let headers = HEADERS.iter().map(|name| (Place::Header, (*name).to_owned()));
    let common = COMMON.iter().filter(|_| rpc).map(|name| (Place::Query, (*name).to_owned()));
    for (place, name) in of_schemes.chain(headers).chain(common) {
        let known =
            |parameter: &Parameter| parameter.place == place && parameter.field.name.eq_ignore_ascii_case(&name);
        if name.is_empty() || parameters.iter().any(known) {
            continue;
        }
        let shared = components.and_then(|it| it.get("parameters")).and_then(|it| it.get(&name));
        let errata = shared.map(|node| refs.errata_through(node)).unwrap_or_default();
        let field = implied(name, at, errata);
        parameters.push(Parameter { place, field, filled: true, json: None });
    }
}

/// The request body. The enclosing entries join those of the operation.
fn body<'a>(refs: &Refs<'a>, node: &'a Node, errata: &mut Vec<usize>, samples: &mut Vec<Sample>) -> Option<Shape> {
    let node = node.get("requestBody")?;
    errata::add(errata, &refs.errata_through(node));
    let content = refs.follow(node).get("content")?;
    samples.extend(sample::of_content(refs, content, true, None));
    let (shape, found) = shape(refs, content)?;
    errata::add(errata, &found);
    Some(shape)
}

/// The shape of the first media type with a schema, and the entries at it.
fn shape<'a>(refs: &Refs<'a>, content: &'a Node) -> Option<(Shape, Vec<usize>)> {
    content.entries().find_map(|(_, media)| {
        let schema = media.node.get("schema")?;
        let mut errata = refs.errata.at(&media.node).to_vec();
        let (shape, found) = Types::new(*refs).body(schema);
        errata::add(&mut errata, &found);
        Some((shape, errata))
    })
}

fn responses<'a>(refs: &Refs<'a>, node: &'a Node, samples: &mut Vec<Sample>) -> Vec<Response> {
    let mut responses = Vec::new();
    for (key, entry) in node.get("responses").into_iter().flat_map(Node::entries) {
        let Some(status) = status(key) else { continue };
        let mut errata = refs.errata_through(&entry.node);
        let target = refs.follow(&entry.node);
        for (_, header) in target.get("headers").into_iter().flat_map(Node::entries) {
            errata::add(&mut errata, &refs.errata_through(&header.node));
        }
        let content = target.get("content");
        if let Some(content) = content {
            samples.extend(sample::of_content(refs, content, false, status));
        }
        let (shape, found) = content.and_then(|content| shape(refs, content)).unwrap_or_default();
        errata::add(&mut errata, &found);
        responses.push(Response { status, shape, at: entry.key.clone(), errata });
    }
    responses
}

fn shown(root: &Node, node: &Node) -> Shown {
    let id = text(Some(node), "operationId");
    let mut letters = id.chars();
    let upper: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let name = text(Some(node), "x-sdk-name");
    // Its gateways demand the header of calls without a body, too.
    let content_type = node.get("requestBody").is_some() || text(Some(root), "x-protocol") == "huawei-rest";
    let further = ["x-rate-limit", "x-legacy"].map(|key| node.get(key).map(|it| it.to_json().to_string()));
    let further = further.into_iter().flatten().collect::<Vec<_>>().join("\n");
    Shown {
        sdk_name: if name.is_empty() { upper } else { name },
        text: ["summary", "description"].map(|key| text(Some(node), key)).join("\n") + "\n" + &further,
        pages: node.get("x-pagination").is_some(),
        content_type,
    }
}

/// The status for a key of `responses`: none for `default`, a digit for a class. None if it is not a status.
fn status(key: &str) -> Option<Option<u16>> {
    if key == "default" {
        return Some(None);
    }
    let class = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx"));
    class.unwrap_or(key).parse().ok().map(Some)
}

fn permission(refs: &Refs<'_>, node: &Node, call: &Call) -> Option<Permission> {
    let entry = node.as_object()?.get("x-permission")?;
    let one = entry.node.as_str().into_iter();
    let actions = one.chain(entry.node.items().filter_map(Node::as_str)).map(str::to_owned).collect();
    Some(Permission { call: call.clone(), actions, at: entry.key.clone(), errata: refs.errata.at(node).to_vec() })
}
