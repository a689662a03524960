//! Delegates of a mailbox (FEATURES rows 45 to 50).

use super::super::lifecycle::DelegateState;
use super::*;

const BOX: &str = "gare@a1.it";

fn active(house: &House) -> Vec<String> {
    let delegates = house.mailbox(BOX).sharing().delegates().into_iter();
    delegates.filter(|(_, it)| it.state == DelegateState::Active).map(|(user, _)| user.to_string()).collect()
}

fn deactivate(house: &mut House, user: &str) {
    house.host(Command::DeactivateDelegate { mailbox: code(BOX), user: code(user) });
}

/// Users of A1, beside those who are there.
fn people(house: &mut House, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|at| format!("utente{at:02}")).collect();
    for user in &names {
        let user = User { id: code(user), account: code("A1"), name: code(user), email: None };
        house.host(Command::AddUser { user });
    }
    names
}

#[test]
fn row_46_the_twenty_sixth_is_refused_and_who_is_being_activated_counts() {
    let mut house = House::shared();
    house.host(Command::AdoptPreset { preset: Preset::Consip25 });
    let names = people(&mut house, 26);
    let add = |user: &str| Command::AddDelegate { mailbox: code(BOX), user: code(user), name: name() };
    for user in &names[..25] {
        house.host(add(user));
    }
    let denied = house.give(&By::Host, add(&names[25])).unwrap_err();
    assert_eq!(denied.code, DeniedCode::DelegateLimit);
    assert_eq!(denied.limit, Some(Limit { most: 25, active: 25, asked: 1 }));
    house.host(Command::ActivateDelegate { mailbox: code(BOX), user: code(&names[0]) });
    deactivate(&mut house, &names[1]);
    house.host(add(&names[25]));
    let again = Command::ActivateDelegate { mailbox: code(BOX), user: code(&names[1]) };
    assert_eq!(house.refused(again), DeniedCode::DelegateLimit, "a place is taken once");
    assert_eq!(house.mailbox(BOX).sharing().places_taken(), 25);
}

#[test]
fn row_49_not_switched_off_while_anybody_is_active_and_the_refusal_says_how_many() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.host(Command::AddDelegate { mailbox: code(BOX), user: code("bruno"), name: name() });
    let denied = house.give(&By::Host, Command::ShareOff { mailbox: code(BOX) }).unwrap_err();
    assert_eq!(denied.limit.map(|limit| limit.active), Some(2));
    let words = "dopo aver disattivato o eliminato tutte le utenze slave";
    assert_eq!(denied.code.explanation(crate::finding::Language::It), words);
    deactivate(&mut house, "anna");
    house.host(Command::DeleteDelegate { mailbox: code(BOX), user: code("bruno") });
    house.host(Command::ShareOff { mailbox: code(BOX) });
    assert!(!house.mailbox(BOX).sharing().is_on());
}

#[test]
fn row_50_the_last_active_configuration_comes_back() {
    let mut house = House::shared();
    let names = people(&mut house, 3);
    house.delegate(BOX, "anna");
    // Somebody who was deactivated long before the end does not come back.
    deactivate(&mut house, "anna");
    for user in &names {
        house.delegate(BOX, user);
        house.grant(&format!("G-{user}"), BOX, user, &[Permission::List]);
    }
    let saved = active(&house);
    assert_eq!(saved, names);
    for user in &names {
        deactivate(&mut house, user);
    }
    house.host(Command::ShareOff { mailbox: code(BOX) });
    assert!(active(&house).is_empty() && house.may(&names[0], Permission::List, BOX).is_err());
    house.host(Command::ShareOn { mailbox: code(BOX) });
    assert_eq!(active(&house), saved);
    assert!(house.may(&names[0], Permission::List, BOX).is_ok(), "with what they could do");

    // Who was deleted meanwhile does not come back, and what was never active leaves the configuration as it was.
    for user in &names {
        deactivate(&mut house, user);
    }
    house.host(Command::ShareOff { mailbox: code(BOX) });
    house.host(Command::DeleteDelegate { mailbox: code(BOX), user: code(&names[0]) });
    house.host(Command::ShareOn { mailbox: code(BOX) });
    assert_eq!(active(&house), names[1..]);
}

#[test]
fn who_is_deleted_and_created_anew_has_no_grants() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.grant("G1", BOX, "anna", &[Permission::List]);
    house.host(Command::DeleteDelegate { mailbox: code(BOX), user: code("anna") });
    assert!(house.organisation.grants(&Scope::Host).is_empty());
    house.delegate(BOX, "anna");
    let denied = house.may("anna", Permission::List, BOX).unwrap_err();
    assert_eq!(denied.code, DeniedCode::PermissionMissing);
}

#[test]
fn row_45_every_active_mailbox_can_be_shared_whatever_its_product() {
    let mut house = House::new();
    let (account, mailbox) = (code("A1"), code("senza@a1.it"));
    let standing = Standing::Active(house.now);
    house.host(Command::Enrol { account, mailbox, holder: holder(), product: None, standing });
    house.host(Command::ShareOn { mailbox: code("senza@a1.it") });
    assert!(house.mailbox("senza@a1.it").sharing().is_on());
}
