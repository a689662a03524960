//! The fields of a query: their names in Italian and English, and the values that they know.

use pec_core::reconcile::State;
use pec_core::verify::Verdict;

use crate::mailbox::mailbox_key;

/// A field with a list of messages for each value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Field {
    /// What kind of message it is: `tipo` of its certification data, `anomalia` or `ordinary`.
    Kind,
    /// The verdict.
    Verdict,
    /// The state of a recipient of its transaction.
    State,
    /// The mailbox in which it was found.
    Mailbox,
    /// A tag of the host.
    Tag,
    /// Where it stands with the conservation service, in the newest package that has it.
    Deposit,
}

/// What a name before a colon asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    /// Words in this column.
    Column(&'static str),
    Exact(Field),
    After,
    Before,
    About,
    Hash,
}

/// The field of this name.
pub(super) fn named(name: &str) -> Option<Name> {
    Some(match name.to_lowercase().as_str() {
        "da" | "from" => Name::Column("sender"),
        "a" | "to" => Name::Column("recipients"),
        "oggetto" | "subject" => Name::Column("subject"),
        "testo" | "text" => Name::Column("text"),
        "allegato" | "attachment" => Name::Column("attachments"),
        "tipo" | "kind" => Name::Exact(Field::Kind),
        "verdetto" | "verdict" => Name::Exact(Field::Verdict),
        "stato" | "state" => Name::Exact(Field::State),
        "casella" | "mailbox" => Name::Exact(Field::Mailbox),
        "etichetta" | "tag" => Name::Exact(Field::Tag),
        "versato" | "deposited" => Name::Exact(Field::Deposit),
        "dopo" | "after" => Name::After,
        "prima" | "before" => Name::Before,
        "id" | "identificativo" | "msgid" | "message-id" => Name::About,
        "impronta" | "hash" => Name::Hash,
        _ => return None,
    })
}

/// How the name of a column is typed.
pub(super) fn name_of_column(column: &str) -> &str {
    match column {
        "sender" => "da",
        "recipients" => "a",
        "subject" => "oggetto",
        "text" => "testo",
        "attachments" => "allegato",
        other => other,
    }
}

impl Field {
    /// How its name is typed.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Kind => "tipo",
            Self::Verdict => "verdetto",
            Self::State => "stato",
            Self::Mailbox => "casella",
            Self::Tag => "etichetta",
            Self::Deposit => "versato",
        }
    }

    /// Which values it has, in Italian and in English, for whoever has written another.
    pub(super) const fn which(self) -> (&'static str, &'static str) {
        match self {
            Self::Kind => (
                "il campo non ha questo valore; ha accettazione, non-accettazione, presa-in-carico, consegna, busta, \
                 mancata-consegna, preavviso, virus, anomalia, ordinario",
                "the field has no such value; it has acceptance, non-acceptance, take-charge, delivery, envelope, failure, \
                 delay, virus, anomaly, ordinary",
            ),
            Self::Verdict => (
                "il campo non ha questo valore; ha certificato, certificato-con-problemi, integro-non-attendibile, \
                 anomalia, contiene-pec, alterato, falso, non-verificabile, non-pec",
                "the field has no such value; it has certified, certified-with-problems, intact-but-untrusted, anomaly, \
                 contains-pec, altered, forged, unverifiable, not-pec",
            ),
            Self::State => (
                "il campo non ha questo valore; ha in-attesa, in-attesa-accettazione, accettato, esterno, in-ritardo, \
                 scaduto, consegnato, consegnato-in-ritardo, non-consegnato, virus, rifiutato, in-contrasto",
                "the field has no such value; it has pending, awaiting-delivery, external-final, delayed, timed-out, \
                 delivered, delivered-late, failed, failed-virus, refused, conflict",
            ),
            Self::Deposit => (
                "il campo non ha questo valore; ha in-attesa, accettato, rifiutato, sì",
                "the field has no such value; it has waiting, accepted, refused, yes",
            ),
            // They have any value.
            Self::Mailbox | Self::Tag => ("il campo non ha questo valore", "the field has no such value"),
        }
    }

    /// The stored values that a written one stands for; `None` where the field knows no such value.
    pub(super) fn values(self, written: &str) -> Option<Vec<String>> {
        let lower = written.to_lowercase();
        let values: Vec<&str> = match self {
            Self::Mailbox => return Some(vec![mailbox_key(written)]),
            Self::Tag => return Some(vec![written.to_owned()]),
            Self::Kind => {
                KINDS.iter().filter(|(_, names)| names.contains(&lower.as_str())).map(|(kind, _)| *kind).collect()
            }
            Self::Verdict => verdicts(&lower),
            Self::State => states(&lower),
            Self::Deposit => deposits(&lower),
        };
        (!values.is_empty()).then(|| values.into_iter().map(str::to_owned).collect())
    }
}

/// Kinds as they are stored, and how they may be written.
const KINDS: [(&str, &[&str]); 10] = [
    ("accettazione", &["accettazione", "acceptance"]),
    ("non-accettazione", &["non-accettazione", "rifiuto", "non-acceptance"]),
    ("presa-in-carico", &["presa-in-carico", "take-charge"]),
    ("avvenuta-consegna", &["avvenuta-consegna", "consegna", "delivery"]),
    ("posta-certificata", &["posta-certificata", "busta", "envelope"]),
    ("errore-consegna", &["errore-consegna", "mancata-consegna", "failure"]),
    ("preavviso-errore-consegna", &["preavviso-errore-consegna", "preavviso", "delay"]),
    ("rilevazione-virus", &["rilevazione-virus", "virus"]),
    ("anomalia", &["anomalia", "anomaly"]),
    ("ordinary", &["ordinario", "ordinary"]),
];

fn verdicts(written: &str) -> Vec<&'static str> {
    let italian = match written {
        "certificato" => Verdict::Certified,
        "certificato-con-problemi" => Verdict::CertifiedWithProblems,
        "integro-non-attendibile" => Verdict::IntactButUntrusted,
        "anomalia" => Verdict::Anomaly,
        "contiene-pec" => Verdict::ContainsPec,
        "alterato" => Verdict::Altered,
        "falso" => Verdict::Forged,
        "non-verificabile" => Verdict::Unverifiable,
        "non-pec" => Verdict::NotPec,
        _ => return Verdict::ALL.iter().map(|verdict| verdict.as_str()).filter(|name| *name == written).collect(),
    };
    vec![italian.as_str()]
}

fn deposits(written: &str) -> Vec<&'static str> {
    match written {
        "in-attesa" | "waiting" => vec!["waiting"],
        "accettato" | "accepted" => vec!["accepted"],
        "rifiutato" | "refused" => vec!["refused"],
        "sì" | "si" | "yes" => vec!["waiting", "accepted", "refused"],
        _ => Vec::new(),
    }
}

fn states(written: &str) -> Vec<&'static str> {
    use State as S;
    let italian: &[State] = match written {
        "in-attesa" => &[S::Pending, S::AwaitingDelivery, S::Delayed],
        "in-attesa-accettazione" => &[S::Pending],
        "accettato" => &[S::AwaitingDelivery],
        "esterno" => &[S::ExternalFinal],
        "in-ritardo" => &[S::Delayed],
        "scaduto" => &[S::TimedOut],
        "consegnato" => &[S::Delivered, S::DeliveredLate],
        "consegnato-in-ritardo" => &[S::DeliveredLate],
        "non-consegnato" => &[S::Failed, S::FailedVirus, S::TimedOut],
        "virus" => &[S::FailedVirus],
        "rifiutato" | "non-accettato" => &[S::Refused],
        "in-contrasto" => &[S::Conflict],
        _ => return State::ALL.iter().map(|state| state.as_str()).filter(|name| *name == written).collect(),
    };
    italian.iter().map(|state| state.as_str()).collect()
}
