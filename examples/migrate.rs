//! Migrates a MySQL database between two RDS instances with DTS: purchase, configuration, precheck, and the wait until
//! data is transferred. If the precheck fails, its failed items are printed.
//!
//! ```sh
//! export ALIBABA_CLOUD_ACCESS_KEY_ID=... ALIBABA_CLOUD_ACCESS_KEY_SECRET=... ALIBABA_CLOUD_REGION_ID=cn-hangzhou
//! export SOURCE_PASSWORD=... DESTINATION_PASSWORD=...
//! cargo run -p yundb-examples --example migrate rm-source rm-destination shop
//! ```

use yundb_aliyun_dts::operations::jobs::ConfigureJob;
use yundb_aliyun_dts::runtime::{Secret, WaitError};
use yundb_aliyun_dts::types::{
    ConfiguredJobType, DbObject, EngineName, InstanceClass, ItemState, JobCode, JobDestinationType, JobSourceType,
    JobType, PayType, RegionId, StructType,
};
use yundb_aliyun_dts::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, destination, database] = &arguments[..] else {
        return Err("usage: migrate SOURCE DESTINATION DATABASE".into());
    };
    let client = Client::builder().build()?;
    let job = purchase(&client).await?;
    println!("purchased {job}");
    let call = configuration(&client, &job, [source, destination], database)
        .source_endpoint_password(Secret::from(std::env::var("SOURCE_PASSWORD")?))
        .destination_endpoint_password(Secret::from(std::env::var("DESTINATION_PASSWORD")?));
    if let Err(error) = run(&client, call, |state| println!("{state}")).await {
        for problem in precheck_problems(&client, &job, &error).await? {
            eprintln!("{problem}");
        }
        return Err(error.into());
    }
    Ok(())
}

/// Purchases a pay-as-you-go instance and returns the id of its task.
pub async fn purchase(client: &Client) -> Result<String, Error> {
    let instance = client
        .create_instance()
        .pay_type(PayType::PostPaid)
        .r#type(JobType::Migration)
        .instance_class(InstanceClass::Small)
        .source_region(RegionId::CnHangzhou)
        .destination_region(RegionId::CnHangzhou)
        .source_endpoint_engine_name(EngineName::MySql)
        .destination_endpoint_engine_name(EngineName::MySql)
        .await?;
    Ok(instance.into_inner().job_id.unwrap_or_default())
}

/// A migration of schema, data and changes of one database.
pub fn configuration(client: &Client, job: &str, [source, destination]: [&str; 2], database: &str) -> ConfigureJob {
    client
        .configure_job()
        .dts_job_id(job)
        .dts_job_name(format!("migrate-{database}"))
        .job_type(ConfiguredJobType::Migration)
        .structure_initialization(true)
        .data_initialization(true)
        .data_synchronization(true)
        .db_list([(database, DbObject::new().name(database).all(true))])
        .source_endpoint_instance_type(JobSourceType::Rds)
        .source_endpoint_instance_id(source)
        .source_endpoint_region(RegionId::CnHangzhou)
        .source_endpoint_user_name("dts")
        .destination_endpoint_instance_type(JobDestinationType::Rds)
        .destination_endpoint_instance_id(destination)
        .destination_endpoint_region(RegionId::CnHangzhou)
        .destination_endpoint_user_name("dts")
}

/// Configures the task, which starts its precheck, and returns when data is transferred.
pub async fn run(client: &Client, call: ConfigureJob, mut show: impl FnMut(&str)) -> Result<(), Error> {
    let configured = call.await?;
    let mut states = client.wait_for(&configured).progress();
    while let Some(state) = states.next().await {
        show(state?.state());
    }
    Ok(())
}

/// Lists the failed items of the precheck, if `error` means that it failed.
pub async fn precheck_problems(client: &Client, job: &str, error: &Error) -> Result<Vec<String>, Error> {
    match error.downcast_ref::<WaitError>() {
        Some(WaitError::Failed { last, .. }) if last.state() == "PrecheckFailed" => {}
        _ => return Ok(Vec::new()),
    }
    let call =
        client.show_precheck_status().dts_job_id(job).job_code(JobCode::Precheck).struct_type(StructType::Before);
    let items = call.await?.into_inner().job_progress.into_iter();
    let failed = items.filter(|item| item.state == Some(ItemState::Failed));
    Ok(failed.map(|item| format!("{}: {}", item.item.unwrap_or_default(), item.err_msg.unwrap_or_default())).collect())
}
