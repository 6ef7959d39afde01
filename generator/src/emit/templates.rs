//! The files that are not Rust, from askama templates: the manifest, the README, the crate's page.

use askama::Template;

use super::EmitError;
use super::example::{self, Example};
use crate::lower::model::{
    Guide, Operation, Payload, Place, Protocol, RUNTIME_FEATURES, ResponseBody, Scheme, SchemeKind, Server, Service,
    Type,
};
use crate::lower::{clean, code, listed, plain};
use crate::package::Package;
use crate::workspace::Standing;

/// What the crate's manifest is about.
#[derive(Debug, Clone)]
pub enum Manifest {
    /// A member of a workspace that defines the fields of `[package]`, lints and dependencies.
    Workspace {
        /// Whether the crate may be published.
        publish: bool,
    },
    /// A crate that inherits nothing from a workspace.
    Standalone(Box<Package>),
}

impl Default for Manifest {
    fn default() -> Self {
        Self::Workspace { publish: false }
    }
}

#[derive(Template)]
#[template(path = "Cargo.toml.jinja", escape = "none")]
struct ManifestTemplate<'a> {
    service: &'a Service,
    description: String,
    /// The own manifest of a crate that is no member of a workspace.
    own: Option<Own<'a>>,
    publish: bool,
    runtime_features: &'static [&'static str],
}

/// The parts of a manifest that a workspace would define.
struct Own<'a> {
    package: String,
    dependencies: String,
    default_features: Option<&'a [String]>,
    has_workspace: bool,
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
    example: Option<PageExample>,
    operations: usize,
    settings: Vec<String>,
    servers: Vec<String>,
    schemes: Vec<String>,
    errors: Vec<String>,
}

impl PageTemplate<'_> {
    /// Escapes bars, which would end the cell of a table.
    fn cell(&self, text: &str) -> String {
        text.replace("\\|", "|").replace('|', "\\|")
    }
}

/// A string in TOML syntax.
fn toml(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The call on the crate's page.
struct PageExample {
    setting: String,
    imports: Vec<String>,
    statements: Vec<String>,
}

pub(super) fn manifest(service: &Service, manifest: &Manifest) -> Result<String, EmitError> {
    let description = format!("Typed client for {}", clean(&service.title).replace('\n', " "));
    let publish = matches!(manifest, Manifest::Workspace { publish: true });
    let own = match manifest {
        Manifest::Workspace { .. } => None,
        Manifest::Standalone(package) => Some(Own {
            package: package.lines(&service.package, &description),
            dependencies: package.dependency_lines(),
            default_features: package.default_features.as_deref(),
            has_workspace: package.workspace == Standing::Own,
        }),
    };
    let description = toml(&description);
    render(&ManifestTemplate { service, description, own, publish, runtime_features: RUNTIME_FEATURES })
}

pub(super) fn readme(service: &Service, notes: Option<&str>) -> Result<String, EmitError> {
    // Links to items work only on the crate's own page, and hidden lines of the example are omitted elsewhere.
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
        example: page_example(service),
        operations,
        settings: settings.collect(),
        servers: service.servers.iter().flat_map(server).collect(),
        schemes: service.schemes.iter().flat_map(|scheme| self::scheme(service, scheme)).collect(),
        errors: errors(service),
    })
}

/// An entry of a list: a name as code, and the lines of its description.
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

/// A security scheme, and the builder's setter for its key.
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
            "Not supported by the client: set its headers with `.default_header(name, value)`".to_owned()
        }
    };
    // A name that would end a code span is not shown.
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
            ResponseBody::One(Payload::Json(Type::Named(id))) => &service.types[*id].name,
            ResponseBody::ByStatus(outcome) => &service.outcomes[*outcome].name,
            ResponseBody::One(_) => continue,
        };
        let link = format!("[`{name}`](crate::types::{name})");
        if !found.contains(&link) {
            found.push(link);
        }
    }
    found
}

/// The path of a guide in the crate.
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

/// Converts ``[`a`](b)`` to `` `a` ``: a README has no items to link to. Guides are files next to it.
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

/// The operation with the fewest requirements, so that the example is correct as it is. Among these, a listing shows
/// more than a single response.
fn page_example(service: &Service) -> Option<PageExample> {
    let operations = || service.groups.iter().flat_map(|group| &group.operations);
    let requirements = |operation: &&Operation| {
        let required = operation.params.iter().filter(|param| param.required && param.client.is_none()).count();
        let single = operation.paging.is_none();
        (operation.deprecated.is_some(), required, operation.method != "GET", single, operation.arguments.len())
    };
    let operation = operations().min_by_key(requirements)?;
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
    let Example { imports, statements } = example::example(service, operation);
    Some(PageExample { setting, imports, statements })
}
