//! Ten thousand calls from two hundred tasks with one client, some of which fail.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use h2::Reason;
use yundb_aliyun_dg as dg;
use yundb_runtime::test_util::ManualClock;
use yundb_runtime::{
    CachedCredentials, Credentials, CredentialsSource, RetryPolicy, TemporaryCredentials, TemporaryCredentialsFuture,
};

use super::server::{Fault, Moment, PROTOCOLS, Protocol, Server};

const TASKS: usize = 200;
const CALLS: usize = 50;
const LIFETIME: Duration = Duration::from_secs(3600);

/// Provides keys valid for an hour, with a delay.
#[derive(Clone, Debug)]
struct Source {
    clock: ManualClock,
    requested: Arc<AtomicUsize>,
}

impl CredentialsSource for Source {
    fn fetch(&self) -> TemporaryCredentialsFuture<'_> {
        use yundb_runtime::Clock as _;
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let number = self.requested.fetch_add(1, Ordering::Relaxed);
            Ok(TemporaryCredentials {
                credentials: Credentials::access_key(format!("AK{number}"), "SK"),
                expires: self.clock.now() + jiff::SignedDuration::try_from(LIFETIME).unwrap(),
            })
        })
    }
}

/// The resident memory of the process, where the system reports it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<usize>().ok().map(|kilobytes| kilobytes << 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_calls_all_end() {
    for protocol in PROTOCOLS {
        calls(protocol).await;
    }
}

async fn calls(protocol: Protocol) {
    // One request in twenty fails, each time differently.
    let faults = [
        // One HTTP/2 connection has the calls of all tasks: breaking it would affect more than one request in twenty.
        if protocol == Protocol::Http1 {
            Fault::ResetBefore
        } else {
            Fault::Stream(Moment::Before, Reason::INTERNAL_ERROR)
        },
        Fault::Response(429, "Retry-After: 0\r\n", ""),
        Fault::Broken(500, "", "<html></html>"),
        Fault::Truncated,
        Fault::Broken(503, "", r#"{"Code": "X"}"#),
        Fault::Last,
    ];
    let keys: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let seen_keys = keys.clone();
    let server = Server::start(protocol, r#"{"Success": true, "RequestId": "r"}"#, move |number, head| {
        let key = head.split(['?', '&', ' ']).find_map(|part| part.strip_prefix("AccessKeyId=")).unwrap_or_default();
        *seen_keys.lock().unwrap().entry(key.to_owned()).or_default() += 1;
        if number % 20 == 19 { faults[number / 20 % faults.len()] } else { Fault::None }
    })
    .await;
    server.seen.keeps_bodies.store(true, Ordering::Relaxed);
    let clock = ManualClock::at("2026-01-01T00:00:00Z".parse().unwrap());
    let source = Source { clock: clock.clone(), requested: Arc::default() };
    let client = dg::Client::builder()
        .region("cn-hangzhou")
        .endpoint(&server.url)
        .transport(protocol.transport())
        .clock(clock.clone())
        .credentials_provider(CachedCredentials::new(source.clone()).clock(clock.clone()))
        .retries(RetryPolicy::new().attempts(4).first_pause(Duration::from_millis(1)))
        .build()
        .unwrap();
    let (ended, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let given_up = Arc::new(AtomicUsize::new(0));
    let mut memory = Vec::new();
    // The keys expire at each quarter.
    for quarter in 0..4 {
        let tasks: Vec<_> = (0..TASKS)
            .map(|task| {
                let (client, ended, failed) = (client.clone(), ended.clone(), failed.clone());
                let given_up = given_up.clone();
                tokio::spawn(async move {
                    let calls = CALLS / 4 + usize::from(quarter < CALLS % 4);
                    for call in 0..calls {
                        // Half of the calls change something.
                        let success = if (task + call) % 2 == 0 {
                            let listed = client.list_gateways().send().await;
                            if let Err(error) = &listed {
                                let unprocessed = error.to_string().contains(Reason::NO_ERROR.description());
                                let at_once = unprocessed && error.attempts() == 1;
                                given_up.fetch_add(usize::from(at_once), Ordering::Relaxed);
                            }
                            listed.is_ok()
                        } else {
                            let name = format!("gateway-{quarter}-{task}-{call}.");
                            client.create_gateway().unchecked().gateway_name(name).send().await.is_ok()
                        };
                        failed.fetch_add(usize::from(!success), Ordering::Relaxed);
                        ended.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        memory.extend(resident());
        clock.advance(LIFETIME);
    }
    assert_eq!(ended.load(Ordering::Relaxed), TASKS * CALLS);
    // Renewed once per expiry.
    assert_eq!(source.requested.load(Ordering::Relaxed), 4);
    let keys = keys.lock().unwrap();
    assert_eq!(keys.len(), 4, "{keys:?}");
    let (seen, done) = (server.seen.requests.load(Ordering::Relaxed), server.seen.done.load(Ordering::Relaxed));
    assert_eq!(keys.values().sum::<usize>(), seen);
    let failed = failed.load(Ordering::Relaxed);
    // A call that found its connection closing may end without a request.
    assert!(
        seen + failed > TASKS * CALLS && done >= TASKS * CALLS - failed,
        "{seen} seen, {done} done, {failed} failed"
    );
    // The first retry of what the server did not process is cheap. Calls that meet a second closing connection pay the
    // full price, which may empty the budget for a moment on a busy machine.
    let given_up = given_up.load(Ordering::Relaxed);
    assert!(given_up <= TASKS * CALLS / 1000, "{given_up} given up at once");
    // Only changes fail, where it is unknown whether they were executed; none is executed twice.
    assert!((1..TASKS * CALLS / 20).contains(&failed), "{failed} failed");
    let bodies = server.seen.bodies.lock().unwrap();
    let names = bodies.iter().filter_map(|body| body.split('&').find(|part| part.starts_with("GatewayName=")));
    let mut times: HashMap<&str, usize> = HashMap::new();
    names.for_each(|name| *times.entry(name).or_default() += 1);
    assert!(times.len() > TASKS * CALLS / 2 - failed, "{} made", times.len());
    assert_eq!(times.iter().find(|(_, times)| **times > 1), None, "made twice");
    // The first quarter creates the connections and buffers that the others use.
    if let (Some(first), Some(last)) = (memory.first(), memory.last()) {
        assert!(last.saturating_sub(*first) < 32 << 20, "memory grows: {memory:?}");
    }
}
