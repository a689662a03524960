//! The messages of a ledger, by their numbers: held, or on disk and read again when a dossier is examined.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use pec_core::message;
use pec_core::reconcile::Source;
use pec_core::reconcile::examine::Messages;
use pec_core::verify;

use crate::message::Message;
use crate::source::read;
use crate::verifier::Judge;

/// One message and what it is called.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) body: Body,
}

/// Where its bytes are.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Held(Message, Box<verify::Verification>),
    /// In a file, which is verified again when it is read.
    File(PathBuf, Arc<Judge>, Timestamp),
}

/// The shelf as pec-core reads it.
pub(super) struct Shelf<'b>(pub(super) &'b BTreeMap<u64, Kept>);

impl Shelf<'_> {
    fn kept(&self, source: Source) -> Option<&Kept> {
        self.0.get(&source.0)
    }

    /// What a message is called.
    pub(super) fn called(&self, source: Source) -> String {
        self.kept(source).map_or_else(String::new, |kept| kept.name.clone())
    }
}

/// The same message, in bytes of its own.
fn copy(message: &Message) -> message::Message<Vec<u8>> {
    message::Message::parse(message.message.bytes().to_vec(), message.message.limits())
}

impl Messages for Shelf<'_> {
    fn read(&mut self, source: Source) -> Option<(message::Message<Vec<u8>>, verify::Verification)> {
        match &self.kept(source)?.body {
            Body::Held(message, verification) => Some((copy(message), verify::Verification::clone(verification))),
            Body::File(path, judge, now) => {
                let item = read(path, judge.reading_limits().message_bytes).ok()?;
                let found = judge.item(item, None, *now).ok()?;
                Some((copy(&found.message), found.verification))
            }
        }
    }

    fn name(&self, source: Source) -> String {
        self.called(source)
    }
}
