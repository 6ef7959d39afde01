//! The vendors' signatures, computed from what arrived. Nothing here is shared with the clients' signers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::Hmac;
use http::Request;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a request says about its signature.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// The access key.
    pub key: String,
    /// The signature as sent.
    pub signature: String,
    /// The date as sent.
    pub date: String,
    /// The nonce, if the scheme has one.
    pub nonce: Option<String>,
    scheme: Scheme,
    /// The names of the signed headers.
    headers: Vec<String>,
    /// Date, region and service of a derived key.
    scope: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Scheme {
    /// `SDK-HMAC-SHA256`
    #[default]
    Huawei,
    /// `V11-HMAC-SHA256`
    HuaweiDerived,
    /// RPC, version 1.0.
    Rpc,
    /// `ACS3-HMAC-SHA256`
    Acs3,
}

impl Claim {
    /// The claim of a request, or why it is not complete; none if it has no signature.
    pub fn of(request: &Request<Bytes>, pairs: &[(String, String)]) -> Option<Result<Self, String>> {
        let authorization = header(request, "authorization");
        if let Some((scheme, rest)) = authorization.as_deref().and_then(|text| text.split_once(' ')) {
            let (scheme, date) = match scheme {
                "SDK-HMAC-SHA256" => (Scheme::Huawei, "x-sdk-date"),
                "V11-HMAC-SHA256" => (Scheme::HuaweiDerived, "x-sdk-date"),
                "ACS3-HMAC-SHA256" => (Scheme::Acs3, "x-acs-date"),
                _ => return None,
            };
            return Some(Self::of_header(request, scheme, rest, date));
        }
        let text = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let signature = text("Signature")?;
        let need = |name: &str| text(name).ok_or_else(|| format!("{name} is missing"));
        Some((|| {
            let method = need("SignatureMethod")?;
            if method != "HMAC-SHA1" || need("SignatureVersion")? != "1.0" {
                return Err(format!("the signature method {method} is not HMAC-SHA1 of version 1.0"));
            }
            let (key, date) = (need("AccessKeyId")?, need("Timestamp")?);
            Ok(Self {
                key,
                signature,
                date,
                nonce: Some(need("SignatureNonce")?),
                scheme: Scheme::Rpc,
                ..Self::default()
            })
        })())
    }

    fn of_header(request: &Request<Bytes>, scheme: Scheme, rest: &str, date: &str) -> Result<Self, String> {
        let field = |name: &str| {
            let mut fields = rest.split(',').filter_map(|field| field.trim().split_once('='));
            let found = fields.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
            found.ok_or_else(|| format!("the Authorization header has no {name}"))
        };
        let mut key = field(if scheme == Scheme::Huawei { "Access" } else { "Credential" })?;
        let mut scope = String::new();
        if scheme == Scheme::HuaweiDerived {
            (key, scope) =
                key.split_once('/').map(|(key, scope)| (key.to_owned(), scope.to_owned())).unwrap_or_default();
        }
        let headers: Vec<String> = field("SignedHeaders")?.split(';').map(str::to_lowercase).collect();
        if let Some(needed) = ["host", date].iter().find(|needed| !headers.iter().any(|it| it == *needed)) {
            return Err(format!("the signature does not cover the header {needed}"));
        }
        let at = |name: &str| header(request, name).ok_or_else(|| format!("the header {name} is missing"));
        let nonce = if scheme == Scheme::Acs3 { Some(at("x-acs-signature-nonce")?) } else { None };
        Ok(Self { key, signature: field("Signature")?, date: at(date)?, nonce, scheme, headers, scope })
    }

    /// The signature that the request should have.
    pub fn expected(
        &self,
        request: &Request<Bytes>,
        pairs: &[(String, String)],
        secret: &str,
    ) -> Result<String, String> {
        if self.scheme == Scheme::Rpc {
            let signed = pairs.iter().filter(|(name, _)| name != "Signature");
            let canonical = canonical(signed.map(|(name, value)| (name.clone(), value.clone())).collect());
            let text = format!("{}&%2F&{}", request.method(), encoded(&canonical));
            return Ok(STANDARD.encode(mac::<Hmac<Sha1>>(format!("{secret}&").as_bytes(), text.as_bytes())));
        }
        let mut headers = String::new();
        for name in &self.headers {
            let value = header(request, name).ok_or_else(|| format!("the signed header {name} is missing"))?;
            headers.push_str(&format!("{name}:{}\n", value.trim()));
        }
        let (hash_name, is_huawei) = match self.scheme {
            Scheme::Acs3 => ("x-acs-content-sha256", false),
            _ => ("x-sdk-content-sha256", true),
        };
        let own = hex(&Sha256::digest(request.body()));
        let payload = header(request, hash_name).unwrap_or_else(|| own.clone());
        if payload != own && !(is_huawei && payload == "UNSIGNED-PAYLOAD") {
            return Err(format!("{hash_name} is not the hash of the body"));
        }
        // Servers decode the path before they split it.
        let path = percent_decode_str(request.uri().path()).decode_utf8_lossy();
        let mut path = path.split('/').map(encoded).collect::<Vec<_>>().join("/");
        if is_huawei && !path.ends_with('/') {
            path.push('/');
        }
        let query = canonical(self::pairs(request.uri().query().unwrap_or_default()));
        let names = self.headers.join(";");
        let text = format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", request.method());
        let hash = hex(&Sha256::digest(text.as_bytes()));
        let sign = |key: &[u8], text: String| hex(&mac::<Hmac<Sha256>>(key, text.as_bytes()));
        Ok(match self.scheme {
            Scheme::HuaweiDerived => {
                // HKDF of one block.
                let extracted = mac::<Hmac<Sha256>>(self.key.as_bytes(), secret.as_bytes());
                let key = hex(&mac::<Hmac<Sha256>>(&extracted, &[self.scope.as_bytes(), &[1]].concat()));
                sign(key.as_bytes(), format!("V11-HMAC-SHA256\n{}\n{}\n{hash}", self.date, self.scope))
            }
            Scheme::Acs3 => sign(secret.as_bytes(), format!("ACS3-HMAC-SHA256\n{hash}")),
            _ => sign(secret.as_bytes(), format!("SDK-HMAC-SHA256\n{}\n{hash}", self.date)),
        })
    }
}

/// The decoded pairs of a query or form.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// A header's values, joined.
pub fn header(request: &Request<Bytes>, name: &str) -> Option<String> {
    let all: Vec<_> =
        request.headers().get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!all.is_empty()).then(|| all.join(","))
}

fn canonical(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    percent_encode(text.as_bytes(), RESERVED).to_string()
}

fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

fn mac<M: hmac::Mac + hmac::KeyInit>(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length works.
    let Ok(mut mac) = <M as hmac::KeyInit>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors that the vendors publish.
    #[test]
    fn published_signatures_are_computed() {
        let uri = "/?AccessKeyId=testid&Action=DescribeRegions&Format=XML&SignatureMethod=HMAC-SHA1&\
                   SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&SignatureVersion=1.0&\
                   Timestamp=2016-02-23T12%3A46%3A24Z&Version=2014-05-26&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D";
        let request = Request::get(uri).body(Bytes::new()).unwrap();
        let pairs = pairs(request.uri().query().unwrap());
        let claim = Claim::of(&request, &pairs).unwrap().unwrap();
        assert_eq!(claim.expected(&request, &pairs, "testsecret"), Ok(claim.signature.clone()));

        let uri = "/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
        let request = Request::post(uri)
            .header("host", "ecs.cn-shanghai.aliyuncs.com")
            .header("x-acs-action", "RunInstances")
            .header("x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            .header("x-acs-date", "2023-10-26T10:22:32Z")
            .header("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d")
            .header("x-acs-version", "2014-05-26")
            .header(
                "authorization",
                "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
                 x-acs-date;x-acs-signature-nonce;x-acs-version,\
                 Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
            );
        let request = request.body(Bytes::new()).unwrap();
        let claim = Claim::of(&request, &[]).unwrap().unwrap();
        assert_eq!(claim.expected(&request, &[], "YourAccessKeySecret"), Ok(claim.signature.clone()));
        assert_ne!(claim.expected(&request, &[], "another"), Ok(claim.signature.clone()));
        let request = request.map(|_| Bytes::from_static(b"a=1"));
        assert!(claim.expected(&request, &[], "YourAccessKeySecret").unwrap_err().contains("hash of the body"));
    }

    #[test]
    fn incomplete_signatures_are_named() {
        let with = |authorization: &str| {
            let request = Request::get("/").header("authorization", authorization).header("x-sdk-date", "x");
            Claim::of(&request.body(Bytes::new()).unwrap(), &[])
        };
        assert_eq!(with("Bearer x"), None);
        let why = |text: &str| with(text).unwrap().unwrap_err();
        assert!(why("SDK-HMAC-SHA256 Access=a, Signature=b").contains("SignedHeaders"));
        assert!(why("SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=b").contains("host"));
        let pairs = [("Signature".to_owned(), "x".to_owned())];
        let request = Request::get("/").body(Bytes::new()).unwrap();
        assert!(Claim::of(&request, &pairs).unwrap().unwrap_err().contains("SignatureMethod"));
    }
}
