//! Alibaba Cloud's RPC signature 1.0 (`HMAC-SHA1`).

use jiff::Timestamp;

use super::canonical;
use super::common::{SignError, Signed, hmac_base64};
use crate::codec::encode::push_strict;
use crate::data::secret::Secret;

/// Returns the common parameters of every call, except the `Signature`.
pub fn common_parameters(
    action: &str,
    version: &str,
    access_key: &str,
    security_token: Option<&Secret>,
    date: Timestamp,
    nonce: &str,
) -> Vec<(String, String)> {
    let date = super::acs3::iso_date(date);
    let mut parameters = vec![
        ("Action", action),
        ("Version", version),
        // The services default to XML.
        ("Format", "JSON"),
        ("AccessKeyId", access_key),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", nonce),
        ("Timestamp", &date),
    ];
    parameters.extend(security_token.map(|token| ("SecurityToken", token.expose())));
    parameters.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The common parameters of every unsigned call.
pub(crate) fn unsigned_parameters(action: &str, version: &str, date: Timestamp, nonce: &str) -> Vec<(String, String)> {
    let mut parameters = common_parameters(action, version, "", None, date, nonce);
    parameters.retain(|(name, _)| !matches!(name.as_str(), "AccessKeyId" | "SignatureMethod" | "SignatureVersion"));
    parameters
}

/// Signs all parameters of a call, common ones and its own, wherever they are sent.
pub fn sign_aliyun_rpc(method: &str, parameters: &[(String, String)], secret: &Secret) -> Result<Signed, SignError> {
    let mut parameters: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let room = parameters.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
    let mut canonical_request = String::with_capacity(room);
    canonical::push_pairs(&mut canonical_request, &mut parameters, |out, text| push_strict(out, text));
    let mut string_to_sign = String::with_capacity(method.len() + 5 + 3 * canonical_request.len());
    string_to_sign.extend([method, "&%2F&"]);
    push_strict(&mut string_to_sign, &canonical_request);
    let signature = hmac_base64(secret.hmac_sha1_rpc(), string_to_sign.as_bytes());
    Ok(Signed { canonical_request, string_to_sign, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(own: &[(&str, &str)]) -> Vec<(String, String)> {
        let date = "2024-02-29T23:59:59.9Z".parse().unwrap();
        let mut parameters = common_parameters("Ops", "2020-01-01", "testid", None, date, "n-1");
        parameters.extend(own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        parameters
    }

    fn sign(method: &str, parameters: &[(String, String)]) -> Signed {
        sign_aliyun_rpc(method, parameters, &"testsecret".into()).unwrap()
    }

    #[test]
    fn published_vector() {
        let date = "2016-02-23T12:46:24Z".parse().unwrap();
        let nonce = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf";
        let mut parameters = common_parameters("DescribeRegions", "2014-05-26", "testid", None, date, nonce);
        // The published request uses XML.
        let format = parameters.iter_mut().find(|(name, _)| name == "Format").unwrap();
        assert_eq!(std::mem::replace(&mut format.1, "XML".to_owned()), "JSON");
        let signed = sign("GET", &parameters);
        assert_eq!(signed.signature, "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
        assert!(signed.string_to_sign.starts_with("GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26"));
    }

    // The signatures below were also computed by alibabacloud_openapi_util 0.2.4 and aliyun-python-sdk-core 2.16.1
    // (PyPI).

    #[test]
    fn special_characters() {
        let mut parameters = parameters(&[
            ("Name", " +*~/%&=:"),
            ("Empty", ""),
            ("Unicode", "数据库 é"),
            ("Json", "{\"a\":[1,\"b c\"]}"),
            ("Tag.1.Key", "k"),
            ("Tag.10.Key", "k10"),
            ("Tag.2.Key", "k2"),
            ("~a", "t"),
            ("aB", "1"),
            ("SecurityToken", "CAIS/+=="),
        ]);
        let signed = sign("POST", &parameters);
        assert_eq!(signed.signature, "rHiDjsjbjkNd9N5v6y1m9lA/jAI=");
        assert_eq!(
            signed.string_to_sign,
            "POST&%2F&AccessKeyId%3Dtestid%26Action%3DOps%26Empty%3D%26Format%3DJSON%26Json%3D%257B%2522a%2522%253A%255B1\
             %252C%2522b%2520c%2522%255D%257D%26Name%3D%2520%252B%252A~%252F%2525%2526%253D%253A%26SecurityToken%3DCAIS\
             %252F%252B%253D%253D%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3Dn-1%26SignatureVersion%3D1.0\
             %26Tag.1.Key%3Dk%26Tag.10.Key%3Dk10%26Tag.2.Key%3Dk2%26Timestamp%3D2024-02-29T23%253A59%253A59Z\
             %26Unicode%3D%25E6%2595%25B0%25E6%258D%25AE%25E5%25BA%2593%2520%25C3%25A9%26Version%3D2020-01-01%26aB%3D1\
             %26~a%3Dt",
        );
        parameters.reverse();
        assert_eq!(sign("POST", &parameters), signed);
    }

    #[test]
    fn large_values() {
        let data = "x".repeat(100_000) + &"é".repeat(1000);
        let mut parameters = parameters(&[("Data", &data)]);
        parameters[0].1 = "Big".to_owned();
        assert_eq!(sign("POST", &parameters).signature, "x/f1UMcO8ywguROGERUeoUnJyko=");
    }

    #[test]
    fn temporary_keys_include_their_token() {
        let token = Secret::from("t");
        let parameters = common_parameters("A", "v", "k", Some(&token), Timestamp::UNIX_EPOCH, "n");
        assert!(parameters.contains(&("SecurityToken".to_owned(), "t".to_owned())));
        assert!(parameters.contains(&("Timestamp".to_owned(), "1970-01-01T00:00:00Z".to_owned())));
        assert_eq!(parameters.len(), 9);
    }
}
