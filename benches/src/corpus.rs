//! The messages of a mailbox as `corpus.toml` describes it: any number of them, each made from its number alone.

use pec_core::trust::TrustStore;
use pec_sandbox::compose::base64;
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::{Moment, World};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::Deserialize;

use crate::Result;

/// When the first transaction begins; they follow one another every few seconds.
const BEGIN: &str = "2026-01-07T08:00:00+01:00";
const SECONDS_BETWEEN: i64 = 11;
/// Whose mailbox it is.
const OWNER: &str = "fatture@pec.alfa.example";

#[derive(Debug, Deserialize)]
struct Mix {
    text: Text,
    attachment: Vec<Attachment>,
    transaction: Vec<Kind>,
    receipt: Vec<Receipt>,
}

#[derive(Debug, Deserialize)]
struct Text {
    vocabulary: u64,
    words: [u64; 2],
}

#[derive(Debug, Deserialize)]
struct Attachment {
    share: u64,
    bytes: usize,
}

#[derive(Debug, Deserialize)]
struct Kind {
    share: u64,
    kind: Direction,
    recipients: [u64; 2],
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Sent,
    Received,
}

#[derive(Debug, Deserialize)]
struct Receipt {
    share: u64,
    form: String,
}

/// Where the messages are made.
#[derive(Debug)]
pub struct Corpus {
    mix: Mix,
    world: World,
    begin: Moment,
}

impl Corpus {
    /// As `corpus.toml` says. Signed with RSA-2048, as providers sign.
    ///
    /// # Errors
    /// When the description cannot be read.
    pub fn new() -> Result<Self> {
        let mix = toml::from_str(include_str!("../corpus.toml"))?;
        Ok(Self { mix, world: World::new()?, begin: BEGIN.parse()? })
    }

    /// Whom to trust for them.
    ///
    /// # Errors
    /// When the sandbox's authority is refused.
    pub fn trust(&self) -> Result<TrustStore> {
        Ok(TrustStore::built_in().with_host_anchor(&self.world.root.certificate.der)?)
    }

    /// A time after the first `transactions`.
    #[must_use]
    pub fn after(&self, transactions: u64) -> jiff::Timestamp {
        self.begin.plus((transactions as i64 + 10_000) * SECONDS_BETWEEN).timestamp()
    }

    /// The word of this rank: 0 is the most frequent one.
    #[must_use]
    pub fn word(&self, rank: u64) -> String {
        const SYLLABLES: [&str; 32] = [
            "con", "tra", "ta", "re", "fa", "tu", "ra", "pa", "ga", "men", "to", "ser", "vi", "zio", "or", "di", "ne",
            "scu", "la", "co", "mu", "ne", "pro", "ge", "sti", "o", "ri", "ce", "vu", "da", "li", "mo",
        ];
        let mut rng = ChaCha8Rng::seed_from_u64(rank % self.mix.text.vocabulary);
        let syllables = 2 + rng.next_u64() % 3;
        let mut word: String = (0..syllables).map(|_| SYLLABLES[(rng.next_u64() % 32) as usize]).collect();
        // Two words that sound the same are still two.
        if rank >= 200 {
            word.push_str(&letters(rank));
        }
        word
    }

    /// The messages of one transaction, in the order of their times.
    ///
    /// # Errors
    /// When the sandbox cannot make one.
    pub fn transaction(&self, n: u64) -> Result<Vec<Vec<u8>>> {
        let mut rng = ChaCha8Rng::seed_from_u64(0x0bec_0000_0000 + n);
        let kind = pick(&self.mix.transaction, |kind| kind.share, &mut rng);
        let (provider, other) = (&self.world.alfa, &self.world.beta.host);
        let (sender, recipients) = match kind.kind {
            Direction::Sent => {
                let number = between(kind.recipients, &mut rng);
                (OWNER.to_owned(), (0..number).map(|k| partner(n * 7 + k * 13, other)).collect())
            }
            Direction::Received => (partner(n, &provider.host), vec![OWNER.to_owned()]),
        };
        let at = self.begin.plus(n as i64 * SECONDS_BETWEEN);
        let subject = format!("{} {} n. {n}", self.zipf(&mut rng), self.zipf(&mut rng));
        let receipt = ReceiptForm::of(&pick(&self.mix.receipt, |receipt| receipt.share, &mut rng).form);
        let submission = Submission {
            message: self.original(n, &sender, &recipients, &subject, &mut rng),
            sender,
            recipients: recipients.iter().map(|address| Recipient::certified(address)).collect(),
            receipt,
        };
        let copy = submission.message.clone();
        let transaction = provider.accept(submission, Some(&subject), at);
        Ok(match kind.kind {
            Direction::Received => vec![provider.seal(&provider.transport(&transaction))?],
            Direction::Sent => {
                let mut messages = vec![copy, provider.seal(&provider.acceptance(&transaction))?];
                for (recipient, later) in recipients.iter().zip(2..) {
                    messages.push(provider.seal(&provider.delivery(
                        &transaction,
                        recipient,
                        receipt,
                        at.plus(later),
                    ))?);
                }
                messages
            }
        })
    }

    /// A transport envelope to the owner of the mailbox, with an attachment that cannot be compressed and that brings it to
    /// about this many bytes.
    ///
    /// # Errors
    /// When the sandbox cannot make it.
    pub fn incoming(&self, n: u64, bytes: usize) -> Result<Vec<u8>> {
        /// What an envelope has beside the attachment.
        const AROUND: usize = 7_200;
        let mut rng = ChaCha8Rng::seed_from_u64(0x1_c031_0000_0000 + n);
        let (provider, at) = (&self.world.alfa, self.begin.plus(n as i64 * SECONDS_BETWEEN));
        let sender = partner(n, &provider.host);
        let subject = format!("{} {} n. {n}", self.zipf(&mut rng), self.zipf(&mut rng));
        let filling = bytes.saturating_sub(AROUND) / 78 * 57;
        let recipients = vec![OWNER.to_owned()];
        let submission = Submission {
            message: self.letter_with(n, [&sender, &subject], &recipients, [40, 60], |_| filling, &mut rng),
            sender,
            recipients: recipients.iter().map(|address| Recipient::certified(address)).collect(),
            receipt: ReceiptForm::of("completa"),
        };
        let transaction = provider.accept(submission, Some(&subject), at);
        Ok(provider.seal(&provider.transport(&transaction))?)
    }

    /// What the client submits.
    fn original(&self, n: u64, sender: &str, recipients: &[String], subject: &str, rng: &mut ChaCha8Rng) -> Vec<u8> {
        let words = self.mix.text.words;
        let bytes = |rng: &mut ChaCha8Rng| pick(&self.mix.attachment, |attachment| attachment.share, rng).bytes;
        self.letter_with(n, [sender, subject], recipients, words, bytes, rng)
    }

    fn letter_with(
        &self,
        n: u64,
        [sender, subject]: [&str; 2],
        recipients: &[String],
        words: [u64; 2],
        bytes: impl FnOnce(&mut ChaCha8Rng) -> usize,
        rng: &mut ChaCha8Rng,
    ) -> Vec<u8> {
        let mut text = String::from("Buongiorno,\r\n");
        let mut column = 0;
        for _ in 0..between(words, rng) {
            let word = self.zipf(rng);
            column += word.len() + 1;
            text.push_str(&word);
            text.push_str(if column > 70 { "\r\n" } else { " " });
            column %= 71;
        }
        let head = format!(
            "Message-ID: <{n}.2026@gestionale.ditta.example>\r\nFrom: {sender}\r\nTo: {}\r\nSubject: {subject}\r\n\
             MIME-Version: 1.0\r\n",
            recipients.join(",\r\n ")
        );
        let bytes = bytes(rng);
        if bytes == 0 {
            return format!("{head}Content-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n").into_bytes();
        }
        let mut data = vec![0; bytes];
        rng.fill_bytes(&mut data);
        let mut message = format!(
            "{head}Content-Type: multipart/mixed; boundary=\"=_c{n}\"\r\n\r\n--=_c{n}\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\r\n{text}\r\n--=_c{n}\r\n\
             Content-Type: application/pdf; name=\"fattura-{n}.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"fattura-{n}.pdf\"\r\n\r\n"
        )
        .into_bytes();
        message.extend_from_slice(&base64(&data));
        message.extend_from_slice(format!("\r\n--=_c{n}--\r\n").as_bytes());
        message
    }

    /// A word; the second is half as frequent as the first, the third a third.
    fn zipf(&self, rng: &mut ChaCha8Rng) -> String {
        // Of a uniform number u, V^u is distributed so, nearly.
        let uniform = (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        self.word((self.mix.text.vocabulary as f64).powf(uniform) as u64 - 1)
    }
}

fn partner(n: u64, host: &str) -> String {
    format!("ufficio{:04}@{host}", n % 5_000)
}

fn letters(mut rank: u64) -> String {
    let mut word = String::new();
    while rank > 0 {
        word.push((b'a' + (rank % 26) as u8) as char);
        rank /= 26;
    }
    word
}

fn between([least, most]: [u64; 2], rng: &mut ChaCha8Rng) -> u64 {
    least + rng.next_u64() % (most - least + 1)
}

fn pick<'m, T>(of: &'m [T], share: impl Fn(&T) -> u64, rng: &mut ChaCha8Rng) -> &'m T {
    let mut left = rng.next_u64() % of.iter().map(&share).sum::<u64>().max(1);
    of.iter()
        .find(|item| {
            let here = left < share(item);
            left = left.saturating_sub(share(item));
            here
        })
        .unwrap_or(&of[0])
}

#[cfg(test)]
mod tests {
    use pec_core::limits::Limits;
    use pec_core::message::Message;
    use pec_core::trust::ChainCache;
    use pec_core::verify::{Verdict, Verifier};

    use super::*;

    #[test]
    fn what_is_certified_verifies_and_the_same_number_gives_the_same_bytes() {
        let corpus = Corpus::new().unwrap();
        let (trust, mut cache) = (corpus.trust().unwrap(), ChainCache::default());
        let (mut certified, mut plain) = (0, 0);
        for n in 0..20 {
            let messages = corpus.transaction(n).unwrap();
            assert_eq!(messages, corpus.transaction(n).unwrap());
            for bytes in &messages {
                let message = Message::parse(&bytes[..], &Limits::DEFAULT);
                match Verifier::new(&trust).verify(&message, corpus.after(20), &mut cache).verdict() {
                    Verdict::Certified => certified += 1,
                    Verdict::NotPec => plain += 1,
                    other => panic!("{n}: {other:?}"),
                }
            }
        }
        assert!(certified > 30 && plain > 8, "{certified} {plain}");
    }

    #[test]
    fn words_are_distinct() {
        let corpus = Corpus::new().unwrap();
        let frequent: std::collections::BTreeSet<_> = (200..2_000).map(|rank| corpus.word(rank)).collect();
        assert_eq!(frequent.len(), 1_800);
    }
}
