//! The mock over real connections.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use yundb_mock::{Calls, MockServer, Options, Scenario, Service, coverage, read_journal};

const INSTANCES: &str = "/v1/p/instances";

async fn ddm(options: Options) -> MockServer {
    MockServer::start("huawei-ddm", options).await.unwrap()
}

fn request(server: &MockServer, method: Method, path: &str) -> RequestBuilder {
    Client::new().request(method, format!("{}{path}", server.url())).header("X-Auth-Token", "t")
}

async fn sent(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn get(server: &MockServer, path: &str) -> (u16, Value) {
    sent(request(server, Method::GET, path)).await
}

fn instance(name: &str) -> Value {
    json!({"instance": {
        "name": name, "flavor_id": "f", "node_num": 2, "engine_id": "e", "available_zones": ["az1"], "vpc_id": "v",
        "security_group_id": "s", "subnet_id": "n", "admin_user_name": "root", "admin_user_password": "Hidden-1234",
    }})
}

async fn create(server: &MockServer, name: &str) -> Value {
    let (status, created) = sent(request(server, Method::POST, INSTANCES).json(&instance(name))).await;
    assert_eq!(status, 200, "{created}");
    created
}

/// A request of the RPC protocol, with a signature that only its form is checked of.
async fn rpc(server: &MockServer, action: &str, nonce: &str, own: &str) -> (u16, Value) {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let query = format!(
        "Action={action}&Version=2019-03-27&Format=JSON&AccessKeyId=k&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&\
         SignatureNonce={nonce}&Timestamp={now}&Signature=x&{own}"
    );
    sent(Client::new().get(format!("{}/?{query}", server.url()))).await
}

#[tokio::test]
async fn created_entries_are_listed_shown_changed_and_removed() {
    let server = ddm(Options::default()).await;
    let before = get(&server, INSTANCES).await.1["instances"].as_array().unwrap().len();
    let created = create(&server, "orders").await;
    let id = created["id"].as_str().unwrap();
    let (_, listed) = get(&server, INSTANCES).await;
    let names: Vec<_> = listed["instances"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!((names.len(), names.last()), (before + 1, Some(&"orders")));
    assert_eq!(listed["total_record"], before + 1);
    let path = format!("{INSTANCES}/{id}");
    let (_, shown) = get(&server, &path).await;
    assert_eq!((&shown["id"], &shown["name"]), (&json!(id), &json!("orders")));
    let rename = request(&server, Method::PUT, &format!("{path}/modify-name")).json(&json!({"name": "changed"}));
    assert_eq!(sent(rename).await, (200, json!({"name": "changed"})));
    assert_eq!(get(&server, &path).await.1["name"], "changed");
    let (status, deleted) = sent(request(&server, Method::DELETE, &path)).await;
    assert_eq!((status, &deleted["id"]), (200, &json!(id)));
    let (status, error) = get(&server, &path).await;
    assert_eq!(status, 404, "{error}");
    assert!(error["errCode"].as_str().unwrap().starts_with("DBS."), "{error}");
    assert_eq!(get(&server, INSTANCES).await.1["instances"].as_array().unwrap().len(), before);
    // What is below a removed entry is gone, too.
    assert_eq!(get(&server, &format!("{path}/nodes")).await.0, 404);
}

#[tokio::test]
async fn rpc_entries_are_identified_by_their_parameter() {
    let server = MockServer::start("aliyun-dg", Options::default()).await.unwrap();
    let (status, created) = rpc(&server, "CreateGateway", "1", "GatewayName=mine&GatewayDesc=d").await;
    assert_eq!(status, 200, "{created}");
    let id = created["Data"].as_str().unwrap();
    // This service has JSON in strings.
    let data = |response: &Value| serde_json::from_str::<Value>(response["Data"].as_str().unwrap()).unwrap();
    let (_, shown) = rpc(&server, "FindUserGatewayById", "2", &format!("GatewayId={id}")).await;
    assert_eq!((&data(&shown)["gatewayId"], &data(&shown)["gatewayName"]), (&json!(id), &json!("mine")));
    let (_, listed) = rpc(&server, "GetUserGateways", "3", "PageSize=50").await;
    assert!(data(&listed).as_array().unwrap().iter().any(|it| it["gatewayId"] == id), "{listed}");
    assert_eq!(listed["Count"], "2");
    assert_eq!(rpc(&server, "DeleteGateway", "4", &format!("GatewayId={id}")).await.0, 200);
    let (status, error) = rpc(&server, "StopGateway", "5", &format!("GatewayId={id}")).await;
    assert_eq!((status, &error["Code"]), (404, &json!("InvalidGatewayId.NotFound")));
}

#[tokio::test]
async fn lists_have_pages() {
    let server = ddm(Options { seed_items: Some(25), ..Options::default() }).await;
    let mut ids = std::collections::BTreeSet::new();
    for (offset, count) in [(0, 10), (10, 10), (20, 5), (30, 0)] {
        let (_, page) = get(&server, &format!("{INSTANCES}?limit=10&offset={offset}")).await;
        let page_ids = page["instances"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned());
        let page_ids: Vec<_> = page_ids.collect();
        assert_eq!((page_ids.len(), &page["total_record"]), (count, &json!(25)), "{offset}");
        ids.extend(page_ids);
    }
    assert_eq!(ids.len(), 25);
}

#[tokio::test]
async fn created_ids_are_never_those_of_other_entries() {
    for seed in 1..4 {
        let server = ddm(Options { seed, seed_items: Some(40), ..Options::default() }).await;
        let mut ids = std::collections::BTreeSet::new();
        for _ in 0..5 {
            create(&server, "mine").await;
        }
        let (_, listed) = get(&server, &format!("{INSTANCES}?limit=100")).await;
        for item in listed["instances"].as_array().unwrap() {
            assert!(ids.insert(item["id"].as_str().unwrap().to_owned()), "{seed}: {item}");
        }
        assert_eq!(ids.len(), 45);
    }
}

#[tokio::test]
async fn fields_that_count_agree_with_the_list() {
    let server = ddm(Options { seed_items: Some(25), ..Options::default() }).await;
    let (_, page) = get(&server, &format!("{INSTANCES}?limit=10&offset=10")).await;
    let counts = ["total_record", "instance_num", "page_no", "page_size", "total_page"].map(|name| page[name].clone());
    assert_eq!(counts, [25, 25, 2, 10, 3].map(|number| json!(number)));
}

#[tokio::test]
async fn with_a_number_of_entries_others_do_not_exist() {
    let server = ddm(Options { seed_items: Some(3), ..Options::default() }).await;
    let (_, listed) = get(&server, INSTANCES).await;
    let known = listed["instances"][0]["id"].as_str().unwrap();
    assert_eq!(get(&server, &format!("{INSTANCES}/{known}")).await.0, 200);
    let created = create(&server, "mine").await;
    assert_eq!(get(&server, &format!("{INSTANCES}/{}", created["id"].as_str().unwrap())).await.0, 200);
    for path in ["nothing", "nothing/nodes"] {
        let (status, error) = get(&server, &format!("{INSTANCES}/{path}")).await;
        assert_eq!(status, 404, "{error}");
        assert!(!error["errMsg"].as_str().unwrap_or_default().contains("RDS"), "{error}");
    }
    let server = ddm(Options::default()).await;
    assert_eq!(get(&server, &format!("{INSTANCES}/anything")).await.0, 200, "samples stand for any entry");
    let server = MockServer::start("aliyun-dg", Options { seed_items: Some(2), ..Options::default() }).await.unwrap();
    assert_eq!(rpc(&server, "StopGateway", "1", "GatewayId=nothing").await.0, 404);
    let databases = rpc(&server, "GetUserDatabases", "2", "PageNumber=1&PageSize=9&GatewayId=nothing").await;
    assert_eq!(databases.0, 200, "{databases:?} is filtered by an optional parameter");
}

#[tokio::test]
async fn created_entries_are_in_progress_while_their_job_runs() {
    let job_time = Duration::from_millis(400);
    let scenario = Scenario::read("faults: [{operation: createInstance, skip: 1, job-fails: true}]").unwrap();
    let server = ddm(Options { job_time, scenario, ..Options::default() }).await;
    let ids = [create(&server, "good-one").await, create(&server, "bad-one").await];
    let ids = ids.map(|created| created["id"].as_str().unwrap().to_owned());
    let status = async |id: &str| {
        let (_, shown) = get(&server, &format!("{INSTANCES}/{id}")).await;
        let (_, listed) = get(&server, INSTANCES).await;
        let listed = listed["instances"].as_array().unwrap().iter().find(|it| it["id"] == id).cloned().unwrap();
        assert_eq!(shown["status"], listed["status"]);
        shown["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(&ids[0]).await, "CREATING");
    tokio::time::sleep(job_time).await;
    assert_eq!(status(&ids[0]).await, "RUNNING");
    assert_eq!(status(&ids[1]).await, "CREATEFAILED");
}

#[tokio::test]
async fn jobs_go_through_their_states() {
    let job_time = Duration::from_millis(500);
    let scenario = Scenario::read("faults: [{operation: createInstance, skip: 1, job-fails: true}]").unwrap();
    let server = ddm(Options { job_time, scenario, ..Options::default() }).await;
    let jobs = [create(&server, "good-one").await, create(&server, "bad-one").await];
    let state = async |job: &Value| {
        let id = job["job_id"].as_str().unwrap();
        let (_, shown) = get(&server, &format!("/v3/p/jobs/{id}")).await;
        assert_eq!(shown["job"]["id"], id, "{shown}");
        shown["job"]["status"].clone()
    };
    assert_eq!(state(&jobs[0]).await, "Running");
    tokio::time::sleep(job_time).await;
    assert_eq!(state(&jobs[0]).await, "Completed");
    assert_eq!(state(&jobs[1]).await, "Failed");
}

#[tokio::test]
async fn refusals_have_the_services_own_form() {
    let logged = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&logged);
    let log: yundb_mock::Log = Arc::new(move |record| log.lock().unwrap().push(record.clone()));
    let server = ddm(Options { log: Some(log), ..Options::default().access_key("ak", "sk") }).await;
    let (status, error) = get(&server, INSTANCES).await;
    assert_eq!((status, &error["error_code"]), (401, &json!("APIGW.0301")), "a token that was not given");
    let (status, error) = sent(Client::new().get(format!("{}{INSTANCES}", server.url()))).await;
    assert_eq!((status, &error["error_code"]), (401, &json!("APIGW.0301")));
    let (status, error) = get(&server, "/v9/nothing").await;
    assert_eq!((status, &error["error_code"]), (404, &json!("APIGW.0101")));
    let response = request(&server, Method::PATCH, INSTANCES).send().await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["allow"]), (405, &"POST, GET".parse().unwrap()));

    let server = ddm(Options { tokens: vec!["t".to_owned()], ..Options::default() }).await;
    let mut body = instance("no");
    body["instance"]["node_num"] = json!("two");
    let (status, error) = sent(request(&server, Method::POST, INSTANCES).json(&body)).await;
    assert_eq!((status, &error["errCode"]), (400, &json!("DBS.280001")), "{error}");
    let records = server.journal();
    let record = records.last().unwrap();
    let at = "specs/huawei-ddm/operations/instances/create-instance.yaml:";
    assert_eq!(record.problems.len(), 2, "{record:?}");
    assert!(record.problems.iter().all(|problem| problem.contains(at)), "{record:?}");
    assert!(record.problems.iter().any(|problem| problem.starts_with("instance.name: ")), "{record:?}");
    let (status, error) = get(&server, &format!("{INSTANCES}?limit=x")).await;
    assert_eq!((status, &error["errCode"]), (400, &json!("DBS.280001")));
    assert_eq!(logged.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn rpc_refusals_have_their_codes() {
    let server = MockServer::start("aliyun-dg", Options::default()).await.unwrap();
    let code = async |action: &str, nonce: &str, own: &str| {
        let (status, error) = rpc(&server, action, nonce, own).await;
        (status, error["Code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(code("StopGateway", "a", "GatewayId=g").await, (200, String::new()));
    assert_eq!(code("StopGateway", "a", "GatewayId=g").await, (400, "SignatureNonceUsed".to_owned()));
    assert_eq!(code("StopGateway", "b", "").await, (400, "MissingGatewayId".to_owned()));
    assert_eq!(code("Nothing", "c", "").await, (404, "InvalidAction.NotFound".to_owned()));
    let (status, error) = sent(Client::new().get(format!("{}/?Action=StopGateway", server.url()))).await;
    assert_eq!((status, &error["Code"]), (400, &json!("MissingAccessKeyId")));
    let scenario = Scenario::read("faults: [{skew: 1h, times: 1}, {expired-token: true, times: 1}, {throttled: true}]");
    server.set_scenario(scenario.unwrap());
    assert_eq!(code("StopGateway", "d", "GatewayId=g").await.1, "InvalidTimeStamp.Expired");
    assert_eq!(code("StopGateway", "e", "GatewayId=g").await.1, "InvalidSecurityToken.Expired");
    assert_eq!(code("StopGateway", "f", "GatewayId=g").await.1, "Throttling.User");
    let known = MockServer::start("aliyun-dg", Options::default().access_key("k", "s")).await.unwrap();
    assert_eq!(rpc(&known, "StopGateway", "g", "GatewayId=g").await.1["Code"], "SignatureDoesNotMatch");
    let known = MockServer::start("aliyun-dg", Options::default().access_key("other", "s")).await.unwrap();
    assert_eq!(rpc(&known, "StopGateway", "h", "GatewayId=g").await.1["Code"], "InvalidAccessKeyId.NotFound");
}

#[tokio::test]
async fn documented_limits_are_kept() {
    let server = ddm(Options::default()).await;
    let client = Client::new();
    let call = async || {
        let request = client.get(format!("{}{INSTANCES}", server.url())).header("X-Auth-Token", "t");
        request.send().await.unwrap().status().as_u16()
    };
    for _ in 0..60 {
        assert_eq!(call().await, 200);
    }
    assert_eq!(call().await, 429);
    let server = ddm(Options { limits: false, ..Options::default() }).await;
    for _ in 0..70 {
        assert_eq!(get(&server, INSTANCES).await.0, 200);
    }
}

#[tokio::test]
async fn scenarios_are_set_at_the_control_address() {
    let server = ddm(Options::default()).await;
    let control = format!("{}/__yundb/faults", server.url());
    let faults = "faults:\n- {operation: listInstances, times: 1, status: 503, code: DBS.200412}\n\
                  - {operation: ListInstances, times: 1, latency: 300ms}\n- {operation: list*, times: 1, reset: before}\n\
                  - {times: 1, reset: after}\n- {times: 1, truncate: 20}\n";
    assert_eq!(sent(Client::new().put(&control).body(faults)).await.0, 200);
    let (status, error) = get(&server, INSTANCES).await;
    assert_eq!((status, &error["errCode"]), (503, &json!("DBS.200412")));
    let began = Instant::now();
    assert_eq!(get(&server, INSTANCES).await.0, 200);
    let slow = began.elapsed();
    for _ in 0..2 {
        let error = request(&server, Method::GET, INSTANCES).send().await.unwrap_err();
        assert!(
            format!("{error:?}").contains("reset") || format!("{error:?}").contains("IncompleteMessage"),
            "{error:?}"
        );
    }
    let response = request(&server, Method::GET, INSTANCES).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().await.is_err());
    assert_eq!(get(&server, INSTANCES).await.0, 200);
    for (wrong, part) in
        [("{stauts: 1}", "did you mean `status`?"), ("{operation: lstInstances}", "mean `listInstances`?")]
    {
        let (status, error) = sent(Client::new().post(&control).body(format!("faults: [{wrong}]"))).await;
        assert!(status == 400 && error["message"].as_str().unwrap().contains(part), "{error}");
    }
    let shown = Client::new().get(&control).send().await.unwrap();
    assert_eq!(shown.headers()["content-type"], "application/json");
    assert_eq!(sent(Client::new().delete(&control)).await.1, json!({"seed": 0, "faults": []}));
    assert!(slow >= Duration::from_millis(300), "{slow:?}");
}

#[tokio::test]
async fn the_journal_has_no_secrets() {
    let server = ddm(Options::default()).await;
    create(&server, "orders").await;
    assert_eq!(get(&server, &format!("{INSTANCES}?limit=x")).await.0, 400);
    let response = Client::new().get(format!("{}/__yundb/journal", server.url())).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert!(text.contains("\"name\":\"orders\"") && text.contains("[redacted]"), "{text}");
    assert!(!text.contains("Hidden-1234") && !text.contains("X-Auth-Token"), "{text}");
    let records = read_journal(&text).unwrap();
    assert_eq!(records, server.journal());
    let called = coverage(server.service(), &records).into_iter().filter(|(_, calls)| *calls != Calls::None);
    let called: Vec<_> = called.map(|(operation, calls)| (Service::name_of(operation), calls)).collect();
    let expected = [("createInstance", Calls::Accepted), ("listInstances", Calls::Refused)];
    assert_eq!(called, expected.map(|(name, calls)| (name.to_owned(), calls)));
    assert!(read_journal("{}\nno").unwrap_err().starts_with("line 1"));
}

const SHOP: &str = "
openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: https://shop.example.com/api/v2}]
security: [{key: []}, {bearer: []}]
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - {name: tags, in: query, style: pipeDelimited, explode: false, schema: {type: array, maxItems: 2, items: {enum: [a, b]}}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {age: {type: integer, minimum: 1}}}}
        - {name: paging, in: query, required: true, schema: {type: object, properties: {page: {type: integer}}}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}
        '4XX':
          description: no
          content:
            application/problem+json:
              schema: {type: object, required: [title], properties: {title: {type: string}, status: {type: integer}}}
              examples: {gone: {value: {title: Gone}}, other: {value: {title: Other}}}
    post:
      operationId: addPet
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}
      responses:
        '201':
          description: ok
          content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}, example: {id: 1, name: Rex, age: 3}}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: showPet
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}, example: {id: 1, name: Rex}}}}
    put:
      operationId: putPet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'204': {description: ok}}
    delete: {operationId: deletePet, responses: {'204': {description: gone}}}
  /console: {get: {operationId: openConsole, responses: {'101': {description: A WebSocket.}}}}
components:
  schemas:
    Pet: {type: object, required: [name], properties: {id: {type: integer}, name: {type: string, minLength: 2}, age: {type: integer}}}
  securitySchemes:
    key: {type: apiKey, in: query, name: key}
    bearer: {type: http, scheme: bearer}
";

#[tokio::test]
async fn any_document_is_served() {
    let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    file.write_all(SHOP.as_bytes()).unwrap();
    let server = MockServer::start(file.path().to_str().unwrap(), Options::default()).await.unwrap();
    assert!(server.url().ends_with("/api/v2"));
    let call =
        |method: Method, path: &str| Client::new().request(method, format!("{}{path}", server.url())).bearer_auth("t");
    let get = async |path: &str| sent(call(Method::GET, path)).await;
    assert_eq!(sent(Client::new().get(format!("{}/pets", server.url()))).await.0, 401);
    assert_eq!(sent(Client::new().get(format!("{}/pets?key=1", server.url()))).await.0, 200);
    assert_eq!(get("/pets?tags=a|b&filter[age]=3").await.0, 200);
    for wrong in ["tags=a|c", "tags=a|b|a", "filter[age]=0", "filter[age]=old"] {
        assert_eq!(get(&format!("/pets?{wrong}")).await.0, 400, "{wrong}");
    }
    assert!(server.journal().last().unwrap().problems[0].contains(".yaml:12)"), "{:?}", server.journal().last());

    let (status, added) = sent(call(Method::POST, "/pets").json(&json!({"name": "Tom", "age": 1e19}))).await;
    assert_eq!((status, &added["name"], &added["age"]), (201, &json!("Tom"), &json!(3)), "no integer is a fraction");
    let id = added["id"].as_i64().unwrap();
    assert_eq!(get(&format!("/pets/{id}")).await.1["name"], "Tom");
    assert_eq!(sent(call(Method::DELETE, &format!("/pets/{id}"))).await.0, 204);
    assert_eq!(get(&format!("/pets/{id}")).await.0, 404);
    assert_eq!(sent(call(Method::PUT, &format!("/pets/{id}")).json(&json!({"name": "Tim"}))).await.0, 204);
    assert_eq!(get(&format!("/pets/{id}")).await.1["name"], "Tim", "it was put back");
    assert_eq!(sent(call(Method::POST, "/pets").json(&json!({"name": "T"}))).await.0, 400);
    assert_eq!(sent(call(Method::POST, "/pets")).await.0, 400);

    let preferred = |text: &'static str| sent(call(Method::GET, "/pets").header("prefer", text));
    assert_eq!(preferred("code=404, example=other").await, (404, json!({"title": "Other"})));
    for (wrong, expected, part) in [
        ("code=500", 501, "there are `200`, `4XX`"),
        ("code=404, example=nothing", 501, "there are `gone`, `other`"),
        ("example=nothing", 501, "the response 200 has no example `nothing`; there are none"),
        ("code=abc", 400, "write a status"),
    ] {
        let (status, error) = preferred(wrong).await;
        assert_eq!(status, expected, "{error}");
        assert!(error["title"].as_str().unwrap().contains(part), "{error}");
    }
    let outside = server.url().replace("/api/v2", "/pets");
    assert_eq!(sent(Client::new().get(outside).bearer_auth("t")).await.0, 404, "without the base path");
    assert_eq!(get("/console").await.0, 426, "an operation of another protocol");
    let (_, made) = preferred("dynamic=true").await;
    assert_eq!(made, preferred("dynamic=true").await.1, "the same request gets the same values");
    assert!(!made.as_array().unwrap().is_empty());
    assert!(made.as_array().unwrap().iter().all(|pet| pet["name"].as_str().unwrap().is_ascii()), "{made}");
    assert!(made.as_array().unwrap().iter().all(|pet| pet["name"].as_str().unwrap().chars().count() >= 2), "{made}");
}

#[tokio::test]
async fn tls_has_a_certificate_of_its_own() {
    let server = ddm(Options { tls: true, ..Options::default() }).await;
    assert!(server.url().starts_with("https://127.0.0.1:"));
    assert!(server.certificate().unwrap().starts_with("-----BEGIN CERTIFICATE"));
    assert!(MockServer::start("nothing", Options::default()).await.is_err());
}
