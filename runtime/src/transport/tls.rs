//! Trusted authorities and client certificates of the default transport.

use std::error::Error as StdError;
use std::path::PathBuf;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use super::causes::causes;
use crate::data::secret::Secret;

/// The minimum version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2, the default.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// The TLS settings of the default transport.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsSettings {
    /// Authorities to trust, in PEM.
    pub(super) roots: Vec<Vec<u8>>,
    /// Files of authorities to trust, in PEM.
    pub(super) root_files: Vec<PathBuf>,
    /// Whether the system's authorities are not trusted.
    pub(super) no_system_roots: bool,
    pub(super) identity: Option<Identity>,
    pub(super) lowest: Option<TlsVersion>,
    pub(super) invalid_certificates: bool,
}

/// A client's certificates, starting with its own, and their key, in PEM.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(feature = "rustls", feature = "native-tls")),
    expect(dead_code, reason = "without TLS it is rejected")
)]
pub(super) struct Identity {
    pub(super) certificates: Vec<u8>,
    pub(super) key: Secret,
}

impl TlsSettings {
    /// Applies the settings.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    pub(super) fn apply(&self, mut builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, String> {
        #[cfg(feature = "native-tls")]
        {
            builder = builder.tls_backend_native();
        }
        builder = builder.tls_danger_accept_invalid_certs(self.invalid_certificates);
        let mut roots = Vec::new();
        for pem in &self.roots {
            roots.extend(read(pem).map_err(|why| format!("a root certificate {why}"))?);
        }
        for path in &self.root_files {
            let shown = path.display();
            let pem =
                std::fs::read(path).map_err(|error| format!("the CA bundle `{shown}` cannot be read: {error}"))?;
            roots.extend(read(&pem).map_err(|why| format!("the CA bundle `{shown}` {why}"))?);
        }
        builder = match self.no_system_roots {
            true if roots.is_empty() => {
                return Err("`.no_system_root_certificates()` leaves no trusted authorities: add some with \
                            `.root_certificate_pem(..)`"
                    .to_owned());
            }
            true => builder.tls_certs_only(roots),
            false if roots.is_empty() => builder,
            false => builder.tls_certs_merge(roots),
        };
        if let Some(lowest) = self.lowest {
            builder = builder.tls_version_min(match lowest {
                TlsVersion::V1_2 => reqwest::tls::Version::TLS_1_2,
                TlsVersion::V1_3 => reqwest::tls::Version::TLS_1_3,
            });
        }
        if let Some(identity) = &self.identity {
            builder = builder.identity(identity.read()?);
        }
        Ok(builder)
    }

    /// Without TLS there is no trust to configure; `https` addresses are rejected when they are called.
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, String> {
        let Self { roots, root_files, no_system_roots, identity, lowest, invalid_certificates } = self;
        let plain = roots.is_empty() && root_files.is_empty() && identity.is_none() && lowest.is_none();
        match plain && !no_system_roots && !invalid_certificates {
            true => Ok(builder),
            false => Err("certificates require TLS: enable the feature `rustls` or `native-tls`".to_owned()),
        }
    }
}

#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn read(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, String> {
    let found =
        reqwest::Certificate::from_pem_bundle(pem).map_err(|error| format!("cannot be read: {}", causes(&error)))?;
    match found.is_empty() {
        true => Err("is not PEM: there is no `-----BEGIN CERTIFICATE-----` in it".to_owned()),
        false => Ok(found),
    }
}

impl Identity {
    #[cfg(feature = "native-tls")]
    fn read(&self) -> Result<reqwest::Identity, String> {
        reqwest::Identity::from_pkcs8_pem(&self.certificates, self.key.expose().as_bytes()).map_err(|_| unreadable())
    }

    #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
    fn read(&self) -> Result<reqwest::Identity, String> {
        let mut both = zeroize::Zeroizing::new(self.certificates.clone());
        both.push(b'\n');
        both.extend_from_slice(self.key.expose().as_bytes());
        reqwest::Identity::from_pem(&both).map_err(|_| unreadable())
    }
}

/// Hides the library's message, which may quote its input.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn unreadable() -> String {
    "the client certificate cannot be read: certificates and an unencrypted private key are required, in PEM".to_owned()
}

/// Whether the connection failed for a reason that will recur: a certificate of either side was rejected, or the user's
/// proxy denied access. `connecting` is false if the connection had been established.
pub(super) fn is_denied(error: &(dyn StdError + 'static), connecting: bool) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        // The error type of hyper-util's tunnel is not public.
        let by_proxy = connecting && cause.to_string().ends_with("proxy authorization required");
        if by_proxy || denied_by_tls(cause, connecting) {
            return true;
        }
        // The source of an I/O error is that of its inner error.
        let held = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = held.map(|held| held as _).or_else(|| cause.source());
    }
    false
}

/// Both TLS backends may be enabled, as features of different crates are unified.
fn denied_by_tls(cause: &(dyn StdError + 'static), connecting: bool) -> bool {
    #[cfg(feature = "rustls")]
    if denied_by_rustls(cause, connecting) {
        return true;
    }
    #[cfg(feature = "native-tls")]
    if denied_by_system(cause, connecting) {
        return true;
    }
    let _ = (cause, connecting);
    false
}

#[cfg(feature = "rustls")]
fn denied_by_rustls(cause: &(dyn StdError + 'static), connecting: bool) -> bool {
    use rustls::Error;
    match cause.downcast_ref::<Error>() {
        Some(Error::AlertReceived(alert)) => denies(u8::from(*alert), connecting),
        Some(Error::InvalidCertificate(_) | Error::NoCertificatesPresented | Error::PeerIncompatible(_)) => connecting,
        _ => false,
    }
}

/// The system's errors have no kinds, only strings. Those of OpenSSL contain the numbers of TLS alerts; the others are
/// matched by phrases about certificates and versions.
#[cfg(feature = "native-tls")]
fn denied_by_system(cause: &(dyn StdError + 'static), connecting: bool) -> bool {
    const WORDS: [&str; 6] = [
        "certificate",
        "not trusted",
        "unsupported protocol",
        "protocol version",
        "no protocols available",
        "common algorithm",
    ];
    const ALERT: &str = "SSL alert number ";
    let text = cause.to_string();
    if let Some((_, number)) = text.rsplit_once(ALERT) {
        let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        return digits.parse().is_ok_and(|alert| denies(alert, connecting));
    }
    let of_tls = connecting && cause.is::<native_tls::Error>();
    of_tls && WORDS.iter().any(|word| text.to_ascii_lowercase().contains(word))
}

/// Whether an alert of the other side, by its number in RFC 8446, has a cause that will recur.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn denies(alert: u8, connecting: bool) -> bool {
    match alert {
        // bad_certificate, unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown,
        // unknown_ca, access_denied, decrypt_error, certificate_required
        42..=46 | 48 | 49 | 51 | 116 => true,
        // handshake_failure, protocol_version, insufficient_security
        40 | 70 | 71 => connecting,
        _ => false,
    }
}
