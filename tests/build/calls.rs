//! Writes the wire tests' calls: each operation of each generated crate once, through the typed client, with every argument
//! and setter that a sample has a value for. By hand it would be thousands of lines, and a setter that is forgotten is not
//! tested.

use std::{collections::BTreeMap, env, error::Error, fmt::Write as _, fs, path::Path};

use yundb_generator::{
    Diagnostics,
    lower::model::{Answer, Input, InputKind, Operation, Payload, Service, Type},
};

/// The services whose crates are tested.
const SERVICES: &[&str] =
    &["aliyun-dg", "aliyun-dts", "aliyun-sts", "huawei-ddm", "huawei-drs", "huawei-gaussdb-mysql", "huawei-iam"];

/// Writes `calls.rs`.
pub fn write() -> Result<(), Box<dyn Error>> {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs");
    let mut text = String::new();
    for service in SERVICES {
        let folder = specs.join(service);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut diagnostics = Diagnostics::new();
        let model = yundb_generator::model(&folder, &format!("yundb-{service}"), service, &mut diagnostics);
        let (model, _) = model.ok_or_else(|| diagnostics.to_string())?;
        tables(service, &model, &mut text)?;
    }
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(Path::new(&out).join("calls.rs"), text)?;
    Ok(())
}

/// The tables of a service: one for each type that its errors have, as a table's calls have one type.
fn tables(service: &str, model: &Service, text: &mut String) -> Result<(), Box<dyn Error>> {
    let package = model.package.replace('-', "_");
    let mut by_error: BTreeMap<String, Vec<&Operation>> = BTreeMap::new();
    for operation in model.groups.iter().flat_map(|group| &group.operations) {
        by_error.entry(error(model, operation)?).or_default().push(operation);
    }
    let alone = by_error.len() == 1;
    for (error, operations) in by_error {
        let name = service.replace('-', "_").to_uppercase();
        let name = if alone { name } else { format!("{name}_{}", error.to_uppercase()) };
        writeln!(text, "/// Operations of {service} whose errors are `{error}`.")?;
        writeln!(text, "pub const {name}: &Calls<{package}::Client, {package}::types::{error}> = &[")?;
        for operation in operations {
            call(model, operation, &package, text)?;
        }
        writeln!(text, "];\n")?;
    }
    Ok(())
}

/// The type that an operation's errors have.
fn error(model: &Service, operation: &Operation) -> Result<String, Box<dyn Error>> {
    match &operation.error {
        Answer::One(Payload::Json(Type::Named(id))) => Ok(model.types[*id].name.clone()),
        Answer::ByStatus(index) => Ok(model.outcomes[*index].name.clone()),
        Answer::One(other) => Err(format!("{}: no test for errors that are {other:?}", operation.name).into()),
    }
}

fn call(model: &Service, operation: &Operation, package: &str, text: &mut String) -> Result<(), Box<dyn Error>> {
    let arguments: Result<Vec<_>, _> = operation
        .arguments
        .iter()
        .map(|input| Ok::<_, Box<dyn Error>>(format!("{}.unwrap()", given(model, operation, input, package)?)))
        .collect();
    let Operation { name, method_name, setters, .. } = operation;
    let binding = if setters.is_empty() { "call" } else { "mut call" };
    let given_as = if setters.is_empty() && operation.arguments.is_empty() { "_" } else { "given" };
    writeln!(text, "    (\"{name}\", |client, {given_as}| {{")?;
    writeln!(text, "        let {binding} = client.{method_name}({});", arguments?.join(", "))?;
    for input in setters {
        // A field of the body may have the name of a parameter.
        let twice = operation.arguments.iter().any(|argument| argument.wire == input.wire);
        let value = given(model, operation, input, package)?;
        let value = if twice { value.replacen("input", "field", 1) } else { value };
        writeln!(text, "        if let Some(value) = {value} {{ call = call.{}(value); }}", input.ident)?;
    }
    writeln!(text, "        send!(call)\n    }}),")?;
    Ok(())
}

/// The sample of an input, as an option.
fn given(model: &Service, operation: &Operation, input: &Input, package: &str) -> Result<String, Box<dyn Error>> {
    let (InputKind::Value(ty, _) | InputKind::JsonText(ty)) = &input.kind else {
        return Err(format!("{}: no test for the input {}", operation.name, input.wire).into());
    };
    Ok(format!("given.input::<{}>({:?})", written(model, ty, package), input.wire))
}

/// A type as the tests write it.
fn written(model: &Service, ty: &Type, package: &str) -> String {
    let inner = |ty| written(model, ty, package);
    match ty {
        // A setter takes text for a secret.
        Type::String | Type::Secret => "String".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::I32 => "i32".to_owned(),
        Type::I64 => "i64".to_owned(),
        Type::U64 => "u64".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Value => "serde_json::Value".to_owned(),
        Type::List(item) => format!("Vec<{}>", inner(item)),
        Type::Map(value) => format!("std::collections::BTreeMap<String, {}>", inner(value)),
        Type::Nullable(value) => format!("Option<{}>", inner(value)),
        Type::JsonText(value) => format!("yundb_runtime::JsonText<{}>", inner(value)),
        Type::Named(id) => format!("{package}::types::{}", model.types[*id].name),
    }
}
