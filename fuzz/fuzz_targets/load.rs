//! Runs all stages but writing on any bytes as a document, as YAML and as JSON. Nothing may panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use yundb_generator::{Diagnostics, Manifest, emit, model};

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["openapi.yaml", "openapi.json"] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let mut diagnostics = Diagnostics::new();
        if let Some((service, account)) = model(&path, "fuzzed", name, &mut diagnostics) {
            assert!(account.adds_up() || !account.lost.is_empty());
            emit::emit(&service, &Manifest::Standalone(Box::default()), None).expect("the emitted code is valid Rust");
        }
        let _ = diagnostics.render(false);
    }
});
