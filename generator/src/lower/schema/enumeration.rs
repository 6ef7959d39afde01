//! Enums of strings and of integers.

use std::collections::HashSet;

use super::annotated::Annotation;
use super::{Inline, Lowered, Naming};
use crate::accounting::Reason;
use crate::load::{JsonType, Node, Schema, integer};
use crate::lower::model::{Aliased, Type, TypeKind, Variant};
use crate::lower::{Lower, docs, markdown, meanings, variants};

impl<'a> Lower<'a, '_> {
    pub(super) fn enumeration(
        &mut self,
        schema: &Schema<'a>,
        naming: &Naming,
        component: Option<&'a str>,
        annotations: &[Annotation<'a>],
    ) -> Option<Lowered<'a>> {
        let nullable = schema.enumeration.iter().any(|value| value.value.value.is_null());
        let values: Vec<&'a Node> =
            schema.enumeration.iter().map(|value| value.value).filter(|value| !value.value.is_null()).collect();
        let ty = schema.ty.map(|ty| ty.value);
        let described = schema.enum_descriptions.map(|words| words.value);
        let meaning = |value: &str| described.and_then(|words| words.get(value)).and_then(Node::as_str);
        let annotated = |value: &str| {
            let annotation = annotations.iter().find(|it| text_of(it.value) == value);
            annotation.map(|it| self.value_description(it)).filter(|words| !words.is_empty())
        };
        let words = |value: &str, named_by_meaning: bool| {
            let words = meaning(value).map(str::to_owned).or_else(|| annotated(value));
            let words = words.map_or_else(Vec::new, |words| docs::lines(&words));
            let docs = match named_by_meaning || words.is_empty() {
                true => docs::introduced(&markdown::code(value), words),
                false => words,
            };
            let status = schema.enum_status.and_then(|statuses| statuses.value.get(value)?.as_number()?.as_u64());
            docs::with_fact(docs, &status.map(|status| format!("HTTP status {status}.")).unwrap_or_default())
        };
        let integers = || values.iter().map(|value| integer(value.as_number()?).and_then(|n| i64::try_from(n).ok()));
        let kind = if values.is_empty() || schema.sensitive.is_some() {
            return None;
        } else if ty == Some(JsonType::String) || values.iter().all(|value| value.as_str().is_some()) {
            let mut seen = HashSet::new();
            let texts: Vec<String> =
                values.iter().copied().map(text_of).filter(|value| seen.insert(value.clone())).collect();
            let meanings: Vec<_> =
                texts.iter().map(|text| meaning(text).filter(|_| meanings::is_unreadable(text))).collect();
            let plain = variants::variants(&texts);
            let idents = meanings::names(plain.clone(), &meanings);
            let variant = |((value, ident), plain): ((String, String), String)| {
                let by_meaning = ident != plain;
                let alias = by_meaning.then(|| value.clone());
                Variant { ident, alias, docs: words(&value, by_meaning), value }
            };
            TypeKind::StringEnum(texts.into_iter().zip(idents).zip(plain).map(variant).collect())
        } else if integers().all(|value| value.is_some()) && ty != Some(JsonType::Number) {
            let mut seen = HashSet::new();
            let values: Vec<i64> = integers().flatten().filter(|value| seen.insert(*value)).collect();
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            // A number is not an identifier, but a title or a meaning may be.
            let titles = texts.iter().map(|text| annotations.iter().find(|it| text_of(it.value) == *text)?.title);
            let titles: Option<Vec<&str>> = titles.collect::<Option<Vec<_>>>().map(|titles| {
                titles.iter().for_each(|title| self.ledger.take(title.at));
                titles.iter().map(|title| title.value).collect()
            });
            let titled = titles.map(|titles| variants::variants(&titles));
            let meanings: Vec<_> = texts.iter().map(|text| meaning(text)).collect();
            let names = titled.unwrap_or_else(|| meanings::names(variants::variants(&texts), &meanings));
            let variant = |(value, ident): (i64, String)| {
                let text = value.to_string();
                Variant { ident, alias: None, docs: words(&text, meaning(&text).is_some()), value }
            };
            TypeKind::IntegerEnum(values.into_iter().zip(names).map(variant).collect())
        } else {
            // Fractions, booleans and mixed values have no more specific type.
            return None;
        };
        self.take(&schema.ty);
        schema.enumeration.iter().for_each(|value| self.ledger.take(value.at));
        let key = Inline::Enum(component.unwrap_or(&naming.name).to_owned(), values, described);
        let known = self.inline.get(&key).copied().filter(|_| component.is_none() && annotations.is_empty());
        let id = match known {
            Some(id) => {
                self.name_in(Aliased::Type(id), naming.full_name());
                id
            }
            None => self.define(naming, component, schema, kind),
        };
        self.inline.insert(key, id);
        for annotation in annotations {
            if let Some(title) = annotation.title.filter(|title| !self.ledger.has(title.at)) {
                self.ledger.ignore(title.at, Reason::Title);
            }
        }
        Some(Lowered { nullable, ..Lowered::plain(Type::Named(id)) })
    }

    fn value_description(&self, annotation: &Annotation<'a>) -> String {
        let words = self.take(&annotation.words).map(str::to_owned);
        let deprecated = annotation.deprecated.then(|| "Deprecated.".to_owned());
        words.into_iter().chain(deprecated).collect::<Vec<_>>().join("\n\n")
    }
}

/// A value as text.
fn text_of(value: &Node) -> String {
    value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)
}
