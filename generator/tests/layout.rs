//! A group of operations is one file, or a folder of files if that file would be long.
#![allow(clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use yundb_generator::{Options, generate};

/// A document with `operations` under one tag and one under another; all return a `Pet`, two of them a `Toy` too.
fn document(operations: &[String]) -> String {
    let mut text = String::from("openapi: 3.0.3\ninfo: {title: Pets, version: v1}\npaths:\n");
    let mut operation = |tag: &str, name: &str, toy: bool| {
        let toy = if toy { "{$ref: '#/components/schemas/Toy'}" } else { "{type: string}" };
        write!(
            text,
            "  /{name}:\n    get:\n      operationId: {name}\n      tags: [{tag}]\n      responses:\n        '200':\n          \
             description: ok\n          content:\n            application/json:\n              schema:\n                \
             type: object\n                properties:\n                  pet: {{$ref: '#/components/schemas/Pet'}}\n\
             \x20                 {name}_toy: {toy}\n"
        )
        .expect("writing to a string does not fail");
    };
    for (index, name) in operations.iter().enumerate() {
        operation("pets", name, index < 2);
    }
    operation("other", "other", false);
    text += "components:\n  schemas:\n    Pet: {type: object, properties: {name: {type: string}}}\n    \
             Toy: {type: object, properties: {colour: {type: string}}}\n";
    text
}

/// The generated files of `operations`, by path.
fn files(operations: &[String]) -> BTreeMap<String, String> {
    generated(&document(operations), "src/operations")
}

/// The files below `folder` of the crate that is generated from a document.
fn generated(document: &str, folder: &str) -> BTreeMap<String, String> {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (spec, out) = (scratch.path().join("pets.yaml"), scratch.path().join("out"));
    fs::write(&spec, document).expect("the document is written");
    generate(&spec, &out, &Options::default()).unwrap_or_else(|failure| panic!("{failure}"));
    let mut files = BTreeMap::new();
    read(&out.join(folder), "", &mut files);
    files
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(entry.path()).expect("a file"));
        }
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("showPet{n}")).collect()
}

#[test]
fn a_short_group_is_one_file() {
    let files = files(&names(3));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["mod.rs", "other.rs", "pets.rs"]);
    assert!(files["pets.rs"].contains("pub struct Toy "), "a type of a single group is in its file");
    assert!(!files["pets.rs"].contains("pub struct Pet "), "a type of both groups is in `types.rs`");
}

#[test]
fn a_long_group_is_a_folder() {
    let names = names(90);
    let files = files(&names);
    let mut expected: Vec<String> = (0..90).map(|n| format!("pets/show_pet{n}.rs")).collect();
    expected.extend(["mod.rs", "other.rs", "pets/mod.rs", "pets/types.rs"].map(str::to_owned));
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);
    for (name, text) in &files {
        assert!(text.lines().count() <= 1_500, "{name} is long");
    }
    let first = &files["pets/show_pet0.rs"];
    assert!(first.contains("pub struct ShowPet0Response "), "a response is beside its operation");
    assert!(first.contains("types::{Pet, Toy}"), "other types are imported: {first}");
    assert!(files["pets/types.rs"].contains("pub struct Toy "), "a type of two operations is beside them");
    assert!(files["pets/mod.rs"].contains("mod show_pet0;\npub use show_pet0::*;"), "{}", files["pets/mod.rs"]);
    assert!(files["mod.rs"].contains("pub mod pets;"), "{}", files["mod.rs"]);
}

#[test]
fn long_shared_types_are_a_folder() {
    let values: String = (0..800).map(|n| format!("value{n}, ")).collect();
    let spec = document(&names(3)).replace(
        "Pet: {type: object, properties: {name: {type: string}}}",
        &format!("Pet: {{type: object, properties: {{kind: {{$ref: '#/components/schemas/Kind'}}}}}}\n    Kind: {{type: string, enum: [{values}last]}}"),
    );
    let files = generated(&spec, "src");
    assert!(!files.contains_key("types.rs"), "{:?}", files.keys());
    let (page, enums) = (&files["types/mod.rs"], &files["types/enums.rs"]);
    assert!(page.contains("mod enums;\npub use enums::*;") && page.contains("pub struct Pet "), "{page}");
    assert!(enums.contains("pub enum Kind ") && !enums.contains("pub struct"), "the file only has enums");
}

#[test]
fn an_operation_may_be_named_like_a_file_or_a_keyword() {
    let mut names = names(90);
    names.extend(["mod", "types", "move", "self"].map(str::to_owned));
    let files = files(&names);
    for name in ["pets/mod_.rs", "pets/types_.rs", "pets/move.rs"] {
        assert!(files.contains_key(name), "{name} in {:?}", files.keys());
    }
    for (name, text) in &files {
        syn::parse_file(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(files["pets/mod.rs"].contains("mod r#move;"), "{}", files["pets/mod.rs"]);
}
