//! Those who share mailboxes (FEATURES row 54d).

use super::{belongs, ordered, words};
use crate::delegation::lifecycle::Mailbox;
use crate::delegation::organisation::Organisation;
use crate::sheet::{Cell, Column, Sheet};

const COLUMNS: &[Column] = &[
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "user", title: "Utenza slave" },
    Column { key: "first_name", title: "Nome" },
    Column { key: "surname", title: "Cognome" },
    Column { key: "description", title: "Descrizione" },
    Column { key: "email", title: "E-mail gestione password" },
    Column { key: "state", title: "Stato" },
];

/// The delegates of mailboxes (*utenze slave*), whatever their state, with how many there are and how many of them are «attive
/// o in attivazione» (FEATURES rows 45 and 54d). It takes no months: there is nothing here to give them to.
#[must_use]
pub fn delegates(organisation: &Organisation, mailboxes: &[&Mailbox]) -> Sheet {
    let mut sheet = Sheet::new("delegates", "Utenze slave", COLUMNS);
    let mut taken = 0;
    for mailbox in ordered(mailboxes) {
        for (user, delegate) in mailbox.sharing().delegates() {
            let [client, account, address] = belongs(organisation, mailbox);
            taken += u64::from(delegate.state.takes_a_place());
            sheet.rows.push(vec![
                client,
                account,
                address,
                Cell::text(user),
                Cell::text(&delegate.name.first_name),
                Cell::text(&delegate.name.surname),
                Cell::text(&delegate.name.description),
                Cell::text_of(delegate.name.email.as_ref()),
                words::delegate(delegate.state),
            ]);
        }
    }
    if !sheet.rows.is_empty() {
        let all = sheet.rows.len() as u64;
        sheet.totals = vec![
            (Cell::Word("all", "utenze slave"), all),
            (Cell::Word("active-or-activating", "attive o in attivazione"), taken),
        ];
    }
    sheet
}
