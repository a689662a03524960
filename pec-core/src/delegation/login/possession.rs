//! Whether a card has signed the challenge (proof of possession): as middleware gives it, a CMS signature, or a bare one.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use encodify::pem;

use crate::crypto::{DigestAlgorithm, PublicKey, SignatureScheme, Verifier};
use crate::delegation::{Denied, DeniedCode};
use crate::limits::Limits;
use crate::signature::verify::{SignerCertificate, Unsupported, verify};
use crate::signature::{Check, Content, ContentDigest, SignedData, cades, oid};
use crate::trust::Certificate;

/// What came back for a challenge.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The text that was signed, as it was given out.
    pub challenge: &'a str,
    /// The signature.
    pub proof: Proof<'a>,
    /// Further certificates, DER or PEM: of authorities that stand between, and that of the card where a CMS signature does not
    /// carry it. None is trusted.
    pub certificates: &'a [&'a [u8]],
}

/// A signature over a challenge.
#[derive(Debug, Clone, Copy)]
pub enum Proof<'a> {
    /// A CMS SignedData by one signer (RFC 5652), with the text inside or beside it; DER, BER, PEM or base64. It is what the
    /// middleware of smart cards makes (`.p7m`, `.p7s`).
    Cms(&'a [u8]),
    /// A signature as it is, with the certificate beside it.
    Bare {
        /// Of the card, DER or PEM.
        certificate: &'a [u8],
        /// How it was made.
        scheme: BareScheme,
        /// Its value; of ECDSA, a SEQUENCE of two integers.
        signature: &'a [u8],
    },
}

/// How a bare signature was made; by SHA-256 or longer. Its name is `rsa-sha256`, `rsa-pss-sha384`, `ecdsa-sha512` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BareScheme {
    /// RSASSA-PKCS1-v1_5, as PKCS #11 and most cards have it.
    RsaPkcs1(DigestAlgorithm),
    /// RSASSA-PSS with a mask by the same digest and a salt of its length.
    RsaPss(DigestAlgorithm),
    /// ECDSA.
    Ecdsa(DigestAlgorithm),
}

impl BareScheme {
    const fn kind(self) -> &'static str {
        match self {
            Self::RsaPkcs1(_) => "rsa",
            Self::RsaPss(_) => "rsa-pss",
            Self::Ecdsa(_) => "ecdsa",
        }
    }

    const fn digest(self) -> DigestAlgorithm {
        match self {
            Self::RsaPkcs1(digest) | Self::RsaPss(digest) | Self::Ecdsa(digest) => digest,
        }
    }

    fn scheme(self) -> SignatureScheme {
        match self {
            Self::RsaPkcs1(digest) => SignatureScheme::RsaPkcs1(digest),
            Self::RsaPss(digest) => {
                let salt_len = u16::try_from(digest.output_len()).unwrap_or(0);
                SignatureScheme::RsaPss { digest, mgf_digest: digest, salt_len }
            }
            Self::Ecdsa(digest) => SignatureScheme::Ecdsa(digest),
        }
    }
}

impl fmt::Display for BareScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind(), self.digest())
    }
}

impl FromStr for BareScheme {
    type Err = Denied;

    /// ```
    /// use pec_core::delegation::login::BareScheme;
    /// let scheme: BareScheme = "rsa-pss-sha256".parse().unwrap();
    /// assert_eq!(scheme.to_string(), "rsa-pss-sha256");
    /// assert!("rsa-sha1".parse::<BareScheme>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, Denied> {
        use DigestAlgorithm::{Sha256, Sha384, Sha512};
        [Sha256, Sha384, Sha512]
            .into_iter()
            .flat_map(|digest| [Self::RsaPkcs1(digest), Self::RsaPss(digest), Self::Ecdsa(digest)])
            .find(|scheme| scheme.to_string() == text)
            .ok_or_else(|| Denied::new(DeniedCode::LoginSignatureUnreadable).about(text))
    }
}

/// Whose signature it is, as the answer itself says: nothing of it is trusted yet.
pub(super) struct Signed {
    /// The certificate, DER.
    pub(super) leaf: Vec<u8>,
    /// What came with it, DER.
    pub(super) carried: Vec<Vec<u8>>,
}

/// Whether the challenge is what was signed, with the key of which certificate.
///
/// # Errors
/// [`DeniedCode::LoginSignatureUnreadable`], [`DeniedCode::LoginSignatureWrong`], [`DeniedCode::SomethingElseSigned`],
/// [`DeniedCode::LoginWeak`], [`DeniedCode::CardCertificateMissing`].
pub(super) fn signed(answer: &Answer<'_>, limits: &Limits) -> Result<Signed, Denied> {
    let given: Vec<Vec<u8>> = answer.certificates.iter().take(limits.certificates).flat_map(|der| all(der)).collect();
    match answer.proof {
        Proof::Cms(object) => cms(object, answer.challenge.as_bytes(), given, limits),
        Proof::Bare { certificate, scheme, signature } => {
            let leaf = all(certificate).into_iter().next().ok_or_else(|| missing("none"))?;
            bare(&leaf, scheme, answer.challenge.as_bytes(), signature)?;
            Ok(Signed { leaf, carried: given })
        }
    }
}

fn cms(object: &[u8], challenge: &[u8], given: Vec<Vec<u8>>, limits: &Limits) -> Result<Signed, Denied> {
    let unreadable = |why: &dyn fmt::Display| Denied::new(DeniedCode::LoginSignatureUnreadable).about(why);
    let decoded = cades::binary(object).ok_or_else(|| unreadable(&"no CMS SignedData"))?;
    let object = decoded.map_or(Cow::Borrowed(object), Cow::Owned);
    let signed = SignedData::parse(&object, limits).map_err(|error| unreadable(&error))?;
    let inside = signed.content_octets().map_err(|error| unreadable(&error))?;
    if signed.content_type != oid::DATA || inside.is_some_and(|inside| *inside != *challenge) {
        return Err(Denied::new(DeniedCode::SomethingElseSigned));
    }
    let supplied: Vec<&[u8]> = given.iter().map(Vec::as_slice).collect();
    let digest = &mut |algorithm| ContentDigest::of(algorithm, challenge);
    let signers = verify(&signed, &supplied, Content { start: challenge, digest });
    let [signer] = &signers[..] else { return Err(unreadable(&format_args!("{} signers", signers.len()))) };
    match &signer.unsupported {
        Some(Unsupported::BrokenDigest(name)) => return Err(weak(name)),
        Some(Unsupported::Digest(what) | Unsupported::Signature(what) | Unsupported::Key(what)) => {
            return Err(unreadable(what));
        }
        None => {}
    }
    let leaf = match signer.certificate {
        SignerCertificate::Found(certificate) => certificate.raw.to_vec(),
        SignerCertificate::Unreadable => return Err(missing("unreadable")),
        SignerCertificate::Missing => return Err(missing("none")),
    };
    for digest in [signer.digest_algorithm, signer.scheme.map(SignatureScheme::digest)].into_iter().flatten() {
        strong(digest)?;
    }
    if signer.digest == Check::Failed {
        return Err(Denied::new(DeniedCode::SomethingElseSigned));
    }
    if !signer.verifies() {
        return Err(Denied::new(DeniedCode::LoginSignatureWrong));
    }
    let carried = signed.certificates.iter().map(|der| der.to_vec()).chain(given.iter().cloned()).collect();
    Ok(Signed { leaf, carried })
}

fn bare(leaf: &[u8], scheme: BareScheme, challenge: &[u8], signature: &[u8]) -> Result<(), Denied> {
    strong(scheme.digest())?;
    let certificate = Certificate::parse(leaf).map_err(|_| missing("unreadable"))?;
    let key = PublicKey::parse(certificate.spki).map_err(|_| missing("unreadable key"))?;
    let verifier = Verifier::new(&key, scheme.scheme())
        .map_err(|why| Denied::new(DeniedCode::LoginSignatureUnreadable).about(format_args!("{scheme}: {why}")))?;
    if verifier.verify(challenge, signature) { Ok(()) } else { Err(Denied::new(DeniedCode::LoginSignatureWrong)) }
}

/// SHA-1 and SHA-224 are too short for what is signed today.
fn strong(digest: DigestAlgorithm) -> Result<(), Denied> {
    use DigestAlgorithm::{Sha256, Sha384, Sha512};
    if matches!(digest, Sha256 | Sha384 | Sha512) { Ok(()) } else { Err(weak(digest)) }
}

fn weak(what: impl fmt::Display) -> Denied {
    Denied::new(DeniedCode::LoginWeak).about(what)
}

fn missing(what: &str) -> Denied {
    Denied::new(DeniedCode::CardCertificateMissing).about(what)
}

/// The certificates in DER or PEM; what is neither is none.
fn all(input: &[u8]) -> Vec<Vec<u8>> {
    const SEQUENCE: u8 = 0x30;
    if input.first() == Some(&SEQUENCE) {
        return vec![input.to_vec()];
    }
    let blocks = pem::STANDARD.blocks(input).filter_map(Result::ok);
    blocks.filter(|block| block.label == "CERTIFICATE").map(|block| block.contents).collect()
}
