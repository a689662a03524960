//! `pec explain CODE`.

use std::process::ExitCode;

use clap::Args;
use pec_core::finding::{Code, Effect, Language};

/// Which code to explain.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// A finding code such as `cms.digest_mismatch`; without one, all codes are listed.
    code: Option<String>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, String> {
    let Some(wanted) = &arguments.code else {
        for code in Code::ALL {
            anstream::println!("{:32} {}", code.as_str(), code.rule());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(code) = Code::parse(wanted) else {
        let near: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).filter(|code| alike(code, wanted)).collect();
        let hint = if near.is_empty() {
            "`pec explain` lists all codes".to_owned()
        } else {
            format!("did you mean {}?", near.join(", "))
        };
        return Err(format!("no finding is called {wanted:?}; {hint}"));
    };
    let severities: Vec<_> = code.severities().iter().map(|severity| severity.as_str()).collect();
    anstream::println!("{code}  ({}, {})", severities.join(" / "), code.layer().as_str());
    anstream::println!("{}", code.explanation(language));
    anstream::println!("{}: {}", if language == Language::It { "Regola" } else { "Rule" }, code.rule());
    if code.effect() != Effect::Never {
        let label = if language == Language::It { "Se fatale, il verdetto è" } else { "When fatal, the verdict is" };
        anstream::println!("{label}: {}", verdict(code.effect()));
    }
    Ok(ExitCode::SUCCESS)
}

const fn verdict(effect: Effect) -> &'static str {
    match effect {
        Effect::NotPec => "not-pec / contains-pec",
        Effect::Unverifiable => "unverifiable",
        Effect::Forged => "forged",
        Effect::Altered => "altered",
        Effect::Untrusted => "intact-but-untrusted",
        Effect::Never => "-",
    }
}

/// The same layer, or a part of the name in common.
fn alike(code: &str, wanted: &str) -> bool {
    let wanted = wanted.to_ascii_lowercase();
    let name = wanted.rsplit('.').next().unwrap_or_default();
    name.len() > 2 && code.contains(name)
}
