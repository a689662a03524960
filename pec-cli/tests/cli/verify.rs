//! Verdicts, exit codes and the form of JSON.

use std::collections::BTreeMap;
use std::ffi::OsString;

use serde_json::Value;

use super::{artefact, case, conformance, pec, verify};

/// Every conformance case through the program, with the options that its description asks for.
#[test]
fn every_conformance_case() {
    let mut groups: BTreeMap<Vec<OsString>, Vec<(String, Value)>> = BTreeMap::new();
    for entry in std::fs::read_dir(conformance()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let case: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let host = &case["host"];
            // The directory of providers has no option: only providers can fetch it.
            if host["managed_domains"].is_null() {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                groups.entry(options(host)).or_default().push((name, case));
            }
        }
    }
    let mut seen = 0;
    for (options, cases) in groups {
        let files = cases.iter().map(|(name, _)| case(name).into_os_string());
        let ran = pec(["verify".into(), "--json".into()].into_iter().chain(options).chain(files));
        let mut certified = true;
        for (value, (name, case)) in ran.json().iter().zip(&cases) {
            let expected = &case["expected"];
            // A file without a byte is no message to the program.
            if value["error"].is_string() {
                assert_eq!(std::fs::metadata(super::case(name)).unwrap().len(), 0, "{value}");
                certified = false;
                continue;
            }
            for answer in ["verdict", "kind", "integrity", "trust_at_signing"] {
                if !expected[answer].is_null() {
                    assert_eq!(value[answer], expected[answer], "{name}: {answer}");
                }
            }
            certified &= expected["verdict"].as_str().unwrap().starts_with("certified");
            seen += 1;
        }
        assert_eq!(ran.json().len(), cases.len());
        assert_eq!(ran.code, i32::from(!certified), "{:?}", cases.iter().map(|(name, _)| name).collect::<Vec<_>>());
    }
    assert!(seen > 400, "{seen}");
}

fn options(host: &Value) -> Vec<OsString> {
    let mut options: Vec<OsString> = vec!["--now".into(), host["now"].as_str().unwrap().into()];
    let mut add = |option: &str, name: &str, extension: &str| {
        options.extend([option.into(), artefact(&format!("{name}.{extension}")).into_os_string()]);
    };
    let trust = host["trust"].as_str().unwrap();
    if trust != "built-in" {
        add("--trust", trust, "json");
    }
    for (list, option, extension) in [
        ("anchors", "--anchor", "crt"),
        ("intermediates", "--intermediate", "crt"),
        ("time_anchors", "--time-anchor", "crt"),
        ("crls", "--crl", "crl"),
        ("ocsp", "--ocsp", "ocsp"),
    ] {
        for name in host[list].as_array().unwrap() {
            add(option, name.as_str().unwrap(), extension);
        }
    }
    options
}

#[test]
fn exit_codes() {
    let code = |name: &str| verify([case(name)]).code;
    assert_eq!(code("kind-transport-a"), 0);
    assert_eq!(code("daticert-date-american"), 0, "certified with problems is certified");
    for name in ["attack-boundary-close-a", "changed-attachment", "root-ordinary", "kind-anomaly-a", "cms-empty"] {
        assert_eq!(code(name), 1, "{name}");
    }
    assert_eq!(verify([case("kind-transport-a"), case("root-ordinary")]).code, 1);
    assert_eq!(verify([case("kind-transport-a"), "missing.eml".into()]).code, 1);
    assert_eq!(verify(["missing.eml", "absent.eml"]).code, 2);
    // The same message, for whoever does not trust the sandbox.
    assert_eq!(pec(["verify".as_ref(), case("kind-transport-a").as_os_str()]).code, 1);
}

/// The order of keys and the values of the demand.
#[test]
fn json_has_a_fixed_form() {
    let ran = verify([case("kind-transport-a"), case("root-ordinary")]);
    let keys = [
        "schema",
        "file",
        "kind",
        "verdict",
        "integrity",
        "trust_at_signing",
        "trust_now",
        "time",
        "revocation",
        "anchor",
        "signed_at",
        "signer",
        "daticert",
        "original",
        "findings",
    ];
    for line in ran.out.lines() {
        let mut at = 0;
        for key in keys {
            let found = line[at..].find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in {}", &line[at..]));
            at += found;
        }
    }
    let values = ran.json();
    assert_eq!(values[0].as_object().unwrap().len(), keys.len());
    assert_eq!(values[0]["file"], case("kind-transport-a").to_str().unwrap());
    assert_eq!(values[0]["kind"], "posta-certificata");
    assert_eq!(values[0]["trust_now"], "trusted");
    assert_eq!(values[0]["time"], "claimed");
    assert_eq!(values[0]["revocation"], "not-checked");
    assert!(values[0]["anchor"].as_str().unwrap().starts_with("host:"));
    assert_eq!(values[0]["signed_at"], "2026-02-09T09:15:30Z");
    for key in ["subject", "email", "issuer", "not_after", "sha256"] {
        assert!(values[0]["signer"][key].is_string(), "{key}");
    }
    assert_eq!(values[0]["original"]["attachments"][0]["name"], "preventivo.pdf");
    for finding in values[0]["findings"].as_array().unwrap() {
        for key in ["code", "severity", "layer", "detail"] {
            assert!(finding[key].is_string(), "{key}");
        }
    }
    assert_eq!(values[1]["kind"], "ordinary");
    for key in ["anchor", "signed_at", "signer", "daticert", "original"] {
        assert!(values[1].as_object().unwrap().contains_key(key) && values[1][key].is_null(), "{key}");
    }
}

#[test]
fn json_does_not_change_with_the_language() {
    let names = [case("kind-transport-a"), "missing.eml".into()];
    let italian = verify(["--lang".into(), "it".into()].into_iter().chain(names.clone()));
    let english = verify(["--lang".into(), "en".into()].into_iter().chain(names));
    assert_eq!(italian.out, english.out);
    assert_ne!(italian.err, english.err);
}

#[test]
fn a_person_reads_the_verdict_first_and_claims_as_claims() {
    let text = |name: &str, language: &str| {
        let mut command = super::command(["verify", "--now", super::NOW, "--lang", language, "--anchor"]);
        command.arg(artefact("root.crt")).arg(case(name));
        super::run(command).out
    };
    let good = text("kind-transport-a", "it");
    assert!(good.contains("  CERTIFICATO — busta di trasporto\n"), "{good}");
    assert!(good.contains("mittente           anna.bianchi@pec.alfa.example\n"));
    assert!(good.contains("destinatari        ufficio@cert.beta.example (PEC)\n"));
    assert!(good.contains("ora certificata    09/02/2026 10:15:30 (+0100)\n"));
    assert!(good.contains("autorità           non PEC, aggiunta da chi verifica"));
    assert!(!good.contains("senza che nulla lo dimostri"));
    assert!(!good.contains("certificati,"), "one message needs no sum");
    let good = text("kind-transport-a", "en");
    assert!(good.contains("  CERTIFIED — transport envelope\n"));
    assert!(good.contains("certified time     2026-02-09 10:15:30 (+0100)\n"));

    let altered = text("changed-attachment", "it");
    assert!(altered.contains("  ALTERATO — "));
    let claims = altered.find("Quanto il messaggio dichiara, senza che nulla lo dimostri:").unwrap();
    assert!(claims < altered.find("anna.bianchi@pec.alfa.example").unwrap());
    let forged = text("attack-boundary-close-a", "en");
    assert!(forged.contains("  FORGED — ") && forged.contains("What the message claims, and nothing proves:"));
    // No signature at all: the first finding says so.
    let claimed = text("root-claimed-transport", "en");
    let first = claimed.find("bears the marks of a PEC but has no signature").unwrap();
    assert!(first < claimed.find("mime.root.not_signed").unwrap());
}

#[test]
fn several_messages_are_summed_up() {
    let mut command = super::command(["verify", "--now", super::NOW, "--quiet", "--anchor"]);
    command
        .arg(artefact("root.crt"))
        .args(["kind-transport-a", "kind-delivery-b", "root-ordinary"].map(case))
        .arg("missing.eml");
    let ran = super::run(command);
    let lines: Vec<_> = ran.out.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("certified  ") && lines[0].contains(" posta-certificata "), "{}", lines[0]);
    assert!(lines[2].starts_with("not-pec  "));
    assert_eq!(lines[3], "2 certified, 1 not certified, 1 not read");
}
