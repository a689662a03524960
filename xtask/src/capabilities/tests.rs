//! The table is judged as it should be; and no public name promises what only others can do.

use super::*;
use crate::parity::public_names;

fn sources() -> Sources {
    let mut sources = Sources::default();
    sources.take("#[test]\n#[allow(x, reason = \"y\")]\nfn row_1_x() {}\nfn helper() {}\n    async fn other() {}\n");
    sources.take("#[tokio::test(flavor = \"multi_thread\")]\nasync fn row_2_y() {}\nstruct Model;\n");
    sources.take("#[test]\nfn row_7_z() {}\n");
    sources.take("def test_z(a):\n    pass\ndef other():\n");
    sources
}

#[test]
fn tests_are_told_from_other_functions() {
    assert_eq!(
        sources().tests.iter().map(String::as_str).collect::<Vec<_>>(),
        ["row_1_x", "row_2_y", "row_7_z", "test_z"]
    );
}

#[test]
fn a_test_is_named_after_its_rows() {
    for (test, rows, others) in [
        ("row_3_x", &["3"][..], &["33", "4"][..]),
        ("rows_7_and_11_x_12", &["7", "11"], &["12"]),
        ("rows_31_to_33_x", &["31", "32", "33"], &["30", "34"]),
        ("rows_10_29_40_to_44_x", &["10", "29", "42"], &["30", "45"]),
        ("row_54a_x", &["54a"], &["54b", "54"]),
        ("throw_3_x", &[], &["3"]),
    ] {
        assert!(rows.iter().all(|n| is_of(test, n)) && !others.iter().any(|n| is_of(test, n)), "{test}");
    }
}

/// A table of all rows, in which one is this.
fn table(row: &str) -> Table {
    let names = (1..=ROWS).map(|n| n.to_string()).chain(BELOW_54.map(str::to_owned));
    let others =
        names.filter(|n| n != "1").map(|n| format!("{{ n = \"{n}\", name = \"x\", state = \"not-built\" }},\n"));
    read(&format!("[[section]]\ntitle = \"t\"\nrow = [\n{row},\n{}]\n", others.collect::<String>())).unwrap()
}

#[test]
fn whatever_is_wrong_with_a_row_is_told() {
    let whole = r#"{ n = "1", name = "x", state = "built", tests = ["row_1_x"], provider = "p", model = "Model", bounds = "row_2_y" }"#;
    assert_eq!(faults(&table(whole), &sources()), [""; 0]);
    for (from, to, said) in [
        (r#"n = "1""#, r#"n = "2""#, "row 1 stands 0 times"),
        (r#"n = "1""#, r#"n = "2""#, "row 2 stands 2 times"),
        (r#"n = "1""#, r#"n = "89""#, "row 89: there is no such row"),
        ("row_1_x", "helper", "row 1: there is no test helper"),
        (r#"["row_1_x"]"#, "[]", "row 1: built, and no test shows it"),
        ("row_1_x", "row_2_y", "row 1: no test of it is named after it"),
        (r#""built""#, r#""not-built""#, "row 1: not yet built, and tests show it"),
        (r#""built""#, r#""host""#, "row 1: the host's, and not said what"),
        ("\"Model\"", "\"Model::gone\"", "row 1: there is no Model::gone"),
        ("row_2_y", "gone", "row 1: there is no test gone"),
        (
            r#", bounds = "row_2_y""#,
            "",
            "row 1: of what is a provider's there is a model, and a test that nothing pretends more",
        ),
        (
            r#", model = "Model", bounds = "row_2_y""#,
            "",
            "row 1: of what is a provider's there is a model, and a test that nothing pretends more",
        ),
    ] {
        let row = whole.replacen(from, to, 1);
        let faults = faults(&table(&row), &sources());
        assert!(faults.iter().any(|fault| fault == said), "{row}: {faults:?}");
    }
    let bare = r#"{ n = "7", name = "x", state = "built", tests = ["row_7_z"] }"#;
    let mut with_one = table(whole);
    with_one.sections[0].rows.retain(|row| row.n != "7");
    with_one.sections[0]
        .rows
        .extend(read(&format!("[[section]]\ntitle = \"t\"\nrow = [{bare}]\n")).unwrap().sections.remove(0).rows);
    assert_eq!(faults(&with_one, &sources()), ["row 7: a part of it is a provider's, and not said which"]);
    let model = r#"{ n = "1", name = "x", state = "model", tests = ["row_1_x"] }"#;
    assert_eq!(faults(&table(model), &sources()), ["row 1: a model, and not said of what"]);
}

/// Whether a name has these words in it, one after the other: `set_password` in `Hub::set_password_of`.
fn speaks(name: &str, words: &str) -> bool {
    let name = name.rsplit("::").next().unwrap_or(name).replace('.', "_");
    format!("_{name}_").contains(&format!("_{words}_"))
}

/// Public names in which any of these words stand.
fn names_with(words: &[&str]) -> Vec<String> {
    let names = public_names().unwrap();
    assert!(names.len() > 1000, "only {} names: are the sources read?", names.len());
    names.into_iter().filter(|name| words.iter().any(|words| speaks(name, words))).collect()
}

#[test]
fn rows_7_11_37_83_no_public_name_logs_into_a_webmail_or_changes_a_password() {
    let words = [
        "change_password",
        "set_password",
        "reset_password",
        "renew_password",
        "new_password",
        "update_password",
        "password_change",
        "password_reset",
        "create_password",
        "webmail",
        "open_webmail",
        "web_login",
    ];
    assert_eq!(names_with(&words), [""; 0]);
    assert!(
        speaks("pec_imap::Hub::change_password", "change_password") && speaks("Box.set_password_of", "set_password")
    );
}

#[test]
fn rows_9_52_69_76_no_public_name_speaks_for_a_provider_or_a_conservator() {
    let words = [
        "provider_log",
        "log_of_provider",
        "create_domain",
        "new_domain",
        "register_domain",
        "query_dns",
        "resolve_dns",
        "conserve",
        "conservation",
        "conservazione",
    ];
    assert_eq!(names_with(&words), [""; 0]);
    // Nor does any text of a program say so.
    let mut said = Vec::new();
    for folder in CRATES {
        texts(&root().join(folder), &mut said);
    }
    assert_eq!(said, [""; 0]);
}

/// Sources, but for this one, in which a document is called conserved by law.
fn texts(folder: &Path, said: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, said);
        } else if path.extension().is_some_and(|it| it == "rs" || it == "py")
            && !path.ends_with("capabilities/tests.rs")
        {
            let text = fs::read_to_string(&path).unwrap().to_lowercase();
            if text.contains("conservato a norma") || text.contains("conservati a norma") {
                said.push(path.display().to_string());
            }
        }
    }
}
