//! What a provider can issue about a transaction, as a value: the same paper can be drawn up again for another
//! transaction, or by a forger.

use pec_core::daticert::Kind;
use pec_core::verify;

use super::{EICAR_NAME, Label};
use crate::Moment;
use crate::compose::Draft;
use crate::compose::submission::{ReceiptForm, Transaction};
use crate::provider::{Delay, Failure, Provider};

/// An envelope, receipt or notice before it is drawn up.
#[derive(Debug, Clone)]
pub(super) enum Paper {
    Acceptance,
    NonAcceptance { reason: String },
    NonAcceptanceVirus,
    Transport,
    TakeCharge { covered: Vec<String> },
    VirusDetection { recipient: String },
    Delivery { recipient: String, form: ReceiptForm },
    DeliveryError { recipient: String, why: Failure },
    DeliveryErrorVirus { recipient: String },
    DelayNotice { recipient: String, which: Delay },
}

impl Paper {
    /// Draws it up; `to` is where it goes.
    pub(super) fn draft(&self, provider: &Provider, tx: &Transaction, to: &str, at: Moment) -> Draft {
        match self {
            Self::Acceptance => provider.acceptance(tx),
            Self::NonAcceptance { reason } => provider.non_acceptance(tx, reason),
            Self::NonAcceptanceVirus => provider.non_acceptance_virus(tx, EICAR_NAME),
            Self::Transport => provider.transport(tx),
            Self::TakeCharge { covered } => {
                let covered: Vec<_> = covered.iter().map(String::as_str).collect();
                provider.take_charge(tx, &covered, to, at)
            }
            Self::VirusDetection { recipient } => provider.virus_detection(tx, recipient, EICAR_NAME, to, at),
            Self::Delivery { recipient, form } => provider.delivery_as(tx, recipient, *form, tx.submission.receipt, at),
            Self::DeliveryError { recipient, why } => provider.delivery_error(tx, recipient, *why, at),
            Self::DeliveryErrorVirus { recipient } => provider.delivery_error_virus(tx, recipient, EICAR_NAME, at),
            Self::DelayNotice { recipient, which } => provider.delay_notice(tx, recipient, *which, at),
        }
    }

    /// What a forger would rather have (see [`super::Fault::Forged`]).
    pub(super) fn wished(&self) -> Self {
        match self {
            Self::DeliveryError { recipient, .. }
            | Self::DeliveryErrorVirus { recipient }
            | Self::DelayNotice { recipient, .. } => {
                Self::Delivery { recipient: recipient.clone(), form: ReceiptForm::Full }
            }
            other => other.clone(),
        }
    }

    /// Whether the sender's own provider issues it and puts it into the sender's mailbox, without an incoming point.
    pub(super) const fn stays_at_home(&self) -> bool {
        matches!(
            self,
            Self::Acceptance
                | Self::NonAcceptance { .. }
                | Self::NonAcceptanceVirus
                | Self::DeliveryErrorVirus { .. }
                | Self::DelayNotice { .. }
        )
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::Acceptance => Kind::Acceptance,
            Self::NonAcceptance { .. } | Self::NonAcceptanceVirus => Kind::NonAcceptance,
            Self::Transport => Kind::Transport,
            Self::TakeCharge { .. } => Kind::TakeCharge,
            Self::VirusDetection { .. } => Kind::VirusDetection,
            Self::Delivery { .. } => Kind::Delivery,
            Self::DeliveryError { .. } | Self::DeliveryErrorVirus { .. } => Kind::DeliveryError,
            Self::DelayNotice { .. } => Kind::DelayNotice,
        }
    }

    fn recipient(&self) -> Option<&str> {
        match self {
            Self::Acceptance | Self::NonAcceptance { .. } | Self::NonAcceptanceVirus | Self::Transport => None,
            Self::TakeCharge { covered } => match &covered[..] {
                [one] => Some(one),
                _ => None,
            },
            Self::VirusDetection { recipient }
            | Self::Delivery { recipient, .. }
            | Self::DeliveryError { recipient, .. }
            | Self::DeliveryErrorVirus { recipient }
            | Self::DelayNotice { recipient, .. } => Some(recipient),
        }
    }

    /// What the message about `tx` is, for the log.
    pub(super) fn label(&self, tx: &Transaction, draft: &Draft) -> Label {
        Label {
            kind: verify::Kind::Pec(self.kind()),
            message_id: draft.headers.get("Message-ID").unwrap_or_default().to_owned(),
            pec_id: Some(tx.pec_id.clone()),
            recipient: self.recipient().map(str::to_owned),
        }
    }
}
