//! The mailboxes and what needs somebody as tables for people: on one page to be printed, or one by one.

use jiff::Timestamp;
use pec_core::finding::Language;
use pec_core::sheet::{Cell, Column, Sheet, page};

use super::today::last_day;
use super::{Hub, HubMailbox, HubQuery, Radar, RadarOptions};
use crate::access::AccessState;
use crate::error::Result;

const MAILBOXES: &[Column] = &[
    Column { key: "mailbox", title: "Casella" },
    Column { key: "client", title: "Cliente" },
    Column { key: "provider", title: "Gestore" },
    Column { key: "access", title: "Accesso" },
    Column { key: "new", title: "Nuovi" },
    Column { key: "unread", title: "Non letti" },
    Column { key: "total", title: "In tutto" },
    Column { key: "percent", title: "Spazio occupato, %" },
    Column { key: "ok_at", title: "Ultimo accesso riuscito" },
    Column { key: "password_ends", title: "Scadenza password" },
    Column { key: "mandate_ends", title: "Scadenza mandato" },
];

const WATCHED: &[Column] = &[
    Column { key: "what", title: "Che cosa" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "client", title: "Cliente" },
    Column { key: "at", title: "Quando" },
    Column { key: "detail", title: "Dettaglio" },
];

impl Hub {
    /// The mailboxes that a query asks for, as they stood at the last look, and what needs somebody now, on one page to be
    /// printed: self-contained, without scripts, nothing fetched, in Italian.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn summary(&self, query: HubQuery, options: RadarOptions) -> Result<String> {
        let now = self.now();
        let sheets = [self.radar(now, options)?.sheet(now), mailboxes(&self.list(query)?, now)];
        Ok(page("Caselle PEC gestite", &sheets))
    }
}

/// Mailboxes as they stood at the last look, a row each.
fn mailboxes(list: &[HubMailbox], now: Timestamp) -> Sheet {
    let mut sheet =
        Sheet::new("mailboxes", "Caselle", MAILBOXES).fact("as_of", "Situazione al", Cell::Time(now)).note(
            "I numeri sono quelli dell'ultimo controllo. «Nuovi» sono i messaggi arrivati da quando qualcuno ha visto la casella, \
             «non letti» quelli che nessuno ha segnato come letti.",
        );
    for one in list {
        let HubMailbox { said, standing, .. } = one;
        sheet.rows.push(vec![
            Cell::text(&said.address),
            Cell::text_of(said.client.as_ref()),
            Cell::text_of(said.profile.as_ref()),
            one.access().map_or(Cell::None, word),
            Cell::Number(standing.new),
            Cell::Number(standing.unread),
            Cell::Number(standing.total),
            Cell::number_of(one.percent_full()),
            Cell::time_of(standing.ok_at),
            last(standing.password_ends),
            last(said.mandate.and_then(|mandate| mandate.until)),
        ]);
    }
    sheet.totals = vec![
        (Cell::Word("mailboxes", "caselle"), list.len() as u64),
        (Cell::Word("new", "messaggi nuovi"), list.iter().map(|one| one.standing.new).sum()),
        (Cell::Word("unread", "messaggi non letti"), list.iter().map(|one| one.standing.unread).sum()),
    ];
    sheet
}

/// The last day on which something holds that ends then.
fn last(end: Option<Timestamp>) -> Cell {
    Cell::text_of(end.map(last_day))
}

const fn word(state: AccessState) -> Cell {
    let shown = match state {
        AccessState::Ok => "regolare",
        AccessState::Rejected => "credenziali rifiutate",
        AccessState::SecondFactorRequired => "richiesta la verifica in due passaggi",
        AccessState::PasswordExpired => "password scaduta",
        AccessState::Throttled => "il gestore chiede di aspettare",
        AccessState::Unreachable => "server non raggiungibile",
    };
    Cell::Word(state.as_str(), shown)
}

impl Radar {
    /// What needs somebody as one table, as of this time.
    #[must_use]
    pub fn sheet(&self, now: Timestamp) -> Sheet {
        let mut sheet = Sheet::new("radar", "Da guardare", WATCHED).fact("as_of", "Situazione al", Cell::Time(now));
        let mut add = |what: Cell, mailbox: &HubMailbox, at: Cell, detail: Cell| {
            let (address, client) = (Cell::text(&mailbox.said.address), Cell::text_of(mailbox.said.client.as_ref()));
            sheet.rows.push(vec![what, address, client, at, detail]);
        };
        for one in &self.access {
            let advice = one.access().map_or(Cell::None, |state| Cell::text(state.advice(Language::It)));
            add(Cell::Word("access-lost", "accesso perso"), one, Cell::time_of(one.standing.access_since), advice);
        }
        for one in &self.passwords {
            add(Cell::Word("password-ends", "scade la password"), one, last(one.standing.password_ends), Cell::None);
        }
        for one in &self.mandates {
            let until = one.said.mandate.and_then(|mandate| mandate.until);
            add(Cell::Word("mandate-ends", "scade il mandato"), one, last(until), Cell::None);
        }
        for one in &self.full {
            let percent = one.percent_full().map_or(Cell::None, |percent| Cell::text(format!("{percent} %")));
            add(Cell::Word("nearly-full", "casella quasi piena"), one, Cell::None, percent);
        }
        for one in &self.overdue {
            let subject = one.subject.as_deref().unwrap_or_default();
            let recipient = one.recipient.as_ref().map(|recipient| format!(" → {recipient}")).unwrap_or_default();
            sheet.rows.push(vec![
                Cell::Word("receipt-overdue", "ricevuta in ritardo"),
                Cell::text(&one.mailbox),
                Cell::None,
                Cell::Time(one.since),
                Cell::text(format!("{}: {subject}{recipient}", one.owed.title(Language::It))),
            ]);
        }
        for entry in &self.proofs {
            sheet.rows.push(vec![
                Cell::Word("proof-expiring", "prova da marcare"),
                Cell::text(entry.mailboxes.join(" ")),
                Cell::None,
                Cell::time_of(entry.expires),
                Cell::text_of(entry.subject.as_ref()),
            ]);
        }
        if sheet.rows.is_empty() {
            sheet.notes.push("Nulla in scadenza, nulla in ritardo.");
        }
        sheet
    }
}
