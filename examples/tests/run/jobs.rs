//! Programs that start a job and wait for it.

use serde_json::{Value, json};
use yundb_aliyun_dts as dts;
use yundb_huawei_ddm as ddm;
use yundb_huawei_ddm::runtime::test_util::{Replay, Reply};
use yundb_huawei_gaussdb_mysql as gaussdb;

use super::offline::{PROJECT, bodies, forms, offline, replay};
use super::programs::{create_instance, migrate, resume_wait};

/// Creates an instance; the id and the progress shown.
async fn create(replay: &Replay) -> Result<(String, Vec<String>), gaussdb::Error> {
    let client = offline(gaussdb::Client::builder(), replay).build().unwrap();
    let call = create_instance::order(&client).region("cn-north-4").name("orders").vpc_id("v").subnet_id("s");
    let mut shown = Vec::new();
    let id = create_instance::create(&client, call.password("Secret-12"), |line| shown.push(line)).await?;
    Ok((id, shown))
}

#[tokio::test]
async fn creates_an_instance() {
    let job = |status: &str, process: &str| json!({"job": {"id": "j", "status": status, "process": process}});
    let created = json!({"instance": {"id": "i-1"}, "job_id": "j"});
    let replay = replay([created, job("Running", "60%"), job("Completed", "")]);
    let (id, shown) = create(&replay).await.unwrap();
    assert_eq!((id.as_str(), shown), ("i-1", vec!["Running 60%".to_owned(), "Completed ".to_owned()]));
    assert_eq!(bodies(&replay)[0]["name"], "orders");
}

#[tokio::test]
async fn distinguishes_quota_and_permission() {
    for (status, code, advice) in [
        (400, "DBS.200046", "The quota is used up: "),
        (403, "DBS.05000012", "The user needs the permission gaussdb:instance:create. "),
        (400, "DBS.280001", "create_instance (CreateGaussMySqlInstance, service.example.com): 400 "),
    ] {
        let replay = Replay::new([Reply::json(status, json!({"error_code": code, "error_msg": "refused"}))]);
        let error = create(&replay).await.unwrap_err();
        let text = create_instance::advice(&error);
        assert!(text.starts_with(advice) && text.contains(code), "{text}");
    }
}

fn migration(replay: &Replay) -> (dts::Client, dts::operations::jobs::ConfigureJob) {
    let client = offline(dts::Client::builder(), replay).build().unwrap();
    let call = migrate::configuration(&client, "j", ["rm-1", "rm-2"], "shop");
    (client, call)
}

fn state(status: &str) -> Value {
    json!({"Success": true, "DtsJobId": "j", "Status": status})
}

#[tokio::test]
async fn migrates_from_purchase_to_running() {
    let purchased = json!({"Success": true, "InstanceId": "dtsj", "JobId": "j"});
    let configured = json!({"Success": true, "DtsJobId": "j"});
    let replay = replay([purchased, configured, state("Prechecking"), state("Initializing"), state("Migrating")]);
    let (client, call) = migration(&replay);
    assert_eq!(migrate::purchase(&client).await.unwrap(), "j");
    let mut states = Vec::new();
    migrate::run(&client, call, |state| states.push(state.to_owned())).await.unwrap();
    assert_eq!(states, ["Prechecking", "Initializing", "Migrating"]);
    let forms = forms(&replay);
    assert!(forms[0].contains("PayType=PostPaid") && forms[0].contains("Type=MIGRATION"), "{}", forms[0]);
    assert!(forms[1].contains("DbList=%7B%22shop%22%3A%7B%22name%22%3A%22shop%22%2C%22all%22%3Atrue"), "{}", forms[1]);
}

#[tokio::test]
async fn shows_why_a_precheck_failed() {
    let item = |name: &str, state: &str| json!({"Item": name, "State": state, "ErrMsg": "Access denied"});
    let items = json!({"Success": true, "JobProgress": [item("CHECK_SRC", "Failed"), item("CHECK_DEST", "Success")]});
    let replay = replay([json!({"Success": true, "DtsJobId": "j"}), state("PrecheckFailed"), items]);
    let (client, call) = migration(&replay);
    let error = migrate::run(&client, call, |_| {}).await.unwrap_err();
    let problems = migrate::precheck_problems(&client, "j", &error).await.unwrap();
    assert_eq!(problems, ["CHECK_SRC: Access denied"]);
}

#[tokio::test]
async fn waits_in_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("job.json");
    let starting = replay([json!({"jobId": "j"})]);
    let client = offline(ddm::Client::builder(), &starting).build().unwrap();
    resume_wait::start(&client, "i", &file).await.unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&std::fs::read(&file).unwrap()).unwrap(),
        json!({"id": "j", "operation": "restartInstance", "poll": "ShowDdmJobResult"})
    );
    let job = |status: &str| json!({"job": {"id": "j", "status": status}});
    let finishing = replay([job("Running"), job("Completed")]);
    let client = offline(ddm::Client::builder(), &finishing).build().unwrap();
    assert_eq!(resume_wait::finish(&client, &file).await.unwrap(), "Completed");
    assert_eq!(finishing.requests()[1].uri().path(), format!("/v3/{PROJECT}/jobs/j"));
}
