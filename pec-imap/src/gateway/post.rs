//! What waits in outboxes goes out in the background: each mailbox on its own, again when its time has come.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::{GatewayEvent, GatewaySending};
use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::smtp::Dispatch;

/// Mailboxes at a time.
const AT_A_TIME: usize = 8;

/// How long is waited after a failure at first; each further one doubles it up to the longest.
const PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// Where a mailbox stands.
#[derive(Debug, Clone, Copy, Default)]
struct Turn {
    /// When it is looked at next.
    due: Option<Instant>,
    busy: bool,
    pause: Option<Duration>,
}

pub(super) struct Post {
    hub: Hub,
    turns: BTreeMap<String, Turn>,
    tasks: JoinSet<Result<Dispatch>>,
    /// Whose each of them is.
    names: BTreeMap<task::Id, String>,
    ending: Arc<AtomicBool>,
    sending: GatewaySending,
}

impl Post {
    /// With what an earlier run has left.
    pub(super) async fn new(hub: Hub, sending: GatewaySending) -> Result<Self> {
        let left = hub.in_archive(Hub::with_something_open).await?;
        let (tasks, ending) = (JoinSet::new(), Arc::default());
        let mut post = Self { hub, turns: BTreeMap::new(), tasks, names: BTreeMap::new(), ending, sending };
        left.iter().for_each(|mailbox| post.due_now(mailbox));
        Ok(post)
    }

    pub(super) fn due_now(&mut self, mailbox: &str) {
        if self.sending == GatewaySending::InBackground {
            let turn = self.turns.entry(mailbox.to_owned()).or_default();
            // A server that does not work, or has asked to wait, is not asked more often because more is to be sent.
            turn.due = turn.due.filter(|_| turn.pause.is_some()).or_else(|| Some(Instant::now()));
        }
    }

    /// Sends what is due, and gives what came of the next run. It can be dropped at any time: nothing is lost.
    pub(super) async fn next(&mut self) -> GatewayEvent {
        loop {
            let now = Instant::now();
            let due = |turn: &Turn| turn.due.is_some_and(|due| due <= now) && !turn.busy;
            while self.tasks.len() < AT_A_TIME
                && let Some((mailbox, turn)) = self.turns.iter_mut().find(|(_, turn)| due(turn))
            {
                (turn.due, turn.busy) = (None, true);
                let (hub, name, ending) = (self.hub.clone(), mailbox.clone(), Arc::clone(&self.ending));
                let run = self.tasks.spawn(async move {
                    let mut watch = |_| match ending.load(Ordering::SeqCst) {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    };
                    hub.send_queued(&name, &mut watch).await
                });
                self.names.insert(run.id(), mailbox.clone());
            }
            let next = self.turns.values().filter(|turn| !turn.busy).filter_map(|turn| turn.due).min();
            let full = self.tasks.len() >= AT_A_TIME;
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => return self.joined(ended),
                () = sleep_until(next.unwrap_or(now)), if next.is_some() && !full => {}
                else => std::future::pending().await,
            }
        }
    }

    /// A panic is a failure of that mailbox, and its text is not repeated: nobody knows what is in it.
    fn joined(&mut self, ended: std::result::Result<(task::Id, Result<Dispatch>), JoinError>) -> GatewayEvent {
        let (id, sent) = match ended {
            Ok((id, sent)) => (id, sent),
            Err(error) => (error.id(), Err(Error::Internal("sending from this mailbox ended in the middle".into()))),
        };
        let mailbox = self.names.remove(&id).unwrap_or_default();
        self.ended(mailbox, sent)
    }

    fn ended(&mut self, mailbox: String, sent: Result<Dispatch>) -> GatewayEvent {
        let turn = self.turns.entry(mailbox.clone()).or_default();
        turn.busy = false;
        let problem = match &sent {
            Err(error) => Some(error),
            Ok(dispatch) => dispatch.problem.as_ref(),
        };
        let again = match problem {
            // Nothing helps but another password, or another mandate: whoever gives it starts this again, or the next message.
            Some(Error::Access { state, .. }) if state.forbids_retry() => None,
            Some(Error::NoMandate { .. } | Error::Suspended { .. } | Error::NoCredential { .. }) => None,
            Some(_) => {
                let pause = turn.pause.map_or(PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
                turn.pause = Some(pause);
                Some(pause)
            }
            None => {
                turn.pause = None;
                None
            }
        };
        let asked = sent.as_ref().ok().and_then(|dispatch| dispatch.next_at).map(|at| {
            let wait = at.duration_since(self.hub.time());
            // The outbox counts in seconds.
            Duration::try_from(wait).unwrap_or_default().clamp(Duration::from_secs(1), LONGEST_PAUSE)
        });
        let now = Instant::now();
        turn.due = match (again, asked) {
            (Some(pause), asked) => Some(now + asked.map_or(pause, |wait| wait.max(pause))),
            // Something that came in meanwhile does not wait for what was asked of another.
            (None, Some(wait)) => Some(turn.due.map_or(now + wait, |due| due.min(now + wait))),
            (None, None) => turn.due,
        };
        match sent {
            Ok(dispatch) => GatewayEvent::Sent { mailbox, dispatch },
            Err(error) => GatewayEvent::NotSent { mailbox, error },
        }
    }

    /// Begins nothing more, and waits for what is just being handed over.
    pub(super) async fn end(mut self) -> Vec<GatewayEvent> {
        self.ending.store(true, Ordering::SeqCst);
        let mut events = Vec::new();
        while let Some(ended) = self.tasks.join_next_with_id().await {
            events.push(self.joined(ended));
        }
        events
    }
}
