//! Reads parts of a body without building a tree of the rest: bodies can be as large as the client allows.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use serde::de::{Deserialize as _, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// The value at a dotted path of objects, in which `[-1]` is the last element of a list. Keys may differ in case, as
/// services vary it; an exact match wins.
pub(crate) fn value_at(json: &[u8], path: &str) -> Option<Value> {
    let path = path.replace("[-1]", ".[-1]");
    let path: Vec<&str> = path.split('.').collect();
    whole(json, At(&path))?
}

/// A hash of a body without the excluded keys: equal content has equal hashes.
pub(crate) fn fingerprint(json: &[u8], left_out: fn(&str) -> bool) -> Option<Fingerprint> {
    whole(json, Print { left_out, in_list: false }).map(Fingerprint)
}

/// Independent of the order of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

/// Reads a complete JSON text.
fn whole<'de, S: DeserializeSeed<'de>>(json: &'de [u8], seed: S) -> Option<S::Value> {
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = seed.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok().map(|()| value)
}

struct At<'p>(&'p [&'p str]);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Option<Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Value>, D::Error> {
        match self.0 {
            [] => Value::deserialize(deserializer).map(Some),
            _ => deserializer.deserialize_any(self),
        }
    }
}

/// Scalars have no keys.
macro_rules! nothing_there {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<E>(self, _: $type) -> Result<Option<Value>, E> {
            Ok(None)
        }
    )*};
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    nothing_there!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<Option<Value>, E> {
        Ok(None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<Value>, A::Error> {
        if let ["[-1]", rest @ ..] = self.0 {
            let mut last = None;
            while let Some(value) = list.next_element_seed(At(rest))? {
                last = value;
            }
            return Ok(last);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Option<Value>, A::Error> {
        let [first, rest @ ..] = self.0 else { return Ok(None) };
        let (mut exact, mut alike) = (None, None);
        while let Some(key) = object.next_key::<String>()? {
            if key == *first {
                exact = Some(object.next_value_seed(At(rest))?);
            } else if alike.is_none() && key.eq_ignore_ascii_case(first) {
                alike = Some(object.next_value_seed(At(rest))?);
            } else {
                object.next_value::<IgnoredAny>()?;
            }
        }
        Ok(exact.or(alike).flatten())
    }
}

#[derive(Clone, Copy)]
struct Print {
    left_out: fn(&str) -> bool,
    in_list: bool,
}

fn hash(kind: u8, write: impl FnOnce(&mut DefaultHasher)) -> u64 {
    let mut hasher = DefaultHasher::new();
    kind.hash(&mut hasher);
    write(&mut hasher);
    hasher.finish()
}

impl<'de> DeserializeSeed<'de> for Print {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Print {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(hash(0, |_| {}))
    }

    fn visit_bool<E>(self, value: bool) -> Result<u64, E> {
        Ok(hash(1, |hasher| value.hash(hasher)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<u64, E> {
        Ok(hash(2, |hasher| value.hash(hasher)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<u64, E> {
        Ok(hash(3, |hasher| value.hash(hasher)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<u64, E> {
        Ok(hash(4, |hasher| value.to_bits().hash(hasher)))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<u64, E> {
        Ok(hash(5, |hasher| value.hash(hasher)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<u64, A::Error> {
        let mut sum = hash(6, |_| {});
        while let Some(element) = list.next_element_seed(Self { in_list: true, ..self })? {
            sum = hash(6, |hasher| (sum, element).hash(hasher));
        }
        Ok(sum)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<u64, A::Error> {
        // A sum does not depend on the order.
        let mut sum = hash(7, |_| {});
        while let Some(key) = object.next_key::<String>()? {
            if !self.in_list && (self.left_out)(&key) {
                object.next_value::<IgnoredAny>()?;
            } else {
                let value = object.next_value_seed(self)?;
                sum = sum.wrapping_add(hash(8, |hasher| (key, value).hash(hasher)));
            }
        }
        Ok(hash(9, |hasher| sum.hash(hasher)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_a_body() {
        let body = br#"{"a": [1, {"b": 2}], "job": {"ID": "x", "Id": 7, "id": null}, "Job": {"id": 5}, "n": {"c": {"d": [1]}}}"#;
        assert_eq!(value_at(body, "job.Id"), Some(json!(7)));
        assert_eq!(value_at(body, "job.id"), Some(Value::Null));
        assert_eq!(value_at(body, "JOB.iD"), Some(json!("x")), "the first match");
        assert_eq!(value_at(body, "N.C.D"), Some(json!([1])));
        assert_eq!(value_at(body, "a[-1].b"), Some(json!(2)));
        assert_eq!(value_at(body, "n.c.d[-1]"), Some(json!(1)));
        for absent in ["a.b", "job[-1]", "[-1]", "job.id.x", "n.d", "x", ""] {
            assert_eq!(value_at(body, absent), None, "{absent}");
        }
        assert_eq!(value_at(b"{\"a\": 1", "a"), None, "incomplete");
        assert_eq!(value_at("\u{feff}{\"a\": 1}".as_bytes(), "a"), Some(json!(1)));
    }

    #[test]
    fn equivalent_bodies() {
        let print = |value: Value| fingerprint(value.to_string().as_bytes(), |name| name == "id").expect("JSON");
        let one = print(json!({"id": 1, "a": {"id": 2, "b": [1, 2]}, "c": "x"}));
        assert_eq!(one, print(json!({"c": "x", "a": {"b": [1, 2]}, "id": 3})));
        let others = [
            json!({"a": {"b": [2, 1]}, "c": "x"}),
            json!({"a": {"b": [1, 2]}, "c": "y"}),
            json!({"a": {"b": [1, 2]}}),
            json!({"a": {"b": ["1", 2]}, "c": "x"}),
            json!({"a": {"b": [[1], 2]}, "c": "x"}),
            json!({"b": {"a": [1, 2]}, "c": "x"}),
        ];
        for other in others {
            assert_ne!(one, print(other.clone()), "{other}");
        }
        assert_ne!(print(json!([{"id": 1}])), print(json!([{"id": 2}])), "ids of items count");
    }
}
