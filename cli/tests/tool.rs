//! The tool as its users run it: away from any workspace, with nothing but the document.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

const DOCUMENT: &str = r#"openapi: 3.0.3
info: {title: Pets, version: "1"}
servers: [{url: "https://api.example.com"}]
paths:
  /pets:
    get:
      operationId: listPets
      tags: [pets]
      parameters: [{name: filter, in: query, schema: {}}]
      responses:
        "200":
          description: The pets.
          content: {application/json: {schema: {type: array, items: {type: string}}}}
  /users:
    get:
      operationId: listUsers
      tags: [users]
      colour: red
      responses: {"204": {description: Nothing.}}
"#;

/// A folder with the document.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put("pets.yaml", DOCUMENT);
        folder
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// A run in the folder, with nothing of this build in its environment.
    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yundb"));
        command.env_clear().current_dir(self.0.path()).args(arguments.split(' '));
        command
    }

    fn run(&self, arguments: &str) -> Ran {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
    }
}

#[derive(Debug)]
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

#[test]
fn a_crate_is_generated_and_updated() {
    let folder = Folder::new();
    let first = folder.run("generate pets.yaml --out clients/pets --license MIT");
    assert_eq!(first.code, 0, "{first:?}");
    assert!(first.stdout.starts_with("pets: 2 operations, "), "{first:?}");
    assert!(first.stderr.contains("an operation has no `colour`"), "{first:?}");
    let manifest = folder.read("clients/pets/Cargo.toml");
    let version = env!("CARGO_PKG_VERSION");
    let runtime = format!("yundb-runtime = {{ version = \"{version}\", default-features = false }}");
    assert!(manifest.contains(&runtime) && manifest.contains("license = \"MIT\""), "{manifest}");
    assert!(!manifest.contains("[workspace]"), "{manifest}");

    // The crate's own version and files of its owner stay.
    folder.put("clients/pets/Cargo.toml", &manifest.replace("version = \"0.1.0\"\n", "version = \"0.2.0\"\n"));
    for file in ["LICENSE", "CHANGELOG.md", "examples/one.rs", "tests/one.rs", "src/ext.rs"] {
        folder.put(&format!("clients/pets/{file}"), "mine");
    }
    let again = folder.run("generate pets.yaml --out clients/pets --license MIT");
    assert!(again.stdout.contains("up to date"), "{again:?}");
    assert!(folder.read("clients/pets/Cargo.toml").contains("version = \"0.2.0\""));

    folder.put("pets.yaml", &DOCUMENT.replace("The pets.", "All pets."));
    let check = folder.run("generate pets.yaml --out clients/pets --license MIT --check");
    assert_eq!(check.code, 1, "{check:?}");
    assert!(check.stdout.contains("+++ src/operations/pets.rs"), "{check:?}");
    let dry = folder.run("generate pets.yaml --out clients/pets --license MIT --dry-run");
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.stdout.contains("pets.rs: would be written") && !dry.stdout.contains("+++"), "{dry:?}");
    let json = folder.run("generate pets.yaml --out clients/pets --license MIT --format json").json();
    assert_eq!(json["written"], serde_json::json!(["src/operations/pets.rs"]));
    assert_eq!(json["diagnostics"][0]["place"]["line"], 18);
    assert_eq!(json["untyped"][0]["item"], "Client::list_pets::filter");
    for file in ["LICENSE", "CHANGELOG.md", "examples/one.rs", "tests/one.rs", "src/ext.rs"] {
        assert_eq!(folder.read(&format!("clients/pets/{file}")), "mine");
    }
}

#[test]
fn flags_override_the_settings() {
    let folder = Folder::new();
    folder.put("yundb.toml", "include.tags = ['users']\n[package]\nname = 'from-file'\nlicense = 'MIT'\n");
    let ran = folder.run("generate pets.yaml --out out");
    assert!(ran.stdout.starts_with("from-file: 1 operation,"), "{ran:?}");
    let ran = folder.run("generate pets.yaml --out out --name from-flag --tag pets --report report.json");
    assert!(ran.stdout.starts_with("from-flag: 1 operation,"), "{ran:?}");
    assert!(
        folder.path("out/src/operations/pets.rs").is_file() && !folder.path("out/src/operations/users.rs").exists()
    );
    assert!(folder.read("out/Cargo.toml").contains("license = \"MIT\""));
    assert!(folder.read("report.json").contains("\"from-flag\""));
    folder.put("other.toml", "[package]\nname = 'other'\n");
    let ran = folder.run("generate pets.yaml --out out --config other.toml");
    assert!(ran.stdout.starts_with("other: 2 operations,"), "{ran:?}");
    folder.put("yundb.toml", "[package]\nnam = 'x'\n");
    let ran = folder.run("generate pets.yaml --out out");
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("yundb.toml:2:1") && ran.stderr.contains("did you mean `name`?"), "{ran:?}");
}

#[test]
fn wrong_arguments_have_a_remedy() {
    let folder = Folder::new();
    folder.put("afile", "");
    folder.put("fault.yaml", "faults: [{operation: nothing}]");
    folder.put("wrong.toml", "[package]\nversion = '1'\n[dependencies]\nmoney = { pth = 'x' }\n");
    let table = [
        ("generate pets.yaml --out afile", "`afile` is a file: name a folder for the crate"),
        ("generate pets.yaml --out out --crate-version banana", "write three numbers, as in `1.0.0`"),
        ("generate pets.yaml --out out --config wrong.toml", "has neither `version` nor `path`, `git` or `workspace`"),
        ("generate pets.yaml --out out --config none.toml", "cannot read `none.toml`: there is no such file"),
        ("generate pets.yaml --out out --runtime-path none", "/none` is not the folder of `yundb-runtime`"),
        ("generate pets.yaml --out out --types-only --tag pets", "cannot be used with"),
        ("generate pets.yaml --out out --tag pet", "did you mean `pets`?"),
        ("generate pets.yaml --out out --tag nothing", "the tags are `pets`, `users`"),
        ("mock pets.yaml --faults none.yaml", "cannot read `none.yaml`: there is no such file"),
        ("mock pets.yaml --verify none.jsonl", "cannot read `none.jsonl`: there is no such file"),
        ("mock pets.yaml --faults fault.yaml", "`fault.yaml`: fault 1: no operation of pets is named `nothing`; write"),
        ("check https://example.com/pets.yaml", "download it first"),
        ("bundle pets.yaml --out afile/pets.yaml", "`afile`: "),
    ];
    for (arguments, expected) in table {
        let ran = folder.run(arguments);
        assert!(ran.code != 0 && ran.stderr.contains(expected), "{arguments}: {ran:?}");
        assert!(!folder.path("out").exists(), "{arguments}");
        assert!(!ran.stderr.contains("`pets.yaml` has "), "no mistake of the document: {ran:?}");
    }
}

#[test]
fn the_mock_prints_its_address_when_it_can_be_called() {
    let folder = Folder::new();
    let mut command = folder.command("mock pets.yaml --quiet --tls --certificate out/authority.pem");
    let mut mock = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(mock.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("pets  https://127.0.0.1:"), "{line}");
    assert!(folder.read("out/authority.pem").starts_with("-----BEGIN CERTIFICATE"));
    mock.kill().unwrap();
    let ended = mock.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
}

#[test]
fn the_journal_names_operations_as_calls_do() {
    let folder = Folder::new();
    folder.put("calls.jsonl", "");
    let ran = folder.run("mock aliyun-dts --verify calls.jsonl");
    assert!(
        ran.code == 1 && ran.stdout.contains("  DescribeDtsJobs  POST / Action=DescribeDtsJobs  specs/"),
        "{ran:?}"
    );
}

#[test]
fn values_without_a_type_are_listed() {
    let folder = Folder::new();
    let ran = folder.run("generate pets.yaml --out out --report-untyped");
    let line = "pets.yaml:9:20: Client::list_pets::filter is any JSON: the schema has no `type`";
    assert!(ran.stdout.lines().any(|shown| shown == line), "{ran:?}");
}

#[test]
fn a_workspace_around_is_found() {
    let folder = Folder::new();
    folder.put("Cargo.toml", "[workspace]\nmembers = ['clients/*']\n");
    let ran = folder.run("generate pets.yaml --out clients/pets");
    assert!(ran.stdout.contains("pets: a member of the workspace of"), "{ran:?}");
    assert!(!folder.read("clients/pets/Cargo.toml").contains("[workspace]"));
    let ran = folder.run("generate pets.yaml --out elsewhere");
    assert!(ran.stdout.contains("add \"elsewhere\" to `members`"), "{ran:?}");
    assert!(folder.read("elsewhere/Cargo.toml").contains("[workspace]"));
}

#[test]
fn diagnostics_have_three_formats() {
    let folder = Folder::new();
    let human = folder.run("check pets.yaml");
    assert_eq!((human.code, human.stdout.as_str()), (0, "pets.yaml: 0 errors, 1 warning; left out: 1 other keyword\n"));
    let json = folder.run("check pets.yaml --format json --strict");
    assert_eq!((json.code, &json.json()[0]["severity"]), (1, &"error".into()));
    let sarif = folder.run("check pets.yaml --format sarif").json();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["ruleId"], &result["level"]), (&"unknown-key".into(), &"warning".into()));
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "pets.yaml");
    assert_eq!(place["region"], serde_json::json!({"startLine": 18, "startColumn": 7}));
    let missing = folder.run("check none.yaml");
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("cannot read `none.yaml`: there is no such file"), "{missing:?}");
}

#[test]
fn a_document_is_bundled() {
    let folder = Folder::new();
    folder.put("pets.yaml", &DOCUMENT.replace("{type: array, items: {type: string}}", "{$ref: types.yaml#/Pets}"));
    folder.put("types.yaml", "Pets: {type: array, items: {type: string}}\n");
    let ran = folder.run("bundle pets.yaml");
    assert!(ran.code == 0 && ran.stdout.contains("$ref: '#/components/schemas/Pets'"), "{ran:?}");
    folder.run("bundle pets.yaml --out deep/pets.json");
    assert!(folder.read("deep/pets.json").starts_with('{'));
}

#[test]
fn changes_decide_the_exit_code() {
    let folder = Folder::new();
    let write = |from: &str, to: &str| folder.put("new.yaml", &DOCUMENT.replace(from, to));
    let code = |flags: &str| folder.run(&format!("diff pets.yaml new.yaml{flags}")).code;
    let table = [
        ("The pets.", "The pets.", [0, 0, 0, 0]),
        (
            "parameters: [{name: filter, in: query,",
            "parameters: [{name: filter, in: query, description: It.,",
            [0, 1, 0, 0],
        ),
        ("operationId: listUsers", "deprecated: true\n      operationId: listUsers", [0, 1, 1, 0]),
        ("operationId: listUsers", "operationId: users", [0, 1, 1, 1]),
    ];
    for (from, to, expected) in table {
        write(from, to);
        let codes = ["", " --fail-on docs", " --fail-on additive", " --fail-on breaking"].map(code);
        assert_eq!(codes, expected, "{to}: {:?}", folder.run("diff pets.yaml new.yaml"));
    }
    let ran = folder.run("diff pets.yaml new.yaml --format json").json();
    assert_eq!((&ran[0]["code"], &ran[0]["new"]["file"]), (&"method-renamed".into(), &"new.yaml".into()));
    let ran = folder.run("diff pets.yaml new.yaml --format changelog");
    assert!(ran.stdout.starts_with("### Changed\n\n- **Breaking:** `Client::list_users`: "), "{ran:?}");
    let ran = folder.run("diff pets.yaml none.yaml");
    assert_eq!(ran.code, 1, "{ran:?}");
}

#[test]
fn shells_get_completions() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = folder.run(&format!("completions {shell}"));
        assert!(ran.code == 0 && ran.stdout.contains("yundb"), "{ran:?}");
    }
}

#[test]
fn cargo_runs_it_as_a_subcommand() {
    let arguments = ["yundb", "generate", "--help"];
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-yundb")).args(arguments).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && help.contains("Usage: cargo yundb generate"), "{help}");
}

#[test]
fn changes_are_watched() {
    let folder = Folder::new();
    folder.put("pets.yaml", &DOCUMENT.replace("{type: array, items: {type: string}}", "{$ref: types/pets.yaml}"));
    folder.put("types/pets.yaml", "{type: object, properties: {one: {type: string}}}\n");
    let mut child = folder.command("generate pets.yaml --out out --watch").spawn().unwrap();
    let wait_for = |text: &str| {
        let start = Instant::now();
        let file = folder.path("out/src/operations/pets.rs");
        while !fs::read_to_string(&file).is_ok_and(|found| found.contains(text)) {
            assert!(start.elapsed() < Duration::from_secs(60), "no `{text}` in {}", file.display());
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let watched = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        wait_for("pub one:");
        // The first change may come before the folder is watched.
        std::thread::sleep(Duration::from_millis(500));
        folder.put("types/pets.yaml", "{type: object, properties: {two: {type: string}}}\n");
        wait_for("pub two:");
        folder.put("pets.yaml", "openapi: [");
        std::thread::sleep(Duration::from_millis(500));
        folder.put("pets.yaml", &DOCUMENT.replace("{type: array, items: {type: string}}", "{$ref: types/pets.yaml}"));
        folder.put("types/pets.yaml", "{type: object, properties: {three: {type: string}}}\n");
        wait_for("pub three:");
    }));
    child.kill().unwrap();
    child.wait().unwrap();
    watched.unwrap();
}

/// The client of the example project is what `yundb generate` writes.
#[test]
fn the_example_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_yundb"));
    command.current_dir(root).args(["generate", "examples/member/shop.yaml", "--out", "examples/member/client"]);
    if std::env::var_os("UPDATE_FIXTURES").is_none() {
        command.arg("--check");
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
