//! What is to be sent, and what became of it.

use super::memory::Session;
use super::sample::{Sample, change, read};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::outbox::TicketState;
use crate::store::{Backend, Number, OutboxIndex, OutboxWriter, TicketRow};

const BOX: &str = "ufficio@cert.beta.example";

fn row(key: &str, message: Number) -> TicketRow {
    TicketRow {
        number: 0,
        mailbox: BOX.into(),
        key: key.into(),
        id: Id::of(b"a"),
        message: Some(message),
        message_id: "1@ditta.example".into(),
        sender: BOX.into(),
        recipients: vec!["anna@pec.alfa.example".into(), "perché@pec.alfa.example".into()],
        state: TicketState::Queued,
        queued_at: 10,
        changed_at: 10,
        begun_at: None,
        not_before: None,
        attempts: 0,
        answers: "{\"message\":{\"code\":250,\"text\":\"sì\"}}".into(),
        filed_at: None,
    }
}

/// A ticket comes back as it was written, by its number, its key, its state and its message.
pub fn a_ticket_is_found_by_its_key_and_its_state<B: Backend>(backend: &B) {
    let other_box = |row: TicketRow| TicketRow { mailbox: "altro@cert.beta.example".into(), ..row };
    let (message, numbers) = change(backend, |change| {
        let message = Sample::new("a", 1).put(change)?;
        let rows = [row("1", message), row("2", message), other_box(row("1", message)), row("3", message)];
        let numbers: Vec<i64> = rows.iter().map(|row| change.put_ticket(row)).collect::<Result<_>>()?;
        assert!(numbers.is_sorted() && numbers[0] > 0);
        // A change sees what it has written.
        assert_eq!(change.ticket_of_key(BOX, "2")?.map(|row| row.number), Some(numbers[1]));
        Ok((message, numbers))
    });
    let numbered = |row: TicketRow, n: usize| TicketRow { number: numbers[n], ..row };
    assert_eq!(read(backend, |view| view.ticket(numbers[0])), Some(numbered(row("1", message), 0)));
    assert_eq!(read(backend, |view| view.ticket_of_key(BOX, "4")), None);
    assert_eq!(read(backend, |view| view.tickets_of(message)).len(), 4);
    let keys = |state, after, limit| -> Vec<String> {
        read(backend, |view| view.tickets(BOX, state, after, limit)).into_iter().map(|row| row.key).collect()
    };
    assert_eq!(keys(TicketState::Queued, 0, 10), ["1", "2", "3"]);
    assert_eq!(keys(TicketState::Queued, numbers[0], 1), ["2"]);
    assert!(keys(TicketState::Sent, 0, 10).is_empty());
}

/// What has become of a ticket takes the place of what was written; its key and its message stay.
pub fn what_becomes_of_a_ticket_is_kept<B: Backend>(backend: &B) {
    let (message, number) = change(backend, |change| {
        let message = Sample::new("a", 1).put(change)?;
        Ok((message, change.put_ticket(&row("1", message))?))
    });
    let later = TicketRow {
        number,
        state: TicketState::Unknown,
        changed_at: 40,
        begun_at: Some(30),
        not_before: Some(50),
        attempts: 2,
        answers: "{}".into(),
        filed_at: Some(60),
        ..row("1", message)
    };
    change(backend, |change| {
        change.set_ticket(&later)?;
        assert!(matches!(change.set_ticket(&TicketRow { number: 99, ..later.clone() }), Err(Error::NotFound(_))));
        Ok(())
    });
    assert_eq!(read(backend, |view| view.ticket(number)), Some(later));
    assert_eq!(
        read(backend, |view| Ok((view.begun(BOX, 30)?, view.begun(BOX, 31)?, view.begun("x", 0)?))),
        (vec![30], vec![], vec![])
    );
}

/// An erasure takes the message from its ticket; the key stays known, so that nothing is sent under it again.
pub fn a_key_outlives_its_message<B: Backend>(backend: &B) {
    let (message, number) = change(backend, |change| {
        let message = Sample::new("a", 1).put(change)?;
        Ok((message, change.put_ticket(&TicketRow { state: TicketState::Sent, ..row("1", message) })?))
    });
    change(backend, |change| change.erase(message).map(drop));
    let left = read(backend, |view| view.ticket(number)).unwrap();
    assert_eq!((left.message, left.id, left.key.as_str()), (None, Id::of(b"a"), "1"));
    // To whom it went, and what was answered, goes with it.
    assert_eq!((left.message_id.as_str(), left.sender.as_str(), left.answers.as_str()), ("", "", "{}"));
    assert!(left.recipients.is_empty());
    assert!(read(backend, |view| view.tickets_of(message)).is_empty());
}

impl OutboxIndex for Session<'_> {
    fn ticket(&self, number: i64) -> Result<Option<TicketRow>> {
        Ok(self.rows().outbox.get(&number).cloned())
    }

    fn ticket_of_key(&self, mailbox: &str, key: &str) -> Result<Option<TicketRow>> {
        Ok(self.rows().outbox.values().find(|row| row.mailbox == mailbox && row.key == key).cloned())
    }

    fn tickets(&self, mailbox: &str, state: TicketState, after: i64, limit: usize) -> Result<Vec<TicketRow>> {
        let rows = self.rows();
        let wanted =
            rows.outbox.values().filter(|row| row.mailbox == mailbox && row.state == state && row.number > after);
        Ok(wanted.take(limit).cloned().collect())
    }

    fn tickets_of(&self, message: Number) -> Result<Vec<TicketRow>> {
        Ok(self.rows().outbox.values().filter(|row| row.message == Some(message)).cloned().collect())
    }

    fn begun(&self, mailbox: &str, since: i64) -> Result<Vec<i64>> {
        let rows = self.rows();
        let own = rows.outbox.values().filter(|row| row.mailbox == mailbox);
        let mut times: Vec<i64> = own.filter_map(|row| row.begun_at.filter(|at| *at >= since)).collect();
        times.sort_unstable();
        Ok(times)
    }
}

impl OutboxWriter for Session<'_> {
    fn put_ticket(&self, row: &TicketRow) -> Result<i64> {
        Ok(self.write(|rows| {
            let number = rows.outbox.last_key_value().map_or(1, |(last, _)| last + 1);
            rows.outbox.insert(number, TicketRow { number, ..row.clone() });
            number
        }))
    }

    fn set_ticket(&self, row: &TicketRow) -> Result<()> {
        self.write(|rows| match rows.outbox.get_mut(&row.number) {
            Some(known) => {
                *known = row.clone();
                Ok(())
            }
            None => Err(Error::NotFound(format!("ticket {}", row.number))),
        })
    }
}
