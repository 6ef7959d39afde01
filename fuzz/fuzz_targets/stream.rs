//! Reads any bytes as a stream of events or of JSON lines, in arbitrary chunks: the items are the same as those of the
//! whole.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};
use yundb_runtime::bytes::Bytes;
use yundb_runtime::http::Response;
use yundb_runtime::test_util::Replay;
use yundb_runtime::{ByteStream, EventStream, JsonLines, Representation, RetryPolicy, TransportError, Value};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

#[derive(Debug, Arbitrary)]
struct Input {
    framing: Framing,
    /// The lengths of the first pieces.
    cuts: Vec<u8>,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Framing {
    Events,
    Texts,
    WholeEvents,
    Lines,
}

/// A limit that inputs can reach.
const LIMIT: usize = 64;

/// The items of these pieces, in their `Debug` form.
async fn items(framing: Framing, pieces: Vec<Bytes>) -> Vec<String> {
    let pieces = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, TransportError>));
    let response = Response::new(ByteStream::new(pieces));
    let client = fixture_responses::Client::builder().endpoint("http://localhost").retries(RetryPolicy::none());
    let client = client.transport(Replay::new([response.into()])).max_response_size(LIMIT).build().expect("a client");
    let chat = client.chat().stream(true);
    let mut found = Vec::new();
    macro_rules! collect {
        ($representation:expr) => {{
            let mut items = chat.send_as($representation).await.expect("a stream").into_inner();
            while let Some(item) = items.next().await {
                let shown = format!("{item:?}");
                found.push(item.map_or_else(|error| format!("{error} {:?}", error.data()), |_| shown));
            }
        }};
    }
    match framing {
        Framing::Events => collect!(Representation::<EventStream<Value>>::new("text/event-stream")),
        Framing::Texts => collect!(Representation::<EventStream<String>>::new("text/event-stream")),
        Framing::WholeEvents => collect!(Representation::<EventStream<Value>>::whole_events("text/event-stream")),
        Framing::Lines => collect!(Representation::<JsonLines<Value>>::new("application/x-ndjson")),
    }
    found
}

fuzz_target!(|input: Input| {
    let mut rest = Bytes::from(input.bytes);
    let whole = vec![rest.clone()];
    let mut pieces = Vec::new();
    for cut in input.cuts {
        pieces.push(rest.split_to(rest.len().min(cut.into())));
    }
    pieces.push(rest);
    RUNTIME.block_on(async {
        assert_eq!(items(input.framing, pieces).await, items(input.framing, whole).await);
    });
});
