//! Starts a job in one process and waits for it in another, such as the next step of a pipeline.
//!
//! ```sh
//! export HUAWEICLOUD_SDK_AK=... HUAWEICLOUD_SDK_SK=... HUAWEICLOUD_SDK_REGION=cn-north-4
//! cargo run -p yundb-examples --example resume_wait start INSTANCE_ID job.json
//! cargo run -p yundb-examples --example resume_wait finish job.json
//! ```

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use yundb_huawei_ddm::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let client = Client::builder().build()?;
    match arguments[..] {
        ["start", instance, file] => start(&client, instance, Path::new(file)).await,
        ["finish", file] => {
            println!("{}", finish(&client, Path::new(file)).await?);
            Ok(())
        }
        _ => Err("usage: resume_wait start INSTANCE_ID FILE | finish FILE".into()),
    }
}

/// Restarts an instance, and writes the handle of the job to a file instead of waiting for it.
pub async fn start(client: &Client, instance: &str, file: &Path) -> Result<(), Box<dyn Error>> {
    let handle = client.restart_instance(instance).await?.job_handle()?;
    Ok(fs::write(file, serde_json::to_vec(&handle)?)?)
}

/// Waits for the job of a file, and returns the state in which it ended.
pub async fn finish(client: &Client, file: &Path) -> Result<String, Box<dyn Error>> {
    let handle = serde_json::from_slice(&fs::read(file)?)?;
    let done = client.resume(handle).timeout(Duration::from_secs(30 * 60)).await?;
    Ok(done.state().to_owned())
}
