//! The default transport over real connections: reuse, trust, proxies, and errors.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{self, RootCertStore, ServerConfig};
use yundb_runtime::{
    ClientBuilder, ErrorKind, ReqwestTransport, RetryPolicy, StallProtection, TlsVersion, Transport, TransportErrorKind,
};

use crate::mini::{Client, HTTP};

fn builder() -> ClientBuilder<Client> {
    let policy = RetryPolicy::new().first_pause(Duration::ZERO);
    Client::builder(&HTTP).bearer_token("t").no_proxy().retries(policy)
}

fn with(transport: impl Transport + 'static) -> ClientBuilder<Client> {
    let policy = RetryPolicy::new().first_pause(Duration::ZERO);
    Client::builder(&HTTP).bearer_token("t").transport(transport).retries(policy)
}

/// A server on loopback that runs this for each connection; returns the number of connections so far.
async fn serve<F>(each: impl Fn(TcpStream) -> F + Send + 'static) -> (u16, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(each(stream));
        }
    });
    (port, count)
}

const EMPTY: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]";

/// Reads one request's head.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        text.push(char::from(stream.read_u8().await.ok()?));
    }
    Some(text)
}

/// Sends this response to each request of a connection.
async fn respond(mut stream: impl AsyncRead + AsyncWrite + Unpin, response: Vec<u8>) {
    while head(&mut stream).await.is_some() {
        if stream.write_all(&response).await.is_err() {
            return;
        }
    }
}

/// Reads forever, and never responds.
async fn silent(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer).await, Ok(1..)) {}
}

fn http2() -> ReqwestTransport {
    let make = || reqwest::Client::builder().http2_prior_knowledge().no_proxy().build();
    ReqwestTransport::from_fn(make).expect("a transport")
}

#[tokio::test]
async fn a_timed_out_connection_is_not_reused() {
    for whole_call in [false, true] {
        let (port, connections) = serve(silent).await;
        let builder = with(http2()).endpoint(format!("http://127.0.0.1:{port}")).retries(RetryPolicy::none());
        let limit = Duration::from_millis(60);
        let builder = if whole_call { builder.operation_timeout(limit) } else { builder.timeout(limit) };
        let client = builder.build().expect("a client");
        let call = async || {
            let error = client.list_pets().set("kind", "cat").send().await.expect_err("no response");
            assert_eq!((error.kind(), error.attempts()), (ErrorKind::Timeout, 1));
            connections.load(Ordering::SeqCst)
        };
        // The new connection is kept for two seconds, whatever the limits of calls.
        assert_eq!([call().await, call().await, call().await, call().await], [1, 2, 2, 2], "{whole_call}");
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!([call().await, call().await], [2, 3], "{whole_call}");
    }
}

#[tokio::test]
async fn new_connections_do_not_block_other_calls() {
    let (port, connections) = serve(silent).await;
    let (making, made) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (making.clone(), made.clone());
    let make = move || {
        // The first one is created by `from_fn`.
        if counts.0.fetch_add(1, Ordering::SeqCst) > 0 {
            std::thread::sleep(Duration::from_millis(500));
        }
        counts.1.fetch_add(1, Ordering::SeqCst);
        reqwest::Client::builder().http2_prior_knowledge().no_proxy().build()
    };
    let transport = ReqwestTransport::from_fn(make).expect("a transport");
    let builder = with(transport).endpoint(format!("http://127.0.0.1:{port}")).retries(RetryPolicy::none());
    let client = builder.build().expect("a client");
    let call = |limit: u64| client.list_pets().set("kind", "cat").timeout(Duration::from_millis(limit)).send();
    let hasty = call(50);
    let hasty = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(hasty).expect_err("no response")
    });
    while making.load(Ordering::SeqCst) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // A call begins and ends, and its own timeout replaces no further connections.
    call(100).await.expect_err("no response");
    assert_eq!((making.load(Ordering::SeqCst), made.load(Ordering::SeqCst)), (2, 1));
    hasty.join().expect("no panic");
    call(50).await.expect_err("no response");
    assert_eq!((made.load(Ordering::SeqCst), connections.load(Ordering::SeqCst)), (2, 2));
}

#[tokio::test]
async fn concurrent_timeouts_retire_a_connection_once() {
    let (port, connections) = serve(silent).await;
    let builder = with(http2()).endpoint(format!("http://127.0.0.1:{port}")).timeout(Duration::from_millis(200));
    let client = builder.retries(RetryPolicy::none()).build().expect("a client");
    for round in 1..=2 {
        let calls = (0..20).map(|_| client.list_pets().set("kind", "cat").send());
        for outcome in futures_util::future::join_all(calls).await {
            assert_eq!(outcome.expect_err("no response").kind(), ErrorKind::Timeout);
        }
        assert_eq!(connections.load(Ordering::SeqCst), round);
    }
}

#[tokio::test]
async fn a_late_timeout_does_not_retire_a_newer_connection() {
    let (port, connections) = serve(silent).await;
    let builder = with(http2()).endpoint(format!("http://127.0.0.1:{port}")).retries(RetryPolicy::none());
    let client = builder.build().expect("a client");
    let call = async |begin: u64, limit: u64| {
        tokio::time::sleep(Duration::from_millis(begin)).await;
        let call = client.list_pets().set("kind", "cat").timeout(Duration::from_millis(limit));
        call.send().await.expect_err("no response")
    };
    // The second call is on the first connection, and times out when the third already has another one, which the last
    // one shares.
    tokio::join!(call(0, 200), call(0, 600), call(400, 600), call(800, 100));
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn connections_of_http1_stay_when_another_one_is_slow() {
    // The first request of the second connection gets no response.
    let numbers = AtomicUsize::new(0);
    let (port, connections) = serve(move |stream| {
        let number = numbers.fetch_add(1, Ordering::SeqCst);
        async move { if number == 1 { silent(stream).await } else { respond(stream, EMPTY.into()).await } }
    })
    .await;
    let builder = builder().endpoint(format!("http://127.0.0.1:{port}")).timeout(Duration::from_millis(300));
    let client = builder.retries(RetryPolicy::none()).build().expect("a client");
    let call = || client.list_pets().set("kind", "cat").send();
    call().await.expect("success");
    let (one, other) = tokio::join!(call(), call());
    assert!(one.is_ok() != other.is_ok(), "one of them gets no response");
    for _ in 0..5 {
        call().await.expect("success");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn clients_may_share_connections() {
    let (port, connections) = serve(|stream| respond(stream, EMPTY.into())).await;
    let shared = ReqwestTransport::builder().no_proxy().build().expect("a transport");
    for _ in 0..3 {
        let client = with(shared.clone()).endpoint(format!("http://127.0.0.1:{port}")).build().expect("a client");
        client.list_pets().set("kind", "cat").send().await.expect("success");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn bodies_that_stall() {
    const BEGUN: &str = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc";
    let (port, _) = serve(|stream| respond(stream, BEGUN.into())).await;
    let protection = StallProtection::new().min_throughput(100).window(Duration::from_millis(200));
    let limit = Duration::from_millis(150);
    for (builder, expected) in [
        (builder().stall_protection(protection), "less than 100 bytes a second over 200ms (`stall_protection`)"),
        (builder().read_timeout(limit), "no more of the response arrived within 150ms (`read_timeout`)"),
    ] {
        let client = builder.endpoint(format!("http://127.0.0.1:{port}")).build().expect("a client");
        let body = client.download_pet().send().await.expect("a stream").into_inner();
        let error = body.collect().await.expect_err("it stalls");
        assert_eq!(error.kind(), TransportErrorKind::ReadTimeout);
        assert!(error.to_string().contains(expected), "{error}");
    }
    // `read_timeout` also applies to a body that is read as a whole, and the call is repeated.
    let client = builder().read_timeout(limit).endpoint(format!("http://127.0.0.1:{port}")).build().expect("a client");
    let error = client.list_pets().set("kind", "cat").send().await.expect_err("it stalls");
    assert_eq!((error.kind(), error.attempts(), error.status()), (ErrorKind::Timeout, 3, Some(200)));
}

/// An authority, and certificates that it has signed.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL treats a certificate with equal subject and issuer as self-signed.
        params.distinguished_name.push(DnType::CommonName, format!("authority {}", uuid::Uuid::new_v4()));
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    fn certificate(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    /// A server with a certificate of this authority, with these versions of TLS, which requires a client certificate
    /// of this authority.
    async fn serve(
        &self,
        versions: &[&'static rustls::SupportedProtocolVersion],
        clients: Option<&Authority>,
    ) -> (String, Arc<AtomicUsize>) {
        let (certificate, key) = self.certificate();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions);
        let config = config.expect("versions");
        let config = match clients {
            None => config.with_no_client_auth(),
            Some(authority) => {
                use rustls::pki_types::pem::PemObject as _;
                let mut roots = RootCertStore::empty();
                let root = rustls::pki_types::CertificateDer::from_pem_slice(authority.pem.as_bytes()).expect("PEM");
                roots.add(root).expect("an authority");
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                config.with_client_cert_verifier(verifier.expect("a verifier"))
            }
        };
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = config.with_single_cert(vec![certificate.der().clone()], key).expect("a configuration");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let (port, connections) = serve(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    respond(stream, EMPTY.into()).await;
                }
            }
        })
        .await;
        (format!("https://localhost:{port}"), connections)
    }
}

const BOTH: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12, &rustls::version::TLS13];

/// The outcome of a call, and the number of its connections.
async fn ends(
    builder: ClientBuilder<Client>,
    (url, connections): &(String, Arc<AtomicUsize>),
) -> (Result<(), (ErrorKind, bool)>, usize) {
    let before = connections.load(Ordering::SeqCst);
    let client = builder.endpoint(url.clone()).build().expect("a client");
    let outcome = client.list_pets().set("kind", "cat").send().await;
    let outcome = outcome.map(drop).map_err(|error| (error.kind(), error.is_retryable()));
    (outcome, connections.load(Ordering::SeqCst) - before)
}

/// A failure that would recur.
const DENIED: (Result<(), (ErrorKind, bool)>, usize) = (Err((ErrorKind::Connect, false)), 1);

#[tokio::test]
async fn trusted_authorities() {
    let (ours, others) = (Authority::new(), Authority::new());
    let server = ours.serve(BOTH, None).await;
    assert_eq!(ends(builder(), &server).await, DENIED);
    assert_eq!(ends(builder().root_certificate_pem(others.pem.clone()), &server).await, DENIED);
    assert_eq!(ends(builder().root_certificate_pem(ours.pem.clone()), &server).await, (Ok(()), 1));
    let only = || builder().no_system_root_certificates();
    assert_eq!(ends(only().root_certificate_pem(ours.pem.clone()), &server).await, (Ok(()), 1));
    assert_eq!(ends(only().root_certificate_pem(others.pem), &server).await, DENIED);
    let error = only().build().expect_err("nobody").to_string();
    assert!(error.contains("no trusted authorities"), "{error}");
    // The name in the certificate does not match.
    let by_number = (server.0.replace("localhost", "127.0.0.1"), server.1.clone());
    assert_eq!(ends(builder().root_certificate_pem(ours.pem), &by_number).await, DENIED);
}

#[tokio::test]
async fn client_certificates() {
    let (ours, clients) = (Authority::new(), Authority::new());
    let (certificate, key) = clients.certificate();
    let (other, other_key) = ours.certificate();
    for versions in [BOTH, &[&rustls::version::TLS12]] {
        let server = ours.serve(versions, Some(&clients)).await;
        let builder = || builder().root_certificate_pem(ours.pem.clone());
        let ends_with = async |certificate: String, key: String| {
            ends(builder().client_certificate_pem(certificate, key), &server).await
        };
        assert_eq!(ends_with(certificate.pem(), key.serialize_pem()).await, (Ok(()), 1));
        assert_eq!(ends(builder(), &server).await, DENIED, "no certificate, {} versions", versions.len());
        assert_eq!(ends_with(other.pem(), other_key.serialize_pem()).await, DENIED, "of another authority");
    }
    // Invalid input is not quoted.
    for (certificate, key) in [("hunter2", "hunter2"), (&*certificate.pem(), "hunter2"), ("", &*key.serialize_pem())] {
        let error = builder().client_certificate_pem(certificate, key).build().expect_err("no certificate").to_string();
        assert!(error.contains("client certificate") && !error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn minimum_tls_version() {
    let ours = Authority::new();
    let (old, new) = (ours.serve(&[&rustls::version::TLS12], None).await, ours.serve(BOTH, None).await);
    let builder = |lowest| builder().root_certificate_pem(ours.pem.clone()).min_tls_version(lowest);
    assert_eq!(ends(builder(TlsVersion::V1_2), &old).await, (Ok(()), 1));
    assert_eq!(ends(builder(TlsVersion::V1_3), &new).await, (Ok(()), 1));
    assert_eq!(ends(builder(TlsVersion::V1_3), &old).await, DENIED);
}

#[tokio::test]
async fn proxies_that_deny_and_proxies_that_break() {
    let proxied =
        |port: u16| Client::builder(&HTTP).bearer_token("t").proxy(format!("http://u:hunter2@127.0.0.1:{port}"));
    let responding = |response: &'static str| serve(move |stream| respond(stream, response.into()));
    let policy = || RetryPolicy::new().first_pause(Duration::ZERO);
    for (response, times, retryable) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n", 1, false),
        ("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n", 3, true),
    ] {
        let (port, connections) = responding(response).await;
        let client = proxied(port).retries(policy()).endpoint("https://api.example.com").build().expect("a client");
        let error = client.list_pets().set("kind", "cat").send().await.expect_err("no tunnel");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Connect, retryable), "{error}");
        assert_eq!(connections.load(Ordering::SeqCst), times);
        assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    let error = builder().proxy("ftp://u:hunter2@p").build().expect_err("no proxy").to_string();
    assert!(error.contains("scheme is not supported") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn through_a_socks_proxy() {
    // Greeting without a password; CONNECT to a name, granted; then the service itself.
    let (port, connections) = serve(|mut stream| async move {
        let mut greeting = [0; 2];
        let _ = stream.read_exact(&mut greeting).await;
        let mut methods = vec![0; greeting[1].into()];
        let _ = stream.read_exact(&mut methods).await;
        let _ = stream.write_all(&[5, 0]).await;
        let mut request = [0; 5];
        let _ = stream.read_exact(&mut request).await;
        assert_eq!(request[..4], [5, 1, 0, 3], "a name, which the proxy looks up");
        let mut name = vec![0; usize::from(request[4]) + 2];
        let _ = stream.read_exact(&mut name).await;
        assert!(name.starts_with(b"api.example.com"));
        let _ = stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await;
        respond(stream, EMPTY.into()).await;
    })
    .await;
    let builder = Client::builder(&HTTP).bearer_token("t").proxy(format!("socks5h://127.0.0.1:{port}"));
    let client = builder.endpoint("http://api.example.com").build().expect("a client");
    for _ in 0..2 {
        client.list_pets().set("kind", "cat").send().await.expect("success");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn user_agents_and_default_headers() {
    let (sent, mut heads) = tokio::sync::mpsc::unbounded_channel();
    let (port, _) = serve(move |mut stream| {
        let sent = sent.clone();
        async move {
            while let Some(head) = head(&mut stream).await {
                let _ = sent.send(head.to_ascii_lowercase());
                let _ = stream.write_all(EMPTY.as_bytes()).await;
            }
        }
    })
    .await;
    let own = reqwest::Client::builder().user_agent("somebody/else").no_proxy().build().expect("a client");
    for builder in [builder(), with(ReqwestTransport::new(own))] {
        let builder = builder.app_name("my-shop/1.2").default_header("X-Team", "blue").default_header("X-Kind", "a");
        let client = builder.endpoint(format!("http://127.0.0.1:{port}")).build().expect("a client");
        client.list_pets().set("kind", "cat").extra_header("x-kind", "b").send().await.expect("success");
        let head = heads.recv().await.expect("a request");
        let agent = format!("\r\nuser-agent: yundb/{} my-shop/1.2\r\n", env!("CARGO_PKG_VERSION"));
        assert!(head.contains(&agent), "{head}");
        assert!(head.contains("\r\nx-team: blue\r\n") && head.contains("\r\nx-kind: b\r\n"), "{head}");
        assert!(!head.contains("x-kind: a"), "{head}");
    }
    for name in ["", "my shop", "a\r\nb", "é"] {
        let error = builder().app_name(name).build().expect_err("no name").to_string();
        assert!(error.contains("is not a valid program name"), "{error}");
    }
    for (name, value) in [("a b", "c"), ("x-a", "hunter2\n")] {
        let error = builder().default_header(name, value).build().expect_err("no header").to_string();
        assert!(error.contains("header") && !error.contains("hunter2"), "{error}");
    }
}

/// Compressed manually: stored blocks need no library, and repeated zeros make a bomb.
fn bomb(mib: usize) -> Vec<u8> {
    // A deflate stream of one fixed block: a zero, then copies of 258 zeros each.
    let (mut bytes, mut held, mut bits) = (vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], 0_u32, 0);
    let mut put = |value: u32, count: u32| {
        for at in 0..count {
            held |= (value >> at & 1) << bits;
            bits += 1;
            if bits == 8 {
                bytes.push(u8::try_from(held).expect("a byte"));
                (held, bits) = (0, 0);
            }
        }
    };
    let reversed = |value: u32, count: u32| value.reverse_bits() >> (32 - count);
    put(1, 1);
    put(1, 2);
    put(reversed(0x30, 8), 8);
    for _ in 0..(mib << 20) / 258 {
        // Length 258 is the code 285, the distance 1 the code 0.
        put(reversed(0xc5, 8), 8);
        put(0, 5);
    }
    // The end is missing: nothing should read that far.
    bytes
}

#[tokio::test]
async fn compressed_responses() {
    // "[]", stored.
    let mut small = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 0, 0xfd, 0xff];
    small.extend(b"[]");
    small.extend(0x0d4c_bb29_u32.to_le_bytes());
    small.extend(2_u32.to_le_bytes());
    let response = |body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    };
    let (port, _) = serve({
        let response = response(&small);
        move |stream| respond(stream, response.clone())
    })
    .await;
    let client = builder().endpoint(format!("http://127.0.0.1:{port}")).build().expect("a client");
    client.list_pets().set("kind", "cat").send().await.expect("success");

    let compressed = response(&bomb(64));
    assert!(compressed.len() < 1 << 20, "it is a bomb");
    let (port, connections) = serve(move |stream| respond(stream, compressed.clone())).await;
    let builder = builder().endpoint(format!("http://127.0.0.1:{port}")).max_response_size(1 << 20);
    let client = builder.build().expect("a client");
    let error = client.list_pets().set("kind", "cat").send().await.expect_err("too large");
    assert!(error.to_string().contains("longer than 1048576 bytes (`max_response_size`)"), "{error}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

/// A redirect to an unreachable address: the first server has read the request, so it is not sent again.
#[tokio::test]
async fn a_redirected_request_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        drop(listener);
        head(&mut stream).await.expect("a request");
        let redirect =
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: /orders/1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(redirect.as_bytes()).await.expect("a response");
    });
    let client: yundb_runtime::Client = ClientBuilder::new(&HTTP)
        .bearer_token("t")
        .no_proxy()
        .retries(RetryPolicy::new().first_pause(Duration::ZERO))
        .endpoint(format!("http://{address}"))
        .build()
        .expect("a client");
    let error = client.call_path("POST", "/orders").send().await.expect_err("no server");
    served.await.expect("no panic");
    assert_eq!((error.kind(), error.attempts(), error.is_retryable()), (ErrorKind::Transport, 1, false));
}
