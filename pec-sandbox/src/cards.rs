//! Signature kits in a box (*kit di firma*): an authority that issues cards shaped like the *carta nazionale dei servizi*, cards in
//! whatever condition is wanted, and what their middleware makes of a text.
//!
//! ```
//! use pec_sandbox::cards::CardOffice;
//!
//! # fn main() -> Result<(), pec_sandbox::Error> {
//! let office = CardOffice::new()?;
//! let card = office.card("RSSMRA85T10A562S")?;
//! let signed = card.cms("pec-login-challenge/1 …", "2026-03-01T12:00:00Z".parse()?)?;
//! assert_eq!(signed[0], 0x30);
//! # Ok(())
//! # }
//! ```

use crate::authority::{Authority, Generation, Leaf, Subordinate};
use crate::certificate::{Certificate, name};
use crate::cms::{Content, SignedData, Signer};
use crate::key::{Curve, Digest, Key};
use crate::revocation::{Crl, Revoked};
use crate::{Error, Moment};

/// The certificate policy of the CNS.
pub const CNS_POLICY: &str = "1.3.76.16.2.1";

/// Who issues cards: a root, and the authority under it that signs them.
#[derive(Debug, Clone)]
pub struct CardOffice {
    /// What a host names.
    pub root: Authority,
    /// What stands between.
    pub issuing: Authority,
}

/// A card with its key; whoever has it needs no PIN.
#[derive(Debug, Clone)]
pub struct Card {
    /// Its key.
    pub key: Key,
    /// Its certificate.
    pub certificate: Certificate,
    /// That of its authority, DER: a card carries it.
    pub issuing: Vec<u8>,
}

impl CardOffice {
    /// The office, of 2015 to 2040.
    ///
    /// # Errors
    /// None that was ever seen.
    pub fn new() -> Result<Self, Error> {
        let life: (Moment, Moment) = ("2015-01-01T00:00:00Z".parse()?, "2040-01-01T00:00:00Z".parse()?);
        let root_name = name(&[("C", "IT"), ("O", "Sandbox Cards"), ("CN", "Sandbox CNS Root")]);
        let root = Authority::root(Key::derived(Curve::P384, "card root")?, root_name, life, Digest::Sha384)?;
        let issuing = root.subordinate(Subordinate {
            key: Key::derived(Curve::P256, "card issuing")?,
            subject: name(&[("C", "IT"), ("O", "Sandbox Cards"), ("CN", "Sandbox CNS Cittadini")]),
            serial: &[0x20, 0x15],
            life,
            constraints: None,
            purposes: &[],
            digest: Digest::Sha256,
        })?;
        Ok(Self { root, issuing })
    }

    /// What stands on a card of whoever has this *codice fiscale*, in use from 2024 to 2030.
    ///
    /// # Errors
    /// None that was ever seen.
    pub fn leaf(tax_id: &str) -> Result<Leaf, Error> {
        let common = format!("{tax_id}/6090000000000000.sandbox");
        Self::leaf_named(&[("C", "IT"), ("O", "Sandbox Cards"), ("OU", "CNS"), ("CN", &common)])
    }

    /// The same with another subject.
    ///
    /// # Errors
    /// None that was ever seen.
    pub fn leaf_named(subject: &[(&str, &str)]) -> Result<Leaf, Error> {
        let subject = name(subject);
        let serial = Digest::Sha1.of(&subject)[..8].iter().map(|byte| byte & 0x7f).collect();
        Ok(Leaf {
            generation: Generation::Y2018,
            serial,
            subject,
            life: ("2024-01-01T00:00:00Z".parse()?, "2030-01-01T00:00:00Z".parse()?),
            emails: Vec::new(),
            policies: vec![CNS_POLICY],
            key_usage: vec![0],
            purposes: vec![2],
            purposes_critical: false,
            authority: false,
            more: Vec::new(),
        })
    }

    /// A card with an RSA key, which is the same for all.
    ///
    /// # Errors
    /// None that was ever seen.
    pub fn card(&self, tax_id: &str) -> Result<Card, Error> {
        self.issue(&Self::leaf(tax_id)?, Key::committed("alfa-2048")?)
    }

    /// A card of this content, with this key.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn issue(&self, leaf: &Leaf, key: Key) -> Result<Card, Error> {
        let certificate = self.issuing.issue(leaf, &key)?;
        Ok(Card { key, certificate, issuing: self.issuing.certificate.der.clone() })
    }

    /// The revocation lists of both authorities, of a week from this day on; DER.
    ///
    /// # Errors
    /// None that was ever seen.
    pub fn lists(&self, from: Moment, revoked: Vec<Revoked>) -> Result<[Vec<u8>; 2], Error> {
        let next_update = from.plus(7 * 86_400);
        let list = |revoked| Crl { this_update: from, next_update, number: 7, revoked, keeps_expired_since: None };
        Ok([list(revoked).sign(&self.issuing)?, list(Vec::new()).sign(&self.root)?])
    }
}

impl Card {
    /// What middleware makes of a text: a CMS with the text inside (`.p7m`), in DER.
    ///
    /// # Errors
    /// When the key does not fit.
    pub fn cms(&self, text: &str, at: Moment) -> Result<Vec<u8>, Error> {
        self.signed_data(at).build(text.as_bytes())
    }

    /// The same before it is signed, to be changed.
    #[must_use]
    pub fn signed_data(&self, at: Moment) -> SignedData {
        let mut signer = Signer::new(&self.key, &self.certificate, Digest::Sha256, at);
        signer.capabilities = false;
        signer.signing_certificate = true;
        SignedData {
            encoding: crate::cms::Encoding::Der,
            content: Content::Opaque,
            content_type: crate::cms::DATA,
            signers: vec![signer],
            certificates: vec![self.certificate.der.clone(), self.issuing.clone()],
        }
    }
}
