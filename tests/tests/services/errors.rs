//! What goes wrong: documented error answers, the shapes that services use, and what never reaches a service.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_runtime::Credentials;

use crate::calls;
use crate::calls::Failure;
use crate::samples::{Sample, samples, spec};
use crate::server::answering;
use crate::wire::{SECRET, client};

fn sample(service: &str, operation: &str) -> Sample {
    samples(service).into_iter().find(|sample| sample.operation == operation).unwrap()
}

async fn sts(body: ResponseTemplate) -> Box<Failure> {
    let server = answering(body).await;
    calls::aliyun_sts(&client(yundb_aliyun_sts::Client::builder(), &server), &sample("aliyun-sts", "assumeRole"))
        .await
        .unwrap_err()
}

async fn drs(answer: ResponseTemplate) -> Box<Failure> {
    let server = answering(answer).await;
    let client = client(yundb_huawei_drs::Client::builder().project_id("p"), &server);
    calls::huawei_drs(&client, &sample("huawei-drs", "createConnection")).await.unwrap_err()
}

#[tokio::test]
async fn every_documented_code_of_sts() {
    let spec = spec("aliyun-sts");
    let codes = spec["components"]["schemas"]["ErrorCode"]["x-enumStatus"].as_object().unwrap().clone();
    assert_eq!(codes.len(), 9);
    for (code, status) in codes {
        let status = u16::try_from(status.as_u64().unwrap()).unwrap();
        let body =
            json!({"Code": code, "Message": "why", "RequestId": "R-1", "HostId": "sts", "Recommend": "https://e.f"});
        let error = sts(ResponseTemplate::new(status).set_body_json(&body)).await;
        assert_eq!(error.status, Some(status));
        assert_eq!(error.code.as_deref(), Some(code.as_str()));
        assert_eq!(error.body, Some(body), "the typed body keeps all of it");
        assert_eq!(error.display, format!("AssumeRole failed: {status} {code}: why (request id R-1)"));
    }
}

#[tokio::test]
async fn the_documented_error_of_drs() {
    let sample = sample("huawei-drs", "createConnection");
    let (status, body) = sample.answers.iter().find(|(status, _)| *status == 400).cloned().unwrap();
    let error = drs(ResponseTemplate::new(status).set_body_json(&body).insert_header("X-Request-Id", "r-9")).await;
    assert_eq!(error.status, Some(400));
    assert_eq!(error.code.as_deref(), body["error_code"].as_str());
    assert_eq!(error.message.as_deref(), body["error_msg"].as_str());
    assert_eq!(error.request_id.as_deref(), Some("r-9"));
    for part in ["createConnection", "400", "DRS.10010065", "already exists", "r-9"] {
        assert!(error.display.contains(part), "{part} in {}", error.display);
    }
}

#[tokio::test]
async fn all_shapes_of_errors() {
    for (body, code, message) in [
        (json!({"error_code": "DBS.200001", "error_msg": "m"}), "DBS.200001", "m"),
        (json!({"errCode": "DBS.1", "externalMessage": "m"}), "DBS.1", "m"),
        (json!({"errorCode": "DBS.2", "errorMsg": "m"}), "DBS.2", "m"),
        (json!({"code": "C", "message": "m"}), "C", "m"),
        (json!({"code": 403, "message": "m"}), "403", "m"),
        (
            json!({"Code": "Throttling.User", "Message": "m", "RequestId": "r", "HostId": "h", "Recommend": "x"}),
            "Throttling.User",
            "m",
        ),
        (json!({"error": {"code": 401, "message": "m", "title": "Unauthorized"}}), "401", "m"),
    ] {
        let error = drs(ResponseTemplate::new(400).set_body_json(&body)).await;
        assert_eq!((error.code.as_deref(), error.message.as_deref()), (Some(code), Some(message)), "{body}");
    }
    let html = "<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>";
    let error = drs(ResponseTemplate::new(502).set_body_raw(html, "text/html")).await;
    assert_eq!(error.status, Some(502));
    assert!(error.display.contains("502 Bad Gateway") && !error.display.contains('<'), "{}", error.display);
    let error = drs(ResponseTemplate::new(503)).await;
    assert_eq!((error.status, error.code), (Some(503), None));
}

#[tokio::test]
async fn answers_of_200_that_failed() {
    let sample = sample("aliyun-dg", "stopGateway");
    for success in [json!(false), json!("false")] {
        let body =
            json!({"Success": success, "Code": "GatewayNotFound", "ErrorMsg": "no such gateway", "RequestId": "R-2"});
        let server = answering(ResponseTemplate::new(200).set_body_json(body)).await;
        let error = calls::aliyun_dg(&client(yundb_aliyun_dg::Client::builder(), &server), &sample).await.unwrap_err();
        assert_eq!(error.display, "StopGateway failed: 200 GatewayNotFound: no such gateway (request id R-2)");
    }
    // A success that is no JSON is no success.
    let server = answering(ResponseTemplate::new(200).set_body_string("{\"Success\": tr")).await;
    let error = calls::aliyun_dg(&client(yundb_aliyun_dg::Client::builder(), &server), &sample).await.unwrap_err();
    assert!(error.display.starts_with("StopGateway"), "{}", error.display);
}

#[tokio::test]
async fn what_is_missing_is_said_at_once() {
    let server = answering(ResponseTemplate::new(200)).await;
    let client = client(yundb_huawei_drs::Client::builder(), &server);
    let endpoint = yundb_huawei_drs::types::BaseEndpoint::new().db_port("70000");
    let call = client.create_connection().name("abc").endpoint(endpoint.clone().source_sharding([endpoint]));
    let error = call.clone().send().await.unwrap_err();
    let paths: Vec<&str> = error.violations().iter().map(|violation| violation.path.as_str()).collect();
    for path in [
        "name",
        "db_type",
        "endpoint.endpoint_name",
        "endpoint.db_user",
        "endpoint.db_password",
        "endpoint.db_port",
        "endpoint.source_sharding[0].db_port",
    ] {
        assert!(paths.contains(&path), "{path} in {error}");
    }
    assert!(
        error.to_string().contains("HUAWEICLOUD_SDK_PROJECT_ID") && error.to_string().contains("project_id"),
        "{error}"
    );
    assert!(server.received_requests().await.unwrap().is_empty(), "nothing was sent");
    // A path without its project can't be sent at all, checked or not; the rest can.
    let client =
        yundb_huawei_drs::Client::builder().project_id("p").endpoint(server.uri()).credentials(Credentials::token("t"));
    let call = client.build().unwrap().create_connection().name("abc").unchecked();
    let _ = call.send().await;
    let body: Value = serde_json::from_slice(&server.received_requests().await.unwrap()[0].body).unwrap();
    assert_eq!(body, json!({"name": "abc"}));
}

#[tokio::test]
async fn what_the_client_lacks() {
    let error = yundb_aliyun_dg::Client::builder().region("cn-hangzou").build().map(|_| ()).map_err(|e| e.to_string());
    let error = match error {
        Err(error) => error,
        Ok(()) => {
            let client = yundb_aliyun_dg::Client::builder().region("cn-hangzou").build().unwrap();
            client.stop_gateway().gateway_id("g").send().await.unwrap_err().to_string()
        }
    };
    assert!(error.contains("cn-hangzou") && error.contains("cn-hangzhou"), "{error}");
    if std::env::var_os("ALIBABA_CLOUD_ACCESS_KEY_ID").is_none() {
        let server = answering(ResponseTemplate::new(200)).await;
        let client = yundb_aliyun_dg::Client::builder().endpoint(server.uri()).build().unwrap();
        let error = client.stop_gateway().gateway_id("g").send().await.unwrap_err().to_string();
        assert!(error.contains("ALIBABA_CLOUD_ACCESS_KEY_ID"), "{error}");
    }
    let client = yundb_aliyun_dg::Client::builder()
        .endpoint("http://127.0.0.1:9")
        .credentials(Credentials::access_key("a", "b"));
    let error = client.build().unwrap().stop_gateway().gateway_id("g").send().await.unwrap_err();
    assert!(error.is_retryable(), "nothing was connected: {error}");
}

#[test]
fn secrets_do_not_show() {
    let client = yundb_aliyun_dg::Client::builder()
        .credentials(Credentials::access_key("AKID", SECRET))
        .region("cn-hangzhou")
        .build()
        .unwrap();
    let call = client.add_database().db_password("hunter2").host("h");
    assert!(!format!("{client:?} {call:?}").contains(SECRET));
    assert!(!format!("{call:?}").contains("hunter2"));
    let endpoint = yundb_huawei_drs::types::BaseEndpoint::new().db_password("hunter2");
    assert!(!format!("{endpoint:?}").contains("hunter2"));
}
