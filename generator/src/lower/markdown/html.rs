//! HTML tags in Markdown: whether a text may keep its tags.

/// Presentational tags supported by browsers.
const KNOWN: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "caption",
    "center",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];

/// Void elements, which have no end tag.
const VOID: &[&str] = &["br", "hr", "img"];

/// Presentational attributes.
const ATTRIBUTES: &[&str] = &[
    "align", "alt", "border", "class", "colspan", "height", "href", "id", "name", "rel", "rowspan", "src", "target",
    "title", "valign", "width",
];

/// Whether all tags in these pieces of a text are known, presentational, and closed where necessary. Otherwise all tags
/// are escaped: `Vec<u8>` or `<id>` is not a tag, and an unclosed one would swallow the rest of the text.
pub fn is_whole<'t>(pieces: impl Iterator<Item = &'t str>) -> bool {
    let mut open: Vec<String> = Vec::new();
    for piece in pieces {
        let mut rest = piece;
        while let Some((_, tag)) = rest.split_once('<') {
            let Some((tag, after)) = tag.split_once('>') else { return false };
            rest = after;
            let ends = tag.strip_prefix('/');
            let name: String = ends.unwrap_or(tag).chars().take_while(char::is_ascii_alphanumeric).collect();
            let attributes = &ends.unwrap_or(tag)[name.len()..];
            let name = name.to_ascii_lowercase();
            if !KNOWN.contains(&name.as_str()) {
                return false;
            }
            match ends {
                Some(_) if !attributes.trim().is_empty() || open.pop().as_ref() != Some(&name) => return false,
                Some(_) => {}
                None if !shows(attributes.trim_end().trim_end_matches('/')) => return false,
                None if VOID.contains(&name.as_str()) => {}
                None if attributes.trim_end().ends_with('/') => return false,
                None => open.push(name),
            }
        }
    }
    open.is_empty()
}

/// Whether all attributes are presentational.
fn shows(attributes: &str) -> bool {
    let mut rest = attributes.trim();
    while !rest.is_empty() {
        let Some((name, value)) = rest.split_once('=') else { return false };
        let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { return false };
        let Some((value, after)) = value[1..].split_once(quote) else { return false };
        let script = value.trim_start().get(..11).is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:"));
        if script || value.contains('<') || !ATTRIBUTES.contains(&name.trim().to_ascii_lowercase().as_str()) {
            return false;
        }
        rest = after.trim_start();
    }
    true
}
