//! What lies in the mailboxes of a sandbox, and whom to trust for it.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::Path;

use ::pec_sandbox::network::Stored;
use pec_core::limits::Limits;

use super::pec_sandbox;
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::message::pec_message;
use crate::trust::pec_trust_store;
use crate::verification::pec_text;

/// How many messages lie in a mailbox. `address` is UTF-8, ended by NUL, in any case of letters; `PEC_NO_MAILBOX` when there
/// is none.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_message_count(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    out: Option<&mut MaybeUninit<usize>>,
) -> pec_result {
    enter(None, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        out.write(sandbox.look(|network| network.messages(address).map(<[Stored]>::len))?);
        Ok(())
    })
}

impl pec_sandbox {
    /// The message at `index` of a mailbox; the oldest is the first.
    pub(super) fn stored<T>(&self, address: &str, index: usize, read: fn(&Stored) -> T) -> Result<T, Failure> {
        let found = self.look(|network| Ok(network.messages(address)?.get(index).map(read)))?;
        found.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT).because(format!("index: {index}")))
    }
}

/// A copy of the message at `index`, from 0, the oldest first, of a mailbox, as a mail program finds it. `PEC_ABSENT` beyond
/// the last. Freed by `pec_message_free`.
///
/// # Safety
/// `address` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_message(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    index: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_message>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        let out = some(out, "out")?;
        let bytes = sandbox.stored(address, index, |stored| stored.bytes.clone())?;
        out.write(Some(Box::new(pec_message::parse(bytes, &Limits::DEFAULT))));
        Ok(())
    })
}

/// Writes every message of a mailbox into a folder, which is made where it does not exist, one file each: `00001.eml` is the
/// oldest. `*count` is how many there are. A file that stands there is written over. `PEC_FILE` when it cannot be written.
///
/// # Safety
/// `address` and `folder` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_write_mailbox(
    sandbox: Option<&pec_sandbox>,
    address: *const c_char,
    folder: *const c_char,
    count: Option<&mut MaybeUninit<usize>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        // SAFETY: the caller's promise.
        let folder = unsafe { text(folder, "folder") }?;
        let count = some(count, "count")?;
        let written = sandbox.look(|network| {
            network.messages(address)?;
            Ok(network.mailbox(address).map(|mailbox| mailbox.write(Path::new(folder))))
        })?;
        let failed = |error: std::io::Error| Failure::new(pec_result::PEC_FILE).because(format!("{folder}: {error}"));
        count.write(written.transpose().map_err(failed)?.unwrap_or(0));
        Ok(())
    })
}

/// The trust data of this version and the sandbox's authority, for `pec_verifier_new`. For trials alone: never verify mail
/// of the world with it. Freed by `pec_trust_store_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_trust(
    sandbox: Option<&pec_sandbox>,
    out: Option<&mut MaybeUninit<Option<Box<pec_trust_store>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (sandbox, out) = (some(sandbox, "sandbox")?, some(out, "out")?);
        let store = sandbox.look(|network| Ok(network.trust().clone()))?;
        out.write(Some(Box::new(pec_trust_store { store })));
        Ok(())
    })
}

/// The certificate of the sandbox's authority in PEM, for `pec verify --anchor`. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_anchor(
    sandbox: Option<&pec_sandbox>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (sandbox, out) = (some(sandbox, "sandbox")?, some(out, "out")?);
        let pem = sandbox.look(|network| Ok(network.anchor().pem()))?;
        out.write(Some(Box::new(pec_text::new(pem))));
        Ok(())
    })
}
