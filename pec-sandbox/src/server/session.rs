//! One SMTP submission session (RFC 6409) without its connection: lines in, replies out. The commands are read by the
//! crate `smtp-proto`; what may follow what, and each code, is decided here.

use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, MAIL_SMTPUTF8, Request};

use super::Desk;
use crate::network::Answer;

/// What is said to the client, and what comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) then: Then,
}

/// What the connection does after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Reads the next line.
    Line,
    /// Reads a message up to its final dot.
    Message,
    /// Begins TLS.
    Tls,
    /// Ends.
    Close,
}

/// Whether the channel is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Plain,
    Encrypted,
}

/// Where the log-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Login {
    None,
    /// AUTH PLAIN without its initial response.
    Plain,
    /// AUTH LOGIN: the name comes next.
    Name,
    /// AUTH LOGIN: the password comes next.
    Password(String),
    User(String),
}

/// One session.
pub(super) struct Session<'d> {
    desk: &'d Desk,
    channel: Channel,
    greeted: bool,
    login: Login,
    sender: Option<String>,
    recipients: Vec<String>,
}

/// Recipients of one transaction; the providers' own limits are lower and answered by a notice.
const RECIPIENTS: usize = 10_000;

fn reply(text: impl Into<String>) -> Reply {
    Reply { text: text.into(), then: Then::Line }
}

impl<'d> Session<'d> {
    pub(super) const fn new(desk: &'d Desk, channel: Channel) -> Self {
        Self { desk, channel, greeted: false, login: Login::None, sender: None, recipients: Vec::new() }
    }

    pub(super) fn greeting() -> Reply {
        reply("220 localhost ESMTP PEC sandbox")
    }

    /// Answers one line, given with its line end.
    pub(super) fn line(&mut self, line: &[u8]) -> Reply {
        match std::mem::replace(&mut self.login, Login::None) {
            Login::User(user) => self.login = Login::User(user),
            Login::None => {}
            waiting => return self.credentials(waiting, line.trim_ascii()),
        }
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return reply(refusal(&error)),
        };
        match request {
            Request::Ehlo { .. } => self.hello(),
            Request::Helo { .. } => {
                self.greeted = true;
                self.reset();
                reply("250 localhost")
            }
            Request::Noop { .. } => reply("250 2.0.0 OK"),
            Request::Rset => {
                self.reset();
                reply("250 2.0.0 OK")
            }
            Request::Quit => Reply { text: "221 2.0.0 Bye".into(), then: Then::Close },
            Request::Vrfy { .. } => reply("252 2.5.2 send some mail, it will be tried"),
            Request::StartTls if self.channel == Channel::Plain => {
                Reply { text: "220 2.0.0 ready to start TLS".into(), then: Then::Tls }
            }
            Request::StartTls => reply("503 5.5.1 TLS is active"),
            _ if self.channel == Channel::Plain => reply("530 5.7.0 must issue a STARTTLS command first"),
            _ if !self.greeted => reply("503 5.5.1 send EHLO first"),
            Request::Auth { mechanism, initial_response } => self.auth(mechanism, initial_response.trim()),
            Request::Mail { from } => self.mail(&from),
            Request::Rcpt { to } => self.rcpt(to.address),
            Request::Data if self.recipients.is_empty() => reply("503 5.5.1 no sender or no recipient yet"),
            Request::Data => Reply { text: "354 end with <CRLF>.<CRLF>".into(), then: Then::Message },
            _ => reply("502 5.5.1 not implemented"),
        }
    }

    /// After STARTTLS nothing that was said before counts (RFC 3207 §4.2).
    pub(super) fn encrypted(&mut self) {
        *self = Self::new(self.desk, Channel::Encrypted);
    }

    /// Bytes of the largest message.
    pub(super) fn bound(&self) -> usize {
        match &self.login {
            Login::User(user) => self.desk.bound(user),
            _ => 0,
        }
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    fn hello(&mut self) -> Reply {
        self.greeted = true;
        self.reset();
        let mut text = "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n".to_owned();
        match self.channel {
            Channel::Plain => text.push_str("250 STARTTLS"),
            Channel::Encrypted => text.push_str(&format!("250-SIZE {}\r\n250 AUTH PLAIN LOGIN", self.desk.largest())),
        }
        reply(text)
    }

    fn auth(&mut self, mechanism: u64, initial: &str) -> Reply {
        if matches!(self.login, Login::User(_)) {
            return reply("503 5.5.1 already authenticated");
        }
        match (mechanism, initial) {
            (AUTH_PLAIN, "") => self.ask(Login::Plain, ""),
            (AUTH_PLAIN, initial) => self.credentials(Login::Plain, initial.as_bytes()),
            (AUTH_LOGIN, "") => self.ask(Login::Name, "VXNlcm5hbWU6"),
            (AUTH_LOGIN, initial) => self.credentials(Login::Name, initial.as_bytes()),
            _ => reply("504 5.5.4 PLAIN and LOGIN are known"),
        }
    }

    fn ask(&mut self, login: Login, challenge: &str) -> Reply {
        self.login = login;
        reply(format!("334 {challenge}"))
    }

    /// One answer of the client to a challenge, in base64.
    fn credentials(&mut self, waiting: Login, answer: &[u8]) -> Reply {
        if answer == b"*" {
            return reply("501 5.7.0 authentication cancelled");
        }
        // "=" is an empty answer (RFC 4954 §4).
        let decoded = if answer == b"=" { Some(Vec::new()) } else { encodify::base64::STANDARD.decode(answer).ok() };
        let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return reply("501 5.5.2 not base64");
        };
        let (user, password) = match waiting {
            Login::Plain => match &text.split('\0').collect::<Vec<_>>()[..] {
                [as_user, user, password] if as_user.is_empty() || as_user == user => {
                    ((*user).to_owned(), (*password).to_owned())
                }
                _ => return reply("535 5.7.8 credentials not understood"),
            },
            Login::Name => return self.ask(Login::Password(text), "UGFzc3dvcmQ6"),
            Login::Password(user) => (user, text),
            Login::None | Login::User(_) => return reply("503 5.5.1 no authentication under way"),
        };
        if !self.desk.admits(&user, &password) {
            return reply("535 5.7.8 no such mailbox, or another password");
        }
        self.login = Login::User(user);
        reply("235 2.7.0 authenticated")
    }

    fn mail(&mut self, from: &smtp_proto::MailFrom<String>) -> Reply {
        let Login::User(user) = &self.login else { return reply("530 5.7.0 authentication required") };
        if self.sender.is_some() {
            return reply("503 5.5.1 one sender is enough");
        }
        if from.flags & MAIL_SMTPUTF8 != 0 {
            return reply("555 5.5.4 SMTPUTF8 is not offered");
        }
        if !from.address.eq_ignore_ascii_case(user) {
            return reply(format!("553 5.7.1 {user} may send as {user} only"));
        }
        if from.size > self.desk.bound(user) {
            return reply("552 5.3.4 message too large");
        }
        self.sender = Some(from.address.clone());
        reply("250 2.1.0 OK")
    }

    fn rcpt(&mut self, address: String) -> Reply {
        if self.sender.is_none() {
            return reply("503 5.5.1 no sender yet");
        }
        if self.recipients.len() >= RECIPIENTS {
            return reply("452 4.5.3 too many recipients");
        }
        if !crate::network::is_address(&address) {
            return reply(format!("553 5.1.3 {address}: not an address"));
        }
        self.recipients.push(address);
        reply("250 2.1.5 OK")
    }

    /// Answers a message; `None` when it was larger than [`Session::bound`].
    pub(super) fn message(&mut self, message: Option<&[u8]>) -> Reply {
        let sender = self.sender.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let Some(message) = message else { return reply("552 5.3.4 message too large") };
        match self.desk.submit(&sender, &recipients, message) {
            Ok(sent) => {
                let what = match sent.answer {
                    Answer::Accepted => "accepted",
                    Answer::Refused { .. } | Answer::Infected => "taken, a notice of non-acceptance follows",
                };
                reply(format!("250 2.0.0 {}: {what}", sent.pec_id))
            }
            Err(refusal) => reply(refusal),
        }
    }
}

fn refusal(error: &smtp_proto::Error) -> String {
    use smtp_proto::Error as E;
    match error {
        E::UnknownCommand => "500 5.5.2 unknown command".into(),
        E::InvalidSenderAddress => "501 5.1.7 bad sender address".into(),
        E::InvalidRecipientAddress => "501 5.1.3 bad recipient address".into(),
        E::SyntaxError { syntax } => format!("501 5.5.2 syntax: {syntax}"),
        E::InvalidParameter { param } => format!("501 5.5.4 bad parameter {param}"),
        E::UnsupportedParameter { param } => {
            let param: String = param.chars().filter(char::is_ascii_graphic).take(40).collect();
            format!("555 5.5.4 parameter {param} is not known")
        }
        _ => "501 5.5.2 not understood".into(),
    }
}
