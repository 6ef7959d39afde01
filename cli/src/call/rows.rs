//! The inputs and outputs of an operation as rows: every field by its path.

use yundb_generator::lower::model::{
    Docs, InputKind, Operation, Payload, Place, ResponseBody, Service, Type, TypeId, TypeKind,
};

use super::document::{Lowered, normal};
use super::inputs::{input_of, service_type};
use super::words;

/// Levels of nested objects.
const DEEPEST: usize = 8;

/// A field.
#[derive(Debug, PartialEq)]
pub(super) struct Row {
    /// Its path, with a number or `[]` for the elements of a list.
    pub name: String,
    pub place: &'static str,
    pub ty: String,
    pub required: bool,
    /// The possible values, if the document lists them.
    pub values: Vec<String>,
    pub about: String,
    pub is_secret: bool,
}

/// The inputs of a call, without those that only the client sets.
pub(super) fn inputs(lowered: &Lowered) -> Vec<Row> {
    let Lowered { service, operation, .. } = lowered;
    let mut walk = Walk { service, of_response: false, open: Vec::new(), rows: Vec::new() };
    for param in operation.params.iter().filter(|param| param.constant.is_none()) {
        let input = input_of(operation, param);
        // A setting of the client has a flag of its own.
        let (name, about) = match (&param.client, input) {
            (Some(setting), None) => (setting.replace('_', "-"), format!("Sent as `{}`, if it is set.", param.name)),
            (_, input) if is_ambiguous(operation, &param.name) => {
                let name = format!("{}.{}", place(param.place), param.name);
                (name, input.map(|input| plain(&input.docs)).unwrap_or_default())
            }
            (_, input) => (param.name.clone(), input.map(|input| plain(&input.docs)).unwrap_or_default()),
        };
        let place = place(param.place);
        let is_filled = param.client.is_some();
        let mut row = Row { required: param.required && !is_filled, about, ..Row::of(&name, place) };
        match input.map(|input| &input.kind) {
            Some(InputKind::Part | InputKind::Parts | InputKind::NamedParts | InputKind::Raw) => {
                row.ty = "file".to_owned();
                walk.rows.push(row);
            }
            kind => {
                let ty = kind.and_then(InputKind::ty).unwrap_or(&Type::String);
                let is_whole = param.place == Place::Body || param.spread;
                match service_type(service, ty) {
                    Type::Named(id) if is_whole && walk.is_object(*id) => {
                        walk.fields(*id, "", place, param.required, 0)
                    }
                    _ => walk.row(row, ty, 0),
                }
            }
        }
    }
    let mut rows = walk.rows;
    let variables = operation.servers.iter().chain(&service.servers).flat_map(|server| &server.variables);
    for variable in variables.filter(|variable| !words::flags().any(|flag| normal(&flag) == normal(&variable.name))) {
        if !rows.iter().any(|row| normal(&row.name) == normal(&variable.name)) {
            let about = format!("Part of the server's address. Defaults to {}.", variable.default);
            let (ty, values) = ("string".to_owned(), variable.values.clone());
            rows.push(Row { ty, values, about, ..Row::of(&variable.name, "server") });
        }
    }
    rows
}

/// The place of a parameter in words.
pub(super) fn place(place: Place) -> &'static str {
    match place {
        Place::Path => "path",
        Place::Query | Place::QueryString => "query",
        Place::Header => "header",
        Place::Cookie => "cookie",
        Place::Field | Place::Form | Place::Part | Place::Body => "body",
    }
}

/// Whether parameters in several places have this name: then inputs begin with the place.
pub(super) fn is_ambiguous(operation: &Operation, name: &str) -> bool {
    operation.params.iter().filter(|it| it.name == name && it.client.is_none() && it.constant.is_none()).count() > 1
}

/// The fields of a success.
pub(super) fn outputs(lowered: &Lowered) -> Vec<Row> {
    let Lowered { service, operation, .. } = lowered;
    let mut walk = Walk { service, of_response: true, open: Vec::new(), rows: Vec::new() };
    if let Some(ty) = output(service, operation).and_then(Payload::ty) {
        match service_type(service, ty) {
            Type::Named(id) if walk.is_object(*id) => walk.fields(*id, "", "body", false, 0),
            _ => walk.row(Row::of("", "body"), ty, 0),
        }
    }
    walk.rows
}

/// The body of a success; the first one, if it depends on the status.
pub(super) fn output<'m>(service: &'m Service, operation: &'m Operation) -> Option<&'m Payload> {
    match &operation.output {
        ResponseBody::One(payload) => Some(payload),
        ResponseBody::ByStatus(index) => service.outcomes.get(*index)?.cases.first().map(|case| &case.payload),
    }
}

impl Row {
    fn of(name: &str, place: &'static str) -> Self {
        let (ty, about) = (String::new(), String::new());
        Self { name: name.to_owned(), place, ty, required: false, values: Vec::new(), about, is_secret: false }
    }
}

struct Walk<'m> {
    service: &'m Service,
    of_response: bool,
    /// The types around the current one, as types may contain themselves.
    open: Vec<TypeId>,
    rows: Vec<Row>,
}

impl Walk<'_> {
    fn is_object(&self, id: TypeId) -> bool {
        matches!(self.service.types[id].kind, TypeKind::Struct(_) | TypeKind::Union(_))
    }

    fn row(&mut self, row: Row, ty: &Type, depth: usize) {
        let (name, place, required) = (row.name.clone(), row.place, row.required);
        let service = self.service;
        let is_secret = *service_type(service, ty) == Type::Secret;
        self.rows.push(Row { ty: words(service, ty), values: values(service, ty, 0), is_secret, ..row });
        let (mut inner, mut path) = (service_type(service, ty), name);
        // A list may consist of lists like itself.
        for _ in 0..DEEPEST {
            let Type::List(element) = inner else { break };
            (inner, path) = (service_type(service, element), path + if self.of_response { "[]" } else { ".0" });
        }
        if let Type::Named(id) = inner {
            self.fields(*id, &format!("{path}."), place, required, depth + 1);
        }
    }

    fn fields(&mut self, id: TypeId, prefix: &str, place: &'static str, required: bool, depth: usize) {
        if depth > DEEPEST || self.open.contains(&id) {
            return;
        }
        self.open.push(id);
        let service = self.service;
        match &service.types[id].kind {
            TypeKind::Struct(body) => {
                let hidden = |read: bool, write: bool| if self.of_response { write } else { read };
                let fields: Vec<_> =
                    body.fields.iter().filter(|field| !hidden(field.read_only, field.write_only)).collect();
                for field in fields {
                    let must = required && field.required && !field.filled;
                    let name = format!("{prefix}{}", field.wire);
                    // The docs of a field about which the document says nothing only repeat its name.
                    let about = plain(&field.docs).replacen(&format!("The field `{}`.", field.wire), "", 1);
                    let row = Row { required: must, about: about.trim().to_owned(), ..Row::of(&name, place) };
                    self.row(row, &field.ty, depth);
                }
            }
            TypeKind::Union(union) => {
                for variant in &union.variants {
                    if let Type::Named(id) = service_type(service, &variant.ty) {
                        self.fields(*id, prefix, place, false, depth);
                    }
                }
                let mut seen = std::collections::HashSet::new();
                self.rows.retain(|row| seen.insert(row.name.clone()));
            }
            _ => {}
        }
        self.open.pop();
    }
}

/// The name of a type for users of JSON.
fn words(service: &Service, ty: &Type) -> String {
    match ty {
        Type::String => "string".to_owned(),
        Type::Secret => "secret string".to_owned(),
        Type::Formatted(format) => format.check().map_or_else(|| "string".to_owned(), |name| name.replace('_', "-")),
        Type::Bool => "boolean".to_owned(),
        Type::I32 | Type::I64 | Type::U64 | Type::I128 => "integer".to_owned(),
        Type::F64 => "number".to_owned(),
        Type::Value => "any".to_owned(),
        Type::List(inner) => format!("list of {}", words(service, inner)),
        Type::Map(inner) => format!("map to {}", words(service, inner)),
        Type::Nullable(inner) => format!("{} or null", words(service, inner)),
        Type::JsonText(inner) => format!("{} as JSON text", words(service, inner)),
        Type::Named(id) => match &service.types[*id].kind {
            TypeKind::Struct(_) => "object".to_owned(),
            TypeKind::StringEnum(_) => "string".to_owned(),
            TypeKind::IntegerEnum(_) => "integer".to_owned(),
            TypeKind::Tuple(_) => "list".to_owned(),
            TypeKind::Newtype(newtype) => match &newtype.ty {
                // It contains itself.
                Type::List(_) => "list".to_owned(),
                _ => "map".to_owned(),
            },
            TypeKind::Union(union) => {
                let mut kinds: Vec<String> = union.variants.iter().map(|it| kind(service, &it.ty)).collect();
                kinds.dedup();
                kinds.join(" or ")
            }
            TypeKind::Own(_) => "any".to_owned(),
        },
    }
}

fn kind(service: &Service, ty: &Type) -> String {
    match service.kind(ty) {
        "Text" => "string",
        "Number" => "number",
        "Flag" => "boolean",
        "List" => "list",
        "Object" => "object",
        _ => "any",
    }
    .to_owned()
}

/// The values that the document lists, of a type or of the elements of a list.
fn values(service: &Service, ty: &Type, depth: usize) -> Vec<String> {
    match service_type(service, ty) {
        Type::List(inner) if depth < DEEPEST => values(service, inner, depth + 1),
        Type::Bool => vec!["true".to_owned(), "false".to_owned()],
        Type::Named(id) => match &service.types[*id].kind {
            TypeKind::StringEnum(variants) => variants.iter().map(|it| it.value.clone()).collect(),
            TypeKind::IntegerEnum(variants) => variants.iter().map(|it| it.value.to_string()).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Docs for a terminal: without the marks of Markdown, and without facts that have a column of their own.
pub(super) fn plain(docs: &Docs) -> String {
    plain_text(&docs.join("\n"))
}

/// The same for a text.
pub(super) fn plain_text(text: &str) -> String {
    let text = text.replace("**Required.**", "").replace("**", "");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    // `[text](target)` becomes the text.
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        match after.split_once("](").and_then(|(label, more)| Some((label, more.split_once(')')?.1))) {
            Some((label, more)) if !label.contains(['[', ']', '\n']) => {
                out.push_str(label);
                rest = more;
            }
            _ => {
                out.push('[');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out.replace('\\', "").trim().to_owned()
}
