//! Runs an audit: finds the services, and for each its document or lock and its spec, and compares them.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use similar::TextDiff;
use yundb_generator::{
    Diagnostics,
    diagnostic::{Diagnostic, Location},
    load::Loaded,
};

use crate::{
    compare::{self, Mode, Settled},
    config::{self, Config, ConfigError},
    diff::Diff,
    extract,
    fact::{Facts, Unread},
    lock,
    report::{Report, Service, Specified},
    spec::{self, Spec},
};

/// The options of an audit.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// The folder with the specs, one folder a service.
    pub specs: PathBuf,
    /// Names of folders in it; all that have a document or a spec if none are named.
    pub services: Vec<String>,
    /// The folder with the documents. None: their locks are used instead.
    pub docs: Option<PathBuf>,
    /// Whether locks that differ from the documents are rewritten.
    pub update: bool,
}

/// The result of an audit.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The numbers.
    pub report: Report,
    /// The diagnostics.
    pub diagnostics: Diagnostics,
    /// Differences of locks from the documents, as unified diffs.
    pub stale: String,
    /// The unexplained differences, one per line, by service and place.
    pub list: Vec<String>,
    /// The locks that were written.
    pub written: Vec<PathBuf>,
}

impl Outcome {
    /// Whether there are no problems.
    pub fn is_clean(&self) -> bool {
        !self.diagnostics.has_errors()
    }
}

/// An error that prevents the audit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An unknown service.
    #[error("there is no service `{name}` in {}, only {known}", specs.display())]
    Unknown {
        /// The name.
        name: String,
        /// The folder.
        specs: PathBuf,
        /// The known services.
        known: String,
    },
    /// An error of a `document.yaml`.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The document of a service is missing.
    #[error(
        "there is no {document} in {}: it is the document of `{service}`, see specs/{service}/{}",
        folder.display(), config::FILE
    )]
    NoDocument {
        /// The service.
        service: String,
        /// The document's file name.
        document: String,
        /// The folder.
        folder: PathBuf,
    },
    /// The files to compare are not of one service.
    #[error("{} is a file: name the one service whose document it is, or pass a folder", path.display())]
    File {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

fn at(path: &Path) -> impl Fn(io::Error) -> Error + use<'_> {
    move |source| Error::Io { path: path.to_path_buf(), source }
}

impl Audit {
    /// Audits the services.
    ///
    /// # Errors
    /// If something is missing, so that there is no result. Problems of specs and locks are in the outcome.
    pub fn run(&self) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        for service in self.services()? {
            self.service(&service, spec::read, &mut outcome)?;
        }
        Ok(outcome)
    }

    /// Audits a service whose spec is already read.
    pub(crate) fn of_loaded(&self, service: &str, loaded: &Loaded) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        self.service(service, |_, facts, _| Some(spec::of_loaded(loaded, facts)), &mut outcome)?;
        Ok(outcome)
    }

    /// The differences of two editions of the documents, each in a folder under the same name.
    ///
    /// # Errors
    /// If a document is missing, or a service has none.
    pub fn diff(&self, old: &Path, new: &Path) -> Result<Vec<Diff>, Error> {
        let mut diffs = Vec::new();
        let services = self.services()?;
        for path in [old, new] {
            if path.is_file() && services.len() > 1 {
                return Err(Error::File { path: path.to_path_buf() });
            }
        }
        for service in services {
            let config = Config::read(&self.specs.join(&service))?;
            let (before, _) = document(&service, &config, old)?;
            let (after, _) = document(&service, &config, new)?;
            diffs.push(Diff::new(&service, &before, &after));
        }
        Ok(diffs)
    }

    /// The selected services.
    pub(crate) fn services(&self) -> Result<Vec<String>, Error> {
        let mut known = Vec::new();
        for entry in fs::read_dir(&self.specs).map_err(at(&self.specs))? {
            let path = entry.map_err(at(&self.specs))?.path();
            let described = [config::FILE, SPEC].iter().any(|file| path.join(file).is_file());
            if let Some(name) = path.file_name().filter(|_| described) {
                known.push(name.to_string_lossy().into_owned());
            }
        }
        known.sort();
        if let Some(name) = self.services.iter().find(|name| !known.contains(name)) {
            let known = known.join(", ");
            return Err(Error::Unknown { name: name.clone(), specs: self.specs.clone(), known });
        }
        Ok(if self.services.is_empty() { known } else { self.services.clone() })
    }

    fn service(
        &self,
        service: &str,
        spec: impl FnOnce(&Path, &Facts, &mut Diagnostics) -> Option<Spec>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let folder = self.specs.join(service);
        if !folder.join(config::FILE).is_file() {
            outcome.diagnostics.push(no_config(&folder));
            return Ok(());
        }
        let config = Config::read(&folder)?;
        let read = match &self.docs {
            Some(docs) => {
                let (mut facts, unread) = document(service, &config, docs)?;
                self.add_readings(service, &mut facts, outcome);
                self.hold_lock(service, &facts, outcome)?;
                Some((facts, Some(unread)))
            }
            None => self.lock(service, &config, outcome)?.map(|facts| (facts, None)),
        };
        let Some((facts, unread)) = read else { return Ok(()) };
        let compared = match folder.join(SPEC).is_file() {
            true => {
                let mut found = Diagnostics::new();
                let spec = spec(&folder, &facts, &mut found);
                // Warnings of the generator are not reported here; without a spec its errors are the only result.
                outcome.diagnostics.extend(found.into_iter().filter(|_| spec.is_none()));
                let Some(spec) = spec else { return Ok(()) };
                let settled = compare::settle(compare::facts(&facts, &spec.facts, Mode::Spec), &spec.errata);
                outcome.diagnostics.extend(compare::diagnostics(&settled, &spec.errata));
                outcome.list.extend(compare::lines(&settled, &spec.errata));
                Some((spec, settled))
            }
            false => None,
        };
        let specified: Option<&(Spec, Settled)> = compared.as_ref();
        let specified = specified.map(|(spec, settled)| Specified { facts: &spec.facts, settled });
        outcome.report.services.push(Service::new(service, &facts, unread.as_deref(), specified));
        Ok(())
    }

    /// The facts of a lock. None if it is invalid.
    fn lock(&self, service: &str, config: &Config, outcome: &mut Outcome) -> Result<Option<Facts>, Error> {
        let path = self.specs.join(service).join(lock::FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let message = format!("{} is missing", path.display());
                let missing = Diagnostic::error("missing-lock", message).help(rewrite(service));
                outcome.diagnostics.push(missing);
                return Ok(None);
            }
            Err(error) => return Err(at(&path)(error)),
        };
        let facts = match lock::read(&text, &path.to_string_lossy()) {
            Ok(facts) => facts,
            Err(error) => {
                outcome.diagnostics.push(error.diagnostic());
                return Ok(None);
            }
        };
        let origin = &facts.origin;
        let named = [
            ("document", &config.document, &origin.document),
            ("title", &config.title, &origin.title),
            ("edition", &config.edition, &origin.edition),
        ];
        for (key, wanted, found) in named.into_iter().filter(|(_, wanted, found)| wanted != found) {
            let message = format!("the {key} is `{found}` in the lock and `{wanted}` in {}", config::FILE);
            let stale = Diagnostic::error("stale-lock", message).at(facts.at.clone()).help(rewrite(service));
            outcome.diagnostics.push(stale);
        }
        // It can be read, but was not written by the audit: an edit by hand, or a merge.
        if lock::write(&facts) != text.replace("\r\n", "\n") {
            let message = format!("{} was edited by hand", path.display());
            let edited = Diagnostic::error("stale-lock", message).at(facts.at.clone()).help(rewrite(service));
            outcome.diagnostics.push(edited);
        }
        Ok(Some(facts))
    }

    /// Adds people's readings of the document: with `update` those that the spec has now, otherwise those that the
    /// lock has, unless the words changed. With `update` those whose words changed are reported: the spec may still have
    /// what the old words meant.
    fn add_readings(&self, service: &str, facts: &mut Facts, outcome: &mut Outcome) {
        let folder = self.specs.join(service);
        let text = fs::read_to_string(folder.join(lock::FILE)).unwrap_or_default();
        let lock = lock::read(&text, lock::FILE).ok();
        if let Some(lock) = lock.as_ref().filter(|_| self.update) {
            let changed = compare::no_longer_read(facts, lock).into_iter().map(|(at, reading)| {
                let message = format!("the words of the row changed since they were read: {reading}");
                Diagnostic::warning("changed-words", message)
                    .at(at)
                    .help("read the row, and correct the spec where it means something else now")
            });
            outcome.diagnostics.extend(changed);
        }
        // Problems of the spec are reported by the comparison.
        let spec = self.update.then(|| spec::read(&folder, facts, &mut Diagnostics::new())).flatten();
        if let Some(spec) = spec {
            compare::read_by_people(facts, &spec.facts);
            return;
        }
        if let Some(lock) = &lock {
            compare::still_read(facts, lock);
        }
    }

    /// Compares a lock with the document's facts, and with `update` rewrites it.
    fn hold_lock(&self, service: &str, facts: &Facts, outcome: &mut Outcome) -> Result<(), Error> {
        let path = self.specs.join(service).join(lock::FILE);
        let wanted = lock::write(facts);
        let found = match fs::read_to_string(&path) {
            Ok(text) => text.replace("\r\n", "\n"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(at(&path)(error)),
        };
        if found == wanted {
            return Ok(());
        }
        if self.update {
            replace(&path, &wanted).map_err(at(&path))?;
            outcome.written.push(path);
            return Ok(());
        }
        let message = match found.is_empty() {
            true => format!("{} is missing", path.display()),
            false => format!("{} differs from {}", path.display(), facts.origin.document),
        };
        outcome.diagnostics.push(Diagnostic::error("stale-lock", message).help(rewrite(service)));
        // Of a missing lock everything would be new.
        if !found.is_empty() {
            let name = path.to_string_lossy();
            let diff = TextDiff::from_lines(&found, &wanted);
            outcome.stale += &diff.unified_diff().header(&name, &format!("{name} (of the document)")).to_string();
        }
        Ok(())
    }
}

/// The file that identifies a folder as a spec.
const SPEC: &str = "openapi.yaml";

fn rewrite(service: &str) -> String {
    format!("write it with `cargo xtask audit {service} --docs <folder> --update`, and review the changes")
}

fn no_config(folder: &Path) -> Diagnostic {
    let message = format!("{} has a spec, but no {}", folder.display(), config::FILE);
    Diagnostic::error("missing-document", message).help(
        "write one that describes the document, as for the other services:\n\
         document: <file name>\ntitle: <title in English>\nedition: <edition as it states it>\n\
         layout: markup | page | pdf\ncalls: rest | rpc\noperations: [\"4\"]   # sections with operations\n\
         appendices: [\"5\"]   # sections with endpoints, error codes, permissions, states",
    )
}

/// The facts of a service's document in a folder, or in the file itself.
fn document(service: &str, config: &Config, docs: &Path) -> Result<(Facts, Vec<Unread>), Error> {
    let path = if docs.is_file() { docs.to_path_buf() } else { docs.join(&config.document) };
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NoDocument {
            service: service.to_owned(),
            document: config.document.clone(),
            folder: docs.to_path_buf(),
        },
        _ => at(&path)(error),
    })?;
    let (mut facts, unread) = extract::read(config, &text, &config.document);
    if facts.at.is_none() {
        facts.at = facts.operations.first().map(|operation| Location::of_file(operation.at.source()));
    }
    Ok((facts, unread))
}

/// Replaces a file as a whole, so that an interrupted run leaves the old one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    let mode = fs::metadata(path).or_else(|_| fs::metadata(folder.join(config::FILE)));
    if let Ok(metadata) = mode {
        file.as_file().set_permissions(metadata.permissions())?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
