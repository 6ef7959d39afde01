//! Doc comments: what a document says, made safe for rustdoc, with the facts that its keywords add.

use openapiv3::{AnySchema, SchemaData};
use serde_json::Value;

use super::model::Docs;

/// Columns of a doc comment's text.
const WIDTH: usize = 110;

/// The lines of a description: paragraphs are filled anew, lists, tables and code stay.
pub fn lines(text: &str) -> Docs {
    let mut out = Docs::new();
    // The paragraph or list item at hand.
    let mut open = String::new();
    let mut fence = false;
    for raw in text.lines() {
        let raw = raw.replace('\t', "    ");
        let trimmed = raw.trim();
        if trimmed.starts_with("```") {
            flush(&mut open, &mut out);
            fence = !fence;
            // Without a language rustdoc would compile it.
            out.push(if fence { "```text".to_owned() } else { "```".to_owned() });
            continue;
        }
        if fence {
            out.push(raw.trim_end().to_owned());
            continue;
        }
        let prose = escape(trimmed);
        if prose.is_empty() {
            flush(&mut open, &mut out);
            blank(&mut out);
        } else if let Some(item) = prose.strip_prefix("- ").or_else(|| prose.strip_prefix("* ")) {
            let in_list = open.starts_with("- ") || open.is_empty() && out.last().is_some_and(|last| is_item(last));
            flush(&mut open, &mut out);
            if !in_list {
                blank(&mut out);
            }
            open = format!("- {item}");
        } else if prose.starts_with(['|', '#']) {
            flush(&mut open, &mut out);
            if prose.starts_with('|') && out.last().is_some_and(|last| !last.starts_with('|')) || prose.starts_with('#')
            {
                blank(&mut out);
            }
            out.push(prose);
        } else {
            if open.is_empty() && out.last().is_some_and(|last| is_item(last) || last.starts_with(['|', '#'])) {
                blank(&mut out);
            }
            if !open.is_empty() {
                open.push(' ');
            }
            open.push_str(&prose);
        }
    }
    flush(&mut open, &mut out);
    if fence {
        out.push("```".to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("  ")
}

/// An empty line, unless there is one already or nothing before it.
fn blank(out: &mut Docs) {
    if out.last().is_some_and(|last| !last.is_empty()) {
        out.push(String::new());
    }
}

/// Wraps the paragraph at hand; words, and code in backticks that has no blanks, stay whole.
fn flush(open: &mut String, out: &mut Docs) {
    let text = std::mem::take(open);
    if text.is_empty() {
        return;
    }
    let options = textwrap::Options::new(WIDTH)
        .subsequent_indent(if text.starts_with("- ") { "  " } else { "" })
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    out.extend(textwrap::wrap(&text, options).into_iter().map(std::borrow::Cow::into_owned));
}

/// Escapes what rustdoc would read as a link or as HTML.
fn escape(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut code = false;
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            // A lone backtick opens nothing.
            code = !code && rest[1..].contains('`');
        }
        if !code {
            if (rest.starts_with("http://") || rest.starts_with("https://")) && !out.ends_with(['(', '<']) {
                let end = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '`' | '"' | '\''))
                    .unwrap_or(rest.len());
                let url = rest[..end].trim_end_matches(['.', ',', ';', ':']);
                out.push_str(&format!("<{url}>"));
                rest = &rest[url.len()..];
                continue;
            }
            match c {
                '<' | '[' if !is_link(rest) => out.push('\\'),
                '*' | '_' if out.ends_with(char::is_whitespace) && rest[1..].starts_with(char::is_whitespace) => {
                    out.push('\\')
                }
                _ => {}
            }
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Whether `[text](url)` stands here, with an absolute address.
fn is_link(rest: &str) -> bool {
    rest.starts_with('[')
        && rest.split_once("](").is_some_and(|(text, target)| {
            !text[1..].contains('[') && (target.starts_with("http://") || target.starts_with("https://"))
        })
}

/// The first sentence or line of a text, without a full stop.
pub fn summary(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let sentence = line.split_once(". ").map_or(line, |(first, _)| first);
    escape(sentence.trim_end_matches('.').trim_start_matches(['#', ' ']))
}

/// A description followed by the facts that the schema's keywords state.
pub fn with_facts(description: Option<&str>, facts: Vec<String>, fallback: impl FnOnce() -> String) -> Docs {
    let mut text = description.map(str::trim).filter(|text| !text.is_empty()).map_or_else(fallback, str::to_owned);
    // What the description says already is not said twice.
    let facts: Vec<String> = facts.into_iter().filter(|fact| !says(&text, fact)).collect();
    if !facts.is_empty() {
        if !text.ends_with(['.', '!', '?', ':', '\n']) {
            text.push('.');
        }
        // Short texts take the facts on the same line, others in a paragraph of their own.
        text.push_str(if text.contains('\n') { "\n\n" } else { " " });
        text.push_str(&facts.join(" "));
    }
    lines(&text)
}

/// Whether a text has all the numbers of a fact.
fn says(text: &str, fact: &str) -> bool {
    let numbers = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.')
            .map(|n| n.trim_matches('.').to_owned())
            .filter(|n| !n.is_empty())
            .collect()
    };
    let (known, needed) = (numbers(text), numbers(fact));
    !fact.contains('`') && !needed.is_empty() && needed.iter().all(|number| known.contains(number))
}

/// What the keywords of a schema say, as sentences.
pub fn facts(view: &AnySchema, data: &SchemaData) -> Vec<String> {
    let mut out = Vec::new();
    range(&mut out, view.min_length, view.max_length, "character", "characters");
    range(&mut out, view.min_items, view.max_items, "item", "items");
    range(&mut out, view.min_properties, view.max_properties, "entry", "entries");
    let above = view.exclusive_minimum == Some(true);
    let below = view.exclusive_maximum == Some(true);
    match (view.minimum, view.maximum) {
        (Some(min), Some(max)) if !above && !below => out.push(format!("From {min} to {max}.")),
        (min, max) => {
            out.extend(min.map(|v| if above { format!("More than {v}.") } else { format!("At least {v}.") }));
            out.extend(max.map(|v| if below { format!("Less than {v}.") } else { format!("At most {v}.") }));
        }
    }
    out.extend(view.multiple_of.map(|v| format!("A multiple of {v}.")));
    out.extend(view.pattern.as_deref().filter(|p| !p.contains('`')).map(|p| format!("Matches `{p}`.")));
    if view.unique_items == Some(true) {
        out.push("Without duplicates.".to_owned());
    }
    out.extend(data.default.as_ref().and_then(inline).map(|v| format!("Default: `{v}`.")));
    out
}

/// An example as a sentence, if it is short and may be shown.
pub fn example(value: Option<&Value>) -> Option<String> {
    value.and_then(inline).map(|v| format!("Example: `{v}`."))
}

fn inline(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (!text.is_empty() && text.len() <= 60 && !text.contains(['`', '\n'])).then_some(text)
}

fn range(out: &mut Vec<String>, min: Option<usize>, max: Option<usize>, one: &str, many: &str) {
    match (min.filter(|min| *min > 0), max) {
        (Some(min), Some(max)) if min == max => {
            out.push(format!("Exactly {min} {}.", if min == 1 { one } else { many }))
        }
        (Some(min), Some(max)) => out.push(format!("{min} to {max} {many}.")),
        (Some(min), None) => out.push(format!("At least {min} {}.", if min == 1 { one } else { many })),
        (None, Some(max)) => out.push(format!("At most {max} {}.", if max == 1 { one } else { many })),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustdoc_reads_it_as_prose() {
        assert_eq!(lines("a <b> [c] [d](https://e.f)"), ["a \\<b> \\[c] [d](https://e.f)"]);
        assert_eq!(lines("see https://e.f/g."), ["see <https://e.f/g>."]);
        assert_eq!(lines("```\nlet a\n```"), ["```text", "let a", "```"]);
        assert_eq!(lines("list\n* a\n  more\n* b\n\nend"), ["list", "", "- a more", "- b", "", "end"]);
        assert_eq!(lines("one\ntwo\n\nthree"), ["one two", "", "three"]);
        assert_eq!(lines("`Vec<u8>` and a lone `"), ["`Vec<u8>` and a lone `"]);
    }
}
