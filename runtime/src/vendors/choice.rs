//! The vendor of each protocol.

use super::aliyun::Aliyun;
use super::huawei::Huawei;
use super::vendor::Vendor;
use crate::data::service::Protocol;

/// Plain HTTP according to the document, with its security schemes.
struct Plain;

impl Vendor for Plain {
    fn signs(&self) -> bool {
        false
    }
}

pub(crate) fn of(protocol: Protocol) -> &'static dyn Vendor {
    match protocol {
        Protocol::Http => &Plain,
        Protocol::AliyunRpc => &Aliyun,
        Protocol::HuaweiRest => &Huawei,
    }
}
