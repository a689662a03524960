//! One message under verification: the order in which the checks are made, and the answers put together.

use std::sync::Arc;

use jiff::Timestamp;

use super::kind::{self, Kind, Markers};
use super::nested::nested;
use super::outer::Outer;
use super::time::{self, Time};
use super::verdict::{self, Answers, Shape, Verdict};
use super::{
    Integrity, JudgedAt, Signer, TimeProof, Verification, Verifier, certdata, cms, identity, injection, original, shape,
};
use crate::daticert::{self, CertData, Kind as CertKind};
use crate::finding::{Code, Effect, Finding, Severity};
use crate::message::{CertifiedParts, Limit, MailboxRef, Message, Part, mailboxes};
use crate::trust::{
    self, Certificate, ChainCache, Evidence, Facts, Judgement, Owner, Question, Revocation, TrustAtSigning, TrustNow,
};

/// A message, what is known beside it, and what has been found so far.
pub(super) struct Case<'c, B> {
    pub(super) verifier: &'c Verifier<'c>,
    pub(super) message: &'c Message<B>,
    pub(super) outer: Outer<'c>,
    /// Seconds since 1970.
    pub(super) now: i64,
    pub(super) cache: &'c mut ChainCache,
    pub(super) findings: Vec<Finding>,
}

/// What the signed part is and says.
struct Content<'c> {
    kind: Kind,
    data: Option<CertData>,
    /// The one mailbox of From, or the first of several.
    from: Option<MailboxRef<'c>>,
}

/// Whether a message comes from an address of the service or bears its marks, as no message of a person's does.
pub(crate) fn claims_service<B: AsRef<[u8]>>(message: &Message<B>) -> bool {
    let outer = Outer::of(message.root().headers());
    !Markers::of(&outer).none() || is_from_service(&outer)
}

fn is_from_service(outer: &Outer<'_>) -> bool {
    let is_service = |from: MailboxRef<'_>| {
        from.address.rsplit_once('@').is_some_and(|(local, _)| local.eq_ignore_ascii_case("posta-certificata"))
    };
    outer.from.iter().flat_map(|value| mailboxes(value)).any(is_service)
}

impl<'c, B: AsRef<[u8]>> Case<'c, B> {
    /// No signature at the root: an ordinary message, whatever it claims (row 1).
    pub(super) fn unsigned(mut self) -> Verification {
        let markers = Markers::of(&self.outer);
        let contains_pec = nested(self.message).next().is_some();
        self.findings.push(Finding::new(Code::MimeRootNotSigned).with(self.message.root().media_type()));
        shape::check_beginning(self.message.bytes(), &mut self.findings);
        if contains_pec {
            self.report_contained();
        }
        // A wrapper that a list or a program has put around a PEC keeps the markers; a fake has no PEC in its place.
        let is_wrapper = contains_pec && self.message.root().is_multipart();
        if !is_wrapper && (!markers.none() || self.poses_as_pec()) {
            let claim = if markers.none() {
                self.outer.subject_text().unwrap_or_default().into_owned()
            } else {
                markers.list()
            };
            self.findings.push(Finding::new(Code::KindClaimedUnsigned).with(claim));
        }
        // A root header that was too long to read may have said anything.
        let unread = self.message.limit_hits().iter().any(|hit| {
            !hit.nested && (hit.limit == Limit::MessageBytes || (hit.limit == Limit::Header && hit.offset == 0))
        });
        if unread {
            return self.unproven(Verdict::Unverifiable);
        }
        Verification { integrity: Integrity::Unsigned, ..self.unproven(row_1(contains_pec)) }
    }

    /// A PEC subject under a service address.
    fn poses_as_pec(&self) -> bool {
        let subject = self.outer.subject_text().unwrap_or_default();
        kind::split_subject(&subject).is_some() && is_from_service(&self.outer)
    }

    fn report_contained(&mut self) {
        self.findings.push(Finding::new(Code::MimeSignedNested));
        if self.outer.list {
            self.findings.push(Finding::new(Code::TransitListModified));
        }
    }

    /// Everything after the signature object: `signed` is the part that was signed, `checked` what its signature says.
    pub(super) fn conclude(mut self, signed: Option<Part<'_>>, checked: Option<cms::Checked<'_>>) -> Verification {
        let integrity = checked.as_ref().map_or(Integrity::Unknown, |checked| checked.integrity);
        let markers = Markers::of(&self.outer);
        let parts = signed.map(|signed| signed.certified_parts()).unwrap_or_default();
        if parts.daticert.is_empty() && markers.none() {
            // Neither marker nor certification data: an ordinary message, signed or enciphered.
            let contains_pec = nested(self.message).next().is_some();
            if contains_pec {
                self.report_contained();
            }
            return Verification { integrity, ..self.unproven(row_1(contains_pec)) };
        }
        let content = self.read(signed, &parts, &markers);
        let signer = checked.and_then(|checked| self.judge(&checked, &content));
        let shape = if content.kind == Kind::Anomaly { Shape::Anomaly } else { Shape::Pec };
        let untrusted =
            |finding: &Finding| finding.severity == Severity::Fatal && finding.code.effect() == Effect::Untrusted;
        let trust = match &signer {
            Some(_) if self.findings.iter().any(untrusted) => TrustAtSigning::Untrusted,
            Some((judgement, ..)) => judgement.trust_at_signing,
            None => TrustAtSigning::Unknown,
        };
        let verdict = verdict::decide(shape, Answers { integrity, trust }, &self.findings);
        let certified_at = content.certified_at().and_then(|at| Timestamp::from_second(at).ok());
        let Content { kind, data: daticert, .. } = content;
        let Some((judgement, time, signer)) = signer else {
            return Verification { kind, integrity, daticert, signed_at: certified_at, ..self.unproven(verdict) };
        };
        Verification {
            kind,
            verdict,
            integrity,
            trust_at_signing: trust,
            trust_now: judgement.trust_now,
            time: time.proof,
            revocation: judgement.revocation,
            anchor: judgement.anchor,
            signed_at: time.signed_at.and_then(|at| Timestamp::from_second(at).ok()),
            signer: Some(signer),
            daticert,
            findings: self.findings,
        }
    }

    /// The answers for a message whose signer is not known.
    fn unproven(self, verdict: Verdict) -> Verification {
        Verification {
            kind: Kind::Ordinary,
            verdict,
            integrity: Integrity::Unknown,
            trust_at_signing: TrustAtSigning::Unknown,
            trust_now: TrustNow::Unknown,
            time: TimeProof::Claimed,
            revocation: Revocation::NotChecked,
            anchor: None,
            signed_at: None,
            signer: None,
            daticert: None,
            findings: self.findings,
        }
    }

    /// Reads the signed part and compares it with the outer header and the original.
    fn read(&mut self, signed: Option<Part<'_>>, parts: &CertifiedParts<'_>, markers: &Markers<'_>) -> Content<'c> {
        let read = self.read_data(&parts.daticert);
        let anomaly = parts.daticert.is_empty() && markers.anomaly();
        if signed.is_some() && parts.daticert.is_empty() && !anomaly {
            self.findings.push(Finding::new(Code::DaticertMissing).with(markers.list()));
        }
        let kind = match &read {
            Some(data) => Kind::Pec(data.kind.clone()),
            None if anomaly => Kind::Anomaly,
            None => Kind::Ordinary,
        };
        let data = read.as_ref();
        if data.is_some() || parts.daticert.is_empty() {
            markers.check(data, &mut self.findings);
        }
        self.outer.check(kind.is_envelope(), &mut self.findings);
        kind::check_headers(&kind, data, &self.outer, self.verifier.mailbox, &mut self.findings);
        if anomaly {
            self.findings.push(Finding::new(Code::AnomalyNotCertified));
        }
        let from = identity::from(&self.outer, &mut self.findings);
        identity::check_names(&kind, data, from.as_ref(), &self.outer, &mut self.findings);
        if let Some(data) = data {
            certdata::check_outer(data, &self.outer, &mut self.findings);
        }
        if let Some(signed) = signed {
            self.read_parts(&kind, data, signed, parts);
        }
        Content { kind, data: read, from }
    }

    /// The certification data; two of them are as good as none.
    fn read_data(&mut self, parts: &[Part<'_>]) -> Option<CertData> {
        if parts.len() > 1 {
            self.findings.push(Finding::new(Code::DaticertMultiple).with(parts.len().to_string()));
        }
        let part = parts.first()?;
        let parsed = daticert::parse(&part.content(), self.message.limits());
        self.findings.extend(parsed.findings);
        parsed.data
    }

    /// The parts that were signed: the provider's own, then the original.
    fn read_parts(&mut self, kind: &Kind, data: Option<&CertData>, signed: Part<'_>, parts: &CertifiedParts<'_>) {
        let findings = &mut self.findings;
        let originals = &parts.originals;
        shape::check_signed(signed, findings);
        original::check_html(signed, findings);
        original::check_names(signed, findings);
        original::check_presence(kind, data, originals.len(), findings);
        let (Some(data), Some(part)) = (data, originals.first()) else { return };
        let after = parts.daticert.first().is_some_and(|daticert| daticert.range().start > part.range().start);
        let mut check = |root: Part<'_>| {
            if after {
                injection::check(data, signed, *part, root.headers(), findings);
            }
            if matches!(kind, Kind::Pec(CertKind::Transport | CertKind::Delivery)) {
                certdata::check_original(data, root.headers(), findings);
                original::check_brief(data, root, findings);
            }
        };
        match part.children().next().filter(|_| part.is_message()) {
            // Scanned in place with the message around it.
            Some(root) => check(root),
            None => check(part.to_message().root()),
        }
    }

    /// Who signed, and who vouches for that.
    fn judge(&mut self, checked: &cms::Checked<'_>, content: &Content<'_>) -> Option<(Judgement, Time, Signer)> {
        let leaf = checked.leaf?;
        let now = self.now;
        let certified_at = content.certified_at();
        let time = time::judged(checked, certified_at, self.verifier, now, self.message.limits(), &mut self.findings);
        let none = Evidence::none();
        let question = Question {
            leaf,
            carried: &checked.signed.certificates,
            time: time.judged,
            // A time-stamp proves the time of signing, not another time that the caller asks about.
            proven: time.proof == TimeProof::Proven && self.verifier.judged_at == JudgedAt::Signing,
            now,
            from: content.from.as_ref().map(|from| &*from.address),
            evidence: self.verifier.evidence.unwrap_or(&none),
            store: self.verifier.trust,
            limits: self.message.limits(),
        };
        let mut judgement = trust::judge(&question, Some(self.cache));
        self.findings.append(&mut judgement.findings);
        if question.store.facts() == Facts::Replaced {
            let detail = format!("data of {}, id {}", question.store.data_date(), question.store.id());
            self.findings.push(Finding::new(Code::TrustReplacedData).with(detail));
        }
        // A further signer that nobody vouches for must not hide behind the first.
        for other in checked.further.iter().filter(|other| **other != leaf) {
            let judgement = trust::judge(&Question { leaf: other, ..question }, Some(self.cache));
            self.findings.extend(judgement.findings.into_iter().filter(|finding| finding.severity == Severity::Fatal));
        }
        time::check_ends(&time, &judgement, now, &mut self.findings);
        let owner = self.cache.owner(leaf).or_else(|| Owner::of(leaf).ok().map(Arc::new))?;
        time::check_life(&time, certified_at, &owner.life, &mut self.findings);
        identity::check_from(content.from.as_ref(), &owner.addresses, &mut self.findings);
        if let Some(data) = &content.data {
            let names = [&owner.organization, &owner.common_name].into_iter().flatten().map(String::as_str);
            certdata::check_provider(data, &names.collect::<Vec<_>>(), &mut self.findings);
        }
        self.check_directory(leaf, content);
        // The path, where there is one, has the texts already.
        let (subject, issuer, sha256) = match judgement.path.first() {
            Some(first) => (first.subject.clone(), first.issuer.clone(), first.sha256),
            None => {
                let certificate = Certificate::parse(leaf).ok()?;
                (certificate.subject.display(), certificate.issuer.display(), trust::fingerprint(leaf))
            }
        };
        let signer = Signer {
            subject,
            name: owner.organization.as_ref().or(owner.common_name.as_ref()).cloned(),
            email: owner.addresses.first().cloned(),
            issuer,
            not_after: Timestamp::from_second(*owner.life.end()).ok(),
            sha256: sha256.to_string(),
        };
        Some((judgement, time, signer))
    }

    /// `id.domain_not_managed`, where a directory is given (RFC 6109 §7).
    fn check_directory(&mut self, leaf: &[u8], content: &Content<'_>) {
        let (Some(directory), Some(from)) = (self.verifier.directory, &content.from) else { return };
        let Some((_, domain)) = from.address.rsplit_once('@') else { return };
        if directory.manages(leaf, domain) == Some(false) {
            self.findings.push(Finding::new(Code::IdDomainNotManaged).with(domain.to_owned()));
        }
    }
}

/// An ordinary message, or one that holds a PEC.
const fn row_1(contains_pec: bool) -> Verdict {
    if contains_pec { Verdict::ContainsPec } else { Verdict::NotPec }
}

impl Content<'_> {
    /// The time of the certification data, seconds since 1970.
    fn certified_at(&self) -> Option<i64> {
        self.data.as_ref()?.time.as_ref()?.utc.map(Timestamp::as_second)
    }
}
