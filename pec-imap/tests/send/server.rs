//! An SMTP server of a few lines that keeps to a script and remembers what it has taken.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What was said to the server: `GREETING`, a line, or `MESSAGE` after the final dot.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) line: String,
    /// How often something has begun with the same word, over all connections, from 1.
    pub(crate) nth: usize,
}

impl Call {
    pub(crate) fn is(&self, begins: &str) -> bool {
        self.line.starts_with(begins)
    }
}

/// What the server does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// What a server that behaves does.
    Good,
    /// Says this instead; a message is not taken.
    Say(Vec<u8>),
    /// Says this and hangs up; a message is not taken.
    Last(Vec<u8>),
    /// Says nothing ever after; a message is not taken.
    Silent,
    /// Takes the message, says this and hangs up.
    TakeAndLast(Vec<u8>),
    /// Takes the message, and says nothing ever after.
    TakeAndSilent,
    /// Asks for the message, and hangs up after so many bytes of it.
    Cut(usize),
    /// Says what a server that behaves says a byte at a time, with pauses.
    Drip(Duration),
}

pub(crate) fn say(text: &str) -> Act {
    Act::Say(format!("{text}\r\n").into_bytes())
}

pub(crate) type Story = Arc<dyn Fn(&Call) -> Act + Send + Sync>;

/// What was taken: who it was said to be for, and the bytes.
#[derive(Debug, Clone)]
pub(crate) struct Taken {
    pub(crate) recipients: Vec<String>,
    pub(crate) bytes: Vec<u8>,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) logins: Arc<AtomicUsize>,
    taken: Arc<Mutex<Vec<Taken>>>,
    behaves: Arc<AtomicBool>,
    story: Story,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn start(story: impl Fn(&Call) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            logins: Arc::default(),
            taken: Arc::default(),
            behaves: Arc::default(),
            story: Arc::new(story),
            calls: Arc::default(),
        };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(stream));
            }
        });
        server
    }

    /// From now on it keeps to the protocol.
    pub(crate) fn behave(&self) {
        self.behaves.store(true, Ordering::SeqCst);
    }

    pub(crate) fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }

    fn act(&self, line: &str) -> Act {
        let word = line.split([' ', ':']).next().unwrap().to_ascii_uppercase();
        let nth = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(word.clone());
            calls.iter().filter(|call| **call == word).count()
        };
        if word == "AUTH" {
            self.logins.fetch_add(1, Ordering::SeqCst);
        }
        if self.behaves.load(Ordering::SeqCst) { Act::Good } else { (self.story)(&Call { line: line.to_owned(), nth }) }
    }

    async fn serve(self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let _ = self.talk(stream).await;
    }

    async fn talk(&self, stream: TcpStream) -> std::io::Result<()> {
        let (reader, mut writer) = stream.into_split();
        let mut reader = BufReader::new(reader);
        let mut line = "GREETING".to_owned();
        let mut recipients = Vec::new();
        loop {
            let good = match line.split([' ', ':']).next().unwrap().to_ascii_uppercase().as_str() {
                "GREETING" => "220 prova ESMTP",
                "EHLO" => "250-prova\r\n250-PIPELINING\r\n250-SIZE 5000000\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
                "AUTH" => "235 2.7.0 dentro",
                "DATA" => "354 avanti",
                "QUIT" => "221 2.0.0 ciao",
                _ => "250 2.0.0 ok",
            };
            if line.starts_with("MAIL") || line.starts_with("RSET") {
                recipients.clear();
            }
            let act = self.act(&line);
            let is_data = line.starts_with("DATA");
            match act {
                Act::Good => {
                    if line.starts_with("RCPT") {
                        recipients.push(line.split(['<', '>']).nth(1).unwrap().to_owned());
                    }
                    writer.write_all(format!("{good}\r\n").as_bytes()).await?;
                    if is_data {
                        let bytes = message(&mut reader).await?;
                        let mut taken = Taken { recipients: std::mem::take(&mut recipients), bytes };
                        match self.act("MESSAGE") {
                            Act::Good => {
                                self.take(&mut taken);
                                writer.write_all(b"250 2.0.0 preso in carico\r\n").await?;
                            }
                            Act::Drip(pause) => {
                                self.take(&mut taken);
                                for byte in b"250-2.0.0 preso\r\n250 2.0.0 in carico\r\n" {
                                    writer.write_all(&[*byte]).await?;
                                    tokio::time::sleep(pause).await;
                                }
                            }
                            Act::Say(bytes) => writer.write_all(&bytes).await?,
                            Act::Last(bytes) => return writer.write_all(&bytes).await,
                            Act::TakeAndLast(bytes) => {
                                self.take(&mut taken);
                                return writer.write_all(&bytes).await;
                            }
                            Act::TakeAndSilent => {
                                self.take(&mut taken);
                                return std::future::pending().await;
                            }
                            Act::Silent | Act::Cut(_) => return std::future::pending().await,
                        }
                    }
                }
                Act::Cut(bytes) => {
                    writer.write_all(b"354 avanti\r\n").await?;
                    let mut some = vec![0; bytes];
                    reader.read_exact(&mut some).await?;
                    return Ok(());
                }
                Act::Say(bytes) => writer.write_all(&bytes).await?,
                Act::Last(bytes) | Act::TakeAndLast(bytes) => return writer.write_all(&bytes).await,
                Act::Silent | Act::TakeAndSilent | Act::Drip(_) => return std::future::pending().await,
            }
            if line.starts_with("QUIT") {
                return Ok(());
            }
            line.clear();
            if reader.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            line.truncate(line.trim_end().len());
        }
    }

    fn take(&self, taken: &mut Taken) {
        self.taken.lock().unwrap().push(taken.clone());
    }
}

/// The bytes up to the final dot, the dots that the client has doubled taken away (RFC 5321 §4.5.2).
async fn message(reader: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let start = bytes.len();
        if reader.read_until(b'\n', &mut bytes).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if &bytes[start..] == b".\r\n" {
            bytes.truncate(start);
            return Ok(bytes);
        }
        if bytes[start] == b'.' {
            bytes.remove(start);
        }
    }
}
