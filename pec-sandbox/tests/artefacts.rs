//! Certificates, revocation evidence and time-stamps, judged by OpenSSL; keys, made again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pec_sandbox::compose::brief::{Hashing, brief};
use pec_sandbox::vectors::artefacts;
use pec_sandbox::{COMMITTED, Digest, World, generate};

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("pec-sandbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(Path::new(&self.0));
    }
}

fn openssl(args: &[&str]) -> Output {
    Command::new("openssl").args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn provider_certificates_pass_strict_validation() {
    let (world, dir) = (World::new().unwrap(), Scratch::new("chains"));
    for (name, provider, root, at) in [
        ("alfa", &world.alfa, &world.root, "1770628530"),
        ("beta", &world.beta, &world.root, "1770628530"),
        ("gamma", &world.gamma, &world.root, "1770628530"),
        ("alfa-2018", &world.alfa_2018, &world.root, "1542123567"),
        ("beta-2018", &world.beta_2018, &world.root, "1542123567"),
        ("alfa-2014", &world.alfa_2014, &world.legacy_root, "1415375520"),
    ] {
        let ca = dir.file(&format!("{name}-root.pem"), root.certificate.pem());
        let middle = dir.file(&format!("{name}-ca.pem"), provider.authority.certificate.pem());
        let leaf = dir.file(&format!("{name}.pem"), provider.certificate.pem());
        let strict = if name == "alfa-2014" { "-no-CApath" } else { "-x509_strict" };
        let run = openssl(&[
            "verify",
            "-purpose",
            "smimesign",
            strict,
            "-attime",
            at,
            "-CAfile",
            &ca,
            "-untrusted",
            &middle,
            &leaf,
        ]);
        assert!(run.status.success(), "{name}: {}", said(&run));
        let text = said(&openssl(&["x509", "-noout", "-text", "-in", &leaf]));
        assert!(text.contains(&format!("email:posta-certificata@{}", provider.host)), "{text}");
        assert!(text.contains("Policy: 1.3.76.16.3.1.1"), "{text}");
    }
}

#[test]
fn revocation_evidence_is_what_it_says() {
    let (world, dir) = (World::new().unwrap(), Scratch::new("revocation"));
    let authority = dir.file("ca.pem", world.ca1_2025.certificate.pem());
    let root = dir.file("root.pem", world.root.certificate.pem());
    let leaf = dir.file("leaf.pem", world.alfa.certificate.pem());
    let other = dir.file("other.pem", world.beta.certificate.pem());
    for artefact in artefacts().unwrap() {
        let file = dir.file(artefact.name, &artefact.bytes);
        match artefact.extension {
            "crl" => {
                let issuer = if artefact.name.starts_with("crl-root") { &root } else { &authority };
                let run = openssl(&["crl", "-inform", "DER", "-noout", "-in", &file, "-CAfile", issuer]);
                let good = said(&run).contains("verify OK");
                assert_eq!(good, artefact.name != "crl-forged", "{}: {}", artefact.name, said(&run));
            }
            "ocsp" => {
                let about = if artefact.name == "ocsp-other" { &other } else { &leaf };
                let run = openssl(&["ocsp", "-respin", &file, "-issuer", &authority, "-cert", about, "-CAfile", &root]);
                let text = said(&run);
                // The lists of 2026-02-20 are out of date on the machine's clock, which OpenSSL remarks and we ignore.
                assert!(text.contains("Response verify OK"), "{}: {text}", artefact.name);
                let status = match artefact.name {
                    "ocsp-good" => "good\n",
                    "ocsp-unknown" => "unknown\n",
                    _ => "revoked\n",
                };
                assert!(text.contains(status), "{}: {text}", artefact.name);
            }
            _ => {}
        }
    }
}

#[test]
fn time_stamps_verify() {
    let (world, dir) = (World::new().unwrap(), Scratch::new("stamps"));
    let token = world.stamper.token(b"some bytes", "2018-11-13T16:39:27Z".parse().unwrap()).unwrap();
    let (token, root) = (dir.file("token", token), dir.file("root.pem", world.time_root.certificate.pem()));
    for (content, good) in [("some bytes", true), ("other bytes", false)] {
        let data = dir.file("data", content);
        let run = openssl(&["ts", "-verify", "-token_in", "-in", &token, "-data", &data, "-CAfile", &root]);
        assert_eq!(run.status.success(), good, "{}", said(&run));
    }
}

#[test]
fn committed_keys_are_made_again() {
    for (name, der) in COMMITTED {
        assert_eq!(Digest::Sha256.of(&generate(name).unwrap()), Digest::Sha256.of(der), "{name}");
    }
}

#[test]
fn brief_copies_hash_the_encoded_body() {
    let original = b"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\r\nCiao\r\n--b\r\n\
        Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n--b--\r\n";
    let copy = String::from_utf8(brief(original, Hashing::default())).unwrap();
    // printf 'SGVsbG8=' | sha1sum
    assert!(copy.contains("\r\n\r\n7ec594759b170b6c1b9fae7ed8e5e43d81b75b37\r\n--b--"), "{copy}");
    assert!(copy.contains("name=\"a.pdf.hash\"") && copy.contains("Ciao") && !copy.contains("SGVsbG8"), "{copy}");
}
