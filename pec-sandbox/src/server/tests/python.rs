//! Python's smtplib as a client that is not ours.

use std::process::Command;

use super::*;

const CLIENT: &str = r#"
import smtplib, ssl, sys
from email.message import EmailMessage
ca, smtps, submission = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
m = EmailMessage()
m["From"] = "Anna Bianchi <anna@pec.alfa.example>"
m["To"] = "ufficio@cert.beta.example, piena@cert.beta.example"
m["Date"] = "Mon, 09 Feb 2026 10:15:28 +0100"
m["Message-ID"] = "<python-1@gestionale.example>"
m["Subject"] = "Fattura n. 7 perch\u00e9 s\u00ec"
m.set_content("Buongiorno.\n.\nfine\n")
m.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="fattura.pdf")
with smtplib.SMTP_SSL("localhost", int(smtps), context=trust) as s:
    s.login("anna@pec.alfa.example", "pec")
    print(s.send_message(m))
with smtplib.SMTP("127.0.0.1", int(submission)) as s:
    s.starttls(context=trust)
    try:
        s.login("anna@pec.alfa.example", "sbagliata")
    except smtplib.SMTPAuthenticationError as e:
        print(e.smtp_code)
    s.login("anna@pec.alfa.example", "pec")
    try:
        s.sendmail("ufficio@cert.beta.example", ["anna@pec.alfa.example"], b"x")
    except smtplib.SMTPSenderRefused as e:
        print(e.smtp_code)
    s.sendmail("anna@pec.alfa.example", ["ufficio@cert.beta.example"], b"Subject: senza Date\r\n\r\nx")
try:
    smtplib.SMTP_SSL("localhost", int(smtps), context=ssl.create_default_context())
except ssl.SSLCertVerificationError:
    print("unknown authority")
"#;

#[test]
fn smtplib_over_both_sockets() {
    let Ok(version) = Command::new("python3").arg("--version").output() else {
        println!("skipped: python3 is not installed");
        return;
    };
    assert!(version.status.success());
    let (_folder, server) = start();
    let ports = [server.smtps(), server.submission()].map(|address| address.port().to_string());
    let output = Command::new("python3").args(["-c", CLIENT]).arg(server.tls_authority()).args(ports).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{err}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "{}\n535\n553\nunknown authority\n");
    let mut kinds = verdicts(&server, ANNA);
    assert_eq!(kinds.remove(0), certified("accettazione"));
    assert_eq!(kinds.pop(), Some(certified("non-accettazione")));
    kinds.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(kinds, [certified("avvenuta-consegna"), certified("errore-consegna")]);
    assert_eq!(verdicts(&server, OFFICE), [certified("posta-certificata")]);
    let envelope = server.with(|network| Ok(network.messages(OFFICE)?[0].bytes.clone())).unwrap();
    let text = String::from_utf8_lossy(&envelope).into_owned();
    assert!(text.contains("\r\n.\r\nfine\r\n"), "dots are stuffed by the client and given back here");
}
