//! What is to be packed: whole families, without what a package has already.

use std::collections::BTreeSet;

use super::index::Earlier;
use super::options::Selection;
use crate::archive::bare;
use crate::dossiers;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::store::{KnownDeposit, Number, Speaking, View};

/// What is to be packed.
pub(super) struct Plan {
    /// The messages of a family, and those of them that go into a package.
    pub(super) families: Vec<(Vec<i64>, Vec<i64>)>,
    pub(super) earlier: Option<Earlier>,
    pub(super) already: u64,
}

/// The families of what is selected, in the order of their first messages.
pub(super) fn plan(view: &dyn View, selection: &Selection) -> Result<Plan> {
    let selected: BTreeSet<i64> = match selection {
        Selection::Query(query) => view.newest(query, None, usize::MAX)?.into_iter().collect(),
        Selection::Messages(ids) => {
            let number = |(number, id): (Option<Number>, &Id)| number.ok_or_else(|| Error::absent(*id));
            view.numbers(ids)?.into_iter().zip(ids).map(number).collect::<Result<_>>()?
        }
        Selection::Transactions(identifiers) => {
            let mut numbers = BTreeSet::new();
            for identifier in identifiers {
                let found = dossiers::related(view, &BTreeSet::from([bare(identifier)]), Speaking::All)?;
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
        let family = family(view, number)?;
        let mut wanted = Vec::new();
        for member in &family {
            if !seen.insert(*member) {
                continue;
            }
            if view.is_deposited(*member)? {
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

pub(super) fn again(view: &dyn View, package: &str) -> Result<Plan> {
    let earlier = named(view, package)?;
    let refused: BTreeSet<i64> = view.refused(earlier.number)?.into_iter().collect();
    let (mut families, mut seen) = (Vec::new(), BTreeSet::new());
    for number in &refused {
        if !seen.contains(number) {
            let family = family(view, *number)?;
            seen.extend(family.iter().copied());
            let wanted = family.iter().copied().filter(|member| refused.contains(member)).collect();
            families.push((family, wanted));
        }
    }
    let earlier = Earlier { name: package.to_owned(), pindex: earlier.pindex };
    Ok(Plan { families, earlier: Some(earlier), already: 0 })
}

/// The package of this name.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) fn named(view: &dyn View, name: &str) -> Result<KnownDeposit> {
    view.deposit(name)?.ok_or_else(|| Error::NotFound(name.to_owned()))
}

/// A message and the others of its transactions, oldest first.
fn family(view: &dyn View, number: i64) -> Result<Vec<i64>> {
    let texts = view.texts_of(&[number], Speaking::All)?.into_iter().collect();
    let mut family = dossiers::related(view, &texts, Speaking::All)?;
    family.insert(number);
    Ok(family.into_iter().collect())
}
