//! What the sender's provider knows about each recipient, and the notices of 12 and 24 hours (RFC 6109 §3.1.6).

use std::collections::HashMap;

use pec_core::daticert::{CertData, Kind};

use super::paper::Paper;
use super::{Error, Network};
use crate::compose::submission::Transaction;
use crate::provider::Delay;

/// One transaction as its sender's provider follows it.
#[derive(Debug, Clone)]
pub(super) struct Tracked {
    pub(super) provider: usize,
    tx: Transaction,
    /// By the address in lower case.
    signs: HashMap<String, Signs>,
}

/// What came back about one recipient.
#[derive(Debug, Clone, Copy, Default)]
struct Signs {
    taken_in_charge: bool,
    /// A delivery receipt, a failure, a virus notice, or the second notice: the provider stops following.
    ended: bool,
}

impl Tracked {
    pub(super) fn new(provider: usize, tx: Transaction) -> Self {
        Self { provider, tx, signs: HashMap::new() }
    }

    pub(super) const fn transaction(&self) -> &Transaction {
        &self.tx
    }

    fn signs(&mut self, recipient: &str) -> &mut Signs {
        self.signs.entry(recipient.to_ascii_lowercase()).or_default()
    }
}

impl Network {
    /// Takes note of a receipt that came in at `provider`, and answers a virus notice with one to the sender
    /// (RFC 6109 §3.2.4).
    pub(super) fn note(&mut self, provider: usize, data: &CertData) -> Result<(), Error> {
        let Some(tracked) = data.pec_id.as_ref().and_then(|id| self.tracked.get_mut(id)) else { return Ok(()) };
        if tracked.provider != provider {
            return Ok(());
        }
        for covered in &data.received_for {
            tracked.signs(covered.as_str()).taken_in_charge = true;
        }
        let Some(recipient) = data.delivered_to.as_ref().map(|address| address.as_str().to_owned()) else {
            return Ok(());
        };
        let ends = matches!(data.kind, Kind::Delivery | Kind::DeliveryError | Kind::VirusDetection);
        let signs = tracked.signs(&recipient);
        let first = ends && !signs.ended;
        signs.ended |= ends;
        if data.kind == Kind::VirusDetection && first {
            let tx = tracked.tx.clone();
            let sender = tx.submission.sender.clone();
            self.issue(provider, &Paper::DeliveryErrorVirus { recipient }, &tx, &sender)?;
        }
        Ok(())
    }

    /// Sends the notice when it is due: the first when neither a take-charge nor an end has been seen, the second when
    /// no end has.
    pub(super) fn notice(&mut self, pec_id: &str, recipient: &str, which: Delay) -> Result<(), Error> {
        let Some(tracked) = self.tracked.get_mut(pec_id) else { return Ok(()) };
        let signs = tracked.signs(recipient);
        let due = match which {
            Delay::Hours12 => !signs.ended && !signs.taken_in_charge,
            Delay::Hours24 => !signs.ended,
        };
        signs.ended |= which == Delay::Hours24;
        if due {
            let (provider, tx) = (tracked.provider, tracked.tx.clone());
            let sender = tx.submission.sender.clone();
            self.issue(provider, &Paper::DelayNotice { recipient: recipient.to_owned(), which }, &tx, &sender)?;
        }
        Ok(())
    }
}
