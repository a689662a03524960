//! FEATURES J2: a document management system takes in a mailbox that people use too.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::SignedDuration;
use pec_archive::{Action, Actor, Happened, Id, Rule, search::Query};
use pec_imap::Receiver;
use pec_sandbox::network::{Answer, Mailbox, Network, Settings};

use crate::house::{BOX, House};

const ANNA: &str = "anna@pec.alfa.example";

fn letter(id: &str, subject: &str, attachment: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise: String = (0..attachment)
        .map(|at| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let letter = char::from(b'a' + (state >> 40) as u8 % 26);
            if at % 72 == 71 { format!("{letter}\r\n") } else { letter.to_string() }
        })
        .collect();
    format!(
        "From: {ANNA}\r\nTo: {BOX}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <{id}@ditta.example>\r\n\
         Subject: {subject}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n{noise}\r\n"
    )
    .into_bytes()
}

/// What is on the server: two certified messages, one of them long, ordinary mail that came from outside, a delivery receipt
/// that somebody has forged, and something that is no message at all.
fn post() -> (Network, Vec<Vec<u8>>) {
    let mut settings = Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap());
    settings.providers[0].limits.product = 1 << 30;
    let mut network = Network::new(settings).unwrap();
    for mailbox in [ANNA, BOX] {
        network.add(Mailbox::new(mailbox)).unwrap();
    }
    let sent = network.submit(ANNA, &[BOX], &letter("1", "Fattura 12", 2000)).unwrap();
    let long = network.submit(ANNA, &[BOX], &letter("2", "Planimetria", 9 << 20)).unwrap();
    assert_eq!(long.answer, Answer::Accepted);
    let outside =
        b"From: news@bottega.example\r\nTo: x\r\nSubject: Sconti\r\nMessage-ID: <9@bottega.example>\r\n\r\nOggi.\r\n";
    network.receive("news@bottega.example", &[BOX], outside).unwrap();
    network.settle().unwrap();
    network.advance(SignedDuration::from_hours(1)).unwrap();
    let mut all: Vec<Vec<u8>> = network.messages(BOX).unwrap().iter().map(|stored| stored.bytes.to_vec()).collect();
    all.push(network.forged_delivery(&sent.pec_id, BOX).unwrap());
    all.push(b"\xff\xd8\xff\xe0 JFIF\r\n\r\n\x01\x02--\r\nContent-Type: multipart/signed; boundary=\"\r\n".to_vec());
    (network, all)
}

#[tokio::test]
async fn a_shared_mailbox_is_taken_in_without_anybody_noticing() {
    let Some(house) = House::new() else { return };
    let (network, all) = post();
    for (n, message) in all.iter().enumerate() {
        house.deliver("INBOX", &format!("{n}.m"), message);
    }
    // Somebody has read the first one already, and moves the second while it is taken in.
    house.dovecot.admin(&["flags", "add", "-u", BOX, "\\Seen", "mailbox", "INBOX", "1"]).unwrap();
    house.dovecot.admin(&["mailbox", "create", "-u", BOX, "Letti"]).unwrap();
    let before = house.flags("INBOX");

    let archive = Arc::clone(house.receiver.archive());
    let host = Actor::named("documentale");
    let now = network.time();
    let receiver =
        Receiver::new(Arc::clone(&archive), Arc::new(network.trust().clone())).actor(host.clone()).clock(move || now);
    let sync =
        async || receiver.sync(&house.network, &house.account(), &mut |_| ControlFlow::Continue(())).await.unwrap();
    let synced = sync().await;
    assert!(synced.is_complete(), "{synced:?}");
    assert_eq!(house.flags("INBOX"), before);

    // The archive has what the server has, byte for byte, each with what it is worth.
    let ids: BTreeSet<Id> = all.iter().map(|message| Id::of(message)).collect();
    let found = |query: &str| {
        let page = archive.search(&host, &Query::parse(query).unwrap(), None, 100).unwrap();
        page.entries.iter().map(|entry| entry.id).collect::<BTreeSet<Id>>()
    };
    assert_eq!(found(""), ids);
    assert_eq!(found("tipo:busta verdetto:certificato").len(), 2);
    assert_eq!(found("tipo:anomalia verdetto:anomalia").len(), 1);
    assert_eq!(found("verdetto:falso"), BTreeSet::from([Id::of(&all[all.len() - 2])]));
    let junk = archive.entry(&host, Id::of(&all[all.len() - 1])).unwrap();
    assert_eq!(junk.verdict, "not-pec", "kept, and worth nothing");

    // Rules act on what is certified; the rest waits for a person.
    let rules = [
        Rule::new("fatture", "oggetto:fattura verdetto:certificato", vec![Action::File("Fatture".into())]).unwrap(),
        Rule::new("da guardare", "verdetto:falso,anomalia", vec![Action::Assign("protocollo".into())])
            .unwrap()
            .suggesting(),
    ];
    let stored: Vec<Id> =
        archive.next_events(&host, "regole", 100).unwrap().iter().filter_map(|event| event.id).collect();
    let filed = archive.file(&host, &rules, &stored, now).unwrap();
    assert_eq!(filed.iter().filter(|filed| filed.suggested).count(), 2);
    assert_eq!(found("etichetta:fascicolo/Fatture").len(), 1);

    // A person moves a message in webmail: nothing is lost, nothing comes twice, and it is told.
    house.dovecot.admin(&["move", "-u", BOX, "Letti", "mailbox", "INBOX", "subject", "Planimetria"]).unwrap();
    let again = sync().await;
    assert_eq!(again.new_messages(), 0);
    let mut gone = archive.events(&host, 0, 100).unwrap().into_iter().filter(|event| event.what.kind() == "gone");
    assert!(matches!(gone.next_back().unwrap().what, Happened::Gone { ref folder, .. } if folder == "INBOX"));
    assert_eq!((found(""), sync().await.new_messages()), (ids.clone(), 0));

    // A row of the log for each message that came in, in the name of who took it in.
    let rows: Vec<String> = (0..).map_while(|n| archive.log_entry(&host, n).unwrap()).collect();
    for id in &ids {
        let row = rows.iter().find(|row| row.contains("\"put\"") && row.contains(&id.to_string())).unwrap();
        assert!(row.contains("\"documentale\""), "{row}");
    }
}
