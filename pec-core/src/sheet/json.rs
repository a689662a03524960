//! A sheet as one line of JSON.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Cell, Sheet};

/// The form, `docs/schema/sheet-1.json`.
const SCHEMA: &str = "pec-sheet/1";

pub(super) fn write(sheet: &Sheet) -> String {
    // Strings and numbers only: there is nothing that cannot be written.
    serde_json::to_string(sheet).unwrap_or_default()
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::None => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Word(wire, _) => serializer.serialize_str(wire),
            Self::Number(number) => serializer.serialize_u64(*number),
            Self::Time(at) => serializer.collect_str(at),
            Self::Month(month) => serializer.collect_str(month),
        }
    }
}

impl Serialize for Sheet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("schema", SCHEMA)?;
        map.serialize_entry("sheet", self.name)?;
        map.serialize_entry("title", self.title)?;
        let facts = self.facts.iter().map(|fact| (fact.about.key, &fact.value));
        map.serialize_entry("facts", &Pairs(facts.collect()))?;
        map.serialize_entry("warning", &self.warning)?;
        let totals: Vec<Total<'_>> = self.totals.iter().map(|(of, count)| Total { of, count: *count }).collect();
        map.serialize_entry("totals", &totals)?;
        let keys = || self.columns.iter().map(|column| column.key);
        let rows: Vec<Pairs<'_>> = self.rows.iter().map(|row| Pairs(keys().zip(row).collect())).collect();
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Total<'s> {
    of: &'s Cell,
    count: u64,
}

/// An object whose keys stand in this order.
struct Pairs<'s>(Vec<(&'static str, &'s Cell)>);

impl Serialize for Pairs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}
