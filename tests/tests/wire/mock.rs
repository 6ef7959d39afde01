//! Every operation of the generated clients against the mock: it accepts each request, signed in every way, and each
//! typed response has what it returned.

use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_aliyun_sts as sts;
use yundb_huawei_ddm as ddm;
use yundb_huawei_drs as drs;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_huawei_iam as iam;
use yundb_mock::{MockServer, Options, never_called};
use yundb_runtime::sign::Signature;
use yundb_runtime::{Client, ClientBuilder, Credentials, ReqwestTransport, RetryPolicy};
use yundb_tests::drivers;

use super::calls::{self, Tables};
use super::compare::differences;
use super::spec::{Samples, Service};

const KEY: &str = "AKTEST";
const SECRET: &str = "sk/test+key=";
const TOKEN: &str = "MIIY-test-token";

type Way = fn(ClientBuilder) -> ClientBuilder;

/// The ways of both vendors to identify the caller.
const ALIYUN: [Way; 4] = [
    |builder| builder.credentials(Credentials::access_key(KEY, SECRET)),
    |builder| {
        builder.credentials(Credentials::access_key(KEY, SECRET).with_security_token("CAIS/+ =~*")).get_requests()
    },
    |builder| builder.credentials(Credentials::access_key(KEY, SECRET)).signature(Signature::Acs3),
    |builder| builder.credentials(Credentials::access_key(KEY, SECRET)).signature(Signature::Acs3).get_requests(),
];
const HUAWEI: [Way; 4] = [
    |builder| builder.credentials(Credentials::access_key(KEY, SECRET)),
    |builder| builder.credentials(Credentials::access_key(KEY, SECRET).with_security_token("gQpjbi/+==")),
    |builder| {
        let builder = builder.credentials(Credentials::access_key(KEY, SECRET));
        builder.region("cn-north-4").derived_signature("database")
    },
    |builder| builder.credentials(Credentials::token(TOKEN)),
];

async fn accepted<C: From<Client> + Clone>(
    name: &str,
    tables: Tables<C>,
    builder: fn() -> ClientBuilder<C>,
    ways: &[Way],
) {
    let service = Service::load(name, Samples::Documented);
    let options = Options { stateless: true, limits: false, tokens: vec![TOKEN.to_owned()], ..Options::default() };
    let server = MockServer::start(name, options.access_key(KEY, SECRET)).await.unwrap();
    // TLS is set up once.
    let transport = ReqwestTransport::new(reqwest::Client::builder().no_proxy().build().unwrap());
    let mut ended = Vec::new();
    for (way, operation) in ways.iter().flat_map(|way| service.operations.iter().map(move |it| (way, it))) {
        let mut builder = way(builder().untyped()).endpoint(server.url()).transport(transport.clone());
        builder = builder.retries(RetryPolicy::none()).rate_limits([]);
        if name.starts_with("huawei") {
            builder = builder.project_id(super::huawei::PROJECT);
        }
        for param in &operation.params {
            if let Some(setting) = &param.client {
                builder = builder.parameter(setting, param.as_text());
            }
        }
        let client = C::from(builder.build().unwrap());
        ended.push((operation, calls::call(&service, tables, &client, operation).await));
    }
    let records = server.journal();
    assert_eq!(records.len(), ended.len());
    for ((operation, received), record) in ended.into_iter().zip(&records) {
        let id = &operation.id;
        assert_eq!((record.operation.as_deref(), &*record.problems), (Some(id.as_str()), &[][..]), "{id}");
        assert!(record.notes.is_empty(), "{record:?}");
        let received = received.unwrap_or_else(|error| panic!("{id}: {}", error.display));
        assert_eq!(received.status, operation.response.status, "{id}");
        // Without a sample both sides make a response of their own.
        if !operation.synthetic.iter().any(|part| part == "response") {
            let sample = super::aliyun::without_envelope(&operation.response.body);
            assert_eq!(differences(sample, &received.value), [""; 0], "{id}");
        }
    }
    let never = never_called(server.service(), &records);
    assert!(never.is_empty(), "{never:?}");
}

#[tokio::test]
async fn the_mock_accepts_all_calls_of_alibaba_cloud() {
    accepted("aliyun-dg", drivers::yundb_aliyun_dg::TABLES, dg::Client::builder, &ALIYUN).await;
    accepted("aliyun-dts", drivers::yundb_aliyun_dts::TABLES, dts::Client::builder, &ALIYUN).await;
    accepted("aliyun-sts", drivers::yundb_aliyun_sts::TABLES, sts::Client::builder, &ALIYUN).await;
}

#[tokio::test]
async fn the_mock_accepts_all_calls_of_huawei_cloud() {
    accepted("huawei-ddm", drivers::yundb_huawei_ddm::TABLES, ddm::Client::builder, &HUAWEI).await;
    accepted("huawei-drs", drivers::yundb_huawei_drs::TABLES, drs::Client::builder, &HUAWEI).await;
    let gaussdb = drivers::yundb_huawei_gaussdb_mysql::TABLES;
    accepted("huawei-gaussdb-mysql", gaussdb, gaussdb::Client::builder, &HUAWEI).await;
    accepted("huawei-iam", drivers::yundb_huawei_iam::TABLES, iam::Client::builder, &HUAWEI).await;
}
