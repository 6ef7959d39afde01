//! Vendor-specific parts: signatures, sources of credentials, and the meaning of responses.

mod aliyun;
mod aliyun_options;
mod apsara;
mod choice;
mod error_codes;
mod huawei;
mod mismatch;
mod prepare;
mod regions;
mod vendor;

pub(crate) use aliyun_options::Options;
pub use apsara::ApsaraStack;
pub(crate) use choice::of;
pub(crate) use error_codes::category;
pub(crate) use mismatch::compare_signed;
pub(crate) use prepare::AttemptContext;
pub(crate) use regions::Regions;
pub(crate) use vendor::{Unknown, Vendor};
