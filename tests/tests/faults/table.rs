//! For each fault and kind of operation: the outcome, and how often the server may have received and executed the
//! request.

use std::sync::atomic::Ordering;
use std::time::Duration;

use h2::Reason;
use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_runtime::builder::SignsRequests;
use yundb_runtime::{CallError, Client, ClientBuilder, Credentials, ErrorKind, ReqwestTransport, RetryPolicy};

use super::server::{Fault, Moment, PROTOCOLS, Protocol, Server};

/// Operations that make changes, that have a client token, that are idempotent, or that only read, of both protocols.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    RpcChange,
    RpcToken,
    RpcLook,
    RestCreate,
    RestDelete,
    RestLook,
}

use Kind::{RestCreate, RestDelete, RestLook, RpcChange, RpcLook, RpcToken};

const ALL: [Kind; 6] = [RpcChange, RpcToken, RpcLook, RestCreate, RestDelete, RestLook];

impl Kind {
    /// Whether repeating the call has no further effect.
    fn is_safe(self) -> bool {
        !matches!(self, RpcChange | RestCreate)
    }

    fn is_rpc(self) -> bool {
        matches!(self, RpcChange | RpcToken | RpcLook)
    }

    async fn call(self, transport: &ReqwestTransport, url: &str) -> Result<(), Failed> {
        let dg = || client::<dg::Client>(dg::Client::builder().region("cn-hangzhou"), transport, url);
        let dts = || client::<dts::Client>(dts::Client::builder().region("cn-hangzhou"), transport, url);
        let gaussdb = || client::<gaussdb::Client>(gaussdb::Client::builder().project_id("p"), transport, url);
        match self {
            RpcChange => dg().create_gateway().unchecked().send().await.map(drop).map_err(Failed::from),
            RpcToken => dts().create_migration_job().unchecked().send().await.map(drop).map_err(Failed::from),
            RpcLook => dg().list_gateways().unchecked().send().await.map(drop).map_err(Failed::from),
            RestCreate => gaussdb().create_databases("i").unchecked().send().await.map(drop).map_err(Failed::from),
            RestDelete => gaussdb().delete_backup("b").unchecked().send().await.map(drop).map_err(Failed::from),
            RestLook => gaussdb().list_instances().unchecked().send().await.map(drop).map_err(Failed::from),
        }
    }
}

/// The properties of an error that a table needs, for any type of body.
#[derive(Debug)]
struct Failed {
    kind: ErrorKind,
    attempts: usize,
    text: String,
}

impl<E, H> From<CallError<E, H>> for Failed {
    fn from(error: CallError<E, H>) -> Self {
        Self { kind: error.kind(), attempts: error.attempts() as usize, text: error.to_string() }
    }
}

fn client<C: From<Client> + SignsRequests>(builder: ClientBuilder<C>, transport: &ReqwestTransport, url: &str) -> C {
    let pauses = RetryPolicy::new().first_pause(Duration::from_millis(1));
    let builder = builder.endpoint(url).transport(transport.clone()).rate_limits([]).retries(pauses);
    builder.credentials(Credentials::access_key("AK", "SK")).timeout(Duration::from_millis(500)).build().unwrap()
}

const SUCCESS: &str = r#"{"Success": true, "RequestId": "r"}"#;
const JSON: &str = r#"{"Code": "X", "error_code": "X", "Message": "no", "error_msg": "no"}"#;
const HTML: &str = "<html><title>Bad Gateway</title></html>";
const FAILED: &str = r#"{"Success": false, "ErrCode": "X", "ErrMessage": "no"}"#;

/// A fault, its kind of error, and how often the server may have received a call: one that changes something, and a
/// safe one.
#[rustfmt::skip]
const FAULTS: [(Fault, ErrorKind, usize, usize); 19] = [
    (Fault::ResetBefore, ErrorKind::Transport, 1, 3),
    (Fault::ResetAfter, ErrorKind::Transport, 1, 3),
    (Fault::SlowHeaders, ErrorKind::Timeout, 1, 3),
    (Fault::SlowBody, ErrorKind::Timeout, 1, 3),
    (Fault::Truncated, ErrorKind::Transport, 1, 3),
    (Fault::Response(429, "", ""), ErrorKind::Service, 3, 3),
    (Fault::Response(429, "Retry-After: 0\r\n", JSON), ErrorKind::Service, 3, 3),
    (Fault::Response(429, "Retry-After: 600\r\n", JSON), ErrorKind::Service, 1, 1),
    (Fault::Response(400, "", JSON), ErrorKind::Service, 1, 1),
    (Fault::Response(401, "", JSON), ErrorKind::Service, 1, 1),
    (Fault::Response(403, "Date: Tue, 01 Jan 2019 00:00:00 GMT\r\n", JSON), ErrorKind::Service, 2, 2),
    (Fault::Broken(500, "", JSON), ErrorKind::Service, 1, 3),
    (Fault::Broken(500, "", HTML), ErrorKind::Service, 1, 3),
    (Fault::Broken(500, "", ""), ErrorKind::Service, 1, 3),
    (Fault::Broken(502, "", HTML), ErrorKind::Service, 1, 3),
    (Fault::Broken(502, "", ""), ErrorKind::Service, 1, 3),
    (Fault::Broken(503, "", JSON), ErrorKind::Service, 1, 2),
    (Fault::Broken(503, "", HTML), ErrorKind::Service, 1, 2),
    (Fault::Broken(504, "", ""), ErrorKind::Service, 1, 3),
];

/// The same for faults of HTTP/2 only.
#[rustfmt::skip]
const HTTP2_FAULTS: [(Fault, ErrorKind, usize, usize); 9] = [
    (Fault::Stream(Moment::Before, Reason::INTERNAL_ERROR), ErrorKind::Transport, 1, 3),
    (Fault::Stream(Moment::Before, Reason::REFUSED_STREAM), ErrorKind::Transport, 3, 3),
    (Fault::Stream(Moment::After, Reason::INTERNAL_ERROR), ErrorKind::Transport, 1, 3),
    (Fault::Stream(Moment::After, Reason::CANCEL), ErrorKind::Transport, 1, 3),
    (Fault::Stream(Moment::Within, Reason::INTERNAL_ERROR), ErrorKind::Transport, 1, 3),
    (Fault::Stream(Moment::Within, Reason::NO_ERROR), ErrorKind::Transport, 1, 3),
    (Fault::GoAway(Moment::Before), ErrorKind::Transport, 3, 3),
    (Fault::GoAway(Moment::After), ErrorKind::Transport, 1, 3),
    (Fault::GoAway(Moment::Within), ErrorKind::Transport, 1, 3),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_has_the_documented_outcome() {
    for table in PROTOCOLS.map(|protocol| tokio::spawn(all_faults(protocol))) {
        table.await.unwrap();
    }
}

async fn all_faults(protocol: Protocol) {
    let transport = protocol.transport();
    let more: &[_] = if protocol == Protocol::Http2 { &HTTP2_FAULTS } else { &[] };
    for (fault, kind, change, safe) in FAULTS.iter().chain(more).copied() {
        let cell = |of: Kind| {
            let attempts = if of.is_safe() { safe } else { change };
            leads_to(protocol, &transport, fault, of, kind, attempts)
        };
        futures_util::future::join_all(ALL.map(cell)).await;
    }
}

async fn leads_to(
    protocol: Protocol,
    transport: &ReqwestTransport,
    fault: Fault,
    of: Kind,
    kind: ErrorKind,
    attempts: usize,
) {
    let about = format!("{protocol:?}, {fault:?}, {of:?}");
    // Every attempt fails.
    let server = Server::start(protocol, SUCCESS, move |_, _| fault).await;
    let failed = of.call(transport, &server.url).await.expect_err(&about);
    assert_eq!((failed.kind, failed.attempts), (kind, attempts), "{about}: {}", failed.text);
    assert_eq!(server.seen.requests.load(Ordering::Relaxed), attempts, "{about}");
    assert!(of.is_safe() || server.seen.done.load(Ordering::Relaxed) <= 1, "{about}: done twice");
    // Fails until the last attempt.
    let choose = move |number, _: &str| if number + 1 < attempts { fault } else { Fault::None };
    let server = Server::start(protocol, SUCCESS, choose).await;
    let outcome = of.call(transport, &server.url).await;
    assert!(outcome.is_ok(), "{about}: {outcome:?}");
    assert_eq!(server.seen.requests.load(Ordering::Relaxed), attempts, "{about}");
    assert!(of.is_safe() || server.seen.done.load(Ordering::Relaxed) == 1, "{about}: done twice");
}

#[tokio::test]
async fn connection_failures_are_retried() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for (protocol, kind) in each() {
        let failed = kind.call(&protocol.transport(), &url).await.unwrap_err();
        assert_eq!((failed.kind, failed.attempts), (ErrorKind::Connect, 3), "{protocol:?}, {kind:?}");
        assert!(failed.text.contains("no connection"), "{}", failed.text);
    }
}

#[tokio::test]
async fn failures_with_a_success_status_are_not_retried() {
    for (protocol, kind) in each().filter(|(_, kind)| kind.is_rpc()) {
        let server = Server::start(protocol, SUCCESS, |_, _| Fault::Response(200, "", FAILED)).await;
        let failed = kind.call(&protocol.transport(), &server.url).await.unwrap_err();
        assert_eq!((failed.kind, failed.attempts), (ErrorKind::Service, 1), "{protocol:?}, {kind:?}");
        assert!(failed.text.contains('X') && failed.text.contains("no"), "{}", failed.text);
    }
}

fn each() -> impl Iterator<Item = (Protocol, Kind)> {
    PROTOCOLS.into_iter().flat_map(|protocol| ALL.map(|kind| (protocol, kind)))
}
