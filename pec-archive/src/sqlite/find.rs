//! A query as SQL: newest first, one page at a time.
//!
//! Every exact field has a list of messages in their order for each value, and the index of words gives its hits in the
//! same order: one list is walked backwards, the others are asked about each message. Nothing is sorted.

use rusqlite::Connection;
use rusqlite::types::Value;

use super::digests::{self, Kind};
use crate::error::Result;
use crate::search::{Field, Query, Term, Test};
use crate::store::{Number, first_number};

/// A statement and what it is given.
#[derive(Debug, Default)]
struct Plan {
    tables: Vec<String>,
    conditions: Vec<String>,
    values: Vec<Value>,
}

impl Plan {
    fn value(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }
}

/// Numbers of the messages that the query finds, newest first, older than `before`.
pub(super) fn newest(
    connection: &Connection,
    query: &Query,
    before: Option<Number>,
    limit: usize,
) -> Result<Vec<Number>> {
    let (sql, values) = statement(query, before, limit);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn statement(query: &Query, before: Option<i64>, limit: usize) -> (String, Vec<Value>) {
    let mut plan = Plan::default();
    let (drivers, rest): (Vec<&Term>, Vec<&Term>) = query.terms.iter().partition(|term| leads(term));
    let drive = drivers.iter().min_by_key(|term| rank(&term.test)).copied();
    let matching = matching(query);
    let number = match (drive, &matching) {
        (Some(term), _) => list(&mut plan, &term.test),
        (None, Some(matching)) => {
            let value = plan.value(matching.clone());
            // By another name than that of the list that a word which must not be there is looked for in.
            plan.tables.push("words AS hit".into());
            plan.conditions.push(format!("hit.words MATCH {value}"));
            "hit.rowid"
        }
        (None, None) => {
            plan.tables.push("message".into());
            "message.id"
        }
    };
    if let (Some(_), Some(matching)) = (drive, &matching) {
        let value = plan.value(matching.clone());
        plan.conditions
            .push(format!("EXISTS (SELECT 1 FROM words WHERE words MATCH {value} AND words.rowid = {number})"));
    }
    for term in drivers.into_iter().filter(|term| !drive.is_some_and(|drive| std::ptr::eq(drive, *term))).chain(rest) {
        condition(&mut plan, term, number);
    }
    if let Some(before) = before {
        let before = plan.value(before);
        plan.conditions.push(format!("{number} < {before}"));
    }
    let limit = plan.value(i64::try_from(limit).unwrap_or(i64::MAX));
    let conditions = if plan.conditions.is_empty() { "1".to_owned() } else { plan.conditions.join(" AND ") };
    let sql = format!(
        "SELECT {number} FROM {} WHERE {conditions} ORDER BY {number} DESC LIMIT {limit}",
        plan.tables.join(", ")
    );
    (sql, plan.values)
}

/// Whether a term has one list that can be walked.
fn leads(term: &Term) -> bool {
    !term.negated
        && match &term.test {
            Test::Is { values, .. } => values.len() == 1,
            Test::About(_) => true,
            _ => false,
        }
}

/// The shortest list first, as far as it can be told without looking.
const fn rank(test: &Test) -> u8 {
    match test {
        Test::About(_) => 0,
        Test::Is { field: Field::Tag, .. } => 1,
        Test::Is { field: Field::State, .. } => 2,
        Test::Is { field: Field::Verdict, .. } => 3,
        Test::Is { field: Field::Kind, .. } => 4,
        _ => 5,
    }
}

/// Table and columns of the list of a field.
const fn list_of(field: Field) -> (&'static str, &'static str) {
    match field {
        Field::Kind => ("judged", "kind"),
        Field::Verdict => ("judged", "verdict"),
        Field::State => ("in_state", "state"),
        Field::Mailbox => ("found", "mailbox"),
        Field::Tag => ("tag", "tag"),
        Field::Deposit => ("deposited", "state"),
    }
}

/// Walks the list of a term; gives the column of its numbers.
fn list(plan: &mut Plan, test: &Test) -> &'static str {
    match test {
        Test::Is { field, values } => {
            let (table, column) = list_of(*field);
            let value = plan.value(values.first().cloned().unwrap_or_default());
            // A message may stand in a state for several transactions.
            plan.tables.push(match field {
                Field::State => format!("(SELECT DISTINCT message FROM in_state WHERE state = {value}) AS led"),
                // What was erased is no message any more.
                Field::Deposit => {
                    format!("(SELECT message FROM deposited WHERE state = {value} AND message IS NOT NULL) AS led")
                }
                _ => format!("(SELECT message FROM {table} WHERE {column} = {value}) AS led"),
            });
        }
        Test::About(text) => {
            let value = plan.value(text.clone());
            plan.tables.push(format!("(SELECT message FROM about WHERE text = {value}) AS led"));
        }
        _ => {}
    }
    "led.message"
}

/// Asks about each message.
fn condition(plan: &mut Plan, term: &Term, number: &str) {
    let asked = match &term.test {
        Test::Is { field, values } => {
            let (table, column) = list_of(*field);
            let values: Vec<String> = values.iter().map(|value| plan.value(value.clone())).collect();
            format!(
                "EXISTS (SELECT 1 FROM {table} AS asked WHERE asked.message = {number} AND asked.{column} IN ({}))",
                values.join(", ")
            )
        }
        Test::About(text) => {
            let value = plan.value(text.clone());
            format!("EXISTS (SELECT 1 FROM about AS asked WHERE asked.text = {value} AND asked.message = {number})")
        }
        Test::Attachment(id) => {
            let value = plan.value(id.as_bytes().to_vec());
            let kind = plan.value(Kind::Attachment as i64);
            let lists = digests::TABLES
                .map(|table| format!("SELECT row FROM {table} WHERE sha256 = {value} AND kind = {kind}"));
            format!("{number} IN ({})", lists.join(" UNION ALL "))
        }
        Test::Between(from, to) => {
            let (from, to) = (plan.value(first_number(*from)), plan.value(first_number(*to)));
            format!("({number} >= {from} AND {number} < {to})")
        }
        // Those that must hold are asked together, as one expression.
        Test::Words { .. } if !term.negated => return,
        Test::Words { column, text, prefix } => {
            let value = plan.value(expression(*column, text, *prefix));
            format!("EXISTS (SELECT 1 FROM words WHERE words MATCH {value} AND words.rowid = {number})")
        }
    };
    plan.conditions.push(if term.negated { format!("NOT {asked}") } else { asked });
}

/// The expression of all words that must be there.
fn matching(query: &Query) -> Option<String> {
    let words: Vec<String> = query
        .terms
        .iter()
        .filter(|term| !term.negated)
        .filter_map(|term| match &term.test {
            Test::Words { column, text, prefix } => Some(expression(*column, text, *prefix)),
            _ => None,
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

/// One phrase in the language of FTS5. Whatever a person writes stands in quotation marks and means nothing there.
fn expression(column: Option<&str>, text: &str, prefix: bool) -> String {
    let phrase = format!("\"{}\"{}", text.replace('"', "\"\""), if prefix { " *" } else { "" });
    match column {
        Some(column) => format!("{column} : {phrase}"),
        None => phrase,
    }
}
