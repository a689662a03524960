//! `cargo xtask faces`: the examples in other languages, compiled and run against the installed C library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::Timestamp;
use pec_core::finding::{Code, Language};
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Report, Verifier};

use crate::run::{cargo, root, run};
use crate::{dist, vectors};

/// A language: the Debian packages that it needs, how its example becomes a program, and how that is started.
struct Face {
    name: &'static str,
    packages: &'static [&'static str],
    /// Files of those packages: where they are, the packages are.
    files: &'static [&'static str],
    version: &'static [&'static str],
    build: fn(&Place) -> Vec<Command>,
    start: fn(&Place) -> Command,
}

const FACES: [Face; 4] = [
    Face {
        name: "C#",
        packages: &["mono-mcs", "mono-runtime", "libmono-system-core4.0-cil"],
        files: &["/usr/bin/mcs", "/usr/bin/mono", "/usr/lib/mono/4.5/System.Core.dll"],
        version: &["mcs", "--version"],
        build: |place| {
            let mut mcs = Command::new("mcs");
            mcs.arg(format!("-out:{}", place.work.join("Verify.exe").display())).arg(example("csharp/Verify.cs"));
            vec![mcs]
        },
        start: |place| {
            let mut mono = Command::new("mono");
            mono.arg(place.work.join("Verify.exe"));
            mono
        },
    },
    Face {
        name: "Pascal",
        packages: &["fp-compiler", "fp-units-rtl"],
        files: &["/usr/bin/fpc"],
        version: &["fpc", "-iV"],
        build: |place| {
            let mut fpc = Command::new("fpc");
            fpc.args(["-v0", "-l-"]).arg(format!("-FE{}", place.work.display())).arg("-overify-pascal");
            fpc.arg(format!("-Fl{}", place.lib.display())).arg(example("pascal/verify.pas"));
            vec![fpc]
        },
        start: |place| Command::new(place.work.join("verify-pascal")),
    },
    Face {
        name: "COBOL",
        packages: &["gnucobol3"],
        files: &["/usr/bin/cobc"],
        version: &["cobc", "--version"],
        build: |place| {
            let mut cobc = Command::new("cobc");
            cobc.args(["-x", "-free", "-Wall"]).arg("-o").arg(place.work.join("verify-cobol"));
            cobc.arg(example("cobol/verify.cob")).arg(format!("-L{}", place.lib.display())).arg("-lpec");
            vec![cobc]
        },
        start: |place| Command::new(place.work.join("verify-cobol")),
    },
    Face {
        name: "Java",
        packages: &["default-jdk-headless", "libjna-java"],
        files: &["/usr/bin/javac", JNA],
        version: &["javac", "--version"],
        build: |place| {
            let mut javac = Command::new("javac");
            javac
                .args(["-Xlint:all,-serial", "-Werror", "-cp", JNA, "-d"])
                .arg(&place.work)
                .arg(example("java/Verify.java"));
            vec![javac]
        },
        start: |place| {
            let mut java = Command::new("java");
            java.arg("-cp").arg(format!("{JNA}:{}", place.work.display()));
            java.arg(format!("-Djna.library.path={}", place.lib.display())).arg("Verify");
            java
        },
    },
];

/// Where Debian's `libjna-java` puts it.
const JNA: &str = "/usr/share/java/jna.jar";

fn example(name: &str) -> PathBuf {
    root().join("pec-ffi/examples").join(name)
}

/// Where the library is installed, and where programs and messages are put.
struct Place {
    lib: PathBuf,
    work: PathBuf,
}

/// Compiles and runs every example whose compiler is here or can be installed.
pub(crate) fn run_all() -> Result<(), String> {
    let prefix = root().join("target/faces");
    let mut build = Command::new(cargo());
    run(build.args(["build", "-p", "pec-ffi", "--lib"]).current_dir(root()))?;
    dist::install(&prefix, &root().join("target/debug/libpec.a"))?;
    let place = Place { lib: prefix.join("lib"), work: prefix.join("work") };
    let mail = place.work.join("perché no");
    fs::create_dir_all(&mail).map_err(|error| error.to_string())?;
    let message = mail.join("già ricevuta.eml");
    let case = root().join("conformance/kind-delivery-a.eml");
    fs::copy(case, &message).map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    for face in FACES {
        let said = if face.is_here() { face.is_sound(&place, &message)? } else { "skipped: not installed".to_owned() };
        lines.push(format!("{:8} {said}", face.name));
    }
    lines.iter().for_each(|line| println!("{line}"));
    Ok(())
}

impl Face {
    /// Installs what is missing; `false` where that is not possible.
    fn is_here(&self) -> bool {
        let there = || self.files.iter().all(|file| Path::new(file).exists());
        if !there()
            && let Err(reason) = vectors::install(self.packages)
        {
            println!("{}: {reason}; install by hand: {}", self.name, self.packages.join(" "));
        }
        there()
    }

    /// Builds the example, runs it, compares what it says with what Rust says, and gives the version of the compiler.
    fn is_sound(&self, place: &Place, message: &Path) -> Result<String, String> {
        for mut command in (self.build)(place) {
            run(&mut command)?;
        }
        let path = message.to_str().ok_or("the path is not UTF-8")?;
        let code = Code::parse("cms.digest_mismatch").ok_or("the code has gone")?;
        let good = self.says(place, &[path, code.as_str()])?;
        let expected = format!("{}\n{}\n", report(path)?, code.explanation(Language::It));
        self.expect("a message", &good, 0, &good.stdout, |said| said == expected)?;

        let absent = path.replace("già", "mai");
        let bad = self.says(place, &[&absent])?;
        self.expect("no file", &bad, 2, &bad.stderr, |said| {
            said.starts_with("{\"result\":11,\"code\":\"file.access\"") && said.contains(&absent)
        })?;
        let bad = self.says(place, &[path, "no.such_code"])?;
        self.expect("no code", &bad, 2, &bad.stderr, |said| said.starts_with("{\"result\":6,"))?;
        let bad = self.says(place, &[])?;
        self.expect("no arguments", &bad, 2, &bad.stderr, |said| said.starts_with("usage: "))?;

        let [program, arguments @ ..] = self.version else { return Err("no compiler is named".into()) };
        let version = Command::new(program).args(arguments).output().map_err(|error| error.to_string())?;
        let version = String::from_utf8_lossy(&version.stdout).lines().next().unwrap_or_default().to_owned();
        Ok(format!("as Rust says ({program}: {version})"))
    }

    fn says(&self, place: &Place, arguments: &[&str]) -> Result<Output, String> {
        let mut command = (self.start)(place);
        // The languages that have texts of their own decode arguments by the locale.
        command.env("LC_ALL", "C.UTF-8").env("LD_LIBRARY_PATH", &place.lib).args(arguments);
        command.output().map_err(|error| format!("{command:?}: {error}"))
    }

    fn expect(
        &self,
        what: &str,
        output: &Output,
        code: i32,
        stream: &[u8],
        holds: impl FnOnce(&str) -> bool,
    ) -> Result<(), String> {
        let said = String::from_utf8_lossy(stream);
        if output.status.code() == Some(code) && holds(&said) {
            return Ok(());
        }
        let [out, error] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        Err(format!("{}, {what}: {}, wanted {code}\n{out}\n{error}", self.name, output.status))
    }
}

/// What Rust says of the same message under the same name.
fn report(path: &str) -> Result<String, String> {
    let message = Message::parse(fs::read(path).map_err(|error| error.to_string())?, &Limits::DEFAULT);
    let trust = TrustStore::built_in();
    let verification = Verifier::new(&trust).verify(&message, Timestamp::now(), &mut ChainCache::default());
    Ok(Report::new(path, &message, &verification).to_json())
}
