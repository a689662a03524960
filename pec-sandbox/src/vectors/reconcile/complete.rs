//! Complete receipts beside what the sender kept: body bytes equal, header fields equal but for those that the provider
//! may change (VERDICT §6).

use pec_core::finding::{Code, Severity};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, to_office};
use crate::compose::lf;
use crate::compose::submission::ReceiptForm;
use crate::vectors::scene::{OFFICE, SUBJECT};
use crate::vectors::{ERROR, INFO, WARNING};

/// What the sender kept, made from what he submitted.
type Kept = fn(&str) -> String;

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    same(book)?;
    differs(book)
}

fn tell(
    book: &mut Book<'_>,
    name: &'static str,
    made: &'static str,
    kept: Kept,
    found: Option<(Code, Severity)>,
) -> Result<(), Error> {
    let beta = &book.world().beta;
    let (tx, at) = (book.accept(to_office(&[])), book.after(1));
    let mut story = book.story(name, "VERDICT §6", made);
    let sent = story.put("sent", kept(&String::from_utf8_lossy(&tx.submission.message)).into_bytes());
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Full, at))?;
    let content = match found {
        None => Content::same(&sent),
        Some((code, severity)) => Content::differs(&sent).found(code, severity),
    };
    let dossier = Dossier::of(&tx).sent(&sent).found(Code::ReceiptMissing, WARNING);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, at, content)]);
    Ok(())
}

fn same(book: &mut Book<'_>) -> Result<(), Error> {
    let stored: Kept = |text| String::from_utf8_lossy(&lf(text.as_bytes())).into_owned();
    tell(book, "complete-lf", "The sender keeps the message with bare LF, as files on Unix are.", stored, None)?;
    let made = "The kept message lacks its last line end, which the delimiter around a copy may take.";
    tell(book, "complete-last-line-end", made, |text| text.trim_end_matches("\r\n").to_owned(), None)?;
    let made = "The kept message has trace fields of the sender's own server.";
    let trace: Kept =
        |text| format!("Received: from a by b; Mon, 9 Feb 2026 10:15:29 +0100\r\nReturn-Path: <x@y.example>\r\n{text}");
    tell(book, "complete-trace-fields", made, trace, None)?;
    let made = "The names of the header fields are in capitals in the kept message: the same fields (RFC 5322 §1.2.2).";
    tell(book, "complete-field-names", made, |text| text.replacen("Subject:", "SUBJECT:", 1), None)
}

fn differs(book: &mut Book<'_>) -> Result<(), Error> {
    let body = |severity| Some((Code::OriginalBodyDiffers, severity));
    let header = |severity| Some((Code::OriginalHeaderDiffers, severity));

    let made = "The text of the kept message was edited.";
    tell(book, "complete-text-edited", made, |text| text.replacen("il preventivo", "la fattura", 1), body(ERROR))?;
    let made = "The attachment of the kept message is another file.";
    tell(
        book,
        "complete-attachment-edited",
        made,
        |text| text.replacen("JVBERi0xLjQK", "JVBERi0xLjUK", 1),
        body(ERROR),
    )?;
    let made = "The kept message has lost its attachment.";
    let stripped: Kept = |text| {
        let mut parts: Vec<&str> = text.split("--=_client_1").collect();
        parts.remove(2);
        parts.join("--=_client_1")
    };
    tell(book, "complete-attachment-stripped", made, stripped, body(ERROR))?;
    let made = "The attachment is the same file, written in lines of another length.";
    tell(book, "complete-reencoded", made, |text| text.replacen("JVBERi0xLjQK", "JVBERi0x\r\nLjQK", 1), body(WARNING))?;
    let made = "The subject of the kept message is another one.";
    tell(book, "complete-subject-edited", made, |text| text.replacen(SUBJECT, "Fattura 13/2026", 1), header(ERROR))?;
    let made = "The kept message has a field more that no reader is shown.";
    tell(book, "complete-field-added", made, |text| format!("X-Mozilla-Status: 0001\r\n{text}"), header(WARNING))?;
    let made = "The subject of the kept message is folded elsewhere.";
    tell(book, "complete-refolded", made, |text| text.replacen("12/2026 &", "12/2026\r\n &", 1), header(INFO))
}
