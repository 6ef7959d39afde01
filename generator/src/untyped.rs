//! The values of a client that are any JSON, each with the reason in the document.

use crate::Lowered;
use crate::diagnostic::Location;
use crate::load::Node;
use crate::lower::model::{Payload, ResponseBody, Type, TypeKind, Users};
use crate::places::{Place, Places};

/// A value that is any JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The item of the crate: `Client::list_pets::filter`, `types::Pet::extra`.
    pub item: String,
    /// Why it has no type.
    pub reason: String,
    /// Its place in the document.
    pub at: Location,
}

/// All such values, in the order of operations and types.
pub fn untyped(lowered: &Lowered) -> Vec<Untyped> {
    let (service, places) = (&lowered.service, Places::of(lowered));
    let mut found = Vec::new();
    let mut push = |item: String, ty: &Type, place: Place<'_>, is_described: bool| {
        if ty.layers().last() == Some(&Type::Value) {
            let reason = if is_described { reason(place.innermost(ty)) } else { UNDESCRIBED.to_owned() };
            found.push(Untyped { item, reason, at: place.at.clone() });
        }
    };
    for operation in service.groups.iter().flat_map(|group| &group.operations) {
        let item = format!("Client::{}", named(&operation.method_name));
        for input in operation.arguments.iter().chain(&operation.setters) {
            if let Some(ty) = input.kind.ty() {
                let place = places.input(operation, input);
                let schema = place.get("schema").map_or(place, |schema| schema.used_at(place));
                push(format!("{item}::{}", named(&input.ident)), ty, schema, true);
            }
        }
        for (body, name, error) in [(&operation.output, "output", false), (&operation.error, "error", true)] {
            let payloads: Vec<(Option<_>, &Payload)> = match body {
                ResponseBody::One(payload) => vec![(None, payload)],
                ResponseBody::ByStatus(outcome) => {
                    let cases = &service.outcomes[*outcome].cases;
                    cases.iter().map(|case| (case.statuses.first().copied(), &case.payload)).collect()
                }
            };
            for (status, payload) in payloads {
                let response = places.response(operation, status, error);
                let schema = response.schemas().next();
                let (place, item) = (schema.unwrap_or(response), format!("{item}, {name}"));
                payload.ty().into_iter().for_each(|ty| push(item.clone(), ty, place, schema.is_some()));
            }
        }
    }
    let mut add = |item: String, ty: &Type, place: Place<'_>| push(item, ty, place, true);
    for (id, definition) in service.types.iter().enumerate().filter(|(_, ty)| ty.users != Users::Nobody) {
        let (item, place) = (format!("types::{}", named(&definition.name)), places.ty(id));
        match &definition.kind {
            TypeKind::Struct(body) => {
                for field in &body.fields {
                    add(format!("{item}::{}", named(&field.ident)), &field.ty, place.field(&field.wire));
                }
                if let Some(ty) = &body.additional {
                    let more = place.or_self("additionalProperties");
                    add(format!("{item}::{}", named(&body.additional_ident)), ty, more);
                }
            }
            TypeKind::Union(union) => {
                for (index, variant) in union.variants.iter().enumerate() {
                    add(format!("{item}::{}", variant.ident), &variant.ty, place.alternative(index));
                }
            }
            TypeKind::Tuple(tuple) => {
                for (index, element) in tuple.elements.iter().enumerate() {
                    add(format!("{item}::{index}"), &element.ty, place);
                }
            }
            TypeKind::Newtype(newtype) => add(item, &newtype.ty, place),
            TypeKind::StringEnum(_) | TypeKind::IntegerEnum(_) | TypeKind::Own(_) => {}
        }
    }
    found
}

/// The reason for a body without a schema.
const UNDESCRIBED: &str = "the document does not describe the body";

fn reason(place: Place<'_>) -> String {
    let node = place.node;
    let has = |key: &str| node.get(key).is_some();
    let kinds: Vec<&str> = match node.get("type") {
        Some(kind) => kind.as_str().into_iter().chain(kind.items().filter_map(Node::as_str)).collect(),
        None => Vec::new(),
    };
    let alternatives = ["oneOf", "anyOf", "allOf"].into_iter().find(|key| has(key));
    match (kinds.as_slice(), alternatives) {
        ([], Some(key)) => format!("`{key}` has no alternative with a type of its own"),
        ([], None) if has("not") => "the schema only excludes values".to_owned(),
        ([], None) if has("enum") => "the values of `enum` are of several types".to_owned(),
        ([], None) => "the schema has no `type`".to_owned(),
        (["object"], None) => "the object has no `properties`".to_owned(),
        (["array"], None) => "the items have no schema".to_owned(),
        (kinds, _) => format!("the schema allows {}", kinds.join(", ")),
    }
}

fn named(name: &str) -> &str {
    name.trim_start_matches("r#")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::choices::Choices;
    use crate::diagnostic::Diagnostics;
    use crate::lowered;

    #[test]
    fn each_has_its_reason_and_place() {
        let folder = tempfile::tempdir().unwrap();
        let document = r##"openapi: 3.1.0
info: {title: x, version: "1"}
paths:
  /a:
    post:
      operationId: send
      parameters: [{name: filter, in: query, schema: {}}]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Body"}}}}
      responses:
        "200": {description: It., content: {application/json: {schema: true}}}
        "400": {description: Bad., content: {application/json: {schema: {type: object}}}}
  /b:
    get:
      operationId: read
      responses:
        "200": {description: It., content: {application/json: {schema: {type: array, items: {description: Any.}}}}}
components:
  schemas:
    Body:
      type: object
      properties:
        a: {description: Any.}
        b: {type: array}
        c: {type: object}
        d: {type: object, additionalProperties: {not: {type: string}}}
        e: {anyOf: [{minimum: 1}, {maxLength: 2}]}
        f: {type: string}
"##;
        fs::write(folder.path().join("openapi.yaml"), document).unwrap();
        let mut found = Diagnostics::new();
        let lowered = lowered(folder.path(), "x", "x", &Choices::default(), &mut found).unwrap();
        let lines = untyped(&lowered).into_iter().map(|Untyped { item, reason, at }| {
            format!("{item}: {reason}, at {}:{} {:?}\n", at.line(), at.column(), at.text())
        });
        insta::assert_snapshot!(lines.collect::<String>());
    }
}
