//! Alibaba Cloud's `ACS3-HMAC-SHA256`.

use bytes::Bytes;
use http::header::{self, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Request};
use jiff::Timestamp;

use super::canonical::{self, Headers};
use super::common::{SignError, Signed, hmac_hex, host, set, sha256_hex};
use crate::data::secret::Secret;

const ALGORITHM: &str = "ACS3-HMAC-SHA256";
static AUTHORIZATION: HeaderName = header::AUTHORIZATION;
static ACTION: HeaderName = HeaderName::from_static("x-acs-action");
static VERSION: HeaderName = HeaderName::from_static("x-acs-version");
static DATE: HeaderName = HeaderName::from_static("x-acs-date");
static NONCE: HeaderName = HeaderName::from_static("x-acs-signature-nonce");
static CONTENT_HASH: HeaderName = HeaderName::from_static("x-acs-content-sha256");
static SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-acs-security-token");
static BEARER_TOKEN: HeaderName = HeaderName::from_static("x-acs-bearer-token");

/// Signs a request: sets its `x-acs-*` and authorization headers, replacing those of an earlier attempt.
///
/// The signature covers the host, the content type if there is one, and all `x-acs-*` headers, including the caller's.
#[expect(clippy::too_many_arguments, reason = "plain data, as of the other signers")]
pub fn sign_acs3(
    request: &mut Request<Bytes>,
    action: &str,
    version: &str,
    access_key: &str,
    secret: &Secret,
    security_token: Option<&Secret>,
    date: Timestamp,
    nonce: &str,
) -> Result<Signed, SignError> {
    let payload = sha256_hex(request.body());
    sign(request, &payload, action, version, access_key, secret, security_token, date, nonce)
}

/// Like `sign_acs3`, for a body of any kind, with its hash.
#[expect(clippy::too_many_arguments, reason = "plain data, as above")]
pub(crate) fn sign<B>(
    request: &mut Request<B>,
    payload: &str,
    action: &str,
    version: &str,
    access_key: &str,
    secret: &Secret,
    security_token: Option<&Secret>,
    date: Timestamp,
    nonce: &str,
) -> Result<Signed, SignError> {
    describe(request.headers_mut(), payload, action, version, date, nonce)?;
    if let Some(token) = security_token {
        set(request.headers_mut(), &SECURITY_TOKEN, token.expose(), true)?;
    }

    let mut signed = vec![("host", host(request)?)];
    for (name, value) in request.headers() {
        if name == CONTENT_TYPE || name.as_str().starts_with("x-acs-") {
            signed.push((name.as_str(), canonical::header_text(value)));
        }
    }
    let signed = Headers::new(signed);
    let names = signed.names();
    let canonical_request = canonical::request(request, "", &signed, payload);
    drop(signed);
    let string_to_sign = [ALGORITHM, &sha256_hex(canonical_request.as_bytes())].join("\n");
    let signature = hmac_hex(secret.hmac_sha256(), string_to_sign.as_bytes());
    let parts = [ALGORITHM, " Credential=", access_key, ",SignedHeaders=", &names, ",Signature=", &signature];
    set(request.headers_mut(), &AUTHORIZATION, parts.concat(), true)?;
    Ok(Signed { canonical_request, string_to_sign, signature })
}

/// Sends a token instead of a signature, with the headers that a signature would cover.
pub(crate) fn bearer(
    headers: &mut HeaderMap,
    payload: &str,
    action: &str,
    version: &str,
    token: &Secret,
    date: Timestamp,
    nonce: &str,
) -> Result<(), SignError> {
    describe(headers, payload, action, version, date, nonce)?;
    set(headers, &BEARER_TOKEN, token.expose(), true)
}

/// Sets the headers that identify the action and the time.
fn describe(
    headers: &mut HeaderMap,
    payload: &str,
    action: &str,
    version: &str,
    date: Timestamp,
    nonce: &str,
) -> Result<(), SignError> {
    // Room for these, a token and the authorization, so that the map grows at most once.
    headers.reserve(7);
    set(headers, &ACTION, action, false)?;
    set(headers, &VERSION, version, false)?;
    set(headers, &DATE, iso_date(date), false)?;
    set(headers, &NONCE, nonce, false)?;
    set(headers, &CONTENT_HASH, payload, false)
}

/// `yyyy-MM-ddTHH:mm:ssZ`, the date format of all of Alibaba Cloud's signatures.
pub(super) fn iso_date(date: Timestamp) -> String {
    date.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
        let builder = headers.iter().fold(Request::builder(), |builder, (name, value)| builder.header(*name, *value));
        let uri = format!("https://dts.cn-hangzhou.aliyuncs.com{path}");
        builder.method(method).uri(uri).body(body.into()).unwrap()
    }

    /// Signs with the keys, date and nonce of the vectors below.
    fn sign(request: &mut Request<Bytes>, token: Option<&str>) -> String {
        let (secret, token) = (Secret::from("SKexample/secret+key="), token.map(Secret::from));
        let date = "2024-02-29T23:59:59.9Z".parse().unwrap();
        let key = "AKEXAMPLE";
        sign_acs3(request, "ConfigureDtsJob", "2020-01-01", key, &secret, token.as_ref(), date, "n-1")
            .unwrap()
            .signature
    }

    #[test]
    fn published_vector() {
        let mut request = request(
            "POST",
            "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai",
            &[("host", "ecs.cn-shanghai.aliyuncs.com")],
            "",
        );
        let signed = sign_acs3(
            &mut request,
            "RunInstances",
            "2014-05-26",
            "YourAccessKeyId",
            &"YourAccessKeySecret".into(),
            None,
            "2023-10-26T10:22:32Z".parse().unwrap(),
            "3156853299f313e23d1673dc12e1703d",
        )
        .unwrap();
        assert_eq!(
            signed.string_to_sign,
            "ACS3-HMAC-SHA256\n7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
        );
        assert_eq!(signed.signature, "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0");
        assert_eq!(
            request.headers()[&AUTHORIZATION],
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;\
             x-acs-signature-nonce;x-acs-version,\
             Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        );
    }

    // The signatures below were also computed by alibabacloud_openapi_util 0.2.4 (PyPI).

    #[test]
    fn queries_and_paths() {
        let path = "/?q=%20%2B*~%2F%25%26%3D%3A&Name=%E6%95%B0%E6%8D%AE%20%E5%BA%93&Empty=&~k=1&Ak=2";
        assert_eq!(
            sign(&mut request("GET", path, &[], ""), None),
            "b1fef227a77462f43902bebe8b1926a783bb98b2c25b8a3e881cb4c4b2d1a314",
        );
        assert_eq!(
            sign(&mut request("PUT", "/api/v1/a%20b", &[], "{}"), None),
            "14eddae2fd08020206989221326ad65e371e39b02af224880c86058aa1a8342c",
        );
    }

    #[test]
    fn bodies_and_tokens() {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let mut signed = request("POST", "/?Action=x", &form, "a=1&b=%E6%95%B0");
        let expected = "9bad96f779820d89c3a63a28877a24ab768a718b6a6ddfa494700113cbd5a10e";
        assert_eq!(sign(&mut signed, Some("tok/en+==")), expected);
        assert!(signed.headers()["x-acs-security-token"].is_sensitive());
        // Another attempt starts with the headers of the first one.
        assert_eq!(sign(&mut signed, Some("tok/en+==")), expected);

        let json = [("content-type", "application/json; charset=utf-8")];
        assert_eq!(
            sign(&mut request("POST", "/", &json, "x".repeat(1 << 20)), None),
            "0316997b3f1fa0efc883cc9e107f326a0803cb0a57e181b0e4b020797a7bfc04",
        );
    }
}
