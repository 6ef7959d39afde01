//! Decodes additional properties of an object as leniently as the others.

use std::collections::BTreeMap;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::Value;

use crate::codec::decode::from_value;

/// For `#[serde(flatten, deserialize_with = "yundb_runtime::additional")]`: serde reads flattened fields from a buffer
/// of its own, which would not be lenient.
pub fn additional<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, T>, D::Error> {
    let values = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let read = |(name, value)| match from_value(&value) {
        Ok(value) => Ok((name, value)),
        Err(error) => Err(D::Error::custom(format!("{name}: {error}"))),
    };
    values.into_iter().map(read).collect()
}
