//! Addresses of services by region in the user's `regions.yaml`, as in the SDKs of Huawei Cloud.

use std::collections::{BTreeMap, HashMap};
use std::io::ErrorKind;
use std::path::Path;
use std::rc::Rc;

use granit_parser::{Event, Parser, ScalarStyle, StrInput};

/// The address of each service, by name in capitals, in each region.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Regions(HashMap<String, BTreeMap<String, String>>);

impl Regions {
    /// Reads a file, if it exists. An error contains its path, and the line.
    pub(crate) async fn load(file: &Path) -> Result<Self, String> {
        let text = match tokio::fs::read_to_string(file).await {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        Self::read(&text).map_err(|Wrong { line, why }| format!("{}:{line}: {why}", file.display()))
    }

    /// The address of a service, by the first of its names that has one in this region.
    pub(crate) fn address(&self, services: &[String], region: &str) -> Option<&str> {
        services.iter().find_map(|service| self.0.get(service)?.get(region)).map(String::as_str)
    }

    /// The regions in which a service has an address, by any of its names.
    pub(crate) fn of<'a>(&'a self, services: &[String]) -> Vec<&'a str> {
        let of_service = services.iter().filter_map(|service| self.0.get(service));
        of_service.flat_map(BTreeMap::keys).map(String::as_str).collect()
    }

    fn read(text: &str) -> Result<Self, Wrong> {
        let mut regions = Self::default();
        for (service, listed) in Reader::document(text)?.entries()? {
            let of_service = regions.0.entry(service.text()?.unwrap_or_default().to_uppercase()).or_default();
            for region in listed.items()? {
                let entries = region.entries()?;
                let get = |name: &str| {
                    let named = |(key, _): &&Entry| matches!(&key.value, Value::Text(key) if key == name);
                    entries.iter().find(named).map(|(_, value)| value)
                };
                let id = get("id").map(|node| node.text()).transpose()?.flatten();
                let several = get("endpoints").map(|node| node.items()).transpose()?.unwrap_or_default();
                // The first one is the main address.
                let mut first = None;
                for address in get("endpoint").into_iter().chain(several) {
                    first = first.or(address.text()?);
                }
                if let (Some(id), Some(address)) = (id, first) {
                    of_service.insert(id.to_owned(), address.to_owned());
                }
            }
        }
        Ok(regions)
    }
}

/// The problem in a file.
#[derive(Debug)]
struct Wrong {
    line: usize,
    why: String,
}

/// A name and its value.
type Entry = (Rc<Node>, Rc<Node>);

struct Node {
    line: usize,
    value: Value,
}

enum Value {
    Nothing,
    Text(String),
    List(Vec<Rc<Node>>),
    Map(Vec<Entry>),
}

impl Node {
    fn wrong<T>(&self, why: &str) -> Result<T, Wrong> {
        Err(Wrong { line: self.line, why: why.to_owned() })
    }

    /// A blank text counts as absent.
    fn text(&self) -> Result<Option<&str>, Wrong> {
        match &self.value {
            Value::Nothing => Ok(None),
            Value::Text(text) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            _ => self.wrong("a string is expected here"),
        }
    }

    fn items(&self) -> Result<&[Rc<Node>], Wrong> {
        match &self.value {
            Value::Nothing => Ok(&[]),
            Value::List(items) => Ok(items),
            _ => self.wrong("a list is expected here"),
        }
    }

    fn entries(&self) -> Result<&[Entry], Wrong> {
        match &self.value {
            Value::Nothing => Ok(&[]),
            Value::Map(entries) => Ok(entries),
            _ => self.wrong("names and values are expected here"),
        }
    }
}

/// Builds the values of a YAML document from the parser's events.
struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// Shared with the aliases, so that aliases of aliases take no memory.
    anchors: HashMap<usize, Rc<Node>>,
}

/// More levels than such a file has.
const DEEPEST: usize = 16;

impl<'a> Reader<'a> {
    fn document(text: &'a str) -> Result<Rc<Node>, Wrong> {
        let mut reader = Self { parser: Parser::new_from_str(text), anchors: HashMap::new() };
        let mut root = None;
        while let Some((event, line)) = reader.next()? {
            match event {
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
                _ if root.is_some() => return Err(Wrong { line, why: "a second document begins here".to_owned() }),
                event => root = Some(reader.node(event, line, 0)?),
            }
        }
        Ok(root.unwrap_or_else(|| Rc::new(Node { line: 1, value: Value::Nothing })))
    }

    fn next(&mut self) -> Result<Option<(Event<'a>, usize)>, Wrong> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, span.start.line()))),
            Some(Err(error)) => Err(Wrong { line: error.marker().line(), why: format!("no YAML: {}", error.info()) }),
        }
    }

    /// The next value within a list or map, `None` at its end.
    fn inner(&mut self, depth: usize) -> Result<Option<Rc<Node>>, Wrong> {
        match self.next()? {
            None | Some((Event::SequenceEnd | Event::MappingEnd, _)) => Ok(None),
            Some((_, line)) if depth > DEEPEST => Err(Wrong { line, why: "it is nested too deeply".to_owned() }),
            Some((event, line)) => self.node(event, line, depth).map(Some),
        }
    }

    fn node(&mut self, event: Event<'a>, line: usize, depth: usize) -> Result<Rc<Node>, Wrong> {
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => {
                let is_nothing = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL");
                (if is_nothing { Value::Nothing } else { Value::Text(text.into_owned()) }, anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                while let Some(item) = self.inner(depth + 1)? {
                    items.push(item);
                }
                (Value::List(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                let mut entries = Vec::new();
                while let Some(key) = self.inner(depth + 1)? {
                    let Some(value) = self.inner(depth + 1)? else { break };
                    entries.push((key, value));
                }
                (Value::Map(entries), anchor)
            }
            Event::Alias(anchor) => {
                let why = || Wrong { line, why: "this alias is inside the value that it refers to".to_owned() };
                return self.anchors.get(&anchor).cloned().ok_or_else(why);
            }
            _ => (Value::Nothing, 0),
        };
        let node = Rc::new(Node { line, value });
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Regions, String> {
        Regions::read(text).map_err(|Wrong { line, why }| format!("{line}: {why}"))
    }

    #[test]
    fn the_documented_example() {
        let regions = read(
            "# Names of services in any case\nECS:\n  - id: 'cn-north-1'\n    endpoint: 'https://ecs.one'\n  - id: cn-north-9\n    \
             endpoints:\n      - 'https://ecs.main'\n      - https://ecs.backup\nIoTDA:\n  - {id: ap-1, endpoint: https://iot}\n",
        )
        .unwrap();
        let address = |service: &str, region| regions.address(&[service.to_owned()], region);
        assert_eq!(address("ECS", "cn-north-1"), Some("https://ecs.one"));
        assert_eq!(address("ECS", "cn-north-9"), Some("https://ecs.main"));
        assert_eq!(address("IOTDA", "ap-1"), Some("https://iot"));
        assert_eq!(address("ECS", "ap-1"), None);
        assert_eq!(address("RDS", "cn-north-1"), None);
        let names = ["RDS", "ECS"].map(str::to_owned);
        assert_eq!(regions.address(&names, "cn-north-1"), Some("https://ecs.one"));
        assert_eq!(regions.of(&names), ["cn-north-1", "cn-north-9"]);
    }

    #[test]
    fn absent_values_are_skipped() {
        for text in
            ["", "# nothing\n", "---\n", "ECS:\n", "ECS: []\n", "ECS:\n  - id: a\n", "ECS:\n  - endpoint: https://x\n"]
        {
            assert_eq!(read(text).unwrap().address(&["ECS".to_owned()], "a"), None, "{text}");
        }
        let text = "a: &north {id: a, endpoint: https://x, more: [1, {b: c}]}\n";
        assert!(read(text).is_err());
        let text = "ecs:\n  - &north {id: a, endpoint: https://x, more: [1, {b: c}]}\nrds:\n  - *north\n";
        assert_eq!(read(text).unwrap().address(&["RDS".to_owned()], "a"), Some("https://x"));
    }

    #[test]
    fn errors_name_the_line() {
        let deep = format!("ECS:\n  {}", "[".repeat(99));
        for (text, why) in [
            ("ECS:\n  - id: a\n    endpoint: [x]\n", "3: a string is expected here"),
            ("ECS:\n  - id: a\n    endpoints: x\n", "3: a list is expected here"),
            ("ECS:\n  id: a\n", "2: a list is expected here"),
            ("ECS:\n  - a\n", "2: names and values are expected here"),
            ("- a\n", "1: names and values are expected here"),
            ("ECS:\n  - id: {a: b}\n", "2: a string is expected here"),
            ("ECS: []\n---\nRDS: []\n", "3: a second document begins here"),
            ("ECS:\n  - &a [*a]\n", "2: this alias is inside the value that it refers to"),
            (&deep, "2: "),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(why), "{text}: {error}");
        }
        let error = read("ECS:\n  - id: 'a\n").unwrap_err();
        assert!(error.contains(": no YAML: "), "{error}");
        let error = read("ECS:\n\t- id: a\n").unwrap_err();
        assert!(error.starts_with("2: no YAML: "), "{error}");
    }
}
