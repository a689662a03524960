//! Where the signed part and its signature stand, by strict rules at the root: nothing nested is ever climbed into.

use crate::finding::{Code, Finding, Severity};
use crate::message::{Agreement, Field, Limit, LimitHit, Message, Parameterized, Part, lower_case};

/// The root of a message.
pub(super) enum Root<'m> {
    /// `multipart/signed`: the signed part, the signature, and the parameters of the root.
    Detached { signed: Part<'m>, signature: Part<'m>, content_type: Parameterized<'m> },
    /// `application/pkcs7-mime` with the content inside the signature.
    Opaque { signature: Part<'m> },
    /// `multipart/signed` by name, without the parts that it needs.
    Broken,
    /// No S/MIME signature at the root.
    Unsigned,
}

/// Looks at the root and reports what is wrong with it.
pub(super) fn root<'m, B: AsRef<[u8]>>(message: &'m Message<B>, findings: &mut Vec<Finding>) -> Root<'m> {
    report_limits(message.limit_hits(), findings);
    let root = message.root();
    let Some(content_type) = root.content_type() else { return Root::Unsigned };
    if is_pkcs7_mime(&content_type.value) {
        return Root::Opaque { signature: root };
    }
    if !content_type.value.eq_ignore_ascii_case("multipart/signed") {
        return Root::Unsigned;
    }
    let mut children = root.children();
    let parts = [children.next(), children.next(), children.next()];
    let protocol = content_type.get("protocol").map(|p| lower_case(p.shown())).unwrap_or_default();
    let second = parts[1].map(|part| part.lower_case_type()).unwrap_or_default();
    if !is_pkcs7_signature(&protocol) && !is_pkcs7_signature(&second) && !protocol.is_empty() {
        // Signed by something else (OpenPGP): for PEC, not signed.
        return Root::Unsigned;
    }
    report_conflict(&content_type, &["boundary"], Severity::Fatal, findings);
    if !matches!(parts, [Some(_), Some(_), None]) {
        let detail = format!("{}", root.children().count());
        findings.push(Finding::new(Code::MimeRootParts).with(detail));
    }
    let [Some(signed), Some(signature), further] = parts else { return Root::Broken };
    if further.is_some() {
        return Root::Detached { signed, signature, content_type };
    }
    if !is_pkcs7_signature(&protocol) || !is_pkcs7_signature(&second) || short(&protocol) != short(&second) {
        findings.push(Finding::new(Code::MimeProtocol).with(format!("{protocol} / {second}")));
    }
    // A line such as "This is an S/MIME signed message" is normal; whole parts are not.
    let preamble = root.preamble().trim_ascii();
    if preamble.len() > 200 || memchr::memmem::find(preamble, b"--").is_some() {
        let finding = Finding::new(Code::MimeRootParts).graded(Severity::Warning);
        findings.push(finding.with(format!("{} bytes before the signed part", preamble.len())));
    }
    if !root.is_closed() {
        findings.push(Finding::new(Code::MimeUnclosed).with("the message"));
    }
    if !root.epilogue().trim_ascii().is_empty() {
        let finding = Finding::new(Code::MimeRootParts).graded(Severity::Warning);
        findings.push(finding.with(format!("{} bytes after the signature", root.epilogue().len())));
    }
    Root::Detached { signed, signature, content_type }
}

/// `mime.leading_blank`: empty lines before what looks like a header.
pub(super) fn check_beginning(bytes: &[u8], findings: &mut Vec<Finding>) {
    if !bytes.starts_with(b"\n") && !bytes.starts_with(b"\r\n") {
        return;
    }
    let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let name =
        bytes.get(blank..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':');
    let end = blank + name.count();
    if end > blank && bytes.get(end) == Some(&b':') {
        findings.push(Finding::new(Code::MimeLeadingBlank).with(format!("{blank} bytes")));
    }
}

/// `mime.limits`: below the original a warning, else fatal (VERDICT §5).
pub(super) fn report_limits(hits: &[LimitHit], findings: &mut Vec<Finding>) {
    for hit in hits {
        let what = match hit.limit {
            Limit::MessageBytes => "message size",
            Limit::Header => "header size",
            Limit::Parts => "number of parts",
            Limit::Depth => "depth",
            Limit::Boundary => "boundary length",
        };
        let severity = if hit.nested { Severity::Warning } else { Severity::Fatal };
        let place = if hit.nested { " inside a nested message" } else { "" };
        let detail = format!("{what}{place}, byte {}", hit.offset);
        findings.push(Finding::new(Code::MimeLimits).graded(severity).with(detail));
    }
}

/// `mime.parameter_conflict`: two readers could see two messages (attack P8).
pub(super) fn report_conflict(
    value: &Parameterized<'_>,
    names: &[&str],
    severity: Severity,
    findings: &mut Vec<Finding>,
) {
    for name in names {
        let severity = match value.agreement(name) {
            Agreement::Single => continue,
            Agreement::Repeated => Severity::Warning,
            Agreement::Conflicting => severity,
        };
        findings.push(Finding::new(Code::MimeParameterConflict).graded(severity).with((*name).to_owned()));
    }
}

/// `mime.micalg_mismatch`, with the digest that the signature really uses (`sha-256`).
pub(super) fn check_micalg(content_type: &Parameterized<'_>, digest: &str, findings: &mut Vec<Finding>) {
    let Some(micalg) = content_type.get("micalg") else { return };
    fn plain(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|byte| *byte != b'-').map(|byte| byte.to_ascii_lowercase())
    }
    let written = micalg.shown();
    if !written.split(',').any(|name| plain(name.trim()).eq(plain(digest))) {
        findings.push(Finding::new(Code::MimeMicalgMismatch).with(format!("{written}; {digest}")));
    }
}

/// `mime.signed_epilogue`, `mime.signed_close_repeated` and parameter conflicts inside the signed entity, outside
/// nested messages: what stands there was made by the provider (VERDICT §3).
pub(super) fn check_signed(signed: Part<'_>, findings: &mut Vec<Finding>) {
    let own = signed.descendants().filter(|part| !part.is_nested() || signed.is_nested());
    for part in std::iter::once(signed).chain(own) {
        let top = part.parent().is_none_or(|parent| parent.range() == signed.range());
        if (part.is_multipart() || top)
            && let Some(content_type) = part.ambiguous_content_type()
        {
            report_conflict(&content_type, &["boundary"], Severity::Fatal, findings);
            report_conflict(&content_type, &["name", "charset"], Severity::Error, findings);
        }
        if top && let Some(disposition) = part.ambiguous_content_disposition() {
            report_conflict(&disposition, &["filename"], Severity::Error, findings);
        }
        // A line without a colon has no name.
        let is_guess = |field: Field<'_>| {
            field.name.starts_with(b"--") || (field.name.is_empty() && field.value.starts_with(b"--"))
        };
        if top && part.has_odd_names() && part.headers().iter().any(is_guess) {
            findings.push(Finding::new(Code::MimeSignedHeader));
        }
        if part.is_multipart() && !part.is_closed() {
            findings.push(Finding::new(Code::MimeUnclosed).with(format!("{} in the signed part", part.media_type())));
        }
        let epilogue = part.epilogue();
        if epilogue.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
            continue;
        }
        findings.push(Finding::new(Code::MimeSignedEpilogue).with(format!("{} bytes", epilogue.len())));
        if repeats_boundary(part) {
            findings.push(Finding::new(Code::MimeSignedCloseRepeated));
        }
    }
}

/// A delimiter of the multipart stands after its close delimiter.
fn repeats_boundary(part: Part<'_>) -> bool {
    let content_type = part.content_type();
    let Some(boundary) = content_type.as_ref().and_then(|value| value.get("boundary")) else { return false };
    part.epilogue().split(|byte| *byte == b'\n').any(|line| {
        let text = line.trim_ascii_end().strip_prefix(b"--");
        text.is_some_and(|text| text.strip_suffix(b"--").unwrap_or(text) == &*boundary.value)
    })
}

pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    name.len() > extension.len()
        && name.get(name.len() - extension.len()..).is_some_and(|end| end.eq_ignore_ascii_case(extension))
}

fn is_pkcs7_mime(media_type: &str) -> bool {
    ["application/pkcs7-mime", "application/x-pkcs7-mime"].iter().any(|known| media_type.eq_ignore_ascii_case(known))
}

fn is_pkcs7_signature(media_type: &str) -> bool {
    matches!(media_type, "application/pkcs7-signature" | "application/x-pkcs7-signature")
}

/// Both spellings are on the wire, and providers mix them.
fn short(media_type: &str) -> &str {
    media_type.strip_prefix("application/x-").or_else(|| media_type.strip_prefix("application/")).unwrap_or(media_type)
}
