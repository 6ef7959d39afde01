//! Checks as emitted: chains of the runtime's shape builders.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use serde_json::Number;

use super::Scope;
use crate::load::integer;
use crate::lower::model::{Inner, Shape, TypeKind};

impl Scope<'_> {
    pub(super) fn shape(&self, shape: &Shape) -> TokenStream {
        let mut out = match &shape.inner {
            Inner::None => {
                let any = self.uses.item("any");
                quote!(#any())
            }
            Inner::Object(id) => {
                let fields = matches!(self.service.types[*id].kind, TypeKind::Struct(_));
                let function = self.uses.item(if fields { "object" } else { "one_of" });
                let name = self.type_name(*id);
                quote!(#function::<#name>())
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
        if let Some(bound) = &shape.minimum {
            let value = number(&bound.value);
            out = if is_integral(&bound.value) { quote!(#out.min(#value)) } else { quote!(#out.min_number(#value)) };
            if bound.exclusive {
                out = quote!(#out.exclusive_min());
            }
        }
        if let Some(bound) = &shape.maximum {
            let value = number(&bound.value);
            out = if is_integral(&bound.value) { quote!(#out.max(#value)) } else { quote!(#out.max_number(#value)) };
            if bound.exclusive {
                out = quote!(#out.exclusive_max());
            }
        }
        if let Some(value) = &shape.multiple_of {
            let literal = number(value);
            out = if is_integral(value) {
                quote!(#out.multiple_of(#literal))
            } else {
                quote!(#out.multiple_of_number(#literal))
            };
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

/// Whether a number is an integer, however it is written, that no float would round.
fn is_integral(number: &Number) -> bool {
    integer(number).is_some() || number.as_f64().is_some_and(|value| value.fract() == 0.0 && value.abs() < 9.0e15)
}

fn number(number: &Number) -> Literal {
    match (integer(number), number.as_f64().unwrap_or_default()) {
        (Some(value), _) => Literal::i128_unsuffixed(value),
        (None, value) if is_integral(number) => Literal::i64_unsuffixed(value as i64),
        (None, value) => Literal::f64_unsuffixed(value),
    }
}
