//! Who may not is refused, told why, and written down: the same for every call.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use pec_archive::search::Query;
use pec_archive::{
    Action, Actor, Answers, Archive, Ending, Error, Id, Intake, LogFormat, LogKey, Managed, ManagedEvent, Outcome,
    Outgoing, Place, Progressed, Reached, Resolution, Rule, Submission, TicketState,
};
use pec_core::delegation::lifecycle::DelegateName;
use pec_core::delegation::{
    Account, Client, ClientKind, Command, DelegationPolicy, Denied, DeniedCode, Gives, Grant, Holder, Mandate,
    Operator, Permission, Permissions, RequireMandate, Restriction, Scope, Share, Standing, User,
};
use pec_core::trust::TrustStore;

use crate::scene::{ANNA, FULL, OFFICE, Scene};

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

fn begin() -> Timestamp {
    "2026-02-01T00:00:00Z".parse().unwrap()
}

/// Two clients, each with one account, one mailbox and the messages in it; `maria` is a delegate of both mailboxes who may do nothing.
struct Office {
    archive: Archive,
    scene: Scene,
    /// What is in the mailbox of each.
    ids: [Vec<Id>; 2],
    _folder: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let scene = Scene::new(2000);
        let host = |command| archive.act(&Actor::host(), &command, begin()).unwrap();
        let mut ids = [Vec::new(), Vec::new()];
        for (n, mailbox) in [ANNA, OFFICE].into_iter().enumerate() {
            let (client, account) = (format!("C{n}"), format!("A{n}"));
            let kind = ClientKind::Business;
            host(Command::AddClient { client: Client { code: code(&client), name: code("Ditta"), kind } });
            host(Command::AddAccount {
                account: Account { code: code(&account), client: code(&client), name: code("Ditta") },
            });
            if n == 0 {
                let user = User { id: code("maria"), account: code(&account), name: code("Maria"), email: None };
                host(Command::AddUser { user });
            }
            let holder = Holder { name: code("Ditta"), tax_id: None };
            let standing = Standing::Active(begin());
            host(Command::Enrol { account: code(&account), mailbox: code(mailbox), holder, product: None, standing });
            host(Command::ShareOn { mailbox: code(mailbox) });
            if n == 0 {
                let name = DelegateName {
                    first_name: code("Maria"),
                    surname: code("Neri"),
                    description: code("-"),
                    email: None,
                };
                host(Command::AddDelegate { mailbox: code(mailbox), user: code("maria"), name });
                host(Command::ActivateDelegate { mailbox: code(mailbox), user: code("maria") });
            }
            let intake = Intake::new(scene.trust(), scene.now()).mailbox(mailbox);
            let puts = archive.put_batch(&Actor::host(), &intake, scene.mailbox(mailbox)).unwrap();
            ids[n] = puts.iter().map(|put| put.id).collect();
            let stored: Vec<(u32, Id)> = (1..).zip(ids[n].iter().copied()).collect();
            let progressed = Progressed { stored: &stored, ..Progressed::default() };
            let reached = Reached { uid_validity: 1, last_uid: 90, mod_seq: None };
            archive.advance(&Actor::host(), mailbox, "INBOX", reached, &progressed, scene.now()).unwrap();
        }
        Self { archive, scene, ids, _folder: folder }
    }

    fn intake(&self) -> Intake<'_> {
        Intake::new(self.scene.trust(), self.scene.now()).mailbox(ANNA)
    }

    fn host(&self, command: &Command) {
        self.archive.act(&Actor::host(), command, begin()).unwrap();
    }

    fn grant(&self, permission: Permission, restriction: Restriction) {
        self.withdraw();
        let gives = match permission {
            Permission::ManageCredentials => Gives::Custodian,
            _ => Gives::Permissions { permissions: Permissions::of(&[permission]) },
        };
        let n = self.archive.log(&Actor::host(), 0, usize::MAX).unwrap().len();
        let id = code(&format!("g{n}"));
        let (mailbox, user) = (code(ANNA), code("maria"));
        let grant = Grant { id, mailbox, user, gives, restriction, from: begin(), until: None };
        self.host(&Command::Grant { grant });
    }

    fn withdraw(&self) {
        let given = self
            .archive
            .organisation(|it| it.grants(&Scope::Host).into_iter().map(|grant| grant.id.clone()).collect::<Vec<_>>());
        given.unwrap().into_iter().for_each(|grant| self.host(&Command::Withdraw { grant }));
    }

    fn last_row(&self) -> pec_archive::LogRow {
        self.archive.log(&Actor::host(), 0, usize::MAX).unwrap().pop().unwrap()
    }
}

fn maria() -> Actor {
    Actor::named("maria")
}

fn operator(scope: Scope) -> Actor {
    Actor::operator(Operator { id: code("op"), scope })
}

fn denied<T: std::fmt::Debug>(done: Result<T, Error>) -> Denied {
    match done {
        Err(Error::Denied(denied)) => denied,
        other => panic!("{other:?}"),
    }
}

/// A call, by whoever it is.
type Asking<'c> = Box<dyn Fn(&Actor) -> Result<(), Error> + 'c>;

/// A call in the mailbox of anna: how it is named in the log, what it needs, and the call.
type Case<'c> = (&'static str, Permission, Asking<'c>);

fn cases(office: &Office) -> Vec<Case<'_>> {
    use Permission as P;
    let (archive, now) = (&office.archive, office.scene.now());
    let id = office.ids[0][0];
    let place = move || Place { mailbox: ANNA.into(), folder: "INBOX".into(), uid: 1, id, gone_at: None };
    let rule = || Rule::new("r", "oggetto:contratto", vec![Action::Tag("t".into())]).unwrap();
    let reached = Reached { uid_validity: 1, last_uid: 90, mod_seq: None };
    let outgoing = Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: &[OFFICE] };
    let text = || crate::scene::message("2@ditta.example", "Altro", 20);
    let mut cases: Vec<Case<'_>> = Vec::new();
    macro_rules! case {
        ($name:literal, $permission:expr, |$actor:ident| $call:expr) => {
            cases.push(($name, $permission, Box::new(move |$actor: &Actor| $call.map(drop))))
        };
    }
    case!("put", P::List, |actor| archive.put(actor, &office.intake(), b"x: y\r\n\r\n".to_vec()));
    case!("put", P::List, |actor| archive.put_from(actor, &office.intake(), &mut &b"x: z\r\n\r\n"[..]));
    case!("put", P::List, |actor| archive.advance(actor, ANNA, "INBOX", reached, &Progressed::default(), now));
    case!("reached", P::List, |actor| archive.reached(actor, ANNA, "INBOX"));
    case!("reached", P::List, |actor| archive.folders(actor, ANNA));
    case!("reached", P::List, |actor| archive.present(actor, ANNA, "INBOX"));
    case!("reached", P::List, |actor| archive.withheld(actor, ANNA, "INBOX"));
    case!("reached", P::List, |actor| archive.gone(actor, ANNA, begin()));
    case!("get", P::ReadAttachments, |actor| archive.get(actor, id));
    case!("get", P::ReadAttachments, |actor| archive.get_to(actor, id, &mut Vec::new()));
    case!("server_delete", P::DeleteOnServer, |actor| archive.before_server_delete(actor, &place(), 1, now));
    case!("server_deleted", P::DeleteOnServer, |actor| archive.after_server_delete(actor, &place(), Err("no"), now));
    case!("entry", P::List, |actor| archive.entry(actor, id));
    case!("entry", P::List, |actor| archive.places(actor, id));
    case!("submission", P::List, |actor| archive.submission(actor, id));
    case!("bundle", P::ExportProof, |actor| { archive.bundle(actor, office.scene.trust(), now, &office.scene.pec_id) });
    case!("tag", P::Archive, |actor| archive.tag(actor, now, &[id], "t"));
    case!("tag", P::Archive, |actor| archive.untag(actor, now, &[id], "t"));
    case!("classify", P::Archive, |actor| archive.classify(actor, now, &[id], ""));
    case!("explain", P::ReadBody, |actor| archive.explain(actor, &rule(), id));
    case!("file", P::ManageRules, |actor| archive.file(actor, &[rule().suggesting()], &[id], now));
    case!("accept or dismiss", P::Archive, |actor| archive.accept(actor, id, "r", now));
    case!("tickets", P::List, |actor| archive.tickets(actor, ANNA, TicketState::Queued, 0, 9));
    case!("tickets", P::List, |actor| archive.tickets_of(actor, id));
    case!("tickets", P::List, |actor| archive.handed_over(actor, ANNA, begin()));
    case!("queue", P::Send, |actor| archive.queue(actor, &office.intake(), &outgoing, text()));
    case!("tickets", P::List, |actor| archive.ticket(actor, ANNA, "k"));
    case!("outbox", P::Send, |actor| archive.open_outbox(actor, &office.intake(), ANNA));
    case!("outbox", P::Send, |actor| archive.settle_outbox(actor, &office.intake(), ANNA));
    case!("outbox", P::Send, |actor| archive.journal(actor, &office.intake(), &[], Some(1)));
    case!("outbox", P::Send, |actor| archive.open_outbox(actor, &office.intake(), ANNA));
    case!("outbox", P::Send, |actor| { archive.resolve(actor, &office.intake(), ANNA, "k", Resolution::NotSent) });
    case!("filed as sent", P::Send, |actor| archive.note_filed(actor, 1, now));
    case!("managed", P::List, |actor| archive.managed_at(actor, ANNA));
    case!("standing", P::List, |actor| archive.note_standings(actor, &[ANNA.into()], now, |_, it| it));
    case!("opened", P::List, |actor| {
        archive.log_managed(actor, ManagedEvent::Opened { mailbox: ANNA, mandate: None }, now)
    });
    case!("credential", P::ManageCredentials, |actor| {
        archive.log_managed(actor, ManagedEvent::Credential { mailbox: ANNA }, now)
    });
    case!("opened", P::List, |actor| archive.permit(actor, P::List, ANNA, now));
    cases
}

fn managed(office: &Office) {
    let said = |address: &str| Managed {
        address: address.into(),
        profile: None,
        overrides: None,
        description: None,
        tax_id: None,
        client: None,
        mandate: None,
    };
    let now = office.scene.now();
    office.archive.manage::<Error>(&Actor::host(), &[said(ANNA), said(OFFICE)], now, |_| Ok(())).unwrap();
}

#[test]
fn every_call_needs_its_permission_and_nothing_more() {
    let office = Office::new();
    managed(&office);
    for (name, permission, call) in cases(&office) {
        // Nobody, and a delegate without a grant; then with everything else that does not bring it along.
        for actor in [Actor::named("nessuno"), Actor::named(""), Actor::named("host"), maria()] {
            office.withdraw();
            let refused = denied(call(&actor));
            assert_eq!(refused.missing.is_some(), actor.by().is_some(), "{name}: {refused}");
            let row = office.last_row();
            assert_eq!((row.actor.as_str(), row.what.as_str()), (actor.name(), "denied"), "{name}");
            assert_eq!(row.details["call"], name);
            let text = |name: &str| row.details.get(name).and_then(|text| text.as_str());
            assert!(text("mailbox") == Some(ANNA) || text("id").is_some() || name == "bundle", "{name}: {row:?}");
        }
        for other in Permission::ALL.into_iter().filter(|other| !other.implied().has(permission)) {
            office.grant(other, Restriction::default());
            assert_eq!(denied(call(&maria())).missing, Some(permission), "{name} with {other}");
        }
        let scoped = operator(Scope::Account(code("A1")));
        assert!(matches!(call(&scoped), Err(Error::Denied(_))), "{name}");
        office.grant(permission, Restriction::default());
        let done = call(&maria());
        assert!(!matches!(done, Err(Error::Denied(_))), "{name}: {done:?}");
    }
    // Nothing that was asked for without a right has left a trace but in the log.
    let clean = office.archive.check(&Actor::host(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(clean.is_clean(), "{clean:?}");
}

#[test]
fn what_concerns_everything_is_for_whoever_administers_everything() {
    let office = &Office::new();
    let (archive, now, intake) = (&office.archive, office.scene.now(), Intake::new(office.scene.trust(), begin()));
    let id = office.ids[0][0];
    office.grant(Permission::ExportProof, Restriction::default());
    let to = archive.path().with_extension("copy");
    let key = LogKey::new("chiave", &[7; 32]).unwrap();
    let mut calls: Vec<(&str, Asking<'_>)> = Vec::new();
    macro_rules! call {
        ($name:literal, |$actor:ident| $call:expr) => {
            calls.push(($name, Box::new(move |$actor: &Actor| $call.map(drop))))
        };
    }
    call!("put without a mailbox", |actor| archive.put(actor, &intake, b"x: y\r\n\r\n".to_vec()));
    call!("import", |actor| archive.import(actor, &intake, &[], &mut |_| ControlFlow::Continue(())));
    call!("events", |actor| archive.events(actor, 0, 9));
    call!("events", |actor| archive.next_events(actor, "f", 9));
    call!("events", |actor| archive.finished(actor, "f", 1));
    call!("events", |actor| archive.forget_events(actor, 0));
    call!("stats", |actor| archive.stats(actor));
    call!("terms", |actor| archive.terms(actor));
    call!("terms", |actor| archive.set_term(actor, now, "breve", 12));
    call!("hold and release", |actor| archive.hold(actor, now, &[id], "causa"));
    call!("hold and release", |actor| archive.cases(actor));
    call!("hold and release", |actor| archive.held(actor, "causa"));
    call!("hold and release", |actor| archive.release(actor, now, "causa"));
    call!("retention", |actor| archive.retention(actor, id));
    call!("erase", |actor| archive.erase(actor, now, &[id], "x"));
    call!("deposit", |actor| archive.deposits(actor));
    call!("renew and sign_log", |actor| archive.sign_log(actor, &key, now));
    call!("verify_log", |actor| archive.verify_log(actor, office.scene.trust(), now, &[]));
    call!("check, collect, backup, rebuild, reverify, scrub", |actor| {
        archive.check(actor, &mut |_| ControlFlow::Continue(()))
    });
    call!("check, collect, backup, rebuild, reverify, scrub", |actor| archive.collect(actor));
    call!("check, collect, backup, rebuild, reverify, scrub", |actor| archive.scrub(actor));
    call!("check, collect, backup, rebuild, reverify, scrub", |actor| {
        std::fs::remove_file(&to).ok();
        archive.backup(actor, &to)
    });
    for (name, call) in &calls {
        for actor in [maria(), operator(Scope::Client(code("C0"))), operator(Scope::Account(code("A0")))] {
            let refused = denied(call(&actor));
            assert!(matches!(refused.code, DeniedCode::HostOnly | DeniedCode::OperatorOnly), "{name}: {refused}");
            assert_eq!(office.last_row().details["call"], *name);
        }
        for actor in [operator(Scope::Host), Actor::host()] {
            let done = call(&actor);
            assert!(!matches!(done, Err(Error::Denied(_))), "{name}: {done:?}");
        }
    }
}

#[test]
fn a_list_shows_what_may_be_seen_and_no_page_is_short() {
    let office = Office::new();
    managed(&office);
    let (archive, all) = (&office.archive, Query::parse("").unwrap());
    let ids = |actor: &Actor, query: &str, limit: usize| {
        let (query, mut from, mut ids, mut pages) = (Query::parse(query).unwrap(), None, Vec::new(), 0);
        loop {
            let page = archive.search(actor, &query, from, limit).unwrap();
            ids.extend(page.entries.iter().map(|entry| entry.id));
            assert!(page.entries.iter().all(|entry| actor.name() == "host" || entry.mailboxes == [ANNA]));
            pages += 1;
            from = page.next;
            if from.is_none() {
                break (ids, pages);
            }
            assert_eq!(page.entries.len(), limit);
        }
    };
    // The same message in a mailbox of somebody else: it is seen, and that it lies there as well is not.
    let both = office.ids[0][0];
    let elsewhere = Intake::new(office.scene.trust(), office.scene.now()).mailbox(OFFICE);
    archive.put(&Actor::host(), &elsewhere, archive.get(&Actor::host(), both).unwrap()).unwrap();
    office.grant(Permission::List, Restriction::default());
    let own: BTreeSet<Id> = office.ids[0].iter().copied().collect();
    for limit in 1..4 {
        let (found, pages) = ids(&maria(), "", limit);
        assert_eq!((found.len(), pages), (own.len(), own.len().div_ceil(limit)));
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), own);
    }
    assert_eq!(archive.entry(&maria(), both).unwrap().mailboxes, [ANNA]);
    assert!(archive.places(&maria(), both).unwrap().iter().all(|place| place.mailbox == ANNA));
    assert_eq!(archive.managed(&maria()).unwrap().len(), 1);
    let about = archive.messages_about(&maria(), &office.scene.pec_id).unwrap();
    assert!(!about.is_empty() && about.iter().all(|id| own.contains(id)), "{about:?}");
    assert!(archive.messages_about(&Actor::host(), &office.scene.pec_id).unwrap().len() > about.len());
    let ledger = archive.ledger(&maria(), &office.intake(), &office.scene.pec_id).unwrap();
    assert_eq!(ledger.dossiers(office.scene.now()).count(), 1);
    // Of what ends, each sees his own.
    let far = "2099-01-01T00:00:00Z".parse().unwrap();
    let ending = archive.expiring(&maria(), office.scene.now(), far, 999).unwrap();
    assert_eq!(ending.terms.iter().map(|(entry, _)| entry.id).collect::<BTreeSet<_>>(), own);
    assert!(ending.proofs.iter().all(|entry| own.contains(&entry.id)) && !ending.proofs.is_empty());
    // Who may not read the text does not learn by searching what it says.
    assert_eq!(ids(&maria(), "oggetto:contratto", 9).0.len(), own.len());
    for query in ["Buongiorno", "testo:Buongiorno", "-testo:altro", "allegato:planimetria"] {
        let refused = denied(archive.search(&maria(), &Query::parse(query).unwrap(), None, 9));
        assert_eq!(refused.missing, Some(Permission::ReadBody), "{query}");
    }
    office.grant(Permission::ReadBody, Restriction::default());
    assert!(!ids(&maria(), "Buongiorno", 9).0.is_empty());
    let hash = format!("impronta:{}", both);
    let refused = denied(archive.search(&maria(), &Query::parse(&hash).unwrap(), None, 9));
    assert_eq!(refused.missing, Some(Permission::ReadAttachments));
    // An operator administers, and reads nothing.
    let refused = denied(archive.search(&operator(Scope::Client(code("C0"))), &all, None, 9));
    assert_eq!((refused.code, refused.missing), (DeniedCode::PermissionMissing, Some(Permission::List)));
    let seen = archive.managed(&operator(Scope::Client(code("C1")))).unwrap();
    assert_eq!(seen.iter().map(|(it, _)| it.address.as_str()).collect::<Vec<_>>(), [OFFICE]);
}

#[test]
fn row_70_who_consults_is_recorded_before_anything_is_given() {
    let office = Office::new();
    let (archive, now, id) = (&office.archive, office.scene.now(), office.ids[0][0]);
    office.grant(Permission::ExportProof, Restriction::default());
    let asked = |what: &str| {
        let row = office.last_row();
        assert_eq!((row.actor.as_str(), row.what.as_str()), ("maria", what));
        row
    };
    archive.get(&maria(), id).unwrap();
    assert_eq!(asked("read").details["id"], id.to_string());
    archive.get_to(&maria(), office.ids[0][1], &mut Vec::new()).unwrap();
    assert_eq!(asked("read").details["id"], office.ids[0][1].to_string());
    archive.bundle(&maria(), office.scene.trust(), now, &office.scene.pec_id).unwrap();
    assert_eq!(asked("exported").details["about"], office.scene.pec_id);
    // The host is the program; a look at a list is no reading; a handle that only reads can write nothing down.
    let size = archive.log_root(&Actor::host()).unwrap().0;
    archive.get(&Actor::host(), id).unwrap();
    archive.search(&maria(), &Query::parse("").unwrap(), None, 9).unwrap();
    archive.entry(&maria(), id).unwrap();
    let reading = Archive::open_read_only(archive.path()).unwrap();
    reading.get(&maria(), id).unwrap();
    assert_eq!(archive.log_root(&Actor::host()).unwrap().0, size);
    // Nobody is told what was not there.
    assert!(matches!(archive.get(&maria(), Id::of(b"none")), Err(Error::NotFound(_))));
    assert_eq!(archive.log_root(&Actor::host()).unwrap().0, size);
}

#[test]
fn row_58_confidence_by_folder_and_tag() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let [one, two] = [office.ids[0][0], office.ids[0][1]];
    archive.tag(&Actor::host(), now, &[one], "gare").unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| code(text)).collect::<BTreeSet<_>>();
    let seen = || -> Vec<Id> {
        let found = archive.search(&maria(), &Query::parse("").unwrap(), None, 99).unwrap();
        found.entries.iter().map(|entry| entry.id).collect()
    };
    // Only what has the tag.
    office.grant(Permission::ReadAttachments, Restriction { tags: Some(texts(&["gare"])), ..Restriction::default() });
    assert_eq!(seen(), [one]);
    assert!(archive.get(&maria(), one).is_ok());
    assert_eq!(denied(archive.get(&maria(), two)).code, DeniedCode::PermissionRestricted);
    // Everything but what has it.
    office.grant(Permission::ReadAttachments, Restriction { never: texts(&["gare"]), ..Restriction::default() });
    assert!(!seen().contains(&one) && seen().contains(&two));
    assert_eq!(denied(archive.get(&maria(), one)).code, DeniedCode::PermissionRestricted);
    // Counters are of the whole mailbox.
    managed(&office);
    let count = |_: &str, standing| pec_archive::Standing { unread: 7, ..standing };
    archive.note_standings(&Actor::host(), &[ANNA.into()], now, count).unwrap();
    let unread = || archive.managed(&maria()).unwrap().iter().map(|(_, it)| it.unread).collect::<Vec<_>>();
    assert_eq!(unread(), [0]);
    // A tag that keeps it from somebody is not taken away by them.
    office.grant(Permission::Archive, Restriction { never: texts(&["gare"]), ..Restriction::default() });
    assert_eq!(denied(archive.untag(&maria(), now, &[two, one], "gare")).code, DeniedCode::PermissionRestricted);
    assert_eq!(archive.entry(&Actor::host(), one).unwrap().tags, ["gare"]);
    // Only in a folder.
    office.grant(Permission::List, Restriction { folders: Some(texts(&["Riservata"])), ..Restriction::default() });
    assert!(seen().is_empty());
    assert!(archive.reached(&maria(), ANNA, "Riservata").is_ok());
    assert_eq!(denied(archive.reached(&maria(), ANNA, "INBOX")).code, DeniedCode::PermissionRestricted);
    let progressed = Progressed { stored: &[(1, two)], ..Progressed::default() };
    let reached = Reached { uid_validity: 1, last_uid: 1, mod_seq: None };
    archive.advance(&Actor::host(), ANNA, "Riservata", reached, &progressed, now).unwrap();
    assert_eq!(seen(), [two]);
    office.grant(Permission::List, Restriction::default());
    assert_eq!(unread(), [7]);
}

#[test]
fn who_may_only_reply_answers_whoever_wrote() {
    let office = Office::new();
    let (archive, scene) = (&office.archive, &office.scene);
    // The office answers anna's message, whose Message-ID it knows.
    let mailbox = OFFICE;
    let name = DelegateName { first_name: code("Maria"), surname: code("Neri"), description: code("-"), email: None };
    let user = User { id: code("ugo"), account: code("A1"), name: code("Ugo"), email: None };
    office.host(&Command::AddUser { user });
    office.host(&Command::AddDelegate { mailbox: code(mailbox), user: code("ugo"), name });
    office.host(&Command::ActivateDelegate { mailbox: code(mailbox), user: code("ugo") });
    let grant = Grant {
        id: code("reply"),
        mailbox: code(mailbox),
        user: code("ugo"),
        gives: Gives::Permissions { permissions: Permissions::of(&[Permission::Reply]) },
        restriction: Restriction::default(),
        from: begin(),
        until: None,
    };
    office.host(&Command::Grant { grant });
    let message = |answers: &str, to: &str| {
        format!(
            "From: {OFFICE}\r\nTo: {to}\r\nMessage-ID: <{to}-r@x.example>\r\n{answers}Subject: Re: x\r\n\
             Date: Mon, 9 Feb 2026 12:00:00 +0100\r\n\r\nSì\r\n"
        )
        .into_bytes()
    };
    let intake = Intake::new(scene.trust(), scene.now()).mailbox(mailbox);
    let ugo = Actor::named("ugo");
    let queue = |key: &str, recipients: &[&str], answers: &str| {
        let outgoing = Outgoing { mailbox, key, sender: OFFICE, recipients };
        archive.queue(&ugo, &intake, &outgoing, message(answers, recipients[0]))
    };
    let answers = "In-Reply-To: <1@ditta.example>\r\n";
    let before = archive.stats(&Actor::host()).unwrap().messages;
    for (key, recipients, answers) in [
        ("1", &[ANNA][..], ""),
        ("2", &[FULL][..], answers),
        ("3", &[ANNA, FULL][..], answers),
        ("4", &[ANNA][..], "In-Reply-To: <altro@ditta.example>\r\n"),
    ] {
        let refused = denied(queue(key, recipients, answers));
        assert_eq!(refused.missing, Some(Permission::Send), "{key}");
        assert_eq!(office.last_row().details["call"], "queue");
    }
    assert_eq!(archive.stats(&Actor::host()).unwrap().messages, before, "what may not go is not stored");
    queue("5", &[ANNA], answers).unwrap();
    // Acceptance and delivery are reported to the reverse path: it is the mailbox.
    let elsewhere = Outgoing { mailbox, key: "6", sender: FULL, recipients: &[ANNA] };
    denied(archive.queue(&ugo, &intake, &elsewhere, message(answers, ANNA)));
    // Whoever answers has no say in who has written, or asks for an answer: nothing counts but what a provider has signed.
    let envelope = scene.mailbox(mailbox).into_iter().find(|one| one.windows(7).any(|at| at == b"postace")).unwrap();
    let asks = [format!("Reply-To: <{FULL}>\r\n").into_bytes(), envelope.clone()].concat();
    let text = String::from_utf8_lossy(&envelope).into_owned();
    let forged = text.replace(ANNA, FULL).into_bytes();
    let ordinary = text.replace(ANNA, FULL).replace("X-Trasporto", "X-Nessuno");
    let ordinary = format!("Message-ID: <1@ditta.example>\r\n{}", ordinary.replacen("\r\nMessage-ID:", "\r\nX-ID:", 1));
    for (key, put) in [("7", asks), ("8", forged), ("8b", ordinary.into_bytes())] {
        archive.put(&ugo, &intake, put).unwrap();
        denied(queue(key, &[FULL], answers));
    }
    queue("9", &[ANNA], answers).unwrap();
}

#[test]
fn an_act_cites_its_mandate_and_needs_one_where_the_policy_says_so() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let id = office.ids[0][0];
    office.grant(Permission::Archive, Restriction::default());
    archive.tag(&maria(), now, &[id], "a").unwrap();
    assert!(!office.last_row().details.contains_key("mandate"));
    let policy = DelegationPolicy { max_active: None, require_mandate: RequireMandate::Yes };
    office.host(&Command::SetPolicy { policy });
    for actor in [maria(), Actor::host()] {
        assert_eq!(denied(archive.tag(&actor, now, &[id], "b")).code, DeniedCode::MandateMissing);
    }
    let holder = Holder { name: code("Ditta"), tax_id: None };
    let mandate = Mandate::whole(code("m1"), code(ANNA), holder, (begin(), None), None);
    office.host(&Command::GiveMandate { mandate });
    for (actor, tag) in [(maria(), "b"), (Actor::host(), "c")] {
        archive.tag(&actor, now, &[id], tag).unwrap();
        let row = office.last_row();
        assert_eq!((row.actor.as_str(), row.details["mandate"].as_str()), (actor.name(), Some("m1")));
    }
    let outgoing = Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: &[OFFICE] };
    let text = crate::scene::message("2@ditta.example", "Altro", 20);
    archive.queue(&Actor::host(), &office.intake(), &outgoing, text).unwrap();
    let rows = archive.log(&Actor::host(), 0, usize::MAX).unwrap();
    for what in ["put", "queue"] {
        let row = rows.iter().rfind(|row| row.what == what).unwrap();
        assert_eq!(row.details["mandate"], "m1", "{row:?}");
    }
    // What is no mailbox of the organisation is the host's own.
    let own = Intake::new(office.scene.trust(), now).mailbox("ufficio");
    archive.put(&Actor::host(), &own, b"x: 1\r\n\r\n".to_vec()).unwrap();
}

#[test]
fn the_log_shows_each_operator_its_own_part() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    archive.tag(&Actor::host(), now, &[office.ids[0][0]], "di-anna").unwrap();
    archive.tag(&Actor::host(), now, &[office.ids[1][0]], "di-ufficio").unwrap();
    let _ = archive.get(&Actor::named("nessuno"), office.ids[1][0]);
    let all = archive.log(&Actor::host(), 0, usize::MAX).unwrap();
    let [first, second] = ["C0", "C1"].map(|client| {
        let actor = operator(Scope::Client(code(client)));
        let rows = archive.log(&actor, 0, usize::MAX).unwrap();
        let mut csv = Vec::new();
        archive.export_log(&actor, 0, LogFormat::Ndjson, &mut csv).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap().lines().count(), rows.len());
        // A proof of an entry shows the entry.
        for row in &all {
            let seen = rows.iter().any(|own| own.n == row.n);
            assert_eq!(archive.prove_entry(&actor, row.n, None).is_ok(), seen);
            assert_eq!(archive.log_entry(&actor, row.n).unwrap().is_some(), seen);
        }
        rows
    });
    assert!(first.iter().any(|row| row.details.get("tag").is_some_and(|tag| tag == "di-anna")));
    assert!(second.iter().any(|row| row.details.get("tag").is_some_and(|tag| tag == "di-ufficio")));
    assert!(second.iter().any(|row| row.what == "denied" && row.actor == "nessuno"));
    // The first asked for proofs of what is not its own: of these refusals each sees what it asked for itself, and nothing else is
    // seen by both.
    let asked = |row: &&pec_archive::LogRow| row.actor != "op";
    let (first, second): (BTreeSet<u64>, BTreeSet<u64>) =
        (first.iter().filter(asked).map(|row| row.n).collect(), second.iter().filter(asked).map(|row| row.n).collect());
    assert!(first.is_disjoint(&second), "{first:?} {second:?}");
    assert_eq!(denied(archive.log(&maria(), 0, 9)).code, DeniedCode::OperatorOnly);
}

#[test]
fn without_an_organisation_an_actor_is_a_name_and_a_reader_refuses_without_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path: &Path = &folder.path().join("a.pecarchive");
    let trust = TrustStore::built_in();
    let intake = Intake::new(&trust, begin());
    {
        let archive = Archive::create(path).unwrap();
        let put = archive.put(&Actor::named("anna"), &intake, b"x: y\r\n\r\n".to_vec()).unwrap();
        assert!(archive.get(&Actor::named(""), put.id).is_ok());
        // From the first thing that is said of it, everybody is somebody.
        let client = Client { code: code("C1"), name: code("Ditta"), kind: ClientKind::Business };
        archive.act(&Actor::host(), &Command::AddClient { client }, begin()).unwrap();
        assert_eq!(denied(archive.get(&Actor::named("anna"), put.id)).code, DeniedCode::NotFound);
    }
    let archive = Archive::open_read_only(path).unwrap();
    let size = archive.log_root(&Actor::host()).unwrap().0;
    assert_eq!(denied(archive.stats(&Actor::named("anna"))).code, DeniedCode::OperatorOnly);
    assert_eq!(archive.log_root(&Actor::host()).unwrap().0, size);
}

#[test]
fn a_shared_dossier_is_read_for_a_while_and_every_look_is_logged() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    // Somebody of another client, who is a delegate nowhere.
    let user = User { id: code("ugo"), account: code("A1"), name: code("Ugo"), email: None };
    office.host(&Command::AddUser { user });
    let until = now + jiff::SignedDuration::from_hours(24);
    let share = |id: &str, dossier: &str| Share {
        id: code(id),
        mailbox: code(ANNA),
        dossier: code(dossier),
        with: code("ugo"),
        from: now,
        until,
    };
    office.grant(Permission::ExportProof, Restriction::default());
    archive.act(&maria(), &Command::Share { share: share("s1", &office.scene.pec_id) }, now).unwrap();
    let ugo = Actor::named("ugo");
    let s1 = code("s1");
    assert_eq!(archive.shared_with(&ugo, now).unwrap(), [share("s1", &office.scene.pec_id)]);
    let entries = archive.open_share(&ugo, &s1, now).unwrap();
    let row = office.last_row();
    assert_eq!(
        (row.actor.as_str(), row.what.as_str(), row.details["share"].as_str()),
        ("ugo", "share-opened", Some("s1"))
    );
    assert!(entries.len() > 2 && entries.iter().all(|entry| office.ids[0].contains(&entry.id)));
    assert!(entries.iter().all(|entry| entry.mailboxes == [ANNA]));
    for entry in &entries {
        let bytes = archive.get_shared(&ugo, &s1, entry.id, now).unwrap();
        assert_eq!(Id::of(&bytes), entry.id);
        assert_eq!(office.last_row().details["id"], entry.id.to_string());
        // By no other way.
        assert!(matches!(archive.get(&ugo, entry.id), Err(Error::Denied(_))));
        assert!(matches!(archive.tag(&ugo, now, &[entry.id], "x"), Err(Error::Denied(_))));
    }
    // Nothing that is not of it: what the other side received lies in another mailbox.
    let foreign = office.ids[1].iter().find(|id| !office.ids[0].contains(id)).unwrap();
    assert!(matches!(archive.get_shared(&ugo, &s1, *foreign, now), Err(Error::NotFound(_))));
    for actor in [maria(), Actor::host(), operator(Scope::Host)] {
        assert_eq!(denied(archive.open_share(&actor, &s1, now)).code, DeniedCode::NotFound, "{actor:?}");
    }
    let refused = denied(archive.get_shared(&ugo, &s1, entries[0].id, until));
    assert_eq!(refused.code, DeniedCode::ShareOver);
    assert_eq!(office.last_row().what, "denied");
    archive.act(&maria(), &Command::Unshare { share: s1.clone() }, now).unwrap();
    assert_eq!(denied(archive.open_share(&ugo, &s1, now)).code, DeniedCode::ShareOver);
    assert!(archive.shared_with(&ugo, now).unwrap().is_empty());
}

#[test]
fn who_asks_for_a_key_that_is_known_is_judged_as_for_one_that_is_not() {
    let office = Office::new();
    let (archive, intake) = (&office.archive, office.intake());
    let outgoing = Outgoing { mailbox: ANNA, key: "fattura-1", sender: ANNA, recipients: &[OFFICE] };
    let text = |subject: &str| crate::scene::message("2@ditta.example", subject, 20);
    let ticket = archive.queue(&Actor::host(), &intake, &outgoing, text("Altro")).unwrap();
    // Neither what stands under it, nor that anything does.
    for actor in [Actor::named("nessuno"), maria(), operator(Scope::Client(code("C1")))] {
        for subject in ["Altro", "Un altro ancora"] {
            denied(archive.queue(&actor, &intake, &outgoing, text(subject)));
            assert_eq!(office.last_row().details["call"], "queue", "{actor:?}");
        }
    }
    office.grant(Permission::List, Restriction::default());
    assert_eq!(denied(archive.queue(&maria(), &intake, &outgoing, text("Altro"))).missing, Some(Permission::Send));
    office.grant(Permission::Send, Restriction::default());
    assert_eq!(archive.queue(&maria(), &intake, &outgoing, text("Altro")).unwrap(), ticket);
    assert!(matches!(archive.queue(&maria(), &intake, &outgoing, text("x")), Err(Error::KeyReused { .. })));
    // The host asks again whether it was heard: no act, for which no mandate is needed.
    let policy = DelegationPolicy { max_active: None, require_mandate: RequireMandate::Yes };
    office.host(&Command::SetPolicy { policy });
    assert_eq!(archive.queue(&Actor::host(), &intake, &outgoing, text("Altro")).unwrap(), ticket);
}

#[test]
fn what_has_become_of_a_message_is_not_for_strangers_to_say() {
    let office = Office::new();
    let (archive, intake) = (&office.archive, office.intake());
    let outgoing = Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: &[OFFICE] };
    let text = crate::scene::message("2@ditta.example", "Altro", 20);
    let ticket = archive.queue(&Actor::host(), &intake, &outgoing, text).unwrap();
    let outcome = |attempt, ending| {
        let answers = Answers::default();
        Outcome { ticket: ticket.number, attempt, ending, answers, at: office.scene.now() }
    };
    let state = || archive.ticket(&Actor::host(), ANNA, "k").unwrap().state;
    let strangers = [Actor::named("nessuno"), Actor::named(""), operator(Scope::Client(code("C0")))];
    // Of one that nobody has begun nothing can have happened.
    for actor in strangers.iter().chain([&maria()]) {
        for ending in [Ending::Sent, Ending::Refused, Ending::Unknown] {
            denied(archive.journal(actor, &intake, &[outcome(None, ending)], None));
            assert_eq!((state(), office.last_row().what.as_str()), (TicketState::Queued, "denied"), "{actor:?}");
        }
    }
    office.grant(Permission::Send, Restriction::default());
    let attempt = archive.journal(&maria(), &intake, &[], Some(ticket.number)).unwrap();
    for actor in &strangers {
        for ending in [Ending::Sent, Ending::Refused, Ending::Later(None)] {
            denied(archive.journal(actor, &intake, &[outcome(attempt, ending)], None));
            assert_eq!((state(), office.last_row().what.as_str()), (TicketState::Sending, "denied"), "{actor:?}");
        }
    }
    // Whoever has begun it says how it has ended, though nothing may be begun any more.
    office.withdraw();
    archive.journal(&maria(), &intake, &[outcome(attempt, Ending::Sent)], None).unwrap();
    assert_eq!(state(), TicketState::Sent);
}

#[test]
fn whoever_administers_everything_reads_nothing() {
    let office = Office::new();
    let (archive, everything) = (&office.archive, operator(Scope::Host));
    let far = "2099-01-01T00:00:00Z".parse().unwrap();
    for query in ["", "oggetto:contratto", "Buongiorno"] {
        let refused = denied(archive.search(&everything, &Query::parse(query).unwrap(), None, 9));
        assert_eq!(refused.code, DeniedCode::PermissionMissing, "{query}");
        assert_eq!(office.last_row().what, "denied");
    }
    denied(archive.messages_about(&everything, &office.scene.pec_id));
    denied(archive.ledger(&everything, &office.intake(), &office.scene.pec_id));
    denied(archive.suggestions(&everything, 9));
    denied(archive.expiring(&everything, begin(), far, 9));
    denied(archive.bundle(&everything, office.scene.trust(), office.scene.now(), &office.scene.pec_id));
    denied(archive.bundle(&everything, office.scene.trust(), office.scene.now(), "nothing-of-this-name"));
}

#[test]
fn whoever_exports_does_not_learn_of_transactions_of_others() {
    let office = Office::new();
    let (archive, now, trust) = (&office.archive, office.scene.now(), office.scene.trust());
    office.grant(Permission::ExportProof, Restriction::default());
    let mut scene = Scene::new(10);
    scene.network.add(pec_sandbox::network::Mailbox::new("ugo@pec.alfa.example")).unwrap();
    let text = crate::scene::message("9@ditta.example", "Di altri", 10);
    let text = String::from_utf8(text).unwrap().replace(ANNA, "ugo@pec.alfa.example").into_bytes();
    let foreign = scene.network.submit("ugo@pec.alfa.example", &[OFFICE, FULL], &text).unwrap().pec_id;
    scene.network.settle().unwrap();
    let intake = Intake::new(trust, now).mailbox(OFFICE);
    archive.put_batch(&Actor::host(), &intake, scene.mailbox(OFFICE)).unwrap();
    assert!(archive.bundle(&Actor::host(), trust, now, &foreign).is_ok());
    for identifier in [foreign.as_str(), "nothing-of-this-name"] {
        let asked = archive.bundle(&maria(), trust, now, identifier);
        assert!(matches!(&asked, Err(Error::NotFound(named)) if named == identifier), "{asked:?}");
    }
    let rows = archive.log(&Actor::host(), 0, usize::MAX).unwrap();
    assert!(rows.iter().any(|row| row.what == "denied" && row.details["call"] == "bundle"));
}

/// Makes maria somebody who may list a folder of the office alone.
fn restricted_in_the_office(office: &Office, folder: &str) {
    let name = DelegateName { first_name: code("Maria"), surname: code("Neri"), description: code("-"), email: None };
    office.host(&Command::AddDelegate { mailbox: code(OFFICE), user: code("maria"), name });
    office.host(&Command::ActivateDelegate { mailbox: code(OFFICE), user: code("maria") });
    let restriction = Restriction { folders: Some([code(folder)].into()), ..Restriction::default() };
    let gives = Gives::Permissions { permissions: Permissions::of(&[Permission::ReadAttachments]) };
    let (id, mailbox, user) = (code("office"), code(OFFICE), code("maria"));
    office.host(&Command::Grant { grant: Grant { id, mailbox, user, gives, restriction, from: begin(), until: None } });
}

#[test]
fn of_a_message_no_place_is_shown_in_which_it_may_not_be_seen() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let both = office.ids[0][0];
    let elsewhere = Intake::new(office.scene.trust(), now).mailbox(OFFICE);
    archive.put(&Actor::host(), &elsewhere, archive.get(&Actor::host(), both).unwrap()).unwrap();
    let progressed = Progressed { stored: &[(77, both)], ..Progressed::default() };
    let reached = Reached { uid_validity: 1, last_uid: 77, mod_seq: None };
    archive.advance(&Actor::host(), OFFICE, "Riservata", reached, &progressed, now).unwrap();
    office.grant(Permission::List, Restriction::default());
    let find = |query: &str| -> Vec<Id> {
        let page = archive.search(&maria(), &Query::parse(query).unwrap(), None, 99).unwrap();
        page.entries.iter().map(|entry| entry.id).collect()
    };
    let own: BTreeSet<Id> = office.ids[0].iter().copied().collect();
    // No more is learned by asking for a mailbox, or for what is not in it, than is shown.
    let unseen = || {
        assert!(!find(&format!("casella:{OFFICE}")).contains(&both));
        assert!(find(&format!("-casella:{OFFICE}")).contains(&both));
        assert!(find(&format!("casella:{OFFICE},{ANNA}")).contains(&both));
        assert_eq!(archive.entry(&maria(), both).unwrap().mailboxes, [ANNA]);
        let page = archive.search(&maria(), &Query::parse("").unwrap(), None, 99).unwrap();
        assert!(page.entries.iter().filter(|entry| own.contains(&entry.id)).all(|entry| entry.mailboxes == [ANNA]));
        assert!(archive.places(&maria(), both).unwrap().iter().all(|place| place.mailbox == ANNA));
    };
    unseen();
    restricted_in_the_office(&office, "Altra");
    unseen();
    let progressed = Progressed { stored: &[(1, both)], ..Progressed::default() };
    archive.advance(&Actor::host(), OFFICE, "Altra", reached, &progressed, now).unwrap();
    assert!(find(&format!("casella:{OFFICE}")).contains(&both));
    let shown = archive.places(&maria(), both).unwrap();
    assert!(
        shown.iter().all(|place| place.mailbox == ANNA || place.folder == "Altra") && shown.len() == 2,
        "{shown:?}"
    );
}

#[test]
fn a_page_ends_at_what_was_shown() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let host = |limit| archive.search(&Actor::host(), &Query::parse(&format!("casella:{ANNA}")).unwrap(), None, limit);
    let newest: Vec<Id> = host(9).unwrap().entries.iter().map(|entry| entry.id).collect();
    let first = host(1).unwrap().next;
    // The second newest is kept from her.
    archive.tag(&Actor::host(), now, &[newest[1]], "riservato").unwrap();
    office.grant(Permission::List, Restriction { never: [code("riservato")].into(), ..Restriction::default() });
    let page = archive.search(&maria(), &Query::parse("").unwrap(), None, 1).unwrap();
    assert_eq!((page.entries[0].id, page.next), (newest[0], first), "where it ends says nothing of what is behind");
    let next = archive.search(&maria(), &Query::parse("").unwrap(), page.next, 1).unwrap();
    assert_eq!(next.entries[0].id, newest[2]);
}

#[test]
fn nobody_lays_a_message_of_others_where_he_may_read_it() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let foreign = *office.ids[1].iter().find(|id| !office.ids[0].contains(id)).unwrap();
    office.grant(Permission::ReadAttachments, Restriction::default());
    let reached = Reached { uid_validity: 1, last_uid: 99, mod_seq: None };
    let progressed = Progressed { stored: &[(99, foreign)], ..Progressed::default() };
    denied(archive.advance(&maria(), ANNA, "INBOX", reached, &progressed, now));
    assert_eq!(office.last_row().details["id"], foreign.to_string());
    let intake = office.intake();
    let batch = || archive.prepare_batch(&intake, vec![(98, b"Subject: x\r\n\r\n".to_vec())]).unwrap();
    denied(archive.put_prepared(&maria(), &intake, batch(), "INBOX", reached, &progressed));
    assert!(matches!(archive.get(&maria(), foreign), Err(Error::Denied(_))));
    // What lies there already may lie in another folder of it, and what comes with it is new there.
    let progressed = Progressed { stored: &[(99, office.ids[0][0])], ..Progressed::default() };
    archive.put_prepared(&maria(), &intake, batch(), "Altra", reached, &progressed).unwrap();
    // Out of a folder that is closed to her nothing is laid into one that is not.
    let closed = Progressed { stored: &[(1, office.ids[0][1])], ..Progressed::default() };
    let restriction = Restriction { folders: Some([code("Aperta")].into()), ..Restriction::default() };
    office.grant(Permission::ReadAttachments, restriction);
    denied(archive.advance(&maria(), ANNA, "Aperta", reached, &closed, now));
    denied(archive.get(&maria(), office.ids[0][1]));
}

#[test]
fn a_share_gives_no_other_transaction_whatever_a_sender_has_called_it() {
    let mut office = Office::new();
    // Another message that its sender has given the Message-ID of the first one.
    let text = crate::scene::message("1@ditta.example", "Un altro", 10);
    let other = office.scene.network.submit(ANNA, &[OFFICE, FULL], &text).unwrap().pec_id;
    office.scene.network.settle().unwrap();
    let (archive, now) = (&office.archive, office.scene.now());
    archive.put_batch(&Actor::host(), &office.intake(), office.scene.mailbox(ANNA)).unwrap();
    let user = User { id: code("ugo"), account: code("A1"), name: code("Ugo"), email: None };
    office.host(&Command::AddUser { user });
    let until = now + jiff::SignedDuration::from_hours(24);
    for (id, dossier, foreign) in [("s1", &other, &office.scene.pec_id), ("s2", &office.scene.pec_id, &other)] {
        let (mailbox, with) = (code(ANNA), code("ugo"));
        let share = Share { id: code(id), mailbox, dossier: code(dossier), with, from: now, until };
        archive.act(&Actor::host(), &Command::Share { share }, now).unwrap();
        let entries = archive.open_share(&Actor::named("ugo"), &code(id), now).unwrap();
        assert!(!entries.is_empty());
        assert!(entries.iter().all(|entry| entry.pec_id.as_ref() != Some(foreign)), "{id}: {entries:#?}");
    }
}

#[test]
fn what_is_asked_to_follow_or_to_classify_is_judged_first() {
    let office = Office::new();
    let archive = &office.archive;
    archive.follow_from_now(&Actor::host(), "regole").unwrap();
    for follower in ["regole", "altro"] {
        denied(archive.follow_from_now(&maria(), follower));
        assert_eq!(office.last_row().details["call"], "events");
    }
    denied(archive.classify(&maria(), office.scene.now(), &[office.ids[0][0]], "none"));
    assert_eq!(office.last_row().details["call"], "classify");
}

#[test]
fn who_may_not_send_does_not_say_that_something_was_sent() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let submitted = |actor: &Actor, sender: &str| {
        let submission = Submission { sender, recipients: &[FULL], at: now };
        archive.put_submitted(actor, &office.intake(), crate::scene::message("2@ditta.example", "x", 9), &submission)
    };
    office.grant(Permission::Draft, Restriction::default());
    assert_eq!(denied(submitted(&maria(), ANNA)).missing, Some(Permission::Send));
    assert_eq!(office.last_row().details["call"], "filed as sent");
    office.grant(Permission::Send, Restriction::default());
    // Nor in the name of another mailbox.
    assert_eq!(denied(submitted(&maria(), OFFICE)).missing, Some(Permission::Send));
    assert_eq!(office.last_row().details["mailbox"], OFFICE);
    submitted(&maria(), ANNA).unwrap();
    submitted(&Actor::host(), "alias@pec.alfa.example").unwrap();
}

#[test]
fn a_rule_gives_nobody_what_he_may_not_do_by_hand() {
    let office = Office::new();
    let (archive, now, id) = (&office.archive, office.scene.now(), office.ids[0][0]);
    let rule = |query: &str, action| Rule::new("r", query, vec![action]).unwrap();
    let tag = || Action::Tag("t".into());
    let forward = || Action::Forward("ladro@pec.example".into());
    let elsewhere = format!("casella:{OFFICE}");
    let hash = format!("impronta:{id}");
    office.grant(Permission::ManageRules, Restriction::default());
    for (rule, lacks) in [
        (rule("", forward()), Some(Permission::Send)),
        (rule("", Action::Assign("maria".into())), Some(Permission::Assign)),
        (rule("", Action::Hold("causa".into())), None),
        // By what a rule finds, its tag would tell what may not be read, or where else a message lies.
        (rule("testo:Buongiorno", tag()), Some(Permission::ReadBody)),
        (rule("-testo:altro", tag()).suggesting(), Some(Permission::ReadBody)),
        (rule(&hash, tag()), Some(Permission::ReadAttachments)),
        (rule(&elsewhere, tag()), Some(Permission::List)),
    ] {
        let refused = denied(archive.file(&maria(), std::slice::from_ref(&rule), &[id], now));
        assert_eq!((refused.missing, office.last_row().what.as_str()), (lacks, "denied"), "{rule:?}");
    }
    assert_eq!(archive.file(&maria(), &[rule("oggetto:contratto", tag())], &[id], now).unwrap().len(), 1);
    office.grant(Permission::ReadBody, Restriction::default());
    for query in [&hash, &elsewhere] {
        denied(archive.explain(&maria(), &rule(query, tag()), id));
    }
    // What somebody else has suggested is done by whoever accepts it.
    let suggests = Rule::new("s", "", vec![tag(), forward()]).unwrap().suggesting();
    archive.file(&Actor::host(), &[suggests], &[id], now).unwrap();
    office.grant(Permission::Archive, Restriction::default());
    assert_eq!(denied(archive.accept(&maria(), id, "s", now)).missing, Some(Permission::Send));
    assert_eq!(archive.suggestions(&maria(), 9).unwrap().len(), 1);
    office.grant(Permission::ManageRules, Restriction::default());
    archive.dismiss(&maria(), id, "s").unwrap();
}

#[test]
fn what_became_of_a_message_is_told_to_the_side_of_its_sender() {
    let office = Office::new();
    let (archive, now) = (&office.archive, office.scene.now());
    let id = office.ids[1][0];
    let find = |actor: &Actor, query: &str| -> Vec<Id> {
        let page = archive.search(actor, &Query::parse(query).unwrap(), None, 99).unwrap();
        page.entries.iter().map(|entry| entry.id).collect()
    };
    // That it did not reach the other recipient is in receipts that its sender has.
    let states = ["stato:non-consegnato", "-stato:non-consegnato", "stato:consegnato", "-stato:consegnato"];
    assert!(states.iter().any(|state| find(&Actor::host(), state).contains(&id)));
    restricted_in_the_office(&office, "INBOX");
    assert_eq!(find(&maria(), ""), [id]);
    let tag = || vec![Action::Tag("t".into())];
    for state in states {
        assert!(find(&maria(), state).is_empty(), "{state}");
        denied(archive.explain(&maria(), &Rule::new("r", state, tag()).unwrap(), id));
    }
    office.archive.act(&Actor::host(), &Command::Withdraw { grant: code("office") }, now).unwrap();
    office.grant(Permission::List, Restriction::default());
    for state in states {
        let own = |ids: Vec<Id>| ids.into_iter().filter(|id| office.ids[0].contains(id)).collect::<Vec<_>>();
        assert_eq!(find(&maria(), state), own(find(&Actor::host(), state)), "{state}");
    }
}
