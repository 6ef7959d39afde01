//! Calls Database Gateway with the temporary keys of a RAM role, which are renewed before they expire.
//!
//! ```sh
//! export ALIBABA_CLOUD_ACCESS_KEY_ID=... ALIBABA_CLOUD_ACCESS_KEY_SECRET=... ALIBABA_CLOUD_REGION_ID=cn-hangzhou
//! cargo run -p yundb-examples --example assume_role acs:ram::123456789012:role/inventory
//! ```

use yundb_aliyun_dg::runtime::{AssumeRole, CachedCredentials, CredentialsChain};
use yundb_aliyun_dg::{Client, ClientBuilder, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let role = std::env::args().nth(1).ok_or("usage: assume_role ROLE_ARN")?;
    // The user's own keys, from the usual sources, are used only to assume the role.
    let role = AssumeRole::new(CredentialsChain::aliyun(), role).session_name("inventory").duration_seconds(900);
    for gateway in gateways(Client::builder(), role).await? {
        println!("{gateway}");
    }
    Ok(())
}

/// Returns the names of all gateways that the role may see.
pub async fn gateways(builder: ClientBuilder<Client>, role: AssumeRole) -> Result<Vec<String>, Error> {
    let client = builder.credentials_provider(CachedCredentials::new(role)).build()?;
    let mut gateways = client.list_gateways().page_size(100).items();
    let mut names = Vec::new();
    while let Some(gateway) = gateways.next().await {
        names.extend(gateway?.gateway_name);
    }
    Ok(names)
}
