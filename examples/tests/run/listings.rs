//! Programs that read all pages of a listing.

use serde_json::{Value, json};
use yundb_huawei_ddm as ddm;
use yundb_huawei_gaussdb_mysql as gaussdb;

use super::offline::{bodies, offline, replay};
use super::programs::{list_instances, list_instances_blocking, slow_logs};

fn pages() -> [Value; 2] {
    let orders = json!({"name": "orders", "status": "RUNNING", "node_count": 2, "access_ip": "192.168.0.7"});
    let stock = json!({"name": "stock", "status": "CREATING", "node_count": "4"});
    [json!({"instances": [orders], "total_record": 2}), json!({"instances": [stock], "total_record": 2})]
}

#[tokio::test]
async fn lists_instances_as_a_table() {
    let replay = replay(pages());
    let client = offline(ddm::Client::builder(), &replay).build().unwrap();
    let instances = list_instances::list(&client).await.unwrap();
    assert_eq!(
        list_instances::table(&instances),
        "NAME                     STATUS       NODES  ADDRESS\n\
         orders                   RUNNING          2  192.168.0.7\n\
         stock                    CREATING         4  -\n"
    );
    assert_eq!(replay.requests()[1].uri().query(), Some("offset=1&limit=128"));
}

#[test]
fn lists_instances_without_async() {
    let replay = replay(pages());
    let client = offline(ddm::Client::builder(), &replay).build().unwrap();
    let mut lines = Vec::new();
    list_instances_blocking::print(&client, |line| lines.push(line)).unwrap();
    assert_eq!(lines, ["orders                   RUNNING      192.168.0.7", "stock                    CREATING     -"]);
}

#[tokio::test]
async fn reads_the_slow_queries_of_a_day() {
    const INSTANCE: &str = "0123456789abcdef0123456789abcdefin07";
    const NODE: &str = "0123456789abcdef0123456789abcdefno07";
    let page = |entries: &[(&str, &str)]| {
        let entry = |(time, line): &(&str, &str)| json!({"time": time, "line_num": line});
        json!({"slow_log_list": entries.iter().map(entry).collect::<Vec<_>>()})
    };
    let replay = replay([
        page(&[("2.5 s", "1769817600001"), ("1.04899 s", "1769817600002")]),
        page(&[("2 s", "1769817600003")]),
        page(&[]),
    ]);
    let client = offline(gaussdb::Client::builder(), &replay).build().unwrap();
    let queries = slow_logs::of_day(&client, INSTANCE, NODE, "2026-01-31").await.unwrap();
    let times: Vec<_> = queries.iter().map(|query| query.time.as_deref().unwrap()).collect();
    assert_eq!(times, ["1.04899 s", "2 s", "2.5 s"]);
    let bodies = bodies(&replay);
    assert_eq!(bodies[0]["start_time"], "2026-01-31T00:00:00+0000");
    assert_eq!(bodies[0]["end_time"], "2026-01-31T23:59:59+0000");
    assert_eq!([&bodies[1]["line_num"], &bodies[2]["line_num"]], ["1769817600002", "1769817600003"]);
}
