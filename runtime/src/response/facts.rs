//! Extracts code, message and request id from error responses of any known form, and detects failures with a success
//! status.

use http::{HeaderMap, HeaderName};

use super::head::Head;
use super::outline::{Found, Outline};
use crate::data::line::{one_line, visible};

/// The facts in an error response.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

/// Reads an error response. Facts that the body lacks come from the headers.
pub(crate) fn read(head: &Head, body: &[u8]) -> Facts {
    let mut facts = match Found::read(body) {
        Some(found) => from_json(found),
        None => from_text(&String::from_utf8_lossy(body)),
    };
    // Both are machine-readable and logged verbatim.
    let plain = |text: Option<String>| text.map(|text| visible(&text).into_owned()).filter(|text| !text.is_empty());
    (facts.code, facts.request_id) = (plain(facts.code), plain(facts.request_id));
    facts.request_id = facts.request_id.or_else(|| head.request_id.clone());
    if let (None, 300..400) = (&facts.message, head.status) {
        let target = head.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
        facts.message = target.map(|target| format!("redirected to {target}, which was not followed"));
    }
    facts
}

/// Reads the code, message and request id from an error's JSON body.
fn from_json(found: Found) -> Facts {
    let outline = match found {
        Found::Object(outline) => *outline,
        Found::List(first) => return first.map(|first| from_json(*first)).unwrap_or_default(),
        Found::Text(text) => return from_text(&text),
        Found::Flag(_) | Found::Number(_) | Found::Other => return Facts::default(),
    };
    let mut facts = Facts { code: outline.code(), message: outline.message(), request_id: outline.request_id() };
    if let (Some(message), Some(dynamic)) = (&mut facts.message, outline.dynamic_message()) {
        complete(message, &dynamic);
    }
    if facts.code.is_some() && facts.message.is_some() {
        return facts;
    }
    match outline.into_wrapped() {
        // OAuth's `{"error": "invalid_grant", "error_description": "..."}`, or just a sentence.
        Some(Found::Text(text)) if !text.is_empty() => {
            if facts.message.is_none() && text.contains(' ') {
                facts.message = Some(text);
            } else {
                facts.code.get_or_insert(text);
            }
        }
        Some(inner @ (Found::Object(_) | Found::List(_))) => {
            let inner = from_json(inner);
            facts.code = facts.code.or(inner.code);
            facts.message = facts.message.or(inner.message);
            facts.request_id = facts.request_id.or(inner.request_id);
        }
        _ => {}
    }
    facts
}

/// The verdict on a success status, which may hide a failure.
pub(crate) struct Verdict {
    pub(crate) failed: bool,
    pub(crate) request_id: Option<String>,
}

/// Whether a body contains `Success: false`, at the top or within the single object that it consists of.
///
/// No other field counts: successes, too, have an `ErrCode`, which is empty or describes the queried resource.
pub(crate) fn verdict(body: &[u8]) -> Verdict {
    let Some(Found::Object(outline)) = Found::read(body) else { return Verdict { failed: false, request_id: None } };
    let inner = outline.only();
    let failed = match outline.success(inner) {
        Some(Found::Flag(success)) => !success,
        Some(Found::Text(text)) => text.eq_ignore_ascii_case("false"),
        _ => false,
    };
    let request_id = outline.request_id().or_else(|| inner.and_then(Outline::request_id));
    Verdict { failed, request_id: request_id.map(|id| visible(&id).into_owned()) }
}

/// Inserts the dynamic part at the placeholder in DTS's messages, `Parameter %s is not valid`, else appends it.
fn complete(message: &mut String, dynamic: &str) {
    if message.contains("%s") {
        *message = message.replace("%s", dynamic);
    } else if !message.contains(dynamic) {
        message.push_str(&format!(" ({dynamic})"));
    }
}

/// HTML, XML or plain text, as gateways and proxies return.
fn from_text(text: &str) -> Facts {
    let element = |name: &str| {
        let lower = text.to_ascii_lowercase();
        let start = lower.find(&format!("<{name}>"))? + name.len() + 2;
        let end = start + lower.get(start..)?.find(&format!("</{name}>"))?;
        let content = one_line(text.get(start..end)?);
        (!content.is_empty() && !content.contains('<')).then_some(content)
    };
    let first_line = || {
        let mut plain = String::new();
        let mut in_tag = false;
        for c in text.chars().take(10_000) {
            match c {
                '<' => in_tag = true,
                '>' if in_tag => in_tag = false,
                _ if !in_tag => plain.push(c),
                _ => {}
            }
        }
        plain.lines().map(one_line).find(|line| !line.is_empty())
    };
    Facts {
        code: element("code"),
        message: element("message").or_else(|| element("title")).or_else(first_line),
        request_id: element("requestid"),
    }
}

/// The request id in the headers.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    static NAMES: [HeaderName; 6] = [
        HeaderName::from_static("x-acs-request-id"),
        HeaderName::from_static("x-request-id"),
        HeaderName::from_static("request-id"),
        HeaderName::from_static("x-amzn-requestid"),
        HeaderName::from_static("x-ms-request-id"),
        HeaderName::from_static("x-github-request-id"),
    ];
    NAMES.iter().find_map(|name| headers.get(name)?.to_str().ok()).filter(|id| !id.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use http::HeaderValue;

    use super::*;
    use crate::data::operation::Spec;

    fn facts(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> [Option<String>; 3] {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        static SPEC: Spec = Spec::new("Op", "GET", "/");
        let head = Head {
            spec: &SPEC,
            base: "https://localhost".into(),
            attempts: 1,
            sent: BTreeMap::new(),
            account: Default::default(),
            status,
            request_id: request_id(&headers),
            headers,
        };
        let Facts { code, message, request_id } = read(&head, body.as_bytes());
        [code, message, request_id]
    }

    #[track_caller]
    fn assert_facts(body: &str, code: &str, message: &str, request_id: &str) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        assert_eq!(facts(400, &[], body), [some(code), some(message), some(request_id)], "{body}");
    }

    #[test]
    fn every_documented_shape() {
        assert_facts(r#"{"error_code": "DDM.1", "error_msg": "no"}"#, "DDM.1", "no", "");
        assert_facts(r#"{"error_msg": "no", "error_code": "APIG.0301", "request_id": "r"}"#, "APIG.0301", "no", "r");
        assert_facts(r#"{"errCode": "DBS.2", "externalMessage": "no"}"#, "DBS.2", "no", "");
        assert_facts(r#"{"errorCode": "DBS.3", "errorMsg": "no"}"#, "DBS.3", "no", "");
        assert_facts(r#"{"code": "X", "message": "no"}"#, "X", "no", "");
        let pop = r#"{"RequestId": "r", "HostId": "h", "Code": "InvalidX", "Message": "no", "Recommend": "https://x"}"#;
        assert_facts(pop, "InvalidX", "no", "r");
        assert_facts(r#"{"error": {"code": 401, "message": "no", "title": "Unauthorized"}}"#, "401", "no", "");
        assert_facts(r#"{"ErrCode": "E", "ErrMessage": "no", "Success": "false", "RequestId": "r"}"#, "E", "no", "r");
        assert_facts(r#"{"Success": false, "ErrorMsg": "no", "ErrorCode": ""}"#, "", "no", "");
        assert_facts(r#"{"code": 1017, "message": "no"}"#, "1017", "no", "");
        let asapi =
            r#"{"asapiSuccess": false, "asapiErrorCode": "A", "asapiErrorMessage": "no", "asapiRequestId": "r"}"#;
        assert_facts(asapi, "A", "no", "r");
        assert_facts(
            r#"{"asapiErrorCode": "A", "Code": "C", "Message": "no", "asapiErrorMessage": "x"}"#,
            "C",
            "no",
            "",
        );
    }

    #[test]
    fn dynamic_messages() {
        let message = |message: &str, dynamic: &str| {
            let body =
                serde_json::json!({"ErrCode": "E", "ErrMessage": message, "DynamicMessage": dynamic}).to_string();
            facts(200, &[], &body)[1].clone().unwrap()
        };
        assert_eq!(message("Parameter %s is not valid.", "DtsJobId"), "Parameter DtsJobId is not valid.");
        assert_eq!(message("Parameter %s is not valid.", ""), "Parameter %s is not valid.");
        assert_eq!(message("no", "the job runs"), "no (the job runs)");
        assert_eq!(message("no: the job runs", "the job runs"), "no: the job runs");
    }

    #[test]
    fn shapes_of_other_services() {
        assert_facts(r#"{"badRequest": {"message": "no", "code": 400}}"#, "400", "no", "");
        assert_facts(r#"{"error": "invalid_grant", "error_description": "no"}"#, "invalid_grant", "no", "");
        assert_facts(r#"{"error": "it is not there"}"#, "", "it is not there", "");
        assert_facts(r#"{"errors": [{"code": "E", "message": "no"}]}"#, "E", "no", "");
        assert_facts(
            r#"{"type": "about:blank", "title": "Bad", "detail": "too bad", "status": 400}"#,
            "",
            "too bad",
            "",
        );
        assert_facts(r#""no""#, "", "no", "");
        assert_facts("17", "", "", "");
    }

    #[test]
    fn other_than_json() {
        assert_facts("<html>\n<head><title>502 Bad  Gateway</title></head></html>", "", "502 Bad Gateway", "");
        assert_facts("<html><body>\n<h1>No such <b>host</b></h1>\n</body></html>", "", "No such host", "");
        assert_facts("\n upstream\tconnect error\nmore", "", "upstream connect error", "");
        assert_facts(
            "<?xml version='1.0'?><Error><RequestId>r</RequestId><Code>C</Code><Message>no</Message></Error>",
            "C",
            "no",
            "r",
        );
        assert_facts("", "", "", "");
        assert_facts("<", "", "", "");
    }

    #[test]
    fn headers_fill_in() {
        let id = || Some("abc".to_owned());
        assert_eq!(facts(500, &[("x-request-id", "abc")], ""), [None, None, id()]);
        assert_eq!(facts(500, &[("x-acs-request-id", "abc")], "{}"), [None, None, id()]);
        assert_eq!(facts(500, &[("x-request-id", "other")], r#"{"request_id": "abc"}"#), [None, None, id()]);
        let moved = "redirected to https://x/, which was not followed".to_owned();
        assert_eq!(facts(301, &[("location", "https://x/")], ""), [None, Some(moved), None]);
    }

    #[test]
    fn failures_with_a_success_status() {
        let failed = |body: &str| verdict(body.as_bytes()).failed;
        for body in [
            r#"{"Success": false}"#,
            r#"{"success": "False", "Data": 1}"#,
            r#"{"Response": {"Success": "false"}}"#,
            r#"{"asapiSuccess": false, "asapiErrorCode": "A"}"#,
            r#"{"Success": true, "Success": false}"#,
            r#"{"Response": {"Success": true}, "Response": {"Success": false}}"#,
        ] {
            assert!(failed(body), "{body}");
        }
        for body in [
            r#"{"Success": true, "ErrCode": ""}"#,
            r#"{"Success": "true"}"#,
            r#"{"ErrCode": "", "ErrMessage": ""}"#,
            r#"{"Items": {"Success": 1}, "Other": 2}"#,
            r#"{"Items": [{"Success": false}]}"#,
            "not json",
            "",
        ] {
            assert!(!failed(body), "{body}");
        }
        assert_eq!(verdict(br#"{"RequestId": "r"}"#).request_id.as_deref(), Some("r"));
        assert_eq!(verdict(br#"{"AnyResponse": {"RequestId": "r"}}"#).request_id.as_deref(), Some("r"));
    }
}
