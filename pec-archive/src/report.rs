//! What the archive answers, as JSON: the same for the program, C and Python.

use std::path::Path;

use jiff::Timestamp;
use pec_core::delegation::MailboxAddress;
use pec_core::delegation::login::{self, LoginAs, MatchedBy, RegisteredKit};
use pec_core::lookup::Lookup;
use pec_core::trust::Fingerprint;
use serde::Serialize;

use crate::audit::{EntryProof, GrowthProof, LogCheck};
use crate::care::{Changed, Check, Collected};
use crate::deposit::{Deposit, DepositReport, Deposited, Made};
use crate::events::Event;
use crate::filing::{Explained, Filed, Suggestion};
use crate::id::Id;
use crate::import::Imported;
use crate::outbox::Ticket;
use crate::page::{Cursor, Entry, Page};
use crate::proof::Stamped;
use crate::retention::{Case, Erasure, Expiring, Kept, Retention};
use crate::sqlite::salvage::Salvaged;
use crate::stats::Stats;

/// The form of every report, `docs/schema/archive-1.json`.
pub const SCHEMA: &str = "pec-archive/1";

/// An answer that can be written as one line of JSON: keys in fixed order, times in UTC (RFC 3339), absent values null.
pub trait Report: Serialize {
    /// The form to which it belongs, `docs/schema`.
    const SCHEMA: &'static str = SCHEMA;
    /// What it is called under `report`.
    const NAME: &'static str;

    /// The line, without a line end. `schema` and `report` come first.
    fn to_json(&self) -> String
    where
        Self: Sized,
    {
        // Strings and numbers only: there is nothing that cannot be written.
        serde_json::to_string(&Named { schema: Self::SCHEMA, report: Self::NAME, values: self }).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Named<'v, T> {
    schema: &'static str,
    report: &'static str,
    #[serde(flatten)]
    values: &'v T,
}

macro_rules! reports {
    ($($report:ty: $name:literal;)*) => { $(impl Report for $report { const NAME: &'static str = $name; })* };
}

reports! {
    Check: "check";
    Collected: "collected";
    Changed: "changed";
    Imported: "imported";
    Salvaged: "salvaged";
    Stats: "stats";
    Stamped: "stamped";
    LogCheck: "log-check";
    EntryProof: "entry-proof";
    GrowthProof: "growth-proof";
    Entry: "entry";
    Made: "made";
    Deposit: "deposit";
    Deposited: "deposited";
    DepositReport: "deposit-report";
    PageEnd: "page";
    RecipientState: "recipient";
    Erased: "erased";
    Written: "written";
    Held: "held";
    Released: "released";
    Ending: "ending";
    Term: "term";
    Retention: "retention";
    Case: "case";
    Ticket: "ticket";
    Event: "event";
    Filed: "filed";
    Suggestion: "suggestion";
    Explained: "explained";
    Challenge: "challenge";
    Login: "login";
    Kit: "kit";
    LookedUp: "look-up";
}

/// Reports as lines, each with its end.
#[must_use]
pub fn lines<'r, R: Report + 'r>(reports: impl IntoIterator<Item = &'r R>) -> String {
    reports.into_iter().flat_map(|report| [report.to_json(), "\n".to_owned()]).collect()
}

/// Where the next page begins; the last line of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PageEnd {
    /// For `from` of the next search; `None` when nothing older is found.
    pub next: Option<i64>,
}

/// Where a recipient of a transaction stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecipientState {
    /// The address.
    pub recipient: String,
    /// The state, as it is named on the wire.
    pub state: String,
}

/// What became of one message that was to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Erased {
    /// The message.
    pub id: String,
    /// The entry of the log that is the certificate of its erasure; `None` where it is still here.
    pub log: Option<u64>,
    /// The end of its term, which keeps it.
    pub kept_until: Option<Timestamp>,
    /// The case that keeps it.
    pub held_for: Option<String>,
}

impl Erased {
    /// With the message that it is about.
    #[must_use]
    pub fn of(id: Id, erasure: &Erasure) -> Self {
        let (log, kept_until, held_for) = match erasure {
            Erasure::Erased { log } => (Some(*log), None, None),
            Erasure::Refused(Kept::Until(until)) => (None, Some(*until), None),
            Erasure::Refused(Kept::HeldFor(case)) => (None, None, Some(case.clone())),
        };
        Self { id: id.to_string(), log, kept_until, held_for }
    }
}

/// What a command has written, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// `archive`, `message`, `backup`, `index`, which lies in its archive, or `bundle`.
    pub what: &'static str,
    /// The file, as it was named.
    pub path: String,
    /// Which message it is.
    pub id: Option<Id>,
    /// Which transaction a bundle proves.
    pub transaction: Option<String>,
}

impl Written {
    /// With the file that was written.
    #[must_use]
    pub fn of(what: &'static str, path: &Path) -> Self {
        Self { what, path: path.display().to_string(), id: None, transaction: None }
    }
}

/// Messages that are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// For which case.
    pub case: String,
    /// Which messages; what else is held for it does not stand here.
    pub ids: Vec<Id>,
}

/// A case that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Released {
    /// Which.
    pub case: String,
    /// How many messages it held.
    pub messages: u64,
}

/// Something that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ending {
    /// `term`; `certificate`, on which a proof rests; or `stamp`, the certificate of the authority that stamped the log last.
    pub what: &'static str,
    /// When.
    pub ends: Option<Timestamp>,
    /// The message; `None` for a stamp, which covers all.
    pub message: Option<Entry>,
    /// The stamp.
    pub stamp: Option<Stamped>,
}

impl Expiring {
    /// One report for each thing that ends: the stamp, terms, then certificates.
    pub fn endings(&self) -> impl Iterator<Item = Ending> {
        let of = |what, ends, message: &Entry| Ending { what, ends, message: Some(message.clone()), stamp: None };
        let stamp =
            |stamp: &Stamped| Ending { what: "stamp", ends: stamp.ends, message: None, stamp: Some(stamp.clone()) };
        let terms = self.terms.iter().map(move |(message, ends)| of("term", Some(*ends), message));
        let proofs = self.proofs.iter().map(move |message| of("certificate", message.expires, message));
        self.stamp.iter().map(stamp).chain(terms).chain(proofs)
    }
}

/// A class and how long its messages are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The class; empty for everything that was put in no other.
    pub class: String,
    /// How long.
    pub months: u32,
}

/// What is to be signed to log in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Challenge {
    /// The text, which is signed as it is.
    pub challenge: String,
    /// `login` or `registration`.
    pub purpose: &'static str,
    /// Into which mailbox.
    pub mailbox: String,
    /// Of which service.
    pub audience: String,
    /// From then on it holds no longer.
    pub expires_at: Timestamp,
}

impl Challenge {
    /// Of one that was given out.
    #[must_use]
    pub fn of(challenge: &login::Challenge) -> Self {
        Self {
            challenge: challenge.text(),
            purpose: challenge.purpose().as_str(),
            mailbox: challenge.mailbox().to_string(),
            audience: challenge.audience().to_string(),
            expires_at: challenge.expires_at(),
        }
    }
}

/// That somebody has come in with a signature kit, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Login {
    /// Into which mailbox.
    pub mailbox: String,
    /// As which user; `None` for the holder, or somebody in his place.
    pub user: Option<String>,
    /// `tax-id`, that of the holder, or `kit`, which was registered.
    pub by: &'static str,
    /// The name of the kit that was registered.
    pub kit: Option<String>,
    /// In whose name the certificate is.
    pub subject: String,
    /// Its SHA-256.
    pub certificate: Fingerprint,
    /// That of the authority to which it leads.
    pub anchor: Fingerprint,
    /// Its last second.
    pub not_after: Timestamp,
    /// `good`, or `not-checked` where nobody has said that it was not revoked.
    pub revocation: &'static str,
}

impl Login {
    /// Of one that the organisation has admitted.
    #[must_use]
    pub fn of(login: &login::Login) -> Self {
        let kit = match login.by() {
            MatchedBy::TaxId => None,
            MatchedBy::Kit(name) => Some(name.to_string()),
        };
        let user = match login.who() {
            LoginAs::Holder => None,
            LoginAs::User(user) => Some(user.to_string()),
        };
        Self {
            mailbox: login.mailbox().to_string(),
            user,
            by: if kit.is_some() { "kit" } else { "tax-id" },
            kit,
            subject: pec_core::text::printable(login.kit().subject()),
            certificate: login.kit().certificate(),
            anchor: login.kit().anchor(),
            not_after: login.kit().not_after(),
            revocation: login.revocation().as_str(),
        }
    }
}

/// A signature kit that is registered with a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kit {
    /// With which.
    pub mailbox: String,
    /// What it is called there.
    pub name: String,
    /// The SHA-256 of its certificate.
    pub certificate: Fingerprint,
    /// Who logs in with it; `None` for whoever the mailbox is held for.
    pub user: Option<String>,
    /// When it was registered.
    pub at: Timestamp,
}

impl Kit {
    /// Of one that is registered with this mailbox.
    #[must_use]
    pub fn of(mailbox: &MailboxAddress, kit: &RegisteredKit) -> Self {
        let RegisteredKit { name, certificate, user, at } = kit;
        let user = user.as_ref().map(ToString::to_string);
        Self { mailbox: mailbox.to_string(), name: name.to_string(), certificate: *certificate, user, at: *at }
    }
}

/// What a register answered about the address of a recipient, and beside which message that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LookedUp {
    /// The message.
    pub message: Id,
    /// What it answered.
    #[serde(flatten)]
    pub lookup: Lookup,
}

impl Page {
    /// The entries as lines, and the line that says where the next page begins.
    #[must_use]
    pub fn to_lines(&self) -> String {
        lines(&self.entries) + &self.end().to_json() + "\n"
    }

    /// Where the next page begins.
    #[must_use]
    pub fn end(&self) -> PageEnd {
        PageEnd { next: self.next.map(Cursor::to_number) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_and_name_come_first_and_absent_values_are_null() {
        let id = Id::of(b"x");
        let kept = Erased::of(id, &Erasure::Refused(Kept::HeldFor("causa 1".into())));
        let expected = r#"{"schema":"pec-archive/1","report":"erased","id":"ID","log":null,"kept_until":null,"held_for":"causa 1"}"#;
        assert_eq!(kept.to_json(), expected.replace("ID", &id.to_string()));
        let page = Page { entries: Vec::new(), next: None };
        assert_eq!(page.to_lines(), "{\"schema\":\"pec-archive/1\",\"report\":\"page\",\"next\":null}\n");
    }
}
