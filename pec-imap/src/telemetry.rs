//! What operators see of the wire: a span for each run, which says at its end what came of it, and counters.
//!
//! Fields are names of mailboxes and folders, numbers, and codes of errors: never a subject, an address of somebody else, a text
//! of a server or a secret. Counters are events of the target `pec_imap::telemetry` whose fields begin with `monotonic_counter.`,
//! as `tracing-opentelemetry` makes metrics of them. The table of all of them is in `pec-imap/README.md`.

use std::time::Instant;

use tracing::Span;

use crate::error::Result;
use crate::hub::{RefreshOutcome, RefreshReport};
use crate::smtp::Dispatch;
use crate::sync::{FolderSynced, Synced};

/// A run, and when it began.
pub(crate) struct Run {
    pub(crate) span: Span,
    begun: Instant,
}

impl Run {
    pub(crate) fn new(span: Span) -> Self {
        Self { span, begun: Instant::now() }
    }

    /// How long it took, and the code of what ended it.
    fn end(&self, error: Option<&'static str>) {
        self.span.record("ms", u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX));
        if let Some(code) = error {
            self.span.record("error", code);
        }
    }

    pub(crate) fn synced(&self, run: &Result<Synced>) {
        if let Ok(synced) = run {
            self.span.record("folders", synced.folders.len());
            self.counted(&synced.folders);
        }
        self.end(run.as_ref().err().map(crate::Error::code));
    }

    pub(crate) fn folder(&self, run: &Result<&FolderSynced, &'static str>) {
        if let Ok(folder) = run {
            self.counted(std::slice::from_ref(*folder));
            let _in = self.span.enter();
            tracing::info!(
                monotonic_counter.pec_messages_received = folder.new,
                monotonic_counter.pec_bytes_received = folder.bytes,
            );
        }
        let problem = |folder: &&FolderSynced| folder.problem.as_ref().map(crate::Error::code);
        self.end(run.as_ref().map_or_else(|code| Some(*code), problem));
    }

    fn counted(&self, folders: &[FolderSynced]) {
        let sum = |of: fn(&FolderSynced) -> u64| folders.iter().map(of).sum::<u64>();
        self.span.record("new", sum(|folder| folder.new));
        self.span.record("known", sum(|folder| folder.known));
        self.span.record("bytes", sum(|folder| folder.bytes));
        self.span.record("gone", sum(|folder| folder.gone.len() as u64));
        self.span.record("withheld", sum(|folder| folder.withheld.len() as u64));
    }

    pub(crate) fn sent(&self, run: &Result<Dispatch>, bytes: u64) {
        if let Ok(dispatch) = run {
            let Dispatch { sent, refused, later, unknown, .. } = dispatch;
            for (name, keys) in [("sent", sent), ("refused", refused), ("later", later), ("unknown", unknown)] {
                self.span.record(name, keys.len());
            }
            self.span.record("bytes", bytes);
            let _in = self.span.enter();
            tracing::info!(
                monotonic_counter.pec_messages_sent = sent.len(),
                monotonic_counter.pec_messages_refused = refused.len(),
                monotonic_counter.pec_bytes_sent = bytes,
            );
        }
        let problem = |dispatch: &Dispatch| dispatch.trouble().map(crate::Error::code);
        self.end(run.as_ref().map_or_else(|error| Some(error.code()), problem));
    }

    pub(crate) fn visited<T>(&self, run: &Result<T>) {
        self.end(run.as_ref().err().map(crate::Error::code));
    }

    pub(crate) fn refreshed(&self, run: &Result<RefreshReport>) {
        if let Ok(report) = run {
            let count =
                |of: fn(&RefreshOutcome) -> bool| report.mailboxes.iter().filter(|one| of(&one.outcome)).count();
            self.span.record("mailboxes", report.mailboxes.len());
            self.span.record("fresh", report.fresh());
            self.span.record("failed", count(|one| matches!(one, RefreshOutcome::Failed(_))));
            self.span.record("spared", count(|one| matches!(one, RefreshOutcome::Spared(_))));
            self.span.record("late", count(|one| matches!(one, RefreshOutcome::OutOfTime)));
        }
        self.end(run.as_ref().err().map(crate::Error::code));
    }

    /// What a gateway has said to a message.
    pub(crate) fn answered(&self, code: u16) {
        self.span.record("code", code);
        self.end(None);
        let _in = self.span.enter();
        let taken = u64::from(code == 250);
        tracing::info!(monotonic_counter.pec_gateway_taken = taken, monotonic_counter.pec_gateway_refused = 1 - taken,);
    }
}
