//! The index of a package: *PIndex* of SInCRO v2 (UNI 11386:2020). `docs/DEPOSIT.md` says of each element where it comes
//! from; the schema itself is sold by UNI and was not at hand.

use jiff::Timestamp;

use super::agent::{Agent, AgentName};
use super::options::Options;
use super::xml::{Attributes, Xml};
use crate::id::Id;

/// Its name in the package.
pub(super) const NAME: &str = "PIndex.xml";

const NAMESPACE: &str = "http://www.uni.com/U3011/sincro-v2/";
const SCHEMA: &str = "http://www.uni.com/U3011/sincro-v2/PIndex.xsd";

/// As the conservation service of the region Emilia-Romagna writes it.
const LAW: &str = "Linee Guida sulla formazione, gestione e conservazione dei documenti informatici (09-09-2020)";

/// Identifiers that mean something in this archive alone.
const LOCAL: Attributes<'_> = &[("scheme", "local")];
const DIGEST: Attributes<'_> = &[("scheme", "SHA-256")];
const HASH: Attributes<'_> = &[("canonicalXML", "false"), ("hashFunction", "SHA-256")];

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) digest: Id,
    pub(super) format: String,
}

/// Files that belong together: a dossier, or a message by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) files: Vec<Listed>,
}

/// The package whose refused documents this one brings once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Earlier {
    pub(super) name: String,
    pub(super) pindex: Id,
}

/// Everything that the index says.
pub(super) struct Index<'i> {
    pub(super) name: &'i str,
    pub(super) at: Timestamp,
    pub(super) groups: &'i [Group],
    pub(super) earlier: Option<&'i Earlier>,
    pub(super) options: &'i Options,
}

impl Index<'_> {
    pub(super) fn to_xml(&self) -> Vec<u8> {
        let root = &[("xmlns", NAMESPACE), ("language", "it"), ("sincroVersion", "2.0"), ("uri", SCHEMA)];
        Xml::document("PIndex", root, |xml| {
            self.description(xml);
            self.volume(xml);
            for group in self.groups {
                file_group(xml, group);
            }
            self.process(xml);
        })
    }

    fn description(&self, xml: &mut Xml) {
        xml.element("SelfDescription", |xml| {
            xml.text_with("ID", LOCAL, &index_id(self.name));
            xml.element("CreatingApplication", |xml| {
                xml.text("Name", "pec");
                xml.text("Producer", "pec");
                xml.text("Version", env!("CARGO_PKG_VERSION"));
            });
            if let Some(earlier) = self.earlier {
                xml.with("PIndexSource", &[("derivation", "onetoone")], |xml| {
                    xml.text_with("ID", LOCAL, &index_id(&earlier.name));
                    xml.text("Path", &format!("../{}", index_id(&earlier.name)));
                    xml.text_with("Hash", HASH, &earlier.pindex.to_string());
                });
            }
        });
    }

    fn volume(&self, xml: &mut Xml) {
        xml.element("PVolume", |xml| {
            xml.text_with("ID", LOCAL, self.name);
            xml.text("Label", "Pacchetto di versamento");
            let again =
                if self.earlier.is_some() { " Contiene documenti già rifiutati, versati di nuovo." } else { "" };
            xml.text(
                "Description",
                &format!(
                    "Messaggi di posta elettronica certificata con le loro ricevute: pronto per il versamento.{again}"
                ),
            );
            if let Some(earlier) = self.earlier {
                xml.element("PVolumeSource", |xml| {
                    xml.text_with("ID", LOCAL, &earlier.name);
                    xml.text_with("PIndexID", LOCAL, &index_id(&earlier.name));
                });
            }
        });
    }

    fn process(&self, xml: &mut Xml) {
        let options = self.options;
        xml.element("Process", |xml| {
            agent(xml, "Submitter", None, options.submitter());
            agent(xml, "Holder", Some(("holderRole", "soggetto produttore")), &options.producer);
            for signer in &options.signers {
                agent(xml, "AuthorizedSigner", Some(("signerRole", &signer.role)), &signer.agent);
            }
            if options.signers.is_empty() {
                let role = Some(("signerRole", "produttore del pacchetto di versamento"));
                agent(xml, "AuthorizedSigner", role, options.submitter());
            }
            xml.element("TimeReference", |xml| {
                xml.text_with("TimeInfo", &[("attachedTimeStamp", "false")], &self.at.to_string());
            });
            xml.text("LawsAndRegulations", LAW);
        });
    }
}

fn index_id(name: &str) -> String {
    format!("{name}/{NAME}")
}

fn file_group(xml: &mut Xml, group: &Group) {
    xml.element("FileGroup", |xml| {
        xml.text_with("ID", LOCAL, &group.id);
        xml.text("Label", &group.label);
        for file in &group.files {
            let extension = file.path.rsplit_once('.').map_or("", |(_, extension)| extension);
            let attributes = &[("encoding", "binary"), ("extension", extension), ("format", &file.format)];
            xml.with("File", attributes, |xml| {
                xml.text_with("ID", DIGEST, &file.digest.to_string());
                xml.text("Path", &file.path);
                xml.text_with("Hash", HASH, &file.digest.to_string());
            });
        }
    });
}

fn agent(xml: &mut Xml, element: &str, role: Option<(&str, &str)>, agent: &Agent) {
    let kind = match agent.name() {
        AgentName::Organisation(_) => "legal person",
        AgentName::Person { .. } => "natural person",
    };
    let attributes: Vec<(&str, &str)> = std::iter::once(("agentType", kind)).chain(role).collect();
    xml.with(element, &attributes, |xml| {
        xml.text("AgentID", agent.id());
        xml.element("AgentName", |xml| match agent.name() {
            AgentName::Organisation(name) => xml.text("FormalName", name),
            AgentName::Person { last, first } => xml.element("NameAndSurname", |xml| {
                xml.text("FirstName", first);
                xml.text("LastName", last);
            }),
        });
    });
}
