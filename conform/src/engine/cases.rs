//! The cases of one operation: valid inputs, invalid ones, and every documented response.

use std::collections::HashSet;

use serde_json::Value;
use yundb_generator::lower::model::{self, Protocol};

use super::{Bench, feed};
use crate::document::{Media, Response, Status};
use crate::judge::{self, Expected, Finding};
use crate::report::{Case, Kind};
use crate::transport;
use crate::value::{Amount, Contradiction, Generator};
use crate::violation::{Violation, violations};
use crate::wire::{self, Data, Input, Reply};

/// All cases of an operation.
pub(super) fn operation(bench: &mut Bench<'_>, model: &model::Operation) {
    let bodies = bench.context.operation.body.as_ref().map_or(0, |body| body.media.len());
    let mut generator = Generator::new(bench.context.document, seed(bench));
    let mut base = None;
    let mut contradiction = None;
    for media in 0..bodies.max(1) {
        let inputs = generator.inputs(bench.context.operation, media, bench.options.most, bench.options.random);
        let inputs = match inputs {
            Ok(inputs) => inputs,
            Err(found) => {
                bench.contradiction(&format!("a request{}", of_media(bench, media)), found.clone());
                contradiction = Some(found);
                continue;
            }
        };
        let media = (media < bodies).then_some(media);
        let requests = requests(bench, model, media, &inputs);
        refusals(bench, model, media, &requests);
        if base.is_none() {
            let mut inputs = inputs.iter().map(|(_, input)| input);
            base = inputs.find(|input| is_sent(bench, model, media, input)).map(|input| (media, input.clone()));
        }
    }
    let base = match (base, contradiction) {
        (Some((media, input)), _) => Base::Input(media, Box::new(input)),
        // Without a valid input nothing can be tested; the document is at fault.
        (None, Some(contradiction)) => Base::Contradiction(contradiction),
        (None, None) => Base::NotSent,
    };
    responses(bench, model, &mut generator, &base);
}

/// The input used to request the responses.
enum Base {
    /// This input, whose body has the media type with that index.
    Input(Option<usize>, Box<Input>),
    /// The document allows no input.
    Contradiction(Contradiction),
    /// The client sends no input.
    NotSent,
}

/// A seed that depends on the operation only, not on its place in the document.
fn seed(bench: &Bench<'_>) -> u64 {
    let operation = bench.context.operation;
    let bytes = operation.method.bytes().chain(operation.path.bytes());
    // FNV-1a: any hash is good enough.
    bytes.fold(bench.options.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn of_media(bench: &Bench<'_>, media: usize) -> String {
    let media = bench.context.operation.body.as_ref().and_then(|body| body.media.get(media));
    media.map(|media| format!(" as {}", media.media_type)).unwrap_or_default()
}

fn word(amount: Amount) -> &'static str {
    match amount {
        Amount::Least => "least",
        Amount::Most => "most",
        Amount::Random => "random",
    }
}

/// An input that was sent, with its findings.
struct Sent<'i> {
    amount: Amount,
    input: &'i Input,
    findings: Vec<Finding>,
}

/// Sends each input; returns those that can be sent at all.
fn requests<'i>(
    bench: &mut Bench<'_>,
    model: &model::Operation,
    media: Option<usize>,
    inputs: &'i [(Amount, Input)],
) -> Vec<Sent<'i>> {
    let mut sent = Vec::new();
    for (amount, input) in inputs {
        let name = format!("{} input{}", word(*amount), media.map(|at| of_media(bench, at)).unwrap_or_default());
        let tried = bench.feed(model, media, input).and_then(|inputs| bench.call(inputs, any_success(bench)));
        let findings = match tried {
            Ok(tried) => {
                let findings = judge::sent(&bench.context, &bench.completed(input), &tried.ended, &tried.sent);
                if !tried.sent.is_empty() {
                    sent.push(Sent { amount: *amount, input, findings: findings.clone() });
                }
                findings
            }
            Err(finding) => vec![finding],
        };
        bench.case(Case::Request, &name, findings);
    }
    sent
}

/// Whether an input can be sent without the check.
fn is_sent(bench: &Bench<'_>, model: &model::Operation, media: Option<usize>, input: &Input) -> bool {
    let tried = bench.feed(model, media, input).and_then(|mut inputs| {
        inputs.set_unchecked();
        bench.call(inputs, any_success(bench))
    });
    tried.is_ok_and(|tried| !tried.sent.is_empty())
}

/// A response for cases that are about requests.
fn any_success(bench: &Bench<'_>) -> transport::Reply {
    let documented = bench.context.operation.responses.iter().find_map(|response| match response.status {
        Status::Code(code) if (200..300).contains(&code) => Some(code),
        _ => None,
    });
    transport::Reply { status: documented.unwrap_or(200), ..transport::Reply::default() }
}

/// Sends each input with one violation: it must be rejected, and be sent if the check is disabled.
fn refusals(bench: &mut Bench<'_>, model: &model::Operation, media: Option<usize>, sent: &[Sent<'_>]) {
    // The largest input can violate the most constraints.
    let most: Vec<&Sent<'_>> = sent.iter().filter(|sent| sent.amount == Amount::Most).collect();
    let bases = if most.is_empty() { sent.iter().take(1).collect() } else { most };
    let mut seen = HashSet::new();
    let main = feed::is_main(bench.context.operation, model, media);
    for base in bases {
        for violation in violations(bench.context.document, bench.context.operation, base.input) {
            // One element of a list stands for all.
            if seen.insert((violation.constraint, violation.part.clone(), without_indices(&violation.path))) {
                let path = feed::path(model, main, &violation.part, &violation.path);
                refusal(bench, model, media, (&violation, &path), &base.findings);
            }
        }
    }
}

fn without_indices(path: &str) -> String {
    path.split('[').map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit())).collect::<Vec<_>>().join("[")
}

fn refusal(
    bench: &mut Bench<'_>,
    model: &model::Operation,
    media: Option<usize>,
    (violation, path): (&Violation, &str),
    known: &[Finding],
) {
    let inputs = match bench.feed(model, media, &violation.input) {
        Ok(inputs) => inputs,
        Err(_) => return,
    };
    let reply = any_success(bench);
    let name = format!("{} of {path} broken", violation.constraint.keyword());
    let finding = match bench.call(inputs.clone(), reply.clone()) {
        Ok(tried) => judge::refused(&bench.context, violation, path, &tried.ended, &tried.sent),
        Err(finding) => Some(finding),
    };
    let finding = finding.or_else(|| {
        let mut inputs = inputs;
        inputs.set_unchecked();
        match bench.call(inputs, reply) {
            Ok(tried) => {
                let given = bench.completed(&violation.input);
                judge::unchecked(&bench.context, violation, known, &given, &tried.ended, &tried.sent)
            }
            Err(finding) => Some(finding),
        }
    });
    bench.case(Case::Refusal, &name, finding.into_iter().collect());
}

/// Every documented status with every media type.
fn responses(bench: &mut Bench<'_>, model: &model::Operation, generator: &mut Generator<'_>, base: &Base) {
    let documented = &bench.context.operation.responses;
    let listed_success = documented.iter().any(|response| match response.status {
        Status::Code(code) => (200..300).contains(&code),
        Status::Range(hundreds) => hundreds == 2,
        Status::Default => false,
    });
    for response in documented {
        let mut statuses: Vec<u16> = response.status.example(documented).into_iter().collect();
        // Where no success is listed, `default` stands for it, too.
        if response.status == Status::Default && !listed_success {
            statuses.push(200);
        }
        for status in statuses {
            let head = bench.context.operation.method == "HEAD";
            let bodies = if head || !may_have_body(status) { 0 } else { response.media.len() };
            for media in 0..bodies.max(1) {
                let media = (media < bodies).then_some(media);
                self::response(bench, model, generator, base, (response, status, media));
            }
        }
    }
}

fn may_have_body(status: u16) -> bool {
    status >= 200 && !matches!(status, 204 | 205 | 304)
}

fn response(
    bench: &mut Bench<'_>,
    model: &model::Operation,
    generator: &mut Generator<'_>,
    base: &Base,
    (response, status, media): (&Response, u16, Option<usize>),
) {
    let body = media.and_then(|at| response.media.get(at));
    let name =
        format!("response {}{}", response.status, body.map(|it| format!(" {}", it.media_type)).unwrap_or_default());
    if status < 200 {
        let operation = bench.name.clone();
        return bench.report.notes.push(format!("{operation}: {status} is an interim status, which no call ends with"));
    }
    let replies = match generator.replies(response, status, media, bench.options.most, bench.options.random) {
        Ok(replies) => replies,
        Err(contradiction) => return bench.contradiction(&name, contradiction),
    };
    let (sent_as, input) = match base {
        Base::Input(sent_as, input) => (sent_as, input),
        Base::Contradiction(contradiction) => return bench.contradiction(&name, contradiction.clone()),
        Base::NotSent => {
            let message = "no input of the operation can be sent";
            return bench.case(Case::Response, &name, vec![Finding::new(Kind::NotSent, "", message)]);
        }
    };
    // A media type that `send` does not request has its own constant.
    let success = (200..300).contains(&status);
    let requested = body.filter(|_| success).and_then(|body| {
        model.representations.iter().find(|it| it.media_type == body.media_type && covers(&it.statuses, status))
    });
    for (amount, mut reply) in replies {
        if bench.context.service.protocol == Protocol::AliyunRpc && (200..300).contains(&status) {
            succeed(&mut reply);
        }
        let name = format!("{} {name}", word(amount));
        let mut inputs = bench.feed(model, *sent_as, input).unwrap_or_default();
        inputs.set_unchecked();
        requested.iter().for_each(|requested| inputs.set_representation(&requested.media_type));
        let findings = match bench.call(inputs, raw(response, body, &reply)) {
            Ok(tried) => {
                let expected = Expected { response, media, reply: &reply, model, requested };
                let mut findings = judge::read(&bench.context, &expected, &tried.ended);
                let accept = tried.sent.first().and_then(|request| request.headers().get("accept")?.to_str().ok());
                findings.extend(judge::requested(&expected, accept));
                findings
            }
            Err(finding) => vec![finding],
        };
        bench.case(Case::Response, &name, findings);
    }
}

/// Whether a status is among documented ones; an empty list stands for all.
fn covers(statuses: &[model::Status], status: u16) -> bool {
    let fits = |stated: &model::Status| match stated {
        model::Status::Code(code) => *code == status,
        model::Status::Range(hundreds) => *hundreds == status / 100,
        model::Status::Default => true,
    };
    statuses.is_empty() || statuses.iter().any(fits)
}

/// A response with `Success: false` is an error, whatever its status: at the top level, or in its single object.
fn succeed(reply: &mut Reply) {
    let Some(wire::Content { data: Data::Json(Value::Object(entries)), .. }) = &mut reply.content else { return };
    let alone = entries.len() == 1;
    for (name, value) in entries {
        match value {
            Value::Object(inner) if alone => inner.iter_mut().for_each(|(name, value)| set_success(name, value)),
            value => set_success(name, value),
        }
    }
}

fn set_success(name: &str, value: &mut Value) {
    match value {
        Value::Bool(success) if name.eq_ignore_ascii_case("success") => *success = true,
        Value::String(text) if name.eq_ignore_ascii_case("success") => *text = "true".to_owned(),
        _ => {}
    }
}

/// The response as bytes.
fn raw(response: &Response, body: Option<&Media>, reply: &Reply) -> transport::Reply {
    let mut raw = transport::Reply { status: reply.status, ..transport::Reply::default() };
    let mut add = |name: &str, text: &str| {
        let name = http::HeaderName::from_bytes(name.as_bytes());
        // A value that is not valid in a header is left out; the judge then reports it as missing.
        if let (Ok(name), Ok(value)) = (name, http::HeaderValue::from_bytes(text.as_bytes())) {
            raw.headers.append(name, value);
        }
    };
    for header in &response.headers {
        if let Some(value) = reply.headers.get(&header.name) {
            add(&header.name, &wire::header_text(header, value));
        }
    }
    if let (Some(content), Some(_)) = (&reply.content, body) {
        let (media_type, bytes) = wire::written(content);
        add("content-type", &media_type);
        raw.body = bytes;
    }
    raw
}
