//! The answers of a verification in the words of a person. JSON and codes keep their names on the wire.

use jiff::Timestamp;
use pec_core::daticert::{AddressClass, CertTime};
use pec_core::finding::Language;
use pec_core::trust::{Anchor, Revocation, TrustAtSigning, TrustNow};
use pec_core::verify::{Integrity, TimeProof};

type Pair = (&'static str, &'static str);

const fn pick(language: Language, (it, en): Pair) -> &'static str {
    match language {
        Language::It => it,
        Language::En => en,
    }
}

pub(super) const fn integrity(answer: Integrity, language: Language) -> &'static str {
    let pair = match answer {
        Integrity::Intact => ("i dati sono quelli che furono firmati", "the data are those that were signed"),
        Integrity::Altered => ("i dati sono cambiati dopo la firma", "the data have changed since they were signed"),
        Integrity::Unsigned => ("non c'è alcuna firma", "there is no signature"),
        Integrity::Unknown => ("la firma non si può giudicare", "the signature cannot be judged"),
    };
    pick(language, pair)
}

pub(super) const fn trust_then(answer: TrustAtSigning, language: Language) -> &'static str {
    let pair = match answer {
        TrustAtSigning::Trusted => ("sì", "yes"),
        TrustAtSigning::Untrusted => ("no", "no"),
        TrustAtSigning::Unknown => ("non si può dire", "cannot be told"),
    };
    pick(language, pair)
}

pub(super) const fn trust_now(answer: TrustNow, language: Language) -> &'static str {
    let pair = match answer {
        TrustNow::Trusted => ("sì", "yes"),
        TrustNow::Expired => ("non più: il certificato è scaduto", "no longer: the certificate has expired"),
        TrustNow::Untrusted => ("no", "no"),
        TrustNow::Unknown => ("non si può dire", "cannot be told"),
    };
    pick(language, pair)
}

pub(super) const fn time(answer: TimeProof, language: Language) -> &'static str {
    let pair = match answer {
        TimeProof::Proven => ("provata da una marca temporale", "proven by a time-stamp"),
        TimeProof::Claimed => ("dichiarata da chi ha firmato", "stated by the signer alone"),
    };
    pick(language, pair)
}

pub(super) fn revocation(answer: Revocation, language: Language) -> String {
    match answer {
        Revocation::Good => {
            pick(language, ("il certificato non era revocato", "the certificate was not revoked")).into()
        }
        Revocation::NotChecked => pick(language, ("non controllata", "not checked")).into(),
        Revocation::Revoked { when, reason } => {
            let said = pick(language, ("certificato revocato", "the certificate was revoked"));
            let when = Timestamp::from_second(when).map(|when| instant(when, language)).unwrap_or_default();
            format!("{said} ({when}, {reason})")
        }
    }
}

pub(super) fn anchor(anchor: Option<&Anchor>, language: Language) -> String {
    match anchor {
        Some(Anchor::AgidCa1) => "AgID CA1".into(),
        Some(Anchor::DigitPaCa1) => "DigitPA CA1".into(),
        // Always visible, and never to be taken for one of the PEC system: its whole fingerprint is in the finding.
        Some(Anchor::Host(print)) => {
            let short: String = print.to_string().chars().take(12).collect();
            let said = pick(language, ("non PEC, aggiunta da chi verifica", "not PEC, added by whoever verifies"));
            format!("{said} ({short}…)")
        }
        None => pick(language, ("nessuna", "none")).into(),
    }
}

pub(super) fn class(class: &AddressClass, language: Language) -> &str {
    match class {
        AddressClass::Certified => pick(language, ("PEC", "PEC")),
        AddressClass::External => pick(language, ("non PEC", "not PEC")),
        other => other.as_str(),
    }
}

/// An instant in UTC.
pub(super) fn instant(instant: Timestamp, language: Language) -> String {
    let form = pick(language, ("%d/%m/%Y %H:%M:%S UTC", "%Y-%m-%d %H:%M:%S UTC"));
    instant.strftime(form).to_string()
}

/// A certified time as printed, in English with the year first: 03/04 is not read the same everywhere.
pub(super) fn certified_time(time: &CertTime, language: Language) -> String {
    let mut day = time.day.clone();
    if let (Language::En, Some(_), [d, m, y]) = (language, time.utc, &*day.split('/').collect::<Vec<_>>()) {
        day = format!("{y}-{m}-{d}");
    }
    format!("{day} {} ({})", time.hour, time.zone)
}
