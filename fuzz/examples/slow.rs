//! Inputs built to be slow, and the seconds that they take: `cargo run --release --example slow` in fuzz/. Each is
//! given at one size and at twice that size: the second number should be twice the first, never four times.

use std::time::Instant;

use pec_core::daticert;
use pec_core::limits::Limits;
use pec_core::message::{Message, addresses, unstructured};
use pec_core::signature::cades;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Report, Verifier};
use pec_sandbox::{World, compose};

fn main() -> Result<(), pec_sandbox::Error> {
    let alfa = World::new()?.alfa;
    let at: pec_sandbox::Moment = "2026-02-09T10:15:30+01:00".parse()?;
    let sealed = |content: String, more: &str| -> Vec<u8> {
        let signature = alfa.signed_data(at).build(content.as_bytes()).expect("the key fits");
        let signature = String::from_utf8(compose::base64(&signature)).expect("base64 is text");
        format!(
            "From: posta-certificata@pec.alfa.example\r\nX-Trasporto: posta-certificata\r\n{more}Content-Type: \
             multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=S\r\n\r\n--S\r\n{content}\r\n--S\r\n\
             Content-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n{signature}\r\n--S--\r\n"
        )
        .into_bytes()
    };
    let mixed = |parts: &str| format!("Content-Type: multipart/mixed; boundary=M\r\n\r\n{parts}--M--\r\n");
    let xml = |inside: &str, data: &str| {
        format!(
            "--M\r\nContent-Type: application/xml; name=daticert.xml\r\n\r\n<postacert tipo=\"posta-certificata\">\
             <intestazione>{inside}</intestazione><dati>{data}</dati></postacert>\r\n"
        )
    };

    header("parameters of RFC 2231 that wait", |n| {
        let value: String =
            (0..n / 20).map(|i| format!(";a{i}*0=")).chain((0..n / 20).map(|_| ";z*1=".into())).collect();
        format!("Content-Type: text/plain{value}\r\n\r\n")
    });
    header("parameters of one name", |n| format!("Content-Type: text/plain{}\r\n\r\n", ";a=b".repeat(n / 4)));
    header("semicolons", |n| format!("Content-Type: text/plain{}\r\n\r\n", ";".repeat(n)));
    header("comments", |n| format!("Content-Type: text/plain{}\r\n\r\n", "(".repeat(n)));
    header("parts below a long header", |n| {
        let long = ";a=b".repeat(n / 8);
        format!("Content-Type: multipart/mixed; boundary=A{long}\r\n\r\n{}", "--A\r\n\r\n".repeat((n / 100).min(9_900)))
    });
    header("parts below many fields", |n| {
        let parts = "--A\r\nContent-Type: x/y; name=a.eml\r\n\r\n".repeat((n / 100).min(9_900));
        format!("{}Content-Type: multipart/mixed; boundary=A\r\n\r\n{parts}", "A: b\r\n".repeat(1990))
    });
    header("deep multiparts named .eml", |n| {
        let open: String = (0..60)
            .map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}; name=a.eml\r\n\r\n--b{i}\r\n"))
            .collect();
        format!("{open}\r\n{}", "x\r\n".repeat(n / 3))
    });
    header("messages too deep", |n| "Content-Type: message/rfc822\r\n\r\n".repeat(n / 32));
    header("a message in base64 in each part", |n| {
        let part =
            "--A\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nU3ViamVjdDogeA==\r\n";
        format!("Content-Type: multipart/mixed; boundary=A\r\n\r\n{}", part.repeat((n / 100).min(9_900)))
    });
    header("nearly delimiters", |n| {
        format!("Content-Type: multipart/mixed; boundary=A\r\n\r\n{}", "--A \tx\r\n".repeat(n / 8))
    });
    header("long lines of dashes", |n| {
        format!("Content-Type: multipart/mixed; boundary=A\r\n\r\n{}", "--".repeat(n / 2))
    });
    header("padding after a delimiter", |n| {
        format!(
            "Content-Type: multipart/mixed; boundary=A\r\n\r\n{}",
            format!("--A{}\r\n", " ".repeat(400)).repeat(n / 400)
        )
    });
    for (name, one) in [
        ("encoded words", "=?utf-8?q?a?= "),
        ("open encoded words", "=?"),
        ("half encoded words", "=?utf-8?b?"),
        ("commas", ","),
        ("angles", "<"),
        ("addresses", "a@b.it,"),
        ("quotes", "\""),
        ("groups", "a:b@c.it;"),
        ("brackets", "("),
        ("folds", "\r\n "),
    ] {
        header(name, |n| {
            let value = one.repeat(n / one.len() / 4);
            format!(
                "Subject: {value}\r\nFrom: {value}\r\nTo: {value}\r\nDate: {value}\r\nContent-Type: text/plain; name=\"{}\"\r\n\r\n",
                value.replace('"', "'")
            )
        });
    }

    signed("recipients, each of them reached", &|n| {
        let n = n / 100;
        let to: String =
            (0..n).map(|i| format!("<destinatari tipo=\"certificato\">u{i:06}@b.it</destinatari>")).collect();
        let got: String = (0..n).map(|i| format!("<ricezione>v{i:06}@b.it</ricezione>")).collect();
        sealed(mixed(&xml(&to, &got)), "")
    });
    signed("recipients against a long To", &|n| {
        let to: String =
            (0..n / 60).map(|i| format!("<destinatari tipo=\"certificato\">u{i:06}@b.it</destinatari>")).collect();
        let named: String = (0..n / 60).map(|i| format!("u{i:06}@b.it,\r\n ")).collect();
        let original = format!("--M\r\nContent-Type: message/rfc822\r\n\r\nTo: {named}z@b.it\r\n\r\nx\r\n");
        sealed(mixed(&format!("{}{original}", xml(&to, ""))), "")
    });
    signed("a long name of the provider", &|n| {
        sealed(mixed(&xml("", &format!("<gestore-emittente>{}</gestore-emittente>", "word ".repeat(n / 5)))), "")
    });
    signed("many parts in the signed part", &|n| {
        sealed(
            mixed(&"--M\r\nContent-Type: text/html; name=\"SMIME.p7s\"\r\n\r\n<\r\n".repeat((n / 60).min(9_900))),
            "",
        )
    });
    signed("many signed messages inside", &|n| {
        let part = "--M\r\nContent-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n\r\n--x--\r\n";
        format!(
            "{}Content-Type: multipart/mixed; boundary=M\r\n\r\n{}",
            "A: b\r\n".repeat(1990),
            part.repeat((n / 70).min(4_900))
        )
        .into_bytes()
    });
    signed("latin-1 to restore", &|n| {
        let mut message = sealed("Content-Type: text/plain\r\n\r\nx".into(), "X-Ricevuta: accettazione\r\n");
        let at = message.windows(3).position(|w| w == b"\r\nx").expect("it is there") + 2;
        message.splice(at..at, "è\n".repeat(n / 3).into_bytes());
        message
    });
    signed("a close delimiter in every line after", &|n| {
        sealed(
            format!("Content-Type: multipart/mixed; boundary=M\r\n\r\n--M--\r\n{}", "--M-- \tx\r\n".repeat(n / 10)),
            "X-Trasporto: posta-certificata\r\n",
        )
    });

    bytes("daticert: flaws to repair", |n| {
        format!(
            "<postacert tipo=\"x\"><intestazione><oggetto>{}</oggetto></intestazione></postacert>",
            "&\u{1}".repeat(n / 2)
        )
    });
    bytes("daticert: unknown elements", |n| {
        format!("<postacert tipo=\"x\">{}</postacert>", "<a b=\"c\"/>".repeat(n / 10))
    });
    bytes("daticert: comments", |n| {
        format!("<postacert tipo=\"x\"><oggetto>{}</oggetto></postacert>", "<!---->x".repeat(n / 8))
    });
    bytes("daticert: sections", |n| {
        format!(
            "<postacert tipo=\"x\"><intestazione><oggetto>{}</oggetto></intestazione></postacert>",
            "<![CDATA[x]]>".repeat(n / 13)
        )
    });
    bytes("daticert: references", |n| {
        format!(
            "<postacert tipo=\"x\"><intestazione><oggetto>{}</oggetto></intestazione></postacert>",
            "&#65;".repeat(n / 5)
        )
    });
    bytes("daticert: attributes", |n| {
        format!("<postacert {}tipo=\"x\"/>", (0..n / 10).map(|i| format!("a{i}=\"\" ")).collect::<String>())
    });
    bytes("daticert: repeated elements", |n| {
        format!("<postacert tipo=\"x\"><dati>{}</dati></postacert>", "<consegna>a</consegna>".repeat(n / 22))
    });
    bytes("daticert: open sections", |n| {
        format!("<postacert tipo=\"x\"><intestazione><oggetto>{}", "<![CDATA[".repeat(n / 9))
    });
    bytes("daticert: open tags", |n| "<a".repeat(n / 2));

    for (name, one) in [
        ("nested", &b"\x30\x80"[..]),
        ("octets", b"\x24\x80"),
        ("sets", b"\x31\x80"),
        ("long", b"\x30\x84\x00\xff\xff\xff"),
        ("empty", b"\x30\x00"),
    ] {
        double(&format!("cms: {name}"), |n| {
            let start = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01\x31\x80";
            let object = [&start[..], &one.repeat(n / one.len())].concat();
            let began = Instant::now();
            let _ = cades::unwrap(&object, &Limits::DEFAULT);
            began
        });
    }
    Ok(())
}

/// An unsigned message, and all that can be asked of it.
fn header(name: &str, make: impl Fn(usize) -> String) {
    signed(name, &|n| make(n).into_bytes());
}

fn signed(name: &str, make: &dyn Fn(usize) -> Vec<u8>) {
    let store = TrustStore::built_in();
    let now = "2026-03-01T12:00:00Z".parse().expect("a time");
    double(name, |n| {
        let bytes = make(n);
        let began = Instant::now();
        let message = Message::parse(&bytes[..], &Limits::DEFAULT);
        let verification = Verifier::new(&store).verify(&message, now, &mut ChainCache::default());
        let parsed = began.elapsed();
        let _ = Report::new("", &message, &verification).to_json();
        let _ = message.attachments().map(|part| part.file_name()).count();
        for field in message.root().headers().iter() {
            let _ = (unstructured(field.value), addresses(field.value));
        }
        if parsed.as_secs() > 0 {
            println!("      (verification alone {parsed:.1?}, {})", verification.verdict());
        }
        began
    });
}

fn bytes(name: &str, make: impl Fn(usize) -> String) {
    double(name, |n| {
        let text = make(n);
        let began = Instant::now();
        let _ = daticert::parse(text.as_bytes(), &Limits::DEFAULT);
        began
    });
}

/// Half a megabyte, then a whole one.
fn double(name: &str, run: impl Fn(usize) -> Instant) {
    let one = run(500_000).elapsed();
    let two = run(1_000_000).elapsed();
    let mark = if two.as_millis() > 300 { "  <-- slow" } else { "" };
    println!("{:8.1} {:8.1} ms  {name}{mark}", one.as_secs_f64() * 1e3, two.as_secs_f64() * 1e3);
}
