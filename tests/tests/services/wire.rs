//! Each operation's call: method, path, parameters, signature; and its answer, of which nothing may be lost.

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};
use yundb_runtime::{Client, ClientBuilder, Credentials, Signature};

use crate::calls;
use crate::compare::lost;
use crate::samples::{Sample, samples, spec};
use crate::server::{answering, form, header, query, received};
use crate::signatures::{assert_acs3, assert_aliyun_rpc, assert_huawei};

pub const KEY: &str = "AKID";
pub const SECRET: &str = "s3cret/+=&";

/// A client of a server, with keys and a project.
pub fn client<C: From<Client>>(builder: ClientBuilder<C>, server: &MockServer) -> C {
    builder.endpoint(server.uri()).credentials(Credentials::access_key(KEY, SECRET)).build().unwrap()
}

fn success(sample: &Sample) -> (ResponseTemplate, Value) {
    let (status, body) = sample.success();
    (ResponseTemplate::new(status).set_body_json(&body).insert_header("X-Subject-Token", "MIIToken"), body)
}

/// What an RPC call must have sent.
fn assert_rpc(request: &Request, sample: &Sample, version: &str) {
    assert_eq!((request.method.as_str(), request.url.path()), ("POST", "/"), "{}", sample.operation);
    let query = query(request);
    let action = sample.path.strip_prefix("/#Action=").unwrap();
    for (name, value) in [
        ("Action", action),
        ("Version", version),
        ("Format", "JSON"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("AccessKeyId", KEY),
    ] {
        assert_eq!(query.get(name).map(String::as_str), Some(value), "{name} of {action}");
    }
    for name in query.keys() {
        let common = [
            "Action",
            "Version",
            "Format",
            "SignatureMethod",
            "SignatureVersion",
            "AccessKeyId",
            "Signature",
            "SignatureNonce",
            "Timestamp",
        ];
        assert!(common.contains(&name.as_str()), "{name} of {action} stands in the URL");
    }
    let form = form(request);
    assert_eq!(form.len(), sample.parameters.len(), "{action} sends {form:?}");
    for (name, value, json) in &sample.parameters {
        match json {
            true => assert_eq!(&serde_json::from_str::<Value>(&form[name]).unwrap(), value, "{name} of {action}"),
            false => assert_eq!(Some(&form[name]), sample.text(name).as_ref(), "{name} of {action}"),
        }
    }
    assert_aliyun_rpc(request, SECRET);
}

#[tokio::test]
async fn aliyun_dg() {
    let samples = samples("aliyun-dg");
    assert_eq!(samples.len(), 13);
    for sample in samples {
        let (answer, body) = success(&sample);
        let server = answering(answer).await;
        let decoded = calls::aliyun_dg(&client(yundb_aliyun_dg::Client::builder(), &server), &sample).await.unwrap();
        assert_rpc(&received(&server).await, &sample, "2019-03-27");
        assert_eq!(lost(&body, &decoded), None, "{}", sample.operation);
        assert!(!sample.answers.is_empty());
    }
}

#[tokio::test]
async fn aliyun_sts() {
    let samples = samples("aliyun-sts");
    assert_eq!(samples.len(), 1);
    // The document has no JSON sample: it shows the fields one by one.
    assert!(samples[0].made);
    let (answer, body) = success(&samples[0]);
    let server = answering(answer).await;
    let decoded = calls::aliyun_sts(&client(yundb_aliyun_sts::Client::builder(), &server), &samples[0]).await.unwrap();
    assert_rpc(&received(&server).await, &samples[0], "2015-04-01");
    assert_eq!(lost(&body, &decoded), None);
}

/// What a REST call must have sent, but for its signature.
fn assert_rest(request: &Request, sample: &Sample, project: &str) {
    assert_eq!(request.method.as_str(), sample.method);
    assert_eq!(request.url.path(), sample.path.replace("{project_id}", project));
    let query = query(request);
    assert_eq!(query.len(), sample.parameters.len(), "{query:?}");
    for (name, _, _) in &sample.parameters {
        assert_eq!(Some(&query[name]), sample.text(name).as_ref(), "{name}");
    }
    match &sample.body {
        Some(body) => {
            assert_eq!(&serde_json::from_slice::<Value>(&request.body).unwrap(), body);
            assert!(header(request, "content-type").starts_with("application/json"));
        }
        None => assert!(request.body.is_empty()),
    }
}

#[tokio::test]
async fn huawei_drs() {
    let samples = samples("huawei-drs");
    assert_eq!(samples.len(), 1);
    let (answer, body) = success(&samples[0]);
    let server = answering(answer).await;
    let builder = || yundb_huawei_drs::Client::builder().project_id("p/1");
    let decoded = calls::huawei_drs(&client(builder(), &server), &samples[0]).await.unwrap();
    assert_eq!(lost(&body, &decoded), None);
    let request = received(&server).await;
    assert_rest(&request, &samples[0], "p%2F1");
    assert_eq!(header(&request, "x-project-id"), "p/1");
    assert_huawei(&request, KEY, SECRET);

    // A token takes the signature's place.
    let (answer, _) = success(&samples[0]);
    let server = answering(answer).await;
    let client =
        builder().language("en-us").endpoint(server.uri()).credentials(Credentials::token("MII")).build().unwrap();
    calls::huawei_drs(&client, &samples[0]).await.unwrap();
    let request = received(&server).await;
    assert_eq!(
        (header(&request, "x-auth-token"), header(&request, "x-language")),
        ("MII".to_owned(), "en-us".to_owned())
    );
    assert!(!request.headers.contains_key("authorization"));
}

#[tokio::test]
async fn huawei_iam() {
    let samples = samples("huawei-iam");
    assert_eq!(samples.len(), 2);
    for sample in samples {
        let (answer, body) = success(&sample);
        let server = answering(answer).await;
        let client = client(yundb_huawei_iam::Client::builder(), &server);
        let decoded = calls::huawei_iam(&client, &sample).await.unwrap();
        assert_eq!(lost(&body, &decoded), None, "{}", sample.operation);
        let request = received(&server).await;
        assert_rest(&request, &sample, "");
        if sample.operation == "createToken" {
            assert!(!request.headers.contains_key("authorization"), "a token is asked for without one");
            let auth = serde_json::from_value(sample.body.clone().unwrap()["auth"].clone()).unwrap();
            let made = client.create_token(auth).send().await.unwrap();
            let token = made.typed_headers().x_subject_token.clone().unwrap();
            assert_eq!(token.expose(), "MIIToken");
            assert!(!format!("{made:?} {:?}", made.typed_headers()).contains("MIIToken"));
        } else {
            assert_huawei(&request, KEY, SECRET);
        }
    }
}

#[tokio::test]
async fn rpc_by_other_ways() {
    let sample = samples("aliyun-dg").into_iter().find(|sample| sample.operation == "listDatabases").unwrap();
    let (answer, _) = success(&sample);

    let server = answering(answer.clone()).await;
    let builder = yundb_aliyun_dg::Client::builder().get_requests().endpoint(server.uri());
    let keys = Credentials::access_key(KEY, SECRET).with_security_token("STS.token");
    calls::aliyun_dg(&builder.credentials(keys).build().unwrap(), &sample).await.unwrap();
    let request = received(&server).await;
    assert_eq!(request.method.as_str(), "GET");
    assert!(request.body.is_empty());
    assert_eq!(query(&request)["SecurityToken"], "STS.token");
    assert_eq!(query(&request)["PageSize"], "10");
    assert_aliyun_rpc(&request, SECRET);

    let server = answering(answer).await;
    let client = client(yundb_aliyun_dg::Client::builder().signature(Signature::Acs3), &server);
    calls::aliyun_dg(&client, &sample).await.unwrap();
    let request = received(&server).await;
    assert_eq!(header(&request, "x-acs-action"), "GetUserDatabases");
    assert_eq!(header(&request, "x-acs-version"), "2019-03-27");
    assert_acs3(&request, KEY, SECRET);
}

#[tokio::test]
async fn every_attempt_has_a_nonce_of_its_own() {
    let sample = samples("aliyun-dg").remove(2);
    let (answer, _) = success(&sample);
    let server = answering(answer).await;
    let client = client(yundb_aliyun_dg::Client::builder(), &server);
    for _ in 0..3 {
        calls::aliyun_dg(&client, &sample).await.unwrap();
    }
    let nonces: std::collections::BTreeSet<String> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| query(request)["SignatureNonce"].clone())
        .collect();
    assert_eq!(nonces.len(), 3);
}

#[tokio::test]
async fn pages() {
    let server = MockServer::start().await;
    let gateway = |id: usize| json!({"gatewayId": format!("dg-{id}"), "gmtCreate": 1});
    for (page, ids) in [("1", 0..2), ("2", 2..4), ("3", 4..5)] {
        let data = Value::Array(ids.map(gateway).collect()).to_string();
        let body = json!({"Count": "5", "Data": data, "Code": "200", "Success": "true", "RequestId": page});
        Mock::given(wiremock::matchers::body_string_contains(format!("PageNumber={page}")))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    }
    let client = client(yundb_aliyun_dg::Client::builder(), &server);
    let gateways: Vec<_> = client.list_gateways().page_size(2).items().try_collect().await.unwrap();
    let ids: Vec<_> = gateways.iter().filter_map(|gateway| gateway.gateway_id.as_deref()).collect();
    assert_eq!(ids, ["dg-0", "dg-1", "dg-2", "dg-3", "dg-4"]);
    let pages: Vec<_> = client.list_gateways().page_size(2).page_number(2).pages().try_collect().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.request_id()).collect::<Vec<_>>(), [Some("2"), Some("3")]);
}

#[test]
fn operations_are_counted() {
    let count = |service| {
        let spec = spec(service);
        spec["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum::<usize>()
    };
    assert_eq!(["aliyun-dg", "aliyun-sts", "huawei-drs", "huawei-iam"].map(count), [13, 1, 1, 2]);
}
