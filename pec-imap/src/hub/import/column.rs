//! The columns of a table, by their names in Italian and English.

/// What a column says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Column {
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

/// What a column of this name says.
pub(super) fn column(name: &str) -> Option<Column> {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

/// The name of a column as this library writes it.
pub(super) fn expected(column: Column) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == column).and_then(|(_, names)| names.first()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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
