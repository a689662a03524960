//! XML as it is written here: indented, escaped, without anything that XML 1.0 does not allow.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A document that is being written.
pub(super) struct Xml(Writer<Vec<u8>>);

/// Attributes of an element.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    /// A document with this root.
    pub(super) fn document(root: &str, attributes: Attributes<'_>, content: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut xml = Self(Writer::new_with_indent(Vec::new(), b' ', 2));
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml.with(root, attributes, content);
        let mut bytes = xml.0.into_inner();
        bytes.push(b'\n');
        bytes
    }

    /// An element with elements inside.
    pub(super) fn element(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.with(name, &[], content);
    }

    /// The same, with attributes.
    pub(super) fn with(&mut self, name: &str, attributes: Attributes<'_>, content: impl FnOnce(&mut Self)) {
        self.write(Event::Start(BytesStart::new(name).with_attributes(attributes.iter().copied())));
        content(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// An element with text inside.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.text_with(name, &[], text);
    }

    /// The same, with attributes.
    pub(super) fn text_with(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        let text = allowed(text);
        self.with(name, attributes, |xml| xml.write(Event::Text(BytesText::new(&text))));
    }

    /// An element with text inside, where there is any.
    pub(super) fn optional(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    fn write(&mut self, event: Event<'_>) {
        // Memory takes whatever is written.
        let _ = self.0.write_event(event);
    }
}

/// A text of which a sender may have chosen every character: what steers a display is made visible, and what no XML may
/// contain is not there.
fn allowed(text: &str) -> String {
    let text = pec_core::text::printable(text);
    text.chars().map(|c| if matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_sender_writes_stays_text() {
        let xml = Xml::document("R", &[("a", "\"<&")], |xml| {
            xml.text("T", "</T>&amp;\u{0}\u{ffff}\u{202e}è");
            xml.element("E", |xml| xml.optional("N", None));
        });
        let text = String::from_utf8(xml).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R a=\"&quot;&lt;&amp;\">\n  <T>&lt;/T&gt;&amp;amp;\u{fffd}\u{fffd}\u{fffd}è</T>\n  \
             <E>\n  </E>\n</R>\n"
        );
    }
}
