//! A document whose operations are called by name: an embedded service, or a file.
//!
//! Nothing is converted before it is needed: names come from the document itself, and of a document of any size only the
//! part of one operation goes through the generator.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, bail};
use heck::ToKebabCase as _;
use indexmap::IndexSet;
use serde_json::{Map, Value};
use yundb_generator::choices::Choices;
use yundb_generator::lower::{self, model};
use yundb_generator::{Diagnostics, Settings};
use yundb_mock::Service;

use super::secrets::Secrets;

/// The fields of a path item that are operations.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/// The first words of names of operations that destroy something.
const DESTRUCTIVE: [&str; 10] =
    ["delete", "remove", "release", "destroy", "drop", "terminate", "purge", "clear", "reset", "revoke"];

pub(super) struct Document {
    pub name: String,
    /// The name or path as it was given.
    pub target: String,
    pub root: Value,
    choices: Choices,
    /// The client's methods, in the order of the document's operations.
    methods: Vec<String>,
}

/// Why a document cannot be used: rendered like by the other commands.
#[derive(Debug)]
pub(super) struct Unusable {
    target: String,
    diagnostics: Diagnostics,
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = crate::print::counted(self.diagnostics.errors(), "error");
        write!(f, "`{}` has {count}", self.target)
    }
}

impl std::error::Error for Unusable {}

impl Unusable {
    /// Prints an error of the arguments and, if a document is its cause, what is wrong with it.
    pub fn report(error: &anyhow::Error) {
        if let Some(unusable) = error.downcast_ref::<Self>() {
            _ = crate::print::diagnostics(&unusable.diagnostics);
        }
        crate::print::complain!("error: {error:#}");
    }
}

/// An operation of a document.
#[derive(Clone, Copy)]
pub(super) struct Entry<'d> {
    pub path: &'d str,
    /// The field of the path item.
    key: &'d str,
    /// The operation object.
    pub node: &'d Value,
    /// The name of the client's method.
    method: &'d str,
}

impl<'d> Entry<'d> {
    /// The name in commands: that of the client's method in kebab case.
    pub fn name(&self) -> String {
        self.method.to_kebab_case()
    }

    /// The method and path, or the action of an RPC operation.
    pub fn address(&self) -> String {
        match self.action() {
            Some(action) => action.to_owned(),
            None => format!("{} {}", self.key.to_uppercase(), self.path),
        }
    }

    fn action(&self) -> Option<&'d str> {
        self.path.rsplit_once("#Action=").map(|(_, action)| action)
    }

    pub fn text(&self, key: &str) -> Option<&'d str> {
        self.node.get(key)?.as_str()
    }

    pub fn tag(&self) -> Option<&'d str> {
        self.node.pointer("/tags/0").and_then(Value::as_str)
    }

    /// The names under which the operation is found.
    pub fn names(&self) -> impl Iterator<Item = &'d str> {
        [Some(self.method), self.text("operationId"), self.text("x-sdk-name"), self.action()].into_iter().flatten()
    }

    /// Whether the call may destroy something: by its method or, as RPC has no method and other services use POST for
    /// everything, by the first word of its name.
    pub fn is_destructive(&self) -> bool {
        let is_safe = self.action().is_none() && matches!(self.key, "get" | "head" | "options" | "trace" | "query");
        let first = |name: &str| name.to_kebab_case().split('-').next().is_some_and(|it| DESTRUCTIVE.contains(&it));
        self.key.eq_ignore_ascii_case("delete") || !is_safe && self.names().any(first)
    }
}

/// A name without the differences between spellings: `ListInstances`, `list-instances` and `list_instances` are one.
pub(super) fn normal(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A text as a word of a shell's command.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The name that is probably meant.
pub(super) fn nearest<T: AsRef<str>>(name: &str, known: impl IntoIterator<Item = T>) -> Option<T> {
    let likeness = |known: &T| strsim::jaro_winkler(&normal(name), &normal(known.as_ref()));
    let all = known.into_iter().map(|known| (likeness(&known), known));
    all.filter(|(likeness, _)| *likeness > 0.8).max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, known)| known)
}

/// The remedy for a name that does not exist.
pub(super) fn meant<T: AsRef<str>>(name: &str, known: impl IntoIterator<Item = T>) -> Option<String> {
    nearest(name, known).map(|known| format!("did you mean `{}`?", known.as_ref()))
}

impl Document {
    /// Loads an embedded service by its name, or a document from a file or folder.
    pub fn load(target: &str) -> anyhow::Result<Self> {
        if let Some(json) = Service::embedded(target) {
            return Ok(Self::of(target, target.to_owned(), serde_json::from_slice(json)?, Choices::default()));
        }
        let path = Path::new(target);
        if !path.exists() {
            let names: Vec<_> = Service::names().collect();
            let remedy = meant(target, &names).unwrap_or_else(|| format!("the services are {}", names.join(", ")));
            bail!("`{target}` is neither a file nor a service: {remedy}");
        }
        let mut diagnostics = Diagnostics::new();
        let read = Settings::beside(path).map(|settings| {
            let root = yundb_generator::load::placed(path, &settings.choices, &mut diagnostics);
            root.filter(|_| !diagnostics.has_errors()).map(|root| (root.to_json(), settings.choices))
        });
        let (root, choices) = match read {
            Ok(Some(read)) => read,
            Ok(None) => return Err(Unusable { target: target.to_owned(), diagnostics }.into()),
            Err(diagnostics) => return Err(Unusable { target: target.to_owned(), diagnostics }.into()),
        };
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let stem = real.file_stem().map_or_else(|| target.to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Self::of(target, stem, root, choices))
    }

    fn of(target: &str, name: String, root: Value, choices: Choices) -> Self {
        let mut document = Self { name, target: target.to_owned(), root, choices, methods: Vec::new() };
        let all = document.entries();
        // By tag, as in the client.
        let order: Vec<usize> = {
            let tags = document.tags(&all);
            let of_tag = |tag| (0..all.len()).filter(|at| all[*at].tag() == tag).collect::<Vec<_>>();
            tags.into_iter().flat_map(of_tag).collect()
        };
        let wanted: Vec<String> = order.iter().map(|at| document.wanted(&all[*at])).collect();
        let named = lower::methods(wanted.iter().map(String::as_str));
        let mut methods = vec![String::new(); all.len()];
        for (at, method) in order.into_iter().zip(named) {
            methods[at] = method.trim_start_matches("r#").to_owned();
        }
        document.methods = methods;
        document
    }

    /// All operations, in the order of the document.
    pub fn operations(&self) -> Vec<Entry<'_>> {
        self.entries().into_iter().zip(&self.methods).map(|(entry, method)| Entry { method, ..entry }).collect()
    }

    /// The tags of operations, those that the document declares first.
    pub fn tags<'d>(&'d self, all: &[Entry<'d>]) -> Vec<Option<&'d str>> {
        let declared = self.root.get("tags").and_then(Value::as_array).into_iter().flatten();
        let declared = declared.filter_map(|tag| tag.get("name")?.as_str()).map(Some);
        declared.chain(all.iter().map(Entry::tag)).collect::<IndexSet<_>>().into_iter().collect()
    }

    /// The operations without the names of their methods.
    fn entries(&self) -> Vec<Entry<'_>> {
        fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
            value.and_then(Value::as_object)
        }
        // Extensions are no paths.
        let paths = object(self.root.get("paths")).into_iter().flatten().filter(|(path, _)| !path.starts_with("x-"));
        let all = paths.flat_map(|(path, item)| {
            let own = object(Some(item)).into_iter().flatten().filter(|(key, _)| METHODS.contains(&key.as_str()));
            let more = object(item.get("additionalOperations")).into_iter().flatten();
            own.chain(more).map(move |(key, node)| Entry { path, key, node, method: "" })
        });
        all.collect()
    }

    /// The name that an operation wants for its method: the one of the settings, or its id.
    fn wanted(&self, entry: &Entry<'_>) -> String {
        let is_it = |name: &str| entry.text("operationId") == Some(name) || entry.address().eq_ignore_ascii_case(name);
        let found = self.choices.operations.iter().find(|(name, _)| is_it(&name.value));
        match found.and_then(|(_, choices)| choices.name.as_ref()) {
            Some(name) => name.value.clone(),
            None => lower::operation_id(entry.text("operationId"), entry.key, entry.path),
        }
    }

    /// The operation with this name: of the client's method, the document or the vendor, in any spelling, or its method
    /// and path.
    pub fn find(&self, name: &str) -> anyhow::Result<Entry<'_>> {
        let all = self.operations();
        let spelled = normal(name);
        // The client's methods come first: they are unique.
        let found = all.iter().find(|it| it.method == name || it.name() == name);
        let found = found.or_else(|| all.iter().find(|it| it.names().any(|known| known == name)));
        let found = found.or_else(|| all.iter().find(|it| it.names().any(|known| normal(known) == spelled)));
        let found = found.or_else(|| all.iter().find(|it| it.address().eq_ignore_ascii_case(name)));
        found.copied().with_context(|| {
            let known = all.iter().flat_map(|it| it.names().map(str::to_kebab_case).chain([it.address()]));
            let known: Vec<String> = known.filter(|known| known.contains(' ') == name.contains(' ')).collect();
            let list = || format!("`yundb describe {}` lists them", self.quoted());
            format!("{} has no operation `{name}`: {}", self.target, meant(name, &known).unwrap_or_else(list))
        })
    }

    /// The service or document as a word of a command.
    pub fn quoted(&self) -> String {
        quoted(&self.target)
    }

    /// The model of the client with one operation, and with the one that returns the states of its job.
    pub fn lowered(&self, entry: &Entry<'_>) -> anyhow::Result<Lowered> {
        let choices = Choices {
            formats: self.choices.formats.clone(),
            // Parts that refer to the rest of the document are left out.
            lenient: true,
            ..Choices::default()
        };
        let mut diagnostics = Diagnostics::new();
        let part = self.part(entry);
        let (secrets, text) = (Secrets::of(&part), serde_json::to_string(&part)?);
        let package = format!("yundb-{}", self.name);
        let lowered = yundb_generator::lowered_text(text, &package, &self.name, &choices, &mut diagnostics);
        let service = lowered
            .map(|lowered| lowered.service)
            .ok_or_else(|| Unusable { target: self.target.clone(), diagnostics: diagnostics.clone() })?;
        let is_it = |it: &&model::Operation| it.path == entry.path && it.method.eq_ignore_ascii_case(entry.key);
        let found = service.groups.iter().flat_map(|group| &group.operations).find(is_it).cloned();
        let operation = found.with_context(|| {
            let reasons: Vec<&str> = diagnostics.iter().map(|it| it.message.as_str()).collect();
            format!("{} is left out of the client: {}", entry.name(), reasons.join("; "))
        })?;
        Ok(Lowered { service, operation, secrets })
    }

    /// The part of the document that an operation needs.
    fn part(&self, entry: &Entry<'_>) -> Value {
        let all = self.operations();
        let mut kept = vec![*entry];
        let job = entry.node.pointer("/x-job/kind").and_then(Value::as_str);
        let job = job.and_then(|kind| Some((kind, self.root.get("x-jobs")?.get(kind)?)));
        if let Some(poll) = job.and_then(|(_, job)| job.get("poll")?.as_str()) {
            let is_it = |it: &&Entry<'_>| it.text("operationId") == Some(poll) && !std::ptr::eq(it.node, entry.node);
            kept.extend(all.iter().find(is_it));
        }
        let mut paths = Map::new();
        for entry in &kept {
            let Some(item) = self.root["paths"][entry.path].as_object() else { continue };
            let is_other = |key: &str| METHODS.contains(&key) || key == "additionalOperations";
            let shared = item.iter().filter(|(key, _)| !is_other(key)).map(|(key, value)| (key.clone(), value.clone()));
            let item = paths.entry(entry.path).or_insert_with(|| Value::Object(shared.collect()));
            if METHODS.contains(&entry.key) {
                item[entry.key] = entry.node.clone();
            } else {
                item["additionalOperations"][entry.key] = entry.node.clone();
            }
        }
        let is_kept = |key: &str| !matches!(key, "paths" | "components" | "webhooks" | "x-jobs");
        let root = self.root.as_object().into_iter().flatten().filter(|(key, _)| is_kept(key));
        let mut out: Map<String, Value> = root.map(|(key, value)| (key.clone(), value.clone())).collect();
        out.insert("paths".to_owned(), paths.into());
        if let Some((kind, job)) = job {
            out.insert("x-jobs".to_owned(), serde_json::json!({kind: job}));
        }
        let components = self.components(&out);
        out.insert("components".to_owned(), components);
        out.into()
    }

    /// The components that a part of the document refers to, and those that concern all calls.
    fn components(&self, part: &Map<String, Value>) -> Value {
        let Some(all) = self.root.get("components").and_then(Value::as_object) else { return Value::Null };
        let schemas = || all.get("schemas").and_then(Value::as_object).into_iter().flatten();
        let mut wanted: BTreeSet<(String, String)> = BTreeSet::new();
        let mut open: Vec<(String, String)> = Vec::new();
        part.values().for_each(|value| references(value, &mut open));
        let categories = schemas().filter(|(_, schema)| mentions(schema, "x-errorCategories"));
        open.extend(categories.map(|(name, _)| ("schemas".to_owned(), name.clone())));
        while let Some(key) = open.pop() {
            let Some(node) = all.get(&key.0).and_then(|section| section.get(&key.1)) else { continue };
            // Types that are derived from this one may stand in its place.
            if key.0 == "schemas" && node.get("discriminator").is_some() && !wanted.contains(&key) {
                let reference = format!("#/components/schemas/{}", escaped(&key.1));
                let derived = schemas().filter(|(_, schema)| extends(schema, &reference));
                open.extend(derived.map(|(name, _)| ("schemas".to_owned(), name.clone())));
            }
            if wanted.insert(key) {
                references(node, &mut open);
            }
        }
        let mut out = Map::new();
        for (section, entries) in all {
            let Some(entries) = entries.as_object() else { continue };
            let is_kept =
                |name: &String| section == "securitySchemes" || wanted.contains(&(section.clone(), name.clone()));
            let kept = entries.iter().filter(|(name, _)| is_kept(name)).map(|(name, it)| (name.clone(), it.clone()));
            let kept: Map<String, Value> = kept.collect();
            if !kept.is_empty() {
                out.insert(section.clone(), kept.into());
            }
        }
        out.into()
    }

    /// What the document says about an error code.
    pub fn meaning(&self, code: &str) -> Option<&str> {
        fn described<'v>(value: &'v Value, code: &str) -> Option<&'v str> {
            let own = value.get("x-enumDescriptions").and_then(|all| all.get(code)?.as_str());
            let mut inner = value.as_object().into_iter().flatten().map(|(_, inner)| inner);
            own.or_else(|| inner.find_map(|inner| described(inner, code)))
        }
        described(self.root.pointer("/components/schemas")?, code)
    }
}

/// The model of one operation.
pub(super) struct Lowered {
    pub service: model::Service,
    pub operation: model::Operation,
    pub secrets: Secrets,
}

/// The components that a value refers to, by `$ref` or in a mapping.
fn references(value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => {
            let mut tokens = text.strip_prefix("#/components/").into_iter().flat_map(|rest| rest.split('/'));
            if let (Some(section), Some(name)) = (tokens.next(), tokens.next()) {
                found.push((section.to_owned(), name.replace("~1", "/").replace("~0", "~")));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(entries) => entries.values().for_each(|entry| references(entry, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn mentions(value: &Value, key: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| mentions(item, key)),
        Value::Object(entries) => entries.iter().any(|(name, inner)| name == key || mentions(inner, key)),
        _ => false,
    }
}

/// Whether a schema has another one as a part.
fn extends(schema: &Value, reference: &str) -> bool {
    let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    parts.filter_map(|part| part.get("$ref")?.as_str()).any(|it| it == reference)
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// An operation of any document is the same without the rest of it.
    #[test]
    fn the_rest_of_a_document_changes_nothing() {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures");
        let mut count = 0;
        for folder in std::fs::read_dir(fixtures).unwrap().map(|entry| entry.unwrap().path()) {
            let spec =
                ["openapi.yaml", "swagger.yaml"].map(|name| folder.join(name)).into_iter().find(|it| it.exists());
            let Some(spec) = spec else { continue };
            let settings = Settings::beside(&spec).unwrap();
            let mut diagnostics = Diagnostics::new();
            let whole =
                yundb_generator::lowered(&spec, "client", "client", &settings.choices, &mut diagnostics).unwrap();
            let document = Document::load(spec.to_str().unwrap()).unwrap();
            for operation in whole.service.groups.iter().flat_map(|group| &group.operations) {
                let is_it =
                    |it: &&Entry<'_>| it.path == operation.path && it.key.eq_ignore_ascii_case(&operation.method);
                let all = document.operations();
                let entry = all.iter().find(is_it).unwrap_or_else(|| panic!("{}", operation.address));
                let alone = document.lowered(entry).unwrap().operation;
                let facts = |it: &model::Operation| {
                    let params: Vec<_> = it
                        .params
                        .iter()
                        .map(|param| {
                            let place = (param.place, param.required, param.style, param.json, param.spread);
                            (param.name.clone(), place, param.client.clone(), param.constant.clone())
                        })
                        .collect();
                    let body = it.body.as_ref().map(|body| (body.media_type.clone(), body.required));
                    (it.template.clone(), params, body, it.accept.clone(), it.paging.is_some(), it.job.is_some())
                };
                assert_eq!(facts(&alone), facts(operation), "{}", spec.display());
                assert_eq!(alone.security, operation.security, "{}", spec.display());
                count += 1;
            }
        }
        assert!(count > 100, "{count}");
    }

    #[test]
    fn operations_have_many_names() {
        let dts = Document::load("aliyun-dts").unwrap();
        for name in ["list-jobs", "list_jobs", "listJobs", "DescribeDtsJobs", "describe-dts-jobs"] {
            assert_eq!(dts.find(name).ok().and_then(|it| it.text("operationId")), Some("listJobs"), "{name}");
        }
        let ddm = Document::load("huawei-ddm").unwrap();
        assert_eq!(ddm.find("get /v1/{project_id}/instances").unwrap().name(), "list-instances");
        let wrong = ddm.find("list-instnces").err().unwrap().to_string();
        assert!(wrong.ends_with("did you mean `list-instances`?"), "{wrong}");
        let wrong = Document::load("huawei-ddn").err().unwrap().to_string();
        assert_eq!(wrong, "`huawei-ddn` is neither a file nor a service: did you mean `huawei-ddm`?");
    }

    #[test]
    fn what_destroys_is_recognized() {
        let destructive = |target: &str, name: &str| {
            let document = Document::load(target).unwrap();
            document.find(name).unwrap().is_destructive()
        };
        assert!(destructive("huawei-ddm", "delete-instance"));
        assert!(!destructive("huawei-ddm", "create-instance"));
        assert!(!destructive("huawei-ddm", "list-instances"));
        assert!(destructive("aliyun-dts", "DeleteDtsJob"));
        assert!(!destructive("aliyun-dts", "DescribeDtsJobs"));
    }
}
