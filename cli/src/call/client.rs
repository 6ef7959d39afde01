//! The client of a call: credentials, address and the other settings of the command line.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use http::{Request, Response};
use yundb_runtime::test_util::redacted;
use yundb_runtime::{
    Attempt, ByteStream, Client, ClientBuilder, Credentials, ErrorKind, Interceptor, Outcome, ProfileCredentials,
    Protocol, RequestBody, ReqwestTransport, Secret, Service, Transport, TransportError, TransportErrorKind,
};

use super::secrets::target;
use super::source::Source;

/// Where a call goes, and on whose behalf.
#[derive(Args, Debug)]
#[command(next_help_heading = "Address and credentials")]
pub(crate) struct Connection {
    /// The base URL. Defaults to that of the document, for the region.
    #[arg(long, value_name = "URL", value_parser = url)]
    endpoint: Option<String>,
    /// Also trust the certificate authorities in this file, in PEM.
    #[arg(long, value_name = "FILE")]
    cacert: Option<PathBuf>,
    /// The region. Defaults to that of the environment or of the profile, as for the clients.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The project's id, for Huawei Cloud. Defaults to that of the environment or of the profile, else to the region's.
    #[arg(long, value_name = "ID")]
    project_id: Option<String>,
    /// The account's id, for Huawei Cloud.
    #[arg(long, value_name = "ID")]
    domain_id: Option<String>,
    /// The profile with the credentials. Defaults to the sources that the vendor's own SDK searches.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["access_key", "token"])]
    profile: Option<String>,
    /// The access key, for Alibaba Cloud and Huawei Cloud. May be `@file`.
    #[arg(long, value_name = "ID:SECRET", conflicts_with = "token")]
    access_key: Option<String>,
    /// The token of a bearer scheme, which defaults to YUNDB_TOKEN, or of Huawei Cloud. May be `@file`.
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// The key of a security scheme. Can be repeated; the key may be `@file`. Defaults to YUNDB_API_KEY.
    #[arg(long, value_name = "SCHEME=KEY")]
    api_key: Vec<String>,
    /// The user of HTTP basic; the password may be `@file`. Defaults to YUNDB_USER.
    #[arg(long, value_name = "NAME:PASSWORD")]
    user: Option<String>,
    /// Time limit of the call with all attempts, and of waiting for a job: `90`, `90s`, `10m`, `2h`.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

fn url(text: &str) -> Result<String, String> {
    match text.contains("://") {
        true => Ok(text.to_owned()),
        false => Err(format!("it has no scheme: write `https://{text}`, or `http://{text}` for a server without TLS")),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let span = match text.parse::<f64>() {
        Ok(seconds) => return Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string()),
        Err(_) => text.parse::<jiff::SignedDuration>(),
    };
    let written = || "write a number of seconds, or a time such as `90s`, `10m` or `2h`".to_owned();
    span.ok().and_then(|span| Duration::try_from(span).ok()).ok_or_else(written)
}

/// A secret of the command line, or of the file that it names. An error does not repeat the name: it may be a secret that
/// begins with `@`.
fn secret(flag: &str, word: &str) -> anyhow::Result<String> {
    let error = |_| anyhow!("{flag}: cannot read the file after `@`: write `@@` for a text that begins with `@`");
    Source::of(word).text().map_err(error)
}

/// The two parts of a setting, the second of which is secret.
fn pair(text: &str, separator: char, flag: &str, form: &str) -> anyhow::Result<(String, String)> {
    let (first, second) = text.split_once(separator).with_context(|| format!("{flag}: write `{form}`"))?;
    Ok((first.to_owned(), secret(flag, second)?))
}

impl Connection {
    /// The client, without the settings that come from inputs.
    pub fn builder(&self, service: &'static Service) -> anyhow::Result<ClientBuilder<Client>> {
        let mut builder = ClientBuilder::<Client>::new(service);
        if let Some(url) = &self.endpoint {
            builder = builder.endpoint(url);
        }
        if let Some(authorities) = self.authorities()? {
            builder = builder.root_certificate_pem(authorities);
        }
        let settings = [("region", &self.region), ("project_id", &self.project_id), ("domain_id", &self.domain_id)];
        for (name, value) in settings {
            builder = value.iter().fold(builder, |builder, value| builder.parameter(name, value));
        }
        if let Some(limit) = self.timeout {
            builder = builder.operation_timeout(limit);
        }
        match service.protocol {
            Protocol::Http => self.keys(builder),
            protocol => self.credentials(builder, protocol),
        }
    }

    /// The secrets among the flags, which no message should repeat.
    pub fn secrets(&self) -> Vec<String> {
        let read = |word: &str| match Source::of(word) {
            Source::Stdin => None,
            source => source.text().ok(),
        };
        let after = |word: &str, separator| word.split_once(separator).map(|(_, secret)| secret.to_owned());
        let variable = |name: &str| std::env::var(name).ok();
        let tokens = self.token.iter().cloned().chain(variable("YUNDB_TOKEN"));
        let keys = self.api_key.iter().cloned().chain(variable("YUNDB_API_KEY"));
        let users = self.user.iter().cloned().chain(variable("YUNDB_USER"));
        let mut out: Vec<String> = tokens.filter_map(|token| read(&token)).collect();
        out.extend(self.access_key.iter().filter_map(|key| after(&read(key)?, ':')));
        out.extend(keys.filter_map(|key| read(&after(&key, '=')?)));
        out.extend(users.filter_map(|user| read(&after(&user, ':')?)));
        if let Some(url) = &self.endpoint {
            out.extend(after(url, '?'));
            let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next());
            out.extend(authority.and_then(|it| it.rsplit_once('@')).map(|(user, _)| user.to_owned()));
        }
        out
    }

    /// The certificates of --cacert.
    pub fn authorities(&self) -> anyhow::Result<Option<Vec<u8>>> {
        let Some(path) = &self.cacert else { return Ok(None) };
        Source::File(path.clone()).bytes().map(Some)
    }

    /// The credentials of a service that checks signatures. Without any, the client searches its own sources.
    fn credentials(&self, builder: ClientBuilder, protocol: Protocol) -> anyhow::Result<ClientBuilder> {
        if !self.api_key.is_empty() || self.user.is_some() {
            bail!("--api-key and --user are for documents with such security schemes: use --access-key or --profile");
        }
        if let Some(key) = &self.access_key {
            let text = secret("--access-key", key)?;
            let (id, key) = text.split_once(':').context("--access-key: write `ID:SECRET`")?;
            return Ok(builder.credentials(Credentials::access_key(id, key)));
        }
        if let Some(token) = &self.token {
            if protocol == Protocol::AliyunRpc {
                bail!("--token is for Huawei Cloud and for bearer schemes: use --access-key or --profile");
            }
            return Ok(builder.credentials(Credentials::token(secret("--token", token)?)));
        }
        Ok(match (&self.profile, protocol) {
            (None, _) => builder,
            (Some(name), Protocol::AliyunRpc) => {
                builder.credentials_provider(ProfileCredentials::aliyun().profile(name))
            }
            (Some(name), _) => builder.credentials_provider(ProfileCredentials::huawei().profile(name)),
        })
    }

    /// The keys of security schemes.
    fn keys(&self, mut builder: ClientBuilder) -> anyhow::Result<ClientBuilder> {
        if self.profile.is_some() || self.access_key.is_some() {
            bail!(
                "--profile and --access-key are for Alibaba Cloud and Huawei Cloud: use --token, --api-key or --user"
            );
        }
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let Some(token) = self.token.clone().or_else(|| variable("YUNDB_TOKEN")) {
            builder = builder.bearer_token(secret("--token", &token)?);
        }
        let keys = match self.api_key.as_slice() {
            [] => variable("YUNDB_API_KEY").into_iter().collect(),
            keys => keys.to_vec(),
        };
        for key in keys {
            let (scheme, key) = pair(&key, '=', "--api-key", "SCHEME=KEY")?;
            builder = builder.api_key(scheme, key);
        }
        if let Some(user) = self.user.clone().or_else(|| variable("YUNDB_USER")) {
            let (name, password) = pair(&user, ':', "--user", "NAME:PASSWORD")?;
            builder = builder.basic_auth(name, password);
        }
        Ok(builder)
    }
}

/// Prints each attempt to the standard error.
pub(super) struct Verbose {
    pub secrets: Vec<String>,
}

impl fmt::Debug for Verbose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verbose")
    }
}

impl Interceptor for Verbose {
    fn before_attempt(&self, attempt: &Attempt, request: &mut Request<RequestBody>) {
        let target = target(request.method(), request.uri(), &self.secrets);
        crate::print::complain!("attempt {}: {target}", attempt.number);
    }

    fn after_attempt(&self, attempt: &Attempt, outcome: &Outcome<'_>) {
        let status = match (outcome.status, outcome.failure.map(reason)) {
            // A failure is evident from its status, but not with 200.
            (Some(status), Some(reason)) if status < 400 => format!("{status}, {reason}"),
            (Some(status), _) => status.to_string(),
            (None, reason) => reason.unwrap_or("no response").to_owned(),
        };
        let code = outcome.code.map(|code| format!(" {code}")).unwrap_or_default();
        let id = outcome.request_id.map(|id| format!(", request id {id}")).unwrap_or_default();
        let next = outcome.retry_in.map(|pause| format!(", again in {pause:.1?}")).unwrap_or_default();
        crate::print::complain!("attempt {}: {status}{code} after {:.0?}{id}{next}", attempt.number, outcome.elapsed);
    }
}

/// A kind of failure in words.
fn reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid input",
        ErrorKind::Config => "insufficient settings",
        ErrorKind::Credentials => "no credentials",
        ErrorKind::Connect => "no connection",
        ErrorKind::Transport => "the connection broke",
        ErrorKind::Timeout => "a time limit passed",
        ErrorKind::Decode => "an unreadable response",
        ErrorKind::Service => "an error of the service",
        _ => "a failure",
    }
}

/// Keeps the signed request of a call instead of sending it. Lookups that the request depends on are sent.
#[derive(Clone)]
pub(super) struct DryRun {
    others: Arc<dyn Transport>,
    secrets: Arc<Vec<String>>,
    kept: Arc<Mutex<Option<String>>>,
}

/// Marks the request of the call itself.
#[derive(Clone)]
struct Own;

impl DryRun {
    pub fn new(secrets: Vec<String>, authorities: Option<Vec<u8>>) -> anyhow::Result<Self> {
        let others = ReqwestTransport::builder();
        let others = authorities.into_iter().fold(others, |it, pem| it.root_certificate_pem(pem)).build()?;
        Ok(Self { others: Arc::new(others), secrets: Arc::new(secrets), kept: Arc::default() })
    }

    /// The request, without secrets.
    pub fn request(&self) -> Option<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Interceptor for DryRun {
    fn before_attempt(&self, _: &Attempt, request: &mut Request<RequestBody>) {
        request.extensions_mut().insert(Own);
    }
}

type Sent<'a> = Pin<Box<dyn Future<Output = Result<Response<ByteStream>, TransportError>> + Send + 'a>>;

impl Transport for DryRun {
    fn send(&self, request: Request<RequestBody>) -> Sent<'_> {
        Box::pin(async move {
            if request.extensions().get::<Own>().is_none() {
                return self.others.send(request).await;
            }
            let (parts, body) = request.into_parts();
            let body = body.into_stream().collect().await?;
            let secrets = self.secrets.iter().map(|text| Secret::from(text.as_str()));
            let text = redacted(&parts, &body, secrets);
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
            Err(TransportError::new(TransportErrorKind::Request, "nothing is sent in a dry run"))
        })
    }
}

impl fmt::Debug for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DryRun")
    }
}
