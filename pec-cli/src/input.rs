//! Where messages come from: files, folders (Maildir included), mbox files, standard input.

mod mbox;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::text::Text;
pub(crate) use mbox::Quoting;

/// One place where messages are.
#[derive(Debug)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
    /// There is nothing to read in a place that was named.
    Missing(String, Text),
}

/// A message with the name it is reported under, or why it could not be read.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) bytes: Result<Vec<u8>, Text>,
    /// Where an mbox leaves it open what the message was, for when the signature does not hold.
    pub(crate) quoting: Quoting,
}

impl Item {
    fn new(name: String, bytes: Result<Vec<u8>, Text>) -> Self {
        Self { name, bytes, quoting: Quoting::default() }
    }
}

/// A source that has been opened.
pub(crate) enum Opened {
    One(Item),
    /// Many messages, one by one.
    Many(Messages),
}

/// Opens folders; the order is that of the arguments and, below them, of the names, so that two runs print the same.
pub(crate) fn sources(paths: &[PathBuf]) -> Vec<Source> {
    let mut sources = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            sources.push(Source::Stdin);
        } else if path.is_dir() {
            let before = sources.len();
            sources.extend(files_below(path));
            if sources.len() == before {
                let text = Text::new("la cartella non contiene file da leggere", "the folder holds no files to read");
                sources.push(Source::Missing(path.display().to_string(), text));
            }
        } else {
            sources.push(Source::File(path.clone()));
        }
    }
    sources
}

fn files_below(folder: &Path) -> impl Iterator<Item = Source> {
    // A link that leads back to a folder above is an error of WalkDir, not an endless loop.
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let mut maildir = Maildir::default();
    entries.filter_entry(move |entry| entry.depth() == 0 || is_wanted(entry, &mut maildir)).filter_map(|entry| {
        match entry {
            Ok(entry) if entry.file_type().is_file() => Some(Source::File(entry.into_path())),
            Ok(_) => None,
            Err(error) => {
                let name = error.path().unwrap_or_else(|| Path::new("?")).display().to_string();
                let text = error.io_error().map_or_else(leads_back, Text::of_io);
                Some(Source::Missing(name, text))
            }
        }
    })
}

fn leads_back() -> Text {
    Text::new("il collegamento riporta a una cartella superiore", "the link leads back to a folder above")
}

/// Not hidden files, nor what programs keep in a Maildir beside its messages (`tmp`, indexes, lists of names).
fn is_wanted(entry: &DirEntry, maildir: &mut Maildir) -> bool {
    let name = entry.file_name().to_string_lossy();
    let is_file = entry.file_type().is_file();
    let hidden = is_file && name.starts_with('.');
    let folder = || entry.path().parent().unwrap_or_else(|| Path::new(""));
    !(hidden || ((is_file || name == "tmp") && maildir.is(folder())))
}

/// Whether a folder is a Maildir, asked once for all its files.
#[derive(Default)]
struct Maildir {
    last: PathBuf,
    answer: bool,
}

impl Maildir {
    fn is(&mut self, folder: &Path) -> bool {
        if self.last != folder {
            self.answer = folder.join("cur").is_dir() && folder.join("new").is_dir();
            folder.clone_into(&mut self.last);
        }
        self.answer
    }
}

/// Opens a source. `limit` is the largest message that is read; a larger file is refused before its bytes are.
pub(crate) fn open(source: &Source, limit: usize) -> Opened {
    let (name, opened) = match source {
        Source::Missing(name, text) => (name.clone(), Err(text.clone())),
        Source::Stdin => ("-".to_owned(), begin(Box::new(BufReader::new(io::stdin())), None, limit)),
        Source::File(path) => (path.display().to_string(), open_file(path, limit)),
    };
    match opened {
        Ok(Begun::Message(bytes)) => Opened::One(Item::new(name, Ok(bytes))),
        Ok(Begun::Mbox(reader)) => {
            Opened::Many(Messages { entries: mbox::Entries::new(reader, limit), name, limit, number: 0, held: None })
        }
        Err(text) => Opened::One(Item::new(name, Err(text))),
    }
}

type Reader = Box<dyn BufRead + Send>;

enum Begun {
    Message(Vec<u8>),
    Mbox(Reader),
}

fn open_file(path: &Path, limit: usize) -> Result<Begun, Text> {
    let explain = |error: io::Error| Text::of_io(&error);
    let file = File::open(path).map_err(explain)?;
    let metadata = file.metadata().map_err(explain)?;
    if metadata.is_dir() {
        return Err(Text::new("è una cartella, non un messaggio", "is a folder, not a message"));
    }
    begin(Box::new(BufReader::new(file)), metadata.is_file().then_some(metadata.len()), limit)
}

/// Reads a message whole, or the first bytes of an mbox. `size` is known of regular files only.
fn begin(mut reader: Reader, size: Option<u64>, limit: usize) -> Result<Begun, Text> {
    let explain = |error: io::Error| Text::of_io(&error);
    if mbox::is_mbox(reader.fill_buf().map_err(explain)?) {
        return Ok(Begun::Mbox(reader));
    }
    if size.is_some_and(|size| size > limit as u64) {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0));
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(explain)?;
    if bytes.is_empty() {
        return Err(Text::new(
            "è vuoto: non contiene alcun messaggio; salvarlo di nuovo dalla casella",
            "is empty: there is no message in it; save it again from the mailbox",
        ));
    }
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(Begun::Message(bytes)) }
}

fn too_large(limit: usize) -> Text {
    let limit = limit >> 20;
    Text::new(
        format!("è più grande di {limit} MiB, il limite per un messaggio: nessun gestore PEC ne trasporta di simili"),
        format!("is larger than {limit} MiB, the limit for one message: no PEC provider carries such messages"),
    )
}

/// The messages of an mbox file. One that stands there alone bears the name of the file, several are numbered.
pub(crate) struct Messages {
    entries: mbox::Entries<Reader>,
    name: String,
    limit: usize,
    number: usize,
    held: Option<io::Result<mbox::Entry>>,
}

impl Iterator for Messages {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let entry = self.held.take().or_else(|| self.entries.next())?;
        self.number += 1;
        self.held = self.entries.next();
        let name = if self.number == 1 && self.held.is_none() {
            self.name.clone()
        } else {
            format!("{}#{}", self.name, self.number)
        };
        Some(match entry {
            Ok(entry) if entry.too_large => Item::new(name, Err(too_large(self.limit))),
            Ok(entry) => Item { name, quoting: entry.quoting, bytes: Ok(entry.bytes) },
            Err(error) => Item::new(name, Err(Text::of_io(&error))),
        })
    }
}

/// Reads one file or standard input whole.
pub(crate) fn read_one(path: &Path, limit: usize) -> Result<Vec<u8>, Text> {
    let source = if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.to_path_buf()) };
    let item = match open(&source, limit) {
        Opened::One(item) => Some(item),
        Opened::Many(mut messages) => {
            let first = messages.next();
            if messages.next().is_some() {
                let text = Text::new(
                    "contiene più messaggi (mbox): indicare un file con un solo messaggio",
                    "holds several messages (mbox): name a file with one message",
                );
                return Err(text.at(path));
            }
            first
        }
    };
    let empty = || Text::new("non contiene alcun messaggio", "there is no message in it");
    item.ok_or_else(empty).and_then(|item| item.bytes).map_err(|text| text.at(path))
}
