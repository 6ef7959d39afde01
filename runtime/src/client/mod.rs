//! The client, its calls, and the way of each call to its response.

mod attempt;
mod builder;
mod call;
mod discover;
mod handle;
mod interceptor;
mod limiter;
#[cfg(feature = "metrics")]
mod metrics;
mod pipeline;
mod read;
mod settings;

pub use builder::{ClientBuilder, ConfigError};
pub use call::Call;
pub use handle::Client;
pub use interceptor::{Attempt, Interceptor, Outcome};
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
