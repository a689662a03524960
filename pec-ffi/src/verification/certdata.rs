//! Certification data: certified, or only claimed. Two pairs of functions, so that a program says which it reads.

use std::mem::MaybeUninit;

use pec_core::daticert::{Address, CertData};

use super::pec_verification;
use crate::border::{enter, some};
use crate::failure::{Failure, pec_result};
use crate::text::{pec_str, unknown};

/// Fields of the certification data (dati di certificazione, `daticert.xml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_certdata_field {
    /// Which message this is (`tipo`), such as `avvenuta-consegna`.
    PEC_CERTDATA_KIND = 0,
    /// What went wrong (`errore`), `nessuno` for nothing.
    PEC_CERTDATA_ERROR = 1,
    /// The sender (`mittente`).
    PEC_CERTDATA_SENDER = 2,
    /// Every recipient of the original message (`destinatari`): one value each.
    PEC_CERTDATA_RECIPIENT = 3,
    /// Whether the recipient at the same index is `certificato` or `esterno`.
    PEC_CERTDATA_RECIPIENT_CLASS = 4,
    /// Where answers go (`risposte`).
    PEC_CERTDATA_REPLY_TO = 5,
    /// Subject of the original message (`oggetto`).
    PEC_CERTDATA_SUBJECT = 6,
    /// Name of the provider that certifies (`gestore-emittente`).
    PEC_CERTDATA_ISSUER = 7,
    /// Local date as printed (`giorno`), `dd/mm/yyyy`.
    PEC_CERTDATA_DAY = 8,
    /// Local time as printed (`ora`), `hh:mm:ss`.
    PEC_CERTDATA_HOUR = 9,
    /// Offset from UTC as printed (`zona`), `+hhmm` or `-hhmm`.
    PEC_CERTDATA_ZONE = 10,
    /// The instant of these three, RFC 3339 in UTC.
    PEC_CERTDATA_UTC = 11,
    /// Identifier of the transaction (`identificativo`).
    PEC_CERTDATA_PEC_ID = 12,
    /// Message-ID of the sender's program (`msgid`).
    PEC_CERTDATA_CLIENT_MESSAGE_ID = 13,
    /// Form of receipt that was asked for (`ricevuta`): `completa`, `breve` or `sintetica`.
    PEC_CERTDATA_RECEIPT = 14,
    /// Recipient to whom delivery was done or tried (`consegna`).
    PEC_CERTDATA_DELIVERED_TO = 15,
    /// Recipients that a take-charge receipt covers (`ricezione`): one value each.
    PEC_CERTDATA_RECEIVED_FOR = 16,
    /// Description of the error as printed (`errore-esteso`).
    PEC_CERTDATA_ERROR_DETAIL = 17,
}

/// The values of one field.
fn values(of: &pec_verification, data: &CertData, field: u32) -> Result<usize, Failure> {
    use pec_certdata_field as F;
    Ok(match field {
        n if n == F::PEC_CERTDATA_RECIPIENT as u32 => data.recipients.len(),
        n if n == F::PEC_CERTDATA_RECIPIENT_CLASS as u32 => data.recipients.len(),
        n if n == F::PEC_CERTDATA_RECEIVED_FOR as u32 => data.received_for.len(),
        _ => usize::from(single(of, data, field)?.is_some()),
    })
}

fn value<'v>(of: &'v pec_verification, data: &'v CertData, field: u32, index: usize) -> Result<&'v str, Failure> {
    use pec_certdata_field as F;
    let value = match field {
        n if n == F::PEC_CERTDATA_RECIPIENT as u32 => data.recipients.get(index).map(|it| it.address.as_str()),
        n if n == F::PEC_CERTDATA_RECIPIENT_CLASS as u32 => data.recipients.get(index).map(|it| it.class.as_str()),
        n if n == F::PEC_CERTDATA_RECEIVED_FOR as u32 => data.received_for.get(index).map(Address::as_str),
        _ => single(of, data, field)?.filter(|_| index == 0),
    };
    value.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
}

/// The value of a field that stands once.
fn single<'v>(of: &'v pec_verification, data: &'v CertData, field: u32) -> Result<Option<&'v str>, Failure> {
    use pec_certdata_field as F;
    let time = data.time.as_ref();
    let address = |address: &'v Option<Address>| address.as_ref().map(Address::as_str);
    Ok(match field {
        n if n == F::PEC_CERTDATA_KIND as u32 => Some(data.kind.as_str()),
        n if n == F::PEC_CERTDATA_ERROR as u32 => Some(data.error.as_str()),
        n if n == F::PEC_CERTDATA_SENDER as u32 => address(&data.sender),
        n if n == F::PEC_CERTDATA_REPLY_TO as u32 => address(&data.reply_to),
        n if n == F::PEC_CERTDATA_SUBJECT as u32 => data.subject.as_deref(),
        n if n == F::PEC_CERTDATA_ISSUER as u32 => data.issuer.as_deref(),
        n if n == F::PEC_CERTDATA_DAY as u32 => time.map(|time| &*time.day),
        n if n == F::PEC_CERTDATA_HOUR as u32 => time.map(|time| &*time.hour),
        n if n == F::PEC_CERTDATA_ZONE as u32 => time.map(|time| &*time.zone),
        n if n == F::PEC_CERTDATA_UTC as u32 => of.certified_at(),
        n if n == F::PEC_CERTDATA_PEC_ID as u32 => data.pec_id.as_deref(),
        n if n == F::PEC_CERTDATA_CLIENT_MESSAGE_ID as u32 => data.client_message_id.as_deref(),
        n if n == F::PEC_CERTDATA_RECEIPT as u32 => data.receipt.as_ref().map(|receipt| receipt.as_str()),
        n if n == F::PEC_CERTDATA_DELIVERED_TO as u32 => address(&data.delivered_to),
        n if n == F::PEC_CERTDATA_ERROR_DETAIL as u32 => data.error_detail.as_ref().map(|detail| detail.as_str()),
        _ => return Err(unknown("field", field)),
    })
}

fn certified(verification: &pec_verification) -> Result<&CertData, Failure> {
    let proof = verification.verification.certified();
    proof.map(|proof| proof.into_value()).ok_or_else(|| Failure::new(pec_result::PEC_NOT_CERTIFIED))
}

fn claimed(verification: &pec_verification) -> Result<&CertData, Failure> {
    verification.verification.daticert().ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
}

/// One value of the certified data: what a licensed PEC provider signed. `PEC_NOT_CERTIFIED` for every verdict but
/// `PEC_VERDICT_CERTIFIED` and `PEC_VERDICT_CERTIFIED_WITH_PROBLEMS`. `field` is a `pec_certdata_field`, `index` counts from
/// 0; `PEC_ABSENT` beyond the last value. It lives as long as the verification.
///
/// This proves that the provider signed exactly these data and was trusted at the judged time. It does not prove that the
/// content is true, that the recipient read it, or, where `PEC_ANSWER_TIME` is `claimed`, that the time is another than the
/// one the provider states.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_certified(
    verification: Option<&pec_verification>,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        out.write(pec_str::of(value(verification, certified(verification)?, field, index)?));
        Ok(())
    })
}

/// How many values a field of the certified data has. `PEC_NOT_CERTIFIED` as above.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_certified_count(
    verification: Option<&pec_verification>,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        out.write(values(verification, certified(verification)?, field)?);
        Ok(())
    })
}

/// One value of what the message claims, whatever the verdict: proof of nothing, anybody can write it. `PEC_ABSENT` when it
/// holds no data that can be read. Parameters and lifetime as for `pec_verification_certified`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_claimed(
    verification: Option<&pec_verification>,
    field: u32,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        out.write(pec_str::of(value(verification, claimed(verification)?, field, index)?));
        Ok(())
    })
}

/// How many values a field has of what the message claims.
#[unsafe(no_mangle)]
pub extern "C" fn pec_verification_claimed_count(
    verification: Option<&pec_verification>,
    field: u32,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let (verification, out) = (some(verification, "verification")?, some(out, "out")?);
        out.write(values(verification, claimed(verification)?, field)?);
        Ok(())
    })
}
