//! Framing: splits bytes, in arbitrary chunks, into the items of a stream.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

/// One item, undecoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// The `event` field of an event.
    pub(super) event: Option<String>,
    /// The data of an event, with its lines joined, or the text of a JSON value.
    pub(super) data: Bytes,
    /// The `id` field of an event.
    pub(super) id: Option<String>,
    /// The `retry` field of an event.
    pub(super) retry: Option<Duration>,
}

/// Why there is no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unframed {
    /// It is longer than the limit.
    TooLarge,
    /// The stream ended within it.
    Truncated,
}

/// How items are delimited.
#[derive(Debug)]
pub(super) enum Framing {
    Events(Events),
    Lines(Lines),
}

impl Framing {
    /// Adds received bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Events(events) => events.input.push(bytes),
            Self::Lines(lines) => lines.input.push(bytes),
        }
    }

    /// The next item in the received bytes; `None` if it is incomplete.
    pub(super) fn next(&mut self) -> Option<Result<Frame, Unframed>> {
        match self {
            Self::Events(events) => events.next(),
            Self::Lines(lines) => lines.next(),
        }
    }

    /// The rest at the end of the stream.
    pub(super) fn end(&mut self) -> Option<Result<Frame, Unframed>> {
        match self {
            // An event without a terminating blank line is dropped, as in browsers.
            Self::Events(_) => None,
            Self::Lines(lines) => lines.end(),
        }
    }

    /// Starts over with a new connection. Last id and reconnection time are kept.
    pub(super) fn restart(&mut self) {
        match self {
            Self::Events(events) => {
                let (last_id, retry) = (events.last_id.take(), events.retry);
                *events = Events { last_id, retry, ..Events::new(events.input.limit) };
            }
            Self::Lines(lines) => *lines = Lines::new(lines.input.limit),
        }
    }

    /// The id of the last event with one, unless it is empty, and the reconnection time set by the service.
    pub(super) fn position(&self) -> (Option<&str>, Option<Duration>) {
        match self {
            Self::Events(events) => (events.last_id.as_deref(), events.retry),
            Self::Lines(_) => (None, None),
        }
    }
}

/// Bytes that were received and not yet consumed.
#[derive(Debug)]
struct Input {
    bytes: BytesMut,
    /// Number of bytes already scanned.
    seen: usize,
    /// Whether the stream has begun, so a byte order mark is no longer expected.
    begun: bool,
    /// Maximum size of an item in bytes.
    limit: usize,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl Input {
    fn new(limit: usize) -> Self {
        Self { bytes: BytesMut::new(), seen: 0, begun: false, limit }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether there is anything to scan, after a byte order mark.
    fn begins(&mut self) -> bool {
        if !self.begun {
            if self.bytes.len() < BYTE_ORDER_MARK.len() && BYTE_ORDER_MARK.starts_with(&self.bytes) {
                return false;
            }
            if self.bytes.starts_with(BYTE_ORDER_MARK) {
                let _ = self.bytes.split_to(BYTE_ORDER_MARK.len());
            }
            self.begun = true;
        }
        true
    }

    /// Removes and returns the bytes before a separator; the separator is dropped.
    fn cut(&mut self, at: usize) -> Bytes {
        let line = self.bytes.split_to(at).freeze();
        let _ = self.bytes.split_to(1);
        self.seen = 0;
        line
    }
}

/// Server-sent events, as specified for `text/event-stream` in WHATWG's HTML standard.
#[derive(Debug)]
pub(super) struct Events {
    input: Input,
    /// Whether the last line ended with a CR, so that a following LF belongs to it.
    after_return: bool,
    /// The event being read, its data with an LF after each line.
    event: Option<String>,
    data: Vec<u8>,
    id: Option<String>,
    own_retry: Option<Duration>,
    last_id: Option<String>,
    retry: Option<Duration>,
}

impl Events {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            input: Input::new(limit),
            after_return: false,
            event: None,
            data: Vec::new(),
            id: None,
            own_retry: None,
            last_id: None,
            retry: None,
        }
    }

    fn next(&mut self) -> Option<Result<Frame, Unframed>> {
        while let Some(line) = self.line() {
            if self.data.len() + line.len() > self.input.limit {
                return Some(Err(Unframed::TooLarge));
            }
            if !line.is_empty() {
                self.field(&line);
            } else if let Some(frame) = self.dispatch() {
                return Some(Ok(frame));
            }
        }
        (self.input.bytes.len() + self.data.len() > self.input.limit).then_some(Err(Unframed::TooLarge))
    }

    /// The next complete line, without its terminator.
    fn line(&mut self) -> Option<Bytes> {
        if !self.input.begins() {
            return None;
        }
        if self.after_return && self.input.bytes.first() == Some(&b'\n') {
            let _ = self.input.bytes.split_to(1);
        }
        if !self.input.bytes.is_empty() {
            self.after_return = false;
        }
        let rest = self.input.bytes.get(self.input.seen..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.input.seen = self.input.bytes.len();
            return None;
        };
        let end = self.input.seen + end;
        self.after_return = self.input.bytes.get(end) == Some(&b'\r');
        Some(self.input.cut(end))
    }

    fn field(&mut self, line: &[u8]) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let text = || String::from_utf8_lossy(value).into_owned();
        match name {
            b"event" => self.event = Some(text()),
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"id" if !value.contains(&0) => self.id = Some(text()),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                self.own_retry = text().parse().ok().map(Duration::from_millis);
                self.retry = self.own_retry.or(self.retry);
            }
            // Comments have no name; unknown fields are ignored.
            _ => {}
        }
    }

    /// The event terminated by a blank line, if it has data.
    fn dispatch(&mut self) -> Option<Frame> {
        let (event, id, retry) = (self.event.take(), self.id.take(), self.own_retry.take());
        if let Some(id) = &id {
            self.last_id = Some(id.clone()).filter(|id| !id.is_empty());
        }
        let mut data = std::mem::take(&mut self.data);
        data.pop()?;
        Some(Frame { event, data: data.into(), id, retry })
    }
}

/// JSON values delimited by line ends, or by the record separators of `application/json-seq` (RFC 7464).
#[derive(Debug)]
pub(super) struct Lines {
    input: Input,
    /// Whether there are record separators: then a value may contain line ends.
    records: bool,
    depth: usize,
    in_text: bool,
    escaped: bool,
}

const RECORD_SEPARATOR: u8 = 0x1e;

impl Lines {
    pub(super) fn new(limit: usize) -> Self {
        Self { input: Input::new(limit), records: false, depth: 0, in_text: false, escaped: false }
    }

    fn next(&mut self) -> Option<Result<Frame, Unframed>> {
        if !self.input.begins() {
            return None;
        }
        while let Some(byte) = self.input.bytes.get(self.input.seen).copied() {
            let ends = match byte {
                RECORD_SEPARATOR => true,
                b'\n' => !self.records || self.is_whole(),
                _ => false,
            };
            self.records |= byte == RECORD_SEPARATOR;
            if !ends {
                self.track(byte);
                self.input.seen += 1;
                continue;
            }
            let at = self.input.seen;
            let item = self.input.cut(at);
            (self.depth, self.in_text, self.escaped) = (0, false, false);
            if at > self.input.limit {
                return Some(Err(Unframed::TooLarge));
            }
            if !item.trim_ascii().is_empty() {
                return Some(Ok(frame(&item)));
            }
        }
        (self.input.bytes.len() > self.input.limit).then_some(Err(Unframed::TooLarge))
    }

    fn track(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = self.in_text,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether the scanned bytes may be a complete value.
    fn is_whole(&self) -> bool {
        self.depth == 0 && !self.in_text
    }

    fn end(&mut self) -> Option<Result<Frame, Unframed>> {
        let rest = self.input.bytes.split().freeze();
        let item = rest.trim_ascii();
        let first = item.first()?;
        // A number at the end of a sequence may be truncated (RFC 7464, 2.4).
        let ends = !self.records || matches!(first, b'{' | b'[' | b'"');
        let whole = ends && serde_json::from_slice::<serde::de::IgnoredAny>(item).is_ok();
        Some(if whole { Ok(frame(&rest)) } else { Err(Unframed::Truncated) })
    }
}

/// A value without surrounding whitespace.
fn frame(item: &Bytes) -> Frame {
    Frame { data: item.slice_ref(item.trim_ascii()), ..Frame::default() }
}

#[cfg(test)]
mod tests;
