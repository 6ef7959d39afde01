//! What the documents have no samples of, and how many operations they have.

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
