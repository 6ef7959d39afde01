//! Multipart bodies.

use std::error::Error as StdError;
use std::path::PathBuf;

use bytes::Bytes;
use futures_core::Stream;

use crate::codec::argument::Single;
use crate::data::secret::wiped;
use crate::transport::RequestBody;

/// A file or other part of a multipart body.
#[derive(Clone)]
pub struct Part {
    body: RequestBody,
    /// The file's name. Defaults to the field's name.
    file_name: Option<String>,
    is_file: bool,
    headers: Vec<(String, String)>,
}

impl Single for Part {}

impl Part {
    /// Creates a part from bytes or any other body.
    pub fn new(body: impl Into<RequestBody>) -> Self {
        Self { body: body.into(), file_name: None, is_file: true, headers: Vec::new() }
    }

    /// Creates a part from the file at this path, with its file name. See [`RequestBody::file`].
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Self { file_name: name, ..Self::new(RequestBody::file(path)) }
    }

    /// Creates a part from a stream, which can be sent only once. See [`RequestBody::stream`].
    pub fn stream<T, E>(stream: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self
    where
        T: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        Self::new(RequestBody::stream(stream))
    }

    /// Creates a string instead of a file, for fields that accept both.
    pub fn text(text: impl Into<String>) -> Self {
        Self { is_file: false, ..Self::new(text.into()) }
    }

    /// Sets the file name. Defaults to the field's name, as many servers treat only parts with a file name as files.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self.is_file = true;
        self
    }

    /// Sets the media type. Defaults to the documented one, else to `application/octet-stream`.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.body = self.body.media_type(media_type);
        self
    }

    /// Adds a header to the part.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").field("body", &self.body).field("file_name", &self.file_name).finish_non_exhaustive()
    }
}

impl<T: Into<RequestBody>> From<T> for Part {
    fn from(body: T) -> Self {
        Self::new(body)
    }
}

/// A body under construction.
pub(crate) struct Multipart<'a> {
    media_type: &'a str,
    boundary: String,
    /// The completed parts.
    body: RequestBody,
    /// The bytes since the last part that is not in memory.
    open: Vec<u8>,
    /// The media type of the first part.
    first: Option<String>,
}

impl<'a> Multipart<'a> {
    /// Creates a body with this media type. The boundary must not occur in any part; a random one does not.
    pub(crate) fn new(media_type: &'a str, boundary: String) -> Self {
        Self { media_type, boundary, body: RequestBody::default(), open: Vec::new(), first: None }
    }

    /// Adds a field; an empty `media_type` is omitted, which means text.
    pub(crate) fn field(&mut self, name: &str, media_type: &str, value: String, headers: &[(&'static str, String)]) {
        let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        self.head(name, None, media_type, headers);
        self.end(&wiped(value.into_bytes()).into());
    }

    /// Adds a file; `documented` is its media type, empty for none.
    pub(crate) fn part(
        &mut self,
        name: &str,
        documented: &'static str,
        part: &Part,
        headers: &[(&'static str, String)],
    ) {
        let usual = match multipart_type(documented) {
            "" if part.is_file => "application/octet-stream",
            "" => "",
            documented => documented,
        };
        let media_type = part.body.media_type_of().unwrap_or(usual);
        let own = |name: &str| part.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        let shared = headers.iter().filter(|(name, _)| !own(name)).map(|(name, value)| (*name, value.as_str()));
        let headers = shared.chain(part.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let file_name = part.is_file.then(|| part.file_name.as_deref().unwrap_or(name));
        self.head(name, file_name, media_type, headers);
        self.end(&part.body);
    }

    fn head<'h>(
        &mut self,
        name: &str,
        file_name: Option<&str>,
        media_type: &str,
        headers: impl Iterator<Item = (&'h str, &'h str)>,
    ) {
        // A line break would start another header.
        let line = |text: &str| text.replace(['\r', '\n'], " ");
        let mut head = format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, quoted(name));
        if let Some(file_name) = file_name {
            head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
        }
        if !media_type.is_empty() {
            head.push_str(&format!("\r\nContent-Type: {}", line(media_type)));
        }
        for (name, value) in headers {
            head.push_str(&format!("\r\n{}: {}", line(name), line(value)));
        }
        head.push_str("\r\n\r\n");
        self.open.extend(head.as_bytes());
        self.first.get_or_insert_with(|| if media_type.is_empty() { "text/plain" } else { media_type }.to_owned());
    }

    fn end(&mut self, body: &RequestBody) {
        match body.as_bytes() {
            Some(bytes) => self.open.extend(bytes.iter()),
            None => {
                self.close();
                self.body.append(body.clone());
            }
        }
        self.open.extend(b"\r\n");
    }

    fn close(&mut self) {
        self.body.append(wiped(std::mem::take(&mut self.open)).into());
    }

    /// Returns the `Content-Type` and the body.
    pub(crate) fn finish(mut self) -> (String, RequestBody) {
        self.open.extend(format!("--{}--\r\n", self.boundary).as_bytes());
        self.close();
        let media_type = self.media_type.split(';').next().unwrap_or_default().trim();
        let mut content_type = format!("{media_type}; boundary={}", self.boundary);
        // RFC 2387 requires the type of the root, which is the first part.
        if let Some(first) = self.first.filter(|_| media_type.eq_ignore_ascii_case("multipart/related")) {
            content_type.push_str(&format!("; type=\"{}\"", first.replace('"', "")));
        }
        (content_type, self.body)
    }
}

/// Escapes names like browsers (WHATWG HTML, multipart/form-data).
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// The first concrete media type in a documented list, as a part has a single one.
pub(crate) fn multipart_type(documented: &'static str) -> &'static str {
    let mut types = documented.split(',').map(str::trim);
    types.find(|media_type| !media_type.is_empty() && !media_type.contains('*')).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM_DATA: &str = "multipart/form-data";

    async fn text(body: RequestBody) -> String {
        String::from_utf8(body.into_stream().collect().await.expect("bytes").to_vec()).expect("text")
    }

    #[tokio::test]
    async fn fields_and_files() {
        let mut form = Multipart::new(FORM_DATA, "XyZ".to_owned());
        form.field("note", "", "a b".to_owned(), &[]);
        form.field("meta", "application/json", "{}".to_owned(), &[("X-Part", "a\r\nb: c".to_owned())]);
        form.part("file", "image/*", &Part::new("abc").file_name("a\"\r\nb.txt"), &[]);
        form.part("picture", "image/*, image/png, image/jpeg", &Part::from(vec![1u8]), &[]);
        form.part("either", "", &Part::text("text"), &[]);
        let (media_type, body) = form.finish();
        assert_eq!(media_type, "multipart/form-data; boundary=XyZ");
        let expected = "--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\na b\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\
            X-Part: a  b: c\r\n\r\n{}\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a%22%0D%0Ab.txt\"\r\n\
            Content-Type: application/octet-stream\r\n\r\nabc\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"picture\"\r\n\
            Content-Type: image/png\r\n\r\n\u{1}\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"either\"\r\n\r\ntext\r\n--XyZ--\r\n";
        assert!(body.as_bytes().is_some(), "all of it is in memory");
        assert_eq!(text(body).await, expected);
    }

    #[tokio::test]
    async fn streams_stay_streams() {
        let stream = || futures_util::stream::iter(["ab", "c"].map(Ok::<_, std::convert::Infallible>));
        let mut form = Multipart::new("multipart/related", "XyZ".to_owned());
        form.field("meta", "application/json", "{}".to_owned(), &[]);
        let shared = [("X-A", "shared".to_owned()), ("X-B", "shared".to_owned())];
        let part = Part::stream(stream()).media_type("image/png").header("x-a", "own");
        form.part("file", "", &part, &shared);
        let (media_type, body) = form.finish();
        assert_eq!(media_type, "multipart/related; boundary=XyZ; type=\"application/json\"");
        assert_eq!(body.len(), None);
        assert_eq!(
            text(body).await,
            "--XyZ\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n{}\r\n\
            --XyZ\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: image/png\r\n\
            X-B: shared\r\nx-a: own\r\n\r\nabc\r\n--XyZ--\r\n"
        );
        let known = Part::new(RequestBody::stream(stream()).length(3));
        let mut form = Multipart::new(FORM_DATA, "XyZ".to_owned());
        form.part("file", "", &known, &[]);
        let (_, body) = form.finish();
        let (length, sent) = (body.len(), text(body).await);
        assert_eq!(length, u64::try_from(sent.len()).ok());
    }

    #[test]
    fn first_of_several_media_types() {
        assert_eq!(multipart_type("image/*, image/png, image/jpeg"), "image/png");
        assert_eq!(multipart_type("*/*"), "");
        assert_eq!(multipart_type("text/xml; charset=utf-8"), "text/xml; charset=utf-8");
    }
}
