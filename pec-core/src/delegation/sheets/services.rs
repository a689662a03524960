//! What the services of active mailboxes take (FEATURES row 54c).

use jiff::Timestamp;

use super::life::active_in;
use super::{belongs, ordered, words};
use crate::delegation::MailboxAddress;
use crate::delegation::lifecycle::{Mailbox, Service, State};
use crate::delegation::organisation::Organisation;
use crate::sheet::{Cell, Column, Months, Sheet};

const COLUMNS: &[Column] = &[
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "mailbox", title: "Casella" },
    Column { key: "product", title: "Prodotto" },
    Column { key: "services", title: "Servizi secondo il gestore" },
    Column { key: "preservation", title: "Conservazione" },
    Column { key: "archive_messages", title: "Messaggi in archivio" },
    Column { key: "archive_bytes", title: "Byte in archivio" },
    Column { key: "server_used_bytes", title: "Byte sul server" },
    Column { key: "server_limit_bytes", title: "Byte disponibili sul server" },
    Column { key: "measured_at", title: "Server misurato il" },
];

/// What was measured of a mailbox: by whoever has an archive, and by the quota of its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Space {
    /// Messages of it in the archive, and their bytes as they came; `None` where nobody has counted.
    pub archive: Option<(u64, u64)>,
    /// Bytes that are taken on the server, and that there are; `None` where the server does not say.
    pub server: Option<(u64, u64)>,
    /// When the server said so.
    pub measured_at: Option<Timestamp>,
}

/// The services of mailboxes that are active, or that were in any of these months, with what each takes now (FEATURES
/// row 54c): the space of the archive and of the server, where `space` knows it, and preservation.
///
/// The months choose the mailboxes; what they take is always that of now, since nobody measures backwards. It does not prove
/// that anything was preserved: that the provider alone can.
#[must_use]
pub fn services(
    organisation: &Organisation,
    mailboxes: &[&Mailbox],
    months: Option<Months>,
    space: &dyn Fn(&MailboxAddress) -> Space,
    now: Timestamp,
) -> Sheet {
    let mut sheet = Sheet::new("service-use", "Utilizzo dei servizi delle caselle attive", COLUMNS)
        .note("Lo spazio è quello di oggi: dell'archivio di questo programma, e del server dove lo comunica. I servizi sono quelli comunicati dal gestore.");
    let is_meant = |mailbox: &&Mailbox| match months {
        None => mailbox.state(now) == State::Active,
        Some(months) => months.iter().any(|month| active_in(mailbox, month, now).is_some()),
    };
    for mailbox in ordered(mailboxes).into_iter().filter(is_meant) {
        let [client, account, address] = belongs(organisation, mailbox);
        let Space { archive, server, measured_at } = space(mailbox.address());
        sheet.rows.push(vec![
            client,
            account,
            address,
            Cell::text_of(mailbox.product()),
            listed(mailbox.services()),
            words::preservation(mailbox.preservation(now)),
            Cell::number_of(archive.map(|(messages, _)| messages)),
            Cell::number_of(archive.map(|(_, bytes)| bytes)),
            Cell::number_of(server.map(|(used, _)| used)),
            Cell::number_of(server.map(|(_, limit)| limit)),
            Cell::time_of(measured_at.filter(|_| server.is_some())),
        ]);
    }
    sheet
}

/// `ARCHIVIO: sì (3); FIRMA: no`.
fn listed(services: &[Service]) -> Cell {
    if services.is_empty() {
        return Cell::None;
    }
    let one = |service: &Service| {
        let quantity = service.quantity.map(|quantity| format!(" ({quantity})")).unwrap_or_default();
        format!("{}: {}{quantity}", service.code, if service.enabled { "sì" } else { "no" })
    };
    Cell::Text(services.iter().map(one).collect::<Vec<_>>().join("; "))
}
