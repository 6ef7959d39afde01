//! Uses any bytes as the input of a credentials source: a profile file, or the response of a service that issues keys.
//! The result is keys, or an error on a single line.
//!
//! The first byte selects the source.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    AssumeAgencyWithOidc, AssumeRole, AssumeRoleWithOidc, ContainerCredentials, Credentials, CredentialsError,
    CredentialsProvider as _, CredentialsSource, FederatedCredentials, InstanceCredentials, ProcessCredentials,
    ProfileCredentials, ProviderConfig,
};

/// Time passes when there is nothing else to do.
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime"));
/// For sources that wait for a process, during which time must not advance by itself.
static UNPAUSED: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

fn file(name: &str, bytes: &[u8]) -> PathBuf {
    let path = FOLDER.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

/// Everything is in this environment, and each request has the same response.
fn config(body: &[u8]) -> ProviderConfig {
    let token = file("token", b"a token").display().to_string();
    let lookup = move |name: &str| match name {
        "HOME" => Some("/nonexistent".to_owned()),
        "HUAWEICLOUD_OIDC_TOKEN_FILE" => Some(token.clone()),
        "HUAWEICLOUD_OIDC_PROVIDER_URN" | "HUAWEICLOUD_OIDC_AGENCY_URN" => Some("urn".to_owned()),
        _ => None,
    };
    let reply = || {
        Reply::new(200).header("content-type", "application/json").header("x-subject-token", "t").body(body.to_vec())
    };
    ProviderConfig::new().environment(lookup).transport(Replay::new((0..4).map(|_| reply())))
}

fn check<T>(outcome: Result<T, CredentialsError>) {
    if let Err(error) = outcome {
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
}

async fn fetch(source: impl CredentialsSource) {
    check(source.fetch().await);
}

async fn read(profile: ProfileCredentials, name: &str, bytes: &[u8]) {
    check(profile.file(file(name, bytes)).configure(&config(b"{}")).credentials().await);
}

/// Whether it might name a command, which would be run, or a device, which would be read.
fn may_act(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    ["external", "process", "\\u", "dev", "proc"].iter().any(|word| text.contains(word))
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let [source, bytes @ ..] = bytes else { return Corpus::Reject };
    let token = || FOLDER.path().join("token").display().to_string();
    // Rarely, as processes are slow.
    if *source > 253 {
        let command = format!("cat {}", file("printed", bytes).display());
        UNPAUSED.block_on(fetch(ProcessCredentials::new(command)));
        return Corpus::Keep;
    }
    if source % 11 < 4 && may_act(bytes) {
        return Corpus::Reject;
    }
    RUNTIME.block_on(async {
        match source % 11 {
            0 => read(ProfileCredentials::aliyun(), "credentials.ini", bytes).await,
            1 => read(ProfileCredentials::aliyun(), "config.json", bytes).await,
            2 => read(ProfileCredentials::huawei(), "credentials", bytes).await,
            3 => read(ProfileCredentials::aliyun().profile("p"), "config.json", bytes).await,
            4 => fetch(ContainerCredentials::aliyun().uri("http://localhost/").configure(&config(bytes))).await,
            5 => {
                let pod = ContainerCredentials::huawei().configure(&config(bytes));
                fetch(pod.uri("http://localhost/").token_file(token())).await;
            }
            6 => {
                let base = Credentials::access_key("AK", "SK");
                fetch(AssumeRole::new(base, "acs:ram::1:role/r").configure(&config(bytes))).await;
            }
            7 => {
                let role = AssumeRoleWithOidc::new().configure(&config(bytes)).role_arn("acs:ram::1:role/r");
                fetch(role.provider_arn("p").token_file(token())).await;
            }
            8 => fetch(InstanceCredentials::aliyun().configure(&config(bytes)).role("r")).await,
            9 => fetch(InstanceCredentials::huawei().configure(&config(bytes))).await,
            _ => {
                fetch(AssumeAgencyWithOidc::new().configure(&config(bytes))).await;
                let federated = FederatedCredentials::new().configure(&config(bytes));
                fetch(federated.idp_id("i").token_file(token())).await;
            }
        }
    });
    Corpus::Keep
});
