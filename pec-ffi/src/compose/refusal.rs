//! Why a provider would not take a message: every reason at once, each with its code and its words.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use pec_core::attachment::{FileKind, examine};
use pec_core::compose::{Conditions, Envelope, Keeping, Refusal, is_address, preflight};
use pec_core::finding::Language;
use pec_core::tax_id::{TaxId, TaxIdKind};

use crate::border::{self, bytes, enter, list, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::{pec_str, unknown};
use crate::verification::pec_text;

/// What the provider of a sender takes, as far as it is known. It can be changed until it is freed.
#[derive(Debug)]
pub struct pec_conditions {
    pub(crate) conditions: Conditions,
}

/// The conditions, for `pec_conditions_set`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_condition {
    /// Bytes of one message.
    PEC_CONDITION_MESSAGE_BYTES = 0,
    /// Bytes of the message times recipients.
    PEC_CONDITION_PRODUCT = 1,
    /// Recipients of one message.
    PEC_CONDITION_RECIPIENTS = 2,
    /// Bytes of one attachment, decoded, from which on it is remarked.
    PEC_CONDITION_ATTACHMENT_BYTES = 3,
    /// Whether what is sent is kept byte for byte by whoever sends it: 1, as an archive does and as counts at first, or 0.
    PEC_CONDITION_KEPT = 4,
}

/// Reasons why a message should not be sent as it is. They never change and may be shared between threads.
#[derive(Debug)]
pub struct pec_refusals {
    refusals: Vec<Refusal>,
}

/// The texts of a reason, for `pec_refusals_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_refusal_field {
    /// The name of its code, such as `send.bcc`. Stable.
    PEC_REFUSAL_CODE = 0,
    /// `refused` where it keeps the message from being sent, else `warning`.
    PEC_REFUSAL_WEIGHT = 1,
    /// Where, and what was found: a field, a line, an attachment, a number. May be empty.
    PEC_REFUSAL_DETAIL = 2,
    /// The rule that it enforces.
    PEC_REFUSAL_RULE = 3,
    /// What it means and what to do, in Italian.
    PEC_REFUSAL_TEXT_IT = 4,
    /// The same in English.
    PEC_REFUSAL_TEXT_EN = 5,
}

/// Whose tax identifier it is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_tax_id_kind {
    /// Sixteen characters: a person (*codice fiscale*).
    PEC_TAX_ID_PERSON = 0,
    /// Eleven digits: a body or a business (*partita IVA*); also the provisional one of a person.
    PEC_TAX_ID_BODY = 1,
}

impl pec_refusals {
    pub(super) fn new(refusals: Vec<Refusal>) -> Self {
        Self { refusals }
    }
}

/// The conditions of a provider of whom only what the law asks for is known: what is beyond that is a warning, since most take
/// more. Freed by `pec_conditions_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_conditions_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_conditions>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_conditions { conditions: Conditions::law() })));
        Ok(())
    })
}

/// Sets a condition, a `pec_condition`: what is beyond it is refused.
#[unsafe(no_mangle)]
pub extern "C" fn pec_conditions_set(
    conditions: Option<&mut pec_conditions>,
    condition: u32,
    value: u64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_condition as C;
    enter(error, || {
        let it = &mut some(conditions, "conditions")?.conditions;
        match condition {
            c if c == C::PEC_CONDITION_MESSAGE_BYTES as u32 => it.message_bytes = Some(value),
            c if c == C::PEC_CONDITION_PRODUCT as u32 => it.product = Some(value),
            c if c == C::PEC_CONDITION_RECIPIENTS as u32 => it.recipients = Some(value),
            c if c == C::PEC_CONDITION_ATTACHMENT_BYTES as u32 => it.attachment_bytes = Some(value),
            c if c == C::PEC_CONDITION_KEPT as u32 => {
                it.keeping = match value {
                    0 => Keeping::NotKept,
                    1 => Keeping::Archived,
                    _ => return Err(Failure::new(pec_result::PEC_BAD_VALUE).because(format!("value: {value}"))),
                }
            }
            _ => return Err(unknown("condition", condition)),
        }
        Ok(())
    })
}

/// Ends the life of conditions. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_conditions_free(conditions: Option<Box<pec_conditions>>) {
    border::release(conditions);
}

/// Every reason why a provider would not take these bytes, whoever has written them, from this SMTP `sender` to these SMTP
/// `recipients`, addresses with commas between them; and what a person should know. Freed by `pec_refusals_free`.
///
/// It does not prove that the provider takes them: he looks for viruses, knows the mailbox, and has limits of his own.
///
/// # Safety
/// `data` is NULL or the first of `len` bytes that can be read; `sender` and `recipients` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_preflight(
    data: *const u8,
    len: usize,
    sender: *const c_char,
    recipients: *const c_char,
    conditions: Option<&pec_conditions>,
    out: Option<&mut MaybeUninit<Option<Box<pec_refusals>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        // SAFETY: the caller's promise.
        let sender = unsafe { text(sender, "sender") }?;
        // SAFETY: the caller's promise.
        let recipients = list(unsafe { text(recipients, "recipients") }?).collect();
        let (conditions, out) = (some(conditions, "conditions")?, some(out, "out")?);
        let refusals = preflight(message, &Envelope { sender, recipients }, &conditions.conditions);
        out.write(Some(Box::new(pec_refusals::new(refusals))));
        Ok(())
    })
}

/// Looks at a file before it is sent, by its name and its bytes: what would keep others from opening it comes out as reasons,
/// `kind` is what it is by its first bytes (`pdf`, `zip`, `ole`, `rtf`, `xml`, `signed`, `jpeg`, `png`, `tiff`, `archive`,
/// `program`), empty where they say nothing, and always there. Beyond `large` bytes its size is remarked, unless that is 0. `score`
/// is how legible a person or a program found it, from 0 to 100, remarked below `least`; 0 and 0 where nobody has looked. Nothing is
/// unpacked. Freed by `pec_refusals_free`.
///
/// It is no search for viruses. That nothing is found does not prove that a file is harmless.
///
/// # Safety
/// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_attachment_examine(
    name: *const c_char,
    data: *const u8,
    len: usize,
    large: u64,
    score: u32,
    least: u32,
    kind: Option<&mut MaybeUninit<pec_str>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_refusals>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let data = unsafe { bytes(data, len, "data") }?;
        let (kind, out) = (some(kind, "kind")?, some(out, "out")?);
        let percent = |number: u32, parameter| {
            u8::try_from(number).ok().filter(|it| *it <= 100).ok_or_else(|| unknown(parameter, number))
        };
        let (score, least) = (percent(score, "score")?, percent(least, "least")?);
        let examined = examine(name, data, (large > 0).then_some(large)).legibility(name, score, least);
        kind.write(pec_str::of(examined.kind.map_or("", FileKind::as_str)));
        out.write(Some(Box::new(pec_refusals::new(examined.refusals))));
        Ok(())
    })
}

/// How many reasons there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_refusals_count(
    refusals: Option<&pec_refusals>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(refusals, "refusals")?.refusals.len());
        Ok(())
    })
}

/// Whether one of them keeps the message from being sent: 1 or 0.
#[unsafe(no_mangle)]
pub extern "C" fn pec_refusals_is_refused(
    refusals: Option<&pec_refusals>,
    out: Option<&mut MaybeUninit<u32>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(refusals, "refusals")?, some(out, "out")?);
        out.write(it.refusals.iter().any(Refusal::is_refused).into());
        Ok(())
    })
}

/// One text of the reason at `index`, from 0; `field` is a `pec_refusal_field`. `PEC_ABSENT` beyond the last. It lives as long as
/// the reasons.
#[unsafe(no_mangle)]
pub extern "C" fn pec_refusals_text(
    refusals: Option<&pec_refusals>,
    index: usize,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_refusal_field as F;
    enter(None, || {
        let (it, out) = (some(refusals, "refusals")?, some(out, "out")?);
        let refusal = it.refusals.get(index).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(match field {
            f if f == F::PEC_REFUSAL_CODE as u32 => refusal.code.as_str(),
            f if f == F::PEC_REFUSAL_WEIGHT as u32 => refusal.weight.as_str(),
            f if f == F::PEC_REFUSAL_DETAIL as u32 => &refusal.detail,
            f if f == F::PEC_REFUSAL_RULE as u32 => refusal.code.rule(),
            f if f == F::PEC_REFUSAL_TEXT_IT as u32 => refusal.code.explanation(Language::It),
            f if f == F::PEC_REFUSAL_TEXT_EN as u32 => refusal.code.explanation(Language::En),
            _ => return Err(unknown("field", field)),
        }));
        Ok(())
    })
}

/// Ends the life of reasons. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_refusals_free(refusals: Option<Box<pec_refusals>>) {
    border::release(refusals);
}

/// Whether this is an address that PEC takes, `local@domain` in ASCII without quotes: 1 or 0. It does not prove that there is such
/// a mailbox.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_is_address(address: *const c_char, out: Option<&mut MaybeUninit<u32>>) -> pec_result {
    enter(None, || {
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        some(out, "out")?.write(is_address(address).into());
        Ok(())
    })
}

/// A tax identifier (*codice fiscale*, *partita IVA*) in capitals and without blanks; `kind` is a `pec_tax_id_kind`. That it is well
/// formed proves that nobody mistyped it. It does not prove that it was ever given to anybody. `PEC_BAD_VALUE` for what is none;
/// the evidence says why. Freed by `pec_text_free`.
///
/// # Safety
/// `given` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_tax_id_check(
    given: *const c_char,
    kind: Option<&mut MaybeUninit<u32>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let given = unsafe { text(given, "given") }?;
        let (kind, out) = (some(kind, "kind")?, some(out, "out")?);
        let wrong =
            |why: pec_core::tax_id::TaxIdError| Failure::new(pec_result::PEC_BAD_VALUE).because(why.to_string());
        let id: TaxId = given.parse().map_err(wrong)?;
        kind.write(match id.kind() {
            TaxIdKind::Person => pec_tax_id_kind::PEC_TAX_ID_PERSON,
            TaxIdKind::Body => pec_tax_id_kind::PEC_TAX_ID_BODY,
        } as u32);
        out.write(Some(Box::new(pec_text::new(id.to_string()))));
        Ok(())
    })
}
