//! A miniature of a generated crate: three services, one for each protocol.

use serde::{Deserialize, Serialize};
use yundb_runtime::operation::*;
use yundb_runtime::shape::*;
use yundb_runtime::{
    ByteStream, Call, ClientBuilder, DecodeError, EventStream, Job, JobHandle, JsonLines, Part, RawResponse,
    Representation, RequestBody, Response, Secret, Wait,
};
use yundb_runtime::{Operation, Protocol, Scheme, SchemeKind, Server, Service, Variable};

const REGION: &[Variable] = &[Variable { name: "region", default: "cn-north-4", values: &[] }];

pub static HUAWEI: Service = Service {
    package: concat!("mini-huawei", "/", "0.3.0"),
    version: "v5",
    product: "",
    protocol: Protocol::HuaweiRest,
    servers: &[Server { url: "https://drs.{region}.example.com", region: None, variables: REGION }],
    schemes: &[Scheme { name: "token", kind: SchemeKind::ApiKey(Place::Header, "X-Auth-Token") }],
    security: &[&["access_key"], &["token"]],
    jobs: &[],
    limits: &[],
    busy: &[],
    errors: &[],
};

pub static ALIYUN: Service = Service {
    package: "mini-aliyun/1",
    version: "2019-03-27",
    product: "Mini",
    protocol: Protocol::AliyunRpc,
    servers: &[
        Server { url: "https://dg.hangzhou.example.com", region: Some("cn-hangzhou"), variables: &[] },
        Server { url: "https://dg.shanghai.example.com", region: Some("cn-shanghai"), variables: &[] },
    ],
    schemes: &[],
    security: &[],
    jobs: &[],
    limits: &[],
    busy: &["OperationInProgress"],
    errors: &[],
};

pub static HTTP: Service = Service {
    package: "mini-http/1",
    version: "1.0",
    product: "",
    protocol: Protocol::Http,
    servers: &[Server { url: "https://api.example.com/v1/", region: None, variables: &[] }],
    schemes: &[
        Scheme { name: "key", kind: SchemeKind::ApiKey(Place::Query, "api key") },
        Scheme { name: "session", kind: SchemeKind::ApiKey(Place::Cookie, "sid") },
        Scheme { name: "login", kind: SchemeKind::Basic },
        Scheme { name: "oauth", kind: SchemeKind::Bearer },
    ],
    security: &[&["oauth"], &["key", "session"]],
    jobs: &[],
    limits: &[],
    busy: &[],
    errors: &[],
};

/// A service whose schemes are left to its callers.
pub static FOREIGN: Service = Service {
    package: "mini-foreign/1",
    schemes: &[
        Scheme { name: "digest", kind: SchemeKind::Caller(None) },
        Scheme { name: "jwt", kind: SchemeKind::Caller(Some(&SchemeKind::Bearer)) },
    ],
    security: &[&["digest"], &["unheard-of"], &["jwt"]],
    ..HTTP
};

/// A service with jobs.
pub static JOBS: Service = Service {
    package: "mini-jobs/1",
    version: "v3",
    product: "",
    protocol: Protocol::HuaweiRest,
    servers: &[],
    schemes: &[],
    security: &[&["access_key"]],
    jobs: &[&SHOW_JOB],
    limits: &[],
    busy: &[],
    errors: &[],
};

static SHOW_JOB: Job = Job {
    begun_by: &["Begin"],
    poll: &Spec::new("ShowJob", "GET", "/v3/{project_id}/jobs")
        .params(&[path("project_id", any()).client("project_id"), query("id", any()).required()]),
    argument: "id",
    also: &[],
    state: "job.status",
    running: &["Pending", "Running"],
    succeeded: &["Completed"],
    failed: &["Failed"],
};

/// The client, as generated for each service.
#[derive(Clone, Debug)]
pub struct Client(yundb_runtime::Client);

impl Client {
    pub fn builder(service: &'static Service) -> ClientBuilder<Self> {
        ClientBuilder::new(service)
    }
}

impl Client {
    pub fn wait_for<T, H>(&self, response: &Response<T, H>) -> Wait {
        self.0.wait_for(response)
    }

    pub fn resume(&self, job: JobHandle) -> Wait {
        self.0.resume(job)
    }
}

impl From<yundb_runtime::Client> for Client {
    fn from(inner: yundb_runtime::Client) -> Self {
        Self(inner)
    }
}

/// A client of any of the services, so `build` has to reject the settings that do not apply.
macro_rules! any_service {
    ($($name:ident),*) => { $(impl yundb_runtime::builder::$name for Client {})* };
}

any_service!(HasRegions, HasProjects, HasLanguages, SignsRequests, HasKeys, IsAlibabaCloud, IsHuaweiCloud);

impl Client {
    pub fn create_connection(&self, group: impl Into<String>) -> CreateConnection {
        CreateConnection(self.0.call(CreateConnection::SPEC).set("group", group.into()))
    }
}

#[derive(Clone, Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct CreateConnection(Call);

impl CreateConnection {
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.text("name", name))
    }

    pub fn endpoint(self, endpoint: Endpoint) -> Self {
        Self(self.0.set("endpoint", endpoint))
    }

    pub fn language(self, language: impl Into<String>) -> Self {
        Self(self.0.set_in(Place::Header, "X-Language", language.into()))
    }

    pub fn note(self, note: Option<String>) -> Self {
        Self(self.0.set("note", note))
    }
}

impl Operation for CreateConnection {
    type Output = Connection;
    type Headers = ConnectionHeaders;
    type Error = ErrorBody;
    const SPEC: &'static Spec = &Spec::new("CreateConnection", "POST", "/v5/{project_id}/groups/{group}/connections")
        .params(&[
            path("project_id", any()).client("project_id"),
            path("group", any().max_length(8)),
            header("X-Language", any()).client("language"),
            field("name", any().min_length(1).max_length(64)).required(),
            field("note", any()),
            field("endpoint", object::<Endpoint>()).required(),
        ])
        .body("application/json", true)
        .accept("application/json");

    fn decode(response: RawResponse) -> Result<Self::Output, DecodeError> {
        match response.status() {
            200 | 201 => response.json(),
            _ => response.unexpected(),
        }
    }
}

yundb_runtime::operation_methods!(CreateConnection => Response<Connection, ConnectionHeaders>, CallError<ErrorBody>, presigned_url);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Endpoint {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_port: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub db_password: Option<Secret>,
}

impl Endpoint {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn ip(mut self, ip: impl Into<String>) -> Self {
        self.ip = Some(ip.into());
        self
    }

    pub fn db_port(mut self, port: i64) -> Self {
        self.db_port = Some(port);
        self
    }

    pub fn db_password(mut self, password: impl Into<Secret>) -> Self {
        self.db_password = Some(password.into());
        self
    }
}

impl Object for Endpoint {
    const FIELDS: &'static [Field] =
        &[required("ip", any()), optional("db_port", any().min(1).max(65535)), required("db_password", any())];
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Connection {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct ConnectionHeaders {
    #[serde(rename = "x-remaining", default)]
    pub remaining: Option<i64>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorBody {
    #[serde(default)]
    pub error_code: Option<String>,
    #[serde(default)]
    pub error_msg: Option<String>,
}

/// Operations that need only a table.
macro_rules! operation {
    ($name:ident, $method:ident, $output:ty, $spec:expr $(, $decode:ident)?) => {
        #[derive(Clone, Debug)]
        pub struct $name(pub Call);

        impl Client {
            pub fn $method(&self) -> $name {
                $name(self.0.call($name::SPEC))
            }
        }

        impl $name {
            #[allow(dead_code, reason = "some have nothing to set")]
            pub fn set(self, name: &'static str, value: impl Serialize) -> Self {
                Self(self.0.set(name, value))
            }
        }

        impl Operation for $name {
            type Output = $output;
            type Headers = ();
            type Error = yundb_runtime::Value;
            const SPEC: &'static Spec = &$spec;

            $(fn decode(response: RawResponse) -> Result<Self::Output, DecodeError> {
                response.$decode()
            })?
        }

        yundb_runtime::operation_methods!($name => Response<$output>, CallError<yundb_runtime::Value>, presigned_url);
    };
}

operation!(
    CreateToken,
    create_token,
    (),
    Spec::new("CreateToken", "POST", "/v3/auth/tokens")
        .params(&[field("auth", any())])
        .body("application/json", true)
        .security(&[]),
    empty
);

operation!(
    AddDatabase,
    add_database,
    yundb_runtime::Value,
    Spec::new("AddDatabase", "GET", "/#Action=AddDatabase").params(&[
        query("RegionId", any()).client("region"),
        query("Host", any()).required(),
        query("Filter", any()).json(),
        query("Tag", any()),
        query("Force", any()),
    ])
);

operation!(
    CreateJob,
    create_job,
    yundb_runtime::Value,
    Spec::new("CreateJob", "GET", "/#Action=CreateJob").params(&[query("ClientToken", any())])
);

operation!(
    Begin,
    begin,
    yundb_runtime::Value,
    Spec::new("Begin", "POST", "/v3/{project_id}/begin")
        .params(&[path("project_id", any()).client("project_id")])
        .job("data.job_id", &SHOW_JOB)
);

operation!(
    DescribeDatabase,
    describe_database,
    yundb_runtime::Value,
    Spec::new("DescribeDatabase", "GET", "/#Action=DescribeDatabase").idempotent(true)
);

operation!(
    ListPets,
    list_pets,
    Vec<String>,
    Spec::new("listPets", "GET", "/pets;kind={kind}").params(&[
        path("kind", any()),
        query("tags", any()).style(Style::Form, false),
        cookie("seen", any()),
        header("X-Trace", any()),
    ])
);

operation!(
    ShowHealth,
    show_health,
    String,
    Spec::new("showHealth", "HEAD", "/health?deep=1").security(&[&[], &["login"]]),
    text
);

operation!(DownloadPet, download_pet, ByteStream, Spec::new("downloadPet", "GET", "/pets/file").security(&[]));

operation!(
    WatchPets,
    watch_pets,
    EventStream<Pet>,
    Spec::new("watchPets", "GET", "/pets/watch")
        .params(&[query("kind", any())])
        .security(&[])
        .accept("text/event-stream")
);

operation!(
    ShowPet,
    show_pet,
    Pet,
    Spec::new("showPet", "GET", "/pets/one")
        .security(&[])
        .accept("application/json")
        .others(&["application/vnd.mini.change+json"])
);

impl ShowPet {
    pub const EVENT_STREAM: Representation<EventStream<Pet>> = Representation::new("text/event-stream");
    pub const WHOLE_EVENTS: Representation<EventStream<PetEvent>> = Representation::whole_events("text/event-stream");
    pub const NDJSON: Representation<JsonLines<Pet>> = Representation::new("application/x-ndjson");
    pub const CSV: Representation<String> = Representation::text("text/csv").statuses(&[200]);
    pub const PNG: Representation<ByteStream> = Representation::new("image/png");
    pub const CHANGE: Representation<Change> = Representation::new("application/vnd.mini.change+json");
    pub const TEXT_JSON: Representation<Pet> = Representation::new("text/json");
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pet {
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct PetEvent {
    pub event: String,
    pub data: Pet,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub name: Option<String>,
}

operation!(
    UpdatePet,
    update_pet,
    (),
    Spec::new("updatePet", "PATCH", "/pet")
        .params(&[field("name", any().min_length(2)).required(), field("age", any())])
        .body("application/json", false)
        .security(&[]),
    empty
);

operation!(
    SubmitForm,
    submit_form,
    (),
    Spec::new("submitForm", "POST", "/form")
        .params(&[
            form("name", any()).required(),
            form("tags", any()),
            form("meta", any()).style(Style::DeepObject, true)
        ])
        .body("application/x-www-form-urlencoded", true)
        .security(&[]),
    empty
);

operation!(
    UploadPet,
    upload_pet,
    (),
    Spec::new("uploadPet", "POST", "/upload")
        .params(&[part("file", any()).required().media_type("image/png"), part("meta", any()), part("tags", any())])
        .body("multipart/form-data", true)
        .security(&[]),
    empty
);

impl UploadPet {
    pub fn file(self, file: impl Into<Part>) -> Self {
        Self(self.0.part("file", file))
    }

    pub fn files(self, files: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        Self(self.0.parts("file", files))
    }
}

yundb_runtime::form! {
    /// A form that can replace another body.
    PetForm;
    &[
        part("name", any().min_length(2)).required(),
        part("meta", any()),
        part("file", any()),
        part_header("file", "X-Part", any()),
        part("tags", any()).style(Style::PipeDelimited, false),
        part("deep", any()).style(Style::DeepObject, true),
        part("others", any()).spread(),
    ]
}

impl PetForm {
    pub fn name(self, name: impl Into<String>) -> Self {
        Self(self.0.text("name", name))
    }

    pub fn meta(self, meta: impl Serialize) -> Self {
        Self(self.0.set("meta", meta))
    }

    pub fn file(self, file: impl Into<Part>) -> Self {
        Self(self.0.part("file", file))
    }

    pub fn styled(self, tags: impl Serialize, deep: impl Serialize) -> Self {
        Self(self.0.set("tags", tags).set("deep", deep))
    }

    pub fn file_x_part(self, value: impl Into<String>) -> Self {
        Self(self.0.set_in(Place::PartHeader("file"), "X-Part", value.into()))
    }

    pub fn others(self, others: impl IntoIterator<Item = (impl Into<String>, impl Into<Part>)>) -> Self {
        Self(self.0.named_parts("others", others))
    }
}

operation!(StorePet, store_pet, (), Spec::new("storePet", "PUT", "/store").body("*/*", true).security(&[]), empty);

impl StorePet {
    pub fn body(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body(body))
    }

    pub fn body_xml(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body_as("application/xml", body))
    }

    pub fn body_image(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body_as("image/*", body))
    }

    pub fn body_parts(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body_as("multipart/form-data", body))
    }

    pub fn body_form_data(self, form: PetForm) -> Self {
        Self(self.0.form_as("multipart/form-data", form))
    }

    pub fn body_form(self, value: impl Serialize) -> Self {
        const PARAMS: &[Param] = &[form("tags", any()).style(Style::PipeDelimited, false)];
        Self(self.0.value_as("application/x-www-form-urlencoded", PARAMS, const { &any().min_items(1) }, value))
    }

    pub fn patch(self, media_type: &str, value: impl Serialize) -> Self {
        Self(self.0.json_of("application/*+json", media_type, const { &any() }, value))
    }

    pub fn merge(self, value: impl Serialize) -> Self {
        Self(self.0.json_as("application/merge-patch+json", const { &any().min_items(1) }, value))
    }
}

operation!(
    OddPath,
    odd_path,
    (),
    Spec::new("oddPath", "GET", "/with blank/é/\"q\"/{no}/100%/%2F/{name}/x")
        .params(&[path("name", any()).allow_reserved()])
        .security(&[]),
    empty
);

operation!(
    FindPets,
    find_pets,
    (),
    Spec::new("findPets", "GET", "/pets/found?fixed=1")
        .params(&[
            query_string("whole", any()),
            cookie("session", any()).style(Style::Cookie, true),
            cookie("other", any())
        ])
        .security(&[]),
    empty
);

operation!(
    FindPetsByJson,
    find_pets_by_json,
    (),
    Spec::new("findPetsByJson", "GET", "/pets/found").params(&[query_string("whole", any()).json()]).security(&[]),
    empty
);

operation!(
    ImportData,
    import_data,
    (),
    Spec::new("ImportData", "POST", "/#Action=ImportData").body("application/json", true),
    empty
);

impl ImportData {
    pub fn body(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body(body))
    }
}

operation!(
    ImportBackup,
    import_backup,
    (),
    Spec::new("ImportBackup", "PUT", "/v5/backup").body("application/octet-stream", true),
    empty
);

impl ImportBackup {
    pub fn body(self, body: impl Into<RequestBody>) -> Self {
        Self(self.0.body(body))
    }
}

operation!(
    ReplacePets,
    replace_pets,
    (),
    Spec::new("replacePets", "PUT", "/pets")
        .params(&[body(list(&any().max_length(3))).required()])
        .body("application/json", true)
        .security(&[]),
    empty
);
