//! Mailboxes that are managed together.

use std::sync::Arc;
use std::time::Duration;

use pec_archive::Actor;
use pec_imap::{
    Capacity, HubPolicy, HubQuery, Import, Mandate, Mandates, Network, Only, Overrides, Profiles, Proxy, RadarOptions,
    Receiver, RefreshOptions, RefreshReport, Roots, Sort, report,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDict, PyString, PyTuple};

use super::credential::Credential;
use super::held::Held;
use super::mailbox::{Mailbox, Opened};
use super::runtime::{How, blocking, run};
use super::secrets::Secrets;
use super::today::{Day, Today};
use super::{value, values};
use crate::archive::{Archive, id};
use crate::failure::{Failure, Reason};
use crate::instant::{duration, instant, now};
use crate::source;
use crate::trust::{Evidence, Trust, TrustStore};
use crate::words::unknown;
use crate::work::released;

/// Mailboxes of many holders with any provider, managed together (gestione di più caselle).
///
/// `archive` is where mail comes in, and what is known of the mailboxes is kept; `secrets` where their passwords are. `proxy` is
/// the way out of a corporate network, `socks5://[USER:PASSWORD@]HOST:PORT` or `http://…`. `roots` are certification authorities
/// for TLS beside the public ones: paths or PEM; `public_roots=False` leaves those out. `profiles` is what is known of providers,
/// in the place of what is built in: TOML, a path or bytes. Messages are judged by `trust` and `evidence`, as by `verify`.
/// `capacity` is how many mailboxes are taken: a number, or `("blocks", n)` for fifty and twenty for each block. With
/// `mandates="required"` none is opened without a mandate of its holder (mandato).
///
/// Receiving changes nothing on a server, not even a mark. A provider that has refused a password is not asked again until
/// another one was set (`rotate_credential`). Every wait has an end, and Ctrl-C ends it. `pecpy.aio` has the same for `asyncio`.
///
/// Use it as a context manager, or call `close`. Threads share it. After a fork the child opens its own.
///
/// >>> import tempfile
/// >>> with tempfile.TemporaryDirectory() as folder, Archive.create(folder + "/posta.pecarchive") as archive:
/// ...     with Hub(archive, secrets=Secrets(folder + "/segreti", key=bytes(32))) as hub:
/// ...         hub.add("studio@pec.it", Credential("studio@pec.it", "segreta"), client="Verdi")
/// ...         for mailbox in hub.mailboxes():
/// ...             print(mailbox.mailbox, mailbox.provider, mailbox.client, mailbox.access)
/// ...         hub.add("studio@sconosciuto.example", Credential("studio", "x"))
/// Traceback (most recent call last):
///     ...
/// pecpy.ArgumentError: A value is not allowed. [wire.value: provider: : no IMAP server is known: give host and port]
#[pyclass(frozen, module = "pecpy")]
pub(crate) struct Hub {
    held: Held<(pec_imap::Hub, Actor)>,
    /// Whether calls give awaitables.
    later: bool,
}

/// A part of the options, by its name.
fn word<T: Copy>(parameter: &str, given: &str, known: &[(&str, T)]) -> Result<T, Failure> {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let found = known.iter().find(|(name, _)| *name == given).map(|(_, value)| *value);
    found.ok_or_else(|| unknown(parameter, given, &names))
}

pub(super) fn seconds(parameter: &str, given: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(given).map_err(|_| PyValueError::new_err(format!("{parameter}: {given} seconds")))
}

fn capacity(given: Option<&Bound<'_, PyAny>>) -> PyResult<Capacity> {
    let Some(given) = given else { return Ok(Capacity::Unlimited) };
    if let Ok(limit) = given.extract::<u32>() {
        return Ok(Capacity::Limit(limit));
    }
    match given.extract::<(String, u32)>() {
        Ok((word, blocks)) if word == "blocks" => Ok(Capacity::Blocks(blocks)),
        _ => Err(PyTypeError::new_err("capacity: a number, or (\"blocks\", number) is wanted")),
    }
}

impl Hub {
    /// The hub, and how its caller waits for what runs over connections.
    pub(super) fn over_connections(&self) -> PyResult<(pec_imap::Hub, How)> {
        Ok((self.held.get()?.0, How { later: self.later, gently: false }))
    }

    /// Asks the hub of what it waits for the disk alone.
    pub(super) fn ask<'py, T: Send + 'static>(
        &self,
        py: Python<'py>,
        work: impl FnOnce(&pec_imap::Hub) -> pec_imap::Result<T> + Send + 'static,
        give: impl FnOnce(Python<'_>, T) -> PyResult<Py<PyAny>> + Send + 'static,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (hub, _) = self.held.get()?;
        if self.later {
            let how = How { later: true, gently: false };
            return run(py, how, None, |_| blocking(move || work(&hub)), give);
        }
        let done = released(py, || work(&hub))?.map_err(Failure::from)?;
        Ok(give(py, done)?.into_bound(py))
    }
}

pub(super) fn nothing(py: Python<'_>, (): ()) -> PyResult<Py<PyAny>> {
    Ok(py.None())
}

pub(super) fn word_of(py: Python<'_>, answer: bool) -> PyResult<Py<PyAny>> {
    Ok(answer.into_pyobject(py)?.to_owned().into_any().unbind())
}

/// Which mailboxes, and in which order, by their words.
fn query(only: &str, sort: &str) -> PyResult<HubQuery> {
    let only = word("only", only, &[("all", Only::All), ("new", Only::New), ("unread", Only::Unread)])?;
    let sort = word(
        "sort",
        sort,
        &[
            ("address", Sort::Address),
            ("client", Sort::Client),
            ("new", Sort::New),
            ("unread", Sort::Unread),
            ("fullest", Sort::Fullest),
            ("stalest", Sort::Stalest),
        ],
    )?;
    Ok(HubQuery { only, sort })
}

#[pymethods]
impl Hub {
    #[new]
    #[pyo3(signature = (archive, *, secrets, proxy = None, roots = None, public_roots = true, profiles = None, trust = None,
        evidence = None, capacity = None, mandates = "optional"))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn new(
        py: Python<'_>,
        archive: &Bound<'_, Archive>,
        secrets: &Bound<'_, Secrets>,
        proxy: Option<&str>,
        roots: Option<&Bound<'_, PyAny>>,
        public_roots: bool,
        profiles: Option<&Bound<'_, PyAny>>,
        trust: Option<&Bound<'_, TrustStore>>,
        evidence: Option<&Bound<'_, Evidence>>,
        capacity: Option<&Bound<'_, PyAny>>,
        mandates: &str,
    ) -> PyResult<Self> {
        let (shared, actor) = archive.get().shared()?;
        let policy = HubPolicy {
            capacity: self::capacity(capacity)?,
            mandates: word(
                "mandates",
                mandates,
                &[("optional", Mandates::Optional), ("required", Mandates::Required)],
            )?,
        };
        let proxy =
            proxy.map_or(Ok(Proxy::Direct), str::parse).map_err(|error: pec_imap::Error| Failure::from(error))?;
        let mut authorities = if public_roots { Roots::public() } else { Roots::none() };
        for root in several(roots)? {
            authorities = authorities.and_pem(&source::bytes(&root)?).map_err(Failure::from)?;
        }
        let mut known = Profiles::built_in().map_err(Failure::from)?;
        if let Some(profiles) = profiles {
            let text = String::from_utf8(source::bytes(profiles)?)
                .map_err(|_| Failure::new(Reason::PEC_BAD_UTF8, "profiles"))?;
            known = known.and(Profiles::read(&text).map_err(Failure::from)?);
        }
        let trust = trust.map_or_else(Trust::built_in, |trust| Arc::clone(&trust.get().trust));
        let mut receiver = Receiver::new(shared, Arc::new(trust.store.clone())).actor(actor.clone());
        if let Some(evidence) = evidence {
            receiver = receiver.evidence(Arc::clone(&evidence.get().evidence));
        }
        let network = released(py, || Network::new(proxy, &authorities))?.map_err(Failure::from)?;
        let hub = pec_imap::Hub::new(receiver, network, Arc::clone(&secrets.get().store), known).policy(policy);
        Ok(Self { held: Held::new("hub", (hub, actor)), later: false })
    }

    /// The same hub, whose calls give awaitables.
    fn _later(&self) -> PyResult<Self> {
        Ok(Self { held: Held::new("hub", self.held.get()?), later: true })
    }

    /// Takes a mailbox into management, or changes what is known of it.
    ///
    /// `credential` may be left out where the store has it already. `provider` is the name of a profile, where the address does
    /// not tell it; `imap` and `smtp` are servers, `HOST:PORT` for TLS from the first byte or `starttls://HOST:PORT`.
    /// `mandate_from`, `mandate_until` and `mandate_evidence`, a SHA-256, are the right by which it is opened. `overrides` takes
    /// the place of limits of the profile: `message_bytes`, `bytes_by_recipients`, `attachment_bytes`, `recipients`,
    /// `per_minute`, `per_day`, `connections`.
    ///
    /// Raises `WireError` (`hub.capacity`), `NoAccessError` (`hub.mandate`, `hub.credential`), `ArgumentError`, `SecretError`.
    #[pyo3(signature = (address, credential = None, *, provider = None, imap = None, smtp = None, description = None,
        client = None, tax_id = None, mandate_from = None, mandate_until = None, mandate_evidence = None, overrides = None))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn add<'py>(
        &self,
        py: Python<'py>,
        address: &str,
        credential: Option<&Bound<'py, Credential>>,
        provider: Option<String>,
        imap: Option<&str>,
        smtp: Option<&str>,
        description: Option<String>,
        client: Option<String>,
        tax_id: Option<&str>,
        mandate_from: Option<&Bound<'py, PyAny>>,
        mandate_until: Option<&Bound<'py, PyAny>>,
        mandate_evidence: Option<&str>,
        overrides: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let server = |given: Option<&str>| given.map(str::parse).transpose().map_err(Failure::from);
        let mut values = serde_json::Map::new();
        for (name, value) in overrides.into_iter().flatten() {
            values.insert(name.extract()?, value.extract::<u64>()?.into());
        }
        let bad = |error: serde_json::Error| Failure::new(Reason::PEC_BAD_VALUE, format!("overrides: {error}"));
        let limits: Overrides = serde_json::from_value(values.into()).map_err(bad)?;
        let mandate = match (mandate_from, mandate_until, mandate_evidence) {
            (None, None, None) => None,
            (None, ..) => return Err(PyTypeError::new_err("mandate_from is wanted, where a mandate is given")),
            (Some(from), until, evidence) => Some(Mandate {
                from: instant(from, "mandate_from")?,
                until: until.map(|until| instant(until, "mandate_until")).transpose()?,
                evidence: evidence.map(id).transpose()?,
            }),
        };
        let tax_id = tax_id.map(|text| {
            text.parse().map_err(|error: pec_core::tax_id::TaxIdError| {
                Failure::new(Reason::PEC_BAD_VALUE, format!("tax_id: {text}: {error}"))
            })
        });
        let spec = pec_imap::MailboxSpec {
            profile: provider,
            overrides: Overrides { imap: server(imap)?, smtp: server(smtp)?, ..limits },
            description,
            tax_id: tax_id.transpose()?,
            client,
            mandate,
            credential: credential.map(|credential| credential.get().credential.clone()),
            ..pec_imap::MailboxSpec::new(address)
        };
        self.ask(py, move |hub| hub.add(&[spec]), nothing)
    }

    /// Gives a mailbox up and forgets its passwords; what was brought in stays. Says whether it was managed.
    fn remove<'py>(&self, py: Python<'py>, address: String) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, move |hub| hub.remove(&address), word_of)
    }

    /// Replaces the password that is kept, after the holder has given the new one: the only way back where the provider has
    /// refused the old one. Nothing changes with the provider.
    ///
    /// Raises `NotInArchiveError` where the mailbox is not managed.
    fn rotate_credential<'py>(
        &self,
        py: Python<'py>,
        address: String,
        credential: &Bound<'py, Credential>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let credential = credential.get().credential.clone();
        self.ask(py, move |hub| hub.rotate_credential(&address, &credential), nothing)
    }

    /// Takes over mailboxes from a table as spreadsheets write it, a path or bytes: CSV with `;`, `,` or tabs, its columns named
    /// in the first row (`casella`, `gestore`, `imap`, `smtp`, `utente`, `password`, `scadenza password`, `origine password`,
    /// `codice fiscale`, `cliente`, `descrizione`, `mandato dal`, `mandato al`, `impronta mandato`).
    ///
    /// Every row is judged and everything that is wrong told at once, in the `ImportedMailboxes` that are given; then nothing is
    /// taken over, unless `right_rows` asks for those that are right.
    #[pyo3(signature = (table, *, right_rows = false))]
    fn import_csv<'py>(
        &self,
        py: Python<'py>,
        table: &Bound<'py, PyAny>,
        right_rows: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let table = source::bytes(table)?;
        let import = if right_rows { Import::ThoseThatAreRight } else { Import::AllOrNothing };
        let give = |py: Python<'_>, imported: pec_imap::Imported| {
            one(py, "ImportedMailboxes", &report::Imported::of(&imported))
        };
        self.ask(py, move |hub| hub.import_csv(&table, import), give)
    }

    /// The mailboxes, as they stood at the last look: a list of `HubMailbox`. `only` is `"all"`, `"new"` or `"unread"`; `sort` is
    /// `"address"`, `"client"`, `"new"`, `"unread"`, `"fullest"` or `"stalest"`.
    #[pyo3(signature = (*, only = "all", sort = "address"))]
    fn mailboxes<'py>(&self, py: Python<'py>, only: &str, sort: &str) -> PyResult<Bound<'py, PyAny>> {
        let query = query(only, sort)?;
        let give = |py: Python<'_>, found: Vec<pec_imap::HubMailbox>| {
            values(py, "HubMailbox", found.iter().map(report::HubMailbox::of))
        };
        self.ask(py, move |hub| hub.list(query), give)
    }

    /// The same, and what needs somebody now, as one page to be printed: self-contained HTML without scripts, in Italian, as
    /// `pec hub list --html` writes it.
    #[pyo3(signature = (*, only = "all", sort = "address"))]
    fn summary<'py>(&self, py: Python<'py>, only: &str, sort: &str) -> PyResult<Bound<'py, PyAny>> {
        let query = query(only, sort)?;
        let give = |py: Python<'_>, page: String| Ok(PyString::new(py, &page).into_any().unbind());
        self.ask(py, move |hub| hub.summary(query, RadarOptions::default()), give)
    }

    /// Looks at every mailbox: its counters, and with `receive` what is new into the archive. A `RefreshReport`.
    ///
    /// `parallel` at a time, `per_provider` of one provider, fewer where its profile says so. After `budget` seconds the answer is
    /// given, and says what was not done by then. One mailbox has `patience` seconds to let us in; a provider that asked to wait
    /// is left in peace for `pause` seconds. What fails in one mailbox is in the report and is that one's affair.
    #[pyo3(signature = (*, parallel = 16, per_provider = 8, budget = 60.0, patience = 15.0, pause = 300.0, receive = true))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn refresh<'py>(
        &self,
        py: Python<'py>,
        parallel: usize,
        per_provider: usize,
        budget: f64,
        patience: f64,
        pause: f64,
        receive: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = RefreshOptions {
            parallel,
            per_provider,
            budget: seconds("budget", budget)?,
            patience: seconds("patience", patience)?,
            pause: seconds("pause", pause)?,
            receive,
        };
        let (hub, how) = self.over_connections()?;
        let give = |py: Python<'_>, report: RefreshReport| value(py, "RefreshReport", &report.to_lines());
        run(py, how, None, |_| async move { hub.refresh(options).await }, give)
    }

    /// What needs somebody, by what is known: passwords and mandates that end, mailboxes that are nearly full or cannot be read,
    /// receipts that are overdue, proofs that weaken. A `Radar`.
    #[pyo3(signature = (*, now = None, passwords = None, percent = 90, mandates = None, proofs = None, silence = None, limit = 1000))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn radar<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'py, PyAny>>,
        passwords: Option<&Bound<'py, PyDelta>>,
        percent: u64,
        mandates: Option<&Bound<'py, PyDelta>>,
        proofs: Option<&Bound<'py, PyDelta>>,
        silence: Option<&Bound<'py, PyDelta>>,
        limit: usize,
    ) -> PyResult<Bound<'py, PyAny>> {
        let now = self::now(now)?;
        let usual = RadarOptions::default();
        let span = |given: Option<&Bound<'py, PyDelta>>, usual| given.map_or(usual, duration);
        let options = RadarOptions {
            passwords: span(passwords, usual.passwords),
            percent,
            mandates: span(mandates, usual.mandates),
            proofs: span(proofs, usual.proofs),
            silence: span(silence, usual.silence),
            limit,
        };
        let give = |py: Python<'_>, radar: pec_imap::Radar| one(py, "Radar", &report::Radar::of(&radar));
        self.ask(py, move |hub| hub.radar(now, options), give)
    }

    /// What has come in since some time, by client, by what the archive has: `refresh` brings it there. A `Today`, which writes
    /// itself as a page and as a table, and attachments into folders.
    fn today<'py>(&self, py: Python<'py>, since: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let since = instant(since, "since")?;
        let (hub, _) = self.held.get()?;
        let later = self.later;
        let give = move |py: Python<'_>, day: pec_imap::Today| {
            let day = Arc::new(day);
            Ok(Py::new(py, Today { held: Held::new("hub", Day { hub, day }), later })?.into_any())
        };
        self.ask(py, move |hub| hub.today(since, RadarOptions::default()), give)
    }

    /// Somebody has seen what is new in a mailbox: it is counted from here on.
    fn seen<'py>(&self, py: Python<'py>, address: String) -> PyResult<Bound<'py, PyAny>> {
        self.ask(py, move |hub| hub.seen(&address), nothing)
    }

    /// A mailbox for somebody to work in without typing its password: a `Mailbox`. The log of the archive says who opened it,
    /// and by what right. No server is asked.
    ///
    /// Raises `NoAccessError` without a mandate or credential, and where the provider has refused the one that is kept;
    /// `NotInArchiveError` where it is not managed.
    fn open<'py>(&self, py: Python<'py>, address: String) -> PyResult<Bound<'py, PyAny>> {
        let (later, actor) = (self.later, self.held.get()?.1);
        let work = move |hub: &pec_imap::Hub| {
            let account = hub.open(&address)?;
            let sender = hub.sender(account.address())?;
            Ok(Opened { hub: hub.clone(), account, sender, actor })
        };
        let give = move |py: Python<'_>, opened: Opened| Ok(Py::new(py, Mailbox::new(opened, later))?.into_any());
        self.ask(py, work, give)
    }

    /// Puts a message of the archive, by its identifier, into a Maildir, byte for byte and on stable storage; gives the file.
    /// What is there already under its name is it: the name is the digest.
    fn deliver_to_maildir<'py>(
        &self,
        py: Python<'py>,
        folder: std::path::PathBuf,
        id: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (id, actor) = (self::id(id)?, self.held.get()?.1);
        let work =
            move |hub: &pec_imap::Hub| pec_imap::deliver_to_maildir(&folder, hub.receiver().archive(), &actor, id);
        self.ask(py, work, |py, path| Ok(path.into_pyobject(py)?.into_any().unbind()))
    }

    /// Ends its use; calls that go on end first. The archive stays open. Closing again does nothing.
    fn close(&self, py: Python<'_>) -> PyResult<()> {
        released(py, || self.held.close())
    }

    fn __enter__(this: Py<Self>) -> Py<Self> {
        this
    }

    #[pyo3(signature = (*_raised))]
    fn __exit__(&self, py: Python<'_>, _raised: &Bound<'_, PyTuple>) -> PyResult<()> {
        self.close(py)
    }

    fn __repr__(&self) -> String {
        match self.held.get() {
            Ok((hub, _)) => format!("<pecpy.Hub over {:?}>", hub.receiver().archive().path().display().to_string()),
            Err(_) => "<pecpy.Hub, closed>".to_owned(),
        }
    }
}

/// One thing, or an iterable of them; nothing.
fn several<'py>(given: Option<&Bound<'py, PyAny>>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let is_one = given.is_instance_of::<PyString>() || given.hasattr("__fspath__")? || given.hasattr("read")?;
    if is_one || given.is_instance_of::<pyo3::types::PyBytes>() {
        return Ok(vec![given.clone()]);
    }
    given.try_iter()?.collect()
}

fn one(py: Python<'_>, class: &str, report: &impl pec_archive::report::Report) -> PyResult<Py<PyAny>> {
    value(py, class, &report.to_json())
}
