//! Every state that one kind of receipt brings about (VERDICT §7), and what is owed as time goes by.

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Owed, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, bounce, to_office};
use crate::compose::submission::{ReceiptForm, Recipient, Submission};
use crate::vectors::WARNING;
use crate::vectors::scene::{ANNA, OFFICE, OUTSIDE, letter};
use crate::{Failure, Moment, Provider};

const TABLE: &str = "VERDICT §7";

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    entries(book)?;
    outcomes(book)?;
    failures(book)?;
    silence(book)?;
    external(book)
}

/// Submitted, accepted, refused.
fn entries(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, tx) = (&book.world().alfa, book.transaction());
    let handed_in = book.after(-1);

    let made = "The host submitted a message, and nothing has come back yet.";
    let mut story = book.story("state-pending", TABLE, made).now(book.after(60));
    let sent = story.submitted(&tx, handed_in);
    book.close(story, vec![Dossier::waiting(&tx, &sent, handed_in)]);

    let made = "Alfa accepted the message a minute after it was submitted; an hour has passed.";
    let mut story = book.story("state-awaiting-delivery", TABLE, made).now(book.after(60));
    let sent = story.submitted(&tx, handed_in);
    let receipt = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    book.close(story, vec![Dossier::of(&tx).sent(&sent).accepted(&receipt, tx.accepted)]);

    let made = "Alfa refused the message for a formal reason.";
    let mut story = book.story("state-refused", TABLE, made);
    let sent = story.submitted(&tx, handed_in);
    let notice = story.seal("non-acceptance", alfa, &alfa.non_acceptance(&tx, "campo To assente"))?;
    book.close(story, vec![Dossier::of(&tx).sent(&sent).refused(&notice, EventKind::Refused)]);

    let made = "Alfa refused the message because of a virus.";
    let mut story = book.story("state-refused-virus", "VERDICT §7, RFC 6109 §3.1.3", made);
    let sent = story.submitted(&tx, handed_in);
    let notice = story.seal("non-acceptance", alfa, &alfa.non_acceptance_virus(&tx, "EICAR-Test-File"))?;
    book.close(story, vec![Dossier::of(&tx).sent(&sent).refused(&notice, EventKind::RefusedVirus)]);
    Ok(())
}

/// Delivered, and without the receipts that should stand before.
fn outcomes(book: &mut Book<'_>) -> Result<(), Error> {
    let world = book.world();
    let (alfa, beta, tx) = (&world.alfa, &world.beta, book.transaction());
    let delivered = book.after(1);
    let receipt = || beta.delivery(&tx, OFFICE, ReceiptForm::Full, delivered);

    let made = "Accepted, and delivered to the office a minute later with a complete receipt.";
    let mut story = book.story("state-delivered", TABLE, made);
    let sent = story.sent(&tx);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &receipt())?;
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, delivered, Content::same(&sent))]);

    let made = "The acceptance receipt is lost; the delivery receipt proves the delivery all the same.";
    let mut story = book.story("lost-acceptance", "PEC-SPEC §9.3 and §9.4", made);
    let sent = story.sent(&tx);
    let delivery = story.seal("delivery", beta, &receipt())?;
    let dossier = Dossier::of(&tx).sent(&sent).found(Code::ReceiptMissing, WARNING);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, delivered, Content::same(&sent))]);

    let made = "The acceptance receipt is lost; the transport envelope, kept by the sender, proves the acceptance.";
    let mut story = book.story("lost-acceptance-envelope", "PEC-SPEC §9.4; VERDICT §8", made);
    let envelope = story.seal("envelope", alfa, &alfa.transport(&tx))?;
    let delivery = story.seal("delivery", beta, &receipt())?;
    let dossier = Dossier::of(&tx).enveloped(&envelope, tx.accepted);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, delivered, Content::same(&envelope))]);
    Ok(())
}

/// Not delivered, for every coded reason.
fn failures(book: &mut Book<'_>) -> Result<(), Error> {
    let world = book.world();
    let (alfa, tx) = (&world.alfa, book.transaction());
    let later = book.after(1);
    let mut tell = |name, made, by: &Provider, why| -> Result<(), Error> {
        let mut story = book.story(name, "VERDICT §7, PEC-SPEC §2.11", made);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let failure = story.seal("delivery-error", by, &by.delivery_error(&tx, OFFICE, why, later))?;
        let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
        let dossier = dossier.event(&failure, EventKind::Failed, Some(OFFICE)).state(OFFICE, State::Failed);
        book.close(story, vec![dossier]);
        Ok(())
    };
    let made = "The mailbox does not exist; Beta says no-dest.";
    tell("state-failed-no-dest", made, &world.beta, Failure::UnknownMailbox)?;
    let made = "The mailbox does not exist; the provider says altro with the code 5.1.1, as some do since 2016.";
    let mut other = world.beta.clone();
    other.dialect.unknown_mailbox = "altro";
    tell("state-failed-altro", made, &other, Failure::UnknownMailbox)?;
    let made = "The domain does not exist; the sender's own provider says no-dominio.";
    tell("state-failed-no-dominio", made, alfa, Failure::UnknownDomain)?;
    let made = "The mailbox is full: not delivered, and there is no instant of delivery.";
    tell("state-failed-full", made, &world.beta, Failure::MailboxFull)?;

    let made = "A virus was found on the way; the sender's provider says so.";
    let mut story = book.story("state-failed-virus", "VERDICT §7, RFC 6109 §3.2.4", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let failure = alfa.delivery_error_virus(&tx, OFFICE, "EICAR-Test-File", later);
    let failure = story.seal("delivery-error-virus", alfa, &failure)?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.event(&failure, EventKind::FailedVirus, Some(OFFICE)).state(OFFICE, State::FailedVirus);
    book.close(story, vec![dossier]);
    Ok(())
}

/// What is owed to a recipient without an outcome, to the second.
fn silence(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, tx) = (&book.world().alfa, book.accept(to_office(&[])));
    let hours = |hours: i64| tx.accepted.plus(hours * 3600);
    let rule = "RFC 6109 §3.1.6; PEC-SPEC §9.4 (7)";
    let mut tell = |name, made, now: Moment, told: &dyn Fn(Dossier) -> Dossier| -> Result<(), Error> {
        let mut story = book.story(name, rule, made).now(now);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        book.close(story, vec![told(Dossier::of(&tx).accepted(&acceptance, tx.accepted))]);
        Ok(())
    };
    let delivery = |dossier: Dossier| dossier.owed(Owed::Delivery, Some(OFFICE), hours(12));
    let made = "One second less than twelve hours have passed: nothing is owed yet.";
    tell("silence-before-twelve-hours", made, hours(12).plus(-1), &|dossier| dossier)?;
    let made = "Twelve hours have passed without an outcome.";
    tell("silence-twelve-hours", made, hours(12), &delivery)?;
    let made = "One second less than twenty-four hours have passed.";
    tell("silence-before-twenty-four-hours", made, hours(24).plus(-1), &delivery)?;
    let made = "Twenty-four hours have passed, and the sender's provider has not said that the time is over.";
    tell("silence-twenty-four-hours", made, hours(24), &|dossier| {
        let dossier = delivery(dossier).owed(Owed::TimeoutNotice, Some(OFFICE), hours(24));
        dossier.found_for(Code::ReceiptMissing, WARNING, OFFICE)
    })
}

/// Recipients with ordinary mail: no receipt will ever come.
fn external(book: &mut Book<'_>) -> Result<(), Error> {
    let world = book.world();
    let (alfa, beta) = (&world.alfa, &world.beta);
    let submission = Submission {
        message: letter(&[("To", OUTSIDE)]),
        sender: ANNA.into(),
        recipients: vec![Recipient::external(OUTSIDE)],
        receipt: ReceiptForm::Full,
    };
    let tx = book.accept(submission);
    let accepted = |acceptance: &str| Dossier::of(&tx).accepted(acceptance, tx.accepted);

    let made = "Sent to an ordinary address alone; three weeks later nothing is owed.";
    let mut story = book.story("external-final", "VERDICT §7, PEC-SPEC §5.4", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    book.close(story, vec![accepted(&acceptance)]);

    let made = "A certified delivery receipt comes for an address that the sender's provider took for ordinary mail.";
    let mut story = book.story("external-delivered", "VERDICT §7, PEC-SPEC §9.3", made);
    let at = book.after(1);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OUTSIDE, ReceiptForm::Full, at))?;
    let dossier = accepted(&acceptance).delivered(&delivery, OUTSIDE, at, Content::nothing_sent());
    book.close(story, vec![dossier.found_for(Code::ReceiptUnexpected, WARNING, OUTSIDE)]);

    let made = "The ordinary server bounces the envelope: nobody certifies it, and it moves nothing.";
    let mut story = book.story("bounce-plain", "PEC-SPEC §9.2 and §9.3; RFC 3464", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let dsn = story.put("bounce", bounce(&tx.pec_id));
    book.close(story, vec![accepted(&acceptance).bounce(&dsn, false)]);

    let made = "The bounce comes in an anomaly envelope of the sender's provider: genuine wrapping, nothing certified.";
    let mut story = book.story("bounce-in-anomaly", "PEC-SPEC §9.2, §2.6; RFC 3464", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let anomaly = alfa.anomaly(&bounce(&tx.pec_id), "MAILER-DAEMON@gamma.example", "firma non presente", at);
    let dsn = story.seal("anomaly", alfa, &anomaly)?;
    book.close(story, vec![accepted(&acceptance).bounce(&dsn, true)]);

    let made = "A bounce about a message that nobody here sent.";
    let mut story = book.story("bounce-stray", "PEC-SPEC §9.1", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let dsn = story.put("bounce", bounce("opec9.20260101000000@pec.alfa.example"));
    story.stray(dsn);
    book.close(story, vec![accepted(&acceptance)]);
    Ok(())
}
