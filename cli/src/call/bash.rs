//! Completions in bash, which breaks words at `:`, `=` and `@`, too, and replaces only the last piece.
//!
//! So the script passes the command line as typed, and the piece: the words are read from the line.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::env::EnvCompleter;

/// The command line up to the cursor.
const LINE: &str = "_YUNDB_LINE";
/// The piece that bash replaces.
const PIECE: &str = "_YUNDB_PIECE";

const SCRIPT: &str = r#"_yundb_complete() {
    local IFS=$'\013'
    COMPREPLY=( $( \
        VARIABLE=bash _YUNDB_LINE="${COMP_LINE:0:$COMP_POINT}" _YUNDB_PIECE="$2" COMPLETER -- yundb \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ "${COMPREPLY-}" =~ [=/:@]$ ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o bashdefault -o nosort -F _yundb_complete BIN 2> /dev/null || complete -o bashdefault -F _yundb_complete BIN
"#;

/// Replaces the completer of the same name.
pub(super) struct Bash;

impl Bash {
    /// The words of the line that bash completes, if it is the shell.
    pub fn line() -> Option<Vec<String>> {
        std::env::var(LINE).ok().map(|line| split(&line))
    }
}

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        variable: &str,
        _: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let script = SCRIPT.replace("VARIABLE", variable).replace("COMPLETER", completer).replace("BIN", bin);
        out.write_all(script.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        _: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let words = Self::line().unwrap_or_default();
        let Some(current) = words.last() else { return Ok(()) };
        let piece = std::env::var(PIECE).unwrap_or_default();
        let kept = current.strip_suffix(&piece).unwrap_or_default();
        let last = words.len() - 1;
        let words = words.iter().map(OsString::from).collect();
        let found = clap_complete::engine::complete(command, words, last, folder)?;
        let found = found.iter().map(|candidate| candidate.get_value().to_string_lossy());
        let found: Vec<String> = found.filter_map(|text| text.strip_prefix(kept).map(str::to_owned)).collect();
        out.write_all(found.join("\u{b}").as_bytes())
    }
}

/// The words of a command line, the last of which may be empty or without its closing quote. Assignments before the
/// command are left out.
fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quote, mut escaped, mut within) = (None, false, false);
    for c in line.chars() {
        let word = match words.last_mut() {
            Some(word) => word,
            None => return words,
        };
        match (quote, c) {
            _ if escaped => {
                word.push(c);
                escaped = false;
            }
            (None | Some('"'), '\\') => (escaped, within) = (true, true),
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => (quote, within) = (Some(c), true),
            (None, ' ' | '\t' | '\n') => {
                if within {
                    words.push(String::new());
                }
                within = false;
            }
            (_, c) => {
                word.push(c);
                within = true;
            }
        }
    }
    let assignments = words[..words.len() - 1].iter().take_while(|word| !word.starts_with('-') && word.contains('='));
    let count = assignments.count();
    words.split_off(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_into_words() {
        let table: [(&str, &[&str]); 6] = [
            ("yundb call ", &["yundb", "call", ""]),
            ("A=b yundb call x=", &["yundb", "call", "x="]),
            ("yundb --endpoint http://a:1 'GET /x", &["yundb", "--endpoint", "http://a:1", "GET /x"]),
            (r#"yundb "a \" b"c d\ e"#, &["yundb", r#"a " bc"#, "d e"]),
            ("yundb '' x", &["yundb", "", "x"]),
            ("", &[""]),
        ];
        for (line, expected) in table {
            assert_eq!(split(line), expected, "{line}");
        }
    }
}
