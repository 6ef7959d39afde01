//! Each operation once, called through the typed client with the values of a sample.

use futures_util::future::{BoxFuture, FutureExt as _};
use serde_json::Value;
use yundb_aliyun_dg as dg;
use yundb_aliyun_sts as sts;
use yundb_huawei_drs as drs;
use yundb_huawei_iam as iam;
use yundb_runtime::Error;
use yundb_runtime::serde::Serialize;

use super::spec::Operation;

/// The operations of a client, by id.
pub type Calls<C, E> = [(&'static str, Call<C, E>)];
/// Calls an operation with a sample.
pub type Call<C, E> = fn(&C, &Operation) -> BoxFuture<'static, Result<Answered, Error<E>>>;

/// What a call answered.
pub struct Answered {
    /// The typed answer as JSON.
    pub value: Value,
    /// The typed headers as JSON.
    pub headers: Value,
    pub status: u16,
    pub request_id: Option<String>,
    /// The call's and the answer's `Debug`.
    pub debug: String,
}

macro_rules! send {
    ($call:expr) => {{
        let call = $call;
        let mut debug = format!("{call:?}");
        async move {
            let response = call.send().await?;
            debug.push_str(&format!("\n{response:?}\n{response:#?}"));
            Ok(Answered {
                value: json(&*response),
                headers: json(response.typed_headers()),
                status: response.status(),
                request_id: response.request_id().map(str::to_owned),
                debug,
            })
        }
        .boxed()
    }};
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The call of this operation.
pub fn call<C, E>(calls: &Calls<C, E>, id: &str) -> Call<C, E> {
    calls.iter().find(|(name, _)| *name == id).unwrap_or_else(|| panic!("no call of {id}")).1
}

pub const DG: &Calls<dg::Client, dg::types::ErrorBody> = &[
    ("createGateway", |client, given| {
        let call = client.create_gateway();
        send!(call.gateway_desc(given.text("GatewayDesc")).gateway_name(given.text("GatewayName")))
    }),
    ("updateGateway", |client, given| {
        let call = client.update_gateway().gateway_id(given.text("GatewayId"));
        send!(call.gateway_desc(given.text("GatewayDesc")).gateway_name(given.text("GatewayName")))
    }),
    ("deleteGateway", |client, given| send!(client.delete_gateway().gateway_id(given.text("GatewayId")))),
    ("stopGateway", |client, given| send!(client.stop_gateway().gateway_id(given.text("GatewayId")))),
    ("createGatewayVerifyCode", |client, given| {
        send!(client.create_gateway_verify_code().gateway_id(given.text("GatewayId")))
    }),
    ("downloadGatewayProgram", |client, given| send!(client.download_gateway_program().user_os(given.text("UserOS")))),
    ("connectDatabase", |client, given| {
        let call = client.connect_database().gateway_id(given.text("GatewayId"));
        let call =
            call.host(given.text("Host")).port(given.get("Port")).db_type(given.get::<dg::types::DbType>("DbType"));
        send!(call.db_user_name(given.text("DbUserName")).db_password(given.text("DbPassword")))
    }),
    ("listDatabases", |client, given| {
        let call = client.list_databases().page_number(given.text("PageNumber")).page_size(given.text("PageSize"));
        let call = call.gateway_id(given.text("GatewayId")).search_key(given.text("SearchKey"));
        send!(call.db_type(given.get::<dg::types::DbType>("DbType")))
    }),
    ("addDatabase", |client, given| {
        let call =
            client.add_database().gateway_id(given.text("GatewayId")).db_description(given.text("DbDescription"));
        let call =
            call.host(given.text("Host")).port(given.get("Port")).db_type(given.get::<dg::types::DbType>("DbType"));
        send!(call.db_user_name(given.text("DbUserName")).db_password(given.text("DbPassword")))
    }),
    ("updateDatabase", |client, given| {
        let call = client.update_database().instance_id(given.text("InstanceId"));
        let call = call.db_name(given.text("DbName")).db_description(given.text("DbDescription"));
        let call =
            call.host(given.text("Host")).port(given.get("Port")).db_type(given.get::<dg::types::DbType>("DbType"));
        send!(call.db_user_name(given.text("DbUserName")).db_password(given.text("DbPassword")))
    }),
    ("deleteDatabase", |client, given| send!(client.delete_database().instance_id(given.text("InstanceId")))),
    ("listGateways", |client, given| {
        let call = client.list_gateways().page_size(given.get("PageSize")).page_number(given.get("PageNumber"));
        send!(call.search_key(given.text("SearchKey")))
    }),
    ("showGateway", |client, given| send!(client.show_gateway().gateway_id(given.text("GatewayId")))),
];

pub const STS: &Calls<sts::Client, sts::types::ErrorBody> = &[("assumeRole", |client, given| {
    let call = client.assume_role().role_arn(given.text("RoleArn")).role_session_name(given.text("RoleSessionName"));
    send!(call.policy(given.get("Policy")).duration_seconds(given.get("DurationSeconds")))
})];

pub const DRS: &Calls<drs::Client, drs::types::ErrorBody> = &[("createConnection", |client, given| {
    use drs::types::{CloudBaseInfo, CloudVpcInfo, ConnectionConfig, EndpointSslConfig};
    let mut call = client.create_connection();
    call = call.name(given.field::<String>("name").unwrap());
    call = call.db_type(given.field::<drs::types::DbType>("db_type").unwrap());
    call = call.endpoint(given.field("endpoint").unwrap());
    // The document's sample has some of these.
    if let Some(config) = given.field::<ConnectionConfig>("config") {
        call = call.config(config);
    }
    if let Some(description) = given.field::<String>("description") {
        call = call.description(description);
    }
    if let Some(vpc) = given.field::<CloudVpcInfo>("vpc") {
        call = call.vpc(vpc);
    }
    if let Some(ssl) = given.field::<EndpointSslConfig>("ssl") {
        call = call.ssl(ssl);
    }
    if let Some(cloud) = given.field::<CloudBaseInfo>("cloud") {
        call = call.cloud(cloud);
    }
    if let Some(id) = given.field::<String>("enterprise_project_id") {
        call = call.enterprise_project_id(id);
    }
    send!(call)
})];

pub const IAM: &Calls<iam::Client, iam::types::ErrorBody> = &[
    ("createToken", |client, given| {
        send!(client.create_token(given.field("auth").unwrap()).nocatalog(given.text("nocatalog")))
    }),
    ("listProjects", |client, given| {
        let call = client.list_projects().domain_id(given.text("domain_id")).name(given.text("name"));
        let call = call.parent_id(given.text("parent_id")).enabled(given.get("enabled"));
        send!(call.page(given.get("page")).per_page(given.get("per_page")))
    }),
];
