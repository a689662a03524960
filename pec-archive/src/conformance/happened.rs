//! Events, and what rules have done.

use super::memory::Session;
use super::sample::{Sample, change, read};
use crate::error::Result;
use crate::store::{Backend, DossierRow, EventRow, FiledRow, HappenedIndex, HappenedWriter, Number};

fn event(kind: &str, message: Option<Number>, detail: &str) -> EventRow {
    EventRow { at: 100, kind: kind.into(), message, detail: detail.into() }
}

/// A number that was given is never given again, also after the last event is gone; an event of a message goes with it.
pub fn events_are_numbered_for_ever_and_go_with_their_message<B: Backend>(backend: &B) {
    assert!(read(backend, |view| view.events(0, 10)).is_empty());
    assert_eq!(read(backend, |view| view.follower("erp")), None);
    let (number, numbers) = change(backend, |change| {
        let number = Sample::new("a", 1).put(change)?;
        let events =
            [event("stored", Some(number), ""), event("gone", None, "{\"a\":1}"), event("x", Some(number), "y")];
        let numbers = events.iter().map(|event| change.put_event(event)).collect::<Result<Vec<u64>>>()?;
        change.put_follower("erp", numbers[0])?;
        Ok((number, numbers))
    });
    assert!(numbers.is_sorted() && numbers[0] > 0);
    let all = read(backend, |view| view.events(0, 10));
    assert_eq!(all.iter().map(|(n, _)| *n).collect::<Vec<_>>(), numbers);
    assert_eq!(all[1].1, event("gone", None, "{\"a\":1}"));
    assert_eq!(read(backend, |view| view.events(numbers[0], 1)), all[1..2]);
    assert_eq!(read(backend, |view| view.follower("erp")), Some(numbers[0]));

    change(backend, |change| change.erase(number).map(drop));
    assert_eq!(read(backend, |view| view.events(0, 10)), all[1..2]);
    assert_eq!(change(backend, |change| change.forget_events(numbers[2])), 1);
    let next = change(backend, |change| change.put_event(&event("later", None, "")));
    assert!(next > numbers[2], "{next} was given before");
}

/// One row for a message and a rule; what is suggested is listed until it is decided, oldest first.
pub fn what_a_rule_has_done_is_noted_by_message_and_rule<B: Backend>(backend: &B) {
    let row = |message, rule: &str, state: &str, at| FiledRow {
        message,
        rule: rule.into(),
        state: state.into(),
        actions: "[]".into(),
        at,
    };
    let numbers = change(backend, |change| {
        let numbers = [Sample::new("a", 1).put(change)?, Sample::new("b", 2).put(change)?];
        change.put_filed(&row(numbers[0], "r", "suggested", 300))?;
        change.put_filed(&row(numbers[1], "r", "suggested", 200))?;
        change.put_filed(&row(numbers[1], "s", "applied", 100))?;
        let recipients = vec![("b@x.example".to_owned(), "delivered"), ("a@x.example".to_owned(), "failed")];
        change.put_dossier(&DossierRow {
            key: "k".into(),
            replaces: Vec::new(),
            pec_id: None,
            message_id: None,
            sender: None,
            side: "sent",
            recipients,
            messages: vec![numbers[0]],
        })?;
        Ok(numbers)
    });
    let suggested = || read(backend, |view| view.suggested(10));
    let [first, second] = [row(numbers[1], "r", "suggested", 200), row(numbers[0], "r", "suggested", 300)];
    assert_eq!(suggested(), [first.clone(), second.clone()]);
    assert_eq!(read(backend, |view| view.suggested(1)), [first]);
    assert_eq!(read(backend, |view| view.filed(numbers[1], "s")), Some(row(numbers[1], "s", "applied", 100)));
    assert_eq!(read(backend, |view| view.filed(numbers[0], "s")), None);
    let states = [("a@x.example", "failed"), ("b@x.example", "delivered")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(read(backend, |view| view.states_of("k")), states);
    assert!(read(backend, |view| view.states_of("other")).is_empty());
    assert_eq!(read(backend, |view| view.keys_of(numbers[0])), ["k"]);
    assert!(read(backend, |view| view.keys_of(numbers[1])).is_empty());
    change(backend, |change| change.put_filed(&row(numbers[1], "r", "accepted", 200)));
    assert_eq!(suggested(), [second]);
    change(backend, |change| change.erase(numbers[0]).map(drop));
    assert!(suggested().is_empty());
}

impl HappenedIndex for Session<'_> {
    fn events(&self, after: u64, limit: usize) -> Result<Vec<(u64, EventRow)>> {
        let rows = self.rows();
        let behind = rows.events.iter().filter(|(n, _)| **n > after);
        Ok(behind.take(limit).map(|(n, event)| (*n, event.clone())).collect())
    }

    fn follower(&self, name: &str) -> Result<Option<u64>> {
        Ok(self.rows().followers.get(name).copied())
    }

    fn keys_of(&self, number: Number) -> Result<Vec<String>> {
        let rows = self.rows();
        let own = rows.dossiers.iter().filter(|(_, dossier)| dossier.messages.contains(&number));
        Ok(own.map(|(key, _)| key.clone()).collect())
    }

    fn states_of(&self, key: &str) -> Result<Vec<(String, String)>> {
        let rows = self.rows();
        let recipients = rows.dossiers.get(key).map(|dossier| dossier.recipients.clone());
        Ok(recipients.unwrap_or_default().into_iter().collect())
    }

    fn filed(&self, message: Number, rule: &str) -> Result<Option<FiledRow>> {
        Ok(self.rows().filed.get(&(message, rule.to_owned())).cloned())
    }

    fn suggested(&self, limit: usize) -> Result<Vec<FiledRow>> {
        let rows = self.rows();
        let mut waiting: Vec<FiledRow> = rows.filed.values().filter(|row| row.state == "suggested").cloned().collect();
        waiting.sort_by_key(|row| row.at);
        waiting.truncate(limit);
        Ok(waiting)
    }
}

impl HappenedWriter for Session<'_> {
    fn put_event(&self, event: &EventRow) -> Result<u64> {
        Ok(self.write(|rows| {
            rows.last_event += 1;
            rows.events.insert(rows.last_event, event.clone());
            rows.last_event
        }))
    }

    fn put_follower(&self, name: &str, n: u64) -> Result<()> {
        self.write(|rows| rows.followers.insert(name.to_owned(), n));
        Ok(())
    }

    fn forget_events(&self, up_to: u64) -> Result<u64> {
        Ok(self.write(|rows| {
            let before = rows.events.len();
            rows.events.retain(|n, _| *n > up_to);
            (before - rows.events.len()) as u64
        }))
    }

    fn put_filed(&self, row: &FiledRow) -> Result<()> {
        self.write(|rows| rows.filed.insert((row.message, row.rule.clone()), row.clone()));
        Ok(())
    }
}
