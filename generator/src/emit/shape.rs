//! Checks: chains of calls of the runtime's shape builders.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use serde_json::Number;

use super::Scope;
use crate::load::integer;
use crate::lower::format::Format;
use crate::lower::model::{Inner, Rule, Shape, TypeKind};

impl Scope<'_> {
    pub(super) fn shape(&self, shape: &Shape) -> TokenStream {
        if shape.is_never() {
            let never = self.uses.item("never");
            return quote!(#never());
        }
        let mut out = match &shape.inner {
            Inner::None => {
                let any = self.uses.item("any");
                quote!(#any())
            }
            Inner::Object(id) => {
                let function = self.uses.item(match self.service.types[*id].kind {
                    TypeKind::Struct(_) => "object",
                    TypeKind::Tuple(_) => "tuple",
                    _ => "one_of",
                });
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
            Inner::Fields(fields) => {
                let function = self.uses.item("fields");
                let rows = fields.iter().map(|(name, required, shape)| self.row(name, *required, shape));
                quote!(#function(&[#(#rows),*]))
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
        if let Some(check) = shape.format.and_then(Format::check) {
            let check = super::ident(check);
            out = quote!(#out.#check());
        }
        if shape.unique {
            out = quote!(#out.unique());
        }
        for kind in &shape.kinds {
            let kind = super::ident(kind);
            out = quote!(#out.#kind());
        }
        if !shape.rules.is_empty() {
            let rules = shape.rules.iter().map(|rule| self.rule(rule));
            out = quote!(#out.rules(&[#(#rules),*]));
        }
        out
    }

    /// A field's entry in a table of checks.
    pub(super) fn row(&self, name: &str, required: bool, shape: &Shape) -> TokenStream {
        let function = self.uses.item(if required { "required" } else { "optional" });
        let shape = self.shape(shape);
        quote!(#function(#name, #shape))
    }

    /// A rule: a call of the runtime's function for it.
    pub(super) fn rule(&self, rule: &Rule) -> TokenStream {
        let list = |shapes: &[Shape]| {
            let shapes = shapes.iter().map(|shape| self.shape(shape));
            quote!(&[#(#shapes),*])
        };
        let (name, arguments) = match rule {
            Rule::When(shapes) => {
                let shapes = shapes.iter().map(|shape| self.shape(shape));
                ("when", quote!(#(&#shapes),*))
            }
            Rule::Not(shape) => {
                let shape = self.shape(shape);
                ("not", quote!(&#shape))
            }
            Rule::AnyOf(shapes) => ("any_of", list(shapes)),
            Rule::OnlyOne(shapes) => ("only_one", list(shapes)),
            Rule::Contains(shape, fewest, most) => {
                let (shape, fewest) = (self.shape(shape), Literal::usize_unsuffixed(*fewest));
                let most = most.map(Literal::usize_unsuffixed);
                let most = most.map_or_else(|| quote!(None), |most| quote!(Some(#most)));
                ("contains", quote!(&#shape, #fewest, #most))
            }
            Rule::Prefix(first, rest) => {
                let (first, rest) = (list(first), self.shape(rest));
                ("prefix", quote!(#first, &#rest))
            }
            Rule::Names(shape) => {
                let shape = self.shape(shape);
                ("names", quote!(&#shape))
            }
            Rule::Others(known, patterns, rest) => {
                let rest = self.shape(rest);
                let patterns = patterns.iter().map(|(pattern, shape)| {
                    let shape = self.shape(shape);
                    quote!((#pattern, #shape))
                });
                ("others", quote!(&[#(#known),*], &[#(#patterns),*], &#rest))
            }
            Rule::Values(values) => ("values", quote!(&[#(#values),*])),
        };
        let function = self.uses.item(name);
        quote!(#function(#arguments))
    }
}

/// Whether a number is an integer, in any notation, that a float represents exactly.
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
