//! How receipts arrive: twice, late, out of order, for several programs, without the message (PEC-SPEC §9.1).

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Standing, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, another, to_office, with_copy};
use crate::Delay;
use crate::compose::submission::{ReceiptForm, Recipient, Submission};
use crate::vectors::scene::{ANNA, OFFICE, SUBJECT, letter};
use crate::vectors::{ERROR, INFO, WARNING};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    duplicates(book)?;
    order(book)?;
    shared(book)?;
    orphans(book)?;
    again(book)
}

fn duplicates(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(to_office(&[]));
    let (soon, later) = (book.after(1), book.after(2));
    let rule = "PEC-SPEC §9.1";
    let receipt = |at| beta.delivery(&tx, OFFICE, ReceiptForm::Concise, at);
    let again = Some(Standing::Duplicate);
    let delivered = EventKind::Delivered;

    let made = "The same acceptance receipt lies in the mailbox twice.";
    let mut story = book.story("duplicate-file", rule, made).now(book.after(5));
    let one = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let two = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let dossier = Dossier::of(&tx).accepted(&one, tx.accepted).event_as(&two, EventKind::Accepted, again, None);
    book.close(story, vec![dossier.found_in(Code::ReceiptDuplicate, INFO, &two)]);

    let made = "Two delivery receipts with one own Message-ID, a minute apart: the earlier one stands for both.";
    let mut story = book.story("duplicate-own-message-id", rule, made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let one = story.seal("delivery", beta, &receipt(soon))?;
    let mut draft = receipt(later);
    draft.headers.set("Message-ID", receipt(soon).headers.get("Message-ID").unwrap_or_default());
    let two = story.seal("delivery", beta, &draft)?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.delivered(&one, OFFICE, soon, Content::nothing_sent());
    let dossier = dossier.event_as(&two, delivered, again, Some(OFFICE));
    book.close(story, vec![dossier.found_in(Code::ReceiptDuplicate, INFO, &two)]);

    let made =
        "The same certified facts under two own Message-IDs: one of the two stands for both, no rule says which.";
    let mut story = book.story("duplicate-certified-facts", rule, made);
    let one = story.seal("delivery", beta, &receipt(soon))?;
    let mut draft = receipt(soon);
    draft.headers.set("Message-ID", "<opec2.copia@cert.beta.example>");
    let two = story.seal("delivery", beta, &draft)?;
    let dossier = Dossier::of(&tx).state(OFFICE, State::Delivered);
    let dossier = dossier.event_as(&one, delivered, None, Some(OFFICE)).event_as(&two, delivered, None, Some(OFFICE));
    let dossier = dossier.found(Code::ReceiptDuplicate, INFO).found(Code::ReceiptMissing, WARNING);
    book.close(story, vec![dossier]);

    let tx = book.accept(with_copy());
    let made = "One own Message-ID on the receipts of two recipients: nobody signs it, and they are no duplicates.";
    let mut story = book.story("duplicate-never-across-recipients", rule, made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let draft = beta.delivery(&tx, OFFICE, ReceiptForm::Concise, soon);
    let one = story.seal("delivery", beta, &draft)?;
    let mut copy = beta.delivery(&tx, COPY, ReceiptForm::Concise, soon);
    copy.headers.set("Message-ID", draft.headers.get("Message-ID").unwrap_or_default());
    let two = story.seal("delivery-copy", beta, &copy)?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.delivered(&one, OFFICE, soon, Content::nothing_sent());
    book.close(story, vec![dossier.delivered(&two, COPY, soon, Content::nothing_sent())]);

    let tx = book.accept(to_office(&[]));
    let made = "Two deliveries of one provider at two times and with two own Message-IDs are two, which must not be.";
    let mut story = book.story("duplicate-not-another-time", "PEC-SPEC §9.1, §9.4 (2)", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let one = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, soon))?;
    let two = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, later))?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.delivered(&one, OFFICE, soon, Content::nothing_sent());
    let dossier = dossier.delivered(&two, OFFICE, later, Content::nothing_sent());
    book.close(story, vec![dossier.found_for(Code::ReceiptInconsistent, ERROR, OFFICE)]);
    Ok(())
}

/// Files numbered against the course of events.
fn order(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let (ended, late) = (book.after(23 * 60), book.after(30 * 60));
    let made = "Delivery, second notice, first notice, acceptance, message sent: all in the wrong order.";
    let mut story = book.story("reordered-backwards", "PEC-SPEC §9.3; RFC 6109 §3.5", made);
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, late))?;
    let second = alfa.delay_notice(&tx, OFFICE, Delay::Hours24, ended);
    let second = story.seal("notice-24h", alfa, &second)?;
    let first = alfa.delay_notice(&tx, OFFICE, Delay::Hours12, book.after(12 * 60 + 1));
    let first = story.seal("notice-12h", alfa, &first)?;
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let sent = story.sent(&tx);
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
    let dossier = dossier.event(&first, EventKind::Delay12, Some(OFFICE));
    let dossier = dossier.event(&second, EventKind::Timeout24, Some(OFFICE));
    let dossier = dossier.delivered(&delivery, OFFICE, late, Content::same(&sent));
    let dossier = dossier.state(OFFICE, State::DeliveredLate);
    book.close(story, vec![dossier.found_for(Code::ReceiptLate, WARNING, OFFICE)]);
    Ok(())
}

/// Two programs send from one mailbox, and each reads the receipts of both.
fn shared(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let other = alfa.accept(another(), Some("Sollecito"), book.after(1));
    let (soon, later) = (book.after(2), book.after(3));

    let made = "Receipts of two messages of one mailbox, interleaved; the host submitted the first and not the second.";
    let mut story = book.story("shared-mailbox", "PEC-SPEC §9.1, attack P4", made).own_mailbox(ANNA);
    let sent = story.submitted(&tx, book.after(-1));
    let first = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let second = story.seal("other-acceptance", alfa, &alfa.acceptance(&other))?;
    let theirs = beta.delivery(&other, OFFICE, ReceiptForm::Full, soon);
    let theirs = story.seal("other-delivery", beta, &theirs)?;
    let ours = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, later))?;
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&first, tx.accepted);
    let dossier = dossier.delivered(&ours, OFFICE, later, Content::same(&sent));
    let stranger = Dossier::of(&other).accepted(&second, other.accepted);
    let stranger = stranger.delivered(&theirs, OFFICE, soon, Content::nothing_sent());
    book.close(story, vec![dossier, stranger.found(Code::ReceiptNotOurs, INFO)]);
    Ok(())
}

/// Receipts whose message is not here, and a message whose receipts are with somebody else.
fn orphans(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let soon = book.after(1);
    for (name, made, mailbox, severity) in [
        (
            "orphan-own-mailbox",
            "Acceptance and delivery of a message that this mailbox sent and did not keep.",
            ANNA,
            INFO,
        ),
        ("orphan-not-ours", "Acceptance and delivery of somebody else's message.", "bruno@pec.alfa.example", ERROR),
    ] {
        let mut story = book.story(name, "PEC-SPEC §9.1, attack P4", made).own_mailbox(mailbox);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, soon))?;
        let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
        let dossier = dossier.delivered(&delivery, OFFICE, soon, Content::nothing_sent());
        book.close(story, vec![dossier.found(Code::ReceiptNotOurs, severity)]);
    }

    let made = "The transport envelope of a received message: accepted, and nothing is owed to whoever received it.";
    let mut story = book.story("received-envelope", "VERDICT §8; PEC-SPEC §2.4", made).own_mailbox(OFFICE);
    let envelope = story.seal("envelope", alfa, &alfa.transport(&tx))?;
    book.close(story, vec![Dossier::of(&tx).received().enveloped(&envelope, tx.accepted)]);

    let made = "A received message, and in the same mailbox the receipts of a message that was sent from it.";
    let mut story = book.story("received-and-sent", "PEC-SPEC §9.1", made).own_mailbox(ANNA);
    let incoming = Submission {
        message: letter(&[("From", OFFICE), ("To", ANNA), ("Message-ID", "<r1@beta.example>")]),
        sender: OFFICE.into(),
        recipients: vec![Recipient::certified(ANNA)],
        receipt: ReceiptForm::Full,
    };
    let incoming = beta.accept(incoming, Some("Risposta"), book.after(-30));
    let envelope = story.seal("envelope", beta, &beta.transport(&incoming))?;
    let sent = story.sent(&tx);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, soon))?;
    let received = Dossier::of(&incoming).received().enveloped(&envelope, incoming.accepted);
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
    book.close(story, vec![received, dossier.delivered(&delivery, OFFICE, soon, Content::same(&sent))]);
    Ok(())
}

/// Sent again under the same *msgid*: one dossier for each identifier.
fn again(book: &mut Book<'_>) -> Result<(), Error> {
    let alfa = &book.world().alfa;
    let first = book.accept(to_office(&[]));
    let second = alfa.accept(to_office(&[]), Some(SUBJECT), book.after(60));
    let rule = "PEC-SPEC §9.1 and §1.4";

    let made = "A message submitted twice under one Message-ID, and accepted twice.";
    let mut story = book.story("resend-both-accepted", rule, made).now(book.after(120));
    let one = story.submitted(&first, first.accepted.plus(-5));
    let two = story.submitted(&second, second.accepted.plus(-5));
    let first_receipt = story.seal("acceptance", alfa, &alfa.acceptance(&first))?;
    let second_receipt = story.seal("acceptance", alfa, &alfa.acceptance(&second))?;
    let dossier = Dossier::of(&first).sent(&one).accepted(&first_receipt, first.accepted);
    let other = Dossier::of(&second).sent(&two).accepted(&second_receipt, second.accepted);
    book.close(story, vec![dossier, other]);

    let made = "A message submitted twice under one Message-ID, and accepted once so far.";
    let mut story = book.story("resend-one-waiting", rule, made).now(book.after(120));
    let one = story.submitted(&first, first.accepted.plus(-5));
    let two = story.submitted(&second, second.accepted.plus(-5));
    let receipt = story.seal("acceptance", alfa, &alfa.acceptance(&first))?;
    let dossier = Dossier::of(&first).sent(&one).accepted(&receipt, first.accepted);
    book.close(story, vec![dossier, Dossier::waiting(&second, &two, second.accepted.plus(-5))]);

    let made = "An acceptance for fewer recipients than the host submitted.";
    let mut story = book.story("submitted-to-more", "PEC-SPEC §9.4 (1), §5.1 (5)", made).now(book.after(120));
    let sent = story.submitted_to(&first, &[OFFICE, COPY], first.accepted.plus(-5));
    let receipt = story.seal("acceptance", alfa, &alfa.acceptance(&first))?;
    let dossier = Dossier::of(&first).sent(&sent).accepted(&receipt, first.accepted);
    book.close(story, vec![dossier.found(Code::ReceiptInconsistent, ERROR)]);

    let made = "Submitted, and the clock of the host stands at that very second.";
    let mut story = book.story("submitted-now", "PEC-SPEC §9.3", made).now(book.after(0));
    let sent = story.submitted(&first, book.after(0));
    book.close(story, vec![Dossier::waiting(&first, &sent, book.after(0))]);
    Ok(())
}
