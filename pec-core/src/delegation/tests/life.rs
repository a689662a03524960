//! The life of a mailbox, row by row of FEATURES 1.2.

use super::super::lifecycle::{
    Confirmed, ExpiryPlan, MailboxData, PasswordLink, Preservation, Revoke, Service, State, Wish, Wording,
};
use super::*;
use crate::finding::Language;

const BOX: &str = "gare@a1.it";

#[test]
fn rows_19_26_29_from_the_request_to_the_active_mailbox() {
    let mut house = House::new();
    house.submit("R1", &[BOX, "sindaco@a1.it"]).unwrap();
    assert_eq!(house.mailbox(BOX).state(house.now), State::Requested);
    house.register(BOX);
    let names = house.mailbox(BOX).names().unwrap();
    assert_eq!((names.provider_user.as_str(), names.activation_ref.as_str()), ("U-gare@a1.it", "N-1"));
    assert_eq!(house.report_refused(BOX, Said::Activated), DeniedCode::ContractNotConfirmed);
    house.confirm_contract(BOX);
    house.report(BOX, Said::Activated);
    assert_eq!(house.mailbox(BOX).state(house.now), State::Active);
    assert_eq!(house.mailbox("sindaco@a1.it").state(house.now), State::Requested, "each on its own");
    assert_eq!(Wording::ActiveFromNow.text(Language::It), "Da questo momento la casella PEC è attiva");
}

#[test]
fn row_22_the_description_or_what_stands_before_the_at() {
    let mut house = House::new();
    house.submit("R1", &[BOX]).unwrap();
    assert_eq!(house.mailbox(BOX).description_or_local_part(), "gare");
    house.enrol("altro@a1.it", "A1", Standing::Active(house.now));
    assert_eq!(house.mailbox("altro@a1.it").description_or_local_part(), "altro");
    let data = MailboxData { description: Some(code("Ufficio gare")), user_email: None };
    house.host(Command::Edit { mailbox: code("altro@a1.it"), data });
    assert_eq!(house.mailbox("altro@a1.it").description_or_local_part(), "Ufficio gare");
}

#[test]
fn rows_15_and_25_the_highest_number_is_reached_only_when_the_purchased_one_is_exceeded() {
    let mut house = House::new();
    house.submit("R1", &["uno@a1.it", "due@a1.it"]).unwrap();
    let denied = house.submit("R2", &["tre@a1.it", "quattro@a1.it"]).unwrap_err();
    assert_eq!(denied.code.explanation(Language::It), "raggiunto il numero massimo di caselle attive");
    assert_eq!(denied.limit, Some(Limit { most: 3, active: 2, asked: 2 }));
    house.submit("R2", &["tre@a1.it"]).unwrap();
    assert_eq!(house.submit("R2", &["quattro@a1.it"]).unwrap_err().code, DeniedCode::Exists);
    assert_eq!(house.submit("R3", &["tre@a1.it"]).unwrap_err().code, DeniedCode::Exists);
    // What the provider declines gives its place back.
    house.report("uno@a1.it", Said::Declined { why: code("dati incompleti") });
    house.submit("R3", &["quattro@a1.it"]).unwrap();
}

#[test]
fn rows_20_and_23_what_was_purchased_is_asked_for_again_when_it_is_submitted() {
    let mut house = House::new();
    house.host(Command::GiveCatalogue { account: code("A1"), catalogue: catalogue("A2", 3) });
    assert_eq!(house.submit("R1", &[BOX]).unwrap_err().code, DeniedCode::DomainNotAvailable);
    let none = Catalogue { products: [].into(), ..catalogue("A1", 3) };
    house.host(Command::GiveCatalogue { account: code("A1"), catalogue: none });
    assert_eq!(house.submit("R1", &[BOX]).unwrap_err().code, DeniedCode::ProductNotPurchased);
}

#[test]
fn rows_27_and_28_uploaded_removed_confirmed() {
    let mut house = House::new();
    house.submit("R1", &[BOX]).unwrap();
    house.register(BOX);
    let contract = document(DocumentKind::Contract, 'c');
    house.host(Command::StageDocument { mailbox: code(BOX), document: contract.clone() });
    let twice = Command::StageDocument { mailbox: code(BOX), document: contract.clone() };
    assert_eq!(house.refused(twice), DeniedCode::Exists);
    assert_eq!(house.report_refused(BOX, Said::Activated), DeniedCode::ContractNotConfirmed, "it does not count");
    let remove = Command::RemoveDocument { mailbox: code(BOX), document: contract.digest.clone() };
    house.host(remove.clone());
    assert!(house.mailbox(BOX).staged().is_empty());
    assert_eq!(house.refused(remove.clone()), DeniedCode::NothingStaged);
    house.confirm_contract(BOX);
    assert_eq!((house.mailbox(BOX).staged().len(), house.mailbox(BOX).documents()), (0, &[contract][..]));
    assert_eq!(house.refused(remove), DeniedCode::NothingStaged, "what is confirmed stays");
    let done = Wording::DocumentsAcquired.text(Language::It);
    assert_eq!(done, "Operazione avvenuta con successo: file acquisiti dal sistema.");
}

#[test]
fn rows_30_and_37_a_link_lives_for_24_hours_and_that_it_is_over_is_told_once() {
    let mut house = House::shared();
    house.report(BOX, Said::LinkSent { link: PasswordLink { issued_at: house.now } });
    house.later(23);
    assert!(house.give(&By::Host, Command::Tick).unwrap().is_empty());
    assert!(!house.mailbox(BOX).link().unwrap().is_expired(house.now));
    house.later(1);
    let told = house.give(&By::Host, Command::Tick).unwrap();
    assert!(matches!(&told[..], [Event::LinkExpired { since, .. }] if *since == house.now), "{told:?}");
    assert!(house.give(&By::Host, Command::Tick).unwrap().is_empty(), "once");
    house.host(Command::Ask { mailbox: code(BOX), wish: Wish::ResetPassword });
    house.report(BOX, Said::LinkSent { link: PasswordLink { issued_at: house.now } });
    assert!(!house.mailbox(BOX).link().unwrap().is_expired(house.now));
    house.later(24);
    assert_eq!(house.give(&By::Host, Command::Tick).unwrap().len(), 1, "of the new one as well");
}

#[test]
fn rows_31_to_33_preservation_and_its_countdown() {
    let mut house = House::shared();
    let stands = |house: &House| house.mailbox(BOX).preservation(house.now);
    assert_eq!(stands(&house), Preservation::Unconfigured, "never taken to be on");
    house.report(BOX, Said::PreservationConfigured);
    assert_eq!(stands(&house), Preservation::Active);
    let since = house.now;
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    let until = since + SignedDuration::from_hours(30 * 24);
    assert_eq!(stands(&house), Preservation::ReadOnly { since, until });
    let preserve = |house: &House| house.organisation.may_preserve(&code(BOX), &By::Host, house.now).unwrap_err().code;
    assert_eq!(preserve(&house), DeniedCode::PreservationReadOnly);
    let mut told = Vec::new();
    for _ in 0..=31 {
        for event in house.give(&By::Host, Command::Tick).unwrap() {
            let day = house.now.duration_since(since).as_hours() / 24;
            told.push((day, event));
        }
        house.later(24);
    }
    let days: Vec<(i64, String)> = told.iter().map(|(day, event)| (*day, kind(event))).collect();
    let expected = [(0, "30"), (15, "15"), (23, "7"), (29, "1"), (30, "full")];
    assert_eq!(days, expected.map(|(day, kind)| (day, kind.to_owned())));
    assert_eq!(stands(&house), Preservation::Inaccessible { since: until });
    assert_eq!(preserve(&house), DeniedCode::PreservationInaccessible);
    assert_eq!(house.mailbox(BOX).state(house.now), State::FullyRevoked);
}

fn kind(event: &Event) -> String {
    match event {
        Event::CountdownTold { days, .. } => days.to_string(),
        Event::FullyRevoked { .. } => "full".into(),
        other => format!("{other:?}"),
    }
}

#[test]
fn row_32_after_a_pause_everything_is_told_and_a_reactivation_begins_anew() {
    let mut house = House::shared();
    house.report(BOX, Said::PreservationConfigured);
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    house.later(24 * 24);
    let told: Vec<String> = house.give(&By::Host, Command::Tick).unwrap().iter().map(kind).collect();
    assert_eq!(told, ["30", "15", "7"]);
    house.report(BOX, Said::Reactivated);
    assert_eq!(house.mailbox(BOX).preservation(house.now), Preservation::Active);
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    assert_eq!(house.give(&By::Host, Command::Tick).unwrap().len(), 1, "30 days once more");
}

#[test]
fn row_36_services_as_the_provider_lists_them() {
    let mut house = House::shared();
    let services = vec![Service { code: code("LEGALDOC"), enabled: true, quantity: Some(2) }];
    house.report(BOX, Said::Services { services: services.clone() });
    assert_eq!(house.mailbox(BOX).services(), services);
}

#[test]
fn row_38_data_are_edited_only_while_it_is_active() {
    let mut house = House::new();
    house.submit("R1", &[BOX]).unwrap();
    house.register(BOX);
    let denied = house.refused(Command::Edit { mailbox: code(BOX), data: MailboxData::default() });
    let words = "I dati sono modificabili solo se lo stato della casella è \"evasa\"";
    assert_eq!(denied.explanation(Language::It), words);
}

#[test]
fn row_40_no_reactivation_beyond_what_was_purchased_nor_after_30_days() {
    let mut house = House::new();
    house.enrol(BOX, "A1", Standing::Active(house.now));
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    for other in ["uno@a1.it", "due@a1.it", "tre@a1.it"] {
        house.enrol(other, "A1", Standing::Active(house.now));
    }
    let source = Source { at: house.now, adapter: None, reference: None };
    let report = Command::Report { mailbox: code(BOX), said: Said::Reactivated, source };
    let denied = house.give(&By::Host, report).unwrap_err();
    assert_eq!(denied.limit, Some(Limit { most: 3, active: 3, asked: 1 }));
    let words =
        "Non è possibile riattivare la casella se è stato già raggiunto il limite massimo di caselle attivabili";
    assert_eq!(denied.code.explanation(Language::It), words);
    house.report("uno@a1.it", Said::Revoked { revoke: Revoke::Other { why: code("trasloco") } });
    house.report(BOX, Said::Reactivated);
    house.later(30 * 24);
    assert_eq!(house.report_refused("uno@a1.it", Said::Reactivated), DeniedCode::NotRevoked);
}

#[test]
fn row_41_each_kind_of_revocation_with_its_form() {
    let mut house = House::new();
    for kind in 0..3 {
        let address = format!("m{kind}@a1.it");
        house.enrol(&address, "A1", Standing::Active(house.now));
    }
    let form = document(DocumentKind::RevokeForm, 'f');
    let request = |form: Option<&Document>| Said::Revoked {
        revoke: Revoke::CustomerRequest { form: form.map(|form| form.digest.clone()) },
    };
    assert_eq!(house.report_refused("m0@a1.it", request(None)), DeniedCode::RevokeFormMissing);
    assert_eq!(house.report_refused("m0@a1.it", request(Some(&form))), DeniedCode::RevokeFormMissing, "not uploaded");
    house.host(Command::StageDocument { mailbox: code("m0@a1.it"), document: form.clone() });
    assert_eq!(house.report_refused("m0@a1.it", request(Some(&form))), DeniedCode::RevokeFormMissing, "not confirmed");
    house.host(Command::ConfirmDocuments { mailbox: code("m0@a1.it") });
    house.report("m0@a1.it", request(Some(&form)));
    house.report("m1@a1.it", Said::Revoked { revoke: Revoke::NonPayment });
    house.report("m2@a1.it", Said::Revoked { revoke: Revoke::Other { why: code("decesso") } });
    // One form is for one revocation.
    house.report("m0@a1.it", Said::Reactivated);
    assert_eq!(house.report_refused("m0@a1.it", request(Some(&form))), DeniedCode::RevokeFormMissing);
}

#[test]
fn row_42_transformed_as_the_contract_foresees_and_as_far_as_there_is_room() {
    let mut house = House::shared();
    house.report(BOX, Said::Transformed { to: code("grande") });
    assert_eq!(house.mailbox(BOX).product().map(ProductCode::as_str), Some("grande"));
    let back = Said::Transformed { to: code("standard") };
    assert_eq!(house.report_refused(BOX, back), DeniedCode::ConfigurationNotInContract);
    house.enrol("due@a1.it", "A1", Standing::Active(house.now));
    let no_room = Said::Transformed { to: code("grande") };
    assert_eq!(house.report_refused("due@a1.it", no_room), DeniedCode::ConfigurationNotInContract);
}

#[test]
fn row_43_the_last_mailbox_annuls_its_request() {
    let mut house = House::new();
    house.submit("R1", &["uno@a1.it"]).unwrap();
    house.submit("R2", &["due@a1.it", "tre@a1.it"]).unwrap();
    for mailbox in ["uno@a1.it", "due@a1.it", "tre@a1.it"] {
        house.register(mailbox);
    }
    let annulled = |house: &House, reference: &str| {
        let query = RequestQuery::Reference(code(reference));
        house.organisation.find_requests(&Scope::Host, &query)[0].annulled_at
    };
    house.report("uno@a1.it", Said::Annulled);
    assert_eq!(annulled(&house, "R1"), Some(house.now), "it was the only one");
    house.report("due@a1.it", Said::Annulled);
    assert_eq!(annulled(&house, "R2"), None, "another is left");
    house.report("tre@a1.it", Said::Annulled);
    assert_eq!(annulled(&house, "R2"), Some(house.now));
}

#[test]
fn row_44_an_annulled_mailbox_comes_back_only_confirmed_and_only_if_it_had_been_activated() {
    let mut house = House::new();
    let annulled = house.now;
    house.enrol("mai@a1.it", "A1", Standing::Annulled { activated: None, annulled });
    house.enrol("una@a1.it", "A1", Standing::Annulled { activated: Some(annulled), annulled });
    let confirm = Confirmed::after_the_question();
    let said = || Said::ReactivatedAnnulled { confirm };
    assert_eq!(house.report_refused("mai@a1.it", said()), DeniedCode::NeverActivated);
    assert_eq!(
        house.report_refused("una@a1.it", Said::Reactivated),
        DeniedCode::NotRevoked,
        "not without the question"
    );
    house.report("una@a1.it", said());
    assert_eq!(house.mailbox("una@a1.it").state(house.now), State::Active);
    assert_eq!(Wording::ReactivateAnnulled.text(Language::It), "Sicuro di riattivare la casella annullata?");
}

#[test]
fn rows_34_35_51_one_parameter_finds() {
    let mut house = House::new();
    house.submit("R1", &["uno@a1.it"]).unwrap();
    house.later(24);
    house.submit("R2", &["due@a1.it"]).unwrap();
    house.register("due@a1.it");
    house.confirm_contract("due@a1.it");
    house.report("due@a1.it", Said::Activated);
    let boxes = |query: BoxQuery| {
        let found = house.organisation.find_mailboxes(&Scope::Host, &query, house.now);
        found.iter().map(|mailbox| mailbox.address().as_str()).collect::<Vec<_>>()
    };
    assert_eq!(boxes(BoxQuery::All), ["due@a1.it", "uno@a1.it"]);
    assert_eq!(boxes(BoxQuery::Part("UNO".into())), ["uno@a1.it"]);
    assert_eq!(boxes(BoxQuery::Part("u-due".into())), ["due@a1.it"], "the UserID as well");
    assert_eq!(boxes(BoxQuery::ProviderUser(code("U-due@a1.it"))), ["due@a1.it"]);
    assert!(boxes(BoxQuery::ProviderUser(code("U-due"))).is_empty(), "exact");
    let hour = SignedDuration::from_hours(1);
    assert_eq!(boxes(BoxQuery::Activated { from: house.now, until: house.now + hour }), ["due@a1.it"]);
    assert!(boxes(BoxQuery::Activated { from: house.now - hour, until: house.now }).is_empty());
    assert_eq!(boxes(BoxQuery::In(State::Requested)), ["uno@a1.it"]);
    let requests = |query: RequestQuery| {
        let found = house.organisation.find_requests(&Scope::Host, &query);
        found.iter().map(|request| request.reference.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(requests(RequestQuery::Since(house.now - hour)), ["R2"], "recent ones");
    assert_eq!(requests(RequestQuery::Requester("maria r".into())), ["R2", "R1"], "the newest first");
    assert_eq!(requests(RequestQuery::Holder("PROVA".into())), ["R2", "R1"]);
    assert_eq!(requests(RequestQuery::ActivationCode(code("AC-R2"))), ["R2"]);
    assert_eq!(requests(RequestQuery::Mailbox(code("uno@a1.it"))), ["R1"]);
    assert_eq!(requests(RequestQuery::Reference(code("R1"))), ["R1"]);
}

#[test]
fn row_53_notices_before_the_end() {
    let mut house = House::shared();
    let plan = ExpiryPlan {
        service: code("PEC"),
        description: code("casella"),
        expires_at: house.now + SignedDuration::from_hours(61 * 24),
        notices: ExpiryPlan::NOTICES.into(),
        template: Some(code("scadenza-2026")),
    };
    house.host(Command::PlanExpiry { mailbox: code(BOX), plan });
    let mut told = Vec::new();
    for day in 0..=61 {
        for event in house.give(&By::Host, Command::Tick).unwrap() {
            let Event::ExpiryTold { days, .. } = event else { panic!("{event:?}") };
            told.push((day, days));
        }
        house.later(24);
    }
    assert_eq!(told, [(1, 60), (31, 30), (54, 7), (60, 1)]);
}

#[test]
fn an_enrolment_and_a_report_are_not_from_the_future() {
    let mut house = House::new();
    let later = house.now + SignedDuration::from_hours(1);
    let standing = Standing::Active(later);
    let enrol = Command::Enrol { account: code("A1"), mailbox: code(BOX), holder: holder(), product: None, standing };
    assert_eq!(house.refused(enrol), DeniedCode::Term);
    house.enrol(BOX, "A1", Standing::Active(house.now));
    let source = Source { at: later, adapter: None, reference: None };
    let report = Command::Report { mailbox: code(BOX), said: Said::PreservationConfigured, source };
    assert_eq!(house.refused(report), DeniedCode::Term);
}

#[test]
fn row_55_a_code_is_unique_and_that_of_activation_goes_with_one_request() {
    let mut house = House::new();
    let client = Client { code: code("C1"), name: code("Altro"), kind: ClientKind::Business };
    assert_eq!(house.refused(Command::AddClient { client }), DeniedCode::Exists);
    let account = Account { code: code("B1"), client: code("C1"), name: code("Altro") };
    assert_eq!(house.refused(Command::AddAccount { account }), DeniedCode::Exists, "unique over all clients");
    house.submit("R1", &["uno@a1.it", "due@a1.it"]).unwrap();
    house.submit("R2", &["tre@a1.it"]).unwrap();
    house.register("uno@a1.it");
    house.register("due@a1.it");
    let registered = |activation| Said::Registered {
        provider_user: code("U9"),
        activation_ref: code("N-9"),
        activation_code: Some(code(activation)),
    };
    assert_eq!(house.report_refused("tre@a1.it", registered("AC-R1")), DeniedCode::Exists);
    house.report("tre@a1.it", registered("AC-R2"));
}

#[test]
fn row_39_no_command_changes_data_and_state_together() {
    let (mut house, mut dice) = (House::new(), super::random::Dice::new(39));
    let (mut edits, mut passages) = (0, 0);
    for _ in 0..2_000 {
        let before = house.organisation.clone();
        let (by, command) = dice.command(&house);
        let shown = format!("{command:?}");
        drop(house.give(&by, command));
        for mailbox in house.organisation.mailboxes(&Scope::Host) {
            let Ok(old) = before.mailbox(&Scope::Host, mailbox.address()) else { continue };
            let edited = old.data() != mailbox.data();
            let passed = old.passages() != mailbox.passages() || old.state(house.now) != mailbox.state(house.now);
            assert!(!(edited && passed), "{shown}");
            edits += u32::from(edited);
            passages += u32::from(passed);
        }
        house.later(dice.below(12));
    }
    assert!(edits > 0 && passages > 0, "{edits} {passages}");
}
