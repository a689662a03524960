//! Mailboxes from a table: every row judged, all that is wrong told at once, nothing taken over unless it is wanted.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pec_archive::{Id, Mandate};
use pec_core::finding::Language;
use pec_core::tax_id::{TaxId, TaxIdError};

use super::{Hub, MailboxSpec, Mandates, address_of, table};
use crate::credential::{Credential, Origin};
use crate::error::{Error, Result};
use crate::net::Endpoint;
use crate::profile::{LoginName, Overrides, Profile};
use crate::secret::SecretField;

/// Days are those of Rome.
pub(super) static ROME: TimeZone = jiff::tz::get!("Europe/Rome");

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

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RowFault {
    /// The table has no such column.
    MissingColumn,
    /// Two columns of the same meaning.
    DoubleColumn,
    /// A quotation mark that nothing closes: the rows from here on cannot be told apart.
    OpenQuote,
    /// More cells than columns.
    TooManyCells,
    /// The cell must not be empty.
    Missing,
    /// Not an address.
    Address,
    /// The address stands in this row too.
    Double {
        /// Which row.
        row: u64,
    },
    /// The address is managed already.
    Managed,
    /// No such provider is known.
    Provider,
    /// No server is known: neither the provider nor the row says it.
    NoServer,
    /// Not a server.
    Server,
    /// Not a codice fiscale or partita IVA.
    TaxId(TaxIdError),
    /// Not a date.
    Date,
    /// It ends before it begins.
    Backwards,
    /// There has to be a mandate.
    Mandate,
    /// Not a SHA-256.
    Digest,
    /// Neither the row nor the store has a password.
    Password,
    /// Not one of the two origins of a password.
    Origin,
}

impl RowFault {
    /// What is wrong and what is expected.
    #[must_use]
    pub fn text(self, language: Language) -> String {
        let (it, en) = match self {
            Self::MissingColumn => ("manca la colonna", "the column is missing"),
            Self::DoubleColumn => ("due colonne con lo stesso significato", "two columns of the same meaning"),
            Self::OpenQuote => (
                "virgolette mai chiuse: le righe seguenti non si distinguono",
                "a quotation mark is never closed: the rows behind it cannot be told apart",
            ),
            Self::TooManyCells => ("più celle che colonne", "more cells than columns"),
            Self::Missing => ("dato obbligatorio", "must not be empty"),
            Self::Address => ("non è un indirizzo", "not an address"),
            Self::Double { row } => {
                return match language {
                    Language::It => format!("già presente alla riga {row}"),
                    Language::En => format!("stands in row {row} too"),
                };
            }
            Self::Managed => ("casella già gestita", "is managed already"),
            Self::Provider => ("gestore sconosciuto", "no such provider is known"),
            Self::NoServer => (
                "server non noto: indicare il gestore o host:porta",
                "no server is known: give the provider or host:port",
            ),
            Self::Server => ("non è host:porta", "not host:port"),
            Self::TaxId(error) => {
                return match (language, error) {
                    (Language::En, error) => error.to_string(),
                    (_, TaxIdError::Length { found }) => format!("{found} caratteri: ne servono 11 (partita IVA) o 16"),
                    (_, TaxIdError::Character { at }) => format!("il carattere {} non può stare lì", at + 1),
                    (_, TaxIdError::Day) => "il giorno di nascita non esiste".to_owned(),
                    (_, TaxIdError::Check { expected }) => {
                        format!("carattere di controllo errato: sarebbe {expected}")
                    }
                    (_, error) => error.to_string(),
                };
            }
            Self::Date => ("non è una data (31/01/2026 o 2026-01-31)", "not a date (2026-01-31 or 31/01/2026)"),
            Self::Backwards => ("finisce prima di cominciare", "ends before it begins"),
            Self::Mandate => ("manca il mandato del titolare", "there has to be a mandate of the holder"),
            Self::Digest => ("non è un'impronta SHA-256", "not a SHA-256"),
            Self::Password => ("manca la password, e nessuna è custodita", "no password, and none is kept"),
            Self::Origin => ("né «titolare» né «generata»", "neither \"holder\" nor \"generated\""),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
        .to_owned()
    }
}

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Column {
    Address,
    Provider,
    Login,
    Password,
    PasswordEnds,
    Origin,
    Description,
    TaxId,
    Client,
    MandateFrom,
    MandateUntil,
    Evidence,
    Imap,
    Smtp,
}

/// Names of columns, without blanks, points and marks, in lower case.
const NAMES: [(Column, &[&str]); 14] = [
    (Column::Address, &["casella", "indirizzo", "pec", "address", "mailbox", "email"]),
    (Column::Provider, &["gestore", "profilo", "provider", "profile"]),
    (Column::Login, &["utente", "userid", "user", "username", "login", "nomeutente"]),
    (Column::Password, &["password"]),
    (Column::PasswordEnds, &["scadenzapassword", "passwordscade", "scadenza", "passwordends", "expires"]),
    (Column::Origin, &["originepassword", "tipopassword", "origin"]),
    (Column::Description, &["descrizione", "note", "description"]),
    (
        Column::TaxId,
        &[
            "codicefiscale",
            "cf",
            "partitaiva",
            "piva",
            "cfpiva",
            "codicefiscalepartitaiva",
            "taxid",
            "codicefiscaleopartitaiva",
        ],
    ),
    (Column::Client, &["cliente", "client", "ragionesociale"]),
    (Column::MandateFrom, &["mandatodal", "iniziomandato", "mandatefrom"]),
    (Column::MandateUntil, &["mandatoal", "finemandato", "scadenzamandato", "mandateuntil", "mandateto"]),
    (Column::Evidence, &["improntamandato", "mandateevidence"]),
    (Column::Imap, &["imap", "serverimap"]),
    (Column::Smtp, &["smtp", "serversmtp"]),
];

fn column(name: &str) -> Option<Column> {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
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

/// One row.
struct Row<'r> {
    number: u64,
    columns: &'r [(usize, Column, String)],
    cells: &'r csv::StringRecord,
    errors: Vec<RowError>,
}

impl Row<'_> {
    /// What stands in a column; of two the first that says something.
    fn cell(&self, column: Column) -> Option<&str> {
        let own = self.columns.iter().filter(|(_, known, _)| *known == column);
        own.filter_map(|(index, ..)| self.cells.get(*index)).map(str::trim).find(|text| !text.is_empty())
    }

    fn wrong(&mut self, column: Column, fault: RowFault) {
        let shown = match column {
            Column::Password => String::new(),
            _ => self.cell(column).unwrap_or_default().to_owned(),
        };
        let named = self.columns.iter().find(|(_, known, _)| *known == column).map(|(.., name)| name.clone());
        let name = named.unwrap_or_else(|| expected(column).to_owned());
        self.errors.push(RowError { row: self.number, column: name, fault, shown });
    }

    /// A cell that has to be something, where it is not empty.
    fn read<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, RowFault>) -> Option<T> {
        match self.cell(column).map(read)? {
            Ok(value) => Some(value),
            Err(fault) => {
                self.wrong(column, fault);
                None
            }
        }
    }
}

/// The name of a column as this library writes it.
fn expected(column: Column) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == column).and_then(|(_, names)| names.first()).copied().unwrap_or_default()
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

fn server(text: &str) -> Result<Endpoint, RowFault> {
    text.parse().map_err(|_| RowFault::Server)
}

/// A day as people write it: `2026-01-31`, or `31/01/2026` with any of `/`, `-` and `.` between.
fn day(text: &str) -> Option<Date> {
    if let Ok(date) = text.parse::<Date>() {
        return Some(date);
    }
    let mut parts = text.split(['/', '-', '.']).map(str::trim);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn start_of(text: &str) -> Option<Timestamp> {
    Some(day(text)?.to_zoned(ROME.clone()).ok()?.timestamp())
}

/// What holds until a day holds on that day.
fn end_of(text: &str) -> Option<Timestamp> {
    Some(day(text)?.tomorrow().ok()?.to_zoned(ROME.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_people_write_them_and_are_those_of_rome() {
        for text in ["2026-02-09", "09/02/2026", "9.2.2026", "9-2-2026"] {
            assert_eq!(start_of(text), Some("2026-02-08T23:00:00Z".parse().unwrap()), "{text}");
            assert_eq!(end_of(text), Some("2026-02-09T23:00:00Z".parse().unwrap()), "{text}");
        }
        for text in ["", "31/02/2026", "2026", "9/2/26", "02/2026", "9/2/2026/1"] {
            assert_eq!(start_of(text), None, "{text}");
        }
    }

    #[test]
    fn every_column_is_known_by_its_name_in_both_languages() {
        for name in ["Casella", "P.IVA", "Codice Fiscale", "mandato dal", "Mandate_Until", "Scadenza password", "SMTP"]
        {
            assert!(column(name).is_some(), "{name}");
        }
        assert_eq!(column("colore"), None);
        for (one, names) in NAMES {
            assert!(names.iter().all(|name| column(name) == Some(one)), "{names:?}");
        }
    }
}
