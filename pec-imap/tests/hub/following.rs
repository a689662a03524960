//! Rules that hand on, once and never round; mail put where people read it.

use std::fs;

use jiff::SignedDuration;
use pec_archive::{Action, Actor, Event, Happened, Id, Intake, Progressed, Reached, Rule, TicketState};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_imap::{Delivery, ForwardOutcome, read_rules};
use pec_sandbox::network::{Answer, Mailbox, Network, Settings};

use crate::office::{Office, spec};
use crate::server::Server;

const ANNA: &str = "anna@pec.alfa.example";
const UFFICIO: &str = "ufficio@cert.beta.example";
const CAPO: &str = "capo@cert.beta.example";
const POSTA: &str = "posta@ditta.example";

struct Scene {
    office: Office,
    network: Network,
}

impl Scene {
    fn new() -> Self {
        let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
        for address in [ANNA, UFFICIO, CAPO] {
            network.add(Mailbox::new(address)).unwrap();
        }
        let office = Office::judging(network.trust().clone(), network.time());
        office.hub.add(&[spec(ANNA, 1, "segreta"), spec(UFFICIO, 1, "segreta")]).unwrap();
        Self { office, network }
    }

    /// Somebody sends, and everybody has what comes of it.
    fn submit(&mut self, from: &str, to: &str, bytes: &[u8]) {
        assert_eq!(self.network.submit(from, &[to], bytes).unwrap().answer, Answer::Accepted);
        self.network.settle().unwrap();
        self.network.advance(SignedDuration::from_mins(10)).unwrap();
    }

    fn letter(&mut self, number: usize, from: &str, to: &str) {
        let bytes = format!(
            "From: {from}\r\nTo: {to}\r\nMessage-ID: <{number}@x.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
             Subject: Contratto {number}\r\n\r\nBuongiorno.\r\n"
        );
        self.submit(from, to, bytes.as_bytes());
    }

    /// What lies in a mailbox comes into the archive.
    fn receive(&self, address: &str) -> Vec<Id> {
        let all = self.network.messages(address).unwrap().iter().map(|stored| stored.bytes.to_vec()).collect();
        let intake = Intake::new(self.network.trust(), self.network.time()).mailbox(address);
        let puts = self.office.archive.put_batch(&Actor::host(), &intake, all).unwrap();
        puts.into_iter().map(|put| put.id).collect()
    }

    fn outcomes(&self, rules: &[Rule]) -> Vec<ForwardOutcome> {
        self.office.hub.apply_rules(rules).unwrap();
        self.office.hub.act_on_events().unwrap().into_iter().map(|one| one.outcome).collect()
    }

    fn queued(&self, mailbox: &str) -> Vec<pec_archive::Ticket> {
        self.office.archive.tickets(&Actor::host(), mailbox, TicketState::Queued, 0, 100).unwrap()
    }
}

fn everything_to(to: &str) -> Vec<Rule> {
    vec![Rule::new("tutto", "", vec![Action::Forward(to.into())]).unwrap()]
}

fn is_queued(outcome: &ForwardOutcome) -> bool {
    matches!(outcome, ForwardOutcome::Queued { .. })
}

#[test]
fn what_a_rule_hands_on_goes_byte_for_byte_and_once_whatever_is_interrupted() {
    let mut scene = Scene::new();
    scene.letter(1, ANNA, UFFICIO);
    let rules = read_rules(
        "[[rule]]\nname = \"contratti\"\nquery = \"oggetto:contratto tipo:busta\"\ntag = [\"contratto\"]\n\
         forward = [\"capo@cert.beta.example\"]\n",
    )
    .unwrap();
    scene.office.hub.begin_rules().unwrap();
    let id = scene.receive(UFFICIO)[0];
    assert!(scene.outcomes(&rules).iter().all(is_queued));
    let tickets = scene.queued(UFFICIO);
    assert_eq!(tickets.len(), 1);
    assert_eq!((tickets[0].recipients.as_slice(), tickets[0].sender.as_str()), (&[CAPO.to_owned()][..], UFFICIO));
    let host = Actor::host();
    let (envelope, forward) =
        (scene.office.archive.get(&host, id).unwrap(), scene.office.archive.get(&host, tickets[0].id).unwrap());
    let parsed = Message::parse(&forward[..], &Limits::DEFAULT);
    let carried = parsed.attachments().find(|part| part.media_type() == "message/rfc822").unwrap();
    assert_eq!(carried.content().as_ref(), &envelope[..]);
    assert_eq!(scene.office.archive.entry(&host, id).unwrap().tags, ["contratto"]);

    // Again, also where nobody has noted that it was done: the same ticket.
    assert!(scene.outcomes(&rules).is_empty());
    scene.office.archive.finished(&host, "altro", 1).unwrap();
    assert_eq!(scene.queued(UFFICIO).len(), 1);
    // Under the same name a rule acts once, whatever it is later.
    assert!(scene.outcomes(&[Rule::new("contratti", "", vec![Action::Tag("x".into())]).unwrap()]).len() <= 1);
}

#[test]
fn nothing_goes_round_between_two_mailboxes_of_the_house_and_no_receipt_of_it_is_handed_on() {
    let mut scene = Scene::new();
    let host = Actor::host();
    let (to_anna, to_ufficio) = (everything_to(ANNA), everything_to(UFFICIO));
    scene.office.hub.begin_rules().unwrap();
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    let outcomes = scene.outcomes(&to_anna);
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "{outcomes:?}");
    // It goes, and comes to Anna; the receipts for it come to the office.
    let ticket = scene.queued(UFFICIO).remove(0);
    let forward = scene.office.archive.get(&host, ticket.id).unwrap();
    scene.submit(UFFICIO, ANNA, &forward);
    scene.receive(ANNA);
    scene.receive(UFFICIO);
    let outcomes = scene.outcomes(&[
        Rule::new("ritorno", "", vec![Action::Forward(UFFICIO.into())]).unwrap(),
        Rule::new("ancora", "", vec![Action::Forward(CAPO.into())]).unwrap(),
    ]);
    assert_eq!(outcomes.len(), 6, "an envelope and two receipts, by two rules each");
    assert!(outcomes.iter().all(|outcome| *outcome == ForwardOutcome::Loop), "{outcomes:?}");
    assert_eq!((scene.queued(ANNA).len(), scene.queued(UFFICIO).len()), (0, 1));
    // To the mailbox in which it lies.
    scene.letter(2, CAPO, ANNA);
    scene.receive(ANNA);
    let mut self_forward = everything_to(ANNA);
    self_forward.extend(to_ufficio);
    let outcomes = scene.outcomes(&self_forward[..1]);
    assert_eq!(outcomes, [ForwardOutcome::Loop]);
}

#[test]
fn an_old_mailbox_that_is_brought_in_is_filed_and_not_sent_again() {
    let mut scene = Scene::new();
    scene.office.hub.begin_rules().unwrap();
    scene.letter(1, CAPO, UFFICIO);
    scene.network.advance(SignedDuration::from_hours(96)).unwrap();
    scene.letter(2, CAPO, UFFICIO);
    let ids = scene.receive(UFFICIO);
    let mut rules = everything_to(ANNA);
    rules.push(Rule::new("tutti", "", vec![Action::Tag("visto".into())]).unwrap());
    let mut outcomes = scene.outcomes(&rules);
    outcomes.sort_by_key(is_queued);
    assert!(outcomes.len() == 2 && outcomes[0] == ForwardOutcome::Old && is_queued(&outcomes[1]), "{outcomes:?}");
    for id in ids {
        assert_eq!(scene.office.archive.entry(&Actor::host(), id).unwrap().tags, ["visto"]);
    }
}

#[test]
fn a_message_id_that_somebody_has_made_up_stops_no_rule() {
    let mut scene = Scene::new();
    scene.office.hub.begin_rules().unwrap();
    let forged = format!(
        "From: {CAPO}\r\nTo: {UFFICIO}\r\nMessage-ID: <rule.{}@cert.beta.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
         Subject: x\r\n\r\ny\r\n",
        "0".repeat(32)
    );
    scene.submit(CAPO, UFFICIO, forged.as_bytes());
    scene.receive(UFFICIO);
    let outcomes = scene.outcomes(&everything_to(ANNA));
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "{outcomes:?}");
}

#[test]
fn what_was_there_before_and_what_goes_out_is_no_matter_of_rules_and_what_cannot_go_is_told() {
    let mut scene = Scene::new();
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    scene.office.hub.begin_rules().unwrap();
    scene.office.hub.begin_rules().unwrap();
    assert!(scene.outcomes(&everything_to(ANNA)).is_empty());

    // In the outbox, in no mailbox of ours, and for whom it cannot be.
    let intake = Intake::new(scene.network.trust(), scene.network.time());
    let host = Actor::host();
    let archive = &scene.office.archive;
    let outgoing = pec_archive::Outgoing { mailbox: ANNA, key: "k", sender: ANNA, recipients: &[UFFICIO] };
    archive.queue(&host, &intake.mailbox(ANNA), &outgoing, b"Subject: esce\r\n\r\nx\r\n".to_vec()).unwrap();
    archive.put(&host, &intake.mailbox("altra@x.example"), b"Subject: altrove\r\n\r\nx\r\n".to_vec()).unwrap();
    let here = archive.put(&host, &intake.mailbox(ANNA), b"Subject: qui\r\n\r\nx\r\n".to_vec()).unwrap().id;
    let outcomes = scene.outcomes(&[Rule::new("a", "", vec![Action::Forward("nessuno".into())]).unwrap()]);
    assert_eq!(outcomes.len(), 2, "{outcomes:?}");
    assert_eq!(outcomes[0], ForwardOutcome::NoMailbox);
    assert!(
        matches!(&outcomes[1], ForwardOutcome::Refused(why) if why.iter().any(pec_core::compose::Refusal::is_refused))
    );
    // What a person accepts later is handed on then; what was erased meanwhile is lost, and stops nothing.
    let suggesting = [Rule::new("b", "", vec![Action::Forward(CAPO.into())]).unwrap().suggesting()];
    let other = archive.put(&host, &intake.mailbox(ANNA), b"Subject: due\r\n\r\nx\r\n".to_vec()).unwrap().id;
    assert!(scene.outcomes(&suggesting).is_empty());
    archive.accept(&host, other, "b", scene.network.time()).unwrap();
    let outcomes = scene.outcomes(&suggesting);
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "{outcomes:?}");
    assert!(archive.entry(&host, here).is_ok());
}

#[test]
fn rules_that_cannot_be_meant_are_refused_with_the_place() {
    for (text, what) in [
        ("[[rule]]\nname = \"a\"\nforvard = [\"b@c.it\"]\n", "forvard"),
        ("[[rule]]\nquery = \"a\"\n", "name"),
        ("[[rule]]\nname = \"a\"\nquery = \"stato:felice\"\n", "a: "),
        ("[[rule]]\nname = \"a\"\nforward = [\"capo\"]\n", "capo"),
        ("[[rule]]\nname = \"a\"\n[[rule]]\nname = \"a\"\n", "twice"),
        ("[[rule]]\nname = \"a\"\ntag = [\" \"]\n", "action"),
        ("nonsense", "="),
    ] {
        let error = read_rules(text).unwrap_err().to_string();
        assert!(error.contains(what), "{text}: {error}");
    }
    assert!(read_rules("").unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_comes_in_from_now_on_is_put_into_a_maildir_once_byte_for_byte() {
    let mut scene = Scene::new();
    let host = Actor::host();
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    let maildir = scene.office.folder.path().join("posta");
    let to = Delivery::Maildir(maildir.clone());
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.is_empty(), "it begins now");
    scene.letter(2, CAPO, UFFICIO);
    scene.letter(3, ANNA, UFFICIO);
    scene.receive(UFFICIO);
    scene.receive(ANNA);
    let intake = Intake::new(scene.network.trust(), scene.network.time()).mailbox(UFFICIO);
    // What goes out, and the copy of what another program has sent.
    let outgoing = pec_archive::Outgoing { mailbox: UFFICIO, key: "k", sender: UFFICIO, recipients: &[ANNA] };
    scene.office.archive.queue(&host, &intake, &outgoing, b"Subject: esce\r\n\r\nx\r\n".to_vec()).unwrap();
    let copy = format!("From: {UFFICIO}\r\nSubject: copia\r\n\r\nx\r\n");
    scene.office.archive.put(&host, &intake, copy.into_bytes()).unwrap();
    let relayed = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed;
    assert_eq!(relayed.len(), 2);
    // In the inbox it is no copy: somebody may have written under the name of the office.
    let forged = format!("From: {UFFICIO}\r\nSubject: falsa\r\n\r\nx\r\n");
    let id = scene.office.archive.put(&host, &intake, forged.into_bytes()).unwrap().id;
    let reached = Reached { uid_validity: 1, last_uid: 7, mod_seq: None };
    let stored = Progressed { stored: &[(7, id)], ..Progressed::default() };
    scene.office.archive.advance(&host, UFFICIO, "INBOX", reached, &stored, scene.network.time()).unwrap();
    let more = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed;
    assert_eq!(more.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
    for one in &relayed {
        let file = fs::read(maildir.join("new").join(format!("{}.pec", one.id))).unwrap();
        assert_eq!(file, scene.office.archive.get(&host, one.id).unwrap());
    }
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.is_empty());
    // Somebody has read one, and the note of it is lost: it does not come a second time.
    let name = format!("{}.pec", relayed[0].id);
    fs::rename(maildir.join("new").join(&name), maildir.join("cur").join(format!("{name}:2,S"))).unwrap();
    let again = pec_imap::deliver_to_maildir(&maildir, &scene.office.archive, &host, relayed[0].id).unwrap();
    assert!(again.ends_with(format!("cur/{name}:2,S")));
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 2);
    assert!(scene.office.hub.relay_new("ignota@x.example", &to).await.is_err());
}

/// A message that lies byte for byte in two mailboxes, of which the second gets it `hours` after it was written.
fn in_two(scene: &mut Scene, subject: &str, hours: i64) -> Id {
    let date = scene.network.time().strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
    let bytes = format!("From: a@x.example\r\nDate: {date}\r\nSubject: {subject}\r\n\r\nx\r\n").into_bytes();
    let put = |scene: &Scene, mailbox: &str| {
        let intake = Intake::new(scene.network.trust(), scene.network.time()).mailbox(mailbox);
        scene.office.archive.put(&Actor::host(), &intake, bytes.clone()).unwrap().id
    };
    put(scene, ANNA);
    scene.network.advance(SignedDuration::from_hours(hours)).unwrap();
    put(scene, UFFICIO)
}

#[test]
fn a_rule_for_the_second_mailbox_acts_on_what_the_first_has_had_and_hands_on_no_old_mail() {
    let mut scene = Scene::new();
    scene.office.hub.begin_rules().unwrap();
    let rules = read_rules(
        "[[rule]]\nname = \"ufficio\"\nquery = \"casella:Ufficio@cert.beta.example\"\ntag = [\"ufficio\"]\n\
         forward = [\"capo@cert.beta.example\"]\n[[rule]]\nname = \"tutto\"\nforward = [\"altro@cert.beta.example\"]\n",
    )
    .unwrap();
    let tags = |scene: &Scene, id| scene.office.archive.entry(&Actor::host(), id).unwrap().tags;
    // Both have it before anybody looks; and the rules look in between.
    let fresh = in_two(&mut scene, "nuovo", 1);
    let outcomes = scene.outcomes(&rules);
    assert!(outcomes.len() == 2 && outcomes.iter().all(is_queued), "{outcomes:?}");
    assert_eq!(tags(&scene, fresh), ["ufficio"]);
    assert!(scene.outcomes(&rules).is_empty());

    let intake = Intake::new(scene.network.trust(), scene.network.time()).mailbox(ANNA);
    let date = scene.network.time().strftime("%a, %d %b %Y %H:%M:%S +0000");
    let bytes = format!("From: a@x.example\r\nDate: {date}\r\nSubject: poi\r\n\r\nx\r\n").into_bytes();
    let id = scene.office.archive.put(&Actor::host(), &intake, bytes.clone()).unwrap().id;
    assert_eq!(scene.outcomes(&rules).len(), 1, "for every mailbox");
    scene.office.archive.put(&Actor::host(), &intake.mailbox(UFFICIO), bytes.clone()).unwrap();
    let outcomes = scene.outcomes(&rules);
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "for the second alone: {outcomes:?}");
    assert_eq!(tags(&scene, id), ["ufficio"]);
    scene.office.archive.put(&Actor::host(), &intake.mailbox(UFFICIO), bytes).unwrap();
    assert!(scene.outcomes(&rules).is_empty(), "once");

    // An old mailbox is brought in, whose mail the archive has: it is filed there, and not sent again.
    let rules = &rules[..1];
    let old = in_two(&mut scene, "vecchio", 96);
    let queued = scene.queued(ANNA).len() + scene.queued(UFFICIO).len();
    scene.office.archive.finished(&Actor::host(), "rules", stored_event(&scene, old)).unwrap();
    assert!(scene.outcomes(rules).is_empty());
    assert_eq!(
        (tags(&scene, old), scene.queued(ANNA).len() + scene.queued(UFFICIO).len()),
        (vec!["ufficio".into()], queued)
    );
    // What a person accepts is handed on, however old.
    let suggesting = [everything_to(CAPO)[0].clone().suggesting()];
    let old = in_two(&mut scene, "decide", 96);
    scene.office.archive.finished(&Actor::host(), "rules", stored_event(&scene, old)).unwrap();
    assert!(scene.outcomes(&suggesting).is_empty());
    scene.office.archive.accept(&Actor::host(), old, "tutto", scene.network.time()).unwrap();
    let outcomes = scene.outcomes(&suggesting);
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "{outcomes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_mailboxes_get_byte_for_byte_is_delivered_once_for_each() {
    let mut scene = Scene::new();
    let place = |name: &str| Delivery::Maildir(scene.office.folder.path().join(name));
    let targets = [(ANNA, place("anna")), (UFFICIO, place("ufficio"))];
    for (mailbox, to) in &targets {
        assert!(scene.office.hub.relay_new(mailbox, to).await.unwrap().relayed.is_empty(), "it begins now");
    }
    // Both have it before anybody looks; each alone.
    let together = in_two(&mut scene, "insieme", 1);
    for (mailbox, to) in &targets {
        let relayed = scene.office.hub.relay_new(mailbox, to).await.unwrap().relayed;
        assert_eq!(relayed.iter().map(|one| one.id).collect::<Vec<_>>(), [together], "{mailbox}");
        assert!(scene.office.hub.relay_new(mailbox, to).await.unwrap().relayed.is_empty());
    }
    let intake = Intake::new(scene.network.trust(), scene.network.time());
    for (n, (mailbox, to)) in targets.iter().enumerate() {
        let bytes = b"From: a@x.example\r\nSubject: uno per volta\r\n\r\nx\r\n".to_vec();
        scene.office.archive.put(&Actor::host(), &intake.mailbox(mailbox), bytes).unwrap();
        assert_eq!(scene.office.hub.relay_new(mailbox, to).await.unwrap().relayed.len(), 1);
        let (other, to) = &targets[1 - n];
        assert!(scene.office.hub.relay_new(other, to).await.unwrap().relayed.is_empty(), "{other}");
    }
}

/// The number of the event that says that a message came into the archive.
fn stored_event(scene: &Scene, id: Id) -> u64 {
    let events = scene.office.archive.events(&Actor::host(), 0, 10_000).unwrap();
    let stored = |event: &&Event| event.id == Some(id) && matches!(event.what, Happened::Stored { .. });
    events.iter().find(stored).unwrap().n
}

/// An ordinary mailbox, to which what comes into the office is delivered from now on.
async fn ordinary(scene: &Scene) -> (Server, Delivery) {
    let server = Server::start().await;
    server.with(POSTA, |one| one.password = "segreta".into());
    scene.office.hub.add(&[spec(POSTA, server.port, "segreta")]).unwrap();
    let to = Delivery::Folder { mailbox: POSTA.into(), folder: "INBOX".into() };
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.is_empty(), "it begins now");
    (server, to)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_a_server_does_not_take_is_passed_over_and_the_others_come_once() {
    let mut scene = Scene::new();
    let (server, to) = ordinary(&scene).await;
    server.with(POSTA, |one| one.refuses = Some(("Subject: Contratto 2".into(), "[CANNOT] troppo")));
    for number in 1..=3 {
        scene.letter(number, CAPO, UFFICIO);
    }
    let ids = scene.receive(UFFICIO);
    let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
    assert_eq!((done.relayed.len(), done.passed_over.len()), (2, 1));
    assert!(done.relayed.iter().all(|one| one.read_back) && done.problem.is_none(), "{done:?}");
    let (passed_over, why) = &done.passed_over[0];
    assert!(ids.contains(passed_over) && why.to_string().contains("[CANNOT] troppo"), "{why}");
    assert!(!done.relayed.iter().any(|one| one.id == *passed_over));
    for _ in 0..2 {
        let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
        assert!(done.relayed.is_empty() && done.passed_over.is_empty(), "{done:?}");
    }
    assert_eq!(server.with(POSTA, |one| one.messages.len()), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_no_room_gets_the_rest_when_it_has_and_nothing_twice() {
    let mut scene = Scene::new();
    let (server, to) = ordinary(&scene).await;
    server.with(POSTA, |one| one.refuses = Some(("Subject: Contratto 2".into(), "[OVERQUOTA] piena")));
    for number in 1..=3 {
        scene.letter(number, CAPO, UFFICIO);
    }
    let ids = scene.receive(UFFICIO);
    for _ in 0..3 {
        let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
        assert!(done.passed_over.is_empty());
        assert!(done.problem.is_some_and(|why| why.to_string().contains("[OVERQUOTA]")));
    }
    server.with(POSTA, |one| one.refuses = None);
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().problem.is_none());
    let mut there = server.with(POSTA, |one| one.messages.iter().map(|one| Id::of(one)).collect::<Vec<_>>());
    let mut ids: Vec<Id> = ids.into_iter().collect();
    there.sort_unstable();
    ids.sort_unstable();
    assert_eq!(there, ids);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_archive_has_no_longer_whole_stops_no_delivery() {
    let mut scene = Scene::new();
    let maildir = scene.office.folder.path().join("posta");
    let to = Delivery::Maildir(maildir.clone());
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.is_empty());
    scene.letter(1, CAPO, UFFICIO);
    let damaged = scene.receive(UFFICIO)[0];
    scene.letter(2, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    // Another connection damages it behind the archive's back, when nothing more comes in that would make it whole.
    let database = rusqlite::Connection::open(scene.office.archive.path()).unwrap();
    let broken = "UPDATE message SET skeleton = zeroblob(length(skeleton)) WHERE sha256 = ?1";
    assert_eq!(database.execute(broken, [damaged.as_bytes()]).unwrap(), 1);
    let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
    assert_eq!(done.passed_over.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [damaged]);
    assert!(done.relayed.len() == 1 && done.problem.is_none(), "{done:?}");
    assert_eq!(fs::read_dir(maildir.join("new")).unwrap().count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_changes_what_it_is_given_has_it_once() {
    let mut scene = Scene::new();
    let (server, to) = ordinary(&scene).await;
    server.with(POSTA, |one| one.adds = true);
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
    assert!(done.relayed.is_empty() && done.passed_over.len() == 1 && done.problem.is_none(), "{done:?}");
    for _ in 0..2 {
        assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().passed_over.is_empty());
    }
    assert_eq!(server.with(POSTA, |one| one.messages.len()), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_is_refused_where_mail_is_put_is_tried_once_and_a_new_one_is_used() {
    let mut scene = Scene::new();
    let (server, to) = ordinary(&scene).await;
    server.with(POSTA, |one| one.password = "nuova".into());
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    for _ in 0..3 {
        let problem = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().problem;
        assert!(matches!(problem, Some(pec_imap::Error::Access { .. })), "{problem:?}");
    }
    assert_eq!(server.logins(POSTA), 1);
    scene.office.hub.rotate_credential(POSTA, &pec_imap::Credential::new(POSTA, "nuova")).unwrap();
    assert_eq!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.len(), 1);
    assert_eq!((server.logins(POSTA), server.with(POSTA, |one| one.messages.len())), (2, 1));
}

/// What was forwarded from the office, and what came of it: bytes and Message-ID.
fn one_forward(scene: &mut Scene) -> (Vec<u8>, String) {
    scene.office.hub.begin_rules().unwrap();
    scene.letter(1, ANNA, UFFICIO);
    scene.receive(UFFICIO);
    assert!(scene.outcomes(&everything_to(CAPO)).iter().all(is_queued));
    let ticket = scene.queued(UFFICIO).remove(0);
    let forward = scene.office.archive.get(&Actor::host(), ticket.id).unwrap();
    let id = Message::parse(&forward[..], &Limits::DEFAULT).root().headers().get("message-id").map(<[u8]>::to_vec);
    (forward, String::from_utf8(id.unwrap()).unwrap().trim().to_owned())
}

/// Ordinary mail that comes into the office.
fn ordinary_mail(scene: &Scene, fields: &str, body: &str) -> Vec<ForwardOutcome> {
    let intake = Intake::new(scene.network.trust(), scene.network.time()).mailbox(UFFICIO);
    let bytes = format!("From: macchina@x.example\r\nTo: {UFFICIO}\r\n{fields}\r\n{body}");
    scene.office.archive.put(&Actor::host(), &intake, bytes.into_bytes()).unwrap();
    scene.outcomes(&everything_to(CAPO))
}

#[test]
fn an_answer_to_what_was_handed_on_is_not_handed_on() {
    let mut scene = Scene::new();
    let (_, id) = one_forward(&mut scene);
    // An answering machine of PEC: its own Message-ID, ours deeper in the references.
    for (number, field) in
        [format!("In-Reply-To: {id}"), format!("References: <prima@x.example>\r\n {id}\r\n <dopo@x.example>")]
            .into_iter()
            .enumerate()
    {
        let answer = format!(
            "From: {CAPO}\r\nTo: {UFFICIO}\r\nMessage-ID: <auto{number}@x.example>\r\n{field}\r\n\
             Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Assente\r\n\r\nSono assente.\r\n"
        );
        scene.submit(CAPO, UFFICIO, answer.as_bytes());
        scene.receive(UFFICIO);
        assert_eq!(scene.outcomes(&everything_to(CAPO)), [ForwardOutcome::Loop], "{field}");
    }
    // To something that nobody here has sent.
    let other = format!("In-Reply-To: <rule.{}@cert.beta.example>\r\nSubject: x\r\n", "0".repeat(32));
    assert!(ordinary_mail(&scene, &other, "x\r\n").iter().all(is_queued));
}

#[test]
fn a_notice_that_has_only_the_header_of_what_was_handed_on_is_not_handed_on() {
    let mut scene = Scene::new();
    let (forward, id) = one_forward(&mut scene);
    let header = String::from_utf8(forward).unwrap();
    let header = header.split_once("\r\n\r\n").unwrap().0;
    let report = |encoding: &str, header: &str| {
        format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nNon consegnato.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; x.example\r\n\r\nFinal-Recipient: rfc822; capo@x.example\r\nAction: failed\r\n\
             Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n\
             {header}\r\n--b--\r\n"
        )
    };
    let fields = |number| {
        format!(
            "Message-ID: <dsn{number}@x.example>\r\nSubject: Non consegnato\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
        )
    };
    assert_eq!(ordinary_mail(&scene, &fields(1), &report("7bit", header)), [ForwardOutcome::Loop]);
    let coded = header.replace('=', "=3D").replace("rule.", "=72ule.");
    assert!(!coded.contains(id.trim_matches(['<', '>'])));
    assert_eq!(ordinary_mail(&scene, &fields(2), &report("quoted-printable", &coded)), [ForwardOutcome::Loop]);
    // A notice about something else.
    let theirs = "Message-ID: <altro@x.example>\r\nSubject: altro\r\n";
    assert!(ordinary_mail(&scene, &fields(3), &report("7bit", theirs)).iter().all(is_queued));
}

#[test]
fn what_a_program_has_written_by_itself_is_not_handed_on_and_what_a_rule_hands_on_says_so() {
    let mut scene = Scene::new();
    let (forward, _) = one_forward(&mut scene);
    let forward = Message::parse(&forward[..], &Limits::DEFAULT);
    assert_eq!(forward.root().headers().get("auto-submitted").map(<[u8]>::trim_ascii), Some(&b"auto-forwarded"[..]));
    for (number, (said, goes)) in [
        ("auto-replied", false),
        ("Auto-Generated; a=b", false),
        ("(sì) auto-notified", false),
        ("no", true),
        ("No (a person)", true),
    ]
    .into_iter()
    .enumerate()
    {
        let outcomes = ordinary_mail(&scene, &format!("Auto-Submitted: {said}\r\nSubject: {number}\r\n"), "x\r\n");
        assert_eq!(outcomes.len(), 1);
        assert_eq!(is_queued(&outcomes[0]), goes, "{said}: {outcomes:?}");
        assert_eq!(outcomes[0] == ForwardOutcome::Automatic, !goes, "{said}: {outcomes:?}");
    }
    // Inside an envelope.
    let answer = format!(
        "From: {CAPO}\r\nTo: {UFFICIO}\r\nMessage-ID: <auto@x.example>\r\nAuto-Submitted: auto-replied\r\n\
         Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nSubject: Assente\r\n\r\nSono assente.\r\n"
    );
    scene.submit(CAPO, UFFICIO, answer.as_bytes());
    scene.receive(UFFICIO);
    assert_eq!(scene.outcomes(&everything_to(ANNA)), [ForwardOutcome::Automatic]);
}

#[test]
fn what_the_archive_cannot_say_now_is_handed_on_when_it_can() {
    let mut scene = Scene::new();
    scene.office.hub.begin_rules().unwrap();
    scene.letter(1, ANNA, UFFICIO);
    scene.receive(UFFICIO);
    let rules = everything_to(CAPO);
    scene.office.hub.apply_rules(&rules).unwrap();
    let database = rusqlite::Connection::open(scene.office.archive.path()).unwrap();
    database.execute("UPDATE managed SET said = 'x' || said", []).unwrap();
    assert!(scene.office.hub.act_on_events().is_err());
    database.execute("UPDATE managed SET said = substr(said, 2)", []).unwrap();
    let outcomes = scene.outcomes(&rules);
    assert!(outcomes.len() == 1 && is_queued(&outcomes[0]), "{outcomes:?}");
}

#[test]
fn what_is_done_again_is_not_queued_in_another_mailbox() {
    let scene = Scene::new();
    let (host, archive, now) = (Actor::host(), &scene.office.archive, scene.network.time());
    scene.office.hub.begin_rules().unwrap();
    let ends = Some(pec_imap::Mandate { from: now, until: Some(now + SignedDuration::from_hours(1)), evidence: None });
    let anna = pec_imap::MailboxSpec { mandate: ends, ..spec(ANNA, 1, "segreta") };
    scene.office.hub.add(&[anna]).unwrap();
    // It lies in two mailboxes.
    for mailbox in [ANNA, UFFICIO] {
        let intake = Intake::new(scene.network.trust(), now).mailbox(mailbox);
        archive.put(&host, &intake, b"From: a@x.example\r\nSubject: due\r\n\r\nx\r\n".to_vec()).unwrap();
    }
    let first = scene.outcomes(&everything_to(CAPO));
    assert!(matches!(&first[..], [ForwardOutcome::Queued { mailbox, .. }] if mailbox == ANNA), "{first:?}");
    // Nobody has noted that it was done, and the mandate ends meanwhile.
    let database = rusqlite::Connection::open(archive.path()).unwrap();
    assert_eq!(database.execute("UPDATE follower SET n = 0 WHERE name = 'forward'", []).unwrap(), 1);
    scene.office.turn(&(now + SignedDuration::from_hours(2)).to_string());
    let again: Vec<_> = scene.office.hub.act_on_events().unwrap().into_iter().map(|one| one.outcome).collect();
    assert_eq!(again, first);
    assert_eq!((scene.queued(ANNA).len(), scene.queued(UFFICIO).len()), (1, 0));
    // Nor where nobody manages it any more.
    assert!(scene.office.hub.remove(ANNA).unwrap());
    database.execute("UPDATE follower SET n = 0 WHERE name = 'forward'", []).unwrap();
    let again: Vec<_> = scene.office.hub.act_on_events().unwrap().into_iter().map(|one| one.outcome).collect();
    assert_eq!(again, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_other_mailbox_is_not_managed_nothing_is_passed_over() {
    let mut scene = Scene::new();
    let to = Delivery::Folder { mailbox: "Posta@Ditta.example".into(), folder: "INBOX".into() };
    assert!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().problem.is_none(), "it begins now");
    scene.letter(1, CAPO, UFFICIO);
    scene.receive(UFFICIO);
    for _ in 0..2 {
        let done = scene.office.hub.relay_new(UFFICIO, &to).await.unwrap();
        assert!(done.passed_over.is_empty() && done.problem.is_some(), "{done:?}");
    }
    let server = Server::start().await;
    server.with(POSTA, |one| one.password = "segreta".into());
    scene.office.hub.add(&[spec(POSTA, server.port, "segreta")]).unwrap();
    assert_eq!(scene.office.hub.relay_new(UFFICIO, &to).await.unwrap().relayed.len(), 1);
}
