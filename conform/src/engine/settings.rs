//! The configuration of a document's client: a base URL, keys for every scheme, and values for the parameters that it
//! fills.

use std::collections::BTreeMap;

use serde_json::Value;
use yundb_generator::lower::model::{Protocol, SchemeKind, Service};

use crate::document::{Direction, Document, Parameter};
use crate::driver::Settings;
use crate::transport::Wire;
use crate::value::{Amount, Generator};

const HOST: &str = "https://conform.example.com";

/// The settings for a document's client.
pub(super) fn settings(document: &Document, service: &Service, seed: u64, wire: &Wire) -> Settings {
    let schemes = |fits: fn(&SchemeKind) -> bool| {
        let schemes = service.schemes.iter().filter(move |scheme| known(&scheme.kind).is_some_and(fits));
        schemes.map(|scheme| scheme.name.clone()).collect::<Vec<_>>()
    };
    let plain = service.protocol == Protocol::Http;
    let mut settings = Settings {
        // Plain services have their paths below that of the URL.
        endpoint: if plain { format!("{HOST}/base") } else { HOST.to_owned() },
        signed: !plain,
        parameters: parameters(document, seed),
        wire: wire.clone(),
        ..Settings::default()
    };
    if plain {
        settings.api_keys = schemes(|kind| matches!(kind, SchemeKind::ApiKey(..)));
        settings.bearer_tokens = schemes(|kind| matches!(kind, SchemeKind::Bearer));
        settings.basic = !schemes(|kind| matches!(kind, SchemeKind::Basic)).is_empty();
    }
    settings
}

impl Settings {
    /// The path of the base URL.
    pub(super) fn base_path(&self) -> String {
        self.endpoint.strip_prefix(HOST).unwrap_or_default().to_owned()
    }
}

/// Names under which keys go out.
pub(super) fn keys(service: &Service) -> Vec<String> {
    let names = service.schemes.iter().filter_map(|scheme| match known(&scheme.kind) {
        Some(SchemeKind::ApiKey(_, name)) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// The kind of a scheme, or the one that its name suggests; None for one that is left to callers.
fn known(kind: &SchemeKind) -> Option<&SchemeKind> {
    match kind {
        SchemeKind::Caller(suggested) => suggested.as_deref(),
        kind => Some(kind),
    }
}

/// One value for each client setting, valid for as many of the parameters it fills as possible.
fn parameters(document: &Document, seed: u64) -> BTreeMap<String, String> {
    let mut filled: BTreeMap<&str, Vec<&Parameter>> = BTreeMap::new();
    for parameter in document.operations.iter().flat_map(|operation| &operation.parameters) {
        let Some(name) = &parameter.client else { continue };
        let known = filled.entry(name).or_default();
        if known.iter().all(|known| known.schema != parameter.schema) {
            known.push(parameter);
        }
    }
    let mut generator = Generator::new(document, seed);
    let filled = filled.into_iter().filter_map(|(name, parameters)| {
        let made = parameters.iter().filter_map(|parameter| {
            generator.parameter(parameter, Direction::Request, Amount::Most).ok().map(|value| text(&value))
        });
        let made: Vec<String> = made.collect();
        let serves = |text: &&String| {
            let fits = |parameter: &&&Parameter| match &parameter.schema {
                Some(schema) => document.is_valid(schema, Direction::Request, &typed(document, parameter, text)),
                None => true,
            };
            parameters.iter().filter(fits).count()
        };
        made.iter().max_by_key(serves).map(|text| (name.to_owned(), text.clone()))
    });
    filled.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A setting's string converted to the type of a parameter's schema.
pub(super) fn typed(document: &Document, parameter: &Parameter, text: &str) -> Value {
    let plain = Value::from(text);
    let Some(schema) = &parameter.schema else { return plain };
    let other = serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string());
    match other {
        Some(other) if !document.is_valid(schema, Direction::Request, &plain) => other,
        _ => plain,
    }
}
