//! Forms that stand beside other bodies, as emitted: a type with a setter for each field, and the fields as data.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Scope, doc, ident, operation};
use crate::lower::model::FormDef;

/// A form's type with everything that belongs to it.
pub(super) fn form(scope: &Scope<'_>, form: &FormDef) -> TokenStream {
    let (trait_name, inputs, param) = (scope.uses.item("Form"), scope.uses.item("Inputs"), scope.uses.item("Param"));
    let name = ident(&form.name);
    let docs = doc(&form.docs);
    let params = form.params.iter().map(|param| operation::param(scope, param));
    let setters = form.fields.iter().map(|field| scope.setter(field));
    let methods = scope.uses.invoke(format!("yundb_runtime::form_methods!({});", form.name));
    quote! {
        #docs
        #[derive(Clone, Debug)]
        #[must_use = "nothing is sent before it is set as the body of a call"]
        pub struct #name(#inputs);
        impl #name { #(#setters)* }
        impl #trait_name for #name {
            const PARAMS: &'static [#param] = &[#(#params),*];
        }
        #methods
    }
}

impl Scope<'_> {
    /// A form's name, imported if it is defined elsewhere.
    pub(super) fn form_name(&self, index: usize) -> Ident {
        let form = &self.service.forms[index];
        if !self.file.holds(form.users) {
            self.uses.shared(&form.name);
        }
        ident(&form.name)
    }
}
