//! A verification as a person reads it.
//!
//! What comes from a message is wrapped within its own column and loses what steers a terminal, so that nothing in it
//! can pass for a line of ours.

mod words;

use std::cmp::Reverse;
use std::fmt::Write;
use std::io::IsTerminal;

use anstyle::{AnsiColor, Style};
use pec_core::daticert::CertData;
use pec_core::finding::{Code, Finding, Language, Severity};
use pec_core::message::Message;
pub(crate) use pec_core::text::printable;
use pec_core::verify::{Integrity, JudgedAt, Verdict, Verification};
use textwrap::{Options, WordSeparator, WrapAlgorithm};

use crate::foreign;

/// Recipients that are named before the rest is counted.
const NAMED: usize = 5;

/// Characters of a value that are shown before the rest is counted.
const SHOWN: usize = 1000;

/// The same for the kind, which a forger may choose too.
const KIND: usize = 70;

/// Columns of the names of rows.
const LABEL: usize = 18;

/// Lines are no longer than this: longer ones are hard to read.
const WIDEST: usize = 110;

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
    let style = colour(verification.verdict());
    let (kind, name) = (shortened(verification.kind.as_str(), KIND), printable(name));
    format!("{style}{:24}{style:#} {kind:26} {name}\n", verification.verdict().as_str())
}

/// How a person wants to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    pub(crate) language: Language,
    width: usize,
    at: JudgedAt,
}

impl Page {
    /// As wide as the terminal; 80 columns where the output goes elsewhere.
    pub(crate) fn new(language: Language, at: JudgedAt) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let width = if terminal { textwrap::termwidth().clamp(40, WIDEST) } else { 80 };
        Self { language, width, at }
    }

    /// The whole answer.
    pub(crate) fn verification(&self, name: &str, message: &Message<Vec<u8>>, verification: &Verification) -> String {
        let language = self.language;
        let verdict = verification.verdict();
        let mut text = String::new();
        self.paragraph(&mut text, "", Style::new().bold(), &printable(name));
        let style = colour(verdict);
        let (title, kind) = (verdict.title(language), shortened(verification.kind.title(language), KIND));
        let one_line = textwrap::core::display_width(title) + textwrap::core::display_width(&kind) + 5 <= self.width;
        let _ = writeln!(text, "  {style}{title}{style:#} —{}{kind}", if one_line { " " } else { "\n  " });
        let hint = foreign::hint(message).filter(|_| verdict == Verdict::NotPec);
        let explanation = hint.as_ref().map_or(verdict.explanation(language), |hint| hint.of(language));
        self.paragraph(&mut text, "  ", Style::new(), explanation);
        if let Some(what) = extractable(verification) {
            let folder = self.pick("CARTELLA", "FOLDER");
            self.paragraph(&mut text, "  ", Style::new(), &format!("→ pec extract FILE {what} -o {folder}"));
        }
        text.push('\n');
        self.facts(&mut text, verification);
        self.answers(&mut text, verification);
        let mut findings: Vec<&Finding> = verification.findings.iter().collect();
        // Gravest first; but that a message only pretends to be a PEC is said before anything else (VERDICT §3).
        findings.sort_by_key(|finding| (finding.code != Code::KindClaimedUnsigned, Reverse(finding.severity)));
        for finding in findings {
            self.finding(&mut text, finding);
        }
        text.push('\n');
        text
    }

    /// What the signed part says, or claims where nothing proves it.
    fn facts(&self, text: &mut String, verification: &Verification) {
        if verification.daticert().is_none() && verification.signer.is_none() {
            return;
        }
        if !verification.verdict().is_certified() && verification.verdict() != Verdict::Anomaly {
            let claims = self.pick(
                "Quanto il messaggio dichiara, senza che nulla lo dimostri:",
                "What the message claims, and nothing proves:",
            );
            self.paragraph(text, "  ", Style::new(), claims);
        }
        if let Some(data) = &verification.daticert() {
            self.data(text, data);
        }
        if let Some(signer) = &verification.signer {
            let who = signer.name.as_deref().unwrap_or(&signer.subject);
            let address = signer.email.as_deref().map(|email| format!(" <{email}>")).unwrap_or_default();
            self.row(text, "firmato da", "signed by", &format!("{who}{address}"));
            self.row(text, "certificato di", "certificate by", &signer.issuer);
        }
        if let Some(signed_at) = verification.signed_at {
            self.row(text, "firmato il", "signed at", &words::instant(signed_at, self.language));
        }
        text.push('\n');
    }

    fn data(&self, text: &mut String, data: &CertData) {
        let mut row = |it: &str, en: &str, value: &str| self.row(text, it, en, value);
        if let Some(sender) = &data.sender {
            row("mittente", "sender", sender.as_str());
        }
        let (mut it, mut en) = ("destinatari", "recipients");
        for recipient in data.recipients.iter().take(NAMED) {
            row(it, en, &format!("{} ({})", recipient.address.as_str(), words::class(&recipient.class, self.language)));
            (it, en) = ("", "");
        }
        if data.recipients.len() > NAMED {
            let more = data.recipients.len() - NAMED;
            row("", "", self.pick(&format!("e altri {more}"), &format!("and {more} more")));
        }
        if let Some(delivered_to) = &data.delivered_to {
            row("consegna a", "delivery to", delivered_to.as_str());
        }
        row("oggetto", "subject", data.subject.as_deref().unwrap_or_default());
        if let Some(time) = &data.time {
            row("ora certificata", "certified time", &words::certified_time(time, self.language));
        }
        row("gestore", "provider", data.issuer.as_deref().unwrap_or_default());
        row("identificativo", "identifier", data.pec_id.as_deref().unwrap_or_default());
        if let Some(detail) = &data.error_detail {
            row("errore", "error", detail.as_str());
        }
    }

    /// The separate answers that the verdict sums up.
    fn answers(&self, text: &mut String, verification: &Verification) {
        let language = self.language;
        self.row(text, "integrità", "integrity", words::integrity(verification.integrity, language));
        if verification.integrity != Integrity::Unsigned {
            let then = match self.at {
                JudgedAt::Signing => ("fidato alla firma", "trusted at signing"),
                JudgedAt::Now | JudgedAt::At(_) => ("fidato, --at", "trusted, --at"),
            };
            self.row(text, then.0, then.1, words::trust_then(verification.trust_at_signing, language));
            self.row(text, "fidato oggi", "trusted today", words::trust_now(verification.trust_now, language));
            self.row(text, "ora della firma", "time of signing", words::time(verification.time, language));
            self.row(text, "revoca", "revocation", &words::revocation(verification.revocation, language));
            self.row(text, "autorità", "authority", &words::anchor(verification.anchor.as_ref(), language));
        }
        if !verification.findings.is_empty() {
            text.push('\n');
        }
    }

    fn finding(&self, text: &mut String, finding: &Finding) {
        // Marks that differ without colours too.
        let (mark, colour) = match finding.severity {
            Severity::Fatal => ("✗ ", AnsiColor::Red),
            Severity::Error => ("!!", AnsiColor::Red),
            Severity::Warning => ("! ", AnsiColor::Yellow),
            Severity::Info => ("· ", AnsiColor::Cyan),
        };
        let style = Style::new().bold().fg_color(Some(colour.into()));
        let first = format!("  {style}{mark}{style:#} ");
        for (number, line) in wrap(finding.code.explanation(self.language), self.width - 5).iter().enumerate() {
            let _ = writeln!(text, "{}{line}", if number == 0 { &first } else { "     " });
        }
        let evidence = if finding.detail.is_empty() {
            finding.code.as_str().to_owned()
        } else {
            format!("{}: {}", finding.code, shortened(&finding.detail, SHOWN))
        };
        self.paragraph(text, "     ", Style::new().dimmed(), &evidence);
    }

    /// A named value; nothing when it is empty.
    fn row(&self, text: &mut String, it: &str, en: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let mut label = self.pick(it, en).to_owned();
        for line in wrap(&shortened(value, SHOWN), self.width - LABEL - 5) {
            let _ = writeln!(text, "    {label:LABEL$} {line}");
            label.clear();
        }
    }

    /// A paragraph, every line with the same indent.
    pub(crate) fn text(&self, indent: &str, content: &str) -> String {
        let mut text = String::new();
        self.paragraph(&mut text, indent, Style::new(), content);
        text
    }

    /// A paragraph whose first line begins with a mark, the others with as many blanks.
    pub(crate) fn marked(&self, text: &mut String, mark: &str, style: Style, content: &str) {
        let columns = textwrap::core::display_width(mark);
        let blank: String = mark.chars().map(|c| if c == '│' { c } else { ' ' }).collect();
        for (number, line) in wrap(content, self.width.saturating_sub(columns).max(20)).iter().enumerate() {
            let _ = writeln!(text, "{}{style}{line}{style:#}", if number == 0 { mark } else { &blank });
        }
    }

    fn paragraph(&self, text: &mut String, indent: &str, style: Style, content: &str) {
        for line in wrap(content, self.width - indent.len()) {
            let _ = writeln!(text, "{indent}{style}{line}{style:#}");
        }
    }

    const fn pick<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }
}

/// What `pec extract` gives that is worth more than the message itself.
fn extractable(verification: &Verification) -> Option<&'static str> {
    let restorable = |finding: &Finding| finding.code == Code::CmsRestorableTranscoding;
    match verification.verdict() {
        Verdict::ContainsPec => Some("nested"),
        _ if verification.findings.iter().any(restorable) => Some("restored"),
        _ => None,
    }
}

/// Lines of at most `width` columns; a word that is longer is cut.
fn wrap(text: &str, width: usize) -> Vec<std::borrow::Cow<'_, str>> {
    let options = Options::new(width)
        .wrap_algorithm(WrapAlgorithm::FirstFit)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options)
}

/// A value from a message, without what steers a terminal, at most `most` characters of it.
pub(crate) fn shortened(value: &str, most: usize) -> String {
    let mut shown: String = value.chars().take(most).collect();
    let rest = value.chars().skip(most).count();
    if rest > 0 {
        let _ = write!(shown, " … (+{rest})");
    }
    printable(&shown)
}

/// The last line of a run over several messages.
pub(crate) fn summary(certified: usize, others: usize, unread: usize, language: Language) -> String {
    match language {
        Language::It => format!("{certified} certificati, {others} non certificati, {unread} non letti"),
        Language::En => format!("{certified} certified, {others} not certified, {unread} not read"),
    }
}
