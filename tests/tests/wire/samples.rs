//! What the documents have no samples of, and that the calls are complete: each operation of the documents once.

use super::calls;
use super::spec::{Samples, Service};

/// Operations whose document lacks samples, and of what. These are made from their schemas.
const MADE: &[(&str, &str, &[&str])] = &[
    ("aliyun-sts", "assumeRole", &["answer"]),
    ("huawei-ddm", "showNode", &["node_id"]),
    ("huawei-ddm", "listFlavors", &["engine_id"]),
    ("huawei-ddm", "showJob", &["job_id"]),
    ("huawei-ddm", "showDatabase", &["ddm_dbname"]),
    ("huawei-ddm", "deleteDatabase", &["ddm_dbname"]),
    ("huawei-ddm", "deleteDatabaseV3", &["database_name"]),
    ("huawei-ddm", "updateUser", &["username"]),
    ("huawei-ddm", "deleteUser", &["username"]),
    ("huawei-ddm", "resetUserPassword", &["username"]),
    ("huawei-ddm", "listSlowLogs", &["curPage", "perPage", "startDate", "endDate"]),
    ("huawei-ddm", "listLogicalProcesses", &["keyword"]),
    ("huawei-ddm", "listPhysicalProcesses", &["instance_id", "keyword"]),
    ("huawei-ddm", "killPhysicalProcesses", &["instance_id"]),
    ("huawei-ddm", "listProcessAuditLogs", &["instance_id"]),
    ("huawei-drs", "createConnection", &["X-Language"]),
    ("huawei-iam", "createToken", &["nocatalog"]),
    ("huawei-iam", "listProjects", &["domain_id", "name", "parent_id", "enabled", "page", "per_page"]),
];

#[test]
fn what_is_made_is_known() {
    let mut made: Vec<(&str, String, Vec<String>)> = Vec::new();
    for service in ["aliyun-dg", "aliyun-sts", "huawei-ddm", "huawei-drs", "huawei-iam"] {
        for operation in Service::load(service, Samples::Documented).operations {
            if !operation.made.is_empty() {
                made.push((service, operation.id, operation.made));
            }
        }
    }
    let known = MADE
        .iter()
        .map(|(service, id, made)| (*service, (*id).to_owned(), made.iter().map(|name| (*name).to_owned()).collect()));
    assert_eq!(made, known.collect::<Vec<_>>());
}

#[test]
fn every_operation_is_called() {
    let tables = [
        ("aliyun-dg", 13, names(calls::ALIYUN_DG)),
        ("aliyun-sts", 1, names(calls::ALIYUN_STS)),
        ("huawei-ddm", 52, [names(calls::HUAWEI_DDM_ERRORBODY), names(calls::HUAWEI_DDM_ERRORBODYV3)].concat()),
        ("huawei-drs", 1, names(calls::HUAWEI_DRS)),
        ("huawei-iam", 2, names(calls::HUAWEI_IAM)),
    ];
    for (service, count, mut called) in tables {
        let mut operations: Vec<String> = Service::load(service, Samples::Documented)
            .operations
            .into_iter()
            .map(|operation| operation.name)
            .collect();
        operations.sort();
        called.sort();
        assert_eq!(called, operations, "{service}");
        assert_eq!(called.len(), count, "{service}");
    }
}

fn names<C, E>(calls: &calls::Calls<C, E>) -> Vec<&'static str> {
    calls.iter().map(|(name, _)| *name).collect()
}
