//! INI files with credentials, as read by the vendors' SDKs.

use std::collections::HashMap;

use configparser::ini::{Ini, IniDefault};

use super::json::RSA_KEY_PAIR;
use super::means::{Means, Role};
use crate::auth::credentials::provider::Credentials;
use crate::data::secret::Secret;

/// The sections of a file: verbatim names, keys in lower case, values without surrounding whitespace and quotes.
pub(super) struct Sections(HashMap<String, HashMap<String, Secret>>);

impl Sections {
    /// Reads a file. With `comments`, a value ends before a `#`.
    pub(super) fn read(text: &str, comments: bool) -> Result<Self, String> {
        let mut defaults = IniDefault::default();
        defaults.case_sensitive = true;
        defaults.multiline = true;
        // A secret may contain comment characters.
        defaults.enable_inline_comments = false;
        let mut ini = Ini::new_from_defaults(defaults);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The library's error would quote the line.
        let sections = ini.read(text.to_owned()).map_err(|_| "it is not an INI file".to_owned())?;
        let values = |entries: HashMap<String, Option<String>>| {
            let values = entries.into_iter().filter_map(|(key, value)| {
                let value = value.unwrap_or_default();
                let value = if comments { value.split('#').next().unwrap_or_default() } else { &value };
                let value = unquoted(value.trim()).to_owned();
                Some((key.to_lowercase(), Secret::from(value))).filter(|(_, value)| !value.is_empty())
            });
            values.collect()
        };
        Ok(Self(sections.into_iter().map(|(name, entries)| (name, values(entries.into_iter().collect()))).collect()))
    }

    pub(super) fn section(&self, name: &str) -> Option<Section<'_>> {
        self.0.get(name).map(|values| Section { name: name.to_owned(), values })
    }
}

fn unquoted(value: &str) -> &str {
    let within = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    within('"').or_else(|| within('\'')).unwrap_or(value)
}

/// A section of a file.
pub(super) struct Section<'a> {
    name: String,
    values: &'a HashMap<String, Secret>,
}

impl Section<'_> {
    pub(super) fn get(&self, key: &str) -> Option<String> {
        self.values.get(key).map(|value| value.expose().to_owned())
    }

    fn need(&self, key: &str) -> Result<String, String> {
        self.get(key).ok_or_else(|| format!("there is no `{key}` in the section [{}]", self.name))
    }

    fn keys(&self, key: &str, secret: &str) -> Result<Credentials, String> {
        let keys = Credentials::access_key(self.need(key)?, self.need(secret)?);
        Ok(match self.values.get("security_token") {
            Some(token) => keys.with_security_token(token.clone()),
            None => keys,
        })
    }

    /// A section of Alibaba Cloud.
    pub(super) fn aliyun(&self) -> Result<Means, String> {
        let keys = || self.keys("access_key_id", "access_key_secret");
        let role = || Role {
            arn: self.get("role_arn"),
            session_name: self.get("role_session_name"),
            policy: self.get("policy"),
            ..Role::default()
        };
        Ok(match self.need("type")?.as_str() {
            "access_key" => Means::Keys(keys()?),
            "sts" => {
                self.need("security_token")?;
                Means::Keys(keys()?)
            }
            "ram_role_arn" => {
                self.need("role_arn")?;
                Means::Role { base: Box::new(Means::Keys(keys()?)), role: role() }
            }
            "oidc_role_arn" => Means::Oidc {
                provider_arn: self.get("oidc_provider_arn"),
                token_file: self.get("oidc_token_file_path"),
                role: role(),
            },
            "ecs_ram_role" => Means::Instance(self.get("role_name")),
            "credentials_uri" => Means::Uri(Some(self.need("credentials_uri")?)),
            "bearer" => Means::Keys(Credentials::token(self.need("bearer_token")?)),
            "rsa_key_pair" => return Err(RSA_KEY_PAIR.to_owned()),
            _ => return Err(format!("the `type` of the section [{}] is unknown", self.name)),
        })
    }

    /// A section of Huawei Cloud.
    pub(super) fn huawei(&self) -> Result<Means, String> {
        if self.get("idp_id").is_some() || self.get("id_token_file").is_some() {
            return Ok(Means::Federated {
                idp_id: self.need("idp_id")?,
                token_file: self.need("id_token_file")?,
                iam_endpoint: self.get("iam_endpoint"),
            });
        }
        self.keys("ak", "sk").map(Means::Keys)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn errors_do_not_quote_the_file(text in "(\\[(basic|default)\\]?\n|(ak|sk|type|access_key_id|role_arn|idp_id)? ?[=:]? ?(hunter|access_key|ram_role_arn)?[;#\"]?\r?\n| \t){0,12}") {
            for comments in [false, true] {
                let read = Sections::read(&text, comments);
                let error = match &read {
                    Err(error) => error.clone(),
                    Ok(sections) => {
                        let basic = sections.section("basic").and_then(|it| it.huawei().err());
                        let default = sections.section("default").and_then(|it| it.aliyun().err());
                        basic.into_iter().chain(default).collect::<String>()
                    }
                };
                prop_assert!(!error.contains("hunter"), "{}", error);
            }
        }

        #[test]
        fn values_are_read_verbatim(value in "[!-~&&[^\"'#]][ -~&&[^\"'#]]{0,20}[!-~&&[^\"'#]]") {
            for (file, comments) in [
                (format!("[s]\nKey = {value}\n"), false),
                (format!("\u{feff}[s]\r\nkey=\"{value}\"\r\n"), true),
                (format!("[s]\nkey: {value} # new\n"), true),
            ] {
                let sections = Sections::read(&file, comments).unwrap();
                prop_assert_eq!(sections.section("s").unwrap().get("key"), Some(value.clone()), "{}", file);
            }
        }
    }
}
