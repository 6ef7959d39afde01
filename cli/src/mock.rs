//! `yundb mock`: serves documents on loopback, and states which operations a test suite never called.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::Args;
use yundb_mock::{Calls, Log, MockServer, Options, Record, Scenario, Service, coverage, duration, read_journal};

/// Arguments of `yundb mock`.
#[derive(Args)]
pub struct Mock {
    /// Services of this repository, or documents: files, or folders with an openapi.yaml. Defaults to all services.
    #[arg(value_name = "SERVICE|SPEC")]
    specs: Vec<String>,
    /// The port; those of further services follow. Defaults to free ones.
    #[arg(long, default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Serve HTTPS, with a self-signed certificate.
    #[arg(long)]
    tls: bool,
    /// Where to write that certificate, for clients to trust.
    #[arg(long, value_name = "FILE", requires = "tls")]
    certificate: Option<PathBuf>,
    /// An access key; can be repeated. Without any, signatures are only checked for their form.
    #[arg(long, value_name = "ID:SECRET", value_parser = key)]
    access_key: Vec<(String, String)>,
    /// A token to accept; can be repeated.
    #[arg(long, value_name = "TOKEN")]
    token: Vec<String>,
    /// Respond with random valid values instead of samples.
    #[arg(long)]
    dynamic: bool,
    /// The seed of random values.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Respond with the samples alone, whatever was created, changed or removed.
    #[arg(long)]
    stateless: bool,
    /// Number of entries in each list. Defaults to those of the samples.
    #[arg(long, value_name = "N")]
    seed_items: Option<usize>,
    /// Time that a job takes.
    #[arg(long, value_name = "DURATION", default_value = "2s", value_parser = duration)]
    job_time: Duration,
    /// Do not enforce the documented rate limits.
    #[arg(long)]
    no_limits: bool,
    /// A scenario of faults, in YAML.
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Where to write the journal of calls, as lines of JSON.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Instead of serving, list the documented operations without an accepted call in this journal.
    #[arg(long, value_name = "FILE")]
    verify: Option<PathBuf>,
    /// Print only the addresses and invalid requests.
    #[arg(long, short)]
    quiet: bool,
}

fn key(text: &str) -> Result<(String, String), String> {
    let (id, secret) = text.split_once(':').ok_or("write the id and the secret with a `:` between them")?;
    Ok((id.to_owned(), secret.to_owned()))
}

impl Mock {
    /// Runs the command until it is interrupted.
    pub fn run(&self) -> anyhow::Result<bool> {
        let began = Instant::now();
        if let Some(journal) = &self.verify {
            return self.verify(journal);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let log = self.log()?;
        let services = self.services()?;
        let scenario = match &self.faults {
            Some(file) => {
                let failed = |why| anyhow!("`{}`: {why}", file.display());
                let scenario = Scenario::read(&crate::read(file)?).map_err(failed)?;
                scenario.check(&services).map_err(failed)?;
                scenario
            }
            None => Scenario::default(),
        };
        let width = services.iter().map(|service| service.name.len()).max().unwrap_or(0);
        runtime.block_on(async {
            let mut servers = Vec::new();
            for (index, service) in (0..).zip(services) {
                let port = if self.port == 0 { 0 } else { self.port.saturating_add(index) };
                let options = Options {
                    port,
                    tls: self.tls,
                    keys: self.access_key.clone(),
                    tokens: self.token.clone(),
                    dynamic: self.dynamic,
                    seed: self.seed,
                    stateless: self.stateless,
                    seed_items: self.seed_items,
                    job_time: self.job_time,
                    limits: !self.no_limits,
                    scenario: scenario.clone(),
                    log: Some(Arc::clone(&log)),
                };
                servers.push(MockServer::serve(service, options).await?);
            }
            // Who reads the addresses can call, so the certificate is there before.
            if let (Some(file), Some(pem)) = (&self.certificate, servers.iter().find_map(MockServer::certificate)) {
                crate::write(file, pem)?;
            }
            for server in &servers {
                println!("{:width$}  {}", server.service().name, server.url());
            }
            if !self.quiet {
                eprintln!("ready after {:.0} ms", began.elapsed().as_secs_f64() * 1e3);
            }
            std::future::pending::<anyhow::Result<bool>>().await
        })
    }

    /// The documents, each read by a thread of its own.
    fn services(&self) -> anyhow::Result<Vec<Service>> {
        let names = self.names();
        thread::scope(|scope| {
            let reading: Vec<_> = names.iter().map(|name| scope.spawn(|| Service::load(name))).collect();
            let read =
                reading.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a document is not readable")));
            read.map(|read| Ok(read??)).collect()
        })
    }

    fn names(&self) -> Vec<String> {
        if self.specs.is_empty() { Service::names().map(str::to_owned).collect() } else { self.specs.clone() }
    }

    fn verify(&self, journal: &Path) -> anyhow::Result<bool> {
        let text = crate::read(journal)?;
        let records = read_journal(&text).map_err(|why| anyhow!("`{}`: {why}", journal.display()))?;
        let mut services = self.services()?;
        if self.specs.is_empty() {
            // Without a choice, only the services that the suite calls.
            services.retain(|service| records.iter().any(|record| record.service == service.name));
        }
        anyhow::ensure!(!services.is_empty(), "`{}`: no service of this repository was called", journal.display());
        let mut complete = true;
        for service in &services {
            let mut left = coverage(service, &records);
            let count = left.len();
            left.retain(|(_, calls)| *calls != Calls::Accepted);
            println!("{}: {} of {count} operations called", service.name, count - left.len());
            for (operation, calls) in &left {
                let place = service.place(&operation.at).unwrap_or_default();
                let refused = if *calls == Calls::Refused { "  (only refused calls)" } else { "" };
                let (name, target) = (service.called(operation), service.target(operation));
                println!("  {name}  {target}  {place}{refused}");
            }
            complete &= left.is_empty();
        }
        Ok(complete)
    }

    /// What happens with each call: a line on the terminal, and one in the journal.
    fn log(&self) -> anyhow::Result<Log> {
        let open = |file: &PathBuf| {
            let opened = OpenOptions::new().create(true).append(true).open(file);
            opened.with_context(|| format!("cannot write `{}`", file.display()))
        };
        let journal = self.journal.as_ref().map(open).transpose()?.map(Mutex::new);
        let quiet = self.quiet;
        Ok(Arc::new(move |record: &Record| {
            if !quiet || !record.problems.is_empty() {
                eprint!("{}", shown(record));
            }
            if let Some(journal) = &journal
                && let Ok(line) = serde_json::to_string(record)
            {
                // A full disk does not stop the calls.
                _ = writeln!(journal.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
            }
        }))
    }
}

/// A call on the terminal.
fn shown(record: &Record) -> String {
    let status = if record.status == 0 { "reset".to_owned() } else { record.status.to_string() };
    let operation = record.operation.as_deref().unwrap_or("-");
    let code = record.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
    let mut text = format!("{status}{code}  {operation}  {} {}  {} ms\n", record.method, record.path, record.ms);
    for problem in &record.problems {
        text.push_str(&format!("      {problem}\n"));
    }
    for note in &record.notes {
        text.push_str(&format!("      note: {note}\n"));
    }
    text
}
