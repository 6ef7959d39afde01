//! What becomes of a connection on which time ran out.

use std::fmt;
use std::sync::{Arc, OnceLock};

/// An exchange under way, as an extension of its request: the transport says what is to be done if no response comes in time, and
/// whoever waits says when that is so.
///
/// Over HTTP/1.1 a connection that is given up is closed. Over HTTP/2 it stays, for all calls to come; one that does not answer any
/// more would fail them all.
#[derive(Clone, Default)]
pub(crate) struct Exchange(Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>);

impl Exchange {
    /// Does this if time runs out.
    pub(crate) fn when_out_of_time(&self, leave: impl Fn() + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(leave));
    }

    /// Time has run out: the connection is not to be used again.
    pub(crate) fn out_of_time(&self) {
        if let Some(leave) = self.0.get() {
            leave();
        }
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}
