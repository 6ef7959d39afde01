//! Real connections that fail in every way: how often the service may receive a call, and whether many concurrent calls
//! all end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(deprecated, reason = "deprecated operations have to be safe, too")]

mod faults {
    mod http1;
    mod http2;
    mod server;

    mod load;
    mod table;
}
