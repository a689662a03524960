//! Taking in charge (FEATURES row 59).

use super::*;
use Permission as P;

const BOX: &str = "gare@a1.it";

/// Anna and Bruno may take in charge and read; Carla may nothing.
fn office() -> House {
    let mut house = House::shared();
    for (grant, user) in [("G1", "anna"), ("G2", "bruno")] {
        house.delegate(BOX, user);
        house.grant(grant, BOX, user, &[P::Assign, P::ReadBody]);
    }
    house.host(Command::OpenWork { item: opened("W1", &[]) });
    house
}

fn opened(id: &str, tags: &[&str]) -> Opened {
    let tags = tags.iter().map(|tag| code(tag)).collect();
    Opened { id: code(id), mailbox: code(BOX), folder: Some(code("INBOX")), tags }
}

fn user(name: &str) -> By {
    By::user(code(name))
}

fn state(house: &House) -> WorkState {
    house.organisation.work(&Scope::Host)[0].state(house.now).clone()
}

fn claim(house: &mut House, name: &str, hours: i64) -> Result<Vec<Event>, Denied> {
    let until = house.now + SignedDuration::from_hours(hours);
    house.give(&user(name), Command::Claim { item: code("W1"), until })
}

#[test]
fn row_59_read_is_not_taken_in_charge() {
    let mut house = office();
    assert!(house.may("anna", P::ReadBody, BOX).is_ok());
    house.give(&user("anna"), Command::NoteRead { item: code("W1") }).unwrap();
    assert!(house.give(&user("anna"), Command::NoteRead { item: code("W1") }).unwrap().is_empty(), "once");
    let items = house.organisation.work(&Scope::Host);
    assert_eq!((items[0].read_by.len(), items[0].state(house.now)), (1, &WorkState::New));
    assert!(claim(&mut house, "bruno", 1).is_ok(), "whoever has read it has not taken it");
}

#[test]
fn row_59_one_of_two_gets_it_and_keeps_it_for_as_long_as_it_said() {
    let mut house = office();
    // Both have decided on the same state: the host's lock makes the second decide again, on what the first has changed.
    let until = house.now + SignedDuration::from_hours(2);
    let command = Command::Claim { item: code("W1"), until };
    assert!(house.organisation.decide(&command, &user("anna"), house.now).is_ok());
    assert!(house.organisation.decide(&command, &user("bruno"), house.now).is_ok());
    house.give(&user("anna"), command.clone()).unwrap();
    assert_eq!(house.give(&user("bruno"), command.clone()).unwrap_err().code, DeniedCode::WorkClaimed);
    assert_eq!(
        house.give(&user("anna"), command).unwrap_err().code,
        DeniedCode::WorkClaimed,
        "renewed, not claimed anew"
    );
    house.later(1);
    let until = house.now + SignedDuration::from_hours(2);
    house.give(&user("anna"), Command::Renew { item: code("W1"), until }).unwrap();
    house.later(1);
    assert_eq!(claim(&mut house, "bruno", 1).unwrap_err().code, DeniedCode::WorkClaimed, "renewed");
    house.later(1);
    let finish = Command::Finish { item: code("W1") };
    assert_eq!(
        house.give(&user("anna"), finish.clone()).unwrap_err().code,
        DeniedCode::WorkNotYours,
        "the lease is over"
    );
    claim(&mut house, "bruno", 1).unwrap();
    house.give(&user("bruno"), finish).unwrap();
    assert_eq!(state(&house), WorkState::Done { by: code("bruno") });
    assert_eq!(claim(&mut house, "anna", 1).unwrap_err().code, DeniedCode::WorkDone);
}

#[test]
fn row_59_handed_on_to_one_who_can_take_it() {
    let mut house = office();
    claim(&mut house, "anna", 1).unwrap();
    let escalate = |to: &str| Command::Escalate { item: code("W1"), to: code(to), why: code("di competenza altrui") };
    let denied = house.give(&user("anna"), escalate("carla")).unwrap_err();
    assert_eq!(denied.missing, Some(P::Assign), "to nobody who could not take it");
    house.give(&user("anna"), escalate("bruno")).unwrap();
    assert_eq!(claim(&mut house, "anna", 1).unwrap_err().code, DeniedCode::WorkEscalated);
    claim(&mut house, "bruno", 1).unwrap();
    // An operator takes it from him, and gives it on.
    let operator = By::operator(code("op"), Scope::Account(code("A1")));
    house.give(&operator, Command::Release { item: code("W1") }).unwrap();
    assert_eq!(state(&house), WorkState::New);
    house.give(&operator, escalate("anna")).unwrap();
    claim(&mut house, "anna", 1).unwrap();
    let until = house.now + SignedDuration::from_hours(1);
    let claimed = Command::Claim { item: code("W1"), until };
    assert_eq!(house.give(&operator, claimed).unwrap_err().code, DeniedCode::UserOnly);
}

#[test]
fn a_claim_needs_the_permission_the_confidentiality_and_a_term() {
    let mut house = office();
    assert_eq!(
        claim(&mut house, "carla", 1).unwrap_err().code,
        DeniedCode::NotFound,
        "who does not see it learns nothing"
    );
    house.delegate(BOX, "carla");
    assert_eq!(claim(&mut house, "carla", 1).unwrap_err().missing, Some(P::Assign));
    assert_eq!(claim(&mut house, "anna", 0).unwrap_err().code, DeniedCode::Term);
    assert_eq!(claim(&mut house, "anna", 32 * 24 + 1).unwrap_err().code, DeniedCode::Term);

    let gives = Gives::Permissions { permissions: Permissions::of(&[P::Assign]) };
    let restriction = Restriction { never: [code("riservato")].into(), ..Restriction::default() };
    let grant = Grant { restriction, ..house.granting("G9", BOX, "carla", gives) };
    house.host(Command::Grant { grant });
    house.host(Command::OpenWork { item: opened("W2", &["riservato"]) });
    let until = house.now + SignedDuration::from_hours(1);
    let denied = house.give(&user("carla"), Command::Claim { item: code("W2"), until }).unwrap_err();
    assert_eq!(denied.code, DeniedCode::PermissionRestricted);
    claim(&mut house, "carla", 1).unwrap();
}

#[test]
fn row_57_an_act_cites_the_mandate_under_which_it_was_done() {
    let mut house = office();
    house.mandate("M1", BOX, Permissions::ALL, 10);
    let events = claim(&mut house, "anna", 1).unwrap();
    let json = events[0].to_json().unwrap();
    assert!(json.contains(r#""mandate":"M1""#), "{json}");
}
