//! Which kind of message it is: the markers of the outer header against the signed `tipo`.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::MailboxRole;
use super::outer::{Outer, token};
use crate::daticert::{CertData, ErrorKind, Kind as CertKind};
use crate::finding::{Code, Finding, Language};

/// Kind of a message, as signed (VERDICT §1). What the outer header claims is never the kind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A receipt, notice or transport envelope: the signed `tipo`.
    Pec(CertKind),
    /// An anomaly envelope.
    #[doc(alias = "busta di anomalia")]
    Anomaly,
    /// Everything else, and messages whose certification data are missing or cannot be read.
    Ordinary,
}

impl Kind {
    /// The name on the wire: the value of `tipo`, `anomalia` or `ordinary`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pec(kind) => kind.as_str(),
            Self::Anomaly => "anomalia",
            Self::Ordinary => "ordinary",
        }
    }

    /// The name for a person.
    #[must_use]
    pub fn title(&self, language: Language) -> &str {
        use CertKind as K;
        let (it, en) = match self {
            Self::Pec(K::Acceptance) => ("ricevuta di accettazione", "acceptance receipt"),
            Self::Pec(K::NonAcceptance) => ("avviso di non accettazione", "non-acceptance notice"),
            Self::Pec(K::TakeCharge) => ("ricevuta di presa in carico", "take-charge receipt"),
            Self::Pec(K::Delivery) => ("ricevuta di avvenuta consegna", "delivery receipt"),
            Self::Pec(K::Transport) => ("busta di trasporto", "transport envelope"),
            Self::Pec(K::DeliveryError) => ("avviso di mancata consegna", "non-delivery notice"),
            Self::Pec(K::DelayNotice) => {
                ("avviso di mancata consegna per superamento dei tempi massimi", "notice of exceeded maximum time")
            }
            Self::Pec(K::VirusDetection) => ("avviso di rilevazione virus", "virus detection notice"),
            Self::Pec(K::Other(name)) => (name.as_str(), name.as_str()),
            Self::Anomaly => ("busta di anomalia", "anomaly envelope"),
            Self::Ordinary => ("messaggio ordinario", "ordinary message"),
        };
        if language == Language::It { it } else { en }
    }

    /// Whether the message carries somebody's message from sender to recipient.
    #[must_use]
    pub const fn is_envelope(&self) -> bool {
        matches!(self, Self::Pec(CertKind::Transport) | Self::Anomaly)
    }
}

/// The markers of the outer header, in lower case.
#[derive(Debug)]
pub(super) struct Markers<'m> {
    receipt: Tokens<'m>,
    transport: Tokens<'m>,
}

/// As a rule there is one.
type Tokens<'m> = SmallVec<[Cow<'m, str>; 1]>;

impl<'m> Markers<'m> {
    pub(super) fn of(outer: &Outer<'m>) -> Self {
        let tokens = |values: &[&'m [u8]]| values.iter().map(|value| token(value)).collect();
        Self { receipt: tokens(&outer.receipt), transport: tokens(&outer.transport) }
    }

    pub(super) fn none(&self) -> bool {
        self.receipt.is_empty() && self.transport.is_empty()
    }

    /// Marked as an anomaly envelope, whatever stands beside: a stranger's `X-Ricevuta` is inherited.
    pub(super) fn anomaly(&self) -> bool {
        self.transport.iter().any(|value| value == "errore")
    }

    /// Compares the markers with the signed kind, or with the absence of certification data.
    pub(super) fn check(&self, data: Option<&CertData>, findings: &mut Vec<Finding>) {
        let all = || self.receipt.iter().chain(&self.transport);
        for value in all() {
            if !known(value) {
                findings.push(Finding::new(Code::KindUnknownValue).with(value.to_string()));
            }
        }
        let Some(data) = data else {
            if self.anomaly() && all().any(|value| value != "errore") {
                findings.push(Finding::new(Code::KindBoth).with(self.list()));
            }
            return;
        };
        if !data.kind.is_listed() {
            findings.push(Finding::new(Code::KindUnknownValue).with(format!("tipo {}", data.kind)));
        }
        let (expected, others) = if data.kind == CertKind::Transport {
            (&self.transport, &self.receipt)
        } else {
            (&self.receipt, &self.transport)
        };
        let matches = |value: &Cow<'_, str>| value.eq_ignore_ascii_case(data.kind.as_str());
        if self.none() {
            findings.push(Finding::new(Code::KindNone).with(format!("tipo {}", data.kind)));
        } else if !expected.iter().any(matches) {
            if self.anomaly() {
                findings.push(Finding::new(Code::DaticertInAnomaly));
            }
            let detail = format!("{}; signed: {}", self.list(), data.kind);
            findings.push(Finding::new(Code::KindHeaderVsDaticert).with(detail));
        } else if !others.is_empty() || !expected.iter().all(matches) {
            findings.push(Finding::new(Code::KindBoth).with(self.list()));
        }
    }

    pub(super) fn list(&self) -> String {
        let list = |name: &str, values: &[Cow<'_, str>]| -> Vec<String> {
            values.iter().map(|value| format!("{name}: {value}")).collect()
        };
        [list("X-Ricevuta", &self.receipt), list("X-Trasporto", &self.transport)].concat().join(", ")
    }
}

/// The values of PEC-SPEC §2.14.
fn known(marker: &str) -> bool {
    marker == "errore" || CertKind::from_wire(marker).is_listed()
}

/// The subject prefixes, longest first among those that begin alike (PEC-SPEC §2.14).
const PREFIXES: [&str; 11] = [
    "ACCETTAZIONE",
    "AVVISO DI NON ACCETTAZIONE PER VIRUS",
    "AVVISO DI NON ACCETTAZIONE",
    "POSTA CERTIFICATA",
    "PRESA IN CARICO",
    "ANOMALIA MESSAGGIO",
    "PROBLEMA DI SICUREZZA",
    "AVVISO DI MANCATA CONSEGNA PER VIRUS",
    "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO",
    "AVVISO DI MANCATA CONSEGNA",
    "CONSEGNA",
];

/// The prefix of a subject and the rest, by the longest prefix. `subject` has its white space collapsed.
pub(super) fn split_subject(subject: &str) -> Option<(&'static str, &str)> {
    PREFIXES.iter().find_map(|prefix| {
        let rest = subject.get(prefix.len()..)?;
        let colon = subject.get(..prefix.len())?.eq_ignore_ascii_case(prefix).then(|| rest.trim_start())?;
        colon.strip_prefix(':').map(|rest| (*prefix, rest.trim_start()))
    })
}

/// The prefix that a kind bears.
fn prefix(kind: &Kind, error: Option<&ErrorKind>) -> Option<&'static str> {
    let virus = error == Some(&ErrorKind::Virus);
    Some(match kind {
        Kind::Anomaly => "ANOMALIA MESSAGGIO",
        Kind::Pec(CertKind::Acceptance) => "ACCETTAZIONE",
        Kind::Pec(CertKind::NonAcceptance) if virus => "AVVISO DI NON ACCETTAZIONE PER VIRUS",
        Kind::Pec(CertKind::NonAcceptance) => "AVVISO DI NON ACCETTAZIONE",
        Kind::Pec(CertKind::Transport) => "POSTA CERTIFICATA",
        Kind::Pec(CertKind::TakeCharge) => "PRESA IN CARICO",
        Kind::Pec(CertKind::VirusDetection) => "PROBLEMA DI SICUREZZA",
        Kind::Pec(CertKind::DeliveryError) if virus => "AVVISO DI MANCATA CONSEGNA PER VIRUS",
        Kind::Pec(CertKind::DeliveryError) => "AVVISO DI MANCATA CONSEGNA",
        Kind::Pec(CertKind::DelayNotice) => "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO",
        Kind::Pec(CertKind::Delivery) => "CONSEGNA",
        Kind::Pec(CertKind::Other(_)) | Kind::Ordinary => return None,
    })
}

/// `kind.subject_prefix`, `daticert.subject_vs_header`, `kind.virus_header`, `kind.service_only`.
pub(super) fn check_headers(
    kind: &Kind,
    data: Option<&CertData>,
    outer: &Outer<'_>,
    mailbox: MailboxRole,
    findings: &mut Vec<Finding>,
) {
    let subject = outer.subject_text().unwrap_or_default();
    let split = split_subject(&subject);
    if let Some(expected) = prefix(kind, data.map(|data| &data.error)) {
        if split.map(|(found, _)| found) != Some(expected) {
            findings.push(Finding::new(Code::KindSubjectPrefix).with(format!("{subject:?} instead of {expected}")));
        } else if let (Some((_, rest)), Some(data)) = (split, data) {
            compare_subject(rest, data.subject.as_deref().unwrap_or_default(), findings);
        }
    }
    let Some(data) = data else { return };
    let virus =
        data.error == ErrorKind::Virus && matches!(data.kind, CertKind::NonAcceptance | CertKind::DeliveryError);
    let marked = outer.security.iter().any(|value| token(value) == "errore");
    if virus != marked {
        let detail = if virus { "X-VerificaSicurezza is missing" } else { "X-VerificaSicurezza without a virus" };
        findings.push(Finding::new(Code::KindVirusHeader).with(detail));
    }
    if mailbox == MailboxRole::User && matches!(data.kind, CertKind::TakeCharge | CertKind::VirusDetection) {
        findings.push(Finding::new(Code::KindServiceOnly));
    }
}

/// Compared without white space: folding spaces vary from provider to provider. A character that was replaced in the
/// repair of a malformed subject stands for anything.
fn compare_subject(header: &str, signed: &str, findings: &mut Vec<Finding>) {
    if header == signed {
        return;
    }
    let plain = |text: &str| text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect::<String>();
    let (left, right) = (plain(header), plain(signed));
    if left != right && !signed.contains('\u{fffd}') {
        findings.push(Finding::new(Code::DaticertSubjectVsHeader).with(format!("{header:?}; signed: {signed:?}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_prefix_first() {
        let split = |subject: &str| split_subject(subject).map(|(prefix, rest)| (prefix, rest.to_owned()));
        assert_eq!(
            split("AVVISO DI MANCATA CONSEGNA PER VIRUS: x"),
            Some(("AVVISO DI MANCATA CONSEGNA PER VIRUS", "x".into()))
        );
        assert_eq!(split("AVVISO DI MANCATA CONSEGNA: x"), Some(("AVVISO DI MANCATA CONSEGNA", "x".into())));
        assert_eq!(split("CONSEGNA:"), Some(("CONSEGNA", "".into())));
        assert_eq!(split("RE: POSTA CERTIFICATA: x"), None);
        assert_eq!(split("CONSEGNÀ: x"), None);
    }
}
