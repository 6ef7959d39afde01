//! What changes for the users of a client when its document changes: computed on the models of both clients, so in terms
//! of methods, setters, types and fields, with the places in both documents.

mod changelog;
mod operations;
mod service;
mod shapes;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeSet;

pub use changelog::changelog;

use crate::Lowered;
use crate::diagnostic::Location;
use crate::lower::model::{Operation, Service, Type};
use crate::places::{Place, Places};

/// What a change means for callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only descriptions differ.
    Docs,
    /// Programs continue to compile and to work.
    Additive,
    /// Programs may not compile, or their calls may be rejected.
    Breaking,
}

impl Level {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Docs => "docs",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it means for callers.
    pub level: Level,
    /// The kind of change, in kebab-case: `method-removed`.
    pub code: &'static str,
    /// The item of the crate: `Client::list_pets`, `types::Pet::name`.
    pub item: String,
    /// What changed.
    pub message: String,
    /// What callers have to change, if anything.
    pub action: Option<String>,
    /// The place in the old document; of something new, what it was added to.
    pub old: Location,
    /// The place in the new document; of something removed, what it was removed from.
    pub new: Location,
}

/// The changes from one document to another: the breaking ones first, otherwise by item.
pub fn diff(old: &Lowered, new: &Lowered) -> Vec<Change> {
    let mut diff = Diff { old: Side::of(old), new: Side::of(new), changes: Vec::new() };
    diff.service();
    diff.operations();
    diff.types();
    let mut changes = diff.changes;
    changes.sort_by(|a, b| (b.level, &a.item, a.code, &a.message).cmp(&(a.level, &b.item, b.code, &b.message)));
    changes.dedup();
    changes
}

/// One of the two clients.
struct Side<'a> {
    service: &'a Service,
    places: Places<'a>,
}

impl<'a> Side<'a> {
    fn of(lowered: &'a Lowered) -> Self {
        Self { service: &lowered.service, places: Places::of(lowered) }
    }

    fn operations(&self) -> impl Iterator<Item = &'a Operation> + use<'a> {
        self.service.groups.iter().flat_map(|group| &group.operations)
    }

    /// A type in Rust's syntax.
    fn rust(&self, ty: &Type) -> String {
        match ty {
            Type::String => "String".to_owned(),
            Type::Secret => "Secret".to_owned(),
            Type::Formatted(format) => format!("Formatted<{}>", format.type_name()),
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::I128 => "i128".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Value => "Value".to_owned(),
            Type::List(inner) => format!("Vec<{}>", self.rust(inner)),
            Type::Map(inner) => format!("BTreeMap<String, {}>", self.rust(inner)),
            Type::Nullable(inner) => format!("Option<{}>", self.rust(inner)),
            Type::JsonText(inner) => format!("JsonText<{}>", self.rust(inner)),
            Type::Named(id) => self.service.types[*id].name.clone(),
        }
    }
}

/// Two clients, and the changes found so far.
struct Diff<'a> {
    old: Side<'a>,
    new: Side<'a>,
    changes: Vec<Change>,
}

/// The places of something in both documents.
#[derive(Clone, Copy)]
struct At<'a> {
    old: Place<'a>,
    new: Place<'a>,
}

impl<'a> Diff<'a> {
    fn push(
        &mut self,
        level: Level,
        code: &'static str,
        item: &str,
        at: At<'a>,
        message: String,
        action: Option<String>,
    ) {
        let (old, new) = (at.old.at.clone(), at.new.at.clone());
        self.changes.push(Change { level, code, item: item.to_owned(), message, action, old, new });
    }

    fn breaking(&mut self, code: &'static str, item: &str, at: At<'a>, message: String, action: impl Into<String>) {
        self.push(Level::Breaking, code, item, at, message, Some(action.into()));
    }

    fn additive(&mut self, code: &'static str, item: &str, at: At<'a>, message: String) {
        self.push(Level::Additive, code, item, at, message, None);
    }

    /// Compares the documents' own words.
    fn docs(&mut self, item: &str, at: At<'a>) {
        const WORDS: [&str; 3] = ["title", "summary", "description"];
        let words = |place: Place<'a>| WORDS.map(|key| place.get(key).and_then(|words| words.node.as_str()));
        let (old, new) = (words(at.old), words(at.new));
        if let Some(index) = (0..WORDS.len()).find(|index| old[*index] != new[*index]) {
            let at = At { old: at.old.or_self(WORDS[index]), new: at.new.or_self(WORDS[index]) };
            self.push(Level::Docs, "docs-changed", item, at, format!("the {} changed", WORDS[index]), None);
        }
    }

    /// Compares the defaults that the documents state.
    fn default(&mut self, item: &str, at: At<'a>) {
        let default = |place: Place<'a>| {
            let schema = place.get("schema").unwrap_or(place);
            schema.keyword("default").map(|default| (default, default.node.to_json().to_string()))
        };
        match (default(at.old), default(at.new)) {
            (Some((old, from)), Some((new, to))) if from != to => {
                let at = At { old, new };
                let message = format!("the default is `{to}` instead of `{from}`");
                self.breaking(
                    "default-changed",
                    item,
                    at,
                    message,
                    format!("set it to `{from}` to keep the former one"),
                );
            }
            (Some((old, from)), None) => {
                let at = At { old, new: at.new };
                let message = format!("the default `{from}` was removed");
                self.breaking("default-removed", item, at, message, format!("set it to `{from}` to keep it"));
            }
            (None, Some((new, to))) => {
                self.additive("default-added", item, At { old: at.old, new }, format!("the default is `{to}`"));
            }
            _ => {}
        }
    }

    /// Compares sets of names.
    fn names(&self, old: &[String], new: &[String]) -> (Vec<String>, Vec<String>) {
        let (old, new): (BTreeSet<&String>, BTreeSet<&String>) = (old.iter().collect(), new.iter().collect());
        let list = |names: BTreeSet<&&String>| names.into_iter().map(|name| (*name).clone()).collect();
        (list(old.difference(&new).collect()), list(new.difference(&old).collect()))
    }
}

/// An item's name without `r#`.
fn named(name: &str) -> &str {
    name.trim_start_matches("r#")
}
