//! Whole runs over made-up folders: exactly the missing, stale or different parts are reported.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path, slice};

use tempfile::TempDir;
use yundb_audit::{Audit, Outcome, diff::Diff, fact::Facts, lock};

const CONFIG: &str = "document: shop.md
title: Shop
edition: '1'
layout: markup
calls: rest
operations: ['2']
";

const LOCK: &str = "# Facts of shop.md, written by `cargo xtask audit --docs <folder> --update`. Do not edit.
document shop.md
title Shop
edition 1
sha256 00

operation 2.1 GET /v1/orders/{order_id}
  path order_id: String, required
  query full: Boolean, optional
  response 200
    id: String
    lines: Array of Line objects -> Line
    type Line
      amount: Integer
  sample response 200
    {}: id
  unread a row without a name
";

const SPEC: &str = "openapi: 3.0.3
info: {title: Shop, version: '1', description: Sells books.}
servers: [{url: 'https://shop.example.com'}]
x-protocol: huawei-rest
x-doc: {document: shop.md, title: Shop, edition: '1'}
tags: [{name: orders, description: Orders.}]
paths:
  /v1/orders/{order_id}:
    get:
      operationId: showOrder
      summary: Show an order
      tags: [orders]
      x-doc: {section: '2.1', title: Show}
      parameters:
        - {name: order_id, in: path, required: true, description: The order., schema: {type: string}}
        - {name: full, in: query, description: Whether with lines., schema: {type: boolean}}
      responses:
        '200':
          description: The order.
          content:
            application/json:
              schema:
                type: object
                properties:
                  id: {type: string, description: Its id.}
                  lines:
                    type: array
                    description: What is ordered.
                    items:
                      title: Line
                      type: object
                      properties:
                        amount: {type: integer, format: int32, description: How many.}
              examples:
                sample: {value: {id: a}}
";

/// A folder `specs` with one service, and a folder `docs` with its document.
fn workspace(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn audit(folder: &Path) -> Audit {
    Audit { specs: folder.join("specs"), ..Audit::default() }
}

/// The codes of the diagnostics.
fn codes(outcome: &Outcome) -> Vec<&'static str> {
    outcome.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_spec_is_compared_with_its_lock() {
    let folder = workspace(&[
        ("specs/shop/document.yaml", CONFIG),
        ("specs/shop/document.lock", LOCK),
        ("specs/shop/openapi.yaml", &SPEC.replace("servers: [{url: 'https://shop.example.com'}]\n", "")),
    ]);
    let outcome = audit(folder.path()).run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    insta::assert_snapshot!(outcome.report.text(true), @r"
| service |            | operations | parameters | responses | values | details | codes | samples | other | open | noted | unread |
|---------|------------|------------|------------|-----------|--------|---------|-------|---------|-------|------|-------|--------|
| shop    | documented |          1 |          2 |         3 |      0 |       0 |     0 |       1 |     0 |    0 |     0 |      1 |
|         | specified  |          1 |          2 |         3 |      0 |       0 |     0 |       1 |     0 |      |       |        |
|         | errata     |          0 |          0 |         0 |      0 |       0 |     0 |       0 |     0 |      |       |        |

shop: shop.md, 1; documented / specified (errata)

| section | operation                 | parameters | responses | values | details | samples | open | unread |
|---------|---------------------------|------------|-----------|--------|---------|---------|------|--------|
| 2.1     | GET /v1/orders/{order_id} |      2 / 2 |     3 / 3 |  0 / 0 |   0 / 0 |   1 / 1 |    0 |      1 |
");
    let json: serde_json::Value = serde_json::from_str(&outcome.report.json().unwrap()).unwrap();
    let of = |path| json.pointer(path).and_then(serde_json::Value::as_u64);
    assert_eq!(of("/services/0/documented/responses"), Some(3));
    assert_eq!(of("/services/0/sections/0/specified/parameters"), Some(2));
    assert_eq!(of("/services/0/unread"), Some(1));

    fs::write(folder.path().join("specs/shop/openapi.yaml"), SPEC.replace("in: query", "in: query, required: true"))
        .unwrap();
    let outcome = audit(folder.path()).run().unwrap();
    assert!(codes(&outcome).contains(&"audit-required"), "{}", outcome.diagnostics);
    assert!(!outcome.is_clean());
}

#[test]
fn a_document_without_a_spec_is_an_inventory() {
    let folder = workspace(&[("specs/shop/document.yaml", CONFIG), ("specs/shop/document.lock", LOCK)]);
    let outcome = audit(folder.path()).run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    insta::assert_snapshot!(outcome.report.text(true), @r"
| service |            | operations | parameters | responses | values | details | codes | samples | other | open | noted | unread |
|---------|------------|------------|------------|-----------|--------|---------|-------|---------|-------|------|-------|--------|
| shop    | documented |          1 |          2 |         3 |      0 |       0 |     0 |       1 |     0 |    - |     - |      1 |
|         | specified  |          - |          - |         - |      - |       - |     - |       - |     - |      |       |        |
|         | errata     |          - |          - |         - |      - |       - |     - |       - |     - |      |       |        |

shop: shop.md, 1; documented

| section | operation                 | parameters | responses | values | details | samples | open | unread |
|---------|---------------------------|------------|-----------|--------|---------|---------|------|--------|
| 2.1     | GET /v1/orders/{order_id} |          2 |         3 |      0 |       0 |       1 |    - |      1 |
");
}

#[test]
fn a_spec_needs_a_document() {
    let folder = workspace(&[("specs/shop/openapi.yaml", SPEC)]);
    let outcome = audit(folder.path()).run().unwrap();
    assert_eq!(codes(&outcome), ["missing-document"]);
    assert!(outcome.diagnostics.to_string().contains("layout: markup | page | pdf"), "{}", outcome.diagnostics);
}

#[test]
fn a_lock_must_be_present_complete_and_current() {
    for (lock, code, message) in [
        ("", "lock", "expected a line `document`"),
        (&LOCK.replace("    id: String", "   id: String"), "lock", "expected less indentation"),
        (&LOCK.replace("  response 200", "\n  response 200"), "stale-lock", "was edited by hand"),
        (
            &LOCK.replace("edition 1", "edition 2"),
            "stale-lock",
            "the edition is `2` in the lock and `1` in document.yaml",
        ),
    ] {
        let folder = workspace(&[("specs/shop/document.yaml", CONFIG), ("specs/shop/document.lock", lock)]);
        let outcome = audit(folder.path()).run().unwrap();
        assert_eq!(codes(&outcome), [code], "{}", outcome.diagnostics);
        assert!(outcome.diagnostics.to_string().contains(message), "{}", outcome.diagnostics);
    }
    let folder = workspace(&[("specs/shop/document.yaml", CONFIG)]);
    let outcome = audit(folder.path()).run().unwrap();
    assert_eq!(codes(&outcome), ["missing-lock"]);
    assert!(outcome.diagnostics.to_string().contains("cargo xtask audit shop --docs <folder> --update"));
}

#[test]
fn a_stale_lock_is_shown_and_rewritten_on_demand() {
    let folder = workspace(&[
        ("specs/shop/document.yaml", CONFIG),
        ("specs/shop/document.lock", LOCK),
        ("docs/shop.md", "Nothing.\n"),
    ]);
    let file = folder.path().join("specs/shop/document.lock");
    let with_docs = Audit { docs: Some(folder.path().join("docs")), ..audit(folder.path()) };
    let outcome = with_docs.run().unwrap();
    assert_eq!(codes(&outcome), ["stale-lock"]);
    assert!(outcome.stale.contains("\n-operation 2.1 GET /v1/orders/{order_id}\n"), "{}", outcome.stale);
    assert_eq!(fs::read_to_string(&file).unwrap(), LOCK);

    let outcome = Audit { update: true, ..with_docs.clone() }.run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    assert_eq!(outcome.written, slice::from_ref(&file));
    assert!(fs::read_to_string(&file).unwrap().starts_with("# Facts of shop.md"));

    let outcome = Audit { update: true, ..with_docs.clone() }.run().unwrap();
    assert!(outcome.written.is_empty() && outcome.is_clean());
    assert!(with_docs.run().unwrap().is_clean());
}

const READ: &str = "# 2.1 Listing orders

## URI

GET /v1/orders

## Request parameters

Table 2-1 Query parameters

| Parameter | Required | Type | Description |
|---|---|---|---|
| state | No | Integer | State, 12 or 13. |

## Response parameters

Status code: 200

Table 2-2 Response body parameters

| Parameter | Type | Description |
|---|---|---|
| id | String | Its id. |
";

#[test]
fn readings_of_changed_words_are_reported() {
    let spec = SPEC.replace("{order_id}:", ":").replace("/orders/:", "/orders:").replace("showOrder", "listOrders").replace(
        "        - {name: order_id, in: path, required: true, description: The order., schema: {type: string}}\n        - {name: full, in: query, description: Whether with lines., schema: {type: boolean}}\n",
        "        - name: state\n          in: query\n          description: State.\n          schema:\n            type: integer\n            format: int32\n            enum: [12, 13]\n            x-enumDescriptions: {'12': Open., '13': Shut.}\n",
    );
    let folder =
        workspace(&[("specs/shop/document.yaml", CONFIG), ("specs/shop/openapi.yaml", &spec), ("docs/shop.md", READ)]);
    let update = Audit { docs: Some(folder.path().join("docs")), update: true, ..audit(folder.path()) };
    let changed = |outcome: &Outcome| -> Vec<String> {
        let found = outcome.diagnostics.iter().filter(|diagnostic| diagnostic.code == "changed-words");
        found.map(|diagnostic| diagnostic.message.clone()).collect()
    };
    assert!(changed(&update.run().unwrap()).is_empty());
    let lock = fs::read_to_string(folder.path().join("specs/shop/document.lock")).unwrap();
    assert!(lock.contains("read \"values ") && lock.contains(": 12, 13\"\n"), "{lock}");

    fs::write(folder.path().join("docs/shop.md"), READ.replace("12 or 13", "12, 13 or 14")).unwrap();
    let found = changed(&update.run().unwrap());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("2.1 GET /v1/orders, query `state`: `values "), "{found:?}");
    assert!(changed(&update.run().unwrap()).is_empty());
}

#[test]
fn a_section_describes_a_type_and_a_text_has_numbers() {
    let types = "
# 3 Address

Table 3-1 Address

| Parameter | Description |
|---|---|
| town | Name of the town. |
| zip | Postal code. |

```
{\"town\": \"Sea\", \"zip\": \"12\"}
```
";
    let text = READ.replace("## URI", "An account has at most 40 orders, since version 2.1.\n\n## URI") + types;
    let config = format!("{CONFIG}types: {{'3': Address}}\n");
    let folder = workspace(&[("specs/shop/document.yaml", &config), ("docs/shop.md", &text)]);
    let update = Audit { docs: Some(folder.path().join("docs")), update: true, ..audit(folder.path()) };
    let outcome = update.run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    let written = fs::read_to_string(folder.path().join("specs/shop/document.lock")).unwrap();
    assert!(written.contains("  about 2.1, 40\n"), "{written}");
    let address = "type 3 Address\n  response - flat\n    town:\n    zip:\n";
    assert!(written.contains(address) && written.contains("  sent Address = "), "{written}");
    assert_eq!(lock::write(&facts(&written)), written);
}

#[test]
fn missing_files_are_reported() {
    let folder = workspace(&[("specs/shop/document.yaml", CONFIG), ("docs/other.md", "")]);
    let docs = folder.path().join("docs");
    let missing = Audit { docs: Some(docs.clone()), ..audit(folder.path()) }.run().unwrap_err().to_string();
    let expected = format!("there is no shop.md in {}: it is the document of `shop`", docs.display());
    assert!(missing.starts_with(&expected), "{missing}");
    let unknown = Audit { services: vec!["stop".to_owned()], ..audit(folder.path()) }.run().unwrap_err().to_string();
    assert!(unknown.starts_with("there is no service `stop` in "), "{unknown}");
    assert!(unknown.ends_with(", only shop"), "{unknown}");
}

fn facts(lock: &str) -> Facts {
    lock::read(lock, "document.lock").unwrap()
}

#[test]
fn two_editions_are_listed_by_operation() {
    let mut new = facts(&LOCK.replace("edition 1", "edition 2").replace("sha256 00", "sha256 01"));
    let more = "\noperation 2.2 POST /v1/orders\n  query a: String = x, z\n\ncode 400 SHOP.1\n";
    let old = facts(&format!(
        "{LOCK}\noperation 2.0 GET /v1/orders{}",
        more.replace("operation 2.2 POST", "\noperation 2.2 POST")
    ));
    let other = "  body
    name: String, required
    lines: Array of Line objects -> Line
    type Line
      amount: Integer, required
";
    let changed =
        more.replace("x, z", "x, y").replace("code 400", "code 404").replace("\ncode", &format!("{other}\ncode"));
    let changed =
        format!("{}{changed}\noperation 2.3 DELETE /v1/orders\n", LOCK.replace("String, required", "Integer"));
    let changed = changed.replace("  query full: Boolean, optional\n", "").replace("{}: id", "{}: id, lines");
    new.operations = facts(&changed).operations;
    new.codes = facts(&changed).codes;
    insta::assert_snapshot!(Diff::new("shop", &old, &new).text(), @r"
shop, shop.md
- 2.0 GET /v1/orders
2.1 GET /v1/orders/{order_id}
  ~ path order_id: String -> Integer
  ~ path order_id: required -> unknown
  - query full
  ~ sample response 200 (keys): now lines
2.2 POST /v1/orders
  ~ query a (values): no longer z; now y
  + body.name: String, required
  + body.lines: Array of Line objects
+ 2.3 DELETE /v1/orders
~ edition: 1 -> 2
~ code SHOP.1: 400 -> 404
");
    assert_eq!(Diff::new("shop", &old, &old).text(), "shop, shop.md: the same file\n");
}
