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
        ];
        assert_eq!(codes, (0..).zip(given).collect::<Vec<_>>());
    }

    #[test]
    fn every_row_is_complete() {
        for result in pec_result::ALL {
            let (it, en) = result.text();
            assert!(it.ends_with('.') && en.ends_with('.') && it != en, "{result:?}");
            let layer = result.code().split('.').next();
            assert!(result.layer() == "none" || layer == Some(result.layer()), "{result:?}");
        }
    }
}
