//! Messages made to cost a reader as much as they can, each a multiple of some limit: the measured worst cases.
//! Needs nothing but the standard library, because the benchmarks include this file too.

/// A hostile message.
#[derive(Debug, Clone)]
pub struct Input {
    /// What it is.
    pub name: &'static str,
    /// The message.
    pub bytes: Vec<u8>,
    /// The code of the finding that must end it.
    pub code: &'static str,
    /// The verdict on it.
    pub verdict: &'static str,
    /// Whether it has the form of a transport envelope (whose signature cannot be read).
    pub envelope: bool,
}

/// Every hostile message; each is made when it is asked for, because together they are large.
pub const ALL: [fn() -> Input; 14] = [
    nested_messages,
    tiny_parts,
    many_headers,
    many_headers_everywhere,
    dashes,
    long_header_line,
    near_delimiters,
    original_of_nested_messages,
    original_of_tiny_parts,
    original_of_many_headers,
    original_of_near_delimiters,
    xml_bomb,
    xml_depth,
    xml_recipients,
];

const LIMITS: &str = "mime.limits";
const UNVERIFIABLE: &str = "unverifiable";

/// No signature at the root.
fn unsigned(name: &'static str, bytes: Vec<u8>) -> Input {
    Input { name, bytes, code: LIMITS, verdict: "not-pec", envelope: false }
}

/// A header that is too long to say whether there is a signature.
fn headless(name: &'static str, bytes: Vec<u8>) -> Input {
    Input { name, bytes, code: LIMITS, verdict: UNVERIFIABLE, envelope: false }
}

fn original(name: &'static str, inner: &[u8]) -> Input {
    Input { name, bytes: envelope(DATICERT.as_bytes(), inner), code: LIMITS, verdict: UNVERIFIABLE, envelope: true }
}

fn daticert(name: &'static str, xml: &str, code: &'static str) -> Input {
    Input {
        name,
        bytes: envelope(xml.as_bytes(), b"Subject: x\r\n\r\nx\r\n"),
        code,
        verdict: UNVERIFIABLE,
        envelope: true,
    }
}

/// 50,000 messages, each inside the one before.
#[must_use]
pub fn nested_messages() -> Input {
    unsigned("50,000 nested messages", nested())
}

/// 2,000,000 parts of one multipart, without header or body.
#[must_use]
pub fn tiny_parts() -> Input {
    unsigned("2,000,000 tiny parts", parts())
}

/// 3,000,000 fields of one header.
#[must_use]
pub fn many_headers() -> Input {
    headless("3,000,000 headers", [&b"a:\r\n".repeat(3_000_000), &b"\r\nx"[..]].concat())
}

/// 3,000,000 fields, 1,500 in each of 2,000 parts, none of which has too many; then one part that has.
#[must_use]
pub fn many_headers_everywhere() -> Input {
    let part = [&b"--b\r\n"[..], &b"a:\r\n".repeat(1_500), b"\r\nx\r\n"].concat();
    let last = [&b"--b\r\n"[..], &b"a:\r\n".repeat(200_500), b"\r\nx\r\n--b--\r\n"].concat();
    unsigned("3,000,000 headers over 2,000 parts", [MULTIPART, &part.repeat(2_000), &last].concat())
}

/// 20 MB of dashes.
#[must_use]
pub fn dashes() -> Input {
    headless("20 MB of dashes", b"-".repeat(20_000_000))
}

/// One header line of 10 MB.
#[must_use]
pub fn long_header_line() -> Input {
    headless("a 10 MB header line", [b"Subject: ", &*b"x".repeat(10_000_000), b"\r\n\r\nx"].concat())
}

/// 10 MB of lines that begin like delimiters, in more multiparts than may be open.
#[must_use]
pub fn near_delimiters() -> Input {
    unsigned("10 MB of near delimiters", delimiters())
}

/// The first, as an original.
#[must_use]
pub fn original_of_nested_messages() -> Input {
    original("original: 50,000 nested messages", &nested())
}

/// The second, as an original.
#[must_use]
pub fn original_of_tiny_parts() -> Input {
    original("original: 2,000,000 tiny parts", &parts())
}

/// The third, as an original.
#[must_use]
pub fn original_of_many_headers() -> Input {
    original("original: 3,000,000 headers", &many_headers().bytes)
}

/// The lines that begin like delimiters, as an original.
#[must_use]
pub fn original_of_near_delimiters() -> Input {
    original("original: 10 MB of near delimiters", &delimiters())
}

/// Entities that multiply tenfold, sixty times over, behind 3 MB of declarations.
#[must_use]
pub fn xml_bomb() -> Input {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!DOCTYPE postacert [<!ENTITY e0 \"x\">".to_owned();
    for level in 1..60 {
        let ten = format!("&e{};", level - 1).repeat(10);
        xml.push_str(&format!("<!ENTITY e{level} \"{ten}\">"));
    }
    for spare in 0..100_000 {
        xml.push_str(&format!("<!ENTITY s{spare} \"xxxxxxxxxx\">"));
    }
    xml.push_str("]><postacert tipo=\"posta-certificata\" errore=\"nessuno\">&e59;</postacert>");
    daticert("an XML bomb of entities", &xml, "daticert.doctype")
}

/// 290,000 elements, each inside the one before.
#[must_use]
pub fn xml_depth() -> Input {
    let xml = format!("<postacert tipo=\"posta-certificata\" errore=\"nessuno\">{}", "<intestazione>".repeat(290_000));
    daticert("an XML bomb of depth", &xml, "daticert.limits")
}

/// 60,000 recipients.
#[must_use]
pub fn xml_recipients() -> Input {
    let one = "<destinatari tipo=\"certificato\">c@d.example</destinatari>";
    let xml = DATICERT.replace(one, &one.repeat(60_000));
    daticert("an XML bomb of recipients", &xml, "daticert.limits")
}

const MULTIPART: &[u8] = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n";

fn nested() -> Vec<u8> {
    b"Content-Type: message/rfc822\r\n\r\n".repeat(50_000)
}

fn parts() -> Vec<u8> {
    [MULTIPART, &b"--b\r\n\r\n".repeat(2_000_000), b"--b--\r\n"].concat()
}

fn delimiters() -> Vec<u8> {
    let mut bytes = Vec::new();
    for level in 0..80 {
        let boundary = format!("b{level:02}");
        bytes.extend_from_slice(
            format!("Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n--{boundary}\r\n").as_bytes(),
        );
    }
    bytes.extend_from_slice(&b"\r\n--b".repeat(2_000_000));
    bytes
}

/// Certification data without a flaw.
const DATICERT: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
<postacert tipo=\"posta-certificata\" errore=\"nessuno\"><intestazione><mittente>a@b.example</mittente>\
<destinatari tipo=\"certificato\">c@d.example</destinatari><risposte>a@b.example</risposte><oggetto>x</oggetto>\
</intestazione><dati><gestore-emittente>B</gestore-emittente><data zona=\"+0100\"><giorno>09/02/2026</giorno>\
<ora>10:15:30</ora></data><identificativo>1@b.example</identificativo><msgid>&lt;2@b.example&gt;</msgid>\
<ricevuta tipo=\"completa\"/></dati></postacert>";

/// A transport envelope whose signature is none.
fn envelope(daticert: &[u8], original: &[u8]) -> Vec<u8> {
    let head = "Return-Path: <a@b.example>\r\nSubject: POSTA CERTIFICATA: x\r\nDate: Mon, 9 Feb 2026 10:15:30 +0100\r\n\
Message-ID: <1@b.example>\r\nX-Trasporto: posta-certificata\r\nTo: c@d.example\r\n\
From: \"Per conto di: a@b.example\" <posta-certificata@b.example>\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=\"S\"\r\n\r\n\
--S\r\nContent-Type: multipart/mixed; boundary=\"M\"\r\n\r\n--M\r\nContent-Type: text/plain\r\n\r\nx\r\n\
--M\r\nContent-Type: application/xml; name=\"daticert.xml\"\r\n\r\n";
    let between = "\r\n--M\r\nContent-Type: message/rfc822; name=\"postacert.eml\"\r\n\r\n";
    let tail = "\r\n--M--\r\n\r\n--S\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
Content-Transfer-Encoding: base64\r\n\r\nMAA=\r\n--S--\r\n";
    [head.as_bytes(), daticert, between.as_bytes(), original, tail.as_bytes()].concat()
}
