//! Transport envelopes as a provider makes them, of exact sizes, and how they are verified.

use std::fmt;

use jiff::Timestamp;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Verification, Verifier};
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::compose::{base64, lf};
use pec_sandbox::{Provider, World};

use crate::Result;

/// The sizes of whole messages, line ends CRLF, in bytes.
pub const SIZES: [Size; 3] = [Size(10_000), Size(1_000_000), Size(25_000_000)];

/// Bytes of a whole message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(pub usize);

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            bytes if bytes >= 1_000_000 => write!(f, "{} MB", bytes / 1_000_000),
            bytes => write!(f, "{} KB", bytes / 1_000),
        }
    }
}

/// How the provider signed and how the message was stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Alfa in 2026: family A, BER, RSA-2048 with SHA-256; CRLF line ends as on the wire.
    Wire,
    /// The same, stored with bare line feeds.
    LineFeeds,
    /// Alfa in 2018: family A, DER, RSA-2048 with SHA-1; CRLF line ends.
    Sha1,
}

impl Variant {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wire, Self::LineFeeds, Self::Sha1];

    /// Its name in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wire => "CRLF, SHA-256",
            Self::LineFeeds => "LF, SHA-256",
            Self::Sha1 => "CRLF, SHA-1",
        }
    }
}

/// A message and whom to trust for it.
pub struct Envelope {
    /// The message, attachment and signature included.
    pub bytes: Vec<u8>,
    /// The built-in trust data with the sandbox's authority.
    pub trust: TrustStore,
    /// The certificate of that authority, DER.
    pub authority: Vec<u8>,
    /// The certificate of the sandbox's root, DER: what a peer trusts.
    pub root: Vec<u8>,
    /// When it was made, seconds since 1970.
    pub made: i64,
}

impl Envelope {
    /// A transport envelope of `size` bytes; with bare line feeds it is shorter by its line ends.
    ///
    /// # Errors
    /// When the sandbox cannot make it.
    pub fn new(size: Size, variant: Variant) -> Result<Self> {
        let world = World::new()?;
        let (provider, at) = match variant {
            Variant::Sha1 => (&world.alfa_2018, "2018-11-13T16:39:27+01:00"),
            Variant::Wire | Variant::LineFeeds => (&world.alfa, "2026-02-09T10:15:30+01:00"),
        };
        let mut bytes = around(provider, at, &original(0))?;
        if bytes.len() > size.0 {
            return Err(format!("an empty message has {} bytes already", bytes.len()).into());
        }
        // The attachment fills what is missing; a second look corrects the rounding of its lines.
        let mut filling = 0;
        for _ in 0..2 {
            filling = (filling + size.0).saturating_sub(bytes.len());
            bytes = around(provider, at, &original(filling))?;
        }
        if variant == Variant::LineFeeds {
            bytes = lf(&bytes);
        }
        Ok(Self {
            bytes,
            trust: TrustStore::built_in().with_host_anchor(&provider.authority.certificate.der)?,
            authority: provider.authority.certificate.der.clone(),
            root: world.root.certificate.der.clone(),
            made: at.parse::<Timestamp>()?.as_second(),
        })
    }

    /// Parses and verifies, the whole of what a caller does with a message.
    #[must_use]
    pub fn verify(&self, cache: &mut ChainCache) -> Verification {
        let message = Message::parse(&self.bytes[..], &Limits::DEFAULT);
        Verifier::new(&self.trust).verify(&message, self.now(), cache)
    }

    /// A cache that knows the provider's chain from one message and its key from the next.
    #[must_use]
    pub fn warm_cache(&self) -> ChainCache {
        let mut cache = ChainCache::default();
        for _ in 0..2 {
            drop(self.verify(&mut cache));
        }
        cache
    }

    /// A day after the message was made.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.made + 86_400).unwrap_or_default()
    }
}

/// What the client submits: a text and an attachment whose encoded form takes about `filling` bytes.
fn original(filling: usize) -> Vec<u8> {
    // 57 bytes make a line of 78 with its line end.
    let data: Vec<u8> = (0..filling / 78 * 57 + filling % 78 * 57 / 78).map(|at| (at * 31 % 251) as u8).collect();
    let head = "Message-ID: <c0ffee-0001@client.alfa.example>\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\n\
From: anna.bianchi@pec.alfa.example\r\nTo: ufficio@cert.beta.example\r\nSubject: Preventivo\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"=_c\"\r\n\r\n--=_c\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n\
Buongiorno.\r\n--=_c\r\nContent-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
Content-Disposition: attachment; filename=\"a.pdf\"\r\n\r\n";
    [head.as_bytes(), &base64(&data), b"\r\n--=_c--\r\n"].concat()
}

fn around(provider: &Provider, at: &str, message: &[u8]) -> Result<Vec<u8>> {
    let submission = Submission {
        message: message.to_vec(),
        sender: "anna.bianchi@pec.alfa.example".into(),
        recipients: vec![Recipient::certified("ufficio@cert.beta.example")],
        receipt: ReceiptForm::Full,
    };
    let transaction = provider.accept(submission, Some("Preventivo"), at.parse()?);
    Ok(provider.seal(&provider.transport(&transaction))?)
}

#[cfg(test)]
mod tests {
    use pec_core::verify::Verdict;

    use super::*;

    #[test]
    fn sizes_are_true_and_messages_certified() {
        for variant in Variant::ALL {
            for size in &SIZES[..2] {
                let envelope = Envelope::new(*size, variant).unwrap();
                let lines = envelope.bytes.iter().filter(|byte| **byte == b'\n').count();
                let length = envelope.bytes.len() + if variant == Variant::LineFeeds { lines } else { 0 };
                assert!(length.abs_diff(size.0) <= 100, "{size} {variant:?}: {length}");
                let mut cache = ChainCache::default();
                let cold = envelope.verify(&mut cache);
                assert_eq!(cold.verdict(), Verdict::Certified, "{variant:?}: {:#?}", cold.findings);
                assert_eq!(cache.len(), 1);
                assert_eq!(cold, envelope.verify(&mut cache), "the cache changes the answer");
            }
        }
    }
}
