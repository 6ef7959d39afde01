//! Credentials in the output of programs.

#![cfg(unix)]

use yundb_runtime::{Credentials, CredentialsSource as _, ProcessCredentials};

use crate::world::*;

/// The credentials in this output of a program.
async fn printed(text: &str) -> Result<yundb_runtime::TemporaryCredentials, String> {
    let world = World::new().await;
    let file = world.file("out put", text);
    let source = ProcessCredentials::new(format!("cat '{file}'"));
    let outcome = source.fetch().await.map_err(|error| error.to_string());
    assert!(!format!("{outcome:?}").contains("hunter"), "{outcome:?}");
    outcome
}

#[tokio::test]
async fn keys_with_an_expiration() {
    let json = r#"{"mode": "StsToken", "access_key_id": "K", "access_key_secret": "hunter-secret", "sts_token": "hunter-token",
        "expiration": "2040-01-01T00:00:00Z"}"#;
    assert_eq!(printed(json).await, Ok(until_2040("K")));
}

#[tokio::test]
async fn keys_without_an_expiration() {
    let keys = printed(r#"{"mode": "AK", "access_key_id": "K", "access_key_secret": "hunter-s"}"#).await.unwrap();
    assert_eq!(keys.credentials, Credentials::access_key("K", "hunter-s"));
    let minutes = keys.expires.duration_since(yundb_runtime::Timestamp::now()).as_mins();
    assert!((14..=15).contains(&minutes), "{minutes}");
}

#[tokio::test]
async fn invalid_output() {
    for (text, part) in [
        ("", "not the expected JSON"),
        ("hunter", "not the expected JSON at line 1"),
        (r#"{"access_key_id": "K"}"#, "there is no `access_key_secret`"),
        (r#"{"mode": "StsToken", "access_key_id": "K", "access_key_secret": "hunter"}"#, "there is no `sts_token`"),
        (r#"{"mode": "hunter", "access_key_id": "K", "access_key_secret": "s"}"#, "neither AK nor StsToken"),
        (r#"{"access_key_id": "K", "access_key_secret": "s", "expiration": "hunter"}"#, "`expiration` is not a time"),
    ] {
        let error = printed(text).await.unwrap_err();
        assert!(error.starts_with("credentials command: ") && error.contains(part), "{error}");
    }
    let large = printed(&"x".repeat(1 << 17)).await.unwrap_err();
    assert!(large.contains("printed more than 65536 bytes"), "{large}");
}

#[tokio::test]
async fn commands_that_fail() {
    for (command, part) in [
        ("false hunter", "it ended with exit status: 1"),
        ("/nowhere/hunter --secret hunter", "it cannot be started"),
        ("echo 'hunter", "it has an unclosed quote"),
        (" ", "it is empty"),
    ] {
        let error = ProcessCredentials::new(command).fetch().await.unwrap_err();
        assert!(!error.is_not_found() && error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("hunter"), "{error}");
    }
}
