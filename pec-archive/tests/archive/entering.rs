//! Logging in with a signature kit, kept in the log: one answer opens once, in threads and processes, and who was refused is told.

use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use pec_archive::report::{self, Report as _};
use pec_archive::{Actor, Archive, Error, Intake, LogRow};
use pec_core::delegation::login::{
    Answer, Attempt, CardPolicy, Challenge, ChallengeRequest, Login, LoginAs, MOST_CHALLENGES, Proof, Purpose,
    RevocationCheck, WhichKit,
};
use pec_core::delegation::{
    Account, Client, ClientKind, Command, DeniedCode, Event, Holder, Operator, Scope, Standing, Text,
};
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};
use pec_sandbox::cards::{Card, CardOffice};

const ROSSI: &str = "RSSMRA85T10A562S";
const BIANCHI: &str = "BNCGLI80A41F205F";
const BOX: &str = "rossi@pec.example";
const COMPANY: &str = "ditta@pec.example";

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

fn audience() -> Text {
    code("posta.studio.example")
}

struct Desk {
    office: CardOffice,
    trust: TrustStore,
    evidence: Evidence,
}

impl Desk {
    fn new() -> Self {
        let office = CardOffice::new().unwrap();
        let trust = TrustStore::built_in().with_login_anchor(&office.root.certificate.der).unwrap();
        let lists = office.lists("2026-02-28T00:00:00Z".parse().unwrap(), Vec::new()).unwrap();
        let evidence = lists.into_iter().fold(Evidence::none(), Evidence::with_crl);
        Self { office, trust, evidence }
    }

    fn card(&self, tax_id: &str) -> Card {
        self.office.card(tax_id).unwrap()
    }

    /// Calls `work` with somebody who answers so.
    fn attempt<T>(
        &self,
        mailbox: &str,
        (challenge, signed): (&str, &[u8]),
        work: impl FnOnce(&Attempt<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let policy = CardPolicy {
            trust: &self.trust,
            evidence: &self.evidence,
            revocation: RevocationCheck::Required,
            limits: &Limits::DEFAULT,
        };
        let answer = Answer { challenge, proof: Proof::Cms(signed), certificates: &[] };
        work(&Attempt { mailbox: &code(mailbox), audience: &audience(), answer, policy })
    }

    fn login(&self, archive: &Archive, mailbox: &str, answer: (&str, &[u8]), at: Timestamp) -> Result<Login, Error> {
        self.attempt(mailbox, answer, |attempt| archive.login(&Actor::host(), attempt, at))
    }
}

fn founded(path: &Path) -> Archive {
    let archive = Archive::create(path).unwrap();
    let host = |command| archive.act(&Actor::host(), &command, now()).unwrap();
    host(Command::AddClient { client: Client { code: code("C1"), name: code("Studio"), kind: ClientKind::Business } });
    host(Command::AddAccount { account: Account { code: code("A1"), client: code("C1"), name: code("Studio") } });
    for (mailbox, holder) in [(BOX, ROSSI), (COMPANY, "00743110157")] {
        let holder = Holder { name: code("Titolare"), tax_id: Some(code(holder)) };
        let standing = Standing::Active(now());
        host(Command::Enrol { account: code("A1"), mailbox: code(mailbox), holder, product: None, standing });
    }
    archive
}

fn begin(archive: &Archive, purpose: Purpose, mailbox: &str) -> Challenge {
    let request = ChallengeRequest::new(purpose, code(mailbox), audience());
    archive.begin_login(&Actor::host(), &request, now()).unwrap()
}

fn sign(card: &Card, challenge: &str) -> Vec<u8> {
    card.cms(challenge, "2026-03-01T12:00:10Z".parse().unwrap()).unwrap()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> DeniedCode {
    match answer {
        Err(Error::Denied(denied)) => denied.code,
        other => panic!("{other:?}"),
    }
}

fn last(archive: &Archive) -> LogRow {
    archive.log(&Actor::host(), 0, 10_000).unwrap().pop().unwrap()
}

#[test]
fn row_83_a_login_is_an_entry_of_the_log_and_its_answer_is_used_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let (archive, desk) = (founded(&path), Desk::new());
    let card = desk.card(ROSSI);
    let text = begin(&archive, Purpose::Login, BOX).text();
    let signed = sign(&card, &text);
    let login = desk.login(&archive, BOX, (&text, &signed), now()).unwrap();
    assert_eq!((login.who(), login.mailbox().as_str()), (&LoginAs::Holder, BOX));
    let row = last(&archive);
    assert_eq!((row.what.as_str(), row.actor.as_str()), ("login", "host"));
    assert_eq!((&row.details["mailbox"], &row.details["by"]), (&BOX.into(), &"tax-id".into()));
    assert_eq!(row.details["certificate"], card.certificate.fingerprint());
    assert_eq!(row.details["revocation"], "good");
    assert!(!serde_json::Value::Object(row.details).to_string().contains(ROSSI), "whose it is, the certificate says");
    // The same answer once more: through this handle, another one, or after the time.
    let other = Archive::open(&path).unwrap();
    for (archive, at) in [(&archive, now()), (&other, now()), (&other, now() + SignedDuration::from_mins(5))] {
        assert_eq!(refused(desk.login(archive, BOX, (&text, &signed), at)), DeniedCode::Replayed);
        let row = last(archive);
        assert_eq!((row.what.as_str(), &row.details["code"]), ("login-refused", &"login.replayed".into()));
    }
    // When it is forgotten, it has expired.
    let late = now() + SignedDuration::from_mins(6);
    let request = ChallengeRequest::new(Purpose::Login, code(BOX), audience());
    archive.begin_login(&Actor::host(), &request, late).unwrap();
    assert_eq!(refused(desk.login(&archive, BOX, (&text, &signed), late)), DeniedCode::ChallengeExpired);
    assert!(archive.verify_log(&Actor::host(), &desk.trust, late, &[]).unwrap().is_clean());
}

#[test]
fn row_83_what_is_refused_uses_the_challenge_up_and_the_log_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let (archive, desk) = (founded(&folder.path().join("a.pecarchive")), Desk::new());
    let card = desk.card(ROSSI);
    // Never given out here.
    let request = ChallengeRequest::new(Purpose::Login, code(BOX), audience());
    let foreign = Challenge::issue(&request, [9; 32], now()).text();
    let answer = desk.login(&archive, BOX, (&foreign, &sign(&card, &foreign)), now());
    assert_eq!(refused(answer), DeniedCode::ChallengeUnknown);
    type Case<'c> = (&'c str, &'c dyn Fn(&str) -> (String, Vec<u8>), DeniedCode);
    let other = desk.card(BIANCHI);
    let cases: [Case<'_>; 5] = [
        (BOX, &|text| (text.into(), sign(&card, "altro")), DeniedCode::SomethingElseSigned),
        (COMPANY, &|text| (text.into(), sign(&card, text)), DeniedCode::WrongMailbox),
        (BOX, &|text| (text.into(), sign(&other, text)), DeniedCode::AssociationRequired),
        (BOX, &|text| (text.into(), b"niente".to_vec()), DeniedCode::LoginSignatureUnreadable),
        // Somebody gives himself more time.
        (
            BOX,
            &|text| {
                let longer = text.replace("12:05:00Z", "12:55:00Z");
                let signed = sign(&card, &longer);
                (longer, signed)
            },
            DeniedCode::ChallengeUnknown,
        ),
    ];
    for (mailbox, answer, expected) in cases {
        let text = begin(&archive, Purpose::Login, BOX).text();
        let (said, signed) = answer(&text);
        assert_eq!(refused(desk.login(&archive, mailbox, (&said, &signed), now())), expected);
        let row = last(&archive);
        assert_eq!((row.what.as_str(), row.details["code"].as_str()), ("login-refused", Some(expected.as_str())));
        assert_eq!(row.details["mailbox"], mailbox);
        let judged = expected == DeniedCode::AssociationRequired || expected == DeniedCode::ChallengeUnknown;
        assert_eq!(row.details.contains_key("certificate"), judged, "{expected}");
        // Right, and too late: the first answer has used it up.
        let right = desk.login(&archive, BOX, (&text, &sign(&card, &text)), now());
        assert_eq!(refused(right), DeniedCode::Replayed);
    }
    // A mailbox that is not here, and one of which too many wait.
    let begin = |mailbox: &str, at| {
        let request = ChallengeRequest::new(Purpose::Login, code(mailbox), audience());
        archive.begin_login(&Actor::host(), &request, at)
    };
    assert_eq!(refused(begin("nessuna@pec.example", now())), DeniedCode::LoginMailbox);
    let later = now() + SignedDuration::from_mins(10);
    for _ in 0..MOST_CHALLENGES {
        begin(COMPANY, later).unwrap();
    }
    assert_eq!(refused(begin(COMPANY, later)), DeniedCode::TooManyChallenges);
    assert_eq!(last(&archive).details["code"], "login.too_many_challenges");
    assert!(begin(BOX, later).is_ok(), "others are let in");
    assert!(begin(COMPANY, later + SignedDuration::from_mins(5)).is_ok());
}

#[test]
fn rows_84_to_88_a_kit_is_registered_listed_used_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pecarchive");
    let (archive, desk) = (founded(&path), Desk::new());
    let card = desk.card(BIANCHI);
    let operator = |account: &str| Actor::operator(Operator { id: code("op"), scope: Scope::Account(code(account)) });
    let register = |actor: &Actor, name: &str| {
        let text = begin(&archive, Purpose::Registration, COMPANY).text();
        let signed = sign(&card, &text);
        desk.attempt(COMPANY, (&text, &signed), |attempt| {
            archive.register_kit(actor, attempt, (&code(name), None), now())
        })
    };
    let enter = |archive: &Archive| {
        let text = begin(archive, Purpose::Login, COMPANY).text();
        desk.login(archive, COMPANY, (&text, &sign(&card, &text)), now())
    };
    assert_eq!(refused(enter(&archive)), DeniedCode::AssociationRequired);
    assert_eq!(refused(register(&operator("A2"), "firma")), DeniedCode::NotFound);
    assert_eq!(refused(register(&Actor::named("giulia"), "firma")), DeniedCode::OperatorOnly);
    let row = last(&archive);
    assert_eq!((row.what.as_str(), row.actor.as_str()), ("login-refused", "giulia"));
    assert!(matches!(register(&Actor::named(""), "firma"), Err(Error::BadValue { .. })));
    let events = register(&operator("A1"), "firma").unwrap();
    assert!(matches!(&events[..], [Event::KitRegistered { .. }]));
    assert_eq!(refused(register(&Actor::host(), "altra")), DeniedCode::Exists);
    // Whoever opens the archive later knows it.
    let other = Archive::open(&path).unwrap();
    let kits = other.organisation(|it| it.kits(&Scope::Host, &code(COMPANY)).unwrap().to_vec()).unwrap();
    assert_eq!((kits.len(), kits[0].name.as_str()), (1, "firma"));
    enter(&other).unwrap();
    let row = last(&other);
    assert_eq!((&row.details["by"], &row.details["kit"]), (&"kit".into(), &"firma".into()));
    let remove = |kit| archive.act(&operator("A1"), &Command::RemoveKit { mailbox: code(COMPANY), kit }, now());
    assert_eq!(refused(remove(WhichKit::OfHolder)), DeniedCode::KitOfHolder);
    remove(WhichKit::Named(code("firma"))).unwrap();
    assert_eq!(refused(enter(&other)), DeniedCode::AssociationRequired);
}

#[test]
fn an_archive_of_format_10_gives_out_challenges_once_it_is_opened_and_a_salvaged_one_knows_none_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (path, salvaged) = (folder.path().join("a.pecarchive"), folder.path().join("b.pecarchive"));
    drop(founded(&path));
    let connection = rusqlite::Connection::open(&path).unwrap();
    let tables = ["challenge", "digest_new", "digest_recent", "digest_settled"];
    tables.iter().for_each(|table| connection.execute_batch(&format!("DROP TABLE {table}")).unwrap());
    connection.execute_batch("PRAGMA user_version = 10").unwrap();
    drop(connection);
    assert!(matches!(Archive::open_read_only(&path), Err(Error::Older { .. })));
    let (archive, desk) = (Archive::open(&path).unwrap(), Desk::new());
    let card = desk.card(ROSSI);
    let text = begin(&archive, Purpose::Login, BOX).text();
    let waiting = begin(&archive, Purpose::Login, BOX).text();
    desk.login(&archive, BOX, (&text, &sign(&card, &text)), now()).unwrap();
    drop(archive);
    let watch = &mut |_| std::ops::ControlFlow::Continue(());
    Archive::salvage(&Actor::host(), &Intake::new(&desk.trust, now()), &path, &salvaged, watch).unwrap();
    let archive = Archive::open(&salvaged).unwrap();
    for text in [text, waiting] {
        let answer = desk.login(&archive, BOX, (&text, &sign(&card, &text)), now());
        assert_eq!(refused(answer), DeniedCode::ChallengeUnknown);
    }
    let text = begin(&archive, Purpose::Login, BOX).text();
    desk.login(&archive, BOX, (&text, &sign(&card, &text)), now()).unwrap();
}

/// Each report that there is of it.
pub(crate) fn reports() -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let (archive, desk) = (founded(&folder.path().join("a.pecarchive")), Desk::new());
    let challenge = begin(&archive, Purpose::Registration, COMPANY);
    let (card, text) = (desk.card(BIANCHI), challenge.text());
    let register = |attempt: &Attempt<'_>| archive.register_kit(&Actor::host(), attempt, (&code("firma"), None), now());
    let events = desk.attempt(COMPANY, (&text, &sign(&card, &text)), register).unwrap();
    let [Event::KitRegistered { mailbox, kit }] = &events[..] else { panic!("{events:?}") };
    let mut said = vec![report::Challenge::of(&challenge).to_json(), report::Kit::of(mailbox, kit).to_json()];
    for (mailbox, card) in [(COMPANY, card), (BOX, desk.card(ROSSI))] {
        let text = begin(&archive, Purpose::Login, mailbox).text();
        let login = desk.login(&archive, mailbox, (&text, &sign(&card, &text)), now()).unwrap();
        said.push(report::Login::of(&login).to_json());
    }
    said
}

const CHILD: &str = "PEC_LOGIN_CHILD";
const ROUNDS: usize = 12;
const THREADS: usize = 4;

/// Gives every answer that lies in the folder, by four threads, and says which ones opened.
#[test]
fn visitor() {
    let Ok(folder) = std::env::var(CHILD) else { return };
    let folder = Path::new(&folder);
    let archive = Archive::open(&folder.join("a.pecarchive")).unwrap();
    let desk = Desk::new();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            let (archive, desk) = (&archive, &desk);
            scope.spawn(move || {
                for n in 0..ROUNDS {
                    let text = std::fs::read_to_string(folder.join(format!("{n}.txt"))).unwrap();
                    let signed = std::fs::read(folder.join(format!("{n}.p7m"))).unwrap();
                    match desk.login(archive, BOX, (&text, &signed), now()) {
                        Ok(_) => println!("opened {n}"),
                        Err(Error::Denied(denied)) => assert_eq!(denied.code, DeniedCode::Replayed),
                        Err(other) => panic!("{other}"),
                    }
                }
            });
        }
    });
}

#[test]
fn row_83_of_four_threads_in_each_of_two_processes_exactly_one_gets_in_by_each_answer() {
    let folder = tempfile::tempdir().unwrap();
    let archive = founded(&folder.path().join("a.pecarchive"));
    let card = Desk::new().card(ROSSI);
    for n in 0..ROUNDS {
        let text = begin(&archive, Purpose::Login, BOX).text();
        std::fs::write(folder.path().join(format!("{n}.p7m")), sign(&card, &text)).unwrap();
        std::fs::write(folder.path().join(format!("{n}.txt")), text).unwrap();
    }
    let spawn = || {
        Process::new(std::env::current_exe().unwrap())
            .args(["--exact", "entering::visitor", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let mut opened = Vec::new();
    for child in [spawn(), spawn()] {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        opened.extend(lines.lines().filter_map(|line| line.split_once("opened ")?.1.parse::<usize>().ok()));
    }
    opened.sort_unstable();
    assert_eq!(opened, (0..ROUNDS).collect::<Vec<_>>());
    let rows = archive.log(&Actor::host(), 0, 10_000).unwrap();
    let count = |what: &str| rows.iter().filter(|row| row.what == what).count();
    assert_eq!((count("login"), count("login-refused")), (ROUNDS, ROUNDS * (2 * THREADS - 1)));
}
