//! Every kind in both layouts, and in the three generations of certificates.

use pec_core::finding::Code;

use super::expect::{Expectation, anomaly, certified};
use super::scene::{OFFICE, OUTSIDE, SERVICE, delivered, letter, submission};
use super::{Cases, ERROR, INFO, WARNING};
use crate::compose::Draft;
use crate::compose::submission::{ReceiptForm, Transaction};
use crate::{Delay, Error, Failure, Provider};

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    for (family, provider) in [("a", &world.alfa), ("b", &world.beta)] {
        let tx = cases.scene.transaction(provider);
        for (kind, draft, expect) in every_kind(provider, &tx) {
            let rule = "PEC-SPEC §2.14, RFC 6109 §3";
            let made = "Issued by the sandbox as a provider of 2026 does, and put into a mailbox.";
            let sealed = provider.seal(&draft)?;
            // The envelope travels under the sender's own reverse path (RFC 6109 §3.1.5).
            let service = provider.address();
            let path = if kind == "transport" { super::scene::ANNA } else { service.as_str() };
            let bytes = delivered(&sealed, path, mailbox(&draft));
            cases.add(&format!("kind-{kind}-{family}"), rule, made, bytes, expect).at(draft.at);
        }
    }
    generations(cases)?;
    forms(cases)
}

/// Where the message ends up: envelopes at the office, the rest where they are addressed to.
fn mailbox(draft: &Draft) -> &str {
    draft.headers.get("To").filter(|to| !to.contains(',')).unwrap_or(OFFICE)
}

/// Every kind, as `provider` issues it.
pub(super) fn every_kind(p: &Provider, tx: &Transaction) -> Vec<(&'static str, Draft, Expectation)> {
    let soon = tx.accepted.plus(4);
    let error = certified("errore-consegna");
    let delay = certified("preavviso-errore-consegna");
    let refused = certified("non-accettazione");
    let stranger = letter(&[("From", "mario@stranger.example"), ("Subject", "Offerta")]);
    vec![
        ("acceptance", p.acceptance(tx), certified("accettazione")),
        ("non-acceptance", p.non_acceptance(tx, "destinatario SMTP non presente nei campi To e Cc"), refused.clone()),
        ("non-acceptance-virus", p.non_acceptance_virus(tx, "EICAR-Test-File"), refused),
        ("transport", p.transport(tx), certified("posta-certificata")),
        (
            "take-charge",
            p.take_charge(tx, &[OFFICE], SERVICE, soon),
            certified("presa-in-carico").with(Code::KindServiceOnly, WARNING),
        ),
        ("anomaly", p.anomaly(&stranger, "mario@stranger.example", "firma non presente", soon), anomaly()),
        (
            "virus-detection",
            p.virus_detection(tx, OFFICE, "EICAR-Test-File", SERVICE, soon),
            certified("rilevazione-virus").with(Code::KindServiceOnly, WARNING),
        ),
        ("delivery-error-virus", p.delivery_error_virus(tx, OFFICE, "EICAR-Test-File", soon), error.clone()),
        ("delay-12h", p.delay_notice(tx, OFFICE, Delay::Hours12, tx.accepted.plus(43_260)), delay.clone()),
        ("delay-24h", p.delay_notice(tx, OFFICE, Delay::Hours24, tx.accepted.plus(82_800)), delay),
        ("delivery", p.delivery(tx, OFFICE, ReceiptForm::Full, soon), certified("avvenuta-consegna")),
        ("delivery-brief", p.delivery(tx, OFFICE, ReceiptForm::Brief, soon), certified("avvenuta-consegna")),
        ("delivery-concise", p.delivery(tx, OFFICE, ReceiptForm::Concise, soon), certified("avvenuta-consegna")),
        ("delivery-error", p.delivery_error(tx, OFFICE, Failure::UnknownMailbox, soon), error),
    ]
}

fn generations(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "PEC-SPEC §6.2 and §6.3";
    for (who, provider) in [("alfa", &world.alfa_2018), ("beta", &world.beta_2018)] {
        let at = "2018-11-13T16:39:27+01:00".parse()?;
        let tx = cases.scene.transaction_at(provider, at);
        for (kind, draft, expect) in some_kinds(provider, &tx) {
            let made = "Issued with the habits of 2018: RSA-2048 under the PEC authority, SHA-1 in the signature.";
            let name = format!("generation-2018-{who}-{kind}");
            cases.add(&name, rule, made, provider.seal(&draft)?, expect.sha1().expired()).at(draft.at);
        }
    }
    let old = &world.alfa_2014;
    let tx = cases.scene.transaction_at(old, "2014-11-07T16:52:00+01:00".parse()?);
    for (kind, draft, expect) in some_kinds(old, &tx) {
        let made = "Issued with the habits of 2014: RSA-1024 and SHA-1 throughout, under the legacy authority.";
        let mut expect = expect.sha1().with(Code::CertKeyWeak, WARNING).with(Code::CertProfile, INFO);
        expect = expect.with(Code::CertExpiredNow, INFO).with(Code::TimeClaimed, ERROR);
        expect.verdict = "certified-with-problems";
        let name = format!("generation-2014-{kind}");
        cases.add(&name, "VERDICT §3 time.claimed", made, old.seal(&draft)?, expect).at(draft.at).sandbox_trust();
    }
    let tx = cases.scene.transaction(&world.gamma);
    for (kind, draft, expect) in some_kinds(&world.gamma, &tx) {
        let made = "Issued by a provider with an elliptic-curve key, signature in BER.";
        let name = format!("generation-2026-ecdsa-{kind}");
        cases.add(&name, rule, made, world.gamma.seal(&draft)?, expect).at(draft.at);
    }
    Ok(())
}

fn some_kinds(p: &Provider, tx: &Transaction) -> Vec<(&'static str, Draft, Expectation)> {
    let soon = tx.accepted.plus(2);
    vec![
        ("acceptance", p.acceptance(tx), certified("accettazione")),
        ("transport", p.transport(tx), certified("posta-certificata")),
        ("delivery", p.delivery(tx, OFFICE, ReceiptForm::Full, soon), certified("avvenuta-consegna")),
    ]
}

/// Variants within a kind that RFC 6109 or practice allows.
fn forms(cases: &mut Cases<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&cases.world().alfa, &cases.world().beta);
    let (at, rule) = (cases.scene.at, "PEC-SPEC §3.3 and §3.4");

    let mut bare = submission(&letter(&[]), ReceiptForm::Full);
    let text =
        String::from_utf8_lossy(&bare.message).replacen("Message-ID: <c0ffee-0001@client.alfa.example>\r\n", "", 1);
    bare.message = text.into_bytes();
    let tx = alfa.accept(bare, Some(super::scene::SUBJECT), at);
    let made = "The client sent no Message-ID: no msgid, no X-Riferimento-Message-ID anywhere.";
    cases.add(
        "form-no-client-id",
        "PEC-SPEC §1.4",
        made,
        alfa.seal(&alfa.transport(&tx))?,
        certified("posta-certificata"),
    );

    let empty = submission(&letter(&[("Subject", "")]), ReceiptForm::Full);
    let made = "The original has an empty subject; oggetto is left out.";
    let tx = alfa.accept(empty, None, at);
    cases.add("form-no-subject", rule, made, alfa.seal(&alfa.acceptance(&tx))?, certified("accettazione"));

    let accented = submission(&letter(&[("Subject", "=?UTF-8?Q?Perch=C3=A9_no=3F_=E2=82=AC?=")]), ReceiptForm::Full);
    let tx = alfa.accept(accented, Some("Perché no? €"), at);
    let made = "A subject beyond ASCII: the whole outer subject, prefix included, is one encoded word.";
    cases.add(
        "form-encoded-subject",
        "PEC-SPEC §2.0",
        made,
        alfa.seal(&alfa.transport(&tx))?,
        certified("posta-certificata"),
    );

    let reply = submission(&letter(&[("Subject", "RE: POSTA CERTIFICATA: Preventivo")]), ReceiptForm::Full);
    let tx = alfa.accept(reply, Some("RE: POSTA CERTIFICATA: Preventivo"), at);
    let made = "The original's own subject contains a prefix.";
    cases.add(
        "form-subject-of-reply",
        "PEC-SPEC §2.0",
        made,
        alfa.seal(&alfa.transport(&tx))?,
        certified("posta-certificata"),
    );

    let mut other = submission(&letter(&[("Reply-To", "segreteria@pec.alfa.example")]), ReceiptForm::Brief);
    other.recipients.retain(|r| r.certified || r.address == OUTSIDE);
    let mut tx = alfa.accept(other, Some(super::scene::SUBJECT), at);
    tx.reply_to = "segreteria@pec.alfa.example".into();
    let made =
        "The original has a Reply-To of its own, which the envelope inherits and risposte repeats; brief receipt.";
    cases.add(
        "form-own-reply-to",
        "RFC 6109 §3.1.5",
        made,
        alfa.seal(&alfa.transport(&tx))?,
        certified("posta-certificata"),
    );

    let tx = cases.scene.transaction(alfa);
    let mut draft = alfa.transport(&tx);
    draft.headers.push("X-Tiporicevuta", "completa");
    let made = "The header X-Tiporicevuta in the capitals that Aruba writes.";
    cases.add("form-header-capitals", "PEC-SPEC §2.0", made, alfa.seal(&draft)?, certified("posta-certificata"));

    let mut draft = alfa.acceptance(&tx);
    draft.edit_daticert(|xml| xml.replace(" errore=\"nessuno\"", "").replace(" tipo=\"certificato\"", ""));
    let made = "Attributes with DTD defaults are left out: errore means nessuno, tipo means certificato.";
    cases.add("form-dtd-defaults", "PEC-SPEC §3.2", made, alfa.seal(&draft)?, certified("accettazione"));

    let mut draft = beta.virus_detection(&tx, OFFICE, "EICAR", SERVICE, at);
    draft.edit_daticert(|xml| xml.replace("consegna>", "ricezione>"));
    let made = "An older provider names the recipient in ricezione in place of consegna.";
    let expect = certified("rilevazione-virus").with(Code::KindServiceOnly, WARNING);
    cases.add("form-virus-ricezione", "PEC-SPEC §2.7", made, beta.seal(&draft)?, expect);

    for (name, why) in [("form-unknown-domain", Failure::UnknownDomain), ("form-mailbox-full", Failure::MailboxFull)] {
        let made = "Another reason for a delivery failure.";
        let draft = beta.delivery_error(&tx, OFFICE, why, at);
        cases.add(name, "PEC-SPEC §2.11", made, beta.seal(&draft)?, certified("errore-consegna"));
    }

    let attached = letter(&[("From", "mario@stranger.example")]);
    let inner = beta.seal(&beta.anomaly(&attached, "mario@stranger.example", "firma assente", at))?;
    let outer = alfa.anomaly(&inner, "posta-certificata@cert.beta.example", "busta non corretta", at);
    let made = "An anomaly envelope that wraps another anomaly envelope with a genuine signature of its own.";
    cases.add(
        "form-anomaly-in-anomaly",
        "PEC-SPEC §2.6",
        made,
        alfa.seal(&outer)?,
        anomaly().with(Code::OriginalReservedName, super::INFO),
    );
    Ok(())
}
