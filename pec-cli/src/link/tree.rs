//! Dossiers as a tree in the terminal.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::Offset;
use pec_core::finding::{Finding, Language, Severity};
use pec_core::reconcile::examine::{Checked, Content};
use pec_core::reconcile::instant::Notification;
use pec_core::reconcile::page::Entry;
use pec_core::reconcile::{Dossier, Event, Recipient, Role, Side, Source, Standing, Stray, Tone};

use crate::render::{Page, printable};

/// How dossiers are printed.
pub(super) struct Tree {
    pub(super) page: Page,
    pub(super) language: Language,
}

type Name<'n> = &'n dyn Fn(Source) -> String;

const fn colour(tone: Tone) -> AnsiColor {
    match tone {
        Tone::Good => AnsiColor::Green,
        Tone::Bad => AnsiColor::Red,
        Tone::Waiting => AnsiColor::Yellow,
        Tone::Neutral => AnsiColor::Cyan,
    }
}

impl Tree {
    const fn say<'t>(&self, it: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::It => it,
            Language::En => en,
        }
    }

    /// One dossier: what was sent, each recipient with its proofs, and what else there is.
    pub(super) fn dossier(&self, entry: &Entry<'_>, name: Name<'_>) -> String {
        let dossier = &entry.dossier;
        let mut text = String::new();
        let subject = dossier.subject.filter(|subject| !subject.is_empty());
        self.line(&mut text, "", Style::new().bold(), subject.unwrap_or(self.say("(senza oggetto)", "(no subject)")));
        let from = format!("{} {}", self.say("da", "from"), dossier.sender.unwrap_or("?"));
        self.line(&mut text, "  ", Style::new(), &from);
        if let Some(id) = dossier.pec_id {
            self.line(
                &mut text,
                "  ",
                Style::new().dimmed(),
                &format!("{} {id}", self.say("identificativo", "identifier")),
            );
        }
        let sent = match (dossier.sent_copy(), dossier.side) {
            (Some(source), _) => format!("{} {}", self.say("messaggio inviato:", "message sent:"), name(source)),
            (None, Side::Sent) => self.say("il messaggio inviato non è qui", "the message sent is not here").to_owned(),
            (None, Side::Received) => self.say("messaggio ricevuto", "message received").to_owned(),
        };
        self.line(&mut text, "  ", Style::new().dimmed(), &sent);
        for (index, recipient) in dossier.recipients.iter().enumerate() {
            let last = index + 1 == dossier.recipients.len();
            self.recipient(&mut text, entry, recipient, if last { ("└─", "  ") } else { ("├─", "│ ") }, name);
        }
        self.rest(&mut text, dossier, name);
        text.push('\n');
        text
    }

    fn recipient(
        &self,
        text: &mut String,
        entry: &Entry<'_>,
        recipient: &Recipient<'_>,
        branch: (&str, &str),
        name: Name<'_>,
    ) {
        let dossier = &entry.dossier;
        let look = dossier.look(recipient, self.language);
        let style = Style::new().bold().fg_color(Some(colour(look.tone).into()));
        let class = recipient.class.as_ref().map(|class| match class.as_str() {
            "certificato" => " (PEC)".to_owned(),
            "esterno" => self.say(" (non PEC)", " (not PEC)").to_owned(),
            other => format!(" ({})", printable(other)),
        });
        let _ = writeln!(
            text,
            "  {} {}{}  {style}{} {}{style:#}",
            branch.0,
            printable(recipient.address),
            class.unwrap_or_default(),
            look.mark,
            look.title
        );
        let indent = format!("  {}   ", branch.1);
        let shown = dossier
            .acceptance
            .into_iter()
            .chain(recipient.events.iter().copied().filter(|event| Some(*event) != dossier.acceptance));
        for index in shown {
            let Some(event) = dossier.events.get(index) else { continue };
            self.event(text, &indent, event, name);
            let content = entry.examination.contents.iter().find(|content| content.event == index);
            if let Some(content) = content {
                self.content(text, &indent, content);
            }
            let instant = entry.examination.instants.iter().find(|stated| stated.event == index);
            if let Some(stated) = instant.filter(|_| event.recipient.is_some()) {
                self.notification(text, &indent, &stated.instant.notification);
            }
        }
    }

    fn event(&self, text: &mut String, indent: &str, event: &Event<'_>, name: Name<'_>) {
        let at = event.at.map_or_else(|| "?".to_owned(), |at| self.local(at, event.offset_minutes));
        let standing = match event.standing {
            Standing::Counts => "",
            Standing::Duplicate => self.say(" (copia)", " (duplicate)"),
            Standing::Disputed => self.say(" (contestata: non conta)", " (disputed: does not count)"),
        };
        self.line(text, indent, Style::new(), &format!("{at}  {}{standing}", event.kind.title(self.language)));
        if let Some(detail) = event.error_detail {
            self.line(text, &format!("{indent}  "), Style::new(), detail);
        }
        let provider = event.provider.map(|provider| format!(" · {provider}")).unwrap_or_default();
        self.line(text, &format!("{indent}  "), Style::new().dimmed(), &format!("{}{provider}", name(event.source)));
    }

    fn content(&self, text: &mut String, indent: &str, content: &Content) {
        let (sentence, findings) = match &content.checked {
            Checked::Compared { check, .. } => (check.explanation(self.language), &check.findings[..]),
            Checked::NothingSent => (
                self.say(
                    "contenuto non confrontato: manca il messaggio inviato",
                    "content not compared: the message sent is absent",
                ),
                &[][..],
            ),
            Checked::Unreadable => (
                self.say(
                    "contenuto non confrontato: la ricevuta non si legge più",
                    "content not compared: the receipt can no longer be read",
                ),
                &[][..],
            ),
        };
        let indent = format!("{indent}  ");
        self.line(text, &indent, Style::new(), sentence);
        if let Checked::Compared { check, .. } = &content.checked {
            for attachment in check.attachments() {
                let name = attachment.name.as_deref().unwrap_or("?");
                self.line(
                    text,
                    &indent,
                    Style::new().dimmed(),
                    &format!("{name}: {}", attachment.explanation(self.language)),
                );
            }
        }
        for finding in findings {
            self.finding(text, &indent, finding);
        }
    }

    fn notification(&self, text: &mut String, indent: &str, notification: &Notification) {
        let said = match (notification, notification.counts_at()) {
            (Notification::NotSettled, _) => self
                .say(
                    "art. 147 c.p.c.: anteriore al 28/02/2023, vale solo l'ora certificata",
                    "art. 147 c.p.c.: before 2023-02-28, the certified time alone is given",
                )
                .to_owned(),
            (_, Some(at)) => {
                let form = self.say(
                    "art. 147 c.p.c.: %d/%m/%Y %H:%M:%S (ora di Roma)",
                    "art. 147 c.p.c.: %Y-%m-%d %H:%M:%S (Rome)",
                );
                at.strftime(form).to_string()
            }
            (_, None) => return,
        };
        self.line(text, &format!("{indent}  "), Style::new().dimmed(), &said);
    }

    /// Silence, claims, bounces and findings.
    fn rest(&self, text: &mut String, dossier: &Dossier<'_>, name: Name<'_>) {
        let warn = Style::new().fg_color(Some(AnsiColor::Yellow.into()));
        for silence in &dossier.silence {
            let about = silence.recipient.map(|recipient| format!(": {recipient}")).unwrap_or_default();
            let since = self.local(silence.since, None);
            let said = format!("{} {} {since}{about}", silence.owed.title(self.language), self.say("dal", "since"));
            self.line(text, "  … ", warn, &said);
        }
        if !dossier.claims.is_empty() {
            let said = self.say("non provano nulla:", "these prove nothing:");
            self.line(text, "  ", Style::new().bold(), said);
        }
        for claim in &dossier.claims {
            let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
            self.line(text, "    ✗ ", style, &format!("{} — {}", claim.verdict.title(self.language), claim.kind));
            self.line(text, "      ", Style::new().dimmed(), &name(claim.source));
            self.line(text, "      ", Style::new(), claim.verdict.explanation(self.language));
            for code in claim.weaknesses {
                self.line(
                    text,
                    "      ",
                    Style::new().dimmed(),
                    &format!("{code}: {}", code.explanation(self.language)),
                );
            }
        }
        for bounce in &dossier.bounces {
            let said = format!(
                "{} {}",
                self.say("avviso ordinario, non certificato:", "ordinary bounce, not certified:"),
                name(bounce.source)
            );
            self.line(text, "  · ", Style::new().dimmed(), &said);
        }
        for remark in &dossier.findings {
            self.finding(text, "  ", &remark.finding);
            let about: Vec<String> =
                remark.recipient.map(str::to_owned).into_iter().chain(remark.source.map(name)).collect();
            if !about.is_empty() {
                self.line(text, "     ", Style::new().dimmed(), &about.join(" · "));
            }
        }
    }

    fn finding(&self, text: &mut String, indent: &str, finding: &Finding) {
        let (mark, colour) = match finding.severity {
            Severity::Fatal | Severity::Error => ("!!", AnsiColor::Red),
            Severity::Warning => ("! ", AnsiColor::Yellow),
            Severity::Info => ("· ", AnsiColor::Cyan),
        };
        let style = Style::new().fg_color(Some(colour.into()));
        self.line(text, &format!("{indent}{mark} "), style, finding.code.explanation(self.language));
        let detail = if finding.detail.is_empty() { String::new() } else { format!(": {}", finding.detail) };
        self.line(text, &format!("{indent}   "), Style::new().dimmed(), &format!("{}{detail}", finding.code));
    }

    /// Receipts that speak of nothing that is here.
    pub(super) fn strays(&self, strays: &[Stray<'_>], name: Name<'_>) -> String {
        let mut text = String::new();
        if strays.is_empty() {
            return text;
        }
        let said =
            self.say("di nessun invio conosciuto, e non certificati:", "of no known message, and not certified:");
        self.line(&mut text, "", Style::new().bold(), said);
        for stray in strays {
            let what = match stray.role {
                Role::Bounce => self.say("avviso ordinario", "ordinary bounce"),
                _ => self.say("sedicente ricevuta", "would-be receipt"),
            };
            self.line(&mut text, "  ", Style::new(), &format!("{what}  {}", name(stray.source)));
        }
        text
    }

    /// The instant as printed in its message; in UTC where that is not known.
    fn local(&self, at: Timestamp, minutes: Option<i16>) -> String {
        let offset =
            minutes.and_then(|minutes| Offset::from_seconds(i32::from(minutes) * 60).ok()).unwrap_or(Offset::UTC);
        let form = self.say("%d/%m/%Y %H:%M:%S (%z)", "%Y-%m-%d %H:%M:%S (%z)");
        at.to_zoned(offset.to_time_zone()).strftime(form).to_string()
    }

    /// Wrapped lines under a first one that may have a mark; what comes from a message steers nothing.
    fn line(&self, text: &mut String, indent: &str, style: Style, content: &str) {
        self.page.marked(text, indent, style, &printable(content));
    }
}
