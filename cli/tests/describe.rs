//! `yundb describe`, completions, and what goes wrong in `yundb call`.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod world;

use std::fs;
use std::process::Stdio;

use serde_json::json;
use yundb_mock::{Options, Scenario};

use world::{SHOP, World, ran, yundb};

const ODD: &str = r#"openapi: 3.0.3
info: {title: Odd, version: "1"}
paths:
  /xml:
    post:
      summary: Sends XML.
      description: Sends XML.
      requestBody: {required: true, content: {application/xml: {schema: {type: string}}}}
      responses: {"204": {description: Done.}}
  /text:
    post:
      operationId: send
      requestBody: {required: true, content: {text/plain: {schema: {type: string}}}}
      responses: {"204": {description: Done.}}
  /bytes:
    post:
      operationId: send
      requestBody: {required: true, content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses: {"200": {description: Done., content: {application/json: {schema: {type: object, properties: {item: {type: string}}}}}}}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn operations_have_the_names_of_the_client() {
    let world = World::of(ODD, Options::default()).await;
    let list = ran(yundb(&world.folder).args(["describe", "shop.yaml", "-o", "json"])).json();
    let names: Vec<&str> = list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["post-xml", "send", "send2"]);
    let text = ran(yundb(&world.folder).args(["describe", "shop.yaml"]));
    assert!(text.stdout.starts_with("  post-xml  Sends XML.\n"), "{text:?}");
    // Each body is sent as it is.
    for (name, path, body) in [("post_xml", "/xml", "<a/>"), ("send", "/text", "{text"), ("send2", "/bytes", "b")] {
        let sent = world.call(&format!("{name} --body {body}"));
        assert_eq!(sent.code, 0, "{name}: {sent:?}");
        let record = world.server.journal().pop().unwrap();
        assert_eq!(record.path, path, "{record:?}");
        assert_eq!(record.request["body"], format!("{} bytes", body.len()), "{record:?}");
    }
    let one = ran(yundb(&world.folder).args(["describe", "shop.yaml", "post-xml"]));
    assert_eq!(one.stdout.matches("Sends XML.").count(), 1, "{one:?}");
    let two = ran(yundb(&world.folder).args(["describe", "shop.yaml", "send2"]));
    assert!(two.stdout.contains("\n  item  string\n") && !two.stdout.contains("The field"), "{two:?}");
    let wrong = world.call("buy");
    assert!(
        wrong.stderr.ends_with("shop.yaml has no operation `buy`: `yundb describe shop.yaml` lists them\n"),
        "{wrong:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_remedies() {
    let world = World::ddm(Options::default()).await;
    // A document with errors is reported as by the other commands.
    world.put("bad.yaml", "openapi: 3.0.3\ninfo: [\n");
    let bad = ran(yundb(&world.folder).args(["describe", "bad.yaml"]));
    assert!(
        bad.code == 2 && bad.stderr.starts_with("error[") && bad.stderr.contains("error: `bad.yaml` has 1 error"),
        "{bad:?}"
    );
    let list = ["call", "huawei-ddm", "list-instances", "--project-id", "p", "--timeout", "3"];
    let none = ran(yundb(&world.folder).args(list).args(["--endpoint", world.server.url()]));
    assert_eq!(none.code, 4, "{none:?}");
    assert!(
        none.stderr.starts_with("error: list-instances: no credentials: pass --access-key, --token or --prof"),
        "{none:?}"
    );
    assert!(
        none.stderr.lines().count() > 2 && none.stderr.lines().skip(1).all(|line| line.starts_with("  ")),
        "{none:?}"
    );
    let plain = world.server.url().replace("http://", "https://");
    let tls = ran(yundb(&world.folder).args(list).args(["--token", "t", "--endpoint", &plain]));
    assert!(tls.stderr.contains("The server does not speak TLS: did you mean --endpoint http://..?"), "{tls:?}");
    world.server.set_scenario(Scenario::read("faults: [{truncate: 10, times: 1}]").unwrap());
    let again = world.call("list-instances -v");
    assert!(
        again.code == 0 && again.stderr.contains("attempt 1: ") && again.stderr.contains(", again in "),
        "{again:?}"
    );
    assert!(!again.stderr.contains("Some("), "{again:?}");
    let dts = World::new("aliyun-dts", Options::default()).await;
    let missing = dts.call("DescribeDtsJobs");
    assert!(missing.stderr.contains("Region: is required: write `Region=..`, as `--region` is a flag"), "{missing:?}");
}

const SECRETS: &str = r##"openapi: 3.1.0
info: {title: Secrets, version: "1"}
servers: [{url: "https://{zone}.example.com", variables: {zone: {default: eu, enum: [eu]}}}]
paths:
  /a/{key}:
    post:
      operationId: put
      parameters:
        - {name: key, in: path, required: true, schema: {type: string, format: password, minLength: 3}}
        - {name: flag, in: query, schema: {type: boolean}}
        - {name: id, in: query, schema: {type: string}}
        - {name: id, in: header, schema: {type: string}}
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                union: {oneOf: [{type: string, format: password}, {type: integer}]}
                tuple: {type: array, prefixItems: [{type: string, format: password}, {type: integer}], items: false}
                map: {type: object, additionalProperties: {type: array, items: {type: string, format: password}}}
                pin: {type: integer, format: password}
                lists: {$ref: '#/components/schemas/Lists'}
                same: {$ref: '#/components/schemas/Same'}
              additionalProperties: {type: string}
      responses: {"200": {description: Done., content: {application/json: {schema: {$ref: '#/components/schemas/Lists'}}}}}
components:
  schemas:
    Lists: {type: array, items: {$ref: '#/components/schemas/Lists'}}
    Same: {oneOf: [{$ref: '#/components/schemas/Same'}, {type: string}]}
"##;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_shows_secrets() {
    let world = World::of(SECRETS, Options::default()).await;
    let body = r#"{"union": "Hidden-1", "tuple": ["Hidden-2", 5], "map": {"a": ["Hidden-3"]}, "pin": 987654}"#;
    let dry = ["put", "key=Hidden-4", "--body", body, "--dry-run", "--unchecked"];
    let dry = ran(yundb(&world.folder).args(["call", "shop.yaml"]).args(dry));
    assert!(dry.code == 0 && dry.stdout.contains("\"pin\":\"***\""), "{dry:?}");
    assert!(!dry.stdout.contains("Hidden") && !dry.stdout.contains("987654"), "{dry:?}");
    let verbose = world.call("put --key Hidden-4 -v");
    assert!(verbose.code == 0 && verbose.stderr.contains("/a/***"), "{verbose:?}");
    assert!(!verbose.stderr.contains("Hidden"), "{verbose:?}");
    world.put("zone", "Hidden-5");
    for wrong in ["{\"a\":\"Hidden\"}", "Hidden", "zone=@zone", "--user joe:@Hidden"] {
        let wrong = ran(yundb(&world.folder).args(["call", "shop.yaml", "put", "key=abc"]).args(wrong.split(' ')));
        assert!(wrong.code == 2 && !wrong.stderr.contains("Hidden"), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_inputs_are_errors() {
    let world = World::of(SECRETS, Options::default()).await;
    let deep = format!("lists{}=x", ".0".repeat(5000));
    let table = [
        ("--dryrun", "has no input `dryrun`: did you mean `--dry-run`?"),
        ("--access-kye ak:sk", "did you mean `--access-key`?"),
        ("--key -y", "`--key` needs a value"),
        ("lists=x", "is a list of lists without an end: write it as JSON"),
        ("lists.18446744073709551615=[] lists=[[]] lists=x", "lists"),
        (&deep, "has 5001 parts: at most 64 are possible"),
        ("same.x=y", "has no field `x`"),
        ("map.a=x map={}", "`map` is given twice"),
        ("union=x union.y=z", "`union` "),
    ];
    for (words, expected) in table {
        let wrong = world.call(&format!("put {words}"));
        assert!(wrong.code == 2 && wrong.stderr.contains(expected), "{words}: {wrong:?}");
    }
    assert!(world.requests().is_empty());
    let sent = world.call("put key=abc --flag --colour red query.id=q --header.id h");
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(world.requests()[0]["query"]["flag"], true);
    assert_eq!(world.requests()[0]["query"]["id"], "q");
    let described = ran(yundb(&world.folder).args(["describe", "shop.yaml", "put"]));
    assert_eq!(described.code, 0, "{described:?}");
}

/// Output that cannot be written is a failure, and messages that cannot be are ignored.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn full_disks_are_noticed() {
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let world = World::of(SHOP, Options::default()).await;
    let text = world.command("get-order --id 7 --api-key key=k").stdout(full()).status().unwrap();
    assert_eq!(text.code(), Some(1));
    let wrong = world.command("get-order --idd 7").stderr(full()).status().unwrap();
    assert_eq!(wrong.code(), Some(2));
}

#[test]
fn documents_are_described() {
    let folder = tempfile::tempdir().unwrap();
    let describe =
        |arguments: &str| ran(yundb(&folder).arg("describe").args(arguments.split(' ').filter(|it| !it.is_empty())));
    let services = describe("");
    assert!(services.stdout.starts_with("aliyun-dg             Alibaba Cloud Database Gateway"), "{services:?}");
    let list = describe("huawei-ddm");
    assert!(list.stdout.contains("\ninstances\n  create-instance "), "{list:?}");
    let one = describe("huawei-ddm create-instance");
    for part in [
        "huawei-ddm create-instance\nPOST /v1/{project_id}/instances\n",
        "`ddm:instance:create`",
        "Starts a job: --wait waits for its end.",
        "\n  --instance.name  string, required\n      Name of the instance, 4 to 64 letters",
        "\n      One of prePaid, postPaid.\n",
        "\n  --instance.admin_user_password  secret string\n",
        "\nRequest, for example\n  {\n    \"instance\": {",
        "\n  job_id  string",
        "\nStatuses\n  200      The creation job was submitted",
    ] {
        assert!(one.stdout.contains(part), "{part}: {}", one.stdout);
    }
    let help = ran(yundb(&folder).args(["call", "huawei-ddm", "create-instance", "--help"]));
    assert_eq!(help.stdout, one.stdout);
    let json = describe("huawei-ddm list-instances -o json").json();
    assert_eq!((&json["pages"], &json["inputs"][1]["name"]), (&json!(true), &json!("offset")));
    let wrong = describe("huawei-dd");
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `huawei-ddm`?"), "{wrong:?}");
}

#[test]
fn completions_know_the_documents() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.yaml"), SHOP).unwrap();
    let pieces = |line: &str, piece: &str| {
        let mut command = yundb(&folder);
        command.args(["--", "yundb"]).env("COMPLETE", "bash").env("_YUNDB_LINE", line).env("_YUNDB_PIECE", piece);
        let found = ran(&mut command);
        assert_eq!(found.code, 0, "{found:?}");
        found.stdout.split('\u{b}').map(str::to_owned).collect::<Vec<_>>()
    };
    let complete = |words: &str| pieces(&format!("yundb {words}"), words.split(' ').next_back().unwrap());
    assert_eq!(complete("ca"), ["call"]);
    assert_eq!(complete("call huawei-i"), ["huawei-iam"]);
    assert_eq!(complete("mock huawei-dr"), ["huawei-drs"]);
    assert_eq!(complete("call sh"), ["shop.yaml"]);
    assert_eq!(complete("describe aliyun-dts list-j"), ["list-jobs"]);
    assert_eq!(complete("call -o json huawei-ddm create-instance --instance.fl"), ["--instance.flavor_id"]);
    assert_eq!(complete("call huawei-ddm create-instance --extend_param.charge_mode po"), ["postPaid"]);
    assert_eq!(complete("call huawei-ddm list-instances --out"), ["--output"]);
    assert_eq!(complete("call shop.yaml get-order --fi"), ["--fields"]);
    // Bash replaces the piece after the last `:`, `=` or `@`.
    let listed = complete("call huawei-ddm create-instance --extend_param.charge_mode=po");
    assert_eq!(listed, ["--extend_param.charge_mode=postPaid"]);
    assert_eq!(pieces("yundb call huawei-ddm create-instance --extend_param.charge_mode=po", "po"), ["postPaid"]);
    assert_eq!(pieces("yundb call huawei-ddm create-instance extend_param.charge_mode=po", "po"), ["postPaid"]);
    assert_eq!(
        pieces("yundb call --endpoint http://localhost:80 huawei-ddm show-instance instance_i", "instance_i"),
        ["instance_id="]
    );
    assert_eq!(pieces("yundb call aliyun-dts DescribeDtsJobs Reg", "Reg"), ["Region="]);
    assert_eq!(complete("call aliyun-dts DescribeDtsJobD"), ["DescribeDtsJobDetail"]);
    assert_eq!(complete("call huawei-ddm create-instance @sh"), ["@shop.yaml"]);
    assert_eq!(pieces("yundb call huawei-ddm create-instance --instance.name=@sh", "sh"), ["shop.yaml"]);
    assert_eq!(pieces("yundb call huawei-ddm list-instances --token @sh", "sh"), ["shop.yaml"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = ran(yundb(&folder).args(["completions", shell]));
        assert!(script.code == 0 && script.stdout.contains("COMPLETE"), "{script:?}");
    }
}
