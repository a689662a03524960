//! A hub in the name of somebody: what he may not is refused before any server hears of it.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use pec_archive::Actor;
use pec_core::delegation::lifecycle::DelegateName;
use pec_core::delegation::{
    Account, Client, ClientKind, Command, Gives, Grant, Holder, Operator, Permission, Permissions, Restriction, Scope,
    Standing, User,
};
use pec_core::trust::TrustStore;
use pec_imap::{
    Credential, Error, Hub, MailboxSpec, Network, Profiles, Proxy, Receiver, RefreshOptions, RefreshOutcome, Roots,
    SecretField,
};

use secrecy::ExposeSecret as _;

use crate::office::{DEADLINES, Office, PASSWORD, PROVIDERS, letter, spec};
use crate::server::Server;

const ANNA: &str = "anna@pec.alfa.example";
const BRUNO: &str = "bruno@cert.beta.example";

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

fn begin() -> Timestamp {
    "2026-02-01T00:00:00Z".parse().unwrap()
}

/// The same mailboxes, for somebody else.
fn for_somebody(office: &Office, actor: Actor) -> Hub {
    let now = "2026-02-09T10:00:00Z".parse().unwrap();
    let receiver = Receiver::new(Arc::clone(&office.archive), Arc::new(TrustStore::built_in()));
    let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
    let receiver = receiver.clock(move || now).actor(actor);
    let profiles = Profiles::built_in().unwrap().and(Profiles::read(PROVIDERS).unwrap());
    Hub::new(receiver, network, Arc::clone(&office.secrets), profiles)
}

/// Both mailboxes belong to one account; maria is a delegate of that of anna, with this permission.
fn founded(office: &Office, permission: Permission) {
    let host = |command| drop(office.archive.act(&Actor::host(), &command, begin()).unwrap());
    host(Command::AddClient { client: Client { code: code("C1"), name: code("Ditta"), kind: ClientKind::Business } });
    host(Command::AddAccount { account: Account { code: code("A1"), client: code("C1"), name: code("Ditta") } });
    host(Command::AddUser { user: User { id: code("maria"), account: code("A1"), name: code("Maria"), email: None } });
    for mailbox in [ANNA, BRUNO] {
        let (account, holder) = (code("A1"), Holder { name: code("Ditta"), tax_id: None });
        let standing = Standing::Active(begin());
        host(Command::Enrol { account, mailbox: code(mailbox), holder, product: None, standing });
        host(Command::ShareOn { mailbox: code(mailbox) });
    }
    let name = DelegateName { first_name: code("Maria"), surname: code("Neri"), description: code("-"), email: None };
    host(Command::AddDelegate { mailbox: code(ANNA), user: code("maria"), name });
    host(Command::ActivateDelegate { mailbox: code(ANNA), user: code("maria") });
    give(office, permission);
}

fn give(office: &Office, permission: Permission) {
    let gives = match permission {
        Permission::ManageCredentials => Gives::Custodian,
        _ => Gives::Permissions { permissions: Permissions::of(&[permission]) },
    };
    let (id, mailbox, user) = (code(permission.as_str()), code(ANNA), code("maria"));
    let grant = Grant { id, mailbox, user, gives, restriction: Restriction::default(), from: begin(), until: None };
    office.archive.act(&Actor::host(), &Command::Grant { grant }, begin()).unwrap();
}

fn missing<T: std::fmt::Debug>(done: Result<T, Error>) -> Option<Permission> {
    match done {
        Err(Error::Archive(pec_archive::Error::Denied(denied))) => denied.missing,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delegate_works_in_his_mailbox_and_no_server_hears_of_another() {
    let office = Office::new();
    let server = Server::start().await;
    for address in [ANNA, BRUNO] {
        server.with(address, |one| {
            one.password = PASSWORD.into();
            one.messages = vec![letter(1, address)];
        });
    }
    office.hub.add(&[spec(ANNA, server.port, PASSWORD), spec(BRUNO, server.port, PASSWORD)]).unwrap();
    founded(&office, Permission::List);
    let maria = for_somebody(&office, Actor::named("maria"));

    // He sees his own, brings it in, and nothing else.
    let seen: Vec<String> = maria.mailboxes().unwrap().into_iter().map(|one| one.said.address).collect();
    assert_eq!(seen, [ANNA]);
    let options = RefreshOptions { budget: Duration::from_secs(20), ..RefreshOptions::default() };
    let report = maria.refresh(options).await.unwrap();
    assert_eq!(report.mailboxes.len(), 1);
    assert!(
        matches!(&report.mailboxes[0].outcome, RefreshOutcome::Fresh { synced: Some(synced), .. } if synced.new_messages() == 1)
    );
    // One of which he may see a folder alone fails for itself.
    let name = DelegateName { first_name: code("Maria"), surname: code("Neri"), description: code("-"), email: None };
    let host = |command| drop(office.archive.act(&Actor::host(), &command, begin()).unwrap());
    host(Command::AddDelegate { mailbox: code(BRUNO), user: code("maria"), name });
    host(Command::ActivateDelegate { mailbox: code(BRUNO), user: code("maria") });
    let restriction = Restriction { folders: Some([code("Aperta")].into()), ..Restriction::default() };
    let gives = Gives::Permissions { permissions: Permissions::of(&[Permission::List]) };
    let (mailbox, user) = (code(BRUNO), code("maria"));
    host(Command::Grant {
        grant: Grant { id: code("part"), mailbox, user, gives, restriction, from: begin(), until: None },
    });
    let report = maria.refresh(options).await.unwrap();
    let fresh: Vec<&str> = report
        .mailboxes
        .iter()
        .filter(|one| matches!(one.outcome, RefreshOutcome::Fresh { .. }))
        .map(|one| one.address.as_str())
        .collect();
    assert_eq!((fresh, report.mailboxes.len()), (vec![ANNA], 2), "{report:?}");
    host(Command::Withdraw { grant: code("part") });
    let go_on = &mut |_: pec_imap::SyncProgress<'_>| std::ops::ControlFlow::Continue(());
    assert_eq!(missing(maria.sync(BRUNO, go_on).await), Some(Permission::List));
    assert_eq!(missing(maria.open(BRUNO)), Some(Permission::List));
    assert_eq!(server.logins(BRUNO), 0);
    // The log has who asked for what.
    let row = office.archive.log(&Actor::host(), 0, 9999).unwrap().pop().unwrap();
    assert_eq!((row.actor.as_str(), row.what.as_str(), &row.details["mailbox"]), ("maria", "denied", &BRUNO.into()));

    // To see is not to send, to delete or to have the password.
    let before = server.logins(ANNA);
    assert_eq!(
        missing(maria.send_queued(ANNA, &mut |_| std::ops::ControlFlow::Continue(())).await),
        Some(Permission::Send)
    );
    let account = maria.open(ANNA).unwrap();
    let now = "2026-02-09T10:00:00Z".parse().unwrap();
    let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
    let actor = Actor::named("maria");
    let deleting = account.delete_archived(&network, &office.archive, &actor, &[], now).await;
    assert_eq!(missing(deleting), Some(Permission::DeleteOnServer));
    let other = Credential::new(ANNA, "un'altra".to_owned());
    assert_eq!(missing(maria.rotate_credential(ANNA, &other)), Some(Permission::ManageCredentials));
    assert_eq!(missing(maria.remove(ANNA)), None);
    assert_eq!(missing(maria.add(&[spec(ANNA, server.port, "un'altra")])), None);
    assert_eq!(server.logins(ANNA), before);
    let kept = office.secrets.get(ANNA, SecretField::Access).unwrap().unwrap();
    assert_eq!(kept.secret().expose_secret(), PASSWORD);

    // The custodian replaces the password, and reads nothing.
    let grants =
        office.archive.organisation(|it| it.grants(&Scope::Host).iter().map(|it| it.id.clone()).collect::<Vec<_>>());
    for grant in grants.unwrap() {
        office.archive.act(&Actor::host(), &Command::Withdraw { grant }, begin()).unwrap();
    }
    give(&office, Permission::ManageCredentials);
    assert_eq!(missing(maria.open(ANNA)), Some(Permission::List));
    maria.rotate_credential(ANNA, &other).unwrap();
    assert_eq!(office.secrets.get(ANNA, SecretField::Access).unwrap().unwrap().secret().expose_secret(), "un'altra");
}

#[test]
fn an_operator_manages_what_its_scope_covers() {
    let office = Office::new();
    office.hub.add(&[spec(ANNA, 1, PASSWORD)]).unwrap();
    founded(&office, Permission::List);
    let own = for_somebody(&office, Actor::operator(Operator { id: code("op"), scope: Scope::Client(code("C1")) }));
    let foreign = for_somebody(&office, Actor::operator(Operator { id: code("op"), scope: Scope::Client(code("C2")) }));
    assert_eq!(own.mailboxes().unwrap().len(), 1);
    assert!(foreign.mailboxes().unwrap().is_empty());
    assert_eq!(missing(foreign.add(&[spec(BRUNO, 1, PASSWORD)])), None);
    assert!(office.secrets.get(BRUNO, SecretField::Access).unwrap().is_none());
    own.add(&[spec(BRUNO, 1, PASSWORD)]).unwrap();
    assert_eq!(missing(foreign.remove(BRUNO)), None);
    // The password that is kept goes to no server of the operator's own.
    let kept = |port| MailboxSpec { credential: None, ..spec(ANNA, port, PASSWORD) };
    assert_eq!(missing(own.add(&[kept(2)])), Some(Permission::ManageCredentials));
    assert_eq!(missing(own.add(&[spec(ANNA, 2, PASSWORD)])), Some(Permission::ManageCredentials));
    own.add(&[MailboxSpec { description: Some("Ufficio".into()), ..kept(1) }]).unwrap();
    office.hub.add(&[kept(2)]).unwrap();
    office.archive.unmanage(&Actor::host(), ANNA, begin()).unwrap();
    assert_eq!(missing(own.add(&[kept(1)])), Some(Permission::ManageCredentials));
    office.hub.add(&[kept(1)]).unwrap();
    // To administer is not to read.
    let denied = own.open(ANNA);
    assert_eq!(missing(denied), Some(Permission::List));
    assert!(own.remove(BRUNO).unwrap());
}
