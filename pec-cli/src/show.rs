//! `pec show`: the tree of one message.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::{Message, Part, unstructured};
use pec_core::signature::cades::{self, Integrity};
use pec_core::trust::{ChainCache, name_for_display};
use pec_core::verify::opened;

use crate::render::printable;
use crate::text::Stop;
use crate::{render, setup};

/// Which message to show.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The message, or - for standard input.
    file: PathBuf,
    #[command(flatten)]
    options: setup::Options,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let setup = arguments.options.load()?;
    let limits = Limits::DEFAULT;
    let bytes = pec_files::read_one(&arguments.file, limits.message_bytes)?;
    let message = Message::parse(bytes, &limits);
    let verification = setup.verifier().verify(&message, setup.now, &mut ChainCache::default());
    let mut output = anstream::stdout();
    write!(output, "{}", render::line(&arguments.file.display().to_string(), &verification))?;
    if let Some(signer) = &verification.signer {
        let label = if language == Language::It { "firmato da" } else { "signed by" };
        let who = format!("{} <{}>", signer.subject, signer.email.as_deref().unwrap_or("-"));
        let page = render::Page::new(language, setup.at);
        write!(output, "{}", page.text("  ", &format!("{label} {}", printable(&who))))?;
    }
    writeln!(output)?;
    tree(&mut output, message.root(), 0, language)?;
    if let Some(entity) = opened(&message) {
        tree(&mut output, entity.root(), 1, language)?;
    }
    Ok(ExitCode::from(u8::from(!verification.verdict().is_certified())))
}

/// A part, and what is in it. Parts come in the order of the bytes, so that their depth is all that has to be known.
fn tree(output: &mut impl Write, root: Part<'_>, indent: usize, language: Language) -> io::Result<()> {
    let depth = |part: Part<'_>| std::iter::successors(part.parent(), Part::parent).count();
    let dim = Style::new().dimmed();
    let bytes = if language == Language::It { "byte" } else { "bytes" };
    for part in std::iter::once(root).chain(root.descendants()) {
        let name = part.file_name().map(|name| format!(" {}", printable(&name))).unwrap_or_default();
        let subject = part.headers().get("subject").map(|value| format!(" — {}", printable(&unstructured(value))));
        let (pad, size) = ("  ".repeat(depth(part) + indent), part.range().len());
        writeln!(
            output,
            "{pad}{}{name} {dim}{size} {bytes}{dim:#}{}",
            printable(&part.media_type()),
            subject.unwrap_or_default()
        )?;
        if part.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".p7m")) {
            signed_attachment(output, part, &pad, language)?;
        }
    }
    Ok(())
}

/// The signatures around an attachment (`.p7m`), the outermost first, and the document inside them.
fn signed_attachment(output: &mut impl Write, part: Part<'_>, pad: &str, language: Language) -> io::Result<()> {
    let dim = Style::new().dimmed();
    let pick = |it: &'static str, en: &'static str| if language == Language::It { it } else { en };
    let content = part.content();
    let opened = match cades::unwrap(&content, &Limits::DEFAULT) {
        Ok(opened) => opened,
        Err(error) => {
            let said = pick("non è un file firmato che si possa aprire", "is not a signed file that can be opened");
            return writeln!(output, "{pad}  {dim}{said}: {error}{dim:#}");
        }
    };
    let caution = pick(
        "solo integrità: certificato e valore legale della firma non sono verificati",
        "integrity only: certificate and legal value of the signature are not verified",
    );
    for layer in &opened.layers {
        for signer in &layer.signers {
            let name = signer.subject.as_deref().and_then(name_for_display).unwrap_or_else(|| "?".to_owned());
            let state = match signer.integrity {
                Integrity::Intact => pick("integra", "intact"),
                Integrity::Altered => pick("ALTERATA", "ALTERED"),
                _ => pick("non verificabile", "cannot be checked"),
            };
            let signature = pick("firma di", "signature of");
            writeln!(output, "{pad}  {signature} {}: {state} {dim}({caution}){dim:#}", printable(&name))?;
        }
        if layer.signers.is_empty() {
            writeln!(output, "{pad}  {}", pick("nessuna firma", "no signature"))?;
        }
    }
    let (inside, bytes) = (pick("documento", "document"), pick("byte", "bytes"));
    writeln!(output, "{pad}  {inside} {dim}{} {bytes}{dim:#}", opened.content.len())
}
