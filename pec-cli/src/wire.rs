//! What the commands that reach a server have in common: the archive, the store of passwords, the way out.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use pec_archive::{Actor, Archive};
use pec_core::finding::Language;
use pec_core::trust::TrustStore;
use pec_imap::{FileSecrets, Hub, Network, PassphraseCost, Profiles, Proxy, Receiver, Roots};
use pec_imap::{HostKey, SecretStore};

use crate::archive::failed as archive_failed;
use crate::keys;
use crate::setup;
use crate::text::{Stop, Text};

/// Where a passphrase is taken from where no file of a key was given.
const PASSPHRASE: &str = "PEC_PASSPHRASE";

/// Options of every command that reaches a server.
#[derive(Debug, Args)]
pub(crate) struct Reach {
    /// The archive: what comes in, and which mailboxes are managed. It is made where it does not exist.
    #[arg(long, global = true, value_name = "FILE", env = "PEC_ARCHIVE", default_value = "posta.pecarchive")]
    archive: PathBuf,
    /// The file of passwords, encrypted; by default beside the archive.
    #[arg(long, global = true, value_name = "FILE")]
    secrets: Option<PathBuf>,
    /// The key of the file of passwords: 32 bytes, or 64 hexadecimal digits. Without it the passphrase in the environment
    /// variable PEC_PASSPHRASE is used.
    #[arg(long, global = true, value_name = "FILE")]
    secrets_key: Option<PathBuf>,
    #[command(flatten)]
    keys: keys::KeyFiles,
    /// The way out of a corporate network: socks5://[USER:PASSWORD@]HOST:PORT or http://[USER:PASSWORD@]HOST:PORT.
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// A certification authority for TLS that is not a public one, PEM.
    #[arg(long, global = true, value_name = "FILE.pem")]
    root: Vec<PathBuf>,
    /// What is known of providers, in the place of what is built in (TOML).
    #[arg(long, global = true, value_name = "FILE.toml")]
    profiles: Option<PathBuf>,
    /// In whose name it is done; it stands in the log of the archive.
    #[arg(long, global = true, value_name = "NAME", default_value = "host")]
    actor: String,
    #[command(flatten)]
    judging: setup::Options,
}

/// Everything opened.
pub(crate) struct House {
    pub(crate) hub: Hub,
    pub(crate) archive: Arc<Archive>,
    pub(crate) actor: Actor,
    pub(crate) trust: Arc<TrustStore>,
}

impl Reach {
    pub(crate) fn open(&self) -> Result<House, Stop> {
        let keys = self.keys.load()?;
        let archive = match Archive::open_with(&self.archive, &keys) {
            Err(pec_archive::Error::Missing(_)) => Archive::create_with(&self.archive, &keys),
            opened => opened,
        };
        let archive = Arc::new(archive.map_err(|error| archive_failed(&error))?);
        let setup = self.judging.load_at_signing()?;
        let actor = Actor::local(&self.actor);
        let trust = Arc::new(setup.trust);
        let receiver = Receiver::new(Arc::clone(&archive), Arc::clone(&trust))
            .evidence(Arc::new(setup.evidence))
            .actor(actor.clone());
        let hub = Hub::new(receiver, self.network()?, self.secrets()?, self.profiles()?);
        Ok(House { hub, archive, actor, trust })
    }

    fn secrets(&self) -> Result<Arc<dyn SecretStore>, Stop> {
        let path = self.secrets.clone().unwrap_or_else(|| self.archive.with_extension("secrets"));
        let opened = match &self.secrets_key {
            Some(file) => FileSecrets::open(&path, HostKey::new(keys::read(file)?)),
            None => {
                let Ok(passphrase) = std::env::var(PASSPHRASE) else {
                    return Err(Text::new(
                        format!("serve la chiave delle password: --secrets-key FILE, o una frase nella variabile {PASSPHRASE}"),
                        format!("the key of the passwords is needed: --secrets-key FILE, or a passphrase in {PASSPHRASE}"),
                    )
                    .into());
                };
                FileSecrets::open_with_passphrase(&path, &passphrase.into(), PassphraseCost::default())
            }
        };
        Ok(Arc::new(opened.map_err(|error| {
            Text::new(
                format!("{} ({error})", error.explanation(Language::It)),
                format!("{} ({error})", error.explanation(Language::En)),
            )
        })?))
    }

    fn profiles(&self) -> Result<Profiles, Stop> {
        let built_in = Profiles::built_in().map_err(|error| failed(&error))?;
        let Some(path) = &self.profiles else { return Ok(built_in) };
        let text = fs::read_to_string(path).map_err(|error| Text::of_io(&error).at(path))?;
        Ok(built_in.and(Profiles::read(&text).map_err(|error| failed(&error))?))
    }

    fn network(&self) -> Result<Network, Stop> {
        let mut roots = Roots::public();
        for path in &self.root {
            let pem = fs::read(path).map_err(|error| Text::of_io(&error).at(path))?;
            roots = roots.and_pem(&pem).map_err(|error| failed(&error))?;
        }
        let proxy = self.proxy.as_deref().map_or(Ok(Proxy::Direct), str::parse).map_err(|error| failed(&error))?;
        Network::new(proxy, &roots).map_err(|error| failed(&error))
    }
}

/// An error of the wire for a person: what it means and what can be done, then what it is about.
pub(crate) fn failed(error: &pec_imap::Error) -> Stop {
    let text = |language| format!("{} ({error})", error.explanation(language));
    Stop::Because(Text::new(text(Language::It), text(Language::En)))
}

/// Waits for what servers answer.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> Result<T, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    Ok(runtime.map_err(Stop::from)?.block_on(work))
}

/// A secret: the first line of a file, or of standard input.
pub(crate) fn secret(path: &Path) -> Result<String, Stop> {
    let text = if path.as_os_str() == "-" {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map_err(|error| Text::of_io(&error).about("standard input"))?;
        line
    } else {
        fs::read_to_string(path).map_err(|error| Text::of_io(&error).at(path))?
    };
    let first = text.split('\n').next().unwrap_or_default();
    Ok(first.strip_suffix('\r').unwrap_or(first).to_owned())
}
