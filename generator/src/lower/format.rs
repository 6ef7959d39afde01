//! Formats of strings with a type of their own, and the option to keep them as strings.

use std::collections::BTreeSet;
use std::str::FromStr;

/// A `format` of strings that has a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `date-time`
    DateTime,
    /// `date-time-local`
    DateTimeLocal,
    /// `date`
    Date,
    /// `time` and `time-local`
    Time,
    /// `duration`
    Duration,
    /// `uuid`
    Uuid,
    /// `uri` and `url`, but not references, which may be relative
    Uri,
    /// `ipv4`
    Ipv4,
    /// `ipv6`
    Ipv6,
    /// `ip`
    Ip,
}

/// The facts about a format.
struct Facts {
    format: Format,
    /// Its names in documents; the first one is also that of the option.
    names: &'static [&'static str],
    /// The runtime's type.
    type_name: &'static str,
    /// The runtime's shape function that checks it.
    check: Option<&'static str>,
    /// A sample value, for examples.
    sample: &'static str,
}

const FORMATS: &[Facts] = &[
    Facts {
        format: Format::DateTime,
        names: &["date-time"],
        type_name: "Timestamp",
        check: Some("date_time"),
        sample: "2021-12-14T07:46:22Z",
    },
    Facts {
        format: Format::DateTimeLocal,
        names: &["date-time-local"],
        type_name: "DateTime",
        check: Some("date_time_local"),
        sample: "2021-12-14T07:46:22",
    },
    Facts { format: Format::Date, names: &["date"], type_name: "Date", check: Some("date"), sample: "2021-12-14" },
    Facts {
        format: Format::Time,
        names: &["time", "time-local"],
        type_name: "Time",
        check: Some("time"),
        sample: "07:46:22",
    },
    // Many services use other notations for durations than ISO 8601: `3600`, `1mo`.
    Facts { format: Format::Duration, names: &["duration"], type_name: "Span", check: None, sample: "PT1H" },
    Facts {
        format: Format::Uuid,
        names: &["uuid"],
        type_name: "Uuid",
        check: Some("uuid"),
        sample: "67e55044-10b1-426f-9247-bb680e5fe0c8",
    },
    Facts {
        format: Format::Uri,
        names: &["uri", "url"],
        type_name: "Url",
        check: Some("uri"),
        sample: "https://example.com",
    },
    Facts { format: Format::Ipv4, names: &["ipv4"], type_name: "Ipv4Addr", check: Some("ipv4"), sample: "192.0.2.1" },
    Facts { format: Format::Ipv6, names: &["ipv6"], type_name: "Ipv6Addr", check: Some("ipv6"), sample: "2001:db8::1" },
    Facts { format: Format::Ip, names: &["ip"], type_name: "IpAddr", check: Some("ip"), sample: "192.0.2.1" },
];

impl Format {
    /// The format with this name in documents.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|facts| facts.names.contains(&name)).map(|facts| facts.format)
    }

    fn facts(self) -> &'static Facts {
        const { assert!(FORMATS.len() == Self::Ip as usize + 1) };
        &FORMATS[self as usize]
    }

    /// The name in documents.
    pub fn name(self) -> &'static str {
        self.facts().names[0]
    }

    /// The runtime's type of its values.
    pub fn type_name(self) -> &'static str {
        self.facts().type_name
    }

    /// The runtime's shape function that checks it.
    pub fn check(self) -> Option<&'static str> {
        self.facts().check
    }

    /// A sample value.
    pub fn sample(self) -> &'static str {
        self.facts().sample
    }
}

/// The formats that have types: all, except those kept as strings.
///
/// Parsed from a list such as `date-time=text,uuid=text`, or `all=text`; `=typed` is the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Formats {
    texts: BTreeSet<Format>,
}

impl Formats {
    /// Keeps all formats as strings.
    pub fn all_text() -> Self {
        Self { texts: FORMATS.iter().map(|facts| facts.format).collect() }
    }

    /// Keeps a format as strings.
    pub fn text(mut self, format: Format) -> Self {
        self.texts.insert(format);
        self
    }

    /// The format with this name in documents, if it has a type.
    pub fn typed(&self, name: &str) -> Option<Format> {
        Format::named(name).filter(|format| !self.texts.contains(format))
    }
}

impl FromStr for Formats {
    type Err = String;

    /// # Errors
    /// If an entry is not `<format>=text` or `<format>=typed` with a format that has a type, or `all`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut formats = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (name, form) = entry.split_once('=').ok_or_else(|| format!("`{entry}` is not `<format>=text`"))?;
            let chosen = match Format::named(name) {
                Some(format) => BTreeSet::from([format]),
                None if name == "all" => Self::all_text().texts,
                None => {
                    let known: Vec<&str> = FORMATS.iter().map(|facts| facts.names[0]).collect();
                    return Err(format!("`{name}` is not a format with a type; these are {}", known.join(", ")));
                }
            };
            match form {
                "text" => formats.texts.extend(chosen),
                "typed" => formats.texts.retain(|format| !chosen.contains(format)),
                _ => return Err(format!("`{entry}`: write `text` or `typed` after the `=`")),
            }
        }
        Ok(formats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_is_found_by_its_names() {
        for facts in FORMATS {
            assert_eq!(facts.format.name(), facts.names[0]);
            for name in facts.names {
                assert_eq!(Format::named(name), Some(facts.format), "{name}");
            }
        }
        assert_eq!(Format::named("uri-reference"), None);
    }

    #[test]
    fn formats_are_parsed_from_a_list() {
        let formats = |text: &str| text.parse::<Formats>();
        assert_eq!(formats(""), Ok(Formats::default()));
        assert_eq!(Formats::default().typed("url"), Some(Format::Uri));
        assert_eq!(formats("uuid=text").map(|it| (it.typed("uuid"), it.typed("date"))), Ok((None, Some(Format::Date))));
        assert_eq!(formats("url=text, time=text"), Ok(Formats::default().text(Format::Uri).text(Format::Time)));
        assert_eq!(formats("all=text"), Ok(Formats::all_text()));
        let but_one = formats("all=text,ip=typed").unwrap();
        assert_eq!((but_one.typed("ip"), but_one.typed("ipv4")), (Some(Format::Ip), None));
        assert_eq!(formats("uuid"), Err("`uuid` is not `<format>=text`".to_owned()));
        assert_eq!(formats("uuid=bytes"), Err("`uuid=bytes`: write `text` or `typed` after the `=`".to_owned()));
        assert!(
            formats("email=text")
                .unwrap_err()
                .starts_with("`email` is not a format with a type; these are date-time, ")
        );
    }
}
