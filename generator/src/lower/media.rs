//! Media types of responses: the form of each, the preferred one, and the names of their constants.

use openapiv3::MediaType;

use super::body::{is_binary, is_json};
use super::{Lower, names};
use crate::load::{JsonType, Part, Schema};

/// The form in which a body is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    /// A sequence of JSON values.
    Lines,
    Text,
    Bytes,
    /// Server-sent events.
    Events,
}

/// A media type without parameters, in lower case.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is a sequence of JSON values: the established names, and JSON with a parameter `stream`, as in
/// Kubernetes.
fn is_lines(media_type: &str, essence: &str) -> bool {
    const SUFFIXES: [&str; 7] =
        ["ndjson", "jsonl", "jsonlines", "json-lines", "json-seq", "stream+json", "json-stream"];
    let streams = || media_type.split(';').skip(1).any(|it| it.trim().to_ascii_lowercase().starts_with("stream="));
    SUFFIXES.iter().any(|suffix| essence.ends_with(suffix)) || is_json(essence) && streams()
}

/// Whether a media type is text, according to its name.
fn is_textual(essence: &str) -> bool {
    const SUFFIXES: [&str; 4] = ["xml", "yaml", "javascript", "x-www-form-urlencoded"];
    essence.starts_with("text/") || SUFFIXES.iter().any(|suffix| essence.ends_with(suffix))
}

impl<'a> Lower<'a, '_> {
    /// The form of a response's media type. A file according to its schema is bytes, whatever its media type.
    pub(super) fn form(&self, media_type: &str, media: &Part<'a, MediaType>) -> Form {
        let essence = essence(media_type);
        if is_lines(media_type, &essence) {
            return Form::Lines;
        }
        if essence == "text/event-stream" {
            return Form::Events;
        }
        let schema = media.schema().map(|schema| self.peek(&schema));
        match schema {
            Some(schema) if is_binary(&schema) => Form::Bytes,
            _ if is_json(&essence) || essence == "*/json" => Form::Json,
            Some(schema) if matches!(essence.as_str(), "*/*" | "application/*") => form_of(&schema),
            _ if is_textual(&essence) => Form::Text,
            _ => Form::Bytes,
        }
    }

    /// The rank of a media type for `send`; lower is better.
    ///
    /// Typed JSON comes first, followed by lines of JSON, text and bytes. Events come last: services with alternatives
    /// send events only on request, often by a flag in the input.
    pub(super) fn preference(&self, media_type: &str, media: &Part<'a, MediaType>) -> u8 {
        match self.form(media_type, media) {
            Form::Json if media.schema().is_none() => 3,
            Form::Json if essence(media_type) == "application/json" => 0,
            Form::Json if !media_type.contains('*') => 1,
            Form::Json => 2,
            Form::Lines => 4,
            Form::Text => 5,
            Form::Bytes => 6,
            Form::Events => 7,
        }
    }
}

/// The form of a body with any media type, by its schema alone.
fn form_of(schema: &Schema<'_>) -> Form {
    match schema.ty.as_ref().map(|ty| ty.value) {
        Some(JsonType::String) => Form::Text,
        None if schema.has_no_own_type() && schema.all_of.is_empty() => Form::Bytes,
        _ => Form::Json,
    }
}

/// Candidates for the constant's name of a media type: its subtype, or else the whole media type.
pub(super) fn constant_names(media_type: &str) -> [String; 2] {
    let text = media_type.to_ascii_lowercase().replace('*', " any ").replace('+', " ");
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let (kind, subtype) = essence.split_once('/').unwrap_or(("", essence));
    let kind = kind.trim();
    let subtype = subtype.trim();
    let plain = subtype.strip_prefix("x-").or_else(|| subtype.strip_prefix("vnd.")).unwrap_or(subtype);
    let parameters: Vec<&str> = parameters.split(';').filter(|it| !it.trim().starts_with("charset")).collect();
    let parameters = parameters.join(" ");
    let upper = |words: &str| names::snake(words).trim_start_matches("r#").to_ascii_uppercase();
    let short = if subtype == "any" { kind } else { plain };
    [upper(&format!("{short} {parameters}")), upper(&format!("{kind} {subtype} {parameters}"))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_named_after_the_subtype() {
        for (media_type, short, long) in [
            ("text/event-stream", "EVENT_STREAM", "TEXT_EVENT_STREAM"),
            ("application/x-ndjson", "NDJSON", "APPLICATION_X_NDJSON"),
            ("application/json;stream=watch", "JSON_STREAM_WATCH", "APPLICATION_JSON_STREAM_WATCH"),
            ("application/json; charset=utf-8", "JSON", "APPLICATION_JSON"),
            ("application/vnd.kubernetes.protobuf", "KUBERNETES_PROTOBUF", "APPLICATION_VND_KUBERNETES_PROTOBUF"),
            ("application/problem+json", "PROBLEM_JSON", "APPLICATION_PROBLEM_JSON"),
            ("image/*", "IMAGE", "IMAGE_ANY"),
        ] {
            assert_eq!(constant_names(media_type), [short, long], "{media_type}");
        }
    }

    #[test]
    fn sequences_of_json_are_recognized_by_name() {
        let lines = |media_type: &str| is_lines(media_type, &essence(media_type));
        for media_type in [
            "application/jsonl",
            "application/x-ndjson",
            "application/json-seq",
            "application/geo+json-seq",
            "application/stream+json",
            "application/json; stream=watch",
        ] {
            assert!(lines(media_type), "{media_type}");
        }
        for media_type in
            ["application/json", "application/hal+json", "text/event-stream", "application/cbor;stream=watch"]
        {
            assert!(!lines(media_type), "{media_type}");
        }
    }
}
