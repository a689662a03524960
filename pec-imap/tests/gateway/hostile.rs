//! What clients do that mean harm, or know no better. After each of them the gateway serves whoever behaves.

use std::time::{Duration, Instant};

use pec_archive::TicketState;
use pec_imap::{GatewayPolicy, GatewaySending};

use crate::client::{Client, plain};
use crate::house::{ANNA, House, OFFICE, Open, WORD, letter, letter_to};
use crate::server::{self, Act};

/// A gateway that only queues, under this policy.
async fn strict(house: &House, change: impl FnOnce(GatewayPolicy) -> GatewayPolicy) -> Open {
    house.open_with(|policy| change(GatewayPolicy { sending: GatewaySending::Never, ..policy })).await
}

/// That whoever behaves is served, and that nothing else was ever taken.
async fn still_serves(house: &House, gateway: Open) {
    let before = house.all_tickets();
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let said = erp.hand_over(ANNA, &[OFFICE], &letter(99)).await;
    assert!(said.starts_with("250 2.0.0 smtp:99@erp.example"), "{said}");
    assert_eq!(house.all_tickets(), before + 1);
    assert!(erp.say("QUIT").await.starts_with("221 ") && erp.is_over().await);
    gateway.close().await;
}

#[tokio::test]
async fn a_message_with_another_one_smuggled_in_is_one_message_and_is_refused() {
    let house = House::new(1);
    let gateway = house.open().await;
    let second = format!("From: {ANNA}\r\nTo: {OFFICE}\r\nMessage-ID: <2@erp.example>\r\nSubject: no\r\n\r\nno\r\n");
    let hidden = format!("MAIL FROM:<{ANNA}>\r\nRCPT TO:<{OFFICE}>\r\nDATA\r\n{second}");
    for dot in ["\n.\r\n", "\n.\n", "\r.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\n.\r", "\r\n\0.\r\n", "\r\n.\0\r\n"] {
        let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
        erp.say(&format!("MAIL FROM:<{ANNA}>")).await;
        erp.say(&format!("RCPT TO:<{OFFICE}>")).await;
        erp.say("DATA").await;
        let first = String::from_utf8(letter(1)).unwrap().replace("\r\n.\r\n..\r\n.punto", "");
        erp.send(format!("{first}x{dot}{hidden}.\r\n").as_bytes()).await;
        let said = erp.reply().await;
        assert!(said.starts_with("554-5.6.0 send."), "{dot:?}: {said}");
        assert!(erp.say("NOOP").await.starts_with("250 "), "{dot:?}: one answer for one message");
    }
    assert_eq!(house.all_tickets(), 0);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn dots_are_doubled_and_undone_exactly_over_whatever_pieces_they_come_in() {
    let house = House::new(1);
    let gateway = house.open().await;
    let head = String::from_utf8(letter(1)).unwrap().replace(".\r\n..\r\n.punto\r\nfine\r\n", "");
    // Lines of dots, a line of the longest kind, and an end of a line where a piece ends.
    let body = format!(".\r\n..\r\n...\r\n. \r\n.a\r\n{}\r\n\r\n.", "x".repeat(998));
    let message = format!("{head}{body}\r\n");
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], message.as_bytes()).await.starts_with("250 "));
    let ticket = house.tickets(TicketState::Queued).remove(0);
    assert_eq!(String::from_utf8(house.bytes_of(&ticket)).unwrap(), message);

    // Byte by byte.
    let slow = message.replace("<1@", "<2@");
    erp.say(&format!("MAIL FROM:<{ANNA}>")).await;
    erp.say(&format!("RCPT TO:<{OFFICE}>")).await;
    erp.say("DATA").await;
    let wire = slow.replace("\r\n.", "\r\n..") + ".\r\n";
    for byte in wire.bytes() {
        erp.send(&[byte]).await;
    }
    assert!(erp.reply().await.starts_with("250 "));
    let bytes: Vec<_> = house.tickets(TicketState::Queued).iter().map(|ticket| house.bytes_of(ticket)).collect();
    assert!(bytes.contains(&slow.into_bytes()));

    // A line of several pieces, of which the first ends between CR and LF: what follows begins a line, and its dot counts.
    let long = format!("{head}{}\r\n", "x".repeat(12_287));
    let said = erp.hand_over(ANNA, &[OFFICE], long.as_bytes()).await;
    assert!(said.starts_with("554-5.6.0 send.line_length"), "{said}");
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn a_command_without_an_end_is_cut() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut guest = Client::new(gateway.port).await;
    guest.send(&vec![b'A'; 1 << 20]).await;
    let said = guest.reply().await;
    assert!(said.is_empty() || said.starts_with("500 5.5.2 line too long"), "{said}");
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn lines_that_end_otherwise_than_they_should_end_the_session() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut guest = Client::new(gateway.port).await;
    guest.send(b"EHLO guest\nMAIL FROM:<x@y.example>\n").await;
    assert!(guest.reply().await.starts_with("500 5.5.2 a line has to end with CRLF"));
    assert!(guest.is_over().await);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn control_characters_in_commands_and_messages_are_refused() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for line in ["NOOP \0", "NO\0OP", "MAIL FROM:<anna\0@pec.alfa.example>", "NOOP \r", "NOOP \u{1b}[2J"] {
        let said = erp.say(line).await;
        assert!(said.starts_with("500 5.5.2 control"), "{line:?}: {said}");
    }
    let message = String::from_utf8(letter(1)).unwrap().replace("fine", "fi\0ne");
    let said = erp.hand_over(ANNA, &[OFFICE], message.as_bytes()).await;
    assert!(said.starts_with("554-5.6.0 send.nul"), "{said}");
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn pipelined_commands_are_answered_in_their_order_and_a_refused_sender_takes_the_rest_with_him() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let message = String::from_utf8(letter(1)).unwrap().replace("\r\n.", "\r\n..");
    let all = format!(
        "MAIL FROM:<{ANNA}>\r\nRCPT TO:<{OFFICE}>\r\nDATA\r\n{message}.\r\nNOOP\r\nMAIL FROM:<x@y.example>\r\n"
    );
    erp.send(format!("{all}RCPT TO:<{OFFICE}>\r\nDATA\r\nRSET\r\n").as_bytes()).await;
    let mut codes = Vec::new();
    for _ in 0..9 {
        codes.push(erp.reply().await.get(..3).unwrap_or_default().to_owned());
    }
    assert_eq!(codes, ["250", "250", "354", "250", "250", "550", "503", "503", "250"]);
    assert_eq!(house.bytes_of(&house.tickets(TicketState::Queued)[0]), letter(1));
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn nonsense_without_end_is_cut_off() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut guest = Client::new(gateway.port).await;
    let mut noise = "XYZZY\r\nMAIL\r\nRCPT TO\r\nBDAT 5\r\nEHLO\r\n\r\n \r\nAUTH\r\nDATA\r\n".repeat(20);
    noise.push_str("QUIT\r\n");
    guest.send(noise.as_bytes()).await;
    let mut replies = 0;
    loop {
        let reply = guest.reply().await;
        replies += 1;
        assert!(replies < 60);
        if reply.starts_with("421 4.7.0") {
            break;
        }
        assert!(reply.starts_with('5'), "{reply}");
    }
    // Commands that are none the worse for being right.
    let mut busy = Client::new(gateway.port).await;
    busy.send("NOOP\r\n".repeat(6000).as_bytes()).await;
    let mut answered = 0;
    while !busy.reply().await.is_empty() {
        answered += 1;
    }
    assert!(answered < 6000, "it was sent away");
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn whoever_says_nothing_is_sent_away_before_and_after_the_login() {
    let house = House::new(1);
    let change =
        |policy| GatewayPolicy { login: Duration::from_millis(600), idle: Duration::from_millis(900), ..policy };
    let gateway = strict(&house, change).await;
    // A byte now and then does not count as a login.
    let mut slow = Client::new(gateway.port).await;
    let begun = Instant::now();
    for byte in "EHLO a-very-long-name-that-comes-a-byte-at-a-time".bytes().cycle().take(40) {
        slow.send(&[byte]).await;
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    assert!(slow.reply().await.starts_with("421-4.4.2") && begun.elapsed() < Duration::from_secs(5));
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(erp.say("NOOP").await.starts_with("250 "));
    assert!(erp.reply().await.starts_with("421-4.4.2") && erp.is_over().await);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn a_message_that_comes_too_slowly_or_breaks_off_is_not_there() {
    let house = House::new(1);
    let change =
        |policy| GatewayPolicy { message: Duration::from_millis(700), idle: Duration::from_millis(400), ..policy };
    let gateway = strict(&house, change).await;
    let begin = async || {
        let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
        erp.say(&format!("MAIL FROM:<{ANNA}>")).await;
        erp.say(&format!("RCPT TO:<{OFFICE}>")).await;
        assert!(erp.say("DATA").await.starts_with("354"));
        erp
    };
    let mut dripping = begin().await;
    for line in letter(1).split_inclusive(|byte| *byte == b'\n') {
        dripping.send(line).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert!(dripping.reply().await.starts_with("421-4.4.2"));
    let mut silent = begin().await;
    silent.send(b"From: ").await;
    assert!(silent.reply().await.starts_with("421-4.4.2"));
    // All of it but the last byte, and away.
    let mut broken = begin().await;
    let message = String::from_utf8(letter(1)).unwrap().replace("\r\n.", "\r\n..");
    broken.send(format!("{message}.\r").as_bytes()).await;
    drop(broken);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(house.all_tickets(), 0);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn one_client_more_than_there_are_places_is_asked_to_come_again() {
    let house = House::new(1);
    let gateway = strict(&house, |policy| GatewayPolicy { clients: 2, ..policy }).await;
    let held = [Client::new(gateway.port).await, Client::new(gateway.port).await];
    let mut third = Client::silent(gateway.port).await;
    assert!(third.reply().await.starts_with("421-4.3.2") && third.is_over().await);
    drop(held);
    tokio::time::sleep(Duration::from_millis(100)).await;
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn more_recipients_than_allowed_are_refused_for_ever_and_so_is_what_is_no_address() {
    let house = House::new(1);
    let gateway = strict(&house, |policy| GatewayPolicy { recipients: 3, ..policy }).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    let to: Vec<String> = (0..4).map(|number| format!("a{number}@cert.beta.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let said = erp.hand_over(ANNA, &to, &letter_to(1, &to)).await;
    assert!(said.starts_with("550-5.5.3 "), "{said}");
    // A program that goes on with those that were taken would send what says that it went to all.
    let said = erp.content(&letter_to(1, &to)).await;
    assert!(said.contains("send.not_recipient"), "{said}");
    assert!(erp.say(&format!("MAIL FROM:<{ANNA}>")).await.starts_with("250 "));
    for odd in ["ufficio", "\"a b\"@cert.beta.example", "a@b..example"] {
        let said = erp.say(&format!("RCPT TO:<{odd}>")).await;
        assert!(said.starts_with("553") || said.starts_with("501"), "{odd}: {said}");
    }
    erp.say("RSET").await;
    assert_eq!(house.all_tickets(), 0);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn what_is_too_large_is_refused_by_what_it_says_and_by_what_it_is() {
    let house = House::new(1);
    let gateway = strict(&house, |policy| GatewayPolicy { message_bytes: 20_000, ..policy }).await;
    let mut erp = Client::new(gateway.port).await;
    assert!(erp.say("EHLO erp").await.contains("SIZE 20000"));
    erp.say(&plain(ANNA, WORD)).await;
    let said = erp.say(&format!("MAIL FROM:<{ANNA}> SIZE=20001")).await;
    assert!(said.starts_with("552-5.3.4 send.size"), "{said}");
    let mut large = letter(1);
    while large.len() <= 20_000 {
        large.extend_from_slice(b"riga\r\n");
    }
    let said = erp.hand_over(ANNA, &[OFFICE], &large).await;
    assert!(said.starts_with("552-5.3.4 send.size"), "{said}");
    assert!(erp.say("NOOP").await.starts_with("250 "), "it was read to its end");
    assert_eq!(house.all_tickets(), 0);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn what_has_no_room_in_memory_is_asked_to_come_again() {
    let house = House::new(1);
    let gateway = strict(&house, |policy| GatewayPolicy { memory_bytes: 300_000, ..policy }).await;
    let mut large = letter(1);
    while large.len() < 200_000 {
        large.extend_from_slice(b"riga del messaggio\r\n");
    }
    let mut first = Client::logged_in(gateway.port, ANNA, WORD).await;
    first.say(&format!("MAIL FROM:<{ANNA}>")).await;
    first.say(&format!("RCPT TO:<{OFFICE}>")).await;
    first.say("DATA").await;
    first.send(String::from_utf8(large.clone()).unwrap().replace("\r\n.", "\r\n..").as_bytes()).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut second = Client::logged_in(gateway.port, ANNA, WORD).await;
    let other = String::from_utf8(large.clone()).unwrap().replace("<1@", "<2@");
    let said = second.hand_over(ANNA, &[OFFICE], other.as_bytes()).await;
    assert!(said.starts_with("452-4.3.1"), "{said}");
    first.send(b".\r\n").await;
    assert!(first.reply().await.starts_with("250 "));
    let said = second.hand_over(ANNA, &[OFFICE], other.as_bytes()).await;
    assert!(said.starts_with("250 "), "{said}");
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn parameters_that_would_be_passed_over_are_refused() {
    let house = House::new(1);
    let gateway = house.open().await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for parameter in ["SMTPUTF8", "BODY=BINARYMIME", "HOLDFOR=60", "NONSENSE=1", "SIZE=x"] {
        let said = erp.say(&format!("MAIL FROM:<{ANNA}> {parameter}")).await;
        assert!(said.starts_with("555") || said.starts_with("501"), "{parameter}: {said}");
    }
    for command in ["STARTTLS", "BDAT 3 LAST", "EXPN x", "HELP", "ETRN x"] {
        assert!(erp.say(command).await.starts_with('5'), "{command}");
    }
    assert!(erp.say("VRFY anna").await.starts_with("252 "), "nobody learns who has a mailbox");
    assert_eq!(house.all_tickets(), 0);
    still_serves(&house, gateway).await;
}

#[tokio::test]
async fn what_the_provider_has_refused_for_good_is_not_promised_again() {
    let refuse = |call: &server::Call| {
        if call.is("MESSAGE") { server::say("554 5.6.0 virus trovato") } else { Act::Good }
    };
    let provider = server::Server::start(refuse).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(1)).await.starts_with("250 "));
    house.wait_for(TicketState::Refused, 1).await;
    let said = erp.hand_over(ANNA, &[OFFICE], &letter(1)).await;
    assert!(said.starts_with("554-5.7.0 smtp:1@erp.example: il gestore ha gia' rifiutato"), "{said}");
    assert!(said.contains("virus trovato"), "{said}");
    provider.behave();
    assert!(erp.hand_over(ANNA, &[OFFICE], &letter(2)).await.starts_with("250 "));
    house.wait_for(TicketState::Sent, 1).await;
    gateway.close().await;
    assert_eq!(provider.taken().len(), 1);
}

#[tokio::test]
async fn the_end_waits_for_what_is_just_being_handed_over() {
    let slow = |call: &server::Call| if call.is("MESSAGE") { Act::Drip(Duration::from_millis(25)) } else { Act::Good };
    let provider = server::Server::start(slow).await;
    let house = House::new(provider.port);
    let gateway = house.open_with(|policy| policy).await;
    let mut erp = Client::logged_in(gateway.port, ANNA, WORD).await;
    for number in 0..3 {
        assert!(erp.hand_over(ANNA, &[OFFICE], &letter(number)).await.starts_with("250 "));
    }
    house.wait_for(TicketState::Sending, 1).await;
    gateway.close().await;
    assert_eq!(house.tickets(TicketState::Unknown).len() + house.tickets(TicketState::Sending).len(), 0);
    assert_eq!(house.tickets(TicketState::Sent).len(), provider.taken().len());
    assert!(provider.taken().len() < 3, "nothing more is begun");
    assert!(erp.is_over().await);
}
