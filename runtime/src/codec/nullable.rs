//! Distinguishes "absent" from "null", for fields that can be both.

use serde::{Deserialize, Deserializer};

/// Decodes `null` as `Some(None)`; with `#[serde(default)]`, an absent field is `None`.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// #[derive(Deserialize, Serialize)]
/// struct Change {
///     #[serde(default, deserialize_with = "yundb_runtime::nullable", skip_serializing_if = "Option::is_none")]
///     remark: Option<Option<String>>,
/// }
/// let change: Change = serde_json::from_str(r#"{"remark":null}"#)?;
/// assert_eq!(change.remark, Some(None));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}
