//! The client, its calls, and the way of each call to its response.

mod attempt;
mod builder;
mod builder_http;
mod call;
mod discover;
mod handle;
mod headers;
mod interceptor;
mod limiter;
#[cfg(feature = "metrics")]
mod metrics;
mod overrides;
mod pipeline;
mod read;
mod settings;
mod unsigned;

pub use builder::ClientBuilder;
pub use call::Call;
pub use handle::Client;
pub use interceptor::{Attempt, Interceptor, Outcome};
pub use limiter::RateLimiter;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
pub use unsigned::UnsignedRequest;
