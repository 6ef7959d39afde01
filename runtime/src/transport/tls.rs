//! Whom the default transport trusts, and as whom it shows itself.

use std::error::Error as StdError;
use std::path::PathBuf;

#[cfg(any(feature = "rustls", feature = "native-tls"))]
use super::causes::causes;
use crate::data::secret::Secret;

/// The lowest version of TLS to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsVersion {
    /// TLS 1.2, which is the default.
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// What the default transport is told of TLS.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsSettings {
    /// Authorities to trust, in PEM.
    pub(super) roots: Vec<Vec<u8>>,
    /// The same, in files.
    pub(super) root_files: Vec<PathBuf>,
    /// Whether no others are trusted.
    pub(super) no_system_roots: bool,
    pub(super) identity: Option<Identity>,
    pub(super) lowest: Option<TlsVersion>,
    pub(super) invalid_certificates: bool,
}

/// A client's certificates, its own first, and their key, in PEM.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(feature = "rustls", feature = "native-tls")),
    expect(dead_code, reason = "without TLS it is refused")
)]
pub(super) struct Identity {
    pub(super) certificates: Vec<u8>,
    pub(super) key: Secret,
}

impl TlsSettings {
    /// Trusts whom the settings name.
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
                return Err("`.no_system_root_certificates()` leaves nobody to trust: name authorities with \
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

    /// Without TLS there is nobody to trust; `https` addresses are refused when they are called.
    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    pub(super) fn apply(&self, builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, String> {
        let Self { roots, root_files, no_system_roots, identity, lowest, invalid_certificates } = self;
        let plain = roots.is_empty() && root_files.is_empty() && identity.is_none() && lowest.is_none();
        match plain && !no_system_roots && !invalid_certificates {
            true => Ok(builder),
            false => Err("certificates need TLS: turn on the feature `rustls` or `native-tls`".to_owned()),
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

/// Not what the library says: it may show what it read.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn unreadable() -> String {
    "the client certificate cannot be read: it takes certificates and a private key without a password, in PEM"
        .to_owned()
}

/// Whether there is no connection for a reason that will be the same the next time: what one side thinks of the other's certificate,
/// or the proxy of the user. `connecting` is false where the connection had come about.
pub(super) fn is_denied(error: &(dyn StdError + 'static), connecting: bool) -> bool {
    let mut next = Some(error);
    while let Some(cause) = next {
        // The error of hyper-util's tunnel is not public.
        let by_proxy = connecting && cause.to_string().ends_with("proxy authorization required");
        if by_proxy || denied_by_tls(cause, connecting) {
            return true;
        }
        // The source of an I/O error is the source of what it holds.
        let held = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = held.map(|held| held as _).or_else(|| cause.source());
    }
    false
}

/// Both kinds of TLS may be there, as features of different crates add up.
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

/// The system's errors have no kinds, only texts. Those of OpenSSL name the alerts of TLS by their numbers; the others' are matched by
/// what they say of certificates and versions.
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

/// Whether an alert of the other side, by its number in RFC 8446, is about what will be the same the next time.
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn denies(alert: u8, connecting: bool) -> bool {
    match alert {
        // bad_certificate, unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown, unknown_ca,
        // access_denied, decrypt_error, certificate_required
        42..=46 | 48 | 49 | 51 | 116 => true,
        // handshake_failure, protocol_version, insufficient_security
        40 | 70 | 71 => connecting,
        _ => false,
    }
}
