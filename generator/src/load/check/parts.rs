//! Objects other than schemas: the rules beyond the types of their fields.

use indexmap::map::Entry as Slot;

use super::{Checker, insert, placeholders};
use crate::{
    diagnostic::{Diagnostic, Location},
    load::{
        Entries, Node, Value,
        envelope::{is_method, sent},
        grammar::Kind,
        report::nearest,
    },
};

/// The type of a security scheme that `openapiv3` doesn't have. Such a scheme is passed on as an `http` scheme of this
/// name.
pub(crate) const MUTUAL_TLS: &str = "mutualTLS";

/// Keys that OpenAPI 2 has in a parameter and 3 in its schema.
const OF_THE_SCHEMA: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
    "enum",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "multipleOf",
    "collectionFormat",
];

impl Checker<'_, '_> {
    /// Fixes what is unambiguous although OpenAPI 3.0 writes it differently.
    pub(super) fn fix(&mut self, node: &mut Node, kind: Kind, place: &Location) {
        let Some(entries) = node.as_object_mut() else { return };
        let absent =
            |entries: &Entries, key: &str| entries.get(key).is_none_or(|entry| matches!(entry.node.value, Value::Null));
        // Optional in newer versions.
        let optional: Option<(&str, Value)> = match kind {
            Kind::Document => Some(("paths", Entries::default().into())),
            Kind::Operation => Some(("responses", Entries::default().into())),
            Kind::Response => Some(("description", "".into())),
            _ => None,
        };
        if let Some((key, empty)) = optional.filter(|(key, _)| self.newer && absent(entries, key)) {
            insert(entries, key, empty, place);
        }
        let mut fill = |key: &str| {
            if absent(entries, key)
                && let Some((value, meant)) = self::absent(kind, key)
            {
                let message = format!("{} needs `{key}`", kind.name());
                self.reporter.fault(Diagnostic::error("missing-field", message).at(place.clone()).label(meant));
                insert(entries, key, value, place);
            }
        };
        match kind {
            Kind::Document => ["info", "paths"].into_iter().for_each(fill),
            Kind::Info => ["title", "version"].into_iter().for_each(fill),
            Kind::Operation => fill("responses"),
            Kind::Response => fill("description"),
            Kind::RequestBody => fill("content"),
            Kind::OAuthFlow => fill("scopes"),
            Kind::License => fill("name"),
            Kind::ServerVariable => {
                let first = entries.get("enum").and_then(|it| it.node.items().next()).cloned();
                let first = first.map_or_else(|| "".into(), |node| node.value);
                if absent(entries, "default") {
                    let message = "a server variable needs a `default`";
                    let fault = Diagnostic::error("missing-field", message).at(place.clone());
                    self.reporter.fault(fault.label("its first value is used"));
                    insert(entries, "default", first, place);
                }
            }
            Kind::Paths => self.paths(entries),
            Kind::PathItem => self.methods(entries),
            Kind::Responses => self.statuses(entries),
            Kind::Parameter | Kind::Header => self.parameter(entries, kind, place),
            // openapiv3 treats each member of a callback as a path.
            Kind::Callback => entries.retain(|key, _| !key.starts_with("x-")),
            _ => {}
        }
    }

    fn paths(&mut self, entries: &mut Entries) {
        entries.retain(|path, entry| {
            let route = path.split(['?', '#']).next().unwrap_or_default();
            let why = match () {
                () if path.starts_with("x-") => return true,
                () if !path.starts_with('/') => "must start with `/`",
                // URL parsers resolve these, so another path would be called.
                () if route.split('/').any(|segment| matches!(segment, "." | "..")) => {
                    "can't have the segments `.` or `..`"
                }
                () => return true,
            };
            let fault = Diagnostic::error("bad-path", format!("the path `{path}` {why}")).at(entry.key.clone());
            self.reporter.fault(fault.label("left out").left_out());
            false
        });
    }

    fn statuses(&mut self, entries: &mut Entries) {
        entries.retain(|status, entry| {
            let holds = status.starts_with("x-")
                || status == "default"
                || matches!(status.as_bytes(), [b'1'..=b'5', rest @ ..]
                    if rest.len() == 2 && (rest.iter().all(u8::is_ascii_digit) || rest.eq_ignore_ascii_case(b"xx")));
            if !holds {
                let message = format!("`{status}` is not an HTTP status");
                let fault = Diagnostic::error("bad-status", message).at(entry.key.clone()).label("left out").left_out();
                self.reporter.fault(fault.help("write `\"200\"`, `2XX` or `default`"));
            }
            holds
        });
    }

    fn parameter(&mut self, entries: &mut Entries, kind: Kind, place: &Location) {
        // A null value counts as absent.
        entries.retain(|key, entry| {
            !["schema", "content"].contains(&key.as_str()) || !matches!(entry.node.value, Value::Null)
        });
        if entries.contains_key("schema") || entries.contains_key("content") {
            if entries.contains_key("schema") && entries.contains_key("content") {
                let message = format!("{} has both `schema` and `content`", kind.name());
                let fault = Diagnostic::error("schema-and-content", message).at(place.clone());
                let content = entries.shift_remove("content").map(|entry| entry.key);
                self.reporter.fault(fault.label("the `schema` is used").leaves_out(content));
            }
            return;
        }
        let hoisted: Entries =
            OF_THE_SCHEMA.iter().filter_map(|key| Some(((*key).to_owned(), entries.shift_remove(*key)?))).collect();
        let label = match hoisted.is_empty() {
            true => "any value is accepted",
            false => "`type` etc. (OpenAPI 2) are read as its `schema`",
        };
        let message = format!("{} has no `schema`", kind.name());
        let fault = Diagnostic::error("missing-field", message).at(place.clone()).label(label);
        self.reporter.fault(fault);
        insert(entries, "schema", hoisted, place);
    }

    /// How a sequence's parts, and a part's parts, are encoded: clients have no such bodies.
    fn sequence_encodings(&mut self, node: &mut Node, keys: &[&str]) {
        let Some(entries) = node.as_object_mut() else { return };
        for key in keys {
            let Some(entry) = entries.shift_remove(*key) else { continue };
            let message = format!("`{key}` for the parts of a body is not supported");
            let diagnostic = Diagnostic::warning("encoding", message).at(entry.key).left_out();
            self.reporter.push(diagnostic.label("each part is encoded by its schema"));
        }
    }

    /// Reports the parts of a server's address that can't be used as they are.
    fn server(&mut self, node: &Node) {
        let Some((at, url)) = node.get("url").and_then(|url| Some((&url.location, url.as_str()?))) else { return };
        let declared = |name: &str| node.get("variables").is_some_and(|variables| variables.get(name).is_some());
        for name in placeholders(url).filter(|name| !declared(name)) {
            let message = format!("the server variable `{name}` is not declared");
            let label = format!("to be set by `.parameter(\"{name}\", ..)`");
            let warning = Diagnostic::warning("server-variable", message).at(at.clone()).label(label);
            let variables = node.get("variables").into_iter().flat_map(Node::entries).map(|(name, _)| name);
            self.reporter.push(warning.help(match nearest(name, variables) {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("add `{name}: {{default: ...}}` to its `variables`"),
            }));
        }
        if url.contains(['?', '#']) {
            let message = "a server's URL must end with its path";
            let warning = Diagnostic::warning("server-url", message).at(at.clone());
            self.reporter.push(warning.label("unusable; set another one by `.endpoint(..)`"));
        }
    }

    /// Whether an object is valid, given that each of its fields is.
    pub(super) fn fits(&mut self, node: &mut Node, kind: Kind, place: &Location) -> bool {
        match kind {
            Kind::Parameter => self.parameter_fits(node, place),
            Kind::Header => self.style(node, "header", &["simple"]),
            Kind::Encoding => {
                self.sequence_encodings(node, &["encoding", "prefixEncoding", "itemEncoding"]);
                self.style(node, "body", &["form", "spaceDelimited", "pipeDelimited", "deepObject"])
            }
            Kind::MediaType => {
                self.sequence_encodings(node, &["prefixEncoding", "itemEncoding"]);
                true
            }
            Kind::SecurityScheme => self.scheme_fits(node, place),
            Kind::Server => {
                self.server(node);
                true
            }
            Kind::Operation => {
                if let Some(entries) = node.as_object_mut().filter(|entries| !entries.contains_key("responses")) {
                    insert(entries, "responses", Entries::default(), place);
                }
                true
            }
            Kind::Link => {
                let holds = node.get("operationRef").is_some() || node.get("operationId").is_some();
                if !holds {
                    let message = "a link needs `operationId` or `operationRef`";
                    self.reporter.fault(Diagnostic::error("missing-field", message).at(place.clone()).left_out());
                }
                holds
            }
            _ => true,
        }
    }

    fn parameter_fits(&mut self, node: &mut Node, place: &Location) -> bool {
        let name = node.get("name").and_then(Node::as_str).unwrap_or_default().to_owned();
        if name.is_empty() {
            let place = node.get("name").map_or(place, |name| &name.location);
            let message = "a parameter has an empty name";
            self.reporter.fault(Diagnostic::error("missing-field", message).at(place.clone()));
            let place = place.clone();
            self.blame(&place, "empty");
            return false;
        }
        let styles: &[&str] = match node.get("in").and_then(Node::as_str) {
            Some("query") => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
            Some("header") => {
                let at = node.get("name").map_or(place, |name| &name.location).clone();
                if !self.header_name(&name, &at) {
                    self.blame(&at, "can't be sent");
                    return false;
                }
                &["simple"]
            }
            Some("path") => &["simple", "label", "matrix"],
            Some("cookie") => &["form", "cookie"],
            Some("querystring") => return self.query_string(node, place),
            _ => return self.one_of(node, "in", &["query", "header", "path", "cookie", "querystring"]),
        };
        let location = node.get("in").and_then(Node::as_str).unwrap_or_default().to_owned();
        if location == "path" && node.get("required").and_then(Node::as_bool) != Some(true) {
            let message = format!("the path parameter `{name}` must be `required: true`");
            let written = node.as_object().and_then(|entries| entries.get("required"));
            let (at, key) = written.map_or((place.clone(), None), |it| (it.place().clone(), Some(it.key.clone())));
            let warning = Diagnostic::warning("optional-path-parameter", message).at(at).label("read as required");
            self.reporter.push(warning.leaves_out(key));
            if let Some(entries) = node.as_object_mut() {
                insert(entries, "required", true, place);
            }
        }
        self.style(node, &location, styles)
    }

    /// A parameter that is the whole query needs a media type. Styles are for values within a query.
    fn query_string(&mut self, node: &mut Node, place: &Location) -> bool {
        let Some(entries) = node.as_object_mut() else { return false };
        for key in ["style", "explode", "allowReserved"] {
            let Some(entry) = entries.shift_remove(key) else { continue };
            let message = format!("`{key}` does not apply to a whole query");
            let fault = Diagnostic::error("unknown-style", message).at(entry.key).label("left out").left_out();
            self.reporter.fault(fault.help("remove it; `content` determines the encoding of the query"));
        }
        let holds = entries.get("content").is_some_and(|content| content.node.entries().next().is_some());
        if !holds {
            let message = "a parameter that is the whole query needs a `content`";
            let fault = Diagnostic::error("missing-field", message).at(place.clone()).left_out();
            self.reporter.fault(fault.help("write `content: {application/x-www-form-urlencoded: {schema: ...}}`"));
            self.blame(place, "incomplete");
        }
        holds
    }

    /// Checks `additionalOperations`: methods for which a path item has no key.
    fn methods(&mut self, entries: &mut Entries) {
        let Some(additional) = entries.get_mut("additionalOperations").and_then(|it| it.node.as_object_mut()) else {
            return;
        };
        let mut misplaced = Vec::new();
        additional.retain(|method, entry| {
            let own = method.to_ascii_lowercase();
            if is_method(&own) {
                misplaced.push((own, entry.clone()));
                return false;
            }
            let is_token = http::Method::from_bytes(method.as_bytes()).is_ok();
            if !is_token {
                let message = format!("`{method}` is not an HTTP method");
                let fault = Diagnostic::error("bad-method", message).at(entry.key.clone()).label("left out").left_out();
                self.reporter.fault(fault.help("a method consists of ASCII letters, digits and `!#$%&'*+-.^_`|~`"));
            }
            is_token
        });
        for (method, entry) in misplaced {
            let message = format!("the operation for {} is under `{method}`", sent(&method));
            let fault = Diagnostic::error("bad-method", message).at(entry.key.clone());
            let fault = fault.help(format!("write it under `{method}` of the path"));
            match entries.entry(method) {
                Slot::Vacant(slot) => {
                    self.reporter.fault(fault.label("read as if it were there"));
                    slot.insert(entry);
                }
                Slot::Occupied(own) => {
                    let fault = fault.label("left out").left_out();
                    self.reporter.fault(fault.note(own.get().key.clone(), "this one is used"));
                }
            }
        }
    }

    fn style(&mut self, node: &mut Node, location: &str, styles: &[&str]) -> bool {
        let Some(style) = node.get("style").and_then(Node::as_str).map(str::to_owned) else { return true };
        if styles.contains(&style.as_str()) {
            return true;
        }
        let place = node.get("style").map_or(&node.location, |style| &style.location).clone();
        let message = format!("`{style}` is not a style for a {location}");
        let fault = Diagnostic::error("unknown-style", message).at(place).label("left out").left_out();
        self.reporter.fault(fault.help(format!("write {}", list(styles))));
        if let Some(entries) = node.as_object_mut() {
            entries.shift_remove("style");
        }
        true
    }

    fn scheme_fits(&mut self, node: &mut Node, place: &Location) -> bool {
        let needed: &[&str] = match node.get("type").and_then(Node::as_str) {
            Some("apiKey") => &["name", "in"],
            Some("http") => &["scheme"],
            Some("oauth2") => &["flows"],
            Some("openIdConnect") => &["openIdConnectUrl"],
            Some(MUTUAL_TLS) => {
                let Some(entries) = node.as_object_mut() else { return false };
                entries.clear();
                insert(entries, "type", "http", place);
                insert(entries, "scheme", MUTUAL_TLS, place);
                return true;
            }
            _ => return self.one_of(node, "type", &["apiKey", "http", "oauth2", "openIdConnect", MUTUAL_TLS]),
        };
        for field in needed {
            if node.get(field).is_some() {
                continue;
            }
            let message = format!("this security scheme needs `{field}`");
            let fault = Diagnostic::error("missing-field", message).at(place.clone());
            // The source of tokens is up to the caller; their use is known.
            let substitute = match *field {
                "flows" => Value::from(Entries::default()),
                "openIdConnectUrl" => Value::from(""),
                _ => {
                    self.reporter.fault(fault.left_out());
                    return false;
                }
            };
            self.reporter.fault(fault.label("read as an empty one"));
            if let Some(entries) = node.as_object_mut() {
                insert(entries, field, substitute, place);
            }
        }
        self.flows(node);
        if node.get("in").and_then(Node::as_str) == Some("header")
            && let Some(name) = node.get("name")
            && needed.contains(&"in")
        {
            return self.header_name(name.as_str().unwrap_or_default(), &name.location);
        }
        !needed.contains(&"in") || self.one_of(node, "in", &["query", "header", "cookie"])
    }

    /// Whether this is a valid HTTP header name.
    pub(super) fn header_name(&mut self, name: &str, at: &Location) -> bool {
        let holds = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        if !holds {
            let message = format!("`{name}` is not a valid header name");
            let fault = Diagnostic::error("header-name", message).at(at.clone()).label("left out").left_out();
            self.reporter.fault(fault.help("a name consists of ASCII letters, digits and `!#$%&'*+-.^_`|~`"));
        }
        holds
    }

    /// Each OAuth flow has its own URLs; `openapiv3` requires them, a client doesn't.
    fn flows(&mut self, node: &mut Node) {
        let flows = node.get_mut("flows").and_then(Node::as_object_mut);
        for (flow, entry) in flows.into_iter().flatten() {
            let urls: &[&str] = match flow.as_str() {
                "implicit" => &["authorizationUrl"],
                "password" | "clientCredentials" => &["tokenUrl"],
                "deviceAuthorization" => &["deviceAuthorizationUrl", "tokenUrl"],
                _ => &["authorizationUrl", "tokenUrl"],
            };
            let Some(fields) = entry.node.as_object_mut() else { continue };
            for url in urls {
                if !fields.contains_key(*url) && !flow.starts_with("x-") {
                    let message = format!("the OAuth flow `{flow}` needs `{url}`");
                    let fault = Diagnostic::error("missing-field", message).at(entry.key.clone());
                    self.reporter.fault(fault.label("read as an empty one"));
                    insert(fields, url, "", &entry.key);
                }
            }
        }
    }

    /// Whether a field has one of its allowed values.
    pub(super) fn one_of(&mut self, node: &Node, field: &str, values: &[&str]) -> bool {
        let Some(value) = node.get(field) else { return true };
        let text = value.as_str().unwrap_or_default();
        if values.contains(&text) {
            return true;
        }
        let message = format!("`{field}` can't be `{text}`");
        let help = match nearest(text, values.iter().copied()) {
            Some(near) => format!("did you mean `{near}`? Use one of {}", list(values)),
            None => format!("use one of {}", list(values)),
        };
        let fault = Diagnostic::error("unknown-value", message).at(value.location.clone()).left_out();
        self.reporter.fault(fault.help(help));
        self.blame(&value.location, "unreadable");
        false
    }
}

/// The substitute for a required field that is absent or unreadable, and its meaning.
pub(super) fn absent(kind: Kind, key: &str) -> Option<(Value, &'static str)> {
    Some(match (kind, key) {
        (Kind::Document, "info" | "paths") | (Kind::OAuthFlow, "scopes") => {
            (Entries::default().into(), "read as an empty one")
        }
        (Kind::Info, "title") => ("Untitled".into(), "named `Untitled`"),
        (Kind::Info, "version") => ("unknown".into(), "named `unknown`"),
        (Kind::Operation, "responses") => (Entries::default().into(), "any response is accepted"),
        (Kind::Response, "description") | (Kind::License, "name") => ("".into(), "read as an empty one"),
        (Kind::RequestBody, "content") => (Entries::default().into(), "no body is sent"),
        _ => return None,
    })
}

/// `a`, `b`
pub(super) fn list(values: &[&str]) -> String {
    values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
}
