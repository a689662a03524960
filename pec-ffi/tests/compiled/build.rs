//! Compilers, the library under test, and programs made of both.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Where cargo has put `libpec.so` and `libpec.a` for this test.
pub(crate) fn libraries() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().to_path_buf()
}

/// Whether a program can be started; says so when it cannot, because its part of the test is then skipped.
pub(crate) fn has(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {program} is not installed");
    }
    there
}

/// Whether programs of this compiler can be watched: clang's sanitizers are a package of their own.
pub(crate) fn sanitizes(compiler: &str, flags: &[&str]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("empty.c");
    std::fs::write(&source, "int main(void) { return 0; }\n").unwrap();
    let build = Command::new(compiler).args(flags).arg(source).arg("-o").arg(folder.path().join("empty")).output();
    let there = build.is_ok_and(|output| output.status.success());
    if !there {
        println!("skipped: {compiler} is here without its sanitizers");
    }
    there
}

/// What every source must pass.
pub(crate) const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-Werror", "-pedantic"];

/// How a program is built.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Build<'a> {
    pub(crate) compiler: &'a str,
    pub(crate) flags: &'a [&'a str],
}

pub(crate) const PLAIN: Build<'_> = Build { compiler: "gcc", flags: &[] };

impl Build<'_> {
    /// Compiles a C source against the shared library into `folder`.
    pub(crate) fn program(&self, source: &Path, folder: &Path) -> PathBuf {
        let program = folder.join(source.file_stem().unwrap());
        let libraries = libraries();
        let mut command = Command::new(self.compiler);
        command
            .args(STRICT)
            .args(["-std=c11", "-g", "-DPEC_TEST_HOOKS", "-DPEC_SANDBOX", "-DPEC_ARCHIVE", "-DPEC_WIRE"])
            .args(self.flags);
        command.arg("-I").arg(root().join("include")).arg(source).arg("-o").arg(&program);
        command.arg("-L").arg(&libraries).args(["-lpec", "-pthread"]);
        // Before the folders that cargo names in the environment, where an older library may lie.
        command.arg(format!("-Wl,--disable-new-dtags,-rpath,{}", libraries.display()));
        succeed(&mut command);
        program
    }
}

/// Runs a command that must end with 0.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Runs a command and gives its exit code and what it has printed.
pub(crate) fn run(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}
