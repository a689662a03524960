//! `cargo xtask crash [KILLS]`: the durability of the archive, longer than CI has time for.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::run::{cargo, root, run};

/// How often a process is killed and the power cut, unless told.
const KILLS: u32 = 1000;

/// Kills a writing process as often, then cuts the power as often, from a seed of this day's; each prints what it has seen.
pub(crate) fn campaign(kills: Option<String>) -> Result<(), String> {
    let kills = kills.map_or(Ok(KILLS), |text| text.parse()).map_err(|_| "KILLS is a number".to_owned())?;
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    println!("== {kills} kills");
    tests("archive", "crash::nothing_that_was_acknowledged_is_lost", &[("PEC_CRASHES", u64::from(kills))])?;
    println!("== {kills} cuts of the power");
    let cuts = [("PEC_CUTS", u64::from(kills)), ("PEC_SEED", seed)];
    tests("power", "cuts::nothing_that_was_acknowledged_is_lost_with_the_power", &cuts)
}

fn tests(target: &str, name: &str, variables: &[(&str, u64)]) -> Result<(), String> {
    let mut command = Command::new(cargo());
    command.args(["test", "--package", "pec-archive", "--test", target, "--", "--exact", name, "--nocapture"]);
    for (variable, value) in variables {
        command.env(variable, value.to_string());
    }
    run(command.current_dir(root()))
}
