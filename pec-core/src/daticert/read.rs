//! One pass over the pieces of a document: each through the checklist, each known element into its slot.

use super::model::Unknown;
use super::pieces::{Piece, Pieces, Sort};
use super::xml::{self, Attribute, Repair, RepairKind, Repairs, StartTag, Stop, Text, fault};
use crate::limits::Limits;

/// A place in the document type of RFC 6109 §4.4. The order of the variants is the order that the DTD asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Document,
    Postacert,
    Intestazione,
    Mittente,
    Destinatari,
    Risposte,
    Oggetto,
    Dati,
    GestoreEmittente,
    Data,
    Giorno,
    Ora,
    Identificativo,
    Msgid,
    Ricevuta,
    Consegna,
    Ricezione,
    ErroreEsteso,
    Unknown,
}

impl Place {
    pub(super) const COUNT: usize = Self::Unknown as usize + 1;

    /// The places that a complete document fills.
    const REQUIRED: [Self; 10] = [
        Self::Intestazione,
        Self::Mittente,
        Self::Destinatari,
        Self::Risposte,
        Self::Dati,
        Self::GestoreEmittente,
        Self::Data,
        Self::Giorno,
        Self::Ora,
        Self::Identificativo,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Document | Self::Unknown => "",
            Self::Postacert => "postacert",
            Self::Intestazione => "intestazione",
            Self::Mittente => "mittente",
            Self::Destinatari => "destinatari",
            Self::Risposte => "risposte",
            Self::Oggetto => "oggetto",
            Self::Dati => "dati",
            Self::GestoreEmittente => "gestore-emittente",
            Self::Data => "data",
            Self::Giorno => "giorno",
            Self::Ora => "ora",
            Self::Identificativo => "identificativo",
            Self::Msgid => "msgid",
            Self::Ricevuta => "ricevuta",
            Self::Consegna => "consegna",
            Self::Ricezione => "ricezione",
            Self::ErroreEsteso => "errore-esteso",
        }
    }

    /// Where an element of this name belongs.
    fn of(name: &str) -> Self {
        match name {
            "postacert" => Self::Postacert,
            "intestazione" => Self::Intestazione,
            "mittente" => Self::Mittente,
            "destinatari" => Self::Destinatari,
            "risposte" => Self::Risposte,
            "oggetto" => Self::Oggetto,
            "dati" => Self::Dati,
            "gestore-emittente" => Self::GestoreEmittente,
            "data" => Self::Data,
            "giorno" => Self::Giorno,
            "ora" => Self::Ora,
            "identificativo" => Self::Identificativo,
            "msgid" => Self::Msgid,
            "ricevuta" => Self::Ricevuta,
            "consegna" => Self::Consegna,
            "ricezione" => Self::Ricezione,
            "errore-esteso" => Self::ErroreEsteso,
            _ => Self::Unknown,
        }
    }

    const fn parent(self) -> Self {
        match self {
            Self::Document | Self::Unknown | Self::Postacert => Self::Document,
            Self::Intestazione | Self::Dati => Self::Postacert,
            Self::Mittente | Self::Destinatari | Self::Risposte | Self::Oggetto => Self::Intestazione,
            Self::Giorno | Self::Ora => Self::Data,
            _ => Self::Dati,
        }
    }

    /// Whether text may stand in it.
    const fn holds_text(self) -> bool {
        !matches!(
            self,
            Self::Document | Self::Postacert | Self::Intestazione | Self::Dati | Self::Data | Self::Ricevuta
        )
    }

    /// What becomes of flaws in its text (VERDICT §6). The sender writes `risposte` and `msgid` himself, so a flaw there
    /// must not cost more than the value (§5); where there is no remedy, it makes the document unusable.
    const fn remedy(self) -> Option<RepairKind> {
        match self {
            Self::Oggetto | Self::ErroreEsteso => Some(RepairKind::Replaced),
            Self::Risposte | Self::Msgid => Some(RepairKind::LeftOut),
            _ => None,
        }
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// Remarks of one kind: the first sixteen in words, the rest counted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    said: Vec<String>,
    more: usize,
}

impl Notes {
    pub(super) fn add(&mut self, note: impl FnOnce() -> String) {
        if self.said.len() < 16 {
            self.said.push(note());
        } else {
            self.more += 1;
        }
    }

    /// All of them in one line, or `None` if there are none.
    pub(super) fn line(&self) -> Option<String> {
        let mut line = self.said.join("; ");
        if self.more > 0 {
            line.push_str(&format!("; and {} more", self.more));
        }
        (!line.is_empty()).then_some(line)
    }
}

/// What stood where; nothing is interpreted yet.
#[derive(Debug, Default)]
pub(super) struct Slots<'a> {
    pub(super) kind: Option<Text<'a>>,
    pub(super) error: Option<Text<'a>>,
    pub(super) zone: Option<Text<'a>>,
    pub(super) receipt: Option<Text<'a>>,
    pub(super) recipients: Vec<(Text<'a>, Option<Text<'a>>)>,
    pub(super) received_for: Vec<Text<'a>>,
    text: [Option<Text<'a>>; Place::COUNT],
    seen: u32,
    pub(super) repeated: Notes,
    pub(super) schema: Notes,
    pub(super) strangers: Notes,
    pub(super) unknown: Vec<Unknown>,
    pub(super) repairs: Vec<Repair>,
}

impl<'a> Slots<'a> {
    pub(super) fn take(&mut self, place: Place) -> Option<Text<'a>> {
        self.text.get_mut(place as usize).and_then(Option::take)
    }

    pub(super) const fn has(&self, place: Place) -> bool {
        self.seen & place.bit() != 0
    }
}

/// What is repaired.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode<'r> {
    /// Nothing: the caller has made sure that no forbidden character stands anywhere.
    Strict,
    /// Flaws in the text of the elements that have a remedy. Carries the bytes as received: in the text that is read, each
    /// byte that is not UTF-8 is U+0001.
    Recovering(&'r [u8]),
}

/// What a fault says when the document is XML but something else.
pub(super) const WRONG_ROOT: &str = "the root element is not postacert";

/// Unknown elements and attributes that are kept.
const UNKNOWN: usize = 64;
/// Characters of a name that are kept in a path.
const NAME: usize = 100;

struct Frame<'a> {
    name: &'a str,
    place: Place,
    /// The last known child.
    last: Place,
    text: Text<'a>,
    /// Flaws that were repaired in the text.
    flaws: usize,
    class: Option<Text<'a>>,
}

impl<'a> Frame<'a> {
    /// Adds a piece of character data or a CDATA section. What counts against the limit is the decoded text: how a
    /// provider escapes it is not the sender's fault.
    fn add(
        &mut self,
        (sort, piece, at): (Sort, &'a str, usize),
        mode: Mode<'_>,
        limits: &Limits,
        made: &mut Vec<Repair>,
    ) -> Result<(), Stop> {
        let most = limits.daticert_text_bytes;
        let repairs = match (mode, self.place.remedy()) {
            (Mode::Recovering(original), Some(kind)) => {
                Some(Repairs { element: self.place.name(), kind, made, flaws: &mut self.flaws, most, original })
            }
            _ => None,
        };
        match sort {
            Sort::CData => xml::cdata_text(piece, at, &mut self.text, repairs)?,
            _ => xml::character_data(piece, at, &mut self.text, repairs)?,
        }
        // A replacement has three bytes and counts as one, so that a flaw takes no more room than a letter.
        let bytes = self.text.len().saturating_sub(self.flaws.saturating_mul('\u{FFFD}'.len_utf8() - 1));
        if !self.left_out() && bytes > most { Err(Stop::Limit("daticert_text_bytes")) } else { Ok(()) }
    }

    fn left_out(&self) -> bool {
        self.flaws > 0 && self.place.remedy() == Some(RepairKind::LeftOut)
    }
}

struct Pass<'a, 'r> {
    limits: &'r Limits,
    mode: Mode<'r>,
    open: Vec<Frame<'a>>,
    rooted: bool,
    slots: Slots<'a>,
}

/// Reads a document without byte order mark. `base` is added to every offset.
pub(super) fn read<'a>(text: &'a str, base: usize, mode: Mode<'_>, limits: &Limits) -> Result<Slots<'a>, Stop> {
    if text.starts_with('\u{FEFF}') {
        return fault(base, "two byte order marks");
    }
    let mut pass = Pass { limits, mode, open: Vec::with_capacity(6), rooted: false, slots: Slots::default() };
    let mut pieces = Pieces::new(text, base);
    let mut attributes = Vec::new();
    loop {
        // Its name was looked at where it began.
        if let Some(frame) = pass.open.pop_if(|frame| pieces.ends(frame.name)) {
            pass.close(frame)?;
            continue;
        }
        let Some(Piece { sort, text: piece, at }) = pieces.next()? else { break };
        match sort {
            Sort::Text | Sort::Blank => pass.text(sort, piece, at)?,
            Sort::CData => pass.text(sort, xml::cdata(piece, at)?, at + "<![CDATA[".len())?,
            Sort::Plain | Sort::Start => pass.start(sort, piece, at, &mut attributes)?,
            Sort::End => pass.end(piece, at)?,
            Sort::Comment => {
                pass.clean(piece, at)?;
                xml::comment(piece, at)?;
            }
            Sort::Instruction => {
                pass.clean(piece, at)?;
                if at == base && xml::declares(piece.as_bytes()) {
                    let ascii = matches!(mode, Mode::Recovering(original) if original.is_ascii());
                    if let Some(encoding) = xml::declaration(piece, at, ascii)? {
                        let note = || format!("the encoding {encoding} is declared, but every byte is ASCII");
                        pass.slots.schema.add(note);
                    }
                } else {
                    xml::instruction(piece, at)?;
                }
            }
        }
    }
    pass.finish(base + text.len())
}

impl<'a> Pass<'a, '_> {
    /// Nothing forbidden stands in `piece`, which cannot be repaired.
    fn clean(&self, piece: &str, at: usize) -> Result<(), Stop> {
        let Mode::Recovering(original) = self.mode else { return Ok(()) };
        match xml::forbidden(piece) {
            None => Ok(()),
            Some((i, '\u{1}')) if original.get(at + i).is_some_and(|b| *b >= 0x80) => {
                fault(at + i, "a byte that is not UTF-8")
            }
            Some((i, _)) => fault(at + i, "a forbidden character"),
        }
    }

    /// Character data, or the inside of a CDATA section.
    fn text(&mut self, sort: Sort, piece: &'a str, at: usize) -> Result<(), Stop> {
        if self.open.last().and_then(|frame| frame.place.remedy()).is_none() {
            self.clean(piece, at)?;
        }
        let blank = sort == Sort::Blank || sort == Sort::Text && xml::is_blank(piece);
        match self.open.last_mut() {
            None if blank => Ok(()),
            None => fault(at, "text outside the root element"),
            Some(frame) if blank && !frame.place.holds_text() => Ok(()),
            Some(frame) => frame.add((sort, piece, at), self.mode, self.limits, &mut self.slots.repairs),
        }
    }

    fn start(
        &mut self,
        sort: Sort,
        piece: &'a str,
        at: usize,
        attributes: &mut Vec<Attribute<'a>>,
    ) -> Result<(), Stop> {
        self.clean(piece, at)?;
        if self.open.is_empty() && self.rooted {
            return fault(at, "a second root element");
        }
        self.rooted = true;
        if self.open.len() >= self.limits.daticert_depth {
            return Err(Stop::Limit("daticert_depth"));
        }
        if piece.len() > self.limits.daticert_text_bytes {
            return Err(Stop::Limit("daticert_text_bytes"));
        }
        let tag = match sort {
            Sort::Plain => StartTag { name: piece.get(1..piece.len() - 1).unwrap_or_default(), empty: false },
            _ => xml::start_tag(piece, at, attributes)?,
        };
        let place = self.place(tag.name);
        let mut frame =
            Frame { name: tag.name, place, last: Place::Document, text: Text::default(), flaws: 0, class: None };
        for Attribute { name, value } in attributes.drain(..) {
            let slot = match (place, name) {
                (Place::Postacert, "tipo") => &mut self.slots.kind,
                (Place::Postacert, "errore") => &mut self.slots.error,
                (Place::Destinatari, "tipo") => &mut frame.class,
                (Place::Data, "zona") => &mut self.slots.zone,
                (Place::Ricevuta, "tipo") => &mut self.slots.receipt,
                _ => {
                    let path = path(&self.open, tag.name, Some(name));
                    keep(&mut self.slots, path, &value);
                    continue;
                }
            };
            *slot = Some(value);
        }
        if tag.empty {
            self.close(frame)
        } else {
            self.open.push(frame);
            Ok(())
        }
    }

    /// Where the element that begins stands, with everything that the document type has to say about it.
    fn place(&mut self, name: &'a str) -> Place {
        let parent = self.open.last().map_or(Place::Document, |frame| frame.place);
        let place = Place::of(name);
        if place == Place::Unknown {
            return place;
        }
        if place.parent() != parent {
            self.slots.schema.add(|| format!("{} stands in {}", place.name(), here(&self.open)));
            return Place::Unknown;
        }
        if self.slots.has(place) && !matches!(place, Place::Destinatari | Place::Ricezione) {
            self.slots.repeated.add(|| format!("{} stands more than once", place.name()));
        }
        self.slots.seen |= place.bit();
        if let Some(parent) = self.open.last_mut() {
            if place < parent.last {
                let last = parent.last;
                self.slots.schema.add(|| format!("{} stands after {}", place.name(), last.name()));
            }
            parent.last = parent.last.max(place);
        }
        place
    }

    fn end(&mut self, piece: &str, at: usize) -> Result<(), Stop> {
        self.clean(piece, at)?;
        let frame = self.open.pop();
        xml::end_tag(piece, at, frame.as_ref().map(|frame| frame.name))?;
        frame.map_or(Ok(()), |frame| self.close(frame))
    }

    fn close(&mut self, frame: Frame<'a>) -> Result<(), Stop> {
        let slots = &mut self.slots;
        match frame.place {
            Place::Destinatari if slots.recipients.len() >= self.limits.recipients => {
                return Err(Stop::Limit("recipients"));
            }
            Place::Ricezione if slots.received_for.len() >= self.limits.recipients => {
                return Err(Stop::Limit("recipients"));
            }
            Place::Destinatari => slots.recipients.push((frame.text, frame.class)),
            Place::Ricezione => slots.received_for.push(frame.text),
            Place::Unknown => {
                let path = path(&self.open, frame.name, None);
                keep(slots, path, &frame.text);
            }
            _ if frame.left_out() => {}
            place if place.holds_text() => {
                if let Some(slot) = slots.text.get_mut(place as usize)
                    && slot.is_none()
                {
                    *slot = Some(frame.text);
                }
            }
            place if !xml::is_blank(&frame.text) => slots.schema.add(|| format!("text in {}", place.name())),
            _ => {}
        }
        Ok(())
    }

    fn finish(mut self, end: usize) -> Result<Slots<'a>, Stop> {
        if !self.rooted {
            return fault(end, "no root element");
        }
        if !self.open.is_empty() {
            return fault(end, "an element without an end");
        }
        if !self.slots.has(Place::Postacert) {
            return fault(end, WRONG_ROOT);
        }
        for place in Place::REQUIRED {
            // A missing container says enough.
            if !self.slots.has(place) && self.slots.has(place.parent()) {
                self.slots.schema.add(|| format!("{} is missing", place.name()));
            }
        }
        Ok(self.slots)
    }
}

fn keep(slots: &mut Slots<'_>, path: String, value: &str) {
    slots.strangers.add(|| path.clone());
    if slots.unknown.len() < UNKNOWN {
        slots.unknown.push(Unknown { path, value: xml::trim(value).to_owned() });
    }
}

fn here(open: &[Frame<'_>]) -> String {
    open.iter().map(|frame| short(frame.name)).collect::<Vec<_>>().join("/")
}

fn path(open: &[Frame<'_>], name: &str, attribute: Option<&str>) -> String {
    let mut path = here(open);
    if !path.is_empty() {
        path.push('/');
    }
    path.push_str(short(name));
    if let Some(attribute) = attribute {
        path.push_str("/@");
        path.push_str(short(attribute));
    }
    path
}

fn short(name: &str) -> &str {
    name.char_indices().nth(NAME).and_then(|(end, _)| name.get(..end)).unwrap_or(name)
}
