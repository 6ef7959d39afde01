//! Authentication: credentials, keys and signatures.

pub(crate) mod credentials;
pub(crate) mod keyring;
pub mod sign;
