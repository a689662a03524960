//! A dossier that is shared (*messa a disposizione*): read-only, for a while.

use super::*;

const BOX: &str = "gare@a1.it";

fn share(house: &House, id: &str, with: &str, hours: i64) -> Share {
    let (mailbox, dossier, with) = (code(BOX), code("opec1@pec.example"), code(with));
    Share {
        id: code(id),
        mailbox,
        dossier,
        with,
        from: house.now,
        until: house.now + SignedDuration::from_hours(hours),
    }
}

fn operator(client: &str) -> By {
    By::operator(code("op"), Scope::Client(code(client)))
}

fn house() -> House {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.grant("G1", BOX, "anna", &[Permission::ExportProof]);
    house
}

#[test]
fn a_dossier_is_read_by_whom_it_was_shared_with_and_for_as_long() {
    let mut house = house();
    let one = share(&house, "S1", "carla", 48);
    house.give(&By::user(code("anna")), Command::Share { share: one.clone() }).unwrap();
    let open = |house: &House, user: &str| {
        house.organisation.open_share(&code(user), &code("S1"), house.now).map(drop).map_err(|denied| denied.code)
    };
    assert_eq!(open(&house, "carla"), Ok(()));
    assert_eq!(open(&house, "anna"), Err(DeniedCode::NotFound), "it is another's");
    assert_eq!(house.organisation.shared_with(&code("carla"), house.now), [&one]);
    // It gives no permission in the mailbox.
    let mailbox = code(BOX);
    let may = house.organisation.may(&code("carla"), Permission::List, &Object::mailbox(&mailbox), house.now);
    assert!(may.is_err());
    house.host(Command::SuspendUser { user: code("carla") });
    assert_eq!(open(&house, "carla"), Err(DeniedCode::UserSuspended));
    house.host(Command::RestoreUser { user: code("carla") });
    house.later(48);
    assert_eq!(open(&house, "carla"), Err(DeniedCode::ShareOver));
    assert!(house.organisation.shared_with(&code("carla"), house.now).is_empty());
    let two = share(&house, "S2", "carla", 48);
    house.host(Command::Share { share: two });
    house.give(&By::user(code("anna")), Command::Unshare { share: code("S2") }).unwrap();
    let over = house.organisation.open_share(&code("carla"), &code("S2"), house.now).unwrap_err();
    assert_eq!(over.code, DeniedCode::ShareOver);
    assert_eq!(house.refused(Command::Unshare { share: code("S2") }), DeniedCode::NotFound, "it is withdrawn already");
}

#[test]
fn whoever_shares_may_give_the_messages_away_himself_and_not_for_ever() {
    let mut house = house();
    let one = share(&house, "S1", "carla", 48);
    for by in [By::user(code("bruno")), operator("C1")] {
        let denied = house.give(&by, Command::Share { share: one.clone() }).unwrap_err();
        assert_eq!(denied.missing, Some(Permission::ExportProof), "{denied}");
    }
    for (share, code) in [
        (share(&house, "S1", "nessuno", 48), DeniedCode::NotFound),
        (share(&house, "S1", "carla", 0), DeniedCode::Term),
        (share(&house, "S1", "carla", 366 * 24 + 1), DeniedCode::Term),
    ] {
        assert_eq!(house.refused(Command::Share { share }), code);
    }
    house.host(Command::Share { share: one.clone() });
    assert_eq!(house.refused(Command::Share { share: one }), DeniedCode::Exists);
    for n in 1..MOST_SHARES {
        house.host(Command::Share { share: share(&house, &format!("T{n}"), "carla", 24) });
    }
    assert_eq!(house.refused(Command::Share { share: share(&house, "U", "carla", 24) }), DeniedCode::TooMany);
    house.later(25);
    house.host(Command::Share { share: share(&house, "U", "carla", 24) });
    // An operator takes back what lies within its scope.
    let by = operator("C1");
    house.give(&by, Command::Unshare { share: code("U") }).unwrap();
    assert_eq!(
        house.give(&operator("C2"), Command::Unshare { share: code("S1") }).unwrap_err().code,
        DeniedCode::NotFound
    );
}
