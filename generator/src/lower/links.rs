//! Links in docs to the items that they mention: code spans with the document's name of an operation, a type, or an
//! input or field next to the documented item.
//!
//! This is the last step, when all names are known. Docs are then already Markdown lines for rustdoc.

use foldhash::{HashMap, HashSet};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::markdown::{WIDTH, is_block, options, wrap};
use super::model::{Docs, Field, Input, Operation, Service, TypeKind, Users};
use super::names;

/// Targets of links by names in the document.
struct Names {
    /// The method by the operation's id, or another name that the vendor uses.
    operations: HashMap<String, String>,
    /// The Rust name by the component's name.
    types: HashMap<String, String>,
    /// The module by the guide's name.
    guides: HashMap<String, String>,
}

/// Inputs or fields of one item, by wire name: the text of each link, and its target.
type Siblings = HashMap<String, (String, String)>;

/// Adds links to all docs of a service. `components` has the Rust name of each shared schema.
pub fn link(service: &mut Service, components: &std::collections::HashMap<&str, String>) {
    let names = Names::of(service, components);
    let none = Siblings::default();
    let in_prose = |docs: &mut Docs| names.link(docs, &none, "");
    in_prose(&mut service.docs);
    service.settings.iter_mut().flat_map(|setting| &mut setting.docs).for_each(in_prose);
    service.servers.iter_mut().for_each(|server| in_prose(&mut server.docs));
    service.schemes.iter_mut().for_each(|scheme| in_prose(&mut scheme.docs));
    service.received.iter_mut().for_each(|received| in_prose(&mut received.docs));
    service.guides.iter_mut().for_each(|guide| guide.text = names.linked(&guide.text, (&none, ""), false));
    for group in &mut service.groups {
        in_prose(&mut group.docs);
        group.operations.iter_mut().for_each(|operation| names.operation(operation));
    }
    for definition in &mut service.types {
        let siblings = match &definition.kind {
            TypeKind::Struct(body) => fields(&body.fields),
            _ => Siblings::default(),
        };
        names.link(&mut definition.docs, &siblings, "");
        match &mut definition.kind {
            TypeKind::Struct(body) => {
                for field in &mut body.fields {
                    names.link(&mut field.docs, &siblings, &field.wire);
                }
            }
            TypeKind::StringEnum(all) => all.iter_mut().for_each(|variant| in_prose(&mut variant.docs)),
            TypeKind::IntegerEnum(all) => all.iter_mut().for_each(|variant| in_prose(&mut variant.docs)),
            TypeKind::Tuple(tuple) => tuple.elements.iter_mut().for_each(|element| in_prose(&mut element.docs)),
            TypeKind::Union(_) | TypeKind::Newtype(_) | TypeKind::Own(_) => {}
        }
    }
    for form in &mut service.forms {
        let siblings = inputs(&form.fields, "Self");
        names.link(&mut form.docs, &siblings, "");
        form.fields.iter_mut().for_each(|field| names.link(&mut field.docs, &siblings, &field.wire));
    }
}

impl Names {
    fn of(service: &Service, components: &std::collections::HashMap<&str, String>) -> Self {
        // A name that is also a value or an input is ambiguous.
        let mut others: HashSet<&str> = HashSet::default();
        for definition in &service.types {
            match &definition.kind {
                TypeKind::Struct(body) => others.extend(body.fields.iter().map(|field| field.wire.as_str())),
                TypeKind::StringEnum(all) => others.extend(all.iter().map(|variant| variant.value.as_str())),
                _ => {}
            }
        }
        let all = || service.groups.iter().flat_map(|group| &group.operations);
        others.extend(all().flat_map(|operation| &operation.params).map(|param| param.name.as_str()));
        let mut operations = HashMap::default();
        for operation in all() {
            let method = names::plain(&operation.method_name);
            // A single word is probably something else.
            let known = operation.aliases.iter().chain([&operation.name]).map(String::as_str).chain([method]);
            for name in known.filter(|name| names::snake(name).contains('_') && !others.contains(name)) {
                operations.entry(name.to_owned()).or_insert_with(|| method.to_owned());
            }
        }
        let emitted: HashSet<&str> = service
            .types
            .iter()
            .filter(|definition| definition.users != Users::Nobody)
            .map(|definition| definition.name.as_str())
            .collect();
        let types = components
            .iter()
            .filter(|(name, rust)| {
                let names_type = name.starts_with(|c: char| c.is_ascii_uppercase()) && !others.contains(*name);
                names_type && emitted.contains(rust.as_str()) && !operations.contains_key(**name)
            })
            .map(|(name, rust)| ((*name).to_owned(), rust.clone()));
        let types = types.collect();
        let guides = service.guides.iter().map(|guide| (guide.name.clone(), names::plain(&guide.module).to_owned()));
        Self { operations, types, guides: guides.collect() }
    }

    fn operation(&self, operation: &mut Operation) {
        let own = inputs(&operation.setters, &operation.type_name);
        self.link(&mut operation.docs, &own, "");
        let own = inputs(&operation.setters, "Self");
        operation.setters.iter_mut().for_each(|setter| self.link(&mut setter.docs, &own, &setter.wire));
        operation.representations.iter_mut().for_each(|it| self.link(&mut it.docs, &own, ""));
        // No link: the compiler prints a note verbatim, and rustdoc panics over some links in notes.
        if let Some(id) = operation.deprecated.as_ref().and_then(|note| note.strip_prefix("use `")?.strip_suffix('`')) {
            let method = self.operations.get(id).cloned().unwrap_or_else(|| names::snake(id));
            operation.deprecated = Some(format!("use `{method}`"));
        }
    }

    /// Links the docs of an item, which is not linked itself: `own` is its wire name.
    fn link(&self, docs: &mut Docs, siblings: &Siblings, own: &str) {
        if docs.iter().any(|line| line.contains('`')) {
            let text = docs.join("\n");
            // A look at the pieces between backticks is cheaper than the parser.
            let pieces: Vec<&str> = text.split('`').collect();
            let opens_link = |before: &str| before.ends_with('[') && !before.ends_with("\\[");
            let is_link = |around: &[&str]| opens_link(around[0]) && around[2].starts_with("](");
            // These may be part of a name.
            let is_plain = !text.contains("``") && !text.contains("\\|");
            if is_plain && !pieces.windows(3).any(|around| !is_link(around) && self.may_know(around[1], siblings)) {
                return;
            }
            let linked = self.linked(&text, (siblings, own), true);
            if linked != text {
                *docs = linked.split('\n').map(str::to_owned).collect();
            }
        }
    }

    /// The same text with links, rewrapped where lines became too long.
    fn linked(&self, text: &str, siblings: (&Siblings, &str), fill: bool) -> String {
        let mut out = String::with_capacity(text.len());
        let (mut taken, mut within) = (0, 0);
        // The end of the last code span, and whether it was a value: lists of values may be long.
        let mut last = (0, false);
        for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::Heading { .. }) => within += 1,
                Event::End(TagEnd::Link | TagEnd::Image | TagEnd::Heading(_)) => within -= 1,
                Event::Code(name) if within == 0 => {
                    let between = &text[last.0..range.start];
                    let goes_on = last.1 && !between.contains(". ") && !between.contains("\n\n");
                    last = (range.end, goes_on || is_value(&text[..range.start]));
                    if last.1 {
                        continue;
                    }
                    let guide = self.guide(&name, &text[..range.start]);
                    let Some(link) = guide.or_else(|| self.resolve(&name, siblings)) else { continue };
                    out.push_str(&text[taken..range.start]);
                    out.push_str(&link);
                    taken = range.end;
                }
                _ => {}
            }
        }
        if taken == 0 {
            return text.to_owned();
        }
        out.push_str(&text[taken..]);
        if fill { rewrapped(&out) } else { out }
    }

    /// Whether a code span with this content may become a link.
    fn may_know(&self, span: &str, siblings: &Siblings) -> bool {
        let known = |name: &str| {
            siblings.contains_key(name)
                || self.operations.contains_key(name)
                || self.types.contains_key(name)
                || self.guides.contains_key(name)
                || name.starts_with("docs::")
        };
        // Lines of lists and quotes begin with more than the span.
        let words = || span.split_whitespace().filter(|word| *word != ">").collect::<Vec<_>>().join(" ");
        known(span) || span.contains(['\n', ' ']) && known(&words())
    }

    /// A guide by its module, or by its name if the words before it announce a guide.
    fn guide(&self, name: &str, before: &str) -> Option<String> {
        let (known, named) = match name.strip_prefix("docs::") {
            Some(module) => (self.guides.values().find(|known| *known == module), true),
            None => (self.guides.get(name), false),
        };
        let before = before.trim_end();
        let announced = ["guide", "guides", "Guide"].iter().any(|word| before.ends_with(word))
            || name.contains('-') && before.to_lowercase().ends_with("see");
        let module = known.filter(|_| named || announced)?;
        Some(format!("[`docs::{module}`](crate::docs::{module})"))
    }

    fn resolve(&self, name: &str, (siblings, own): (&Siblings, &str)) -> Option<String> {
        if let Some((shown, path)) = siblings.get(name).filter(|_| name != own) {
            return Some(format!("[`{shown}`]({path})"));
        }
        if let Some(method) = self.operations.get(name) {
            return Some(format!("[`{method}`](crate::Client::{method})"));
        }
        self.types.get(name).map(|ty| format!("[`{ty}`](crate::types::{ty})"))
    }
}

fn inputs(inputs: &[Input], owner: &str) -> Siblings {
    siblings(inputs.iter().map(|input| (input.wire.as_str(), input.ident.as_str())), owner)
}

fn fields(fields: &[Field]) -> Siblings {
    siblings(fields.iter().map(|field| (field.wire.as_str(), field.ident.as_str())), "Self")
}

/// Items that share a wire name are not linked.
fn siblings<'a>(all: impl Iterator<Item = (&'a str, &'a str)>, owner: &str) -> Siblings {
    let mut found = Siblings::default();
    let mut twice = HashSet::default();
    for (wire, ident) in all {
        let ident = names::plain(ident);
        if found.insert(wire.to_owned(), (ident.to_owned(), format!("{owner}::{ident}"))).is_some() {
            twice.insert(wire);
        }
    }
    found.retain(|wire, _| !twice.contains(wire.as_str()));
    found
}

/// Whether the next code span is a value, according to the sentence around it.
fn is_value(before: &str) -> bool {
    let paragraph = before.rsplit("\n\n").next().unwrap_or_default();
    let sentence = paragraph.rsplit(". ").next().unwrap_or_default();
    let ends = |words: &[&str]| words.iter().any(|word| sentence.trim_end().ends_with(word));
    sentence.contains("One of `") || ends(&["One of", "Example:", "Defaults to", "Matches", "Format:", "Value:"])
}

/// Wraps paragraphs with a line that is too long; tables, code and other blocks are kept.
fn rewrapped(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut fence: Option<&str> = None;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if let Some(open) = fence {
            fence = (content != open).then_some(open);
        } else if content.starts_with("```") {
            fence = Some(&content[..content.len() - content.trim_start_matches('`').len()]);
        }
        let mark = if ["- ", "* ", "+ "].iter().any(|mark| content.starts_with(mark)) { 2 } else { 0 };
        let plain = fence.is_none() && line.chars().count() > WIDTH && (mark > 0 || !is_block(content));
        if !plain {
            out.push((*line).to_owned());
            continue;
        }
        let margin = " ".repeat(indent + mark);
        let mut words = content[mark..].to_owned();
        // A trailing `\` is a deliberate line break.
        while let Some(next) = lines.get(at).and_then(|next| next.strip_prefix(&margin)) {
            if words.ends_with('\\') || next.is_empty() || is_block(next) {
                break;
            }
            words = format!("{words} {next}");
            at += 1;
        }
        let first = format!("{}{}", &line[..indent], &content[..mark]);
        let wrapped = wrap(&words, WIDTH.saturating_sub(margin.len()));
        out.extend(
            wrapped.iter().enumerate().map(|(at, line)| format!("{}{line}", if at == 0 { &first } else { &margin })),
        );
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let text = |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Names {
            operations: text(&[("listFlavors", "list_flavors")]),
            types: text(&[("Flavor", "Flavor")]),
            guides: text(&[("object-lists", "object_lists"), ("errors", "errors")]),
        }
    }

    #[test]
    fn names_in_code_spans_become_links() {
        let siblings = siblings([("SkipPreCheck", "skip_pre_check"), ("a", "a"), ("a", "a_query")].into_iter(), "Self");
        for (text, linked) in [
            ("See `listFlavors`.", "See [`list_flavors`](crate::Client::list_flavors)."),
            ("A `Flavor`, or `flavor`.", "A [`Flavor`](crate::types::Flavor), or `flavor`."),
            ("With `SkipPreCheck` `a`", "With [`skip_pre_check`](Self::skip_pre_check) `a`"),
            ("One of `listFlavors`, `SkipPreCheck`.", "One of `listFlavors`, `SkipPreCheck`."),
            ("Defaults to\n`SkipPreCheck`.", "Defaults to\n`SkipPreCheck`."),
            ("[`listFlavors`](https://x)", "[`listFlavors`](https://x)"),
            ("# `listFlavors`", "# `listFlavors`"),
            ("```text\n`listFlavors`\n```", "```text\n`listFlavors`\n```"),
            ("the guide `errors`, `errors`", "the guide [`docs::errors`](crate::docs::errors), `errors`"),
            ("`docs::errors`", "[`docs::errors`](crate::docs::errors)"),
            ("see\n`object-lists`", "see\n[`docs::object_lists`](crate::docs::object_lists)"),
            ("``listFlavors``", "[`list_flavors`](crate::Client::list_flavors)"),
        ] {
            assert_eq!(names().linked(text, (&siblings, ""), true), linked);
        }
    }

    #[test]
    fn every_name_that_the_parser_finds_is_linked() {
        let siblings = siblings([("foo bar", "foo_bar"), ("a|b", "a_or_b"), ("a`b", "a_b")].into_iter(), "Self");
        for text in [
            "See `foo bar`.",
            "See `foo\nbar`.",
            "See ` foo bar `.",
            "- A list with `foo\n  bar`.",
            "> A quote with `foo\n> bar`.",
            "1. A `foo\n   bar`.",
            "| h |\n|---|\n| `a\\|b` |",
            "See ``a`b``.",
            "See `` `foo bar` ``, `foo bar`.",
        ] {
            let linked = names().linked(text, (&siblings, ""), true);
            assert_ne!(linked, text);
            let mut docs: Docs = text.split('\n').map(str::to_owned).collect();
            names().link(&mut docs, &siblings, "");
            assert_eq!(docs.join("\n"), linked);
        }
    }

    #[test]
    fn lines_that_become_too_long_are_rewrapped() {
        let words = "word ".repeat(20);
        let text = format!("- {words}`listFlavors`\n  and more\n- next\n\n| `listFlavors` {words} |");
        let linked = names().linked(&text, (&Siblings::default(), ""), true);
        let lines: Vec<&str> = linked.split('\n').collect();
        assert_eq!(lines[1], "  [`list_flavors`](crate::Client::list_flavors) and more");
        assert_eq!(lines[2], "- next");
        assert!(lines[4].starts_with("| [`list_flavors`]") && lines.len() == 5);
    }
}
