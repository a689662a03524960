//! Keys, digests and signature schemes. The RSA keys are test keys: committed, public, worthless.

use ecdsa::signature::hazmat::PrehashSigner;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs8::DecodePrivateKey;
use rsa::pkcs8::EncodePublicKey;
use rsa::{Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha224, Sha256, Sha384, Sha512};

use crate::{Error, der};

/// A digest algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Digest {
    /// MD5 has an identifier here and nothing else: no vector computes it.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-224.
    Sha224,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// The digest of `data`; for MD5, sixteen zero bytes.
    #[must_use]
    pub fn of(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Md5 => vec![0; 16],
            Self::Sha1 => Sha1::digest(data).to_vec(),
            Self::Sha224 => Sha224::digest(data).to_vec(),
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha384 => Sha384::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }

    /// Dotted object identifier.
    #[must_use]
    pub const fn oid(self) -> &'static str {
        match self {
            Self::Md5 => "1.2.840.113549.2.5",
            Self::Sha1 => "1.3.14.3.2.26",
            Self::Sha224 => "2.16.840.1.101.3.4.2.4",
            Self::Sha256 => "2.16.840.1.101.3.4.2.1",
            Self::Sha384 => "2.16.840.1.101.3.4.2.2",
            Self::Sha512 => "2.16.840.1.101.3.4.2.3",
        }
    }

    /// AlgorithmIdentifier with NULL parameters, the form that real signatures carry.
    #[must_use]
    pub fn algorithm(self) -> Vec<u8> {
        der::sequence(&[der::oid(self.oid()), der::null()])
    }

    /// `sha1`, `sha256` …: the older spelling of `micalg`.
    #[must_use]
    pub const fn plain(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha224 => "sha224",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// `sha-1`, `sha-256` …: the spelling of `micalg` in RFC 8551 §3.5.3.2.
    #[must_use]
    pub const fn dashed(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha-1",
            Self::Sha224 => "sha-224",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }
}

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Pkcs1(Digest),
    /// RSASSA-PSS with MGF1 over the same digest.
    Pss {
        /// Digest of message and mask.
        digest: Digest,
        /// Bytes of salt.
        salt: u8,
    },
    /// ECDSA on the curve of the key.
    Ecdsa(Digest),
}

impl Scheme {
    /// The digest inside.
    #[must_use]
    pub const fn digest(self) -> Digest {
        match self {
            Self::Pkcs1(digest) | Self::Pss { digest, .. } | Self::Ecdsa(digest) => digest,
        }
    }

    /// The complete AlgorithmIdentifier (RFC 4055, RFC 5758).
    #[must_use]
    pub fn algorithm(self) -> Vec<u8> {
        match self {
            Self::Pkcs1(digest) => {
                let arc = match digest {
                    Digest::Md5 => 4,
                    Digest::Sha1 => 5,
                    Digest::Sha224 => 14,
                    Digest::Sha256 => 11,
                    Digest::Sha384 => 12,
                    Digest::Sha512 => 13,
                };
                der::sequence(&[der::oid(&format!("1.2.840.113549.1.1.{arc}")), der::null()])
            }
            Self::Pss { digest, salt } => {
                let mgf = der::sequence(&[der::oid("1.2.840.113549.1.1.8"), digest.algorithm()]);
                let parameters = der::sequence(&[
                    der::explicit(0, &digest.algorithm()),
                    der::explicit(1, &mgf),
                    der::explicit(2, &der::integer(salt.into())),
                ]);
                der::sequence(&[der::oid("1.2.840.113549.1.1.10"), parameters])
            }
            Self::Ecdsa(digest) => der::sequence(&[der::oid(match digest {
                Digest::Sha1 | Digest::Md5 => "1.2.840.10045.4.1",
                Digest::Sha224 => "1.2.840.10045.4.3.1",
                Digest::Sha256 => "1.2.840.10045.4.3.2",
                Digest::Sha384 => "1.2.840.10045.4.3.3",
                Digest::Sha512 => "1.2.840.10045.4.3.4",
            })]),
        }
    }
}

/// Elliptic curves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
}

/// A private key.
#[derive(Clone)]
pub struct Key(Inner);

#[derive(Clone)]
enum Inner {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    P521(p521::ecdsa::SigningKey),
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(..)")
    }
}

macro_rules! committed {
    ($($name:literal),* $(,)?) => {
        /// Names of the committed RSA keys, each a file `keys/NAME.der` (PKCS#8).
        pub const COMMITTED: &[(&str, &[u8])] =
            &[$(($name, include_bytes!(concat!("../keys/", $name, ".der")))),*];
    };
}

committed![
    "root-4096",
    "legacy-root-2048",
    "ca1-2048",
    "legacy-ca-2048",
    "alfa-2048",
    "alfa-1024",
    "beta-2048",
    "tsa-root-2048",
    "tsa-2048",
    "public-ca-2048",
    "stranger-2048",
];

impl Key {
    /// A committed RSA key.
    ///
    /// # Errors
    /// When there is none of this name.
    pub fn committed(name: &str) -> Result<Self, Error> {
        let (_, der) = COMMITTED.iter().find(|(n, _)| *n == name).ok_or_else(|| Error::Key(name.to_owned()))?;
        let key = RsaPrivateKey::from_pkcs8_der(der).map_err(|e| Error::Key(e.to_string()))?;
        Ok(Self(Inner::Rsa(Box::new(key))))
    }

    /// An elliptic-curve key that follows from its label.
    ///
    /// # Errors
    /// When the label hashes to no scalar of the curve (never seen).
    pub fn derived(curve: Curve, label: &str) -> Result<Self, Error> {
        let bad = |e: ecdsa::Error| Error::Key(e.to_string());
        let seed = Digest::Sha512.of(label.as_bytes());
        Ok(Self(match curve {
            Curve::P256 => Inner::P256(p256::ecdsa::SigningKey::from_slice(&seed[..32]).map_err(bad)?),
            Curve::P384 => Inner::P384(p384::ecdsa::SigningKey::from_slice(&seed[..48]).map_err(bad)?),
            Curve::P521 => {
                let scalar = [&[0, 0], &seed[..]].concat();
                Inner::P521(p521::ecdsa::SigningKey::from_slice(&scalar).map_err(bad)?)
            }
        }))
    }

    /// The scheme that this key uses with `digest` unless told otherwise.
    #[must_use]
    pub const fn scheme(&self, digest: Digest) -> Scheme {
        match self.0 {
            Inner::Rsa(_) => Scheme::Pkcs1(digest),
            Inner::P256(_) | Inner::P384(_) | Inner::P521(_) => Scheme::Ecdsa(digest),
        }
    }

    /// SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// When the key cannot be encoded (never seen).
    pub fn spki(&self) -> Result<Vec<u8>, Error> {
        let point = |curve: &str, point: &[u8]| {
            let algorithm = der::sequence(&[der::oid("1.2.840.10045.2.1"), der::oid(curve)]);
            der::sequence(&[algorithm, der::bits(point)])
        };
        Ok(match &self.0 {
            Inner::Rsa(key) => {
                let encoded = key.to_public_key().to_public_key_der();
                encoded.map_err(|e| Error::Key(e.to_string()))?.as_bytes().to_vec()
            }
            Inner::P256(key) => point("1.2.840.10045.3.1.7", key.verifying_key().to_sec1_point(false).as_bytes()),
            Inner::P384(key) => point("1.3.132.0.34", key.verifying_key().to_sec1_point(false).as_bytes()),
            Inner::P521(key) => point("1.3.132.0.35", key.verifying_key().to_sec1_point(false).as_bytes()),
        })
    }

    /// Signs `message`. The result is the same each time: PKCS#1 v1.5 has no randomness, ECDSA follows RFC 6979, the
    /// salt of PSS comes from a generator that `message` seeds.
    ///
    /// # Errors
    /// When scheme and key do not fit each other.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Error> {
        let hash = scheme.digest().of(message);
        let unfit = || Error::Key(format!("{scheme:?} does not fit the key"));
        match (&self.0, scheme) {
            (Inner::Rsa(key), Scheme::Pkcs1(digest)) => {
                let padding = match digest {
                    Digest::Md5 => return Err(unfit()),
                    Digest::Sha1 => Pkcs1v15Sign::new::<Sha1>(),
                    Digest::Sha224 => Pkcs1v15Sign::new::<Sha224>(),
                    Digest::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                    Digest::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                    Digest::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
                };
                key.sign(padding, &hash).map_err(|e| Error::Key(e.to_string()))
            }
            (Inner::Rsa(key), Scheme::Pss { digest, salt }) => {
                let mut rng = generator(&[b"pss salt", hash.as_slice()].concat());
                let salt = usize::from(salt);
                match digest {
                    Digest::Md5 => return Err(unfit()),
                    Digest::Sha1 => key.sign_with_rng(&mut rng, Pss::<Sha1>::new_with_salt(salt), &hash),
                    Digest::Sha224 => key.sign_with_rng(&mut rng, Pss::<Sha224>::new_with_salt(salt), &hash),
                    Digest::Sha256 => key.sign_with_rng(&mut rng, Pss::<Sha256>::new_with_salt(salt), &hash),
                    Digest::Sha384 => key.sign_with_rng(&mut rng, Pss::<Sha384>::new_with_salt(salt), &hash),
                    Digest::Sha512 => key.sign_with_rng(&mut rng, Pss::<Sha512>::new_with_salt(salt), &hash),
                }
                .map_err(|e| Error::Key(e.to_string()))
            }
            (Inner::P256(key), Scheme::Ecdsa(_)) => {
                let signature: p256::ecdsa::Signature = key.sign_prehash(&hash).map_err(|_| unfit())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            (Inner::P384(key), Scheme::Ecdsa(_)) => {
                let signature: p384::ecdsa::Signature = key.sign_prehash(&hash).map_err(|_| unfit())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            (Inner::P521(key), Scheme::Ecdsa(_)) => {
                let signature: p521::ecdsa::Signature = key.sign_prehash(&hash).map_err(|_| unfit())?;
                Ok(signature.to_der().as_bytes().to_vec())
            }
            _ => Err(unfit()),
        }
    }
}

impl Key {
    /// PKCS#1 v1.5 padding around a block of one's own, where a DigestInfo should stand: for forged paddings.
    ///
    /// # Errors
    /// When the key is not RSA or the block is too long.
    pub fn sign_block(&self, block: &[u8]) -> Result<Vec<u8>, Error> {
        match &self.0 {
            Inner::Rsa(key) => key.sign(Pkcs1v15Sign::new_unprefixed(), block).map_err(|e| Error::Key(e.to_string())),
            _ => Err(Error::Key("not RSA".to_owned())),
        }
    }
}

/// A random generator that follows from its label.
pub(crate) fn generator(label: &[u8]) -> ChaCha20Rng {
    let mut seed = [0; 32];
    seed.copy_from_slice(&Digest::Sha256.of(label));
    ChaCha20Rng::from_seed(seed)
}

/// Makes the RSA key `NAME-BITS` again, as PKCS#8 DER: the same bytes each time, slowly.
///
/// # Errors
/// When the name does not end in a number of bits that RSA can use.
pub fn generate(name: &str) -> Result<Vec<u8>, Error> {
    use rsa::pkcs8::EncodePrivateKey;
    let bits = name.rsplit('-').next().and_then(|b| b.parse().ok()).ok_or_else(|| Error::Key(name.to_owned()))?;
    let mut rng = generator(format!("pec-sandbox key {name}").as_bytes());
    let key = RsaPrivateKey::new_with_exp(&mut rng, bits, 65_537_u32.into());
    let key = key.map_err(|e| Error::Key(e.to_string()))?;
    Ok(key.to_pkcs8_der().map_err(|e| Error::Key(e.to_string()))?.as_bytes().to_vec())
}
