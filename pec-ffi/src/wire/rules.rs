//! Rules that act on what comes in, and what comes in put elsewhere as well.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::path::PathBuf;

use ::pec_archive::report::{Report as _, lines};
use pec_imap::{Delivery, Error, report};
use serde::Deserialize;

use super::hub::pec_hub;
use super::options;
use super::work::{Job, Told, begin};
use crate::archive::pec_rules;
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::verification::pec_text;
use crate::work::pec_work;

/// Where what comes in is put as well, as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    maildir: Option<PathBuf>,
    mailbox: Option<String>,
    folder: Option<String>,
}

impl Place {
    pub(super) fn delivery(self, hub: &pec_imap::Hub) -> Result<Delivery, Failure> {
        match (self.maildir, self.mailbox, self.folder) {
            (Some(maildir), None, None) => Ok(Delivery::Maildir(maildir)),
            (None, Some(address), folder) => {
                let folder = folder.unwrap_or_else(|| "INBOX".to_owned());
                Ok(Delivery::Folder { mailbox: hub.mailbox(&address)?.said.address, folder })
            }
            _ => {
                Err(Failure::new(pec_result::PEC_BAD_VALUE).because("maildir alone, or mailbox and folder".to_owned()))
            }
        }
    }
}

/// Rules as `pec` reads them from a file, UTF-8 ended by NUL: TOML, `[[rule]]` with `name`, `query` (as a search is typed), lists
/// `file`, `tag`, `assign`, `hold`, `forward`, and `suggest = true` where somebody has to decide. `PEC_WIRE_VALUE`, whose evidence
/// says what is wrong and where: also two rules of one name. Freed by `pec_rules_free`.
///
/// # Safety
/// `toml` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_rules_read(
    toml: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_rules>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        // SAFETY: the caller's promise.
        let toml = unsafe { text(toml, "toml") }?;
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_rules { rules: pec_imap::read_rules(toml)? })));
        Ok(())
    })
}

/// From now on `pec_hub_apply_rules` acts on what comes in: what is in the archive already is left alone, unless somebody has begun
/// before.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_begin_rules(
    hub: Option<&pec_hub>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || Ok(some(hub, "hub")?.hub.begin_rules()?))
}

/// Lets rules act on what has come in since the last time, or since `pec_hub_begin_rules`: each rule once on each message. What is in
/// the outbox has not come in. One JSON object (`filed`) for each rule and message that it has acted on, or for which it suggests
/// something, and line. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_apply_rules(
    hub: Option<&pec_hub>,
    rules: Option<&pec_rules>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, rules) = (some(hub, "hub")?, some(rules, "rules")?);
        let out = some(out, "out")?;
        out.write(Some(Box::new(pec_text::new(lines(&it.hub.apply_rules(&rules.rules)?)))));
        Ok(())
    })
}

/// Puts into the outbox what rules hand on, also what somebody has accepted that they suggest: the message byte for byte, in a new one
/// from the mailbox in which it lies, to the same address once and never round. `pec_work_send` sends it. One JSON object
/// (`forwarded`) a message, rule and address, and line; what concerns one message is its `outcome`. Freed by `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_hub_act_on_events(
    hub: Option<&pec_hub>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(hub, "hub")?, some(out, "out")?);
        let forwarded: Vec<_> = it.hub.act_on_events()?.iter().map(report::Forwarded::of).collect();
        out.write(Some(Box::new(pec_text::new(lines(&forwarded)))));
        Ok(())
    })
}

struct RelayNew(pec_imap::Hub, String, Delivery);

impl Job for RelayNew {
    async fn run(self, _: Told<'_>) -> Result<String, Error> {
        let Self(hub, address, to) = self;
        let delivered = hub.relay_new(&address, &to).await?;
        Ok(report::Delivered::of(&address, &delivered).to_json())
    }
}

/// Begins to put what has come into a mailbox since the last time elsewhere as well, byte for byte; the first time nothing: it begins
/// then. What was sent is left out. `to` is one JSON object: `maildir`, a folder, which is made where it does not exist; or `mailbox`, one
/// that is managed, and `folder` (`INBOX`). Its report is one JSON object (`delivered`):
/// `relayed`, a list of what is there now and of what the other side does not take, which has a `problem` and is passed over; and the
/// `problem` that ended it before its end, after which the rest is put there the next time. The rest is as for
/// `pec_work_check_mailbox`.
///
/// # Safety
/// `address` and `to` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_work_relay_new(
    hub: Option<&pec_hub>,
    address: *const c_char,
    to: *const c_char,
    out: Option<&mut MaybeUninit<Option<Box<pec_work>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(hub, "hub")?;
        // SAFETY: the caller's promise.
        let address = unsafe { text(address, "address") }?;
        // SAFETY: the caller's promise.
        let to = unsafe { text(to, "to") }?;
        let (out, place): (_, Place) = (some(out, "out")?, options(to, "to")?);
        out.write(begin(RelayNew(it.hub.clone(), address.to_owned(), place.delivery(&it.hub)?))?);
        Ok(())
    })
}
