//! The tables as Markdown: docs/DELEGATION.md is this, word for word.

use std::fmt::Write;

use super::denied::DeniedCode;
use super::lifecycle::{Act, DelegateAct, DelegateState, Guard, State, Step, Wording, step};
use super::permission::{Permission, Permissions};
use super::role::{Preset, Role, Roles};
use crate::finding::Language;

const HEAD: &str = "\
# Delegation

Who may do what in which mailbox, and how a mailbox lives. Made from the tables of `pec-core/src/delegation`
(`cargo xtask delegation`); CI compares. FEATURES is the specification's list of rows.

What a provider's back office does is asked for and reported, never done: every change of state below, but for what time alone
brings, is something that the provider has said. These rules are kept by the program that uses them; they do not bind whoever
holds the archive's file and its key.
";

const EXAMPLE: &str = "
## A worked example

The program `pec` keeps it in an archive; C and Python do the same, by `pec_archive_act` and `Organisation.act`.

```sh
pec org init comune.pecarchive --preset consip-25
pec org client comune.pecarchive C1 --name \"Comune di Prova\"
pec org account comune.pecarchive C1 A1 --name \"Ufficio gare\"
pec org mailbox comune.pecarchive A1 gare@pec.comune.example --holder \"Comune di Prova\"
pec org share on comune.pecarchive gare@pec.comune.example
pec user add comune.pecarchive A1 anna --name \"Anna Verdi\"
pec org share add comune.pecarchive gare@pec.comune.example anna --first-name Anna --surname Verdi
pec grant give comune.pecarchive G1 gare@pec.comune.example anna --permissions reply,assign
pec grant check comune.pecarchive reply gare@pec.comune.example --as anna
pec work open comune.pecarchive fascicolo-1 gare@pec.comune.example
pec work claim comune.pecarchive fascicolo-1 --as anna --hours 4
pec work list comune.pecarchive
pec log show comune.pecarchive
```

Without `--as` and `--operator` it is the program itself that acts; `--operator olga --client C1` is somebody who administers a
client, and reads nothing. `--json` gives events and lists as lines of JSON ([their form](schema/organisation-1.json)), and `pec org
act comune.pecarchive commands.jsonl` takes commands written so, one a line:

```json
{\"command\":\"suspend-user\",\"user\":\"anna\"}
```

A command has its name under `command`, and its fields as they stand in the events that come of it; what is not understood is an
error, and nothing of it is done.

";

const LIFE: &str = "
## The life of a mailbox

![The states of a mailbox](lifecycle.svg)

A cell is the state after the act; *if* names what has to hold, asked in this order; a code is the refusal. From *revoked* to
*fully-revoked* time alone leads, after 30 days.
";

const RIGHTS: &str = "
## Permissions

A permission brings others with it where it cannot be used, or keeps nothing from anybody, without them. `manage-credentials` is
the custodian's alone: no role holds it, no other grant gives it, and nothing brings it along.
";

const PRESETS: &str = "
## Presets

What each role gives in all. Of Aruba's five the source gives the names, and which implies which; what each opens of the twelve is
our reading.
";

/// The whole document, each line ended by LF.
///
/// ```
/// let document = pec_core::delegation::document();
/// assert!(document.contains("| annul | `mailbox.not_registered` | `mailbox.not_registered` | annulled |"));
/// ```
#[must_use]
pub fn document() -> String {
    let mut out = HEAD.to_owned();
    out.push_str(EXAMPLE);
    let names = super::Command::NAMES.map(|name| format!("`{name}`")).join(", ");
    line(&mut out, format_args!("The commands: {names}."));
    life(&mut out);
    delegates(&mut out);
    permissions(&mut out);
    presets(&mut out);
    words(&mut out);
    out
}

/// A line. Writing to a String cannot fail.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{text}");
}

/// The head of a table.
fn head(out: &mut String, cells: &[&str]) {
    line(out, format_args!("\n| {} |", cells.join(" | ")));
    line(out, format_args!("|{}", "---|".repeat(cells.len())));
}

fn life(out: &mut String) {
    out.push_str(LIFE);
    let states = State::ALL.map(State::as_str);
    head(out, &[&["act"], &states[..]].concat());
    for act in Act::ALL {
        let cells = State::ALL.map(|state| cell(step(state, act)));
        line(out, format_args!("| {act} | {} |", cells.join(" | ")));
    }
    head(out, &["state", "meaning"]);
    State::ALL.iter().for_each(|state| line(out, format_args!("| {state} | {} |", state.explanation())));
    head(out, &["act", "meaning"]);
    Act::ALL.iter().for_each(|act| line(out, format_args!("| {act} | {} |", act.explanation())));
    head(out, &["condition", "meaning", "refusal where it does not hold"]);
    for guard in Guard::ALL {
        line(out, format_args!("| {guard} | {} | `{}` |", guard.explanation(), guard.denied()));
    }
}

fn cell(step: Step) -> String {
    match step {
        Step::Refused(code) => format!("`{code}`"),
        Step::To(next, []) => next.to_string(),
        Step::To(next, guards) => {
            let guards: Vec<&str> = guards.iter().map(|guard| guard.as_str()).collect();
            format!("{next} *if* {}", guards.join(", "))
        }
    }
}

fn delegates(out: &mut String) {
    out.push_str("\n## The delegates of a mailbox\n");
    let acts = DelegateAct::ALL.map(DelegateAct::as_str);
    head(out, &[&["state"], &acts[..]].concat());
    for from in [None].into_iter().chain(DelegateState::ALL.map(Some)) {
        let to = DelegateAct::ALL
            .map(|act| DelegateState::next(from, act).map_or("`delegate.state`", DelegateState::as_str));
        line(out, format_args!("| {} | {} |", from.map_or("none", DelegateState::as_str), to.join(" | ")));
    }
}

fn permissions(out: &mut String) {
    out.push_str(RIGHTS);
    head(out, &["permission", "brings with it", "italiano", "English"]);
    for permission in Permission::ALL {
        let others = permission.implied().without(Permissions::of(&[permission]));
        let others = if others.is_empty() { "–".to_owned() } else { others.to_string() };
        let (it, en) = (permission.explanation(Language::It), permission.explanation(Language::En));
        line(out, format_args!("| `{permission}` | {others} | {it} | {en} |"));
    }
}

fn presets(out: &mut String) {
    out.push_str(PRESETS);
    head(out, &["preset", "active delegates a mailbox", "role", "includes", "gives"]);
    for preset in Preset::ALL {
        let most = preset.policy().max_active.map_or_else(|| "any number".to_owned(), |most| most.to_string());
        let mut roles = Roles::default();
        for role in preset.roles() {
            roles.define(role.clone());
            let Role { name, includes, .. } = &role;
            let included: Vec<&str> = includes.iter().map(super::RoleName::as_str).collect();
            let included = if included.is_empty() { "–".to_owned() } else { included.join(", ") };
            let given = roles.given(name);
            line(out, format_args!("| `{}` | {most} | {name} | {included} | {given} |", preset.as_str()));
        }
    }
}

fn words(out: &mut String) {
    out.push_str("\n## Refusals\n");
    head(out, &["code", "rule", "italiano", "English"]);
    for code in DeniedCode::ALL {
        let (it, en) = (code.explanation(Language::It), code.explanation(Language::En));
        line(out, format_args!("| `{code}` | {} | {it} | {en} |", code.rule()));
    }
    out.push_str("\n## Words of the source\n\nIn Italian letter by letter as the source has them.\n");
    head(out, &["code", "FEATURES row", "italiano", "English"]);
    for wording in Wording::ALL {
        let (it, en) = (wording.text(Language::It), wording.text(Language::En));
        line(out, format_args!("| `{wording}` | {} | {it} | {en} |", wording.row()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_stands_once_and_whole() {
        let document = document();
        let row = |begin: String, cells: usize| {
            let found: Vec<&str> = document.lines().filter(|line| line.starts_with(&begin)).collect();
            assert_eq!(found.len(), 1, "{begin}");
            assert_eq!(found[0].matches('|').count(), cells + 1, "{}", found[0]);
        };
        DeniedCode::ALL.iter().for_each(|code| row(format!("| `{code}` |"), 4));
        Wording::ALL.iter().for_each(|wording| row(format!("| `{wording}` |"), 4));
        Permission::ALL.iter().for_each(|permission| row(format!("| `{permission}` |"), 4));
        let acts = document.lines().filter(|line| line.matches('|').count() == State::ALL.len() + 2).count();
        assert_eq!(acts, Act::ALL.len() + 2, "a row for each act, below head and rule");
    }
}
