//! The wire: one request out, one response back.

mod byte_stream;
mod error;
mod request_body;
mod reqwest;
mod send;

pub use byte_stream::ByteStream;
pub(crate) use byte_stream::too_large;
pub use error::{TransportError, TransportErrorKind};
pub use request_body::RequestBody;
pub(crate) use reqwest::HttpSettings;
pub use reqwest::ReqwestTransport;
pub use send::Transport;
