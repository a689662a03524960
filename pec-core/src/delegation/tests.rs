//! Tests of the aggregate: what a host sees of it.

mod events;
mod life;
mod listings;
mod providers;
mod random;
mod rights;
mod scopes;
mod shares;
mod sharing;
mod sheets;
mod table;
mod work;
mod written;

use jiff::{SignedDuration, Timestamp};

use super::lifecycle::{
    BoxRow, Catalogue, DelegateName, Document, DocumentFormat, DocumentKind, Product, RequestForm, Said, Source,
};
use super::login::{Challenge, ChallengeRequest, Kit, Purpose};
use super::*;
use crate::trust::{Fingerprint, Revocation};

/// A code of whatever type is wanted.
fn code<T: for<'t> TryFrom<&'t str, Error = CodeError>>(text: &str) -> T {
    T::try_from(text).unwrap()
}

/// An organisation with its log, as a host keeps it.
#[derive(Clone)]
struct House {
    organisation: Organisation,
    log: Vec<Event>,
    now: Timestamp,
}

impl House {
    fn empty() -> Self {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        Self { organisation: Organisation::default(), log: Vec::new(), now }
    }

    /// Two clients: C1 with the accounts A1 and A2, C2 with B1; a user of each, and a second one of A1. Each account has
    /// purchased three standard mailboxes and one large one, in a domain of its own.
    fn new() -> Self {
        let mut house = Self::empty();
        for (client, accounts) in [("C1", &["A1", "A2"][..]), ("C2", &["B1"])] {
            let client: ClientCode = code(client);
            let kind = ClientKind::PublicBody;
            house.host(Command::AddClient { client: Client { code: client.clone(), name: code("Ente"), kind } });
            for account in accounts {
                let it = Account { code: code(account), client: client.clone(), name: code("Ufficio") };
                house.host(Command::AddAccount { account: it });
                house.host(Command::GiveCatalogue { account: code(account), catalogue: catalogue(account, 3) });
            }
        }
        for (user, account) in [("anna", "A1"), ("bruno", "A1"), ("carla", "A2"), ("dario", "B1")] {
            let user = User { id: code(user), account: code(account), name: code(user), email: None };
            house.host(Command::AddUser { user });
        }
        house
    }

    /// With one active mailbox of A1, shared.
    fn shared() -> Self {
        let mut house = Self::new();
        house.enrol("gare@a1.it", "A1", Standing::Active(house.now));
        house.host(Command::ShareOn { mailbox: code("gare@a1.it") });
        house
    }

    fn enrol(&mut self, mailbox: &str, account: &str, standing: Standing) {
        let (mailbox, account, product) = (code(mailbox), code(account), Some(code("standard")));
        self.host(Command::Enrol { account, mailbox, holder: holder(), product, standing });
    }

    /// What they give comes about or is refused; events go through JSON, as they do in a log.
    fn give(&mut self, by: &By, command: Command) -> Result<Vec<Event>, Denied> {
        let events = self.organisation.decide(&command, by, self.now)?;
        for event in &events {
            let read = Event::from_json(&event.to_json().unwrap()).unwrap();
            assert_eq!(read, *event);
            self.organisation.apply(&read);
        }
        self.log.extend(events.clone());
        Ok(events)
    }

    /// What the host gives, and is not refused.
    fn host(&mut self, command: Command) {
        let shown = format!("{command:?}");
        self.give(&By::Host, command).unwrap_or_else(|denied| panic!("{shown}: {denied}"));
    }

    /// Why the host is refused.
    fn refused(&mut self, command: Command) -> DeniedCode {
        let shown = format!("{command:?}");
        self.give(&By::Host, command).map_or_else(|denied| denied.code, |events| panic!("{shown}: {events:?}"))
    }

    fn later(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    fn report(&mut self, mailbox: &str, said: Said) {
        let source = Source { at: self.now, adapter: None, reference: None };
        self.host(Command::Report { mailbox: code(mailbox), said, source });
    }

    fn report_refused(&mut self, mailbox: &str, said: Said) -> DeniedCode {
        let source = Source { at: self.now, adapter: None, reference: None };
        self.refused(Command::Report { mailbox: code(mailbox), said, source })
    }

    /// Requests these mailboxes for A1.
    fn submit(&mut self, reference: &str, mailboxes: &[&str]) -> Result<Vec<Event>, Denied> {
        let all = catalogue("A1", 3);
        let step = form().product(&all, &code("standard")).unwrap();
        let row = |address: &&str| BoxRow {
            address: (*address).into(),
            description: String::new(),
            user_email: "utente@ente.example".into(),
        };
        let summary = mailboxes.iter().map(row).fold(step, |step, row| step.with(row)).summary().unwrap();
        self.give(&By::Host, Command::Submit { account: code("A1"), reference: code(reference), summary })
    }

    fn register(&mut self, mailbox: &str) {
        let request = self.mailbox(mailbox).request().unwrap();
        let said = Said::Registered {
            provider_user: code(&format!("U-{mailbox}")),
            activation_ref: code("N-1"),
            activation_code: Some(code(&format!("AC-{request}"))),
        };
        self.report(mailbox, said);
    }

    fn confirm_contract(&mut self, mailbox: &str) {
        self.host(Command::StageDocument { mailbox: code(mailbox), document: document(DocumentKind::Contract, 'c') });
        self.host(Command::ConfirmDocuments { mailbox: code(mailbox) });
    }

    /// A delegate of a mailbox, active.
    fn delegate(&mut self, mailbox: &str, user: &str) {
        let (mailbox, user): (MailboxAddress, UserId) = (code(mailbox), code(user));
        self.host(Command::AddDelegate { mailbox: mailbox.clone(), user: user.clone(), name: name() });
        self.host(Command::ActivateDelegate { mailbox, user });
    }

    fn grant(&mut self, id: &str, mailbox: &str, user: &str, permissions: &[Permission]) {
        let gives = Gives::Permissions { permissions: Permissions::of(permissions) };
        let grant = self.granting(id, mailbox, user, gives);
        self.host(Command::Grant { grant });
    }

    fn granting(&self, id: &str, mailbox: &str, user: &str, gives: Gives) -> Grant {
        let restriction = Restriction::default();
        let (from, until) = (self.now, None);
        Grant { id: code(id), mailbox: code(mailbox), user: code(user), gives, restriction, from, until }
    }

    fn may(&self, user: &str, permission: Permission, mailbox: &str) -> Result<Right, Denied> {
        self.organisation.may(&code(user), permission, &Object::mailbox(&code(mailbox)), self.now)
    }

    fn mailbox(&self, address: &str) -> &lifecycle::Mailbox {
        self.organisation.mailbox(&Scope::Host, &code(address)).unwrap()
    }

    fn mandate(&mut self, id: &str, mailbox: &str, permissions: Permissions, hours: i64) {
        let mandate = Mandate {
            permissions,
            ..Mandate::whole(
                code(id),
                code(mailbox),
                holder(),
                (self.now, Some(self.now + SignedDuration::from_hours(hours))),
                Some(code(&"a".repeat(64))),
            )
        };
        self.host(Command::GiveMandate { mandate });
    }
}

fn catalogue(account: &str, purchased: u32) -> Catalogue {
    let product = |name: &str, purchased, to: Option<&str>| {
        let transforms_to = to.into_iter().map(code).collect();
        (code(name), Product { name: code(name), purchased, transforms_to })
    };
    Catalogue {
        products: [product("standard", purchased, Some("grande")), product("grande", 1, None)].into(),
        domains: [code(&format!("{}.it", account.to_lowercase()))].into(),
    }
}

fn form() -> RequestForm {
    RequestForm {
        requester_first_name: "Maria".into(),
        requester_surname: "Rossi".into(),
        holder_name: "Comune di Prova".into(),
        contact: "maria@ente.example".into(),
        ..RequestForm::default()
    }
}

fn holder() -> Holder {
    Holder { name: code("Comune di Prova"), tax_id: Some("00743110157".parse().unwrap()) }
}

/// A kit that has answered for a mailbox, made by hand: what makes real ones is tested with cards (tests/login).
fn kit(mailbox: &str, number: u8, now: Timestamp) -> Kit {
    let request = ChallengeRequest::new(Purpose::Registration, code(mailbox), code("prova"));
    Kit {
        challenge: Challenge::issue(&request, [number; 32], now),
        certificate: Fingerprint([number; 32]),
        subject: "CN=prova".into(),
        tax_id: "RSSMRA85T10A562S".parse().unwrap(),
        anchor: Fingerprint([0; 32]),
        not_after: Timestamp::MAX,
        revocation: Revocation::Good,
    }
}

fn name() -> DelegateName {
    DelegateName::typed(("Anna", "Verdi"), ("Protocollo", ""), Some("anna@ente.example")).unwrap()
}

fn document(kind: DocumentKind, letter: char) -> Document {
    let digest = code(&letter.to_string().repeat(64));
    Document { digest, name: code("documento.pdf"), kind, format: DocumentFormat::Pdf }
}
