//! Who is calling: signatures, tokens, and the security schemes of ordinary documents.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use yundb_contract::document::{Operation, Protocol};

use crate::refusal::{Refusal, Why};
use crate::service::Service;
use crate::signature::{Claim, header, pairs};

/// How far a date may be from that of the server.
const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// Checks the callers of requests.
#[derive(Default)]
pub struct Gate {
    /// Secrets by access key. Without any, each key is taken, and signatures are only checked for their form.
    keys: HashMap<String, String>,
    tokens: Mutex<HashSet<String>>,
    nonces: Mutex<HashMap<String, Timestamp>>,
}

impl Gate {
    /// A gate for these access keys and tokens.
    pub fn new(keys: &[(String, String)], tokens: &[String]) -> Self {
        let tokens = Mutex::new(tokens.iter().cloned().collect());
        Self { keys: keys.iter().cloned().collect(), tokens, ..Self::default() }
    }

    /// Lets a token in from now on: one that an operation issued.
    pub fn admit(&self, token: &str) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(token.to_owned());
    }

    /// Refuses a request that is not what the document's security demands, at this time.
    pub fn check(
        &self,
        service: &Service,
        operation: &Operation,
        request: &Request<Bytes>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let security = service.raw(operation).get("security").or_else(|| service.document.root.get("security"));
        let alternatives = security.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let optional = |requirement: &Value| requirement.as_object().is_some_and(|it| it.is_empty());
        if alternatives.is_empty() || alternatives.iter().any(optional) {
            return Ok(());
        }
        if service.document.protocol == Protocol::Http {
            let met = |requirement: &Value| {
                let names = requirement.as_object().into_iter().flat_map(|map| map.keys());
                names.into_iter().all(|name| has(service, request, name))
            };
            return match alternatives.iter().any(met) {
                true => Ok(()),
                false => {
                    Err(Refusal::new(Why::Anonymous, "the request has no credentials; the document requires some"))
                }
            };
        }
        let token = header(request, "x-auth-token").or_else(|| header(request, "x-acs-bearer-token"));
        if let Some(token) = token {
            let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
            let free = self.keys.is_empty() && tokens.is_empty();
            return match free || tokens.contains(&token) {
                true => Ok(()),
                false => Err(Refusal::new(Why::Key, "the token is not one that the mock accepts")),
            };
        }
        let mut all = pairs(request.uri().query().unwrap_or_default());
        if service.is_rpc() {
            all.extend(pairs(&String::from_utf8_lossy(request.body())));
        }
        let claim = match Claim::of(request, &all) {
            Some(Ok(claim)) => claim,
            Some(Err(message)) => return Err(Refusal::new(Why::Signature, message)),
            None => return Err(Refusal::new(Why::Anonymous, "the request has neither a signature nor a token")),
        };
        self.dated(&claim, now)?;
        if !self.keys.is_empty() {
            let unknown = || Refusal::new(Why::Key, format!("the access key {} is not known to the mock", claim.key));
            let secret = self.keys.get(&claim.key).ok_or_else(unknown)?;
            let expected = claim.expected(request, &all, secret);
            let expected = expected.map_err(|message| Refusal::new(Why::Signature, message))?;
            if expected != claim.signature {
                return Err(Refusal::new(Why::Signature, "the signature does not match the request"));
            }
        }
        let Some(nonce) = &claim.nonce else { return Ok(()) };
        let recent = |used: Timestamp| now.duration_since(used).abs() <= WINDOW * 2;
        let mut nonces = self.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        // Not at each call, as that would take longer with each of them.
        if nonces.len() == nonces.capacity() {
            nonces.retain(|_, used| recent(*used));
        }
        match nonces.insert(nonce.clone(), now) {
            Some(used) if recent(used) => Err(Refusal::new(Why::Nonce, "the nonce was used before")),
            _ => Ok(()),
        }
    }

    fn dated(&self, claim: &Claim, now: Timestamp) -> Result<(), Refusal> {
        let compact = || jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", &claim.date).ok();
        let date = compact().and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok()).map(|date| date.timestamp());
        let date = date.or_else(|| claim.date.parse().ok());
        match date {
            None => Err(Refusal::new(Why::Date, format!("the date {} is not of a known form", claim.date))),
            Some(date) if date.duration_since(now).abs() > WINDOW => {
                Err(Refusal::new(Why::Date, format!("the date {} is more than 15 minutes from {now:.0}", claim.date)))
            }
            Some(_) => Ok(()),
        }
    }
}

/// Whether a request has what a security scheme of an ordinary document sends.
fn has(service: &Service, request: &Request<Bytes>, name: &str) -> bool {
    let schemes = service.document.root.pointer("/components/securitySchemes");
    let Some(scheme) = schemes.and_then(|schemes| schemes.get(name)).map(|it| service.resolved(it)) else {
        return true;
    };
    let text = |key: &str| scheme.get(key).and_then(Value::as_str).unwrap_or_default();
    let starts = |with: &str| {
        let sent = header(request, "authorization").unwrap_or_default();
        sent.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with)) && sent.len() > with.len()
    };
    match (text("type"), text("in")) {
        ("apiKey", "header") => header(request, text("name")).is_some(),
        ("apiKey", "query") => {
            pairs(request.uri().query().unwrap_or_default()).iter().any(|(name, _)| name == text("name"))
        }
        ("apiKey", "cookie") => {
            let cookies = header(request, "cookie").unwrap_or_default();
            cookies.split(';').any(|pair| pair.trim().split('=').next() == Some(text("name")))
        }
        ("http", _) => starts(&format!("{} ", text("scheme"))),
        ("oauth2" | "openIdConnect", _) => starts("Bearer "),
        // TLS decides about certificates.
        _ => true,
    }
}
