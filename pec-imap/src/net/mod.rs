//! The way to a server: a proxy where there is one, TCP, TLS. What stands above it speaks a protocol.

mod proxy;
mod tls;

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::rustls::ClientConfig;

pub use proxy::{Proxy, ProxyLogin};
pub use tls::Roots;

use crate::error::{Error, Result};

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Tls,
    /// TLS after STARTTLS, and nothing else before it: a server that does not offer it is not used.
    StartTls,
    /// None: everybody on the way reads the password. For tests, and for a tunnel that encrypts by itself.
    DangerPlain,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name, which its certificate has to bear, or its address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is encrypted.
    pub security: Security,
}

impl Endpoint {
    /// TLS from the first byte.
    #[must_use]
    pub fn tls(host: impl Into<String>, port: u16) -> Self {
        Self { host: host.into(), port, security: Security::Tls }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// For how long is waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// For a connection, TLS included.
    pub connect: Duration,
    /// For the next byte of an answer.
    pub quiet: Duration,
    /// For one whole response, however slowly it comes.
    pub response: Duration,
}

impl Default for Deadlines {
    /// 20 seconds for a connection, a minute of silence, ten minutes for one response.
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), quiet: Duration::from_secs(60), response: Duration::from_mins(10) }
    }
}

/// The network as it is here: proxy, certification authorities, patience. Shared by all mailboxes; cheap to clone.
#[derive(Debug, Clone)]
pub struct Network {
    proxy: Arc<Proxy>,
    config: Arc<ClientConfig>,
    deadlines: Deadlines,
}

impl Network {
    /// Straight, trusting the public authorities (Mozilla's list, compiled in).
    ///
    /// # Errors
    /// [`Error::Internal`] where the cryptographic library fails.
    pub fn direct() -> Result<Self> {
        Self::new(Proxy::Direct, &Roots::public())
    }

    /// Through a proxy, trusting these authorities for TLS. They say nothing of PEC: signatures have anchors of their own.
    ///
    /// # Errors
    /// [`Error::BadValue`] where an authority cannot be read.
    pub fn new(proxy: Proxy, roots: &Roots) -> Result<Self> {
        Ok(Self { proxy: Arc::new(proxy), config: roots.config()?, deadlines: Deadlines::default() })
    }

    /// With other deadlines.
    #[must_use]
    pub fn deadlines(mut self, deadlines: Deadlines) -> Self {
        self.deadlines = deadlines;
        self
    }

    pub(crate) const fn patience(&self) -> Deadlines {
        self.deadlines
    }

    /// A connection to the port, before anything is said; encrypted where it begins so.
    pub(crate) async fn connect(&self, to: &Endpoint) -> Result<Boxed> {
        let open = async {
            let tcp = self.proxy.connect(&to.host, to.port).await?;
            match to.security {
                Security::Tls => self.encrypt(to, Box::new(tcp)).await,
                Security::StartTls | Security::DangerPlain => Ok(Box::new(tcp) as Boxed),
            }
        };
        self.within(to, open).await
    }

    /// Encrypts a connection on which the server has agreed to it.
    pub(crate) async fn encrypt(&self, to: &Endpoint, stream: Boxed) -> Result<Boxed> {
        self.within(to, tls::encrypt(&self.config, &to.host, stream)).await
    }

    async fn within<T>(&self, to: &Endpoint, work: impl Future<Output = Result<T>>) -> Result<T> {
        let late = |_| Error::Unreachable { host: to.to_string(), source: io::ErrorKind::TimedOut.into() };
        tokio::time::timeout(self.deadlines.connect, work).await.map_err(late)?
    }
}

/// What protocols are spoken over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin + fmt::Debug> Stream for S {}

/// A connection, encrypted or not.
pub(crate) type Boxed = Box<dyn Stream>;

/// TCP to a name, each of its addresses tried, small packets sent at once.
async fn tcp(host: &str, port: u16) -> Result<TcpStream> {
    let unreachable = |source| Error::Unreachable { host: format!("{host}:{port}"), source };
    let stream = TcpStream::connect((host, port)).await.map_err(unreachable)?;
    // An answer that waits for the next segment costs 40 ms (Nagle and delayed acknowledgement).
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}
