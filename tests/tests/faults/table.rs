//! For each fault and kind of operation: what comes of it, and how often the server may have seen and done the request.

use std::sync::atomic::Ordering;
use std::time::Duration;

use yundb_aliyun_dg as dg;
use yundb_aliyun_dts as dts;
use yundb_huawei_gaussdb_mysql as gaussdb;
use yundb_runtime::{CallError, Client, ClientBuilder, Credentials, ErrorKind, RetryPolicy};

use super::server::{Fault, Server};

/// Operations that change something, that have a client token, that change nothing more when repeated, that only look; of both
/// protocols.
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
    /// Whether nothing happens twice when the call is made twice.
    fn is_safe(self) -> bool {
        !matches!(self, RpcChange | RestCreate)
    }

    fn is_rpc(self) -> bool {
        matches!(self, RpcChange | RpcToken | RpcLook)
    }

    async fn call(self, url: &str) -> Result<(), Failed> {
        match self {
            RpcChange => dg(url).create_gateway().unchecked().send().await.map(drop).map_err(Failed::from),
            RpcToken => dts(url).create_migration_job().unchecked().send().await.map(drop).map_err(Failed::from),
            RpcLook => dg(url).list_gateways().unchecked().send().await.map(drop).map_err(Failed::from),
            RestCreate => gaussdb(url).create_databases("i").unchecked().send().await.map(drop).map_err(Failed::from),
            RestDelete => gaussdb(url).delete_backup("b").unchecked().send().await.map(drop).map_err(Failed::from),
            RestLook => gaussdb(url).list_instances().unchecked().send().await.map(drop).map_err(Failed::from),
        }
    }
}

/// What a table needs of an error, whatever its body is.
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

fn client<C: From<Client>>(builder: ClientBuilder<C>, url: &str) -> C {
    let pauses = RetryPolicy::new().first_pause(Duration::from_millis(1));
    let builder = builder.endpoint(url).credentials(Credentials::access_key("AK", "SK")).retries(pauses);
    builder.timeout(Duration::from_millis(400)).rate_limits([]).build().unwrap()
}

fn dg(url: &str) -> dg::Client {
    client(dg::Client::builder().region("cn-hangzhou"), url)
}

fn dts(url: &str) -> dts::Client {
    client(dts::Client::builder().region("cn-hangzhou"), url)
}

fn gaussdb(url: &str) -> gaussdb::Client {
    client(gaussdb::Client::builder().project_id("p"), url)
}

const SUCCESS: &str = r#"{"Success": true, "RequestId": "r"}"#;
const JSON: &str = r#"{"Code": "X", "error_code": "X", "Message": "no", "error_msg": "no"}"#;
const HTML: &str = "<html><title>Bad Gateway</title></html>";
const FAILED: &str = r#"{"Success": false, "ErrCode": "X", "ErrMessage": "no"}"#;

/// A fault, how it is told, and how often the server may have seen a call: one that changes something, and a safe one.
#[rustfmt::skip]
const FAULTS: [(Fault, ErrorKind, usize, usize); 19] = [
    (Fault::ResetBefore, ErrorKind::Transport, 1, 3),
    (Fault::ResetAfter, ErrorKind::Transport, 1, 3),
    (Fault::SlowHeaders, ErrorKind::Timeout, 1, 3),
    (Fault::SlowBody, ErrorKind::Timeout, 1, 3),
    (Fault::Truncated, ErrorKind::Transport, 1, 3),
    (Fault::Answer(429, "", ""), ErrorKind::Service, 3, 3),
    (Fault::Answer(429, "Retry-After: 0\r\n", JSON), ErrorKind::Service, 3, 3),
    (Fault::Answer(429, "Retry-After: 600\r\n", JSON), ErrorKind::Service, 1, 1),
    (Fault::Answer(400, "", JSON), ErrorKind::Service, 1, 1),
    (Fault::Answer(401, "", JSON), ErrorKind::Service, 1, 1),
    (Fault::Answer(403, "Date: Tue, 01 Jan 2019 00:00:00 GMT\r\n", JSON), ErrorKind::Service, 2, 2),
    (Fault::Broken(500, "", JSON), ErrorKind::Service, 1, 3),
    (Fault::Broken(500, "", HTML), ErrorKind::Service, 1, 3),
    (Fault::Broken(500, "", ""), ErrorKind::Service, 1, 3),
    (Fault::Broken(502, "", HTML), ErrorKind::Service, 1, 3),
    (Fault::Broken(502, "", ""), ErrorKind::Service, 1, 3),
    (Fault::Broken(503, "", JSON), ErrorKind::Service, 1, 2),
    (Fault::Broken(503, "", HTML), ErrorKind::Service, 1, 2),
    (Fault::Broken(504, "", ""), ErrorKind::Service, 1, 3),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_each_fault_leads_to() {
    for (fault, told, change, safe) in FAULTS {
        for kind in ALL {
            let about = format!("{fault:?}, {kind:?}");
            let times = if kind.is_safe() { safe } else { change };
            // Again and again.
            let server = Server::start(SUCCESS, move |_, _| fault).await;
            let failed = kind.call(&server.url).await.expect_err(&about);
            let (seen, done) = (&server.seen.requests, &server.seen.done);
            assert_eq!((failed.kind, failed.attempts), (told, times), "{about}: {}", failed.text);
            assert_eq!(seen.load(Ordering::Relaxed), times, "{about}");
            assert!(kind.is_safe() || done.load(Ordering::Relaxed) <= 1, "{about}: done twice");
            // For as long as is borne.
            let server =
                Server::start(SUCCESS, move |number, _| if number + 1 < times { fault } else { Fault::None }).await;
            let outcome = kind.call(&server.url).await;
            assert!(outcome.is_ok(), "{about}: {outcome:?}");
            assert_eq!(server.seen.requests.load(Ordering::Relaxed), times, "{about}");
            assert!(kind.is_safe() || server.seen.done.load(Ordering::Relaxed) == 1, "{about}: done twice");
        }
    }
}

#[tokio::test]
async fn nobody_there() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for kind in ALL {
        let failed = kind.call(&url).await.unwrap_err();
        assert_eq!((failed.kind, failed.attempts), (ErrorKind::Connect, 3), "{kind:?}");
        assert!(failed.text.contains("no connection"), "{}", failed.text);
    }
}

#[tokio::test]
async fn a_success_that_failed() {
    for kind in ALL.into_iter().filter(|kind| kind.is_rpc()) {
        let server = Server::start(SUCCESS, |_, _| Fault::Answer(200, "", FAILED)).await;
        let failed = kind.call(&server.url).await.unwrap_err();
        assert_eq!((failed.kind, failed.attempts), (ErrorKind::Service, 1), "{kind:?}");
        assert!(failed.text.contains('X') && failed.text.contains("no"), "{}", failed.text);
    }
}
