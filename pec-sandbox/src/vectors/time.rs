//! Time: the signing time against clock, certificates and certification data; time-stamps.

use pec_core::finding::Code;

use super::expect::certified;
use super::trust::{KIND, envelope_at, untrusted};
use super::{Cases, ERROR, INFO, WARNING};
use crate::cms::{SignedData, Signer};
use crate::{Digest, Error, Key, Moment, TimeStamper};

pub(super) fn add(cases: &mut Cases<'_>) -> Result<(), Error> {
    let world = cases.world();
    let rule = "VERDICT §3 cms.signing_time_future";
    let ahead = cases.scene.now.plus(3_600);
    let bytes = envelope_at(cases, &world.alfa, ahead)?;
    let made = "Signed an hour after the caller's now.";
    cases
        .add("time-future", rule, made, bytes, untrusted(Code::CmsSigningTimeFuture))
        .at(ahead)
        .openssl(true, "it does not look at the signing time");
    let near = cases.scene.now.plus(300);
    let bytes = envelope_at(cases, &world.alfa, near)?;
    let made = "Signed five minutes after the caller's now: within the tolerance for clocks.";
    cases.add("time-ahead", rule, made, bytes, certified(KIND).with(Code::DaticertDate, WARNING)).at(near);

    // Signing time inside the life of an old leaf, certification data of today.
    let mut old = world.alfa_2018.clone();
    old.digest = Digest::Sha256;
    let draft = old.transport(&cases.scene.transaction(&old));
    let past: Moment = "2020-06-01T10:00:00+02:00".parse()?;
    let data = SignedData::detached(Signer::new(&old.key, &old.certificate, Digest::Sha256, past), &old.authority);
    let made = "Signing time within the life of an ended leaf, certification data of years later.";
    let mut expect = certified(KIND).expired().with(Code::CmsSigningTime, ERROR);
    expect.verdict = "certified-with-problems";
    let bytes = old.seal_with(&draft, &data)?;
    cases.add("time-backdated-signature", "VERDICT §4; PEC-SPEC §10.2 cms.signing_time", made, bytes, expect).at(past);

    // Time-stamps.
    let at: Moment = "2018-11-13T16:39:27+01:00".parse()?;
    let alfa = &world.alfa_2018;
    let draft = alfa.transport(&cases.scene.transaction_at(alfa, at));
    let stamped = |stamper: &TimeStamper, when: Moment| -> Result<Vec<u8>, Error> {
        let mut data = alfa.signed_data(at);
        if let Some(signer) = data.signers.first_mut() {
            signer.time_stamp = Some((stamper.clone(), when));
        }
        alfa.seal_with(&draft, &data)
    };
    let rule = "VERDICT §4; RFC 3161 §2.4.2";
    let past = certified(KIND).sha1().with(Code::CertExpiredNow, INFO);
    let bytes = stamped(&world.stamper, at.plus(3_600))?;
    let made = "A time-stamp of one hour later, under an authority that the host believes: the time is proven.";
    let expect = past.clone().with(Code::TimeStamped, INFO);
    cases.add("time-stamped", rule, made, bytes.clone(), expect).at(at).host(|h| h.time_anchors = vec!["time-root"]);
    let made = "The same time-stamp, but the host believes no time-stamping authority: the time stays claimed.";
    let expect = past.clone().with(Code::TimeClaimed, WARNING).partial();
    cases.add("time-stamp-not-believed", rule, made, bytes, expect).at(at);
    let other = TimeStamper { imprint_of: Some(b"another signature".to_vec()), ..world.stamper.clone() };
    let made = "The time-stamp is over other bytes.";
    let expect = past.with(Code::TimeClaimed, WARNING).with(Code::TimeStampInvalid, WARNING);
    cases
        .add("time-stamp-other-bytes", rule, made, stamped(&other, at.plus(3_600))?, expect.clone())
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    let mut liar = world.stamper.clone();
    liar.key = Key::committed("stranger-2048")?;
    let made = "The time-stamp bears the authority's certificate and a stranger's signature.";
    cases
        .add("time-stamp-forged", rule, made, stamped(&liar, at.plus(3_600))?, expect)
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    let late: Moment = "2022-06-01T10:00:00+02:00".parse()?;
    let made = "A time-stamp made after the leaf had ended: it does not close the gap.";
    let expect = certified(KIND).sha1().with(Code::CertExpiredNow, INFO).with(Code::TimeClaimed, WARNING).partial();
    cases
        .add("time-stamped-late", rule, made, stamped(&world.stamper, late)?, expect)
        .at(at)
        .host(|h| h.time_anchors = vec!["time-root"]);
    Ok(())
}
