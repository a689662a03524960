//! A verification as a small table, for notebooks. What comes from the message is text and nothing else.

use maud::{Markup, html};
use pec_core::finding::{Language, Severity};
use pec_core::text::printable;
use pec_core::verify::Verification;

/// The table: verdict and answers, then the findings, the gravest first.
pub(super) fn table(name: &str, verification: &Verification) -> String {
    let verdict = verification.verdict();
    let colour = if verdict.is_certified() { "#1a7f37" } else { "#b42318" };
    let signer = verification.signer.as_ref().map(|signer| printable(&signer.subject));
    let mut findings: Vec<_> = verification.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let markup = html! {
        table {
            caption style="text-align:left" { bdi { (printable(name)) } }
            tbody {
                (row("verdict", &html! { b style={ "color:" (colour) } { (verdict.title(Language::En)) } }))
                (row("", &html! { (verdict.explanation(Language::En)) }))
                (row("kind", &html! { bdi { (printable(verification.kind.title(Language::En))) } }))
                (row("integrity", &html! { (verification.integrity.as_str()) }))
                (row("trust", &html! {
                    "at signing " (verification.trust_at_signing.as_str()) ", now " (verification.trust_now.as_str())
                    ", revocation " (verification.revocation.as_str())
                }))
                @if let Some(at) = verification.signed_at {
                    (row("signed", &html! { (at) " (" (verification.time.as_str()) ")" }))
                }
                @if let Some(signer) = signer { (row("signer", &html! { bdi { (signer) } })) }
                @for finding in findings {
                    @let weight = if finding.severity >= Severity::Error { "bold" } else { "normal" };
                    (row(finding.severity.as_str(), &html! {
                        code style={ "font-weight:" (weight) } { (finding.code) }
                        @if !finding.detail.is_empty() { " " bdi { (printable(&finding.detail)) } }
                        br;
                        (finding.code.explanation(Language::En))
                    }))
                }
            }
        }
    };
    markup.into_string()
}

fn row(head: &str, cell: &Markup) -> Markup {
    html! { tr { th style="text-align:left;vertical-align:top" { (head) } td style="text-align:left" { (cell) } } }
}
