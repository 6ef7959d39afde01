//! The forms in which bodies of responses are read.

use crate::codec::decode::DecodeError;
use crate::codec::media_type;

/// As what the body of a response is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// One JSON value.
    Json,
    /// Text.
    Text,
    /// Bytes, as they arrive.
    Bytes,
    /// Server-sent events.
    Events,
    /// JSON values, one after the other.
    Lines,
}

impl ReadAs {
    /// Whether what is read so may come as this media type. Services are careless with names that say nothing of the form.
    pub(crate) fn fits(self, content_type: &str) -> bool {
        let essence = media_type::essence(content_type);
        let document = essence == "text/html" || essence.ends_with("xml");
        match self {
            Self::Events => !document && !media_type::is_json(content_type),
            // One value on one line is JSON, and some services call all of them so.
            Self::Lines => !document && essence != "text/event-stream",
            Self::Json | Self::Text | Self::Bytes => true,
        }
    }

    /// An error, if a response of this media type has no such items.
    pub(crate) fn check(self, content_type: Option<&str>) -> Result<(), DecodeError> {
        match content_type {
            Some(found) if !self.fits(found) => {
                let wanted = if self == Self::Events { "stream of events" } else { "JSON, line by line" };
                Err(DecodeError::new("", format!("the response is `{found}`, which is no {wanted}")))
            }
            _ => Ok(()),
        }
    }
}
