//! Notices of exceeded time: which of the two they are, and what a late delivery makes of them (PEC-SPEC §2.9).

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Owed, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, Story, with_copy};
use crate::compose::submission::{ReceiptForm, Transaction};
use crate::vectors::scene::OFFICE;
use crate::vectors::{ERROR, WARNING};
use crate::{Delay, Moment};

const RULE: &str = "PEC-SPEC §2.9; RFC 6109 §3.1.6";

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    which_are_sent(book)?;
    which_it_is(book)?;
    without_acceptance(book)?;
    and_a_delivery(book)
}

/// A notice about the office, and the file of it.
fn notice(book: &Book<'_>, story: &mut Story, tx: &Transaction, which: Delay, at: Moment) -> Result<String, Error> {
    let title = if which == Delay::Hours12 { "notice-12h" } else { "notice-24h" };
    let alfa = &book.world().alfa;
    story.seal(title, alfa, &alfa.delay_notice(tx, OFFICE, which, at))
}

/// The three cases of RFC 6109 §3.1.6.
fn which_are_sent(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let at = |hours: i64| tx.accepted.plus(hours * 3600);
    let late = at(15);

    let made = "Taken in charge in time and never delivered: the second notice alone.";
    let mut story = book.story("notice-24h-only", RULE, made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let second = notice(book, &mut story, &tx, Delay::Hours24, at(23))?;
    let accepted = |acceptance: &str| Dossier::of(&tx).accepted(acceptance, tx.accepted);
    let dossier = accepted(&acceptance).event(&second, EventKind::Timeout24, Some(OFFICE));
    let only_second = vec![dossier.state(OFFICE, State::TimedOut)];

    let made = "Not taken in charge, delivered after fifteen hours: the first notice alone.";
    let mut other = book.story("notice-12h-only", RULE, made);
    let sent = other.sent(&tx);
    let acceptance = other.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let first = notice(book, &mut other, &tx, Delay::Hours12, at(12).plus(60))?;
    let delivery = other.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, late))?;
    let dossier = accepted(&acceptance).sent(&sent).event(&first, EventKind::Delay12, Some(OFFICE));
    let only_first = vec![dossier.delivered(&delivery, OFFICE, late, Content::same(&sent))];

    let made = "Neither taken in charge nor delivered: both notices.";
    let mut third = book.story("notice-both", RULE, made);
    let acceptance = third.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let first = notice(book, &mut third, &tx, Delay::Hours12, at(12).plus(60))?;
    let second = notice(book, &mut third, &tx, Delay::Hours24, at(23))?;
    let dossier = accepted(&acceptance).event(&first, EventKind::Delay12, Some(OFFICE));
    let both = vec![dossier.event(&second, EventKind::Timeout24, Some(OFFICE)).state(OFFICE, State::TimedOut)];

    book.close(story, only_second);
    book.close(other, only_first);
    book.close(third, both);
    Ok(())
}

/// Told by the time since the acceptance, whatever the words say.
fn which_it_is(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, tx) = (&book.world().alfa, book.transaction());
    let twelve = book.after(12 * 60);

    let made = "The first notice has come, and thirteen hours have passed: delivery is still possible.";
    let mut story = book.story("notice-12h-waiting", RULE, made).now(book.after(13 * 60));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let first = notice(book, &mut story, &tx, Delay::Hours12, twelve.plus(60))?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&first, EventKind::Delay12, Some(OFFICE));
    let dossier = dossier.state(OFFICE, State::Delayed).owed(Owed::Delivery, Some(OFFICE), twelve);
    book.close(story, vec![dossier]);

    for (name, made, second, kind, state) in [
        (
            "notice-before-22h",
            "A notice one second before twenty-two hours, whose text names twenty-four: still the first one.",
            22 * 3600 - 1,
            EventKind::Delay12,
            State::Delayed,
        ),
        (
            "notice-at-22h",
            "A notice at twenty-two hours to the second: the second one, which is never sent before.",
            22 * 3600,
            EventKind::Timeout24,
            State::TimedOut,
        ),
    ] {
        let at = tx.accepted.plus(second);
        let mut story = book.story(name, "PEC-SPEC §2.9 (1); RFC 6109 §3.1.6", made).now(at);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let file = notice(book, &mut story, &tx, Delay::Hours24, at)?;
        let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&file, kind, Some(OFFICE));
        let dossier = dossier.state(OFFICE, state);
        let waiting = state == State::Delayed;
        let dossier = if waiting { dossier.owed(Owed::Delivery, Some(OFFICE), twelve) } else { dossier };
        book.close(story, vec![dossier]);
    }

    let tx = book.accept(with_copy());
    let made = "Two recipients: a notice about one of them says nothing of the other.";
    let mut story = book.story("notice-about-one-of-two", "PEC-SPEC §2.9, §9.1", made).now(twelve.plus(120));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let first = notice(book, &mut story, &tx, Delay::Hours12, twelve.plus(60))?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&first, EventKind::Delay12, Some(OFFICE));
    let dossier = dossier.state(OFFICE, State::Delayed).owed(Owed::Delivery, Some(OFFICE), twelve);
    book.close(story, vec![dossier.owed(Owed::Delivery, Some(COPY), twelve)]);
    Ok(())
}

/// Where no acceptance tells how much time has passed: the words, then the order.
fn without_acceptance(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, tx) = (&book.world().alfa, book.transaction());
    let at = |hours: i64| tx.accepted.plus(hours * 3600);

    let made = "One notice whose text names twenty-four hours, and no acceptance to count from.";
    let mut story = book.story("notice-by-its-words", "PEC-SPEC §2.9 (2)", made);
    let file = notice(book, &mut story, &tx, Delay::Hours24, at(23))?;
    let dossier = Dossier::of(&tx).event(&file, EventKind::Timeout24, Some(OFFICE)).state(OFFICE, State::TimedOut);
    book.close(story, vec![dossier.found(Code::ReceiptMissing, WARNING)]);

    let made = "Two notices without words, and no acceptance to count from: the second one ends it.";
    let mut story = book.story("notice-by-its-order", "PEC-SPEC §2.9 (3)", made);
    let mut files = Vec::new();
    for (title, hours) in [("notice", 12), ("notice", 23)] {
        let mut draft = alfa.delay_notice(&tx, OFFICE, Delay::Hours12, at(hours));
        draft.edit_daticert(|xml| {
            let (from, to) = ("<errore-esteso>", "</errore-esteso>");
            match (xml.find(from), xml.find(to)) {
                (Some(from), Some(end)) => format!("{}{}", &xml[..from], &xml[end + to.len()..]),
                _ => xml.to_owned(),
            }
        });
        files.push(story.seal(title, alfa, &draft)?);
    }
    let dossier = Dossier::of(&tx).event(&files[0], EventKind::Delay12, Some(OFFICE));
    let dossier = dossier.event(&files[1], EventKind::Timeout24, Some(OFFICE)).state(OFFICE, State::TimedOut);
    book.close(story, vec![dossier.found(Code::ReceiptMissing, WARNING)]);
    Ok(())
}

/// The second notice and a delivery: which of the two was signed first decides.
fn and_a_delivery(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let (ended, late, early) = (book.after(23 * 60), book.after(30 * 60), book.after(5));
    for (name, rule, made, delivered) in [
        (
            "late-delivery",
            "VERDICT §7; PEC-SPEC §9.3",
            "Delivered seven hours after the notice that said it was over: both proofs are kept.",
            late,
        ),
        (
            "late-notice",
            "PEC-SPEC §9.3",
            "Delivered in five minutes, and after twenty-three hours a notice says that it was not.",
            early,
        ),
    ] {
        let mut story = book.story(name, rule, made);
        let sent = story.sent(&tx);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let second = notice(book, &mut story, &tx, Delay::Hours24, ended)?;
        let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, delivered))?;
        let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
        let dossier = dossier.event(&second, EventKind::Timeout24, Some(OFFICE));
        let dossier = dossier.delivered(&delivery, OFFICE, delivered, Content::same(&sent));
        book.close(
            story,
            vec![if delivered == late {
                dossier.state(OFFICE, State::DeliveredLate).found_for(Code::ReceiptLate, WARNING, OFFICE)
            } else {
                dossier.found_for(Code::ReceiptConflict, ERROR, OFFICE)
            }],
        );
    }
    Ok(())
}
