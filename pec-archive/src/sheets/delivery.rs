//! What became of what was sent (J3).

use std::collections::BTreeMap;

use pec_core::reconcile::State;
use pec_core::sheet::{Cell, Column, Months, Sheet};

use super::seen::Seen;
use super::traffic::numbers;
use crate::error::Result;
use crate::store::View;

const COLUMNS: &[Column] = &[
    Column { key: "month", title: "Mese" },
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "recipients", title: "Destinatari" },
    Column { key: "delivered", title: "Consegnati" },
    Column { key: "delivered_late", title: "Consegnati in ritardo" },
    Column { key: "waiting", title: "In attesa" },
    Column { key: "external", title: "Posta ordinaria" },
    Column { key: "failed", title: "Non consegnati" },
    Column { key: "timed_out", title: "Scaduti" },
    Column { key: "virus", title: "Fermati per virus" },
    Column { key: "refused", title: "Non accettati" },
    Column { key: "conflict", title: "In contrasto" },
];

/// The column of a state among those of states: every recipient stands in exactly one.
const fn column(state: State) -> usize {
    match state {
        State::Delivered => 0,
        State::DeliveredLate => 1,
        State::Pending | State::AwaitingDelivery | State::Delayed => 2,
        State::ExternalFinal => 3,
        State::Failed => 4,
        State::TimedOut => 5,
        State::FailedVirus => 6,
        State::Refused => 7,
        State::Conflict => 8,
    }
}

pub(super) fn sheet(view: &dyn View, seen: &Seen, months: Months) -> Result<Sheet> {
    let mut sheet = Sheet::new("delivery", "Esiti degli invii per casella e mese", COLUMNS).note(
        "Ogni destinatario conta una volta, nel mese del primo messaggio del fascicolo e nello stato che le ricevute certificate in \
         archivio provano oggi.",
    );
    for month in months.iter() {
        let mut counted: BTreeMap<String, [u64; 9]> = BTreeMap::new();
        view.sent_in(numbers(month), &mut |row| {
            let state = State::ALL.into_iter().find(|state| state.as_str() == row.state);
            if let Some(place) = state.filter(|_| seen.has(row.sender)).map(column) {
                counted.entry(row.sender.to_owned()).or_default()[place] += 1;
            }
            Ok(())
        })?;
        for (address, counts) in counted {
            let [client, account, address] = seen.row(&address);
            let mut row = vec![Cell::Month(month), client, account, address, Cell::Number(counts.iter().sum())];
            row.extend(counts.map(Cell::Number));
            sheet.rows.push(row);
        }
    }
    Ok(sheet)
}
