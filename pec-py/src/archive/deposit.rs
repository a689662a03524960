//! Packages ready for deposit with a conservation service, and what it answers.

use std::path::PathBuf;

use pec_archive::deposit::{Options, ReportForm, Selection, Target};
use pec_archive::report::Report as _;
use pec_archive::search::Query;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::judging::Judging;
use super::{Archive, given, ids, value, values};
use crate::failure::Failure;
use crate::instant::now;
use crate::trust::{Evidence, TrustStore};

/// Options by the names that they have in the program, with `_` for `-`; several values are an iterable of texts.
fn options(producer: &str, given: Option<&Bound<'_, PyDict>>) -> PyResult<Options> {
    let mut options = Options::new(producer.parse().map_err(Failure::from)?);
    for (name, value) in given.into_iter().flatten() {
        let name = name.cast::<PyString>()?.to_cow()?.replace('_', "-");
        let mut set = |value: &Bound<'_, PyAny>| -> PyResult<()> {
            Ok(options.set(&name, &value.str()?.to_cow()?).map_err(Failure::from)?)
        };
        if value.is_instance_of::<PyList>() || value.is_instance_of::<pyo3::types::PyTuple>() {
            for one in value.try_iter()? {
                set(&one?)?;
            }
        } else {
            set(&value)?;
        }
    }
    Ok(options)
}

fn selection(
    query: Option<&str>,
    messages: Option<&Bound<'_, PyAny>>,
    transactions: Option<Vec<String>>,
) -> PyResult<Selection> {
    match (query, messages, transactions) {
        (Some(query), None, None) => {
            let query = Query::parse(query).map_err(|error| Failure::from(pec_archive::Error::from(error)))?;
            Ok(Selection::Query(query))
        }
        (None, Some(messages), None) => Ok(Selection::Messages(ids(messages)?)),
        (None, None, Some(transactions)) => Ok(Selection::Transactions(transactions)),
        _ => Err(PyTypeError::new_err("give one of query, messages and transactions")),
    }
}

#[pymethods]
impl Archive {
    /// Makes packages ready for deposit (pacchetti di versamento) of what a query finds, of messages, or of transactions: one of the
    /// three is given. Whole transactions are packed; what a package has already is left out. `to` is a file where it ends in
    /// `.zip`, else a folder in which each package is a folder. `producer` is whose documents they are, as
    /// `"VATIT-12345678903=Ditta S.r.l."`; further `options` are those of `pec archive deposit make`, with `_` for `-`: `submitter`,
    /// `signer` (`"ROLE:ID=NAME"`, or several), `classification`, `classification_name`, `classification_plan`, `dossier`
    /// (`"ID=SUBJECT"`), `confidential` (`"yes"` or `"no"`), `retention` in years, `message_format`, `max_bytes`,
    /// `max_documents`. Gives a `Made`.
    ///
    /// A package is ready for deposit and nothing more: keeping by the rules of the law begins when a conservation service has
    /// accepted it.
    ///
    /// Raises `ArchiveError` (`archive.value`) for an option that cannot be; packages that were made before stay.
    #[pyo3(signature = (to, *, producer, query = None, messages = None, transactions = None, now = None, trust = None,
        evidence = None, progress = None, **options))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn deposit<'py>(
        &self,
        py: Python<'py>,
        to: PathBuf,
        producer: &str,
        query: Option<&str>,
        messages: Option<&Bound<'py, PyAny>>,
        transactions: Option<Vec<String>>,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        progress: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (judging, target) = (Judging::new(trust, evidence, now, "")?, Target::from(to));
        let (options, selection) = (self::options(producer, options)?, selection(query, messages, transactions)?);
        let made = self.watched(py, progress, |archive, actor, watch| {
            archive.deposit(actor, &judging.intake(), &selection, &options, &target, watch)
        })?;
        value(py, "Made", &made.to_json())
    }

    /// Brings the refused documents of a package once more, in new packages that name it. The rest is as for `deposit`.
    ///
    /// Raises `NotInArchiveError` when there is no such package.
    #[pyo3(signature = (package, to, *, producer, now = None, trust = None, evidence = None, progress = None, **options))]
    #[allow(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn deposit_again<'py>(
        &self,
        py: Python<'py>,
        package: &str,
        to: PathBuf,
        producer: &str,
        now: Option<&Bound<'py, PyAny>>,
        trust: Option<&Bound<'py, TrustStore>>,
        evidence: Option<&Bound<'py, Evidence>>,
        progress: Option<&Bound<'py, PyAny>>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (judging, target) = (Judging::new(trust, evidence, now, "")?, Target::from(to));
        let options = self::options(producer, options)?;
        let made = self.watched(py, progress, |archive, actor, watch| {
            archive.deposit_again(actor, &judging.intake(), package, &options, &target, watch)
        })?;
        value(py, "Made", &made.to_json())
    }

    /// Gives up a package of which no report will speak, because it was lost on its way or sent back as a whole: its documents that
    /// wait still count as refused, for this reason, so that `deposit_again` brings them. Gives how many it will bring; where none waits
    /// nothing is changed. A report that comes later all the same overrules this. It proves nothing about what the conservation
    /// service has.
    ///
    /// Raises `NotInArchiveError` when there is no such package, `ArchiveError` (`archive.value`) for an empty reason.
    #[pyo3(signature = (package, reason, *, now = None))]
    fn withdraw_deposit(
        &self,
        py: Python<'_>,
        package: &str,
        reason: &str,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<u64> {
        let now = self::now(now)?;
        self.with(py, |archive, actor| archive.withdraw_deposit(actor, now, package, reason))
    }

    /// The packages that were made, oldest first: a `Deposit` each.
    fn deposits<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        values(py, "Deposit", &self.with(py, |archive, actor| archive.deposits(actor))?)
    }

    /// The documents of a package and where they stand: a `Deposited` each.
    ///
    /// Raises `NotInArchiveError` when there is no such package.
    fn deposited<'py>(&self, py: Python<'py>, package: &str) -> PyResult<Bound<'py, PyList>> {
        values(py, "Deposited", &self.with(py, |archive, actor| archive.deposited(actor, package))?)
    }

    /// Reads a report of deposit (rapporto di versamento), a path, bytes or a file, and writes down what it says of each document: a
    /// `DepositReport`. `form` adds names of elements and words to those that are known, by their kinds: `document`, `digest`,
    /// `outcome`, `reason`, `name`, `time`, `accepted`, `refused`.
    ///
    /// Nothing proves that a report is genuine: a signature on it is for the host to check.
    ///
    /// Raises `ArchiveError` (`archive.report`) when it cannot be read: then nothing is changed.
    #[pyo3(signature = (report, *, form = None, now = None))]
    fn deposit_report<'py>(
        &self,
        py: Python<'py>,
        report: &Bound<'py, PyAny>,
        form: Option<&Bound<'py, PyDict>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (report, now) = given(report, now)?;
        let mut known = ReportForm::default();
        for (kind, names) in form.into_iter().flatten() {
            let kind = kind.cast::<PyString>()?.to_cow()?.into_owned();
            let names: Vec<String> = match names.cast::<PyString>() {
                Ok(one) => vec![one.to_cow()?.into_owned()],
                Err(_) => names.extract()?,
            };
            for name in names {
                known.add(&kind, &name).map_err(Failure::from)?;
            }
        }
        let report = self.with(py, |archive, actor| archive.deposit_report(actor, now, &report, &known))?;
        value(py, "DepositReport", &report.to_json())
    }
}
