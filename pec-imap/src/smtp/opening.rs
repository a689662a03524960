//! The beginning of a connection: greeting, EHLO, STARTTLS, login. By ourselves: lettre would hand what it sends, the password
//! included, to the log wherever its feature `tracing` is on, and its STARTTLS brings a TLS of its own.

use base64ct::{Base64, Encoding as _};
use bytes::BytesMut;
use memchr::memchr;
use pec_core::text::printable;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

use super::session::{refused, reply_of};
use crate::account::Account;
use crate::error::{Error, Result};
use crate::net::{Boxed, Deadlines, Network, Security};

/// The name under which we come: an address literal, as RFC 5321 §4.1.4 has it for hosts without a name; the server knows
/// the real address anyway.
const CLIENT: &str = "[127.0.0.1]";

/// Bytes of a reply at most; EHLO has some hundred.
const MOST: usize = 64 << 10;

/// The longest line that carries the answer to a login at once (RFC 5321 §4.5.3.1.4).
const LONGEST_LINE: usize = 512;

/// What a server said: the code, and its lines without it.
struct Said {
    code: u16,
    lines: Vec<String>,
}

impl Said {
    fn text(&self) -> String {
        self.lines.join(" ")
    }

    fn reply(&self) -> pec_archive::Reply {
        reply_of(self.code, &self.text())
    }
}

/// What EHLO offers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Offer {
    start_tls: bool,
    plain: bool,
    login: bool,
    /// Whether it wants to be told the size of a message (RFC 1870).
    pub(super) sizes: bool,
    /// Bytes of a message at most, where it says so.
    pub(super) size: Option<u64>,
    /// Whether it takes 8-bit bodies (RFC 6152).
    pub(super) eight_bit: bool,
}

impl Offer {
    fn of(said: &Said) -> Self {
        let mut offer = Self::default();
        for line in said.lines.iter().skip(1) {
            // `AUTH=PLAIN` is how servers of before 1999 write it, and some still do beside the other.
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => offer.start_tls = true,
                Some("8BITMIME") => offer.eight_bit = true,
                Some("SIZE") => {
                    offer.sizes = true;
                    // 0 is no limit (RFC 1870 §3).
                    offer.size = words.next().and_then(|size| size.parse().ok()).filter(|size| *size > 0);
                }
                Some("AUTH") => words.for_each(|word| {
                    offer.plain |= word == "PLAIN";
                    offer.login |= word == "LOGIN";
                }),
                _ => {}
            }
        }
        offer
    }
}

/// A connection before lettre has it.
struct Opening {
    stream: Boxed,
    buffer: BytesMut,
    deadlines: Deadlines,
}

/// Connects, encrypts and logs in, once: what refuses is not asked a second time.
pub(super) async fn open(network: &Network, account: &Account) -> Result<(Boxed, Offer)> {
    let to = account.smtp();
    let mut opening =
        Opening { stream: network.connect(to).await?, buffer: BytesMut::new(), deadlines: network.patience() };
    let greeting = opening.read().await?;
    if greeting.code != 220 {
        return Err(turned_away(account, "greeting", &greeting));
    }
    let mut offer = opening.hello(account).await?;
    if to.security == Security::StartTls {
        if !offer.start_tls {
            let reason = "the server does not offer STARTTLS, or somebody on the way hides it".to_owned();
            return Err(Error::Tls { host: to.host.clone(), reason });
        }
        let said = opening.ask(b"STARTTLS\r\n").await?;
        if said.code != 220 {
            return Err(Error::Tls {
                host: to.host.clone(),
                reason: format!("STARTTLS: {} {}", said.code, said.text()),
            });
        }
        let stream = network.encrypt(to, opening.into_stream()?).await?;
        opening = Opening { stream, buffer: BytesMut::new(), deadlines: network.patience() };
        // What was said in the clear counts for nothing (RFC 3207 §4.2).
        offer = opening.hello(account).await?;
    }
    opening.log_in(account, &offer).await?;
    Ok((opening.into_stream()?, offer))
}

impl Opening {
    async fn hello(&mut self, account: &Account) -> Result<Offer> {
        let said = self.ask(format!("EHLO {CLIENT}\r\n").as_bytes()).await?;
        if said.code != 250 {
            return Err(turned_away(account, "EHLO", &said));
        }
        Ok(Offer::of(&said))
    }

    async fn log_in(&mut self, account: &Account, offer: &Offer) -> Result<()> {
        let host = &account.smtp().host;
        let said = if offer.plain {
            self.plain(account).await?
        } else if offer.login {
            self.login(account).await?
        } else {
            let reason = "the server lets nobody in on this connection (no AUTH PLAIN or LOGIN)".to_owned();
            return Err(Error::Tls { host: host.clone(), reason });
        };
        if said.code == 235 {
            return Ok(());
        }
        let mut reply = said.reply();
        reply.text = account.redacted(&reply.text)?;
        Err(no_access(account, &reply))
    }

    /// SASL PLAIN (RFC 4616): every byte of a password gets through.
    async fn plain(&mut self, account: &Account) -> Result<Said> {
        let secret = account.password()?;
        let (user, password) = (account.login().as_bytes(), secret.expose_secret().as_bytes());
        let plain = Zeroizing::new([b"\0", user, b"\0", password].concat());
        let response = Zeroizing::new(Base64::encode_string(&plain));
        let at_once = Zeroizing::new(format!("AUTH PLAIN {}\r\n", response.as_str()));
        if at_once.len() <= LONGEST_LINE {
            return self.ask(at_once.as_bytes()).await;
        }
        let said = self.ask(b"AUTH PLAIN\r\n").await?;
        if said.code != 334 {
            return Ok(said);
        }
        self.ask(Zeroizing::new(format!("{}\r\n", response.as_str())).as_bytes()).await
    }

    /// AUTH LOGIN, which no standard knows and some servers offer alone.
    async fn login(&mut self, account: &Account) -> Result<Said> {
        let secret = account.password()?;
        let mut said = self.ask(b"AUTH LOGIN\r\n").await?;
        for answer in [account.login(), secret.expose_secret()] {
            if said.code != 334 {
                return Ok(said);
            }
            let coded = Zeroizing::new(Base64::encode_string(answer.as_bytes()));
            said = self.ask(Zeroizing::new(format!("{}\r\n", coded.as_str())).as_bytes()).await?;
        }
        Ok(said)
    }

    async fn ask(&mut self, line: &[u8]) -> Result<Said> {
        let quiet = self.deadlines.quiet;
        let write = async {
            self.stream.write_all(line).await?;
            self.stream.flush().await
        };
        timeout(quiet, write).await.map_err(|_| Error::Deadline(quiet))?.map_err(Error::Lost)?;
        self.read().await
    }

    /// The next reply, within its limits.
    async fn read(&mut self) -> Result<Said> {
        let whole = Instant::now() + self.deadlines.response;
        let (mut lines, mut first, mut size) = (Vec::new(), None, 0);
        loop {
            let line = self.line(whole).await?;
            size += line.len();
            if size > MOST {
                return Err(Error::Protocol("a reply without an end".into()));
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end();
            let code = text.get(..3).and_then(|code| code.parse().ok()).filter(|code| (200..600).contains(code));
            let same = code.is_some() && first.is_none_or(|first| Some(first) == code);
            let (Some(code), true) = (code, same) else {
                return Err(Error::Protocol(format!(
                    "not an SMTP reply: {}",
                    printable(text.get(..60).unwrap_or(text))
                )));
            };
            first = Some(code);
            lines.push(printable(text.get(4..).unwrap_or_default()));
            match text.as_bytes().get(3) {
                Some(b'-') => {}
                None | Some(b' ') => return Ok(Said { code, lines }),
                Some(_) => return Err(Error::Protocol("not an SMTP reply: no blank behind the code".into())),
            }
        }
    }

    async fn line(&mut self, whole: Instant) -> Result<BytesMut> {
        loop {
            if let Some(end) = memchr(b'\n', &self.buffer) {
                return Ok(self.buffer.split_to(end + 1));
            }
            if self.buffer.len() > MOST {
                return Err(Error::Protocol("a line without an end".into()));
            }
            let until = whole.min(Instant::now() + self.deadlines.quiet);
            let read = timeout_at(until, self.stream.read_buf(&mut self.buffer)).await;
            if read.map_err(|_| Error::Deadline(self.deadlines.quiet))?.map_err(Error::Lost)? == 0 {
                return Err(Error::Lost(std::io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// The stream, for whoever speaks next. What the server said ahead would pass for an answer to him, and after STARTTLS
    /// for encrypted: it is refused.
    fn into_stream(self) -> Result<Boxed> {
        if self.buffer.is_empty() {
            Ok(self.stream)
        } else {
            Err(Error::Protocol("the server speaks before it is asked".into()))
        }
    }
}

/// Why a server does not even begin.
fn turned_away(account: &Account, command: &str, said: &Said) -> Error {
    if said.code / 100 == 4 {
        return no_access(account, &said.reply());
    }
    refused(command, &said.reply())
}

/// Why nobody is let in.
pub(super) fn no_access(account: &Account, reply: &pec_archive::Reply) -> Error {
    let state = account.judge_smtp(reply.code, reply.enhanced.as_deref(), &reply.text);
    Error::Access { host: account.smtp().host.clone(), state, text: format!("{} {}", reply.code, reply.text) }
}
