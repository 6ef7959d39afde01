//! Lower: from the OpenAPI document to yundb's own model. All decisions are taken here.

mod answer;
mod body;
mod docs;
mod job;
pub mod model;
pub(crate) mod names;
mod operation;
mod paging;
mod schema;
mod security;
mod usage;
mod variants;
mod view;

pub use schema::renamed;

use std::collections::HashMap;

use indexmap::IndexMap;
use openapiv3::{OpenAPI, ReferenceOr};
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::load::Loaded;
use model::{Group, Job, Outcome, Protocol, Server, Service, TypeDef, TypeId};
use schema::Component;

/// Turns a loaded document into the model of a client crate.
pub fn lower(loaded: &Loaded, package: &str, source: &str, diagnostics: &mut Diagnostics) -> Service {
    let api = &loaded.api;
    let mut lower = Lower {
        api,
        loaded,
        diagnostics,
        protocol: protocol(api),
        types: Vec::new(),
        scope: names::Scope::with(RESERVED_TYPES),
        components: HashMap::new(),
        component_names: HashMap::new(),
        inline: HashMap::new(),
        outcomes: Vec::new(),
        jobs: Vec::new(),
        operation: String::new(),
    };
    // Shared types have the first claim on their names, whether operations use them or not.
    for name in api.components.iter().flat_map(|components| components.schemas.keys()) {
        let rust = lower.scope.take(names::camel(name));
        lower.component_names.insert(name.clone(), rust);
    }
    let schemes = lower.schemes();
    let groups = lower.groups();
    let mut service = Service {
        package: package.to_owned(),
        source: source.to_owned(),
        title: api.info.title.clone(),
        version: api.info.version.clone(),
        product: product(api),
        docs: docs::lines(api.info.description.as_deref().unwrap_or_default()),
        document: document(api),
        protocol: lower.protocol,
        servers: servers(&api.servers),
        schemes,
        security: security::alternatives(api.security.as_deref().unwrap_or_default()),
        groups,
        types: lower.types,
        outcomes: lower.outcomes,
        jobs: lower.jobs,
        busy: busy(api),
        limits: limits(api),
    };
    usage::finish(&mut service);
    service
}

/// Type names that generated code uses itself.
const RESERVED_TYPES: &[&str] = &[
    "Client",
    "Call",
    "Answer",
    "Error",
    "Response",
    "Result",
    "Option",
    "Some",
    "None",
    "Ok",
    "Err",
    "String",
    "Vec",
    "Box",
    "BTreeMap",
    "Value",
    "Secret",
    "JsonText",
    "Operation",
    "Spec",
    "Part",
    "Bytes",
    "ByteStream",
    "DecodeError",
    "Object",
    "Field",
    "Serialize",
    "Deserialize",
    "Into",
    "IntoIterator",
    "From",
    "Default",
    "Debug",
    "Clone",
    "PartialEq",
    "Self",
    "Style",
    "Place",
    "Paged",
    "Paging",
    "Iterator",
    "Copy",
    "Drop",
    "Eq",
    "Hash",
    "Ord",
    "PartialOrd",
    "Send",
    "Sync",
    "Sized",
    "Fn",
    "FnOnce",
    "FnMut",
    "AsRef",
    "ToString",
    "Extend",
    "ToOwned",
    "Unpin",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "TryFrom",
    "TryInto",
    "FromIterator",
    "AsMut",
];

/// The state of a lowering.
pub(crate) struct Lower<'a> {
    api: &'a OpenAPI,
    loaded: &'a Loaded,
    diagnostics: &'a mut Diagnostics,
    protocol: Protocol,
    types: Vec<TypeDef>,
    scope: names::Scope,
    components: HashMap<String, Component>,
    component_names: HashMap<String, String>,
    /// Definitions of inline types by their name there and their schema, so that equal ones are one type.
    inline: HashMap<String, TypeId>,
    outcomes: Vec<Outcome>,
    jobs: Vec<Job>,
    /// The operation at hand, for diagnostics.
    operation: String,
}

impl Lower<'_> {
    /// Something in the document that the generated code does not do.
    fn unsupported(&mut self, code: &'static str, message: String, pointer: &str, effect: &str) {
        self.report(Diagnostic::warning(code, self.named(message)).label(effect), pointer);
    }

    /// Something in the document that is probably a mistake.
    fn warn(&mut self, code: &'static str, message: String, pointer: &str, help: &str) {
        self.report(Diagnostic::warning(code, self.named(message)).help(help), pointer);
    }

    /// The message, with the operation that it is about.
    fn named(&self, message: String) -> String {
        if self.operation.is_empty() { message } else { format!("{}: {message}", self.operation) }
    }

    fn report(&mut self, diagnostic: Diagnostic, pointer: &str) {
        let path: Vec<String> =
            pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
        self.diagnostics.push(diagnostic.at(self.loaded.locate(&path)));
    }

    fn groups(&mut self) -> Vec<Group> {
        let api = self.api;
        let mut by_tag: IndexMap<String, Vec<operation::Found<'_>>> =
            api.tags.iter().map(|tag| (tag.name.clone(), Vec::new())).collect();
        for found in operation::find(api) {
            let tag = found.operation.tags.first().cloned().unwrap_or_else(|| "untagged".to_owned());
            by_tag.entry(tag).or_default().push(found);
        }
        by_tag.retain(|_, operations| !operations.is_empty());
        let mut modules = names::Scope::with(&["client", "types"]);
        let mut features = names::Scope::with(&[&["default"], model::RUNTIME_FEATURES].concat());
        // Calls have the next claim on their names, in the document's order, before inline types.
        let mut methods = names::Scope::with(&["builder", "wait_for", "resume"]);
        let mut named: HashMap<String, (String, String)> = HashMap::new();
        for found in by_tag.values().flatten() {
            let id = found.id();
            let method = methods.take(names::snake(&id));
            let camel = names::camel(&id);
            let call = format!("{camel}Call");
            let ty = self.scope.take_first([camel, call]);
            named.insert(found.pointer.clone(), (method, ty));
        }
        by_tag
            .into_iter()
            .map(|(tag, operations)| {
                let declared = api.tags.iter().find(|declared| declared.name == tag);
                let description = declared.and_then(|tag| tag.description.clone());
                let operations = operations
                    .into_iter()
                    .filter_map(|found| {
                        let (method, ty) = named.get(&found.pointer).cloned()?;
                        self.operation = found.id();
                        let operation = self.operation(&found, method, ty);
                        self.operation.clear();
                        Some(operation)
                    })
                    .collect();
                Group {
                    module: modules.take(names::snake(&tag)),
                    feature: features.take(names::feature(&tag)),
                    docs: docs::lines(description.as_deref().unwrap_or(&format!("Operations of the tag `{tag}`."))),
                    operations,
                }
            })
            .collect()
    }
}

/// The item that a reference into a section of the components leads to at last, with its pointer.
fn follow<'a, T>(
    mut item: &'a ReferenceOr<T>,
    mut at: String,
    section: &str,
    components: Option<&'a IndexMap<String, ReferenceOr<T>>>,
) -> Result<(&'a T, String), String> {
    // `load` has refused references without end; this only bounds the loop.
    for _ in 0..16 {
        let name = match item {
            ReferenceOr::Item(item) => return Ok((item, at)),
            ReferenceOr::Reference { reference } => reference.rsplit('/').next().unwrap_or_default(),
        };
        let name = name.replace("~1", "/").replace("~0", "~");
        let Some(target) = components.and_then(|components| components.get(&name)) else { break };
        item = target;
        at = schema::pointer(&format!("/components/{section}"), &[&name]);
    }
    Err(at)
}

fn protocol(api: &OpenAPI) -> Protocol {
    match api.extensions.get("x-protocol").and_then(Value::as_str) {
        Some("aliyun-rpc") => Protocol::AliyunRpc,
        Some("huawei-rest") => Protocol::HuaweiRest,
        _ => Protocol::Http,
    }
}

/// What the vendor's gateways call the service.
fn product(api: &OpenAPI) -> String {
    api.extensions.get("x-product").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Codes of failures that pass when what is under way is done.
fn busy(api: &OpenAPI) -> Vec<String> {
    let codes = api.extensions.get("x-busy-codes").and_then(Value::as_array).into_iter().flatten();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The limits of each user; those of the whole service are nothing that a client can keep.
fn limits(api: &OpenAPI) -> Vec<(u32, u32)> {
    let all = api.extensions.get("x-rate-limit").and_then(Value::as_array).into_iter().flatten();
    let of_users = all.filter(|limit| limit.get("per").and_then(Value::as_str).is_none_or(|per| per == "user"));
    let number = |limit: &Value, key: &str| u32::try_from(limit.get(key)?.as_u64()?).ok();
    of_users.filter_map(|limit| Some((number(limit, "calls")?, number(limit, "seconds")?))).collect()
}

fn document(api: &OpenAPI) -> Option<String> {
    api.extensions.get("x-doc")?.get("document")?.as_str().map(str::to_owned)
}

fn servers(servers: &[openapiv3::Server]) -> Vec<Server> {
    servers
        .iter()
        .map(|server| Server {
            url: server.url.trim_end_matches('/').to_owned(),
            region: server.extensions.get("x-region").and_then(Value::as_str).map(str::to_owned),
            variables: server
                .variables
                .iter()
                .flatten()
                .map(|(name, variable)| (name.clone(), variable.default.clone(), variable.enumeration.clone()))
                .collect(),
        })
        .collect()
}
