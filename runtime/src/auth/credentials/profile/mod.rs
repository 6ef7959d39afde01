//! Credentials from the files of the vendors' own tools and SDKs.

mod ini;
mod json;
mod means;

use std::collections::HashMap;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::config::ProviderConfig;
use super::provider::{Credentials, CredentialsError, CredentialsFuture, CredentialsProvider};
use ini::Sections;
use means::Means;

/// Credentials from the vendor's profile file, which is read for each attempt, so that changes take effect immediately.
///
/// # Errors
///
/// "Not found" if there is no file, or no profile in it. The chain ends with an error if a file named by the
/// environment does not exist, or if the selected profile does not exist, is incomplete, or its credentials cannot be
/// obtained. The rest of the file is ignored.
#[derive(Clone)]
pub struct ProfileCredentials {
    vendor: Vendor,
    file: Option<PathBuf>,
    profile: Option<String>,
    config: ProviderConfig,
    kept: Arc<Mutex<Option<Kept>>>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Vendor {
    Huawei,
    Aliyun,
}

/// The profile as of the last read.
struct Kept {
    found: Found,
    provider: Arc<dyn CredentialsProvider>,
}

/// The content of a profile.
#[derive(PartialEq)]
struct Found {
    /// Its location, for errors.
    place: String,
    means: Means,
    settings: HashMap<&'static str, String>,
}

impl ProfileCredentials {
    /// The section `[basic]`, else `[global]`, of the INI file at `HUAWEICLOUD_SDK_CREDENTIALS_FILE`, else of
    /// `~/.huaweicloud/credentials`: `ak`, `sk` and, for temporary keys, `security_token`; or `idp_id` and
    /// `id_token_file`, which are exchanged at `iam_endpoint` (see
    /// [`FederatedCredentials`](crate::FederatedCredentials)). `project_id` and `domain_id` in the section are used
    /// unless the client has its own, and `region` unless the client or the environment has one.
    pub fn huawei() -> Self {
        Self::new(Vendor::Huawei)
    }

    /// The profile named by `ALIBABA_CLOUD_PROFILE`, else the current one, of `~/.aliyun/config.json`, the file of the
    /// command line tool, unless `ALIBABA_CLOUD_CLI_PROFILE_DISABLED=true`; else the section with that name, by default
    /// `[default]`, of the INI file at `ALIBABA_CLOUD_CREDENTIALS_FILE`, else of `~/.alibabacloud/credentials.ini` or
    /// `~/.alibabacloud/credentials`.
    ///
    /// Supports profiles of the modes `AK`, `StsToken`, `RamRoleArn`, `ChainableRamRoleArn`, `RamRoleArnWithRoleName`,
    /// `EcsRamRole`, `OIDC`, `CredentialsURI`, `External`, `CloudSSO`, `OAuth` and `BearerToken`, and sections of the
    /// types `access_key`, `sts`, `ram_role_arn`, `oidc_role_arn`, `ecs_ram_role`, `credentials_uri` and `bearer`.
    /// Sign-ins (`CloudSSO`, `OAuth`) are used until they expire; the tool renews them. RSA key pairs, which are
    /// deprecated, are an error. `region_id` is used unless the client or the environment has a region.
    pub fn aliyun() -> Self {
        Self::new(Vendor::Aliyun)
    }

    fn new(vendor: Vendor) -> Self {
        Self { vendor, file: None, profile: None, config: ProviderConfig::new(), kept: Arc::default() }
    }

    /// Sets the file: for Alibaba Cloud a JSON file if its extension is `json`, else an INI file.
    pub fn file(mut self, path: impl Into<PathBuf>) -> Self {
        self.file = Some(path.into());
        self
    }

    /// Sets the profile or section, overriding the environment.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Sets the environment, and the transport for services that a profile refers to.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.config = config.clone();
        self
    }

    async fn load(&self) -> Result<Found, CredentialsError> {
        match self.vendor {
            Vendor::Huawei => self.load_huawei().await,
            Vendor::Aliyun => self.load_aliyun().await,
        }
    }

    async fn load_huawei(&self) -> Result<Found, CredentialsError> {
        let (file, named) = match (&self.file, self.config.get("HUAWEICLOUD_SDK_CREDENTIALS_FILE")) {
            (Some(file), _) => (file.clone(), false),
            (None, Some(file)) => (PathBuf::from(file), true),
            (None, None) => (self.config.home()?.join(".huaweicloud").join("credentials"), false),
        };
        let place = file.display().to_string();
        let text = read(&file).await?.ok_or_else(|| missing(&place, named))?;
        let sections = Sections::read(&text, false).map_err(|why| broken(&place, why))?;
        let names: Vec<&str> = match &self.profile {
            Some(name) => vec![name],
            None => vec!["basic", "global"],
        };
        let mut found = names.iter().filter_map(|name| sections.section(name));
        let Some(section) = found.next() else {
            let why = format!("{place}: there is no section [{}]", names.join("] or ["));
            return Err(if self.profile.is_some() {
                CredentialsError::new(why)
            } else {
                CredentialsError::not_found(why)
            });
        };
        let means = section.huawei().map_err(|why| broken(&place, why))?;
        let others: Vec<_> = found.collect();
        let setting = |name: &'static str| {
            let value = section.get(name).or_else(|| others.iter().find_map(|other| other.get(name)));
            value.map(|value| (name, value))
        };
        let settings = ["project_id", "domain_id", "iam_endpoint", "region"].into_iter().filter_map(setting).collect();
        Ok(Found { place, means, settings })
    }

    async fn load_aliyun(&self) -> Result<Found, CredentialsError> {
        let named = self.profile.clone().or_else(|| self.config.get("ALIBABA_CLOUD_PROFILE"));
        let mut tried = Vec::new();
        for (file, required) in self.aliyun_files()? {
            let place = file.display().to_string();
            let Some(text) = read(&file).await? else {
                if required {
                    return Err(missing(&place, true));
                }
                tried.push(missing(&place, false).to_string());
                continue;
            };
            let is_json = file.extension().is_some_and(|it| it == "json");
            let found = if is_json {
                json::profile(text.as_bytes(), named.as_deref())
            } else {
                section(&text, named.as_deref())
            };
            match found.map_err(|why| broken(&place, why))? {
                Some((means, region)) => {
                    let settings = region.map(|region| ("region", region)).into_iter().collect();
                    return Ok(Found { place, means, settings });
                }
                None => {
                    let name = named.as_deref().map(|name| format!(" `{name}`")).unwrap_or_default();
                    tried.push(format!("{place}: there is no profile{name}, or it is empty"));
                }
            }
        }
        let tried = tried.join("; ");
        Err(if named.is_some() { CredentialsError::new(tried) } else { CredentialsError::not_found(tried) })
    }

    /// Possible locations of Alibaba Cloud's profiles, and whether the file is required.
    fn aliyun_files(&self) -> Result<Vec<(PathBuf, bool)>, CredentialsError> {
        if let Some(file) = &self.file {
            return Ok(vec![(file.clone(), false)]);
        }
        let mut files = Vec::new();
        let home = self.config.home();
        if let Ok(home) = &home
            && !self.config.is_set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")
        {
            files.push((home.join(".aliyun").join("config.json"), false));
        }
        if let Some(file) = self.config.get("ALIBABA_CLOUD_CREDENTIALS_FILE") {
            files.push((PathBuf::from(file), true));
        } else {
            let folder = home?.join(".alibabacloud");
            files.extend(["credentials.ini", "credentials"].map(|name| (folder.join(name), false)));
        }
        Ok(files)
    }
}

/// The section of an INI file of Alibaba Cloud, and its region.
fn section(text: &str, name: Option<&str>) -> Result<Option<(Means, Option<String>)>, String> {
    let sections = Sections::read(text, true)?;
    let section = sections.section(name.unwrap_or("default"));
    section.map(|section| Ok((section.aliyun()?, section.get("region_id")))).transpose()
}

/// The text of a file, if it exists.
async fn read(file: &Path) -> Result<Option<zeroize::Zeroizing<String>>, CredentialsError> {
    match tokio::fs::read_to_string(file).await {
        Ok(text) => Ok(Some(text.into())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(broken(&file.display().to_string(), error.to_string())),
    }
}

fn missing(place: &str, named: bool) -> CredentialsError {
    let why = format!("{place}: there is no such file");
    if named { CredentialsError::new(why) } else { CredentialsError::not_found(why) }
}

fn broken(place: &str, why: String) -> CredentialsError {
    CredentialsError::new(format_args!("{place}: {why}"))
}

impl CredentialsProvider for ProfileCredentials {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(async {
            let found = self.load().await?;
            let place = found.place.clone();
            let provider = {
                let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
                match &*kept {
                    Some(kept) if kept.found == found => kept.provider.clone(),
                    _ => {
                        let provider = found.means.provider(&self.config);
                        *kept = Some(Kept { found, provider: provider.clone() });
                        provider
                    }
                }
            };
            // The profile configures this source explicitly, so its absence is a failure.
            provider.credentials().await.map_err(|error| broken(&place, error.to_string()))
        })
    }

    fn rejected(&self, credentials: &Credentials) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_some_and(|kept| kept.provider.rejected(credentials))
    }

    fn setting(&self, name: &str) -> Option<String> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().and_then(|kept| kept.found.settings.get(name).cloned())
    }
}

impl fmt::Debug for ProfileCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProfileCredentials")
            .field("vendor", &self.vendor)
            .field("file", &self.file)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
