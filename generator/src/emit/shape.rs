//! Checks as emitted: chains of the runtime's shape builders.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Scope;
use crate::lower::model::{Inner, Shape};

impl Scope<'_> {
    pub(super) fn shape(&self, shape: &Shape) -> TokenStream {
        let mut out = match &shape.inner {
            Inner::None => {
                let any = self.uses.item("any");
                quote!(#any())
            }
            Inner::Object(id) => {
                let (object, name) = (self.uses.item("object"), self.type_name(*id));
                quote!(#object::<#name>())
            }
            Inner::List(inner) => {
                let (list, inner) = (self.uses.item("list"), self.shape(inner));
                quote!(#list(&#inner))
            }
            Inner::Map(inner) => {
                let (map, inner) = (self.uses.item("map"), self.shape(inner));
                quote!(#map(&#inner))
            }
        };
        let count = |n: usize| Literal::usize_unsuffixed(n);
        let steps = [
            shape.min_length.map(|n| (quote!(min_length), count(n))),
            shape.max_length.map(|n| (quote!(max_length), count(n))),
            shape.min_items.map(|n| (quote!(min_items), count(n))),
            shape.max_items.map(|n| (quote!(max_items), count(n))),
        ];
        for (method, n) in steps.into_iter().flatten() {
            out = quote!(#out.#method(#n));
        }
        if let Some((value, exclusive)) = shape.minimum {
            out = match integral(value) {
                Some(value) => quote!(#out.min(#value)),
                None => quote!(#out.min_number(#value)),
            };
            if exclusive {
                out = quote!(#out.exclusive_min());
            }
        }
        if let Some((value, exclusive)) = shape.maximum {
            out = match integral(value) {
                Some(value) => quote!(#out.max(#value)),
                None => quote!(#out.max_number(#value)),
            };
            if exclusive {
                out = quote!(#out.exclusive_max());
            }
        }
        if let Some(value) = shape.multiple_of {
            let value = Literal::f64_unsuffixed(value);
            out = quote!(#out.multiple_of(#value));
        }
        if let Some(pattern) = &shape.pattern {
            out = quote!(#out.pattern(#pattern));
        }
        if shape.unique {
            out = quote!(#out.unique());
        }
        out
    }
}

/// The integer that a number is, if it is one that a float holds exactly.
fn integral(value: f64) -> Option<Literal> {
    (value.fract() == 0.0 && value.abs() < 9.0e15).then(|| Literal::i64_unsuffixed(value as i64))
}
