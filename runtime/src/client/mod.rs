//! The client, its calls, and the path of each call from input to response.

mod address;
pub mod applies;
mod attempt;
mod builder;
mod builder_http;
mod call;
mod discover;
mod handle;
mod headers;
mod interceptor;
mod json_call;
mod last_base;
mod limiter;
mod lookups;
#[cfg(feature = "metrics")]
mod metrics;
mod overrides;
mod pipeline;
mod presign;
mod read;
mod settings;
mod skews;
mod trace;
mod unsigned;

pub use builder::ClientBuilder;
pub use call::Call;
pub use handle::Client;
pub use interceptor::{Attempt, Interceptor, Outcome};
pub use json_call::JsonCall;
pub use limiter::RateLimiter;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
pub use unsigned::UnsignedRequest;
