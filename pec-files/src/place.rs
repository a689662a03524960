//! Where messages come from: files, folders (Maildir included), mbox files, ZIP, standard input.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};

use pec_core::limits::Limits;
use walkdir::{DirEntry, WalkDir};

use crate::mbox::{self, Quoting};
use crate::messages::{Messages, Numbered, Reader};
use crate::reason::{Kind, Reason};
use crate::zipped::{self, Members};

/// One place where messages are.
#[derive(Debug, Clone)]
pub enum Place {
    /// Standard input.
    Stdin,
    /// A file: one message, an mbox or a ZIP.
    File(PathBuf),
    /// There is nothing to read in a place that was named.
    Missing(String, Reason),
}

/// A message with the name it is reported under, or why it could not be read.
#[derive(Debug)]
pub struct Item {
    /// Path of its file as given, inside a ZIP its name there after a `/`, with `#` and a number where a file holds several.
    pub name: String,
    /// The message.
    pub bytes: Result<Vec<u8>, Reason>,
    /// Where an mbox leaves it open what the message was, for when the signature does not hold.
    pub quoting: Quoting,
}

impl Item {
    pub(crate) fn new(name: String, bytes: Result<Vec<u8>, Reason>) -> Self {
        Self { name, bytes, quoting: Quoting::default() }
    }
}

/// A place that has been opened.
#[derive(Debug)]
pub enum Opened {
    /// One message, or none.
    One(Item),
    /// Many messages, one by one.
    Many(Messages),
}

/// What is to be read below these paths: folders are opened, `-` is standard input; the order is that of the arguments and, below them, of the names, so that two runs print the same.
pub fn places(paths: &[PathBuf]) -> Vec<Place> {
    let mut places = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            places.push(Place::Stdin);
        } else if path.is_dir() {
            let before = places.len();
            places.extend(files_below(path));
            if places.len() == before {
                let text = Reason::new("la cartella non contiene file da leggere", "the folder holds no files to read")
                    .kind(Kind::File);
                places.push(Place::Missing(path.display().to_string(), text));
            }
        } else {
            places.push(Place::File(path.clone()));
        }
    }
    places
}

fn files_below(folder: &Path) -> impl Iterator<Item = Place> {
    // A link that leads back to a folder above is an error of WalkDir, not an endless loop.
    let entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    let mut maildir = Maildir::default();
    entries.filter_entry(move |entry| entry.depth() == 0 || is_wanted(entry, &mut maildir)).filter_map(|entry| {
        match entry {
            Ok(entry) if entry.file_type().is_file() => Some(Place::File(entry.into_path())),
            Ok(_) => None,
            Err(error) => {
                let name = error.path().unwrap_or_else(|| Path::new("?")).display().to_string();
                let text = error.io_error().map_or_else(leads_back, Reason::of_io);
                Some(Place::Missing(name, text))
            }
        }
    })
}

fn leads_back() -> Reason {
    Reason::new("il collegamento riporta a una cartella superiore", "the link leads back to a folder above")
        .kind(Kind::File)
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

/// Opens a place. `limit` is the largest message that is read; a larger file is refused before its bytes are.
pub fn open(place: &Place, limit: usize) -> Opened {
    let (name, opened) = match place {
        Place::Missing(name, text) => (name.clone(), Err(text.clone())),
        Place::Stdin => ("-".to_owned(), begin(Box::new(BufReader::new(io::stdin())), None, limit)),
        Place::File(path) => (path.display().to_string(), open_file(path, limit)),
    };
    let opened = opened.and_then(|begun| {
        Ok(match begun {
            Begun::Message(bytes) => Opened::One(Item::new(name.clone(), Ok(bytes))),
            Begun::Mbox(reader) => Opened::Many(Messages::mbox(Numbered::new(reader, name.clone(), limit))),
            Begun::Zip(file) => Opened::Many(Messages::zip(Members::new(file, name.clone(), limit)?)),
        })
    });
    opened.unwrap_or_else(|text| Opened::One(Item::new(name, Err(text))))
}

enum Begun {
    Message(Vec<u8>),
    Mbox(Reader),
    Zip(File),
}

fn open_file(path: &Path, limit: usize) -> Result<Begun, Reason> {
    let explain = |error: io::Error| Reason::of_io(&error);
    let file = File::open(path).map_err(explain)?;
    let metadata = file.metadata().map_err(explain)?;
    if metadata.is_dir() {
        return Err(Reason::new("è una cartella, non un messaggio", "is a folder, not a message").kind(Kind::File));
    }
    begin(Box::new(BufReader::new(file)), metadata.is_file().then_some((path, metadata.len())), limit)
}

/// Reads a message whole, or the first bytes of what holds many. Path and size are known of regular files only.
fn begin(mut reader: Reader, regular: Option<(&Path, u64)>, limit: usize) -> Result<Begun, Reason> {
    let explain = |error: io::Error| Reason::of_io(&error);
    let beginning = reader.fill_buf().map_err(explain)?;
    if zipped::is_zip(beginning) {
        let file = regular.map_or_else(|| spooled(&mut reader), |(path, _)| File::open(path));
        return file.map(Begun::Zip).map_err(explain);
    }
    if mbox::is_mbox(beginning) {
        return Ok(Begun::Mbox(reader));
    }
    let size = regular.map(|(_, size)| size);
    if size.is_some_and(|size| size > limit as u64) {
        return Err(too_large(limit));
    }
    let mut bytes = Vec::with_capacity(size.and_then(|size| usize::try_from(size).ok()).unwrap_or(0));
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(explain)?;
    if bytes.is_empty() {
        return Err(Reason::new(
            "è vuoto: non contiene alcun messaggio; salvarlo di nuovo dalla casella",
            "is empty: there is no message in it; save it again from the mailbox",
        )
        .kind(Kind::File));
    }
    if bytes.len() > limit { Err(too_large(limit)) } else { Ok(Begun::Message(bytes)) }
}

/// Everything that is left of `reader`, in a temporary file that nobody else sees: a ZIP is read from its end.
fn spooled(reader: &mut Reader) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(reader, &mut file)?;
    file.rewind()?;
    Ok(file)
}

pub(crate) fn too_large(limit: usize) -> Reason {
    let (it, en) = if limit.is_multiple_of(1 << 20) {
        (format!("{} MiB", limit >> 20), format!("{} MiB", limit >> 20))
    } else {
        (format!("{limit} byte"), format!("{limit} bytes"))
    };
    // A caller may have set a limit that genuine messages exceed.
    let (none_it, none_en) = if limit >= Limits::DEFAULT.message_bytes {
        (": nessun gestore PEC ne trasporta di simili", ": no PEC provider carries such messages")
    } else {
        ("", "")
    };
    Reason::new(
        format!("è più grande di {it}, il limite per un messaggio{none_it}"),
        format!("is larger than {en}, the limit for one message{none_en}"),
    )
    .kind(Kind::TooLarge)
}

/// Whether a file of one message that was found in a folder is taken for that: it is called one (`.eml`), lies in a Maildir, or begins
/// as one does, with the name of a field. Folders of mail hold indexes, attachments and archives of other programs beside it.
#[must_use]
pub fn is_taken_for_message(path: &Path, beginning: &[u8]) -> bool {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let is_in_maildir = || {
        let name = folder.file_name().and_then(|name| name.to_str());
        matches!(name, Some("cur" | "new")) && folder.parent().is_some_and(|above| Maildir::default().is(above))
    };
    zipped::begins_with_field(beginning) || zipped::is_called_a_message(&path.to_string_lossy()) || is_in_maildir()
}

/// Why a file is not taken for a message.
#[must_use]
pub fn no_message() -> Reason {
    Reason::new(
        "non è un messaggio: non comincia con un'intestazione",
        "is no message: it does not begin with a header field",
    )
    .kind(Kind::File)
}

/// The one message of a file or of standard input (`-`), whole; `limit` as for [`open`].
///
/// # Errors
/// [`Kind::File`] and [`Kind::TooLarge`]; [`Kind::Several`] for an mbox or ZIP with more than one message.
pub fn read_one(path: &Path, limit: usize) -> Result<Vec<u8>, Reason> {
    let place = if path.as_os_str() == "-" { Place::Stdin } else { Place::File(path.to_path_buf()) };
    let item = match open(&place, limit) {
        Opened::One(item) => Some(item),
        Opened::Many(mut messages) => {
            let first = messages.next();
            if messages.next().is_some() {
                let text = Reason::new(
                    "contiene più messaggi (mbox o ZIP): indicare un file con un solo messaggio",
                    "holds several messages (mbox or ZIP): name a file with one message",
                )
                .kind(Kind::Several);
                return Err(text.at(path));
            }
            first
        }
    };
    let empty = || Reason::new("non contiene alcun messaggio", "there is no message in it").kind(Kind::File);
    item.ok_or_else(empty).and_then(|item| item.bytes).map_err(|text| text.at(path))
}
