//! What is the provider's back office is asked for and reported, never done (FEATURES 4.2, rows marked BO).

use super::super::lifecycle::{Mailbox, ProvisioningAdapter, Revoke, State, Wish};
use super::*;

const BOX: &str = "gare@a1.it";

/// One command for each wish.
fn wishes() -> Vec<(State, Wish)> {
    let confirm = lifecycle::Confirmed::after_the_question();
    vec![
        (State::Requested, Wish::Register),
        (State::Registered, Wish::Activate),
        (State::Active, Wish::Revoke { revoke: Revoke::NonPayment }),
        (State::Revoked, Wish::Reactivate),
        (State::Annulled, Wish::ReactivateAnnulled { confirm }),
        (State::Registered, Wish::Annul),
        (State::Active, Wish::Transform { to: code("grande") }),
        (State::Active, Wish::ResetPassword),
    ]
}

fn in_state(state: State) -> House {
    let mut house = House::new();
    let now = house.now;
    match state {
        State::Requested => drop(house.submit("R1", &[BOX]).unwrap()),
        State::Registered => {
            house.enrol(BOX, "A1", Standing::Registered(now));
            house.confirm_contract(BOX);
        }
        State::Active => house.enrol(BOX, "A1", Standing::Active(now)),
        State::Revoked => house.enrol(BOX, "A1", Standing::Revoked { activated: now, revoked: now }),
        _ => house.enrol(BOX, "A1", Standing::Annulled { activated: Some(now), annulled: now }),
    }
    house
}

#[test]
fn rows_10_29_30_37_40_to_44_to_ask_changes_nothing_but_that_it_was_asked() {
    for (state, wish) in wishes() {
        let mut house = in_state(state);
        let before = house.mailbox(BOX).clone();
        let events = house.give(&By::Host, Command::Ask { mailbox: code(BOX), wish: wish.clone() }).unwrap();
        assert!(matches!(&events[..], [Event::Asked { .. }]), "{events:?}");
        let after = house.mailbox(BOX);
        assert_eq!(after.wishes().collect::<Vec<_>>(), [wish.act()]);
        assert_eq!(Mailbox { wishes: [].into(), ..after.clone() }, before, "{wish:?}");
        // Refused: it is as it was. Refused once more: nothing was asked.
        house.report(BOX, Said::Refused { wish: wish.clone(), why: code("non ora") });
        assert_eq!(*house.mailbox(BOX), before);
        assert_eq!(house.report_refused(BOX, Said::Refused { wish, why: code("no") }), DeniedCode::NotAsked);
    }
}

#[test]
fn a_wish_is_refused_where_it_could_not_come_true() {
    for (state, wish) in wishes() {
        let elsewhere = if state == State::Active { State::Revoked } else { State::Active };
        let mut house = in_state(elsewhere);
        if wish.act() == lifecycle::Act::Transform {
            continue;
        }
        let denied = house.give(&By::Host, Command::Ask { mailbox: code(BOX), wish: wish.clone() });
        assert!(denied.is_err(), "{wish:?} {elsewhere}");
    }
}

/// A provider that answers at once, and one that does not.
struct Provider(Option<Said>);

impl ProvisioningAdapter for Provider {
    type Error = &'static str;

    fn name(&self) -> &str {
        "prova"
    }

    fn ask(&self, _: &Mailbox, _: &Wish) -> Result<Option<(Said, Source)>, Self::Error> {
        let source = |at| Source { at, adapter: Some(code(self.name())), reference: Some(code("T-1")) };
        Ok(self.0.clone().map(|said| (said, source("2026-03-01T12:00:00Z".parse().unwrap()))))
    }
}

#[test]
fn row_10_what_an_adapter_says_is_taken_down_under_its_name_and_what_it_does_not_say_is_not_so() {
    let mut house = in_state(State::Active);
    let wish = Wish::Revoke { revoke: Revoke::NonPayment };
    house.host(Command::Ask { mailbox: code(BOX), wish: wish.clone() });
    assert_eq!(Provider(None).ask(house.mailbox(BOX), &wish), Ok(None));
    assert_eq!(house.mailbox(BOX).state(house.now), State::Active, "nothing was said: nothing is so");
    let revoked = Said::Revoked { revoke: Revoke::NonPayment };
    let (said, source) = Provider(Some(revoked)).ask(house.mailbox(BOX), &wish).unwrap().unwrap();
    house.host(Command::Report { mailbox: code(BOX), said, source });
    assert_eq!(house.mailbox(BOX).state(house.now), State::Revoked);
    assert_eq!(house.mailbox(BOX).wishes().count(), 0);
    let line = house.log.last().unwrap().to_json().unwrap();
    assert!(line.contains(r#""adapter":"prova","reference":"T-1""#), "{line}");
}
