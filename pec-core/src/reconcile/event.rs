//! The events of a transaction (PEC-SPEC §9.2), as they are observed and as they are shown.

use jiff::Timestamp;

use super::record::Source;
use crate::daticert::{CertData, ErrorKind, Kind};
use crate::finding::{Code, Language};
use crate::message::Part;
use crate::verify::{TimeProof, Verdict};

/// The kind of a certified item as it stands. Which notice a delay notice is, only the other events tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Observed {
    Accepted,
    Refused,
    RefusedVirus,
    Envelope,
    TakenInCharge,
    VirusDetected,
    Delivered,
    Failed,
    FailedVirus,
    Notice,
    Other,
}

impl Observed {
    pub(super) fn of(data: &CertData) -> Self {
        let virus = data.error == ErrorKind::Virus;
        match data.kind {
            Kind::Acceptance => Self::Accepted,
            Kind::NonAcceptance if virus => Self::RefusedVirus,
            Kind::NonAcceptance => Self::Refused,
            Kind::Transport => Self::Envelope,
            Kind::TakeCharge => Self::TakenInCharge,
            Kind::VirusDetection => Self::VirusDetected,
            Kind::Delivery => Self::Delivered,
            Kind::DeliveryError if virus => Self::FailedVirus,
            Kind::DeliveryError => Self::Failed,
            Kind::DelayNotice => Self::Notice,
            _ => Self::Other,
        }
    }

    /// Issued for the whole message by the sender's provider: what founds the dossier.
    pub(super) const fn is_entry(self) -> bool {
        matches!(self, Self::Accepted | Self::Refused | Self::RefusedVirus | Self::Envelope)
    }

    /// Issued by the sender's provider and nobody else (RFC 6109 §3.1, §3.2.4).
    pub(super) const fn is_senders(self) -> bool {
        self.is_entry() || matches!(self, Self::Notice | Self::FailedVirus)
    }

    /// Where it stands among others of the same second, which real receipts often share: as a message goes its way.
    pub(super) const fn stage(self) -> u8 {
        match self {
            Self::Accepted | Self::Refused | Self::RefusedVirus | Self::Envelope => 0,
            Self::TakenInCharge | Self::VirusDetected => 1,
            Self::Notice | Self::Other => 2,
            Self::Delivered | Self::Failed | Self::FailedVirus => 3,
        }
    }

    /// Speaks of one recipient (*consegna*).
    pub(super) const fn names_recipient(self) -> bool {
        matches!(self, Self::Delivered | Self::Failed | Self::FailedVirus | Self::Notice | Self::VirusDetected)
    }

    /// Says by its kind that nothing went wrong, so that `errore` must not say otherwise (PEC-SPEC §3.4).
    pub(super) const fn is_success(self) -> bool {
        matches!(self, Self::Accepted | Self::Envelope | Self::Delivered | Self::TakenInCharge)
    }
}

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventKind {
    /// Acceptance receipt.
    #[doc(alias = "ricevuta di accettazione")]
    Accepted,
    /// Non-acceptance notice for a formal reason.
    #[doc(alias = "avviso di non accettazione")]
    Refused,
    /// Non-acceptance notice because of a virus.
    RefusedVirus,
    /// Transport envelope: proves acceptance too.
    #[doc(alias = "busta di trasporto")]
    Envelope,
    /// Take-charge receipt, which only providers see.
    #[doc(alias = "ricevuta di presa in carico")]
    TakenInCharge,
    /// Virus detection notice, which only providers see.
    #[doc(alias = "avviso di rilevazione virus")]
    VirusDetected,
    /// Delivery receipt.
    #[doc(alias = "ricevuta di avvenuta consegna")]
    Delivered,
    /// Non-delivery notice.
    #[doc(alias = "avviso di mancata consegna")]
    Failed,
    /// Non-delivery notice because of a virus.
    FailedVirus,
    /// First notice of exceeded time: delivery is still possible.
    Delay12,
    /// Second notice of exceeded time: ended negatively.
    Timeout24,
    /// A certified item of a `tipo` that RFC 6109 does not list.
    Other,
}

impl EventKind {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::RefusedVirus => "refused-virus",
            Self::Envelope => "envelope",
            Self::TakenInCharge => "taken-in-charge",
            Self::VirusDetected => "virus-detected",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::FailedVirus => "failed-virus",
            Self::Delay12 => "delay-12h",
            Self::Timeout24 => "timeout-24h",
            Self::Other => "other",
        }
    }

    /// The name for a person.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Accepted => ("ricevuta di accettazione", "acceptance receipt"),
            Self::Refused => ("avviso di non accettazione", "non-acceptance notice"),
            Self::RefusedVirus => ("avviso di non accettazione per virus", "non-acceptance notice: virus"),
            Self::Envelope => ("busta di trasporto", "transport envelope"),
            Self::TakenInCharge => ("ricevuta di presa in carico", "take-charge receipt"),
            Self::VirusDetected => ("avviso di rilevazione virus", "virus detection notice"),
            Self::Delivered => ("ricevuta di avvenuta consegna", "delivery receipt"),
            Self::Failed => ("avviso di mancata consegna", "non-delivery notice"),
            Self::FailedVirus => ("avviso di mancata consegna per virus", "non-delivery notice: virus"),
            Self::Delay12 => {
                ("primo avviso di superamento dei tempi (12 ore)", "first notice of exceeded time (12 hours)")
            }
            Self::Timeout24 => {
                ("secondo avviso di superamento dei tempi (24 ore)", "second notice of exceeded time (24 hours)")
            }
            Self::Other => ("altro messaggio certificato", "other certified item"),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }

    pub(super) const fn of(observed: Observed) -> Self {
        match observed {
            Observed::Accepted => Self::Accepted,
            Observed::Refused => Self::Refused,
            Observed::RefusedVirus => Self::RefusedVirus,
            Observed::Envelope => Self::Envelope,
            Observed::TakenInCharge => Self::TakenInCharge,
            Observed::VirusDetected => Self::VirusDetected,
            Observed::Delivered => Self::Delivered,
            Observed::Failed => Self::Failed,
            Observed::FailedVirus => Self::FailedVirus,
            Observed::Notice => Self::Delay12,
            Observed::Other => Self::Other,
        }
    }
}

/// How much of the original message a delivery receipt carries, as found in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Carried {
    /// Nothing: a concise receipt, or another kind of message.
    #[doc(alias = "ricevuta sintetica")]
    Nothing,
    /// An original without attachments: complete and brief receipts are the same.
    Original,
    /// An original with an attachment in full: a complete receipt.
    #[doc(alias = "ricevuta completa")]
    Whole,
    /// An original with hashes in the place of its attachments: a brief receipt.
    #[doc(alias = "ricevuta breve")]
    Hashes,
}

impl Carried {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Original => "original",
            Self::Whole => "whole",
            Self::Hashes => "hashes",
        }
    }

    pub(super) fn by(original: Option<Part<'_>>) -> Self {
        let Some(original) = original else { return Self::Nothing };
        let message = original.to_message();
        let mut named = message.attachments().filter(|part| part.file_name().is_some()).peekable();
        if named.peek().is_none() {
            return Self::Original;
        }
        if named.all(is_hash) { Self::Hashes } else { Self::Whole }
    }
}

/// A file that stands for another: `NAME.hash`, 40 or 64 hexadecimal digits (RFC 6109 §3.3.2.2).
fn is_hash(part: Part<'_>) -> bool {
    let named = part.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".hash"));
    if !named || part.body().len() > 1_000 {
        return false;
    }
    let content = part.content();
    let digits = content.trim_ascii();
    matches!(digits.len(), 40 | 64) && digits.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a certified event counts for the states of its dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It says what another event says already (PEC-SPEC §9.1); it changes nothing.
    Duplicate,
    /// It does not agree with the rest of the dossier about who may say this of whom; a finding says why. It changes
    /// nothing.
    Disputed,
}

impl Standing {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::Duplicate => "duplicate",
            Self::Disputed => "disputed",
        }
    }
}

/// One certified event of a dossier.
///
/// This proves what its receipt proves, as far as [`Event::verdict`] and [`Event::time`] go. That its issuer serves
/// the recipient's domain is not proven: only the index of providers, which is not public, says so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<'l> {
    /// What it is.
    pub kind: EventKind,
    /// Whether it counts.
    pub standing: Standing,
    /// The recipient of whom it speaks (*consegna*); `None` where it speaks of the whole message.
    pub recipient: Option<&'l str>,
    /// The recipients that a take-charge receipt covers (*ricezione*).
    pub covered: Vec<&'l str>,
    /// When, as certified.
    pub at: Option<Timestamp>,
    /// Offset of the printed local time, in minutes east of UTC.
    pub offset_minutes: Option<i16>,
    /// The message, as the caller numbers it.
    pub source: Source,
    /// Message-ID of the receipt itself, without angle brackets; no signature covers it.
    pub own_message_id: Option<&'l str>,
    /// Name of the provider in the certified data (*gestore-emittente*).
    pub provider: Option<&'l str>,
    /// Service address in the signer's certificate, in lower case.
    pub signer: Option<&'l str>,
    /// What went wrong, in one word (*errore*).
    pub error: &'static str,
    /// Description of the error (*errore-esteso*), as printed.
    pub error_detail: Option<&'l str>,
    /// Form of delivery receipt that was asked for (*ricevuta*), where it is stated.
    pub requested: Option<&'static str>,
    /// How much of the original a delivery receipt carries.
    pub carried: Carried,
    /// The verdict on the message.
    pub verdict: Verdict,
    /// What its time rests on.
    pub time: TimeProof,
    /// What verification found, warnings and errors.
    pub weaknesses: Vec<Code>,
}
