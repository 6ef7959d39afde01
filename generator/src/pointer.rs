//! The tokens of JSON pointers, in which `~` and `/` are escaped.

/// A token as it stands in a pointer.
pub fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// What a token of a pointer stands for.
pub fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(escape("a/b~c"), "a~1b~0c");
        for token in ["", "~1", "/~", "~01", "a"] {
            assert_eq!(unescape(&escape(token)), token);
        }
    }
}
