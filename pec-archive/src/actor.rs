//! On whose behalf a call is made.

use pec_core::delegation::{By, Operator, UserId};

/// Who asks: every call of the archive names one, and what changes the archive is logged under it.
///
/// What is done to the organisation ([`Archive::act`](crate::Archive::act)) is judged. The other calls enforce nothing yet: there an
/// actor is a name in the log.
///
/// ```
/// use pec_archive::Actor;
/// assert_eq!(Actor::host().name(), "host");
/// assert_eq!(Actor::named("anna.verdi").name(), "anna.verdi");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    by: Option<By>,
    name: String,
}

impl Actor {
    /// The program itself.
    #[must_use]
    pub fn host() -> Self {
        Self::by_name(By::Host)
    }

    /// A user of the host, by the name that the host knows; `host` is the program itself. Characters that a terminal would obey are
    /// replaced. A name that is no [`UserId`], being empty or too long, is nobody's: an organisation permits it nothing.
    #[must_use]
    pub fn named(name: &str) -> Self {
        if name == "host" {
            return Self::host();
        }
        let name = pec_core::text::printable(name);
        Self { by: UserId::try_from(name.as_str()).ok().map(By::user), name }
    }

    /// A user.
    #[must_use]
    pub fn user(user: UserId) -> Self {
        Self::by_name(By::user(user))
    }

    /// Somebody who administers, as far as the scope goes. The host vouches for who it is.
    #[must_use]
    pub fn operator(operator: Operator) -> Self {
        Self::by_name(By::Operator(operator))
    }

    fn by_name(by: By) -> Self {
        let name = by.name().to_owned();
        Self { by: Some(by), name }
    }

    /// Who it is to an organisation; `None` where the name is nobody's.
    #[must_use]
    pub const fn by(&self) -> Option<&By> {
        self.by.as_ref()
    }

    /// The name, as it stands in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
