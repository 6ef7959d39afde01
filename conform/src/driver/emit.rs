//! Emits the Rust source of a driver: a function for each operation, in modules of a size that compiles well.

use yundb_generator::lower::model::{
    FormDef, Input, InputKind, Operation, Outcome, Param, Payload, Representation, ResponseBody, Service, Type, Users,
};

use super::{Key, route};

/// Maximum number of operations in a module.
const MODULE: usize = 40;

/// The source of a module with `TABLES` and `fn driver() -> Driver`, for the generated crate of this service.
///
/// It refers to that crate and `yundb_conform` only.
pub fn source(service: &Service) -> String {
    let package = service.package.replace('-', "_");
    let operations =
        service.groups.iter().flat_map(|group| group.operations.iter().map(|it| (group.module.as_str(), it)));
    let operations: Vec<(&str, &Operation)> = operations.collect();
    let mut out = Source { service, package: &package, text: String::new() };
    let modules = operations.chunks(MODULE);
    let tables: Vec<String> = (0..modules.len()).map(|at| format!("part_{at}::TABLE")).collect();
    out.line("/// The functions that call the operations.");
    out.line(&format!("pub const TABLES: &[&[::yundb_conform::driver::Entry<::{package}::Client>]] ="));
    out.line(&format!("    &[{}];", tables.join(", ")));
    out.line("\n/// The driver of all operations.");
    out.line("pub fn driver() -> ::yundb_conform::Driver {");
    out.line(&format!("    ::yundb_conform::Driver::new(::{package}::Client::builder, TABLES)"));
    out.line("}");
    for (at, operations) in modules.enumerate() {
        out.line(&format!("\nmod part_{at} {{"));
        out.line("    #![allow(deprecated, unused_mut, unused_variables)]");
        out.line("    use ::yundb_conform::driver::*;");
        out.line(&format!("    use ::{package}::Client;"));
        out.line("    pub(super) const TABLE: &[Entry<Client>] = &[");
        for (index, (_, Operation { method, path, .. })) in operations.iter().enumerate() {
            out.line(&format!(
                "        ({method:?}, {path:?}, |client, given| Box::pin(call_{index}(client, given))),"
            ));
        }
        out.line("    ];");
        for (index, (module, operation)) in operations.iter().enumerate() {
            out.operation(index, module, operation);
        }
        out.line("}");
    }
    if !service.outcomes.is_empty() {
        out.line("\nmod outcomes {");
        out.line("    #![allow(unreachable_patterns, dead_code)]");
        out.line("    use ::yundb_conform::driver::*;");
        for (index, outcome) in
            service.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.users != Users::Nobody)
        {
            out.outcome(index, outcome);
        }
        out.line("}");
    }
    out.text
}

struct Source<'a> {
    service: &'a Service,
    package: &'a str,
    text: String,
}

impl Source<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn operation(&mut self, index: usize, module: &str, operation: &Operation) {
        let arguments: Vec<String> =
            operation.arguments.iter().map(|input| self.taken(&operation.params, input, true)).collect();
        self.line(&format!("    async fn call_{index}(client: Client, mut given: Inputs) -> Ended {{"));
        self.line(&format!("        let mut call = client.{}({});", operation.method_name, arguments.join(", ")));
        for input in &operation.setters {
            match &input.kind {
                InputKind::Form(media_type, form) => self.form(input, media_type, &self.service.forms[*form]),
                InputKind::JsonOf(range, ..) => {
                    let taken = self.taken(&operation.params, input, false);
                    self.line(&format!("        let chosen = given.media_type({range:?})?;"));
                    self.line(&format!(
                        "        if let Some(it) = {taken} {{ call = call.{}(chosen, it); }}",
                        input.ident
                    ));
                }
                _ => {
                    let taken = self.taken(&operation.params, input, false);
                    self.line(&format!("        if let Some(it) = {taken} {{ call = call.{}(it); }}", input.ident));
                }
            }
        }
        self.line("        given.rest()?;");
        self.line("        if given.unchecked() { call = call.unchecked(); }");
        self.line("        let shown = format!(\"{call:?}\");");
        let (success, error) = (encoder(&operation.output, false), encoder(&operation.error, true));
        let package = self.package;
        for Representation { media_type, name, body, .. } in &operation.representations {
            let constant = format!("::{package}::operations::{module}::{}::{name}", operation.type_name);
            let success = encoder(body, false);
            self.line(&format!("        if given.representation() == Some({media_type:?}) {{"));
            self.line(&format!(
                "            return ended(&shown, call.send_as({constant}).await, {success}, {error});"
            ));
            self.line("        }");
        }
        self.line(&format!("        ended(&shown, call.send().await, {success}, {error})"));
        self.line("    }");
    }

    /// Passes a form that is an alternative body.
    fn form(&mut self, input: &Input, media_type: &str, form: &FormDef) {
        let (package, name) = (self.package, &form.name);
        self.line(&format!("        if let Some(mut given) = given.form({media_type:?})? {{"));
        self.line(&format!("            let mut form = ::{package}::types::{name}::new();"));
        for field in &form.fields {
            let taken = self.taken(&form.params, field, false);
            self.line(&format!("            if let Some(it) = {taken} {{ form = form.{}(it); }}", field.ident));
        }
        self.line("            given.rest()?;");
        self.line(&format!("            call = call.{}(form);", input.ident));
        self.line("        }");
    }

    /// The expression for an input; `params` have its encoding.
    fn taken(&self, params: &[Param], input: &Input, needed: bool) -> String {
        let Key { place, name } = route::key(params, input);
        let typed = |ty: String| {
            let method = if needed { "need" } else { "take" };
            format!("given.{method}::<{ty}>({place:?}, {name:?})?")
        };
        match &input.kind {
            // An optional argument.
            InputKind::Optional(ty, false) => format!("given.take::<{}>({place:?}, {name:?})?", self.ty(ty)),
            InputKind::Optional(ty, true) => format!("given.take::<Option<{}>>({place:?}, {name:?})?", self.ty(ty)),
            InputKind::Value(ty, false)
            | InputKind::JsonText(ty)
            | InputKind::PartHeader(_, ty)
            | InputKind::JsonAs(_, _, ty)
            | InputKind::JsonOf(_, _, ty)
            | InputKind::ValueAs(_, _, _, ty) => typed(self.ty(ty)),
            InputKind::Value(ty, true) => typed(format!("Option<{}>", self.ty(ty))),
            InputKind::NamedParts => "given.named_files()?".to_owned(),
            InputKind::Form(..) => "None".to_owned(),
            InputKind::Part => format!("given.file({name:?})?"),
            InputKind::Parts => format!("given.files({name:?})?"),
            InputKind::Raw | InputKind::RawAs(_) => {
                format!("given.{}({name:?})?", if needed { "need_bytes" } else { "bytes" })
            }
        }
    }

    fn outcome(&mut self, index: usize, outcome: &Outcome) {
        let (package, name) = (self.package, &outcome.name);
        let borrowed = if outcome.error { "&" } else { "" };
        self.line(&format!(
            "    pub(super) fn outcome_{index}(it: {borrowed}::{package}::types::{name}) -> Encoded {{"
        ));
        self.line("        match it {");
        for case in &outcome.cases {
            let variant = &case.variant;
            let pattern = if case.payload == Payload::Empty { "" } else { "(it)" };
            let encoder = encoded(&case.payload, outcome.error);
            self.line(&format!(
                "            ::{package}::types::{name}::{variant}{pattern} => {encoder}.of({variant:?}),"
            ));
        }
        self.line("            _ => nothing(),");
        self.line("        }");
        self.line("    }");
    }

    /// A type as written in the driver.
    fn ty(&self, ty: &Type) -> String {
        let package = self.package;
        match ty {
            Type::String => "String".to_owned(),
            Type::Secret => format!("::{package}::runtime::Secret"),
            Type::Formatted(format) => {
                let types = format!("::{package}::runtime::format");
                format!("{types}::Formatted<{types}::{}>", format.type_name())
            }
            Type::Bool => "bool".to_owned(),
            Type::I32 => "i32".to_owned(),
            Type::I64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::I128 => "i128".to_owned(),
            Type::F64 => "f64".to_owned(),
            Type::Value => format!("::{package}::runtime::Value"),
            Type::List(item) => format!("Vec<{}>", self.ty(item)),
            Type::Map(value) => format!("::std::collections::BTreeMap<String, {}>", self.ty(value)),
            Type::Nullable(value) => format!("Option<{}>", self.ty(value)),
            Type::JsonText(value) => format!("::{package}::runtime::JsonText<{}>", self.ty(value)),
            Type::Named(id) => format!("::{package}::types::{}", self.service.types[*id].name),
        }
    }
}

/// The encoder of a body, which is owned for a success and borrowed for an error.
fn encoder(of: &ResponseBody, borrowed: bool) -> String {
    match of {
        ResponseBody::ByStatus(index) => format!("super::outcomes::outcome_{index}"),
        ResponseBody::One(Payload::Empty) => "|_| nothing()".to_owned(),
        ResponseBody::One(Payload::Json(_)) if borrowed => "json".to_owned(),
        ResponseBody::One(Payload::Stream) => "stream".to_owned(),
        ResponseBody::One(Payload::Events(..)) => "events".to_owned(),
        ResponseBody::One(Payload::Lines(_)) => "lines".to_owned(),
        ResponseBody::One(payload) => format!("|it| {}", encoded(payload, borrowed)),
    }
}

/// `it`, encoded.
fn encoded(payload: &Payload, borrowed: bool) -> &'static str {
    match (payload, borrowed) {
        (Payload::Empty, _) => "nothing()",
        (Payload::Json(_), true) => "json(it)",
        (Payload::Json(_), false) => "json(&it)",
        (Payload::Text, true) => "text(it)",
        (Payload::Text, false) => "text(&it)",
        (Payload::Stream, _) => "stream(it)",
        (Payload::Events(..), _) => "events(it)",
        (Payload::Lines(_), _) => "lines(it)",
    }
}
