//! Who calls, and how requests show it.

pub(crate) mod credentials;
pub(crate) mod keyring;
pub mod sign;
