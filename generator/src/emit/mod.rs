//! Emit: from the model to files. Rust through `quote` and `prettyplease`, all else through templates. No decisions here.

mod client;
mod operation;
mod runtime;
mod shape;
mod templates;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::lower::model::{Group, Service, TypeId};
use runtime::Uses;

pub use templates::Manifest;

/// The files of a client crate, by path.
pub fn emit(service: &Service, manifest: &Manifest) -> Result<BTreeMap<PathBuf, String>, EmitError> {
    let mut files = BTreeMap::new();
    let mut add = |path: &str, text: String| {
        files.insert(PathBuf::from(path), text);
    };
    add("Cargo.toml", templates::manifest(service, manifest)?);
    add("README.md", templates::readme(service)?);
    let plain = Uses::default();
    add("src/lib.rs", print(service, &plain, client::lib(service)?)?);
    add("src/client.rs", print(service, &plain, client::client(service))?);
    add("src/operations/mod.rs", print(service, &plain, client::modules(service))?);
    let uses = Uses::default();
    add("src/types.rs", print(service, &uses, shared_types(service, &uses))?);
    for (index, group) in service.groups.iter().enumerate() {
        let path = format!("src/operations/{}.rs", group.module.trim_start_matches("r#"));
        let uses = Uses::default();
        add(&path, print(service, &uses, operations(service, index, group, &uses))?);
    }
    Ok(files)
}

/// Emitted tokens that are not Rust, or a template that failed: a fault of the generator.
#[derive(Debug)]
pub struct EmitError(String);

impl std::fmt::Display for EmitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the generator emitted something that is not valid, please report it: {}", self.0)
    }
}

impl std::error::Error for EmitError {}

/// One file: the operations of a group, each followed by the types that only this group uses.
fn operations(service: &Service, index: usize, group: &Group, uses: &Uses) -> TokenStream {
    let scope = Scope { service, group: Some(index), uses };
    let mut printed = BTreeSet::new();
    let mut body = TokenStream::new();
    for operation in &group.operations {
        body.extend(operation::operation(&scope, operation));
        for id in operation::types_of(service, operation) {
            if scope.owns(id) && printed.insert(id) {
                body.extend(types::definition(&scope, id));
            }
        }
        for outcome in operation::outcomes_of(operation) {
            let definition = &service.outcomes[outcome];
            if definition.groups.len() == 1 && printed.insert(usize::MAX - outcome) {
                body.extend(types::outcome(&scope, definition));
            }
        }
    }
    let docs = doc_inner(&group.docs);
    let imports = uses.imports();
    quote!(#docs #imports #body)
}

/// The types that several groups use; those of one group are exported from here too.
fn shared_types(service: &Service, uses: &Uses) -> TokenStream {
    let scope = Scope { service, group: None, uses };
    let exports = service.groups.iter().enumerate().filter_map(|(index, group)| {
        let owned =
            service.types.iter().filter(|ty| ty.groups.len() == 1 && ty.groups.contains(&index)).map(|ty| &ty.name);
        let outcomes =
            service.outcomes.iter().filter(|o| o.groups.len() == 1 && o.groups.contains(&index)).map(|o| &o.name);
        let names: BTreeSet<&String> = owned.chain(outcomes).collect();
        let names: Vec<Ident> = names.into_iter().map(|name| ident(name)).collect();
        let (module, feature) = (ident(&group.module), &group.feature);
        let names = match names.as_slice() {
            [] => return None,
            [one] => quote!(#one),
            many => quote!({#(#many),*}),
        };
        Some(quote!(#[cfg(feature = #feature)] #[doc(inline)] pub use crate::operations::#module::#names;))
    });
    let exports: TokenStream = exports.collect();
    let mut body = TokenStream::new();
    for (id, definition) in service.types.iter().enumerate() {
        if definition.groups.len() > 1 {
            body.extend(types::definition(&scope, id));
        }
    }
    for outcome in service.outcomes.iter().filter(|outcome| outcome.groups.len() > 1) {
        body.extend(types::outcome(&scope, outcome));
    }
    let imports = uses.imports();
    quote! {
        //! What operations take and answer. A type that only one group of operations uses stands beside them.
        #imports
        #exports
        #body
    }
}

/// The file that is being emitted.
pub(crate) struct Scope<'a> {
    service: &'a Service,
    /// The group whose file it is; `None` for the shared types.
    group: Option<usize>,
    uses: &'a Uses,
}

impl Scope<'_> {
    /// Whether a type is defined in this file.
    fn owns(&self, id: TypeId) -> bool {
        let groups = &self.service.types[id].groups;
        match self.group {
            Some(group) => groups.len() == 1 && groups.contains(&group),
            None => groups.len() > 1,
        }
    }

    /// A type's name, imported if it is defined elsewhere.
    fn type_name(&self, id: TypeId) -> Ident {
        let name = &self.service.types[id].name;
        if !self.owns(id) {
            self.uses.shared(name);
        }
        ident(name)
    }
}

/// An identifier, raw where it has to be.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

/// Doc comments of the item that follows.
fn doc(lines: &[String]) -> TokenStream {
    lines.iter().map(|line| spaced(line)).map(|line| quote!(#[doc = #line])).collect()
}

/// Doc comments of the module they stand in.
fn doc_inner(lines: &[String]) -> TokenStream {
    lines.iter().map(|line| spaced(line)).map(|line| quote!(#![doc = #line])).collect()
}

fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// Formats a file and says where it comes from.
fn print(service: &Service, uses: &Uses, tokens: TokenStream) -> Result<String, EmitError> {
    let file = syn::parse2(tokens.clone()).map_err(|error| EmitError(format!("{error} in: {}", excerpt(&tokens))))?;
    let text = space_out(&prettyplease::unparse(&file), uses);
    Ok(format!(
        "// @generated by yundb from {}. Do not edit: change the spec and run `cargo xtask codegen`.\n\n{text}",
        service.source
    ))
}

fn excerpt(tokens: &TokenStream) -> String {
    tokens.to_string().chars().take(400).collect()
}

/// Puts empty lines between items, as people write them: `prettyplease` leaves none. Fills in the macros, too.
fn space_out(text: &str, uses: &Uses) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 20);
    let mut previous = "";
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let closes = line.trim_start().starts_with(['}', ')', ']']);
        let uses_line = |line: &str| {
            line.starts_with("use ")
                || line.starts_with("pub use ")
                || line.starts_with("mod ")
                || line.starts_with("pub mod ")
        };
        // Attributes and docs belong to what follows them.
        let attached = previous.trim_start().starts_with("//") || previous.trim_start().starts_with("#[");
        let gap = match indent {
            0 if previous.starts_with("//!") => !line.starts_with("//!"),
            0 if closes || attached => false,
            // The modules and imports of a file stand together.
            0 => !(uses_line(line) && (uses_line(previous) || previous == "};")),
            4 => !closes && (previous == "    }" || (previous.ends_with(';') && line.starts_with("    fn "))),
            _ => false,
        };
        if gap && !line.is_empty() && !previous.is_empty() {
            out.push('\n');
        }
        match uses.fill(line) {
            Some(invocation) => out.push_str(&invocation),
            None => out.push_str(line),
        }
        out.push('\n');
        previous = line;
    }
    out
}
