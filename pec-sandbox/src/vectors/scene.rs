//! The story that most cases tell: Anna writes from Alfa to an office at Beta and to an ordinary address.

use crate::compose::submission::{ReceiptForm, Recipient, Submission, Transaction};
use crate::compose::{Draft, Headers};
use crate::{Error, Moment, Provider, World};

/// Anna, the sender.
pub(crate) const ANNA: &str = "anna.bianchi@pec.alfa.example";
/// The office, the certified recipient.
pub(crate) const OFFICE: &str = "ufficio@cert.beta.example";
/// Somebody with ordinary mail.
pub(crate) const OUTSIDE: &str = "info@gamma.example";
/// Service mailbox of Alfa.
pub(crate) const SERVICE: &str = "ricevute@pec.alfa.example";

/// World, times, and the transaction of most cases.
#[derive(Debug)]
pub(crate) struct Scene {
    /// Cast.
    pub(crate) world: World,
    /// When the message was accepted.
    pub(crate) at: Moment,
    /// When cases are judged.
    pub(crate) now: Moment,
}

impl Scene {
    /// Builds the cast.
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self {
            world: World::new()?,
            at: "2026-02-09T10:15:30+01:00".parse()?,
            now: "2026-03-01T12:00:00Z".parse()?,
        })
    }

    /// Anna's message, accepted by `provider` at the usual time.
    pub(crate) fn transaction(&self, provider: &Provider) -> Transaction {
        self.transaction_at(provider, self.at)
    }

    /// Anna's message, accepted by `provider` at `at`.
    pub(crate) fn transaction_at(&self, provider: &Provider, at: Moment) -> Transaction {
        provider.accept(submission(&letter(&[]), ReceiptForm::Full), Some(SUBJECT), at)
    }

    /// A transport envelope of Alfa with Anna's message, open.
    pub(crate) fn transport(&self) -> Draft {
        self.world.alfa.transport(&self.transaction(&self.world.alfa))
    }

    /// A transport envelope of Beta's layout, open. Beta signs, Anna's address stays.
    pub(crate) fn transport_b(&self) -> Draft {
        self.world.beta.transport(&self.transaction(&self.world.beta))
    }

    /// An acceptance receipt of Alfa, open.
    pub(crate) fn acceptance(&self) -> Draft {
        self.world.alfa.acceptance(&self.transaction(&self.world.alfa))
    }

    /// A complete delivery receipt of Beta to Anna, open.
    pub(crate) fn delivery(&self) -> Draft {
        let tx = self.transaction(&self.world.alfa);
        self.world.beta.delivery(&tx, OFFICE, ReceiptForm::Full, self.at)
    }
}

/// Subject of the letter.
pub(crate) const SUBJECT: &str = "Preventivo 12/2026 & allegati";

/// Anna's letter with further header fields.
pub(crate) fn letter(more: &[(&str, &str)]) -> Vec<u8> {
    letter_with(more, BODY)
}

/// Anna's header around another body, whose first lines are its Content-Type fields.
pub(crate) fn letter_with(more: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut headers = Headers::from([
        ("Message-ID", "<c0ffee-0001@client.alfa.example>"),
        ("Date", "Mon, 9 Feb 2026 10:15:28 +0100"),
        ("From", "Anna Bianchi <anna.bianchi@pec.alfa.example>"),
        ("To", "ufficio@cert.beta.example, info@gamma.example"),
        ("Subject", SUBJECT),
    ]);
    for (name, value) in more {
        headers.set(name, *value);
    }
    headers.push("MIME-Version", "1.0");
    [&headers.bytes()[..], body.as_bytes()].concat()
}

/// A text and an attachment.
pub(crate) const BODY: &str = "Content-Type: multipart/mixed; boundary=\"=_client_1\"\r\n\r\n\
--=_client_1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nBuongiorno,\r\nin allegato il preventivo.\r\n\r\n\
--=_client_1\r\nContent-Type: application/pdf; name=\"preventivo.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"preventivo.pdf\"\r\n\r\nJVBERi0xLjQKJSBwcmV2ZW50aXZvCg==\r\n\
--=_client_1--\r\n";

/// Anna's submission of `message` to the office and the ordinary address.
pub(crate) fn submission(message: &[u8], receipt: ReceiptForm) -> Submission {
    Submission {
        message: message.to_vec(),
        sender: ANNA.into(),
        recipients: vec![Recipient::certified(OFFICE), Recipient::external(OUTSIDE)],
        receipt,
    }
}

/// What a delivery agent puts on top before the message lies in a mailbox.
pub(crate) fn delivered(message: &[u8], return_path: &str, mailbox: &str) -> Vec<u8> {
    let trace = format!(
        "Return-Path: <{return_path}>\r\nDelivered-To: {mailbox}\r\nReceived: from mx.sandbox.example (localhost \
         [127.0.0.1])\r\n\tby mx.sandbox.example with LMTP id 4825.002;\r\n\tMon, 9 Feb 2026 10:15:35 +0100 (CET)\r\n"
    );
    [trace.as_bytes(), message].concat()
}
