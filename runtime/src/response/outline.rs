//! Extracts the facts about a call from a JSON body, under any of the names that services use. Other data is skipped,
//! not kept.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

// Names in lower case, without `_` and `-`; the first with a value wins. `asapi..` is Apsara Stack's gateway; its
// fields come after those of the service itself.
const CODE: &[&str] = &["errorcode", "errcode", "code", "asapierrorcode"];
const MESSAGE: &[&str] = &[
    "errormsg",
    "errmsg",
    "externalmessage",
    "errormessage",
    "errmessage",
    "message",
    "errordescription",
    "detail",
    "msg",
    "title",
    "asapierrormessage",
];
const DYNAMIC_MESSAGE: &[&str] = &["dynamicmessage"];
const REQUEST_ID: &[&str] = &["requestid", "reqid", "traceid", "asapirequestid"];
const SUCCESS: &[&str] = &["success", "asapisuccess"];
/// Objects that contain the error, if it is not at the top.
const WRAPPERS: &[&str] = &["error", "errors", "fault", "response"];

/// Whether a key is that of a request id, which is unique to each response.
pub(crate) fn is_request_id(key: &str) -> bool {
    REQUEST_ID.contains(&normal(key).as_str())
}

fn normal(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// A value, as far as it may be of interest.
#[derive(Debug)]
pub(super) enum Found {
    Text(String),
    /// As written in JSON.
    Number(String),
    Flag(bool),
    Object(Box<Outline>),
    /// Its first element.
    List(Option<Box<Found>>),
    /// Null, or a string that is not of interest.
    Other,
}

/// The facts in an object.
#[derive(Debug, Default)]
pub(super) struct Outline {
    /// Values of the known keys; for several keys with the same normal name, the first.
    named: Vec<Named>,
    /// The first key and its value, if the key is not a known one.
    first: Option<(String, Found)>,
    /// Number of distinct keys, as far as it matters: 1, or more.
    keys: usize,
}

#[derive(Debug)]
struct Named {
    key: String,
    /// The key's normal name.
    name: String,
    found: Found,
}

impl Found {
    /// Reads a body; `None` if it is not JSON.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let found = Read { wanted: true }.deserialize(&mut deserializer).ok()?;
        deserializer.end().ok().map(|()| found)
    }

    fn as_object(&self) -> Option<&Outline> {
        match self {
            Self::Object(outline) => Some(outline),
            _ => None,
        }
    }
}

impl Outline {
    pub(super) fn code(&self) -> Option<String> {
        self.text(CODE)
    }

    pub(super) fn message(&self) -> Option<String> {
        self.text(MESSAGE)
    }

    pub(super) fn dynamic_message(&self) -> Option<String> {
        self.text(DYNAMIC_MESSAGE)
    }

    pub(super) fn request_id(&self) -> Option<String> {
        self.text(REQUEST_ID)
    }

    /// The `Success` flag of the object itself, or of the single object that it consists of.
    pub(super) fn success<'a>(&'a self, inner: Option<&'a Self>) -> Option<&'a Found> {
        SUCCESS.iter().find_map(|name| self.get(name).or_else(|| inner?.get(name)))
    }

    /// The single object that this one consists of.
    pub(super) fn only(&self) -> Option<&Self> {
        let first = self.first.as_ref().map(|(_, found)| found);
        let only = first.or_else(|| self.named.first().map(|named| &named.found));
        only.filter(|_| self.keys == 1)?.as_object()
    }

    /// The content of `{"error": {...}}`, `{"errors": [{...}]}`, or OpenStack's `{"badRequest": {...}}`.
    pub(super) fn into_wrapped(mut self) -> Option<Found> {
        let at = WRAPPERS.iter().find_map(|wrapper| {
            self.named.iter().position(|it| it.name == *wrapper && !matches!(it.found, Found::Other))
        });
        match at {
            Some(at) => Some(self.named.swap_remove(at).found),
            None => {
                let first = self.first.map(|(_, found)| found);
                let only = first.or_else(|| self.named.pop().map(|named| named.found));
                only.filter(|found| self.keys == 1 && found.as_object().is_some())
            }
        }
    }

    fn get(&self, name: &str) -> Option<&Found> {
        self.named.iter().find(|named| named.name == name).map(|named| &named.found)
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.get(name)? {
            Found::Text(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Found::Number(number) => Some(number.clone()),
            _ => None,
        })
    }
}

/// Reads a value; strings only if they are of interest.
#[derive(Clone, Copy)]
struct Read {
    wanted: bool,
}

impl<'de> DeserializeSeed<'de> for Read {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Read {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found::Other)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Found, E> {
        Ok(Found::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Found, E> {
        Ok(Found::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Found, E> {
        Ok(Found::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Found, E> {
        // As in JSON, where `8.0` keeps its fraction.
        Ok(Found::Number(serde_json::Value::from(value).to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Found, E> {
        Ok(if self.wanted { Found::Text(value.to_owned()) } else { Found::Other })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Found, A::Error> {
        let first = list.next_element_seed(self)?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Found::List(first.map(Box::new)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Found, A::Error> {
        let all = [CODE, MESSAGE, DYNAMIC_MESSAGE, REQUEST_ID, SUCCESS, WRAPPERS];
        let mut outline = Outline::default();
        while let Some(key) = object.next_key::<String>()? {
            let name = normal(&key);
            let known = all.iter().any(|names| names.contains(&name.as_str()));
            // For a repeated key the last value wins, as everywhere else.
            if let Some((_, again)) = outline.first.as_mut().filter(|(first, _)| *first == key) {
                *again = object.next_value_seed(Self { wanted: false })?;
                continue;
            }
            if known && let Some(again) = outline.named.iter_mut().find(|named| named.key == key) {
                again.found = object.next_value_seed(Self { wanted: true })?;
                continue;
            }
            outline.keys += 1;
            if known && outline.get(&name).is_none() {
                let found = object.next_value_seed(Self { wanted: true })?;
                outline.named.push(Named { key, name, found });
            } else if outline.keys == 1 {
                outline.first = Some((key, object.next_value_seed(Self { wanted: false })?));
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Found::Object(Box::new(outline)))
    }
}
