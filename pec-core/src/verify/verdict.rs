//! The verdict: a total table, first row that matches (VERDICT §2).

use std::fmt;

use super::Integrity;
use crate::finding::{Code, Effect, Finding, Language, Severity};
use crate::trust::TrustAtSigning;

/// What one message is worth as proof (VERDICT §2).
///
/// Only [`Verdict::Certified`] and [`Verdict::CertifiedWithProblems`] are proof that a licensed PEC provider signed
/// these very bytes. They do not prove that the content is true, that anybody read it, or that no other message exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Genuine, nothing contradicts it.
    Certified,
    /// Genuine, but something around the signed data contradicts them.
    CertifiedWithProblems,
    /// Intact, signed by somebody whom no PEC authority vouches for at the judged time.
    IntactButUntrusted,
    /// A genuine provider wrapped a message that is not certified.
    #[doc(alias = "busta di anomalia")]
    Anomaly,
    /// Not a PEC at its root; a PEC stands inside and can be extracted and verified on its own.
    ContainsPec,
    /// The signed bytes have changed since they were signed.
    Altered,
    /// Built to deceive.
    Forged,
    /// The signature could not be judged.
    Unverifiable,
    /// An ordinary message.
    NotPec,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 9] = [
        Self::Certified,
        Self::CertifiedWithProblems,
        Self::IntactButUntrusted,
        Self::Anomaly,
        Self::ContainsPec,
        Self::Altered,
        Self::Forged,
        Self::Unverifiable,
        Self::NotPec,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certified => "certified",
            Self::CertifiedWithProblems => "certified-with-problems",
            Self::IntactButUntrusted => "intact-but-untrusted",
            Self::Anomaly => "anomaly",
            Self::ContainsPec => "contains-pec",
            Self::Altered => "altered",
            Self::Forged => "forged",
            Self::Unverifiable => "unverifiable",
            Self::NotPec => "not-pec",
        }
    }

    /// The verdict in a few words, for a person.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Certified => ("CERTIFICATO", "CERTIFIED"),
            Self::CertifiedWithProblems => ("CERTIFICATO, CON PROBLEMI", "CERTIFIED, WITH PROBLEMS"),
            Self::IntactButUntrusted => ("INTEGRO MA NON ATTENDIBILE", "INTACT BUT UNTRUSTED"),
            Self::Anomaly => ("ANOMALIA: CONTENUTO NON CERTIFICATO", "ANOMALY: CONTENT NOT CERTIFIED"),
            Self::ContainsPec => ("CONTIENE UNA PEC", "CONTAINS A PEC"),
            Self::Altered => ("ALTERATO", "ALTERED"),
            Self::Forged => ("FALSO", "FORGED"),
            Self::Unverifiable => ("NON VERIFICABILE", "UNVERIFIABLE"),
            Self::NotPec => ("NON È UNA PEC", "NOT A PEC"),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// What the verdict means, for a person.
    #[must_use]
    pub const fn explanation(self, language: Language) -> &'static str {
        let (it, en) = match self {
            Self::Certified => (
                "Un gestore PEC ha firmato esattamente questi dati e nulla li contraddice.",
                "A PEC provider signed exactly these data and nothing contradicts them.",
            ),
            Self::CertifiedWithProblems => (
                "Un gestore PEC ha firmato questi dati, ma qualcosa intorno ad essi li contraddice: valgono i dati firmati.",
                "A PEC provider signed these data, but something around them contradicts them: the signed data count.",
            ),
            Self::IntactButUntrusted => (
                "I dati non sono cambiati dopo la firma, ma nessuna autorità PEC garantisce per chi ha firmato: non è una prova.",
                "The data have not changed since they were signed, but no PEC authority vouches for the signer: this is no proof.",
            ),
            Self::Anomaly => (
                "Un gestore PEC ha consegnato un messaggio che non è posta certificata: mittente, data e contenuto non sono certificati.",
                "A PEC provider delivered a message that is not certified mail: sender, date and content are not certified.",
            ),
            Self::ContainsPec => (
                "Questo messaggio non è una PEC, ma ne contiene una: va estratta e verificata a parte.",
                "This message is not a PEC, but contains one: extract it and verify it on its own.",
            ),
            Self::Altered => (
                "I dati firmati sono stati modificati dopo la firma: questa copia non è una prova.",
                "The signed data were changed after they were signed: this copy is no proof.",
            ),
            Self::Forged => (
                "Il messaggio è costruito per sembrare una PEC senza esserlo: non è una prova.",
                "The message is built to look like a PEC without being one: this is no proof.",
            ),
            Self::Unverifiable => (
                "La firma o i dati di certificazione non si possono leggere con sicurezza: nulla è dimostrato, né in un senso né nell'altro.",
                "The signature or the certification data cannot be read with certainty: nothing is proven either way.",
            ),
            Self::NotPec => (
                "È un messaggio ordinario, senza valore di PEC.",
                "This is an ordinary message, without the value of a PEC.",
            ),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// Whether the message is proof: rows 8 and 9.
    #[must_use]
    pub const fn is_certified(self) -> bool {
        matches!(self, Self::Certified | Self::CertifiedWithProblems)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What the signed root of the message is, before any finding counts. Row 1, no PEC shape at all, is decided before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A signed message that claims to be, or is, a receipt, notice or transport envelope.
    Pec,
    /// A signed message marked as an anomaly envelope, without certification data.
    Anomaly,
}

/// The answers without which no row below 6 is reached, whatever the findings say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Answers {
    pub(super) integrity: Integrity,
    pub(super) trust: TrustAtSigning,
}

/// The first row that matches, from row 2 on.
pub(super) fn decide(shape: Shape, answers: Answers, findings: &[Finding]) -> Verdict {
    let fatal = |effect: Effect| {
        findings.iter().any(|finding| finding.severity == Severity::Fatal && finding.code.effect() == effect)
    };
    let trick = |finding: &Finding| finding.severity == Severity::Fatal && is_signature_trick(finding.code);
    if fatal(Effect::NotPec) {
        Verdict::NotPec
    } else if fatal(Effect::Unverifiable) {
        Verdict::Unverifiable
    } else if findings.iter().any(trick) {
        Verdict::Forged
    } else if matches!(answers.integrity, Integrity::Unknown | Integrity::Unsigned) {
        Verdict::Unverifiable
    } else if fatal(Effect::Altered) || answers.integrity == Integrity::Altered {
        Verdict::Altered
    } else if fatal(Effect::Forged) {
        Verdict::Forged
    } else if fatal(Effect::Untrusted) || answers.trust != TrustAtSigning::Trusted {
        // Where nothing says when it was signed, no path is valid "at the judged time".
        Verdict::IntactButUntrusted
    } else if shape == Shape::Anomaly {
        Verdict::Anomaly
    } else if findings.iter().any(|finding| finding.severity >= Severity::Error) {
        Verdict::CertifiedWithProblems
    } else {
        Verdict::Certified
    }
}

/// Row 3, which stands before row 4, against row 5, which stands after it.
const fn is_signature_trick(code: Code) -> bool {
    matches!(
        code,
        Code::CmsEcontentPresent
            | Code::CmsNoSigner
            | Code::CmsMultiSigner
            | Code::CmsContentLooksLikeAttrs
            | Code::CmsAttributeRepeated
            | Code::CmsContentTypeAttr
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Answers = Answers { integrity: Integrity::Intact, trust: TrustAtSigning::Trusted };

    fn fatal(code: Code) -> Finding {
        Finding { code, severity: Severity::Fatal, detail: "".into() }
    }

    #[test]
    fn the_table_row_by_row() {
        use Code::{CertPath, CmsDigestMismatch, CmsNoSigner, CmsParse, IdFromCertMismatch, KindNone, MimeProtocol};
        let rows: [(Shape, Vec<Finding>, Verdict); 10] = [
            (Shape::Pec, vec![fatal(CmsNoSigner), fatal(CmsParse)], Verdict::Unverifiable),
            (Shape::Pec, vec![fatal(CmsDigestMismatch), fatal(CmsNoSigner)], Verdict::Forged),
            (Shape::Pec, vec![fatal(IdFromCertMismatch), fatal(CmsDigestMismatch)], Verdict::Altered),
            (Shape::Pec, vec![fatal(CertPath), fatal(IdFromCertMismatch)], Verdict::Forged),
            (Shape::Pec, vec![fatal(CertPath), Finding::new(KindNone)], Verdict::IntactButUntrusted),
            (Shape::Anomaly, vec![fatal(CertPath)], Verdict::IntactButUntrusted),
            (Shape::Anomaly, vec![Finding::new(KindNone)], Verdict::Anomaly),
            (Shape::Pec, vec![Finding::new(KindNone)], Verdict::CertifiedWithProblems),
            (Shape::Pec, vec![Finding::new(MimeProtocol)], Verdict::Certified),
            (Shape::Pec, vec![], Verdict::Certified),
        ];
        for (shape, findings, expected) in rows {
            assert_eq!(decide(shape, GOOD, &findings), expected, "{shape:?} {findings:?}");
        }
    }

    /// Without a single finding, nothing is certified that is not intact and trusted.
    #[test]
    fn certified_needs_both_answers() {
        use TrustAtSigning::{Trusted, Unknown, Untrusted};
        for integrity in [Integrity::Intact, Integrity::Altered, Integrity::Unsigned, Integrity::Unknown] {
            for trust in [Trusted, Untrusted, Unknown] {
                for shape in [Shape::Pec, Shape::Anomaly] {
                    let verdict = decide(shape, Answers { integrity, trust }, &[]);
                    let good = integrity == Integrity::Intact && trust == Trusted;
                    assert_eq!(verdict.is_certified(), good && shape == Shape::Pec);
                    assert_eq!(verdict == Verdict::Anomaly, good && shape == Shape::Anomaly);
                }
            }
        }
    }

    /// Every pair of findings of every severity, on every shape: adding the second to the first never moves the
    /// verdict towards `certified`.
    #[test]
    fn no_finding_ever_improves_a_verdict() {
        let distance = |verdict: Verdict| match verdict {
            Verdict::Certified => 0,
            Verdict::CertifiedWithProblems => 1,
            Verdict::Anomaly => 2,
            Verdict::IntactButUntrusted => 3,
            Verdict::Altered | Verdict::Forged => 4,
            Verdict::Unverifiable => 5,
            Verdict::NotPec | Verdict::ContainsPec => 6,
        };
        let all: Vec<Finding> = Code::ALL
            .iter()
            .flat_map(|code| code.severities().iter().map(|severity| Finding::new(*code).graded(*severity)))
            .collect();
        for shape in [Shape::Pec, Shape::Anomaly] {
            for first in &all {
                let alone = decide(shape, GOOD, std::slice::from_ref(first));
                for second in &all {
                    let both = decide(shape, GOOD, &[first.clone(), second.clone()]);
                    assert!(distance(both) >= distance(alone), "{first:?} + {second:?}: {alone} became {both}");
                    assert_eq!(both, decide(shape, GOOD, &[second.clone(), first.clone()]), "the order counts");
                }
            }
        }
    }
}
