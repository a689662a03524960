//! What waits in the outboxes of managed mailboxes, sent by what is known of each.

use jiff::Timestamp;
use pec_archive::{Intake, Managed, Outgoing, Standing, Ticket, TicketState};

use super::Hub;
use crate::error::{Error, Result};
use crate::profile::ProviderLimits;
use crate::secret::SecretStore;
use crate::smtp::{Dispatch, Pace, SendWatch};

impl Hub {
    /// Sends what waits in the outbox of a managed mailbox, at the pace that its provider is known to allow. Where the provider
    /// refuses the credential, that is noted: it is not tried again until it was [replaced](Hub::rotate_credential).
    ///
    /// # Errors
    /// Those of [`Hub::open`] and of [`Sender::send_queued`](crate::Sender::send_queued).
    pub async fn send_queued(&self, address: &str, watch: SendWatch<'_>) -> Result<Dispatch> {
        let wanted = address.to_owned();
        let opened = self.in_archive(move |hub| Ok((hub.open(&wanted)?, hub.terms(&wanted)?.1)));
        let (account, limits) = opened.await?;
        let sender = self.receiver.sender().pace(Pace::from(limits));
        let sent = sender.send_queued(&self.network, &account, watch).await;
        let refused = match &sent {
            Err(error) => Some(error),
            Ok(dispatch) => dispatch.problem.as_ref(),
        };
        if let Some(Error::Access { state, text, .. }) = refused
            && state.forbids_retry()
        {
            let (state, text, address) = (*state, text.clone(), account.address().to_owned());
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
            .await?;
        }
        sent
    }

    /// Puts a message into the outbox of a managed mailbox.
    pub(crate) fn queue(&self, outgoing: &Outgoing<'_>, message: Vec<u8>) -> Result<Ticket> {
        let intake = Intake::new(self.receiver.trust(), self.now()).mailbox(outgoing.mailbox);
        Ok(self.archive().queue(self.actor(), &intake, outgoing, message)?)
    }

    /// The managed mailboxes in whose outbox something waits.
    pub(crate) fn with_something_queued(&self) -> Result<Vec<String>> {
        let mut with = Vec::new();
        for mailbox in self.mailboxes()? {
            let address = mailbox.said.address;
            if !self.archive().tickets(self.actor(), &address, TicketState::Queued, 0, 1)?.is_empty() {
                with.push(address);
            }
        }
        Ok(with)
    }

    /// What was said of a mailbox that may be opened now, and what its provider allows.
    ///
    /// # Errors
    /// [`pec_archive::Error::NotFound`]; [`Error::NoMandate`]; [`Error::BadValue`] where its provider is not known any more.
    pub(crate) fn terms(&self, address: &str) -> Result<(Managed, ProviderLimits)> {
        let said = self.managed_at(address)?;
        self.policy.permits(&said, self.now())?;
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
