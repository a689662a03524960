use std::collections::BTreeSet;

use pec_core::reconcile::State;
use pec_core::verify::Verdict;

use super::*;

fn terms(text: &str) -> Vec<Term> {
    Query::parse(text).unwrap_or_else(|error| panic!("{}", error.explain(text, Language::En))).terms
}

fn one(text: &str) -> Test {
    let mut terms = terms(text);
    assert_eq!(terms.len(), 1, "{terms:?}");
    assert!(!terms[0].negated);
    terms.remove(0).test
}

fn words(column: Option<&'static str>, text: &str, prefix: bool) -> Test {
    Test::Words { column, text: text.into(), prefix }
}

#[test]
fn what_a_person_types() {
    assert_eq!(terms("  "), []);
    assert_eq!(one("contratto"), words(None, "contratto", false));
    assert_eq!(one("contratt*"), words(None, "contratt", true));
    assert_eq!(one("\"contratto quadro\""), words(None, "contratto quadro", false));
    assert_eq!(one("\"contratt*\""), words(None, "contratt", false));
    assert_eq!(one("da:acme"), words(Some("sender"), "acme", false));
    assert_eq!(one("FROM:Acme"), words(Some("sender"), "Acme", false));
    assert_eq!(one("oggetto:\"gara d'appalto\""), words(Some("subject"), "gara d'appalto", false));
    // A time of day, an address, a path: no fields.
    assert_eq!(one("10:30"), words(None, "10:30", false));
    assert_eq!(one("anna@pec.alfa.example"), words(None, "anna@pec.alfa.example", false));
    assert_eq!(one("id:<1@ditta.example>"), Test::About("1@ditta.example".into()));
    let both = terms("-bozza -tipo:accettazione");
    assert!(both.iter().all(|term| term.negated));
}

#[test]
fn values_stand_for_what_is_stored() {
    let is = |field, values: &[&str]| Test::Is { field, values: values.iter().map(|v| (*v).into()).collect() };
    assert_eq!(one("stato:consegnato"), is(Field::State, &["delivered", "delivered-late"]));
    assert_eq!(one("state:delivered"), is(Field::State, &["delivered"]));
    assert_eq!(one("tipo:accettazione,consegna"), is(Field::Kind, &["accettazione", "avvenuta-consegna"]));
    assert_eq!(one("verdetto:falso"), is(Field::Verdict, &["forged"]));
    assert_eq!(one("verdict:not-pec"), is(Field::Verdict, &["not-pec"]));
    assert_eq!(one("casella:\"ufficio, gare\""), is(Field::Mailbox, &["ufficio, gare"]));
    assert_eq!(one("versato:rifiutato"), is(Field::Deposit, &["refused"]));
    assert_eq!(one("deposited:yes"), is(Field::Deposit, &["waiting", "accepted", "refused"]));
    let hash = "ab".repeat(32);
    assert_eq!(one(&format!("impronta:{}", hash.to_uppercase())), Test::Attachment(hash.parse().unwrap()));
}

#[test]
fn days_are_those_of_rome() {
    // 1 January 2026, 00:00 +0100; 1 July 2026, 00:00 +0200.
    assert_eq!(one("dopo:2026-01-01"), Test::Between(1_767_222_000, i64::MAX));
    assert_eq!(one("prima:2026-07-01"), Test::Between(i64::MIN, 1_782_856_800));
}

#[test]
fn an_unknown_value_is_answered_by_those_that_there_are() {
    for (field, known) in
        [(Field::Kind, 10), (Field::Verdict, Verdict::ALL.len()), (Field::State, State::ALL.len()), (Field::Deposit, 3)]
    {
        for language in [Language::It, Language::En] {
            let text = Fault::UnknownValue(field).text(language);
            let (_, listed) = text.split_once("; ").unwrap();
            let listed = listed.split_once(' ').unwrap().1.trim_start_matches("has ").split(", ");
            let mut stored = BTreeSet::new();
            for value in listed {
                stored.extend(field.values(value).unwrap_or_else(|| panic!("{value} in {text}")));
            }
            assert_eq!(stored.len(), known, "{text}");
        }
    }
}

#[test]
fn errors_show_where() {
    let wrong = |text: &str| Query::parse(text).unwrap_err();
    for (text, fault, at, shown) in [
        ("a \"b", Fault::OpenQuote, 2..4, "\"b"),
        ("xx colore:rosso", Fault::UnknownField, 3..10, "colore:"),
        ("è da:", Fault::NoValue, 2..5, "da:"),
        ("stato:felice", Fault::UnknownValue(Field::State), 6..12, "felice"),
        ("tipo:accettazione,boh", Fault::UnknownValue(Field::Kind), 5..21, "accettazione,boh"),
        ("dopo:ieri", Fault::BadDate, 5..9, "ieri"),
        ("dopo:2026-02-30", Fault::BadDate, 5..15, "2026-02-30"),
        ("prima:2026-01-10T23:59", Fault::BadDate, 6..22, "2026-01-10T23:59"),
        ("x in-reply-to:1@d.example", Fault::UnknownField, 2..14, "in-reply-to:"),
        ("impronta:12", Fault::BadHash, 9..11, "12"),
        ("---", Fault::NoWord, 1..3, "--"),
        ("da:\"!\"", Fault::NoWord, 3..6, "\"!\""),
    ] {
        let error = wrong(text);
        assert_eq!((error.fault, error.at.clone(), error.shown.as_str()), (fault, at, shown), "{text}");
    }
    assert_eq!(wrong(&"x".repeat(5000)).fault, Fault::TooLong);
    let many = "-x ".repeat(300);
    assert_eq!(wrong(&many).fault, Fault::TooLong);
    assert_eq!(Query::parse("message-id:1@d.example").unwrap(), Query::parse("msgid:1@d.example").unwrap());
    let shown = wrong("xx colore:rosso").explain("xx colore:rosso", Language::It);
    assert!(shown.ends_with("\n  xx colore:rosso\n     ^^^^^^^"), "{shown}");
}
