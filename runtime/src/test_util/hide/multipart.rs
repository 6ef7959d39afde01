//! Redacts multipart bodies.

use super::{HIDDEN, Hiding, is_secret};
use crate::codec::media_type;

/// The line separator.
const LINE: &[u8] = b"\r\n";

impl Hiding {
    /// Redacts the fields with secret names. Parts that cannot be searched are reduced to their headers.
    pub(super) fn multipart(&self, media_type: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        let boundary = parameter(media_type, "boundary").filter(|boundary| !boundary.is_empty())?;
        let delimiter = [LINE, b"--", boundary.as_bytes()].concat();
        let mut rest = match bytes.strip_prefix(&delimiter[LINE.len()..]) {
            Some(rest) => rest,
            None => split(bytes, &delimiter)?.1,
        };
        let mut copy = Vec::new();
        while !rest.starts_with(b"--") {
            let (blanks, behind) = split(rest, LINE)?;
            if !blanks.iter().all(|byte| b" \t".contains(byte)) {
                return None;
            }
            let (part, further) = split(behind, &delimiter)?;
            let part = self.part(part)?;
            copy.extend([b"--", boundary.as_bytes(), LINE, part.as_slice(), LINE].concat());
            rest = further;
        }
        copy.extend([b"--", boundary.as_bytes(), b"--", LINE].concat());
        Some(copy)
    }

    /// A redacted part, with its headers.
    fn part(&self, part: &[u8]) -> Option<Vec<u8>> {
        let (head, content) = match part.strip_prefix(LINE) {
            Some(content) => (&b""[..], content),
            None => split(part, b"\r\n\r\n")?,
        };
        let (mut copy, mut field, mut media_type, mut is_file) = (Vec::new(), None, None, false);
        for line in std::str::from_utf8(head).ok()?.split("\r\n").filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            let value = value.trim();
            match name.to_ascii_lowercase().as_str() {
                "content-disposition" => {
                    field = parameter(value, "name");
                    is_file = parameter(value, "filename").is_some();
                }
                "content-type" => media_type = Some(value),
                _ => {}
            }
            copy.extend_from_slice(format!("{name}: {}\r\n", self.header(name, value)).as_bytes());
        }
        copy.extend_from_slice(LINE);
        copy.extend(self.content(field.as_deref(), media_type, is_file, content));
        Some(copy)
    }

    /// The redacted content of a part.
    fn content(&self, field: Option<&str>, media_type: Option<&str>, is_file: bool, content: &[u8]) -> Vec<u8> {
        let is_plain = !is_file && media_type.is_none_or(|found| media_type::essence(found) == "text/plain");
        let read = match (field, std::str::from_utf8(content)) {
            (Some(field), _) if is_secret(field) => None,
            // A field whose name is not secret is handled as in other forms.
            (Some(_), Ok(text)) if is_plain => return self.maybe_json(text.to_owned()).into_bytes(),
            _ => self.read_or_kept(media_type, content),
        };
        read.unwrap_or_else(|| HIDDEN.into())
    }
}

/// The bytes before and after the first occurrence.
fn split<'b>(bytes: &'b [u8], at: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let place = bytes.windows(at.len()).position(|window| window == at)?;
    Some((bytes.get(..place)?, bytes.get(place + at.len()..)?))
}

/// A parameter of a header's value, such as `name` of `form-data; name="x"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let (value, further) = match value.trim_start().strip_prefix('"') {
            Some(quoted) => quoted_text(quoted)?,
            None => {
                let (value, further) = value.split_once(';').unwrap_or((value, ""));
                (value.trim().to_owned(), further)
            }
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = further;
    }
}

/// A string up to its closing quote, and the rest.
fn quoted_text(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(chars.next()?.1),
            char => value.push(char),
        }
    }
    None
}
