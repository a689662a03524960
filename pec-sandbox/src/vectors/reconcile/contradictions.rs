//! Certified receipts that contradict each other: a person decides (VERDICT §7).

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, to_office, with_copy};
use crate::Failure;
use crate::compose::submission::ReceiptForm;
use crate::vectors::ERROR;
use crate::vectors::scene::OFFICE;

const RULE: &str = "VERDICT §7; PEC-SPEC §9.3";

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    outcomes(book)?;
    entries(book)
}

fn outcomes(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, tx) = (&book.world().alfa, &book.world().beta, book.transaction());
    let (soon, later) = (book.after(1), book.after(60));
    let delivery = || beta.delivery(&tx, OFFICE, ReceiptForm::Full, soon);
    let failure = || beta.delivery_error(&tx, OFFICE, Failure::MailboxFull, later);
    let virus = || alfa.delivery_error_virus(&tx, OFFICE, "EICAR-Test-File", later.plus(60));

    for (name, made, virus_too) in [
        ("conflict-delivered-failed", "Delivered, and an hour later not delivered: the same mailbox.", false),
        ("conflict-delivered-virus", "Delivered, and the sender's provider says that a virus stopped it.", true),
    ] {
        let mut story = book.story(name, RULE, made);
        let sent = story.sent(&tx);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let one = story.seal("delivery", beta, &delivery())?;
        let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
        let dossier = dossier.delivered(&one, OFFICE, soon, Content::same(&sent));
        let dossier = if virus_too {
            let other = story.seal("delivery-error-virus", alfa, &virus())?;
            dossier.event(&other, EventKind::FailedVirus, Some(OFFICE))
        } else {
            let other = story.seal("delivery-error", beta, &failure())?;
            dossier.event(&other, EventKind::Failed, Some(OFFICE))
        };
        let dossier = dossier.state(OFFICE, State::Conflict).found_for(Code::ReceiptConflict, ERROR, OFFICE);
        book.close(story, vec![dossier]);
    }

    let made = "Two reasons why it was not delivered; which of the two states it is, no rule says.";
    let mut story = book.story("conflict-failed-virus", "PEC-SPEC §9.4 (2)", made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let one = story.seal("delivery-error", beta, &failure())?;
    let other = story.seal("delivery-error-virus", alfa, &virus())?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&one, EventKind::Failed, Some(OFFICE));
    let dossier = dossier.event(&other, EventKind::FailedVirus, Some(OFFICE)).open_state(OFFICE);
    book.close(story, vec![dossier.found_for(Code::ReceiptConflict, ERROR, OFFICE)]);

    let tx = book.accept(with_copy());
    let made = "Two recipients: the receipts about one contradict each other, the other is delivered.";
    let mut story = book.story("conflict-one-of-two", RULE, made);
    let sent = story.sent(&tx);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let one = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, soon))?;
    let copy = beta.delivery_as(&tx, COPY, ReceiptForm::Concise, ReceiptForm::Full, soon);
    let copy = story.seal("delivery-copy", beta, &copy)?;
    let other = story.seal("delivery-error", beta, &beta.delivery_error(&tx, OFFICE, Failure::MailboxFull, later))?;
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
    let dossier = dossier.delivered(&one, OFFICE, soon, Content::same(&sent));
    let dossier = dossier.delivered(&copy, COPY, soon, Content::concise(&sent));
    let dossier = dossier.event(&other, EventKind::Failed, Some(OFFICE)).state(OFFICE, State::Conflict);
    book.close(story, vec![dossier.found_for(Code::ReceiptConflict, ERROR, OFFICE)]);
    Ok(())
}

fn entries(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(to_office(&[]));
    let soon = book.after(1);
    let refusal = || alfa.non_acceptance(&tx, "campo To assente");
    let conflict = |dossier: Dossier| dossier.found_for(Code::ReceiptConflict, ERROR, OFFICE);

    let made = "The same provider accepted and refused the same message.";
    let mut story = book.story("conflict-accepted-refused", RULE, made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let notice = story.seal("non-acceptance", alfa, &refusal())?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&notice, EventKind::Refused, None);
    book.close(story, vec![conflict(dossier.all(State::Conflict))]);

    let made = "Refused by the sender's provider, and delivered by the recipient's.";
    let mut story = book.story("conflict-refused-delivered", RULE, made);
    let sent = story.sent(&tx);
    let notice = story.seal("non-acceptance", alfa, &refusal())?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, soon))?;
    let dossier = Dossier::of(&tx).sent(&sent).refused(&notice, EventKind::Refused);
    let dossier = dossier.delivered(&delivery, OFFICE, soon, Content::same(&sent)).state(OFFICE, State::Conflict);
    book.close(story, vec![conflict(dossier)]);

    let made = "Refused, and yet a notice says that it was not delivered: not delivered, and the receipts do not fit.";
    let mut story = book.story("conflict-refused-failed", "VERDICT §7; PEC-SPEC §9.4", made);
    let notice = story.seal("non-acceptance", alfa, &refusal())?;
    let failure = beta.delivery_error(&tx, OFFICE, Failure::UnknownMailbox, soon);
    let failure = story.seal("delivery-error", beta, &failure)?;
    let dossier = Dossier::of(&tx).refused(&notice, EventKind::Refused);
    let dossier = dossier.event(&failure, EventKind::Failed, Some(OFFICE)).state(OFFICE, State::Failed);
    book.close(story, vec![conflict(dossier)]);
    Ok(())
}
