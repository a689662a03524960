//! Size and depth: above the original a limit ends the judgement, below it nothing changes (VERDICT §2 row 2 and §5).

use pec_core::finding::Code;

use super::expect::{certified, unverifiable};
use super::scene::{ANNA, BODY, SUBJECT, letter_with, submission};
use super::{Cases, FATAL, WARNING};
use crate::Error;
use crate::compose::submission::{ReceiptForm, Recipient, Submission};
use crate::compose::{Headers, Part};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    outer(cases)?;
    inner(cases)?;
    data(cases)
}

fn outer(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §2 row 2";
    let alfa = &cases.world().alfa;
    let mut limit = unverifiable(Code::MimeLimits);
    limit.integrity = None;
    let fine = "it has no limits";

    let mut draft = cases.scene.transport();
    for n in 0..2_100 {
        draft.headers.0.insert(0, (format!("X-{n}"), "x".into()));
    }
    let made = "More than two thousand fields that the sender planted and the envelope inherits: no reason to give up.";
    cases.add("planted-header-fields", "VERDICT §5", made, alfa.seal(&draft)?, certified(KIND));

    let mut draft = cases.scene.transport();
    draft.outer = "b".repeat(300);
    let made = "The boundary of the root is three hundred characters long.";
    cases.add("limit-boundary", rule, made, alfa.seal(&draft)?, limit.clone()).openssl(true, fine);

    let mut draft = cases.scene.transport();
    let one = Part { headers: Headers::default(), body: Vec::new() };
    draft.more = vec![one; 10_100];
    let made = "Ten thousand children beside the original.";
    cases.add("limit-parts", rule, made, alfa.seal(&draft)?, limit.clone()).openssl(true, fine);

    let mut draft = cases.scene.transport();
    draft.more = vec![nest(80)];
    let made = "Multiparts nested eighty deep beside the original.";
    cases.add("limit-depth", rule, made, alfa.seal(&draft)?, limit).openssl(true, fine);
    Ok(())
}

fn inner(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "VERDICT §5";
    let (alfa, at) = (&cases.world().alfa, cases.scene.at);
    let sealed = |message: &[u8]| -> Result<Vec<u8>, Error> {
        let tx = alfa.accept(submission(message, ReceiptForm::Full), Some(SUBJECT), at);
        alfa.seal(&alfa.transport(&tx))
    };
    let expect = || certified(KIND).with(Code::MimeLimits, WARNING).partial();
    let deep = nest(80);
    let made = "Multiparts nested eighty deep inside the original.";
    let bytes = sealed(&letter_with(&[], &String::from_utf8_lossy(&deep.bytes())))?;
    cases.add("limit-inner-depth", rule, made, bytes, expect());
    let many = "--m\r\n\r\n".repeat(10_100);
    let made = "Ten thousand parts inside the original.";
    let bytes =
        sealed(&letter_with(&[], &format!("Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\n{many}--m--\r\n")))?;
    cases.add("limit-inner-parts", rule, made, bytes, expect());
    let long = BODY.replace("=_client_1", &"c".repeat(300));
    let made = "The boundary of the original is three hundred characters long.";
    cases.add("limit-inner-boundary", rule, made, sealed(&letter_with(&[], &long))?, expect());
    let fields: String = (0..2_100).map(|n| format!("Y-{n}: y\r\n")).collect();
    let made = "More than two thousand header fields inside the original: below the limit, because they are inherited.";
    let bytes = sealed(&letter_with(&[], &format!("{fields}{BODY}")))?;
    cases.add("inner-header-fields", rule, made, bytes, certified(KIND).partial());
    Ok(())
}

fn data(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "PEC-SPEC §3.6";
    let alfa = &cases.world().alfa;
    let mut limit = certified(KIND).with(Code::DaticertLimits, FATAL).any_kind().partial();
    limit.verdict = "unverifiable";
    let mut draft = cases.scene.transport();
    let (open, close) = ("<a>".repeat(40), "</a>".repeat(40));
    draft.edit_daticert(|x| x.replace("<dati>", &format!("<dati>{open}{close}")));
    let made = "Elements nested forty deep in the certification data.";
    cases.add("limit-daticert-depth", rule, made, alfa.seal(&draft)?, limit.clone());
    let mut draft = cases.scene.transport();
    let many = "<destinatari>a@b.example</destinatari>".repeat(20_100);
    draft.edit_daticert(|x| x.replace("<risposte>", &format!("{many}<risposte>")));
    let made = "More than twenty thousand recipients in the certification data.";
    cases.add("limit-daticert-recipients", rule, made, alfa.seal(&draft)?, limit);

    let addresses: Vec<String> = (0..1_200).map(|n| format!("casella{n}@cert.beta.example")).collect();
    let to = addresses.join(",\r\n ");
    let many = Submission {
        message: super::scene::letter(&[("To", to.as_str())]),
        sender: ANNA.into(),
        recipients: addresses.iter().map(|a| Recipient::certified(a)).collect(),
        receipt: ReceiptForm::Full,
    };
    let tx = alfa.accept(many, Some(SUBJECT), cases.scene.at);
    let made = "Twelve hundred recipients, as some providers allow.";
    cases.add("limit-many-recipients", "PEC-SPEC §5.2", made, alfa.seal(&alfa.transport(&tx))?, certified(KIND));
    cases.add(
        "limit-many-recipients-acceptance",
        "PEC-SPEC §5.2",
        made,
        alfa.seal(&alfa.acceptance(&tx))?,
        certified("accettazione"),
    );
    Ok(())
}

/// A multipart in a multipart …, `depth` times, around a line of text.
fn nest(depth: usize) -> Part {
    let mut part = Part { headers: Headers::from([("Content-Type", "text/plain")]), body: b"x".to_vec() };
    for level in 0..depth {
        let boundary = format!("n{level}-");
        let kind = format!("multipart/mixed; boundary=\"{boundary}\"");
        part = Part::multipart(Headers::default(), &kind, "", &boundary, std::slice::from_ref(&part));
    }
    part
}
