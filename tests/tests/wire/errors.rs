//! Failures: each documented one, and every shape in which services say them.

use std::fmt::Debug;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_aliyun_sts as sts;
use yundb_huawei_ddm as ddm;
use yundb_huawei_drs as drs;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_huawei_iam as iam;
use yundb_runtime::serde::Serialize;
use yundb_runtime::{Client, ClientBuilder, Credentials, Error, ErrorKind};

use super::calls::{self, Calls};
use super::compare::differences;
use super::spec::{Operation, Samples, Service};
use crate::server::Server;

/// A service, its calls and its client.
struct Called<C: 'static, E: 'static> {
    service: Service,
    calls: &'static Calls<C, E>,
    builder: fn() -> ClientBuilder<C>,
}

impl<C: From<Client>, E: Debug + Serialize> Called<C, E> {
    fn new(name: &str, calls: &'static Calls<C, E>, builder: fn() -> ClientBuilder<C>) -> Self {
        let mut service = Service::load(name, Samples::Documented);
        service.operations.retain(|operation| calls.iter().any(|(name, _)| *name == operation.name));
        Self { service, calls, builder }
    }

    /// The errors of calls that are answered so, one after the other.
    async fn failures(&self, cases: Vec<(&Operation, ResponseTemplate)>) -> Vec<Error<E>> {
        let (operations, answers): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
        let server = Server::answering(answers).await;
        let keys = Credentials::access_key("ak", "sk");
        let builder = (self.builder)().credentials(keys).project_id("p1").region("cn-north-4");
        let client = server.client(builder);
        let mut errors = Vec::new();
        for operation in operations {
            let outcome = calls::call(self.calls, &operation.name)(&client, operation).await;
            errors.push(outcome.err().unwrap_or_else(|| panic!("{} succeeded", operation.id)));
        }
        assert_eq!(server.requests().await.len(), errors.len(), "each call is sent once");
        errors
    }

    /// The error of an operation that is answered so.
    async fn failure(&self, operation: &Operation, answer: ResponseTemplate) -> Error<E> {
        self.failures(vec![(operation, answer)]).await.remove(0)
    }

    /// The error of an operation that is answered with this JSON.
    async fn says(&self, operation: &Operation, status: u16, body: Value, expected: [&str; 3]) -> Error<E> {
        let error = self.failure(operation, ResponseTemplate::new(status).set_body_json(&body)).await;
        check_json(&error, operation, status, &body, expected);
        error
    }
}

/// The error has the answer's JSON typed with nothing lost, and says what is expected.
#[track_caller]
fn check_json<E: Serialize>(error: &Error<E>, operation: &Operation, status: u16, body: &Value, expected: [&str; 3]) {
    assert_eq!(differences(body, &serde_json::to_value(error.body()).unwrap()), [""; 0], "{}", operation.id);
    check(error, &operation.name, status, expected);
}

/// What the error says, `""` being nothing, and that `Display` says all of it.
#[track_caller]
fn check<E>(error: &Error<E>, name: &str, status: u16, [code, message, id]: [&str; 3]) {
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    assert_eq!((error.kind(), error.operation(), error.status()), (ErrorKind::Service, name, Some(status)));
    assert_eq!((error.code(), error.message(), error.request_id()), (some(code), some(message), some(id)));
    let mut display = format!("{name} failed: {status}");
    for (before, text, after) in [(" ", code, ""), (": ", message, ""), (" (request id ", id, ")")] {
        if !text.is_empty() {
            display.push_str(&format!("{before}{text}{after}"));
        }
    }
    assert_eq!(error.to_string(), display);
}

fn dg() -> Called<dg::Client, dg::types::ErrorBody> {
    Called::new("aliyun-dg", calls::ALIYUN_DG, dg::Client::builder)
}

fn sts() -> Called<sts::Client, sts::types::ErrorBody> {
    Called::new("aliyun-sts", calls::ALIYUN_STS, sts::Client::builder)
}

fn ddm() -> Called<ddm::Client, ddm::types::ErrorBody> {
    Called::new("huawei-ddm", calls::HUAWEI_DDM_ERRORBODY, ddm::Client::builder)
}

fn ddm_v3() -> Called<ddm::Client, ddm::types::ErrorBodyV3> {
    Called::new("huawei-ddm", calls::HUAWEI_DDM_ERRORBODYV3, ddm::Client::builder)
}

fn dts() -> Called<dts::Client, dts::types::ErrorBody> {
    Called::new("aliyun-dts", calls::ALIYUN_DTS, dts::Client::builder)
}

fn drs() -> Called<drs::Client, drs::types::ErrorBody> {
    Called::new("huawei-drs", calls::HUAWEI_DRS, drs::Client::builder)
}

fn gaussdb() -> Called<gaussdb::Client, gaussdb::types::ErrorBody> {
    Called::new("huawei-gaussdb-mysql", calls::HUAWEI_GAUSSDB_MYSQL, gaussdb::Client::builder)
}

fn iam() -> Called<iam::Client, iam::types::ErrorBody> {
    Called::new("huawei-iam", calls::HUAWEI_IAM, iam::Client::builder)
}

fn text<'a>(body: &'a Value, names: &[&str]) -> &'a str {
    names.iter().find_map(|name| body[*name].as_str()).unwrap_or_default()
}

/// Every documented failure of every operation: its samples, else one with all that its schema has. Gives how many there
/// are of each.
async fn documented<C: From<Client>, E: Debug + Serialize>(called: &Called<C, E>) -> (usize, usize) {
    let (mut samples, mut made) = (0, 0);
    let mut cases = Vec::new();
    for operation in &called.service.operations {
        assert!(!operation.failures.is_empty(), "{}", operation.id);
        for failure in &operation.failures {
            let statuses = failure.status.parse().map_or(vec![400, 403, 404, 500, 503], |status| vec![status]);
            let mut bodies = failure.samples.clone();
            samples += bodies.len();
            if bodies.is_empty() {
                made += 1;
                bodies.push(called.service.made(&failure.schema));
            }
            for status in statuses {
                cases.extend(bodies.iter().map(|body| (operation, status, body.clone())));
            }
        }
    }
    let answer = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let answers = cases.iter().map(|(operation, status, body)| (*operation, answer(*status, body)));
    let errors = called.failures(answers.collect()).await;
    for (error, (operation, status, body)) in errors.iter().zip(&cases) {
        let said =
            [&["Code", "error_code", "errCode"][..], &["Message", "error_msg", "externalMessage"], &["RequestId"]]
                .map(|it| text(body, it));
        assert!(!said[0].is_empty() && !said[1].is_empty(), "{body}");
        check_json(error, operation, *status, body, said);
    }
    (samples, made)
}

#[tokio::test]
async fn every_documented_failure() {
    assert_eq!(documented(&dg()).await, (0, 13));
    // One sample that all calls share.
    assert_eq!(documented(&dts()).await, (82, 0));
    assert_eq!(documented(&sts()).await, (0, 1));
    // Two samples that all calls of v1 and v2 share, one that those of v3 do.
    assert_eq!(documented(&ddm()).await, (62, 0));
    assert_eq!(documented(&ddm_v3()).await, (21, 0));
    // Two samples that all calls share.
    assert_eq!(documented(&gaussdb()).await, (448, 0));
    // The sample of 400, and what `default` describes.
    assert_eq!(documented(&drs()).await, (1, 1));
    assert_eq!(documented(&iam()).await, (2, 0));
}

/// The codes of a service and their statuses.
fn codes(service: &Service) -> Vec<(String, u16)> {
    let schema = service.schema("ErrorCode");
    let statuses = schema["x-enumStatus"].as_object().unwrap();
    assert_eq!(statuses.len(), schema["enum"].as_array().unwrap().len());
    let status = |status: &Value| u16::try_from(status.as_u64().unwrap()).unwrap();
    statuses.iter().map(|(code, value)| (code.clone(), status(value))).collect()
}

#[tokio::test]
async fn every_code_of_sts() {
    let called = sts();
    let operation = called.service.operation("assumeRole");
    let codes = codes(&called.service);
    assert_eq!(codes.len(), 9);
    for (code, status) in codes {
        let body = json!({
            "Code": code, "Message": format!("no: {code}"), "RequestId": "R-1", "HostId": "sts.aliyuncs.com",
            "Recommend": "https://example.com/?q=1",
        });
        let error = called.says(operation, status, body, [&code, &format!("no: {code}"), "R-1"]).await;
        let typed = error.body().unwrap().code.as_ref().unwrap();
        assert_eq!(typed.as_str(), code);
        assert!(!matches!(typed, sts::types::ErrorCode::Unknown(_)), "{code}");
        // AssumeRole changes nothing, so it may be sent again.
        assert_eq!(error.is_retryable(), status >= 500, "{code}");
    }
}

#[tokio::test]
async fn a_code_that_is_not_documented() {
    let called = sts();
    let body = json!({"Code": "Throttling.User", "Message": "slower", "RequestId": "R-2"});
    let operation = called.service.operation("assumeRole");
    let error = called.says(operation, 400, body, ["Throttling.User", "slower", "R-2"]).await;
    let code = error.body().unwrap().code.clone();
    assert_eq!(code, Some(sts::types::ErrorCode::Unknown("Throttling.User".to_owned())));
    assert!(error.is_retryable());
}

#[tokio::test]
async fn every_code_of_gaussdb() {
    let called = gaussdb();
    let operation = called.service.operation("showJob");
    let codes = codes(&called.service);
    assert_eq!(codes.len(), 225);
    for (code, status) in codes {
        let body = json!({"error_code": code, "error_msg": "no"});
        let error = called.says(operation, status, body, [&code, "no", ""]).await;
        let typed = error.body().unwrap().error_code.as_ref().unwrap();
        assert!(typed.as_str() == code && !matches!(typed, gaussdb::types::ErrorCode::Unknown(_)), "{code}");
    }
}

#[tokio::test]
async fn every_code_of_ddm() {
    let (old, new) = (ddm(), ddm_v3());
    let (show, list) = (old.service.operation("showInstance"), new.service.operation("listGroups"));
    let codes = codes(&old.service);
    assert_eq!(codes.len(), 108);
    for (code, status) in codes {
        let body = json!({"errCode": code, "externalMessage": "no"});
        let error = old.says(show, status, body, [&code, "no", ""]).await;
        let typed = error.body().unwrap().err_code.as_ref().unwrap();
        assert!(typed.as_str() == code && !matches!(typed, ddm::types::ErrorCode::Unknown(_)), "{code}");
        let body = json!({"error_code": code, "error_msg": "no"});
        let error = new.says(list, status, body, [&code, "no", ""]).await;
        let typed = error.body().unwrap().error_code.as_ref().unwrap();
        assert!(typed.as_str() == code && !matches!(typed, ddm::types::ErrorCode::Unknown(_)), "{code}");
    }
}

#[tokio::test]
async fn every_code_of_drs() {
    let called = drs();
    let operation = called.service.operation("createConnection");
    for (code, status) in codes(&called.service) {
        let body = json!({"error_code": code, "error_msg": "taken"});
        let error = called.says(operation, status, body, [&code, "taken", ""]).await;
        let typed = error.body().unwrap().error_code.as_ref().unwrap();
        assert!(typed.as_str() == code && !matches!(typed, drs::types::ErrorCode::Unknown(_)), "{code}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn a_login_that_iam_refuses() {
    let called = iam();
    for operation in &called.service.operations {
        let message = "The username or password is wrong.";
        let body = json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}});
        let error = called.says(operation, 401, body, ["401", message, ""]).await;
        let detail = error.body().unwrap().error.as_ref().unwrap();
        assert_eq!((detail.code, detail.title.as_deref()), (Some(401), Some("Unauthorized")));
    }
}

/// What one operation says about an answer, whatever its documented error looks like.
async fn shape(status: u16, body: &str, expected: [&str; 3]) {
    let called = iam();
    let operation = called.service.operation("listProjects");
    let error = called.failure(operation, ResponseTemplate::new(status).set_body_string(body)).await;
    assert_eq!(&error.raw_body()[..], body.as_bytes());
    check(&error, &operation.name, status, expected);
}

#[tokio::test]
async fn every_shape() {
    shape(400, r#"{"error_code": "DDM.1", "error_msg": "no"}"#, ["DDM.1", "no", ""]).await;
    shape(403, r#"{"error_code": "APIG.0301", "error_msg": "no", "request_id": "r"}"#, ["APIG.0301", "no", "r"]).await;
    shape(400, r#"{"errCode": "DBS.2", "externalMessage": "no"}"#, ["DBS.2", "no", ""]).await;
    shape(409, r#"{"errorCode": "DBS.3", "errorMsg": "no"}"#, ["DBS.3", "no", ""]).await;
    shape(404, r#"{"code": "X.4", "message": "no"}"#, ["X.4", "no", ""]).await;
    let pop = r#"{"RequestId": "r", "HostId": "h", "Code": "InvalidX", "Message": "no", "Recommend": "https://x"}"#;
    shape(400, pop, ["InvalidX", "no", "r"]).await;
    shape(401, r#"{"error": {"code": 401, "message": "no", "title": "Unauthorized"}}"#, ["401", "no", ""]).await;
    shape(500, r#"{"code": 500123, "message": "no"}"#, ["500123", "no", ""]).await;
    shape(500, r#"{"error_code": 7, "error_msg": "no"}"#, ["7", "no", ""]).await;
    let html = "<html>\n<head><title>502 Bad Gateway</title></head>\n<body><h1>no</h1></body></html>";
    shape(502, html, ["", "502 Bad Gateway", ""]).await;
    shape(503, "", ["", "", ""]).await;
    shape(500, "out of order\nat line 1", ["", "out of order", ""]).await;
}

#[tokio::test]
async fn a_request_id_in_a_header() {
    let called = drs();
    let operation = called.service.operation("createConnection");
    let body = json!({"error_code": "DRS.1", "error_msg": "no"});
    let answer = ResponseTemplate::new(400).set_body_json(body).insert_header("X-Request-Id", "r-7");
    let error = called.failure(operation, answer).await;
    check(&error, &operation.name, 400, ["DRS.1", "no", "r-7"]);
}

#[tokio::test]
async fn a_success_that_says_it_failed() {
    let called = dg();
    let said = |success: Value| json!({"Success": success, "Code": "E-1", "ErrorMsg": "not ready", "RequestId": "r-1"});
    let bodies = [json!(false), json!("false"), json!("False")].map(said);
    let operations = || called.service.operations.iter().flat_map(|operation| [operation; 3]);
    let answers = bodies.iter().cycle().map(|body| ResponseTemplate::new(200).set_body_json(body));
    let errors = called.failures(operations().zip(answers).collect()).await;
    assert_eq!(errors.len(), 13 * 3);
    for (error, operation) in errors.iter().zip(operations()) {
        check(error, &operation.name, 200, ["E-1", "not ready", "r-1"]);
        assert_eq!(error.body().unwrap().code.as_deref(), Some("E-1"));
    }
}
