//! How much of a message is read before the answer is "too much".

#![allow(unsafe_code, reason = "exported functions bear unmangled names")]

use std::mem::MaybeUninit;

use pec_core::limits::Limits;

use crate::border::{self, enter, some};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;

macro_rules! limits {
    ($($number:ident: $field:ident;)*) => {
        impl pec_limit {
            /// The place of a limit in `limits`, by its number.
            fn of(limits: &mut Limits, number: u32) -> Option<&mut usize> {
                match number {
                    $(n if n == Self::$number as u32 => Some(&mut limits.$field),)*
                    _ => None,
                }
            }

            /// The names of the limits in the core, in the order of their numbers.
            #[cfg(test)]
            const FIELDS: &'static [(Self, &'static str)] = &[$((Self::$number, stringify!($field))),*];
        }
    };
}

/// The limits on one message, for `pec_limits_set` and `pec_limits_value`. All are inclusive. One that is hit is a finding
/// (`mime.limits`, `cms.limits`, `daticert.limits`), but for `PEC_LIMIT_MESSAGE_BYTES`, which is `PEC_TOO_LARGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_limit {
    /// Bytes of one message: it is held whole.
    PEC_LIMIT_MESSAGE_BYTES = 0,
    /// Bytes of one header block.
    PEC_LIMIT_HEADER_BYTES = 1,
    /// Fields of one header block.
    PEC_LIMIT_HEADER_FIELDS = 2,
    /// Parts of one message, those of nested messages included.
    PEC_LIMIT_PARTS = 3,
    /// Depth of nested parts and messages.
    PEC_LIMIT_DEPTH = 4,
    /// Characters of a boundary.
    PEC_LIMIT_BOUNDARY_BYTES = 5,
    /// Bytes of the decoded signature (`smime.p7s`).
    PEC_LIMIT_SIGNATURE_BYTES = 6,
    /// Signers of one signature.
    PEC_LIMIT_SIGNERS = 7,
    /// Certificates that travel in one signature.
    PEC_LIMIT_CERTIFICATES = 8,
    /// Attributes of one signer.
    PEC_LIMIT_ATTRIBUTES = 9,
    /// Signature checks spent on the search of one certification path.
    PEC_LIMIT_PATH_SIGNATURES = 10,
    /// Certificates of one path.
    PEC_LIMIT_PATH_LENGTH = 11,
    /// Bytes of the decoded certification data (`daticert.xml`).
    PEC_LIMIT_DATICERT_BYTES = 12,
    /// Recipients in the certification data.
    PEC_LIMIT_RECIPIENTS = 13,
    /// Bytes of one text of the certification data.
    PEC_LIMIT_DATICERT_TEXT_BYTES = 14,
    /// Levels of the certification data.
    PEC_LIMIT_DATICERT_DEPTH = 15,
    /// Bytes of one decoded attachment or nested message.
    PEC_LIMIT_DECODED_BYTES = 16,
}

limits! {
    PEC_LIMIT_MESSAGE_BYTES: message_bytes;
    PEC_LIMIT_HEADER_BYTES: header_bytes;
    PEC_LIMIT_HEADER_FIELDS: header_fields;
    PEC_LIMIT_PARTS: parts;
    PEC_LIMIT_DEPTH: depth;
    PEC_LIMIT_BOUNDARY_BYTES: boundary_bytes;
    PEC_LIMIT_SIGNATURE_BYTES: signature_bytes;
    PEC_LIMIT_SIGNERS: signers;
    PEC_LIMIT_CERTIFICATES: certificates;
    PEC_LIMIT_ATTRIBUTES: attributes;
    PEC_LIMIT_PATH_SIGNATURES: path_signatures;
    PEC_LIMIT_PATH_LENGTH: path_length;
    PEC_LIMIT_DATICERT_BYTES: daticert_bytes;
    PEC_LIMIT_RECIPIENTS: recipients;
    PEC_LIMIT_DATICERT_TEXT_BYTES: daticert_text_bytes;
    PEC_LIMIT_DATICERT_DEPTH: daticert_depth;
    PEC_LIMIT_DECODED_BYTES: decoded_bytes;
}

/// How much of a message is read.
///
/// It can be changed until it is freed; a verifier takes a copy, and so does a message that is parsed with it.
#[derive(Debug)]
pub struct pec_limits {
    pub(crate) limits: Limits,
}

/// The limits for mail that comes from the Internet, which count wherever none are given. Freed by `pec_limits_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_limits_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_limits>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_limits { limits: Limits::DEFAULT })));
        Ok(())
    })
}

/// Sets one limit; `limit` is a `pec_limit`. A lower one makes less of hostile mail cost anything; it may also refuse
/// genuine mail, which is then `PEC_VERDICT_UNVERIFIABLE`, never forged. `PEC_BAD_VALUE` for a limit of messages beyond
/// 4 GiB, and for a number that this machine has no room for.
#[unsafe(no_mangle)]
pub extern "C" fn pec_limits_set(
    limits: Option<&mut pec_limits>,
    limit: u32,
    value: u64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let limits = some(limits, "limits")?;
        let place = pec_limit::of(&mut limits.limits, limit).ok_or_else(|| unknown("limit", limit))?;
        let refuse = || Failure::new(pec_result::PEC_BAD_VALUE).because(format!("value: {value}"));
        // Positions in a message are kept in 32 bits.
        if limit == pec_limit::PEC_LIMIT_MESSAGE_BYTES as u32 && value > u64::from(u32::MAX) {
            return Err(refuse());
        }
        *place = usize::try_from(value).map_err(|_| refuse())?;
        Ok(())
    })
}

/// One limit; `limit` is a `pec_limit`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_limits_value(
    limits: Option<&pec_limits>,
    limit: u32,
    out: Option<&mut MaybeUninit<u64>>,
) -> pec_result {
    enter(None, || {
        let (limits, out) = (some(limits, "limits")?, some(out, "out")?);
        let mut limits = limits.limits;
        let value = pec_limit::of(&mut limits, limit).ok_or_else(|| unknown("limit", limit))?;
        out.write(*value as u64);
        Ok(())
    })
}

/// Ends the life of limits. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_limits_free(limits: Option<Box<pec_limits>>) {
    border::release(limits);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The core can get another limit without that anything here fails to compile.
    #[test]
    fn every_limit_of_the_core_has_a_number() {
        let shown = format!("{:?}", Limits::DEFAULT);
        let fields =
            shown.trim_start_matches("Limits { ").split(", ").map(|field| field.split(':').next().unwrap_or(""));
        let ours: Vec<&str> = pec_limit::FIELDS.iter().map(|(_, field)| *field).collect();
        assert_eq!(fields.collect::<Vec<_>>(), ours);
        for (number, (limit, field)) in (0..).zip(pec_limit::FIELDS) {
            assert_eq!(*limit as u32, number, "{field}");
        }
    }
}
