//! Copies of a secret in the process's memory after a call.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use yundb_runtime::http::{Request, Response};
use yundb_runtime::operation::{field, query};
use yundb_runtime::shape::any;
use yundb_runtime::{
    ByteStream, Client, ClientBuilder, Credentials, Operation, Protocol, RequestBody, Secret, Server, Service,
    Signature, Spec, Transport, TransportError, Value,
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

static REST: Service = Service { protocol: Protocol::HuaweiRest, ..SERVICE };

struct Create;

impl Operation for Create {
    type Output = Value;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("Create", "POST", "/v3/things")
        .params(&[field("name", any()), field("password", any())])
        .body("application/json", true)
        // Checked on a copy of the whole body.
        .body_shape(any().min_items(1));
}

struct Add;

impl Operation for Add {
    type Output = Value;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("Add", "GET", "/#Action=Add").params(&[query("Password", any())]);
}

/// Drops the request, as every transport eventually does.
#[derive(Debug)]
struct Nowhere;

impl Transport for Nowhere {
    fn send(
        &self,
        request: Request<RequestBody>,
    ) -> futures_core::future::BoxFuture<'_, Result<Response<ByteStream>, TransportError>> {
        drop(request);
        Box::pin(async { Ok(Response::new(ByteStream::from(yundb_runtime::bytes::Bytes::from_static(b"{}")))) })
    }
}

/// The secret, masked so that it does not occur in memory itself.
const MASKED: [u8; 24] = *b"ipsdqboe:kpigqstqcfvyxno";

fn secret() -> Secret {
    // Twice, as the allocator overwrites the first bytes of what is freed.
    let mut text = String::with_capacity(2 * MASKED.len());
    text.extend(MASKED.iter().chain(&MASKED).map(|byte| char::from(byte - 1)));
    Secret::from(text)
}

/// Number of copies of the secret in this process's memory.
fn copies() -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("Linux");
    let memory = File::open("/proc/self/mem").expect("Linux");
    let mut found = 0;
    let mut buffer = vec![0_u8; 1 << 20];
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[v")) {
        let (from, to) = line.split(' ').next().and_then(|range| range.split_once('-')).expect("a range");
        let [from, to] = [from, to].map(|at| u64::from_str_radix(at, 16).expect("an address"));
        let mut at = from;
        while at < to {
            buffer.fill(0);
            let most = usize::try_from(to - at).map_or(buffer.len(), |left| left.min(buffer.len()));
            let Ok(read) = memory.read_at(&mut buffer[..most], at) else { break };
            let begins = |window: &[u8]| window.iter().zip(MASKED).all(|(byte, masked)| *byte == masked - 1);
            found += buffer[..read].windows(MASKED.len()).filter(|window| begins(window)).count();
            if read <= MASKED.len() || at + read as u64 >= to {
                break;
            }
            at += (read - MASKED.len() + 1) as u64;
        }
    }
    buffer.fill(0);
    found
}

#[tokio::test]
async fn no_copy_of_a_parameter_remains() {
    let held = secret();
    assert_eq!(copies(), 2, "only the one that is held");
    drop(held);
    assert_eq!(copies(), 0);
    for (signature, get) in [(Signature::AliyunRpcV1, false), (Signature::AliyunRpcV1, true), (Signature::Acs3, false)]
    {
        let builder = ClientBuilder::<Client>::new(&SERVICE).transport(Nowhere).signature(signature);
        let builder = builder.credentials(Credentials::access_key("AK", "SK"));
        let client = if get { builder.get_requests() } else { builder }.build().expect("a client");
        client.call(Add::SPEC).set("Password", secret()).send::<Add>().await.expect("success");
        drop(client);
        assert_eq!(copies(), 0, "{signature:?}, by GET: {get}");
    }
    let builder = ClientBuilder::<Client>::new(&REST).transport(Nowhere);
    let client = builder.credentials(Credentials::access_key("AK", "SK")).build().expect("a client");
    let call = client.call(Create::SPEC).set("name", "n".repeat(70)).set("password", secret());
    let pages: Vec<String> = (0..10).map(|_| "x".repeat(1000)).collect();
    call.set("name", pages).send::<Create>().await.expect("success");
    drop(client);
    assert_eq!(copies(), 0, "as JSON");
}
