//! Refused requests: why, and the vendors' codes and statuses for it.

use serde_json::{Map, Value};
use yundb_contract::document::{Direction, Media, MediaKind, Operation, Protocol, SchemaRef, Status};
use yundb_contract::value::{Amount, Generator};
use yundb_contract::wire::{Content, Data};

use crate::service::Service;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There is no such path or action.
    Route,
    /// The path has no such method.
    Method,
    /// Another version of the API.
    Version,
    /// Nothing identifies the caller.
    Anonymous,
    /// The access key or token is not one of those given.
    Key,
    /// The signature is not the one of the request.
    Signature,
    /// The date is too far from that of the server.
    Date,
    /// The nonce was used before.
    Nonce,
    /// The token has expired.
    Expired,
    /// A required part is missing.
    Missing,
    /// A part is not valid.
    Invalid,
    /// What the call refers to does not exist.
    Gone,
    /// Too many calls.
    Throttled,
    /// A failure that a scenario injects.
    Failure,
}

/// A refused request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub why: Why,
    /// The name of the part that it is about.
    pub name: String,
    /// What is wrong, in words.
    pub message: String,
    /// The status and code to return instead of the vendor's.
    pub status: Option<u16>,
    /// See `status`.
    pub code: Option<String>,
}

impl Refusal {
    /// A refusal for this reason.
    pub fn new(why: Why, message: impl Into<String>) -> Self {
        Self { why, name: String::new(), message: message.into(), status: None, code: None }
    }

    /// What it is about.
    pub fn about(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }
}

/// A reason, and the status and code of each kind of service.
type Row = (Why, (u16, &'static str), (u16, &'static str), u16);

/// The status and code of each reason, where the document has none: of Alibaba Cloud's RPC services, of the gateway of
/// Huawei Cloud, and of others. `{}` stands for the name of the part.
const CODES: &[Row] = &[
    (Why::Route, (404, "InvalidAction.NotFound"), (404, "APIGW.0101"), 404),
    (Why::Method, (405, "UnsupportedHTTPMethod"), (405, "APIGW.0103"), 405),
    (Why::Version, (400, "InvalidVersion"), (404, "APIGW.0101"), 404),
    (Why::Anonymous, (400, "MissingAccessKeyId"), (401, "APIGW.0301"), 401),
    (Why::Key, (404, "InvalidAccessKeyId.NotFound"), (401, "APIGW.0301"), 401),
    (Why::Signature, (400, "SignatureDoesNotMatch"), (401, "APIGW.0301"), 401),
    (Why::Date, (400, "InvalidTimeStamp.Expired"), (401, "APIGW.0303"), 401),
    (Why::Nonce, (400, "SignatureNonceUsed"), (401, "APIGW.0301"), 401),
    (Why::Expired, (400, "InvalidSecurityToken.Expired"), (401, "APIGW.0307"), 401),
    (Why::Missing, (400, "Missing{}"), (400, "APIGW.0106"), 400),
    (Why::Invalid, (400, "InvalidParameter"), (400, "APIGW.0106"), 400),
    (Why::Gone, (404, "Invalid{}.NotFound"), (404, "APIGW.0101"), 404),
    (Why::Throttled, (400, "Throttling.User"), (429, "APIGW.0308"), 429),
    (Why::Failure, (500, "InternalError"), (500, "APIGW.0201"), 500),
];

/// The fields of error bodies, by what they contain.
const CODE_FIELDS: &[&str] = &["code", "errcode", "error_code", "errorcode", "type"];
const MESSAGE_FIELDS: &[&str] =
    &["message", "errmessage", "error_msg", "externalmessage", "errormessage", "msg", "detail", "error_description"];
const REQUEST_ID_FIELDS: &[&str] = &["requestid", "request_id"];

/// A refusal as a response: status, code and body.
pub fn answer(service: &Service, operation: Option<&Operation>, refusal: &Refusal, id: &str) -> (u16, String, Content) {
    let row = CODES.iter().find(|(why, ..)| *why == refusal.why).unwrap_or(&CODES[0]);
    let (status, code) = match service.document.protocol {
        Protocol::AliyunRpc => row.1,
        Protocol::HuaweiRest => row.2,
        Protocol::Http => (operation.map_or(row.3, |operation| usual(operation, refusal.why, row.3)), ""),
    };
    // The gateway refuses by its own codes, whatever the service's are.
    let documented = documented(service, operation, refusal);
    let status = refusal.status.or_else(|| Some(documented.as_ref()?.1)).unwrap_or(status);
    let code = code.replace("{}", refusal.name.rsplit('.').next().unwrap_or_default());
    let code = refusal.code.clone().or_else(|| Some(documented?.0)).unwrap_or(code);
    let media = operation.and_then(|operation| failure_media(operation, status));
    let named = |kind| media.filter(|media| media.kind == kind && !media.media_type.contains('*'));
    let content = |media_type: &str, data| Content { media_type: media_type.to_owned(), data };
    let content = match named(MediaKind::Text).filter(|media| media.media_type.starts_with("text/plain")) {
        Some(media) => content(&media.media_type, Data::Text(refusal.message.clone())),
        None => {
            let body = Data::Json(body(service, operation, refusal, (status, &code), id));
            match named(MediaKind::Json) {
                Some(media) => content(&media.media_type, body),
                None if service.document.protocol == Protocol::Http => content("application/problem+json", body),
                None => content("application/json", body),
            }
        }
    };
    (status, code, content)
}

/// The status of a refusal: where an operation does not document the usual one, the closest that it has.
fn usual(operation: &Operation, why: Why, status: u16) -> u16 {
    let close: &[u16] = match why {
        Why::Missing | Why::Invalid => &[400, 422, 405, 406, 413, 415],
        Why::Gone => &[404, 410, 400, 422],
        Why::Anonymous | Why::Key => &[401, 403],
        _ => &[],
    };
    let known = |status: &u16| {
        let fits = |it: Status| it == Status::Code(*status) || it == Status::Range(*status / 100);
        operation.responses.iter().any(|it| fits(it.status))
    };
    close.iter().copied().find(known).unwrap_or(status)
}

/// The document's own code for a refusal, with its status.
fn documented(service: &Service, operation: Option<&Operation>, refusal: &Refusal) -> Option<(String, u16)> {
    let (category, usual) = match refusal.why {
        Why::Missing | Why::Invalid => ("invalid-input", 400_u16),
        Why::Gone => ("not-found", 404),
        _ => return None,
    };
    let codes = codes(service, operation?)?;
    let description = |code: &str| codes.pointer("/x-enumDescriptions")?.get(code)?.as_str();
    let status = |code: &str| codes.pointer("/x-enumStatus")?.get(code)?.as_u64();
    let categories = codes.get("x-errorCategories").and_then(Value::as_object);
    let of_category = |code: &str| {
        let own = categories
            .into_iter()
            .flatten()
            .find(|(_, codes)| codes.as_array().is_some_and(|codes| codes.iter().any(|it| it == code)));
        match own {
            Some((name, _)) => name == category,
            None => status(code) == Some(u64::from(usual)),
        }
    };
    let all: Vec<&str> = codes.get("enum").and_then(Value::as_array)?.iter().filter_map(Value::as_str).collect();
    let fitting: Vec<&str> = all.iter().copied().filter(|code| of_category(code)).collect();
    let described = |codes: &[&str]| -> Vec<(String, Vec<String>)> {
        let words = |code: &&str| (code.to_string(), words(description(code).unwrap_or_default()));
        codes.iter().map(words).collect()
    };
    let absent = || absence(&described(&fitting), &refusal.name, &service.name);
    let invalid = |codes: &[&str]| invalidity(&described(codes));
    let of_code = |code: &str| status(code).and_then(|status| u16::try_from(status).ok()).unwrap_or(usual);
    if let Some(code) = if refusal.why == Why::Gone { absent() } else { invalid(&fitting) } {
        let status = of_code(&code);
        return Some((code, status));
    }
    // A code about something else would mislead; an invalid parameter is true of any id that does not exist.
    let code = invalid(&all).filter(|_| refusal.why == Why::Gone)?;
    Some((code, usual))
}

/// The code that states that a part does not exist, else that a resource does not. `codes` are with the words of their
/// descriptions.
fn absence(codes: &[(String, Vec<String>)], name: &str, service: &str) -> Option<String> {
    let noun = name.trim_end_matches("_id").trim_end_matches("Id").replace('_', " ");
    let about = |noun: &str| {
        let qualified = codes.iter().filter_map(|(code, words)| {
            let is_absence = |part: &[String]| part == ["does", "not", "exist"] || part == ["was", "not", "found"];
            let at = words.windows(3).position(is_absence)?;
            Some((code, qualifiers(&words[..at], &self::words(noun), service)?))
        });
        qualified.min_by_key(|(_, qualifiers)| *qualifiers).map(|(code, _)| code.clone())
    };
    about(&noun).or_else(|| about("resource"))
}

/// The code that states that a parameter is invalid, if possible one that asks to check it.
fn invalidity(codes: &[(String, Vec<String>)]) -> Option<String> {
    let says = |words: &[String], wanted: &[&str]| words.windows(wanted.len()).any(|part| part == wanted);
    let of = |wanted: &[&str]| codes.iter().find(|(_, words)| says(words, wanted)).map(|(code, _)| code.clone());
    of(&["parameter", "is", "invalid", "check"]).or_else(|| of(&["parameter", "is", "invalid"]))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Number of words before the noun of a phrase, if these are articles or the service's own name, as in `the DDM
/// instance`. None if the phrase is about something else, such as `the RDS instance`.
fn qualifiers(phrase: &[String], noun: &[String], service: &str) -> Option<usize> {
    let before = phrase.strip_suffix(noun).filter(|_| !noun.is_empty())?;
    let is_own = |word: &String| {
        ["the", "a", "an", "this", "specified"].contains(&word.as_str()) || service.split('-').any(|part| part == *word)
    };
    before.iter().all(is_own).then_some(before.len())
}

/// The schema of an operation's error codes.
fn codes<'a>(service: &'a Service, operation: &Operation) -> Option<&'a Value> {
    let (_, schema) = failure(service, operation, 400)?;
    let properties = schema.get("properties")?.as_object()?;
    let field = properties.iter().find(|(name, _)| CODE_FIELDS.contains(&name.to_lowercase().as_str()))?;
    Some(service.resolved(field.1))
}

/// The documented failure of a status: the media type's object, and the schema with its references resolved.
fn failure<'a>(service: &'a Service, operation: &Operation, status: u16) -> Option<(&'a Value, &'a Value)> {
    let schema = failure_schema(operation, status)?;
    Some((service.around(schema), service.resolved(service.document.root.pointer(&schema.0)?)))
}

/// The body, in the form that the operation documents, else in that of its vendor.
fn body(
    service: &Service,
    operation: Option<&Operation>,
    refusal: &Refusal,
    (status, code): (u16, &str),
    id: &str,
) -> Value {
    let found = operation.and_then(|operation| failure(service, operation, status));
    // What the gateway refuses does not reach the service.
    let at_gateway = service.document.protocol == Protocol::HuaweiRest && code.starts_with("APIGW");
    let Some((media, schema)) = found.filter(|_| !at_gateway) else {
        return plain(service, refusal, (status, code), id);
    };
    let sample = media.pointer("/examples/sample/value").and_then(Value::as_object);
    let properties = schema.get("properties").and_then(Value::as_object);
    let names = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
    let names = sample.map(names).or_else(|| properties.map(names)).unwrap_or_default();
    // Problem details without a `detail` have the message in their title.
    let is_message = |name: &String| MESSAGE_FIELDS.contains(&name.to_lowercase().as_str());
    let in_title = !names.iter().any(is_message);
    let mut body = Map::new();
    for name in names {
        let lower = name.to_lowercase();
        let property = properties.and_then(|properties| properties.get(&name)).map(|it| service.resolved(it));
        let is_number = property.and_then(|it| it.get("type")).is_some_and(|it| it == "integer");
        let value = match () {
            () if CODE_FIELDS.contains(&lower.as_str()) && is_number => status.into(),
            () if CODE_FIELDS.contains(&lower.as_str()) => code.into(),
            () if is_message(&name) || in_title && lower == "title" => refusal.message.clone().into(),
            () if REQUEST_ID_FIELDS.contains(&lower.as_str()) => id.into(),
            () if lower == "status" => status.into(),
            () if lower == "success" => false.into(),
            () => match sample.and_then(|sample| sample.get(&name)) {
                Some(value) => value.clone(),
                None => continue,
            },
        };
        body.insert(name, value);
    }
    let body = Value::Object(body);
    let schema = operation.and_then(|operation| failure_schema(operation, status));
    // Lists of a vendor's codes are never complete; other documents mean what they say.
    let strict = service.document.protocol == Protocol::Http;
    let fits = |schema| !strict || service.document.is_valid(schema, Direction::Response, &body);
    if body.as_object().is_some_and(|body| !body.is_empty()) && schema.is_none_or(fits) {
        return body;
    }
    // The schema has a form of its own.
    let mut generator = Generator::new(&service.document, 1);
    let made = schema.and_then(|schema| generator.value(schema, Direction::Response, Amount::Least).ok());
    made.unwrap_or_else(|| plain(service, refusal, (status, code), id))
}

fn failure_schema(operation: &Operation, status: u16) -> Option<&SchemaRef> {
    failure_media(operation, status)?.schema.as_ref()
}

/// The documented media type of a failure: JSON, if there are several.
fn failure_media(operation: &Operation, status: u16) -> Option<&Media> {
    let of = |wanted: Status| operation.responses.iter().find(|it| it.status == wanted);
    let response = of(Status::Code(status)).or_else(|| of(Status::Range(status / 100)));
    let media = &response.or_else(|| of(Status::Default))?.media;
    media.iter().find(|it| it.kind == MediaKind::Json).or(media.first())
}

/// The body where no document has one: of a vendor, or problem details (RFC 9457).
fn plain(service: &Service, refusal: &Refusal, (status, code): (u16, &str), id: &str) -> Value {
    let message = &refusal.message;
    match service.document.protocol {
        Protocol::AliyunRpc => {
            serde_json::json!({"RequestId": id, "HostId": "localhost", "Code": code, "Message": message})
        }
        Protocol::HuaweiRest => serde_json::json!({"error_code": code, "error_msg": message, "request_id": id}),
        Protocol::Http => serde_json::json!({"title": message, "status": status}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_about_what_is_absent() {
        let codes = [
            ("1", "The RDS instance does not exist or is in a different VPC."),
            ("2", "An RDS instance behind DDM does not exist."),
            ("3", "The account does not exist. Check its name."),
            ("4", "The resource was not found."),
            ("5", "The DDM instance does not exist."),
        ];
        let codes = codes.map(|(code, text)| (code.to_owned(), words(text)));
        let code = |count: usize, name: &str| absence(&codes[..count], name, "huawei-ddm");
        assert_eq!(code(5, "instance").as_deref(), Some("5"));
        assert_eq!(code(4, "instance_id").as_deref(), Some("4"), "not one about RDS");
        assert_eq!(code(3, "instance"), None);
        assert_eq!(code(3, "account").as_deref(), Some("3"));
        assert_eq!(code(3, "count"), None, "not a part of a word");
    }
}
