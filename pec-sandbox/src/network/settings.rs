//! What a network is made of: its providers, how each of them behaves, and when its clock starts.

use jiff::Timestamp;

use super::Error;
use crate::Moment;
use crate::authority::{Admitted, Generation, Leaf};
use crate::compose::Family;
use crate::key::{Curve, Digest, Key};
use crate::provider::{Dialect, FormHeader, Provider};
use crate::world::{ALFA, BETA, GAMMA, World};

/// Within the life of the sandbox's authority (2025-02-20 to 2030-09-22), a month after and two years before its ends.
const START: (&str, &str) = ("2025-03-23", "2028-09-01");

/// A network before it is built. Every field may be changed.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the clock stands at the beginning: 2025-03-23 up to and without 2028-09-01, so that the certificates of the providers,
    /// which are issued a month before, live through two years of turning.
    pub start: Timestamp,
    /// Seed of identifiers, boundaries and chances: the same seed, settings and calls give the same bytes.
    pub seed: u64,
    /// The providers.
    pub providers: Vec<ProviderSettings>,
}

impl Settings {
    /// Two providers, Alfa (layout A, BER, as written in 2026) and Beta (layout B, DER), each managing the domain of
    /// its own host.
    #[must_use]
    pub fn two_providers(start: Timestamp) -> Self {
        Self { start, seed: 1, providers: vec![ProviderSettings::alfa(), ProviderSettings::beta()] }
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let bad = |text: String| Err(Error::Settings(text));
        if self.providers.is_empty() {
            return bad("no provider: `Settings::two_providers` has two".to_owned());
        }
        let (from, to) = START;
        if self.start.to_string().as_str() < from || self.start.to_string().as_str() >= to {
            return bad(format!("the clock starts at {}: give a time from {from} to {to}", self.start));
        }
        for (number, provider) in self.providers.iter().enumerate() {
            let others = &self.providers[..number];
            if others.iter().any(|other| other.house == provider.house) {
                return bad(format!("{} stands twice", provider.house.host()));
            }
            let twice = provider.domains.iter().find(|domain| others.iter().any(|other| other.manages(domain)));
            if let Some(domain) = twice {
                return bad(format!("{domain} is managed by two providers"));
            }
            let host = |house: House| provider.manages(house.host()) && house != provider.house;
            if let Some(house) = [House::Alfa, House::Beta, House::Gamma].into_iter().find(|house| host(*house)) {
                return bad(format!("{} is the host of another provider", house.host()));
            }
        }
        Ok(())
    }
}

/// One provider (*gestore*): who it is and how it behaves.
#[doc(alias = "gestore")]
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// Which of the three hosts that the sandbox's authority admits.
    pub house: House,
    /// The mail domains that it manages (*domini gestiti*), in any case of letters.
    #[doc(alias = "managedDomains")]
    pub domains: Vec<String>,
    /// Layout of its messages.
    pub family: Family,
    /// Its signing key.
    pub signing: SigningKey,
    /// Digest of its signatures.
    pub digest: Digest,
    /// Its habits in signing and in naming things.
    pub dialect: Dialect,
    /// What it takes from its users.
    pub limits: SubmissionLimits,
    /// What it does with mail that is no PEC.
    pub ordinary_mail: OrdinaryMail,
    /// Whether it looks for viruses.
    pub antivirus: Antivirus,
}

/// The three providers that the sandbox's authority admits, by the host of their service address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum House {
    /// `pec.alfa.example`.
    Alfa,
    /// `cert.beta.example`.
    Beta,
    /// `pec.gamma.example`; signs with an elliptic curve.
    Gamma,
}

impl House {
    /// Host of the service address.
    #[must_use]
    pub const fn host(self) -> &'static str {
        self.admitted().host
    }

    /// Name of the company (`gestore-emittente`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.admitted().organization
    }

    const fn admitted(self) -> &'static Admitted {
        match self {
            Self::Alfa => &ALFA,
            Self::Beta => &BETA,
            Self::Gamma => &GAMMA,
        }
    }

    fn key(self, signing: SigningKey) -> Result<Key, crate::Error> {
        match (signing, self) {
            (SigningKey::Usual, Self::Alfa) => Key::committed("alfa-2048"),
            (SigningKey::Usual, Self::Beta) => Key::committed("beta-2048"),
            (_, Self::Gamma) => Key::derived(Curve::P256, "gamma"),
            (SigningKey::Curve, other) => Key::derived(Curve::P256, other.host()),
        }
    }
}

/// What a provider signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKey {
    /// As providers do: RSA-2048, Gamma ECDSA on P-256.
    Usual,
    /// ECDSA on P-256: signing takes a fraction of the time, for tests with very many messages.
    Curve,
}

/// Bounds on what a user submits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubmissionLimits {
    /// Bytes of the message times recipients; more is refused by a notice (RFC 6109 §3.1.1).
    pub product: usize,
    /// Recipients of one message; more is refused by a notice.
    pub recipients: usize,
    /// Bytes of the message from which on not even a notice is made: the SMTP session says 552 (PEC-SPEC §2.2).
    pub rejected: usize,
}

impl Default for SubmissionLimits {
    /// 30 MiB and 1,000 recipients; DM 2/11/2005 art. 12 wants at least 30 MB and 50.
    fn default() -> Self {
        Self { product: 30 << 20, recipients: 1_000, rejected: 100 << 20 }
    }
}

/// What an incoming point does with ordinary Internet mail (RFC 6109 §3.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrdinaryMail {
    /// Delivers it in an anomaly envelope.
    Deliver,
    /// Refuses it in the SMTP session.
    Refuse,
}

/// Whether access and incoming point look for viruses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Antivirus {
    /// They know the EICAR test string.
    Scans,
    /// They let everything pass, so that the next provider has something to find.
    Sleeps,
}

impl ProviderSettings {
    /// Alfa with the habits of 2026.
    #[must_use]
    pub fn alfa() -> Self {
        Self::of(House::Alfa, Family::A, Dialect { form_header: FormHeader::Lowered, ..Dialect::Y2026 })
    }

    /// Beta with its habits: layout B, DER, signing certificate named.
    #[must_use]
    pub fn beta() -> Self {
        Self::of(House::Beta, Family::B, Dialect { signing_certificate: true, ..Dialect::Y2018 })
    }

    /// Gamma: layout A, ECDSA, no receipt form in its envelopes' headers.
    #[must_use]
    pub fn gamma() -> Self {
        Self::of(House::Gamma, Family::A, Dialect::Y2026)
    }

    fn of(house: House, family: Family, dialect: Dialect) -> Self {
        Self {
            house,
            domains: vec![house.host().to_owned()],
            family,
            signing: SigningKey::Usual,
            digest: Digest::Sha256,
            dialect,
            limits: SubmissionLimits::default(),
            ordinary_mail: OrdinaryMail::Deliver,
            antivirus: Antivirus::Scans,
        }
    }

    /// The provider with a certificate issued a month before `start`.
    pub(super) fn provider(&self, world: &World, start: Moment, seed: u64) -> Result<Provider, Error> {
        let key = self.house.key(self.signing)?;
        let who = self.house.admitted();
        let leaf = Leaf::provider(Generation::Y2026, who, start.plus(-30 * 86_400));
        Ok(Provider {
            name: who.organization.to_owned(),
            host: who.host.to_owned(),
            family: self.family,
            certificate: world.ca1_2025.issue(&leaf, &key)?,
            key,
            authority: world.ca1_2025.clone(),
            digest: self.digest,
            dialect: self.dialect,
            seed,
        })
    }

    pub(super) fn manages(&self, domain: &str) -> bool {
        self.domains.iter().any(|managed| managed.eq_ignore_ascii_case(domain))
    }
}
