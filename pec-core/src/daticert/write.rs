//! The way back: [`CertData`] as bytes, in the layouts that providers use.

use thiserror::Error;

use super::model::{CertData, CertTime, ErrorDetail};
use super::xml;

/// How a document is laid out. What it says is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layout {
    /// Four blanks a level, empty elements as `<ricevuta tipo="completa" />`: Aruba and most others (family A).
    #[default]
    Indented,
    /// A tab a level, empty elements as `<ricevuta tipo="completa"/>`.
    Tabbed,
    /// Everything after the declaration in one line, empty elements with an end tag.
    OneLine,
}

/// Why data cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WriteError {
    /// A value has a character that XML 1.0 cannot express (§2.2). The caller's value is at fault.
    #[error("{element} has the character U+{:04X}, which XML cannot express", u32::from(*character))]
    Character {
        /// The element or attribute.
        element: &'static str,
        /// The first such character.
        character: char,
    },
    /// The data hold elements or attributes that RFC 6109 does not know. Clear `unknown` to write without them.
    #[error("the data hold elements that RFC 6109 does not know")]
    Unknown,
}

/// Writes certification data as XML (RFC 6109 §4.4) with LF line ends, encoded in UTF-8. Absent values are left out,
/// whether the DTD asks for them or not.
///
/// # Errors
/// [`WriteError`], when a value cannot be written as it is; nothing is replaced or dropped silently. Values with white
/// space at either end are written with it, and a reader trims it.
///
/// ```
/// use pec_core::daticert::{CertData, Kind, Layout, write};
/// let mut data = CertData::new(Kind::Acceptance);
/// data.subject = Some("R&D".into());
/// let xml = write(&data, Layout::OneLine)?;
/// assert!(xml.ends_with(b"<intestazione><oggetto>R&amp;D</oggetto></intestazione><dati></dati></postacert>\n"));
/// data.subject = Some("\u{16}".into());
/// assert!(write(&data, Layout::OneLine).is_err());
/// # Ok::<(), pec_core::daticert::WriteError>(())
/// ```
pub fn write(data: &CertData, layout: Layout) -> Result<Vec<u8>, WriteError> {
    if !data.unknown.is_empty() {
        return Err(WriteError::Unknown);
    }
    let mut out = Out { text: String::with_capacity(1024 + 100 * data.recipients.len()), depth: 0, layout };
    out.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.open("postacert", &[("tipo", data.kind.as_str()), ("errore", data.error.as_str())])?;
    out.open("intestazione", &[])?;
    out.optional("mittente", data.sender.as_ref().map(|a| a.as_str()))?;
    for recipient in &data.recipients {
        out.element("destinatari", &[("tipo", recipient.class.as_str())], recipient.address.as_str())?;
    }
    out.optional("risposte", data.reply_to.as_ref().map(|a| a.as_str()))?;
    out.optional("oggetto", data.subject.as_deref())?;
    out.close("intestazione");
    out.open("dati", &[])?;
    out.optional("gestore-emittente", data.issuer.as_deref())?;
    if let Some(CertTime { day, hour, zone, .. }) = &data.time {
        out.open("data", &[("zona", zone)])?;
        out.element("giorno", &[], day)?;
        out.element("ora", &[], hour)?;
        out.close("data");
    }
    out.optional("identificativo", data.pec_id.as_deref())?;
    out.optional("msgid", data.client_message_id.as_deref())?;
    if let Some(form) = &data.receipt {
        out.empty("ricevuta", &[("tipo", form.as_str())])?;
    }
    out.optional("consegna", data.delivered_to.as_ref().map(|a| a.as_str()))?;
    for address in &data.received_for {
        out.element("ricezione", &[], address.as_str())?;
    }
    out.optional("errore-esteso", data.error_detail.as_ref().map(ErrorDetail::as_str))?;
    out.close("dati");
    out.close("postacert");
    if layout == Layout::OneLine {
        out.text.push('\n');
    }
    Ok(out.text.into_bytes())
}

struct Out {
    text: String,
    depth: usize,
    layout: Layout,
}

type Attributes<'a> = [(&'static str, &'a str)];

impl Out {
    fn indent(&mut self) {
        let unit = match self.layout {
            Layout::Indented => "    ",
            Layout::Tabbed => "\t",
            Layout::OneLine => return,
        };
        for _ in 0..self.depth {
            self.text.push_str(unit);
        }
    }

    fn end_line(&mut self) {
        if self.layout != Layout::OneLine {
            self.text.push('\n');
        }
    }

    /// `<name a="b"`, still open.
    fn tag(&mut self, name: &'static str, attributes: &Attributes<'_>) -> Result<(), WriteError> {
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            self.escaped(attribute, value, true)?;
            self.text.push('"');
        }
        Ok(())
    }

    fn open(&mut self, name: &'static str, attributes: &Attributes<'_>) -> Result<(), WriteError> {
        self.indent();
        self.tag(name, attributes)?;
        self.text.push('>');
        self.end_line();
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.end_tag(name);
        self.end_line();
    }

    fn end_tag(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    fn element(&mut self, name: &'static str, attributes: &Attributes<'_>, value: &str) -> Result<(), WriteError> {
        self.indent();
        self.tag(name, attributes)?;
        self.text.push('>');
        self.escaped(name, value, false)?;
        self.end_tag(name);
        self.end_line();
        Ok(())
    }

    fn optional(&mut self, name: &'static str, value: Option<&str>) -> Result<(), WriteError> {
        value.map_or(Ok(()), |value| self.element(name, &[], value))
    }

    fn empty(&mut self, name: &'static str, attributes: &Attributes<'_>) -> Result<(), WriteError> {
        self.indent();
        self.tag(name, attributes)?;
        match self.layout {
            Layout::Indented => self.text.push_str(" />"),
            Layout::Tabbed => self.text.push_str("/>"),
            Layout::OneLine => {
                self.text.push('>');
                self.end_tag(name);
            }
        }
        self.end_line();
        Ok(())
    }

    /// `>` is escaped too, as providers do in `msgid`; so are line ends that a reader would change.
    fn escaped(&mut self, element: &'static str, value: &str, attribute: bool) -> Result<(), WriteError> {
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if attribute => self.text.push_str("&quot;"),
                '\r' => self.text.push_str("&#13;"),
                '\n' if attribute => self.text.push_str("&#10;"),
                '\t' if attribute => self.text.push_str("&#9;"),
                character if !xml::is_char(character) => return Err(WriteError::Character { element, character }),
                c => self.text.push(c),
            }
        }
        Ok(())
    }
}
