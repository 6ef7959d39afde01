//! Huawei Cloud's `SDK-HMAC-SHA256`.

use aws_lc_rs::digest::SHA256_OUTPUT_LEN;
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use aws_lc_rs::hmac::{HMAC_SHA256, Key};
use bytes::Bytes;
use http::Request;
use http::header::{self, CONTENT_TYPE, HeaderName};
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::canonical::{self, Headers};
use super::common::{SignError, Signed, hmac_hex, host, set, sha256_hex};
use crate::data::secret::Secret;

const ALGORITHM: &str = "SDK-HMAC-SHA256";
const DERIVED: &str = "V11-HMAC-SHA256";
static AUTHORIZATION: HeaderName = header::AUTHORIZATION;
static DATE: HeaderName = HeaderName::from_static("x-sdk-date");
static SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
static CONTENT_HASH: HeaderName = HeaderName::from_static("x-sdk-content-sha256");
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Headers that are signed if present, besides the host.
static SIGNED: [HeaderName; 5] = [
    CONTENT_TYPE,
    HeaderName::from_static("x-domain-id"),
    HeaderName::from_static("x-project-id"),
    HeaderName::from_static("x-sdk-date"),
    HeaderName::from_static("x-security-token"),
];

/// Signs a request: sets its date, security token, content hash and authorization headers, replacing those of an
/// earlier attempt.
///
/// The signature covers the hash of the body, unless its content type is neither JSON nor BSON. A body without a
/// content type is also signed: that is valid whatever type the server assumes.
pub fn sign_huawei(
    request: &mut Request<Bytes>,
    access_key: &str,
    secret: &Secret,
    security_token: Option<&Secret>,
    date: Timestamp,
) -> Result<Signed, SignError> {
    let unsigned = !request.body().is_empty() && is_unsigned(request);
    let hash = (!unsigned).then(|| sha256_hex(request.body()));
    sign(request, hash.as_deref(), access_key, secret, security_token, None, date)
}

/// Like [`sign_huawei`], but with a key that is derived from the secret for one day, region and service
/// (`V11-HMAC-SHA256`). The service has the name that the vendor's SDK uses for derived keys, such as `iotdm`.
pub fn sign_huawei_derived(
    request: &mut Request<Bytes>,
    access_key: &str,
    secret: &Secret,
    security_token: Option<&Secret>,
    (region, service): (&str, &str),
    date: Timestamp,
) -> Result<Signed, SignError> {
    let unsigned = !request.body().is_empty() && is_unsigned(request);
    let hash = (!unsigned).then(|| sha256_hex(request.body()));
    sign(request, hash.as_deref(), access_key, secret, security_token, Some((region, service)), date)
}

/// HKDF with SHA-256, of one block, in hexadecimal: the derived signing key.
fn derived_key(access_key: &str, secret: &Secret, scope: &str) -> Result<Zeroizing<String>, SignError> {
    let extracted = Salt::new(HKDF_SHA256, access_key.as_bytes()).extract(secret.expose().as_bytes());
    let mut key = Zeroizing::new([0; SHA256_OUTPUT_LEN]);
    let expanded = extracted.expand(&[scope.as_bytes()], HKDF_SHA256).and_then(|expanded| expanded.fill(&mut *key));
    expanded.map_err(|_| SignError::Key)?;
    Ok(Zeroizing::new(base16ct::lower::encode_string(&*key)))
}

/// Like [`sign_huawei`], for a body of any kind, with its hash unless it is sent unsigned; with a derived key for a
/// region and service.
pub(crate) fn sign<B>(
    request: &mut Request<B>,
    hash: Option<&str>,
    access_key: &str,
    secret: &Secret,
    security_token: Option<&Secret>,
    derived: Option<(&str, &str)>,
    date: Timestamp,
) -> Result<Signed, SignError> {
    let date = date.strftime("%Y%m%dT%H%M%SZ").to_string();
    let day = date.split('T').next().unwrap_or_default();
    let scope = derived.map(|(region, service)| format!("{day}/{region}/{service}"));
    set(request.headers_mut(), &DATE, date.as_str(), false)?;
    if let Some(token) = security_token {
        set(request.headers_mut(), &SECURITY_TOKEN, token.expose(), true)?;
    }
    if hash.is_none() {
        set(request.headers_mut(), &CONTENT_HASH, UNSIGNED, false)?;
    } else {
        request.headers_mut().remove(&CONTENT_HASH);
    }

    let mut headers = vec![("host", host(request)?)];
    for name in &SIGNED {
        if let Some(value) = request.headers().get(name) {
            headers.push((name.as_str(), canonical::header_text(value)));
        }
    }
    let headers = Headers::new(headers);
    let names = headers.names();
    let canonical_request = canonical::request(request, "/", &headers, hash.unwrap_or(UNSIGNED));
    drop(headers);
    let hash = sha256_hex(canonical_request.as_bytes());
    let (string_to_sign, signature, who) = match &scope {
        None => {
            let string_to_sign = [ALGORITHM, &date, &hash].join("\n");
            let signature = hmac_hex(secret.hmac_sha256(), string_to_sign.as_bytes());
            (string_to_sign, signature, [ALGORITHM, " Access=", access_key].concat())
        }
        Some(scope) => {
            let string_to_sign = [DERIVED, &date, scope, &hash].join("\n");
            // Of one day: not kept.
            let key = Key::new(HMAC_SHA256, derived_key(access_key, secret, scope)?.as_bytes());
            let signature = hmac_hex(&key, string_to_sign.as_bytes());
            (string_to_sign, signature, [DERIVED, " Credential=", access_key, "/", scope].concat())
        }
    };
    let authorization = [&who, ", SignedHeaders=", &names, ", Signature=", &signature].concat();
    set(request.headers_mut(), &AUTHORIZATION, authorization, true)?;
    Ok(Signed { canonical_request, string_to_sign, signature })
}

/// Whether bodies of this content type are sent unsigned. An empty body never is: its hash is constant.
pub(crate) fn is_unsigned<B>(request: &Request<B>) -> bool {
    let Some(content_type) = request.headers().get(CONTENT_TYPE) else { return false };
    let content_type = content_type.as_bytes().trim_ascii();
    let is_signed = |prefix: &str| {
        content_type.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    !is_signed("application/json") && !is_signed("application/bson")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const JSON: (&str, &str) = ("content-type", "application/json");

    fn request(method: &str, uri: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Bytes> {
        let builder = headers.iter().fold(Request::builder(), |builder, (name, value)| builder.header(*name, *value));
        builder.method(method).uri(uri).body(body.into()).unwrap()
    }

    /// Signs with the keys and date of the vectors below.
    fn sign(request: &mut Request<Bytes>, token: Option<&str>) -> Signed {
        let date = "2024-02-29T23:59:59.9Z".parse().unwrap();
        let (secret, token) = (Secret::from("SKexample/secret+key="), token.map(Secret::from));
        sign_huawei(request, "AKEXAMPLE", &secret, token.as_ref(), date).unwrap()
    }

    fn signature(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> String {
        let uri = format!("https://ddm.cn-north-4.myhuaweicloud.com{path}");
        sign(&mut request(method, &uri, headers, body), None).signature
    }

    #[test]
    fn published_vector() {
        let mut request = request(
            "GET",
            "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs\
             ?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
            &[JSON],
            "",
        );
        let date = "2019-11-15T03:36:55Z".parse().unwrap();
        let signed = sign_huawei(&mut request, "QTWAOYTTINDUT2QVKYUC", &"key".into(), None, date).unwrap();
        assert_eq!(
            signed.canonical_request,
            format!(
                "GET\n/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/\n\
                 limit=2&marker=13551d6b-755d-4757-b956-536f674975c0\ncontent-type:application/json\n\
                 host:service.region.example.com\nx-sdk-date:20191115T033655Z\n\ncontent-type;host;x-sdk-date\n{EMPTY}"
            ),
        );
        assert_eq!(
            signed.string_to_sign,
            "SDK-HMAC-SHA256\n20191115T033655Z\nb25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
        );
        assert_eq!(
            request.headers()[&AUTHORIZATION],
            format!(
                "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, Signature={}",
                signed.signature
            ),
        );
        assert_eq!(request.headers()[&DATE], "20191115T033655Z");
        assert_eq!(request.uri().path(), "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs");
    }

    // The signatures below were also computed by the signer of huaweicloudsdkcore 3.1.219 (PyPI).

    #[test]
    fn paths_and_queries() {
        assert_eq!(
            signature("GET", "/v1/p/instances?offset=0&limit=10", &[JSON], ""),
            "de2b29717b371bdd41cfd7b70bf1207be564d6ece1d696ffda93fdc557066275",
        );
        assert_eq!(
            signature("GET", "/v1/p/%E5%AE%9E%E4%BE%8B%20a+b*~/100%25/x%2Fy", &[JSON], ""),
            "ae7bdc62d075943213e0550154b7d939b3cf26cf0c74fd356a190679d53d865a",
        );
        assert_eq!(
            signature(
                "GET",
                "/v1/p/instances/?%E5%90%8D=%e6%95%b0%e6%8d%ae+%E5%BA%93&q=%20%2B*~/%25%26%3D:&tags=b&tags=a&tags=a%20b\
                 &tags=&empty&~k=1&Ak=2&%2Bk=3",
                &[JSON],
                "",
            ),
            "df440e563ddb9c43f4018c61663b12925ae1b08f47a9a93cc90403ab9b20dc90",
        );
        assert_eq!(signature("GET", "/", &[], ""), "35b4f418a5cfab4851f3c0fcfe79dfcdf373674f238be2ae5c10fe45d059c836",);
    }

    #[test]
    fn derived_keys() {
        let date = "2024-02-29T23:59:59Z".parse().unwrap();
        let secret = Secret::from("SKexample/secret+key=");
        let key = derived_key("AKEXAMPLE", &secret, "20240229/cn-north-4/ddm").unwrap();
        assert_eq!(*key, "498a77b0a9ca799b080e1851e94c448faef2cf3f5483b34fed2d224a92d61289");
        for (method, path, body, signature) in [
            (
                "GET",
                "/v1/p/instances?offset=0&limit=10",
                "",
                "fe35f37de80e39a1bb83ad076af1ed2540f54141e580c72117c02a99e22ad7f2",
            ),
            ("POST", "/v3/p/b", "{\"a\":1}", "c3d04f7daa04e628981d0ddf8ae4c323653cdd0b0180edc58de93a454be5dbe5"),
        ] {
            let uri = format!("https://ddm.cn-north-4.myhuaweicloud.com{path}");
            let mut request = request(method, &uri, &[JSON], body);
            let scope = ("cn-north-4", "ddm");
            let signed = sign_huawei_derived(&mut request, "AKEXAMPLE", &secret, None, scope, date).unwrap();
            assert_eq!(signed.signature, signature);
            assert_eq!(
                request.headers()[&AUTHORIZATION],
                format!(
                    "V11-HMAC-SHA256 Credential=AKEXAMPLE/20240229/cn-north-4/ddm, \
                     SignedHeaders=content-type;host;x-sdk-date, Signature={signature}"
                ),
            );
        }
    }

    #[test]
    fn bodies() {
        assert_eq!(
            signature(
                "PUT",
                "/v3/p/instances",
                &[("content-type", "application/json;charset=UTF-8")],
                "x".repeat(1 << 20)
            ),
            "f6bde4bb5a7c15eeffb92bc6bd22c38024402bba40fe686347587206c550b8ff",
        );
        assert_eq!(
            signature("POST", "/v3/p/b", &[("content-type", "application/bson")], "abc"),
            "a80ccc78f665519f2ab86995c8594f12c0ae0e95f9c94220492fb85a942f62bd",
        );
        assert_eq!(
            signature("POST", "/v3/p/upload", &[("content-type", "application/x-www-form-urlencoded")], "a=1&b=2"),
            "bacdf3d1a618de7bd6e9b2fb1e6051e00f5c54151ca876794bea5d23eb483d5e",
        );
        assert_eq!(
            signature("POST", "/v3/p/upload", &[("content-type", "text/plain")], ""),
            "e5a6edde0b5c25d75b64b2d4ec740465f8c1a94c73cdd6c2f2176e64a1aa8053",
        );
        assert_eq!(
            signature("POST", "/v3/p/upload", &[], "raw"),
            "682346f14abb2ade22dd268fd27262c2b2247a9924be1675fc8caa92fce5e161",
        );
    }

    #[test]
    fn signs_tokens_and_scopes() {
        let uri = "https://DDM.cn-north-4.myhuaweicloud.com:443/v3/p/instances";
        let headers = [JSON, ("x-project-id", " p1 "), ("x-domain-id", "d1"), ("x-language", "en-us")];
        let mut request = request("POST", uri, &headers, "{\"名\":\"é + %\"}");
        let signed = sign(&mut request, Some("tok/en+=="));
        assert_eq!(signed.signature, "2db8428eb054f7369723cf9091a8b8785620a4a3c2bfbbb81be6c6fde9490c8d");
        assert!(request.headers()[&SECURITY_TOKEN].is_sensitive());
        assert!(!format!("{signed:?} {request:?}").contains("tok/en"));
        // Another attempt starts with the headers of the first one.
        assert_eq!(sign(&mut request, Some("tok/en+==")), signed);
    }

    #[test]
    fn marks_bodies_that_are_not_signed() {
        let marked = |content_type, body| {
            let headers = [("content-type", content_type), (CONTENT_HASH.as_str(), "stale")];
            let mut request = request("POST", "http://127.0.0.1:8080/", &headers, body);
            let signed = sign(&mut request, None);
            assert!(signed.canonical_request.contains("host:127.0.0.1:8080\n"));
            assert_eq!(signed.canonical_request.ends_with(UNSIGNED), request.headers().contains_key(&CONTENT_HASH));
            request.headers().get(&CONTENT_HASH).is_some_and(|value| value == UNSIGNED)
        };
        assert!(marked("multipart/form-data; boundary=x", "--x"));
        assert!(marked("application/octet-stream", "x"));
        assert!(!marked("application/octet-stream", ""));
        assert!(!marked("Application/JSON", "{}"));
        assert!(!marked("application/bson", "x"));
    }

    #[test]
    fn rejects_values_that_headers_cannot_carry() {
        let mut request = request("GET", "https://a.example/", &[], "");
        let error = sign_huawei(&mut request, "a\nb", &"s".into(), None, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error, SignError::Header("authorization"));
        *request.uri_mut() = "/only/a/path".parse().unwrap();
        let error = sign_huawei(&mut request, "a", &"s".into(), None, Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(error, SignError::Host);
    }
}
