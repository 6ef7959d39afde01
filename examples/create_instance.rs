//! Creates a GaussDB(for MySQL) instance, shows the progress, and distinguishes the errors that a person has to act on.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! export VPC_ID=... SUBNET_ID=... DB_PASSWORD=...
//! cargo run -p yundb-examples --example create_instance orders
//! ```

use std::env;
use std::process::ExitCode;

use yundb_huawei_gaussdb_mysql::operations::instances::CreateInstance;
use yundb_huawei_gaussdb_mysql::types::{AvailabilityZoneMode, NewInstanceDatastore, ShowJobResponse};
use yundb_huawei_gaussdb_mysql::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let client = Client::builder().language("en-us").build()?;
    let call = order(&client)
        .region(env::var("HUAWEICLOUD_SDK_REGION")?)
        .name(env::args().nth(1).ok_or("usage: create_instance NAME")?)
        .vpc_id(env::var("VPC_ID")?)
        .subnet_id(env::var("SUBNET_ID")?)
        .password(env::var("DB_PASSWORD")?);
    match create(&client, call, |progress| println!("{progress}")).await {
        Ok(id) => println!("{id} is ready"),
        Err(error) => {
            eprintln!("{}", advice(&error));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A small pay-per-use instance; the caller adds its name, network and password.
pub fn order(client: &Client) -> CreateInstance {
    client
        .create_instance()
        .datastore(NewInstanceDatastore::new().r#type("gaussdb-mysql").version("8.0"))
        .mode("Cluster")
        .flavor_ref("gaussdb.mysql.xlarge.x86.4")
        .availability_zone_mode(AvailabilityZoneMode::Single)
        .slave_count(1)
}

/// Creates the instance and returns its id once it is ready.
pub async fn create(client: &Client, call: CreateInstance, mut show: impl FnMut(String)) -> Result<String, Error> {
    let created = call.await?;
    let mut states = client.wait_for(&created).progress();
    while let Some(state) = states.next().await {
        let state = state?;
        // The service's whole response is available, here for the percentage.
        let job = state.read::<ShowJobResponse>()?.job.unwrap_or_default();
        show(format!("{} {}", state.state(), job.process.unwrap_or_default()));
    }
    Ok(created.into_inner().instance.and_then(|instance| instance.id).unwrap_or_default())
}

/// Returns advice on an error, regardless of the service's code for it.
pub fn advice(error: &Error) -> String {
    if error.is_quota() {
        format!("The quota is used up: delete an instance or request a higher quota. {error}")
    } else if error.is_permission() {
        format!("The user needs the permission gaussdb:instance:create. {error}")
    } else {
        error.to_string()
    }
}
