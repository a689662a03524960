//! `cargo xtask crash [KILLS]`: what a killed process and a cut of the power leave, longer than CI has time for.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::run::{cargo, root, run};

/// How often a process is killed and the power cut, unless told.
const KILLS: u32 = 1000;

/// Kills a writing process as often, one that receives mail and one that sends it as often, then cuts the power as often, twice, from a
/// seed of this day's; each prints what it has seen.
pub(crate) fn campaign(kills: Option<String>) -> Result<(), String> {
    let kills = kills.map_or(Ok(KILLS), |text| text.parse()).map_err(|_| "KILLS is a number".to_owned())?;
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    println!("== {kills} kills");
    let crashes = [("PEC_CRASHES", u64::from(kills))];
    tests("pec-archive", "archive", "crash::nothing_that_was_acknowledged_is_lost", &crashes)?;
    println!("== {kills} kills of whoever receives");
    let name = "crash::what_the_server_has_the_archive_has_in_the_end_whenever_it_is_killed";
    tests("pec-imap", "receive", name, &crashes)?;
    println!("== {kills} kills of whoever sends");
    tests("pec-imap", "send", "crash::whatever_instant_a_sender_is_killed_at_nothing_goes_twice", &crashes)?;
    println!("== {kills} cuts of the power");
    let cuts = [("PEC_CUTS", u64::from(kills)), ("PEC_SEED", seed)];
    tests("pec-archive", "power", "cuts::nothing_that_was_acknowledged_is_lost_with_the_power", &cuts)?;
    println!("== {kills} cuts of the power while several threads write");
    tests(
        "pec-archive",
        "power",
        "cuts::each_of_the_batches_that_share_a_commit_is_whole_whenever_the_power_goes",
        &cuts,
    )
}

fn tests(package: &str, target: &str, name: &str, variables: &[(&str, u64)]) -> Result<(), String> {
    let mut command = Command::new(cargo());
    command.args(["test", "--package", package, "--test", target, "--", "--exact", name, "--nocapture"]);
    for (variable, value) in variables {
        command.env(variable, value.to_string());
    }
    run(command.current_dir(root()))
}
