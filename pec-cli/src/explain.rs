//! `pec explain CODE`.

use std::io::Write;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use pec_core::delegation::DeniedCode;
use pec_core::finding::{Code, Effect, Language};
use pec_core::verify::JudgedAt;

use crate::render::{Page, printable};
use crate::text::{Stop, Text};

/// Which code to explain.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A finding code such as `cms.digest_mismatch`, or why something was refused, such as `permission.missing`; without one, all
    /// codes are listed.
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let mut output = anstream::stdout();
    let Some(wanted) = &arguments.code else {
        for code in Code::ALL {
            writeln!(output, "{:32} {}", code.as_str(), code.rule())?;
        }
        for code in DeniedCode::ALL {
            writeln!(output, "{:32} {}", code.as_str(), code.rule())?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let page = Page::new(language, JudgedAt::Signing);
    if let Some(code) = DeniedCode::parse(wanted) {
        let (bold, rule) = (Style::new().bold(), if language == Language::It { "regola" } else { "rule" });
        writeln!(output, "{bold}{code}{bold:#}")?;
        write!(output, "{}", page.text("  ", code.explanation(language)))?;
        writeln!(output, "  {rule}: {}", code.rule())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(code) = Code::parse(wanted) else { return Err(unknown(wanted).into()) };
    let (effect, severities, rule) = match language {
        Language::It => ("se decisivo, il verdetto è", "gravità", "regola"),
        Language::En => ("when fatal, the verdict is", "severity", "rule"),
    };
    let bold = Style::new().bold();
    writeln!(output, "{bold}{code}{bold:#}")?;
    write!(output, "{}", page.text("  ", code.explanation(language)))?;
    let grades: Vec<_> = code.severities().iter().map(|severity| severity.as_str()).collect();
    writeln!(output, "  {severities}: {}", grades.join(" / "))?;
    writeln!(output, "  {rule}: {}", code.rule())?;
    if code.effect() != Effect::Never {
        writeln!(output, "  {effect}: {}", verdict(code.effect()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(wanted: &str) -> Text {
    let findings = Code::ALL.iter().map(|code| code.as_str());
    let all = findings.chain(DeniedCode::ALL.iter().map(|code| code.as_str()));
    let near: Vec<_> = all.filter(|code| alike(code, wanted)).collect();
    let (it, en) = if near.is_empty() {
        ("`pec explain` li elenca tutti".to_owned(), "`pec explain` lists them all".to_owned())
    } else {
        (format!("forse {}?", near.join(", ")), format!("did you mean {}?", near.join(", ")))
    };
    let wanted = printable(wanted);
    Text::new(format!("nessun codice si chiama \"{wanted}\"; {it}"), format!("no code is called \"{wanted}\"; {en}"))
}

const fn verdict(effect: Effect) -> &'static str {
    match effect {
        Effect::NotPec => "not-pec / contains-pec",
        Effect::Unverifiable => "unverifiable",
        Effect::Forged => "forged",
        Effect::Altered => "altered",
        Effect::Untrusted => "intact-but-untrusted",
        Effect::Comparison => "(comparison) / (confronto)",
        Effect::Never => "-",
    }
}

/// A part of the name in common, or a slip or two apart.
fn alike(code: &str, wanted: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let name = wanted.rsplit('.').next().unwrap_or_default();
    name.len() > 2 && (code.contains(name) || strsim::damerau_levenshtein(code, &wanted) <= 2)
}
