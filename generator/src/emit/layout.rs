//! The file of each operation and type: a file per group and one for shared types, and a folder for a long group.
//!
//! Each operation and each definition is printed once, as a part of its own; a file is its head with its parts.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use quote::quote;
use rayon::prelude::*;

use super::code::text;
use super::runtime::{Names, Uses, listed};
use super::{EmitError, Scope, doc, form, header, ident, marked, operation, pretty, types};
use crate::lower::model::{Aliased, Group, Service, TypeKind, Users};
use crate::lower::{NO_MODULES, names};

/// A longer file becomes a folder.
const LONG: usize = 1_500;

/// A file with definitions.
#[derive(Debug, Clone, Copy)]
pub(super) enum File {
    /// `types.rs`: types used by several groups.
    Shared,
    /// A whole group.
    Group(usize),
    /// Types used by several operations of a group.
    GroupTypes(usize),
    /// One operation of a group, by its index.
    Operation(usize, usize),
    /// `webhooks.rs`, which names types defined elsewhere.
    Webhooks,
}

impl File {
    /// The relative path from the file's folder to the crate's.
    pub(super) fn to_root(self) -> &'static str {
        match self {
            File::Shared | File::Webhooks => "../",
            File::Group(_) => "../../",
            File::GroupTypes(_) | File::Operation(..) => "../../../",
        }
    }

    /// Whether a definition with these users belongs to this file.
    pub(super) fn contains(self, users: Users) -> bool {
        match self {
            File::Shared => users == Users::Several,
            File::Group(group) => users.group() == Some(group),
            File::GroupTypes(group) => users == Users::Group(group),
            File::Operation(group, place) => users == Users::One(group, place),
            File::Webhooks => false,
        }
    }
}

/// An operation or a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    /// An operation, by its group and its index.
    Operation(usize, usize),
    Type(usize),
    Outcome(usize),
    Form(usize),
}

impl Item {
    /// The definitions, in the order of files without operations.
    fn definitions(service: &Service) -> impl Iterator<Item = Self> {
        let types = (0..service.types.len()).map(Self::Type);
        let outcomes = (0..service.outcomes.len()).map(Self::Outcome);
        types.chain(outcomes).chain((0..service.forms.len()).map(Self::Form))
    }

    fn users(self, service: &Service) -> Users {
        match self {
            Self::Operation(group, place) => Users::One(group, place),
            Self::Type(id) => service.types[id].users,
            Self::Outcome(index) => service.outcomes[index].users,
            Self::Form(index) => service.forms[index].users,
        }
    }

    /// Whether it is an enum, which refers to no other type.
    fn is_enum(self, service: &Service) -> bool {
        matches!(self, Self::Type(id) if matches!(
            service.types[id].kind,
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_)
        ))
    }

    fn printed(self, service: &Service) -> Result<Part, EmitError> {
        let uses = Uses::beside(&service.type_names);
        let scope = Scope { service, uses: &uses };
        let items = match self {
            Self::Operation(group, place) => operation::operation(&scope, &service.groups[group].operations[place]),
            Self::Type(id) => types::definition(&scope, id),
            Self::Outcome(index) => types::outcome(&scope, &service.outcomes[index]),
            Self::Form(index) => form::form(&scope, &service.forms[index]),
        };
        let items = items?;
        let items: Vec<&str> = items.iter().map(|item| item.trim_end()).collect();
        let text = items.join("\n\n") + "\n";
        Ok(Part { text, names: uses.into_names() })
    }
}

/// The text of an operation or a definition, the same in whichever file it is.
struct Part {
    text: String,
    names: Names,
}

/// The parts by what they print.
type Parts = BTreeMap<Item, Part>;

fn printed(service: &Service, items: impl IntoIterator<Item = Item>) -> Result<Parts, EmitError> {
    let items: Vec<Item> = items.into_iter().collect();
    items.into_par_iter().map(|item| Ok((item, item.printed(service)?))).collect()
}

/// The start of the line that includes an operation's samples; lines of docs and texts do not begin like this.
const INCLUDED: &str = "\n    #[doc = include_str!(\"";

/// A file: its docs, imports and other lines, then its parts.
fn file<'p>(
    service: &Service,
    file: File,
    docs: &[String],
    lines: &[String],
    parts: impl IntoIterator<Item = &'p Part>,
) -> String {
    let parts: Vec<&Part> = parts.into_iter().collect();
    let mut names = Names::default();
    parts.iter().for_each(|part| names.add(&part.names));
    let imports = names.imports(file);
    let mut out = format!("{}\n\n{}", header::header("rs", &service.source), marked(docs, "", "//!"));
    let imports = imports.as_str().lines().map(|line| pretty::import(line, ""));
    for (place, line) in imports.chain(lines.iter().cloned()).enumerate() {
        // Attributes belong to what follows them.
        if place == 0 && !docs.is_empty() || line.starts_with("#[") {
            out.push('\n');
        }
        out.extend([&line, "\n"]);
    }
    let root = format!("{INCLUDED}{}", file.to_root());
    for part in parts {
        if !out.ends_with("\n\n") {
            out.push('\n');
        }
        match part.text.split_once(INCLUDED) {
            Some((before, after)) => out.extend([before, &root, after]),
            None => out.push_str(&part.text),
        }
    }
    out
}

/// Whether a file is too long for these parts alone.
fn is_long<'p>(parts: impl IntoIterator<Item = &'p Part>) -> bool {
    parts.into_iter().map(|part| part.text.lines().count()).sum::<usize>() > LONG
}

/// `types.rs`: the types used by several groups; those of one group are re-exported. In a folder, enums have a file of
/// their own.
pub(super) fn shared(service: &Service) -> Result<Vec<(String, String)>, EmitError> {
    let exports = service.groups.iter().enumerate().filter_map(|(index, group)| {
        let file = File::Group(index);
        let types = service.types.iter().enumerate().map(|(id, ty)| (Aliased::Type(id), &ty.name, &ty.users));
        let outcomes = service.outcomes.iter().enumerate();
        let outcomes = outcomes.map(|(index, outcome)| (Aliased::Outcome(index), &outcome.name, &outcome.users));
        let owned = types.chain(outcomes).filter(|(_, _, users)| file.contains(**users));
        let forms = service.forms.iter().filter(|form| file.contains(form.users)).map(|form| &form.name);
        let owned = owned.flat_map(|(of, name, _)| service.aliases.get(&of).into_iter().flatten().chain([name]));
        let names: BTreeSet<&String> = owned.chain(forms).collect();
        let names: Vec<&str> = names.into_iter().map(String::as_str).collect();
        if names.is_empty() {
            return None;
        }
        let path = format!("crate::operations::{}", group.module);
        let import = pretty::import(&format!("pub use {};", listed(&path, &names)), "");
        Some(format!("#[cfg(feature = {})]\n#[doc(inline)]\n{import}", text(&group.feature)))
    });
    let exports: Vec<String> = exports.collect();
    let parts = printed(service, Item::definitions(service).filter(|item| File::Shared.contains(item.users(service))))?;
    let (enums, others): (Vec<_>, Vec<_>) = parts.iter().partition(|(item, _)| item.is_enum(service));
    let (enums, others) = (enums.into_iter().map(|(_, part)| part), others.into_iter().map(|(_, part)| part));
    let docs =
        ["Types of requests and responses. A type that only one group of operations uses is in its module.".to_owned()];
    if enums.len() == 0 || !is_long(parts.values()) {
        let whole = file(service, File::Shared, &docs, &exports, parts.values());
        if enums.len() == 0 || whole.lines().count() <= LONG {
            return Ok(vec![("src/types.rs".to_owned(), whole)]);
        }
    }
    let of_enums = ["Lists of values that operations of several groups use.".to_owned()];
    let lines = [module("enums").as_slice(), &exports].concat();
    Ok(vec![
        ("src/types/mod.rs".to_owned(), file(service, File::Shared, &docs, &lines, others)),
        ("src/types/enums.rs".to_owned(), file(service, File::Shared, &of_enums, &[], enums)),
    ])
}

/// A module whose items belong to the one around it.
fn module(name: &str) -> [String; 2] {
    [format!("mod {name};"), format!("pub use {name}::*;")]
}

/// `webhooks.rs`: the payloads sent by the service, if there are any.
pub(super) fn webhooks(service: &Service) -> Result<Option<String>, EmitError> {
    if service.received.is_empty() {
        return Ok(None);
    }
    let uses = Uses::default();
    let scope = Scope { service, uses: &uses };
    let aliases = service.received.iter().map(|received| {
        let (name, docs, ty) = (ident(&received.name), doc(&received.docs), scope.payload(&received.payload));
        let deprecated = received.deprecated.then(|| quote!(#[deprecated]));
        quote!(#docs #deprecated pub type #name = #ty;)
    });
    let aliases: TokenStream = aliases.collect();
    let imports = uses.into_names().imports(File::Webhooks);
    let tokens = quote! {
        //! Payloads of webhooks and callbacks that the service sends by itself. Deserialize the bodies of the received
        //! requests into these types.
        #imports
        #aliases
    };
    super::file(service, &Uses::default(), tokens).map(Some)
}

/// The file of a group, or the files of its folder if it is long.
pub(super) fn group(service: &Service, index: usize, group: &Group) -> Result<Vec<(String, String)>, EmitError> {
    let path = format!("src/operations/{}", group.module.trim_start_matches("r#"));
    let operations = (0..group.operations.len()).map(|place| Item::Operation(index, place));
    let definitions = Item::definitions(service).filter(|item| File::Group(index).contains(item.users(service)));
    let parts = printed(service, operations.chain(definitions))?;
    let order = in_order(service, index, group);
    // Definitions that only definitions of other files refer to are in no file of operations.
    let of = |file: File| {
        let items = order.iter().filter(move |item| file.contains(item.users(service)));
        items.filter_map(|item| parts.get(item))
    };
    let is_single = group.operations.len() < 2;
    if is_single || !is_long(of(File::Group(index))) {
        let whole = file(service, File::Group(index), &group.docs, &[], of(File::Group(index)));
        if is_single || whole.lines().count() <= LONG {
            return Ok(vec![(format!("{path}.rs"), whole)]);
        }
    }
    // Methods have unique names, but one may be named like another file of the folder.
    let mut names = names::Scope::with(&[NO_MODULES, &["types"]].concat());
    let mut files = Vec::new();
    let mut modules = Vec::new();
    let mut add = |name: &str, text: String| {
        modules.extend(module(&names::raw(name)));
        files.push((format!("{path}/{name}.rs"), text));
    };
    for (place, operation) in group.operations.iter().enumerate() {
        let name = names.take(names::plain(&operation.method_name).to_owned());
        let own = File::Operation(index, place);
        add(&name, file(service, own, &[], &[], of(own)));
    }
    let shared = File::GroupTypes(index);
    let types: Vec<&Part> =
        parts.iter().filter(|(item, _)| shared.contains(item.users(service))).map(|(_, part)| part).collect();
    if !types.is_empty() {
        let docs = ["Types that several of these operations share.".to_owned()];
        add("types", file(service, shared, &docs, &[], types));
    }
    files.push((format!("{path}/mod.rs"), file(service, shared, &group.docs, &modules, [])));
    Ok(files)
}

/// The operations of a group, each followed by its definitions.
fn in_order(service: &Service, index: usize, group: &Group) -> Vec<Item> {
    let file = File::Group(index);
    let (mut types, mut found, mut order) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (place, operation) in group.operations.iter().enumerate() {
        order.push(Item::Operation(index, place));
        order.extend(operation::types_of(service, file, operation, &mut types).into_iter().map(Item::Type));
        let forms = operation::forms_of(operation).into_iter().map(Item::Form);
        let further = forms.chain(operation::outcomes_of(operation).into_iter().map(Item::Outcome));
        order.extend(further.filter(|item| file.contains(item.users(service)) && found.insert(*item)));
    }
    order
}
