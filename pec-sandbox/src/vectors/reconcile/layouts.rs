//! The whole way of a message between providers of every layout, and in the habits of 2014 and 2018 (PEC-SPEC §2.0, §6.3).

use super::Error;
use super::expect::{Content, Dossier};
use super::story::Book;
use crate::compose::submission::{ReceiptForm, Recipient, Submission};
use crate::vectors::scene::{SUBJECT, letter};
use crate::{Moment, Provider};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    let world = book.world();
    let (alfa, beta, gamma) = (&world.alfa, &world.beta, &world.gamma);
    let usual = "2026-02-09T10:15:30+01:00";
    for (name, made, from, to, at) in [
        ("layout-b-to-a", "From a provider of layout B to one of layout A.", beta, alfa, usual),
        ("layout-b-to-b", "Sender and recipient at one provider of layout B.", beta, beta, usual),
        ("layout-a-to-a", "Sender and recipient at one provider of layout A.", alfa, alfa, usual),
        ("layout-a-to-ecdsa", "To a provider with an elliptic-curve key.", alfa, gamma, usual),
        ("layout-ecdsa-to-b", "From a provider with an elliptic-curve key.", gamma, beta, usual),
        (
            "generation-2018",
            "In the habits of 2018: signatures with SHA-1, certificates that have ended since.",
            &world.alfa_2018,
            &world.beta_2018,
            "2018-11-13T16:39:27+01:00",
        ),
        (
            "generation-2014",
            "In the habits of 2014: RSA-1024 under the legacy authority; a weak proof, and a proof.",
            &world.alfa_2014,
            &world.alfa_2014,
            "2014-11-07T16:52:00+01:00",
        ),
    ] {
        tell(book, name, made, [from, to], at.parse()?)?;
    }
    Ok(())
}

fn tell(
    book: &mut Book<'_>,
    name: &'static str,
    made: &'static str,
    [from, to]: [&Provider; 2],
    at: Moment,
) -> Result<(), Error> {
    let (sender, recipient) = (format!("anna@{}", from.host), format!("ufficio@{}", to.host));
    let submission = Submission {
        message: letter(&[("From", &sender), ("To", &recipient), ("Date", &at.date_header())]),
        sender,
        recipients: vec![Recipient::certified(&recipient)],
        receipt: ReceiptForm::Full,
    };
    let tx = from.accept(submission, Some(SUBJECT), at);
    let delivered = at.plus(4);
    let mut story = book.story(name, "PEC-SPEC §2.0, §6.3; VERDICT §7", made).art_147();
    if name == "generation-2014" {
        story = story.sandbox_trust();
    }
    let sent = story.sent(&tx);
    let acceptance = story.seal("acceptance", from, &from.acceptance(&tx))?;
    let receipt = to.delivery(&tx, &recipient, ReceiptForm::Full, delivered);
    let delivery = story.seal("delivery", to, &receipt)?;
    let dossier = Dossier::of(&tx).sent(&sent).accepted(&acceptance, at);
    let dossier = dossier.delivered(&delivery, &recipient, delivered, Content::same(&sent));
    let settled = name.starts_with("layout");
    let notification = if settled { "as-certified" } else { "not-settled" };
    let dossier = dossier.counts(&acceptance, notification, settled.then_some(at));
    book.close(story, vec![dossier.counts(&delivery, notification, settled.then_some(delivered))]);
    Ok(())
}
