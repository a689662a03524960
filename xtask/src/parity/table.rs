//! docs/parity.toml: what belongs together in Rust, C and Python.

use std::fmt::{self, Display, Formatter};
use std::fs;

use serde::Deserialize;

use crate::run::root;

/// One of the three faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Side {
    Rust,
    C,
    Python,
}

impl Side {
    pub(crate) const ALL: [Self; 3] = [Self::Rust, Self::C, Self::Python];
}

impl Display for Side {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    #[serde(rename = "crate", default)]
    pub(crate) crates: Vec<Crate>,
    #[serde(rename = "section")]
    pub(crate) sections: Vec<Section>,
    #[serde(rename = "rule", default)]
    pub(crate) rules: Vec<Rule>,
    pub(crate) errors: Errors,
}

/// A library of the workspace: its interface is read, unless a reason stands beside it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) why: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Section {
    pub(crate) title: String,
    #[serde(rename = "row")]
    pub(crate) rows: Vec<Row>,
}

/// One thing that can be done, and by what on each side.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    pub(crate) does: String,
    #[serde(default)]
    rust: Vec<String>,
    #[serde(default)]
    c: Vec<String>,
    #[serde(default)]
    python: Vec<String>,
    #[serde(default)]
    gap: Gap,
}

/// Why there is nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    rust: Option<String>,
    c: Option<String>,
    python: Option<String>,
}

/// Names of one side that need no row.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(default = "rust")]
    pub(crate) side: Side,
    pub(crate) names: Vec<String>,
    pub(crate) why: String,
}

const fn rust() -> Side {
    Side::Rust
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Errors {
    /// Enumerations that say why something failed, and do not implement `Error`.
    #[serde(default)]
    pub(crate) also: Vec<String>,
    #[serde(rename = "row", default)]
    pub(crate) rows: Vec<Code>,
    #[serde(rename = "rule", default)]
    pub(crate) rules: Vec<Rule>,
}

/// A code of C and Python, and the errors of Rust that become it, or why there are none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) rust: Vec<String>,
    pub(crate) why: Option<String>,
}

impl Table {
    pub(crate) fn read() -> Result<Self, String> {
        let path = root().join("docs/parity.toml");
        Self::parse(&fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut table: Self = toml::from_str(text).map_err(|error| format!("docs/parity.toml: {error}"))?;
        for row in table.sections.iter_mut().flat_map(|section| &mut section.rows) {
            for names in [&mut row.rust, &mut row.c, &mut row.python] {
                *names = names.iter().flat_map(|name| expanded(name)).collect();
            }
        }
        for rule in table.rules.iter_mut().chain(&mut table.errors.rules) {
            rule.names = rule.names.iter().flat_map(|name| expanded(name)).collect();
        }
        for code in &mut table.errors.rows {
            code.rust = code.rust.iter().flat_map(|name| expanded(name)).collect();
        }
        Ok(table)
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.sections.iter().flat_map(|section| &section.rows)
    }
}

impl Row {
    pub(crate) fn names(&self, side: Side) -> &[String] {
        match side {
            Side::Rust => &self.rust,
            Side::C => &self.c,
            Side::Python => &self.python,
        }
    }

    pub(crate) fn gap(&self, side: Side) -> Option<&str> {
        match side {
            Side::Rust => self.gap.rust.as_deref(),
            Side::C => self.gap.c.as_deref(),
            Side::Python => self.gap.python.as_deref(),
        }
    }
}

/// `a::{b,c}` stands for `a::b` and `a::c`.
fn expanded(name: &str) -> Vec<String> {
    let braces = name.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    match braces {
        Some((before, (inside, after))) => {
            inside.split(',').map(|one| format!("{before}{}{after}", one.trim())).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// Whether a name is of a pattern, in which `*` stands for anything.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = name.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_and_stars() {
        assert_eq!(expanded("a::B.{x, y}"), ["a::B.x", "a::B.y"]);
        assert_eq!(expanded("a::b"), ["a::b"]);
        for (pattern, name, expected) in [
            ("a::b", "a::b", true),
            ("a::b", "a::bc", false),
            ("a::*", "a::b::c", true),
            ("*::as_str", "a::b::as_str", true),
            ("*::as_str", "as_str", false),
            ("a*c*e", "abcde", true),
            ("a*c*e", "abdce", true),
            ("a*c*e", "abde", false),
            ("ab*ba", "aba", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
