//! A provider: what its access, incoming and delivery points issue (RFC 6109 §3), each message first as a
//! [`Draft`], then sealed.

use pec_core::daticert::{self, Address, CertData, ErrorDetail, ErrorKind, Kind};

use crate::authority::Authority;
use crate::certificate::Certificate;
use crate::cms::{Encoding, Protection, SignedData, Signer, Spelling};
use crate::compose::submission::{ReceiptForm, Submission, Transaction};
use crate::compose::text::{self, Wording};
use crate::compose::{Draft, Family, Headers, brief, header_text, token};
use crate::key::{Digest, Key};
use crate::{Error, Moment};

/// How a provider writes where others write otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Lengths in the signature.
    pub encoding: Encoding,
    /// Spelling of the signature algorithm.
    pub spelling: Spelling,
    /// CMSAlgorithmProtection.
    pub protection: Protection,
    /// signingCertificateV2.
    pub signing_certificate: bool,
    /// `errore` of a mailbox that does not exist: `no-dest` or `altro` (PEC-SPEC §2.11).
    pub unknown_mailbox: &'static str,
    /// Whether and how the envelope repeats `X-TipoRicevuta`.
    pub form_header: FormHeader,
}

/// How an envelope names the requested receipt in its header (PEC-SPEC §2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormHeader {
    /// Not at all: the certification data say it.
    Absent,
    /// `X-TipoRicevuta`, as RFC 6109 prints it.
    Standard,
    /// `X-Tiporicevuta`, as Aruba writes it.
    Lowered,
}

impl FormHeader {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Standard => Some("X-TipoRicevuta"),
            Self::Lowered => Some("X-Tiporicevuta"),
        }
    }
}

impl Dialect {
    /// The habits of 2018: DER, `rsaEncryption`.
    pub const Y2018: Self = Self {
        encoding: Encoding::Der,
        spelling: Spelling::KeyOnly,
        protection: Protection::None,
        signing_certificate: false,
        unknown_mailbox: "no-dest",
        form_header: FormHeader::Standard,
    };
    /// The habits of 2026: BER, `sha256WithRSAEncryption`, algorithm protection.
    pub const Y2026: Self = Self {
        encoding: Encoding::Ber,
        spelling: Spelling::Full,
        protection: Protection::True,
        signing_certificate: false,
        unknown_mailbox: "altro",
        form_header: FormHeader::Absent,
    };
}

/// A provider with its certificate.
#[derive(Debug, Clone)]
pub struct Provider {
    /// `gestore-emittente`.
    pub name: String,
    /// Host of the service address.
    pub host: String,
    /// Layout.
    pub family: Family,
    /// Private key.
    pub key: Key,
    /// Certificate of the key.
    pub certificate: Certificate,
    /// Who issued it.
    pub authority: Authority,
    /// Digest of signatures.
    pub digest: Digest,
    /// Habits.
    pub dialect: Dialect,
    /// Seed of boundaries and identifiers.
    pub seed: u64,
}

/// Which of the two notices of a late delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// Twelve hours without a sign.
    Hours12,
    /// Twenty-four hours without delivery.
    Hours24,
}

/// Why a message was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No such mailbox.
    UnknownMailbox,
    /// No such domain.
    UnknownDomain,
    /// The mailbox exists and takes nothing for now.
    MailboxDisabled,
    /// The mailbox is full.
    MailboxFull,
}

impl Provider {
    /// `posta-certificata@host`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("posta-certificata@{}", self.host)
    }

    /// Accepts a submission: gives it an identifier and a time.
    #[must_use]
    pub fn accept(&self, submission: Submission, subject: Option<&str>, at: Moment) -> Transaction {
        let id = Transaction::identifier(&self.host, &submission, at);
        Transaction::new(submission, id, subject, at)
    }

    /// The signer that this provider is at `at`.
    #[must_use]
    pub fn signer(&self, at: Moment) -> Signer {
        let mut signer = Signer::new(&self.key, &self.certificate, self.digest, at);
        if signer.spelling == Spelling::KeyOnly {
            signer.spelling = self.dialect.spelling;
        }
        signer.protection = self.dialect.protection;
        signer.signing_certificate = self.dialect.signing_certificate;
        signer
    }

    /// The signature that this provider makes at `at`.
    #[must_use]
    pub fn signed_data(&self, at: Moment) -> SignedData {
        SignedData { encoding: self.dialect.encoding, ..SignedData::detached(self.signer(at), &self.authority) }
    }

    /// Signs a draft at its own time.
    ///
    /// # Errors
    /// When the key does not fit the digest.
    pub fn seal(&self, draft: &Draft) -> Result<Vec<u8>, Error> {
        self.seal_with(draft, &self.signed_data(draft.at))
    }

    /// Signs a draft with a signature made otherwise.
    ///
    /// # Errors
    /// When a key does not fit its digest.
    pub fn seal_with(&self, draft: &Draft, signature: &SignedData) -> Result<Vec<u8>, Error> {
        let content = draft.content();
        Ok(draft.message(&content, &signature.build(&content)?))
    }

    /// Acceptance receipt (*ricevuta di accettazione*).
    #[must_use]
    pub fn acceptance(&self, tx: &Transaction) -> Draft {
        let data = tx.data(Kind::Acceptance, &self.name, tx.accepted);
        let mut body = opening(tx, tx.accepted);
        body.push_str("ed indirizzato a:\n");
        for r in &tx.submission.recipients {
            let class = if r.certified { "posta certificata" } else { "posta ordinaria" };
            body.push_str(&format!("{} (\"{class}\")\n", r.address));
        }
        body.push_str("è stato accettato dal sistema ed inoltrato.\n");
        self.receipt(tx, &data, tx.accepted, "ACCETTAZIONE", "Ricevuta di accettazione", &body)
    }

    /// Notice of non-acceptance for a formal reason (*avviso di non accettazione*).
    #[must_use]
    pub fn non_acceptance(&self, tx: &Transaction, reason: &str) -> Draft {
        let mut data = tx.data(Kind::NonAcceptance, &self.name, tx.accepted);
        data.error = ErrorKind::Other;
        data.error_detail = Some(ErrorDetail::new(reason));
        let body = format!(
            "{}{}è stato rilevato un problema che ne impedisce l'accettazione:\n{reason}\nIl messaggio non è stato accettato.\n",
            opening(tx, tx.accepted),
            addressed(tx)
        );
        self.receipt(tx, &data, tx.accepted, "AVVISO DI NON ACCETTAZIONE", "Avviso di non accettazione", &body)
    }

    /// Notice of non-acceptance because of a virus.
    #[must_use]
    pub fn non_acceptance_virus(&self, tx: &Transaction, virus: &str) -> Draft {
        let mut data = tx.data(Kind::NonAcceptance, &self.name, tx.accepted);
        data.error = ErrorKind::Virus;
        data.error_detail = Some(ErrorDetail::new(virus));
        let body = format!(
            "{}{}è stato rilevato un problema di sicurezza:\n{virus}\nIl messaggio non è stato accettato.\n",
            opening(tx, tx.accepted),
            addressed(tx)
        );
        let prefix = "AVVISO DI NON ACCETTAZIONE PER VIRUS";
        let mut draft = self.receipt(tx, &data, tx.accepted, prefix, "Avviso di non accettazione per virus", &body);
        draft.headers.push("X-VerificaSicurezza", "errore");
        draft
    }

    /// Transport envelope (*busta di trasporto*).
    #[must_use]
    pub fn transport(&self, tx: &Transaction) -> Draft {
        let mut data = tx.data(Kind::Transport, &self.name, tx.accepted);
        data.receipt = Some(tx.submission.receipt.on_the_wire());
        let body = format!(
            "Il giorno {} alle ore {} ({}) il messaggio con Oggetto\n\"{}\" è stato inviato da \"{}\"\nindirizzato a:\n{}\
             Il messaggio originale è incluso in allegato.\nIdentificativo messaggio: {}\n",
            tx.accepted.giorno(),
            tx.accepted.ora(),
            tx.accepted.zona(),
            data.subject.as_deref().unwrap_or_default(),
            tx.submission.sender,
            tx.submission.recipients.iter().map(|r| format!("{}\n", r.address)).collect::<String>(),
            tx.pec_id,
        );
        let mut headers = inherited(tx);
        headers.push("Subject", subject_of("POSTA CERTIFICATA", tx));
        if let Some(id) = &tx.client_message_id {
            headers.push("X-Riferimento-Message-ID", id.clone());
        }
        headers.push("Date", tx.accepted.date_header());
        headers.push("Message-ID", format!("<{}>", tx.pec_id));
        if headers.get("Reply-To").is_none() {
            headers.push("Reply-To", tx.reply_to.clone());
        }
        headers.push("X-Trasporto", "posta-certificata");
        headers.push("From", format!("\"Per conto di: {}\" <{}>", tx.submission.sender, self.address()));
        if let Some(name) = self.dialect.form_header.name() {
            headers.push(name, tx.submission.receipt.as_str());
        }
        let wording = Wording { title: "Messaggio di posta certificata".into(), body };
        let mut draft = self.draft(headers, tx.accepted, &wording);
        draft.daticert = Some(daticert_xml(&data, self.family));
        draft.original = Some(tx.original.clone());
        draft
    }

    /// Take-charge receipt (*ricevuta di presa in carico*) of the recipient's provider to the service mailbox `to`.
    #[must_use]
    pub fn take_charge(&self, tx: &Transaction, covered: &[&str], to: &str, at: Moment) -> Draft {
        let mut data = tx.data(Kind::TakeCharge, &self.name, at);
        data.received_for = covered.iter().map(|a| Address::new(*a)).collect();
        let body = format!("{}{}è stato accettato dal sistema.\n", opening(tx, at), addressed(tx));
        let mut draft = self.receipt(tx, &data, at, "PRESA IN CARICO", "Ricevuta di presa in carico", &body);
        draft.headers.set("To", to);
        draft
    }

    /// Anomaly envelope (*busta di anomalia*) around whatever `received` is; `from` is its claimed sender.
    #[must_use]
    pub fn anomaly(&self, received: &[u8], from: &str, reason: &str, at: Moment) -> Draft {
        let fields = crate::compose::submission::fields(received);
        let mut headers = Headers::default();
        for (name, value) in &fields.0 {
            if ["Received", "To", "Cc", "Return-Path", "Reply-To", "Message-ID"]
                .iter()
                .any(|n| n.eq_ignore_ascii_case(name))
            {
                headers.push(name, value.clone());
            }
        }
        let subject = fields.get("Subject").unwrap_or_default().to_owned();
        headers.push("Subject", format!("ANOMALIA MESSAGGIO: {subject}"));
        headers.push("Date", at.date_header());
        if headers.get("Reply-To").is_none() {
            headers.push("Reply-To", from);
        }
        headers.push("X-Trasporto", "errore");
        headers.push("From", format!("\"Per conto di: {from}\" <{}>", self.address()));
        let body = format!(
            "Il giorno {} alle ore {} ({}) è stato ricevuto il messaggio\n\"{subject}\" da \"{from}\"\nindirizzato a:\n{}\n\
             Tali dati non sono stati certificati per il seguente errore:\n{reason}\n\
             Il messaggio originale è incluso in allegato.\n",
            at.giorno(),
            at.ora(),
            at.zona(),
            fields.get("To").unwrap_or_default(),
        );
        let wording = Wording { title: "Anomalia nel messaggio".into(), body };
        let mut draft = self.draft(headers, at, &wording);
        draft.original = Some(received.to_vec());
        draft
    }

    /// Virus detection notice (*avviso di rilevazione virus*) between providers.
    #[must_use]
    pub fn virus_detection(&self, tx: &Transaction, recipient: &str, virus: &str, to: &str, at: Moment) -> Draft {
        let mut data = tx.data(Kind::VirusDetection, &self.name, at);
        data.error = ErrorKind::Virus;
        data.delivered_to = Some(Address::new(recipient));
        data.error_detail = Some(ErrorDetail::new(virus));
        let body = format!(
            "{}e destinato all'utente \"{recipient}\"\nè stato rilevato un problema di sicurezza:\n{virus}\n",
            opening(tx, at)
        );
        let mut draft = self.receipt(tx, &data, at, "PROBLEMA DI SICUREZZA", "Avviso di rilevazione virus", &body);
        draft.headers.set("To", to);
        draft.headers.push("X-Mittente", tx.submission.sender.clone());
        draft
    }

    /// Delivery failure because of a virus, by the sender's provider.
    #[must_use]
    pub fn delivery_error_virus(&self, tx: &Transaction, recipient: &str, virus: &str, at: Moment) -> Draft {
        let mut data = tx.data(Kind::DeliveryError, &self.name, at);
        data.error = ErrorKind::Virus;
        data.delivered_to = Some(Address::new(recipient));
        data.error_detail =
            Some(ErrorDetail::new(format!("5.5.1, {}, presenza di un virus nel messaggio ({virus})", self.name)));
        let body = format!(
            "Il giorno {} alle ore {} ({}) nel messaggio con Oggetto\n\"{}\"\ne destinato all'utente \"{recipient}\"\n\
             è stato rilevato un problema di sicurezza: {virus}\nIl messaggio non è stato consegnato.\n",
            at.giorno(),
            at.ora(),
            at.zona(),
            tx.subject.as_deref().unwrap_or_default()
        );
        let prefix = "AVVISO DI MANCATA CONSEGNA PER VIRUS";
        let mut draft = self.receipt(tx, &data, at, prefix, "Avviso di mancata consegna per virus", &body);
        draft.headers.push("X-VerificaSicurezza", "errore");
        draft
    }

    /// Notice that the maximum time is over (*preavviso di mancata consegna*), by the sender's provider.
    #[must_use]
    pub fn delay_notice(&self, tx: &Transaction, recipient: &str, which: Delay, at: Moment) -> Draft {
        let mut data = tx.data(Kind::DelayNotice, &self.name, at);
        data.error = ErrorKind::Other;
        data.delivered_to = Some(Address::new(recipient));
        let hours = if which == Delay::Hours12 { "dodici" } else { "ventiquattro" };
        data.error_detail = Some(ErrorDetail::new(format!(
            "5.4.1 - {} - il messaggio non è stato consegnato nelle prime {hours} ore dal suo invio",
            self.name
        )));
        let end = match which {
            Delay::Hours12 => {
                "Non è escluso che questo avvenga in un momento successivo; seguirà eventualmente un secondo avviso.\n"
            }
            Delay::Hours24 => "La spedizione si considera terminata con esito negativo.\n",
        };
        let body = format!(
            "{}e destinato all'utente \"{recipient}\"\nnon è stato consegnato nelle prime {hours} ore dal suo invio.\n{end}",
            opening(tx, at)
        );
        let prefix = "AVVISO DI MANCATA CONSEGNA PER SUP. TEMPO MASSIMO";
        let title = "Avviso di mancata consegna per superamento dei tempi massimi";
        self.receipt(tx, &data, at, prefix, title, &body)
    }

    /// Delivery receipt (*ricevuta di avvenuta consegna*) for one recipient, in the form that was asked for.
    #[must_use]
    pub fn delivery(&self, tx: &Transaction, recipient: &str, form: ReceiptForm, at: Moment) -> Draft {
        self.delivery_as(tx, recipient, form, form, at)
    }

    /// The same where `form` is not the form `requested`: a recipient in Cc (RFC 6109 §3.3.2.1). `ricevuta/@tipo` says
    /// what was requested (RFC 6109 §4.4).
    #[must_use]
    pub fn delivery_as(
        &self,
        tx: &Transaction,
        recipient: &str,
        form: ReceiptForm,
        requested: ReceiptForm,
        at: Moment,
    ) -> Draft {
        let mut data = tx.data(Kind::Delivery, &self.name, at);
        data.receipt = Some(requested.on_the_wire());
        data.delivered_to = Some(Address::new(recipient));
        let body = format!(
            "{}e destinato all'utente \"{recipient}\"\nè stato consegnato nella casella di destinazione.\n",
            opening(tx, at)
        );
        let title = match form {
            ReceiptForm::Full => "Ricevuta di avvenuta consegna",
            ReceiptForm::Brief => "Ricevuta di avvenuta consegna breve",
            ReceiptForm::Concise => "Ricevuta di avvenuta consegna sintetica",
        };
        let mut draft = self.receipt(tx, &data, at, "CONSEGNA", title, &body);
        draft.original = match form {
            ReceiptForm::Full => Some(tx.original.clone()),
            ReceiptForm::Brief => Some(brief::brief(&tx.original, brief::Hashing::default())),
            ReceiptForm::Concise => None,
        };
        draft
    }

    /// Delivery failure (*avviso di mancata consegna*).
    #[must_use]
    pub fn delivery_error(&self, tx: &Transaction, recipient: &str, why: Failure, at: Moment) -> Draft {
        let mut data = tx.data(Kind::DeliveryError, &self.name, at);
        let (error, code, reason) = match why {
            Failure::UnknownMailbox => (self.dialect.unknown_mailbox, "5.1.1", "indirizzo non valido"),
            Failure::UnknownDomain => ("no-dominio", "5.1.2", "dominio non valido"),
            Failure::MailboxDisabled => ("altro", "5.2.1", "casella disattivata"),
            Failure::MailboxFull => ("altro", "5.2.2", "casella piena"),
        };
        data.error = ErrorKind::from_wire(error);
        data.delivered_to = Some(Address::new(recipient));
        data.error_detail = Some(ErrorDetail::new(format!("{code} - {} - {reason}", self.name)));
        let body = format!(
            "{}e destinato all'utente \"{recipient}\"\nè stato rilevato un errore {code} - {} - {reason}\n\
             Il messaggio è stato rifiutato dal sistema.\n",
            opening(tx, at),
            self.name
        );
        self.receipt(tx, &data, at, "AVVISO DI MANCATA CONSEGNA", "Avviso di mancata consegna", &body)
    }

    /// What receipts and notices have in common: addressed to the sender, an own Message-ID, no original.
    fn receipt(&self, tx: &Transaction, data: &CertData, at: Moment, prefix: &str, title: &str, body: &str) -> Draft {
        let mut headers = Headers::default();
        headers.push("Subject", subject_of(prefix, tx));
        if let Some(id) = &tx.client_message_id {
            headers.push("X-Riferimento-Message-ID", id.clone());
        }
        headers.push("Date", at.date_header());
        let labels = [tx.pec_id.as_bytes(), data.kind.as_str().as_bytes(), title.as_bytes()];
        let to = data.delivered_to.as_ref().map_or("", Address::as_str);
        let own = token(&[labels[0], labels[1], labels[2], to.as_bytes(), &self.seed.to_be_bytes()], 6);
        headers.push("Message-ID", format!("<opec{own}.{}@{}>", at.stamp(), self.host));
        headers.push("To", tx.submission.sender.clone());
        headers.push("X-Ricevuta", data.kind.as_str());
        headers.push("From", self.address());
        let body = format!("{body}Identificativo messaggio: {}\n", tx.pec_id);
        let mut draft = self.draft(headers, at, &Wording { title: title.to_owned(), body });
        draft.daticert = Some(daticert_xml(data, self.family));
        draft
    }

    fn draft(&self, headers: Headers, at: Moment, wording: &Wording) -> Draft {
        let seed = self.seed.to_be_bytes();
        let label = headers.bytes();
        let hex = token(&[&seed, &label, b"outer"], 16);
        let number = u32::from_str_radix(&hex[..8], 16).unwrap_or(0) % 32_768;
        let (outer, inner, alternative) = match self.family {
            Family::A => {
                let part = |n: u32| format!("----------=_{}-{number}-{n}", at.unix());
                (format!("----{hex}"), part(number % 900), part(number % 900 + 1))
            }
            Family::B => {
                let part = |n: u32| format!("----=_Part_{}_{}.{}", number + n, &hex[..9], at.unix());
                (part(0), part(1), part(2))
            }
        };
        Draft {
            family: self.family,
            at,
            headers,
            digest: self.digest,
            micalg: None,
            protocol: None,
            text: text::part(self.family, wording, &alternative),
            daticert: None,
            original: None,
            more: Vec::new(),
            outer,
            inner,
            epilogue: Vec::new(),
            after: Vec::new(),
        }
    }
}

fn subject_of(prefix: &str, tx: &Transaction) -> String {
    header_text(&format!("{prefix}: {}", tx.subject.as_deref().unwrap_or_default())).trim_end().to_owned()
}

/// Fields that the envelope takes over: the trace and the addressing (RFC 6109 §2.1.1.2), and what clients add.
fn inherited(tx: &Transaction) -> Headers {
    const PLAIN: [&str; 5] = ["Received", "To", "Cc", "Return-Path", "Reply-To"];
    const OWN: [&str; 2] = ["X-TipoRicevuta", "X-Riferimento-Message-ID"];
    let mut headers = Headers::default();
    for (name, value) in &tx.headers.0 {
        let extra = name.len() > 2 && name[..2].eq_ignore_ascii_case("X-");
        let own = OWN.iter().any(|n| n.eq_ignore_ascii_case(name));
        if PLAIN.iter().any(|n| n.eq_ignore_ascii_case(name)) || (extra && !own) {
            headers.push(name, value.clone());
        }
    }
    headers
}

/// The certification data as the family prints them: A indented, B on one line. A character that XML cannot express
/// becomes U+FFFD.
fn daticert_xml(data: &CertData, family: Family) -> Vec<u8> {
    let layout = if family == Family::A { daticert::Layout::Indented } else { daticert::Layout::OneLine };
    daticert::write(data, layout).unwrap_or_else(|_| {
        let plain = |text: &String| text.replace(|c: char| c.is_control() || c > '\u{fffd}', "\u{fffd}");
        let mut data = data.clone();
        data.subject = data.subject.as_ref().map(plain);
        data.error_detail = data.error_detail.map(|detail| ErrorDetail::new(plain(&detail.as_str().to_owned())));
        daticert::write(&data, layout).unwrap_or_default()
    })
}

fn opening(tx: &Transaction, at: Moment) -> String {
    format!(
        "Il giorno {} alle ore {} ({}) il messaggio con Oggetto
\"{}\" inviato da \"{}\"
",
        at.giorno(),
        at.ora(),
        at.zona(),
        tx.subject.as_deref().unwrap_or_default(),
        tx.submission.sender
    )
}

fn addressed(tx: &Transaction) -> String {
    let list: String = tx.submission.recipients.iter().map(|r| format!("{}\n", r.address)).collect();
    format!("ed indirizzato a:\n{list}")
}
