//! Metadata of a document (AgID, *Linee guida sulla formazione, gestione e conservazione dei documenti informatici*,
//! annex 5, *DocumentoInformatico*) and of a dossier (*AggregazioneDocumentaliInformatiche*). `docs/DEPOSIT.md` says of
//! each element where it comes from.

use encodify::base64;
use jiff::Timestamp;

use super::agent::{Agent, AgentName};
use super::document::{Document, Family, NO_SUBJECT};
use super::options::{Confidential, Options};
use super::xml::Xml;
use crate::id::Id;
use crate::intake::Judged;
use crate::retention::ROME;

/// Mode of formation *b*, in the words of annex 5.
const ACQUIRED: &str = "acquisizione di un documento informatico per via telematica o su supporto informatico, \
    acquisizione della copia per immagine su supporto informatico di un documento analogico, acquisizione della copia \
    informatica di un documento analogico";

/// Roles that annex 5 writes as they stand here.
const REGISTERS: &str = "Soggetto Che Effettua La Registrazione";

/// What a message says about itself, and what a host says about it.
pub(super) struct Described<'d> {
    pub(super) document: &'d Document,
    pub(super) family: &'d Family,
    /// Identifiers of the dossiers to which it belongs.
    pub(super) dossiers: &'d [&'d str],
    pub(super) options: &'d Options,
    pub(super) now: Timestamp,
}

impl Described<'_> {
    /// *DocumentoInformatico*.
    pub(super) fn to_xml(&self) -> Vec<u8> {
        Xml::document("DocumentoInformatico", &[], |xml| {
            let Self { document, options, .. } = self;
            id_doc(xml, "IdDoc", document.id, &document.id.to_string());
            xml.text("ModalitaDiFormazione", ACQUIRED);
            xml.text("TipologiaDocumentale", kind(document));
            self.registration(xml);
            self.subjects(xml);
            xml.element("ChiaveDescrittiva", |xml| {
                let subject = document.judged.subject.as_deref().filter(|subject| !subject.trim().is_empty());
                xml.text("Oggetto", subject.unwrap_or(NO_SUBJECT));
            });
            self.attachments(xml);
            classification(xml, options);
            xml.text("Riservato", if options.confidential == Confidential::Yes { "true" } else { "false" });
            xml.element("IdentificativoDelFormato", |xml| xml.text("Formato", &options.message_format));
            xml.element("Verifica", |xml| {
                xml.text("FirmatoDigitalmente", if document.signed { "true" } else { "false" });
                for absent in
                    ["SigillatoElettronicamente", "MarcaturaTemporale", "ConformitaCopieImmagineSuSupportoInformatico"]
                {
                    xml.text(absent, "false");
                }
            });
            if !self.dossiers.is_empty() {
                xml.element("Agg", |xml| {
                    for dossier in self.dossiers {
                        xml.element("TipoAgg", |xml| aggregation(xml, dossier));
                    }
                });
            }
            if let Some(primary) = self.primary() {
                id_doc(xml, "IdIdentificativoDocumentoPrimario", primary, &primary.to_string());
            }
            xml.text("NomeDelDocumento", &format!("{}.eml", document.id));
            xml.text("VersioneDelDocumento", "1");
            let years = options.retention_years.unwrap_or(document.retention_years);
            xml.text("TempoDiConservazione", &years.to_string());
            xml.text("Note", &self.note());
        })
    }

    /// *DatiDiRegistrazione*: not registered in any protocol; the date of the PEC and its *identificativo* stand for it.
    fn registration(&self, xml: &mut Xml) {
        let document = self.document;
        let sent = self.family.sent.contains(&document.number);
        let local = document.date.to_zoned(ROME.clone());
        xml.element("DatiDiRegistrazione", |xml| {
            xml.text("TipologiaDiFlusso", if sent { "U" } else { "E" });
            xml.element("TipoRegistro", |xml| {
                xml.element("Nessuno", |xml| {
                    xml.text("TipoRegistro", "Nessuno");
                    xml.text("DataDocumento", &local.date().to_string());
                    xml.text("OraDocumento", &local.time().round(jiff::Unit::Second).unwrap_or_default().to_string());
                    xml.text("NumeroDocumento", &document.registration());
                });
            });
        });
    }

    /// *Soggetti*. Of the parties of a message nothing is known but their addresses.
    fn subjects(&self, xml: &mut Xml) {
        let party = |xml: &mut Xml, element: &str, address: &str| {
            role(xml, element, element, |xml| {
                xml.element("PG", |xml| {
                    xml.text("DenominazioneOrganizzazione", address);
                    xml.text("IndirizziDigitaliDiRiferimento", address);
                });
            });
        };
        xml.element("Soggetti", |xml| {
            role(xml, "SoggettoCheEffettuaLaRegistrazione", REGISTERS, |xml| agent(xml, &self.options.producer));
            for address in &self.document.recipients {
                party(xml, "Destinatario", address);
            }
            if let Some(sender) = &self.document.judged.sender {
                party(xml, "Mittente", sender);
            }
            role(xml, "Produttore", "Produttore", |xml| {
                let system = concat!("pec ", env!("CARGO_PKG_VERSION"));
                xml.element("SW", |xml| xml.text("DenominazioneSistema", system));
            });
        });
    }

    fn attachments(&self, xml: &mut Xml) {
        let attachments = &self.document.attachments;
        xml.element("Allegati", |xml| {
            xml.text("NumeroAllegati", &attachments.len().to_string());
            for attachment in attachments {
                xml.element("IndiceAllegati", |xml| {
                    id_doc(xml, "IdDoc", attachment.id, &attachment.id.to_string());
                    xml.text("Descrizione", attachment.name.as_deref().unwrap_or("(senza nome)"));
                });
            }
        });
    }

    /// The message of which a receipt speaks.
    fn primary(&self) -> Option<Id> {
        let about = self.family.about.get(&self.document.number)?;
        self.family.documents.iter().find(|document| document.number == *about).map(|document| document.id)
    }

    fn note(&self) -> String {
        let Judged { verdict, trust_data, .. } = &self.document.judged;
        format!("Verifica della firma del gestore al {}: {verdict}; dati di fiducia del {trust_data}.", self.now)
    }
}

/// A dossier.
pub(super) struct Aggregation<'d> {
    pub(super) id: &'d str,
    pub(super) subject: &'d str,
    pub(super) opened: Timestamp,
    /// Digests of its documents.
    pub(super) documents: &'d [Id],
    pub(super) retention_years: u16,
    pub(super) options: &'d Options,
}

impl Aggregation<'_> {
    /// *AggregazioneDocumentaliInformatiche*.
    pub(super) fn to_xml(&self) -> Vec<u8> {
        Xml::document("AggregazioneDocumentaliInformatiche", &[], |xml| {
            xml.element("IdAgg", |xml| aggregation(xml, self.id));
            xml.text("TipologiaFascicolo", "affare");
            xml.element("Soggetti", |xml| {
                let (element, name) = match self.options.producer.name() {
                    AgentName::Organisation(_) => ("SoggettoIntestatarioPersonaGiuridica", "PG"),
                    AgentName::Person { .. } => ("SoggettoIntestatarioPersonaFisica", "PF"),
                };
                let role_name = if name == "PG" {
                    "Soggetto Intestatario Persona Giuridica"
                } else {
                    "Soggetto Intestatario Persona Fisica"
                };
                role(xml, element, role_name, |xml| agent(xml, &self.options.producer));
            });
            xml.text("DataApertura", &self.opened.to_zoned(ROME.clone()).date().to_string());
            classification(xml, self.options);
            xml.element("ChiaveDescrittiva", |xml| xml.text("Oggetto", self.subject));
            xml.element("IndiceDocumenti", |xml| {
                for id in self.documents {
                    xml.element("TipoDocumento", |xml| {
                        id_doc(xml, "DocumentoInformatico", *id, &id.to_string());
                    });
                }
            });
            xml.text("TempoDiConservazione", &self.retention_years.to_string());
        })
    }
}

fn role(xml: &mut Xml, element: &str, name: &str, who: impl FnOnce(&mut Xml)) {
    xml.element("Ruolo", |xml| {
        xml.element(element, |xml| {
            xml.text("TipoRuolo", name);
            who(xml);
        });
    });
}

fn agent(xml: &mut Xml, agent: &Agent) {
    match agent.name() {
        AgentName::Organisation(name) => xml.element("PG", |xml| {
            xml.text("DenominazioneOrganizzazione", name);
            xml.text("CodiceFiscale_PartitaIva", agent.number());
        }),
        AgentName::Person { last, first } => xml.element("PF", |xml| {
            xml.text("Cognome", last);
            xml.text("Nome", first);
            xml.text("CodiceFiscale", agent.number());
        }),
    }
}

fn id_doc(xml: &mut Xml, element: &str, digest: Id, identifier: &str) {
    xml.element(element, |xml| {
        xml.element("ImprontaCrittograficaDelDocumento", |xml| {
            xml.text("Impronta", &base64::STANDARD.encode(digest.as_bytes()));
            xml.text("Algoritmo", "SHA-256");
        });
        xml.text("Identificativo", identifier);
    });
}

fn aggregation(xml: &mut Xml, id: &str) {
    xml.text("TipoAggregazione", "Fascicolo");
    xml.text("IdAggregazione", id);
}

fn classification(xml: &mut Xml, options: &Options) {
    if let Some(classification) = &options.classification {
        xml.element("Classificazione", |xml| {
            xml.text("IndiceDiClassificazione", &classification.index);
            xml.optional("Descrizione", classification.description.as_deref());
            xml.optional("PianoDiClassificazione", classification.plan.as_deref());
        });
    }
}

/// *TipologiaDocumentale*. What is not certified is a message, whatever it says it is.
fn kind(document: &Document) -> &'static str {
    match document.judged.kind.as_str() {
        _ if !document.is_certified() => "Messaggio di posta elettronica",
        "accettazione" => "Ricevuta di accettazione PEC",
        "non-accettazione" => "Avviso di non accettazione PEC",
        "presa-in-carico" => "Ricevuta di presa in carico PEC",
        "avvenuta-consegna" => "Ricevuta di avvenuta consegna PEC",
        "posta-certificata" => "Busta di trasporto PEC",
        "errore-consegna" => "Avviso di mancata consegna PEC",
        "preavviso-errore-consegna" => "Avviso di mancata consegna per superamento dei tempi massimi PEC",
        "rilevazione-virus" => "Avviso di rilevazione di virus PEC",
        _ => "Messaggio di posta elettronica",
    }
}
