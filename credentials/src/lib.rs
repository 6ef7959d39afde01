//! Credentials for yundb clients that other services give, and what else has to be asked before a client can be built.
//!
//! Keys from the environment, from profile files and of the server that a program runs on need no other service: the clients
//! have them by default. This crate adds, with the feature `aliyun`, roles of Alibaba Cloud ([`AssumeRole`], and the chain
//! [`aliyun`], which knows profiles that assume roles), and with the feature `huawei` tokens of Huawei Cloud's IAM
//! ([`IamToken`]) and the [`project_id`] of a region.
//!
//! ```no_run
//! use yundb_credentials::AssumeRole;
//! use yundb_runtime::CachedCredentials;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sts = yundb_aliyun_sts::Client::builder().region("cn-hangzhou").build()?;
//! let role = AssumeRole::new(sts, "acs:ram::123456789012:role/dts-operator").session_name("nightly-sync");
//! // For the builder of any client of Alibaba Cloud: asked for at the first call, and renewed before it ends.
//! let credentials = CachedCredentials::new(role);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "aliyun")]
mod aliyun;
#[cfg(feature = "huawei")]
mod huawei;

#[cfg(feature = "aliyun")]
pub use aliyun::{AssumeRole, aliyun};
#[cfg(feature = "huawei")]
pub use huawei::{IamToken, ProjectError, project_id};
