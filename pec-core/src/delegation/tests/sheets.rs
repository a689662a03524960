//! Reports as tables (FEATURES rows 18, 52, 54).

use proptest::prelude::*;

use super::super::lifecycle::{ExpiryPlan, Revoke, Service, Wording};
use super::super::sheets::{self, DomainChoice, ReportOutcome, Space};
use super::random::Dice;
use super::*;
use crate::finding::Language;
use crate::sheet::{Cell, CsvMark, Month, Months, Sheet};

fn months(text: &str) -> Months {
    text.parse().unwrap()
}

/// The cells of a column, as people read them.
fn column(sheet: &Sheet, key: &str) -> Vec<String> {
    let at = sheet.columns.iter().position(|column| column.key == key).unwrap();
    sheet.rows.iter().map(|row| row[at].shown()).collect()
}

impl House {
    fn at(&mut self, now: &str) -> &mut Self {
        self.now = now.parse().unwrap();
        self
    }

    fn enrolled_at(&mut self, now: &str, mailbox: &str, account: &str) {
        self.at(now);
        self.enrol(mailbox, account, Standing::Active(self.now));
    }

    fn listed(&self, scope: &Scope) -> Vec<&lifecycle::Mailbox> {
        self.organisation.listed(&By::Host, scope, self.now)
    }

    fn active(&self, text: &str) -> Sheet {
        sheets::active(&self.organisation, &self.listed(&Scope::Host), months(text), self.now)
    }

    fn revoked(&self, text: &str) -> Sheet {
        sheets::revoked(&self.organisation, &self.listed(&Scope::Host), months(text), self.now)
    }
}

/// Active in January and again from April on; revoked meanwhile. Another one since the last hour of February in Rome.
fn year() -> House {
    let mut house = House::new();
    house.enrolled_at("2026-01-10T09:00:00Z", "gare@a1.it", "A1");
    let plan = ExpiryPlan {
        service: code("PEC"),
        description: code("casella"),
        expires_at: "2027-01-10T09:00:00Z".parse().unwrap(),
        notices: ExpiryPlan::NOTICES.into(),
        template: None,
    };
    house.host(Command::PlanExpiry { mailbox: code("gare@a1.it"), plan });
    house.enrolled_at("2026-02-28T22:59:00Z", "urp@a2.it", "A2");
    house.at("2026-03-20T09:00:00Z").report("gare@a1.it", Said::Revoked { revoke: Revoke::NonPayment });
    house.at("2026-04-02T09:00:00Z").report("gare@a1.it", Said::Reactivated);
    house.at("2026-05-15T09:00:00Z");
    house
}

#[test]
fn row_54a_a_mailbox_stands_in_each_month_in_which_it_was_active() {
    let mut house = year();
    let sheet = house.active("2025-12..2026-06");
    assert_eq!(
        column(&sheet, "month").iter().zip(column(&sheet, "mailbox")).collect::<Vec<_>>(),
        [
            (&"2026-01".to_owned(), "gare@a1.it".to_owned()),
            (&"2026-02".into(), "gare@a1.it".into()),
            (&"2026-02".into(), "urp@a2.it".into()),
            (&"2026-03".into(), "gare@a1.it".into()),
            (&"2026-03".into(), "urp@a2.it".into()),
            (&"2026-04".into(), "gare@a1.it".into()),
            (&"2026-04".into(), "urp@a2.it".into()),
            (&"2026-05".into(), "gare@a1.it".into()),
            (&"2026-05".into(), "urp@a2.it".into()),
        ],
        "June is still to come"
    );
    let month = |text: &str| Cell::Month(text.parse::<Month>().unwrap());
    let totals = [("2026-01", 1), ("2026-02", 2), ("2026-03", 2), ("2026-04", 2), ("2026-05", 2)];
    assert_eq!(sheet.totals, totals.map(|(of, count)| (month(of), count)));
    let april = house.active("2026-04");
    assert_eq!(column(&april, "activated_at"), ["02/04/2026 11:00", "28/02/2026 23:59"]);
    assert_eq!(column(&april, "expires_at"), ["10/01/2027 10:00", ""]);
    assert_eq!(column(&april, "client"), ["C1", "C1"]);
    // Revoked for all of June.
    house.at("2026-05-31T21:00:00Z").report("gare@a1.it", Said::Revoked { revoke: Revoke::NonPayment });
    house.at("2026-07-01T00:00:00Z");
    assert_eq!(column(&house.active("2026-05..2026-06"), "mailbox"), ["gare@a1.it", "urp@a2.it", "urp@a2.it"]);
    // What a provider told too late lies in no month.
    house.enrol("tardi@b1.it", "B1", Standing::Active(house.now));
    let source = Source { at: "2026-06-01T00:00:00Z".parse().unwrap(), adapter: None, reference: None };
    let said = Said::Revoked { revoke: Revoke::NonPayment };
    house.host(Command::Report { mailbox: code("tardi@b1.it"), said, source });
    assert_eq!(column(&house.active("2026-06..2026-07"), "account"), ["A2", "A2"]);
}

#[test]
fn row_54a_one_that_was_there_before_was_active_from_its_activation_on() {
    let mut house = House::new();
    let at = |text: &str| text.parse().unwrap();
    let standing = Standing::Revoked { activated: at("2026-01-15T00:00:00Z"), revoked: at("2026-02-15T00:00:00Z") };
    house.enrol("gare@a1.it", "A1", standing);
    let (activated, annulled) = (Some(at("2026-02-01T00:00:00Z")), at("2026-02-02T00:00:00Z"));
    house.enrol("urp@a1.it", "A1", Standing::Annulled { activated, annulled });
    house.enrol("altro@a1.it", "A1", Standing::Registered(at("2026-01-01T00:00:00Z")));
    let sheet = house.active("2026-01..2026-03");
    assert_eq!(column(&sheet, "month"), ["2026-01", "2026-02", "2026-02"]);
    assert_eq!(column(&sheet, "mailbox"), ["gare@a1.it", "gare@a1.it", "urp@a1.it"]);
    let revoked = house.revoked("2026-02");
    assert_eq!(column(&revoked, "activated_at"), ["15/01/2026 01:00"]);
    assert_eq!(column(&revoked, "revoked_at"), ["15/02/2026 01:00"]);
}

#[test]
fn row_54b_each_revocation_stands_in_its_month_with_three_dates() {
    let mut house = year();
    house.enrol("uno@a1.it", "A1", Standing::Active(house.now));
    house
        .at("2026-05-20T09:00:00Z")
        .report("uno@a1.it", Said::Revoked { revoke: Revoke::Other { why: code("cessata") } });
    let sheet = house.revoked("2026-01..2026-12");
    assert_eq!(column(&sheet, "month"), ["2026-03", "2026-05"]);
    assert_eq!(column(&sheet, "mailbox"), ["gare@a1.it", "uno@a1.it"]);
    assert_eq!(column(&sheet, "activated_at"), ["10/01/2026 10:00", "15/05/2026 11:00"]);
    assert_eq!(column(&sheet, "expires_at"), ["10/01/2027 10:00", ""]);
    assert_eq!(column(&sheet, "revoked_at"), ["20/03/2026 10:00", "20/05/2026 11:00"]);
    assert_eq!(column(&sheet, "revoke"), ["Revoca per mancato pagamento", "cessata"]);
    assert_eq!(column(&sheet, "state"), ["evasa", "revocata"], "the first one works again");
    assert!(house.revoked("2026-04").rows.is_empty());
    house.at("2026-06-20T09:00:00Z");
    assert_eq!(column(&house.revoked("2026-05"), "state"), ["revoca completa"]);
}

#[test]
fn row_54c_active_mailboxes_with_their_services_and_what_they_take() {
    let mut house = year();
    let service = |name: &str, enabled, quantity| Service { code: code(name), enabled, quantity };
    let services = vec![service("ARCHIVIO", true, Some(3)), service("FIRMA", false, None)];
    house.report("gare@a1.it", Said::Services { services });
    house.report("gare@a1.it", Said::PreservationConfigured);
    house.report("urp@a2.it", Said::Revoked { revoke: Revoke::NonPayment });
    let measured_at = Some(house.now);
    let space = |address: &MailboxAddress| match address.as_str() {
        "gare@a1.it" => Space { archive: Some((12, 3456)), server: Some((700, 1000)), measured_at },
        _ => Space::default(),
    };
    let of = |months| {
        let listed = house.listed(&Scope::Host);
        sheets::services(&house.organisation, &listed, months, &space, house.now)
    };
    let now = of(None);
    assert_eq!(column(&now, "mailbox"), ["gare@a1.it"]);
    assert_eq!(column(&now, "services"), ["ARCHIVIO: sì (3); FIRMA: no"]);
    assert_eq!(column(&now, "preservation"), ["attiva"]);
    for (key, value) in [
        ("archive_messages", "12"),
        ("archive_bytes", "3456"),
        ("server_used_bytes", "700"),
        ("server_limit_bytes", "1000"),
        ("measured_at", "15/05/2026 11:00"),
    ] {
        assert_eq!(column(&now, key), [value]);
    }
    let march = of(Some(months("2026-03")));
    assert_eq!(column(&march, "mailbox"), ["gare@a1.it", "urp@a2.it"], "both were active in March");
    assert_eq!(column(&march, "server_used_bytes"), ["700", ""]);
}

#[test]
fn row_54d_every_delegate_with_its_state_and_how_many_take_a_place() {
    let mut house = House::shared();
    house.delegate("gare@a1.it", "anna");
    house.host(Command::AddDelegate { mailbox: code("gare@a1.it"), user: code("bruno"), name: name() });
    house.delegate("gare@a1.it", "carla");
    house.host(Command::DeactivateDelegate { mailbox: code("gare@a1.it"), user: code("carla") });
    let sheet = sheets::delegates(&house.organisation, &house.listed(&Scope::Host));
    assert_eq!(column(&sheet, "user"), ["anna", "bruno", "carla"]);
    assert_eq!(column(&sheet, "state"), ["attiva", "in attivazione", "disattivata"]);
    assert_eq!(
        sheet.totals.iter().map(|(of, count)| (of.shown(), *count)).collect::<Vec<_>>(),
        [("utenze slave".to_owned(), 3), ("attive o in attivazione".to_owned(), 2)]
    );
    assert_eq!(column(&sheet, "description"), ["Protocollo"; 3]);
}

#[test]
fn row_54_where_there_is_nothing_the_words_of_the_source_are_said() {
    let house = House::new();
    let outcome = ReportOutcome::of(sheets::about(house.active("2026-01"), &Scope::Host, None, house.now));
    assert_eq!(outcome.warning(), Some(Wording::NoData));
    let sheet = outcome.sheet();
    assert_eq!(sheet.warning, Some("Attenzione: nessun dato estratto"));
    assert_eq!(Wording::NoData.text(Language::It), "Attenzione: nessun dato estratto");
    assert!(sheet.to_html().contains("Attenzione: nessun dato estratto"));
    assert!(sheet.to_json().contains(r#""warning":"Attenzione: nessun dato estratto""#));
    assert_eq!(String::from_utf8(sheet.to_csv(CsvMark::Absent)).unwrap().lines().count(), 1, "the titles alone");
    let year = year();
    let outcome = ReportOutcome::of(year.active("2026-01"));
    assert_eq!((outcome.warning(), outcome.sheet().warning), (None, None));
    assert!(!outcome.sheet().to_html().contains("nessun dato"));
}

#[test]
fn rows_18_and_52_all_domains_with_their_last_check_and_the_anomalous_alone() {
    let house = House::new();
    let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let expected = ExpectedRecords { mx: set(&["mx.cert.legalmail.it"]), txt: set(&[]) };
    let check = |domain: &str, at: &str, mx: &[&str]| DomainCheck {
        domain: code(domain),
        checked_at: at.parse().unwrap(),
        mx: Some(set(mx)),
        txt: Some(set(&[])),
    };
    let checks = [
        check("a1.it", "2026-02-02T08:00:00Z", &["mx.cert.legalmail.it"]),
        check("a1.it", "2026-02-01T08:00:00Z", &["mail.altro.it"]),
        check("a2.it", "2026-02-02T08:00:00Z", &["=cmd|x"]),
        check("nobody.it", "2026-02-02T08:00:00Z", &[]),
    ];
    let records = DomainRecords { expected, checks: checks.to_vec() };
    let records = DomainRecords::from_json(&serde_json::to_vec(&records).unwrap()).unwrap();
    let sheet =
        |by: &By, scope: &Scope, choice| house.organisation.domain_sheet((by, scope), choice, &records, house.now);
    let all = sheet(&By::Host, &Scope::Host, DomainChoice::All);
    assert_eq!(column(&all, "domain"), ["a1.it", "a2.it", "b1.it"]);
    assert_eq!(column(&all, "state"), ["regolare", "anomalo", "mai verificato"]);
    assert_eq!(column(&all, "checked_at"), ["02/02/2026 09:00", "02/02/2026 09:00", ""]);
    assert_eq!(column(&all, "anomalies"), ["", "manca MX mx.cert.legalmail.it; MX estraneo =cmd|x", ""]);
    let anomalous = |by: &By, scope: &Scope| column(&sheet(by, scope, DomainChoice::Anomalous), "domain");
    assert_eq!(anomalous(&By::Host, &Scope::Host), ["a2.it"]);
    assert_eq!(anomalous(&By::Host, &Scope::Account(code("A1"))), [""; 0]);
    let account = By::operator(code("op"), Scope::Account(code("A1")));
    assert_eq!(column(&sheet(&account, &Scope::Host, DomainChoice::All), "domain"), ["a1.it"]);
    assert!(sheet(&By::user(code("anna")), &Scope::Host, DomainChoice::All).rows.is_empty());
}

#[test]
fn row_16_a_user_is_shown_what_it_may_list_and_an_operator_what_its_scope_covers() {
    let mut house = House::shared();
    house.enrol("urp@a2.it", "A2", Standing::Active(house.now));
    house.delegate("gare@a1.it", "anna");
    let listed = |house: &House, by: &By, scope: &Scope| -> Vec<String> {
        let listed = house.organisation.listed(by, scope, house.now);
        listed.into_iter().map(|mailbox| mailbox.address().to_string()).collect()
    };
    let anna = By::user(code("anna"));
    assert!(listed(&house, &anna, &Scope::Host).is_empty(), "a delegate without a grant lists nothing");
    house.grant("G1", "gare@a1.it", "anna", &[Permission::List]);
    assert_eq!(listed(&house, &anna, &Scope::Host), ["gare@a1.it"]);
    assert!(listed(&house, &anna, &Scope::Account(code("A2"))).is_empty());
    let operator = By::operator(code("op"), Scope::Account(code("A2")));
    assert_eq!(listed(&house, &operator, &Scope::Host), ["urp@a2.it"]);
    assert_eq!(listed(&house, &operator, &Scope::Client(code("C1"))), ["urp@a2.it"], "both have to cover it");
    assert!(listed(&house, &operator, &Scope::Account(code("A1"))).is_empty());
    assert_eq!(listed(&house, &By::Host, &Scope::Host), ["gare@a1.it", "urp@a2.it"]);
}

/// Every row of every report, by its report, with the account to which its mailbox or domain belongs by its name.
fn rows(house: &House, by: &By, scope: &Scope) -> Vec<(&'static str, String, Vec<Cell>)> {
    let (organisation, now) = (&house.organisation, house.now);
    let listed = organisation.listed(by, scope, now);
    let months = Months::new(Month::of(house.now - SignedDuration::from_hours(24 * 700)), Month::of(now)).unwrap();
    let space = |_: &MailboxAddress| Space::default();
    let sheets = [
        sheets::active(organisation, &listed, months, now),
        sheets::revoked(organisation, &listed, months, now),
        sheets::services(organisation, &listed, None, &space, now),
        sheets::services(organisation, &listed, Some(months), &space, now),
        sheets::delegates(organisation, &listed),
        organisation.domain_sheet((by, scope), DomainChoice::All, &DomainRecords::default(), now),
    ];
    let mut rows = Vec::new();
    for sheet in sheets {
        let name = if sheet.name == "domains" { "domain" } else { "mailbox" };
        for (row, name) in sheet.rows.iter().zip(column(&sheet, name)) {
            assert_eq!(row.len(), sheet.columns.len(), "{}", sheet.name);
            let account = name.rsplit('@').next().unwrap().trim_end_matches(".it").to_uppercase();
            rows.push((sheet.name, account, row.clone()));
        }
    }
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(16) })]

    #[test]
    fn row_16_no_report_has_a_foreign_row_and_none_lacks_an_own_one(seed in any::<u64>()) {
        let mut house = House::new();
        let mut dice = Dice::new(seed);
        for _ in 0..600 {
            let (by, command) = dice.command(&house);
            drop(house.give(&by, command));
            house.later(dice.below(12));
        }
        let everything = rows(&house, &By::Host, &Scope::Host);
        prop_assert!(everything.iter().any(|(sheet, ..)| *sheet == "active-mailboxes"));
        for (scope, own) in [
            (Scope::Client(code("C1")), &["A1", "A2"][..]),
            (Scope::Client(code("C2")), &["B1"]),
            (Scope::Account(code("A1")), &["A1"]),
            (Scope::Account(code("A2")), &["A2"]),
            (Scope::Client(code("nobody")), &[]),
            (Scope::Account(code("C1")), &[]),
        ] {
            let of = |accounts: &[&str]| -> Vec<_> {
                everything.iter().filter(|(_, account, _)| accounts.contains(&account.as_str())).cloned().collect()
            };
            prop_assert_eq!(rows(&house, &By::Host, &scope), of(own), "{:?}", &scope);
            let operator = By::operator(code("op"), scope.clone());
            prop_assert_eq!(rows(&house, &operator, &Scope::Host), of(own), "{:?}", &scope);
            let both: Vec<&str> = own.iter().copied().filter(|account| *account == "A1").collect();
            prop_assert_eq!(rows(&house, &operator, &Scope::Account(code("A1"))), of(&both), "{:?}", &scope);
        }
        for user in ["anna", "bruno", "carla", "dario"] {
            let by = By::user(code(user));
            for (sheet, _, row) in rows(&house, &by, &Scope::Host) {
                let mailbox: MailboxAddress = code(&row.iter().map(Cell::shown).find(|it| it.contains('@')).unwrap());
                prop_assert!(house.may(user, Permission::List, mailbox.as_str()).is_ok(), "{} {}", user, sheet);
            }
        }
    }
}
