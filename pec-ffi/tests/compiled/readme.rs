//! The example of the README, as it is printed there: compiled, run on the messages that it names, and its output compared
//! with what the README says.

use std::fs;
use std::process::Command;

use super::build::{PLAIN, root, run};
use super::programs::{builds, under_valgrind};

/// The code blocks of a document in this language, each with the block of text that follows it at once.
fn blocks(document: &str, language: &str) -> Vec<(String, Option<String>)> {
    let text = fs::read_to_string(root().join(document)).unwrap();
    let fence = format!("```{language}\n");
    let block = |after: &str| {
        let (code, rest) = after.split_once("```\n").unwrap_or_else(|| panic!("{document}: a block is open"));
        let printed = rest.strip_prefix("\n```text\n").and_then(|rest| rest.split_once("```"));
        (code.to_owned(), printed.map(|(printed, _)| printed.to_owned()))
    };
    text.split(&fence).skip(1).map(block).collect()
}

#[test]
fn the_example_of_the_readme_prints_what_stands_below_it() {
    let [(code, Some(printed))] = &blocks("README.md", "c")[..] else { panic!("one example in C, and what it prints") };
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("readme.c");
    fs::write(&source, code).unwrap();
    let check = |command: &mut Command, how: &str| {
        let (status, said) = run(command.current_dir(root()));
        assert_eq!((status, &said), (0, printed), "{how}");
    };
    for build in builds() {
        check(&mut Command::new(build.program(&source, folder.path())), &format!("{build:?}"));
    }
    if let Some(mut command) = under_valgrind(&PLAIN.program(&source, folder.path())) {
        check(&mut command, "valgrind");
    }
}
