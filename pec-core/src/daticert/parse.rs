//! From bytes to [`CertData`], strict first, then recovering, with the findings of the layer `daticert`.

use super::checks;
use super::model::{Address, AddressClass, CertData, CertTime, ErrorDetail, ErrorKind, Kind, ReceiptForm, Recipient};
use super::read::{Mode, Notes, Place, Slots, read};
use super::time::{self, Reading};
use super::xml::{self, Repair, RepairKind, Stop, Text, fault};
use crate::finding::{Code, Finding, Severity};
use crate::limits::Limits;

/// What one `daticert.xml` says, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The data; `None` exactly when one of the findings is fatal.
    pub data: Option<CertData>,
    /// Every character that was replaced and every value that was left out; empty when the document was XML.
    pub repairs: Vec<Repair>,
    /// In the order of the table, at most one a code; dates may have both an error and a warning.
    pub findings: Vec<Finding>,
}

/// Reads the decoded bytes of one `daticert.xml` (RFC 6109 §4.4, VERDICT §6).
///
/// A document that is not XML 1.0 is read a second time, and each forbidden character inside the text of `oggetto` or
/// `errore-esteso` becomes U+FFFD: a raw control byte, a numeric reference to one, a bare `&`, the `>` of a raw `]]>`, a
/// byte that is not UTF-8. Where the text of `risposte` or `msgid`, which the sender writes, has such a flaw, the value
/// is left out. Three habits of providers are read too, with a `daticert.schema` finding: another encoding is declared but
/// every byte is ASCII, white space or a byte order mark stands before the XML declaration, NULs stand after the root.
/// Anything else malformed leaves no data. Document types are refused, entities are never resolved.
///
/// This says what the document states. It does not prove that a provider has stated it.
///
/// # Limits
/// `daticert_bytes`, `daticert_text_bytes` (each text value and each tag), `daticert_depth` and `recipients` of `limits`,
/// and 64 attributes on one element. The time is linear in the size.
///
/// ```
/// use pec_core::daticert::{Kind, parse};
/// use pec_core::limits::Limits;
///
/// let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
/// <postacert tipo="accettazione" errore="nessuno">
///   <intestazione>
///     <mittente>anna@pec.alfa.example</mittente>
///     <destinatari tipo="certificato">ufficio@pec.beta.example</destinatari>
///     <risposte>anna@pec.alfa.example</risposte>
///     <oggetto>Preventivo &amp; allegati</oggetto>
///   </intestazione>
///   <dati>
///     <gestore-emittente>Alfa PEC S.p.A.</gestore-emittente>
///     <data zona="+0100"><giorno>09/02/2026</giorno><ora>10:15:30</ora></data>
///     <identificativo>opec21001.20260209101530@pec.alfa.example</identificativo>
///   </dati>
/// </postacert>"#;
/// let parsed = parse(xml, &Limits::DEFAULT);
/// assert!(parsed.findings.is_empty());
/// let data = parsed.data.ok_or("no data")?;
/// assert_eq!(data.kind, Kind::Acceptance);
/// assert_eq!(data.subject.as_deref(), Some("Preventivo & allegati"));
/// let utc = data.time.and_then(|time| time.utc).map(|utc| utc.to_string());
/// assert_eq!(utc.as_deref(), Some("2026-02-09T09:15:30Z"));
///
/// let broken = parse(b"<postacert tipo=\"accettazione\"><dati></postacert>", &Limits::DEFAULT);
/// assert!(broken.data.is_none());
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn parse(bytes: &[u8], limits: &Limits) -> Parsed {
    if bytes.len() > limits.daticert_bytes {
        return refused(Stop::Limit("daticert_bytes"));
    }
    let first = match strict(bytes, limits) {
        Ok(slots) => return interpret(slots),
        Err(Stop::Malformed(..)) => recovering(bytes, limits),
        Err(stop) => Err(stop),
    };
    match first {
        Ok(parsed) => parsed,
        Err(stop) => refused(stop),
    }
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn strict<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Slots<'a>, Stop> {
    let (body, base) = without_mark(bytes);
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) => return fault(base + error.valid_up_to(), "a byte that is not UTF-8"),
    };
    if let Some((i, _)) = xml::forbidden(text) {
        return fault(base + i, "a forbidden character");
    }
    read(text, base, Mode::Strict, limits)
}

fn recovering(bytes: &[u8], limits: &Limits) -> Result<Parsed, Stop> {
    let Bare { body, base, quirks } = bare(bytes);
    // Each byte that is not UTF-8 becomes a control character: it is forbidden too, never markup, and as long, so that
    // offsets stay true.
    let mut text = String::with_capacity(body.len());
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\u{1}'));
    }
    let mut slots = read(&text, base, Mode::Recovering(bytes), limits)?;
    for quirk in quirks.into_iter().flatten() {
        slots.schema.add(|| quirk.into());
    }
    Ok(interpret(slots))
}

/// A document without what stands around it, and what of that is not XML.
struct Bare<'a> {
    body: &'a [u8],
    base: usize,
    quirks: [Option<&'static str>; 2],
}

/// White space and byte order marks before, white space and NULs after: habits of providers in which no value can hide.
fn bare(bytes: &[u8]) -> Bare<'_> {
    let (mut body, _) = without_mark(bytes);
    let (mut blanks, mut marks) = (false, false);
    loop {
        match body {
            [0xEF, 0xBB, 0xBF, rest @ ..] => (body, marks) = (rest, true),
            [b, rest @ ..] if xml::is_space(*b) => (body, blanks) = (rest, true),
            _ => break,
        }
    }
    let base = bytes.len() - body.len();
    let before = marks || (blanks && xml::declares(body));
    let mut after = false;
    while let [rest @ .., b] = body
        && (*b == 0 || xml::is_space(*b))
    {
        after |= *b == 0;
        body = rest;
    }
    let quirks = [
        before.then_some("white space or a byte order mark stands before the beginning"),
        after.then_some("NUL bytes stand after the end"),
    ];
    Bare { body, base, quirks }
}

fn without_mark(bytes: &[u8]) -> (&[u8], usize) {
    match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(body) => (body, BYTE_ORDER_MARK.len()),
        None => (bytes, 0),
    }
}

fn refused(stop: Stop) -> Parsed {
    let finding = match stop {
        Stop::Malformed(offset, what) => Finding::new(Code::DaticertMalformed)
            .graded(Severity::Fatal)
            .with(format!("unusable: {what} at byte {offset}")),
        Stop::Doctype(offset) => Finding::new(Code::DaticertDoctype).with(format!("at byte {offset}")),
        Stop::Limit(limit) => Finding::new(Code::DaticertLimits).with(limit),
    };
    Parsed { data: None, repairs: Vec::new(), findings: vec![finding] }
}

/// Characters that are named in the detail of the finding; [`Parsed::repairs`] has them all.
const NAMED_REPAIRS: usize = 32;

fn interpret(mut slots: Slots<'_>) -> Parsed {
    let Some(kind) = slots.kind.take() else {
        return refused(Stop::Malformed(0, "postacert has no tipo"));
    };
    let mut findings = Vec::new();
    let repairs = std::mem::take(&mut slots.repairs);
    if !repairs.is_empty() {
        let of = |kind| repairs.iter().filter(move |repair| repair.kind == kind);
        // What is missing first: a value that nobody finds must be explained.
        let ordered = of(RepairKind::LeftOut).chain(of(RepairKind::Replaced));
        let mut detail: Vec<String> = ordered.take(NAMED_REPAIRS).map(Repair::to_string).collect();
        if repairs.len() > NAMED_REPAIRS {
            detail.push(format!("and {} more", repairs.len() - NAMED_REPAIRS));
        }
        findings.push(Finding::new(Code::DaticertMalformed).with(detail.join("; ")));
    }
    if let Some(line) = slots.repeated.line() {
        findings.push(Finding::new(Code::DaticertRepeated).with(line));
        return Parsed { data: None, repairs, findings };
    }

    let mut schema = std::mem::take(&mut slots.schema);
    let time = interpret_time(&mut slots, &mut schema);
    let mut data = CertData::new(listed(Kind::from_wire(&kind), Kind::is_listed, "tipo", &mut schema));
    if let Some(error) = &slots.error {
        data.error = listed(ErrorKind::from_wire(error), ErrorKind::is_listed, "errore", &mut schema);
    }
    data.sender = address(&mut slots, Place::Mittente, &mut schema);
    data.recipients = std::mem::take(&mut slots.recipients)
        .into_iter()
        .map(|(text, class)| {
            let class = class.map_or(AddressClass::Certified, |class| {
                listed(AddressClass::from_wire(&class), AddressClass::is_listed, "destinatari/@tipo", &mut schema)
            });
            Recipient { address: filled(&text, "destinatari", &mut schema), class }
        })
        .collect();
    data.reply_to = address(&mut slots, Place::Risposte, &mut schema);
    data.subject = string(&mut slots, Place::Oggetto);
    data.issuer = string(&mut slots, Place::GestoreEmittente);
    data.pec_id = string(&mut slots, Place::Identificativo);
    if data.pec_id.as_deref() == Some("") {
        schema.add(|| "identificativo is empty".into());
    }
    data.client_message_id = string(&mut slots, Place::Msgid);
    data.receipt = match slots.receipt.take() {
        Some(form) => {
            Some(listed(ReceiptForm::from_wire(&form), ReceiptForm::is_listed, "ricevuta/@tipo", &mut schema))
        }
        None => {
            if slots.has(Place::Ricevuta) {
                schema.add(|| "ricevuta has no tipo".into());
            }
            None
        }
    };
    data.delivered_to = address(&mut slots, Place::Consegna, &mut schema);
    data.received_for =
        std::mem::take(&mut slots.received_for).iter().map(|text| filled(text, "ricezione", &mut schema)).collect();
    data.error_detail = string(&mut slots, Place::ErroreEsteso).map(ErrorDetail::new);
    data.unknown = std::mem::take(&mut slots.unknown);
    for name in checks::missing_for_kind(&data) {
        schema.add(|| format!("{} has no {name}", data.kind));
    }

    if let Some(line) = schema.line() {
        findings.push(Finding::new(Code::DaticertSchema).with(line));
    }
    if let Some(line) = slots.strangers.line() {
        findings.push(Finding::new(Code::DaticertUnknown).with(line));
    }
    date_findings(time.as_ref(), &mut findings);
    data.time = time.map(|(time, _)| time);
    if let Some(line) = checks::error_contradicts(&data) {
        findings.push(Finding::new(Code::DaticertErroreInconsistent).with(line));
    }
    Parsed { data: Some(data), repairs, findings }
}

fn interpret_time(slots: &mut Slots<'_>, schema: &mut Notes) -> Option<(CertTime, Reading)> {
    if !slots.has(Place::Data) {
        return None;
    }
    let day = string(slots, Place::Giorno).unwrap_or_default();
    let hour = string(slots, Place::Ora).unwrap_or_default();
    if slots.zone.is_none() {
        schema.add(|| "data has no zona".into());
    }
    let zone = slots.zone.take().map(owned).unwrap_or_default();
    let reading = time::read(&day, &hour, &zone);
    Some((CertTime { day, hour, zone, utc: reading.utc }, reading))
}

fn date_findings(time: Option<&(CertTime, Reading)>, findings: &mut Vec<Finding>) {
    let Some((time, reading)) = time else {
        findings.push(Finding::new(Code::DaticertDate).with("data is missing"));
        return;
    };
    let printed = || format!("{} {} {}", brief(&time.day), brief(&time.hour), brief(&time.zone));
    if let Some(error) = reading.error {
        findings.push(Finding::new(Code::DaticertDate).with(format!("{error}: {}", printed())));
    }
    let warnings: Vec<&str> = reading.warnings.into_iter().flatten().collect();
    if !warnings.is_empty() {
        let detail = format!("{}: {}", warnings.join("; "), printed());
        findings.push(Finding::new(Code::DaticertDate).graded(Severity::Warning).with(detail));
    }
}

/// Enough of a value to recognise it in a finding.
fn brief(value: &str) -> &str {
    value.char_indices().nth(40).and_then(|(end, _)| value.get(..end)).unwrap_or(value)
}

fn listed<T: std::fmt::Display>(value: T, is_listed: fn(&T) -> bool, what: &str, schema: &mut Notes) -> T {
    if !is_listed(&value) {
        schema.add(|| format!("{what} is \"{}\"", brief(&value.to_string())));
    }
    value
}

fn owned(text: Text<'_>) -> String {
    let trimmed = xml::trim(&text);
    if trimmed.len() == text.len() { text.into_owned() } else { trimmed.to_owned() }
}

fn string(slots: &mut Slots<'_>, place: Place) -> Option<String> {
    slots.take(place).map(owned)
}

fn address(slots: &mut Slots<'_>, place: Place, schema: &mut Notes) -> Option<Address> {
    slots.take(place).map(|text| filled(&text, place.name(), schema))
}

fn filled(text: &str, name: &str, schema: &mut Notes) -> Address {
    let printed = xml::trim(text);
    if printed.is_empty() {
        schema.add(|| format!("{name} is empty"));
    }
    Address::new(printed)
}
