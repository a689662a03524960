//! Mailboxes to archive: two providers in the process, a message to three recipients, a day gone by.

use jiff::{SignedDuration, Timestamp};
use pec_core::trust::TrustStore;
use pec_sandbox::network::{Mailbox, Network, Settings};

pub(crate) const ANNA: &str = "anna@pec.alfa.example";
pub(crate) const OFFICE: &str = "ufficio@cert.beta.example";
pub(crate) const FULL: &str = "piena@cert.beta.example";

/// What a person finds in her mailboxes, with the message that she sent.
pub(crate) struct Scene {
    pub(crate) network: Network,
    pub(crate) sent: Vec<u8>,
    pub(crate) pec_id: String,
}

impl Scene {
    pub(crate) fn new(attachment: usize) -> Self {
        let mut settings = Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap());
        // Providers may allow more than they must.
        settings.providers[0].limits.product = 1 << 30;
        let mut network = Network::new(settings).unwrap();
        for mailbox in [Mailbox::new(ANNA), Mailbox::new(OFFICE), Mailbox::full(FULL)] {
            network.add(mailbox).unwrap();
        }
        let sent = message("1@ditta.example", "Contratto quadro: perché no?", attachment);
        let pec_id = network.submit(ANNA, &[OFFICE, FULL], &sent).unwrap().pec_id;
        network.settle().unwrap();
        network.advance(SignedDuration::from_hours(25)).unwrap();
        Self { network, sent, pec_id }
    }

    pub(crate) fn trust(&self) -> &TrustStore {
        self.network.trust()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.network.time()
    }

    /// The messages of a mailbox, oldest first.
    pub(crate) fn mailbox(&self, address: &str) -> Vec<Vec<u8>> {
        self.network.messages(address).unwrap().iter().map(|stored| stored.bytes.to_vec()).collect()
    }
}

/// A message with a PDF of so many bytes that cannot be compressed.
pub(crate) fn message(id: &str, subject: &str, attachment: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(state >> 58) as usize]
    })
    .take(attachment.next_multiple_of(4))
    .collect();
    let lines: Vec<String> = noise.chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!(
        "From: Anna Verdi <{ANNA}>\r\nTo: {OFFICE}, {FULL}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <{id}>\r\n\
         Subject: =?UTF-8?Q?{}?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=limite\r\n\r\n--limite\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nBuongiorno, la città è Forlì.\r\n\
         --limite\r\nContent-Type: application/pdf; name=\"planimetria.pdf\"\r\n\
         Content-Disposition: attachment; filename=\"planimetria.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --limite--\r\n",
        subject.replace(' ', "_").replace('?', "=3F").replace('é', "=C3=A9"),
        lines.join("\r\n")
    )
    .into_bytes()
}
