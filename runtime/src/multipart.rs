//! Multipart form bodies.

use bytes::{BufMut as _, Bytes, BytesMut};

/// One file or other part of a multipart body.
#[derive(Clone)]
pub struct Part {
    bytes: Bytes,
    file_name: Option<String>,
    media_type: Option<String>,
}

impl Part {
    /// A part of these bytes.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), file_name: None, media_type: None }
    }

    /// Sent under this file name; by default the field's name, as many servers take only parts with one for files.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Of this media type; by default the documented one, else `application/octet-stream`.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part")
            .field("bytes", &self.bytes.len())
            .field("file_name", &self.file_name)
            .field("media_type", &self.media_type)
            .finish()
    }
}

impl<T: Into<Bytes>> From<T> for Part {
    fn from(bytes: T) -> Self {
        Self::new(bytes)
    }
}

/// A body under construction.
pub(crate) struct Multipart {
    boundary: String,
    body: BytesMut,
}

impl Multipart {
    /// The boundary must not occur in any part: a random one does not.
    pub(crate) fn new(boundary: String) -> Self {
        Self { boundary, body: BytesMut::new() }
    }

    /// Adds a field; `media_type` empty leaves it out, which means text.
    pub(crate) fn field(&mut self, name: &str, media_type: &str, value: &[u8]) {
        self.add(name, None, media_type, value);
    }

    /// Adds a file; `documented` is its media type, empty for none.
    pub(crate) fn part(&mut self, name: &str, documented: &str, part: &Part) {
        let documented = if documented.is_empty() || documented.contains(['*', ',']) {
            "application/octet-stream"
        } else {
            documented
        };
        let media_type = part.media_type.as_deref().unwrap_or(documented);
        self.add(name, Some(part.file_name.as_deref().unwrap_or(name)), media_type, &part.bytes);
    }

    fn add(&mut self, name: &str, file_name: Option<&str>, media_type: &str, value: &[u8]) {
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, quoted(name));
        if let Some(file_name) = file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
        }
        if !media_type.is_empty() {
            // A line break would begin a header of its own.
            head.push_str(&format!("\r\nContent-Type: {}", media_type.replace(['\r', '\n'], " ")));
        }
        head.push_str("\r\n\r\n");
        self.body.put_slice(head.as_bytes());
        self.body.put_slice(value);
        self.body.put_slice(b"\r\n");
    }

    /// The `Content-Type` and the body.
    pub(crate) fn finish(mut self) -> (String, Bytes) {
        self.body.put_slice(format!("--{}--\r\n", self.boundary).as_bytes());
        (format!("multipart/form-data; boundary={}", self.boundary), self.body.freeze())
    }
}

/// As browsers escape names (WHATWG HTML, multipart/form-data).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_files() {
        let mut form = Multipart::new("XyZ".to_owned());
        form.field("note", "", b"a b");
        form.field("meta", "application/json", b"{}");
        form.part("file", "image/*", &Part::new("abc").file_name("a\"\r\nb.txt"));
        form.part("picture", "image/png", &Part::from(vec![1u8]));
        let (media_type, body) = form.finish();
        assert_eq!(media_type, "multipart/form-data; boundary=XyZ");
        let expected = "--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na b\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{}\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0Ab.txt\"\r\n\
            Content-Type: application/octet-stream\r\n\r\nabc\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"picture\"\r\n\
            Content-Type: image/png\r\n\r\n\u{1}\r\n--XyZ--\r\n";
        assert_eq!(std::str::from_utf8(&body).expect("text"), expected);
    }
}
