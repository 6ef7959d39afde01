//! The builder's settings of the default transport, and its time limits.

use std::time::Duration;

use super::builder::ClientBuilder;
use crate::data::secret::Secret;
use crate::transport::{StallProtection, TlsVersion};

/// The default transport, and time limits. To share a transport, see [`ReqwestTransport::builder`](crate::ReqwestTransport::builder).
impl<C> ClientBuilder<C> {
    /// Trusts these certificates of authorities, too: one or several in PEM. May be called more than once.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http = self.http.root_certificate_pem(pem);
        self
    }

    /// Trusts no authorities but those that [`root_certificate_pem`](Self::root_certificate_pem) names.
    pub fn no_system_root_certificates(mut self) -> Self {
        self.http = self.http.no_system_root_certificates();
        self
    }

    /// Shows this certificate to servers that ask for one (mutual TLS), with its private key, which has no password; both in PEM. Behind
    /// the certificate may stand those of its authorities.
    pub fn client_certificate_pem(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Secret>) -> Self {
        self.http = self.http.client_certificate_pem(certificates, key);
        self
    }

    /// Speaks no older version of TLS than this; by default TLS 1.2.
    pub fn min_tls_version(mut self, version: TlsVersion) -> Self {
        self.http = self.http.min_tls_version(version);
        self
    }

    /// Takes whatever certificate the server shows, also that of someone who pretends to be it and reads the keys' work.
    /// Only for tests; to trust a private authority use [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn danger_accept_invalid_certificates(mut self) -> Self {
        self.http = self.http.danger_accept_invalid_certificates();
        self
    }

    /// Sends everything through this proxy, such as `http://user:password@host:port` or `socks5h://host:port`, whose schemes are
    /// `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`. By default the proxies are those that `HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY` and `NO_PROXY` of the environment name, else the system's.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.http = self.http.proxy(url);
        self
    }

    /// Uses no proxy, whatever the environment and the system say.
    pub fn no_proxy(mut self) -> Self {
        self.http = self.http.no_proxy();
        self
    }

    /// The time within which a connection must come about; 10 seconds by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http = self.http.connect_timeout(limit);
        self
    }

    /// The time for one attempt, up to the end of the response, or up to the headers if it is streamed. One minute by
    /// default.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The time for a call with all its attempts and the pauses between them; none by default. It ends where the attempts
    /// are used up, too.
    pub fn operation_timeout(mut self, limit: Duration) -> Self {
        self.operation_timeout = Some(limit);
        self
    }

    /// The time within which more of a response's body must come, streamed or not; none by default.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_limits.read_timeout = Some(limit);
        self
    }

    /// How slowly the body of a response may come that is streamed as bytes; by default one byte a second over 20 seconds.
    pub fn stall_protection(mut self, protection: StallProtection) -> Self {
        self.read_limits.stall = Some(protection);
        self
    }
}
