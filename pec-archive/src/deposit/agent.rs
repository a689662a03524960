//! Who takes part in a deposit.

use std::str::FromStr;

use crate::error::Error;

/// A person or an organisation in a package (SInCRO *Agent*).
///
/// Written `VATIT-12345678903=Ditta S.r.l.`, a person `TINIT-RSSMRA70A01H501S=Rossi, Maria`: which of the two it is, the identifier
/// says, where it can; of another one, the comma.
///
/// ```
/// use pec_archive::deposit::Agent;
/// let agent: Agent = "VATIT-12345678903=Ditta S.r.l.".parse()?;
/// assert_eq!(agent.id(), "VATIT-12345678903");
/// // A digit is wrong: a partita IVA checks itself.
/// assert!("VATIT-12345678904=Ditta S.r.l.".parse::<Agent>().is_err());
/// # Ok::<(), pec_archive::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    id: String,
    name: AgentName,
}

/// What an [`Agent`] is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentName {
    /// An organisation.
    Organisation(String),
    /// A person.
    Person {
        /// *cognome*.
        last: String,
        /// *nome*.
        first: String,
    },
}

impl Agent {
    /// With an identifier in the form of ETSI EN 319 412-1 §5.1.4: three letters that say what it is (`VAT`, `TIN`, `NTR`,
    /// `PNO`, `PAS`, `IDC`), the country, a hyphen, the number. Italian numbers are checked: of 11 digits the last one is a
    /// check digit, a *codice fiscale* of a person has 16 letters and digits.
    ///
    /// # Errors
    /// [`Error::BadValue`] for another form, a wrong check digit or an empty name.
    pub fn new(id: &str, name: AgentName) -> Result<Self, Error> {
        let empty = match &name {
            AgentName::Organisation(name) => name.trim().is_empty(),
            AgentName::Person { last, first } => last.trim().is_empty() || first.trim().is_empty(),
        };
        if empty || !is_identifier(id) {
            return Err(Error::BadValue { what: "agent", value: id.to_owned() });
        }
        Ok(Self { id: id.to_owned(), name })
    }

    /// The identifier.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &AgentName {
        &self.name
    }

    /// The number without what stands before it: *codice fiscale* or *partita IVA* where it is Italian.
    pub(super) fn number(&self) -> &str {
        self.id.split_once('-').map_or("", |(_, number)| number)
    }
}

impl FromStr for Agent {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (id, name) = text.split_once('=').unwrap_or((text, ""));
        let id = id.trim();
        let name = match (name.split_once(','), is_of_person(id)) {
            (Some((last, first)), Some(true) | None) => {
                AgentName::Person { last: last.trim().to_owned(), first: first.trim().to_owned() }
            }
            // Which of the names of a person is which nobody can tell.
            (None, Some(true)) => {
                return Err(Error::BadValue {
                    what: "agent",
                    value: format!("{id}, without a comma behind the last name"),
                });
            }
            _ => AgentName::Organisation(name.trim().to_owned()),
        };
        Self::new(id, name)
    }
}

/// Whether an identifier is one that only a person has, or only an organisation; nothing where it can be either's.
fn is_of_person(id: &str) -> Option<bool> {
    let (kind, number) = (id.get(..3)?, id.split_once('-')?.1);
    match kind {
        "VAT" | "NTR" => Some(false),
        // An Italian tax number of 11 digits is an organisation's, one of 16 letters and digits a person's.
        "TIN" if id.starts_with("TINIT") => Some(number.len() == 16),
        "PNO" | "PAS" | "IDC" => Some(true),
        _ => None,
    }
}

fn is_identifier(id: &str) -> bool {
    let Some((kind, number)) = id.split_once('-') else { return false };
    let Some((kind, country)) = kind.split_at_checked(3) else { return false };
    let known = ["VAT", "NTR", "TIN", "PNO", "PAS", "IDC"].contains(&kind);
    let upper = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    known && upper && if country == "IT" { is_italian(kind, number) } else { is_plain(number) }
}

fn is_plain(number: &str) -> bool {
    !number.is_empty() && number.len() <= 64 && number.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_italian(kind: &str, number: &str) -> bool {
    let digits = number.len() == 11 && number.bytes().all(|byte| byte.is_ascii_digit());
    let person = number.len() == 16 && number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match kind {
        "VAT" => digits && checks(number) || person,
        "TIN" => person || digits && checks(number),
        _ => is_plain(number),
    }
}

/// The last of 11 digits checks the others: every second one doubled, digits of the doubles added, a multiple of ten.
fn checks(number: &str) -> bool {
    let digits = number.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = digits.enumerate().map(|(at, d)| if at % 2 == 1 { d * 2 / 10 + d * 2 % 10 } else { d }).sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_that_are_none_are_refused() {
        for good in [
            "VATIT-12345678903=X",
            "TINIT-RSSMRA70A01H501S=Rossi, Maria",
            "TINIT-12345678903=X",
            "NTRDE-HRB 1=X",
            "PNOFR-1=X, Y",
        ] {
            let expected = !good.contains("HRB 1");
            assert_eq!(good.parse::<Agent>().is_ok(), expected, "{good}");
        }
        for bad in [
            "",
            "VATIT",
            "VATIT-=X",
            "VATIT-12345678901=X",
            "VATIT-1234567890=X",
            "XXXIT-1=X",
            "VATit-1=X",
            "VATIT-12345678903=",
        ] {
            assert!(bad.parse::<Agent>().is_err(), "{bad}");
        }
        let firm: Agent = "TINIT-12345678903=Rossi, Bianchi e C. s.n.c.".parse().unwrap();
        assert_eq!(firm.name(), &AgentName::Organisation("Rossi, Bianchi e C. s.n.c.".into()));
        assert!("TINIT-RSSMRA70A01H501S=Maria Rossi".parse::<Agent>().is_err());
        let other: Agent = "TINDE-12=Rossi, Maria".parse().unwrap();
        assert!(matches!(other.name(), AgentName::Person { .. }));
        let person: Agent = " TINIT-RSSMRA70A01H501S = Rossi, Maria ".parse().unwrap();
        assert_eq!(person.name(), &AgentName::Person { last: "Rossi".into(), first: "Maria".into() });
        assert_eq!(person.number(), "RSSMRA70A01H501S");
    }
}
