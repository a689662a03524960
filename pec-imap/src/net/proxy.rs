//! The way out of a corporate network.

use std::fmt;
use std::io;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;

use super::tcp;
use crate::error::{Error, Result};

/// The longest answer of an HTTP proxy that is read.
const MAX_ANSWER: usize = 16 << 10;

/// How connections leave. Names are looked up by the proxy, where there is one.
#[derive(Debug, Clone, Default)]
pub enum Proxy {
    /// Straight.
    #[default]
    Direct,
    /// SOCKS 5 (RFC 1928).
    Socks5 {
        /// Name or address.
        host: String,
        /// Port, as a rule 1080.
        port: u16,
        /// Who asks, where it wants to know.
        login: Option<ProxyLogin>,
    },
    /// HTTP, method CONNECT (RFC 9110 §9.3.6).
    Http {
        /// Name or address.
        host: String,
        /// Port, as a rule 3128 or 8080.
        port: u16,
        /// Who asks, where it wants to know.
        login: Option<ProxyLogin>,
    },
}

/// Who asks a proxy.
#[derive(Clone)]
pub struct ProxyLogin {
    user: String,
    password: SecretString,
}

impl ProxyLogin {
    /// Name and password.
    #[must_use]
    pub fn new(user: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { user: user.into(), password: password.into() }
    }
}

impl fmt::Debug for ProxyLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyLogin").field("user", &self.user).finish_non_exhaustive()
    }
}

impl FromStr for Proxy {
    type Err = Error;

    /// A proxy as it is written down: `socks5://[USER:PASSWORD@]HOST:PORT`, `http://[USER:PASSWORD@]HOST:PORT`. What stands
    /// before the last `@` is the login, as it is; no error repeats it.
    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::BadValue {
            what: "proxy",
            value: "socks5://[USER:PASSWORD@]HOST:PORT or http://[USER:PASSWORD@]HOST:PORT is wanted".into(),
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
        let (login, rest) = match rest.rsplit_once('@') {
            Some((login, rest)) => {
                let (user, password) = login.split_once(':').ok_or_else(bad)?;
                (Some(ProxyLogin::new(user, password)), rest)
            }
            None => (None, rest),
        };
        let (host, port) = rest.trim_end_matches('/').rsplit_once(':').ok_or_else(bad)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_owned();
        let port = port.parse().ok().filter(|port| *port > 0 && !host.is_empty()).ok_or_else(bad)?;
        match scheme {
            "socks5" => Ok(Self::Socks5 { host, port, login }),
            "http" => Ok(Self::Http { host, port, login }),
            _ => Err(bad()),
        }
    }
}

impl Proxy {
    /// TCP to a server.
    pub(super) async fn connect(&self, host: &str, port: u16) -> Result<TcpStream> {
        match self {
            Self::Direct => tcp(host, port).await,
            Self::Socks5 { host: proxy, port: at, login } => {
                let through = tcp(proxy, *at).await?;
                let target = (host, port);
                let opened = match login {
                    None => Socks5Stream::connect_with_socket(through, target).await,
                    Some(ProxyLogin { user, password }) => {
                        let password = password.expose_secret();
                        Socks5Stream::connect_with_password_and_socket(through, target, user, password).await
                    }
                };
                Ok(opened.map_err(|error| refused(proxy, *at, error))?.into_inner())
            }
            Self::Http { host: proxy, port: at, login } => {
                let mut through = tcp(proxy, *at).await?;
                tunnel(&mut through, host, port, login.as_ref()).await.map_err(|error| refused(proxy, *at, error))?;
                Ok(through)
            }
        }
    }
}

fn refused(proxy: &str, port: u16, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::Unreachable { host: format!("{proxy}:{port}"), source: io::Error::other(error) }
}

/// Asks for a tunnel. Nothing of what the server says through it is read: the answer is taken byte by byte.
async fn tunnel(proxy: &mut TcpStream, host: &str, port: u16, login: Option<&ProxyLogin>) -> io::Result<()> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    if let Some(ProxyLogin { user, password }) = login {
        let pair = format!("{user}:{}", password.expose_secret());
        request.push_str(&format!("Proxy-Authorization: Basic {}\r\n", Base64::encode_string(pair.as_bytes())));
    }
    request.push_str("\r\n");
    proxy.write_all(request.as_bytes()).await?;

    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() == MAX_ANSWER {
            return Err(io::Error::other("the proxy's answer has no end"));
        }
        answer.push(proxy.read_u8().await?);
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(&answer).map_err(io::Error::other)?;
    match response.code {
        Some(200..=299) => Ok(()),
        code => {
            let reason = pec_core::text::printable(response.reason.unwrap_or_default());
            Err(io::Error::other(format!("the proxy answers {} {reason}", code.unwrap_or_default())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_read_as_it_is_written_and_what_is_wrong_never_shows_its_password() {
        let Proxy::Socks5 { host, port, login: Some(login) } = "socks5://u:p@ss:w@proxy.example:1080".parse().unwrap()
        else {
            panic!("another kind of proxy");
        };
        assert_eq!((host.as_str(), port, login.user.as_str()), ("proxy.example", 1080, "u"));
        assert_eq!(login.password.expose_secret(), "p@ss:w");
        assert!(
            matches!("http://[::1]:3128/".parse().unwrap(), Proxy::Http { host, port: 3128, login: None } if host == "::1")
        );
        for wrong in
            ["proxy:1080", "ftp://u:segreta@h:1", "http://segreta@h:1", "http://h", "http://u:segreta@h:0", "http://:1"]
        {
            let error = wrong.parse::<Proxy>().unwrap_err();
            assert_eq!(error.code(), "wire.value", "{wrong}");
            assert!(!format!("{error} {error:?}").contains("segreta"), "{error:?}");
        }
    }
}
