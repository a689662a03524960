//! Who signs, and who is named.

use pec_core::finding::Code;

use super::expect::{Expectation, certified};
use super::scene::{ANNA, SERVICE};
use super::{Cases, ERROR, WARNING};
use crate::compose::Draft;
use crate::world::ALFA;
use crate::{Error, Generation, Leaf};

const KIND: &str = "posta-certificata";

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    from(cases)?;
    display(cases)?;
    others(cases)
}

fn envelope(cases: &Cases<'_>, change: impl FnOnce(&mut Draft)) -> Result<Vec<u8>, Error> {
    let mut draft = cases.scene.transport();
    change(&mut draft);
    cases.world().alfa.seal(&draft)
}

fn from(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §2.1; attacks I1 and I3";
    let single = || certified(KIND).forged(Code::IdFromNotSingle);
    let bytes = envelope(cases, |d| d.headers.push("From", "direttore@banca.example"))?;
    let made = "A second From field stands behind the provider's.";
    cases.add("from-twice", rule, made, bytes, single().with(Code::MimeDuplicateHeader, ERROR).partial());
    let bytes = envelope(cases, |d| d.headers.0.insert(0, ("From".into(), "direttore@banca.example".into())))?;
    let made = "A second From field stands before the provider's.";
    cases.add("from-twice-before", rule, made, bytes, single().with(Code::MimeDuplicateHeader, ERROR).partial());
    let bytes = envelope(cases, |d| {
        let value = d.headers.get("From").unwrap_or_default().to_owned();
        d.headers.set("From", format!("direttore@banca.example, {value}"));
    })?;
    let made = "The From field names two mailboxes.";
    cases.add("from-two-mailboxes", rule, made, bytes, single().partial());
    let bytes = envelope(cases, |d| d.headers.remove("From"))?;
    let made =
        "There is no From field, as when a mailing list has taken the header away: nothing contradicts the signature.";
    let expect = certified(KIND).problem(Code::IdFromNotSingle).partial();
    cases.add("from-missing", rule, made, bytes, expect);
    let bytes = envelope(cases, |d| d.headers.set("From", "\"Per conto di: anna\""))?;
    cases.add("from-no-address", rule, "The From field holds a name and no address.", bytes, single().partial());
    let mismatch = || certified(KIND).forged(Code::IdFromCertMismatch).partial();
    let bytes = envelope(cases, |d| {
        d.headers.set("From", format!("\"Per conto di: {ANNA}\" <posta-certificata@cert.beta.example>"))
    })?;
    let made = "From names another provider than the certificate.";
    cases.add("from-other-provider", rule, made, bytes, mismatch());
    let bytes = envelope(cases, |d| d.headers.set("From", ANNA))?;
    let made = "From names the original sender in place of the provider.";
    cases.add("from-original-sender", rule, made, bytes, mismatch());
    let bytes = envelope(cases, |d| {
        d.headers.set("From", format!("\"Per conto di: {ANNA}\" <posta-certificata@pec.alfa.example.evil.example>"))
    })?;
    let made = "From names a host that only begins like the provider's.";
    cases.add("from-longer-host", rule, made, bytes, mismatch());
    let bytes = envelope(cases, |d| {
        d.headers.set("From", format!("\"Per conto di: {ANNA}\" <POSTA-Certificata@PEC.ALFA.example>"))
    })?;
    let made = "From spells the service address in other capitals.";
    cases.add("from-capitals", "PEC-SPEC §10.2 id.from_cert_mismatch", made, bytes, certified(KIND));
    let bytes = envelope(cases, |d| {
        d.headers
            .set("From", format!("\"Per conto di: {ANNA}\" (x <y@z.example>) <posta-certificata@pec.alfa.example>"))
    })?;
    let made = "From contains a comment with another address.";
    let mut expect = certified(KIND).with(Code::IdDisplayName, super::ERROR).partial();
    expect.verdict = "certified-with-problems";
    cases.add("from-comment", "RFC 5322 §3.2.2; attack I2", made, bytes, expect);

    // A provider whose service address has another local part.
    let mut leaf = Leaf::provider(Generation::Y2026, &ALFA, "2025-10-01T08:00:00Z".parse()?);
    leaf.emails = vec!["servizio-pec@pec.alfa.example".into()];
    let mut alfa = cases.world().alfa.clone();
    alfa.certificate = alfa.authority.issue(&leaf, &alfa.key)?;
    let mut draft = cases.scene.acceptance();
    draft.headers.set("From", "servizio-pec@pec.alfa.example");
    let made = "The provider signs as servizio-pec@, in header and certificate.";
    let expect = certified("accettazione").with(Code::IdLocalPart, WARNING);
    cases.add("from-local-part", "RFC 6109 §3.1", made, alfa.seal(&draft)?, expect);
    Ok(())
}

fn display(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §3.1.5; attack I2";
    let service = "<posta-certificata@pec.alfa.example>";
    let wrong = || certified(KIND).problem(Code::IdDisplayName);
    let padded = format!("\"direttore@banca.example{}Per conto di: {ANNA}\" {service}", " ".repeat(120));
    let rows: [(&str, &'static str, String, Expectation); 6] = [
        (
            "other",
            "The display name names another sender than the signed one.",
            format!("\"Per conto di: direttore@banca.example\" {service}"),
            wrong(),
        ),
        (
            "plain",
            "The display name is another address, without Per conto di.",
            format!("\"direttore@banca.example\" {service}"),
            wrong(),
        ),
        ("blanks", "Another address and a long run of blanks stand before the right words.", padded, wrong()),
        ("missing", "The envelope's From has no display name.", service.to_owned(), wrong()),
        (
            "encoded",
            "The right display name as an encoded word.",
            format!("=?UTF-8?Q?Per_conto_di=3A_anna=2Ebianchi=40pec=2Ealfa=2Eexample?= {service}"),
            certified(KIND),
        ),
        (
            "capitals",
            "The sender in the display name is spelled in capitals.",
            format!("\"Per conto di: {}\" {service}", ANNA.to_uppercase()),
            certified(KIND),
        ),
    ];
    for (what, made, value, expect) in rows {
        let bytes = envelope(cases, |d| d.headers.set("From", value))?;
        cases.add(&format!("display-{what}"), rule, made, bytes, expect);
    }
    let mut draft = cases.scene.acceptance();
    draft.headers.set("From", "\"direttore@banca.example\" <posta-certificata@pec.alfa.example>");
    let made = "A receipt's From has a display name that is another address.";
    let expect = certified("accettazione").problem(Code::IdDisplayName);
    cases.add("display-on-receipt", rule, made, cases.world().alfa.seal(&draft)?, expect);
    Ok(())
}

fn others(cases: &mut Cases<'_>) -> Result<(), Error> {
    let rule = "RFC 6109 §2.1";
    let bytes = envelope(cases, |d| d.headers.push("Sender", "posta-certificata@pec.alfa.example"))?;
    cases.add("sender-equal", rule, "Sender is present and equals From.", bytes, certified(KIND));
    let bytes = envelope(cases, |d| d.headers.push("Sender", "direttore@banca.example"))?;
    let made = "Sender is present and names somebody else.";
    cases.add("sender-other", rule, made, bytes, certified(KIND).problem(Code::IdSenderMismatch));

    let rule = "RFC 6109 §3.1.5";
    let bytes = envelope(cases, |d| d.headers.set("Reply-To", "truffa@evil.example"))?;
    let made = "Reply-To of the envelope was changed after signing.";
    cases.add("reply-to-other", rule, made, bytes, certified(KIND).with(Code::IdReplyTo, WARNING));
    let bytes = envelope(cases, |d| d.headers.set("Reply-To", format!("\"Anna\" <{ANNA}>")))?;
    let made = "Reply-To of the envelope has a display name; the address is the right one.";
    cases.add("reply-to-named", rule, made, bytes, certified(KIND));

    let rule = "RFC 6109 §7";
    let bytes = envelope(cases, |_| ())?;
    let made = "The host's copy of the directory gives the sender's domain to another provider than the signer.";
    let expect = certified(KIND).with(Code::IdDomainNotManaged, WARNING);
    cases
        .add("directory-not-managed", rule, made, bytes.clone(), expect)
        .host(|h| h.managed_domains = Some(vec!["altra.example"]));
    let made = "The host's copy of the directory gives the service host to the signer.";
    cases
        .add("directory-managed", rule, made, bytes, certified(KIND))
        .host(|h| h.managed_domains = Some(vec!["PEC.alfa.example"]));

    let mut draft = cases.scene.acceptance();
    draft.headers.set("To", SERVICE);
    let made = "A receipt was redirected to another mailbox of its owner: To is not the signed sender.";
    cases.add(
        "receipt-other-to",
        "VERDICT §5",
        made,
        cases.world().alfa.seal(&draft)?,
        certified("accettazione").partial(),
    );
    Ok(())
}
