//! What goes wrong in a sandbox on purpose: messages that are lost, late, forged; points that do not work.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use ::pec_sandbox::network::{Chance, Fault, FaultRule, House, Network, Point};
use jiff::SignedDuration;
use pec_core::daticert::Kind;

use super::{pec_house, pec_sandbox};
use crate::border::{enter, some, text};
use crate::failure::{Failure, pec_error, pec_result};
use crate::text::unknown;

/// What goes wrong with a message between who issues it and the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_fault {
    /// It never arrives.
    PEC_FAULT_LOST = 0,
    /// It arrives later, by the seconds that are given.
    PEC_FAULT_LATE = 1,
    /// It arrives twice.
    PEC_FAULT_DUPLICATED = 2,
    /// It waits until another one was put into the same mailbox, an hour at most.
    PEC_FAULT_REORDERED = 3,
    /// A genuine receipt of the same kind about somebody else's message is put beside it.
    PEC_FAULT_FOREIGN = 4,
    /// A forged one is put beside it, signed with a self-made certificate that names the provider.
    PEC_FAULT_FORGED = 5,
}

/// How often a fault applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_chance {
    /// Each time; the number is not looked at.
    PEC_CHANCE_ALWAYS = 0,
    /// The next so many times.
    PEC_CHANCE_TIMES = 1,
    /// Once in so many, the same in every run; never for 0.
    PEC_CHANCE_ONE_IN = 2,
}

/// A point of a provider that can be out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum pec_point {
    /// Nothing reaches the provider; others keep what they have for 24 hours.
    PEC_POINT_INCOMING = 0,
    /// Envelopes are taken in charge and wait.
    PEC_POINT_DELIVERY = 1,
}

fn chance(chance: u32, number: u32) -> Result<Chance, Failure> {
    use pec_chance as C;
    Ok(match chance {
        n if n == C::PEC_CHANCE_ALWAYS as u32 => Chance::Always,
        n if n == C::PEC_CHANCE_TIMES as u32 => Chance::Times(number),
        n if n == C::PEC_CHANCE_ONE_IN as u32 => Chance::OneIn(number),
        _ => return Err(unknown("chance", chance)),
    })
}

/// A rule for what its filters let through; an empty one lets everything through.
fn rule(fault: Fault, kind: &str, recipient: &str, chance: Chance) -> Result<FaultRule, Failure> {
    let mut rule = FaultRule::new(fault).chance(chance);
    if !kind.is_empty() {
        let known = Kind::from_wire(kind);
        if !known.is_listed() {
            return Err(Failure::new(pec_result::PEC_BAD_VALUE).because(format!("kind: {kind}")));
        }
        rule = rule.kind(known);
    }
    Ok(if recipient.is_empty() { rule } else { rule.recipient(recipient) })
}

/// Applies a fault from now on, beside those that are there. `fault` is a `pec_fault`, `seconds` counts for
/// `PEC_FAULT_LATE` alone; `often` is a `pec_chance` with its `number`.
///
/// `kind` is the kind of message that it applies to by its name in `daticert.xml` (`avvenuta-consegna`,
/// `posta-certificata`), or an empty text for every receipt and notice; `recipient` is the one of whom the message speaks,
/// or an empty text for anybody. Both are UTF-8, ended by NUL.
///
/// # Safety
/// `kind` and `recipient` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_add_fault(
    sandbox: Option<&mut pec_sandbox>,
    fault: u32,
    seconds: i64,
    kind: *const c_char,
    recipient: *const c_char,
    often: u32,
    number: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    use pec_fault as F;
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let kind = unsafe { text(kind, "kind") }?;
        // SAFETY: the caller's promise.
        let recipient = unsafe { text(recipient, "recipient") }?;
        let fault = match fault {
            n if n == F::PEC_FAULT_LOST as u32 => Fault::Lost,
            n if n == F::PEC_FAULT_LATE as u32 && seconds >= 0 => Fault::Late(SignedDuration::from_secs(seconds)),
            n if n == F::PEC_FAULT_LATE as u32 => {
                return Err(Failure::new(pec_result::PEC_BAD_VALUE).because(format!("seconds: {seconds}")));
            }
            n if n == F::PEC_FAULT_DUPLICATED as u32 => Fault::Duplicated,
            n if n == F::PEC_FAULT_REORDERED as u32 => Fault::Reordered,
            n if n == F::PEC_FAULT_FOREIGN as u32 => Fault::Foreign,
            n if n == F::PEC_FAULT_FORGED as u32 => Fault::Forged,
            _ => return Err(unknown("fault", fault)),
        };
        let rule = rule(fault, kind, recipient, chance(often, number)?)?;
        sandbox.change(|network| {
            network.add_fault(rule);
            Ok(())
        })
    })
}

/// From now on a field of the outer header, which nobody signs, has another value in the mailbox: `header` is its name,
/// `value` the value, both UTF-8 ended by NUL. The other parameters are those of `pec_sandbox_add_fault`.
///
/// # Safety
/// `header`, `value`, `kind` and `recipient` are NULL or end with NUL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pec_sandbox_add_edit(
    sandbox: Option<&mut pec_sandbox>,
    header: *const c_char,
    value: *const c_char,
    kind: *const c_char,
    recipient: *const c_char,
    often: u32,
    number: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        let sandbox = some(sandbox, "sandbox")?;
        // SAFETY: the caller's promise.
        let header = unsafe { text(header, "header") }?.to_owned();
        // SAFETY: the caller's promise.
        let value = unsafe { text(value, "value") }?.to_owned();
        // SAFETY: the caller's promise.
        let kind = unsafe { text(kind, "kind") }?;
        // SAFETY: the caller's promise.
        let recipient = unsafe { text(recipient, "recipient") }?;
        let rule = rule(Fault::Edited { header, value }, kind, recipient, chance(often, number)?)?;
        sandbox.change(|network| {
            network.add_fault(rule);
            Ok(())
        })
    })
}

/// No more faults; what is under way keeps its own.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_clear_faults(
    sandbox: Option<&mut pec_sandbox>,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || {
        some(sandbox, "sandbox")?.change(|network| {
            network.clear_faults();
            Ok(())
        })
    })
}

/// Puts a point of a provider out of order; `house` is a `pec_house`, `point` a `pec_point`.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_stop_point(
    sandbox: Option<&mut pec_sandbox>,
    house: u32,
    point: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || turn(sandbox, house, point, Network::stop))
}

/// Puts it in order again: what waited goes on at the sandbox's time.
#[unsafe(no_mangle)]
pub extern "C" fn pec_sandbox_restart_point(
    sandbox: Option<&mut pec_sandbox>,
    house: u32,
    point: u32,
    error: Option<&mut MaybeUninit<Option<Box<pec_error>>>>,
) -> pec_result {
    enter(error, || turn(sandbox, house, point, Network::restart))
}

fn turn(
    sandbox: Option<&mut pec_sandbox>,
    house: u32,
    point: u32,
    turn: fn(&mut Network, House, Point) -> Result<(), ::pec_sandbox::network::Error>,
) -> Result<(), Failure> {
    let sandbox = some(sandbox, "sandbox")?;
    let house = match house {
        n if n == pec_house::PEC_HOUSE_ALFA as u32 => House::Alfa,
        n if n == pec_house::PEC_HOUSE_BETA as u32 => House::Beta,
        n if n == pec_house::PEC_HOUSE_GAMMA as u32 => House::Gamma,
        _ => return Err(unknown("house", house)),
    };
    let point = match point {
        n if n == pec_point::PEC_POINT_INCOMING as u32 => Point::Incoming,
        n if n == pec_point::PEC_POINT_DELIVERY as u32 => Point::Delivery,
        _ => return Err(unknown("point", point)),
    };
    sandbox.change(|network| turn(network, house, point))
}
