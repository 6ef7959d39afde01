//! Strings with a documented `format`: the text from the service, and its parsed value.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;
use uuid::Uuid;

use crate::codec::lost::{self, Lost};

/// A string with a documented `format`, such as `date-time` for [`Timestamp`] or `uuid` for [`Uuid`].
///
/// [`get`](Self::get) parses it. The text is kept verbatim, so a form other than the documented one (a date without a
/// time zone, an empty string) does not fail the response, and is sent back byte for byte. Setters take the type itself
/// or a string; if [`get`](Self::get) cannot parse that text, sending the call fails with a violation (except for
/// durations, see [`FormatValue`]).
///
/// Two values are equal if their strings are. There is no order, as strings do not sort like their values.
///
/// ```
/// use yundb_runtime::format::{Formatted, Timestamp};
///
/// let created: Formatted<Timestamp> = serde_json::from_str(r#""2021-12-14T15:46:22+0800""#)?;
/// assert_eq!(created.get()?, "2021-12-14T07:46:22Z".parse::<Timestamp>()?);
/// assert_eq!(created, "2021-12-14T15:46:22+0800");
///
/// let never = Formatted::<Timestamp>::from("");
/// assert!(never.get().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Formatted<T> {
    text: String,
    value: PhantomData<fn() -> T>,
}

/// A type of strings with a `format`.
///
/// | type | formats | reads |
/// |---|---|---|
/// | [`Timestamp`] | `date-time` | RFC 3339 and ISO 8601 with a UTC offset (`+08:00`, `+0800`, `Z`), `T` or a space before the time |
/// | [`DateTime`] | `date-time-local` | the same without an offset |
/// | [`Date`] | `date` | `2021-12-14` or `20211214` |
/// | [`Time`] | `time`, `time-local` | `15:46:22.5` or `15:46`; an offset is left out of the value |
/// | [`Span`] | `duration` | ISO 8601 (`P1DT12H`), units (`36h`, `1h30m`, `3.5s`). Not checked before sending: services that document this format take seconds and notations of their own |
/// | [`Uuid`] | `uuid` | with or without hyphens, in either case |
/// | [`Url`] | `uri`, `url` | absolute URLs |
/// | [`Ipv4Addr`], [`Ipv6Addr`], [`IpAddr`] | `ipv4`, `ipv6`, `ip` | addresses without a port or a prefix length |
pub trait FormatValue: Sized {
    /// The name of the format.
    const FORMAT: &'static str;

    /// Parses a string; `None` if it does not have the format.
    fn read(text: &str) -> Option<Self>;

    /// Writes the value in the format.
    fn write(&self) -> String;
}

/// The string of a [`Formatted`] does not match its format. The message does not contain the text, which may be
/// confidential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatError {
    format: &'static str,
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the string does not match the format `{}`", self.format)
    }
}

impl std::error::Error for FormatError {}

impl FormatError {
    /// The name of the format.
    pub fn format(&self) -> &'static str {
        self.format
    }
}

impl<T: FormatValue> Formatted<T> {
    /// Parses the text.
    ///
    /// # Errors
    ///
    /// If the text does not have the format; [`as_str`](Self::as_str) returns the text itself.
    pub fn get(&self) -> Result<T, FormatError> {
        T::read(&self.text).ok_or(FormatError { format: T::FORMAT })
    }
}

impl<T> Formatted<T> {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text.
    pub fn into_string(self) -> String {
        self.text
    }

    fn of(text: String) -> Self {
        Self { text, value: PhantomData }
    }
}

macro_rules! formats {
    ($($type:ty, $format:literal, $read:expr;)*) => { $(
        impl FormatValue for $type {
            const FORMAT: &'static str = $format;

            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }

            fn write(&self) -> String {
                self.to_string()
            }
        }
    )* };
}

formats! {
    Timestamp, "date-time", |text| text.parse().ok();
    DateTime, "date-time-local", date_time;
    // jiff would also parse the date of a date-time, which is another type in a union.
    Date, "date", |text| (!text.contains(':')).then(|| text.parse().ok())?;
    Time, "time", time;
    Span, "duration", |text| text.parse().ok();
    Uuid, "uuid", |text| text.parse().ok();
    Url, "uri", |text| text.parse().ok();
    Ipv4Addr, "ipv4", |text| text.parse().ok();
    Ipv6Addr, "ipv6", |text| text.parse().ok();
    IpAddr, "ip", |text| text.parse().ok();
}

/// A date and a time; jiff alone would accept a date as its midnight, and ignore an offset.
fn date_time(text: &str) -> Option<DateTime> {
    let (_, time) = text.split_once(['T', 't', ' '])?;
    (!time.contains(['Z', 'z', '+', '-', '['])).then(|| text.parse().ok())?
}

/// A time of day, with or without an offset; jiff supports only some.
fn time(text: &str) -> Option<Time> {
    let (time, offset) = text.split_at(text.find(['Z', 'z', '+', '-']).unwrap_or(text.len()));
    let digit = |at: &u8| at.is_ascii_digit();
    let is_offset = match offset.as_bytes() {
        [] | [b'Z' | b'z'] => true,
        [_, hours @ .., b':', tens, ones] => hours.len() == 2 && hours.iter().chain([tens, ones]).all(digit),
        _ => false,
    };
    // jiff would also parse strings that begin with a date, or have no colons, as a time.
    (is_offset && time.as_bytes().get(2) == Some(&b':')).then(|| time.parse().ok())?
}

impl<T: FormatValue> From<T> for Formatted<T> {
    fn from(value: T) -> Self {
        Self::of(value.write())
    }
}

impl<T> From<&str> for Formatted<T> {
    fn from(text: &str) -> Self {
        Self::of(text.to_owned())
    }
}

impl<T> From<String> for Formatted<T> {
    fn from(text: String) -> Self {
        Self::of(text)
    }
}

impl<T> From<&String> for Formatted<T> {
    fn from(text: &String) -> Self {
        Self::of(text.clone())
    }
}

impl<T> From<&Self> for Formatted<T> {
    fn from(other: &Self) -> Self {
        other.clone()
    }
}

impl From<SignedDuration> for Formatted<Span> {
    fn from(duration: SignedDuration) -> Self {
        Self::of(duration.to_string())
    }
}

impl From<Ipv4Addr> for Formatted<IpAddr> {
    fn from(address: Ipv4Addr) -> Self {
        Self::from(IpAddr::from(address))
    }
}

impl From<Ipv6Addr> for Formatted<IpAddr> {
    fn from(address: Ipv6Addr) -> Self {
        Self::from(IpAddr::from(address))
    }
}

impl<T> From<Formatted<T>> for String {
    fn from(formatted: Formatted<T>) -> Self {
        formatted.text
    }
}

impl<T> Serialize for Formatted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, T: FormatValue> Deserialize<'de> for Formatted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // In a union, another alternative may have the format of this text. Elsewhere parsing is left to the caller.
        if lost::count().is_some() && T::read(&text).is_none() {
            lost::note(Lost { misformed: 1, ..Lost::default() });
        }
        Ok(Self::of(text))
    }
}

// As a string: derives would require the trait of `T`.

impl<T> Clone for Formatted<T> {
    fn clone(&self) -> Self {
        Self::of(self.text.clone())
    }
}

/// The empty string.
impl<T> Default for Formatted<T> {
    fn default() -> Self {
        Self::of(String::new())
    }
}

impl<T> fmt::Debug for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl<T> fmt::Display for Formatted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.text, f)
    }
}

impl<T> AsRef<str> for Formatted<T> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl<T> PartialEq for Formatted<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Formatted<T> {}

impl<T> PartialEq<str> for Formatted<T> {
    fn eq(&self, text: &str) -> bool {
        self.text == text
    }
}

impl<T> PartialEq<&str> for Formatted<T> {
    fn eq(&self, text: &&str) -> bool {
        self.text == *text
    }
}

impl<T> Hash for Formatted<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::argument::Argument;
    use crate::codec::decode;
    use crate::codec::json::to_value;

    /// The parsed text, written in its format.
    fn read<T: FormatValue>(text: &str) -> Option<String> {
        Formatted::<T>::from(text).get().ok().map(|value| value.write())
    }

    fn all_read<T: FormatValue>(texts: &[(&str, &str)]) {
        for (text, value) in texts {
            assert_eq!(read::<T>(text).as_deref(), Some(*value), "{text}");
        }
    }

    fn none_read<T: FormatValue>(texts: &[&str]) {
        for text in texts {
            assert_eq!(read::<T>(text), None, "{text}");
        }
    }

    #[test]
    fn times() {
        all_read::<Timestamp>(&[
            ("2021-12-14T07:46:22Z", "2021-12-14T07:46:22Z"),
            ("2021-12-14t15:46:22.125+08:00", "2021-12-14T07:46:22.125Z"),
            ("2021-12-14T07:46:22+0000", "2021-12-14T07:46:22Z"),
            ("2021-12-14 07:46:22-00:00", "2021-12-14T07:46:22Z"),
        ]);
        none_read::<Timestamp>(&["", "2021-12-14", "2021-12-14 07:46:22", "1639467982", "2021-13-14T07:46:22Z"]);
        all_read::<DateTime>(&[("2021-12-14 07:46:22", "2021-12-14T07:46:22")]);
        none_read::<DateTime>(&["", "2021-12-14", "2021-12-14T07:46:22Z", "2021-12-14T07:46:22+08:00"]);
        all_read::<Date>(&[("2021-12-14", "2021-12-14"), ("20211214", "2021-12-14")]);
        none_read::<Date>(&["", "2021-12-32", "2021-12", "14.12.2021", "2021-12-14T07:46:22Z", "2021-12-14T07:46:22"]);
        all_read::<Time>(&[
            ("07:46", "07:46:00"),
            ("07:46:22.5", "07:46:22.5"),
            ("07:46:22Z", "07:46:22"),
            ("07:46:22-08:00", "07:46:22"),
        ]);
        none_read::<Time>(&["", "7", "25:00", "0746", "2021-12-14", "2021-12-14T07:46:22Z", "07:46-8", "07:46+ab:cd"]);
    }

    #[test]
    fn durations() {
        all_read::<Span>(&[("P1DT12H", "P1DT12H"), ("PT0.5S", "PT0.5S"), ("1h30m", "PT1H30M"), ("24h", "PT24H")]);
        none_read::<Span>(&["", "3600", "soon"]);
        assert_eq!(Formatted::<Span>::from(SignedDuration::from_secs(90)), "PT1M30S");
    }

    #[test]
    fn identifiers_and_addresses() {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        all_read::<Uuid>(&[(id, id), (&id.to_uppercase(), id), (&id.replace('-', ""), id)]);
        none_read::<Uuid>(&["", "67e55044", "instance-1"]);
        all_read::<Url>(&[("https://Example.com", "https://example.com/"), ("urn:a:b", "urn:a:b")]);
        none_read::<Url>(&["", "/path", "example.com/path"]);
        all_read::<Ipv4Addr>(&[("192.0.2.1", "192.0.2.1")]);
        none_read::<Ipv4Addr>(&["", "192.0.2.0/24", "::1"]);
        all_read::<Ipv6Addr>(&[("2001:DB8::1", "2001:db8::1")]);
        none_read::<Ipv6Addr>(&["", "192.0.2.1", "fe80::1%eth0"]);
        all_read::<IpAddr>(&[("192.0.2.1", "192.0.2.1"), ("::1", "::1")]);
        assert_eq!(Formatted::<IpAddr>::from(Ipv4Addr::LOCALHOST), "127.0.0.1");
        assert_eq!(Formatted::<IpAddr>::from(Ipv6Addr::LOCALHOST), "::1");
    }

    /// Any text from a service is decoded, and encoded verbatim.
    #[test]
    fn every_string_survives() {
        for (json, text) in [
            (r#""2021-12-14T07:46:22+0000""#, "2021-12-14T07:46:22+0000"),
            (r#""2021-12-14 07:46:22""#, "2021-12-14 07:46:22"),
            (r#""""#, ""),
            ("1639467982000", "1639467982000"),
        ] {
            let read: Option<Formatted<Timestamp>> = decode::from_slice(json.as_bytes()).unwrap();
            let read = read.unwrap_or_else(|| panic!("{json}"));
            assert_eq!(to_value(&read).unwrap(), text);
            assert_eq!(
                (read.as_str(), read.to_string().as_str(), &String::from(read.clone())),
                (text, text, &text.into())
            );
            assert_eq!(format!("{read:?}"), format!("{text:?}"));
        }
        let absent: Option<Formatted<Timestamp>> = decode::from_slice(b"null").unwrap();
        assert_eq!(absent, None);
        let error = Formatted::<Uuid>::from("hunter2").get().unwrap_err();
        assert_eq!(
            (error.format(), error.to_string()),
            ("uuid", "the string does not match the format `uuid`".to_owned())
        );
    }

    #[test]
    fn setters_accept_values_strings_and_options() {
        fn since<M>(since: impl Argument<Formatted<Timestamp>, M>) -> Option<String> {
            since.into_argument().map(Formatted::into_string)
        }
        let text = Some("1970-01-01T00:00:00Z".to_owned());
        let value = Formatted::from(Timestamp::UNIX_EPOCH);
        assert_eq!(since(Timestamp::UNIX_EPOCH), text);
        assert_eq!(since(Some(Timestamp::UNIX_EPOCH)), text);
        assert_eq!(since("1970-01-01T00:00:00Z"), text);
        assert_eq!(since(&value), text);
        assert_eq!(since(value), text);
        assert_eq!(since(None::<Timestamp>), None);
    }
}
