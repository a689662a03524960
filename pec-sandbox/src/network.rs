//! Two or more providers in one process: users submit, providers answer each other, mailboxes fill, and a clock that
//! the caller turns moves everything. No socket, no thread, no machine time: the same calls give the same bytes.
//!
//! ```text
//! submit ──> access point ──acceptance or refusal──> sender's mailbox
//!                 │ transport envelope
//!                 ├──> incoming point ──take-charge, virus notice──> service mailbox of the sender's provider
//!                 │         └──> delivery point ──> mailbox
//!                 │                     └──delivery receipt or failure──> incoming point ──> sender's mailbox
//!                 └──> ordinary mailbox, without any receipt
//! receive ─> incoming point ──anomaly envelope──> mailbox           clock ──12 h, 24 h──> notices
//! ```
//!
//! ```
//! use jiff::SignedDuration;
//! use pec_core::{limits::Limits, message::Message, trust::ChainCache, verify::Verifier};
//! use pec_sandbox::network::{Answer, Mailbox, Network, Outcome, Settings};
//!
//! let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse()?))?;
//! network.add(Mailbox::new("anna@pec.alfa.example"))?;
//! network.add(Mailbox::new("ufficio@cert.beta.example"))?;
//! network.add(Mailbox::full("piena@cert.beta.example"))?;
//!
//! let message = b"From: anna@pec.alfa.example\r\nTo: ufficio@cert.beta.example, piena@cert.beta.example,\r\n \
//!     info@gamma.example\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@alfa.example>\r\n\
//!     Subject: Preventivo\r\n\r\nBuongiorno.\r\n";
//! let to = ["ufficio@cert.beta.example", "piena@cert.beta.example", "info@gamma.example"];
//! let sent = network.submit("anna@pec.alfa.example", &to, message)?;
//! assert_eq!(sent.answer, Answer::Accepted);
//! network.settle()?;
//! network.advance(SignedDuration::from_hours(24))?;
//!
//! // What Anna finds: acceptance, one delivery receipt, one failure; nothing about the ordinary address.
//! let trust = network.trust();
//! let kinds: Vec<String> = network.messages("anna@pec.alfa.example")?.iter().map(|stored| {
//!     let message = Message::parse(&stored.bytes[..], &Limits::DEFAULT);
//!     let found = Verifier::new(trust).verify(&message, network.time(), &mut ChainCache::default());
//!     found.certified().map_or("unproven".into(), |proof| proof.value().kind.as_str().to_owned())
//! }).collect();
//! assert_eq!(kinds, ["accettazione", "avvenuta-consegna", "errore-consegna"]);
//! assert!(matches!(network.outcome(&sent.pec_id, "ufficio@cert.beta.example"), Some(Outcome::Delivered(_))));
//!
//! // A message without To is refused, and the sender is told why.
//! let sent = network.submit("anna@pec.alfa.example", &to[..1], b"From: anna@pec.alfa.example\r\n\r\nx\r\n")?;
//! assert!(matches!(sent.answer, Answer::Refused { .. }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whoever trusts the sandbox's anchor trusts everybody: the keys are committed.

mod access;
mod delivery;
mod dispatch;
mod error;
mod fault;
mod incoming;
mod mailbox;
mod paper;
mod points;
mod queue;
mod record;
mod rules;
mod settings;
#[cfg(test)]
mod tests;
mod tracking;
mod virus;

use std::collections::{BTreeMap, HashMap};

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, Timestamp};
use pec_core::trust::{ChainCache, TrustStore};

pub use access::{Answer, Submitted};
pub use error::Error;
pub use fault::{Chance, Fault, FaultRule};
pub use mailbox::{Mailbox, MailboxState, Stored};
pub use points::Point;
pub use record::{Event, Label, Origin, Outcome, What, Why};
#[cfg(feature = "smtp")]
pub(crate) use rules::is_address;
pub use settings::{Antivirus, House, OrdinaryMail, ProviderSettings, Settings, SigningKey, SubmissionLimits};
pub use virus::{EICAR_NAME, eicar};

use crate::compose::submission::ReceiptForm;
use crate::{Certificate, Moment, World};
use paper::Paper;
use points::Points;
use queue::{Parcel, Queue};
use tracking::Tracked;

/// How long a message travels between two providers.
const TRANSIT: SignedDuration = SignedDuration::from_secs(2);
/// How long the certificates of the providers are good after the start.
const LIFE: SignedDuration = SignedDuration::from_hours(24 * 730);

/// Providers, mailboxes and a clock.
#[derive(Debug, Clone)]
pub struct Network {
    start: Moment,
    end: Timestamp,
    clock: Timestamp,
    zone: TimeZone,
    seed: u64,
    /// Identifiers given.
    given: u64,
    /// Messages for which faults were drawn.
    drawn: u64,
    anchor: Certificate,
    trust: TrustStore,
    cache: ChainCache,
    points: Vec<Points>,
    /// By address in lower case.
    mailboxes: BTreeMap<String, Mailbox>,
    queue: Queue,
    held: Vec<(usize, Parcel)>,
    tracked: HashMap<String, Tracked>,
    outcomes: BTreeMap<(String, String), Outcome>,
    rules: Vec<FaultRule>,
    log: Vec<Event>,
}

impl Network {
    /// Builds the providers with certificates of their own and a service mailbox each.
    ///
    /// # Errors
    /// [`Error::Settings`], the caller's: no provider, one twice, a domain twice, or a start for which the sandbox's
    /// authority has no life.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let world = World::new()?;
        let clock = Timestamp::from_second(settings.start.as_second()).unwrap_or(settings.start);
        let zone = TimeZoneDatabase::bundled().get("Europe/Rome").map_err(|e| Error::Settings(e.to_string()))?;
        let start = Moment::new(clock, zone.to_offset(clock));
        settings.check()?;
        let anchor = world.root.certificate.clone();
        let trust = TrustStore::built_in().with_host_anchor(&anchor.der).map_err(|e| Error::Settings(e.to_string()))?;
        let mut points = Vec::new();
        let mut mailboxes = BTreeMap::new();
        for chosen in settings.providers {
            let provider = chosen.provider(&world, start, settings.seed)?;
            let service = format!("ricevute@{}", provider.host);
            mailboxes.insert(service.clone(), Mailbox::new(&service));
            points.push(Points::new(chosen, provider));
        }
        Ok(Self {
            start,
            end: clock.saturating_add(LIFE).unwrap_or(clock),
            clock,
            zone,
            seed: settings.seed,
            given: 0,
            drawn: 0,
            anchor,
            trust,
            cache: ChainCache::default(),
            points,
            mailboxes,
            queue: Queue::default(),
            held: Vec::new(),
            tracked: HashMap::new(),
            outcomes: BTreeMap::new(),
            rules: Vec::new(),
            log: Vec::new(),
        })
    }

    /// Adds a mailbox, or puts another in its place with the messages gone. Below a domain that no provider manages it
    /// is an ordinary one.
    ///
    /// # Errors
    /// [`Error::Settings`] when the address is none.
    pub fn add(&mut self, mailbox: Mailbox) -> Result<(), Error> {
        if !rules::is_address(mailbox.address()) {
            return Err(Error::Settings(format!(
                "{}: give an address such as anna@pec.alfa.example",
                mailbox.address()
            )));
        }
        self.mailboxes.insert(mailbox.address().to_ascii_lowercase(), mailbox);
        Ok(())
    }

    /// Adds a mailbox, or gives one that is there the state and quota of this one and leaves its messages.
    ///
    /// # Errors
    /// As [`Network::add`].
    pub fn set(&mut self, mailbox: Mailbox) -> Result<(), Error> {
        match self.mailbox_mut(mailbox.address()) {
            Some(known) => {
                (known.state, known.quota) = (mailbox.state, mailbox.quota);
                Ok(())
            }
            None => self.add(mailbox),
        }
    }

    /// The mailbox of this address; upper and lower case count as equal.
    #[must_use]
    pub fn mailbox(&self, address: &str) -> Option<&Mailbox> {
        self.mailboxes.get(&address.to_ascii_lowercase())
    }

    /// The same, to change its state or quota.
    pub fn mailbox_mut(&mut self, address: &str) -> Option<&mut Mailbox> {
        self.mailboxes.get_mut(&address.to_ascii_lowercase())
    }

    /// Every mailbox, service mailboxes and ordinary ones included, by address.
    pub fn mailboxes(&self) -> impl Iterator<Item = &Mailbox> {
        self.mailboxes.values()
    }

    /// What lies in a mailbox, oldest first.
    ///
    /// # Errors
    /// [`Error::NoMailbox`].
    pub fn messages(&self, address: &str) -> Result<&[Stored], Error> {
        self.mailbox(address).map(Mailbox::messages).ok_or_else(|| Error::NoMailbox { address: address.to_owned() })
    }

    /// Applies a fault from now on, beside those that are there.
    pub fn add_fault(&mut self, rule: FaultRule) {
        self.rules.push(rule);
    }

    /// No more faults. What is under way keeps its own.
    pub fn clear_faults(&mut self) {
        self.rules.clear();
    }

    /// Where the clock stands.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.clock
    }

    /// Where the clock stands, in legal time (Europe/Rome).
    #[must_use]
    pub fn now(&self) -> Moment {
        self.moment(self.clock)
    }

    fn moment(&self, at: Timestamp) -> Moment {
        Moment::new(at, self.zone.to_offset(at))
    }

    /// The certificate at the top: give it to `pec verify --anchor`.
    #[must_use]
    pub const fn anchor(&self) -> &Certificate {
        &self.anchor
    }

    /// The built-in trust data and the network's anchor.
    #[must_use]
    pub const fn trust(&self) -> &TrustStore {
        &self.trust
    }

    /// Everything that happened, in order.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.log
    }

    /// What became of a message for this recipient, in truth; `None` when there was no such submission.
    #[must_use]
    pub fn outcome(&self, pec_id: &str, recipient: &str) -> Option<Outcome> {
        self.outcomes.get(&(pec_id.to_owned(), recipient.to_ascii_lowercase())).copied()
    }

    /// A delivery receipt for `recipient` as a forger would make it: right in every word, at the network's time, signed
    /// with a self-made certificate that names the recipient's provider. It is not put anywhere.
    ///
    /// # Errors
    /// [`Error::NoTransaction`] and [`Error::NoMailbox`], the caller's.
    pub fn forged_delivery(&self, pec_id: &str, recipient: &str) -> Result<Vec<u8>, Error> {
        let tracked = self.tracked.get(pec_id).ok_or_else(|| Error::NoTransaction { pec_id: pec_id.to_owned() })?;
        let provider = self.provider_of(recipient).ok_or_else(|| Error::NoMailbox { address: recipient.to_owned() })?;
        let paper = Paper::Delivery { recipient: recipient.to_owned(), form: ReceiptForm::Full };
        Ok(self.forge(provider, &paper, tracked.transaction(), tracked.transaction().submission.sender.as_str())?.0)
    }

    /// The service mailbox (*casella di servizio*) of a provider, where take-charge receipts and virus notices go.
    #[doc(alias = "casella di servizio")]
    #[must_use]
    pub fn service_address(&self, house: House) -> String {
        format!("ricevute@{}", house.host())
    }

    /// What the provider of this address takes from its users; `None` when no provider manages its domain.
    #[must_use]
    pub fn limits_of(&self, address: &str) -> Option<SubmissionLimits> {
        self.provider_of(address).map(|provider| self.points[provider].settings.limits)
    }

    /// The providers, in the order of the settings.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderSettings> {
        self.points.iter().map(|points| &points.settings)
    }

    fn service_mailbox(&self, provider: usize) -> String {
        self.service_address(self.points[provider].settings.house)
    }

    fn host(&self, provider: usize) -> &'static str {
        self.points[provider].settings.house.host()
    }

    /// Who manages the domain of this address, or has it as service mailbox.
    fn provider_of(&self, address: &str) -> Option<usize> {
        let (_, domain) = address.rsplit_once('@')?;
        let service = |house| self.service_address(house).eq_ignore_ascii_case(address);
        self.points.iter().position(|p| p.settings.manages(domain) || service(p.settings.house))
    }

    /// An identifier that this network gives once (PEC-SPEC §1.4).
    fn next_identifier(&mut self, provider: usize) -> String {
        self.given += 1;
        format!(
            "opec21{:03}.{}.{:05}.{}.1.60@{}",
            self.seed % 1_000,
            self.now().stamp(),
            self.given,
            1 + self.given % 900,
            self.host(provider)
        )
    }

    fn log(&mut self, what: What) {
        self.log.push(Event { at: self.now(), what });
    }

    /// Writes the truth about a recipient down.
    fn settled(&mut self, pec_id: &str, recipient: &str, outcome: Outcome) {
        self.outcomes.insert((pec_id.to_owned(), recipient.to_ascii_lowercase()), outcome);
        self.log(What::Settled { pec_id: pec_id.to_owned(), recipient: recipient.to_owned(), outcome });
    }
}
