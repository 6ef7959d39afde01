//! Credentials from the files that the vendors' own tools write, and several sources one after the other.

use std::env;
use std::future;
use std::path::PathBuf;

use configparser::ini::Ini;
use serde::Deserialize;

use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use crate::data::secret::Secret;

/// Credentials from the vendor's profile file, read anew for each attempt.
#[derive(Clone, Debug)]
pub struct ProfileCredentials {
    vendor: Vendor,
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Vendor {
    Huawei,
    Aliyun,
}

impl ProfileCredentials {
    /// `ak`, `sk` and, for temporary keys, `security_token` of the section `[basic]`, else `[global]`, of the INI file that
    /// `HUAWEICLOUD_SDK_CREDENTIALS_FILE` names, else of `~/.huaweicloud/credentials`.
    pub fn huawei() -> Self {
        Self { vendor: Vendor::Huawei, file: None }
    }

    /// The current profile of `~/.aliyun/config.json`, of mode `AK` or `StsToken` (and with the crate `yundb-credentials` of
    /// `RamRoleArn`); without that file, the keys of the section
    /// `[default]` of `~/.alibabacloud/credentials`.
    pub fn aliyun() -> Self {
        Self { vendor: Vendor::Aliyun, file: None }
    }

    /// From this file instead: of Alibaba Cloud a JSON file if its name ends so, else an INI file.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// The role that the profile says is to be assumed, if it does.
    pub fn role(&self) -> Result<Option<RoleProfile>, CredentialsError> {
        match self.load()? {
            Found::Role(role) => Ok(Some(*role)),
            Found::Keys(_) => Ok(None),
        }
    }

    fn load(&self) -> Result<Found, CredentialsError> {
        let home = || env::home_dir().ok_or_else(|| CredentialsError::new("no home directory to look for profiles in"));
        let file = match (&self.file, self.vendor) {
            (Some(file), _) => file.clone(),
            (None, Vendor::Huawei) => match env::var_os("HUAWEICLOUD_SDK_CREDENTIALS_FILE") {
                Some(file) => PathBuf::from(file),
                None => home()?.join(".huaweicloud").join("credentials"),
            },
            (None, Vendor::Aliyun) => {
                let json = home()?.join(".aliyun").join("config.json");
                if json.exists() { json } else { home()?.join(".alibabacloud").join("credentials") }
            }
        };
        let text = std::fs::read_to_string(&file)
            .map_err(|error| CredentialsError::new(format_args!("{}: {error}", file.display())))?;
        let is_json = self.vendor == Vendor::Aliyun && file.extension().is_some_and(|it| it == "json");
        let found = if is_json { current(&text) } else { self.section(text).map(Found::Keys) };
        found.map_err(|why| CredentialsError::new(format_args!("{}: {why}", file.display())))
    }

    /// The keys of an INI file.
    fn section(&self, text: String) -> Result<Credentials, String> {
        let mut ini = Ini::new_cs();
        ini.read(text)?;
        let (sections, names): (&[_], _) = match self.vendor {
            Vendor::Huawei => (&["basic", "global"], ["ak", "sk", "security_token"]),
            Vendor::Aliyun => (&["default"], ["access_key_id", "access_key_secret", "security_token"]),
        };
        let section = sections.iter().find(|section| ini.get(section, names[0]).is_some());
        let section = section.ok_or_else(|| format!("no `{}` in a section [{}]", names[0], sections.join("] or [")))?;
        let get = |name| ini.get(section, name).filter(|value| !value.trim().is_empty());
        let need = |name| get(name).ok_or_else(|| format!("no `{name}` in the section [{section}]"));
        let credentials = Credentials::access_key(need(names[0])?, need(names[1])?);
        Ok(match get(names[2]) {
            Some(token) => credentials.with_security_token(token),
            None => credentials,
        })
    }
}

impl CredentialsProvider for ProfileCredentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(future::ready(self.load().and_then(|found| match found {
            Found::Keys(keys) => Ok(keys),
            Found::Role(role) => Err(CredentialsError::new(format_args!(
                "the profile is to assume the role {}, which takes the crate yundb-credentials",
                role.role_arn
            ))),
        })))
    }
}

/// What a profile has.
enum Found {
    Keys(Credentials),
    Role(Box<RoleProfile>),
}

/// A profile of Alibaba Cloud that assumes a role (mode `RamRoleArn`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RoleProfile {
    /// The keys of whoever assumes it.
    pub credentials: Credentials,
    /// The role, such as `acs:ram::123456789012:role/adminrole`.
    pub role_arn: String,
    /// What the session is called.
    pub session_name: Option<String>,
    /// How long the session lives, in seconds.
    pub duration_seconds: Option<i64>,
    /// The region of the service that is asked.
    pub region: Option<String>,
}

/// `~/.aliyun/config.json`, as far as it matters here.
#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    current: String,
    #[serde(default)]
    profiles: Vec<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    name: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: Secret,
    #[serde(default)]
    sts_token: Secret,
    #[serde(default)]
    ram_role_arn: String,
    #[serde(default)]
    ram_session_name: String,
    #[serde(default)]
    expired_seconds: i64,
    #[serde(default)]
    sts_region: String,
    #[serde(default)]
    region_id: String,
}

/// What the current profile has.
fn current(text: &str) -> Result<Found, String> {
    let config: Config = serde_json::from_str(text).map_err(|error| format!("is not what the tools write: {error}"))?;
    let wanted = if config.current.is_empty() { "default" } else { &config.current };
    let profile = config.profiles.into_iter().find(|profile| profile.name == wanted);
    let profile = profile.ok_or_else(|| format!("has no profile `{wanted}`"))?;
    let keys = || {
        if profile.access_key_id.is_empty() || profile.access_key_secret.expose().is_empty() {
            return Err(format!("the profile `{wanted}` has no access key"));
        }
        Ok(Credentials::access_key(profile.access_key_id.clone(), profile.access_key_secret.clone()))
    };
    match profile.mode.as_str() {
        "AK" | "" => keys().map(Found::Keys),
        "StsToken" => Ok(Found::Keys(keys()?.with_security_token(profile.sts_token.clone()))),
        "RamRoleArn" if profile.ram_role_arn.is_empty() => Err(format!("the profile `{wanted}` has no `ram_role_arn`")),
        "RamRoleArn" => {
            let given = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
            Ok(Found::Role(Box::new(RoleProfile {
                credentials: keys()?,
                role_arn: profile.ram_role_arn.clone(),
                session_name: given(&profile.ram_session_name),
                duration_seconds: Some(profile.expired_seconds).filter(|seconds| *seconds > 0),
                region: given(&profile.sts_region).or_else(|| given(&profile.region_id)),
            })))
        }
        other => Err(format!("the profile `{wanted}` is of the mode {other}, not of AK, StsToken or RamRoleArn")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn folder() -> PathBuf {
        let folder = env::temp_dir().join(format!("yundb-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&folder).unwrap();
        folder
    }

    async fn says(provider: impl CredentialsProvider) -> String {
        provider.credentials().await.unwrap_err().to_string()
    }

    #[tokio::test]
    async fn huawei_files() {
        let folder = folder();
        let profile = |text| ProfileCredentials::huawei().file(written(&folder, "credentials", text));
        let keys = profile("[basic]\nak = AK1\nsk=s/k==\nproject_id=p\n[global]\nak=AK2\nsk=x\n").credentials().await;
        assert_eq!(keys, Ok(Credentials::access_key("AK1", "s/k==")));
        let keys = profile("[global]\nak=AK2\nsk=x\nsecurity_token=t\n").credentials().await;
        assert_eq!(keys, Ok(Credentials::access_key("AK2", "x").with_security_token("t")));
        let error = says(profile("[basic]\nak = AK1\n")).await;
        assert!(error.ends_with("credentials: no `sk` in the section [basic]"), "{error}");
        let error = says(profile("[else]\nak = AK1\n")).await;
        assert!(error.ends_with("no `ak` in a section [basic] or [global]"), "{error}");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn aliyun_files() {
        let folder = folder();
        let json = |text: &str| ProfileCredentials::aliyun().file(written(&folder, "config.json", text));
        let two = |current: &str| {
            json(&format!(
                r#"{{"current": "{current}", "profiles": [
                    {{"name": "default", "mode": "AK", "access_key_id": "a", "access_key_secret": "s", "sts_token": "x"}},
                    {{"name": "tmp", "mode": "StsToken", "access_key_id": "b", "access_key_secret": "s", "sts_token": "t"}},
                    {{"name": "role", "mode": "RamRoleArn", "access_key_id": "c", "access_key_secret": "s",
                      "ram_role_arn": "acs:ram::1:role/r", "ram_session_name": "me", "expired_seconds": 900,
                      "region_id": "cn-hangzhou"}},
                    {{"name": "sso", "mode": "CloudSSO"}}]}}"#
            ))
        };
        assert_eq!(two("").credentials().await, Ok(Credentials::access_key("a", "s")));
        assert_eq!(two("tmp").credentials().await, Ok(Credentials::access_key("b", "s").with_security_token("t")));
        let error = says(two("sso")).await;
        assert!(error.contains("the profile `sso` is of the mode CloudSSO"), "{error}");
        let error = says(two("role")).await;
        assert!(error.contains("the role acs:ram::1:role/r, which takes the crate yundb-credentials"), "{error}");
        let role = RoleProfile {
            credentials: Credentials::access_key("c", "s"),
            role_arn: "acs:ram::1:role/r".to_owned(),
            session_name: Some("me".to_owned()),
            duration_seconds: Some(900),
            region: Some("cn-hangzhou".to_owned()),
        };
        assert_eq!((two("role").role(), two("tmp").role()), (Ok(Some(role)), Ok(None)));
        assert!(says(two("none")).await.contains("has no profile `none`"));
        assert!(says(json("{")).await.contains("is not what the tools write"));
        let ini = "[default]\ntype = access_key\naccess_key_id = a\naccess_key_secret = s\n";
        let ini = ProfileCredentials::aliyun().file(written(&folder, "credentials", ini));
        assert_eq!(ini.credentials().await, Ok(Credentials::access_key("a", "s")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
