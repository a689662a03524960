//! The day as a page. What comes from messages is text and nothing else: escaped, isolated from the direction of the text
//! around it, without the characters that would steer how the rest is shown.

use base64ct::{Base64, Encoding as _};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use pec_archive::{Entry, Id};
use pec_core::finding::Language;
use pec_core::text::printable;

use super::rows::{last_day, local, notice};
use super::{Arrived, ClientDay, Today};
use crate::hub::HubMailbox;

const STYLE: &str = include_str!("style.css");

/// Lines of a list; the table has all of them.
const MOST: usize = 200;

pub(super) fn write(today: &Today, language: Language) -> String {
    Page { today, language }.page().into_string()
}

struct Page<'t> {
    today: &'t Today,
    language: Language,
}

impl Page<'_> {
    const fn say<'s>(&self, it: &'s str, en: &'s str) -> &'s str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    fn page(&self) -> Markup {
        let hash = Base64::encode_string(Id::of(STYLE.as_bytes()).as_bytes());
        let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
        let title = self.say("Posta certificata di oggi", "Certified mail of today");
        let (all, well) = self.today.mailboxes;
        html! {
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
                        p.dim {
                            (self.say("Dal ", "From ")) (local(self.today.since)) (self.say(" al ", " to ")) (local(self.today.now))
                            (self.say(", ora di Roma", ", time of Rome"))
                        }
                        ul.sum {
                            @let arrived = self.count(|day| day.arrived.len());
                            @let failed = self.count(|day| day.failed.len());
                            li { strong { (all) } " " (self.counted(all, ["casella", "caselle"], ["mailbox", "mailboxes"])) }
                            li.(tone(well == all)) { strong { (well) } " " (self.counted(well, ["raggiunta", "raggiunte"], ["reached"; 2])) }
                            li { strong { (arrived) } " " (self.counted(arrived, ["messaggio arrivato", "messaggi arrivati"], ["message arrived", "messages arrived"])) }
                            li.(tone(failed == 0)) { strong { (failed) } " " (self.counted(failed, ["invio non riuscito o in ritardo", "invii non riusciti o in ritardo"], ["dispatch failed or late", "dispatches failed or late"])) }
                        }
                    }
                    main {
                        (self.radar())
                        @for day in &self.today.clients { (self.client(day)) }
                        @if self.today.clients.is_empty() && self.today.radar.is_clear() {
                            p { (self.say("Nulla di nuovo, nulla in scadenza.", "Nothing new, nothing that ends.")) }
                        }
                    }
                    footer {
                        p { (self.say(
                            "Lo stato di un messaggio è quello dell'archivio quando è arrivato; la prova si verifica dai byte.",
                            "What is said of a message is what the archive found when it came in; a proof is verified from the bytes.")) }
                    }
                }
            }
        }
    }

    /// The word for so many.
    fn counted<'s>(&self, count: usize, it: [&'s str; 2], en: [&'s str; 2]) -> &'s str {
        let [one, several] = match self.language {
            Language::It => it,
            Language::En => en,
        };
        if count == 1 { one } else { several }
    }

    fn count(&self, of: impl Fn(&ClientDay) -> usize) -> usize {
        self.today.clients.iter().map(of).sum()
    }

    fn client(&self, day: &ClientDay) -> Markup {
        html! {
            section {
                h2 { (foreign(&day.client)) }
                @if !day.failed.is_empty() {
                    h3.bad { (self.say("Non riuscito", "Failed")) }
                    (self.messages(&day.failed, self.say("che cosa", "what")))
                }
                @if !day.arrived.is_empty() {
                    h3 { (self.say("Arrivato", "Arrived")) }
                    (self.messages(&day.arrived, self.say("da", "from")))
                }
                @if day.receipts > 0 {
                    @let receipts = usize::try_from(day.receipts).unwrap_or(usize::MAX);
                    p.dim { (day.receipts) " " (self.counted(receipts, ["ricevuta di accettazione o consegna", "ricevute di accettazione e consegna"], ["receipt of acceptance or delivery", "receipts of acceptance and delivery"])) }
                }
            }
        }
    }

    fn messages(&self, list: &[Arrived], second: &str) -> Markup {
        html! {
            table {
                thead { tr {
                    th { (self.say("quando", "when")) }
                    th { (second) }
                    th { (self.say("oggetto", "subject")) }
                    th { (self.say("verifica", "verification")) }
                } }
                tbody { @for one in list.iter().take(MOST) { (self.message(one)) } }
            }
            @if let Some(rest) = list.len().checked_sub(MOST).filter(|rest| *rest > 0) {
                p.dim { (self.say("altri ", "and ")) (rest) (self.say(" nella tabella CSV", " more, in the CSV table")) }
            }
        }
    }

    fn message(&self, one: &Arrived) -> Markup {
        let Entry { sender, subject, .. } = &one.entry;
        html! {
            tr {
                td { @if let Some(at) = one.at() { (local(at)) } br; span.dim { (foreign(&one.mailbox)) } }
                td { @match notice(&one.entry.kind, self.language) {
                    Some(what) => (what),
                    None => (foreign(sender.as_deref().unwrap_or("–"))),
                } }
                td { (foreign(subject.as_deref().filter(|it| !it.is_empty()).unwrap_or(self.say("(senza oggetto)", "(no subject)")))) }
                td { @match one.verdict() {
                    Some(verdict) => span.(if verdict.is_certified() { "good" } else { "wait" }) { (verdict.title(self.language)) },
                    None => (one.entry.verdict.as_str()),
                } }
            }
        }
    }

    fn radar(&self) -> Markup {
        let radar = &self.today.radar;
        if radar.is_clear() {
            return html! {};
        }
        let ends = |one: &HubMailbox| one.standing.password_ends;
        let until = |one: &HubMailbox| one.said.mandate.and_then(|mandate| mandate.until);
        html! {
            section.watch {
                h2 { (self.say("Da guardare", "To be looked at")) }
                @if !radar.access.is_empty() {
                    h3.bad { (self.say("Accesso perso", "Access lost")) }
                    ul { @for one in radar.access.iter().take(MOST) { li {
                        (self.mailbox(one))
                        @if let Some(state) = one.access() { p.dim { (state.advice(self.language)) } }
                    } } }
                }
                (self.dated(self.say("Password in scadenza", "Passwords that end"), &radar.passwords, ends))
                (self.dated(self.say("Mandati in scadenza", "Mandates that end"), &radar.mandates, until))
                @if !radar.full.is_empty() {
                    h3.wait { (self.say("Caselle quasi piene", "Mailboxes nearly full")) }
                    ul { @for one in radar.full.iter().take(MOST) { li {
                        (self.mailbox(one))
                        @if let Some(percent) = one.percent_full() { ": " strong { (percent) " %" } }
                    } } }
                }
                @if !radar.overdue.is_empty() {
                    h3.bad { (self.say("Ricevute in ritardo", "Receipts overdue")) }
                    ul { @for one in radar.overdue.iter().take(MOST) { li {
                        (foreign(&one.mailbox)) ": " (foreign(one.subject.as_deref().unwrap_or("–")))
                        @if let Some(recipient) = &one.recipient { " → " (foreign(recipient)) }
                        p.dim { (one.owed.title(self.language)) (self.say(" dal ", " since ")) (local(one.since)) }
                    } } }
                }
                @if !radar.proofs.is_empty() {
                    h3.wait { (self.say("Prove da marcare", "Proofs to be time-stamped")) }
                    p { (radar.proofs.len()) " " (self.say(
                        "messaggi il cui certificato di firma scade e che nessuna marca temporale copre",
                        "messages whose signer's certificate ends and that no time-stamp covers"))
                        @if let Some(first) = radar.proofs.first().and_then(|entry| entry.expires) {
                            (self.say("; il primo il ", "; the first on ")) (local(first))
                        }
                    }
                }
            }
        }
    }

    fn dated(&self, title: &str, list: &[HubMailbox], at: impl Fn(&HubMailbox) -> Option<Timestamp>) -> Markup {
        html! {
            @if !list.is_empty() {
                h3.wait { (title) }
                ul { @for one in list.iter().take(MOST) { li {
                    (self.mailbox(one))
                    @if let Some(at) = at(one) {
                        ": " strong { (last_day(at)) }
                        @if at <= self.today.now { " " span.bad { (self.say("(scaduta)", "(ended)")) } }
                    }
                } } }
            }
        }
    }

    fn mailbox(&self, one: &HubMailbox) -> Markup {
        html! {
            (foreign(&one.said.address))
            @if let Some(client) = &one.said.client { " " span.dim { (foreign(client)) } }
        }
    }
}

const fn tone(good: bool) -> &'static str {
    if good { "good" } else { "bad" }
}

/// Text that somebody else has written.
fn foreign(text: &str) -> Markup {
    html! { bdi { (printable(text)) } }
}
