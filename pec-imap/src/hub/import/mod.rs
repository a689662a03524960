//! Mailboxes from a table: every row judged, all that is wrong told at once, nothing taken over unless it is wanted.

mod column;
mod fault;
mod row;

use std::collections::HashMap;

use pec_archive::{Id, Mandate};
use pec_core::tax_id::TaxId;

use column::{Column, column, expected};
pub use fault::RowFault;
pub(super) use row::ROME;
use row::{Row, end_of, server, start_of};

use super::{Hub, MailboxSpec, Mandates, address_of, table};
use crate::credential::{Credential, Origin};
use crate::error::{Error, Result};
use crate::profile::{LoginName, Overrides, Profile};
use crate::secret::SecretField;

/// What is taken over of a table in which something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Import {
    /// Nothing.
    #[default]
    AllOrNothing,
    /// The rows that are right.
    ThoseThatAreRight,
}

/// What became of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Imported {
    /// Addresses that are managed now.
    pub added: Vec<String>,
    /// Everything that is wrong, in the order of rows.
    pub errors: Vec<RowError>,
    /// Columns of whose name nothing is known: they were passed over.
    pub ignored: Vec<String>,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowError {
    /// The row as a spreadsheet numbers it: that of the names is 1.
    pub row: u64,
    /// The column, by its name in the table, or by the one that is missing.
    pub column: String,
    /// What is wrong.
    pub fault: RowFault,
    /// What stands there; nothing where it is a password.
    pub shown: String,
}

impl Hub {
    /// Takes over mailboxes from a table: `;`, `,` or tabs between cells, Windows-1252, UTF-8 or UTF-16, the names of its
    /// columns in the first row.
    ///
    /// | column | what | |
    /// |---|---|---|
    /// | `casella` | address | has to be there |
    /// | `gestore`, `imap`, `smtp` | profile of the provider; `host:port` | where the address does not tell it |
    /// | `utente` | user-id | where it is not the address |
    /// | `password`, `scadenza password`, `origine password` | | unless one is kept already |
    /// | `codice fiscale`, `partita IVA` | of the holder | |
    /// | `cliente`, `descrizione` | | |
    /// | `mandato dal`, `mandato al`, `impronta mandato` | from that day, to the end of that day, SHA-256 of the document | as the policy asks |
    ///
    /// All rows are judged, and everything that is wrong is told at once. Unless only the right ones are wanted, nothing is
    /// stored then.
    ///
    /// # Errors
    /// [`Error::HubCapacityExceeded`]; those of the stores. What is wrong with rows is in the answer.
    pub fn import_csv(&self, bytes: &[u8], import: Import) -> Result<Imported> {
        let mut judge = Judge { hub: self, imported: Imported::default(), rows: HashMap::new() };
        let right = judge.table(&table::decode(bytes))?;
        let mut imported = judge.imported;
        imported.errors.sort_by_key(|error| error.row);
        if imported.errors.is_empty() || import == Import::ThoseThatAreRight {
            self.add(&right)?;
            imported.added = right.iter().map(|spec| spec.address.clone()).collect();
        }
        Ok(imported)
    }
}

struct Judge<'h> {
    hub: &'h Hub,
    imported: Imported,
    /// The row of each address.
    rows: HashMap<String, u64>,
}

impl Judge<'_> {
    fn table(&mut self, text: &str) -> Result<Vec<MailboxSpec>> {
        let delimiter = table::delimiter(text);
        let rows = table::Rows::of(text, delimiter);
        if let Some(row) = rows.open_quote {
            self.fault(row, "\"", RowFault::OpenQuote);
            return Ok(Vec::new());
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let failed = |error: csv::Error| Error::Internal(error.to_string());
        let (mut names, mut cells) = (csv::StringRecord::new(), csv::StringRecord::new());
        reader.read_record(&mut names).map_err(failed)?;
        let columns = self.columns(&names);
        if !columns.iter().any(|(_, column, _)| *column == Column::Address) {
            self.fault(1, expected(Column::Address), RowFault::MissingColumn);
            return Ok(Vec::new());
        }
        let mut right = Vec::new();
        while reader.read_record(&mut cells).map_err(failed)? {
            let number = rows.ending_at(reader.position().byte());
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let mut row = Row { number, columns: &columns, cells: &cells, errors: Vec::new() };
            if cells.iter().skip(names.len()).any(|cell| !cell.trim().is_empty()) {
                let shown = cells.iter().skip(names.len()).collect::<Vec<_>>().join(" ");
                // Where a cell slipped, any of them may be the password.
                let shown =
                    if columns.iter().any(|(_, known, _)| *known == Column::Password) { String::new() } else { shown };
                row.errors.push(RowError { row: number, column: String::new(), fault: RowFault::TooManyCells, shown });
            }
            let spec = self.row(&mut row)?;
            if row.errors.is_empty() {
                right.extend(spec);
            }
            self.imported.errors.extend(row.errors);
        }
        Ok(right)
    }

    fn fault(&mut self, row: u64, column: &str, fault: RowFault) {
        self.imported.errors.push(RowError { row, column: column.to_owned(), fault, shown: String::new() });
    }

    fn columns(&mut self, names: &csv::StringRecord) -> Vec<(usize, Column, String)> {
        let mut columns: Vec<(usize, Column, String)> = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let name = name.trim().to_owned();
            match column(&name) {
                None if name.is_empty() => {}
                None => self.imported.ignored.push(name),
                // A person has a codice fiscale and, with a business, a partita IVA.
                Some(known) if known != Column::TaxId && columns.iter().any(|(_, other, _)| *other == known) => {
                    self.fault(1, &name, RowFault::DoubleColumn);
                }
                Some(known) => columns.push((index, known, name)),
            }
        }
        columns
    }

    fn row(&mut self, row: &mut Row<'_>) -> Result<Option<MailboxSpec>> {
        let address = match row.cell(Column::Address) {
            None => {
                row.wrong(Column::Address, RowFault::Missing);
                None
            }
            Some(_) => row.read(Column::Address, |text| address_of(text).ok_or(RowFault::Address)),
        };
        if let Some(address) = &address {
            if let Some(other) = self.rows.get(address) {
                row.wrong(Column::Address, RowFault::Double { row: *other });
            } else {
                self.rows.insert(address.clone(), row.number);
            }
            match self.hub.archive().managed_at(self.hub.actor(), address) {
                Ok(_) => row.wrong(Column::Address, RowFault::Managed),
                Err(pec_archive::Error::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let overrides = Overrides {
            imap: row.read(Column::Imap, server),
            smtp: row.read(Column::Smtp, server),
            ..Overrides::default()
        };
        let profile = self.profile(row, address.as_deref());
        if let (Some(_), Some(profile)) = (&address, &profile) {
            let profile = profile.clone().with(&overrides);
            for (column, known) in [(Column::Imap, profile.imap.is_some()), (Column::Smtp, profile.smtp.is_some())] {
                if !known && row.cell(column).is_none() {
                    row.wrong(column, RowFault::NoServer);
                }
            }
        }
        let tax_id = self.tax_id(row);
        let mandate = self.mandate(row);
        let credential = self.credential(row, address.as_deref(), profile.as_ref())?;
        let text = |column| row.cell(column).map(str::to_owned);
        Ok(address.map(|address| MailboxSpec {
            address,
            profile: profile.map(|profile| profile.name).filter(|name| !name.is_empty()),
            overrides,
            description: text(Column::Description),
            tax_id,
            client: text(Column::Client),
            mandate,
            credential,
        }))
    }

    fn profile(&self, row: &mut Row<'_>, address: Option<&str>) -> Option<Profile> {
        let profiles = &self.hub.profiles;
        if row.cell(Column::Provider).is_some() {
            return row.read(Column::Provider, |name| profiles.named(name).cloned().ok_or(RowFault::Provider));
        }
        Some(address.and_then(|address| profiles.of_address(address)).cloned().unwrap_or_else(|| Profile::unknown("")))
    }

    /// Every tax identifier of the row has to be right; the first one is kept.
    fn tax_id(&self, row: &mut Row<'_>) -> Option<TaxId> {
        let mut first = None;
        for (index, _, name) in row.columns.iter().filter(|(_, known, _)| *known == Column::TaxId) {
            let text = row.cells.get(*index).unwrap_or_default().trim();
            if text.is_empty() {
                continue;
            }
            match text.parse::<TaxId>() {
                Ok(id) => first = first.or(Some(id)),
                Err(error) => row.errors.push(RowError {
                    row: row.number,
                    column: name.clone(),
                    fault: RowFault::TaxId(error),
                    shown: text.to_owned(),
                }),
            }
        }
        first
    }

    fn mandate(&self, row: &mut Row<'_>) -> Option<Mandate> {
        let said =
            [Column::MandateFrom, Column::MandateUntil, Column::Evidence].map(|column| row.cell(column).is_some());
        if said == [false; 3] {
            if self.hub.policy.mandates == Mandates::Required {
                row.wrong(Column::MandateFrom, RowFault::Mandate);
            }
            return None;
        }
        if !said[0] {
            row.wrong(Column::MandateFrom, RowFault::Missing);
        }
        let until = row.read(Column::MandateUntil, |text| end_of(text).ok_or(RowFault::Date));
        let evidence = row.read(Column::Evidence, |text| text.parse::<Id>().map_err(|_| RowFault::Digest));
        let from = row.read(Column::MandateFrom, |text| start_of(text).ok_or(RowFault::Date))?;
        if until.is_some_and(|until| until <= from) {
            row.wrong(Column::MandateUntil, RowFault::Backwards);
        }
        Some(Mandate { from, until, evidence })
    }

    fn credential(
        &self,
        row: &mut Row<'_>,
        address: Option<&str>,
        profile: Option<&Profile>,
    ) -> Result<Option<Credential>> {
        let ends = row.read(Column::PasswordEnds, |text| end_of(text).ok_or(RowFault::Date));
        let origin = row.read(Column::Origin, |text| match text.to_lowercase().as_str() {
            "titolare" | "holder" => Ok(Origin::Holder),
            "generata" | "generated" => Ok(Origin::Generated),
            _ => Err(RowFault::Origin),
        });
        let Some(address) = address else { return Ok(None) };
        // A password may begin or end with a blank.
        let own = row.columns.iter().find(|(_, known, _)| *known == Column::Password);
        let password = own.and_then(|(index, ..)| row.cells.get(*index)).filter(|text| !text.is_empty());
        let Some(password) = password.map(str::to_owned) else {
            if self.hub.secrets.get(address, SecretField::Access)?.is_none() {
                row.wrong(Column::Password, RowFault::Password);
            }
            return Ok(None);
        };
        let login = row.cell(Column::Login).map(str::to_owned);
        let login = login.or_else(|| profile.and_then(|profile| Hub::login(profile, address)));
        let Some(login) = login else {
            if profile.is_some_and(|profile| profile.login == LoginName::UserId) {
                row.wrong(Column::Login, RowFault::Missing);
            }
            return Ok(None);
        };
        let mut credential = Credential::new(login, password).origin(origin.unwrap_or(Origin::Holder));
        if let Some(ends) = ends {
            credential = credential.expires(ends);
        }
        Ok(Some(credential))
    }
}
