//! Servers that refuse, break off and talk nonsense: each story is one way. Whatever they do, the answer comes within the
//! deadlines, what is said of the message is true, and in the end the server has taken it once at most.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Intake, Resolution, TicketState};
use pec_imap::{AccessState, Error, Pace, Partial, Profiles, Security};

use crate::house::{BOX, House, TO, letter};
use crate::server::{Act, Call, Server, Story, say};

/// How a story ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The server has it, and it is known.
    Sent,
    /// The server does not take it.
    Refused,
    /// It waits.
    Later,
    /// Nobody knows.
    Unknown,
    /// An error of this code, and it waits.
    Fails(&'static str),
}

async fn tell(end: End, story: impl Fn(&Call) -> Act + Send + Sync + 'static) -> (House, Server) {
    tell_of(letter(1, 3000), end, story).await
}

async fn tell_of(message: Vec<u8>, end: End, story: impl Fn(&Call) -> Act + Send + Sync + 'static) -> (House, Server) {
    let server = Server::start(story).await;
    let mut house = House::new(server.port);
    house.sender = house.sender.clone().retry_after(SignedDuration::ZERO);
    house.queue("k", &message);
    let start = Instant::now();
    let sent = house.send().await;
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
    let state = house.ticket("k").state;
    match (end, &sent) {
        (End::Sent, Ok(dispatch)) => assert_eq!((state, dispatch.sent.len()), (TicketState::Sent, 1), "{dispatch:?}"),
        (End::Refused, Ok(dispatch)) => assert_eq!((state, dispatch.refused.len()), (TicketState::Refused, 1)),
        (End::Later, Ok(dispatch)) => {
            assert_eq!((state, dispatch.later.len()), (TicketState::Queued, 1), "{dispatch:?}")
        }
        (End::Unknown, Ok(dispatch)) => assert_eq!((state, dispatch.unknown.len()), (TicketState::Unknown, 1)),
        (End::Fails(code), Err(error)) => assert_eq!((state, error.code()), (TicketState::Queued, code), "{error}"),
        (end, sent) => panic!("{end:?}, but {sent:?}, {state:?}"),
    }
    // Once more, with a server that behaves: what is unknown does not go again by itself.
    let before = server.taken().len();
    server.behave();
    house.send().await.unwrap();
    match end {
        End::Sent | End::Refused | End::Unknown => assert_eq!(server.taken().len(), before),
        End::Later | End::Fails(_) => assert_eq!((before, server.taken().len()), (0, 1)),
    }
    if end == End::Unknown {
        // Somebody looks, and says what is true.
        house.resolve("k", if before == 1 { Resolution::Sent } else { Resolution::NotSent });
        house.send().await.unwrap();
        assert_eq!(house.ticket("k").state, TicketState::Sent);
    }
    if end != End::Refused {
        let taken = server.taken();
        assert_eq!(taken.len(), 1, "once, and no more");
        assert!(taken[0].bytes == message, "byte for byte");
    }
    (house, server)
}

/// The first time that this is said, that is done.
fn once(begins: &'static str, act: Act) -> impl Fn(&Call) -> Act + Send + Sync + 'static {
    move |call| if call.is(begins) && call.nth == 1 { act.clone() } else { Act::Good }
}

/// Whenever this is said, that is done.
fn each(begins: &'static str, act: Act) -> impl Fn(&Call) -> Act + Send + Sync + 'static {
    move |call| if call.is(begins) { act.clone() } else { Act::Good }
}

fn last(text: &str) -> Act {
    Act::Last(text.as_bytes().to_vec())
}

#[tokio::test]
async fn a_server_that_behaves_takes_it_byte_for_byte() {
    let (house, server) = tell(End::Sent, |_| Act::Good).await;
    assert_eq!(server.taken()[0].recipients, TO);
    let ticket = house.ticket("k");
    let codes: Vec<u16> = ticket.answers.recipients.iter().map(|answer| answer.reply.code).collect();
    assert_eq!((codes, ticket.answers.message.unwrap().enhanced.as_deref()), (vec![250; 3], Some("2.0.0")));
}

#[tokio::test]
async fn what_was_queued_under_capitals_is_sent() {
    let server = Server::start(|_: &Call| Act::Good).await;
    let house = House::new(server.port);
    house.queue_in(&BOX.to_uppercase(), "k", &letter(1, 3000));
    assert_eq!(house.send().await.unwrap().sent, ["k"]);
    assert_eq!((house.ticket("k").state, server.taken().len()), (TicketState::Sent, 1));
}

#[tokio::test]
async fn it_greets_with_too_many_connections() {
    tell(End::Fails("wire.access"), once("GREETING", last("421 4.7.0 Troppe connessioni\r\n"))).await;
}

#[tokio::test]
async fn it_greets_with_no_service() {
    tell(End::Fails("wire.refused"), once("GREETING", last("554 5.3.2 no service\r\n"))).await;
}

#[tokio::test]
async fn it_hangs_up_instead_of_greeting() {
    tell(End::Fails("wire.lost"), once("GREETING", last(""))).await;
}

#[tokio::test]
async fn it_never_greets() {
    tell(End::Fails("wire.deadline"), once("GREETING", Act::Silent)).await;
}

#[tokio::test]
async fn it_speaks_another_protocol() {
    tell(End::Fails("wire.protocol"), once("GREETING", last("* OK IMAP4rev1 ready\r\n"))).await;
}

#[tokio::test]
async fn its_greeting_has_no_end() {
    tell(End::Fails("wire.protocol"), once("GREETING", Act::Last(vec![b'2'; 200_000]))).await;
}

#[tokio::test]
async fn its_reply_to_ehlo_has_no_end() {
    tell(End::Fails("wire.protocol"), once("EHLO", Act::Last(b"250-x\r\n".repeat(20_000)))).await;
}

#[tokio::test]
async fn it_does_not_know_ehlo() {
    tell(End::Fails("wire.refused"), once("EHLO", say("502 5.5.1 unknown"))).await;
}

#[tokio::test]
async fn it_lets_nobody_log_in() {
    tell(End::Fails("wire.tls"), once("EHLO", say("250-prova\r\n250 SIZE 5000000"))).await;
}

#[tokio::test]
async fn a_line_of_its_ehlo_is_blank() {
    tell(End::Sent, once("EHLO", say("250-prova\r\n250-   \r\n250-\r\n250-8BITMIME\r\n250 AUTH PLAIN"))).await;
}

#[tokio::test]
async fn it_offers_login_alone_in_the_old_way() {
    let story = |call: &Call| match call.line.as_str() {
        "AUTH LOGIN" => say("334 VXNlcm5hbWU6"),
        line if line.starts_with("EHLO") => say("250-prova\r\n250 AUTH=LOGIN"),
        "YW5uYUBwZWMuYWxmYS5leGFtcGxl" => say("334 UGFzc3dvcmQ6"),
        "c2VncmV0aXNzaW1h" => say("235 dentro"),
        _ => Act::Good,
    };
    tell(End::Sent, story).await;
}

#[tokio::test]
async fn it_refuses_the_password_and_is_not_asked_again() {
    let (_, server) = tell(End::Fails("wire.access"), once("AUTH", say("535 5.7.8 no"))).await;
    assert_eq!(server.logins.load(Ordering::SeqCst), 2, "one of the story, one of the next run");
}

#[tokio::test]
async fn it_wants_a_second_factor_and_repeats_the_password_in_its_answer() {
    let server = Server::start(|call| match call.line.strip_prefix("AUTH PLAIN ") {
        Some(secret) => say(&format!("534 5.7.9 segretissima {secret}: application-specific password required")),
        None => Act::Good,
    })
    .await;
    let house = House::new(server.port);
    house.queue("k", &letter(1, 500));
    let error = house.send().await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::SecondFactorRequired));
    for shown in [error.to_string(), format!("{error:?}"), format!("{:?} {:?}", house.account, house.sender)] {
        assert!(!shown.contains("segretissima") && !shown.contains("c2VncmV0aXNzaW1h"), "{shown}");
        assert!(!shown.contains("AGFubmFAcGVjLmFsZmEuZXhhbXBsZQ"), "{shown}");
    }
    assert_eq!(server.logins.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn it_hangs_up_while_we_log_in() {
    tell(End::Fails("wire.lost"), once("AUTH", last(""))).await;
}

#[tokio::test]
async fn it_says_ahead_what_nobody_has_asked() {
    tell(End::Fails("wire.protocol"), once("AUTH", say("235 dentro\r\n250 2.1.0 ok"))).await;
}

#[tokio::test]
async fn it_refuses_the_sender() {
    let (house, _) =
        tell(End::Refused, each("MAIL", say("553 5.7.1 Sender address rejected: not owned by user"))).await;
    assert_eq!(house.ticket("k").answers.message.unwrap().code, 553);
}

#[tokio::test]
async fn it_refuses_the_sender_for_now() {
    tell(End::Later, once("MAIL", say("451 4.3.0 riprovare"))).await;
}

#[tokio::test]
async fn it_wants_fewer_messages_and_the_run_ends() {
    for text in
        ["421 4.7.0 chiudo", "550 MAIL from: \"x\" blocked \"Class Of Service\" - Too much traffic from this sender"]
    {
        let server = Server::start(each("MAIL", say(text))).await;
        let mut house = House::new(server.port);
        // The second is how one provider says it, with a code that means for ever.
        let legalmail = Profiles::built_in().unwrap().named("legalmail").unwrap().refusals.clone();
        house.account = house.account.clone().known_texts(&legalmail);
        for n in 0..3 {
            house.queue(&n.to_string(), &letter(n, 500));
        }
        let dispatch = house.send().await.unwrap();
        assert_eq!((dispatch.later.len(), dispatch.refused.len()), (1, 0), "{dispatch:?}");
        assert_eq!(dispatch.problem.unwrap().access(), Some(AccessState::Throttled));
        assert!(dispatch.next_at.unwrap() > Timestamp::now());
        assert_eq!(house.all(TicketState::Queued).len(), 3);
    }
}

#[tokio::test]
async fn it_has_forgotten_the_login() {
    let (_, server) = tell(End::Later, once("MAIL", say("530 5.7.0 authentication required"))).await;
    assert_eq!(server.taken().len(), 1);
}

#[tokio::test]
async fn it_hangs_up_at_the_first_command_and_another_connection_serves() {
    tell(End::Sent, once("MAIL", last(""))).await;
}

#[tokio::test]
async fn it_hangs_up_at_the_first_command_each_time() {
    tell(End::Fails("wire.lost"), each("MAIL", last(""))).await;
}

#[tokio::test]
async fn its_reply_to_a_command_has_no_end() {
    tell(End::Sent, once("MAIL", Act::Last(vec![b'2'; 500_000]))).await;
}

#[tokio::test]
async fn it_answers_a_command_with_nonsense() {
    tell(End::Sent, once("RCPT", say("ma che vuoi"))).await;
}

#[tokio::test]
async fn it_goes_silent_between_recipients() {
    tell(End::Sent, once("RCPT", Act::Silent)).await;
}

#[tokio::test]
async fn it_refuses_one_recipient_of_three_who_is_reported_alone() {
    let story = |call: &Call| match call.is(&format!("RCPT TO:<{}>", TO[1])) {
        true => say("550 5.1.1 sconosciuto"),
        false => Act::Good,
    };
    let (house, server) = tell(End::Refused, story).await;
    assert!(server.taken().is_empty(), "all or nothing");
    let ticket = house.ticket("k");
    let refused: Vec<_> = ticket.answers.recipients.iter().filter(|answer| answer.reply.code != 250).collect();
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].recipient.as_str(), refused[0].reply.enhanced.as_deref()), (TO[1], Some("5.1.1")));

    // Where it is wanted so, the others get it.
    let server = Server::start(story).await;
    let mut house = House::new(server.port);
    house.sender = house.sender.clone().partial(Partial::TheRest);
    house.queue("k", &letter(1, 500));
    assert_eq!(house.send().await.unwrap().sent, ["k"]);
    assert_eq!(server.taken()[0].recipients, [TO[0], TO[2]]);
}

#[tokio::test]
async fn it_refuses_one_recipient_for_now() {
    tell(End::Later, once("RCPT", say("450 4.2.0 casella occupata"))).await;
}

#[tokio::test]
async fn it_does_not_ask_for_the_message() {
    tell(End::Refused, each("DATA", say("554 5.5.0 no"))).await;
    tell(End::Later, once("DATA", say("451 4.3.0 riprovare"))).await;
    tell(End::Later, once("DATA", say("250 2.0.0 gia fatto"))).await;
}

#[tokio::test]
async fn it_hangs_up_instead_of_asking_for_the_message() {
    tell(End::Later, once("DATA", last(""))).await;
}

#[tokio::test]
async fn it_goes_silent_instead_of_asking_for_the_message() {
    tell(End::Later, once("DATA", Act::Silent)).await;
}

#[tokio::test]
async fn it_hangs_up_at_the_first_byte_of_the_message() {
    tell(End::Unknown, once("DATA", Act::Cut(0))).await;
}

#[tokio::test]
async fn it_hangs_up_in_the_middle_of_the_message() {
    tell_of(letter(1, 2_000_000), End::Unknown, once("DATA", Act::Cut(100_000))).await;
}

#[tokio::test]
async fn it_hangs_up_after_the_final_dot_and_has_not_taken_it() {
    tell(End::Unknown, once("MESSAGE", last(""))).await;
}

#[tokio::test]
async fn it_hangs_up_after_the_final_dot_and_has_taken_it() {
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(Vec::new()))).await;
}

#[tokio::test]
async fn it_takes_it_and_goes_silent() {
    tell(End::Unknown, once("MESSAGE", Act::TakeAndSilent)).await;
}

#[tokio::test]
async fn it_takes_it_and_hangs_up_in_the_middle_of_its_answer() {
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(b"25".to_vec()))).await;
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(b"250-ecco\r\n".to_vec()))).await;
}

#[tokio::test]
async fn it_takes_it_and_answers_nonsense() {
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(b"preso\r\n".to_vec()))).await;
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(b"354 ancora\r\n".to_vec()))).await;
}

#[tokio::test]
async fn it_takes_it_and_its_answer_has_no_end() {
    tell(End::Unknown, once("MESSAGE", Act::TakeAndLast(b"250-x\r\n".repeat(20_000)))).await;
}

#[tokio::test]
async fn it_refuses_the_message_after_the_final_dot() {
    tell(End::Refused, each("MESSAGE", say("552 5.3.4 troppo grande"))).await;
    tell(End::Later, once("MESSAGE", say("451 4.3.0 riprovare"))).await;
}

#[tokio::test]
async fn it_refuses_in_the_characters_of_another_century() {
    let latin = b"554 5.7.1 la casella non \xe8 abilitata\r\n".to_vec();
    let (house, _) = tell(End::Refused, each("MESSAGE", Act::Say(latin))).await;
    assert_eq!(house.ticket("k").answers.message.unwrap().text, "la casella non ? abilitata");
}

#[tokio::test]
async fn it_says_that_it_closes_after_the_final_dot() {
    tell(End::Later, once("MESSAGE", last("421 4.3.2 chiudo\r\n"))).await;
}

#[tokio::test]
async fn it_answers_drop_by_drop() {
    tell(End::Sent, once("MESSAGE", Act::Drip(Duration::from_millis(10)))).await;
}

#[tokio::test]
async fn what_a_server_cannot_take_unchanged_is_not_given_to_it() {
    let small = || once("EHLO", say("250-prova\r\n250-SIZE 1000\r\n250 AUTH PLAIN"));
    let (house, _) = tell(End::Refused, small()).await;
    assert_eq!(house.ticket("k").answers.message.unwrap().enhanced.as_deref(), Some("5.3.4"));
    let eight_bit = [&letter(1, 500)[..], b"citt\xe0\r\n"].concat();
    let (house, server) =
        tell_of(eight_bit.clone(), End::Refused, each("EHLO", say("250-prova\r\n250 AUTH PLAIN"))).await;
    assert_eq!(house.ticket("k").answers.message.unwrap().enhanced.as_deref(), Some("5.6.3"));
    assert!(server.taken().is_empty());
    tell_of(eight_bit, End::Sent, |_| Act::Good).await;
    for broken in [&b"Subject: x\r\n\r\nLF\n"[..], b"Subject: x\r\n\r\nCR\r\r\n", b"Subject: x\r\n\r\nno end"] {
        let (house, _) = tell_of(broken.to_vec(), End::Refused, |_| Act::Good).await;
        assert_eq!(house.ticket("k").answers.message.unwrap().enhanced.as_deref(), Some("5.6.0"));
    }
}

#[tokio::test]
async fn starttls_that_somebody_hides_and_what_is_said_before_it_are_refused() {
    let stories: [(&str, Story); 3] = [
        ("wire.tls", Arc::new(|_| Act::Good)),
        (
            "wire.tls",
            Arc::new(|call| match call.line.split(' ').next() {
                Some("EHLO") => say("250-prova\r\n250-STARTTLS\r\n250 AUTH PLAIN"),
                Some("STARTTLS") => say("454 4.7.0 TLS not available"),
                _ => Act::Good,
            }),
        ),
        (
            "wire.protocol",
            Arc::new(|call| match call.line.split(' ').next() {
                Some("EHLO") => say("250-prova\r\n250-STARTTLS\r\n250 AUTH PLAIN"),
                Some("STARTTLS") => say("220 go\r\n250-prova\r\n250 AUTH PLAIN"),
                _ => Act::Good,
            }),
        ),
    ];
    for (code, story) in stories {
        let server = Server::start(move |call| story(call)).await;
        let folder = tempfile::tempdir().unwrap();
        let archive = pec_archive::Archive::create(&folder.path().join("a")).unwrap();
        let house = House::over(archive, server.port, Security::StartTls);
        house.queue("k", &letter(1, 500));
        let error = house.send().await.unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(server.logins.load(Ordering::SeqCst), 0, "no password goes in the clear");
    }
}

#[tokio::test]
async fn many_messages_go_over_one_connection_in_their_order() {
    let server = Server::start(|_| Act::Good).await;
    let house = House::new(server.port);
    for n in 0..150 {
        house.queue(&n.to_string(), &letter(n, 700));
    }
    let dispatch = house.send().await.unwrap();
    assert_eq!((dispatch.sent.len(), server.logins.load(Ordering::SeqCst)), (150, 1));
    let subjects: Vec<bool> =
        server.taken().iter().enumerate().map(|(n, taken)| taken.bytes == letter(n, 700)).collect();
    assert!(subjects.len() == 150 && subjects.iter().all(|same| *same));
    assert_eq!(house.all(TicketState::Sent).len(), 150);
    assert!(house.send().await.unwrap().sent.is_empty());
}

#[tokio::test]
async fn what_is_beyond_the_pace_of_a_provider_waits_also_over_restarts() {
    let server = Server::start(|_| Act::Good).await;
    let mut house = House::new(server.port);
    for n in 0..9 {
        house.queue(&n.to_string(), &letter(n, 500));
    }
    let paced = |house: &House, at: Timestamp| {
        let sender = pec_imap::Sender::new(Arc::clone(&house.archive), Arc::clone(&house.trust));
        sender.pace(Pace { per_minute: Some(6), per_day: Some(8) }).clock(move || at)
    };
    let start: Timestamp = "2026-02-09T10:00:00Z".parse().unwrap();
    let minute = SignedDuration::from_secs(60);
    for (at, sent, next) in [
        (start, 6, start + minute),
        (start + SignedDuration::from_secs(59), 0, start + minute),
        (start + minute, 2, start + SignedDuration::from_hours(24)),
        (start + SignedDuration::from_hours(24), 1, start),
    ] {
        house.sender = paced(&house, at);
        let dispatch = house.send().await.unwrap();
        assert_eq!(dispatch.sent.len(), sent);
        assert_eq!(dispatch.next_at, (next > start).then_some(next));
    }
    assert_eq!(server.taken().len(), 9);
}

#[tokio::test]
async fn two_senders_of_one_mailbox_send_nothing_twice() {
    let server = Server::start(|_| Act::Good).await;
    let house = House::new(server.port);
    for n in 0..60 {
        house.queue(&n.to_string(), &letter(n, 500));
    }
    let (one, two) = tokio::join!(house.send(), house.send());
    let (one, two) = (one.unwrap(), two.unwrap());
    let mut taken: Vec<Vec<u8>> = server.taken().into_iter().map(|taken| taken.bytes).collect();
    taken.sort_unstable();
    taken.dedup();
    assert_eq!((server.taken().len(), taken.len()), (60, 60), "{one:?} {two:?}");
    assert_eq!(house.all(TicketState::Sent).len(), 60);
}

#[tokio::test]
async fn what_a_second_sender_is_told_does_not_undo_that_the_first_has_begun() {
    for (begins, text) in [
        ("MAIL", "451 4.3.2 troppe connessioni"),
        ("MAIL", "421 4.7.0 chiudo"),
        ("MAIL", "550 5.7.1 no"),
        ("RCPT", "450 4.2.0 occupata"),
        ("RCPT", "550 5.1.1 sconosciuta"),
    ] {
        let server = Server::start(each(begins, say(text))).await;
        let house = House::new(server.port);
        let number = house.queue("k", &letter(1, 500)).number;
        // The second one has read what waits; then the first one begins, and the server asks him for the message.
        let mut watch = |_| {
            let intake = Intake::new(&house.trust, Timestamp::now());
            let begun = house.archive.journal(&Actor::host(), &intake, &[], Some(number)).unwrap();
            assert_eq!(begun, Some(1));
            ControlFlow::Continue(())
        };
        let dispatch = house.sender.send_queued(&house.network, &house.account, &mut watch).await.unwrap();
        assert_eq!(house.ticket("k").state, TicketState::Sending, "{text}");
        assert!(dispatch.later.is_empty() && dispatch.refused.is_empty(), "{text}: it is the first one's {dispatch:?}");
        // The first one dies before he hears anything: the message may have gone.
        server.behave();
        let dispatch = house.send().await.unwrap();
        assert_eq!((dispatch.unknown, server.taken().len()), (vec!["k".to_owned()], 0), "{text}");
    }
}

#[tokio::test]
async fn a_damaged_message_keeps_the_others_from_nothing() {
    let server = Server::start(|_| Act::Good).await;
    let house = House::new(server.port);
    house.queue("1", &letter(1, 900_000));
    let database = rusqlite::Connection::open(house.archive.path()).unwrap();
    assert!(database.execute("UPDATE message SET skeleton = zeroblob(length(skeleton))", []).unwrap() > 0);
    house.queue("2", &letter(2, 500));
    let dispatch = house.send().await.unwrap();
    assert_eq!(dispatch.sent, ["2"]);
    assert!(dispatch.problem.is_none(), "{dispatch:?}");
    assert!(matches!(&dispatch.unreadable[..], [(key, Error::Archive(_))] if key == "1"), "{dispatch:?}");
    assert_eq!(dispatch.trouble().map(Error::code), Some("archive.damaged"));
    assert_eq!(house.ticket("1").state, TicketState::Queued);
}
