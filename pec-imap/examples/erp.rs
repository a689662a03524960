//! A business program sends an invoice by certified e-mail and keeps what proves that it was delivered (FEATURES, J1): with a
//! provider in the process for sending and Dovecot for the receipts.
//!
//! `cargo run -p pec-imap --example erp`

use std::error::Error;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use pec_archive::{Actor, Archive, Intake, Outgoing, TicketState};
use pec_core::compose::{Conditions, Draft, Enclosure, Stamp, preflight};
use pec_core::limits::Limits;
use pec_core::message::Mailbox;
use pec_core::proof;
use pec_core::reconcile::State;
use pec_imap::{Account, Credential, Endpoint, Network, Proxy, Receiver, Roots, Sender};
use pec_sandbox::dovecot::{self, Dovecot};
use pec_sandbox::network::{self, Settings};
use pec_sandbox::server::{self, Server};
use sha2::{Digest as _, Sha256};

const COMPANY: &str = "ditta@pec.alfa.example";
const CUSTOMER: &str = "cliente@cert.beta.example";
const KEY: &str = "INV-2026-0042";

/// Providers name a folder for sent mail.
const SENT: &str = "namespace inbox {\n inbox = yes\n mailbox Sent {\n special_use = \\Sent\n auto = create\n }\n}\n";

#[allow(dead_code, reason = "the tests run the journey without it")]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("pec-erp-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    match journey(&folder)? {
        Some(bundle) => println!("what proves the delivery: {}", bundle.display()),
        None => println!("Dovecot is not installed (apt-get install dovecot-imapd)"),
    }
    Ok(())
}

/// The whole way; gives the file of the proof, or nothing where there is no Dovecot.
pub(crate) fn journey(folder: &Path) -> Result<Option<PathBuf>, Box<dyn Error>> {
    // Two providers, the customer's mailbox with the other one, and an IMAP server over their mailboxes.
    let start: Timestamp = "2026-02-09T09:15:30Z".parse()?;
    let mut providers = network::Network::new(Settings::two_providers(start))?;
    for address in [COMPANY, CUSTOMER] {
        providers.add(network::Mailbox::new(address))?;
    }
    let smtp = Server::start(providers, server::Options::new(folder))?;
    let options = dovecot::Options { extra: SENT.into(), ..dovecot::Options::new(folder) };
    let Some(imap) = Dovecot::start(&options)? else { return Ok(None) };
    let trust = Arc::new(smtp.with(|network| Ok(network.trust().clone()))?);

    // 1. The mailbox: where it is, who enters, and by whose word its servers are the right ones.
    let roots = Roots::none().and_pem(&fs::read(smtp.tls_authority())?)?.and_pem(&fs::read(imap.authority())?)?;
    let wire = Network::new(Proxy::Direct, &roots)?;
    let account = Account::new(
        COMPANY,
        Endpoint::tls("localhost", imap.imaps().port()),
        Endpoint::tls("localhost", smtp.smtps().port()),
        Credential::new(COMPANY, "pec"),
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(account.check(&wire))?;
    runtime.block_on(account.check_sending(&wire))?;

    // 2. The message. Whatever a provider would refuse is known before anything is sent.
    let mailbox = |address: &str| Mailbox { name: None, address: address.into() };
    let mut draft = Draft::new(mailbox(COMPANY), "Fattura 42/2026");
    draft.to.push(mailbox(CUSTOMER));
    draft.text = "Si trasmette la fattura in oggetto.\n".into();
    draft.attachments.push(Enclosure {
        name: "IT01234567890_00042.xml".into(),
        media_type: "application/xml".into(),
        bytes: b"<?xml version=\"1.0\"?><FatturaElettronica/>".to_vec(),
    });
    // Made of the key and the date of the invoice: after a crash the same invoice is the same message.
    let date = start.to_zoned(TimeZone::fixed(Offset::from_seconds(3600)?));
    let stamp = Stamp::new(date, Sha256::digest(KEY.as_bytes()).into());
    let message = draft.compose(&stamp).map_err(|refusals| format!("{refusals:?}"))?;
    let refusals = preflight(&message.bytes, &message.envelope(), &Conditions::law());
    if let Some(refusal) = refusals.iter().find(|refusal| refusal.is_refused()) {
        return Err(refusal.to_string().into());
    }

    // 3. Into the outbox. The second time the same key gives the same ticket, and nothing is sent twice.
    let archive = Arc::new(Archive::create(&folder.join("posta.pecarchive"))?);
    let erp = Actor::named("gestionale");
    let recipients: Vec<&str> = message.recipients.iter().map(String::as_str).collect();
    let outgoing = Outgoing { mailbox: COMPANY, key: KEY, sender: &message.sender, recipients: &recipients };
    let intake = Intake::new(&trust, start).mailbox(COMPANY);
    let ticket = archive.queue(&erp, &intake, &outgoing, message.bytes.clone())?;
    if archive.queue(&erp, &intake, &outgoing, message.bytes)? != ticket {
        return Err("another ticket for the same key".into());
    }
    let sender = Sender::new(Arc::clone(&archive), Arc::clone(&trust)).actor(erp.clone()).clock(move || start);
    let go_on = &mut |_: pec_imap::SendProgress| ControlFlow::Continue(());
    let dispatch = runtime.block_on(sender.send_queued(&wire, &account, go_on))?;
    println!("sent: {:?}", dispatch.sent);
    let filed = runtime.block_on(sender.file_sent(&wire, &account, &dispatch.sent, None))?;
    println!("put into the folder for sent mail: {filed}");
    let ticket = archive.ticket(&erp, COMPANY, KEY)?;
    if ticket.state != TicketState::Sent || filed != 1 {
        return Err(format!("{ticket:?}").into());
    }

    // 4. A minute later the receipts are there.
    smtp.advance(SignedDuration::from_mins(1))?;
    let now = smtp.with(|network| Ok(network.time()))?;
    let receiver = Receiver::new(Arc::clone(&archive), Arc::clone(&trust)).actor(erp.clone()).clock(move || now);
    let synced = runtime.block_on(receiver.sync(&wire, &account, &mut |_| ControlFlow::Continue(())))?;
    println!("received: {}", synced.new_messages());
    let intake = Intake::new(&trust, now).mailbox(COMPANY);
    let ledger = archive.ledger(&erp, &intake, &ticket.message_id)?;
    for recipient in ledger.dossiers(now).flat_map(|dossier| dossier.recipients) {
        println!("{KEY}: {} is {}", recipient.address, recipient.state.as_str());
        if recipient.state != State::Delivered {
            return Err("not delivered".into());
        }
    }

    // 5. Everything that proves it, in one file that is checked without us.
    let bundle = archive.bundle(&erp, &trust, now, &ticket.message_id)?;
    let report = proof::check(&bundle, &trust, now, &Limits::DEFAULT);
    if !report.is_intact() {
        return Err(format!("{:?}", report.faults).into());
    }
    let file = folder.join(format!("{KEY}.pecproof.zip"));
    fs::write(&file, bundle)?;

    // The message lies in the folder for sent mail, and is known: put there once more, nothing happens.
    let again = runtime.block_on(sender.file_sent(&wire, &account, &[KEY.to_owned()], None))?;
    let places = archive.places(&erp, ticket.id)?;
    if again != 0 || !places.iter().any(|place| place.folder == "Sent") {
        return Err(format!("{places:?}").into());
    }
    Ok(Some(file))
}
