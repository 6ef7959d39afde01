//! Damaged documents: whatever they contain, cases are generated or the reason for the lack of them is reported, and
//! nothing panics.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use serde_json::{Value, json};
use yundb_conform::{document::Document, value::Generator, violation::violations};
use yundb_generator::{Diagnostics, load};

/// Replacement values of any kind.
fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(5e-324),
        json!(1_000_000),
        json!("x"),
        json!("(?!"),
        json!([]),
        json!({}),
        json!(["a", null]),
        json!({"$ref": "#/components/schemas/None"}),
        json!({"required": ["me"], "additionalProperties": {"$ref": "#"}}),
    ]
}

/// Keywords that are added.
const KEYWORDS: &[&str] = &[
    "$ref",
    "type",
    "enum",
    "const",
    "allOf",
    "oneOf",
    "not",
    "if",
    "items",
    "prefixItems",
    "properties",
    "required",
    "pattern",
    "additionalProperties",
    "discriminator",
    "minLength",
    "maxLength",
    "minItems",
    "maxProperties",
    "minimum",
    "maximum",
    "multipleOf",
    "uniqueItems",
    "format",
    "nullable",
    "readOnly",
    "style",
    "content",
    "schema",
    "in",
    "name",
];

fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let mut inside = |token: &str, value: &Value| {
        let at = format!("{at}/{}", token.replace('~', "~0").replace('/', "~1"));
        pointers(value, &at, all);
        all.push(at);
    };
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| inside(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| inside(&at.to_string(), value)),
        _ => {}
    }
}

fn damage(tree: &mut Value, rng: &mut fastrand::Rng) {
    let mut all = Vec::new();
    pointers(tree, "", &mut all);
    let pick = |rng: &mut fastrand::Rng| rng.choice(&all).cloned().unwrap_or_default();
    let other = match rng.bool() {
        true => rng.choice(odd_values()).unwrap(),
        false => tree.pointer(&pick(rng)).cloned().unwrap_or_default(),
    };
    let place = tree.pointer_mut(&pick(rng)).unwrap();
    match place {
        Value::Object(entries) if rng.bool() => {
            entries.insert((*rng.choice(KEYWORDS).unwrap()).to_owned(), other);
        }
        place => *place = other,
    }
}

#[test]
fn damaged_documents_never_panic() {
    let mut rng = fastrand::Rng::with_seed(13);
    for name in ["responses", "bodies", "parameters", "types", "unions"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
        let whole = load::bundled(&path, &Default::default(), &mut Diagnostics::new()).unwrap();
        for _ in 0..30 {
            let mut tree = whole.clone();
            (0..rng.usize(1..5)).for_each(|_| damage(&mut tree, &mut rng));
            let Ok(document) = Document::new(tree) else { continue };
            try_all(&document);
        }
    }
}

fn try_all(document: &Document) {
    for operation in &document.operations {
        let mut generator = Generator::new(document, 1);
        for media in 0..operation.body.as_ref().map_or(1, |body| body.media.len().max(1)) {
            for (_, input) in generator.inputs(operation, media, 3, 1).unwrap_or_default() {
                violations(document, operation, &input);
            }
        }
        for response in &operation.responses {
            for media in 0..response.media.len() {
                let _ = generator.replies(response, 200, Some(media), 3, 1);
            }
        }
    }
}
