//! The settings of the default transport.

use std::path::PathBuf;
use std::time::Duration;

use super::causes::causes;
use super::reqwest::{ReqwestTransport, note_redirect};
use super::tls::{Identity, TlsSettings, TlsVersion};
use crate::data::config_error::ConfigError;
use crate::data::secret::Secret;

/// Collects the settings of a [`ReqwestTransport`], which several clients may share: its connections, too.
///
/// ```no_run
/// use std::time::Duration;
///
/// use yundb_runtime::ReqwestTransport;
///
/// # fn build() -> Result<(), yundb_runtime::ConfigError> {
/// let transport = ReqwestTransport::builder().connect_timeout(Duration::from_secs(3)).no_proxy().build()?;
/// // Hand a clone to each client's `.transport(..)`.
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
    /// With settings of your own, for several clients: certificates, proxies, time limits.
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

    /// The setters that were called, by name.
    pub(crate) fn setters(&self) -> &[&'static str] {
        &self.set
    }

    /// The time within which a connection must come about; 10 seconds by default.
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.with("connect_timeout", |it| it.connect_timeout = limit)
    }

    /// Follows up to five redirects, within the same origin. By default none is followed: a signature holds for one URL only.
    pub fn follow_redirects(mut self) -> Self {
        self.redirects = true;
        self
    }

    /// Sends everything through this proxy, such as `http://user:password@host:port` or `socks5h://host:port`, whose schemes are
    /// `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`. By default the proxies are those that `HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY` and `NO_PROXY` of the environment name, else the system's.
    pub fn proxy(self, url: impl Into<Secret>) -> Self {
        let url = url.into();
        self.with("proxy", |it| it.proxy = Some(url))
    }

    /// Uses no proxy, whatever the environment and the system say.
    pub fn no_proxy(self) -> Self {
        self.with("no_proxy", |it| it.no_proxy = true)
    }

    /// Trusts these certificates of authorities, too: one or several in PEM. May be called more than once.
    pub fn root_certificate_pem(self, pem: impl Into<Vec<u8>>) -> Self {
        let pem = pem.into();
        self.with("root_certificate_pem", |it| it.tls.roots.push(pem))
    }

    /// Trusts the authorities of this file, too, in PEM; it is read by `build`.
    pub(crate) fn root_certificate_file(mut self, path: PathBuf) -> Self {
        self.tls.root_files.push(path);
        self
    }

    /// Trusts no authorities but those that [`root_certificate_pem`](Self::root_certificate_pem) names.
    pub fn no_system_root_certificates(self) -> Self {
        self.with("no_system_root_certificates", |it| it.tls.no_system_roots = true)
    }

    /// Shows this certificate to servers that ask for one (mutual TLS), with its private key, which has no password; both in PEM. Behind
    /// the certificate may stand those of its authorities.
    pub fn client_certificate_pem(self, certificates: impl Into<Vec<u8>>, key: impl Into<Secret>) -> Self {
        let identity = Identity { certificates: certificates.into(), key: key.into() };
        self.with("client_certificate_pem", |it| it.tls.identity = Some(identity))
    }

    /// Speaks no older version of TLS than this; by default TLS 1.2.
    pub fn min_tls_version(self, version: TlsVersion) -> Self {
        self.with("min_tls_version", |it| it.tls.lowest = Some(version))
    }

    /// Takes whatever certificate the server shows, also that of someone who pretends to be it and reads the keys' work.
    /// Only for tests; to trust a private authority use [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn danger_accept_invalid_certificates(self) -> Self {
        self.with("danger_accept_invalid_certificates", |it| it.tls.invalid_certificates = true)
    }

    /// The transport. Settings that can't work are errors here already.
    pub fn build(self) -> Result<ReqwestTransport, ConfigError> {
        let limit = self.connect_timeout;
        ReqwestTransport::made(Some(limit), move || self.client()).map_err(ConfigError)
    }

    /// A client with connections of its own.
    fn client(&self) -> Result<reqwest::Client, String> {
        // A signature holds for one URL, and reqwest drops only well-known credentials when it leaves an origin.
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
        // What is repeated is decided by `retry::classify` only; reqwest would repeat requests that a server refused.
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

/// The URL may hold a password, and the library's error the URL, so neither is shown.
fn proxy(url: &str) -> Result<reqwest::Proxy, String> {
    const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
    match url.split_once("://") {
        Some((scheme, _)) if !SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known)) => {
            Err(format!("a proxy of this scheme is not supported: there are {}", SCHEMES.join(", ")))
        }
        _ => reqwest::Proxy::all(url).map_err(|_| "the proxy's URL is not one, such as http://host:port".to_owned()),
    }
}
