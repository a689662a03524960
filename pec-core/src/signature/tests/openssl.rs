//! Signatures made and checked by the `openssl` command, an implementation that is not ours.

use std::path::PathBuf;
use std::process::Command;

/// A directory where `openssl` works.
pub(crate) struct OpenSsl {
    dir: tempfile::TempDir,
}

impl OpenSsl {
    /// `None`, with a printed reason, where there is no OpenSSL 3.
    pub(crate) fn new() -> Option<Self> {
        match Command::new("openssl").arg("version").output() {
            Ok(output) if output.stdout.starts_with(b"OpenSSL 3") => {
                Some(Self { dir: tempfile::tempdir().expect("a temporary directory") })
            }
            _ => {
                eprintln!("skipped: there is no `openssl` of version 3 on the path");
                None
            }
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("a file in the temporary directory");
    }

    /// Runs `openssl` with these arguments, separated by blanks, and says whether it succeeded.
    pub(crate) fn try_run(&self, arguments: &str) -> Result<(), String> {
        let output = Command::new("openssl")
            .current_dir(self.dir.path())
            .args(arguments.split_whitespace())
            .output()
            .map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    pub(crate) fn run(&self, arguments: &str) {
        self.try_run(arguments).unwrap_or_else(|error| panic!("openssl {arguments}: {error}"));
    }

    /// Makes a key (`rsa:2048`, `ec:P-256` …) and a certificate of its own: `<name>.key` and `<name>.pem`.
    pub(crate) fn identity(&self, name: &str, kind: &str) {
        let algorithm = match kind.split_once(':') {
            Some(("ec", curve)) => format!("-newkey ec -pkeyopt ec_paramgen_curve:{curve}"),
            _ => format!("-newkey {kind}"),
        };
        self.run(&format!(
            "req -x509 {algorithm} -nodes -keyout {name}.key -out {name}.pem -days 3650 \
             -subj /C=IT/O=Prova/CN={name} -addext subjectAltName=email:posta-certificata@{name}.example"
        ));
    }

    /// A detached signature of `content` in DER, made by `openssl cms -sign` with these further arguments.
    pub(crate) fn sign(&self, content: &[u8], arguments: &str) -> Vec<u8> {
        self.write("content", content);
        self.run(&format!("cms -sign -binary -outform DER -in content -out signature {arguments}"));
        self.read("signature")
    }

    /// Whether `openssl cms -verify` accepts the signature over the content, whoever made it.
    pub(crate) fn accepts(&self, signature: &[u8], content: &[u8]) -> bool {
        self.write("content", content);
        self.write("signature", signature);
        self.try_run("cms -verify -binary -noverify -inform DER -in signature -content content -out verified").is_ok()
    }
}
