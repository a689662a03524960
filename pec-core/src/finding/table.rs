//! The table itself. One row a code: variant, wire name, severities (the usual one first), the verdict row that a
//! fatal instance decides, layer, rule, and the explanation in Italian and English.
//!
//! The explanations are for a lawyer or an accountant: what was found, what it means for the proof, what to do.
//! Rows are only ever added; a wire name is never reused.

use super::{Effect, Language, Layer, Severity};

macro_rules! codes {
    ($($variant:ident = $wire:literal, [$usual:ident $(, $other:ident)*], $effect:ident, $layer:ident, $rule:literal,
        it: $it:literal, en: $en:literal;)*) => {
        /// What a check can find. The wire name (`cms.digest_mismatch`) is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $wire, "`: ", $en)] $variant,)*
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The wire name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $wire,)* }
            }

            /// The usual severity.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$usual,)* }
            }

            /// Every severity that the code can have, the usual one first.
            #[must_use]
            pub const fn severities(self) -> &'static [Severity] {
                match self { $(Self::$variant => &[Severity::$usual $(, Severity::$other)*],)* }
            }

            /// The verdict row that a fatal instance decides.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$variant => Effect::$effect,)* }
            }

            /// The layer in which the code arises.
            #[must_use]
            pub const fn layer(self) -> Layer {
                match self { $(Self::$variant => Layer::$layer,)* }
            }

            /// The rule that the check enforces.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$variant => $rule,)* }
            }

            /// What it means, for a person.
            #[must_use]
            pub const fn explanation(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$variant, Language::It) => $it,
                    (Self::$variant, Language::En) => $en,)*
                }
            }

            /// The code with this wire name.
            #[must_use]
            pub fn parse(wire: &str) -> Option<Self> {
                match wire { $($wire => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

codes! {
    // ---- mime ----
    MimeRootNotSigned = "mime.root.not_signed", [Fatal], NotPec, Mime, "RFC 6109 §2.1",
        it: "",
        en: "";
    MimeRootParts = "mime.root.parts", [Fatal, Warning], Unverifiable, Mime, "RFC 1847 §2.1",
        it: "",
        en: "";
    MimeSignedNested = "mime.signed_nested", [Fatal], NotPec, Mime, "VERDICT §2 row 1; attacks M1 to M4",
        it: "",
        en: "";
    MimeOpaqueSignature = "mime.opaque_signature", [Warning], Never, Mime, "RFC 6109 §2.1; RFC 8551 §3.5.2",
        it: "",
        en: "";
    MimeProtocol = "mime.protocol", [Warning], Never, Mime, "RFC 1847 §2.1",
        it: "",
        en: "";
    MimeMicalgMismatch = "mime.micalg_mismatch", [Info], Never, Mime, "RFC 8551 §3.5.3.2",
        it: "",
        en: "";
    MimeLimits = "mime.limits", [Fatal, Warning], Unverifiable, Mime, "VERDICT §2 row 2 and §5",
        it: "",
        en: "";
    MimeParameterConflict = "mime.parameter_conflict", [Fatal, Error, Warning], Unverifiable, Mime, "RFC 2045 §5.1; attack P8",
        it: "",
        en: "";
    MimeDuplicateHeader = "mime.duplicate_header", [Error, Warning], Never, Mime, "RFC 5322 §3.6; VERDICT §5; attack I3",
        it: "",
        en: "";
    MimeHeaderCharset = "mime.header_charset", [Warning], Never, Mime, "RFC 5322 §2.2",
        it: "",
        en: "";
    MimeSignedEpilogue = "mime.signed_epilogue", [Fatal], Forged, Mime, "VERDICT §3",
        it: "",
        en: "";
    MimeSignedCloseRepeated = "mime.signed_close_repeated", [Fatal], Forged, Mime, "VERDICT §3",
        it: "",
        en: "";
    // ---- cms ----
    CmsParse = "cms.parse", [Fatal], Unverifiable, Cms, "RFC 5652 §5.1",
        it: "",
        en: "";
    CmsLimits = "cms.limits", [Fatal], Unverifiable, Cms, "VERDICT §2 row 2",
        it: "",
        en: "";
    CmsUnsupported = "cms.unsupported", [Fatal], Unverifiable, Cms, "VERDICT §2 row 2",
        it: "",
        en: "";
    CmsEcontentPresent = "cms.econtent_present", [Fatal], Forged, Cms, "RFC 5652 §5.2; attack C1",
        it: "",
        en: "";
    CmsNoSigner = "cms.no_signer", [Fatal], Forged, Cms, "RFC 5652 §5.1; attack C3",
        it: "",
        en: "";
    CmsMultiSigner = "cms.multi_signer", [Fatal, Warning], Forged, Cms, "RFC 6109 §2.1; attack C2",
        it: "",
        en: "";
    CmsSignedAttrsMissing = "cms.signed_attrs_missing", [Warning], Never, Cms, "RFC 5652 §5.3",
        it: "",
        en: "";
    CmsContentTypeAttr = "cms.content_type_attr", [Fatal], Forged, Cms, "RFC 5652 §5.3 and §11",
        it: "",
        en: "";
    CmsAttributeRepeated = "cms.attribute_repeated", [Fatal], Forged, Cms, "RFC 5652 §11; VERDICT §2 row 3",
        it: "",
        en: "";
    CmsAttributesNotDer = "cms.attributes_not_der", [Warning], Never, Cms, "RFC 5652 §5.4",
        it: "",
        en: "";
    CmsContentLooksLikeAttrs = "cms.content_looks_like_attrs", [Fatal], Forged, Cms, "RFC 5652 §5.4; attack C1",
        it: "",
        en: "";
    CmsDigestMismatch = "cms.digest_mismatch", [Fatal], Altered, Cms, "RFC 5652 §5.4",
        it: "",
        en: "";
    CmsSignatureInvalid = "cms.signature_invalid", [Fatal], Altered, Cms, "RFC 5652 §5.6; RFC 8017 §8.2.2",
        it: "",
        en: "";
    CmsAlgConflict = "cms.alg_conflict", [Fatal], Altered, Cms, "RFC 6211 §2",
        it: "",
        en: "";
    CmsWeakDigest = "cms.weak_digest", [Warning, Fatal], Unverifiable, Cms, "RFC 6109 §2.2.2; RFC 6151",
        it: "",
        en: "";
    CmsSha1Collision = "cms.sha1_collision", [Fatal], Altered, Cms, "VERDICT §3",
        it: "",
        en: "";
    CmsEolFixed = "cms.eol_fixed", [Info], Never, Cms, "RFC 8551 §3.1.1",
        it: "",
        en: "";
    CmsRestorableTranscoding = "cms.restorable_transcoding", [Error], Never, Cms, "VERDICT §3",
        it: "",
        en: "";
    // ---- trust ----
    CertMissing = "cert.missing", [Fatal], Unverifiable, Trust, "RFC 6109 §2.1",
        it: "",
        en: "";
    CertUnreadable = "cert.unreadable", [Fatal], Unverifiable, Trust, "RFC 5280 §4.1",
        it: "",
        en: "";
    CertPath = "cert.path", [Fatal], Untrusted, Trust, "RFC 5280 §6; RFC 6109 §2.2.2",
        it: "",
        en: "";
    CertAnchorPublicOnly = "cert.anchor_public_only", [Fatal], Untrusted, Trust, "VERDICT §3; attack P6",
        it: "",
        en: "";
    CertCaUnknownIssue = "cert.ca_unknown_issue", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "",
        en: "";
    CertImpersonation = "cert.impersonation", [Fatal], Forged, Trust, "VERDICT §3; attack C4",
        it: "",
        en: "";
    CertValidityAtSigning = "cert.validity_at_signing", [Fatal], Untrusted, Trust, "RFC 5280 §6.1.3; RFC 6109 §2.2.2",
        it: "",
        en: "";
    CertExpiredNow = "cert.expired_now", [Info], Never, Trust, "VERDICT §1",
        it: "",
        en: "";
    CertRevoked = "cert.revoked", [Fatal], Untrusted, Trust, "RFC 6109 §2.2.2; VERDICT §4",
        it: "",
        en: "";
    CertRevocationUnknown = "cert.revocation_unknown", [Info], Never, Trust, "RFC 6109 §2.2.2; VERDICT §4",
        it: "",
        en: "";
    CertNameConstraints = "cert.name_constraints", [Fatal], Untrusted, Trust, "RFC 5280 §4.2.1.10",
        it: "",
        en: "";
    CertPolicy = "cert.policy", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "",
        en: "";
    CertKeyUsage = "cert.key_usage", [Fatal], Untrusted, Trust, "RFC 6109 §5.5.2; RFC 8550 §4.4.2",
        it: "",
        en: "";
    CertEku = "cert.eku", [Fatal], Untrusted, Trust, "RFC 8550 §4.4.4; RFC 5280 §4.2.1.12",
        it: "",
        en: "";
    CertIsCa = "cert.is_ca", [Fatal], Untrusted, Trust, "RFC 5280 §4.2.1.9",
        it: "",
        en: "";
    CertProfile = "cert.profile", [Info], Never, Trust, "RFC 6109 §5.5",
        it: "",
        en: "";
    CertKeyWeak = "cert.key_weak", [Warning], Never, Trust, "VERDICT §3",
        it: "",
        en: "";
    CertWeakOutsidePeriod = "cert.weak_outside_period", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "",
        en: "";
    TrustDataOutdated = "trust.data_outdated", [Fatal], Untrusted, Trust, "VERDICT §3",
        it: "",
        en: "";
    TrustHostAnchor = "trust.host_anchor", [Info], Never, Trust, "VERDICT §1",
        it: "",
        en: "";
    // ---- time ----
    CmsSigningTime = "cms.signing_time", [Warning, Error], Never, Time, "RFC 5652 §11.3; DM 2/11/2005 art. 9",
        it: "",
        en: "";
    CmsSigningTimeFuture = "cms.signing_time_future", [Fatal], Untrusted, Time, "VERDICT §3",
        it: "",
        en: "";
    TimeClaimed = "time.claimed", [Warning, Error], Never, Time, "VERDICT §3 and §4",
        it: "",
        en: "";
    TimeStamped = "time.stamped", [Info], Never, Time, "RFC 3161 §2.4.2; VERDICT §4",
        it: "",
        en: "";
    TimeStampInvalid = "time.stamp_invalid", [Warning], Never, Time, "RFC 3161 §2.4.2",
        it: "",
        en: "";
    // ---- identity ----
    IdFromNotSingle = "id.from_not_single", [Fatal], Forged, Identity, "RFC 6109 §2.1; attack I3",
        it: "",
        en: "";
    IdFromCertMismatch = "id.from_cert_mismatch", [Fatal], Forged, Identity, "RFC 6109 §2.1; RFC 8550 §3",
        it: "",
        en: "";
    IdLocalPart = "id.local_part", [Warning], Never, Identity, "RFC 6109 §3.1",
        it: "",
        en: "";
    IdSenderMismatch = "id.sender_mismatch", [Error], Never, Identity, "RFC 6109 §2.1",
        it: "",
        en: "";
    IdDisplayName = "id.display_name", [Error], Never, Identity, "RFC 6109 §3.1.5; attack I2",
        it: "",
        en: "";
    IdDomainNotManaged = "id.domain_not_managed", [Warning], Never, Identity, "RFC 6109 §7",
        it: "",
        en: "";
    IdReplyTo = "id.reply_to", [Warning], Never, Identity, "RFC 6109 §3.1.5",
        it: "",
        en: "";
    // ---- kind ----
    KindNone = "kind.none", [Error], Never, Kind, "RFC 6109 §3; VERDICT §5",
        it: "",
        en: "";
    KindBoth = "kind.both", [Error], Never, Kind, "RFC 6109 §3; VERDICT §5",
        it: "",
        en: "";
    KindUnknownValue = "kind.unknown_value", [Error], Never, Kind, "RFC 6109 §3",
        it: "",
        en: "";
    KindHeaderVsDaticert = "kind.header_vs_daticert", [Fatal], Forged, Kind, "VERDICT §2 row 5; attacks P1 and P3",
        it: "",
        en: "";
    KindSubjectPrefix = "kind.subject_prefix", [Warning], Never, Kind, "RFC 6109 §3",
        it: "",
        en: "";
    KindVirusHeader = "kind.virus_header", [Warning], Never, Kind, "RFC 6109 §3.1.3 and §3.2.4",
        it: "",
        en: "";
    KindServiceOnly = "kind.service_only", [Warning], Never, Kind, "RFC 6109 §2.1.1.1.1",
        it: "",
        en: "";
    KindClaimedUnsigned = "kind.claimed_unsigned", [Error], Never, Kind, "VERDICT §3",
        it: "",
        en: "";
    AnomalyNotCertified = "anomaly.not_certified", [Warning], Never, Kind, "RFC 6109 §3.2.2",
        it: "",
        en: "";
    TransitListModified = "transit.list_modified", [Info], Never, Kind, "PEC-SPEC §12.3",
        it: "",
        en: "";
    // ---- daticert ----
    DaticertMissing = "daticert.missing", [Fatal], Forged, Daticert, "RFC 6109 §4.3; attack P3",
        it: "",
        en: "";
    DaticertMultiple = "daticert.multiple", [Fatal], Forged, Daticert, "RFC 6109 §4.3; VERDICT §2 row 5",
        it: "",
        en: "";
    DaticertNestedIgnored = "daticert.nested_ignored", [Info], Never, Daticert, "VERDICT §5; attack P2",
        it: "",
        en: "";
    DaticertInAnomaly = "daticert.in_anomaly", [Error], Never, Daticert, "RFC 6109 §3.2.2",
        it: "",
        en: "";
    DaticertMalformed = "daticert.malformed", [Warning, Fatal], Unverifiable, Daticert, "VERDICT §6; attack P7",
        it: "",
        en: "";
    DaticertLimits = "daticert.limits", [Fatal], Unverifiable, Daticert, "PEC-SPEC §3.6",
        it: "",
        en: "";
    DaticertDoctype = "daticert.doctype", [Fatal], Unverifiable, Daticert, "VERDICT §3",
        it: "",
        en: "";
    DaticertRepeated = "daticert.repeated", [Fatal], Unverifiable, Daticert, "VERDICT §3",
        it: "",
        en: "";
    DaticertSchema = "daticert.schema", [Warning], Never, Daticert, "RFC 6109 §4.4",
        it: "",
        en: "";
    DaticertUnknown = "daticert.unknown", [Info], Never, Daticert, "PEC-SPEC §3.6",
        it: "",
        en: "";
    DaticertDate = "daticert.date", [Error, Warning], Never, Daticert, "RFC 6109 §4.2 and §4.4",
        it: "",
        en: "";
    DaticertIdVsMessageId = "daticert.id_vs_message_id", [Error], Never, Daticert, "RFC 6109 §2.2.1",
        it: "",
        en: "";
    DaticertMsgidVsHeader = "daticert.msgid_vs_header", [Error], Never, Daticert, "RFC 6109 §2.2.1",
        it: "",
        en: "";
    DaticertDateVsHeader = "daticert.date_vs_header", [Warning], Never, Daticert, "RFC 6109 §4.1",
        it: "",
        en: "";
    DaticertSubjectVsHeader = "daticert.subject_vs_header", [Warning], Never, Daticert, "RFC 6109 §3",
        it: "",
        en: "";
    DaticertSenderVsInner = "daticert.sender_vs_inner", [Error, Warning], Never, Daticert, "RFC 6109 §3.1.1",
        it: "",
        en: "";
    DaticertRcptsVsInner = "daticert.rcpts_vs_inner", [Warning], Never, Daticert, "RFC 6109 §3.1.1",
        it: "",
        en: "";
    DaticertConsegnaNotRcpt = "daticert.consegna_not_rcpt", [Error], Never, Daticert, "RFC 6109 §4.4",
        it: "",
        en: "";
    DaticertConsegnaExternal = "daticert.consegna_external", [Warning], Never, Daticert, "RFC 6109 §3.3.2",
        it: "",
        en: "";
    DaticertProviderVsCert = "daticert.provider_vs_cert", [Info], Never, Daticert, "RFC 6109 §5.5",
        it: "",
        en: "";
    DaticertErroreInconsistent = "daticert.errore_inconsistent", [Warning], Never, Daticert, "RFC 6109 §4.4",
        it: "",
        en: "";
    // ---- original ----
    OriginalMissing = "original.missing", [Error], Never, Original, "RFC 6109 §3.1.5 and §3.2.2",
        it: "",
        en: "";
    OriginalUnexpected = "original.unexpected", [Warning], Never, Original, "RFC 6109 §3",
        it: "",
        en: "";
    OriginalMultiple = "original.multiple", [Fatal], Forged, Original, "VERDICT §3",
        it: "",
        en: "";
    OriginalMsgidRule = "original.msgid_rule", [Warning], Never, Original, "RFC 6109 §2.2.1",
        it: "",
        en: "";
    OriginalReservedName = "original.reserved_name", [Info], Never, Original, "VERDICT §5",
        it: "",
        en: "";
    BriefUnreplacedPart = "brief.unreplaced_part", [Warning], Never, Original, "RFC 6109 §3.3.2.2",
        it: "",
        en: "";
    HtmlActiveOrRemote = "html.active_or_remote", [Warning], Never, Original, "RFC 6109 §4.3.1",
        it: "",
        en: "";
}
