//! Certification data: what is read can be written and is read back the same; data and fatal findings exclude each
//! other.

use super::TIGHT;
use crate::daticert::{CertData, Layout, parse, write};
use crate::finding::{Code, Severity};
use crate::limits::Limits;

/// Asserts the invariants of reading and writing certification data. Says whether there are data.
///
/// # Panics
/// When an invariant does not hold.
pub fn daticert(data: &[u8]) -> bool {
    let parsed = parse(data, &Limits::DEFAULT);
    assert_eq!(parse(data, &Limits::DEFAULT), parsed, "not deterministic");
    let fatal = parsed.findings.iter().any(|finding| finding.severity == Severity::Fatal);
    assert_eq!(fatal, parsed.data.is_none(), "{:?}", parsed.findings);
    for finding in &parsed.findings {
        assert!(finding.code.severities().contains(&finding.severity));
    }
    for (at, finding) in parsed.findings.iter().enumerate() {
        let twice = parsed.findings[..at].iter().any(|other| other.code == finding.code);
        assert!(!twice || finding.code == Code::DaticertDate, "{} stands twice", finding.code);
    }
    let repaired = parsed.findings.iter().any(|finding| finding.code == Code::DaticertMalformed);
    assert_eq!(repaired && !fatal, !parsed.repairs.is_empty() && parsed.data.is_some());
    if std::str::from_utf8(data).is_err() {
        assert!(!parsed.findings.is_empty(), "bytes that are not UTF-8 are never silent");
    }

    let tight = parse(data, &TIGHT);
    if let Some(data) = &tight.data {
        assert!(data.recipients.len() <= TIGHT.recipients);
        assert_eq!(parsed.data.as_ref(), Some(data), "a limit changes what is read");
    }
    if let Some(data) = &parsed.data {
        round_trip(data);
        assert!(serde_json::to_value(data).is_ok());
    }
    parsed.data.is_some()
}

fn round_trip(data: &CertData) {
    let mut data = data.clone();
    if !data.unknown.is_empty() {
        assert!(write(&data, Layout::Indented).is_err(), "unknown elements are lost in silence");
        data.unknown.clear();
    }
    for layout in [Layout::Indented, Layout::Tabbed, Layout::OneLine] {
        let written = write(&data, layout);
        assert!(written.is_ok(), "what was read cannot be written: {written:?}");
        let again = parse(&written.unwrap_or_default(), &Limits::DEFAULT);
        assert_eq!(again.data.as_ref(), Some(&data), "{layout:?}: {:?}", again.findings);
        assert!(again.repairs.is_empty());
    }
}
