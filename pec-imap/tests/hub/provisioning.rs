//! A mailbox that a provider activates comes into the hub by itself; one that it revokes is left alone, and that is said.

use std::cell::Cell;
use std::time::Duration;

use pec_archive::{Actor, Error as ArchiveError, LogRow};
use pec_core::delegation::lifecycle::{
    Document, DocumentFormat, DocumentKind, Mailbox, ProvisioningAdapter, Revoke, Said, Source, State, Wish,
};
use pec_core::delegation::{Account, Client, ClientKind, Command, DeniedCode, Holder, MailboxAddress, Scope, Standing};
use pec_imap::{Capacity, ConnectingAdapter, Error, HubPolicy, MailboxSpec, RefreshOptions, RefreshOutcome, Reported};

use crate::office::{Office, PASSWORD, letter, spec};
use crate::server::Server;

const BOX: &str = "nuova@pec.alfa.example";

/// A provider that says this to every wish, and gives this connection.
struct Provider {
    said: Option<Said>,
    connection: Result<Option<MailboxSpec>, &'static str>,
    asked: Cell<usize>,
}

impl Provider {
    fn new(said: Said, connection: Option<MailboxSpec>) -> Self {
        Self { said: Some(said), connection: Ok(connection), asked: Cell::new(0) }
    }
}

impl ProvisioningAdapter for Provider {
    type Error = &'static str;

    fn name(&self) -> &str {
        "prova"
    }

    fn ask(&self, _: &Mailbox, _: &Wish) -> Result<Option<(Said, Source)>, Self::Error> {
        self.asked.set(self.asked.get() + 1);
        let source = Source { at: "2026-02-09T09:00:00Z".parse().unwrap(), adapter: None, reference: None };
        Ok(self.said.clone().map(|said| (said, source)))
    }
}

impl ConnectingAdapter for Provider {
    fn connection(&self, _: &Mailbox) -> Result<Option<MailboxSpec>, Self::Error> {
        self.connection.clone()
    }
}

fn address() -> MailboxAddress {
    BOX.parse().unwrap()
}

/// An office with a mailbox that is registered, its contract confirmed.
fn founded() -> Office {
    let office = Office::new();
    let now = "2026-02-09T08:00:00Z".parse().unwrap();
    let host = |command| office.archive.act(&Actor::host(), &command, now).unwrap();
    let (client, account) = ("C1".parse().unwrap(), "A1".parse().unwrap());
    let name = "Studio".parse().unwrap();
    host(Command::AddClient { client: Client { code: client, name, kind: ClientKind::Business } });
    let (client, name) = ("C1".parse().unwrap(), "Studio".parse().unwrap());
    host(Command::AddAccount { account: Account { code: account, client, name } });
    let holder = Holder { name: "Ditta Neri".parse().unwrap(), tax_id: None };
    let (account, standing) = ("A1".parse().unwrap(), Standing::Registered(now));
    host(Command::Enrol { account, mailbox: address(), holder, product: None, standing });
    let digest = "c".repeat(64).parse().unwrap();
    let document = Document {
        digest,
        name: "contratto.pdf".parse().unwrap(),
        kind: DocumentKind::Contract,
        format: DocumentFormat::Pdf,
    };
    host(Command::StageDocument { mailbox: address(), document });
    host(Command::ConfirmDocuments { mailbox: address() });
    office
}

fn state(office: &Office) -> State {
    let now = "2026-02-09T10:00:00Z".parse().unwrap();
    office.archive.organisation(|it| it.mailbox(&Scope::Host, &address()).unwrap().state(now)).unwrap()
}

fn log(office: &Office) -> Vec<LogRow> {
    office.archive.log(&Actor::host(), 0, 1_000).unwrap()
}

fn options() -> RefreshOptions {
    RefreshOptions { budget: Duration::from_secs(10), patience: Duration::from_secs(2), ..RefreshOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_10_29_37_what_is_activated_is_managed_by_itself_and_what_is_revoked_is_left_alone_and_said_to_be() {
    let office = founded();
    let server = Server::start().await;
    server.with(BOX, |one| {
        one.password = PASSWORD.into();
        one.messages = vec![letter(1, BOX)];
    });
    // Whatever address it gives: it was asked about this one.
    let connection = MailboxSpec { address: "altra@x.example".into(), ..spec(BOX, server.port, PASSWORD) };
    let provider = Provider::new(Said::Activated, Some(connection));
    let reported = office.hub.ask(&provider, &address(), &Wish::Activate).unwrap();
    assert!(matches!(reported, Some(Reported::Managed)), "{reported:?}");
    assert_eq!(state(&office), State::Active);
    // In one step: what was asked, what was said, that it is managed; under the adapter's name.
    let rows = log(&office);
    let [.., asked, told, managed] = &rows[..] else { panic!() };
    assert_eq!(asked.details["did"]["event"], "asked");
    assert_eq!(
        (&told.details["did"]["event"], &told.details["did"]["source"]["adapter"]),
        (&"told".into(), &"prova".into())
    );
    assert_eq!((managed.what.as_str(), &managed.details["mailbox"]), ("manage", &BOX.into()));
    let report = office.hub.refresh(options()).await.unwrap();
    assert_eq!((report.mailboxes.len(), report.fresh()), (1, 1), "{report:?}");

    // Revoked: nobody knocks any more, and every look says why.
    let provider = Provider::new(Said::Revoked { revoke: Revoke::NonPayment }, None);
    let wish = Wish::Revoke { revoke: Revoke::NonPayment };
    let reported = office.hub.ask(&provider, &address(), &wish).unwrap();
    assert!(matches!(reported, Some(Reported::Suspended)), "{reported:?}");
    let logins = server.logins(BOX);
    for _ in 0..2 {
        let report = office.hub.refresh(options()).await.unwrap();
        let RefreshOutcome::Failed(error) = &report.mailboxes[0].outcome else { panic!("{report:?}") };
        assert!(matches!(error, Error::Suspended { state: State::Revoked, .. }), "{error}");
        assert_eq!(error.to_string(), "nuova@pec.alfa.example: revoked");
    }
    assert!(matches!(office.hub.open(BOX), Err(Error::Suspended { .. })));
    assert_eq!(server.logins(BOX), logins);
    assert_eq!(office.hub.mailboxes().unwrap().len(), 1, "it is still there, with what was brought in from it");
    assert_eq!(office.archive.stats(&Actor::host()).unwrap().messages, 1);

    // Active again: looked at again, with the credential that is kept.
    let provider = Provider::new(Said::Reactivated, None);
    let reported = office.hub.ask(&provider, &address(), &Wish::Reactivate).unwrap();
    assert!(matches!(reported, Some(Reported::TakenDown)), "{reported:?}");
    assert_eq!(office.hub.refresh(options()).await.unwrap().fresh(), 1);
}

#[test]
fn what_is_wrong_with_the_connection_keeps_nothing_from_being_taken_down() {
    let full =
        |office: &Office| office.hub.clone().policy(HubPolicy { capacity: Capacity::Limit(0), ..HubPolicy::default() });
    let port = 1;
    let office = founded();
    let hub = full(&office);
    let provider = Provider::new(Said::Activated, Some(spec(BOX, port, PASSWORD)));
    let reported = hub.ask(&provider, &address(), &Wish::Activate).unwrap();
    assert!(matches!(reported, Some(Reported::NotManaged(Error::HubCapacityExceeded { limit: 0, active: 1 }))));
    assert_eq!(state(&office), State::Active);
    assert!(hub.mailboxes().unwrap().is_empty());
    let told = |row: &&LogRow| row.details.get("did").is_some_and(|did| did["event"] == "told");
    assert_eq!(log(&office).iter().filter(told).count(), 1);

    // Without a password; and where the adapter does not know more.
    let office = founded();
    let connection = MailboxSpec { credential: None, ..spec(BOX, port, PASSWORD) };
    let provider = Provider::new(Said::Activated, Some(connection));
    let reported = office.hub.ask(&provider, &address(), &Wish::Activate).unwrap();
    assert!(matches!(reported, Some(Reported::NotManaged(Error::NoCredential { .. }))), "{reported:?}");
    let office = founded();
    let provider = Provider { connection: Err("fuori servizio"), ..Provider::new(Said::Activated, None) };
    let reported = office.hub.ask(&provider, &address(), &Wish::Activate).unwrap();
    assert!(matches!(reported, Some(Reported::NotManaged(Error::Unreachable { .. }))), "{reported:?}");
    assert_eq!(state(&office), State::Active);
}

#[test]
fn row_10_nothing_is_so_before_the_provider_has_said_it_and_nothing_that_cannot_be() {
    let office = founded();
    let provider = Provider { said: None, ..Provider::new(Said::Activated, Some(spec(BOX, 1, PASSWORD))) };
    assert!(office.hub.ask(&provider, &address(), &Wish::Activate).unwrap().is_none());
    assert_eq!((state(&office), provider.asked.get()), (State::Registered, 1));
    assert!(office.hub.mailboxes().unwrap().is_empty());
    // A provider that says what cannot be: it is refused, logged, and nothing is managed.
    let provider = Provider::new(Said::Reactivated, Some(spec(BOX, 1, PASSWORD)));
    let denied = office.hub.ask(&provider, &address(), &Wish::Activate);
    assert!(
        matches!(&denied, Err(Error::Archive(ArchiveError::Denied(denied))) if denied.code == DeniedCode::NotRevoked),
        "{denied:?}"
    );
    assert!(office.hub.mailboxes().unwrap().is_empty());
    assert_eq!(log(&office).last().unwrap().what, "denied");
    // A wish that could not come true is not passed on.
    let provider = Provider::new(Said::Activated, None);
    assert!(office.hub.ask(&provider, &address(), &Wish::Reactivate).is_err());
    assert_eq!(provider.asked.get(), 0);
}
