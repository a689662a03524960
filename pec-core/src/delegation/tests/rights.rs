//! Who may do what (FEATURES rows 3, 56 and 58).

use super::super::lifecycle::Revoke;
use super::*;
use Permission as P;

const BOX: &str = "gare@a1.it";

fn why(result: Result<Right, Denied>) -> (&'static str, Option<P>) {
    let denied = result.unwrap_err();
    (denied.code.as_str(), denied.missing)
}

#[test]
fn row_58_a_right_names_what_gives_it_and_a_refusal_names_what_is_missing() {
    let mut house = House::shared();
    assert_eq!(why(house.may("nobody", P::List, BOX)), ("org.not_found", Some(P::List)));
    assert_eq!(why(house.may("anna", P::List, BOX)), ("delegate.inactive", Some(P::List)));
    house.delegate(BOX, "anna");
    assert_eq!(why(house.may("anna", P::List, BOX)), ("permission.missing", Some(P::List)));
    house.grant("G1", BOX, "anna", &[P::Reply]);
    let right = house.may("anna", P::ReadBody, BOX).unwrap();
    assert_eq!((right.source, right.mandate), (RightSource::Grant(code("G1")), None));
    for missing in [P::Send, P::ReadAttachments, P::ManageCredentials] {
        assert_eq!(why(house.may("anna", missing, BOX)), ("permission.missing", Some(missing)));
    }
    house.host(Command::Withdraw { grant: code("G1") });
    assert_eq!(why(house.may("anna", P::ReadBody, BOX)), ("permission.missing", Some(P::ReadBody)));
    assert_eq!(house.refused(Command::Withdraw { grant: code("G1") }), DeniedCode::NotFound);
}

#[test]
fn how_a_mailbox_stands_is_told_to_its_delegates() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    assert_eq!(why(house.may("anna", P::Send, BOX)), ("mailbox.not_active", Some(P::Send)));
    for stranger in ["bruno", "dario"] {
        assert_eq!(why(house.may(stranger, P::Send, BOX)), ("delegate.inactive", Some(P::Send)));
    }
}

#[test]
fn row_58_a_role_gives_what_it_says_now_and_hierarchy_holds() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.host(Command::AdoptPreset { preset: Preset::Aruba5 });
    let grant = house.granting("G1", BOX, "anna", Gives::Role { role: code("invio") });
    house.host(Command::Grant { grant });
    let source = house.may("anna", P::ReadAttachments, BOX).unwrap().source;
    assert_eq!(source, RightSource::Role { role: code("invio"), grant: code("G1") });
    assert!(house.may("anna", P::ExportProof, BOX).is_err());
    let lettura = Role { name: code("lettura"), permissions: Permissions::of(&[P::ExportProof]), includes: [].into() };
    house.host(Command::DefineRole { role: lettura });
    assert!(house.may("anna", P::ExportProof, BOX).is_ok(), "what is included grew");
    let cycle = Role { name: code("lettura"), permissions: Permissions::NONE, includes: [code("invio")].into() };
    assert_eq!(house.refused(Command::DefineRole { role: cycle }), DeniedCode::RoleCycle);
    let unknown = house.granting("G2", BOX, "anna", Gives::Role { role: code("capo") });
    assert_eq!(house.refused(Command::Grant { grant: unknown }), DeniedCode::NotFound);
}

#[test]
fn row_56_only_a_custodian_reaches_secrets_and_reads_nothing() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.delegate(BOX, "bruno");
    let singly = Gives::Permissions { permissions: Permissions::ALL };
    let grant = house.granting("G1", BOX, "anna", singly);
    assert_eq!(house.refused(Command::Grant { grant }), DeniedCode::CustodianOnly);
    let role = Role { name: code("capo"), permissions: Permissions::ALL, includes: [].into() };
    assert_eq!(house.refused(Command::DefineRole { role }), DeniedCode::CustodianOnly);

    let everything = Permissions::ALL.without(Permissions::of(&[P::ManageCredentials]));
    let grant = house.granting("G1", BOX, "anna", Gives::Permissions { permissions: everything });
    house.host(Command::Grant { grant });
    let grant = house.granting("G2", BOX, "bruno", Gives::Custodian);
    house.host(Command::Grant { grant });
    let (anna, bruno, mailbox) = (code("anna"), code("bruno"), code(BOX));
    assert_eq!(house.organisation.custody(&anna, &mailbox, house.now).unwrap_err().missing, Some(P::ManageCredentials));
    let custody = house.organisation.custody(&bruno, &mailbox, house.now).unwrap();
    assert_eq!(custody.right().source, RightSource::Grant(code("G2")));
    assert_eq!(why(house.may("bruno", P::List, BOX)), ("permission.missing", Some(P::List)));
}

#[test]
fn due_confidentiality_by_folder_and_tag() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    let restricted = Grant {
        restriction: Restriction { never: [code("riservato")].into(), ..Restriction::default() },
        ..house.granting("G1", BOX, "anna", Gives::Permissions { permissions: Permissions::of(&[P::ReadBody]) })
    };
    let folder = Grant {
        restriction: Restriction { folders: Some([code("Personale")].into()), ..Restriction::default() },
        ..house.granting("G2", BOX, "anna", Gives::Permissions { permissions: Permissions::of(&[P::ReadBody]) })
    };
    house.host(Command::Grant { grant: restricted });
    let (anna, mailbox): (UserId, MailboxAddress) = (code("anna"), code(BOX));
    let may = |house: &House, folder, tags| {
        let object = Object::message(&mailbox, folder, tags);
        house.organisation.may(&anna, P::ReadBody, &object, house.now).map(|right| right.source)
    };
    assert!(may(&house, "INBOX", &["gare"]).is_ok());
    assert_eq!(may(&house, "Personale", &["riservato"]).unwrap_err().code, DeniedCode::PermissionRestricted);
    assert_eq!(why(house.may("anna", P::ReadBody, BOX)).0, "permission.restricted", "not the mailbox as a whole");
    house.host(Command::Grant { grant: folder });
    let other = may(&house, "Personale", &["riservato"]).unwrap();
    assert_eq!(other, RightSource::Grant(code("G2")), "the grant that leaves room is the one that is named");
}

#[test]
fn grants_have_a_beginning_an_end_and_a_number() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    let (from, until) = (house.now + SignedDuration::from_hours(1), house.now + SignedDuration::from_hours(2));
    let gives = || Gives::Permissions { permissions: Permissions::of(&[P::List]) };
    let grant = Grant { from, until: Some(until), ..house.granting("G1", BOX, "anna", gives()) };
    house.host(Command::Grant { grant: grant.clone() });
    assert!(house.may("anna", P::List, BOX).is_err(), "not yet");
    house.later(1);
    assert!(house.may("anna", P::List, BOX).is_ok(), "from is inclusive");
    house.later(1);
    assert!(house.may("anna", P::List, BOX).is_err(), "until is exclusive");
    assert_eq!(house.refused(Command::Grant { grant: grant.clone() }), DeniedCode::Exists);
    assert_eq!(house.refused(Command::Grant { grant: Grant { id: code("G2"), ..grant } }), DeniedCode::Term);
    for at in 1..MOST_GRANTS {
        house.grant(&format!("M{at}"), BOX, "anna", &[P::List]);
    }
    let more = house.granting("M99", BOX, "anna", gives());
    assert_eq!(house.refused(Command::Grant { grant: more }), DeniedCode::TooMany);
    let none = house.granting("M99", BOX, "anna", Gives::Permissions { permissions: Permissions::NONE });
    assert_eq!(house.refused(Command::Grant { grant: none }), DeniedCode::Nothing);
}

#[test]
fn a_suspended_user_may_nothing_until_it_is_restored() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.grant("G1", BOX, "anna", &[P::List]);
    house.host(Command::SuspendUser { user: code("anna") });
    assert_eq!(why(house.may("anna", P::List, BOX)), ("user.suspended", Some(P::List)));
    assert_eq!(house.refused(Command::SuspendUser { user: code("anna") }), DeniedCode::UserSuspended);
    house.host(Command::RestoreUser { user: code("anna") });
    assert!(house.may("anna", P::List, BOX).is_ok());
    assert_eq!(house.refused(Command::RestoreUser { user: code("anna") }), DeniedCode::UserActive);
}

#[test]
fn row_3_without_a_mandate_that_covers_it_nothing_is_permitted_and_the_right_cites_it() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.grant("G1", BOX, "anna", &[P::Send, P::ReadBody]);
    let require = RequireMandate::Yes;
    house.host(Command::SetPolicy { policy: DelegationPolicy { max_active: None, require_mandate: require } });
    assert_eq!(why(house.may("anna", P::Send, BOX)), ("mandate.missing", Some(P::Send)));
    let host = |house: &House| house.organisation.permit(&By::Host, P::List, &Object::mailbox(&code(BOX)), house.now);
    assert_eq!(why(host(&house)), ("mandate.missing", Some(P::List)), "nor to the host");

    house.mandate("M1", BOX, Permissions::of(&[P::ReadBody]), 10);
    assert_eq!(house.may("anna", P::ReadBody, BOX).unwrap().mandate, Some(code("M1")));
    assert_eq!(house.may("anna", P::List, BOX).unwrap().mandate, Some(code("M1")), "with what it brings with it");
    assert_eq!(why(house.may("anna", P::Send, BOX)), ("mandate.missing", Some(P::Send)), "not in its scope");
    assert_eq!(host(&house).unwrap().mandate, Some(code("M1")));
    house.later(10);
    assert_eq!(why(house.may("anna", P::ReadBody, BOX)).0, "mandate.missing", "it is over");

    house.mandate("M2", BOX, Permissions::ALL, 10);
    assert_eq!(house.may("anna", P::Send, BOX).unwrap().mandate, Some(code("M2")));
    assert_eq!(why(house.may("anna", P::ManageRules, BOX)).0, "permission.missing", "a mandate gives no grant");
    house.host(Command::RevokeMandate { mandate: code("M2") });
    assert_eq!(why(house.may("anna", P::Send, BOX)).0, "mandate.missing");
    assert_eq!(house.refused(Command::RevokeMandate { mandate: code("M2") }), DeniedCode::MandateRevoked);
    let known: Vec<&str> =
        house.organisation.mandates(&Scope::Host).iter().map(|mandate| mandate.id.as_str()).collect();
    assert_eq!(known, ["M1", "M2"], "what is over is still seen");
}

#[test]
fn a_mandate_of_one_person_covers_nobody_else() {
    let mut house = House::shared();
    let require = RequireMandate::Yes;
    house.host(Command::SetPolicy { policy: DelegationPolicy { max_active: None, require_mandate: require } });
    for (grant, user) in [("G1", "anna"), ("G2", "bruno")] {
        house.delegate(BOX, user);
        house.grant(grant, BOX, user, &[P::List]);
    }
    let whole = Mandate::whole(code("M1"), code(BOX), holder(), (house.now, None), None);
    let mandate = Mandate { grantee: Grantee::User { user: code("anna") }, ..whole.clone() };
    house.host(Command::GiveMandate { mandate });
    assert!(house.may("anna", P::List, BOX).is_ok());
    assert_eq!(why(house.may("bruno", P::List, BOX)).0, "mandate.missing");
    let twisted = Mandate { id: code("M2"), valid_to: Some(house.now), ..whole.clone() };
    assert_eq!(house.refused(Command::GiveMandate { mandate: twisted }), DeniedCode::Term);
    let empty = Mandate { id: code("M2"), permissions: Permissions::NONE, ..whole };
    assert_eq!(house.refused(Command::GiveMandate { mandate: empty }), DeniedCode::Nothing);
}

#[test]
fn what_changes_something_at_the_provider_needs_an_active_mailbox_and_reading_does_not() {
    let mut house = House::shared();
    house.delegate(BOX, "anna");
    house.grant("G1", BOX, "anna", &[P::Send, P::ReadBody]);
    house.report(BOX, Said::Revoked { revoke: lifecycle::Revoke::NonPayment });
    assert_eq!(why(house.may("anna", P::Send, BOX)), ("mailbox.not_active", Some(P::Send)));
    assert!(house.may("anna", P::ReadBody, BOX).is_ok());
}

#[test]
fn to_administer_is_not_to_read() {
    let house = House::shared();
    let operator = By::operator(code("op"), Scope::Client(code("C1")));
    let asked = house.organisation.permit(&operator, P::List, &Object::mailbox(&code(BOX)), house.now);
    assert_eq!(why(asked), ("permission.missing", Some(P::List)));
}
