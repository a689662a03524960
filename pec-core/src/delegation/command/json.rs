//! Commands and questions as JSON: how a program in any language, or a person, writes them down.

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::Command;
use crate::delegation::lifecycle::{BoxRow, Catalogue, ProductStep, RequestErrors, RequestForm};
use crate::delegation::{AccountCode, By, Organisation, ProductCode, RequestRef, Scope};

/// Why a text is no command, or no question.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WrittenError {
    /// It is not written as one: a name that there is not, a field that is missing, a value that cannot stand there.
    #[error("{0}")]
    Malformed(String),
    /// It says more than is understood: nothing of it is done, since to pass over a part could be to pass over a restriction.
    #[error("{0}: not understood")]
    SaysMore(String),
    /// Everything that is wrong in a request for mailboxes, at once.
    #[error("{0}")]
    Request(RequestErrors),
}

impl Command {
    /// The name of each command that can be written, in the order in which they are declared.
    pub const NAMES: [&'static str; 39] = [
        "set-policy",
        "adopt-preset",
        "define-role",
        "add-client",
        "add-account",
        "add-user",
        "suspend-user",
        "restore-user",
        "give-catalogue",
        "give-mandate",
        "revoke-mandate",
        "grant",
        "withdraw",
        "share",
        "unshare",
        "remove-kit",
        "open-work",
        "note-read",
        "claim",
        "renew",
        "release",
        "finish",
        "escalate",
        "submit",
        "enrol",
        "ask",
        "report",
        "edit",
        "stage-document",
        "remove-document",
        "confirm-documents",
        "plan-expiry",
        "share-on",
        "share-off",
        "add-delegate",
        "activate-delegate",
        "deactivate-delegate",
        "delete-delegate",
        "tick",
    ];

    /// The command in a JSON object: its name, and its fields as they stand in the events that come of it. What may be absent
    /// may be left out; what is not understood is an error. A request for mailboxes ([`Command::Submit`]) is judged by what its
    /// account has purchased, as far as `by` sees it.
    ///
    /// ```
    /// use pec_core::delegation::{By, Command, Organisation};
    /// let read = |json: &str| Command::from_json(json, &Organisation::default(), &By::Host);
    /// assert!(matches!(read(r#"{"command":"suspend-user","user":"anna"}"#)?, Command::SuspendUser { .. }));
    /// let error = read(r#"{"command":"suspend-user","user":"anna","until":"2026-03-01T12:00:00Z"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "until: not understood");
    /// let error = read(r#"{"command":"suspend-user"}"#).unwrap_err();
    /// assert_eq!(error.to_string(), "missing field `user`");
    /// # Ok::<(), pec_core::delegation::WrittenError>(())
    /// ```
    ///
    /// It proves that the command is well formed. Whether it can be done, [`Organisation::decide`] says.
    ///
    /// # Errors
    /// [`WrittenError`]: whoever wrote it is to blame.
    pub fn from_json(text: &str, organisation: &Organisation, by: &By) -> Result<Self, WrittenError> {
        let given: Value = serde_json::from_str(text).map_err(|error| malformed(&error))?;
        // Fields without their names would be taken in their order.
        if !given.is_object() {
            return Err(WrittenError::Malformed("expected an object".into()));
        }
        let name = given.get("command").and_then(Value::as_str).unwrap_or_default();
        if !Self::NAMES.contains(&name) {
            let (name, names) = (crate::text::printable(name), Self::NAMES.join(", "));
            return Err(WrittenError::Malformed(format!("{name:?}, give one of {names}")));
        }
        if name == "submit" {
            return submit(text, organisation, by);
        }
        let command: Self = read(text)?;
        let written = serde_json::to_value(&command).map_err(|error| malformed(&error))?;
        match unread(&given, &written) {
            None => Ok(command),
            Some(path) => Err(WrittenError::SaysMore(crate::text::printable(&path))),
        }
    }
}

/// What is written in a text, from the text itself, which also refuses what stands twice.
pub(in crate::delegation) fn read<T: DeserializeOwned>(text: &str) -> Result<T, WrittenError> {
    serde_json::from_str(text).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> WrittenError {
    WrittenError::Malformed(crate::text::printable(&error.to_string()))
}

/// The first key that was given and is not in what was understood of it. Nothing that is given as nothing says nothing.
fn unread(given: &Value, understood: &Value) -> Option<String> {
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    match (given, understood) {
        (Value::Object(given), Value::Object(understood)) => given.iter().find_map(|(key, value)| {
            let Some(taken) = understood.get(key) else { return (!says_nothing(value)).then(|| key.clone()) };
            if value.is_array() && taken.is_object() {
                return Some(key.clone());
            }
            let inner = unread(value, taken)?;
            Some(if inner.starts_with('[') { format!("{key}{inner}") } else { format!("{key}.{inner}") })
        }),
        (Value::Array(given), Value::Array(understood)) => {
            let mut pairs = given.iter().zip(understood).enumerate();
            pairs.find_map(|(at, (one, taken))| unread(one, taken).map(|inner| format!("[{at}].{inner}")))
        }
        _ => None,
    }
}

/// A request as it is typed: the summary that the three steps make of it has the same fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Typed {
    #[serde(rename = "command")]
    _command: IgnoredAny,
    account: AccountCode,
    reference: RequestRef,
    summary: TypedSummary,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedSummary {
    requester: TypedRequester,
    holder: TypedHolder,
    contact: String,
    #[serde(default)]
    order: Option<String>,
    #[serde(default)]
    expiry_year: Option<i16>,
    product: ProductCode,
    boxes: Vec<TypedBox>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedRequester {
    first_name: String,
    surname: String,
    #[serde(default)]
    tax_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedHolder {
    name: String,
    #[serde(default)]
    tax_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TypedBox {
    address: String,
    #[serde(default)]
    description: Option<String>,
    user_email: String,
}

fn submit(text: &str, organisation: &Organisation, by: &By) -> Result<Command, WrittenError> {
    let Typed { account, reference, summary: typed, .. } = read(text)?;
    let form = RequestForm {
        requester_first_name: typed.requester.first_name,
        requester_surname: typed.requester.surname,
        requester_tax_id: typed.requester.tax_id.unwrap_or_default(),
        holder_name: typed.holder.name,
        holder_tax_id: typed.holder.tax_id.unwrap_or_default(),
        contact: typed.contact,
        order: typed.order.unwrap_or_default(),
        expiry_year: typed.expiry_year.map(|year| year.to_string()).unwrap_or_default(),
    };
    let rows = typed.boxes.into_iter().map(|row| BoxRow {
        address: row.address,
        description: row.description.unwrap_or_default(),
        user_email: row.user_email,
    });
    let seen = match by {
        By::Host => organisation.catalogues(&Scope::Host),
        By::Operator(operator) => organisation.catalogues(&operator.scope),
        By::User { .. } => Vec::new(),
    };
    // What is not seen is what was not purchased: an error tells nobody what others have.
    let nothing = Catalogue::default();
    let catalogue = seen.into_iter().find(|(code, _)| **code == account).map_or(&nothing, |(_, catalogue)| catalogue);
    let step = form.product(catalogue, &typed.product).map_err(WrittenError::Request)?;
    let summary = rows.fold(step, ProductStep::with).summary().map_err(WrittenError::Request)?;
    Ok(Command::Submit { account, reference, summary })
}
