//! `cargo xtask capabilities`: docs/CAPABILITIES.md, what each row of the specification's list has become and which test shows
//! it. The table is docs/capabilities.toml; that every row stands there once, and that what it names is in the sources, is
//! checked here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::run::root;

#[cfg(test)]
mod tests;

/// The last row; 54 has four more below it.
const ROWS: u32 = 88;
const BELOW_54: [&str; 4] = ["54a", "54b", "54c", "54d"];

/// Rows of which FEATURES marks a part BO, or that refer to one.
const BACK_OFFICE: [&str; 11] = ["7", "9", "10", "29", "30", "37", "47", "52", "69", "76", "83"];

/// Folders with tests.
const CRATES: [&str; 9] =
    ["pec-core", "pec-files", "pec-archive", "pec-imap", "pec-cli", "pec-ffi", "pec-py", "pec-sandbox", "xtask"];

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "section")]
    sections: Vec<Section>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    title: String,
    #[serde(rename = "row")]
    rows: Vec<Row>,
}

/// One row of FEATURES.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    n: String,
    name: String,
    state: State,
    #[serde(default)]
    tests: Vec<String>,
    provider: Option<String>,
    model: Option<String>,
    bounds: Option<String>,
    host: Option<String>,
    lacks: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Built,
    Model,
    NotBuilt,
    Host,
}

impl State {
    const fn shown(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Model => "model only",
            Self::NotBuilt => "not yet built",
            Self::Host => "the host's",
        }
    }
}

/// What the sources have.
#[derive(Debug, Default)]
struct Sources {
    /// Names of tests.
    tests: BTreeSet<String>,
    /// Names of types, variants, functions and fields, and whatever else is written as one.
    words: BTreeSet<String>,
}

/// Writes the document.
pub(crate) fn write() -> Result<(), String> {
    fs::write(root().join("docs/CAPABILITIES.md"), made()?).map_err(|error| error.to_string())
}

/// The table is whole and true, and the document is what it says.
pub(crate) fn is_current() -> Result<(), String> {
    let written = fs::read_to_string(root().join("docs/CAPABILITIES.md")).unwrap_or_default();
    if written == made()? { Ok(()) } else { Err("docs/CAPABILITIES.md is old: run `cargo xtask capabilities`".into()) }
}

fn made() -> Result<String, String> {
    let path = root().join("docs/capabilities.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let table = read(&text)?;
    let mut sources = Sources::default();
    CRATES.iter().try_for_each(|name| sources.gather(&root().join(name)))?;
    let faults = faults(&table, &sources);
    if faults.is_empty() {
        Ok(document(&table))
    } else {
        Err(format!("docs/capabilities.toml:\n  {}", faults.join("\n  ")))
    }
}

fn read(text: &str) -> Result<Table, String> {
    toml::from_str(text).map_err(|error| format!("docs/capabilities.toml: {error}"))
}

impl Table {
    fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }
}

impl Sources {
    fn gather(&mut self, folder: &Path) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    self.gather(&path)?;
                }
            } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "py") {
                self.take(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?);
            }
        }
        Ok(())
    }

    /// Tests stand below an attribute of theirs, with others between at most; in Python they are called so.
    fn take(&mut self, text: &str) {
        let mut is_test = false;
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                is_test = true;
            } else if let Some(name) = name_of(line) {
                if is_test || name.starts_with("test_") {
                    self.tests.insert(name.to_owned());
                }
                is_test = false;
            } else if !line.starts_with("#[") {
                is_test = false;
            }
        }
        let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
        self.words.extend(words.filter(|word| !word.is_empty()).map(str::to_owned));
    }
}

/// The name of the function that a line begins.
fn name_of(line: &str) -> Option<&str> {
    let rest = ["fn ", "async fn ", "def "].iter().find_map(|begin| line.strip_prefix(begin))?;
    rest.split(['(', '<', ' ']).next()
}

/// Everything that is wrong with the table.
fn faults(table: &Table, sources: &Sources) -> Vec<String> {
    let mut faults = Vec::new();
    let wanted: Vec<String> = (1..=ROWS).map(|n| n.to_string()).chain(BELOW_54.map(str::to_owned)).collect();
    for n in &wanted {
        let times = table.rows().filter(|row| row.n == *n).count();
        if times != 1 {
            faults.push(format!("row {n} stands {times} times"));
        }
    }
    for row in table.rows() {
        let mut wrong = |what: String| faults.push(format!("row {}: {what}", row.n));
        if !wanted.contains(&row.n) {
            wrong("there is no such row".into());
        }
        for test in row.tests.iter().chain(&row.bounds).filter(|test| !sources.tests.contains(*test)) {
            wrong(format!("there is no test {test}"));
        }
        match (row.state, row.tests.is_empty()) {
            (State::Built | State::Model, true) => wrong(format!("{}, and no test shows it", row.state.shown())),
            (State::NotBuilt, false) => wrong("not yet built, and tests show it".into()),
            (State::Host, _) if row.host.is_none() => wrong("the host's, and not said what".into()),
            (State::Built, _) if row.provider.is_none() && BACK_OFFICE.contains(&row.n.as_str()) => {
                wrong("a part of it is a provider's, and not said which".into());
            }
            (State::Model, _) if row.provider.is_none() => wrong("a model, and not said of what".into()),
            (State::Built | State::Model, _) if !row.tests.iter().chain(&row.bounds).any(|it| is_of(it, &row.n)) => {
                wrong("no test of it is named after it".into());
            }
            _ => {}
        }
        let is_there = |name: &String| name.split("::").all(|word| sources.words.contains(word));
        match (&row.provider, &row.model, &row.bounds) {
            (None, None, None) => {}
            (Some(_), Some(model), Some(_)) if is_there(model) => {}
            (Some(_), Some(model), Some(_)) => wrong(format!("there is no {model}")),
            _ => wrong("of what is a provider's there is a model, and a test that nothing pretends more".into()),
        }
    }
    faults
}

/// Whether a test is named after a row: `row_3_…`, `rows_7_and_11_…`, `rows_31_to_33_…`, `row_54a_…`.
fn is_of(test: &str, n: &str) -> bool {
    let mut words = test.split('_').skip_while(|word| *word != "row" && *word != "rows").skip(1).peekable();
    let number = |word: &str| word.trim_end_matches(char::is_alphabetic).parse::<u32>().ok();
    let wanted = number(n);
    let mut last = None;
    while let Some(word) = words.next() {
        match word {
            "to" => {
                let to = words.next().and_then(number);
                if last <= wanted && wanted <= to {
                    return true;
                }
            }
            "and" => {}
            word if word == n => return true,
            word => match number(word) {
                Some(one) => last = Some(one),
                None => return false,
            },
        }
    }
    false
}

fn document(table: &Table) -> String {
    let count = |state| table.rows().filter(|row| row.state == state).count();
    let mut text = format!(
        "# Capabilities\n\nWhat each row of the specification's list (FEATURES 1.1 to 1.6, rows 1 to {ROWS}) has become, and the test \
         that shows it. Written by\n`cargo xtask capabilities` from [capabilities.toml](capabilities.toml); `cargo xtask test` fails \
         for a row that is missing, for a test\nthat is not in the sources, and for a row of which a part is the provider's and that \
         has no model or no test of where it ends.\n\n**BO** marks what only a provider's back office can do: it is asked for, \
         checked and reported here, never done.\n\nBuilt: {}. Models only: {}. Not yet built: {}. The host's: {}.\n",
        count(State::Built),
        count(State::Model),
        count(State::NotBuilt),
        count(State::Host)
    );
    for section in &table.sections {
        text += &format!("\n## {}\n\n| row | capability | state | shown by |\n|---|---|---|---|\n", section.title);
        for row in &section.rows {
            let tests: Vec<String> = row.tests.iter().map(|test| format!("`{test}`")).collect();
            let tests = if tests.is_empty() { "–".to_owned() } else { tests.join(", ") };
            text += &format!("| {} | {} | {} | {tests} |\n", row.n, row.name, state(row));
        }
    }
    text
}

fn state(row: &Row) -> String {
    let mut parts = vec![row.state.shown().to_owned()];
    if let (Some(provider), Some(model), Some(bounds)) = (&row.provider, &row.model, &row.bounds) {
        parts.push(format!("**BO**: {provider} (model `{model}`; nothing more: `{bounds}`)"));
    }
    // The whole of a row that is the host's is said by its state.
    parts.extend(
        row.host.iter().map(|host| if row.state == State::Host { host.clone() } else { format!("the host's: {host}") }),
    );
    parts.extend(row.lacks.iter().map(|lacks| format!("not yet: {lacks}")));
    parts.join("; ")
}
