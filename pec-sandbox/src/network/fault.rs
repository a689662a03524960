//! Faults: what goes wrong with receipts, as values. A rule says which fault, on what, and how often.

use jiff::SignedDuration;
use pec_core::daticert::Kind;
use pec_core::verify;

use super::Label;
use crate::compose::token;
use crate::key::Key;
use crate::provider::Provider;
use crate::{Authority, Error, Generation, Leaf, Moment};

/// Something that goes wrong with one message between who issues it and the mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It never arrives: the providers between do not see it either.
    Lost,
    /// It arrives this much later. Its own time stays.
    Late(SignedDuration),
    /// It arrives twice.
    Duplicated,
    /// It waits until another message was put into the same mailbox after it should have been; an hour at most.
    Reordered,
    /// A genuine receipt of the same kind about somebody else's message is put beside it.
    Foreign,
    /// In the mailbox, a field of its outer header, which nobody signs, has another value.
    Edited {
        /// Name of the field.
        header: String,
        /// Its new value.
        value: String,
    },
    /// A forged message is put beside it, signed with a self-made certificate that names the provider. Where the
    /// genuine one is a failure or a delay, the forged one says "delivered", else it says the same.
    Forged,
}

/// How often a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    /// Each time.
    Always,
    /// The next so many times.
    Times(u32),
    /// Once in so many, by the seed of the network; never for 0.
    OneIn(u32),
}

/// A fault with what it applies to.
///
/// ```
/// use pec_core::daticert::Kind;
/// use pec_sandbox::network::{Chance, Fault, FaultRule};
///
/// // Every delivery receipt of this recipient gets lost, and one take-charge receipt in ten.
/// let first = FaultRule::new(Fault::Lost).kind(Kind::Delivery).recipient("ufficio@cert.beta.example");
/// let second = FaultRule::new(Fault::Lost).kind(Kind::TakeCharge).chance(Chance::OneIn(10));
/// assert_ne!(first, second);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultRule {
    /// The fault.
    pub fault: Fault,
    /// The kind it applies to; `None` is every receipt and notice. Transport envelopes are meant only when named: they
    /// can be lost, late, duplicated, edited on their way, and forged.
    pub kind: Option<Kind>,
    /// The one recipient of whom the message speaks; `None` is any message. An acceptance receipt, and an envelope or
    /// take-charge receipt for several, speaks of no single one.
    pub recipient: Option<String>,
    /// How often.
    pub chance: Chance,
}

impl FaultRule {
    /// This fault on every receipt and notice, each time.
    #[must_use]
    pub const fn new(fault: Fault) -> Self {
        Self { fault, kind: None, recipient: None, chance: Chance::Always }
    }

    /// Only on messages of this kind.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Only on messages about this recipient.
    #[must_use]
    pub fn recipient(mut self, address: &str) -> Self {
        self.recipient = Some(address.to_owned());
        self
    }

    /// So often.
    #[must_use]
    pub const fn chance(mut self, chance: Chance) -> Self {
        self.chance = chance;
        self
    }

    /// Whether the rule applies to this message now; counts it when it does. `draw` is the number of the message.
    pub(super) fn applies(&mut self, message: &Label, seed: u64, draw: u64) -> bool {
        let verify::Kind::Pec(kind) = &message.kind else { return false };
        let fits = match &self.kind {
            Some(wanted) => wanted == kind,
            None => *kind != Kind::Transport,
        };
        let about = |wanted: &String| message.recipient.as_ref().is_some_and(|r| r.eq_ignore_ascii_case(wanted));
        if !fits || !self.recipient.as_ref().is_none_or(about) {
            return false;
        }
        match &mut self.chance {
            Chance::Always => true,
            Chance::Times(left) => {
                let some = *left > 0;
                *left = left.saturating_sub(1);
                some
            }
            Chance::OneIn(n) => {
                let label = format!("{:?}", self.fault);
                let drawn = token(&[&seed.to_be_bytes(), &draw.to_be_bytes(), label.as_bytes()], 4);
                u32::from_str_radix(&drawn, 16).is_ok_and(|drawn| drawn.checked_rem(*n) == Some(0))
            }
        }
    }
}

/// What the faults of one message come to.
#[derive(Debug, Default)]
pub(super) struct Fate {
    pub(super) lost: bool,
    pub(super) late: SignedDuration,
    pub(super) twice: bool,
    pub(super) held: bool,
    pub(super) foreign: bool,
    pub(super) forged: bool,
    pub(super) edits: Vec<(String, String)>,
}

impl Fate {
    pub(super) fn add(&mut self, fault: &Fault) {
        match fault {
            Fault::Lost => self.lost = true,
            Fault::Late(by) => self.late = self.late.saturating_add(*by),
            Fault::Duplicated => self.twice = true,
            Fault::Reordered => self.held = true,
            Fault::Foreign => self.foreign = true,
            Fault::Forged => self.forged = true,
            Fault::Edited { header, value } => self.edits.push((header.clone(), value.clone())),
        }
    }
}

/// The message with other values in its outer header; a field that is not there is added. What is signed stays.
pub(super) fn edited(bytes: &[u8], edits: &[(String, String)]) -> Vec<u8> {
    let mut headers = crate::compose::submission::fields(bytes);
    let end = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes.len(), |at| at + 2);
    for (name, value) in edits {
        headers.set(name, value.clone());
    }
    [&headers.bytes()[..], &bytes[end..]].concat()
}

/// `provider` as a forger imitates it: the same name and address in a self-signed certificate of another key.
pub(super) fn forger(provider: &Provider, start: Moment) -> Result<Provider, Error> {
    let key = Key::committed("stranger-2048")?;
    let subject = provider.certificate.subject.clone();
    let life = (start.plus(-86_400), start.plus(3_650 * 86_400));
    let itself = Authority::root(key.clone(), subject.clone(), life, provider.digest)?;
    let leaf = Leaf {
        generation: Generation::Y2026,
        serial: vec![0x66],
        subject,
        life,
        emails: vec![provider.address()],
        policies: vec![crate::PEC_POLICY],
        key_usage: vec![0],
        purposes: vec![4],
        purposes_critical: false,
        authority: false,
        more: Vec::new(),
    };
    let certificate = itself.issue(&leaf, &key)?;
    Ok(Provider { certificate, key, authority: itself, ..provider.clone() })
}
