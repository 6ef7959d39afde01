//! Missing samples of the documents, and their numbers of operations.

use yundb_tests::SERVICES;

use super::spec::{Samples, Service};

/// The operations without samples in their documents, by direction. These are generated from their schemas.
#[test]
fn operations_without_samples_are_listed() {
    let mut synthetic = String::new();
    for service in SERVICES {
        for operation in Service::load(service, Samples::Documented).operations {
            if !operation.synthetic.is_empty() {
                synthetic += &format!("{service} {}: {}\n", operation.id, operation.synthetic.join(", "));
            }
        }
    }
    insta::assert_snapshot!(synthetic);
}

/// The README's table has the number of operations of each crate, and the total.
#[test]
fn the_readme_has_the_number_of_operations() {
    let readme = include_str!("../../../README.md");
    let has = |count: usize, of: &str| {
        readme.lines().any(|line| line.contains(of) && line.ends_with(&format!("| {count} |")))
    };
    let count = |service: &&str| Service::load(service, Samples::Documented).operations.len();
    let counts: Vec<usize> = SERVICES.iter().map(count).collect();
    for (count, service) in counts.iter().zip(SERVICES) {
        assert!(has(*count, &format!("[yundb-{service}]")), "{service}: {count}");
    }
    let all = counts.iter().sum();
    assert!(has(all, "| | all documented operations"), "{all}");
}
