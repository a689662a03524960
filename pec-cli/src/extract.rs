//! `pec extract`: exact bytes out of one message. Names that come from inside a message are only ever names of files
//! directly in the output folder.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pec_core::limits::Limits;
use pec_core::message::{Message, Part};
use pec_core::verify::{opened, restored};

use crate::input;

/// What to take out and where to put it.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The message, or - for standard input.
    file: PathBuf,
    /// What to take out.
    what: What,
    /// Folder for the files; without it one object goes to standard output.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// The original message (postacert.eml).
    Original,
    /// The certification data (daticert.xml).
    Daticert,
    /// The attachments of the original message (of the message itself when it carries none).
    Attachments,
    /// The signature (smime.p7s).
    Signature,
    /// The whole message as it was before a program transcoded it, when its signature holds again that way.
    Restored,
}

/// One thing taken out.
struct Object {
    name: String,
    bytes: Vec<u8>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let limits = Limits::DEFAULT;
    let bytes = input::read_one(&arguments.file, limits.message_bytes)?;
    let message = Message::parse(bytes, &limits);
    let objects = take(&message, arguments.what)?;
    let Some(folder) = &arguments.out else {
        let [object] = &objects[..] else {
            return Err(format!("there are {} objects: give a folder with -o DIR", objects.len()));
        };
        return std::io::stdout()
            .write_all(&object.bytes)
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| format!("the output cannot be written: {error}"));
    };
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut taken = HashSet::new();
    for object in objects {
        let path = write_new(folder, &object, &mut taken)?;
        anstream::println!("{}  {}", path.display(), object.bytes.len());
    }
    Ok(ExitCode::SUCCESS)
}

fn take(message: &Message<Vec<u8>>, what: What) -> Result<Vec<Object>, String> {
    let entity = opened(message);
    let signed = entity.as_ref().map(Message::root).or_else(|| message.signed_part());
    let content = |part: Part<'_>| part.content().into_owned();
    let one = |name: &str, bytes: Option<Vec<u8>>, missing: &str| match bytes {
        Some(bytes) => Ok(vec![Object { name: name.to_owned(), bytes }]),
        None => Err(missing.to_owned()),
    };
    let original = signed.and_then(|part| part.original());
    match what {
        What::Original => one("postacert.eml", original.map(content), "there is no original message in it"),
        What::Daticert => {
            let data = signed.and_then(|part| part.daticert()).map(content);
            one("daticert.xml", data, "there are no certification data in it")
        }
        What::Signature => one("smime.p7s", message.signature_part().map(content), "there is no signature in it"),
        What::Restored => {
            one("restored.eml", restored(message), "the signature does not hold for any restored form of the message")
        }
        What::Attachments => {
            let object = |part: Part<'_>| Object {
                name: part.file_name().unwrap_or_else(|| "attachment".to_owned()),
                bytes: content(part),
            };
            let objects: Vec<Object> = match original {
                Some(original) => original.to_message().attachments().map(object).collect(),
                None => message.attachments().map(object).collect(),
            };
            if objects.is_empty() { Err("there are no attachments in it".to_owned()) } else { Ok(objects) }
        }
    }
}

/// Writes a file that did not exist, under a safe name, numbered when the name is taken.
fn write_new(folder: &Path, object: &Object, taken: &mut HashSet<String>) -> Result<PathBuf, String> {
    let safe = safe_name(&object.name);
    let (stem, extension) = match safe.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem.to_owned(), format!(".{extension}")),
        _ => (safe.clone(), String::new()),
    };
    for number in 1..10_000 {
        let name = if number == 1 { safe.clone() } else { format!("{stem}-{number}{extension}") };
        if !taken.insert(name.to_lowercase()) {
            continue;
        }
        let path = folder.join(&name);
        // Never over what is there, never through a link.
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                return file
                    .write_all(&object.bytes)
                    .map(|()| path.clone())
                    .map_err(|error| format!("{}: {error}", path.display()));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display())),
        }
    }
    Err(format!("{}: too many files of the name {safe}", folder.display()))
}

/// The last component of a name, without what a file system or a shell gives a meaning to.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String =
        last.chars().map(|c| if c.is_control() || "<>:\"|?*".contains(c) { '_' } else { c }).take(150).collect();
    // Hidden files, `.` and `..`, trailing dots and blanks (Windows drops them) and reserved device names.
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace()).to_owned();
    let device = kept.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let reserved = matches!(device.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (device.len() == 4 && (device.starts_with("COM") || device.starts_with("LPT")));
    if kept.is_empty() || reserved { format!("attachment_{kept}") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn names_stay_in_the_folder() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x.exe", "x.exe"),
            ("/etc/passwd", "passwd"),
            ("..", "attachment_"),
            (".bashrc", "bashrc"),
            ("a\0b\nc", "a_b_c"),
            ("C:evil", "C_evil"),
            ("nul.txt", "attachment_nul.txt"),
            ("fattura è.pdf", "fattura è.pdf"),
            ("", "attachment_"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"x".repeat(5000)).len() <= 150);
    }
}
