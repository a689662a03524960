//! Lists as lines of JSON: in the form of docs/schema, and never further than whoever asks sees.

#[path = "../../../tests/schema/form.rs"]
mod form;

use std::collections::BTreeSet;

use form::Form;

use super::random::Dice;
use super::*;

fn lines(house: &House, by: &By, scope: &Scope, listing: &Listing) -> Result<Vec<String>, Denied> {
    let listed = house.organisation.list(by, scope, listing, house.now)?;
    Ok(listed.iter().map(Listed::to_json).collect())
}

fn listings() -> impl Iterator<Item = Listing> {
    Listing::NAMES.into_iter().map(|name| Listing::named(name, "").unwrap())
}

#[test]
fn every_line_has_its_form() {
    let form = Form::read("organisation-1.json").counting(["standard".to_owned(), "grande".to_owned()]);
    let mut reports = BTreeSet::new();
    let mut check = |line: &str| {
        assert_eq!(form.differs(line), None, "{line}");
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        reports.insert(value["report"].as_str().unwrap().to_owned());
    };
    for seed in 0..8 {
        let (mut house, mut dice) = (House::new(), Dice::new(seed));
        house.host(Command::AdoptPreset { preset: Preset::Aruba5 });
        for n in 0..500 {
            let (by, command) = dice.command(&house);
            if let Err(denied) = house.give(&by, command) {
                check(&denied.to_json());
            }
            house.later(dice.below(8));
            for listing in listings().filter(|_| n % 50 == 0) {
                lines(&house, &By::Host, &Scope::Host, &listing).unwrap().iter().for_each(|line| check(line));
            }
        }
        for mailbox in house.organisation.mailboxes(&Scope::Host) {
            let object = Object::message(mailbox.address(), "INBOX", &[]);
            for by in [By::Host, By::user(code("anna")), By::operator(code("op"), Scope::Host)] {
                for permission in Permission::ALL {
                    let answer = house.organisation.permit(&by, permission, &object, house.now);
                    check(&answer.map_or_else(|denied| denied.to_json(), |right| right.to_json()));
                }
            }
        }
    }
    let mut house = House::shared();
    house.host(Command::AdoptPreset { preset: Preset::Aruba5 });
    house.delegate("gare@a1.it", "anna");
    let grant = house.granting("G1", "gare@a1.it", "anna", Gives::Role { role: code("invio") });
    house.host(Command::Grant { grant });
    house.mandate("M1", "gare@a1.it", Permissions::ALL, 10);
    let right = house.may("anna", Permission::Send, "gare@a1.it").unwrap().to_json();
    check(&right);
    assert!(
        right.ends_with(r#""permission":"send","by":"role","grant":"G1","role":"invio","mandate":"M1"}"#),
        "{right}"
    );
    let all = [
        "account",
        "catalogue",
        "client",
        "denied",
        "due",
        "grant",
        "mailbox",
        "mandate",
        "policy",
        "request",
        "right",
        "role",
        "share",
        "user",
        "work",
    ];
    assert_eq!(reports.iter().map(String::as_str).collect::<Vec<_>>(), all);
}

#[test]
fn row_16_an_operator_sees_what_its_scope_and_the_one_it_asks_for_have_in_common() {
    let (mut house, mut dice) = (House::new(), Dice::new(3));
    for _ in 0..400 {
        let (by, command) = dice.command(&house);
        drop(house.give(&by, command));
    }
    let scopes = [
        Scope::Host,
        Scope::Client(code("C1")),
        Scope::Client(code("C2")),
        Scope::Account(code("A1")),
        Scope::Account(code("B1")),
        Scope::Account(code("nobody")),
    ];
    for listing in listings().filter(|listing| !matches!(listing, Listing::Policy | Listing::Roles)) {
        for own in &scopes {
            for asked in &scopes {
                let seen = |scope: &Scope| lines(&house, &By::Host, scope, &listing).unwrap();
                let (own_lines, asked_lines) = (seen(own), seen(asked));
                let both: Vec<&String> = own_lines.iter().filter(|line| asked_lines.contains(line)).collect();
                let operator = By::operator(code("op"), own.clone());
                let found = lines(&house, &operator, asked, &listing).unwrap();
                assert_eq!(found.iter().collect::<Vec<_>>(), both, "{own:?} {asked:?} {listing:?}");
            }
        }
    }
}

#[test]
fn row_58_a_user_sees_its_grants_and_the_work_where_it_may_list() {
    let mut house = House::shared();
    for user in ["anna", "bruno"] {
        house.delegate("gare@a1.it", user);
    }
    house.grant("G1", "gare@a1.it", "anna", &[Permission::Assign]);
    house.grant("G2", "gare@a1.it", "bruno", &[Permission::ManageRules]);
    let gives = Gives::Permissions { permissions: Permissions::of(&[Permission::List]) };
    let restriction = Restriction { folders: Some([code("Riservata")].into()), ..Restriction::default() };
    house.host(Command::Withdraw { grant: code("G2") });
    let grant = Grant { restriction, ..house.granting("G3", "gare@a1.it", "bruno", gives) };
    house.host(Command::Grant { grant });
    for (id, folder) in [("W1", "INBOX"), ("W2", "Riservata")] {
        let item = Opened { id: code(id), mailbox: code("gare@a1.it"), folder: Some(code(folder)), tags: [].into() };
        house.host(Command::OpenWork { item });
    }
    let seen = |user: &str, listing: Listing| {
        let found = lines(&house, &By::user(code(user)), &Scope::Host, &listing);
        let id = |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].to_string();
        found.map(|lines| lines.iter().map(id).collect::<Vec<_>>())
    };
    assert_eq!(seen("anna", Listing::Work).unwrap(), [r#""W1""#, r#""W2""#]);
    assert_eq!(seen("bruno", Listing::Work).unwrap(), [r#""W2""#]);
    assert_eq!(seen("bruno", Listing::Grants).unwrap(), [r#""G3""#]);
    assert!(seen("carla", Listing::Work).unwrap().is_empty() && seen("eva", Listing::Grants).unwrap().is_empty());
    for listing in listings() {
        let is_for_users =
            matches!(listing, Listing::Policy | Listing::Roles | Listing::Grants | Listing::Shares | Listing::Work);
        let found = seen("anna", listing.clone()).map_err(|denied| denied.code);
        assert_eq!(found.err(), (!is_for_users).then_some(DeniedCode::OperatorOnly), "{listing:?}");
    }
}

#[test]
fn a_listing_is_asked_for_by_its_name_and_query() {
    let rows = [
        ("mailboxes", r#"{"part":"gare"}"#, true),
        ("mailboxes", r#""all""#, true),
        ("mailboxes", r#"{"provider-user":"U1"}"#, true),
        ("mailboxes", r#"{"activated":{"from":"2026-03-01T00:00:00Z","until":"2026-04-01T00:00:00Z"}}"#, true),
        ("mailboxes", r#"{"part":"gare","in":"active"}"#, false),
        ("requests", r#"{"since":"2026-03-01T00:00:00Z"}"#, true),
        ("requests", r#"{"activation-code":"AC"}"#, true),
        ("requests", r#"{"in":"active"}"#, false),
        ("users", r#"{"part":"a"}"#, false),
        ("boxes", "", false),
    ];
    for (name, query, is_one) in rows {
        assert_eq!(Listing::named(name, query).is_ok(), is_one, "{name} {query}");
    }
    let error = Listing::named("boxes", "").unwrap_err().to_string();
    assert!(Listing::NAMES.iter().all(|name| error.contains(name)), "{error}");
}
