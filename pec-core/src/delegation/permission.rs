//! What may be done in a mailbox: twelve permissions (FEATURES row 58), and which of them bring others with them.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::finding::Language;

macro_rules! permissions {
    ($($variant:ident = $wire:literal, [$($implied:ident),*], it: $it:literal, en: $en:literal;)*) => {
        /// One thing that may be done in a mailbox.
        ///
        /// Some bring others with them, since they cannot be used, or keep nothing from anybody, without:
        /// [`Permission::implied`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Permission {
            $(#[doc = $en] #[serde(rename = $wire)] $variant,)*
        }

        impl Permission {
            /// Every permission, in the order of FEATURES row 58.
            pub const ALL: [Self; 12] = [$(Self::$variant),*];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The permissions that this one brings with it, directly.
            #[must_use]
            pub const fn implies(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$implied),*],)* }
            }

            /// What it allows, and why it brings others with it, for a person.
            #[must_use]
            pub const fn explanation(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it, (Self::$variant, Language::En) => $en,)*
                }
            }
        }
    };
}

permissions! {
    List = "list", [],
        it: "Vedere quali messaggi ci sono: mittente, oggetto, data, stato.",
        en: "To see which messages there are: sender, subject, date, state.";
    ReadBody = "read-body", [List],
        it: "Leggere il testo dei messaggi; chi lo legge ne vede anche l'oggetto.",
        en: "To read the text of messages; who reads it sees the subject as well.";
    ReadAttachments = "read-attachments", [ReadBody],
        it: "Aprire gli allegati, che senza il testo che li accompagna non si comprendono.",
        en: "To open attachments, which are not understood without the text that they come with.";
    Draft = "draft", [List],
        it: "Preparare messaggi e tenerli in bozza: la bozza si vede nell'elenco.",
        en: "To prepare messages and keep them as drafts: a draft is seen in the list.";
    Send = "send", [Draft],
        it: "Inviare messaggi a chiunque; si invia ciò che si è preparato.",
        en: "To send messages to anybody; what is sent was prepared before.";
    Reply = "reply", [Draft, ReadBody],
        it: "Rispondere a chi ha scritto, e a nessun altro: si prepara una bozza di ciò che si è letto.",
        en: "To answer whoever wrote, and nobody else: a draft is made of what was read.";
    Assign = "assign", [List],
        it: "Prendere in carico, rinnovare, lasciare, concludere e passare ad altri.",
        en: "To take in charge, renew, leave, finish, and hand on to others.";
    Archive = "archive", [List],
        it: "Archiviare, spostare ed etichettare messaggi senza aprirli.",
        en: "To archive, move and tag messages without opening them.";
    DeleteOnServer = "delete-on-server", [Archive],
        it: "Togliere dal server ciò che è provato in archivio: nulla si cancella che non sia archiviato.",
        en: "To take from the server what is proven to be archived: nothing is deleted that is not archived.";
    ExportProof = "export-proof", [ReadAttachments],
        it: "Esportare fascicoli di prova, che contengono i messaggi interi.",
        en: "To export bundles of proof, which hold whole messages.";
    ManageRules = "manage-rules", [Archive],
        it: "Gestire regole e impostazioni: una regola archivia e sposta in nome di chi la scrive.",
        en: "To manage rules and settings: a rule archives and moves in the name of who wrote it.";
    ManageCredentials = "manage-credentials", [],
        it: "Custodire la password della casella. Solo del ruolo di custode, e non permette di leggere nulla.",
        en: "To keep the password of the mailbox. The custodian's alone, and it allows to read nothing.";
}

impl Permission {
    /// This one with all that it brings with it, directly or not.
    #[must_use]
    pub fn implied(self) -> Permissions {
        Permissions::of(&[self]).closed()
    }

    /// Whether it changes something at the provider, so that the mailbox has to be active (*evasa*). What is archived can be
    /// read after a revocation as well.
    #[must_use]
    pub const fn needs_active(self) -> bool {
        matches!(self, Self::Draft | Self::Send | Self::Reply | Self::DeleteOnServer)
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of permissions, in two bytes.
///
/// ```
/// use pec_core::delegation::{Permission, Permissions};
/// let set = Permissions::of(&[Permission::Reply]).closed();
/// assert!(set.has(Permission::ReadBody) && !set.has(Permission::Send));
/// assert_eq!(set.to_string(), "list, read-body, draft, reply");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(u16);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// All twelve.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// These.
    #[must_use]
    pub fn of(permissions: &[Permission]) -> Self {
        Self(permissions.iter().fold(0, |set, permission| set | permission.bit()))
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of the others are among them.
    #[must_use]
    pub const fn holds(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// These and the others.
    #[must_use]
    pub const fn with(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// These without the others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// With everything that they bring with them.
    #[must_use]
    pub fn closed(self) -> Self {
        let mut closed = self;
        loop {
            let more = closed.iter().fold(closed, |set, one| set.with(Self::of(one.implies())));
            if more == closed {
                return closed;
            }
            closed = more;
        }
    }

    /// One by one, in the order of FEATURES row 58.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.has(*permission))
    }
}

impl From<Vec<Permission>> for Permissions {
    fn from(permissions: Vec<Permission>) -> Self {
        Self::of(&permissions)
    }
}

impl From<Permissions> for Vec<Permission> {
    fn from(set: Permissions) -> Self {
        set.iter().collect()
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, permission) in self.iter().enumerate() {
            write!(f, "{}{permission}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Permission as P;

    #[test]
    fn row_58_twelve_permissions_with_their_words() {
        let names: std::collections::BTreeSet<&str> = P::ALL.iter().map(|one| one.as_str()).collect();
        assert_eq!((names.len(), Permissions::ALL.iter().count()), (12, 12));
        for permission in P::ALL {
            for language in [Language::It, Language::En] {
                assert!(permission.explanation(language).ends_with('.'), "{permission}");
            }
            let json = serde_json::to_string(&permission).unwrap();
            assert_eq!(json, format!("\"{permission}\""));
        }
    }

    /// What each opens in all, written out on its own.
    #[test]
    fn what_brings_what_with_it() {
        let rows: [(P, &[P]); 12] = [
            (P::List, &[]),
            (P::ReadBody, &[P::List]),
            (P::ReadAttachments, &[P::List, P::ReadBody]),
            (P::Draft, &[P::List]),
            (P::Send, &[P::List, P::Draft]),
            (P::Reply, &[P::List, P::ReadBody, P::Draft]),
            (P::Assign, &[P::List]),
            (P::Archive, &[P::List]),
            (P::DeleteOnServer, &[P::List, P::Archive]),
            (P::ExportProof, &[P::List, P::ReadBody, P::ReadAttachments]),
            (P::ManageRules, &[P::List, P::Archive]),
            (P::ManageCredentials, &[]),
        ];
        for (permission, others) in rows {
            assert_eq!(
                permission.implied(),
                Permissions::of(others).with(Permissions::of(&[permission])),
                "{permission}"
            );
        }
    }

    #[test]
    fn nothing_but_itself_brings_the_credentials_with_it() {
        let others = P::ALL.into_iter().filter(|one| *one != P::ManageCredentials);
        assert!(others.clone().all(|one| !one.implied().has(P::ManageCredentials)));
        assert_eq!(Permissions::ALL.without(Permissions::of(&[P::ManageCredentials])).closed().iter().count(), 11);
    }
}
