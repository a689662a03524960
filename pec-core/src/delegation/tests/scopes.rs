//! Two levels of scope on every query, report and command (FEATURES row 16).

use proptest::prelude::*;

use super::super::lifecycle::MailboxData;
use super::random::Dice;
use super::*;

/// Every row that is seen, with the account to which it belongs by a way of its own: from the names that the test gives.
fn rows(organisation: &Organisation, scope: &Scope, log: &[Event], now: Timestamp) -> Vec<(String, String)> {
    let of_mailbox = |address: &MailboxAddress| address.domain().trim_end_matches(".it").to_uppercase();
    let mut rows = Vec::new();
    let mut add = |kind: &str, account: String| rows.push((kind.to_owned(), account));
    organisation.clients(scope).iter().for_each(|it| add("client", it.code.to_string()));
    organisation.accounts(scope).iter().for_each(|it| add("account", it.code.to_string()));
    organisation.catalogues(scope).iter().for_each(|(it, _)| add("catalogue", it.to_string()));
    organisation.users(scope).iter().for_each(|it| add("user", it.user.account.to_string()));
    organisation.mailboxes(scope).iter().for_each(|it| add("mailbox", of_mailbox(it.address())));
    organisation.grants(scope).iter().for_each(|it| add("grant", of_mailbox(&it.mailbox)));
    for mailbox in organisation.mailboxes(&Scope::Host) {
        let kits = organisation.kits(scope, mailbox.address()).unwrap_or_default();
        kits.iter().for_each(|_| add("kit", of_mailbox(mailbox.address())));
    }
    organisation.mandates(scope).iter().for_each(|it| add("mandate", of_mailbox(&it.mailbox)));
    organisation.work(scope).iter().for_each(|it| add("work", of_mailbox(&it.what.mailbox)));
    let all = RequestQuery::Since(Timestamp::MIN);
    organisation.find_requests(scope, &all).iter().for_each(|it| add("request", of_mailbox(&it.boxes[0])));
    let found = organisation.find_mailboxes(scope, &BoxQuery::All, now);
    found.iter().for_each(|it| add("found", of_mailbox(it.address())));
    for event in organisation.due(scope, now) {
        let Place::Mailbox(address) = event.place() else { panic!("{event:?}") };
        add("due", of_mailbox(address));
    }
    for event in log.iter().filter(|event| organisation.sees_event(scope, event)) {
        let account = match event.place() {
            Place::Host => "host".to_owned(),
            Place::Client(client) => client.to_string(),
            Place::Account(account) => account.to_string(),
            Place::User(user) => {
                organisation.users(&Scope::Host).iter().find(|it| it.user.id == *user).unwrap().user.account.to_string()
            }
            Place::Request(reference) => {
                let found = organisation.find_requests(&Scope::Host, &RequestQuery::Reference(reference.clone()));
                of_mailbox(&found[0].boxes[0])
            }
            Place::Mailbox(address) => of_mailbox(address),
            Place::Work(item) => {
                let all = organisation.work(&Scope::Host);
                of_mailbox(&all.iter().find(|it| it.what.id == *item).unwrap().what.mailbox)
            }
        };
        add("log", account);
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(24) })]

    #[test]
    fn row_16_no_foreign_row_is_ever_returned_and_no_own_one_is_missing(seed in any::<u64>()) {
        let mut house = House::new();
        let mut dice = Dice::new(seed);
        for _ in 0..600 {
            let (by, command) = dice.command(&house);
            drop(house.give(&by, command));
            house.later(dice.below(12));
        }
        let everything = rows(&house.organisation, &Scope::Host, &house.log, house.now);
        prop_assert!(everything.iter().any(|(kind, _)| kind == "mailbox"));
        for (scope, own) in [
            (Scope::Client(code("C1")), &["C1", "A1", "A2"][..]),
            (Scope::Client(code("C2")), &["C2", "B1"]),
            (Scope::Account(code("A1")), &["A1"]),
            (Scope::Account(code("A2")), &["A2"]),
            (Scope::Account(code("B1")), &["B1"]),
            (Scope::Client(code("nobody")), &[]),
            (Scope::Account(code("C1")), &[]),
        ] {
            let seen = rows(&house.organisation, &scope, &house.log, house.now);
            let expected: Vec<_> =
                everything.iter().filter(|(_, account)| own.contains(&account.as_str())).cloned().collect();
            prop_assert_eq!(seen, expected, "{:?}", scope);
        }
    }
}

#[test]
fn row_16_what_is_not_seen_does_not_exist_for_a_command() {
    let mut house = House::shared();
    let foreign = By::operator(code("op"), Scope::Account(code("A2")));
    let client = By::operator(code("op"), Scope::Client(code("C1")));
    let edit = |mailbox: &str| Command::Edit { mailbox: code(mailbox), data: MailboxData::default() };
    let theirs = house.give(&foreign, edit("gare@a1.it")).unwrap_err();
    let nobodys = house.give(&foreign, edit("boh@a1.it")).unwrap_err();
    assert_eq!((theirs.code, nobodys.code), (DeniedCode::NotFound, DeniedCode::NotFound));
    assert_eq!(theirs.to_string().replace("gare", "boh"), nobodys.to_string(), "the same words for both");
    house.give(&client, edit("gare@a1.it")).unwrap();

    house.delegate("gare@a1.it", "anna");
    house.grant("G1", "gare@a1.it", "anna", &[Permission::List]);
    house.mandate("M1", "gare@a1.it", Permissions::ALL, 10);
    let commands = [
        Command::Withdraw { grant: code("G1") },
        Command::RevokeMandate { mandate: code("M1") },
        Command::SuspendUser { user: code("anna") },
        Command::ShareOff { mailbox: code("gare@a1.it") },
        Command::AddUser { user: User { id: code("eva"), account: code("A1"), name: code("Eva"), email: None } },
    ];
    for command in commands {
        let denied = house.give(&foreign, command.clone()).unwrap_err();
        assert_eq!(denied.code, DeniedCode::NotFound, "{command:?}");
        assert!(
            !denied.to_string().contains("gare@a1.it") || format!("{command:?}").contains("gare@a1.it"),
            "{denied}"
        );
    }
    // Nor is a user of another account brought in.
    let account = By::operator(code("op"), Scope::Account(code("A1")));
    let foreigner = Command::AddDelegate { mailbox: code("gare@a1.it"), user: code("dario"), name: name() };
    assert_eq!(house.give(&account, foreigner.clone()).unwrap_err().code, DeniedCode::NotFound);
    assert_eq!(house.give(&client, foreigner).unwrap_err().code, DeniedCode::NotFound);
    let neighbour = Command::AddDelegate { mailbox: code("gare@a1.it"), user: code("carla"), name: name() };
    house.give(&client, neighbour).unwrap();
}

#[test]
fn who_works_in_mailboxes_does_not_administer_and_what_is_of_all_is_the_hosts() {
    let mut house = House::shared();
    house.delegate("gare@a1.it", "anna");
    house.grant("G1", "gare@a1.it", "anna", &[Permission::ManageRules, Permission::Send]);
    let anna = By::user(code("anna"));
    let grant = house.granting("G2", "gare@a1.it", "anna", Gives::Custodian);
    let commands = [
        Command::Grant { grant },
        Command::Edit { mailbox: code("gare@a1.it"), data: MailboxData::default() },
        Command::SuspendUser { user: code("bruno") },
        Command::ShareOff { mailbox: code("gare@a1.it") },
    ];
    for command in commands {
        assert_eq!(house.give(&anna, command.clone()).unwrap_err().code, DeniedCode::OperatorOnly, "{command:?}");
    }
    let operator = By::operator(code("op"), Scope::Client(code("C1")));
    let policy = DelegationPolicy::default();
    for command in [Command::SetPolicy { policy }, Command::AdoptPreset { preset: Preset::Aruba5 }, Command::Tick] {
        assert_eq!(house.give(&operator, command).unwrap_err().code, DeniedCode::HostOnly);
    }
    let give = Command::GiveCatalogue { account: code("A1"), catalogue: catalogue("A1", 99) };
    assert_eq!(house.give(&operator, give).unwrap_err().code, DeniedCode::HostOnly, "nobody buys for itself");
}

#[test]
fn rows_18_and_52_only_the_anomalous_domains_of_those_who_are_seen() {
    let house = House::new();
    let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let spf = "v=spf1 include:_spf-legalmail.infocert.it -all";
    let expected = ExpectedRecords { mx: set(&["mx.cert.legalmail.it"]), txt: set(&[spf]) };
    let check = |domain: &str, mx: Option<&[&str]>, txt: &[&str]| DomainCheck {
        domain: code(domain),
        checked_at: house.now,
        mx: mx.map(set),
        txt: Some(set(txt)),
    };
    let checks = [
        check("a1.it", Some(&["MX.cert.legalmail.it."]), &[spf, "google-site-verification=1"]),
        check("a2.it", Some(&["mail.altro.it"]), &["v=spf1 -all"]),
        check("b1.it", None, &[]),
        check("nobody.it", None, &[]),
    ];
    let seen = |scope: &Scope| {
        let found = house.organisation.domain_anomalies(scope, &checks, &expected);
        found.iter().map(|it| it.domain.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(seen(&Scope::Host), ["a2.it", "b1.it"]);
    assert_eq!(seen(&Scope::Client(code("C1"))), ["a2.it"]);
    assert!(seen(&Scope::Account(code("A1"))).is_empty());
    use DomainAnomaly as D;
    let wrong = [
        D::MxMissing("mx.cert.legalmail.it".into()),
        D::MxForeign("mail.altro.it".into()),
        D::TxtMissing(spf.into()),
        D::SpfTwice("v=spf1 -all".into()),
    ];
    assert_eq!(domain_anomalies(&checks[1], &expected), wrong);
    assert_eq!(domain_anomalies(&checks[2], &expected), [D::NoAnswer]);
}
