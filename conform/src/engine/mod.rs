//! Generates the cases of a document, runs them through the driver, and judges each.

mod cases;
mod feed;
mod settings;

use std::path::Path;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::Request;
use serde_json::Value;
use yundb_generator::lower::model::{self, Service};
use yundb_generator::{Diagnostics, Settings, load};

use crate::document::Document;
use crate::driver::{Connected, Driver, Ended, Inputs, Outcome, Success};
use crate::judge::{Context, Finding};
use crate::report::{Case, Contradiction, Kind, Report, Wrong};
use crate::transport::{Reply, Wire};
use crate::wire;

pub use feed::feed;

/// The extent of testing.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed; the same seed generates the same cases.
    pub seed: u64,
    /// Number of inputs and responses with everything in them, so that each alternative of each union is used.
    pub most: usize,
    /// Number of random inputs and responses.
    pub random: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 20_190_327, most: 12, random: 3 }
    }
}

/// A document that could not be tested.
#[derive(Debug)]
pub struct Unreadable(String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Tests a driver against the document that its client was generated from.
///
/// # Errors
/// If the document cannot be read, or the client not built.
pub fn run(spec: &Path, name: &str, driver: &Driver, options: Options) -> Result<Report, Unreadable> {
    let mut diagnostics = Diagnostics::new();
    let Settings { choices, .. } = Settings::beside(spec).map_err(|found| Unreadable(found.to_string()))?;
    let bundled = load::bundled(spec, &choices, &mut diagnostics);
    let bundled = bundled.ok_or_else(|| Unreadable(diagnostics.to_string()))?;
    // Package names do not matter here: the model is the one that the driver was emitted from.
    let lowered = yundb_generator::lowered(spec, name, name, &choices, &mut diagnostics);
    let lowered = lowered.ok_or_else(|| Unreadable(diagnostics.to_string()))?;
    run_on(&bundled, &lowered.service, name, driver, options)
}

/// Same as [`run`], with a given document and model.
///
/// # Errors
/// If the document is invalid, or the client cannot be built.
pub fn run_on(
    bundled: &Value,
    service: &Service,
    name: &str,
    driver: &Driver,
    options: Options,
) -> Result<Report, Unreadable> {
    let document = Document::new(bundled.clone()).map_err(Unreadable)?;
    let wire = Wire::default();
    let settings = settings::settings(&document, service, options.seed, &wire);
    let client = driver.connect(&settings).map_err(|error| Unreadable(format!("no client: {error}")))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| Unreadable(format!("no runtime: {error}")))?;
    let mut report = Report {
        document: name.to_owned(),
        operations: document.operations.len(),
        notes: document.notes(),
        ..Report::default()
    };
    let keys = settings::keys(service);
    let base = settings.base_path();
    for operation in &document.operations {
        let context = Context { document: &document, operation, service, base: &base, keys: &keys };
        let model = service.groups.iter().flat_map(|group| &group.operations);
        let model = { model }.find(|model| model.method == operation.method && model.path == operation.path);
        let mut bench = Bench {
            context,
            client: &client,
            runtime: &runtime,
            wire: &wire,
            parameters: &settings.parameters,
            options,
            name: operation.id.clone().unwrap_or_else(|| format!("{} {}", operation.method, operation.path)),
            report: &mut report,
        };
        let (wrong, cases) = (bench.report.wrong.len(), bench.report.cases);
        match model {
            Some(model) if client.has(&operation.method, &operation.path) => cases::operation(&mut bench, model),
            _ => {
                let message = format!("{} {}", operation.method, operation.path);
                bench.case(Case::Operation, "the operation", vec![Finding::new(Kind::MissingOperation, "", message)]);
            }
        }
        // An operation without cases was not tested.
        report.operations_right += usize::from(report.wrong.len() == wrong && report.cases > cases);
    }
    Ok(report)
}

/// The context for the cases of one operation.
struct Bench<'a> {
    context: Context<'a>,
    client: &'a Connected,
    runtime: &'a tokio::runtime::Runtime,
    wire: &'a Wire,
    /// The values that the client fills in.
    parameters: &'a std::collections::BTreeMap<String, String>,
    options: Options,
    name: String,
    report: &'a mut Report,
}

/// The result of a call, and the requests that were sent.
struct Tried {
    ended: Ended,
    sent: Vec<Request<Bytes>>,
}

impl Bench<'_> {
    /// Counts a case with its findings.
    fn case(&mut self, case: Case, name: &str, findings: Vec<Finding>) {
        self.report.cases += 1;
        self.report.right += usize::from(findings.is_empty());
        self.report.wrong.extend(findings.into_iter().map(|Finding { kind, at, message }| Wrong {
            operation: self.name.clone(),
            case,
            name: name.to_owned(),
            kind,
            at,
            message,
        }));
    }

    /// Notes that no case could be generated.
    fn contradiction(&mut self, name: &str, found: crate::value::Contradiction) {
        let operation = self.name.clone();
        let (schema, reason) = (found.schema.0, found.reason);
        self.report.contradictions.push(Contradiction { operation, name: name.to_owned(), schema, reason });
    }

    /// Calls the operation; a panic of the client is an error.
    fn call(&self, inputs: Inputs, reply: Reply) -> Result<Tried, Finding> {
        self.wire.prepare(reply);
        let operation = self.context.operation;
        let call = async {
            let call = self.client.call(&operation.method, &operation.path, inputs)?;
            Some(match call.await {
                Ok(Outcome::Success(success)) => {
                    let body = success.body.read().await;
                    Ok(Outcome::Success(Box::new(Success { body, ..*success })))
                }
                other => other,
            })
        };
        let ended = self.runtime.block_on(std::panic::AssertUnwindSafe(call).catch_unwind());
        match ended {
            Ok(Some(ended)) => Ok(Tried { ended, sent: self.wire.take() }),
            Ok(None) => Err(Finding::new(Kind::MissingOperation, "", "the driver does not have it")),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                Err(Finding::new(Kind::Panicked, "", text.unwrap_or("without a message")))
            }
        }
    }

    /// An input with the values that the client fills in.
    fn completed(&self, input: &wire::Input) -> wire::Input {
        let mut input = input.clone();
        for parameter in &self.context.operation.parameters {
            let Some(value) = parameter.client.as_ref().and_then(|name| self.parameters.get(name)) else { continue };
            let place = match parameter.place {
                crate::document::Place::Path => &mut input.path,
                crate::document::Place::Query | crate::document::Place::QueryString => &mut input.query,
                crate::document::Place::Header => &mut input.header,
                crate::document::Place::Cookie => &mut input.cookie,
            };
            place
                .entry(parameter.name.clone())
                .or_insert_with(|| settings::typed(self.context.document, parameter, value));
        }
        input
    }

    fn feed(&self, model: &model::Operation, media: Option<usize>, input: &wire::Input) -> Result<Inputs, Finding> {
        feed::feed(self.context.operation, &self.context.service.forms, model, media, input)
            .map_err(|(kind, message)| Finding::new(kind, "", message))
    }
}
