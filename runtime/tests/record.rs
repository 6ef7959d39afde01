//! The derive macro `Record` reads and writes exactly as serde's own macros do.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use yundb_runtime::Record;

/// The same structs with either macro.
macro_rules! structs {
    ($($derives:path),*) => {
        #[derive(Clone, Debug, Default, PartialEq, $($derives),*)]
        #[serde(rename_all = "PascalCase")]
        pub struct Optional {
            pub instance_id: Option<String>,
            #[serde(rename = "isReady")]
            pub ready: Option<bool>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pub r#type: Option<i32>,
            #[serde(default)]
            pub tags: Vec<String>,
            pub inner: Option<Box<Optional>>,
        }

        #[derive(Clone, Debug, PartialEq, $($derives),*)]
        #[serde(rename_all = "camelCase")]
        pub struct Required {
            pub instance_id: String,
            pub count: u8,
            pub note: Option<String>,
            #[serde(default)]
            pub labels: BTreeMap<String, i64>,
            pub inner: Optional,
        }

        #[derive(Clone, Debug, Default, PartialEq, $($derives),*)]
        #[serde(default)]
        pub struct AllDefault {
            pub list: Vec<i64>,
            pub on: bool,
            pub inner: Optional,
        }

        #[derive(Clone, Debug, PartialEq, $($derives),*)]
        pub struct Open {
            pub id: i64,
            #[serde(skip_serializing_if = "Option::is_none")]
            pub name: Option<String>,
            #[serde(flatten)]
            pub others: BTreeMap<String, Value>,
        }
    };
}

mod ours {
    use super::*;
    structs!(yundb_runtime::Record);
}

mod serdes {
    use super::*;
    structs!(Serialize, Deserialize);
}

/// Reads the text with both, by serde_json and by the lenient decoder, and writes what was read.
fn same<A: Debug + Serialize + DeserializeOwned, B: Debug + Serialize + DeserializeOwned>(text: &str) {
    fn shown<T: Debug + Serialize>(read: Result<T, impl ToString>) -> Result<(String, String), String> {
        read.map(|it| (format!("{it:?}"), serde_json::to_string(&it).unwrap())).map_err(|error| error.to_string())
    }
    assert_eq!(shown(serde_json::from_str::<A>(text)), shown(serde_json::from_str::<B>(text)), "{text}");
    let lenient = |read| shown(read);
    assert_eq!(
        lenient(yundb_runtime::from_slice::<A>(text.as_bytes()).map_err(|error| error.to_string())),
        shown(yundb_runtime::from_slice::<B>(text.as_bytes()).map_err(|error| error.to_string())),
        "{text}"
    );
}

fn all(text: &str) {
    same::<ours::Optional, serdes::Optional>(text);
    same::<ours::Required, serdes::Required>(text);
    same::<ours::AllDefault, serdes::AllDefault>(text);
    same::<ours::Open, serdes::Open>(text);
}

fn value() -> impl Strategy<Value = String> {
    let leaf =
        prop::sample::select(vec!["null", "true", "1", "-300", "1.5", r#""a""#, r#""7""#, r#""""#, "[]", "{}", "[1]"]);
    leaf.prop_map(str::to_owned).prop_recursive(2, 8, 4, |inner| object(inner.boxed()))
}

fn object(value: BoxedStrategy<String>) -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "InstanceId",
        "instanceId",
        "instanceid",
        "isReady",
        "IsReady",
        "Type",
        "Tags",
        "Inner",
        "inner",
        "count",
        "note",
        "labels",
        "list",
        "on",
        "id",
        "name",
        "other",
    ]);
    prop::collection::vec((names, value), 0..7).prop_map(|entries| {
        let entries: Vec<String> = entries.into_iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        format!("{{{}}}", entries.join(","))
    })
}

proptest! {
    #[test]
    fn any_text_is_read_alike(text in object(value().boxed())) {
        all(&text);
    }

    #[test]
    fn complete_objects_are_read_alike(id in "[a-z]{0,3}", count in any::<u8>(), note in value(), inner in object(value().boxed())) {
        all(&format!(r#"{{"instanceId":{id:?},"count":{count},"note":{note},"inner":{inner}}}"#));
    }
}

#[test]
fn known_cases_are_read_alike() {
    for text in [
        "{}",
        "[]",
        "null",
        r#""""#,
        "1",
        r#"{"id":1}"#,
        r#"{"id":1,"id":2}"#,
        r#"{"id":1,"x":{"y":[1]},"x":2}"#,
        r#"{"InstanceId":"a","InstanceId":"b"}"#,
        r#"["a",true,1,["b"],null]"#,
        r#"["a",true]"#,
        r#"["a",1,null,{}]"#,
        r#"{"instanceId":"a","count":300,"inner":{}}"#,
        r#"{"instanceId":"a","inner":{}}"#,
        r#"{"id":1,"name":null}"#,
    ] {
        all(text);
    }
}

#[test]
fn formats_without_names_are_read_alike() {
    type Error = serde::de::value::Error;
    let elements = |count: usize| ["a", "b", "c"].into_iter().take(count);
    #[derive(Debug, PartialEq, Record)]
    struct Ours {
        a: String,
        b: Option<String>,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Serdes {
        a: String,
        b: Option<String>,
    }
    for count in 0..3 {
        let ours = Ours::deserialize(SeqDeserializer::<_, Error>::new(elements(count)));
        let serdes = Serdes::deserialize(SeqDeserializer::<_, Error>::new(elements(count)));
        let text = |shown: String| shown.replace("Ours", "Serdes");
        assert_eq!(text(format!("{ours:?}")), format!("{serdes:?}"));
    }
    // By index and by bytes.
    let by_index = [(0_u64, "x"), (9, "y")].map(|(at, text)| (at.into_deserializer(), text));
    let read = Ours::deserialize(MapDeserializer::<_, Error>::new(by_index.into_iter()));
    assert_eq!(read, Ok(Ours { a: "x".to_owned(), b: None }));
}

#[test]
fn null_is_distinguished_from_absent() {
    #[derive(Debug, PartialEq, Record)]
    struct Change {
        #[serde(skip_serializing_if = "Option::is_none")]
        remark: Option<Option<String>>,
    }
    for (text, remark) in
        [("{}", None), (r#"{"remark":null}"#, Some(None)), (r#"{"remark":"a"}"#, Some(Some("a".to_owned())))]
    {
        let change: Change = serde_json::from_str(text).unwrap();
        assert_eq!(change, Change { remark });
        assert_eq!(serde_json::to_string(&change).unwrap(), text);
    }
}

/// Types that a macro passes on are the same types.
#[test]
fn setters_distinguish_null() {
    yundb_runtime::setters! {
        pub struct Remark {
            /// The remark.
            pub remark: Option<Option<String>>,
        }
    }
    for text in ["{}", r#"{"remark":null}"#, r#"{"remark":"a"}"#] {
        assert_eq!(serde_json::to_string(&serde_json::from_str::<Remark>(text).unwrap()).unwrap(), text);
    }
}

#[test]
fn structs_with_many_fields_notice_repeated_ones() {
    macro_rules! many {
        ($($name:ident)*) => {
            #[derive(Debug, Record)]
            struct Many { $($name: Option<i32>),* }
            const NAMES: &[&str] = &[$(stringify!($name)),*];
        };
    }
    many!(a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6
        d7 d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2 g3 g4 g5 g6 g7 g8 g9 h0 h1 h2 h3
        h4 h5 h6 h7 h8 h9 i0 i1 i2 i3 i4 i5 i6 i7 i8 i9 j0 j1 j2 j3 j4 j5 j6 j7 j8 j9 k0 k1 k2 k3 k4 k5 k6 k7 k8 k9 l0
        l1 l2 l3 l4 l5 l6 l7 l8 l9 m0 m1 m2 m3 m4 m5 m6 m7 m8 m9);
    for name in NAMES {
        let error = serde_json::from_str::<Many>(&format!(r#"{{"{name}":1,"{name}":2}}"#)).unwrap_err().to_string();
        assert!(error.starts_with(&format!("duplicate field `{name}`")), "{error}");
        assert_eq!(serde_json::to_value(serde_json::from_value::<Many>(json!({*name: 1})).unwrap()).unwrap()[*name], 1);
    }
}

/// Names of what the macro uses are free for structs and fields.
mod names {
    #[derive(Debug, PartialEq, yundb_runtime::Record)]
    pub struct Serialize {
        pub to: Option<Deserialize>,
        pub from: Deserialize,
        pub at: Option<S>,
    }

    #[derive(Debug, Default, PartialEq, yundb_runtime::Record)]
    pub struct Deserialize {
        pub r#type: Option<Box<Serialize>>,
    }

    #[derive(Debug, PartialEq, yundb_runtime::Record)]
    pub struct S {
        pub slots: Record,
        pub serializer: Option<T>,
    }

    #[derive(Debug, PartialEq, yundb_runtime::Record)]
    pub struct T {}

    #[derive(Debug, PartialEq, yundb_runtime::Record)]
    pub struct Record {
        pub name: String,
    }
}

#[test]
fn any_name_is_possible() {
    let text = r#"{"to":null,"from":{"type":null},"at":{"slots":{"name":"a"},"serializer":{}}}"#;
    let read: names::Serialize = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
}
