//! What the documents have no samples of, and that the calls are complete: each operation of the documents once.

use super::calls;
use super::spec::{Samples, Service};

const SERVICES: [&str; 7] =
    ["aliyun-dg", "aliyun-dts", "aliyun-sts", "huawei-ddm", "huawei-drs", "huawei-gaussdb-mysql", "huawei-iam"];

/// Which operations lack samples in their documents, and of what. These are made from their schemas.
#[test]
fn what_is_made_is_known() {
    let mut made = String::new();
    for service in SERVICES {
        for operation in Service::load(service, Samples::Documented).operations {
            if !operation.made.is_empty() {
                made += &format!("{service} {}: {}\n", operation.id, operation.made.join(", "));
            }
        }
    }
    insta::assert_snapshot!(made);
}

#[test]
fn every_operation_is_called() {
    let tables = [
        ("aliyun-dg", 13, names(calls::ALIYUN_DG)),
        ("aliyun-dts", 82, names(calls::ALIYUN_DTS)),
        ("aliyun-sts", 1, names(calls::ALIYUN_STS)),
        ("huawei-ddm", 52, [names(calls::HUAWEI_DDM_ERRORBODY), names(calls::HUAWEI_DDM_ERRORBODYV3)].concat()),
        ("huawei-drs", 1, names(calls::HUAWEI_DRS)),
        ("huawei-gaussdb-mysql", 224, names(calls::HUAWEI_GAUSSDB_MYSQL)),
        ("huawei-iam", 2, names(calls::HUAWEI_IAM)),
    ];
    assert_eq!(tables.len(), SERVICES.len());
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

/// The README's table says how many operations each crate has, and how many all have.
#[test]
fn the_readme_counts_right() {
    let readme = include_str!("../../../README.md");
    let says = |count: usize, of: &str| {
        readme.lines().any(|line| line.contains(of) && line.ends_with(&format!("| {count} |")))
    };
    let counts = SERVICES.map(|service| (Service::load(service, Samples::Documented).operations.len(), service));
    for (count, service) in counts {
        assert!(says(count, &format!("[yundb-{service}]")), "{service}: {count}");
    }
    let all = counts.iter().map(|(count, _)| count).sum();
    assert!(says(all, "| | all documented operations"), "{all}");
}

fn names<C, E>(calls: &calls::Calls<C, E>) -> Vec<&'static str> {
    calls.iter().map(|(name, _)| *name).collect()
}
