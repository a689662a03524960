//! Every finding of the judgement, on certificates that are wrong in one way each.

use super::profile::PEC_POLICY;
use super::stranger::KNOWN_AUTHORITIES_FROM;
use super::*;
use crate::trust::certificate::purpose;
use crate::trust::workshop::*;
use crate::trust::{Reason, sha256};

const ADDRESS: &str = "posta-certificata@pec.aruba.it";
/// A time at which the signer of [`Draft::signer`] signs, and one later at which all is still alive.
const SIGNED: i64 = START + 2 * YEAR;
const NOW: i64 = START + 3 * YEAR;

/// A store in which the key of a test authority takes the place of AgID CA1's.
struct World {
    key: Key,
    name: Vec<u8>,
    authority: Vec<u8>,
    store: TrustStore,
}

impl World {
    fn new() -> Self {
        let key = Key::new();
        let name = name("Agenzia per l'Italia Digitale", "AgID CA1");
        let authority = Draft::authority(&self::name("Root", "Root"), &name, &key).sign(&key);
        let store = store(&key, &[&authority]);
        Self { key, name, authority, store }
    }

    fn signer(&self) -> Draft {
        Draft::signer(&self.name, ADDRESS, &Key::new().spki)
    }

    fn judge(&self, leaf: &[u8], carried: &[&[u8]], change: impl FnOnce(&mut Question<'_>)) -> Judgement {
        let evidence = Evidence::none();
        let mut question = Question {
            leaf,
            carried,
            time: Some(SIGNED),
            proven: false,
            now: NOW,
            from: Some(ADDRESS),
            evidence: &evidence,
            store: &self.store,
            limits: &Limits::DEFAULT,
        };
        change(&mut question);
        judge(&question, None)
    }

    /// The judgement on a draft signed by the authority.
    fn of(&self, draft: &Draft) -> Judgement {
        self.judge(&draft.sign(&self.key), &[&self.authority], |_| {})
    }
}

/// The built-in data with another pinned key and other listed certificates.
fn store(key: &Key, listed: &[&Vec<u8>]) -> TrustStore {
    let mut data: serde_json::Value = serde_json::from_str(&TrustStore::built_in().to_json()).unwrap();
    data["pins"][0]["spki_sha256"] = Fingerprint(sha256(&key.spki)).to_string().into();
    data["pins"][0]["public_key"] = encodify::base64::STANDARD.encode(&key.spki).into();
    let template = data["certificates"][0].clone();
    let entry = |der: &&Vec<u8>| {
        let mut entry = template.clone();
        entry["sha256"] = Fingerprint(sha256(der)).to_string().into();
        entry
    };
    data["certificates"] = listed.iter().map(entry).collect::<Vec<_>>().into();
    TrustStore::from_json(&data.to_string()).unwrap()
}

fn codes(judgement: &Judgement) -> Vec<Code> {
    judgement.findings.iter().map(|finding| finding.code).collect()
}

/// Untrusted, with `code` and no other fatal finding.
fn assert_only(judgement: &Judgement, code: Code) {
    let fatal: Vec<_> = judgement.findings.iter().filter(|finding| is_fatal(finding)).map(|f| f.code).collect();
    assert_eq!(fatal, [code], "{:#?}", judgement.findings);
    assert_eq!(judgement.trust_at_signing, TrustAtSigning::Untrusted);
}

#[test]
fn a_signer_in_order_is_trusted() {
    let world = World::new();
    let judgement = world.of(&world.signer());
    assert_eq!(codes(&judgement), [Code::CertRevocationUnknown]);
    assert_eq!(judgement.trust_at_signing, TrustAtSigning::Trusted);
    assert_eq!(judgement.trust_now, TrustNow::Trusted);
    assert_eq!(judgement.revocation, Revocation::NotChecked);
    assert_eq!(judgement.anchor, Some(Anchor::AgidCa1));
    assert_eq!(judgement.earliest_end, Some(START + 4 * YEAR));
    assert!(!judgement.weak_key);
    let subjects: Vec<_> = judgement.path.iter().map(|certificate| certificate.subject.as_str()).collect();
    assert_eq!(
        subjects,
        ["O=Gestore S.p.A., CN=Posta Certificata Gestore", "O=Agenzia per l'Italia Digitale, CN=AgID CA1"]
    );
}

#[test]
fn the_leaf_must_be_a_pec_signers() {
    let world = World::new();
    let signer = world.signer();
    let purpose = |oid: &[u8]| seq(&[&tlv(crate::asn1::tag::OID, oid)]);
    let authority = seq(&[&[1, 1, 0xff]]);
    assert_only(&world.of(&signer.clone().with(BASIC_CONSTRAINTS, true, &authority)), Code::CertIsCa);
    assert_only(&world.of(&signer.clone().without(POLICIES)), Code::CertPolicy);
    let broader = seq(&[&seq(&[&tlv(6, &[0x2b, 0x4c, 0x10, 0x03, 0x01])])]);
    assert_only(&world.of(&signer.clone().with(POLICIES, false, &broader)), Code::CertPolicy);
    let twice = seq(&[&seq(&[&tlv(6, PEC_POLICY)]), &seq(&[&tlv(6, PEC_POLICY)])]);
    assert_only(&world.of(&signer.clone().with(POLICIES, false, &twice)), Code::CertPolicy);
    assert_only(&world.of(&signer.clone().with(KEY_USAGE, true, &[3, 2, 5, 0x20])), Code::CertKeyUsage);
    let web = purpose(&[0x2b, 6, 1, 5, 5, 7, 3, 1]);
    assert_only(&world.of(&signer.clone().with(EXTENDED_KEY_USAGE, false, &web)), Code::CertEku);
    let unknown = signer.clone().with(&[0x2a, 3], true, &[5, 0]);
    let judgement = world.of(&unknown);
    assert_only(&judgement, Code::CertPath);
    assert!(judgement.findings.iter().any(|finding| finding.detail.contains("1.2.3")), "{:?}", judgement.findings);
    let mut repeated = signer.clone();
    repeated.extensions.push(repeated.extensions[0].clone());
    assert_only(&world.of(&repeated), Code::CertPath);

    let any = world.of(&signer.clone().with(EXTENDED_KEY_USAGE, false, &purpose(purpose::ANY)));
    assert_eq!(any.trust_at_signing, TrustAtSigning::Trusted);
    let profile = world.of(&signer.without(KEY_USAGE).with(BASIC_CONSTRAINTS, false, &seq(&[])));
    assert_eq!(profile.trust_at_signing, TrustAtSigning::Trusted);
    let finding = profile.findings.iter().find(|finding| finding.code == Code::CertProfile).unwrap();
    assert_eq!(finding.detail, "basicConstraints present, no keyUsage");
}

#[test]
fn an_unreadable_leaf_is_nobodys() {
    let world = World::new();
    let mut leaf = world.signer().sign(&world.key);
    leaf.pop();
    let judgement = world.judge(&leaf, &[&world.authority], |_| {});
    assert_eq!(codes(&judgement), [Code::CertUnreadable]);
    assert_eq!((judgement.trust_at_signing, judgement.trust_now), (TrustAtSigning::Unknown, TrustNow::Unknown));
}

#[test]
fn constraints_of_the_authority_bind() {
    let world = World::new();
    let elsewhere = Draft::signer(&world.name, "posta-certificata@legalmail.it", &Key::new().spki);
    assert_only(&world.of(&elsewhere), Code::CertNameConstraints);
    let dns = seq(&[&tlv(0x81, ADDRESS.as_bytes()), &tlv(0x82, b"pec.aruba.it")]);
    assert_only(&world.of(&world.signer().with(SUBJECT_ALT_NAME, false, &dns)), Code::CertNameConstraints);

    let under = |draft: Draft| {
        let authority = draft.sign(&world.key);
        let store = Box::leak(Box::new(store(&world.key, &[&authority])));
        let leaf = world.signer().sign(&world.key);
        world.judge(&leaf, &[&authority], |question| question.store = store)
    };
    let draft = Draft::authority(&name("Root", "Root"), &world.name, &world.key);
    let web = seq(&[&tlv(6, &[0x2b, 6, 1, 5, 5, 7, 3, 1])]);
    assert_only(&under(draft.clone().with(EXTENDED_KEY_USAGE, false, &web)), Code::CertEku);
    assert_only(&under(draft.clone().with(BASIC_CONSTRAINTS, true, &seq(&[]))), Code::CertPath);
    assert_only(&under(draft.clone().with(KEY_USAGE, true, &[3, 2, 1, 0x02])), Code::CertPath);
    assert_only(&under(draft.clone().between(START, SIGNED - 1)), Code::CertValidityAtSigning);
    assert_eq!(under(draft).trust_at_signing, TrustAtSigning::Trusted);

    // pathLen 0: the authority may not put another one below itself.
    let below = Key::new();
    let below_name = name("Below", "Below");
    let intermediate = Draft::authority(&world.name, &below_name, &below).sign(&world.key);
    let leaf = Draft::signer(&below_name, ADDRESS, &Key::new().spki).sign(&below);
    assert_only(&world.judge(&leaf, &[&intermediate, &world.authority], |_| {}), Code::CertPath);
}

#[test]
fn validity_is_that_of_the_judged_time() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let at = |time: Option<i64>, now| {
        world.judge(&leaf, &[&world.authority], |question| {
            question.time = time;
            question.now = now;
        })
    };
    let early = at(Some(START + YEAR - 1), NOW);
    assert_only(&early, Code::CertValidityAtSigning);
    assert_eq!(early.trust_now, TrustNow::Trusted);
    assert_eq!(at(Some(START + YEAR), NOW).trust_at_signing, TrustAtSigning::Trusted);
    assert_eq!(at(Some(START + 4 * YEAR), NOW).trust_at_signing, TrustAtSigning::Trusted);
    assert_only(&at(Some(START + 4 * YEAR + 1), NOW), Code::CertValidityAtSigning);

    let expired = at(Some(SIGNED), START + 5 * YEAR);
    assert_eq!((expired.trust_at_signing, expired.trust_now), (TrustAtSigning::Trusted, TrustNow::Expired));
    assert!(codes(&expired).contains(&Code::CertExpiredNow));

    let timeless = at(None, NOW);
    assert_eq!((timeless.trust_at_signing, timeless.trust_now), (TrustAtSigning::Unknown, TrustNow::Trusted));
}

#[test]
fn a_later_issue_of_the_authority_keeps_the_leaf_alive() {
    let world = World::new();
    let draft = Draft::authority(&name("Root", "Root"), &world.name, &world.key);
    let first = draft.clone().between(START, SIGNED + 1).sign(&world.key);
    let second = draft.between(SIGNED, START + 10 * YEAR).sign(&world.key);
    let store = store(&world.key, &[&first, &second]);
    let leaf = world.signer().sign(&world.key);
    let evidence = Evidence::none();
    let question = Question {
        leaf: &leaf,
        carried: &[&first],
        time: Some(SIGNED - 1),
        proven: false,
        now: NOW,
        from: None,
        evidence: &evidence,
        store: &store,
        limits: &Limits::DEFAULT,
    };
    assert_eq!(judge(&question, None).trust_now, TrustNow::Expired);
    let mut cache = ChainCache::new(2);
    let both = judge(&Question { carried: &[&first, &second], ..question }, Some(&mut cache));
    assert_eq!((both.trust_at_signing, both.trust_now), (TrustAtSigning::Trusted, TrustNow::Trusted));
    let again = judge(&Question { carried: &[&first, &second], ..question }, Some(&mut cache));
    assert_eq!(again, both);
}

#[test]
fn the_pinned_key_alone_is_not_enough() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    // A wrapper around the public key, without constraints, made by somebody else.
    let stranger = Key::new();
    let wrapper = Draft::authority(
        &name("Actalis S.p.A./03358520967", "Actalis Authentication Root CA"),
        &world.name,
        &world.key,
    )
    .without(NAME_CONSTRAINTS)
    .sign(&stranger);
    assert_only(&world.judge(&leaf, &[&wrapper], |_| {}), Code::CertCaUnknownIssue);
    // Beside the genuine certificate it changes nothing.
    let both = world.judge(&leaf, &[&wrapper, &world.authority], |_| {});
    assert_eq!(both.trust_at_signing, TrustAtSigning::Trusted, "{:?}", both.findings);
    // It opens no way around the genuine constraints.
    let elsewhere = Draft::signer(&world.name, "posta-certificata@legalmail.it", &Key::new().spki).sign(&world.key);
    assert_only(&world.judge(&elsewhere, &[&wrapper, &world.authority], |_| {}), Code::CertNameConstraints);
}

/// Untrusted as an impostor, beside the code that says why there is no path.
fn assert_impersonation(judgement: &Judgement, base: Code) {
    let fatal: Vec<_> = judgement.findings.iter().filter(|finding| is_fatal(finding)).map(|f| f.code).collect();
    assert_eq!(fatal, [base, Code::CertImpersonation], "{:#?}", judgement.findings);
    assert_eq!(judgement.trust_at_signing, TrustAtSigning::Untrusted);
    assert_eq!(judgement.anchor, None);
}

#[test]
fn impostors() {
    let world = World::new();
    let mine = Key::new();
    let own_name = name("Gestore S.p.A.", "Posta Certificata Gestore");
    let host = "posta-certificata@evil.example";

    // (a) self-signed
    let leaf = Draft::signer(&own_name, host, &mine.spki).sign(&mine);
    assert_impersonation(&world.judge(&leaf, &[], |question| question.from = None), Code::CertPath);
    let plain = Draft::signer(&own_name, "info@evil.example", &mine.spki).sign(&mine);
    assert_only(&world.judge(&plain, &[], |question| question.from = Some("info@evil.example")), Code::CertPath);
    // named in From only
    assert_impersonation(&world.judge(&plain, &[], |_| {}), Code::CertPath);

    // (b) the authority's name without its key: nothing carried, a false authority, the genuine one
    let leaf = Draft::signer(&world.name, host, &mine.spki).sign(&mine);
    let wrong = Draft::authority(&name("Root", "Root"), &world.name, &mine).sign(&mine);
    for carried in [&[][..], &[&wrong[..]], &[&world.authority[..]], &[&wrong, &world.authority]] {
        let judgement = world.judge(&leaf, carried, |question| question.from = None);
        assert_impersonation(&judgement, Code::CertPath);
    }
    // The genuine signer without its authority is no impostor.
    let genuine = world.signer().sign(&world.key);
    assert_only(&world.judge(&genuine, &[], |_| {}), Code::CertPath);
    assert_only(&world.judge(&genuine, &[&wrong], |_| {}), Code::CertPath);
}

#[test]
fn a_providers_host_under_a_stranger() {
    let world = World::new();
    let root = Key::new();
    let root_name = name("Public", "Public Root");
    let carried = Draft::authority(&root_name, &root_name, &root).without(NAME_CONSTRAINTS).sign(&root);
    let leaf = |address: &str| {
        Draft::signer(&root_name, address, &Key::new().spki).between(1_388_534_400, 2_000_000_000).sign(&root)
    };
    let judge = |address: &str, time| {
        world.judge(&leaf(address), &[&carried], |question| {
            question.time = time;
            question.from = None;
        })
    };
    // (c), within its period only
    assert_impersonation(&judge(ADDRESS, Some(SIGNED)), Code::CertAnchorPublicOnly);
    assert_impersonation(&judge(ADDRESS, Some(KNOWN_AUTHORITIES_FROM)), Code::CertAnchorPublicOnly);
    assert_only(&judge(ADDRESS, Some(KNOWN_AUTHORITIES_FROM - 1)), Code::CertAnchorPublicOnly);
    assert_impersonation(&judge(ADDRESS, Some(world.store.data_end())), Code::CertAnchorPublicOnly);
    let later = judge(ADDRESS, Some(world.store.data_end() + 1));
    assert!(codes(&later).contains(&Code::TrustDataOutdated) && !codes(&later).contains(&Code::CertImpersonation));
    assert_only(&judge(ADDRESS, None), Code::CertAnchorPublicOnly);
    assert_only(&judge("posta-certificata@evil.example", Some(SIGNED)), Code::CertAnchorPublicOnly);
    assert_only(&judge("info@pec.aruba.it", Some(SIGNED)), Code::CertAnchorPublicOnly);
    // without the root, nothing is known about the issuer
    let alone = world.judge(&leaf("info@x.example"), &[], |question| question.from = None);
    assert_only(&alone, Code::CertPath);
}

#[test]
fn anchors_of_the_host_are_visible() {
    let world = World::new();
    let key = Key::new();
    let own = name("Sandbox", "Sandbox CA");
    let authority = Draft::authority(&own, &own, &key).sign(&key);
    let store = TrustStore::built_in().with_host_anchor(&authority).unwrap();
    let leaf = Draft::signer(&own, ADDRESS, &Key::new().spki).sign(&key);
    let evidence = Evidence::none();
    let question = Question {
        leaf: &leaf,
        carried: &[],
        time: Some(SIGNED),
        proven: false,
        now: NOW,
        from: Some(ADDRESS),
        evidence: &evidence,
        store: &store,
        limits: &Limits::DEFAULT,
    };
    for carried in [&[][..], &[&authority[..]]] {
        let judgement = judge(&Question { carried, ..question }, None);
        assert_eq!(judgement.trust_at_signing, TrustAtSigning::Trusted, "{:?}", judgement.findings);
        assert_eq!(judgement.anchor, Some(Anchor::Host(Fingerprint(sha256(&authority)))));
        assert!(codes(&judgement).contains(&Code::TrustHostAnchor));
    }
    // Its leaves are judged as any other's.
    let bare = Draft::signer(&own, ADDRESS, &Key::new().spki).without(POLICIES).sign(&key);
    assert_only(&judge(&Question { leaf: &bare, ..question }, None), Code::CertPolicy);
    // Given to one store, it means nothing to another.
    let judgement = judge(&Question { carried: &[&authority], store: &world.store, ..question }, None);
    assert_impersonation(&judgement, Code::CertAnchorPublicOnly);
}

#[test]
fn weak_keys_belong_to_their_period() {
    let mut world = World::new();
    let old = (1_325_376_000, 1_546_300_800); // 2012 to 2019
    world.authority = Draft::authority(&world.name, &world.name, &world.key).between(old.0, old.1).sign(&world.key);
    let leaf = Draft::signer(&world.name, ADDRESS, &rsa_1024()).between(old.0, old.1).sign(&world.key);
    let at = |store: &TrustStore, time| {
        let evidence = Evidence::none();
        let carried = [world.authority.as_slice()];
        let question = Question {
            leaf: &leaf,
            carried: &carried,
            time,
            proven: false,
            now: NOW,
            from: None,
            evidence: &evidence,
            store,
            limits: &Limits::DEFAULT,
        };
        judge(&question, None)
    };
    let data = store(&world.key, &[&world.authority]).to_json().replace("agid-ca1", "digitpa-ca1");
    let as_digitpa = TrustStore::from_json(&data).unwrap();
    let then = at(&as_digitpa, Some(WEAK_END));
    assert_eq!((then.trust_at_signing, then.trust_now), (TrustAtSigning::Trusted, TrustNow::Expired));
    assert!(then.weak_key && codes(&then).contains(&Code::CertKeyWeak));
    assert_only(&at(&as_digitpa, Some(WEAK_END + 1)), Code::CertWeakOutsidePeriod);
    assert_only(&at(&as_digitpa, None), Code::CertWeakOutsidePeriod);

    // Under an anchor of the host never.
    let host = TrustStore::built_in().with_host_anchor(&world.authority).unwrap();
    assert_only(&at(&host, Some(WEAK_END)), Code::CertWeakOutsidePeriod);

    // Under AgID CA1 never.
    let world = World::new();
    let leaf = Draft::signer(&world.name, ADDRESS, &rsa_1024());
    assert_only(&world.of(&leaf), Code::CertWeakOutsidePeriod);
}

#[test]
fn revocation_lists() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let judge = |crl: Vec<u8>, time: Option<i64>, proven: bool| {
        let evidence = Box::leak(Box::new(Evidence::none().with_crl(crl)));
        world.judge(&leaf, &[&world.authority], |question| {
            (question.time, question.proven, question.evidence) = (time, proven, evidence);
        })
    };
    let list = |this: i64, entries: &[(u8, i64, Option<u8>)]| {
        crl(&world.name, this, this + 7 * 86_400, entries, &[], &world.key)
    };
    let status = |crl: Vec<u8>| judge(crl, Some(SIGNED), true).revocation;

    // A claimed time may be any of the leaf's life: what was fresh then says nothing of a key that was stolen later.
    let claimed = |crl: Vec<u8>| judge(crl, Some(SIGNED), false).revocation;
    assert_eq!(claimed(list(SIGNED - 86_400, &[])), Revocation::NotChecked);
    assert_eq!(claimed(list(NOW - 86_400, &[])), Revocation::Good);

    // For a proven time: fresh, for this time or later; stale; from the future; after the leaf's end
    assert_eq!(status(list(SIGNED - 86_400, &[])), Revocation::Good);
    assert_eq!(status(list(NOW - 86_400, &[(9, START, None)])), Revocation::Good);
    assert_eq!(status(list(SIGNED - 8 * 86_400, &[])), Revocation::NotChecked);
    assert_eq!(status(list(NOW + 1, &[])), Revocation::NotChecked);
    let late = |crl: Vec<u8>| {
        let evidence = Box::leak(Box::new(Evidence::none().with_crl(crl)));
        world.judge(&leaf, &[&world.authority], |question| {
            (question.now, question.evidence) = (START + 6 * YEAR, evidence);
        })
    };
    assert_eq!(late(list(START + 5 * YEAR, &[])).revocation, Revocation::NotChecked);
    let covers = extension(&[0x55, 0x1d, 60], false, &time(START + YEAR));
    let archived = crl(&world.name, START + 5 * YEAR, START + 6 * YEAR, &[], &covers, &world.key);
    assert_eq!(late(archived).revocation, Revocation::Good);

    // by somebody else, for somebody else, with a critical extension that nobody knows
    assert_eq!(status(crl(&world.name, SIGNED, NOW, &[(2, START, None)], &[], &Key::new())), Revocation::NotChecked);
    assert_eq!(status(crl(&name("x", "y"), SIGNED, NOW, &[(2, START, None)], &[], &world.key)), Revocation::NotChecked);
    let unknown = extension(&[0x2a, 3], true, &[5, 0]);
    assert_eq!(status(crl(&world.name, SIGNED, NOW, &[], &unknown, &world.key)), Revocation::NotChecked);

    // reasons: only a compromise reaches back behind its date, and not behind a proven time
    let after = SIGNED + 86_400;
    for (reason, code) in
        [(None, Reason::Unspecified), (Some(0), Reason::Unspecified), (Some(1), Reason::KeyCompromise)]
    {
        let crl = list(after, &[(2, after, reason)]);
        let claimed = judge(crl.clone(), Some(SIGNED), false);
        assert_eq!(claimed.revocation, Revocation::Revoked { when: after, reason: code });
        assert_only(&claimed, Code::CertRevoked);
        assert_eq!(claimed.trust_now, TrustNow::Untrusted);
        let proven = judge(crl.clone(), Some(SIGNED), true);
        assert_eq!((proven.revocation, proven.trust_now), (Revocation::Good, TrustNow::Untrusted));
        assert_only(&judge(crl, Some(after), true), Code::CertRevoked);
    }
    for reason in [3, 4, 5, 6, 9] {
        let crl = list(after, &[(2, after, Some(reason))]);
        let before = judge(crl.clone(), Some(SIGNED), false);
        assert_eq!((before.trust_at_signing, before.trust_now), (TrustAtSigning::Trusted, TrustNow::Untrusted));
        assert_eq!(before.revocation, Revocation::Good);
        assert_only(&judge(crl.clone(), Some(after), false), Code::CertRevoked);
        assert!(matches!(judge(crl, None, false).revocation, Revocation::Revoked { .. }));
    }
}

#[test]
fn delta_lists() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let life = |days: i64| (SIGNED + days * 86_400, SIGNED + (days + 30) * 86_400);
    let complete = |entries: &[Revoked]| crl(&world.name, life(0).0, life(0).1, entries, &[], &world.key);
    let delta =
        |number: u8, entries: &[Revoked]| delta(&world.name, number, life(i64::from(number)), entries, &world.key);
    let status = |lists: &[&Vec<u8>]| {
        let evidence = lists.iter().fold(Evidence::none(), |evidence, list| evidence.with_crl((*list).clone()));
        let evidence = Box::leak(Box::new(evidence));
        world.judge(&leaf, &[&world.authority], |question| question.evidence = evidence).revocation
    };
    let revoked = |reason| (2, SIGNED, Some(reason));
    let is_revoked = |lists: &[&Vec<u8>]| matches!(status(lists), Revocation::Revoked { .. });

    // The newest counts, whoever brings an older one first.
    let (nothing, older, newer) = (complete(&[]), delta(8, &[]), delta(9, &[revoked(1)]));
    assert!(is_revoked(&[&nothing, &older, &newer]) && is_revoked(&[&newer, &older, &nothing]));
    assert!(!is_revoked(&[&nothing, &older]));

    // removeFromCRL lifts a hold, and nothing that was revoked for good.
    let removed = delta(8, &[revoked(8)]);
    assert!(is_revoked(&[&complete(&[revoked(6)])]) && !is_revoked(&[&complete(&[revoked(6)]), &removed]));
    assert!(is_revoked(&[&complete(&[revoked(1)]), &removed]));
    assert!(!is_revoked(&[&nothing, &removed]));
}

#[test]
fn ocsp_answers() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let status = |answer: Vec<u8>| {
        let evidence = Box::leak(Box::new(Evidence::none().with_ocsp(answer)));
        world
            .judge(&leaf, &[&world.authority], |question| (question.evidence, question.proven) = (evidence, true))
            .revocation
    };
    let good = tlv(0x80, &[]);
    let revoked = tlv(0xa1, &[time(SIGNED - 1), tlv(0xa0, &tlv(crate::asn1::tag::ENUMERATED, &[4]))].concat());
    let by_issuer =
        |status: &[u8], this| ocsp(&world.name, &world.key.spki, status, this, &world.name, &world.key, &[]);
    assert_eq!(status(by_issuer(&good, SIGNED)), Revocation::Good);
    assert_eq!(status(by_issuer(&good, SIGNED - 2 * 86_400)), Revocation::NotChecked);
    assert_eq!(status(by_issuer(&tlv(0x82, &[]), SIGNED)), Revocation::NotChecked);
    let expected = Revocation::Revoked { when: SIGNED - 1, reason: Reason::Superseded };
    assert_eq!(status(by_issuer(&revoked, SIGNED)), expected);

    // a responder that the authority appointed: with the purpose and without, with nocheck and without, by a stranger
    let responder = Key::new();
    let responder_name = name("Responder", "Responder");
    let appointed = |purpose: &[u8], no_check: bool, by: &Key| {
        let mut draft = Draft::signer(&world.name, "x@pec.aruba.it", &responder.spki);
        draft.subject = responder_name.clone();
        let draft = draft.with(EXTENDED_KEY_USAGE, false, &seq(&[&tlv(6, purpose)]));
        let no_check_id: &'static [u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 5];
        let certificate = if no_check { draft.with(no_check_id, false, &[5, 0]) } else { draft }.sign(by);
        ocsp(&world.name, &world.key.spki, &good, SIGNED, &responder_name, &responder, &certificate)
    };
    assert_eq!(status(appointed(purpose::OCSP_SIGNING, true, &world.key)), Revocation::Good);
    assert_eq!(status(appointed(purpose::OCSP_SIGNING, false, &world.key)), Revocation::NotChecked);
    assert_eq!(status(appointed(purpose::EMAIL_PROTECTION, true, &world.key)), Revocation::NotChecked);
    assert_eq!(status(appointed(purpose::OCSP_SIGNING, true, &Key::new())), Revocation::NotChecked);
}

#[test]
fn a_revoked_signer_is_not_trusted_now_whatever_time_it_claims() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let crl = crl(&world.name, SIGNED, NOW, &[(2, SIGNED, Some(4))], &[], &world.key);
    let evidence = Box::leak(Box::new(Evidence::none().with_crl(crl)));
    let judgement = world.judge(&leaf, &[&world.authority], |question| {
        (question.time, question.evidence) = (Some(START), evidence);
    });
    assert_only(&judgement, Code::CertValidityAtSigning);
    assert_eq!(judgement.trust_now, TrustNow::Untrusted);
}

#[test]
fn no_changed_byte_is_trusted() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let list = crl(&world.name, SIGNED, NOW, &[], &[], &world.key);
    let answer = ocsp(&world.name, &world.key.spki, &tlv(0x80, &[]), SIGNED, &world.name, &world.key, &[]);
    for bit in [1, 0x20, 0x80] {
        let changed = |bytes: &[u8], at: usize| {
            let mut changed = bytes.to_vec();
            changed[at] ^= bit;
            changed
        };
        for at in 0..leaf.len() {
            let judgement = world.judge(&changed(&leaf, at), &[&world.authority], |_| {});
            assert_ne!(judgement.trust_at_signing, TrustAtSigning::Trusted, "leaf, byte {at}");
        }
        for at in 0..world.authority.len() {
            let judgement = world.judge(&leaf, &[&changed(&world.authority, at)], |_| {});
            assert_ne!(judgement.trust_at_signing, TrustAtSigning::Trusted, "authority, byte {at}");
        }
        for at in 0..list.len().max(answer.len()) {
            let mut evidence = Evidence::none();
            if at < list.len() {
                evidence = evidence.with_crl(changed(&list, at));
            }
            if at < answer.len() {
                evidence = evidence.with_ocsp(changed(&answer, at));
            }
            let evidence = Box::leak(Box::new(evidence));
            let judgement = world.judge(&leaf, &[&world.authority], |question| question.evidence = evidence);
            assert_eq!(judgement.revocation, Revocation::NotChecked, "evidence, byte {at}");
        }
    }
}

#[test]
fn the_cache_says_what_a_new_judgement_says() {
    let world = World::new();
    let leaf = world.signer().sign(&world.key);
    let evidence = Evidence::none();
    let compromised = crl(&world.name, SIGNED, NOW, &[(2, SIGNED, Some(1))], &[], &world.key);
    let revoking = Evidence::none().with_crl(compromised);
    let question = Question {
        leaf: &leaf,
        carried: &[&world.authority],
        time: Some(SIGNED),
        proven: false,
        now: NOW,
        from: None,
        evidence: &evidence,
        store: &world.store,
        limits: &Limits::DEFAULT,
    };
    let other = TrustStore::built_in();
    let mut cache = ChainCache::new(2);
    assert_eq!(judge(&question, Some(&mut cache)).trust_at_signing, TrustAtSigning::Trusted);
    assert_eq!(cache.len(), 1);
    let times = [None, Some(START), Some(START + YEAR), Some(SIGNED), Some(START + 4 * YEAR), Some(START + 5 * YEAR)];
    for time in times {
        for now in [START, NOW, START + 4 * YEAR + 1, START + 20 * YEAR] {
            for (store, evidence) in [(&world.store, &evidence), (&other, &evidence), (&world.store, &revoking)] {
                for carried in [&[&world.authority[..]][..], &[]] {
                    let question = Question { carried, time, now, evidence, store, ..question };
                    assert_eq!(judge(&question, Some(&mut cache)), judge(&question, None), "{time:?} {now}");
                }
            }
        }
    }
    // Failures are not kept, and no more than was asked for.
    let mut cache = ChainCache::new(2);
    let _ = judge(&Question { store: &other, ..question }, Some(&mut cache));
    let _ = judge(&Question { time: Some(START), ..question }, Some(&mut cache));
    let _ = judge(&Question { evidence: &revoking, ..question }, Some(&mut cache));
    assert!(cache.is_empty());
    for _ in 0..5 {
        let leaf = world.signer().sign(&world.key);
        let _ = judge(&Question { leaf: &leaf, ..question }, Some(&mut cache));
    }
    assert_eq!(cache.len(), 2);
}

#[test]
fn circles_of_authorities_end() {
    let world = World::new();
    let keys: Vec<Key> = (0..12).map(|_| Key::new()).collect();
    let own = name("Circle", "Circle");
    let mut carried = Vec::new();
    // Every key certifies every other under one name: paths without end, none to an anchor.
    for subject in &keys {
        for issuer in &keys[..3] {
            carried.push(Draft::authority(&own, &own, subject).sign(issuer));
        }
    }
    let carried: Vec<&[u8]> = carried.iter().map(Vec::as_slice).collect();
    let leaf = Draft::signer(&own, ADDRESS, &Key::new().spki).sign(&keys[0]);
    let judgement = world.judge(&leaf, &carried, |_| {});
    assert_eq!(judgement.trust_at_signing, TrustAtSigning::Untrusted);
}
