//! Tests of parsing requests: valid ones equal the input, and each error is found.

use http::Request;
use serde_json::{Value, json};

use super::*;
use crate::document::Document;

fn document(extra: &Value) -> Document {
    let parameter = |name: &str, place: &str, schema: Value| json!({"name": name, "in": place, "schema": schema});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let mut operation = json!({
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "ext", "in": "path", "required": true, "schema": {"type": "string"}},
            parameter("q", "query", json!({"type": "integer"})),
            parameter("list", "query", list.clone()),
            {"name": "deep", "in": "query", "style": "deepObject", "explode": true, "schema": {"type": "object"}},
            {"name": "json", "in": "query", "content": {"application/json": {"schema": {}}}},
            parameter("object", "query", json!({"type": "object"})),
            parameter("X-Many", "header", list),
            parameter("session", "cookie", json!({"type": "string"})),
        ],
        "requestBody": {"content": {
            "application/json": {"schema": {"type": "object"}},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
                "encoding": {"tags": {"style": "form", "explode": false}},
            },
            "text/*": {"schema": {"type": "string"}},
        }},
        "responses": {},
    });
    for (key, value) in extra.as_object().into_iter().flatten() {
        operation[key] = value.clone();
    }
    Document::new(json!({"openapi": "3.0.3", "paths": {"/v1/things/{id}.{ext}/run?fixed=1": {"post": operation}}}))
        .unwrap()
}

fn given() -> Input {
    let mut given = Input::default();
    given.path.insert("id".to_owned(), json!("a/b.c"));
    given.path.insert("ext".to_owned(), json!("x y"));
    given.query.insert("q".to_owned(), json!(5));
    given.query.insert("list".to_owned(), json!(["a&b", "c"]));
    given.query.insert("deep".to_owned(), json!({"k": {"l": true}}));
    given.query.insert("json".to_owned(), json!({"a": [1]}));
    given.query.insert("object".to_owned(), json!({"r": 1, "g": "2"}));
    given.header.insert("X-Many".to_owned(), json!(["a", "b c"]));
    given.cookie.insert("session".to_owned(), json!("s=1;"));
    given
}

const PATH: &str = "/base/v1/things/a%2Fb.c.x%20y/run";
const QUERY: &str = "fixed=1&q=5&list=a%26b&list=c&deep%5Bk%5D%5Bl%5D=true&json=%7B%22a%22%3A%5B1%5D%7D&r=1&g=2";

fn request(method: &str, path: &str, query: &str) -> http::request::Builder {
    let uri = format!("{path}?{query}");
    Request::builder().method(method).uri(uri).header("x-many", "a,b c").header("cookie", "session=s%3D1%3B")
}

fn read(document: &Document, given: &Input, request: http::Result<Request<Bytes>>) -> Sent {
    sent(document, &document.operations[0], "/base", given, &request.unwrap())
}

#[test]
fn parsed_parameters_equal_the_input() {
    let (document, given) = (document(&json!({})), given());
    let right = request("POST", PATH, QUERY).header("user-agent", "x").body(Bytes::new());
    let sent = read(&document, &given, right);
    assert_eq!(sent.faults, []);
    assert_eq!(sent.input, given);
    assert_eq!((sent.other_query, sent.other_cookies), (vec![], vec![]));
    assert_eq!(sent.other_headers, [("user-agent".to_owned(), "x".to_owned())]);
}

/// One error at a time.
#[test]
fn each_error_in_a_request_is_detected() {
    let (document, given) = (document(&json!({})), given());
    let found = |method: &str, path: &str, query: &str| {
        let sent = read(&document, &given, request(method, path, query).body(Bytes::new()));
        !sent.faults.is_empty() || sent.input != given || !sent.other_query.is_empty()
    };
    assert!(!found("POST", PATH, QUERY));
    assert!(found("PUT", PATH, QUERY), "another method");
    for path in [
        "/base/v1/things/a%2Fb.d.x%20y/run",
        "/base/v1/thing/a%2Fb.c.x%20y/run",
        "/base/v1/things/x%20y.a%2Fb.c/run",
        "/base/v1/things/a/b.c.x%20y/run",
    ] {
        assert!(found("POST", path, QUERY), "{path}");
    }
    for (right, wrong) in [
        ("fixed=1", "fixed=2"),
        ("q=5", "q=6"),
        ("q=5&", ""),
        ("q=5", "Q=5"),
        ("q=5", "q=5&q=5"),
        ("list=a%26b&list=c", "list=c&list=a%26b"),
        ("list=a%26b&list=c", "list=a%26b,c"),
        ("list=a%26b", "list=a&b"),
        ("%5Bk%5D%5Bl%5D=true", "%5Bk%5D=true"),
        ("%5Bl%5D=true", "%5Bl%5D=false"),
        ("%5B1%5D%7D", "%5B2%5D%7D"),
        ("%5B1%5D%7D", "%5B1%5D"),
        ("r=1&", ""),
        ("g=2", "g=2&b=3"),
    ] {
        let query = QUERY.replacen(right, wrong, 1);
        assert_ne!(query, QUERY);
        assert!(found("POST", PATH, &query), "{wrong} for {right}");
    }
    let headers = |many: (&str, &str), cookie: &str| {
        let uri = format!("{PATH}?{QUERY}");
        let request = Request::builder().method("POST").uri(uri).header(many.0, many.1).header("cookie", cookie);
        read(&document, &given, request.body(Bytes::new()))
    };
    assert_eq!(headers(("x-many", "a, b c"), "session=s%3D1%3B").input, given);
    assert_ne!(headers(("x-many", "a,bc"), "session=s%3D1%3B").input, given);
    let renamed = headers(("x-any", "a,b c"), "session=s%3D1%3B");
    assert_eq!((renamed.input == given, renamed.other_headers.len()), (false, 1));
    assert_ne!(headers(("x-many", "a,b c"), "session=s%3D1").input, given);
    assert_eq!(headers(("x-many", "a,b c"), "session=s%3D1%3B; more=1").other_cookies.len(), 1);
}

#[test]
fn parsed_bodies_equal_the_input() {
    let document = document(&json!({}));
    let sent = |content_type: &str, body: &'static str, data: &Data| {
        let mut given = given();
        given.body = Some(Content { media_type: content_type.to_owned(), data: data.clone() });
        let request =
            request("POST", PATH, QUERY).header("content-type", content_type).body(Bytes::from_static(body.as_bytes()));
        let sent = read(&document, &given, request);
        (sent.faults.is_empty(), sent.input.body.map(|content| content.data))
    };
    let json = Data::Json(json!({"a": 1}));
    assert_eq!(sent("application/json", r#"{"a": 1}"#, &json), (true, Some(json.clone())));
    assert!(!sent("application/json", r#"{"a": 1"#, &json).0);
    assert!(!sent("application/xml", r#"{"a": 1}"#, &json).0);
    let text = Data::Text("a b".to_owned());
    assert_eq!(sent("text/plain; charset=utf-8", "a b", &text), (true, Some(text)));
    let form = Data::Form(IndexMap::from([
        ("a".to_owned(), json!("1 2")),
        ("tags".to_owned(), json!(["x,y", "z"])),
        ("all".to_owned(), json!([1, 2])),
        ("object".to_owned(), json!({"b": [1]})),
    ]));
    let right = "a=1+2&tags=x%2Cy,z&all=1&all=2&object=%7B%22b%22%3A%5B1%5D%7D";
    let content_type = "application/x-www-form-urlencoded";
    assert_eq!(sent(content_type, right, &form), (true, Some(form.clone())));
    for wrong in [
        "a=1+2&tags=x%2Cy&tags=z&all=1&all=2&object=%7B%22b%22%3A%5B1%5D%7D",
        "a=1+2&tags=x%2Cy,z&all=1,2&object=%7B%22b%22%3A%5B1%5D%7D",
        "a=1+2&tags=x%2Cy,z&all=1&all=2&object=%7B%22b%22%3A%5B2%5D%7D",
        "a=1%2B2&tags=x%2Cy,z&all=1&all=2&object=%7B%22b%22%3A%5B1%5D%7D",
        "a=1+2&tags=x%2Cy,z&all=1&all=2&object=%7B%22b%22%3A%5B1%5D%7D&more=1",
    ] {
        let (fine, data) = sent(content_type, wrong, &form);
        assert!(!fine || data != Some(form.clone()), "{wrong}");
    }
    let without_type = request("POST", PATH, QUERY).body(Bytes::from_static(b"{}"));
    assert_eq!(read(&document, &given(), without_type).faults.len(), 1);
}

/// The action is in the query, the operation's own parameters in either.
#[test]
fn rpc_parameters_are_parsed_from_the_form() {
    let operation = json!({"parameters": [
        {"name": "Id", "in": "query", "required": true, "schema": {"type": "string"}},
        {"name": "Items", "in": "query", "schema": {"type": "array", "items": {"type": "object"}}},
    ]});
    let tree = json!({"openapi": "3.0.3", "x-protocol": "aliyun-rpc", "paths": {"/#Action=Run": {"get": operation}}});
    let document = Document::new(tree).unwrap();
    let mut given = Input::default();
    given.query.insert("Id".to_owned(), json!("a b"));
    given.query.insert("Items".to_owned(), json!([{"Key": "k", "N": 1}, {"Key": "l"}]));
    let read = |query: &str, body: &'static str| {
        let request =
            Request::builder().method("POST").uri(format!("/?{query}")).body(Bytes::from_static(body.as_bytes()));
        let sent = sent(&document, &document.operations[0], "", &given, &request.unwrap());
        (sent.faults.is_empty() && sent.input == given, sent.other_query)
    };
    let body = "Id=a%20b&Items.1.Key=k&Items.1.N=1&Items.2.Key=l";
    assert_eq!(read("Action=Run&Signature=x", body), (true, vec![("Signature".to_owned(), "x".to_owned())]));
    assert!(!read("Action=Walk", body).0);
    assert!(!read("Action=Run", "Id=a%20b&Items.1.Key=k&Items.1.N=1&Items.3.Key=l").0);
    assert_eq!(read("Action=Run", "Id=a%20b&Items.1.Key=k&Items.1.N=1&Items.2.Key=l&Id2=c").1.len(), 1);
}

/// Bodies of responses.
#[test]
fn response_bodies_are_encoded() {
    let content = |data: Data, media_type: &str| Content { media_type: media_type.to_owned(), data };
    let (media_type, bytes) = written(&content(Data::Json(json!({"a": 1})), "application/json"));
    assert_eq!((media_type.as_str(), &bytes[..]), ("application/json", br#"{"a":1}"#.as_slice()));
    let form = Data::Form(IndexMap::from([("a".to_owned(), json!(["x y", 1]))]));
    assert_eq!(&written(&content(form, "application/x-www-form-urlencoded")).1[..], b"a=x+y&a=1");
    let file = File { bytes: Bytes::from_static(b"\xff"), file_name: None, media_type: None };
    let multipart = Data::Multipart(IndexMap::from([("f".to_owned(), Field::File(file))]));
    let (media_type, bytes) = written(&content(multipart.clone(), "multipart/form-data"));
    let media = crate::document::Media {
        media_type: "multipart/form-data".to_owned(),
        kind: crate::document::MediaKind::Multipart,
        schema: None,
        encoding: IndexMap::new(),
    };
    let Data::Multipart(given) = multipart else { panic!() };
    assert!(multipart::fields(&media, &media_type, &bytes, Some(&given)).unwrap().contains_key("f"));
}
