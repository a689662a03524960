//! `pec extract`: exact bytes out of one message. Names that come from inside a message are only ever names of files
//! directly in the output folder.

use std::collections::HashSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::verify::{Extract, Extracted};

use crate::render::{printable, steers};
use crate::text::{Stop, Text};

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
    /// The PECs that stand inside an ordinary message (verdict contains-pec), each to be verified on its own.
    Nested,
    /// The whole message as it was before a program transcoded it, when its signature holds again that way.
    Restored,
}

/// One thing taken out.
struct Object {
    name: String,
    bytes: Vec<u8>,
}

pub(crate) fn run(arguments: &Arguments, language: Language) -> Result<ExitCode, Stop> {
    let limits = Limits::DEFAULT;
    let bytes = pec_files::read_one(&arguments.file, limits.message_bytes)?;
    let message = Message::parse(bytes, &limits);
    let objects = take(&message, arguments.what).map_err(|text| text.at(&arguments.file))?;
    let Some(folder) = &arguments.out else {
        let [object] = &objects[..] else {
            let text = Text::new(
                format!("gli oggetti sono {}: indicare una cartella con -o DIR", objects.len()),
                format!("there are {} objects: give a folder with -o DIR", objects.len()),
            );
            return Err(text.into());
        };
        std::io::stdout().write_all(&object.bytes)?;
        return Ok(ExitCode::SUCCESS);
    };
    fs::create_dir_all(folder).map_err(|error| Text::of_io(&error).at(folder))?;
    let mut taken = HashSet::new();
    let mut output = anstream::stdout();
    for object in objects {
        let path = write_new(folder, &object, &mut taken)?;
        let size = object.bytes.len();
        let unit = if language == Language::It { "byte" } else { "bytes" };
        writeln!(output, "{}  {size} {unit}", printable(&path.display().to_string()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn take(message: &Message<Vec<u8>>, what: What) -> Result<Vec<Object>, Text> {
    let (what, it, en) = match what {
        What::Original => (
            Extract::Original,
            "non contiene un messaggio originale: ne hanno uno le buste di trasporto e le ricevute di consegna complete",
            "holds no original message: transport envelopes and complete delivery receipts have one",
        ),
        What::Daticert => {
            (Extract::Daticert, "non contiene dati di certificazione firmati", "holds no signed certification data")
        }
        What::Signature => (Extract::Signature, "non contiene una firma", "holds no signature"),
        What::Restored => (
            Extract::Restored,
            "nessuna forma del messaggio che si possa ripristinare ha una firma valida",
            "the signature holds for no form of the message that could be restored",
        ),
        What::Nested => (Extract::Nested, "non contiene un'altra PEC", "holds no other PEC"),
        What::Attachments => (Extract::Attachments, "non contiene allegati", "holds no attachments"),
    };
    let objects: Vec<Object> = what.from(message).into_iter().map(Object::from).collect();
    if objects.is_empty() { Err(Text::new(it, en)) } else { Ok(objects) }
}

impl From<Extracted> for Object {
    fn from(extracted: Extracted) -> Self {
        let unnamed = if extracted.is_message { "attachment.eml" } else { "attachment" };
        Self { name: extracted.name.unwrap_or_else(|| unnamed.to_owned()), bytes: extracted.bytes }
    }
}

/// Writes a file that did not exist, under a safe name, numbered when the name is taken.
fn write_new(folder: &Path, object: &Object, taken: &mut HashSet<String>) -> Result<PathBuf, Text> {
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
        let mut file = match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(Text::of_io(&error).at(&path)),
        };
        return match file.write_all(&object.bytes) {
            Ok(()) => Ok(path),
            Err(error) => {
                // Half a file would pass for the whole.
                let _ = fs::remove_file(&path);
                Err(Text::of_io(&error).at(&path))
            }
        };
    }
    let text = Text::new(
        format!("troppi file di nome {safe}: scegliere una cartella vuota"),
        format!("too many files of the name {safe}: choose an empty folder"),
    );
    Err(text.at(folder))
}

/// Bytes of a name. File systems take 255; the rest is for a number and for what is put in front.
const NAME: usize = 200;

/// The last component of a name, without what a file system, a shell or a reader gives a meaning to: separators,
/// streams and wildcards, control characters, those that turn the direction of text (`exe.fdp` read from the right),
/// leading dots and dashes, trailing dots and blanks (Windows drops them), reserved device names.
fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().map(|c| if steers(c) || "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace()).trim_start_matches('-');
    let kept = cut(kept, NAME);
    let device = kept.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |name: &str| device.strip_prefix(name).is_some_and(|rest| rest.chars().count() == 1);
    let reserved = matches!(device.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT");
    if kept.is_empty() || reserved { format!("attachment_{kept}") } else { kept }
}

/// At most `most` bytes of a name, its extension kept where it is a short one.
fn cut(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let (stem, extension) = name.rsplit_once('.').filter(|(_, extension)| extension.len() <= 16).unwrap_or((name, ""));
    let stem = stem.get(..stem.floor_char_boundary(most - 1 - extension.len())).unwrap_or_default();
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::{NAME, safe_name};

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
            ("-rf", "rf"),
            ("com1", "attachment_com1"),
            ("COM¹.txt", "attachment_COM¹.txt"),
            ("nul .txt", "attachment_nul .txt"),
            ("fattura\u{202e}fdp.exe", "fattura_fdp.exe"),
            ("x. . ", "x"),
            (".- ", "attachment_"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"x".repeat(5000)).len() <= NAME);
        let long = safe_name(&format!("{}.pdf", "è".repeat(5000)));
        assert!(long.len() <= NAME && long.ends_with("è.pdf"), "{long}");
    }
}
