//! The header alone, and what it declares.

use std::fs;
use std::process::Command;

use super::build::{STRICT, has, root, succeed};

/// One function of the header.
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) returns: String,
    /// Type and name of each parameter, blanks collapsed.
    pub(crate) parameters: Vec<String>,
}

/// Every function that the header declares.
pub(crate) fn functions() -> Vec<Function> {
    let header = fs::read_to_string(root().join("include/pec.h")).unwrap();
    let (_, header) = header.split_once("*/").unwrap();
    let code: Vec<&str> = header.lines().filter(|line| !line.starts_with('#') && !line.contains("//")).collect();
    let code = code.join(" ");
    let declarations = code.split(';').filter(|it| it.contains('(') && !it.contains("typedef"));
    declarations
        .map(|declaration| {
            let (before, parameters) = declaration.trim().trim_end_matches(')').split_once('(').unwrap();
            let at = before.rfind([' ', '*']).unwrap() + 1;
            let collapse = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            let parameters: Vec<String> = parameters.split(',').map(collapse).filter(|it| it != "void").collect();
            // What stands before the first function in the block is the brace of `extern "C"`.
            let returns = collapse(before[..at].rsplit(['{', '}', '/']).next().unwrap());
            Function { name: before[at..].to_owned(), returns, parameters }
        })
        .collect()
}

#[test]
fn the_header_compiles_alone() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("alone.c");
    fs::write(&source, "#include <pec.h>\n").unwrap();
    let languages = [
        ("gcc", "c", "-std=c11"),
        ("gcc", "c", "-std=c99"),
        ("gcc", "c", "-std=c2x"),
        ("clang", "c", "-std=c11"),
        ("g++", "c++", "-std=c++11"),
        ("g++", "c++", "-std=c++20"),
        ("clang++", "c++", "-std=c++11"),
    ];
    for (compiler, language, standard) in languages.into_iter().filter(|(compiler, ..)| has(compiler)) {
        let mut command = Command::new(compiler);
        command.args(STRICT).args(["-x", language, standard, "-fsyntax-only", "-I"]);
        succeed(command.arg(root().join("include")).arg(&source));
    }
}

#[test]
fn every_name_begins_with_pec() {
    let functions = functions();
    assert!(functions.len() > 50, "only {} functions", functions.len());
    for function in functions {
        assert!(function.name.starts_with("pec_"), "{}", function.name);
        let frees = function.name.ends_with("_free");
        assert_eq!(function.returns == "void", frees, "{} returns {}", function.name, function.returns);
    }
}
