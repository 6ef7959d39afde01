//! Uses any status, content type and body as the response to a call of each protocol. Calls do not panic, and errors
//! can be displayed.
//!
//! The first two bytes select the status and the content type.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{Credentials, RetryPolicy};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

const TYPES: [&str; 5] = ["application/json", "text/html", "application/xml", "text/plain; charset=gbk", ""];
const STATUSES: [u16; 12] = [200, 201, 202, 204, 304, 400, 401, 403, 404, 429, 500, 503];

fuzz_target!(|bytes: &[u8]| {
    let [status, kind, body @ ..] = bytes else { return };
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let reply =
        || Reply::new(status).header("content-type", TYPES[usize::from(*kind) % TYPES.len()]).body(body.to_vec());
    let keys = || Credentials::access_key("AK", "SK");
    let dg = yundb_aliyun_dg::Client::builder()
        .region("cn-hangzhou")
        .credentials(keys())
        .retries(RetryPolicy::none())
        .transport(Replay::new([reply(), reply()]))
        .build()
        .expect("a client");
    let iam = yundb_huawei_iam::Client::builder()
        .region("cn-north-4")
        .credentials(keys())
        .retries(RetryPolicy::none())
        .transport(Replay::new([reply()]))
        .build()
        .expect("a client");
    RUNTIME.block_on(async {
        if let Err(error) = dg.list_databases().unchecked().send().await {
            let _ = format!("{error} {error:?}");
        }
        if let Err(error) = dg.create_gateway().unchecked().send().await {
            let _ = format!("{error} {error:?}");
        }
        match iam.list_projects().send().await {
            Ok(response) => drop(format!("{response:?}")),
            Err(error) => drop(format!("{error} {error:?}")),
        }
    });
});
