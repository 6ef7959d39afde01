//! The parameters of a call that have a value.

use std::borrow::Cow;

use serde_json::Value;

use super::inputs::Inputs;
use super::values::{Values, setter};
use crate::check;
use crate::data::operation::{Param, Spec};

/// The parameters that have a value: set by the call, or else by the client.
pub(crate) type Given<'a> = Vec<(&'static Param, Cow<'a, Value>)>;

pub(super) fn given<'a>(spec: &Spec, inputs: &'a Inputs, values: &Values) -> Given<'a> {
    let value = |param: &'static Param| match inputs.of(param) {
        Some(value) => Some(Cow::Borrowed(value)),
        None => param.client.and_then(|name| values.get(name)).map(|text| Cow::Owned(Value::String(text))),
    };
    spec.params.iter().filter_map(|param| Some((param, value(param)?))).collect()
}

/// Advice about a missing required parameter.
pub(super) fn missing(param: &Param, values: &Values) -> String {
    let Some(name) = param.client else { return check::MISSING.to_owned() };
    let mut message = format!("{}: set it with `{}` on the client's builder", check::MISSING, setter(name));
    if let Some(variable) = (values.variable)(name) {
        message.push_str(&format!(", or {variable} in the environment"));
    }
    if values.by_region.contains(&name) && values.get("region").is_none() {
        message.push_str(&format!("; or set only the region, with `{}`", setter("region")));
        if let Some(variable) = (values.variable)("region") {
            message.push_str(&format!(" or {variable}"));
        }
        message.push_str(", which the client uses to look it up");
    }
    message
}
