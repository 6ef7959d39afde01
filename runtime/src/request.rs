//! Turns what a call was given into a request that lacks only its signature, or into all that is wrong with it.

use std::borrow::Cow;

use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use serde_json::Value;

use crate::body;
use crate::call::{Call, Content};
use crate::check;
use crate::client::Settings;
use crate::encode;
use crate::endpoint::setter;
use crate::error::Violation;
use crate::inputs::Inputs;
use crate::operation::{Param, Place, Protocol};
use crate::request_body::RequestBody;

/// A request as all its attempts share it.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    /// With a slash at its start, encoded.
    pub(crate) path: String,
    /// Encoded pairs.
    pub(crate) query: Vec<(String, String)>,
    /// What a parameter that is the whole query is written as.
    pub(crate) whole_query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    /// The hash of a body that is not in memory, where the signature has it.
    pub(crate) body_hash: Option<String>,
    /// The action and the parameters, not encoded, of an RPC operation.
    pub(crate) rpc: Option<(&'static str, Vec<(String, String)>)>,
}

/// The parameters that have a value: set by the call, or else by the client.
pub(crate) type Given<'a> = Vec<(&'static Param, Cow<'a, Value>)>;

/// Checks the call and plans its request; otherwise all that is wrong.
pub(crate) fn plan(call: &Call) -> Result<Plan, Vec<Violation>> {
    let settings = call.client.settings();
    let given = given(call, settings);
    let mut violations = call.given.mistakes().to_vec();
    if let Some(Content::Form(form)) = call.body.as_ref().map(|body| &body.content) {
        violations.extend(form.mistakes().iter().cloned());
    }
    if call.checked {
        check_all(call, settings, &given, &mut violations);
    }

    // The fragment is no part of what is sent: it tells apart the operations that share a path.
    let (template, fragment) = call.spec.path.split_once('#').unwrap_or((call.spec.path, ""));
    let (template, fixed_query) = template.split_once('?').unwrap_or((template, ""));
    let mut plan = Plan {
        method: Method::from_bytes(call.spec.method.as_bytes()).unwrap_or_default(),
        path: filled(call, settings, template, true, &given, &mut violations),
        query: fixed_query.split('&').filter(|pair| !pair.is_empty()).map(split_pair).collect(),
        whole_query: String::new(),
        headers: HeaderMap::new(),
        body: RequestBody::default(),
        body_hash: None,
        rpc: None,
    };
    if settings.service.protocol == Protocol::AliyunRpc {
        // What stands in the path is signed with all other parameters.
        let own = std::mem::take(&mut plan.query);
        plan.rpc = Some((fragment.strip_prefix("Action=").unwrap_or(call.spec.name), own));
    }
    for (name, value) in &mut plan.query {
        *name = encode::literal(name);
        *value = filled(call, settings, value, false, &given, &mut violations);
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
            (Place::Query, None) => plan.query.extend(encode::pairs(param, param.name, value)),
            (Place::QueryString, None) => plan.whole_query = body::query(param, value),
            (Place::Cookie, _) => {
                let pairs = encode::pairs(param, param.name, value);
                if pairs.iter().any(|(name, value)| [name, value].iter().any(|text| text.contains([';', ' ', '"']))) {
                    let message = "a cookie that is sent as it is can hold no blank, quote or `;`";
                    violations.push(Violation::new(param.name, message));
                }
                cookies.extend(pairs);
            }
            (Place::Header, _) if !value.is_null() => {
                insert(&mut plan.headers, param.name, &encode::header(param, value), &mut violations);
            }
            _ => {}
        }
    }
    if !cookies.is_empty() {
        // Some documents have the whole header as a parameter, too.
        let whole = plan.headers.get(COOKIE).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let cookies = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> = whole.into_iter().chain(cookies).collect();
        insert(&mut plan.headers, COOKIE.as_str(), &cookies.join("; "), &mut violations);
    }
    // Only with a body, unless the document has it as a header, which the loop above sends: some of Huawei Cloud's
    // services answer 415 where they miss it, and then say so.
    if let Some((media_type, body)) = body::body(call, settings, &given, &mut violations) {
        if !plan.headers.contains_key(CONTENT_TYPE) || media_type.starts_with("multipart/") {
            insert(&mut plan.headers, CONTENT_TYPE.as_str(), &media_type, &mut violations);
        }
        if body.is_spent() {
            violations.push(Violation::new("body", "is a stream, which was sent before"));
        }
        plan.body = body;
    }
    for (name, value) in &call.headers {
        insert(&mut plan.headers, name, value, &mut violations);
    }
    if violations.is_empty() { Ok(plan) } else { Err(violations) }
}

fn given<'a>(call: &'a Call, settings: &Settings) -> Given<'a> {
    let value = |param: &'static Param| match call.given.of(param) {
        Some(value) => Some(Cow::Borrowed(value)),
        None => param.client.and_then(|name| settings.value(name)).map(|text| Cow::Owned(Value::String(text))),
    };
    call.spec.params.iter().filter_map(|param| Some((param, value(param)?))).collect()
}

fn in_body(param: &Param) -> bool {
    matches!(param.place, Place::Field | Place::Form | Place::Part | Place::Body | Place::PartHeader(_))
}

fn check_all(call: &Call, settings: &Settings, given: &Given<'_>, violations: &mut Vec<Violation>) {
    let body_required = call.spec.body.is_some_and(|body| body.required);
    if let Some(other) = &call.body {
        violations.extend(other.violations.iter().cloned());
        if let Content::Form(form) = &other.content {
            check_form(form, violations);
        }
    }
    let files = call.given.all_parts();
    let body_begun = given.iter().any(|(param, _)| in_body(param)) || !files.is_empty();
    for param in call.spec.params {
        let value = given.iter().find(|(other, _)| std::ptr::eq(*other, param)).map(|(_, value)| value);
        // A parameter can't be sent as `null`; a field of a JSON body can.
        let value = value.filter(|value| !value.is_null() || matches!(param.place, Place::Field | Place::Body));
        match value {
            // The entries of what is spread are fields themselves.
            Some(value) => check::value(value, &param.shape, if param.spread { "" } else { param.name }, violations),
            // `path` says so of these, checked or not.
            None if param.place == Place::Path => {}
            // An optional body may be left out with all its required fields, and a raw one has them inside.
            None if in_body(param) && (call.body.is_some() || !(body_required || body_begun)) => {}
            None if has_files(&call.given, param, param.name, violations) => {}
            // A header is required of a part that is there.
            None if !has_its_part(&call.given, param) => {}
            None if param.required => violations.push(Violation::new(param.name, missing(param, settings))),
            None => {}
        }
    }
    if call.body.is_none() && (body_required || body_begun) {
        whole_body(call, given, violations);
    }
    if body_required && call.body.is_none() && !call.spec.params.iter().any(in_body) {
        violations.push(Violation::new("body", check::MISSING));
    }
}

/// Checks what the fields of a body have to meet together.
fn whole_body(call: &Call, given: &Given<'_>, violations: &mut Vec<Violation>) {
    let Some(body) = call.spec.body.filter(|body| !body.shape.is_bare()) else { return };
    // A file is there, and nothing is said of what is in it.
    let files = call.given.all_parts().iter().map(|part| (part.param.name.to_owned(), Value::Null));
    let mut fields: serde_json::Map<String, Value> = files.collect();
    for (param, value) in given.iter().filter(|(param, _)| in_body(param) && param.place != Place::Body) {
        match &**value {
            // The entries of what is spread are fields themselves.
            Value::Object(entries) if param.spread => fields.extend(entries.clone()),
            value => drop(fields.insert(param.name.to_owned(), value.clone())),
        }
    }
    let mut found = Vec::new();
    check::value(&Value::Object(fields), &body.shape, "", &mut found);
    let named = |it: Violation| Violation { path: if it.path.is_empty() { "body".to_owned() } else { it.path }, ..it };
    violations.extend(found.into_iter().map(named));
}

/// The fields of a form that stands beside other bodies.
fn check_form(form: &Inputs, violations: &mut Vec<Violation>) {
    for param in form.params() {
        let path = format!("body.{}", param.name);
        match form.of(param).filter(|value| !value.is_null()) {
            Some(value) => check::value(value, &param.shape, if param.spread { "body" } else { &path }, violations),
            None if has_files(form, param, &path, violations) => {}
            None if !has_its_part(form, param) => {}
            None if param.required => violations.push(Violation::new(path, check::MISSING)),
            None => {}
        }
    }
}

/// Whether there are files for a parameter, of which as many must be there as of other elements.
fn has_files(inputs: &Inputs, param: &Param, path: &str, violations: &mut Vec<Violation>) -> bool {
    let count = inputs.all_parts().iter().filter(|part| std::ptr::eq(part.param, param)).count();
    if count > 0 {
        check::files(count, &param.shape, path, violations);
    }
    count > 0
}

/// Whether the part is there that a header is of; what is no header of a part has none to wait for.
fn has_its_part(inputs: &Inputs, param: &Param) -> bool {
    let Place::PartHeader(field) = param.place else { return true };
    inputs.names().any(|name| name == field)
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

/// Fills the template of a path, or of a value in its fixed query. What would make it the path of another operation is a violation,
/// checked or not.
fn filled(
    call: &Call,
    settings: &Settings,
    template: &str,
    is_path: bool,
    given: &Given<'_>,
    violations: &mut Vec<Violation>,
) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        let of_path = |param: &Param| param.place == Place::Path && param.name == name;
        let value = given.iter().find(|(param, _)| of_path(param)).filter(|(_, value)| !value.is_null());
        let text = match (value, call.spec.params.iter().find(|param| of_path(param))) {
            (Some((param, value)), _) => {
                let text = encode::path(param, value);
                if text.is_empty() && is_path {
                    violations.push(Violation::new(name, "must not be empty"));
                }
                text
            }
            // A brace that is no parameter's.
            (None, None) => {
                let (before, after) = rest.split_at(before.len() + 1);
                out.push_str(&encode::literal(before));
                rest = after;
                continue;
            }
            (None, Some(param)) => {
                violations.push(Violation::new(name, missing(param, settings)));
                String::new()
            }
        };
        out.push_str(&encode::literal(before));
        let begin = out.rfind('/').map_or(0, |at| at + 1);
        out.push_str(&text);
        rest = after;
        // URL parsers resolve these.
        let end = rest.find('/').unwrap_or(rest.len());
        let whole = format!("{}{}", &out[begin..], &rest[..end]);
        if is_path && whole.split('/').any(|segment| matches!(segment, "." | "..")) {
            violations.push(Violation::new(name, "must not be `.` or `..`"));
        }
    }
    out.push_str(&encode::literal(rest));
    out
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

/// All that a service learns of who calls it, besides the credentials.
const OUR_NAME: &str = concat!("yundb/", env!("CARGO_PKG_VERSION"));

pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::{Client, ClientBuilder};
    use crate::operation::{Service, Spec, cookie, field, header, path};
    use crate::shape::any;

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
    fn parameters_of_a_path_fill_its_query_too() {
        const FIND: Spec = Spec::new("Find", "GET", "/v1/things?fixed={no}&x={x}").params(&[path("x", any())]);
        let client: Client = ClientBuilder::new(&SERVICE).build().expect("a client");
        let plan = plan(&client.call(&FIND).set("x", "../a&b")).expect("a plan");
        assert_eq!(plan.path, "/v1/things");
        let query: Vec<_> = plan.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(query, ["fixed=%7Bno%7D", "x=..%2Fa%26b"]);
    }

    #[test]
    fn cookies_join_a_header_of_cookies() {
        const SHOW: Spec = Spec::new("Show", "GET", "/").params(&[cookie("a", any()), header("Cookie", any())]);
        let client: Client = ClientBuilder::new(&SERVICE).build().expect("a client");
        let plan = plan(&client.call(&SHOW).set("a", "1").set("Cookie", "b=2")).expect("a plan");
        assert_eq!(plan.headers.get(COOKIE).map(HeaderValue::as_bytes), Some(&b"b=2; a=1"[..]));
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
}
