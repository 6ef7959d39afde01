//! Checks: chains of calls of the runtime's shape builders.

use std::fmt::Display;

use proc_macro2::Literal;
use serde_json::Number;

use super::Scope;
use super::code::{Code, list, text};
use crate::load::integer;
use crate::lower::format::Format;
use crate::lower::model::{Inner, Rule, Shape, TypeKind};

impl Scope<'_> {
    pub(super) fn shape(&self, shape: &Shape) -> Code {
        if shape.is_never() {
            return format!("{}()", self.uses.item("never")).into();
        }
        let mut out = match &shape.inner {
            Inner::None => format!("{}()", self.uses.item("any")),
            Inner::Object(id) => {
                let function = self.uses.item(match self.service.types[*id].kind {
                    TypeKind::Struct(_) => "object",
                    TypeKind::Tuple(_) => "tuple",
                    _ => "one_of",
                });
                format!("{function}::<{}>()", self.type_name(*id))
            }
            Inner::List(inner) => format!("{}(&{})", self.uses.item("list"), self.shape(inner)),
            Inner::Map(inner) => format!("{}(&{})", self.uses.item("map"), self.shape(inner)),
            Inner::Fields(fields) => {
                let function = self.uses.item("fields");
                let rows = fields.iter().map(|(name, required, shape)| self.row(name, *required, shape));
                format!("{function}(&[{}])", list(rows))
            }
        };
        let mut call = |method: &str, argument: &dyn Display| out.push_str(&format!(".{method}({argument})"));
        let steps = [
            ("min_length", shape.min_length),
            ("max_length", shape.max_length),
            ("min_items", shape.min_items),
            ("max_items", shape.max_items),
        ];
        for (method, n) in steps {
            n.iter().for_each(|n| call(method, n));
        }
        if let Some(bound) = &shape.minimum {
            call(if is_integral(&bound.value) { "min" } else { "min_number" }, &number(&bound.value));
            if bound.exclusive {
                call("exclusive_min", &"");
            }
        }
        if let Some(bound) = &shape.maximum {
            call(if is_integral(&bound.value) { "max" } else { "max_number" }, &number(&bound.value));
            if bound.exclusive {
                call("exclusive_max", &"");
            }
        }
        if let Some(value) = &shape.multiple_of {
            call(if is_integral(value) { "multiple_of" } else { "multiple_of_number" }, &number(value));
        }
        if let Some(pattern) = &shape.pattern {
            call("pattern", &text(pattern));
        }
        if let Some(check) = shape.format.and_then(Format::check) {
            call(check, &"");
        }
        if shape.unique {
            call("unique", &"");
        }
        shape.kinds.iter().for_each(|kind| call(kind, &""));
        if !shape.rules.is_empty() {
            let rules = shape.rules.iter().map(|rule| self.rule(rule));
            call("rules", &format!("&[{}]", list(rules)));
        }
        out.into()
    }

    /// A field's entry in a table of checks.
    pub(super) fn row(&self, name: &str, required: bool, shape: &Shape) -> Code {
        let function = self.uses.item(if required { "required" } else { "optional" });
        format!("{function}({}, {})", text(name), self.shape(shape)).into()
    }

    /// A rule: a call of the runtime's function for it.
    pub(super) fn rule(&self, rule: &Rule) -> Code {
        let lent = |shape: &Shape| format!("&{}", self.shape(shape));
        let shapes = |shapes: &[Shape]| format!("&[{}]", list(shapes.iter().map(|shape| self.shape(shape))));
        let texts = |texts: &[String]| format!("&[{}]", list(texts.iter().map(|it| text(it))));
        let (name, arguments) = match rule {
            Rule::When(shapes) => ("when", list(shapes.iter().map(lent))),
            Rule::Not(shape) => ("not", lent(shape)),
            Rule::AnyOf(alternatives) => ("any_of", shapes(alternatives)),
            Rule::OnlyOne(alternatives) => ("only_one", shapes(alternatives)),
            Rule::Contains(shape, fewest, most) => {
                let most = most.map_or_else(|| "None".to_owned(), |most| format!("Some({most})"));
                ("contains", format!("{}, {fewest}, {most}", lent(shape)))
            }
            Rule::Prefix(first, rest) => ("prefix", format!("{}, {}", shapes(first), lent(rest))),
            Rule::Names(shape) => ("names", lent(shape)),
            Rule::Others(known, patterns, rest) => {
                let patterns = patterns.iter().map(|(it, shape)| format!("({}, {})", text(it), self.shape(shape)));
                ("others", format!("{}, &[{}], {}", texts(known), list(patterns), lent(rest)))
            }
            Rule::Values(values) => ("values", texts(values)),
        };
        format!("{}({arguments})", self.uses.item(name)).into()
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
