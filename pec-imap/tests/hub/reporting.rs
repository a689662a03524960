//! Every report has the form of docs/schema/, its keys in the order that stands there.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;
use std::time::Duration;

use pec_archive::report::{Report, lines};
use pec_archive::{Actor, Intake};
use pec_core::compose::{Conditions, Envelope, preflight};
use pec_imap::{
    AccessState, Credential, Delivered, Dispatch, Error, ForwardOutcome, GatewayEvent, Import, RadarOptions,
    RefreshOptions, SecretField, SyncProgress, report,
};
use pec_sandbox::network::{Answer, Mailbox, Network, Settings};

use crate::form::Form;
use crate::office::{Office, letter, spec};
use crate::server::{Server, Temper};

const GOOD: &str = "anna@pec.alfa.example";
const LOST: &str = "persa@pec.alfa.example";
const DEAD: &str = "morta@cert.beta.example";

fn watch(_: SyncProgress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reports_of_the_wire_have_their_form() {
    let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
    network.add(Mailbox::new(GOOD)).unwrap();
    network.add(Mailbox::new(DEAD)).unwrap();
    let sent = network.submit(GOOD, &[DEAD], &letter(1, DEAD)).unwrap();
    assert!(matches!(sent.answer, Answer::Refused { .. }), "the certified refusal lies in the mailbox");
    network.settle().unwrap();
    let office = Office::judging(network.trust().clone(), network.time());
    let (hub, host) = (&office.hub, Actor::host());
    let server = Server::start().await;
    server.with(GOOD, |one| {
        one.password = "segreta".into();
        one.quota = Some((99, 100));
        one.messages = network.messages(GOOD).unwrap().iter().map(|stored| stored.bytes.clone()).collect();
        one.messages.push(letter(2, GOOD));
    });
    server.with(LOST, |one| one.temper = Temper::Rejects("[AUTHENTICATIONFAILED] no"));

    let mut said = Vec::new();
    let table = format!(
        "casella;imap;smtp;password;mandato dal;mandato al;scadenza password;colore\r\n\
         {GOOD};danger-plain://127.0.0.1:{0};danger-plain://127.0.0.1:{0};segreta;01/01/2026;28/02/2026;15/02/2026;rosso\r\n\
         nessuno;;;;32/01/2026;;;\r\n",
        server.port
    );
    let imported = hub.import_csv(table.as_bytes(), Import::ThoseThatAreRight).unwrap();
    assert_eq!(imported.added, [GOOD]);
    said.push(report::Imported::of(&imported).to_json());
    hub.add(&[spec(LOST, server.port, "x"), spec(DEAD, Server::closed().await, "x")]).unwrap();
    said.extend(hub.mailboxes().unwrap().iter().map(|one| report::HubMailbox::of(one).to_json()));
    let options = RefreshOptions { budget: Duration::from_secs(20), ..RefreshOptions::default() };
    for _ in 0..2 {
        said.extend(hub.refresh(options).await.unwrap().to_lines().lines().map(str::to_owned));
    }
    said.extend(hub.mailboxes().unwrap().iter().map(|one| report::HubMailbox::of(one).to_json()));

    let account = hub.open(GOOD).unwrap();
    said.push(report::Checked::of(GOOD, &account.check(hub.network()).await.unwrap()).to_json());
    let mut synced = hub.receiver().sync(hub.network(), &account, &mut watch).await.unwrap();
    let ids = office.archive.search(&host, &pec_archive::search::Query::default(), None, 9).unwrap().entries;
    synced.folders[0].gone = vec![ids[0].id];
    synced.folders[0].withheld = vec![(7, "no".into())];
    synced.folders[0].problem = Some(Error::Protocol("x".into()));
    let told = report::Synced::of(GOOD, &synced);
    assert!(!told.complete);
    said.push(told.to_json());
    let deleted =
        account.delete_archived(hub.network(), &office.archive, &host, &[ids[0].id], network.time()).await.unwrap();
    assert_eq!(deleted.len(), 1);
    said.extend(deleted.iter().map(|one| report::Deleted::of(GOOD, one).to_json()));
    let relayed = pec_imap::Relayed { id: ids[0].id, read_back: true };
    said.push(report::Relayed::of(&relayed).to_json());
    for problem in [None, Some(Error::Cancelled)] {
        let mut delivered = Delivered::default();
        delivered.relayed.push(relayed);
        delivered.passed_over.push((ids[0].id, Error::Protocol("x".into())));
        delivered.problem = problem;
        let told = report::Delivered::of(GOOD, &delivered);
        assert_eq!(told.relayed.iter().map(|one| one.problem.is_some()).collect::<Vec<_>>(), [false, true]);
        assert_eq!(told.problem.is_some(), delivered.problem.is_some());
        said.push(told.to_json());
    }
    hub.begin_rules().unwrap();
    let odd = Intake::new(network.trust(), network.time()).mailbox(GOOD);
    for bytes in [letter(3, GOOD), b"From: x@y.example\r\nSubject: y\r\n\r\nz\r\n".to_vec()] {
        office.archive.put(&host, &odd, bytes).unwrap();
    }
    let everywhere = [GOOD, DEAD].map(|to| pec_archive::Action::Forward(to.to_owned()));
    hub.apply_rules(&[pec_archive::Rule::new("tutto", "", everywhere.to_vec()).unwrap()]).unwrap();
    let mut forwarded = hub.act_on_events().unwrap();
    let words: BTreeSet<&str> = forwarded.iter().map(|one| report::Forwarded::of(one).outcome).collect();
    assert!(words.contains("queued") && words.contains("loop"), "{words:?}");
    forwarded[0].outcome = ForwardOutcome::Refused(preflight(
        b"x",
        &Envelope { sender: GOOD, recipients: vec![DEAD] },
        &Conditions::law(),
    ));
    let told = report::Forwarded::of(&forwarded[0]);
    assert!(!told.refusals.is_empty() && told.mailbox.is_none(), "{told:?}");
    for outcome in [ForwardOutcome::Old, ForwardOutcome::NoMailbox, ForwardOutcome::Lost] {
        let mut other = forwarded[0].clone();
        other.outcome = outcome;
        forwarded.push(other);
    }
    said.extend(forwarded.iter().map(|one| report::Forwarded::of(one).to_json()));
    let mut dispatch = Dispatch::default();
    said.push(report::Dispatch::of(GOOD, &dispatch).to_json());
    dispatch.sent.push("INV-1".into());
    dispatch.next_at = Some(network.time());
    dispatch.problem = Some(Error::Access { host: "x".into(), state: AccessState::Throttled, text: "y".into() });
    said.push(report::Dispatch::of(GOOD, &dispatch).to_json());
    let (mailbox, error) = (GOOD.to_owned(), Error::Cancelled);
    let warnings = preflight(b"x", &Envelope { sender: GOOD, recipients: vec![DEAD] }, &Conditions::law());
    said.push(report::GatewayEvent::listening(([127, 0, 0, 1], 25).into()).to_json());
    for event in [
        GatewayEvent::Taken { mailbox: mailbox.clone(), key: "K".into(), id: ids[0].id, warnings: warnings.clone() },
        GatewayEvent::Refused { mailbox: mailbox.clone(), refusals: warnings, told: "554".into() },
        GatewayEvent::NotLetIn { user: "x".into() },
        GatewayEvent::Sent { mailbox: mailbox.clone(), dispatch },
        GatewayEvent::NotSent { mailbox: mailbox.clone(), error },
        GatewayEvent::Relayed { mailbox: mailbox.clone(), relayed: vec![relayed] },
        GatewayEvent::NotRelayed { mailbox, error: Error::Protocol("x".into()) },
    ] {
        said.push(report::GatewayEvent::of(&event).to_json());
    }
    for error in [Error::Cancelled, Error::Archive(pec_archive::Error::ReadOnly)] {
        said.push(report::Problem::of(&error).to_json());
    }

    let today = hub.today("2026-02-09T00:00:00Z".parse().unwrap(), RadarOptions::default()).unwrap();
    let told = report::Today::of(&today);
    assert!(told.clients.iter().any(|day| !day.arrived.is_empty()) && !told.radar.access.is_empty());
    said.extend([told.to_json(), report::Radar::of(&today.radar).to_json()]);
    let saved = hub.save_attachments(&today, &office.folder.path().join("clienti")).unwrap();
    said.extend(lines(&saved.iter().map(report::Saved::of).collect::<Vec<_>>()).lines().map(str::to_owned));

    let kept = Credential::new("a", "b").expires(network.time()).renewal("il titolare");
    office.secrets.put(GOOD, SecretField::Submission, &kept).unwrap();
    let path = office.folder.path().join("segreti");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{text}a line of nothing\n")).unwrap();
    let entries = office.secrets.list().unwrap();
    assert!(entries.iter().any(|entry| entry.facts.is_err()));
    said.extend(entries.iter().map(|entry| report::Secret::of(entry).to_json()));

    let form = Form::read("wire-1.json");
    let mut kinds = BTreeSet::new();
    for line in &said {
        assert_eq!(form.differs(line), None, "{line}");
        assert!(!line.contains("segreta"), "{line}");
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        kinds.insert(value["report"].to_string());
    }
    let named = fs::read_to_string(crate::form::root().join("docs/schema/wire-1.json")).unwrap();
    assert_eq!(kinds.len(), named.matches("\"pec-wire/1\"").count(), "{kinds:?}");
    let wrong = report::Relayed::of(&relayed).to_json().replace("true", "1");
    assert!(form.differs(&wrong).is_some());
}
