//! What the host has said of a message that it submitted, read back.

use jiff::Timestamp;
use pec_core::message::Message;
use pec_core::reconcile::{Record, Source};

use crate::actor::Actor;
use crate::archive::Archive;
use crate::enforce::{Asked, Call, On};
use crate::error::Result;
use crate::id::Id;
use crate::{content, dossiers};

/// A submission as the host reported it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// The SMTP reverse path.
    pub sender: String,
    /// The SMTP recipients.
    pub recipients: Vec<String>,
    /// When it was handed over.
    pub at: Timestamp,
}

impl Submitted {
    /// What it contributes to a ledger.
    #[must_use]
    pub fn record<B: AsRef<[u8]>>(&self, source: Source, message: &Message<B>) -> Record {
        let recipients: Vec<&str> = self.recipients.iter().map(String::as_str).collect();
        Record::submitted(source, message, &self.sender, &recipients, self.at)
    }
}

impl Archive {
    /// The submission that was reported with this message; `None` where none was.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`]; [`crate::Error::Damaged`] where it cannot be read.
    pub fn submission(&self, actor: &Actor, id: Id) -> Result<Option<Submitted>> {
        let asked = Asked::new(actor, Call::Submission).on(On::Message(id));
        self.read_for(&asked, |view| dossiers::submitted(view, content::number_of(view, id)?))
    }
}
