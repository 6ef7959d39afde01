//! The signatures of received requests, computed from the vendors' rules without the runtime's signers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use wiremock::Request;
use yundb_runtime::Timestamp;

use crate::server::header;

type Pairs = Vec<(String, String)>;

/// RFC 3986's encoding, with only its unreserved characters left.
pub fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    encoded.collect()
}

/// The pairs of a query or form, as servers read them.
pub fn pairs(text: &[u8]) -> Pairs {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The pairs of the query.
pub fn query(request: &Request) -> Pairs {
    pairs(request.url.query().unwrap_or_default().as_bytes())
}

/// Sorted by name, then value, and encoded.
fn canonical(mut pairs: Pairs) -> String {
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// Alibaba Cloud's RPC signature 1.0 of all parameters but the signature itself.
pub fn rpc(request: &Request, secret: &str) -> String {
    let mut all = query(request);
    all.extend(pairs(&request.body));
    all.retain(|(name, _)| name != "Signature");
    let text = format!("{}&%2F&{}", request.method, encode(&canonical(all)));
    let mut mac = Hmac::<Sha1>::new_from_slice(format!("{secret}&").as_bytes()).unwrap();
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The whole `Authorization` header of ACS3-HMAC-SHA256.
pub fn acs3(request: &Request, key: &str, secret: &str) -> String {
    let mut names = names(request, |name| name == "host" || name == "content-type" || name.starts_with("x-acs-"));
    names.sort();
    assert_eq!(header(request, "x-acs-content-sha256"), Some(&*sha256(&request.body)));
    let text = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical_request(request, &names, "").as_bytes()));
    let signature = hmac_sha256(secret, &text);
    format!("ACS3-HMAC-SHA256 Credential={key},SignedHeaders={},Signature={signature}", names.join(";"))
}

/// The whole `Authorization` header of SDK-HMAC-SHA256.
pub fn huawei(request: &Request, key: &str, secret: &str) -> String {
    const SIGNED: [&str; 6] = ["content-type", "host", "x-domain-id", "x-project-id", "x-sdk-date", "x-security-token"];
    let names = names(request, |name| SIGNED.contains(&name));
    // Only the signed path ends with a slash.
    let slash = if request.url.path().ends_with('/') { "" } else { "/" };
    let hash = sha256(canonical_request(request, &names, slash).as_bytes());
    let text = format!("SDK-HMAC-SHA256\n{}\n{hash}", header(request, "x-sdk-date").unwrap());
    let signature = hmac_sha256(secret, &text);
    format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders={}, Signature={signature}", names.join(";"))
}

/// The headers to sign, sorted.
fn names(request: &Request, is_signed: impl Fn(&str) -> bool) -> Vec<String> {
    let names = request.headers.keys().map(|name| name.as_str().to_owned());
    let mut names: Vec<String> = names.filter(|name| is_signed(name)).collect();
    names.sort();
    names
}

fn canonical_request(request: &Request, names: &[String], slash: &str) -> String {
    let headers: String =
        names.iter().map(|name| format!("{name}:{}\n", header(request, name).unwrap().trim())).collect();
    let path = request.url.path();
    let query = canonical(query(request));
    let (method, names, hash) = (&request.method, names.join(";"), sha256(&request.body));
    format!("{method}\n{path}{slash}\n{query}\n{headers}\n{names}\n{hash}")
}

fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hmac_sha256(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The date of a signature must be now, as `2024-02-29T23:59:59Z`, or `20240229T235959Z` if `basic`.
#[track_caller]
pub fn assert_now(date: &str, basic: bool) {
    let extended = match basic {
        true => format!("{}-{}-{}:{}:{}", &date[..4], &date[4..6], &date[6..11], &date[11..13], &date[13..]),
        false => date.to_owned(),
    };
    assert!(extended.len() == 20 && extended.ends_with('Z'), "{date}");
    let seconds = Timestamp::now().as_second() - extended.parse::<Timestamp>().unwrap().as_second();
    assert!((0..120).contains(&seconds), "{date} is {seconds} seconds ago");
}
