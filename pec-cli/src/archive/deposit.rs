//! `pec archive deposit`: packages ready for deposit with a conservation service, and what it answers.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use pec_archive::deposit::{
    self, Agent, Classification, Confidential, DepositReport, DepositState, HostDossier, Made, Options, ReportForm,
    Selection, Signer, Target,
};
use pec_archive::report::Report as _;
use pec_archive::search::Query;
use pec_core::finding::Language;

use super::{Call, Clock, bar, failed, intake, watch};
use crate::render::printable;
use crate::text::{Stop, Text};
use crate::{query, setup};

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum Deposit {
    /// Make packages of what a query finds, with the other messages of its transactions. What a package has already is left
    /// out.
    Make(Make),
    /// Make packages of the refused documents of an earlier one.
    Again(Again),
    /// Read a report of deposit (rapporto di versamento): what was accepted, what was refused.
    Report(Report),
    /// Give up a package of which no report will speak, because it was lost on its way or sent back as a whole: what waits still
    /// counts as refused, and `again` brings it.
    Withdraw(Withdraw),
    /// List the packages, or the documents of one.
    List(List),
}

/// What to pack.
#[derive(Debug, Args)]
pub(super) struct Make {
    archive: PathBuf,
    /// The query, as for `pec archive search`. None finds everything. What begins with -o is the output, but for behind `--`.
    query: Vec<String>,
    #[command(flatten)]
    packing: Packing,
}

/// Whose refused documents to pack.
#[derive(Debug, Args)]
pub(super) struct Again {
    archive: PathBuf,
    /// The package whose refused documents are brought once more.
    package: String,
    #[command(flatten)]
    packing: Packing,
}

/// How to pack.
#[derive(Debug, Args)]
struct Packing {
    /// A folder, in which each package is a folder; or a file that ends in .zip.
    #[arg(long, short, value_name = "DIR|FILE.zip")]
    output: PathBuf,
    /// Whose documents they are (soggetto produttore): VATIT-12345678903=Ditta S.r.l., TINIT-…=Rossi, Maria.
    #[arg(long, value_name = "ID=NAME")]
    producer: Agent,
    /// Who hands the package over, where that is somebody else.
    #[arg(long, value_name = "ID=NAME")]
    submitter: Option<Agent>,
    /// Who may sign the package, and as what.
    #[arg(long, value_name = "ROLE:ID=NAME")]
    signer: Vec<Signer>,
    /// Where the documents stand in the plan of classification.
    #[arg(long, value_name = "INDEX")]
    classification: Option<String>,
    /// What that place is called.
    #[arg(long, value_name = "TEXT", requires = "classification")]
    classification_name: Option<String>,
    /// Where the plan is published.
    #[arg(long, value_name = "TEXT", requires = "classification")]
    classification_plan: Option<String>,
    /// The host's own dossier (fascicolo), to which everything belongs; otherwise each transaction is one.
    #[arg(long, value_name = "ID=SUBJECT")]
    dossier: Option<HostDossier>,
    /// The documents are confidential (riservati).
    #[arg(long)]
    confidential: bool,
    /// How long they are to be kept; otherwise as their classes say.
    #[arg(long, value_name = "YEARS")]
    retention: Option<u16>,
    /// How the format of a message is called in the metadata; AgID's annex 2 prints application/email.
    #[arg(long, value_name = "TYPE")]
    message_format: Option<String>,
    /// Bytes of one package.
    #[arg(long, value_name = "NUMBER")]
    max_bytes: Option<u64>,
    /// Messages of one package.
    #[arg(long, value_name = "NUMBER")]
    max_documents: Option<usize>,
    /// What was made as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    judging: setup::Options,
}

/// What was answered. The names of elements and words are added to those that are known.
#[derive(Debug, Args)]
pub(super) struct Report {
    archive: PathBuf,
    /// The report: XML.
    file: PathBuf,
    /// A further name of elements that speak of one document.
    #[arg(long, value_name = "ELEMENT")]
    document: Vec<String>,
    /// A further name of elements that hold a SHA-256.
    #[arg(long, value_name = "ELEMENT")]
    digest: Vec<String>,
    /// A further name of elements that hold an outcome.
    #[arg(long, value_name = "ELEMENT")]
    outcome: Vec<String>,
    /// A further name of elements that say why.
    #[arg(long, value_name = "ELEMENT")]
    reason: Vec<String>,
    /// A further word by which a document was accepted.
    #[arg(long, value_name = "WORD")]
    accepted: Vec<String>,
    /// A further word by which it was refused.
    #[arg(long, value_name = "WORD")]
    refused: Vec<String>,
    /// What was read as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    clock: Clock,
}

/// Which package to give up.
#[derive(Debug, Args)]
pub(super) struct Withdraw {
    archive: PathBuf,
    /// The package, by its name.
    package: String,
    /// Why; kept in the log.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    #[command(flatten)]
    clock: Clock,
}

/// What to list.
#[derive(Debug, Args)]
pub(super) struct List {
    archive: PathBuf,
    /// A package, for its documents.
    package: Option<String>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Packing {
    fn options(&self) -> Options {
        let mut options = Options::new(self.producer.clone());
        options.submitter.clone_from(&self.submitter);
        options.signers.clone_from(&self.signer);
        options.classification = self.classification.clone().map(|index| Classification {
            index,
            description: self.classification_name.clone(),
            plan: self.classification_plan.clone(),
        });
        options.dossier.clone_from(&self.dossier);
        options.confidential = if self.confidential { Confidential::Yes } else { Confidential::No };
        options.retention_years = self.retention;
        if let Some(format) = &self.message_format {
            options.message_format.clone_from(format);
        }
        options.max_bytes = self.max_bytes.unwrap_or(options.max_bytes);
        options.max_documents = self.max_documents.unwrap_or(options.max_documents);
        options
    }

    fn target(&self) -> Target {
        self.output.clone().into()
    }
}

impl Call {
    pub(super) fn deposit(&self, action: &Deposit) -> Result<ExitCode, Stop> {
        match action {
            Deposit::Make(arguments) => self.deposit_make(arguments),
            Deposit::Again(arguments) => self.deposit_again(arguments),
            Deposit::Report(arguments) => self.deposit_report(arguments),
            Deposit::Withdraw(arguments) => self.deposit_withdraw(arguments),
            Deposit::List(arguments) => self.deposit_list(arguments),
        }
    }

    fn deposit_make(&self, arguments: &Make) -> Result<ExitCode, Stop> {
        let text = query::joined(&arguments.query);
        let query = Query::parse(&text).map_err(|error| super::look::unclear(&error, &text))?;
        let packing = &arguments.packing;
        let (archive, setup, bar) = (self.open(&arguments.archive)?, packing.judging.load_at_signing()?, bar());
        let (options, target) = (packing.options(), packing.target());
        let made = archive.deposit(
            &self.actor,
            &intake(&setup),
            &Selection::Query(query),
            &options,
            &target,
            &mut watch(&bar),
        );
        bar.finish_and_clear();
        self.made(&made.map_err(|error| failed(&error))?, packing.json)
    }

    fn deposit_again(&self, arguments: &Again) -> Result<ExitCode, Stop> {
        let packing = &arguments.packing;
        let (archive, setup, bar) = (self.open(&arguments.archive)?, packing.judging.load_at_signing()?, bar());
        let (options, target) = (packing.options(), packing.target());
        let made = archive.deposit_again(
            &self.actor,
            &intake(&setup),
            &arguments.package,
            &options,
            &target,
            &mut watch(&bar),
        );
        bar.finish_and_clear();
        self.made(&made.map_err(|error| failed(&error))?, packing.json)
    }

    fn made(&self, made: &Made, json: bool) -> Result<ExitCode, Stop> {
        let mut output = anstream::stdout();
        let done = ExitCode::from(u8::from(!made.damaged.is_empty()));
        if json {
            writeln!(output, "{}", made.to_json())?;
            return Ok(done);
        }
        for package in &made.packages {
            let (name, documents, path) = (&package.name, package.documents, package.path.display());
            match self.language {
                Language::It => writeln!(output, "{name}  pronto per il versamento: {documents} messaggi in {path}")?,
                Language::En => writeln!(output, "{name}  ready for deposit: {documents} messages in {path}")?,
            }
        }
        if made.packages.is_empty() {
            writeln!(output, "{}", self.say("nulla di nuovo da versare", "nothing new to deposit"))?;
        }
        if made.already > 0 {
            let said = self.say("messaggi già in un pacchetto", "messages in a package already");
            writeln!(output, "{} {said}", made.already)?;
        }
        for (id, why) in &made.damaged {
            writeln!(
                output,
                "{} {id}: {why}",
                self.say("DANNEGGIATO, fuori con la sua transazione:", "DAMAGED, left out with its transaction:")
            )?;
        }
        Ok(done)
    }

    fn deposit_report(&self, arguments: &Report) -> Result<ExitCode, Stop> {
        let bytes = fs::read(&arguments.file).map_err(|error| Text::of_io(&error).at(&arguments.file))?;
        let mut form = ReportForm::default();
        for (known, more) in [
            (&mut form.documents, &arguments.document),
            (&mut form.digests, &arguments.digest),
            (&mut form.outcomes, &arguments.outcome),
            (&mut form.reasons, &arguments.reason),
            (&mut form.accepted, &arguments.accepted),
            (&mut form.refused, &arguments.refused),
        ] {
            known.extend(more.iter().cloned());
        }
        let archive = self.open(&arguments.archive)?;
        let report = archive.deposit_report(&self.actor, arguments.clock.now(), &bytes, &form);
        let report = report.map_err(|error| failed(&error))?;
        let mut output = anstream::stdout();
        if arguments.json {
            writeln!(output, "{}", report.to_json())?;
        } else {
            write!(output, "{}", self.report(&report))?;
        }
        let named = [&report.unclear, &report.overruled, &report.unknown];
        let sound = report.refused.is_empty() && named.iter().all(|ids| ids.is_empty());
        Ok(ExitCode::from(u8::from(!sound)))
    }

    fn report(&self, report: &DepositReport) -> String {
        let name = report.name.as_deref().map(printable).unwrap_or_else(|| report.id.to_string());
        let at = report.at.map(|at| format!(" ({at})")).unwrap_or_default();
        let mut lines = vec![format!("{} {name}{at}", self.say("Rapporto di versamento", "Report of deposit"))];
        if report.known {
            lines.push(self.say("era già stato letto", "was read before").to_owned());
        }
        for id in &report.accepted {
            lines.push(format!("{id}  {}", self.say("accettato", "accepted")));
        }
        for refused in &report.refused {
            let said = self.say("RIFIUTATO", "REFUSED");
            lines.push(format!("{}  {said}  {}", refused.id, printable(&refused.reason)));
        }
        for id in &report.unclear {
            let said =
                self.say("nominato senza un esito noto: resta in attesa", "named without a known outcome: it waits");
            lines.push(format!("{id}  {said}"));
        }
        for id in &report.overruled {
            let said = self.say("ne ha già parlato un rapporto più recente", "a later report has spoken of it already");
            lines.push(format!("{id}  {said}"));
        }
        for id in &report.unknown {
            let said = self.say("non è stato versato da questo archivio", "was not deposited from this archive");
            lines.push(format!("{id}  {said}"));
        }
        lines.join("\n") + "\n"
    }

    fn deposit_withdraw(&self, arguments: &Withdraw) -> Result<ExitCode, Stop> {
        let Withdraw { archive, package, reason, clock } = arguments;
        let archive = self.open(archive)?;
        let documents = archive.withdraw_deposit(&self.actor, clock.now(), package, reason);
        let documents = documents.map_err(|error| failed(&error))?;
        let said = match self.language {
            Language::It if documents == 0 => "nessun documento da versare di nuovo".to_owned(),
            Language::En if documents == 0 => "no document to be deposited again".to_owned(),
            Language::It => format!("{documents} documenti da versare di nuovo: pec archive deposit again"),
            Language::En => format!("{documents} documents to be deposited again: pec archive deposit again"),
        };
        writeln!(anstream::stdout(), "{said}")?;
        Ok(ExitCode::SUCCESS)
    }

    fn deposit_list(&self, arguments: &List) -> Result<ExitCode, Stop> {
        let archive = self.open_to_read(&arguments.archive)?;
        let mut output = anstream::stdout();
        let mut refused = false;
        if let Some(package) = &arguments.package {
            for document in archive.deposited(&self.actor, package).map_err(|error| failed(&error))? {
                refused |= matches!(document.state, DepositState::Refused { .. });
                if arguments.json {
                    writeln!(output, "{}", document.to_json())?;
                } else {
                    writeln!(output, "{}", self.document(&document))?;
                }
            }
            return Ok(ExitCode::from(u8::from(refused)));
        }
        for package in archive.deposits(&self.actor).map_err(|error| failed(&error))? {
            refused |= package.refused > 0;
            if arguments.json {
                writeln!(output, "{}", package.to_json())?;
                continue;
            }
            let deposit::Deposit { name, waiting, accepted, refused, .. } = &package;
            let counts = match self.language {
                Language::It => format!("{waiting} in attesa, {accepted} accettati, {refused} rifiutati"),
                Language::En => format!("{waiting} waiting, {accepted} accepted, {refused} refused"),
            };
            let again = package
                .again_of
                .as_deref()
                .map(|earlier| format!("  ({} {})", self.say("di nuovo da", "again from"), printable(earlier)));
            writeln!(output, "{name}  {counts}{}", again.unwrap_or_default())?;
        }
        Ok(ExitCode::from(u8::from(refused)))
    }

    fn document(&self, document: &deposit::Deposited) -> String {
        let state = match &document.state {
            DepositState::Waiting => self.say("in attesa", "waiting").to_owned(),
            DepositState::Accepted => self.say("accettato", "accepted").to_owned(),
            DepositState::Refused { reason } => {
                format!("{}  {}", self.say("RIFIUTATO", "REFUSED"), printable(reason))
            }
        };
        let newer = if document.superseded { self.say("  (versato di nuovo)", "  (deposited again)") } else { "" };
        format!("{}  {state}{newer}", document.id)
    }
}
