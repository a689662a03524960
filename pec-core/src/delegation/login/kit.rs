//! A signature kit: what a card has shown by its answer to a challenge.

use jiff::Timestamp;

use super::challenge::{Challenge, Purpose};
use super::possession::{self, Answer};
use crate::delegation::{Denied, DeniedCode, MailboxAddress, Text};
use crate::limits::Limits;
use crate::tax_id::TaxId;
use crate::trust::{
    Certificate, Evidence, Fingerprint, Person, PersonFault, Revocation, TrustStore, fingerprint, judge_person,
};

/// Whether a certificate of which nobody says that it was not revoked is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RevocationCheck {
    /// It is not: there has to be fresh evidence that it was not revoked.
    #[default]
    Required,
    /// It is, and the login [says so](super::Login::revocation): [`Revocation::NotChecked`]. One that is known to be revoked is
    /// not.
    WhereGiven,
}

/// By what a card is judged. The host's, as a whole.
#[derive(Debug, Clone, Copy)]
pub struct CardPolicy<'a> {
    /// Whose cards: the authorities [for logging in](TrustStore::with_login_anchor), and certificates that may stand between.
    /// Nothing else in it counts here, least of all the authorities of PEC.
    pub trust: &'a TrustStore,
    /// Revocation lists and OCSP answers.
    pub evidence: &'a Evidence,
    /// Whether they have to say something.
    pub revocation: RevocationCheck,
    /// How far to read and search.
    pub limits: &'a Limits,
}

/// Somebody at the door: where he says he wants to go, and what he answers.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// Into which mailbox, by the host's form, not by the answer.
    pub mailbox: &'a MailboxAddress,
    /// The service that asks.
    pub audience: &'a Text,
    /// What came back.
    pub answer: Answer<'a>,
    /// By what it is judged.
    pub policy: CardPolicy<'a>,
}

impl Attempt<'_> {
    /// What the card has shown.
    ///
    /// It depends on nothing but what is given: that a challenge was given out, and is answered once, is for whoever keeps
    /// challenges (`pec_archive::Archive::login`).
    ///
    /// # Errors
    /// One for each thing that can be wrong, the first that is found: the challenge is not one for this or holds no longer
    /// (`login.challenge_malformed`, `login.wrong_purpose`, `login.wrong_mailbox`, `login.wrong_audience`,
    /// `login.challenge_expired`); the card has not signed it (`login.signature_unreadable`, `login.something_else_signed`,
    /// `login.signature_wrong`, `login.certificate_missing`, `login.weak`); the certificate is none to log in with
    /// (`login.no_authorities`, `login.certificate_expired`, `login.certificate_not_yet_valid`, `login.untrusted`,
    /// `login.certificate_use`, `login.not_cns`, `login.no_tax_id`); it was revoked, or nobody says that it was not
    /// (`login.certificate_revoked`, `login.revocation_unknown`).
    ///
    /// # Limits
    /// `signature_bytes`, `certificates`, `path_signatures` and `path_length` of [`Limits`].
    pub fn prove(&self, purpose: Purpose, now: Timestamp) -> Result<Kit, Denied> {
        let challenge = Challenge::read(self.answer.challenge)?;
        challenge.is_for(purpose, (self.mailbox, self.audience), now)?;
        let signed = possession::signed(&self.answer, self.policy.limits)?;
        let carried: Vec<&[u8]> = signed.carried.iter().map(Vec::as_slice).collect();
        let leaf = Certificate::parse(&signed.leaf)
            .map_err(|_| Denied::new(DeniedCode::CardCertificateMissing).about("unreadable"))?;
        let CardPolicy { trust, evidence, revocation, limits } = self.policy;
        let person = judge_person(&leaf, &carried, trust, evidence, now.as_second(), limits)
            .map_err(|fault| Denied::new(code(&fault)).about(&fault))?;
        match (person.revocation, revocation) {
            (Revocation::Revoked { when, reason }, _) => {
                let when = Timestamp::from_second(when).unwrap_or_default();
                return Err(Denied::new(DeniedCode::CardRevoked).about(format_args!("{when} ({reason})")));
            }
            (Revocation::NotChecked, RevocationCheck::Required) => {
                return Err(Denied::new(DeniedCode::RevocationUnknown));
            }
            (Revocation::Good, _) | (Revocation::NotChecked, RevocationCheck::WhereGiven) => {}
        }
        let Person { subject, tax_id, anchor, not_after, revocation } = person;
        let not_after = Timestamp::from_second(not_after).unwrap_or(Timestamp::MAX);
        let certificate = fingerprint(&signed.leaf);
        Ok(Kit { challenge, certificate, subject, tax_id, anchor, not_after, revocation })
    }
}

const fn code(fault: &PersonFault) -> DeniedCode {
    match fault {
        PersonFault::NoAnchor => DeniedCode::NoAuthorities,
        PersonFault::Expired(_) => DeniedCode::CardExpired,
        PersonFault::NotYetValid(_) => DeniedCode::CardNotYetValid,
        PersonFault::Untrusted(_) => DeniedCode::CardUntrusted,
        PersonFault::Weak(_) => DeniedCode::LoginWeak,
        PersonFault::Use(_) => DeniedCode::CardUse,
        PersonFault::NotCns => DeniedCode::NotCns,
        PersonFault::NoTaxId(_) => DeniedCode::CardTaxId,
    }
}

/// A signature kit (*kit di firma*: a card or token with a CNS) that has answered a challenge. Only [`Attempt::prove`] makes one.
///
/// It proves that whoever answered had the key of this certificate while the challenge held (the card, and its PIN, which nobody
/// here has seen), that the certificate leads to [`Kit::anchor`], which the host has named, that it was in its life and is a CNS,
/// and what [`Kit::revocation`] says. It does not prove who that person is beyond what that authority vouches for, nor that he
/// wanted anything else than what the challenge says; it is no qualified signature.
///
/// ```compile_fail
/// # use pec_core::delegation::login::Kit;
/// # fn forge(mut kit: Kit) {
/// kit.tax_id = "RSSMRA85T10A562S".parse().unwrap();
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "kit di firma")]
#[doc(alias = "carta nazionale dei servizi")]
pub struct Kit {
    pub(in crate::delegation) challenge: Challenge,
    pub(in crate::delegation) certificate: Fingerprint,
    pub(in crate::delegation) subject: String,
    pub(in crate::delegation) tax_id: TaxId,
    pub(in crate::delegation) anchor: Fingerprint,
    pub(in crate::delegation) not_after: Timestamp,
    pub(in crate::delegation) revocation: Revocation,
}

impl Kit {
    /// The challenge that it has answered.
    #[must_use]
    pub const fn challenge(&self) -> &Challenge {
        &self.challenge
    }

    /// The SHA-256 of its certificate.
    #[must_use]
    pub const fn certificate(&self) -> Fingerprint {
        self.certificate
    }

    /// In whose name the certificate is, for people.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Its *codice fiscale*: the first sixteen characters of the common name, or the serial number of the subject (`TINIT-…`,
    /// `IT:…`).
    #[must_use]
    pub const fn tax_id(&self) -> &TaxId {
        &self.tax_id
    }

    /// The SHA-256 of the certificate of the authority to which it leads.
    #[must_use]
    pub const fn anchor(&self) -> Fingerprint {
        self.anchor
    }

    /// The last second of the certificate.
    #[must_use]
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// What is known of its revocation: [`Revocation::Good`] by fresh evidence, or [`Revocation::NotChecked`].
    #[must_use]
    pub const fn revocation(&self) -> Revocation {
        self.revocation
    }
}
