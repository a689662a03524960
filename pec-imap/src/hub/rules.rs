//! Rules out of a file, and what they do with what has come in.

use pec_archive::{Action, Filed, Happened, Rule};
use serde::Deserialize;

use super::Hub;
use crate::error::{Error, Result};

/// Under which name events are followed for rules.
const RULES: &str = "rules";

/// The rules of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    rule: Vec<WrittenRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    name: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    suggest: bool,
    #[serde(default)]
    file: Vec<String>,
    #[serde(default)]
    tag: Vec<String>,
    #[serde(default)]
    assign: Vec<String>,
    #[serde(default)]
    hold: Vec<String>,
    #[serde(default)]
    forward: Vec<String>,
}

/// Rules from a text (TOML), in their order: `[[rule]]` with `name`, `query` (as a search is typed), lists `file`, `tag`,
/// `assign`, `hold`, `forward`, and `suggest = true` where somebody has to decide.
///
/// ```
/// let rules = pec_imap::read_rules(
///     "[[rule]]\nname = \"fatture\"\nquery = \"oggetto:fattura\"\nfile = [\"Fatture\"]\nforward = [\"studio@pec.it\"]\n",
/// )?;
/// assert_eq!(rules[0].name(), "fatture");
/// assert!(pec_imap::read_rules("[[rule]]\nname = \"a\"\nforvard = [\"b@c.it\"]\n").is_err());
/// # Ok::<(), pec_imap::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadValue`], which says what is wrong and where: also two rules of one name, since the name is a rule's identity.
pub fn read_rules(text: &str) -> Result<Vec<Rule>> {
    let bad = |value: String| Error::BadValue { what: "rules", value };
    let written: Written = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        bad(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
    })?;
    let mut rules: Vec<Rule> = Vec::new();
    for rule in written.rule {
        if rules.iter().any(|known| known.name() == rule.name) {
            return Err(bad(format!("{}: the name stands twice", rule.name)));
        }
        if let Some(odd) = rule.forward.iter().find(|to| !pec_core::compose::is_address(to)) {
            return Err(bad(format!("{}: {odd}: not an address of PEC", rule.name)));
        }
        let of = |values: Vec<String>, action: fn(String) -> Action| values.into_iter().map(action);
        let actions = of(rule.file, Action::File)
            .chain(of(rule.tag, Action::Tag))
            .chain(of(rule.assign, Action::Assign))
            .chain(of(rule.hold, Action::Hold))
            .chain(of(rule.forward, Action::Forward))
            .collect();
        let made =
            Rule::new(&rule.name, &rule.query, actions).map_err(|error| bad(format!("{}: {error}", rule.name)))?;
        rules.push(if rule.suggest { made.suggesting() } else { made });
    }
    Ok(rules)
}

impl Hub {
    /// From now on [`Hub::apply_rules`] acts on what comes in: what is in the archive already is left alone, unless somebody has
    /// begun before.
    ///
    /// # Errors
    /// Those of the archive.
    pub fn begin_rules(&self) -> Result<()> {
        self.archive().follow_from_now(self.actor(), RULES)?;
        Ok(())
    }

    /// Lets rules act on what has come in since the last time (or [the beginning](Hub::begin_rules)): each rule once on each
    /// message. What comes byte for byte into another mailbox is judged there too, by the rules that have not acted on it; where it
    /// was three days old by then (an old mailbox), it is not handed on unless somebody accepts that. What is in the outbox has not
    /// come in.
    ///
    /// # Errors
    /// Those of the archive: what was done before stays done, the rest is done the next time.
    pub fn apply_rules(&self, rules: &[Rule]) -> Result<Vec<Filed>> {
        let for_old = rules.iter().filter_map(|rule| without_forward(rule).transpose()).collect::<Result<Vec<_>>>()?;
        // A rule that this archive cannot answer is told of before any mail comes in.
        let mut filed = self.archive().file(self.actor(), rules, &[], self.now())?;
        self.follow(RULES, |event| {
            let (Happened::Stored { .. } | Happened::Found { .. }, Some(id)) = (&event.what, event.id) else {
                return Ok(());
            };
            if self.is_outgoing(id)? {
                return Ok(());
            }
            let is_old = matches!(event.what, Happened::Found { .. }) && self.is_old(id, event.at)?;
            let rules = if is_old { &for_old } else { rules };
            filed.extend(self.archive().file(self.actor(), rules, &[id], self.now())?);
            Ok(())
        })?;
        Ok(filed)
    }
}

/// What a rule does by itself with old mail; `None` where that is nothing.
fn without_forward(rule: &Rule) -> Result<Option<Rule>> {
    if rule.is_suggesting() {
        return Ok(Some(rule.clone()));
    }
    let actions = rule.actions().iter().filter(|action| !matches!(action, Action::Forward(_)));
    let actions: Vec<Action> = actions.cloned().collect();
    Ok((!actions.is_empty()).then(|| Rule::new(rule.name(), rule.query(), actions)).transpose()?)
}
