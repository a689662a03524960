use pec_sandbox::compose::base64;
use pec_sandbox::compose::brief::{self as sandbox, Hashing, brief};
use pec_sandbox::compose::submission::ReceiptForm as Form;
use pec_sandbox::{Digest, World};
use proptest::prelude::*;

use super::*;
use crate::crypto::DigestAlgorithm;
use crate::crypto::tests::shattered;
use crate::daticert::ReceiptForm;
use crate::finding::Severity;
use crate::limits::Limits;
use crate::reconcile::compare::tests::{transaction, verified};
use crate::reconcile::compare::{Content, FinalLineEnd, What, content};

fn wire(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn parse(bytes: impl Into<Vec<u8>>) -> Message<Vec<u8>> {
    Message::parse(bytes.into(), &Limits::DEFAULT)
}

const HEAD: &str = "From: Anna <anna@pec.alfa.example>\nTo: ufficio@cert.beta.example\nSubject: Preventivo\n\
    Message-ID: <1@client.alfa.example>\nMIME-Version: 1.0\n";

/// A letter with a text and these parts.
fn letter(parts: &[String]) -> Vec<u8> {
    let mut text =
        format!("{HEAD}Content-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: text/plain\n\nCiao\n");
    for part in parts {
        text.push_str(&format!("--c\n{part}\n"));
    }
    wire(&format!("{text}--c--\n"))
}

fn file(name: &str, content: &[u8]) -> String {
    let body = String::from_utf8(base64(content)).unwrap().replace("\r\n", "\n");
    let body = body.trim_end();
    format!("Content-Type: application/pdf; name=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{body}")
}

/// An attached message, one text in quoted-printable, two files of one name, names in every form.
fn parts() -> Vec<String> {
    vec![
        file("a.pdf", &[b'a'; 300]),
        "Content-Type: text/csv; name=\"b.csv\"\nContent-Transfer-Encoding: quoted-printable\n\na=3Bb\n1=3B2".into(),
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=\"c.txt\"\n\nuna riga\n\ndue righe".into(),
        "Content-Type: message/rfc822; name=\"d.eml\"\n\nSubject: dentro\nContent-Type: text/plain; name=n.txt\n\ny\n"
            .into(),
        file("x.bin", b"first"),
        file("x.bin", b"second"),
        "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename*=UTF-8''citt%C3%A0.pdf\n\nSGVsbG8="
            .into(),
        "Content-Type: application/octet-stream; name=\"=?UTF-8?B?cGVyY2jDqS5wZGY=?=\"\n\
         Content-Transfer-Encoding: base64\n\nSGVsbG9v"
            .into(),
    ]
}

const NAMES: [&str; 8] = ["a.pdf", "b.csv", "c.txt", "d.eml", "x.bin", "x.bin", "città.pdf", "perché.pdf"];

/// What is found when `sent` was kept and `delivered` was hashed.
fn against(sent: &[u8], delivered: &[u8], hashing: Hashing) -> BriefComparison {
    compare(&parse(sent), &parse(brief(delivered, hashing)))
}

fn default(sent: &[u8], delivered: &[u8]) -> BriefComparison {
    against(sent, delivered, Hashing::default())
}

fn codes(found: &BriefComparison) -> Vec<(Code, String)> {
    found.findings().into_iter().map(|finding| (finding.code, finding.detail.into_owned())).collect()
}

fn readings(found: &BriefComparison) -> Vec<Option<Reading>> {
    let reading = |outcome: &Outcome| match outcome {
        Outcome::Hash(found) | Outcome::Collision(found) => Some(found.reading),
        _ => None,
    };
    found.attachments.iter().map(|attachment| reading(&attachment.outcome)).collect()
}

#[test]
fn every_attachment_of_a_letter() {
    let sent = letter(&parts());
    let found = default(&sent, &sent);
    assert_eq!(codes(&found), []);
    assert!(found.is_proven() && found.attachments.iter().all(|one| one.outcome.rests_on_sha1()));
    let names: Vec<_> = found.attachments.iter().map(|one| one.name.as_deref().unwrap()).collect();
    assert_eq!(names, NAMES);
    assert_eq!(readings(&found), [Some(Reading::Encoded); 8]);
    assert_eq!(found.attachments[3].section, "5");
    assert_eq!(found.attachments[3].name_in_receipt.as_deref(), Some("d.eml.hash"));
}

/// A certified receipt, from the submission to the finding.
#[test]
fn a_signed_brief_receipt_names_the_altered_attachment() {
    let world = World::new().unwrap();
    let sent = letter(&parts());
    let tx = transaction(&world.alfa, sent.clone(), Form::Brief);
    let office = "ufficio@cert.beta.example";
    let (receipt, verification) = verified(&world, &world.beta.delivery(&tx, office, Form::Brief, tx.accepted.plus(4)));
    let proof = verification.certified().unwrap();
    let check = |kept: Vec<u8>| content(&receipt, &proof, &ReceiptForm::Brief, &parse(kept)).unwrap();
    let checked = check(sent.clone());
    assert_eq!(checked.findings, []);
    assert!(matches!(checked.content, Content::Brief(found) if found.is_proven()));

    let mut altered = parts();
    altered[5] = file("x.bin", b"altered");
    let checked = check(letter(&altered));
    assert_eq!(checked.findings.len(), 1, "{:?}", checked.findings);
    let finding = &checked.findings[0];
    assert_eq!((finding.code, finding.severity), (Code::BriefHashMismatch, Severity::Error));
    assert!(finding.detail.starts_with("x.bin; in the receipt: "), "{}", finding.detail);
}

/// Whatever a provider hashes is recognised, from the message as submitted and as stored with bare LF.
#[test]
fn every_reading_is_recognised() {
    // Base64 in short lines, and an attached message in base64: all readings differ.
    let message = base64(b"Subject: x\r\n\r\nuno\r\ndue\r\n");
    let message = String::from_utf8(message).unwrap().replace("\r\n", "");
    let encoded = format!(
        "Content-Type: message/rfc822; name=\"m.eml\"\nContent-Transfer-Encoding: base64\n\n{}\n{}",
        &message[..20],
        &message[20..]
    );
    let sent = letter(&[encoded]);
    let stored = pec_sandbox::compose::lf(&sent);
    for (ours, theirs) in Reading::ALL.iter().zip(sandbox::Reading::ALL) {
        let copy = parse(brief(&sent, Hashing { reading: theirs, digest: Digest::Sha1 }));
        for (kept, restored) in [(&sent, false), (&stored, true)] {
            let found = compare(&parse(kept.clone()), &copy);
            assert!(found.is_proven(), "{theirs:?}: {:?}", found.findings());
            assert_eq!(readings(&found), [Some(*ours)], "restored: {restored}");
            let ends = if restored { LineEnds::Restored } else { LineEnds::AsStored };
            assert_eq!(found.rest.line_ends, ends);
        }
    }
}

#[test]
fn readings_of_other_parts() {
    let sent = letter(&parts());
    use sandbox::Reading as R;
    for (reading, expected) in [
        (R::EncodedAndEnd, [Reading::EncodedAndEnd; 8]),
        (R::EncodedLf, {
            // One line is the same with either kind of line end.
            let mut list = [Reading::EncodedLf; 8];
            list[4..].fill(Reading::Encoded);
            list
        }),
        (R::EncodedLfAndEnd, [Reading::EncodedLfAndEnd; 8]),
        (R::Decoded, {
            let mut list = [Reading::Decoded; 8];
            list[2..4].fill(Reading::Encoded);
            list
        }),
    ] {
        let found = against(&sent, &sent, Hashing { reading, digest: Digest::Sha1 });
        assert_eq!(readings(&found), expected.map(Some), "{reading:?}: {:?}", found.findings());
        let stored = pec_sandbox::compose::lf(&sent);
        let found = against(&stored, &sent, Hashing { reading, digest: Digest::Sha1 });
        assert!(found.is_proven(), "{reading:?} stored: {:?}", found.findings());
    }
}

#[test]
fn sha_256_is_taken_and_reported() {
    let sent = letter(&parts());
    let found = against(&sent, &sent, Hashing { reading: sandbox::Reading::Encoded, digest: Digest::Sha256 });
    assert!(found.is_proven() && found.attachments.iter().all(|one| !one.outcome.rests_on_sha1()));
    let expected: Vec<_> = NAMES.iter().map(|name| (Code::BriefHashNonstandard, (*name).to_owned())).collect();
    assert_eq!(codes(&found), expected);
}

/// The hash is the same, and proves neither of the two.
#[test]
fn a_collision_is_no_match() {
    let [one, other] = shattered();
    assert_ne!(one, other);
    let (kept, delivered) = (letter(&[file("s.pdf", &other)]), letter(&[file("s.pdf", &one)]));
    let decoded = Hashing { reading: sandbox::Reading::Decoded, digest: Digest::Sha1 };
    for kept in [&kept, &delivered] {
        let found = against(kept, &delivered, decoded);
        assert_eq!(codes(&found), [(Code::BriefSha1Collision, "s.pdf (decoded)".to_owned())]);
        assert_eq!(found.findings()[0].severity, Severity::Fatal);
        assert!(!found.is_proven());
    }
    // Encoded, the two have different hashes, and the right one is proven.
    assert!(default(&kept, &kept).is_proven());
    assert_eq!(codes(&default(&kept, &delivered))[0].0, Code::BriefHashMismatch);
}

#[test]
fn missing_extra_reordered_renamed() {
    let all = parts();
    let sent = letter(&all);
    let less = letter(&[&all[..1], &all[2..]].concat());
    assert_eq!(codes(&default(&sent, &less)), [(Code::BriefAttachmentMissing, "b.csv".to_owned())]);
    assert_eq!(codes(&default(&less, &sent)), [(Code::BriefAttachmentExtra, "b.csv".to_owned())]);

    let mut turned = all.clone();
    turned.reverse();
    let found = default(&sent, &letter(&turned));
    assert!(found.is_proven(), "{:?}", found.findings());
    assert_eq!(codes(&found), [(Code::BriefAttachmentOrder, String::new())]);

    let renamed = letter(&[file("citt\u{fffd}.pdf", b"same")]);
    let found = default(&letter(&[file("città.pdf", b"same")]), &renamed);
    let detail = "città.pdf; in the receipt: citt\u{fffd}.pdf.hash".to_owned();
    assert_eq!(codes(&found), [(Code::BriefAttachmentRenamed, detail)]);
    // The content is proven, and the name is not.
    assert!(found.attachments[0].outcome.is_proven() && !found.is_proven());
}

/// Two files that have swapped their names are two wrong files.
#[test]
fn swapped_names_do_not_match() {
    let sent = letter(&[file("a.pdf", b"one"), file("b.pdf", b"two")]);
    let swapped = letter(&[file("b.pdf", b"one"), file("a.pdf", b"two")]);
    let found: Vec<_> = codes(&default(&sent, &swapped)).into_iter().map(|(code, _)| code).collect();
    assert_eq!(found, [Code::BriefHashMismatch, Code::BriefHashMismatch, Code::BriefAttachmentOrder]);
}

#[test]
fn malformed_hash_files() {
    let sent = letter(&[file("a.pdf", b"one")]);
    let copy = String::from_utf8(brief(&sent, Hashing::default())).unwrap();
    let hash = copy.lines().find(|line| line.len() == 40).unwrap().to_owned();
    for bad in [&hash[1..], &format!("{hash}0"), "", &"0".repeat(5_000), &format!("SHA1({hash})")] {
        let found = compare(&parse(sent.clone()), &parse(copy.replace(&hash, bad)));
        assert_eq!(codes(&found), [(Code::BriefHashMalformed, "a.pdf".to_owned())], "{bad}");
        assert!(!found.is_proven());
    }
    let upper = copy.replace(&hash, &format!("\u{feff}{}\r\n", hash.to_uppercase()));
    assert!(compare(&parse(sent), &parse(upper)).is_proven());
}

#[test]
fn what_is_not_replaced_must_be_the_same() {
    let sent = letter(&parts());
    let found = compare(&parse(sent.clone()), &parse(sent.clone()));
    assert!(found.is_proven() && found.attachments.iter().all(|one| one.outcome == Outcome::InFull));
    assert_eq!(codes(&found), []);

    let mut altered = parts();
    altered[0] = file("a.pdf", &[b'b'; 300]);
    let found = compare(&parse(sent.clone()), &parse(letter(&altered)));
    assert_eq!(codes(&found), [(Code::OriginalBodyDiffers, "a.pdf: differs from byte 1 on".to_owned())]);
    let relabelled = String::from_utf8(sent.clone()).unwrap().replacen("application/pdf", "text/html", 1);
    assert!(!compare(&parse(sent.clone()), &parse(relabelled)).is_proven());

    let text = String::from_utf8(brief(&sent, Hashing::default())).unwrap();
    let found = compare(&parse(sent.clone()), &parse(text.replace("Ciao", "Addio")));
    assert_eq!(codes(&found), [(Code::OriginalBodyDiffers, "part 1: differs from byte 0 on".to_owned())]);
    let found = compare(&parse(sent), &parse(text.replace("Subject: P", "Subject: p")));
    assert_eq!(codes(&found)[0].0, Code::OriginalHeaderDiffers);
    assert!(!found.is_proven());
}

/// Opaque S/MIME is left alone, a clear signature stays, and its first part is walked.
#[test]
fn signed_and_encrypted_originals() {
    let opaque = wire(&format!(
        "{HEAD}Content-Type: application/pkcs7-mime; name=\"smime.p7m\"\nContent-Transfer-Encoding: base64\n\nMIIB\n"
    ));
    let found = default(&opaque, &opaque);
    assert_eq!(found.attachments[0].outcome, Outcome::InFull);
    assert!(found.is_proven());
    let other = String::from_utf8(opaque.clone()).unwrap().replace("MIIB", "MIIC");
    let found = compare(&parse(opaque.clone()), &parse(other));
    assert_eq!(codes(&found), [(Code::OriginalBodyDiffers, "smime.p7m: differs from byte 3 on".to_owned())]);
    let short = parse(&opaque[..opaque.len() - 2]);
    let found = compare(&parse(opaque), &short);
    assert!(found.is_proven());
    assert_eq!(found.rest.final_line_end, FinalLineEnd::Differs);

    let inner = file("a.pdf", b"one");
    let signed = |inner: &str| {
        wire(&format!(
            "{HEAD}Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\n\n--s\n\
             Content-Type: multipart/mixed; boundary=c\n\n--c\n\nCiao\n--c\n{inner}\n--c--\n\n--s\n\
             Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\nContent-Transfer-Encoding: base64\n\n\
             MIIB\n--s--\n"
        ))
    };
    let found = default(&signed(&inner), &signed(&inner));
    let outcomes: Vec<_> = found.attachments.iter().map(|one| one.outcome.as_str()).collect();
    assert_eq!((outcomes, codes(&found)), (vec!["hash", "in-full"], vec![]));
    let found = default(&signed(&file("a.pdf", b"two")), &signed(&inner));
    assert_eq!(found.attachments[0].outcome.as_str(), "mismatch");
}

/// A message that is nothing but one file: some replace it, some do not.
/// What the rule leaves untouched is the sender's: a signature that is called as a hash file would be, and holds the hash
/// of a file that was never sent, is no hash file.
#[test]
fn a_part_that_stays_is_no_hash_file() {
    let never_sent = b"mai spedito";
    let hash = crate::crypto::digest(DigestAlgorithm::Sha1, never_sent);
    let hash: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    for kind in ["application/pkcs7-signature", "application/x-pkcs7-signature", "text/plain"] {
        let signed = |kind: &str, name: &str, body: &str| {
            wire(&format!(
                "{HEAD}Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\n\n\
                 --s\nContent-Type: text/plain\n\nCiao\n--s\nContent-Type: {kind}; name=\"{name}\"\n\n{body}\n--s--\n"
            ))
        };
        let delivered = parse(signed(kind, "contratto.pdf.hash", &hash));
        let kept = parse(signed("application/pdf", "contratto.pdf", "mai spedito"));
        assert!(compare(&delivered, &delivered).is_proven(), "{kind}");
        assert!(!compare(&kept, &delivered).is_proven(), "{kind}: {:?}", compare(&kept, &delivered));
        assert_eq!(unverifiable(&delivered), [], "{kind}");
    }
    // The same as a whole message: an S/MIME object travels as it is.
    let whole = |kind: &str, name: &str, body: &str| {
        parse(wire(&format!("{HEAD}Content-Type: {kind}; name=\"{name}\"\n\n{body}")))
    };
    let delivered = whole("application/pkcs7-mime", "contratto.pdf.hash", &hash);
    let kept = whole("application/pdf", "contratto.pdf", "mai spedito");
    assert!(!compare(&kept, &delivered).is_proven(), "{:?}", compare(&kept, &delivered));
}

/// A message kept as one file does not hide what else was delivered beside that file.
#[test]
fn one_file_is_not_a_letter_with_that_file() {
    let kept = wire(&format!("{HEAD}{}\n", file("a.pdf", b"contratto")));
    let delivered = letter(&[file("a.pdf", b"contratto")]);
    let found = default(&kept, &delivered);
    assert!(!found.is_proven(), "{found:?}");
    assert!(found.findings().iter().any(|finding| finding.code == Code::OriginalBodyDiffers));
}

#[test]
fn a_message_that_is_one_file() {
    let sent = wire(&format!("{HEAD}{}\n", file("a.pdf", b"one")));
    let found = default(&sent, &sent);
    assert_eq!(found.attachments[0].outcome, Outcome::InFull);
    // printf 'b25l' | sha1sum, the encoded body; the copy lacks its last line end.
    let copy =
        wire(&format!("{HEAD}Content-Type: text/plain; name=a.pdf.hash\n\nf7c1b45dbd6a4d1a7cb9f2f1f4f8bd7c75b1ad18"));
    let found = compare(&parse(sent.clone()), &parse(copy));
    assert_eq!(codes(&found)[0].0, Code::BriefHashMismatch, "not the hash of this file");
    assert_eq!(found.rest.differences, [], "what describes the body is not compared");
}

#[test]
fn attached_messages_without_a_name() {
    let nested = |subject: &str| format!("Content-Type: message/rfc822\n\nSubject: {subject}\n\ny");
    let list: Vec<String> = ["a", "b", "c"].iter().map(|subject| nested(subject)).collect();
    let sent = letter(&list);
    let found = compare(&parse(sent.clone()), &parse(sent.clone()));
    assert_eq!((found.attachments.len(), codes(&found)), (3, vec![]));
    let found = compare(&parse(sent.clone()), &parse(letter(&list[1..])));
    assert_eq!(codes(&found), [(Code::BriefAttachmentMissing, "part 2".to_owned())]);
    let hashed = letter(&[
        list[0].clone(),
        "Content-Type: text/plain; name=messaggio.hash\n\n\
        0000000000000000000000000000000000000000"
            .into(),
        list[2].clone(),
    ]);
    let found: Vec<_> = codes(&compare(&parse(sent), &parse(hashed))).into_iter().map(|(code, _)| code).collect();
    assert_eq!(found, [Code::BriefAttachmentMissing, Code::BriefAttachmentExtra]);
}

/// A multipart with a name: replaced as a whole, or walked.
#[test]
fn a_multipart_with_a_name() {
    let inner =
        format!("Content-Type: multipart/mixed; name=\"m\"; boundary=i\n\n--i\n{}\n--i--", file("a.pdf", b"one"));
    let sent = letter(&[inner]);
    let found = default(&sent, &sent);
    assert!(found.is_proven() && !found.attachments.is_empty(), "{:?}", found.findings());
    let message = parse(sent.clone());
    let multipart = message.root().children().nth(1).unwrap();
    let hash = crate::crypto::digest(DigestAlgorithm::Sha1, multipart.body());
    let hash: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let copy = letter(&[format!("Content-Type: text/plain; name=m.hash\n\n{hash}")]);
    let found = compare(&message, &parse(copy));
    assert_eq!(readings(&found), [Some(Reading::Encoded)]);
    assert!(found.is_proven());
}

#[test]
fn without_the_message_nothing_is_verified() {
    let copy = parse(brief(&letter(&parts()), Hashing::default()));
    let found = unverifiable(&copy);
    assert_eq!(found.iter().map(|one| one.name.as_deref().unwrap()).collect::<Vec<_>>(), NAMES);
    assert!(found.iter().all(|one| one.outcome == Outcome::Unverifiable && !one.outcome.is_proven()));
    let findings = found[0].findings();
    assert_eq!((findings[0].code, findings[0].severity), (Code::BriefHashUnverifiable, Severity::Info));

    // Nor where one of the two is cut: what was read is judged, the rest is left open.
    let sent = letter(&parts());
    let limits = Limits { parts: 4, ..Limits::DEFAULT };
    let found = compare(&Message::parse(sent, &limits), &copy);
    let outcomes: Vec<_> = found.attachments.iter().map(|one| one.outcome.as_str()).collect();
    assert_eq!(outcomes[..3], ["hash", "hash", "unverifiable"]);
    assert!(!found.is_proven() && found.findings().iter().all(|finding| finding.severity <= Severity::Warning));
    assert_eq!(found.findings()[0].code, Code::MimeLimits);
}

/// Of one name or of many, in order or not, none of them matching: the time is that of their bytes.
#[test]
fn twenty_thousand_attachments() {
    let limits = Limits { parts: 30_000, ..Limits::DEFAULT };
    let many = |name: &dyn Fn(usize) -> String, content: &dyn Fn(usize) -> String| {
        letter(&(0..20_000).map(|n| file(&name(n), content(n).as_bytes())).collect::<Vec<_>>())
    };
    for name in [&|_| "x.bin".to_owned(), &|n| format!("{n}.bin")] as [&dyn Fn(usize) -> String; 2] {
        let sent = many(name, &|n| n.to_string());
        let sent = Message::parse(sent, &limits);
        let copy = |content: &dyn Fn(usize) -> String| {
            let copy = compare_copy(&many(name, content));
            Message::parse(copy, &limits)
        };
        let found = compare(&sent, &copy(&|n| n.to_string()));
        assert!(found.is_proven() && found.attachments.len() == 20_000 && found.order == Order::Same);
        let found = compare(&sent, &copy(&|n| format!("{}", if n == 9_999 { 77_777 } else { n })));
        let wrong: Vec<_> = found.attachments.iter().filter(|one| !one.outcome.is_proven()).collect();
        assert_eq!(wrong.len(), 1);
        assert_eq!((&*wrong[0].section, wrong[0].outcome.as_str()), ("10001", "mismatch"));
        let turned = compare(&sent, &copy(&|n| (19_999 - n).to_string()));
        let same_name = turned.attachments[0].name.as_deref() == Some("x.bin");
        assert_eq!(turned.is_proven(), same_name);
    }
}

/// The sandbox's writer looks at every boundary for every line; for thousands of parts this one does.
fn compare_copy(sent: &[u8]) -> Vec<u8> {
    let message = Message::parse(sent, &Limits { parts: 30_000, ..Limits::DEFAULT });
    let hashed = message.root().children().skip(1).map(|part| {
        let hash = crate::crypto::digest(DigestAlgorithm::Sha1, part.body());
        let hash: String = hash.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("Content-Type: text/plain; name=\"{}.hash\"\n\n{hash}", part.file_name().unwrap())
    });
    letter(&hashed.collect::<Vec<_>>())
}

/// The readings that are not for attached messages alone.
const OF_FILES: [sandbox::Reading; 7] = {
    use sandbox::Reading as R;
    [R::Encoded, R::EncodedAndEnd, R::EncodedLf, R::EncodedLfAndEnd, R::Decoded, R::Reencoded, R::ReencodedAndEnd]
};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// One byte of one attachment changed: exactly that attachment is named, and nothing else is said.
    #[test]
    fn one_changed_byte_names_its_attachment(
        files in prop::collection::vec((0_usize..4, prop::collection::vec(any::<u8>(), 1..200)), 1..8),
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        flip in 1_u8..,
        reading in prop::sample::select(OF_FILES.to_vec()),
    ) {
        let parts = |files: &[(usize, Vec<u8>)]| -> Vec<String> {
            files.iter().map(|(name, content)| file(&format!("{name}.bin"), content)).collect()
        };
        let delivered = letter(&parts(&files));
        let which = which.index(files.len());
        let mut kept = files.clone();
        let at = place.index(kept[which].1.len());
        kept[which].1[at] ^= flip;
        let hashing = Hashing { reading, digest: Digest::Sha1 };
        prop_assert!(against(&delivered, &delivered, hashing).is_proven());
        // Where the change makes it another attachment of the same name, two files have only changed places.
        prop_assume!(!files.contains(&kept[which]));
        // Of several with one name and one content, none is more the changed one than the other.
        prop_assume!(files.iter().filter(|one| **one == files[which]).count() == 1);
        let found = against(&letter(&parts(&kept)), &delivered, hashing);
        let wrong: Vec<_> = found.attachments.iter().filter(|one| !one.outcome.is_proven()).collect();
        prop_assert_eq!(wrong.len(), 1);
        prop_assert_eq!(&wrong[0].section, &(which + 2).to_string());
        prop_assert!(matches!(wrong[0].outcome, Outcome::Mismatch { .. }), "{:?}", wrong[0]);
        let findings = found.findings();
        prop_assert_eq!(findings.len(), 1, "{:?}", findings);
        let name = format!("{}.bin; in the receipt: ", files[which].0);
        prop_assert!(findings[0].detail.starts_with(&name), "{}", findings[0].detail);
    }

    /// Any damage to either tree is compared without a panic, and whatever is called proven has the same texts.
    #[test]
    fn damaged_trees(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 1..6),
        side in any::<bool>(),
    ) {
        let sent = letter(&parts());
        let copy = brief(&sent, Hashing::default());
        let mut damaged = if side { sent.clone() } else { copy.clone() };
        for (from, to, cut) in cuts {
            let (from, to) = (from.index(damaged.len() + 1), to.index(damaged.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            let piece = damaged[from..to].to_vec();
            if cut { damaged.drain(from..to); } else { damaged.splice(from..from, piece); }
        }
        let changed = damaged != if side { sent.clone() } else { copy.clone() };
        let (sent, copy) = if side { (damaged, copy) } else { (sent, damaged) };
        let (sent, copy) = (parse(sent), parse(copy));
        let found = compare(&sent, &copy);
        let _ = (found.findings(), unverifiable(&copy), unverifiable(&sent));
        prop_assert!(compare(&sent, &sent).is_proven() || !sent.limit_hits().is_empty());
        if found.is_proven() && changed {
            let text = |message: &Message<Vec<u8>>| message.root().children().next().map(|part| part.body().to_vec());
            prop_assert_eq!(text(&sent), text(&copy));
        }
    }
}

#[test]
fn differences_elsewhere_are_listed_beside_the_attachments() {
    let sent = letter(&parts());
    let delivered = String::from_utf8(sent.clone()).unwrap().replace("--c--", "--c\r\n\r\nAltro testo\r\n--c--");
    let found = default(&sent, delivered.as_bytes());
    assert_eq!(found.rest.differences.len(), 1);
    assert_eq!(found.rest.differences[0].what, What::PartAdded);
    assert!(found.attachments.iter().all(|one| one.outcome.is_proven()) && !found.is_proven());
}
