//! What can be wrong with a row, and what is expected instead.

use pec_core::finding::Language;
use pec_core::tax_id::TaxIdError;

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
