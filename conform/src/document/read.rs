//! Reads a document's JSON into operations.

use serde_json::Value;

use super::Document;

pub(super) fn document(bundled: &Value) -> Result<Document, String> {
    todo!()
}
