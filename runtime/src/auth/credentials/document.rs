//! JSON with keys: profile files, responses of services, output of programs. Strings are zeroized, and errors quote no
//! values.

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::cached::TemporaryCredentials;
use super::provider::Credentials;
use crate::data::secret::Secret;

/// A JSON value.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Document {
    #[default]
    Null,
    Text(Secret),
    /// As text, since services write numbers both as strings and as numbers.
    Number(Secret),
    Bool(bool),
    List(Vec<Document>),
    Object(HashMap<String, Document>),
}

impl Document {
    /// Parses JSON. The error has the position, and quotes nothing.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        serde_json::from_slice(text)
            .map_err(|error| format!("not the expected JSON at line {}, column {}", error.line(), error.column()))
    }

    /// The field with this name; null if this is not an object.
    pub(super) fn get(&self, name: &str) -> &Self {
        static NULL: Document = Document::Null;
        match self {
            Self::Object(entries) => entries.get(name).unwrap_or(&NULL),
            _ => &NULL,
        }
    }

    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The trimmed text of a field, if it is present and not blank. An error if it is not a string.
    pub(super) fn optional(&self, name: &str) -> Result<Option<Secret>, String> {
        match self.get(name) {
            Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(Secret::from(text.expose().trim())).filter(|text| !text.is_empty())),
            _ => Err(format!("`{name}` is not a string")),
        }
    }

    /// Like [`optional`](Self::optional), for values that are not secret.
    pub(super) fn plain(&self, name: &str) -> Result<Option<String>, String> {
        Ok(self.optional(name)?.map(|text| text.expose().to_owned()))
    }

    /// An integer, possibly written as text. The vendors' tools write zero for an absent one.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, String> {
        let text = match self.get(name) {
            Self::Null => return Ok(None),
            Self::Number(text) | Self::Text(text) => text.expose().trim(),
            _ => return Err(format!("`{name}` is not a number")),
        };
        match text.parse() {
            _ if text.is_empty() => Ok(None),
            Ok(0) => Ok(None),
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(format!("`{name}` is not a number")),
        }
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        match self.get(name) {
            Self::Bool(value) => *value,
            Self::Text(text) => text.expose().eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// The first of these fields that is present and not blank.
    pub(super) fn text(&self, names: &[&str]) -> Result<Secret, String> {
        for name in names {
            if let Some(text) = self.optional(name)? {
                return Ok(text);
            }
        }
        Err(format!("there is no `{}`", names.join("` or `")))
    }

    /// Temporary keys, with the field names of Alibaba Cloud's services.
    pub(super) fn aliyun_keys(&self) -> Result<TemporaryCredentials, String> {
        self.keys(&["AccessKeyId"], &["AccessKeySecret"], &["SecurityToken"], &["Expiration"])
    }

    /// Temporary keys, with the field names of Huawei Cloud's services, which differ between services.
    pub(super) fn huawei_keys(&self) -> Result<TemporaryCredentials, String> {
        let inner = ["credential", "credentials"].map(|name| self.get(name));
        let keys = inner.into_iter().find(|inner| **inner != Self::Null).unwrap_or(self);
        keys.keys(
            &["access", "access_key_id", "accessKeyId"],
            &["secret", "secret_access_key", "secretAccessKey"],
            &["securitytoken", "security_token", "securityToken"],
            &["expires_at", "expiration"],
        )
    }

    fn keys(
        &self,
        key: &[&str],
        secret: &[&str],
        token: &[&str],
        end: &[&str],
    ) -> Result<TemporaryCredentials, String> {
        let keys = Credentials::access_key(self.text(key)?.expose(), self.text(secret)?);
        let credentials = keys.with_security_token(self.text(token)?);
        Ok(TemporaryCredentials { credentials, expires: self.time(end)? })
    }

    /// A time in one of these fields.
    pub(super) fn time(&self, names: &[&str]) -> Result<Timestamp, String> {
        let text = self.text(names)?;
        text.expose().parse().map_err(|_| format!("`{}` is not a time", names.join("` or `")))
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Document, E> {
        Ok(Document::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Document, E> {
        Ok(Document::Number(Secret::from(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Document, E> {
        Ok(Document::Number(Secret::from(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Document, E> {
        Ok(Document::Number(Secret::from(value.to_string())))
    }

    fn visit_str<E>(self, text: &str) -> Result<Document, E> {
        Ok(Document::Text(Secret::from(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Document, E> {
        Ok(Document::Text(Secret::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Document, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Document::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Document, A::Error> {
        let mut object = HashMap::new();
        while let Some((name, value)) = entries.next_entry()? {
            object.insert(name, value);
        }
        Ok(Document::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_quote_nothing() {
        let json = br#"{"text": " a ", "blank": " ", "none": null, "digits": "900", "number": 31337, "zero": 0, "list": ["hunter2"]}"#;
        let document = Document::parse(json).unwrap();
        assert_eq!(document.plain("text"), Ok(Some("a".to_owned())));
        for absent in ["blank", "none", "nowhere"] {
            assert_eq!(document.optional(absent), Ok(None), "{absent}");
        }
        assert_eq!((document.number("digits"), document.number("zero")), (Ok(Some(900)), Ok(None)));
        for odd in ["number", "list"] {
            assert_eq!(document.optional(odd), Err(format!("`{odd}` is not a string")));
        }
        assert_eq!(document.number("text"), Err("`text` is not a number".to_owned()));
        assert_eq!(document.time(&["text"]), Err("`text` is not a time".to_owned()));
        assert_eq!(document.text(&["x", "y"]), Err("there is no `x` or `y`".to_owned()));
        assert!(!format!("{document:?}").contains("hunter2"));
        let error = Document::parse(b"{\"secret\": \"hunter2\" \"x\"}").unwrap_err();
        assert_eq!(error, "not the expected JSON at line 1, column 22");
    }

    #[test]
    fn a_byte_order_mark_is_ignored() {
        assert_eq!(Document::parse(b"\xef\xbb\xbf{}"), Ok(Document::Object(HashMap::new())));
    }
}
