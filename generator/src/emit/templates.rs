//! What isn't Rust, by askama templates: the manifest, the README, the crate's page.

use std::path::PathBuf;

use askama::Template;

use super::EmitError;
use crate::lower::model::{
    Answer, Guide, Input, Operation, Payload, Place, Protocol, RUNTIME_FEATURES, Scheme, SchemeKind, Server, Service,
    Type, TypeKind,
};
use crate::lower::{clean, code, listed, plain};

/// How the crate's manifest names what it stands on.
#[derive(Debug, Clone, Default)]
pub enum Manifest {
    /// A member of a workspace that sets versions, lints and dependencies.
    #[default]
    Workspace,
    /// A crate of its own; the runtime from this folder, or from the registry.
    Standalone(Option<PathBuf>),
}

#[derive(Template)]
#[template(path = "Cargo.toml.jinja", escape = "none")]
struct ManifestTemplate<'a> {
    service: &'a Service,
    description: String,
    workspace: bool,
    runtime: Option<String>,
    runtime_version: &'static str,
    runtime_features: &'static [&'static str],
}

#[derive(Template)]
#[template(path = "README.md.jinja", escape = "none")]
struct ReadmeTemplate<'a> {
    service: &'a Service,
    page: String,
    notes: &'a str,
}

#[derive(Template)]
#[template(path = "page.md.jinja", escape = "none")]
struct PageTemplate<'a> {
    service: &'a Service,
    title: String,
    version: String,
    krate: String,
    example: Option<Example>,
    operations: usize,
    settings: Vec<String>,
    servers: Vec<String>,
    schemes: Vec<String>,
    errors: Vec<String>,
}

impl PageTemplate<'_> {
    /// A bar would end the cell of a table.
    fn cell(&self, text: &str) -> String {
        text.replace("\\|", "|").replace('|', "\\|")
    }

    fn code(&self, text: &str) -> String {
        code(text)
    }
}

/// A text as TOML writes it.
fn toml(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// The call that the crate's page shows.
struct Example {
    setting: String,
    call: String,
}

pub(super) fn manifest(service: &Service, manifest: &Manifest) -> Result<String, EmitError> {
    let (workspace, runtime) = match manifest {
        Manifest::Workspace => (true, None),
        Manifest::Standalone(path) => (false, path.as_ref().map(|path| toml(&path.display().to_string()))),
    };
    let description = toml(&format!("Typed client for {}", clean(&service.title).replace('\n', " ")));
    render(&ManifestTemplate {
        service,
        description,
        workspace,
        runtime,
        runtime_version: env!("CARGO_PKG_VERSION"),
        runtime_features: RUNTIME_FEATURES,
    })
}

pub(super) fn readme(service: &Service, notes: Option<&str>) -> Result<String, EmitError> {
    // Links to items only work on the crate's own page, and what only the compiler needs to see of the example is seen nowhere else.
    let page = page(service)?;
    let mut example = false;
    let shown = page.lines().filter_map(|line| match line {
        "```rust,no_run" => {
            example = true;
            Some("```rust")
        }
        line if example && line.starts_with("# ") => None,
        line => {
            example &= line != "```";
            Some(line)
        }
    });
    let page = shown.collect::<Vec<_>>().join("\n");
    render(&ReadmeTemplate { service, page: unlink(&page), notes: notes.unwrap_or_default() })
}

pub(super) fn page(service: &Service) -> Result<String, EmitError> {
    let operations = service.groups.iter().map(|group| group.operations.len()).sum();
    let settings = service.settings.iter().flat_map(|setting| {
        let docs: Vec<String> = setting.docs.join(&String::new());
        entry(&setting.name, &docs)
    });
    render(&PageTemplate {
        service,
        title: plain(&service.title),
        version: plain(&service.version),
        krate: service.package.replace('-', "_"),
        example: example(service),
        operations,
        settings: settings.collect(),
        servers: service.servers.iter().flat_map(server).collect(),
        schemes: service.schemes.iter().flat_map(|scheme| self::scheme(service, scheme)).collect(),
        errors: errors(service),
    })
}

/// An entry of a list: a name as code, and the lines that say what it is.
fn entry(name: &str, docs: &[String]) -> Vec<String> {
    if docs.is_empty() { vec![format!("- {}", code(name))] } else { listed(&code(name), docs) }
}

fn server(server: &Server) -> Vec<String> {
    let region = server.region.as_ref().filter(|_| server.docs.is_empty());
    match region {
        Some(region) => vec![format!("- {}: region {}", code(&server.url), code(region))],
        None => entry(if server.url.is_empty() { "/" } else { &server.url }, &server.docs),
    }
}

/// A security scheme, and by which setting of the builder its key is given.
fn scheme(service: &Service, scheme: &Scheme) -> Vec<String> {
    if service.protocol != Protocol::Http {
        return entry(&scheme.name, &scheme.docs);
    }
    let name = &scheme.name;
    let how = match &scheme.kind {
        SchemeKind::ApiKey(place, key) => {
            let place = match place {
                Place::Header => "header",
                Place::Cookie => "cookie",
                _ => "query parameter",
            };
            format!("API key in the {place} {}, set with `.api_key({name:?}, key)`", code(key))
        }
        SchemeKind::Basic => "HTTP basic authentication, set with `.basic_auth(user, password)`".to_owned(),
        SchemeKind::Bearer => "Bearer token, set with `.bearer_token(token)`".to_owned(),
        SchemeKind::Caller(_) => {
            "Not supported by the client: set what it needs with `.default_header(name, value)`".to_owned()
        }
    };
    // A name that ends a code span stands in no example.
    let how = if name.contains('`') { how.replace(&format!("{name:?}"), "name") } else { how };
    let docs: Vec<String> = match scheme.docs.is_empty() {
        true => vec![format!("{how}.")],
        false => [format!("{how}."), String::new()].into_iter().chain(scheme.docs.iter().cloned()).collect(),
    };
    entry(name, &docs)
}

/// Links to the types of errors' bodies.
fn errors(service: &Service) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for operation in service.groups.iter().flat_map(|group| &group.operations) {
        let name = match &operation.error {
            Answer::One(Payload::Json(Type::Named(id))) => &service.types[*id].name,
            Answer::ByStatus(outcome) => &service.outcomes[*outcome].name,
            Answer::One(_) => continue,
        };
        let link = format!("[`{name}`](crate::types::{name})");
        if !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// Where a guide stands in the crate.
pub(super) fn guide_path(guide: &Guide) -> String {
    format!("docs/guide/{}.md", guide.module.trim_start_matches("r#"))
}

/// A guide's path and text, with the header below its title.
pub(super) fn guide(service: &Service, guide: &Guide) -> (String, String) {
    let header = super::header::header("md", &format!("{}/guide/{}.md", service.source, guide.name));
    let text = match guide.text.split_once('\n').filter(|(title, _)| title.starts_with("# ")) {
        Some((title, rest)) => format!("{title}\n\n{header}\n\n{}", rest.trim_start_matches('\n')),
        None => format!("# {}\n\n{header}\n\n{}", plain(&guide.name), guide.text),
    };
    (guide_path(guide), format!("{}\n", text.trim_end()))
}

fn render(template: &impl Template) -> Result<String, EmitError> {
    template.render().map(|text| format!("{}\n", text.trim_end())).map_err(|error| EmitError(error.to_string()))
}

/// ``[`a`](b)`` becomes `` `a` ``: a README has no items to link to. Guides are files beside it.
fn unlink(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[`") {
        let after = &rest[start + 1..];
        let linked = after[1..].find('`').map(|end| end + 2).filter(|end| after[*end..].starts_with("](crate::"));
        let Some(end) = linked else {
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let (target, following) = after[end..].split_once(')').unwrap_or((&after[end..], ""));
        out.push_str(&rest[..start]);
        match target.strip_prefix("](crate::docs::") {
            Some(guide) => out.push_str(&format!("[{}](docs/guide/{guide}.md)", &after[..end])),
            None => out.push_str(&after[..end]),
        }
        rest = following;
    }
    out + rest
}

/// The operation that asks for least, so that the example is true as it stands.
fn example(service: &Service) -> Option<Example> {
    let operations = || service.groups.iter().flat_map(|group| &group.operations);
    let asks = |operation: &&Operation| {
        let required = operation.params.iter().filter(|param| param.required && param.client.is_none()).count();
        (operation.deprecated.is_some(), required, operation.method != "GET", operation.arguments.len())
    };
    let operation = operations().min_by_key(asks)?;
    let arguments: Vec<String> = operation.arguments.iter().map(|input| value(service, input)).collect();
    let mut call = format!("{}({})", operation.method_name, arguments.join(", "));
    let must = |input: &&Input| operation.params.iter().any(|param| param.required && param.name == input.wire);
    for input in operation.setters.iter().filter(must) {
        call.push_str(&format!(".{}({})", input.ident, value(service, input)));
    }
    let regional = service
        .servers
        .iter()
        .any(|server| server.region.is_some() || server.variables.iter().any(|variable| variable.name == "region"));
    let region = service.servers.iter().find_map(|server| {
        server.region.clone().or_else(|| {
            server.variables.iter().find(|variable| variable.name == "region").map(|variable| variable.default.clone())
        })
    });
    let setting = match (regional, region) {
        (true, Some(region)) => format!(".region({region:?})"),
        _ if service.servers.is_empty() || service.servers.iter().all(|server| !server.url.contains("://")) => {
            ".endpoint(\"https://api.example.com\")".to_owned()
        }
        _ => String::new(),
    };
    Some(Example { setting, call })
}

/// A value for the example, as Rust that is of one type only.
fn value(service: &Service, input: &Input) -> String {
    use crate::lower::model::InputKind;
    match &input.kind {
        InputKind::Value(ty, false) => given(service, ty),
        InputKind::PartHeader(_, ty) => given(service, ty),
        InputKind::Value(ty, true) | InputKind::Optional(ty, true) => format!("Some({})", typed(service, ty)),
        InputKind::JsonText(ty)
        | InputKind::Optional(ty, false)
        | InputKind::JsonAs(_, _, ty)
        | InputKind::JsonOf(_, _, ty)
        | InputKind::ValueAs(_, _, _, ty) => typed(service, ty),
        InputKind::Form(..) => "Default::default()".to_owned(),
        InputKind::Parts => "[\"...\"]".to_owned(),
        InputKind::NamedParts => "[(\"...\", \"...\")]".to_owned(),
        InputKind::Part | InputKind::Raw | InputKind::RawAs(_) => "\"...\"".to_owned(),
    }
}

/// What people would write, where anything is taken that turns into the type.
fn given(service: &Service, ty: &Type) -> String {
    match ty {
        Type::String | Type::Secret => "\"...\"".to_owned(),
        Type::List(element) => format!("[{}]", given(service, element)),
        _ => typed(service, ty),
    }
}

/// A value of just this type.
fn typed(service: &Service, ty: &Type) -> String {
    let krate = service.package.replace('-', "_");
    match ty {
        Type::String => "String::from(\"...\")".to_owned(),
        Type::Secret => format!("{krate}::Secret::from(\"...\")"),
        Type::Bool => "true".to_owned(),
        Type::I32 | Type::I64 | Type::U64 | Type::I128 => "1".to_owned(),
        Type::F64 => "1.0".to_owned(),
        Type::Value => format!("{krate}::runtime::Value::Null"),
        Type::List(element) => format!("vec![{}]", typed(service, element)),
        Type::Map(_) => "Default::default()".to_owned(),
        Type::Nullable(inner) => format!("Some({})", typed(service, inner)),
        Type::JsonText(inner) => format!("{krate}::runtime::JsonText::Value({})", typed(service, inner)),
        Type::Named(id) => {
            let definition = &service.types[*id];
            let path = format!("{krate}::types::{}", definition.name);
            match &definition.kind {
                TypeKind::Struct(_) => format!("{path}::new()"),
                TypeKind::StringEnum(variants) => variants
                    .first()
                    .map_or_else(|| format!("{path}::from(\"...\")"), |v| format!("{path}::{}", v.ident)),
                TypeKind::IntegerEnum(variants) => {
                    variants.first().map_or_else(|| format!("{path}::from(1)"), |v| format!("{path}::{}", v.ident))
                }
                TypeKind::Union(_) => format!("{path}::Unknown(Default::default())"),
                TypeKind::Tuple(tuple) => {
                    let elements = tuple.elements.iter().map(|element| match element.boxed {
                        true => format!("Box::new({})", typed(service, &element.ty)),
                        false => typed(service, &element.ty),
                    });
                    format!("{path}({})", elements.collect::<Vec<_>>().join(", "))
                }
                TypeKind::Newtype(_) => format!("{path}::default()"),
            }
        }
    }
}
