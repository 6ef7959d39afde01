//! Consistency of a document written for yundb, as far as it is evident without the vendor's document. Whoever writes
//! such a document can fix it, so everything here is reported for these only.

mod examples;
mod lenient;
mod paging;
mod secrets;
mod tokens;
mod unused;
mod valid;
mod walk;

use super::{Node, report::Reporter};

pub(super) use self::lenient::typed_samples;

/// Reports every inconsistency.
pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    examples::check(root, reporter);
    paging::check(root, reporter);
    secrets::check(root, reporter);
    tokens::check(root, reporter);
    unused::check(root, reporter);
}

/// The words of a name in any spelling, in lowercase: `X-Client-Token`, `pageSize` and `db_password` have three, two
/// and two.
fn words(name: &str) -> Vec<String> {
    use heck::ToSnakeCase as _;
    name.to_snake_case().split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
