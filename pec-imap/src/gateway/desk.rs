//! What sessions ask: who may send from which mailbox, and where a message goes.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pec_archive::{TicketState, mailbox_key};
use pec_core::compose::is_address;
use pec_core::finding::Language;
use pec_core::text::printable;
use secrecy::SecretString;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio_rustls::TlsAcceptor;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::login::{Entered, GatewayUser};
use super::reply::Reply;
use super::taking::{Not, Taken, take};
use super::{GatewayEvent, GatewayPolicy};
use crate::error::Error;
use crate::hub::Hub;
use crate::profile::ProviderLimits;
use crate::telemetry::Run;

/// What all connections share.
pub(super) struct Desk {
    pub(super) hub: Hub,
    pub(super) policy: GatewayPolicy,
    pub(super) tls: Option<TlsAcceptor>,
    /// Whether nobody logs in before TLS.
    pub(super) needs_tls: bool,
    /// Memory for messages, in pieces.
    pub(super) memory: Arc<Semaphore>,
    pub(super) told: mpsc::Sender<GatewayEvent>,
    /// What could not be told, because nobody has taken what was told before.
    pub(super) missed: Arc<AtomicU64>,
    pub(super) filled: Arc<Filled>,
}

/// Mailboxes in whose outbox something was put. Apart from what is told: of this nothing is left out.
#[derive(Debug, Default)]
pub(super) struct Filled {
    mailboxes: Mutex<BTreeSet<String>>,
    more: Notify,
}

impl Filled {
    fn add(&self, mailbox: &str) {
        self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner).insert(mailbox.to_owned());
        self.more.notify_one();
    }

    /// Waits until there are some. It can be dropped at any time: nothing is lost.
    pub(super) async fn next(&self) -> BTreeSet<String> {
        loop {
            let filled = std::mem::take(&mut *self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner));
            if !filled.is_empty() {
                return filled;
            }
            self.more.notified().await;
        }
    }
}

/// A mailbox from which somebody may send, and what its provider allows.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) mailbox: String,
    pub(super) limits: ProviderLimits,
}

/// From where to where a message goes.
#[derive(Debug, Clone)]
pub(super) struct Transaction {
    pub(super) origin: Origin,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
}

impl Desk {
    /// Nobody who listens must not keep a program waiting for its answer.
    fn tell(&self, event: GatewayEvent) {
        if self.told.try_send(event).is_err() {
            self.missed.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Who comes; a reply where he is not let in.
    pub(super) async fn admit(&self, name: String, password: SecretString) -> std::result::Result<Entered, Reply> {
        let user = printable(&name);
        let asked = self.hub.in_archive(move |hub| hub.gateway_user(&name, &password)).await;
        match asked {
            Ok(Some(user)) => Ok(user),
            Ok(None) => {
                self.tell(GatewayEvent::NotLetIn { user });
                Err(Reply::both(
                    535,
                    "5.7.8",
                    "utente o password del gateway errati; qui non si usa la password della casella PEC",
                    "user or password of the gateway are wrong; that of the PEC mailbox is not used here",
                ))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// Whether somebody who was let in still would be: a login that was taken away or replaced ends where it is used.
    pub(super) async fn readmit(&self, entered: &Entered) -> std::result::Result<(), Reply> {
        let user = entered.user.clone();
        match self.hub.in_archive(move |hub| hub.gateway_password(&user)).await {
            Ok(password) if entered.is_by(password) => Ok(()),
            Ok(_) => {
                self.tell(GatewayEvent::NotLetIn { user: printable(&entered.user.to_string()) });
                Err(Reply::both(
                    530,
                    "5.7.0",
                    "il login del gateway è stato tolto o cambiato",
                    "the login of the gateway was taken away or replaced",
                ))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// The mailbox from which somebody wants to send.
    pub(super) async fn origin(&self, user: &GatewayUser, sender: &str) -> std::result::Result<Origin, Reply> {
        let mailbox = mailbox_key(sender);
        let none = |italian: &str, english: &str| {
            Reply::both(550, "5.7.1", format!("{sender}: {italian}"), format!("{sender}: {english}"))
        };
        if !is_address(sender) {
            return Err(none("il mittente deve essere una casella PEC", "the sender has to be a PEC mailbox"));
        }
        if !user.may_send_from(&mailbox) {
            return Err(none("l'utente non può inviare da questa casella", "the user may not send from this mailbox"));
        }
        match self.hub.in_archive(move |hub| hub.terms(&mailbox)).await {
            Ok((said, limits)) => Ok(Origin { mailbox: said.address, limits }),
            Err(Error::Archive(pec_archive::Error::NotFound(_))) => {
                Err(none("la casella non è gestita qui", "the mailbox is not managed here"))
            }
            Err(error @ (Error::NoMandate { .. } | Error::Suspended { .. })) => {
                Err(none(error.explanation(Language::It), error.explanation(Language::En)))
            }
            Err(error) => Err(failed(&error)),
        }
    }

    /// Bytes of the largest message from there.
    pub(super) fn bound(&self, origin: &Origin) -> usize {
        let limit = origin.limits.message_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        limit.unwrap_or(usize::MAX).min(self.policy.message_bytes)
    }

    /// Puts a message into the outbox, where nothing speaks against it. `250` is said when it is on stable storage.
    pub(super) async fn take(&self, transaction: Transaction, message: Vec<u8>) -> Reply {
        let run = Run::new(tracing::info_span!(
            "gateway",
            mailbox = transaction.origin.mailbox,
            bytes = message.len(),
            recipients = transaction.recipients.len(),
            code = Empty,
            ms = Empty
        ));
        let reply = self.answer(transaction, message).instrument(run.span.clone()).await;
        run.answered(reply.code);
        reply
    }

    async fn answer(&self, transaction: Transaction, message: Vec<u8>) -> Reply {
        let mailbox = transaction.origin.mailbox.clone();
        let taken = self.hub.in_archive(move |hub| Ok(take(hub, transaction, message))).await;
        let not = match taken.unwrap_or_else(|error| Err(Not::Failed(error))) {
            Ok(Taken { key, state: TicketState::Refused, answer, .. }) => {
                let reply = Reply::both(
                    554,
                    "5.7.0",
                    format!(
                        "{key}: il gestore ha già rifiutato questo messaggio: inviarne uno nuovo, con un altro Message-ID"
                    ),
                    format!(
                        "{key}: the provider has refused this message before: send a new one, with another Message-ID"
                    ),
                );
                let reply = if answer.is_empty() { reply } else { reply.and(answer) };
                self.tell(GatewayEvent::Refused { mailbox, refusals: Vec::new(), told: reply.text() });
                return reply;
            }
            Ok(Taken { key, id, state, warnings, .. }) => {
                let reply = Reply::new(250, "2.0.0", format!("{key} {}", state.as_str()));
                self.filled.add(&mailbox);
                self.tell(GatewayEvent::Taken { mailbox, key, id, warnings });
                return reply;
            }
            Err(not) => not,
        };
        let (reply, refusals) = match not {
            Not::Refused(refusals) => (Reply::refused(&refusals), refusals),
            Not::Reused(key) => {
                let reply = Reply::both(
                    554,
                    "5.6.0",
                    format!(
                        "{key}: un altro messaggio, o altri destinatari, hanno già questo Message-ID: ogni messaggio ne vuole \
                         uno suo, per le sue ricevute. Nulla è stato inviato"
                    ),
                    format!(
                        "{key}: another message, or other recipients, have this Message-ID: each message needs one of its own, \
                         for its receipts. Nothing was sent"
                    ),
                );
                (reply, Vec::new())
            }
            Not::Failed(error) => (failed(&error), Vec::new()),
        };
        self.tell(GatewayEvent::Refused { mailbox, refusals, told: reply.text() });
        reply
    }
}

/// Something failed here: the program keeps what it has, and may come again.
fn failed(error: &Error) -> Reply {
    tracing::warn!(%error, code = error.code(), "the gateway could not do what it was asked for");
    let both =
        |code, enhanced| Reply::both(code, enhanced, error.explanation(Language::It), error.explanation(Language::En));
    match error {
        Error::Archive(_) | Error::Secret(_) => both(451, "4.3.0"),
        _ => both(451, "4.3.5"),
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("policy", &self.policy).finish_non_exhaustive()
    }
}
