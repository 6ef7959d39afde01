//! The cost of a call beside its lower bound: `cargo bench -p yundb-tests`.
//!
//! Each group measures the runtime and its lower bound in the same run: signing beside the bare hashes of the same
//! bytes, decoding beside strict `serde_json` into the same types, encoding beside `serde_json` of the same body, and a
//! whole call over loopback beside bare `reqwest` with the same bytes: one after the other, and as many as one core can
//! make. `allocations` counts those of a call.
//!
//! `tests/sdk/signing.py` and `benches/aws-sdk` have groups of the same names for SDKs.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::runtime::{Builder, Runtime};
use yundb_huawei_gaussdb_mysql::Client;
use yundb_huawei_gaussdb_mysql::types::ListInstancesResponse;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::sign::{Signed, sign_acs3, sign_aliyun_rpc, sign_huawei};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{Credentials, Secret, Timestamp, from_slice};

mod loopback;

use loopback::{instance, instances, server};

/// A signature is that which `tests/sdk/signing.py` expects of a vendor's SDK, so that both do the same work.
fn assert_signature(group: &str, signed: &Signed) {
    let signatures: Value = serde_json::from_str(include_str!("signatures.json")).unwrap();
    assert_eq!(signatures[group], signed.signature, "{group}");
}

/// The hashes in both signatures of the SHA-256 kind. The key is that of earlier signatures.
fn bare_sha256(key: &Hmac<Sha256>, body: &[u8], signed: &Signed) {
    black_box(Sha256::digest(body));
    black_box(Sha256::digest(signed.canonical_request.as_bytes()));
    black_box(key.clone().chain_update(signed.string_to_sign.as_bytes()).finalize());
}

fn signing(criterion: &mut Criterion) {
    const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
    let (secret, date) = (Secret::from(SECRET), "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap());
    let (sha256, sha1) =
        (Hmac::new_from_slice(SECRET.as_bytes()).unwrap(), Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap());
    let body = Bytes::from(serde_json::to_vec(&instance(1)).unwrap());
    let request = || {
        let builder =
            Request::post("https://gaussdb.cn-north-4.myhuaweicloud.com/v3/0483b6b16e954cb88930a360d2c4e663/instances")
                .header("content-type", "application/json");
        builder.body(body.clone()).unwrap()
    };

    let mut group = criterion.benchmark_group("sign/huawei");
    let signed = sign_huawei(&mut request(), "AK", &secret, None, date).unwrap();
    assert_signature("sign/huawei", &signed);
    group.bench_function("yundb", |bencher| {
        bencher.iter_batched_ref(
            request,
            |it| sign_huawei(it, "AK", &secret, None, date).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("floor", |bencher| bencher.iter(|| bare_sha256(&sha256, &body, &signed)));
    group.finish();

    let mut group = criterion.benchmark_group("sign/acs3");
    let sign = |it: &mut Request<Bytes>| {
        sign_acs3(it, "CreateDtsInstance", "2020-01-01", "AK", &secret, None, date, "7d1b9b8e0f").unwrap()
    };
    let signed = sign(&mut request());
    assert_signature("sign/acs3", &signed);
    group.bench_function("yundb", |bencher| bencher.iter_batched_ref(request, sign, BatchSize::SmallInput));
    group.bench_function("floor", |bencher| bencher.iter(|| bare_sha256(&sha256, &body, &signed)));
    group.finish();

    let mut group = criterion.benchmark_group("sign/aliyun-rpc");
    let parameters: Vec<(String, String)> = [
        ("Action", "CreateDtsInstance"),
        ("Version", "2020-01-01"),
        ("Format", "JSON"),
        ("AccessKeyId", "LTAI4G8mF7yJ9pT1xYz12345"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", "7d1b9b8e-0f7c-4f8e-9d5c-1c2b3a4d5e6f"),
        ("Timestamp", "2026-01-02T03:04:05Z"),
        ("RegionId", "cn-hangzhou"),
        ("Type", "sync"),
        ("PayType", "PostPaid"),
        ("InstanceClass", "medium"),
        ("SourceEndpointEngineName", "MySQL"),
        ("DestinationEndpointEngineName", "AnalyticDB for MySQL"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let signed = sign_aliyun_rpc("POST", &parameters, &secret).unwrap();
    assert_signature("sign/aliyun-rpc", &signed);
    group.bench_function("yundb", |bencher| {
        bencher.iter(|| sign_aliyun_rpc("POST", black_box(&parameters), &secret).unwrap());
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| sha1.clone().chain_update(black_box(&signed).string_to_sign.as_bytes()).finalize());
    });
    group.finish();
}

fn decoding(criterion: &mut Criterion) {
    let bytes = instances(1000);
    let mut group = criterion.benchmark_group("decode/1000-instances");
    group.bench_function("yundb", |bencher| {
        bencher.iter(|| from_slice::<ListInstancesResponse>(black_box(&bytes)).unwrap());
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| serde_json::from_slice::<ListInstancesResponse>(black_box(&bytes)).unwrap());
    });
    group.finish();
}

fn client(builder: yundb_runtime::ClientBuilder<Client>) -> Client {
    builder.project_id("p").credentials(Credentials::access_key("AK", "SK")).build().unwrap()
}

/// Everything but the wire.
fn encoding(criterion: &mut Criterion) {
    use yundb_huawei_gaussdb_mysql::types::DatabaseToCreate;
    let runtime = Runtime::new().unwrap();
    let databases: Vec<DatabaseToCreate> = (0..20)
        .map(|number| DatabaseToCreate::new().name(format!("database{number}")).character_set("utf8mb4"))
        .collect();
    let mut group = criterion.benchmark_group("encode/20-databases");
    let replay = Replay::default();
    let client = client(Client::builder().endpoint("https://example.com").transport(replay.clone()));
    group.bench_function("yundb, signed, with response", |bencher| {
        bencher.to_async(&runtime).iter(|| {
            replay.push(Reply::new(201).body(&br#"{"job_id": "j"}"#[..]));
            let call = client.create_databases("61a4ea66210545909d74a05c27a7179ein07").databases(databases.clone());
            async move { call.send().await.unwrap() }
        });
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| serde_json::to_vec(&json!({"databases": black_box(&databases)})).unwrap());
    });
    group.finish();
}

fn calling(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    for count in [1, 100] {
        let url = runtime.block_on(server(instances(count)));
        let mut group = criterion.benchmark_group(format!("call/{count}-instances"));
        let client = client(Client::builder().endpoint(&url));
        group.bench_function("yundb", |bencher| {
            bencher.to_async(&runtime).iter(|| async { client.list_instances().send().await.unwrap() });
        });
        let bare = reqwest::Client::new();
        group.bench_function("floor", |bencher| {
            bencher.to_async(&runtime).iter(|| async {
                let response = bare.get(format!("{url}/v3/p/instances")).send().await.unwrap().bytes().await.unwrap();
                serde_json::from_slice::<ListInstancesResponse>(&response).unwrap()
            });
        });
        group.finish();
    }
}

/// The calls of one core: many at once on a single thread. The server has another one.
fn throughput(criterion: &mut Criterion) {
    const AT_ONCE: u64 = 32;
    let others = Runtime::new().unwrap();
    let url = others.block_on(server(instances(1)));
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut group = criterion.benchmark_group("calls-of-one-core");
    group.throughput(Throughput::Elements(AT_ONCE));
    let client = client(Client::builder().endpoint(&url));
    group.bench_function("yundb", |bencher| {
        let call = || async { client.list_instances().send().await.unwrap() };
        bencher.to_async(&runtime).iter(|| join_all((0..AT_ONCE).map(|_| call())));
    });
    let bare = reqwest::Client::new();
    group.bench_function("floor", |bencher| {
        let call = || async {
            let response = bare.get(format!("{url}/v3/p/instances")).send().await.unwrap().bytes().await.unwrap();
            serde_json::from_slice::<ListInstancesResponse>(&response).unwrap()
        };
        bencher.to_async(&runtime).iter(|| join_all((0..AT_ONCE).map(|_| call())));
    });
    group.finish();
}

criterion_group!(benches, signing, decoding, encoding, calling, throughput);
criterion_main!(benches);
