//! The Rust blocks of the guide, `book/`, and of the mock's README as doc tests. `tests/run/guide.rs` checks that no
//! chapter is missing here.

/// Includes chapters of the guide as the docs of a module each.
macro_rules! chapters {
    ($($name:ident: $file:literal;)*) => {
        $(#[cfg(doctest)]
        #[doc = include_str!(concat!("../../book/src/", $file))]
        mod $name {})*
    };
}

chapters! {
    start: "start.md";
    calls: "calling/calls.md";
    credentials: "calling/credentials.md";
    endpoints: "calling/endpoints.md";
    paging: "calling/paging.md";
    jobs: "calling/jobs.md";
    errors: "calling/errors.md";
    retries: "calling/retries.md";
    testing: "calling/testing.md";
    observability: "calling/observability.md";
    blocking: "calling/blocking.md";
    generate: "document/generate.md";
    mock: "../../mock/README.md";
}
