//! The table of findings as Markdown: docs/FINDINGS.md is this, word for word.

use std::fmt::Write;

use super::{Code, Effect, Language, Layer, Severity};

const HEAD: &str = "\
# Findings

What a check can report. Made from the table in `pec-core/src/finding/table.rs`; CI compares.

- **severity**: the usual one first. `info` changes nothing; `warning`: unusual or weak, the proof stands; `error`: the
  proof stands, but something around it contradicts it; `fatal`: no proof.
- **verdict**: what a fatal finding decides (VERDICT §2).
- **rule**: where the rule comes from.
";

const LAYERS: [Layer; 9] = [
    Layer::Mime,
    Layer::Cms,
    Layer::Trust,
    Layer::Time,
    Layer::Identity,
    Layer::Kind,
    Layer::Daticert,
    Layer::Original,
    Layer::Receipt,
];

/// The whole table as Markdown, a section for each layer, each line ended by LF.
///
/// ```
/// let document = pec_core::finding::document();
/// assert!(document.contains("| `cms.digest_mismatch` | fatal | altered | RFC 5652 §5.4 |"));
/// ```
#[must_use]
pub fn document() -> String {
    let mut out = HEAD.to_owned();
    for layer in LAYERS {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "\n## {}\n\n| code | severity | verdict | rule | italiano | English |\n|---|---|---|---|---|---|\n",
            layer.as_str()
        );
        for code in Code::ALL.iter().filter(|code| code.layer() == layer) {
            let severities: Vec<&str> = code.severities().iter().copied().map(Severity::as_str).collect();
            let _ = writeln!(
                out,
                "| `{code}` | {} | {} | {} | {} | {} |",
                severities.join(", "),
                verdict(code.effect()),
                cell(code.rule()),
                cell(code.explanation(Language::It)),
                cell(code.explanation(Language::En)),
            );
        }
    }
    out
}

const fn verdict(effect: Effect) -> &'static str {
    match effect {
        Effect::NotPec => "not-pec, contains-pec",
        Effect::Unverifiable => "unverifiable",
        Effect::Forged => "forged",
        Effect::Altered => "altered",
        Effect::Untrusted => "intact-but-untrusted",
        Effect::Comparison => "of the comparison",
        Effect::Never => "–",
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_one_row_of_six_cells() {
        let document = document();
        for code in Code::ALL {
            let rows: Vec<&str> = document.lines().filter(|line| line.starts_with(&format!("| `{code}` |"))).collect();
            assert_eq!(rows.len(), 1, "{code}");
            assert_eq!(rows[0].replace("\\|", "").matches('|').count(), 7, "{code}");
            assert!(rows[0].contains(code.explanation(Language::It)) && rows[0].ends_with(" |"));
        }
        assert_eq!(document.lines().filter(|line| line.starts_with("| `")).count(), Code::ALL.len());
    }
}
