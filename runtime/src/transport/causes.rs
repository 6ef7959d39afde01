//! The causes of an error of the HTTP client.

use std::error::Error as StdError;

/// The whole chain in one line, as reqwest's own `Display` stops at "error sending request".
pub(super) fn causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
