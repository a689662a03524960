//! Certificate revocation lists: complete, delta, partitioned by distribution point or reason, indirect (RFC 5280 §5
//! and §6.3).

use super::{Context, Entry, Fact, Reason};
use crate::asn1::{Asn1Error, Element, Reader, tag};
use crate::trust::certificate::{Certificate, bits, usage};
use crate::trust::distinguished_name::DistinguishedName;
use crate::trust::names::GeneralName;
use crate::trust::path;

/// Every reason of ReasonFlags, first bit highest, without the unused first one.
const ALL_REASONS: u16 = 0x7f80;

/// CRLReason certificateHold.
const HOLD: u32 = 6;

/// CRLReason removeFromCRL.
const REMOVE_FROM_CRL: u32 = 8;

/// Distribution points of one certificate that are looked at.
const MAX_POINTS: usize = 32;

/// One list, read where it lies.
#[derive(Debug, Clone)]
pub(super) struct Crl<'e> {
    tbs: &'e [u8],
    algorithm: Element<'e>,
    signature: &'e [u8],
    issuer: DistinguishedName<'e>,
    this_update: i64,
    next_update: Option<i64>,
    entries: Option<Element<'e>>,
    number: Option<&'e [u8]>,
    /// BaseCRLNumber of a delta list.
    base: Option<&'e [u8]>,
    scope: Scope<'e>,
    covers_ended_since: Option<i64>,
}

/// issuingDistributionPoint (RFC 5280 §5.2.5).
#[derive(Debug, Clone, Default)]
struct Scope<'e> {
    raw: &'e [u8],
    point: Option<Element<'e>>,
    only_users: bool,
    only_authorities: bool,
    only_attributes: bool,
    reasons: Option<u16>,
    indirect: bool,
}

impl<'e> Crl<'e> {
    /// Reads a list. One with a critical extension that is unknown, of the list or of any entry, says nothing at all
    /// (RFC 5280 §5.2 and §5.3) and is refused.
    pub(super) fn parse(der: &'e [u8]) -> Result<Self, Asn1Error> {
        let mut input = Reader::der(der);
        let mut outer = input.expect(tag::SEQUENCE)?.children();
        input.finish()?;
        let tbs = outer.expect(tag::SEQUENCE)?;
        let algorithm = outer.expect(tag::SEQUENCE)?;
        let signature = outer.expect(tag::BIT_STRING)?.bit_string()?;
        outer.finish()?;

        let mut fields = tbs.children();
        fields.optional(tag::INTEGER)?;
        if fields.expect(tag::SEQUENCE)?.raw != algorithm.raw {
            return Err(Asn1Error::Value);
        }
        let issuer = DistinguishedName::parse(&fields.expect(tag::SEQUENCE)?)?;
        let this_update = fields.next()?.time()?;
        let next_update = match fields.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(fields.next()?.time()?),
            _ => None,
        };
        let entries = fields.optional(tag::SEQUENCE)?;
        let extensions = fields.optional(tag::context(0))?;
        fields.finish()?;
        let mut crl = Self {
            tbs: tbs.raw,
            algorithm,
            signature,
            issuer,
            this_update,
            next_update,
            entries,
            number: None,
            base: None,
            scope: Scope::default(),
            covers_ended_since: None,
        };
        if let Some(explicit) = extensions {
            let mut list = explicit.children().expect(tag::SEQUENCE)?.children();
            while !list.is_empty() {
                crl.read(&mut list)?;
            }
        }
        crl.each_entry(|_| Ok(()))?;
        Ok(crl)
    }

    fn read(&mut self, list: &mut Reader<'e>) -> Result<(), Asn1Error> {
        let (oid, critical, value) = extension(list)?;
        let value = || {
            let mut inner = Reader::der(value);
            let element = inner.next()?;
            inner.finish()?;
            Ok::<_, Asn1Error>(element)
        };
        match oid {
            [0x55, 0x1d, 20] => self.number = Some(value()?.unsigned()?),
            [0x55, 0x1d, 27] => self.base = Some(value()?.unsigned()?),
            [0x55, 0x1d, 28] => self.scope = Scope::parse(&value()?)?,
            [0x55, 0x1d, 35 | 46 | 18] => {}
            [0x55, 0x1d, 60] => self.covers_ended_since = Some(value()?.time()?),
            _ if critical => return Err(Asn1Error::Value),
            _ => {}
        }
        Ok(())
    }

    /// Calls `visit` with every entry: serial number, its issuer where the list names one, and what is said of it.
    fn each_entry(
        &self,
        mut visit: impl FnMut((&'e [u8], Option<Element<'e>>, RawEntry)) -> Result<(), Asn1Error>,
    ) -> Result<(), Asn1Error> {
        let mut issuer = None;
        let mut entries = self.entries.map_or(Reader::der(&[]), |entries| entries.children());
        while !entries.is_empty() {
            let mut fields = entries.expect(tag::SEQUENCE)?.children();
            let serial = fields.expect(tag::INTEGER)?.content;
            let mut entry = RawEntry { when: fields.next()?.time()?, reason: 0, invalid_since: None };
            if let Some(list) = fields.optional(tag::SEQUENCE)? {
                let mut list = list.children();
                while !list.is_empty() {
                    let (oid, critical, value) = extension(&mut list)?;
                    let mut value = Reader::der(value);
                    match oid {
                        [0x55, 0x1d, 21] => entry.reason = value.expect(tag::ENUMERATED)?.small()?,
                        [0x55, 0x1d, 24] => entry.invalid_since = Some(value.next()?.time()?),
                        [0x55, 0x1d, 29] => issuer = Some(value.expect(tag::SEQUENCE)?),
                        _ if critical => return Err(Asn1Error::Value),
                        _ => {}
                    }
                }
            }
            fields.finish()?;
            visit((serial, issuer, entry))?;
        }
        Ok(())
    }

    /// What the list says of a certificate: `None` where it is not on it.
    fn entry(&self, certificate: &Certificate<'_>) -> Result<Option<RawEntry>, Asn1Error> {
        let mut found = None;
        self.each_entry(|(serial, issuer, entry)| {
            if serial != certificate.serial {
                return Ok(());
            }
            let about = match issuer {
                Some(names) => contains_name(&names, &certificate.issuer),
                None => self.issuer.matches(&certificate.issuer),
            };
            if about {
                found = Some(entry);
            }
            Ok(())
        })?;
        Ok(found)
    }

    const fn is_delta(&self) -> bool {
        self.base.is_some()
    }

    /// Whether this delta list completes `complete` (RFC 5280 §6.3.3 (c)).
    fn completes(&self, complete: &Self) -> bool {
        let (Some(base), Some(number), Some(delta)) = (self.base, complete.number, self.number) else { return false };
        self.issuer.matches(&complete.issuer)
            && self.scope.raw == complete.scope.raw
            && !less(number, base)
            && less(number, delta)
    }
}

/// An entry as encoded: the reason as its number, because removeFromCRL is none.
#[derive(Debug, Clone, Copy)]
struct RawEntry {
    when: i64,
    reason: u32,
    invalid_since: Option<i64>,
}

impl From<RawEntry> for Entry {
    fn from(raw: RawEntry) -> Self {
        Self { when: raw.when, reason: Reason::from_number(raw.reason), invalid_since: raw.invalid_since }
    }
}

/// Compares two magnitudes without leading zeroes.
fn less(one: &[u8], two: &[u8]) -> bool {
    (one.len(), one) < (two.len(), two)
}

fn extension<'e>(list: &mut Reader<'e>) -> Result<(&'e [u8], bool, &'e [u8]), Asn1Error> {
    let mut fields = list.expect(tag::SEQUENCE)?.children();
    let oid = fields.expect(tag::OID)?.oid()?;
    let critical = fields.optional(tag::BOOLEAN)?.map_or(Ok(false), |flag| flag.boolean())?;
    let value = fields.expect(tag::OCTET_STRING)?.content;
    fields.finish()?;
    Ok((oid, critical, value))
}

impl<'e> Scope<'e> {
    fn parse(value: &Element<'e>) -> Result<Self, Asn1Error> {
        let mut scope = Self { raw: value.raw, ..Self::default() };
        let mut fields = value.children();
        let flag = |fields: &mut Reader<'e>, n| -> Result<bool, Asn1Error> {
            Ok(fields.optional(tag::context_primitive(n))?.is_some_and(|flag| flag.content != [0]))
        };
        scope.point = fields.optional(tag::context(0))?;
        scope.only_users = flag(&mut fields, 1)?;
        scope.only_authorities = flag(&mut fields, 2)?;
        scope.reasons = fields.optional(tag::context_primitive(3))?.map(|list| bits(&list)).transpose()?;
        scope.indirect = flag(&mut fields, 4)?;
        scope.only_attributes = flag(&mut fields, 5)?;
        fields.finish()?;
        Ok(scope)
    }
}

/// One entry of cRLDistributionPoints (RFC 5280 §4.2.1.13), or the one that stands for every list of the issuer.
#[derive(Debug, Clone, Copy)]
struct Point<'a> {
    /// DistributionPointName, inside its tag.
    name: Option<Element<'a>>,
    reasons: u16,
    /// GeneralNames of the list's issuer, where it is not the certificate's.
    issuer: Option<Element<'a>>,
    /// Stands for no entry: any list of the certificate's issuer.
    implicit: bool,
}

impl<'a> Point<'a> {
    const IMPLICIT: Self = Self { name: None, reasons: ALL_REASONS, issuer: None, implicit: true };

    fn parse(element: &Element<'a>) -> Result<Self, Asn1Error> {
        let mut fields = element.children();
        let name = fields.optional(tag::context(0))?;
        let reasons = fields.optional(tag::context_primitive(1))?.map(|list| bits(&list)).transpose()?;
        let issuer = fields.optional(tag::context(2))?;
        fields.finish()?;
        Ok(Self { name, reasons: reasons.unwrap_or(ALL_REASONS) & ALL_REASONS, issuer, implicit: false })
    }

    /// Whether `crl` is one of this point for `certificate` (RFC 5280 §6.3.3 (b)).
    fn has(&self, crl: &Crl<'_>, certificate: &Certificate<'_>) -> bool {
        let scope = &crl.scope;
        let issued = match self.issuer {
            Some(names) => scope.indirect && contains_name(&names, &crl.issuer),
            None => crl.issuer.matches(&certificate.issuer),
        };
        let authority = certificate.is_ca();
        if !issued || scope.only_attributes || (scope.only_users && authority) || (scope.only_authorities && !authority)
        {
            return false;
        }
        let Some(listed) = &scope.point else { return true };
        if self.implicit {
            return point_names(listed, &crl.issuer).any(|name| match name {
                PointName::Directory(name) => name.matches(&certificate.issuer),
                PointName::Other(_) => false,
            });
        }
        match (&self.name, &self.issuer) {
            (Some(own), issuer) => {
                let base = issuer.as_ref().and_then(first_name).unwrap_or(certificate.issuer);
                point_names(own, &base).any(|one| point_names(listed, &crl.issuer).any(|two| one.same(&two)))
            }
            (None, Some(names)) => point_names(listed, &crl.issuer).any(|name| match name {
                PointName::Directory(name) => contains_name(names, &name),
                PointName::Other(_) => false,
            }),
            (None, None) => false,
        }
    }
}

/// A name of a distribution point, a relative one made whole.
enum PointName<'a> {
    Directory(DistinguishedName<'a>),
    /// URIs and others, compared as bytes.
    Other(&'a [u8]),
}

impl PointName<'_> {
    fn same(&self, other: &PointName<'_>) -> bool {
        match (self, other) {
            (Self::Directory(one), PointName::Directory(two)) => one.matches(two),
            (Self::Other(one), PointName::Other(two)) => one == two,
            _ => false,
        }
    }
}

/// The names of a DistributionPointName: fullName `[0]`, or nameRelativeToCRLIssuer `[1]` after `issuer`.
fn point_names<'a>(
    point: &Element<'a>,
    issuer: &DistinguishedName<'a>,
) -> impl Iterator<Item = PointName<'a>> + use<'a> {
    let choice = point.children().next().ok();
    let relative = choice
        .filter(|choice| choice.tag == tag::context(1))
        .and_then(|choice| issuer.with_tail(choice.content).ok())
        .map(PointName::Directory);
    let mut full =
        choice.filter(|choice| choice.tag == tag::context(0)).map_or(Reader::der(&[]), |names| names.children());
    let full = std::iter::from_fn(move || full.next().ok()).map(|element| match GeneralName::parse(&element) {
        Ok(GeneralName::Directory(name)) => PointName::Directory(name),
        _ => PointName::Other(element.raw),
    });
    relative.into_iter().chain(full)
}

fn directory_names<'a>(names: &Element<'a>) -> impl Iterator<Item = DistinguishedName<'a>> + use<'a> {
    let mut names = names.children();
    std::iter::from_fn(move || names.next().ok()).filter_map(|element| match GeneralName::parse(&element) {
        Ok(GeneralName::Directory(name)) => Some(name),
        _ => None,
    })
}

fn contains_name(names: &Element<'_>, name: &DistinguishedName<'_>) -> bool {
    directory_names(names).any(|found| found.matches(name))
}

fn first_name<'a>(names: &Element<'a>) -> Option<DistinguishedName<'a>> {
    directory_names(names).next()
}

/// What the lists say about one certificate (RFC 5280 §6.3.3).
pub(super) fn facts(context: &Context<'_, '_>, certificate: &Certificate<'_>, facts: &mut Vec<Fact>) {
    let mut points = Vec::new();
    let mut list = certificate.extensions.crl_distribution_points.map_or(Reader::der(&[]), |list| list.children());
    while !list.is_empty() && points.len() < MAX_POINTS {
        match list.next().and_then(|element| Point::parse(&element)) {
            Ok(point) => points.push(point),
            // What cannot be read names no list.
            Err(_) => break,
        }
    }
    points.push(Point::IMPLICIT);
    let mut authentic: Vec<Option<bool>> = vec![None; context.crls.len()];
    let mut covered = Coverage::default();
    for point in &points {
        for (at, crl) in context.crls.iter().enumerate() {
            if crl.is_delta() || !point.has(crl, certificate) || !is_authentic(context, &mut authentic, at) {
                continue;
            }
            let Ok(entry) = crl.entry(certificate) else { continue };
            // The newest of those that fit, in whatever order they were given.
            let fitting = context.crls.iter().enumerate().filter(|(at, delta)| {
                let fits = delta.completes(crl) && point.has(delta, certificate);
                fits && is_authentic(context, &mut authentic, *at)
            });
            let delta = fitting.map(|(_, delta)| delta).max_by_key(|delta| delta.this_update);
            let change = match delta.map(|delta| delta.entry(certificate)) {
                Some(Ok(change)) => change,
                Some(Err(_)) => continue,
                None => None,
            };
            let entry = match change {
                // It ends a hold, or tells that the certificate has ended: what was revoked for good stays so.
                Some(change) if change.reason == REMOVE_FROM_CRL => {
                    entry.filter(|entry| ![HOLD, REMOVE_FROM_CRL].contains(&entry.reason))
                }
                Some(change) => Some(change),
                None => entry.filter(|entry| entry.reason != REMOVE_FROM_CRL),
            };
            let covers_ended = crl.covers_ended_since.is_some_and(|since| since <= certificate.not_after);
            let fact =
                Fact { known: crl.this_update, until: crl.next_update, covers_ended, revoked: entry.map(Into::into) };
            if entry.is_some() {
                facts.push(fact);
            } else {
                let reasons = point.reasons & crl.scope.reasons.unwrap_or(ALL_REASONS);
                facts.extend(covered.add(reasons, fact));
            }
        }
    }
}

/// The reasons for which lists without an entry have been seen, and the weakest of those lists.
#[derive(Default)]
struct Coverage {
    reasons: u16,
    fact: Option<Fact>,
}

impl Coverage {
    /// A fact as soon as every reason is covered: by the list alone, or together with others.
    fn add(&mut self, reasons: u16, fact: Fact) -> Option<Fact> {
        if reasons == ALL_REASONS {
            return Some(fact);
        }
        let fact = self.fact.map_or(fact, |other| Fact {
            known: fact.known.max(other.known),
            until: fact.until.unwrap_or(fact.known).min(other.until.unwrap_or(other.known)).into(),
            covers_ended: fact.covers_ended && other.covers_ended,
            revoked: None,
        });
        self.fact = Some(fact);
        self.reasons |= reasons;
        (self.reasons == ALL_REASONS).then_some(fact)
    }
}

fn is_authentic(context: &Context<'_, '_>, known: &mut [Option<bool>], at: usize) -> bool {
    if let Some(known) = known[at] {
        return known;
    }
    let result = signer(context, &context.crls[at]);
    known[at] = Some(result);
    result
}

/// Whether somebody who may sign the list has signed it: an authority of the path itself, or a certificate with a
/// valid path to the same anchor that is not revoked (RFC 5280 §6.3.3 (f) and (g)).
fn signer(context: &Context<'_, '_>, crl: &Crl<'_>) -> bool {
    let signed_by = |certificate: &Certificate<'_>| {
        certificate.subject.matches(&crl.issuer)
            && certificate.allows(usage::CRL_SIGN)
            && path::verify_signed(&crl.algorithm, crl.tbs, crl.signature, certificate.spki).is_ok()
    };
    if context.path.iter().skip(1).any(|certificate| signed_by(certificate)) {
        return true;
    }
    let mut others = context.candidates.iter().filter(|candidate| signed_by(&candidate.certificate));
    others.any(|candidate| context.vouches_for(&candidate.certificate, crl.this_update))
}
