//! Dossiers as C reads them: the JSON report, whole or value by value.

use std::mem::MaybeUninit;

use pec_core::reconcile::Report;
use serde_json::Value;

use crate::border::{self, enter, some};
use crate::failure::{Failure, pec_result};
use crate::text::{pec_bytes, pec_str, unknown};

/// The dossiers of a ledger, one for each message that was sent. They never change and may be shared between threads.
#[derive(Debug)]
pub struct pec_dossiers {
    pub(crate) dossiers: Vec<Dossier>,
}

/// One report, written, and as values to be looked up.
#[derive(Debug)]
pub(crate) struct Dossier {
    json: String,
    values: Value,
}

impl Dossier {
    pub(crate) fn of(report: &Report<'_>) -> Self {
        // Strings and numbers only: there is nothing that cannot be written.
        Self { json: report.to_json(), values: serde_json::to_value(report).unwrap_or_default() }
    }
}

/// The values of a dossier, for `pec_dossiers_text`. Their texts are those of the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_dossier_field {
    /// Identifier of the transaction (identificativo).
    PEC_DOSSIER_PEC_ID = 0,
    /// The certified sender.
    PEC_DOSSIER_SENDER = 1,
    /// Subject of the message.
    PEC_DOSSIER_SUBJECT = 2,
    /// Whose message it is.
    PEC_DOSSIER_SIDE = 3,
    /// Name of the copy of what was sent.
    PEC_DOSSIER_SENT_COPY = 4,
    /// Message-IDs of the sender's program: one value each.
    PEC_DOSSIER_MESSAGE_ID = 5,
    /// Address of a recipient: one value each.
    PEC_DOSSIER_RECIPIENT_ADDRESS = 10,
    /// `certificato` or `esterno`.
    PEC_DOSSIER_RECIPIENT_CLASS = 11,
    /// Where the recipient stands, such as `delivered`.
    PEC_DOSSIER_RECIPIENT_STATE = 12,
    /// Kind of a certified event: one value each.
    PEC_DOSSIER_EVENT_KIND = 20,
    /// Whether it counts.
    PEC_DOSSIER_EVENT_STANDING = 21,
    /// The recipient that it is about.
    PEC_DOSSIER_EVENT_RECIPIENT = 22,
    /// When, RFC 3339 in UTC.
    PEC_DOSSIER_EVENT_AT = 23,
    /// Name of the message that certifies it.
    PEC_DOSSIER_EVENT_SOURCE = 24,
    /// The provider that certifies it.
    PEC_DOSSIER_EVENT_PROVIDER = 25,
    /// Verdict on that message.
    PEC_DOSSIER_EVENT_VERDICT = 26,
    /// Whether the content of a delivery receipt was compared: one value for each receipt.
    PEC_DOSSIER_CONTENT_CHECKED = 30,
    /// With which message.
    PEC_DOSSIER_CONTENT_AGAINST = 31,
    /// How much of the content it proves.
    PEC_DOSSIER_CONTENT_PROVEN = 32,
    /// For whom a legal instant counts: one value for each instant.
    PEC_DOSSIER_INSTANT_SIDE = 40,
    /// The instant, RFC 3339 in UTC.
    PEC_DOSSIER_INSTANT_UTC = 41,
    /// The same in Rome.
    PEC_DOSSIER_INSTANT_ROME = 42,
    /// When it counts by art. 147 c.p.c., in Rome.
    PEC_DOSSIER_INSTANT_COUNTS_AT = 43,
    /// Kind of a claim, which proves nothing: one value each.
    PEC_DOSSIER_CLAIM_KIND = 50,
    /// Name of the message that claims it.
    PEC_DOSSIER_CLAIM_SOURCE = 51,
    /// Verdict on that message.
    PEC_DOSSIER_CLAIM_VERDICT = 52,
    /// What is owed and has not come: one value each.
    PEC_DOSSIER_SILENCE_OWED = 60,
    /// Since when, RFC 3339 in UTC.
    PEC_DOSSIER_SILENCE_SINCE = 61,
    /// For which recipient.
    PEC_DOSSIER_SILENCE_RECIPIENT = 62,
    /// Code of a finding: one value each.
    PEC_DOSSIER_FINDING_CODE = 70,
    /// Its severity.
    PEC_DOSSIER_FINDING_SEVERITY = 71,
    /// Its evidence.
    PEC_DOSSIER_FINDING_DETAIL = 72,
}

/// Where each field stands in the report: a list, or nothing for the dossier itself, and a key in it, or nothing where the
/// list holds the texts themselves.
const PLACES: &[(pec_dossier_field, &str, &str)] = {
    use pec_dossier_field::*;
    &[
        (PEC_DOSSIER_PEC_ID, "", "pec_id"),
        (PEC_DOSSIER_SENDER, "", "sender"),
        (PEC_DOSSIER_SUBJECT, "", "subject"),
        (PEC_DOSSIER_SIDE, "", "side"),
        (PEC_DOSSIER_SENT_COPY, "", "sent_copy"),
        (PEC_DOSSIER_MESSAGE_ID, "message_ids", ""),
        (PEC_DOSSIER_RECIPIENT_ADDRESS, "recipients", "address"),
        (PEC_DOSSIER_RECIPIENT_CLASS, "recipients", "class"),
        (PEC_DOSSIER_RECIPIENT_STATE, "recipients", "state"),
        (PEC_DOSSIER_EVENT_KIND, "events", "kind"),
        (PEC_DOSSIER_EVENT_STANDING, "events", "standing"),
        (PEC_DOSSIER_EVENT_RECIPIENT, "events", "recipient"),
        (PEC_DOSSIER_EVENT_AT, "events", "at"),
        (PEC_DOSSIER_EVENT_SOURCE, "events", "source"),
        (PEC_DOSSIER_EVENT_PROVIDER, "events", "provider"),
        (PEC_DOSSIER_EVENT_VERDICT, "events", "verdict"),
        (PEC_DOSSIER_CONTENT_CHECKED, "contents", "checked"),
        (PEC_DOSSIER_CONTENT_AGAINST, "contents", "against"),
        (PEC_DOSSIER_CONTENT_PROVEN, "contents", "proven"),
        (PEC_DOSSIER_INSTANT_SIDE, "instants", "side"),
        (PEC_DOSSIER_INSTANT_UTC, "instants", "utc"),
        (PEC_DOSSIER_INSTANT_ROME, "instants", "rome"),
        (PEC_DOSSIER_INSTANT_COUNTS_AT, "instants", "counts_at"),
        (PEC_DOSSIER_CLAIM_KIND, "claims", "kind"),
        (PEC_DOSSIER_CLAIM_SOURCE, "claims", "source"),
        (PEC_DOSSIER_CLAIM_VERDICT, "claims", "verdict"),
        (PEC_DOSSIER_SILENCE_OWED, "silence", "owed"),
        (PEC_DOSSIER_SILENCE_SINCE, "silence", "since"),
        (PEC_DOSSIER_SILENCE_RECIPIENT, "silence", "recipient"),
        (PEC_DOSSIER_FINDING_CODE, "findings", "code"),
        (PEC_DOSSIER_FINDING_SEVERITY, "findings", "severity"),
        (PEC_DOSSIER_FINDING_DETAIL, "findings", "detail"),
    ]
};

impl pec_dossiers {
    fn get(&self, dossier: usize) -> Result<&Dossier, Failure> {
        self.dossiers.get(dossier).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
    }
}

impl Dossier {
    /// The values of a field: one for each item of its list.
    fn values(&self, field: u32) -> Result<Vec<&Value>, Failure> {
        let (_, list, key) =
            PLACES.iter().find(|(known, ..)| *known as u32 == field).ok_or_else(|| unknown("field", field))?;
        let in_item = |item| if key.is_empty() { Some(item) } else { Value::get(item, key) };
        let items = match *list {
            "" => std::slice::from_ref(&self.values),
            list => self.values.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(),
        };
        Ok(items.iter().filter_map(in_item).collect())
    }
}

/// How many dossiers there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_count(
    dossiers: Option<&pec_dossiers>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(dossiers, "dossiers")?.dossiers.len());
        Ok(())
    })
}

/// How many values a field has in the dossier at `dossier`, from 0: one for each item of its list, absent ones too. `field`
/// is a `pec_dossier_field`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_value_count(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(dossiers.get(dossier)?.values(field)?.len());
        Ok(())
    })
}

/// The value at `index`, from 0, of a field in the dossier at `dossier`, from 0; fields of one list share their indices.
/// `PEC_ABSENT` where there is none. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_text(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        let values = dossiers.get(dossier)?.values(field)?;
        let text = values.get(index).and_then(|value| value.as_str());
        out.write(pec_str::of(text.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?));
        Ok(())
    })
}

/// The dossier at `dossier`, from 0, as one JSON object, as `pec link --json` prints it. It lives as long as the dossiers.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_json(
    dossiers: Option<&pec_dossiers>,
    dossier: usize,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (dossiers, out) = (some(dossiers, "dossiers")?, some(out, "out")?);
        out.write(pec_bytes::of(dossiers.get(dossier)?.json.as_bytes()));
        Ok(())
    })
}

/// Ends the life of dossiers. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_dossiers_free(dossiers: Option<Box<pec_dossiers>>) {
    border::release(dossiers);
}
