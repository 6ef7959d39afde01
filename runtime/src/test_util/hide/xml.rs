//! Redacts XML.

use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer, XmlVersion};

use super::{HIDDEN, Hiding, is_label, is_secret, is_value};

/// An XML document being rewritten.
struct Copy<'h> {
    hiding: &'h Hiding,
    written: Writer<Vec<u8>>,
    /// The enclosing elements.
    around: Vec<Around>,
    /// The text since the last tag.
    text: String,
}

/// An element around the current place.
struct Around {
    is_secret: bool,
    /// Whether a label in it, so far, states that the value beside it is secret.
    names_secret: bool,
}

impl Hiding {
    /// Redacts the elements and attributes with secret names. `None` for a document with its own definitions (DTD).
    pub(super) fn xml(&self, text: &str) -> Option<String> {
        let mut reader = Reader::from_str(text);
        let mut copy = Copy { hiding: self, written: Writer::new(Vec::new()), around: Vec::new(), text: String::new() };
        let mut elements = 0;
        loop {
            match reader.read_event().ok()? {
                Event::Start(element) => {
                    elements += 1;
                    copy.flush()?;
                    let (element, is_secret) = copy.element(&element)?;
                    copy.around.push(Around { is_secret, names_secret: false });
                    copy.write(Event::Start(element))?;
                }
                Event::Empty(element) => {
                    elements += 1;
                    copy.flush()?;
                    let (element, _) = copy.element(&element)?;
                    copy.write(Event::Empty(element))?;
                }
                Event::End(element) => {
                    let labels = is_label(element.name().0) && is_secret(copy.text.trim());
                    copy.flush()?;
                    copy.around.pop()?;
                    if let Some(around) = copy.around.last_mut() {
                        around.names_secret |= labels;
                    }
                    copy.write(Event::End(element))?;
                }
                Event::Text(text) => copy.text.push_str(&text),
                Event::CData(text) => copy.text.push_str(&text),
                Event::GeneralRef(reference) => match reference.resolve_char_ref().ok()? {
                    Some(char) => copy.text.push(char),
                    None => copy.text.push_str(quick_xml::escape::resolve_predefined_entity(&reference)?),
                },
                Event::Decl(declaration) => copy.write(Event::Decl(declaration))?,
                Event::Comment(_) | Event::PI(_) => {}
                Event::DocType(_) => return None,
                Event::Eof => break,
            }
        }
        copy.flush()?;
        let whole = elements > 0 && copy.around.is_empty();
        whole.then(|| String::from_utf8(copy.written.into_inner()).ok()).flatten()
    }
}

impl Copy<'_> {
    fn write(&mut self, event: Event<'_>) -> Option<()> {
        self.written.write_event(event).ok()
    }

    /// An element's redacted tag, and whether its content is secret: by its name, by that of an enclosing element, or
    /// by a name in an attribute (`<entry key="password">`).
    fn element(&self, element: &BytesStart<'_>) -> Option<(BytesStart<'static>, bool)> {
        let value =
            |attribute: &Attribute<'_>| Some(attribute.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned());
        let name = element.name().0.to_owned();
        let around = self.around.last();
        let mut hides =
            is_secret(&name) || around.is_some_and(|around| around.is_secret || around.names_secret && is_value(&name));
        let mut attributes = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.ok()?;
            attributes.push((attribute.key.0.to_owned(), value(&attribute)?));
        }
        hides |= attributes.iter().any(|(key, value)| is_label(key) && is_secret(value));
        let mut copied = BytesStart::new(name);
        for (key, value) in attributes {
            let is_namespace = key == "xmlns" || key.starts_with("xmlns:");
            let hidden = (hides && !is_namespace && !is_label(&key)) || is_secret(&key);
            let value = if hidden { HIDDEN.to_owned() } else { self.hiding.text(value) };
            copied.push_attribute((&*key, &*value));
        }
        Some((copied, hides))
    }

    /// Writes the text between two tags.
    fn flush(&mut self) -> Option<()> {
        let text = std::mem::take(&mut self.text);
        if text.is_empty() {
            return Some(());
        }
        let text = match self.around.last() {
            Some(Around { is_secret: true, .. }) if !text.trim().is_empty() => HIDDEN.to_owned(),
            _ => self.hiding.maybe_json(text),
        };
        self.write(Event::Text(BytesText::new(&text)))
    }
}
