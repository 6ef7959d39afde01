//! The typed call of each operation, filled from its sample.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::Value;
use yundb_runtime::{Error, Response};

use crate::samples::Sample;

/// What came of a call: the answer as JSON, or the error.
pub type Outcome = Result<Value, Box<Failure>>;

/// An error, without its type.
#[derive(Debug)]
pub struct Failure {
    pub status: Option<u16>,
    pub code: Option<String>,
    pub message: Option<String>,
    pub request_id: Option<String>,
    pub display: String,
    pub body: Option<Value>,
}

fn finish<T: Serialize, H, E: Serialize + Debug>(result: Result<Response<T, H>, Error<E>>) -> Outcome {
    match result {
        Ok(answer) => Ok(serde_json::to_value(&*answer).unwrap()),
        Err(error) => Err(Box::new(Failure {
            status: error.status(),
            code: error.code().map(str::to_owned),
            message: error.message().map(str::to_owned),
            request_id: error.request_id().map(str::to_owned),
            display: error.to_string(),
            body: error.body().map(|body| serde_json::to_value(body).unwrap()),
        })),
    }
}

/// Sets what the sample has: `text` through strings, `json` through the setter's own type.
macro_rules! fill {
    ($call:expr, $sample:expr, { $($setter:ident: $kind:ident $wire:literal),* $(,)? }) => {{
        let mut call = $call;
        $( if let Some(value) = fill!(@$kind $sample, $wire) { call = call.$setter(value); } )*
        call
    }};
    (@text $sample:expr, $wire:literal) => { $sample.text($wire) };
    (@json $sample:expr, $wire:literal) => {
        $sample.value($wire).map(|value| serde_json::from_value(match value {
            // Numbers of a sample are text.
            Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
            other => other,
        }).unwrap())
    };
}

/// Calls an operation of DG.
pub async fn aliyun_dg(client: &yundb_aliyun_dg::Client, s: &Sample) -> Outcome {
    match s.operation.as_str() {
        "createGateway" => {
            let call = fill!(client.create_gateway(), s, { gateway_desc: text "GatewayDesc", gateway_name: text "GatewayName" });
            finish(call.send().await)
        }
        "updateGateway" => {
            let call = fill!(client.update_gateway(), s, {
                gateway_desc: text "GatewayDesc", gateway_id: text "GatewayId", gateway_name: text "GatewayName",
            });
            finish(call.send().await)
        }
        "deleteGateway" => finish(fill!(client.delete_gateway(), s, { gateway_id: text "GatewayId" }).send().await),
        "stopGateway" => finish(fill!(client.stop_gateway(), s, { gateway_id: text "GatewayId" }).send().await),
        "createGatewayVerifyCode" => {
            finish(fill!(client.create_gateway_verify_code(), s, { gateway_id: text "GatewayId" }).send().await)
        }
        "downloadGatewayProgram" => {
            finish(fill!(client.download_gateway_program(), s, { user_os: text "UserOS" }).send().await)
        }
        "connectDatabase" => {
            let call = fill!(client.connect_database(), s, {
                db_password: text "DbPassword", db_type: text "DbType", db_user_name: text "DbUserName",
                gateway_id: text "GatewayId", host: text "Host", port: json "Port",
            });
            finish(call.send().await)
        }
        "listDatabases" => {
            let call = fill!(client.list_databases(), s, {
                page_number: text "PageNumber", page_size: text "PageSize", gateway_id: text "GatewayId",
                search_key: text "SearchKey", db_type: text "DbType",
            });
            finish(call.send().await)
        }
        "addDatabase" => {
            let call = fill!(client.add_database(), s, {
                db_password: text "DbPassword", db_type: text "DbType", db_user_name: text "DbUserName",
                gateway_id: text "GatewayId", host: text "Host", port: json "Port", db_description: text "DbDescription",
            });
            finish(call.send().await)
        }
        "updateDatabase" => {
            let call = fill!(client.update_database(), s, {
                db_password: text "DbPassword", db_type: text "DbType", db_user_name: text "DbUserName", host: text "Host",
                instance_id: text "InstanceId", port: json "Port", db_description: text "DbDescription", db_name: text "DbName",
            });
            finish(call.send().await)
        }
        "deleteDatabase" => finish(fill!(client.delete_database(), s, { instance_id: text "InstanceId" }).send().await),
        "listGateways" => {
            let call = fill!(client.list_gateways(), s, {
                page_size: json "PageSize", page_number: json "PageNumber", search_key: text "SearchKey",
            });
            finish(call.send().await)
        }
        "showGateway" => finish(fill!(client.show_gateway(), s, { gateway_id: text "GatewayId" }).send().await),
        other => panic!("{other} has no call here"),
    }
}

/// Calls an operation of STS.
pub async fn aliyun_sts(client: &yundb_aliyun_sts::Client, s: &Sample) -> Outcome {
    match s.operation.as_str() {
        "assumeRole" => {
            let call = fill!(client.assume_role(), s, {
                role_arn: text "RoleArn", role_session_name: text "RoleSessionName", policy: json "Policy",
                duration_seconds: json "DurationSeconds",
            });
            finish(call.send().await)
        }
        other => panic!("{other} has no call here"),
    }
}

/// Calls an operation of DRS.
pub async fn huawei_drs(client: &yundb_huawei_drs::Client, s: &Sample) -> Outcome {
    match s.operation.as_str() {
        "createConnection" => {
            let s = &in_body(s);
            let call = fill!(client.create_connection(), s, {
                name: text "name", db_type: text "db_type", config: json "config", description: text "description",
                endpoint: json "endpoint", vpc: json "vpc", ssl: json "ssl", cloud: json "cloud",
                enterprise_project_id: text "enterprise_project_id",
            });
            finish(call.send().await)
        }
        other => panic!("{other} has no call here"),
    }
}

/// Calls an operation of IAM.
pub async fn huawei_iam(client: &yundb_huawei_iam::Client, s: &Sample) -> Outcome {
    match s.operation.as_str() {
        "createToken" => {
            let auth = serde_json::from_value(in_body(s).value("auth").unwrap()).unwrap();
            finish(fill!(client.create_token(auth), s, { nocatalog: text "nocatalog" }).send().await)
        }
        "listProjects" => {
            let call = fill!(client.list_projects(), s, {
                domain_id: text "domain_id", name: text "name", parent_id: text "parent_id", enabled: json "enabled",
                page: json "page", per_page: json "per_page",
            });
            finish(call.send().await)
        }
        other => panic!("{other} has no call here"),
    }
}

/// The fields of the body as parameters.
fn in_body(sample: &Sample) -> Sample {
    let body = sample.body.clone().unwrap();
    let fields = body.as_object().unwrap().iter().map(|(name, value)| (name.clone(), value.clone(), false));
    Sample { parameters: fields.collect(), ..sample.clone() }
}
