//! DTS: objects sent as JSON, built with their types and compared with the document's samples, and unusual responses.

#![allow(deprecated, reason = "deprecated operations have to work, too")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yundb_aliyun_dts::Client;
use yundb_aliyun_dts::types::{
    AutoStart, DbColumn, DbObject, DbTable, DbTableType, KafkaPartitionKey, KafkaRecordFormat, KafkaVersion,
    MigrationColumn, MigrationObject, MigrationReserved, MigrationTable, MigrationTableExclude, RedisType, Reserve,
    SubscriptionObject, SubscriptionTable, SubscriptionTableExclude, SynchronizationObject, SynchronizationTable,
    SynchronizationTableExclude, TargetTableMode,
};
use yundb_runtime::serde::Serialize;
use yundb_runtime::{Credentials, ErrorKind, JsonText};

use crate::server::{Server, form};

fn map<V, const N: usize>(entries: [(&str, V); N]) -> BTreeMap<String, V> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[track_caller]
fn is(value: impl Serialize, sample: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), sample);
}

fn client(server: &Server) -> Client {
    server.client(Client::builder().region("cn-hangzhou").credentials(Credentials::access_key("ak", "sk")))
}

fn column(name: &str, key: &str, ty: &str) -> DbColumn {
    DbColumn::new().name(name).key(key).r#type(ty).shared_key(false).state("checked")
}

/// Section 6.4.19.1, its samples in order.
#[test]
fn objects_of_tasks_match_the_document() {
    let whole = |name: &str| map([("dtstestdata", DbObject::new().name(name).all(true))]);
    is(whole("dtstestdata"), json!({"dtstestdata": {"name": "dtstestdata", "all": true}}));
    is(whole("dtstestdata_new"), json!({"dtstestdata": {"name": "dtstestdata_new", "all": true}}));

    let customer = DbTable::new().name("customer").all(true).shard(12).column(map([
        ("id", column("id", "PRI", "int(11)")),
        ("gmt_create", column("gmt_create", "", "datetime")),
        ("creator", column("creator", "", "varchar(200)")),
    ]));
    let database = |tables| map([("dtstestdata", DbObject::new().name("dtstestdata").all(false).table(tables))]);
    let column = |name: &str, key: &str, ty: &str| json!({"key": key, "name": name, "type": ty, "sharedKey": false, "state": "checked"});
    is(
        database(map([("customer", customer)])),
        json!({"dtstestdata": {"name": "dtstestdata", "all": false, "Table": {"customer": {
            "name": "customer", "all": true, "column": {
                "id": column("id", "PRI", "int(11)"),
                "gmt_create": column("gmt_create", "", "datetime"),
                "creator": column("creator", "", "varchar(200)"),
            }, "shard": 12,
        }}}}),
    );
    let part = |name: &str| {
        let columns = map([("id", super::dts::column("id", "PRI", "int(11)"))]);
        DbTable::new().name(name).all(false).column(columns).shard(12)
    };
    let part_json =
        |name: &str| json!({"name": name, "all": false, "column": {"id": column("id", "PRI", "int(11)")}, "shard": 12});
    is(
        database(map([("customer", part("customer")), ("order", part("order"))])),
        json!({"dtstestdata": {"name": "dtstestdata", "all": false, "Table": {
            "customer": part_json("customer"), "order": part_json("order"),
        }}}),
    );

    let tables = map([
        (
            "order",
            DbTable::new().name("ordernew").all(true).part_key("id").primary_key("id").r#type(DbTableType::Partition),
        ),
        ("customer", DbTable::new().name("customernew").all(true).primary_key("id").r#type(DbTableType::Dimension)),
        (
            "commodity",
            DbTable::new()
                .name("commoditynew")
                .all(false)
                .filter("id>10")
                .column(map([("id", DbColumn::new().key("PRI").name("id").r#type("int(11)"))]))
                .part_key("id")
                .primary_key("id")
                .r#type(DbTableType::Partition),
        ),
    ]);
    is(
        map([("dtstestdata", DbObject::new().name("dtstestdatanew").all(false).table(tables))]),
        json!({"dtstestdata": {"name": "dtstestdatanew", "all": false, "Table": {
            "order": {"name": "ordernew", "all": true, "part_key": "id", "primary_key": "id", "type": "partition"},
            "customer": {"name": "customernew", "all": true, "primary_key": "id", "type": "dimension"},
            "commodity": {
                "name": "commoditynew", "all": false, "filter": "id>10",
                "column": {"id": {"key": "PRI", "name": "id", "type": "int(11)"}},
                "part_key": "id", "primary_key": "id", "type": "partition",
            },
        }}}),
    );
    let operations = DbObject::new().name("shop").all(true).dml_op("i,u").ddl_op("none");
    is(operations, json!({"name": "shop", "all": true, "dml_op": "i,u", "ddl_op": "none"}));
}

/// Section 6.4.19.2.
#[test]
fn reserve_matches_the_document() {
    let kafka = Reserve::new()
        .dest_topic("dtstestdata")
        .dest_version(KafkaVersion::from("1.0"))
        .dest_ssl("0")
        .dest_kafka_schema_registry_url("http://12.1.12.3/api")
        .sink_kafka_ddl_topic("dtstestdata")
        .kafka_record_format(KafkaRecordFormat::CanalJson)
        .dest_kafka_partition_key(KafkaPartitionKey::None);
    is(
        kafka,
        json!({
            "destTopic": "dtstestdata", "destVersion": "1.0", "destSSL": "0",
            "dest.kafka.schema.registry.url": "http://12.1.12.3/api", "sink.kafka.ddl.topic": "dtstestdata",
            "kafkaRecordFormat": "canal_json", "destKafkaPartitionKey": "none",
        }),
    );
    is(Reserve::new().src_engine_arch_type("1"), json!({"srcEngineArchType": "1"}));
    is(Reserve::new().dest_engine_arch_type("1"), json!({"destEngineArchType": "1"}));
    is(Reserve::new().src_instance_id("cen-9kqshqum******"), json!({"srcInstanceId": "cen-9kqshqum******"}));
    is(Reserve::new().dest_instance_id("cen-9kqshqum******"), json!({"destInstanceId": "cen-9kqshqum******"}));
    // Numbers are strings here, unlike in `MigrationReserved`.
    is(Reserve::new().target_table_mode(TargetTableMode::from("2")), json!({"targetTableMode": "2"}));
}

/// Section 6.5.8.1.
#[test]
fn migration_objects_match_the_document() {
    let database = || MigrationObject::new().db_name("dtstestdata");
    is([database()], json!([{"DBName": "dtstestdata"}]));
    is([database().new_db_name("mysqltest")], json!([{"DBName": "dtstestdata", "NewDBName": "mysqltest"}]));
    is(
        [database(), MigrationObject::new().db_name("mysqltest")],
        json!([{"DBName": "dtstestdata"}, {"DBName": "mysqltest"}]),
    );
    is(
        [database().all_table(false).table_excludes([MigrationTableExclude::new().table_name("order.*")])],
        json!([{"DBName": "dtstestdata", "AllTable": false, "TableExcludes": [{"TableName": "order.*"}]}]),
    );
    let schema = |table| MigrationObject::new().schema_name("dtstestdata").table_includes([table]);
    let customer = || MigrationTable::new().table_name("customer");
    is(
        [schema(customer().filter_condition("id > 100"))],
        json!([{"SchemaName": "dtstestdata", "TableIncludes": [
            {"TableName": "customer", "FilterCondition": "id > 100"},
        ]}]),
    );
    let columns = ["id", "address"].map(|name| MigrationColumn::new().column_name(name));
    is(
        [schema(customer().column_includes(columns))],
        json!([{"SchemaName": "dtstestdata", "TableIncludes": [
            {"TableName": "customer", "ColumnIncludes": [{"ColumnName": "id"}, {"ColumnName": "address"}]},
        ]}]),
    );
    is(
        [schema(customer().primary_key("CREATE_TIME").part_key("CREATE_TIME"))],
        json!([{"SchemaName": "dtstestdata", "TableIncludes": [
            {"TableName": "customer", "PrimaryKey": "CREATE_TIME", "PartKey": "CREATE_TIME"},
        ]}]),
    );
}

/// Section 6.5.8.2.
#[test]
fn subscription_objects_match_the_document() {
    let database = || SubscriptionObject::new().db_name("dtstestdata");
    is([database()], json!([{"DBName": "dtstestdata"}]));
    is(
        [database(), SubscriptionObject::new().db_name("mysqltest")],
        json!([{"DBName": "dtstestdata"}, {"DBName": "mysqltest"}]),
    );
    let tables = ["customer", "order"].map(|name| SubscriptionTable::new().table_name(name));
    is(
        [database().table_includes(tables)],
        json!([{"DBName": "dtstestdata", "TableIncludes": [{"TableName": "customer"}, {"TableName": "order"}]}]),
    );
    is(
        [database().table_excludes([SubscriptionTableExclude::new().table_name("order.*")])],
        json!([{"DBName": "dtstestdata", "TableExcludes": [{"TableName": "order.*"}]}]),
    );
}

/// Section 6.5.8.3.
#[test]
fn synchronization_objects_match_the_document() {
    let database = || SynchronizationObject::new().db_name("dtstestdata");
    is([database()], json!([{"DBName": "dtstestdata"}]));
    is(
        [database().all_table(false).table_excludes([SynchronizationTableExclude::new().table_name("order.*")])],
        json!([{"DBName": "dtstestdata", "AllTable": false, "TableExcludes": [{"TableName": "order.*"}]}]),
    );
    let table = SynchronizationTable::new().table_name("customer").primary_key("CREATE_TIME").part_key("CREATE_TIME");
    is(
        [database().table_includes([table])],
        json!([{"DBName": "dtstestdata", "TableIncludes": [
            {"TableName": "customer", "PrimaryKey": "CREATE_TIME", "PartKey": "CREATE_TIME"},
        ]}]),
    );
}

/// Section 6.5.8.4.
#[test]
fn migration_reserved_matches_the_document() {
    let reserved = MigrationReserved::new().auto_start_modules_after_config(AutoStart::None).target_table_mode(2);
    is(reserved, json!({"autoStartModulesAfterConfig": "none", "targetTableMode": 2}));
    let redis = MigrationReserved::new().src_redis_type(RedisType::Enterprise).dest_redis_type(RedisType::Enterprise);
    is(redis, json!({"srcRedisType": "enterprise", "destRedisType": "enterprise"}));
}

#[tokio::test]
async fn json_can_be_given_as_a_type_or_as_text() {
    let server = Server::json(json!({"Success": true})).await;
    let client = client(&server);
    let call = || client.update_subscription().dts_job_id("j").dts_instance_id("i");
    let call = || call().subscription_data_type_ddl(true).subscription_data_type_dml(true);
    call().db_list([("shop", DbObject::new().name("shop").all(true))]).send().await.unwrap();
    call().db_list(JsonText::text(r#"{"shop": {"name": "shop", "all": true}}"#)).send().await.unwrap();
    for request in server.requests().await {
        let form: BTreeMap<_, _> = form(&request).into_iter().collect();
        is(serde_json::from_str::<Value>(&form["DbList"]).unwrap(), json!({"shop": {"name": "shop", "all": true}}));
    }
    let error = call().db_list(JsonText::text("{shop}")).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("DbList: is not JSON"), "{error}");
    assert_eq!(server.requests().await.len(), 2);
}

/// `DynamicMessage` is the payload of one call (6.5.4.1) and part of the message of failures.
#[tokio::test]
async fn dynamic_messages_are_filled_in() {
    let addresses = "10.151.12.0/24,47.102.181.0/24";
    let success = json!({"DynamicMessage": addresses, "ErrCode": "", "ErrMessage": "", "Success": true});
    let server = Server::json(success).await;
    let call = || client(&server).list_server_ips_legacy().source_endpoint_region("cn-hangzhou");
    let response = call().send().await.unwrap();
    assert_eq!(response.dynamic_message.as_deref(), Some(addresses));

    let failure = json!({
        "Success": "false", "HttpStatusCode": "400", "ErrCode": "InvalidParameter", "RequestId": "r-1",
        "ErrMessage": "The Value of Input Parameter %s is not valid.", "DynamicMessage": "DtsJobId",
    });
    let server = Server::json(failure).await;
    let error = client(&server).start_job().dts_job_id("j").send().await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Service, Some("InvalidParameter")));
    assert_eq!(error.message(), Some("The Value of Input Parameter DtsJobId is not valid."));
    assert_eq!(error.body().unwrap().dynamic_message.as_deref(), Some("DtsJobId"));
}

/// Lists of instances have more fields on Apsara Stack (2.5).
#[tokio::test]
async fn apsara_stack_responses_have_more_fields() {
    let job = json!({"DtsJobId": "j", "ResourceGroup": 7, "ResourceGroupName": "set", "Department": "3"});
    let server = Server::json(json!({"Success": "true", "DtsJobList": {"DtsJobStatus": [job]}})).await;
    let response = client(&server).list_jobs().region("cn-hangzhou").send().await.unwrap();
    let job = &response.dts_job_list[0];
    assert_eq!(job.resource_group.as_deref(), Some("7"));
    assert_eq!((job.resource_group_name.as_deref(), job.department.as_deref()), (Some("set"), Some("3")));
    assert_eq!(response.success, Some(true));
}
