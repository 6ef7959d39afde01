//! Documents of any size, to see how the cost of generation grows.
//!
//! There are two families: operations with a few types of their own, and a net of types that all refer to each other.
//! The cost of an operation should be the same for each size of a family.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::{Value, json};

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

/// The two paths, with two operations each, of a kind of resource.
fn paths(n: usize, schemas: usize) -> [(String, Value); 2] {
    let tags = json!([format!("tag {}", n * 4 / TAG)]);
    let at = |step: usize| reference(n * 6 + step, schemas);
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "integer"}});
    let filter = |k: usize| json!({"name": format!("filter_{k}"), "in": "query", "schema": {"type": "string"}});
    let filters: Vec<Value> = (0..8).map(filter).collect();
    let results = json!({"type": "array", "items": at(0)});
    let page = json!({"type": "object", "properties": {"count": {"type": "integer"}, "results": results}});
    let body = |schema: Value| json!({"required": true, "content": {"application/json": {"schema": schema}}});
    let fields =
        json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "to": at(4)}});
    let operation = |name: &str, more: Value, responses: Value| {
        let mut operation = json!({"operationId": format!("{name}Resource{n}"), "tags": tags, "responses": responses});
        if let (Value::Object(all), Value::Object(more)) = (&mut operation, more) {
            all.extend(more);
        }
        operation
    };
    let all = json!({
        "get": operation("list", json!({"parameters": filters}), response(&page, &at(5))),
        "post": operation("create", json!({"requestBody": body(at(1))}), response(&at(2), &at(5))),
    });
    let one = json!({
        "parameters": [id],
        "get": operation("show", json!({}), response(&at(3), &at(5))),
        "put": operation("update", json!({"requestBody": body(fields)}), response(&at(0), &at(5))),
    });
    [(format!("/resources{n}"), all), (format!("/resources{n}/{{id}}"), one)]
}

/// Writes a document with this many operations, and schemas for half as many again. Schemas refer to neighbours, or all
/// to each other. It is written piece by piece, as the memory of this process counts as that of the ones it measures.
pub fn write(file: &Path, operations: usize, net: bool) -> io::Result<()> {
    let schemas = operations * 3 / 2;
    let target = |n: usize, step: usize| if net { n * step + step } else { (n / 8) * 8 + (n + step) % 8 };
    let component = |n| (format!("Resource{n}"), schema(n, schemas, [7, 13, 29].map(|step| target(n, step))));
    let mut file = BufWriter::new(File::create(file)?);
    let info = json!({"title": "Growth", "version": "1"});
    let servers = json!([{"url": "https://growth.example.com"}]);
    write!(file, r#"{{"openapi": "3.0.3", "info": {info}, "servers": {servers}, "paths": {{"#)?;
    entries(&mut file, (0..operations / 4).flat_map(|n| paths(n, schemas)))?;
    write!(file, r#"}}, "components": {{"schemas": {{"#)?;
    entries(&mut file, (0..schemas).map(component))?;
    writeln!(file, "}}}}}}")?;
    file.flush()
}

fn entries(file: &mut impl Write, entries: impl Iterator<Item = (String, Value)>) -> io::Result<()> {
    for (index, (name, value)) in entries.enumerate() {
        let separator = if index == 0 { "" } else { ",\n" };
        write!(file, "{separator}{}: {value}", Value::from(name))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use yundb_generator::{Diagnostics, choices::Choices, lowered};

    #[test]
    fn documents_are_valid_and_have_the_size() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        for net in [false, true] {
            let file = folder.path().join("openapi.json");
            super::write(&file, 40, net)?;
            let mut found = Diagnostics::new();
            let Some(model) = lowered(&file, "growth", "growth", &Choices::default(), &mut found) else {
                anyhow::bail!("{found}")
            };
            assert!(found.is_empty(), "{found}");
            assert_eq!(model.service.groups.iter().map(|group| group.operations.len()).sum::<usize>(), 40);
        }
        Ok(())
    }
}
