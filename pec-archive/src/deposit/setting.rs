//! Options of a deposit by their names, as texts: for a terminal and for other languages.

use std::path::PathBuf;
use std::str::FromStr;

use super::options::{Classification, Confidential, HostDossier, Options, Signer, Target};
use super::report::ReportForm;
use crate::error::{Error, Result};

/// Written `ROLE:ID=NAME`.
impl FromStr for Signer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (role, agent) = text.split_once(':').ok_or_else(|| bad("signer", text))?;
        Ok(Self { agent: agent.parse()?, role: role.trim().to_owned() })
    }
}

/// Written `ID=SUBJECT`.
impl FromStr for HostDossier {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (id, subject) = text.split_once('=').ok_or_else(|| bad("dossier", text))?;
        Ok(Self { id: id.trim().to_owned(), subject: subject.trim().to_owned() })
    }
}

/// A file where the name ends in `.zip`, else a folder.
impl From<PathBuf> for Target {
    fn from(path: PathBuf) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("zip") => Self::Zip(path),
            _ => Self::Folder(path),
        }
    }
}

fn bad(what: &'static str, value: &str) -> Error {
    Error::BadValue { what, value: value.to_owned() }
}

fn number<N: FromStr>(what: &'static str, value: &str) -> Result<N> {
    value.parse().map_err(|_| bad(what, value))
}

impl Options {
    /// The names that [`Options::set`] knows.
    pub const NAMES: [&'static str; 12] = [
        "producer",
        "submitter",
        "signer",
        "classification",
        "classification-name",
        "classification-plan",
        "dossier",
        "confidential",
        "retention",
        "message-format",
        "max-bytes",
        "max-documents",
    ];

    /// Sets one option by its name, as the program `pec` has it. `signer` adds one; `confidential` is `yes` or `no`.
    ///
    /// ```
    /// use pec_archive::deposit::Options;
    /// let mut options = Options::new("VATIT-12345678903=Ditta S.r.l.".parse()?);
    /// options.set("max-documents", "500")?;
    /// options.set("signer", "responsabile:TINIT-RSSMRA70A01H501S=Rossi, Maria")?;
    /// assert_eq!((options.max_documents, options.signers.len()), (500, 1));
    /// assert!(options.set("max-documents", "many").is_err() && options.set("colour", "red").is_err());
    /// # Ok::<(), pec_archive::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadValue`] for another name, and for a value that the option cannot have: then nothing is changed.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "producer" => self.producer = value.parse()?,
            "submitter" => self.submitter = Some(value.parse()?),
            "signer" => self.signers.push(value.parse()?),
            "classification" => value.clone_into(&mut self.classified().index),
            "classification-name" => self.classified().description = Some(value.to_owned()),
            "classification-plan" => self.classified().plan = Some(value.to_owned()),
            "dossier" => self.dossier = Some(value.parse()?),
            "confidential" => {
                self.confidential = match value {
                    "yes" => Confidential::Yes,
                    "no" => Confidential::No,
                    _ => return Err(bad("confidential", value)),
                }
            }
            "retention" => self.retention_years = Some(number("retention", value)?),
            "message-format" => value.clone_into(&mut self.message_format),
            "max-bytes" => self.max_bytes = number("max-bytes", value)?,
            "max-documents" => self.max_documents = number("max-documents", value)?,
            _ => return Err(bad("option", name)),
        }
        Ok(())
    }

    fn classified(&mut self) -> &mut Classification {
        self.classification.get_or_insert_default()
    }
}

impl ReportForm {
    /// Adds a name of elements, or a word, to those that are known: of `document`, `digest`, `outcome`, `reason`, `name`,
    /// `time`, `accepted` and `refused`.
    ///
    /// # Errors
    /// [`Error::BadValue`] for another kind.
    pub fn add(&mut self, kind: &str, name: &str) -> Result<()> {
        let known = match kind {
            "document" => &mut self.documents,
            "digest" => &mut self.digests,
            "outcome" => &mut self.outcomes,
            "reason" => &mut self.reasons,
            "name" => &mut self.names,
            "time" => &mut self.times,
            "accepted" => &mut self.accepted,
            "refused" => &mut self.refused,
            _ => return Err(bad("form", kind)),
        };
        known.push(name.to_owned());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_can_be_set_by_its_name() {
        let values = [
            "VATIT-12345678903=Altra S.r.l.",
            "VATIT-12345678903=Ditta S.r.l.",
            "delegato:TINIT-RSSMRA70A01H501S=Rossi, Maria",
            "1.2.3",
            "Contratti",
            "https://ditta.example/titolario",
            "2026/7=Appalto",
            "yes",
            "10",
            "application/email",
            "1000000",
            "7",
        ];
        let mut options = Options::new("VATIT-12345678903=Ditta S.r.l.".parse().unwrap());
        for (name, value) in Options::NAMES.into_iter().zip(values) {
            let before = options.clone();
            options.set(name, value).unwrap();
            assert_ne!(options, before, "{name}");
        }
        options.check().unwrap();
        for (name, value) in [
            ("signer", "nobody"),
            ("dossier", "7"),
            ("confidential", "true"),
            ("retention", "-1"),
            ("max-bytes", "1 GiB"),
            ("max-documents", ""),
            ("producer", "x"),
            ("Producer", values[0]),
        ] {
            let before = options.clone();
            assert!(options.set(name, value).is_err(), "{name}");
            assert_eq!(options, before, "{name}");
        }
    }

    #[test]
    fn every_list_of_a_form_can_be_added_to() {
        let mut form = ReportForm::default();
        for kind in ["document", "digest", "outcome", "reason", "name", "time", "accepted", "refused"] {
            let before = form.clone();
            form.add(kind, "Nuovo").unwrap();
            assert_ne!(form, before, "{kind}");
        }
        assert!(form.add("documents", "Nuovo").is_err());
    }
}
