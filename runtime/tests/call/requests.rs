//! The content of requests.

use crate::fake::{noon, only_request, responding};
use serde_json::json;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::test_util::Replay;
use yundb_runtime::{ClientBuilder, Credentials, ErrorKind, Part, Service, Signature};

use crate::mini::{ALIYUN, Client, Endpoint, FOREIGN, HTTP, HUAWEI};

fn builder(service: &'static Service, fake: &Replay) -> ClientBuilder<Client> {
    Client::builder(service).transport(fake.clone()).clock(noon()).nonces(|| "n-o-n-c-e".to_owned())
}

fn huawei(fake: &Replay) -> ClientBuilder<Client> {
    builder(&HUAWEI, fake).project_id("p1").credentials(Credentials::access_key("AK", "very-secret"))
}

fn aliyun(fake: &Replay) -> ClientBuilder<Client> {
    builder(&ALIYUN, fake).region("cn-hangzhou").credentials(Credentials::access_key("AK", "very-secret"))
}

fn http(fake: &Replay) -> Client {
    builder(&HTTP, fake).build().expect("a client")
}

fn done() -> Replay {
    responding(200, &[], "{}")
}

fn header<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers().get(name).map_or("", |value| value.to_str().expect("text"))
}

fn body(request: &Request<Bytes>) -> &str {
    std::str::from_utf8(request.body()).expect("text")
}

#[tokio::test]
async fn huawei_rest_signed() {
    let fake = responding(201, &[("x-request-id", "r1"), ("x-remaining", "5")], r#"{"id": "c1"}"#);
    let client = huawei(&fake).region("cn-south-1").language("en-us").build().expect("a client");
    let endpoint = Endpoint::new().ip("10.0.0.1").db_port(3306).db_password("hunter2");
    let call = client.create_connection("a/b").endpoint(endpoint).name("first").name("c");
    let debug = format!("{client:?} {call:?}");
    assert!(!debug.contains("secret") && !debug.contains("hunter2"), "{debug}");
    assert!(
        debug.contains(r#"Call { operation: "CreateConnection", set: ["group", "endpoint", "name"], .. }"#),
        "{debug}"
    );

    let made = call.send().await.expect("success");
    assert_eq!(made.id.as_deref(), Some("c1"));
    assert_eq!(made.typed_headers().remaining, Some(5));
    assert_eq!((made.status(), made.request_id(), made.operation()), (201, Some("r1"), "CreateConnection"));
    assert_eq!(made.raw_body(), r#"{"id": "c1"}"#);

    let request = only_request(&fake);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://drs.cn-south-1.example.com/v5/p1/groups/a%2Fb/connections");
    let expected = r#"{"name":"c","endpoint":{"ip":"10.0.0.1","db_port":3306,"db_password":"hunter2"}}"#;
    assert_eq!(body(&request), expected);
    assert_eq!(header(&request, "content-type"), "application/json");
    assert_eq!(header(&request, "accept"), "application/json");
    assert_eq!(header(&request, "x-language"), "en-us");
    assert_eq!(header(&request, "x-project-id"), "p1");
    assert_eq!(header(&request, "x-sdk-date"), "20240506T120000Z");
    assert_eq!(header(&request, "user-agent"), format!("yundb/{}", env!("CARGO_PKG_VERSION")));
    let authorization = header(&request, "authorization");
    let expected = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=";
    assert!(authorization.starts_with(expected), "{authorization}");
}

#[tokio::test]
async fn huawei_rest_with_a_token_or_unsigned() {
    let fake = done();
    let client =
        builder(&HUAWEI, &fake).project_id("p1").credentials(Credentials::token("t0")).build().expect("a client");
    let endpoint = Endpoint::new().ip("h").db_password("x");
    client.create_connection("g").name("n").endpoint(endpoint).language("zh-cn").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(header(&request, "x-auth-token"), "t0");
    assert_eq!(header(&request, "x-language"), "zh-cn");
    assert_eq!(header(&request, "authorization"), "");
    assert_eq!(header(&request, "x-project-id"), "");

    // No credentials are looked up, so none are needed.
    let fake = responding(201, &[("x-subject-token", "t")], "");
    let client = builder(&HUAWEI, &fake).build().expect("a client");
    let token = client.create_token().send().await.expect("success");
    assert_eq!(token.headers()["x-subject-token"], "t");
    let request = only_request(&fake);
    assert_eq!(body(&request), "{}");
    assert_eq!(header(&request, "authorization"), "");
}

#[tokio::test]
async fn all_violations_are_reported_and_nothing_is_sent() {
    let fake = done();
    let client = huawei(&fake).build().expect("a client");
    let call = || client.create_connection("too-long-a-group").name("").endpoint(Endpoint::new().db_port(0));
    let error = call().send().await.expect_err("invalid");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(!error.is_retryable());
    let violations: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    let expected = [
        "group: must have at most 8 characters, has 16",
        "name: must have at least 1 character, has 0",
        "endpoint.ip: is required",
        "endpoint.db_port: must be at least 1, is 0",
        "endpoint.db_password: is required",
    ];
    assert_eq!(violations, expected);
    assert_eq!(error.to_string(), format!("CreateConnection was not sent: {}", expected.join("; ")));
    assert_eq!(fake.requests().len(), 0);

    call().unchecked().send().await.expect("success");
    assert_eq!(body(&only_request(&fake)), r#"{"name":"","endpoint":{"db_port":0}}"#);
}

#[tokio::test]
async fn values_that_change_the_operation_are_never_sent() {
    let fake = done();
    let client = huawei(&fake).build().expect("a client");
    for (group, why) in [("", "must not be empty"), ("..", "must not be `.` or `..`"), (".", "must not be `.` or `..`")]
    {
        let error = client.create_connection(group).unchecked().send().await.expect_err("invalid");
        assert_eq!(error.to_string(), format!("CreateConnection was not sent: group: {why}"));
    }
    let error = client.create_connection("g").unchecked().language("a\r\nb: c").extra_header("a b", "").send().await;
    assert_eq!(
        error.expect_err("invalid").to_string(),
        "CreateConnection was not sent: X-Language: contains characters that are not allowed in headers, such as a line break; \
         a b: is not a valid header name"
    );
    assert_eq!(fake.requests().len(), 0);
}

#[tokio::test]
async fn null_is_sent_in_bodies() {
    let fake = done();
    let client = huawei(&fake).build().expect("a client");
    client.create_connection("g").name("n").note(None).unchecked().send().await.expect("success");
    assert_eq!(body(&only_request(&fake)), r#"{"name":"n","note":null}"#);
}

#[tokio::test]
async fn settings_of_the_client() {
    let fake = done();
    let error = builder(&ALIYUN, &fake).region("cn-hangzou").build().expect_err("no such region");
    assert_eq!(
        error.to_string(),
        "unknown region `cn-hangzou` (from `.region(..)`): there are cn-hangzhou, cn-shanghai; or set the address with `.endpoint(..)`"
    );
    let client = builder(&ALIYUN, &fake).credentials(Credentials::access_key("a", "b")).build().expect("a client");
    let error = client.add_database().set("Host", "h").send().await.expect_err("no region");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(
        error.to_string(),
        "AddDatabase was not sent: no region: set it with `.region(..)`, one of cn-hangzhou, cn-shanghai"
    );
    assert!(builder(&HTTP, &fake).credentials(Credentials::token("t")).build().is_err());
    assert!(builder(&HTTP, &fake).signature(Signature::Acs3).build().is_err());
    assert!(builder(&HUAWEI, &fake).bearer_token("t").build().is_err());
    assert!(builder(&HTTP, &fake).endpoint("gopher://x").build().is_err());
}

#[tokio::test]
async fn aliyun_rpc_by_post() {
    let fake = done();
    let client = aliyun(&fake).build().expect("a client");
    let tags = json!([{"Key": "a b", "Value": ["x", 1]}]);
    let call =
        client.add_database().set("Host", "h*~").set("Filter", json!({"a": [1]})).set("Tag", tags).set("Force", true);
    call.send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri().host(), Some("dg.hangzhou.example.com"));
    assert_eq!(request.uri().path(), "/");
    assert_eq!(header(&request, "content-type"), "application/x-www-form-urlencoded");
    assert_eq!(
        body(&request),
        "RegionId=cn-hangzhou&Host=h%2A~&Filter=%7B%22a%22%3A%5B1%5D%7D&Tag.1.Key=a%20b&Tag.1.Value.1=x&Tag.1.Value.2=1&Force=true"
    );
    let query = request.uri().query().expect("a query");
    for pair in [
        "Action=AddDatabase",
        "Version=2019-03-27",
        "Format=JSON",
        "AccessKeyId=AK",
        "SignatureNonce=n-o-n-c-e",
        "Timestamp=2024-05-06T12%3A00%3A00Z",
        "SignatureMethod=HMAC-SHA1",
    ] {
        assert!(query.split('&').any(|found| found == pair), "{pair} in {query}");
    }
    assert!(query.contains("&Signature=") && !query.contains("Host"), "{query}");
}

#[tokio::test]
async fn aliyun_rpc_by_get_and_with_acs3() {
    let fake = done();
    let client = aliyun(&fake).get_requests().build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!((request.method().as_str(), body(&request)), ("GET", ""));
    let query = request.uri().query().expect("a query");
    assert!(query.contains("&Host=h") && query.contains("&Signature="), "{query}");

    let fake = done();
    let keys = Credentials::access_key("AK", "very-secret").with_security_token("st");
    let client = aliyun(&fake).credentials(keys).signature(Signature::Acs3).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(request.uri().query(), Some("Format=JSON"));
    assert_eq!(body(&request), "RegionId=cn-hangzhou&Host=h");
    assert_eq!(header(&request, "x-acs-action"), "AddDatabase");
    assert_eq!(header(&request, "x-acs-security-token"), "st");
    assert!(
        header(&request, "authorization")
            .starts_with("ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=content-type;host;")
    );
}

#[tokio::test]
async fn security_schemes() {
    let call = |client: Client| async move { client.list_pets().set("kind", "cat").send().await };
    let fake = responding(200, &[], "[]");
    let error = call(http(&fake)).await.expect_err("no key");
    assert_eq!(
        error.to_string(),
        "listPets was not sent: no key: set `.bearer_token(..)` (oauth), or `.api_key(\"key\", ..)` and \
         `.api_key(\"session\", ..)` on the client's builder"
    );

    let client = builder(&HTTP, &fake).api_key("key", "k&1").api_key("session", "s;2").build().expect("a client");
    let call_ =
        client.list_pets().set("kind", "cat").set("seen", "yes").set("tags", ["a", "b,c"]).set("X-Trace", [1, 2]);
    call_.send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(request.uri(), "https://api.example.com/v1/pets;kind=cat?tags=a,b%2Cc&api%20key=k%261");
    assert_eq!(header(&request, "cookie"), "seen=yes; sid=s%3B2");
    assert_eq!(header(&request, "x-trace"), "1,2");

    let fake = responding(200, &[], "[]");
    let client = builder(&HTTP, &fake).bearer_token("b").api_key("key", "k").build().expect("a client");
    call(client).await.expect("success");
    assert_eq!(header(&only_request(&fake), "authorization"), "Bearer b");

    // Optional security: sent if given.
    let fake = responding(200, &[("content-length", "7")], "");
    let client = builder(&HTTP, &fake).basic_auth("u", "p").build().expect("a client");
    assert_eq!(client.show_health().send().await.expect("success").into_inner(), "");
    let request = only_request(&fake);
    assert_eq!(header(&request, "authorization"), "Basic dTpw");
    assert_eq!(request.uri(), "https://api.example.com/v1/health?deep=1");
    let fake = responding(200, &[], "");
    http(&fake).show_health().send().await.expect("success");
    assert_eq!(header(&only_request(&fake), "authorization"), "");

    let error = builder(&HTTP, &fake).api_key("kee", "k").build().expect_err("no such scheme");
    assert_eq!(error.to_string(), "no security scheme `kee` for `.api_key(..)`: there are key, session");
}

#[tokio::test]
async fn schemes_left_to_callers() {
    type With = fn(ClientBuilder<Client>) -> ClientBuilder<Client>;
    let with: [(With, &str); 3] = [
        (|builder| builder, ""),
        (|builder| builder.bearer_token("t"), "Bearer t"),
        (|builder| builder.bearer_token_for("digest", "d").bearer_token_for("jwt", "t"), "Bearer d"),
    ];
    for (with, expected) in with {
        let fake = responding(200, &[], "[]");
        let client = with(builder(&FOREIGN, &fake)).build().expect("a client");
        client.list_pets().set("kind", "cat").send().await.expect("success");
        assert_eq!(header(&only_request(&fake), "authorization"), expected);
    }
    let fake = responding(200, &[], "[]");
    let error = builder(&FOREIGN, &fake).basic_auth("u", "p").build().expect_err("no such scheme");
    assert_eq!(
        error.to_string(),
        "the service has no security scheme for `.basic_auth(..)`: it has digest, which the caller must provide \
         (`.bearer_token_for(\"digest\", ..)`, `.extra_header(..)` of a call, `.interceptor(..)`), `.bearer_token(..)` (jwt)"
    );
}

#[tokio::test]
async fn optional_bodies() {
    let fake = done();
    http(&fake).update_pet().send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!((body(&request), header(&request, "content-type")), ("", ""));

    let error = http(&fake).update_pet().set("age", 3).send().await.expect_err("no name");
    assert_eq!(error.to_string(), "updatePet was not sent: name: is required");
}

#[tokio::test]
async fn form_bodies() {
    let fake = done();
    let call =
        http(&fake).submit_form().set("name", "a b&c").set("tags", ["x", "y"]).set("meta", json!({"k": {"l": 1}}));
    call.send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(body(&request), "name=a%20b%26c&tags=x&tags=y&meta%5Bk%5D%5Bl%5D=1");
    assert_eq!(header(&request, "content-type"), "application/x-www-form-urlencoded");
}

#[tokio::test]
async fn multipart_bodies() {
    let fake = done();
    let error = http(&fake).upload_pet().send().await.expect_err("no file");
    assert_eq!(error.to_string(), "uploadPet was not sent: file: is required");
    let call = http(&fake).upload_pet().set("tags", ["x", "y"]).set("meta", json!({"k": 1}));
    call.file("first").files([Part::new("png").file_name("a.png"), "second".into()]).send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(header(&request, "content-type"), "multipart/form-data; boundary=n-o-n-c-e");
    let start = "--n-o-n-c-e\r\nContent-Disposition: form-data; name=";
    let file = "\r\nContent-Type: image/png\r\n\r\n";
    let expected = format!(
        "{start}\"file\"; filename=\"a.png\"{file}png\r\n{start}\"file\"; filename=\"file\"{file}second\r\n\
         {start}\"meta\"\r\nContent-Type: application/json\r\n\r\n{{\"k\":1}}\r\n\
         {start}\"tags\"\r\n\r\nx\r\n{start}\"tags\"\r\n\r\ny\r\n--n-o-n-c-e--\r\n"
    );
    assert_eq!(body(&request), expected);
}

#[tokio::test]
async fn raw_bodies() {
    let fake = done();
    let error = http(&fake).store_pet().send().await.expect_err("no body");
    assert_eq!(error.to_string(), "storePet was not sent: body: is required");
    for (kind, media_type, text) in [
        (0, "application/octet-stream", "raw"),
        (1, "application/xml", "<a/>"),
        (2, "application/merge-patch+json", "{\"a\":1}"),
    ] {
        let fake = done();
        let call = http(&fake).store_pet();
        let call = match kind {
            0 => call.body("raw"),
            1 => call.body_xml("<a/>"),
            _ => call.merge(json!({"a": 1})),
        };
        call.send().await.expect("success");
        let request = only_request(&fake);
        assert_eq!((header(&request, "content-type"), body(&request)), (media_type, text));
    }
}

#[tokio::test]
async fn whole_bodies() {
    let fake = done();
    let error = http(&fake).replace_pets().set("body", ["cat", "horse"]).send().await.expect_err("too long");
    assert_eq!(error.to_string(), "replacePets was not sent: body[1]: must have at most 3 characters, has 5");
    http(&fake).replace_pets().set("body", ["cat"]).send().await.expect("success");
    assert_eq!(body(&only_request(&fake)), r#"["cat"]"#);
}

#[tokio::test]
async fn mistakes_in_generated_code_are_reported() {
    let fake = done();
    let call = http(&fake).replace_pets().set("bodi", 1).set("body", std::collections::BTreeMap::from([(vec![1], 2)]));
    assert_eq!(
        call.send().await.expect_err("mistakes").to_string(),
        "replacePets was not sent: bodi: is not a parameter; body: cannot be written: a key must be a string; \
         body: is required"
    );
}

#[tokio::test]
async fn extra_headers_win() {
    let fake = done();
    http(&fake)
        .store_pet()
        .body("x")
        .extra_header("Content-Type", "image/gif")
        .extra_header("X-A", "b")
        .send()
        .await
        .expect("success");
    let request = only_request(&fake);
    assert_eq!((header(&request, "content-type"), header(&request, "x-a")), ("image/gif", "b"));
}

#[tokio::test]
async fn a_parameter_that_is_the_whole_query() {
    let fake = done();
    let call = http(&fake).find_pets().set("whole", json!({"a b": "c&d", "list": [1, 2]}));
    call.set("session", "s%12").set("other", "é").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(request.uri().query(), Some("a%20b=c%26d&list=1&list=2&fixed=1"));
    assert_eq!(header(&request, "cookie"), "session=s%12; other=%C3%A9");

    let fake = done();
    http(&fake).find_pets_by_json().set("whole", json!({"a": [1]})).send().await.expect("success");
    assert_eq!(only_request(&fake).uri().query(), Some("%7B%22a%22%3A%5B1%5D%7D"));
    let fake = done();
    http(&fake).find_pets_by_json().send().await.expect("success");
    assert_eq!(only_request(&fake).uri().query(), None);
}

#[tokio::test]
async fn literal_parts_of_paths_are_encoded() {
    let fake = done();
    http(&fake).odd_path().set("name", "a/b%41").send().await.expect("success");
    assert_eq!(only_request(&fake).uri().path(), "/v1/with%20blank/%C3%A9/%22q%22/%7Bno%7D/100%25/%2F/a/b%2541/x");
    let error = http(&done()).odd_path().set("name", "a/../b").send().await.expect_err("refused").to_string();
    assert_eq!(error, "oddPath was not sent: name: must not be `.` or `..`");
}

/// A required value that would be omitted from the request counts as missing, however it was set.
#[tokio::test]
async fn an_empty_list_counts_as_missing() {
    let fake = Replay::new([]);
    let client = |service: &'static Service| {
        let builder = Client::builder(service).transport(fake.clone()).endpoint("http://localhost");
        if std::ptr::eq(service, &ALIYUN) { builder.credentials(Credentials::access_key("AK", "SK")) } else { builder }
            .build()
            .expect("a client")
    };
    for empty in [serde_json::json!([]), serde_json::json!([null]), serde_json::json!({})] {
        let error = client(&ALIYUN).add_database().set("Host", &empty).send().await.expect_err("is missing");
        assert_eq!(error.violations()[0].to_string(), "Host: must have at least 1 entry, as an empty list is not sent");
    }
    let error = client(&HTTP).submit_form().set("name", [""; 0]).send().await.expect_err("is missing");
    assert_eq!(error.violations()[0].path, "name");
    let error = client(&HTTP).upload_pet().files([""; 0]).send().await.expect_err("is missing");
    assert_eq!(error.violations()[0].to_string(), "file: is required");
    assert!(fake.requests().is_empty());
}
