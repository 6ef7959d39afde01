//! Proves that the specs agree with the vendors' documents: documents are read by [`layout`], [`extract`]ed into
//! [`fact`]s, kept in [`lock`]s, and [`compare`]d with the specs. [`Audit`] does all of that for the services of a
//! folder.

pub mod block;
pub mod compare;
pub mod config;
pub mod count;
pub mod diff;
pub mod extract;
pub mod fact;
pub mod layout;
pub mod lock;
pub mod mutate;
pub mod report;
mod run;
pub mod spec;
pub mod words;

pub use run::{Audit, Error, Outcome};
use yundb_generator::load::Loaded;

/// The audit's section of a generated crate's README: the numbers of its spec, which is already read, and of the
/// document's lock. None for a spec without a document.
///
/// # Errors
/// See [`Audit::run`].
pub fn notes(specs: &std::path::Path, service: &str, loaded: &Loaded) -> Result<Option<String>, Error> {
    if !specs.join(service).join(config::FILE).is_file() {
        return Ok(None);
    }
    let audit = Audit { specs: specs.to_path_buf(), ..Audit::default() };
    Ok(audit.of_loaded(service, loaded)?.report.services.first().map(report::Service::notes))
}
