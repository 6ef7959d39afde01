//! `yundb call` as its users run it, against the mock.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod world;

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;
use yundb_mock::{Options, Scenario};

use world::{SHOP, World, ran, yundb};

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
    let mut child = world
        .command(&format!("create-instance - {flags}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(whole.to_string().as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(world.requests()[1]["body"], body);
    assert_eq!(world.requests()[2]["body"], body);

    // A list replaces that of the body.
    let replaced =
        world.call("create-instance @body.json --instance.available_zones az3 --instance.name orders --dry-run");
    assert!(replaced.stdout.contains("\"available_zones\":[\"az3\"]"), "{replaced:?}");
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
