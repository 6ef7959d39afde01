//! Turns the checked document into `openapiv3`'s types.

use openapiv3::{OpenAPI, Operation, ReferenceOr, RequestBody, Response, Schema};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::{Node, check, report::Reporter};
use crate::diagnostic::{Diagnostic, Location};

/// The document in `openapiv3`'s types. `check` has seen to it that it fits; should a part not, it is named and left out.
pub(super) fn convert(root: &mut Node, reporter: &mut Reporter<'_>) -> Option<OpenAPI> {
    if let Ok(api) = serde_json::from_value(without_callbacks(root)) {
        return Some(api);
    }
    components(root, reporter);
    operations(root, reporter);
    serde_path_to_error::deserialize(without_callbacks(root))
        .map_err(|error: serde_path_to_error::Error<serde_json::Error>| {
            // What is missing because it was wrong was said.
            if reporter.has_errors() {
                return;
            }
            let place = locate(root, &error.path().to_string());
            let message = format!("`{}` does not fit OpenAPI 3.0: {}", error.path(), error.inner());
            reporter.push(Diagnostic::error("does-not-fit", message).at(place));
        })
        .ok()
}

/// The document with callbacks by name only: no client makes them, and `openapiv3` recurses into them at a high price.
fn without_callbacks(root: &Node) -> Json {
    let mut json = root.to_json();
    if let Some(components) = json.get_mut("components").and_then(Json::as_object_mut) {
        components.shift_remove("callbacks");
    }
    let items = json.get_mut("paths").and_then(Json::as_object_mut).into_iter().flat_map(|paths| paths.values_mut());
    for operation in items.filter_map(Json::as_object_mut).flat_map(|item| item.values_mut()) {
        let callbacks = operation.get_mut("callbacks").and_then(Json::as_object_mut).into_iter();
        callbacks
            .flat_map(|callbacks| callbacks.values_mut())
            .for_each(|callback| *callback = Json::Object(Map::new()));
    }
    json
}

fn operations(root: &mut Node, reporter: &mut Reporter<'_>) {
    let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) else { return };
    for (path, item) in paths {
        let Some(fields) = item.node.as_object_mut() else { continue };
        fields.retain(|method, operation| {
            let is_method = check::is_method(method);
            !is_method || {
                let call = format!("{} {path}", method.to_uppercase());
                fits::<Operation>(&operation.node, &call, &operation.key, reporter)
            }
        });
    }
}

fn components(root: &mut Node, reporter: &mut Reporter<'_>) {
    let Some(components) = root.get_mut("components").and_then(Node::as_object_mut) else { return };
    for (section, entries) in components {
        let Some(entries) = entries.node.as_object_mut() else { continue };
        let fits = match section.as_str() {
            "schemas" => fits::<ReferenceOr<Schema>>,
            "responses" => fits::<ReferenceOr<Response>>,
            "parameters" => fits::<ReferenceOr<openapiv3::Parameter>>,
            "requestBodies" => fits::<ReferenceOr<RequestBody>>,
            "headers" => fits::<ReferenceOr<openapiv3::Header>>,
            "securitySchemes" => fits::<ReferenceOr<openapiv3::SecurityScheme>>,
            "examples" => fits::<ReferenceOr<openapiv3::Example>>,
            "links" => fits::<ReferenceOr<openapiv3::Link>>,
            _ => continue,
        };
        entries.retain(|name, entry| fits(&entry.node, name, &entry.key, reporter));
    }
}

fn fits<T: DeserializeOwned>(node: &Node, name: &str, place: &Location, reporter: &mut Reporter<'_>) -> bool {
    match serde_path_to_error::deserialize::<Json, T>(node.to_json()) {
        Ok(_) => true,
        Err(error) => {
            let place = match error.path().iter().next() {
                Some(_) => locate(node, &error.path().to_string()),
                None => place.clone(),
            };
            let message = format!("`{name}` does not fit OpenAPI 3.0: {}", error.inner());
            let fault = Diagnostic::error("does-not-fit", message).at(place).label("left out");
            reporter.fault(fault);
            false
        }
    }
}

/// The place of serde's path (`paths.get.responses`), as far as it can be followed.
fn locate(root: &Node, path: &str) -> Location {
    let mut node = root;
    for token in path.split(['.', '[', ']']).filter(|token| !token.is_empty()) {
        match node.child(token) {
            Some(child) => node = child,
            None => break,
        }
    }
    node.location.clone()
}
