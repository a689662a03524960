//! Ordinary bounces: delivery status notifications of the Internet (RFC 3464). Nobody certifies them.

use super::record::{Bounce, Source, bare};
use crate::message::{Part, lossy, unstructured};

/// Recipients of one notification that are read.
const MOST: usize = 1_000;

/// Reads a `multipart/report` of type `delivery-status`; `None` for any other message.
///
/// The message it speaks of is named by the header that comes back: the server of an external recipient was given the
/// transport envelope, whose Message-ID is the *identificativo*.
pub(super) fn read(source: Source, root: Part<'_>, in_anomaly: bool) -> Option<Box<Bounce>> {
    if root.media_type() != "multipart/report" {
        return None;
    }
    let status = root.children().find(|part| part.media_type() == "message/delivery-status")?;
    let mut bounce = Bounce { source, about: Vec::new(), recipients: Vec::new(), status: None, in_anomaly };
    for line in lossy(&status.content()).lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let (name, value) = (name.trim_end(), value.trim());
        if name.eq_ignore_ascii_case("final-recipient") && bounce.recipients.len() < MOST {
            let address = value.split_once(';').map_or(value, |(_, address)| address).trim();
            bounce.recipients.push(address.trim_start_matches('<').trim_end_matches('>').to_owned());
        } else if name.eq_ignore_ascii_case("status") && bounce.status.is_none() {
            bounce.status = Some(value.to_owned());
        }
    }
    let mut note = |id: String| {
        if !id.is_empty() && bounce.about.len() < 8 && !bounce.about.contains(&id) {
            bounce.about.push(id);
        }
    };
    for part in root.children() {
        let media_type = part.media_type();
        if !["message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"]
            .contains(&&*media_type)
        {
            continue;
        }
        let returned = part.to_message();
        for name in ["message-id", "x-riferimento-message-id"] {
            returned.root().headers().all(name).for_each(|id| note(bare(&unstructured(id))));
        }
    }
    for name in ["in-reply-to", "references"] {
        let values = root.headers().all(name).map(unstructured).collect::<Vec<_>>();
        values.iter().flat_map(|value| value.split_whitespace()).for_each(|id| note(bare(id)));
    }
    Some(Box::new(bounce))
}
