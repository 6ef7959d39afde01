//! Converts the document's Markdown for rustdoc: the same blocks, wrapped. Code that rustdoc would compile, unintended
//! links into the crate and unclosed tags are escaped; everything else is verbatim.
//!
//! The parser is the same as rustdoc's.

mod html;
mod marks;
#[cfg(test)]
mod tests;
mod write;

use std::borrow::Cow;

use pulldown_cmark::Options;

pub use marks::wrap;
use write::Writer;

/// Maximum width of a doc comment's text.
pub const WIDTH: usize = 110;

/// The lines of a text.
pub fn lines(text: &str) -> Vec<String> {
    let text = clean(text);
    let text = text.trim_matches('\n');
    if let Some(words) = paragraph(text) {
        let mut lines = wrap(&words, WIDTH);
        lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
        return lines;
    }
    let mut writer = Writer::new(text);
    writer.write();
    writer.out
}

/// The words of a text that is one paragraph without Markdown, apart from code spans: most descriptions are, and need no
/// parser. None for any text that may be something else.
fn paragraph(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut code, mut previous) = (false, '\n');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied().unwrap_or('\n');
        let begins_line = previous == '\n';
        let is_plain = match c {
            '`' => next != '`' && previous != '`',
            '\n' => !code && !begins_line && previous != ' ',
            _ if code => true,
            c if c.is_alphabetic() => true,
            _ if begins_line => false,
            '_' => previous.is_ascii_alphanumeric() && next.is_ascii_alphanumeric(),
            c => !c.is_ascii() || c.is_ascii_digit() || " .,;:'\"()/?!%-+=@$#{}".contains(c),
        };
        if !is_plain {
            return None;
        }
        code ^= c == '`';
        match c {
            '\n' => out.push(' '),
            ' ' if !code && previous == ' ' => {}
            c => out.push(c),
        }
        previous = c;
    }
    // Addresses become links.
    let is_whole = !code && !out.is_empty() && !out.contains("http");
    out.truncate(out.trim_end().len());
    is_whole.then_some(out)
}

/// A text whose lines can be put in a comment: line ends are `\n`, and invisible characters are replaced by a symbol or
/// their code.
pub fn clean(text: &str) -> Cow<'_, str> {
    let usual =
        |c: char| (c == '\n' || !c.is_control()) && !is_mark_of_direction(c) && !matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().all(usual) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.peek() == Some(&'\n') => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push_str("    "),
            '\u{7f}' => out.push('\u{2421}'),
            '\0'..'\u{20}' => out.extend(char::from_u32(0x2400 + u32::from(c))),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c if is_mark_of_direction(c) => out.push_str(&format!("&#x{:x};", u32::from(c))),
            c => out.push(c),
        }
    }
    out.into()
}

/// Characters that rustc rejects in comments, as they can disguise code.
fn is_mark_of_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A text as a code span, inline or not.
pub fn code(text: &str) -> String {
    let text = clean(text).replace('\n', " ");
    if text.is_empty() {
        return "an empty string".to_owned();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') && text.ends_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

/// Plain text without Markdown, on one line.
pub fn plain(text: &str) -> String {
    let text = clean(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match lines(&text).as_slice() {
        [line] if !is_block(line) => line.clone(),
        _ => {
            let special =
                |c: char| c.is_ascii_punctuation() && !matches!(c, '\'' | '"' | ',' | '/' | ':' | ';' | '?' | '%');
            text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
        }
    }
}

/// Whether a line is, or begins, a block other than a paragraph.
pub fn is_block(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['>', '|', '[', ' '])
        || line.starts_with('<') && !line.starts_with("<http")
        || line.trim_start_matches('#').starts_with(' ')
        || ["- ", "+ ", "* ", "___", "```"].iter().any(|mark| line.starts_with(mark))
        || number.len() < line.len() && (number.starts_with(". ") || number.starts_with(") "))
}

/// The first paragraph of a text, or its first heading, on one line.
pub fn first_paragraph(text: &str) -> String {
    let mut fence: Option<String> = None;
    let mut paragraph: Vec<String> = Vec::new();
    for line in lines(text) {
        let mut line = line.trim();
        if let Some(open) = &fence {
            if line == open {
                fence = None;
            }
            continue;
        }
        if paragraph.is_empty() {
            if let Some(open) =
                line.strip_suffix("text").filter(|open| open.len() > 2 && open.bytes().all(|c| c == b'`'))
            {
                fence = Some(open.to_owned());
                continue;
            }
            line = line.trim_start_matches("> ");
            if let Some(heading) = line.strip_prefix('#') {
                return heading.trim_start_matches(['#', ' ']).to_owned();
            }
            line = ["- ", "* "].iter().find_map(|marker| line.strip_prefix(marker)).unwrap_or(line);
            if line.is_empty() || line.starts_with(['|', '<']) && !line.starts_with("<http") {
                continue;
            }
        } else if line.is_empty() || ["- ", "* ", ">", "|", "1. "].iter().any(|marker| line.starts_with(marker)) {
            break;
        }
        paragraph.push(line.trim_end_matches('\\').to_owned());
    }
    paragraph.join(" ")
}

/// The first sentence of a text, with its full stop if it has one.
pub fn first_sentence(text: &str) -> String {
    const SHORT: &[&str] = &[
        "e.g", "i.e", "etc", "vs", "cf", "approx", "incl", "resp", "no", "fig", "dr", "mr", "mrs", "ms", "st", "max",
        "min",
    ];
    let text = first_paragraph(text);
    let mut code = false;
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        match c {
            '`' => code = !code,
            '\u{3002}' | '\u{ff01}' | '\u{ff1f}' if !code => return text[..at + c.len_utf8()].to_owned(),
            '.' | '!' | '?' if !code && after.starts_with(' ') => {
                let word = before.rsplit([' ', '(']).next().unwrap_or_default().to_ascii_lowercase();
                let goes_on = after.trim_start().starts_with(char::is_lowercase);
                let is_short = c == '.' && SHORT.contains(&word.as_str());
                if !goes_on && !is_short {
                    return text[..=at].to_owned();
                }
            }
            _ => {}
        }
    }
    text
}

pub fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}
