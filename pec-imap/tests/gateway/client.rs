//! A client that says whatever it is told to.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use base64ct::{Base64, Encoding as _};

pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// Connected and greeted.
    pub(crate) async fn new(port: u16) -> Self {
        let mut client = Self::silent(port).await;
        assert!(client.reply().await.starts_with("220 "));
        client
    }

    /// Connected.
    pub(crate) async fn silent(port: u16) -> Self {
        Self { stream: BufReader::new(TcpStream::connect(("127.0.0.1", port)).await.unwrap()) }
    }

    /// Connected, greeted, logged in.
    pub(crate) async fn logged_in(port: u16, user: &str, password: &str) -> Self {
        let mut client = Self::new(port).await;
        assert!(client.say("EHLO erp").await.starts_with("250-"));
        let reply = client.say(&plain(user, password)).await;
        assert!(reply.starts_with("235 "), "{reply}");
        client
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // The server may have hung up: what it said is read all the same.
        let _ = self.stream.get_mut().write_all(bytes).await;
    }

    pub(crate) async fn say(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n").as_bytes()).await;
        self.reply().await
    }

    /// One reply, all its lines; empty where the server has hung up.
    pub(crate) async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let start = reply.len();
            let read = timeout(Duration::from_secs(20), self.stream.read_line(&mut reply)).await;
            match read.expect("an answer in time") {
                Ok(0) | Err(_) => return reply,
                Ok(_) if reply.as_bytes().get(start + 3) == Some(&b' ') => return reply,
                Ok(_) => {}
            }
        }
    }

    /// Whether the server has hung up, and said nothing more.
    pub(crate) async fn is_over(&mut self) -> bool {
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(20), self.stream.read_to_end(&mut rest)).await.expect("an end in time");
        rest.is_empty() || read.is_err()
    }

    /// A whole transaction; gives what was said in the end.
    pub(crate) async fn hand_over(&mut self, from: &str, to: &[&str], message: &[u8]) -> String {
        for line in std::iter::once(format!("MAIL FROM:<{from}>")).chain(to.iter().map(|to| format!("RCPT TO:<{to}>")))
        {
            let reply = self.say(&line).await;
            if !reply.starts_with("250 ") {
                return reply;
            }
        }
        self.content(message).await
    }

    /// The message of a transaction that has begun.
    pub(crate) async fn content(&mut self, message: &[u8]) -> String {
        assert!(self.say("DATA").await.starts_with("354 "));
        self.send(&stuffed(message)).await;
        self.send(b".\r\n").await;
        self.reply().await
    }
}

pub(crate) fn plain(user: &str, password: &str) -> String {
    format!("AUTH PLAIN {}", Base64::encode_string(format!("\0{user}\0{password}").as_bytes()))
}

/// With a dot more before each that begins a line.
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::new();
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    stuffed
}
