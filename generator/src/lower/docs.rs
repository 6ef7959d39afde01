//! Doc comments: what a document says, made safe for rustdoc, with the facts that its keywords add.

use serde_json::Value;

use super::model::{Docs, Type};
use crate::accounting::Ledger;
use crate::load::Schema;

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

/// An item of a list: a name, and what is said of it indented under that.
pub fn listed(name: &str, docs: &[String]) -> Docs {
    let (first, more) = docs.split_first().map_or(("", docs), |(first, more)| (first.as_str(), more));
    let more = more.iter().map(|line| if line.is_empty() { String::new() } else { format!("  {line}") });
    std::iter::once(format!("- {name}: {first}").trim_end().to_owned()).chain(more).collect()
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

/// The first sentence of a text, without a full stop, safe for rustdoc.
pub fn summary(text: &str) -> String {
    let paragraph = first_paragraph(text);
    let sentence = paragraph.split_once(". ").map_or(paragraph.as_str(), |(first, _)| first);
    escape(sentence.trim_end_matches('.'))
}

/// The first paragraph of a text, however its lines are wrapped.
pub fn first_paragraph(text: &str) -> String {
    let lines = text.lines().map(str::trim).skip_while(|line| line.is_empty());
    let ends = |line: &str| line.is_empty() || line.starts_with(['|', '-', '*', '`']) || line.ends_with(':');
    let mut paragraph = String::new();
    for line in lines {
        if paragraph.is_empty() {
            // A heading is a paragraph of its own.
            let heading = line.starts_with('#');
            paragraph.push_str(line.trim_start_matches(['#', ' ']));
            if heading || ends(line) {
                break;
            }
            continue;
        }
        if ends(line) && !line.ends_with(':') || line.starts_with('#') {
            break;
        }
        paragraph.push(' ');
        paragraph.push_str(line);
    }
    paragraph
}

/// A description followed by the facts that the schema's keywords state.
pub fn with_facts(description: Option<&str>, facts: Vec<String>, fallback: impl FnOnce() -> String) -> Docs {
    let mut text = description.map(str::trim).filter(|text| !text.is_empty()).map_or_else(fallback, str::to_owned);
    // What the description says already is not said twice.
    let facts: Vec<String> =
        facts.into_iter().filter(|fact| !says(&text, fact) && !text.contains(fact.trim_end_matches('.'))).collect();
    if !facts.is_empty() {
        if !text.is_empty() && !text.ends_with(['.', '!', '?', ':', '\n']) {
            text.push('.');
        }
        // Short texts take the facts on the same line, others in a paragraph of their own.
        text.push_str(match (text.is_empty(), text.contains('\n')) {
            (true, _) => "",
            (_, true) => "\n\n",
            _ => " ",
        });
        text.push_str(&facts.join(" "));
    }
    lines(&text)
}

/// Whether a sentence of a text has all the numbers of a fact, and words that make a limit of them.
fn says(text: &str, fact: &str) -> bool {
    const LIMITS: [&str; 22] = [
        "to ",
        "at most",
        "at least",
        "from ",
        "between",
        "less",
        "more",
        "max",
        "min",
        "up to",
        "within",
        "exceed",
        "longer",
        "character",
        "digit",
        "letter",
        "byte",
        "item",
        "entries",
        "long",
        "only ",
        "fewer",
    ];
    let numbers = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.')
            .map(|n| n.trim_matches('.').to_owned())
            .filter(|n| !n.is_empty())
            .collect()
    };
    let needed = numbers(fact);
    !fact.contains('`')
        && !needed.is_empty()
        && text.split(". ").any(|sentence| {
            let (known, lower) = (numbers(sentence), sentence.to_lowercase());
            needed.iter().all(|number| known.contains(number)) && LIMITS.iter().any(|word| lower.contains(word))
        })
}

/// What the keywords of a schema say, as sentences.
pub fn facts(schema: &Schema<'_>, ty: &Type, ledger: &Ledger) -> Vec<String> {
    let mut out = Vec::new();
    let of_type = |format: &str| match ty {
        Type::I32 => format == "int32",
        Type::I64 => format == "int64",
        Type::U64 => format == "uint64",
        Type::F64 => format == "double",
        _ => false,
    };
    let format = ledger.value(&schema.format).filter(|format| !of_type(format));
    out.extend(format.map(|format| format!("Format: `{}`.", format.replace('`', "'"))));
    let count = |keyword: &Option<crate::load::Placed<'_, usize>>| keyword.map(|keyword| keyword.value);
    range(&mut out, count(&schema.min_length), count(&schema.max_length), "character", "characters");
    range(&mut out, count(&schema.min_items), count(&schema.max_items), "item", "items");
    range(&mut out, count(&schema.min_properties), count(&schema.max_properties), "entry", "entries");
    let above = schema.exclusive_minimum.is_some_and(|exclusive| exclusive.value);
    let below = schema.exclusive_maximum.is_some_and(|exclusive| exclusive.value);
    match (schema.minimum.map(|min| number(min.value)), schema.maximum.map(|max| number(max.value))) {
        (Some(min), Some(max)) if !above && !below => out.push(format!("From {min} to {max}.")),
        (min, max) => {
            out.extend(min.map(|v| if above { format!("More than {v}.") } else { format!("At least {v}.") }));
            out.extend(max.map(|v| if below { format!("Less than {v}.") } else { format!("At most {v}.") }));
        }
    }
    out.extend(schema.multiple_of.map(|v| format!("A multiple of {}.", number(v.value))));
    out.extend(schema.pattern.map(|pattern| match pattern.value.contains('`') {
        // A longer fence holds shorter ones.
        true => format!("Matches `` {} ``.", pattern.value),
        false => format!("Matches `{}`.", pattern.value),
    }));
    let code = |words: &str, text: &str| format!("{words} `{}`.", text.replace('`', "'"));
    out.extend(ledger.value(&schema.content_encoding).map(|encoding| code("Encoded as", encoding)));
    out.extend(ledger.value(&schema.content_media_type).map(|media_type| code("Holds", media_type)));
    out.extend(schema.property_names.as_ref().and_then(|names| self::names(&names.value.read())));
    for (name, others) in schema.dependent_required.iter().filter(|(_, others)| !others.is_empty()) {
        let others: Vec<String> = others.iter().map(|other| format!("`{}`", other.value.replace('`', "'"))).collect();
        out.push(format!("With `{}` it needs {}.", name.value.replace('`', "'"), others.join(" and ")));
    }
    if schema.unique_items.is_some_and(|unique| unique.value) {
        out.push("Without duplicates.".to_owned());
    }
    out.extend(ledger.value(&schema.default).map(|value| default(&value.to_json())));
    out
}

/// The names of a map's entries, as a sentence.
fn names(schema: &Schema<'_>) -> Option<String> {
    let listed: Vec<String> = schema
        .enumeration
        .iter()
        .filter_map(|name| name.value.as_str())
        .map(|name| format!("`{}`", name.replace('`', "'")))
        .collect();
    match (listed.is_empty(), schema.pattern) {
        (false, _) => Some(format!("Its names are {}.", listed.join(", "))),
        (true, Some(pattern)) if !pattern.value.contains('`') => Some(format!("Its names match `{}`.", pattern.value)),
        _ => None,
    }
}

/// A number as people write it: `10` for `10.0`.
fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => value.to_string(),
        _ => number.to_string(),
    }
}

/// An example as a sentence, if it is short and may be shown.
pub fn example(value: Option<&Value>) -> Option<String> {
    value.and_then(inline).filter(|text| text.len() <= 60).map(|v| format!("Example: `{v}`."))
}

/// A value as code, if it can stand between backticks.
fn inline(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (!text.is_empty() && !text.contains(['`', '\n'])).then_some(text)
}

/// A default as a sentence.
pub fn default(value: &Value) -> String {
    match inline(value) {
        Some(text) => format!("Default: `{text}`."),
        None => match value {
            Value::String(text) if text.is_empty() => "Default: an empty text.".to_owned(),
            Value::Null => "Default: none.".to_owned(),
            other => format!("Default: {}.", other.to_string().replace('`', "'")),
        },
    }
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
