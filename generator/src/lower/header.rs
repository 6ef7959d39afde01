//! Typed response headers: one struct for all responses of an operation, shared by operations with the same headers.

use openapiv3::{Header, ParameterSchemaOrContent, ReferenceOr, Response};

use super::body::is_json;
use super::model::{Docs, Field, Presence, Shape, Struct, Type, TypeDef, TypeId, TypeKind};
use super::names::{Candidates, Scope};
use super::schema::{Lowered, Naming};
use super::{Lower, markdown, names};
use crate::accounting::Reason;
use crate::diagnostic::Location;
use crate::load::{Node, Part};

/// The first occurrence of a header, and its field.
struct Found<'a> {
    /// Its name as written there.
    name: &'a str,
    node: &'a Node,
    field: Field,
}

impl<'a> Lower<'a, '_> {
    /// The struct of the headers of these responses, successes and errors; `None` if they have none.
    pub(super) fn headers(
        &mut self,
        responses: impl Iterator<Item = Part<'a, Response>>,
        type_name: &str,
    ) -> Option<TypeId> {
        let mut found: Vec<Found<'a>> = Vec::new();
        for response in responses {
            let mut own: Vec<&str> = Vec::new();
            for (wire, header) in response.map("headers", &response.item.headers) {
                // HTTP header names are case-insensitive.
                if own.iter().any(|known| known.eq_ignore_ascii_case(wire)) {
                    let message = format!("the header `{wire}` is a duplicate");
                    self.unsupported("header-differs", message, header.at, "the first definition applies");
                    continue;
                }
                own.push(wire);
                self.add_header(wire, header, type_name, &mut found);
            }
        }
        let (written, fields): (Vec<&str>, Vec<Field>) =
            found.into_iter().map(|found| (found.name, found.field)).unzip();
        (!fields.is_empty()).then(|| self.header_struct(&written, fields))
    }

    fn add_header(
        &mut self,
        wire: &'a str,
        header: Part<'a, ReferenceOr<Header>>,
        type_name: &str,
        found: &mut Vec<Found<'a>>,
    ) {
        let at = header.at;
        let header = match self.header(header) {
            Ok(header) => header,
            Err(at) => {
                let message = "the reference does not lead to a header".to_owned();
                return self.unsupported("foreign-ref", message, at, "the header is not typed");
            }
        };
        let lower = wire.to_ascii_lowercase();
        // OpenAPI defines the content type elsewhere.
        if lower == "content-type" {
            self.ledger.ignore(at, Reason::HttpHeader);
            return header.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::HttpHeader));
        }
        if let Some(known) = found.iter().find(|known| known.field.wire == lower && known.node == header.node) {
            if !std::ptr::eq(known.node, header.node) {
                self.ledger.ignore(at, Reason::Repeated);
                header.node.entries().for_each(|(_, entry)| self.ledger.ignore(&entry.key, Reason::Repeated));
            } else if !self.ledger.has(at) {
                self.ledger.ignore(at, Reason::Repeated);
            }
            return;
        }
        self.ledger.take(at);
        self.take_members(&header, &["description", "schema", "content", "deprecated"]);
        let mut lowered = self.header_type(wire, &header, type_name);
        if lower == "set-cookie" && !matches!(lowered.ty, Type::List(_)) {
            // It can be repeated, and its values contain commas.
            lowered.ty = Type::List(Box::new(lowered.ty));
        }
        let docs = lowered
            .docs(header.item.description.as_deref(), self.ledger, || format!("The header {}.", markdown::code(wire)));
        if let Some(known) = found.iter_mut().find(|known| known.field.wire == lower) {
            let field = &mut known.field;
            if field.ty != lowered.ty {
                let integer = |ty: &Type| matches!(ty, Type::I32 | Type::I64 | Type::U64 | Type::I128);
                let text = |ty: &Type| matches!(ty, Type::String | Type::Formatted(_));
                let number = |ty: &Type| integer(ty) || *ty == Type::F64;
                field.ty = match (&field.ty, &lowered.ty) {
                    (one, other) if integer(one) && integer(other) => Type::I128,
                    (one, other) if number(one) && number(other) => Type::F64,
                    (one, other) if text(one) && text(other) => Type::String,
                    _ => {
                        let message = format!("the header `{wire}` has different types in different responses");
                        self.unsupported("header-differs", message, at, "it is read as text");
                        Type::String
                    }
                };
            }
            if !docs.iter().all(|line| field.docs.contains(line)) {
                field.docs.push(String::new());
                field.docs.extend(docs);
            }
            return;
        }
        found.push(Found {
            name: wire,
            node: header.node,
            field: field(lower, lowered.ty, docs, header.item.deprecated),
        });
    }

    /// The type of a header.
    fn header_type(&mut self, wire: &str, header: &Part<'a, Header>, type_name: &str) -> Lowered<'a> {
        let naming = Naming::new(type_name, wire);
        match &header.item.format {
            ParameterSchemaOrContent::Schema(_) => {
                let Some(schema) = header.schema() else { return Lowered::text() };
                let lowered = self.schema(&schema, &naming);
                if self.fits_header(&lowered.ty) {
                    return lowered;
                }
                if let Some(schema) = header.entry("schema") {
                    self.ledger.forget(&schema.node);
                    let message = format!("the header `{wire}` has nested lists or objects, or alternatives");
                    self.unsupported("header-type", message, &schema.key, "it is read as text");
                }
                Lowered { deprecated: false, ..Lowered::text() }
            }
            ParameterSchemaOrContent::Content(content) => {
                let mut all = header.map("content", content);
                let Some((media_type, media)) = all.next() else { return Lowered::text() };
                self.ledger.take(media.at);
                for (other, media) in all {
                    let message = format!("the header `{wire}` has several media types: `{media_type}` and `{other}`");
                    self.unsupported("header-content", message, media.at, "the first one applies");
                }
                self.take_members(&media, &["schema"]);
                match media.schema() {
                    Some(schema) if is_json(media_type) => {
                        let lowered = self.schema(&schema, &naming);
                        Lowered { ty: Type::JsonText(Box::new(lowered.clone().element())), nullable: false, ..lowered }
                    }
                    Some(schema) if self.fits_text(&schema) => self.schema(&schema, &naming),
                    Some(_) => {
                        let message = format!("the header `{wire}` has the media type `{media_type}`");
                        self.unsupported("header-content", message, media.at, "it is read as text");
                        Lowered::text()
                    }
                    None if is_json(media_type) => Lowered::plain(Type::JsonText(Box::new(Type::Value))),
                    None => Lowered::text(),
                }
            }
        }
    }

    /// Whether a schema is that of a string.
    fn fits_text(&self, schema: &crate::load::Sub<'a>) -> bool {
        self.peek(schema).ty.is_some_and(|ty| ty.value == crate::load::JsonType::String)
    }

    /// Whether OpenAPI's style `simple` can represent a value of this type: a scalar, a list of scalars, or an object
    /// with such members.
    fn fits_header(&self, ty: &Type) -> bool {
        match ty {
            Type::List(inner) | Type::Map(inner) => self.is_plain(inner),
            Type::Named(id) => match self.types.get(*id).map(|definition| &definition.kind) {
                Some(TypeKind::Struct(body)) => {
                    body.fields.iter().all(|field| self.is_plain(&field.ty))
                        && body.additional.iter().all(|ty| self.is_plain(ty))
                }
                _ => self.is_plain(ty),
            },
            Type::Value => false,
            ty => self.is_plain(ty),
        }
    }

    /// Whether a value of this type is a single scalar in a header.
    fn is_plain(&self, ty: &Type) -> bool {
        match ty {
            Type::List(_) | Type::Map(_) | Type::Value => false,
            Type::Nullable(inner) => self.is_plain(inner),
            Type::Named(id) => matches!(
                self.types.get(*id).map(|definition| &definition.kind),
                Some(TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_))
            ),
            _ => true,
        }
    }

    fn header_struct(&mut self, written: &[&str], mut fields: Vec<Field>) -> TypeId {
        let wanted: Vec<Candidates> = written.iter().map(|name| Candidates::snake(name)).collect();
        for (field, ident) in fields.iter_mut().zip(Scope::default().assign(&wanted)) {
            field.ident = ident;
        }
        let same = |known: &Field, field: &Field| {
            (&known.wire, &known.ty, &known.docs) == (&field.wire, &field.ty, &field.docs)
        };
        let equal = |definition: &TypeDef| match &definition.kind {
            TypeKind::Struct(known) if known.headers => {
                known.fields.len() == fields.len() && known.fields.iter().zip(&fields).all(|(a, b)| same(a, b))
            }
            _ => false,
        };
        if let Some(id) = self.types.iter().position(equal) {
            return id;
        }
        let listed: Vec<String> = fields.iter().map(|field| format!("`{}`", field.wire)).collect();
        let name = self.scope.take(names::joined(&struct_name(written), "Headers"));
        self.types.push(TypeDef {
            docs: vec![format!("Response headers: {}.", listed.join(", "))],
            name,
            deprecated: false,
            kind: TypeKind::Struct(Struct { fields, headers: true, ..Struct::default() }),
            input: false,
            output: false,
            users: Default::default(),
        });
        self.types.len() - 1
    }

    fn header(&mut self, part: Part<'a, ReferenceOr<Header>>) -> Result<Part<'a, Header>, &'a Location> {
        if let Some(entry) = part.entry("$ref") {
            self.ledger.take(&entry.key);
        }
        self.loaded.follow(part, "headers", |components| &components.headers)
    }
}

fn field(lower: String, ty: Type, docs: Docs, deprecated: Option<bool>) -> Field {
    Field {
        // Its Rust name is assigned when all fields are known.
        ident: String::new(),
        docs,
        ty,
        wire: lower,
        presence: Presence::Optional,
        boxed: false,
        required: false,
        read_only: false,
        write_only: false,
        undescribed: false,
        deprecated: deprecated == Some(true),
        values: Vec::new(),
        filled: false,
        example: None,
        shape: Shape::default(),
    }
}

/// The name of the struct: the common prefixes of the headers, so that it does not depend on the operations that use
/// it.
fn struct_name(written: &[&str]) -> String {
    let words = |name: &str| -> Vec<String> {
        let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty()).map(str::to_owned);
        words.skip_while(|word| word.eq_ignore_ascii_case("x")).collect()
    };
    let same = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
    let mut groups: Vec<Vec<String>> = Vec::new();
    for name in written {
        let words = words(name);
        match groups.iter_mut().find(|group| group.iter().zip(&words).next().is_some_and(|(a, b)| same(a, b))) {
            Some(group) => {
                let shared = group.iter().zip(&words).take_while(|(a, b)| same(a, b)).count();
                group.truncate(shared);
            }
            None => groups.push(words),
        }
    }
    let mut named: Vec<String> =
        groups.iter().filter(|group| !group.is_empty()).map(|group| names::camel(&group.join(" "))).collect();
    if named.len() > MOST_NAMED {
        named.truncate(MOST_NAMED - 1);
        named.push("More".to_owned());
    }
    let name = named.join("And");
    if name.is_empty() { "Response".to_owned() } else { name }
}

/// Maximum number of header groups in the name of a struct.
const MOST_NAMED: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn structs_are_named_after_their_headers() {
        for (wires, name) in [
            (&["link"][..], "Link"),
            (&["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"], "Ratelimit"),
            (&["X-RateLimit-Limit", "x-ratelimit-remaining"], "RateLimit"),
            (&["x-rate-limit-limit", "x-rate-limit-remaining"], "RateLimit"),
            (&["x-total", "retry-after"], "TotalAndRetryAfter"),
            (&["a", "b-c", "d", "e"], "AAndBCAndMore"),
            (&["etag", "ratelimit-limit", "ratelimit-reset"], "EtagAndRatelimit"),
            (&["x"], "Response"),
        ] {
            assert_eq!(struct_name(wires), name, "{wires:?}");
        }
    }
}
