//! PECs that stand inside an ordinary message: in a forward, a wrapper, a list message, an attached file. They prove
//! nothing about the message around them, and are verified on their own or not at all (attacks M1 to M4 and P5).

use std::borrow::Cow;

use super::shape::has_extension;
use crate::message::{Message, Part};

/// The signed PECs that stand inside `message`, outermost first, each as the bytes of a message that can be parsed and
/// verified on its own.
///
/// A forwarded or attached message is given as it was attached, decoded. Of a signed part without a message around it,
/// as mailing lists leave behind, the part is given: the header fields of the PEC are lost, and its verdict says so.
///
/// That a PEC stands inside proves nothing about the message around it.
pub fn nested<B: AsRef<[u8]>>(message: &Message<B>) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let root = message.root();
    let root_marked = is_marked(root);
    let mut end = 0;
    root.descendants().filter_map(move |part| {
        if part.range().start < end {
            return None;
        }
        let around = part.parent().filter(|parent| parent.is_message());
        let found = if is_signed_pec(part) || (root_marked && is_signed(part)) {
            Some(around.map_or(Cow::Borrowed(part.raw()), |around| around.content()))
        } else {
            attached(part)
        };
        end = found.as_ref().map_or(end, |_| part.range().end);
        found
    })
}

/// An attached file, decoded, that is a signed PEC at its own root.
fn attached(part: Part<'_>) -> Option<Cow<'_, [u8]>> {
    let mut is_attached = part.is_of_type("message/rfc822");
    part.each_name(|name| is_attached |= has_extension(name, ".eml"));
    if part.is_message() || !is_attached {
        return None;
    }
    let inner = part.to_message();
    is_signed_pec(inner.root()).then(|| inner.into_bytes())
}

fn is_signed(part: Part<'_>) -> bool {
    part.is_of_type("multipart/signed")
}

fn is_signed_pec(part: Part<'_>) -> bool {
    is_signed(part) && (is_marked(part) || part.children().next().is_some_and(|signed| signed.daticert().is_some()))
}

fn is_marked(part: Part<'_>) -> bool {
    part.headers().iter().any(|field| field.is("x-ricevuta") || field.is("x-trasporto"))
}
