//! Strings whose name or format suggests a secret are marked as one, or as none.

use super::{
    walk::{keyword, parts, type_of, walk},
    words,
};
use crate::{
    diagnostic::Diagnostic,
    load::{Node, grammar::Kind, report::Reporter},
};

pub(super) fn check(root: &Node, reporter: &mut Reporter<'_>) {
    walk(root, &mut |visited| {
        if visited.kind != Kind::Schema {
            return;
        }
        let parts = parts(root, visited.node);
        let is_password = keyword(&parts, "format").and_then(Node::as_str) == Some("password");
        let is_text = type_of(&parts) == Some("string") && keyword(&parts, "enum").is_none();
        if !is_text || keyword(&parts, "x-sensitive").is_some() || !(is_password || is_secret(visited.name)) {
            return;
        }
        let message = format!("`{}` may be a secret, but its schema does not say", visited.name);
        let fault = Diagnostic::error("unmarked-secret", message).at(visited.at.clone());
        reporter.fault(fault.help("write `x-sensitive: true` beside its type, or `x-sensitive: false` if it is none"));
    });
}

/// Whether a name suggests a secret. Tokens of pages and of repeated calls are none, nor are counts of tokens.
fn is_secret(name: &str) -> bool {
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word) || known.contains(&singular(word)));
    let pairs = [["private", "key"], ["secret", "key"], ["access", "secret"]];
    let is_token = has(&["token"]) && !has(&["next", "page", "continuation", "client", "count", "max", "min", "num"]);
    has(&["password", "passwd", "pwd", "passphrase", "secret"])
        || is_token
        || words.windows(2).any(|pair| pairs.iter().any(|known| pair == known))
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names() {
        for name in
            ["password", "DBPassword", "db_passwd", "X-Auth-Token", "accessKeySecret", "private_key", "pwd", "tokens"]
        {
            assert!(is_secret(name), "{name}");
        }
        for name in ["NextToken", "page_token", "ClientToken", "token_count", "max_tokens", "access_key_id", "address"]
        {
            assert!(!is_secret(name), "{name}");
        }
    }
}
