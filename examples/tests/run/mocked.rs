//! Every program as its users run it, in a process of its own, against the mock.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use yundb_mock::{Calls, MockServer, Options, Scenario, Service, coverage};

const AUTHORITY_FILE: &str = "authority.pem";

/// The servers, and a folder for files.
struct World {
    servers: Vec<MockServer>,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        // Jobs end at once.
        let options = Options { job_time: Duration::ZERO, ..Options::default() };
        // The second migration fails.
        let scenario = Scenario::read("faults: [{operation: configureJob, skip: 1, job-fails: true}]").unwrap();
        let mut servers = Vec::new();
        for name in ["aliyun-dg", "aliyun-dts", "aliyun-sts", "huawei-ddm", "huawei-gaussdb-mysql"] {
            let options = Options { scenario: scenario.clone(), ..options.clone() };
            servers.push(MockServer::start(name, options).await.unwrap());
        }
        let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/latest");
        servers.push(MockServer::start(document, Options { tls: true, ..options }).await.unwrap());
        let world = Self { servers, folder: tempfile::tempdir().unwrap() };
        let authority = world.servers.last().and_then(MockServer::certificate).unwrap();
        std::fs::write(world.folder.path().join(AUTHORITY_FILE), authority).unwrap();
        world
    }

    /// The settings that the programs list, and the endpoints of the servers.
    fn variables(&self) -> Vec<(String, String)> {
        let common = [
            ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ak"),
            ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "sk"),
            ("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"),
            ("HUAWEICLOUD_SDK_AK", "ak"),
            ("HUAWEICLOUD_SDK_SK", "sk"),
            ("HUAWEICLOUD_SDK_REGION", "cn-north-4"),
            ("HUAWEICLOUD_SDK_PROJECT_ID", super::offline::PROJECT),
            ("VPC_ID", "3cedfc54-b105-4652-a4b0-847b11576b58"),
            ("SUBNET_ID", "c3ac9c0a-9d5f-4ac7-a1ec-bd1d1c8fd6fa"),
            ("DB_PASSWORD", "Secret-12"),
            ("SOURCE_PASSWORD", "Secret-12"),
            ("DESTINATION_PASSWORD", "Secret-12"),
            ("TOKEN", "t"),
        ];
        let endpoints = self.servers.iter().filter_map(|server| {
            let (vendor, service) = server.service().name.split_once('-')?;
            let vendor = if vendor == "aliyun" { "ALIBABA_CLOUD" } else { "HUAWEICLOUD_SDK" };
            let service = service.replace('-', "_").to_uppercase();
            Some((format!("{vendor}_{service}_ENDPOINT"), server.url().to_owned()))
        });
        common.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().chain(endpoints).collect()
    }

    /// Runs a program; what it prints, and what it prints if it fails.
    async fn run(&self, name: &str, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new(program(name));
        command.env_clear().envs(self.variables()).current_dir(self.folder.path()).args(arguments);
        let Output { status, stdout, stderr } =
            tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if status.success() { Ok(text(stdout)) } else { Err(text(stderr)) }
    }

    /// The operations of which the mock accepted a call.
    fn covered(&self) -> Vec<String> {
        let of_server = |server: &MockServer| {
            let accepted = coverage(server.service(), &server.journal()).into_iter();
            let accepted = accepted.filter(|(_, calls)| *calls == Calls::Accepted);
            let name = server.service().name.clone();
            accepted.map(|(operation, _)| format!("{name} {}", Service::name_of(operation))).collect::<Vec<_>>()
        };
        self.servers.iter().flat_map(of_server).collect()
    }
}

/// Cargo builds the programs before it runs the tests of a package.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap().join("examples");
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_program_runs_against_the_mock() {
    let world = World::new().await;
    let passes = async |name: &str, arguments: &[&str]| {
        world.run(name, arguments).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let instance = "0123456789abcdef0123456789abcdefin07";
    let day = [instance, "0123456789abcdef0123456789abcdefno07", "2026-01-31"];
    let own = [world.servers[5].url(), AUTHORITY_FILE];
    let migration = ["rm-1", "rm-2", "shop"];
    let (table, rows, metrics, count, roles) = tokio::join!(
        passes("list_instances", &[]),
        passes("list_instances_blocking", &[]),
        passes("metrics_and_traces", &[]),
        passes("replayed_responses", &[]),
        passes("assume_role", &["acs:ram::123456789012:role/inventory"]),
    );
    let (created, slow, found, restarted, migrated) = tokio::join!(
        passes("create_instance", &["orders"]),
        passes("slow_logs", &day),
        passes("own_document", &own),
        async {
            passes("resume_wait", &["start", instance, "job.json"]).await;
            passes("resume_wait", &["finish", "job.json"]).await
        },
        async { (passes("migrate", &migration).await, world.run("migrate", &migration).await.unwrap_err()) },
    );
    for (text, part) in [
        (&table, "ddm-36c7                 RUNNING"),
        (&rows, "ddm-36c7                 RUNNING"),
        (&metrics, "outcome=success} 1"),
        (&count, "0 instances are not running"),
        (&roles, "TestLinux"),
        (&created, " is ready"),
        (&restarted, "Completed"),
        (&migrated.0, "Migrating"),
        (&migrated.1, "PrecheckFailed"),
        (&slow, "1.049 s"),
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(found.lines().count(), 2, "{found}");
    assert_eq!(
        world.covered(),
        [
            "aliyun-dg listGateways",
            "aliyun-dts createInstance",
            "aliyun-dts configureJob",
            "aliyun-dts showJob",
            "aliyun-dts showPrecheckStatus",
            "aliyun-sts assumeRole",
            "huawei-ddm listInstances",
            "huawei-ddm restartInstance",
            "huawei-ddm showJob",
            "huawei-gaussdb-mysql createInstance",
            "huawei-gaussdb-mysql listSlowLogs",
            "huawei-gaussdb-mysql showJob",
            "latest search",
        ]
    );
}
