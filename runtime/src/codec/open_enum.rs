//! Extensible enums: undocumented values are kept as `Unknown`.
//!
//! Hundreds of enums use the macros, so they expand to little, and shared code is here.

use std::fmt;

use serde::Deserializer;
use serde::de::{Error, Visitor};

use crate::codec::decode::{self, INTEGER, TEXT};
use crate::codec::lost::note_lost;

pub use serde;

/// Decodes an enum of these strings; numbers and bools are converted to text. In responses a documented value is matched
/// regardless of case, as services vary it. In other formats, which callers write, values are kept verbatim.
pub fn text<'de, T: From<String>, D: Deserializer<'de>>(
    deserializer: D,
    values: &'static [&'static str],
) -> Result<T, D::Error> {
    struct Text(&'static [&'static str]);

    impl<'de> Visitor<'de> for Text {
        type Value = String;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
            deserializer.deserialize_any(Text(&[]))
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(documented(self.0, text).to_owned())
        }

        fn visit_bool<E>(self, boolean: bool) -> Result<String, E> {
            Ok(boolean.to_string())
        }

        fn visit_i64<E>(self, integer: i64) -> Result<String, E> {
            Ok(integer.to_string())
        }

        fn visit_u64<E>(self, integer: u64) -> Result<String, E> {
            Ok(integer.to_string())
        }

        fn visit_f64<E>(self, float: f64) -> Result<String, E> {
            // As in JSON, where `8.0` keeps its fraction.
            Ok(serde_json::Value::from(float).to_string())
        }
    }

    let text = deserializer.deserialize_newtype_struct(TEXT, Text(values))?;
    note_lost((!values.contains(&text.as_str())).into());
    Ok(text.into())
}

/// The documented value that differs from a text only in case, if it is unique, or the text.
fn documented<'a>(values: &[&'a str], text: &'a str) -> &'a str {
    if values.contains(&text) {
        return text;
    }
    let mut alike = values.iter().filter(|value| value.eq_ignore_ascii_case(text));
    match (alike.next(), alike.next()) {
        (Some(only), None) => only,
        _ => text,
    }
}

/// Decodes an enum of these integers, possibly from a string.
pub fn integer<'de, T: From<i64>, D: Deserializer<'de>>(deserializer: D, values: &[i64]) -> Result<T, D::Error> {
    struct Integer;

    impl<'de> Visitor<'de> for Integer {
        type Value = i64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an integer")
        }

        fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<i64, D::Error> {
            deserializer.deserialize_any(self)
        }

        fn visit_i64<E>(self, integer: i64) -> Result<i64, E> {
            Ok(integer)
        }

        fn visit_u64<E: Error>(self, integer: u64) -> Result<i64, E> {
            i64::try_from(integer).map_err(|_| E::invalid_value(serde::de::Unexpected::Unsigned(integer), &self))
        }

        fn visit_f64<E: Error>(self, float: f64) -> Result<i64, E> {
            self.visit_str(&float.to_string())
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            let integer = decode::integer(text).and_then(|integer| i64::try_from(integer).ok());
            integer.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    let integer = deserializer.deserialize_newtype_struct(INTEGER, Integer)?;
    note_lost((!values.contains(&integer)).into());
    Ok(integer.into())
}

/// Defines an enum of documented strings, with a last variant `Unknown(String)` for all others, its conversions and
/// serde traits.
///
/// ```
/// yundb_runtime::string_enum! {
///     /// The database engine of an instance.
///     pub enum Engine {
///         /// MySQL.
///         Mysql = "mysql",
///         /// RDS in the cloud.
///         #[doc(alias = "cloud-rds")]
///         CloudRds = "cloud-rds",
///     }
/// }
///
/// assert_eq!(Engine::from("cloud-rds"), Engine::CloudRds);
/// assert_eq!(Engine::from("oracle").as_str(), "oracle");
/// ```
#[macro_export]
macro_rules! string_enum {
    (
        $(#[doc = $docs:expr])*
        $(#[derive($($derives:tt)*)])?
        pub enum $name:ident { $($(#[doc $($variant_docs:tt)*])* $variant:ident = $value:literal),* $(,)? }
    ) => {
        $(#[doc = $docs])*
        $(#[derive($($derives)*)])?
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc $($variant_docs)*])* $variant,)*
            /// An undocumented value.
            Unknown(::std::string::String),
        }

        impl $crate::Single for $name {}

        impl $name {
            /// The value on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value,
                }
            }
        }

        impl ::core::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(value.into()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = ::core::convert::Infallible;

            fn from_str(value: &str) -> ::core::result::Result<Self, ::core::convert::Infallible> {
                Ok(Self::from(value))
            }
        }

        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::open_enum::serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::open_enum::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::open_enum::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::open_enum::text(deserializer, &[$($value),*])
            }
        }
    };
}

/// Defines an enum of documented integers, with a last variant `Unknown(i64)` for all others, its conversions and serde
/// traits.
///
/// ```
/// yundb_runtime::integer_enum! {
///     /// The severity of an alarm.
///     pub enum Level {
///         Low = 1,
///         High = 2,
///     }
/// }
///
/// assert_eq!(Level::from(2), Level::High);
/// assert_eq!(Level::from(3).value(), 3);
/// ```
#[macro_export]
macro_rules! integer_enum {
    (
        $(#[doc = $docs:expr])*
        $(#[derive($($derives:tt)*)])?
        pub enum $name:ident { $($(#[doc $($variant_docs:tt)*])* $variant:ident = $value:literal),* $(,)? }
    ) => {
        $(#[doc = $docs])*
        $(#[derive($($derives)*)])?
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc $($variant_docs)*])* $variant,)*
            /// An undocumented value.
            Unknown(i64),
        }

        impl $crate::Single for $name {}

        impl $name {
            /// The value on the wire.
            pub fn value(&self) -> i64 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => *value,
                }
            }
        }

        impl ::core::convert::From<i64> for $name {
            fn from(value: i64) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(value),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.value(), f)
            }
        }

        impl $crate::open_enum::serde::Serialize for $name {
            fn serialize<S: $crate::open_enum::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.value())
            }
        }

        impl<'de> $crate::open_enum::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::open_enum::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::open_enum::integer(deserializer, &[$($value),*])
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use crate::codec::decode::{from_headers, from_slice};

    string_enum! { pub enum Version { Five7 = "5.70", Eight = "8.0" } }

    integer_enum! { pub enum Level { Debt = -1, Low = 1 } }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Both {
        version: Option<Version>,
        level: Option<Level>,
    }

    fn both(version: Version, level: Level) -> Both {
        Both { version: Some(version), level: Some(level) }
    }

    #[test]
    fn known_and_unknown_values_survive() {
        for (json, version) in [("\"5.70\"", Version::Five7), ("\"9\"", Version::Unknown("9".to_owned()))] {
            let read: Version = serde_json::from_str(json).unwrap();
            assert_eq!(read, version);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
            assert_eq!(json.trim_matches('"').parse(), Ok(version));
        }
        for (json, level) in [("-1", Level::Debt), ("7", Level::Unknown(7))] {
            let read: Level = serde_json::from_str(json).unwrap();
            assert_eq!(read, level);
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
        assert_eq!(format!("{:>5}{:>3}", Version::Eight, Level::Low), "  8.0  1");
    }

    #[test]
    fn other_forms_are_read() {
        let read: Both = from_slice(br#"{"version": 5.70, "level": "-1"}"#).unwrap();
        assert_eq!(read, both(Version::Five7, Level::Debt));
        let read: Both = from_slice(br#"{"version": true, "level": ""}"#).unwrap();
        assert_eq!(read, Both { version: Some(Version::Unknown("true".to_owned())), level: None });

        // Without the lenient deserializer: the number is read before a string is requested.
        let read: Both = serde_json::from_str(r#"{"version": 8.0, "level": "1.0"}"#).unwrap();
        assert_eq!(read, both(Version::Eight, Level::Low));
        assert!(serde_json::from_str::<Level>("1.5").is_err());
        assert!(serde_json::from_str::<Level>("18446744073709551615").is_err());
    }

    #[test]
    fn the_case_of_responses_is_tolerated() {
        string_enum! { pub enum State { Running = "Running", Going = "go", Gone = "GO" } }

        for (text, state) in [
            ("running", State::Running),
            ("GO", State::Gone),
            ("Go", State::Unknown("Go".to_owned())),
            ("Runnin", State::Unknown("Runnin".to_owned())),
        ] {
            assert_eq!(from_slice::<State>(format!("\"{text}\"").as_bytes()).unwrap(), state);
        }
        // Callers' values are sent verbatim.
        let unknown = State::Unknown("running".to_owned());
        assert_eq!(serde_json::from_str::<State>("\"running\"").unwrap(), unknown);
        assert_eq!(State::from("running"), unknown);
    }

    #[test]
    fn headers_and_keys_can_be_enums() {
        let mut headers = http::HeaderMap::new();
        headers.insert("version", http::HeaderValue::from_static("8.0"));
        headers.insert("level", http::HeaderValue::from_static("1"));
        assert_eq!(from_headers::<Both>(&headers).unwrap(), both(Version::Eight, Level::Low));

        let read: BTreeMap<Version, bool> = from_slice(br#"{"8.0": "true"}"#).unwrap();
        assert_eq!(read, BTreeMap::from([(Version::Eight, true)]));
    }
}
