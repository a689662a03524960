//! The trust store: a dated value that says whom a judgement trusts, with a public source for every entry.

mod data;
#[cfg(test)]
mod round_trip;

use std::borrow::Cow;
use std::fmt;

use encodify::{base64, hex, pem};
use serde::{Deserialize, Serialize};

use super::certificate::Certificate;
use super::{path, sha256};

/// SHA-256 of a certificate or of a public key, the identity by which both are known here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 64 {
            return None;
        }
        let mut value = [0; 32];
        for (byte, pair) in value.iter_mut().zip(bytes.chunks_exact(2)) {
            *byte = hex::decode_pair(pair[0], pair[1])?;
        }
        Some(Self(value))
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a SHA-256 has 64 hexadecimal digits"))
    }
}

/// The authority at which a path ends (VERDICT §1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// AgID CA1, in use since 2017.
    AgidCa1,
    /// DigitPA CA1, in use from 2011 to 2018.
    DigitPaCa1,
    /// A certificate that the host gave: tests, sandboxes, an authority of its own.
    Host(Fingerprint),
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AgidCa1 => f.write_str("agid-ca1"),
            Self::DigitPaCa1 => f.write_str("digitpa-ca1"),
            Self::Host(fingerprint) => write!(f, "host:{fingerprint}"),
        }
    }
}

/// Whom a judgement trusts: pinned keys of the PEC authorities (autorità di certificazione di AgID and DigitPA), their
/// known issues, the providers' hosts, and what the host adds.
///
/// It is a value: nothing is read from the machine. What the host adds is always visible, in the value itself and in
/// every judgement that rests on it.
///
/// ```
/// use pec_core::trust::TrustStore;
///
/// let store = TrustStore::built_in();
/// assert_eq!(TrustStore::from_json(&store.to_json()).as_ref(), Ok(&store));
/// assert!(TrustStore::from_json("{}").is_err());
/// ```
#[doc(alias = "gestori PEC")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStore {
    data: Data,
    facts: Facts,
    id: Fingerprint,
    data_end: i64,
    root: Option<&'static [u8]>,
}

/// Where the facts about the PEC system in a [`TrustStore`] come from: pins, listed certificates, root and hosts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facts {
    /// Built into this version.
    BuiltIn,
    /// Given by the host in their place: every judgement says so (`trust.replaced_data`).
    Replaced,
}

/// The data as a table for people: what is pinned, what is listed, since when, and by which public source.
impl fmt::Display for TrustStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = &self.data;
        writeln!(f, "trust data of {}", data.data_date)?;
        writeln!(f, "\npinned keys (SHA-256 of the public key)")?;
        for pin in &data.pins {
            writeln!(f, "  {}  {}, {}", pin.spki_sha256, pin.common_name, pin.organization)?;
            writeln!(f, "      {}", pin.source)?;
        }
        writeln!(f, "  {}  {}", data.root.spki_sha256, data.root.common_name)?;
        writeln!(f, "      {}", data.root.source)?;
        writeln!(f, "\nlisted certificates (SHA-256)")?;
        for listed in &data.certificates {
            let anchor = Anchor::from(listed.anchor);
            writeln!(f, "  {}  {anchor}  {} to {}", listed.sha256, listed.not_before, listed.not_after)?;
            writeln!(f, "      {}", listed.source)?;
        }
        writeln!(f, "\nprovider hosts ({})", data.provider_hosts.source)?;
        for host in &data.provider_hosts.hosts {
            writeln!(f, "  {host}")?;
        }
        for anchor in self.host_anchors() {
            writeln!(f, "\nadded by the host: {anchor}")?;
        }
        for fingerprint in self.time_stamp_fingerprints() {
            writeln!(f, "\nadded by the host for time-stamps: {fingerprint}")?;
        }
        for given in &self.data.login_anchors {
            writeln!(f, "\nadded by the host for logging in: {}", given.sha256)?;
        }
        Ok(())
    }
}

/// Why a trust store cannot be built; always the host's to put right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TrustStoreError {
    /// The JSON is not of the expected form.
    #[error("the trust data cannot be read: {0}")]
    Json(String),
    /// The version of the form is another one.
    #[error("trust data of version {0} are not known here")]
    Version(u32),
    /// A value contradicts itself or the rules.
    #[error("trust data: {0}")]
    Value(&'static str),
    /// A certificate given by the host cannot be read.
    #[error("this is not an X.509 certificate in DER or PEM")]
    Certificate,
}

/// The version of the JSON form.
const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    version: u32,
    data_date: jiff::civil::Date,
    pins: Vec<Pin>,
    certificates: Vec<Listed>,
    root: Root,
    provider_hosts: ProviderHosts,
    host_anchors: Vec<Given>,
    time_stamp_anchors: Vec<Given>,
    /// Left out where there is none: older versions read the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    login_anchors: Vec<Given>,
    intermediates: Vec<Given>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Pinned {
    AgidCa1,
    DigitpaCa1,
}

impl From<Pinned> for Anchor {
    fn from(pinned: Pinned) -> Self {
        match pinned {
            Pinned::AgidCa1 => Self::AgidCa1,
            Pinned::DigitpaCa1 => Self::DigitPaCa1,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    anchor: Pinned,
    spki_sha256: Fingerprint,
    /// The key itself: it tells who did not sign even when the authority's certificate is missing.
    #[serde(with = "base64_text")]
    public_key: Vec<u8>,
    organization: String,
    common_name: String,
    source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    anchor: Pinned,
    sha256: Fingerprint,
    not_before: jiff::Timestamp,
    not_after: jiff::Timestamp,
    source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Root {
    spki_sha256: Fingerprint,
    common_name: String,
    source: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderHosts {
    source: String,
    hosts: Vec<String>,
}

/// A certificate given by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    sha256: Fingerprint,
    #[serde(with = "base64_text")]
    der: Vec<u8>,
}

mod base64_text {
    use super::{Cow, Deserialize, base64};

    pub(super) fn serialize<S: serde::Serializer>(der: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::STANDARD.encode(der))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<'_, str>::deserialize(deserializer)?;
        base64::STANDARD.decode(text.as_ref()).map_err(serde::de::Error::custom)
    }
}

impl Data {
    fn built_in() -> Self {
        let print = |text| Fingerprint::parse(text).unwrap_or(Fingerprint([0; 32]));
        let time = |text: &str| text.parse().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let pinned = |anchor| if anchor == Anchor::DigitPaCa1 { Pinned::DigitpaCa1 } else { Pinned::AgidCa1 };
        Self {
            version: VERSION,
            data_date: data::DATA_DATE.parse().unwrap_or(jiff::civil::Date::ZERO),
            pins: data::PINS
                .iter()
                .map(|pin| Pin {
                    anchor: pinned(pin.anchor),
                    spki_sha256: print(pin.spki_sha256),
                    public_key: base64::STANDARD.decode(pin.public_key).unwrap_or_default(),
                    organization: pin.organization.to_owned(),
                    common_name: pin.common_name.to_owned(),
                    source: pin.source.to_owned(),
                })
                .collect(),
            certificates: data::LISTED
                .iter()
                .map(|listed| Listed {
                    anchor: pinned(listed.anchor),
                    sha256: print(listed.sha256),
                    not_before: time(listed.not_before),
                    not_after: time(listed.not_after),
                    source: listed.source.to_owned(),
                })
                .collect(),
            root: Root {
                spki_sha256: print(data::ROOT_SPKI_SHA256),
                common_name: data::ROOT_COMMON_NAME.to_owned(),
                source: data::ROOT_SOURCE.to_owned(),
            },
            provider_hosts: ProviderHosts {
                source: data::PROVIDER_HOSTS_SOURCE.to_owned(),
                hosts: data::PROVIDER_HOSTS.iter().map(|host| (*host).to_owned()).collect(),
            },
            host_anchors: Vec::new(),
            time_stamp_anchors: Vec::new(),
            login_anchors: Vec::new(),
            intermediates: Vec::new(),
        }
    }

    /// Whether the facts about the PEC system are those of `other`, whatever the host added.
    fn same_facts(&self, other: &Self) -> bool {
        self.data_date == other.data_date
            && self.pins == other.pins
            && self.certificates == other.certificates
            && self.root == other.root
            && self.provider_hosts == other.provider_hosts
    }
}

impl TrustStore {
    /// The facts built into this version: keys of AgID CA1 and DigitPA CA1 with their known issues, the root above
    /// AgID CA1, the providers' hosts. No anchor of a host.
    #[must_use]
    pub fn built_in() -> Self {
        Self::with_data(Data::built_in(), Facts::BuiltIn)
    }

    /// Trust data of another date, in the form of [`Self::to_json`].
    ///
    /// # Errors
    /// [`TrustStoreError`] when the text has another form or version, an unknown field, or contradictory values; the
    /// caller is to blame, nothing is taken over in part.
    pub fn from_json(json: &str) -> Result<Self, TrustStoreError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let unreadable = |error: serde_json::Error| TrustStoreError::Json(error.to_string());
        let Version { version } = serde_json::from_str(json).map_err(unreadable)?;
        if version != VERSION {
            return Err(TrustStoreError::Version(version));
        }
        let data: Data = serde_json::from_str(json).map_err(unreadable)?;
        data.check()?;
        let facts = if data.same_facts(&Data::built_in()) { Facts::BuiltIn } else { Facts::Replaced };
        Ok(Self::with_data(data, facts))
    }

    /// The whole value as JSON with a fixed order of keys; [`Self::from_json`] reads it back.
    #[must_use]
    pub fn to_json(&self) -> String {
        // The value holds strings, dates and numbers only, which always have a JSON form.
        serde_json::to_string_pretty(&self.data).unwrap_or_default()
    }

    /// This store with an anchor of the host, in DER or PEM (every certificate of a PEM text is taken). It must be a
    /// CA certificate; its own dates and constraints apply.
    ///
    /// # Errors
    /// [`TrustStoreError::Certificate`] when nothing can be read.
    pub fn with_host_anchor(mut self, certificate: &[u8]) -> Result<Self, TrustStoreError> {
        add(&mut self.data.host_anchors, certificate)?;
        Ok(Self::with_data(self.data, self.facts))
    }

    /// This store with an authority whose time-stamp tokens (marche temporali) are believed, in DER or PEM.
    ///
    /// # Errors
    /// [`TrustStoreError::Certificate`] when nothing can be read.
    pub fn with_time_stamp_anchor(mut self, certificate: &[u8]) -> Result<Self, TrustStoreError> {
        add(&mut self.data.time_stamp_anchors, certificate)?;
        Ok(Self::with_data(self.data, self.facts))
    }

    /// This store with an authority whose cards (*carta nazionale dei servizi*) open mailboxes of this host, in DER or PEM: see
    /// [`login`](crate::delegation::login). It vouches for nothing else, and no other authority of the store does for cards.
    ///
    /// # Errors
    /// [`TrustStoreError::Certificate`] when nothing can be read.
    pub fn with_login_anchor(mut self, certificate: &[u8]) -> Result<Self, TrustStoreError> {
        add(&mut self.data.login_anchors, certificate)?;
        Ok(Self::with_data(self.data, self.facts))
    }

    /// This store with a certificate that may stand in a path but is not trusted by itself, in DER or PEM: for
    /// messages that do not carry their CA.
    ///
    /// # Errors
    /// [`TrustStoreError::Certificate`] when nothing can be read.
    pub fn with_intermediate(mut self, certificate: &[u8]) -> Result<Self, TrustStoreError> {
        add(&mut self.data.intermediates, certificate)?;
        Ok(Self::with_data(self.data, self.facts))
    }

    /// Whether the facts about the PEC system are the built-in ones.
    #[must_use]
    pub const fn facts(&self) -> Facts {
        self.facts
    }

    /// The identity of this value: SHA-256 of its JSON form.
    #[must_use]
    pub const fn id(&self) -> Fingerprint {
        self.id
    }

    /// The last day, `YYYY-MM-DD`, for which the data claim to be complete.
    #[must_use]
    pub fn data_date(&self) -> String {
        self.data.data_date.to_string()
    }

    /// The anchors that the host gave.
    pub fn host_anchors(&self) -> impl Iterator<Item = Anchor> + '_ {
        self.data.host_anchors.iter().map(|given| Anchor::Host(given.sha256))
    }

    /// The authorities whose time-stamps the host believes, DER.
    pub fn time_stamp_anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.data.time_stamp_anchors.iter().map(|given| given.der.as_slice())
    }

    /// The authorities whose cards open mailboxes, DER.
    pub fn login_anchors(&self) -> impl Iterator<Item = &[u8]> {
        self.data.login_anchors.iter().map(|given| given.der.as_slice())
    }

    /// The SHA-256 of every authority for time-stamps that the host has given, in order.
    fn time_stamp_fingerprints(&self) -> impl Iterator<Item = Fingerprint> + '_ {
        self.data.time_stamp_anchors.iter().map(|given| given.sha256)
    }

    /// The end of the last day of the data, in seconds since 1970.
    pub(crate) const fn data_end(&self) -> i64 {
        self.data_end
    }

    pub(crate) fn host_anchor_certificates(&self) -> impl Iterator<Item = (Fingerprint, &[u8])> {
        self.data.host_anchors.iter().map(|given| (given.sha256, given.der.as_slice()))
    }

    pub(crate) fn intermediates(&self) -> impl Iterator<Item = &[u8]> {
        self.data.intermediates.iter().map(|given| given.der.as_slice())
    }

    /// Whether `host` is the host of a known provider's service addresses.
    pub(super) fn is_provider_host(&self, host: &str) -> bool {
        self.data.provider_hosts.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    /// Whether `name` is the name of a pinned authority: its organization and common name, compared as RFC 5280 §7.1
    /// asks; the rest of the name does not matter.
    pub(super) fn names_pinned_authority(&self, name: &super::distinguished_name::DistinguishedName<'_>) -> bool {
        use super::distinguished_name::{attribute, value_reads};
        let reads =
            |oid: &[u8], text: &str| name.attributes().any(|(found, value)| found == oid && value_reads(&value, text));
        self.data.pins.iter().any(|pin| {
            reads(attribute::COMMON_NAME, &pin.common_name) && reads(attribute::ORGANIZATION, &pin.organization)
        })
    }

    /// The authority whose pinned key verifies the signature of `certificate`.
    pub(super) fn signed_by_pinned_key(&self, certificate: &Certificate<'_>) -> Option<Anchor> {
        let signed = |pin: &&Pin| path::verify_with_key(certificate, &pin.public_key).is_ok();
        self.data.pins.iter().find(signed).map(|pin| pin.anchor.into())
    }

    /// What a CA certificate is by the rule of VERDICT §3: its key must be pinned, and it must be listed or verify
    /// under the pinned root.
    pub(super) fn pinned(&self, certificate: &Certificate<'_>) -> PinnedIssue {
        let key = Fingerprint(certificate.spki_sha256());
        let Some(pin) = self.data.pins.iter().find(|pin| pin.spki_sha256 == key) else { return PinnedIssue::NotPinned };
        let print = Fingerprint(certificate.sha256());
        if self.data.certificates.iter().any(|listed| listed.sha256 == print && listed.anchor == pin.anchor) {
            return PinnedIssue::Known { anchor: pin.anchor.into(), listed: true };
        }
        let root = self.root.and_then(|der| Certificate::parse(der).ok());
        match root {
            Some(root) if certificate.is_issued_by(&root) && path::verify_signature(certificate, &root).is_ok() => {
                PinnedIssue::Known { anchor: pin.anchor.into(), listed: false }
            }
            _ => PinnedIssue::Unknown,
        }
    }

    fn with_data(data: Data, facts: Facts) -> Self {
        let end = data.data_date.at(23, 59, 59, 0);
        let data_end = jiff::tz::Offset::UTC.to_timestamp(end).map_or(0, |time| time.as_second());
        let root = public_roots().find(|root| {
            let name = data.root.common_name.as_bytes();
            memchr::memmem::find(root, name).is_some()
                && Certificate::parse(root).is_ok_and(|root| root.spki_sha256() == data.root.spki_sha256.0)
        });
        let mut store = Self { data, facts, id: Fingerprint([0; 32]), data_end, root };
        store.id = Fingerprint(sha256(store.to_json().as_bytes()));
        store
    }
}

/// The roots of the public Web PKI, DER. They anchor nothing here: they tell a public certificate from an unknown one.
pub(super) fn public_roots() -> impl Iterator<Item = &'static [u8]> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().map(|root| {
        let root: &'static [u8] = root;
        root
    })
}

/// What the pins say about a CA certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PinnedIssue {
    /// Its key is nobody's we know.
    NotPinned,
    /// Its key is pinned, but nobody we know issued this certificate: perhaps a wrapper made around a public key.
    Unknown,
    /// It is an issue of a PEC authority.
    Known {
        anchor: Anchor,
        /// Known by its own fingerprint; else by the signature of the root.
        listed: bool,
    },
}

impl Data {
    fn check(&self) -> Result<(), TrustStoreError> {
        let value = |ok: bool, text| if ok { Ok(()) } else { Err(TrustStoreError::Value(text)) };
        value(!self.pins.is_empty(), "no key is pinned")?;
        for (at, pin) in self.pins.iter().enumerate() {
            let named = !pin.common_name.trim().is_empty() && !pin.organization.trim().is_empty();
            value(named && !pin.source.is_empty(), "a pin needs a name and a source")?;
            value(pin.spki_sha256.0 == sha256(&pin.public_key), "a pinned key has another SHA-256 than stated")?;
            value(self.pins[..at].iter().all(|other| other.spki_sha256 != pin.spki_sha256), "a key is pinned twice")?;
        }
        for listed in &self.certificates {
            value(!listed.source.is_empty(), "a listed certificate needs a source")?;
            value(listed.not_before < listed.not_after, "a listed certificate ends before it begins")?;
        }
        value(!self.root.common_name.is_empty(), "the root needs a name")?;
        for host in &self.provider_hosts.hosts {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
            value(host.contains('.') && host.bytes().all(plain), "a provider host is a lower-case host name")?;
        }
        let given = [&self.host_anchors, &self.time_stamp_anchors, &self.login_anchors, &self.intermediates];
        for given in given.into_iter().flatten() {
            value(given.sha256.0 == sha256(&given.der), "a certificate has another SHA-256 than stated")?;
            Certificate::parse(&given.der).map_err(|_| TrustStoreError::Certificate)?;
        }
        Ok(())
    }
}

/// Adds every certificate of `input`; one that is there already is not added again.
fn add(list: &mut Vec<Given>, input: &[u8]) -> Result<(), TrustStoreError> {
    let mut found = Vec::new();
    if input.first() == Some(&0x30) {
        found.push(input.to_vec());
    } else {
        for block in pem::STANDARD.blocks(input) {
            let block = block.map_err(|_| TrustStoreError::Certificate)?;
            if block.label == "CERTIFICATE" {
                found.push(block.contents);
            }
        }
    }
    if found.is_empty() {
        return Err(TrustStoreError::Certificate);
    }
    for der in found {
        Certificate::parse(&der).map_err(|_| TrustStoreError::Certificate)?;
        let given = Given { sha256: Fingerprint(sha256(&der)), der };
        if !list.contains(&given) {
            list.push(given);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_facts_are_complete() {
        let store = TrustStore::built_in();
        assert_eq!(store.data.check(), Ok(()));
        assert_eq!(store.data_date(), data::DATA_DATE);
        assert!(store.root.is_some(), "the pinned root is not in webpki-root-certs");
        assert!(store.data.pins.iter().all(|pin| pin.spki_sha256.0 != [0; 32]));
        assert!(store.data.certificates.iter().all(|listed| listed.not_before.as_second() > 1_200_000_000));
        assert!(store.is_provider_host("PEC.aruba.it") && !store.is_provider_host("aruba.it"));
    }

    #[test]
    fn json_is_strict() {
        let json = TrustStore::built_in().to_json();
        assert_eq!(TrustStore::from_json(&json), Ok(TrustStore::built_in()));
        let other = |from: &str, to: &str| {
            assert!(json.contains(from));
            TrustStore::from_json(&json.replacen(from, to, 1))
        };
        assert_eq!(other("\"version\": 1", "\"version\": 2"), Err(TrustStoreError::Version(2)));
        assert!(matches!(other("\"version\": 1", "\"version\": 1, \"x\": 0"), Err(TrustStoreError::Json(_))));
        assert!(matches!(other("39e3c6", "39e3c"), Err(TrustStoreError::Json(_))));
        assert!(matches!(other("39e3c6", "39e3c7"), Err(TrustStoreError::Value(_))));
        assert!(matches!(other("pec.aruba.it", "PEC"), Err(TrustStoreError::Value(_))));
        assert!(matches!(other("\"host_anchors\": []", "\"host_anchors\": 1"), Err(TrustStoreError::Json(_))));
        let newer = other("2026-11-22", "2027-01-31").unwrap();
        assert_ne!(newer.id(), TrustStore::built_in().id());
        assert!(newer.data_end() > TrustStore::built_in().data_end());
    }

    #[test]
    fn given_certificates_are_visible_and_checked() {
        assert_eq!(TrustStore::built_in().with_host_anchor(b"nothing"), Err(TrustStoreError::Certificate));
        let root = public_roots().next().unwrap();
        let text = pem::STANDARD.encode("CERTIFICATE", root);
        let store = TrustStore::built_in().with_host_anchor(root).unwrap();
        assert_eq!(TrustStore::built_in().with_host_anchor(text.as_bytes()).as_ref(), Ok(&store));
        assert_eq!(store.clone().with_host_anchor(root).as_ref(), Ok(&store));
        assert_eq!(store.host_anchors().collect::<Vec<_>>(), [Anchor::Host(Fingerprint(sha256(root)))]);
        let json = store.to_json();
        assert_eq!(TrustStore::from_json(&json).as_ref(), Ok(&store));
        let print = Fingerprint(sha256(root)).to_string();
        let lie = json.replace(&print, &"0".repeat(64));
        assert!(matches!(TrustStore::from_json(&lie), Err(TrustStoreError::Value(_))));
    }
}
