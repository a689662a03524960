//! Nothing that a message says leaves the text of the page, by an independent reader of HTML.

use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use pec_sandbox::compose::submission::{ReceiptForm, Recipient, Submission};
use pec_sandbox::{Failure, Moment, World};

use super::*;
use crate::limits::Limits;
use crate::message::Message;
use crate::reconcile::examine::{Messages, examine};
use crate::reconcile::instant::Reading;
use crate::reconcile::{HashKey, Ledger, Record};
use crate::trust::{ChainCache, TrustStore};
use crate::verify::{Verification, Verifier};

const ANNA: &str = "anna@pec.alfa.example";
const OFFICE: &str = "ufficio@cert.beta.example";
const COPY: &str = "protocollo@cert.beta.example";

/// Messages of one transaction, each with its number, and a name that says what a message says.
struct Mailbox {
    messages: Vec<(Vec<u8>, Verification)>,
    says: String,
}

impl Messages for Mailbox {
    fn read(&mut self, source: Source) -> Option<(Message<Vec<u8>>, Verification)> {
        let (bytes, verification) = self.messages.get(usize::try_from(source.0).ok()?)?;
        Some((Message::parse(bytes.clone(), &Limits::DEFAULT), verification.clone()))
    }

    fn name(&self, source: Source) -> String {
        format!("{} {}.eml", self.says, source.0)
    }
}

/// The page of a transaction in which everything that a stranger can write says `says`: the subject, the reason of a
/// failure, an attachment, a fake receipt, a bounce, the names of the files.
fn page(says: &str, language: Language) -> String {
    let world = World::new().unwrap();
    let trust = TrustStore::built_in().with_host_anchor(&world.root.certificate.der).unwrap();
    let (alfa, beta) = (&world.alfa, &world.beta);
    let accepted: Moment = "2026-02-09T10:15:30+01:00".parse().unwrap();
    let now = accepted.plus(3600).timestamp();
    let word = format!("=?UTF-8?B?{}?=", base64::STANDARD.encode(says));
    let letter = |attachment: &str| {
        format!(
            "Message-ID: <1@ditta.example>\r\nFrom: {ANNA}\r\nTo: {OFFICE}, {COPY}\r\nSubject: {word}\r\n\
             X-TipoRicevuta: breve\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\n\r\nCiao\r\n--b\r\nContent-Type: text/plain; name=\"{word}\"\r\n\r\n{attachment}\r\n--b--\r\n"
        )
    };
    let submission = Submission {
        message: letter("quello spedito").into_bytes(),
        sender: ANNA.into(),
        recipients: vec![Recipient::certified(OFFICE), Recipient::certified(COPY)],
        receipt: ReceiptForm::Brief,
    };
    let tx = alfa.accept(submission, Some(says), accepted);
    let mut failure = beta.delivery_error(&tx, COPY, Failure::MailboxFull, accepted.plus(60));
    let escaped =
        says.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace(char::is_control, "\u{fffd}");
    failure.edit_daticert(|xml| xml.replace("casella piena", &escaped));
    let fake = format!(
        "X-Ricevuta: {word}\r\nFrom: \"x\" <{}@evil.example>\r\nTo: {ANNA}\r\nSubject: CONSEGNA: x\r\n\
         X-Riferimento-Message-ID: <1@ditta.example>\r\n\r\nx\r\n",
        says.replace(|c: char| c.is_whitespace() || c.is_control() || "\"@<>,;:()[]\\".contains(c), "_")
    );
    let bounce = format!(
        "From: MAILER-DAEMON@posta.example\r\nTo: {ANNA}\r\nMessage-ID: <b@posta.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nNo.\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; {says}\r\nStatus: {says}\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
        tx.pec_id
    );
    let delivery = beta.delivery(&tx, OFFICE, ReceiptForm::Brief, accepted.plus(30));
    let messages = [
        letter("un altro").into_bytes(),
        alfa.seal(&alfa.acceptance(&tx)).unwrap(),
        beta.seal(&delivery).unwrap(),
        beta.seal(&failure).unwrap(),
        fake.into_bytes(),
        bounce.into_bytes(),
    ];
    let verified = messages.map(|bytes| {
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
        (bytes, verification)
    });
    let mut mailbox = Mailbox { messages: verified.into(), says: says.to_owned() };
    let mut ledger = Ledger::new(HashKey::new([3; 16]));
    for (source, (bytes, verification)) in (0..).zip(&mailbox.messages) {
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        ledger.add(Record::of(Source(source), &message, verification).unwrap()).unwrap();
    }
    let dossiers: Vec<_> = ledger.dossiers(now).collect();
    let entries: Vec<_> = dossiers
        .into_iter()
        .map(|dossier| {
            let examination = examine(&dossier, &mut mailbox, Reading::Art147);
            Entry { dossier, examination }
        })
        .collect();
    assert_eq!(entries.len(), 1);
    let dossier = &entries[0].dossier;
    assert_eq!((dossier.events.len(), dossier.claims.len(), dossier.bounces.len()), (3, 1, 1));
    // No register has such a name: the page does not rely on it.
    let lookups = [Lookup {
        address: OFFICE.to_uppercase(),
        register: says.to_owned(),
        asked: None,
        asked_at: now,
        valid_on: Some("2026-02-09".parse().unwrap()),
        found: true,
        answer: Vec::new(),
    }];
    let name = &|source| mailbox.name(source);
    Page { language, now, entries: &entries, name, lookups: &lookups }.to_html()
}

/// An element: how deep it stands, its name, its attributes.
#[derive(Debug, PartialEq, Eq)]
struct Element {
    depth: usize,
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
}

/// Every element in the order of the page, and all text.
fn read(html: &str) -> (Vec<Element>, String) {
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    assert_eq!(*dom.errors.borrow(), Vec::<std::borrow::Cow<'_, str>>::new());
    let (mut elements, mut all) = (Vec::new(), String::new());
    let mut open: Vec<(usize, Handle)> = vec![(0, dom.document.clone())];
    while let Some((depth, node)) = open.pop() {
        match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attributes = attrs.borrow();
                let attributes = attributes.iter().map(|attr| (attr.name.local.to_string(), attr.value.to_string()));
                let own = node.children.borrow();
                let text = own.iter().filter_map(|child| match &child.data {
                    NodeData::Text { contents } => Some(contents.borrow().to_string()),
                    _ => None,
                });
                elements.push(Element {
                    depth,
                    name: name.local.to_string(),
                    attributes: attributes.collect(),
                    text: text.collect(),
                });
            }
            NodeData::Text { contents } => all.push_str(&contents.borrow()),
            NodeData::Comment { .. } | NodeData::ProcessingInstruction { .. } => panic!("{:?}", node.data),
            NodeData::Document | NodeData::Doctype { .. } => {}
        }
        open.extend(node.children.borrow().iter().rev().map(|child| (depth + 1, child.clone())));
    }
    (elements, all)
}

const HOSTILE: [&str; 7] = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</bdi></h2></section></main><style>*{display:none}</style><form action=https://evil.example>",
    "--><!-- ]]> &lt;b&gt; &amp; &#60;svg onload=x&#62;",
    "fattura\u{202e}fdp.exe \u{2066}\u{200b}",
    "\u{1b}[31mrosso\u{1b}]0;titolo\u{7}",
    "<meta http-equiv=refresh content=0;url=//evil.example> javascript:alert(1) {{7*7}}",
];

#[test]
fn what_a_message_says_stays_text() {
    for language in [Language::It, Language::En] {
        let shape = |elements: Vec<Element>| -> Vec<Element> {
            elements.into_iter().map(|one| Element { text: String::new(), ..one }).collect()
        };
        for says in HOSTILE {
            // Words that verification itself looks for in the texts of a receipt (html.active_or_remote) stand in both.
            let words: Vec<_> =
                ["src=", "javascript:", "url("].into_iter().filter(|word| says.contains(word)).collect();
            let (plain, _) = read(&page(&format!("innocuo {}", words.join(" ")), language));
            assert!(plain.len() > 100, "{}", plain.len());
            let (hostile, text) = read(&page(says, language));
            assert!(shape(hostile) == shape(plain), "{says:?} changes the elements of the page");
            // Where it was written it stands, and as it was written but for what steers.
            let shown = says.replace(crate::text::steers, "\u{fffd}");
            assert!(text.contains(&shown), "{says:?} is not shown");
            assert!(!text.chars().any(|c| crate::text::steers(c) && c != '\n'), "{says:?}");
        }
    }
}

#[test]
fn the_page_fetches_and_runs_nothing() {
    let (elements, _) = read(&page(HOSTILE[2], Language::It));
    let allowed = [
        "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "ul", "ol", "li", "main",
        "section", "dl", "dt", "dd", "code", "table", "thead", "tbody", "tr", "th", "td", "br", "span", "strong",
        "div", "bdi", "footer",
    ];
    for element in &elements {
        assert!(allowed.contains(&&*element.name), "{element:?}");
        for (name, value) in &element.attributes {
            assert!(["lang", "charset", "http-equiv", "content", "name", "class"].contains(&&**name), "{element:?}");
            assert!(!["//", "javascript:", "url", "http:", "https:"].iter().any(|bad| value.contains(bad)), "{value}");
        }
    }
    // The policy stands before everything that it governs, once, and lets the one style through.
    let at = |name: &str, with: &str| {
        let has =
            |one: &&Element| one.name == name && (with.is_empty() || one.attributes.iter().any(|(_, v)| v == with));
        let found: Vec<_> = elements.iter().enumerate().filter(|(_, one)| has(one)).map(|(at, _)| at).collect();
        assert_eq!(found.len(), 1, "{name} {with}");
        found[0]
    };
    let (policy, style) = (at("meta", "Content-Security-Policy"), at("style", ""));
    assert!(policy < style && policy < at("title", "") && elements[policy].depth == elements[style].depth);
    let digest = crypto::digest(DigestAlgorithm::Sha256, elements[style].text.as_bytes());
    let hash = base64::STANDARD.encode(digest.as_bytes());
    let expected = format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    assert!(elements[policy].attributes.iter().any(|(name, value)| name == "content" && *value == expected));
    let style = elements[style].text.to_ascii_lowercase();
    assert!(!["url(", "@import", "expression(", "http"].iter().any(|bad| style.contains(bad)));
}
