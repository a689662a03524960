//! Who may do what, kept in the log: what was acknowledged is there again, one of many who claim wins, what is refused is told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Archive, Error, Flaw, Intake};
use pec_core::delegation::lifecycle::DelegateName;
use pec_core::delegation::{
    Account, By, Client, ClientKind, Command, DeniedCode, Event, Gives, Grant, Holder, Listing, Object, Opened,
    Operator, Organisation, Permission, Permissions, Restriction, Scope, Standing, User, WorkState,
};
use pec_core::trust::TrustStore;

const BOX: &str = "gare@comune.example";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

/// A client with one account, and a mailbox in which anna and bruno may take in charge; carla may do nothing in it.
fn founded(path: &Path) -> Archive {
    let archive = Archive::create(path).unwrap();
    let host = |command| archive.act(&Actor::host(), &command, now()).unwrap();
    host(Command::AddClient {
        client: Client { code: code("C1"), name: code("Comune"), kind: ClientKind::PublicBody },
    });
    host(Command::AddAccount { account: Account { code: code("A1"), client: code("C1"), name: code("Gare") } });
    for user in ["anna", "bruno", "carla"] {
        host(Command::AddUser { user: User { id: code(user), account: code("A1"), name: code(user), email: None } });
    }
    let holder = Holder { name: code("Comune"), tax_id: None };
    let standing = Standing::Active(now());
    host(Command::Enrol { account: code("A1"), mailbox: code(BOX), holder, product: None, standing });
    host(Command::ShareOn { mailbox: code(BOX) });
    for user in ["anna", "bruno"] {
        let name =
            DelegateName { first_name: code(user), surname: code("Neri"), description: code("Gare"), email: None };
        host(Command::AddDelegate { mailbox: code(BOX), user: code(user), name });
        host(Command::ActivateDelegate { mailbox: code(BOX), user: code(user) });
        host(Command::Grant {
            grant: Grant {
                id: code(&format!("g-{user}")),
                mailbox: code(BOX),
                user: code(user),
                gives: Gives::Permissions { permissions: Permissions::of(&[Permission::Assign]) },
                restriction: Restriction::default(),
                from: now(),
                until: None,
            },
        });
    }
    archive
}

fn open_work(archive: &Archive, item: &str) {
    let item = Opened { id: code(item), mailbox: code(BOX), folder: None, tags: BTreeSet::new() };
    archive.act(&Actor::host(), &Command::OpenWork { item }, now()).unwrap();
}

fn claim(item: &str) -> Command {
    Command::Claim { item: code(item), until: now() + SignedDuration::from_hours(2) }
}

fn state(organisation: &Organisation, item: &str) -> WorkState {
    let work = organisation.work(&Scope::Host);
    work.iter().find(|work| work.what.id.as_str() == item).unwrap().state(now()).clone()
}

fn all(archive: &Archive) -> Organisation {
    archive.organisation(Clone::clone).unwrap()
}

#[test]
fn an_organisation_is_what_the_log_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = founded(&path);
    open_work(&archive, "w1");
    // Messages and what is done to them stand between.
    let trust = TrustStore::built_in();
    let message = b"Message-ID: <1@x.example>\r\n\r\nx \"what\":\"organisation\"\r\n".to_vec();
    let put = archive.put(&Actor::host(), &Intake::new(&trust, now()), message).unwrap();
    archive.tag(&Actor::host(), now(), &[put.id], "\"what\":\"organisation\"").unwrap();
    let events = archive.act(&Actor::named("anna"), &claim("w1"), now()).unwrap();
    assert!(matches!(&events[..], [Event::WorkClaimed { by, .. }] if by.as_str() == "anna"), "{events:?}");
    let before = all(&archive);
    // Another handle, opened before or after, knows the same.
    let other = Archive::open(&path).unwrap();
    assert_eq!(all(&other), before);
    open_work(&other, "w2");
    assert_ne!(all(&archive), before);
    assert_eq!(all(&archive), all(&other));
    drop((archive, other));
    let again = Archive::open_read_only(&path).unwrap();
    let organisation = all(&again);
    let state = state(&organisation, "w1");
    assert!(matches!(state, WorkState::Claimed { by, .. } if by.as_str() == "anna"));
    // Every event is an entry of the log, in the name of whoever gave it.
    let rows = again.log(&Actor::host(), 0, 1000).unwrap();
    let last = rows.iter().rfind(|row| row.actor == "anna").unwrap();
    assert_eq!((last.what.as_str(), last.details["did"]["event"].as_str()), ("organisation", Some("work-claimed")));
    assert!(again.verify_log(&Actor::host(), &trust, now(), &[]).unwrap().is_clean());
    // Nobody writes through a handle that only reads.
    assert!(matches!(again.act(&Actor::host(), &claim("w2"), now()), Err(Error::ReadOnly)));
}

#[test]
fn what_is_refused_is_logged_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let archive = founded(&folder.path().join("a.pecarchive"));
    open_work(&archive, "w1");
    let before = all(&archive);
    let operator = Operator { id: code("carla"), scope: Scope::Account(code("A1")) };
    for (actor, expected, missing) in [
        (Actor::named("carla"), DeniedCode::NotFound, true),
        (Actor::user(&code("nessuno")), DeniedCode::NotFound, true),
        (Actor::host(), DeniedCode::UserOnly, false),
        (Actor::operator(operator), DeniedCode::UserOnly, false),
    ] {
        let denied = archive.act(&actor, &claim("w1"), now());
        let (capacity, actor) = (actor.by().is_some_and(|by| matches!(by, By::Operator(_))), actor.name());
        let Err(error @ Error::Denied(_)) = denied else { panic!("{actor}: {denied:?}") };
        assert_eq!((error.code(), error.layer()), ("archive.denied", "access"));
        let Error::Denied(denied) = error else { unreachable!() };
        assert_eq!((denied.code, denied.missing.is_some()), (expected, missing), "{actor}: {denied}");
        let rows = archive.log(&Actor::host(), 0, 1000).unwrap();
        let row = rows.last().unwrap();
        assert_eq!((row.actor.as_str(), row.what.as_str()), (actor, "denied"));
        assert_eq!(row.details["code"], expected.as_str());
        // An operator is told from a user of the same name.
        assert_eq!(row.details.get("as").and_then(|it| it.as_str()), capacity.then_some("operator"));
        assert_eq!(row.details.get("missing").and_then(|it| it.as_str()), missing.then_some("assign"));
    }
    assert_eq!(all(&archive), before);
    // A name that is nobody's does not get that far.
    // Nor does whoever is called like the program become it.
    for name in ["", &"x".repeat(5000), "host"] {
        assert!(matches!(archive.act(&Actor::named(name), &claim("w1"), now()), Err(Error::BadValue { .. })));
        let row = archive.log(&Actor::host(), 0, 1000).unwrap().pop().unwrap();
        assert_eq!(
            (row.actor.as_str(), row.what.as_str(), &row.details["code"]),
            (name, "denied", &"org.not_found".into())
        );
    }
    // The permission decides, not the name: withdrawn, it is over at once.
    archive.act(&Actor::host(), &Command::Withdraw { grant: code("g-anna") }, now()).unwrap();
    let denied = archive.act(&Actor::named("anna"), &claim("w1"), now());
    assert!(matches!(denied, Err(Error::Denied(denied)) if denied.missing == Some(Permission::Assign)));
    let may = |user: &str| {
        let (user, mailbox) = (code(user), code(BOX));
        let object = Object::mailbox(&mailbox);
        archive.organisation(|it| it.may(&user, Permission::List, &object, now()).is_ok()).unwrap()
    };
    assert!(may("bruno") && !may("anna"));
}

const CHILD: &str = "PEC_CLAIM_CHILD";
const ITEMS: usize = 40;
const THREADS: usize = 8;

/// Claims everything by eight threads, and says what it got.
#[test]
fn claimant() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let archive = Archive::open(Path::new(&path)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let archive = &archive;
            scope.spawn(move || {
                for n in 0..ITEMS {
                    let user = if (thread + n) % 2 == 0 { "anna" } else { "bruno" };
                    match archive.act(&Actor::named(user), &claim(&format!("w{n}")), now()) {
                        Ok(events) => {
                            assert_eq!(events.len(), 1);
                            println!("got w{n} {user}");
                        }
                        Err(Error::Denied(denied)) => assert_eq!(denied.code, DeniedCode::WorkClaimed),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
}

#[test]
fn of_eight_threads_in_each_of_two_processes_exactly_one_gets_each_item() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let archive = founded(&path);
    (0..ITEMS).for_each(|n| open_work(&archive, &format!("w{n}")));
    let spawn = || {
        Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "organising::claimant", "--nocapture"])
            .env(CHILD, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children = [spawn(), spawn()];
    let mut got = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        // The harness writes what comes before the first line.
        got.extend(lines.lines().filter_map(|line| Some(line.split_once("got ")?.1.to_owned())));
    }
    let items: BTreeSet<&str> = got.iter().map(|line| line.split_once(' ').unwrap().0).collect();
    assert_eq!((got.len(), items.len()), (ITEMS, ITEMS), "{got:?}");
    let organisation = all(&archive);
    for line in &got {
        let (item, user) = line.split_once(' ').unwrap();
        let state = state(&organisation, item);
        assert!(matches!(&state, WorkState::Claimed { by, .. } if by.as_str() == user), "{line}: {state:?}");
    }
    assert!(archive.verify_log(&Actor::host(), &TrustStore::built_in(), now(), &[]).unwrap().is_clean());
}

#[test]
fn what_somebody_wrote_into_the_log_is_found_and_what_a_newer_version_wrote_is_not_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    drop(founded(&path));
    let copy = |name: &str| -> PathBuf {
        let to = folder.path().join(name);
        std::fs::copy(&path, &to).unwrap();
        to
    };
    // He gives himself a permission.
    let forged = copy("b.pecarchive");
    let connection = rusqlite::Connection::open(&forged).unwrap();
    let changed = connection
        .execute("UPDATE log SET entry = replace(entry, '[\"assign\"]', '[\"assign\",\"send\"]') WHERE entry LIKE '%g-anna%'", [])
        .unwrap();
    assert_eq!(changed, 1);
    drop(connection);
    let archive = Archive::open(&forged).unwrap();
    let check = archive.verify_log(&Actor::host(), &TrustStore::built_in(), now(), &[]).unwrap();
    assert_eq!(check.broken.unwrap().flaw, Flaw::Edited);
    // A kind that is not known is not passed over.
    let newer = copy("c.pecarchive");
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection
        .execute("UPDATE log SET entry = replace(entry, '\"client-added\"', '\"client-merged\"') WHERE entry LIKE '%client-added%'", [])
        .unwrap();
    drop(connection);
    let archive = Archive::open(&newer).unwrap();
    let error = archive.organisation(|_| ()).unwrap_err();
    assert!(matches!(&error, Error::NewerEvent { kind, .. } if kind == "client-merged"), "{error}");
    assert!(archive.act(&Actor::host(), &claim("w1"), now()).is_err());
}

#[test]
fn a_salvage_brings_the_organisation_over() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("a.pecarchive"), folder.path().join("b.pecarchive"));
    let archive = founded(&from);
    let before = all(&archive);
    drop(archive);
    let trust = TrustStore::built_in();
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    Archive::salvage(&Actor::host(), &Intake::new(&trust, now()), &from, &to, watch).unwrap();
    assert_eq!(all(&Archive::open(&to).unwrap()), before);
}

#[test]
fn commands_in_json_lists_and_the_one_question() {
    let folder = tempfile::tempdir().unwrap();
    let archive = founded(&folder.path().join("a.pecarchive"));
    let act = |actor: &Actor, command: &str| archive.act_json(actor, command, now());
    let (host, anna) = (Actor::host(), Actor::named("anna"));
    let opened = act(&host, &format!(r#"{{"command":"open-work","item":{{"id":"w1","mailbox":"{BOX}"}}}}"#)).unwrap();
    assert!(matches!(&opened[..], [Event::WorkOpened { .. }]));
    let claim = r#"{"command":"claim","item":"w1","until":"2026-03-01T14:00:00Z"}"#;
    assert!(matches!(&act(&anna, claim).unwrap()[..], [Event::WorkClaimed { .. }]));
    let Err(Error::Denied(denied)) = act(&anna, claim) else { panic!("claimed twice") };
    assert_eq!(denied.code, DeniedCode::WorkClaimed);
    // What is no command is an error of the caller's, and not in the log.
    let (size, _) = archive.log_root(&host).unwrap();
    for command in ["", "{}", r#"{"command":"tick","also":1}"#] {
        let error = act(&host, command).unwrap_err();
        assert!(matches!(&error, Error::BadValue { what: "command", .. }), "{command}: {error}");
    }
    assert!(matches!(act(&Actor::named("host"), claim), Err(Error::BadValue { what: "actor", .. })));

    let operator = Actor::operator(Operator { id: code("op"), scope: Scope::Client(code("C2")) });
    let work = |actor: &Actor| archive.listing(actor, &Scope::Host, &Listing::Work, now());
    assert!(work(&host).unwrap().contains(r#""report":"work","id":"w1","mailbox":"gare@comune.example","#));
    assert_eq!((work(&anna).unwrap(), work(&operator).unwrap()), (work(&host).unwrap(), String::new()));
    let users = archive.listing(&anna, &Scope::Host, &Listing::Users, now());
    assert!(matches!(users, Err(Error::Denied(denied)) if denied.code == DeniedCode::OperatorOnly));
    let rows = archive.log(&host, size, 9).unwrap();
    // That somebody wanted to act who is nobody is, and that a list was asked for that is not for users.
    assert_eq!((rows.len(), &rows[0].details["code"]), (2, &"org.not_found".into()));
    assert_eq!((rows[1].actor.as_str(), &rows[1].details["call"]), ("anna", &"listing".into()));

    let mailbox = code(BOX);
    let may = |actor: &Actor, permission| archive.may(actor, permission, &Object::mailbox(&mailbox), now());
    assert_eq!(may(&anna, Permission::Assign).unwrap().permission, Permission::Assign);
    let Err(Error::Denied(denied)) = may(&anna, Permission::Send) else { panic!("permitted") };
    assert_eq!((denied.code, denied.missing), (DeniedCode::PermissionMissing, Some(Permission::Send)));
    assert!(may(&host, Permission::Send).is_ok() && may(&operator, Permission::List).is_err());
    // That it was asked is not in the log.
    assert_eq!(archive.log_root(&host).unwrap().0, size + 2);
}
