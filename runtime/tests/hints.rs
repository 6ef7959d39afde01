//! The compile error for a method without async while the feature `blocking` is off. The features of this package are on
//! in its tests, so the module is compiled apart.

use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = r#"
#[path = "MODULE"]
mod no_blocking;
pub use no_blocking::WithoutAsync;

pub struct Response<T>(T);
pub struct CallError<E>(E);
pub struct Representation<T>(T);
pub struct Secret;
pub struct ListPets;

blocking_methods!(ListPets => Response<u8>, CallError<u8>);
blocking_presigned_methods!(ListPets => CallError<u8>);
blocking_paged_methods!(ListPets => u8, Response<u8>, CallError<u8>);

fn main() {
    CALL
}
"#;

/// What the compiler prints of a program with this statement.
fn compiled(folder: &Path, call: &str) -> String {
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/no_blocking.rs");
    let source = folder.join("main.rs");
    let program = PROGRAM.replace("MODULE", &module.display().to_string().replace('\\', "/")).replace("CALL", call);
    std::fs::write(&source, program).expect("written");
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command = Command::new(rustc);
    command.args(["--edition=2024", "--crate-type=bin", "--emit=metadata", "-Adead_code", "-Dwarnings", "--out-dir"]);
    let output = command.arg(folder).arg(source).output().expect("a compiler");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_compile_error_names_the_feature() {
    let folder: PathBuf = std::env::temp_dir().join(format!("yundb-hints-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let fine = compiled(&folder, "");
    let wrong: Vec<String> = [
        "send_blocking()",
        "send_as_blocking(Representation(1))",
        "presigned_url_blocking()",
        "items_blocking().next()",
    ]
    .iter()
    .map(|call| compiled(&folder, &format!("let _ = ListPets.{call};")))
    .collect();
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(fine, "");
    for error in wrong {
        assert!(error.contains("error[E0277]: blocking methods require the feature `blocking`"), "{error}");
        assert!(error.contains(r#"features = ["blocking"]"#), "{error}");
        assert_eq!(error.matches("error[").count(), 1, "{error}");
    }
}
