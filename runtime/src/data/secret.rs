//! A string that must not appear in logs: redacted in `Debug`, zeroized when dropped.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, HMAC_SHA256, Key};
use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// A secret string. [`expose`](Self::expose) and serialization reveal it, `Debug` does not, and it has no `Display`.
///
/// Clones share one copy in memory, which is zeroized when the last of them is dropped.
#[derive(Clone, Default)]
pub struct Secret(Arc<Shared>);

/// The string, and the keys made of it when it first signs: a client signs with the same secret again and again. aws-lc
/// cleanses a key when it is dropped.
#[derive(Default)]
struct Shared {
    text: Zeroizing<String>,
    sha256: OnceLock<Box<Key>>,
    sha1_rpc: OnceLock<Box<Key>>,
}

impl Secret {
    /// Returns the secret itself.
    pub fn expose(&self) -> &str {
        &self.0.text
    }

    /// Whether it is the empty string.
    pub fn is_empty(&self) -> bool {
        self.0.text.is_empty()
    }

    /// The secret as a key of HMAC-SHA256.
    pub(crate) fn hmac_sha256(&self) -> &Key {
        self.0.sha256.get_or_init(|| Box::new(Key::new(HMAC_SHA256, self.expose().as_bytes())))
    }

    /// The key of Alibaba Cloud's RPC signature: the secret and `&`, for HMAC-SHA1.
    pub(crate) fn hmac_sha1_rpc(&self) -> &Key {
        self.0.sha1_rpc.get_or_init(|| {
            let key = Zeroizing::new([self.expose(), "&"].concat());
            Box::new(Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes()))
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// Compares in constant time.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
    }
}

impl Eq for Secret {}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Arc::new(Shared { text: Zeroizing::new(text), ..Shared::default() }))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Names and values; the values are zeroized when dropped, as any parameter may be secret.
#[derive(Clone, Default)]
pub(crate) struct Pairs(Vec<(String, String)>);

impl Deref for Pairs {
    type Target = Vec<(String, String)>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Pairs {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl FromIterator<(String, String)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl From<Vec<(String, String)>> for Pairs {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}

impl Drop for Pairs {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|(_, value)| value.zeroize());
    }
}

/// Bytes that are zeroized when the last owner drops them.
pub(crate) fn wiped(bytes: Vec<u8>) -> Bytes {
    Bytes::from_owner(zeroize::Zeroizing::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_redacted_and_compared() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{:?} {:#?}", Some(&secret), secret), "Some(Secret(***)) Secret(***)");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(secret, Secret::from("hunter2".to_owned()));
        assert_ne!(secret, Secret::from("hunter3"));
        assert_ne!(secret, Secret::default());
    }

    #[test]
    fn clones_share_their_keys() {
        let (secret, other) = (Secret::from("hunter2"), Secret::from("hunter2"));
        let clone = secret.clone();
        assert!(std::ptr::eq(secret.hmac_sha256(), clone.hmac_sha256()));
        assert!(std::ptr::eq(secret.hmac_sha1_rpc(), clone.hmac_sha1_rpc()));
        assert!(!std::ptr::eq(secret.hmac_sha256(), other.hmac_sha256()));
        assert_ne!(secret.hmac_sha256().algorithm(), secret.hmac_sha1_rpc().algorithm());
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        drop(secret);
        assert_eq!(clone.expose(), "hunter2");
    }

    #[test]
    fn travels_in_plain_text() {
        let secret: Secret = serde_json::from_str("\"a\\nb\"").unwrap();
        assert_eq!(secret.expose(), "a\nb");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"a\\nb\"");
    }
}
