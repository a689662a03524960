//! The values of a dossier by number, and where each stands in the report.

use serde_json::Value;

use crate::failure::Failure;
use crate::text::unknown;

/// The values of a dossier, for `pec_dossiers_text`, `pec_dossiers_inner_text` and `pec_dossiers_number`. Texts are those of the
/// JSON report. Fields of one list share their indices; *several* are values of one item, by their inner index.
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
    /// Names of all copies of what was sent: one value each.
    PEC_DOSSIER_COPY = 6,
    /// What the sender's own program knows the submission by.
    PEC_DOSSIER_SUBMISSION = 7,
    /// When the sender's own program submitted it, RFC 3339 in UTC.
    PEC_DOSSIER_SUBMITTED_AT = 8,
    /// Number: the event, by its index, that is the acceptance which counts.
    PEC_DOSSIER_ACCEPTANCE = 9,
    /// Address of a recipient: one value each.
    PEC_DOSSIER_RECIPIENT_ADDRESS = 10,
    /// `certificato` or `esterno`.
    PEC_DOSSIER_RECIPIENT_CLASS = 11,
    /// Where the recipient stands, such as `delivered`.
    PEC_DOSSIER_RECIPIENT_STATE = 12,
    /// Numbers: the events about the recipient, by their indices.
    PEC_DOSSIER_RECIPIENT_EVENT = 13,
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
    /// Several: the recipients that a take-charge receipt covers.
    PEC_DOSSIER_EVENT_COVERED = 27,
    /// When, in the offset in which it was printed.
    PEC_DOSSIER_EVENT_LOCAL = 28,
    /// Message-ID of the receipt itself, which nobody signs.
    PEC_DOSSIER_EVENT_OWN_MESSAGE_ID = 29,
    /// Whether the content of a delivery receipt was compared: one value for each receipt.
    PEC_DOSSIER_CONTENT_CHECKED = 30,
    /// With which message.
    PEC_DOSSIER_CONTENT_AGAINST = 31,
    /// How much of the content it proves.
    PEC_DOSSIER_CONTENT_PROVEN = 32,
    /// Number: the event, by its index, of the receipt.
    PEC_DOSSIER_CONTENT_EVENT = 33,
    /// `complete`, `brief` or `concise`.
    PEC_DOSSIER_CONTENT_FORM = 34,
    /// Several: what the attachments of a brief receipt are called.
    PEC_DOSSIER_CONTENT_ATTACHMENT_NAME = 35,
    /// Several: what came out for the attachment at the same inner index.
    PEC_DOSSIER_CONTENT_ATTACHMENT_OUTCOME = 36,
    /// Several: the reading for which its hash holds.
    PEC_DOSSIER_CONTENT_ATTACHMENT_READING = 37,
    /// Numbers, 0 or 1: whether that rests on SHA-1 alone.
    PEC_DOSSIER_CONTENT_ATTACHMENT_RESTS_ON_SHA1 = 38,
    /// Several: codes of the findings on the content.
    PEC_DOSSIER_CONTENT_FINDING_CODE = 39,
    /// For whom a legal instant counts: one value for each instant.
    PEC_DOSSIER_INSTANT_SIDE = 40,
    /// The instant, RFC 3339 in UTC.
    PEC_DOSSIER_INSTANT_UTC = 41,
    /// The same in Rome.
    PEC_DOSSIER_INSTANT_ROME = 42,
    /// When it counts by art. 147 c.p.c., in Rome.
    PEC_DOSSIER_INSTANT_COUNTS_AT = 43,
    /// Number: the event, by its index, that states it.
    PEC_DOSSIER_INSTANT_EVENT = 44,
    /// The reading of art. 147 c.p.c.
    PEC_DOSSIER_INSTANT_ART_147 = 45,
    /// Edition of the time zone data.
    PEC_DOSSIER_INSTANT_TIME_ZONE_DATA = 46,
    /// Name of the message that states it.
    PEC_DOSSIER_INSTANT_SOURCE = 47,
    /// Message-ID of that message, which nobody signs.
    PEC_DOSSIER_INSTANT_OWN_MESSAGE_ID = 48,
    /// Several: codes of the findings on the instant.
    PEC_DOSSIER_INSTANT_FINDING_CODE = 49,
    /// Kind of a claim, which proves nothing: one value each.
    PEC_DOSSIER_CLAIM_KIND = 50,
    /// Name of the message that claims it.
    PEC_DOSSIER_CLAIM_SOURCE = 51,
    /// Verdict on that message.
    PEC_DOSSIER_CLAIM_VERDICT = 52,
    /// The recipient that it claims to be about.
    PEC_DOSSIER_CLAIM_RECIPIENT = 53,
    /// Whom it claims to come from.
    PEC_DOSSIER_CLAIM_FROM = 54,
    /// Message-ID of the claim itself.
    PEC_DOSSIER_CLAIM_OWN_MESSAGE_ID = 55,
    /// Several: codes of the findings that make it a claim.
    PEC_DOSSIER_CLAIM_WEAKNESS = 56,
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
    /// The recipient that it is about.
    PEC_DOSSIER_FINDING_RECIPIENT = 73,
    /// Name of the message that it is about.
    PEC_DOSSIER_FINDING_SOURCE = 74,
    /// Name of an ordinary bounce, which proves nothing: one value each.
    PEC_DOSSIER_BOUNCE_SOURCE = 80,
    /// Several: the recipients that it names.
    PEC_DOSSIER_BOUNCE_RECIPIENT = 81,
    /// Its status, such as `5.1.1`.
    PEC_DOSSIER_BOUNCE_STATUS = 82,
    /// Number, 0 or 1: whether it came in an anomaly envelope.
    PEC_DOSSIER_BOUNCE_IN_ANOMALY = 83,
    /// E-mail address in the signer's certificate.
    PEC_DOSSIER_EVENT_SIGNER = 120,
    /// What went wrong (`errore`).
    PEC_DOSSIER_EVENT_ERROR = 121,
    /// Description of the error as printed.
    PEC_DOSSIER_EVENT_ERROR_DETAIL = 122,
    /// Form of receipt that was asked for.
    PEC_DOSSIER_EVENT_REQUESTED = 123,
    /// What the receipt carries of the message.
    PEC_DOSSIER_EVENT_CARRIED = 124,
    /// What its time rests on: `proven` or `claimed`.
    PEC_DOSSIER_EVENT_TIME = 125,
    /// Several: codes of the findings that weaken it.
    PEC_DOSSIER_EVENT_WEAKNESS = 126,
    /// Several: their severities.
    PEC_DOSSIER_CONTENT_FINDING_SEVERITY = 130,
    /// Several: their evidence.
    PEC_DOSSIER_CONTENT_FINDING_DETAIL = 131,
    /// Several: their severities.
    PEC_DOSSIER_INSTANT_FINDING_SEVERITY = 140,
    /// Several: their evidence.
    PEC_DOSSIER_INSTANT_FINDING_DETAIL = 141,
}

/// Where a field stands in the report.
#[derive(Debug)]
pub(super) struct Place {
    field: pec_dossier_field,
    /// A list, or nothing for the dossier itself.
    list: &'static str,
    /// A key in it, or nothing where the list holds the values themselves.
    key: &'static str,
    /// Nothing for a plain value; where that is a list, a key in its items, or `*` where it holds the values themselves.
    inner: &'static str,
}

const fn place(field: pec_dossier_field, list: &'static str, key: &'static str, inner: &'static str) -> Place {
    Place { field, list, key, inner }
}

const PLACES: &[Place] = {
    use pec_dossier_field::*;
    &[
        place(PEC_DOSSIER_PEC_ID, "", "pec_id", ""),
        place(PEC_DOSSIER_SENDER, "", "sender", ""),
        place(PEC_DOSSIER_SUBJECT, "", "subject", ""),
        place(PEC_DOSSIER_SIDE, "", "side", ""),
        place(PEC_DOSSIER_SENT_COPY, "", "sent_copy", ""),
        place(PEC_DOSSIER_MESSAGE_ID, "message_ids", "", ""),
        place(PEC_DOSSIER_COPY, "copies", "", ""),
        place(PEC_DOSSIER_SUBMISSION, "", "submission", ""),
        place(PEC_DOSSIER_SUBMITTED_AT, "", "submitted_at", ""),
        place(PEC_DOSSIER_ACCEPTANCE, "", "acceptance", ""),
        place(PEC_DOSSIER_RECIPIENT_ADDRESS, "recipients", "address", ""),
        place(PEC_DOSSIER_RECIPIENT_CLASS, "recipients", "class", ""),
        place(PEC_DOSSIER_RECIPIENT_STATE, "recipients", "state", ""),
        place(PEC_DOSSIER_RECIPIENT_EVENT, "recipients", "events", "*"),
        place(PEC_DOSSIER_EVENT_KIND, "events", "kind", ""),
        place(PEC_DOSSIER_EVENT_STANDING, "events", "standing", ""),
        place(PEC_DOSSIER_EVENT_RECIPIENT, "events", "recipient", ""),
        place(PEC_DOSSIER_EVENT_AT, "events", "at", ""),
        place(PEC_DOSSIER_EVENT_SOURCE, "events", "source", ""),
        place(PEC_DOSSIER_EVENT_PROVIDER, "events", "provider", ""),
        place(PEC_DOSSIER_EVENT_VERDICT, "events", "verdict", ""),
        place(PEC_DOSSIER_EVENT_COVERED, "events", "covered", "*"),
        place(PEC_DOSSIER_EVENT_LOCAL, "events", "local", ""),
        place(PEC_DOSSIER_EVENT_OWN_MESSAGE_ID, "events", "own_message_id", ""),
        place(PEC_DOSSIER_CONTENT_CHECKED, "contents", "checked", ""),
        place(PEC_DOSSIER_CONTENT_AGAINST, "contents", "against", ""),
        place(PEC_DOSSIER_CONTENT_PROVEN, "contents", "proven", ""),
        place(PEC_DOSSIER_CONTENT_EVENT, "contents", "event", ""),
        place(PEC_DOSSIER_CONTENT_FORM, "contents", "form", ""),
        place(PEC_DOSSIER_CONTENT_ATTACHMENT_NAME, "contents", "attachments", "name"),
        place(PEC_DOSSIER_CONTENT_ATTACHMENT_OUTCOME, "contents", "attachments", "outcome"),
        place(PEC_DOSSIER_CONTENT_ATTACHMENT_READING, "contents", "attachments", "reading"),
        place(PEC_DOSSIER_CONTENT_ATTACHMENT_RESTS_ON_SHA1, "contents", "attachments", "rests_on_sha1"),
        place(PEC_DOSSIER_CONTENT_FINDING_CODE, "contents", "findings", "code"),
        place(PEC_DOSSIER_INSTANT_SIDE, "instants", "side", ""),
        place(PEC_DOSSIER_INSTANT_UTC, "instants", "utc", ""),
        place(PEC_DOSSIER_INSTANT_ROME, "instants", "rome", ""),
        place(PEC_DOSSIER_INSTANT_COUNTS_AT, "instants", "counts_at", ""),
        place(PEC_DOSSIER_INSTANT_EVENT, "instants", "event", ""),
        place(PEC_DOSSIER_INSTANT_ART_147, "instants", "art_147", ""),
        place(PEC_DOSSIER_INSTANT_TIME_ZONE_DATA, "instants", "time_zone_data", ""),
        place(PEC_DOSSIER_INSTANT_SOURCE, "instants", "source", ""),
        place(PEC_DOSSIER_INSTANT_OWN_MESSAGE_ID, "instants", "own_message_id", ""),
        place(PEC_DOSSIER_INSTANT_FINDING_CODE, "instants", "findings", "code"),
        place(PEC_DOSSIER_CLAIM_KIND, "claims", "kind", ""),
        place(PEC_DOSSIER_CLAIM_SOURCE, "claims", "source", ""),
        place(PEC_DOSSIER_CLAIM_VERDICT, "claims", "verdict", ""),
        place(PEC_DOSSIER_CLAIM_RECIPIENT, "claims", "recipient", ""),
        place(PEC_DOSSIER_CLAIM_FROM, "claims", "from", ""),
        place(PEC_DOSSIER_CLAIM_OWN_MESSAGE_ID, "claims", "own_message_id", ""),
        place(PEC_DOSSIER_CLAIM_WEAKNESS, "claims", "weaknesses", "*"),
        place(PEC_DOSSIER_SILENCE_OWED, "silence", "owed", ""),
        place(PEC_DOSSIER_SILENCE_SINCE, "silence", "since", ""),
        place(PEC_DOSSIER_SILENCE_RECIPIENT, "silence", "recipient", ""),
        place(PEC_DOSSIER_FINDING_CODE, "findings", "code", ""),
        place(PEC_DOSSIER_FINDING_SEVERITY, "findings", "severity", ""),
        place(PEC_DOSSIER_FINDING_DETAIL, "findings", "detail", ""),
        place(PEC_DOSSIER_FINDING_RECIPIENT, "findings", "recipient", ""),
        place(PEC_DOSSIER_FINDING_SOURCE, "findings", "source", ""),
        place(PEC_DOSSIER_BOUNCE_SOURCE, "bounces", "source", ""),
        place(PEC_DOSSIER_BOUNCE_RECIPIENT, "bounces", "recipients", "*"),
        place(PEC_DOSSIER_BOUNCE_STATUS, "bounces", "status", ""),
        place(PEC_DOSSIER_BOUNCE_IN_ANOMALY, "bounces", "in_anomaly", ""),
        place(PEC_DOSSIER_EVENT_SIGNER, "events", "signer", ""),
        place(PEC_DOSSIER_EVENT_ERROR, "events", "error", ""),
        place(PEC_DOSSIER_EVENT_ERROR_DETAIL, "events", "error_detail", ""),
        place(PEC_DOSSIER_EVENT_REQUESTED, "events", "requested", ""),
        place(PEC_DOSSIER_EVENT_CARRIED, "events", "carried", ""),
        place(PEC_DOSSIER_EVENT_TIME, "events", "time", ""),
        place(PEC_DOSSIER_EVENT_WEAKNESS, "events", "weaknesses", "*"),
        place(PEC_DOSSIER_CONTENT_FINDING_SEVERITY, "contents", "findings", "severity"),
        place(PEC_DOSSIER_CONTENT_FINDING_DETAIL, "contents", "findings", "detail"),
        place(PEC_DOSSIER_INSTANT_FINDING_SEVERITY, "instants", "findings", "severity"),
        place(PEC_DOSSIER_INSTANT_FINDING_DETAIL, "instants", "findings", "detail"),
    ]
};

impl Place {
    pub(super) fn of(field: u32) -> Result<&'static Self, Failure> {
        PLACES.iter().find(|place| place.field as u32 == field).ok_or_else(|| unknown("field", field))
    }

    /// The value of each item of its list.
    pub(super) fn values<'v>(&self, report: &'v Value) -> Vec<&'v Value> {
        let items = match self.list {
            "" => std::slice::from_ref(report),
            list => report.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(),
        };
        items.iter().filter_map(|item| if self.key.is_empty() { Some(item) } else { item.get(self.key) }).collect()
    }

    /// The values in one of these: several, or it alone.
    pub(super) fn inner<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let items = || value.as_array().map(Vec::as_slice).unwrap_or_default();
        match self.inner {
            "" => vec![value],
            "*" => items().iter().collect(),
            key => items().iter().filter_map(|item| item.get(key)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ledger::cases::{by_rust, cases};

    /// Every place of a report, as a list, a key and an inner key.
    fn places(report: &Value, found: &mut BTreeSet<(String, String, String)>) {
        let keys =
            |value: &Value| value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>();
        for outer in keys(report) {
            let Some(items) = report[&outer].as_array() else {
                found.insert((String::new(), outer, String::new()));
                continue;
            };
            for item in items {
                if !item.is_object() {
                    found.insert((outer.clone(), String::new(), String::new()));
                }
                for key in keys(item) {
                    let Some(values) = item[&key].as_array() else {
                        found.insert((outer.clone(), key, String::new()));
                        continue;
                    };
                    for value in values {
                        let inner = if value.is_object() { keys(value) } else { vec!["*".to_owned()] };
                        found.extend(inner.into_iter().map(|inner| (outer.clone(), key.clone(), inner)));
                    }
                }
            }
        }
    }

    /// What the reports of all cases of conformance/reconcile/ hold is what C can ask for, one by one, and nothing else.
    #[test]
    fn every_value_of_a_report_has_a_number() {
        let mut found = BTreeSet::new();
        for case in &cases() {
            let lines = by_rust(case);
            let dossiers = lines.lines().filter(|line| !line.contains("\"stray\":"));
            dossiers.for_each(|line| places(&serde_json::from_str(line).unwrap(), &mut found));
        }
        // The name of the form is the same for all.
        found.remove(&(String::new(), "schema".to_owned(), String::new()));
        let numbered = |it: &Place| (it.list.to_owned(), it.key.to_owned(), it.inner.to_owned());
        let numbered: BTreeSet<_> = PLACES.iter().map(numbered).collect();
        assert_eq!(numbered.len(), PLACES.len());
        let (missing, surplus): (Vec<_>, Vec<_>) =
            (found.difference(&numbered).collect(), numbered.difference(&found).collect());
        assert!(missing.is_empty() && surplus.is_empty(), "missing: {missing:?}, surplus: {surplus:?}");
    }
}
