//! Security schemes: those that the runtime supports, and those left to the caller.

use heck::ToSnakeCase as _;
use indexmap::IndexMap;
use openapiv3::{APIKeyLocation, ReferenceOr, SecurityRequirement, SecurityScheme};

use super::model::{Place, Scheme, SchemeKind};
use super::{Lower, docs, markdown, operation};
use crate::diagnostic::{Diagnostic, Location};
use crate::load::{MUTUAL_TLS, Node, Part, nearest};

const CODE: &str = "security-scheme";

impl<'a> Lower<'a, '_> {
    /// All schemes that the document declares or requires.
    pub(super) fn schemes(&mut self) -> Vec<Scheme> {
        let mut schemes = Vec::new();
        for (name, scheme) in self.api.components.iter().flat_map(|components| &components.security_schemes) {
            let Some(entry) = self.loaded.component("securitySchemes", name) else { continue };
            let declared = self.declared(Part::of(scheme, entry));
            let words = declared.ok().and_then(|scheme| scheme.entry("description")?.node.as_str());
            let format = declared.ok().and_then(|scheme| scheme.entry("bearerFormat")?.node.as_str());
            let format = format.map(|format| format!("Format: `{}`.", format.replace('`', "'")));
            let words: Vec<&str> = words.into_iter().chain(format.as_deref()).collect();
            let docs = docs::lines(&words.join(" "));
            let kind = match declared {
                Ok(scheme) => {
                    let kind = kind(scheme.item);
                    let known = !matches!(kind, SchemeKind::Caller(None));
                    self.take_members(&scheme, &["description"]);
                    if known {
                        self.take_members(&scheme, &["type", "in", "name", "scheme", "bearerFormat"]);
                    }
                    kind
                }
                Err(_) => SchemeKind::Caller(suggested(name).map(Box::new)),
            };
            if matches!(kind, SchemeKind::Caller(_)) {
                self.left_to_caller(name, &entry.key, declared.ok().map(|scheme| scheme.item));
            }
            schemes.push(Scheme { name: name.clone(), docs, kind });
        }
        for scheme in &mut schemes {
            let scopes = self.scopes(self.loaded.document().node, Some(&scheme.name));
            if !scopes.is_empty() {
                scheme.docs.extend(docs::lines(&format!("Scopes: {}.", scopes.join(", "))));
            }
        }
        for (name, places) in self.required_schemes() {
            if !schemes.iter().any(|scheme| scheme.name == name) {
                let kind = suggested(name);
                self.undeclared(name, &places, kind.as_ref());
                schemes.push(Scheme {
                    name: name.to_owned(),
                    docs: Vec::new(),
                    kind: SchemeKind::Caller(kind.map(Box::new)),
                });
            }
        }
        let unmet = schemes.iter().filter(|scheme| matches!(scheme.kind, SchemeKind::Caller(None)));
        self.unmet = unmet.map(|scheme| scheme.name.clone()).collect();
        schemes
    }

    /// A scheme with its references resolved; the last location if they are broken.
    fn declared(
        &self,
        scheme: Part<'a, ReferenceOr<SecurityScheme>>,
    ) -> Result<Part<'a, SecurityScheme>, &'a Location> {
        if let Some(entry) = scheme.entry("$ref") {
            self.ledger.take(&entry.key);
        }
        self.loaded.follow(scheme, "securitySchemes", |components| &components.security_schemes)
    }

    /// The names in `security`, each with its locations.
    fn required_schemes(&self) -> IndexMap<&'a str, Vec<&'a Location>> {
        let document = self.loaded.document().node;
        let operations = operation::find(self.loaded).map(|found| found.operation.node);
        let mut found: IndexMap<&'a str, Vec<&'a Location>> = IndexMap::new();
        for requirements in std::iter::once(document).chain(operations).filter_map(|node| node.get("security")) {
            for (name, entry) in requirements.items().flat_map(|requirement| requirement.entries()) {
                found.entry(name).or_default().push(&entry.key);
            }
        }
        found
    }

    /// The scopes required by the document or an operation: of one scheme, or of all.
    pub(super) fn scopes(&self, node: &'a Node, of: Option<&str>) -> Vec<String> {
        let requirements =
            node.get("security").into_iter().flat_map(|node| node.items()).flat_map(|item| item.entries());
        let mut scopes: Vec<String> = Vec::new();
        let schemes = requirements.filter(|(name, _)| of.is_none_or(|of| of == *name));
        for scope in schemes.flat_map(|(_, scheme)| scheme.node.items()) {
            self.ledger.take(&scope.location);
            let scope = scope.as_str().map(markdown::code);
            scopes.extend(scope.filter(|scope| !scopes.contains(scope)));
        }
        scopes
    }

    /// The alternatives of the document or an operation: the names of the schemes in each.
    pub(super) fn security<T>(
        &self,
        of: &Part<'a, T>,
        requirements: Option<&'a [SecurityRequirement]>,
    ) -> Option<Vec<Vec<String>>> {
        let requirements = requirements?;
        for (name, scheme) in of.list("security", requirements).flat_map(|part| part.node.entries()) {
            match self.unmet.contains(name) {
                true => self.ledger.leave_out(&scheme.key, CODE),
                false => self.ledger.take(&scheme.key),
            }
        }
        Some(requirements.iter().map(|requirement| requirement.keys().cloned().collect()).collect())
    }

    fn left_to_caller(&mut self, name: &str, at: &Location, scheme: Option<&SecurityScheme>) {
        let (what, help) = match scheme {
            Some(SecurityScheme::HTTP { scheme, .. }) if scheme.eq_ignore_ascii_case(MUTUAL_TLS) => (
                "mutual TLS".to_owned(),
                "set a certificate with `.client_certificate_pem(..)` of the builder".to_owned(),
            ),
            Some(SecurityScheme::HTTP { scheme, .. }) => (
                format!("HTTP `{scheme}`"),
                "set the header for each call with `.extra_header(\"authorization\", ..)`, or in an `.interceptor(..)`"
                    .to_owned(),
            ),
            _ => ("a dangling reference".to_owned(), help(name, suggested(name).as_ref())),
        };
        let message = format!("the security scheme `{name}` is {what}, which the client does not support");
        let diagnostic = Diagnostic::warning(CODE, message).label("calls are sent without it").help(help);
        self.diagnostics.push(diagnostic.at(at.clone()).left_out());
    }

    fn undeclared(&mut self, name: &str, places: &[&Location], kind: Option<&SchemeKind>) {
        let Some((first, others)) = places.split_first() else { return };
        let more = match others.len() {
            0 => String::new(),
            1 => "; required in one more place".to_owned(),
            count => format!("; required in {count} more places"),
        };
        let label = match kind {
            Some(_) => format!("calls are sent with or without it{more}"),
            None => format!("calls are sent without it{more}"),
        };
        let message = format!("`components.securitySchemes` does not declare a valid scheme `{name}`");
        let section = self.loaded.root.get("components").and_then(|components| components.get("securitySchemes"));
        let near = nearest(name, section.into_iter().flat_map(Node::entries).map(|(name, _)| name));
        let help = match near.filter(|near| *near != name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => help(name, kind),
        };
        let diagnostic = Diagnostic::warning(CODE, message).label(label).help(help);
        self.diagnostics.push(diagnostic.at((*first).clone()).left_out());
    }
}

fn kind(scheme: &SecurityScheme) -> SchemeKind {
    match scheme {
        SecurityScheme::APIKey { location, name, .. } => {
            let place = match location {
                APIKeyLocation::Query => Place::Query,
                APIKeyLocation::Header => Place::Header,
                APIKeyLocation::Cookie => Place::Cookie,
            };
            SchemeKind::ApiKey(place, name.clone())
        }
        SecurityScheme::HTTP { scheme, .. } => match scheme.to_ascii_lowercase().as_str() {
            "basic" => SchemeKind::Basic,
            "bearer" => SchemeKind::Bearer,
            _ => SchemeKind::Caller(None),
        },
        // Both use a bearer token; obtaining it is left to the caller.
        SecurityScheme::OAuth2 { .. } | SecurityScheme::OpenIDConnect { .. } => SchemeKind::Bearer,
    }
}

/// The kind of key that a scheme's name suggests, if the document does not declare it.
fn suggested(name: &str) -> Option<SchemeKind> {
    let snake = name.to_snake_case();
    // `OAuth2` is `o_auth2`, `OpenID` is `open_id`.
    let words: Vec<&str> = snake.split('_').collect();
    let has = |word: &str| words.iter().any(|it| it.trim_end_matches(|c: char| c.is_ascii_digit()) == word);
    let pair = |first: &str, second: &str| {
        let second = |it: &str| it.trim_end_matches(|c: char| c.is_ascii_digit()) == second;
        words.windows(2).any(|pair| matches!(pair, [a, b] if *a == first && second(b)))
    };
    let bearer = ["bearer", "jwt", "oauth", "oidc", "openid"].into_iter().any(has)
        || pair("o", "auth")
        || pair("open", "id")
        || pair("access", "token");
    if bearer {
        return Some(SchemeKind::Bearer);
    }
    if has("basic") {
        return Some(SchemeKind::Basic);
    }
    is_header(name).then(|| SchemeKind::ApiKey(Place::Header, name.to_owned()))
}

/// Whether a name is in the style of header names: `X-API-Key`, `x-api-key`, `Api-Key`.
fn is_header(name: &str) -> bool {
    let begins_large = |word: &str| word.starts_with(|c: char| c.is_ascii_uppercase());
    let written = name.get(..2).is_some_and(|start| start.eq_ignore_ascii_case("x-"))
        || (name.contains('-') && name.split('-').all(begins_large));
    written && http::HeaderName::from_bytes(name.as_bytes()).is_ok()
}

fn help(name: &str, kind: Option<&SchemeKind>) -> String {
    let meanwhile = match kind {
        Some(SchemeKind::Bearer) => "a token from `.bearer_token(..)` is sent in `Authorization`".to_owned(),
        Some(SchemeKind::Basic) => "`.basic_auth(..)` is sent in `Authorization`".to_owned(),
        Some(SchemeKind::ApiKey(..)) => {
            format!("a key from `.api_key(\"{name}\", ..)` is sent in the header of that name")
        }
        _ => "set headers for each call with `.extra_header(..)`, or in an `.interceptor(..)`".to_owned(),
    };
    format!("declare it in `components.securitySchemes`; until then, {meanwhile}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undeclared_schemes_are_recognized_by_name() {
        for name in [
            "bearer",
            "BearerAuth",
            "bearerAuth",
            "oauth2",
            "OAuth2",
            "OAUTH",
            "jwt",
            "JWT-auth",
            "openId",
            "oidc",
            "access_token",
        ] {
            assert!(matches!(suggested(name), Some(SchemeKind::Bearer)), "{name}");
        }
        for name in ["basic", "basicAuth", "HTTP_BASIC"] {
            assert!(matches!(suggested(name), Some(SchemeKind::Basic)), "{name}");
        }
        for name in ["X-API-Key", "x-auth-token", "Api-Key"] {
            assert!(matches!(suggested(name), Some(SchemeKind::ApiKey(Place::Header, key)) if key == name), "{name}");
        }
        for name in [
            "",
            "Default",
            "noauth",
            "noAuth",
            "api_key",
            "apiKey",
            "ApiKey",
            "my-key",
            "X-API Key",
            "token",
            "digest",
            "X",
        ] {
            assert!(suggested(name).is_none(), "{name}");
        }
    }
}
