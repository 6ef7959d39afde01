//! `cargo xtask codegen`: the clients of `specs/`, all at once.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use rayon::prelude::*;
use yundb_cli::generate::{summary, up_to_date};
use yundb_cli::print::{self, failed};
use yundb_generator::load::Loaded;
use yundb_generator::{Failure, Manifest, Options, Report};

use crate::packages;
use crate::stamp::Stamp;

#[derive(Args)]
pub struct Arguments {
    /// Folders of specs/. Defaults to all.
    services: Vec<String>,
    /// Change nothing; show the differences and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Write the outcome for each fact of the documents to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// A service and the folders of its spec and its client.
struct Service {
    name: String,
    spec: PathBuf,
    out: PathBuf,
}

/// The result for a service.
enum Done {
    /// Nothing has changed since a run that found its client up to date, with these words.
    Skipped(String),
    Generated(Box<Result<Report, Failure>>, Option<Stamp>),
}

/// Returns whether everything succeeded and, with `--check`, nothing differs.
pub fn run(arguments: Arguments) -> anyhow::Result<bool> {
    let Arguments { services, check, report: file } = arguments;
    let file = file.map(std::path::absolute).transpose()?;
    let services: Vec<Service> = super::services(&services)?.into_iter().map(Service::new).collect();
    // Stamps hold no accounts.
    let done = services.par_iter().map(|service| service.timed(check, file.is_none()));
    let done: Vec<(Done, Duration)> = done.collect();
    let mut accounts = serde_json::Map::new();
    let mut well = true;
    for (service, (done, time)) in services.iter().zip(done) {
        let (report, stamp) = match done {
            Done::Skipped(words) => {
                writeln!(io::stdout(), "{}", up_to_date(&words, time))?;
                continue;
            }
            Done::Generated(generated, stamp) => match *generated {
                Ok(report) => (report, stamp),
                Err(failure) => {
                    well &= failed(&service.spec, failure)?;
                    continue;
                }
            },
        };
        print::diagnostics(&report.diagnostics)?;
        summary(&report, &service.out, check, time)?;
        write!(io::stdout(), "{}", report.changes.diff)?;
        well &= !check || report.changes.is_empty();
        let accompanied = packages::accompany(&service.out, check)?;
        well &= accompanied;
        if let Some(stamp) = stamp
            && report.diagnostics.is_empty()
            && report.changes.is_empty()
            && accompanied
        {
            stamp.keep(&yundb_cli::generate::counts(&report));
        }
        if file.is_some() {
            accounts.insert(report.package.clone(), report.lowered.account.to_json());
        }
        // The process ends soon: freeing the spec's trees one by one takes a twentieth of the time.
        std::mem::forget(report);
    }
    if let Some(file) = file {
        super::write(&file, &(serde_json::to_string_pretty(&accounts)? + "\n"))?;
    }
    Ok(well)
}

impl Service {
    fn new(name: String) -> Self {
        Self { spec: Path::new("specs").join(&name), out: Path::new("generated").join(&name), name }
    }

    fn timed(&self, check: bool, may_skip: bool) -> (Done, Duration) {
        let start = Instant::now();
        (self.done(check, may_skip), start.elapsed())
    }

    fn done(&self, check: bool, may_skip: bool) -> Done {
        // Taken before anything is read: what changes from here on no longer has this stamp.
        let stamp = if may_skip { Stamp::of(&self.name, &self.spec, &self.out) } else { None };
        if let Some(words) = stamp.as_ref().and_then(Stamp::kept) {
            return Done::Skipped(words);
        }
        let options = Options {
            name: Some(format!("yundb-{}", self.name)),
            source: Some(format!("specs/{}", self.name)),
            manifest: Manifest::Workspace { publish: true },
            strict: true,
            check,
            ..Options::default()
        };
        let notes =
            |loaded: &Loaded| yundb_audit::notes(Path::new("specs"), &self.name, loaded).map_err(io::Error::other);
        let generated = yundb_generator::generate_with_notes(&self.spec, &self.out, &options, notes);
        // The stamp covers the spec's own folder.
        let covered = |report: &Report| report.lowered.loaded.files().iter().all(|file| file.starts_with(&self.spec));
        let stamp = stamp.filter(|_| generated.as_ref().is_ok_and(covered));
        Done::Generated(Box::new(generated), stamp)
    }
}
