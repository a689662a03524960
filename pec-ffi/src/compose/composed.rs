//! Messages ready to be sent.

use std::mem::MaybeUninit;

use pec_core::compose::Composed;

use crate::border::{self, enter, some};
use crate::failure::{Failure, pec_result};
use crate::text::{pec_bytes, pec_str};

/// A message ready to be sent: bytes that nothing may change any more, and for whom they are. It never changes, may be shared
/// between threads, and lives without the draft.
#[derive(Debug)]
pub struct pec_composed {
    pub(crate) composed: Composed,
}

/// The exact bytes: CRLF throughout and at the end, 7-bit. They live as long as the composed message.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_bytes(
    composed: Option<&pec_composed>,
    out: Option<&mut MaybeUninit<pec_bytes>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(composed, "composed")?, some(out, "out")?);
        out.write(pec_bytes::of(&it.composed.bytes));
        Ok(())
    })
}

/// Its Message-ID, without brackets. It lives as long as the composed message.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_message_id(
    composed: Option<&pec_composed>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(composed, "composed")?, some(out, "out")?);
        out.write(pec_str::of(&it.composed.message_id));
        Ok(())
    })
}

/// The SMTP sender. It lives as long as the composed message.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_sender(
    composed: Option<&pec_composed>,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(composed, "composed")?, some(out, "out")?);
        out.write(pec_str::of(&it.composed.sender));
        Ok(())
    })
}

/// How many SMTP recipients it has: To and Cc, each once.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_recipient_count(
    composed: Option<&pec_composed>,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        some(out, "out")?.write(some(composed, "composed")?.composed.recipients.len());
        Ok(())
    })
}

/// The SMTP recipient at `index`, from 0. `PEC_ABSENT` beyond the last. It lives as long as the composed message.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_recipient(
    composed: Option<&pec_composed>,
    index: usize,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    enter(None, || {
        let (it, out) = (some(composed, "composed")?, some(out, "out")?);
        let found = it.composed.recipients.get(index);
        out.write(pec_str::of(found.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?));
        Ok(())
    })
}

/// Ends the life of a composed message. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_composed_free(composed: Option<Box<pec_composed>>) {
    border::release(composed);
}
