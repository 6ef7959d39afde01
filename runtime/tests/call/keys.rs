//! Invalid keys, and the choice of signatures.

use yundb_runtime::http::header::{AUTHORIZATION, CONTENT_TYPE};
use yundb_runtime::test_util::Replay;
use yundb_runtime::{Credentials, CredentialsFuture, CredentialsProvider, ErrorKind, JobHandle};

use crate::fake::{noon, only_request, reply, responding};
use crate::mini::{ALIYUN, Client, HTTP, HUAWEI, JOBS};

fn blank() -> [(Credentials, &'static str); 5] {
    let keys = Credentials::access_key("AK", "SK");
    [
        (Credentials::access_key("", "SK"), "the access key is empty"),
        (Credentials::access_key(" \n", "SK"), "the access key is empty"),
        (Credentials::access_key("AK", "\t"), "the secret key is empty"),
        (keys.with_security_token(""), "the security token is empty"),
        (Credentials::token("  "), "the token is empty"),
    ]
}

#[derive(Debug)]
struct Given(Credentials);

impl CredentialsProvider for Given {
    fn credentials(&self) -> CredentialsFuture<'_> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }
}

/// Nothing is signed with an empty key: explicit ones are invalid settings, and so are those of a provider.
#[tokio::test]
async fn empty_keys() {
    for (keys, why) in blank() {
        for service in [&HUAWEI, &ALIYUN] {
            let error = Client::builder(service).credentials(keys.clone()).build().expect_err("unusable");
            assert_eq!(error.to_string(), why);
            let fake = Replay::new([]);
            let builder = Client::builder(service).transport(fake.clone()).endpoint("http://localhost");
            let client = builder.credentials_provider(Given(keys.clone())).build().expect("a client");
            let error = client.add_database().set("Host", "h").send().await.expect_err("unusable");
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.to_string().ends_with(why), "{error}");
            assert!(fake.requests().is_empty());
        }
    }
    let builder = || Client::builder(&HTTP);
    for wrong in [
        builder().api_key("key", " ").build(),
        builder().bearer_token("").build(),
        builder().bearer_token_for("oauth", "\n").build(),
        builder().basic_auth("", "").build(),
    ] {
        let error = wrong.expect_err("unusable");
        assert!(error.to_string().ends_with("(..)` is empty"), "{error}");
    }
    assert!(builder().basic_auth("key", "").build().is_ok(), "some services accept a key as the user");
    // The last one wins.
    let builder = Client::builder(&HUAWEI).credentials(Credentials::token(""));
    assert!(builder.credentials(Credentials::token("t")).build().is_ok());
}

#[tokio::test]
async fn derived_keys() {
    let builder = |fake: &Replay| {
        let builder = Client::builder(&HUAWEI).transport(fake.clone()).project_id("p1").endpoint("http://localhost");
        builder.credentials(Credentials::access_key("AK", "SK")).clock(noon()).derived_signature("drs")
    };
    let fake = responding(200, &[], "{}");
    let client = builder(&fake).region("cn-north-4").build().expect("a client");
    client.create_connection("g").unchecked().send().await.expect("success");
    let header = only_request(&fake).headers()[AUTHORIZATION].clone();
    let header = header.to_str().expect("text").to_owned();
    assert!(header.starts_with("V11-HMAC-SHA256 Credential=AK/20240506/cn-north-4/drs, SignedHeaders="), "{header}");
    // Without a region no key can be derived.
    let client = builder(&Replay::new([])).build().expect("a client");
    let error = client.create_connection("g").unchecked().send().await.expect_err("no region");
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().ends_with("set it with `.region(..)`"), "{error}");
    let error = Client::builder(&ALIYUN).derived_signature("dts").build().expect_err("another vendor's");
    assert_eq!(error.to_string(), "`.derived_signature(..)` is for Huawei Cloud");
}

/// Huawei Cloud's services require it even without a body; it is then signed. A documented or explicit one takes
/// precedence.
#[tokio::test(start_paused = true)]
async fn huawei_calls_have_a_content_type() {
    let state = || reply(200, &[], r#"{"job": {"status": "Completed"}}"#);
    for keys in [Credentials::access_key("AK", "SK"), Credentials::token("t")] {
        let fake = Replay::new([state(), state()]);
        let builder = Client::builder(&JOBS).transport(fake.clone()).project_id("p").endpoint("http://localhost");
        let client = builder.credentials(keys.clone()).build().expect("a client");
        let job =
            JobHandle { id: "j".to_owned(), operation: None, poll: "ShowJob".to_owned(), also: Default::default() };
        client.resume(job).await.expect("success");
        client.begin().extra_header("Content-Type", "text/x").send().await.expect("success");
        let sent: Vec<_> = fake.requests();
        assert_eq!(sent[0].headers()[CONTENT_TYPE], "application/json");
        assert_eq!(sent[1].headers()[CONTENT_TYPE], "text/x");
        if let Some(signed) = sent[0].headers().get(AUTHORIZATION) {
            assert!(signed.to_str().expect("text").contains("SignedHeaders=content-type;host;"), "{signed:?}");
        }
    }
}
