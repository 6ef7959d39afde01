//! Lower: from the OpenAPI document to yundb's own model. All decisions are made here.

mod body;
mod cycles;
mod discriminator;
mod docs;
mod errors;
mod form;
pub mod format;
mod header;
mod job;
mod links;
mod markdown;
mod meanings;
mod media;
pub mod model;
pub(crate) mod names;
mod operation;
mod own;
mod paging;
mod representation;
mod response;
mod response_docs;
mod sample;
mod schema;
mod security;
mod usage;
mod variants;
mod webhooks;

pub use docs::listed;
pub(crate) use markdown::{clean, code, plain};
pub use schema::renamed;

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexMap;
use openapiv3::OpenAPI;
use serde_json::Value;

use crate::accounting::{Ledger, Reason};
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Diagnostics, Location};
use crate::load::{Entry, Keyword, Loaded, Node, Part};
use crate::progress::{self, Stage};
use crate::stack::deep;
use model::{
    Aliased, Docs, FormDef, Group, Guide, Job, Outcome, Protocol, RateLimit, Received, Server, ServerVariable, Service,
    Setting, TypeDef,
};
use names::{Candidates, Scope};
pub use operation::id as operation_id;
use schema::{Component, Inline};

/// Converts a loaded document to the model of a client crate. The ledger records everything that is used.
pub fn lower(
    loaded: &Loaded,
    package: &str,
    source: &str,
    choices: &Choices,
    ledger: &Ledger,
    diagnostics: &mut Diagnostics,
) -> Service {
    deep(|| service(loaded, package, source, choices, ledger, diagnostics))
}

fn service(
    loaded: &Loaded,
    package: &str,
    source: &str,
    choices: &Choices,
    ledger: &Ledger,
    diagnostics: &mut Diagnostics,
) -> Service {
    let api = &loaded.api;
    let mut lower = Lower {
        api,
        loaded,
        choices,
        ledger,
        diagnostics,
        protocol: protocol(api),
        types: Vec::new(),
        scope: Scope::with(RESERVED_TYPES),
        components: HashMap::new(),
        component_names: HashMap::new(),
        flags: HashMap::new(),
        inline: HashMap::new(),
        limited: HashMap::new(),
        children: schema::children(loaded),
        discriminated: HashMap::new(),
        seen: HashSet::new(),
        outcomes: Vec::new(),
        jobs: Vec::new(),
        job_places: Vec::new(),
        forms: Vec::new(),
        settings: Vec::new(),
        unmet: HashSet::new(),
        received: Vec::new(),
        standalone: Vec::new(),
        operation: String::new(),
        named: HashSet::new(),
        places: HashMap::new(),
        aliases: BTreeMap::new(),
        open: Vec::new(),
        renamed: None,
        titles: HashMap::new(),
        methods: HashMap::new(),
        chosen: HashSet::new(),
    };
    // Shared types have the first claim on their names, whether or not operations use them.
    let shared: Vec<&str> = loaded.schemas().map(|(name, _)| name).collect();
    let wanted: Vec<Candidates> = shared.iter().copied().map(Candidates::camel).collect();
    lower.component_names = shared.into_iter().zip(lower.scope.assign(&wanted)).collect();
    lower.rename_components();
    loaded.passed_over.iter().for_each(|(at, reason)| ledger.ignore(at, *reason));
    let document = loaded.document();
    lower.empty_paths();
    let schemes = lower.schemes();
    let groups = lower.groups();
    lower.unclassified_states(&groups);
    lower.webhooks();
    if groups.is_empty() {
        lower.all_types();
    }
    lower.discriminate();
    let derives = lower.derives();
    let mut service = Service {
        package: package.to_owned(),
        source: source.to_owned(),
        title: api.info.title.clone(),
        version: api.info.version.clone(),
        product: product(api),
        docs: docs::lines(&about(loaded)),
        document: self::document(api),
        guides: guides(&loaded.guides),
        protocol: lower.protocol,
        servers: lower.servers(&document, &api.servers),
        settings: std::mem::take(&mut lower.settings),
        schemes,
        security: lower.security(&document, api.security.as_deref()).unwrap_or_default(),
        groups,
        types: lower.types,
        aliases: lower.aliases,
        type_names: lower.scope.into_names().collect(),
        longest_chain: 0,
        outcomes: lower.outcomes,
        forms: lower.forms,
        jobs: lower.jobs,
        busy: busy(api),
        errors: errors::errors(loaded),
        limits: limits(api),
        received: lower.received,
        standalone: lower.standalone,
        derives,
    };
    if let Some(info) = document.entry("info") {
        ["title", "version", "summary", "description"]
            .into_iter()
            .filter_map(|key| info.node.as_object()?.get(key))
            .for_each(|entry| ledger.take(&entry.key));
    }
    usage::finish(&mut service);
    response_docs::place(&mut service);
    links::link(&mut service, &lower.component_names);
    service
}

/// Types and traits that emitted code names without a path, and items that could be confused with a call, which is a
/// tuple struct.
const RESERVED_TYPES: &[&str] = &[
    "Option",
    "String",
    "Vec",
    "Box",
    "Result",
    "Into",
    "IntoIterator",
    "From",
    "Clone",
    "Debug",
    "Default",
    "PartialEq",
    "Eq",
    "Hash",
];
const RESERVED_CALLS: &[&str] = &["Ok", "Err", "Some", "None"];

/// Methods of a client that emitted code or every user calls.
const CLIENT_METHODS: &[&str] = &["builder", "wait_for", "resume", "call", "call_action", "call_path", "clone", "new"];

/// Invalid module names: `mod.rs` is that of the folder, and the others are reserved by Windows.
pub(crate) const NO_MODULES: &[&str] = &[
    "mod", "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// The state of lowering.
pub(crate) struct Lower<'a, 'd> {
    api: &'a OpenAPI,
    loaded: &'a Loaded,
    choices: &'d Choices,
    ledger: &'d Ledger,
    diagnostics: &'d mut Diagnostics,
    protocol: Protocol,
    types: Vec<TypeDef>,
    scope: Scope,
    components: HashMap<&'a str, Component<'a>>,
    component_names: HashMap<&'a str, String>,
    /// The flags that recursive components set at the places that refer to them.
    flags: HashMap<&'a str, schema::Flags>,
    /// Definitions of inline types, so that equal ones are one type.
    inline: HashMap<Inline<'a>, model::TypeId>,
    /// The limits of the strings in alternatives that were merged into one enum.
    limited: HashMap<model::TypeId, model::Shape>,
    /// The components derived from each component by `allOf`.
    children: HashMap<&'a str, Vec<&'a str>>,
    /// Unions with a discriminator.
    discriminated: HashMap<model::TypeId, discriminator::Discriminated<'a>>,
    /// The locations of the inline types lowered so far.
    seen: HashSet<&'a Location>,
    outcomes: Vec<Outcome>,
    jobs: Vec<Job>,
    /// The locations of the kinds of jobs in `x-jobs`.
    job_places: Vec<&'a Location>,
    forms: Vec<FormDef>,
    settings: Vec<Setting>,
    /// Security schemes that are left to the caller.
    unmet: HashSet<String>,
    received: Vec<Received>,
    standalone: Vec<model::Type>,
    /// The current operation, for diagnostics.
    operation: String,
    /// Diagnostics that were reported with an operation, as otherwise all operations that share a component would
    /// repeat them.
    named: HashSet<(&'static str, String, Location)>,
    /// The name of each definition in each place.
    places: HashMap<(Aliased, String), String>,
    aliases: BTreeMap<Aliased, Vec<String>>,
    /// The objects being lowered, from the outside in.
    open: Vec<model::TypeId>,
    /// The types within an equal type that were already named after the current place.
    renamed: Option<HashSet<model::TypeId>>,
    /// Names given by the document itself, independent of the place.
    titles: HashMap<Aliased, String>,
    /// The methods by operationId.
    methods: HashMap<String, String>,
    /// The types, by name, for which there were choices.
    chosen: HashSet<String>,
}

impl<'a> Lower<'a, '_> {
    /// Reports that generated code does not support a part of the document: it is left out with its content.
    fn unsupported(&mut self, code: &'static str, message: String, at: &Location, effect: &str) {
        self.leave_out(code, message, at, effect, None);
    }

    /// Like [`unsupported`](Self::unsupported), with advice on what to write instead.
    fn leave_out(&mut self, code: &'static str, message: String, at: &Location, effect: &str, help: Option<String>) {
        if let Some(message) = self.named(code, message, at) {
            let diagnostic = Diagnostic::warning(code, message).at(at.clone()).label(effect).left_out();
            self.diagnostics.push(Diagnostic { help, ..diagnostic });
        }
    }

    /// Reports a probable mistake in the document.
    fn warn(&mut self, code: &'static str, message: String, at: &Location, help: &str) {
        if let Some(message) = self.named(code, message, at) {
            self.diagnostics.push(Diagnostic::warning(code, message).at(at.clone()).help(help));
        }
    }

    /// The message, with the first operation that uses the location. `None` for later ones.
    fn named(&mut self, code: &'static str, message: String, at: &Location) -> Option<String> {
        let first = self.named.insert((code, message.clone(), at.clone()));
        first.then(|| if self.operation.is_empty() { message } else { format!("{}: {message}", self.operation) })
    }

    /// The value of a keyword, which is recorded as used.
    fn take<T: Clone>(&self, keyword: &Keyword<'a, T>) -> Option<T> {
        self.ledger.value(keyword)
    }

    /// Records members of a part as used.
    fn take_members<T>(&self, part: &Part<'a, T>, keys: &[&str]) {
        for entry in keys.iter().filter_map(|key| part.entry(key)) {
            self.ledger.take(&entry.key);
        }
    }

    /// Accounts for an example: whether its value is shown.
    fn take_example(&self, entry: &'a Entry, value: Option<&Node>) {
        let shown = value.is_some_and(|value| docs::example(Some(&value.to_json())).is_some());
        match shown {
            true => self.ledger.take(&entry.key),
            false => self.ledger.ignore(&entry.key, Reason::FurtherExample),
        }
    }

    /// Names a definition after its first place.
    fn name_first(&mut self, of: Aliased, place: String) -> String {
        let name = self.scope.take(place.clone());
        let name = self.inline_name(name);
        self.places.insert((of, place), name.clone());
        name
    }

    /// The name of a definition in a place, which may be a repetition; and whether the place is new.
    fn name_in(&mut self, of: Aliased, place: String) -> (String, bool) {
        if let Some(title) = self.titles.get(&of) {
            return (title.clone(), false);
        }
        if let Some(name) = self.places.get(&(of, place.clone())) {
            return (name.clone(), false);
        }
        let name = self.name_first(of, place);
        self.aliases.entry(of).or_default().push(name.clone());
        (name, true)
    }

    /// Records a tree with all its content as used.
    fn take_tree(&self, node: &Node) {
        self.ledger.take(&node.location);
        node.items().for_each(|item| self.take_tree(item));
        for (_, entry) in node.entries() {
            self.ledger.take(&entry.key);
            self.take_tree(&entry.node);
        }
    }

    fn groups(&mut self) -> Vec<Group> {
        let api = self.api;
        let mut by_tag: IndexMap<String, Vec<operation::Found<'a>>> =
            api.tags.iter().map(|tag| (tag.name.clone(), Vec::new())).collect();
        for found in operation::find(self.loaded) {
            let tag = found.operation.item.tags.first().cloned().unwrap_or_else(|| "untagged".to_owned());
            by_tag.entry(tag).or_default().push(found);
        }
        by_tag.retain(|_, operations| !operations.is_empty());
        let mut seen = HashSet::new();
        for tag in self.loaded.document().list("tags", &api.tags) {
            let reason = match (by_tag.contains_key(&tag.item.name), seen.insert(&tag.item.name)) {
                (false, _) => Reason::UnusedTag,
                (true, false) => Reason::Repeated,
                (true, true) => continue,
            };
            tag.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, reason));
        }
        let tags: Vec<Candidates> = by_tag.keys().map(|tag| Candidates::snake(tag)).collect();
        let modules = Scope::with(NO_MODULES).assign(&tags);
        let mut features = Scope::with(&[&["default"], model::RUNTIME_FEATURES].concat());
        let features = modules
            .iter()
            .map(|module| features.take_first([names::feature(module), format!("{}-tag", names::feature(module))]));
        let features: Vec<String> = features.collect();
        let named = self.calls(by_tag.values().flatten());
        let mut named = named.into_iter();
        let document = self.loaded.document();
        progress::begin(Stage::Lower, by_tag.values().map(Vec::len).sum());
        by_tag
            .into_iter()
            .zip(modules.into_iter().zip(features))
            .map(|((tag, operations), (module, feature))| {
                let declared = document.list("tags", &api.tags).find(|declared| declared.item.name == tag);
                if let Some(declared) = &declared {
                    self.take_members(declared, &["name", "summary", "description", "parent", "kind"]);
                }
                let description = declared.map(|tag| tag_docs(&tag)).filter(|words| !words.is_empty());
                let operations = operations
                    .into_iter()
                    .zip(named.by_ref())
                    .map(|(found, (method, ty))| {
                        self.operation = found.title();
                        let operation = self.operation(&found, method, ty);
                        self.operation.clear();
                        progress::advance(1);
                        operation
                    })
                    .collect();
                Group {
                    module,
                    feature,
                    docs: docs::lines(
                        description.as_deref().unwrap_or(&format!("Operations of the tag {}.", markdown::code(&tag))),
                    ),
                    operations,
                }
            })
            .collect()
    }

    /// The methods and types of all operations, which claim their names after shared types.
    fn calls<'f>(&mut self, operations: impl Iterator<Item = &'f operation::Found<'a>>) -> Vec<(String, String)>
    where
        'a: 'f,
    {
        let (ids, wanted): (Vec<String>, Vec<String>) = operations
            .map(|found| {
                let (id, address) = (found.id(), format!("{} {}", found.method, found.path));
                let wanted = self.chosen_method(&id, &address).unwrap_or(&id).to_owned();
                (id, wanted)
            })
            .unzip();
        let methods = methods(wanted.iter().map(String::as_str));
        self.methods = ids.into_iter().zip(methods.iter().cloned()).collect();
        let call = |method: String| {
            let camel = names::camel(names::plain(&method));
            let call = format!("{}Call", camel.trim_end_matches('_'));
            let ty = match RESERVED_CALLS.contains(&camel.as_str()) {
                true => self.scope.take(call),
                false => self.scope.take_first([camel, call]),
            };
            (method, ty)
        };
        methods.into_iter().map(call).collect()
    }
}

/// The client's methods for operations with these ids, or with the names that the settings choose. Of operations with
/// the same id, the order decides: by tag, as in the client's modules.
pub fn methods<'n>(wanted: impl Iterator<Item = &'n str>) -> Vec<String> {
    Scope::with(CLIENT_METHODS).assign(&wanted.map(Candidates::snake).collect::<Vec<_>>())
}

fn protocol(api: &OpenAPI) -> Protocol {
    match api.extensions.get("x-protocol").and_then(Value::as_str) {
        Some("aliyun-rpc") => Protocol::AliyunRpc,
        Some("huawei-rest") => Protocol::HuaweiRest,
        _ => Protocol::Http,
    }
}

/// The summary, which newer documents have, and the description.
fn about(loaded: &Loaded) -> String {
    let info = loaded.root.get("info");
    let words = ["summary", "description"].into_iter().filter_map(|key| info?.get(key)?.as_str());
    words.collect::<Vec<_>>().join("\n\n")
}

/// The name of the service in the vendor's gateways.
fn product(api: &OpenAPI) -> String {
    api.extensions.get("x-product").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Codes of temporary failures while another operation is in progress.
fn busy(api: &OpenAPI) -> Vec<String> {
    let codes = api.extensions.get("x-busy-codes").and_then(Value::as_array).into_iter().flatten();
    codes.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The limits per user; a client cannot enforce those of the whole service.
fn limits(api: &OpenAPI) -> Vec<RateLimit> {
    let all = api.extensions.get("x-rate-limit").and_then(Value::as_array).into_iter().flatten();
    let of_users = all.filter(|limit| limit.get("per").and_then(Value::as_str).is_none_or(|per| per == "user"));
    let number = |limit: &Value, key: &str| u32::try_from(limit.get(key)?.as_u64()?).ok();
    let limit = |limit| Some(RateLimit { calls: number(limit, "calls")?, seconds: number(limit, "seconds")? });
    of_users.filter_map(limit).collect()
}

/// The guides, with names for their modules.
fn guides(loaded: &[(String, String)]) -> Vec<Guide> {
    let wanted: Vec<Candidates> = loaded.iter().map(|(name, _)| Candidates::snake(name)).collect();
    let modules = Scope::with(NO_MODULES).assign(&wanted);
    let guide = |((name, text), module): (&(String, String), String)| {
        let text = clean(text).into_owned();
        let title = markdown::first_paragraph(text.lines().next().unwrap_or_default());
        Guide { name: name.clone(), module, title, text }
    };
    loaded.iter().zip(modules).map(guide).collect()
}

/// The name of the document that the spec was transcribed from.
fn document(api: &OpenAPI) -> Option<String> {
    let doc = api.extensions.get("x-doc")?;
    let text = |key: &str| doc.get(key).and_then(Value::as_str);
    let title = text("title").map(|title| format!("*{}*", markdown::plain(title)));
    let title = title.or_else(|| text("document").map(markdown::code))?;
    let edition = text("edition").map(markdown::plain);
    Some([title].into_iter().chain(edition).collect::<Vec<_>>().join(", "))
}

/// The description of a tag, and its position among the others.
fn tag_docs(tag: &Part<'_, openapiv3::Tag>) -> String {
    let text = |key: &str| tag.node.get(key).and_then(Node::as_str).map(str::trim).filter(|text| !text.is_empty());
    let texts = ["summary", "description"].into_iter().filter_map(text).map(str::to_owned);
    let parent = text("parent").map(|parent| format!("Part of `{}`.", parent.replace('`', "'")));
    let kind = text("kind").map(|kind| format!("Kind of tag: `{}`.", kind.replace('`', "'")));
    texts.chain(parent).chain(kind).collect::<Vec<_>>().join("\n\n")
}

/// The description of a server and of the variables in its URL.
fn server_docs(server: &Part<'_, openapiv3::Server>) -> Docs {
    let name = server.node.get("name").and_then(Node::as_str).map(|name| format!("`{}`.", name.replace('`', "'")));
    let words: Vec<&str> = name.as_deref().into_iter().chain(server.item.description.as_deref()).collect();
    let mut out = docs::lines(&words.join(" "));
    let variables = server.item.variables.iter().flatten();
    // A list needs an introductory line.
    if out.is_empty() && server.item.variables.iter().flatten().next().is_some() {
        out.push("Its variables are:".to_owned());
    }
    for (name, variable) in variables {
        let values: Vec<String> = variable.enumeration.iter().map(|value| markdown::code(value)).collect();
        let default = Some(&variable.default).filter(|default| !default.is_empty());
        let facts = default.map(|default| format!("Defaults to {}.", markdown::code(default)));
        let facts = facts.into_iter().chain((!values.is_empty()).then(|| format!("One of {}.", values.join(", "))));
        let facts: Vec<String> = facts.collect();
        let without = if facts.is_empty() { "Given by the caller.".to_owned() } else { String::new() };
        let words = variable.description.as_deref();
        let words = docs::with_facts(words, facts, || without);
        out.extend(docs::listed(&markdown::code(name), &words));
    }
    out
}

impl<'a> Lower<'a, '_> {
    /// The servers of the document, a path or an operation.
    fn servers<T>(&self, of: &Part<'a, T>, servers: &'a [openapiv3::Server]) -> Vec<Server> {
        let server = |part: Part<'a, openapiv3::Server>| {
            self.take_members(&part, &["url", "name", "description", "x-region"]);
            let variables = part.item.variables.iter().flatten().map(|(name, variable)| ServerVariable {
                name: name.clone(),
                default: variable.default.clone(),
                values: variable.enumeration.clone(),
            });
            if let Some(entry) = part.entry("variables") {
                self.take_tree(&entry.node);
            }
            Server {
                url: part.item.url.trim_end_matches('/').to_owned(),
                region: part.item.extensions.get("x-region").and_then(Value::as_str).map(str::to_owned),
                docs: server_docs(&part),
                variables: variables.collect(),
            }
        };
        of.list("servers", servers).map(server).collect()
    }
}
