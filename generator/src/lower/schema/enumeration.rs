//! Enums of text and of integers.

use std::collections::HashSet;

use super::annotated::Annotation;
use super::{Inline, Lowered, Naming};
use crate::accounting::Reason;
use crate::load::{JsonType, Node, Schema, integer};
use crate::lower::model::{Aliased, Type, TypeKind, Variant};
use crate::lower::{Lower, docs, markdown, variants};

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
        let words = |value: &str| {
            let description = described.and_then(|words| words.get(value)).and_then(Node::as_str);
            let annotation = annotations.iter().find(|it| text_of(it.value) == value);
            let annotated = annotation.map(|it| self.words_of_value(it)).filter(|words| !words.is_empty());
            let description = description.map(str::to_owned).or(annotated);
            description.map_or_else(|| vec![markdown::code(value)], |words| docs::lines(&words))
        };
        let integers = || values.iter().map(|value| integer(value.as_number()?).and_then(|n| i64::try_from(n).ok()));
        let kind = if values.is_empty() || schema.sensitive.is_some() {
            return None;
        } else if ty == Some(JsonType::String) || values.iter().all(|value| value.as_str().is_some()) {
            let mut seen = HashSet::new();
            let texts: Vec<String> =
                values.iter().copied().map(text_of).filter(|value| seen.insert(value.clone())).collect();
            let idents = variants::variants(&texts).into_iter();
            let variant = |(value, ident): (String, String)| Variant { ident, docs: words(&value), value };
            TypeKind::StringEnum(texts.into_iter().zip(idents).map(variant).collect())
        } else if integers().all(|value| value.is_some()) && ty != Some(JsonType::Number) {
            let mut seen = HashSet::new();
            let values: Vec<i64> = integers().flatten().filter(|value| seen.insert(*value)).collect();
            let texts: Vec<String> = values.iter().map(i64::to_string).collect();
            let variant =
                |(value, (text, ident)): (i64, (&String, String))| Variant { ident, docs: words(text), value };
            // A number is no name, but a title may be.
            let titles = texts.iter().map(|text| annotations.iter().find(|it| text_of(it.value) == *text)?.title);
            let titles: Option<Vec<&str>> = titles.collect::<Option<Vec<_>>>().map(|titles| {
                titles.iter().for_each(|title| self.ledger.take(title.at));
                titles.iter().map(|title| title.value).collect()
            });
            let names = titles.map_or_else(|| variants::variants(&texts), |titles| variants::variants(&titles));
            let idents = texts.iter().zip(names);
            TypeKind::IntegerEnum(values.into_iter().zip(idents).map(variant).collect())
        } else {
            // Fractions, booleans and mixed values have no better type than their own.
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

    fn words_of_value(&self, annotation: &Annotation<'a>) -> String {
        let words = self.take(&annotation.words).map(str::to_owned);
        let deprecated = annotation.deprecated.then(|| "Deprecated.".to_owned());
        words.into_iter().chain(deprecated).collect::<Vec<_>>().join("\n\n")
    }
}

/// A value as text.
fn text_of(value: &Node) -> String {
    value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)
}
