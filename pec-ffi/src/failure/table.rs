//! The table of result numbers: number, name of the code, layer, and what it means in Italian and English. Rows are only
//! added; neither a number nor a name is ever used again.

macro_rules! results {
    ($($name:ident / $code:literal, $layer:literal, it: $it:literal, en: $en:literal;)*) => {
        impl pec_result {
            /// Every result, in the order of the table.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name of the code.
            pub(crate) const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Where it arises.
            pub(crate) const fn layer(self) -> &'static str {
                match self { $(Self::$name => $layer,)* }
            }

            /// What it means and what can be done, in Italian and English.
            pub(crate) const fn text(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($it, $en),)* }
            }
        }
    };
}

/// How a call ended. `PEC_OK` is 0; no number is ever used for another meaning, new ones may be added.
///
/// A verdict is never an error: a forged message is verified with `PEC_OK`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
#[must_use]
pub enum pec_result {
    /// It is done; the outputs are written.
    PEC_OK = 0,
    /// A pointer is NULL that must not be.
    PEC_NULL = 1,
    /// A length that no object can have.
    PEC_BAD_LENGTH = 2,
    /// A text is not UTF-8.
    PEC_BAD_UTF8 = 3,
    /// A number is none of those that the parameter knows.
    PEC_BAD_VALUE = 4,
    /// A time lies outside the years -9999 to 9999.
    PEC_BAD_TIME = 5,
    /// There is no such thing: a position beyond the last, a field that the message does not have.
    PEC_ABSENT = 6,
    /// The data are not certified; what the message claims can be read as a claim.
    PEC_NOT_CERTIFIED = 7,
    /// The buffer is too small; the size that is needed is written.
    PEC_BUFFER_TOO_SMALL = 8,
    /// The process was forked after the library had been used in it.
    PEC_FORKED = 9,
    /// A fault of the library. Nothing was written.
    PEC_PANIC = 10,
    /// A file cannot be read or written.
    PEC_FILE = 11,
    /// A message is larger than the limit.
    PEC_TOO_LARGE = 12,
    /// A file holds several messages where one is wanted.
    PEC_SEVERAL_MESSAGES = 13,
    /// Trust data cannot be used.
    PEC_TRUST_DATA = 14,
    /// This is not a certificate.
    PEC_CERTIFICATE = 15,
    /// A revocation list or an OCSP answer cannot be read.
    PEC_EVIDENCE = 16,
    /// A directory of providers cannot be read.
    PEC_DIRECTORY = 17,
    /// A ledger holds as much as it can.
    PEC_LEDGER_FULL = 18,
    /// The sandbox has no such mailbox.
    PEC_NO_MAILBOX = 19,
    /// What an SMTP server answers in place of taking the message; its answer is the evidence.
    PEC_REJECTED = 20,
    /// The clock of the sandbox cannot be turned there.
    PEC_CLOCK = 21,
    /// Settings that make no sandbox, or do not fit this one.
    PEC_SETTINGS = 22,
    /// A socket cannot be opened.
    PEC_LISTEN = 23,
    /// Nothing has happened in the time that was given; the work goes on.
    PEC_TIMEOUT = 24,
    /// This is no signed file (`.p7m`), or it holds no document.
    PEC_NOT_SIGNED = 25,
    /// A signed file cannot be read.
    PEC_SIGNATURE_DAMAGED = 26,
    /// There is too much of a signed file: of its bytes, layers, signers or certificates.
    PEC_SIGNATURE_LIMITS = 27,
    /// There is no archive at this place.
    PEC_ARCHIVE_MISSING = 28,
    /// Something is there already: an archive overwrites nothing.
    PEC_ARCHIVE_EXISTS = 29,
    /// A file that is no archive of ours.
    PEC_ARCHIVE_NOT_AN_ARCHIVE = 30,
    /// The file of the archive was deleted, moved or replaced while it was open.
    PEC_ARCHIVE_MOVED = 31,
    /// The archive was written by a newer version.
    PEC_ARCHIVE_NEWER = 32,
    /// The archive would lie on a network file system.
    PEC_ARCHIVE_NETWORK = 33,
    /// Another process is writing to the archive.
    PEC_ARCHIVE_LOCKED = 34,
    /// The disk is full.
    PEC_ARCHIVE_FULL = 35,
    /// The archive cannot be written.
    PEC_ARCHIVE_READ_ONLY = 36,
    /// The data are not what was stored.
    PEC_ARCHIVE_DAMAGED = 37,
    /// The archive has nothing of this name.
    PEC_ARCHIVE_NOT_FOUND = 38,
    /// A query cannot be understood; the evidence says where.
    PEC_ARCHIVE_QUERY = 39,
    /// A value that the archive cannot take.
    PEC_ARCHIVE_VALUE = 40,
    /// A time-stamp that proves nothing, or none.
    PEC_ARCHIVE_TIME_STAMP = 41,
    /// A bundle would be larger than 4 GiB.
    PEC_ARCHIVE_BUNDLE = 42,
    /// A report of deposit cannot be read.
    PEC_ARCHIVE_REPORT = 43,
    /// A file or stream that an archive was given cannot be read or written.
    PEC_ARCHIVE_FILE = 44,
    /// The disk on which the archive lies fails.
    PEC_ARCHIVE_DEVICE = 45,
    /// A fault of the library, in the archive.
    PEC_ARCHIVE_INTERNAL = 46,
    /// The archive is encrypted under keys that were not given, or is not encrypted.
    PEC_ARCHIVE_KEY = 47,
    /// The store behind an archive does not do this by itself.
    PEC_ARCHIVE_UNSUPPORTED = 48,
    /// The key of what is to be sent stands for another message already.
    PEC_ARCHIVE_KEY_REUSED = 49,
    /// A provider would not take what is to be sent, or it cannot be written; the evidence has every reason.
    PEC_COMPOSE_REFUSED = 50,
    /// A server cannot be reached.
    PEC_WIRE_UNREACHABLE = 51,
    /// A server could not show that it is the right one, or does not encrypt.
    PEC_WIRE_TLS = 52,
    /// A server does not let the user in; the evidence says which, and in which way.
    PEC_WIRE_ACCESS = 53,
    /// A server refuses a command; the evidence has its text.
    PEC_WIRE_REFUSED = 54,
    /// A server does not keep to the protocol.
    PEC_WIRE_PROTOCOL = 55,
    /// A server was silent for too long.
    PEC_WIRE_DEADLINE = 56,
    /// A connection broke.
    PEC_WIRE_LOST = 57,
    /// A value that a call to a server cannot take.
    PEC_WIRE_VALUE = 58,
    /// A file that was asked for cannot be written.
    PEC_WIRE_FILE = 59,
    /// The work was ended by whoever began it.
    PEC_WIRE_CANCELLED = 60,
    /// A fault of the library, on the wire.
    PEC_WIRE_INTERNAL = 61,
    /// There would be more mailboxes than the hub takes.
    PEC_HUB_CAPACITY = 62,
    /// A mailbox may not be opened: no mandate of its holder holds.
    PEC_HUB_MANDATE = 63,
    /// No credential of the mailbox is kept.
    PEC_HUB_CREDENTIAL = 64,
    /// A credential is not what was kept.
    PEC_SECRET_DAMAGED = 65,
    /// The key or passphrase is not that of the store of credentials.
    PEC_SECRET_KEY = 66,
    /// The file of credentials cannot be read or written.
    PEC_SECRET_FILE = 67,
    /// The host's store of credentials, or the keyring, answers with an error.
    PEC_SECRET_STORE = 68,
    /// The store of credentials cannot do this.
    PEC_SECRET_UNSUPPORTED = 69,
    /// A value that a store of credentials cannot keep.
    PEC_SECRET_VALUE = 70,
    /// A fault of the library, in a store of credentials.
    PEC_SECRET_INTERNAL = 71,
    /// An address cannot be listened on.
    PEC_WIRE_LISTEN = 72,
    /// It is not permitted, or cannot be done: the error has the reason. What was attempted is in the log of the archive.
    PEC_ARCHIVE_DENIED = 73,
    /// The provider has said that the mailbox is revoked or annulled: it is not opened.
    PEC_HUB_SUSPENDED = 74,
}

results! {
    PEC_OK / "ok", "none",
        it: "Fatto.",
        en: "Done.";
    PEC_NULL / "argument.null", "argument",
        it: "Un puntatore obbligatorio è NULL: correggere la chiamata.",
        en: "A pointer that must be given is NULL: correct the call.";
    PEC_BAD_LENGTH / "argument.length", "argument",
        it: "La lunghezza non è possibile: spesso un numero negativo passato come lunghezza.",
        en: "The length is impossible: often a negative number passed as a length.";
    PEC_BAD_UTF8 / "argument.utf8", "argument",
        it: "Il testo non è in UTF-8: convertirlo prima della chiamata.",
        en: "The text is not UTF-8: convert it before the call.";
    PEC_BAD_VALUE / "argument.value", "argument",
        it: "Il valore non è tra quelli previsti per questo parametro.",
        en: "The value is none of those that this parameter knows.";
    PEC_BAD_TIME / "argument.time", "argument",
        it: "L'istante è fuori dagli anni da -9999 a 9999: servono secondi dal 1970, in UTC.",
        en: "The time lies outside the years -9999 to 9999: seconds since 1970 in UTC are wanted.";
    PEC_ABSENT / "argument.absent", "argument",
        it: "Non c'è: la posizione supera l'ultima, oppure il messaggio non ha questo dato.",
        en: "There is none: the position is beyond the last, or the message does not have this value.";
    PEC_NOT_CERTIFIED / "message.not_certified", "message",
        it: "Il messaggio non è una prova: i suoi dati si leggono solo come dichiarazioni.",
        en: "The message is no proof: its data can be read as claims only.";
    PEC_BUFFER_TOO_SMALL / "argument.buffer", "argument",
        it: "Il buffer è troppo piccolo: ripetere la chiamata con lo spazio indicato.",
        en: "The buffer is too small: call again with the size that was written.";
    PEC_FORKED / "process.forked", "process",
        it: "Il processo è stato duplicato (fork) dopo il primo uso della libreria: usarla solo nel padre, oppure dopo exec.",
        en: "The process was forked after the library was first used: use it in the parent only, or after exec.";
    PEC_PANIC / "internal.panic", "internal",
        it: "Errore interno della libreria: segnalarlo con i dettagli; il processo può continuare.",
        en: "A fault inside the library: report it with the evidence; the process can go on.";
    PEC_FILE / "file.access", "file",
        it: "Il file o la cartella non è accessibile: controllare nome e permessi.",
        en: "The file or folder cannot be accessed: check its name and permissions.";
    PEC_TOO_LARGE / "message.too_large", "message",
        it: "Il messaggio supera il limite di 256 MiB: nessun gestore PEC ne trasporta di simili.",
        en: "The message is larger than 256 MiB: no PEC provider carries such messages.";
    PEC_SEVERAL_MESSAGES / "file.several_messages", "file",
        it: "Il file contiene più messaggi (mbox): indicare un file con un solo messaggio.",
        en: "The file holds several messages (mbox): name a file with one message.";
    PEC_TRUST_DATA / "trust.data", "trust",
        it: "I dati di fiducia non si possono usare: la forma è quella di `pec trust show --json`.",
        en: "The trust data cannot be used: the form is that of `pec trust show --json`.";
    PEC_CERTIFICATE / "trust.certificate", "trust",
        it: "Non è un certificato leggibile: serve un certificato X.509 in DER o PEM.",
        en: "This is no certificate that can be read: an X.509 certificate in DER or PEM is wanted.";
    PEC_EVIDENCE / "trust.evidence", "trust",
        it: "Non dice nulla sulla revoca: non è una CRL o una risposta OCSP (DER o PEM), o è danneggiata.",
        en: "It says nothing about revocation: it is no CRL or OCSP response (DER or PEM), or it is damaged.";
    PEC_DIRECTORY / "trust.directory", "trust",
        it: "L'indice dei gestori non è leggibile: serve un file LDIF.",
        en: "The directory of providers cannot be read: an LDIF file is wanted.";
    PEC_LEDGER_FULL / "link.full", "link",
        it: "Troppi messaggi per un solo confronto: dividere la casella in più parti.",
        en: "Too many messages for one ledger: divide the mailbox into several parts.";
    PEC_NO_MAILBOX / "sandbox.mailbox", "sandbox",
        it: "La sandbox non ha questa casella: aggiungerla prima.",
        en: "The sandbox has no such mailbox: add it first.";
    PEC_REJECTED / "sandbox.rejected", "sandbox",
        it: "Il gestore non ha preso il messaggio: la risposta SMTP dice perché.",
        en: "The provider did not take the message: the SMTP answer says why.";
    PEC_CLOCK / "sandbox.clock", "sandbox",
        it: "L'orologio della sandbox va solo in avanti, e per due anni dall'inizio.",
        en: "The clock of the sandbox goes forward only, and for two years from its start.";
    PEC_SETTINGS / "sandbox.settings", "sandbox",
        it: "Con queste impostazioni la sandbox non può lavorare: i dettagli dicono quale correggere.",
        en: "The sandbox cannot work with these settings: the evidence says which to correct.";
    PEC_LISTEN / "sandbox.listen", "sandbox",
        it: "Impossibile aprire una porta su questo computer: chiudere chi la occupa, o controllare i permessi.",
        en: "No socket can be opened on this machine: end whoever holds it, or check the permissions.";
    PEC_TIMEOUT / "work.timeout", "work",
        it: "Nel tempo indicato non è successo nulla: il lavoro continua, chiedere di nuovo.",
        en: "Nothing has happened in the time that was given: the work goes on, ask again.";
    PEC_NOT_SIGNED / "signature.none", "signature",
        it: "Non è un file firmato (.p7m), oppure la firma è separata dal documento: indicare il file che lo contiene.",
        en: "This is no signed file (.p7m), or the signature is apart from the document: name the file that holds it.";
    PEC_SIGNATURE_DAMAGED / "signature.damaged", "signature",
        it: "Il file firmato è danneggiato e non si può leggere: estrarlo di nuovo dal messaggio o chiederlo a chi lo ha firmato.",
        en: "The signed file is damaged and cannot be read: take it out of the message again, or ask whoever signed it.";
    PEC_SIGNATURE_LIMITS / "signature.limits", "signature",
        it: "Il file firmato supera i limiti: i dettagli dicono quale; nessun atto ordinario ne ha bisogno.",
        en: "The signed file is beyond the limits: the evidence says which; no ordinary document needs so much.";
    PEC_ARCHIVE_MISSING / "archive.missing", "file",
        it: "Qui non c'è un archivio: controllare il percorso, o crearlo.",
        en: "There is no archive here: check the path, or create it.";
    PEC_ARCHIVE_EXISTS / "archive.exists", "file",
        it: "Esiste già qualcosa in quel punto: un archivio non sovrascrive nulla.",
        en: "Something is there already: an archive overwrites nothing.";
    PEC_ARCHIVE_NOT_AN_ARCHIVE / "archive.not_an_archive", "file",
        it: "Il file non è un archivio di pec: non è stato toccato.",
        en: "The file is no archive of pec: it was not touched.";
    PEC_ARCHIVE_MOVED / "archive.moved", "file",
        it: "Il file dell'archivio è stato cancellato, spostato o sostituito mentre era aperto: rimetterlo al suo posto e riaprirlo. Ciò che si stava scrivendo non è confermato.",
        en: "The file of the archive was deleted, moved or replaced while it was open: put it back and open it again. What was being written is not confirmed.";
    PEC_ARCHIVE_NEWER / "archive.newer", "archive",
        it: "L'archivio è stato scritto da una versione più recente: aggiornare il programma. Non è stato toccato.",
        en: "The archive was written by a newer version: update the program. It was not touched.";
    PEC_ARCHIVE_NETWORK / "archive.network", "file",
        it: "L'archivio non può stare su un file system di rete, dove i suoi blocchi non valgono: usare un disco locale.",
        en: "An archive cannot lie on a network file system, where its locks do not hold: use a local disk.";
    PEC_ARCHIVE_LOCKED / "archive.locked", "archive",
        it: "Un altro processo scrive nell'archivio, o ne legge uno stato precedente: riprovare. Nulla è cambiato.",
        en: "Another process is writing to the archive, or reading an older state of it: try again. Nothing has changed.";
    PEC_ARCHIVE_FULL / "archive.full", "device",
        it: "Il disco è pieno: liberare spazio e riprovare. Ciò che era già confermato è salvo.",
        en: "The disk is full: make room and try again. What had been confirmed is safe.";
    PEC_ARCHIVE_READ_ONLY / "archive.read_only", "device",
        it: "L'archivio è in sola lettura: controllare i permessi del file e della cartella. Se è di una versione precedente, aprirlo una volta in scrittura, o farlo con una sua copia: così prende il formato attuale.",
        en: "The archive cannot be written: check the permissions of file and folder. Where it is of an earlier version, open it once for writing, or do so with a copy of it: that brings it to the present format.";
    PEC_ARCHIVE_DAMAGED / "archive.damaged", "archive",
        it: "I dati non sono più quelli archiviati: eseguire il controllo, che dice quali; ripristinare da una copia, o salvare il leggibile in un archivio nuovo.",
        en: "The data are not what was stored: run the check, which says which; restore from a backup, or salvage what can be read into a new archive.";
    PEC_ARCHIVE_NOT_FOUND / "archive.not_found", "argument",
        it: "L'archivio non contiene nulla con questo nome; se è stato eliminato, il registro ne conserva il certificato.",
        en: "The archive has nothing of this name; where it was erased, the log keeps the certificate of that.";
    PEC_ARCHIVE_QUERY / "archive.query", "argument",
        it: "La ricerca non si può interpretare: correggerla nel punto indicato.",
        en: "The query cannot be understood: correct it at the place that is shown.";
    PEC_ARCHIVE_VALUE / "archive.value", "argument",
        it: "Un valore non è ammesso.",
        en: "A value is not allowed.";
    PEC_ARCHIVE_TIME_STAMP / "archive.time_stamp", "argument",
        it: "La marca temporale non prova nulla: controllare l'autorità e il suo certificato. Nulla è stato scritto.",
        en: "The time-stamp proves nothing: check the authority and its certificate. Nothing was written.";
    PEC_ARCHIVE_BUNDLE / "archive.bundle", "argument",
        it: "Il fascicolo supererebbe i 4 GiB: scegliere meno messaggi.",
        en: "The bundle would be larger than 4 GiB: choose fewer messages.";
    PEC_ARCHIVE_REPORT / "archive.report", "argument",
        it: "Il rapporto di versamento non si può leggere: chiedere al conservatore l'XML originale. Nulla è stato scritto.",
        en: "The report of deposit cannot be read: ask the conservation service for the original XML. Nothing was written.";
    PEC_ARCHIVE_FILE / "archive.file", "file",
        it: "Un file non si può leggere o scrivere.",
        en: "A file cannot be read or written.";
    PEC_ARCHIVE_DEVICE / "archive.device", "device",
        it: "Il disco dà errori: salvare ciò che si può e sostituirlo. Nulla di non confermato è stato promesso.",
        en: "The disk fails: save what can be saved and replace it. Nothing unconfirmed was promised.";
    PEC_ARCHIVE_INTERNAL / "archive.internal", "internal",
        it: "Errore della libreria: segnalarlo con il testo indicato.",
        en: "A fault of the library: report it with the text that is shown.";
    PEC_ARCHIVE_KEY / "archive.key", "argument",
        it: "Le chiavi non sono quelle dell'archivio: fornire tutte quelle con cui è stato cifrato. Nulla è stato scritto.",
        en: "The keys are not those of the archive: give all under which it was encrypted. Nothing was written.";
    PEC_ARCHIVE_UNSUPPORTED / "archive.unsupported", "archive",
        it: "L'operazione spetta agli strumenti del sistema su cui si trova l'archivio. Nulla è stato fatto.",
        en: "This is a matter of the tools of the store in which the archive lies. Nothing was done.";
    PEC_ARCHIVE_KEY_REUSED / "archive.key_reused", "argument",
        it: "La chiave di invio indica già un altro messaggio: usare una chiave nuova per un messaggio nuovo. Nulla è stato accodato.",
        en: "The key stands for another message already: use a new key for a new message. Nothing was queued.";
    PEC_COMPOSE_REFUSED / "compose.refused", "compose",
        it: "Il messaggio non si può inviare così: il gestore lo rifiuterebbe. I dettagli dicono tutti i motivi.",
        en: "The message cannot be sent as it is: the provider would refuse it. The evidence has every reason.";
    PEC_WIRE_UNREACHABLE / "wire.unreachable", "network",
        it: "Il server non risponde: controllare nome, porta, rete e proxy. Si può riprovare.",
        en: "The server does not answer: check name, port, network and proxy. It may be tried again.";
    PEC_WIRE_TLS / "wire.tls", "network",
        it: "Il server non ha dimostrato di essere quello giusto, o non cifra: la password non è stata inviata. Controllare il nome del server, l'orologio, e se la rete usa una propria autorità di certificazione.",
        en: "The server has not shown that it is the right one, or does not encrypt: the password was not sent. Check the name of the server, the clock, and whether the network has a certification authority of its own.";
    PEC_WIRE_ACCESS / "wire.access", "access",
        it: "Il server non fa entrare l'utente: lo stato dell'accesso dice come e che cosa fare. Non si riprova con le stesse credenziali.",
        en: "The server does not let the user in: the state of the access says in which way, and what to do. The same credential is not tried again.";
    PEC_WIRE_REFUSED / "wire.refused", "server",
        it: "Il server ha rifiutato il comando: il suo testo dice perché.",
        en: "The server has refused the command: its text says why.";
    PEC_WIRE_PROTOCOL / "wire.protocol", "server",
        it: "Il server ha risposto in modo incomprensibile: la connessione è stata chiusa, nulla è andato perso. Riprovare; se si ripete, segnalarlo al gestore con il testo indicato.",
        en: "The server has answered what cannot be understood: the connection was closed, nothing is lost. Try again; if it happens again, report it to the provider with the text that is shown.";
    PEC_WIRE_DEADLINE / "wire.deadline", "network",
        it: "Il server ha taciuto troppo a lungo: la connessione è stata chiusa, nulla è andato perso. Si può riprovare.",
        en: "The server was silent for too long: the connection was closed, nothing is lost. It may be tried again.";
    PEC_WIRE_LOST / "wire.lost", "network",
        it: "La connessione è caduta: nulla è andato perso. Si può riprovare.",
        en: "The connection was lost: nothing else is. It may be tried again.";
    PEC_WIRE_VALUE / "wire.value", "argument",
        it: "Un valore non è ammesso.",
        en: "A value is not allowed.";
    PEC_WIRE_FILE / "wire.file", "file",
        it: "Un file non si può scrivere.",
        en: "A file cannot be written.";
    PEC_WIRE_CANCELLED / "wire.cancelled", "argument",
        it: "L'operazione è stata interrotta: ciò che era confermato resta.",
        en: "The operation was ended: what had been confirmed stays.";
    PEC_WIRE_INTERNAL / "wire.internal", "internal",
        it: "Errore della libreria: segnalarlo con il testo indicato.",
        en: "A fault of the library: report it with the text that is shown.";
    PEC_HUB_CAPACITY / "hub.capacity", "argument",
        it: "Il numero di caselle supera quello previsto: ampliare la licenza o togliere caselle. Nulla è stato aggiunto.",
        en: "There would be more mailboxes than the hub takes: extend it or remove some. Nothing was added.";
    PEC_HUB_MANDATE / "hub.mandate", "access",
        it: "Manca un mandato valido del titolare: la casella non viene aperta finché non è registrato.",
        en: "There is no mandate of the holder that holds: the mailbox is not opened until one is noted.";
    PEC_HUB_CREDENTIAL / "hub.credential", "access",
        it: "Nessuna credenziale è custodita per la casella: inserirla.",
        en: "No credential of the mailbox is kept: set it.";
    PEC_SECRET_DAMAGED / "secret.damaged", "secret",
        it: "Una credenziale custodita non è più quella salvata: reinserirla. Le altre non sono toccate.",
        en: "A credential that is kept is no longer what was saved: set it again. The others are not touched.";
    PEC_SECRET_KEY / "secret.key", "secret",
        it: "La chiave o la frase non è quella con cui le credenziali sono cifrate. Nulla è stato scritto.",
        en: "The key or passphrase is not that under which the credentials are encrypted. Nothing was written.";
    PEC_SECRET_FILE / "secret.file", "secret",
        it: "Il file delle credenziali non si può leggere o scrivere: ciò che conteneva è rimasto.",
        en: "The file of the credentials cannot be read or written: what was in it still is.";
    PEC_SECRET_STORE / "secret.store", "secret",
        it: "Il deposito delle credenziali ha risposto con un errore: il suo testo dice quale.",
        en: "The store of the credentials has answered with an error: its text says which.";
    PEC_SECRET_UNSUPPORTED / "secret.unsupported", "secret",
        it: "Questo deposito di credenziali non sa farlo.",
        en: "This store of credentials cannot do it.";
    PEC_SECRET_VALUE / "secret.value", "secret",
        it: "Un valore non si può custodire.",
        en: "A value cannot be kept.";
    PEC_SECRET_INTERNAL / "secret.internal", "secret",
        it: "Errore della libreria: segnalarlo con il testo indicato.",
        en: "A fault of the library: report it with the text that is shown.";
    PEC_WIRE_LISTEN / "wire.listen", "network",
        it: "La porta non si può aprire: è di un altro programma, o non è permessa. Indicarne un'altra, o 0 per una libera.",
        en: "The port cannot be opened: another program has it, or it is not allowed. Give another one, or 0 for a free one.";
    PEC_ARCHIVE_DENIED / "archive.denied", "access",
        it: "Non è permesso, o non si può fare ora: i dettagli dicono perché. Nulla è stato fatto; ciò che si tenta resta nel registro.",
        en: "It is not permitted, or cannot be done now: the evidence says why. Nothing was done; what is attempted stands in the log.";
    PEC_HUB_SUSPENDED / "hub.suspended", "access",
        it: "Il gestore ha detto che la casella è revocata o annullata: non si apre finché non dice che è di nuovo attiva. Ciò che ne era venuto resta.",
        en: "The provider has said that the mailbox is revoked or annulled: it is not opened until he says that it is active again. What came in from it stays.";
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers that were ever given: whoever changes one breaks programs that are in use.
    #[test]
    fn every_number_is_the_one_that_was_given() {
        let codes: Vec<(u32, &str)> = pec_result::ALL.iter().map(|result| (*result as u32, result.code())).collect();
        let given = [
            "ok",
            "argument.null",
            "argument.length",
            "argument.utf8",
            "argument.value",
            "argument.time",
            "argument.absent",
            "message.not_certified",
            "argument.buffer",
            "process.forked",
            "internal.panic",
            "file.access",
            "message.too_large",
            "file.several_messages",
            "trust.data",
            "trust.certificate",
            "trust.evidence",
            "trust.directory",
            "link.full",
            "sandbox.mailbox",
            "sandbox.rejected",
            "sandbox.clock",
            "sandbox.settings",
            "sandbox.listen",
            "work.timeout",
            "signature.none",
            "signature.damaged",
            "signature.limits",
            "archive.missing",
            "archive.exists",
            "archive.not_an_archive",
            "archive.moved",
            "archive.newer",
            "archive.network",
            "archive.locked",
            "archive.full",
            "archive.read_only",
            "archive.damaged",
            "archive.not_found",
            "archive.query",
            "archive.value",
            "archive.time_stamp",
            "archive.bundle",
            "archive.report",
            "archive.file",
            "archive.device",
            "archive.internal",
            "archive.key",
            "archive.unsupported",
            "archive.key_reused",
            "compose.refused",
            "wire.unreachable",
            "wire.tls",
            "wire.access",
            "wire.refused",
            "wire.protocol",
            "wire.deadline",
            "wire.lost",
            "wire.value",
            "wire.file",
            "wire.cancelled",
            "wire.internal",
            "hub.capacity",
            "hub.mandate",
            "hub.credential",
            "secret.damaged",
            "secret.key",
            "secret.file",
            "secret.store",
            "secret.unsupported",
            "secret.value",
            "secret.internal",
            "wire.listen",
            "archive.denied",
            "hub.suspended",
        ];
        assert_eq!(codes, (0..).zip(given).collect::<Vec<_>>());
    }

    #[test]
    fn every_row_is_complete() {
        for result in pec_result::ALL {
            let (it, en) = result.text();
            assert!(it.ends_with('.') && en.ends_with('.') && it != en, "{result:?}");
            let layer = result.code().split('.').next();
            // An archive says whose fault it is: what was given, a file, the device, itself.
            let layers = ["argument", "file", "archive", "device", "access", "internal"];
            let of_archive = layer == Some("archive") && layers.contains(&result.layer());
            // What goes over the wire fails at a server, on the way to it, or before.
            let layers = ["argument", "network", "access", "server", "file", "internal"];
            let of_wire = matches!(layer, Some("wire" | "hub")) && layers.contains(&result.layer());
            assert!(result.layer() == "none" || of_archive || of_wire || layer == Some(result.layer()), "{result:?}");
        }
    }
}
