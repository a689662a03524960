//! Dossiers as one page for a person: self-contained HTML, no script, nothing fetched, made to be read at a glance and
//! printed.
//!
//! What comes from messages is text and nothing else: it is escaped, isolated from the direction of the text around it,
//! and loses the characters that would steer how the rest is shown.

mod words;

use std::collections::BTreeMap;

use encodify::base64;
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::brief::Attachment;
use super::dossier::{Claim, Dossier, Look, Recipient, Remark, Side};
use super::event::{Event, EventKind, Standing};
use super::examine::{Against, Checked, Content, Examination};
use super::instant::{Notification, TIME_ZONE_DATA};
use super::record::Source;
use crate::DigestAlgorithm;
use crate::crypto;
use crate::finding::{Code, Finding, Language, Severity};
use crate::lookup::Lookup;
use crate::text::printable;
use crate::verify::Verdict;
use words::{class, local, pick, proven, utc};

const STYLE: &str = include_str!("page/style.css");

/// One dossier of the page.
#[derive(Debug)]
pub struct Entry<'l> {
    /// The dossier.
    pub dossier: Dossier<'l>,
    /// What reading its messages again has shown.
    pub examination: Examination,
}

/// What the page is made of.
///
/// The same value gives the same bytes.
pub struct Page<'p> {
    /// The language.
    pub language: Language,
    /// The time for which silence was measured.
    pub now: Timestamp,
    /// The dossiers, in their order.
    pub entries: &'p [Entry<'p>],
    /// What a person calls a message.
    pub name: &'p dyn Fn(Source) -> String,
    /// Where the addresses of recipients were looked up.
    pub lookups: &'p [Lookup],
}

impl std::fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("now", &self.now).field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

impl Page<'_> {
    /// The page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let hash = base64::STANDARD.encode(crypto::digest(DigestAlgorithm::Sha256, STYLE.as_bytes()).as_bytes());
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        let title = self.say("PEC inviate e ricevute", "Certified e-mail sent and received");
        let markup = html! {
            (DOCTYPE)
            html lang=(self.say("it", "en")) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (title) }
                        p.dim { (self.say("Situazione al ", "As of ")) (utc(self.now, self.language)) }
                        (self.tally())
                    }
                    main { @for entry in self.entries { (self.entry(entry)) } }
                    (self.footer())
                }
            }
        };
        markup.into_string()
    }

    const fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        pick(self.language, it, en)
    }

    /// How many recipients stand where.
    fn tally(&self) -> Markup {
        let mut looks: BTreeMap<&str, (usize, Look)> = BTreeMap::new();
        for dossier in self.entries.iter().map(|entry| &entry.dossier) {
            for recipient in &dossier.recipients {
                let look = dossier.look(recipient, self.language);
                looks.entry(look.title).or_insert((0, look)).0 += 1;
            }
        }
        let dossiers = match self.entries.len() {
            1 => self.say("fascicolo", "dossier"),
            _ => self.say("fascicoli", "dossiers"),
        };
        html! {
            ul.sum {
                li { (self.entries.len()) " " (dossiers) }
                @for (count, look) in looks.into_values() {
                    li.(class(look.tone)) { (look.mark) " " (count) " " (look.title) }
                }
            }
        }
    }

    fn entry(&self, entry: &Entry<'_>) -> Markup {
        let dossier = &entry.dossier;
        let subject = dossier.subject.filter(|subject| !subject.is_empty());
        html! {
            section {
                h2 { @match subject {
                    Some(subject) => (self.foreign(subject)),
                    None => (self.say("(senza oggetto)", "(no subject)")),
                } }
                (self.facts(dossier))
                (self.recipients(entry))
                (self.silence(dossier))
                (self.contents(entry))
                (self.timeline(entry))
                (self.claims(dossier))
                (self.bounces(dossier))
                (self.remarks(dossier))
            }
        }
    }

    fn facts(&self, dossier: &Dossier<'_>) -> Markup {
        let sent = dossier.sent_copy();
        html! {
            dl {
                @if let Some(sender) = dossier.sender { dt { (self.say("mittente", "sender")) } dd { (self.foreign(sender)) } }
                @if let Some(at) = dossier.submitted_at { dt { (self.say("inviato", "submitted")) } dd { (utc(at, self.language)) } }
                @if let Some(id) = dossier.pec_id { dt { (self.say("identificativo", "identifier")) } dd { code { (self.foreign(id)) } } }
                @for id in &dossier.message_ids { dt { "Message-ID" } dd { code { (self.foreign(id)) } } }
                @if dossier.side == Side::Sent {
                    dt { (self.say("messaggio inviato", "message sent")) }
                    dd { @match sent {
                        Some(source) => (self.foreign(&(self.name)(source))),
                        None => (self.say("non presente tra i messaggi letti", "not among the messages read")),
                    } }
                } @else {
                    dt { (self.say("ricevuto", "received")) }
                    dd { (self.say("è la busta di un messaggio ricevuto: prova l'accettazione; la consegna la può provare solo il mittente",
                        "the envelope of a message that was received: it proves the acceptance; only the sender can prove the delivery")) }
                }
            }
        }
    }

    fn recipients(&self, entry: &Entry<'_>) -> Markup {
        let dossier = &entry.dossier;
        html! {
            table {
                thead { tr {
                    th { (self.say("destinatario", "recipient")) }
                    th { (self.say("stato", "state")) }
                    th { (self.say("accettato", "accepted")) }
                    th { (self.say("esito", "outcome")) }
                } }
                tbody { @for recipient in &dossier.recipients { (self.recipient(entry, recipient)) } }
            }
        }
    }

    fn recipient(&self, entry: &Entry<'_>, recipient: &Recipient<'_>) -> Markup {
        let dossier = &entry.dossier;
        let look = dossier.look(recipient, self.language);
        let acceptance = dossier.acceptance.and_then(|index| dossier.events.get(index).map(|event| (index, event)));
        let outcomes =
            recipient.events.iter().filter_map(|index| dossier.events.get(*index).map(|event| (*index, event)));
        let outcomes: Vec<_> = outcomes.filter(|(_, event)| is_outcome(event)).collect();
        html! {
            tr {
                td {
                    (self.foreign(recipient.address))
                    @if let Some(class) = &recipient.class { br; span.dim { (self.class(class)) } }
                    @for lookup in self.lookups.iter().filter(|lookup| lookup.address.eq_ignore_ascii_case(recipient.address)) {
                        br; (self.lookup(lookup))
                    }
                }
                td {
                    span.state.(class(look.tone)) { (look.mark) " " (look.title) }
                    p.dim { (look.explanation) }
                }
                td { @match acceptance {
                    Some((index, event)) => (self.proof(entry, index, event)),
                    None => "–",
                } }
                td {
                    @if outcomes.is_empty() { "–" }
                    @for (index, event) in outcomes { (self.proof(entry, index, event)) }
                }
            }
        }
    }

    /// That a register had the address, or had it not, as the host says.
    fn lookup(&self, lookup: &Lookup) -> Markup {
        let found = if lookup.found {
            self.say("trovato in ", "found in ")
        } else {
            self.say("non trovato in ", "not found in ")
        };
        html! {
            span.dim {
                (found) (self.foreign(&lookup.register)) " · " (utc(lookup.asked_at, self.language))
                @if let Some(day) = lookup.valid_on {
                    (self.say(" per il giorno ", " for the day ")) (day.strftime(self.say("%d/%m/%Y", "%Y-%m-%d")).to_string())
                }
                (self.say(" (lo dichiara chi ha cercato)", " (stated by whoever asked)"))
            }
        }
    }

    /// When, by which receipt, and what follows.
    fn proof(&self, entry: &Entry<'_>, index: usize, event: &Event<'_>) -> Markup {
        let instant = entry.examination.instants.iter().find(|stated| stated.event == index);
        let checked = entry.examination.contents.iter().find(|content| content.event == index);
        html! {
            @match event.at {
                Some(at) => { (local(at, event.offset_minutes, self.language)) },
                None => { (self.say("ora non leggibile", "unreadable time")) },
            }
            br; span.dim { (event.kind.title(self.language)) " · " (self.foreign(&(self.name)(event.source))) }
            @if let Some(detail) = event.error_detail { br; (self.foreign(detail)) }
            @if let Some(stated) = instant { (self.notification(&stated.instant.notification)) }
            @if let Some(checked) = checked { (self.content(checked)) }
        }
    }

    /// The reading of art. 147 c.p.c., where it was asked for.
    fn notification(&self, notification: &Notification) -> Markup {
        let at = notification
            .counts_at()
            .map(|at| at.strftime(self.say("%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S")).to_string());
        html! {
            @match notification {
                Notification::NotAsked => {},
                Notification::NotSettled => p.dim { (self.say(
                    "art. 147 c.p.c.: anteriore al 28/02/2023, vale solo l'ora certificata",
                    "art. 147 c.p.c.: before 2023-02-28, the certified time alone is given")) },
                Notification::AsCertified(_) | Notification::NextMorning(_) => p.dim {
                    (self.say("art. 147 c.p.c.: ", "art. 147 c.p.c.: ")) (at.unwrap_or_default())
                    (self.say(" (ora di Roma; istante calcolato, non un parere)", " (Rome; a computed instant, not advice)"))
                },
            }
        }
    }

    fn content(&self, checked: &Content) -> Markup {
        html! {
            @match &checked.checked {
                Checked::Compared { against, check } => {
                    p.(proven(check.proven())) { (check.explanation(self.language)) }
                    p.dim { (self.say("confrontata con ", "compared with ")) @match against {
                        Against::Sent(source) => { (self.foreign(&(self.name)(*source))) },
                        Against::Envelope(source) => {
                            (self.say("l'originale nella busta ", "the original in the envelope ")) (self.foreign(&(self.name)(*source)))
                        },
                    } }
                },
                Checked::NothingSent => p.dim { (self.say(
                    "contenuto non confrontato: manca il messaggio inviato", "content not compared: the message sent is absent")) },
                Checked::Unreadable => p.dim { (self.say(
                    "contenuto non confrontato: la ricevuta non si legge più", "content not compared: the receipt can no longer be read")) },
            }
        }
    }

    /// What was found of each delivery receipt beside what was sent, where there is more to say than a sentence.
    fn contents(&self, entry: &Entry<'_>) -> Markup {
        let more = |content: &&Content| match &content.checked {
            Checked::Compared { check, .. } => !check.findings.is_empty() || !check.attachments().is_empty(),
            Checked::NothingSent => !content.unverifiable.is_empty(),
            Checked::Unreadable => false,
        };
        let contents: Vec<&Content> = entry.examination.contents.iter().filter(more).collect();
        html! {
            @if !contents.is_empty() {
                h3 { (self.say("Contenuto delle ricevute di consegna", "Content of the delivery receipts")) }
                ul { @for content in contents { (self.differences(entry, content)) } }
            }
        }
    }

    fn differences(&self, entry: &Entry<'_>, content: &Content) -> Markup {
        let event = entry.dossier.events.get(content.event);
        let (attachments, findings) = match &content.checked {
            Checked::Compared { check, .. } => (check.attachments(), check.findings.clone()),
            _ => (&content.unverifiable[..], content.unverifiable.iter().flat_map(Attachment::findings).collect()),
        };
        html! {
            li {
                @if let Some(event) = event {
                    @if let Some(recipient) = event.recipient { (self.foreign(recipient)) " · " }
                    span.dim { (self.foreign(&(self.name)(event.source))) }
                }
                @for attachment in attachments {
                    p { (self.foreign(attachment.name.as_deref().unwrap_or("?"))) ": " (attachment.explanation(self.language)) }
                }
                @for finding in &findings { (self.finding(finding)) }
            }
        }
    }

    fn silence(&self, dossier: &Dossier<'_>) -> Markup {
        html! {
            @for silence in &dossier.silence {
                p.note.wait {
                    strong { (silence.owed.title(self.language)) }
                    (self.say(" dal ", " since ")) (utc(silence.since, self.language))
                    @if let Some(recipient) = silence.recipient { ": " (self.foreign(recipient)) }
                }
            }
        }
    }

    fn timeline(&self, entry: &Entry<'_>) -> Markup {
        let events = &entry.dossier.events;
        let mut codes: Vec<Code> = events.iter().flat_map(|event| event.weaknesses.iter().copied()).collect();
        codes.sort_unstable();
        codes.dedup();
        html! {
            @if !events.is_empty() {
                h3 { (self.say("Ricevute certificate", "Certified receipts")) }
                ol { @for event in events { (self.event(event)) } }
                @for code in codes { (self.code(code)) }
            }
        }
    }

    fn event(&self, event: &Event<'_>) -> Markup {
        let class = match event.kind {
            EventKind::Delivered | EventKind::Accepted | EventKind::Envelope if event.standing == Standing::Counts => {
                "good"
            }
            EventKind::Failed
            | EventKind::FailedVirus
            | EventKind::Refused
            | EventKind::RefusedVirus
            | EventKind::Timeout24 => "bad",
            EventKind::Delay12 => "wait",
            _ => "other",
        };
        let standing = match event.standing {
            Standing::Counts => "",
            Standing::Duplicate => self.say(" · copia: non cambia nulla", " · duplicate: changes nothing"),
            Standing::Disputed => self.say(" · contestata: non conta", " · disputed: does not count"),
        };
        html! {
            li.(class) {
                @if let Some(at) = event.at { (local(at, event.offset_minutes, self.language)) " " span.dim { (utc(at, self.language)) } br; }
                strong { (event.kind.title(self.language)) }
                @if let Some(recipient) = event.recipient { " · " (self.foreign(recipient)) }
                (standing)
                @if let Some(provider) = event.provider { br; span.dim { (self.say("gestore ", "provider ")) (self.foreign(provider))
                    @if let Some(signer) = event.signer { " <" (self.foreign(signer)) ">" } } }
                @if let Some(detail) = event.error_detail { br; (self.foreign(detail)) }
                br; span.dim { (self.foreign(&(self.name)(event.source))) }
                @if !event.weaknesses.is_empty() { br; @for code in &event.weaknesses { code { (code.as_str()) } " " } }
            }
        }
    }

    fn claims(&self, dossier: &Dossier<'_>) -> Markup {
        html! {
            @if !dossier.claims.is_empty() {
                h3 { (self.say("Messaggi che non provano nulla", "Messages that prove nothing")) }
                p.dim { (self.say(
                    "Si presentano come ricevute di questo invio, ma nessun gestore PEC riconosciuto li ha certificati: non cambiano lo stato.",
                    "They present themselves as receipts of this message, but no recognised PEC provider certified them: they do not change the state.")) }
                ul { @for claim in &dossier.claims { (self.claim(claim)) } }
            }
        }
    }

    fn claim(&self, claim: &Claim<'_>) -> Markup {
        let bad = matches!(claim.verdict, Verdict::Forged | Verdict::Altered | Verdict::IntactButUntrusted);
        html! {
            li.note.bad[bad] {
                strong { (claim.verdict.title(self.language)) } " · " (self.foreign(claim.kind))
                @if let Some(recipient) = claim.recipient { " · " (self.foreign(recipient)) }
                @if let Some(from) = claim.from { br; span.dim { "From: " (self.foreign(from)) } }
                br; span.dim { (self.foreign(&(self.name)(claim.source))) }
                p { (claim.verdict.explanation(self.language)) }
                @for code in claim.weaknesses { (self.code(*code)) }
            }
        }
    }

    fn bounces(&self, dossier: &Dossier<'_>) -> Markup {
        html! {
            @if !dossier.bounces.is_empty() {
                h3 { (self.say("Avvisi ordinari di mancato recapito, non certificati", "Ordinary bounces, not certified")) }
                ul { @for bounce in &dossier.bounces {
                    li.note.dim {
                        @for recipient in bounce.recipients { (self.foreign(recipient)) " " }
                        @if let Some(status) = bounce.status { (self.foreign(status)) " " }
                        (self.foreign(&(self.name)(bounce.source)))
                    }
                } }
            }
        }
    }

    fn remarks(&self, dossier: &Dossier<'_>) -> Markup {
        html! {
            @if !dossier.findings.is_empty() {
                h3 { (self.say("Osservazioni", "Findings")) }
                @for remark in &dossier.findings { (self.remark(remark)) }
            }
        }
    }

    fn remark(&self, remark: &Remark<'_>) -> Markup {
        html! {
            (self.finding(&remark.finding))
            @if remark.recipient.is_some() || remark.source.is_some() {
                p.dim {
                    @if let Some(recipient) = remark.recipient { (self.foreign(recipient)) " " }
                    @if let Some(source) = remark.source { (self.foreign(&(self.name)(source))) }
                }
            }
        }
    }

    fn finding(&self, finding: &Finding) -> Markup {
        html! {
            div.note.(weight(finding.severity)) {
                (finding.code.explanation(self.language)) br;
                code { (finding.code.as_str()) @if !finding.detail.is_empty() { ": " (self.foreign(&finding.detail)) } }
            }
        }
    }

    fn code(&self, code: Code) -> Markup {
        html! { div.note.(weight(code.severity())) { (code.explanation(self.language)) br; code { (code.as_str()) } } }
    }

    fn class(&self, class: &crate::daticert::AddressClass) -> Markup {
        use crate::daticert::AddressClass;
        match class {
            AddressClass::Certified => html! { "PEC" },
            AddressClass::External => html! { (self.say("posta ordinaria", "ordinary mail")) },
            AddressClass::Other(other) => self.foreign(other),
        }
    }

    /// Text from a message, or the name of a file.
    #[expect(clippy::unused_self, reason = "reads as the others do")]
    fn foreign(&self, text: &str) -> Markup {
        html! { bdi { (printable(text)) } }
    }

    fn footer(&self) -> Markup {
        html! {
            footer {
                p { (self.say(
                    "Gli stati poggiano solo sulle ricevute certificate qui elencate. Non è provato che non ne esistano altre, né che un destinatario abbia letto il messaggio. Gli orari sono quelli dichiarati dai gestori.",
                    "States rest on the certified receipts listed here and nothing else. It is not proven that there are no others, nor that a recipient read the message. Times are those that the providers state.")) }
                p { (self.say("Dati dei fusi orari: ", "Time zone data: ")) (TIME_ZONE_DATA) }
            }
        }
    }
}

const fn weight(severity: Severity) -> &'static str {
    match severity {
        Severity::Fatal | Severity::Error => "bad",
        Severity::Warning => "wait",
        Severity::Info => "dim",
    }
}

/// Whether an event belongs in the column of outcomes of a recipient.
fn is_outcome(event: &Event<'_>) -> bool {
    let kind = matches!(
        event.kind,
        EventKind::Delivered
            | EventKind::Failed
            | EventKind::FailedVirus
            | EventKind::Delay12
            | EventKind::Timeout24
            | EventKind::Refused
            | EventKind::RefusedVirus
    );
    kind && event.standing == Standing::Counts
}

#[cfg(test)]
mod tests;
