//! Checks strings against formats.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use url::Url;
use uuid::Uuid;

use crate::codec::formatted::FormatValue;
use crate::data::shape::Format;

/// The violation if a string does not match its format.
pub(super) fn violated(format: Format, text: &str) -> Option<String> {
    match format {
        Format::DateTime => check::<Timestamp>(text, "2021-12-14T07:46:22Z"),
        Format::DateTimeLocal => check::<DateTime>(text, "2021-12-14T07:46:22"),
        Format::Date => check::<Date>(text, "2021-12-14"),
        Format::Time => check::<Time>(text, "07:46:22"),
        Format::Uuid => check::<Uuid>(text, "67e55044-10b1-426f-9247-bb680e5fe0c8"),
        Format::Uri => check::<Url>(text, "https://example.com/path"),
        Format::Ipv4 => check::<Ipv4Addr>(text, "192.0.2.1"),
        Format::Ipv6 => check::<Ipv6Addr>(text, "2001:db8::1"),
        Format::Ip => check::<IpAddr>(text, "192.0.2.1"),
    }
}

/// Accepts exactly the strings that `Formatted::get` parses.
fn check<T: FormatValue>(text: &str, example: &str) -> Option<String> {
    T::read(text).is_none().then(|| format!("must match the format `{}`, such as {example}", T::FORMAT))
}
