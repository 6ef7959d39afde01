//! Credentials in the output of another program.

use std::fmt;
use std::process::Stdio;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

use super::cached::{CredentialsSource, TemporaryCredentials, TemporaryCredentialsFuture};
use super::config::ProviderConfig;
use super::document::Document;
use super::provider::{Credentials, CredentialsError};
use crate::transport::in_runtime;

/// Keys in the output of a program, as in profiles of the mode `External`: JSON with `access_key_id`,
/// `access_key_secret`, `sts_token` for temporary ones, and their `expiration`, such as `2030-01-01T00:00:00Z`. Keys
/// without an expiration are requested again after 15 minutes. Wrap it in
/// [`CachedCredentials`](crate::CachedCredentials).
///
/// The command is split as by a shell, but run without one, except on Windows, where `cmd` runs it. Its time limit is
/// one minute. Its standard input is empty, and its standard error is that of this process.
#[derive(Clone)]
#[must_use = "wrap it in `CachedCredentials`"]
pub struct ProcessCredentials {
    command: String,
    config: ProviderConfig,
}

/// Time limit of the program.
pub(super) const LIMIT: Duration = Duration::from_secs(60);
/// Larger than any keys.
const LARGEST: u64 = 1 << 16;
const WITHOUT_END: SignedDuration = SignedDuration::from_mins(15);

impl ProcessCredentials {
    /// Uses the output of this command.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), config: ProviderConfig::new() }
    }

    /// Takes the clock from this configuration.
    pub fn configure(mut self, config: &ProviderConfig) -> Self {
        self.config = config.clone();
        self
    }

    fn command(&self) -> Result<Command, String> {
        if cfg!(windows) {
            let mut command = Command::new("cmd");
            command.args(["/C", &self.command]);
            return Ok(command);
        }
        let words = shlex::split(&self.command).ok_or("it has an unclosed quote")?;
        let (program, arguments) = words.split_first().ok_or("it is empty")?;
        let mut command = Command::new(program);
        command.args(arguments);
        Ok(command)
    }

    async fn run(&self) -> Result<TemporaryCredentials, String> {
        let mut command = self.command()?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("it cannot be started: {error}"))?;
        let mut output = zeroize::Zeroizing::new(Vec::new());
        if let Some(stdout) = child.stdout.take() {
            let read = stdout.take(LARGEST + 1).read_to_end(&mut output).await;
            read.map_err(|error| format!("its output cannot be read: {error}"))?;
        }
        if output.len() as u64 > LARGEST {
            return Err(format!("it printed more than {LARGEST} bytes"));
        }
        let status = child.wait().await.map_err(|error| format!("waiting for it failed: {error}"))?;
        if !status.success() {
            return Err(format!("it ended with {status}"));
        }
        keys(&Document::parse(&output)?, self.config.own_clock().now())
    }
}

/// Keys in the format of such programs.
fn keys(printed: &Document, now: Timestamp) -> Result<TemporaryCredentials, String> {
    let key = printed.text(&["access_key_id"])?;
    let mut credentials = Credentials::access_key(key.expose(), printed.text(&["access_key_secret"])?);
    let mode = printed.plain("mode")?.unwrap_or_default();
    let token = printed.optional("sts_token")?;
    match (mode.to_ascii_lowercase().as_str(), token) {
        ("" | "ststoken", Some(token)) => credentials = credentials.with_security_token(token),
        ("" | "ak", _) => {}
        ("ststoken", None) => return Err("there is no `sts_token`".to_owned()),
        _ => return Err("its `mode` is neither AK nor StsToken".to_owned()),
    }
    let expires = match printed.optional("expiration")? {
        Some(_) => printed.time(&["expiration"])?,
        None => now.checked_add(WITHOUT_END).unwrap_or(Timestamp::MAX),
    };
    Ok(TemporaryCredentials { credentials, expires })
}

/// Without the command, whose arguments may be secret.
impl fmt::Debug for ProcessCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessCredentials").finish_non_exhaustive()
    }
}

impl CredentialsSource for ProcessCredentials {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        Box::pin(async {
            let outcome = match in_runtime() {
                Ok(()) => tokio::time::timeout(LIMIT, self.run()).await,
                Err(why) => Ok(Err(why)),
            };
            let outcome = outcome.unwrap_or_else(|_| Err(format!("it took longer than {LIMIT:?}")));
            // Without the command, whose arguments may be secret.
            outcome.map_err(|why| CredentialsError::new(format_args!("credentials command: {why}")))
        })
    }
}
