//! The table of what a message can be refused for before it is sent.

use std::fmt;

use crate::finding::Language;

/// How grave it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Weight {
    /// It can be sent; a person should know.
    Warning,
    /// The provider does not take it, or answers with a notice of non-acceptance (*avviso di non accettazione*).
    Refused,
}

impl Weight {
    /// The name on the wire: `warning` or `refused`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One reason why a message should not be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which one.
    pub code: RefusalCode,
    /// How grave it is here.
    pub weight: Weight,
    /// Where, and what was found: a field, a line, an attachment, a number. For people; may be empty, and made harmless.
    pub detail: String,
}

impl Refusal {
    /// A reason of its usual weight; what it was found in is shown as harmless text.
    pub(crate) fn new(code: RefusalCode, detail: impl AsRef<str>) -> Self {
        Self { code, weight: code.weight(), detail: crate::text::printable(detail.as_ref()) }
    }

    /// The same, less grave here.
    pub(crate) const fn lessened(mut self) -> Self {
        self.weight = Weight::Warning;
        self
    }

    /// Whether it keeps the message from being sent.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.weight == Weight::Refused
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, weight, detail } = self;
        write!(f, "{weight}: {code}: {detail}")
    }
}

/// What keeps a message from being sent, in one line for a log: `send.no_to: ; send.bcc: `. Warnings are left out.
#[must_use]
pub fn reasons(refusals: &[Refusal]) -> String {
    let refused = refusals.iter().filter(|refusal| refusal.is_refused());
    refused.map(|refusal| format!("{}: {}", refusal.code, refusal.detail)).collect::<Vec<_>>().join("; ")
}

macro_rules! refusals {
    ($($variant:ident = $wire:literal, $usual:ident, $rule:literal, it: $it:literal, en: $en:literal;)*) => {
        /// What a message can be refused for. The wire name (`send.bcc`) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RefusalCode {
            $(#[doc = concat!("`", $wire, "`: ", $en)] $variant,)*
        }

        impl RefusalCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The wire name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The usual weight.
            #[must_use]
            pub const fn weight(self) -> Weight {
                match self { $(Self::$variant => Weight::$usual,)* }
            }

            /// The rule that it enforces.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// What it means and what to do, for a person.
            #[must_use]
            pub const fn explanation(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it, (Self::$variant, Language::En) => $en,)*
                }
            }
        }
    };
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

refusals! {
    Value = "send.value", Refused, "RFC 5322 §2.2",
        it: "Un valore non si può scrivere in un'intestazione: contiene caratteri di controllo o non ha la forma richiesta.",
        en: "A value cannot be written in a header: it has control characters, or not the form that it needs.";
    Unreadable = "send.unreadable", Refused, "RFC 5322; limits of this library",
        it: "Il messaggio supera ciò che si può leggere: troppe parti, troppi livelli o intestazioni troppo lunghe.",
        en: "The message is beyond what can be read: too many parts or levels, or headers that are too long.";
    LineEnds = "send.line_ends", Refused, "RFC 5321 §2.3.8; PEC-SPEC §5.3",
        it: "Le righe devono finire con CRLF: un server altererebbe il messaggio e la prova non corrisponderebbe più.",
        en: "Lines have to end with CRLF: a server would change the message, and the proof would no longer match it.";
    LineLength = "send.line_length", Refused, "RFC 5322 §2.1.1",
        it: "Una riga supera i 998 caratteri: usare base64 o quoted-printable.",
        en: "A line has more than 998 characters: use base64 or quoted-printable.";
    Nul = "send.nul", Refused, "RFC 5322 §4",
        it: "Il messaggio contiene caratteri nulli.",
        en: "The message has NUL characters.";
    HeaderEightBit = "send.header_eight_bit", Refused, "RFC 5322 §2.2; PEC-SPEC §5.3",
        it: "L'intestazione contiene caratteri non ASCII: vanno codificati (RFC 2047).",
        en: "The header has characters beyond ASCII: they have to be encoded (RFC 2047).";
    BodyEightBit = "send.body_eight_bit", Warning, "RFC 6152; PEC-SPEC §5.3",
        it: "Il corpo contiene byte a 8 bit: passa solo dove il server offre 8BITMIME, e altri possono ricodificarlo.",
        en: "The body has 8-bit bytes: it passes only where the server offers 8BITMIME, and others may encode it anew.";
    HeaderSyntax = "send.header_syntax", Refused, "RFC 5322 §2.2, §3.6",
        it: "L'intestazione non è conforme a RFC 5322: una riga non è un campo, o un campo compare due volte.",
        en: "The header is not what RFC 5322 asks for: a line is no field, or a field stands twice.";
    Date = "send.date", Refused, "RFC 5322 §3.6.1",
        it: "La data manca o non si può leggere.",
        en: "The date is missing or cannot be read.";
    MessageId = "send.message_id", Refused, "RFC 5322 §3.6.4",
        it: "Il Message-ID non ha la forma richiesta.",
        en: "The Message-ID has not the form that it needs.";
    NoMessageId = "send.no_message_id", Warning, "PEC-SPEC §5.3",
        it: "Manca il Message-ID: se la connessione cade durante l'invio, nessuna ricevuta potrà dire se è partito.",
        en: "There is no Message-ID: if the connection breaks while sending, no receipt can tell whether it has gone.";
    NoFrom = "send.no_from", Refused, "RFC 6109 §3.1.1 (2)",
        it: "Manca il mittente (From).",
        en: "There is no sender (From).";
    SeveralFrom = "send.several_from", Refused, "PEC-SPEC §5.3",
        it: "From contiene più di un indirizzo: una PEC ha un solo mittente.",
        en: "From has more than one address: a PEC has one sender.";
    FromAddress = "send.from_address", Refused, "RFC 6109 §3.1.1 (2)",
        it: "L'indirizzo del mittente (From) non è valido.",
        en: "The address of the sender (From) is not valid.";
    SenderMismatch = "send.sender_mismatch", Refused, "RFC 6109 §3.1.1 (4)",
        it: "Il mittente SMTP è diverso da From: il gestore rifiuta (553).",
        en: "The SMTP sender is another than From: the provider refuses (553).";
    SenderField = "send.sender_field", Refused, "PEC-SPEC §5.3",
        it: "Il campo Sender è diverso da From.",
        en: "The field Sender is another than From.";
    NoTo = "send.no_to", Refused, "RFC 6109 §3.1.1 (3)",
        it: "Manca un destinatario valido in To: il solo Cc non basta.",
        en: "There is no valid recipient in To: Cc alone is not enough.";
    Address = "send.address", Refused, "RFC 6109 §3.1.1 (3); RFC 5321 §4.1.2",
        it: "Un indirizzo di destinatario non è valido.",
        en: "An address of a recipient is not valid.";
    Group = "send.group", Refused, "PEC-SPEC §5.3",
        it: "Un campo di indirizzi contiene un gruppo (nome: indirizzi;): elencare gli indirizzi.",
        en: "A field of addresses has a group (name: addresses;): list the addresses.";
    Bcc = "send.bcc", Refused, "RFC 6109 §3.1.1 (6)",
        it: "La copia nascosta (Ccn) non è ammessa nella PEC: inviare messaggi separati.",
        en: "A blind copy (Bcc) is not allowed in PEC: send separate messages.";
    NotAddressed = "send.not_addressed", Refused, "RFC 6109 §3.1.1 (5)",
        it: "Un destinatario SMTP non compare in To né in Cc.",
        en: "An SMTP recipient stands neither in To nor in Cc.";
    NotRecipient = "send.not_recipient", Refused, "RFC 6109 §3.1.1 (5)",
        it: "Un indirizzo di To o Cc non è tra i destinatari SMTP.",
        en: "An address of To or Cc is not among the SMTP recipients.";
    Recipients = "send.recipients", Refused, "DM 2/11/2005 art. 12",
        it: "I destinatari sono più di quanti il gestore ammette.",
        en: "There are more recipients than the provider takes.";
    Size = "send.size", Refused, "DM 2/11/2005 art. 12; RFC 1870",
        it: "Il messaggio è più grande di quanto il gestore ammette.",
        en: "The message is larger than the provider takes.";
    Product = "send.product", Refused, "RFC 6109 §3.1.1 (7); DM 2/11/2005 art. 12",
        it: "Dimensione per numero di destinatari supera il limite: dividere i destinatari, o ridurre gli allegati.",
        en: "Size times recipients is beyond the limit: divide the recipients, or make the attachments smaller.";
    ReservedField = "send.reserved_field", Refused, "PEC-SPEC §5.3",
        it: "Il messaggio contiene un campo riservato ai gestori (X-Ricevuta, X-Trasporto e simili).",
        en: "The message has a field that belongs to providers (X-Ricevuta, X-Trasporto and the like).";
    ReservedName = "send.reserved_name", Refused, "PEC-SPEC §5.3",
        it: "Un allegato ha un nome riservato (daticert.xml, postacert.eml, smime.p7s): rinominarlo.",
        en: "An attachment has a reserved name (daticert.xml, postacert.eml, smime.p7s): rename it.";
    SubjectControl = "send.subject_control", Refused, "PEC-SPEC §3.6, §5.3",
        it: "L'oggetto contiene caratteri di controllo: renderebbero illeggibili i dati di certificazione.",
        en: "The subject has control characters: they would make the certification data unreadable.";
    ReceiptForm = "send.receipt_form", Warning, "RFC 6109 §3.3.2",
        it: "X-TipoRicevuta ha un valore sconosciuto: la ricevuta sarà completa.",
        en: "X-TipoRicevuta has a value that is not known: the receipt will be complete.";
    BriefUnkept = "send.brief_unkept", Warning, "RFC 6109 §3.3.2.2; PEC-SPEC §5.3",
        it: "La ricevuta breve contiene solo impronte: senza archiviare il messaggio inviato non proverà che cosa è stato consegnato.",
        en: "A brief receipt has digests alone: unless what is sent is archived, it will not prove what was delivered.";
    Structure = "send.structure", Warning, "RFC 2046 §5.1",
        it: "La struttura MIME è incompleta: una parte multipart non ha fine o non ha parti.",
        en: "The MIME structure is incomplete: a multipart has no end or no parts.";
    Empty = "attachment.empty", Warning, "practice",
        it: "L'allegato è vuoto.",
        en: "The attachment is empty.";
    Large = "attachment.large", Warning, "practice",
        it: "L'allegato supera la dimensione indicata.",
        en: "The attachment is beyond the size that was given.";
    Unnamed = "attachment.unnamed", Warning, "RFC 2183 §2.3",
        it: "L'allegato non ha un nome, o il nome inganna chi lo legge.",
        en: "The attachment has no name, or one that misleads whoever reads it.";
    TypeMismatch = "attachment.type_mismatch", Warning, "practice",
        it: "Il contenuto non è del tipo che il nome promette: chi lo riceve non lo aprirà.",
        en: "The content is not of the type that the name promises: whoever receives it will not open it.";
    Executable = "attachment.executable", Warning, "practice; RFC 6109 §3.1.3",
        it: "L'allegato è un programma, o ne contiene uno: molti gestori lo rifiutano come virus.",
        en: "The attachment is a program, or has one inside: many providers refuse it as a virus.";
    EncryptedPdf = "attachment.encrypted_pdf", Warning, "ISO 32000-1 §7.6",
        it: "Il PDF è protetto da password: molti uffici non lo possono protocollare.",
        en: "The PDF is protected by a password: many offices cannot register it.";
    Encrypted = "attachment.encrypted", Warning, "practice",
        it: "L'archivio o il documento è cifrato: nessuno potrà controllarlo, e alcuni gestori lo rifiutano.",
        en: "The archive or document is encrypted: nobody can check it, and some providers refuse it.";
    Macros = "attachment.macros", Warning, "practice",
        it: "Il documento contiene macro: molte amministrazioni non lo accettano. Inviarlo come PDF.",
        en: "The document has macros: many offices do not take it. Send it as PDF.";
    Nested = "attachment.archive_in_archive", Warning, "practice",
        it: "Un archivio contiene altri archivi: molti uffici non lo aprono.",
        en: "An archive has archives inside: many offices do not open it.";
    Damaged = "attachment.damaged", Warning, "practice",
        it: "L'archivio o il documento è incompleto: non si potrà aprire.",
        en: "The archive or document is incomplete: it cannot be opened.";
    Illegible = "attachment.illegible", Warning, "FEATURES row 71",
        it: "Il documento è poco leggibile secondo chi lo ha esaminato: fotografarlo o scansionarlo di nuovo.",
        en: "The document is hardly legible by whoever has looked at it: photograph or scan it anew.";
}
