//! Doc comments: the document's descriptions, made safe for rustdoc, with facts from its keywords.

use serde_json::Value;

use super::markdown;
pub use super::markdown::{first_sentence, lines};
use super::model::{Constant, Docs, Type};
use crate::accounting::Ledger;
use crate::load::Schema;

/// An item of a list: a name, with its description indented below.
pub fn listed(name: &str, docs: &[String]) -> Docs {
    let (first, more) = docs.split_first().map_or(("", docs), |(first, more)| (first.as_str(), more));
    let more = more.iter().map(|line| format!("  {line}"));
    let item: Vec<String> = std::iter::once(format!("- {name}: {first}")).chain(more).collect();
    lines(&item.join("\n"))
}

/// A name, followed by its description after a colon if that is a single paragraph.
pub fn introduced(name: &str, docs: Docs) -> Docs {
    let end = docs.iter().position(String::is_empty).unwrap_or(docs.len());
    match docs.first() {
        None => vec![name.to_owned()],
        Some(first) if markdown::is_block(first) || docs[..end].iter().any(|line| markdown::is_block(line)) => {
            [name.to_owned(), String::new()].into_iter().chain(docs).collect()
        }
        Some(_) => {
            lines(&format!("{name}: {}", docs[..end].join(" "))).into_iter().chain(docs[end..].to_vec()).collect()
        }
    }
}

/// The first sentence of a text, without the full stop.
pub fn summary(text: &str) -> String {
    // The truncated part may have contained the end of a mark.
    let sentence = lines(&markdown::first_sentence(text)).join(" ");
    sentence.trim_end_matches(['.', '\u{3002}']).to_owned()
}

/// A description followed by the facts from the schema's keywords.
pub fn with_facts(description: Option<&str>, facts: Vec<String>, fallback: impl FnOnce() -> String) -> Docs {
    let text = description.map(str::trim).filter(|text| !text.is_empty()).map_or_else(fallback, str::to_owned);
    // Facts that the description already states are not repeated.
    let facts: Vec<String> =
        facts.into_iter().filter(|fact| !states(&text, fact) && !text.contains(fact.trim_end_matches('.'))).collect();
    with_fact(lines(&text), &facts.join(" "))
}

/// Docs with a fact appended to the last paragraph, after a full stop.
pub fn with_fact(docs: Docs, fact: &str) -> Docs {
    continued(docs, fact, lines)
}

/// Like [`with_fact`], for a sentence with links into the crate.
pub fn with_markdown(docs: Docs, sentence: &str) -> Docs {
    continued(docs, sentence, |text| markdown::wrap(text, markdown::WIDTH))
}

fn continued(mut docs: Docs, fact: &str, lines: impl Fn(&str) -> Docs) -> Docs {
    if fact.is_empty() {
        return docs;
    }
    let start = docs.iter().rposition(String::is_empty).map_or(0, |at| at + 1);
    let paragraph = docs.get(start).is_some_and(|first| !markdown::is_block(first))
        && !docs.last().is_some_and(|last| markdown::is_block(last));
    if !paragraph {
        docs.extend(Some(String::new()).filter(|_| !docs.is_empty()));
        docs.extend(lines(fact));
        return docs;
    }
    let words = docs.split_off(start).join(" ");
    let ends = words.trim_end_matches(['*', '_', '"', '\'', ')', '\u{201d}']);
    let stop = if ends.ends_with(['.', '!', '?', ':', '\u{3002}']) { "" } else { "." };
    docs.extend(lines(&format!("{words}{stop} {fact}")));
    docs
}

/// Whether a sentence already states a fact: its default, or all its numbers and the words that make them limits.
fn states(text: &str, fact: &str) -> bool {
    if let Some(value) = fact.strip_prefix("Defaults to `").and_then(|rest| rest.strip_suffix("`.")) {
        let value = format!("`{value}`");
        return text
            .split(". ")
            .any(|sentence| sentence.to_lowercase().contains("default") && sentence.contains(&value));
    }
    let one = matches!(fact, "At least 1 character." | "At least 1 item." | "At least 1 entry.");
    if one && ["not be empty", "non-empty", "at least one"].iter().any(|words| text.to_lowercase().contains(words)) {
        return true;
    }
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

/// The note on a required input, which mentions a value that the client sends by default.
pub fn required(constant: Option<&Constant>) -> &'static str {
    match constant {
        Some(_) => "**Required**; sent by default.",
        None => "**Required.**",
    }
}

/// The facts from a schema's keywords, as sentences.
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
    out.extend(format.map(|format| format!("Format: {}.", markdown::code(format))));
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
    out.extend(schema.pattern.map(|pattern| format!("Matches {}.", markdown::code(pattern.value))));
    let code = |words: &str, text: &str| format!("{words} {}.", markdown::code(text));
    out.extend(ledger.value(&schema.content_encoding).map(|encoding| code("Encoded as", encoding)));
    out.extend(ledger.value(&schema.content_media_type).map(|media_type| code("Holds", media_type)));
    out.extend(schema.property_names.as_ref().and_then(|names| self::names(&names.value.read())));
    for (name, others) in schema.dependent_required.iter().filter(|(_, others)| !others.is_empty()) {
        let others: Vec<String> = others.iter().map(|other| markdown::code(other.value)).collect();
        out.push(format!("If {} is set, {} must be set.", markdown::code(name.value), others.join(" and ")));
    }
    if schema.unique_items.is_some_and(|unique| unique.value) {
        out.push("Without duplicates.".to_owned());
    }
    out.extend(ledger.value(&schema.default).map(|value| default(&value.to_json())));
    out
}

/// The names of a map's entries, as a sentence.
fn names(schema: &Schema<'_>) -> Option<String> {
    let listed = schema.enumeration.iter().filter_map(|name| name.value.as_str()).map(markdown::code);
    let listed: Vec<String> = listed.collect();
    match (listed.is_empty(), schema.pattern) {
        (false, _) => Some(format!("Its names are {}.", listed.join(", "))),
        (true, Some(pattern)) => Some(format!("Its names match {}.", markdown::code(pattern.value))),
        (true, None) => None,
    }
}

/// A number in the usual notation: `10` for `10.0`.
fn number(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(value) if number.is_f64() => value.to_string(),
        _ => number.to_string(),
    }
}

/// An example as a sentence, if it is short and not secret.
pub fn example(value: Option<&Value>) -> Option<String> {
    value.and_then(inline).filter(|text| text.len() <= 60).map(|v| format!("Example: `{v}`."))
}

/// A value as code, if it can be put between backticks.
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
        Some(text) => format!("Defaults to `{text}`."),
        None => match value {
            Value::String(text) if text.is_empty() => "Defaults to an empty string.".to_owned(),
            Value::Null => "Defaults to none.".to_owned(),
            other => format!("Defaults to {}.", other.to_string().replace('`', "'")),
        },
    }
}

fn range(out: &mut Vec<String>, min: Option<usize>, max: Option<usize>, one: &str, many: &str) {
    match (min.filter(|min| *min > 0), max) {
        (Some(min), Some(max)) if min == max => {
            out.push(format!("Exactly {min} {}.", if min == 1 { one } else { many }))
        }
        // Limits that contradict each other are no range.
        (Some(min), Some(max)) if min > max => {
            range(out, Some(min), None, one, many);
            range(out, None, Some(max), one, many);
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
    fn facts_follow_the_description_after_a_full_stop() {
        for (text, docs) in [
            ("A name", &["A name. Required."][..]),
            ("A name.", &["A name. Required."]),
            ("(A name.)", &["(A name.) Required."]),
            ("", &["Required."]),
            ("One\n\ntwo", &["One", "", "two. Required."]),
            ("One:\n- two", &["One:", "", "- two", "", "Required."]),
            ("```\nlet a", &["```text", "let a", "```", "", "Required."]),
        ] {
            assert_eq!(with_fact(lines(text), "Required."), docs);
        }
    }

    #[test]
    fn stated_facts_are_not_repeated() {
        for (text, fact, docs) in [
            ("Must not be empty.", "At least 1 character.", "Must not be empty."),
            ("Codes, at least one.", "At least 1 item.", "Codes, at least one."),
            ("Codes.", "At least 1 item.", "Codes. At least 1 item."),
            ("The default is `x`.", "Defaults to `x`.", "The default is `x`."),
            ("Defaults to `y` here.", "Defaults to `x`.", "Defaults to `y` here. Defaults to `x`."),
            ("From 1 to 5.", "From 1 to 5.", "From 1 to 5."),
        ] {
            assert_eq!(with_facts(Some(text), vec![fact.to_owned()], String::new), [docs]);
        }
    }
}
