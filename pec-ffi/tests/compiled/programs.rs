//! The examples and the test programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::{Build, PLAIN, has, root, run, sanitizes, succeed};
use super::header::functions;

const SANITIZED: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

pub(crate) fn example(name: &str) -> PathBuf {
    root().join("pec-ffi/examples").join(name)
}

fn case(name: &str) -> PathBuf {
    root().join("conformance").join(name)
}

/// The programs that verify.c must be: by every compiler, plain and, where it has them, under sanitizers.
pub(crate) fn builds() -> Vec<Build<'static>> {
    let compilers: Vec<_> = ["gcc", "clang"].into_iter().filter(|compiler| has(compiler)).collect();
    compilers
        .into_iter()
        .flat_map(|compiler| {
            let watched = sanitizes(compiler, SANITIZED).then_some(Build { compiler, flags: SANITIZED });
            std::iter::once(Build { compiler, flags: &[] }).chain(watched)
        })
        .collect()
}

/// The same program under Valgrind, where it is here: no error, no leak.
pub(crate) fn under_valgrind(program: &Path) -> Option<Command> {
    has("valgrind").then(|| {
        let mut command = Command::new("valgrind");
        command.args(["--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect,possible"]);
        command.args(["--errors-for-leak-kinds=definite,indirect", "--error-exitcode=9"]).arg(program);
        command
    })
}

#[test]
fn verify_judges_as_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let spaced = folder.path().join("perché no.eml");
    fs::copy(case("kind-delivery-a.eml"), &spaced).unwrap();
    let anchor = case("artefacts/root.crt");
    for build in builds() {
        let program = build.program(&example("verify.c"), folder.path());
        let (code, text) = run(Command::new(&program).arg(&spaced).arg(&anchor));
        assert_eq!(code, 0, "{build:?}: {text}");
        assert!(text.starts_with("CERTIFIED\n") && text.contains("  authority: host:"), "{text}");
        assert!(text.contains("  delivered to: "), "{text}");
        // The same without the authority is no proof, and the data are not shown.
        let (code, text) = run(Command::new(&program).arg(&spaced));
        assert_eq!(code, 1, "{build:?}: {text}");
        assert!(!text.contains("delivered to"), "{text}");
        let (code, text) = run(Command::new(&program).arg("nothing here.eml"));
        assert_eq!(code, 2, "{build:?}: {text}");
        assert!(text.contains("cannot be accessed") && text.contains("nothing here.eml"), "{text}");
    }
}

#[test]
fn verify_leaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let program = PLAIN.program(&example("verify.c"), folder.path());
    let Some(mut command) = under_valgrind(&program) else { return };
    let (code, text) = run(command.arg(case("kind-delivery-a.eml")).arg(case("artefacts/root.crt")));
    assert_eq!(code, 0, "{text}");
    let Some(mut command) = under_valgrind(&program) else { return };
    let (code, text) = run(command.arg("nothing here.eml"));
    assert_eq!(code, 2, "{text}");
}

/// Programs of tests/c that end with 0 when all is as it should be.
#[test]
fn the_border_holds() {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("pec-ffi/tests/c/border.c");
    for build in builds() {
        let program = build.program(&source, folder.path());
        succeed(Command::new(&program).arg(case("kind-delivery-a.eml")).arg(case("artefacts/root.crt")));
    }
    let program = PLAIN.program(&source, folder.path());
    if let Some(mut command) = under_valgrind(&program) {
        // Valgrind runs one thread at a time, slowly.
        succeed(command.arg(case("kind-delivery-a.eml")).arg(case("artefacts/root.crt")).arg("2"));
    }
}

/// Parts with their headers and contents, signed files, the directory, limits.
#[test]
fn what_is_inside_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("pec-ffi/tests/c/inside.c");
    let cases = ["kind-delivery-a.eml", "cms-opaque-der.eml", "cms-opaque-ber.eml"].map(case);
    for build in builds() {
        succeed(Command::new(build.program(&source, folder.path())).args(&cases));
    }
    if let Some(mut command) = under_valgrind(&PLAIN.program(&source, folder.path())) {
        succeed(command.args(&cases));
    }
}

/// A C program that calls every function of the header with NULL in each pointer position, the others good.
#[test]
fn null_is_refused_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("null.c");
    fs::write(&source, null_program()).unwrap();
    let include = root().join("pec-ffi/tests/c");
    let flag = format!("-I{}", include.display());
    for flags in [&[&*flag][..], &[&*flag, SANITIZED[0], SANITIZED[1]]] {
        let program = Build { compiler: "gcc", flags }.program(&source, folder.path());
        // Some of the calls write files, by relative names.
        let mut command = Command::new(&program);
        command.arg(case("kind-delivery-a.eml")).arg(case("cms-opaque-der.eml"));
        let output = succeed(command.current_dir(folder.path()));
        let text = String::from_utf8(output.stdout).unwrap();
        let calls: usize = text.trim().parse().unwrap();
        assert!(calls > functions().len(), "only {calls} calls");
    }
}

/// Pointers that may be NULL.
fn may_be_null(function: &str, parameter: &str) -> bool {
    parameter == "pec_error **error" || parameter == "void *userdata" || function == "pec_set_log"
}

fn null_program() -> String {
    let mut calls = String::new();
    for function in functions() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            let pointer = parameter.contains('*') || parameter.contains("_function ");
            if !pointer {
                continue;
            }
            let arguments: Vec<String> = function
                .parameters
                .iter()
                .enumerate()
                .map(|(index, parameter)| if index == at { "NULL".to_owned() } else { argument(parameter) })
                .collect();
            let call = format!("{}({})", function.name, arguments.join(", "));
            let statement = if function.returns == "void" {
                format!("    {call};\n")
            } else if !may_be_null(&function.name, parameter) {
                format!("    expect({call}, PEC_NULL, \"{}, {parameter}\");\n", function.name)
            } else {
                format!("    if ({call} == PEC_NULL) fail(\"{}, {parameter}\");\n", function.name)
            };
            calls.push_str("    again();\n");
            calls.push_str(&statement);
            calls.push_str("    calls++;\n");
        }
    }
    format!(
        "#include \"good.h\"\n\nint main(int argc, char **argv)\n{{\n    size_t calls = 0;\n    if (argc < 3) return 2;\n    \
         begin(argv[1], argv[2]);\n{calls}    end();\n    printf(\"%zu\\n\", calls);\n    return failures;\n}}\n"
    )
}

/// A good argument for a parameter: an expression of good.h.
fn argument(parameter: &str) -> String {
    let end = parameter.rfind([' ', '*']).unwrap() + 1;
    let kind = parameter[..end].trim();
    match kind {
        "uint32_t" => "0".to_owned(),
        "size_t" => "1".to_owned(),
        "int64_t" | "int32_t" | "uint64_t" => "0".to_owned(),
        "const char *" => "\"x\"".to_owned(),
        "const uint8_t *" => "one_byte".to_owned(),
        "char *" => "buffer".to_owned(),
        "void *" => "NULL".to_owned(),
        "pec_log_function" => "NULL".to_owned(),
        "pec_sink_function" => "sink".to_owned(),
        "pec_source_function" => "source".to_owned(),
        "pec_stamp_function" => "stamp".to_owned(),
        "pec_secret_get_function" => "secret_get".to_owned(),
        "pec_secret_put_function" => "secret_put".to_owned(),
        "pec_secret_remove_function" => "secret_remove".to_owned(),
        "const pec_bytes *" => "one_message".to_owned(),
        out if out.ends_with("**") => format!("&new_{}", out.trim_end_matches("**").trim()),
        "size_t *" => "&number".to_owned(),
        "int64_t *" => "&time_out".to_owned(),
        "pec_str *" => "&str".to_owned(),
        "pec_bytes *" => "&bytes".to_owned(),
        "pec_verdict *" => "&verdict".to_owned(),
        "uint32_t *" => "&small".to_owned(),
        "uint64_t *" => "&big".to_owned(),
        "pec_event_kind *" => "&event_kind".to_owned(),
        "pec_submitted *" => "&submitted".to_owned(),
        "pec_origin *" => "&origin".to_owned(),
        "pec_outcome *" => "&outcome".to_owned(),
        handle => format!("good_{}", handle.trim_start_matches("const ").trim_end_matches('*').trim()),
    }
}

#[test]
fn the_sandbox_knows_what_the_receipts_prove() {
    let folder = tempfile::tempdir().unwrap();
    let check = |command: &mut Command, how: &str| {
        let (code, text) = run(command);
        assert_eq!(code, 0, "{how}: {text}");
        for line in ["ufficio@cert.beta.example: delivered\n", "piena@cert.beta.example: failed\n"] {
            assert!(text.contains(line), "{how}: {text}");
        }
        assert!(text.contains("receipts that prove nothing: 1\n"), "{how}: {text}");
    };
    for build in builds() {
        check(&mut Command::new(build.program(&example("sandbox.c"), folder.path())), &format!("{build:?}"));
    }
    if let Some(mut command) = under_valgrind(&PLAIN.program(&example("sandbox.c"), folder.path())) {
        check(&mut command, "valgrind");
    }
}

/// A second free and a use after it are the caller's fault, which the library does not detect: the tools do.
#[test]
fn a_freed_handle_is_seen_by_the_tools() {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("pec-ffi/tests/c/freed.c");
    // The sanitizer of C watches what the library frees too, because the allocator is one; a read inside the library, which
    // it has not compiled, it does not see.
    let program = Build { compiler: "gcc", flags: SANITIZED }.program(&source, folder.path());
    let (code, text) = run(Command::new(&program).arg("twice"));
    assert!(code != 0 && text.contains("AddressSanitizer"), "{code}: {text}");
    let (code, text) = run(Command::new(&program).arg("once"));
    assert_eq!(code, 0, "{text}");
    let program = PLAIN.program(&source, folder.path());
    for fault in ["twice", "after"] {
        let Some(mut command) = under_valgrind(&program) else { return };
        let (code, text) = run(command.arg(fault));
        assert!(code != 0 && text.contains("Invalid read"), "{fault}: {code}: {text}");
    }
}

/// Examples are C++ too: who copies them into a C++ program changes nothing.
#[test]
fn the_examples_are_cpp() {
    let folder = tempfile::tempdir().unwrap();
    for compiler in ["g++", "clang++"].into_iter().filter(|compiler| has(compiler)) {
        for name in ["verify.c", "link.c", "sandbox.c", "work.c", "archive.c", "claim.c", "hub.c", "queue.c"] {
            let mut command = Command::new(compiler);
            command.args([
                "-x",
                "c++",
                "-std=c++17",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-DPEC_SANDBOX",
                "-DPEC_ARCHIVE",
                "-DPEC_WIRE",
                "-c",
                "-I",
            ]);
            command.arg(root().join("include")).arg(example(name)).arg("-o").arg(folder.path().join("example.o"));
            succeed(&mut command);
        }
    }
}

/// Every function, faults and outages, the server, freed while it serves, forked.
#[test]
fn the_sandbox_holds() {
    holds("sandbox.c");
}

/// Events, progress, cancelled, failed, freed while it goes on, forked; folders in one call.
#[test]
fn background_work_holds() {
    holds("work.c");
}

/// Every function of archives, works that are cancelled, freed while they go on, forked.
#[test]
fn archives_hold() {
    holds("archive.c");
}

/// Commands, refusals with their reasons, lists, rights; the log as evidence.
#[test]
fn who_may_do_what_holds() {
    holds("organisation.c");
}

/// Drafts, reasons, tickets, rules, events.
#[test]
fn what_is_sent_and_what_follows_holds() {
    holds("sending.c");
}

/// A provider of the sandbox with a Dovecot; two receipts lie in its mailbox.
struct House {
    folder: tempfile::TempDir,
    server: pec_sandbox::server::Server,
    dovecot: pec_sandbox::dovecot::Dovecot,
}

const ANNA: &str = "anna@pec.alfa.example";

impl House {
    fn new() -> Option<Self> {
        use pec_sandbox::network::{Answer, Mailbox, Network, Settings};
        let folder = tempfile::tempdir().unwrap();
        let mut network = Network::new(Settings::two_providers("2026-02-09T09:15:30Z".parse().unwrap())).unwrap();
        let office = "ufficio@cert.beta.example";
        for address in [ANNA, office] {
            network.add(Mailbox::new(address)).unwrap();
        }
        let letter = format!(
            "From: <{ANNA}>\r\nTo: {office}\r\nDate: Mon, 9 Feb 2026 10:15:28 +0100\r\nMessage-ID: <1@ditta.example>\r\n\
             Subject: Contratto\r\n\r\nIn allegato.\r\n"
        );
        let sent = network.submit(ANNA, &[office], letter.as_bytes()).unwrap();
        assert_eq!(sent.answer, Answer::Accepted);
        network.settle().unwrap();
        let place = folder.path();
        let server = pec_sandbox::server::Server::start(network, pec_sandbox::server::Options::new(place)).unwrap();
        let Some(dovecot) = pec_sandbox::dovecot::Dovecot::start(&pec_sandbox::dovecot::Options::new(place)).unwrap()
        else {
            println!("skipped: Dovecot is not installed (apt-get install dovecot-imapd)");
            return None;
        };
        Some(Self { folder, server, dovecot })
    }

    fn servers(&self) -> [String; 2] {
        [self.dovecot.imaps().port(), self.server.smtps().port()].map(|port| format!("localhost:{port}"))
    }

    /// What wire.c is told of it.
    fn arguments(&self, command: &mut Command) {
        command.args(self.servers()).arg(self.server.tls_authority()).arg(self.dovecot.authority());
        command.arg(self.server.anchor()).arg(ANNA);
    }
}

/// Passwords in a file and with the host, hubs, works that go well, are refused, cancelled, freed while they go on.
#[test]
fn the_wire_holds() {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("pec-ffi/tests/c/wire.c");
    let house = House::new();
    let run = |mut command: Command, name: String| {
        let place = folder.path().join(name);
        fs::create_dir(&place).unwrap();
        command.arg(&place);
        if let Some(house) = &house {
            house.arguments(&mut command);
        }
        succeed(&mut command);
    };
    for (number, build) in builds().iter().enumerate() {
        run(Command::new(build.program(&source, folder.path())), format!("perché no {number}"));
    }
    if let Some(command) = under_valgrind(&PLAIN.program(&source, folder.path())) {
        run(command, "sotto Valgrind".to_owned());
    }
}

/// The example, as it is printed.
#[test]
fn a_table_of_mailboxes_is_looked_at() {
    let Some(house) = House::new() else { return };
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("caselle.csv");
    let [imap, smtp] = house.servers();
    fs::write(&table, format!("casella;imap;smtp;password\r\n{ANNA};{imap};{smtp};pec\r\n")).unwrap();
    for (number, build) in builds().iter().enumerate() {
        let mut command = Command::new(build.program(&example("hub.c"), folder.path()));
        command.env("PEC_PASSPHRASE", "cavallo batteria").arg(folder.path().join(format!("{number}.pecarchive")));
        command.arg(folder.path().join(format!("{number}.segreti"))).arg(&table);
        command.arg(house.server.tls_authority()).arg(house.dovecot.authority());
        let (code, text) = run(&mut command);
        assert_eq!(code, 0, "{build:?}: {text}");
        assert!(text.contains("\"report\":\"refresh\",\"mailboxes\":1,\"fresh\":1,"), "{text}");
        assert!(text.contains("\"new\":2,"), "{text}");
    }
    assert!(house.folder.path().is_dir());
}

/// Keys that are right, wrong, missing and changed; messages that are read a piece at a time.
#[test]
fn encrypted_archives_hold() {
    holds("keys.c");
}

/// A folder put, searched, bundled; the bundle verified, and its expert's commands.
#[test]
fn an_archive_of_a_folder_proves_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mail, anchor) = (case("reconcile/state-delivered"), case("artefacts/root.crt"));
    let check = |command: &mut Command, how: &str| {
        let archive = folder.path().join(format!("{how} è.pecarchive"));
        let bundle = folder.path().join(format!("{how}.zip"));
        command.arg(&archive).arg(&mail).arg(&bundle).arg("stato:consegnato tipo:consegna").arg(&anchor);
        let (code, text) = run(command.arg("1772366400"));
        assert_eq!(code, 0, "{how}: {text}");
        assert!(text.contains("new messages: ") && text.contains("intact and certified\n"), "{how}: {text}");
        assert!(bundle.exists(), "{how}");
    };
    for (number, build) in builds().iter().enumerate() {
        check(&mut Command::new(build.program(&example("archive.c"), folder.path())), &format!("build {number}"));
    }
    let program = PLAIN.program(&example("archive.c"), folder.path());
    if let Some(mut command) = under_valgrind(&program) {
        check(&mut command, "valgrind");
    }
    // A query that cannot be understood is shown with a mark below the place.
    let mut command = Command::new(&program);
    command.arg(folder.path().join("b.pecarchive")).arg(&mail).arg(folder.path().join("b.zip"));
    let (code, text) = run(command.arg("mittente:x").arg(&anchor));
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("  mittente:x\n  ^^^^^^^^"), "{text}");
}

/// A message written, judged and queued: once for its key, whatever is asked later; refused with its reason.
#[test]
fn a_message_is_queued_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fattura è.pdf");
    fs::write(&file, b"%PDF-1.7\n%%EOF\n").unwrap();
    let (anna, office) = ("anna@pec.alfa.example", "ufficio@cert.beta.example");
    for (number, build) in builds().iter().enumerate() {
        let program = build.program(&example("queue.c"), folder.path());
        let archive = folder.path().join(format!("posta {number}.pecarchive"));
        let queue = |key: &str, to: &str, file: &Path| {
            run(Command::new(&program).arg(&archive).args([key, anna, to, "Fattura"]).arg(file))
        };
        let (code, first) = queue("42/2026", office, &file);
        assert_eq!(code, 0, "{build:?}: {first}");
        assert!(first.contains(r#""key":"42/2026""#) && first.contains(r#""state":"queued""#), "{first}");
        assert_eq!(queue("42/2026", "altro@cert.beta.example", &file), (0, first), "{build:?}");
        let (code, text) = queue("43/2026", "ufficio", &file);
        assert_eq!(code, 1, "{build:?}: {text}");
        assert!(text.contains("refused: An address of a recipient is not valid."), "{text}");
        let (code, text) = queue("43/2026", office, Path::new("nothing here.pdf"));
        assert_eq!(code, 2, "{build:?}: {text}");
    }
}

/// Taken in charge by one, refused to the other, with the reason.
#[test]
fn one_of_two_takes_it_in_charge() {
    use ::pec_archive::{Actor, Archive};
    let folder = tempfile::tempdir().unwrap();
    for (number, build) in builds().iter().enumerate() {
        let path = folder.path().join(format!("comune {number}.pecarchive"));
        let archive = Archive::create(&path).unwrap();
        let lines = fs::read_to_string(root().join("pec-ffi/tests/organisation.jsonl")).unwrap();
        for line in lines.lines() {
            archive.act_json(&Actor::host(), line, "2026-03-01T12:00:00Z".parse().unwrap()).unwrap();
        }
        drop(archive);
        let program = build.program(&example("claim.c"), folder.path());
        let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(4)).to_string();
        let claim = |user: &str| run(Command::new(&program).arg(&path).args([user, "fascicolo-1", &until]));
        let (code, text) = claim("anna");
        assert_eq!(code, 0, "{build:?}: {text}");
        assert!(text.contains(r#""event":"work-claimed","item":"fascicolo-1","by":"anna""#), "{text}");
        let (code, text) = claim("bruno");
        assert_eq!((code, text.as_str()), (1, "refused: work.claimed : It is in somebody's charge.\n"), "{build:?}");
        let (code, text) = claim("carla");
        assert!(code == 1 && text.starts_with("refused: org.not_found assign: "), "{build:?}: {text}");
        let (code, text) = run(Command::new(&program).args(["nothing here", "anna", "x", &until]));
        assert_eq!(code, 2, "{build:?}: {text}");
    }
}

/// A program of tests/c that is given an empty folder, and ends with 0 when all is as it should be.
fn holds(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let source = root().join("pec-ffi/tests/c").join(name);
    for build in builds() {
        let place = folder.path().join("perché no");
        let _ = fs::remove_dir_all(&place);
        fs::create_dir(&place).unwrap();
        succeed(Command::new(build.program(&source, folder.path())).arg(&place));
    }
    let place = folder.path().join("sotto Valgrind è lento");
    fs::create_dir(&place).unwrap();
    if let Some(mut command) = under_valgrind(&PLAIN.program(&source, folder.path())) {
        succeed(command.arg(&place));
    }
}

/// A mailbox is never judged as if it were one message; one message with the line of a mailbox before it is.
#[test]
fn several_messages_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = PLAIN.program(&example("verify.c"), folder.path());
    let message = fs::read(case("kind-delivery-a.eml")).unwrap();
    let one = [b"From a@b Mon Feb  9 10:15:30 2026\r\n", &message[..]].concat();
    let several = [&one[..], b"\r\n\r\n", &one[..]].concat();
    for (bytes, expected) in [(one, 0), (several, 2)] {
        let file = folder.path().join("mbox");
        fs::write(&file, bytes).unwrap();
        let (code, text) = run(Command::new(&program).arg(&file).arg(case("artefacts/root.crt")));
        assert_eq!(code, expected, "{text}");
    }
}
