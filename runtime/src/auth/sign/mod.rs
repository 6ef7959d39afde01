//! The signature algorithms of the services: pure functions of a request, keys, date and nonce.

mod acs3;
mod aliyun_rpc;
mod canonical;
mod common;
mod huawei;

pub use acs3::sign_acs3;
pub(crate) use acs3::{bearer as acs3_bearer, sign as acs3};
pub(crate) use aliyun_rpc::unsigned_parameters;
pub use aliyun_rpc::{common_parameters, sign_aliyun_rpc};
pub(crate) use common::sha256_hex;
pub use common::{SignError, Signed};
pub(crate) use huawei::{is_unsigned, sign as huawei};
pub use huawei::{sign_huawei, sign_huawei_derived};

/// The signature algorithms of Alibaba Cloud's RPC services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signature {
    /// RPC signature 1.0, HMAC-SHA1 over the parameters.
    #[default]
    AliyunRpcV1,
    /// `ACS3-HMAC-SHA256` over the whole request.
    Acs3,
}
