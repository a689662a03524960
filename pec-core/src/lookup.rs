//! Where and when the certified address of somebody was looked up, and what the register answered (*evidenza di ricerca*).
//!
//! INI-PEC, IPA, INAD and ReGIndE are asked by the host: nothing here opens a connection. What it was answered is kept beside the
//! message that went to the address, and goes into the bundle that proves its delivery.

use encodify::base64;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};

use crate::compose::is_address;

/// The form of the JSON; a reader refuses another.
pub const FORM: &str = "pec-lookup/1";

/// Bytes of the longest answer of a register that is kept.
pub const LONGEST_ANSWER: usize = 1 << 20;

/// Characters of the longest name of a register, and of what it was asked.
const LONGEST_TEXT: usize = 256;

/// What a register of certified addresses answered.
///
/// The host says so: no register signs what it answers. It proves no more than that the host had this when the log, where it has a
/// place there, was time-stamped.
#[doc(alias = "evidenza di ricerca")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lookup {
    /// The certified address.
    pub address: String,
    /// The register: `INI-PEC`, `IPA`, `INAD`, `ReGIndE`, or another by its name.
    pub register: String,
    /// By what it was asked, where that was not the address: a *codice fiscale*, a *partita IVA*, a name.
    pub asked: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// For which day it was asked, where the register knows the past (`verify` of INAD).
    pub valid_on: Option<Date>,
    /// Whether it had the address.
    pub found: bool,
    /// The answer, byte for byte, as far as it was kept; in base64 where it is written.
    #[serde(serialize_with = "in_base64")]
    pub answer: Vec<u8>,
}

fn in_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64::STANDARD.encode(bytes))
}

/// Why a look-up cannot be kept or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotLookup {
    /// This is no certified address.
    #[error("{0:?} is no address")]
    Address(String),
    /// The register has no name, or it, or what it was asked, is no single line of at most 256 characters.
    #[error("{0:?} is no name of a register, or nothing that one is asked")]
    Text(String),
    /// The answer is longer than [`LONGEST_ANSWER`].
    #[error("an answer of {0} bytes")]
    Answer(usize),
    /// It is not the JSON of a look-up.
    #[error("no look-up: {0}")]
    Json(String),
}

/// Bytes that make the digest of a look-up one that nobody can guess.
pub type Salt = [u8; 16];

#[derive(Serialize)]
struct Writing<'l> {
    form: &'static str,
    #[serde(flatten)]
    lookup: &'l Lookup,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    form: String,
    address: String,
    register: String,
    asked: Option<String>,
    asked_at: Timestamp,
    valid_on: Option<Date>,
    found: bool,
    answer: String,
    /// It has done its work in the digest.
    #[serde(default, rename = "salt")]
    _salt: Option<String>,
}

impl Lookup {
    /// Whether it can be kept.
    ///
    /// # Errors
    /// [`NotLookup`] where it cannot.
    pub fn check(&self) -> Result<(), NotLookup> {
        let is_line = |text: &str| {
            !text.trim().is_empty() && text.chars().count() <= LONGEST_TEXT && !text.contains(char::is_control)
        };
        let texts = std::iter::once(&self.register).chain(&self.asked);
        match texts.into_iter().find(|text| !is_line(text)) {
            _ if !is_address(&self.address) => Err(NotLookup::Address(self.address.clone())),
            Some(text) => Err(NotLookup::Text(text.clone())),
            None if self.answer.len() > LONGEST_ANSWER => Err(NotLookup::Answer(self.answer.len())),
            None => Ok(()),
        }
    }

    /// One line of JSON, without a line end; the same value gives the same bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.written(None)
    }

    /// The same with a salt, as it is kept: a log that holds the digest alone then tells nobody who was looked up, though what can
    /// be asked of a register is easily guessed.
    #[must_use]
    pub fn to_kept(&self, salt: Salt) -> String {
        self.written(Some(base64::STANDARD.encode(salt)))
    }

    fn written(&self, salt: Option<String>) -> String {
        // Texts, times and one truth: there is nothing that cannot be written.
        serde_json::to_string(&Writing { form: FORM, lookup: self, salt }).unwrap_or_default()
    }

    /// What [`to_json`](Self::to_json) or [`to_kept`](Self::to_kept) has written.
    ///
    /// # Errors
    /// [`NotLookup`] where it is something else.
    pub fn from_json(json: &[u8]) -> Result<Self, NotLookup> {
        let written: Written = serde_json::from_slice(json).map_err(|error| NotLookup::Json(error.to_string()))?;
        if written.form != FORM {
            return Err(NotLookup::Json(format!("the form {:?}", written.form)));
        }
        let Written { address, register, asked, asked_at, valid_on, found, answer, .. } = written;
        let answer = base64::STANDARD.decode(answer).map_err(|error| NotLookup::Json(error.to_string()))?;
        let lookup = Self { address, register, asked, asked_at, valid_on, found, answer };
        lookup.check().map(|()| lookup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup() -> Lookup {
        Lookup {
            address: "ufficio@cert.beta.example".into(),
            register: "INI-PEC".into(),
            asked: Some("01234567890".into()),
            asked_at: "2026-02-09T08:00:00Z".parse().unwrap(),
            valid_on: Some("2026-02-09".parse().unwrap()),
            found: true,
            answer: b"{\"pec\":\"ufficio@cert.beta.example\"}\xff".to_vec(),
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let bare = Lookup { asked: None, valid_on: None, found: false, answer: Vec::new(), ..lookup() };
        for lookup in [lookup(), bare] {
            assert_eq!(Lookup::from_json(lookup.to_kept([7; 16]).as_bytes()), Ok(lookup.clone()));
            assert!(lookup.to_kept([7; 16]) != lookup.to_kept([8; 16]));
            assert_eq!(Lookup::from_json(lookup.to_json().as_bytes()), Ok(lookup));
        }
        assert!(
            lookup()
                .to_json()
                .starts_with(r#"{"form":"pec-lookup/1","address":"ufficio@cert.beta.example","register":"#)
        );
    }

    #[test]
    fn what_cannot_be_kept_says_why() {
        let refused = |lookup: Lookup| {
            let why = lookup.check().unwrap_err();
            assert_eq!(Lookup::from_json(lookup.to_json().as_bytes()), Err(why.clone()));
            why
        };
        assert_eq!(refused(Lookup { address: "ufficio".into(), ..lookup() }), NotLookup::Address("ufficio".into()));
        assert_eq!(refused(Lookup { register: " ".into(), ..lookup() }), NotLookup::Text(" ".into()));
        assert_eq!(refused(Lookup { asked: Some("a\nb".into()), ..lookup() }), NotLookup::Text("a\nb".into()));
        let long = "x".repeat(257);
        assert_eq!(refused(Lookup { register: long.clone(), ..lookup() }), NotLookup::Text(long));
        let answer = vec![b'x'; LONGEST_ANSWER + 1];
        assert_eq!(refused(Lookup { answer, ..lookup() }), NotLookup::Answer(LONGEST_ANSWER + 1));
        for other in [&b"{}"[..], b"no", &[0xff], lookup().to_json().replace("pec-lookup/1", "pec-lookup/2").as_bytes()]
        {
            assert!(matches!(Lookup::from_json(other), Err(NotLookup::Json(_))));
        }
    }
}
