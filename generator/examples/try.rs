#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]
use yundb_generator::*;
fn main() {
    let mut args = std::env::args().skip(1);
    let (spec, out, runtime) = (args.next().unwrap(), args.next().unwrap(), args.next());
    let text = std::fs::read_to_string(&spec).unwrap();
    let value: serde_json::Value = if spec.ends_with("json") {
        serde_json::from_str(&text).unwrap()
    } else {
        serde_yaml::from_str(&text).unwrap()
    };
    let api: openapiv3::OpenAPI = serde_json::from_value(value).unwrap();
    let source = diagnostic::Source::new("x", "");
    let root = load::Node::new(load::Value::Null, diagnostic::Location::of_file(&source));
    let loaded = load::Loaded { api, root };
    let mut diagnostics = Diagnostics::new();
    let name = std::path::Path::new(&spec)
        .file_stem()
        .unwrap()
        .to_string_lossy()
        .to_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let service = lower::lower(&loaded, &format!("c-{}", name.replace("--", "-")), "x", &mut diagnostics);
    for d in diagnostics.iter() {
        eprintln!("{}: {} ({})", d.code, d.message, d.label);
    }
    let files = emit::emit(&service, &Manifest::Standalone(runtime.map(Into::into))).unwrap();
    for (path, text) in files {
        let path = std::path::Path::new(&out).join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
