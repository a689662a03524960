//! Mailboxes by month: active ones (FEATURES row 54a), revoked ones (54b).

use jiff::Timestamp;

use super::{belongs, ordered, words};
use crate::delegation::lifecycle::{Mailbox, Passage, State};
use crate::delegation::organisation::Organisation;
use crate::sheet::{Cell, Column, Month, Months, Sheet};

const ACTIVE: &[Column] = &[
    Column { key: "month", title: "Mese di fatturazione" },
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "description", title: "Descrizione" },
    Column { key: "holder", title: "Titolare" },
    Column { key: "tax_id", title: "Codice fiscale o partita IVA" },
    Column { key: "product", title: "Prodotto" },
    Column { key: "provider_user", title: "UserID" },
    Column { key: "activated_at", title: "Data attivazione" },
    Column { key: "expires_at", title: "Data scadenza" },
];

/// The mailboxes that were active in each month, «aggregate per il relativo mese di fatturazione» (FEATURES row 54a).
///
/// The billing month is the calendar month in Rome, our reading: a mailbox stands in each month in which it was active at any
/// time, once, whatever it is now; a month that is still to come has none. Beside the rows stands how many there are in each
/// month.
#[must_use]
pub fn active(organisation: &Organisation, mailboxes: &[&Mailbox], months: Months, now: Timestamp) -> Sheet {
    let mut sheet = Sheet::new("active-mailboxes", "Caselle attive per mese di fatturazione", ACTIVE)
        .note("Una casella compare in ogni mese in cui è stata attiva almeno un istante, secondo quanto comunicato dal gestore.");
    let mailboxes = ordered(mailboxes);
    for month in months.iter() {
        let before = sheet.rows.len();
        for mailbox in &mailboxes {
            let Some(activated_at) = active_in(mailbox, month, now) else { continue };
            let [client, account, address] = belongs(organisation, mailbox);
            sheet.rows.push(vec![
                Cell::Month(month),
                client,
                account,
                address,
                Cell::text_of(mailbox.data().description.as_ref()),
                Cell::text(&mailbox.holder().name),
                Cell::text_of(mailbox.holder().tax_id.as_ref()),
                Cell::text_of(mailbox.product()),
                Cell::text_of(mailbox.names().map(|names| &names.provider_user)),
                Cell::Time(activated_at),
                Cell::time_of(mailbox.expiry().map(|plan| plan.expires_at)),
            ]);
        }
        let count = sheet.rows.len() - before;
        if count > 0 {
            sheet.totals.push((Cell::Month(month), count as u64));
        }
    }
    sheet
}

/// Since when it was active in this month, as far as it has come by now: the first activation that reaches into it.
pub(super) fn active_in(mailbox: &Mailbox, month: Month, now: Timestamp) -> Option<Timestamp> {
    let (begins, ends) = (month.begins(), month.ends());
    let reaches = |(since, until): &(Timestamp, Option<Timestamp>)| {
        *since < ends && *since <= now && begins <= now && until.is_none_or(|until| until > begins && until > *since)
    };
    mailbox.activities().find(reaches).map(|(since, _)| since)
}

const REVOKED: &[Column] = &[
    Column { key: "month", title: "Mese di revoca" },
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "holder", title: "Titolare" },
    Column { key: "product", title: "Prodotto" },
    Column { key: "activated_at", title: "Data attivazione" },
    Column { key: "expires_at", title: "Data scadenza" },
    Column { key: "revoked_at", title: "Data revoca" },
    Column { key: "revoke", title: "Tipo di revoca" },
    Column { key: "state", title: "Stato attuale" },
];

/// The revocations of each month, with the dates of activation, expiry and revocation (FEATURES row 54b).
///
/// A mailbox that was reactivated afterwards was revoked all the same: it stands in the month of its revocation, with the
/// state that it has now.
#[must_use]
pub fn revoked(organisation: &Organisation, mailboxes: &[&Mailbox], months: Months, now: Timestamp) -> Sheet {
    let mut sheet = Sheet::new("revoked-mailboxes", "Caselle revocate per mese di revoca", REVOKED);
    let (from, until) = (months.first().begins(), months.last().ends());
    let mut all: Vec<(Month, &Mailbox, Option<Timestamp>, &Passage)> = Vec::new();
    for mailbox in ordered(mailboxes) {
        let mut activated = None;
        for passage in mailbox.passages() {
            match passage.state {
                State::Active => activated = Some(passage.at),
                State::Revoked if from <= passage.at && passage.at < until && passage.at <= now => {
                    all.push((Month::of(passage.at), mailbox, activated, passage));
                }
                _ => {}
            }
        }
    }
    // Stable: by account and address within a month.
    all.sort_by_key(|(month, ..)| *month);
    for (month, mailbox, activated_at, passage) in all {
        let [client, account, address] = belongs(organisation, mailbox);
        sheet.rows.push(vec![
            Cell::Month(month),
            client,
            account,
            address,
            Cell::text(&mailbox.holder().name),
            Cell::text_of(mailbox.product()),
            Cell::time_of(activated_at),
            Cell::time_of(mailbox.expiry().map(|plan| plan.expires_at)),
            Cell::Time(passage.at),
            passage.revoke.as_ref().map_or(Cell::None, words::revoke),
            words::state(mailbox.state(now)),
        ]);
    }
    sheet
}
