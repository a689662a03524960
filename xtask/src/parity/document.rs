//! docs/PARITY.md, written.

use pec_core::finding::Code;

use super::Sides;
use super::results::pec_result;
use super::table::{Row, Side, Table};

/// The document.
pub(super) fn write(table: &Table, sides: &Sides) -> String {
    let mut text = String::from(
        "# Rust, C and Python\n\nWritten by `cargo xtask parity` from the public items of the crates, \
         [pec.h](../include/pec.h), the stub of `pecpy`, and\n[parity.toml](parity.toml), which says what belongs together; \
         `cargo xtask test` fails for what stands in none of its\nrows and rules. A dash has its reason below.\n",
    );
    let mut gaps = Vec::new();
    for section in &table.sections {
        text += &format!("\n## {}\n\n| | Rust | C | Python |\n|---|---|---|---|\n", section.title);
        for row in &section.rows {
            let cells = Side::ALL.map(|side| cell(row, side, &mut gaps));
            text += &format!("| {} | {} |\n", row.does, cells.join(" | "));
        }
    }
    text += "\n## Gaps\n\n";
    for (number, gap) in (1..).zip(&gaps) {
        text += &format!("{number}. {gap}\n");
    }
    text += "\n## What needs no row\n\n| side | names | why |\n|---|---|---|\n";
    for rule in &table.rules {
        text += &format!("| {} | {} | {} |\n", rule.side, quoted(&rule.names), rule.why);
    }
    text += "\nCrates:\n\n";
    for one in &table.crates {
        text += &format!("- `{}`: {}\n", one.name, one.why.as_deref().unwrap_or("read, every public item"));
    }
    errors(&mut text, table, sides);
    findings(&mut text);
    text
}

fn cell(row: &Row, side: Side, gaps: &mut Vec<String>) -> String {
    if let Some(why) = row.gap(side) {
        let gap = format!("{side}: {why}");
        let number = gaps.iter().position(|known| *known == gap).unwrap_or_else(|| {
            gaps.push(gap);
            gaps.len() - 1
        });
        return format!("– ({})", number + 1);
    }
    quoted(row.names(side))
}

/// Names between backquotes; those of one type or module that follow each other as `Type.{a, b}`.
fn quoted(names: &[String]) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for name in names {
        let name = name.strip_prefix("pec_core::").unwrap_or(name);
        // What makes an object of Python is called by the name of its class.
        let end = if name.ends_with(".__new__") { 0 } else { name.rfind(['.', ':']).map_or(0, |at| at + 1) };
        let (owner, member) = name.split_at(end);
        match groups.last_mut() {
            Some((known, members)) if *known == owner && !owner.is_empty() => members.push(member),
            _ => groups.push((owner, vec![member])),
        }
    }
    let shown = |(owner, members): (&str, Vec<&str>)| match &members[..] {
        [one] => match one.strip_suffix(".__new__") {
            Some(class) => format!("`{class}()`"),
            None => format!("`{owner}{one}`"),
        },
        several => format!("`{owner}{{{}}}`", several.join(", ")),
    };
    groups.into_iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn errors(text: &mut String, table: &Table, sides: &Sides) {
    *text += "\n## Errors\n\nThe number is that of C, the code that of C and Python; neither is ever used again.\n\n\
              | number | code | Rust | C | Python |\n|---|---|---|---|---|\n";
    for result in pec_result::ALL {
        let code = result.code();
        let row = table.errors.rows.iter().find(|row| row.code == code);
        let rust = row.map_or_else(String::new, |row| match &row.why {
            Some(why) => format!("– {why}"),
            None => quoted(&row.rust),
        });
        let class = if code == "ok" { "–".to_owned() } else { format!("`{}`", sides.classes[code]) };
        *text += &format!("| {} | `{code}` | {rust} | `{result:?}` | {class} |\n", *result as u32);
    }
    *text += "\nErrors of Rust that become none of these:\n\n";
    for rule in &table.errors.rules {
        *text += &format!("- {}: {}\n", quoted(&rule.names), rule.why);
    }
}

fn findings(text: &mut String) {
    *text += &format!(
        "\n## Finding codes\n\nOne table for all: `finding::Code::ALL`, `pec_code_count` and `pec_code_name`, `codes()`; what each \
         means:\n[FINDINGS.md](FINDINGS.md). {} codes:\n\n",
        Code::ALL.len()
    );
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("`{code}`")).collect();
    let mut line = String::new();
    for (index, code) in codes.iter().enumerate() {
        let code = if index + 1 < codes.len() { format!("{code},") } else { format!("{code}.") };
        if !line.is_empty() && line.len() + code.len() >= 120 {
            *text += &format!("{line}\n");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&code);
    }
    *text += &format!("{line}\n");
}
