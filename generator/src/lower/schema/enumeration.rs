//! Enums of text and of integers.

use std::collections::HashSet;

use super::{Inline, Lowered, Naming};
use crate::load::{JsonType, Node, Schema, integer};
use crate::lower::model::{Aliased, Type, TypeKind, Variant};
use crate::lower::{Lower, docs, markdown, variants};

impl<'a> Lower<'a, '_> {
    pub(super) fn enumeration(
        &mut self,
        schema: &Schema<'a>,
        naming: &Naming,
        component: Option<&'a str>,
    ) -> Option<Lowered<'a>> {
        let nullable = schema.enumeration.iter().any(|value| value.value.value.is_null());
        let values: Vec<&'a Node> =
            schema.enumeration.iter().map(|value| value.value).filter(|value| !value.value.is_null()).collect();
        let ty = schema.ty.map(|ty| ty.value);
        let described = schema.enum_descriptions.map(|words| words.value);
        let words = |value: &str| {
            let description = described.and_then(|words| words.get(value)).and_then(Node::as_str);
            description.map_or_else(|| vec![markdown::code(value)], docs::lines)
        };
        let integers = || values.iter().map(|value| integer(value.as_number()?).and_then(|n| i64::try_from(n).ok()));
        let kind = if values.is_empty() || schema.sensitive.is_some() {
            return None;
        } else if ty == Some(JsonType::String) || values.iter().all(|value| value.as_str().is_some()) {
            let mut seen = HashSet::new();
            let texts =
                values.iter().map(|value| value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned));
            let texts: Vec<String> = texts.filter(|value| seen.insert(value.clone())).collect();
            let idents = variants::variants(&texts).into_iter();
            let variant = |(value, ident): (String, String)| Variant { ident, docs: words(&value), value };
            TypeKind::StringEnum(texts.into_iter().zip(idents).map(variant).collect())
        } else if integers().all(|value| value.is_some()) && ty != Some(JsonType::Number) {
            let mut seen = HashSet::new();
            let values: Vec<i64> = integers().flatten().filter(|value| seen.insert(*value)).collect();
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            let variant =
                |(value, (text, ident)): (i64, (&String, String))| Variant { ident, docs: words(text), value };
            let idents = texts.iter().zip(variants::variants(&texts));
            TypeKind::IntegerEnum(values.into_iter().zip(idents).map(variant).collect())
        } else {
            // Fractions, booleans and mixed values have no better type than their own.
            return None;
        };
        self.take(&schema.ty);
        schema.enumeration.iter().for_each(|value| self.ledger.take(value.at));
        let key = Inline::Enum(component.unwrap_or(&naming.name).to_owned(), values, described);
        let known = self.inline.get(&key).copied().filter(|_| component.is_none());
        let id = match known {
            Some(id) => {
                self.name_in(Aliased::Type(id), naming.full_name());
                id
            }
            None => self.define(naming, component, schema, kind),
        };
        self.inline.insert(key, id);
        Some(Lowered { nullable, ..Lowered::plain(Type::Named(id)) })
    }
}
