//! Unions: a value of one of several types, determined by a property (tagged), or by the best match (untagged).
//!
//! An untagged union is decided, in this order, by: the kind of JSON, as far as the types require it; constants that
//! only some alternatives have; the losses of the value; the order of the alternatives, in which the generator puts
//! integers before numbers and any JSON last. So `5` is an integer if there is one, a string of digits stays a string if
//! there is one, and an empty list or map matches the first list or map.

mod choose;
mod tag;

pub use crate::codec::lost::note_lost;
pub use choose::{Alternative, Fits, Trial, alternative, choose};
pub(crate) use choose::{Scope, content_hash, known_fit, note_fit};
pub use serde_json;
pub use tag::{Likeness, Tag, tag, with_tag};

/// Implements the serde traits for an enum of payloads with a last variant `Unknown(Value)`: a property determines the
/// variant.
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
/// A nested property is written `"event" / "type"`. Its values are strings, integers or bools. Encoding adds the property
/// if the payload lacks it, unless the variant has several values, as in `Cat = "cat" | "tomcat"`. With `{ Cat = "cat",
/// Other = "other" } else Other`, an unknown kind is decoded as `Other`, if possible.
#[macro_export]
macro_rules! tagged_union {
    (
        $name:ident, $($property:literal)/+ { $($variant:ident = $($tag:literal)|+),* $(,)? } $(else $fallback:ident)?
    ) => {
        impl $crate::Single for $name {}

        impl $crate::open_enum::serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                let path = &[$($property),+];
                #[allow(unreachable_patterns)]
                let value = match self {
                    // A fallback may have no kind.
                    $(Self::$fallback(payload) => $crate::union::with_tag(payload, path, &[]),)?
                    $(Self::$variant(payload) => {
                        $crate::union::with_tag(payload, path, &[$($crate::shape::Constant::from($tag)),+])
                    })*
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
                let tag = $crate::union::tag(&value, &[$($property),+]);
                $(if $(tag.is($tag))||+ {
                    let read = $crate::from_value(&value).map(Self::$variant);
                    return read.map_err($crate::open_enum::serde::de::Error::custom);
                })*
                $(if let Ok(payload) = $crate::from_value(&value) {
                    return Ok(Self::$fallback(payload));
                })?
                $crate::union::note_lost(1);
                Ok(Self::Unknown(value))
            }
        }
    };
}

/// Implements the serde traits for an enum of payloads with a last variant `Unknown(Value)`: the variant that keeps
/// most of the value is chosen.
///
/// With `{ Cat if "kind" = "cat", Dog if "kind" = "dog" | "hound" & "origin" / "wild" = false, Any }` only values with
/// these constants, or without them, are decoded as `Cat` and `Dog`, and they are preferred to `Any`.
///
/// With `fits` after the name, the enum is a [`Choice`](crate::shape::Choice), and an alternative whose checks hold is
/// preferred to one whose checks do not: decoding alone is less specific, as callers' types have optional fields only.
#[macro_export]
macro_rules! untagged_union {
    (
        $name:ident $(, $fits:ident)?
        { $($variant:ident $(if $($($property:literal)/+ = $($tag:literal)|+)&+)?),* $(,)? }
    ) => {
        impl $crate::Single for $name {}

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
                let alternatives = [$($crate::union::alternative(
                    |_value| $crate::union::Likeness::default()
                        $($(.with($crate::union::tag(_value, &[$($property),+]), |tag| $(tag.is($tag))||+))+)?,
                    |trial| trial.read().map(Self::$variant),
                )),*];
                let fits: $crate::union::Fits = |_, _| true;
                $(let fits: $crate::union::Fits = $crate::$fits::<Self>;)?
                Ok($crate::union::choose(value, &alternatives, fits, Self::Unknown))
            }
        }
    };
}

#[cfg(test)]
mod tests;
