//! Times, trust data and evidence given on the command line.

use super::{NOW, artefact, case, file, folder, pec, verify};

fn answers(options: &[&str], name: &str) -> [String; 5] {
    let root = artefact("root.crt");
    let now = if options.contains(&"--now") { &[][..] } else { &["--now", NOW] };
    let path = case(name);
    let given = ["verify", "--json", "--anchor", root.to_str().unwrap(), path.to_str().unwrap()];
    let ran = pec(given.iter().chain(now).chain(options));
    let value = ran.json().remove(0);
    ["verdict", "trust_at_signing", "trust_now", "time", "revocation"]
        .map(|key| value[key].as_str().unwrap().to_owned())
}

/// The certificate of Alfa lives until 2027.
#[test]
fn the_time_of_the_judgement() {
    let at = |options: &[&str]| answers(options, "kind-transport-a");
    assert_eq!(at(&["--at", "signing"]), at(&[]));
    assert_eq!(at(&["--at", "now"])[1], "trusted");
    assert_eq!(at(&["--at", "2026-02-10T00:00:00Z"])[1], "trusted");
    assert_eq!(at(&["--at", "2026-02-10T01:00:00+01:00"])[1], "trusted");
    assert_eq!(at(&["--at", "2050-01-01T00:00:00Z"])[..2], ["intact-but-untrusted", "untrusted"]);
    assert_eq!(at(&["--at", "2001-01-01T00:00:00Z"])[..2], ["intact-but-untrusted", "untrusted"]);
    let later = at(&["--now", "2050-01-01T00:00:00Z"]);
    assert_eq!(later[..3], ["certified", "trusted", "expired"]);
    assert_eq!(at(&["--now", "2050-01-01T00:00:00Z", "--at", "now"])[0], "intact-but-untrusted");
    for wrong in ["yesterday", "2026-02-30T00:00:00Z", "2026-02-10", ""] {
        let ran = pec(["verify", "--at", wrong, "x.eml"]);
        assert_eq!(ran.code, 2, "{wrong}");
        assert!(ran.err.contains("--at") && ran.err.contains("2026-11-22T10:00:00Z"), "{}", ran.err);
    }
}

fn revocation(lists: &[std::path::PathBuf], responses: &[std::path::PathBuf]) -> String {
    let mut arguments = vec![case("kind-transport-a")];
    for (option, paths) in [("--crl", lists), ("--ocsp", responses)] {
        arguments.extend(paths.iter().flat_map(|path| [option.into(), path.clone()]));
    }
    verify(arguments).json()[0]["revocation"].as_str().unwrap().to_owned()
}

#[test]
fn revocation_lists_in_der_and_pem() {
    let folder = folder();
    let pem = |name: &str| {
        let base64 = encodify::base64::STANDARD.encode(std::fs::read(artefact(name)).unwrap());
        format!("-----BEGIN X509 CRL-----\r\n{base64}\r\n-----END X509 CRL-----\r\n")
    };
    let both = file(&folder, "both.pem", pem("crl-good.crl") + &pem("crl-root.crl"));
    let revoked = file(&folder, "revoked.pem", pem("crl-key-compromise.crl"));
    assert_eq!(revocation(&[], &[]), "not-checked");
    assert_eq!(revocation(&[artefact("crl-good.crl"), artefact("crl-root.crl")], &[]), "good");
    assert_eq!(revocation(&[both], &[]), "good");
    assert_eq!(revocation(&[artefact("crl-key-compromise.crl")], &[]), "revoked");
    assert_eq!(revocation(&[revoked], &[]), "revoked");
    assert_eq!(revocation(&[artefact("crl-forged.crl")], &[]), "not-checked");
    assert_eq!(revocation(&[artefact("crl-root.crl")], &[artefact("ocsp-good.ocsp")]), "good");
    assert_eq!(revocation(&[], &[artefact("ocsp-revoked.ocsp")]), "revoked");
}

#[test]
fn time_stamps_count_under_a_given_authority_only() {
    assert_eq!(answers(&[], "time-stamped")[3], "claimed");
    let root = artefact("time-root.crt");
    assert_eq!(answers(&["--time-anchor", root.to_str().unwrap()], "time-stamped")[3], "proven");
}

#[test]
fn other_trust_data() {
    let trust = artefact("trust-sandbox.json");
    let ran = pec([
        "verify".as_ref(),
        "--json".as_ref(),
        "--trust".as_ref(),
        trust.as_os_str(),
        case("trust-pinned").as_os_str(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert_eq!(ran.json()[0]["anchor"], "agid-ca1");
    assert_eq!(pec(["verify".as_ref(), case("trust-pinned").as_os_str()]).code, 1);
}

/// What was given and cannot be used stops the run: it must not pass for evidence that was asked.
#[test]
fn a_wrong_file_is_refused_by_name() {
    let folder = folder();
    let junk = file(&folder, "junk.bin", b"\x00\x01\x02 junk");
    let empty = file(&folder, "empty", b"");
    let certificate = artefact("root.crt");
    for (option, path) in [
        ("--anchor", &junk),
        ("--anchor", &empty),
        ("--time-anchor", &junk),
        ("--intermediate", &empty),
        ("--crl", &junk),
        ("--crl", &certificate),
        ("--ocsp", &artefact("crl-good.crl")),
        ("--ocsp", &empty),
        ("--trust", &junk),
        ("--trust", &empty),
        ("--trust", &folder.path().join("missing")),
        ("--anchor", &folder.path().to_path_buf()),
    ] {
        for language in ["it", "en"] {
            let mut command = super::command(["verify", "--lang", language, option]);
            let ran = super::run({
                command.arg(path).arg(case("kind-transport-a"));
                command
            });
            assert_eq!(ran.code, 2, "{option} {}", path.display());
            assert!(ran.out.is_empty());
            assert!(ran.err.starts_with(&format!("pec: {}: ", path.display())), "{}", ran.err);
            assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
        }
    }
}
