//! yundb's own `x-` keys, as specs/README.md lists them: where each is allowed, and the form of its value.

use indexmap::{IndexMap, IndexSet};

use super::parts::list;
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Entries, Node, Value,
        grammar::Kind,
        report::{Reporter, nearest},
    },
};

/// A description of an invalid value, and its place.
type Verdict = Result<(), (String, Location)>;

/// An extension: its key, the objects that may have it (any if none are named), and the check of its value.
struct Extension {
    key: &'static str,
    places: &'static [Kind],
    check: fn(&Node) -> Verdict,
}

const fn extension(key: &'static str, places: &'static [Kind], check: fn(&Node) -> Verdict) -> Extension {
    Extension { key, places, check }
}

const EXTENSIONS: [Extension; 23] = [
    extension("x-product", &[Kind::Document], text),
    extension("x-protocol", &[Kind::Document], |node| word(node, &["aliyun-rpc", "huawei-rest"])),
    extension("x-busy-codes", &[Kind::Document], texts),
    extension("x-doc", &[Kind::Document, Kind::Operation], doc),
    extension("x-errata", &[], errata),
    extension("x-sdk-name", &[Kind::Operation], text),
    extension("x-permission", &[Kind::Operation], text_or_texts),
    extension("x-client", &[Kind::Parameter], setting),
    extension("x-region", &[Kind::Server], text),
    extension("x-sensitive", &[Kind::Schema], flag),
    extension("x-enumDescriptions", &[Kind::Schema], |node| each(node, text)),
    extension("x-enumStatus", &[Kind::Schema], |node| each(node, |node| whole(node, 100..=599))),
    extension("x-errorCategories", &[Kind::Schema], categories),
    extension("x-json", &[Kind::Schema], map),
    extension("x-pagination", &[Kind::Operation], pagination),
    extension("x-job", &[Kind::Operation], |node| fields(node, &[("id", text), ("kind", text)], &[])),
    extension("x-jobs", &[Kind::Document], jobs),
    extension("x-condition", &[Kind::Parameter, Kind::Schema], conditions),
    extension("x-rate-limit", &[Kind::Document, Kind::Operation], rate_limits),
    extension("x-idempotent", &[Kind::Operation], flag),
    extension("x-legacy", &[Kind::Operation], |node| fields(node, &[], &[("replacement", text), ("retired", text)])),
    // Notes that any tool may leave; they have no effect.
    extension("x-internal", &[], |_| Ok(())),
    extension("x-tagGroups", &[Kind::Document], |_| Ok(())),
];

/// Checks the `x-` keys of an object. Invalid ones are removed, so that later stages need no checks.
pub(super) fn check(entries: &mut Entries, kind: Kind, reporter: &mut Reporter<'_>) {
    entries.retain(|key, entry| {
        if !key.starts_with("x-") {
            return true;
        }
        let Some(extension) = EXTENSIONS.iter().find(|extension| extension.key == key) else {
            if reporter.ours {
                let message = format!("unknown extension `{key}`");
                let mut warning = Diagnostic::warning("unknown-extension", message).at(entry.key.clone());
                let near = nearest(key, EXTENSIONS.iter().map(|extension| extension.key));
                warning.help = near.map(|near| format!("did you mean `{near}`?"));
                reporter.push(warning);
            }
            return true;
        };
        let belongs = extension.places.is_empty() || extension.places.contains(&kind);
        let verdict = (extension.check)(&entry.node);
        // In foreign documents the same key can mean anything: it counts as ours if its value is valid.
        if reporter.ours && !belongs {
            let places: Vec<_> = extension.places.iter().map(|kind| kind.name()).collect();
            let message = format!("`{key}` is not allowed in {}", kind.name());
            let fault = Diagnostic::error("misplaced-extension", message).at(entry.key.clone());
            reporter.fault(fault.help(format!("write it in {}", places.join(" or "))));
        } else if reporter.ours
            && let Err((why, place)) = &verdict
        {
            let fault = Diagnostic::error("wrong-extension", format!("`{key}` {why}")).at(place.clone());
            reporter.fault(fault.help("specs/README.md lists the extensions and their values"));
        }
        belongs && verdict.is_ok()
    });
}

/// What error codes can mean, and what the runtime calls it.
pub(crate) const ERROR_CATEGORIES: [(&str, &str); 10] = [
    ("auth", "Auth"),
    ("permission", "Permission"),
    ("quota", "Quota"),
    ("not-found", "NotFound"),
    ("conflict", "Conflict"),
    ("throttled", "Throttled"),
    ("invalid-input", "InvalidInput"),
    ("timeout", "Timeout"),
    ("server-fault", "ServerFault"),
    ("other", "Other"),
];

/// The keys of `x-enumDescriptions` and `x-enumStatus`, and the codes of `x-errorCategories`, are values of the enum.
pub(super) fn enum_keys(entries: &Entries, reporter: &mut Reporter<'_>) {
    if !reporter.ours {
        return;
    }
    let values: IndexSet<String> = entries
        .get("enum")
        .into_iter()
        .flat_map(|entry| entry.node.items())
        .map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_json().to_string(),
        })
        .collect();
    let mut unknown = |extension: &str, value: &str, at: &Location| {
        let message = format!("`{extension}` has `{value}`, which is not a value of the enum");
        let mut fault = Diagnostic::error("wrong-extension", message).at(at.clone());
        let near = nearest(value, values.iter().map(String::as_str));
        fault.help = near.map(|near| format!("did you mean `{near}`?"));
        reporter.fault(fault);
    };
    for extension in ["x-enumDescriptions", "x-enumStatus"] {
        let described = entries.get(extension).into_iter().flat_map(|entry| entry.node.entries());
        for (key, entry) in described.filter(|(key, _)| !values.contains(*key)) {
            unknown(extension, key, &entry.key);
        }
    }
    // Codes that the document describes nowhere stand beside a plain string.
    if entries.contains_key("enum") {
        for (code, at) in codes(entries).filter(|(code, _)| !values.contains(*code)) {
            unknown("x-errorCategories", code, at);
        }
    }
    let described = |value: &str| entries.get("x-enumDescriptions").is_some_and(|map| map.node.get(value).is_some());
    if let Some(map) = entries.get("x-enumDescriptions")
        && let lacking @ [first, ..] = values.iter().filter(|value| !described(value)).collect::<Vec<_>>().as_slice()
    {
        let listed: Vec<&str> = lacking.iter().map(|value| value.as_str()).collect();
        let message = format!("`x-enumDescriptions` describes some of the values, but not {}", list(&listed));
        let fault = Diagnostic::error("wrong-extension", message).at(map.key.clone());
        reporter.fault(fault.help(format!("add `{first}: <what it means>`, or describe none of them")));
    }
    let mut seen: IndexMap<&str, &Location> = IndexMap::new();
    for (code, at) in codes(entries) {
        if let Some(first) = seen.insert(code, at) {
            let message = format!("`x-errorCategories` has `{code}` twice");
            let fault = Diagnostic::error("wrong-extension", message).at(at.clone());
            reporter.fault(fault.note(first.clone(), "the first one"));
        }
    }
}

/// The codes of `x-errorCategories`.
fn codes(entries: &Entries) -> impl Iterator<Item = (&str, &Location)> {
    let categories = entries.get("x-errorCategories").into_iter().flat_map(|entry| entry.node.entries());
    let codes = categories.flat_map(|(_, category)| category.node.items());
    codes.filter_map(|code| Some((code.as_str()?, &code.location)))
}

fn wrong<T>(node: &Node, has_to_be: &str) -> Result<T, (String, Location)> {
    Err((format!("must be {has_to_be}, but is {}", node.describe()), node.location.clone()))
}

fn text(node: &Node) -> Verdict {
    if node.as_str().is_some() { Ok(()) } else { wrong(node, "a string (quoted if YAML reads it otherwise)") }
}

fn word(node: &Node, words: &[&str]) -> Verdict {
    match node.as_str() {
        Some(text) if words.contains(&text) => Ok(()),
        Some(text) => {
            let words = list(words);
            Err((format!("can't be `{text}`: use one of {words}"), node.location.clone()))
        }
        None => text(node),
    }
}

fn flag(node: &Node) -> Verdict {
    if node.as_bool().is_some() { Ok(()) } else { wrong(node, "`true` or `false`") }
}

fn map(node: &Node) -> Verdict {
    if node.as_object().is_some() { Ok(()) } else { wrong(node, "a schema") }
}

fn scalar(node: &Node) -> Verdict {
    if node.is_scalar() { Ok(()) } else { wrong(node, "a string") }
}

fn texts(node: &Node) -> Verdict {
    match node.as_array() {
        Some(items) => items.iter().try_for_each(text),
        None => wrong(node, "a list of strings"),
    }
}

fn text_or_texts(node: &Node) -> Verdict {
    match node.as_array() {
        Some(items) => items.iter().try_for_each(text),
        None if node.as_str().is_some() => Ok(()),
        None => wrong(node, "a string or a list of strings"),
    }
}

fn whole(node: &Node, range: std::ops::RangeInclusive<u64>) -> Verdict {
    match &node.value {
        Value::Number(number) if number.as_u64().is_some_and(|number| range.contains(&number)) => Ok(()),
        _ => {
            let text = node.location.text();
            let (least, most) = (range.start(), range.end());
            Err((format!("must be an integer from {least} to {most}, but is `{text}`"), node.location.clone()))
        }
    }
}

fn count(node: &Node) -> Verdict {
    whole(node, 1..=u64::from(u32::MAX))
}

fn each(node: &Node, check: fn(&Node) -> Verdict) -> Verdict {
    if node.as_object().is_none() {
        return wrong(node, "a map from each value of the enum");
    }
    node.entries().try_for_each(|(_, entry)| check(&entry.node))
}

/// A map from categories of errors to lists of codes.
fn categories(node: &Node) -> Verdict {
    if node.as_object().is_none() {
        return wrong(node, "a map from categories to lists of error codes");
    }
    let words = ERROR_CATEGORIES.map(|(word, _)| word);
    for (key, entry) in node.entries() {
        if !words.contains(&key) {
            let near = nearest(key, words);
            let near = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            let message = format!("has no category `{key}`, only {}{near}", list(&words));
            return Err((message, entry.key.clone()));
        }
        texts(&entry.node)?;
    }
    Ok(())
}

/// The name of a client setting, which is a Rust name.
fn setting(node: &Node) -> Verdict {
    let fits = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_')
    };
    match node.as_str() {
        Some(name) if fits(name) => Ok(()),
        _ => wrong(node, "the name of a client setting, such as `project_id`"),
    }
}

type Fields<'a> = &'a [(&'a str, fn(&Node) -> Verdict)];

/// A map with all of the first fields, any of the second, and no others.
fn fields(node: &Node, needed: Fields<'_>, allowed: Fields<'_>) -> Verdict {
    if node.as_object().is_none() {
        return wrong(node, "a map");
    }
    for (key, entry) in node.entries() {
        let known = needed.iter().chain(allowed).find(|(name, _)| *name == key);
        match known {
            Some((_, check)) => {
                check(&entry.node).map_err(|(why, place)| (format!("is invalid: `{key}` {why}"), place))?;
            }
            None => {
                let names: Vec<_> = needed.iter().chain(allowed).map(|(name, _)| *name).collect();
                let message = format!("has no field `{key}`, only {}", list(&names));
                return Err((message, entry.key.clone()));
            }
        }
    }
    match needed.iter().find(|(name, _)| node.get(name).is_none()) {
        Some((name, _)) => Err((format!("needs `{name}`"), node.location.clone())),
        None => Ok(()),
    }
}

fn doc(node: &Node) -> Verdict {
    fields(node, &[], &[("document", text), ("title", text), ("edition", text), ("section", text)])
}

fn errata(node: &Node) -> Verdict {
    let Some(items) = node.as_array() else { return wrong(node, "a list") };
    let needed: Fields<'_> = &[("document", scalar), ("spec", scalar), ("why", text)];
    items.iter().try_for_each(|item| fields(item, needed, &[("audit", flag)]))
}

fn pagination(node: &Node) -> Verdict {
    if node.get("none").is_some() {
        return fields(node, &[("none", text)], &[]);
    }
    fn style(node: &Node) -> Verdict {
        word(node, &["offset", "page", "token"])
    }
    fn response(node: &Node) -> Verdict {
        fields(node, &[("items", text)], &[("total", text), ("next", text)])
    }
    let request: fn(&Node) -> Verdict = match node.get("style").and_then(Node::as_str) {
        Some("page") => |node| fields(node, &[("page", text)], &[("size", text)]),
        Some("token") => |node| fields(node, &[("token", text)], &[("size", text)]),
        _ => |node| fields(node, &[("offset", text)], &[("limit", text)]),
    };
    let first = |node: &Node| whole(node, 0..=u64::from(u32::MAX));
    fields(node, &[("style", style), ("request", request), ("response", response)], &[("first", first)])
}

fn conditions(node: &Node) -> Verdict {
    let Some(items) = node.as_array() else { return wrong(node, "a list") };
    let needed: Fields<'_> = &[("field", text), ("why", text)];
    items.iter().try_for_each(|item| fields(item, needed, &[]))
}

/// A map from names to kinds of jobs.
fn jobs(node: &Node) -> Verdict {
    if node.as_object().is_none() {
        return wrong(node, "a map from names to kinds of jobs");
    }
    let needed: Fields<'_> =
        &[("poll", text), ("argument", text), ("state", text), ("succeeded", texts), ("failed", texts)];
    node.entries().try_for_each(|(_, kind)| fields(&kind.node, needed, &[("running", texts), ("also", texts)]))
}

fn rate_limits(node: &Node) -> Verdict {
    let Some(items) = node.as_array() else { return wrong(node, "a list") };
    let needed: Fields<'_> = &[("calls", count), ("seconds", count)];
    items.iter().try_for_each(|item| fields(item, needed, &[("per", text)]))
}
