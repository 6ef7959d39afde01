//! Patterns: regular expressions of ECMA-262, as used in documents.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regress::Regex;

/// The compiled patterns; `None` for an invalid one.
type Read = HashMap<&'static str, Option<Arc<Regex>>>;

/// Each pattern is compiled once.
static READ: LazyLock<Mutex<Read>> = LazyLock::new(Mutex::default);

/// Whether a pattern matches somewhere in a string. An invalid one always does, which leaves it to the service; the
/// generator emits none.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    let regex = {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(pattern).or_insert_with(|| self::read(pattern).map(Arc::new)).clone()
    };
    regex.is_none_or(|regex| regex.find(text).is_some())
}

/// Compiles with the flag `u`, as JSON Schema requires, or without it if the pattern contains needless escapes, as many
/// do. A leading `(?i)` is not ECMA-262, but its meaning in documents is clear.
fn read(pattern: &str) -> Option<Regex> {
    let (pattern, flags) = match pattern.strip_prefix("(?i)") {
        Some(pattern) => (pattern, ["iu", "i"]),
        None => (pattern, ["u", ""]),
    };
    flags.into_iter().find_map(|flags| Regex::with_flags(pattern, flags).ok())
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_of_ecma_262() {
        for (pattern, fits, fails) in [
            ("^(?!default$)[a-z]+$", "other", "default"),
            (r"^(a|b)-\1$", "a-a", "a-b"),
            (r"^\p{L}+$", "äß名", "a1"),
            (r"^\p{Script=Greek}+$", "αβ", "ab"),
            (r"^\d+$", "12", "١٢"),
            (r"^.$", "😀", "ab"),
            (r"^[\w-.]+$", "a-b.c", "a b"),
            (r"(?<=-)x", "-x", "x"),
            ("(?i)^abc$", "ABC", "abd"),
            ("b", "abc", "ac"),
        ] {
            assert!(matches(pattern, fits), "{pattern}: {fits}");
            assert!(!matches(pattern, fails), "{pattern}: {fails}");
        }
        assert!(matches("(", "an invalid pattern matches everything"));
    }
}
