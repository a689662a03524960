//! Which form of delivery receipt is due, by what was asked for and where the header names the recipient (PEC-SPEC §4.5).

use pec_core::finding::Code;

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, with_copy};
use crate::compose::submission::{ReceiptForm, Recipient, Submission};
use crate::vectors::scene::{ANNA, OFFICE, letter};
use crate::vectors::{ERROR, WARNING};

use ReceiptForm::{Brief, Concise, Full};

/// In To, in Cc, in both, in neither.
const PLACES: [&str; 4] =
    ["to@cert.beta.example", "cc@cert.beta.example", "entrambi@cert.beta.example", "nessuno@cert.beta.example"];

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    due(book)?;
    other(book)
}

/// What a receipt of this form says of the letter.
fn content(form: ReceiptForm, sent: &str) -> Content {
    match form {
        Full => Content::same(sent),
        Brief => Content::proven(sent).attachment("preventivo.pdf", "hash", Some("encoded")),
        Concise => Content::concise(sent),
    }
}

/// Every form asked for, and each recipient gets what is due.
fn due(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let at = book.after(1);
    for (name, made, asked, by_place) in [
        (
            "form-complete",
            "A complete receipt is asked for: the recipient in Cc alone gets a concise one.",
            Full,
            [Full, Concise, Full, Full],
        ),
        (
            "form-brief",
            "A brief receipt is asked for: the recipient in Cc alone gets a concise one.",
            Brief,
            [Brief, Concise, Brief, Brief],
        ),
        ("form-concise", "A concise receipt is asked for: everybody gets one.", Concise, [Concise; 4]),
    ] {
        let mut story = book.story(name, "PEC-SPEC §4.5; RFC 6109 §3.3.2", made);
        let to = [PLACES[0], PLACES[2]].join(", ");
        let cc = [PLACES[1], PLACES[2]].join(", ");
        let message = letter(&[("To", &to), ("Cc", &cc), ("X-TipoRicevuta", asked.as_str())]);
        let recipients = PLACES.map(Recipient::certified).to_vec();
        let tx = book.accept(Submission { message, sender: ANNA.into(), recipients, receipt: asked });
        let sent = story.sent(&tx);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let mut dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
        for (recipient, form) in PLACES.into_iter().zip(by_place) {
            let file = story.seal("delivery", beta, &beta.delivery_as(&tx, recipient, form, asked, at))?;
            dossier = dossier.delivered(&file, recipient, at, content(form, &sent));
        }
        book.close(story, vec![dossier]);
    }
    Ok(())
}

/// Another form than the one that is due.
fn other(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let at = book.after(1);
    let tx = book.accept(with_copy());
    let rule = "PEC-SPEC §4.5; RFC 6109 §3.3.2.1 to §3.3.2.3";
    for (name, made, to, form, requested) in [
        (
            "form-hashes-for-complete",
            "Complete receipts are the default; the office's provider sends a brief one.",
            OFFICE,
            Brief,
            Brief,
        ),
        (
            "form-complete-for-copy",
            "The provider of a recipient in Cc sends a complete receipt, and a concise one was due.",
            COPY,
            Full,
            Full,
        ),
        (
            "form-concise-for-complete",
            "A complete receipt was due, and the one that came holds no message.",
            OFFICE,
            Concise,
            Full,
        ),
    ] {
        let mut story = book.story(name, rule, made).now(book.after(60));
        let sent = story.sent(&tx);
        let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
        let file = story.seal("delivery", beta, &beta.delivery_as(&tx, to, form, requested, at))?;
        let found = match form {
            Brief => content(form, &sent),
            Full => content(form, &sent).found(Code::OriginalUnexpected, WARNING),
            Concise => content(form, &sent).found(Code::OriginalMissing, ERROR),
        };
        let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, tx.accepted);
        let dossier = dossier.delivered(&file, to, at, found);
        book.close(story, vec![dossier.found_in(Code::ReceiptKindUnexpected, WARNING, &file)]);
    }
    Ok(())
}
