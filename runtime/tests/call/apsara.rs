//! Apsara Stack: its headers, its gateways, and trusted certificates.

use crate::fake::{noon, only_request, responding};
use std::collections::BTreeMap;
use yundb_runtime::test_util::Replay;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::{ApsaraStack, ClientBuilder, Credentials, ErrorKind, Service, Signature, sign};

use crate::mini::{ALIYUN, Client, HTTP, HUAWEI};

fn builder(fake: &Replay) -> ClientBuilder<Client> {
    let keys = Credentials::access_key("AK", "very-secret").with_security_token("st");
    plain(&ALIYUN).transport(fake.clone()).clock(noon()).nonces(|| "n-o-n-c-e".to_owned()).credentials(keys)
}

fn plain(service: &'static Service) -> ClientBuilder<Client> {
    Client::builder(service)
}

fn stack() -> ApsaraStack {
    ApsaraStack::new().organization_id("3")
}

fn done() -> Replay {
    responding(200, &[], r#"{"Success": true}"#)
}

fn header<'a>(request: &'a Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().expect("text"))
}

fn query(request: &Request<Bytes>) -> BTreeMap<String, String> {
    let query = request.uri().query().expect("a query");
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| {
            (name.to_owned(), value.replace("%3A", ":").replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))
        })
        .collect()
}

#[tokio::test]
async fn headers_go_with_every_call() {
    let fake = done();
    let stack = stack().resource_group_id("40").region_id("cn-1").instance_id("dts-1").caller("me");
    let client = builder(&fake).endpoint("dts.example.com").apsara_stack(stack).build().expect("a client");
    client.add_database().set("Host", "h").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!((request.uri().scheme_str(), request.uri().path()), (Some("https"), "/"));
    for (name, value) in [
        ("x-acs-organizationid", "3"),
        ("x-acs-resourcegroupid", "40"),
        ("x-acs-regionid", "cn-1"),
        ("x-acs-instanceid", "dts-1"),
        ("x-acs-caller-sdk-source", "me"),
    ] {
        assert_eq!(header(&request, name), Some(value), "{name}");
    }
    assert_eq!(query(&request)["SecurityToken"], "st");
    assert!(!query(&request).contains_key("Product"));
}

#[tokio::test]
async fn an_instance_for_one_call() {
    let fake = done();
    let client = builder(&fake).endpoint("https://dts.example.com").apsara_stack(stack().instance_id("dts-1")).build();
    let call = client.expect("a client").add_database().set("Host", "h");
    call.extra_header(ApsaraStack::INSTANCE_ID, "dts-2").send().await.expect("success");
    let request = only_request(&fake);
    assert_eq!(request.headers().get_all(ApsaraStack::INSTANCE_ID).iter().count(), 1);
    assert_eq!(header(&request, ApsaraStack::INSTANCE_ID), Some("dts-2"));
    assert_eq!(header(&request, "x-acs-caller-sdk-source"), Some("yundb"));
    assert_eq!(header(&request, "x-acs-regionid"), None);
}

#[tokio::test]
async fn the_asapi_gateway() {
    for endpoint in ["public.asapi.example.com", "https://public.asapi.example.com/asapi/v3/"] {
        let fake = done();
        let client = builder(&fake).endpoint(endpoint).region("cn-1").apsara_stack(ApsaraStack::new().asapi());
        let client = client.build().expect("a client");
        client.add_database().set("Host", "h").set("Tag", json!([{"Key": "k"}])).send().await.expect("success");
        let request = only_request(&fake);
        assert_eq!(request.method(), "POST");
        assert!(
            request.uri().to_string().starts_with("https://public.asapi.example.com/asapi/v3?"),
            "{}",
            request.uri()
        );
        assert_eq!(header(&request, "x-acs-organizationid"), None);
        let mut all = query(&request);
        for (name, value) in
            [("Product", "Mini"), ("Action", "AddDatabase"), ("Version", "2019-03-27"), ("SecurityToken", "st")]
        {
            assert_eq!(all[name], value, "{name}");
        }
        // The region is added to the query only if the call has no such parameter.
        assert_eq!(all.get("RegionId"), None);
        let signature = all.remove("Signature").expect("a signature");
        all.extend(
            [("RegionId", "cn-1"), ("Host", "h"), ("Tag.1.Key", "k")].map(|(n, v)| (n.to_owned(), v.to_owned())),
        );
        let all: Vec<_> = all.into_iter().collect();
        let signed = sign::sign_aliyun_rpc("POST", &all, &"very-secret".into()).expect("signed");
        assert_eq!(signature, signed.signature);
    }
}

#[tokio::test]
async fn failures_of_the_gateway() {
    let body =
        r#"{"asapiSuccess": false, "asapiErrorCode": "NoOrg", "asapiErrorMessage": "who?", "asapiRequestId": "r-1"}"#;
    let fake = responding(200, &[], body);
    let client = builder(&fake).endpoint("asapi.example.com").apsara_stack(ApsaraStack::new().asapi()).build();
    let error = client.expect("a client").add_database().set("Host", "h").send().await.expect_err("a failure");
    assert_eq!(error.kind(), ErrorKind::Service);
    assert_eq!((error.code(), error.message(), error.request_id()), (Some("NoOrg"), Some("who?"), Some("r-1")));
}

#[test]
fn settings_that_cannot_work() {
    let fake = done();
    let refused = |builder: ClientBuilder<Client>, why: &str| {
        let error = builder.build().expect_err("an error").to_string();
        assert!(error.contains(why), "{error}");
    };
    refused(builder(&fake).region("cn-hangzhou").apsara_stack(stack()), "its own addresses");
    refused(builder(&fake).endpoint("x").apsara_stack(ApsaraStack::new()), "requires an organization");
    refused(builder(&fake).endpoint("x").apsara_stack(stack().asapi()).get_requests(), "POST");
    refused(builder(&fake).endpoint("x").apsara_stack(stack().asapi()).signature(Signature::Acs3), "RPC signatures");
    refused(plain(&HUAWEI).endpoint("x").apsara_stack(stack()), "Alibaba Cloud's RPC");
    refused(builder(&fake).root_certificate_pem("x"), "custom transport");
    refused(builder(&fake).danger_accept_invalid_certificates(), "custom transport");
    refused(plain(&HTTP).root_certificate_pem("no PEM"), "not PEM");
    refused(
        plain(&HTTP).root_certificate_pem("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        "certificate",
    );
}

/// A server with a certificate of a private authority, which responds once per connection.
async fn private_server() -> (String, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let provider = std::sync::Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("a configuration");
    let acceptor = TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that does not trust the certificate disconnects here.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let body = r#"{"Success": true, "RequestId": "private"}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (format!("https://localhost:{port}"), made.cert.pem())
}

#[tokio::test]
async fn certificates() {
    let (endpoint, pem) = private_server().await;
    let builder = || {
        let keys = Credentials::access_key("AK", "very-secret");
        plain(&ALIYUN).credentials(keys).endpoint(endpoint.clone()).apsara_stack(stack())
    };
    let call =
        |builder: ClientBuilder<Client>| builder.build().expect("a client").add_database().set("Host", "h").send();

    let error = call(builder()).await.expect_err("not trusted");
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert!(error.to_string().contains("certificate"), "{error}");
    let response = call(builder().root_certificate_pem(pem)).await.expect("trusted");
    assert_eq!(response.request_id(), Some("private"));
    let response = call(builder().danger_accept_invalid_certificates()).await.expect("anyone");
    assert_eq!(response.request_id(), Some("private"));
}
