//! Events and lists for a person: the names of the JSON, one thing a line.

use serde_json::Value;

use crate::render::printable;

/// What stands bare at the beginning of a line, by the name of its report; what else is known follows by its names, where there is
/// a second value of `true`.
fn columns(report: &str) -> (&'static [&'static str], bool) {
    match report {
        "client" => (&["code", "kind", "name"], false),
        "account" => (&["code", "client", "name"], false),
        "catalogue" => (&["account"], true),
        "user" => (&["id", "account", "name"], true),
        "mailbox" => (&["mailbox", "state", "since", "account", "holder.name"], false),
        "grant" => (&["id", "user", "mailbox"], true),
        "mandate" => (&["id", "mailbox"], true),
        "share" => (&["id", "with", "mailbox"], true),
        "work" => (&["id", "state", "mailbox"], true),
        "request" => (&["reference", "account", "submitted_at"], true),
        "role" => (&["name"], true),
        "due" => (&["event", "mailbox"], true),
        _ => (&[], true),
    }
}

/// An event in one line: its name, and everything that it says.
pub(super) fn event(event: &Value) -> String {
    let mut words = vec![event["event"].as_str().unwrap_or_default().to_owned()];
    words.extend(said(event, &["event"]));
    words.join("  ")
}

/// A list, each thing in one line, what stands bare in columns.
pub(super) fn table(rows: &[Value]) -> String {
    let bare = |row: &Value| {
        let (names, _) = columns(row["report"].as_str().unwrap_or_default());
        names.iter().map(|name| shown(at(row, name))).collect::<Vec<_>>()
    };
    let cells: Vec<Vec<String>> = rows.iter().map(bare).collect();
    let width =
        |column: usize| cells.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0);
    let mut out = String::new();
    for (row, cells) in rows.iter().zip(&cells) {
        let (names, and_more) = columns(row["report"].as_str().unwrap_or_default());
        let padded = cells.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column)));
        let passed = [names, &["schema", "report"]].concat();
        let more = if and_more { said(row, &passed) } else { Vec::new() };
        let line = padded.chain(more).collect::<Vec<_>>().join("  ");
        out += &printable(line.trim_end());
        out.push('\n');
    }
    out
}

/// Everything that is known of one thing, one name a line.
pub(super) fn page(row: &Value) -> String {
    said(row, &["schema", "report"]).into_iter().map(|pair| printable(&pair.replacen('=', ": ", 1)) + "\n").collect()
}

fn at<'v>(row: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(row, |value, name| &value[name])
}

/// `name=value` of whatever says something.
fn said(value: &Value, passed: &[&str]) -> Vec<String> {
    let mut pairs = Vec::new();
    let Value::Object(fields) = value else { return pairs };
    for (name, value) in fields.iter().filter(|(name, _)| !passed.contains(&name.as_str())) {
        match value {
            Value::Null => {}
            Value::Array(list) if list.is_empty() => {}
            Value::Object(_) => pairs.extend(said(value, &[]).into_iter().map(|pair| format!("{name}.{pair}"))),
            Value::Array(list) if list.iter().any(Value::is_object) => {
                let each = list.iter().enumerate();
                pairs.extend(
                    each.flat_map(|(n, one)| said(one, &[]).into_iter().map(move |pair| format!("{name}[{n}].{pair}"))),
                );
            }
            value => pairs.push(format!("{name}={}", shown(value))),
        }
    }
    pairs
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
