//! What can go wrong, where, whose fault it is, and what to do.

use std::io;
use std::path::{Path, PathBuf};

use pec_core::compose::{Refusal, reasons};
use pec_core::delegation::Denied;
use pec_core::finding::Language;

use crate::id::Id;
use crate::search::QueryError;

/// What a call of the archive can answer instead.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. Nothing of it was stored, unless the variant says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no archive at this place.
    #[error("{}: no such archive", .0.display())]
    Missing(PathBuf),
    /// Something is there already.
    #[error("{}: exists already", .0.display())]
    Exists(PathBuf),
    /// A file that is no archive of ours.
    #[error("{}: not an archive", .0.display())]
    NotAnArchive(PathBuf),
    /// The file was deleted, moved away or replaced while this handle was open. What was being written is not in the file
    /// that is at this place now, if there is one.
    #[error("{}: no longer the archive that was opened", .0.display())]
    Moved(PathBuf),
    /// Written by a newer version of this library: it is not touched.
    #[error("format {found}, this version knows up to {known}")]
    Newer {
        /// The format of the archive.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// An entry of the log that a newer version of this library has written: who may do what cannot be said without it.
    #[error("entry {n} of the log, {kind:?}, says what this version does not know")]
    NewerEvent {
        /// Its number.
        n: u64,
        /// What it is called.
        kind: String,
    },
    /// It is not permitted, or cannot be done; the log says that it was attempted. The code of the refusal explains why.
    #[error("{0}")]
    Denied(Denied),
    /// The archive would lie on a network file system, where its locks and its order of writes are not kept.
    #[error("{}: on {kind}, a network file system", .path.display())]
    Network {
        /// Where the archive would be.
        path: PathBuf,
        /// Which file system.
        kind: &'static str,
    },
    /// Another process has been writing for longer than the wait.
    #[error("another process is writing")]
    Locked,
    /// No room is left.
    #[error("the disk is full")]
    Full,
    /// The file or its file system cannot be written.
    #[error("the archive cannot be written")]
    ReadOnly,
    /// Written by an older version, and opened for reading: it has to be brought to the present format first.
    #[error("format {found}, this version reads {known}")]
    Older {
        /// The format of the archive.
        found: u32,
        /// The format that this version reads.
        known: u32,
    },
    /// Bytes are not what they were when they were stored.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The archive has nothing of this name.
    #[error("not in the archive: {0}")]
    NotFound(String),
    /// A query cannot be understood.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// A value that the call cannot take.
    #[error("{what}: {value}")]
    BadValue {
        /// Which parameter.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// What the time-stamping authority gave proves no time.
    #[error("time-stamp: {0}")]
    TimeStamp(String),
    /// A bundle would be larger than its form allows.
    #[error("bundle: {0}")]
    Bundle(#[from] pec_core::proof::TooLarge),
    /// A report of deposit (*rapporto di versamento*) that cannot be read.
    #[error("report of deposit: {0}")]
    Report(String),
    /// A file or stream that the caller gave cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The data of the archive are on a device that fails. What was being written is absent, or, where only the last word
    /// of the device was missing, wholly there after a crash: never in part.
    #[error("reading or writing failed: {0}")]
    Device(String),
    /// The archive is encrypted, and the keys that were given are not those; or it is not encrypted at all.
    #[error("key: {0}")]
    Key(&'static str),
    /// A key of the outbox stands for another message already, or for another envelope: under it nothing else is ever sent.
    #[error("the key {key} stands for message {id}")]
    KeyReused {
        /// The key.
        key: String,
        /// The message that was given under it first.
        id: Id,
    },
    /// The provider would not take what is to be sent: every reason, and what a person should know beside them.
    #[error("{}", reasons(.0))]
    Refused(Vec<Refusal>),
    /// The store behind the archive does not do this by itself: its own tools do.
    #[error("not done by this store: {0}")]
    Unsupported(&'static str),
    /// A fault of this library.
    #[error("internal: {0}")]
    Internal(String),
}

/// Code, layer and texts of each variant.
type Row = (&'static str, &'static str, &'static str, &'static str);

impl Error {
    const fn row(&self) -> Row {
        match self {
            Self::Missing(_) => (
                "archive.missing",
                "file",
                "Qui non c'è un archivio: controllare il percorso, o crearlo.",
                "There is no archive here: check the path, or create it.",
            ),
            Self::Exists(_) => (
                "archive.exists",
                "file",
                "Esiste già qualcosa in quel punto: un archivio non sovrascrive nulla.",
                "Something is there already: an archive overwrites nothing.",
            ),
            Self::NotAnArchive(_) => (
                "archive.not_an_archive",
                "file",
                "Il file non è un archivio di pec: non è stato toccato.",
                "The file is no archive of pec: it was not touched.",
            ),
            Self::Moved(_) => (
                "archive.moved",
                "file",
                "Il file dell'archivio è stato cancellato, spostato o sostituito mentre era aperto: rimetterlo al suo posto e \
                 riaprirlo. Ciò che si stava scrivendo non è confermato.",
                "The file of the archive was deleted, moved or replaced while it was open: put it back and open it again. \
                 What was being written is not confirmed.",
            ),
            Self::Newer { .. } | Self::NewerEvent { .. } => (
                "archive.newer",
                "archive",
                "L'archivio è stato scritto da una versione più recente: aggiornare il programma. Non è stato toccato.",
                "The archive was written by a newer version: update the program. It was not touched.",
            ),
            Self::Network { .. } => (
                "archive.network",
                "file",
                "L'archivio non può stare su un file system di rete, dove i suoi blocchi non valgono: usare un disco locale.",
                "An archive cannot lie on a network file system, where its locks do not hold: use a local disk.",
            ),
            Self::Denied(_) => (
                "archive.denied",
                "access",
                "Non è permesso, o non si può fare ora: i dettagli dicono perché. Nulla è stato fatto; ciò che si tenta resta nel registro.",
                "It is not permitted, or cannot be done now: the evidence says why. Nothing was done; what is attempted stands in the log.",
            ),
            Self::Locked => (
                "archive.locked",
                "archive",
                "Un altro processo scrive nell'archivio, o ne legge uno stato precedente: riprovare. Nulla è cambiato.",
                "Another process is writing to the archive, or reading an older state of it: try again. Nothing has changed.",
            ),
            Self::Full => (
                "archive.full",
                "device",
                "Il disco è pieno: liberare spazio e riprovare. Ciò che era già confermato è salvo.",
                "The disk is full: make room and try again. What had been confirmed is safe.",
            ),
            Self::ReadOnly | Self::Older { .. } => (
                "archive.read_only",
                "device",
                "L'archivio è in sola lettura: controllare i permessi del file e della cartella. Se è di una versione precedente, aprirlo \
                 una volta in scrittura, o farlo con una sua copia: così prende il formato attuale.",
                "The archive cannot be written: check the permissions of file and folder. Where it is of an earlier version, open it once \
                 for writing, or do so with a copy of it: that brings it to the present format.",
            ),
            Self::Damaged(_) => (
                "archive.damaged",
                "archive",
                "I dati non sono più quelli archiviati: eseguire il controllo, che dice quali; ripristinare da una copia, o \
                 salvare il leggibile in un archivio nuovo.",
                "The data are not what was stored: run the check, which says which; restore from a backup, or salvage what \
                 can be read into a new archive.",
            ),
            Self::NotFound(_) => (
                "archive.not_found",
                "argument",
                "L'archivio non contiene nulla con questo nome; se è stato eliminato, il registro ne conserva il certificato.",
                "The archive has nothing of this name; where it was erased, the log keeps the certificate of that.",
            ),
            Self::Query(_) => (
                "archive.query",
                "argument",
                "La ricerca non si può interpretare: correggerla nel punto indicato.",
                "The query cannot be understood: correct it at the place that is shown.",
            ),
            Self::BadValue { .. } => {
                ("archive.value", "argument", "Un valore non è ammesso.", "A value is not allowed.")
            }
            Self::TimeStamp(_) => (
                "archive.time_stamp",
                "argument",
                "La marca temporale non prova nulla: controllare l'autorità e il suo certificato. Nulla è stato scritto.",
                "The time-stamp proves nothing: check the authority and its certificate. Nothing was written.",
            ),
            Self::Bundle(_) => (
                "archive.bundle",
                "argument",
                "Il fascicolo supererebbe i 4 GiB: scegliere meno messaggi.",
                "The bundle would be larger than 4 GiB: choose fewer messages.",
            ),
            Self::Report(_) => (
                "archive.report",
                "argument",
                "Il rapporto di versamento non si può leggere: chiedere al conservatore l'XML originale. Nulla è stato scritto.",
                "The report of deposit cannot be read: ask the conservation service for the original XML. Nothing was written.",
            ),
            Self::File { .. } => {
                ("archive.file", "file", "Un file non si può leggere o scrivere.", "A file cannot be read or written.")
            }
            Self::Device(_) => (
                "archive.device",
                "device",
                "Il disco dà errori: salvare ciò che si può e sostituirlo. Nulla di non confermato è stato promesso.",
                "The disk fails: save what can be saved and replace it. Nothing unconfirmed was promised.",
            ),
            Self::Key(_) => (
                "archive.key",
                "argument",
                "Le chiavi non sono quelle dell'archivio: fornire tutte quelle con cui è stato cifrato. Nulla è stato scritto.",
                "The keys are not those of the archive: give all under which it was encrypted. Nothing was written.",
            ),
            Self::KeyReused { .. } => (
                "archive.key_reused",
                "argument",
                "La chiave di invio indica già un altro messaggio: usare una chiave nuova per un messaggio nuovo. Nulla è stato \
                 accodato.",
                "The key stands for another message already: use a new key for a new message. Nothing was queued.",
            ),
            Self::Refused(_) => (
                "compose.refused",
                "compose",
                "Il messaggio non si può inviare così: il gestore lo rifiuterebbe. I dettagli dicono tutti i motivi.",
                "The message cannot be sent as it is: the provider would refuse it. The evidence has every reason.",
            ),
            Self::Unsupported(_) => (
                "archive.unsupported",
                "archive",
                "L'operazione spetta agli strumenti del sistema su cui si trova l'archivio. Nulla è stato fatto.",
                "This is a matter of the tools of the store in which the archive lies. Nothing was done.",
            ),
            Self::Internal(_) => (
                "archive.internal",
                "internal",
                "Errore della libreria: segnalarlo con il testo indicato.",
                "A fault of the library: report it with the text that is shown.",
            ),
        }
    }

    /// The name of the code. Stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.row().0
    }

    /// Where it arose: `argument`, `compose`, `file`, `archive`, `device` or `internal`.
    #[must_use]
    pub const fn layer(&self) -> &'static str {
        self.row().1
    }

    /// What it means and what can be done.
    #[must_use]
    pub const fn explanation(&self, language: Language) -> &'static str {
        match language {
            Language::It => self.row().2,
            Language::En => self.row().3,
        }
    }

    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn absent(id: Id) -> Self {
        Self::NotFound(id.to_string())
    }

    /// Names the message whose bytes or index it is.
    pub(crate) fn of_message(self, id: Id) -> Self {
        let named = |what: String| {
            let id = id.to_string();
            if what.contains(&id) { what } else { format!("message {id}: {what}") }
        };
        match self {
            Self::Damaged(what) => Self::Damaged(named(what)),
            Self::Device(what) => Self::Device(named(what)),
            other => other,
        }
    }

    /// Whether a part of the file cannot be read, so that the rest is worth a try.
    pub(crate) const fn is_local(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Device(_))
    }
}
