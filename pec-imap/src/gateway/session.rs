//! One SMTP submission session (RFC 6409) without its connection: lines in, replies out. The commands are read by the crate
//! `smtp-proto`; what may follow what, and each code, is decided here.

use std::sync::Arc;

use pec_core::compose::is_address;
use pec_core::text::printable;
use smtp_proto::{MAIL_BODY_BINARYMIME, MAIL_SMTPUTF8, MailFrom, Request};
use zeroize::Zeroizing;

use super::auth::Asked;
use super::desk::{Desk, Transaction};
use super::login::{Entered, GatewayUser};
use super::reply::Reply;

/// Commands of one connection that may be refused, and commands between two messages.
const REFUSED: usize = 30;
const COMMANDS: usize = 5000;

/// What the connection does after a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Reads the next line.
    Line,
    /// Reads a message up to its final dot.
    Message,
    /// Begins TLS.
    Tls,
    /// Waits a moment, so that passwords are not tried at speed, and goes on.
    Slowly,
    /// Ends.
    Close,
}

/// Whether the channel is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    Plain,
    Encrypted,
}

/// One session.
pub(super) struct Session {
    pub(super) desk: Arc<Desk>,
    channel: Channel,
    greeted: bool,
    pub(super) asked: Option<Asked>,
    pub(super) user: Option<Entered>,
    transaction: Option<Transaction>,
    pub(super) wrong_logins: usize,
    refused: usize,
    commands: usize,
}

impl Session {
    pub(super) const fn new(desk: Arc<Desk>, channel: Channel) -> Self {
        Self {
            desk,
            channel,
            greeted: false,
            asked: None,
            user: None,
            transaction: None,
            wrong_logins: 0,
            refused: 0,
            commands: 0,
        }
    }

    pub(super) fn greeting() -> Reply {
        Reply::new(220, "", "localhost ESMTP PEC gateway")
    }

    pub(super) const fn is_logged_in(&self) -> bool {
        self.user.is_some()
    }

    /// Answers one line, given with its line end.
    pub(super) async fn line(&mut self, line: &[u8]) -> (Reply, Then) {
        self.commands += 1;
        let (reply, then) = self.obey(line).await;
        if reply.is_refusal() {
            self.refused += 1;
        }
        if self.refused > REFUSED || self.commands > COMMANDS {
            return (Reply::new(421, "4.7.0", "too many commands"), Then::Close);
        }
        (reply, then)
    }

    async fn obey(&mut self, line: &[u8]) -> (Reply, Then) {
        let Some(text) = line.strip_suffix(b"\r\n") else {
            // Where ends of lines are taken for what they are not, a message can smuggle commands.
            return (Reply::new(500, "5.5.2", "a line has to end with CRLF"), Then::Close);
        };
        if let Some(asked) = self.asked.take() {
            return self.credentials(asked, text.trim_ascii()).await;
        }
        if text.iter().any(|byte| byte.is_ascii_control()) {
            return line_of(Reply::new(500, "5.5.2", "control characters"));
        }
        let request = match Request::parse(&mut line.iter()) {
            Ok(request) => request.into_owned(),
            Err(error) => return line_of(refusal(&error)),
        };
        match request {
            Request::Ehlo { .. } => line_of(self.hello()),
            Request::Helo { .. } => {
                self.greeted = true;
                self.transaction = None;
                line_of(Reply::new(250, "", "localhost"))
            }
            Request::Noop { .. } => line_of(Reply::new(250, "2.0.0", "OK")),
            Request::Rset => {
                self.transaction = None;
                line_of(Reply::new(250, "2.0.0", "OK"))
            }
            Request::Quit => (Reply::new(221, "2.0.0", "Bye"), Then::Close),
            Request::Vrfy { .. } => line_of(Reply::new(252, "2.5.2", "send some mail, it will be tried")),
            Request::StartTls => match self.channel {
                Channel::Encrypted => line_of(Reply::new(503, "5.5.1", "TLS is active")),
                Channel::Plain if self.desk.tls.is_some() => {
                    (Reply::new(220, "2.0.0", "ready to start TLS"), Then::Tls)
                }
                Channel::Plain => line_of(Reply::new(502, "5.5.1", "no TLS here")),
            },
            _ if !self.may_log_in() => line_of(Reply::new(530, "5.7.0", "must issue a STARTTLS command first")),
            _ if !self.greeted => line_of(Reply::new(503, "5.5.1", "send EHLO first")),
            Request::Auth { mechanism, initial_response } => {
                let initial = Zeroizing::new(initial_response);
                self.auth(mechanism, initial.trim()).await
            }
            Request::Mail { from } => self.mail(from).await,
            Request::Rcpt { to } => line_of(self.rcpt(to.address)),
            Request::Data => match &self.transaction {
                Some(transaction) if !transaction.recipients.is_empty() => {
                    (Reply::new(354, "", "end with <CRLF>.<CRLF>"), Then::Message)
                }
                _ => line_of(Reply::new(503, "5.5.1", "no sender or no recipient yet")),
            },
            _ => line_of(Reply::new(502, "5.5.1", "not implemented")),
        }
    }

    /// After STARTTLS nothing that was said before counts (RFC 3207 §4.2).
    pub(super) fn encrypted(&mut self) {
        let (refused, commands) = (self.refused, self.commands);
        *self = Self { refused, commands, ..Self::new(Arc::clone(&self.desk), Channel::Encrypted) };
    }

    /// Bytes of the largest message.
    pub(super) fn bound(&self) -> usize {
        self.transaction.as_ref().map_or(0, |transaction| self.desk.bound(&transaction.origin))
    }

    fn may_log_in(&self) -> bool {
        self.channel == Channel::Encrypted || !self.desk.needs_tls
    }

    fn hello(&mut self) -> Reply {
        self.greeted = true;
        self.transaction = None;
        let mut reply = Reply::new(250, "", "localhost").and("PIPELINING").and("ENHANCEDSTATUSCODES");
        reply = reply.and(format!("SIZE {}", self.desk.policy.message_bytes));
        if self.channel == Channel::Plain && self.desk.tls.is_some() {
            reply = reply.and("STARTTLS");
        }
        if self.may_log_in() { reply.and("AUTH PLAIN LOGIN") } else { reply }
    }

    async fn mail(&mut self, from: MailFrom<String>) -> (Reply, Then) {
        let Some(entered) = &self.user else {
            return line_of(Reply::both(530, "5.7.0", "serve il login del gateway", "authentication required"));
        };
        if let Err(reply) = self.desk.readmit(entered).await {
            return (reply, Then::Close);
        }
        let user = entered.user.clone();
        line_of(self.begin(&user, from).await)
    }

    async fn begin(&mut self, user: &GatewayUser, from: MailFrom<String>) -> Reply {
        if self.transaction.is_some() {
            return Reply::new(503, "5.5.1", "one sender is enough");
        }
        if from.flags & (MAIL_SMTPUTF8 | MAIL_BODY_BINARYMIME) != 0 || from.hold_for != 0 || from.hold_until != 0 {
            return Reply::new(555, "5.5.4", "this parameter is not offered");
        }
        match self.desk.origin(user, &from.address).await {
            Ok(origin) if from.size > self.desk.bound(&origin) => too_large(self.desk.bound(&origin)),
            Ok(origin) => {
                self.transaction = Some(Transaction { origin, sender: from.address, recipients: Vec::new() });
                Reply::new(250, "2.1.0", "OK")
            }
            Err(reply) => reply,
        }
    }

    fn rcpt(&mut self, address: String) -> Reply {
        let Some(transaction) = &mut self.transaction else { return Reply::new(503, "5.5.1", "no sender yet") };
        let limit = self.desk.policy.recipients;
        if transaction.recipients.len() >= limit {
            // For ever: whoever sent the rest in another transaction would send another message under the same name.
            return Reply::both(
                550,
                "5.5.3",
                format!("più di {limit} destinatari: dividere il messaggio"),
                format!("more than {limit} recipients: divide the message"),
            );
        }
        if !is_address(&address) {
            let shown = printable(&address);
            return Reply::both(
                553,
                "5.1.3",
                format!("{shown}: non è un indirizzo PEC"),
                format!("{shown}: not an address of PEC"),
            );
        }
        transaction.recipients.push(address);
        Reply::new(250, "2.1.5", "OK")
    }

    /// Answers a message that was read to its end.
    pub(super) async fn message(&mut self, content: Content) -> Reply {
        let bound = self.bound();
        let Some(transaction) = self.transaction.take() else { return Reply::new(503, "5.5.1", "no sender yet") };
        self.commands = 0;
        match content {
            Content::Whole(message) => self.desk.take(transaction, message).await,
            Content::TooLarge => too_large(bound),
            Content::NoRoom => Reply::both(
                452,
                "4.3.1",
                "troppi messaggi insieme: riprovare tra poco",
                "too many messages at a time: come again soon",
            ),
        }
    }
}

/// What was read after DATA.
pub(super) enum Content {
    Whole(Vec<u8>),
    /// More bytes than the mailbox may send.
    TooLarge,
    /// Others have the memory.
    NoRoom,
}

/// An answer after which the next line is read.
pub(super) const fn line_of(reply: Reply) -> (Reply, Then) {
    (reply, Then::Line)
}

fn too_large(bound: usize) -> Reply {
    Reply::both(
        552,
        "5.3.4",
        format!("send.size: il messaggio supera {bound} byte"),
        format!("send.size: the message has more than {bound} bytes"),
    )
}

fn refusal(error: &smtp_proto::Error) -> Reply {
    use smtp_proto::Error as E;
    match error {
        E::UnknownCommand => Reply::new(500, "5.5.2", "unknown command"),
        E::InvalidSenderAddress => Reply::new(501, "5.1.7", "bad sender address"),
        E::InvalidRecipientAddress => Reply::new(501, "5.1.3", "bad recipient address"),
        E::SyntaxError { syntax } => Reply::new(501, "5.5.2", format!("syntax: {syntax}")),
        E::InvalidParameter { param } => Reply::new(501, "5.5.4", format!("bad parameter {param}")),
        E::UnsupportedParameter { param } => {
            let param: String = param.chars().filter(char::is_ascii_graphic).take(40).collect();
            Reply::new(555, "5.5.4", format!("parameter {param} is not known"))
        }
        _ => Reply::new(501, "5.5.2", "not understood"),
    }
}
