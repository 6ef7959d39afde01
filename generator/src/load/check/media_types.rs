//! Media type names that differ by a letter or two from a known one.

use super::Checker;
use crate::{
    diagnostic::{Diagnostic, Location},
    load::report::nearest,
};

/// Media types in use by APIs, except vendor-specific ones.
const KNOWN: [&str; 64] = [
    "application/cbor",
    "application/geo+json",
    "application/gzip",
    "application/hal+json",
    "application/javascript",
    "application/json",
    "application/json-patch+json",
    "application/json-seq",
    "application/jsonl",
    "application/jwt",
    "application/ld+json",
    "application/merge-patch+json",
    "application/msgpack",
    "application/msword",
    "application/ndjson",
    "application/octet-stream",
    "application/pdf",
    "application/problem+json",
    "application/problem+xml",
    "application/protobuf",
    "application/rtf",
    "application/sql",
    "application/tar",
    "application/xls",
    "application/xhtml+xml",
    "application/xml",
    "application/x-gzip",
    "application/x-ndjson",
    "application/x-tar",
    "application/x-www-form-urlencoded",
    "application/x-yaml",
    "application/yaml",
    "application/zip",
    "audio/aac",
    "audio/flac",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/webm",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/svg+xml",
    "image/tiff",
    "image/webp",
    "multipart/form-data",
    "multipart/mixed",
    "multipart/related",
    "text/calendar",
    "text/css",
    "text/csv",
    "text/event-stream",
    "text/html",
    "text/javascript",
    "text/markdown",
    "text/plain",
    "text/tsv",
    "text/xml",
    "text/yaml",
    "text/yml",
    "application/yml",
];

impl Checker<'_, '_> {
    /// Suggests the media type that is probably meant.
    pub(super) fn media_type(&mut self, name: &str, at: &Location) {
        let essence = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // Many had an `x-` before they were registered.
        if essence.contains('*') || KNOWN.contains(&essence.replace("/x-", "/").as_str()) || KNOWN.contains(&&*essence)
        {
            return;
        }
        let Some(near) = nearest(&essence, KNOWN) else { return };
        // Short names differ by a letter or two though both are right, and so do names with different numbers at the
        // end.
        let short = essence.split_once('/').is_none_or(|(_, subtype)| subtype.len() < 6);
        let letters = |name: &str| name.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        let distance = strsim::osa_distance(&essence, near);
        if distance > if short { 1 } else { 2 } || letters(&essence) == letters(near) {
            return;
        }
        let fault = Diagnostic::error("unknown-media-type", format!("`{name}` is not a known media type"));
        let fault = fault.at(at.clone()).label("used as it is").help(format!("did you mean `{near}`?"));
        self.reporter.fault(fault);
    }
}
