//! Messages by mailbox and month (J3).

use pec_core::sheet::{Cell, Column, Month, Months, Sheet};

use super::seen::Seen;
use crate::error::Result;
use crate::store::{KindRow, Number, View, first_number};

const COLUMNS: &[Column] = &[
    Column { key: "month", title: "Mese" },
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "received", title: "PEC ricevute" },
    Column { key: "anomaly_envelopes", title: "Buste di anomalia" },
    Column { key: "acceptances", title: "Ricevute di accettazione" },
    Column { key: "deliveries", title: "Ricevute di consegna" },
    Column { key: "failures", title: "Avvisi negativi" },
    Column { key: "others", title: "Altri messaggi e copie" },
    Column { key: "messages", title: "Messaggi in tutto" },
    Column { key: "bytes", title: "Byte" },
];

/// The columns of kinds, in their order; what is of none of them is another message.
const KINDS: [&[&str]; 5] = [
    &["posta-certificata"],
    &["anomalia"],
    &["accettazione"],
    &["avvenuta-consegna"],
    &["non-accettazione", "errore-consegna", "preavviso-errore-consegna", "rilevazione-virus"],
];

pub(super) fn sheet(view: &dyn View, seen: &Seen, months: Months) -> Result<Sheet> {
    let mut sheet = Sheet::new("traffic", "Traffico per casella e mese", COLUMNS).note(
        "Conta i messaggi in archivio nel mese della data certificata, altrimenti di quella del messaggio; uno trovato in due caselle \
         conta in entrambe.",
    );
    for month in months.iter() {
        for address in seen.addresses() {
            let kinds = view.kinds_in(address, numbers(month))?;
            if kinds.is_empty() {
                continue;
            }
            let [client, account, address] = seen.row(address);
            let mut row = vec![Cell::Month(month), client, account, address];
            let count = |wanted: &dyn Fn(&KindRow) -> bool| -> u64 {
                kinds.iter().filter(|kind| wanted(kind)).map(|kind| kind.messages).sum()
            };
            row.extend(KINDS.iter().map(|names| Cell::Number(count(&|kind| names.contains(&kind.kind.as_str())))));
            let is_other = |kind: &KindRow| !KINDS.iter().any(|names| names.contains(&kind.kind.as_str()));
            row.push(Cell::Number(count(&is_other)));
            row.push(Cell::Number(count(&|_| true)));
            row.push(Cell::Number(kinds.iter().map(|kind| kind.bytes).sum()));
            sheet.rows.push(row);
        }
    }
    Ok(sheet)
}

/// The numbers of the messages of a month.
pub(super) fn numbers(month: Month) -> std::ops::Range<Number> {
    first_number(month.begins().as_second())..first_number(month.ends().as_second())
}
