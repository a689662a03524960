//! The state of one recipient: a total function of the set of certified events (VERDICT §7).

use std::fmt;

use crate::daticert::AddressClass;
use crate::finding::Language;

/// Where one recipient of a sent message stands, by certified events alone.
///
/// This proves what the events prove, each signed by its provider: [`State::Delivered`] that the message was made
/// available in the recipient's mailbox (DPR 68/2005 art. 6). It does not prove that anybody read it, that no further
/// receipt exists, or, for [`State::Pending`] and [`State::AwaitingDelivery`], that nothing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// No certified event speaks of the recipient.
    Pending,
    /// Accepted for a PEC mailbox; no outcome yet.
    AwaitingDelivery,
    /// Accepted for an ordinary mailbox: no receipt will come.
    #[doc(alias = "esterno")]
    ExternalFinal,
    /// A notice says that twelve hours have passed; delivery is still possible.
    Delayed,
    /// A notice says that twenty-four hours have passed: ended negatively.
    TimedOut,
    /// Delivered.
    #[doc(alias = "avvenuta consegna")]
    Delivered,
    /// Delivered after the notice that said it was ended; both proofs are kept.
    DeliveredLate,
    /// Not delivered.
    #[doc(alias = "mancata consegna")]
    Failed,
    /// Not delivered because of a virus.
    FailedVirus,
    /// Not accepted by the sender's provider: never sent.
    #[doc(alias = "non accettazione")]
    Refused,
    /// Certified events contradict each other: a person decides.
    Conflict,
}

/// What a [`State`] means at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// It arrived.
    Good,
    /// It did not, or a person has to decide.
    Bad,
    /// It may still arrive.
    Waiting,
    /// Nothing more will be known.
    Neutral,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 11] = [
        Self::Pending,
        Self::AwaitingDelivery,
        Self::ExternalFinal,
        Self::Delayed,
        Self::TimedOut,
        Self::Delivered,
        Self::DeliveredLate,
        Self::Failed,
        Self::FailedVirus,
        Self::Refused,
        Self::Conflict,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::AwaitingDelivery => "awaiting-delivery",
            Self::ExternalFinal => "external-final",
            Self::Delayed => "delayed",
            Self::TimedOut => "timed-out",
            Self::Delivered => "delivered",
            Self::DeliveredLate => "delivered-late",
            Self::Failed => "failed",
            Self::FailedVirus => "failed-virus",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
        }
    }

    /// Whether no further receipt is expected.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::AwaitingDelivery | Self::Delayed)
    }

    /// What it means at a glance.
    #[must_use]
    pub const fn tone(self) -> Tone {
        match self {
            Self::Delivered | Self::DeliveredLate => Tone::Good,
            Self::Failed | Self::FailedVirus | Self::Refused | Self::TimedOut | Self::Conflict => Tone::Bad,
            Self::Pending | Self::AwaitingDelivery | Self::Delayed => Tone::Waiting,
            Self::ExternalFinal => Tone::Neutral,
        }
    }

    /// A mark beside the colour: a print may have none.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self.tone() {
            Tone::Good => "✓",
            Tone::Bad if matches!(self, Self::Conflict) => "!",
            Tone::Bad => "✗",
            Tone::Waiting => "…",
            Tone::Neutral => "→",
        }
    }

    /// The state in a few words, for a person.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Pending => ("IN ATTESA DI ACCETTAZIONE", "AWAITING ACCEPTANCE"),
            Self::AwaitingDelivery => ("ACCETTATO, IN ATTESA DI CONSEGNA", "ACCEPTED, AWAITING DELIVERY"),
            Self::ExternalFinal => ("ACCETTATO PER INDIRIZZO NON PEC", "ACCEPTED FOR AN ADDRESS THAT IS NOT PEC"),
            Self::Delayed => ("IN RITARDO (12 ORE)", "DELAYED (12 HOURS)"),
            Self::TimedOut => ("NON CONSEGNATO IN TEMPO (24 ORE)", "NOT DELIVERED IN TIME (24 HOURS)"),
            Self::Delivered => ("CONSEGNATO", "DELIVERED"),
            Self::DeliveredLate => ("CONSEGNATO IN RITARDO", "DELIVERED LATE"),
            Self::Failed => ("NON CONSEGNATO", "NOT DELIVERED"),
            Self::FailedVirus => ("NON CONSEGNATO: VIRUS", "NOT DELIVERED: VIRUS"),
            Self::Refused => ("NON ACCETTATO", "NOT ACCEPTED"),
            Self::Conflict => ("RICEVUTE IN CONTRASTO", "RECEIPTS IN CONFLICT"),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// What the state means, for a person.
    #[must_use]
    pub const fn explanation(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Pending => (
                "Nessuna ricevuta certificata riguarda questo destinatario: l'invio non è ancora dimostrato.",
                "No certified receipt concerns this recipient: sending is not proven yet.",
            ),
            Self::AwaitingDelivery => (
                "Il gestore del mittente ha accettato il messaggio; manca ancora la ricevuta di consegna o l'avviso di mancata consegna.",
                "The sender's provider accepted the message; the delivery receipt or the non-delivery notice is still missing.",
            ),
            Self::ExternalFinal => (
                "Il messaggio è stato accettato e inoltrato a un indirizzo di posta ordinaria, per il quale la PEC non certifica la consegna.",
                "The message was accepted and forwarded to an ordinary e-mail address, for which PEC does not certify delivery.",
            ),
            Self::Delayed => (
                "Il gestore avvisa che dopo dodici ore la consegna non risulta; può ancora avvenire.",
                "The provider gives notice that after twelve hours delivery is not recorded; it may still happen.",
            ),
            Self::TimedOut => (
                "Il gestore avvisa che dopo ventiquattro ore la consegna non risulta: la spedizione si considera terminata con esito negativo.",
                "The provider gives notice that after twenty-four hours delivery is not recorded: the transmission counts as ended negatively.",
            ),
            Self::Delivered => (
                "Il gestore del destinatario certifica che il messaggio è stato messo a disposizione nella sua casella; non certifica che sia stato letto.",
                "The recipient's provider certifies that the message was made available in the mailbox; not that it was read.",
            ),
            Self::DeliveredLate => (
                "Il messaggio è stato consegnato dopo l'avviso che dava la spedizione per terminata: entrambe le prove vanno conservate.",
                "The message was delivered after the notice that said the transmission had ended: keep both proofs.",
            ),
            Self::Failed => (
                "Un gestore certifica che il messaggio non è stato consegnato a questo destinatario; l'avviso ne dice il motivo.",
                "A provider certifies that the message was not delivered to this recipient; the notice gives the reason.",
            ),
            Self::FailedVirus => (
                "Un gestore certifica che il messaggio non è stato consegnato perché vi è stato rilevato un virus.",
                "A provider certifies that the message was not delivered because a virus was found in it.",
            ),
            Self::Refused => (
                "Il gestore del mittente non ha accettato il messaggio: non è stato inviato a nessuno.",
                "The sender's provider did not accept the message: it was sent to nobody.",
            ),
            Self::Conflict => (
                "Ricevute certificate si contraddicono: nessun esito è dimostrato finché una persona, sentiti i gestori, non lo chiarisce.",
                "Certified receipts contradict each other: no outcome is proven until a person has cleared it up with the providers.",
            ),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the sender's provider did with the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Entry {
    /// Nothing certified says.
    #[default]
    Unknown,
    Accepted,
    Refused,
    /// Both.
    Contradictory,
}

/// Whether there is a delivery receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Delivery {
    #[default]
    None,
    /// There is one, and no earlier 24 h notice.
    InTime,
    /// The first one is later than a 24 h notice.
    AfterTimeout,
}

/// Whether there is a non-delivery notice: the first one decides which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Failure {
    #[default]
    None,
    Ordinary,
    Virus,
}

/// Whether there are notices of exceeded time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub(super) enum Delay {
    #[default]
    None,
    Hours12,
    Hours24,
}

/// The set of certified events that speak of one recipient, as far as its state depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Evidence {
    pub(super) entry: Entry,
    pub(super) delivery: Delivery,
    pub(super) failure: Failure,
    pub(super) delay: Delay,
}

/// The table of VERDICT §7: what contradicts comes first, then the outcome, then the notices, then the acceptance.
pub(super) fn decide(evidence: Evidence, class: &AddressClass) -> State {
    use {Delay as L, Delivery as D, Entry as E, Failure as F};
    let Evidence { entry, delivery, failure, delay } = evidence;
    match (entry, delivery, failure, delay) {
        // Refused with Accepted or Delivered; Delivered and Failed.
        (E::Contradictory, ..) | (E::Refused, D::InTime | D::AfterTimeout, ..) => State::Conflict,
        (_, D::InTime | D::AfterTimeout, F::Ordinary | F::Virus, _) => State::Conflict,
        (_, D::InTime, F::None, _) => State::Delivered,
        (_, D::AfterTimeout, F::None, _) => State::DeliveredLate,
        (_, D::None, F::Ordinary, _) => State::Failed,
        (_, D::None, F::Virus, _) => State::FailedVirus,
        (E::Refused, D::None, F::None, L::None) => State::Refused,
        (_, D::None, F::None, L::Hours24) => State::TimedOut,
        (_, D::None, F::None, L::Hours12) => State::Delayed,
        (E::Accepted, D::None, F::None, L::None) if *class == AddressClass::External => State::ExternalFinal,
        (E::Accepted, D::None, F::None, L::None) => State::AwaitingDelivery,
        (E::Unknown, D::None, F::None, L::None) => State::Pending,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of VERDICT §7 as sentences about a set of words, each row written on its own.
    fn row(words: &[&str], external: bool) -> State {
        let has = |word: &str| words.contains(&word);
        let delivered = has("delivered") || has("delivered after timeout");
        let failed = has("failed") || has("failed virus");
        if delivered && failed {
            return State::Conflict;
        }
        if has("refused") && (has("accepted") || delivered) {
            return State::Conflict;
        }
        if has("delivered after timeout") {
            return State::DeliveredLate;
        }
        if delivered {
            return State::Delivered;
        }
        if has("failed virus") {
            return State::FailedVirus;
        }
        if failed {
            return State::Failed;
        }
        if words == ["refused"] {
            return State::Refused;
        }
        if has("timeout") {
            return State::TimedOut;
        }
        if has("delay") {
            return State::Delayed;
        }
        if has("accepted") {
            return if external { State::ExternalFinal } else { State::AwaitingDelivery };
        }
        State::Pending
    }

    #[test]
    fn the_whole_truth_table() {
        let mut seen = std::collections::BTreeSet::new();
        let mut rows = 0;
        let entries: [(Entry, &[&str]); 4] = [
            (Entry::Unknown, &[]),
            (Entry::Accepted, &["accepted"]),
            (Entry::Refused, &["refused"]),
            (Entry::Contradictory, &["accepted", "refused"]),
        ];
        let deliveries: [(Delivery, &[&str]); 3] = [
            (Delivery::None, &[]),
            (Delivery::InTime, &["delivered"]),
            (Delivery::AfterTimeout, &["delivered after timeout"]),
        ];
        let failures: [(Failure, &[&str]); 3] =
            [(Failure::None, &[]), (Failure::Ordinary, &["failed"]), (Failure::Virus, &["failed virus"])];
        let delays: [(Delay, &[&str]); 3] =
            [(Delay::None, &[]), (Delay::Hours12, &["delay"]), (Delay::Hours24, &["timeout"])];
        for (entry, entry_words) in entries {
            for (delivery, delivery_words) in deliveries {
                for (failure, failure_words) in failures {
                    for (delay, delay_words) in delays {
                        for class in [AddressClass::Certified, AddressClass::External] {
                            let evidence = Evidence { entry, delivery, failure, delay };
                            let words = [entry_words, delivery_words, failure_words, delay_words].concat();
                            let state = decide(evidence, &class);
                            assert_eq!(state, row(&words, class == AddressClass::External), "{words:?} {class}");
                            seen.insert(state);
                            rows += 1;
                        }
                    }
                }
            }
        }
        assert_eq!((rows, seen.len()), (216, State::ALL.len()));
    }

    #[test]
    fn every_state_has_its_words() {
        let names: std::collections::BTreeSet<_> = State::ALL.iter().map(|state| state.as_str()).collect();
        assert_eq!(names.len(), State::ALL.len());
        for state in State::ALL {
            for language in [Language::It, Language::En] {
                assert!(state.explanation(language).ends_with('.') && !state.title(language).is_empty(), "{state}");
            }
        }
    }
}
