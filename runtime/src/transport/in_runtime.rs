//! Detects whether time limits and pauses can work.

/// An error outside of a tokio runtime, where tokio's timers panic.
pub(crate) fn in_runtime() -> Result<(), String> {
    let no_runtime = "there is no tokio runtime here: await it within one, or use the methods for programs without async \
                      (`send_blocking` and the like, feature `blocking`)";
    tokio::runtime::Handle::try_current().map(drop).map_err(|_| no_runtime.to_owned())
}
