//! `$ref`s: the file, the place in it, and a name for the target.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use percent_encoding::percent_decode_str;

use crate::pointer::{escape, unescape};

/// The parts of a `$ref`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// The file's path as written; empty for this file.
    pub file: String,
    /// The tokens of the pointer within it, unescaped.
    pub pointer: Vec<String>,
    /// The name of an anchor in it, instead of a pointer.
    pub anchor: Option<String>,
}

impl Reference {
    /// Parses `file#/pointer`. The error is a description of what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (file, fragment) = text.split_once('#').unwrap_or((text, ""));
        let remote = file
            .split_once("://")
            .is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if remote || file.starts_with("//") {
            return Err("refers to the network, which is not supported".to_owned());
        }
        let fragment = decode_percent(fragment);
        let (pointer, anchor) = match fragment.strip_prefix('/') {
            Some(pointer) => (pointer.split('/').map(unescape).collect(), None),
            None if fragment.is_empty() => (Vec::new(), None),
            None => (Vec::new(), Some(fragment)),
        };
        if file.is_empty() && text.is_empty() {
            return Err("is empty".to_owned());
        }
        Ok(Self { file: decode_percent(file), pointer, anchor })
    }
}

/// A pointer as text: `#/paths/~1users`.
pub(super) fn pointer_text(tokens: &[String]) -> String {
    let escaped = tokens.iter().map(|token| format!("/{}", escape(token)));
    format!("#{}", escaped.collect::<String>())
}

fn decode_percent(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), Cow::into_owned)
}

/// A path without `.` and, where possible, `..`. By its text alone, so that it is the same on any machine.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match normal.components().next_back() {
                Some(Component::Normal(_)) => {
                    normal.pop();
                }
                Some(Component::RootDir) => {}
                _ => normal.push(".."),
            },
            other => normal.push(other),
        }
    }
    normal
}

/// Whether the last token of a pointer is a user-defined name, not part of the structure (`parameters.yaml#/ProjectId`,
/// `common.yaml#/components/schemas/Job` or `#/definitions/Job`).
pub(super) fn declared_name(pointer: &[String]) -> Option<&str> {
    match pointer {
        [name] => Some(name),
        [.., section, name] if pointer.len() <= 3 => {
            let sections = [
                "schemas",
                "responses",
                "parameters",
                "examples",
                "requestBodies",
                "headers",
                "securitySchemes",
                "links",
                "definitions",
                "$defs",
            ];
            sections.contains(&section.as_str()).then_some(name.as_str())
        }
        _ => None,
    }
}

/// A name for a place in the structure: the meaningful parts of its pointer, in UpperCamelCase.
pub(super) fn derived_name(pointer: &[String]) -> String {
    const SILENT: [&str; 16] = [
        "paths",
        "components",
        "schemas",
        "responses",
        "parameters",
        "requestBodies",
        "content",
        "application/json",
        "schema",
        "properties",
        "requestBody",
        "headers",
        "definitions",
        "$defs",
        "additionalProperties",
        "examples",
    ];
    let mut name = String::new();
    for token in pointer.iter().filter(|token| !SILENT.contains(&token.as_str())) {
        for word in token.split(|character: char| !character.is_ascii_alphanumeric()) {
            let mut characters = word.chars();
            name.extend(characters.next().map(|first| first.to_ascii_uppercase()));
            name.push_str(characters.as_str());
        }
    }
    if name.is_empty() { "Referenced".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        let read = |text| Reference::parse(text).map(|it| (it.file, it.pointer.join("|")));
        assert_eq!(read("#/a/b"), Ok((String::new(), "a|b".into())));
        assert_eq!(read("x.yaml"), Ok(("x.yaml".into(), String::new())));
        assert_eq!(read("../x%20y.yaml#/a~1b/c~0d"), Ok(("../x y.yaml".into(), "a/b|c~d".into())));
        assert_eq!(read("#/paths/~1a%7Bid%7D/get"), Ok((String::new(), "paths|/a{id}|get".into())));
        assert!(read("https://example.com/x.yaml").is_err());
        assert_eq!(Reference::parse("x.yaml#Pet").map(|it| it.anchor), Ok(Some("Pet".to_owned())));
        assert!(read("").is_err());
        assert_eq!(decode_percent("100%"), "100%");
        assert_eq!(decode_percent("%ff"), "%ff");
    }

    #[test]
    fn paths_are_normal() {
        assert_eq!(normal(Path::new("specs/a/operations/../schemas/./X.yaml")), Path::new("specs/a/schemas/X.yaml"));
        assert_eq!(normal(Path::new("a/../../b")), Path::new("../b"));
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn names() {
        let pointer = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(declared_name(&pointer("ProjectId")), Some("ProjectId"));
        assert_eq!(declared_name(&pointer("components|schemas|Job")), Some("Job"));
        assert_eq!(declared_name(&pointer("components|schemas|Job|properties|id")), None);
        assert_eq!(derived_name(&pointer("components|schemas|Job|properties|job_id")), "JobJobId");
        assert_eq!(
            derived_name(&pointer("paths|/a/{id}|get|responses|200|content|application/json|schema")),
            "AIdGet200"
        );
    }
}
