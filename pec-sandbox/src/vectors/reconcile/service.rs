//! What providers see in their service mailbox: take-charge receipts and virus detection notices (PEC-SPEC §2.5, §2.7).

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Owed, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, to_office, with_copy};
use crate::compose::submission::ReceiptForm;
use crate::vectors::WARNING;
use crate::vectors::scene::{OFFICE, SERVICE};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    take_charge(book)?;
    virus(book)
}

fn take_charge(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(with_copy());
    let (taken, soon) = (tx.accepted.plus(30), book.after(1));
    let charge = || beta.take_charge(&tx, &[OFFICE, COPY], SERVICE, taken);

    let made = "One take-charge receipt covers both recipients of Beta; one is delivered.";
    let mut story = book.story("service-take-charge", "PEC-SPEC §2.5, §9.4 (2)", made).service().now(book.after(60));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let receipt = story.seal("take-charge", beta, &charge())?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, soon))?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted).event(&receipt, EventKind::TakenInCharge, None);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, soon, Content::nothing_sent())]);

    let tx = book.accept(to_office(&[]));
    let twelve = tx.accepted.plus(12 * 3600);
    let accepted = |acceptance: &str| Dossier::of(&tx).accepted(acceptance, tx.accepted);

    for (name, made, visible) in [
        (
            "service-take-charge-missing",
            "Delivered without a take-charge receipt, by whoever reads the service mailbox.",
            true,
        ),
        ("service-not-read", "Delivered without a take-charge receipt, which this host would not see.", false),
    ] {
        let mut story = book.story(name, "PEC-SPEC §9.4 (2), §2.5", made);
        if visible {
            story = story.service();
        }
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, soon))?;
        let dossier = accepted(&acceptance).delivered(&delivery, OFFICE, soon, Content::nothing_sent());
        let missing = |dossier: Dossier| dossier.found_for(Code::ReceiptMissing, WARNING, OFFICE);
        book.close(story, vec![if visible { missing(dossier) } else { dossier }]);
    }

    let made = "Twelve hours without a take-charge receipt: it is owed, and so is the first notice.";
    let mut story = book.story("service-silence", "RFC 6109 §3.1.6; PEC-SPEC §2.9", made).service().now(twelve);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let owed = [Owed::TakeCharge, Owed::DelayNotice, Owed::Delivery];
    let dossier =
        owed.into_iter().fold(accepted(&acceptance), |dossier, owed| dossier.owed(owed, Some(OFFICE), twelve));
    book.close(story, vec![dossier]);

    let made = "Taken in charge at once and not delivered for a day: the second notice is owed, the first is not.";
    let mut story = book.story("service-taken-and-silent", "RFC 6109 §3.1.6; PEC-SPEC §2.9", made).service();
    story = story.now(twelve.plus(12 * 3600));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let receipt = story.seal("take-charge", beta, &beta.take_charge(&tx, &[OFFICE], SERVICE, taken))?;
    let dossier = accepted(&acceptance).event(&receipt, EventKind::TakenInCharge, None);
    let dossier = dossier.owed(Owed::Delivery, Some(OFFICE), twelve);
    let dossier = dossier.owed(Owed::TimeoutNotice, Some(OFFICE), twelve.plus(12 * 3600));
    book.close(story, vec![dossier.found_for(Code::ReceiptMissing, WARNING, OFFICE)]);

    let made = "A take-charge receipt that covers an address whom nobody addressed.";
    let mut story = book.story("service-covers-a-stranger", "PEC-SPEC §9.4 (3)", made).service().now(book.after(60));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let receipt = beta.take_charge(&tx, &["intruso@cert.beta.example"], SERVICE, taken);
    let receipt = story.seal("take-charge", beta, &receipt)?;
    let disputed = Some(pec_core::reconcile::Standing::Disputed);
    let dossier = accepted(&acceptance).event_as(&receipt, EventKind::TakenInCharge, disputed, None);
    book.close(story, vec![dossier.found_in(Code::ReceiptRecipient, crate::vectors::ERROR, &receipt)]);
    Ok(())
}

fn virus(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(to_office(&[]));
    let (soon, later) = (book.after(1), book.after(2));
    let detection = || beta.virus_detection(&tx, OFFICE, "EICAR-Test-File", SERVICE, soon);
    let rule = "PEC-SPEC §2.7, §2.8, §9.4 (4)";

    let made = "Beta found a virus and told Alfa, which told the sender.";
    let mut story = book.story("service-virus", rule, made).service();
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let notice = story.seal("virus-detection", beta, &detection())?;
    let failure = alfa.delivery_error_virus(&tx, OFFICE, "EICAR-Test-File", later);
    let failure = story.seal("delivery-error-virus", alfa, &failure)?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.event(&notice, EventKind::VirusDetected, Some(OFFICE));
    let dossier = dossier.event(&failure, EventKind::FailedVirus, Some(OFFICE));
    book.close(story, vec![dossier.state(OFFICE, State::FailedVirus)]);

    let made = "Beta found a virus and told Alfa; the notice to the sender is missing.";
    let mut story = book.story("service-virus-untold", rule, made).service().now(book.after(60));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let notice = story.seal("virus-detection", beta, &detection())?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.event(&notice, EventKind::VirusDetected, Some(OFFICE));
    book.close(story, vec![dossier.found_for(Code::ReceiptMissing, WARNING, OFFICE)]);
    Ok(())
}
