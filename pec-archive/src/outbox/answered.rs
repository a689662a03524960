//! Who may only reply sends to whoever wrote, and to nobody else (FEATURES row 58).

use pec_core::compose::Draft;
use pec_core::limits::Limits;
use pec_core::message::{Mailbox, Message};

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
    /// mailbox that they may reply to, and goes to nobody but those whom that one asks to answer.
    ///
    /// Ordinary mail is not found by what it is called, so that answering it takes the permission to send.
    pub(super) fn may_queue(
        &self,
        view: &dyn View,
        asked: &Asked<'_>,
        answered: Option<&str>,
        recipients: &[&str],
        limits: &Limits,
    ) -> Result<Under> {
        let (denied, mailbox) = match (self.judge(view, asked), asked.on) {
            (Err(Error::Denied(denied)), On::Mailbox(mailbox)) => (denied, mailbox),
            (judged, _) => return judged,
        };
        let about: Vec<String> = answered.map(str::to_owned).into_iter().collect();
        for number in view.about(&about, Speaking::All)? {
            let id = content::id_of(view, number)?;
            let reply = Asked { call: Call::Reply, on: On::MessageIn(id, mailbox), ..*asked };
            let Ok(under) = self.judge(view, &reply) else { continue };
            let original = content::to_judge(self.seal(), view, number, limits)?.1;
            let reply =
                Draft::reply(Mailbox { name: None, address: mailbox.to_owned() }, &Message::parse(original, limits));
            let asks = |recipient: &&str| reply.to.iter().any(|to| to.address.eq_ignore_ascii_case(recipient));
            if recipients.iter().all(asks) {
                return Ok(under);
            }
        }
        Err(Error::Denied(denied))
    }
}
