//! What is said to the person, in both languages, and why a command ends early.

use std::io::{self, ErrorKind};

pub(crate) use pec_files::Reason as Text;
use pec_files::link::Halt;

/// Why a command ends before its work is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Something that the person has to know.
    Because(Text),
    /// The same in several lines, each of them harmless as it is: whoever made them has seen to that.
    Lines(Text),
    /// Whoever reads the output has had enough (`pec … | head`): nothing to say.
    ReaderGone,
}

impl From<Text> for Stop {
    fn from(text: Text) -> Self {
        Self::Because(text)
    }
}

/// Failures to write to standard output.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::BrokenPipe {
            return Self::ReaderGone;
        }
        Self::Because(Text::new(
            format!("il risultato non può essere scritto: {error}"),
            format!("the output cannot be written: {error}"),
        ))
    }
}

impl From<Halt<Self>> for Stop {
    fn from(halt: Halt<Self>) -> Self {
        match halt {
            Halt::Told(stop) => stop,
            Halt::Spool(error) => Self::Because(Text::of_io(&error).about("temporary file")),
            Halt::Full(_) => Self::Because(Text::new(
                "troppi messaggi per un solo confronto: dividere la casella in più cartelle",
                "too many messages for one run: divide the mailbox into several folders",
            )),
        }
    }
}
