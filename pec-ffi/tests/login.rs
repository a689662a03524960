//! A card in place of a password, through the functions that C calls (FEATURES rows 83 to 88).

#![cfg(feature = "archive")]
#![allow(unsafe_code, reason = "the functions are called as C calls them")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::ffi::CString;
use std::mem::MaybeUninit;

use ::pec_sandbox::cards::{Card, CardOffice};
use ::pec_sandbox::{Digest, Moment, Scheme};
use pec::*;

const NOW: &str = "2026-03-01T12:00:00Z";
const ROSSI: &str = "RSSMRA85T10A562S";
const BIANCHI: &str = "BNCGLI80A41F205F";
const BOX: &str = "rossi@pec.example";
const COMPANY: &str = "ditta@pec.example";

fn now() -> i64 {
    NOW.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn moment() -> Moment {
    NOW.parse().unwrap()
}

fn text(text: &str) -> CString {
    CString::new(text).unwrap()
}

type Made<T> = Result<Box<T>, (pec_result, String)>;

/// What a call makes, or the result and the reason of the refusal.
fn made<T>(
    call: impl FnOnce(&mut MaybeUninit<Option<Box<T>>>, &mut MaybeUninit<Option<Box<pec_error>>>) -> pec_result,
) -> Made<T> {
    let (mut place, mut error) = (MaybeUninit::new(None), MaybeUninit::new(None));
    let result = call(&mut place, &mut error);
    // SAFETY: it was made with a value.
    let place = unsafe { place.assume_init() };
    // SAFETY: it was made with a value.
    let error = unsafe { error.assume_init() };
    if result == pec_result::PEC_OK {
        return Ok(place.unwrap());
    }
    let mut reason = MaybeUninit::uninit();
    let field = pec_error_field::PEC_ERROR_REASON as u32;
    assert_eq!(pec_error_text(error.as_deref(), field, Some(&mut reason)), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    let reason: pec_str = unsafe { reason.assume_init() };
    // SAFETY: the text of an error that is still there.
    let reason = unsafe { std::slice::from_raw_parts(reason.data.cast::<u8>(), reason.len) }.to_vec();
    Err((result, String::from_utf8(reason).unwrap()))
}

fn json(text: &pec_text) -> serde_json::Value {
    let mut place = MaybeUninit::uninit();
    assert_eq!(pec_text_bytes(Some(text), Some(&mut place)), pec_result::PEC_OK);
    // SAFETY: it was written by the call.
    let bytes: pec_bytes = unsafe { place.assume_init() };
    // SAFETY: the bytes of an object that is still there.
    serde_json::from_slice(unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) }).unwrap()
}

struct Desk {
    office: CardOffice,
    archive: Box<pec_archive>,
    trust: Box<pec_trust_store>,
    evidence: Box<pec_evidence>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let (office, folder) = (CardOffice::new().unwrap(), tempfile::tempdir().unwrap());
        let path = text(folder.path().join("a.pecarchive").to_str().unwrap());
        // SAFETY: a text that ends with NUL.
        let archive = made(|out, error| unsafe { pec_archive_create(path.as_ptr(), Some(out), Some(error)) }).unwrap();
        let mut trust = made(|out, error| pec_trust_store_built_in(Some(out), Some(error))).unwrap();
        let root = &office.root.certificate.der;
        // SAFETY: the bytes of a vector, with their length.
        let added = unsafe { pec_trust_store_add_login_anchor(Some(&mut trust), root.as_ptr(), root.len(), None) };
        assert_eq!(added, pec_result::PEC_OK);
        let mut evidence = made(|out, error| pec_evidence_new(Some(out), Some(error))).unwrap();
        for list in office.lists("2026-02-28T00:00:00Z".parse().unwrap(), Vec::new()).unwrap() {
            // SAFETY: the bytes of a vector, with their length.
            let added = unsafe { pec_evidence_add_crl(Some(&mut evidence), list.as_ptr(), list.len(), None) };
            assert_eq!(added, pec_result::PEC_OK);
        }
        let desk = Self { office, archive, trust, evidence, _folder: folder };
        desk.act(r#"{"command":"add-client","client":{"code":"C1","name":"Studio","kind":"business"}}"#);
        desk.act(r#"{"command":"add-account","account":{"code":"A1","client":"C1","name":"Studio"}}"#);
        for (mailbox, holder) in [(BOX, ROSSI), (COMPANY, "00743110157")] {
            desk.act(&format!(
                r#"{{"command":"enrol","account":"A1","mailbox":"{mailbox}","holder":{{"name":"Titolare","tax_id":"{holder}"}},"standing":{{"active":"{NOW}"}}}}"#
            ));
        }
        desk
    }

    fn act(&self, command: &str) {
        let command = text(command);
        // SAFETY: a text that ends with NUL.
        let done: Made<pec_text> = made(|out, error| unsafe {
            pec_archive_act(Some(&self.archive), command.as_ptr(), now(), Some(out), Some(error))
        });
        assert!(done.is_ok(), "{command:?}: {:?}", done.err());
    }

    fn begin(&self, mailbox: &str, purpose: u32) -> Made<pec_text> {
        let (mailbox, audience) = (text(mailbox), text("posta.example"));
        // SAFETY: texts that end with NUL.
        made(|out, error| unsafe {
            let (mailbox, audience) = (mailbox.as_ptr(), audience.as_ptr());
            pec_archive_begin_login(Some(&self.archive), mailbox, audience, purpose, now(), Some(out), Some(error))
        })
    }

    fn challenge(&self, mailbox: &str, purpose: u32) -> String {
        json(&self.begin(mailbox, purpose).unwrap())["challenge"].as_str().unwrap().to_owned()
    }

    fn answer(&self, card: &Card, challenge: &str) -> Box<pec_card_answer> {
        let (signed, challenge) = (card.cms(challenge, moment()).unwrap(), text(challenge));
        // SAFETY: a text that ends with NUL, the bytes of a vector.
        made(|out, error| unsafe {
            pec_card_answer_cms(challenge.as_ptr(), signed.as_ptr(), signed.len(), Some(out), Some(error))
        })
        .unwrap()
    }

    fn login(&self, mailbox: &str, answer: &pec_card_answer) -> Made<pec_text> {
        let (mailbox, audience) = (text(mailbox), text("posta.example"));
        let (trust, evidence) = (Some(&*self.trust), Some(&*self.evidence));
        // SAFETY: texts that end with NUL.
        made(|out, error| unsafe {
            let (mailbox, audience, archive) = (mailbox.as_ptr(), audience.as_ptr(), Some(&*self.archive));
            pec_archive_login(
                archive,
                mailbox,
                audience,
                Some(answer),
                trust,
                evidence,
                0,
                now(),
                Some(out),
                Some(error),
            )
        })
    }
}

#[test]
fn rows_83_to_88_through_the_functions_of_c() {
    let desk = Desk::new();
    let (rossi, bianchi) = (desk.office.card(ROSSI).unwrap(), desk.office.card(BIANCHI).unwrap());
    let answer = desk.answer(&rossi, &desk.challenge(BOX, 0));
    let login = json(&desk.login(BOX, &answer).unwrap());
    assert_eq!(
        (&login["report"], &login["by"], &login["revocation"]),
        (&"login".into(), &"tax-id".into(), &"good".into())
    );
    let denied = |made: Made<pec_text>| {
        let (result, reason) = made.err().unwrap();
        assert_eq!(result, pec_result::PEC_ARCHIVE_DENIED);
        reason
    };
    assert_eq!(denied(desk.login(BOX, &answer)), "login.replayed");
    assert_eq!(denied(desk.begin("nessuna@pec.example", 0)), "login.mailbox_unknown");
    let other = desk.answer(&bianchi, &desk.challenge(COMPANY, 0));
    assert_eq!(denied(desk.login(COMPANY, &other)), "login.association_required");

    // By a bare signature, with the authority between beside it.
    let challenge = desk.challenge(BOX, 0);
    let signature = rossi.key.sign(Scheme::Pkcs1(Digest::Sha256), challenge.as_bytes()).unwrap();
    let (certificate, issuing) = (&rossi.certificate.der, &rossi.issuing);
    let bare = |scheme: &str| {
        let (challenge, scheme) = (text(&challenge), text(scheme));
        // SAFETY: texts that end with NUL, the bytes of vectors.
        made(|out, error| unsafe {
            let (certificate, length) = (certificate.as_ptr(), certificate.len());
            let (signature, of) = (signature.as_ptr(), signature.len());
            let (challenge, scheme) = (challenge.as_ptr(), scheme.as_ptr());
            pec_card_answer_bare(challenge, certificate, length, scheme, signature, of, Some(out), Some(error))
        })
    };
    assert_eq!(bare("rsa-sha1").err().unwrap().0, pec_result::PEC_BAD_VALUE);
    let mut answer = bare("rsa-sha256").unwrap();
    // SAFETY: the bytes of a vector, with their length.
    let added = unsafe { pec_card_answer_add_certificate(Some(&mut answer), issuing.as_ptr(), issuing.len(), None) };
    assert_eq!(added, pec_result::PEC_OK);
    assert!(desk.login(BOX, &answer).is_ok());
    pec_card_answer_free(Some(answer));
    pec_card_answer_free(None);

    // Registered, used, removed.
    let answer = desk.answer(&bianchi, &desk.challenge(COMPANY, 1));
    let (mailbox, audience, name, user) = (text(COMPANY), text("posta.example"), text("firma"), text(""));
    let (trust, evidence) = (Some(&*desk.trust), Some(&*desk.evidence));
    let register = || {
        // SAFETY: texts that end with NUL.
        made(|out, error| unsafe {
            let (archive, mailbox, audience) = (Some(&*desk.archive), mailbox.as_ptr(), audience.as_ptr());
            let (name, user, answer) = (name.as_ptr(), user.as_ptr(), Some(&*answer));
            pec_archive_register_kit(
                archive,
                mailbox,
                audience,
                answer,
                trust,
                evidence,
                0,
                name,
                user,
                now(),
                Some(out),
                Some(error),
            )
        })
    };
    let kit = json(&register().unwrap());
    assert_eq!((&kit["report"], &kit["name"], kit["user"].is_null()), (&"kit".into(), &"firma".into(), true));
    assert_eq!(denied(register()), "login.replayed");
    let answer = desk.answer(&bianchi, &desk.challenge(COMPANY, 0));
    assert_eq!(json(&desk.login(COMPANY, &answer).unwrap())["kit"], "firma");
    desk.act(&format!(r#"{{"command":"remove-kit","mailbox":"{COMPANY}","kit":{{"named":"firma"}}}}"#));
    let answer = desk.answer(&bianchi, &desk.challenge(COMPANY, 0));
    assert_eq!(denied(desk.login(COMPANY, &answer)), "login.association_required");
}
