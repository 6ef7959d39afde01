use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{from_headers, from_slice, from_value};
use crate::codec::decode::DecodeError;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Instance {
    #[serde(rename = "InstanceId")]
    id: Option<String>,
    port: Option<i32>,
    ratio: Option<f64>,
    #[serde(rename = "isReady")]
    ready: Option<bool>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, i64>,
    node: Option<Box<Instance>>,
    #[serde(default)]
    nodes: Vec<Instance>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
struct Strict {
    text: String,
    count: u8,
    on: bool,
    list: Vec<i64>,
    map: BTreeMap<String, i64>,
    inner: Instance,
}

fn instance(json: &str) -> Instance {
    from_slice(json.as_bytes()).unwrap()
}

fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
    from_slice::<T>(json.as_bytes()).unwrap_err().to_string()
}

#[test]
fn scalars_are_read_from_each_other() {
    for (json, expected) in [("true", true), ("\"True\"", true), ("1", true), ("\"0\"", false), ("\"FALSE\"", false)] {
        assert_eq!(from_slice::<bool>(json.as_bytes()), Ok(expected), "{json}");
    }
    for (json, expected) in
        [("\"-7\"", -7), ("7.0", 7), ("\" 7 \"", 7), ("7e2", 700), ("9007199254740993.0", 9007199254740993)]
    {
        assert_eq!(from_slice::<i64>(json.as_bytes()), Ok(expected), "{json}");
    }
    assert_eq!(from_slice(b"\"18446744073709551615\""), Ok(u64::MAX));
    assert_eq!(from_slice(b"-9223372036854775808"), Ok(i64::MIN));
    assert_eq!(from_slice::<f64>(b"\"1.5\""), Ok(1.5));
    assert_eq!(from_slice::<f32>(b"3"), Ok(3.0));
    for text in ["1.10", "12345678901234567890123", "1e400", "-0", "true", "0.1e-7"] {
        assert_eq!(from_slice::<String>(text.as_bytes()), Ok(text.to_owned()));
    }
}

#[test]
fn absence_has_many_forms() {
    let none = Instance::default();
    assert_eq!(instance(r#"{"InstanceId":null,"port":null,"tags":null,"labels":null,"node":null,"nodes":null}"#), none);
    // Twice, in options of different types, inside a list.
    let json = r#"{"nodes":[{"port":"","ratio":"","node":"","isReady":"","tags":"","labels":""},{"port":""}]}"#;
    assert_eq!(instance(json).nodes, [none.clone(), none.clone()]);
    assert_eq!(instance(r#"{"tags":{},"labels":[],"nodes":{"Node":null}}"#), none);
    assert_eq!(instance(r#"{"InstanceId":""}"#).id.as_deref(), Some(""));
    let strict = r#"{"text":"","count":0,"on":0,"list":null,"map":"","inner":""}"#;
    assert_eq!(from_slice(strict.as_bytes()), Ok(Strict::default()));
    assert_eq!(from_slice::<Option<Vec<i64>>>(b"\"\""), Ok(None));
    assert_eq!(from_slice::<()>(b"{\"any\":[1]}"), Ok(()));
}

/// Null is not an object, wherever it occurs: decoding it would invent an empty one.
#[test]
fn null_is_not_an_object() {
    #[derive(Debug, PartialEq, crate::Record)]
    struct Open {
        port: Option<i64>,
        #[serde(flatten)]
        additional: BTreeMap<String, i64>,
    }

    let strict = r#"{"text":"","count":0,"on":0,"inner":null,"list":null,"map":null}"#;
    assert!(
        error::<Strict>(strict).starts_with("inner: expected an object, found null"),
        "{}",
        error::<Strict>(strict)
    );
    assert!(error::<Instance>(r#"{"nodes":[{},null]}"#).starts_with("nodes[1]: expected an object, found null"));
    assert!(error::<Vec<Open>>("[null]").starts_with("[0]: expected an object, found null"));
    assert!(error::<BTreeMap<String, Open>>(r#"{"a":null}"#).starts_with("a: expected an object, found null"));
    assert_eq!(from_slice(b"[null]"), Ok(vec![None::<Open>]));
    assert_eq!(from_slice(b"null"), Ok(BTreeMap::<String, Open>::new()));
}

/// An unterminated value is an error with its location, whatever its type; the maximum depth fits into a thread's
/// stack.
#[test]
fn depth_is_bounded() {
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Chain {
        next: Option<Box<Chain>>,
    }
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Lists(Vec<Lists>);
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Maps(BTreeMap<String, Maps>);
    #[derive(Clone, Debug, PartialEq, crate::Record)]
    struct Open {
        #[serde(flatten)]
        additional: BTreeMap<String, Open>,
    }
    #[derive(Clone, Debug, PartialEq)]
    enum Either {
        List(Vec<Either>),
        Map(BTreeMap<String, Either>),
        Text(String),
        Unknown(Value),
    }
    crate::untagged_union!(Either { List, Map, Text });
    #[derive(Clone, Debug, PartialEq)]
    enum Tagged {
        Chain(BTreeMap<String, Tagged>),
        Unknown(Value),
    }
    crate::tagged_union!(Tagged, "t" { Chain = "a" });

    fn holds<T: serde::de::DeserializeOwned + Serialize + std::fmt::Debug>(open: &str, middle: &str, close: &str) {
        let nested = |depth: usize| format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
        let deep: T = from_slice(nested(120).as_bytes()).unwrap();
        assert!(serde_json::to_string(&deep).unwrap().matches(close).count() >= 120);
        assert!(format!("{deep:?}").len() > 120);
        for json in [nested(10_000), open.repeat(10_000)] {
            let error = from_slice::<T>(json.as_bytes()).unwrap_err();
            assert!(error.message().contains("nested deeper than 128 levels"), "{error}");
        }
    }

    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        holds::<Chain>("{\"next\":", "null", "}");
        holds::<Lists>("[", "[]", "]");
        holds::<Maps>("{\"a\":", "{}", "}");
        holds::<Open>("{\"a\":", "{}", "}");
        holds::<Either>("[", "\"x\"", "]");
        holds::<Either>("{\"a\":", "\"x\"", "}");
        holds::<Tagged>("{\"t\":\"a\",\"a\":", "{\"t\":\"a\"}", "}");
        holds::<Value>("[", "1", "]");
        // Unknown values are skipped, at any depth.
        let unknown = format!("{{\"unknown\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(from_slice(unknown.as_bytes()), Ok(Chain { next: None }));
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn lists_may_be_wrapped() {
    let json = r#"{"tags":{"Tag":["a",1]},"nodes":{"Node":[{"port":1},{"nodes":{"Node":[]}}]}}"#;
    let read = instance(json);
    assert_eq!(read.tags, ["a", "1"]);
    assert_eq!((read.nodes.len(), read.nodes[0].port), (2, Some(1)));
    for json in [r#"{"tags":{"Tag":["a"],"Total":1}}"#, r#"{"tags":{"Tag":{"a":"b"}}}"#, r#"{"tags":{"Tag":"a"}}"#] {
        assert_eq!(error::<Instance>(json), "tags: expected a list, found an object (line 1, column 9)", "{json}");
    }
    assert_eq!(error::<Instance>(r#"{"nodes":{"Node":[{"port":"x"}]}}"#).split(':').next(), Some("nodes[0].port"));
}

#[test]
fn keys_may_be_in_another_case_or_repeated() {
    assert_eq!(instance(r#"{"instanceid":"a","PORT":1,"IsReady":"true"}"#).id.as_deref(), Some("a"));
    for json in [
        r#"{"InstanceId":"exact","instanceId":"other"}"#,
        r#"{"instanceId":"other","InstanceId":"exact"}"#,
        r#"{"InstanceId":"first","InstanceId":"exact","INSTANCEID":{"of":"another type"}}"#,
    ] {
        assert_eq!(instance(json).id.as_deref(), Some("exact"), "{json}");
    }
    let json =
        r#"{"nodes":[{"port":1,"port":"2","labels":{"a":1,"a":"2"}},{"port":"","Port":3,"port":""}],"tags":["x"]}"#;
    let read = instance(json);
    assert_eq!((read.nodes[0].port, read.nodes[0].labels["a"], read.nodes[1].port), (Some(2), 2, None));
    assert_eq!(read.tags, ["x"]);
    // If both spellings are documented, they are distinct.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Both {
        #[serde(rename = "Id")]
        upper: i64,
        id: i64,
    }
    assert_eq!(from_slice(br#"{"id":"1","Id":2}"#), Ok(Both { upper: 2, id: 1 }));
}

#[test]
fn envelopes_are_unwrapped() {
    for json in [
        r#"{"Response":{"port":1}}"#,
        r#" { "data" : { "port" : "1" , "extra" : [{}] } } "#,
        r#"{"data":{"port":0,"port":1,"node":""}}"#,
        r#"{"data":{"port":0},"data":{"port":1}}"#,
        r#"{"data":7,"data":{"port":1,"port":1}}"#,
    ] {
        assert_eq!(instance(json).port, Some(1), "{json}");
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Required {
        port: i64,
    }
    assert_eq!(from_slice(br#"{"data":{"Port":1}}"#), Ok(Required { port: 1 }));
    let wrong = error::<Required>(r#"{"data":{"port":"x"}}"#);
    assert_eq!(wrong, "data.port: expected an integer, found a string (line 1, column 17)");
    // Not an envelope: several keys, no object, not outermost, incomplete.
    for json in [
        r#"{"data":{"port":1},"id":1}"#,
        r#"{"data":{"port":1},"data":1}"#,
        r#"{"data":{"port":1},"Data":{"port":1}}"#,
        r#"{"a":1,"data":{"port":1},"data":{"port":1}}"#,
        r#"{"data":[{"port":1}]}"#,
        r#"{"data":{"data":{"port":1}}}"#,
        r#"{"data":{"port":1}"#,
        r#"{"data":{"port":1}} x"#,
    ] {
        assert!(from_slice::<Required>(json.as_bytes()).is_err(), "{json}");
    }
    assert_eq!(instance(r#"{"node":{"data":{"port":1}}}"#).node, Some(Box::default()));
    assert_eq!(from_value::<Instance>(&json!({"data": {"port": 1}})), Ok(Instance::default()));
}

#[test]
fn errors_have_location_and_reason() {
    let json = "{\n  \"nodes\": [{}, {},\n    {\"node\": {\"port\": \"abc\"}}]\n}";
    let wrong: DecodeError = from_slice::<Instance>(json.as_bytes()).unwrap_err();
    assert_eq!(wrong.path(), "nodes[2].node.port");
    assert_eq!(wrong.message(), "expected an integer, found a string (line 3, column 23)");
    for (json, expected) in [
        (r#"{"port":1.5}"#, "port: expected an integer, found 1.5 (line 1, column 9)"),
        (r#"{"port":3000000000}"#, "port: expected i32, found integer `3000000000` (line 1, column 9)"),
        (r#"{"port":[1]}"#, "port: expected an integer, found a list (line 1, column 9)"),
        (r#"{"isReady":"yes"}"#, "isReady: expected true or false, found a string (line 1, column 12)"),
        (r#"{"InstanceId":{}}"#, "InstanceId: expected a string, found an object (line 1, column 15)"),
        (r#"{"ratio":"nan"}"#, "ratio: expected a number, found a string (line 1, column 10)"),
        (r#"{"labels":{"a":{}}}"#, "labels.a: expected an integer, found an object (line 1, column 16)"),
        (r#"{"tags":["a",null]}"#, "tags[1]: expected a string, found null (line 1, column 14)"),
        ("{\"tags\":[\"é\\x\"]}", "tags[0]: invalid escape (line 1, column 14)"),
        (r#"{"port":1"#, "expected `,`, found the end (line 1, column 10)"),
        (r#"{"port":01}"#, "port: invalid number (line 1, column 10)"),
        (r#"{"port" 1}"#, "expected `:`, found `1` (line 1, column 9)"),
        ("{\"port\":1}}", "expected the end, found `}` (line 1, column 11)"),
        ("", "expected a value, found the end (line 1, column 1)"),
        ("<html>", "expected a value, found `<` (line 1, column 1)"),
    ] {
        assert_eq!(error::<Instance>(json), expected, "{json}");
    }
    let missing = error::<Strict>(r#"{"text":"a"}"#);
    assert_eq!(missing, "count: is missing");
    assert_eq!(error::<Vec<u8>>(r#"[1,300]"#), "[1]: expected u8, found integer `300` (line 1, column 4)");
    assert_eq!(error::<u8>("\"\""), "expected an integer, found an empty string (line 1, column 1)");
    assert!(from_slice::<Instance>(b"{\"a\":\"\xff\"}").unwrap_err().to_string().contains("UTF-8"));
    let long = error::<i64>(&format!("\"{}\"", "é".repeat(1000)));
    assert!(long.len() < 200, "{long}");
}

#[test]
fn depth_is_limited() {
    for depth in [10_000, 129] {
        for (open, close) in [("[", "]"), ("{\"nodes\":[", "]}"), ("{\"node\":{\"port\":1,\"port\":1,\"node\":", "}}")]
        {
            let json = format!("{}null{}", open.repeat(depth), close.repeat(depth));
            assert!(from_slice::<Value>(json.as_bytes()).is_err());
            assert!(from_slice::<Instance>(json.as_bytes()).is_err());
            // An ignored value can have any depth.
            assert_eq!(from_slice::<()>(json.as_bytes()), Ok(()));
        }
    }
    let json = format!("{}{}", "[".repeat(100), "]".repeat(100));
    assert!(from_slice::<Value>(json.as_bytes()).is_ok());
}

#[test]
fn buffered_parts_are_read_plainly() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Open {
        port: i64,
        #[serde(flatten)]
        rest: BTreeMap<String, Value>,
    }
    let rest = BTreeMap::from([("x".to_owned(), json!({"y": [1.5, null]}))]);
    assert_eq!(from_slice(br#"{"x":{"y":[1.5,null]},"port":"1"}"#), Ok(Open { port: 1, rest: rest.clone() }));
    assert_eq!(from_slice(br#"{"port":1,"x":0,"x":{"y":[1.5,null]},"port":"1"}"#), Ok(Open { port: 1, rest }));

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    assert_eq!(from_slice(br#"[1,"1"]"#), Ok(vec![Either::Number(1), Either::Text("1".to_owned())]));

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Closed {
        On,
        Level(u8),
    }
    assert_eq!(from_slice(br#"["on",{"level":3}]"#), Ok(vec![Closed::On, Closed::Level(3)]));
    assert_eq!(error::<Vec<Closed>>("[\"on\",\n {\"level\":300}]").split(':').next(), Some("[1]"));

    #[derive(Debug, PartialEq, Deserialize)]
    struct Id(u64);
    assert_eq!(from_slice(br#"["7",""]"#), Ok(vec![Some(Id(7)), None]));
    assert_eq!(from_slice(br#"["1",2]"#), Ok((true, "2".to_owned())));
    assert_eq!(from_slice(br#"{"1":1}"#), Ok(BTreeMap::from([(1_u8, true)])));
    assert_eq!(from_slice("\u{feff}\"\\u00e9\\n\"".as_bytes()), Ok("é\n".to_owned()));
}

#[test]
fn headers_are_read_from_text() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Limits {
        #[serde(rename = "x-subject-token")]
        token: Option<String>,
        #[serde(rename = "X-RateLimit-Limit")]
        limit: Option<u32>,
        #[serde(rename = "x-exhausted")]
        exhausted: Option<bool>,
        #[serde(rename = "x-ratio")]
        ratio: Option<f64>,
        #[serde(rename = "x-list", default)]
        list: Vec<i64>,
        #[serde(rename = "x-absent", default)]
        absent: Vec<i64>,
    }
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-subject-token", "t1"),
        ("x-subject-token", "t2"),
        ("x-ratelimit-limit", "100"),
        ("x-exhausted", "False"),
        ("x-ratio", ""),
        ("x-list", "1, 2"),
        ("x-list", "3"),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    let expected = Limits {
        token: Some("t1, t2".to_owned()),
        limit: Some(100),
        exhausted: Some(false),
        ratio: None,
        list: vec![1, 2, 3],
        absent: vec![],
    };
    assert_eq!(from_headers(&headers), Ok(expected));
    assert_eq!(from_headers(&headers), Ok(()));
    let all: BTreeMap<String, String> = from_headers(&headers).unwrap();
    assert_eq!((all.len(), &*all["x-list"]), (5, "1, 2, 3"));
    headers.insert("x-ratelimit-limit", HeaderValue::from_static("many"));
    let wrong = from_headers::<Limits>(&headers).unwrap_err();
    assert_eq!(wrong.to_string(), "X-RateLimit-Limit: expected an integer, found a string");
}

#[derive(Debug, PartialEq, Deserialize)]
struct Structured {
    #[serde(rename = "set-cookie", default)]
    cookies: Vec<String>,
    #[serde(rename = "x-pairs")]
    pairs: Option<Pairs>,
    #[serde(rename = "x-map")]
    map: Option<BTreeMap<String, i64>>,
    #[serde(rename = "x-json")]
    json: Option<crate::JsonText<Pairs>>,
    #[serde(rename = "x-flags")]
    flags: Option<Vec<bool>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Pairs {
    a: Option<i64>,
    #[serde(rename = "bC")]
    b: Option<String>,
}

#[test]
fn headers_of_lists_and_objects() {
    let read = |headers: &[(&'static str, &'static str)]| {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        from_headers::<Structured>(&headers.collect::<HeaderMap>())
    };
    let pairs = Pairs { a: Some(1), b: Some("x=y".to_owned()) };
    let exploded = read(&[("x-pairs", "a=1, bC=x=y"), ("x-map", "a=1,b=2"), ("x-flags", "true, 0")]).unwrap();
    assert_eq!(exploded.pairs, Some(pairs.clone()));
    assert_eq!(exploded.map, Some([("a".to_owned(), 1), ("b".to_owned(), 2)].into()));
    assert_eq!(exploded.flags, Some(vec![true, false]));
    // Names in another case, and values that contain the separator of the other notation.
    let plain = read(&[("x-pairs", "A,1,bc,x=y"), ("x-map", "a,1"), ("x-map", "b,2"), ("x-flags", "")]).unwrap();
    assert_eq!((plain.pairs, plain.map, plain.flags), (Some(pairs.clone()), exploded.map, None));
    // A cookie's date contains a comma.
    let cookies = ["a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "b=2"];
    let set =
        read(&[("set-cookie", cookies[0]), ("set-cookie", cookies[1]), ("x-json", "{\"a\": \"1\", \"bC\": \"x=y\"}")]);
    let set = set.unwrap();
    assert_eq!((set.cookies, set.json), (cookies.map(str::to_owned).to_vec(), Some(pairs.into())));
    assert_eq!(read(&[]).unwrap().cookies, [""; 0]);
    let wrong = read(&[("x-pairs", "a=b")]).unwrap_err();
    assert_eq!(wrong.to_string(), "x-pairs.a: expected an integer, found a string");
    let wrong = read(&[("x-flags", "true,perhaps")]).unwrap_err();
    assert_eq!(wrong.to_string(), "x-flags: expected true or false, found a string");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn any_instance() -> impl Strategy<Value = Instance> {
    let scalars = (
        prop::option::of(".{0,8}"),
        any::<Option<i32>>(),
        prop::option::of(prop::num::f64::NORMAL),
        any::<Option<bool>>(),
        prop::collection::vec(".{0,8}", 0..3),
        prop::collection::btree_map(".{0,8}", any::<i64>(), 0..3),
    );
    let leaf = scalars.prop_map(|(id, port, ratio, ready, tags, labels)| Instance {
        id,
        port,
        ratio,
        ready,
        tags,
        labels,
        ..Instance::default()
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), prop::option::of(inner.clone()), prop::collection::vec(inner, 0..3))
            .prop_map(|(instance, node, nodes)| Instance { node: node.map(Box::new), nodes, ..instance })
    })
}

proptest! {
    #[test]
    fn strict_json_is_decoded_as_by_serde_json(value in any_json(), pretty: bool) {
        let json = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        prop_assert_eq!(from_slice::<Value>(json.as_bytes()).unwrap(), serde_json::from_str::<Value>(&json).unwrap());
    }

    #[test]
    fn typed_json_is_decoded_as_by_serde_json(instance in any_instance()) {
        let json = serde_json::to_vec(&instance).unwrap();
        let strict: Instance = serde_json::from_slice(&json).unwrap();
        prop_assert_eq!(&from_slice::<Instance>(&json).unwrap(), &strict);
        prop_assert_eq!(&from_value::<Instance>(&serde_json::to_value(&strict).unwrap()).unwrap(), &strict);
    }

    #[test]
    fn invalid_json_is_rejected_as_by_serde_json(value in any_json(), at: prop::sample::Index, with in r#"[\[\]{}:,"\\0-9.eE+\- tfn\n]{0,2}"#) {
        let mut json: Vec<char> = value.to_string().chars().collect();
        let at = at.index(json.len());
        json.splice(at..=at, with.chars());
        let json: String = json.into_iter().collect();
        prop_assert_eq!(from_slice::<Value>(json.as_bytes()).ok(), serde_json::from_str::<Value>(&json).ok(), "{}", json);
    }

    #[test]
    fn nothing_panics(json: Vec<u8>, value in any_json()) {
        let _ = from_slice::<Instance>(&json);
        let _ = from_slice::<Strict>(value.to_string().as_bytes());
        let _ = from_slice::<Vec<Instance>>(value.to_string().as_bytes());
    }

    #[test]
    fn leniency_loses_nothing(port: i32, ratio in prop::num::f64::NORMAL, ready: bool, tags: Vec<i64>) {
        let json = json!({"Data": {
            "PORT": port.to_string(), "Ratio": ratio.to_string(), "isready": ready.to_string(), "Tags": {"Tag": tags},
        }});
        let read = instance(&json.to_string());
        prop_assert_eq!((read.port, read.ratio, read.ready), (Some(port), Some(ratio), Some(ready)));
        prop_assert_eq!(read.tags, tags.iter().map(i64::to_string).collect::<Vec<_>>());
    }
}
