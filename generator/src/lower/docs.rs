//! Doc comments: what a document says, made safe for rustdoc, with the facts that its keywords add.

use openapiv3::{AnySchema, SchemaData};
use serde_json::Value;

use super::model::Docs;

/// Columns of a doc comment's text.
const WIDTH: usize = 110;

/// The lines of a description.
pub fn lines(text: &str) -> Docs {
    let mut out = Docs::new();
    let mut fence = false;
    for raw in text.lines() {
        // Tabs and deep indents would make rustdoc take prose for code and compile it.
        let raw = raw.replace('\t', "    ");
        let trimmed = raw.trim_end();
        if trimmed.trim_start().starts_with("```") {
            fence = !fence;
            out.push(if fence { "```text".to_owned() } else { "```".to_owned() });
            continue;
        }
        if fence {
            out.push(trimmed.to_owned());
            continue;
        }
        let prose = escape(trimmed.trim_start());
        if prose.is_empty() {
            if out.last().is_some_and(|last| !last.is_empty()) {
                out.push(String::new());
            }
            continue;
        }
        let bullet = prose.starts_with("- ") || prose.starts_with("* ");
        if bullet && out.last().is_some_and(|last| !last.is_empty() && !last.starts_with("- ") && !last.starts_with("  ")) {
            out.push(String::new());
        }
        if prose.starts_with('|') || prose.starts_with('#') {
            // A table or heading is one line whatever its length.
            out.push(prose);
            continue;
        }
        let (prose, indent) = match prose.strip_prefix("* ") {
            Some(rest) => (format!("- {rest}"), "  "),
            None if bullet => (prose, "  "),
            None => (prose, ""),
        };
        // A line of prose after a list item would be taken for its continuation.
        if !bullet && out.last().is_some_and(|last| last.starts_with("- ") || last.starts_with("  ")) {
            out.push(String::new());
        }
        let options = textwrap::Options::new(WIDTH).subsequent_indent(indent).break_words(false);
        out.extend(textwrap::wrap(&prose, options).into_iter().map(std::borrow::Cow::into_owned));
    }
    if fence {
        out.push("```".to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
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
                let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']' | '`' | '"' | '\'')).unwrap_or(rest.len());
                let url = rest[..end].trim_end_matches(['.', ',', ';', ':']);
                out.push_str(&format!("<{url}>"));
                rest = &rest[url.len()..];
                continue;
            }
            match c {
                '<' | '[' if !is_link(rest) => out.push('\\'),
                '*' | '_' if out.ends_with(char::is_whitespace) && rest[1..].starts_with(char::is_whitespace) => out.push('\\'),
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
        && rest
            .split_once("](")
            .is_some_and(|(text, target)| !text[1..].contains('[') && (target.starts_with("http://") || target.starts_with("https://")))
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
        (Some(min), Some(max)) if min == max => out.push(format!("Exactly {min} {}.", if min == 1 { one } else { many })),
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
        assert_eq!(lines("list\n* a\n* b"), ["list", "", "- a", "- b"]);
        assert_eq!(lines("`Vec<u8>` and a lone `"), ["`Vec<u8>` and a lone `"]);
    }
}
