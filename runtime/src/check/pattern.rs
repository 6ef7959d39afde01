//! Patterns: regular expressions of ECMA-262, which is what documents write.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use regress::Regex;

/// What has been read of each pattern; None if it can't be.
type Read = HashMap<&'static str, Option<Arc<Regex>>>;

/// Each pattern is read once.
static READ: LazyLock<Mutex<Read>> = LazyLock::new(Mutex::default);

/// Whether a pattern matches somewhere in a text. One that can't be read is left to the service; the generator emits none.
pub(super) fn matches(pattern: &'static str, text: &str) -> bool {
    let regex = {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(pattern).or_insert_with(|| self::read(pattern).map(Arc::new)).clone()
    };
    regex.is_none_or(|regex| regex.find(text).is_some())
}

/// The flag `u`, as JSON Schema asks for; without it where the pattern escapes what needs none, as many do. `(?i)` in front is
/// no ECMA-262, but what documents mean by it is clear.
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
        assert!(matches("(", "what can't be read is not held against a text"));
    }
}
