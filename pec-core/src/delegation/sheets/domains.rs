//! Domains with what the DNS said of them (FEATURES rows 18 and 52). The host asks the DNS; nothing here does.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::about;
use crate::delegation::code::Domain;
use crate::delegation::domain::{DomainAnomaly, DomainCheck, DomainRecords, domain_anomalies};
use crate::delegation::organisation::Organisation;
use crate::delegation::party::By;
use crate::delegation::scope::Scope;
use crate::sheet::{Cell, Column, Sheet};

const COLUMNS: &[Column] = &[
    Column { key: "client", title: "Cliente" },
    Column { key: "account", title: "Account" },
    Column { key: "domain", title: "Dominio" },
    Column { key: "state", title: "Stato" },
    Column { key: "anomalies", title: "Anomalie" },
    Column { key: "checked_at", title: "Ultima verifica" },
];

/// Which domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainChoice {
    /// All of them («Scarica domini»).
    All,
    /// Only those that are not as they should be (FEATURES row 18). One that nobody has looked at is none of them: nothing is
    /// known of it.
    Anomalous,
}

impl Organisation {
    /// The domains of the accounts that are seen, each with the date of its last check and with what was not as it should be
    /// (FEATURES rows 18 and 52), within the scope of whoever asks; a user administers none. Of several checks of a domain the
    /// last one counts.
    #[must_use]
    pub fn domain_sheet(
        &self,
        (by, scope): (&By, &Scope),
        choice: DomainChoice,
        records: &DomainRecords,
        now: Timestamp,
    ) -> Sheet {
        let mut last: BTreeMap<&Domain, &DomainCheck> = BTreeMap::new();
        for check in &records.checks {
            let kept = last.entry(&check.domain).or_insert(check);
            if kept.checked_at < check.checked_at {
                *kept = check;
            }
        }
        let (name, title) = match choice {
            DomainChoice::All => ("domains", "Domini"),
            DomainChoice::Anomalous => ("anomalous-domains", "Domini anomali"),
        };
        let mut sheet = about(Sheet::new(name, title, COLUMNS), scope, None, now);
        let seen = self.catalogues(scope).into_iter().filter(|(account, _)| self.administers(by, account));
        for (account, catalogue) in seen {
            for domain in &catalogue.domains {
                let check = last.get(domain);
                let anomalies = check.map(|check| domain_anomalies(check, &records.expected));
                if choice == DomainChoice::Anomalous && anomalies.as_ref().is_none_or(Vec::is_empty) {
                    continue;
                }
                sheet.rows.push(vec![
                    Cell::text_of(self.owner(account).map(|owner| owner.client)),
                    Cell::text(account),
                    Cell::text(domain),
                    state(anomalies.as_deref()),
                    anomalies.filter(|all| !all.is_empty()).map_or(Cell::None, |all| listed(&all)),
                    Cell::time_of(check.map(|check| check.checked_at)),
                ]);
            }
        }
        sheet
    }
}

const fn state(anomalies: Option<&[DomainAnomaly]>) -> Cell {
    match anomalies {
        None => Cell::Word("unchecked", "mai verificato"),
        Some([]) => Cell::Word("regular", "regolare"),
        Some([DomainAnomaly::NoAnswer]) => Cell::Word("no-answer", "nessuna risposta"),
        Some(_) => Cell::Word("anomalous", "anomalo"),
    }
}

fn listed(anomalies: &[DomainAnomaly]) -> Cell {
    let one = |anomaly: &DomainAnomaly| match anomaly {
        DomainAnomaly::NoAnswer => "il DNS non ha risposto".to_owned(),
        DomainAnomaly::MxMissing(name) => format!("manca MX {name}"),
        DomainAnomaly::MxForeign(name) => format!("MX estraneo {name}"),
        DomainAnomaly::TxtMissing(text) => format!("manca TXT {text}"),
        DomainAnomaly::SpfTwice(text) => format!("secondo SPF {text}"),
    };
    Cell::Text(anomalies.iter().map(one).collect::<Vec<_>>().join("; "))
}
