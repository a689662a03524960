//! The peer: OpenSSL's library on the whole message, as `openssl smime -verify` does it in memory.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::pkcs7::{Pkcs7, Pkcs7Flags};
use openssl::stack::Stack;
use openssl::x509::store::{X509Store, X509StoreBuilder};
use openssl::x509::verify::X509VerifyParam;
use openssl::x509::{X509, X509PurposeId};

use crate::Result;
use crate::genuine::Envelope;

/// What OpenSSL trusts, made once.
pub struct Peer {
    store: X509Store,
    none: Stack<X509>,
}

impl Peer {
    /// Trusts the envelope's root, at the time at which the envelope was made.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn new(envelope: &Envelope) -> Result<Self> {
        let mut store = X509StoreBuilder::new()?;
        store.add_cert(X509::from_der(&envelope.root)?)?;
        let mut parameters = X509VerifyParam::new()?;
        parameters.set_time(envelope.made);
        parameters.set_purpose(X509PurposeId::ANY)?;
        store.set_param(&parameters)?;
        Ok(Self { store: store.build(), none: Stack::new()? })
    }

    /// `SMIME_read_PKCS7` and `PKCS7_verify`: MIME, digest, signature and chain; nothing of PEC.
    ///
    /// # Errors
    /// When OpenSSL does not agree.
    pub fn verify(&self, message: &[u8]) -> Result<()> {
        let (signed, content) = Pkcs7::from_smime(message)?;
        signed.verify(&self.none, &self.store, content.as_deref(), None, Pkcs7Flags::empty())?;
        Ok(())
    }

    /// `SMIME_read_CMS` and `CMS_verify`, with the content that was found before: the binding does not hand it out.
    ///
    /// # Errors
    /// When OpenSSL does not agree.
    pub fn verify_cms(&self, message: &[u8], content: &[u8]) -> Result<()> {
        let mut signed = CmsContentInfo::smime_read_cms(message)?;
        signed.verify(None, Some(&self.store), Some(content), None, CMSOptions::empty())?;
        Ok(())
    }

    /// The content of a message, for [`Peer::verify_cms`].
    ///
    /// # Errors
    /// When OpenSSL finds none.
    pub fn content(message: &[u8]) -> Result<Vec<u8>> {
        Ok(Pkcs7::from_smime(message)?.1.ok_or("no content")?)
    }

    /// The library's version.
    #[must_use]
    pub fn version() -> &'static str {
        openssl::version::version()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::genuine::{SIZES, Variant};

    #[test]
    fn agrees_and_can_disagree() {
        for variant in Variant::ALL {
            let mut envelope = Envelope::new(SIZES[0], variant).unwrap();
            let peer = Peer::new(&envelope).unwrap();
            peer.verify(&envelope.bytes).unwrap();
            peer.verify_cms(&envelope.bytes, &Peer::content(&envelope.bytes).unwrap()).unwrap();
            let middle = envelope.bytes.len() / 2;
            envelope.bytes[middle] ^= 1;
            assert!(peer.verify(&envelope.bytes).is_err());
        }
    }
}
