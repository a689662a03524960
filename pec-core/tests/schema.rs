//! Every report of every case of conformance/ has the form of docs/schema/, its keys in the order that stands there.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "shared with the test of the cases, which uses more of it")]
mod reconciliation;

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use pec_core::limits::Limits;
use pec_core::message::Message;
use pec_core::reconcile::examine::{Messages, examine};
use pec_core::reconcile::instant::Reading;
use pec_core::reconcile::{Report as DossierReport, StrayReport};
use pec_core::trust::{ChainCache, TrustStore};
use pec_core::verify::{Report, Verifier};
use reconciliation::{Mailbox, cases};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A form, and the orders of keys that it names.
struct Form {
    validator: Validator,
    orders: BTreeSet<Vec<String>>,
}

impl Form {
    fn read(name: &str) -> Self {
        let schema: Value = serde_json::from_slice(&fs::read(root().join("docs/schema").join(name)).unwrap()).unwrap();
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap();
        let mut orders = BTreeSet::new();
        required(&schema, &mut orders);
        Self { validator, orders }
    }

    /// Why a line is not of this form.
    fn differs(&self, line: &str) -> Option<String> {
        let value: Value = serde_json::from_str(line).unwrap();
        if let Err(error) = self.validator.validate(&value) {
            return Some(format!("{}: {error}", error.instance_path()));
        }
        let Keys(found) = serde_json::from_str(line).unwrap();
        found.into_iter().find(|keys| !self.orders.contains(keys)).map(|keys| format!("in another order: {keys:?}"))
    }
}

/// Every list of keys that an object of the schema requires.
fn required(schema: &Value, orders: &mut BTreeSet<Vec<String>>) {
    if let Some(keys) = schema.get("required").and_then(Value::as_array) {
        orders.insert(keys.iter().map(|key| key.as_str().unwrap().to_owned()).collect());
    }
    let inner: Vec<&Value> = match schema {
        Value::Object(object) => object.values().collect(),
        Value::Array(list) => list.iter().collect(),
        _ => Vec::new(),
    };
    inner.into_iter().for_each(|value| required(value, orders));
}

/// The keys of each object of a text, as they stand there.
struct Keys(Vec<Vec<String>>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let (mut own, mut all) = (Vec::new(), Vec::new());
                while let Some((key, Keys(inner))) = map.next_entry()? {
                    own.push(key);
                    all.extend(inner);
                }
                all.push(own);
                Ok(Keys(all))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Keys, A::Error> {
                let mut all = Vec::new();
                while let Some(Keys(inner)) = list.next_element()? {
                    all.extend(inner);
                }
                Ok(Keys(all))
            }
            fn visit_unit<E>(self) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_u64<E>(self, _: u64) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
            fn visit_str<E>(self, _: &str) -> Result<Keys, E> {
                Ok(Keys(Vec::new()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

#[test]
fn verifications_have_their_form() {
    let form = Form::read("verification-1.json");
    let anchor = fs::read(root().join("conformance/artefacts/root.crt")).unwrap();
    let trust = TrustStore::built_in().with_host_anchor(&anchor).unwrap();
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let mut cases: Vec<_> =
        fs::read_dir(root().join("conformance")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    assert!(cases.len() > 400, "only {} cases", cases.len());
    for path in cases {
        let message = Message::parse(fs::read(&path).unwrap(), &Limits::DEFAULT);
        let verification = Verifier::new(&trust).verify(&message, now, &mut ChainCache::default());
        let line = Report::new(&path.display().to_string(), &message, &verification).to_json();
        assert_eq!(form.differs(&line), None, "{}", path.display());
    }
}

#[test]
fn dossiers_have_their_form() {
    let form = Form::read("dossier-1.json");
    let (mut dossiers, mut strays) = (0, 0);
    for (name, case) in cases() {
        let mut mailbox = Mailbox::open(&name, &case);
        let ledger = mailbox.ledger(&(0..mailbox.len()).collect::<Vec<_>>());
        for dossier in ledger.dossiers(mailbox.now()) {
            let examination = examine(&dossier, &mut mailbox, Reading::Art147);
            let line = DossierReport::new(&dossier, &examination, &|source| mailbox.name(source)).to_json();
            assert_eq!(form.differs(&line), None, "{name}");
            dossiers += 1;
        }
        for stray in &ledger.strays() {
            let line = StrayReport::new(stray, &|source| mailbox.name(source)).to_json();
            assert_eq!(form.differs(&line), None, "{name}");
            strays += 1;
        }
    }
    assert!(dossiers > 150 && strays > 1, "{dossiers} dossiers, {strays} strays");
}

/// A form that lets everything pass would pass too.
#[test]
fn another_form_is_noticed() {
    let form = Form::read("dossier-1.json");
    let line = r#"{"schema":"pec-dossier/1","stray":{"source":"a","role":"claim","verdict":"forged","about":[]}}"#;
    assert_eq!(form.differs(line), None);
    for (from, to) in [
        ("pec-dossier/1", "pec-dossier/2"),
        (r#","about":[]"#, ""),
        (r#""about":[]"#, r#""about":[1]"#),
        (r#""verdict":"forged""#, r#""verdict":"genuine""#),
        (r#""source":"a""#, r#""source":null"#),
        (r#""about":[]"#, r#""about":[],"more":null"#),
        (r#""source":"a","role":"claim""#, r#""role":"claim","source":"a""#),
    ] {
        assert!(line.contains(from), "{from}");
        assert!(form.differs(&line.replacen(from, to, 1)).is_some(), "{from} as {to} passes");
    }
}
