//! A report of deposit (*rapporto di versamento*) as it is read: which digests it names, and what it says of each.
//!
//! The guidelines ask for a report that is identified, has a time in UTC and the digests of the package; no form of it is
//! prescribed, and every conservation service has its own. What is read is named in [`ReportForm`] and nothing is guessed:
//! an outcome whose word is not there leaves the document waiting.

use encodify::base64;
use jiff::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

use crate::error::{Error, Result};
use crate::id::Id;

/// Bytes of a report.
const LONGEST: usize = 64 << 20;

/// Elements inside each other.
const DEEPEST: usize = 256;

/// Characters of a reason that are kept.
const REASON: usize = 2000;

/// What the elements of a report are called, and which words say what: names without prefix, case ignored.
///
/// The standard names are those of the public schemas of the conservation service of Emilia-Romagna (ParER) and plain
/// Italian and English ones; a host adds those of its own service's manual.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportForm {
    /// Elements that speak of one document; an outcome inside one counts for the digests inside it.
    pub documents: Vec<String>,
    /// Elements that hold a SHA-256, in hexadecimal digits or base64.
    pub digests: Vec<String>,
    /// Elements that hold an outcome; the first one inside an element that speaks of a document counts.
    pub outcomes: Vec<String>,
    /// Elements that say why.
    pub reasons: Vec<String>,
    /// Elements that identify the report.
    pub names: Vec<String>,
    /// Elements that hold its time.
    pub times: Vec<String>,
    /// Outcomes by which a document was accepted.
    pub accepted: Vec<String>,
    /// Outcomes by which it was refused.
    pub refused: Vec<String>,
}

impl Default for ReportForm {
    fn default() -> Self {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            documents: list(&["Documento", "UnitaDocumentaria", "Componente", "File", "Document"]),
            digests: list(&["Impronta", "Hash", "HashFile", "ImprontaSIP", "HashIndiceSIP", "Digest"]),
            outcomes: list(&["CodiceEsito", "Esito", "EsitoVersamento", "Outcome"]),
            reasons: list(&["MessaggioErrore", "Messaggio", "Motivo", "Motivazione", "Reason"]),
            names: list(&["IdentificativoRapportoVersamento", "IdentificativoRapporto", "IdRapportoVersamento"]),
            times: list(&["DataRapportoVersamento", "DataRapporto", "RiferimentoTemporale"]),
            accepted: list(&["POSITIVO", "WARNING", "ACCETTATO", "OK", "ACCEPTED"]),
            refused: list(&["NEGATIVO", "RIFIUTATO", "SCARTATO", "KO", "REFUSED"]),
        }
    }
}

/// What a report says of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Accepted,
    Refused,
}

/// A digest, and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) digest: Id,
    pub(super) outcome: Option<Outcome>,
    pub(super) reason: String,
}

/// A report that has been read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Report {
    pub(super) name: Option<String>,
    pub(super) at: Option<Timestamp>,
    pub(super) said: Vec<Said>,
}

/// An element that is open.
struct Open {
    name: String,
    text: String,
    /// Whether it speaks of a document.
    scope: bool,
}

/// An element that speaks of a document, or the whole report.
#[derive(Default)]
struct Scope {
    outcome: Option<Outcome>,
    reason: String,
    said: Vec<Said>,
}

impl Scope {
    /// What was said without an outcome takes this one's.
    fn close(mut self) -> Vec<Said> {
        for said in self.said.iter_mut().filter(|said| said.outcome.is_none()) {
            said.outcome = self.outcome;
            if said.reason.is_empty() {
                said.reason.clone_from(&self.reason);
            }
        }
        self.said
    }
}

/// Reads a report.
pub(super) fn read(bytes: &[u8], form: &ReportForm) -> Result<Report> {
    if bytes.len() > LONGEST {
        return Err(Error::Report(format!("larger than {} MiB", LONGEST >> 20)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Error::Report("not UTF-8".into()))?;
    let mut reading = Reading { form, open: Vec::new(), scopes: vec![Scope::default()], report: Report::default() };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut any = false;
    loop {
        let event = reader.read_event().map_err(|error| Error::Report(error.to_string()))?;
        match event {
            Event::Start(start) => {
                if reading.open.is_empty() && std::mem::replace(&mut any, true) {
                    return Err(Error::Report("two documents in one".into()));
                }
                reading.start(start.local_name().as_ref())?;
            }
            Event::End(_) => reading.end(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(reference) => reading.reference(&reference)?,
            Event::DocType(_) => return Err(Error::Report("a DOCTYPE".into())),
            Event::Eof => break,
            Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
        }
    }
    if !any || !reading.open.is_empty() {
        return Err(Error::Report("it ends before its end".into()));
    }
    let mut report = reading.report;
    report.said = reading.scopes.pop().unwrap_or_default().close();
    Ok(report)
}

struct Reading<'f> {
    form: &'f ReportForm,
    open: Vec<Open>,
    scopes: Vec<Scope>,
    report: Report,
}

impl Reading<'_> {
    fn start(&mut self, name: &str) -> Result<()> {
        if self.open.len() >= DEEPEST {
            return Err(Error::Report("too many elements inside each other".into()));
        }
        let scope = listed(&self.form.documents, name);
        if scope {
            self.scopes.push(Scope::default());
        }
        self.open.push(Open { name: name.to_owned(), text: String::new(), scope });
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }

    /// A character, or one of the five names that XML itself knows.
    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<()> {
        let character = reference.resolve_char_ref().map_err(|error| Error::Report(error.to_string()))?;
        let character = character.or(match reference.as_ref() {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        });
        let character = character.ok_or_else(|| Error::Report("an entity of its own".into()))?;
        self.text(character.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn end(&mut self) {
        let Some(Open { name, text, scope }) = self.open.pop() else { return };
        let (form, text) = (self.form, text.trim());
        if scope && let Some(closed) = self.scopes.pop() {
            let said = closed.close();
            if let Some(around) = self.scopes.last_mut() {
                around.said.extend(said);
            }
        }
        if listed(&form.names, &name) && self.report.name.is_none() && !text.is_empty() {
            self.report.name = Some(pec_core::text::printable(text));
        }
        if listed(&form.times, &name) && self.report.at.is_none() {
            self.report.at = text.parse().ok();
        }
        let Some(scope) = self.scopes.last_mut() else { return };
        if listed(&form.digests, &name)
            && let Some(digest) = digest(text)
        {
            scope.said.push(Said { digest, outcome: None, reason: String::new() });
        }
        if listed(&form.outcomes, &name) && scope.outcome.is_none() {
            scope.outcome = if listed(&form.accepted, text) {
                Some(Outcome::Accepted)
            } else {
                listed(&form.refused, text).then_some(Outcome::Refused)
            };
        }
        if listed(&form.reasons, &name) && scope.reason.is_empty() {
            scope.reason = pec_core::text::printable(text).chars().take(REASON).collect();
        }
    }
}

fn listed(words: &[String], word: &str) -> bool {
    words.iter().any(|one| one.eq_ignore_ascii_case(word))
}

/// A SHA-256 as programs write it.
fn digest(text: &str) -> Option<Id> {
    text.parse().ok().or_else(|| base64::STANDARD.decode(text).ok()?.try_into().ok().map(Id::of_digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(char, Option<Outcome>, String)> {
        let report = read(text.as_bytes(), &ReportForm::default()).unwrap();
        let first = |id: Id| id.to_string().chars().next().unwrap();
        report.said.into_iter().map(|said| (first(said.digest), said.outcome, said.reason)).collect()
    }

    fn hex(digit: &str) -> String {
        digit.repeat(64)
    }

    #[test]
    fn what_stands_inside_a_document_counts_for_it_and_else_what_stands_around() {
        let text = format!(
            "<?xml version=\"1.0\"?><r:Rapporto xmlns:r=\"urn:x\"><EsitoGenerale><CodiceEsito>NEGATIVO</CodiceEsito>\
             <MessaggioErrore>in parte &amp; non tutto</MessaggioErrore></EsitoGenerale><Impronta>{}</Impronta>\
             <UnitaDocumentaria><Componente><Hash>{}</Hash></Componente><Componente><Hash>{}</Hash><Esito>KO</Esito>\
             <Motivo><![CDATA[formato <eml>]]></Motivo></Componente><CodiceEsito>WARNING</CodiceEsito></UnitaDocumentaria>\
             <Documento><Hash>{}</Hash><Esito>forse</Esito></Documento></r:Rapporto>",
            hex("a"),
            hex("b"),
            hex("C"),
            hex("d"),
        );
        use Outcome::{Accepted, Refused};
        let general = "in parte & non tutto".to_owned();
        assert_eq!(
            said(&text),
            [
                ('a', Some(Refused), general.clone()),
                ('b', Some(Accepted), String::new()),
                ('c', Some(Refused), "formato <eml>".into()),
                ('d', Some(Refused), general),
            ]
        );
    }

    #[test]
    fn a_digest_is_a_sha_256_and_nothing_else() {
        let base64 = base64::STANDARD.encode([0xee; 32]);
        let text = format!(
            "<R><Hash>{base64}</Hash><Hash>{}</Hash><Impronta>da39a3ee5e6b4b0d3255bfef95601890afd80709</Impronta>\
             <Impronta/><URN>{}</URN></R>",
            hex("f"),
            hex("a")
        );
        assert_eq!(said(&text), [('e', None, String::new()), ('f', None, String::new())]);
    }

    #[test]
    fn what_a_report_says_of_itself() {
        let text = "<R><IdentificativoRapportoVersamento> RdV-7 </IdentificativoRapportoVersamento>\
                    <DataRapportoVersamento>2026-02-11T09:00:00.000+01:00</DataRapportoVersamento></R>";
        let report = read(text.as_bytes(), &ReportForm::default()).unwrap();
        assert_eq!(report.name.as_deref(), Some("RdV-7"));
        assert_eq!(report.at, Some("2026-02-11T08:00:00Z".parse().unwrap()));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let deep = "<a>".repeat(DEEPEST + 1);
        for (text, why) in [
            ("", "ends before"),
            ("lettera", "ends before"),
            ("<R><Hash></R>", "Hash"),
            ("<R>", "ends before"),
            ("<R/><R/>", "two documents"),
            ("<!DOCTYPE R [<!ENTITY a \"b\">]><R>&a;</R>", "DOCTYPE"),
            ("<R>&a;</R>", "entity"),
            ("<R>&#xFFFFFFFF;</R>", ""),
            (&deep, "inside each other"),
        ] {
            let error = read(text.as_bytes(), &ReportForm::default()).unwrap_err();
            assert!(error.code() == "archive.report" && error.to_string().contains(why), "{text}: {error}");
        }
        let text =
            format!("<R a=\"1\"><File><Hash>{}</Hash><Esito>OK</Esito></File><!-- c --><![CDATA[d]]></R>", hex("a"));
        for at in 0..text.len() {
            for value in [b'<', b'>', b'&', b'"', b'/', b'!', b'\0', b' '] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = value;
                // No panic, and never more than was there.
                assert!(read(&bytes, &ReportForm::default()).map_or(0, |report| report.said.len()) <= 1);
            }
        }
        assert!(read(b"<R>\xff</R>", &ReportForm::default()).is_err());
    }
}
