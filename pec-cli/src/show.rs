//! `pec show`: the tree of one message.

use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::{Message, Part, unstructured};
use pec_core::trust::ChainCache;
use pec_core::verify::{Verifier, opened};

use crate::render::printable;
use crate::{input, render, setup};

/// Which message to show.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The message, or - for standard input.
    file: PathBuf,
    #[command(flatten)]
    options: setup::Options,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, String> {
    let setup = arguments.options.load()?;
    let limits = Limits::DEFAULT;
    let bytes = input::read_one(&arguments.file, limits.message_bytes)?;
    let message = Message::parse(bytes, &limits);
    let verifier = Verifier::new(&setup.trust).evidence(&setup.evidence).judged_at(setup.at);
    let verification = verifier.verify(&message, setup.now, &mut ChainCache::default());
    anstream::print!("{}", render::line(&arguments.file.display().to_string(), &verification));
    if let Some(signer) = &verification.signer {
        anstream::println!(
            "{}",
            printable(&format!("{} <{}>", signer.subject, signer.email.as_deref().unwrap_or("-")))
        );
    }
    tree(message.root(), 0, language);
    if let Some(entity) = opened(&message) {
        tree(entity.root(), 1, language);
    }
    Ok(ExitCode::from(u8::from(!verification.verdict.is_certified())))
}

/// A part, and what is in it. Parts come in the order of the bytes, so that their depth is all that has to be known.
fn tree(root: Part<'_>, indent: usize, language: Language) {
    let depth = |part: Part<'_>| std::iter::successors(part.parent(), Part::parent).count();
    for part in std::iter::once(root).chain(root.descendants()) {
        let dim = Style::new().dimmed();
        let name = part.file_name().map(|name| format!(" {name:?}")).unwrap_or_default();
        let subject =
            part.headers().get("subject").map(|value| format!(" — {}", unstructured(value))).unwrap_or_default();
        let pad = "  ".repeat(depth(part) + indent);
        let bytes = if language == Language::It { "byte" } else { "bytes" };
        let size = part.range().len();
        anstream::println!(
            "{pad}{}{} {dim}{size} {bytes}{dim:#}{}",
            printable(&part.media_type()),
            printable(&name),
            printable(&subject)
        );
    }
}
