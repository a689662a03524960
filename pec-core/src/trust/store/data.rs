//! The facts on which trust in PEC rests on the day of [`DATA_DATE`], each with its public source. Fingerprints and
//! names only: the certificates themselves travel inside the messages.

use super::Anchor;

/// The last day for which these data claim to be complete.
pub(super) const DATA_DATE: &str = "2026-11-22";

const AGID: &str =
    "AgID CA1, published by AgID at https://github.com/AgID/ca-agid-ca1 and carried in every PEC message since 2017";
const DIGITPA: &str = "DigitPA CA1, issued by Baltimore CyberTrust Root and carried in PEC messages from 2011 to 2018";

/// A pinned key and the name of its authority.
pub(super) struct PinFact {
    pub(super) anchor: Anchor,
    pub(super) spki_sha256: &'static str,
    /// The key itself, SubjectPublicKeyInfo in base64.
    pub(super) public_key: &'static str,
    pub(super) organization: &'static str,
    pub(super) common_name: &'static str,
    pub(super) source: &'static str,
}

pub(super) const PINS: &[PinFact] = &[
    PinFact {
        anchor: Anchor::AgidCa1,
        spki_sha256: "39e3c6c6f13c9620775172694d20f81edad55a8613934cdaa7c3793a6d26b86b",
        public_key: "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1TafReuLzB6kjYBqvMlUbkT3+RCleG4ttfexCA3RGNN+\
             G88H1/BdGt+9qvm6mxYa/A+5QHZncDaOx4NrWFu8d55+SR+MpP9SRSJ2pkQqmtvXvq3/Mmg1UjuWBEKOPP3QHJWN\
             QcgW7BBQc5Uxt8fJ4FalNCvNizGeh9EpF6ndkRIuWEpqWfj/z+tIgLGcPwql5NDjVCfxVimPRFXQ1TT6T1WBH0L8\
             rjNfXPgCicx6ZxE//wHVcXKOTYtqpRce3wsHDpZv45g76f2tcpPykPKv3/N36RInHEjaC+ijJ7te3fEkao4OSlmu\
             7dDcZvlzxPZRnaacpnA5yI3in/m1w5oLVwIDAQAB",
        organization: "Agenzia per l'Italia Digitale",
        common_name: "AgID CA1",
        source: AGID,
    },
    PinFact {
        anchor: Anchor::DigitPaCa1,
        spki_sha256: "c0b443b729bcf3e980d36ef980b035be7534a7c464671c7f51e30ad6f7519d25",
        public_key: "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmZ+kKEojVEdy4H3zq6/nnw+KNtCgsjWvfqDPyvhYgWpd\
             UC1t5d0dXfKjei/hV1WSBxX32vr3bpwOb9+0M1NLfrQItMPnVYrCfZbPOjrYIkvSmdCZi15Ui0ZNLSw/fuYyj0eV\
             4keJl0TdhUm9WYg28Q3xg6fLxsp7Ud7Ey5KV8JO9CfxrqwIaWfqJLNsA7fu93VIIuVSWFg3oYPQZ6z3BxI3giHRD\
             OOffggfnSXt+tlTWJeQRJdwu1wgHiKSNXFUdkrjuuqK2B2nc7tGznWzegB8QA2iLgdMB2NailEReKyu+Z8dGvCbd\
             TkUObC1Vqb7Y+OwvsUvOlv23UlY/TxwVdwIDAQAB",
        organization: "DigitPA",
        common_name: "DigitPA CA1",
        source: DIGITPA,
    },
];

/// A known issue of a pinned key.
pub(super) struct ListedFact {
    pub(super) anchor: Anchor,
    pub(super) sha256: &'static str,
    pub(super) not_before: &'static str,
    pub(super) not_after: &'static str,
    pub(super) source: &'static str,
}

pub(super) const LISTED: &[ListedFact] = &[
    ListedFact {
        anchor: Anchor::AgidCa1,
        sha256: "d070bf019cfba46c8d3414d6fe8d7d21077f3545c2fe839e3d250f324e37c5ab",
        not_before: "2017-10-12T13:29:53Z",
        not_after: "2027-10-12T13:29:53Z",
        source: AGID,
    },
    ListedFact {
        anchor: Anchor::AgidCa1,
        sha256: "4648900b04272628ab7b2d82ddf74cd5b78d77f8652d5bbf2824bb64dd178659",
        not_before: "2018-04-04T12:21:02Z",
        not_after: "2028-04-03T12:21:02Z",
        source: AGID,
    },
    ListedFact {
        anchor: Anchor::AgidCa1,
        sha256: "9271ca7e88ced25ed1d1f8e08afa03b11d1fe12ed1125585ada501243e2cac09",
        not_before: "2018-07-11T10:03:14Z",
        not_after: "2028-07-10T10:03:14Z",
        source: AGID,
    },
    ListedFact {
        anchor: Anchor::AgidCa1,
        sha256: "32322ae2e31a7430be1d6c04bd8cabfbd240c74d2c9dbe82780db1f3f73660a6",
        not_before: "2021-09-21T06:30:58Z",
        not_after: "2030-09-22T11:22:02Z",
        source: AGID,
    },
    ListedFact {
        anchor: Anchor::AgidCa1,
        sha256: "790ec428504a61f273e4fcf7ffd4d56991edc02d4402fbbd8914e149fa278c1d",
        not_before: "2025-02-20T14:57:40Z",
        not_after: "2030-09-22T11:22:02Z",
        source: AGID,
    },
    ListedFact {
        anchor: Anchor::DigitPaCa1,
        sha256: "d75420b7e9051773aa0f39ac091cbf0691a1088e32a4d06b671f00e7e9676f72",
        not_before: "2011-01-14T16:29:56Z",
        not_after: "2018-01-14T16:28:50Z",
        source: DIGITPA,
    },
];

/// SubjectPublicKeyInfo of the root under which further issues of AgID CA1 are accepted.
pub(super) const ROOT_SPKI_SHA256: &str = "25d4913cf587097414d29d26f6c1b1942cd6d64eaf45d0fcf81526adba96d324";
pub(super) const ROOT_COMMON_NAME: &str = "Actalis Authentication Root CA";
pub(super) const ROOT_SOURCE: &str = "Mozilla root programme, as packaged in the crate webpki-root-certs";

/// Hosts of the providers' service addresses.
pub(super) const PROVIDER_HOSTS: &[&str] = &[
    "agid.gov.it",
    "cert.informatica.aci.it",
    "cert.interno.it",
    "cert.intesa.it",
    "certmail.irideos.it",
    "certmail.kpnqwest.it",
    "emarche.it",
    "fastweb-pec.it",
    "gestorepec.unina.it",
    "ig-trustmail.com",
    "kmailer.it",
    "legalmail.it",
    "miapec.it",
    "pcert.sogei.it",
    "pec-email.com",
    "pec.actalis.it",
    "pec.ancitel.it",
    "pec.aruba.it",
    "pec.basilicatanet.it",
    "pec.bill4me.it",
    "pec.notartel.it",
    "pec.numera.it",
    "pec.postecert.it",
    "pec.posteitaliane.it",
    "pec.reevo.eu",
    "pec.rupar.puglia.it",
    "postacert.cedacri.it",
    "postacert.it.net",
    "postacertificata.notariato.it",
    "postecert.it",
    "postecertifica.it",
    "pro.sicurezzapostale.it",
    "pupec.informatica.aci.it",
    "sicurezzapostale.it",
    "telecompost.it",
    "trustedmail.intesa.it",
    "twtcert.it",
    "zucchettipec.it",
];
pub(super) const PROVIDER_HOSTS_SOURCE: &str = "permitted rfc822Name subtrees of the AgID CA1 certificates listed here (name constraints, RFC 5280 section 4.2.1.10)";
