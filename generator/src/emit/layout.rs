//! The file of each operation and type: a file per group and one for shared types, and a folder for a long group.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::runtime::Uses;
use super::{EmitError, Scope, doc, doc_inner, form, ident, operation, print, types};
use crate::lower::model::{Aliased, Group, Operation, Service, TypeId, TypeKind, Users};
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
    let page = |modules: TokenStream, which: Which| {
        let uses = Uses::beside(&service.type_names);
        let body = definitions(&Scope { service, file: File::Shared, uses: &uses }, which)?;
        let imports = uses.imports();
        let tokens = quote! {
            //! Types of requests and responses. A type that only one group of operations uses is in its module.
            #imports
            #modules
            #exports
            #body
        };
        print(service, &uses, tokens)
    };
    let whole = page(TokenStream::new(), Which::All)?;
    let uses = Uses::beside(&service.type_names);
    let enums = definitions(&Scope { service, file: File::Shared, uses: &uses }, Which::Enums)?;
    if whole.lines().count() <= LONG || enums.is_empty() {
        return Ok(vec![("src/types.rs".to_owned(), whole)]);
    }
    let imports = uses.imports();
    let enums = quote! {
        //! Lists of values that operations of several groups use.
        #imports
        #enums
    };
    Ok(vec![
        (
            "src/types/mod.rs".to_owned(),
            page(
                quote!(
                    mod enums;
                    pub use enums::*;
                ),
                Which::Others,
            )?,
        ),
        ("src/types/enums.rs".to_owned(), print(service, &uses, enums)?),
    ])
}

/// `webhooks.rs`: the payloads sent by the service, if there are any.
pub(super) fn webhooks(service: &Service) -> Result<Option<String>, EmitError> {
    if service.received.is_empty() {
        return Ok(None);
    }
    let uses = Uses::default();
    let scope = Scope { service, file: File::Webhooks, uses: &uses };
    let aliases = service.received.iter().map(|received| {
        let (name, docs, ty) = (ident(&received.name), doc(&received.docs), scope.payload(&received.payload));
        let deprecated = received.deprecated.then(|| quote!(#[deprecated]));
        quote!(#docs #deprecated pub type #name = #ty;)
    });
    let aliases: TokenStream = aliases.collect();
    let imports = uses.imports();
    let tokens = quote! {
        //! Payloads of webhooks and callbacks that the service sends by itself. Deserialize the bodies of the received
        //! requests into these types.
        #imports
        #aliases
    };
    print(service, &uses, tokens).map(Some)
}

/// The file of a group, or the files of its folder if it is long.
pub(super) fn group(service: &Service, index: usize, group: &Group) -> Result<Vec<(String, String)>, EmitError> {
    let path = format!("src/operations/{}", group.module.trim_start_matches("r#"));
    let docs = doc_inner(&group.docs);
    let whole = operations(service, File::Group(index), &docs, &group.operations)?;
    if whole.lines().count() <= LONG || group.operations.len() < 2 {
        return Ok(vec![(format!("{path}.rs"), whole)]);
    }
    // Methods have unique names, but one may be named like another file of the folder.
    let mut names = names::Scope::with(&[NO_MODULES, &["types"]].concat());
    let mut files = Vec::new();
    let mut modules = TokenStream::new();
    let mut add = |name: &str, text: String| {
        let module = ident(&names::raw(name));
        modules.extend(quote!(mod #module; pub use #module::*;));
        files.push((format!("{path}/{name}.rs"), text));
    };
    for (place, operation) in group.operations.iter().enumerate() {
        let file = File::Operation(index, place);
        let name = names.take(names::plain(&operation.method_name).to_owned());
        add(&name, operations(service, file, &TokenStream::new(), std::slice::from_ref(operation))?);
    }
    let uses = Uses::beside(&service.type_names);
    let types = definitions(&Scope { service, file: File::GroupTypes(index), uses: &uses }, Which::All)?;
    if !types.is_empty() {
        let imports = uses.imports();
        let tokens = quote! {
            //! Types that several of these operations share.
            #imports
            #types
        };
        add("types", print(service, &uses, tokens)?);
    }
    files.push((format!("{path}/mod.rs"), print(service, &Uses::default(), quote!(#docs #modules))?));
    Ok(files)
}

/// Operations, each followed by the types that no other file uses.
fn operations(
    service: &Service,
    file: File,
    docs: &TokenStream,
    operations: &[Operation],
) -> Result<String, EmitError> {
    let uses = Uses::beside(&service.type_names);
    let scope = Scope { service, file, uses: &uses };
    let (mut printed, mut outcomes, mut forms) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut body = TokenStream::new();
    for operation in operations {
        body.extend(operation::operation(&scope, operation)?);
        for id in operation::types_of(&scope, operation, &mut printed) {
            body.extend(types::definition(&scope, id));
        }
        for form in operation::forms_of(operation) {
            let definition = &service.forms[form];
            if file.contains(definition.users) && forms.insert(form) {
                body.extend(form::form(&scope, definition)?);
            }
        }
        for outcome in operation::outcomes_of(operation) {
            let definition = &service.outcomes[outcome];
            if file.contains(definition.users) && outcomes.insert(outcome) {
                body.extend(types::outcome(&scope, definition));
            }
        }
    }
    let imports = uses.imports();
    print(service, &uses, quote!(#docs #imports #body))
}

/// A selection of a file's types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// Enums, which refer to no other type.
    Enums,
    Others,
}

/// The types of a file without operations.
fn definitions(scope: &Scope<'_>, which: Which) -> Result<TokenStream, EmitError> {
    let service = scope.service;
    let meant = |id: TypeId| match (which, &service.types[id].kind) {
        (Which::All, _) => true,
        (which, TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_)) => which == Which::Enums,
        (which, _) => which == Which::Others,
    };
    let types = (0..service.types.len()).filter(|id| scope.owns(*id) && meant(*id));
    let types = types.map(|id| types::definition(scope, id));
    let outcomes = service.outcomes.iter().filter(|outcome| scope.file.contains(outcome.users));
    let outcomes = outcomes.filter(|_| which != Which::Enums).map(|outcome| types::outcome(scope, outcome));
    let forms = service.forms.iter().filter(|form| which != Which::Enums && scope.file.contains(form.users));
    let forms = forms.map(|form| form::form(scope, form)).collect::<Result<Vec<_>, _>>()?;
    Ok(types.chain(outcomes).chain(forms).collect())
}
