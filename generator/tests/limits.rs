//! Documents of extreme sizes and depths are read completely, within the stack of a thread. (Quadratic code would make
//! these tests take minutes.)
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fmt::Write as _;
use std::fs;

use yundb_generator::lower::model::{Payload, ResponseBody, Type, TypeKind};
use yundb_generator::{Diagnostics, Failure, Options, Report, generate, model};

/// The default stack size of a thread in Rust.
const STACK: usize = 2 << 20;

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

/// Generates a crate from a document, on a thread's stack that can't grow.
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

/// Long lists of each kind. The first of each pair is the number of warnings.
#[test]
fn long_lists_are_read_completely() {
    // Values that differ in case only, which names can't express.
    let cased = |n: usize| (0..17).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect::<String>();
    let object = |fields: &str| document(&format!("    A0:\n      type: object\n{fields}"));
    let names = |count| each(count, |n| format!("f{n}, "));
    let struct_of = |next: &str| format!("{{type: object, properties: {{next: {next}}}}}");
    let cases = [
        (0, document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(20_000, |n| format!("value{n}, "))))),
        (0, document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(10_000, |n| format!("{}, ", cased(n)))))),
        (
            19_993,
            document(&format!("    A0: {{type: string, enum: [{}]}}\n", each(20_000, |n| format!("value{}, ", n % 7)))),
        ),
        (
            10_000,
            object(&format!(
                "      properties:\n{}",
                each(10_000, |n| format!("        f{n}: {{type: string, not: {{dependencies: {{}}}}}}\n"))
            )),
        ),
        (
            0,
            object(&format!(
                "      required: [{}]\n      properties:\n{}",
                names(10_000),
                each(10_000, |n| format!("        f{n}: {{type: string}}\n"))
            )),
        ),
        (
            0,
            object(&format!(
                "      properties:\n{}",
                each(3_000, |n| format!(
                    "        f{n}: {{type: object, properties: {{of: {{type: object, properties: {{v: {{type: string, \
                     maxLength: {n}}}}}}}}}}}\n"
                ))
            )),
        ),
        (
            0,
            document(&format!(
                "    A0: {{oneOf: [{}]}}\n",
                each(10_000, |n| format!("{{type: object, properties: {{f{n}: {{type: string}}}}}}, "))
            )),
        ),
        (0, chain(10_000, "{type: string}", struct_of)),
        (0, chain(10_000, &struct_of("{$ref: '#/components/schemas/A0'}"), struct_of)),
    ];
    for (warnings, text) in cases {
        let shown: String = text.chars().skip(400).take(200).collect();
        let report = generated(text).unwrap();
        assert_eq!(report.diagnostics.warnings(), warnings, "{shown}");
    }
}

/// Chains of thousands of types: named types stay typed, and lists in lists end as untyped JSON.
#[test]
fn long_chains_do_not_overflow_the_stack() {
    let struct_of = |next: &str| format!("{{type: object, properties: {{next: {next}}}}}");
    let list_of = |next: &str| format!("{{type: array, items: {next}}}");
    let map_of = |next: &str| format!("{{type: object, additionalProperties: {next}}}");
    let json_of = |next: &str| format!("{{type: string, x-json: {next}}}");
    let nullable_list_of = |next: &str| format!("{{nullable: true, allOf: [{{type: array, items: {next}}}]}}");
    let wrapped = |next: &str| format!("{{description: Words., allOf: [{next}]}}");
    let text = "{type: string}";
    let ring = struct_of("{$ref: '#/components/schemas/A0'}");
    let union_of = |next: &str| format!("{{oneOf: [{{type: integer}}, {next}]}}");
    // Number of types, and of lists and maps that were cut off.
    let cases = [
        ("arrays", 0, 9, chain(300, text, list_of)),
        ("maps", 0, 93, chain(3_000, text, map_of)),
        ("JSON in strings", 0, 9, chain(300, text, json_of)),
        ("nullable arrays", 0, 9, chain(300, text, nullable_list_of)),
        ("structs", 5_001, 0, chain(5_000, &struct_of(text), struct_of)),
        ("a ring", 5_001, 0, chain(5_000, &ring, struct_of)),
        ("structs in arrays", 5_001, 0, chain(5_000, &struct_of(text), |next| struct_of(&list_of(next)))),
        (
            "structs with descriptions around",
            5_001,
            0,
            chain(5_000, &struct_of(text), |next| struct_of(&wrapped(next))),
        ),
        ("descriptions around descriptions", 0, 0, chain(5_000, text, wrapped)),
        ("unions", 5_000, 0, chain(5_000, text, union_of)),
        (
            "bases",
            1,
            0,
            chain(5_000, &struct_of(text), |next| format!("{{allOf: [{next}], type: object, required: [next]}}")),
        ),
        (
            "bases that each add a limit to a field",
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
        let other = report.diagnostics.iter().find(|diagnostic| diagnostic.code != "deep-type");
        assert_eq!(other, None, "{name}");
        assert_eq!(report.diagnostics.warnings(), cut, "{name}");
        let account = &report.lowered.account;
        assert!(account.adds_up() && account.lost.is_empty(), "{name}");
    }
}

/// Chains of `$ref`s of any length are followed; circular ones are reported quickly.
#[test]
fn long_chains_of_references_are_followed() {
    let alias = |next: &str| next.to_owned();
    let report = generated(chain(5_000, "{type: string, not: {dependencies: {}}}", alias)).unwrap();
    let codes: Vec<_> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["not"], "the end of the chain is checked");

    // Thousands of component names are not compared with thousands of wrong ones.
    let wrong = each(5_000, |n| format!("        f{n}: {{$ref: '#/components/schemas/Nowhere{n}'}}\n"));
    let others = each(5_000, |n| format!("    Somewhere{n}: {{type: string}}\n"));
    let text = document(&format!("{others}    A0:\n      type: object\n      properties:\n{wrong}"));
    assert_eq!(generated(text).unwrap().diagnostics.warnings(), 5_000);

    for (end, code) in [
        ("{$ref: '#/components/schemas/A0'}", "ref-cycle"),
        ("{$ref: '#/components/schemas/A5000'}", "ref-cycle"),
        ("{$ref: '#/components/schemas/A5000/more'}", "ref-cycle"),
        ("{$ref: '#/components/schemas/None'}", "missing-ref"),
    ] {
        let report = generated(chain(5_000, end, alias)).unwrap();
        assert!(report.diagnostics.iter().all(|diagnostic| diagnostic.code == code), "{end}");
        assert!(report.diagnostics.warnings() >= 5_000, "{end}: all are reported, as all are dangling");
    }
}

/// Nested objects, each a property of the outer one.
fn nested(depth: usize) -> String {
    let open = "{type: object, properties: {in: ".repeat(depth);
    format!("{open}{{type: string}}{}", "}}".repeat(depth))
}

#[test]
fn inline_objects_nest_deeply() {
    let lists = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
    for (types, schema) in [
        (40, nested(40)),
        (90, nested(90)),
        // A list is not a string, so there is no enum.
        (0, format!("{{type: string, example: {0}, default: {0}, enum: [{0}]}}", lists(150))),
        (0, format!("{{x-note: {}, not: {}}}", lists(150), nested(90))),
    ] {
        let report = generated(document(&format!("    A0: {schema}\n"))).unwrap();
        assert_eq!(report.types, types);
    }
}

/// Excessive depth is reported with its place in either format; through aliases and `$ref`s, too.
#[test]
fn excessive_depth_is_reported() {
    let yaml = document(&format!("    A0: {}\n", nested(100)));
    let (lists, line) = ("[".repeat(100_000), "- ".repeat(100_000));
    let json = format!("{{\"openapi\": \"3.0.3\", \"x\":\n {lists}");
    let aliases: String = each(300, |n| format!("x-{}: &a{} [*a{n}]\n", n + 1, n + 1));
    for (text, place) in [
        (yaml, "openapi.yaml:11:"),
        (format!("openapi: 3.0.3\nx: {lists}"), "openapi.yaml:2:259"),
        (format!("openapi: 3.0.3\nx:\n  {line}"), "openapi.yaml:3:"),
        (format!("openapi: 3.0.3\nx-0: &a0 []\n{aliases}"), "openapi.yaml:201:"),
        (json.clone(), "openapi.yaml:2:"),
    ] {
        let Err(Failure::Document(diagnostics)) = generated(text) else { unreachable!("it is too deep") };
        let shown = diagnostics.to_string();
        assert!(shown.contains("error[too-deep]") && shown.contains(place), "{place}: {shown}");
        assert_eq!(diagnostics.errors(), 1);
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("openapi.json"), json).unwrap();
    let error = generate(&folder.path().join("openapi.json"), &folder.path().join("out"), &Options::default());
    let shown = error.unwrap_err().to_string();
    assert!(
        shown.contains("error[too-deep]") && shown.contains("openapi.json:2:201") && !shown.contains("JSON:"),
        "{shown}"
    );
}

/// A place in a component is reported with the first operation that uses it, and not repeated for each other one.
#[test]
fn problems_in_shared_places_are_reported_once() {
    let schemas = "    A0: {type: object, properties: {a: {type: string, not: {dependencies: {}}}, b: {type: string, pattern: '(?s)a'}}}\n";
    let more = each(300, |n| {
        let body = "content: {application/json: {schema: {$ref: '#/components/schemas/A0'}}}";
        let shared = "'200': {$ref: '#/components/responses/Shared'}";
        format!("  /b{n}: {{post: {{operationId: send{n}, requestBody: {{{body}}}, responses: {{{shared}}}}}}}\n")
    });
    let response = "  responses:\n    Shared: {description: Done, headers: {X-A: {schema: {type: string, not: {dependencies: {}}}}}}\n";
    let text = document(schemas).replace("components:\n", &format!("{more}components:\n{response}"));
    let report = generated(text).unwrap();
    assert_eq!(report.operations, 301);
    let diagnostics: Vec<_> =
        report.diagnostics.iter().map(|it| (it.code, it.location.as_ref().unwrap().line())).collect();
    let distinct: std::collections::HashSet<_> = diagnostics.iter().collect();
    assert_eq!(diagnostics.len(), distinct.len(), "{}", report.diagnostics);
    assert_eq!(diagnostics.len(), 3, "{}", report.diagnostics);
}

/// 4,000 operations over 6,000 schemas that all refer to each other: each is typed, whatever the order.
#[test]
fn thousands_of_schemas_that_refer_to_each_other_stay_typed() {
    const SCHEMAS: usize = 6_000;
    let reference = |n: usize| format!("{{$ref: '#/components/schemas/A{}'}}", n % SCHEMAS);
    let schemas = each(SCHEMAS, |n| {
        let (one, list, map) = (reference(n * 7 + 1), reference(n * 13 + 5), reference(n * 29 + 11));
        format!(
            "    A{n}: {{type: object, required: [id], properties: {{id: {{type: integer}}, one: {one}, list: {{type: array, items: \
             {list}}}, map: {{type: object, additionalProperties: {map}}}}}}}\n"
        )
    });
    let more = each(3_999, |n| {
        let body = reference(n * 3 + 1);
        format!(
            "  /b{n}: {{get: {{operationId: show{n}, responses: {{'200': {{description: Found, content: {{application/json: \
             {{schema: {body}}}}}}}}}}}}}\n"
        )
    });
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("openapi.yaml");
    fs::write(&spec, document(&schemas).replace("components:\n", &format!("{more}components:\n"))).unwrap();
    let mut diagnostics = Diagnostics::new();
    let (service, _) = model(&spec, "package", "source", &mut diagnostics).unwrap();
    assert_eq!((service.types.len(), diagnostics.warnings()), (SCHEMAS, 0));
    for definition in &service.types {
        let TypeKind::Struct(body) = &definition.kind else { unreachable!("all are objects") };
        let named = body.fields.iter().filter(|field| field.ty.innermost().is_some()).count();
        assert_eq!((body.fields.len(), named), (4, 3), "{}", definition.name);
    }
    let operations: Vec<_> = service.groups.iter().flat_map(|group| &group.operations).collect();
    assert_eq!(operations.len(), 4_000);
    for operation in operations {
        assert!(matches!(operation.output, ResponseBody::One(Payload::Json(Type::Named(_)))), "{}", operation.name);
    }
}
