//! What is to be packed: whole families, without what a package has already.

use std::collections::BTreeSet;

use rusqlite::Connection;

use super::index::Earlier;
use super::options::Selection;
use crate::archive::bare;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::sqlite::{deposits, dossiers, find, put};

/// What is to be packed.
pub(super) struct Plan {
    /// The messages of a family, and those of them that go into a package.
    pub(super) families: Vec<(Vec<i64>, Vec<i64>)>,
    pub(super) earlier: Option<Earlier>,
    pub(super) already: u64,
}

/// The families of what is selected, in the order of their first messages.
pub(super) fn plan(connection: &Connection, selection: &Selection) -> Result<Plan> {
    let selected: BTreeSet<i64> = match selection {
        Selection::Query(query) => find::newest(connection, query, None, usize::MAX)?.into_iter().collect(),
        Selection::Messages(ids) => {
            let number = |id: &Id| put::find(connection, *id)?.ok_or_else(|| Error::absent(*id));
            ids.iter().map(number).collect::<Result<_>>()?
        }
        Selection::Transactions(identifiers) => {
            let mut numbers = BTreeSet::new();
            for identifier in identifiers {
                let found = dossiers::related(connection, &BTreeSet::from([bare(identifier)]), true)?;
                if found.is_empty() {
                    return Err(Error::NotFound(identifier.clone()));
                }
                numbers.extend(found);
            }
            numbers
        }
    };
    let (mut families, mut seen, mut already) = (Vec::new(), BTreeSet::new(), 0);
    for number in selected {
        if seen.contains(&number) {
            continue;
        }
        let family = family(connection, number)?;
        let mut wanted = Vec::new();
        for member in &family {
            if !seen.insert(*member) {
                continue;
            }
            if deposits::has(connection, *member)? {
                already += 1;
            } else {
                wanted.push(*member);
            }
        }
        if !wanted.is_empty() {
            families.push((family, wanted));
        }
    }
    Ok(Plan { families, earlier: None, already })
}

pub(super) fn again(connection: &Connection, package: &str) -> Result<Plan> {
    let earlier = deposits::named(connection, package)?;
    let refused: BTreeSet<i64> = deposits::refused(connection, earlier.id)?.into_iter().collect();
    let (mut families, mut seen) = (Vec::new(), BTreeSet::new());
    for number in &refused {
        if !seen.contains(number) {
            let family = family(connection, *number)?;
            seen.extend(family.iter().copied());
            let wanted = family.iter().copied().filter(|member| refused.contains(member)).collect();
            families.push((family, wanted));
        }
    }
    let earlier = Earlier { name: package.to_owned(), pindex: earlier.pindex };
    Ok(Plan { families, earlier: Some(earlier), already: 0 })
}

/// A message and the others of its transactions, oldest first.
fn family(connection: &Connection, number: i64) -> Result<Vec<i64>> {
    let mut query = connection.prepare_cached("SELECT text FROM about WHERE message = ?1")?;
    let texts = query.query_map([number], |row| row.get(0))?.collect::<Result<BTreeSet<String>, _>>()?;
    let mut family = dossiers::related(connection, &texts, true)?;
    family.insert(number);
    Ok(family.into_iter().collect())
}
