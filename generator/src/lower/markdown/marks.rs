//! Markdown characters in inline text, and wrapping.

/// Escapes Markdown characters.
pub fn unmarked(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut escaped = false;
    for c in source.chars() {
        if !escaped && matches!(c, '<' | '*' | '_' | '`' | '[') {
            out.push('\\');
        }
        escaped = c == '\\' && !escaped;
        out.push(if c == '\n' { ' ' } else { c });
    }
    out
}

/// Whether it is a URL outside of the crate.
pub fn is_address(target: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .iter()
        .any(|scheme| target.get(..scheme.len()).is_some_and(|it| it.eq_ignore_ascii_case(scheme)))
}

/// Text between Markdown characters: URLs become links, and an unmatched backtick is escaped, as it might match a later
/// one.
pub fn prose(text: &str, linked: bool, escaped: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let (first, mut rest) = text.split_at(text.chars().next().filter(|_| escaped).map_or(0, char::len_utf8));
    out.push_str(first);
    while let Some(c) = rest.chars().next() {
        if !linked && (rest.starts_with("http://") || rest.starts_with("https://")) {
            let end = rest
                .find(|c: char| {
                    c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ')' | ']' | '`' | '"' | '\'')
                })
                .unwrap_or(rest.len());
            let url = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\\']);
            if !url.ends_with("//") {
                out.push_str(&format!("<{}>", url.replace('\\', "")));
                rest = &rest[url.len()..];
                continue;
            }
        }
        // A `<` that opens nothing might do so now that a URL is followed by `>`.
        let opens =
            c == '<' && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if matches!(c, '`' | '[') || opens {
            out.push('\\');
        }
        if c != ' ' || !out.ends_with(' ') {
            out.push(c);
        }
        rest = &rest[c.len_utf8()..];
        if c == '\\'
            && let Some(escaped) = rest.chars().next()
        {
            out.push(escaped);
            rest = &rest[escaped.len_utf8()..];
        }
    }
    out
}

/// Wraps text. No line begins with a block mark.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::Custom(words))
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

/// Words, each with the following ones that cannot begin a line.
fn words<'t>(line: &'t str) -> Box<dyn Iterator<Item = textwrap::core::Word<'t>> + 't> {
    let ends = line.match_indices(' ').map(|(at, _)| at + 1).filter(|&at| {
        let next = line[at..].split(' ').next().unwrap_or_default();
        !next.is_empty() && !begins_block(next)
    });
    let ends: Vec<usize> = ends.chain([line.len()]).collect();
    let starts = std::iter::once(0).chain(ends.clone());
    Box::new(starts.zip(ends).map(|(start, end)| textwrap::core::Word::from(&line[start..end])))
}

/// The position of the character that would turn a paragraph into another block.
pub fn begins_with_mark(text: &str) -> Option<usize> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mark = &text[if digits < 10 { digits } else { 0 }..];
    let alone = |mark: &str, len: usize| mark.len() == len || mark[len..].starts_with(' ');
    let hashes = mark.len() - mark.trim_start_matches('#').len();
    let ticks = mark.len() - mark.trim_start_matches('`').len();
    let symbols: String = mark.split(' ').collect();
    let begins = match mark.chars().next()? {
        '.' | ')' => digits > 0 && alone(mark, 1),
        _ if digits > 0 => false,
        '-' | '+' | '*' if alone(mark, 1) => true,
        c @ ('-' | '*' | '_') => symbols.len() > 2 && symbols.chars().all(|other| other == c),
        '#' => hashes < 7 && alone(mark, hashes),
        '>' => true,
        '=' => symbols.chars().all(|other| other == '='),
        '|' | ':' => symbols.chars().all(|other| matches!(other, '|' | '-' | ':')),
        '[' => mark.starts_with("[^") && mark.contains("]:"),
        '~' => mark.starts_with("~~~"),
        '`' => ticks > 2 && !mark[ticks..].contains('`'),
        _ => false,
    };
    begins.then_some(digits)
}

fn begins_block(word: &str) -> bool {
    let number = word.trim_start_matches(|c: char| c.is_ascii_digit());
    word.starts_with(['>', '|', '#', '='])
        || word.starts_with("```")
        || word.starts_with("~~~")
        || word.starts_with("[^")
        || word.starts_with('<') && !word.starts_with("<http")
        || word.bytes().all(|c| matches!(c, b'-' | b'+' | b'*' | b'_' | b':' | b'|'))
        || number.len() < word.len() && matches!(number, "." | ")")
}
