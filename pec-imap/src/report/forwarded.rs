//! What rules hand on, and why something is not sent.

use pec_core::compose;
use pec_core::finding::Language;
use serde::Serialize;

use crate::hub::{self, ForwardOutcome};

/// What became of a message that a rule hands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Forwarded {
    /// Which message.
    pub id: String,
    /// By which rule.
    pub rule: String,
    /// To whom.
    pub to: String,
    /// `queued`: it is in the outbox. `loop`: it would go round. `automatic`: a program has written it by itself. `old`: of an old mailbox that was brought in. `no-mailbox`: nobody
    /// could send it. `refused`: no provider would take it. `lost`: the archive has it no more.
    pub outcome: &'static str,
    /// The mailbox in whose outbox it is.
    pub mailbox: Option<String>,
    /// Its name there.
    pub key: Option<String>,
    /// Why no provider would take it.
    pub refusals: Vec<Refusal>,
}

/// One reason why a message is not sent as it is, or what a person should know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The name of its code.
    pub code: &'static str,
    /// `refused` where it keeps the message from being sent, else `warning`.
    pub weight: &'static str,
    /// Where, and what was found; may be empty.
    pub detail: String,
    /// The rule that it enforces.
    pub rule: &'static str,
    /// What it means and what to do, in Italian.
    pub it: &'static str,
    /// The same in English.
    pub en: &'static str,
}

impl Refusal {
    /// Of a reason.
    #[must_use]
    pub fn of(refusal: &compose::Refusal) -> Self {
        Self {
            code: refusal.code.as_str(),
            weight: refusal.weight.as_str(),
            detail: refusal.detail.clone(),
            rule: refusal.code.rule(),
            it: refusal.code.explanation(Language::It),
            en: refusal.code.explanation(Language::En),
        }
    }
}

impl Forwarded {
    /// Of what a rule hands on.
    #[must_use]
    pub fn of(forwarded: &hub::Forwarded) -> Self {
        let (mut place, mut refusals) = (None, Vec::new());
        let outcome = match &forwarded.outcome {
            ForwardOutcome::Queued { mailbox, key } => {
                place = Some((mailbox.clone(), key.clone()));
                "queued"
            }
            ForwardOutcome::Loop => "loop",
            ForwardOutcome::Automatic => "automatic",
            ForwardOutcome::Old => "old",
            ForwardOutcome::NoMailbox => "no-mailbox",
            ForwardOutcome::Refused(reasons) => {
                refusals.extend(reasons.iter().map(Refusal::of));
                "refused"
            }
            ForwardOutcome::Lost => "lost",
        };
        let (mailbox, key) = place.unzip();
        Self {
            id: forwarded.id.to_string(),
            rule: forwarded.rule.clone(),
            to: forwarded.to.clone(),
            outcome,
            mailbox,
            key,
            refusals,
        }
    }
}
