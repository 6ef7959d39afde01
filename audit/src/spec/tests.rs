//! Small specs, read into facts.

use std::fs;

use super::*;
use crate::fact::{Call, Field, Kind, Operation, Place, Required, Shape};

const HEAD: &str = "
openapi: 3.0.3
info: {title: Shop, version: '1'}
x-doc: {document: shop.md, title: Shop API, edition: '2'}
";

fn spec(text: &str) -> Spec {
    let folder = tempfile::tempdir().unwrap();
    let text =
        if text.contains("\nx-protocol:") { text.to_owned() } else { format!("x-protocol: huawei-rest\n{text}") };
    fs::write(folder.path().join("openapi.yaml"), format!("{HEAD}{text}")).unwrap();
    let mut diagnostics = Diagnostics::new();
    let spec = read(folder.path(), &Facts::default(), &mut diagnostics);
    assert!(!diagnostics.has_errors(), "{diagnostics}");
    spec.unwrap()
}

/// A spec of one operation with this content.
fn operation_of(inside: &str, rest: &str) -> (Operation, Spec) {
    let inside: String = inside.lines().map(|line| format!("      {line}\n")).collect();
    let spec = spec(&format!(
        "paths:\n  /v1/orders:\n    post:\n      operationId: createOrder\n      x-doc: {{section: '4.1', title: x}}\n{inside}{rest}"
    ));
    (spec.facts.operations[0].clone(), spec)
}

const NO_RESPONSE: &str = "responses: {'204': {description: Done.}}\n";

fn body_of(schema: &str, rest: &str) -> (Shape, Spec) {
    let inside = format!("requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}\n{NO_RESPONSE}");
    let (operation, spec) = operation_of(&inside, rest);
    (operation.body.unwrap(), spec)
}

fn field<'a>(fields: &'a [Field], name: &str) -> &'a Field {
    fields.iter().find(|field| field.name == name).unwrap()
}

fn ty(field: &Field) -> (Kind, usize, Option<&str>) {
    let ty = field.ty.as_ref().unwrap();
    (ty.kind, ty.lists, ty.of.as_deref())
}

#[test]
fn the_origin_is_in_x_doc() {
    let (operation, spec) = operation_of(NO_RESPONSE, "");
    assert_eq!(spec.facts.origin.document, "shop.md");
    assert_eq!((spec.facts.origin.title.as_str(), spec.facts.origin.edition.as_str()), ("Shop API", "2"));
    assert_eq!((operation.section.as_str(), operation.call.to_string()), ("4.1", "POST /v1/orders".to_owned()));
    assert_eq!((operation.responses[0].status, operation.responses[0].shape.fields.len()), (Some(204), 0));
}

#[test]
fn parameters_have_place_type_and_values() {
    let inside = "
parameters:
  - {name: limit, in: query, required: true, schema: {type: integer, format: int64}}
  - {name: X-Language, in: header, x-client: language, schema: {type: string, enum: [en, zh]}}
  - {name: filter, in: query, content: {application/json: {schema: {type: object, properties: {a: {type: string}}}}}}
  - {name: ids, in: query, schema: {type: array, items: {type: string}}}
responses: {'204': {description: Done.}}";
    let (operation, _) = operation_of(inside, "");
    let [limit, language, filter, ids, ..] = operation.parameters.as_slice() else { panic!() };
    assert_eq!((limit.place, limit.field.required, ty(&limit.field).0), (Place::Query, Required::Required, Kind::Long));
    assert_eq!((language.place, language.field.required), (Place::Header, Required::Optional));
    assert_eq!(language.field.values, ["en", "zh"]);
    assert_eq!(ty(&filter.field), (Kind::String, 0, None));
    assert_eq!(ty(&ids.field), (Kind::String, 1, None));
}

#[test]
fn parameters_of_the_client_are_implied() {
    let rest = "components: {securitySchemes: {token: {type: apiKey, in: header, name: X-Token}}}\n";
    let (operation, _) = operation_of(&format!("security: []\n{NO_RESPONSE}"), rest);
    let implied: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.field.name.as_str()).collect();
    assert!(["X-Token", "X-Auth-Token", "Content-Type", "X-Project-Id"].iter().all(|name| implied.contains(name)));
    assert!(!implied.contains(&"Action"));
}

#[test]
fn an_action_is_a_call_and_its_parameters_make_a_sample() {
    let spec = spec(
        "
x-protocol: aliyun-rpc
paths:
  /#Action=CreateOrder:
    get:
      operationId: createOrder
      parameters:
        - {name: Size, in: query, schema: {type: string}, examples: {sample: {value: L}}}
        - {name: Note, in: query, schema: {type: string}, example: none}
        - $ref: '#/components/parameters/Colour'
      responses: {'200': {description: Done.}}
components:
  parameters:
    Colour: {name: Colour, in: query, schema: {type: string}, examples: {sample: {value: red}}}
    Format:
      {name: Format, in: query, schema: {type: string}, x-errata: [{document: xml, spec: JSON, why: It is JSON.}]}
",
    );
    let operation = &spec.facts.operations[0];
    assert_eq!(operation.call, Call::Rpc { action: "CreateOrder".to_owned() });
    assert_eq!(operation.samples.len(), 1);
    assert_eq!(operation.samples[0].keys, ["Colour", "Size"]);
    let names: Vec<_> = operation.parameters.iter().filter(|it| it.field.implied).map(|it| &*it.field.name).collect();
    assert!(["Action", "Format", "SignatureNonce"].iter().all(|name| names.contains(name)));
    // Entries of an unused component count, too.
    assert_eq!(spec.errata.len(), 1);
    assert_eq!(spec.errata[0].document, "xml");
}

#[test]
fn kinds_of_types() {
    let (body, _) = body_of(
        "{type: object, required: [id], properties: {id: {type: integer}, size: {type: number}, ok: {type: boolean}, \
         free: {type: object}, map: {type: object, additionalProperties: {$ref: '#/components/schemas/Item'}}, \
         any: {}, lists: {type: array, items: {type: array, items: {type: string, enum: [a, b]}}}, \
         json: {type: string, x-json: {type: array, items: {$ref: '#/components/schemas/Item'}}}}}",
        "components: {schemas: {Item: {type: object, properties: {name: {type: string}}}}}\n",
    );
    let of = |name| ty(field(&body.fields, name));
    assert_eq!(of("id"), (Kind::Integer, 0, None));
    assert_eq!(field(&body.fields, "id").required, Required::Required);
    assert_eq!(of("size"), (Kind::Number, 0, None));
    assert_eq!(of("ok"), (Kind::Boolean, 0, None));
    assert_eq!(of("free"), (Kind::Object, 0, None));
    assert_eq!(of("map"), (Kind::Map, 0, Some("Item")));
    assert_eq!(of("any"), (Kind::Any, 0, None));
    assert_eq!(of("lists"), (Kind::String, 2, None));
    assert_eq!(field(&body.fields, "lists").values, ["a", "b"]);
    assert_eq!(of("json"), (Kind::String, 0, Some("Item")));
}

#[test]
fn recursive_types_end() {
    let (body, _) = body_of(
        "{$ref: '#/components/schemas/Node'}",
        "components: {schemas: {Node: {type: object, properties: {name: {type: string}, \
         next: {allOf: [{$ref: '#/components/schemas/Node'}], description: x}, \
         more: {allOf: [{$ref: '#/components/schemas/Node'}, {type: object, properties: {extra: {type: string}}}]}}}}}\n",
    );
    assert_eq!(ty(field(&body.fields, "next")), (Kind::Object, 0, Some("Node")));
    let more = ty(field(&body.fields, "more")).2.unwrap();
    assert!(field(&body.types[more], "extra").ty.is_some());
    assert_eq!(ty(field(&body.types[more], "more")).2, Some(more));
}

#[test]
fn compositions_are_merged() {
    let (body, _) = body_of(
        "{allOf: [{$ref: '#/components/schemas/Base'}, {type: object, required: [b], properties: {b: {type: string}}}], \
         oneOf: [{type: object, required: [c], properties: {c: {type: string}}}, {type: object, properties: {d: {type: string}}}]}",
        "components: {schemas: {Base: {type: object, required: [a], properties: {a: {type: string}}}}}\n",
    );
    let required: Vec<_> = body.fields.iter().map(|field| (field.name.as_str(), field.required)).collect();
    assert_eq!(
        required,
        [("a", Required::Required), ("b", Required::Required), ("c", Required::Optional), ("d", Required::Optional)]
    );
}

#[test]
fn errata_apply_wherever_their_node_is_referenced() {
    let inside = "
x-errata: [{document: the operation, spec: x, why: y}]
requestBody:
  x-errata: [{document: the body, spec: x, why: y}]
  content:
    application/json:
      schema:
        type: object
        x-errata: [{document: the schema, spec: x, why: y, audit: false}]
        properties:
          one: {$ref: '#/components/schemas/Size'}
          two:
            allOf: [{$ref: '#/components/schemas/Size'}]
            x-errata: [{document: the field, spec: 1, why: y}]
          list: {type: array, items: {$ref: '#/components/schemas/Size'}}
responses:
  '200':
    description: Done.
    x-errata: [{document: the response, spec: x, why: y}]
    content:
      application/json:
        schema: {type: object, properties: {one: {$ref: '#/components/schemas/Size'}}}
        examples:
          sample: {value: {one: L}, x-errata: [{document: the sample, spec: x, why: y}]}";
    let rest = "components: {schemas: {Size: {type: string, x-errata: [{document: the type, spec: x, why: y}]}}}\n";
    let (operation, spec) = operation_of(inside, rest);
    let texts = |errata: &[usize]| -> Vec<String> {
        errata.iter().map(|index| spec.errata[*index].document.replace("the ", "")).collect()
    };
    assert_eq!(spec.errata.len(), 7);
    assert_eq!(texts(&operation.errata), ["operation", "body", "schema"]);
    let body = operation.body.as_ref().unwrap();
    assert_eq!(texts(&field(&body.fields, "one").errata), ["type"]);
    assert_eq!(texts(&field(&body.fields, "two").errata), ["field", "type"]);
    assert_eq!(texts(&field(&body.fields, "list").errata), ["type"]);
    assert_eq!(texts(&operation.responses[0].errata), ["response"]);
    assert_eq!(texts(&operation.samples[0].errata), ["sample"]);
    let entry = spec.errata.iter().find(|entry| entry.document == "the schema").unwrap();
    assert!(!entry.audit);
    let entry = spec.errata.iter().find(|entry| entry.document == "the field").unwrap();
    assert_eq!((entry.spec.as_str(), entry.audit), ("1", true));
}

#[test]
fn samples_are_examples_of_that_name() {
    let inside = "
responses:
  '200':
    description: Done.
    content:
      application/json:
        schema: {type: object}
        examples:
          sample2: {value: {b: 1}}
          sample: {value: {orders: [{id: 1}, {name: x}]}}
          other: {value: {c: 1}}
  4XX: {description: Refused.}
  default: {description: Failed.}";
    let (operation, _) = operation_of(inside, "");
    let keys: Vec<&[String]> = operation.samples.iter().map(|sample| sample.keys.as_slice()).collect();
    assert_eq!(keys, [["orders", "orders[].id", "orders[].name"].as_slice(), &["b"]]);
    let statuses: Vec<Option<u16>> = operation.responses.iter().map(|response| response.status).collect();
    assert_eq!(statuses, [Some(200), Some(4), None]);
}

#[test]
fn lists_apart_from_operations() {
    let spec = spec(
        "
servers:
  - {url: 'https://shop.eu.example.com/v1', x-region: eu}
  - {url: 'https://shop.{region}.example.com', variables: {region: {default: eu}}}
paths:
  /v1/orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: showOrder
      x-permission: [shop:order:get, shop:order:list]
      responses:
        default:
          description: Failed.
          content: {application/json: {schema: {$ref: '#/components/schemas/ErrorBody'}}}
components:
  schemas:
    ErrorBody: {type: object, properties: {code: {$ref: '#/components/schemas/Code'}, state: {type: string, enum: [open, shut]}}}
    Code: {type: string, enum: [S.1, S.2], x-enumStatus: {S.1: 400}}
    ErrorCode: {type: string, enum: [S.3]}
",
    );
    let facts = &spec.facts;
    let hosts: Vec<_> = facts.endpoints.iter().map(|it| (it.region.as_deref(), it.host.as_str())).collect();
    assert_eq!(hosts, [(Some("eu"), "shop.eu.example.com"), (None, "shop.{region}.example.com")]);
    let codes: Vec<_> = facts.codes.iter().map(|code| (code.code.as_str(), code.status)).collect();
    assert_eq!(codes, [("S.1", Some(400)), ("S.2", None), ("S.3", None)]);
    assert_eq!(facts.permissions[0].actions, ["shop:order:get", "shop:order:list"]);
    assert_eq!(facts.operations[0].parameters[0].field.name, "id");
    assert!(facts.states.iter().any(|states| states.name == "state" && states.values == ["open", "shut"]));
    // Codes are not values of the field that has them.
    assert!(field(&facts.operations[0].responses[0].shape.fields, "code").values.is_empty());
}

#[test]
fn the_real_specs_agree_with_themselves() {
    use crate::compare::{Mode, facts};
    for service in ["aliyun-dg", "aliyun-sts", "huawei-drs", "huawei-iam"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(service);
        let mut diagnostics = Diagnostics::new();
        let spec = read(&folder, &Facts::default(), &mut diagnostics).unwrap();
        assert!(diagnostics.is_empty(), "{diagnostics}");
        assert!(!spec.facts.operations.is_empty() && !spec.errata.is_empty(), "{service}");
        let mut document = spec.facts.clone();
        // No status means success in a document, but failure in a spec.
        document.operations.iter_mut().for_each(|operation| operation.responses.retain(|it| it.status.is_some()));
        for (left, mode) in [(&document, Mode::Spec), (&spec.facts, Mode::Exact)] {
            let found = facts(left, &spec.facts, mode);
            let paths: Vec<_> = found.iter().map(|found| (found.aspect, found.path.as_str())).collect();
            assert!(paths.is_empty(), "{service} {mode:?}: {paths:?}");
        }
    }
}
