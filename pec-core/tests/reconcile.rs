//! Every case of conformance/reconcile/ comes to the dossiers that its description expects, in every order of arrival.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod reconciliation;

use std::collections::BTreeSet;

use pec_core::finding::{Code, Language, Layer};
use pec_core::reconcile::State;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::page::{Entry, Page};
use reconciliation::{Case, Mailbox, cases};

/// In every order for up to four messages, else forwards, backwards and shuffled.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let forwards: Vec<usize> = (0..count).collect();
    if count > 4 {
        let backwards = forwards.iter().rev().copied().collect();
        // Every third, then the rest: neighbours are torn apart.
        let mut shuffled: Vec<usize> = forwards.iter().copied().filter(|at| at % 3 == 1).collect();
        shuffled.extend(forwards.iter().copied().filter(|at| at % 3 == 2));
        shuffled.extend(forwards.iter().copied().filter(|at| at % 3 == 0));
        return vec![forwards, backwards, shuffled];
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                let left = forwards.iter().filter(|at| !order.contains(at)).copied().collect::<Vec<_>>();
                left.into_iter().map(move |at| [&order[..], &[at]].concat())
            })
            .collect();
    }
    orders
}

#[test]
fn every_case_is_as_expected() {
    let cases = cases();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for (name, case) in &cases {
        assert!(!case.rule.is_empty() && !case.made.is_empty(), "{name} names no rule");
        let mut mailbox = Mailbox::open(name, case);
        for order in orders(mailbox.len()) {
            let differences = mailbox.differences(&order);
            if !differences.is_empty() {
                wrong.push(format!("{name} in the order {order:?}:\n  {}", differences.join("\n  ")));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What the cases cover together: every state, every finding that takes more than one message.
#[test]
fn the_cases_cover_the_room() {
    let cases = cases();
    let of = |pick: &dyn Fn(&Case) -> Vec<String>| -> BTreeSet<String> {
        cases.iter().flat_map(|(_, case)| pick(case)).collect()
    };
    let states = of(&Case::states);
    let missing: Vec<_> = State::ALL.iter().filter(|state| !states.contains(state.as_str())).collect();
    assert!(missing.is_empty(), "no case of {missing:?}");
    let codes = of(&Case::codes);
    let room = |code: &&Code| code.layer() == Layer::Receipt || code.as_str().starts_with("brief.");
    let missing: Vec<_> =
        Code::ALL.iter().filter(room).filter(|code| !codes.contains(code.as_str())).map(|code| code.as_str()).collect();
    // Found in the receipt alone, by cases of one message.
    assert_eq!(missing, ["brief.unreplaced_part"]);
}

/// The page of every case, in both languages: each recipient with his state, and each message by its name.
#[test]
fn every_case_has_a_page() {
    for (name, case) in cases() {
        let mut mailbox = Mailbox::open(&name, &case);
        let ledger = mailbox.ledger(&(0..mailbox.len()).collect::<Vec<_>>());
        let (now, reading) = (mailbox.now(), mailbox.reading());
        let mut entries = Vec::new();
        for dossier in ledger.dossiers(now) {
            let examination = examine(&dossier, &mut mailbox, reading);
            entries.push(Entry { dossier, examination });
        }
        for language in [Language::It, Language::En] {
            let page = Page { language, now, entries: &entries, name: &|source| mailbox.name(source), lookups: &[] };
            let html = page.to_html();
            assert_eq!(html, page.to_html(), "{name}");
            assert!(html.starts_with("<!DOCTYPE html>") && html.ends_with("</html>"), "{name}");
            for dossier in entries.iter().map(|entry| &entry.dossier) {
                for recipient in &dossier.recipients {
                    assert!(html.contains(&format!("<bdi>{}</bdi>", recipient.address)), "{name}");
                    assert!(html.contains(dossier.look(recipient, language).title), "{name}: {}", recipient.state);
                }
                let events = dossier.events.iter().map(|event| event.source);
                for source in events.chain(dossier.claims.iter().map(|claim| claim.source)).chain(dossier.sent_copy()) {
                    assert!(html.contains(&mailbox.name(source)), "{name}: {}", mailbox.name(source));
                }
                for remark in &dossier.findings {
                    assert!(html.contains(remark.finding.code.as_str()), "{name}: {}", remark.finding.code);
                }
            }
        }
    }
}

/// A test that compares nothing would pass too: each piece of an expectation, changed, is noticed.
#[test]
fn a_wrong_expectation_is_noticed() {
    let (name, _) = cases().into_iter().find(|(name, _)| name == "late-delivery").unwrap();
    let text = reconciliation::description(&name);
    for (from, to) in [
        ("\"delivered-late\"", "\"delivered\""),
        ("\"counts\"", "\"duplicate\""),
        ("\"receipt.late\"", "\"receipt.conflict\""),
        ("\"outcome\": \"same\"", "\"outcome\": \"differs\""),
        ("\"side\": \"addressee\"", "\"side\": \"sender\""),
        ("\"timeout-24h\"", "\"delay-12h\""),
        (
            "\"silence\": []",
            "\"silence\": [{\"owed\": \"delivery\", \"recipient\": null, \"since\": \"2026-02-09T21:15:30Z\"}]",
        ),
        ("\"claims\": []", "\"claims\": [{\"file\": \"01-sent.eml\", \"verdict\": \"forged\"}]"),
        ("\"strays\": []", "\"strays\": [\"01-sent.eml\"]"),
        ("\"acceptance\": \"02-acceptance.eml\"", "\"acceptance\": null"),
        ("\"sent_copy\": \"01-sent.eml\"", "\"sent_copy\": null"),
        ("\"class\": \"esterno\"", "\"class\": \"certificato\""),
    ] {
        assert!(text.contains(from), "{from}");
        let case: Case = serde_json::from_str(&text.replacen(from, to, 1)).unwrap();
        let mut mailbox = Mailbox::open(&name, &case);
        let order: Vec<usize> = (0..mailbox.len()).collect();
        assert!(!mailbox.differences(&order).is_empty(), "{from} as {to} passes");
    }
}
