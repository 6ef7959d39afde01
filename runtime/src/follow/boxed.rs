//! The futures and streams that callers get.

use std::pin::Pin;

use futures_core::Stream;

/// A future that can be held, moved and polled as it is.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A stream that can be held, moved and polled as it is.
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;
