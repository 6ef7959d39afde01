use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Parser, Tag};

use super::marks::is_address;
use super::*;

#[test]
fn blocks_are_kept_and_valid_for_rustdoc() {
    for (text, expected) in [
        ("a <b> [c] [d](https://e.f)", &["a \\<b> \\[c] [d](https://e.f)"][..]),
        ("see https://e.f/g_h_i.", &["see <https://e.f/g_h_i>."]),
        ("```\nlet a\n```", &["```text", "let a", "```"]),
        ("~~~rust\n```\n~~~", &["````text", "```", "````"]),
        ("a\n\n    let b;\n\nc", &["a", "", "```text", "let b;", "```", "", "c"]),
        ("list\n* a\n  more\n* b\n\nend", &["list", "", "- a more", "- b", "", "end"]),
        ("1. a\n   - b\n     c\n2. d", &["1. a", "   - b c", "2. d"]),
        ("- a\n\n  b\n\n- c", &["- a", "", "  b", "", "- c"]),
        ("- a\n\n\n1) b\n2) c", &["- a", "", "1) b", "2) c"]),
        ("> a\nb\n>\n> > c", &["> a b", ">", "> > c"]),
        ("|a|b|\n|:-|-:|\n|`x\\|y`|[z]|", &["| a | b |", "|:---|---:|", "| `x\\|y` | \\[z] |"]),
        ("A\n=\nb\n-", &["# A", "", "## b"]),
        ("a  \nb\\\nc", &["a\\", "b\\", "c"]),
        ("one\ntwo\n\nthree", &["one two", "", "three"]),
        ("one\rtwo\r\nthree\u{2028}four", &["one two three four"]),
        ("`Vec<u8>` and a lone `", &["`Vec<u8>` and a lone \\`"]),
        ("a<br>b <i>c</i>", &["a<br>b <i>c</i>"]),
        ("a<br>b <i>c", &["a\\<br>b \\<i>c"]),
        ("<p>\n*a*\n</p>", &["<p>", "*a*", "</p>"]),
        ("<p>\n*a*", &["\\<p> *a*"]),
        ("<script>x()</script>", &["\\<script>x()\\</script>"]),
        ("<a onclick=\"x()\">y</a>", &["\\<a onclick=\"x()\">y\\</a>"]),
        ("[a][1] [b]\n\n[1]: https://e.f\n[b]: c", &["[a][1] \\[b]", "", "\\[b]: c", "", "[1]: https://e.f"]),
        ("[a](b) [`c`](d::e) ![f](g.png)", &["\\[a](b) \\[`c`](d::e) !\\[f](g.png)"]),
        ("a[^1] b[^2]\n\n[^1]: c", &["a[^1] b\\[^2]", "", "[^1]: c"]),
        ("[[[ [a][b]", &["\\[\\[\\[ \\[a]\\[b]"]),
        ("- [ ] a\n- [x] b", &["- [ ] a", "- [x] b"]),
        ("\\* a \\[b\\]", &["\\* a \\[b\\]"]),
        ("a \u{202b}b\u{202c} \0", &["a &#x202b;b&#x202c; \u{2400}"]),
        ("**a\nb** _c_", &["**a b** _c_"]),
        ("", &[]),
        ("- ", &["-"]),
        ("***", &["___"]),
    ] {
        assert_eq!(lines(text), expected, "{text}");
        assert_eq!(lines(&expected.join("\n")), expected, "again: {text}");
    }
    let long = format!("{} - 1. # b", "a".repeat(107));
    assert_eq!(lines(&long), [long.trim_end_matches(" b"), "b"]);
}

#[test]
fn the_first_sentence_is_complete() {
    for (text, sentence) in [
        ("The name of it. More.", "The name of it."),
        ("Some, e.g. this one, and\n`that` one. More.", "Some, e.g. this one, and `that` one."),
        ("# Title\n\nMore.", "Title"),
        ("Version 1.2 of `a. B`! More", "Version 1.2 of `a. B`!"),
        ("```\na. B\n```\nOne. Two", "One."),
        ("\u{4e00}\u{3002}\u{4e8c}\u{3002}", "\u{4e00}\u{3002}"),
        ("One of:\n- a\n- b", "One of:"),
    ] {
        assert_eq!(first_sentence(text), sentence);
    }
}

#[test]
fn code_and_names_are_verbatim() {
    assert_eq!(code("a`b"), "``a`b``");
    assert_eq!(code("`"), "`` ` ``");
    assert_eq!(code("a\nb"), "`a b`");
    assert_eq!(plain("1.0.0-rc"), "1.0.0-rc");
    assert_eq!(plain("# A\nB"), "\\# A B");
    assert_eq!(plain("A <b> [C]"), "A \\<b> \\[C]");
}

/// The text as a reader sees it, and the problems that rustdoc would report.
fn seen(text: &str) -> (String, Vec<String>) {
    let mut faults = Vec::new();
    let callback =
        |link: BrokenLink<'_>| Some((CowStr::from(format!("broken {}", link.reference)), CowStr::Borrowed("")));
    let mut seen = String::new();
    let mut tags = Vec::new();
    for event in Parser::new_with_broken_link_callback(text, options(), Some(callback)) {
        match event {
            Event::Text(text) | Event::Code(text) => seen.push_str(&text),
            Event::Html(text) | Event::InlineHtml(text) => {
                seen.push_str(&text);
                tags.push(text.into_string());
            }
            Event::Start(Tag::CodeBlock(kind)) => match kind {
                pulldown_cmark::CodeBlockKind::Fenced(language) if &*language == "text" => {}
                kind => faults.push(format!("{kind:?}")),
            },
            Event::Start(Tag::Link { dest_url, link_type, .. })
                if !is_address(&dest_url) && !matches!(link_type, LinkType::Autolink | LinkType::Email) =>
            {
                faults.push(format!("link to {dest_url}"));
            }
            _ => {}
        }
    }
    if !html::is_whole(tags.iter().map(String::as_str)) {
        faults.push(format!("tags {tags:?}"));
    }
    (seen.chars().filter(|c| c.is_alphanumeric()).collect(), faults)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2000))]

    #[test]
    fn conversion_preserves_any_text(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "b", "word", " ", " ", " ", "\n", "\n", "\n\n", "    ", "  ", "- ", "* ", "1. ", "2) ", "> ", "# ", "```", "~~~", "`",
                "``", "|", "|-|-|\n", "[c]", "[d](e)", "[f](https://g.h)", "[1]: https://i.j\n", "[k]: l\n", "<b>", "</b>", "<br>", "<p>",
                "</p>", "<T>", "<!--", "*", "**", "_", "\\", "~~", "---\n", "===\n", "https://m.n/o_p", "[^1]", "[^1]: ", "&amp;", "!", "\r", "\u{202e}",
            ]),
            0..24,
        )
    ) {
        let text = words.concat();
        let out = lines(&text);
        let whole = out.iter().all(|line| !line.contains(['\n', '\r', '\u{202e}']));
        proptest::prop_assert!(whole);
        let written = out.join("\n");
        let (read, faults) = seen(&written);
        proptest::prop_assert!(faults.is_empty(), "{:?} became {:?}: {:?}", text, written, faults);
        // A second conversion changes nothing.
        let again = seen(&lines(&written).join("\n")).0;
        let sorted = |text: String| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters
        };
        proptest::prop_assert_eq!(sorted(again), sorted(read), "{:?}", text);
    }
}
