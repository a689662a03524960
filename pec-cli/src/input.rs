//! Where messages come from: files, folders (Maildir included), mbox files, standard input.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use mail_parser::mailbox::mbox::MessageIterator;
use walkdir::WalkDir;

/// One place where messages are.
#[derive(Debug)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

/// A message with the name it is reported under, or why it could not be read.
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) bytes: Result<Vec<u8>, String>,
}

/// Opens folders; the order is that of the names, so that two runs print the same.
pub(crate) fn sources(paths: &[PathBuf]) -> (Vec<Source>, Vec<Item>) {
    let mut sources = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            sources.push(Source::Stdin);
        } else if path.is_dir() {
            let before = sources.len();
            for entry in WalkDir::new(path).sort_by_file_name() {
                match entry {
                    Ok(entry) if entry.file_type().is_file() && !is_hidden(entry.path()) => {
                        sources.push(Source::File(entry.into_path()));
                    }
                    Ok(_) => {}
                    Err(error) => failures.push(Item {
                        name: error.path().unwrap_or(path).display().to_string(),
                        bytes: Err(format!("cannot be read: {error}")),
                    }),
                }
            }
            if sources.len() == before {
                failures
                    .push(Item { name: path.display().to_string(), bytes: Err("the folder holds no files".into()) });
            }
        } else {
            sources.push(Source::File(path.clone()));
        }
    }
    (sources, failures)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// The messages of a source, one by one. `limit` is the largest message that is read; a larger file is refused before
/// its bytes are.
pub(crate) fn read(source: &Source, limit: usize, mut each: impl FnMut(Item)) {
    let path = match source {
        Source::Stdin => {
            let mut bytes = Vec::new();
            let read = std::io::stdin().lock().take(limit as u64 + 1).read_to_end(&mut bytes);
            let bytes = read.map_err(|error| format!("cannot be read: {error}")).and_then(|_| check(bytes, limit));
            return each(Item { name: "-".into(), bytes });
        }
        Source::File(path) => path,
    };
    let name = path.display().to_string();
    match open(path, limit) {
        Ok(Opened::Message(bytes)) => each(Item { name, bytes: check(bytes, limit) }),
        Ok(Opened::Mbox(reader)) => {
            for (number, message) in MessageIterator::new(reader).enumerate() {
                let bytes = message
                    .map(|message| message.unwrap_contents())
                    .map_err(|_| "the mbox file is damaged here".to_owned());
                each(Item {
                    name: format!("{name}#{}", number + 1),
                    bytes: bytes.and_then(|bytes| check(bytes, limit)),
                });
            }
        }
        Err(reason) => each(Item { name, bytes: Err(reason) }),
    }
}

enum Opened {
    Message(Vec<u8>),
    Mbox(BufReader<File>),
}

fn open(path: &Path, limit: usize) -> Result<Opened, String> {
    let explain = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "may not be read: permission denied".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    let metadata = fs::metadata(path).map_err(explain)?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    let mut reader = BufReader::new(File::open(path).map_err(explain)?);
    if reader.fill_buf().map_err(explain)?.starts_with(b"From ") {
        return Ok(Opened::Mbox(reader));
    }
    if metadata.len() > limit as u64 {
        return Err(too_large(metadata.len(), limit));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    reader.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(explain)?;
    Ok(Opened::Message(bytes))
}

fn check(bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>, String> {
    if bytes.is_empty() {
        return Err("is empty: there is no message in it".to_owned());
    }
    if bytes.len() > limit {
        return Err(too_large(bytes.len() as u64, limit));
    }
    Ok(bytes)
}

fn too_large(size: u64, limit: usize) -> String {
    format!("is too large for one message: {} MiB or more, the limit is {} MiB", size >> 20, limit >> 20)
}

/// Reads one file or standard input whole.
pub(crate) fn read_one(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let source = if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.to_path_buf()) };
    if path.is_dir() {
        return Err(format!("{}: is a folder; name one message", path.display()));
    }
    let mut found = None;
    let mut more = false;
    read(&source, limit, |item| {
        more |= found.is_some();
        found.get_or_insert(item);
    });
    match found {
        Some(_) if more => Err(format!("{}: is an mbox with several messages; name one message", path.display())),
        Some(item) => item.bytes.map_err(|reason| format!("{}: {reason}", item.name)),
        None => Err(format!("{}: there is no message in it", path.display())),
    }
}
