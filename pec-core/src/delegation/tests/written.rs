//! Commands and questions as JSON.

use std::collections::BTreeSet;

use super::random::Dice;
use super::*;

fn read(json: &str) -> Result<Command, WrittenError> {
    Command::from_json(json, &House::new().organisation, &By::Host)
}

#[test]
fn every_command_is_read_as_it_is_written() {
    let (mut house, mut dice) = (House::new(), Dice::new(7));
    let mut kinds = BTreeSet::new();
    for _ in 0..5_000 {
        let (by, command) = dice.command(&house);
        let Ok(json) = serde_json::to_string(&command) else {
            assert!(matches!(command, Command::RegisterKit { .. }), "{command:?}");
            continue;
        };
        let read = Command::from_json(&json, &house.organisation, &By::Host);
        assert_eq!(read.as_ref().ok(), Some(&command), "{json}: {read:?}");
        let written: serde_json::Value = serde_json::from_str(&json).unwrap();
        kinds.insert(written["command"].as_str().unwrap().to_owned());
        drop(house.give(&by, command));
        house.later(dice.below(6));
    }
    // Where it meets an unknown kind, serde lists all that there are; a request is read in its own way.
    let error = serde_json::from_str::<Command>(r#"{"command":"?"}"#).unwrap_err().to_string();
    let (_, listed) = error.split_once("expected one of ").unwrap();
    let mut all: BTreeSet<&str> = listed.split('`').skip(1).step_by(2).collect();
    all.insert("submit");
    assert_eq!(all, BTreeSet::from(Command::NAMES));
    let built =
        ["add-client", "add-account", "add-user", "give-catalogue", "set-policy", "adopt-preset", "define-role"];
    let missing: Vec<_> = all.iter().filter(|kind| !kinds.contains(**kind) && !built.contains(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_may_be_absent_may_be_left_out_and_nothing_is_passed_over() {
    let grant = r#"{"command":"grant","grant":{"id":"G","mailbox":"A@a1.it","user":"anna","gives":"role","role":"r","from":"2026-03-01T12:00:00Z"}}"#;
    let Command::Grant { grant: read_grant } = read(grant).unwrap() else { panic!("another command") };
    assert_eq!((read_grant.mailbox.as_str(), read_grant.until), ("a@a1.it", None));
    let standing = r#"{"command":"enrol","account":"A1","mailbox":"a@a1.it","holder":{"name":"Ente"},"standing":{"active":"2026-03-01T12:00:00Z"}}"#;
    assert!(matches!(read(standing), Ok(Command::Enrol { product: None, standing: Standing::Active(_), .. })));
    assert!(matches!(read(r#"{"command":"tick","more":null,"also":[]}"#), Ok(Command::Tick)), "nothing says nothing");
    let rows = [
        (grant.replace(r#""role":"r""#, r#""role":"r","permissions":["send"]"#), "grant.permissions: not understood"),
        (
            grant.replace(r#""role":"r""#, r#""role":"r","restriction":{"folder":["x"]}"#),
            "grant.restriction: not understood",
        ),
        (standing.replace(r#""name":"Ente""#, r#""name":"Ente","vat":"1""#), "holder.vat: not understood"),
        (grant.replace(r#""gives":"role","#, ""), "missing field `gives`"),
        (grant.replace("2026-03-01", "1 March"), "parse"),
        (r#"{"command":"suspend-user","user":"a","user":"b"}"#.to_owned(), "duplicate field `user`"),
        (r#"{"command":"suspend-user","user":" "}"#.to_owned(), "it is empty"),
        ("[]".to_owned(), "expected an object"),
        (r#"["tick"]"#.to_owned(), "expected an object"),
        (r#"{"command":"add-client","client":["C1","Ente","person"]}"#.to_owned(), "client: not understood"),
        ("{".to_owned(), "EOF"),
    ];
    for (json, said) in rows {
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains(said), "{json}: {error}");
    }
    // A kit is what a card has shown: nobody writes one down.
    assert!(
        read(r#"{"command":"register-kit","kit":{},"name":"firma"}"#).unwrap_err().to_string().contains("give one of")
    );
    let remove = read(r#"{"command":"remove-kit","mailbox":"a@a1.it","kit":{"named":"firma"}}"#);
    assert!(matches!(remove, Ok(Command::RemoveKit { .. })), "{remove:?}");
    let steering = read("{\"command\":\"\u{202e}\"}").unwrap_err().to_string();
    assert!(!steering.contains('\u{202e}'), "{steering}");
}

#[test]
fn rows_19_to_26_a_request_is_judged_by_what_was_purchased() {
    let house = House::new();
    let json = r#"{"command":"submit","account":"A1","reference":"R1","summary":{
        "requester":{"first_name":"Maria","surname":"Rossi"},"holder":{"name":"Comune di Prova","tax_id":"it 00743110157"},
        "contact":"maria@ente.example","expiry_year":2027,"product":"standard",
        "boxes":[{"address":"uno@a1.it","user_email":"a@b.it"},{"address":"due@a1.it","description":"Gare","user_email":"a@b.it"}]}}"#;
    let by_operator = |scope| By::operator(code("op"), scope);
    let read = |json: &str, by: &By| Command::from_json(json, &house.organisation, by);
    let Ok(Command::Submit { summary, .. }) = read(json, &By::Host) else { panic!("{:?}", read(json, &By::Host)) };
    let described: Vec<&str> = summary.boxes().iter().map(|one| one.description.as_str()).collect();
    assert_eq!((described, summary.holder().clone()), (vec!["uno", "Gare"], holder()));
    assert!(read(json, &by_operator(Scope::Client(code("C1")))).is_ok());

    let wrong = json.replace("00743110157", "1").replace("due@a1.it", "due@b1.it");
    let error = read(&wrong, &By::Host).unwrap_err();
    let WrittenError::Request(errors) = &error else { panic!("{error}") };
    let paths: Vec<&str> = errors.0.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(paths, ["holder.tax_id", "boxes[1].address"], "everything at once");
    assert!(error.to_string().ends_with("boxes[1].address: request.domain_not_available"), "{error}");
    // To whoever does not see the account, nothing was purchased, as to an account that there is not.
    let foreign = read(json, &by_operator(Scope::Account(code("A2")))).unwrap_err().to_string();
    let nobodys = read(&json.replace("A1", "A9"), &By::Host).unwrap_err().to_string();
    assert_eq!((foreign.as_str(), nobodys.as_str()), ("product: request.product_not_purchased", foreign.as_str()));
    assert_eq!(read(json, &By::user(code("anna"))).unwrap_err().to_string(), foreign);
    assert!(read(&json.replace(r#""contact""#, r#""cc":"x","contact""#), &By::Host).is_err());
}
