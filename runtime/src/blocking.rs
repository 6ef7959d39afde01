//! Calls for programs without async: the same code, run by a thread of ours while the caller's waits.

use std::cell::Cell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::LazyLock;

use futures_core::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::runtime::{Builder, Handle};
use tracing::Instrument as _;

/// One thread for all clients: connections are kept for as long as the program runs.
static RUNTIME: LazyLock<Result<Handle, String>> = LazyLock::new(|| {
    let no_thread = |error| format!("no thread for calls that block: {error}");
    // Of one thread, so that it is known which thread must not wait. What may wait runs on others, as `spawn_blocking` has them.
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
    /// Whether this is the thread that runs the calls.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// Waits for the end of this. It may be called within an async runtime, whose thread it holds up then. A panic goes on in the caller,
/// as it would with `.await`; an error says why nothing was run.
pub(crate) fn wait<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> Result<T, String> {
    if OURS.get() {
        // It would wait for itself, and all others for it.
        return Err("a call cannot block within a callback of one that blocks, such as a credentials provider or an \
                    interceptor: use `send().await`, or `tokio::task::spawn_blocking`"
            .to_owned());
    }
    let runtime = RUNTIME.as_ref().map_err(Clone::clone)?;
    // Not `block_on`, which panics within a runtime.
    let (response, waiting) = std::sync::mpsc::sync_channel(1);
    runtime.spawn(
        async move {
            // Nobody takes it if the waiting thread is gone.
            let _ = response.send(AssertUnwindSafe(future).catch_unwind().await);
        }
        .in_current_span(),
    );
    match waiting.recv() {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Err("the thread for calls that block has ended".to_owned()),
    }
}

/// The items of a stream, one after the other, each waited for.
pub struct BlockingIter<T> {
    stream: Option<BoxStream<'static, T>>,
    failed: fn(String) -> T,
}

impl<T> BlockingIter<T> {
    /// Of this stream; `failed` says that it cannot be run.
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

/// `send_blocking`, for an operation; nothing without the feature `blocking`.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_methods {
    ($name:ident => Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        impl $name {
            /// As `send`, for programs without async: the thread waits for the response.
            pub fn send_blocking(
                self,
            ) -> ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
                self.0.send_blocking::<Self>()
            }

            /// As `send_as`, for programs without async: the thread waits for the response.
            pub fn send_as_blocking<T>(
                self,
                representation: $crate::Representation<T>,
            ) -> ::core::result::Result<$crate::Response<T $(, $headers)?>, $crate::CallError<$error $(, $headers)?>> {
                self.0.send_as_blocking::<Self, T>(representation)
            }
        }
    };
}

/// `presigned_url_blocking`, for an operation whose calls can be URLs.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_presigned_methods {
    ($name:ident => CallError<$error:ty $(, $headers:ty)?>) => {
        impl $name {
            /// As `presigned_url`, for programs without async: the thread waits for the credentials.
            pub fn presigned_url_blocking(
                self,
            ) -> ::core::result::Result<$crate::Secret, $crate::CallError<$error $(, $headers)?>> {
                self.0.presigned_url_blocking::<Self>()
            }
        }
    };
}

/// `pages_blocking` and `items_blocking`, for a paged operation.
#[doc(hidden)]
#[macro_export]
macro_rules! blocking_paged_methods {
    ($name:ident => $item:ty, Response<$output:ty $(, $headers:ty)?>, CallError<$error:ty>) => {
        impl $name {
            /// As `pages`, for programs without async.
            pub fn pages_blocking(
                self,
            ) -> $crate::BlockingIter<
                ::core::result::Result<$crate::Response<$output $(, $headers)?>, $crate::CallError<$error $(, $headers)?>>,
            > {
                $crate::pages_blocking::<Self>(self.0)
            }

            /// As `items`, for programs without async.
            pub fn items_blocking(
                self,
            ) -> $crate::BlockingIter<::core::result::Result<$item, $crate::CallError<$error $(, $headers)?>>> {
                $crate::items_blocking::<Self>(self.0)
            }
        }
    };
}
