//! Documents of sizes and depths that no person writes: they take no more stack than a thread has, and about as much time as
//! they are long.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use yundb_generator::{Failure, Options, Report, generate};

/// The stack of a thread that Rust starts, unless it is given another one.
const STACK: usize = 2 << 20;

/// What a debug build may take for the documents below, on a machine that has other things to do: about five times what it takes on
/// an idle one. What is quadratic takes minutes.
const LONGEST: Duration = Duration::from_secs(25);

/// A document whose only operation sends and returns the schema `A0`.
fn document(schemas: &str) -> String {
    let body = "content: {application/json: {schema: {$ref: '#/components/schemas/A0'}}}";
    format!(
        "openapi: 3.0.3\ninfo: {{title: Limits, version: '1'}}\npaths:\n  /a:\n    post:\n      operationId: send\n      \
         requestBody: {{{body}}}\n      responses: {{'200': {{description: Done, {body}}}}}\ncomponents:\n  schemas:\n{schemas}"
    )
}

/// Components `A0` to `A<count>`, each made of the next one's reference; the last leads to `end`.
fn chain(count: usize, end: &str, link: impl Fn(&str) -> String) -> String {
    let mut schemas = String::new();
    for index in 0..count {
        let next = format!("{{$ref: '#/components/schemas/A{}'}}", index + 1);
        writeln!(schemas, "    A{index}: {}", link(&next)).unwrap();
    }
    document(&format!("{schemas}    A{count}: {end}\n"))
}

/// Generates a crate from a document, on a stack that can't grow beyond that of any thread.
fn generated(text: String) -> Result<Report, Failure> {
    let run = move || {
        let folder = tempfile::tempdir().unwrap();
        let spec = folder.path().join("openapi.yaml");
        fs::write(&spec, text).unwrap();
        generate(&spec, &folder.path().join("out"), &Options::default())
    };
    std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap().join().unwrap()
}

fn each(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// Long lists of each kind. The first of each pair is how many warnings there are.
#[test]
fn time_is_linear() {
    // As many values as differ in case only, which is nothing that a name can hold.
    let cased = |n: usize| (0..17).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect::<String>();
    let object = |fields: &str| document(&format!("    A0:\n      type: object\n{fields}"));
    let names = |count| each(count, |n| format!("f{n}, "));
    let struct_of = |next: &str| format!("{{type: object, properties: {{next: {next}}}}}");
    let cases = [
        (0, document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(50_000, |n| format!("value{n}, "))))),
        (0, document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(40_000, |n| format!("{}, ", cased(n)))))),
        (
            49_993,
            document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(50_000, |n| format!("value{}, ", n % 7)))),
        ),
        (
            40_000,
            object(&format!(
                "      properties:\n{}",
                each(40_000, |n| format!("        f{n}: {{type: string, not: {{}}}}\n"))
            )),
        ),
        (
            0,
            object(&format!(
                "      required: [{}]\n      properties:\n{}",
                names(40_000),
                each(40_000, |n| format!("        f{n}: {{type: string}}\n"))
            )),
        ),
        (0, chain(10_000, "{type: string}", struct_of)),
        (0, chain(10_000, &struct_of("{$ref: '#/components/schemas/A0'}"), struct_of)),
    ];
    for (warnings, text) in cases {
        let shown: String = text.chars().skip(400).take(200).collect();
        let start = Instant::now();
        let report = generated(text).unwrap();
        let took = start.elapsed();
        assert_eq!(report.diagnostics.warnings(), warnings, "{shown}");
        assert!(took < LONGEST, "{took:?}: {shown}");
    }
}

/// Chains of thousands of types: what has a name stays typed, and lists in lists end as any JSON.
#[test]
fn chains_need_no_stack() {
    let struct_of = |next: &str| format!("{{type: object, properties: {{next: {next}}}}}");
    let list_of = |next: &str| format!("{{type: array, items: {next}}}");
    let map_of = |next: &str| format!("{{type: object, additionalProperties: {next}}}");
    let json_of = |next: &str| format!("{{type: string, x-json: {next}}}");
    let nullable_list_of = |next: &str| format!("{{nullable: true, allOf: [{{type: array, items: {next}}}]}}");
    let wrapped = |next: &str| format!("{{description: Words., allOf: [{next}]}}");
    let text = "{type: string}";
    let ring = struct_of("{$ref: '#/components/schemas/A0'}");
    let union_of = |next: &str| format!("{{oneOf: [{{type: integer}}, {next}]}}");
    // How many types there are, and how often lists and maps were cut off.
    let cases = [
        ("arrays", 0, 9, chain(300, text, list_of)),
        ("maps", 0, 93, chain(3_000, text, map_of)),
        ("JSON in texts", 0, 9, chain(300, text, json_of)),
        ("nullable arrays", 0, 9, chain(300, text, nullable_list_of)),
        ("structs", 5_001, 0, chain(5_000, &struct_of(text), struct_of)),
        ("a ring", 5_001, 0, chain(5_000, &ring, struct_of)),
        ("structs in arrays", 5_001, 0, chain(5_000, &struct_of(text), |next| struct_of(&list_of(next)))),
        ("structs with words around", 5_001, 0, chain(5_000, &struct_of(text), |next| struct_of(&wrapped(next)))),
        ("words around words", 0, 0, chain(5_000, text, wrapped)),
        ("unions", 5_000, 0, chain(5_000, text, union_of)),
        (
            "bases",
            1,
            0,
            chain(5_000, &struct_of(text), |next| format!("{{allOf: [{next}], type: object, required: [next]}}")),
        ),
        (
            "bases of which each says more of a field",
            1,
            0,
            chain(5_000, &struct_of(text), |next| {
                format!("{{allOf: [{next}, {{type: object, properties: {{next: {{maxLength: {}}}}}}}]}}", next.len())
            }),
        ),
    ];
    for (name, types, cut, text) in cases {
        let report = generated(text).unwrap();
        assert_eq!(report.types, types, "{name}");
        let codes: Vec<_> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, vec!["deep-type"; cut], "{name}");
        assert!(report.account.adds_up() && report.account.lost.is_empty(), "{name}");
    }
}

/// A place of a component is named with the first operation that meets it, not again with each that does.
#[test]
fn shared_places_are_named_once() {
    let schemas =
        "    A0: {type: object, properties: {a: {type: string, not: {}}, b: {type: string, pattern: '(?=a)'}}}\n";
    let more = each(300, |n| {
        let body = "content: {application/json: {schema: {$ref: '#/components/schemas/A0'}}}";
        let shared = "'200': {$ref: '#/components/responses/Shared'}";
        format!("  /b{n}: {{post: {{operationId: send{n}, requestBody: {{{body}}}, responses: {{{shared}}}}}}}\n")
    });
    let response = "  responses:\n    Shared: {description: Done, headers: {X-A: {schema: {type: string, not: {}}}}}\n";
    let text = document(schemas).replace("components:\n", &format!("{more}components:\n{response}"));
    let report = generated(text).unwrap();
    assert_eq!(report.operations, 301);
    let said: Vec<_> = report.diagnostics.iter().map(|it| (it.code, it.location.as_ref().unwrap().line())).collect();
    let distinct: std::collections::HashSet<_> = said.iter().collect();
    assert_eq!(said.len(), distinct.len(), "{}", report.diagnostics);
    assert_eq!(said.len(), 3, "{}", report.diagnostics);
}
