//! Resolves inline markup in lines and cells: emphasis, links, escapes, HTML elements.

use std::sync::LazyLock;

use regex::Regex;

/// A line break in a cell.
static BREAK: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)<br\s*/?>|</p>|</?ul[^<>]*>|</li>").expect("a constant pattern"));
/// The start of a list item in a cell.
static ITEM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)<li>").expect("a constant pattern"));
/// Any other element in scans. `<String>` and the like are not elements.
static ELEMENT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)</?(?:p|b|i|u|a|pre|code|sub|sup|span|mark|em|strong|div)(?:\s[^<>]*)?>")
        .expect("a constant pattern")
});
/// A link to a place in the document.
static LINK: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\[([^\[\]]*)\]\([^()\s]*\)").expect("a constant pattern"));
/// An escaped character that would otherwise be markup.
static ESCAPED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\\([_*|$\[\]~<>#`&])").expect("a constant pattern"));
/// Emphasised words; the asterisks of a masked value (`id****`) follow a Latin letter or digit and are not markup.
static EMPHASIS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(^|[^0-9A-Za-z_*.])\*\*([^*]{2,}?)\*\*").expect("a constant pattern"));
/// A bullet, with the text before it.
static BULLET: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\s*[●•■◆]\s*").expect("a constant pattern"));

/// The text of a cell; each item of a list on a line of its own.
pub fn cell(text: &str) -> String {
    let text = BREAK.replace_all(text, "\n");
    let text = ITEM.replace_all(&text, "\n- ");
    let text = plain(&text);
    let text = BULLET.replace_all(&text, "\n- ");
    let lines = text.lines().map(|line| {
        let line = line.trim();
        // A bullet inside an HTML list item would give the mark twice.
        line.strip_prefix("- ")
            .map_or_else(|| line.to_owned(), |item| format!("- {}", item.trim_start_matches(['-', ' '])))
    });
    let lines: Vec<String> = lines.filter(|line| !line.is_empty() && line.as_str() != "-").collect();
    lines.join("\n")
}

/// The text of a line; a list item keeps its mark, as `- `.
pub fn line(text: &str) -> String {
    let text = text.trim();
    let (mark, text) = match text.strip_prefix(['-', '*', '•', '●', '■']) {
        Some(item) if item.starts_with(' ') => ("- ", item.trim_start()),
        _ => ("", text),
    };
    let text = plain(&BREAK.replace_all(text, " ")).replace('`', "");
    format!("{mark}{}", text.trim())
}

/// A line of code among text, without the escapes that text needs.
pub fn code(text: &str) -> String {
    ESCAPED.replace_all(text, "$1").into_owned()
}

fn plain(text: &str) -> String {
    let text = ELEMENT.replace_all(text, "");
    let text = LINK.replace_all(&text, "$1");
    let text = EMPHASIS.replace_all(&text, "$1$2");
    let text = ESCAPED.replace_all(&text, "$1");
    let text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&amp;", "&")
}
