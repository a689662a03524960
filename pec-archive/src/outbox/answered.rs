//! Who may only reply sends to whoever wrote, and to nobody else (FEATURES row 58).

use pec_core::compose::Envelope;
use pec_core::limits::Limits;
use pec_core::message::{Mailbox, Message, addresses};

use crate::archive::{Archive, bare};
use crate::content;
use crate::enforce::{Asked, Call, On, Under};
use crate::error::{Error, Result};
use crate::store::{Speaking, View};

/// The Message-ID of what a message that is to be sent says that it answers.
pub(super) fn answered(message: &Message<&[u8]>) -> Option<String> {
    let written = message.root().headers().get("in-reply-to")?;
    Some(bare(&String::from_utf8_lossy(written))).filter(|id| !id.is_empty())
}

impl Archive {
    /// Whether a message may be queued: by whoever may send; else by whoever may reply, where it answers a message of the same
    /// mailbox that they may reply to, goes to nobody but those whom that one asks to answer, and has that mailbox as its reverse
    /// path, to which its receipts go.
    ///
    /// Whom it asks is what a provider has signed: what stands around that, or is not certified, anybody could have written who may
    /// put messages there. So answering ordinary mail takes the permission to send.
    pub(super) fn may_queue(
        &self,
        view: &dyn View,
        asked: &Asked<'_>,
        answered: Option<&str>,
        envelope: &Envelope<'_>,
        limits: &Limits,
    ) -> Result<Under> {
        let (denied, mailbox) = match (self.judge(view, asked), asked.on) {
            (Err(Error::Denied(denied)), On::Mailbox(mailbox)) => (denied, mailbox),
            (judged, _) => return judged,
        };
        if !envelope.sender.eq_ignore_ascii_case(mailbox) {
            return Err(Error::Denied(denied));
        }
        let about: Vec<String> = answered.map(str::to_owned).into_iter().collect();
        for number in view.about(&about, Speaking::Counting)? {
            let id = content::id_of(view, number)?;
            let reply = Asked { call: Call::Reply, on: On::MessageIn(id, mailbox), ..*asked };
            let Ok(under) = self.judge(view, &reply) else { continue };
            let original = content::to_judge(self.seal(), view, number, limits)?.1;
            let asking = asking(&Message::parse(&original[..], limits));
            let asks = |recipient: &&str| asking.iter().any(|to| to.address.eq_ignore_ascii_case(recipient));
            if envelope.recipients.iter().all(asks) {
                return Ok(under);
            }
        }
        Err(Error::Denied(denied))
    }
}

/// Whom the original in an envelope asks to answer: those whom it names for that, else whoever wrote it.
fn asking(message: &Message<&[u8]>) -> Vec<Mailbox> {
    let Some(original) = message.original().map(|part| part.to_message()) else { return Vec::new() };
    let headers = original.root().headers();
    let named = ["reply-to", "from"].map(|field| headers.get(field).map(addresses).unwrap_or_default());
    named.into_iter().find(|named| !named.is_empty()).unwrap_or_default()
}
