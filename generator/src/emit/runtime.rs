//! The one place that knows the runtime's items: their names, and the imports that emitted code needs.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

/// Where each item of other crates comes from.
const ITEMS: &[(&str, &[&str])] = &[
    ("serde", &["Deserialize", "Serialize"]),
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
        "yundb_runtime::operation",
        &["body", "cookie", "field", "form", "header", "part", "part_header", "path", "query", "query_string"],
    ),
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

/// Traits of the runtime of which emitted code uses the items, so that they have to be in scope.
const SCOPED: &[&str] = &["Operation"];

/// What one emitted file uses of other modules.
#[derive(Default)]
pub struct Uses<'a> {
    /// The types of the crate, as far as they may be in scope: what is called like one of them is named by its path.
    types_of_crate: Option<&'a HashSet<String>>,
    items: RefCell<BTreeSet<&'static str>>,
    /// Traits that are in scope without their name.
    unnamed: RefCell<BTreeSet<&'static str>>,
    types: RefCell<BTreeSet<String>>,
    client: RefCell<bool>,
    macros: RefCell<Vec<String>>,
}

impl<'a> Uses<'a> {
    /// In a file where types of the crate are in scope.
    pub fn beside(types: &'a HashSet<String>) -> Self {
        Self { types_of_crate: Some(types), ..Self::default() }
    }

    fn is_type_of_crate(&self, name: &str) -> bool {
        self.types_of_crate.is_some_and(|types| types.contains(name))
    }

    /// An item of the runtime, serde or std, imported where it is used.
    pub fn item(&self, name: &'static str) -> TokenStream {
        let module = ITEMS.iter().find(|(_, names)| names.contains(&name)).map(|(module, _)| *module);
        debug_assert!(module.is_some(), "{name} is not listed");
        let ident = Ident::new(name, Span::call_site());
        if self.is_type_of_crate(name)
            && let Some(Ok(module)) = module.map(syn::parse_str::<syn::Path>)
        {
            if SCOPED.contains(&name) {
                self.unnamed.borrow_mut().insert(name);
            }
            return quote!(#module::#ident);
        }
        self.items.borrow_mut().insert(name);
        quote!(#ident)
    }

    /// A shared type of the crate, imported from `types`.
    pub fn shared(&self, name: &str) {
        self.types.borrow_mut().insert(name.to_owned());
    }

    /// The crate's client.
    pub fn client(&self) -> TokenStream {
        if self.is_type_of_crate("Client") {
            return quote!(crate::Client);
        }
        *self.client.borrow_mut() = true;
        quote!(Client)
    }

    /// An invocation of one of the runtime's macros, as it shall stand in the file: `prettyplease` does not format
    /// what is inside of one, so a placeholder takes its place until [`Uses::fill`].
    pub fn invoke(&self, text: String) -> TokenStream {
        let mut macros = self.macros.borrow_mut();
        macros.push(text);
        let index = proc_macro2::Literal::usize_unsuffixed(macros.len() - 1);
        quote!(placeholder!(#index);)
    }

    /// The printed line with a placeholder, filled.
    pub fn fill(&self, line: &str) -> Option<String> {
        let index: usize = line.trim().strip_prefix("placeholder!(")?.strip_suffix(");")?.parse().ok()?;
        self.macros.borrow().get(index).cloned()
    }

    /// The `use` lines of the file.
    pub fn imports(&self) -> TokenStream {
        let used = self.items.borrow();
        let mut by_module: BTreeMap<&str, Vec<Ident>> = BTreeMap::new();
        for (module, names) in ITEMS {
            for name in names.iter().filter(|name| used.contains(*name)) {
                by_module.entry(module).or_default().push(Ident::new(name, Span::call_site()));
            }
        }
        let outside = by_module.into_iter().filter_map(|(module, names)| {
            let module: syn::Path = syn::parse_str(module).ok()?;
            Some(match names.as_slice() {
                [one] => quote!(use #module::#one;),
                many => quote!(use #module::{#(#many),*};),
            })
        });
        let unnamed: Vec<Ident> = self.unnamed.borrow().iter().map(|name| super::ident(name)).collect();
        let types: Vec<Ident> = self.types.borrow().iter().map(|name| super::ident(name)).collect();
        let client = self.client.borrow().then(|| {
            quote!(
                use crate::Client;
            )
        });
        let types = match types.as_slice() {
            [] => TokenStream::new(),
            [one] => quote!(use crate::types::#one;),
            many => quote!(use crate::types::{#(#many),*};),
        };
        quote!(#(#outside)* #(use yundb_runtime::#unnamed as _;)* #client #types)
    }
}
