//! Rules: what is done with a message that a search would find, by itself or when somebody agrees.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_archive::report::{Report as _, lines};
use ::pec_archive::{Action, Rule};

use super::{id, ids, pec_archive, pec_intake};
use crate::border::{self, bytes, enter, instant, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;
use crate::verification::pec_text;

/// Rules, in the order in which they act. They can be changed until they are freed; nothing of them is kept in the archive but
/// which has acted on which message.
#[derive(Debug)]
pub struct pec_rules {
    pub(crate) rules: Vec<Rule>,
}

impl pec_rules {
    /// The rule of this name.
    fn named(&self, name: &str) -> Result<&Rule, Failure> {
        let found = self.rules.iter().find(|rule| rule.name() == name);
        found.ok_or_else(|| Failure::new(pec_result::PEC_ABSENT).because(format!("rule: {name}")))
    }
}

fn made(name: &str, query: &str, actions: Vec<Action>, suggests: bool) -> Result<Rule, Failure> {
    let rule = Rule::new(name, query, actions)?;
    Ok(if suggests { rule.suggesting() } else { rule })
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_action {
    /// Put it into a folder of the host's (*fascicolo*): the tag `fascicolo/NAME`.
    PEC_ACTION_FILE = 0,
    /// Give it a tag.
    PEC_ACTION_TAG = 1,
    /// Assign it to somebody: the tag `assegnato/NAME`.
    PEC_ACTION_ASSIGN = 2,
    /// Hold it for a case: it cannot be erased until that is released.
    PEC_ACTION_HOLD = 3,
    /// Forward it to this address. The archive sends nothing: whoever follows the events does.
    PEC_ACTION_FORWARD = 4,
}

/// No rules. Freed by `pec_rules_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_rules_new(
    out: Option<&mut MaybeUninit<Option<Box<pec_rules>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(out, "out")?.write(Some(Box::new(pec_rules { rules: Vec::new() })));
        Ok(())
    })
}

/// Adds a rule behind the others, for every message that `query` finds, all where it is empty. Its `name` is its identity: it acts
/// once on each message, under whatever conditions it has later. `suggests` is 0 for a rule that acts by itself, 1 for one that only
/// suggests and waits for somebody to decide. `PEC_ARCHIVE_QUERY`, whose evidence says where; `PEC_ARCHIVE_VALUE` for an empty
/// name, or one that is there.
///
/// # Safety
/// `name` and `query` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_rules_add(
    rules: Option<&mut pec_rules>,
    name: *const c_char,
    query: *const c_char,
    suggests: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(rules, "rules")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let query = unsafe { text(query, "query") }?;
        if suggests > 1 {
            return Err(unknown("suggests", suggests));
        }
        if it.rules.iter().any(|rule| rule.name() == name) {
            return Err(::pec_archive::Error::BadValue { what: "rule", value: name.to_owned() }.into());
        }
        it.rules.push(made(name, query, Vec::new(), suggests == 1)?);
        Ok(())
    })
}

/// Adds something that the rule does which was added last; `action` is a `pec_action`. `PEC_ABSENT` before the first rule,
/// `PEC_ARCHIVE_VALUE` for an empty value.
///
/// # Safety
/// `value` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_rules_add_action(
    rules: Option<&mut pec_rules>,
    action: u32,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_action as A;
    enter(error, || {
        let it = some(rules, "rules")?;
        // SAFETY: the caller's promise.
        let value = unsafe { text(value, "value") }?.to_owned();
        let last = it.rules.last_mut().ok_or_else(|| Failure::new(pec_result::PEC_ABSENT))?;
        let action = match action {
            a if a == A::PEC_ACTION_FILE as u32 => Action::File(value),
            a if a == A::PEC_ACTION_TAG as u32 => Action::Tag(value),
            a if a == A::PEC_ACTION_ASSIGN as u32 => Action::Assign(value),
            a if a == A::PEC_ACTION_HOLD as u32 => Action::Hold(value),
            a if a == A::PEC_ACTION_FORWARD as u32 => Action::Forward(value),
            _ => return Err(unknown("action", action)),
        };
        let actions = [last.actions(), &[action]].concat();
        *last = made(last.name(), last.query(), actions, last.is_suggesting())?;
        Ok(())
    })
}

/// Ends the life of rules. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn pec_rules_free(rules: Option<Box<pec_rules>>) {
    border::release(rules);
}

/// Lets rules act on messages, each rule once on each message; all of it or nothing. `ids` are the identifiers of the messages with
/// commas between them. What is done is logged as if somebody had done it by hand. What comes out is one JSON object (`filed`) for
/// each rule and message that it has acted on, or for which it suggests something; freed by `pec_text_free`.
/// `PEC_ARCHIVE_NOT_FOUND` for a message that is not here: then nothing was done.
///
/// # Safety
/// `ids` is NULL or ends with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_file(
    archive: Option<&pec_archive>,
    rules: Option<&pec_rules>,
    ids: *const c_char,
    now: i64,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, rules) = (some(archive, "archive")?, some(rules, "rules")?);
        // SAFETY: the caller's promise.
        let ids = unsafe { text(ids, "ids") }?;
        let (now, out) = (instant(now, "now")?, some(out, "out")?);
        let filed = it.archive.file(&it.actor, &rules.rules, &self::ids(ids)?, now)?;
        out.write(Some(Box::new(pec_text::new(lines(&filed)))));
        Ok(())
    })
}

/// Why the rule of this name acts on a message of the archive, or does not, as one JSON object (`explained`): both, the conditions as
/// they could be typed, each with whether it holds, and the actions. `holds` is 1 where all of them do, else 0. Nothing is done. `PEC_ABSENT` where no
/// rule has this name, `PEC_ARCHIVE_NOT_FOUND`. Freed by `pec_text_free`.
///
/// # Safety
/// `name` and `id` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_explain(
    archive: Option<&pec_archive>,
    rules: Option<&pec_rules>,
    name: *const c_char,
    id: *const c_char,
    holds: Option<&mut MaybeUninit<u32>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, rules) = (some(archive, "archive")?, some(rules, "rules")?);
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        let (holds, out) = (some(holds, "holds")?, some(out, "out")?);
        let explained = it.archive.explain(&it.actor, rules.named(name)?, self::id(id)?)?;
        holds.write(explained.holds().into());
        out.write(Some(Box::new(pec_text::new(explained.to_json()))));
        Ok(())
    })
}

/// Why the rule of this name would act on a message, or would not, if it came in now: the bytes are judged by `intake`, beside
/// everything that is in the archive, in a transaction that is taken back, so that nothing is kept of them. A message that is here
/// already has its tags. An archive that is open for reading alone cannot: `PEC_ARCHIVE_READ_ONLY`. The rest is as for
/// `pec_archive_explain`.
///
/// # Safety
/// `name` is NULL or ends with NUL; `data` is NULL or the first of `len` bytes that can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_explain_bytes(
    archive: Option<&pec_archive>,
    intake: Option<&pec_intake>,
    rules: Option<&pec_rules>,
    name: *const c_char,
    data: *const u8,
    len: usize,
    now: i64,
    holds: Option<&mut MaybeUninit<u32>>,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, intake) = (some(archive, "archive")?, some(intake, "intake")?);
        let rules = some(rules, "rules")?;
        // SAFETY: the caller's promise.
        let name = unsafe { text(name, "name") }?;
        // SAFETY: the caller's promise.
        let message = unsafe { bytes(data, len, "data") }?;
        let (now, holds, out) = (instant(now, "now")?, some(holds, "holds")?, some(out, "out")?);
        let explained = it.archive.explain_bytes(&intake.at(now), rules.named(name)?, message)?;
        holds.write(explained.holds().into());
        out.write(Some(Box::new(pec_text::new(explained.to_json()))));
        Ok(())
    })
}

/// What waits for somebody to decide, oldest first, at most `limit`: one JSON object (`suggestion`) a line. Freed by
/// `pec_text_free`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_archive_suggestions(
    archive: Option<&pec_archive>,
    limit: usize,
    out: Option<&mut MaybeUninit<Option<Box<pec_text>>>>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let (it, out) = (some(archive, "archive")?, some(out, "out")?);
        out.write(Some(Box::new(pec_text::new(lines(&it.archive.suggestions(&it.actor, limit)?)))));
        Ok(())
    })
}

/// Does what the rule of this name suggests for a message. `PEC_ARCHIVE_NOT_FOUND` where it suggests nothing, or somebody has
/// decided already.
///
/// # Safety
/// `id` and `rule` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_accept(
    archive: Option<&pec_archive>,
    id: *const c_char,
    rule: *const c_char,
    now: i64,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        // SAFETY: the caller's promise.
        let rule = unsafe { text(rule, "rule") }?;
        Ok(it.archive.accept(&it.actor, self::id(id)?, rule, instant(now, "now")?)?)
    })
}

/// Puts aside what the rule of this name suggests for a message: it is not suggested again. The rest is as for `pec_archive_accept`.
///
/// # Safety
/// `id` and `rule` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_archive_dismiss(
    archive: Option<&pec_archive>,
    id: *const c_char,
    rule: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let it = some(archive, "archive")?;
        // SAFETY: the caller's promise.
        let id = unsafe { text(id, "id") }?;
        // SAFETY: the caller's promise.
        let rule = unsafe { text(rule, "rule") }?;
        Ok(it.archive.dismiss(&it.actor, self::id(id)?, rule)?)
    })
}
