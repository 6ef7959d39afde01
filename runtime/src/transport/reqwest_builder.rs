//! The builder of the default transport.

use std::path::PathBuf;
use std::time::Duration;

use super::causes::causes;
use super::reqwest::{ReqwestTransport, note_redirect};
use super::tls::{Identity, TlsSettings, TlsVersion};
use crate::data::config_error::ConfigError;
use crate::data::secret::Secret;

/// The builder of a [`ReqwestTransport`], which several clients can share with its connections.
///
/// ```no_run
/// use std::time::Duration;
///
/// use yundb_runtime::ReqwestTransport;
///
/// # fn build() -> Result<(), yundb_runtime::ConfigError> {
/// let transport = ReqwestTransport::builder().connect_timeout(Duration::from_secs(3)).no_proxy().build()?;
/// // Pass a clone to each client's `.transport(..)`.
/// # drop(transport);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before `build`"]
pub struct ReqwestTransportBuilder {
    connect_timeout: Duration,
    redirects: bool,
    proxy: Option<Secret>,
    no_proxy: bool,
    tls: TlsSettings,
    /// The setters that were called.
    set: Vec<&'static str>,
}

impl Default for ReqwestTransportBuilder {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            redirects: false,
            proxy: None,
            no_proxy: false,
            tls: TlsSettings::default(),
            set: Vec::new(),
        }
    }
}

impl ReqwestTransport {
    /// Returns a builder, to share a transport with custom certificates, proxies and time limits.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }
}

impl ReqwestTransportBuilder {
    fn with(mut self, setter: &'static str, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self.set.push(setter);
        self
    }

    /// The names of the setters that were called.
    pub(crate) fn setters(&self) -> &[&'static str] {
        &self.set
    }

    /// Sets the time limit for establishing a connection. Defaults to 10 seconds.
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.with("connect_timeout", |it| it.connect_timeout = limit)
    }

    /// Follows up to five redirects within the same origin. By default redirects are not followed, as a signature is
    /// valid for one URL only.
    pub fn follow_redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// Sends all requests through this proxy, such as `http://user:password@host:port` or `socks5h://host:port`.
    /// Supports the schemes `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`. Defaults to the proxies in
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment, else to the system's.
    pub fn proxy(self, url: impl Into<Secret>) -> Self {
        let url = url.into();
        self.with("proxy", |it| it.proxy = Some(url))
    }

    /// Uses no proxy, regardless of the environment and the system's settings.
    pub fn no_proxy(self) -> Self {
        self.with("no_proxy", |it| it.no_proxy = true)
    }

    /// Also trusts these CA certificates: one or several in PEM. Can be called more than once.
    pub fn root_certificate_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        let pem = pem.into();
        self.with("root_certificate_pem", |it| it.tls.roots.push(pem))
    }

    /// Also trusts the authorities in this PEM file, which `build` reads.
    pub(crate) fn root_certificate_file(mut self, path: PathBuf) -> Self {
        self.tls.root_files.push(path);
        self
    }

    /// Trusts only the authorities given by [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn no_system_root_certificates(self) -> Self {
        self.with("no_system_root_certificates", |it| it.tls.no_system_roots = true)
    }

    /// Presents this client certificate to servers that request one (mutual TLS). Certificate and private key are in
    /// PEM; the key must be unencrypted. The certificate may be followed by those of its authorities.
    pub fn client_certificate_pem(self, certificates: impl Into<Vec<u8>>, key: impl Into<Secret>) -> Self {
        let identity = Identity { certificates: certificates.into(), key: key.into() };
        self.with("client_certificate_pem", |it| it.tls.identity = Some(identity))
    }

    /// Sets the minimum TLS version. Defaults to TLS 1.2.
    pub fn min_tls_version(self, version: TlsVersion) -> Self {
        self.with("min_tls_version", |it| it.tls.lowest = Some(version))
    }

    /// Accepts any server certificate, so an attacker can impersonate the server and read every request. For tests
    /// only; to trust a private authority, use [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn danger_accept_invalid_certificates(self) -> Self {
        self.with("danger_accept_invalid_certificates", |it| it.tls.invalid_certificates = true)
    }

    /// Builds the transport. Fails if a setting cannot work.
    pub fn build(self) -> Result<ReqwestTransport, ConfigError> {
        let limit = self.connect_timeout;
        ReqwestTransport::made(Some(limit), move || self.client()).map_err(ConfigError)
    }

    /// A client with its own connections.
    fn client(&self) -> Result<reqwest::Client, String> {
        // A signature is valid for one URL, and reqwest drops only well-known credentials when leaving an origin.
        let policy = if self.redirects {
            reqwest::redirect::Policy::custom(|attempt| {
                note_redirect();
                let origin = attempt.previous().first().map(|url| url.origin());
                if attempt.previous().len() <= 5 && origin == Some(attempt.url().origin()) {
                    attempt.follow()
                } else {
                    attempt.stop()
                }
            })
        } else {
            reqwest::redirect::Policy::none()
        };
        // Only `retry::classify` decides about retries; reqwest would repeat requests that a server refused.
        let builder = reqwest::Client::builder().retry(reqwest::retry::never());
        let mut builder = builder.redirect(policy).connect_timeout(self.connect_timeout);
        if self.no_proxy {
            builder = builder.no_proxy();
        }
        if let Some(url) = &self.proxy {
            builder = builder.proxy(proxy(url.expose())?);
        }
        let client = self.tls.apply(builder)?.build();
        client.map_err(|error| format!("the HTTP client cannot start: {}", causes(&error)))
    }
}

/// Hides the library's error, as it contains the URL, which may contain a password.
fn proxy(url: &str) -> Result<reqwest::Proxy, String> {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    match url.split_once("://") {
        Some((scheme, _)) if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
            Err(format!("the proxy's scheme is not supported: use one of {}", SCHEMES.join(", ")))
        }
        _ => reqwest::Proxy::all(url).map_err(|_| "the proxy is not a URL such as http://host:port".to_owned()),
    }
}
