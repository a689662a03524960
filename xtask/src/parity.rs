//! `cargo xtask parity`: docs/PARITY.md, what stands beside what in Rust, C and Python. The sides are read from the sources
//! (the public items of the crates, include/pec.h, the stub and the modules of pecpy), what belongs together from
//! docs/parity.toml. With `--check` it fails for whatever stands in neither a row nor a rule, for names that are gone, for
//! gaps without a reason, and for a document that is old.

mod document;
mod python;
mod rust;
mod table;

/// The one table of results of C, shared as text, as pec-py shares it.
#[path = "../../pec-ffi/src/failure/table.rs"]
#[allow(dead_code, unreachable_pub, non_camel_case_types, reason = "it is written for the C face")]
mod results;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::header;
use crate::run::root;
use results::pec_result;
use table::{Side, Table};

/// Everything that the three sides offer.
#[derive(Debug, Default)]
struct Sides {
    operations: BTreeMap<Side, BTreeSet<String>>,
    errors: BTreeSet<String>,
    /// The class of each code in Python.
    classes: BTreeMap<&'static str, String>,
}

fn page() -> PathBuf {
    root().join("docs/PARITY.md")
}

/// Writes the document, or checks it.
pub(crate) fn obey(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    match (arguments.next().as_deref(), arguments.next()) {
        (None, None) => match made()? {
            Some(text) => fs::write(page(), text).map_err(|error| error.to_string()),
            None => Ok(()),
        },
        (Some("--check"), None) => is_current(),
        _ => Err("cargo xtask parity [--check]".into()),
    }
}

/// The three faces offer the same but for what is listed, and the document says so.
pub(crate) fn is_current() -> Result<(), String> {
    let Some(text) = made()? else { return Ok(()) };
    let written = fs::read_to_string(page()).unwrap_or_default();
    if written == text { Ok(()) } else { Err("docs/PARITY.md is old: run `cargo xtask parity`".into()) }
}

/// The document; none where there is no Python to read its side with.
fn made() -> Result<Option<String>, String> {
    let table = Table::read()?;
    let Some(sides) = sides(&table)? else {
        println!("skipped: python3 is not installed, which reads the side of Python");
        return Ok(None);
    };
    let faults = faults(&table, &sides);
    if !faults.is_empty() {
        return Err(format!("docs/parity.toml:\n  {}", faults.join("\n  ")));
    }
    let [rust, c, python] = Side::ALL.map(|side| sides.operations[&side].len());
    println!("{rust} public names in Rust, {c} functions in C, {python} names in Python: each in a row or a rule");
    Ok(Some(document::write(&table, &sides)))
}

fn sides(table: &Table) -> Result<Option<Sides>, String> {
    let Some(python) = python::interface()? else { return Ok(None) };
    let mut sides = Sides::default();
    let rust = sides.operations.entry(Side::Rust).or_default();
    for one in table.crates.iter().filter(|one| one.why.is_none()) {
        let interface = rust::interface(&root().join(&one.name), &table.errors.also)?;
        rust.extend(interface.operations);
        sides.errors.extend(interface.errors);
    }
    sides.operations.insert(Side::C, header::functions()?.into_iter().collect());
    sides.operations.insert(Side::Python, python.operations.into_iter().collect());
    for result in pec_result::ALL {
        let class = python.codes.get(result.code()).or_else(|| python.layers.get(result.layer()));
        sides.classes.insert(result.code(), class.map_or("PecError", String::as_str).to_owned());
    }
    Ok(Some(sides))
}

/// Every public function, method and field of the crates whose interfaces are read.
#[cfg(test)]
pub(crate) fn public_names() -> Result<BTreeSet<String>, String> {
    let table = Table::read()?;
    let mut names = BTreeSet::new();
    for one in table.crates.iter().filter(|one| one.why.is_none()) {
        names.extend(rust::interface(&root().join(&one.name), &table.errors.also)?.operations);
    }
    Ok(names)
}

/// Everything that is wrong with the table.
fn faults(table: &Table, sides: &Sides) -> Vec<String> {
    let mut faults = members(table);
    for side in Side::ALL {
        let offered = &sides.operations[&side];
        let mut listed = BTreeMap::<&str, usize>::new();
        for row in table.rows() {
            let names = row.names(side);
            match (names.is_empty(), row.gap(side)) {
                (true, None) => faults.push(format!("\"{}\": nothing in {side}, and no reason", row.does)),
                (false, Some(_)) => {
                    faults.push(format!("\"{}\": something in {side}, and a reason for a gap", row.does))
                }
                _ => {}
            }
            names.iter().for_each(|name| *listed.entry(name).or_default() += 1);
        }
        faults.extend(listed.iter().filter(|(_, times)| **times > 1).map(|(name, _)| format!("{name} stands twice")));
        let gone = listed.keys().filter(|name| !offered.contains(**name));
        faults.extend(gone.map(|name| format!("{name} does not exist in {side}")));
        let rest: Vec<&String> = offered.iter().filter(|name| !listed.contains_key(name.as_str())).collect();
        faults.extend(uncovered(&rest, table.rules.iter().filter(|rule| rule.side == side), &side.to_string()));
    }
    let rows = table.errors.rows.iter();
    let listed: BTreeSet<&str> = rows.clone().flat_map(|row| row.rust.iter().map(String::as_str)).collect();
    faults
        .extend(listed.iter().filter(|name| !sides.errors.contains(**name)).map(|name| format!("{name} is no error")));
    let rest: Vec<&String> = sides.errors.iter().filter(|name| !listed.contains(name.as_str())).collect();
    faults.extend(uncovered(&rest, table.errors.rules.iter(), "Rust's errors"));
    let codes: BTreeSet<&str> = rows.clone().map(|row| &*row.code).collect();
    for code in pec_result::ALL.iter().map(|result| result.code()).filter(|code| !codes.contains(code)) {
        faults.push(format!("no row for the code {code}"));
    }
    for row in rows {
        if !sides.classes.contains_key(&*row.code) {
            faults.push(format!("there is no code {}", row.code));
        }
        if row.rust.is_empty() == row.why.is_none() {
            faults.push(format!("the code {}: errors of Rust, or the reason why there are none", row.code));
        }
    }
    faults
}

/// Names that no rule covers, and rules that cover none.
fn uncovered<'t>(rest: &[&String], rules: impl Iterator<Item = &'t table::Rule>, side: &str) -> Vec<String> {
    let mut covered = BTreeSet::<&str>::new();
    let mut faults = Vec::new();
    for rule in rules {
        for pattern in &rule.names {
            let found: Vec<&str> =
                rest.iter().map(|name| name.as_str()).filter(|name| table::matches(pattern, name)).collect();
            if found.is_empty() {
                faults.push(format!("the rule for {pattern} covers nothing"));
            }
            covered.extend(found);
        }
    }
    let open = rest.iter().filter(|name| !covered.contains(name.as_str()));
    faults.extend(open.map(|name| format!("{name} ({side}) stands in no row and no rule")));
    faults
}

/// Every library of the workspace is read, or has its reason.
fn members(table: &Table) -> Vec<String> {
    let libraries = fs::read_dir(root()).into_iter().flatten().filter_map(|entry| {
        let folder = entry.ok()?.path();
        let name = folder.file_name()?.to_str()?.to_owned();
        (folder.join("Cargo.toml").exists() && folder.join("src/lib.rs").exists()).then_some(name)
    });
    let libraries: BTreeSet<String> = libraries.collect();
    let listed: BTreeSet<String> = table.crates.iter().map(|one| one.name.clone()).collect();
    libraries
        .symmetric_difference(&listed)
        .map(|name| format!("the crate {name} is not listed, or not there"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"
        [[section]]
        title = "One"
        row = [
          { does = "Read", rust = ["a::read", "a::Thing.{x,y}"], c = ["a_read"], python = ["Read.x"] },
          { does = "Write", rust = ["a::write"], gap = { c = "not yet", python = "not yet" } },
        ]
        [[rule]]
        side = "rust"
        names = ["*::as_str"]
        why = "words"
        [[errors.row]]
        code = "ok"
        why = "no error"
    "#;

    fn sides() -> Sides {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Sides {
            operations: BTreeMap::from([
                (Side::Rust, names(&["a::read", "a::Thing.x", "a::Thing.y", "a::write", "a::Kind::as_str"])),
                (Side::C, names(&["a_read"])),
                (Side::Python, names(&["Read.x"])),
            ]),
            errors: BTreeSet::new(),
            classes: pec_result::ALL.iter().map(|result| (result.code(), "PecError".to_owned())).collect(),
        }
    }

    /// What is said of operations, which is what these tables are about.
    fn said(table: &str, sides: &Sides) -> Vec<String> {
        let mut faults = faults(&Table::parse(table).unwrap(), sides);
        faults.retain(|fault| !fault.starts_with("no row for the code") && !fault.starts_with("the crate"));
        faults
    }

    #[test]
    fn a_table_that_covers_everything_has_no_fault() {
        assert_eq!(said(TABLE, &sides()), Vec::<String>::new());
    }

    #[test]
    fn a_new_operation_on_any_side_is_a_fault() {
        for (side, name) in [(Side::Rust, "a::Thing.z"), (Side::C, "a_new"), (Side::Python, "Read.new")] {
            let mut sides = sides();
            sides.operations.get_mut(&side).unwrap().insert(name.to_owned());
            assert_eq!(said(TABLE, &sides), [format!("{name} ({side}) stands in no row and no rule")]);
        }
        let mut sides = sides();
        sides.errors.insert("a::Error::New".to_owned());
        assert_eq!(said(TABLE, &sides), ["a::Error::New (Rust's errors) stands in no row and no rule"]);
    }

    #[test]
    fn what_is_gone_or_listed_twice_is_a_fault() {
        let mut less = sides();
        less.operations.get_mut(&Side::C).unwrap().clear();
        assert_eq!(said(TABLE, &less), ["a_read does not exist in C"]);
        let mut less = sides();
        less.operations.get_mut(&Side::Rust).unwrap().remove("a::Kind::as_str");
        assert_eq!(said(TABLE, &less), ["the rule for *::as_str covers nothing"]);
        let twice = TABLE.replace(r#"rust = ["a::write"]"#, r#"rust = ["a::write", "a::read"]"#);
        assert_eq!(said(&twice, &sides()), ["a::read stands twice"]);
    }

    #[test]
    fn a_gap_needs_a_reason_and_a_reason_a_gap() {
        let silent = TABLE.replace(r#"c = "not yet", "#, "");
        assert_eq!(said(&silent, &sides()), ["\"Write\": nothing in C, and no reason"]);
        let idle = TABLE.replace(r#"python = ["Read.x"] }"#, r#"python = ["Read.x"], gap = { python = "why" } }"#);
        assert_eq!(said(&idle, &sides()), ["\"Read\": something in Python, and a reason for a gap"]);
        let mut table = Table::parse(TABLE).unwrap();
        table.errors.rows[0].why = None;
        assert!(faults(&table, &sides()).iter().any(|it| it.starts_with("the code ok: errors of Rust, or the reason")));
    }
}
