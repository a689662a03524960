//! OpenSSL as the card: it issues the certificate and signs, by nothing of ours.

use std::path::PathBuf;
use std::process::Command;

use pec_core::delegation::login::{MatchedBy, Proof, Purpose, RevocationCheck};
use pec_core::trust::{Revocation, TrustStore};

use crate::house::{House, PERSON, ROSSI};

struct OpenSsl(tempfile::TempDir);

impl OpenSsl {
    /// `None`, with a printed reason, where there is no OpenSSL 3.
    fn new() -> Option<Self> {
        match Command::new("openssl").arg("version").output() {
            Ok(output) if output.stdout.starts_with(b"OpenSSL 3") => Some(Self(tempfile::tempdir().unwrap())),
            _ => {
                eprintln!("skipped: there is no `openssl` of version 3 on the path");
                None
            }
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &str) {
        let output =
            Command::new("openssl").current_dir(self.0.path()).args(arguments.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }
}

/// A root and a card under it, made by `openssl req` and `openssl x509` alone.
fn issue(openssl: &OpenSsl, key: &str) {
    openssl.run(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 3650 \
         -subj /C=IT/O=Prova/CN=Radice -addext keyUsage=critical,keyCertSign,cRLSign",
    );
    std::fs::write(
        openssl.path("card.ext"),
        "keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\ncertificatePolicies=1.3.76.16.2.1\n\
         basicConstraints=CA:FALSE\n",
    )
    .unwrap();
    openssl.run(&format!(
        "req -newkey {key} -nodes -keyout card.key -out card.csr -subj /C=IT/O=Prova/CN={ROSSI}\\/60900.abc="
    ));
    openssl.run(
        "x509 -req -in card.csr -CA root.pem -CAkey root.key -CAcreateserial -out card.pem -extfile card.ext -days 3000",
    );
}

#[test]
fn row_83_what_openssl_has_signed_opens_the_mailbox() {
    let Some(openssl) = OpenSsl::new() else { return };
    let mut house = House::new();
    house.revocation = RevocationCheck::WhereGiven;
    let mut challenge = String::new();
    for key in ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-256"] {
        issue(&openssl, key);
        // What OpenSSL issues begins at the clock's time.
        house.now = jiff::Timestamp::now();
        challenge = house.challenge(Purpose::Login, PERSON);
        house.trust = TrustStore::built_in().with_login_anchor(&openssl.read("root.pem")).unwrap();
        std::fs::write(openssl.path("challenge"), &challenge).unwrap();
        let mut kits = Vec::new();
        // With the text inside or beside it, as bytes, PEM, or as OpenSSL takes any text; with attributes and without.
        for arguments in [
            "-binary -nodetach -outform DER",
            "-binary -outform DER",
            "-nodetach -outform PEM",
            "-binary -nodetach -outform DER -noattr",
            "-binary -nodetach -outform DER -keyid -md sha512",
        ] {
            openssl.run(&format!("cms -sign -in challenge -signer card.pem -inkey card.key -out signed {arguments}"));
            let proof = Proof::Cms(&openssl.read("signed"));
            let kit = house.prove((Purpose::Login, PERSON), &challenge, proof, &[]);
            kits.push(kit.unwrap_or_else(|denied| panic!("{key} {arguments}: {denied}")));
        }
        let rsa = key.starts_with("rsa");
        let schemes: &[(&str, &str)] = if rsa {
            &[
                ("rsa-sha256", "-sha256"),
                ("rsa-sha384", "-sha384"),
                ("rsa-pss-sha256", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest"),
            ]
        } else {
            &[("ecdsa-sha256", "-sha256"), ("ecdsa-sha384", "-sha384")]
        };
        for (name, arguments) in schemes {
            openssl.run(&format!("dgst {arguments} -sign card.key -out bare challenge"));
            let (certificate, signature) = (openssl.read("card.pem"), openssl.read("bare"));
            let scheme = name.parse().unwrap();
            let proof = Proof::Bare { certificate: &certificate, scheme, signature: &signature };
            let kit = house.prove((Purpose::Login, PERSON), &challenge, proof, &[]);
            kits.push(kit.unwrap_or_else(|denied| panic!("{name}: {denied}")));
        }
        assert!(kits.iter().all(|kit| *kit == kits[0]));
        let login = house.organisation.admit(&kits[0], house.now).unwrap();
        assert_eq!((login.by(), login.revocation()), (&MatchedBy::TaxId, Revocation::NotChecked));
    }
    // What is signed over something else opens nothing.
    std::fs::write(openssl.path("challenge"), challenge.replace("login ", "Login ")).unwrap();
    openssl.run("cms -sign -in challenge -signer card.pem -inkey card.key -out signed -binary -outform DER");
    assert!(house.prove((Purpose::Login, PERSON), &challenge, Proof::Cms(&openssl.read("signed")), &[]).is_err());
}
