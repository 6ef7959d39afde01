//! Stable names: additions to a document, anywhere, do not rename anything that existed before.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proptest::prelude::any;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};
use yundb_generator::lower::model::{Aliased, Service, TypeKind};
use yundb_generator::{Diagnostics, bundle, model};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The names that a user of the crate writes, by what they refer to: types, and their members.
fn names(document: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("document.json");
    std::fs::write(&path, document.to_string()).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, _) = model(&path, "stable", "stable", &mut diagnostics).unwrap_or_else(|| panic!("{diagnostics}"));
    let mut found = BTreeMap::new();
    for group in &service.groups {
        for operation in &group.operations {
            let inputs = operation.arguments.iter().chain(&operation.setters);
            let mut inside: BTreeSet<String> =
                inputs.map(|input| format!("{} is {}", input.wire, input.ident)).collect();
            inside.extend([format!("in {}", group.module), format!("with {}", group.feature)]);
            let key =
                format!("{} {} is {} {}", operation.method, operation.path, operation.method_name, operation.type_name);
            found.insert(key, inside);
        }
    }
    types(&service, &mut found);
    found
}

fn types(service: &Service, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for (id, definition) in service.types.iter().enumerate() {
        let inside: BTreeSet<String> = match &definition.kind {
            TypeKind::Struct(body) => body.fields.iter().map(|it| format!("{} is {}", it.wire, it.ident)).collect(),
            TypeKind::StringEnum(values) => values.iter().map(|it| format!("{} is {}", it.value, it.ident)).collect(),
            TypeKind::IntegerEnum(values) => values.iter().map(|it| format!("{} is {}", it.value, it.ident)).collect(),
            TypeKind::Union(union) => union.variants.iter().map(|it| it.ident.clone()).collect(),
            _ => BTreeSet::new(),
        };
        let aliases = service.aliases.get(&Aliased::Type(id)).into_iter().flatten();
        found.extend(aliases.chain([&definition.name]).map(|name| (format!("type {name}"), inside.clone())));
    }
    for (index, outcome) in service.outcomes.iter().enumerate() {
        let inside: BTreeSet<String> =
            outcome.cases.iter().map(|case| format!("{:?} is {}", case.statuses, case.variant)).collect();
        let aliases = service.aliases.get(&Aliased::Outcome(index)).into_iter().flatten();
        found.extend(aliases.chain([&outcome.name]).map(|name| (format!("type {name}"), inside.clone())));
    }
}

/// The additions.
#[derive(Clone, Copy, Debug)]
enum Addition {
    Operation,
    CopyOfOperation,
    Schema,
    CopyOfSchema,
    Property,
    /// A property without possible values, which has no field.
    NoProperty,
    Value,
    Tag,
    Header,
}

/// The pointers of all objects of a kind in the document.
fn places(node: &Value, at: &str, is: &dyn Fn(&str, &Value) -> bool, found: &mut Vec<String>) {
    if is(at, node) {
        found.push(at.to_owned());
    }
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match node {
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            if !["example", "examples", "default", "enum"].contains(&key.as_str())
                || at.ends_with("/properties")
                || key == "enum"
            {
                places(inner, &format!("{at}/{}", escaped(key)), is, found);
            }
        }),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| places(inner, &format!("{at}/{index}"), is, found))
        }
        _ => {}
    }
}

fn insert(map: &mut Map<String, Value>, place: Index, key: &str, value: Value) {
    let at = place.index(map.len() + 1);
    let mut entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
    entries.insert(at, (key.to_owned(), value));
    map.extend(entries);
}

/// Makes an addition, if there is a place for it.
fn add(document: &mut Value, addition: Addition, which: Index, place: Index) {
    let find = |document: &Value, is: &dyn Fn(&str, &Value) -> bool| {
        let mut found = Vec::new();
        places(document, "", is, &mut found);
        (!found.is_empty()).then(|| found[which.index(found.len())].clone())
    };
    let object = json!({"type": "object", "properties": {
        "status": {"type": "string", "enum": ["one", "two"]},
        "insertedList": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
    }});
    let response =
        |schema: &Value| json!({"description": "Inserted.", "content": {"application/json": {"schema": schema}}});
    match addition {
        Addition::Operation => {
            let operation = json!({"get": {
                "operationId": "insertedOperation", "tags": ["inserted"],
                "parameters": [{"name": "status", "in": "query", "schema": {"type": "string", "enum": ["one", "two"]}}],
                "responses": {"200": response(&object), "400": response(&object), "404": response(&json!({"type": "string"}))},
            }});
            insert(document["paths"].as_object_mut().unwrap(), place, "/inserted", operation);
        }
        Addition::CopyOfOperation => {
            let methods = ["get", "put", "post", "delete", "patch"];
            let is = |at: &str, node: &Value| {
                at.starts_with("/paths/")
                    && at.matches('/').count() == 3
                    && methods.iter().any(|method| at.ends_with(&format!("/{method}")))
                    && node.is_object()
            };
            let Some(at) = find(document, &is) else { return };
            let mut operation = document.pointer(&at).unwrap().clone();
            operation["operationId"] = json!("insertedCopy");
            insert(document["paths"].as_object_mut().unwrap(), place, "/inserted", json!({"post": operation}));
        }
        Addition::Schema | Addition::CopyOfSchema => {
            let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
                return;
            };
            let copy = schemas.values().nth(which.index(schemas.len().max(1))).cloned();
            let schema = if matches!(addition, Addition::Schema) { object } else { copy.unwrap_or(object) };
            insert(schemas, place, "InsertedSchema", schema);
        }
        Addition::Property | Addition::NoProperty => {
            let Some(at) =
                find(document, &|at, node| at.ends_with("/properties") && at.contains("/schemas/") && node.is_object())
            else {
                return;
            };
            let property = if matches!(addition, Addition::Property) { object } else { json!({"not": {}}) };
            insert(document.pointer_mut(&at).unwrap().as_object_mut().unwrap(), place, "insertedProperty", property);
        }
        Addition::Value => {
            // A constant that becomes one of several values no longer distinguishes alternatives, which may be named
            // after it.
            let texts =
                |node: &Value| node.as_array().is_some_and(|list| list.len() > 1 && list.iter().all(Value::is_string));
            let Some(at) = find(document, &|at, node| at.ends_with("/enum") && texts(node)) else { return };
            let values = document.pointer_mut(&at).unwrap().as_array_mut().unwrap();
            values.insert(place.index(values.len() + 1), json!("insertedValue"));
        }
        Addition::Tag => {
            let tags =
                document.as_object_mut().unwrap().entry("tags").or_insert_with(|| json!([])).as_array_mut().unwrap();
            tags.insert(place.index(tags.len() + 1), json!({"name": "Inserted"}));
        }
        Addition::Header => {
            // The headers of an operation are one type, named after them: more headers are another type.
            let has_headers = |at: &str| {
                let operation: String = at.split_inclusive('/').take(4).collect();
                let operation = document.pointer(operation.trim_end_matches('/')).map(Value::to_string);
                operation.is_none_or(|text| text.contains("\"headers\"") || text.contains("#/components/responses/"))
            };
            let Some(at) = find(document, &|at, node| {
                at.contains("/responses/")
                    && at.starts_with("/paths/")
                    && !has_headers(at)
                    && node.get("description").is_some_and(Value::is_string)
                    && node.get("in").is_none()
                    && !at.contains("/content/")
                    && !at.contains("/headers/")
            }) else {
                return;
            };
            let response = document.pointer_mut(&at).unwrap().as_object_mut().unwrap();
            let headers = response.entry("headers").or_insert_with(|| json!({}));
            insert(
                headers.as_object_mut().unwrap(),
                place,
                "X-Inserted",
                json!({"schema": {"type": "string", "enum": ["a", "b"]}}),
            );
        }
    }
}

/// The documents, with their names.
fn documents() -> Vec<(String, Value, BTreeMap<String, BTreeSet<String>>)> {
    let fixtures = ["responses", "bodies", "names", "paging", "parameters", "split", "types", "unions"]
        .map(|name| format!("tests/fixtures/{name}"));
    let specs = ["specs/aliyun-dg".to_owned(), "specs/huawei-drs".to_owned()];
    let read = |name: String| {
        let bundled = bundle(&workspace().join(&name), &Default::default(), true);
        let bundled = bundled.unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let document: Value = serde_json::from_str(&bundled.text).unwrap();
        let names = names(&document);
        (name, document, names)
    };
    fixtures.into_iter().chain(specs).map(read).collect()
}

#[test]
fn additions_do_not_rename_anything() {
    let documents = documents();
    let additions = vec![
        Addition::Operation,
        Addition::CopyOfOperation,
        Addition::Schema,
        Addition::CopyOfSchema,
        Addition::Property,
        Addition::NoProperty,
        Addition::Value,
        Addition::Tag,
        Addition::Header,
    ];
    let config = proptest::prelude::ProptestConfig {
        cases: 40,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Default::default()
    };
    let case = (0..documents.len(), select(additions), any::<Index>(), any::<Index>());
    proptest::proptest!(config, |((index, addition, which, place) in case)| {
        let (name, document, before) = &documents[index];
        let mut document = document.clone();
        add(&mut document, addition, which, place);
        let after = names(&document);
        for (known, inside) in before {
            let Some(now) = after.get(known) else { panic!("{name}, {addition:?}: `{known}` has another name") };
            let lost: Vec<_> = inside.difference(now).collect();
            proptest::prop_assert!(lost.is_empty(), "{}, {:?}: in `{}` {:?}", name, addition, known, lost);
        }
    });
}
