//! Writes a lock.

use std::collections::BTreeMap;

use super::text::{list, name, naturally, optional, quoted, rest, word};
use crate::fact::{
    Call, Detail, Endpoint, ErrorCode, Facts, Field, Kind, Operation, Origin, Permission, Required, Response, Sample,
    SampleState, Shape, States, Type,
};

/// The lock of a document's facts.
pub fn write(facts: &Facts) -> String {
    let facts = sorted(facts);
    let mut lines = Lines::default();
    let Origin { document, title, edition, sha256 } = &facts.origin;
    lines.add(0, format!("# Facts of {}, written by `{}`. Do not edit.", rest(document), super::REWRITE));
    for (key, text) in [("document", document), ("title", title), ("edition", edition), ("sha256", sha256)] {
        lines.add(0, format!("{key} {}", rest(text)));
    }
    for operation in &facts.operations {
        lines.blank();
        lines.operation(operation);
    }
    let appendices = [
        facts.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
        facts.codes.iter().map(code).collect(),
        facts.permissions.iter().map(permission).collect(),
        facts.states.iter().map(states).collect(),
    ];
    for appendix in appendices.iter().filter(|appendix| !appendix.is_empty()) {
        lines.blank();
        appendix.iter().for_each(|line| lines.add(0, line));
    }
    lines.text
}

/// The statements of a field in the order of a lock.
fn sort_details(field: &mut Field) {
    field.details.sort_by_key(|stated| stated.detail);
}

/// The facts in the order of a lock. The fields of flat shapes keep theirs: it is the only hint at their nesting.
/// Values keep the document's order, too. Equal keys keep their order.
pub fn sorted(facts: &Facts) -> Facts {
    let mut facts = facts.clone();
    for operation in &mut facts.operations {
        operation.parameters.iter_mut().for_each(|parameter| sort_details(&mut parameter.field));
        for shape in operation.responses.iter_mut().map(|response| &mut response.shape).chain(&mut operation.body) {
            shape.fields.iter_mut().chain(shape.types.values_mut().flatten()).for_each(sort_details);
        }
        operation.parameters.sort_by(|a, b| (a.place, &a.field.name).cmp(&(b.place, &b.field.name)));
        let shapes = operation.responses.iter_mut().map(|response| &mut response.shape);
        for shape in shapes.chain(&mut operation.body).filter(|shape| !shape.flat) {
            shape.fields.sort_by(|a, b| a.name.cmp(&b.name));
            shape.types.values_mut().for_each(|fields| fields.sort_by(|a, b| a.name.cmp(&b.name)));
        }
        // Without a status last.
        operation.responses.sort_by_key(|response| (response.status.is_none(), response.status));
        operation.samples.sort_by_key(|sample| (!sample.request, sample.status.is_none(), sample.status));
        for sample in &mut operation.samples {
            sample.keys.sort();
            // Values keep their order among those of one path.
            sample.values.sort_by(|a, b| a.0.cmp(&b.0));
        }
        operation.sent.sort();
        operation.unread.sort();
    }
    facts.operations.sort_by(|a, b| naturally(&a.section, &b.section).then_with(|| a.call.cmp(&b.call)));
    facts.endpoints.sort_by(|a, b| (&a.region, &a.host).cmp(&(&b.region, &b.host)));
    facts.codes.sort_by(|a, b| naturally(&a.code, &b.code).then_with(|| a.status.cmp(&b.status)));
    facts.permissions.sort_by(|a, b| a.call.cmp(&b.call));
    facts.states.sort_by(|a, b| naturally(&a.name, &b.name));
    facts
}

/// The lines of a lock.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn add(&mut self, level: usize, line: impl AsRef<str>) {
        self.text.extend(std::iter::repeat_n("  ", level));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    fn operation(&mut self, operation: &Operation) {
        let section = Some(operation.section.as_str()).filter(|section| !section.is_empty());
        let head = if let Call::Type { .. } = operation.call { "type" } else { "operation" };
        self.add(0, format!("{head} {} {}", optional(section), call(&operation.call)));
        for parameter in &operation.parameters {
            self.add(1, format!("{} {}", parameter.place, field(&parameter.field)));
            self.details(2, &parameter.field);
        }
        if let Some(body) = &operation.body {
            self.shape("body".to_owned(), body);
        }
        for Response { status, shape, .. } in &operation.responses {
            self.shape(format!("response {}", self::status(*status)), shape);
        }
        operation.samples.iter().for_each(|sample| self.sample(sample));
        let mut sent: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, value) in &operation.sent {
            sent.entry(name).or_default().push(value);
        }
        sent.iter().for_each(|(name, values)| self.add(1, format!("sent {} = {}", word(name), list(values))));
        if !operation.about.is_empty() {
            self.add(1, format!("about {}", list(&operation.about)));
        }
        operation.unread.iter().for_each(|why| self.add(1, format!("unread {}", rest(why))));
    }

    fn shape(&mut self, mut head: String, shape: &Shape) {
        if shape.flat {
            head.push_str(" flat");
        }
        self.add(1, head);
        shape.fields.iter().for_each(|field| self.field(2, field));
        for (key, fields) in &shape.types {
            self.add(2, format!("type {}", word(key)));
            fields.iter().for_each(|field| self.field(3, field));
        }
    }

    fn field(&mut self, level: usize, field: &Field) {
        self.add(level, self::field(field));
        self.details(level + 1, field);
    }

    /// The other statements of a field, by kind in a fixed order. A condition has a line of its own.
    fn details(&mut self, level: usize, field: &Field) {
        for detail in Detail::ALL {
            let stated = field.details.iter().filter(|stated| stated.detail == detail);
            let values: Vec<&str> = stated.map(|stated| stated.value.as_str()).collect();
            match detail {
                _ if values.is_empty() => {}
                Detail::Condition | Detail::Read => {
                    values.iter().for_each(|value| self.add(level, format!("{} {}", detail.word(), list(&[value]))));
                }
                _ => self.add(level, format!("{} {}", detail.word(), list(&values))),
            }
        }
    }

    fn sample(&mut self, sample: &Sample) {
        let mut head = match sample.request {
            true => "sample request".to_owned(),
            false => "sample response".to_owned(),
        };
        if !sample.request || sample.status.is_some() {
            head.push_str(&format!(" {}", status(sample.status)));
        }
        match sample.state {
            SampleState::Whole => {}
            SampleState::Repaired => head.push_str(" repaired"),
            SampleState::Broken => {
                head.push_str(" broken");
                if !sample.keys.is_empty() {
                    head.push_str(&format!(": {}", list(&sample.keys)));
                }
                self.add(1, head);
                return self.values(sample);
            }
        }
        self.add(1, head);
        let mut levels: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for key in &sample.keys {
            let (level, key) = key.rsplit_once('.').filter(|(level, _)| !level.is_empty()).unwrap_or(("", key));
            levels.entry(level).or_default().push(key);
        }
        for (level, keys) in levels {
            let level = if level.is_empty() { "{}".into() } else { name(level) };
            self.add(2, format!("{level}: {}", list(&keys)));
        }
        self.values(sample);
    }

    /// The values of a sample, by path.
    fn values(&mut self, sample: &Sample) {
        let mut paths: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (path, value) in &sample.values {
            paths.entry(path).or_default().push(value);
        }
        for (path, values) in paths {
            self.add(2, format!("{} = {}", name(path), list(&values)));
        }
    }
}

fn call(call: &Call) -> String {
    match call {
        Call::Rest { method, path } => format!("{} {}", word(method), word(path)),
        Call::Rpc { action } => word(action).into_owned(),
        Call::Type { name } => word(name).into_owned(),
    }
}

fn status(status: Option<u16>) -> String {
    status.map_or("-".to_owned(), |status| status.to_string())
}

fn field(field: &Field) -> String {
    let mut line = format!("{}:", name(&field.name));
    let mut separator = " ";
    if let Some(ty) = &field.ty {
        line.push_str(&format!(" {}", type_text(&ty.text)));
        separator = ", ";
    }
    if field.required != Required::Unknown {
        line.push_str(&format!("{separator}{}", field.required));
    }
    let ty = field.ty.as_ref();
    if let Some(of) = ty.and_then(|ty| ty.of.as_ref()) {
        line.push_str(&format!(" -> {}", word(of)));
    }
    if !field.values.is_empty() {
        line.push_str(&format!(" = {}", list(&field.values)));
    }
    // Only for a type whose words do not determine its kind: the extraction has better information.
    if let Some(ty) = ty {
        let parsed = Type::parse(&ty.text);
        if (parsed.kind, parsed.lists) != (ty.kind, ty.lists) {
            line.push_str(&format!(" (is {} {})", kind(ty.kind), ty.lists));
        }
    }
    line + &printed(field.printed.as_deref())
}

/// A type's words; quoted if they contain syntax.
pub(super) fn type_text(text: &str) -> String {
    let padded = format!(" {text} ");
    let ends = [" -> ", " = ", " (", "\""].iter().any(|end| padded.contains(end));
    let required = super::read::required_at_end(text).1.is_some();
    if ends || required { quoted(text) } else { rest(text).into_owned() }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Integer => "integer",
        Kind::Long => "long",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Object => "object",
        Kind::Map => "map",
        Kind::Any => "any",
    }
}

fn printed(printed: Option<&str>) -> String {
    printed.map(|printed| format!(" (printed {})", quoted(printed))).unwrap_or_default()
}

fn endpoint(endpoint: &Endpoint) -> String {
    let Endpoint { region, host, printed, .. } = endpoint;
    format!("endpoint {} {}{}", optional(region.as_deref()), word(host), self::printed(printed.as_deref()))
}

fn code(code: &ErrorCode) -> String {
    let ErrorCode { code, printed, status, .. } = code;
    format!("code {} {}{}", self::status(*status), word(code), self::printed(printed.as_deref()))
}

fn permission(permission: &Permission) -> String {
    let mut line = format!("permission {}", call(&permission.call));
    if !permission.actions.is_empty() {
        line.push_str(&format!(" = {}", list(&permission.actions)));
    }
    line
}

fn states(states: &States) -> String {
    let mut line = format!("states {}", word(&states.name));
    if !states.values.is_empty() {
        line.push_str(&format!(" = {}", list(&states.values)));
    }
    line
}
