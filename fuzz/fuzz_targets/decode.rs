//! Decodes any bytes as the body of a response: decoding may fail, but not panic, and decoded values can be serialized.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yundb_runtime::{Value, from_slice};

fuzz_target!(|bytes: &[u8]| {
    fn read<T: serde::de::DeserializeOwned + serde::Serialize>(bytes: &[u8]) {
        if let Ok(value) = from_slice::<T>(bytes) {
            serde_json::to_value(&value).expect("decoded values can be serialized");
        }
    }
    use yundb_runtime::serde;
    read::<Value>(bytes);
    read::<yundb_aliyun_dg::types::ListDatabasesResponse>(bytes);
    read::<yundb_aliyun_dg::types::ShowGatewayResponse>(bytes);
    read::<yundb_huawei_drs::types::CreateConnectionResponse>(bytes);
    read::<yundb_huawei_iam::types::CreateTokenResponse>(bytes);
    read::<yundb_huawei_iam::types::ListProjectsResponse>(bytes);
});
