//! Unions: a value that is one of several types, told by a field (tagged) or by what fits (untagged).

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::decode;
use crate::json::to_value;

pub use serde_json;

/// The text of the discriminator. Its key may be in another case, and its value a number or bool.
pub fn tag(value: &Value, property: &str) -> Option<String> {
    let object = value.as_object()?;
    let tag = object.get(property).or_else(|| {
        let mut entries = object.iter();
        entries.find_map(|(key, value)| key.eq_ignore_ascii_case(property).then_some(value))
    })?;
    match tag {
        Value::String(tag) => Some(tag.clone()),
        Value::Number(_) | Value::Bool(_) => Some(tag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The JSON of a tagged union's payload, with the tag that tells what it is.
pub fn with_tag(payload: &impl Serialize, property: &str, tag: &str) -> serde_json::Result<Value> {
    let mut value = to_value(payload).map_err(serde::ser::Error::custom)?;
    if let Value::Object(object) = &mut value
        && object.get(property).is_none_or(Value::is_null)
    {
        object.shift_insert(0, property.to_owned(), tag.into());
    }
    Ok(value)
}

/// Reads a value into the variant that keeps most of it: one that gives it back as it was, else one that loses nothing
/// (but writes a number as a text, say), and of equals the first. If none keeps anything, it is unknown.
///
/// Each variant is read once only, as unions may hold unions.
pub fn choose<U: Serialize>(value: Value, variants: &[fn(&Attempt) -> Option<U>], unknown: fn(Value) -> U) -> U {
    let attempt = Attempt { json: value.to_string() };
    let mut best = None;
    let mut most = (false, 0);
    for read in variants {
        let Some(union) = read(&attempt) else { continue };
        let Ok(back) = to_value(&union) else { continue };
        let mut overlap = Overlap::default();
        overlap.compare(&value, &back);
        if overlap.lost == 0 && overlap.forgiven == 0 {
            return union;
        }
        let fit = (overlap.lost == 0, overlap.kept + overlap.forgiven);
        if fit > most {
            most = fit;
            best = Some(union);
        }
    }
    best.unwrap_or_else(|| unknown(value))
}

/// One try to read a value.
#[derive(Debug)]
pub struct Attempt {
    json: String,
}

impl Attempt {
    /// The value as this type, if it can be read so.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        decode::from_part(&self.json).ok()
    }
}

/// How much of a value is still there after it was read and written again.
#[derive(Default)]
struct Overlap {
    /// Scalars that are the same.
    kept: usize,
    /// Scalars that are of another type now, or under a key in another case.
    forgiven: usize,
    /// Scalars that are gone.
    lost: usize,
}

impl Overlap {
    fn compare(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            // Nothing and absent are the same.
            (Value::Null, _) => {}
            (Value::Object(before), Value::Object(after)) => {
                for (key, value) in before {
                    match (after.get(key), after.iter().find(|(other, _)| other.eq_ignore_ascii_case(key))) {
                        (Some(found), _) => self.compare(value, found),
                        (None, Some((_, found))) => {
                            self.forgiven += 1;
                            self.compare(value, found);
                        }
                        (None, None) => self.compare(value, &Value::Null),
                    }
                }
            }
            (Value::Array(before), Value::Array(after)) => {
                for (index, value) in before.iter().enumerate() {
                    self.compare(value, after.get(index).unwrap_or(&Value::Null));
                }
            }
            // Empty lists and objects may be left out, but not become something else.
            (Value::Array(list), Value::Null) => list.iter().for_each(|value| self.compare(value, &Value::Null)),
            (Value::Object(object), Value::Null) => {
                object.values().for_each(|value| self.compare(value, &Value::Null));
            }
            (Value::Number(before), Value::Number(after)) if before.as_f64() == after.as_f64() => self.kept += 1,
            _ if before == after => self.kept += 1,
            _ if is_forgiven(before, after) => self.forgiven += 1,
            _ => self.lost += 1,
        }
    }
}

/// Whether one is the other's text.
fn is_forgiven(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::String(text), other) | (other, Value::String(text)) => text.eq_ignore_ascii_case(&other.to_string()),
        _ => false,
    }
}

/// Gives an enum of payloads, with a last variant `Unknown(Value)`, its serde traits: the field `property` tells which
/// one it is.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
/// pub struct Cat {
///     name: String,
/// }
/// #[derive(Clone, Debug, PartialEq)]
/// pub enum Pet {
///     Cat(Box<Cat>),
///     Unknown(serde_json::Value),
/// }
/// yundb_runtime::tagged_union!(Pet, "petType" { Cat = "cat" });
///
/// let pet: Pet = serde_json::from_str(r#"{"petType":"cat","name":"Tom"}"#)?;
/// assert_eq!(pet, Pet::Cat(Box::new(Cat { name: "Tom".into() })));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A variant with several tags takes `Cat = "cat" | "tomcat"`, and is written with the first.
#[macro_export]
macro_rules! tagged_union {
    ($name:ident, $property:literal { $($variant:ident = $tag:literal $(| $alias:literal)*),* $(,)? }) => {
        impl $crate::open_enum::serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let value = match self {
                    $(Self::$variant(payload) => $crate::union::with_tag(payload, $property, $tag),)*
                    Self::Unknown(value) => {
                        return $crate::open_enum::serde::Serialize::serialize(value, serializer);
                    }
                };
                let value = value.map_err($crate::open_enum::serde::ser::Error::custom)?;
                $crate::open_enum::serde::Serialize::serialize(&value, serializer)
            }
        }

        impl<'de> $crate::open_enum::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::open_enum::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::union::serde_json::Value as $crate::open_enum::serde::Deserialize>::deserialize(
                    deserializer,
                )?;
                let read = match $crate::union::tag(&value, $property).as_deref() {
                    $(Some($tag $(| $alias)*) => $crate::from_value(&value).map(Self::$variant),)*
                    _ => return Ok(Self::Unknown(value)),
                };
                read.map_err($crate::open_enum::serde::de::Error::custom)
            }
        }
    };
}

/// Gives an enum of payloads, with a last variant `Unknown(Value)`, its serde traits: the variant that keeps most of
/// the value is taken.
#[macro_export]
macro_rules! untagged_union {
    ($name:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::open_enum::serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => $crate::open_enum::serde::Serialize::serialize(payload, serializer),)*
                    Self::Unknown(value) => $crate::open_enum::serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl<'de> $crate::open_enum::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::open_enum::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::union::serde_json::Value as $crate::open_enum::serde::Deserialize>::deserialize(
                    deserializer,
                )?;
                Ok($crate::union::choose(
                    value,
                    &[$(|attempt| attempt.read().map(Self::$variant)),*],
                    Self::Unknown,
                ))
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    use crate::decode::from_slice;

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Cat {
        #[serde(rename = "petType", skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        lives: Option<i64>,
    }

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Dog {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        age: Option<i64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tricks: Vec<String>,
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Pet {
        Cat(Cat),
        Dog(Box<Dog>),
        Unknown(Value),
    }
    tagged_union!(Pet, "petType" { Cat = "cat" | "tomcat", Dog = "1" });

    #[derive(Clone, Debug, PartialEq)]
    enum Any {
        Number(i64),
        Text(String),
        Cat(Cat),
        Dog(Box<Dog>),
        Flag(bool),
        Unknown(Value),
    }
    untagged_union!(Any { Number, Text, Cat, Dog, Flag });

    fn pet(json: Value) -> Pet {
        from_slice(json.to_string().as_bytes()).unwrap()
    }

    fn any(json: Value) -> Any {
        let lenient: Any = from_slice(json.to_string().as_bytes()).unwrap();
        assert_eq!(lenient, serde_json::from_value(json).unwrap());
        lenient
    }

    #[test]
    fn the_tag_decides() {
        let cat = |kind: &str| Pet::Cat(Cat { kind: Some(kind.to_owned()), lives: Some(9) });
        assert_eq!(pet(json!({"petType": "cat", "lives": "9"})), cat("cat"));
        assert_eq!(pet(json!({"PetType": "tomcat", "Lives": 9})), cat("tomcat"));
        assert_eq!(pet(json!({"petType": 1, "age": 3})), Pet::Dog(Dog { age: Some(3), ..Dog::default() }.into()));
        for unknown in [json!({"petType": "fish"}), json!({"lives": 9}), json!({"petType": null}), json!([1])] {
            assert_eq!(pet(unknown.clone()), Pet::Unknown(unknown));
        }
        let error = from_slice::<Vec<Pet>>(br#"[{"petType": "cat", "lives": "many"}]"#).unwrap_err();
        assert_eq!(error.path(), "[0]");
        assert!(error.message().starts_with("lives: expected an integer, found \"many\""), "{error}");
    }

    #[test]
    fn the_tag_is_written() {
        let dog = Pet::Dog(Dog { age: Some(3), ..Dog::default() }.into());
        assert_eq!(serde_json::to_string(&dog).unwrap(), r#"{"petType":"1","age":3}"#);
        let cat = Pet::Cat(Cat::default());
        assert_eq!(serde_json::to_value(&cat).unwrap(), json!({"petType": "cat"}));
        let tomcat = Pet::Cat(Cat { kind: Some("tomcat".to_owned()), lives: None });
        assert_eq!(serde_json::to_value(&tomcat).unwrap(), json!({"petType": "tomcat"}));
        assert_eq!(serde_json::to_value(Pet::Unknown(json!({"a": 1}))).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn what_loses_nothing_wins() {
        assert_eq!(any(json!(5)), Any::Number(5));
        assert_eq!(any(json!("5")), Any::Text("5".to_owned()));
        assert_eq!(any(json!(true)), Any::Flag(true));
        assert_eq!(any(json!({"lives": 9})), Any::Cat(Cat { lives: Some(9), kind: None }));
        assert_eq!(any(json!({"age": 3})), Any::Dog(Dog { age: Some(3), ..Dog::default() }.into()));
        assert_eq!(any(json!({"lives": null, "age": 3, "tricks": []})), any(json!({"age": 3})));
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        all: Vec<Filter>,
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Filter {
        Dog(Dog),
        All(All),
        Unknown(Value),
    }
    untagged_union!(Filter { Dog, All });

    #[test]
    fn nested_unions_take_no_exponential_time() {
        let depth = 40;
        let json = format!("{}{{\"age\":\"1\",\"new\":1}}{}", "{\"all\":[".repeat(depth), "],\"new\":1}".repeat(depth));
        let mut filter: Filter = from_slice(json.as_bytes()).unwrap();
        for _ in 0..depth {
            let Filter::All(mut inner) = filter else { panic!("{filter:?}") };
            filter = inner.all.remove(0);
        }
        assert_eq!(filter, Filter::Dog(Dog { age: Some(1), ..Dog::default() }));
    }

    #[test]
    fn else_what_keeps_most() {
        let rex = Dog { name: Some("Rex".to_owned()), age: Some(3), ..Dog::default() };
        assert_eq!(any(json!({"name": "Rex", "age": 3, "lives": 1})), Any::Dog(rex.clone().into()));
        // Leniently nothing is lost.
        assert_eq!(any(json!({"Name": "Rex", "age": "3"})), Any::Dog(rex.into()));
        assert_eq!(any(json!({"wings": 2})), Any::Unknown(json!({"wings": 2})));
        assert_eq!(any(json!([1, 2])), Any::Unknown(json!([1, 2])));
        assert_eq!(serde_json::to_value(Any::Text("x".to_owned())).unwrap(), "x");
    }
}
