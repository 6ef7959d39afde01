//! Patterns: which ones can be checked.

use regress::Regex;

/// The pattern as checked by the runtime, which compiles ECMA-262 with the flag `u` or else without. Of other
/// languages' syntax, only the equivalents are converted: `\A`, `\z` and `\Z` at the ends, and a leading `(?i)`.
pub(crate) fn checked(pattern: &str) -> Result<String, String> {
    let (flag, body) = match pattern.strip_prefix("(?i)") {
        Some(body) => ("(?i)", body),
        None => ("", pattern),
    };
    let (start, body) = match body.strip_prefix(r"\A") {
        Some(body) => ("^", body),
        None => ("", body),
    };
    let ending = [r"\z", r"\Z"].into_iter().find_map(|end| body.strip_suffix(end));
    let (body, end) = match ending {
        Some(body) if !body.ends_with('\\') => (body, "$"),
        _ => (body, ""),
    };
    let translated = format!("{start}{body}{end}");
    let flags = if flag.is_empty() { ["u", ""] } else { ["iu", "i"] };
    match Regex::with_flags(&translated, flags[0]) {
        Ok(_) => return Ok(format!("{flag}{translated}")),
        Err(error) if is_foreign(&translated) => return Err(error.to_string()),
        Err(_) => {}
    }
    Regex::with_flags(&translated, flags[1]).map_err(|error| error.to_string())?;
    Ok(format!("{flag}{translated}"))
}

/// Whether a checkable pattern matches a name.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    ["u", ""]
        .into_iter()
        .find_map(|flags| Regex::with_flags(pattern, flags).ok())
        .is_some_and(|regex| regex.find(name).is_some())
}

/// Whether a text matches a pattern. None if that can't be checked.
pub(crate) fn accepts(pattern: &str, text: &str) -> Option<bool> {
    let checked = checked(pattern).ok()?;
    let (flags, body) = match checked.strip_prefix("(?i)") {
        Some(body) => (["iu", "i"], body),
        None => (["u", ""], checked.as_str()),
    };
    let regex = flags.into_iter().find_map(|flags| Regex::with_flags(body, flags).ok())?;
    Some(regex.find(text).is_some())
}

/// Whether a pattern such as `.*` matches any realistic name: whether it matches all of these, which have nothing in
/// common.
pub(crate) fn matches_any_name(pattern: &str) -> bool {
    ["a", "Z9", "-", "_x.y", "$ref", "a b/c:~%", "é", "名", "\u{1f600}"].iter().all(|name| matches(pattern, name))
}

/// Whether a pattern is in another language's syntax, which ECMA-262 without the flag `u` would interpret as plain
/// letters: `\A`, `\h`, a malformed `\p{..}`, `[[:alpha:]]`.
fn is_foreign(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            continue;
        }
        let escaped = characters.next().unwrap_or('\\');
        if escaped.is_ascii_alphabetic() && !"bBcdDfknrsStuvwWxX".contains(escaped) {
            return true;
        }
    }
    pattern.contains("[[:") || pattern.contains("&&[")
}

#[cfg(test)]
mod tests {
    use super::{checked, matches_any_name};

    #[test]
    fn patterns_that_match_any_name_are_recognized() {
        for pattern in ["", ".*", "^.*$", "^.+$", "^[^\\s].*", "^(.*)$"] {
            assert!(matches_any_name(pattern), "{pattern}");
        }
        for pattern in ["^[a-z]+$", r"^\w+$", r"^\S+$", "^x-", r"^[\x20-\x7e]+$", "^.{2,}$", "("] {
            assert!(!matches_any_name(pattern), "{pattern}");
        }
    }

    #[test]
    fn ecma_262_patterns_are_checked() {
        let patterns = [
            r"^(?!default$)[a-z]+$",
            r"(\w)\1",
            r"^\p{L}+$",
            r"^(?<y>\d{4})-\k<y>$",
            r"^[\w-.]+$",
            r"^a\-b\/c$",
            r"^\cJ$",
            r"^\u{1F600}$",
            "^{a}$",
        ];
        for pattern in patterns {
            assert_eq!(checked(pattern).as_deref(), Ok(pattern));
        }
    }

    #[test]
    fn equivalents_of_other_languages_are_converted() {
        assert_eq!(checked(r"\A[a-z]+\z").as_deref(), Ok("^[a-z]+$"));
        assert_eq!(checked(r"(?i)^abc\Z").as_deref(), Ok("(?i)^abc$"));
        for pattern in [r"[[:alpha:]]", r"a\hb", "(?s).*", "[a-z]++", "(", r"^\p{IsGreek}$", r"a\Ab"] {
            assert!(checked(pattern).is_err(), "{pattern}");
        }
    }
}
