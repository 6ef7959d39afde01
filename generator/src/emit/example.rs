//! Examples: an idiomatic call of an operation with the document's sample values, and a use of its response. They are
//! doc tests, so they must compile.

mod json;
mod likeness;
mod paging;
mod response;
mod value;

use super::pretty;
use crate::lower::model::{Body, FormDef, Input, InputKind, Operation, Param, Service, Type};
pub(super) use json::{is_password, is_secret};
use value::{Known, Taken, Values, is_informative, plain};

/// The columns before the text of a method's docs.
const MARGIN: usize = 8;

/// An example, split into its `use` lines and its statements.
pub(super) struct Example {
    pub imports: Vec<String>,
    pub statements: Vec<String>,
}

/// The lines of an operation's docs with its example.
pub(super) fn docs(service: &Service, operation: &Operation) -> Vec<String> {
    let Example { imports, statements } = example(service, operation);
    let krate = service.package.replace('-', "_");
    let mut out: Vec<String> = ["", "# Example", "", "```rust,no_run"].map(str::to_owned).into();
    if !imports.is_empty() {
        out.extend(imports);
        out.push(String::new());
    }
    out.push(format!("# async fn example(client: &{krate}::Client) -> Result<(), Box<dyn std::error::Error>> {{"));
    out.extend(statements);
    out.extend(["# Ok(())", "# }", "```"].map(str::to_owned));
    out
}

/// An operation's example, given a `client`.
pub(super) fn example(service: &Service, operation: &Operation) -> Example {
    let values = Values::new(service);
    let operation = &*paging::begun(operation);
    let mut statements = Vec::new();
    let arguments: Vec<String> = operation.arguments.iter().map(|input| argument(&values, input)).collect();
    let mut setters = String::new();
    for input in set(&values, operation) {
        setters.push_str(&setter(&values, input));
    }
    let call = |arguments: &[String]| format!("client.{}({}){setters}", operation.method_name, arguments.join(", "));
    let mut code = call(&arguments);
    // A long argument becomes a statement before the call.
    if MARGIN + code.len() + "let response = .await?;".len() > pretty::WIDTH {
        let mut short = arguments.clone();
        for (input, argument) in operation.arguments.iter().zip(&mut short) {
            let taken = ["client", "response", "items", "item"].contains(&input.ident.as_str());
            if argument.contains("::new().") && !taken {
                statements.push(laid_out(&format!("let {} = {argument};", input.ident)));
                *argument = input.ident.clone();
            }
        }
        code = call(&short);
    }
    statements.extend(response::used(&values, operation, &code).iter().map(|statement| laid_out(statement)));
    let imports = values.imports().iter().map(|import| laid_out(import)).collect();
    Example { imports: lines(imports), statements: lines(statements) }
}

/// Splits statements into lines.
fn lines(statements: Vec<String>) -> Vec<String> {
    statements.iter().flat_map(|statement| statement.lines().map(str::to_owned)).collect()
}

/// Formats a statement within the columns available in docs.
fn laid_out(statement: &str) -> String {
    let margin = " ".repeat(MARGIN);
    let shown = match statement.strip_suffix(';') {
        Some(_) if statement.starts_with("use ") => pretty::laid_out(&[&format!("{margin}{statement}")]),
        Some(code) => format!("{margin}{};", pretty::lay_out(code, MARGIN, MARGIN, 1)),
        None => return statement.to_owned(),
    };
    let lines: Vec<&str> = shown.lines().map(|line| line.strip_prefix(&margin).unwrap_or(line)).collect();
    lines.join("\n")
}

/// The setters that an example calls: the required ones, and a few of those in the request's sample.
fn set<'o>(values: &Values<'_>, operation: &'o Operation) -> Vec<&'o Input> {
    let mut found: Vec<&Input> = Vec::new();
    for input in &operation.setters {
        let sent = input.example.as_ref().is_some_and(|example| example.sent && is_informative(&example.value));
        let ty = input.kind.ty().unwrap_or(&Type::String);
        if required(&operation.params, input) || sent && !input.deprecated && values.one_more(ty) {
            found.push(input);
        }
    }
    // If there are several bodies, none is required by itself.
    let lacks_body = operation.body.as_ref().is_some_and(|Body { required, .. }| *required)
        && !operation.arguments.iter().chain(found.iter().copied()).any(|input| is_of_body(operation, input));
    if lacks_body {
        found.extend(operation.setters.iter().find(|input| is_of_body(operation, input)));
    }
    found
}

fn param<'p>(params: &'p [Param], input: &Input) -> Option<&'p Param> {
    params.iter().find(|param| {
        let of_part = match &input.kind {
            InputKind::PartHeader(field, _) => param.header_of.as_ref() == Some(field),
            _ => param.header_of.is_none(),
        };
        of_part && param.name == input.wire && input.place.is_none_or(|place| place == param.place)
    })
}

fn required(params: &[Param], input: &Input) -> bool {
    // Headers of parts are required only with their parts.
    let header = matches!(input.kind, InputKind::PartHeader(..));
    !header && param(params, input).is_some_and(|param| param.required && param.client.is_none())
}

fn is_of_body(operation: &Operation, input: &Input) -> bool {
    use crate::lower::model::Place;
    match &input.kind {
        InputKind::Raw
        | InputKind::RawAs(_)
        | InputKind::JsonAs(..)
        | InputKind::JsonOf(..)
        | InputKind::Form(..)
        | InputKind::ValueAs(..) => true,
        _ => param(&operation.params, input)
            .is_some_and(|param| matches!(param.place, Place::Body | Place::Field | Place::Form | Place::Part)),
    }
}

/// The known facts about an input's value.
fn known(input: &Input) -> Known<'_> {
    Known { sample: input.example.as_ref().map(|example| &example.value), name: plain(&input.ident), shape: None }
}

/// An argument of the client's method.
fn argument(values: &Values<'_>, input: &Input) -> String {
    let known = known(input);
    match &input.kind {
        InputKind::Value(ty, false) => match ty {
            Type::List(_) | Type::String | Type::Secret | Type::Value | Type::JsonText(_) => {
                values.value(ty, known, Taken::Loose)
            }
            Type::I32 | Type::I64 | Type::U64 | Type::I128 => values.value(ty, known, Taken::Into),
            ty => values.value(ty, known, Taken::Exact),
        },
        InputKind::Value(ty, true) | InputKind::Optional(ty, false) => values.value(ty, known, Taken::Exact),
        InputKind::Optional(ty, true) => format!("Some({})", values.value(ty, known, Taken::Exact)),
        _ => given(values, input),
    }
}

/// A value for an input, as both arguments and setters accept it.
fn given(values: &Values<'_>, input: &Input) -> String {
    let known = known(input);
    let runtime = format!("{}::runtime", values.krate);
    match &input.kind {
        InputKind::Value(ty, _) | InputKind::PartHeader(_, ty) => values.value(ty, known, Taken::Loose),
        InputKind::JsonText(ty) => values.value(&Type::JsonText(Box::new(ty.clone())), known, Taken::Loose),
        InputKind::Optional(ty, _)
        | InputKind::JsonAs(_, _, ty)
        | InputKind::JsonOf(_, _, ty)
        | InputKind::ValueAs(_, _, _, ty) => values.value(ty, known, Taken::Exact),
        InputKind::Part => format!("{runtime}::Part::file({:?})", plain(&input.ident)),
        InputKind::Parts => format!("[{runtime}::Part::file({:?})]", plain(&input.ident)),
        InputKind::NamedParts => format!("[(\"name\", {runtime}::Part::file(\"path\"))]"),
        InputKind::Raw | InputKind::RawAs(_) => format!("{runtime}::RequestBody::file(\"path\")"),
        InputKind::Form(_, form) => self::form(values, &values.service.forms[*form]),
    }
}

/// The call of a setter.
fn setter(values: &Values<'_>, input: &Input) -> String {
    match &input.kind {
        InputKind::JsonOf(range, ..) => {
            let media_type = range.replace('*', "x");
            format!(".{}({media_type:?}, {})", input.ident, given(values, input))
        }
        // These accept any integer.
        InputKind::Value(Type::U64, _) if input.place.is_none() => {
            format!(".{}({})", input.ident, values.value(&Type::I128, known(input), Taken::Loose))
        }
        _ => format!(".{}({})", input.ident, given(values, input)),
    }
}

/// A form that replaces another body.
fn form(values: &Values<'_>, form: &FormDef) -> String {
    let mut out = format!("{}::new()", values.import(&form.name));
    for input in form.fields.iter().filter(|input| required(&form.params, input)) {
        out.push_str(&setter(values, input));
    }
    out
}
