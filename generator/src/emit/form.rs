//! Forms that can replace another body: a type with a setter for each field, and the fields as data.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::flat::flat;
use super::{Scope, comment, ident, operation, pretty};
use crate::lower::model::FormDef;

/// A form's type and its implementations.
pub(super) fn form(scope: &Scope<'_>, form: &FormDef) -> TokenStream {
    let name = ident(&form.name);
    let params = form.params.iter().map(|param| operation::param(scope, param));
    let params = pretty::lay_out(&flat(&quote!(&[#(#params),*])), 4, 4, 0);
    let setters = form.fields.iter().map(|field| scope.setter(field));
    let definition = scope.uses.invoke(format!(
        "yundb_runtime::form! {{\n{}    {};\n    {params}\n}}",
        comment(&form.docs, 4),
        form.name
    ));
    quote! {
        #definition
        impl #name { #(#setters)* }
    }
}

impl Scope<'_> {
    /// A form's name.
    pub(super) fn form_name(&self, index: usize) -> Ident {
        let form = &self.service.forms[index];
        self.uses.named(&form.name, form.users);
        ident(&form.name)
    }
}
