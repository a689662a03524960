//! What is to be sent: given once, never sent twice because nobody knows, and tied to its receipts.

use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use pec_archive::{
    Actor, Answer, Answers, Archive, Ending, Erasure, Error, Happened, Id, Intake, Kept, Outcome, Outgoing, Reply,
    Resolution, Stored, Ticket, TicketState,
};
use pec_core::compose::Conditions;
use pec_core::trust::TrustStore;

use crate::scene::{ANNA, FULL, OFFICE, Scene, message};

const TO: &[&str] = &[OFFICE, FULL];

struct Desk {
    archive: Archive,
    trust: TrustStore,
    now: Timestamp,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new(trust: &TrustStore) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let now = "2026-02-09T10:00:00Z".parse().unwrap();
        Self { archive, trust: trust.clone(), now, _folder: folder }
    }

    fn intake(&self) -> Intake<'_> {
        Intake::new(&self.trust, self.now).mailbox(ANNA)
    }

    fn queue(&self, key: &str, message: &[u8]) -> Result<Ticket, Error> {
        let outgoing = Outgoing { mailbox: ANNA, key, sender: ANNA, recipients: TO };
        self.archive.queue(&Actor::host(), &self.intake(), &outgoing, message.to_vec())
    }

    fn journal(&self, outcomes: &[Outcome], begin: Option<i64>) -> bool {
        self.attempt(outcomes, begin).is_some()
    }

    fn attempt(&self, outcomes: &[Outcome], begin: Option<i64>) -> Option<u32> {
        self.archive.journal(&Actor::host(), &self.intake(), outcomes, begin).unwrap()
    }

    /// The attempt that was begun last ends.
    fn ends(&self, ticket: &Ticket, ending: Ending, code: u16) {
        self.attempt_ends(ticket, Some(self.ticket(&ticket.key).attempts), ending, code);
    }

    fn attempt_ends(&self, ticket: &Ticket, attempt: Option<u32>, ending: Ending, code: u16) {
        let reply = |text: &str| Reply { code, enhanced: Some("2.0.0".into()), text: text.into() };
        let recipients = TO.iter().map(|to| Answer { recipient: (*to).into(), reply: reply("ok") }).collect();
        let answers = Answers { message: Some(reply("preso")), recipients };
        self.journal(&[Outcome { ticket: ticket.number, attempt, ending, answers, at: self.now }], None);
    }

    fn ticket(&self, key: &str) -> Ticket {
        self.archive.ticket(&Actor::host(), ANNA, key).unwrap()
    }

    fn open(&self) -> Vec<Ticket> {
        self.archive.open_outbox(&Actor::host(), &self.intake(), ANNA).unwrap()
    }

    fn logged(&self, what: &str) -> usize {
        let entries = (0..).map_while(|n| self.archive.log_entry(&Actor::host(), n).unwrap());
        entries.filter(|entry| entry.contains(&format!("\"what\":\"{what}\""))).count()
    }
}

fn draft(n: u32) -> Vec<u8> {
    message(&format!("{n}@ditta.example"), "Fattura", 3000)
}

#[test]
fn what_is_queued_under_capitals_is_in_the_outbox_of_the_mailbox() {
    let desk = Desk::new(&TrustStore::built_in());
    let host = Actor::host();
    let loud = ANNA.to_uppercase();
    let outgoing = Outgoing { mailbox: &loud, key: "k", sender: ANNA, recipients: TO };
    let ticket = desk.archive.queue(&host, &desk.intake(), &outgoing, draft(1)).unwrap();
    assert_eq!(ticket.mailbox, ANNA);
    // The same key, whatever the case.
    assert_eq!(desk.queue("k", &draft(1)).unwrap().number, ticket.number);
    assert!(matches!(desk.queue("k", &draft(2)), Err(Error::KeyReused { .. })));
    let waiting = |mailbox: &str| desk.archive.tickets(&host, mailbox, TicketState::Queued, 0, 9).unwrap().len();
    assert_eq!([waiting(ANNA), waiting(&loud)], [1, 1]);
    assert_eq!(desk.archive.ticket(&host, &loud, "k").unwrap().number, ticket.number);
    desk.journal(&[], Some(ticket.number));
    assert_eq!(desk.archive.handed_over(&host, &loud, Timestamp::UNIX_EPOCH).unwrap().len(), 1);
    // What a crash has left there is found under either name too.
    assert_eq!(desk.archive.open_outbox(&host, &desk.intake(), &loud).unwrap().len(), 1);
    desk.archive.resolve(&host, &desk.intake(), &loud, "k", Resolution::NotSent).unwrap();
    assert_eq!(desk.ticket("k").state, TicketState::Queued);
}

#[test]
fn a_key_stands_for_one_message_for_ever() {
    let desk = Desk::new(&TrustStore::built_in());
    let first = desk.queue("INV-2026-0042", &draft(1)).unwrap();
    assert_eq!(
        (first.state, first.message_id.as_str(), first.id),
        (TicketState::Queued, "1@ditta.example", Id::of(&draft(1)))
    );
    assert_eq!(desk.archive.get(&Actor::host(), first.id).unwrap(), draft(1));
    assert_eq!(desk.queue("INV-2026-0042", &draft(1)).unwrap(), first);
    let other = desk.queue("INV-2026-0042", &draft(2)).unwrap_err();
    assert!(matches!(&other, Error::KeyReused { id, .. } if *id == first.id), "{other}");
    assert!(desk.archive.get(&Actor::host(), Id::of(&draft(2))).is_err(), "nothing of it was stored");
    // The same bytes to somebody else are another message.
    let outgoing = Outgoing { mailbox: ANNA, key: "INV-2026-0042", sender: ANNA, recipients: &[OFFICE] };
    let fewer = desk.archive.queue(&Actor::host(), &desk.intake(), &outgoing, draft(1));
    assert!(matches!(fewer, Err(Error::KeyReused { .. })));
    // Another mailbox has keys of its own; what was sent keeps its key.
    let outgoing = Outgoing { mailbox: OFFICE, recipients: TO, ..outgoing };
    assert_eq!(
        desk.archive.queue(&Actor::host(), &desk.intake(), &outgoing, draft(1)).unwrap().state,
        TicketState::Queued
    );
    assert!(desk.journal(&[], Some(first.number)));
    desk.ends(&first, Ending::Sent, 250);
    assert_eq!(desk.queue("INV-2026-0042", &draft(1)).unwrap().state, TicketState::Sent);
    assert_eq!((desk.logged("queue"), desk.logged("put"), desk.logged("sent")), (2, 1, 1));
    for odd in ["", " ", "a\nb", &"k".repeat(501)] {
        assert!(matches!(desk.queue(odd, &draft(3)), Err(Error::BadValue { what: "key", .. })), "{odd:?}");
    }
}

#[test]
fn two_handles_that_queue_the_same_key_at_a_time_get_one_ticket() {
    let desk = Desk::new(&TrustStore::built_in());
    let path = desk.archive.path().to_owned();
    let numbers: Vec<i64> = std::thread::scope(|scope| {
        let one = |_| {
            let archive = Archive::open(&path).unwrap();
            let intake = desk.intake();
            let outgoing = Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: TO };
            archive.queue(&Actor::host(), &intake, &outgoing, draft(1)).unwrap().number
        };
        let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || one(n))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(numbers.iter().all(|number| *number == numbers[0]));
    assert_eq!(desk.logged("queue"), 1);
}

#[test]
fn what_was_sent_is_a_submission_and_its_dossier_waits_for_receipts() {
    let scene = Scene::new(3000);
    let desk = Desk::new(scene.trust());
    let ticket = desk.queue("k", &scene.sent).unwrap();
    let host = Actor::host();
    let states = |desk: &Desk| -> Vec<String> {
        let ledger = desk.archive.ledger(&host, &desk.intake(), &ticket.message_id).unwrap();
        ledger
            .dossiers(scene.now())
            .flat_map(|it| it.recipients.into_iter().map(|to| to.state.as_str().to_owned()))
            .collect()
    };
    assert!(desk.archive.submission(&host, ticket.id).unwrap().is_none());
    assert!(desk.journal(&[], Some(ticket.number)));
    assert_eq!(desk.ticket("k").attempts, 1);
    desk.ends(&ticket, Ending::Sent, 250);
    assert_eq!(desk.archive.submission(&host, ticket.id).unwrap().unwrap().recipients, [OFFICE, FULL]);
    assert_eq!(states(&desk), ["pending", "pending"]);
    let stats = desk.archive.stats(&host).unwrap();
    assert_eq!(stats.states.get("pending"), Some(&2));
    desk.archive.put_batch(&host, &desk.intake(), scene.mailbox(ANNA)).unwrap();
    assert_eq!(states(&desk), ["delivered", "failed"]);
    // Who follows events is told by the caller's own key.
    let told = desk.archive.events(&host, 0, 100).unwrap();
    let ticket = Happened::Ticket { mailbox: ANNA.into(), key: "k".into(), state: "sent".into() };
    let at = told.iter().position(|event| event.what == ticket).unwrap();
    let pending = |event: &pec_archive::Event| matches!(&event.what, Happened::State { to, .. } if to == "pending");
    assert_eq!(told[at..].iter().filter(|event| pending(event)).count(), 2);
    let sent = desk.ticket("k");
    assert_eq!((sent.answers.recipients.len(), sent.answers.message.unwrap().code), (2, 250));
    let check = desk.archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
}

#[test]
fn what_was_being_sent_when_the_sender_died_is_unknown_and_does_not_go_again() {
    let desk = Desk::new(&TrustStore::built_in());
    let ticket = desk.queue("k", &draft(1)).unwrap();
    assert!(desk.journal(&[], Some(ticket.number)));
    assert!(!desk.journal(&[], Some(ticket.number)), "another sender finds that it no longer waits");
    let unknown = desk.open();
    assert_eq!(unknown.iter().map(|it| it.key.as_str()).collect::<Vec<_>>(), ["k"]);
    assert!(!desk.journal(&[], Some(ticket.number)));
    assert_eq!((desk.open().len(), desk.logged("send-unknown")), (1, 1));
    let host = Actor::host();
    let resolve = |how| desk.archive.resolve(&host, &desk.intake(), ANNA, "k", how);
    assert_eq!(resolve(Resolution::NotSent).unwrap().state, TicketState::Queued);
    assert!(matches!(resolve(Resolution::Sent), Err(Error::BadValue { .. })));
    assert!(desk.journal(&[], Some(ticket.number)));
    desk.open();
    assert_eq!(resolve(Resolution::Sent).unwrap().state, TicketState::Sent);
    assert!(desk.archive.submission(&host, ticket.id).unwrap().is_some());
    assert_eq!((desk.logged("resolve"), desk.logged("sent")), (2, 1));
}

#[test]
fn a_certified_receipt_says_that_it_has_gone_and_a_foreign_one_does_not() {
    let scene = Scene::new(3000);
    let host = Actor::host();
    // The receipts of the message, those of its envelope at the recipient's, and one without a signature.
    let receipts = scene.mailbox(ANNA);
    let unsigned: Vec<Vec<u8>> = receipts
        .iter()
        .map(|receipt| String::from_utf8_lossy(receipt).replace("pkcs7-signature", "pkcs7-nonsense").into_bytes())
        .collect();
    for (found, expected) in [(receipts, TicketState::Sent), (unsigned, TicketState::Unknown)] {
        let desk = Desk::new(scene.trust());
        let ticket = desk.queue("k", &scene.sent).unwrap();
        let elsewhere = Outgoing { mailbox: OFFICE, key: "k", sender: OFFICE, recipients: &[ANNA] };
        let copy = desk.archive.queue(&host, &desk.intake(), &elsewhere, scene.sent.clone()).unwrap();
        assert!(desk.journal(&[], Some(ticket.number)) && desk.journal(&[], Some(copy.number)));
        assert_eq!(desk.open().len(), 1);
        desk.archive.put_batch(&host, &desk.intake(), found).unwrap();
        assert_eq!(desk.open().is_empty(), expected == TicketState::Sent);
        assert_eq!(desk.ticket("k").state, expected);
        // Receipts speak of the sender that they name.
        assert_eq!(desk.archive.open_outbox(&host, &desk.intake(), OFFICE).unwrap().len(), 1);
    }
}

#[test]
fn the_last_word_of_the_server_counts_whatever_was_believed_meanwhile() {
    let desk = Desk::new(&TrustStore::built_in());
    let ticket = desk.queue("k", &draft(1)).unwrap();
    let later = desk.now + SignedDuration::from_mins(5);
    desk.journal(&[], Some(ticket.number));
    desk.ends(&ticket, Ending::Later(Some(later)), 451);
    let waiting = desk.ticket("k");
    assert_eq!((waiting.state, waiting.not_before, waiting.attempts), (TicketState::Queued, Some(later), 1));
    desk.journal(&[], Some(ticket.number));
    // A second sender opens the outbox; then the first one hears that it was taken.
    desk.open();
    desk.ends(&ticket, Ending::Sent, 250);
    assert_eq!(desk.ticket("k").state, TicketState::Sent);
    desk.ends(&ticket, Ending::Unknown, 0);
    desk.ends(&ticket, Ending::Refused, 550);
    assert_eq!((desk.ticket("k").state, desk.logged("sent")), (TicketState::Sent, 1));
    let begun = desk.archive.handed_over(&Actor::host(), ANNA, desk.now).unwrap();
    assert_eq!(begun, [desk.now]);
    let refused = desk.queue("l", &draft(2)).unwrap();
    desk.journal(&[], Some(refused.number));
    desk.ends(&refused, Ending::Refused, 550);
    assert_eq!((desk.ticket("l").state, desk.logged("send-refused")), (TicketState::Refused, 1));
    assert!(!desk.journal(&[], Some(refused.number)));
    // What a server says mostly names a recipient, and the log is for ever: it has the code, the ticket the words.
    let (entries, _) = desk.archive.log_root(&Actor::host()).unwrap();
    let logged = (0..entries).filter_map(|n| desk.archive.log_entry(&Actor::host(), n).unwrap());
    let refusal = logged.filter(|entry| entry.contains("send-refused")).collect::<String>();
    assert!(refusal.contains("\"why\":\"550 2.0.0\"") && !refusal.contains("ok"), "{refusal}");
    assert_eq!(desk.ticket("l").answers.recipients[0].reply.text, "ok");
}

#[test]
fn what_a_sender_met_before_he_could_begin_changes_nothing_of_what_another_is_sending() {
    let desk = Desk::new(&TrustStore::built_in());
    let ticket = desk.queue("k", &draft(1)).unwrap();
    let later = Ending::Later(Some(desk.now));
    // Of what waits, it counts.
    desk.attempt_ends(&ticket, None, later, 451);
    assert_eq!((desk.ticket("k").state, desk.ticket("k").not_before), (TicketState::Queued, Some(desk.now)));
    assert!(desk.journal(&[], Some(ticket.number)));
    let sending = desk.ticket("k");
    let unmoved = |is: &Ticket| {
        for ending in [later, Ending::Refused, Ending::Unknown] {
            desk.attempt_ends(&ticket, None, ending, 450);
            assert_eq!(desk.ticket("k"), *is, "{ending:?}");
        }
    };
    unmoved(&sending);
    // The one who began it is cut off, or dies: nobody knows, whatever others are told.
    desk.ends(&ticket, Ending::Unknown, 0);
    unmoved(&desk.ticket("k"));
    assert_eq!((desk.logged("send-unknown"), desk.logged("send-refused")), (1, 0));
}

#[test]
fn an_attempt_that_ends_late_does_not_end_the_one_after_it_unless_the_server_has_the_message() {
    let desk = Desk::new(&TrustStore::built_in());
    let ticket = desk.queue("k", &draft(1)).unwrap();
    assert_eq!(desk.attempt(&[], Some(ticket.number)), Some(1));
    desk.open();
    let host = Actor::host();
    desk.archive.resolve(&host, &desk.intake(), ANNA, "k", Resolution::NotSent).unwrap();
    assert_eq!(desk.attempt(&[], Some(ticket.number)), Some(2));
    let second = desk.ticket("k");
    for ending in [Ending::Later(None), Ending::Refused, Ending::Unknown] {
        desk.attempt_ends(&ticket, Some(1), ending, 451);
        assert_eq!(desk.ticket("k"), second, "{ending:?}");
    }
    desk.attempt_ends(&ticket, Some(1), Ending::Sent, 250);
    assert_eq!((desk.ticket("k").state, desk.logged("sent")), (TicketState::Sent, 1));
}

#[test]
fn what_waits_cannot_be_erased_and_a_key_outlives_what_is() {
    let desk = Desk::new(&TrustStore::built_in());
    let host = Actor::host();
    let ticket = desk.queue("k", &draft(1)).unwrap();
    let far: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();
    let erase = || desk.archive.erase(&host, far, &[ticket.id], "termine").unwrap().remove(0);
    assert_eq!(erase(), Erasure::Refused(Kept::HeldFor("k".into())));
    desk.journal(&[], Some(ticket.number));
    desk.ends(&ticket, Ending::Sent, 250);
    assert!(matches!(erase(), Erasure::Erased { .. }));
    // It is sent no second time, and not said to have gone to anybody.
    for message in [draft(1), draft(2)] {
        assert!(matches!(desk.queue("k", &message), Err(Error::KeyReused { .. })));
    }
    assert_eq!(desk.ticket("k").state, TicketState::Sent);
    // Not to whom it went, nor what was answered.
    let kept = desk.ticket("k");
    assert_eq!((kept.id, &*kept.sender, &*kept.message_id, &kept.answers), (ticket.id, "", "", &Answers::default()));
    assert!(kept.recipients.is_empty());
    let file = std::fs::read(desk.archive.path()).unwrap();
    assert!(!file.windows(OFFICE.len()).any(|window| window == OFFICE.as_bytes()));
    let check = desk.archive.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(check.is_clean(), "{check:?}");
}

#[test]
fn a_salvage_brings_the_outbox_over_and_a_check_misses_what_it_lacks() {
    let desk = Desk::new(&TrustStore::built_in());
    let host = Actor::host();
    for n in 1..4 {
        desk.queue(&n.to_string(), &draft(n)).unwrap();
    }
    let sending = desk.ticket("2");
    desk.journal(&[], Some(sending.number));
    let to = desk.archive.path().with_extension("saved");
    Archive::salvage(&host, &desk.intake(), desk.archive.path(), &to, &mut |_| ControlFlow::Continue(())).unwrap();
    let saved = Archive::open(&to).unwrap();
    for key in ["1", "2", "3"] {
        let (before, after) = (desk.ticket(key), saved.ticket(&host, ANNA, key).unwrap());
        assert_eq!((before.state, before.id), (after.state, after.id));
    }
    let put = saved.put(&host, &desk.intake(), draft(1)).unwrap();
    assert_eq!(put.stored, Stored::Known);

    // A row that was tampered with.
    let database = rusqlite::Connection::open(&to).unwrap();
    database.execute_batch("PRAGMA foreign_keys = OFF; UPDATE outbox SET message = NULL WHERE key = '1'").unwrap();
    database.execute_batch("UPDATE outbox SET recipients = 'x' WHERE key = '3'").unwrap();
    drop(database);
    let check = saved.check(&host, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(check.structure.len(), 2, "{check:?}");
    assert!(matches!(saved.ticket(&host, ANNA, "3"), Err(Error::Damaged(_))));
}

#[test]
fn what_a_provider_would_refuse_is_not_queued_and_every_reason_is_told() {
    let desk = Desk::new(&TrustStore::built_in());
    let (host, law) = (Actor::host(), Conditions::law());
    let queue = |key, recipients: &[&str], message: &[u8], conditions: &Conditions| {
        let outgoing = Outgoing { mailbox: ANNA, key, sender: ANNA, recipients };
        desk.archive.queue_checked(&host, &desk.intake(), &outgoing, message.to_vec(), conditions)
    };
    let Err(Error::Refused(refusals)) = queue("1", TO, b"Bcc: x@y.example\n\nx", &law) else {
        panic!("it is taken");
    };
    let codes: Vec<&str> = refusals.iter().map(|refusal| refusal.code.as_str()).collect();
    for code in ["send.line_ends", "send.bcc", "send.no_to", "send.no_from"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    let error = Error::Refused(refusals);
    assert!(error.code() == "compose.refused" && error.to_string().contains("send.bcc: "), "{error}");
    assert!(matches!(desk.archive.ticket(&host, ANNA, "1"), Err(Error::NotFound(_))));
    assert_eq!(desk.archive.stats(&host).unwrap().messages, 0);

    // What can be sent is; asked again, it is not judged by other conditions than those under which it was taken.
    let message = scene_message();
    let first = queue("2", TO, &message, &law).unwrap();
    let narrow = Conditions { message_bytes: Some(10), ..law };
    assert_eq!(queue("2", TO, &message, &narrow).unwrap(), first);
    assert!(matches!(queue("2", TO, b"x", &narrow), Err(Error::KeyReused { .. })));
    assert!(matches!(queue("3", TO, &message, &narrow), Err(Error::Refused(_))));
}

/// A message to both recipients that any provider takes.
fn scene_message() -> Vec<u8> {
    format!(
        "From: {ANNA}\r\nTo: {OFFICE}, {FULL}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <7@ditta.example>\r\n\
         Subject: Fattura\r\n\r\nBuongiorno.\r\n"
    )
    .into_bytes()
}
