//! Bodies of requests: bytes, files and streams in sequence, read only when they are sent.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;

use super::byte_stream::ByteStream;
use super::error::{TransportError, TransportErrorKind};

/// The body of a request, or of a part of it: bytes, a file, or a stream.
///
/// Bytes and files are sent again in each attempt of a call. A stream can be sent only once: a call with one is not
/// repeated after the stream has been started.
#[derive(Clone, Default)]
pub struct RequestBody {
    pieces: Vec<Piece>,
    media_type: Option<String>,
}

#[derive(Clone)]
enum Piece {
    Bytes(Bytes),
    File {
        path: Arc<Path>,
        length: Option<u64>,
    },
    /// Clones share the stream. It is consumed by the first reader.
    Once {
        stream: Arc<Mutex<Option<ByteStream>>>,
        length: Option<u64>,
    },
}

/// Number of bytes of a file that are read at once.
const CHUNK: usize = 64 << 10;

impl RequestBody {
    /// Creates a body from the file at this path. It is read while it is sent, and must not change meanwhile.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::of(Piece::File { path: path.into().into(), length: None })
    }

    /// Creates a body from a stream, which can be sent only once.
    pub fn stream<T, E>(stream: impl Stream<Item = Result<T, E>> + Send + 'static) -> Self
    where
        T: Into<Bytes>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        let pieces = stream.map(|piece| piece.map(Into::into).map_err(|error| failed("the stream of the body", error)));
        let stream = Arc::new(Mutex::new(Some(ByteStream::new(pieces))));
        Self::of(Piece::Once { stream, length: None })
    }

    /// Sets the length of the stream in bytes. Otherwise no length is sent, though some services require it.
    pub fn length(mut self, bytes: u64) -> Self {
        if let [Piece::Once { length, .. }] = self.pieces.as_mut_slice() {
            *length = Some(bytes);
        }
        self
    }

    /// Sets the media type. Defaults to the documented one; it must be set if the document has a range such as
    /// `image/*`.
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    fn of(piece: Piece) -> Self {
        Self { pieces: vec![piece], media_type: None }
    }

    pub(crate) fn media_type_of(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Returns the bytes, if all of them are in memory.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        static NONE: Bytes = Bytes::new();
        match self.pieces.as_slice() {
            [] => Some(&NONE),
            [Piece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// Returns the length in bytes, if it is known.
    pub fn len(&self) -> Option<u64> {
        self.pieces.iter().try_fold(0, |sum: u64, piece| {
            sum.checked_add(match piece {
                Piece::Bytes(bytes) => u64::try_from(bytes.len()).ok()?,
                Piece::File { length, .. } | Piece::Once { length, .. } => (*length)?,
            })
        })
    }

    /// Whether the body is known to be empty.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// Returns the whole body in chunks.
    pub fn into_stream(self) -> ByteStream {
        match self.as_bytes() {
            Some(bytes) => ByteStream::from(bytes.clone()),
            None => ByteStream::new(stream::iter(self.pieces).flat_map(Piece::read)),
        }
    }

    /// Appends another body.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.pieces.append(&mut other.pieces);
    }

    /// Whether a stream in it has been started, so that it cannot be sent again.
    pub(crate) fn is_spent(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Once { stream, .. } if lock(stream).is_none()))
    }

    /// Determines the lengths of files.
    pub(crate) async fn measure(&mut self) -> Result<(), String> {
        for piece in &mut self.pieces {
            if let Piece::File { path, length } = piece {
                let found = tokio::fs::metadata(&**path).await.map_err(|error| unreadable(path, &error))?;
                if !found.is_file() {
                    return Err(format!("`{}` is not a file", path.display()));
                }
                *length = Some(found.len());
            }
        }
        Ok(())
    }

    /// The hash of the whole body, for which files are read; `None` if it contains a stream, which would be consumed.
    pub(crate) async fn sha256(&self) -> Result<Option<String>, String> {
        if self.pieces.iter().any(|piece| matches!(piece, Piece::Once { .. })) {
            return Ok(None);
        }
        let mut hash = Context::new(&SHA256);
        let mut pieces = self.clone().into_stream();
        while let Some(piece) = pieces.next().await {
            hash.update(&piece.map_err(|error| error.to_string())?);
        }
        Ok(Some(base16ct::lower::encode_string(hash.finish().as_ref())))
    }
}

fn lock(stream: &Mutex<Option<ByteStream>>) -> MutexGuard<'_, Option<ByteStream>> {
    stream.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Piece {
    fn read(self) -> ByteStream {
        match self {
            Self::Bytes(bytes) => ByteStream::from(bytes),
            Self::File { path, length } => read_file(path, length),
            Self::Once { stream, .. } => {
                // Started on first poll: a request that finds no connection leaves the stream to the next attempt.
                let begun = stream::once(async move {
                    let taken = lock(&stream).take();
                    taken.ok_or_else(|| failed("the stream of the body", "it has already been sent"))
                });
                ByteStream::new(begun.try_flatten())
            }
        }
    }
}

/// A file's bytes, up to the announced length.
fn read_file(path: Arc<Path>, length: Option<u64>) -> ByteStream {
    let opened = {
        let path = path.clone();
        stream::once(async move {
            let file = File::open(&*path).await.map_err(|error| failed("the body", unreadable(&path, &error)))?;
            Ok::<_, TransportError>((file, length, path))
        })
    };
    ByteStream::new(opened.map_ok(|begin| stream::try_unfold(begin, chunk)).try_flatten())
}

type Rest = (File, Option<u64>, Arc<Path>);

async fn chunk((mut file, left, path): Rest) -> Result<Option<(Bytes, Rest)>, TransportError> {
    let most = left.map_or(CHUNK, |left| usize::try_from(left).unwrap_or(CHUNK).min(CHUNK));
    if most == 0 {
        return Ok(None);
    }
    let mut buffer = BytesMut::with_capacity(most);
    let mut limited = (&mut file).take(u64::try_from(most).unwrap_or(u64::MAX));
    let count = limited.read_buf(&mut buffer).await.map_err(|error| failed("the body", unreadable(&path, &error)))?;
    match (count, left) {
        (0, Some(left)) => Err(failed("the body", format!("`{}` is {left} bytes shorter than before", path.display()))),
        (0, None) => Ok(None),
        (count, left) => {
            let left = left.map(|left| left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX)));
            Ok(Some((buffer.freeze(), (file, left, path))))
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("`{}` cannot be read: {error}", path.display())
}

fn failed(what: &str, error: impl Into<Box<dyn StdError + Send + Sync>>) -> TransportError {
    let error = error.into();
    TransportError::new(TransportErrorKind::Request, format!("{what} failed: {error}"))
}

impl<T: Into<Bytes>> From<T> for RequestBody {
    fn from(bytes: T) -> Self {
        let bytes = bytes.into();
        Self { pieces: if bytes.is_empty() { Vec::new() } else { vec![Piece::Bytes(bytes)] }, media_type: None }
    }
}

impl From<ByteStream> for RequestBody {
    fn from(stream: ByteStream) -> Self {
        Self::stream(stream)
    }
}

// Manual: the body may be secret.
impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody").field("len", &self.len()).field("media_type", &self.media_type).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn once(texts: &'static [&'static str]) -> RequestBody {
        RequestBody::stream(stream::iter(texts.iter().map(|text| Ok::<_, Infallible>(Bytes::from(*text)))))
    }

    async fn text(body: &RequestBody) -> Result<String, String> {
        let bytes = body.clone().into_stream().collect().await.map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn file(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("yundb-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        path
    }

    #[tokio::test]
    async fn bytes_can_be_sent_repeatedly() {
        let body = RequestBody::from("abc");
        assert_eq!(body.as_bytes().map(|bytes| &bytes[..]), Some(&b"abc"[..]));
        assert_eq!((body.len(), body.is_empty(), body.is_spent()), (Some(3), false, false));
        for _ in 0..2 {
            assert_eq!(text(&body).await.as_deref(), Ok("abc"));
        }
        assert!(RequestBody::from("").is_empty() && RequestBody::default().as_bytes().is_some());
    }

    #[tokio::test]
    async fn a_stream_is_sent_once() {
        let body = once(&["a", "bc"]);
        assert_eq!((body.len(), body.is_spent(), body.as_bytes()), (None, false, None));
        // Converted, but not read.
        drop(body.clone().into_stream());
        assert!(!body.is_spent());
        assert_eq!(text(&body).await.as_deref(), Ok("abc"));
        assert!(body.is_spent());
        assert_eq!(text(&body).await.unwrap_err(), "the stream of the body failed: it has already been sent");
        assert_eq!(once(&["a"]).length(1).len(), Some(1));
    }

    #[tokio::test]
    async fn a_file_is_read_each_time() {
        let long = "0123456789".repeat(20_000);
        let path = file("read", &long);
        let mut body = RequestBody::file(&path);
        assert_eq!(body.len(), None);
        body.measure().await.unwrap();
        assert_eq!(body.len(), Some(200_000));
        for _ in 0..2 {
            assert_eq!(text(&body).await.as_deref(), Ok(&*long));
        }
        assert_eq!(body.sha256().await, RequestBody::from(long).sha256().await);
        // Bytes added since are not sent, as the length has been announced.
        std::fs::write(&path, "0".repeat(200_001)).unwrap();
        assert_eq!(text(&body).await.map(|text| text.len()), Ok(200_000));
        std::fs::write(&path, "short").unwrap();
        assert!(text(&body).await.unwrap_err().ends_with("is 199995 bytes shorter than before"));
        std::fs::remove_file(&path).unwrap();
        assert!(body.measure().await.unwrap_err().contains("cannot be read"));
    }

    #[tokio::test]
    async fn pieces_in_sequence() {
        let path = file("pieces", "file");
        let mut body = RequestBody::from("<");
        body.append(RequestBody::file(&path));
        body.append(RequestBody::from(">"));
        body.measure().await.unwrap();
        assert_eq!((body.len(), text(&body).await.as_deref()), (Some(6), Ok("<file>")));
        assert_eq!(body.sha256().await, RequestBody::from("<file>").sha256().await);
        body.append(once(&["."]));
        assert_eq!((body.len(), body.sha256().await), (None, Ok(None)));
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn debug_shows_no_bytes() {
        assert_eq!(format!("{:?}", RequestBody::from("hunter2")), "RequestBody { len: Some(7), media_type: None }");
    }
}
