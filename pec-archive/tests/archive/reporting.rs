//! Every report has the form of docs/schema/, its keys in the order that stands there.

use std::collections::BTreeSet;
use std::fs;
use std::ops::ControlFlow;

use jiff::SignedDuration;
use pec_archive::deposit::{Options, ReportForm, Selection, Target};
use pec_archive::report::{Erased, Held, LookedUp, RecipientState, Released, Report, Term, Written, lines};
use pec_archive::search::Query;
use pec_archive::{
    Action, Actor, Answer, Answers, Archive, Error, Intake, Managed, Outcome, Outgoing, Progress, Progressed, Reached,
    Reply, Rule, Standing,
};
use pec_core::limits::Limits;
use pec_core::lookup::Lookup;
use pec_core::proof::check;
use pec_core::trust::TrustStore;
use pec_sandbox::{Moment, World};

use crate::form::Form;
use crate::scene::{ANNA, OFFICE, Scene};

fn watch(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Every kind of report, of an archive that has been through everything.
fn reports(scene: &Scene, world: &World) -> (Vec<String>, BTreeSet<String>, Vec<u8>) {
    let (folder, host, now) = (tempfile::tempdir().unwrap(), Actor::host(), scene.now());
    let path = |name: &str| folder.path().join(name);
    let archive = Archive::create(&path("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), now);
    archive.put(&host, &intake, scene.sent.clone()).unwrap();
    archive.put_batch(&host, &intake.mailbox(ANNA), scene.mailbox(ANNA)).unwrap();
    fs::create_dir(path("mail")).unwrap();
    fs::write(path("mail/vuoto.eml"), "").unwrap();
    fs::write(path("mail/uno.eml"), "Subject: x\r\n\r\nx\r\n").unwrap();
    let mut said = vec![archive.import(&host, &intake, &[path("mail")], &mut watch).unwrap().to_json()];
    let trust = scene.trust().clone().with_time_stamp_anchor(&world.time_root.certificate.der).unwrap();
    // What is over before anything is stamped, and with another term.
    let until = now + SignedDuration::from_hours(24 * 365 * 20);
    said.extend(archive.expiring(&host, now, until, 10).unwrap().endings().map(|ending| ending.to_json()));
    let moment = Moment::new(now, jiff::tz::Offset::UTC);
    let ask = &mut |note: &[u8]| world.stamper.token(note, moment).map_err(|error| error.to_string());
    let lookup = Lookup {
        address: OFFICE.into(),
        register: "INAD".into(),
        asked: Some("RSSMRA80A01H501U".into()),
        asked_at: now,
        valid_on: Some("2026-02-09".parse().unwrap()),
        found: true,
        answer: b"{}".to_vec(),
    };
    let sent = pec_archive::Id::of(&scene.sent);
    archive.note_lookup(&host, now, &[sent], &lookup).unwrap();
    archive.note_lookup(&host, now, &[sent], &Lookup { asked: None, valid_on: None, ..lookup }).unwrap();
    said.extend(
        archive.lookups(&host, sent).unwrap().into_iter().map(|lookup| LookedUp { message: sent, lookup }.to_json()),
    );
    said.push(archive.renew(&host, &trust, now, ask).unwrap().to_json());
    said.push(archive.verify_log(&host, &trust, now, &[]).unwrap().to_json());
    said.push(archive.prove_entry(&host, 0, None).unwrap().to_json());
    said.push(archive.prove_growth(&host, 1, None).unwrap().to_json());
    for query in ["", "tipo:consegna"] {
        let page = archive.search(&host, &Query::parse(query).unwrap(), None, 2).unwrap();
        said.extend(page.to_lines().lines().map(str::to_owned));
    }
    said.push(RecipientState { recipient: ANNA.into(), state: "delivered".into() }.to_json());
    said.push(archive.check(&host, &mut watch).unwrap().to_json());
    said.push(archive.collect(&host).unwrap().to_json());
    let nobody = TrustStore::built_in();
    let changed = archive.reverify(&host, &Intake::new(&nobody, now), &mut watch).unwrap();
    assert!(!changed.is_empty());
    said.extend(lines(&changed).lines().map(str::to_owned));

    let options = Options::new("VATIT-12345678903=Ditta S.r.l.".parse().unwrap());
    let everything = Selection::Query(Query::default());
    for target in [Target::Folder(path("versamenti")), Target::Zip(path("altri.zip"))] {
        said.push(archive.deposit(&host, &intake, &everything, &options, &target, &mut watch).unwrap().to_json());
    }
    let ids = archive.messages_about(&host, &scene.pec_id).unwrap();
    let document =
        |id, word: &str| format!("<Documento><Hash>{id}</Hash><Esito>{word}</Esito><Motivo>x</Motivo></Documento>");
    let unknown = pec_archive::Id::of(b"elsewhere");
    let answer = format!(
        "<R>{}{}{}{}</R>",
        document(ids[0], "KO"),
        document(ids[1], "OK"),
        document(ids[2], "BOH"),
        document(unknown, "OK")
    );
    said.push(archive.deposit_report(&host, now, answer.as_bytes(), &ReportForm::default()).unwrap().to_json());
    let package = archive.deposits(&host).unwrap().remove(0).name;
    let again = Target::Zip(path("di nuovo.zip"));
    let later = Intake::new(scene.trust(), now + SignedDuration::from_secs(60));
    said.push(archive.deposit_again(&host, &later, &package, &options, &again, &mut watch).unwrap().to_json());
    said.extend(lines(&archive.deposits(&host).unwrap()).lines().map(str::to_owned));
    said.extend(lines(&archive.deposited(&host, &package).unwrap()).lines().map(str::to_owned));

    let bundle = archive.bundle(&host, &trust, now, &scene.pec_id).unwrap();
    let written = |what, name: &str| Written::of(what, &path(name));
    said.extend(["archive", "backup", "index"].map(|what| written(what, "a.pecarchive").to_json()));
    said.push(Written { id: Some(ids[0]), ..written("message", "uno.eml") }.to_json());
    said.push(Written { transaction: Some(scene.pec_id.clone()), ..written("bundle", "prova.zip") }.to_json());
    archive.hold(&host, now, &ids[..1], "causa 1").unwrap();
    said.push(Held { case: "causa 1".into(), ids: ids[..1].to_vec() }.to_json());
    said.push(archive.retention(&host, ids[0]).unwrap().to_json());
    said.extend(archive.cases(&host).unwrap().iter().map(Report::to_json));
    said.push(Released { case: "causa 1".into(), messages: 1 }.to_json());
    for at in [now, until] {
        let erased = archive.erase(&host, at, &ids, "termine").unwrap();
        said.extend(ids.iter().zip(&erased).map(|(id, erasure)| Erased::of(*id, erasure).to_json()));
        archive.put_batch(&host, &intake.mailbox(ANNA), scene.mailbox(ANNA)).unwrap();
    }
    said.push(Term { class: String::new(), months: 120 }.to_json());
    let stats = archive.stats(&host).unwrap();
    said.push(stats.to_json());
    let (from, to) = (path("a.pecarchive"), path("b.pecarchive"));
    said.push(Archive::salvage(&host, &intake, &from, &to, &mut watch).unwrap().to_json());
    let counted = stats.verdicts.into_keys().chain(stats.kinds.into_keys()).chain(stats.states.into_keys()).collect();
    (said, counted, bundle)
}

/// What is to be sent, what rules do, and everything that can happen.
fn happenings(scene: &Scene) -> Vec<String> {
    let (folder, host, now) = (tempfile::tempdir().unwrap(), Actor::host(), scene.now());
    let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
    let intake = Intake::new(scene.trust(), now);
    let outgoing = Outgoing { mailbox: ANNA, key: "42", sender: ANNA, recipients: &[OFFICE] };
    let ticket = archive.queue(&host, &intake, &outgoing, scene.sent.clone()).unwrap();
    let attempt = archive.journal(&host, &intake, &[], Some(ticket.number)).unwrap();
    assert_eq!(attempt, Some(1));
    let reply = Reply { code: 250, enhanced: Some("2.0.0".into()), text: "ok".into() };
    let recipients = vec![Answer { recipient: OFFICE.into(), reply: Reply { enhanced: None, ..reply.clone() } }];
    let answers = Answers { message: Some(reply), recipients };
    let sent = Outcome { ticket: ticket.number, attempt, ending: pec_archive::Ending::Sent, answers, at: now };
    archive.journal(&host, &intake, &[sent], None).unwrap();
    let reached = Reached { uid_validity: 1, last_uid: 1, mod_seq: None };
    let stored = Progressed { stored: &[(1, ticket.id)], ..Progressed::default() };
    archive.put(&host, &intake.mailbox(ANNA), scene.sent.clone()).unwrap();
    archive.advance(&host, ANNA, "INBOX", reached, &stored, now).unwrap();
    archive.advance(&host, ANNA, "INBOX", reached, &Progressed { gone: &[1], ..Progressed::default() }, now).unwrap();
    let of = |address: &str| Managed {
        address: address.into(),
        profile: None,
        overrides: None,
        description: None,
        tax_id: None,
        client: None,
        mandate: None,
    };
    archive.manage(&host, &[of(ANNA)], now, |_| Ok::<(), Error>(())).unwrap();
    let ok = |_: &str, standing| Standing { access: Some("ok".into()), ..standing };
    archive.note_standings(&host, &[ANNA.into()], now, ok).unwrap();
    let actions = ["a", "b", "c", "d", "e"].map(String::from);
    let [file, tag, assign, hold, forward] = actions;
    let actions =
        [Action::File(file), Action::Tag(tag), Action::Assign(assign), Action::Hold(hold), Action::Forward(forward)];
    let rule = Rule::new("tutti", "", actions.to_vec()).unwrap();
    let other = Rule::new("altri", "oggetto:niente", actions.to_vec()).unwrap();
    let rules = [rule, Rule::new("forse", "", actions.to_vec()).unwrap().suggesting(), other];
    let filed = archive.file(&host, &rules, &[ticket.id], now).unwrap();
    assert_eq!(filed.len(), 2);
    let mut said: Vec<String> = lines(&filed).lines().map(str::to_owned).collect();
    said.extend(lines(&archive.suggestions(&host, 9).unwrap()).lines().map(str::to_owned));
    said.push(archive.explain(&host, &rules[2], ticket.id).unwrap().to_json());
    said.push(archive.ticket(&host, ANNA, "42").unwrap().to_json());
    said.extend(lines(&archive.events(&host, 0, 99).unwrap()).lines().map(str::to_owned));
    said
}

#[test]
fn reports_of_an_archive_have_their_form() {
    let (scene, world) = (Scene::new(3000), World::new().unwrap());
    let (mut said, counted, _) = reports(&scene, &world);
    said.extend(happenings(&scene));
    said.extend(crate::entering::reports());
    let form = Form::read("archive-1.json").counting(counted);
    let mut kinds = BTreeSet::new();
    for line in &said {
        assert_eq!(form.differs(line), None, "{line}");
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let what = if value["report"] == "event" { &value["what"] } else { &value["state"] };
        kinds.insert(format!("{} {what}", value["report"]));
    }
    let named = fs::read_to_string(crate::form::root().join("docs/schema/archive-1.json")).unwrap();
    let named = named.matches("\"urn:pec").count() + named.matches("\"pec-archive/1\"").count();
    // One for each form, and one more for documents that wait beside those that were accepted.
    assert_eq!(kinds.len(), named, "{kinds:?}");
}

#[test]
fn another_form_of_a_report_is_noticed() {
    let form = Form::read("archive-1.json");
    let line = r#"{"schema":"pec-archive/1","report":"term","class":"","months":120}"#;
    assert_eq!(form.differs(line), None);
    for (from, to) in [
        ("archive/1", "archive/2"),
        (r#""months":120"#, r#""months":0"#),
        (r#""class":"","#, ""),
        (r#""class":"""#, r#""class":null"#),
        (r#""class":"","months":120"#, r#""months":120,"class":"""#),
        (r#"120}"#, r#"120,"more":1}"#),
    ] {
        assert!(form.differs(&line.replacen(from, to, 1)).is_some(), "{from} as {to} passes");
    }
}

#[test]
fn reports_on_bundles_have_their_form() {
    let (scene, world) = (Scene::new(3000), World::new().unwrap());
    let (_, _, bundle) = reports(&scene, &world);
    let form = Form::read("proof-report-1.json").with(Form::read("dossier-1.json"));
    let trust = scene.trust().clone().with_time_stamp_anchor(&world.time_root.certificate.der).unwrap();
    let later = "2033-01-01T00:00:00Z".parse().unwrap();
    let judged = |bytes: &[u8]| check(bytes, &trust, later, &Limits::DEFAULT).to_json();
    let whole = judged(&bundle);
    assert!(whole.contains(r#""within_certificate":true"#) && whole.contains(r#""faults":[]"#), "{whole}");
    assert_eq!(form.differs(&whole), None, "{whole}");
    let mut kinds = BTreeSet::new();
    for at in (0..bundle.len()).step_by(bundle.len() / 60).chain([bundle.len() - 1]) {
        let mut damaged = bundle.clone();
        damaged[at] ^= 0x20;
        let line = judged(&damaged);
        assert_eq!(form.differs(&line), None, "{line}");
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        kinds.extend(value["faults"].as_array().unwrap().iter().map(|fault| fault["fault"].to_string()));
    }
    assert_eq!(form.differs(&judged(b"no bundle")), None);
    assert!(kinds.len() > 1, "{kinds:?}");
}
