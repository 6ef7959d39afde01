//! A server on loopback with a given fault for each request.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The treatment of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Executed, with a response.
    None,
    /// The connection is reset before the request is read.
    ResetBefore,
    /// Executed, but the connection is reset instead of a response.
    ResetAfter,
    /// Executed, but the headers come too late.
    SlowHeaders,
    /// Executed, but the body comes too late.
    SlowBody,
    /// Executed, but the body breaks off.
    Truncated,
    /// Not executed; this status is returned.
    Response(u16, &'static str, &'static str),
    /// Executed, though this status leaves that open.
    Broken(u16, &'static str, &'static str),
}

/// The requests so far.
#[derive(Debug, Default)]
pub struct Seen {
    /// Requests of which at least the head arrived.
    pub requests: AtomicUsize,
    /// Requests that were executed.
    pub done: AtomicUsize,
    /// The bodies of those, if they are recorded.
    pub bodies: Mutex<Vec<String>>,
    pub keeps_bodies: AtomicBool,
}

/// The fault for the request of this number, from 0, with this head and body.
pub type Choose = Arc<dyn Fn(usize, &str) -> Fault + Send + Sync>;

pub struct Server {
    pub url: String,
    pub seen: Arc<Seen>,
}

/// Longer than any test's timeout.
const LATE: Duration = Duration::from_secs(30);

impl Server {
    pub async fn start(success: &'static str, choose: impl Fn(usize, &str) -> Fault + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, choose): (Arc<Seen>, Choose) = (Arc::default(), Arc::new(choose));
        let of_all = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that disconnects ends its connection.
                tokio::spawn(serve(stream, success, of_all.clone(), choose.clone()));
            }
        });
        Self { url, seen }
    }
}

async fn serve(mut stream: TcpStream, success: &'static str, seen: Arc<Seen>, choose: Choose) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut bytes = Vec::new();
    loop {
        let head = loop {
            if let Some(end) = find(&bytes, b"\r\n\r\n") {
                break String::from_utf8_lossy(&bytes[..end + 4]).into_owned();
            }
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        };
        let number = seen.requests.fetch_add(1, Ordering::Relaxed);
        let fault = choose(number, &head);
        if fault == Fault::ResetBefore {
            stream.set_zero_linger()?;
            return Ok(());
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        let whole = head.len() + length.unwrap_or(0);
        while bytes.len() < whole {
            if stream.read_buf(&mut bytes).await? == 0 {
                return Ok(());
            }
        }
        if !matches!(fault, Fault::Response(..)) {
            seen.done.fetch_add(1, Ordering::Relaxed);
            if seen.keeps_bodies.load(Ordering::Relaxed) {
                let body = String::from_utf8_lossy(&bytes[head.len()..whole]).into_owned();
                seen.bodies.lock().unwrap().push(body);
            }
        }
        bytes.drain(..whole);
        let (status, headers, body) = match fault {
            Fault::Response(status, headers, body) | Fault::Broken(status, headers, body) => (status, headers, body),
            _ => (200, "Content-Type: application/json\r\n", success),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Status\r\n{headers}Content-Length: {length}\r\n\r\n");
        match fault {
            Fault::ResetAfter => {
                stream.set_zero_linger()?;
                return Ok(());
            }
            Fault::SlowHeaders => return late(stream).await,
            Fault::SlowBody => {
                stream.write_all(head.as_bytes()).await?;
                return late(stream).await;
            }
            Fault::Truncated => {
                stream.write_all(head.as_bytes()).await?;
                return stream.write_all(&body.as_bytes()[..length / 2]).await;
            }
            _ => stream.write_all(format!("{head}{body}").as_bytes()).await?,
        }
    }
}

/// Sends nothing until the client disconnects.
async fn late(mut stream: TcpStream) -> std::io::Result<()> {
    let _ = tokio::time::timeout(LATE, stream.read_u8()).await;
    Ok(())
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
