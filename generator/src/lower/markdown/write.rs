//! Writes the blocks of a text from the parser's events.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{Alignment, BrokenLink, CowStr, Event, LinkType, Parser, Tag, TagEnd, TextMergeWithOffset};

use super::marks::{begins_with_mark, is_address, prose, unmarked, wrap};
use super::{WIDTH, code, html, lines, longest_run, options};

/// A block that contains others: the prefix of its first line, and that of all others.
struct Container {
    first: Option<String>,
    rest: String,
    /// Whether it contains a paragraph, so that its end is visible.
    loose: bool,
}

/// The current list: the marker of its items.
struct List {
    number: Option<u64>,
    mark: char,
}

/// Writes the blocks of a text.
pub struct Writer<'t> {
    source: &'t str,
    pub out: Vec<String>,
    containers: Vec<Container>,
    lists: Vec<List>,
    /// Whether a blank line must precede the next block.
    apart: bool,
    /// The marker of the list that has just ended: an adjacent one needs another.
    ended: Option<char>,
    /// The current inline content, with only deliberate line ends.
    open: String,
    /// The end of the source copied to `open`.
    taken: Option<usize>,
    /// For each open link, whether it is also one for rustdoc.
    links: Vec<bool>,
    cells: Vec<String>,
    columns: Vec<Alignment>,
    /// Whether the inline content is that of a heading.
    heading: bool,
    /// The link definitions, by position in the source.
    definitions: BTreeMap<usize, (Range<usize>, bool)>,
    footnotes: Vec<String>,
    /// Whether tags are kept.
    tags: bool,
}

impl<'t> Writer<'t> {
    pub fn new(source: &'t str) -> Self {
        Self {
            source,
            out: Vec::new(),
            containers: Vec::new(),
            lists: Vec::new(),
            apart: false,
            ended: None,
            open: String::new(),
            taken: None,
            links: Vec::new(),
            cells: Vec::new(),
            columns: Vec::new(),
            heading: false,
            definitions: BTreeMap::new(),
            footnotes: Vec::new(),
            tags: true,
        }
    }

    pub fn write(&mut self) {
        // Broken links are also found, as rustdoc would resolve them in the crate.
        let callback = |link: BrokenLink<'_>| Some((CowStr::from(link.reference.into_string()), CowStr::Borrowed("")));
        let parser = Parser::new_with_broken_link_callback(self.source, options(), Some(callback));
        let definitions = parser.reference_definitions().iter();
        self.definitions =
            definitions.map(|(_, it)| (it.span.start, (it.span.clone(), is_address(&it.dest)))).collect();
        let events: Vec<(Event<'_>, Range<usize>)> = TextMergeWithOffset::new(parser.into_offset_iter()).collect();
        let tags = events.iter().filter_map(|(event, _)| match event {
            Event::Html(text) | Event::InlineHtml(text) => Some(&**text),
            _ => None,
        });
        self.tags = html::is_whole(tags);
        self.footnotes = events
            .iter()
            .filter_map(|(event, _)| match event {
                Event::Start(Tag::FootnoteDefinition(label)) => Some(label.to_string()),
                _ => None,
            })
            .collect();
        let mut events = events.into_iter().peekable();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::CodeBlock(_)) => {
                    let inside =
                        events.by_ref().map(|(event, _)| event).take_while(|event| !matches!(event, Event::End(_)));
                    let text = inside.filter_map(|event| match event {
                        Event::Text(text) => Some(text.into_string()),
                        _ => None,
                    });
                    let text: String = text.collect();
                    self.code(&text);
                }
                Event::Start(Tag::HtmlBlock) => {
                    let inside =
                        events.by_ref().map(|(event, _)| event).take_while(|event| !matches!(event, Event::End(_)));
                    let text = inside.filter_map(|event| match event {
                        Event::Html(text) | Event::Text(text) => Some(text.into_string()),
                        _ => None,
                    });
                    let text: String = text.collect();
                    self.html(&text);
                }
                event => self.event(event, range),
            }
        }
        self.flush();
        self.define();
        while self.out.last().is_some_and(|last| last.trim_matches(['>', ' ']).is_empty()) {
            self.out.pop();
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(_) => {
                self.reach(range.start);
                let text = &self.source[range.clone()];
                let linked = self.links.iter().any(|kept| *kept);
                let escaped = self.source[..range.start].bytes().rev().take_while(|c| *c == b'\\').count() % 2 == 1;
                self.open.push_str(&prose(text, linked, escaped));
                self.taken = Some(range.end);
            }
            Event::Code(text) => {
                self.reach(range.start);
                match self.source[range.clone()].contains('\n') {
                    true => self.open.push_str(&code(&text)),
                    false => self.open.push_str(&self.source[range.clone()]),
                }
                self.taken = Some(range.end);
            }
            Event::InlineHtml(text) => {
                self.reach(range.start);
                let text = text.replace('\n', " ");
                self.open.push_str(&if self.tags { text } else { prose(&unmarked(&text), false, false) });
                self.taken = Some(range.end);
            }
            Event::FootnoteReference(label) => {
                self.reach(range.start);
                let known = self.footnotes.iter().any(|known| **known == *label);
                self.open.push_str(if known { "" } else { "\\" });
                self.open.push_str(&self.source[range.clone()]);
                self.taken = Some(range.end);
            }
            Event::TaskListMarker(_) => {
                self.reach(range.start);
                self.open.push_str(&self.source[range.clone()]);
                self.taken = Some(range.end);
            }
            Event::SoftBreak => {
                self.reach(range.start);
                self.open.truncate(self.open.trim_end_matches(' ').len());
                self.open.push(' ');
                self.taken = None;
            }
            Event::HardBreak => {
                self.reach(range.start);
                self.open.push(if self.heading { ' ' } else { '\n' });
                self.taken = None;
            }
            Event::Rule => {
                self.flush();
                self.block();
                self.line("___");
                self.apart = true;
            }
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => {
                self.flush();
                self.block();
                if let Some(container) = self.containers.last_mut() {
                    container.loose = true;
                }
            }
            Tag::Heading { level, .. } => {
                self.flush();
                self.block();
                self.open = format!("{} ", "#".repeat(level as usize));
                self.heading = true;
            }
            Tag::BlockQuote(_) => {
                self.flush();
                self.block();
                self.containers.push(Container { first: None, rest: "> ".to_owned(), loose: true });
            }
            Tag::List(number) => {
                // In an item without paragraphs a list follows immediately.
                let within = !self.open.is_empty();
                self.flush();
                self.apart &= !within;
                self.block();
                let mark = self.source[range]
                    .trim_start()
                    .trim_start_matches(|c: char| c.is_ascii_digit())
                    .chars()
                    .next()
                    .unwrap_or('-');
                let mark = match (number, self.ended) {
                    (Some(_), Some(ended)) if mark == ended => {
                        if mark == '.' {
                            ')'
                        } else {
                            '.'
                        }
                    }
                    (Some(_), _) => mark,
                    (None, Some('-')) => '*',
                    (None, _) => '-',
                };
                self.ended = None;
                self.lists.push(List { number, mark });
            }
            Tag::Item => {
                self.flush();
                self.block();
                if let Some(list) = self.lists.last_mut() {
                    let first = match &mut list.number {
                        Some(number) => {
                            *number += 1;
                            format!("{}{} ", *number - 1, list.mark)
                        }
                        None => format!("{} ", list.mark),
                    };
                    self.containers.push(Container { rest: " ".repeat(first.len()), first: Some(first), loose: false });
                }
            }
            Tag::FootnoteDefinition(label) => {
                self.flush();
                self.block();
                self.containers.push(Container {
                    first: Some(format!("[^{label}]: ")),
                    rest: "    ".to_owned(),
                    loose: true,
                });
            }
            Tag::Table(columns) => {
                self.apart |= !self.open.is_empty();
                self.flush();
                self.block();
                self.columns = columns;
            }
            Tag::TableHead | Tag::TableRow => self.cells.clear(),
            Tag::TableCell => self.taken = None,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.reach(range.start);
                self.taken = Some(range.start);
            }
            Tag::Link { link_type, dest_url, .. } => {
                let kept = match link_type {
                    LinkType::Autolink | LinkType::Email => true,
                    LinkType::Inline | LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut => {
                        is_address(&dest_url)
                    }
                    _ => false,
                };
                self.link(kept, "\\[", "[", range.start);
            }
            Tag::Image { link_type, dest_url, .. } => {
                let known = matches!(
                    link_type,
                    LinkType::Inline | LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut
                );
                self.link(known && is_address(&dest_url), "!\\[", "![", range.start);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => {
                self.flush();
                self.apart = true;
            }
            TagEnd::BlockQuote(_) | TagEnd::FootnoteDefinition => {
                self.flush();
                if self.containers.last().is_some_and(|it| it.first.is_some())
                    || tag != TagEnd::FootnoteDefinition && self.out.is_empty()
                {
                    self.line("");
                }
                self.containers.pop();
                self.apart = true;
            }
            TagEnd::Item => {
                self.flush();
                let item = self.containers.last();
                self.apart = item.is_some_and(|item| item.loose);
                if item.is_some_and(|item| item.first.is_some()) {
                    self.line("");
                }
                self.containers.pop();
            }
            TagEnd::List(_) => {
                self.ended = self.lists.pop().map(|list| list.mark);
                // Following text would belong to the last item.
                self.apart = true;
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.open).replace('\n', " ");
                self.cells.push(cell.trim().to_owned());
                self.taken = None;
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = format!("| {} |", self.cells.join(" | "));
                self.line(&row);
                if tag == TagEnd::TableHead {
                    let row = self.delimiters();
                    self.line(&row);
                }
                self.cells.clear();
            }
            TagEnd::Table => self.apart = true,
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.reach(range.end),
            TagEnd::Link | TagEnd::Image => match self.links.pop() {
                Some(true) => self.reach(range.end),
                _ => {
                    let rest = self.taken.map_or("", |taken| &self.source[taken..range.end]);
                    self.open.push_str(&prose(&unmarked(rest), false, false));
                    self.taken = Some(range.end);
                }
            },
            _ => {}
        }
    }

    /// Begins a link, or text that rustdoc would treat as one.
    fn link(&mut self, kept: bool, escaped: &str, mark: &str, start: usize) {
        self.reach(start);
        self.taken = Some(start);
        if !kept {
            self.open.push_str(escaped);
            self.taken = Some(start + mark.len());
        }
        self.links.push(kept);
    }

    /// Copies the source up to this position.
    fn reach(&mut self, at: usize) {
        let from = self.taken.unwrap_or_else(|| {
            let escapes = self.source[..at].len() - self.source[..at].trim_end_matches('\\').len();
            at - escapes % 2
        });
        if let Some(marks) = self.source.get(from..at) {
            self.open.push_str(&marks.replace('\n', " "));
        }
        self.taken = Some(at);
    }

    /// Begins a block.
    fn block(&mut self) {
        if std::mem::take(&mut self.apart)
            && !self.out.is_empty()
            && self.containers.last().is_none_or(|it| it.first.is_none())
        {
            let prefix: String = self.containers.iter().map(|it| it.rest.as_str()).collect();
            let blank = prefix.trim_end();
            if self.out.last().is_some_and(|last| last != blank && !last.is_empty()) {
                self.out.push(blank.to_owned());
            }
        }
        self.taken = None;
    }

    /// Writes a line within the open blocks.
    fn line(&mut self, text: &str) {
        let prefix: String =
            self.containers.iter_mut().map(|it| it.first.take().unwrap_or_else(|| it.rest.clone())).collect();
        self.out.push(format!("{prefix}{text}").trim_end().to_owned());
        self.ended = None;
    }

    /// Ends the current inline content.
    fn flush(&mut self) {
        let open = std::mem::take(&mut self.open);
        self.taken = None;
        let heading = std::mem::take(&mut self.heading);
        let parts: Vec<&str> = open.split('\n').map(str::trim).filter(|part| !part.is_empty()).collect();
        for (at, part) in parts.iter().enumerate() {
            let prefix: usize = self.containers.iter().map(|it| it.rest.chars().count()).sum();
            let width = if heading { usize::MAX } else { WIDTH.saturating_sub(prefix) };
            // Its prefix may have moved to another line.
            let mut wrapped = match begins_with_mark(part) {
                // A trailing `#` would be removed from a heading.
                _ if heading && !part.ends_with('#') => vec![part.split_whitespace().collect::<Vec<_>>().join(" ")],
                _ if heading && part.ends_with('#') && !part.ends_with("\\#") => {
                    vec![format!("{}\\#", part.trim_end_matches('#'))]
                }
                Some(mark) if !heading => wrap(&format!("{}\\{}", &part[..mark], &part[mark..]), width),
                _ => wrap(part, width),
            };
            if at + 1 < parts.len()
                && let Some(last) = wrapped.last_mut()
            {
                let escapes = last.len() - last.trim_end_matches('\\').len();
                last.push_str(if escapes % 2 == 1 { "\\\\" } else { "\\" });
            }
            wrapped.iter().for_each(|line| self.line(line));
        }
    }

    fn code(&mut self, text: &str) {
        self.flush();
        self.block();
        // rustdoc would compile a code block without a language.
        let fence = "`".repeat(longest_run(text).max(2) + 1);
        self.line(&format!("{fence}text"));
        text.trim_end().split('\n').for_each(|line| self.line(line));
        self.line(&fence);
        self.apart = true;
    }

    fn html(&mut self, text: &str) {
        self.apart |= !self.open.is_empty();
        self.flush();
        self.block();
        if self.tags {
            text.trim_end().lines().for_each(|line| self.line(line));
        } else {
            let escaped: Vec<String> = text.lines().map(|line| line.trim().replace('<', "\\<")).collect();
            lines(&escaped.join("\n")).iter().for_each(|line| self.line(line));
        }
        self.apart = true;
    }

    /// The row between a table's head and body.
    fn delimiters(&self) -> String {
        let columns = self.columns.iter().map(|column| match column {
            Alignment::None => "---|",
            Alignment::Left => ":---|",
            Alignment::Center => ":---:|",
            Alignment::Right => "---:|",
        });
        format!("|{}", columns.collect::<String>())
    }

    /// Writes the link definitions, which are invisible. Broken ones become text.
    fn define(&mut self) {
        let definitions = std::mem::take(&mut self.definitions).into_values();
        let (links, texts): (Vec<_>, Vec<_>) = definitions.partition(|(_, is_link)| *is_link);
        self.containers.clear();
        for (range, is_link) in texts.into_iter().chain(links) {
            self.apart = true;
            self.block();
            let text = self.source[range].split_whitespace().collect::<Vec<_>>().join(" ");
            match is_link {
                true => self.line(&text),
                false => lines(&format!("\\{}", text.replace(['<', '>'], ""))).iter().for_each(|line| self.line(line)),
            }
        }
    }
}
