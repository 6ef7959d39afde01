//! Turns what a call was given into a request that lacks only its signature, or into all that is wrong with it.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use crate::call::{Call, wiped};
use crate::check;
use crate::client::Settings;
use crate::encode;
use crate::endpoint::setter;
use crate::error::Violation;
use crate::multipart::{Multipart, Part};
use crate::operation::{self, Param, Place, Protocol};
use crate::shape::any;

/// A request as all its attempts share it.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    /// With a slash at its start, encoded.
    pub(crate) path: String,
    /// Encoded pairs.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The action and the parameters, not encoded, of an RPC operation.
    pub(crate) rpc: Option<(&'static str, Vec<(String, String)>)>,
}

/// The parameters that have a value: set by the call, or else by the client.
type Given<'a> = Vec<(&'static Param, Cow<'a, Value>)>;

/// Checks the call and plans its request; otherwise all that is wrong.
pub(crate) fn plan(call: &Call) -> Result<Plan, Vec<Violation>> {
    let settings = call.client.settings();
    let given = given(call, settings);
    let mut violations = call.mistakes.clone();
    if call.checked {
        check_all(call, settings, &given, &mut violations);
    }

    // The fragment is no part of what is sent: it tells apart the operations that share a path.
    let (template, fragment) = call.spec.path.split_once('#').unwrap_or((call.spec.path, ""));
    let (template, fixed_query) = template.split_once('?').unwrap_or((template, ""));
    let mut plan = Plan {
        method: Method::from_bytes(call.spec.method.as_bytes()).unwrap_or_default(),
        path: path(call, settings, template, &given, &mut violations),
        query: fixed_query.split('&').filter(|pair| !pair.is_empty()).map(split_pair).collect(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        rpc: None,
    };
    if settings.service.protocol == Protocol::AliyunRpc {
        // What stands in the path is signed with all other parameters.
        let own = std::mem::take(&mut plan.query);
        plan.rpc = Some((fragment.strip_prefix("Action=").unwrap_or(call.spec.name), own));
    }
    let mut cookies = Vec::new();
    insert(&mut plan.headers, USER_AGENT.as_str(), OUR_NAME, &mut violations);
    plan.headers.extend(settings.headers.clone());
    let accept = call.reading.media_type.unwrap_or(call.spec.accept);
    if !accept.is_empty() {
        insert(&mut plan.headers, ACCEPT.as_str(), accept, &mut violations);
    }
    for (param, value) in &given {
        match (param.place, &mut plan.rpc) {
            (Place::Query | Place::Form, Some((_, own))) if param.json => {
                own.push((param.name.to_owned(), value.to_string()))
            }
            (Place::Query | Place::Form, Some((_, own))) => own.extend(encode::flattened(param.name, value)),
            (Place::Query, None) => plan.query.extend(encode::pairs(param, value)),
            (Place::Cookie, _) => cookies.extend(encode::pairs(param, value)),
            (Place::Header, _) if !value.is_null() => {
                insert(&mut plan.headers, param.name, &encode::header(param, value), &mut violations);
            }
            _ => {}
        }
    }
    if !cookies.is_empty() {
        let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        insert(&mut plan.headers, COOKIE.as_str(), &cookies.join("; "), &mut violations);
    }
    // Only with a body, unless the document has it as a header, which the loop above sends: some of Huawei Cloud's
    // services answer 415 where they miss it, and then say so.
    if let Some((media_type, bytes)) = body(call, settings, &given) {
        if !plan.headers.contains_key(CONTENT_TYPE) || media_type.starts_with("multipart/") {
            insert(&mut plan.headers, CONTENT_TYPE.as_str(), &media_type, &mut violations);
        }
        plan.body = bytes;
    }
    for (name, value) in &call.headers {
        insert(&mut plan.headers, name, value, &mut violations);
    }
    if violations.is_empty() { Ok(plan) } else { Err(violations) }
}

fn given<'a>(call: &'a Call, settings: &Settings) -> Given<'a> {
    let value = |param: &'static Param| {
        let set = call.inputs.iter().find(|input| std::ptr::eq(input.param, param));
        match set {
            Some(input) => Some(Cow::Borrowed(&input.value)),
            None => param.client.and_then(|name| settings.value(name)).map(|text| Cow::Owned(Value::String(text))),
        }
    };
    call.spec.params.iter().filter_map(|param| Some((param, value(param)?))).collect()
}

fn in_body(param: &Param) -> bool {
    matches!(param.place, Place::Field | Place::Form | Place::Part | Place::Body)
}

fn check_all(call: &Call, settings: &Settings, given: &Given<'_>, violations: &mut Vec<Violation>) {
    let body_required = call.spec.body.is_some_and(|body| body.required);
    violations.extend(call.body.iter().flat_map(|body| &body.violations).cloned());
    let body_begun = given.iter().any(|(param, _)| in_body(param)) || !call.parts.is_empty();
    for param in call.spec.params {
        let value = given.iter().find(|(other, _)| std::ptr::eq(*other, param)).map(|(_, value)| value);
        // A parameter can't be sent as `null`; a field of a JSON body can.
        let value = value.filter(|value| !value.is_null() || matches!(param.place, Place::Field | Place::Body));
        match value {
            Some(value) => check::value(value, &param.shape, param.name, violations),
            // `path` says so of these, checked or not.
            None if param.place == Place::Path => {}
            // An optional body may be left out with all its required fields, and a raw one has them inside.
            None if in_body(param) && (call.body.is_some() || !(body_required || body_begun)) => {}
            None if call.parts.iter().any(|(other, _)| std::ptr::eq(*other, param)) => {}
            None if param.required => violations.push(Violation::new(param.name, missing(param, settings))),
            None => {}
        }
    }
    if body_required && call.body.is_none() && !call.spec.params.iter().any(in_body) {
        violations.push(Violation::new("body", check::MISSING));
    }
}

/// What to do about a required parameter that isn't there.
fn missing(param: &Param, settings: &Settings) -> String {
    let Some(name) = param.client else { return check::MISSING.to_owned() };
    let mut message = format!("{}: set it with `{}` on the client's builder", check::MISSING, setter(name));
    if let Some(variable) = settings.variable(name) {
        message.push_str(&format!(", or {variable} in the environment"));
    }
    message
}

/// Fills the template. What would make it the path of another operation is a violation, checked or not.
fn path(
    call: &Call,
    settings: &Settings,
    template: &str,
    given: &Given<'_>,
    violations: &mut Vec<Violation>,
) -> String {
    let mut segments = Vec::new();
    for template in template.split('/') {
        let mut segment = String::new();
        let mut rest = template;
        let mut last = "";
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
        {
            segment.push_str(before);
            let of_path = |param: &Param| param.place == Place::Path && param.name == name;
            let value = given.iter().find(|(param, _)| of_path(param)).filter(|(_, value)| !value.is_null());
            match (value, call.spec.params.iter().find(|param| of_path(param))) {
                (Some((param, value)), _) => {
                    let text = encode::path(param, value);
                    if text.is_empty() {
                        violations.push(Violation::new(name, "must not be empty"));
                    }
                    segment.push_str(&text);
                }
                (None, Some(param)) => violations.push(Violation::new(name, missing(param, settings))),
                (None, None) => violations.push(Violation::new(name, check::MISSING)),
            }
            (last, rest) = (name, after);
        }
        segment.push_str(rest);
        // URL parsers resolve these.
        if !last.is_empty() && matches!(&*segment, "." | "..") {
            violations.push(Violation::new(last, "must not be `.` or `..`"));
        }
        segments.push(segment);
    }
    segments.join("/")
}

fn split_pair(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name.to_owned(), value.to_owned())
}

fn insert(headers: &mut HeaderMap, name: &str, value: &str, violations: &mut Vec<Violation>) {
    match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes())) {
        (Ok(name), Ok(value)) => {
            headers.insert(name, value);
        }
        (Err(_), _) => violations.push(Violation::new(name, "cannot be the name of a header")),
        (_, Err(_)) => violations.push(Violation::new(name, "holds what no header may hold, such as a line break")),
    }
}

/// The media type and the bytes of the body, if there is one.
fn body(call: &Call, settings: &Settings, given: &Given<'_>) -> Option<(String, Bytes)> {
    let documented = call.spec.body.map(|body| body.media_type).unwrap_or_default();
    let required = call.spec.body.is_some_and(|body| body.required);
    if let Some(raw) = &call.body {
        return Some((concrete(raw.media_type.unwrap_or(documented), "application/octet-stream"), raw.bytes.clone()));
    }
    if let Some((_, value)) = given.iter().find(|(param, _)| param.place == Place::Body) {
        return Some(whole(documented, value));
    }
    let of = |place: Place| {
        let given = given.iter().filter(move |(param, _)| param.place == place);
        given.map(|(param, value)| (*param, &**value)).collect::<Vec<_>>()
    };
    let has = |place: Place| call.spec.params.iter().any(|param| param.place == place);
    if has(Place::Field) {
        let fields = of(Place::Field);
        let needed = required || !fields.is_empty();
        return needed.then(|| (concrete(documented, "application/json"), json(&Fields(fields))));
    }
    if has(Place::Part) {
        let fields = of(Place::Part);
        let needed = required || !fields.is_empty() || !call.parts.is_empty();
        return needed.then(|| multipart(call, &fields, (settings.nonce)()));
    }
    // The parameters of RPC operations are placed when they are signed.
    if has(Place::Form) && settings.service.protocol != Protocol::AliyunRpc {
        let fields = of(Place::Form);
        let needed = required || !fields.is_empty();
        return needed.then(|| {
            let pairs: Vec<_> = fields.iter().flat_map(|(param, value)| encode::pairs(param, value)).collect();
            (FORM.to_owned(), wiped(encode::joined(&pairs).into_bytes()))
        });
    }
    None
}

/// All that a service learns of who calls it, besides the credentials.
const OUR_NAME: &str = concat!("yundb/", env!("CARGO_PKG_VERSION"));

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// A media type that can be sent, where the document has a range such as `*/*`.
fn concrete(documented: &str, fallback: &str) -> String {
    if documented.is_empty() || documented.contains('*') { fallback.to_owned() } else { documented.to_owned() }
}

fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.ends_with("/json") || essence.ends_with("+json") || essence.contains('*') || essence.is_empty()
}

/// A body that is one value.
fn whole(media_type: &str, value: &Value) -> (String, Bytes) {
    match value {
        Value::Object(_) if media_type.starts_with(FORM) => {
            const ENTRIES: Param = operation::form("body", any());
            (FORM.to_owned(), wiped(encode::joined(&encode::pairs(&ENTRIES, value)).into_bytes()))
        }
        Value::String(text) if !is_json(media_type) => (media_type.to_owned(), wiped(text.clone().into_bytes())),
        value => (concrete(media_type, "application/json"), json(value)),
    }
}

fn json(value: &impl Serialize) -> Bytes {
    // Values serialize always; what could not become one is a mistake reported before.
    wiped(serde_json::to_vec(value).unwrap_or_default())
}

/// The fields of a JSON body, in the order of the document, without a copy of their values.
struct Fields<'a>(Vec<(&'static Param, &'a Value)>);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(param, value)| (param.name, value)))
    }
}

fn multipart(call: &Call, fields: &[(&'static Param, &Value)], boundary: String) -> (String, Bytes) {
    let mut form = Multipart::new(boundary);
    for param in call.spec.params {
        let values = fields.iter().filter(|(other, _)| std::ptr::eq(*other, param));
        for (_, value) in values {
            match value {
                Value::Null => {}
                _ if param.json => field(&mut form, param, "application/json", value.to_string()),
                Value::Array(elements) => {
                    for element in elements.iter().filter(|it| !it.is_null()) {
                        field(&mut form, param, default_type(element), encode::text(element));
                    }
                }
                value => field(&mut form, param, default_type(value), encode::text(value)),
            }
        }
        let files = call.parts.iter().filter(|(other, _)| std::ptr::eq(*other, param));
        for (_, part) in files {
            let part: &Part = part;
            form.part(param.name, param.media_type, part);
        }
    }
    form.finish()
}

fn field(form: &mut Multipart, param: &Param, default: &str, text: String) {
    let media_type = if param.media_type.is_empty() { default } else { param.media_type };
    form.field(param.name, media_type, text.as_bytes());
}

fn default_type(value: &Value) -> &'static str {
    if value.is_array() || value.is_object() { "application/json" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Client, ClientBuilder};
    use crate::operation::{Service, Spec, field, header, path};

    static SERVICE: Service = Service {
        package: "mini",
        version: "v1",
        product: "",
        protocol: Protocol::HuaweiRest,
        servers: &[],
        schemes: &[],
        security: &[],
        jobs: &[],
        limits: &[],
        busy: &[],
    };
    const SHOW: Spec = Spec::new("Show", "GET", "/v1/{project_id}/things").params(&[
        path("project_id", any()).client("project_id"),
        header("X-Domain", any()).client("domain_id").required(),
        header("X-Language", any()).client("language").required(),
        header("X-Zone", any()).client("zone").required(),
        field("name", any()).required(),
    ]);

    fn violations(call: &Call) -> Vec<String> {
        plan(call).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn missing_settings_say_how_to_set_them() {
        let client: Client = ClientBuilder::new(&SERVICE).environment(|_| None).build().expect("a client");
        assert_eq!(
            violations(&client.call(&SHOW)),
            [
                "X-Domain: is required: set it with `.domain_id(..)` on the client's builder, or HUAWEICLOUD_SDK_DOMAIN_ID in the environment",
                "X-Language: is required: set it with `.language(..)` on the client's builder",
                "X-Zone: is required: set it with `.parameter(\"zone\", ..)` on the client's builder",
                "project_id: is required: set it with `.project_id(..)` on the client's builder, or HUAWEICLOUD_SDK_PROJECT_ID in the environment",
            ]
        );
        // Without it there is no path, checked or not.
        assert_eq!(violations(&client.call(&SHOW).unchecked()).len(), 1);
    }

    #[test]
    fn the_environment_fills_in() {
        let builder = ClientBuilder::<Client>::new(&SERVICE).language("en-us").parameter("zone", "z").project_id("p1");
        let client = builder.environment(|name| Some(format!("{name}\n"))).build().expect("a client");
        let plan = plan(&client.call(&SHOW).set("X-Zone", "y")).expect("a plan");
        assert_eq!(plan.path, "/v1/p1/things");
        assert_eq!(plan.headers["x-domain"], "HUAWEICLOUD_SDK_DOMAIN_ID");
        assert_eq!(plan.headers["x-language"], "en-us");
        // The call's own value wins.
        assert_eq!(plan.headers["x-zone"], "y");
    }

    #[test]
    fn json_media_types() {
        for yes in ["application/json", "application/json; charset=utf-8", "application/merge-patch+json", "*/*", ""] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["text/plain", "application/xml", "application/jsonl"] {
            assert!(!is_json(no), "{no}");
        }
    }
}
