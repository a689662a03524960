//! An organisation with a mailbox of a person and one of a company, and whoever judges cards for it.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use pec_core::delegation::lifecycle::DelegateName;
use pec_core::delegation::login::{
    Answer, Attempt, CardPolicy, Challenge, ChallengeRequest, Kit, Login, Proof, Purpose, RevocationCheck,
};
use pec_core::delegation::{
    Account, By, Client, ClientKind, Command, Denied, DeniedCode, Event, Holder, MailboxAddress, Organisation,
    Standing, Text, User, UserId,
};
use pec_core::limits::Limits;
use pec_core::trust::{Evidence, TrustStore};
use pec_sandbox::cards::{Card, CardOffice};
use pec_sandbox::{Moment, Revoked};

/// Of Mario Rossi, whose mailbox it is, and of somebody else.
pub(crate) const ROSSI: &str = "RSSMRA85T10A562S";
pub(crate) const BIANCHI: &str = "BNCGLI80A41F205F";

pub(crate) const PERSON: &str = "rossi@pec.example";
pub(crate) const COMPANY: &str = "ditta@pec.example";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub(crate) fn code<T: FromStr>(text: &str) -> T {
    T::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

pub(crate) struct House {
    pub(crate) organisation: Organisation,
    pub(crate) office: CardOffice,
    pub(crate) trust: TrustStore,
    pub(crate) evidence: Evidence,
    pub(crate) revocation: RevocationCheck,
    pub(crate) now: Timestamp,
}

impl House {
    pub(crate) fn new() -> Self {
        let office = CardOffice::new().unwrap();
        let trust = TrustStore::built_in().with_login_anchor(&office.root.certificate.der).unwrap();
        let mut house = Self {
            organisation: Organisation::default(),
            evidence: lists(&office, Vec::new()),
            office,
            trust,
            revocation: RevocationCheck::Required,
            now: now(),
        };
        let client = Client { code: code("C1"), name: code("Studio"), kind: ClientKind::Business };
        house.host(Command::AddClient { client });
        house.host(Command::AddAccount {
            account: Account { code: code("A1"), client: code("C1"), name: code("Studio") },
        });
        for (mailbox, holder) in [(PERSON, ROSSI), (COMPANY, "00743110157")] {
            let holder = Holder { name: code("Titolare"), tax_id: Some(code(holder)) };
            house.enrol(mailbox, holder);
        }
        house
    }

    pub(crate) fn enrol(&mut self, mailbox: &str, holder: Holder) {
        let (mailbox, standing) = (code(mailbox), Standing::Active(now()));
        self.host(Command::Enrol { account: code("A1"), mailbox, holder, product: None, standing });
    }

    /// A user, active in the mailbox of the company.
    pub(crate) fn delegate(&mut self, user: &str) {
        let (mailbox, id): (MailboxAddress, UserId) = (code(COMPANY), code(user));
        self.host(Command::AddUser {
            user: User { id: id.clone(), account: code("A1"), name: code(user), email: None },
        });
        let name =
            DelegateName { first_name: code(user), surname: code("Neri"), description: code("PEC"), email: None };
        let _ = self.give(&By::Host, Command::ShareOn { mailbox: mailbox.clone() });
        self.host(Command::AddDelegate { mailbox: mailbox.clone(), user: id.clone(), name });
        self.host(Command::ActivateDelegate { mailbox, user: id });
    }

    pub(crate) fn give(&mut self, by: &By, command: Command) -> Result<Vec<Event>, Denied> {
        let events = self.organisation.decide(&command, by, self.now)?;
        self.organisation.apply_all(&events);
        Ok(events)
    }

    pub(crate) fn host(&mut self, command: Command) {
        let shown = format!("{command:?}");
        self.give(&By::Host, command).unwrap_or_else(|denied| panic!("{shown}: {denied}"));
    }

    pub(crate) fn challenge(&self, purpose: Purpose, mailbox: &str) -> String {
        let request = ChallengeRequest::new(purpose, code(mailbox), audience());
        Challenge::issue(&request, [7; 32], self.now).text()
    }

    pub(crate) fn card(&self, tax_id: &str) -> Card {
        self.office.card(tax_id).unwrap()
    }

    /// What a card shows by this proof.
    pub(crate) fn prove(
        &self,
        (purpose, mailbox): (Purpose, &str),
        challenge: &str,
        proof: Proof<'_>,
        certificates: &[&[u8]],
    ) -> Result<Kit, Denied> {
        let policy = CardPolicy {
            trust: &self.trust,
            evidence: &self.evidence,
            revocation: self.revocation,
            limits: &Limits::DEFAULT,
        };
        let answer = Answer { challenge, proof, certificates };
        Attempt { mailbox: &code(mailbox), audience: &audience(), answer, policy }.prove(purpose, self.now)
    }

    /// What a card shows, by its middleware.
    pub(crate) fn kit(&self, purpose: Purpose, mailbox: &str, card: &Card) -> Result<Kit, Denied> {
        let challenge = self.challenge(purpose, mailbox);
        let signed = card.cms(&challenge, moment("2026-03-01T12:00:10Z")).unwrap();
        self.prove((purpose, mailbox), &challenge, Proof::Cms(&signed), &[])
    }

    /// Whether a card opens a mailbox.
    pub(crate) fn login(&self, mailbox: &str, card: &Card) -> Result<Login, DeniedCode> {
        let kit = self.kit(Purpose::Login, mailbox, card).map_err(|denied| denied.code)?;
        self.organisation.admit(&kit, self.now).map_err(|denied| denied.code)
    }

    pub(crate) fn register(
        &mut self,
        mailbox: &str,
        card: &Card,
        (name, user): (&str, Option<&str>),
    ) -> Result<Vec<Event>, DeniedCode> {
        let kit = self.kit(Purpose::Registration, mailbox, card).map_err(|denied| denied.code)?;
        let command = Command::RegisterKit { kit, name: code(name), user: user.map(code) };
        self.give(&By::Host, command).map_err(|denied| denied.code)
    }

    pub(crate) fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }
}

pub(crate) fn audience() -> Text {
    code("posta.studio.example")
}

/// Both lists of the office, of the day before.
pub(crate) fn lists(office: &CardOffice, revoked: Vec<Revoked>) -> Evidence {
    let lists = office.lists(moment("2026-02-28T00:00:00Z"), revoked).unwrap();
    lists.into_iter().fold(Evidence::none(), Evidence::with_crl)
}
