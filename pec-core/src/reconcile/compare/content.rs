//! A delivery receipt of any form beside the message that was sent.

use std::borrow::Borrow;

use super::super::brief::{self, BriefComparison};
use super::{Comparison, complete};
use crate::daticert::{self, CertData, Kind, ReceiptForm};
use crate::finding::{Code, Finding, Language};
use crate::message::Message;
use crate::verify::{Certified, opened};

/// What a delivery receipt says of the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// It holds the whole message.
    #[doc(alias = "ricevuta completa")]
    Complete(Comparison),
    /// It holds the message with its attachments replaced by hashes.
    #[doc(alias = "ricevuta breve")]
    Brief(BriefComparison),
    /// It holds no message: it proves the delivery, and nothing of the content.
    #[doc(alias = "ricevuta sintetica")]
    Concise,
}

/// What a delivery receipt says of the content, and how its form fits the one that was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentCheck {
    /// What the receipt holds, compared with what was sent.
    pub content: Content,
    /// `original.missing` where a message was due and is absent, `original.unexpected` where a concise receipt was due
    /// and one is there, and what the comparison found.
    pub findings: Vec<Finding>,
}

/// How much of the content a delivery receipt proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proven {
    /// All of it is what was sent.
    All,
    /// Something differs, or its hash does not tell.
    NotAll,
    /// Nothing: the receipt holds no message.
    Nothing,
}

impl Proven {
    /// The name on the wire: `all`, `not-all` or `nothing`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::NotAll => "not-all",
            Self::Nothing => "nothing",
        }
    }
}

impl ContentCheck {
    /// How much of the content the receipt proves.
    #[must_use]
    pub fn proven(&self) -> Proven {
        match &self.content {
            Content::Complete(found) if found.is_same() => Proven::All,
            Content::Brief(found) if found.is_proven() => Proven::All,
            Content::Complete(_) | Content::Brief(_) => Proven::NotAll,
            Content::Concise => Proven::Nothing,
        }
    }

    /// The same in a sentence, for a person.
    #[must_use]
    pub fn explanation(&self, language: Language) -> &'static str {
        let (it, en) = match (&self.content, self.proven()) {
            (Content::Brief(_), Proven::All) => (
                "le impronte degli allegati sono quelle dei file inviati, e il resto è identico",
                "the hashes of the attachments are those of the files that were sent, and the rest is the same",
            ),
            (Content::Brief(_), _) => (
                "la ricevuta breve non prova tutto il contenuto inviato",
                "the brief receipt does not prove all of what was sent",
            ),
            (Content::Complete(_), Proven::All) => {
                ("il contenuto consegnato è quello inviato", "what was delivered is what was sent")
            }
            (Content::Complete(_), _) => (
                "il contenuto consegnato non è in tutto quello inviato",
                "what was delivered is not in all what was sent",
            ),
            (Content::Concise, _) => (
                "ricevuta sintetica: prova la consegna, non il contenuto",
                "concise receipt: it proves the delivery, not the content",
            ),
        };
        match language {
            Language::It => it,
            Language::En => en,
        }
    }
}

impl ContentCheck {
    /// The attachments, one by one, of a brief receipt; empty for the other forms.
    #[must_use]
    pub fn attachments(&self) -> &[brief::Attachment] {
        match &self.content {
            Content::Brief(found) => &found.attachments,
            Content::Complete(_) | Content::Concise => &[],
        }
    }
}

/// Why a receipt says nothing of the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoContent {
    /// Only delivery receipts can hold the message that was delivered. An acceptance proves no content. The caller is to
    /// blame.
    #[error("{0} says nothing of the content")]
    OtherKind(Kind),
    /// The certification data in the message are not those of the proof. The caller has mixed up two receipts.
    #[error("the proof is that of another message")]
    OtherMessage,
}

/// Compares what a certified delivery receipt (*ricevuta di avvenuta consegna*) holds with the message that was sent.
///
/// `proof` comes from the verification of `receipt`; `due` is the form that the receipt should have (PEC-SPEC §4.5: a
/// recipient in Cc gets a concise one). Which form it has, its content tells; `ricevuta/@tipo` names the one that was
/// asked for. Proves what [`Comparison`] and [`BriefComparison`] say.
///
/// Unproven data do not do:
///
/// ```compile_fail
/// # use pec_core::daticert::{CertData, Kind, ReceiptForm};
/// # use pec_core::{limits::Limits, message::Message, reconcile::compare::content};
/// # let message = Message::parse(b"", &Limits::DEFAULT);
/// let claimed = CertData::new(Kind::Delivery);
/// let checked = content(&message, &claimed, &ReceiptForm::Full, &message);
/// ```
///
/// # Errors
/// [`NoContent::OtherKind`] when it is no delivery receipt, [`NoContent::OtherMessage`] when receipt and proof do not
/// belong together.
pub fn content<A: AsRef<[u8]>, B: AsRef<[u8]>, D: Borrow<CertData>>(
    receipt: &Message<A>,
    proof: &Certified<D>,
    due: &ReceiptForm,
    sent: &Message<B>,
) -> Result<ContentCheck, NoContent> {
    let data = proof.value().borrow();
    if data.kind != Kind::Delivery {
        return Err(NoContent::OtherKind(data.kind.clone()));
    }
    // An opaque signature holds the signed part inside.
    let entity = opened(receipt);
    let signed = match &entity {
        Some(entity) => Some(entity.root()),
        None => receipt.signed_part(),
    };
    let signed = signed.ok_or(NoContent::OtherMessage)?;
    let printed = signed.daticert().map(|part| daticert::parse(&part.content(), receipt.limits()).data);
    if printed.flatten().as_ref() != Some(data) {
        return Err(NoContent::OtherMessage);
    }
    let Some(original) = signed.original() else {
        let missing = (*due != ReceiptForm::Concise).then(|| Finding::new(Code::OriginalMissing).with(due.to_string()));
        return Ok(ContentCheck { content: Content::Concise, findings: missing.into_iter().collect() });
    };
    let copy = original.to_message();
    let mut findings = Vec::new();
    if *due == ReceiptForm::Concise {
        findings.push(Finding::new(Code::OriginalUnexpected).with(due.to_string()));
    }
    let content = if data.receipt == Some(ReceiptForm::Brief) {
        let found = brief::compare(sent, &copy);
        findings.extend(found.findings());
        Content::Brief(found)
    } else {
        let found = complete(sent, &copy);
        findings.extend(found.findings());
        Content::Complete(found)
    };
    Ok(ContentCheck { content, findings })
}
