//! What a `daticert.xml` says, with the names of the field's English vocabulary (PEC-SPEC §11).

use jiff::Timestamp;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::time;

/// Certification data (*dati di certificazione*): what a provider states, and signs, about one message.
///
/// Text values are trimmed of XML white space at both ends. RFC 6109 §4.4 makes most elements compulsory; one that is
/// absent is `None` here and a `daticert.schema` finding, because the rest may still be read.
///
/// This does not prove anything by itself: only a verified signature around it does.
#[doc(alias = "dati di certificazione")]
#[doc(alias = "daticert")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CertData {
    /// Which message this is (`postacert/@tipo`).
    #[doc(alias = "tipo")]
    pub kind: Kind,
    /// What went wrong (`postacert/@errore`); absent means `nessuno`.
    #[doc(alias = "errore")]
    pub error: ErrorKind,
    /// The certified sender (`mittente`).
    #[doc(alias = "mittente")]
    pub sender: Option<Address>,
    /// Every recipient of the original message, To and Cc (`destinatari`).
    #[doc(alias = "destinatari")]
    pub recipients: Vec<Recipient>,
    /// Where answers go (`risposte`); also `None` when the sender's value is damaged (VERDICT §5).
    #[doc(alias = "risposte")]
    pub reply_to: Option<Address>,
    /// Subject of the original message (`oggetto`), decoded; forbidden characters may have been replaced by U+FFFD.
    #[doc(alias = "oggetto")]
    pub subject: Option<String>,
    /// Name of the provider that certifies this item (`gestore-emittente`), free text.
    #[doc(alias = "gestore-emittente")]
    pub issuer: Option<String>,
    /// When (`data`).
    #[doc(alias = "data")]
    pub time: Option<CertTime>,
    /// Identifier that the sender's provider gave to the transaction (`identificativo`), without angle brackets.
    #[doc(alias = "identificativo")]
    pub pec_id: Option<String>,
    /// `Message-ID` that the sender's program had given (`msgid`), as printed: with its angle brackets. Also `None`
    /// when the sender's value is damaged (VERDICT §5).
    #[doc(alias = "msgid")]
    pub client_message_id: Option<String>,
    /// Form of the delivery receipt that the sender asked for (`ricevuta/@tipo`), never a promise that the original is
    /// attached.
    #[doc(alias = "ricevuta")]
    pub receipt: Option<ReceiptForm>,
    /// Recipient to whom delivery was done or tried (`consegna`).
    #[doc(alias = "consegna")]
    pub delivered_to: Option<Address>,
    /// Recipients that a take-charge receipt covers (`ricezione`).
    #[doc(alias = "ricezione")]
    pub received_for: Vec<Address>,
    /// Description of the error (`errore-esteso`).
    #[doc(alias = "errore-esteso")]
    pub error_detail: Option<ErrorDetail>,
    /// Elements and attributes that RFC 6109 does not know, in document order; at most 64 are kept.
    pub unknown: Vec<Unknown>,
}

impl CertData {
    /// Empty data of one kind, to be filled: `errore` is `nessuno`.
    ///
    /// ```
    /// use pec_core::daticert::{CertData, ErrorKind, Kind};
    /// let data = CertData::new(Kind::Acceptance);
    /// assert_eq!(data.error, ErrorKind::None);
    /// assert!(data.recipients.is_empty());
    /// ```
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self {
            kind,
            error: ErrorKind::None,
            sender: None,
            recipients: Vec::new(),
            reply_to: None,
            subject: None,
            issuer: None,
            time: None,
            pec_id: None,
            client_message_id: None,
            receipt: None,
            delivered_to: None,
            received_for: Vec::new(),
            error_detail: None,
            unknown: Vec::new(),
        }
    }
}

/// An enumeration whose values have names on the wire, with one variant for names that RFC 6109 does not list.
macro_rules! wire_names {
    ($(#[$doc:meta])* $name:ident, $rest:ident, { $($(#[$vdoc:meta])* $variant:ident = $wire:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* #[doc = concat!(" On the wire `", $wire, "`.")] $variant,)*
            /// A value that RFC 6109 §4.4 does not list, kept as it stands.
            $rest(String),
        }

        impl $name {
            /// The values that RFC 6109 §4.4 lists.
            pub const LISTED: &'static [Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $wire,)* Self::$rest(value) => value }
            }

            /// The value with this name on the wire.
            #[must_use]
            pub fn from_wire(wire: &str) -> Self {
                match wire { $($wire => Self::$variant,)* other => Self::$rest(other.to_owned()) }
            }

            /// Whether RFC 6109 §4.4 lists the value.
            #[must_use]
            pub const fn is_listed(&self) -> bool {
                !matches!(self, Self::$rest(_))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

wire_names! {
    /// Kind of a certified item (`postacert/@tipo`, RFC 6109 §4.4). The anomaly envelope has none.
    Kind, Other, {
        /// Acceptance receipt.
        #[doc(alias = "ricevuta di accettazione")]
        Acceptance = "accettazione",
        /// Non-acceptance notice.
        #[doc(alias = "avviso di non accettazione")]
        NonAcceptance = "non-accettazione",
        /// Take-charge receipt, from provider to provider.
        #[doc(alias = "ricevuta di presa in carico")]
        TakeCharge = "presa-in-carico",
        /// Delivery receipt.
        #[doc(alias = "ricevuta di avvenuta consegna")]
        Delivery = "avvenuta-consegna",
        /// Transport envelope.
        #[doc(alias = "busta di trasporto")]
        Transport = "posta-certificata",
        /// Non-delivery notice.
        #[doc(alias = "avviso di mancata consegna")]
        DeliveryError = "errore-consegna",
        /// Notice that the maximum time has passed, after 12 or 24 hours.
        #[doc(alias = "avviso di mancata consegna per superamento dei tempi massimi")]
        DelayNotice = "preavviso-errore-consegna",
        /// Virus detection notice, from provider to provider.
        #[doc(alias = "avviso di rilevazione virus")]
        VirusDetection = "rilevazione-virus",
    }
}

wire_names! {
    /// What went wrong, in one word (`postacert/@errore`, RFC 6109 §4.4).
    ///
    /// The word is weak: for a mailbox that does not exist some providers write `no-dest`, others `altro` and the code
    /// `5.1.1` in `errore-esteso` (PEC-SPEC §2.11).
    ErrorKind, Unlisted, {
        /// Nothing.
        None = "nessuno",
        /// The recipient does not exist.
        NoRecipient = "no-dest",
        /// The domain does not exist.
        NoDomain = "no-dominio",
        /// A virus.
        Virus = "virus",
        /// Something else; see `errore-esteso`.
        Other = "altro",
    }
}

wire_names! {
    /// Whether an address belongs to a PEC domain (`destinatari/@tipo`, RFC 6109 §4.4).
    AddressClass, Other, {
        /// A PEC mailbox: its provider will send a delivery receipt.
        #[doc(alias = "certificato")]
        Certified = "certificato",
        /// An ordinary mailbox: no receipt comes back.
        #[doc(alias = "esterno")]
        External = "esterno",
    }
}

wire_names! {
    /// Form of the delivery receipt that was asked for (`ricevuta/@tipo`, RFC 6109 §3.3.2).
    ReceiptForm, Other, {
        /// With the whole original message.
        #[doc(alias = "ricevuta completa")]
        Full = "completa",
        /// With the original message, its attachments replaced by their hashes.
        #[doc(alias = "ricevuta breve")]
        Brief = "breve",
        /// Without the original message.
        #[doc(alias = "ricevuta sintetica")]
        Concise = "sintetica",
    }
}

/// An e-mail address as printed.
///
/// `==` compares the printed form. Whether two addresses name the same mailbox says [`Address::same_mailbox`].
///
/// ```
/// use pec_core::daticert::Address;
/// let printed = Address::new("Anna.Bianchi@PEC.alfa.example");
/// assert_eq!(printed.domain(), Some("PEC.alfa.example"));
/// assert!(printed.same_mailbox("anna.bianchi@pec.alfa.example"));
/// assert!(!printed.same_mailbox("anna.bianchi@pec.beta.example"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Address(String);

impl Address {
    /// The address that is printed so.
    #[must_use]
    pub fn new(printed: impl Into<String>) -> Self {
        Self(printed.into())
    }

    /// As printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the last `@`.
    #[must_use]
    pub fn domain(&self) -> Option<&str> {
        self.0.rsplit_once('@').map(|(_, domain)| domain)
    }

    /// Whether `other` names the same mailbox: upper and lower case ASCII letters count as equal on both sides of `@`,
    /// because PEC systems fold the case of local parts too (RFC 8550 §3, PEC-SPEC §3.6). Other letters must be equal.
    #[must_use]
    pub fn same_mailbox(&self, other: &str) -> bool {
        self.0.eq_ignore_ascii_case(other)
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One recipient of the original message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recipient {
    /// The address.
    pub address: Address,
    /// Certified or ordinary; absent means `certificato`.
    pub class: AddressClass,
}

/// The time of one step, in local time as printed and in UTC (RFC 6109 §4.1 and §4.2).
///
/// The provider itself states this time; that it is true is not proven by the data.
#[doc(alias = "riferimento temporale")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertTime {
    /// Local date as printed, `dd/mm/yyyy`.
    #[doc(alias = "giorno")]
    pub day: String,
    /// Local time as printed, `hh:mm:ss`.
    #[doc(alias = "ora")]
    pub hour: String,
    /// Offset of local time from UTC as printed, `+hhmm` or `-hhmm`.
    #[doc(alias = "zona")]
    pub zone: String,
    /// The instant; `None` when the printed values are not a date and time. Second 60 counts as 59.
    #[serde(serialize_with = "utc")]
    pub utc: Option<Timestamp>,
}

impl CertTime {
    /// The time that is printed so; `utc` follows from the three values.
    #[must_use]
    pub fn printed(day: impl Into<String>, hour: impl Into<String>, zone: impl Into<String>) -> Self {
        let (day, hour, zone) = (day.into(), hour.into(), zone.into());
        let utc = time::read(&day, &hour, &zone).utc;
        Self { day, hour, zone, utc }
    }

    /// The whole second of `instant` as local time `minutes` east of UTC; `None` when the format has no room for it: more
    /// than 14 hours, or a year outside 1 to 9999.
    ///
    /// ```
    /// use pec_core::daticert::CertTime;
    /// let time = CertTime::at("2026-06-30T22:30:00Z".parse()?, 120).ok_or("no such time")?;
    /// assert_eq!((&*time.day, &*time.hour, &*time.zone), ("01/07/2026", "00:30:00", "+0200"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(instant: Timestamp, minutes: i16) -> Option<Self> {
        let (day, hour, zone) = time::print(instant, minutes)?;
        let time = Self::printed(day, hour, zone);
        time.utc.is_some().then_some(time)
    }
}

fn utc<S: Serializer>(instant: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match instant {
        Some(instant) => serializer.collect_str(instant),
        None => serializer.serialize_none(),
    }
}

/// Description of an error (*errore esteso*), of the form `code - provider - text` since 2016, with commas in some
/// (PEC-SPEC §2.11). The raw text is kept; the parts are found on demand.
///
/// ```
/// use pec_core::daticert::ErrorDetail;
/// let detail = ErrorDetail::new("5.1.1 - Beta Certificata S.r.l. - indirizzo non valido");
/// assert_eq!(detail.code(), Some("5.1.1"));
/// assert_eq!(detail.provider(), Some("Beta Certificata S.r.l."));
/// assert_eq!(detail.text(), Some("indirizzo non valido"));
/// assert_eq!(ErrorDetail::new("EICAR-Test-File").code(), None);
/// ```
#[doc(alias = "errore esteso")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorDetail(String);

impl ErrorDetail {
    /// The description that is printed so.
    #[must_use]
    pub fn new(printed: impl Into<String>) -> Self {
        Self(printed.into())
    }

    /// As printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the event, such as `5.1.1`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.parts().map(|(code, _, _)| code)
    }

    /// The provider that is named, up to the first hyphen or comma.
    #[must_use]
    pub fn provider(&self) -> Option<&str> {
        self.parts().map(|(_, provider, _)| provider)
    }

    /// The text after code and provider.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.parts().map(|(_, _, text)| text)
    }

    /// `^\s*(\d\.\d{1,3}\.\d{1,3})\s*[-,]\s*(.*?)\s*[-,]\s*(.*)$`
    fn parts(&self) -> Option<(&str, &str, &str)> {
        let printed = self.0.trim();
        let (code, rest) = printed.split_once(['-', ','])?;
        let code = code.trim_end();
        let mut numbers = code.split('.');
        let mut number = |most: usize| {
            numbers.next().is_some_and(|n| (1..=most).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        };
        if !(number(1) && number(3) && number(3)) || numbers.next().is_some() {
            return None;
        }
        let (provider, text) = rest.split_once(['-', ','])?;
        Some((code, provider.trim(), text.trim()))
    }
}

impl Serialize for ErrorDetail {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ErrorDetail", 4)?;
        fields.serialize_field("raw", self.as_str())?;
        fields.serialize_field("code", &self.code())?;
        fields.serialize_field("provider", &self.provider())?;
        fields.serialize_field("text", &self.text())?;
        fields.end()
    }
}

/// An element or attribute that RFC 6109 does not know, or that stands where it does not belong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// Where it stands: `postacert/dati/nuovo`, or `postacert/dati/nuovo/@attributo` for an attribute.
    pub path: String,
    /// Its own text, without that of its children.
    pub value: String,
}
