//! Genuine receipts that do not agree with each other on facts (PEC-SPEC §9.4, §3.4).

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Standing};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, to_office, with_copy};
use crate::compose::Draft;
use crate::compose::submission::ReceiptForm;
use crate::vectors::scene::OFFICE;
use crate::vectors::{ERROR, WARNING};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    edited(book)?;
    twice(book)
}

/// A delivery receipt that says something else, and what is found.
fn edited(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(to_office(&[]));
    let soon = book.after(1);
    let printed = format!("<consegna>{OFFICE}</consegna>");
    let mut tell = |name, rule, made, at, edit: &dyn Fn(&mut Draft), found: Option<_>| -> Result<(), Error> {
        let mut story = book.story(name, rule, made);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Concise, at);
        edit(&mut draft);
        let delivery = story.seal("delivery", beta, &draft)?;
        let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
        let mut dossier = dossier.delivered(&delivery, OFFICE, at, Content::nothing_sent());
        if let Some(severity) = found {
            dossier = dossier.found_in(Code::ReceiptInconsistent, severity, &delivery);
        }
        // As printed in the receipt, not in the acceptance.
        let upper = draft.daticert.as_deref().is_some_and(|xml| xml.windows(7).any(|word| word == b"UFFICIO"));
        if let Some(event) = dossier.events.last_mut().filter(|_| upper) {
            event.recipient = Some(OFFICE.to_uppercase());
        }
        book.close(story, vec![dossier]);
        Ok(())
    };
    let rule = "PEC-SPEC §9.4 (1)";
    tell(
        "agree-list-of-recipients",
        rule,
        "The delivery receipt lists a recipient more than the acceptance does.",
        soon,
        &|draft| {
            draft.edit_daticert(|xml| {
                let more = format!("<destinatari tipo=\"certificato\">{COPY}</destinatari><risposte>");
                xml.replacen("<risposte>", &more, 1)
            });
        },
        Some(ERROR),
    )?;
    tell(
        "agree-message-id",
        rule,
        "The delivery receipt names another msgid than the acceptance does.",
        soon,
        &|draft| {
            draft.edit_daticert(|xml| xml.replace("c0ffee-0001@", "c0ffee-9999@"));
            draft.headers.set("X-Riferimento-Message-ID", "<c0ffee-9999@client.alfa.example>");
        },
        Some(ERROR),
    )?;
    tell(
        "agree-address-in-capitals",
        "PEC-SPEC §3.6, §9.4 (1)",
        "The delivery receipt writes the address in capitals, which is the same address.",
        soon,
        &|draft| {
            draft.edit_daticert(|xml| xml.replace(&printed, &printed.to_uppercase().replace("CONSEGNA", "consegna")))
        },
        None,
    )?;
    let made = "The delivery is signed six minutes before the acceptance: no clock may be that wrong.";
    tell("agree-before-acceptance", "PEC-SPEC §2.0, VERDICT §4", made, soon.plus(-7 * 60), &|_| (), Some(WARNING))?;
    let made = "The delivery is signed four minutes before the acceptance, as clocks of two providers may differ.";
    tell("agree-clocks", "VERDICT §4", made, soon.plus(-5 * 60), &|_| (), None)
}

fn twice(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let tx = book.accept(to_office(&[]));
    let soon = book.after(1);

    let made = "A delivery receipt that states a virus: it is not counted.";
    let mut story = book.story("agree-error-in-success", "PEC-SPEC §3.4", made).now(book.after(60));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Concise, soon);
    draft.edit_daticert(|xml| xml.replace("errore=\"nessuno\"", "errore=\"virus\""));
    let delivery = story.seal("delivery", beta, &draft)?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.event_as(&delivery, EventKind::Delivered, Some(Standing::Disputed), Some(OFFICE));
    book.close(story, vec![dossier.found_in(Code::ReceiptInconsistent, ERROR, &delivery)]);

    let made = "Two acceptances of one message at two times: there is one for each identifier.";
    let mut story = book.story("agree-two-acceptances", "PEC-SPEC §9.4 (1)", made).now(book.after(60));
    let one = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let mut again = tx.clone();
    again.accepted = book.after(3);
    let two = story.seal("acceptance", alfa, &alfa.acceptance(&again))?;
    let dossier = Dossier::of(&tx).accepted(&one, tx.accepted).event(&two, EventKind::Accepted, None);
    book.close(story, vec![dossier.found_in(Code::ReceiptInconsistent, ERROR, &two)]);

    let tx = book.accept(with_copy());
    let made = "The envelope and the acceptance list different recipients: the envelope is the authority.";
    let mut story = book.story("agree-envelope-is-authority", "PEC-SPEC §9.4 (1)", made).now(book.after(60));
    let envelope = story.seal("envelope", alfa, &alfa.transport(&tx))?;
    let mut fewer = tx.clone();
    fewer.submission.recipients.truncate(1);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&fewer))?;
    let dossier = Dossier::of(&tx).enveloped(&envelope, tx.accepted).event(&acceptance, EventKind::Accepted, None);
    book.close(story, vec![dossier.found_in(Code::ReceiptInconsistent, ERROR, &acceptance)]);
    Ok(())
}
