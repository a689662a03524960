//! What can be taken out of one message: exact bytes, whatever the verdict on them.

use super::{nested, opened, restored};
use crate::message::{Message, Part};

/// What to take out of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extract {
    /// The original message (`postacert.eml`): transport envelopes and complete delivery receipts have one.
    #[doc(alias = "postacert.eml")]
    Original,
    /// The certification data (`daticert.xml`).
    #[doc(alias = "dati di certificazione")]
    Daticert,
    /// The attachments of the original message, of the message itself when it carries none.
    Attachments,
    /// The signature (`smime.p7s`).
    Signature,
    /// The PECs that stand inside an ordinary message, each to be verified on its own: see [`nested`].
    Nested,
    /// The whole message as it was before a program transcoded it: see [`restored`].
    Restored,
}

impl Extract {
    /// Everything that can be taken out.
    pub const ALL: [Self; 6] =
        [Self::Original, Self::Daticert, Self::Attachments, Self::Signature, Self::Nested, Self::Restored];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Daticert => "daticert",
            Self::Attachments => "attachments",
            Self::Signature => "signature",
            Self::Nested => "nested",
            Self::Restored => "restored",
        }
    }

    /// Takes it out; empty where the message holds none.
    ///
    /// That something stands where an original or a signature stands proves nothing: the verdict on the message does.
    ///
    /// ```
    /// use pec_core::limits::Limits;
    /// use pec_core::message::Message;
    /// use pec_core::verify::Extract;
    ///
    /// let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/kind-delivery-a.eml");
    /// let message = Message::parse(std::fs::read(path)?, &Limits::DEFAULT);
    /// let data = Extract::Daticert.from(&message);
    /// assert_eq!(data[0].name.as_deref(), Some("daticert.xml"));
    /// assert!(data[0].bytes.starts_with(b"<?xml"));
    /// assert!(Extract::Nested.from(&message).is_empty());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn from<B: AsRef<[u8]>>(self, message: &Message<B>) -> Vec<Extracted> {
        let entity = opened(message);
        let signed = entity.as_ref().map(Message::root).or_else(|| message.signed_part());
        let original = signed.and_then(|part| part.original());
        let one = |name, part: Option<Part<'_>>| part.map(|part| Extracted::named(name, part.content().into_owned()));
        match self {
            Self::Original => one("postacert.eml", original).into_iter().collect(),
            Self::Daticert => one("daticert.xml", signed.and_then(|part| part.daticert())).into_iter().collect(),
            Self::Signature => one("smime.p7s", message.signature_part()).into_iter().collect(),
            Self::Restored => restored(message).map(|it| Extracted::named("restored.eml", it)).into_iter().collect(),
            Self::Nested => nested(message).map(|bytes| Extracted::named("nested.eml", bytes.into_owned())).collect(),
            Self::Attachments => match original {
                Some(original) => original.to_message().attachments().map(Extracted::attachment).collect(),
                None => message.attachments().map(Extracted::attachment).collect(),
            },
        }
    }
}

/// One thing taken out of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extracted {
    /// The usual name (`postacert.eml`), or the one that an attachment bears: its sender chose it, it may hold anything
    /// (`../../etc/passwd`).
    pub name: Option<String>,
    /// Whether it is an attached message.
    pub is_message: bool,
    /// The bytes, without transfer encoding.
    pub bytes: Vec<u8>,
}

impl Extracted {
    fn named(name: &str, bytes: Vec<u8>) -> Self {
        let is_message = name.ends_with(".eml");
        Self { name: Some(name.to_owned()), is_message, bytes }
    }

    fn attachment(part: Part<'_>) -> Self {
        Self { name: part.file_name(), is_message: part.is_message(), bytes: part.content().into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn taken(what: Extract, name: &str) -> Vec<Extracted> {
        let path = format!("{}/../conformance/{name}.eml", env!("CARGO_MANIFEST_DIR"));
        what.from(&Message::parse(std::fs::read(path).unwrap(), &Limits::DEFAULT))
    }

    #[test]
    fn an_original_is_the_bytes_that_were_signed() {
        let [original] = &taken(Extract::Original, "kind-delivery-a")[..] else { panic!("one original") };
        let whole = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../conformance/kind-delivery-a.eml")).unwrap();
        assert!(original.is_message && memchr::memmem::find(&whole, &original.bytes).is_some());
        assert!(taken(Extract::Original, "kind-acceptance-a").is_empty());
    }

    #[test]
    fn nothing_comes_out_of_an_ordinary_message() {
        let message = Message::parse(b"Subject: x\r\n\r\ntext\r\n", &Limits::DEFAULT);
        for what in Extract::ALL {
            assert!(what.from(&message).is_empty(), "{}", what.as_str());
        }
    }

    #[test]
    fn a_signature_is_binary() {
        let [signature] = &taken(Extract::Signature, "kind-delivery-a")[..] else { panic!("one signature") };
        assert_eq!((signature.bytes.first(), signature.is_message), (Some(&0x30), false));
    }
}
