//! Every finding of the room, provoked; and a clean dossier without any.

use super::made::{
    ALFA, BETA, HOURS_12, HOURS_24, ID, MALLORY, Made, accepted, delivered, failed, failed_virus, notice, refused,
};
use super::scene::{ANNA, COPY, MSGID, OFFICE, OUTSIDE, Scene, at, codes, fill, ledger, now, state, states, submitted};
use crate::daticert::{Address, AddressClass, ErrorKind, Kind, Recipient};
use crate::finding::Severity;
use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::{HashKey, Ledger, Owed, Record, Role, ServiceReceipts, Source, Standing, State};
use crate::verify::Verdict;

/// The findings of the one dossier that the items make, with details.
fn found(items: &[Made]) -> Vec<(String, Severity, String)> {
    let records: Vec<_> = items.iter().zip(1..).map(|(item, source)| item.record(source)).collect();
    let ledger = ledger(&records);
    let mut dossiers: Vec<_> = ledger.dossiers(at(1).timestamp()).collect();
    assert_eq!(dossiers.len(), 1);
    let remarks = dossiers.remove(0).findings;
    remarks
        .into_iter()
        .map(|r| (r.finding.code.to_string(), r.finding.severity, r.finding.detail.into_owned()))
        .collect()
}

fn has(items: &[Made], code: &str, severity: Severity, detail: &str) {
    let found = found(items);
    let hit = found.iter().any(|(c, s, d)| c == code && *s == severity && d.contains(detail));
    assert!(hit, "{code} {severity} {detail:?} is not in {found:?}");
}

#[test]
fn nothing_wrong_nothing_found() {
    assert_eq!(found(&[accepted(), delivered(OFFICE, 1), delivered(COPY, 2)]), []);
    assert_eq!(found(&[accepted(), notice(COPY, 720, HOURS_12), failed(COPY, 900), delivered(OFFICE, 1)]), []);
    assert_eq!(found(&[refused()]), []);
    assert_eq!(found(&[accepted(), failed_virus(OFFICE, 3)]), []);
}

#[test]
fn duplicates_by_own_id_and_by_certified_facts() {
    let info = Severity::Info;
    has(&[accepted(), accepted()], "receipt.duplicate", info, "");
    has(&[accepted(), delivered(OFFICE, 1), delivered(OFFICE, 1).own("other@x")], "receipt.duplicate", info, "");
    has(&[accepted(), delivered(OFFICE, 1).own("a@x"), delivered(OFFICE, 2).own("a@x")], "receipt.duplicate", info, "");
    // Another recipient with the same own Message-ID, which nobody signs, is no duplicate.
    let ledger = ledger(&[
        accepted().record(1),
        delivered(OFFICE, 1).own("a@x").record(2),
        delivered(COPY, 1).own("a@x").record(3),
    ]);
    let dossier = &ledger.dossiers_of(super::made::ID, now())[0];
    assert!(dossier.events.iter().all(|event| event.standing == Standing::Counts));
    assert_eq!(states(dossier), [State::Delivered, State::Delivered, State::ExternalFinal]);
}

/// Of one receipt twice, once with an outer header that somebody edited, the whole one stands for both.
#[test]
fn the_better_preserved_of_two_counts() {
    let edited = delivered(OFFICE, 4).own("a").verdict(Verdict::CertifiedWithProblems);
    let ledger = ledger(&[accepted().record(1), edited.record(2), delivered(OFFICE, 4).own("b").record(3)]);
    let dossier = &ledger.dossiers_of(ID, now())[0];
    let standing: Vec<_> = dossier.events[1..].iter().map(|event| (event.source.0, event.standing)).collect();
    assert_eq!(standing, [(3, Standing::Counts), (2, Standing::Duplicate)]);
}

/// Thirty thousand messages that name one identifier, and as many copies under it.
#[test]
fn many_strays_of_one_identifier() {
    let scene = Scene::new();
    let copy = scene.record(1, &Scene::sent());
    let plain = format!(
        "X-Ricevuta: accettazione\r\nFrom: posta-certificata@pec.alfa.example\r\nSubject: ACCETTAZIONE: x\r\n\
         X-Riferimento-Message-ID: <{MSGID}>\r\n\r\naccettato\r\n"
    );
    let claim = scene.record(2, plain.as_bytes());
    let ledger = ledger(&[vec![copy; 30_000], vec![claim; 30_000]].concat());
    let begun = std::time::Instant::now();
    assert_eq!(ledger.strays().len(), 1);
    assert_eq!(ledger.strays()[0].verdict, Some(Verdict::NotPec));
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn contradictions() {
    let conflict = |items: &[Made], detail| has(items, "receipt.conflict", Severity::Error, detail);
    conflict(&[accepted(), delivered(OFFICE, 1), failed(OFFICE, 2)], "consegna / mancata consegna");
    conflict(&[accepted(), refused()], "non accettazione / accettazione");
    conflict(&[refused(), delivered(OFFICE, 1)], "non accettazione / accettazione");
    conflict(&[refused(), failed(OFFICE, 1)], "non accettazione / mancata consegna");
    conflict(&[accepted(), failed(OFFICE, 1), failed_virus(OFFICE, 2)], "per virus");
    conflict(&[accepted(), delivered(OFFICE, 1), notice(OFFICE, 1440, HOURS_24)], "avviso delle 24 ore");
    has(&[accepted(), notice(OFFICE, 1440, ""), delivered(OFFICE, 1500)], "receipt.late", Severity::Warning, "");
}

#[test]
fn what_does_not_agree() {
    let inconsistent = |items: &[Made], severity, detail| has(items, "receipt.inconsistent", severity, detail);
    let (error, warning) = (Severity::Error, Severity::Warning);
    let fewer = delivered(OFFICE, 1).with(|data| data.recipients.truncate(1));
    inconsistent(&[accepted(), fewer], error, "destinatari");
    let reordered = delivered(OFFICE, 1).with(|data| data.recipients.reverse());
    assert_eq!(found(&[accepted(), reordered]), []);
    let spelled = |data: &mut crate::daticert::CertData| data.delivered_to = Some(Address::new(OFFICE.to_uppercase()));
    assert_eq!(found(&[accepted(), delivered(OFFICE, 1).with(spelled)]), []);
    let other = delivered(OFFICE, 1).with(|data| data.client_message_id = Some("<other@x>".into()));
    inconsistent(&[accepted(), other], error, "msgid 2026.42@ditta.example / other@x");
    inconsistent(&[accepted(), delivered(OFFICE, -6)], warning, "360 s before the acceptance");
    assert_eq!(found(&[accepted(), delivered(OFFICE, -5)]), []);
    inconsistent(&[accepted(), Made::new(Kind::Acceptance, ALFA, 3)], error, "another one");
    let mut elsewhere = delivered(OFFICE, 1);
    elsewhere.by = MALLORY;
    inconsistent(
        &[accepted(), delivered(OFFICE, 1), elsewhere.own("m@x").with(|d| d.issuer = None)],
        error,
        "of another provider",
    );
    let absurd = delivered(OFFICE, 1).error(ErrorKind::Virus, "");
    inconsistent(&[accepted(), absurd.clone()], error, "errore virus");
    let ledger = ledger(&[accepted().record(1), absurd.record(2)]);
    let dossier = &ledger.dossiers_of(super::made::ID, now())[0];
    assert_eq!((dossier.events[1].standing, state(dossier, OFFICE)), (Standing::Disputed, State::AwaitingDelivery));
}

/// A delivery receipt speaks of the one recipient in *consegna*: what else it lists is not delivered.
#[test]
fn a_delivery_receipt_delivers_to_one() {
    let also = delivered(OFFICE, 4).with(|data| data.received_for = vec![Address::new(COPY)]);
    let unnamed = also.clone().with(|data| data.delivered_to = None);
    for (receipt, office) in [(also, State::Delivered), (unnamed, State::AwaitingDelivery)] {
        let ledger = ledger(&[accepted().record(1), receipt.record(2)]);
        let dossier = &ledger.dossiers_of(ID, now())[0];
        assert_eq!([OFFICE, COPY].map(|who| state(dossier, who)), [office, State::AwaitingDelivery]);
    }
}

#[test]
fn who_may_not_say_it() {
    let foreign = |kind, minutes| Made::new(kind, MALLORY, minutes);
    has(&[accepted(), foreign(Kind::NonAcceptance, 0)], "receipt.issuer", Severity::Error, "pec.mallory.example");
    has(&[accepted(), foreign(Kind::DelayNotice, 1440).to(OFFICE)], "receipt.issuer", Severity::Error, "mallory");
    // The only provider known, and the identifier names another: it counts, with a warning.
    has(&[foreign(Kind::Acceptance, 0)], "receipt.issuer", Severity::Warning, "mallory");
    has(&[accepted(), delivered("altro@cert.beta.example", 1)], "receipt.recipient", Severity::Error, "altro@");
    has(&[accepted(), Made::new(Kind::Delivery, BETA, 1)], "receipt.recipient", Severity::Error, "no recipient");
    has(&[delivered("altro@cert.beta.example", 1)], "receipt.recipient", Severity::Error, "altro@");
    has(&[accepted(), delivered(OUTSIDE, 1)], "receipt.unexpected", Severity::Warning, "");
    has(
        &[accepted().verdict(crate::verify::Verdict::Forged), delivered(OFFICE, 1)],
        "receipt.unproven",
        Severity::Warning,
        "accettazione: forged",
    );
}

#[test]
fn the_same_identifier_under_another_sender_is_another_dossier() {
    let stranger = delivered(OFFICE, 1).with(|data| data.sender = Some(Address::new("bruno@pec.alfa.example")));
    let ledger = ledger(&[accepted().record(1), stranger.record(2)]);
    let dossiers = ledger.dossiers_of(super::made::ID, at(1).timestamp());
    assert_eq!(dossiers.iter().map(|d| d.sender.unwrap()).collect::<Vec<_>>(), [ANNA, "bruno@pec.alfa.example"]);
    assert_eq!((state(&dossiers[0], OFFICE), state(&dossiers[1], OFFICE)), (State::AwaitingDelivery, State::Delivered));
    assert_eq!(codes(&dossiers[0]), ["receipt.sender"]);
    assert_eq!(codes(&dossiers[1]), ["receipt.missing", "receipt.sender"]);
    assert_eq!(dossiers[0].findings[0].finding.detail, "bruno@pec.alfa.example");
}

#[test]
fn missing_receipts_and_silence() {
    has(&[delivered(OFFICE, 1)], "receipt.missing", Severity::Warning, "accettazione");
    let visible = || Ledger::new(HashKey::new([1; 16])).service_receipts(ServiceReceipts::Visible);
    let details = |records: &[Record], hours| {
        let ledger = fill(visible(), records);
        let dossier = &ledger.dossiers_of(super::made::ID, at(hours).timestamp())[0];
        dossier.findings.iter().map(|r| (r.finding.code.as_str(), r.finding.detail.to_string())).collect::<Vec<_>>()
    };
    let missing = |detail: &str| ("receipt.missing", detail.to_owned());
    assert_eq!(details(&[accepted().record(1), delivered(OFFICE, 1).record(2)], 2), [missing("presa-in-carico")]);
    let virus = Made::new(Kind::VirusDetection, BETA, 1).to(OFFICE).error(ErrorKind::Virus, "EICAR");
    assert_eq!(details(&[accepted().record(1), virus.record(2)], 2), [missing("errore-consegna (virus)")]);
    assert_eq!(details(&[accepted().record(1), virus.record(2), failed_virus(OFFICE, 2).record(3)], 2), []);
    let taken = Made::new(Kind::TakeCharge, BETA, 1)
        .with(|data| data.received_for = vec![Address::new(OFFICE), Address::new(COPY)]);
    let ledger = fill(visible(), &[accepted().record(1), taken.record(2)]);
    let owed = |hours| {
        let dossiers = ledger.dossiers_of(super::made::ID, at(hours).timestamp());
        dossiers[0].silence.iter().map(|silence| silence.owed).collect::<Vec<_>>()
    };
    assert_eq!((owed(11), owed(12)), (vec![], vec![Owed::Delivery; 2]));
    assert_eq!(owed(24), [Owed::Delivery, Owed::TimeoutNotice, Owed::Delivery, Owed::TimeoutNotice]);
    let unseen = fill(visible(), &[accepted().record(1)]);
    let dossier = &unseen.dossiers_of(super::made::ID, at(12).timestamp())[0];
    let first: Vec<_> = dossier.silence.iter().filter(|s| s.recipient == Some(OFFICE)).map(|s| s.owed).collect();
    assert_eq!(first, [Owed::TakeCharge, Owed::DelayNotice, Owed::Delivery]);
    assert_eq!(dossier.silence[0].since, at(12).timestamp());
}

#[test]
fn whose_message_it_is() {
    let severity = |own: &[&str], records: &[Record]| {
        let ledger = fill(Ledger::new(HashKey::new([1; 16])).own_mailboxes(own.iter().copied()), records);
        let dossier = &ledger.dossiers_of(super::made::ID, at(1).timestamp())[0];
        let ours = dossier.findings.iter().find(|remark| remark.finding.code.as_str() == "receipt.not_ours");
        ours.map(|remark| remark.finding.severity)
    };
    let receipts = [accepted().record(1)];
    assert_eq!(severity(&[], &receipts), None);
    assert_eq!(severity(&["ANNA@pec.alfa.example"], &receipts), Some(Severity::Info));
    assert_eq!(severity(&["bruno@pec.alfa.example"], &receipts), Some(Severity::Error));
    assert_eq!(severity(&[ANNA], &[accepted().record(1), submitted(2)]), None);
    let envelope = Made::new(Kind::Transport, ALFA, 0).record(1);
    assert_eq!(severity(&["ufficio@cert.beta.example"], &[envelope]), None);
}

#[test]
fn what_was_submitted_against_what_was_accepted() {
    let fewer = |data: &mut crate::daticert::CertData| data.recipients.truncate(2);
    let ledger = ledger(&[submitted(1), accepted().with(fewer).record(2)]);
    let dossier = &ledger.dossiers_of_message(MSGID, at(1).timestamp())[0];
    assert_eq!(codes(dossier), ["receipt.inconsistent"]);
    assert_eq!(dossier.findings[0].finding.detail, "destinatari / RCPT TO");
}

#[test]
fn sent_again_under_the_same_message_id() {
    let again = accepted().with(|data| data.pec_id = Some("opec2@pec.alfa.example".into())).with(|data| {
        data.time = crate::daticert::CertTime::at(at(5).timestamp(), 60);
    });
    let sent = Scene::sent();
    let message = Message::parse(&sent[..], &Limits::DEFAULT);
    let later = |source, hours| {
        Record::submitted(Source(source), &message, ANNA, &[OFFICE, COPY, OUTSIDE], at(hours).timestamp())
    };
    let ledger =
        ledger(&[later(13, 9), submitted(11), again.record(2), later(12, 5), accepted().record(1), later(13, 9)]);
    let dossiers = ledger.dossiers_of_message(&format!("<{MSGID}>"), at(10).timestamp());
    let tied: Vec<_> = dossiers.iter().map(|d| (d.pec_id.map(|id| &id[..5]), d.submission.unwrap().0)).collect();
    assert_eq!(tied, [(Some("opec1"), 11), (Some("opec2"), 12), (None, 13)]);
    assert_eq!(states(&dossiers[2]), [State::Pending; 3]);
    assert_eq!(ledger.dossiers(at(10).timestamp()).count(), 3);
}

#[test]
fn copies_and_bounces_and_strays() {
    let scene = Scene::new();
    let copy = scene.record(1, &Scene::sent());
    assert_eq!(copy.role(), Role::Copy);
    let other = String::from_utf8(Scene::sent()).unwrap().replace("From: anna@", "From: bruno@");
    let bounce = |about: &str| {
        format!(
            "From: MAILER-DAEMON@posta.example\r\nTo: {ANNA}\r\nMessage-ID: <b@posta.example>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; posta.example\r\n\r\n\
             Final-Recipient: rfc822; {OUTSIDE}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n\
             Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
        )
    };
    let plain = scene.record(4, bounce(super::made::ID).as_bytes());
    assert_eq!(plain.role(), Role::Bounce);
    let beta = &scene.world.alfa;
    let wrapped =
        beta.seal(&beta.anomaly(bounce(super::made::ID).as_bytes(), "x@posta.example", "non PEC", at(1))).unwrap();
    let ledger = ledger(&[
        copy,
        scene.record(2, other.as_bytes()),
        accepted().record(3),
        plain,
        scene.record(5, &wrapped),
        scene.record(6, bounce("unknown@x").as_bytes()),
    ]);
    let dossiers: Vec<_> = ledger.dossiers(at(1).timestamp()).collect();
    assert_eq!(dossiers.len(), 1);
    assert_eq!((&dossiers[0].copies[..], dossiers[0].sent_copy()), (&[Source(1)][..], Some(Source(1))));
    let bounces: Vec<_> = dossiers[0].bounces.iter().map(|b| (b.source.0, b.in_anomaly, b.status)).collect();
    assert_eq!(bounces, [(4, false, Some("5.1.1")), (5, true, Some("5.1.1"))]);
    assert_eq!(state(&dossiers[0], OUTSIDE), State::ExternalFinal);
    assert_eq!(
        ledger.strays().iter().map(|stray| (stray.source, stray.role)).collect::<Vec<_>>(),
        [(Source(6), Role::Bounce)]
    );
    // An anomaly envelope around anything else says nothing of any transaction.
    let anomaly = beta.seal(&beta.anomaly(&Scene::sent(), ANNA, "non PEC", at(1))).unwrap();
    assert_eq!(scene.read(7, &anomaly), None);
}

#[test]
fn a_certified_receipt_without_identifier_is_a_claim() {
    let nameless = delivered(OFFICE, 1).with(|data| data.pec_id = None).record(2);
    assert_eq!(nameless.role(), Role::Claim);
    let ledger = ledger(&[accepted().record(1), nameless]);
    let dossier = &ledger.dossiers_of(super::made::ID, at(1).timestamp())[0];
    assert_eq!((state(dossier, OFFICE), dossier.claims[0].source), (State::AwaitingDelivery, Source(2)));
}

#[test]
fn a_thousand_recipients() {
    let address = |n: usize| format!("U{n:04}@cert.beta.example");
    let all = |data: &mut crate::daticert::CertData| {
        data.recipients = (0..1_000)
            .map(|n| Recipient { address: Address::new(address(n)), class: AddressClass::Certified })
            .collect();
    };
    let receipts = (0..1_000).rev().map(|n| delivered(&address(n).to_lowercase(), 1).with(all));
    let mut records: Vec<_> = receipts.zip(1..).map(|(made, source)| made.record(source)).collect();
    let check = |records: &[Record], states: usize| {
        let ledger = ledger(records);
        let dossier = &ledger.dossiers_of(super::made::ID, at(1).timestamp())[0];
        assert_eq!((dossier.recipients.len(), dossier.state()), (states, Some(State::Delivered)));
        assert_eq!(dossier.recipients[7].address, address(7));
        codes(dossier)
    };
    assert_eq!(check(&records, 1_000), ["receipt.missing"]);
    records.push(accepted().with(all).record(0));
    assert_eq!(check(&records, 1_000), [""; 0]);
}

/// A code without a test is not a code.
#[test]
fn every_code_of_the_room_is_asserted() {
    let sources = [include_str!("findings.rs"), include_str!("signed.rs")].concat();
    let codes = crate::finding::Code::ALL.iter().filter(|code| code.layer() == crate::finding::Layer::Receipt);
    for code in codes {
        let named = [format!("\"{code}\""), format!("Code::{code:?}")].iter().any(|name| sources.contains(name));
        assert!(named, "no test asserts {code}");
    }
}
