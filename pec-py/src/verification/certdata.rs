//! Certification data: certified, or only claimed.

use pec_core::daticert::{Address, CertData};
use pyo3::prelude::*;

use crate::instant::Instant;

/// Certification data (dati di certificazione, `daticert.xml`): what a provider states about one message.
///
/// They are proof only when they come from `Verification.certified()`; `is_certified` says so. Nobody can make them by hand.
#[pyclass(frozen, eq, module = "pecpy")]
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Certdata {
    data: CertData,
    proven: bool,
}

impl Certdata {
    pub(crate) const fn certified(data: CertData) -> Self {
        Self { data, proven: true }
    }

    pub(crate) const fn claimed(data: CertData) -> Self {
        Self { data, proven: false }
    }
}

fn printed(address: &Option<Address>) -> Option<&str> {
    address.as_ref().map(Address::as_str)
}

#[pymethods]
impl Certdata {
    /// Whether a licensed PEC provider signed exactly these data; where not, they are a claim that anybody can write.
    #[getter]
    const fn is_certified(&self) -> bool {
        self.proven
    }

    /// Which message this is (`tipo`), such as `avvenuta-consegna`.
    #[getter]
    fn kind(&self) -> &str {
        self.data.kind.as_str()
    }

    /// What went wrong (`errore`); `nessuno` for nothing.
    #[getter]
    fn error(&self) -> &str {
        self.data.error.as_str()
    }

    /// The sender (`mittente`).
    #[getter]
    fn sender(&self) -> Option<&str> {
        printed(&self.data.sender)
    }

    /// Every recipient of the original message (`destinatari`), with its class: `certificato` or `esterno`.
    #[getter]
    fn recipients(&self) -> Vec<(&str, &str)> {
        self.data.recipients.iter().map(|it| (it.address.as_str(), it.class.as_str())).collect()
    }

    /// Where answers go (`risposte`).
    #[getter]
    fn reply_to(&self) -> Option<&str> {
        printed(&self.data.reply_to)
    }

    /// Subject of the original message (`oggetto`).
    #[getter]
    fn subject(&self) -> Option<&str> {
        self.data.subject.as_deref()
    }

    /// Name of the provider that certifies (`gestore-emittente`).
    #[getter]
    fn issuer(&self) -> Option<&str> {
        self.data.issuer.as_deref()
    }

    /// The instant that the provider states (`data`), in UTC; `None` when what is printed is no date and time.
    #[getter]
    fn time(&self) -> Option<Instant> {
        self.data.time.as_ref().and_then(|time| time.utc).map(Instant)
    }

    /// Local date, local time and offset from UTC as printed (`giorno`, `ora`, `zona`): `dd/mm/yyyy`, `hh:mm:ss`, `+hhmm`.
    #[getter]
    fn printed_time(&self) -> Option<(&str, &str, &str)> {
        self.data.time.as_ref().map(|time| (&*time.day, &*time.hour, &*time.zone))
    }

    /// Identifier of the transaction (`identificativo`).
    #[getter]
    fn pec_id(&self) -> Option<&str> {
        self.data.pec_id.as_deref()
    }

    /// Message-ID of the sender's program (`msgid`), as printed: with its angle brackets.
    #[getter]
    fn client_message_id(&self) -> Option<&str> {
        self.data.client_message_id.as_deref()
    }

    /// Form of receipt that was asked for (`ricevuta`): `completa`, `breve` or `sintetica`.
    #[getter]
    fn receipt(&self) -> Option<&str> {
        self.data.receipt.as_ref().map(|receipt| receipt.as_str())
    }

    /// Recipient to whom delivery was done or tried (`consegna`).
    #[getter]
    fn delivered_to(&self) -> Option<&str> {
        printed(&self.data.delivered_to)
    }

    /// Recipients that a take-charge receipt covers (`ricezione`).
    #[getter]
    fn received_for(&self) -> Vec<&str> {
        self.data.received_for.iter().map(Address::as_str).collect()
    }

    /// Description of the error as printed (`errore-esteso`).
    #[getter]
    fn error_detail(&self) -> Option<&str> {
        self.data.error_detail.as_ref().map(|detail| detail.as_str())
    }

    /// Code, provider and text of that description, where it has this form.
    #[getter]
    fn error_parts(&self) -> Option<(&str, &str, &str)> {
        let detail = self.data.error_detail.as_ref()?;
        Some((detail.code()?, detail.provider()?, detail.text()?))
    }

    /// Elements and attributes that RFC 6109 does not know: path and value, in the order of the document, at most 64.
    #[getter]
    fn unknown(&self) -> Vec<(&str, &str)> {
        self.data.unknown.iter().map(|it| (&*it.path, &*it.value)).collect()
    }

    fn __repr__(&self) -> String {
        let standing = if self.proven { "certified" } else { "claimed, proof of nothing" };
        format!("<pecpy.Certdata {} of {:?}, {standing}>", self.kind(), self.pec_id().unwrap_or_default())
    }
}
