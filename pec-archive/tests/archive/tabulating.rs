//! Reports as tables (FEATURES rows 16, 18, 52, 54 and J3): what they count, and that nothing foreign is ever in them.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Error, Intake, Managed, ReportKind, Standing, Submission as Submitted};
use pec_core::delegation::lifecycle::{Catalogue, DelegateName, Revoke, Said, Source};
use pec_core::delegation::sheets::{DomainChoice, ReportOutcome};
use pec_core::delegation::{
    Account, Client, ClientKind, Command, DomainCheck, DomainRecords, Gives, Grant, Holder, Operator, Permission,
    Permissions, Restriction, Scope, Standing as Stands, User,
};
use pec_core::sheet::{Cell, Months, Sheet};
use pec_core::trust::TrustStore;
use pec_sandbox::{Moment, World};

use crate::scene::{ANNA, FULL, OFFICE, Scene};

fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

fn months(text: &str) -> Option<Months> {
    Some(code(text))
}

fn at(text: &str) -> Timestamp {
    code(text)
}

/// The cells of a column, as people read them.
fn column(sheet: &Sheet, key: &str) -> Vec<String> {
    let at = sheet.columns.iter().position(|column| column.key == key).unwrap_or_else(|| panic!("{key}"));
    sheet.rows.iter().map(|row| row[at].shown()).collect()
}

/// An archive with an organisation: each account by its client, each mailbox by its account; active since the year began.
fn founded(path: &Path, accounts: &[(&str, &str)], mailboxes: &[(&str, &str)]) -> Archive {
    let archive = Archive::create(path).unwrap();
    let began = at("2026-01-01T00:00:00Z");
    let host = |command| archive.act(&Actor::host(), &command, began).unwrap();
    let mut clients: Vec<&str> = accounts.iter().map(|(client, _)| *client).collect();
    clients.dedup();
    for client in clients {
        let client = Client { code: code(client), name: code("Ente"), kind: ClientKind::PublicBody };
        host(Command::AddClient { client });
    }
    for (client, account) in accounts {
        host(Command::AddAccount { account: Account { code: code(account), client: code(client), name: code("Uno") } });
    }
    for (account, mailbox) in mailboxes {
        let holder = Holder { name: code("Ente"), tax_id: None };
        let standing = Stands::Active(began);
        host(Command::Enrol { account: code(account), mailbox: code(mailbox), holder, product: None, standing });
    }
    archive
}

/// A user of an account, and what it may do in a mailbox.
fn user_of(archive: &Archive, user: &str, account: &str, mailbox: &str, permissions: &[Permission]) {
    let began = at("2026-01-01T00:00:00Z");
    let host = |command| archive.act(&Actor::host(), &command, began).unwrap();
    host(Command::AddUser { user: User { id: code(user), account: code(account), name: code(user), email: None } });
    host(Command::ShareOn { mailbox: code(mailbox) });
    let name = DelegateName { first_name: code(user), surname: code("Neri"), description: code("Gare"), email: None };
    host(Command::AddDelegate { mailbox: code(mailbox), user: code(user), name });
    host(Command::ActivateDelegate { mailbox: code(mailbox), user: code(user) });
    let grant = Grant {
        id: code(&format!("g-{user}")),
        mailbox: code(mailbox),
        user: code(user),
        gives: Gives::Permissions { permissions: Permissions::of(permissions) },
        restriction: Restriction::default(),
        from: began,
        until: None,
    };
    host(Command::Grant { grant });
}

fn managed(address: &str, client: Option<&str>) -> Managed {
    Managed {
        address: address.into(),
        profile: None,
        overrides: None,
        description: None,
        tax_id: None,
        client: client.map(str::to_owned),
        mandate: None,
    }
}

/// The scene's two mailboxes, of two clients, with everything that came into them.
struct Kit {
    scene: Scene,
    archive: Archive,
    _folder: tempfile::TempDir,
}

impl Kit {
    fn new() -> Self {
        let (scene, folder) = (Scene::new(3000), tempfile::tempdir().unwrap());
        let archive = founded(
            &folder.path().join("a.pecarchive"),
            &[("C1", "A1"), ("C2", "B1")],
            &[("A1", ANNA), ("B1", OFFICE)],
        );
        let intake = Intake::new(scene.trust(), scene.now());
        for mailbox in [ANNA, OFFICE] {
            archive.put_batch(&Actor::host(), &intake.mailbox(mailbox), scene.mailbox(mailbox)).unwrap();
        }
        Self { scene, archive, _folder: folder }
    }

    fn report(&self, kind: ReportKind, months: Option<Months>) -> Sheet {
        let outcome = self.archive.report(&Actor::host(), kind, &Scope::Host, months, self.scene.now());
        outcome.unwrap().sheet().clone()
    }
}

#[test]
fn j3_traffic_counts_each_kind_in_the_month_of_its_certified_date() {
    let kit = Kit::new();
    let sheet = kit.report(ReportKind::Traffic, months("2026-01..2026-03"));
    assert_eq!(column(&sheet, "month"), ["2026-02", "2026-02"]);
    assert_eq!(column(&sheet, "mailbox"), [ANNA, OFFICE]);
    assert_eq!(column(&sheet, "client"), ["C1", "C2"]);
    let of = |key: &str| column(&sheet, key);
    for key in ["acceptances", "deliveries", "failures"] {
        assert_eq!(of(key), ["1", "0"], "{key}");
    }
    assert_eq!(of("received"), ["0", "1"]);
    assert_eq!(of("others"), ["0", "0"]);
    let sizes = |mailbox| kit.scene.mailbox(mailbox).iter().map(Vec::len).sum::<usize>().to_string();
    assert_eq!(of("bytes"), [sizes(ANNA), sizes(OFFICE)]);
    // Without months: the present one.
    assert_eq!(kit.report(ReportKind::Traffic, None), kit.report(ReportKind::Traffic, months("2026-02")));
}

#[test]
fn j3_delivery_puts_every_recipient_into_exactly_one_class() {
    let kit = Kit::new();
    let sheet = kit.report(ReportKind::Delivery, months("2026-02"));
    assert_eq!(column(&sheet, "mailbox"), [ANNA], "who receives has sent nothing");
    let counts = |sheet: &Sheet| -> Vec<String> { sheet.rows[0][4..].iter().map(Cell::shown).collect() };
    assert_eq!(counts(&sheet), ["2", "1", "0", "0", "0", "1", "0", "0", "0", "0"], "{:?}", sheet.columns);
    assert!(kit.report(ReportKind::Delivery, months("2026-01")).rows.is_empty());
    assert!(kit.report(ReportKind::Delivery, months("2026-03")).rows.is_empty());
    // What was handed over now waits.
    let intake = Intake::new(kit.scene.trust(), kit.scene.now()).mailbox(ANNA);
    let submission = Submitted { sender: ANNA, recipients: &[OFFICE], at: kit.scene.now() };
    let letter = format!(
        "From: {ANNA}\r\nTo: {OFFICE}\r\nDate: Tue, 10 Feb 2026 10:00:00 +0100\r\nMessage-ID: <2@ditta.example>\r\n\r\nx\r\n"
    );
    kit.archive.put_submitted(&Actor::host(), &intake, letter.into_bytes(), &submission).unwrap();
    let waiting = kit.report(ReportKind::Delivery, months("2026-02"));
    assert_eq!(counts(&waiting)[..4], ["3", "1", "0", "1"]);
}

#[test]
fn row_54c_the_space_is_that_of_the_archive_and_of_the_server_where_it_says_so() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    kit.archive.manage(&host, &[managed(ANNA, None)], now, |_| Ok::<(), Error>(())).unwrap();
    let measured = |_: &str, standing| Standing { quota: Some((700, 1000)), ok_at: Some(now), ..standing };
    kit.archive.note_standings(&host, &[ANNA.into()], now, measured).unwrap();
    let sheet = kit.report(ReportKind::ServiceUse, None);
    assert_eq!(column(&sheet, "mailbox"), [ANNA, OFFICE]);
    let size = |mailbox| kit.scene.mailbox(mailbox).iter().map(Vec::len).sum::<usize>().to_string();
    assert_eq!(column(&sheet, "archive_bytes"), [size(ANNA), size(OFFICE)]);
    assert_eq!(column(&sheet, "archive_messages"), [ANNA, OFFICE].map(|it| kit.scene.mailbox(it).len().to_string()));
    assert_eq!(column(&sheet, "server_used_bytes"), ["700", ""]);
    assert_eq!(column(&sheet, "server_limit_bytes"), ["1000", ""]);
    assert_eq!(column(&sheet, "preservation"), ["non configurata"; 2], "never assumed");
}

#[test]
fn j3_access_that_is_lost_is_told_with_the_time_and_the_words_of_the_server() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let all = [managed(ANNA, None), managed("altra@x.example", Some("Ditta Neri")), managed(OFFICE, None)];
    kit.archive.manage(&host, &all, now, |_| Ok::<(), Error>(())).unwrap();
    assert!(kit.report(ReportKind::AccessLost, None).rows.is_empty(), "nobody has looked yet");
    let mut states = [(ANNA, "ok"), ("altra@x.example", "rejected"), (OFFICE, "boh")].into_iter();
    let addresses: Vec<String> = states.clone().map(|(address, _)| address.to_owned()).collect();
    let look = |_: &str, standing| Standing {
        access: states.next().map(|(_, state)| state.to_owned()),
        access_since: Some(now),
        problem: Some("=NO login".into()),
        ..standing
    };
    kit.archive.note_standings(&host, &addresses, now, look).unwrap();
    let sheet = kit.report(ReportKind::AccessLost, None);
    assert_eq!(column(&sheet, "mailbox"), ["altra@x.example", OFFICE]);
    assert_eq!(column(&sheet, "client"), ["Ditta Neri", "C2"]);
    assert_eq!(column(&sheet, "access"), ["credenziali rifiutate", "boh"]);
    assert_eq!(sheet.rows[0][3], Cell::Word("rejected", "credenziali rifiutate"));
    let csv = String::from_utf8(sheet.to_csv(pec_core::sheet::CsvMark::Absent)).unwrap();
    assert!(csv.contains(",'=NO login\r\n"), "{csv}");
}

#[test]
fn j3_proofs_that_weaken_are_told_until_a_time_stamp_covers_them() {
    let (kit, world) = (Kit::new(), World::new().unwrap());
    let (host, now) = (Actor::host(), kit.scene.now());
    let until = at("2036-01-01T00:00:00Z");
    let proofs = kit.archive.expiring(&host, now, until, 99).unwrap().proofs;
    let month = pec_core::sheet::Month::of(proofs[0].expires.unwrap());
    let sheet = kit.report(ReportKind::ProofExpiring, Some(Months::one(month)));
    let ids: BTreeSet<String> = proofs.iter().map(|entry| entry.id.to_string()).collect();
    assert_eq!(column(&sheet, "id").into_iter().collect::<BTreeSet<_>>(), ids);
    assert!(column(&sheet, "mailbox").iter().all(|mailbox| mailbox == ANNA || mailbox == OFFICE));
    assert!(kit.report(ReportKind::ProofExpiring, None).rows.is_empty(), "not in this month or the next");
    let trust = kit.scene.trust().clone().with_time_stamp_anchor(&world.time_root.certificate.der).unwrap();
    let moment = Moment::new(now, jiff::tz::Offset::UTC);
    let ask = &mut |note: &[u8]| world.stamper.token(note, moment).map_err(|error| error.to_string());
    kit.archive.renew(&host, &trust, now, ask).unwrap();
    assert!(kit.report(ReportKind::ProofExpiring, Some(Months::one(month))).rows.is_empty());
}

#[test]
fn row_54d_months_are_refused_where_a_report_has_none_and_nobody_is_told_nothing() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    for kind in ReportKind::ALL {
        let asked = kit.archive.report(&host, kind, &Scope::Host, months("2026-02"), now);
        match kind {
            ReportKind::Delegates | ReportKind::AccessLost => {
                assert!(matches!(asked, Err(Error::BadValue { what: "months", .. })), "{kind}: {asked:?}");
            }
            _ => assert_eq!(asked.unwrap().sheet().name, kind.as_str()),
        }
        assert_eq!(ReportKind::from_name(kind.as_str()), Some(kind));
        let nobody = kit.archive.report(&Actor::named(""), kind, &Scope::Host, None, now);
        assert!(matches!(nobody, Err(Error::Denied(_))), "{nobody:?}");
        // A code that there is not, or is not seen, is one and the same.
        let operator = Actor::operator(Operator { id: code("op"), scope: Scope::Client(code("C1")) });
        for (actor, scope) in [
            (&host, Scope::Client(code("C9"))),
            (&host, Scope::Account(code("C1"))),
            (&operator, Scope::Client(code("C2"))),
            (&operator, Scope::Account(code("B1"))),
        ] {
            let asked = kit.archive.report(actor, kind, &scope, None, now);
            assert!(matches!(asked, Err(Error::NotFound(_))), "{kind} {scope:?}: {asked:?}");
        }
    }
    let delegates = kit.archive.report(&host, ReportKind::Delegates, &Scope::Host, None, now).unwrap();
    assert!(
        matches!(&delegates, ReportOutcome::Empty(sheet) if sheet.warning == Some("Attenzione: nessun dato estratto"))
    );
}

#[test]
fn rows_18_and_52_domains_are_compared_with_what_the_host_has_found() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let catalogue = |domain: &str| Catalogue { products: [].into(), domains: [code(domain)].into() };
    for (account, domain) in [("A1", "a1.it"), ("B1", "b1.it")] {
        let give = Command::GiveCatalogue { account: code(account), catalogue: catalogue(domain) };
        kit.archive.act(&host, &give, now).unwrap();
    }
    let checked_at = now;
    let check = DomainCheck { domain: code("b1.it"), checked_at, mx: None, txt: None };
    let records = DomainRecords { checks: vec![check], ..DomainRecords::default() };
    let domains = |actor: &Actor, scope: &Scope, choice| {
        let outcome = kit.archive.domain_report(actor, scope, choice, &records, now).unwrap();
        column(outcome.sheet(), "domain")
    };
    assert_eq!(domains(&host, &Scope::Host, DomainChoice::All), ["a1.it", "b1.it"]);
    assert_eq!(domains(&host, &Scope::Host, DomainChoice::Anomalous), ["b1.it"]);
    let operator = Actor::operator(Operator { id: code("op"), scope: Scope::Account(code("A1")) });
    assert_eq!(domains(&operator, &Scope::Host, DomainChoice::All), ["a1.it"]);
    let foreign = kit.archive.domain_report(&operator, &Scope::Account(code("B1")), DomainChoice::All, &records, now);
    assert!(matches!(foreign, Err(Error::NotFound(_))), "{foreign:?}");
}

/// Numbers by chance, the same for the same seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % most as u64).unwrap()
    }
}

/// Every row of every report, with the mailbox that it is about.
fn rows(archive: &Archive, actor: &Actor, scope: &Scope, now: Timestamp) -> Vec<(ReportKind, String, Vec<Cell>)> {
    let mut rows = Vec::new();
    for kind in ReportKind::ALL {
        let asked = if kind.takes_months() { months("2025-12..2032-12") } else { None };
        let outcome = archive.report(actor, kind, scope, asked, now).unwrap();
        let sheet = outcome.sheet();
        rows.extend(sheet.rows.iter().zip(column(sheet, "mailbox")).map(|(row, of)| (kind, of, row.clone())));
    }
    rows
}

/// The row as an operator sees it: without what a message says.
fn unread((kind, mailbox, mut row): (ReportKind, String, Vec<Cell>)) -> (ReportKind, String, Vec<Cell>) {
    if kind == ReportKind::ProofExpiring {
        row[6..8].fill(Cell::None);
    }
    (kind, mailbox, row)
}

/// Random organisations, with random mail in random mailboxes, some of it in several: whoever asks within whatever scope gets
/// the rows of the program that are its own, all of them and no other.
#[test]
fn row_16_no_foreign_row_is_ever_in_a_report_of_an_archive() {
    let scene = Scene::new(100);
    let (now, host, nobody) = (scene.now(), Actor::host(), TrustStore::built_in());
    let received: Vec<Vec<u8>> = [ANNA, OFFICE].iter().flat_map(|mailbox| scene.mailbox(mailbox)).collect();
    let mut kinds = BTreeSet::new();
    for seed in 0..8 {
        let mut dice = Dice(seed);
        let accounts = [("C1", "A1"), ("C1", "A2"), ("C2", "B1"), ("C3", "D1")];
        let mut boxes: Vec<(&str, String)> = Vec::new();
        for (_, account) in accounts {
            for n in 0..dice.below(4) {
                boxes.push((account, format!("m{n}@{}.example", account.to_lowercase())));
            }
        }
        // Anna's own is the one of which something was sent.
        boxes.push((accounts[dice.below(4)].1, ANNA.to_owned()));
        let folder = tempfile::tempdir().unwrap();
        let named: Vec<(&str, &str)> = boxes.iter().map(|(account, address)| (*account, address.as_str())).collect();
        let archive = founded(&folder.path().join("a.pecarchive"), &accounts, &named);
        let all: Vec<&str> = named.iter().map(|(_, address)| *address).chain([FULL]).collect();
        for n in 0..dice.below(12) + 8 {
            let mailbox = all[dice.below(all.len())];
            let trust = if dice.below(4) == 0 { &nobody } else { scene.trust() };
            let message = if dice.below(3) == 0 {
                format!("Date: Tue, 10 Feb 2026 10:00:00 +0100\r\nMessage-ID: <{n}@x>\r\n\r\nx\r\n").into_bytes()
            } else {
                received[dice.below(received.len())].clone()
            };
            archive.put(&host, &Intake::new(trust, now).mailbox(mailbox), message).unwrap();
        }
        for (_, sender) in named.iter().take(3) {
            let letter = format!("From: {sender}\r\nMessage-ID: <{sender}.sent>\r\n\r\nx\r\n").into_bytes();
            let submission = Submitted { sender, recipients: &["x@y.example"], at: now };
            let intake = Intake::new(scene.trust(), now).mailbox(sender);
            archive.put_submitted(&host, &intake, letter, &submission).unwrap();
        }
        let managed: Vec<Managed> = all.iter().map(|address| managed(address, None)).collect();
        archive.manage(&host, &managed, now, |_| Ok::<(), Error>(())).unwrap();
        let addresses: Vec<String> = all.iter().map(|address| (*address).to_owned()).collect();
        let lost = |_: &str, standing| Standing { access: Some("rejected".into()), ..standing };
        archive.note_standings(&host, &addresses, now, lost).unwrap();
        let everywhere = Actor::operator(Operator { id: code("op"), scope: Scope::Host });
        let by_all = rows(&archive, &everywhere, &Scope::Host, now);
        assert_eq!(
            by_all,
            rows(&archive, &host, &Scope::Host, now).into_iter().map(unread).collect::<Vec<_>>(),
            "{seed}: who administers everything sees every row, and reads nothing"
        );
        let (account, mine) = named[dice.below(named.len())];
        user_of(&archive, "anna", account, mine, &[Permission::List]);
        archive
            .act(
                &host,
                &Command::AddUser {
                    user: User { id: code("bruno"), account: code(account), name: code("b"), email: None },
                },
                now,
            )
            .unwrap();

        let everything = rows(&archive, &host, &Scope::Host, now);
        kinds.extend(everything.iter().map(|(kind, ..)| *kind));
        let of = |own: &dyn Fn(&str) -> bool| -> Vec<_> {
            everything.iter().filter(|(_, mailbox, _)| own(mailbox)).cloned().collect()
        };
        let account_of = |mailbox: &str| named.iter().find(|(_, it)| *it == mailbox).map(|(account, _)| *account);
        let within = |accounts: &'static [&str]| {
            move |mailbox: &str| account_of(mailbox).is_some_and(|account| accounts.contains(&account))
        };
        for (scope, own) in [
            (Scope::Client(code("C1")), &["A1", "A2"][..]),
            (Scope::Client(code("C2")), &["B1"]),
            (Scope::Account(code("A2")), &["A2"]),
            (Scope::Account(code("D1")), &["D1"]),
        ] {
            assert_eq!(rows(&archive, &host, &scope, now), of(&within(own)), "{seed} {scope:?}");
            let operator = Actor::operator(Operator { id: code("op"), scope: scope.clone() });
            let unread = of(&within(own)).into_iter().map(unread).collect::<Vec<_>>();
            assert_eq!(rows(&archive, &operator, &Scope::Host, now), unread, "{seed} {scope:?}");
            // Nor in what is read of the log: no mailbox, and no message that lies in none of them.
            let own = within(own);
            let lies = |row: &pec_archive::LogRow| {
                let text = |name: &str| row.details.get(name).and_then(|text| text.as_str());
                let found = |id: &str| archive.entry(&host, id.parse().unwrap()).unwrap().mailboxes;
                match (text("mailbox"), text("id")) {
                    (Some(mailbox), _) => Some(own(mailbox)),
                    (None, id) => id.map(|id| found(id).iter().any(|mailbox| own(mailbox))),
                }
            };
            let (seen, all) = (archive.log(&operator, 0, usize::MAX), archive.log(&host, 0, usize::MAX));
            let seen: Vec<_> = seen.unwrap().into_iter().filter(|row| lies(row).is_some()).collect();
            let expected: Vec<_> = all.unwrap().into_iter().filter(|row| lies(row) == Some(true)).collect();
            assert_eq!(seen, expected, "{seed} {scope:?}");
        }
        assert_eq!(rows(&archive, &Actor::named("anna"), &Scope::Host, now), of(&|mailbox| mailbox == mine), "{seed}");
        let elsewhere = Scope::Account(code(if account == "A1" { "A2" } else { "A1" }));
        assert_eq!(rows(&archive, &Actor::named("anna"), &elsewhere, now), [], "{seed}");
        for nobody in ["bruno", "eva"] {
            assert_eq!(rows(&archive, &Actor::named(nobody), &Scope::Host, now), [], "{seed} {nobody}");
        }
    }
    let expected = ReportKind::ALL.into_iter().filter(|kind| *kind != ReportKind::RevokedMailboxes);
    assert!(expected.clone().all(|kind| kinds.contains(&kind)), "{kinds:?}");
}

#[test]
fn sheets_have_their_form() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let form = crate::form::Form::read("sheet-1.json");
    kit.archive.manage(&host, &[managed(ANNA, None)], now, |_| Ok::<(), Error>(())).unwrap();
    let lost = |_: &str, standing| Standing { access: Some("rejected".into()), ..standing };
    kit.archive.note_standings(&host, &[ANNA.into()], now, lost).unwrap();
    user_of(&kit.archive, "anna", "A1", ANNA, &[Permission::List]);
    let catalogue = Catalogue { products: [].into(), domains: [code("a1.it")].into() };
    kit.archive.act(&host, &Command::GiveCatalogue { account: code("A1"), catalogue }, now).unwrap();
    let source = Source { at: now, adapter: None, reference: None };
    let said = Said::Revoked { revoke: Revoke::NonPayment };
    kit.archive.act(&host, &Command::Report { mailbox: code(OFFICE), said, source }, now).unwrap();
    let mut outcomes = Vec::new();
    for kind in ReportKind::ALL {
        let asked = if kind.takes_months() { months("2026-01..2032-12") } else { None };
        outcomes.push(kit.archive.report(&host, kind, &Scope::Host, asked, now).unwrap());
    }
    let check = DomainCheck { domain: code("a1.it"), checked_at: now, mx: None, txt: None };
    let records = DomainRecords { checks: vec![check], ..DomainRecords::default() };
    for choice in [DomainChoice::All, DomainChoice::Anomalous] {
        outcomes.push(kit.archive.domain_report(&host, &Scope::Host, choice, &records, now).unwrap());
    }
    for outcome in &outcomes {
        let line = outcome.sheet().to_json();
        assert!(outcome.warning().is_none(), "{line}");
        assert_eq!(form.differs(&line), None, "{line}");
    }
    let operator = Actor::operator(Operator { id: code("op"), scope: Scope::Client(code("C2")) });
    let empty = kit.archive.report(&operator, ReportKind::AccessLost, &Scope::Host, None, now).unwrap();
    assert_eq!((form.differs(&empty.sheet().to_json()), empty.warning().is_some()), (None, true));
    let line = empty.sheet().to_json();
    for (from, to) in [("sheet/1", "sheet/2"), (r#""rows":[]"#, r#""rows":[{}]"#), (r#""totals":[],"#, "")] {
        assert!(form.differs(&line.replacen(from, to, 1)).is_some(), "{from} as {to} passes");
    }
}
