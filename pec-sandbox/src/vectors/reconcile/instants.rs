//! Legal instants: plain ones, and the reading of art. 147 c.p.c. for notifications (VERDICT §8).

use pec_core::finding::Code;
use pec_core::reconcile::EventKind;

use super::Error;
use super::expect::{Content, Dossier};
use super::story::{Book, to_office};
use crate::compose::submission::ReceiptForm;
use crate::vectors::scene::{OFFICE, SUBJECT};
use crate::world::{ALFA, BETA};
use crate::{Failure, Generation, Leaf, Moment, Provider};

pub(super) fn add(book: &mut Book<'_>) -> Result<(), Error> {
    hours(book)?;
    clocks_change(book)?;
    before(book)?;
    odd(book)
}

/// One message, accepted and delivered at these times, and what the reading says of both.
struct Told<'t> {
    name: &'static str,
    made: &'static str,
    now: &'static str,
    accepted: (&'static str, &'static str),
    delivered: (&'static str, &'static str),
    /// When the delivery counts.
    counts: Option<&'static str>,
    providers: [&'t Provider; 2],
}

impl Told<'_> {
    fn close(self, book: &mut Book<'_>) -> Result<(), Error> {
        let [from, to] = self.providers;
        let (accepted, delivered): (Moment, Moment) = (self.accepted.0.parse()?, self.delivered.0.parse()?);
        let tx = from.accept(to_office(&[]), Some(SUBJECT), accepted);
        let mut story = book.story(self.name, "VERDICT §8; art. 147 c.p.c.", self.made).art_147();
        story = story.now(self.now.parse()?);
        let acceptance = story.seal("acceptance", from, &from.acceptance(&tx))?;
        let delivery = story.seal("delivery", to, &to.delivery(&tx, OFFICE, ReceiptForm::Concise, delivered))?;
        let dossier = Dossier::of(&tx).accepted(&acceptance, accepted);
        let dossier = dossier.delivered(&delivery, OFFICE, delivered, Content::nothing_sent());
        let settled = (self.accepted.1 != "not-settled").then_some(accepted);
        let dossier = dossier.counts(&acceptance, self.accepted.1, settled);
        let counts = self.counts.map(str::parse).transpose()?;
        book.close(story, vec![dossier.counts(&delivery, self.delivered.1, counts)]);
        Ok(())
    }
}

const AS_CERTIFIED: &str = "as-certified";
const NEXT: &str = "next-morning";
const NOT_SETTLED: &str = "not-settled";

fn hours(book: &mut Book<'_>) -> Result<(), Error> {
    let providers = [&book.world().alfa, &book.world().beta];
    let accepted = ("2026-02-09T20:59:58+01:00", AS_CERTIFIED);
    let now = "2026-03-01T12:00:00Z";
    for (name, made, at, notification, counts) in [
        (
            "instant-20-59-59",
            "Delivered one second before nine in the evening: it counts then.",
            "2026-02-09T20:59:59+01:00",
            AS_CERTIFIED,
            "2026-02-09T19:59:59Z",
        ),
        (
            "instant-21-00-00",
            "Delivered at nine in the evening to the second: it counts at seven on the next day.",
            "2026-02-09T21:00:00+01:00",
            NEXT,
            "2026-02-10T06:00:00Z",
        ),
        (
            "instant-00-00-00",
            "Delivered at midnight: it counts at seven of the day that has just begun.",
            "2026-02-10T00:00:00+01:00",
            NEXT,
            "2026-02-10T06:00:00Z",
        ),
        (
            "instant-06-59-59",
            "Delivered one second before seven in the morning: it counts at seven.",
            "2026-02-10T06:59:59+01:00",
            NEXT,
            "2026-02-10T06:00:00Z",
        ),
        (
            "instant-07-00-00",
            "Delivered at seven in the morning: it counts then.",
            "2026-02-10T07:00:00+01:00",
            AS_CERTIFIED,
            "2026-02-10T06:00:00Z",
        ),
    ] {
        let delivered = (at, notification);
        Told { name, made, now, accepted, delivered, counts: Some(counts), providers }.close(book)?;
    }

    let made =
        "Accepted and delivered at eleven in the evening: for the sender it counts then, for the addressee at seven.";
    let delivered = ("2026-02-09T23:00:05+01:00", NEXT);
    let accepted = ("2026-02-09T23:00:00+01:00", AS_CERTIFIED);
    let counts = Some("2026-02-10T06:00:00Z");
    Told { name: "instant-two-sides", made, now, accepted, delivered, counts, providers }.close(book)
}

/// The nights in which the clocks of Rome change.
fn clocks_change(book: &mut Book<'_>) -> Result<(), Error> {
    let providers = [&book.world().alfa, &book.world().beta];
    for (name, made, accepted, delivered, counts) in [
        (
            "instant-spring",
            "Delivered in the evening before summer time begins: seven in the morning is an hour earlier.",
            "2026-03-28T21:30:00+01:00",
            "2026-03-28T21:30:04+01:00",
            "2026-03-29T05:00:00Z",
        ),
        (
            "instant-spring-night",
            "Delivered at three, the first second after the hour that does not exist.",
            "2026-03-29T01:59:59+01:00",
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T05:00:00Z",
        ),
        (
            "instant-autumn",
            "Delivered in the evening before summer time ends: seven in the morning is an hour later.",
            "2026-10-24T21:00:00+02:00",
            "2026-10-24T21:00:04+02:00",
            "2026-10-25T06:00:00Z",
        ),
        (
            "instant-autumn-night",
            "Accepted at half past two, and delivered at half past two when the hour comes for the second time.",
            "2026-10-25T02:30:00+02:00",
            "2026-10-25T02:30:00+01:00",
            "2026-10-25T06:00:00Z",
        ),
    ] {
        let now = "2026-11-01T12:00:00Z";
        let (accepted, delivered) = ((accepted, AS_CERTIFIED), (delivered, NEXT));
        Told { name, made, now, accepted, delivered, counts: Some(counts), providers }.close(book)?;
    }
    Ok(())
}

/// The reading is offered from 28 February 2023 on.
fn before(book: &mut Book<'_>) -> Result<(), Error> {
    let world = book.world();
    let of_2022 = |who, provider: &Provider| -> Result<Provider, Error> {
        let leaf = Leaf::provider(Generation::Y2026, who, "2022-06-01T08:00:00Z".parse()?);
        let certificate = world.ca1_2021.issue(&leaf, &provider.key)?;
        Ok(Provider { certificate, authority: world.ca1_2021.clone(), ..provider.clone() })
    };
    let (alfa, beta) = (of_2022(&ALFA, &world.alfa)?, of_2022(&BETA, &world.beta)?);
    let (now, providers) = ("2023-04-01T12:00:00Z", [&alfa, &beta]);

    let made = "Accepted and delivered on 27 February 2023, in the evening: only the plain instants are given.";
    let accepted = ("2023-02-27T23:59:50+01:00", NOT_SETTLED);
    let delivered = ("2023-02-27T23:59:59+01:00", NOT_SETTLED);
    let name = "instant-before-2023-02-28";
    Told { name, made, now, accepted, delivered, counts: None, providers }.close(book)?;

    let made = "Delivered in the first second of 28 February 2023, and accepted in the last one before.";
    let accepted = ("2023-02-27T23:59:59+01:00", NOT_SETTLED);
    let delivered = ("2023-02-28T00:00:00+01:00", NEXT);
    let (name, counts) = ("instant-from-2023-02-28", Some("2023-02-28T06:00:00Z"));
    Told { name, made, now, accepted, delivered, counts, providers }.close(book)
}

/// Printed times that are odd, and a failure, which has no instant at all.
fn odd(book: &mut Book<'_>) -> Result<(), Error> {
    let (alfa, beta) = (&book.world().alfa, &book.world().beta);
    let accepted: Moment = "2026-02-09T20:29:00+01:00".parse()?;
    let tx = alfa.accept(to_office(&[]), Some(SUBJECT), accepted);
    let begun = |acceptance: &str| {
        Dossier::of(&tx).accepted(acceptance, accepted).counts(acceptance, AS_CERTIFIED, Some(accepted))
    };

    let made = "The provider prints 20:30 in UTC: in Rome that is 21:30, and Rome decides.";
    let mut story = book.story("instant-offset-not-rome", "VERDICT §8; RFC 6109 §4.2", made).art_147();
    let at: Moment = "2026-02-09T20:30:00+00:00".parse()?;
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let delivery = story.seal("delivery", beta, &beta.delivery(&tx, OFFICE, ReceiptForm::Concise, at))?;
    let dossier = begun(&acceptance).delivered(&delivery, OFFICE, at, Content::nothing_sent());
    let dossier = dossier.counts(&delivery, NEXT, Some("2026-02-10T06:00:00Z".parse()?));
    book.close(story, vec![dossier.odd_time(&delivery, Code::TimeOffsetNotRome)]);

    let made = "The provider prints second 60, which counts as 59.";
    let mut story = book.story("instant-second-60", "VERDICT §8; RFC 6109 §4.2", made).art_147();
    let at: Moment = "2026-02-09T20:59:59+01:00".parse()?;
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let mut draft = beta.delivery(&tx, OFFICE, ReceiptForm::Concise, at);
    draft.edit_daticert(|xml| xml.replace("20:59:59", "20:59:60"));
    let delivery = story.seal("delivery", beta, &draft)?;
    let dossier = begun(&acceptance).delivered(&delivery, OFFICE, at, Content::nothing_sent());
    let dossier = dossier.counts(&delivery, AS_CERTIFIED, Some(at));
    book.close(story, vec![dossier.odd_time(&delivery, Code::DaticertDate)]);

    let made = "The mailbox was full: the sender's instant stands, and there is none for the addressee.";
    let mut story = book.story("instant-full-mailbox", "VERDICT §8; PEC-SPEC §2.11", made).art_147();
    let acceptance = story.seal("acceptance", alfa, &alfa.acceptance(&tx))?;
    let failure = beta.delivery_error(&tx, OFFICE, Failure::MailboxFull, accepted.plus(60));
    let failure = story.seal("delivery-error", beta, &failure)?;
    let dossier = begun(&acceptance).event(&failure, EventKind::Failed, Some(OFFICE));
    book.close(story, vec![dossier.state(OFFICE, pec_core::reconcile::State::Failed)]);

    let made =
        "The envelope of a received message: it proves the acceptance, and the delivery only the sender can prove.";
    let mut story = book.story("instant-received", "VERDICT §8", made).art_147();
    let envelope = story.seal("envelope", alfa, &alfa.transport(&tx))?;
    let dossier = Dossier::of(&tx).received().enveloped(&envelope, accepted);
    book.close(story, vec![dossier.counts(&envelope, AS_CERTIFIED, Some(accepted))]);
    Ok(())
}
