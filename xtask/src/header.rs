//! `include/pec.h`: written from pec-ffi, compared by CI.

use std::fs;
use std::path::PathBuf;

use crate::run::root;

fn path() -> PathBuf {
    root().join("include/pec.h")
}

/// The header as the sources say it.
fn generated() -> Result<String, String> {
    let face = root().join("pec-ffi");
    let mut config = cbindgen::Config::from_file(face.join("cbindgen.toml"))?;
    // cbindgen writes no constants that are texts.
    let version = env!("CARGO_PKG_VERSION");
    config.after_includes =
        Some(format!("\n// The version of this header as a text.\n#define PEC_VERSION \"{version}\""));
    let bindings =
        cbindgen::Builder::new().with_crate(&face).with_config(config).generate().map_err(|error| error.to_string())?;
    let mut header = Vec::new();
    bindings.write(&mut header);
    let header = String::from_utf8(header).map_err(|error| error.to_string())?;
    // Documentation of a line has blanks at the ends of empty ones.
    Ok(header.lines().map(str::trim_end).collect::<Vec<_>>().join("\n") + "\n")
}

/// Writes the header.
pub(crate) fn write() -> Result<(), String> {
    fs::create_dir_all(root().join("include")).map_err(|error| error.to_string())?;
    fs::write(path(), generated()?).map_err(|error| error.to_string())
}

/// The committed header is what the sources say.
pub(crate) fn is_current() -> Result<(), String> {
    let committed = fs::read_to_string(path()).map_err(|error| format!("{}: {error}", path().display()))?;
    if committed != generated()? {
        return Err("include/pec.h is old: run `cargo xtask header`".into());
    }
    // A link to it, but where a system checks out no links.
    let assets = fs::read_to_string(root().join("pec-ffi/assets/pec.h")).unwrap_or_default();
    if assets == committed || cfg!(not(unix)) {
        Ok(())
    } else {
        Err("pec-ffi/assets/pec.h, which cargo-c installs, is not include/pec.h".into())
    }
}

/// The functions that the committed header declares, without those of the tests.
pub(crate) fn functions() -> Result<Vec<String>, String> {
    functions_without(&["PEC_TEST_HOOKS"])
}

/// The functions that the header shows where these macros are not defined and all others are.
pub(crate) fn functions_without(hidden: &[&str]) -> Result<Vec<String>, String> {
    let header = fs::read_to_string(path()).map_err(|error| format!("{}: {error}", path().display()))?;
    let (_, rest) = header.split_once("extern \"C\" {").ok_or("include/pec.h has no block of C functions")?;
    let mut shown = rest.to_owned();
    for name in hidden {
        let (whole, condition) = (shown, format!("#if defined({name})"));
        let mut blocks = whole.split(&condition);
        shown = blocks.next().unwrap_or_default().to_owned();
        shown.extend(blocks.map(|block| block.split_once("#endif\n").map_or("", |(_, after)| after)));
    }
    let code: Vec<&str> = shown.lines().filter(|line| !line.starts_with("//") && !line.starts_with('#')).collect();
    let code = code.join(" ");
    let before = |declaration: &str| declaration.split_once('(').map(|(before, _)| before.to_owned());
    let named = code.split(';').filter_map(before);
    Ok(named.filter_map(|it| it.rsplit([' ', '*']).next().map(str::to_owned)).collect())
}
