//! Files that are not messages, as people often have them: what they are and what to do.

use pec_core::message::Message;

use crate::text::Text;

/// What a file that is no message probably is; `None` when it has a header as messages have.
pub(crate) fn hint(message: &Message<Vec<u8>>) -> Option<Text> {
    let bytes = message.bytes();
    let text = match bytes {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Text::new(
            "Sembra un file .msg di Outlook, che non conserva i dati firmati: salvare il messaggio dalla casella PEC in formato .eml.",
            "This looks like an Outlook .msg file, which does not keep the signed data: save the message from the PEC mailbox as .eml.",
        ),
        [b'%', b'P', b'D', b'F', ..] => Text::new(
            "È un PDF. La stampa di una PEC non prova nulla: serve il messaggio originale in formato .eml.",
            "This is a PDF. A printed PEC proves nothing: the original message is needed, as .eml.",
        ),
        [0x30, 0x80..=0x84, ..] => Text::new(
            "Sembra una firma o un certificato da solo: serve il messaggio intero in formato .eml.",
            "This looks like a signature or a certificate alone: the whole message is needed, as .eml.",
        ),
        _ => Text::new(
            "Non sembra nemmeno un messaggio di posta elettronica: mancano le intestazioni. Serve il messaggio intero in formato .eml.",
            "This does not even look like an e-mail message: there are no header fields. The whole message is needed, as .eml.",
        ),
    };
    const FIELDS: [&str; 8] =
        ["from", "date", "to", "subject", "received", "message-id", "mime-version", "content-type"];
    let headers = message.root().headers();
    FIELDS.iter().all(|field| headers.get(field).is_none()).then_some(text)
}
