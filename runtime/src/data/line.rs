//! Sanitizes foreign text for single-line output such as logs.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt::{self, Write};

/// Writes text as a single line: line ends as spaces, and invisible characters as Rust's escapes. So neither a service
/// nor the author of an input can forge log lines, color a terminal or reverse text.
pub(crate) struct Line<'f, 'b>(pub(crate) &'f mut fmt::Formatter<'b>);

impl Write for Line<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| is_invisible(*c)) {
            let (before, after) = rest.split_at(at);
            self.0.write_str(before)?;
            match c {
                '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => self.0.write_char(' ')?,
                other => write!(self.0, "{}", other.escape_unicode())?,
            }
            rest = after.get(c.len_utf8()..).unwrap_or_default();
        }
        self.0.write_str(rest)
    }
}

/// Control characters, line ends, and characters that change the direction of text or are invisible.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A string without such characters, for short values that contain none: ids, codes, states.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    match text.contains(is_invisible) {
        true => Cow::Owned(text.chars().filter(|c| !is_invisible(*c)).collect()),
        false => Cow::Borrowed(text),
    }
}

/// For messages: whitespace collapsed, and truncated to a readable length.
pub(crate) fn one_line(text: &str) -> String {
    const MOST: usize = 500;
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(MOST) {
        line.truncate(cut);
        line.push_str("...");
    }
    line
}

/// The causes of an error that its own text does not include, so that a report of all sources repeats nothing.
pub(crate) fn omitted_cause<'a>(
    error: &impl fmt::Display,
    mut source: Option<&'a (dyn StdError + 'static)>,
) -> Option<&'a (dyn StdError + 'static)> {
    let shown = error.to_string();
    while let Some(inner) = source.filter(|inner| shown.contains(&InLine(inner).to_string())) {
        source = inner.source();
    }
    source
}

/// Writes an error as `{:?}`, which is what `main` prints of the error that it returns: its text, and below it the
/// causes.
pub(crate) fn report(
    f: &mut fmt::Formatter<'_>,
    error: &impl fmt::Display,
    source: Option<&(dyn StdError + 'static)>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut cause = source;
    if cause.is_some() {
        f.write_str("\n\nCaused by:")?;
    }
    while let Some(inner) = cause {
        write!(f, "\n    {}", InLine(inner))?;
        cause = omitted_cause(&InLine(inner), inner.source());
    }
    Ok(())
}

struct InLine<'a>(&'a dyn StdError);

impl fmt::Display for InLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Line(f), "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Shown<'a>(&'a str);

    impl fmt::Display for Shown<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(Line(f), "<{}>", self.0)
        }
    }

    #[test]
    fn invisible_characters_are_escaped() {
        for (text, shown) in [
            ("plain, 名 é", "<plain, 名 é>"),
            ("a\r\nFATAL b", "<a  FATAL b>"),
            ("\u{1b}[31mred", r"<\u{1b}[31mred>"),
            ("a\u{202e}b\u{0}\u{85}\u{200b}", r"<a\u{202e}b\u{0}\u{85}\u{200b}>"),
            ("", "<>"),
        ] {
            assert_eq!(Shown(text).to_string(), shown);
        }
        assert_eq!(visible("r-1\n\u{1b}[2J"), "r-1[2J");
    }
}
