//! On whose behalf a call is made.

/// Who asks: every call of the archive names one, and what changes the archive is logged under it.
///
/// The archive enforces nothing yet: an actor is a name in the log. A host that has users of its own gives theirs.
///
/// ```
/// use pec_archive::Actor;
/// assert_eq!(Actor::host().name(), "host");
/// assert_eq!(Actor::named("anna.verdi").name(), "anna.verdi");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    name: String,
}

impl Actor {
    /// The program itself.
    #[must_use]
    pub fn host() -> Self {
        Self::named("host")
    }

    /// A user of the host, by the name that the host knows. Characters that a terminal would obey are replaced.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: pec_core::text::printable(name) }
    }

    /// The name, as it stands in the log.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}
