//! The wire: sends a request and receives its response.

mod byte_stream;
mod causes;
pub(crate) mod clock;
mod error;
mod exchange;
mod in_runtime;
pub(crate) mod random;
mod request_body;
mod reqwest;
mod reqwest_builder;
mod send;
mod stall;
mod tls;

pub use byte_stream::ByteStream;
pub(crate) use byte_stream::too_large;
pub use error::{TransportError, TransportErrorKind};
pub(crate) use exchange::Exchange;
pub(crate) use in_runtime::in_runtime;
pub use request_body::RequestBody;
pub use reqwest::ReqwestTransport;
pub use reqwest_builder::ReqwestTransportBuilder;
pub use send::Transport;
pub(crate) use stall::ReadLimits;
pub use stall::StallProtection;
pub use tls::TlsVersion;
