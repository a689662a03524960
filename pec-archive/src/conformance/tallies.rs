//! What reports count.

use super::sample::{Sample, change, read};
use crate::store::{Backend, DossierRow, KindRow, Number, first_number};

/// Messages are counted by mailbox, month and kind; what was sent by its oldest message.
pub fn messages_and_recipients_are_counted_where_they_begin<B: Backend>(backend: &B) {
    let kind = |kind: &str, name: &str, second| {
        let mut sample = Sample::new(name, second);
        sample.judged.kind = kind.into();
        sample
    };
    let numbers: Vec<Number> = change(backend, |change| {
        let samples =
            [kind("busta", "a", 10), kind("busta", "b", 20), kind("ordinary", "c", 20), kind("busta", "d", 30)];
        samples.iter().map(|sample| sample.put(change)).collect()
    });
    let dossier = |key: &str, sender: Option<&'static str>, side: &'static str, messages: &[Number]| DossierRow {
        key: key.into(),
        replaces: Vec::new(),
        pec_id: None,
        message_id: None,
        sender,
        side,
        recipients: vec![("x@x".into(), "delivered"), ("y@x".into(), "failed")],
        messages: messages.to_vec(),
    };
    change(backend, |change| {
        for (number, mailbox) in [(0, "b@x"), (1, "b@x"), (2, "b@x"), (3, "b@x"), (1, "a@x")] {
            change.put_found(numbers[number], mailbox, 1)?;
        }
        change.forget_derived(numbers[3])?;
        change.put_dossier(&dossier("1", Some("A@x"), "sent", &[numbers[2], numbers[0]]))?;
        change.put_dossier(&dossier("2", Some("b@x"), "sent", &numbers[1..3]))?;
        change.put_dossier(&dossier("3", Some("b@x"), "received", &numbers[1..2]))?;
        change.put_dossier(&dossier("4", None, "sent", &numbers[1..2]))
    });
    read(backend, |view| {
        assert_eq!(view.mailboxes()?, ["a@x", "b@x"]);
        let row = |kind: &str, messages: u64| KindRow { kind: kind.into(), messages, bytes: messages * 1234 };
        let (all, of_20) = (0..Number::MAX, first_number(20)..first_number(21));
        assert_eq!(view.kinds_in("b@x", all.clone())?, [row("", 1), row("busta", 2), row("ordinary", 1)]);
        assert_eq!(view.kinds_in("b@x", of_20.clone())?, [row("busta", 1), row("ordinary", 1)]);
        assert_eq!(view.kinds_in("a@x", all.clone())?, [row("busta", 1)]);
        assert_eq!(view.kinds_in("altra@x", all.clone())?, []);
        let sent = |numbers| {
            let mut sent = Vec::new();
            view.sent_in(numbers, &mut |row| {
                sent.push((row.first, row.sender.to_owned(), row.state.to_owned()));
                Ok(())
            })?;
            Ok::<_, crate::Error>(sent)
        };
        let (one, two) = (numbers[0], numbers[1]);
        let rows =
            |first: Number, sender: &str| ["delivered", "failed"].map(|it| (first, sender.to_owned(), it.to_owned()));
        assert_eq!(sent(all)?, [rows(one, "a@x"), rows(two, "b@x")].concat());
        assert_eq!(sent(of_20)?, rows(two, "b@x"));
        Ok(())
    });
}
