//! A verification as a person reads it.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use pec_core::daticert::CertData;
use pec_core::finding::{Finding, Language, Severity};
use pec_core::verify::{Verdict, Verification};

/// Recipients that are named before the rest is counted.
const NAMED: usize = 5;

fn colour(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Certified => AnsiColor::Green,
        Verdict::CertifiedWithProblems | Verdict::Anomaly | Verdict::ContainsPec => AnsiColor::Yellow,
        Verdict::Altered | Verdict::Forged | Verdict::IntactButUntrusted => AnsiColor::Red,
        Verdict::Unverifiable | Verdict::NotPec => AnsiColor::Magenta,
    };
    Style::new().bold().fg_color(Some(colour.into()))
}

/// One line: verdict, kind, name.
pub(crate) fn line(name: &str, verification: &Verification) -> String {
    let style = colour(verification.verdict);
    let name = printable(name);
    format!("{style}{:24}{style:#} {:26} {name}\n", verification.verdict.as_str(), verification.kind.as_str())
}

/// The whole answer.
pub(crate) fn verification(name: &str, verification: &Verification, language: Language) -> String {
    let mut text = String::new();
    let verdict = verification.verdict;
    let style = colour(verdict);
    let bold = Style::new().bold();
    let kind = verification.kind.title(language);
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{bold}{}{bold:#}", printable(name));
    let _ = writeln!(text, "  {style}{}{style:#} — {kind}", verdict.title(language));
    let _ = writeln!(text, "  {}", verdict.explanation(language));
    let mut row = |it: &str, en: &str, value: &str| {
        if !value.is_empty() {
            let label = if language == Language::It { it } else { en };
            let _ = writeln!(text, "    {label:18} {}", printable(value));
        }
    };
    if let Some(data) = &verification.daticert {
        rows_of_data(data, &mut row);
    }
    if let Some(signer) = &verification.signer {
        let who = signer.name.as_deref().unwrap_or(&signer.subject);
        let address = signer.email.as_deref().map(|email| format!(" <{email}>")).unwrap_or_default();
        row("firmato da", "signed by", &format!("{who}{address}"));
        row("certificato di", "certificate by", &signer.issuer);
    }
    if let Some(signed_at) = verification.signed_at {
        row("firmato il", "signed at", &signed_at.to_string());
    }
    row("risposte", "answers", &answers(verification, language));
    for severity in [Severity::Fatal, Severity::Error, Severity::Warning, Severity::Info] {
        for finding in verification.findings.iter().filter(|finding| finding.severity == severity) {
            finding_rows(finding, language, &mut text);
        }
    }
    text.push('\n');
    text
}

fn rows_of_data(data: &CertData, row: &mut impl FnMut(&str, &str, &str)) {
    if let Some(sender) = &data.sender {
        row("mittente", "sender", sender.as_str());
    }
    let mut recipients: Vec<_> =
        data.recipients.iter().take(NAMED).map(|r| format!("{} ({})", r.address, r.class)).collect();
    if data.recipients.len() > NAMED {
        recipients.push(format!("+{}", data.recipients.len() - NAMED));
    }
    row("destinatari", "recipients", &recipients.join(", "));
    if let Some(delivered_to) = &data.delivered_to {
        row("consegna a", "delivery to", delivered_to.as_str());
    }
    row("oggetto", "subject", data.subject.as_deref().unwrap_or_default());
    if let Some(time) = &data.time {
        row("ora certificata", "certified time", &format!("{} {} ({})", time.day, time.hour, time.zone));
    }
    row("gestore", "provider", data.issuer.as_deref().unwrap_or_default());
    row("identificativo", "identifier", data.pec_id.as_deref().unwrap_or_default());
    if let Some(detail) = &data.error_detail {
        row("errore", "error", detail.as_str());
    }
}

/// The separate answers of the verdict, in one row.
fn answers(verification: &Verification, language: Language) -> String {
    let labels = match language {
        Language::It => ["integrità", "fiducia alla firma", "fiducia oggi", "tempo", "revoca", "ancora"],
        Language::En => ["integrity", "trust at signing", "trust now", "time", "revocation", "anchor"],
    };
    let anchor = verification.anchor.as_ref().map(ToString::to_string).unwrap_or_else(|| "-".into());
    let values = [
        verification.integrity.as_str(),
        verification.trust_at_signing.as_str(),
        verification.trust_now.as_str(),
        verification.time.as_str(),
        verification.revocation.as_str(),
        anchor.as_str(),
    ];
    labels.iter().zip(values).map(|(label, value)| format!("{label}: {value}")).collect::<Vec<_>>().join(" · ")
}

fn finding_rows(finding: &Finding, language: Language, text: &mut String) {
    let (mark, colour) = match finding.severity {
        Severity::Fatal => ("✗", AnsiColor::Red),
        Severity::Error => ("!", AnsiColor::Red),
        Severity::Warning => ("!", AnsiColor::Yellow),
        Severity::Info => ("·", AnsiColor::Cyan),
    };
    let style = Style::new().fg_color(Some(colour.into()));
    let dim = Style::new().dimmed();
    let _ = writeln!(text, "  {style}{mark} {}{style:#} {}", finding.code, finding.code.explanation(language));
    if !finding.detail.is_empty() {
        let _ = writeln!(text, "      {dim}{}{dim:#}", printable(&finding.detail));
    }
}

/// The last line of a run over several messages.
pub(crate) fn summary(certified: usize, others: usize, unread: usize, language: Language) -> String {
    match language {
        Language::It => format!("{certified} certificati, {others} non certificati, {unread} non letti"),
        Language::En => format!("{certified} certified, {others} not certified, {unread} not read"),
    }
}

/// Text from a message must not steer the terminal: control characters, and those that turn the direction of text,
/// become visible.
pub(crate) fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect()
}
