//! The cost of generation by document size: `cargo bench -p yundb-tests --bench growth`.
//!
//! Two families of documents, each in three sizes: operations with few types of their own, and a net of types that all
//! refer to each other. The rate is in operations per second, and should be the same for each size of a family.

#![allow(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::path::Path;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use serde_json::{Map, Value, json};
use yundb_generator::{Options, generate};

/// Number of operations in a tag.
const TAG: usize = 20;

fn reference(n: usize, of: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/Resource{}", n % of)})
}

/// An object with fields of each kind, and references to `targets`.
fn schema(n: usize, of: usize, targets: [usize; 3]) -> Value {
    let [one, list, map] = targets.map(|target| reference(target, of));
    json!({
        "type": "object",
        "description": format!("The resource {n}."),
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "integer", "format": "int64", "description": "Its id."},
            "name": {"type": "string", "maxLength": 200, "description": "Its name."},
            "status": {"type": "string", "enum": ["active", "planned", format!("state{n}")]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "one": one,
            "list": {"type": "array", "items": list},
            "map": {"type": "object", "additionalProperties": map},
        },
    })
}

fn response(schema: &Value, error: &Value) -> Value {
    json!({
        "200": {
            "description": "Done.",
            "headers": {"X-Rate-Limit": {"schema": {"type": "integer"}}},
            "content": {"application/json": {"schema": schema}},
        },
        "404": {"description": "There is none.", "content": {"application/json": {"schema": error}}},
    })
}

/// A document with this many operations, and schemas for half as many again. Schemas refer to neighbours, or all to
/// each other.
fn document(operations: usize, net: bool) -> Value {
    let schemas = operations * 3 / 2;
    let target = |n: usize, step: usize| if net { n * step + step } else { (n / 8) * 8 + (n + step) % 8 };
    let components: Map<String, Value> = (0..schemas)
        .map(|n| (format!("Resource{n}"), schema(n, schemas, [target(n, 7), target(n, 13), target(n, 29)])))
        .collect();
    let mut paths = Map::new();
    for n in 0..operations / 4 {
        let tags = json!([format!("tag {}", n * 4 / TAG)]);
        let at = |step: usize| reference(n * 6 + step, schemas);
        let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
        let filter = |k: usize| json!({"name": format!("filter_{k}"), "in": "query", "schema": {"type": "string"}});
        let filters: Vec<Value> = (0..8).map(filter).collect();
        let page = json!({"type": "object", "properties": {"count": {"type": "integer"}, "results": {"type": "array", "items": at(0)}}});
        let body = |schema: Value| json!({"required": true, "content": {"application/json": {"schema": schema}}});
        let fields =
            json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "to": at(4)}});
        paths.insert(format!("/resources{n}"), json!({
            "get": {"operationId": format!("listResources{n}"), "tags": tags, "parameters": filters, "responses": response(&page, &at(5))},
            "post": {"operationId": format!("createResource{n}"), "tags": tags, "requestBody": body(at(1)), "responses": response(&at(2), &at(5))},
        }));
        paths.insert(format!("/resources{n}/{{id}}"), json!({
            "parameters": [id],
            "get": {"operationId": format!("showResource{n}"), "tags": tags, "responses": response(&at(3), &at(5))},
            "put": {"operationId": format!("updateResource{n}"), "tags": tags, "requestBody": body(fields), "responses": response(&at(0), &at(5))},
        }));
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Growth", "version": "1"},
        "servers": [{"url": "https://growth.example.com"}],
        "paths": paths,
        "components": {"schemas": components},
    })
}

fn growth(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, net) in [("own types", false), ("a net of types", true)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        for operations in [250, 1000, 4000] {
            let spec = folder.join(format!("{operations}-{net}.json"));
            std::fs::write(&spec, document(operations, net).to_string()).unwrap();
            let out = folder.join(format!("{operations}-{net}"));
            group.throughput(Throughput::Elements(operations as u64));
            group.bench_function(operations.to_string(), |bencher| {
                bencher.iter(|| generate(&spec, &out, &Options::default()).unwrap());
            });
        }
        group.finish();
    }
}

criterion_group!(benches, growth);
criterion_main!(benches);
