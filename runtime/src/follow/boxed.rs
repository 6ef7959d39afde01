//! Boxed futures and streams, as returned to callers.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

/// A boxed future, which can be stored, moved and polled without pinning.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A boxed stream, which can be stored, moved and polled without pinning: the items of a listing, its pages, or the
/// states of a job.
///
/// [`next`](Self::next) and [`collect`](Self::collect) need no other crate; as a [`Stream`], it also has the methods of
/// `futures_util`.
#[must_use = "no request is sent until the first item is requested"]
pub struct BoxStream<T>(Pin<Box<dyn Stream<Item = T> + Send>>);

impl<T> BoxStream<T> {
    pub(super) fn new(stream: impl Stream<Item = T> + Send + 'static) -> Self {
        Self(Box::pin(stream))
    }

    /// Returns the next item; `None` at the end. Cancel-safe: no item is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<T> {
        std::future::poll_fn(|context| self.0.as_mut().poll_next(context)).await
    }

    #[cfg(feature = "blocking")]
    pub(super) fn into_inner(self) -> Pin<Box<dyn Stream<Item = T> + Send>> {
        self.0
    }
}

impl<T, E> BoxStream<Result<T, E>> {
    /// Returns all items, or the first error.
    pub async fn collect(mut self) -> Result<Vec<T>, E> {
        let mut items = Vec::new();
        while let Some(item) = self.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<T> Stream for BoxStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.as_mut().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> fmt::Debug for BoxStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BoxStream")
    }
}
