use std::fs;
use std::path::Path;

use pec_archive::{Actor, Id};
use pec_imap::{AccessState, Credential, Endpoint, Error, Network, Roots, Security};

use crate::house::{BOX, House, letter};

#[tokio::test]
async fn every_folder_comes_byte_for_byte_and_a_second_run_adds_nothing() {
    let Some(house) = House::new() else { return };
    let mut all = Vec::new();
    for (number, folder) in (0..460).zip(["INBOX", "INBOX", "Sent", "Attivit&AOA-", "INBOX.a"].into_iter().cycle()) {
        let message = letter(number, 300 + number * 7);
        house.deliver(folder, &format!("{number}.m"), &message);
        all.push(message);
    }
    // Bare line feeds, no line end, nothing at all but a header, and one without any: bytes are sacred.
    for (number, odd) in
        [&b"Subject: a\n\nb\nc"[..], b"Subject: x\r\n", b"\r\n", b"\xff\xfe\r\n\r\n(\"{5}\r\n"].iter().enumerate()
    {
        house.deliver("INBOX", &format!("odd{number}.m"), odd);
        all.push(odd.to_vec());
    }
    let long = letter(9000, 7 << 20);
    house.deliver("INBOX", "long.m", &long);
    all.push(long);

    let synced = house.sync().await.unwrap();
    assert!(synced.is_complete(), "{synced:?}");
    assert_eq!(synced.new_messages(), served(&house, &all));
    let names: Vec<&str> = synced.folders.iter().map(|folder| folder.name.as_str()).collect();
    assert!(names.contains(&"Attività"), "{names:?}");

    let flags = ["INBOX", "Sent"].map(|folder| house.flags(folder));
    assert!(!flags[0].contains("Seen"));
    let again = house.sync().await.unwrap();
    assert_eq!((again.new_messages(), again.folders.iter().map(|folder| folder.known).sum::<u64>()), (0, 0));
    assert_eq!(flags, ["INBOX", "Sent"].map(|folder| house.flags(folder)));
}

/// How many messages there are, as Dovecot serves them: it makes CRLF of bare line feeds.
fn served(house: &House, all: &[Vec<u8>]) -> u64 {
    let host = Actor::host();
    for message in all {
        let text = message.clone();
        let crlf: Vec<u8> = text.iter().enumerate().fold(Vec::new(), |mut out, (at, byte)| {
            if *byte == b'\n' && (at == 0 || text[at - 1] != b'\r') {
                out.push(b'\r');
            }
            out.push(*byte);
            out
        });
        assert!(house.archive().get(&host, Id::of(&crlf)).unwrap() == crlf);
    }
    all.len() as u64
}

#[tokio::test]
async fn row_60_what_is_deleted_or_moved_on_the_server_stays_in_the_archive_and_is_reported() {
    let Some(house) = House::new() else { return };
    let letters: Vec<Vec<u8>> = (0..6).map(|number| letter(number, 500)).collect();
    for (number, message) in letters.iter().enumerate() {
        house.deliver("INBOX", &format!("{number}.m"), message);
    }
    assert_eq!(house.sync().await.unwrap().new_messages(), 6);
    // One is deleted by a person, one is moved to another folder.
    house.dovecot.admin(&["expunge", "-u", BOX, "mailbox", "INBOX", "subject", "Prova 1"]).unwrap();
    house.dovecot.admin(&["mailbox", "create", "-u", BOX, "Archivio"]).unwrap();
    house.dovecot.admin(&["move", "-u", BOX, "Archivio", "mailbox", "INBOX", "subject", "Prova 4"]).unwrap();
    house.deliver("INBOX", "new.m", &letter(7, 500));

    let synced = house.sync().await.unwrap();
    let inbox = synced.folders.iter().find(|folder| folder.name == "INBOX").unwrap();
    let mut gone = vec![Id::of(&letters[1]), Id::of(&letters[4])];
    gone.sort_unstable();
    assert_eq!((inbox.new, &inbox.gone), (1, &gone));
    let archived = synced.folders.iter().find(|folder| folder.name == "Archivio").unwrap();
    assert_eq!((archived.new, archived.known), (0, 1));
    house.has_exactly(&[letters.clone(), vec![letter(7, 500)]].concat());
    let places = house.archive().places(&Actor::host(), Id::of(&letters[4])).unwrap();
    assert_eq!(places.iter().filter(|place| place.gone_at.is_none()).count(), 1);
}

#[tokio::test]
async fn a_folder_that_is_numbered_anew_is_read_again_without_a_double() {
    let Some(house) = House::new() else { return };
    let letters: Vec<Vec<u8>> = (0..30).map(|number| letter(number, 400)).collect();
    for (number, message) in letters.iter().enumerate() {
        house.deliver("INBOX", &format!("{number}.m"), message);
    }
    house.sync().await.unwrap();
    let maildir = house.folder.path().join("mail").join(BOX);
    for file in ["dovecot-uidlist", "dovecot-uidvalidity"] {
        let _ = fs::remove_file(maildir.join(file));
    }
    for index in fs::read_dir(&maildir).unwrap().flatten() {
        let name = index.file_name();
        if name.to_string_lossy().starts_with("dovecot") {
            let _ = fs::remove_file(index.path());
        }
    }
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let synced = house.sync().await.unwrap();
    let inbox = synced.folders.iter().find(|folder| folder.name == "INBOX").unwrap();
    assert!(inbox.renumbered);
    assert_eq!((inbox.new, inbox.known), (0, 30));
    house.has_exactly(&letters);
}

#[tokio::test]
async fn passwords_of_any_characters_log_in_and_wrong_ones_are_told_apart_from_a_silent_server() {
    let printable: String = (' '..='~').collect();
    let odd = ["pàsswörd €uro 日本 🔑", "\"\\{5}()%*", "  spazi  ", &printable];
    let users: Vec<(String, String)> =
        odd.iter().enumerate().map(|(n, password)| (format!("u{n}@x.example"), (*password).to_owned())).collect();
    let Some(house) = House::with(|options| options.users.clone_from(&users)) else { return };
    let imaps = Endpoint::tls("localhost", house.dovecot.imaps().port());
    let check = async |login: &str, password: &str| {
        let account = house.account_with(imaps.clone(), Credential::new(login, password));
        house.receiver.sync(&house.network, &account, &mut |_| std::ops::ControlFlow::Continue(())).await
    };
    for (user, password) in &users {
        let checked = check(user, password).await;
        assert!(checked.is_ok(), "{password}: {checked:?}");
    }
    let error = check("u0@x.example", "sbagliata").await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::Rejected), "{error}");
    assert!(!format!("{error:?} {error}").contains("sbagliata"));
    let nobody = Endpoint::tls("localhost", 1);
    let account = house.account_with(nobody, Credential::new(BOX, "pec"));
    let watch = &mut |_: pec_imap::SyncProgress<'_>| std::ops::ControlFlow::Continue(());
    let error = house.receiver.sync(&house.network, &account, watch).await.unwrap_err();
    assert_eq!(error.access(), Some(AccessState::Unreachable), "{error}");
}

#[tokio::test]
async fn no_password_goes_to_a_server_that_has_not_shown_who_it_is() {
    let Some(house) = House::new() else { return };
    let tls = |host: &str| Endpoint::tls(host, house.dovecot.imaps().port());
    let attempt = async |network: &Network, endpoint: Endpoint| {
        let account = house.account_with(endpoint, Credential::new(BOX, "pec"));
        house.receiver.sync(network, &account, &mut |_| std::ops::ControlFlow::Continue(())).await
    };
    // An authority that nobody knows; a name that is not in the certificate.
    let public = Network::new(pec_imap::Proxy::Direct, &Roots::public()).unwrap();
    assert!(matches!(attempt(&public, tls("localhost")).await, Err(Error::Tls { .. })));
    assert!(matches!(attempt(&house.network, tls("127.0.0.2")).await, Err(Error::Tls { .. })));
    // STARTTLS where it is offered; plain text where the server lets nobody in without.
    let plain = house.dovecot.imap().port();
    let with = |host: &str, security| Endpoint { host: host.into(), port: plain, security };
    assert!(attempt(&house.network, with("localhost", Security::StartTls)).await.is_ok());
    let refused = attempt(&house.network, with("127.0.0.2", Security::DangerPlain)).await;
    assert!(matches!(refused, Err(Error::Tls { .. })), "{refused:?}");
    assert!(Path::new(&house.dovecot.authority()).is_file());
}
