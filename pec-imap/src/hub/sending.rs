//! What waits in the outboxes of managed mailboxes, sent by what is known of each.

use jiff::Timestamp;
use pec_archive::{Intake, Managed, Outgoing, Standing, Ticket, TicketState};

use super::Hub;
use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::Session;
use crate::profile::ProviderLimits;
use crate::secret::SecretStore;
use crate::smtp::{Dispatch, Pace, SendWatch};
use crate::sync::{SyncWatch, Synced};

impl Hub {
    /// Sends what waits in the outbox of a managed mailbox, at the pace that its provider is known to allow. Where the provider
    /// refuses the credential, that is noted: it is not tried again until it was [replaced](Hub::rotate_credential).
    ///
    /// # Errors
    /// Those of [`Hub::open`] and of [`Sender::send_queued`](crate::Sender::send_queued).
    pub async fn send_queued(&self, address: &str, watch: SendWatch<'_>) -> Result<Dispatch> {
        let wanted = address.to_owned();
        let entered = self.in_archive(move |hub| {
            let (said, account) = hub.enter(&wanted)?;
            Ok((account, hub.profile_of(&said)?.limits))
        });
        let (account, limits) = entered.await?;
        let sender = self.receiver.sender().pace(Pace::from(limits));
        let sent = sender.send_queued(&self.network, &account, watch).await;
        let refused = match &sent {
            Err(error) => Some(error),
            Ok(dispatch) => dispatch.problem.as_ref(),
        };
        self.note_refusal(account.address(), refused).await?;
        sent
    }

    /// Brings what is new in a managed mailbox into the archive, as [`Receiver::sync`](crate::Receiver::sync) does. Where the
    /// provider refuses the credential, that is noted as by [`Hub::send_queued`].
    ///
    /// # Errors
    /// Those of [`Hub::open`] and of [`Receiver::sync`](crate::Receiver::sync).
    pub async fn sync(&self, address: &str, watch: SyncWatch<'_>) -> Result<Synced> {
        let wanted = address.to_owned();
        let account = self.in_archive(move |hub| hub.open(&wanted)).await?;
        self.sync_account(&account, watch).await
    }

    /// As [`Hub::sync`], by whoever looks again and again: that he began is in the log.
    pub(crate) async fn sync_again(&self, address: &str, watch: SyncWatch<'_>) -> Result<Synced> {
        let wanted = address.to_owned();
        let (_, account) = self.in_archive(move |hub| hub.enter(&wanted)).await?;
        self.sync_account(&account, watch).await
    }

    async fn sync_account(&self, account: &Account, watch: SyncWatch<'_>) -> Result<Synced> {
        let synced = self.receiver.sync(&self.network, account, watch).await;
        self.note_refusal(account.address(), synced.as_ref().err()).await?;
        synced
    }

    /// A session in a managed mailbox, with the credential that is kept now.
    pub(super) async fn session(&self, address: &str) -> Result<Session> {
        let wanted = address.to_owned();
        let (_, account) = self.in_archive(move |hub| hub.enter(&wanted)).await?;
        let opened = Session::open(&self.network, &account).await;
        self.note_refusal(account.address(), opened.as_ref().err()).await?;
        opened
    }

    /// That a provider refuses the credential: what is not noted would be tried again until the account is locked.
    async fn note_refusal(&self, address: &str, error: Option<&Error>) -> Result<()> {
        let Some(Error::Access { state, text, .. }) = error else { return Ok(()) };
        if !state.forbids_retry() {
            return Ok(());
        }
        let (state, text, address) = (*state, text.clone(), address.to_owned());
        self.in_archive(move |hub| {
            let now = hub.now();
            hub.archive().note_standings(hub.actor(), &[address], now, |_, standing| Standing {
                access: Some(state.as_str().to_owned()),
                access_since: Some(now),
                problem: Some(text.clone()),
                tried_at: Some(now),
                ..standing
            })?;
            Ok(())
        })
        .await
    }

    /// Puts a message into the outbox of a managed mailbox.
    pub(crate) fn queue(&self, outgoing: &Outgoing<'_>, message: Vec<u8>) -> Result<Ticket> {
        let intake = Intake::new(self.receiver.trust(), self.now()).mailbox(outgoing.mailbox);
        Ok(self.archive().queue(self.actor(), &intake, outgoing, message)?)
    }

    /// The managed mailboxes in whose outbox something waits, or of which something is not known.
    pub(crate) fn with_something_open(&self) -> Result<Vec<String>> {
        let mut with = Vec::new();
        for mailbox in self.mailboxes()? {
            let address = mailbox.said.address;
            for state in TicketState::ALL.into_iter().filter(|state| state.is_open()) {
                if !self.archive().tickets(self.actor(), &address, state, 0, 1)?.is_empty() {
                    with.push(address);
                    break;
                }
            }
        }
        Ok(with)
    }

    /// What was said of a mailbox that may be opened now, and what its provider allows.
    ///
    /// # Errors
    /// [`pec_archive::Error::NotFound`]; [`Error::NoMandate`]; [`Error::Suspended`]; [`Error::BadValue`] where its provider is not known any more.
    pub(crate) fn terms(&self, address: &str) -> Result<(Managed, ProviderLimits)> {
        let said = self.managed_at(address)?;
        self.policy.permits(&said, self.now())?;
        self.works(&said)?;
        let limits = self.profile_of(&said)?.limits;
        Ok((said, limits))
    }

    pub(crate) fn managed_at(&self, address: &str) -> Result<Managed> {
        Ok(self.archive().managed_at(self.actor(), address)?.0)
    }

    pub(crate) fn secrets(&self) -> &dyn SecretStore {
        &*self.secrets
    }

    /// What time it is.
    pub(crate) fn time(&self) -> Timestamp {
        self.now()
    }
}
