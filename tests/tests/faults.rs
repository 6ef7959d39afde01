//! Real connections that fail in every way: how often the service may receive a call; and that many concurrent calls
//! all end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![allow(deprecated, reason = "deprecated operations have to be safe, too")]

mod faults {
    mod http1;
    mod http2;
    mod server;

    mod load;
    mod table;
}
