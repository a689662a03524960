//! Brief receipts: the hash of each attachment under each reading, and everything that can be wrong with it (PEC-SPEC §4.2
//! and §4.3).

use pec_core::finding::Code;
use pec_core::reconcile::brief::Reading as Named;

use super::Error;
use super::collision::shattered;
use super::expect::{Content, Dossier};
use super::story::{Book, to_office};
use crate::Digest;
use crate::compose::brief::{Hashing, Reading, brief};
use crate::compose::submission::{ReceiptForm, Submission};
use crate::compose::{base64, lf};
use crate::vectors::scene::{OFFICE, letter_with};
use crate::vectors::{ERROR, FATAL, INFO, WARNING};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    readings(book)?;
    proven(book)?;
    contents(book)?;
    lists(book)?;
    without_the_message(book)
}

/// A letter to the office with these parts.
fn parts(parts: &[String]) -> Vec<u8> {
    let mut body = "Content-Type: multipart/mixed; boundary=\"c\"\r\n\r\n--c\r\nContent-Type: text/plain\r\n\r\n\
         In allegato i documenti.\r\n"
        .to_owned();
    for part in parts {
        body.push_str(&format!("--c\r\n{part}\r\n"));
    }
    letter_with(&[("To", OFFICE), ("X-TipoRicevuta", "breve")], &format!("{body}--c--\r\n"))
}

/// A file in base64.
fn file(name: &str, content: &[u8]) -> String {
    let body = String::from_utf8_lossy(&base64(content)).trim_end().to_owned();
    format!(
        "Content-Type: application/octet-stream; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{body}"
    )
}

/// Two files: `a.pdf` and `b.pdf`.
fn two() -> Vec<u8> {
    parts(&[file("a.pdf", b"contratto"), file("b.pdf", b"listino prezzi")])
}

/// One case: the sender kept `kept`, and the receipt holds `copy` of what was delivered.
struct Told {
    name: &'static str,
    rule: &'static str,
    made: &'static str,
    kept: Vec<u8>,
    delivered: Vec<u8>,
    hashing: Hashing,
    replaced: Replaced,
    edit: fn(String) -> String,
}

/// What a provider replaces by hash files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Replaced {
    Attachments,
    Badly,
    Nothing,
}

impl Told {
    fn new(name: &'static str, made: &'static str, kept: Vec<u8>) -> Self {
        let rule = "PEC-SPEC §4.2, §4.3; RFC 6109 §3.3.2.2";
        let delivered = kept.clone();
        Self {
            name,
            rule,
            made,
            kept,
            delivered,
            hashing: Hashing::default(),
            replaced: Replaced::Attachments,
            edit: |copy| copy,
        }
    }

    fn close(self, book: &mut Book<'_>, content: impl Fn(&str) -> Content) -> Result<(), Error> {
        let beta = &book.world().beta;
        let at = book.after(1);
        let submission = Submission { message: self.delivered, receipt: ReceiptForm::Brief, ..to_office(&[]) };
        let tx = book.accept(submission);
        let mut story = book.story(self.name, self.rule, self.made);
        let sent = story.put("sent", self.kept);
        let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, at);
        if self.replaced != Replaced::Nothing {
            let copy = String::from_utf8_lossy(&brief(&tx.original, self.hashing)).into_owned();
            draft.original = Some((self.edit)(copy).into_bytes());
        } else {
            draft.original = Some(tx.original.clone());
        }
        let delivery = story.seal("delivery", beta, &draft)?;
        let mut dossier = Dossier::of(&tx).sent(&sent).found(Code::ReceiptMissing, WARNING);
        dossier = match self.replaced {
            Replaced::Attachments => dossier,
            Replaced::Nothing => dossier.found_in(Code::ReceiptKindUnexpected, WARNING, &delivery),
            // Whether a file that holds no hash still makes a brief receipt, no rule says.
            Replaced::Badly => dossier.partial(),
        };
        book.close(story, vec![dossier.delivered(&delivery, OFFICE, at, content(&sent))]);
        Ok(())
    }
}

/// Every reading of PEC-SPEC §4.3, each told apart by an attached message in base64 of short lines.
fn readings(book: &mut Book<'_>) -> Result<(), Error> {
    let message = String::from_utf8_lossy(&base64(b"Subject: x\r\n\r\nuno\r\ndue\r\n")).replace("\r\n", "");
    let (one, two) = message.split_at(20);
    let part = format!(
        "Content-Type: message/rfc822; name=\"m.eml\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{one}\r\n{two}"
    );
    for (reading, name, made, named) in [
        (Reading::Encoded, "brief-encoded", "The encoded body was hashed.", Named::Encoded),
        (
            Reading::EncodedAndEnd,
            "brief-encoded-and-end",
            "The encoded body and the line end before the delimiter were hashed.",
            Named::EncodedAndEnd,
        ),
        (Reading::EncodedLf, "brief-encoded-lf", "The encoded body with bare LF was hashed.", Named::EncodedLf),
        (
            Reading::EncodedLfAndEnd,
            "brief-encoded-lf-and-end",
            "The encoded body with bare LF and a final LF was hashed.",
            Named::EncodedLfAndEnd,
        ),
        (Reading::Decoded, "brief-decoded", "The content was hashed, transfer encoding undone.", Named::Decoded),
        (
            Reading::MessageAndEnd,
            "brief-message-and-end",
            "The attached message and a line end more were hashed.",
            Named::MessageAndEnd,
        ),
        (
            Reading::MessageWithoutEnd,
            "brief-message-without-end",
            "The attached message without its last line end was hashed.",
            Named::MessageWithoutEnd,
        ),
        (Reading::MessageLf, "brief-message-lf", "The attached message with bare LF was hashed.", Named::MessageLf),
        (
            Reading::MessageLfAndEnd,
            "brief-message-lf-and-end",
            "The attached message with bare LF and one LF more was hashed.",
            Named::MessageLfAndEnd,
        ),
        (
            Reading::MessageLfWithoutEnd,
            "brief-message-lf-without-end",
            "The attached message with bare LF and without its last one was hashed.",
            Named::MessageLfWithoutEnd,
        ),
        (
            Reading::Reencoded,
            "brief-reencoded",
            "A server had written the base64 anew in lines of 76 characters before it was hashed.",
            Named::Reencoded,
        ),
        (
            Reading::ReencodedAndEnd,
            "brief-reencoded-and-end",
            "The same with a final line end.",
            Named::ReencodedAndEnd,
        ),
    ] {
        let mut told = Told::new(name, made, parts(std::slice::from_ref(&part)));
        told.hashing = Hashing { reading, digest: Digest::Sha1 };
        told.rule = "PEC-SPEC §4.3";
        told.close(book, |sent| Content::proven(sent).attachment("m.eml", "hash", Some(named.as_str())))?;
    }
    Ok(())
}

/// The hash of `a.pdf` and of `b.pdf`, as they should be.
fn both(content: Content) -> Content {
    let encoded = Some("encoded");
    content.attachment("a.pdf", "hash", encoded).attachment("b.pdf", "hash", encoded)
}

/// Whatever else is no obstacle to the proof.
fn proven(book: &mut Book<'_>) -> Result<(), Error> {
    let made = "The sender keeps the message with bare LF: the hashes are those of the message that travelled.";
    let mut told = Told::new("brief-lf", made, lf(&two()));
    told.delivered = two();
    told.close(book, |sent| both(Content::proven(sent)))?;

    let made = "The provider hashed with SHA-256: sixty-four digits, taken and reported.";
    let mut told = Told::new("brief-sha-256", made, two());
    told.hashing = Hashing { reading: Reading::Encoded, digest: Digest::Sha256 };
    told.close(book, |sent| {
        let content = both(Content::proven(sent));
        content.found(Code::BriefHashNonstandard, WARNING).found(Code::BriefHashNonstandard, WARNING)
    })?;

    let made = "The hash files are in capitals, with blank lines around the digits.";
    let mut told = Told::new("brief-capitals", made, two());
    told.edit = |copy| {
        let digits = |line: &&str| line.len() == 40 && line.bytes().all(|byte| byte.is_ascii_hexdigit());
        copy.lines()
            .filter(digits)
            .map(str::to_owned)
            .collect::<Vec<_>>()
            .iter()
            .fold(copy, |copy, hash| copy.replace(hash.as_str(), &format!("\r\n{}\r\n", hash.to_uppercase())))
    };
    told.close(book, |sent| both(Content::proven(sent)))?;

    let made = "The provider replaced nothing: each attachment stands in the receipt as it was sent.";
    let mut told = Told::new("brief-nothing-replaced", made, two());
    told.replaced = Replaced::Nothing;
    told.close(book, |sent| {
        Content::proven(sent).attachment("a.pdf", "in-full", None).attachment("b.pdf", "in-full", None)
    })?;

    let files = [file("x.bin", b"primo"), file("x.bin", b"secondo")];
    let made = "Two attachments of one name: each has its own hash file of that name.";
    Told::new("brief-one-name-twice", made, parts(&files)).close(book, |sent| {
        let encoded = Some("encoded");
        Content::proven(sent).attachment("x.bin", "hash", encoded).attachment("x.bin", "hash", encoded)
    })
}

/// Contents that are not proven.
fn contents(book: &mut Book<'_>) -> Result<(), Error> {
    let encoded = Some("encoded");
    let made = "One of two attachments was altered in the kept message: the receipt names it.";
    let mut told =
        Told::new("brief-altered", made, parts(&[file("a.pdf", b"contratto"), file("b.pdf", b"listino nuovo")]));
    told.delivered = two();
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("a.pdf", "hash", encoded);
        content.attachment("b.pdf", "mismatch", None).found(Code::BriefHashMismatch, ERROR)
    })?;

    let made = "Two files have swapped their names: two wrong files, and the order is another.";
    let mut told =
        Told::new("brief-names-swapped", made, parts(&[file("b.pdf", b"contratto"), file("a.pdf", b"listino prezzi")]));
    told.delivered = two();
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("b.pdf", "mismatch", None);
        let content = content.attachment("a.pdf", "mismatch", None);
        let content = content.found(Code::BriefHashMismatch, ERROR).found(Code::BriefHashMismatch, ERROR);
        content.found(Code::BriefAttachmentOrder, WARNING)
    })?;

    let made = "The text of the kept message was edited; the attachments are the same.";
    let edited = String::from_utf8_lossy(&two()).replacen("i documenti", "le fatture", 1).into_bytes();
    let mut told = Told::new("brief-text-edited", made, edited);
    told.delivered = two();
    told.close(book, |sent| both(Content::not_proven(sent)).found(Code::OriginalBodyDiffers, ERROR))?;

    let made = "A hash file has lost a digit.";
    let mut told = Told::new("brief-malformed", made, parts(&[file("a.pdf", b"contratto")]));
    told.replaced = Replaced::Badly;
    told.edit = |copy| {
        let hash = copy.lines().find(|line| line.len() == 40).unwrap_or_default().to_owned();
        copy.replace(&hash, hash.get(1..).unwrap_or_default())
    };
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("a.pdf", "malformed", None);
        content.found(Code::BriefHashMalformed, ERROR)
    })?;

    let [kept, delivered] = shattered();
    let made = "The attachment is one half of a published SHA-1 collision, and the other half was delivered.";
    let mut told = Told::new("brief-collision", made, parts(&[file("s.pdf", &kept)]));
    told.rule = "VERDICT §3 brief.sha1_collision, §6";
    told.delivered = parts(&[file("s.pdf", &delivered)]);
    told.hashing = Hashing { reading: Reading::Decoded, digest: Digest::Sha1 };
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("s.pdf", "collision", Some("decoded"));
        content.found(Code::BriefSha1Collision, FATAL)
    })
}

/// Attachments that are missing, too many, renamed, in another order.
fn lists(book: &mut Book<'_>) -> Result<(), Error> {
    let encoded = Some("encoded");
    let one = || parts(&[file("a.pdf", b"contratto")]);
    let made = "An attachment of the kept message does not stand in the receipt.";
    let mut told = Told::new("brief-missing", made, two());
    told.delivered = one();
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("a.pdf", "hash", encoded);
        content.attachment("b.pdf", "missing", None).found(Code::BriefAttachmentMissing, ERROR)
    })?;

    let made = "The receipt names an attachment that the kept message does not have.";
    let mut told = Told::new("brief-extra", made, one());
    told.delivered = two();
    told.close(book, |sent| {
        let content = Content::not_proven(sent).attachment("a.pdf", "hash", encoded);
        content.attachment("b.pdf", "extra", None).found(Code::BriefAttachmentExtra, ERROR)
    })?;

    let made = "A hash file has another name; its hash is that of the attachment.";
    let mut told = Told::new("brief-renamed", made, two());
    told.edit = |copy| copy.replace("b.pdf.hash", "b_1.pdf.hash");
    told.close(book, |sent| both(Content::not_proven(sent)).found(Code::BriefAttachmentRenamed, WARNING))?;

    let made = "The hash files stand in another order than the attachments.";
    let mut told = Told::new("brief-reordered", made, two());
    told.delivered = parts(&[file("b.pdf", b"listino prezzi"), file("a.pdf", b"contratto")]);
    told.close(book, |sent| both(Content::proven(sent)).found(Code::BriefAttachmentOrder, WARNING))
}

/// The sender has to keep the message; without it the envelope may help, and else nothing.
fn without_the_message(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let at = book.after(1);
    let tx = book.accept(Submission { message: two(), receipt: ReceiptForm::Brief, ..to_office(&[]) });
    let rule = "PEC-SPEC §4.2 storage duty; RFC 6109 §3.3.2.2";

    let made = "The sender has not kept the message: the hashes prove the content of nothing.";
    let mut story = book.story("brief-message-lost", rule, made);
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Brief, at))?;
    let content = Content::nothing_sent().attachment("a.pdf", "unverifiable", None);
    let content = content.attachment("b.pdf", "unverifiable", None);
    let content = content.found(Code::BriefHashUnverifiable, INFO).found(Code::BriefHashUnverifiable, INFO);
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, at, content)]);

    let made = "The sender has not kept the message, and has its transport envelope: the original inside is as good.";
    let mut story = book.story("brief-against-envelope", rule, made);
    let envelope = story.seal("envelope", alfa, &alfa.transport(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Brief, at))?;
    let dossier = Dossier::of(&tx).enveloped(&envelope, tx.accepted);
    book.close(story, vec![dossier.delivered(&delivery, OFFICE, at, both(Content::proven(&envelope)))]);
    Ok(())
}
