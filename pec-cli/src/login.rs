//! `pec login`: a signature kit in place of a password.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use pec_archive::report::{self, Report as _};
use pec_archive::{Actor, Archive, Error};
use pec_core::delegation::login::{
    Answer, Attempt, BareScheme, CardPolicy, ChallengeRequest, Login, LoginAs, MatchedBy, Proof, Purpose,
    RevocationCheck, WhichKit,
};
use pec_core::delegation::{Command, Denied, Event, KitName, MailboxAddress, Scope, Text as OneLine, UserId};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};
use serde_json::json;

use crate::archive::failed;
use crate::render::printable;
use crate::setup;
use crate::text::{Stop, Text};

/// What to do with signature kits.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused (the log of the archive says why), 2 could not run. The PIN is between the person \
                  and the card: nothing here asks for it."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// In whose name it is done; it stands in the log of the archive.
    #[arg(long, global = true, value_name = "NAME", default_value = "host")]
    actor: String,
    /// The time taken for "now"; by default the clock's.
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<Timestamp>,
    /// One JSON object a line.
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    keys: crate::keys::KeyFiles,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give out what is to be signed, without a line end: it holds once, for five minutes.
    Challenge(Challenge),
    /// Whether an answer opens the mailbox. It is used up, whatever comes of it.
    Verify(Verify),
    /// Register the kit that has answered with a mailbox whose holder it does not belong to.
    Register(Register),
    /// List the kits that are registered with a mailbox.
    List(Place),
    /// Remove a kit that was registered.
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Place {
    archive: PathBuf,
    /// The address of the mailbox.
    mailbox: MailboxAddress,
}

#[derive(Debug, Args)]
struct Challenge {
    #[command(flatten)]
    place: Place,
    /// The service that asks: a name that the person knows, such as its address.
    #[arg(long, value_name = "NAME")]
    audience: OneLine,
    /// For what it is signed.
    #[arg(long, value_enum, default_value = "login")]
    purpose: For,
    /// Into this file, which must not be there yet; to standard output unless told.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum For {
    /// To log in.
    Login,
    /// To have the kit registered.
    Registration,
}

#[derive(Debug, Args)]
struct Verify {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    answer: Given,
}

#[derive(Debug, Args)]
struct Register {
    #[command(flatten)]
    place: Place,
    /// What the kit is to be called.
    #[arg(long, value_name = "NAME")]
    name: KitName,
    /// Who logs in with it: an active delegate of the mailbox; unless told, whoever it is held for.
    #[arg(long, value_name = "USER")]
    user: Option<UserId>,
    #[command(flatten)]
    answer: Given,
}

#[derive(Debug, Args)]
struct Remove {
    #[command(flatten)]
    place: Place,
    /// The one of this name.
    #[arg(long, value_name = "NAME", required_unless_present = "of_holder", conflicts_with = "of_holder")]
    name: Option<KitName>,
    /// The one that matches the holder: there is nothing to remove, and it says so.
    #[arg(long)]
    of_holder: bool,
}

/// What came back, and by what it is judged.
#[derive(Debug, Args)]
struct Given {
    /// The service that has asked.
    #[arg(long, value_name = "NAME")]
    audience: OneLine,
    /// What was signed, as it was given out.
    #[arg(long, value_name = "FILE")]
    challenge: PathBuf,
    /// The signature as CMS (`.p7m`, `.p7s`): DER, PEM or base64, with the text inside or beside it.
    #[arg(long, value_name = "FILE", required_unless_present = "signature", conflicts_with = "signature")]
    cms: Option<PathBuf>,
    /// The signature alone; `--certificate` and `--scheme` say whose and how.
    #[arg(long, value_name = "FILE", requires_all = ["certificate", "scheme"])]
    signature: Option<PathBuf>,
    /// The certificate of the card, PEM or DER: of a bare signature, or of a CMS that does not carry it.
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// How a bare signature was made: rsa-sha256, rsa-pss-sha256, ecdsa-sha256; or sha384, sha512.
    #[arg(long, value_name = "NAME", value_parser = |text: &str| text.parse::<BareScheme>().map_err(|_| "rsa-sha256, rsa-pss-sha256, ecdsa-sha256; or sha384, sha512"))]
    scheme: Option<BareScheme>,
    /// An authority whose cards are taken, PEM or DER. No other is: not those of PEC, nor those of the system.
    #[arg(long, value_name = "FILE.pem", required = true)]
    authority: Vec<PathBuf>,
    /// A certificate between card and authority, PEM or DER. It is not trusted by itself.
    #[arg(long, value_name = "FILE.pem")]
    intermediate: Vec<PathBuf>,
    /// A certificate revocation list (CRL), PEM or DER.
    #[arg(long, value_name = "FILE")]
    crl: Vec<PathBuf>,
    /// An OCSP response, PEM or DER.
    #[arg(long, value_name = "FILE")]
    ocsp: Vec<PathBuf>,
    /// Whether somebody has to say that the certificate was not revoked.
    #[arg(long, value_enum, default_value = "required")]
    revocation: Check,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Check {
    /// A fresh list or answer has to.
    Required,
    /// Where nobody says so, it is taken, and the answer is `not-checked`.
    WhereGiven,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    // Unless it is said otherwise, the program itself.
    let actor = Actor::local(&arguments.actor);
    let call = Call { arguments, actor, language };
    let done = match &arguments.action {
        Action::Challenge(arguments) => call.challenge(arguments),
        Action::Verify(arguments) => call.verify(arguments),
        Action::Register(arguments) => call.register(arguments),
        Action::List(place) => call.list(place),
        Action::Remove(arguments) => call.remove(arguments),
    }?;
    match done {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(denied) => call.refused(&denied),
    }
}

struct Call<'a> {
    arguments: &'a Arguments,
    actor: Actor,
    language: Language,
}

/// Done, or refused.
type Done<T = ()> = Result<Result<T, Denied>, Stop>;

/// What the archive answers, with refusals told from faults.
fn told<T>(answer: Result<T, Error>) -> Done<T> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(Error::Denied(denied)) => Ok(Err(denied)),
        Err(error) => Err(failed(&error)),
    }
}

impl Call<'_> {
    fn open(&self, place: &Place) -> Result<Archive, Stop> {
        Archive::open_with(&place.archive, &self.arguments.keys.load()?).map_err(|error| failed(&error))
    }

    fn now(&self) -> Timestamp {
        self.arguments.now.unwrap_or_else(Timestamp::now)
    }

    fn say(&self, json: &str, it: &str, en: &str) -> Result<(), Stop> {
        let mut output = anstream::stdout();
        let text = if self.language == Language::It { it } else { en };
        if self.arguments.json {
            writeln!(output, "{json}")?
        } else {
            writeln!(output, "{}", printable(text))?
        }
        Ok(())
    }

    fn refused(&self, denied: &Denied) -> Result<ExitCode, Stop> {
        let about = if denied.detail.is_empty() { String::new() } else { format!(": {}", denied.detail) };
        let text = |language| format!("{} ({}{about})", denied.code.explanation(language), denied.code);
        let json = json!({ "refused": denied.code.as_str(), "about": denied.detail, "rule": denied.code.rule() });
        self.say(&json.to_string(), &text(Language::It), &text(Language::En))?;
        Ok(ExitCode::from(1))
    }

    fn challenge(&self, arguments: &Challenge) -> Done {
        let purpose = match arguments.purpose {
            For::Login => Purpose::Login,
            For::Registration => Purpose::Registration,
        };
        let request = ChallengeRequest::new(purpose, arguments.place.mailbox.clone(), arguments.audience.clone());
        let begun = told(self.open(&arguments.place)?.begin_login(&self.actor, &request, self.now()))?;
        let challenge = match begun {
            Ok(challenge) => challenge,
            Err(denied) => return Ok(Err(denied)),
        };
        let text = challenge.text();
        if let Some(path) = &arguments.output {
            let mut file = fs::File::create_new(path).map_err(|error| Text::of_io(&error).at(path))?;
            file.write_all(text.as_bytes()).map_err(|error| Text::of_io(&error).at(path))?;
        }
        let mut output = anstream::stdout();
        if self.arguments.json {
            writeln!(output, "{}", report::Challenge::of(&challenge).to_json())?;
        } else if arguments.output.is_none() {
            // Exactly what is to be signed.
            output.write_all(text.as_bytes())?;
        }
        Ok(Ok(()))
    }

    fn verify(&self, arguments: &Verify) -> Done {
        let archive = self.open(&arguments.place)?;
        let login = arguments
            .answer
            .with(&arguments.place.mailbox, |attempt| told(archive.login(&self.actor, attempt, self.now())))?;
        login.map_or_else(|denied| Ok(Err(denied)), |login| self.came_in(&login).map(Ok))
    }

    fn came_in(&self, login: &Login) -> Result<(), Stop> {
        let mailbox = login.mailbox();
        let user = match login.who() {
            LoginAs::Holder => None,
            LoginAs::User(user) => Some(user.as_str()),
        };
        let name = match login.by() {
            MatchedBy::TaxId => None,
            MatchedBy::Kit(name) => Some(name.as_str()),
        };
        let unchecked = login.revocation() == pec_core::trust::Revocation::NotChecked;
        let by_it = name.map_or_else(|| "il titolare".to_owned(), |name| format!("il kit «{name}»"));
        let by_en = name.map_or_else(|| "the holder".to_owned(), |name| format!("the kit \"{name}\""));
        let mut it = format!("{mailbox}: entra {}, con {by_it}", user.unwrap_or("il titolare"));
        let mut en = format!("{mailbox}: {} comes in, by {by_en}", user.unwrap_or("the holder"));
        if name.is_none() {
            it = format!("{mailbox}: entra il titolare, per il suo codice fiscale");
            en = format!("{mailbox}: the holder comes in, by the codice fiscale");
        }
        if unchecked {
            it.push_str("; revoca non controllata");
            en.push_str("; revocation not checked");
        }
        self.say(&report::Login::of(login).to_json(), &it, &en)
    }

    fn register(&self, arguments: &Register) -> Done {
        let archive = self.open(&arguments.place)?;
        let kit = (&arguments.name, arguments.user.as_ref());
        let events = arguments.answer.with(&arguments.place.mailbox, |attempt| {
            told(archive.register_kit(&self.actor, attempt, kit, self.now()))
        })?;
        let events = match events {
            Ok(events) => events,
            Err(denied) => return Ok(Err(denied)),
        };
        for event in &events {
            let Event::KitRegistered { mailbox, kit } = event else { continue };
            let (it, en) = ("kit di firma registrato", "signature kit registered");
            let text = |what| format!("{mailbox}: {what}: {}", kit.name);
            self.say(&report::Kit::of(mailbox, kit).to_json(), &text(it), &text(en))?;
        }
        Ok(Ok(()))
    }

    fn list(&self, place: &Place) -> Done {
        let kits = self.open(place)?.organisation(|it| it.kits(&Scope::Host, &place.mailbox).map(<[_]>::to_vec));
        let kits = match kits.map_err(|error| failed(&error))? {
            Ok(kits) => kits,
            Err(denied) => return Ok(Err(denied)),
        };
        for kit in &kits {
            let user = kit.user.as_ref().map_or("-", UserId::as_str);
            let line = format!("{}  {}  {user}  {}", kit.at, kit.certificate, kit.name);
            self.say(&report::Kit::of(&place.mailbox, kit).to_json(), &line, &line)?;
        }
        Ok(Ok(()))
    }

    fn remove(&self, arguments: &Remove) -> Done {
        let kit = arguments.name.clone().map_or(WhichKit::OfHolder, WhichKit::Named);
        let command = Command::RemoveKit { mailbox: arguments.place.mailbox.clone(), kit };
        Ok(told(self.open(&arguments.place)?.act(&self.actor, &command, self.now()))?.map(drop))
    }
}

impl Given {
    /// Calls `work` with what is in the files.
    fn with<T>(&self, mailbox: &MailboxAddress, work: impl FnOnce(&Attempt<'_>) -> Result<T, Stop>) -> Result<T, Stop> {
        let challenge = setup::file(&self.challenge)?;
        let challenge = String::from_utf8_lossy(&challenge);
        let certificate = self.certificate.as_deref().map(setup::file).transpose()?;
        let signed = match (&self.cms, &self.signature) {
            (Some(path), _) | (None, Some(path)) => setup::file(path)?,
            (None, None) => Vec::new(),
        };
        let proof = match (self.scheme, &certificate) {
            (Some(scheme), Some(certificate)) if self.cms.is_none() => {
                Proof::Bare { certificate, scheme, signature: &signed }
            }
            _ => Proof::Cms(&signed),
        };
        let mut trust = TrustStore::built_in();
        for path in &self.authority {
            let authority = setup::file(path)?;
            trust = trust.with_login_anchor(&authority).map_err(|error| setup::no_certificate(&error, path))?;
        }
        for path in &self.intermediate {
            let between = setup::file(path)?;
            trust = trust.with_intermediate(&between).map_err(|error| setup::no_certificate(&error, path))?;
        }
        let evidence = self.evidence()?;
        let revocation = match self.revocation {
            Check::Required => RevocationCheck::Required,
            Check::WhereGiven => RevocationCheck::WhereGiven,
        };
        let limits = &Limits::DEFAULT;
        let policy = CardPolicy { trust: &trust, evidence: &evidence, revocation, limits };
        let certificates: Vec<&[u8]> = certificate.as_deref().into_iter().collect();
        let answer = Answer { challenge: &challenge, proof, certificates: &certificates };
        work(&Attempt { mailbox, audience: &self.audience, answer, policy })
    }

    fn evidence(&self) -> Result<Evidence, Text> {
        let mut evidence = Evidence::none();
        let read = |path: &Path| setup::file(path);
        for path in &self.crl {
            evidence = setup::readable(evidence.with_crl(read(path)?), path)?;
        }
        for path in &self.ocsp {
            evidence = setup::readable(evidence.with_ocsp(read(path)?), path)?;
        }
        Ok(evidence)
    }
}
