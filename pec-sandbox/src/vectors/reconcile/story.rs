//! How a case is told: messages are put into the folder one by one, then the dossiers that they make.

use super::expect::{Dossier, Expected, Host, Submitted};
use super::{Error, Reconciliation, Scene};
use crate::compose::Draft;
use crate::compose::submission::{ReceiptForm, Recipient, Submission, Transaction};
use crate::vectors::scene::{ANNA, OFFICE, OUTSIDE, SUBJECT, letter, submission};
use crate::{Moment, Provider, World};

/// The cases under construction.
pub(super) struct Book<'s> {
    pub(super) scene: &'s Scene,
    cases: Vec<Reconciliation>,
}

impl<'s> Book<'s> {
    pub(super) fn new(scene: &'s Scene) -> Self {
        Self { scene, cases: Vec::new() }
    }

    pub(super) fn into_cases(self) -> Vec<Reconciliation> {
        self.cases
    }

    pub(super) fn world(&self) -> &'s World {
        &self.scene.world
    }

    /// Anna's letter, accepted by Alfa at the usual time.
    pub(super) fn transaction(&self) -> Transaction {
        self.scene.transaction(&self.scene.world.alfa)
    }

    /// Another message of Anna's, accepted by Alfa at the usual time.
    pub(super) fn accept(&self, submission: Submission) -> Transaction {
        self.scene.world.alfa.accept(submission, Some(SUBJECT), self.scene.at)
    }

    /// The usual time of acceptance and `minutes`.
    pub(super) fn after(&self, minutes: i64) -> Moment {
        self.scene.at.plus(minutes * 60)
    }

    /// A case that is judged three weeks later, with the sandbox root.
    pub(super) fn story(&self, name: &'static str, rule: &'static str, made: &'static str) -> Story {
        let host = Host {
            now: self.scene.now.to_string(),
            trust: "built-in",
            anchors: vec!["root"],
            own_mailboxes: Vec::new(),
            service_receipts: "hidden",
            art_147: "not-asked",
            submissions: Vec::new(),
        };
        Story { case: Reconciliation { name, messages: Vec::new(), rule, made, host, expected: Expected::default() } }
    }

    /// The case is told: this is what it comes to.
    pub(super) fn close(&mut self, story: Story, dossiers: Vec<Dossier>) {
        let mut case = story.case;
        case.expected.dossiers = dossiers;
        self.cases.push(case);
    }
}

/// One case while it is told.
pub(super) struct Story {
    case: Reconciliation,
}

impl Story {
    /// Puts a message into the folder and returns the name of its file.
    pub(super) fn put(&mut self, title: &str, bytes: Vec<u8>) -> String {
        let file = format!("{:02}-{title}.eml", self.case.messages.len() + 1);
        self.case.messages.push((file.clone(), bytes));
        file
    }

    /// Seals a draft and puts it into the folder.
    pub(super) fn seal(&mut self, title: &str, provider: &Provider, draft: &Draft) -> Result<String, Error> {
        Ok(self.put(title, provider.seal(draft)?))
    }

    /// What the sender kept.
    pub(super) fn sent(&mut self, tx: &Transaction) -> String {
        self.put("sent", tx.submission.message.clone())
    }

    /// What the host submitted.
    pub(super) fn submitted(&mut self, tx: &Transaction, at: Moment) -> String {
        let recipients: Vec<&str> = tx.submission.recipients.iter().map(|to| to.address.as_str()).collect();
        self.submitted_to(tx, &recipients, at)
    }

    /// The same with other SMTP recipients.
    pub(super) fn submitted_to(&mut self, tx: &Transaction, recipients: &[&str], at: Moment) -> String {
        let file = self.sent(tx);
        self.case.host.submissions.push(Submitted {
            file: file.clone(),
            sender: tx.submission.sender.clone(),
            recipients: recipients.iter().map(|to| (*to).to_owned()).collect(),
            at: at.to_string(),
        });
        file
    }

    pub(super) fn now(mut self, now: Moment) -> Self {
        self.case.host.now = now.to_string();
        self
    }

    pub(super) fn own_mailbox(mut self, mailbox: &'static str) -> Self {
        self.case.host.own_mailboxes.push(mailbox);
        self
    }

    /// Take-charge receipts and virus detection notices are seen too.
    pub(super) fn service(mut self) -> Self {
        self.case.host.service_receipts = "visible";
        self
    }

    pub(super) fn art_147(mut self) -> Self {
        self.case.host.art_147 = "asked";
        self
    }

    /// Judged with the sandbox's own trust data and no anchor of the host.
    pub(super) fn sandbox_trust(mut self) -> Self {
        self.case.host.trust = "trust-sandbox";
        self.case.host.anchors.clear();
        self
    }

    /// Claims and bounces that belong nowhere.
    pub(super) fn stray(&mut self, file: String) {
        self.case.expected.strays.push(file);
    }
}

/// Somebody at Beta who gets a copy.
pub(super) const COPY: &str = "protocollo@cert.beta.example";

/// Anna's letter to the office alone, with further header fields.
pub(super) fn to_office(more: &[(&str, &str)]) -> Submission {
    let message = letter(&[&[("To", OFFICE)], more].concat());
    Submission { recipients: vec![Recipient::certified(OFFICE)], ..submission(&message, ReceiptForm::Full) }
}

/// Anna's letter to the office, with a copy to another mailbox of Beta.
pub(super) fn with_copy() -> Submission {
    let message = letter(&[("To", OFFICE), ("Cc", COPY)]);
    let recipients = vec![Recipient::certified(OFFICE), Recipient::certified(COPY)];
    Submission { recipients, ..submission(&message, ReceiptForm::Full) }
}

/// Another letter of Anna's to the same recipients.
pub(super) fn another() -> Submission {
    let message = letter(&[("Message-ID", "<c0ffee-0002@client.alfa.example>"), ("Subject", SUBJECT)]);
    submission(&message, ReceiptForm::Full)
}

/// A delivery status notification of an ordinary server about the message `about` to the ordinary address (RFC 3464).
pub(super) fn bounce(about: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@gamma.example\r\nTo: {ANNA}\r\nSubject: Undelivered Mail\r\n\
         Date: Mon, 9 Feb 2026 10:16:00 +0100\r\nMessage-ID: <b1@gamma.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nThe mailbox does not exist.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; gamma.example\r\n\r\n\
         Final-Recipient: rfc822; {OUTSIDE}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}
