//! Uses a client generated from your own document, for a service in a private network: with its own certificate
//! authority, a bearer token, and default headers.
//!
//! The client was generated from one of the documents of the tests:
//!
//! ```sh
//! yundb generate tests/fixtures/latest/openapi.yaml --out target/latest --name latest-client
//! cargo run -p yundb-examples --example own_document https://files.internal:8443 authority.pem
//! ```

use std::time::Duration;

use fixture_latest::types::Search;
use fixture_latest::{Client, Error, Secret};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [endpoint, authority] = &arguments[..] else { return Err("usage: own_document URL AUTHORITY".into()) };
    let client = connect(endpoint, &std::fs::read(authority)?, std::env::var("TOKEN")?.into())?;
    for id in find(&client, "report").await? {
        println!("{id}");
    }
    Ok(())
}

/// Returns a client that trusts no certificates but those that `authority` issued.
pub fn connect(endpoint: &str, authority: &[u8], token: Secret) -> Result<Client, Error> {
    Ok(Client::builder()
        .endpoint(endpoint)
        .root_certificate_pem(authority)
        .no_system_root_certificates()
        .no_proxy()
        .bearer_token(token)
        .default_header("X-Team", "storage")
        .app_name("file-finder/1.0")
        .timeout(Duration::from_secs(10))
        .build()?)
}

/// Returns the ids of the files that contain a word.
pub async fn find(client: &Client, word: &str) -> Result<Vec<String>, Error> {
    let found = client.search(Search::new().words(word)).await?;
    Ok(found.into_inner().into_iter().map(|file| file.id).collect())
}
