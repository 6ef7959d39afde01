//! The builder's settings of the default transport, and its time limits.

use std::time::Duration;

use super::builder::ClientBuilder;
use crate::data::secret::Secret;
use crate::transport::{StallProtection, TlsVersion};

/// Settings of the default transport, and time limits. To share a transport, see
/// [`ReqwestTransport::builder`](crate::ReqwestTransport::builder).
impl<C> ClientBuilder<C> {
    /// Also trusts these CA certificates: one or several in PEM. Can be called more than once.
    pub fn root_certificate_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.http = self.http.root_certificate_pem(pem);
        self
    }

    /// Trusts only the authorities given by [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn no_system_root_certificates(mut self) -> Self {
        self.http = self.http.no_system_root_certificates();
        self
    }

    /// Presents this client certificate to servers that request one (mutual TLS). Certificate and private key are in
    /// PEM; the key must be unencrypted. The certificate may be followed by those of its authorities.
    pub fn client_certificate_pem(mut self, certificates: impl Into<Vec<u8>>, key: impl Into<Secret>) -> Self {
        self.http = self.http.client_certificate_pem(certificates, key);
        self
    }

    /// Sets the minimum TLS version. Defaults to TLS 1.2.
    pub fn min_tls_version(mut self, version: TlsVersion) -> Self {
        self.http = self.http.min_tls_version(version);
        self
    }

    /// Accepts any server certificate, so an attacker can impersonate the server and read every request. For tests
    /// only; to trust a private authority, use [`root_certificate_pem`](Self::root_certificate_pem).
    pub fn danger_accept_invalid_certificates(mut self) -> Self {
        self.http = self.http.danger_accept_invalid_certificates();
        self
    }

    /// Sends all requests through this proxy, such as `http://user:password@host:port` or `socks5h://host:port`.
    /// Supports the schemes `http`, `https`, `socks4`, `socks4a`, `socks5` and `socks5h`. Defaults to the proxies in
    /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` of the environment, else to the system's.
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.http = self.http.proxy(url);
        self
    }

    /// Uses no proxy, regardless of the environment and the system's settings.
    pub fn no_proxy(mut self) -> Self {
        self.http = self.http.no_proxy();
        self
    }

    /// Sets the time limit for establishing a connection. Defaults to 10 seconds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.http = self.http.connect_timeout(limit);
        self
    }

    /// Sets the time limit of one attempt: to the end of the response, or to the end of the headers if it is streamed.
    /// Defaults to one minute.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the time limit of a call with all attempts and the pauses between them. Defaults to none. A call also ends
    /// when its attempts are used up.
    pub fn operation_timeout(mut self, limit: Duration) -> Self {
        self.operation_timeout = Some(limit);
        self
    }

    /// Sets the maximum time between two reads of a response's body, streamed or not. Defaults to none.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        self.read_limits.read_timeout = Some(limit);
        self
    }

    /// Sets the minimum rate at which the body of a byte stream must arrive. Defaults to one byte a second over 20
    /// seconds.
    pub fn stall_protection(mut self, protection: StallProtection) -> Self {
        self.read_limits.stall = Some(protection);
        self
    }
}
