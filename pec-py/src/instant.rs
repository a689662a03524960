//! Times: `datetime` and `timedelta` of Python. pyo3 could do it, and would turn on every feature of jiff for the whole workspace.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, civil};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyTimeAccess, PyTzInfo, PyTzInfoAccess};

/// An instant, which Python sees as a `datetime` in UTC.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl<'py> IntoPyObject<'py> for Instant {
    type Target = PyDateTime;
    type Output = Bound<'py, PyDateTime>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let at = TimeZone::UTC.to_datetime(self.0);
        // Python knows the years from 1 on.
        let year = at.year().into();
        let positive = |number: i8| number.unsigned_abs();
        let (month, day) = (positive(at.month()), positive(at.day()));
        let (hour, minute, second) = (positive(at.hour()), positive(at.minute()), positive(at.second()));
        let micros = at.subsec_nanosecond().unsigned_abs() / 1_000;
        let utc = PyTzInfo::utc(py)?;
        PyDateTime::new(py, year, month, day, hour, minute, second, micros, Some(&utc))
    }
}

/// The instant that a `datetime` names. One without a time zone names none.
pub(crate) fn instant(given: &Bound<'_, PyAny>, parameter: &str) -> PyResult<Timestamp> {
    let Ok(given) = given.cast::<PyDateTime>() else {
        let class = given.get_type();
        return Err(PyTypeError::new_err(format!("{parameter}: a datetime is wanted, not {}", class.name()?)));
    };
    if given.get_tzinfo().is_none() {
        let text = format!("{parameter}: a datetime with a time zone is wanted, such as datetime.now(timezone.utc)");
        return Err(PyValueError::new_err(text));
    }
    let utc = given.call_method1("astimezone", (PyTzInfo::utc(given.py())?,))?;
    let utc = utc.cast::<PyDateTime>()?;
    read(utc).ok_or_else(|| PyValueError::new_err(format!("{parameter}: {utc} cannot be used")))
}

/// The instant of a `datetime` in UTC.
fn read(at: &Bound<'_, PyDateTime>) -> Option<Timestamp> {
    let small = |number: u8| i8::try_from(number).ok();
    let date =
        civil::Date::new(i16::try_from(at.get_year()).ok()?, small(at.get_month())?, small(at.get_day())?).ok()?;
    let nanos = i32::try_from(at.get_microsecond()).ok()?.checked_mul(1_000)?;
    let (hour, minute, second) = (small(at.get_hour())?, small(at.get_minute())?, small(at.get_second())?);
    let time = civil::Time::new(hour, minute, second, nanos).ok()?;
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}

/// The instant that is given as "now", or the machine's clock.
pub(crate) fn now(given: Option<&Bound<'_, PyAny>>) -> PyResult<Timestamp> {
    given.map_or_else(|| Ok(Timestamp::now()), |given| instant(given, "now"))
}

/// The time that a `timedelta` lasts.
pub(crate) fn duration(given: &Bound<'_, PyDelta>) -> SignedDuration {
    let seconds = i64::from(given.get_days()) * 86_400 + i64::from(given.get_seconds());
    SignedDuration::new(seconds, given.get_microseconds() * 1_000)
}
