//! The entries of an object, in the order and with the names that the type expects.

use std::borrow::Cow;
use std::collections::HashMap;

use super::fault::{Fault, Segment};
use super::reader::{Kind, Reader};

/// An object being read. With `fields`, only these entries are returned, under their declared names.
pub(super) struct Object<'r, 'k, 'de> {
    pub(super) reader: &'r mut Reader<'k, 'de>,
    fields: Option<&'static [&'static str]>,
    /// The field that is likely next, as services keep the documented order.
    next_field: usize,
    outermost: bool,
    /// Whether there was a key.
    begun: bool,
    /// Whether there are keys with more than one name, or a known field.
    mixed: bool,
    /// The last unknown key, and the offset of its value if that is an object.
    unknown: Option<(String, Option<usize>)>,
    /// The key of the current value.
    pub(super) key: Key<'de>,
    /// For repeated keys: the effective entries with the offsets of their values, and the end of the object.
    collected: Option<(std::vec::IntoIter<(Key<'de>, usize)>, usize)>,
    ended: bool,
}

#[derive(Clone)]
pub(super) enum Key<'de> {
    Field(&'static str),
    Other(Cow<'de, str>),
}

impl<'r, 'k, 'de> Object<'r, 'k, 'de> {
    /// Enters the next object.
    pub(super) fn enter(
        reader: &'r mut Reader<'k, 'de>,
        fields: Option<&'static [&'static str]>,
    ) -> Result<Self, Fault> {
        let outermost = reader.is_outermost();
        reader.enter()?;
        let mut object = Self {
            reader,
            fields,
            next_field: 0,
            outermost,
            begun: false,
            mixed: false,
            unknown: None,
            key: Key::Field(""),
            collected: None,
            ended: false,
        };
        if object.reader.known.repeats {
            object.collect()?;
        }
        Ok(object)
    }

    /// Skips the remaining entries, and leaves the object.
    pub(super) fn leave(&mut self) -> Result<(), Fault> {
        while !self.ended && self.next_entry()?.is_some() {
            self.reader.skip()?;
        }
        self.reader.leave();
        Ok(())
    }

    /// The next entry that the type expects; the reader is then at its value.
    pub(super) fn next_entry(&mut self) -> Result<Option<Key<'de>>, Fault> {
        if let Some((entries, end)) = &mut self.collected {
            let entry = entries.next();
            self.ended = entry.is_none();
            self.reader.at = entry.as_ref().map_or(*end, |(_, at)| *at);
            return Ok(entry.map(|(key, _)| key));
        }
        while self.has_more()? {
            if let Some(field) = self.fields.and_then(|fields| fields.get(self.next_field))
                && self.reader.take_text(field)
            {
                self.next_field += 1;
                self.mixed = true;
                self.reader.expect(b':')?;
                return Ok(Some(Key::Field(field)));
            }
            let key = self.read_key()?;
            match self.wanted(key) {
                Ok(key) => return Ok(Some(key)),
                Err(unknown) => self.skip_unknown(&unknown)?,
            }
        }
        Ok(None)
    }

    /// Advances to the key of the next entry, or past the end of the object.
    #[inline]
    fn has_more(&mut self) -> Result<bool, Fault> {
        match self.reader.peek() {
            Some(b'}') => {
                self.reader.at += 1;
                self.ended = true;
                if self.outermost && !self.mixed {
                    self.reader.envelope = self.unknown.take().and_then(|(key, at)| Some((key, at?)));
                }
                return Ok(false);
            }
            Some(b',') if self.begun => self.reader.at += 1,
            _ if self.begun => return Err(self.reader.syntax("`,`")),
            _ => self.begun = true,
        }
        if self.reader.peek() == Some(b'"') { Ok(true) } else { Err(self.reader.syntax("a key")) }
    }

    fn read_key(&mut self) -> Result<Cow<'de, str>, Fault> {
        let key = self.reader.text()?;
        self.reader.expect(b':')?;
        Ok(key)
    }

    /// The declared form of the key, or the key itself if it is unknown.
    fn wanted(&mut self, key: Cow<'de, str>) -> Result<Key<'de>, Cow<'de, str>> {
        let Some(fields) = self.fields else { return Ok(Key::Other(key)) };
        // From the likely one on, as fields may be absent.
        let (before, from) = fields.split_at_checked(self.next_field).unwrap_or_default();
        let position = |fields: &[&str]| fields.iter().position(|field| *field == key);
        let exact = position(from).map(|at| before.len() + at).or_else(|| position(before));
        let index = exact.or_else(|| fields.iter().position(|field| field.eq_ignore_ascii_case(&key)));
        match index.and_then(|index| Some((index, fields.get(index)?))) {
            Some((index, field)) => {
                self.next_field = index + 1;
                self.mixed = true;
                Ok(Key::Field(field))
            }
            None => Err(key),
        }
    }

    fn skip_unknown(&mut self, key: &str) -> Result<(), Fault> {
        if self.outermost && !self.mixed {
            let at = (self.reader.kind()? == Kind::Object).then_some(self.reader.at);
            // The last occurrence of a repeated key wins, as everywhere else.
            self.mixed = self.unknown.as_ref().is_some_and(|(before, _)| before != key);
            self.unknown = Some((key.to_owned(), at));
        }
        self.reader.skip().map(drop)
    }

    /// Scans all keys before any value: of equal keys the last one wins, and an exact match before others.
    fn collect(&mut self) -> Result<(), Fault> {
        let mut entries: Vec<(Key<'de>, usize)> = Vec::new();
        let mut seen: HashMap<Cow<'de, str>, (usize, bool)> = HashMap::new();
        while self.has_more()? {
            let found = self.read_key()?;
            let at = self.reader.at;
            let key = match self.wanted(found.clone()) {
                Ok(key) => key,
                Err(unknown) => {
                    self.skip_unknown(&unknown)?;
                    continue;
                }
            };
            self.reader.skip()?;
            let name = match &key {
                Key::Field(field) => Cow::Borrowed(*field),
                Key::Other(key) => key.clone(),
            };
            let exact = name == found;
            match seen.get_mut(&name) {
                Some((index, was_exact)) if exact || !*was_exact => {
                    if let Some(entry) = entries.get_mut(*index) {
                        entry.1 = at;
                    }
                    *was_exact = exact;
                }
                Some(_) => {}
                None => {
                    seen.insert(name, (entries.len(), exact));
                    entries.push((key, at));
                }
            }
        }
        self.ended = false;
        self.collected = Some((entries.into_iter(), self.reader.at));
        Ok(())
    }
}

impl From<Key<'_>> for Segment {
    fn from(key: Key<'_>) -> Self {
        Self::Key(match key {
            Key::Field(field) => field.to_owned(),
            Key::Other(key) => key.into_owned(),
        })
    }
}
