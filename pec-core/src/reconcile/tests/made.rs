//! Certified items without signatures: verifications as `verify` would give them, so that a hundred thousand of them
//! need no keys.

use crate::daticert::{Address, AddressClass, CertData, CertTime, ErrorDetail, ErrorKind, Kind, Recipient};
use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::{Record, Source};
use crate::trust::{Revocation, TrustAtSigning, TrustNow};
use crate::verify::{Integrity, Kind as Seen, Signer, TimeProof, Verdict, Verification};

use super::scene::{ANNA, COPY, MSGID, OFFICE, OUTSIDE, at};

pub(super) const ID: &str = "opec1.20260209101530.00001.1.1.60@pec.alfa.example";

/// A provider: its host and its name.
pub(super) type By = (&'static str, &'static str);
pub(super) const ALFA: By = ("pec.alfa.example", "Alfa PEC S.p.A.");
pub(super) const BETA: By = ("cert.beta.example", "Beta Certificata S.r.l.");
/// Genuine, and none of the transaction's.
pub(super) const MALLORY: By = ("pec.mallory.example", "Mallory Posta S.r.l.");

/// A certified item to be.
#[derive(Debug, Clone)]
pub(super) struct Made {
    pub(super) data: CertData,
    pub(super) by: By,
    pub(super) own: String,
    pub(super) verdict: Verdict,
}

impl Made {
    /// From Anna to an office, a copy and an outside address, `minutes` after the acceptance.
    pub(super) fn new(kind: Kind, by: By, minutes: i64) -> Self {
        let mut data = CertData::new(kind);
        let class = |address: &str, class| Recipient { address: Address::new(address), class };
        data.sender = Some(Address::new(ANNA));
        data.recipients = vec![
            class(OFFICE, AddressClass::Certified),
            class(COPY, AddressClass::Certified),
            class(OUTSIDE, AddressClass::External),
        ];
        data.subject = Some("Fattura".into());
        data.issuer = Some(by.1.into());
        data.time = CertTime::at(at(0).plus(minutes * 60).timestamp(), 60);
        data.pec_id = Some(ID.into());
        data.client_message_id = Some(format!("<{MSGID}>"));
        let own = format!("own.{}.{minutes}@{}", data.kind, by.0);
        Self { data, by, own, verdict: Verdict::Certified }
    }

    pub(super) fn to(mut self, recipient: &str) -> Self {
        self.data.delivered_to = Some(Address::new(recipient));
        self.own = format!("{recipient}.{}", self.own);
        self
    }

    pub(super) fn error(mut self, error: ErrorKind, detail: &str) -> Self {
        self.data.error = error;
        self.data.error_detail = (!detail.is_empty()).then(|| ErrorDetail::new(detail));
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut CertData)) -> Self {
        change(&mut self.data);
        self
    }

    pub(super) fn own(mut self, own: &str) -> Self {
        self.own = own.into();
        self
    }

    pub(super) fn verdict(mut self, verdict: Verdict) -> Self {
        self.verdict = verdict;
        self
    }

    pub(super) fn record(&self, source: u64) -> Record {
        let header = format!("Message-ID: <{}>\r\n\r\n", self.own);
        let message = Message::parse(header.as_bytes(), &Limits::DEFAULT);
        Record::of(Source(source), &message, &self.verification()).unwrap()
    }

    fn verification(&self) -> Verification {
        let signer = Signer {
            subject: self.by.1.into(),
            name: Some(self.by.1.into()),
            email: Some(format!("posta-certificata@{}", self.by.0)),
            issuer: "Sandbox CA1".into(),
            not_after: None,
            sha256: String::new(),
        };
        Verification {
            kind: Seen::Pec(self.data.kind.clone()),
            verdict: self.verdict,
            integrity: Integrity::Intact,
            trust_at_signing: TrustAtSigning::Trusted,
            trust_now: TrustNow::Trusted,
            time: TimeProof::Claimed,
            revocation: Revocation::NotChecked,
            anchor: None,
            signed_at: None,
            signer: Some(signer),
            daticert: Some(self.data.clone()),
            findings: Vec::new(),
        }
    }
}

pub(super) fn accepted() -> Made {
    Made::new(Kind::Acceptance, ALFA, 0)
}

pub(super) fn refused() -> Made {
    Made::new(Kind::NonAcceptance, ALFA, 0).error(ErrorKind::Other, "messaggio non conforme")
}

pub(super) fn delivered(recipient: &str, minutes: i64) -> Made {
    Made::new(Kind::Delivery, BETA, minutes).to(recipient)
}

pub(super) fn failed(recipient: &str, minutes: i64) -> Made {
    Made::new(Kind::DeliveryError, BETA, minutes).to(recipient).error(ErrorKind::Other, "5.2.2 - Beta - casella piena")
}

pub(super) fn failed_virus(recipient: &str, minutes: i64) -> Made {
    Made::new(Kind::DeliveryError, ALFA, minutes).to(recipient).error(ErrorKind::Virus, "5.5.1, Alfa, virus")
}

pub(super) fn notice(recipient: &str, minutes: i64, detail: &str) -> Made {
    Made::new(Kind::DelayNotice, ALFA, minutes).to(recipient).error(ErrorKind::Other, detail)
}

pub(super) const HOURS_12: &str = "5.4.1 - Alfa - non consegnato nelle prime dodici ore dal suo invio";
pub(super) const HOURS_24: &str = "5.4.1 - Alfa - non consegnato nelle prime ventiquattro ore dal suo invio";
