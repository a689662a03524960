//! Logging in with a signature kit: challenges are kept until they expire and are answered once, also across processes, and the
//! log says who came in, by what, and who did not, and why (FEATURES rows 83 to 88).
//!
//! ```text
//! begin_login ──> challenge: a row ──> text ──> the card signs it
//! login, register_kit: judged (pec_core::delegation::login) ──> one change: the row is used up, the organisation asked, logged
//! ```

use jiff::Timestamp;
use pec_core::delegation::login::{
    Attempt, Challenge, ChallengeRequest, Kept, Kit, Login, LoginAs, MatchedBy, Purpose,
};
use pec_core::delegation::{Command, Denied, Event, KitName, MailboxAddress, Organisation, UserId};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call};
use crate::error::{Error, Result};
use crate::log::{Appender, Refused, What};
use crate::store::{ChallengeRow, Change};

impl Archive {
    /// Gives out a challenge for a mailbox of the organisation, which holds once and for as long as it says. It is kept on stable
    /// storage before it is returned, with 32 bytes of the system's random source. Nothing of it is secret.
    ///
    /// # Errors
    /// [`Error::Denied`], logged: `login.mailbox_unknown`, `login.too_many_challenges`. Those of [`Archive::act`].
    ///
    /// # Limits
    /// [`MOST_CHALLENGES`](pec_core::delegation::login::MOST_CHALLENGES) of one mailbox. How often somebody may try is for the host to limit: it knows from where he comes.
    pub fn begin_login(&self, actor: &Actor, request: &ChallengeRequest, now: Timestamp) -> Result<Challenge> {
        let mut nonce = [0; 32];
        getrandom::fill(&mut nonce).map_err(|error| Error::Internal(error.to_string()))?;
        let challenge = Challenge::issue(request, nonce, now);
        let mailbox = challenge.mailbox();
        let begun = self.change_for(&Asked::new(actor, Call::Login).at(now), |change, _| {
            change.forget_challenges(now.as_second())?;
            let waiting = change.challenges(mailbox.as_str())?;
            let begun = self.keeper().with(change, |organisation| organisation.may_challenge(mailbox, waiting))?;
            match &begun {
                Ok(()) => change.put_challenge(&ChallengeRow {
                    nonce,
                    mailbox: mailbox.as_str().to_owned(),
                    text: challenge.text(),
                    expires_at: challenge.expires_at().as_second(),
                    is_used: false,
                })?,
                Err(denied) => refuse(change, actor, (mailbox, None), denied, now)?,
            }
            Ok(begun)
        })?;
        begun.map(|()| challenge).map_err(Error::Denied)
    }

    /// Lets somebody in who has answered a challenge with his kit, and logs it: into which mailbox, as whom, by what, and what was
    /// not looked at. The challenge is used up in the same step, whatever comes of it: of several who give the same answer, in
    /// threads or processes, one gets in.
    ///
    /// See [`Kit`] and [`Login`] for what it proves and what it does not. Sessions are the host's.
    ///
    /// # Errors
    /// [`Error::Denied`], logged with its code: `login.challenge_unknown`, `login.replayed`, and those of
    /// [`Attempt::prove`] and [`Organisation::admit`]. Those of [`Archive::act`].
    pub fn login(&self, actor: &Actor, attempt: &Attempt<'_>, now: Timestamp) -> Result<Login> {
        let proven = attempt.prove(Purpose::Login, now);
        let decided = self.change_for(&Asked::new(actor, Call::Login).at(now), |change, _| {
            let admitted = match redeem(change, attempt, now)?.and(proven.clone()) {
                Ok(kit) => self.keeper().with(change, |organisation| organisation.admit(&kit, now))?,
                Err(denied) => Err(denied),
            };
            match &admitted {
                Ok(login) => drop(Appender::new(change, actor, now)?.append(came_in(login))?),
                Err(denied) => refuse(change, actor, (attempt.mailbox, proven.as_ref().ok()), denied, now)?,
            }
            Ok(admitted)
        })?;
        decided.map_err(Error::Denied)
    }

    /// Registers the kit that has answered a challenge for that (*Registra Kit di Firma*) under a name, for a delegate of the
    /// mailbox or for whoever it is held for. Whoever administers the mailbox does it; the card has to answer. Used up as in
    /// [`Archive::login`].
    ///
    /// # Errors
    /// [`Error::Denied`], logged: those of [`Archive::login`]; `kit.not_needed`, `org.exists`, `delegate.inactive`,
    /// `org.too_many`, and that the actor does not administer the mailbox. [`Error::BadValue`] where the actor is nobody.
    pub fn register_kit(
        &self,
        actor: &Actor,
        attempt: &Attempt<'_>,
        (name, user): (&KitName, Option<&UserId>),
        now: Timestamp,
    ) -> Result<Vec<Event>> {
        let by = self.acting(actor, now)?;
        let proven = attempt.prove(Purpose::Registration, now);
        let decided = self.change(|change| {
            let decided = match redeem(change, attempt, now)?.and(proven.clone()) {
                Ok(kit) => {
                    let command = Command::RegisterKit { kit, name: name.clone(), user: user.cloned() };
                    self.keeper().with(change, |organisation: &Organisation| organisation.decide(&command, by, now))?
                }
                Err(denied) => Err(denied),
            };
            match &decided {
                Ok(events) => {
                    let mut log = Appender::new(change, actor, now)?;
                    events.iter().try_for_each(|did| log.append(What::Organisation { did }).map(drop))?;
                }
                Err(denied) => refuse(change, actor, (attempt.mailbox, proven.as_ref().ok()), denied, now)?,
            }
            Ok(decided)
        })?;
        decided.map_err(Error::Denied)
    }
}

/// Uses up the challenge that was answered, if it was given out here and nobody has used it.
fn redeem(change: &dyn Change, attempt: &Attempt<'_>, now: Timestamp) -> Result<Result<(), Denied>> {
    let challenge = match Challenge::read(attempt.answer.challenge) {
        Ok(challenge) => challenge,
        Err(denied) => return Ok(Err(denied)),
    };
    let row = change.challenge(challenge.nonce())?;
    let is_fresh = change.use_challenge(challenge.nonce())?;
    let kept = match &row {
        None => Kept::Unknown,
        Some(_) if !is_fresh => Kept::Used,
        Some(row) => Kept::Waiting { text: &row.text },
    };
    Ok(challenge.redeem(kept, now))
}

/// Who came in.
fn came_in(login: &Login) -> What<'_> {
    What::Login {
        mailbox: login.mailbox().as_str(),
        user: match login.who() {
            LoginAs::Holder => None,
            LoginAs::User(user) => Some(user.as_str()),
        },
        by: match login.by() {
            MatchedBy::TaxId => "tax-id",
            MatchedBy::Kit(_) => "kit",
        },
        kit: match login.by() {
            MatchedBy::TaxId => None,
            MatchedBy::Kit(name) => Some(name.as_str()),
        },
        certificate: login.kit().certificate(),
        anchor: login.kit().anchor(),
        revocation: login.revocation().as_str(),
    }
}

/// Logs who did not.
fn refuse(
    change: &dyn Change,
    actor: &Actor,
    (mailbox, kit): (&MailboxAddress, Option<&Kit>),
    denied: &Denied,
    now: Timestamp,
) -> Result<()> {
    let (mailbox, certificate) = (mailbox.as_str(), kit.map(Kit::certificate));
    let Refused { code, about, missing, .. } = denied.into();
    let what = What::LoginRefused { mailbox, certificate, code, about, missing };
    Appender::new(change, actor, now)?.append(what).map(drop)
}
