//! `cargo xtask python`: the wheel of `pecpy`, installed in a clean virtual environment outside the tree, and all its checks.
//! `cargo xtask wheel`: the wheel for others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::run::{cargo, root, run};

/// Everything that is made stands below this folder, but for the environment in which the wheel is tested.
fn place() -> PathBuf {
    root().join("target/python")
}

fn sources() -> PathBuf {
    root().join("pec-py")
}

/// A virtual environment.
struct Environment(PathBuf);

impl Environment {
    fn make(python: &str, folder: PathBuf) -> Result<Self, String> {
        run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))?;
        Ok(Self(folder))
    }

    fn program(&self, name: &str) -> PathBuf {
        self.0.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(name)
    }

    fn python(&self) -> Command {
        let mut command = Command::new(self.program("python"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env_remove("PYTHONPATH");
        command
    }

    /// Installs from the folder of downloaded packages alone.
    fn install(&self, house: &Path, what: &[&Path]) -> Result<(), String> {
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--find-links"]);
        run(pip.arg(house).args(what))
    }
}

/// Downloads what a file of requirements names, once: the folder, or why there is none.
fn house(python: &str, requirements: &str) -> Result<PathBuf, String> {
    let file = sources().join(requirements);
    let wanted = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let version = output(Command::new(python).args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]))?;
    let house = place().join(format!("packages-{}", version.trim()));
    let mark = house.join(requirements);
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        return Ok(house);
    }
    fs::create_dir_all(&house).map_err(|error| format!("{}: {error}", house.display()))?;
    let mut pip = Command::new(python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--dest"]).arg(&house);
    run(pip.arg("--requirement").arg(&file))?;
    fs::write(&mark, wanted).map_err(|error| format!("{}: {error}", mark.display()))?;
    Ok(house)
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command:?} ended with {}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// The tools that build: an environment that is kept.
fn tools(house: &Path) -> Result<Environment, String> {
    let tools = Environment(place().join("tools"));
    if !tools.program("maturin").exists() {
        let tools = Environment::make("python3", tools.0.clone())?;
        tools.install(house, &[Path::new("maturin"), Path::new("auditwheel")])?;
    }
    Ok(tools)
}

/// Builds a wheel into an empty folder.
fn build(tools: &Environment, folder: &Path, arguments: &[&str]) -> Result<PathBuf, String> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut maturin = Command::new(tools.program("maturin"));
    maturin.args(["build", "--quiet", "--out"]).arg(folder).args(arguments).env("VIRTUAL_ENV", &tools.0);
    let path = std::env::var("PATH").unwrap_or_default();
    maturin.env("PATH", format!("{}:{path}", tools.0.join("bin").display()));
    run(maturin.arg("--manifest-path").arg(sources().join("Cargo.toml")).current_dir(root()))?;
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let wheel = entries.filter_map(|entry| Some(entry.ok()?.path()));
    wheel.into_iter().find(|path| path.extension().is_some_and(|it| it == "whl")).ok_or_else(|| "no wheel".into())
}

/// A wheel for this machine, built in little time.
const FOR_TESTS: [&str; 4] = ["--profile", "dev", "--compatibility", "linux"];

/// Says what takes how long.
fn timed<T>(name: &str, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    let done = work().map_err(|reason| format!("{name}: {reason}"))?;
    println!("{:7.1} s  {name}", start.elapsed().as_secs_f32());
    Ok(done)
}

/// All that CI checks of the module.
pub(crate) fn check() -> Result<(), String> {
    let house = match house("python3", "requirements.txt") {
        Ok(house) => house,
        Err(reason) => {
            println!(
                "skipped, for want of packages from PyPI: the wheel of pecpy, its tests, types and documents ({reason})"
            );
            return Ok(());
        }
    };
    let tools = tools(&house)?;
    let wheel = timed("wheel", || {
        build(&tools, &place().join("wheels"), &[&FOR_TESTS[..], &["--features", "test-hooks"]].concat())
    })?;
    let reports = timed("what Rust makes of every case", || reports(&[]))?;
    let outside = Outside::new()?;
    let clean = timed("clean environment", || {
        let clean = Environment::make("python3", outside.0.join("environment"))?;
        let wanted = ["pytest", "mypy", "mkdocs", "mkdocstrings[python]"];
        let wanted: Vec<&Path> = wanted.iter().map(Path::new).chain([wheel.as_path()]).collect();
        clean.install(&house, &wanted)?;
        Ok(clean)
    })?;
    timed("tests", || pytest(&clean, &outside, &reports, Kind::ForTests))?;
    let inside =
        |name: &str, arguments: &[&str]| timed(name, || run(clean.python().args(arguments).current_dir(&outside.0)));
    let (sources, configuration) = (sources(), sources().join("pyproject.toml"));
    let (configuration, stub) = (configuration.display().to_string(), sources.join("stub.py").display().to_string());
    let tests = sources.join("tests").display().to_string();
    let examples = sources.join("examples").display().to_string();
    let cache = outside.0.join("mypy").display().to_string();
    inside(
        "types, strictly",
        &["-m", "mypy", "--config-file", &configuration, "--cache-dir", &cache, &tests, &examples, &stub],
    )?;
    inside("stub against module", &["-m", "mypy.stubtest", "pecpy"])?;
    inside("docstrings in the stub", &[&stub, "--check"])?;
    timed("documents", || documents(&clean))?;
    oldest(&wheel, &reports, Kind::ForTests)
}

/// Writes the docstrings of the module into its stub.
pub(crate) fn stub() -> Result<(), String> {
    let house = house("python3", "requirements.txt")?;
    let wheel = build(&tools(&house)?, &place().join("wheels"), &FOR_TESTS)?;
    let outside = Outside::new()?;
    let clean = Environment::make("python3", outside.0.join("environment"))?;
    clean.install(&house, &[&wheel])?;
    run(clean.python().arg(sources().join("stub.py")))
}

/// A folder outside the tree, away with its owner.
struct Outside(PathBuf);

impl Outside {
    fn new() -> Result<Self, String> {
        let folder = std::env::temp_dir().join(format!("pecpy {}", std::process::id()));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self(folder))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Built of the same crates as the wheel, with the same features.
fn reports(how: &[&str]) -> Result<PathBuf, String> {
    let file = place().join("reports.jsonl");
    let mut example = Command::new(cargo());
    example.args(["run", "--quiet", "-p", "pec-py", "--example", "reports"]).args(how).current_dir(root());
    fs::write(&file, output(&mut example)?).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// The wheel that is tested.
#[derive(Clone, Copy)]
enum Kind {
    /// With what fails on purpose, and an IMAP server, inside.
    ForTests,
    /// Without: what needs them is left out.
    Published,
}

fn pytest(environment: &Environment, outside: &Outside, reports: &Path, kind: Kind) -> Result<(), String> {
    let mut python = environment.python();
    python.args(["-m", "pytest", "-p", "no:cacheprovider"]).arg(sources().join("tests")).current_dir(&outside.0);
    if let Kind::Published = kind {
        python.env("PECPY_PUBLISHED", "1");
    }
    run(python.env("PECPY_ROOT", root()).env("PECPY_REPORTS", reports))
}

fn documents(environment: &Environment) -> Result<(), String> {
    let mut mkdocs = environment.python();
    mkdocs.args(["-m", "mkdocs", "build", "--quiet", "--strict", "--config-file"]).arg(sources().join("mkdocs.yml"));
    run(mkdocs.arg("--site-dir").arg(place().join("site")))
}

/// The same tests on the oldest Python that is here, where another one is.
fn oldest(wheel: &Path, reports: &Path, kind: Kind) -> Result<(), String> {
    let Some(python) = pythons().into_iter().next() else {
        println!("skipped: no Python 3.9 to 3.10 is here, the tests ran on python3 alone");
        return Ok(());
    };
    let house = match house(&python, "requirements-oldest.txt") {
        Ok(house) => house,
        Err(reason) => {
            println!("skipped, for want of packages from PyPI: the tests on {python} ({reason})");
            return Ok(());
        }
    };
    timed(&format!("tests on {python}"), || {
        let outside = Outside::new()?;
        let clean = Environment::make(&python, outside.0.join("environment"))?;
        clean.install(&house, &[Path::new("pytest"), wheel])?;
        pytest(&clean, &outside, reports, kind)
    })
}

/// Old Pythons that are installed, the oldest first: by name, or by pyenv.
fn pythons() -> Vec<String> {
    let pyenv = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions")).unwrap_or_default();
    let installed = fs::read_dir(pyenv).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let installed: Vec<PathBuf> = installed.collect();
    let mut found = Vec::new();
    for version in ["3.9", "3.10"] {
        let dotted = format!("{version}.");
        let ours = |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&dotted));
        let named = std::iter::once(format!("python{version}"));
        found.extend(
            named.chain(installed.iter().filter(ours).map(|path| path.join("bin/python").display().to_string())),
        );
    }
    found.retain(|python| Command::new(python).arg("--version").output().is_ok_and(|output| output.status.success()));
    found
}

/// `cargo xtask wheel [--zig]`: the wheel as it is published, its tag audited, tested where it is installed.
pub(crate) fn wheel(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let zig = match (arguments.next().as_deref(), arguments.next()) {
        (None, None) => false,
        (Some("--zig"), None) => true,
        _ => return Err("cargo xtask wheel [--zig]".into()),
    };
    let house = house("python3", "requirements.txt")?;
    let tools = tools(&house)?;
    let mut how = vec!["--release"];
    if zig {
        // An old glibc, for systems older than this one.
        run(tools.python().args(["-m", "pip", "install", "--quiet", "ziglang"]))?;
        how.extend(["--zig", "--compatibility", "manylinux2014"]);
    }
    let wheel = timed("wheel", || build(&tools, &place().join("dist"), &how))?;
    audit(&tools, &wheel)?;
    let reports = timed("what Rust makes of every case", || reports(&["--release"]))?;
    timed("tests", || {
        let outside = Outside::new()?;
        let clean = Environment::make("python3", outside.0.join("environment"))?;
        clean.install(&house, &[Path::new("pytest"), &wheel])?;
        pytest(&clean, &outside, &reports, Kind::Published)
    })?;
    oldest(&wheel, &reports, Kind::Published)
}

/// The wheel is for any Python from 3.9 on, and asks for a system that is not older than what it needs.
fn audit(tools: &Environment, wheel: &Path) -> Result<(), String> {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let tags = name.split_once("-cp39-abi3-").and_then(|(_, tags)| tags.strip_suffix(".whl"));
    let tags = tags.ok_or_else(|| format!("{name} is not for any Python from 3.9 on"))?;
    let found = output(Command::new(tools.program("auditwheel")).args(["show", "--json"]).arg(wheel))?;
    let found: serde_json::Value = serde_json::from_str(&found).map_err(|error| format!("auditwheel: {error}"))?;
    let needed = found["overall_tag"].as_str().unwrap_or_default();
    let oldest = tags.split('.').filter_map(glibc).min();
    if oldest.is_none() || oldest < glibc(needed) || glibc(needed).is_none() {
        return Err(format!("{name} says {tags}, auditwheel {needed}"));
    }
    println!("{}: auditwheel finds {needed}, the name holds", wheel.display());
    Ok(())
}

/// The version of glibc in a tag.
fn glibc(tag: &str) -> Option<(u32, u32)> {
    let mut numbers = tag.strip_prefix("manylinux_")?.split('_').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// `cargo xtask bench python`: pecpy beside Rust and beside other Python, in a release build.
pub(crate) fn bench() -> Result<(), String> {
    let house = house("python3", "requirements-bench.txt")?;
    let tools = tools(&self::house("python3", "requirements.txt")?)?;
    let wheel = build(&tools, &place().join("dist"), &["--release"])?;
    let arguments = ["build", "--quiet", "--release", "-p", "pec-py", "--example", "rust_peer"];
    run(Command::new(cargo()).args(arguments).current_dir(root()))?;
    let outside = Outside::new()?;
    let clean = Environment::make("python3", outside.0.join("environment"))?;
    clean.install(&house, &[Path::new("asn1crypto"), Path::new("cryptography"), &wheel])?;
    let peer = root().join("target/release/examples/rust_peer");
    run(clean.python().arg(root().join("benches/python.py")).arg(peer))
}
