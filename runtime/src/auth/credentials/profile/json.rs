//! `~/.aliyun/config.json`, the file of Alibaba Cloud's command line tool.

use jiff::Timestamp;

use super::means::{Means, Role};
use crate::auth::credentials::cached::TemporaryCredentials;
use crate::auth::credentials::document::Document;
use crate::auth::credentials::provider::Credentials;
use crate::auth::credentials::sso::{Service, SignIn};

/// The source of a profile's credentials, if there is one, and its region. A profile as created by the tool, without
/// values, counts as absent.
pub(super) fn profile(text: &[u8], name: Option<&str>) -> Result<Option<(Means, Option<String>)>, String> {
    let config = Document::parse(text)?;
    let current = config.plain("current")?;
    let wanted = name.or(current.as_deref()).unwrap_or("default");
    match find(&config, wanted) {
        None if name.is_none() => Err(format!("the current profile `{wanted}` does not exist")),
        None => Ok(None),
        Some(profile) if is_blank(profile) => Ok(None),
        Some(profile) => Ok(Some((means(&config, wanted, &mut Vec::new())?, profile.plain("region_id")?))),
    }
}

fn find<'a>(config: &'a Document, wanted: &str) -> Option<&'a Document> {
    let named = |profile: &&Document| matches!(profile.get("name"), Document::Text(name) if name.expose() == wanted);
    config.get("profiles").items().iter().find(named)
}

fn is_blank(profile: &Document) -> bool {
    let empty = |name| matches!(profile.optional(name), Ok(None));
    mode(profile).is_ok_and(|mode| mode == "ak") && empty("access_key_id") && empty("access_key_secret")
}

/// The mode in lower case; if it is missing, it is inferred from the fields of the profile.
fn mode(profile: &Document) -> Result<String, String> {
    if let Some(mode) = profile.plain("mode")? {
        return Ok(mode.to_ascii_lowercase());
    }
    let has = |name: &str| !matches!(profile.optional(name), Ok(None));
    let mode = match () {
        () if has("access_key_id") && has("access_key_secret") => match () {
            () if has("sts_token") => "ststoken",
            () if has("ram_role_arn") => "ramrolearn",
            () => "ak",
        },
        () if has("ram_role_name") => "ecsramrole",
        () if has("process_command") => "external",
        () if has("oidc_provider_arn") && has("oidc_token_file") && has("ram_role_arn") => "oidc",
        () if has("cloud_sso_sign_in_url") => "cloudsso",
        () if has("bearer_token") => "bearertoken",
        () => "ak",
    };
    Ok(mode.to_owned())
}

/// The source of a profile's credentials. `within` are the profiles that refer to this one.
fn means(config: &Document, name: &str, within: &mut Vec<String>) -> Result<Means, String> {
    let wrong = |why: String| format!("the profile `{name}`: {why}");
    let profile = find(config, name).ok_or_else(|| format!("there is no profile `{name}`"))?;
    if within.iter().any(|outer| outer == name) {
        return Err(format!("the profile `{name}` is its own source"));
    }
    within.push(name.to_owned());
    let mode = mode(profile).map_err(wrong)?;
    if mode == "chainableramrolearn" {
        let source = need(profile, "source_profile").map_err(wrong)?;
        let base = Box::new(means(config, &source, within)?);
        return Ok(Means::Role { base, role: role(profile).map_err(wrong)? });
    }
    alone(profile, name, &mode).map_err(wrong)
}

/// A profile that refers to no other.
fn alone(profile: &Document, name: &str, mode: &str) -> Result<Means, String> {
    Ok(match mode {
        "ak" => Means::Keys(keys(profile)?),
        "ststoken" => Means::Keys(keys(profile)?.with_security_token(profile.text(&["sts_token"])?)),
        "ramrolearn" => {
            let keys = keys(profile)?;
            let base = match profile.optional("sts_token")? {
                Some(token) => keys.with_security_token(token),
                None => keys,
            };
            Means::Role { base: Box::new(Means::Keys(base)), role: role(profile)? }
        }
        "ecsramrole" => Means::Instance(profile.plain("ram_role_name")?),
        "ramrolearnwithrolename" => {
            let base = Box::new(Means::Instance(profile.plain("ram_role_name")?));
            Means::Role { base, role: role(profile)? }
        }
        "oidc" => Means::Oidc {
            provider_arn: Some(need(profile, "oidc_provider_arn")?),
            token_file: Some(need(profile, "oidc_token_file")?),
            role: role(profile)?,
        },
        "credentialsuri" => Means::Uri(profile.plain("credentials_uri")?),
        "external" => Means::Process(need(profile, "process_command")?),
        "cloudsso" => {
            let service = Service::CloudSso {
                sign_in_url: need(profile, "cloud_sso_sign_in_url")?,
                account_id: need(profile, "cloud_sso_account_id")?,
                access_config: need(profile, "cloud_sso_access_config")?,
            };
            Means::SignIn(SignIn {
                profile: name.to_owned(),
                service,
                access_token: profile.optional("access_token")?,
                token_expires: profile.number("cloud_sso_access_token_expire")?,
                kept: kept(profile)?,
            })
        }
        "oauth" => {
            let site = match profile.plain("oauth_site_type")?.unwrap_or_default().to_ascii_uppercase().as_str() {
                "" | "CN" => "https://oauth.aliyun.com",
                "INTL" => "https://oauth.alibabacloud.com",
                _ => return Err("`oauth_site_type` is neither CN nor INTL".to_owned()),
            };
            Means::SignIn(SignIn {
                profile: name.to_owned(),
                service: Service::OAuth { site },
                access_token: profile.optional("oauth_access_token")?,
                token_expires: profile.number("oauth_access_token_expire")?,
                kept: kept(profile)?,
            })
        }
        "bearertoken" => {
            if profile.plain("bearer_token_header_key")?.is_some() {
                return Err("`bearer_token_header_key` is not supported: the token goes where Alibaba Cloud's services expect it".to_owned());
            }
            Means::Keys(Credentials::token(profile.text(&["bearer_token"])?))
        }
        "rsakeypair" => return Err(RSA_KEY_PAIR.to_owned()),
        "anonymous" => return Err("its mode is Anonymous, but calls must be signed".to_owned()),
        _ => return Err("its `mode` is unknown".to_owned()),
    })
}

pub(super) const RSA_KEY_PAIR: &str =
    "RSA key pairs are not supported, as the vendor has deprecated them: use a role or an access key";

fn need(profile: &Document, field: &str) -> Result<String, String> {
    Ok(profile.text(&[field])?.expose().to_owned())
}

fn keys(profile: &Document) -> Result<Credentials, String> {
    let key = need(profile, "access_key_id")?;
    Ok(Credentials::access_key(key, profile.text(&["access_key_secret"])?))
}

fn role(profile: &Document) -> Result<Role, String> {
    Ok(Role {
        arn: Some(need(profile, "ram_role_arn")?),
        session_name: match profile.plain("ram_session_name")? {
            Some(name) => Some(name),
            None => profile.plain("role_session_name")?,
        },
        policy: profile.plain("policy")?,
        external_id: profile.plain("external_id")?,
        duration_seconds: profile.number("expired_seconds")?,
        region: profile.plain("sts_region")?,
        vpc: profile.is_true("enable_vpc").then_some(true),
    })
}

/// Keys that the tool has fetched for a sign-in and stored.
fn kept(profile: &Document) -> Result<Option<TemporaryCredentials>, String> {
    let Some(expires) = profile.number("sts_expiration")?.and_then(|end| Timestamp::from_second(end).ok()) else {
        return Ok(None);
    };
    let (key, secret) = (profile.optional("access_key_id")?, profile.optional("access_key_secret")?);
    let (Some(key), Some(secret), Some(token)) = (key, secret, profile.optional("sts_token")?) else { return Ok(None) };
    let credentials = Credentials::access_key(key.expose(), secret).with_security_token(token);
    Ok(Some(TemporaryCredentials { credentials, expires }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const MODES: [&str; 14] = [
        "AK",
        "StsToken",
        "RamRoleArn",
        "EcsRamRole",
        "RamRoleArnWithRoleName",
        "ChainableRamRoleArn",
        "OIDC",
        "CredentialsURI",
        "External",
        "CloudSSO",
        "OAuth",
        "BearerToken",
        "RsaKeyPair",
        "",
    ];
    const FIELDS: [&str; 22] = [
        "access_key_id",
        "access_key_secret",
        "sts_token",
        "sts_expiration",
        "ram_role_name",
        "ram_role_arn",
        "ram_session_name",
        "policy",
        "external_id",
        "expired_seconds",
        "sts_region",
        "enable_vpc",
        "oidc_provider_arn",
        "oidc_token_file",
        "credentials_uri",
        "process_command",
        "cloud_sso_sign_in_url",
        "cloud_sso_account_id",
        "cloud_sso_access_config",
        "cloud_sso_access_token_expire",
        "oauth_site_type",
        "bearer_token",
    ];

    /// Possible values of a field: mostly a string, which is secret.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            4 => "hunter[a-z]{0,3}".prop_map(Value::from),
            1 => Just(Value::Null),
            1 => Just(json!("")),
            1 => (31_337_000_000i64..31_338_000_000).prop_map(Value::from),
            1 => Just(json!(["hunter"])),
            1 => Just(json!({"hunter": "hunter"})),
            1 => any::<bool>().prop_map(Value::from),
        ]
    }

    fn a_profile() -> impl Strategy<Value = Value> {
        let fields = prop::collection::btree_map(prop::sample::select(&FIELDS[..]), value(), 0..12);
        (prop::sample::select(&MODES[..]), fields, prop::sample::select(&["p", "q"][..])).prop_map(
            |(mode, fields, source)| {
                let mut profile = json!({"name": "p", "mode": mode, "source_profile": source});
                for (name, value) in fields {
                    profile[name] = value;
                }
                profile
            },
        )
    }

    proptest! {
        #[test]
        fn errors_do_not_quote_the_profile(first in a_profile(), mut second in a_profile()) {
            second["name"] = json!("q");
            let text = json!({"current": "p", "profiles": [first, second, null, "hunter"]}).to_string();
            if let Err(error) = profile(text.as_bytes(), None) {
                prop_assert!(!error.contains("hunter") && !error.contains("31337"), "{}", error);
            }
        }

        #[test]
        fn any_input_is_read_without_a_panic(text in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..60) {
            let _ = profile(&text, None);
            let whole = br#"{"current": "p", "profiles": [{"name": "p", "access_key_secret": "hunter2"}]}"#;
            if let Err(error) = profile(&whole[..cut], Some("p")) {
                prop_assert!(!error.contains("hunter"), "{}", error);
            }
        }
    }
}
