//! Tests a program without a network: the tests below replace the transport by one that returns prepared responses, and
//! the clock by one on which pauses take no time. Requires the feature `test-util`.
//!
//! ```sh
//! cargo test -p yundb-examples replayed_responses
//! ```

use yundb_huawei_ddm::types::InstanceStatus;
use yundb_huawei_ddm::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::builder().build()?;
    println!("{} instances are not running", count_not_running(&client).await?);
    Ok(())
}

/// The code under test.
async fn count_not_running(client: &Client) -> Result<usize, Error> {
    let mut instances = client.list_instances().items();
    let mut count = 0;
    while let Some(instance) = instances.next().await {
        count += usize::from(instance?.status != Some(InstanceStatus::Running));
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use yundb_huawei_ddm::Credentials;
    use yundb_huawei_ddm::runtime::test_util::{ManualClock, Replay, Reply};

    use super::*;

    fn client(replay: &Replay) -> Client {
        Client::builder()
            .region("cn-north-4")
            .project_id("p")
            .credentials(Credentials::access_key("AK", "SK"))
            .transport(replay.clone())
            .clock(ManualClock::at("2026-01-31T00:00:00Z".parse().expect("a timestamp")))
            .build()
            .expect("valid settings")
    }

    fn page(statuses: &[&str]) -> Value {
        let instances: Vec<Value> = statuses.iter().map(|status| json!({"status": status})).collect();
        json!({"instances": instances, "total_record": 3})
    }

    #[tokio::test]
    async fn counts_the_instances_of_all_pages() {
        let pages = [page(&["RUNNING", "FROZEN"]), page(&["CREATING"])];
        let replay = Replay::new(pages.map(|page| Reply::json(200, page)));
        assert_eq!(count_not_running(&client(&replay)).await.expect("a count"), 2);
        assert_eq!(replay.requests()[1].uri().query(), Some("offset=2"));
    }

    #[tokio::test]
    async fn a_busy_service_is_called_again() {
        let replay = Replay::new([Reply::new(429), Reply::json(200, json!({"instances": [], "total_record": 0}))]);
        assert_eq!(count_not_running(&client(&replay)).await.expect("a count"), 0);
    }

    #[tokio::test]
    async fn a_refused_call_is_an_error() {
        let refusal = json!({"externalMessage": "No permission.", "errCode": "DBS.300371"});
        let replay = Replay::new([Reply::json(403, refusal)]);
        let error = count_not_running(&client(&replay)).await.expect_err("a refusal");
        assert!(error.is_permission(), "{error}");
        assert_eq!(error.message(), Some("No permission."));
    }
}
