//! What was built for Windows, run under Wine.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::debian::{self, write};
use super::windows::{STRICT, copy, prefix, tool};
use super::{LIBRARIES, folder, program, said, suite};
use crate::run::{root, run};

/// Wine with a prefix of its own; programs start in `work`.
pub(super) struct Wine {
    work: PathBuf,
}

/// Where the C programs find which library, and what they are told of it.
const GIVEN_OUT: (&str, &[&str]) = ("bin", &["-DPEC_ARCHIVE", "-DPEC_SANDBOX", "-DPEC_WIRE"]);
const FAILING: (&str, &[&str]) = ("test-hooks", &["-DPEC_ARCHIVE", "-DPEC_SANDBOX", "-DPEC_WIRE", "-DPEC_TEST_HOOKS"]);

impl Wine {
    pub(super) fn begin(work: PathBuf) -> Result<Self, String> {
        let wine = Self { work };
        // Debian's Wine is linked with a library of Windows that is a package of its own; it is looked for where Windows has its.
        let system = folder().join("prefix/drive_c/windows/system32");
        if !system.join("zlib1.dll").exists() {
            fs::create_dir_all(&system).map_err(|error| format!("{}: {error}", system.display()))?;
            copy(&debian::usr().join("x86_64-w64-mingw32/lib/zlib1.dll"), &system.join("zlib1.dll"))?;
            run(wine.start("wineboot").arg("--init"))?;
        }
        // Wine 8 has no such library; Rust takes the seeds of its hash maps from there.
        let source = wine.work.join("prng.c");
        write(
            &source,
            "#include <windows.h>\nBOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n__declspec(dllexport) BOOL \
             ProcessPrng(PBYTE data, SIZE_T size)\n{\n    return SystemFunction036(data, (ULONG)size);\n}\n",
        )?;
        let mut gcc = tool("gcc-win32");
        gcc.arg("-shared").arg(&source).arg("-o").arg(wine.work.join("bcryptprimitives.dll")).arg("-ladvapi32");
        run(&mut gcc)?;
        Ok(wine)
    }

    fn start(&self, program: &str) -> Command {
        let mut command = debian::program("lib/wine/wine64");
        command.env("WINEPREFIX", folder().join("prefix")).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command.env("LC_ALL", "C.UTF-8").arg(program).current_dir(&self.work);
        command
    }

    /// A folder of `work` that is empty and exists.
    fn empty(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.work.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    }

    /// Compiles a C program beside a library, which it will find there.
    fn compile(&self, source: &str, (place, flags): (&str, &[&str])) -> Result<Command, String> {
        let folder = self.work.join(format!("windows-{place}"));
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        copy(&prefix().join(place).join("pec.dll"), &folder.join("pec.dll"))?;
        copy(&self.work.join("bcryptprimitives.dll"), &folder.join("bcryptprimitives.dll"))?;
        let kind = if source.starts_with("tests") { "test-" } else { "" };
        let source = root().join("pec-ffi").join(source);
        let name = source.file_stem().and_then(|name| name.to_str()).unwrap_or("program");
        let name = format!("{kind}{name}.exe");
        let mut gcc = tool("gcc-win32");
        gcc.args(STRICT)
            .arg("-I")
            .arg(prefix().join("include"))
            .args(flags)
            .arg(&source)
            .arg("-o")
            .arg(folder.join(&name));
        // The functions that fail on purpose are in no list of exports: that library is linked itself.
        let library = if place == "test-hooks" { folder.join("pec.dll") } else { prefix().join("lib/libpec.dll.a") };
        run(gcc.arg(library).args(["-static", "-pthread", "-lws2_32"]))?;
        Ok(self.start(&format!("windows-{place}\\{name}")))
    }

    /// The examples, as they stand.
    pub(super) fn examples(&self) -> Result<(), String> {
        copy(&self.work.join(suite::LETTER), &self.work.join("letter.eml"))?;
        let verify = || self.compile("examples/verify.c", GIVEN_OUT);
        let text = said(verify()?.args(["letter.eml", "artefacts\\root.crt"]), 0)?;
        if !text.starts_with("CERTIFIED") {
            return Err(format!("verify.exe said {text}"));
        }
        contains("verify.exe", &text, "  delivered to: ")?;
        said(verify()?.arg("letter.eml"), 1)?;
        said(verify()?.arg("nothing here.eml"), 2)?;

        let mail = self.empty("mail")?;
        let case = self.work.join(suite::MAIL).join("reconcile/state-delivered");
        for entry in fs::read_dir(&case).map_err(|error| format!("{}: {error}", case.display()))? {
            let path = entry.map_err(|error| error.to_string())?.path();
            if path.extension().is_some_and(|extension| extension == "eml") {
                copy(&path, &mail.join(path.file_name().unwrap_or_default()))?;
            }
        }
        let text = said(self.compile("examples/link.c", GIVEN_OUT)?.args(["mail", "artefacts\\root.crt"]), 0)?;
        contains("link.exe", &text, ": delivered")?;
        let text = said(self.compile("examples/work.c", GIVEN_OUT)?.arg("mail"), 0)?;
        contains("work.exe", &text, "3/3 mail\\03-delivery.eml: ")?;
        let text = said(&mut self.compile("examples/sandbox.c", GIVEN_OUT)?, 0)?;
        contains("sandbox.exe", &text, "receipts that prove nothing: 1")?;

        self.empty("kept")?;
        let mut archive = self.compile("examples/archive.c", GIVEN_OUT)?;
        archive.args(["kept\\x.pecarchive", "mail", "kept\\x.zip", "stato:consegnato tipo:consegna"]);
        let text = said(archive.args(["artefacts\\root.crt", "1772366400"]), 0)?;
        contains("archive.exe", &text, "kept\\x.zip: intact and certified")?;

        let mut queue = self.compile("examples/queue.c", GIVEN_OUT)?;
        queue.args(["kept\\queue.pecarchive", "42/2026", "anna@pec.alfa.example", "ufficio@cert.beta.example"]);
        let text = said(queue.args(["Fattura", "letter.eml"]), 0)?;
        contains("queue.exe", &text, "\"state\":\"queued\"")?;
        // Nobody answers there: the mailbox is looked at, and that is what is said.
        let table = "casella;imap;smtp;password\r\nanna@pec.alfa.example;localhost:1;localhost:2;pec\r\n";
        write(&self.work.join("kept/table.csv"), table)?;
        let mut hub = self.compile("examples/hub.c", GIVEN_OUT)?;
        hub.args(["kept\\hub.pecarchive", "kept\\hub.secrets", "kept\\table.csv"]);
        let text = said(hub.env("PEC_PASSPHRASE", "cavallo batteria"), 0)?;
        contains("hub.exe", &text, "\"report\":\"refresh\",\"mailboxes\":1,\"fresh\":0,")?;
        println!("the seven examples in C hold under Wine");
        Ok(())
    }

    /// The C programs that test the library in CI on Linux, with panics that are caught.
    pub(super) fn tests(&self) -> Result<(), String> {
        let inside = ["kind-delivery-a", "cms-opaque-der", "cms-opaque-ber"].map(|name| format!("{name}.eml"));
        for name in &inside {
            copy(&self.work.join(suite::MAIL).join(name), &self.work.join(name))?;
        }
        said(self.compile("tests/c/border.c", FAILING)?.args(["letter.eml", "artefacts\\root.crt"]), 0)?;
        said(self.compile("tests/c/inside.c", FAILING)?.args(inside), 0)?;
        for name in ["work", "sandbox", "archive", "keys", "organisation", "sending", "wire"] {
            self.empty("empty")?;
            said(self.compile(&format!("tests/c/{name}.c"), FAILING)?.arg("empty"), 0)?;
        }
        println!(
            "border.c, inside.c, work.c, sandbox.c, archive.c, keys.c, organisation.c, sending.c and wire.c of pec-ffi/tests hold under Wine"
        );
        Ok(())
    }

    /// Every conformance case, with each cryptographic library.
    pub(super) fn suite(&self, expected: &str) -> Result<(), String> {
        write(&self.work.join("plan-windows"), &suite::plan('\\')?)?;
        for (place, (feature, _)) in ["bin", "rust-crypto"].into_iter().zip(LIBRARIES) {
            let found = said(self.compile("tests/c/suite.c", (place, &[]))?.arg("plan-windows"), 0)?;
            suite::same(&format!("Windows with {feature}"), expected, &found)?;
        }
        Ok(())
    }

    /// pec.exe says, with the same exit codes, what `pec` says here.
    pub(super) fn program(&self) -> Result<(), String> {
        let here = program::of_this_system()?;
        let place = self.empty("windows-program")?;
        copy(&prefix().join("bin/pec.exe"), &place.join("pec.exe"))?;
        copy(&self.work.join("bcryptprimitives.dll"), &place.join("bcryptprimitives.dll"))?;
        let expected = program::play(&self.work, || Command::new(&here))?;
        let found = program::play(&self.work, || self.start("windows-program\\pec.exe"))?;
        program::same(&expected, &found)?;
        self.empty("play")?;
        let text = said(self.start("windows-program\\pec.exe").args(["demo", "--lang", "it", "--dir", "play"]), 0)?;
        contains("pec.exe", &text, "FALS")?;
        println!("pec.exe plays its demo under Wine");
        Ok(())
    }
}

fn contains(who: &str, text: &str, part: &str) -> Result<(), String> {
    if text.contains(part) { Ok(()) } else { Err(format!("{who} said {text}")) }
}
