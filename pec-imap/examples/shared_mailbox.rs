//! A mailbox that people use too, taken into an archive: `cargo run -p pec-imap --example shared_mailbox`.
//!
//! The provider is the sandbox, its IMAP server is Dovecot (`apt-get install dovecot-imapd`): nothing leaves this machine.
//! With a mailbox of your own, begin at "Here begins what a program of yours does".

use std::ops::ControlFlow;
use std::sync::Arc;

use pec_archive::{Action, Actor, Archive, Happened, Rule};
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Receiver, Roots};
use pec_sandbox::dovecot::{Dovecot, Options};
use pec_sandbox::network::{self, Mailbox, Settings};

const OFFICE: &str = "ufficio@cert.beta.example";
const ANNA: &str = "anna@pec.alfa.example";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let mut providers = network::Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse()?))?;
    providers.add(Mailbox::new(ANNA))?;
    providers.add(Mailbox::new(OFFICE))?;
    for (n, subject) in ["Fattura 12", "Riunione"].iter().enumerate() {
        let letter = format!(
            "From: {ANNA}\r\nTo: {OFFICE}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <{n}@ditta.example>\r\n\
             Subject: {subject}\r\n\r\nBuongiorno.\r\n"
        );
        println!("submitted as {}", providers.submit(ANNA, &[OFFICE], letter.as_bytes())?.pec_id);
    }
    providers.settle()?;
    let maildir = folder.path().join("mail").join(OFFICE);
    for part in ["tmp", "cur"] {
        std::fs::create_dir_all(maildir.join(part))?;
    }
    providers.mailbox(OFFICE).ok_or("no mailbox")?.write(&maildir.join("new"))?;
    let Some(dovecot) = Dovecot::start(&Options::new(folder.path()))? else {
        println!("Dovecot is not installed: apt-get install dovecot-imapd");
        return Ok(());
    };

    // Here begins what a program of yours does.
    let archive = Arc::new(Archive::create(&folder.path().join("posta.pecarchive"))?);
    let now = providers.time();
    let receiver = Receiver::new(Arc::clone(&archive), Arc::new(providers.trust().clone())).clock(move || now);
    let network = Network::new(Proxy::Direct, &Roots::none().and_pem(&std::fs::read(dovecot.authority())?)?)?;
    let imap = Endpoint::tls("localhost", dovecot.imaps().port());
    let account = Account::new(OFFICE, imap.clone(), imap, Credential::new(OFFICE, "pec"));

    let synced = receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await?;
    println!("{} new messages, complete: {}", synced.new_messages(), synced.is_complete());

    let host = Actor::host();
    let query = "oggetto:fattura verdetto:certificato";
    let rules = [Rule::new("fatture", query, vec![Action::File("Fatture".into())])?];
    for event in archive.next_events(&host, "esempio", 100)? {
        // What the rules do is told too; nothing is to be done with that.
        if let (Happened::Stored { .. }, Some(id)) = (&event.what, event.id) {
            archive.file(&host, &rules, &[id], now)?;
            let entry = archive.entry(&host, id)?;
            println!("{}  {}  {}  {:?}", entry.verdict, entry.kind, entry.subject.unwrap_or_default(), entry.tags);
        }
        archive.finished(&host, "esempio", event.n)?;
    }
    let again = receiver.sync(&network, &account, &mut |_| ControlFlow::Continue(())).await?;
    println!("{} new messages the second time", again.new_messages());
    Ok(())
}
