//! The vendors' signatures, computed anew from what the server received: nothing here is the runtime's.

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::Digest as _;
use wiremock::Request;

use crate::server::{form, header, query};

const RFC_3986: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RFC_3986).to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

fn hmac_sha256(key: &str, text: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

fn joined(pairs: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// Alibaba Cloud's RPC signature 1.0, over query and form.
pub fn assert_aliyun_rpc(request: &Request, secret: &str) {
    let mut pairs: Vec<(String, String)> = query(request).into_iter().collect();
    let position = pairs.iter().position(|(name, _)| name == "Signature").expect("a signature in the query");
    let (_, signature) = pairs.remove(position);
    pairs.extend(form(request));
    let text = format!("{}&%2F&{}", request.method, encode(&joined(&pairs)));
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(format!("{secret}&").as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let expected = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    assert_eq!(signature, expected, "the signature over {text}");
}

/// Huawei Cloud's SDK-HMAC-SHA256.
pub fn assert_huawei(request: &Request, access_key: &str, secret: &str) {
    let authorization = header(request, "authorization");
    let (signed, signature) =
        split(&authorization, &format!("SDK-HMAC-SHA256 Access={access_key}, SignedHeaders="), ", Signature=");
    let decoded = percent_decode_str(request.url.path()).decode_utf8().unwrap();
    let mut path: String = decoded.split('/').map(encode).collect::<Vec<_>>().join("/");
    if !path.ends_with('/') {
        path.push('/');
    }
    let canonical = canonical(request, &path, signed, &sha256(&request.body));
    let text = format!("SDK-HMAC-SHA256\n{}\n{}", header(request, "x-sdk-date"), sha256(canonical.as_bytes()));
    assert_eq!(signature, hmac_sha256(secret, &text), "the signature over {canonical}");
    for name in ["host", "x-sdk-date"] {
        assert!(signed.split(';').any(|it| it == name), "{name} is signed");
    }
}

/// Alibaba Cloud's ACS3-HMAC-SHA256.
pub fn assert_acs3(request: &Request, access_key: &str, secret: &str) {
    let authorization = header(request, "authorization");
    let (signed, signature) =
        split(&authorization, &format!("ACS3-HMAC-SHA256 Credential={access_key},SignedHeaders="), ",Signature=");
    let hash = sha256(&request.body);
    assert_eq!(header(request, "x-acs-content-sha256"), hash);
    let canonical = canonical(request, "/", signed, &hash);
    let text = format!("ACS3-HMAC-SHA256\n{}", sha256(canonical.as_bytes()));
    assert_eq!(signature, hmac_sha256(secret, &text), "the signature over {canonical}");
}

fn canonical(request: &Request, path: &str, signed: &str, payload: &str) -> String {
    let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let headers: String = signed.split(';').map(|name| format!("{name}:{}\n", header(request, name).trim())).collect();
    format!("{}\n{path}\n{}\n{headers}\n{signed}\n{payload}", request.method, joined(&pairs))
}

fn split<'a>(text: &'a str, start: &str, middle: &str) -> (&'a str, &'a str) {
    text.strip_prefix(start).and_then(|rest| rest.split_once(middle)).unwrap_or_else(|| panic!("{text} is no {start}"))
}
