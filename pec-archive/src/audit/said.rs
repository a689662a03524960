//! What the log says is here, and how it is kept, beside what is here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;

use crate::content;
use crate::error::Result;
use crate::id::Id;
use crate::log::{Appender, What};
use crate::store::{Change, Number, View};

/// What of an entry says that something is here.
#[derive(Deserialize)]
struct Entry<'e> {
    #[serde(borrow)]
    what: Cow<'e, str>,
    id: Option<Id>,
    #[serde(borrow)]
    class: Option<Cow<'e, str>>,
    months: Option<u32>,
    #[serde(borrow)]
    case: Option<Cow<'e, str>>,
}

/// What the log comes to: the messages that were put and not erased, and what was decided about them.
#[derive(Default)]
pub(crate) struct Said {
    /// Each with the entry that says so.
    put: HashMap<Id, u64>,
    classes: BTreeMap<Id, String>,
    held: BTreeSet<(String, Id)>,
    terms: BTreeMap<String, u32>,
    /// The last entry that says that the archive was made of what could be read of a broken one: what that had lost, it has told.
    salvaged: Option<u64>,
}

impl Said {
    /// By all entries of a log that is sound.
    pub(crate) fn by(view: &dyn View) -> Result<Self> {
        let mut said = Self::default();
        view.log_entries(0, &mut |n, text| {
            // What cannot be read is not what was logged, and named as that.
            if let Ok(entry) = serde_json::from_str::<Entry<'_>>(text) {
                said.hear(n.unsigned_abs(), entry);
            }
            Ok(true)
        })?;
        Ok(said)
    }

    fn hear(&mut self, n: u64, entry: Entry<'_>) {
        let Entry { what, id, class, months, case } = entry;
        match (&*what, id, class, case, months) {
            ("put", Some(id), ..) => {
                let before = self.put.insert(id, n);
                if before.is_some() {
                    // It had been here before: that was lost, and told.
                    self.classes.remove(&id);
                    self.held.retain(|(_, held)| *held != id);
                }
            }
            ("erase", Some(id), ..) => {
                self.put.remove(&id);
                self.classes.remove(&id);
            }
            ("classify", Some(id), Some(class), ..) => drop(self.classes.insert(id, class.into_owned())),
            ("hold", Some(id), _, Some(case), _) => drop(self.held.insert((case.into_owned(), id))),
            ("release", _, _, Some(case), _) => self.held.retain(|(held, _)| **held != *case),
            ("salvage", ..) => self.salvaged = Some(n),
            ("term", _, Some(class), _, Some(months)) => drop(self.terms.insert(class.into_owned(), months)),
            _ => {}
        }
    }

    /// Whether this entry is the one that says that a message is here.
    pub(crate) fn is_put(&self, id: Id, entry: i64) -> bool {
        self.put.get(&id).is_some_and(|put| i64::try_from(*put) == Ok(entry))
    }

    /// Decides once more what the log says was decided and the rows have lost. Where the log is cut short, a row that says otherwise
    /// may be newer, and is logged as it is. What cannot be decided again, or may have been taken back since, is told.
    pub(crate) fn restore(
        &self,
        change: &dyn Change,
        log: &mut Appender<'_>,
        is_whole: bool,
        told: &mut Vec<String>,
    ) -> Result<()> {
        let terms: BTreeMap<String, u32> = change.terms()?.into_iter().collect();
        for (class, months) in &self.terms {
            match terms.get(class) {
                Some(known) if known == months => {}
                Some(known) if !is_whole => drop(log.append(What::Term { class, months: *known })?),
                _ => change.set_term(class, *months)?,
            }
        }
        for (case, id) in &self.held {
            match content::find(change, *id)? {
                None => told
                    .push(format!("message {id} is lost, and was held for {case:?}: hold it when it comes in again")),
                Some(number) if !change.cases_of(number)?.contains(case) => {
                    change.hold(number, case)?;
                    log.append(What::Hold { id: *id, case })?;
                    told.push(format!(
                        "message {id} is held for {case:?} again, as the log says: release it if it was"
                    ));
                }
                Some(_) => {}
            }
        }
        for (id, class) in &self.classes {
            let Some(number) = content::find(change, *id)? else {
                told.push(format!(
                    "message {id} is lost, and was in class {class:?}: put it there when it comes in again"
                ));
                continue;
            };
            match change.class_of(number)? {
                known if known == *class => {}
                known if !is_whole && !known.is_empty() => drop(log.append(What::Classify { id: *id, class: &known })?),
                _ => change.classify(number, class)?,
            }
        }
        Ok(())
    }

    /// What is not as the log says, each a sentence; `known` are the messages that are here.
    pub(crate) fn contradicts(&self, view: &dyn View, known: &BTreeMap<Number, Id>) -> Result<Vec<String>> {
        let here: BTreeSet<Id> = known.values().copied().collect();
        let is_gone =
            |(id, n): &(&Id, &u64)| !here.contains(*id) && self.salvaged.is_none_or(|salvaged| **n > salvaged);
        let gone: BTreeSet<(u64, Id)> = self.put.iter().filter(is_gone).map(|(id, n)| (*n, *id)).collect();
        let mut wrong: Vec<String> = gone
            .into_iter()
            .map(|(n, id)| format!("message {id} is missing: entry {n} of the log put it, and none erased it"))
            .collect();
        let terms: BTreeMap<String, u32> = view.terms()?.into_iter().collect();
        for (class, months) in &self.terms {
            if terms.get(class) != Some(months) {
                wrong.push(format!("class {class:?}: its term is not the one that the log says, {months} months"));
            }
        }
        for (case, id) in self.held.iter().filter(|(_, id)| here.contains(id)) {
            let held = content::find(view, *id)?.map(|number| view.cases_of(number)).transpose()?;
            if !held.unwrap_or_default().contains(case) {
                wrong.push(format!("message {id} is not held for {case:?}, as the log says"));
            }
        }
        for (id, class) in self.classes.iter().filter(|(id, _)| here.contains(id)) {
            let number = content::find(view, *id)?;
            if number.map(|number| view.class_of(number)).transpose()?.as_deref() != Some(class) {
                wrong.push(format!("message {id} is not in class {class:?}, as the log says"));
            }
        }
        Ok(wrong)
    }
}
