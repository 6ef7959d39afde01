//! Lists the differences of two editions of a document, by operation.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    compare::{self, Aspect, Difference, Mode, Topic},
    fact::{Detail, Facts, Field, Operation, Shape},
};

/// The differences of two editions of a service's document.
#[derive(Clone, Debug, Serialize)]
pub struct Diff {
    /// The folder in `specs/`.
    pub service: String,
    /// The document's file name.
    pub document: String,
    /// Whether the files are the same, byte for byte.
    pub identical: bool,
    /// The differences, by operation in the order of the document. Facts apart from operations come last.
    pub parts: Vec<Part>,
}

/// The differences of one operation.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Number of the section; None for facts apart from operations.
    pub section: Option<String>,
    /// The operation's call.
    pub call: Option<String>,
    /// Whether the operation as a whole is added or removed.
    pub whole: Option<Kind>,
    /// Its differences.
    pub changes: Vec<Change>,
}

/// A fact that differs.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// How it differs.
    pub kind: Kind,
    /// The path of the fact.
    pub path: String,
    /// The old value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub old: String,
    /// The new value.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub new: String,
    /// Whether `old` and `new` are the items that only one of two lists has.
    #[serde(skip)]
    pub listed: bool,
}

/// Kinds of differences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Only the new edition has it.
    Added,
    /// Only the old edition has it.
    Removed,
    /// Both have it, with different values.
    Changed,
}

impl Kind {
    fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
        }
    }
}

impl Diff {
    /// Compares two editions.
    pub fn new(service: &str, old: &Facts, new: &Facts) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        // A page break in a name is not a fact of the API.
        let printed = |it: &Difference| it.aspect == Aspect::Print && it.topic != Topic::Sample;
        for difference in compare::facts(old, new, Mode::Exact).into_iter().filter(|it| !printed(it)) {
            let part = part_of(&difference, &mut parts);
            match kind(&difference) {
                kind if difference.topic == Topic::Operation && kind != Kind::Changed => part.whole = Some(kind),
                kind => part.push(change(&difference, kind, old, new)),
            }
        }
        parts.sort_by_cached_key(|part| (part.call.is_none(), part.numbers()));
        Self {
            service: service.to_owned(),
            document: new.origin.document.clone(),
            identical: old.origin.sha256 == new.origin.sha256,
            parts,
        }
    }

    /// The listing as text.
    pub fn text(&self) -> String {
        let Self { service, document, .. } = self;
        let state = match (self.identical, self.parts.is_empty()) {
            (true, true) => ": the same file",
            (_, true) => ": no fact differs",
            _ => "",
        };
        let mut text = format!("{service}, {document}{state}\n");
        for part in &self.parts {
            let head = [part.section.as_deref(), part.call.as_deref()];
            let head = head.into_iter().flatten().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            let sign = part.whole.map(|kind| format!("{} ", kind.sign())).unwrap_or_default();
            let indent = if head.is_empty() { "" } else { "  " };
            // Writing to a string does not fail.
            if !head.is_empty() {
                let _ = writeln!(text, "{sign}{head}");
            }
            for change in &part.changes {
                let (Change { kind, path, .. }, values) = (change, change.values());
                let _ = writeln!(text, "{indent}{} {path}{values}", kind.sign());
            }
        }
        text
    }
}

impl Part {
    /// Adds a change. The numbers and words in a condition change with its sentence, so they are listed with it.
    fn push(&mut self, change: Change) {
        let suffix = |detail: Detail| format!(" ({})", detail.word());
        let field = change.path.strip_suffix(&suffix(Detail::Mention));
        let condition = field.map(|field| format!("{field}{}", suffix(Detail::Condition)));
        let Some(condition) = self.changes.iter_mut().find(|other| Some(&other.path) == condition.as_ref()) else {
            self.changes.push(change);
            return;
        };
        for (text, words) in [(&mut condition.old, change.old), (&mut condition.new, change.new)] {
            *text =
                [std::mem::take(text), words].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ");
        }
    }

    /// The numbers of its section, which order it.
    fn numbers(&self) -> Vec<u32> {
        let section = self.section.as_deref().unwrap_or_default();
        section.split('.').map(|number| number.parse().unwrap_or(u32::MAX)).collect()
    }
}

impl Change {
    /// The values of both editions, after the path.
    fn values(&self) -> String {
        let Self { kind, old, new, listed, .. } = self;
        match (kind, old.is_empty(), new.is_empty()) {
            (Kind::Changed, false, false) if *listed => format!(": no longer {old}; now {new}"),
            (Kind::Changed, false, false) => format!(": {old} -> {new}"),
            (Kind::Changed, true, _) => format!(": now {new}"),
            (Kind::Changed, _, true) => format!(": no longer {old}"),
            (_, _, false) => format!(": {new}"),
            // For a removed fact the path is enough.
            _ => String::new(),
        }
    }
}

fn part_of<'a>(difference: &Difference, parts: &'a mut Vec<Part>) -> &'a mut Part {
    let section = difference.operation.as_ref().map(|subject| subject.section.clone());
    let call = difference.operation.as_ref().map(|subject| subject.call.to_string());
    let index = parts.iter().position(|part| part.section == section && part.call == call).unwrap_or_else(|| {
        parts.push(Part { section, call, whole: None, changes: Vec::new() });
        parts.len() - 1
    });
    &mut parts[index]
}

fn kind(difference: &Difference) -> Kind {
    match difference.aspect {
        Aspect::Missing => Kind::Removed,
        Aspect::Extra => Kind::Added,
        _ => Kind::Changed,
    }
}

fn change(difference: &Difference, kind: Kind, old: &Facts, new: &Facts) -> Change {
    let text = |side: &Option<compare::Stated>| side.as_ref().map_or_else(String::new, |side| side.text.clone());
    let (mut before, mut after) = (text(&difference.left), text(&difference.right));
    let path = match difference.aspect {
        Aspect::Values if difference.topic == Topic::Value => format!("{} (values)", difference.path),
        Aspect::Values if difference.topic == Topic::Sample => format!("{} (keys)", difference.path),
        _ => difference.path.clone(),
    };
    // For an added or removed fact the path ends with its name; the value has more.
    let side = |facts, text: &mut String| {
        if let Some(described) = described(difference, facts) {
            *text = described;
        } else if difference.path.ends_with(text.as_str()) {
            text.clear();
        }
    };
    match kind {
        Kind::Added => side(new, &mut after),
        Kind::Removed => side(old, &mut before),
        Kind::Changed => {}
    }
    let listed = difference.aspect == Aspect::Values && difference.topic != Topic::Document;
    Change { kind, path, old: before, new: after, listed }
}

/// The type and obligation of the parameter or field that differs.
fn described(difference: &Difference, facts: &Facts) -> Option<String> {
    let subject = difference.operation.as_ref()?;
    let same = |operation: &&Operation| operation.section == subject.section && operation.call == subject.call;
    let operation = facts.operations.iter().find(same)?;
    let field = match difference.path.strip_prefix("body.") {
        Some(path) => field(operation.body.as_ref()?, path),
        None => {
            let (place, name) = difference.path.rsplit_once(' ')?;
            match place.strip_prefix("response") {
                Some(status) => {
                    let status = status.trim().parse().ok();
                    field(&operation.responses.iter().find(|response| response.status == status)?.shape, name)
                }
                None => {
                    let mut parameters = operation.parameters.iter();
                    let found = parameters.find(|it| it.field.name == name && it.place.to_string() == place);
                    found.map(|parameter| &parameter.field)
                }
            }
        }
    }?;
    let ty = field.ty.as_ref().map(|ty| ty.text.clone());
    let required = (field.required != crate::fact::Required::Unknown).then(|| field.required.to_string());
    Some([ty, required].into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// The field at a path such as `instances[].tags.*.key`.
fn field<'a>(shape: &'a Shape, path: &str) -> Option<&'a Field> {
    let mut fields = Some(&shape.fields);
    let mut found = None;
    for name in path.split('.').map(|name| name.trim_end_matches("[]")).filter(|name| *name != "*") {
        let field = fields?.iter().find(|field| field.name == name)?;
        fields = field.ty.as_ref().and_then(|ty| shape.types.get(ty.of.as_ref()?));
        found = Some(field);
    }
    found
}
