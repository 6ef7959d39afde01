use super::*;

const LIMIT: usize = 200;

/// The items in these chunks, each of which is consumed before the next one arrives.
fn framed(mut framing: Framing, pieces: &[&[u8]]) -> Vec<Result<Frame, Unframed>> {
    let mut items = Vec::new();
    for piece in pieces {
        framing.push(piece);
        while let Some(item) = framing.next() {
            let failed = item.is_err();
            items.push(item);
            if failed {
                return items;
            }
        }
    }
    items.extend(framing.end());
    items
}

fn events() -> Framing {
    Framing::Events(Events::new(LIMIT))
}

fn lines() -> Framing {
    Framing::Lines(Lines::new(LIMIT))
}

/// The items do not depend on the chunks: split in two at each position, in three around it, and into single bytes.
#[track_caller]
fn always(framing: fn() -> Framing, bytes: &[u8], expected: &[Result<Frame, Unframed>]) {
    assert_eq!(framed(framing(), &[bytes]), expected);
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(framed(framing(), &single), expected, "byte by byte");
    for at in 0..bytes.len() {
        let (before, after) = bytes.split_at(at);
        assert_eq!(framed(framing(), &[before, after]), expected, "cut at {at}");
        let (one, rest) = after.split_at(1);
        assert_eq!(framed(framing(), &[before, b"", one, rest]), expected, "cut around {at}");
    }
}

fn event(event: Option<&str>, data: &str, id: Option<&str>, retry: Option<u64>) -> Result<Frame, Unframed> {
    Ok(Frame {
        event: event.map(str::to_owned),
        data: data.to_owned().into(),
        id: id.map(str::to_owned),
        retry: retry.map(Duration::from_millis),
    })
}

fn data(data: &str) -> Result<Frame, Unframed> {
    event(None, data, None, None)
}

#[test]
fn examples_of_the_standard() {
    // The examples of the HTML standard.
    always(events, b"data: YHOO\ndata: +2\ndata: 10\n\n", &[data("YHOO\n+2\n10")]);
    always(
        events,
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
        &[
            event(None, "first event", Some("1"), None),
            event(None, "second event", Some(""), None),
            data(" third event"),
        ],
    );
    always(events, b"data\n\ndata\ndata\n\ndata:", &[data(""), data("\n")]);
    always(events, b"data:test\n\ndata: test\n\n", &[data("test"), data("test")]);
}

#[test]
fn line_ends_of_all_kinds() {
    for end in ["\n", "\r", "\r\n"] {
        let text = "event: a{}data: 1{}{}:c{}{}data: 2{}{}".replace("{}", end);
        always(events, text.as_bytes(), &[event(Some("a"), "1", None, None), data("2")]);
    }
    // An LF after a CR belongs to it; the next line terminator is a blank line.
    always(events, b"data: 1\r\n\rdata: 2\r\r\ndata: 3\n\r\n", &[data("1"), data("2"), data("3")]);
}

#[test]
fn byte_order_marks_and_characters_of_several_bytes() {
    always(events, "\u{feff}data: grüße 😀\n\n".as_bytes(), &[data("grüße 😀")]);
    // Only at the start: elsewhere it is part of the name.
    always(events, "data: 1\n\n\u{feff}data: 2\n\ndata: 3\n\n".as_bytes(), &[data("1"), data("3")]);
}

#[test]
fn fields() {
    always(
        events,
        b"event: b\nevent: a\nid: 7\nretry: 15\nother: x\ndata: 1\n\nretry: 1s\nid: a\0b\ndata: 2\n\n",
        &[event(Some("a"), "1", Some("7"), Some(15)), data("2")],
    );
    // A block without data does not affect the type of the next event; ids and times persist.
    let mut framing = events();
    framing.push(b"event: a\nid: 7\nretry: 15\n\ndata: 1\n\n");
    assert_eq!(framing.next(), Some(data("1")));
    assert_eq!(framing.position(), (Some("7"), Some(Duration::from_millis(15))));
    framing.push(b"data: half");
    framing.restart();
    framing.push(b"id:\ndata: 2\n\n");
    assert_eq!(framing.next(), Some(event(None, "2", Some(""), None)));
    assert_eq!(framing.position(), (None, Some(Duration::from_millis(15))));
}

#[test]
fn incomplete_events_are_dropped_at_the_end() {
    for rest in ["data: 2", "data: 2\n", "event: b\ndata: 2\r\n", ":"] {
        always(events, format!("data: 1\n\n{rest}").as_bytes(), &[data("1")]);
    }
    always(events, b"", &[]);
    always(events, b"\xef\xbb", &[]);
}

#[test]
fn events_have_a_size_limit() {
    let line = vec![b'a'; LIMIT + 10];
    assert_eq!(framed(events(), &[b"data: 1\n\n", b"data:", &line]), [data("1"), Err(Unframed::TooLarge)]);
    let comment = [b":", line.as_slice(), b"\n"].concat();
    assert_eq!(framed(events(), &[&comment]), [Err(Unframed::TooLarge)]);
    // Also with many lines, each below the limit.
    let lines: Vec<&[u8]> = std::iter::repeat_n(b"data: 0123456789\n".as_slice(), 50).collect();
    assert_eq!(framed(events(), &lines), [Err(Unframed::TooLarge)]);
    // The limit is per event, not per stream.
    let many: Vec<&[u8]> = std::iter::repeat_n(b"data: 0123456789\n\n".as_slice(), 50).collect();
    assert_eq!(framed(events(), &many).len(), 50);
}

#[test]
fn lines_of_json() {
    always(lines, b"{\"a\": 1}\n\n  \r\n[2]\r\n3\n\"4\"", &[data("{\"a\": 1}"), data("[2]"), data("3"), data("\"4\"")]);
    always(lines, "\u{feff}{}\n".as_bytes(), &[data("{}")]);
    always(lines, b"\n\n", &[]);
    // An invalid line is detected when it is decoded; the next one is not affected.
    always(lines, b"{\"a\n{}\n", &[data("{\"a"), data("{}")]);
}

#[test]
fn sequences_of_json() {
    // RFC 7464: a value may contain line ends.
    always(
        lines,
        b"\x1e{\"a\":\n \"}\\\"\"\n}\n\x1e[\n1]\n\x1e\x1e2\n",
        &[data("{\"a\":\n \"}\\\"\"\n}"), data("[\n1]"), data("2")],
    );
    // A truncated value is an item of its own that cannot be decoded; the next one begins at its separator.
    always(lines, b"\x1e{\"a\": [1\n\x1e{}\n", &[data("{\"a\": [1"), data("{}")]);
    // Each value is available as soon as it is complete.
    let mut framing = lines();
    framing.push(b"\x1e{}\n");
    assert_eq!(framing.next(), Some(data("{}")));
}

#[test]
fn the_last_line() {
    always(lines, b"{}\n{\"a\": 1", &[data("{}"), Err(Unframed::Truncated)]);
    always(lines, b"{}\n12", &[data("{}"), data("12")]);
    // RFC 7464, 2.4: a number without a terminator may be truncated.
    always(lines, b"\x1e{}\n\x1e12", &[data("{}"), Err(Unframed::Truncated)]);
    always(lines, b"\x1e{}\n\x1e\"12\"", &[data("{}"), data("\"12\"")]);
}

#[test]
fn lines_have_a_size_limit() {
    let endless = vec![b' '; LIMIT / 2];
    assert_eq!(framed(lines(), &[b"1\n", &endless, &endless, &endless]), [data("1"), Err(Unframed::TooLarge)]);
    let long = [vec![b'1'; LIMIT + 1].as_slice(), b"\n"].concat();
    assert_eq!(framed(lines(), &[&long]), [Err(Unframed::TooLarge)]);
}
