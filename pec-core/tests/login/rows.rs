//! Rows 83 to 88 of FEATURES, one after the other.

use pec_core::delegation::login::{
    BareScheme, HolderMatch, LoginAs, MatchedBy, Proof, Purpose, RevocationCheck, WhichKit, match_holder,
};
use pec_core::delegation::{By, Command, DeniedCode, Event, Holder, Scope};
use pec_core::finding::Language;
use pec_core::trust::{Evidence, Revocation, TrustStore};
use pec_sandbox::cards::CardOffice;
use pec_sandbox::cms::{Content, Encoding};
use pec_sandbox::{Curve, Digest, Key, Ocsp, Reason, Revoked, Scheme, Status, World};

use crate::house::{BIANCHI, COMPANY, House, PERSON, ROSSI, code, lists, moment};

#[test]
fn row_83_a_signature_over_the_challenge_opens_the_mailbox_in_whatever_form_it_comes() {
    let house = House::new();
    let card = house.card(ROSSI);
    let challenge = house.challenge(Purpose::Login, PERSON);
    let at = moment("2026-03-01T12:00:10Z");
    let mut forms = Vec::new();
    for content in [Content::Opaque, Content::Detached] {
        for encoding in [Encoding::Der, Encoding::Ber] {
            let mut data = card.signed_data(at);
            (data.content, data.encoding) = (content.clone(), encoding);
            let der = data.build(challenge.as_bytes()).unwrap();
            forms.push(encodify::base64::STANDARD.encode(&der).into_bytes());
            forms.push(encodify::pem::STANDARD.encode("CMS", &der).into_bytes());
            forms.push(der);
        }
    }
    // Without signed attributes the text itself is signed.
    let mut data = card.signed_data(at);
    data.signers[0].faults.push(pec_sandbox::cms::Fault::NoAttributes);
    forms.push(data.build(challenge.as_bytes()).unwrap());
    let mut kits = Vec::new();
    for form in &forms {
        kits.push(house.prove((Purpose::Login, PERSON), &challenge, Proof::Cms(form), &[]).unwrap());
    }
    let issuing: &[u8] = &card.issuing;
    let ec = house.office.issue(&CardOffice::leaf(ROSSI).unwrap(), Key::derived(Curve::P256, "card").unwrap()).unwrap();
    let pem = card.certificate.pem();
    for (name, card, scheme) in [
        ("rsa-sha256", &card, Scheme::Pkcs1(Digest::Sha256)),
        ("rsa-sha512", &card, Scheme::Pkcs1(Digest::Sha512)),
        ("rsa-pss-sha256", &card, Scheme::Pss { digest: Digest::Sha256, salt: 32 }),
        ("ecdsa-sha256", &ec, Scheme::Ecdsa(Digest::Sha256)),
    ] {
        let signature = card.key.sign(scheme, challenge.as_bytes()).unwrap();
        let scheme: BareScheme = name.parse().unwrap();
        let proof = Proof::Bare { certificate: &card.certificate.der, scheme, signature: &signature };
        let kit = house.prove((Purpose::Login, PERSON), &challenge, proof, &[issuing]).unwrap();
        if name.starts_with("rsa") {
            let proof = Proof::Bare { certificate: pem.as_bytes(), scheme, signature: &signature };
            assert_eq!(house.prove((Purpose::Login, PERSON), &challenge, proof, &[issuing]).as_ref(), Ok(&kit));
            kits.push(kit);
        } else {
            assert_ne!(kit.certificate(), kits[0].certificate());
        }
    }
    assert!(kits.iter().all(|kit| *kit == kits[0]), "the same card, whatever the form");
    let login = house.organisation.admit(&kits[0], house.now).unwrap();
    assert_eq!((login.who(), login.by(), login.mailbox().as_str()), (&LoginAs::Holder, &MatchedBy::TaxId, PERSON));
    assert_eq!(login.revocation(), Revocation::Good);
    assert_eq!(login.kit().certificate().to_string(), card.certificate.fingerprint());
    assert_eq!(login.kit().anchor().to_string(), house.office.root.certificate.fingerprint());
    assert!(login.kit().subject().contains(ROSSI));
}

#[test]
fn row_84_the_codice_fiscale_of_the_holder_opens_and_any_other_needs_an_association() {
    let mut house = House::new();
    let (rossi, bianchi) = (house.card(ROSSI), house.card(BIANCHI));
    assert_eq!(house.login(PERSON, &rossi).unwrap().by(), &MatchedBy::TaxId);
    assert_eq!(house.login(PERSON, &bianchi), Err(DeniedCode::AssociationRequired));
    // «comprese quelle intestate ad azienda»: always.
    assert_eq!(house.login(COMPANY, &rossi), Err(DeniedCode::AssociationRequired));
    house.enrol("ignoto@pec.example", Holder { name: code("Chi?"), tax_id: None });
    assert_eq!(house.login("ignoto@pec.example", &rossi), Err(DeniedCode::AssociationRequired));
    assert_eq!(match_holder(&code(ROSSI), None), HolderMatch::AssociationRequired);
    // Nothing has to be registered where the two are the same.
    assert_eq!(house.register(PERSON, &rossi, ("firma", None)), Err(DeniedCode::KitNotNeeded));
    house.register(PERSON, &bianchi, ("firma di Bianchi", None)).unwrap();
    house.register(COMPANY, &rossi, ("legale rappresentante", None)).unwrap();
    let login = house.login(COMPANY, &rossi).unwrap();
    assert_eq!(login.by(), &MatchedBy::Kit(code("legale rappresentante")));
    assert_eq!(login.who(), &LoginAs::Holder);
    // An association is of one mailbox and of one certificate.
    assert_eq!(house.login(COMPANY, &bianchi), Err(DeniedCode::AssociationRequired));
    let renewed = house.office.issue(&CardOffice::leaf(ROSSI).unwrap(), Key::committed("beta-2048").unwrap()).unwrap();
    assert_eq!(house.login(COMPANY, &renewed), Err(DeniedCode::AssociationRequired));
}

#[test]
fn row_85_only_whoever_is_in_the_list_of_authorised_users() {
    let mut house = House::new();
    let card = house.card(BIANCHI);
    house.delegate("giulia");
    // Nobody registers a kit for whoever is no delegate.
    assert_eq!(house.register(COMPANY, &card, ("firma", Some("nessuno"))), Err(DeniedCode::NotFound));
    house.register(COMPANY, &card, ("firma", Some("giulia"))).unwrap();
    let in_ = house.login(COMPANY, &card).unwrap();
    assert_eq!(in_.who(), &LoginAs::User(code("giulia")));
    let out = Err(DeniedCode::UserNotAuthorised);
    house.host(Command::SuspendUser { user: code("giulia") });
    assert_eq!(house.login(COMPANY, &card), out);
    house.host(Command::RestoreUser { user: code("giulia") });
    assert!(house.login(COMPANY, &card).is_ok());
    house.host(Command::DeactivateDelegate { mailbox: code(COMPANY), user: code("giulia") });
    assert_eq!(house.login(COMPANY, &card), out);
    house.host(Command::ActivateDelegate { mailbox: code(COMPANY), user: code("giulia") });
    assert!(house.login(COMPANY, &card).is_ok());
    // Whoever is deleted and comes back does not find the door open.
    house.host(Command::DeleteDelegate { mailbox: code(COMPANY), user: code("giulia") });
    assert_eq!(house.login(COMPANY, &card), Err(DeniedCode::AssociationRequired));
    assert!(house.organisation.kits(&Scope::Host, &code(COMPANY)).unwrap().is_empty());
    // A mailbox that nobody knows is in no list.
    assert_eq!(house.login("nessuna@pec.example", &card), Err(DeniedCode::LoginMailbox));
    assert_eq!(
        house.organisation.may_challenge(&code("nessuna@pec.example"), 0).map_err(|denied| denied.code),
        Err(DeniedCode::LoginMailbox)
    );
}

#[test]
fn row_86_the_certificate_is_active_and_in_the_form_of_a_cns() {
    let mut house = House::new();
    let of = |change: &dyn Fn(&mut pec_sandbox::Leaf)| {
        let mut leaf = CardOffice::leaf(ROSSI).unwrap();
        change(&mut leaf);
        leaf
    };
    let issue = |house: &House, leaf| house.office.issue(&leaf, Key::committed("alfa-2048").unwrap()).unwrap();
    type Case<'c> = (&'c str, &'c dyn Fn(&mut pec_sandbox::Leaf), DeniedCode);
    let cases: [Case<'_>; 9] = [
        ("ended", &|leaf| leaf.life.1 = moment("2026-03-01T11:59:59Z"), DeniedCode::CardExpired),
        ("not begun", &|leaf| leaf.life.0 = moment("2026-03-01T12:00:01Z"), DeniedCode::CardNotYetValid),
        ("no CNS", &|leaf| leaf.policies = vec!["1.3.76.16.2.2"], DeniedCode::NotCns),
        ("no policy at all", &|leaf| leaf.policies.clear(), DeniedCode::NotCns),
        ("a qualified signature", &|leaf| leaf.key_usage = vec![1], DeniedCode::CardUse),
        ("a server", &|leaf| leaf.purposes = vec![1], DeniedCode::CardUse),
        ("an authority", &|leaf| leaf.authority = true, DeniedCode::CardUse),
        ("a provider of PEC", &|leaf| leaf.policies = vec![pec_sandbox::PEC_POLICY], DeniedCode::NotCns),
        (
            "no codice fiscale",
            &|leaf| leaf.subject = pec_sandbox::name(&[("C", "IT"), ("CN", "Mario Rossi")]),
            DeniedCode::CardTaxId,
        ),
    ];
    for (name, change, expected) in cases {
        let card = issue(&house, of(change));
        assert_eq!(house.login(PERSON, &card), Err(expected), "{name}");
        assert_eq!(house.register(COMPANY, &card, ("firma", None)), Err(expected), "{name}");
    }
    // The codice fiscale, wherever it stands; in two places, it is one.
    let named = |number: &str, common: &str| {
        CardOffice::leaf_named(&[("C", "IT"), ("2.5.4.5", number), ("CN", common)]).unwrap()
    };
    let foreign = format!("{BIANCHI}/60900");
    for (number, common, expected) in [
        (format!("TINIT-{ROSSI}"), "Mario Rossi", Ok(())),
        (format!("IT:{ROSSI}"), "Mario Rossi", Ok(())),
        (format!("TINIT-{ROSSI}"), ROSSI, Ok(())),
        ("60900".into(), ROSSI, Ok(())),
        (format!("TINDE-{ROSSI}"), "Mario Rossi", Err(DeniedCode::CardTaxId)),
        (format!("TINIT-{ROSSI}"), foreign.as_str(), Err(DeniedCode::CardTaxId)),
        ("TINIT-00743110157".into(), "Ditta", Err(DeniedCode::CardTaxId)),
        // One letter mistyped: the check character says so.
        ("60900".into(), "RSSMRA85T10A562T/60900", Err(DeniedCode::CardTaxId)),
        ("60900".into(), "RSSMRA85T10A562SX", Err(DeniedCode::CardTaxId)),
    ] {
        let card = issue(&house, named(&number, common));
        assert_eq!(house.login(PERSON, &card).map(drop), expected, "{number} {common}");
    }
    // Active: by lists and answers that the host gives.
    let card = house.card(ROSSI);
    let revoked =
        |reason| Revoked { serial: card.certificate.serial.clone(), since: moment("2026-02-01T00:00:00Z"), reason };
    house.evidence = lists(&house.office, vec![revoked(Reason::Superseded)]);
    assert_eq!(house.login(PERSON, &card), Err(DeniedCode::CardRevoked));
    house.revocation = RevocationCheck::WhereGiven;
    assert_eq!(house.login(PERSON, &card), Err(DeniedCode::CardRevoked), "what is known counts, asked for or not");
    let answer = Ocsp {
        status: Status::Revoked(moment("2026-02-01T00:00:00Z"), Reason::KeyCompromise),
        this_update: moment("2026-03-01T11:00:00Z"),
        next_update: moment("2026-03-01T13:00:00Z"),
    };
    let sign = |answer: Ocsp| answer.sign(&house.office.issuing, &card.certificate).unwrap();
    let (bad, good) = (sign(answer), sign(Ocsp { status: Status::Good, ..answer }));
    house.evidence = lists(&house.office, Vec::new()).with_ocsp(bad);
    assert_eq!(house.login(PERSON, &card), Err(DeniedCode::CardRevoked));
    house.revocation = RevocationCheck::Required;
    house.evidence = Evidence::none().with_ocsp(good.clone());
    assert_eq!(house.login(PERSON, &card), Err(DeniedCode::RevocationUnknown), "of its authority nobody says anything");
    let [_, of_root] = house.office.lists(moment("2026-02-28T00:00:00Z"), Vec::new()).unwrap();
    house.evidence = Evidence::none().with_ocsp(good).with_crl(of_root);
    assert_eq!(house.login(PERSON, &card).unwrap().revocation(), Revocation::Good);
    // Nothing, or nothing fresh, is never "good".
    let stale = house.office.lists(moment("2026-02-01T00:00:00Z"), Vec::new()).unwrap();
    for evidence in [Evidence::none(), stale.into_iter().fold(Evidence::none(), Evidence::with_crl)] {
        house.evidence = evidence;
        house.revocation = RevocationCheck::Required;
        assert_eq!(house.login(PERSON, &card), Err(DeniedCode::RevocationUnknown));
        house.revocation = RevocationCheck::WhereGiven;
        assert_eq!(house.login(PERSON, &card).unwrap().revocation(), Revocation::NotChecked);
    }
}

#[test]
fn row_86_the_authorities_are_those_that_the_host_has_named_for_this_and_no_others() {
    let mut house = House::new();
    let card = house.card(ROSSI);
    let root = house.office.root.certificate.der.clone();
    let world = World::new().unwrap();
    let none = [TrustStore::built_in(), TrustStore::built_in().with_host_anchor(&root).unwrap()];
    for trust in none {
        house.trust = trust;
        assert_eq!(house.login(PERSON, &card), Err(DeniedCode::NoAuthorities));
    }
    let other = |trust: TrustStore| trust.with_login_anchor(&world.public_root.certificate.der).unwrap();
    for trust in [
        other(TrustStore::built_in()),
        other(TrustStore::built_in().with_host_anchor(&root).unwrap()),
        other(TrustStore::built_in().with_time_stamp_anchor(&root).unwrap()),
        other(TrustStore::built_in().with_intermediate(&root).unwrap()),
    ] {
        house.trust = trust;
        assert_eq!(house.login(PERSON, &card), Err(DeniedCode::CardUntrusted));
    }
    // Nor does an authority for cards vouch for a provider of PEC.
    let trust = TrustStore::built_in().with_login_anchor(&world.root.certificate.der).unwrap();
    assert_eq!(trust.host_anchors().count(), 0);
    assert_eq!(trust.login_anchors().count(), 1);
    // Who names the authority between needs no root.
    house.trust = TrustStore::built_in().with_login_anchor(&house.office.issuing.certificate.der).unwrap();
    let login = house.login(PERSON, &card).unwrap();
    assert_eq!(login.kit().anchor().to_string(), house.office.issuing.certificate.fingerprint());
    // The trust data can be given on, and those without cards are as they were.
    assert_eq!(TrustStore::from_json(&house.trust.to_json()).as_ref(), Ok(&house.trust));
    assert!(!TrustStore::built_in().to_json().contains("login_anchors"));
    assert!(house.trust.to_string().contains("added by the host for logging in"));
}

#[test]
fn row_87_a_kit_is_registered_after_its_card_has_answered_and_the_confirmation_has_its_name() {
    let mut house = House::new();
    let card = house.card(ROSSI);
    let events = house.register(COMPANY, &card, ("Firma di Mario", None)).unwrap();
    let [Event::KitRegistered { mailbox, kit }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((mailbox.as_str(), kit.name.as_str(), kit.at), (COMPANY, "Firma di Mario", house.now));
    assert_eq!(kit.certificate.to_string(), card.certificate.fingerprint());
    assert_eq!(house.organisation.kits(&Scope::Host, &code(COMPANY)).unwrap(), std::slice::from_ref(kit));
    // Neither the codice fiscale nor anything of the card but its digest stands in the log.
    let line = events[0].to_json().unwrap();
    assert!(!line.contains(ROSSI) && line.len() < 300, "{line}");
    assert_eq!(house.register(COMPANY, &card, ("altro nome", None)), Err(DeniedCode::Exists));
    assert_eq!(house.register(COMPANY, &house.card(BIANCHI), ("Firma di Mario", None)), Err(DeniedCode::Exists));
    // Who logs in has not asked for a registration, nor the other way round; and an answer is of its time.
    let kit = house.kit(Purpose::Login, COMPANY, &house.card(BIANCHI)).unwrap();
    let register = |kit| Command::RegisterKit { kit, name: code("nuovo"), user: None };
    let denied = house.give(&By::Host, register(kit)).unwrap_err();
    assert_eq!(denied.code, DeniedCode::WrongPurpose);
    let kit = house.kit(Purpose::Registration, COMPANY, &card).unwrap();
    assert_eq!(house.organisation.admit(&kit, house.now).unwrap_err().code, DeniedCode::WrongPurpose);
    let kit = house.kit(Purpose::Registration, COMPANY, &house.card(BIANCHI)).unwrap();
    house.later(300);
    assert_eq!(house.give(&By::Host, register(kit)).unwrap_err().code, DeniedCode::ChallengeExpired);
    // Who works in mailboxes does not open them to others; who does not see one does not know it.
    let kit = house.kit(Purpose::Registration, COMPANY, &house.card(BIANCHI)).unwrap();
    let user = By::user(code("giulia"));
    assert_eq!(house.give(&user, register(kit.clone())).unwrap_err().code, DeniedCode::OperatorOnly);
    let stranger = By::operator(code("op"), Scope::Client(code("C2")));
    assert_eq!(house.give(&stranger, register(kit.clone())).unwrap_err().code, DeniedCode::NotFound);
    let operator = By::operator(code("op"), Scope::Account(code("A1")));
    house.give(&operator, register(kit)).unwrap();
}

#[test]
fn row_88_only_an_association_can_be_removed() {
    let mut house = House::new();
    let card = house.card(ROSSI);
    house.register(COMPANY, &card, ("firma", None)).unwrap();
    let remove = |mailbox: &str, kit| Command::RemoveKit { mailbox: code(mailbox), kit };
    let named = |name: &str| WhichKit::Named(code(name));
    let denied = house.give(&By::Host, remove(PERSON, WhichKit::OfHolder)).unwrap_err();
    assert_eq!(denied.code, DeniedCode::KitOfHolder);
    let words = denied.code.explanation(Language::It);
    assert_eq!(words, "eseguibile solo ed esclusivamente in caso di mancata coincidenza");
    assert!(house.login(PERSON, &card).is_ok());
    assert_eq!(house.give(&By::Host, remove(PERSON, named("firma"))).unwrap_err().code, DeniedCode::NotFound);
    let stranger = By::operator(code("op"), Scope::Client(code("C2")));
    assert_eq!(house.give(&stranger, remove(COMPANY, named("firma"))).unwrap_err().code, DeniedCode::NotFound);
    assert!(house.login(COMPANY, &card).is_ok());
    let events = house.give(&By::Host, remove(COMPANY, named("firma"))).unwrap();
    assert!(matches!(&events[..], [Event::KitRemoved { .. }]), "{events:?}");
    assert_eq!(house.login(COMPANY, &card), Err(DeniedCode::AssociationRequired));
    assert_eq!(house.give(&By::Host, remove(COMPANY, named("firma"))).unwrap_err().code, DeniedCode::NotFound);
    house.register(COMPANY, &card, ("firma", None)).unwrap();
}
