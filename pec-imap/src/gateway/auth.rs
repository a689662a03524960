//! Logging in (RFC 4954): PLAIN, and LOGIN for old programs.

use base64ct::{Base64, Encoding as _};
use secrecy::SecretString;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN};
use zeroize::Zeroizing;

use super::reply::Reply;
use super::session::{Session, Then, line_of};

/// Logins that may fail on one connection.
const WRONG_LOGINS: usize = 3;

/// What the client was asked for.
pub(super) enum Asked {
    /// AUTH PLAIN without its initial response.
    Plain,
    /// AUTH LOGIN: the name.
    Name,
    /// AUTH LOGIN: the password of this name.
    Password(String),
}

impl Session {
    /// Begins a login (RFC 4954).
    pub(super) async fn auth(&mut self, mechanism: u64, initial: &str) -> (Reply, Then) {
        if self.user.is_some() {
            return line_of(Reply::new(503, "5.5.1", "already authenticated"));
        }
        match (mechanism, initial) {
            (AUTH_PLAIN, "") => self.ask(Asked::Plain, ""),
            (AUTH_PLAIN, initial) => self.credentials(Asked::Plain, initial.as_bytes()).await,
            (AUTH_LOGIN, "") => self.ask(Asked::Name, "VXNlcm5hbWU6"),
            (AUTH_LOGIN, initial) => self.credentials(Asked::Name, initial.as_bytes()).await,
            _ => line_of(Reply::new(504, "5.5.4", "PLAIN and LOGIN are known")),
        }
    }

    fn ask(&mut self, what: Asked, challenge: &str) -> (Reply, Then) {
        self.asked = Some(what);
        line_of(Reply::new(334, "", challenge))
    }

    /// One answer of the client to a challenge, in base64.
    pub(super) async fn credentials(&mut self, asked: Asked, answer: &[u8]) -> (Reply, Then) {
        if answer == b"*" {
            return line_of(Reply::new(501, "5.7.0", "authentication cancelled"));
        }
        // "=" is an empty answer (RFC 4954 §4).
        let answer = if answer == b"=" { &b""[..] } else { answer };
        let decoded = std::str::from_utf8(answer).ok().and_then(|answer| Base64::decode_vec(answer).ok());
        let decoded = decoded.map(Zeroizing::new);
        let Some(text) = decoded.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok()) else {
            return line_of(Reply::new(501, "5.5.2", "not base64 of UTF-8"));
        };
        let (user, password) = match asked {
            Asked::Plain => {
                let mut parts = text.split('\0');
                match (parts.next(), parts.next(), parts.next(), parts.next()) {
                    (Some(acting), Some(user), Some(password), None) if acting.is_empty() || acting == user => {
                        (user.to_owned(), SecretString::from(password))
                    }
                    _ => return self.wrong_login(Reply::new(535, "5.7.8", "credentials not understood")),
                }
            }
            Asked::Name => return self.ask(Asked::Password(text.to_owned()), "UGFzc3dvcmQ6"),
            Asked::Password(user) => (user, SecretString::from(text)),
        };
        match self.desk.admit(user, password).await {
            Ok(user) => {
                self.user = Some(user);
                line_of(Reply::new(235, "2.7.0", "authenticated"))
            }
            Err(reply) => self.wrong_login(reply),
        }
    }

    fn wrong_login(&mut self, reply: Reply) -> (Reply, Then) {
        self.wrong_logins += 1;
        (reply, if self.wrong_logins >= WRONG_LOGINS { Then::Close } else { Then::Slowly })
    }
}
