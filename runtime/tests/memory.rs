//! The memory used by a large response, in addition to its bytes.
#![cfg(target_os = "linux")]

use serde::Deserialize;
use yundb_runtime::shape::any;
use yundb_runtime::test_util::{Replay, Reply};
use yundb_runtime::{
    Client, ClientBuilder, Credentials, Job, Operation, Paged, Paging, Protocol, Server, Service, Spec, Value, pages,
};

static SERVICE: Service = Service {
    package: "mini/1",
    version: "1",
    product: "",
    protocol: Protocol::AliyunRpc,
    servers: &[Server { url: "https://db.example.com", region: None, variables: &[] }],
    schemes: &[],
    security: &[],
    jobs: &[],
    limits: &[],
    busy: &[],
    errors: &[],
};

const SHOW: Spec = Spec::new("Show", "GET", "/#Action=Show").params(&[yundb_runtime::operation::query("id", any())]);
const JOB: Job = Job {
    begun_by: &[],
    poll: &SHOW,
    argument: "id",
    also: &[],
    state: "job.state",
    running: &[],
    succeeded: &["done"],
    failed: &["failed"],
};

struct List;

#[derive(Clone, Debug, Deserialize)]
struct Page {
    items: Vec<u8>,
}

impl Operation for List {
    type Output = Page;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("List", "GET", "/#Action=List")
        .params(&[yundb_runtime::operation::query("token", any())])
        .job("job.id", &JOB);
}

impl Paged for List {
    type Item = u8;
    const PAGING: Paging = Paging::token("token").next("next");

    fn items(page: Page) -> Vec<u8> {
        page.items
    }
}

/// The peak memory of this process, in KiB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}

/// Unknown fields are skipped at each step: the verdict, the type, the next page, the job.
#[tokio::test(start_paused = true)]
async fn unknown_keys_cost_nothing() {
    const MIB: usize = 4;
    let body = |number: u8, next: &str| {
        let zeros = "0,".repeat(MIB << 19);
        format!(
            r#"{{"RequestId":"r","Success":true,"items":[{number}],"next":"{next}","job":{{"id":"j","state":"done","x":[{zeros}0]}}}}"#
        )
    };
    let replies = [body(1, "b"), body(2, ""), body(3, ""), body(4, ""), body(5, "")];
    let length = replies.iter().map(String::len).max().unwrap_or_default() >> 10;
    let client: Client = ClientBuilder::new(&SERVICE)
        .credentials(Credentials::access_key("AK", "SK"))
        .transport(Replay::new(replies.map(|body| Reply::new(200).body(body))))
        .build()
        .expect("a client");
    let before = peak();

    let mut listing = pages::<List>(client.call(List::SPEC));
    let first = listing.next().await.expect("a page").expect("success");
    assert_eq!((first.items.as_slice(), first.request_id()), (&[1][..], Some("r")));
    assert!(listing.next().await.is_some_and(|page| page.is_ok()));
    assert!(listing.next().await.is_none());
    let begun = client.call(List::SPEC).send::<List>().await.expect("success");
    let state = client.wait_for(&begun).await.expect("the job's end");
    assert_eq!(state.state(), "done");

    let (grown, bound) = (peak() - before, 2 * length);
    assert!(grown < bound, "{grown} KiB in addition to bodies of {length} KiB");
}
