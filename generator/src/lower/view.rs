//! One flat view of a schema: `openapiv3` spreads the same keywords over many variants, and mixes fall back to `Any`.

use openapiv3::{AnySchema, Schema, SchemaKind, Type, VariantOrUnknownOrEmpty};
use serde_json::Value;

/// All keywords of a schema in one place.
pub fn view(schema: &Schema) -> AnySchema {
    match &schema.schema_kind {
        SchemaKind::Any(any) => any.clone(),
        SchemaKind::OneOf { one_of } => AnySchema { one_of: one_of.clone(), ..AnySchema::default() },
        SchemaKind::AllOf { all_of } => AnySchema { all_of: all_of.clone(), ..AnySchema::default() },
        SchemaKind::AnyOf { any_of } => AnySchema { any_of: any_of.clone(), ..AnySchema::default() },
        SchemaKind::Not { not } => AnySchema { not: Some(not.clone()), ..AnySchema::default() },
        SchemaKind::Type(ty) => typed(ty),
    }
}

fn typed(ty: &Type) -> AnySchema {
    let mut any = AnySchema::default();
    match ty {
        Type::String(s) => {
            any.typ = Some("string".to_owned());
            any.format = match &s.format {
                VariantOrUnknownOrEmpty::Item(format) => serde_json::to_value(format).ok().and_then(text),
                VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
                VariantOrUnknownOrEmpty::Empty => None,
            };
            any.pattern.clone_from(&s.pattern);
            any.enumeration = s.enumeration.iter().map(|v| v.clone().map_or(Value::Null, Value::String)).collect();
            any.min_length = s.min_length;
            any.max_length = s.max_length;
        }
        Type::Number(n) => {
            any.typ = Some("number".to_owned());
            any.multiple_of = n.multiple_of;
            any.exclusive_minimum = Some(n.exclusive_minimum);
            any.exclusive_maximum = Some(n.exclusive_maximum);
            any.minimum = n.minimum;
            any.maximum = n.maximum;
            any.enumeration = n.enumeration.iter().map(|v| v.map_or(Value::Null, Value::from)).collect();
        }
        Type::Integer(n) => {
            any.typ = Some("integer".to_owned());
            any.format = match &n.format {
                VariantOrUnknownOrEmpty::Item(format) => serde_json::to_value(format).ok().and_then(text),
                VariantOrUnknownOrEmpty::Unknown(format) => Some(format.clone()),
                VariantOrUnknownOrEmpty::Empty => None,
            };
            any.multiple_of = n.multiple_of.map(|v| v as f64);
            any.exclusive_minimum = Some(n.exclusive_minimum);
            any.exclusive_maximum = Some(n.exclusive_maximum);
            any.minimum = n.minimum.map(|v| v as f64);
            any.maximum = n.maximum.map(|v| v as f64);
            any.enumeration = n.enumeration.iter().map(|v| v.map_or(Value::Null, Value::from)).collect();
        }
        Type::Boolean(b) => {
            any.typ = Some("boolean".to_owned());
            any.enumeration = b.enumeration.iter().map(|v| v.map_or(Value::Null, Value::from)).collect();
        }
        Type::Object(o) => {
            any.typ = Some("object".to_owned());
            any.properties.clone_from(&o.properties);
            any.required.clone_from(&o.required);
            any.additional_properties.clone_from(&o.additional_properties);
            any.min_properties = o.min_properties;
            any.max_properties = o.max_properties;
        }
        Type::Array(a) => {
            any.typ = Some("array".to_owned());
            any.items.clone_from(&a.items);
            any.min_items = a.min_items;
            any.max_items = a.max_items;
            any.unique_items = Some(a.unique_items);
        }
    }
    any
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}
