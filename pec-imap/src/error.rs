//! What can go wrong on the wire, whose fault it is, and what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use pec_core::delegation::lifecycle::State;
use pec_core::finding::Language;

use crate::access::AccessState;
use crate::secret::SecretError;

/// What a call can answer instead.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed. What had been confirmed before stays so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server cannot be reached: name, route, port, proxy, or nobody answers in time.
    #[error("{host}: cannot be reached: {source}")]
    Unreachable {
        /// Which server or proxy.
        host: String,
        /// What the system says.
        source: io::Error,
    },
    /// The server could not show that it is the one, or does not encrypt.
    #[error("{host}: not a safe connection: {reason}")]
    Tls {
        /// Which server.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The server does not let the user in. It is not asked again until the credential has been replaced.
    #[error("{host}: no access: {text}")]
    Access {
        /// Which server.
        host: String,
        /// In which way.
        state: AccessState,
        /// What the server said.
        text: String,
    },
    /// The server refuses a command.
    #[error("{command}: refused: {text}")]
    Refused {
        /// Which command, without its parameters.
        command: String,
        /// What the server said.
        text: String,
    },
    /// The server does not keep to the protocol.
    #[error("the server breaks the protocol: {0}")]
    Protocol(String),
    /// The server has said nothing for too long, or too little.
    #[error("no answer within {} s", .0.as_secs_f32())]
    Deadline(Duration),
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(io::Error),
    /// A value that the call cannot take.
    #[error("{what}: {value}")]
    BadValue {
        /// Which parameter.
        what: &'static str,
        /// Its value, or why it cannot be taken where the value is secret.
        value: String,
    },
    /// The hub takes no more mailboxes.
    #[error("{active} mailboxes, the hub takes {limit}")]
    HubCapacityExceeded {
        /// How many it takes.
        limit: u64,
        /// How many there would be.
        active: u64,
    },
    /// The mailbox may not be opened: there is no mandate of its holder that holds.
    #[error("{mailbox}: no mandate: {why}")]
    NoMandate {
        /// Which one.
        mailbox: String,
        /// Why there is none.
        why: String,
    },
    /// The mailbox is not opened: its provider has said that it no longer works.
    #[error("{mailbox}: {state}")]
    Suspended {
        /// Which one.
        mailbox: String,
        /// Where it stands: revoked, fully revoked, or annulled.
        state: State,
    },
    /// No credential of the mailbox is kept.
    #[error("{mailbox}: no credential is kept")]
    NoCredential {
        /// Which one.
        mailbox: String,
    },
    /// The store of credentials fails.
    #[error("credentials: {0}")]
    Secret(#[from] SecretError),
    /// A file that the caller has asked for cannot be written.
    #[error("{}: {source}", .path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// An address cannot be listened on.
    #[error("{address}: cannot be listened on: {source}")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The archive fails. Nothing is taken from the server that it has not confirmed.
    #[error(transparent)]
    Archive(#[from] pec_archive::Error),
    /// The caller has ended it.
    #[error("cancelled")]
    Cancelled,
    /// A fault of this library.
    #[error("internal: {0}")]
    Internal(String),
}

/// Code, layer and texts of each variant.
type Row = (&'static str, &'static str, &'static str, &'static str);

impl Error {
    fn row(&self) -> Row {
        match self {
            Self::Unreachable { .. } => (
                "wire.unreachable",
                "network",
                "Il server non risponde: controllare nome, porta, rete e proxy. Si può riprovare.",
                "The server does not answer: check name, port, network and proxy. It may be tried again.",
            ),
            Self::Tls { .. } => (
                "wire.tls",
                "network",
                "Il server non ha dimostrato di essere quello giusto, o non cifra: la password non è stata inviata. Controllare \
                 il nome del server, l'orologio, e se la rete usa una propria autorità di certificazione.",
                "The server has not shown that it is the right one, or does not encrypt: the password was not sent. Check the \
                 name of the server, the clock, and whether the network has a certification authority of its own.",
            ),
            Self::Access { state, .. } => {
                ("wire.access", "access", state.advice(Language::It), state.advice(Language::En))
            }
            Self::Refused { .. } => (
                "wire.refused",
                "server",
                "Il server ha rifiutato il comando: il suo testo dice perché.",
                "The server has refused the command: its text says why.",
            ),
            Self::Protocol(_) => (
                "wire.protocol",
                "server",
                "Il server ha risposto in modo incomprensibile: la connessione è stata chiusa, nulla è andato perso. Riprovare; \
                 se si ripete, segnalarlo al gestore con il testo indicato.",
                "The server has answered what cannot be understood: the connection was closed, nothing is lost. Try again; if \
                 it happens again, report it to the provider with the text that is shown.",
            ),
            Self::Deadline(_) => (
                "wire.deadline",
                "network",
                "Il server ha taciuto troppo a lungo: la connessione è stata chiusa, nulla è andato perso. Si può riprovare.",
                "The server was silent for too long: the connection was closed, nothing is lost. It may be tried again.",
            ),
            Self::Lost(_) => (
                "wire.lost",
                "network",
                "La connessione è caduta: nulla è andato perso. Si può riprovare.",
                "The connection was lost: nothing else is. It may be tried again.",
            ),
            Self::BadValue { .. } => ("wire.value", "argument", "Un valore non è ammesso.", "A value is not allowed."),
            Self::HubCapacityExceeded { .. } => (
                "hub.capacity",
                "argument",
                "Il numero di caselle supera quello previsto: ampliare la licenza o togliere caselle. Nulla è stato aggiunto.",
                "There would be more mailboxes than the hub takes: extend it or remove some. Nothing was added.",
            ),
            Self::NoMandate { .. } => (
                "hub.mandate",
                "access",
                "Manca un mandato valido del titolare: la casella non viene aperta finché non è registrato.",
                "There is no mandate of the holder that holds: the mailbox is not opened until one is noted.",
            ),
            Self::Suspended { .. } => (
                "hub.suspended",
                "access",
                "Il gestore ha detto che la casella è revocata o annullata: non si apre finché non dice che è di nuovo attiva. Ciò \
                 che ne era venuto resta.",
                "The provider has said that the mailbox is revoked or annulled: it is not opened until he says that it is active \
                 again. What came in from it stays.",
            ),
            Self::NoCredential { .. } => (
                "hub.credential",
                "access",
                "Nessuna credenziale è custodita per la casella: inserirla.",
                "No credential of the mailbox is kept: set it.",
            ),
            Self::Secret(error) => {
                (error.code(), "secret", error.explanation(Language::It), error.explanation(Language::En))
            }
            Self::File { .. } => ("wire.file", "file", "Un file non si può scrivere.", "A file cannot be written."),
            Self::Listen { .. } => (
                "wire.listen",
                "network",
                "La porta non si può aprire: è di un altro programma, o non è permessa. Indicarne un'altra, o 0 per una libera.",
                "The port cannot be opened: another program has it, or it is not allowed. Give another one, or 0 for a free one.",
            ),
            Self::Archive(error) => {
                (error.code(), error.layer(), error.explanation(Language::It), error.explanation(Language::En))
            }
            Self::Cancelled => (
                "wire.cancelled",
                "argument",
                "L'operazione è stata interrotta: ciò che era confermato resta.",
                "The operation was ended: what had been confirmed stays.",
            ),
            Self::Internal(_) => (
                "wire.internal",
                "internal",
                "Errore della libreria: segnalarlo con il testo indicato.",
                "A fault of the library: report it with the text that is shown.",
            ),
        }
    }

    /// The name of the code. Stable.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.row().0
    }

    /// Where it arose: `argument`, `network`, `access`, `server`, `secret`, `file`, `internal`, or a layer of the archive.
    #[must_use]
    pub fn layer(&self) -> &'static str {
        self.row().1
    }

    /// What it means and what can be done.
    #[must_use]
    pub fn explanation(&self, language: Language) -> &'static str {
        let (_, _, italian, english) = self.row();
        match language {
            Language::It => italian,
            Language::En => english,
        }
    }

    /// What it says about the access to the mailbox; `None` where it says nothing.
    #[must_use]
    pub const fn access(&self) -> Option<AccessState> {
        match self {
            Self::Access { state, .. } => Some(*state),
            Self::Unreachable { .. } | Self::Tls { .. } | Self::Deadline(_) | Self::Lost(_) => {
                Some(AccessState::Unreachable)
            }
            _ => None,
        }
    }

    /// Whether the connection can go on being used: the server has answered, and only refuses.
    pub(crate) const fn leaves_session(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::BadValue { .. } | Self::Archive(_))
    }
}
