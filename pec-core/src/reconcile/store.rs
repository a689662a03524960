//! How the ledger keeps what it was given: fixed-size rows of numbers beside texts and lists that are kept once.

use super::event::{Carried, Observed};
use super::intern::{HashKey, Id, Interner, LedgerFull};
use super::record::{Addressee, Copy, Proof, Source};
use crate::daticert::{AddressClass, ErrorKind, ReceiptForm};
use crate::finding::Code;
use crate::verify::{TimeProof, Verdict};

/// A certified event, 72 bytes with its link to the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Seconds since 1970; [`NO_TIME`] stands last.
    pub(super) at: i64,
    pub(super) source: Source,
    pub(super) digest: u64,
    pub(super) own_id: Option<Id>,
    /// List: *gestore-emittente*, service address, organisation.
    pub(super) provider: Id,
    /// As printed, and as compared.
    pub(super) recipient: Option<(Id, Id)>,
    /// List: recipients, *msgid*, subject, sender as printed.
    pub(super) common: Id,
    /// List of recipients.
    pub(super) covered: Option<Id>,
    pub(super) detail: Option<Id>,
    /// List of positions in [`Code::ALL`].
    pub(super) codes: Option<Id>,
    /// Minutes; [`NO_OFFSET`] for none.
    pub(super) offset: i16,
    pub(super) observed: Observed,
    pub(super) error: Error,
    pub(super) requested: Option<Form>,
    pub(super) carried: Carried,
    pub(super) verdict: Verdict,
    pub(super) time: TimeProof,
}

pub(super) const NO_TIME: i64 = i64::MAX;
pub(super) const NO_OFFSET: i16 = i16::MIN;

/// `errore`, without the text of unlisted values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Error {
    None,
    NoRecipient,
    NoDomain,
    Virus,
    Other,
}

impl Error {
    const fn of(error: &ErrorKind) -> Self {
        match error {
            ErrorKind::None => Self::None,
            ErrorKind::NoRecipient => Self::NoRecipient,
            ErrorKind::NoDomain => Self::NoDomain,
            ErrorKind::Virus => Self::Virus,
            ErrorKind::Other | ErrorKind::Unlisted(_) => Self::Other,
        }
    }

    /// The name on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "nessuno",
            Self::NoRecipient => "no-dest",
            Self::NoDomain => "no-dominio",
            Self::Virus => "virus",
            Self::Other => "altro",
        }
    }
}

/// Form of receipt asked for; a value that is not listed counts as complete (PEC-SPEC §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Full,
    Brief,
    Concise,
}

impl Form {
    pub(super) const fn of(form: &ReceiptForm) -> Self {
        match form {
            ReceiptForm::Full | ReceiptForm::Other(_) => Self::Full,
            ReceiptForm::Brief => Self::Brief,
            ReceiptForm::Concise => Self::Concise,
        }
    }

    /// The name on the wire.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "completa",
            Self::Brief => "breve",
            Self::Concise => "sintetica",
        }
    }

    pub(super) const fn receipt_form(self) -> ReceiptForm {
        match self {
            Self::Full => ReceiptForm::Full,
            Self::Brief => ReceiptForm::Brief,
            Self::Concise => ReceiptForm::Concise,
        }
    }
}

/// The copy of a message, or a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) source: Source,
    pub(super) message_id: Option<Id>,
    /// As compared, and as printed.
    pub(super) sender: Option<(Id, Id)>,
    pub(super) subject: Option<Id>,
    /// Lists of recipients.
    pub(super) to: Id,
    pub(super) cc: Id,
    pub(super) requested: Option<Form>,
    /// SMTP recipients, and seconds since 1970.
    pub(super) submission: Option<(Id, i64)>,
}

/// One entry of a list of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) printed: Id,
    /// Upper and lower case made one (PEC-SPEC §3.6).
    pub(super) key: Id,
    pub(super) class: Option<Class>,
}

/// Certified or ordinary; a value that is not listed counts as the default of the DTD (RFC 6109 §4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Certified,
    External,
}

impl Class {
    pub(super) const fn address_class(self) -> AddressClass {
        match self {
            Self::Certified => AddressClass::Certified,
            Self::External => AddressClass::External,
        }
    }
}

/// Every text and every list of a ledger.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    texts: Interner<u8>,
    lists: Interner<u32>,
}

impl Texts {
    pub(super) const fn new(key: HashKey) -> Self {
        Self { texts: Interner::new(key), lists: Interner::new(key) }
    }

    pub(super) fn text(&self, id: Id) -> &str {
        self.texts.text(id)
    }

    pub(super) fn find(&self, text: &str) -> Option<Id> {
        self.texts.find(text.as_bytes())
    }

    pub(super) fn intern(&mut self, text: &str) -> Result<Id, LedgerFull> {
        self.texts.intern(text.as_bytes())
    }

    fn optional(&mut self, text: Option<&str>) -> Result<Option<Id>, LedgerFull> {
        text.map(|text| self.intern(text)).transpose()
    }

    /// An address as printed, and as compared.
    pub(super) fn address(&mut self, address: &str) -> Result<(Id, Id), LedgerFull> {
        let printed = self.intern(address)?;
        if !address.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Ok((printed, printed));
        }
        Ok((printed, self.intern(&address.to_ascii_lowercase())?))
    }

    fn seats<'s>(
        &mut self,
        entries: impl Iterator<Item = (&'s str, Option<&'s AddressClass>)>,
    ) -> Result<Id, LedgerFull> {
        let mut list = Vec::new();
        for (address, class) in entries {
            let (printed, key) = self.address(address)?;
            let class = match class {
                None => 0,
                Some(AddressClass::External) => 2,
                Some(_) => 1,
            };
            list.extend([Id::number(Some(printed)), Id::number(Some(key)), class]);
        }
        self.lists.intern(&list)
    }

    /// The entries of a list of recipients.
    pub(super) fn list(&self, list: Id) -> impl Iterator<Item = Seat> + Clone + '_ {
        self.lists.get(list).chunks_exact(3).filter_map(|entry| {
            let [printed, key, class] = entry else { return None };
            let class = match class {
                0 => None,
                2 => Some(Class::External),
                _ => Some(Class::Certified),
            };
            Some(Seat { printed: Id::from_number(*printed)?, key: Id::from_number(*key)?, class })
        })
    }

    /// The members of a list of a fixed number of texts.
    pub(super) fn members<const N: usize>(&self, list: Id) -> [Option<Id>; N] {
        let mut members = [None; N];
        for (member, number) in members.iter_mut().zip(self.lists.get(list)) {
            *member = Id::from_number(*number);
        }
        members
    }

    pub(super) fn codes(&self, list: Option<Id>) -> impl Iterator<Item = Code> + '_ {
        let numbers = list.map(|list| self.lists.get(list)).unwrap_or_default();
        numbers.iter().filter_map(|number| Code::ALL.get(*number as usize).copied())
    }

    /// A proof as a row. The texts of its identifiers are the caller's: they name the group.
    pub(super) fn row(&mut self, proof: &Proof) -> Result<Row, LedgerFull> {
        let organization = proof.organization.as_deref().map(|name| crate::message::collapse(name).to_lowercase());
        let provider = [
            self.optional(proof.issuer.as_deref())?,
            self.optional(proof.service.as_deref())?,
            self.optional(organization.as_deref())?,
        ];
        let recipients =
            self.seats(proof.recipients.iter().map(|Addressee { address, class }| (&**address, Some(class))))?;
        let common = [
            Some(recipients),
            self.optional(proof.message_id.as_deref())?,
            self.optional(proof.subject.as_deref())?,
            self.optional(proof.sender.as_deref())?,
        ];
        let covered = match &proof.received_for[..] {
            [] => None,
            addresses => Some(self.seats(addresses.iter().map(|address| (&**address, None)))?),
        };
        let codes: Vec<u32> = proof.codes.iter().map(|code| *code as u32).collect();
        Ok(Row {
            at: proof.at.unwrap_or(NO_TIME),
            source: proof.source,
            digest: proof.digest,
            own_id: proof.own_id.as_deref().map(|id| self.texts.push(id.as_bytes())).transpose()?,
            provider: self.lists.intern(&provider.map(Id::number))?,
            recipient: proof.delivered_to.as_deref().map(|address| self.address(address)).transpose()?,
            common: self.lists.intern(&common.map(Id::number))?,
            covered,
            detail: self.optional(proof.detail.as_deref())?,
            codes: (!codes.is_empty()).then(|| self.lists.intern(&codes)).transpose()?,
            offset: proof.offset.unwrap_or(NO_OFFSET),
            observed: proof.observed,
            error: Error::of(&proof.error),
            requested: proof.requested.as_ref().map(Form::of),
            carried: proof.carried,
            verdict: proof.verdict,
            time: proof.time,
        })
    }

    /// A copy or a submission as a row.
    pub(super) fn sent(&mut self, copy: &Copy) -> Result<Sent, LedgerFull> {
        let submission = match &copy.submission {
            Some((recipients, at)) => Some((self.seats(recipients.iter().map(|to| (&**to, None)))?, *at)),
            None => None,
        };
        Ok(Sent {
            source: copy.source,
            message_id: self.optional(copy.message_id.as_deref())?,
            sender: copy.sender.as_deref().map(|sender| self.address(sender)).transpose()?.map(|(p, k)| (k, p)),
            subject: self.optional(copy.subject.as_deref())?,
            to: self.seats(copy.to.iter().map(|to| (&**to, None)))?,
            cc: self.seats(copy.cc.iter().map(|to| (&**to, None)))?,
            requested: copy.requested.as_ref().map(Form::of),
            submission,
        })
    }
}

#[cfg(test)]
mod tests {
    /// A million of them are kept; see benches/README.md.
    #[test]
    fn a_row_is_small() {
        assert_eq!(size_of::<(super::Row, Option<super::Id>)>(), 72);
    }
}
