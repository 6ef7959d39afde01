//! Enums of text and of integers.

use openapiv3::{AnySchema, SchemaData};
use serde_json::Value;

use super::{At, Lowered};
use crate::lower::model::{Type, TypeKind, Variant};
use crate::lower::{Lower, docs, variants};

impl Lower<'_> {
    pub(super) fn enumeration(
        &mut self,
        view: &AnySchema,
        data: &SchemaData,
        at: &At,
        component: Option<&str>,
    ) -> Option<Lowered> {
        let nullable = view.enumeration.contains(&Value::Null);
        let values: Vec<&Value> = view.enumeration.iter().filter(|value| !value.is_null()).collect();
        let text = view.typ.as_deref() == Some("string");
        let described = data.extensions.get("x-enumDescriptions");
        let words = |value: &str| {
            let description = described.and_then(|d| d.get(value)).and_then(Value::as_str);
            description.map_or_else(|| vec![format!("`{}`", value.replace('`', "'"))], docs::lines)
        };
        let kind = if values.is_empty() || data.extensions.get("x-sensitive").is_some() {
            return None;
        } else if text || values.iter().all(|value| value.is_string()) {
            let mut seen = std::collections::HashSet::new();
            let values = values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let values: Vec<String> = values.filter(|value| seen.insert(value.clone())).collect();
            let idents = variants::variants(&values).into_iter();
            let variant = |(value, ident): (String, String)| Variant { ident, docs: words(&value), value };
            TypeKind::StringEnum(values.into_iter().zip(idents).map(variant).collect())
        } else if values.iter().all(|value| value.is_i64()) && view.typ.as_deref() != Some("number") {
            let mut seen = std::collections::HashSet::new();
            let values = values.iter().filter_map(|value| value.as_i64()).filter(|value| seen.insert(*value));
            let values: Vec<i64> = values.collect();
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            let variant =
                |(value, (text, ident)): (i64, (&String, String))| Variant { ident, docs: words(text), value };
            let idents = texts.iter().zip(variants::variants(&texts));
            TypeKind::IntegerEnum(values.into_iter().zip(idents).map(variant).collect())
        } else {
            // Fractions, booleans and mixed values have no better type than their own.
            return None;
        };
        let key = format!("{}{:?}{:?}", component.unwrap_or(&at.name), values, described);
        if let Some(id) = self.inline.get(&key).filter(|_| component.is_none()) {
            return Some(Lowered { nullable, ..Lowered::plain(Type::Named(*id)) });
        }
        let id = self.define(at, component, data, kind);
        self.inline.insert(key, id);
        Some(Lowered { nullable, ..Lowered::plain(Type::Named(id)) })
    }
}
