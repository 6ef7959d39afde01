//! The only place with the names of the runtime's items, and the imports of emitted code.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashSet;
use proc_macro2::TokenStream;
use quote::quote;

use super::code::Code;
use super::layout::File;
use crate::lower::model::Users;

/// The module of each item from other crates.
const ITEMS: &[(&str, &[&str])] = &[
    ("std::collections", &["BTreeMap"]),
    (
        "yundb_runtime",
        &[
            "Argument",
            "ByteStream",
            "Call",
            "ClientBuilder",
            "DecodeError",
            "ErrorCategory",
            "EventStream",
            "Field",
            "Form",
            "FromResponse",
            "Inputs",
            "Integer",
            "Job",
            "JobHandle",
            "JsonCall",
            "JsonLines",
            "JsonText",
            "Object",
            "Operation",
            "Paged",
            "Paging",
            "Param",
            "Part",
            "Place",
            "Protocol",
            "RateLimit",
            "RawResponse",
            "Record",
            "Representation",
            "RequestBody",
            "Response",
            "Scheme",
            "SchemeKind",
            "Secret",
            "Server",
            "Service",
            "Spec",
            "Style",
            "Value",
            "Variable",
            "Wait",
        ],
    ),
    (
        "yundb_runtime::format",
        &[
            "Date",
            "DateTime",
            "Formatted",
            "IpAddr",
            "Ipv4Addr",
            "Ipv6Addr",
            "Span",
            "Time",
            "Timestamp",
            "Url",
            "Uuid",
        ],
    ),
    (
        "yundb_runtime::operation",
        &["body", "cookie", "field", "form", "header", "part", "part_header", "path", "query", "query_string"],
    ),
    ("yundb_runtime::serde", &["Deserialize", "Serialize"]),
    (
        "yundb_runtime::shape",
        &[
            "alternative",
            "any",
            "any_of",
            "contains",
            "fields",
            "flag",
            "integer",
            "list",
            "map",
            "mark",
            "names",
            "never",
            "not",
            "object",
            "one_of",
            "only_one",
            "optional",
            "others",
            "prefix",
            "required",
            "text",
            "tuple",
            "values",
            "when",
        ],
    ),
];

/// The crate that emitted code depends on.
const RUNTIME: &str = "yundb_runtime";

/// Traits of the runtime that must be in scope, as emitted code uses their items.
const SCOPED: &[&str] = &["Operation"];

/// The names of other modules that emitted code uses.
#[derive(Clone, Debug, Default)]
pub struct Names {
    items: BTreeSet<&'static str>,
    /// Traits imported as `_`.
    unnamed: BTreeSet<&'static str>,
    /// Types of the crate, with their users, which determine their file.
    types: BTreeMap<String, Users>,
    client: bool,
}

/// The names and macros used by a part of an emitted file.
#[derive(Default)]
pub struct Uses<'a> {
    /// The crate's types that may be in scope: an item with such a name is referred to by its path.
    types_of_crate: Option<&'a HashSet<String>>,
    names: RefCell<Names>,
    macros: RefCell<Vec<String>>,
}

impl<'a> Uses<'a> {
    /// For code with the crate's types in scope.
    pub fn beside(types: &'a HashSet<String>) -> Self {
        Self { types_of_crate: Some(types), ..Self::default() }
    }

    /// The names used.
    pub fn into_names(self) -> Names {
        self.names.into_inner()
    }

    fn is_type_of_crate(&self, name: &str) -> bool {
        self.types_of_crate.is_some_and(|types| types.contains(name))
    }

    /// An item of the runtime, serde or std, imported on use.
    pub fn item(&self, name: &'static str) -> Code {
        let module = || ITEMS.iter().find(|(_, names)| names.contains(&name)).map(|(module, _)| *module);
        debug_assert!(module().is_some(), "{name} is not listed");
        if self.is_type_of_crate(name)
            && let Some(module) = module()
        {
            if SCOPED.contains(&name) {
                self.names.borrow_mut().unnamed.insert(name);
            }
            return format!("{module}::{name}").into();
        }
        self.names.borrow_mut().items.insert(name);
        name.into()
    }

    /// A type of the crate, imported from `types` where it is not defined in the same file.
    pub fn named(&self, name: &str, users: Users) {
        let mut names = self.names.borrow_mut();
        if !names.types.contains_key(name) {
            names.types.insert(name.to_owned(), users);
        }
    }

    /// The crate's client.
    pub fn client(&self) -> Code {
        if self.is_type_of_crate("Client") {
            return "crate::Client".into();
        }
        self.names.borrow_mut().client = true;
        "Client".into()
    }

    /// An invocation of one of the runtime's macros, verbatim: `prettyplease` does not format macro arguments, so a
    /// placeholder is printed until [`Uses::fill`] replaces it.
    pub fn invoke(&self, text: String) -> TokenStream {
        let mut macros = self.macros.borrow_mut();
        macros.push(text);
        let index = proc_macro2::Literal::usize_unsuffixed(macros.len() - 1);
        quote!(placeholder!(#index);)
    }

    /// Replaces the placeholder in a printed line, if there is one.
    pub fn fill(&self, line: &str) -> Option<String> {
        let index: usize = line.trim().strip_prefix("placeholder!(")?.strip_suffix(");")?.parse().ok()?;
        self.macros.borrow_mut().get_mut(index).map(std::mem::take)
    }
}

impl Names {
    /// Adds the names that another part of the file uses.
    pub fn add(&mut self, other: &Self) {
        self.items.extend(&other.items);
        self.unnamed.extend(&other.unnamed);
        self.types.extend(other.types.iter().map(|(name, users)| (name.clone(), *users)));
        self.client |= other.client;
    }

    /// The `use` lines of the file.
    pub fn imports(&self, file: File) -> Code {
        let mut by_module: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (module, names) in ITEMS {
            for name in names.iter().filter(|name| self.items.contains(*name)) {
                by_module.entry(module).or_default().push(name);
            }
        }
        // By root: names in modules, each module with its names.
        let (mut lines, mut of_runtime) = (Vec::new(), Vec::new());
        for (module, names) in by_module {
            match module.strip_prefix(RUNTIME) {
                Some(inner) => of_runtime.push((inner.trim_start_matches("::"), names)),
                None => lines.push(format!("use {};", listed(module, &names))),
            }
        }
        let types = self.types.iter().filter(|(_, users)| !file.contains(**users));
        let types: Vec<&str> = types.map(|(name, _)| name.as_str()).collect();
        let mut of_crate = Vec::new();
        if self.client {
            of_crate.push(("", vec!["Client"]));
        }
        if !types.is_empty() {
            of_crate.push(("types", types));
        }
        lines.extend(grouped(RUNTIME, &of_runtime));
        lines.extend(self.unnamed.iter().map(|name| format!("use {RUNTIME}::{name} as _;")));
        lines.extend(grouped("crate", &of_crate));
        lines.join("\n").into()
    }
}

/// The names of a module, in the syntax of imports; in spaces, see [`super::pretty::import`].
pub(super) fn listed(module: &str, names: &[&str]) -> String {
    match names {
        [one] => format!("{module}::{one}"),
        many => format!("{module}::{{ {} }}", many.join(", ")),
    }
}

/// The imports from one crate: one line if it fits, else one per module.
fn grouped(root: &str, modules: &[(&str, Vec<&str>)]) -> Vec<String> {
    let columns: usize = modules.iter().flat_map(|(_, names)| names).map(|name| name.len() + 2).sum();
    if modules.len() > 1 && columns < 80 {
        let names = modules.iter().map(|(module, names)| match (*module, names.as_slice()) {
            ("", names) => names.join(", "),
            (module, [one]) => format!("{module}::{one}"),
            (module, many) => format!("{module}::{{{}}}", many.join(", ")),
        });
        return vec![format!("use {root}::{{ {} }};", names.collect::<Vec<_>>().join(", "))];
    }
    let lines = modules.iter().map(|(module, names)| match *module {
        "" => format!("use {};", listed(root, names)),
        module => format!("use {};", listed(&format!("{root}::{module}"), names)),
    });
    lines.collect()
}
