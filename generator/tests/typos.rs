//! Typos in documents: each is reported once, at its place, with its consequence and a suggestion.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;

use yundb_generator::accounting::Account;
use yundb_generator::lower::model::{Service, Style, TypeKind};
use yundb_generator::{Diagnostics, Failure, Options, generate, load::Fact, model};

fn read(text: &str) -> (Option<(Service, Account)>, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("api.yaml");
    fs::write(&path, text).unwrap();
    let mut diagnostics = Diagnostics::new();
    let made = model(&path, "typos", "typos", &mut diagnostics);
    (made, diagnostics)
}

/// Code, text at the place, label and help of each diagnostic.
fn rendered(diagnostics: &Diagnostics) -> Vec<String> {
    let lines = diagnostics.iter().map(|it| {
        let at = it.location.as_ref().map_or("", |at| at.text());
        format!("{} {at} | {} | {}", it.code, it.label, it.help.as_deref().unwrap_or_default())
    });
    lines.collect()
}

/// A document whose operation sends a schema, and has components.
fn of_schema(schema: &str, components: &str) -> String {
    let body = format!("content: {{application/json: {{schema: {schema}}}}}");
    format!(
        "openapi: 3.0.3\ninfo: {{title: Typos, version: '1'}}\npaths:\n  /a:\n    post:\n      operationId: send\n      \
         requestBody: {{{body}}}\n      responses: {{'200': {{description: Done}}}}\ncomponents:\n{components}\n"
    )
}

/// The diagnostics for a schema.
fn of_one(schema: &str) -> Vec<String> {
    rendered(&read(&of_schema(schema, "  schemas: {}")).1)
}

#[test]
fn contradictory_schemas_are_reported() {
    let rejected = "rejects every value, unless it is sent unchecked";
    let default = "mentioned in the docs as it is";
    let cases = [
        ("{type: integer, minimum: 20, maximum: 10}", format!("contradiction 20 | {rejected} | ")),
        ("{type: number, minimum: 1, exclusiveMinimum: true, maximum: 1}", format!("contradiction 1 | {rejected} | ")),
        ("{type: string, minLength: 3, maxLength: 2}", format!("contradiction 3 | {rejected} | ")),
        ("{type: array, items: {}, minItems: 3, maxItems: 2}", format!("contradiction 3 | {rejected} | ")),
        ("{type: object, minProperties: 3, maxProperties: 2}", format!("contradiction 3 | {rejected} | ")),
        ("{type: integer, enum: [small, 2]}", "enum-type small | left out: no value can be both | ".to_owned()),
        ("{type: string, minimum: 4}", "other-type minimum | ignored | did you mean `minLength`?".to_owned()),
        (
            "{type: array, items: {}, maxLength: 4}",
            "other-type maxLength | ignored | did you mean `maxItems`?".to_owned(),
        ),
        ("{type: integer, pattern: a}", "other-type pattern | ignored | ".to_owned()),
        (
            "{type: string, items: {type: string}}",
            "other-type items | ignored | did you mean `type: array`?".to_owned(),
        ),
        (
            "{type: array, items: {}, properties: {a: {type: string}}}",
            "other-type properties | ignored | did you mean `type: object`?".to_owned(),
        ),
        ("{type: string, default: 5}", format!("bad-default 5 | {default} | ")),
        ("{type: integer, maximum: 10, default: 50}", format!("bad-default 50 | {default} | ")),
        ("{type: string, minLength: 2, default: a}", format!("bad-default a | {default} | ")),
        ("{type: string, enum: [a, b], default: c}", format!("bad-default c | {default} | ")),
        (
            "{type: string, format: date-tme}",
            "unknown-format date-tme | only mentioned in the docs | did you mean `date-time`?".to_owned(),
        ),
    ];
    for (schema, expected) in cases {
        assert_eq!(of_one(schema), [expected], "{schema}");
        // In a document written for yundb it is an error.
        let ours = of_schema(schema, "  schemas: {}") + "x-protocol: huawei-rest\n";
        let (_, diagnostics) = read(&ours);
        assert!(diagnostics.has_errors(), "{schema}: {diagnostics}");
    }
}

#[test]
fn unusual_schemas_are_not_reported() {
    let cases = [
        "{type: integer, minimum: 1, maximum: 1}",
        "{type: string, minLength: 0, uniqueItems: false}",
        "{type: string, additionalProperties: false}",
        "{type: string, enum: [a, null], nullable: true, default: null}",
        "{type: number, default: 5, minimum: 5}",
        "{type: integer, default: 5.0}",
        "{type: string, format: ulid}",
        "{type: string, format: own-format}",
        "{type: string, format: dateTime}",
        "{type: string, format: uuid4}",
        "{type: integer, format: uint16}",
        "{minimum: 4, minLength: 3}",
    ];
    for schema in cases {
        assert_eq!(of_one(schema), [""; 0], "{schema}");
    }
}

/// The tag of the only union.
fn tag(service: &Service) -> Option<Vec<String>> {
    let mut unions = service.types.iter().filter_map(|ty| match &ty.kind {
        TypeKind::Union(union) => Some(union.tag.clone()),
        _ => None,
    });
    unions.next().unwrap()
}

#[test]
fn a_discriminator_without_a_property_is_reported() {
    let document = |discriminator: &str, a: &str, b: &str| {
        let union = format!(
            "{{discriminator: {discriminator}, oneOf: [{{$ref: '#/components/schemas/A'}}, {{$ref: '#/components/schemas/B'}}]}}"
        );
        of_schema(&union, &format!("  schemas:\n    A: {a}\n    B: {b}"))
    };
    let one = |field: &str, value: &str, required: &str| {
        format!("{{type: object, required: [{required}], properties: {{{field}: {{type: string, enum: [{value}]}}}}}}")
    };
    let mapped = "mapping: {x: '#/components/schemas/A', y: '#/components/schemas/B'}";
    let effect = "the alternatives are distinguished by `type`, which has different values in each";
    let mismatch = |name: &str, help: &str| vec![format!("discriminator {name} | {effect} | {help}")];
    let near = "did you mean `type`?";
    let cases: Vec<(&str, String, String, &str, Vec<String>)> = vec![
        // By the alternatives' fields, as no value could have both.
        ("typ", one("type", "a", "type"), one("type", "b", "type"), "type", mismatch("typ", near)),
        ("typ", one("type", "a", ""), one("type", "b", ""), "", mismatch("typ", near)),
        ("kind", one("type", "a", "type"), one("type", "b", "type"), "type", mismatch("kind", "")),
        // By the discriminator: the alternatives have it, or nothing else distinguishes them.
        ("type", one("type", "a", "type"), one("type", "b", "type"), "type", Vec::new()),
        ("kind", one("type", "a", ""), one("type", "b", ""), "kind", Vec::new()),
        ("kind", one("type", "a", "type"), one("type", "a", "type"), "kind", Vec::new()),
        ("kind", "{type: object}".to_owned(), "{type: object}".to_owned(), "kind", Vec::new()),
    ];
    for (name, a, b, expected, warnings) in cases {
        for discriminator in [format!("{{propertyName: {name}}}"), format!("{{propertyName: {name}, {mapped}}}")] {
            let (made, diagnostics) = read(&document(&discriminator, &a, &b));
            let (service, account) = made.unwrap();
            let of: Vec<String> =
                rendered(&diagnostics).into_iter().map(|it| it.replace("propertyName", name)).collect();
            assert_eq!(of, warnings, "{discriminator} {a} {b}");
            // An optional property is not a tag, but distinguishes the alternatives where it is present.
            let expected = Some(vec![expected.to_owned()]).filter(|_| !expected.is_empty());
            assert_eq!(tag(&service), expected, "{discriminator} {a} {b}");
            assert!(account.adds_up(), "{discriminator}: {:?}", account.lost);
        }
    }
    // Without constants it is kept, with a warning if all alternatives have a property with a similar name.
    let plain = "{type: object, properties: {kind: {type: string}}}";
    let (made, diagnostics) = read(&document("{propertyName: kidn}", plain, plain));
    assert_eq!(tag(&made.unwrap().0), Some(vec!["kidn".to_owned()]));
    assert!(rendered(&diagnostics).iter().any(|it| it.contains("did you mean `kind`?")), "{diagnostics}");
}

/// The left-out facts of a document, by kind.
fn left_out(text: &str, fact: Fact) -> usize {
    let (made, diagnostics) = read(text);
    let (_, account) = made.unwrap();
    assert!(account.adds_up(), "{:?}", account.lost);
    assert!(diagnostics.iter().all(|it| it.code != "unaccounted"), "{diagnostics}");
    account.of(fact).left_out
}

#[test]
fn facts_lost_with_their_parent_are_counted_by_kind() {
    let head = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n";
    let operation = "{get: {parameters: [{name: q, in: query, schema: {type: string}}], responses: {'200': {description: a}, '404': {description: b}}}}";
    let cases = [
        // A duplicate path, and one that doesn't begin with a slash.
        format!("{head}  /a: {operation}\n  /a: {operation}\n"),
        format!("{head}  a/b: {operation}\n"),
        // An unknown key with an obvious intention.
        format!("{head}  /a: {}\n", operation.replace("get", "gett")),
    ];
    for text in &cases {
        assert_eq!(left_out(text, Fact::Operation), 1, "{text}");
        assert_eq!(left_out(text, Fact::Parameter), 1, "{text}");
        assert_eq!(left_out(text, Fact::Response), 2, "{text}");
    }
    let text = format!("{head}  /a: {}\n", operation.replace("parameters", "paramaters"));
    assert_eq!(left_out(&text, Fact::Parameter), 1);
    let text = format!("{head}  /a: {}\n", operation.replace("responses", "response"));
    assert_eq!(left_out(&text, Fact::Response), 2);
    let text =
        format!("{head}  /a: {{get: {{parameters: [{{$ref: '#/components/parameters/Q'}}], responses: {{}}}}}}\n");
    assert_eq!(left_out(&text, Fact::Parameter), 1);
    // A duplicate response, in a map of names.
    let text =
        format!("{head}  /a: {{get: {{responses: {{'200': {{description: a}}, '200': {{description: b}}}}}}}}\n");
    assert_eq!(left_out(&text, Fact::Response), 1);
}

#[test]
fn mistakes_in_a_document_are_not_errors_of_the_generator() {
    let optional = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths:\n  /a/{b}:\n    get:\n      parameters: [{name: b, in: \
                    path, required: false, schema: {type: string}}]\n      responses: {'200': {description: a}}\n";
    assert_eq!(rendered(&read(optional).1), ["optional-path-parameter false | read as required | "]);
    // Parts left out because of an error are not reported.
    let ours = format!("{optional}    post: {{$ref: '#/components/x'}}\nx-protocol: huawei-rest\n");
    let (_, diagnostics) = read(&ours.replace("required: false", "required: true"));
    assert!(diagnostics.has_errors());
    assert!(diagnostics.iter().all(|it| it.code != "unaccounted"), "{diagnostics}");
}

#[test]
fn a_dangling_reference_is_reported_once() {
    let components = "  schemas: {Thing: {type: string}}\n  parameters: {Page: {name: page, in: query, schema: {type: integer}}}\n  \
                      responses: {OK: {description: Done}}";
    let text = of_schema("{$ref: Thing}", components);
    let expected = "missing-ref Thing | any value is accepted | did you mean `#/components/schemas/Thing`?";
    let of = rendered(&read(&text).1);
    assert_eq!(of.iter().filter(|it| it.as_str() == expected).count(), of.len(), "{of:?}");
    let text = of_schema("{$ref: '#/components/schema/Thing'}", components);
    let of = rendered(&read(&text).1);
    assert!(of.iter().all(|it| it.ends_with("did you mean `#/components/schemas/Thing`?")), "{of:?}");
    let with = |line: &str| {
        let text = of_schema("{type: string}", components);
        rendered(
            &read(&text.replace("      operationId: send\n", &format!("      operationId: send\n      {line}\n"))).1,
        )
    };
    assert_eq!(
        with("parameters: [{$ref: '#/components/parameter/Page'}]"),
        [
            "missing-ref '#/components/parameter/Page' | `parameter` does not exist: POST /a: one of `parameters` is left out because of this \
          | did you mean `#/components/parameters/Page`?"
        ]
    );
    let text = of_schema("{type: string}", components)
        .replace("'200': {description: Done", "'404': {$ref: '#/components/responses/Ok'}, '200': {description: Done");
    assert_eq!(
        rendered(&read(&text).1),
        [
            "missing-ref '#/components/responses/Ok' | `Ok` does not exist: POST /a: the body of `404` is left out because of this | did you \
          mean `OK`?"
        ]
    );
}

#[test]
fn names_with_typos_get_a_suggestion() {
    let head = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\n";
    let of = |more: &str, operation: &str| {
        rendered(&read(&format!("{head}{more}paths: {{/a: {{get: {{{operation}, operationId: a}}}}}}\n")).1)
    };
    let done = "responses: {'200': {description: a}}";
    let media = |name: &str| {
        of("", &format!("responses: {{'200': {{description: a, content: {{{name}: {{schema: {{type: object}}}}}}}}}}"))
    };
    let help =
        |found: &[String], near: &str| found.len() == 1 && found[0].ends_with(&format!("did you mean `{near}`?"));
    for (name, near) in [
        ("aplication/json", "application/json"),
        ("application/jsn", "application/json"),
        ("text/event-strem", "text/event-stream"),
        ("multipart/formdata", "multipart/form-data"),
    ] {
        let found = media(name);
        assert!(found.iter().any(|it| it.starts_with(&format!("unknown-media-type {name} ")) && it.ends_with(&format!("`{near}`?"))), "{found:?}");
    }
    for name in [
        "application/vnd.api+json",
        "image/jpg",
        "audio/mp4",
        "application/json; charset=utf-8",
        "text/tsv",
        "application/*",
    ] {
        let found = media(name);
        assert!(found.iter().all(|it| !it.starts_with("unknown-media-type")), "{name}: {found:?}");
    }
    let schemes = "components: {securitySchemes: {bearer: {type: http, scheme: bearer}}}\n";
    let found = of(schemes, &format!("security: [{{bearr: []}}], {done}"));
    assert!(help(&found, "bearer"), "{found:?}");
    let server = "servers: [{url: 'https://{tenat}.x.example', variables: {tenant: {default: a}}}]\n";
    let found = of(server, done);
    assert!(help(&found, "{tenant}"), "{found:?}");
    let tags = "tags: [{name: users}, {name: reports v1}]\n";
    let found = of(tags, &format!("tags: [usres], {done}"));
    assert!(help(&found, "users"), "{found:?}");
    for tag in ["users", "groups", "reports v2", "new users"] {
        assert_eq!(of(tags, &format!("tags: [{tag}], {done}")), [""; 0]);
    }
}

#[test]
fn package_names_are_validated() {
    let folder = tempfile::tempdir().unwrap();
    let spec = folder.path().join("core.yaml");
    fs::write(&spec, "openapi: 3.0.3\ninfo: {title: x, version: '1'}\npaths: {}\n").unwrap();
    let out = folder.path().join("out");
    let named =
        |name: Option<&str>| generate(&spec, &out, &Options { name: name.map(str::to_owned), ..Options::default() });
    for name in ["My Client!", "7up", "std", "core", "match", "self", "", "-a", "_", "a/b", "\u{e9}t\u{e9}"] {
        match named(Some(name)) {
            Err(Failure::Document(diagnostics)) => {
                let codes: Vec<&str> = diagnostics.iter().map(|it| it.code).collect();
                assert_eq!(codes, ["package-name"], "{name}");
            }
            _ => panic!("{name} is accepted"),
        }
        assert!(!out.exists(), "{name}: files were written");
    }
    // A name derived from the file's name is valid.
    assert_eq!(named(None).unwrap().package, "api-core");
    assert_eq!(named(Some("my-client_2")).unwrap().package, "my-client_2");
}

#[test]
fn lists_in_swagger_forms_have_styles() {
    let field =
        |name: &str, more: &str| format!("{{name: {name}, in: formData, type: array, items: {{type: string}}{more}}}");
    let fields = [
        field("plain", ""),
        field("csv", ", collectionFormat: csv"),
        field("pipes", ", collectionFormat: pipes"),
        field("multi", ", collectionFormat: multi"),
    ];
    for (media_type, file) in
        [("multipart/form-data", "{name: f, in: formData, type: file}, "), ("application/x-www-form-urlencoded", "")]
    {
        let text = format!(
            "swagger: '2.0'\ninfo: {{title: x, version: '1'}}\npaths: {{/a: {{post: {{operationId: a, consumes: [{media_type}], \
             parameters: [{file}{}], responses: {{'200': {{description: a}}}}}}}}}}\n",
            fields.join(", ")
        );
        let (made, diagnostics) = read(&text);
        assert_eq!(rendered(&diagnostics), [""; 0], "{media_type}");
        let (service, _) = made.unwrap();
        let operation = &service.groups[0].operations[0];
        let style = |name: &str| operation.params.iter().find(|it| it.name == name).unwrap().style;
        let written = |name: &str| style(name).map(|it| (it.style, it.explode));
        assert_eq!(written("plain"), Some((Style::Form, false)), "{media_type}");
        assert_eq!(written("csv"), Some((Style::Form, false)), "{media_type}");
        assert_eq!(written("pipes"), Some((Style::PipeDelimited, false)), "{media_type}");
        assert!(written("multi").is_none_or(|(_, explode)| explode), "{media_type}");
    }
}

#[test]
fn tabs_are_located() {
    let cases =
        [("info:\n  title: x\n\tversion: 1\n", 3, 1), ("info:\n\t\ttitle: x\n", 2, 1), ("a: b\tc\n\td: e\n", 2, 1)];
    for (text, line, column) in cases {
        let (made, diagnostics) = read(text);
        assert!(made.is_none());
        let at = diagnostics.iter().next().unwrap().location.clone().unwrap();
        assert_eq!((at.line(), at.column()), (line, column), "{diagnostics}");
    }
}

/// An unknown keyword is reported once, even in a document where both `load` and `lower` check it.
#[test]
fn unknown_keywords_are_reported_once() {
    let text = of_schema("{type: string, minLenght: 3}", "  schemas: {}");
    for text in [text.clone(), text + "x-protocol: huawei-rest\n"] {
        let (_, diagnostics) = read(&text);
        let of: Vec<&str> =
            diagnostics.iter().filter(|it| it.code.starts_with("unknown-key")).map(|it| it.code).collect();
        assert_eq!(of.len(), 1, "{diagnostics}");
        assert!(diagnostics.to_string().contains("did you mean `minLength`?"), "{diagnostics}");
    }
}

/// Each server is listed with its variables, whether it is described or not.
#[test]
fn servers_are_listed_with_their_variables() {
    let text = "openapi: 3.0.3\ninfo: {title: x, version: '1'}\nservers: [{url: 'https://{a}.x', variables: {a: {default: b, enum: \
                [b, c]}}}, {url: 'https://{d}.y', description: Second., variables: {d: {default: e, description: Which.}}}]\n\
                paths: {}\n";
    let (service, _) = read(text).0.unwrap();
    let docs: Vec<String> = service.servers.iter().map(|it| it.docs.join("\n")).collect();
    assert_eq!(
        docs,
        ["Its variables are:\n- `a`: Defaults to `b`. One of `b`, `c`.", "Second.\n- `d`: Which. Defaults to `e`."]
    );
}
