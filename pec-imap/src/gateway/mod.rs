//! A gateway for programs that know nothing of PEC: an ordinary mail program or an old ERP hands its mail over as to any SMTP
//! server, and it goes into the outbox of the archive.
//!
//! ```text
//! program ──SMTP──> connection  lines and messages, within limits of size, time and memory
//!                    memory      for messages that are coming in
//!                ──> session     what may follow what (RFC 6409); auth: logging in
//!                ──> desk        who may send from which mailbox
//!                    taking      what would be refused; the outbox
//!                    login       passwords of the gateway's own, never those of mailboxes
//!                    reply       what is said, in both languages, in ASCII
//!                    post        what waits goes out in the background
//! mailbox ──IMAP──> inbound     what comes in is put where its people read their mail
//! ```
//!
//! **Its name in the outbox** is its Message-ID: a program that does not know whether it was heard sends the message again, and
//! gets the ticket that there is. Other bytes or other recipients under the same Message-ID are refused: receipts could not be
//! told apart. A message without one is called by its own SHA-256. What the provider has refused for good is not taken again
//! under its name, so that nobody waits for it: a program that tries anew writes a new Message-ID. What was refused here, before
//! it was in the outbox, can be mended and sent under the same one.
//!
//! **Not a byte is changed or added**: what a submission server may mend (RFC 6409 §8) is refused with the reason instead, since
//! the archive has to have what the program has. 8BITMIME is not offered, so that programs write what every provider carries; a
//! program that sends 8-bit bodies all the same is taken, and its provider decides. SMTPUTF8 is not: addresses of PEC are ASCII.

mod auth;
mod connection;
mod desk;
mod inbound;
mod login;
mod memory;
mod policy;
mod post;
mod reply;
mod session;
mod taking;

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use login::GatewayUser;
pub use policy::{GatewayEvent, GatewayPolicy, GatewaySending};

use crate::error::{Error, Result};
use crate::hub::{Delivery, Hub};
use desk::{Desk, Filled};
use post::Post;

/// Takes the mail of ordinary programs for the mailboxes of a hub.
///
/// Who may send is said by [`Hub::set_gateway_login`]; a mailbox for which nothing was said cannot be sent from.
#[derive(Clone)]
pub struct Gateway {
    hub: Hub,
    policy: GatewayPolicy,
    tls: Option<Arc<ServerConfig>>,
    deliveries: Vec<(String, Delivery)>,
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").field("hub", &self.hub).field("policy", &self.policy).finish_non_exhaustive()
    }
}

/// A gateway with its port.
#[derive(Debug)]
pub struct Listening {
    gateway: Gateway,
    listener: TcpListener,
    address: SocketAddr,
}

impl Gateway {
    /// For the mailboxes of a hub.
    #[must_use]
    pub fn new(hub: Hub) -> Self {
        Self { hub, policy: GatewayPolicy::default(), tls: None, deliveries: Vec::new() }
    }

    /// Under this policy.
    #[must_use]
    pub const fn policy(mut self, policy: GatewayPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// With a certificate (and those above it) and its key, PEM, so that STARTTLS is offered.
    ///
    /// # Errors
    /// [`Error::BadValue`] where they cannot be read or do not belong together.
    pub fn tls(mut self, certificates: &[u8], key: &[u8]) -> Result<Self> {
        // What was wrong with the key is not repeated.
        let bad = |value: String| Error::BadValue { what: "certificate of the gateway", value };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificates)
            .collect::<std::result::Result<_, _>>()
            .map_err(|error| bad(error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| bad("its key cannot be read".into()))?;
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Internal(error.to_string()))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| bad(error.to_string()))?;
        self.tls = Some(Arc::new(config));
        Ok(self)
    }

    /// What comes into this mailbox from now on is brought into the archive and put there as well, byte for byte
    /// ([`Hub::relay_new`], also for what that leaves out): with what is sent, PEC from an ordinary mail program in both ways.
    #[must_use]
    pub fn deliver(mut self, mailbox: impl Into<String>, to: Delivery) -> Self {
        self.deliveries.push((mailbox.into(), to));
        self
    }

    /// Takes a port; 0 is any free one. Beyond loopback only with TLS, and then nobody logs in without it.
    ///
    /// # Errors
    /// [`Error::BadValue`] for an address that others reach, without TLS; [`Error::Listen`].
    pub async fn listen(self, address: SocketAddr) -> Result<Listening> {
        if !address.ip().is_loopback() && self.tls.is_none() {
            let value =
                format!("{address}: others reach it, and passwords would be read on the way: give a certificate");
            return Err(Error::BadValue { what: "address of the gateway", value });
        }
        let failed = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Listening { gateway: self, listener, address })
    }
}

impl Listening {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `end` is there: takes messages and sends them, and tells what happens. Then connections are cut, which
    /// loses nothing: what was not acknowledged the program still has. A message that is just being handed to a provider is
    /// waited for, as long as the deadlines of the network let it take.
    ///
    /// `each` is called between accepting and sending, and must not wait: while it does, connections that there are get their
    /// answers, and what is told beyond 64 events is counted instead ([`GatewayEvent::Missed`]), but nobody is let in and
    /// nothing more is sent.
    ///
    /// # Errors
    /// Those of the archive at the beginning. What happens later is told.
    pub async fn serve(self, end: impl Future<Output = ()>, each: &mut (dyn FnMut(GatewayEvent) + Send)) -> Result<()> {
        let Self { gateway: Gateway { hub, policy, tls, deliveries }, listener, address } = self;
        let (told, mut happened) = mpsc::channel(64);
        let (missed, filled) = (Arc::<AtomicU64>::default(), Arc::<Filled>::default());
        let mut post = Post::new(hub.clone(), policy.sending).await?;
        let mut receiving = Box::pin(inbound::run(hub.clone(), deliveries, policy.receive_every, told.clone()));
        let desk = Arc::new(Desk {
            hub,
            policy,
            tls: tls.map(TlsAcceptor::from),
            needs_tls: !address.ip().is_loopback(),
            memory: Arc::new(Semaphore::new((policy.memory_bytes / memory::PIECE).max(1))),
            told,
            missed: Arc::clone(&missed),
            filled: Arc::clone(&filled),
        });
        let places = Arc::new(Semaphore::new(policy.clients));
        let mut connections = JoinSet::new();
        tokio::pin!(end);
        loop {
            tokio::select! {
                () = &mut end => break,
                () = &mut receiving => {}
                mailboxes = filled.next() => mailboxes.iter().for_each(|mailbox| post.due_now(mailbox)),
                Some(event) = happened.recv() => {
                    each(event);
                    tell_missed(&missed, each);
                }
                event = post.next() => each(event),
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(connection::serve(stream, Arc::clone(&desk), Arc::clone(&places)));
                    }
                    // Out of file handles, perhaps: some are given back in time.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
            }
        }
        drop((listener, receiving));
        connections.shutdown().await;
        drop(desk);
        while let Some(event) = happened.recv().await {
            each(event);
        }
        tell_missed(&missed, each);
        for event in post.end().await {
            each(event);
        }
        Ok(())
    }
}

fn tell_missed(missed: &AtomicU64, each: &mut (dyn FnMut(GatewayEvent) + Send)) {
    let count = missed.swap(0, Ordering::SeqCst);
    if count > 0 {
        each(GatewayEvent::Missed { count });
    }
}
