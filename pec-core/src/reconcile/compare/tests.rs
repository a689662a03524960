use pec_sandbox::compose::submission::{ReceiptForm as Form, Recipient, Submission, Transaction};
use pec_sandbox::compose::{Draft, lf as sandbox_lf};
use pec_sandbox::{Provider, World};
use proptest::prelude::*;

use super::*;
use crate::daticert::{Kind, ReceiptForm};
use crate::limits::Limits;
use crate::trust::{ChainCache, TrustStore};
use crate::verify::{Verification, Verifier};

const OFFICE: &str = "ufficio@cert.beta.example";

/// A letter with a text, a table in quoted-printable and a file.
const LETTER: &str = "Message-ID: <1@client.alfa.example>
Date: Mon, 9 Feb 2026 10:15:28 +0100
From: Anna <anna@pec.alfa.example>
To: ufficio@cert.beta.example
Subject: Preventivo
X-Mailer: prova
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=c

Un preambolo.
--c
Content-Type: text/plain

Buongiorno,
cento euro.
--c
Content-Type: text/csv; name=\"a.csv\"
Content-Transfer-Encoding: quoted-printable

a=3Bb
1=3B2
--c
Content-Type: application/pdf; name=\"a.pdf\"
Content-Transfer-Encoding: base64

JVBERi0xLjQKJSBwcmV2ZW50aXZvCg==
--c--
";

fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn parse(bytes: impl Into<Vec<u8>>) -> Message<Vec<u8>> {
    Message::parse(bytes.into(), &Limits::DEFAULT)
}

pub(in crate::reconcile) fn transaction(alfa: &Provider, message: Vec<u8>, receipt: Form) -> Transaction {
    let recipients = vec![Recipient::certified(OFFICE)];
    let submission = Submission { message, sender: "anna@pec.alfa.example".into(), recipients, receipt };
    alfa.accept(submission, Some("Preventivo"), "2026-02-09T10:15:30+01:00".parse().unwrap())
}

/// A sealed receipt and what verification says of it.
pub(in crate::reconcile) fn verified(world: &World, draft: &Draft) -> (Message<Vec<u8>>, Verification) {
    let message = parse(world.beta.seal(draft).unwrap());
    let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der).unwrap();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
    (message, verification)
}

fn whats(sent: &str, received: &str) -> Vec<(String, What)> {
    let found = complete(&parse(wire(sent)), &parse(wire(received)));
    assert_eq!(found.is_same(), found.differences.is_empty());
    assert_eq!(found.findings().len(), found.differences.len());
    found.differences.into_iter().map(|difference| (difference.section, difference.what)).collect()
}

/// What a change of one piece of the letter is reported as.
fn change(from: &str, to: &str) -> Vec<(String, What)> {
    assert_eq!(LETTER.matches(from).count(), 1, "{from}");
    whats(LETTER, &LETTER.replacen(from, to, 1))
}

#[test]
fn a_certified_complete_receipt_proves_what_was_submitted() {
    let world = World::new().unwrap();
    let tx = transaction(&world.alfa, wire(LETTER), Form::Full);
    let (receipt, verification) = verified(&world, &world.beta.delivery(&tx, OFFICE, Form::Full, tx.accepted.plus(4)));
    let proof = verification.certified().unwrap();
    // As submitted, as stored on Unix, as in the envelope, and with the last line end lost.
    let stored = sandbox_lf(&wire(LETTER));
    let short = wire(LETTER.trim_end());
    for (sent, ends, end) in [
        (wire(LETTER), LineEnds::AsStored, FinalLineEnd::Same),
        (stored, LineEnds::Restored, FinalLineEnd::Same),
        (tx.original.clone(), LineEnds::AsStored, FinalLineEnd::Same),
        (short, LineEnds::AsStored, FinalLineEnd::Differs),
    ] {
        let checked = content(&receipt, &proof, &ReceiptForm::Full, &parse(sent)).unwrap();
        assert_eq!(checked.findings, []);
        let Content::Complete(found) = checked.content else { panic!("{:?}", checked.content) };
        assert!(found.is_same());
        assert_eq!((found.line_ends, found.final_line_end), (ends, end));
    }
    let other = parse(wire(&LETTER.replace("cento", "mille")));
    let checked = content(&receipt, &proof, &ReceiptForm::Full, &other).unwrap();
    assert_eq!(checked.findings.len(), 1);
    assert_eq!((checked.findings[0].code, checked.findings[0].severity), (Code::OriginalBodyDiffers, Severity::Error));
    assert_eq!(checked.findings[0].detail, "part 1: differs from byte 13 on");
}

#[test]
fn every_difference_is_listed() {
    let one = |section: &str, what| vec![(section.to_owned(), what)];
    let text = str::to_owned;
    assert_eq!(change("cento", "mille"), one("1", What::Body { offset: 13 }));
    assert_eq!(change("JVBERi0x", "JVBERi0y"), one("3", What::Body { offset: 7 }));
    assert_eq!(change("a=3Bb", "a;b"), one("2", What::Reencoded { offset: 1 }));
    assert_eq!(change("Un preambolo", "Altro"), one("", What::Preamble { offset: 0 }));
    assert_eq!(change("--c--\n", "--c--\nin fondo\n"), one("", What::Epilogue { offset: 0 }));
    // Without its delimiter the last part keeps the line end before it.
    let unclosed = [one("", What::Structure), one("3", What::Reencoded { offset: 32 })].concat();
    assert_eq!(change("--c--\n", ""), unclosed);
    assert_eq!(change("euro.\n--c\n", "euro.\n--c \n"), one("", What::Delimiters { offset: 77 }));
    let changed = What::FieldChanged { name: text("Subject"), sent: text("Preventivo"), received: text("Altro") };
    assert_eq!(change("Subject: Preventivo", "Subject: Altro"), one("", changed));
    let removed = What::FieldRemoved { name: text("X-Mailer"), sent: text("prova") };
    assert_eq!(change("X-Mailer: prova\n", ""), one("", removed));
    let added = What::FieldAdded { name: text("Cc"), received: text("c@d.example") };
    assert_eq!(change("X-Mailer: prova", "X-Mailer: prova\nCc: c@d.example"), one("", added));
    let refolded = What::FieldRefolded { name: text("From") };
    assert_eq!(change("From: Anna <", "From: Anna\n <"), one("", refolded));
    let reordered = What::FieldsReordered { name: text("Subject") };
    let swapped = change("Subject: Preventivo\nX-Mailer: prova", "X-Mailer: prova\nSubject: Preventivo");
    assert_eq!(swapped, one("", reordered));
    let typed = What::FieldChanged {
        name: text("Content-Type"),
        sent: text("text/csv; name=\"a.csv\""),
        received: text("text/csv; name=\"b.csv\""),
    };
    assert_eq!(change("text/csv; name=\"a.csv\"", "text/csv; name=\"b.csv\""), one("2", typed));
    let twice = change("cento", "mille").len() + change("JVBERi0x", "JVBERi0y").len();
    let both = LETTER.replace("cento", "mille").replace("JVBERi0x", "JVBERi0y");
    assert_eq!(whats(LETTER, &both).len(), twice);
}

#[test]
fn parts_that_come_and_go_are_named() {
    let csv = &LETTER
        [LETTER.find("--c\nContent-Type: text/csv").unwrap()..LETTER.find("--c\nContent-Type: application").unwrap()];
    let without = LETTER.replace(csv, "");
    let found = complete(&parse(wire(LETTER)), &parse(wire(&without)));
    let gone = Difference { section: "2".into(), name: Some("a.csv".into()), what: What::PartRemoved };
    assert_eq!(found.differences, std::slice::from_ref(&gone));
    assert_eq!(gone.to_string(), "part 2 (a.csv): removed");
    let found = complete(&parse(wire(&without)), &parse(wire(LETTER)));
    assert_eq!(found.differences, [Difference { what: What::PartAdded, ..gone }]);
}

#[test]
fn only_what_the_provider_may_change_is_forgiven() {
    let changed = LETTER.replace("<1@client.alfa.example>", "<opec1@pec.alfa.example>").replace(
        "X-Mailer",
        "Received: from a\nRETURN-PATH: <a@b>\nX-Riferimento-Message-id: <1@client.alfa.example>\nX-Mailer",
    );
    assert_eq!(whats(LETTER, &changed), []);
    // Inside a part, none of these is the provider's.
    let inside = LETTER.replacen("Content-Type: text/plain", "Received: x\nContent-Type: text/plain", 1);
    assert_eq!(whats(LETTER, &inside).len(), 1);
    let delivered = LETTER.replace("X-Mailer", "Delivered-To: a@b\nX-Mailer");
    assert_eq!(whats(LETTER, &delivered).len(), 1);
}

#[test]
fn severities_follow_what_a_reader_sees() {
    let severity = |to: &str| {
        let found = complete(&parse(wire(LETTER)), &parse(wire(&LETTER.replace("X-Mailer: prova", to))));
        let findings = found.findings();
        assert!(findings.iter().all(|finding| finding.code == Code::OriginalHeaderDiffers), "{findings:?}");
        findings.iter().map(|finding| finding.severity).max().unwrap()
    };
    assert_eq!(severity("X-Mailer: prova\nDKIM-Signature: x"), Severity::Warning);
    assert_eq!(severity("X-Mailer: prova\nSubject: Altro"), Severity::Error);
    assert_eq!(severity("X-Mailer: altro"), Severity::Error);
    assert_eq!(severity("X-Mailer:  prova"), Severity::Error.min(Severity::Info));
}

#[test]
fn namesakes_are_compared_as_a_set() {
    let twice = LETTER.replace("X-Mailer: prova", "X-A: 1\nX-A: 2");
    let name = "X-A".to_owned();
    let other = LETTER.replace("X-Mailer: prova", "X-A: 2\nX-A: 1");
    assert_eq!(whats(&twice, &other), [(String::new(), What::FieldsReordered { name: name.clone() })]);
    let less = LETTER.replace("X-Mailer: prova", "x-a: 2");
    assert_eq!(whats(&twice, &less), [(String::new(), What::FieldRemoved { name, sent: "1".into() })]);
}

/// A blank line that somebody added at the end is a difference; the line end that a delimiter takes is none.
#[test]
fn one_line_end_at_the_end_and_no_more() {
    let end = |sent: &str, received: &str| {
        let found = complete(&parse(wire(sent)), &parse(wire(received)));
        (found.is_same(), found.final_line_end)
    };
    let text = "Subject: a\n\nCiao\n";
    assert_eq!(end(text, text), (true, FinalLineEnd::Same));
    assert_eq!(end(text, text.trim_end()), (true, FinalLineEnd::Differs));
    assert_eq!(end("Subject: a\n\nCiao\n\n", text), (true, FinalLineEnd::Differs));
    assert_eq!(end("Subject: a\n\nCiao\n\n\n", text), (false, FinalLineEnd::Differs));
    assert_eq!(end("Subject: a\n\nCiao \n", text), (false, FinalLineEnd::Same));
}

/// What looks the same because nothing was read is not the same.
#[test]
fn a_cut_comparison_proves_nothing() {
    let mut limits = Limits::DEFAULT;
    for cut in [1, 2] {
        match cut {
            1 => limits.parts = 2,
            _ => limits.message_bytes = 100,
        }
        let cut = Message::parse(wire(LETTER), &limits);
        let found = complete(&parse(wire(LETTER)), &cut);
        assert!(!found.is_same() && matches!(found.coverage, Coverage::Cut(_)));
        assert_eq!(found.findings().iter().map(|f| f.code).collect::<Vec<_>>(), [Code::MimeLimits]);
    }
}

#[test]
fn concise_receipts_hold_no_message() {
    let world = World::new().unwrap();
    let tx = transaction(&world.alfa, wire(LETTER), Form::Full);
    let sent = parse(wire(LETTER));
    let mut draft = world.beta.delivery(&tx, OFFICE, Form::Concise, tx.accepted.plus(4));
    let (receipt, verification) = verified(&world, &draft);
    let proof = verification.certified().unwrap();
    let checked = content(&receipt, &proof, &ReceiptForm::Concise, &sent).unwrap();
    assert_eq!(checked, ContentCheck { content: Content::Concise, findings: vec![] });
    // Where a message was due, its absence is an error.
    let checked = content(&receipt, &proof, &ReceiptForm::Full, &sent).unwrap();
    assert_eq!((checked.findings[0].code, checked.findings[0].severity), (Code::OriginalMissing, Severity::Error));

    draft.original = Some(tx.original.clone());
    let (receipt, verification) = verified(&world, &draft);
    let proof = verification.certified().unwrap();
    let checked = content(&receipt, &proof, &ReceiptForm::Concise, &sent).unwrap();
    let codes: Vec<Code> = checked.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::OriginalUnexpected]);
    assert!(matches!(checked.content, Content::Complete(found) if found.is_same()));
}

#[test]
fn receipt_and_proof_belong_together() {
    let world = World::new().unwrap();
    let tx = transaction(&world.alfa, wire(LETTER), Form::Full);
    let sent = parse(wire(LETTER));
    let (receipt, verification) = verified(&world, &world.beta.delivery(&tx, OFFICE, Form::Full, tx.accepted.plus(4)));
    let (_, later) = verified(&world, &world.beta.delivery(&tx, OFFICE, Form::Full, tx.accepted.plus(5)));
    let (acceptance, accepted) = verified(&world, &world.beta.acceptance(&tx));
    let due = ReceiptForm::Full;
    assert!(content(&receipt, &verification.certified().unwrap(), &due, &sent).is_ok());
    let mixed = content(&receipt, &later.certified().unwrap(), &due, &sent);
    assert_eq!(mixed, Err(NoContent::OtherMessage));
    assert_eq!(content(&sent, &verification.certified().unwrap(), &due, &sent), Err(NoContent::OtherMessage));
    let none = content(&acceptance, &accepted.certified().unwrap(), &due, &sent);
    assert_eq!(none, Err(NoContent::OtherKind(Kind::Acceptance)));
}

#[test]
fn twenty_thousand_fields_and_parts() {
    let fields: String = (0..20_000).map(|n| format!("X-{n}: {n}\n")).collect();
    let parts: String = (0..20_000).map(|n| format!("--c\n\n{n}\n")).collect();
    let text = format!("{fields}Content-Type: multipart/mixed; boundary=c\n\n{parts}--c--\n");
    let limits = Limits { parts: 30_000, ..Limits::DEFAULT };
    let sent = Message::parse(wire(&text), &limits);
    let other = Message::parse(wire(&text.replace("\n10000\n", "\n1000x\n").replace("X-7: 7\n", "X-7: 8\n")), &limits);
    let found = complete(&sent, &other);
    let places: Vec<_> = found.differences.iter().map(|difference| &*difference.section).collect();
    assert_eq!(places, ["", "10001"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Any byte of the message, exempt fields apart, changed to any other, is a difference; and any damage at all is
    /// compared without a panic, the same both ways.
    #[test]
    fn no_byte_changes_unseen(at in 0_usize..2_000, byte in any::<u8>()) {
        let text = wire(LETTER);
        let exempt = LETTER.find('\n').unwrap() + 2;
        let at = exempt + at % (text.len() - exempt);
        // The name of a field is the same in either case.
        prop_assume!(!text[at].eq_ignore_ascii_case(&byte));
        let mut other = text.clone();
        other[at] = byte;
        let (sent, received) = (parse(text.clone()), parse(other));
        prop_assert!(!complete(&sent, &received).is_same(), "byte {at} became {byte}");
        prop_assert!(!complete(&received, &sent).is_same());
    }

    #[test]
    fn any_two_messages(cuts in prop::collection::vec((0_usize..2_000, 0_usize..2_000, any::<u8>()), 1..6)) {
        let mut other = wire(LETTER);
        for (from, to, byte) in cuts {
            let (from, to) = (from % (other.len() + 1), to % (other.len() + 1));
            let piece = other[from.min(to)..from.max(to)].to_vec();
            if byte % 2 == 0 { other.drain(from.min(to)..from.max(to)); } else { other.splice(from..from, piece); }
        }
        let (sent, received) = (parse(wire(LETTER)), parse(other));
        let (there, back) = (complete(&sent, &received), complete(&received, &sent));
        prop_assert_eq!(there.is_same(), back.is_same());
        prop_assert!(complete(&received, &received).is_same());
        // The same by the letter: nothing is forgiven that is not named.
        if there.is_same() && there.line_ends == LineEnds::AsStored && there.final_line_end == FinalLineEnd::Same {
            prop_assert_eq!(sent.root().body(), received.root().body());
        }
    }
}
