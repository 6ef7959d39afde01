//! The real specs: they agree with their documents' locks, and each way to break one is reported.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use yundb_audit::{Audit, Outcome};

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs")
}

#[test]
fn the_specs_agree_with_the_locks() {
    let outcome = Audit { specs: specs(), ..Audit::default() }.run().unwrap();
    assert!(outcome.is_clean(), "{}", outcome.diagnostics);
    assert!(outcome.report.services.len() >= 7);
}

/// An edit of a spec: the file in its folder, the old text (which occurs once), the new text, and words of the expected
/// diagnostic.
type Break = (&'static str, &'static str, &'static str, &'static str);

/// Copies a service's folder, edits it, and audits the copy.
fn broken(service: &str, (file, old, new, _): &Break) -> Outcome {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let from = entry.unwrap().path();
            let to = to.join(from.file_name().unwrap());
            if from.is_dir() {
                copy(&from, &to);
            } else {
                fs::copy(&from, &to).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(&specs().join(service), &folder.path().join(service));
    let path = folder.path().join(service).join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{service}/{file} has `{old}` once");
    fs::write(&path, text.replace(old, new)).unwrap();
    Audit { specs: folder.path().to_path_buf(), ..Audit::default() }.run().unwrap()
}

fn each_is_reported(service: &str, breaks: &[Break]) {
    for edit @ (file, old, new, expected) in breaks {
        let outcome = broken(service, edit);
        let output = outcome.diagnostics.to_string();
        assert!(!outcome.is_clean(), "{service}/{file}: `{new}` for `{old}` was not reported");
        assert!(
            output.contains(expected),
            "{service}/{file}: `{new}` for `{old}` should report `{expected}`, but reports:\n{output}"
        );
        // The place in the spec, and the one in the lock.
        assert!(output.contains(service) && output.contains(".yaml:") || output.contains("document.lock:"), "{output}");
    }
}

#[test]
fn aliyun_dg() {
    const LIST: &str = "operations/gateways/list-databases.yaml";
    each_is_reported(
        "aliyun-dg",
        &[
            // A field less, a field more, a field renamed.
            (
                LIST,
                "            RequestId: {type: string, description: Request ID.}\n",
                "",
                "lacks `response 200 RequestId`",
            ),
            (
                LIST,
                "            RequestId: {type",
                "            HostId: {type: string}\n            RequestId: {type",
                "does not have `response 200 HostId`",
            ),
            (LIST, "            ErrorMsg: {type", "            ErrorMessage: {type", "`response 200 ErrorMsg`"),
            // Required or not.
            (
                LIST,
                "  - name: PageSize\n    in: query\n    required: true\n",
                "  - name: PageSize\n    in: query\n",
                "`query PageSize`",
            ),
            (
                LIST,
                "  - name: SearchKey\n    in: query\n",
                "  - name: SearchKey\n    in: query\n    required: true\n",
                "`query SearchKey`",
            ),
            // Types.
            (LIST, "Count: {type: integer, format: int32,", "Count: {type: string,", "`response 200 Count`"),
            (
                LIST,
                "as a string.\n    schema: {type: string}\n    examples:\n      sample: {value: \"1\"}",
                "as a string.\n    schema: {type: boolean}\n    examples:\n      sample: {value: true}",
                "`query PageNumber`",
            ),
            // Parameters.
            (LIST, "  - name: SearchKey\n", "  - name: SearchWord\n", "SearchKey"),
            (
                "parameters.yaml",
                "GatewayName:\n  name: GatewayName\n  in: query",
                "GatewayName:\n  name: GatewayName\n  in: header",
                "GatewayName",
            ),
            // Operations and sections.
            (
                "openapi.yaml",
                "  /#Action=StopGateway:\n    get: {$ref: operations/gateways/stop-gateway.yaml}\n",
                "",
                "StopGateway",
            ),
            ("openapi.yaml", "/#Action=StopGateway:", "/#Action=HaltGateway:", "StopGateway"),
            (LIST, "section: \"4.8\"", "section: \"4.9\"", "4.8"),
            // Samples, endpoints, errata, the document.
            (LIST, "              Code: OK\n", "", "`sample response 200`"),
            ("openapi.yaml", "https://dg.cn-chengdu.aliyuncs.com", "https://dg.cn-chengdu.aliyuncs.org", "cn-chengdu"),
            ("openapi.yaml", "dg.cn-qingdao.aliyuncs..com", "dg.cn-qingdao.aliyuncs.com", "explains no difference"),
            ("openapi.yaml", "edition: \"20220512\"", "edition: \"20220513\"", "20220512"),
        ],
    );
}

#[test]
fn aliyun_sts() {
    const ROLE: &str = "operations/credentials/assume-role.yaml";
    each_is_reported(
        "aliyun-sts",
        &[
            (
                ROLE,
                "  - name: RoleArn\n    in: query\n    required: true\n",
                "  - name: RoleArn\n    in: query\n",
                "`query RoleArn`",
            ),
            (ROLE, "                SecurityToken:\n", "                SecurityTokens:\n", "SecurityToken"),
            (
                ROLE,
                "                Expiration:\n                  type: string\n                  format: date-time",
                "                Expiration:\n                  type: integer\n                  format: int64",
                "Expiration",
            ),
            (ROLE, "  - name: RoleSessionName\n", "  - name: SessionName\n", "RoleSessionName"),
            (ROLE, "spec: DurationSeconds, an", "spec: An", "DurationSeconds"),
            (
                ROLE,
                "    in: query\n    description: |\n      Policy document",
                "    in: header\n    description: |\n      Policy document",
                "Policy",
            ),
            ("schemas/ErrorCode.yaml", "  - NoPermission\n", "", "NoPermission"),
            ("schemas/ErrorCode.yaml", "  NoPermission: 403\n", "  NoPermission: 401\n", "NoPermission"),
            ("schemas/ErrorCode.yaml", "  - InternalError\n", "  - InternalError\n  - Busy\n", "Busy"),
            ("openapi.yaml", "/#Action=AssumeRole", "/#Action=AssumeRoles", "AssumeRole"),
            ("openapi.yaml", "spec: sts.aliyuncs.com", "spec: the real host", "sts.aliyuncs.com"),
        ],
    );
}

#[test]
fn aliyun_dts() {
    const CONFIGURE: &str = "operations/legacy-migration/configure-migration-job.yaml";
    const JOBS: &str = "operations/jobs/list-jobs.yaml";
    const TAGS: &str = "operations/legacy-tags/tag-resources.yaml";
    each_is_reported(
        "aliyun-dts",
        &[
            // Objects and lists in pieces.
            (CONFIGURE, "        DataIntialization:\n", "        DataInitialization:\n", "MigrationMode.DataIn"),
            (
                CONFIGURE,
                "      required: [InstanceType]\n      properties:\n        InstanceType:\n          description: \"Type of the destination",
                "      properties:\n        InstanceType:\n          description: \"Type of the destination",
                "DestinationEndpoint.InstanceType",
            ),
            (TAGS, "  - name: ResourceId\n", "  - name: ResourceIds\n", "ResourceId"),
            (TAGS, "          Value: {type", "          Text: {type", "Tag.N.Value"),
            (JOBS, "    schema: {$ref: ../../schemas/JobType.yaml}\n", "    schema: {type: string}\n", "SUBSCRIBE"),
            (JOBS, "            TotalRecordCount: {", "            Total: {", "TotalRecordCount"),
            ("schemas/PhaseProgress.yaml", "  Percent:", "  Percentage:", "Percent"),
            ("schemas/PayType.yaml", "enum: [PrePaid, PostPaid]", "enum: [PrePaid]", "PostPaid"),
            ("openapi.yaml", "/#Action=WhiteIpList", "/#Action=WhitelpList", "WhiteIpList"),
            (
                "openapi.yaml",
                "  - url: https://dts.cn-qingdao.aliyuncs.com\n",
                "  - url: https://dts.cn-tsingtao.aliyuncs.com\n",
                "qingdao",
            ),
        ],
    );
}

#[test]
fn huawei_ddm() {
    const CREATE: &str = "operations/instances/create-instance.yaml";
    const JOB: &str = "operations/jobs/show-job.yaml";
    const USERS: &str = "operations/accounts/list-users.yaml";
    each_is_reported(
        "huawei-ddm",
        &[
            (CREATE, "              flavor_id:\n", "              flavor:\n", "flavor_id"),
            (CREATE, "required: [name, flavor_id,", "required: [flavor_id,", "body.instance.name"),
            (CREATE, "                enum: [month, year]", "                enum: [month]", "year"),
            (
                CREATE,
                "              node_num:\n                type: integer\n                format: int32",
                "              node_num:\n                type: string",
                "node_num",
            ),
            (JOB, "x-doc: {section: \"4.2.25\"", "x-doc: {section: \"4.2.26\"", "4.2.25"),
            (JOB, "                status:\n", "                state:\n", "status"),
            (USERS, "document: users[].page_no, users[].page_size,", "document: users[].page_no,", "page_size"),
            (USERS, "                  base_authority: [SELECT]\n", "", "`sample response 200`"),
            (USERS, "x-permission: ddm:user:list", "x-permission: ddm:user:get", "ddm:user:list"),
            ("schemas/ErrorCode.yaml", "  DBS.300541: 400\n", "  DBS.300541: 403\n", "DBS.300541"),
            ("schemas/DatabaseStatus.yaml", "EXPAND_FAILED, ", "", "EXPAND_FAILED"),
            ("openapi.yaml", "/v3/{project_id}/jobs/{job_id}:", "/v3/{project_id}/job/{job_id}:", "jobs"),
        ],
    );
}

#[test]
fn huawei_gaussdb_mysql() {
    const CREATE: &str = "operations/instances/create-instance.yaml";
    const BACKUPS: &str = "operations/backups/list-backups.yaml";
    const PRIORITY: &str = "operations/instances/update-node-priority.yaml";
    const JOB: &str = "operations/tasks/show-job.yaml";
    const OLD: &str = "operations/legacy/delete-instance-legacy.yaml";
    each_is_reported(
        "huawei-gaussdb-mysql",
        &[
            (CREATE, "          lower_case_table_names:\n", "          lower_case_names:\n", "lower_case_table_names"),
            (BACKUPS, "take_up_time:\n", "took:\n", "take_up_time"),
            (
                BACKUPS,
                "  - name: backup_type\n    in: query\n",
                "  - name: backup_type\n    in: header\n",
                "backup_type",
            ),
            (PRIORITY, "required: [priority]", "required: []", "priority"),
            (PRIORITY, "document: String", "document: Text", "priority"),
            (JOB, "x-doc: {section: \"4.13.1\"", "x-doc: {section: \"4.13.7\"", "4.13.1"),
            (JOB, "fail_reason:\n", "reason:\n", "fail_reason"),
            (OLD, "x-permission: gaussdb:instance:delete", "x-permission: gaussdb:instance:list", "instance:delete"),
            ("schemas/BackupType.yaml", "enum: [auto, manual]", "enum: [auto]", "manual"),
            ("schemas/ErrorCode.yaml", "  DBS.290003: 413\n", "  DBS.290003: 403\n", "DBS.290003"),
            ("openapi.yaml", "gaussdb-mysql.af-south-1", "gaussdb.af-south-1", "gaussdb-mysql.af-south-1"),
            ("openapi.yaml", "/auto-scaling/history:", "/auto-scaling/records:", "auto-scaling/history"),
        ],
    );
}

#[test]
fn huawei_drs() {
    const CREATE: &str = "operations/connections/create-connection.yaml";
    const ENDPOINT: &str = "schemas/BaseEndpoint.yaml";
    each_is_reported(
        "huawei-drs",
        &[
            (ENDPOINT, "      - ecs_redis\n", "", "ecs_redis"),
            (ENDPOINT, "      - rediscluster\n", "      - rediscluster\n      - valkey\n", "valkey"),
            (ENDPOINT, "      - postgresql\n      - ecs", "      - postgres\n      - ecs", "postgresql"),
            (ENDPOINT, "  db_port:\n    type: string", "  db_port:\n    type: integer\n    format: int32", "db_port"),
            (
                ENDPOINT,
                "  source_sharding:\n    type: array\n    description: The physical source databases behind this one.\n    items:\n      $ref: BaseEndpoint.yaml\n",
                "  source_sharding:\n    $ref: BaseEndpoint.yaml\n",
                "source_sharding",
            ),
            (ENDPOINT, "  instance_name:\n", "  name_of_instance:\n", "instance_name"),
            (
                CREATE,
                "            create_time:\n              type: integer\n              format: int64\n",
                "            create_time:\n              type: string\n",
                "create_time",
            ),
            (
                CREATE,
                "              az_code:\n                type: string\n                description: Availability zone of the instance.\n",
                "",
                "az_code",
            ),
            (CREATE, "  - $ref: ../../parameters.yaml#/Language\n", "", "X-Language"),
            (CREATE, "              create_time: 1716879012121\n", "", "`sample response 200`"),
            ("openapi.yaml", "/v5/{project_id}/connections:", "/v5/{project_id}/connection:", "connections"),
            ("openapi.yaml", "    post:\n", "    put:\n", "POST"),
        ],
    );
}

#[test]
fn huawei_iam() {
    const TOKEN: &str = "operations/tokens/create-token.yaml";
    const PROJECTS: &str = "operations/projects/list-projects.yaml";
    each_is_reported(
        "huawei-iam",
        &[
            (PROJECTS, "                  is_domain:\n", "                  domain:\n", "is_domain"),
            (PROJECTS, "                  enabled: true\n", "", "`sample response 200`"),
            (PROJECTS, "  - name: per_page\n", "  - name: page_size\n", "page_size"),
            (PROJECTS, "parent_id, enabled, page", "parent_id, page", "enabled"),
            (PROJECTS, "section: A.4", "section: A.5", "A.4"),
            (TOKEN, "  - name: nocatalog\n", "  - name: no_catalog\n", "no_catalog"),
            (
                TOKEN,
                "                methods: [password]\n                catalog:\n",
                "                catalog:\n",
                "methods",
            ),
            (TOKEN, "                expires_at:\n", "                expires:\n", "expires_at"),
            (TOKEN, "so issued_at, catalog", "so catalog", "issued_at"),
            ("openapi.yaml", "  /v3/projects:\n    get:\n", "  /v3/projects:\n    post:\n", "GET /v3/projects"),
            ("openapi.yaml", "https://iam.myhuaweicloud.com", "https://iam.example.com", "iam.example.com"),
        ],
    );
}
