//! Whether a kit opens a mailbox: by the *codice fiscale* of its holder, or by an association (FEATURES rows 84, 85 and 88).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::challenge::{MOST_CHALLENGES, Purpose};
use super::kit::Kit;
use crate::delegation::lifecycle::{Mailbox, State};
use crate::delegation::{Denied, DeniedCode, KitName, MailboxAddress, Organisation, Scope, UserId};
use crate::tax_id::TaxId;
use crate::trust::{Fingerprint, Revocation};

/// Kits that can be registered with one mailbox: more than anybody has, and few enough to be looked through.
pub const MOST_KITS: usize = 64;

/// Whether a card is that of the holder of a mailbox (FEATURES row 84).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HolderMatch {
    /// It is: nothing has to be registered.
    Match,
    /// It is not, or nobody knows the *codice fiscale* of the holder, or it is that of a company or body: an association is
    /// needed.
    AssociationRequired,
}

/// Compares the *codice fiscale* of a card with that of the holder of a mailbox (FEATURES row 84). That of a company or a body
/// has eleven digits, which no card has: «comprese quelle intestate ad azienda» always need an association.
///
/// ```
/// use pec_core::delegation::login::{HolderMatch, match_holder};
/// let (card, company) = ("RSSMRA85T10A562S".parse()?, "00743110157".parse()?);
/// assert_eq!(match_holder(&card, Some(&card)), HolderMatch::Match);
/// assert_eq!(match_holder(&card, Some(&company)), HolderMatch::AssociationRequired);
/// assert_eq!(match_holder(&card, None), HolderMatch::AssociationRequired);
/// # Ok::<(), pec_core::tax_id::TaxIdError>(())
/// ```
#[must_use]
pub fn match_holder(card: &TaxId, holder: Option<&TaxId>) -> HolderMatch {
    if holder == Some(card) { HolderMatch::Match } else { HolderMatch::AssociationRequired }
}

/// A kit that was registered with a mailbox (*associazione*): not a match, or there would be nothing to register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredKit {
    /// What it is called, once in its mailbox.
    pub name: KitName,
    /// The SHA-256 of its certificate. Another certificate of the same person is another kit.
    pub certificate: Fingerprint,
    /// Who logs in with it; `None` where it is whoever the mailbox is held for.
    pub user: Option<UserId>,
    /// When it was registered.
    pub at: Timestamp,
}

/// Which kit is to be removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhichKit {
    /// The one that was registered under this name.
    Named(KitName),
    /// The one that matches the holder, which is not registered: that is refused (FEATURES row 88).
    OfHolder,
}

/// Who has logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginAs {
    /// The holder of the mailbox, or somebody in his place.
    Holder,
    /// A user, who may do in it what [`Organisation::may`] says at each act.
    User(UserId),
}

/// Why a kit has opened a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchedBy {
    /// Its *codice fiscale* is that of the holder.
    TaxId,
    /// It was registered under this name.
    Kit(KitName),
}

/// That somebody may enter a mailbox now, and by what. Only [`Organisation::admit`] makes one.
///
/// It proves what its [`Kit`] proves, and that the organisation knew this kit, or its holder, when it was asked. It opens a
/// session and gives no [`Right`](crate::delegation::Right): that is asked for at each act. Nobody's identity is proven by it,
/// and nothing is signed.
///
/// ```compile_fail
/// # use pec_core::delegation::login::{Login, LoginAs};
/// # fn forge(mut login: Login) {
/// login.who = LoginAs::Holder;
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    kit: Kit,
    who: LoginAs,
    by: MatchedBy,
}

impl Login {
    /// Into which mailbox.
    #[must_use]
    pub const fn mailbox(&self) -> &MailboxAddress {
        self.kit.challenge.mailbox()
    }

    /// Who.
    #[must_use]
    pub const fn who(&self) -> &LoginAs {
        &self.who
    }

    /// By what.
    #[must_use]
    pub const fn by(&self) -> &MatchedBy {
        &self.by
    }

    /// With which kit.
    #[must_use]
    pub const fn kit(&self) -> &Kit {
        &self.kit
    }

    /// What was not looked at: [`Revocation::NotChecked`] where nobody has said that the certificate was not revoked.
    #[must_use]
    pub const fn revocation(&self) -> Revocation {
        self.kit.revocation
    }
}

impl Organisation {
    /// Whether this kit opens its mailbox now (FEATURES rows 84 and 85).
    ///
    /// The mailbox is known and active. Where the kit was registered with it, whoever it was registered for is known, not
    /// suspended and an active delegate of the mailbox; else its *codice fiscale* is that of the holder.
    ///
    /// # Errors
    /// `login.wrong_purpose`, `login.challenge_expired`: of a kit that has answered another challenge, or a while ago;
    /// `login.mailbox_unknown`, `mailbox.not_active`; `login.user_not_authorised`; `login.association_required`.
    pub fn admit(&self, kit: &Kit, now: Timestamp) -> Result<Login, Denied> {
        let mailbox = self.opened_by(kit, Purpose::Login, now)?;
        let registered = mailbox.kits.iter().find(|one| one.certificate == kit.certificate);
        let (who, by) = match registered {
            Some(RegisteredKit { name, user, .. }) => {
                let who = user.as_ref().map_or(Ok(LoginAs::Holder), |user| self.authorised(mailbox, user))?;
                (who, MatchedBy::Kit(name.clone()))
            }
            None => match match_holder(&kit.tax_id, mailbox.holder.tax_id.as_ref()) {
                HolderMatch::Match => (LoginAs::Holder, MatchedBy::TaxId),
                HolderMatch::AssociationRequired => {
                    return Err(Denied::new(DeniedCode::AssociationRequired).about(&mailbox.address));
                }
            },
        };
        Ok(Login { kit: kit.clone(), who, by })
    }

    /// Whether a challenge for this mailbox may be given out, where so many are waiting.
    ///
    /// # Errors
    /// `login.mailbox_unknown`: whoever shows that to people tells them which mailboxes there are; `login.too_many_challenges`.
    pub fn may_challenge(&self, mailbox: &MailboxAddress, waiting: u64) -> Result<(), Denied> {
        if self.mailbox_named(mailbox).is_err() {
            return Err(Denied::new(DeniedCode::LoginMailbox).about(mailbox));
        }
        if waiting >= MOST_CHALLENGES {
            return Err(Denied::new(DeniedCode::TooManyChallenges).about(mailbox));
        }
        Ok(())
    }

    /// The kits that are registered with a mailbox, in the order in which they were.
    ///
    /// # Errors
    /// [`DeniedCode::NotFound`]: there is no such mailbox, or it is not seen.
    pub fn kits(&self, scope: &Scope, mailbox: &MailboxAddress) -> Result<&[RegisteredKit], Denied> {
        self.mailbox(scope, mailbox).map(|mailbox| mailbox.kits.as_slice())
    }

    /// The mailbox of a kit, where it has answered a challenge for this.
    pub(in crate::delegation) fn opened_by(
        &self,
        kit: &Kit,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<&Mailbox, Denied> {
        let (challenge, address) = (kit.challenge(), kit.challenge().mailbox());
        challenge.is_for(purpose, (address, challenge.audience()), now)?;
        let unknown = |_| Denied::new(DeniedCode::LoginMailbox).about(address);
        let mailbox = self.mailbox_named(address).map_err(unknown)?;
        match mailbox.state(now) {
            State::Active => Ok(mailbox),
            state => Err(Denied::new(DeniedCode::NotActive).about(format_args!("{address}: {state}"))),
        }
    }

    /// «presente nell'elenco degli utenti autorizzati» (FEATURES row 85).
    fn authorised(&self, mailbox: &Mailbox, user: &UserId) -> Result<LoginAs, Denied> {
        let is_suspended = self.users.get(user).is_none_or(|person| person.is_suspended);
        if is_suspended || mailbox.sharing.active(user).is_err() {
            return Err(Denied::new(DeniedCode::UserNotAuthorised).about(format_args!("{user}, {}", mailbox.address)));
        }
        Ok(LoginAs::User(user.clone()))
    }
}
