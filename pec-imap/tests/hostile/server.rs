//! An IMAP server of a few lines that keeps to a script.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A command as it came, or the greeting that nobody asked for.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) tag: String,
    /// Without the tag; `GREETING` at the beginning of a connection.
    pub(crate) command: String,
    /// How often a command has begun with the same two words, over all connections, from 1.
    pub(crate) nth: usize,
}

impl Call {
    pub(crate) fn is(&self, begins: &str) -> bool {
        self.command.starts_with(begins)
    }

    /// Whether it asks for whole messages, many at a time.
    pub(crate) fn is_batch(&self) -> bool {
        self.is("UID FETCH") && self.command.ends_with("(UID BODY.PEEK[])")
    }

    /// Whether it asks for the list of messages.
    pub(crate) fn is_list(&self) -> bool {
        self.is("UID FETCH") && self.command.ends_with("(UID RFC822.SIZE)")
    }

    /// Whether it asks for a piece of this message.
    pub(crate) fn is_piece_of(&self, uid: u32) -> bool {
        self.is(&format!("UID FETCH {uid} (UID BODY.PEEK[]<"))
    }
}

/// What the server does.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// Says this.
    Say(Vec<u8>),
    /// Says this and hangs up.
    Last(Vec<u8>),
    /// Says this, and nothing ever after.
    Silent(Vec<u8>),
    /// Says this a byte at a time, with pauses.
    Drip(Vec<u8>, Duration),
}

impl From<String> for Act {
    fn from(text: String) -> Self {
        Self::Say(text.into_bytes())
    }
}

/// What a story changes: it gets the call and what a server that behaves would say.
pub(crate) type Story = Arc<dyn Fn(&Call, &[u8]) -> Act + Send + Sync>;

pub(crate) struct Server {
    pub(crate) port: u16,
    pub(crate) logins: Arc<AtomicUsize>,
    behaves: Arc<AtomicBool>,
}

impl Server {
    /// Serves these messages, numbered from 1, as the story goes.
    pub(crate) async fn start(messages: Vec<Vec<u8>>, story: Story) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (behaves, logins) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let shared = Shared {
            messages: Arc::new(messages),
            story,
            behaves: Arc::clone(&behaves),
            logins: Arc::clone(&logins),
            calls: Arc::default(),
        };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(shared.clone().serve(stream));
            }
        });
        Self { port, logins, behaves }
    }

    /// From now on it keeps to the protocol.
    pub(crate) fn behave(&self) {
        self.behaves.store(true, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Shared {
    messages: Arc<Vec<Vec<u8>>>,
    story: Story,
    behaves: Arc<AtomicBool>,
    logins: Arc<AtomicUsize>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Shared {
    async fn serve(self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let mut next = Some(("*".to_owned(), "GREETING".to_owned()));
        while let Some((tag, command)) = next {
            if command.starts_with("AUTHENTICATE") {
                self.logins.fetch_add(1, Ordering::SeqCst);
            }
            let good = self.good(&tag, &command);
            let call = Call { nth: self.count(&command), tag, command };
            let act = if self.behaves.load(Ordering::SeqCst) { Act::Say(good) } else { (self.story)(&call, &good) };
            let said = match act {
                Act::Say(bytes) => writer.write_all(&bytes).await,
                Act::Last(bytes) => {
                    let _ = writer.write_all(&bytes).await;
                    return;
                }
                Act::Silent(bytes) => {
                    let _ = writer.write_all(&bytes).await;
                    std::future::pending().await
                }
                Act::Drip(bytes, pause) => {
                    for byte in bytes {
                        if writer.write_all(&[byte]).await.is_err() {
                            return;
                        }
                        tokio::time::sleep(pause).await;
                    }
                    Ok(())
                }
            };
            if said.is_err() {
                return;
            }
            next = lines.next_line().await.ok().flatten().map(|line| match line.split_once(' ') {
                Some((tag, command)) => (tag.to_owned(), command.to_owned()),
                None => ("*".to_owned(), line),
            });
        }
    }

    fn count(&self, command: &str) -> usize {
        let kind: String = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let mut calls = self.calls.lock().unwrap();
        calls.push(kind.clone());
        calls.iter().filter(|call| **call == kind).count()
    }

    /// What a server that behaves says.
    fn good(&self, tag: &str, command: &str) -> Vec<u8> {
        let done = format!("{tag} OK done\r\n").into_bytes();
        let say = |text: String| [text.as_bytes(), &done].concat();
        let capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS";
        let words: Vec<&str> = command.split(' ').collect();
        match words.as_slice() {
            ["GREETING"] => format!("* OK [CAPABILITY {capabilities}] pronto\r\n").into_bytes(),
            ["CAPABILITY"] => say(format!("* CAPABILITY {capabilities}\r\n")),
            ["AUTHENTICATE", ..] => format!("{tag} OK [CAPABILITY {capabilities}] dentro\r\n").into_bytes(),
            ["LIST", ..] => say("* LIST (\\HasNoChildren) \"/\" INBOX\r\n".into()),
            ["EXAMINE", ..] => {
                let count = self.messages.len();
                let next = count + 1;
                say(format!("* {count} EXISTS\r\n* OK [UIDVALIDITY 42] v\r\n* OK [UIDNEXT {next}] n\r\n"))
            }
            ["UID", "FETCH", set, ..] => {
                let mut said = Vec::new();
                for uid in self.uids(set) {
                    said.extend(self.message(uid, command));
                }
                said.extend(done);
                said
            }
            ["LOGOUT"] => say("* BYE ciao\r\n".into()),
            _ => done,
        }
    }

    fn uids(&self, set: &str) -> Vec<u32> {
        let last = self.messages.len() as u32;
        let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
        let parts = set.split(',').flat_map(|part| match part.split_once(':') {
            Some((from, to)) => number(from).min(number(to))..=number(from).max(number(to)),
            None => number(part)..=number(part),
        });
        parts.filter(|uid| (1..=last).contains(uid)).collect()
    }

    fn message(&self, uid: u32, command: &str) -> Vec<u8> {
        let body = &self.messages[uid as usize - 1];
        let literal = |name: &str, bytes: &[u8]| {
            [format!("* {uid} FETCH (UID {uid} {name} {{{}}}\r\n", bytes.len()).as_bytes(), bytes, b")\r\n"].concat()
        };
        if command.ends_with("(UID)") {
            return format!("* {uid} FETCH (UID {uid})\r\n").into_bytes();
        }
        if command.ends_with("(UID RFC822.SIZE)") {
            return format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", body.len()).into_bytes();
        }
        let Some((_, piece)) = command.split_once("BODY.PEEK[]<") else { return literal("BODY[]", body) };
        let (at, length) = piece.trim_end_matches(">)").split_once('.').unwrap();
        let (at, length): (usize, usize) = (at.parse().unwrap(), length.parse().unwrap());
        let piece = body.get(at..).map(|rest| &rest[..rest.len().min(length)]).unwrap_or_default();
        literal(&format!("BODY[]<{at}>"), piece)
    }
}

/// What a server that behaves says, with something in place of something.
pub(crate) fn instead(good: &[u8], from: &str, to: &str) -> Act {
    let text = String::from_utf8_lossy(good);
    assert!(text.contains(from), "{text}");
    Act::Say(text.replace(from, to).into_bytes())
}
