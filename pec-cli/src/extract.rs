//! `pec extract`: exact bytes out of one message. Names that come from inside a message are only ever names of files
//! directly in the output folder.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use pec_core::finding::Language;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::verify::{Extract, Extracted};
use pec_files::{NewFiles, safe_name};

use crate::render::printable;
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
    let mut files = NewFiles::in_folder(folder).map_err(|error| Text::of_io(&error).at(folder))?;
    let mut output = anstream::stdout();
    for object in objects {
        let path = files.write(&object.name, &object.bytes).map_err(|error| unwritten(&error, folder, &object.name))?;
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

fn unwritten(error: &std::io::Error, folder: &Path, name: &str) -> Text {
    let name = safe_name(name);
    if error.kind() == std::io::ErrorKind::AlreadyExists {
        let text = Text::new(
            format!("troppi file di nome {name}: scegliere una cartella vuota"),
            format!("too many files of the name {name}: choose an empty folder"),
        );
        return text.at(folder);
    }
    Text::of_io(error).at(&folder.join(name))
}
