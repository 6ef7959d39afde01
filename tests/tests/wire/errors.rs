//! Failures: every documented one, and every form in which services report them.

use serde_json::{Value, json};
use wiremock::ResponseTemplate;
use yundb_aliyun_dg as dg;
use yundb_aliyun_sts as sts;
use yundb_conform::driver::Failure;
use yundb_huawei_ddm as ddm;
use yundb_huawei_drs as drs;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_huawei_iam as iam;
use yundb_runtime::{Client, ClientBuilder, Credentials, ErrorKind};
use yundb_tests::{drivers, each_service};

use super::calls::{self, Tables};
use super::compare::differences;
use super::spec::{Operation, PROJECT, Samples, Service};
use crate::server::Server;

/// A service, its calls and its client.
struct Called<C: 'static> {
    service: Service,
    tables: Tables<C>,
    builder: fn() -> ClientBuilder<C>,
}

impl<C: From<Client> + Clone> Called<C> {
    fn new(name: &str, tables: Tables<C>, builder: fn() -> ClientBuilder<C>) -> Self {
        Self { service: Service::load(name, Samples::Documented), tables, builder }
    }

    /// The errors of calls with these responses, one after the other.
    async fn failures(&self, cases: Vec<(&Operation, ResponseTemplate)>) -> Vec<Failure> {
        let (operations, responses): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
        let server = Server::returning(responses).await;
        let keys = Credentials::access_key("ak", "sk");
        let builder = (self.builder)().untyped().credentials(keys).project_id(PROJECT).region("cn-north-4");
        let client = C::from(server.client(builder));
        let mut errors = Vec::new();
        for operation in operations {
            let outcome = calls::call(&self.service, self.tables, &client, operation).await;
            errors.push(*outcome.err().unwrap_or_else(|| panic!("{} succeeded", operation.id)));
        }
        assert_eq!(server.requests().await.len(), errors.len(), "each call is sent once");
        errors
    }

    /// The error of an operation for this response.
    async fn failure(&self, operation: &Operation, response: ResponseTemplate) -> Failure {
        self.failures(vec![(operation, response)]).await.remove(0)
    }

    /// The error of an operation for this JSON, checked against the expected values.
    async fn reports(&self, operation: &Operation, status: u16, body: Value, expected: [&str; 3]) -> Failure {
        let error = self.failure(operation, ResponseTemplate::new(status).set_body_json(&body)).await;
        check_json(&error, operation, status, &body, expected);
        error
    }
}

/// Checks that the error has the response's JSON typed without loss, and the expected values.
#[track_caller]
fn check_json(error: &Failure, operation: &Operation, status: u16, body: &Value, expected: [&str; 3]) {
    let typed = error.body.as_ref().map(calls::json).unwrap_or_default();
    assert_eq!(differences(body, &typed), [""; 0], "{}", operation.id);
    check(error, &operation.name, status, expected);
}

/// Checks code, message and request id of the error (`""` for none), and that `Display` has all of them.
#[track_caller]
fn check(error: &Failure, name: &str, status: u16, [code, message, id]: [&str; 3]) {
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    assert_eq!((error.kind, &*error.operation, error.status), (ErrorKind::Service, name, Some(status)));
    let fields = (error.code.as_deref(), error.message.as_deref(), error.request_id.as_deref());
    assert_eq!(fields, (some(code), some(message), some(id)));
    let mut display = status.to_string();
    for (before, text, after) in [(" ", code, ""), (": ", message, ""), (" (request id ", id, ")")] {
        if !text.is_empty() {
            display.push_str(&format!("{before}{text}{after}"));
        }
    }
    // Before it are the method, the operation and the host.
    let (call, rest) = error.display.split_once("): ").unwrap_or_default();
    assert!(call.contains(name) && call.contains("127.0.0.1:"), "{}", error.display);
    assert_eq!(rest, display);
}

/// The `Debug` of the typed body, which shows whether its code is a known one.
fn typed(error: &Failure) -> &str {
    calls::debug(error.body.as_ref().unwrap())
}

fn dg() -> Called<dg::Client> {
    Called::new("aliyun-dg", drivers::yundb_aliyun_dg::TABLES, dg::Client::builder)
}

fn sts() -> Called<sts::Client> {
    Called::new("aliyun-sts", drivers::yundb_aliyun_sts::TABLES, sts::Client::builder)
}

fn ddm() -> Called<ddm::Client> {
    Called::new("huawei-ddm", drivers::yundb_huawei_ddm::TABLES, ddm::Client::builder)
}

fn drs() -> Called<drs::Client> {
    Called::new("huawei-drs", drivers::yundb_huawei_drs::TABLES, drs::Client::builder)
}

fn gaussdb() -> Called<gaussdb::Client> {
    Called::new("huawei-gaussdb-mysql", drivers::yundb_huawei_gaussdb_mysql::TABLES, gaussdb::Client::builder)
}

fn iam() -> Called<iam::Client> {
    Called::new("huawei-iam", drivers::yundb_huawei_iam::TABLES, iam::Client::builder)
}

fn text<'a>(body: &'a Value, names: &[&str]) -> &'a str {
    names.iter().find_map(|name| body[*name].as_str()).unwrap_or_default()
}

/// Every documented failure of every operation: its samples, or else one generated from its schema with all fields.
/// Returns the number of each.
async fn documented<C: From<Client> + Clone>(called: &Called<C>) -> (usize, usize) {
    let (mut samples, mut synthetic) = (0, 0);
    let mut cases = Vec::new();
    for operation in &called.service.operations {
        assert!(!operation.failures.is_empty(), "{}", operation.id);
        for failure in &operation.failures {
            let statuses = failure.status.parse().map_or(vec![400, 403, 404, 500, 503], |status| vec![status]);
            let mut bodies = failure.samples.clone();
            samples += bodies.len();
            if bodies.is_empty() {
                synthetic += 1;
                bodies.push(called.service.synthetic(&failure.schema));
            }
            for status in statuses {
                cases.extend(bodies.iter().map(|body| (operation, status, body.clone())));
            }
        }
    }
    let response = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let responses = cases.iter().map(|(operation, status, body)| (*operation, response(*status, body)));
    let errors = called.failures(responses.collect()).await;
    for (error, (operation, status, body)) in errors.iter().zip(&cases) {
        let expected =
            [&["Code", "error_code", "errCode"][..], &["Message", "error_msg", "externalMessage"], &["RequestId"]]
                .map(|it| text(body, it));
        assert!(!expected[0].is_empty() && !expected[1].is_empty(), "{body}");
        check_json(error, operation, *status, body, expected);
    }
    (samples, synthetic)
}

#[tokio::test]
async fn documented_failures_are_typed() {
    let mut counts = String::new();
    each_service!(every, name, Client, TABLES => {
        let (samples, synthetic) = documented(&Called::new(name, TABLES, Client::builder)).await;
        counts += &format!("{name}: {samples} samples, {synthetic} synthetic\n");
    });
    insta::assert_snapshot!(counts);
}

/// The codes of a service and their statuses.
fn codes(service: &Service) -> Vec<(String, u16)> {
    let schema = service.schema("ErrorCode");
    let statuses = schema["x-enumStatus"].as_object().unwrap();
    let codes = schema["enum"].as_array().unwrap();
    assert!(statuses.keys().all(|code| codes.contains(&json!(code))));
    let status = |status: &Value| u16::try_from(status.as_u64().unwrap()).unwrap();
    statuses.iter().map(|(code, value)| (code.clone(), status(value))).collect()
}

#[tokio::test]
async fn codes_of_sts_are_typed() {
    let called = sts();
    let operation = called.service.operation("assumeRole");
    let codes = codes(&called.service);
    assert_eq!(codes.len(), 9);
    for (code, status) in codes {
        let body = json!({
            "Code": code, "Message": format!("no: {code}"), "RequestId": "R-1", "HostId": "sts.aliyuncs.com",
            "Recommend": "https://example.com/?q=1",
        });
        let error = called.reports(operation, status, body, [&code, &format!("no: {code}"), "R-1"]).await;
        assert!(!typed(&error).contains("Unknown("), "{code}");
        // AssumeRole changes nothing, so it may be repeated.
        assert_eq!(error.retryable, status >= 500, "{code}");
    }
}

#[tokio::test]
async fn undocumented_codes_are_kept() {
    let called = sts();
    let body = json!({"Code": "Throttling.User", "Message": "slower", "RequestId": "R-2"});
    let operation = called.service.operation("assumeRole");
    let error = called.reports(operation, 400, body, ["Throttling.User", "slower", "R-2"]).await;
    assert!(typed(&error).contains("Unknown(\"Throttling.User\")"), "{}", typed(&error));
    assert!(error.retryable);
}

#[tokio::test]
async fn codes_of_gaussdb_are_typed() {
    let called = gaussdb();
    let operation = called.service.operation("showJob");
    let codes = codes(&called.service);
    assert_eq!(codes.len(), 225);
    for (code, status) in codes {
        let body = json!({"error_code": code, "error_msg": "no"});
        let error = called.reports(operation, status, body, [&code, "no", ""]).await;
        assert!(!typed(&error).contains("Unknown("), "{code}");
    }
}

#[tokio::test]
async fn codes_of_ddm_are_typed() {
    let called = ddm();
    // Of v1 and of v3, whose errors look different.
    let (show, list) = (called.service.operation("showInstance"), called.service.operation("listGroups"));
    let codes = codes(&called.service);
    assert_eq!(codes.len(), 109);
    for (code, status) in codes {
        let body = json!({"errCode": code, "externalMessage": "no"});
        let error = called.reports(show, status, body, [&code, "no", ""]).await;
        assert!(!typed(&error).contains("Unknown("), "{code}");
        let body = json!({"error_code": code, "error_msg": "no"});
        let error = called.reports(list, status, body, [&code, "no", ""]).await;
        assert!(!typed(&error).contains("Unknown("), "{code}");
    }
}

#[tokio::test]
async fn codes_of_drs_are_typed() {
    let called = drs();
    let operation = called.service.operation("createConnection");
    for (code, status) in codes(&called.service) {
        let body = json!({"error_code": code, "error_msg": "taken"});
        let error = called.reports(operation, status, body, [&code, "taken", ""]).await;
        assert!(!typed(&error).contains("Unknown("), "{code}");
        assert!(!error.retryable);
    }
}

#[tokio::test]
async fn logins_rejected_by_iam_are_errors() {
    let called = iam();
    for operation in &called.service.operations {
        let message = "The username or password is wrong.";
        let body = json!({"error": {"code": 401, "message": message, "title": "Unauthorized"}});
        let error = called.reports(operation, 401, body, ["401", message, ""]).await;
        let detail = &calls::json(error.body.as_ref().unwrap())["error"];
        assert_eq!((&detail["code"], &detail["title"]), (&json!(401), &json!("Unauthorized")));
    }
}

/// The error of one operation for a response, regardless of its documented errors.
async fn shape(status: u16, body: &str, expected: [&str; 3]) {
    let called = iam();
    let operation = called.service.operation("listProjects");
    let error = called.failure(operation, ResponseTemplate::new(status).set_body_string(body)).await;
    assert_eq!(&error.raw_body[..], body.as_bytes());
    check(&error, &operation.name, status, expected);
}

#[tokio::test]
async fn every_form_of_errors_is_recognized() {
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
async fn request_ids_may_be_in_headers() {
    let called = drs();
    let operation = called.service.operation("createConnection");
    let body = json!({"error_code": "DRS.1", "error_msg": "no"});
    let response = ResponseTemplate::new(400).set_body_json(body).insert_header("X-Request-Id", "r-7");
    let error = called.failure(operation, response).await;
    check(&error, &operation.name, 400, ["DRS.1", "no", "r-7"]);
}

#[tokio::test]
async fn failures_with_a_success_status_are_errors() {
    let called = dg();
    let body = |success: Value| json!({"Success": success, "Code": "E-1", "ErrorMsg": "not ready", "RequestId": "r-1"});
    let bodies = [json!(false), json!("false"), json!("False")].map(body);
    let operations = || called.service.operations.iter().flat_map(|operation| [operation; 3]);
    let responses = bodies.iter().cycle().map(|body| ResponseTemplate::new(200).set_body_json(body));
    let errors = called.failures(operations().zip(responses).collect()).await;
    assert_eq!(errors.len(), 13 * 3);
    for (error, operation) in errors.iter().zip(operations()) {
        check(error, &operation.name, 200, ["E-1", "not ready", "r-1"]);
        assert_eq!(calls::json(error.body.as_ref().unwrap())["Code"], "E-1");
    }
}
