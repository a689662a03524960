//! One message handed over, and every way in which that can end.

use jiff::{SignedDuration, Timestamp};
use memchr::memchr2_iter;
use pec_archive::{Answer, Answers, Ending, Reply, Ticket};
use pec_core::compose::is_address;

use super::session::Session;
use crate::access::AccessState;
use crate::account::Account;
use crate::error::{Error, Result};

/// What becomes of a message of which the server refuses some recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Partial {
    /// It goes to nobody: the access point would refuse it anyway, because the recipients have to be those of To and Cc (RFC
    /// 6109 §3.1.1).
    #[default]
    AllOrNothing,
    /// It goes to the others.
    TheRest,
}

/// How an attempt has ended.
#[derive(Debug)]
pub(super) struct Attempt {
    /// Its number in the journal; `None` where it ended before the journal was asked.
    pub(super) number: Option<u32>,
    pub(super) ending: Ending,
    pub(super) answers: Answers,
    /// Why the connection cannot be used any more.
    pub(super) broken: Option<Error>,
    /// Why no other message should be tried now.
    pub(super) stop: Option<Error>,
}

/// What is asked before the message itself goes: the number of the attempt; `None` keeps the message here.
pub(super) trait Journal {
    async fn begin(&mut self) -> Result<Option<u32>>;
}

/// How it is done.
pub(super) struct Hand<'h> {
    pub(super) session: &'h mut Session,
    pub(super) account: &'h Account,
    pub(super) partial: Partial,
    /// For how long something waits that was refused for now.
    pub(super) retry: SignedDuration,
    pub(super) now: Timestamp,
}

/// What kind of answer it is.
fn class(reply: &Reply) -> u16 {
    reply.code / 100
}

impl Hand<'_> {
    /// Hands a message over. `Ok(None)` where the journal says that it is another's.
    ///
    /// # Errors
    /// Where the connection broke before the message could have gone: it waits as before. And what the journal meets.
    pub(super) async fn over(
        &mut self,
        ticket: &Ticket,
        message: &[u8],
        journal: &mut impl Journal,
    ) -> Result<Option<Attempt>> {
        if let Some(why) = self.unfit(ticket, message) {
            let answers = Answers { message: Some(why), recipients: Vec::new() };
            return Ok(Some(Attempt { number: None, ending: Ending::Refused, answers, broken: None, stop: None }));
        }
        let mut answers = Answers::default();
        let reply = self.session.mail(&ticket.sender, message.len(), !message.is_ascii()).await?;
        if class(&reply) != 2 {
            return self.turned_down(reply, answers).await.map(Some);
        }
        for recipient in &ticket.recipients {
            let reply = self.session.rcpt(recipient).await?;
            if reply.code == 421 {
                return self.turned_down(reply, answers).await.map(Some);
            }
            answers.recipients.push(Answer { recipient: recipient.clone(), reply });
        }
        let taken = answers.recipients.iter().filter(|answer| class(&answer.reply) == 2).count();
        let goes = match self.partial {
            Partial::AllOrNothing => taken == answers.recipients.len(),
            Partial::TheRest => taken > 0,
        };
        if !goes {
            let for_ever = answers.recipients.iter().any(|answer| class(&answer.reply) == 5);
            let ending = if for_ever { Ending::Refused } else { self.later() };
            let broken = self.session.reset().await.err();
            return Ok(Some(Attempt { number: None, ending, answers, broken, stop: None }));
        }
        let Some(number) = journal.begin().await? else {
            self.session.reset().await?;
            return Ok(None);
        };
        // From here on every end is written down.
        Ok(Some(self.content(number, message, answers).await))
    }

    async fn content(&mut self, number: u32, message: &[u8], mut answers: Answers) -> Attempt {
        // Until the server has asked for the message, none has gone.
        let early = |ending, answers, broken| Attempt { number: Some(number), ending, answers, broken, stop: None };
        match self.session.data().await {
            Ok(reply) if class(&reply) == 3 => {}
            Ok(reply) if class(&reply) == 2 => {
                let broken = Error::Protocol(format!("DATA is answered {} {}", reply.code, reply.text));
                return early(Ending::Later(None), answers, Some(broken));
            }
            Ok(reply) => {
                let ending = if class(&reply) == 5 { Ending::Refused } else { self.later() };
                answers.message = Some(reply);
                let broken = self.session.reset().await.err();
                return early(ending, answers, broken);
            }
            Err(error) => {
                answers.message = Some(silence(&error));
                return early(Ending::Later(None), answers, Some(error));
            }
        }
        match self.session.content(message).await {
            Ok(reply) => {
                let ending = match class(&reply) {
                    2 => Ending::Sent,
                    4 => self.later(),
                    5 => Ending::Refused,
                    _ => Ending::Unknown,
                };
                let odd = ending == Ending::Unknown || reply.code == 421;
                let broken =
                    odd.then(|| Error::Protocol(format!("the message is answered {} {}", reply.code, reply.text)));
                answers.message = Some(reply);
                early(ending, answers, broken)
            }
            Err(error) => {
                answers.message = Some(silence(&error));
                early(Ending::Unknown, answers, Some(error))
            }
        }
    }

    /// The sender or the session as a whole is refused.
    async fn turned_down(&mut self, reply: Reply, mut answers: Answers) -> Result<Attempt> {
        if class(&reply) == 3 {
            return Err(Error::Protocol(format!("MAIL is answered {} {}", reply.code, reply.text)));
        }
        let state = self.account.judge_smtp(reply.code, reply.enhanced.as_deref(), &reply.text);
        let no_access = || super::opening::no_access(self.account, &reply);
        // A provider who wants fewer messages says so with 421, with 4yz to the sender, or (InfoCert) with 550.
        let throttled = state == AccessState::Throttled;
        // "Authentication required": the session has lost its login.
        let locked_out = matches!(reply.code, 530 | 535);
        let stop = (throttled || locked_out).then(no_access);
        let ending = if stop.is_some() || class(&reply) == 4 { self.later() } else { Ending::Refused };
        let ends = reply.code == 421;
        answers.message = Some(reply);
        let broken = if ends {
            Some(Error::Lost(std::io::ErrorKind::ConnectionAborted.into()))
        } else {
            self.session.reset().await.err()
        };
        Ok(Attempt { number: None, ending, answers, broken, stop })
    }

    fn later(&self) -> Ending {
        Ending::Later(self.now.checked_add(self.retry).ok())
    }

    /// Why the message cannot be given to this server without changing it.
    fn unfit(&self, ticket: &Ticket, message: &[u8]) -> Option<Reply> {
        let own = |enhanced: &str, text: String| Some(Reply { code: 0, enhanced: Some(enhanced.into()), text });
        let mut addresses = std::iter::once(&ticket.sender).chain(&ticket.recipients);
        if let Some(odd) = addresses.find(|address| !is_address(address)) {
            return own("5.1.3", format!("not an address: {}", pec_core::text::printable(odd)));
        }
        if !has_whole_lines(message) {
            return own("5.6.0", "lines that do not end with CRLF: the server would get other bytes".into());
        }
        let size = message.len() as u64;
        if let Some(limit) = self.session.offer.size.filter(|limit| size > *limit) {
            return own("5.3.4", format!("{size} bytes, the server takes {limit}"));
        }
        if !message.is_ascii() && !self.session.offer.eight_bit {
            return own("5.6.3", "8-bit bytes, and the server does not offer 8BITMIME".into());
        }
        None
    }
}

/// What stands in the place of an answer that has not come.
fn silence(error: &Error) -> Reply {
    Reply { code: 0, enhanced: None, text: error.to_string() }
}

/// Whether every line ends with CRLF, the last one too, and no CR or LF stands alone.
fn has_whole_lines(message: &[u8]) -> bool {
    let whole = |at: usize| match message.get(at) {
        Some(b'\r') => message.get(at + 1) == Some(&b'\n'),
        _ => at > 0 && message.get(at - 1) == Some(&b'\r'),
    };
    message.ends_with(b"\r\n") && memchr2_iter(b'\r', b'\n', message).all(whole)
}
