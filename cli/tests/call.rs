//! `yundb call` and `yundb describe` as their users run them, against the mock.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use yundb_mock::{MockServer, Options, Scenario};

/// A mock, and a folder to run commands in.
struct World {
    server: MockServer,
    target: String,
    folder: tempfile::TempDir,
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

fn yundb(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yundb"));
    command.env_clear().current_dir(folder.path()).stdin(Stdio::null());
    command
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

impl World {
    async fn new(target: &str, options: Options) -> Self {
        let server = MockServer::start(target, options).await.unwrap();
        Self { server, target: target.to_owned(), folder: tempfile::tempdir().unwrap() }
    }

    async fn ddm(options: Options) -> Self {
        Self::new("huawei-ddm", options).await
    }

    async fn of(document: &str, options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.yaml");
        fs::write(&path, document).unwrap();
        let server = MockServer::start(path.to_str().unwrap(), options).await.unwrap();
        Self { server, target: "shop.yaml".to_owned(), folder }
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The command with the words of `text`, and with the address and credentials of the mock.
    fn command(&self, text: &str) -> Command {
        let mut command = yundb(&self.folder);
        command.args(["call", self.target.as_str()]).args(text.split(' ')).args(["--endpoint", self.server.url()]);
        match self.target.split('-').next() {
            Some("huawei") => command.args(["--project-id", "p", "--token", "t"]),
            Some("aliyun") => command.args(["--access-key", "ak:sk", "--region", "cn-hangzhou"]),
            _ => &mut command,
        };
        command
    }

    fn call(&self, text: &str) -> Ran {
        ran(&mut self.command(text))
    }

    /// What arrived at the mock.
    fn requests(&self) -> Vec<Value> {
        self.server.journal().into_iter().map(|record| record.request).collect()
    }
}

const CREATE: &str = "create-instance --instance.name orders --instance.flavor-id f --instance.node_num 2 \
                      --instance.engine_id e --instance.available_zones az1 --instance.available_zones az2 \
                      --instance.vpc_id v --instance.security_group_id s --instance.subnet_id n";

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_has_many_names() {
    let world = World::ddm(Options::default()).await;
    for name in ["list-instances", "list_instances", "listInstances", "ListInstances"] {
        let listed = world.call(name).json();
        assert_eq!(listed["instances"][0]["name"], "ddm-36c7", "{name}");
    }
    let mut command = world.command("-v");
    let by_path = ran(command.arg("GET /v1/{project_id}/instances"));
    assert!(by_path.stderr.contains("attempt 1: 200 after "), "{by_path:?}");
    let table = [
        ("list-instances --limt 1", "did you mean `limit`?"),
        ("list-instances --limit x", "error: `limit` must be an integer"),
        ("create-instance --instance.nme x", "did you mean `name`?"),
        ("list-instnces", "did you mean `list-instances`?"),
        ("list-instances stray", "write `--name value`, `name=value`, or `@file` for the body"),
        ("list-instances @none.json", "error: list-instances has no body"),
        ("show-instance --instance_id i --all", "show-instance is not paginated: omit --all"),
        ("show-instance --instance_id i --wait", "show-instance does not start a job: omit --wait"),
        ("create-instance --instance.nam x", "error: `instance` has no field `nam`: did you mean `name`?"),
        ("create-instance --instance.name.x y", "error: `instance.name` has no field `x`: it is a single value"),
        ("create-instance --instance {x}", "error: `instance` must be an object as JSON: write the name of a field in"),
        ("create-instance --body {}}", "error: --body:1:3: this is not JSON: there is text after the value"),
        ("create-instance @none.json", "error: cannot read `none.json`: there is no such file"),
        ("create-instance @.", "error: cannot read `.`: it is a folder"),
        ("show-instance --instance_id @none", "error: `instance_id`: cannot read `none`: there is no such file"),
        ("show-instance --instance_id a --instance-id b", "error: `instance-id` is given twice"),
        ("list-instances --dryrun", "error: list-instances has no input `dryrun`: did you mean `--dry-run`?"),
        ("list-instances --cacert none.pem", "error: cannot read `none.pem`: there is no such file"),
        ("list-instances --endpoint localhost:1", "it has no scheme: write `https://localhost:1`, or `http://local"),
        ("list-instances --query [", "--query"),
        ("list-instances --timeout soon", "write a number of seconds, or a time such as `90s`"),
    ];
    for (arguments, expected) in table {
        let ran = world.call(arguments);
        assert!(ran.code == 2 && ran.stderr.contains(expected), "{arguments}: {ran:?}");
    }
    assert_eq!(world.requests().len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_are_typed_by_the_document() {
    let world = World::ddm(Options::default()).await;
    world.put("password", "Hidden-1234\n");
    let created = world.call(&format!("{CREATE} --instance.admin_user_password @password --extend_param.period_num=2"));
    assert_eq!(created.code, 0, "{created:?}");
    let body = json!({
        "instance": {
            "name": "orders", "flavor_id": "f", "node_num": 2, "engine_id": "e", "available_zones": ["az1", "az2"],
            "vpc_id": "v", "security_group_id": "s", "subnet_id": "n", "admin_user_password": "[redacted]",
        },
        "extend_param": {"period_num": 2},
    });
    assert_eq!(world.requests()[0]["body"], body);

    // The same from a file and from the standard input, with fields that flags override.
    let whole = json!({"instance": {
        "name": "x", "flavor_id": "f", "node_num": 2, "engine_id": "e", "available_zones": ["az0", "az2"],
        "vpc_id": "v", "security_group_id": "s", "subnet_id": "n", "admin_user_password": "Hidden-1234",
    }});
    world.put("body.json", &whole.to_string());
    let flags = "--instance.name orders --instance.available_zones.0 az1 extend_param={\"period_num\":2}";
    assert_eq!(world.call(&format!("create-instance @body.json {flags}")).code, 0);
    let mut child = world.command(&format!("create-instance - {flags}")).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(whole.to_string().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(world.requests()[1]["body"], body);
    assert_eq!(world.requests()[2]["body"], body);

    let refused = world.call(&CREATE.replace("name orders", "name o"));
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("create-instance was not sent\n  instance.name: must have at least 4"),
        "{refused:?}"
    );
    let wrong = world.call("create-instance --body {\"instanc\":{}}");
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `instance`?"), "{wrong:?}");
    assert_eq!(world.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_sends_and_shows_nothing_secret() {
    let world = World::ddm(Options::default()).await;
    let dry = world.call(&format!("{CREATE} --instance.admin_user_password Hidden-1234 --dry-run"));
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.stdout.starts_with(&format!("POST {}/v1/p/instances\n", world.server.url())), "{dry:?}");
    assert!(dry.stdout.contains("\nx-auth-token: ***\n") && dry.stdout.contains("\"node_num\":2"), "{dry:?}");
    assert!(!dry.stdout.contains("Hidden-1234") && dry.stderr.is_empty(), "{dry:?}");
    assert!(world.requests().is_empty());
    let dg = World::new("aliyun-dg", Options::default()).await;
    let dry = dg.call("DeleteGateway --GatewayId g --dry-run");
    assert!(dry.code == 0 && dry.stdout.contains("Signature=***"), "{dry:?}");
    assert!(dry.stdout.contains("SignatureMethod=HMAC-SHA1") && dry.stdout.contains("AccessKeyId=***"), "{dry:?}");
    assert!(dg.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_output_has_four_forms() {
    let world = World::ddm(Options::default()).await;
    let yaml = world.call("list-instances -o yaml --query instances[0].{id:id,name:name}");
    assert_eq!(yaml.stdout, "id: 73f27bb0b26d4a79a9b0c58a4c700c4fin09\nname: ddm-36c7\n");
    let tsv = world.call("list-instances -o tsv --query instances[].[name,node_count]");
    assert_eq!(tsv.stdout, "ddm-36c7\t1\n");
    let table = world.call("list-instances -o table");
    let lines: Vec<&str> = table.stdout.lines().collect();
    assert!(lines[1].contains(" name ") && lines[3].contains(" ddm-36c7 "), "{table:?}");
    let wrong = world.call("list-instances --query length(total_record)");
    assert!(wrong.code == 1 && wrong.stderr.starts_with("error: --query: "), "{wrong:?}");
    let table = world.call("list-instances -o table --query total_record");
    assert!(table.stdout.contains(" 1 "), "{table:?}");
    // An object is no listing because there is a list in it.
    let one = world.call("show-instance --instance_id i -o tsv");
    assert!(one.stdout.starts_with("nodes\t[{") && one.stdout.contains("\nname\t"), "{one:?}");
    let null = world.call("list-instances --query missing");
    assert_eq!((null.code, null.stdout.as_str()), (0, "null\n"));
    assert_eq!(null.stderr, "The result of --query is null.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_pages_are_one_list() {
    let world = World::ddm(Options { seed_items: Some(25), ..Options::default() }).await;
    let all = world.call("list-instances --limit 10 --all --query length(@)");
    assert_eq!((all.code, all.stdout.as_str()), (0, "25\n"), "{all:?}");
    assert_eq!(world.requests().len(), 3);
    let page = world.call("list-instances --limit 10 --query length(instances)");
    assert_eq!(page.stdout, "10\n");
    let dts = World::new("aliyun-dts", Options { seed_items: Some(70), ..Options::default() }).await;
    let all = dts.call("DescribeDtsJobs --Region cn-hangzhou --PageSize 30 --all -o tsv --query [].DtsJobId");
    assert_eq!((all.code, all.stdout.lines().count()), (0, 70), "{all:?}");
    assert_eq!(dts.requests().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_followed() {
    let options = Options { job_time: std::time::Duration::from_millis(100), ..Options::default() };
    let world = World::ddm(options).await;
    let created = world.call(&format!("{CREATE} --wait"));
    assert_eq!(created.code, 0, "{created:?}");
    let job = created.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(created.stderr, format!("job {job}: Completed\n"));
    let resumed = world.call(&format!("create-instance --resume {job}"));
    assert_eq!((resumed.code, resumed.stderr), (0, created.stderr), "{}", resumed.stdout);
    world.server.set_scenario(Scenario::read("faults: [{operation: createInstance, job-fails: true}]").unwrap());
    let failed = world.call(&format!("{CREATE} --wait"));
    assert_eq!(failed.code, 10, "{failed:?}");
    assert!(failed.stderr.contains("has failed (Failed)"), "{failed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_in_vain_can_be_continued() {
    let options = Options { job_time: std::time::Duration::from_secs(60), ..Options::default() };
    let world = World::ddm(options).await;
    let late = world.call(&format!("{CREATE} --wait --timeout 1"));
    assert_eq!(late.code, 9, "{late:?}");
    let job = late.json()["job_id"].as_str().unwrap().to_owned();
    let command = format!("Continue to wait: yundb call huawei-ddm create-instance --resume {job}\n");
    assert!(late.stderr.contains(&command), "{late:?}");
    let wrong = world.call("list-instances --resume x");
    assert!(wrong.code == 2 && wrong.stderr.contains("list-instances does not start a job"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_destroys_is_confirmed() {
    let world = World::ddm(Options::default()).await;
    let asked = world.call("delete-instance --instance_id i");
    assert_eq!(asked.code, 2);
    assert!(asked.stderr.contains("may be irreversible: confirm it with --yes"), "{asked:?}");
    assert!(world.requests().is_empty());
    assert_eq!(world.call("delete-instance --instance_id i --yes").code, 0);
    let dg = World::new("aliyun-dg", Options::default()).await;
    assert_eq!(dg.call("DeleteGateway --GatewayId g").code, 2);
    assert_eq!(dg.call("DeleteGateway --GatewayId g -y").code, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_exit_codes() {
    let world = World::ddm(Options::default()).await;
    let table = [
        ("status: 404, code: DBS.280001", 5),
        ("status: 409", 6),
        ("throttled: true", 7),
        ("status: 500", 8),
        ("reset: before", 9),
        ("status: 403", 4),
        ("status: 400", 3),
    ];
    for (fault, expected) in table {
        world.server.set_scenario(Scenario::read(&format!("faults: [{{{fault}}}]")).unwrap());
        let ran = world.call("show-instance --instance_id i --timeout 2");
        assert_eq!(ran.code, expected, "{fault}: {ran:?}");
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: show-instance ("), "{ran:?}");
    }
    let world = World::ddm(Options::default().access_key("ak", "sk")).await;
    let mut wrong_key = yundb(&world.folder);
    wrong_key.args(["call", "huawei-ddm", "list-instances", "--access-key", "ak:other", "--project-id", "p"]);
    let refused = ran(wrong_key.args(["--endpoint", world.server.url()]));
    assert_eq!(refused.code, 4, "{refused:?}");
    let mut no_project = yundb(&world.folder);
    no_project.args(["call", "huawei-ddm", "list-instances", "--token", "t", "--endpoint", world.server.url()]);
    let refused = ran(&mut no_project);
    assert_eq!(refused.code, 3);
    assert!(refused.stderr.contains("project_id: is required: set it with `--project-id`, or HUAWEI"), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_document_says_about_a_code_is_shown() {
    let world = World::ddm(Options::default()).await;
    world.server.set_scenario(Scenario::read("faults: [{status: 500, code: DBS.200412}]").unwrap());
    let ran = world.call("create-instance @body.json");
    assert_eq!(ran.code, 2, "{ran:?}");
    let ran = world.call("show-instance --instance_id i --timeout 1");
    assert!(ran.stderr.contains("500 DBS.200412") && ran.stderr.contains("\n  DBS.200412: "), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_come_from_the_same_sources_as_a_clients() {
    let world = World::ddm(Options::default().access_key("ak", "sk")).await;
    let list = ["call", "huawei-ddm", "list-instances", "--endpoint", world.server.url()];
    let variables = [("HUAWEICLOUD_SDK_AK", "ak"), ("HUAWEICLOUD_SDK_SK", "sk"), ("HUAWEICLOUD_SDK_PROJECT_ID", "p")];
    let from_environment = ran(yundb(&world.folder).args(list).envs(variables));
    assert_eq!(from_environment.code, 0, "{from_environment:?}");
    fs::create_dir(world.folder.path().join(".huaweicloud")).unwrap();
    world.put(".huaweicloud/credentials", "[other]\nak = ak\nsk = sk\nproject_id = p\n");
    let profile = ran(yundb(&world.folder).args(list).args(["--profile", "other"]).env("HOME", world.folder.path()));
    assert_eq!(profile.code, 0, "{profile:?}");
    let wrong = ran(yundb(&world.folder).args(list).args(["--api-key", "a=b", "--project-id", "p"]));
    assert!(wrong.code == 2 && wrong.stderr.contains("use --access-key or --profile"), "{wrong:?}");
}

const SHOP: &str = r#"openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: "https://{zone}.example.com", variables: {zone: {default: eu}}}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    login: {type: http, scheme: basic}
    bearer: {type: http, scheme: bearer}
  schemas:
    Node: {type: object, properties: {name: {type: string}, next: {$ref: '#/components/schemas/Node'}}, required: [name]}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
    get:
      operationId: getOrder
      security: [{key: []}]
      parameters:
        - {name: fields, in: query, schema: {type: array, items: {type: string}}}
        - {name: deep.filter, in: query, style: deepObject, schema: {type: object, additionalProperties: {type: string}}}
      responses: {"200": {description: The order., content: {text/plain: {schema: {type: string}, example: an order}}}}
    put:
      security: [{login: []}]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
      responses: {"204": {description: Done.}}
  /files:
    post:
      operationId: upload
      security: [{bearer: []}]
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {title: {type: string}, file: {type: string, format: binary}}}
      responses: {"201": {description: Done., content: {application/json: {schema: {type: object}}}}}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn any_document_is_called() {
    let world = World::of(SHOP, Options::default()).await;
    let text = world.call("get-order --id 7 --fields a --fields b --api-key key=k");
    assert_eq!((text.code, text.stdout.as_str()), (0, "an order"), "{text:?}");
    let mut put = world.command("--user u:p");
    let put = ran(put.arg("PUT /orders/{id}").args(["id=7", "name=a", "next.name=b", "next.next.name=c"]));
    assert_eq!((put.code, put.stdout.as_str()), (0, ""), "{put:?}");
    let requests = world.requests();
    assert_eq!(requests[0]["query"]["fields"], json!(["a", "b"]));
    assert_eq!(requests[1]["body"], json!({"name": "a", "next": {"name": "b", "next": {"name": "c"}}}));
    // Checks reach into types that contain themselves.
    let mut refused = world.command("--user u:p");
    let refused = ran(refused.arg("PUT /orders/{id}").args(["id=0", "name=a", "next.next.name=c"]));
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.stderr.contains("id: must be at least 1") && refused.stderr.contains("next.name: "), "{refused:?}");

    world.put("photo.jpg", "bytes");
    let uploaded = ran(world.command("upload --title x --file @photo.jpg").env("YUNDB_TOKEN", "t"));
    assert_eq!(uploaded.code, 0, "{uploaded:?}");
    assert_eq!(world.requests()[2]["body"], json!({"title": "x", "file": "5 bytes"}));
    let refused = world.call("upload --title x");
    assert!(refused.code == 4 && refused.stderr.contains("`--token`"), "{refused:?}");
    let mut elsewhere = yundb(&world.folder);
    let dry = ["call", "shop.yaml", "get-order", "--id", "7", "--zone", "us", "--api-key", "key=k", "--dry-run"];
    let dry = ran(elsewhere.args(dry).args(["--deep.filter.colour", "red"]));
    assert!(dry.stdout.starts_with("GET https://us.example.com/orders/7?"), "{dry:?}");
    assert!(dry.stdout.contains("red") && dry.stdout.contains("x-key: ***"), "{dry:?}");
}

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
    ];
    for (words, expected) in table {
        let wrong = world.call(&format!("put {words}"));
        assert!(wrong.code == 2 && wrong.stderr.contains(expected), "{words}: {wrong:?}");
    }
    assert!(world.requests().is_empty());
    let sent = world.call("put key=abc --flag --colour red");
    assert_eq!(sent.code, 0, "{sent:?}");
    assert_eq!(world.requests()[0]["query"]["flag"], "true");
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
    assert_eq!(pieces("yundb call aliyun-dts DescribeDtsJobs Reg", "Reg"), ["Region=", "RegionId="]);
    assert_eq!(complete("call aliyun-dts DescribeDtsJobL"), ["DescribeDtsJobLogs"]);
    assert_eq!(complete("call huawei-ddm create-instance @sh"), ["@shop.yaml"]);
    assert_eq!(pieces("yundb call huawei-ddm create-instance --instance.name=@sh", "sh"), ["shop.yaml"]);
    assert_eq!(pieces("yundb call huawei-ddm list-instances --token @sh", "sh"), ["shop.yaml"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = ran(yundb(&folder).args(["completions", shell]));
        assert!(script.code == 0 && script.stdout.contains("COMPLETE"), "{script:?}");
    }
}
