//! An accountant and the mailboxes of his clients (FEATURES, J4).

use std::fs;
use std::time::Duration;

use jiff::SignedDuration;
use pec_archive::{Actor, Intake, Submission};
use pec_core::finding::Language;
use pec_core::reconcile::Owed;
use pec_imap::{
    AccessState, Encoding, Error, HubPolicy, HubQuery, Import, Mandates, Only, RadarOptions, RefreshOptions, Sort,
};
use pec_sandbox::network::{Answer, Mailbox, Network, Settings};

use crate::office::Office;
use crate::server::{Server, Temper};

const ANNA: &str = "anna@pec.alfa.example";
const UFFICIO: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";
const LOST: &str = "persa@cert.beta.example";

fn with_attachment(to: &str) -> Vec<u8> {
    format!(
        "From: <{ANNA}>\r\nTo: {to}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
         Subject: Fattura <b>1</b>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIn allegato.\r\n\
         --b\r\nContent-Type: application/pdf; name=\"../../fattura.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"../../fattura.pdf\"\r\n\r\n%PDF-1.4\r\n--b--\r\n"
    )
    .into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_1_5_61_an_accountant_sees_in_the_morning_what_his_clients_need() {
    let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    for mailbox in [Mailbox::new(ANNA), Mailbox::new(UFFICIO), Mailbox::full(FULL)] {
        network.add(mailbox).unwrap();
    }
    let sent = network.submit(ANNA, &[UFFICIO, FULL], &with_attachment(&format!("{UFFICIO}, {FULL}"))).unwrap();
    assert_eq!(sent.answer, Answer::Accepted);
    network.settle().unwrap();
    network.advance(SignedDuration::from_hours(25)).unwrap();
    let office = Office::judging(network.trust().clone(), network.time());
    let hub = office.hub.clone().policy(HubPolicy { mandates: Mandates::Required, ..HubPolicy::default() });

    // 1. The table of the clients, as a spreadsheet writes it: what is wrong is told, with its row.
    let servers = [Server::start().await, Server::start().await];
    let row = |address: &str, n: usize, client: &str, until: &str, ends: &str| {
        let port = servers[n].port;
        format!(
            "{address};danger-plain://127.0.0.1:{port};danger-plain://127.0.0.1:{port};segreta;{client};01/01/2026;{until};{ends}\r\n"
        )
    };
    let head = "Casella;IMAP;SMTP;Password;Cliente;Mandato dal;Mandato al;Scadenza password\r\n";
    let rows = [
        row(ANNA, 0, "../Neri & Figli", "", "15/02/2026"),
        row(UFFICIO, 1, "Bianchi S.r.l.", "28/02/2026", ""),
        row(FULL, 1, "Bianchi S.r.l.", "", ""),
        row(LOST, 1, "Verdi", "", ""),
    ];
    let wrong = format!("{head}{}{}", rows.concat(), row("x@cert.beta.example", 1, "", "32/01/2026", ""));
    let refused = hub.import_csv(wrong.as_bytes(), Import::AllOrNothing).unwrap();
    assert_eq!((refused.added.len(), refused.errors[0].row), (0, 6));
    let imported = hub.import_csv(format!("{head}{}", rows.concat()).as_bytes(), Import::AllOrNothing).unwrap();
    assert_eq!((imported.added.len(), imported.errors.len()), (4, 0));

    for (address, server) in [(ANNA, &servers[0]), (UFFICIO, &servers[1]), (FULL, &servers[1]), (LOST, &servers[1])] {
        let stored = network.messages(address).map(<[_]>::to_vec).unwrap_or_default();
        server.with(address, |one| {
            one.password = "segreta".into();
            one.messages = stored.into_iter().map(|stored| stored.bytes).collect();
        });
    }
    servers[1].with(UFFICIO, |one| {
        one.messages.push(b"From: x@y.example\r\nSubject: =?utf-8?Q?=E2=80=AEordinaria?=\r\n\r\nx\r\n".to_vec())
    });
    servers[1].with(FULL, |one| one.quota = Some((999, 1000)));
    servers[1].with(LOST, |one| one.temper = Temper::Rejects("Verifica in due passaggi attiva"));

    // 2. and 3. A look at all of them; those with something new, most of it first.
    let options = RefreshOptions { budget: Duration::from_secs(20), ..RefreshOptions::default() };
    assert_eq!(hub.refresh(options).await.unwrap().fresh(), 3);
    let new = hub.list(HubQuery { only: Only::New, sort: Sort::New }).unwrap();
    assert_eq!(new.iter().map(|one| one.said.address.as_str()).collect::<Vec<_>>(), [ANNA, UFFICIO]);

    // 4. What needs somebody. A message was submitted a day ago and nobody has accepted it.
    let host = Actor::host();
    let trust = network.trust().clone();
    let sent = b"From: <anna@pec.alfa.example>\r\nTo: ufficio@cert.beta.example\r\nMessage-ID: <2@ditta.example>\r\n\
                 Subject: Sollecito\r\n\r\nx\r\n";
    let at = network.time().checked_sub(SignedDuration::from_hours(24)).unwrap();
    let submission = Submission { sender: ANNA, recipients: &[UFFICIO], at };
    office.archive.put_submitted(&host, &Intake::new(&trust, network.time()), sent.to_vec(), &submission).unwrap();
    let radar = hub.radar(network.time(), RadarOptions::default()).unwrap();
    let names = |list: &[pec_imap::HubMailbox]| list.iter().map(|one| one.said.address.clone()).collect::<Vec<_>>();
    assert_eq!(names(&radar.passwords), [ANNA]);
    assert_eq!(names(&radar.full), [FULL]);
    assert_eq!(names(&radar.mandates), [UFFICIO]);
    assert_eq!(names(&radar.access), [LOST]);
    assert_eq!(radar.access[0].access(), Some(AccessState::SecondFactorRequired));
    let overdue: Vec<_> = radar.overdue.iter().map(|one| (one.message_id.as_deref(), one.owed)).collect();
    assert_eq!(overdue, [(Some("2@ditta.example"), Owed::Acceptance)]);
    assert!(radar.proofs.is_empty());
    let later = network.time().checked_add(SignedDuration::from_hours(24 * 365 * 10)).unwrap();
    assert!(RadarOptions::default().proofs < SignedDuration::from_hours(24 * 365));
    let far = RadarOptions { proofs: later.duration_since(network.time()), ..RadarOptions::default() };
    let weakening = hub.radar(network.time(), far).unwrap().proofs;
    assert_eq!(weakening.len(), 4, "two receipts, a failure and an envelope");

    // The same on paper.
    let summary = hub.summary(HubQuery::default(), RadarOptions::default()).unwrap();
    for shown in [
        "../Neri &amp; Figli",
        LOST,
        "casella quasi piena",
        "scade il mandato",
        "99 %",
        "15/02/2026",
        "ricevuta in ritardo",
    ] {
        assert!(summary.contains(shown), "{shown}");
    }
    assert!(
        !summary.contains("<script") && !summary.contains("16/02/2026"),
        "a password holds until the end of its last day"
    );
    let none = HubQuery { only: Only::New, sort: Sort::Address };
    hub.seen(ANNA).and_then(|()| hub.seen(UFFICIO)).unwrap();
    assert!(hub.summary(none, RadarOptions::default()).unwrap().contains("caselle: <strong>0</strong>"));

    // 5. Somebody works in a mailbox; the log says who, and by what right.
    assert!(hub.open(UFFICIO).is_ok());
    assert!(matches!(hub.open(LOST), Err(Error::Access { state: AccessState::SecondFactorRequired, .. })));

    // The page, the table, and the files of the morning.
    let today = hub.today("2026-02-09T00:00:00Z".parse().unwrap(), RadarOptions::default()).unwrap();
    let clients: Vec<_> = today
        .clients
        .iter()
        .map(|day| (day.client.as_str(), day.arrived.len(), day.failed.len(), day.receipts))
        .collect();
    assert_eq!(clients, [("../Neri & Figli", 0, 1, 2), ("Bianchi S.r.l.", 2, 0, 0)]);
    assert_eq!(today.mailboxes, (4, 3));
    let page = today.to_html(Language::It);
    for shown in
        ["Fattura &lt;b&gt;1&lt;/b&gt;", "\u{fffd}ordinaria", "../Neri &amp; Figli", LOST, "15/02/2026", "99 %"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<script") && !page.contains("<b>1") && !page.contains('\u{202e}'));
    assert_ne!(page, today.to_html(Language::En));
    assert_eq!(page, today.to_html(Language::It));
    let table = String::from_utf8(today.to_csv(Language::It, Encoding::Utf8Bom).unwrap()).unwrap();
    assert!(table.starts_with("\u{feff}che cosa;cliente;casella;quando;mittente;oggetto;dettaglio;id\r\n"));
    assert_eq!(table.lines().count(), 1 + 3 + 5, "{table}");
    assert!(table.contains("non riuscito;../Neri & Figli;anna@pec.alfa.example;"), "{table}");
    assert!(table.contains("mancata consegna (CERTIFICATO)") && page.contains("mancata consegna"), "{table}");
    let old = today.to_csv(Language::En, Encoding::Windows1252).unwrap();
    assert!(std::str::from_utf8(&old).is_ok_and(|text| text.starts_with("what;client;")));

    let folder = office.folder.path().join("clienti");
    for _ in 0..2 {
        let saved = hub.save_attachments(&today, &folder).unwrap();
        assert_eq!(saved.len(), 2);
        let files: Vec<_> = saved.iter().flat_map(|one| &one.files).collect();
        assert_eq!(files, [&folder.join("Bianchi S.r.l").join("fattura.pdf")]);
        assert_eq!(fs::read(files[0]).unwrap(), b"%PDF-1.4");
        assert_eq!(saved.iter().filter(|one| one.withheld.is_some()).count(), 1, "what nobody certifies is not saved");
    }
    let there: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["Bianchi S.r.l"]);
    assert!(!office.folder.path().join("fattura.pdf").exists());

    // The next morning nothing is new.
    let tomorrow =
        hub.today(network.time().checked_add(SignedDuration::from_mins(1)).unwrap(), RadarOptions::default());
    assert!(tomorrow.unwrap().clients.is_empty());
}
