//! The forms in which bodies of responses are read.

use crate::codec::decode::DecodeError;
use crate::codec::media_type;

/// The form in which the body of a response is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadAs {
    /// A single JSON value.
    Json,
    /// Text.
    Text,
    /// Bytes, as they arrive.
    Bytes,
    /// Server-sent events.
    Events,
    /// A sequence of JSON values.
    Lines,
}

impl ReadAs {
    /// Whether this form can have this media type. Services often send generic media types that do not determine the
    /// form.
    pub(crate) fn fits(self, content_type: &str) -> bool {
        if matches!(self, Self::Json | Self::Text | Self::Bytes) {
            return true;
        }
        let essence = media_type::essence(content_type);
        let document = essence == "text/html" || essence.ends_with("xml");
        // A single value on one line is valid JSON; some services use that media type for all sequences.
        let other =
            if self == Self::Events { media_type::is_json(content_type) } else { essence == "text/event-stream" };
        !document && !other
    }

    /// Fails if a response with this media type cannot have such items.
    pub(crate) fn check(self, content_type: Option<&str>) -> Result<(), DecodeError> {
        match content_type {
            Some(found) if !self.fits(found) => {
                let wanted = if self == Self::Events { "a stream of events" } else { "JSON, line by line" };
                Err(DecodeError::new("", format!("the response is `{found}`, which is not {wanted}")))
            }
            _ => Ok(()),
        }
    }
}
