//! Blocking calls: the same code, run on a background thread while the caller's thread waits.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::LazyLock;

use futures_core::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::runtime::{Builder, Handle};
use tracing::Instrument as _;

/// One thread for all clients, so that connections are kept as long as the program runs.
static RUNTIME: LazyLock<Result<Handle, String>> = LazyLock::new(|| {
    let no_thread = |error| format!("cannot start the thread for blocking calls: {error}");
    // Single-threaded, so that the thread that must not block is known. Blocking work runs in `spawn_blocking`.
    let runtime = Builder::new_current_thread().enable_all().build().map_err(no_thread)?;
    let handle = runtime.handle().clone();
    let run = move || {
        OURS.set(true);
        runtime.block_on(std::future::pending::<()>());
    };
    std::thread::Builder::new().name("yundb".to_owned()).spawn(run).map_err(no_thread)?;
    Ok(handle)
});

thread_local! {
    /// Whether this is the background thread.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Blocks until the future has completed. Can be called within an async runtime, whose thread it then blocks. A panic
/// is resumed in the caller, as with `.await`; an error describes why the future could not be run.
pub(crate) fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T, String> {
    if OURS.get() {
        // The thread would wait for itself, and block all other calls.
        return Err(
            "a blocking call cannot be made within a callback of another one, such as a credentials provider or \
                    an interceptor: use `send().await`, or `tokio::task::spawn_blocking`"
                .to_owned(),
        );
    }
    let runtime = RUNTIME.as_ref().map_err(Clone::clone)?;
    // Not `block_on`, which panics within a runtime.
    let (response, waiting) = std::sync::mpsc::sync_channel(1);
    runtime.spawn(
        async move {
            // There is no receiver if the waiting thread has ended.
            let _ = response.send(AssertUnwindSafe(future).catch_unwind().await);
        }
        .in_current_span(),
    );
    match waiting.recv() {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Err("the thread for blocking calls has ended".to_owned()),
    }
}

/// A blocking iterator over a stream.
pub struct BlockingIter<T> {
    stream: Option<BoxStream<'static, T>>,
    failed: fn(String) -> T,
}

impl<T> BlockingIter<T> {
    /// Creates an iterator over this stream; `failed` creates the item for a stream that cannot be run.
    pub(crate) fn new(stream: BoxStream<'static, T>, failed: fn(String) -> T) -> Self {
        Self { stream: Some(stream), failed }
    }
}

impl<T: Send + 'static> Iterator for BlockingIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let mut stream = self.stream.take()?;
        match wait(async move { (stream.next().await, stream) }) {
            Ok((Some(item), stream)) => {
                self.stream = Some(stream);
                Some(item)
            }
            Ok((None, _)) => None,
            Err(why) => Some((self.failed)(why)),
        }
    }
}

impl<T> std::fmt::Debug for BlockingIter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BlockingIter")
    }
}

/// Defines `send_blocking` for an operation; or, without the feature `blocking`, a hint in its place.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
        impl $name {
            /// Like `send`, for programs without async: blocks until there is a response.
            pub fn send_blocking(
                self,
            ) -> ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
                self.0.send_blocking::<Self>()
            }

            /// Like `send_as`, for programs without async: blocks until there is a response.
            pub fn send_as_blocking<T>(
                self,
                representation: $crate::Representation<T>,
            ) -> ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
                self.0.send_as_blocking::<Self, T>(representation)
            }
        }
    };
}

/// Defines `presigned_url_blocking` for an operation whose calls can be presigned.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_presigned_methods {
    ($name:ident => CallError<$error:ty $(, $headers:ty)?>) => {
        #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
        impl $name {
            /// Like `presigned_url`, for programs without async: blocks until there are credentials.
            pub fn presigned_url_blocking(
                self,
            ) -> ::core::result::Result<$crate::Secret, $crate::CallError<$error $(, $headers)?>> {
                self.0.presigned_url_blocking::<Self>()
            }
        }
    };
}

/// Defines `pages_blocking` and `items_blocking` for a paged operation.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_paged_methods {
    ($name:ident => $item:ty, Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
        impl $name {
            /// Like `pages`, for programs without async.
            pub fn pages_blocking(
                self,
            ) -> $crate::BlockingIter<
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>,
            > {
                $crate::pages_blocking::<Self>(self.0)
            }

            /// Like `items`, for programs without async.
            pub fn items_blocking(
                self,
            ) -> $crate::BlockingIter<::core::result::Result<$item, $crate::CallError<$error $(, $headers)?>>> {
                $crate::items_blocking::<Self>(self.0)
            }
        }
    };
}
