//! Rules: what is done with a message that a search would find, by itself or when somebody agrees.
//!
//! ```
//! use pec_archive::{Action, Rule};
//!
//! let rule = Rule::new("fatture", "oggetto:fattura da:fornitore.example", vec![Action::File("Fatture".into())])?;
//! assert_eq!(rule.name(), "fatture");
//! // A rule that could never be understood is refused when it is made, not when mail comes.
//! assert!(Rule::new("errata", "da:", vec![]).is_err());
//! # Ok::<(), pec_archive::Error>(())
//! ```

use std::collections::BTreeSet;

use jiff::Timestamp;
use pec_core::delegation::By;
use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::content;
use crate::enforce::{Asked, Call, On, Sight, Under};
use crate::error::{Error, Result};
use crate::events::{Happened, tell};
use crate::id::Id;
use crate::intake::Intake;
use crate::log::{Appender, What};
use crate::page;
use crate::search::{Field, Query, Term, Test};
use crate::store::{Change, FiledRow, Number, View, second_of};
use crate::writer::With;

/// What a rule does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Action {
    /// Put it into a folder of the host's (*fascicolo*): the tag `fascicolo/NAME`.
    File(String),
    /// Give it a tag.
    Tag(String),
    /// Assign it to somebody: the tag `assegnato/NAME`.
    Assign(String),
    /// Hold it for a case: it cannot be erased until that is released.
    Hold(String),
    /// Forward it to this address. The archive sends nothing: whoever follows the events does.
    Forward(String),
}

impl Action {
    /// The tag that it gives.
    fn tag(&self) -> Option<String> {
        match self {
            Self::File(name) => Some(format!("fascicolo/{name}")),
            Self::Tag(tag) => Some(tag.clone()),
            Self::Assign(name) => Some(format!("assegnato/{name}")),
            Self::Hold(_) | Self::Forward(_) => None,
        }
    }

    /// What is done, as it is called in reports and in files of rules.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Tag(_) => "tag",
            Self::Assign(_) => "assign",
            Self::Hold(_) => "hold",
            Self::Forward(_) => "forward",
        }
    }

    /// With what: a name, a tag, an address.
    #[must_use]
    pub fn value(&self) -> &str {
        match self {
            Self::File(text) | Self::Tag(text) | Self::Assign(text) | Self::Hold(text) | Self::Forward(text) => text,
        }
    }
}

/// A rule. Its name is its identity: it acts once on each message, under whatever conditions it has later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    name: String,
    typed: String,
    query: Query,
    actions: Vec<Action>,
    suggests: bool,
}

impl Rule {
    /// What is done with every message that this query finds. An empty query finds all.
    ///
    /// # Errors
    /// [`Error::Query`], which says where; [`Error::BadValue`] for an empty name or an action without a value.
    pub fn new(name: &str, query: &str, actions: Vec<Action>) -> Result<Self> {
        if name.trim().is_empty() {
            return Err(Error::BadValue { what: "rule", value: name.to_owned() });
        }
        if let Some(empty) = actions.iter().find(|action| action.value().trim().is_empty()) {
            return Err(Error::BadValue { what: "action", value: format!("{empty:?}") });
        }
        Ok(Self {
            name: name.to_owned(),
            typed: query.to_owned(),
            query: Query::parse(query)?,
            actions,
            suggests: false,
        })
    }

    /// Only suggest it, and wait for somebody to decide.
    #[must_use]
    pub const fn suggesting(mut self) -> Self {
        self.suggests = true;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it looks for, as it was typed.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.typed
    }

    /// What it does, in this order.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// Whether it only suggests.
    #[must_use]
    pub const fn is_suggesting(&self) -> bool {
        self.suggests
    }
}

/// What a rule came to for one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Filed {
    /// The message.
    pub id: Id,
    /// The name of the rule.
    pub rule: String,
    /// Whether it was done, or waits for somebody to decide.
    pub suggested: bool,
}

/// What waits for somebody to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Suggestion {
    /// The message.
    pub id: Id,
    /// The name of the rule.
    pub rule: String,
    /// What would be done.
    pub actions: Vec<Action>,
    /// Since when it waits.
    pub at: Timestamp,
}

/// Why a rule acts on a message, or does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explained {
    /// The message.
    pub id: Id,
    /// The name of the rule.
    pub rule: String,
    /// Each condition, as it could be typed, and whether it holds.
    pub conditions: Vec<(String, bool)>,
    /// What the rule does where every condition holds.
    pub actions: Vec<Action>,
}

impl Explained {
    /// Whether every condition holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.conditions.iter().all(|(_, holds)| *holds)
    }
}

impl Archive {
    /// Lets rules act on messages, each rule once on each message, in the order in which they are given; all of it or
    /// nothing. What is done is logged as if somebody had done it by hand, and takes the permissions that it would take then: to
    /// read what is looked for, to assign, to hold, to send what is to be handed on.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a message that is not here; and those of [`Archive::put`].
    pub fn file(&self, actor: &Actor, rules: &[Rule], ids: &[Id], now: Timestamp) -> Result<Vec<Filed>> {
        rules.iter().try_for_each(|rule| self.seal().answers(&rule.query))?;
        let mut done = Vec::new();
        self.change_each(actor, Call::File, ids, now, |change, log, id, number| {
            for rule in rules {
                if change.filed(number, &rule.name)?.is_some() {
                    continue;
                }
                // Also where it does not hold: that is an answer too.
                let does: &[Action] = if rule.suggests { &[] } else { &rule.actions };
                self.may_by_hand(change, (actor, now), id, &rule.query, does)?;
                if !holds(change, &rule.query, number)? {
                    continue;
                }
                let state = if rule.suggests {
                    let what = Happened::Suggested { rule: rule.name.clone(), actions: rule.actions.clone() };
                    tell(change, now, Some(number), &what)?;
                    "suggested"
                } else {
                    act(change, log, id, number, &rule.name, &rule.actions, now)?;
                    "applied"
                };
                change.put_filed(&row(number, &rule.name, state, &rule.actions, now)?)?;
                done.push(Filed { id, rule: rule.name.clone(), suggested: rule.suggests });
            }
            Ok(())
        })?;
        Ok(done)
    }

    /// What waits for somebody to decide, oldest first.
    ///
    /// # Errors
    /// What reading can meet.
    pub fn suggestions(&self, actor: &Actor, limit: usize) -> Result<Vec<Suggestion>> {
        let asked = Asked::new(actor, Call::Suggestions);
        self.read_for(&asked, |view| {
            let sight = self.sight(view, &asked)?;
            let mut rows = view.suggested(if matches!(sight, Sight::All) { limit } else { usize::MAX })?;
            let shown: BTreeSet<Number> = self.shown(view, &asked, rows.iter().map(|row| row.message).collect())?;
            rows.retain(|row| shown.contains(&row.message));
            rows.truncate(limit);
            rows.into_iter()
                .map(|row| {
                    let damaged = |why: String| Error::Damaged(format!("suggestion of {}: {why}", row.rule));
                    Ok(Suggestion {
                        id: content::id_of(view, row.message)?,
                        actions: actions(&row)?,
                        at: Timestamp::from_second(row.at).map_err(|error| damaged(error.to_string()))?,
                        rule: row.rule.clone(),
                    })
                })
                .collect()
        })
    }

    /// Does what a rule suggests for a message, where whoever accepts it may do that by hand.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it suggests nothing, or somebody has decided already.
    pub fn accept(&self, actor: &Actor, id: Id, rule: &str, now: Timestamp) -> Result<()> {
        self.decide(actor, id, rule, now, |change, log, row| {
            let actions = actions(row)?;
            self.may_by_hand(change, (actor, now), id, &Query::default(), &actions)?;
            act(change, log, id, row.message, rule, &actions, now)?;
            Ok("accepted")
        })
    }

    /// Puts aside what a rule suggests for a message: it is not suggested again.
    ///
    /// # Errors
    /// As [`Archive::accept`].
    pub fn dismiss(&self, actor: &Actor, id: Id, rule: &str) -> Result<()> {
        self.decide(actor, id, rule, Timestamp::now(), |_, _, _| Ok("dismissed"))
    }

    fn decide(
        &self,
        actor: &Actor,
        id: Id,
        rule: &str,
        now: Timestamp,
        mut how: impl FnMut(&dyn Change, &mut Appender<'_>, &FiledRow) -> Result<&'static str>,
    ) -> Result<()> {
        self.change_each(actor, Call::Decide, &[id], now, |change, log, id, number| {
            let waiting = change.filed(number, rule)?;
            let row = waiting.filter(|row| row.state == "suggested");
            let row = row.ok_or_else(|| Error::NotFound(format!("a suggestion of {rule} for {id}")))?;
            let state = how(change, log, &row)?.to_owned();
            change.put_filed(&FiledRow { state, ..row })
        })
    }

    /// Why a rule acts on a message of the archive, or does not. Nothing is done.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what reading can meet.
    pub fn explain(&self, actor: &Actor, rule: &Rule, id: Id) -> Result<Explained> {
        let asked = Asked::new(actor, Call::Explain).on(On::Message(id));
        self.seal().answers(&rule.query)?;
        self.read_for(&asked, |view| {
            self.may_by_hand(view, (actor, asked.at), id, &rule.query, &[])?;
            explained(view, rule, id)
        })
    }

    /// Whether somebody may find by himself what this query finds, and do this with the message: a rule acts in the name of whoever
    /// lets it act, and gives him nothing. The host is the program; to archive and tag is what rules are managed for.
    fn may_by_hand(
        &self,
        view: &dyn View,
        (actor, now): (&Actor, Timestamp),
        id: Id,
        query: &Query,
        actions: &[Action],
    ) -> Result<()> {
        if actor.by() == Some(&By::Host) {
            return Ok(());
        }
        let sender = page::entry(view, content::number_of(view, id)?)?.sender.unwrap_or_default();
        let judge = |call, on| self.judge(view, &Asked::new(actor, call).on(on).at(now)).map(drop);
        judge(Call::search(query), On::Message(id))?;
        for term in &query.terms {
            if let Test::Is { field: Field::Mailbox, values } = &term.test {
                values.iter().try_for_each(|mailbox| judge(Call::Search, On::Mailbox(mailbox)))?;
            }
        }
        if query.terms.iter().any(Term::asks_state) {
            judge(Call::Search, On::Mailbox(&sender))?;
        }
        actions.iter().try_for_each(|action| match action {
            Action::File(_) | Action::Tag(_) => Ok(()),
            Action::Assign(_) => judge(Call::Assign, On::Message(id)),
            Action::Hold(_) => judge(Call::Hold, On::All),
            Action::Forward(_) => judge(Call::Queue, On::Message(id)),
        })
    }

    /// Why a rule would act on a message, or would not, if it came into the archive now: it is judged as what is stored is,
    /// beside everything that is here (the state of its transaction, for example), in a transaction that is taken back. Nothing
    /// is kept of it. A message that is here already may be given: then it has its tags.
    ///
    /// # Errors
    /// Those of [`Archive::put`]: an archive that is open for reading alone cannot.
    pub fn explain_bytes(&self, intake: &Intake<'_>, rule: &Rule, message: &[u8]) -> Result<Explained> {
        self.seal().answers(&rule.query)?;
        let id = Id::of(message);
        let mut answer = None;
        let mut look = |change: &dyn Change| {
            answer = Some(explained(change, rule, id)?);
            // What was stored for it must not stay.
            Err(Error::Internal("taken back".into()))
        };
        let open = |_: &dyn Change| Ok(Under::default());
        let stored = self.store_one(&Actor::host(), &open, intake, message.to_vec(), With::Also(&mut look));
        match (answer, stored) {
            (Some(explained), _) => Ok(explained),
            (None, Err(error)) => Err(error),
            (None, Ok(_)) => Err(Error::Internal("a rule was not asked".into())),
        }
    }
}

fn explained(view: &dyn View, rule: &Rule, id: Id) -> Result<Explained> {
    let number = content::number_of(view, id)?;
    let conditions = rule.query.terms.iter().map(|term| {
        let alone = Query { terms: vec![term.clone()] };
        Ok((term.to_string(), holds(view, &alone, number)?))
    });
    let conditions = conditions.collect::<Result<_>>()?;
    Ok(Explained { id, rule: rule.name.clone(), conditions, actions: rule.actions.clone() })
}

/// Whether a query finds a message.
fn holds(view: &dyn View, query: &Query, number: Number) -> Result<bool> {
    let second = second_of(number);
    let mut query = query.clone();
    query.terms.push(crate::search::Term { negated: false, test: Test::Between(second, second + 1) });
    Ok(view.newest(&query, Some(number + 1), 1)?.contains(&number))
}

fn act(
    change: &dyn Change,
    log: &mut Appender<'_>,
    id: Id,
    number: Number,
    rule: &str,
    actions: &[Action],
    now: Timestamp,
) -> Result<()> {
    for action in actions {
        if let Some(tag) = action.tag()
            && change.tag(number, &tag)?
        {
            log.append(What::Tag { id, tag: &tag })?;
        }
        if let Action::Hold(case) = action {
            change.hold(number, case)?;
            log.append(What::Hold { id, case })?;
        }
    }
    tell(change, now, Some(number), &Happened::Filed { rule: rule.to_owned(), actions: actions.to_vec() })
}

fn row(message: Number, rule: &str, state: &str, actions: &[Action], now: Timestamp) -> Result<FiledRow> {
    let actions = serde_json::to_string(actions).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(FiledRow { message, rule: rule.to_owned(), state: state.to_owned(), actions, at: now.as_second() })
}

fn actions(row: &FiledRow) -> Result<Vec<Action>> {
    serde_json::from_str(&row.actions).map_err(|error| Error::Damaged(format!("actions of {}: {error}", row.rule)))
}
