//! Detects whether time limits and pauses can work.

/// An error outside of a tokio runtime, where tokio's timers panic.
pub(crate) fn in_runtime() -> Result<(), String> {
    let no_runtime = "there is no tokio runtime here: await this within one, or use the blocking methods, such as \
                      `send_blocking` (feature `blocking`)";
    tokio::runtime::Handle::try_current().map(drop).map_err(|_| no_runtime.to_owned())
}
