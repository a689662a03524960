//! The places of a PEC message: the signed part, its certification data, the original, the signature.
//!
//! Only direct children of the signed part count (PEC-SPEC §0.2): any sender can attach a file called `daticert.xml`.

use smallvec::SmallVec;

use super::{Message, Part};

impl<B: AsRef<[u8]>> Message<B> {
    /// The signed part of a `multipart/signed` message: header and body of its first part (RFC 1847 §2.1).
    ///
    /// That the part stands where a signed part stands does not prove that anybody signed it.
    #[must_use]
    pub fn signed_part(&self) -> Option<Part<'_>> {
        let root = self.root();
        if root.is_of_type("multipart/signed") { root.children().next() } else { None }
    }

    /// The part that holds the detached signature (`smime.p7s`), or the root of an opaque `smime.p7m`.
    #[must_use]
    pub fn signature_part(&self) -> Option<Part<'_>> {
        let root = self.root();
        if root.is_of_type("multipart/signed") {
            return root.children().nth(1);
        }
        root.media_type().ends_with("pkcs7-mime").then_some(root)
    }

    /// The original message (`postacert.eml`) that an envelope or a receipt carries.
    ///
    /// Proven only as far as the verdict on the message around it.
    #[doc(alias = "messaggio originale")]
    #[doc(alias = "postacert.eml")]
    #[must_use]
    pub fn original(&self) -> Option<Part<'_>> {
        self.signed_part()?.original()
    }

    /// The certification data (`daticert.xml`), undecoded.
    #[doc(alias = "dati di certificazione")]
    #[must_use]
    pub fn daticert(&self) -> Option<Part<'_>> {
        self.signed_part()?.daticert()
    }
}

impl<'m> Part<'m> {
    /// The original message among the direct children.
    #[must_use]
    pub fn original(&self) -> Option<Part<'m>> {
        self.children().find(|child| child.is_original())
    }

    /// The certification data among the direct children.
    #[must_use]
    pub fn daticert(&self) -> Option<Part<'m>> {
        self.children().find(|child| child.is_daticert())
    }

    /// Whether any reader could take the part for the certification data.
    #[must_use]
    pub fn is_daticert(&self) -> bool {
        self.has_name(DATICERT)
    }

    /// Whether any reader could take the part for the original message.
    #[must_use]
    pub fn is_original(&self) -> bool {
        self.is_message() || self.has_name(ORIGINAL) || self.is_of_type("message/rfc822")
    }

    fn has_name(&self, wanted: &str) -> bool {
        let mut found = false;
        self.each_name(|name| found |= is_called(name, wanted));
        found
    }

    /// The direct children that any reader could take for the certification data, and those for the original message,
    /// with one look at the names of each.
    pub(crate) fn certified_parts(&self) -> CertifiedParts<'m> {
        let mut found = CertifiedParts::default();
        for child in self.children() {
            let (mut daticert, mut original) = (false, child.is_message());
            child.each_name(|name| {
                daticert |= is_called(name, DATICERT);
                original |= is_called(name, ORIGINAL);
            });
            if daticert {
                found.daticert.push(child);
            }
            if original || child.is_of_type("message/rfc822") {
                found.originals.push(child);
            }
        }
        found
    }
}

/// What stands directly in the signed part, in order.
#[derive(Debug, Default)]
pub(crate) struct CertifiedParts<'m> {
    pub(crate) daticert: SmallVec<[Part<'m>; 1]>,
    pub(crate) originals: SmallVec<[Part<'m>; 1]>,
}

const DATICERT: &str = "daticert.xml";
const ORIGINAL: &str = "postacert.eml";

/// Some programs write the whole path; every reader shows its last component, without white space around it.
fn is_called(found: &str, name: &str) -> bool {
    let found = found.trim_end();
    let Some((before, last)) = found.len().checked_sub(name.len()).and_then(|at| found.split_at_checked(at)) else {
        return false;
    };
    last.eq_ignore_ascii_case(name) && matches!(before.trim_end().chars().next_back(), None | Some('/' | '\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_last_component() {
        for (found, called) in [
            ("daticert.xml", true),
            ("DatiCert.XML", true),
            (" daticert.xml\t", true),
            ("C:\\pec\\daticert.xml", true),
            ("a/ \u{a0}daticert.xml\u{a0}", true),
            ("/daticert.xml", true),
            ("daticert.xml/", false),
            ("xdaticert.xml", false),
            ("x daticert.xml", false),
            ("daticert.xm", false),
            ("\u{e8}aticert.xml", false),
            ("", false),
        ] {
            assert_eq!(is_called(found, DATICERT), called, "{found:?}");
            let last = found.rsplit(['/', '\\']).next().unwrap_or_default();
            assert_eq!(last.trim().eq_ignore_ascii_case(DATICERT), called, "{found:?}");
        }
    }
}
