//! The log for ten years: every kind of event, as it is written.

use super::super::lifecycle::{Confirmed, ExpiryPlan, MailboxData, PasswordLink, Revoke, Service, Wish};
use super::super::login::{RegisteredKit, WhichKit};
use super::*;

const BOX: &str = "gare@a1.it";

/// A log in which every kind of event stands.
fn everything() -> House {
    let mut house = House::shared();
    let until = house.now + SignedDuration::from_hours(1);
    house.host(Command::AdoptPreset { preset: Preset::Consip25 });
    house.delegate(BOX, "anna");
    house.delegate(BOX, "bruno");
    house.mandate("M1", BOX, Permissions::ALL, 10);
    house.grant("G1", BOX, "anna", &[Permission::Assign, Permission::ReadBody]);
    let grant = house.granting("G2", BOX, "bruno", Gives::Role { role: code("utenza-slave") });
    let restriction = Restriction { never: [code("riservato")].into(), ..Restriction::default() };
    house.host(Command::Grant { grant: Grant { restriction, ..grant } });
    let grant = house.granting("G3", BOX, "bruno", Gives::Custodian);
    house.host(Command::Grant { grant });
    let kit = kit(BOX, 0xab, house.now);
    house.host(Command::RegisterKit { kit, name: code("firma"), user: Some(code("anna")) });
    let kit = WhichKit::Named(code("firma"));
    house.host(Command::RemoveKit { mailbox: code(BOX), kit });
    let item = Opened { id: code("W1"), mailbox: code(BOX), folder: Some(code("INBOX")), tags: [code("gare")].into() };
    house.host(Command::OpenWork { item });
    let anna = By::user(code("anna"));
    let (w1, bruno) = (code::<WorkId>("W1"), code("bruno"));
    house.give(&anna, Command::NoteRead { item: w1.clone() }).unwrap();
    house.give(&anna, Command::Claim { item: w1.clone(), until }).unwrap();
    house.give(&anna, Command::Renew { item: w1.clone(), until }).unwrap();
    house.give(&anna, Command::Escalate { item: w1.clone(), to: bruno, why: code("ferie") }).unwrap();
    house.host(Command::Release { item: w1.clone() });
    house.give(&anna, Command::Claim { item: w1.clone(), until }).unwrap();
    house.give(&anna, Command::Finish { item: w1 }).unwrap();
    house.host(Command::Withdraw { grant: code("G2") });
    house.grant("G4", BOX, "anna", &[Permission::ExportProof]);
    let (mailbox, dossier, with) = (code(BOX), code("opec1@pec.example"), code("bruno"));
    let share = Share { id: code("S1"), mailbox, dossier, with, from: house.now, until };
    house.give(&anna, Command::Share { share }).unwrap();
    house.host(Command::Unshare { share: code("S1") });
    house.host(Command::RevokeMandate { mandate: code("M1") });
    house.host(Command::SuspendUser { user: code("anna") });
    house.host(Command::RestoreUser { user: code("anna") });

    house.submit("R1", &["nuova@a1.it"]).unwrap();
    house.register("nuova@a1.it");
    let document = document(DocumentKind::Contract, 'c');
    house.host(Command::StageDocument { mailbox: code("nuova@a1.it"), document: document.clone() });
    house.host(Command::RemoveDocument { mailbox: code("nuova@a1.it"), document: document.digest });
    house.confirm_contract("nuova@a1.it");
    house.report("nuova@a1.it", Said::Annulled);
    let data = MailboxData { description: Some(code("Ufficio gare")), user_email: None };
    house.host(Command::Edit { mailbox: code(BOX), data });
    let plan = ExpiryPlan {
        service: code("PEC"),
        description: code("casella"),
        expires_at: until,
        notices: [1].into(),
        template: None,
    };
    house.host(Command::PlanExpiry { mailbox: code(BOX), plan });
    house.report(BOX, Said::LinkSent { link: PasswordLink { issued_at: house.now } });
    house.report(BOX, Said::PreservationConfigured);
    house.host(Command::Tick);
    house.host(Command::DeactivateDelegate { mailbox: code(BOX), user: code("anna") });
    house.host(Command::DeleteDelegate { mailbox: code(BOX), user: code("bruno") });
    house.host(Command::ShareOff { mailbox: code(BOX) });
    house.host(Command::Ask { mailbox: code(BOX), wish: Wish::Revoke { revoke: Revoke::NonPayment } });
    house.report(BOX, Said::Revoked { revoke: Revoke::NonPayment });
    house.later(31 * 24);
    house.host(Command::Tick);
    house
}

/// Every word that can stand inside: what is wished, what is said, each kind of revocation and of mandate.
fn words() -> Vec<Event> {
    let (at, mailbox): (Timestamp, MailboxAddress) = ("2026-03-01T12:00:00Z".parse().unwrap(), code(BOX));
    let confirm = Confirmed::after_the_question();
    let why: Text = code("perché");
    let form = Some(document(DocumentKind::RevokeForm, 'f').digest);
    let revocations = [Revoke::NonPayment, Revoke::CustomerRequest { form }, Revoke::Other { why: why.clone() }];
    let wishes = revocations.iter().map(|revoke| Wish::Revoke { revoke: revoke.clone() }).chain([
        Wish::Register,
        Wish::Activate,
        Wish::Reactivate,
        Wish::ReactivateAnnulled { confirm },
        Wish::Annul,
        Wish::Transform { to: code("grande") },
        Wish::ResetPassword,
    ]);
    let said = revocations.iter().map(|revoke| Said::Revoked { revoke: revoke.clone() }).chain([
        Said::Declined { why: why.clone() },
        Said::Activated,
        Said::Reactivated,
        Said::ReactivatedAnnulled { confirm },
        Said::Annulled,
        Said::Transformed { to: code("grande") },
        Said::LinkSent { link: PasswordLink { issued_at: at } },
        Said::PreservationConfigured,
        Said::Services { services: vec![Service { code: code("LEGALDOC"), enabled: true, quantity: Some(2) }] },
        Said::Refused { wish: Wish::Annul, why },
    ]);
    let source = Source { at, adapter: Some(code("prova")), reference: Some(code("T-1")) };
    let mut words: Vec<Event> = wishes.map(|wish| Event::Asked { at, mailbox: mailbox.clone(), wish }).collect();
    words.extend(said.map(|told| Event::Told { mailbox: mailbox.clone(), told, source: source.clone() }));
    let whole = Mandate::whole(code("M2"), mailbox, holder(), (at, None), None);
    let mandate = Mandate { grantee: Grantee::User { user: code("anna") }, permissions: Permissions::NONE, ..whole };
    words.push(Event::MandateGiven { at, mandate });
    let house = House::empty();
    for gives in [Gives::Role { role: code("invio") }, Gives::Custodian] {
        let restriction = Restriction {
            folders: Some([code("INBOX")].into()),
            tags: Some([code("gare")].into()),
            never: [code("riservato")].into(),
        };
        let grant = Grant { restriction, ..house.granting("G9", BOX, "anna", gives) };
        words.push(Event::Granted { grant });
    }
    let kit = RegisteredKit { name: code("firma"), certificate: Fingerprint([0xcd; 32]), user: None, at };
    words.push(Event::KitRegistered { mailbox: code(BOX), kit });
    words
}

/// The first line of each kind, as it was written by the first version. A line here never changes: somebody's log has it.
const LINES: &str = include_str!("events.jsonl");

#[test]
fn what_the_first_version_has_written_is_read_and_written_the_same() {
    let kind =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned();
    let mut written = std::collections::BTreeMap::new();
    for event in &everything().log {
        let line = event.to_json().unwrap();
        written.entry(kind(&line)).or_insert(line);
    }
    let text: String = written.values().map(|line| format!("{line}\n")).collect();
    let text = words().iter().fold(text, |text, event| text + &event.to_json().unwrap() + "\n");
    assert_eq!(text, LINES);
    for line in LINES.lines() {
        assert_eq!(Event::from_json(line).unwrap().to_json().unwrap(), line);
    }
    assert_eq!(written.len(), 43, "every kind that there is");
}

#[test]
fn the_fold_of_the_log_is_the_organisation() {
    let house = everything();
    assert_eq!(Organisation::fold(&house.log), house.organisation);
    let cut = Organisation::fold(house.log.iter().skip(5));
    assert_ne!(cut, house.organisation, "what is cut off is missed, and nothing panics");
}

#[test]
fn what_is_newer_or_broken_is_an_error_when_it_is_read() {
    let read = |line: &str| Event::from_json(line).unwrap_err();
    assert!(matches!(read(r#"{"event":"mailbox-cloned","mailbox":"a@b.it"}"#), EventError::UnknownKind(_)));
    let broken = [
        "",
        "{}",
        r#"{"event":7}"#,
        r#"{"event":"user-suspended","user":"anna","user":"bruno"}"#,
        r#"{"event":"sharing-off","mailbox":"no address"}"#,
        // A known kind with an unknown word inside.
        r#"{"event":"asked","at":"2026-03-01T12:00:00Z","mailbox":"a@b.it","wish":{"wish":"clone"}}"#,
        r#"{"event":"policy-set","policy":{"max_active":1,"require_mandate":"perhaps"}}"#,
    ];
    let more = [
        r#"{"event":"user-suspended","user":"anna","until":"2026-03-01T12:00:00Z"}"#,
        r#"{"event":"policy-set","policy":{"max_active":1,"require_mandate":"no","max_shared":2}}"#,
    ];
    for line in more {
        assert!(matches!(read(line), EventError::SaysMore(_)), "what is not understood is not passed over: {line}");
    }
    for line in broken {
        assert!(matches!(read(line), EventError::Malformed(_)), "{line}");
    }
}

#[test]
fn no_secret_and_no_message_has_a_place_in_the_log() {
    for line in LINES.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let mut waiting = vec![&value];
        while let Some(value) = waiting.pop() {
            for (key, inner) in value.as_object().into_iter().flatten() {
                let reserved = ["password", "secret", "token", "url", "body", "subject", "content"];
                assert!(!reserved.iter().any(|word| key.contains(word)), "{key}: {line}");
                waiting.push(inner);
            }
            waiting.extend(value.as_array().into_iter().flatten());
        }
    }
}
