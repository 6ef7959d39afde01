//! The streams that callers get.

use std::pin::Pin;

use futures_core::Stream;

/// A stream that can be held, moved and polled as it is.
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;
