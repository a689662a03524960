//! What a sheet is written as, judged by other readers.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::prelude::*;

use super::*;
use crate::text::printable;

const COLUMNS: &[Column] = &[Column { key: "a", title: "Prima" }, Column { key: "b", title: "Seconda" }];

fn sheet(text: &str) -> Sheet {
    let mut sheet = Sheet::new("prova", "Prova", COLUMNS).fact("who", "Per", Cell::text(text)).note("Una nota.");
    sheet.totals.push((Cell::text(text), 2));
    sheet.rows.push(vec![Cell::text(text), Cell::Number(1_234_567)]);
    sheet.rows.push(vec![Cell::Time("2026-03-01T12:00:00Z".parse().unwrap()), Cell::Month("2026-02".parse().unwrap())]);
    sheet.rows.push(vec![Cell::Word("wire", "parola"), Cell::None]);
    sheet
}

#[test]
fn a_table_is_rfc_4180_and_runs_nothing() {
    let csv = sheet("=1+\"1\"\r\n,x").to_csv(CsvMark::Absent);
    let expected =
        "Prima,Seconda\r\n\"'=1+\"\"1\"\"\u{fffd}\u{fffd},x\",1234567\r\n01/03/2026 13:00,2026-02\r\nparola,\r\n";
    assert_eq!(String::from_utf8(csv.clone()).unwrap(), expected);
    assert_eq!(sheet("=1+\"1\"\r\n,x").to_csv(CsvMark::Present), [b"\xef\xbb\xbf", &csv[..]].concat());
    for text in ["=x", "+x", "-x", "@x", "\t=x", "\r=x"] {
        let csv = String::from_utf8(sheet(text).to_csv(CsvMark::Absent)).unwrap();
        assert!(!csv.lines().nth(1).unwrap().starts_with(['=', '+', '-', '@', '\t', '\r']), "{text:?}: {csv}");
    }
}

#[test]
fn json_has_a_fixed_form() {
    let expected = r#"{"schema":"pec-sheet/1","sheet":"prova","title":"Prova","facts":{"who":"x"},"warning":null,"totals":[{"of":"x","count":2}],"rows":[{"a":"x","b":1234567},{"a":"2026-03-01T12:00:00Z","b":"2026-02"},{"a":"wire","b":null}]}"#;
    assert_eq!(sheet("x").to_json(), expected);
}

/// Names of elements in order, and the text of each `bdi`.
fn elements(node: &Handle, names: &mut Vec<String>, texts: &mut Vec<String>) {
    if let NodeData::Element { name, .. } = &node.data {
        names.push(name.local.to_string());
        if &*name.local == "bdi" {
            let mut text = String::new();
            for child in node.children.borrow().iter() {
                if let NodeData::Text { contents } = &child.data {
                    text.push_str(&contents.borrow());
                }
            }
            texts.push(text);
        }
    }
    node.children.borrow().iter().for_each(|child| elements(child, names, texts));
}

fn read(page: &str) -> (Vec<String>, Vec<String>) {
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(page);
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    elements(&dom.document, &mut names, &mut texts);
    (names, texts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn what_somebody_has_written_stays_text(text in "\\PC{0,40}|[<>&\"'/=\u{0}-\u{1f}\u{202e}a-z!-]{0,40}") {
        let page = page(&text, &[sheet(&text), sheet("x")]);
        let (names, texts) = read(&page);
        let (harmless, _) = read(&super::page("x", &[sheet("x"), sheet("x")]));
        prop_assert_eq!(names, harmless);
        let shown = printable(&text);
        prop_assert_eq!(texts.iter().filter(|found| **found == shown).count() >= 4, true, "{:?}", texts);
        let csv = sheet(&text).to_csv(CsvMark::Absent);
        let mut reader = csv::Reader::from_reader(&csv[..]);
        let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(records.len(), 3);
        prop_assert_eq!(records[0][0].trim_start_matches('\''), shown.trim_start_matches('\''));
    }
}

#[test]
fn a_page_fetches_and_runs_nothing() {
    let page = sheet("x").to_html();
    let (names, _) = read(&page);
    for name in ["script", "img", "link", "iframe", "object", "form", "a"] {
        assert!(!names.iter().any(|found| found == name), "{name}");
    }
    assert!(page.contains("default-src 'none'; style-src 'sha256-") && page.contains("1.234.567"));
}
