//! An IMAP server for many mailboxes, each with a temper of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// How a mailbox behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Temper {
    /// As it should.
    #[default]
    Good,
    /// Refuses every login, with this text.
    Rejects(&'static str),
    /// Repeats the line of the login as what it does not understand.
    Repeats,
    /// Lets in and then sends what makes a parser panic or stop.
    Babbles,
    /// Takes its time before it lets in.
    Slow(Duration),
}

/// One mailbox of the server.
#[derive(Debug, Clone, Default)]
pub(crate) struct Box {
    pub(crate) temper: Temper,
    pub(crate) password: String,
    /// Its messages, numbered from 1.
    pub(crate) messages: Vec<Vec<u8>>,
    /// How many are marked as read.
    pub(crate) read: usize,
    /// KiB that are taken, and that there are.
    pub(crate) quota: Option<(u64, u64)>,
    pub(crate) logins: usize,
    /// What is put into it and has this in it is refused, with the text.
    pub(crate) refuses: Option<(String, &'static str)>,
    /// It stores what is put into it with a line of its own before it.
    pub(crate) adds: bool,
}

/// A server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) port: u16,
    boxes: Arc<Mutex<BTreeMap<String, Box>>>,
    most: Arc<Mutex<(usize, usize)>>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, boxes: Arc::default(), most: Arc::default() };
        let serving = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = serving.clone();
                tokio::spawn(async move {
                    server.serve(stream).await;
                });
            }
        });
        server
    }

    /// Takes connections and says nothing.
    pub(crate) async fn silent() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut held = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                held.push(stream);
            }
        });
        port
    }

    /// A port at which nobody listens.
    pub(crate) async fn closed() -> u16 {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
    }

    pub(crate) fn with<T>(&self, user: &str, change: impl FnOnce(&mut Box) -> T) -> T {
        change(self.boxes.lock().unwrap().entry(user.to_owned()).or_default())
    }

    pub(crate) fn logins(&self, user: &str) -> usize {
        self.with(user, |one| one.logins)
    }

    /// The most connections that there were at a time.
    pub(crate) fn most(&self) -> usize {
        self.most.lock().unwrap().1
    }

    fn count(&self, change: isize) {
        let mut most = self.most.lock().unwrap();
        most.0 = most.0.checked_add_signed(change).unwrap();
        most.1 = most.1.max(most.0);
    }

    async fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).unwrap();
        let mut counted = Some(Counted::new(self));
        let (reader, mut writer) = stream.into_split();
        let mut lines = BufReader::new(reader).lines();
        let capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS QUOTA";
        if say(&mut writer, &format!("* OK [CAPABILITY {capabilities}] pronto\r\n")).await.is_none() {
            return;
        }
        let mut user = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            let Some((tag, command)) = line.split_once(' ') else { return };
            let answer = match command.split_once(' ').unwrap_or((command, "")) {
                ("AUTHENTICATE", response) => {
                    let plain = Base64::decode_vec(response.trim_start_matches("PLAIN ")).unwrap();
                    let plain = String::from_utf8(plain).unwrap();
                    let mut parts = plain.split('\0').skip(1);
                    user = parts.next().unwrap().to_owned();
                    let password = parts.next().unwrap();
                    let (temper, right) = self.with(&user, |one| {
                        one.logins += 1;
                        (one.temper, one.password == password)
                    });
                    if let Temper::Slow(pause) = temper {
                        tokio::time::sleep(pause).await;
                    }
                    if !right || matches!(temper, Temper::Rejects(_) | Temper::Repeats) {
                        // Whoever hears it is gone before we see that he is.
                        counted = None;
                    }
                    match temper {
                        Temper::Rejects(text) => format!("{tag} NO {text}\r\n"),
                        Temper::Repeats => format!("{tag} BAD unknown: {line} ({password})\r\n"),
                        _ if !right => format!("{tag} NO [AUTHENTICATIONFAILED] credenziali errate\r\n"),
                        _ => format!("{tag} OK [CAPABILITY {capabilities}] dentro\r\n"),
                    }
                }
                ("LOGOUT", _) => {
                    drop(counted.take());
                    let _ = say(&mut writer, &format!("* BYE ciao\r\n{tag} OK fatto\r\n")).await;
                    return;
                }
                ("APPEND", rest) => {
                    let Some(message) = literal(&mut lines, &mut writer, rest).await else { return };
                    format!("{tag} {}\r\n", self.with(&user, |one| one.take(message)))
                }
                (verb, rest) => {
                    let one = self.with(&user, |one| one.clone());
                    if one.temper == Temper::Babbles && verb == "STATUS" {
                        format!("* STATUS INBOX ((((((((\r\n* 1 FETCH (INTERNALDATE NIL)\r\n?? \r\n{tag} OK\r\n")
                    } else {
                        let answer = data(&one, verb, rest);
                        if writer.write_all(&answer).await.is_err() {
                            return;
                        }
                        format!("{tag} OK fatto\r\n")
                    }
                }
            };
            if say(&mut writer, &answer).await.is_none() {
                return;
            }
        }
    }
}

/// A connection that counts as open, until it is let go.
struct Counted<'s>(&'s Server);

impl<'s> Counted<'s> {
    fn new(server: &'s Server) -> Self {
        server.count(1);
        Self(server)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.count(-1);
    }
}

impl Box {
    /// Stores what is put into it, or not; how the command ends.
    fn take(&mut self, mut message: Vec<u8>) -> String {
        if let Some((what, text)) = &self.refuses
            && message.windows(what.len()).any(|window| window == what.as_bytes())
        {
            return format!("NO {text}");
        }
        if self.adds {
            message.splice(0..0, b"X-Server: qui\r\n".iter().copied());
        }
        self.messages.push(message);
        format!("OK [APPENDUID 7 {}] fatto", self.messages.len())
    }
}

/// What follows a command that ends with `{length}`.
async fn literal(
    lines: &mut Lines<BufReader<OwnedReadHalf>>,
    writer: &mut OwnedWriteHalf,
    rest: &str,
) -> Option<Vec<u8>> {
    let length = rest.rsplit_once('{')?.1.trim_end_matches('}').parse().ok()?;
    say(writer, "+ avanti\r\n").await?;
    let mut message = vec![0; length];
    lines.get_mut().read_exact(&mut message).await.ok()?;
    lines.next_line().await.ok()?;
    Some(message)
}

async fn say(writer: &mut OwnedWriteHalf, text: &str) -> Option<()> {
    writer.write_all(text.as_bytes()).await.ok()
}

/// What stands before the end of a command.
fn data(one: &Box, verb: &str, rest: &str) -> Vec<u8> {
    let (count, next) = (one.messages.len(), one.messages.len() + 1);
    match verb {
        "LIST" => b"* LIST (\\HasNoChildren) \"/\" INBOX\r\n".to_vec(),
        "STATUS" => {
            let unseen = count - one.read;
            format!("* STATUS INBOX (MESSAGES {count} UNSEEN {unseen} UIDNEXT {next} UIDVALIDITY 7)\r\n").into_bytes()
        }
        "EXAMINE" | "SELECT" => {
            format!("* {count} EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT {next}] n\r\n").into_bytes()
        }
        "GETQUOTAROOT" => one.quota.map_or_else(Vec::new, |(used, limit)| {
            format!("* QUOTAROOT INBOX \"\"\r\n* QUOTA \"\" (STORAGE {used} {limit})\r\n").into_bytes()
        }),
        "UID" => {
            let mut words = rest.split(' ').skip(1);
            let set = words.next().unwrap();
            let whole = rest.contains("BODY.PEEK[]");
            // All messages are shorter than a piece.
            let behind = rest.contains("BODY.PEEK[]<") && !rest.contains("BODY.PEEK[]<0.");
            let mut said = Vec::new();
            for uid in uids(set, count) {
                let body = if behind { &Vec::new() } else { &one.messages[uid - 1] };
                if whole {
                    said.extend(format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n", body.len()).into_bytes());
                    said.extend(body);
                    said.extend(b")\r\n");
                } else {
                    said.extend(format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", body.len()).into_bytes());
                }
            }
            said
        }
        _ => Vec::new(),
    }
}

fn uids(set: &str, last: usize) -> Vec<usize> {
    let number = |text: &str| if text == "*" { last } else { text.parse().unwrap() };
    let parts = set.split(',').flat_map(|part| match part.split_once(':') {
        Some((from, to)) => number(from).min(number(to))..=number(from).max(number(to)),
        None => number(part)..=number(part),
    });
    parts.filter(|uid| (1..=last).contains(uid)).collect()
}
