//! Converts the inputs of a call to a request that lacks only its signature, or to a list of all violations.

use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use zeroize::Zeroizing;

use super::body;
pub(crate) use super::body::FORM;
use super::draft::{Content, Draft};
use super::given::{Given, given, missing};
use super::validate;
use super::values::Values;
use crate::check::Violation;
use crate::codec::encode;
use crate::data::operation::{Param, Place, Spec};
use crate::data::secret::Pairs;
use crate::transport::RequestBody;
use crate::transport::random::Nonces;

/// The part of a request that its attempts share.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) method: Method,
    /// With a leading slash, encoded.
    pub(crate) path: String,
    /// Encoded pairs.
    pub(crate) query: Pairs,
    /// The serialization of a parameter that is the whole query.
    pub(crate) whole_query: Zeroizing<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: RequestBody,
    /// The hash of a body that is not in memory, if the signature includes it.
    pub(crate) body_hash: Option<String>,
    /// The action and the unencoded parameters of an RPC operation.
    pub(crate) rpc: Option<(&'static str, Pairs)>,
}

/// The settings of a client that appear in its requests.
pub(crate) struct Common<'a> {
    pub(crate) values: &'a Values,
    /// Sent with every call, including the user agent.
    pub(crate) headers: &'a HeaderMap,
    /// Whether parameters are signed and placed later, with an action, as in Alibaba Cloud's RPC.
    pub(crate) rpc: bool,
    /// Generates the boundaries of multipart bodies.
    pub(crate) boundary: &'a Nonces,
}

/// Validates the inputs of a call and plans its request, or returns all violations. `accept` overrides the media type
/// of the operation.
pub(crate) fn plan(draft: &Draft, accept: Option<&str>, common: &Common<'_>) -> Result<Plan, Vec<Violation>> {
    let given = given(draft.spec, &draft.inputs, common.values);
    let mut violations = draft.inputs.mistakes().to_vec();
    if let Some(Content::Form(form)) = draft.body.as_ref().map(|body| &body.content) {
        violations.extend(form.mistakes().iter().cloned());
    }
    if draft.checked {
        validate::draft(draft, common.values, &given, &mut violations);
    }

    // The fragment is not sent: it distinguishes operations with the same path.
    let (template, fragment) = draft.spec.path.split_once('#').unwrap_or((draft.spec.path, ""));
    let (template, fixed_query) = template.split_once('?').unwrap_or((template, ""));
    let mut plan = Plan {
        method: Method::from_bytes(draft.spec.method.as_bytes()).unwrap_or_default(),
        path: filled(draft.spec, common.values, template, true, &given, &mut violations),
        query: fixed_query.split('&').filter(|pair| !pair.is_empty()).map(split_pair).collect(),
        whole_query: Zeroizing::default(),
        headers: common.headers.clone(),
        body: RequestBody::default(),
        body_hash: None,
        rpc: None,
    };
    if common.rpc {
        // Parameters in the path are signed with all others.
        let own = std::mem::take(&mut plan.query);
        plan.rpc = Some((fragment.strip_prefix("Action=").unwrap_or(draft.spec.name), own));
    }
    for (name, value) in plan.query.iter_mut() {
        *name = encode::literal(name);
        *value = filled(draft.spec, common.values, value, false, &given, &mut violations);
    }
    let accept = accept.unwrap_or(draft.spec.accept);
    if !accept.is_empty() {
        insert(&mut plan.headers, ACCEPT.as_str(), accept, &mut violations);
    }
    place(&given, &mut plan, &mut violations);
    put_body(draft, &given, common, &mut plan, &mut violations);
    for (name, value) in &draft.headers {
        insert(&mut plan.headers, name, value, &mut violations);
    }
    if violations.is_empty() { Ok(plan) } else { Err(violations) }
}

/// Places parameters in the query, headers and cookies.
fn place(given: &Given<'_>, plan: &mut Plan, violations: &mut Vec<Violation>) {
    let mut cookies = Vec::new();
    for (param, value) in given {
        match (param.place, &mut plan.rpc) {
            (Place::Query | Place::Form, Some((_, own))) if param.json => {
                own.push((param.name.to_owned(), value.to_string()))
            }
            (Place::Query | Place::Form, Some((_, own))) => own.extend(encode::flattened(param.name, value)),
            (Place::Query, None) => plan.query.extend(encode::pairs(param, param.name, value)),
            (Place::QueryString, None) => plan.whole_query = Zeroizing::new(body::query(param, value)),
            (Place::Cookie, _) => {
                let pairs = encode::pairs(param, param.name, value);
                if pairs.iter().any(|(name, value)| [name, value].iter().any(|text| text.contains([';', ' ', '"']))) {
                    let message = "an unencoded cookie cannot contain spaces, quotes or `;`";
                    violations.push(Violation::new(param.name, message));
                }
                cookies.extend(pairs);
            }
            (Place::Header, _) if !value.is_null() => {
                insert(&mut plan.headers, param.name, &encode::header(param, value), violations);
            }
            _ => {}
        }
    }
    if !cookies.is_empty() {
        // Some documents also have the whole header as a parameter.
        let whole = plan.headers.get(COOKIE).and_then(|it| it.to_str().ok()).map(str::to_owned);
        let cookies = cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies: Vec<String> = whole.into_iter().chain(cookies).collect();
        insert(&mut plan.headers, COOKIE.as_str(), &cookies.join("; "), violations);
    }
}

fn put_body(draft: &Draft, given: &Given<'_>, common: &Common<'_>, plan: &mut Plan, violations: &mut Vec<Violation>) {
    // Only with a body, unless the document has it as a header, which is then already present.
    if let Some((media_type, body)) = body::body(draft, given, common.rpc, common.boundary, violations) {
        if !plan.headers.contains_key(CONTENT_TYPE) || media_type.starts_with("multipart/") {
            insert(&mut plan.headers, CONTENT_TYPE.as_str(), &media_type, violations);
        }
        if body.is_spent() {
            violations.push(Violation::new("body", "is a stream, which has already been sent"));
        }
        plan.body = body;
    }
}

/// Fills the template of a path, or of a value in its fixed query. A value that would change it to the path of another
/// operation is always a violation.
fn filled(
    spec: &Spec,
    values: &Values,
    template: &str,
    is_path: bool,
    given: &Given<'_>,
    violations: &mut Vec<Violation>,
) -> String {
    let mut out = String::with_capacity(2 * template.len());
    let mut rest = template;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        let of_path = |param: &Param| param.place == Place::Path && param.name == name;
        let value = given.iter().find(|(param, _)| of_path(param)).filter(|(_, value)| !value.is_null());
        let text = match (value, spec.params.iter().find(|param| of_path(param))) {
            (Some((param, value)), _) => {
                let text = encode::path(param, value);
                if text.is_empty() && is_path {
                    violations.push(Violation::new(name, "must not be empty"));
                }
                text
            }
            // A brace that belongs to no parameter.
            (None, None) => {
                let (before, after) = rest.split_at(before.len() + 1);
                encode::push_literal(&mut out, before);
                rest = after;
                continue;
            }
            (None, Some(param)) => {
                violations.push(Violation::new(name, missing(param, values)));
                String::new()
            }
        };
        encode::push_literal(&mut out, before);
        let begin = out.rfind('/').map_or(0, |at| at + 1);
        out.push_str(&text);
        rest = after;
        // URL parsers would resolve these.
        let (before, after) = (&out[begin..], &rest[..rest.find('/').unwrap_or(rest.len())]);
        if is_path && (before.contains('.') || after.contains('.')) {
            let whole = format!("{before}{after}");
            if whole.split('/').any(|segment| matches!(segment, "." | "..")) {
                violations.push(Violation::new(name, "must not be `.` or `..`"));
            }
        }
    }
    encode::push_literal(&mut out, rest);
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
        (Err(_), _) => violations.push(Violation::new(name, "is not a valid header name")),
        (_, Err(_)) => violations
            .push(Violation::new(name, "contains characters that are not allowed in headers, such as a line break")),
    }
}

/// The client's user agent: all that identifies the client to a service, besides the credentials.
pub(crate) const OUR_NAME: &str = concat!("yundb/", env!("CARGO_PKG_VERSION"));

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::data::operation::{cookie, field, header, part, path, query};
    use crate::data::shape::any;

    const SHOW: Spec = Spec::new("Show", "GET", "/v1/{project_id}/things").params(&[
        path("project_id", any()).client("project_id"),
        header("X-Domain", any()).client("domain_id").required(),
        header("X-Language", any()).client("language").required(),
        header("X-Zone", any()).client("zone").required(),
        field("name", any()).required(),
    ]);

    fn values(set: &[(&str, &str)], environment: fn(&str) -> Option<String>) -> Values {
        let set: BTreeMap<String, String> = set.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let variable = |name: &str| match name {
            "project_id" => Some("PROJECT"),
            "region" => Some("REGION"),
            "domain_id" => Some("DOMAIN"),
            _ => None,
        };
        Values { set, found: std::collections::HashMap::new(), by_region: &["project_id"], variable, environment }
    }

    fn planned(draft: &Draft, values: &Values) -> Result<Plan, Vec<String>> {
        let common = Common { values, headers: &HeaderMap::new(), rpc: false, boundary: &|| Ok(String::new()) };
        plan(draft, None, &common).map_err(|violations| violations.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn errors_for_missing_settings_name_the_setter() {
        let values = values(&[], |_| None);
        let draft = Draft::new(&SHOW);
        assert_eq!(
            planned(&draft, &values).err().unwrap_or_default(),
            [
                "X-Domain: is required: set it with `.domain_id(..)` on the client's builder, or DOMAIN in the environment",
                "X-Language: is required: set it with `.language(..)` on the client's builder",
                "X-Zone: is required: set it with `.parameter(\"zone\", ..)` on the client's builder",
                "project_id: is required: set it with `.project_id(..)` on the client's builder, or PROJECT in the environment; \
                 or set only the region, with `.region(..)` or REGION, which the client uses to look it up",
            ]
        );
        // Without it there is no path, even without validation.
        assert_eq!(planned(&Draft { checked: false, ..draft }, &values).err().unwrap_or_default().len(), 1);
    }

    #[test]
    fn sources_of_settings() {
        let mut values = values(&[("project_id", "p"), ("zone", "z")], |name| Some(format!("{name} ")));
        values.found.insert("domain_id", "d".to_owned());
        let source = |name| values.source(name);
        assert_eq!(source("project_id").as_deref(), Some("`.project_id(..)`"));
        assert_eq!(source("zone").as_deref(), Some("`.parameter(\"zone\", ..)`"));
        assert_eq!(source("domain_id").as_deref(), Some("the profile of the credentials"));
        assert_eq!(source("region").as_deref(), Some("REGION"));
        assert_eq!(source("language"), None);
    }

    #[test]
    fn path_parameters_also_fill_the_fixed_query() {
        const FIND: Spec = Spec::new("Find", "GET", "/v1/things?fixed={no}&x={x}").params(&[path("x", any())]);
        let draft = Draft::new(&FIND);
        let plan = planned(&Draft { inputs: draft.inputs.set("x", "../a&b"), ..draft }, &values(&[], |_| None));
        let plan = plan.expect("a plan");
        assert_eq!(plan.path, "/v1/things");
        let query: Vec<_> = plan.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(query, ["fixed=%7Bno%7D", "x=..%2Fa%26b"]);
    }

    #[test]
    fn cookies_are_appended_to_a_cookie_header() {
        const SHOW: Spec = Spec::new("Show", "GET", "/").params(&[cookie("a", any()), header("Cookie", any())]);
        let draft = Draft::new(&SHOW);
        let inputs = draft.inputs.set("a", "1").set("Cookie", "b=2");
        let plan = planned(&Draft { inputs, ..draft }, &values(&[], |_| None)).expect("a plan");
        assert_eq!(plan.headers.get(COOKIE).map(HeaderValue::as_bytes), Some(&b"b=2; a=1"[..]));
    }

    #[test]
    fn nothing_is_sent_without_random_numbers() {
        const UPLOAD: Spec = Spec::new("Upload", "POST", "/")
            .params(&[query("ClientToken", any()), part("a", any())])
            .body("multipart/form-data", true);
        let none = || Err("no random numbers".to_owned());
        let mut draft = Draft::new(&UPLOAD);
        assert_eq!(draft.fill_client_token(none), Err("no random numbers".to_owned()));
        assert!(!draft.has_client_token());
        let (values, headers) = (values(&[], |_| None), HeaderMap::new());
        let common = Common { values: &values, headers: &headers, rpc: false, boundary: &none };
        let violations = plan(&draft, None, &common).err().unwrap_or_default();
        assert_eq!(violations.iter().map(ToString::to_string).collect::<Vec<_>>(), ["body: no random numbers"]);
    }

    #[test]
    fn the_environment_fills_in() {
        let set = [("language", "en-us"), ("zone", "z"), ("project_id", "p1")];
        let values = values(&set, |name| Some(format!("{name}\n")));
        let draft = Draft::new(&SHOW);
        let plan = planned(&Draft { inputs: draft.inputs.set("X-Zone", "y"), ..draft }, &values).expect("a plan");
        assert_eq!(plan.path, "/v1/p1/things");
        assert_eq!(plan.headers["x-domain"], "DOMAIN");
        assert_eq!(plan.headers["x-language"], "en-us");
        // The call's own value takes precedence.
        assert_eq!(plan.headers["x-zone"], "y");
    }
}
