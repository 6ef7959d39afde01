//! The client, its calls, and the way of each call to its response.

mod attempt;
mod builder;
mod call;
mod handle;
mod interceptor;
mod json_call;
mod limiter;
#[cfg(feature = "metrics")]
mod metrics;
mod pipeline;
mod presign;
mod read;
mod settings;

pub use builder::{ClientBuilder, ConfigError};
pub use call::Call;
pub use handle::Client;
pub use interceptor::{Attempt, Interceptor, Outcome};
pub use json_call::JsonCall;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
