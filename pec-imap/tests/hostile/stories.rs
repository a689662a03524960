use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pec_archive::{Actor, Archive, Id};
use pec_core::trust::TrustStore;
use pec_imap::{Account, Credential, Deadlines, Endpoint, Network, Proxy, Receiver, Result, Roots, Security, Synced};

use crate::server::{Act, Call, Server, Story, instead};

/// How a story ends.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Everything is there all the same.
    All,
    /// An error of this code.
    Fails(&'static str),
    /// All but these many messages, which are named.
    Withheld(usize),
    /// The folder has a problem of this code.
    Folder(&'static str),
}

const DEADLINES: Deadlines = Deadlines {
    connect: Duration::from_secs(2),
    quiet: Duration::from_millis(400),
    response: Duration::from_millis(1500),
};

/// No story takes longer than its attempts at a silent server may.
const LONGEST: Duration = Duration::from_secs(60);

async fn tell(messages: Vec<Vec<u8>>, end: End, story: impl Fn(&Call, &[u8]) -> Act + Send + Sync + 'static) {
    let story: Story = Arc::new(story);
    let server = Server::start(messages.clone(), story).await;
    let folder = tempfile::tempdir().unwrap();
    let archive = Arc::new(Archive::create(&folder.path().join("posta.pecarchive")).unwrap());
    let receiver = Receiver::new(Arc::clone(&archive), Arc::new(TrustStore::built_in()));
    let network = Network::new(Proxy::Direct, &Roots::none()).unwrap().deadlines(DEADLINES);
    let imap = Endpoint { host: "127.0.0.1".into(), port: server.port, security: Security::DangerPlain };
    let account = Account::new("ufficio@x.example", imap.clone(), imap, Credential::new("ufficio", "segreta"));
    let sync =
        async || -> Result<Synced> { receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await };

    let start = Instant::now();
    let synced = sync().await;
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    let host = Actor::host();
    let here = || messages.iter().filter(|message| archive.get(&host, Id::of(message)).is_ok()).count();
    match (end, synced) {
        (End::All, Ok(synced)) => {
            assert!(synced.is_complete(), "{synced:?}");
            assert_eq!(here(), messages.len());
        }
        (End::Fails(code), Err(error)) => assert_eq!(error.code(), code, "{error}"),
        (End::Withheld(count), Ok(synced)) => {
            let withheld: usize = synced.folders.iter().map(|folder| folder.withheld.len()).sum();
            assert_eq!((withheld, here()), (count, messages.len() - count), "{synced:?}");
            assert!(!synced.is_complete());
        }
        (End::Folder(code), Ok(synced)) => {
            let problem = synced.folders.iter().find_map(|folder| folder.problem.as_ref()).unwrap();
            assert_eq!(problem.code(), code);
        }
        (end, synced) => panic!("{end:?}, but {synced:?}"),
    }
    if let End::Fails("wire.access") = end {
        assert!(server.logins.load(Ordering::SeqCst) <= 1, "a login that is refused is not tried again");
    }

    server.behave();
    let synced = sync().await.unwrap();
    assert!(synced.is_complete(), "{synced:?}");
    assert_eq!(here(), messages.len());
    assert_eq!(archive.stats(&host).unwrap().messages, messages.len() as u64, "nothing that nobody sent");
    let again = sync().await.unwrap();
    assert_eq!(again.new_messages(), 0);
}

fn letters() -> Vec<Vec<u8>> {
    (1..=5).map(|n| format!("Message-ID: <{n}@x>\r\nSubject: {n}\r\n\r\nTesto {n}\r\n").into_bytes()).collect()
}

/// With a message of this many bytes as the third.
fn with_long(size: usize) -> Vec<Vec<u8>> {
    let mut all = letters();
    all[2].resize(size, b'x');
    all
}

fn say(bytes: &[u8]) -> Act {
    Act::Say(bytes.to_vec())
}

/// Keeps the answer to the first of these calls back until the second has come; then says both, the ends last and the second
/// one's first.
fn side_by_side(which: impl Fn(&Call) -> bool) -> impl Fn(&Call, &[u8]) -> Act {
    let held = Mutex::new((0, Vec::new(), Vec::new()));
    move |call, good| {
        let mut held = held.lock().unwrap();
        let (calls, data, end) = &mut *held;
        *calls += i32::from(which(call));
        let own_end = good.len() - format!("{} OK done\r\n", call.tag).len();
        match *calls {
            1 if which(call) => {
                (*data, *end) = (good[..own_end].to_vec(), good[own_end..].to_vec());
                say(b"")
            }
            2 if which(call) => say(&[&good[..own_end], data, &good[own_end..], end].concat()),
            _ => say(good),
        }
    }
}

/// The list of messages, each said to be of two million bytes or nearly.
fn large(list: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(list).replace("RFC822.SIZE ", "RFC822.SIZE 19000").into_bytes()
}

macro_rules! stories {
    ($($name:ident: $end:expr, $messages:expr, $story:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            tell($messages, $end, $story).await;
        }
    )+};
}

stories! {
    // The beginning.
    the_greeting_never_comes: End::Fails("wire.deadline"), letters(), |call, good| match call.is("GREETING") {
        true => Act::Silent(Vec::new()),
        false => say(good),
    };
    the_connection_ends_before_the_greeting: End::Fails("wire.lost"), letters(), |_, _| Act::Last(Vec::new());
    the_greeting_is_that_of_an_smtp_server: End::Fails("wire.protocol"), letters(), |_, _| say(b"220 mail ESMTP\r\n");
    the_greeting_is_a_web_page: End::Fails("wire.protocol"), letters(), |_, _| Act::Last(b"HTTP/1.1 400 Bad\r\n\r\n".to_vec());
    the_greeting_has_no_end: End::Fails("wire.protocol"), letters(), |_, _| say(&vec![b'a'; 9 << 20]);
    the_greeting_sends_us_away: End::Fails("wire.access"), letters(), |_, _| Act::Last(b"* BYE too many connections\r\n".to_vec());
    the_greeting_says_that_somebody_is_logged_in: End::Fails("wire.tls"), letters(), |_, _| say(b"* PREAUTH ciao\r\n");
    the_greeting_comes_a_byte_at_a_time_for_ever: End::Fails("wire.deadline"), letters(), |_, _| {
        Act::Drip(vec![b'x'; 10_000], Duration::from_millis(20))
    };
    the_greeting_says_nothing_of_capabilities: End::All, letters(), |call, good| match call.is("GREETING") {
        true => say(b"* OK\r\n"),
        false => say(good),
    };
    the_capabilities_are_of_another_revision: End::All, letters(), |call, good| match call.command.as_str() {
        "GREETING" => say(b"* OK [ALERT] aggiornato\r\n"),
        "CAPABILITY" => instead(good, "IMAP4rev1", "IMAP4rev2"),
        _ => say(good),
    };

    // Who is there.
    the_login_is_refused: End::Fails("wire.access"), letters(), |call, good| match call.is("AUTHENTICATE") {
        true => format!("{} NO [AUTHENTICATIONFAILED] credenziali errate\r\n", call.tag).into(),
        false => say(good),
    };
    the_login_is_refused_in_bytes_that_are_no_text: End::Fails("wire.access"), letters(), |call, good| {
        match call.is("AUTHENTICATE") {
            true => say(&[format!("{} NO ", call.tag).as_bytes(), b"\xff\xfe\x00\r\n"].concat()),
            false => say(good),
        }
    };
    the_login_ends_with_a_farewell: End::Fails("wire.access"), letters(), |call, good| match call.is("AUTHENTICATE") {
        true => Act::Last(b"* BYE [UNAVAILABLE] riprovare\r\n".to_vec()),
        false => say(good),
    };
    the_login_is_answered_to_somebody_else: End::Fails("wire.protocol"), letters(), |call, good| {
        match call.is("AUTHENTICATE") {
            true => say(b"Z9 OK benvenuto\r\n"),
            false => say(good),
        }
    };
    the_login_asks_a_second_question: End::Fails("wire.access"), letters(), |call, good| match call.command.as_str() {
        command if command.starts_with("AUTHENTICATE") => say(b"+ e poi?\r\n"),
        "*" => format!("{} NO annullato\r\n", "A1").into(),
        _ => say(good),
    };
    the_login_is_never_answered: End::Fails("wire.deadline"), letters(), |call, good| match call.is("AUTHENTICATE") {
        true => Act::Silent(Vec::new()),
        false => say(good),
    };

    // Folders.
    the_list_of_folders_is_refused: End::Fails("wire.refused"), letters(), |call, good| match call.is("LIST") {
        true => format!("{} NO oggi no\r\n", call.tag).into(),
        false => say(good),
    };
    the_list_of_folders_forgets_the_inbox: End::All, letters(), |call, good| match call.is("LIST") {
        true => format!("{} OK fatto\r\n", call.tag).into(),
        false => say(good),
    };
    a_folder_is_listed_three_times: End::All, letters(), |call, good| match call.is("LIST") {
        true => say(&[&b"* LIST () \"/\" INBOX\r\n* LIST () \"/\" inbox\r\n"[..], good].concat()),
        false => say(good),
    };
    a_line_of_the_list_of_folders_cannot_be_read: End::Fails("wire.protocol"), letters(), |call, good| {
        match call.is("LIST") {
            true => say(&[&b"* LIST (( \"/\" INBOX\r\n"[..], good].concat()),
            false => say(good),
        }
    };
    a_folder_does_not_open: End::Folder("wire.refused"), letters(), |call, good| match call.is("EXAMINE") {
        true => format!("{} NO [NOPERM] vietato\r\n", call.tag).into(),
        false => say(good),
    };
    a_folder_has_no_validity: End::Fails("wire.protocol"), letters(), |call, good| match call.is("EXAMINE") {
        true => instead(good, "UIDVALIDITY 42", "ALERT"),
        false => say(good),
    };
    a_folder_does_not_say_how_many_there_are: End::Fails("wire.protocol"), letters(), |call, good| {
        match call.is("EXAMINE") {
            true => instead(good, "* 5 EXISTS\r\n", ""),
            false => say(good),
        }
    };
    a_folder_says_that_there_are_a_million: End::All, letters(), |call, good| match call.is("EXAMINE") {
        true => instead(good, "* 5 EXISTS", "* 1000000 EXISTS"),
        false => say(good),
    };
    a_folder_says_that_nothing_will_come: End::All, letters(), |call, good| match call.is("EXAMINE") {
        true => instead(good, "UIDNEXT 6", "UIDNEXT 1"),
        false => say(good),
    };
    a_folder_is_numbered_anew_while_it_is_read: End::All, letters(), |call, good| {
        if call.is("EXAMINE") && call.nth > 1 {
            instead(good, "UIDVALIDITY 42", "UIDVALIDITY 43")
        } else if call.is_batch() && call.nth <= 2 {
            Act::Last(good[..good.len() / 2].to_vec())
        } else {
            say(good)
        }
    };

    // The list of messages.
    sizes_are_left_out: End::All, letters(), |call, good| match call.is_list() {
        true => Act::Say(String::from_utf8_lossy(good).lines().map(|line| {
            let line = line.split(" RFC822.SIZE").next().unwrap();
            if line.starts_with("* ") { format!("{line})\r\n") } else { format!("{line}\r\n") }
        }).collect::<String>().into_bytes()),
        false => say(good),
    };
    sizes_are_zero_and_a_message_is_longer_than_any_batch: End::All, with_long(17 << 20), |call, good| {
        match call.is_list() {
            true => Act::Say(String::from_utf8_lossy(good).replace("RFC822.SIZE 17825792", "RFC822.SIZE 0").into_bytes()),
            false => say(good),
        }
    };
    sizes_are_four_gigabytes: End::All, letters(), |call, good| match call.is_list() {
        true => Act::Say(String::from_utf8_lossy(good).replace("RFC822.SIZE ", "RFC822.SIZE 42949672").into_bytes()),
        false => say(good),
    };
    messages_are_listed_twice_and_in_no_order: End::All, letters(), |call, good| match call.is_list() {
        true => {
            let text = String::from_utf8_lossy(good).into_owned();
            let mut lines: Vec<&str> = text.split_inclusive("\r\n").filter(|line| line.starts_with('*')).collect();
            lines.reverse();
            let twice = [lines.concat(), lines.concat()].concat();
            format!("{twice}{} OK fatto\r\n", call.tag).into()
        }
        false => say(good),
    };
    a_message_has_a_date_on_which_parsers_fall: End::All, letters(), |call, good| match call.is_list() {
        true => Act::Say(String::from_utf8_lossy(good).replace("(UID 3", "(INTERNALDATE NIL UID 3").into_bytes()),
        false => say(good),
    };
    a_message_has_a_number_that_is_none: End::Fails("wire.protocol"), letters(), |call, good| match call.is_list() {
        true => instead(good, "UID 3 ", "UID 99999999999 "),
        false => say(good),
    };
    a_message_has_the_number_zero: End::All, letters(), |call, good| match call.is_list() {
        true => say(&[&b"* 9 FETCH (UID 0 RFC822.SIZE 1)\r\n"[..], good].concat()),
        false => say(good),
    };

    // Messages.
    things_are_said_that_nobody_asked_for: End::All, letters(), |call, good| match call.is("UID FETCH") {
        true => say(&[
            &b"* OK [ALERT] \"(({9}\r\n* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n* ESEARCH (TAG \"A9\") UID ALL 1:9\r\n"[..],
            b"* FLAGS (\\Seen)\r\n* 9 RECENT\r\n* STATUS INBOX (SIZE 5)\r\n* X-NUOVO {3}\r\nabc (1 2)\r\n",
            good,
        ].concat()),
        false => say(good),
    };
    messages_come_that_nobody_asked_for: End::All, letters(), |call, good| match call.is_batch() {
        true => say(&[&b"* 77 FETCH (UID 77 BODY[] {3}\r\nabc)\r\n"[..], good].concat()),
        false => say(good),
    };
    every_message_comes_twice: End::All, letters(), |call, good| match call.is_batch() {
        true => say(&[&good[..good.len() - format!("{} OK done\r\n", call.tag).len()], good].concat()),
        false => say(good),
    };
    a_message_is_missing_from_its_batch: End::All, letters(), |call, good| match call.is_batch() {
        true => instead(good, "UID 3 BODY[]", "UID 3 FLAGS () X-BODY"),
        false => say(good),
    };
    a_message_is_nothing: End::Withheld(1), letters(), |call, good| {
        let nil = format!("* 3 FETCH (UID 3 BODY[] NIL)\r\n{} OK done\r\n", call.tag);
        if call.is_batch() {
            instead(good, "UID 3 BODY[] {", "UID 3 BINARY[] {")
        } else if call.is_piece_of(3) {
            nil.into()
        } else {
            say(good)
        }
    };
    a_batch_is_refused: End::All, letters(), |call, good| match call.is_batch() {
        true => format!("{} NO troppo\r\n", call.tag).into(),
        false => say(good),
    };
    a_batch_is_not_understood: End::All, letters(), |call, good| match call.is_batch() {
        true => format!("{} BAD come?\r\n", call.tag).into(),
        false => say(good),
    };
    a_batch_is_done_and_nothing_came: End::All, letters(), |call, good| match call.is_batch() {
        true => format!("{} OK done\r\n", call.tag).into(),
        false => say(good),
    };
    the_connection_breaks_in_the_middle_of_a_message: End::All, letters(), |call, good| {
        match call.is_batch() {
            true => Act::Last(good[..good.len() / 2].to_vec()),
            false => say(good),
        }
    };
    the_connection_breaks_at_one_message_each_time: End::Withheld(1), letters(), |call, good| {
        if call.is_batch() || call.is_piece_of(3) { Act::Last(good[..good.len() / 2].to_vec()) } else { say(good) }
    };
    the_server_falls_silent_in_the_middle_of_a_message: End::All, letters(), |call, good| match call.is_batch() {
        true => Act::Silent(good[..good.len() / 2].to_vec()),
        false => say(good),
    };
    the_server_falls_silent_at_one_message_each_time: End::Withheld(1), letters(), |call, good| {
        if call.is_batch() || call.is_piece_of(3) { Act::Silent(good[..good.len() / 2].to_vec()) } else { say(good) }
    };
    a_batch_comes_a_byte_at_a_time: End::All, letters(), |call, good| match call.is_batch() {
        true => Act::Drip(good.to_vec(), Duration::from_millis(50)),
        false => say(good),
    };
    a_message_is_announced_longer_than_it_is: End::All, letters(), |call, good| match call.is_batch() {
        true => instead(good, "UID 5 BODY[] {", "UID 5 BODY[] {1"),
        false => say(good),
    };
    a_message_is_announced_as_ten_terabytes: End::All, letters(), |call, good| match call.is_batch() {
        true => instead(good, "UID 1 BODY[] {", "UID 1 BODY[] {99999999999"),
        false => say(good),
    };
    a_response_is_nested_without_end: End::All, letters(), |call, good| match call.is_batch() {
        true => say(&[&b"* 1 FETCH (BODYSTRUCTURE "[..], &vec![b'('; 200_000], b"\r\n", good].concat()),
        false => say(good),
    };
    a_line_has_no_end: End::All, letters(), |call, _good| match call.is_batch() {
        true => say(&[&b"* SEARCH"[..], &b" 1".repeat(6 << 20)].concat()),
        false => say(_good),
    };
    the_server_waits_for_more_where_there_is_nothing: End::All, letters(), |call, good| match call.is_batch() {
        true => say(b"+ avanti\r\n"),
        false => say(good),
    };
    the_server_says_goodbye_in_the_middle: End::All, letters(), |call, good| match call.is_batch() {
        true => Act::Last(b"* BYE manutenzione\r\n".to_vec()),
        false => say(good),
    };
    the_end_of_another_command_comes: End::All, letters(), |call, good| match call.is_batch() {
        true => say(b"A999 OK done\r\n"),
        false => say(good),
    };
    lines_end_without_carriage_returns: End::Withheld(5), letters(), |call, good| match call.is("UID FETCH") {
        true => Act::Say(String::from_utf8_lossy(good).replace("\r\n", "\n").into_bytes()),
        false => say(good),
    };
    a_piece_is_longer_than_what_was_asked_for: End::Withheld(1), with_long(3 << 20), |call, good| {
        match call.is_piece_of(3) {
            true => {
                let whole = vec![b'x'; 3 << 20];
                let head = format!("* 3 FETCH (UID 3 BODY[] {{{}}}\r\n", whole.len());
                say(&[head.as_bytes(), &whole, format!(")\r\n{} OK\r\n", call.tag).as_bytes()].concat())
            }
            false => say(good),
        }
    };
    a_piece_is_from_another_place: End::Withheld(1), with_long(3 << 20), |call, good| match call.is_piece_of(3) {
        true => Act::Say(String::from_utf8_lossy(good).replace("BODY[]<0>", "BODY[]<7>").into_bytes()),
        false => say(good),
    };
    a_long_message_ends_in_the_middle_of_a_piece: End::Withheld(1), with_long(3 << 20), |call, good| {
        match call.is_piece_of(3) && call.command.contains("<1048576.") {
            true => format!("{} OK done\r\n", call.tag).into(),
            false => say(good),
        }
    };
    two_batches_are_answered_side_by_side: End::All, letters(), {
        let two = side_by_side(Call::is_batch);
        move |call, good| {
            assert!(!call.command.contains("BODY.PEEK[]<"), "nothing has to be asked for again");
            match call.is_list() {
                // So large that only two go into a batch.
                true => Act::Say(large(good)),
                false => two(call, good),
            }
        }
    };
    two_pieces_are_answered_side_by_side: End::All, with_long((3 << 20) + 5), {
        let two = side_by_side(|call| call.is_piece_of(3));
        move |call, good| {
            assert!(!(call.is_piece_of(3) && call.command.contains("<0.") && call.nth > 4), "it is asked for once");
            two(call, good)
        }
    };
    the_server_does_not_let_us_go: End::All, letters(), |call, good| match call.is("LOGOUT") {
        true => Act::Silent(Vec::new()),
        false => say(good),
    };
}
