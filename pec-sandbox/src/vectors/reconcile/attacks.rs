//! Forged, altered, edited, replayed and foreign receipts: none of them moves a proven state.

use pec_core::finding::Code;
use pec_core::reconcile::{EventKind, Owed, Standing, State};

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, COPY, Story, another, with_copy};
use crate::compose::Draft;
use crate::compose::submission::{ReceiptForm, Recipient, Transaction};
use crate::vectors::scene::{ANNA, OFFICE, letter_with};
use crate::vectors::{ERROR, WARNING};
use crate::world::BETA;
use crate::{Authority, Delay, Digest, Failure, Generation, Key, Leaf, Moment, Provider};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    claims(book)?;
    outside(book)?;
    foreign(book)?;
    identity(book)?;
    wrapped(book)
}

/// Accepted for the office and for a copy, and delivered to the office: what no attack may change.
struct Proven {
    tx: Transaction,
    dossier: Dossier,
    delivered: Moment,
}

fn proven(book: &Book<'_>, story: &mut Story) -> Result<Proven, Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let (tx, delivered) = (book.accept(with_copy()), book.after(1));
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, delivered))?;
    let dossier = Dossier::of(&tx).accepted(&acceptance, tx.accepted);
    let dossier = dossier.delivered(&delivery, OFFICE, delivered, Content::nothing_sent());
    Ok(Proven { tx, dossier, delivered })
}

/// What is not certified: listed beside the state.
fn claims(book: &mut Book<'_>) -> Result<(), Error> {
    let beta = &book.world().beta;
    let now = book.after(120);
    let copy = |tx: &Transaction, at: Moment| beta.delivery(tx, COPY, ReceiptForm::Concise, at);

    let stranger = Key::committed("stranger-2048")?;
    let life = ("2020-01-01T00:00:00Z".parse()?, "2035-01-01T00:00:00Z".parse()?);
    let leaf = Leaf::provider(Generation::Y2026, &BETA, "2025-10-01T08:00:00Z".parse()?);
    let itself = Authority::root(stranger.clone(), leaf.subject.clone(), life, Digest::Sha256)?;
    let of = |authority: &Authority, leaf: &Leaf| -> Result<Provider, Error> {
        let certificate = authority.issue(leaf, &stranger)?;
        Ok(Provider { certificate, key: stranger.clone(), authority: authority.clone(), ..beta.clone() })
    };

    let rule = "VERDICT §7; VERDICT §3 cert.impersonation";
    let made = "A delivery receipt for the copy, signed under a certificate that its maker issued to himself.";
    let mut story = book.story("forged-self-made-provider", rule, made).now(now);
    let known = proven(book, &mut story)?;
    let fake = of(&itself, &leaf)?;
    let file = story.seal("forged-delivery", &fake, &copy(&known.tx, known.delivered))?;
    book.close(story, vec![known.dossier.claim(&file, "forged")]);

    let mut elsewhere = leaf.clone();
    elsewhere.emails = vec!["posta-certificata@pec.evil.example".into()];
    let made = "A delivery receipt for the copy under a public S/MIME certificate of a host that is no provider's.";
    let mut story = book.story("forged-public-certificate", "VERDICT §7; attack P6", made).now(now);
    let known = proven(book, &mut story)?;
    let mut fake = of(&book.world().public_root, &elsewhere)?;
    fake.host = "pec.evil.example".into();
    let file = story.seal("forged-delivery", &fake, &fake.delivery(&known.tx, COPY, ReceiptForm::Concise, now))?;
    book.close(story, vec![known.dossier.claim(&file, "intact-but-untrusted")]);

    let made = "A non-delivery notice, edited into a delivery receipt inside the signature.";
    let mut story = book.story("altered-failure", "VERDICT §7; VERDICT §2 row 4", made).now(now);
    let known = proven(book, &mut story)?;
    let mut draft = beta.delivery_error(&known.tx, COPY, Failure::MailboxFull, known.delivered);
    let signature = beta.signed_data(draft.at).build(&draft.content())?;
    draft.edit_daticert(|xml| xml.replace("errore-consegna", "avvenuta-consegna"));
    draft.headers.set("X-Ricevuta", "avvenuta-consegna");
    let file = story.put("altered", draft.message(&draft.content(), &signature));
    book.close(story, vec![known.dossier.claim(&file, "altered")]);

    for (name, rule, made, mark, about) in [
        (
            "fake-unsigned",
            "VERDICT §7; VERDICT §3 kind.claimed_unsigned",
            "A delivery receipt without any signature.",
            true,
            true,
        ),
        (
            "fake-about-nothing",
            "VERDICT §7; PEC-SPEC §9.1",
            "A delivery receipt without any signature, about a message that nobody sent.",
            true,
            false,
        ),
        (
            "fake-without-marker",
            "VERDICT §3 kind.claimed_unsigned",
            "An ordinary mail whose subject and sender are those of a delivery receipt, without any marker.",
            false,
            true,
        ),
    ] {
        let mut story = book.story(name, rule, made).now(now);
        let known = proven(book, &mut story)?;
        let id = known.tx.client_message_id.as_deref().filter(|_| about).unwrap_or("<nobody@client.alfa.example>");
        let marker = if mark { "X-Ricevuta: avvenuta-consegna\r\n" } else { "" };
        let text = format!(
            "{marker}From: posta-certificata@{}\r\nTo: {ANNA}\r\nSubject: CONSEGNA: Preventivo\r\n\
             Date: Mon, 9 Feb 2026 10:17:30 +0100\r\nMessage-ID: <fake1@{}>\r\nX-Riferimento-Message-ID: {id}\r\n\r\n\
             Il messaggio e' stato consegnato a {COPY}.\r\n",
            BETA.host, BETA.host
        );
        let file = story.put("fake-delivery", text.into_bytes());
        let dossier = if about {
            known.dossier.claim(&file, "not-pec")
        } else {
            story.stray(file);
            known.dossier
        };
        book.close(story, vec![dossier]);
    }
    Ok(())
}

/// The outer header is not signed: what it says beside the signed facts counts for nothing.
fn outside(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let now = book.after(120);
    let failure = |known: &Proven| beta.delivery_error(&known.tx, COPY, Failure::MailboxFull, known.delivered);

    let made = "The subject of a non-delivery notice says CONSEGNA: the signed kind counts.";
    let mut story = book.story("edited-subject", "VERDICT §5; attack P1", made).now(now);
    let known = proven(book, &mut story)?;
    let mut draft = failure(&known);
    draft.headers.set("Subject", "CONSEGNA: Preventivo 12/2026 & allegati");
    let file = story.seal("delivery-error", beta, &draft)?;
    let dossier = known.dossier.event(&file, EventKind::Failed, Some(COPY)).state(COPY, State::Failed);
    book.close(story, vec![dossier]);

    let made = "The marker of a non-delivery notice says delivery: whoever says two kinds is forged, and a claim.";
    let mut story = book.story("edited-marker", "VERDICT §2 row 5; attack P1", made).now(now);
    let known = proven(book, &mut story)?;
    let mut draft = failure(&known);
    draft.headers.set("X-Ricevuta", "avvenuta-consegna");
    let file = story.seal("delivery-error", beta, &draft)?;
    book.close(story, vec![known.dossier.claim(&file, "forged")]);

    let made = "A genuine delivery of another message, its header rewritten to speak of this one.";
    let mut story = book.story("replayed-receipt", "PEC-SPEC §9.1; attack P4", made).now(now);
    let known = proven(book, &mut story)?;
    let other = alfa.accept(another(), Some("Sollecito"), book.after(-60));
    let mut draft = beta.delivery(&other, OFFICE, ReceiptForm::Concise, book.after(-59));
    draft.headers.set("X-Riferimento-Message-ID", known.tx.client_message_id.clone().unwrap_or_default());
    draft.headers.set("Subject", "CONSEGNA: Preventivo 12/2026 & allegati");
    let file = story.seal("replayed-delivery", beta, &draft)?;
    let replayed = Dossier::of(&other).found(Code::ReceiptMissing, WARNING);
    let replayed = replayed.delivered(&file, OFFICE, book.after(-59), Content::nothing_sent());
    book.close(story, vec![replayed, known.dossier]);
    Ok(())
}

/// A genuine provider that is not the sender's says what only the sender's may say.
fn foreign(book: &mut Book<'_>) -> Result<(), Error> {
    let gamma = &book.world().gamma;
    let now = book.after(120);
    let rule = "RFC 6109 §3.1, §3.2.4; PEC-SPEC §2.9";
    let late = book.after(24 * 60);
    let notice = |tx: &Transaction| gamma.delay_notice(tx, COPY, Delay::Hours24, late);
    let refusal = |tx: &Transaction| gamma.non_acceptance(tx, "no");
    let virus = |tx: &Transaction| gamma.delivery_error_virus(tx, COPY, "EICAR-Test-File", late);
    let acceptance = |tx: &Transaction| gamma.acceptance(tx);
    type Says<'a> = &'a dyn Fn(&Transaction) -> Draft;
    for (name, made, says, kind, about) in [
        (
            "foreign-notice",
            "Gamma, which has nothing to do with the message, says that the time is over for the copy.",
            &notice as Says<'_>,
            EventKind::Timeout24,
            Some(COPY),
        ),
        ("foreign-refusal", "Gamma says that it refused the message.", &refusal, EventKind::Refused, None),
        ("foreign-virus", "Gamma says that a virus stopped the copy.", &virus, EventKind::FailedVirus, Some(COPY)),
        ("foreign-acceptance", "Gamma says that it accepted the message.", &acceptance, EventKind::Accepted, None),
    ] {
        let mut story = book.story(name, rule, made).now(late);
        let known = proven(book, &mut story)?;
        let file = story.seal("foreign", gamma, &says(&known.tx))?;
        let dossier = known.dossier.event_as(&file, kind, Some(Standing::Disputed), about);
        let dossier = dossier.found_in(Code::ReceiptIssuer, ERROR, &file);
        // Twenty-four hours after the acceptance nothing has come for the copy.
        let accepted = known.tx.accepted.plus(12 * 3600);
        let dossier = dossier.owed(Owed::Delivery, Some(COPY), accepted);
        let dossier = dossier.owed(Owed::TimeoutNotice, Some(COPY), accepted.plus(12 * 3600));
        book.close(story, vec![dossier.found_for(Code::ReceiptMissing, WARNING, COPY)]);
    }

    let made = "The only acceptance is of a provider whose host is not the one in the identifier: it counts, oddly.";
    let mut story = book.story("foreign-only-provider", "RFC 6109 §2.2.1", made).now(now);
    let tx = book.accept(with_copy());
    let file = story.seal("acceptance", gamma, &gamma.acceptance(&tx))?;
    let dossier = Dossier::of(&tx).accepted(&file, tx.accepted);
    book.close(story, vec![dossier.found_in(Code::ReceiptIssuer, WARNING, &file)]);

    let made = "Two providers say that they delivered to the same mailbox.";
    let mut story = book.story("foreign-second-delivery", "PEC-SPEC §9.4 (2)", made).now(now);
    let known = proven(book, &mut story)?;
    let at = book.after(5);
    let file = story.seal("foreign-delivery", gamma, &gamma.delivery(&known.tx, OFFICE, ReceiptForm::Concise, at))?;
    let dossier = known.dossier.delivered(&file, OFFICE, at, Content::nothing_sent());
    book.close(story, vec![dossier.found_for(Code::ReceiptInconsistent, ERROR, OFFICE)]);
    Ok(())
}

/// The same identifier for somebody else's message, and recipients whom nobody addressed.
fn identity(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta, gamma) = (&book.world().alfa, &book.world().beta, &book.world().gamma);
    let now = book.after(120);
    let at = book.after(5);

    let made = "Gamma signs a delivery under the identifier of Anna's message for a sender of its own.";
    let mut story = book.story("sender-of-gamma", "PEC-SPEC §9.1 and §9.4; attack P4", made).now(now);
    let known = proven(book, &mut story)?;
    let mut stolen = known.tx.clone();
    stolen.submission.sender = "bruno@pec.gamma.example".into();
    let file = story.seal("other-delivery", gamma, &gamma.delivery(&stolen, COPY, ReceiptForm::Concise, at))?;
    let other = Dossier::of(&stolen).delivered(&file, COPY, at, Content::nothing_sent());
    let other = other.found(Code::ReceiptSender, ERROR).found(Code::ReceiptMissing, WARNING);
    book.close(story, vec![known.dossier.found(Code::ReceiptSender, ERROR), other]);

    let made = "Alfa itself accepted a message of another of its users under the same identifier.";
    let mut story = book.story("sender-of-alfa", "PEC-SPEC §9.4 (1); RFC 6109 §2.2.1", made).now(now);
    let known = proven(book, &mut story)?;
    let mut twin = known.tx.clone();
    twin.submission.sender = "bruno@pec.alfa.example".into();
    let file = story.seal("other-acceptance", alfa, &alfa.acceptance(&twin))?;
    let other = Dossier::of(&twin).accepted(&file, twin.accepted).found(Code::ReceiptSender, ERROR);
    book.close(story, vec![known.dossier.found(Code::ReceiptSender, ERROR), other]);

    let made = "A delivery to somebody whom the accepted message does not address, in a list that adds him.";
    let mut story = book.story("recipient-not-addressed", "PEC-SPEC §9.4 (3)", made).now(now);
    let known = proven(book, &mut story)?;
    let mut widened = known.tx.clone();
    let stranger = "intruso@cert.beta.example";
    widened.submission.recipients.push(Recipient::certified(stranger));
    let file = story.seal("delivery", beta, &beta.delivery(&widened, stranger, ReceiptForm::Concise, at))?;
    let disputed = Some(Standing::Disputed);
    let dossier = known.dossier.event_as(&file, EventKind::Delivered, disputed, Some(stranger));
    book.close(story, vec![dossier.found_in(Code::ReceiptRecipient, ERROR, &file)]);

    let made = "A delivery receipt that names no recipient.";
    let mut story = book.story("recipient-not-named", "PEC-SPEC §3.4, §9.4 (3)", made).now(now);
    let known = proven(book, &mut story)?;
    let mut draft = beta.delivery(&known.tx, COPY, ReceiptForm::Concise, at);
    draft.edit_daticert(|xml| xml.replace(&format!("<consegna>{COPY}</consegna>"), ""));
    let file = story.seal("delivery", beta, &draft)?;
    let dossier = known.dossier.event_as(&file, EventKind::Delivered, disputed, None);
    book.close(story, vec![dossier.found_in(Code::ReceiptRecipient, ERROR, &file)]);
    Ok(())
}

/// Receipts inside other messages certify nothing there.
fn wrapped(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let now = book.after(120);
    let receipt = |tx: &Transaction, at| beta.seal(&beta.delivery(tx, COPY, ReceiptForm::Concise, at));

    let made = "A genuine delivery receipt, attached to an ordinary mail: nobody climbs down to it.";
    let mut story = book.story("wrapped-in-ordinary-mail", "VERDICT §2 row 1; attacks M4 and P5", made).now(now);
    let known = proven(book, &mut story)?;
    let inner = String::from_utf8_lossy(&receipt(&known.tx, known.delivered)?).into_owned();
    let body = format!(
        "Content-Type: multipart/mixed; boundary=w\r\n\r\n--w\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--w--\r\n"
    );
    let outer = letter_with(&[("Message-ID", "<forward1@client.alfa.example>"), ("Subject", "I: CONSEGNA")], &body);
    story.put("forwarded", outer);
    book.close(story, vec![known.dossier]);

    let made = "A delivery receipt that somebody wrote, in a genuine anomaly envelope of the recipient's provider.";
    let mut story = book.story("wrapped-in-anomaly", "PEC-SPEC §2.6; attacks P2 and P3", made).now(now);
    let known = proven(book, &mut story)?;
    let fake = format!(
        "X-Ricevuta: avvenuta-consegna\r\nFrom: mario@stranger.example\r\nTo: {ANNA}\r\nSubject: CONSEGNA: Preventivo\r\n\
         Message-ID: <x1@stranger.example>\r\nX-Riferimento-Message-ID: {}\r\n\r\nConsegnato.\r\n",
        known.tx.client_message_id.as_deref().unwrap_or_default()
    );
    let anomaly = alfa.anomaly(fake.as_bytes(), "mario@stranger.example", "firma non presente", known.delivered);
    story.seal("anomaly", alfa, &anomaly)?;
    book.close(story, vec![known.dossier]);
    Ok(())
}
