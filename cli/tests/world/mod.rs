//! A mock, and commands against it.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::fs;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use yundb_mock::{MockServer, Options};

/// A mock, and a folder to run commands in.
pub struct World {
    pub server: MockServer,
    pub target: String,
    pub folder: tempfile::TempDir,
}

#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub fn yundb(folder: &tempfile::TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yundb"));
    command.env_clear().current_dir(folder.path()).stdin(Stdio::null());
    command
}

pub fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), stdout: text(stdout), stderr: text(stderr) }
}

impl World {
    pub async fn new(target: &str, options: Options) -> Self {
        let server = MockServer::start(target, options).await.unwrap();
        Self { server, target: target.to_owned(), folder: tempfile::tempdir().unwrap() }
    }

    pub async fn ddm(options: Options) -> Self {
        Self::new("huawei-ddm", options).await
    }

    pub async fn of(document: &str, options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shop.yaml");
        fs::write(&path, document).unwrap();
        let server = MockServer::start(path.to_str().unwrap(), options).await.unwrap();
        Self { server, target: "shop.yaml".to_owned(), folder }
    }

    pub fn put(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// The command with the words of `text`, and with the address and credentials of the mock.
    pub fn command(&self, text: &str) -> Command {
        let mut command = yundb(&self.folder);
        command.args(["call", self.target.as_str()]).args(text.split(' ')).args(["--endpoint", self.server.url()]);
        match self.target.split('-').next() {
            Some("huawei") => command.args(["--project-id", "p", "--token", "t"]),
            Some("aliyun") => command.args(["--access-key", "ak:sk", "--region", "cn-hangzhou"]),
            _ => &mut command,
        };
        command
    }

    pub fn call(&self, text: &str) -> Ran {
        ran(&mut self.command(text))
    }

    /// What arrived at the mock.
    pub fn requests(&self) -> Vec<Value> {
        self.server.journal().into_iter().map(|record| record.request).collect()
    }
}

pub const SHOP: &str = r#"openapi: 3.1.0
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
