//! Strings, booleans and numbers: one written as another is converted if that is unambiguous.

use serde_json::Number;

use super::Checker;
use crate::{
    diagnostic::Diagnostic,
    load::{Node, Value, grammar::Shape, yaml},
};

impl Checker<'_, '_> {
    pub(super) fn text(&mut self, node: &mut Node, name: &str) -> bool {
        let text = match node.value {
            Value::String(_) => return true,
            // As written: `version: 1.10` is not 1.1.
            Value::Number(_) | Value::Bool(_) => node.location.text().to_owned(),
            _ => return self.wrong(node, Shape::Text, name),
        };
        self.read_as(node, name, "a string", text.as_str().into());
        true
    }

    pub(super) fn flag(&mut self, node: &mut Node, name: &str) -> bool {
        if node.as_bool().is_some() {
            return true;
        }
        let written = match node.value {
            Value::String(_) | Value::Number(_) => node.as_str().unwrap_or(node.location.text()).to_ascii_lowercase(),
            _ => return self.wrong(node, Shape::Flag, name),
        };
        // As other languages and YAML 1.1 write them.
        let flag = match written.as_str() {
            "true" | "yes" | "on" | "1" => true,
            "false" | "no" | "off" | "0" => false,
            _ => return self.wrong(node, Shape::Flag, name),
        };
        self.read_as(node, name, if flag { "`true`" } else { "`false`" }, flag.into());
        true
    }

    pub(super) fn number(&mut self, node: &mut Node, name: &str) -> bool {
        match &node.value {
            Value::Number(_) => return true,
            Value::String(text) => {
                if let number @ Value::Number(_) = yaml::plain(text.trim()) {
                    self.read_as(node, name, "a number", number);
                    return true;
                }
            }
            _ => {}
        }
        self.wrong(node, Shape::Number, name)
    }

    pub(super) fn count(&mut self, node: &mut Node, name: &str) -> bool {
        if !self.number_quietly(node, name) {
            return self.wrong(node, Shape::Count, name);
        }
        let Value::Number(number) = &node.value else { return false };
        match whole(number).and_then(|number| number.as_u64()) {
            // openapiv3 counts in usize.
            Some(count) if usize::try_from(count).is_ok() => {
                node.value = Value::Number(count.into());
                true
            }
            _ => self.wrong(node, Shape::Count, name),
        }
    }

    fn number_quietly(&mut self, node: &mut Node, name: &str) -> bool {
        match &node.value {
            Value::Number(_) => true,
            Value::String(text) if matches!(yaml::plain(text.trim()), Value::Number(_)) => self.number(node, name),
            _ => false,
        }
    }

    fn read_as(&mut self, node: &mut Node, name: &str, what: &str, value: Value) {
        let kind = if matches!(value, Value::Bool(_)) { "`true` or `false`" } else { what };
        let message = format!("`{name}` must be {kind}, but is {}", node.describe());
        self.reporter.push(
            Diagnostic::warning("wrong-type", message).at(node.location.clone()).label(format!("read as {what}")),
        );
        node.value = value;
    }
}

/// `10.0` and `1e3` as integers.
pub(super) fn whole(number: &Number) -> Option<Number> {
    if number.is_i64() || number.is_u64() {
        return Some(number.clone());
    }
    let float = number.as_f64().filter(|float| float.fract() == 0.0)?;
    // Up to 2^53 every integer has an exact float.
    (float.abs() <= 9_007_199_254_740_992.0).then(|| format!("{float:.0}").parse::<i64>().ok())?.map(Number::from)
}
