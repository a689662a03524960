//! Who receives: the archive, by whose trust, in whose name.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Id};
use pec_core::delegation::Permission;
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::folder::{self, Attempt, is_about_a_message};
use super::store::Target;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::{Folder, Session};
use crate::net::Network;
use crate::smtp::Sender;
use crate::telemetry::Run;

/// What time it is.
pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Attempts at one folder that end in the middle of it without having brought anything.
const MAX_VAIN: usize = 3;

/// Brings what is on servers into an archive. Shared by all mailboxes; cheap to clone.
///
/// Nothing on a server changes: folders are opened for looking (EXAMINE), bodies are read without marking them (PEEK). What
/// has been read is known by the server's own numbers, not by the mark "read", so that people may use the mailbox beside.
#[derive(Clone)]
pub struct Receiver {
    archive: Arc<Archive>,
    trust: Arc<TrustStore>,
    evidence: Option<Arc<Evidence>>,
    actor: Actor,
    clock: Clock,
    limits: Limits,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("archive", &self.archive).field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SyncProgress<'a> {
    /// The folder, by its name for people.
    pub folder: &'a str,
    /// Messages of it that have been read.
    pub done: u64,
    /// Messages of it that are new.
    pub total: u64,
}

/// Told how far it is; [`ControlFlow::Break`] ends it.
pub type SyncWatch<'a> = &'a mut (dyn FnMut(SyncProgress<'_>) -> ControlFlow<()> + Send);

/// What a run came to.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Synced {
    /// Each folder, in the order of their names on the wire.
    pub folders: Vec<FolderSynced>,
}

/// What became of a folder.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FolderSynced {
    /// Its name for people.
    pub name: String,
    /// Its name on the wire.
    pub wire_name: String,
    /// Messages that were not in the archive.
    pub new: u64,
    /// Messages that were: the same bytes, from another folder or another time.
    pub known: u64,
    /// Bytes that came.
    pub bytes: u64,
    /// Messages that the server had and has no longer (*VanishedOnServer*); they stay in the archive.
    pub gone: Vec<Id>,
    /// What the server lists and does not give, and why. It is asked for again each time.
    pub withheld: Vec<(u32, String)>,
    /// Whether the server has numbered the folder anew, so that all of it was read again.
    pub renumbered: bool,
    /// Why the folder could not be read to its end.
    pub problem: Option<Error>,
}

impl FolderSynced {
    pub(super) fn of(folder: &Folder) -> Self {
        Self { name: folder.name.clone(), wire_name: folder.wire_name.clone(), ..Self::default() }
    }
}

impl Synced {
    /// Messages that were not in the archive.
    #[must_use]
    pub fn new_messages(&self) -> u64 {
        self.folders.iter().map(|folder| folder.new).sum()
    }

    /// Whether every folder was read to its end and nothing is withheld.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.folders.iter().all(|folder| folder.problem.is_none() && folder.withheld.is_empty())
    }
}

impl Receiver {
    /// Into this archive, judged by these trust data, in the host's own name, by the clock of the system.
    #[must_use]
    pub fn new(archive: Arc<Archive>, trust: Arc<TrustStore>) -> Self {
        let clock = Arc::new(Timestamp::now);
        Self { archive, trust, evidence: None, actor: Actor::host(), clock, limits: Limits::DEFAULT }
    }

    /// With revocation evidence, which is kept with the messages.
    #[must_use]
    pub fn evidence(mut self, evidence: Arc<Evidence>) -> Self {
        self.evidence = Some(evidence);
        self
    }

    /// In this name.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.actor = actor;
        self
    }

    /// By this clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Read within these limits. What is beyond them is stored all the same.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The archive.
    #[must_use]
    pub const fn archive(&self) -> &Arc<Archive> {
        &self.archive
    }

    /// In whose name.
    pub(crate) const fn name(&self) -> &Actor {
        &self.actor
    }

    /// What time it is.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// By whom messages are judged.
    pub(crate) const fn trust(&self) -> &Arc<TrustStore> {
        &self.trust
    }

    /// Who sends out of the same archive, in the same name, by the same clock.
    pub(crate) fn sender(&self) -> Sender {
        let clock = Arc::clone(&self.clock);
        let sender = Sender::new(Arc::clone(&self.archive), Arc::clone(&self.trust)).actor(self.actor.clone());
        let sender = sender.clock(move || clock());
        match &self.evidence {
            Some(evidence) => sender.evidence(Arc::clone(evidence)),
            None => sender,
        }
    }

    pub(super) fn target(&self, mailbox: &str) -> Target {
        Target {
            archive: Arc::clone(&self.archive),
            trust: Arc::clone(&self.trust),
            evidence: self.evidence.clone(),
            actor: self.actor.clone(),
            clock: Arc::clone(&self.clock),
            limits: self.limits,
            mailbox: mailbox.to_owned(),
        }
    }

    /// Brings what is new in every folder of a mailbox into the archive. A second run adds nothing.
    ///
    /// A folder that cannot be read, or a message that the server does not give or of which it makes a mess, is in the
    /// report and stops nothing; what was stored before an error stays.
    ///
    /// # Errors
    /// [`Error::Access`], which is not tried again; [`Error::Unreachable`], [`Error::Tls`]; [`Error::Lost`],
    /// [`Error::Deadline`] and [`Error::Protocol`] where also a new connection brings nothing; [`Error::Archive`];
    /// [`Error::Cancelled`] when `watch` ends it.
    pub async fn sync(&self, network: &Network, account: &Account, watch: SyncWatch<'_>) -> Result<Synced> {
        self.sync_folders(network, account, &|_| true, watch).await
    }

    /// As [`Receiver::sync`], of the folders that are wanted.
    ///
    /// # Errors
    /// As [`Receiver::sync`].
    pub async fn sync_folders(
        &self,
        network: &Network,
        account: &Account,
        wanted: &(dyn Fn(&Folder) -> bool + Sync),
        watch: SyncWatch<'_>,
    ) -> Result<Synced> {
        self.permit(account.address()).await?;
        let session = Session::open(network, account).await?;
        self.sync_in(session, network, account, wanted, watch).await
    }

    /// Whether whoever asks may see what is in a mailbox: asked before its server is.
    pub(crate) async fn permit(&self, mailbox: &str) -> Result<()> {
        let (archive, actor, mailbox, now) =
            (Arc::clone(&self.archive), self.actor.clone(), mailbox.to_owned(), self.now());
        let asked = tokio::task::spawn_blocking(move || archive.permit(&actor, Permission::List, &mailbox, now)).await;
        Ok(asked.map_err(|_| Error::Internal("the archive ended in the middle".into()))??)
    }

    /// As [`Receiver::sync_folders`], over a connection that has been let in; it leaves at the end.
    pub(crate) async fn sync_in(
        &self,
        session: Session,
        network: &Network,
        account: &Account,
        wanted: &(dyn Fn(&Folder) -> bool + Sync),
        watch: SyncWatch<'_>,
    ) -> Result<Synced> {
        let run = Run::new(tracing::info_span!(
            "sync",
            mailbox = account.address(),
            folders = Empty,
            new = Empty,
            known = Empty,
            bytes = Empty,
            gone = Empty,
            withheld = Empty,
            ms = Empty,
            error = Empty
        ));
        let all = self.every_folder(session, network, account, wanted, watch);
        let synced = all.instrument(run.span.clone()).await;
        run.synced(&synced);
        synced
    }

    async fn every_folder(
        &self,
        mut session: Session,
        network: &Network,
        account: &Account,
        wanted: &(dyn Fn(&Folder) -> bool + Sync),
        watch: SyncWatch<'_>,
    ) -> Result<Synced> {
        let target = self.target(account.address());
        let folders = session.folders().await?;
        let mut synced = Synced::default();
        for folder in folders.iter().filter(|folder| folder.holds_messages && wanted(folder)) {
            let run = Run::new(tracing::info_span!(
                "folder",
                mailbox = account.address(),
                folder = folder.name,
                new = Empty,
                known = Empty,
                bytes = Empty,
                gone = Empty,
                withheld = Empty,
                ms = Empty,
                error = Empty
            ));
            let read = read_folder(session, network, account, &target, folder, watch);
            let read = read.instrument(run.span.clone()).await;
            run.folder(&read.as_ref().map(|(_, one)| one).map_err(Error::code));
            let one;
            (session, one) = read?;
            synced.folders.push(one);
        }
        session.logout().await;
        Ok(synced)
    }
}

/// Reads one folder, over as many connections as it takes, as long as each brings something.
async fn read_folder(
    mut session: Session,
    network: &Network,
    account: &Account,
    target: &Target,
    folder: &Folder,
    watch: SyncWatch<'_>,
) -> Result<(Session, FolderSynced)> {
    let mut attempt = Attempt::default();
    let mut vain = 0;
    let mut before = None;
    loop {
        let progress = |done, total| match watch(SyncProgress { folder: &folder.name, done, total }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        };
        let error = match folder::sync(&mut session, target, folder, &mut attempt, progress).await {
            Ok(synced) => return Ok((session, synced)),
            Err(error) => error,
        };
        if error.leaves_session() && !matches!(error, Error::Archive(_)) {
            return Ok((session, FolderSynced { problem: Some(error), ..FolderSynced::of(folder) }));
        }
        if !is_about_a_message(&error) {
            return Err(error);
        }
        tracing::debug!(mailbox = account.address(), folder = folder.name, %error, "the connection broke; another one");
        let reached = target.archive.reached(&target.actor, &target.mailbox, &folder.wire_name)?;
        vain = if reached == before { vain + 1 } else { 1 };
        before = reached;
        if vain > MAX_VAIN {
            return Err(error);
        }
        // The second time a message breaks the connection, it is passed over.
        if let Some(at) = attempt.at.take().filter(|_| attempt.one_by_one) {
            attempt.broken.push((at, error.to_string()));
        }
        attempt.one_by_one = true;
        session = Session::open(network, account).await?;
    }
}
