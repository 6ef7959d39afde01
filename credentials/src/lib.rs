//! Credentials for yundb clients that are obtained by other clients.
//!
//! Most credentials need no client: the runtime supports those of environments, profiles, servers, containers and
//! roles, and clients use them by default. This crate adds tokens of Huawei Cloud's IAM for a name and a password
//! ([`IamToken`]).
//!
//! ```no_run
//! use yundb_credentials::IamToken;
//! use yundb_runtime::CachedCredentials;
//!
//! # fn main() -> Result<(), yundb_runtime::Error> {
//! let iam = yundb_huawei_iam::Client::builder().region("cn-north-4").build()?;
//! let token = IamToken::password(iam, "account", "user", "password", "cn-north-4");
//! // For the builder of any Huawei Cloud client: requested at the first call, and renewed before it expires.
//! let credentials = CachedCredentials::new(token);
//! # Ok(())
//! # }
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]

mod iam;

pub use iam::IamToken;
