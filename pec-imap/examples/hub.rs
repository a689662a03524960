//! An accountant's morning (FEATURES, J4): a table of mailboxes, a look at all of them, what needs somebody, one page.
//!
//! ```text
//! cargo run -p pec-imap --example hub -- FOLDER
//! ```
//!
//! The mailboxes are those of the sandbox, served by a Dovecot of this machine; FOLDER gets the archive, the page, the table
//! and the attachments.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use pec_archive::Archive;
use pec_core::finding::Language;
use pec_imap::{
    Encoding, FileSecrets, HostKey, Hub, HubQuery, Import, Network, Only, Profiles, Proxy, RadarOptions, Receiver,
    RefreshOptions, Roots, Sort,
};
use pec_sandbox::dovecot;
use pec_sandbox::network::{self, Mailbox, Settings};
use pec_sandbox::server;

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = tempfile::tempdir()?;
    let folder = std::env::args().nth(1).map_or_else(|| own.path().join("hub"), PathBuf::from);
    fs::create_dir_all(&folder)?;

    // Two providers, who have exchanged some mail; and a Dovecot in front of the mailboxes.
    let mut providers = network::Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse()?))?;
    for mailbox in [Mailbox::new(ANNA), Mailbox::new(OFFICE), Mailbox::full(FULL)] {
        providers.add(mailbox)?;
    }
    let sent = providers.submit(ANNA, &[OFFICE, FULL], message().as_bytes())?;
    println!("inviato: {}", sent.pec_id);
    providers.settle()?;
    providers.advance(SignedDuration::from_hours(25))?;
    let (trust, now) = (providers.trust().clone(), providers.time());
    let mail = tempfile::tempdir()?;
    let submission = server::Server::start(providers, server::Options::new(mail.path()))?;
    submission.stop();
    let Some(imap) = dovecot::Dovecot::start(&dovecot::Options::new(mail.path()))? else {
        println!("Dovecot is not installed (apt-get install dovecot-imapd)");
        return Ok(());
    };

    // What a host has: an archive, a key, its network.
    let archive = Archive::create(&folder.join("posta.pecarchive"))?;
    let receiver = Receiver::new(Arc::new(archive), Arc::new(trust)).clock(move || now);
    let secrets = FileSecrets::open(&folder.join("segreti"), HostKey::new([7; 32]))?;
    let network = Network::new(Proxy::Direct, &Roots::none().and_pem(&fs::read(imap.authority())?)?)?;
    let hub = Hub::new(receiver, network, Arc::new(secrets), Profiles::built_in()?);

    // A table as a spreadsheet writes it. One row has a mistyped partita IVA: it is told, the others are taken.
    let at = format!("localhost:{}", imap.imaps().port());
    let table = format!(
        "Casella;Password;IMAP;SMTP;Cliente;Partita IVA;Mandato dal;Mandato al;Scadenza password\r\n\
         {ANNA};pec;{at};{at};Neri & Figli;00743110157;01/01/2026;;15/02/2026\r\n\
         {OFFICE};pec;{at};{at};Bianchi S.r.l.;;01/01/2026;28/02/2026;\r\n\
         {FULL};sbagliata;{at};{at};Bianchi S.r.l.;;01/01/2026;;\r\n\
         verdi@cert.beta.example;pec;{at};{at};Verdi;00743110158;01/01/2026;;\r\n"
    );
    let imported = hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight)?;
    for wrong in &imported.errors {
        println!("riga {}, {}: {} ({})", wrong.row, wrong.column, wrong.fault.text(Language::It), wrong.shown);
    }

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let report = runtime.block_on(hub.refresh(RefreshOptions::default()))?;
    println!("{} caselle lette su {} in {:?}", report.fresh(), report.mailboxes.len(), report.took);
    for mailbox in hub.list(HubQuery { only: Only::New, sort: Sort::New })? {
        println!("{}: {} nuovi, {} non letti", mailbox.said.address, mailbox.standing.new, mailbox.standing.unread);
    }
    let today = hub.today(now.checked_sub(SignedDuration::from_hours(48))?, RadarOptions::default())?;
    for lost in &today.radar.access {
        let advice = lost.access().map(|state| state.advice(Language::It)).unwrap_or_default();
        println!("{}: {advice}", lost.said.address);
    }

    let page = folder.join("oggi.html");
    fs::write(&page, today.to_html(Language::It))?;
    fs::write(folder.join("oggi.csv"), today.to_csv(Language::It, Encoding::Utf8Bom)?)?;
    for saved in hub.save_attachments(&today, &folder.join("clienti"))? {
        saved.files.iter().for_each(|file| println!("{}", file.display()));
    }
    println!("{}", page.display());
    Ok(())
}

fn message() -> String {
    format!(
        "From: <{ANNA}>\r\nTo: {OFFICE}, {FULL}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
         Subject: Fattura 1/2026\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nIn allegato.\r\n\
         --b\r\nContent-Type: application/pdf; name=fattura.pdf\r\nContent-Disposition: attachment; filename=fattura.pdf\r\n\
         \r\n%PDF-1.4\r\n--b--\r\n"
    )
}
