//! A progress line for long work, on a terminal only.

use std::io::{self, IsTerminal as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use yundb_generator::progress::{Progress, Stage, Step};

/// Shorter work shows nothing.
const PATIENCE: Duration = Duration::from_millis(300);

/// Does work on a document, and shows how far it has come.
pub(crate) fn shown<T>(spec: &Path, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let progress = Arc::new(Progress::default());
    let (done, end) = mpsc::channel::<()>();
    let followed = Arc::clone(&progress);
    thread::scope(|scope| {
        scope.spawn(move || {
            if end.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new(0);
            loop {
                show(&bar, followed.now(), spec);
                if end.recv_timeout(PATIENCE / 3) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
            // The line is gone before anything else is printed.
            bar.finish_and_clear();
        });
        let result = progress.of(work);
        drop(done);
        result
    })
}

/// A spinner while the document is read, then a bar over its operations.
fn show(bar: &ProgressBar, Step { stage, done, all }: Step, spec: &Path) {
    let template = match all {
        0 => "{spinner} {msg} {elapsed}",
        _ => "{spinner} {msg} [{bar:24}] {pos}/{len} operations {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    let work = match stage {
        Stage::Load => "reading",
        Stage::Lower => "working through",
        Stage::Emit => "writing the client of",
    };
    bar.set_message(format!("{work} {}", spec.display()));
    bar.set_length(all as u64);
    bar.set_position(done as u64);
    bar.tick();
}
