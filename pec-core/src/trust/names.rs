//! Name constraints (RFC 5280 §4.2.1.10): whether the names of a certificate stay inside what a CA above it allows.
//!
//! AgID CA1 permits service hosts of providers and prefixes of their distinguished names, and excludes all IP
//! addresses and, with an empty dNSName, all DNS names; an e-mail certificate has neither and passes.

use super::certificate::Certificate;
use super::distinguished_name::DistinguishedName;
use crate::asn1::{Asn1Error, Element, Reader, tag};

/// Why the names of a certificate are not acceptable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum NameError {
    #[error("a name lies outside the permitted subtrees")]
    NotPermitted,
    #[error("a name lies inside an excluded subtree")]
    Excluded,
    #[error("a constraint or a name of this form cannot be processed")]
    Unsupported,
    #[error("a name or a constraint cannot be read")]
    Malformed,
    #[error("too many names to compare")]
    Budget,
}

impl From<Asn1Error> for NameError {
    fn from(_: Asn1Error) -> Self {
        Self::Malformed
    }
}

/// Comparisons left; names times constraints is chosen by whoever made the certificates.
#[derive(Debug)]
pub(crate) struct Comparisons(u32);

impl Comparisons {
    /// Enough for 1,000 names under the 120 constraints of AgID CA1.
    pub(crate) const fn new() -> Self {
        Self(250_000)
    }

    fn spend(&mut self) -> Result<(), NameError> {
        self.0 = self.0.checked_sub(1).ok_or(NameError::Budget)?;
        Ok(())
    }
}

/// A GeneralName (RFC 5280 §4.2.1.6).
#[derive(Debug, Clone, Copy)]
pub(crate) enum GeneralName<'a> {
    Email(&'a [u8]),
    Dns(&'a [u8]),
    Directory(DistinguishedName<'a>),
    Uri(&'a [u8]),
    Ip(&'a [u8]),
    /// otherName, x400Address, ediPartyName, registeredID: told apart by their tag.
    Other(u8),
}

impl<'a> GeneralName<'a> {
    pub(crate) fn parse(element: &Element<'a>) -> Result<Self, Asn1Error> {
        Ok(match element.tag {
            0x81 => Self::Email(element.content),
            0x82 => Self::Dns(element.content),
            0x86 => Self::Uri(element.content),
            0x87 => Self::Ip(element.content),
            0xa4 => {
                let mut explicit = element.children();
                let name = DistinguishedName::parse(&explicit.expect(tag::SEQUENCE)?)?;
                explicit.finish()?;
                Self::Directory(name)
            }
            0x88 | 0xa0 | 0xa3 | 0xa5 => Self::Other(element.tag),
            _ => return Err(Asn1Error::UnexpectedTag),
        })
    }
}

/// Checks every name of `certificate` against the constraints of one CA above it.
pub(crate) fn check(
    certificate: &Certificate<'_>,
    constraints: &Element<'_>,
    comparisons: &mut Comparisons,
) -> Result<(), NameError> {
    let mut fields = constraints.children();
    let permitted = fields.optional(tag::context(0))?;
    let excluded = fields.optional(tag::context(1))?;
    fields.finish()?;
    let mut check = |name: GeneralName<'_>| {
        if let Some(subtrees) = &excluded
            && within(&name, subtrees, Side::Excluded, comparisons)? == Some(true)
        {
            return Err(NameError::Excluded);
        }
        if let Some(subtrees) = &permitted
            && within(&name, subtrees, Side::Permitted, comparisons)? == Some(false)
        {
            return Err(NameError::NotPermitted);
        }
        Ok(())
    };
    if !certificate.subject.is_empty() {
        check(GeneralName::Directory(certificate.subject))?;
    }
    let mut has_email = false;
    if let Some(names) = certificate.extensions.subject_alt_name {
        let mut names = names.children();
        while !names.is_empty() {
            let name = GeneralName::parse(&names.next()?)?;
            has_email |= matches!(name, GeneralName::Email(_));
            check(name)?;
        }
    }
    if !has_email {
        // Addresses in the subject count where subjectAltName has none (RFC 5280 §4.2.1.10).
        for address in certificate.subject_email_addresses() {
            check(GeneralName::Email(address))?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

/// Whether one of the subtrees of the same form holds the name; `None` where there is no such subtree.
fn within(
    name: &GeneralName<'_>,
    subtrees: &Element<'_>,
    side: Side,
    comparisons: &mut Comparisons,
) -> Result<Option<bool>, NameError> {
    let mut same_form = None;
    let mut list = subtrees.children();
    while !list.is_empty() {
        comparisons.spend()?;
        let mut subtree = list.expect(tag::SEQUENCE)?.children();
        let base = GeneralName::parse(&subtree.next()?)?;
        let inside = match (name, base) {
            (GeneralName::Email(name), GeneralName::Email(base)) => email_within(name, base, side)?,
            (GeneralName::Dns(name), GeneralName::Dns(base)) => dns_within(name, base),
            (GeneralName::Directory(name), GeneralName::Directory(base)) => name.starts_with(&base),
            (GeneralName::Uri(name), GeneralName::Uri(base)) => host_within(uri_host(name)?, base),
            (GeneralName::Ip(name), GeneralName::Ip(base)) => ip_within(name, base)?,
            (GeneralName::Other(one), GeneralName::Other(two)) if *one == two => return Err(NameError::Unsupported),
            _ => continue,
        };
        // minimum and maximum are not used by RFC 5280; a subtree with them means something else than its base.
        if !subtree.is_empty() && !zero_minimum(&mut subtree)? {
            return Err(NameError::Unsupported);
        }
        if inside {
            return Ok(Some(true));
        }
        same_form = Some(false);
    }
    Ok(same_form)
}

fn zero_minimum(rest: &mut Reader<'_>) -> Result<bool, NameError> {
    let minimum = rest.next()?;
    Ok(minimum.tag == tag::context_primitive(0) && minimum.content == [0] && rest.is_empty())
}

/// The mailbox of a host, of every host below `.domain`, or one mailbox.
fn email_within(name: &[u8], base: &[u8], side: Side) -> Result<bool, NameError> {
    let (local, host) = split_address(name).ok_or(NameError::Malformed)?;
    Ok(match split_address(base) {
        Some((base_local, base_host)) => local == base_local && host.eq_ignore_ascii_case(base_host),
        // An empty base is not defined: it excludes everything and permits nothing.
        None if base.is_empty() => side == Side::Excluded,
        None => host_within(host, base),
    })
}

fn split_address(address: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(b'@', address)?;
    let (local, host) = (&address[..at], &address[at + 1..]);
    (!local.is_empty() && !host.is_empty()).then_some((local, host))
}

/// One host, or every host below `.domain`.
fn host_within(host: &[u8], base: &[u8]) -> bool {
    if base.first() == Some(&b'.') {
        ends_with(host, base) && host.len() > base.len()
    } else {
        host.eq_ignore_ascii_case(base)
    }
}

/// The domain itself and every name below it; an empty base holds every name.
fn dns_within(name: &[u8], base: &[u8]) -> bool {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let base = base.strip_prefix(b".").unwrap_or(base);
    let base = base.strip_suffix(b".").unwrap_or(base);
    base.is_empty() || ends_with(name, base) && (name.len() == base.len() || name[name.len() - base.len() - 1] == b'.')
}

fn ends_with(name: &[u8], end: &[u8]) -> bool {
    name.len() >= end.len() && name[name.len() - end.len()..].eq_ignore_ascii_case(end)
}

/// The host of a URI with an authority; constraints cannot be applied to any other URI.
fn uri_host(uri: &[u8]) -> Result<&[u8], NameError> {
    let start = memchr::memmem::find(uri, b"://").ok_or(NameError::Malformed)? + 3;
    let authority = uri[start..].split(|byte| matches!(byte, b'/' | b'?' | b'#')).next().unwrap_or_default();
    let host = memchr::memrchr(b'@', authority).map_or(authority, |at| &authority[at + 1..]);
    let host = host.split(|byte| *byte == b':').next().unwrap_or_default();
    if host.is_empty() || host[0] == b'[' || host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
        return Err(NameError::Malformed);
    }
    Ok(host)
}

/// The addresses of a network, given as address and mask.
fn ip_within(name: &[u8], base: &[u8]) -> Result<bool, NameError> {
    if !matches!((name.len(), base.len()), (4 | 16, 8 | 32)) {
        return Err(NameError::Malformed);
    }
    let (network, mask) = base.split_at(base.len() / 2);
    Ok(name.len() == mask.len()
        && name.iter().zip(network).zip(mask).all(|((byte, network), mask)| byte & mask == network & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_hosts() {
        let within = |name: &str, base: &str| email_within(name.as_bytes(), base.as_bytes(), Side::Permitted);
        assert_eq!(within("posta-certificata@pec.aruba.it", "PEC.aruba.it"), Ok(true));
        assert_eq!(within("posta-certificata@x.pec.aruba.it", "pec.aruba.it"), Ok(false));
        assert_eq!(within("posta-certificata@x.pec.aruba.it", ".pec.aruba.it"), Ok(true));
        assert_eq!(within("posta-certificata@pec.aruba.it", ".pec.aruba.it"), Ok(false));
        assert_eq!(within("posta-certificata@evilpec.aruba.it", "pec.aruba.it"), Ok(false));
        assert_eq!(within("\"a@legalmail.it\"@evil.it", "legalmail.it"), Ok(false));
        assert_eq!(within("A@b.it", "A@B.it"), Ok(true));
        assert_eq!(within("a@b.it", "A@b.it"), Ok(false));
        assert_eq!(within("a@b.it", ""), Ok(false));
        assert_eq!(email_within(b"a@b.it", b"", Side::Excluded), Ok(true));
        assert_eq!(within("no address", "b.it"), Err(NameError::Malformed));
    }

    #[test]
    fn dns_names() {
        assert!(dns_within(b"www.Example.com", b"example.com"));
        assert!(dns_within(b"example.com", b"example.com"));
        assert!(!dns_within(b"badexample.com", b"example.com"));
        assert!(dns_within(b"anything", b""));
    }

    #[test]
    fn uris_and_addresses() {
        assert_eq!(uri_host(b"http://user@www.agid.gov.it:80/CRL"), Ok(&b"www.agid.gov.it"[..]));
        assert_eq!(uri_host(b"urn:x"), Err(NameError::Malformed));
        assert_eq!(uri_host(b"http://10.0.0.1/"), Err(NameError::Malformed));
        assert_eq!(ip_within(&[10, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Ok(true));
        assert_eq!(ip_within(&[11, 1, 2, 3], &[10, 0, 0, 0, 255, 0, 0, 0]), Ok(false));
        assert_eq!(ip_within(&[1; 16], &[0; 8]), Ok(false));
        assert_eq!(ip_within(&[1; 3], &[0; 8]), Err(NameError::Malformed));
    }
}
