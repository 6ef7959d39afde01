//! The cost of a call beside its lower bound: `cargo bench -p yundb-tests`.
//!
//! Each group measures the runtime and its lower bound in the same run: signing beside the bare hashes of the same
//! bytes, decoding beside strict `serde_json` into the same types, encoding beside `serde_json` of the same body, and a
//! whole call over loopback beside bare `reqwest` with the same bytes.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::runtime::Runtime;
use yundb_huawei_gaussdb_mysql::Client;
use yundb_huawei_gaussdb_mysql::types::ListInstancesResponse;
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Request;
use yundb_runtime::sign::{Signed, sign_acs3, sign_aliyun_rpc, sign_huawei};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{Credentials, Secret, Timestamp, from_slice};

fn instance(number: usize) -> Value {
    json!({
        "id": format!("61a4ea66210545909d74a05c27{number:04}in07"),
        "name": format!("gaussdb-mysql-instance{number:04}"),
        "status": "normal",
        "port": "3306",
        "type": "Cluster",
        "private_ips": ["192.168.0.1"],
        "readonly_private_ips": ["192.168.0.2", "192.168.0.3"],
        "proxy_ips": ["192.168.0.4"],
        "db_user_name": "root",
        "region": "cn-north-4",
        "datastore": {"type": "gaussdb-mysql", "version": "8.0", "kernel_version": "2.0.29.1"},
        "created": "2018-08-20T02:33:49+0800",
        "updated": "2018-08-20T02:33:49+0800",
        "volume": {"type": "POOL", "size": "100"},
        "vpc_id": "3cedfc54-b105-4652-a4e0-847b11576b58",
        "subnet_id": "c1cfa53c-65d3-431e-8552-326bf310c7ad",
        "security_group_id": "fc577a1a-f202-424a-977f-24faec3fdd55",
        "flavor_ref": "gaussdb.mysql.c3.small.4",
        "flavor_info": {"vcpus": "8", "ram": "16"},
        "backup_strategy": {"start_time": "19:00-20:00", "keep_days": "7"},
        "charge_info": {"charge_mode": "postPaid"},
        "enterprise_project_id": "0",
        "time_zone": "UTC",
        "tags": [{"key": "Key1", "value": "value1"}],
    })
}

fn instances(count: usize) -> Vec<u8> {
    let instances: Vec<Value> = (0..count).map(instance).collect();
    serde_json::to_vec(&json!({"total_count": count, "instances": instances})).unwrap()
}

fn sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// The hashes in both signatures of the SHA-256 kind.
fn bare_sha256(secret: &str, body: &[u8], signed: &Signed) {
    black_box(Sha256::digest(body));
    black_box(Sha256::digest(signed.canonical_request.as_bytes()));
    black_box(sha256(secret.as_bytes(), &signed.string_to_sign));
}

fn signing(criterion: &mut Criterion) {
    const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";
    let (secret, date) = (Secret::from(SECRET), "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap());
    let body = Bytes::from(serde_json::to_vec(&instance(1)).unwrap());
    let request = || {
        let builder =
            Request::post("https://gaussdb.cn-north-4.myhuaweicloud.com/v3/0483b6b16e954cb88930a360d2c4e663/instances")
                .header("content-type", "application/json");
        builder.body(body.clone()).unwrap()
    };

    let mut group = criterion.benchmark_group("sign/huawei");
    let signed = sign_huawei(&mut request(), "AK", &secret, None, date).unwrap();
    group.bench_function("yundb", |bencher| {
        bencher.iter_batched_ref(
            request,
            |it| sign_huawei(it, "AK", &secret, None, date).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("floor", |bencher| bencher.iter(|| bare_sha256(SECRET, &body, &signed)));
    group.finish();

    let mut group = criterion.benchmark_group("sign/acs3");
    let sign = |it: &mut Request<Bytes>| {
        sign_acs3(it, "CreateDtsInstance", "2020-01-01", "AK", &secret, None, date, "7d1b9b8e0f").unwrap()
    };
    let signed = sign(&mut request());
    group.bench_function("yundb", |bencher| bencher.iter_batched_ref(request, sign, BatchSize::SmallInput));
    group.bench_function("floor", |bencher| bencher.iter(|| bare_sha256(SECRET, &body, &signed)));
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
    group.bench_function("yundb", |bencher| {
        bencher.iter(|| sign_aliyun_rpc("POST", black_box(&parameters), &secret).unwrap());
    });
    group.bench_function("floor", |bencher| {
        bencher.iter(|| {
            let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
            mac.update(black_box(&signed).string_to_sign.as_bytes());
            mac.finalize().into_bytes()
        });
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

/// A server that returns the same bytes for every request.
async fn server(response: Vec<u8>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", response.len());
    let response = [head.into_bytes(), response].concat();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let response = response.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true)?;
                let mut bytes = Vec::new();
                while stream.read_buf(&mut bytes).await? > 0 {
                    if bytes.ends_with(b"\r\n\r\n") {
                        bytes.clear();
                        stream.write_all(&response).await?;
                    }
                }
                std::io::Result::Ok(())
            });
        }
    });
    url
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

criterion_group!(benches, signing, decoding, encoding, calling);
criterion_main!(benches);
