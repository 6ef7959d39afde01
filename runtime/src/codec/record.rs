//! Reads and writes the structs of generated crates, which describe their fields as a [`Record`].
//!
//! serde's own macros emit the loop over the entries, the checks for repeated and missing fields, and a type for the
//! names of the fields for each struct, which was half of what a crate takes to compile. Here, they exist once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Error as _, Expected, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A struct with named fields. The derive macro with the same name implements it, together with `Serialize` and
/// `Deserialize`.
///
/// ```
/// use yundb_runtime::{Record, serde_json};
///
/// #[derive(Debug, PartialEq, Record)]
/// #[serde(rename_all = "PascalCase")]
/// struct Gateway {
///     gateway_id: String,
///     #[serde(rename = "hostIP")]
///     host: Option<String>,
/// }
///
/// let gateway: Gateway = serde_json::from_str(r#"{"GatewayId":"dg-1","hostIP":"10.0.0.1"}"#)?;
/// assert_eq!(gateway, Gateway { gateway_id: "dg-1".to_owned(), host: Some("10.0.0.1".to_owned()) });
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Other kinds of types and other attributes of serde are rejected:
///
/// ```compile_fail
/// #[derive(yundb_runtime::Record)]
/// struct Pair(i32, i32);
/// ```
///
/// ```compile_fail
/// #[derive(yundb_runtime::Record)]
/// struct Aliased {
///     #[serde(alias = "ID")]
///     id: i32,
/// }
/// ```
pub trait Record: Sized {
    /// The name of the struct.
    const NAME: &'static str;
    /// The names of the fields on the wire, without additional ones.
    const FIELDS: &'static [&'static str];
    /// Whether the struct keeps additional fields.
    const OPEN: bool = false;
    /// The fields that have been read so far.
    type Slots;

    /// Writes all fields.
    fn write<T: Target>(&self, to: &mut T);

    /// The state before any field is read.
    fn empty() -> Self::Slots;

    /// Reads the field with this index.
    fn read<'de, S: Source<'de>>(to: &mut Self::Slots, at: usize, from: &mut S) -> Result<(), S::Error>;

    /// Reads an additional field.
    fn read_more<'de, S: Source<'de>>(to: &mut Self::Slots, name: String, from: &mut S) -> Result<(), S::Error> {
        _ = (to, name);
        from.skip()
    }

    /// The struct, or the name of a required field that was not read.
    fn build(from: Self::Slots) -> Result<Self, &'static str>;
}

/// Where the value of a field is read from.
pub trait Source<'de> {
    /// The error of the format.
    type Error;

    /// Reads the value.
    fn next<T: Deserialize<'de>>(&mut self) -> Result<T, Self::Error>;

    /// Reads the value of an optional field.
    fn value<T: Deserialize<'de>>(&mut self, to: &mut T) -> Result<(), Self::Error> {
        *to = self.next()?;
        Ok(())
    }

    /// Reads the value of a field that has its type's default if it is absent.
    fn defaulted<T: Deserialize<'de>>(&mut self, to: &mut T) -> Result<(), Self::Error> {
        self.value(to)
    }

    /// Reads the value of a required field.
    fn required<T: Deserialize<'de>>(&mut self, to: &mut Option<T>) -> Result<(), Self::Error> {
        *to = Some(self.next()?);
        Ok(())
    }

    /// Reads the value of a field whose `null` is not the same as "absent".
    fn nullable<T: Deserialize<'de>>(&mut self, to: &mut Option<Option<T>>) -> Result<(), Self::Error> {
        self.required(to)
    }

    /// Reads the value of an additional field.
    fn entry<T: Deserialize<'de>>(&mut self, to: &mut BTreeMap<String, T>, name: String) -> Result<(), Self::Error> {
        to.insert(name, self.next()?);
        Ok(())
    }

    /// Skips the value.
    fn skip(&mut self) -> Result<(), Self::Error> {
        self.next::<IgnoredAny>().map(drop)
    }
}

/// Where fields are written to.
pub trait Target {
    /// Writes a field.
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T);

    /// Writes a field that is left out if it is `None`.
    fn some<T: Serialize>(&mut self, name: &'static str, value: &Option<T>);

    /// Writes additional fields.
    fn entries<T: Serialize>(&mut self, entries: &BTreeMap<String, T>);
}

/// Serializes a struct.
pub fn serialize<T: Record, S: Serializer>(record: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut count = Count(0);
    record.write(&mut count);
    if T::OPEN {
        let mut to = Entries(Ok(serializer.serialize_map(Some(count.0))?));
        record.write(&mut to);
        return to.0?.end();
    }
    let mut to = Fields(Ok(serializer.serialize_struct(T::NAME, count.0)?));
    record.write(&mut to);
    to.0?.end()
}

/// Counts the fields that will be written.
struct Count(usize);

impl Target for Count {
    fn field<T: Serialize>(&mut self, _: &'static str, _: &T) {
        self.0 += 1;
    }

    fn some<T: Serialize>(&mut self, _: &'static str, value: &Option<T>) {
        self.0 += usize::from(value.is_some());
    }

    fn entries<T: Serialize>(&mut self, entries: &BTreeMap<String, T>) {
        self.0 += entries.len();
    }
}

/// The fields of a struct, or the first error.
struct Fields<S, E>(Result<S, E>);

impl<S: SerializeStruct> Fields<S, S::Error> {
    fn put(&mut self, write: impl FnOnce(&mut S) -> Result<(), S::Error>) {
        if let Ok(to) = &mut self.0
            && let Err(error) = write(to)
        {
            self.0 = Err(error);
        }
    }
}

impl<S: SerializeStruct> Target for Fields<S, S::Error> {
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T) {
        self.put(|to| to.serialize_field(name, value));
    }

    fn some<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        match value {
            Some(_) => self.field(name, value),
            None => self.put(|to| to.skip_field(name)),
        }
    }

    fn entries<T: Serialize>(&mut self, _: &BTreeMap<String, T>) {}
}

/// The fields of a struct with additional ones, or the first error.
struct Entries<S, E>(Result<S, E>);

impl<S: SerializeMap> Entries<S, S::Error> {
    fn put<T: Serialize>(&mut self, name: &str, value: &T) {
        if let Ok(to) = &mut self.0
            && let Err(error) = to.serialize_entry(name, value)
        {
            self.0 = Err(error);
        }
    }
}

impl<S: SerializeMap> Target for Entries<S, S::Error> {
    fn field<T: Serialize>(&mut self, name: &'static str, value: &T) {
        self.put(name, value);
    }

    fn some<T: Serialize>(&mut self, name: &'static str, value: &Option<T>) {
        if value.is_some() {
            self.put(name, value);
        }
    }

    fn entries<T: Serialize>(&mut self, entries: &BTreeMap<String, T>) {
        entries.iter().for_each(|(name, value)| self.put(name, value));
    }
}

/// Deserializes a struct.
pub fn deserialize<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let visitor = Reading::<T>(PhantomData);
    match T::OPEN {
        true => deserializer.deserialize_map(visitor),
        false => deserializer.deserialize_struct(T::NAME, T::FIELDS, visitor),
    }
}

struct Reading<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for Reading<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {}", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let (mut from, mut to, mut seen) = (FromMap(map), T::empty(), Seen::default());
        let mut names = Names { fields: T::FIELDS, likely: 0, keep: T::OPEN };
        while let Some(key) = from.0.next_key_seed(&mut names)? {
            match key {
                Key::Field(at) if seen.again(at) => {
                    return Err(A::Error::duplicate_field(T::FIELDS.get(at).copied().unwrap_or_default()));
                }
                Key::Field(at) => T::read(&mut to, at, &mut from)?,
                Key::Other(name) => T::read_more(&mut to, name, &mut from)?,
            }
        }
        T::build(to).map_err(A::Error::missing_field)
    }

    // Formats without names, such as bincode.
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<T, A::Error> {
        if T::OPEN {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let (mut from, mut to) = (FromSeq { seq, read: 0, all: Elements(T::NAME, T::FIELDS.len()) }, T::empty());
        for at in 0..T::FIELDS.len() {
            T::read(&mut to, at, &mut from)?;
        }
        T::build(to).map_err(A::Error::missing_field)
    }
}

struct FromMap<A>(A);

impl<'de, A: MapAccess<'de>> Source<'de> for FromMap<A> {
    type Error = A::Error;

    fn next<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.0.next_value()
    }
}

/// A sequence, and the number of elements that were read.
struct FromSeq<A> {
    seq: A,
    read: usize,
    all: Elements,
}

impl<'de, A: SeqAccess<'de>> Source<'de> for FromSeq<A> {
    type Error = A::Error;

    fn next<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        let next = self.seq.next_element()?.ok_or_else(|| A::Error::invalid_length(self.read, &self.all))?;
        self.read += 1;
        Ok(next)
    }

    fn defaulted<T: Deserialize<'de>>(&mut self, to: &mut T) -> Result<(), A::Error> {
        if let Some(value) = self.seq.next_element()? {
            self.read += 1;
            *to = value;
        }
        Ok(())
    }
}

/// The expected name and length of a sequence.
struct Elements(&'static str, usize);

impl Expected for Elements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "struct {} with {} elements", self.0, self.1)
    }
}

/// The fields that were read.
#[derive(Default)]
struct Seen {
    first: u128,
    others: Vec<usize>,
}

impl Seen {
    /// Notes a field, and returns whether it was noted before.
    fn again(&mut self, at: usize) -> bool {
        let bit = u32::try_from(at).ok().and_then(|at| 1_u128.checked_shl(at));
        let again = bit.map_or_else(|| self.others.contains(&at), |bit| self.first & bit != 0);
        match bit {
            Some(bit) => self.first |= bit,
            None => self.others.push(at),
        }
        again
    }
}

/// Finds the field of a key.
struct Names {
    fields: &'static [&'static str],
    /// The field that is likely next, as services keep the documented order.
    likely: usize,
    /// Whether other keys are kept.
    keep: bool,
}

enum Key {
    Field(usize),
    Other(String),
}

impl<'de> DeserializeSeed<'de> for &mut Names {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<'de> Visitor<'de> for &mut Names {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("field identifier")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        let (before, from) = self.fields.split_at_checked(self.likely).unwrap_or_default();
        let position = |fields: &[&str]| fields.iter().position(|field| *field == name);
        Ok(match position(from).map(|at| before.len() + at).or_else(|| position(before)) {
            Some(at) => {
                self.likely = at + 1;
                Key::Field(at)
            }
            None => Key::Other(if self.keep { name.to_owned() } else { String::new() }),
        })
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<Key, E> {
        self.visit_str(&String::from_utf8_lossy(name))
    }

    fn visit_u64<E>(self, at: u64) -> Result<Key, E> {
        let at = usize::try_from(at).ok().filter(|at| *at < self.fields.len());
        Ok(at.map_or_else(|| Key::Other(String::new()), Key::Field))
    }
}
