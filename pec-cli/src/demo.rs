//! `pec demo`: the main job from nothing, in the process. A message goes to three recipients, the clock is turned,
//! receipts are tied to it; and a forged receipt that satisfies OpenSSL is told from a genuine one.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anstyle::Style;
use clap::{Args, Parser};
use jiff::SignedDuration;
use pec_core::finding::Language;
use pec_sandbox::network::{Mailbox, Network, Settings};

use crate::text::{Stop, Text};

/// Where to play.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder for the messages and the page; by default a new one among the temporary files.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const FULL: &str = "piena@cert.beta.example";
const OUTSIDE: &str = "info@gamma.example";

/// When the play begins.
const START: &str = "2026-02-09T09:15:30Z";

const LETTER: &str = "From: Anna Bianchi <anna@pec.alfa.example>\r\n\
To: ufficio@cert.beta.example, piena@cert.beta.example, info@gamma.example\r\n\
Date: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <2026.12@ditta.example>\r\nSubject: Preventivo 12/2026\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_demo\"\r\n\r\n--=_demo\r\n\
Content-Type: text/plain; charset=us-ascii\r\n\r\nBuongiorno,\r\nin allegato il preventivo.\r\n--=_demo\r\n\
Content-Type: application/pdf; name=\"preventivo.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"preventivo.pdf\"\r\n\r\nJVBERi0xLjQKJSBwcmV2ZW50aXZvCg==\r\n--=_demo--\r\n";

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let stage = Stage::new(arguments, language)?;
    stage.say(
        "Due gestori PEC di prova, Alfa e Beta, in questo processo. Anna scrive a tre destinatari: una casella PEC, una piena, un indirizzo non PEC.",
        "Two PEC providers for trying out, Alfa and Beta, in this process. Anna writes to three recipients: a PEC mailbox, a full one, an address that is not PEC.",
    )?;
    let (mut network, pec_id) = send().map_err(sandbox)?;
    stage.say("L'orologio gira: ventiquattro ore dopo.", "The clock is turned: twenty-four hours later.")?;
    network.advance(SignedDuration::from_hours(24)).map_err(sandbox)?;
    let anchor = stage.write("anchor.crt", &network.anchor().der)?;
    stage.write("anna/00-inviato.eml", LETTER.as_bytes())?;
    for (number, stored) in (1..).zip(network.messages(ANNA).map_err(sandbox)?) {
        stage.write(&format!("anna/{number:02}-ricevuta.eml"), &stored.bytes)?;
    }
    let (now, page) = (network.time().to_string(), stage.folder.join("pec.html"));
    let common = ["--anchor".into(), anchor.into_os_string(), "--now".into(), now.into()];
    let folder = stage.folder.join("anna").into_os_string();
    let link = ["link".into(), folder, "--html".into(), page.clone().into_os_string()];
    stage.pec(link.into_iter().chain(common.clone()))?;
    stage.say(
        &format!("La stessa cosa da stampare: {}", page.display()),
        &format!("The same to be printed: {}", page.display()),
    )?;

    stage.say(
        "Ultimo atto: una falsa ricevuta di consegna della casella piena, firmata con un certificato fatto in casa a nome del gestore.",
        "Last act: a false delivery receipt of the full mailbox, signed with a home-made certificate in the provider's name.",
    )?;
    let forged = network.forged_delivery(&pec_id, FULL).map_err(sandbox)?;
    let forged = stage.write("falsa.eml", &forged)?;
    stage.openssl(&forged)?;
    stage.pec(["verify".into(), forged.into_os_string()].into_iter().chain(common))?;
    Ok(ExitCode::SUCCESS)
}

/// Anna's message, sent, and everything that follows at once.
fn send() -> Result<(Network, String), pec_sandbox::network::Error> {
    let start = START.parse().unwrap_or_default();
    let mut network = Network::new(Settings::two_providers(start))?;
    network.add(Mailbox::new(ANNA))?;
    network.add(Mailbox::new(OFFICE))?;
    network.add(Mailbox::full(FULL))?;
    let sent = network.submit(ANNA, &[OFFICE, FULL, OUTSIDE], LETTER.as_bytes())?;
    network.settle()?;
    Ok((network, sent.pec_id))
}

fn sandbox(error: pec_sandbox::network::Error) -> Text {
    Text::new(error.to_string(), error.to_string()).about("sandbox")
}

/// Where the files are, and how it is told.
struct Stage {
    folder: PathBuf,
    language: Language,
}

impl Stage {
    fn new(arguments: &Arguments, language: Language) -> Result<Self, Text> {
        let folder = match &arguments.dir {
            Some(folder) => folder.clone(),
            None => tempfile::Builder::new()
                .prefix("pec-demo-")
                .tempdir()
                .map_err(|error| Text::of_io(&error).about("pec-demo"))?
                .keep(),
        };
        fs::create_dir_all(folder.join("anna")).map_err(|error| Text::of_io(&error).at(&folder))?;
        Ok(Self { folder, language })
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Text> {
        let path = self.folder.join(name);
        fs::write(&path, bytes).map_err(|error| Text::of_io(&error).at(&path))?;
        Ok(path)
    }

    fn say(&self, it: &str, en: &str) -> Result<(), Stop> {
        let said = if self.language == Language::It { it } else { en };
        let bold = Style::new().bold();
        for line in textwrap::wrap(said, textwrap::termwidth().clamp(40, 100)) {
            writeln!(anstream::stdout(), "{bold}{line}{bold:#}")?;
        }
        writeln!(anstream::stdout())?;
        Ok(())
    }

    /// Shows a command of `pec` and runs it here.
    fn pec(&self, arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<(), Stop> {
        let line: Vec<_> = std::iter::once("pec".into()).chain(arguments).collect();
        self.command(&line.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "))?;
        let parsed = crate::Arguments::try_parse_from(line);
        let parsed = parsed.map_err(|error| Text::new(error.to_string(), error.to_string()))?;
        crate::obey(parsed.command, self.language).map(|_| ())
    }

    /// What OpenSSL says of a message when it is asked as other programs ask it.
    fn openssl(&self, message: &Path) -> Result<(), Stop> {
        self.command(&format!("openssl smime -verify -noverify -in {} -out /dev/null", message.display()))?;
        let ran = Command::new("openssl")
            .args(["smime", "-verify", "-noverify", "-out"])
            .arg(null())
            .arg("-in")
            .arg(message)
            .output();
        match ran {
            Ok(output) => {
                writeln!(anstream::stdout(), "{}\n", String::from_utf8_lossy(&output.stderr).trim())?;
                Ok(())
            }
            Err(_) => self.say(
                "(OpenSSL non è installato; risponderebbe: Verification successful)",
                "(OpenSSL is not installed; it would answer: Verification successful)",
            ),
        }
    }

    fn command(&self, line: &str) -> Result<(), Stop> {
        let dim = Style::new().dimmed();
        writeln!(anstream::stdout(), "{dim}$ {line}{dim:#}")?;
        Ok(())
    }
}

const fn null() -> &'static str {
    if cfg!(windows) { "NUL" } else { "/dev/null" }
}
