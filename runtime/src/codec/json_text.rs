//! A string that contains JSON.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::codec::decode;
use crate::codec::json::to_value;

/// A value that is sent as a string containing its JSON.
///
/// Decoding never fails: a string other than the documented JSON remains [`Text`](Self::Text). The value itself is also
/// accepted in place of the string. `Debug` shows only the length of a string, as it may contain secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum JsonText<T> {
    /// The value.
    Value(T),
    /// A string that is not the JSON of such a value.
    Text(String),
}

impl<T> JsonText<T> {
    /// Creates a string that is sent verbatim.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Returns the value, if it could be decoded.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Text(_) => None,
        }
    }

    /// Returns the value, if it could be decoded.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Text(_) => None,
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for JsonText<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => f.debug_tuple("Value").field(value).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(&format_args!("{} bytes", text.len())).finish(),
        }
    }
}

impl<T> From<T> for JsonText<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T, const N: usize> From<[T; N]> for JsonText<Vec<T>> {
    fn from(elements: [T; N]) -> Self {
        Self::Value(elements.into())
    }
}

impl<K: Into<String>, T, const N: usize> From<[(K, T); N]> for JsonText<BTreeMap<String, T>> {
    fn from(entries: [(K, T); N]) -> Self {
        Self::Value(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

impl<T: Serialize> Serialize for JsonText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => serializer.serialize_str(&to_value(value).map_err(S::Error::custom)?.to_string()),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for JsonText<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::String(text) => text,
            value => value.to_string(),
        };
        Ok(decode::from_part(&text).map_or_else(|_| Self::Text(text), Self::Value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Node {
        #[serde(rename = "Port")]
        port: i64,
        version: Option<String>,
    }

    type Text = JsonText<Node>;

    #[test]
    fn reads_text_and_value() {
        let node = Node { port: 3306, version: Some("5.70".to_owned()) };
        let json = r#"{"in_text": "{\"port\": \"3306\", \"version\": 5.70}", "plain": {"Port": 3306}}"#;
        let read: std::collections::BTreeMap<String, Text> = decode::from_slice(json.as_bytes()).unwrap();
        assert_eq!(read["in_text"].value(), Some(&node));
        assert_eq!(read["plain"].clone().into_value().map(|node| node.port), Some(3306));
    }

    #[test]
    fn keeps_invalid_json() {
        for text in ["", "n/a", "{\"Port\": 1", "[1]"] {
            let read: Text = serde_json::from_value(text.into()).unwrap();
            assert_eq!(read, JsonText::text(text));
            assert_eq!(serde_json::to_value(&read).unwrap(), text);
        }
    }

    #[test]
    fn debug_hides_strings() {
        let read: Text = serde_json::from_value(r#"{"Port": "none", "password": "hunter2"}"#.into()).unwrap();
        assert_eq!(format!("{read:?}"), "Text(39 bytes)");
        assert_eq!(format!("{:?}", JsonText::Value(3)), "Value(3)");
    }

    #[test]
    fn writes_a_string() {
        let text = Text::from(Node { port: 1, version: None });
        assert_eq!(serde_json::to_value(&text).unwrap(), r#"{"Port":1,"version":null}"#);
    }
}
