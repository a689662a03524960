//! What is written is read back the same, and what providers wrote is written again byte for byte.

use std::path::PathBuf;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::daticert::*;
use crate::limits::Limits;

/// Any text that XML can hold, trimmed as a reader trims it.
fn text() -> impl Strategy<Value = String> {
    let delicate: Vec<char> = "&<>\"']\r\n\t ;#-".chars().collect();
    vec(prop_oneof![6 => prop::char::range(' ', '~'), 2 => prop::sample::select(delicate), 1 => any::<char>()], 0..20)
        .prop_map(|chars| chars.into_iter().filter(|c| xml::is_char(*c)).collect::<String>())
        .prop_map(|text: String| xml::trim(&text).to_owned())
}

fn address() -> impl Strategy<Value = Address> {
    text().prop_map(Address::new)
}

fn listed<T: Clone + std::fmt::Debug + 'static>(values: &'static [T], other: fn(&str) -> T) -> BoxedStrategy<T> {
    // Attribute values are not trimmed.
    prop_oneof![4 => prop::sample::select(values), 1 => text().prop_map(move |t| other(&format!(" {t}")))].boxed()
}

fn time() -> impl Strategy<Value = CertTime> {
    (-2_000_000_000i64..250_000_000_000, -840i16..=840)
        .prop_filter_map("no such time", |(s, zone)| CertTime::at(jiff::Timestamp::from_second(s).ok()?, zone))
}

prop_compose! {
    fn data()(
        kind in listed(Kind::LISTED, Kind::from_wire),
        error in listed(ErrorKind::LISTED, ErrorKind::from_wire),
        sender in option::of(address()),
        recipients in vec((address(), listed(AddressClass::LISTED, AddressClass::from_wire)), 0..4),
        (reply_to, delivered_to, received_for) in (option::of(address()), option::of(address()), vec(address(), 0..3)),
        (subject, issuer, pec_id) in (option::of(text()), option::of(text()), option::of(text())),
        (client_message_id, error_detail) in (option::of(text()), option::of(text())),
        time in option::of(time()),
        receipt in option::of(listed(ReceiptForm::LISTED, ReceiptForm::from_wire)),
    ) -> CertData {
        let mut data = CertData::new(kind);
        data.error = error;
        data.sender = sender;
        data.recipients = recipients.into_iter().map(|(address, class)| Recipient { address, class }).collect();
        (data.reply_to, data.delivered_to, data.received_for) = (reply_to, delivered_to, received_for);
        (data.subject, data.issuer, data.pec_id, data.client_message_id) = (subject, issuer, pec_id, client_message_id);
        (data.error_detail, data.time, data.receipt) = (error_detail.map(ErrorDetail::new), time, receipt);
        data
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn what_is_written_is_read_back(data in data()) {
        for layout in [Layout::Indented, Layout::Tabbed, Layout::OneLine] {
            let bytes = write(&data, layout).unwrap();
            let parsed = parse(&bytes, &Limits::DEFAULT);
            prop_assert_eq!(&parsed.repairs, &[]);
            prop_assert_eq!(parsed.data.as_ref(), Some(&data), "{}", String::from_utf8_lossy(&bytes));
        }
    }

    /// Whatever one flaw does to the subject, the rest stays as it was or nothing is left.
    #[test]
    fn a_repair_changes_nothing_but_its_text(data in data(), planted in vec(any::<u8>(), 1..8)) {
        let mut data = data;
        data.subject = Some("QUI".into());
        let bytes = write(&data, Layout::Indented).unwrap();
        let at = bytes.windows(12).position(|w| w == b"<oggetto>QUI").unwrap() + 9;
        let mut damaged = bytes;
        damaged.splice(at..at + 3, planted.iter().copied());
        let parsed = parse(&damaged, &Limits::DEFAULT);
        match parsed.data {
            Some(mut read) => {
                // Markup that happens to be well-formed is no repair.
                if !planted.contains(&b'<') {
                    read.subject = data.subject.clone();
                    prop_assert_eq!(read, data);
                }
            }
            None => prop_assert!(planted.contains(&b'<')),
        }
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in vec(any::<u8>(), 0..200)) {
        let parsed = parse(&bytes, &Limits::DEFAULT);
        prop_assert!(parsed.data.is_none());
    }
}

#[test]
fn what_xml_cannot_hold_is_an_error() {
    let mut data = CertData::new(Kind::Transport);
    for character in ['\0', '\u{1}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
        data.subject = Some(format!("a{character}b"));
        let error = write(&data, Layout::Indented).unwrap_err();
        assert_eq!(error, WriteError::Character { element: "oggetto", character });
    }
    data.subject = None;
    data.kind = Kind::Other("\u{2}".into());
    assert!(write(&data, Layout::Indented).is_err());
    data.kind = Kind::Transport;
    data.unknown.push(Unknown { path: "postacert/x".into(), value: String::new() });
    assert_eq!(write(&data, Layout::Indented), Err(WriteError::Unknown));
}

#[test]
fn what_real_providers_wrote_is_written_again_byte_for_byte() {
    let root = std::env::var_os("PEC_REFERENCE")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"), PathBuf::from);
    let Ok(folder) = std::fs::read_dir(root.join("samples/pec")) else {
        println!("skipped: no reference messages at {}", root.display());
        return;
    };
    let mut seen = 0;
    for file in folder {
        let path = file.unwrap().path();
        let message = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&message).replace("\r\n", "\n");
        // The part is base64 in all of these.
        let Some(at) = text.find("name=\"daticert.xml\"") else { continue };
        let body = text[at..].split_once("\n\n").unwrap().1.split_once("\n--").unwrap().0;
        let bytes = base64(body);
        let parsed = parse(&bytes, &Limits::DEFAULT);
        assert_eq!(parsed.findings, [], "{}", path.display());
        assert_eq!(write(&parsed.data.unwrap(), Layout::Indented).unwrap(), bytes, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0, "no daticert.xml found in the reference messages");
}

fn base64(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut count) = (Vec::new(), 0u32, 0);
    for digit in text.bytes().filter_map(|b| alphabet.iter().position(|a| *a == b)) {
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 0xFF).unwrap());
        }
    }
    out
}
