//! What a finding code means.

#![allow(unsafe_code, reason = "exported functions bear unmangled names and take texts from C")]

use std::ffi::c_char;
use std::mem::MaybeUninit;

use pec_core::finding::{Code, Language};
use pec_core::reconcile::State;

use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_result};
use crate::text::{pec_str, unknown};

/// The texts about a finding code, for `pec_explain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_code_field {
    /// What it means for the proof and what to do, in Italian.
    PEC_CODE_EXPLANATION_IT = 0,
    /// The same in English.
    PEC_CODE_EXPLANATION_EN = 1,
    /// The rule that the check enforces.
    PEC_CODE_RULE = 2,
    /// The layer in which it arises.
    PEC_CODE_LAYER = 3,
    /// Its usual severity.
    PEC_CODE_SEVERITY = 4,
}

/// One text about a finding code; `code` is its name (`cms.digest_mismatch`), UTF-8 ended by NUL, `field` a
/// `pec_code_field`. `PEC_ABSENT` when no code has this name. The text lives for ever.
///
/// # Safety
/// `code` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_explain(
    code: *const c_char,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_code_field as F;
    enter(None, || {
        // SAFETY: the caller's promise.
        let code = unsafe { text(code, "code") }?;
        let out = some(out, "out")?;
        let code = Code::parse(code).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(match field {
            n if n == F::PEC_CODE_EXPLANATION_IT as u32 => code.explanation(Language::It),
            n if n == F::PEC_CODE_EXPLANATION_EN as u32 => code.explanation(Language::En),
            n if n == F::PEC_CODE_RULE as u32 => code.rule(),
            n if n == F::PEC_CODE_LAYER as u32 => code.layer().as_str(),
            n if n == F::PEC_CODE_SEVERITY as u32 => code.severity().as_str(),
            _ => return Err(unknown("field", field)),
        }));
        Ok(())
    })
}

/// The texts about a state of a recipient, for `pec_state_text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_state_field {
    /// The state in a few words, in Italian.
    PEC_STATE_TITLE_IT = 0,
    /// The same in English.
    PEC_STATE_TITLE_EN = 1,
    /// What it means, in Italian.
    PEC_STATE_EXPLANATION_IT = 2,
    /// The same in English.
    PEC_STATE_EXPLANATION_EN = 3,
    /// One character for lists: a tick, a cross.
    PEC_STATE_MARK = 4,
}

/// One text about a state of a recipient; `state` is its name (`awaiting-delivery`), UTF-8 ended by NUL, `field` a
/// `pec_state_field`. `PEC_ABSENT` when no state has this name. The text lives for ever.
///
/// # Safety
/// `state` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_state_text(
    state: *const c_char,
    field: u32,
    out: Option<&mut MaybeUninit<pec_str>>,
) -> pec_result {
    use pec_state_field as F;
    enter(None, || {
        // SAFETY: the caller's promise.
        let name = unsafe { text(state, "state") }?;
        let out = some(out, "out")?;
        let state = named(name)?;
        out.write(pec_str::of(match field {
            n if n == F::PEC_STATE_TITLE_IT as u32 => state.title(Language::It),
            n if n == F::PEC_STATE_TITLE_EN as u32 => state.title(Language::En),
            n if n == F::PEC_STATE_EXPLANATION_IT as u32 => state.explanation(Language::It),
            n if n == F::PEC_STATE_EXPLANATION_EN as u32 => state.explanation(Language::En),
            n if n == F::PEC_STATE_MARK as u32 => state.mark(),
            _ => return Err(unknown("field", field)),
        }));
        Ok(())
    })
}

fn named(name: &str) -> Result<State, Failure> {
    let state = State::ALL.into_iter().find(|state| state.as_str() == name);
    state.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))
}

/// Whether no further receipt is expected for a recipient in this state: 1 or 0. `state` is its name (`delivered`), UTF-8 ended
/// by NUL. `PEC_ABSENT` when no state has this name.
///
/// # Safety
/// `state` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_state_is_final(state: *const c_char, out: Option<&mut MaybeUninit<u32>>) -> pec_result {
    enter(None, || {
        // SAFETY: the caller's promise.
        let name = unsafe { text(state, "state") }?;
        let out = some(out, "out")?;
        out.write(named(name)?.is_final().into());
        Ok(())
    })
}

/// How many finding codes there are.
#[unsafe(no_mangle)]
pub extern "C" fn pec_code_count() -> usize {
    Code::ALL.len()
}

/// The name of the finding code at `index`, from 0. `PEC_ABSENT` beyond the last. The text lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn pec_code_name(index: usize, out: Option<&mut MaybeUninit<pec_str>>) -> pec_result {
    enter(None, || {
        let out = some(out, "out")?;
        let code = Code::ALL.get(index).ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        out.write(pec_str::of(code.as_str()));
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_state_of_the_core_can_be_asked_for() {
        let read = |place: MaybeUninit<pec_str>| {
            // SAFETY: a call has written it.
            let text = unsafe { place.assume_init() };
            // SAFETY: texts of the table live for ever.
            std::str::from_utf8(unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len) }).unwrap()
        };
        assert_eq!(pec_code_count(), Code::ALL.len());
        for (index, code) in Code::ALL.iter().enumerate() {
            let mut name = MaybeUninit::uninit();
            assert_eq!(pec_code_name(index, Some(&mut name)), pec_result::PEC_OK);
            assert_eq!(read(name), code.as_str());
            let asked = std::ffi::CString::new(code.as_str()).unwrap();
            for (field, expected) in [
                (pec_code_field::PEC_CODE_EXPLANATION_IT, code.explanation(Language::It)),
                (pec_code_field::PEC_CODE_EXPLANATION_EN, code.explanation(Language::En)),
                (pec_code_field::PEC_CODE_RULE, code.rule()),
                (pec_code_field::PEC_CODE_LAYER, code.layer().as_str()),
                (pec_code_field::PEC_CODE_SEVERITY, code.severity().as_str()),
            ] {
                let mut text = MaybeUninit::uninit();
                // SAFETY: a text that ends with NUL.
                let result = unsafe { pec_explain(asked.as_ptr(), field as u32, Some(&mut text)) };
                assert_eq!(result, pec_result::PEC_OK);
                assert_eq!(read(text), expected);
            }
        }
        for state in State::ALL {
            let asked = std::ffi::CString::new(state.as_str()).unwrap();
            let mut text = MaybeUninit::uninit();
            let field = pec_state_field::PEC_STATE_TITLE_IT as u32;
            // SAFETY: a text that ends with NUL.
            let result = unsafe { pec_state_text(asked.as_ptr(), field, Some(&mut text)) };
            assert_eq!(result, pec_result::PEC_OK);
            assert_eq!(read(text), state.title(Language::It));
            let mut last = MaybeUninit::uninit();
            // SAFETY: a text that ends with NUL.
            let result = unsafe { pec_state_is_final(asked.as_ptr(), Some(&mut last)) };
            assert_eq!(result, pec_result::PEC_OK);
            // SAFETY: a call has written it.
            assert_eq!(unsafe { last.assume_init() } == 1, state.is_final());
        }
    }
}
