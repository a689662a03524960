//! What needs somebody: mailboxes that could not be read, proofs that weaken (J3).

use pec_core::sheet::{Cell, Column, Months, Sheet};

use super::seen::{Seen, standings};
use crate::error::Result;
use crate::store::View;

const ACCESS: &[Column] = &[
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "access", title: "Accesso" },
    Column { key: "since", title: "Dal" },
    Column { key: "ok_at", title: "Ultimo accesso riuscito" },
    Column { key: "tried_at", title: "Ultimo tentativo" },
    Column { key: "problem", title: "Risposta del server" },
];

/// States of access as whoever connects names them, and as people read them.
const STATES: [(&str, &str); 5] = [
    ("rejected", "credenziali rifiutate"),
    ("second-factor-required", "richiesta la verifica in due passaggi"),
    ("password-expired", "password scaduta"),
    ("throttled", "troppi accessi: il gestore chiede di aspettare"),
    ("unreachable", "server non raggiungibile"),
];

/// Managed mailboxes whose last look did not end well.
pub(super) fn access(view: &dyn View, seen: &Seen) -> Result<Sheet> {
    let mut sheet = Sheet::new("access-lost", "Caselle non leggibili all'ultimo controllo", ACCESS)
        .note("Una casella mai controllata non compare. Con credenziali rifiutate non si riprova, per non bloccare la casella.");
    let standings = standings(view)?;
    for address in seen.addresses() {
        let Some((_, standing)) = standings.get(address) else { continue };
        let Some(access) = standing.access.as_deref().filter(|access| *access != "ok") else { continue };
        let known = STATES.iter().find(|(name, _)| *name == access);
        let [client, account, mailbox] = seen.row(address);
        sheet.rows.push(vec![
            client,
            account,
            mailbox,
            known.map_or_else(|| Cell::text(access), |(name, shown)| Cell::Word(name, shown)),
            Cell::time_of(standing.access_since),
            Cell::time_of(standing.ok_at),
            Cell::time_of(standing.tried_at),
            Cell::text_of(standing.problem.as_ref()),
        ]);
    }
    Ok(sheet)
}

const PROOFS: &[Column] = &[
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "expires_at", title: "Scadenza del certificato" },
    Column { key: "kind", title: "Tipo" },
    Column { key: "certified_at", title: "Data certificata" },
    Column { key: "sender", title: "Mittente" },
    Column { key: "subject", title: "Oggetto" },
    Column { key: "id", title: "SHA-256" },
];

/// Messages that are read at a time.
const BATCH: usize = 256;

/// Certified messages whose signer's certificate ends in these months and that no time-stamp covers.
pub(super) fn proofs(view: &dyn View, seen: &Seen, months: Months) -> Result<Sheet> {
    let mut sheet = Sheet::new("proof-expiring", "Prove da rinnovare", PROOFS).note(
        "Messaggi certificati che nessuna marca temporale copre: dopo la scadenza del certificato solo la parola del gestore dice quando \
         sono stati firmati.",
    );
    let last = months.last().ends().as_second().saturating_sub(1);
    let numbers = view.ending_proofs(months.first().begins().as_second(), last, usize::MAX)?;
    for numbers in numbers.chunks(BATCH) {
        for entry in view.entries(numbers)? {
            let found = entry.mailboxes.iter().filter(|mailbox| seen.has(mailbox)).map(|mailbox| seen.row(mailbox));
            let mut rows: Vec<[Cell; 3]> = found.collect();
            if entry.mailboxes.is_empty() && seen.all {
                rows.push([Cell::None, Cell::None, Cell::None]);
            }
            for whose in rows {
                let mut row = Vec::from(whose);
                row.extend([
                    Cell::time_of(entry.expires),
                    Cell::text(&entry.kind),
                    Cell::time_of(entry.certified_at),
                    Cell::text_of(entry.sender.as_ref().filter(|_| seen.reads)),
                    Cell::text_of(entry.subject.as_ref().filter(|_| seen.reads)),
                    Cell::text(entry.id),
                ]);
                sheet.rows.push(row);
            }
        }
    }
    Ok(sheet)
}
