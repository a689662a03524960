//! On whose behalf a call is made.

use pec_core::delegation::{By, Operator, UserId};

use crate::error::{Error, Result};

/// Who asks: every call of the archive names one, and what changes the archive is logged under it.
///
/// Once anything was done to the organisation ([`Archive::act`](crate::Archive::act)), every call is judged: the host may do
/// everything, but acts in a mailbox under a mandate where the policy asks for one; operators administer what their scope covers and
/// read nothing; users need the permission, of which docs/DELEGATION.md has a table. A list shows what may be seen. What is refused is
/// [`Error::Denied`](crate::Error::Denied), with the permission that is missing, and an entry of the log. Before that an actor is a
/// name in the log.
///
/// The host vouches for who asks. That binds whoever calls this library; it does not bind whoever holds the file and its key.
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

    /// A user of the host, by the name that the host knows. Characters that a terminal would obey are replaced. A name that is no
    /// [`UserId`], being empty or too long, is nobody's to an organisation, and so is `host`: whoever is called like the program does
    /// not become it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let name = pec_core::text::printable(name);
        let user = UserId::try_from(name.as_str()).ok().filter(|_| name != By::Host.name());
        Self { by: user.map(By::user), name }
    }

    /// Whom a command names that somebody starts who holds the file anyway: `host` is the program itself there, everybody else a user.
    ///
    /// ```
    /// use pec_archive::Actor;
    /// assert_eq!(Actor::local("host"), Actor::host());
    /// assert_eq!(Actor::local("anna"), Actor::named("anna"));
    /// ```
    #[must_use]
    pub fn local(name: &str) -> Self {
        if name == By::Host.name() { Self::host() } else { Self::named(name) }
    }

    /// A user, as [`Actor::named`].
    #[must_use]
    pub fn user(user: &UserId) -> Self {
        Self::named(user.as_str())
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

    /// Who it is to an organisation, if anybody.
    pub(crate) fn somebody(&self) -> Result<&By> {
        self.by().ok_or_else(|| Error::BadValue { what: "actor", value: self.name.clone() })
    }

    /// In what capacity, where the name alone does not say it: an operator may be called like a user.
    pub(crate) const fn capacity(&self) -> Option<&'static str> {
        if matches!(self.by, Some(By::Operator(_))) { Some("operator") } else { None }
    }

    /// The name, as it stands in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
