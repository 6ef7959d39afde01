//! The tokens of JSON pointers, in which `~` and `/` are escaped.

/// Escapes a token for use in a pointer.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// Unescapes a token of a pointer.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unescape_reverses_escape() {
        assert_eq!(escape("a/b~c"), "a~1b~0c");
        for token in ["", "~1", "/~", "~01", "a"] {
            assert_eq!(unescape(&escape(token)), token);
        }
    }
}
