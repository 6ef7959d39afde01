//! Lists of a fixed length.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::super::{Scope, doc, ident};
use crate::lower::model::{Tuple, TypeDef};

/// A struct with a field for each element, which can be converted from a Rust tuple.
pub(super) fn definition(scope: &Scope<'_>, definition: &TypeDef, tuple: &Tuple) -> TokenStream {
    let (serialize, deserialize) = (scope.uses.item("Serialize"), scope.uses.item("Deserialize"));
    let name = ident(&definition.name);
    let docs = doc(&definition.docs);
    let types: Vec<TokenStream> = tuple.elements.iter().map(|element| scope.ty(&element.ty).tokens()).collect();
    let elements = tuple.elements.iter().zip(&types).map(|(element, ty)| {
        let docs = doc(&element.docs);
        let ty = if element.boxed { quote!(Box<#ty>) } else { quote!(#ty) };
        quote!(#docs pub #ty)
    });
    let places = tuple.elements.iter().enumerate().map(|(at, element)| {
        let at = Literal::usize_unsuffixed(at);
        if element.boxed { quote!(Box::new(tuple.#at)) } else { quote!(tuple.#at) }
    });
    let checks = tuple.checked.then(|| {
        let shapes = tuple.elements.iter().map(|element| scope.shape(&element.shape));
        quote! {
            impl yundb_runtime::shape::Tuple for #name {
                const ELEMENTS: &'static [yundb_runtime::shape::Shape] = &[#(#shapes),*];
            }
        }
    });
    let further = super::derives(scope, definition);
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq, #further #serialize, #deserialize)]
        #[serde(crate = "yundb_runtime::serde")]
        pub struct #name(#(#elements),*);
        impl yundb_runtime::Single for #name {}
        impl From<(#(#types),*)> for #name {
            fn from(tuple: (#(#types),*)) -> Self {
                Self(#(#places),*)
            }
        }
        #checks
    }
}
