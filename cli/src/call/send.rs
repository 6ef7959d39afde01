//! Sends a call, and follows its pages or its job.

use std::io::{self, IsTerminal as _};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use yundb_generator::lower::model::{self, Payload, ResponseBody};
use yundb_runtime::{
    ByteStream, CallError, Client, DecodeError, Error, FromResponse, JobHandle, Operation, Part, RawResponse,
    RequestBody, RetryPolicy, Spec, Wait, pages_of,
};

use super::client::{DryRun, Verbose};
use super::document::{Document, Lowered};
use super::facts::{self, Facts};
use super::inputs::Inputs;
use super::output::{Format, Listing};
use super::source::Source;
use super::{Call, failure, output, rows};

/// A response: JSON, or bytes unless only JSON is expected.
struct Answer<const JSON: bool> {
    bytes: Bytes,
    json: Option<Value>,
}

impl<const JSON: bool> FromResponse for Answer<JSON> {
    fn from_response(response: RawResponse) -> Result<Self, DecodeError> {
        let bytes = response.bytes()?;
        let json = match JSON && !bytes.is_empty() {
            true => Some(response.json()?),
            false => serde_json::from_slice(&bytes).ok(),
        };
        Ok(Self { json, bytes })
    }
}

/// An operation with such a response.
struct Any<const JSON: bool>;

impl<const JSON: bool> Operation for Any<JSON> {
    type Output = Answer<JSON>;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("", "", "");
}

/// An operation whose response is passed on as it arrives.
struct Streamed;

impl Operation for Streamed {
    type Output = ByteStream;
    type Headers = ();
    type Error = Value;
    const SPEC: &'static Spec = &Spec::new("", "", "");
}

impl Call {
    /// Sends the call. An error is one of the arguments: nothing was sent.
    pub(super) async fn send(
        &self,
        document: &Document,
        lowered: &Lowered,
        inputs: Inputs,
    ) -> anyhow::Result<ExitCode> {
        let facts::Call { service, spec, paging } = Facts::of(lowered);
        let payload = rows::output(&lowered.service, &lowered.operation);
        let is_raw = matches!(payload, Some(Payload::Text | Payload::Stream | Payload::Events(..) | Payload::Lines(_)));
        if is_raw && (self.query.is_some() || self.output != Format::Json) {
            anyhow::bail!("the response of {} is not one JSON value: omit --query and --output", spec.name);
        }
        let mut builder = self.connection.builder(service)?;
        let hidden: Vec<String> = [&inputs.secrets[..], &inputs.from_files, &self.connection.secrets()].concat();
        for (name, value) in &inputs.settings {
            builder = builder.parameter(name, value);
        }
        if self.verbose {
            builder = builder.interceptor(Verbose { secrets: hidden.clone() });
        }
        let authorities = self.connection.authorities()?;
        let report = |error: &Error| failure::report(document, lowered, &hidden, error);
        let dry_run = self.dry_run.then(|| DryRun::new(inputs.secrets.clone(), authorities)).transpose()?;
        if let Some(dry_run) = &dry_run {
            let once = RetryPolicy::none();
            builder = builder.retries(once).interceptor(dry_run.clone()).transport(dry_run.clone());
        }
        let client = match builder.build() {
            Ok(client) => client,
            Err(error) => return Ok(report(&error.into())),
        };
        if let Some(id) = &self.resume {
            let job = resumed(id, spec, &inputs).with_context(no_job(spec))?;
            let waited = self.waited(client.resume(job)).await;
            return Ok(waited.map_or_else(|error| report(&error), |()| ExitCode::SUCCESS));
        }
        let call = filled(&client, spec, inputs)?;
        let call = if self.unchecked { call.unchecked() } else { call };
        let listing = listing(lowered);
        let done = match (dry_run, paging) {
            (Some(dry_run), _) => match (call.send::<Any<false>>().await, dry_run.request()) {
                (_, Some(request)) => Ok(ended(crate::print::write_out(request.as_bytes()).map_err(Into::into))),
                (Err(error), None) => Err(error.into()),
                (Ok(_), None) => anyhow::bail!("the call was not sent"),
            },
            (None, Some(paging)) if self.all => {
                let path = listing.as_ref().map(|listing| listing.path.clone()).unwrap_or_default();
                match self.all_items(call, paging, path).await {
                    Ok(items) => {
                        // The list itself remains.
                        let listing = listing.map(|listing| Listing { path: Vec::new(), ..listing });
                        return Ok(ended(self.print(&Value::Array(items), listing.as_ref())));
                    }
                    Err(error) => Err(error.into()),
                }
            }
            (None, None) if self.all => anyhow::bail!("{} is not paginated: omit --all", spec.name),
            _ if self.wait && spec.job.is_none() => anyhow::bail!("{}", no_job(spec)()),
            _ if payload.is_some_and(Payload::is_streamed) => {
                streamed(call).await.map(|printed| ended(printed.map_err(Into::into)))
            }
            _ if matches!(lowered.operation.output, ResponseBody::One(Payload::Json(_))) => {
                self.answered::<true>(&client, call, listing.as_ref()).await
            }
            _ => self.answered::<false>(&client, call, listing.as_ref()).await,
        };
        Ok(done.unwrap_or_else(|error| report(&error)))
    }

    /// Sends a call, prints its response, and waits for its job if desired.
    async fn answered<const JSON: bool>(
        &self,
        client: &Client,
        call: yundb_runtime::Call,
        listing: Option<&Listing>,
    ) -> Result<ExitCode, Error> {
        let response = call.send::<Any<JSON>>().await?;
        let printed = ended(match &response.json {
            Some(value) => self.print(value, listing),
            None => crate::print::write_out(&response.bytes).map_err(Into::into),
        });
        if self.wait {
            self.waited(client.wait_for(&response)).await?;
        }
        Ok(printed)
    }

    fn print(&self, value: &Value, listing: Option<&Listing>) -> anyhow::Result<()> {
        match &self.query {
            Some(query) => {
                let found = output::queried(query, value.clone())?;
                output::print(&found, self.output, None)?;
                if found.is_null() {
                    crate::print::complain!("The result of --query is null.");
                }
                Ok(())
            }
            None => output::print(value, self.output, listing),
        }
    }

    /// The items of all pages.
    async fn all_items(
        &self,
        call: yundb_runtime::Call,
        paging: yundb_runtime::Paging,
        path: Vec<String>,
    ) -> Result<Vec<Value>, CallError<Value>> {
        let of_page = move |answer: &Answer<true>| -> Vec<Value> {
            let found = answer.json.as_ref().and_then(|value| output::at(value, &path));
            found.and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let bar = bar("{spinner} {pos} items {elapsed}");
        let count = of_page.clone();
        let mut pages = pages_of::<Any<true>>(call, paging, move |answer| count(answer).len());
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page?;
            items.extend(of_page(&page));
            bar.set_position(items.len() as u64);
        }
        bar.finish_and_clear();
        Ok(items)
    }

    /// Waits for a job.
    async fn waited(&self, wait: Wait) -> Result<(), Error> {
        let wait = self.connection.timeout.into_iter().fold(wait, Wait::timeout);
        let id = wait.handle().map(|handle| handle.id.clone()).unwrap_or_default();
        let bar = bar("{spinner} job {msg} {elapsed}");
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_message(id.clone());
        let mut states = wait.progress();
        let mut last = String::new();
        while let Some(state) = states.next().await {
            last = state?.state().to_owned();
            bar.set_message(format!("{id}: {last}"));
        }
        bar.finish_and_clear();
        crate::print::complain!("job {id}: {last}");
        Ok(())
    }
}

fn no_job(spec: &Spec) -> impl Fn() -> String {
    move || format!("{} does not start a job: omit --wait and --resume", spec.name)
}

/// The job of an earlier call. Its other parameters are among the inputs.
fn resumed(id: &str, spec: &'static Spec, inputs: &Inputs) -> Option<JobHandle> {
    let (_, job) = spec.job?;
    let value = |name: &str| {
        let (_, value) = inputs.values.iter().find(|(index, _)| spec.params[*index].name == name)?;
        Some((name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    };
    let also = job.also.iter().filter_map(|name| value(name)).collect();
    let (operation, poll) = (Some(spec.name.to_owned()), job.poll.name.to_owned());
    Some(JobHandle { id: id.to_owned(), operation, poll, also })
}

/// The exit code of a call that succeeded, by whether its output was printed.
fn ended(printed: anyhow::Result<()>) -> ExitCode {
    crate::exit_code(printed.map(|()| true))
}

/// The call with its inputs.
fn filled(client: &Client, spec: &'static Spec, inputs: Inputs) -> anyhow::Result<yundb_runtime::Call> {
    let mut call = client.call(spec);
    for (index, value) in inputs.values {
        let param = &spec.params[index];
        call = call.set_in(param.place, param.name, value);
    }
    for (index, files) in inputs.files {
        let param = &spec.params[index];
        call = call.parts(param.name, files.into_iter().map(Part::file).collect::<Vec<_>>());
    }
    Ok(match inputs.raw {
        None => call,
        Some(Source::File(path)) => call.body(RequestBody::file(path)),
        Some(source) => call.body(source.bytes()?),
    })
}

/// A line on a terminal only.
fn bar(template: &str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    ProgressBar::new_spinner().with_style(style)
}

/// Writes a response as it arrives.
async fn streamed(call: yundb_runtime::Call) -> Result<io::Result<()>, Error> {
    let mut stream = call.send::<Streamed>().await?.into_inner();
    while let Some(chunk) = stream.next().await {
        // Without a reader, there is nothing left to do.
        let written = crate::print::write_out(&chunk?);
        if written.is_err() {
            return Ok(written);
        }
    }
    Ok(Ok(()))
}

/// The items of the operation's response: those of its pages, or the only list of an operation named as a listing.
fn listing(lowered: &Lowered) -> Option<Listing> {
    let Lowered { service, operation, .. } = lowered;
    let fields = |ty: &model::Type| match super::inputs::service_type(service, ty) {
        model::Type::Named(id) => match &service.types[*id].kind {
            model::TypeKind::Struct(body) => body.fields.as_slice(),
            _ => &[],
        },
        _ => &[],
    };
    let mut ty = rows::output(service, operation).and_then(Payload::ty)?;
    let mut path = Vec::new();
    match &operation.paging {
        Some(paging) => {
            for step in &paging.items {
                let Some(field) = fields(ty).iter().find(|field| field.ident == step.ident) else { break };
                path.push(field.wire.clone());
                ty = &field.ty;
            }
        }
        None => {
            let is_list = |ty: &model::Type| matches!(super::inputs::service_type(service, ty), model::Type::List(_));
            let mut lists = fields(ty).iter().filter(|field| is_list(&field.ty));
            match (lists.next(), lists.next()) {
                (Some(only), None) if operation.method_name.starts_with("list") => {
                    path.push(only.wire.clone());
                    ty = &only.ty;
                }
                _ if is_list(ty) => {}
                _ => return None,
            }
        }
    }
    // Some lists are within the only field of an object.
    if let [only] = fields(ty) {
        ty = &only.ty;
    }
    let model::Type::List(item) = super::inputs::service_type(service, ty) else {
        return Some(Listing { path, ..Listing::default() });
    };
    Some(Listing { path, fields: fields(item).iter().map(|field| field.wire.clone()).collect() })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use yundb_generator::lower::model::Place;
    use yundb_mock::{MockServer, Options, Service};
    use yundb_runtime::{ClientBuilder, Credentials};

    use super::super::inputs::{self, input_of};
    use super::*;

    /// A value for a field without a sample.
    fn made_up(row: &rows::Row) -> &str {
        match (row.values.first(), row.ty.split(' ').next()) {
            (Some(listed), _) => listed,
            (None, Some("list")) => "[]",
            (None, Some("map")) => "{}",
            _ => "1",
        }
    }

    /// The words of a call with the samples of the document, and its body.
    fn sample(lowered: &Lowered) -> (Vec<String>, Option<String>) {
        let operation = &lowered.operation;
        let body = operation.requests.first().map(|sample| sample.value.to_string());
        let in_body = |place| matches!(place, Place::Field | Place::Form | Place::Part | Place::Body);
        let (mut words, rows) = (Vec::new(), rows::inputs(lowered));
        for param in operation.params.iter().filter(|param| param.required && param.client.is_none()) {
            if in_body(param.place) && body.is_some() {
                continue;
            }
            let example = input_of(operation, param).and_then(|input| input.example.clone());
            let value = match example.map(|example| example.value) {
                Some(Value::String(text)) => text,
                Some(value) => value.to_string(),
                None => {
                    let within = format!("{}.", param.name);
                    let leaves = rows.iter().filter(|row| row.required && row.ty != "object");
                    let own = leaves.filter(|row| row.name == param.name || row.name.starts_with(&within));
                    words.extend(own.map(|row| format!("{}={}", row.name, made_up(row))));
                    continue;
                }
            };
            words.push(format!("{}={value}", param.name));
        }
        (words, body)
    }

    /// The mock finds nothing wrong with any operation of any service when it is called by its name.
    #[tokio::test(flavor = "multi_thread")]
    async fn every_operation_is_called() {
        let (mut count, mut wrong) = (0, Vec::new());
        for name in Service::names() {
            let options = Options { limits: false, stateless: true, ..Options::default() };
            let server = MockServer::start(name, options.access_key("ak", "sk")).await.unwrap();
            let document = Document::load(name).unwrap();
            for entry in document.operations() {
                let lowered = document.lowered(&entry).unwrap();
                let has = |pointer: &str| entry.node.pointer(pointer).is_some();
                let has_pages = has("/x-pagination") && !has("/x-pagination/none");
                assert_eq!(lowered.operation.paging.is_some(), has_pages, "{}", entry.name());
                assert_eq!(lowered.operation.job.is_some(), has("/x-job"), "{}", entry.name());
                let (words, body) = sample(&lowered);
                let inputs = inputs::read(&lowered, &words, body.as_deref());
                let facts::Call { service, spec, .. } = Facts::of(&lowered);
                let client: ClientBuilder<Client> = ClientBuilder::new(service).rate_limits([]).endpoint(server.url());
                let client = client.credentials(Credentials::access_key("ak", "sk")).retries(RetryPolicy::none());
                let client = [("region", "cn-hangzhou"), ("project_id", &"0".repeat(32)), ("domain_id", "d")]
                    .into_iter()
                    .fold(client, |client, (name, value)| client.parameter(name, value));
                let client = client.build().unwrap();
                let sent = match inputs {
                    Ok(inputs) => {
                        filled(&client, spec, inputs).unwrap().send::<Any<false>>().await.map_err(Error::from)
                    }
                    Err(error) => {
                        wrong.push(format!("{name} {}: {error:#}", entry.name()));
                        continue;
                    }
                };
                if let Err(error) = sent {
                    wrong.push(format!("{name} {}: {error}", entry.name()));
                }
                count += 1;
            }
        }
        assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(count, 375);
    }
}
