//! Packages ready for deposit, read by somebody else, and the answers to them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use pec_archive::deposit::{
    Classification, Confidential, DepositState, HostDossier, Made, Options, ReportForm, Selection, Signer, Target,
};
use pec_archive::search::Query;
use pec_archive::{Actor, Archive, Error, Id, Intake, Progress};

use crate::scene::{ANNA, OFFICE, Scene, message};

const PRODUCER: &str = "VATIT-12345678903=Ditta «Alfa & Figli» S.r.l.";

fn watch(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

struct Kit {
    scene: Scene,
    archive: Archive,
    folder: tempfile::TempDir,
}

impl Kit {
    /// A message that was sent, its receipts, the envelope that arrived elsewhere, and a letter by itself.
    fn new() -> Self {
        let scene = Scene::new(5000);
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::create(&folder.path().join("a.pecarchive")).unwrap();
        let intake = Intake::new(scene.trust(), scene.now());
        archive.put(&Actor::host(), &intake, scene.sent.clone()).unwrap();
        archive.put_batch(&Actor::host(), &intake, scene.mailbox(ANNA)).unwrap();
        archive.put(&Actor::host(), &intake, message("sola@ditta.example", "Una lettera", 40)).unwrap();
        Self { scene, archive, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, query: &str, options: &Options, target: &Target) -> Result<Made, Error> {
        let selection = Selection::Query(Query::parse(query).unwrap());
        let intake = Intake::new(self.scene.trust(), self.scene.now());
        self.archive.deposit(&Actor::host(), &intake, &selection, options, target, &mut watch)
    }

    fn again(&self, package: &str, target: &Target) -> Result<Made, Error> {
        let intake = Intake::new(self.scene.trust(), self.scene.now());
        self.archive.deposit_again(&Actor::host(), &intake, package, &options(), target, &mut watch)
    }

    fn report(&self, text: &str) -> Result<pec_archive::deposit::DepositReport, Error> {
        self.archive.deposit_report(&Actor::host(), self.scene.now(), text.as_bytes(), &ReportForm::default())
    }

    fn found(&self, query: &str) -> usize {
        self.archive.search(&Actor::host(), &Query::parse(query).unwrap(), None, 1000).unwrap().entries.len()
    }

    fn states(&self, package: &str) -> BTreeMap<Id, DepositState> {
        let documents = self.archive.deposited(&Actor::host(), package).unwrap();
        documents.into_iter().map(|document| (document.id, document.state)).collect()
    }

    fn all(&self) -> usize {
        self.scene.mailbox(ANNA).len() + 2
    }
}

fn options() -> Options {
    Options::new(PRODUCER.parse().unwrap())
}

/// Everything below a folder, by its path there.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(below) = folders.pop() {
        for entry in fs::read_dir(below).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// What expat, hashlib and zipfile say of a package. `None` where Python is not here.
fn independent(package: &Path) -> Option<String> {
    let python = Command::new("python3")
        .args(["-", package.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = python else {
        println!("skipped: python3 is not here, so nobody else can be asked");
        return None;
    };
    child.stdin.take().unwrap().write_all(include_bytes!("package.py")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_package_is_what_another_program_makes_of_it() {
    let kit = Kit::new();
    let mut options = options();
    options.classification =
        Some(Classification { index: "1.2".into(), description: Some("Contratti <quadro>".into()), plan: None });
    options.confidential = Confidential::Yes;
    options.signers =
        vec![Signer { agent: "TINIT-RSSMRA70A01H501S=Rossi, Maria".parse().unwrap(), role: "delegata".into() }];
    let made = kit.make("", &options, &Target::Folder(kit.path("pacchetti"))).unwrap();
    assert!(made.complete && made.packages.len() == 1, "{made:?}");
    let package = &made.packages[0];
    assert_eq!(package.documents as usize, kit.all());
    let files = tree(&package.path);
    assert_eq!(Id::of(&files["PIndex.xml"]), package.pindex);
    // The bytes of every message, and nothing else of the archive.
    for bytes in kit.scene.mailbox(ANNA).iter().chain([&kit.scene.sent]) {
        assert_eq!(&files[&format!("documenti/{}.eml", Id::of(bytes))], bytes);
    }
    let dossiers = files.keys().filter(|name| name.starts_with("fascicoli/")).count();
    assert_eq!((dossiers, files.len()), (1, 2 * kit.all() + 2));
    let text = |name: String| String::from_utf8(files[&name].clone()).unwrap();
    let sent = text(format!("metadati/{}.xml", Id::of(&kit.scene.sent)));
    for expected in [
        "<TipologiaDiFlusso>U</TipologiaDiFlusso>",
        "<DataDocumento>2026-02-09</DataDocumento>",
        "<OraDocumento>10:15:28</OraDocumento>",
        "<NumeroDocumento>1@ditta.example</NumeroDocumento>",
        "<Oggetto>Contratto quadro: perché no?</Oggetto>",
        "<NumeroAllegati>1</NumeroAllegati>",
        "<Descrizione>planimetria.pdf</Descrizione>",
        "<Riservato>true</Riservato>",
        "<FirmatoDigitalmente>false</FirmatoDigitalmente>",
        "<TempoDiConservazione>10</TempoDiConservazione>",
        "<DenominazioneOrganizzazione>Ditta «Alfa &amp; Figli» S.r.l.</DenominazioneOrganizzazione>",
    ] {
        assert!(sent.contains(expected), "{expected}\n{sent}");
    }
    assert!(!sent.contains("DocumentoPrimario"));
    let acceptance = kit.archive.search(&Actor::host(), &Query::parse("tipo:accettazione").unwrap(), None, 1).unwrap();
    let receipt = text(format!("metadati/{}.xml", acceptance.entries[0].id));
    for expected in [
        "<TipologiaDocumentale>Ricevuta di accettazione PEC</TipologiaDocumentale>",
        "<TipologiaDiFlusso>E</TipologiaDiFlusso>",
        "<FirmatoDigitalmente>true</FirmatoDigitalmente>",
        &format!("<IdAggregazione>{}</IdAggregazione>", kit.scene.pec_id),
        "<IdIdentificativoDocumentoPrimario>",
        ": certified; dati di fiducia",
    ] {
        assert!(receipt.contains(expected), "{expected}\n{receipt}");
    }
    let primary = receipt.split("<IdIdentificativoDocumentoPrimario>").nth(1).unwrap();
    assert!(primary.contains(&Id::of(&kit.scene.sent).to_string()));
    let Some(said) = independent(&package.path) else { return };
    assert_eq!(said.trim(), format!("{} documents, 2 groups, 1 dossiers", kit.all()), "{said}");
}

#[test]
fn the_same_messages_at_the_same_time_are_the_same_bytes() {
    let (one, two) = (Kit::new(), Kit::new());
    let target = |kit: &Kit| Target::Folder(kit.path("p"));
    let (first, second) = (one.make("", &options(), &target(&one)), two.make("", &options(), &target(&two)));
    assert_eq!(first.unwrap().packages[0].name, second.unwrap().packages[0].name);
    assert_eq!(tree(&one.path("p")), tree(&two.path("p")));

    let zip = |kit: &Kit| {
        let kit = Kit { archive: Archive::create(&kit.path("b.pecarchive")).unwrap(), ..Kit::new() };
        let intake = Intake::new(kit.scene.trust(), kit.scene.now());
        kit.archive.put_batch(&Actor::host(), &intake, kit.scene.mailbox(ANNA)).unwrap();
        let made = kit.make("", &options(), &Target::Zip(kit.path("p.zip"))).unwrap();
        let bytes = fs::read(kit.path("p.zip")).unwrap();
        assert_eq!(made.packages[0].zip, Some(Id::of(&bytes)));
        assert_eq!(made.packages[0].bytes as usize, bytes.len());
        let documents = made.packages[0].documents;
        if let Some(said) = independent(&kit.path("p.zip")) {
            assert!(said.starts_with(&format!("{documents} documents")), "{said}");
        }
        bytes
    };
    assert_eq!(zip(&one), zip(&two));
}

#[test]
fn what_is_in_a_package_is_left_out_of_the_next_and_a_dossier_stays_whole() {
    let kit = Kit::new();
    let target = Target::Folder(kit.path("p"));
    // A receipt brings its message with it, and the other receipts.
    let first = kit.make("tipo:accettazione", &options(), &target).unwrap();
    assert_eq!(first.packages[0].documents as usize, kit.all() - 1);
    let second = kit.make("", &options(), &target).unwrap();
    assert_eq!((second.packages[0].documents, second.already as usize), (1, kit.all() - 1));
    let third = kit.make("", &options(), &target).unwrap();
    assert_eq!((third.packages.len(), third.already as usize), (0, kit.all()));
    assert_eq!((kit.found("versato:in-attesa"), kit.found("-versato:si")), (kit.all(), 0));
    // What has come in since is packed alone, and its dossier names everything.
    let intake = Intake::new(kit.scene.trust(), kit.scene.now());
    let envelope = kit.scene.mailbox(OFFICE).remove(0);
    kit.archive.put(&Actor::host(), &intake, envelope.clone()).unwrap();
    let later = kit.make("", &options(), &target).unwrap();
    assert_eq!((later.packages.len(), later.packages[0].documents), (1, 1));
    let files = tree(&later.packages[0].path);
    let dossier = files.iter().find(|(name, _)| name.starts_with("fascicoli/")).unwrap().1;
    let dossier = String::from_utf8(dossier.clone()).unwrap();
    assert_eq!(dossier.matches("<TipoDocumento>").count(), kit.all());
    assert!(dossier.contains(&Id::of(&envelope).to_string()) && dossier.contains(&Id::of(&kit.scene.sent).to_string()));
}

#[test]
fn limits_divide_and_only_a_dossier_beyond_them_is_torn() {
    let kit = Kit::new();
    let intake = Intake::new(kit.scene.trust(), kit.scene.now());
    for n in 0..7 {
        let letter = message(&format!("{n}@altra.example"), "Lettera", 3000);
        kit.archive.put(&Actor::host(), &intake, letter).unwrap();
    }
    let mut options = options();
    options.max_documents = kit.all() - 1;
    let made = kit.make("", &options, &Target::Zip(kit.path("p.zip"))).unwrap();
    let counts: Vec<usize> = made.packages.iter().map(|package| package.documents as usize).collect();
    assert_eq!(counts.iter().sum::<usize>(), kit.all() + 7);
    assert!(counts.len() > 1 && counts.iter().all(|count| *count <= options.max_documents), "{counts:?}");
    // The dossier is in one of them.
    let whole = made.packages.iter().filter(|package| {
        let states = kit.states(&package.name);
        kit.scene.mailbox(ANNA).iter().all(|bytes| states.contains_key(&Id::of(bytes)))
    });
    assert_eq!(whole.count(), 1);
    let names: Vec<&str> =
        made.packages.iter().map(|package| package.path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names[..2], ["p.zip", "p.2.zip"]);

    let kit = Kit::new();
    options.max_documents = 10_000;
    options.max_bytes = 30_000;
    let made = kit.make("", &options, &Target::Zip(kit.path("p.zip"))).unwrap();
    assert!(made.packages.len() > 2);
    let mut seen = BTreeSet::new();
    for package in &made.packages {
        assert!(package.bytes <= options.max_bytes || package.documents == 1, "{package:?}");
        seen.extend(kit.states(&package.name).into_keys());
    }
    assert_eq!(seen.len(), kit.all());
    for bad in [0, u64::MAX] {
        options.max_bytes = bad;
        assert!(matches!(kit.make("", &options, &Target::Zip(kit.path("q.zip"))), Err(Error::BadValue { .. })));
    }
}

#[test]
fn reports_say_where_each_document_stands_and_a_refused_one_is_brought_again() {
    let kit = Kit::new();
    let target = Target::Folder(kit.path("p"));
    let made = kit.make("", &options(), &target).unwrap();
    let (package, pindex) = (&made.packages[0].name, made.packages[0].pindex);
    let (sent, receipt) = (Id::of(&kit.scene.sent), Id::of(&kit.scene.mailbox(ANNA)[0]));
    let stranger = Id::of(b"stranger");
    let text = format!(
        "<RapportoVersamento><IdentificativoRapportoVersamento>RdV-1</IdentificativoRapportoVersamento>\
         <DataRapportoVersamento>2026-02-11T08:00:00Z</DataRapportoVersamento><EsitoGenerale><CodiceEsito>POSITIVO\
         </CodiceEsito></EsitoGenerale><ImprontaSIP>{pindex}</ImprontaSIP><Documento><Impronta>{sent}</Impronta>\
         <CodiceEsito>NEGATIVO</CodiceEsito><MessaggioErrore>metadati incompleti</MessaggioErrore></Documento>\
         <Documento><Impronta>{stranger}</Impronta></Documento></RapportoVersamento>"
    );
    let log = kit.archive.stats(&Actor::host()).unwrap().log_entries;
    let report = kit.report(&text).unwrap();
    assert_eq!((report.name.as_deref(), report.known), (Some("RdV-1"), false));
    assert_eq!((report.accepted.len(), report.refused.len(), report.unknown), (kit.all() - 1, 1, vec![stranger]));
    let states = kit.states(package);
    assert_eq!(states[&sent], DepositState::Refused { reason: "metadati incompleti".into() });
    assert_eq!(states[&receipt], DepositState::Accepted);
    assert_eq!((kit.found("versato:rifiutato"), kit.found("deposited:accepted")), (1, kit.all() - 1));
    assert_eq!(kit.archive.stats(&Actor::host()).unwrap().log_entries, log + 1);
    // Twice is once.
    assert!(kit.report(&text).unwrap().known);
    assert_eq!(kit.archive.stats(&Actor::host()).unwrap().log_entries, log + 1);

    // It is brought again, with its dossier, and names the earlier package.
    assert_eq!(kit.make("", &options(), &target).unwrap().packages.len(), 0);
    let again = kit.again(package, &target).unwrap();
    assert_eq!((again.packages.len(), again.packages[0].documents), (1, 1));
    let files = tree(&again.packages[0].path);
    let index = String::from_utf8(files["PIndex.xml"].clone()).unwrap();
    assert!(index.contains("<PIndexSource derivation=\"onetoone\">") && index.contains(&pindex.to_string()), "{index}");
    assert!(index.contains(&format!("{package}/PIndex.xml")));
    independent(&again.packages[0].path);
    assert_eq!(kit.again(package, &target).unwrap().packages.len(), 0);
    let list = kit.archive.deposits(&Actor::host()).unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!((list[1].again_of.as_deref(), list[1].waiting), (Some(package.as_str()), 1));
    assert_eq!((list[0].refused, list[0].accepted as usize), (1, kit.all() - 1));
    assert!(kit.archive.deposited(&Actor::host(), package).unwrap().iter().any(|document| document.superseded));
    assert_eq!((kit.found("versato:in-attesa"), kit.found("versato:rifiutato")), (1, 0));

    // The second answer names the document alone: it is that of the newest package.
    let text = format!("<R><Documento><Hash>{sent}</Hash><Esito>Accettato</Esito></Documento></R>");
    assert_eq!(kit.report(&text).unwrap().accepted, [sent]);
    assert_eq!(kit.states(&again.packages[0].name)[&sent], DepositState::Accepted);
    assert!(matches!(kit.states(package)[&sent], DepositState::Refused { .. }));
    assert_eq!(kit.found("versato:accettato"), kit.all());
    let watch = &mut |_| ControlFlow::Continue(());
    assert!(kit.archive.check(&Actor::host(), watch).unwrap().is_clean());
}

#[test]
fn a_report_that_is_read_again_with_the_right_words_counts() {
    let kit = Kit::new();
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let (package, sent, host) = (&made.packages[0].name, Id::of(&kit.scene.sent), Actor::host());
    let read =
        |text: &str, form: &ReportForm| kit.archive.deposit_report(&host, kit.scene.now(), text.as_bytes(), form);
    let text = format!("<R><Documento><Hash>{sent}</Hash><Esito>ACCOLTO</Esito></Documento></R>");
    let first = read(&text, &ReportForm::default()).unwrap();
    assert_eq!((first.known, first.unclear, first.accepted.len()), (false, vec![sent], 0));
    assert_eq!(kit.states(package)[&sent], DepositState::Waiting);
    let mut form = ReportForm::default();
    form.accepted.push("ACCOLTO".into());
    let log = || kit.archive.stats(&host).unwrap().log_entries;
    let before = log();
    let second = read(&text, &form).unwrap();
    assert_eq!((second.known, second.accepted), (true, vec![sent]));
    assert_eq!((kit.states(package)[&sent].clone(), log()), (DepositState::Accepted, before + 1));
    // And once more, nothing.
    assert!(read(&text, &form).unwrap().known && log() == before + 1);
    // Also where another had spoken before.
    let receipt = Id::of(&kit.scene.mailbox(ANNA)[0]);
    let said = |outcome: &str| format!("<R><Documento><Hash>{receipt}</Hash><Esito>{outcome}</Esito></Documento></R>");
    assert_eq!(read(&said("KO"), &form).unwrap().refused.len(), 1);
    assert_eq!(read(&said("PRESO"), &form).unwrap().unclear, [receipt]);
    form.accepted.push("PRESO".into());
    assert_eq!(read(&said("PRESO"), &form).unwrap().accepted, [receipt]);
    assert_eq!(kit.states(package)[&receipt], DepositState::Accepted);
}

#[test]
fn an_earlier_report_that_is_read_later_overrules_nothing() {
    let kit = Kit::new();
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let (package, sent) = (&made.packages[0].name, Id::of(&kit.scene.sent));
    let text = |day: u8, outcome: &str| {
        format!(
            "<R><DataRapportoVersamento>2026-02-{day}T08:00:00Z</DataRapportoVersamento><Documento><Hash>{sent}</Hash>\
             <Esito>{outcome}</Esito></Documento></R>"
        )
    };
    assert_eq!(kit.report(&text(11, "OK")).unwrap().accepted, [sent]);
    let earlier = kit.report(&text(10, "KO")).unwrap();
    assert_eq!((earlier.overruled, earlier.refused.len()), (vec![sent], 0));
    assert_eq!(kit.states(package)[&sent], DepositState::Accepted);
    assert_eq!(kit.report(&text(12, "KO")).unwrap().refused.len(), 1);
    assert!(matches!(kit.states(package)[&sent], DepositState::Refused { .. }));
    // Of one that does not say when it was made, the order of reading decides.
    let plain = format!("<R><Documento><Hash>{sent}</Hash><Esito>OK</Esito></Documento></R>");
    assert_eq!(kit.report(&plain).unwrap().accepted, [sent]);
    assert_eq!(kit.report(&text(13, "KO")).unwrap().refused.len(), 1);
    // The same one once more takes back nothing that others have said since.
    for known in [plain, text(11, "OK")] {
        let again = kit.report(&known).unwrap();
        assert_eq!((again.known, again.overruled, again.accepted.len()), (true, vec![sent], 0));
        assert!(matches!(kit.states(package)[&sent], DepositState::Refused { .. }));
    }
}

#[test]
fn a_report_about_something_else_changes_nothing() {
    let kit = Kit::new();
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let stranger = Id::of(b"stranger");
    let other = format!("<R><Documento><Hash>{stranger}</Hash><Esito>KO</Esito></Documento></R>");
    let report = kit.report(&other).unwrap();
    assert_eq!((report.unknown, report.refused.len(), report.known), (vec![stranger], 0, false));
    // It was not kept either.
    assert!(!kit.report(&other).unwrap().known);
    for text in ["<R/>", "<R><Hash>x</Hash></R>", "no XML"] {
        assert!(matches!(kit.report(text), Err(Error::Report(_))), "{text}");
    }
    // A word that nobody has explained leaves the document waiting, until it is explained.
    let sent = Id::of(&kit.scene.sent);
    let text = format!("<R><pratica><sha>{sent}</sha><giudizio>va bene</giudizio></pratica></R>");
    assert!(kit.report(&text).is_err());
    let mut form = ReportForm::default();
    form.documents.push("pratica".into());
    form.digests.push("sha".into());
    let host = Actor::host();
    let unclear = kit.archive.deposit_report(&host, kit.scene.now(), format!("{text} ").as_bytes(), &form).unwrap();
    assert_eq!(unclear.unclear, [sent]);
    form.outcomes.push("giudizio".into());
    form.accepted.push("va bene".into());
    assert_eq!(kit.archive.deposit_report(&host, kit.scene.now(), text.as_bytes(), &form).unwrap().accepted, [sent]);
    assert_eq!(kit.states(&made.packages[0].name)[&sent], DepositState::Accepted);
}

/// The same draft handed over twice, a day later with a date that is no longer accepted: two transactions, one Message-ID, one copy.
#[test]
fn what_belongs_to_two_dossiers_is_packed_once_and_named_by_both() {
    let mut kit = Kit::new();
    let second = kit.scene.network.submit(ANNA, &[OFFICE], &kit.scene.sent).unwrap().pec_id;
    kit.scene.network.settle().unwrap();
    let intake = Intake::new(kit.scene.trust(), kit.scene.now());
    kit.archive.put_batch(&Actor::host(), &intake, kit.scene.mailbox(ANNA)).unwrap();
    let target = Target::Folder(kit.path("p"));
    // One of them brings the other: they share the message.
    let made = kit.make(&format!("id:{second}"), &options(), &target).unwrap();
    assert_eq!(made.packages[0].documents as usize, kit.all() - 1);
    let files = tree(&made.packages[0].path);
    assert_eq!(files.keys().filter(|name| name.starts_with("fascicoli/")).count(), 2);
    let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
    let sent = text(&format!("metadati/{}.xml", Id::of(&kit.scene.sent)));
    for pec_id in [&kit.scene.pec_id, &second] {
        assert!(sent.contains(&format!("<IdAggregazione>{pec_id}</IdAggregazione>")));
        let dossier = text(&format!("fascicoli/{}.xml", Id::of(pec_id.as_bytes())));
        assert!(dossier.contains(&Id::of(&kit.scene.sent).to_string()));
    }
    let both = Query::parse("tipo:accettazione,non-accettazione").unwrap();
    let receipts = kit.archive.search(&Actor::host(), &both, None, 9).unwrap();
    assert_eq!(receipts.entries.len(), 2);
    for receipt in receipts.entries {
        // Its own transaction, not that of the other.
        let metadata = text(&format!("metadati/{}.xml", receipt.id));
        assert_eq!(metadata.matches("<IdAggregazione>").count(), 1);
        assert!(metadata.contains(&format!("<IdAggregazione>{}</IdAggregazione>", receipt.pec_id.unwrap())));
    }
    if let Some(said) = independent(&made.packages[0].path) {
        assert!(said.contains("2 groups, 2 dossiers"), "{said}");
    }
}

#[test]
fn a_dossier_of_the_host_names_everything() {
    let kit = Kit::new();
    let mut options = options();
    options.dossier = Some(HostDossier { id: "2026/17".into(), subject: "Gara per la mensa".into() });
    options.retention_years = Some(9999);
    let made = kit.make("", &options, &Target::Folder(kit.path("p"))).unwrap();
    let files = tree(&made.packages[0].path);
    let dossiers: Vec<&String> = files.keys().filter(|name| name.starts_with("fascicoli/")).collect();
    assert_eq!(dossiers.len(), 1);
    let text = String::from_utf8(files[dossiers[0]].clone()).unwrap();
    assert!(
        text.contains("<IdAggregazione>2026/17</IdAggregazione>")
            && text.contains("<Oggetto>Gara per la mensa</Oggetto>")
    );
    assert_eq!(text.matches("<TipoDocumento>").count(), kit.all());
    let metadata = files.iter().filter(|(name, _)| name.starts_with("metadati/"));
    for (_, bytes) in metadata {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains("<IdAggregazione>2026/17</IdAggregazione>"));
        assert!(text.contains("<TempoDiConservazione>9999</TempoDiConservazione>"));
    }
    independent(&made.packages[0].path);
}

#[test]
fn nothing_is_half_there_and_nothing_is_overwritten() {
    let kit = Kit::new();
    let taken = kit.path("p.zip");
    fs::write(&taken, b"mine").unwrap();
    assert!(matches!(kit.make("", &options(), &Target::Zip(taken.clone())), Err(Error::Exists(_))));
    assert_eq!(fs::read(&taken).unwrap(), b"mine");
    // What was left behind by one that was killed is not taken for a part of the next.
    let name = Kit::new().make("", &options(), &Target::Folder(kit.path("x"))).unwrap().packages.remove(0).name;
    let left = kit.path("y").join(format!(".{name}.part/fascicoli"));
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("old.xml"), b"old").unwrap();
    let whole = Kit::new().make("", &options(), &Target::Folder(kit.path("y"))).unwrap();
    assert_eq!(tree(&whole.packages[0].path), tree(&kit.path("x").join(name)));
    let left: Vec<_> = fs::read_dir(kit.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().contains("part")), "{left:?}");
}

#[test]
fn a_package_of_which_no_report_speaks_is_given_up_and_brought_again() {
    let kit = Kit::new();
    let (host, now) = (Actor::host(), kit.scene.now());
    let name = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap().packages.remove(0).name;
    let withdraw = |package: &str, reason: &str| kit.archive.withdraw_deposit(&host, now, package, reason);
    assert!(matches!(withdraw("pdv-nessuno", "perso"), Err(Error::NotFound(_))));
    assert!(matches!(withdraw(&name, " "), Err(Error::BadValue { what: "reason", .. })));
    // What a report has accepted stays so.
    let id = *kit.states(&name).keys().next().unwrap();
    let accepts = format!("<R><Documento><Impronta>{id}</Impronta><Esito>OK</Esito></Documento></R>");
    kit.report(&accepts).unwrap();
    let (before, _) = kit.archive.log_root(&host).unwrap();
    assert_eq!(withdraw(&name, "mai arrivato").unwrap() as usize, kit.all() - 1);
    let entry = kit.archive.log_entry(&host, before).unwrap().unwrap();
    assert!(entry.contains("\"what\":\"deposit-withdrawn\"") && entry.contains("mai arrivato"), "{entry}");
    let refused = DepositState::Refused { reason: "mai arrivato".into() };
    for (document, state) in kit.states(&name) {
        assert_eq!(state, if document == id { DepositState::Accepted } else { refused.clone() });
    }
    // Nothing waits any more.
    assert_eq!(withdraw(&name, "ancora").unwrap(), 0);
    assert_eq!(kit.archive.log_root(&host).unwrap().0, before + 1);
    let late = Intake::new(kit.scene.trust(), now + jiff::SignedDuration::from_secs(60));
    let target = Target::Folder(kit.path("p"));
    let again = kit.archive.deposit_again(&host, &late, &name, &options(), &target, &mut watch).unwrap();
    assert_eq!(again.packages[0].documents as usize, kit.all() - 1);
    // It was not lost after all: what the service says counts.
    let other = *kit.states(&name).keys().last().unwrap();
    let index = kit.archive.deposits(&host).unwrap()[0].pindex;
    let came = format!("<R><Impronta>{index}</Impronta><Esito>OK</Esito></R>");
    kit.report(&came).unwrap();
    assert_eq!(kit.states(&name)[&other], DepositState::Accepted);
}

#[test]
fn a_damaged_message_is_named_and_left_out_with_its_transaction_and_holds_up_nothing_else() {
    let kit = Kit::new();
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    let sole = Id::of(&message("sola@ditta.example", "Una lettera", 40));
    let spoil = |id: Id| {
        let row = connection.execute("UPDATE message SET skeleton = x'00' WHERE sha256 = ?1", [id.as_bytes()]).unwrap();
        assert_eq!(row, 1);
    };
    // One of a transaction: described without it the rest could say something else than is so, and waits with it.
    let [receipt, ..] = &kit.scene.mailbox(ANNA)[..] else { panic!() };
    spoil(Id::of(receipt));
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let [(id, why)] = &made.damaged[..] else { panic!("{made:?}") };
    assert_eq!(*id, Id::of(receipt).to_string());
    assert!(!why.is_empty() && made.complete);
    let [package] = &made.packages[..] else { panic!("{made:?}") };
    assert_eq!(kit.states(&package.name).into_keys().collect::<Vec<_>>(), [sole]);
    // Once it has come in again, all of it goes into the next one.
    let intake = Intake::new(kit.scene.trust(), kit.scene.now() + jiff::SignedDuration::from_secs(60));
    kit.archive.put(&Actor::host(), &intake, receipt.clone()).unwrap();
    let (query, target) = (Selection::Query(Query::parse("").unwrap()), Target::Folder(kit.path("p")));
    let made = kit.archive.deposit(&Actor::host(), &intake, &query, &options(), &target, &mut watch).unwrap();
    assert_eq!((made.damaged, made.packages[0].documents as usize, made.already), (vec![], kit.all() - 1, 1));
    // Where nothing else is left there is no package.
    let kit = Kit::new();
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    connection.execute("UPDATE message SET skeleton = x'00'", []).unwrap();
    let made = kit.make("", &options(), &Target::Zip(kit.path("q.zip"))).unwrap();
    assert_eq!((made.packages.len(), made.damaged.len()), (0, kit.all()));
    assert!(made.damaged.iter().any(|(id, _)| *id == sole.to_string()));
    assert_eq!(kit.archive.deposits(&Actor::host()).unwrap(), []);
    assert!(!kit.path("q.zip").exists());
}

#[test]
fn a_selection_names_messages_or_transactions_and_the_work_can_be_ended() {
    let kit = Kit::new();
    let (host, intake) = (Actor::host(), Intake::new(kit.scene.trust(), kit.scene.now()));
    let make = |selection: Selection, watch: &mut dyn FnMut(Progress) -> ControlFlow<()>| {
        kit.archive.deposit(&host, &intake, &selection, &options(), &Target::Folder(kit.path("p")), watch)
    };
    let missing = make(Selection::Transactions(vec!["nessuna@nulla".into()]), &mut watch);
    assert!(matches!(missing, Err(Error::NotFound(_))));
    assert!(matches!(make(Selection::Messages(vec![Id::of(b"x")]), &mut watch), Err(Error::NotFound(_))));
    let mut last = None;
    let ended = make(Selection::Transactions(vec![kit.scene.pec_id.clone()]), &mut |progress| {
        last = Some((progress.done, progress.total));
        ControlFlow::Break(())
    });
    // What was described when the end was asked for is packed.
    let ended = ended.unwrap();
    let all = (kit.all() - 1) as u64;
    assert_eq!((ended.complete, ended.packages[0].documents, last), (false, all, Some((all, all))));
    let letter = kit.archive.search(&host, &Query::parse("id:sola@ditta.example").unwrap(), None, 1).unwrap().entries;
    let made = make(Selection::Messages(vec![letter[0].id]), &mut watch).unwrap();
    assert_eq!((made.complete, made.packages[0].documents, made.already), (true, 1, 0));
    // Whoever only reads can make none, and nothing is left where it would be.
    let reader = Archive::open_read_only(kit.archive.path()).unwrap();
    let refused = reader.deposit(
        &host,
        &intake,
        &Selection::Query(Query::default()),
        &options(),
        &Target::Zip(kit.path("q.zip")),
        &mut watch,
    );
    assert!(matches!(refused, Err(Error::ReadOnly)) && !kit.path("q.zip").exists());
}

#[test]
fn what_is_erased_after_its_term_was_deposited_all_the_same() {
    let kit = Kit::new();
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let sent = Id::of(&kit.scene.sent);
    let later = "2040-01-01T00:00:00Z".parse().unwrap();
    kit.archive.erase(&Actor::host(), later, &[sent], "scarto").unwrap();
    assert_eq!(kit.states(&made.packages[0].name)[&sent], DepositState::Waiting);
    assert_eq!(kit.found("versato:si"), kit.all() - 1);
    let text = format!("<R><Documento><Hash>{sent}</Hash><Esito>KO</Esito></Documento></R>");
    assert_eq!(kit.report(&text).unwrap().refused.len(), 1);
    // There is nothing left to bring.
    assert_eq!(kit.again(&made.packages[0].name, &Target::Folder(kit.path("q"))).unwrap().packages.len(), 0);
}

#[test]
fn a_salvage_brings_over_what_was_deposited_and_answered() {
    let kit = Kit::new();
    let made = kit.make("", &options(), &Target::Folder(kit.path("p"))).unwrap();
    let (sent, package) = (Id::of(&kit.scene.sent), &made.packages[0].name);
    kit.report(&format!("<R><Documento><Hash>{sent}</Hash><Esito>KO</Esito></Documento></R>")).unwrap();
    kit.again(package, &Target::Folder(kit.path("p"))).unwrap();
    let host = Actor::host();
    let before = (kit.archive.deposits(&host).unwrap(), kit.archive.deposited(&host, package).unwrap());
    // The message that was sent is lost.
    let connection = rusqlite::Connection::open(kit.archive.path()).unwrap();
    connection.execute("UPDATE message SET skeleton = x'00' WHERE sha256 = ?1", [sent.as_bytes()]).unwrap();
    let (intake, to) = (Intake::new(kit.scene.trust(), kit.scene.now()), kit.path("b.pecarchive"));
    let salvaged = Archive::salvage(&host, &intake, kit.archive.path(), &to, &mut watch).unwrap();
    assert_eq!((salvaged.messages as usize, salvaged.lost.len()), (kit.all() - 1, 1), "{salvaged:?}");
    let new = Archive::open(&to).unwrap();
    assert_eq!((new.deposits(&host).unwrap(), new.deposited(&host, package).unwrap()), before);
    let waiting = new.search(&host, &Query::parse("versato:si").unwrap(), None, 1000).unwrap();
    assert_eq!(waiting.entries.len(), kit.all() - 1);
}

#[test]
fn what_was_erased_and_came_back_is_another_package_a_second_later_and_none_in_the_same_one() {
    let kit = Kit::new();
    let (host, letter) = (Actor::host(), message("tornata@ditta.example", "Una lettera", 40));
    let put = |letter: &[u8]| {
        let intake = Intake::new(kit.scene.trust(), kit.scene.now());
        kit.archive.put(&host, &intake, letter.to_vec()).unwrap().id
    };
    let make = |at, folder: &str| {
        let (selection, target) = (Selection::Messages(vec![Id::of(&letter)]), Target::Folder(kit.path(folder)));
        let intake = Intake::new(kit.scene.trust(), at);
        kit.archive.deposit(&host, &intake, &selection, &options(), &target, &mut watch)
    };
    let id = put(&letter);
    let first = make(kit.scene.now(), "uno").unwrap();
    kit.archive.erase(&host, "2040-01-01T00:00:00Z".parse().unwrap(), &[id], "prova").unwrap();
    assert_eq!(put(&letter), id);
    // The same documents at the same time have the same name: that one is taken.
    let again = make(kit.scene.now(), "due");
    assert!(matches!(again, Err(Error::Exists(_))), "{again:?}");
    assert!(tree(&kit.path("due")).is_empty());
    assert_eq!(kit.archive.deposits(&host).unwrap().len(), 1);
    assert!(first.packages[0].path.join("PIndex.xml").exists());
    let later = make(kit.scene.now() + jiff::SignedDuration::from_secs(1), "tre").unwrap();
    assert_ne!(later.packages[0].name, first.packages[0].name);
    assert_eq!(kit.archive.deposits(&host).unwrap().len(), 2);
}
