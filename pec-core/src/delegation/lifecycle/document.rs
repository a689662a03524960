//! Documents of a mailbox: uploaded, then confirmed; what is not confirmed does not count (FEATURES rows 27 and 28).

use serde::{Deserialize, Serialize};

use crate::attachment::FileKind;
use crate::crypto::{DigestAlgorithm, digest};
use crate::delegation::{Denied, DeniedCode, DocumentDigest, Text};

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentKind {
    /// The signed contract (*contratto*).
    #[doc(alias = "contratto")]
    Contract,
    /// The form by which the client asks for an early revocation (*modulo di revoca*).
    #[doc(alias = "modulo di revoca")]
    RevokeForm,
}

/// What a document is by its content: one of the three that the source takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentFormat {
    /// PDF.
    Pdf,
    /// TIFF (`tif`).
    Tif,
    /// JPEG (`jpg`).
    Jpg,
}

/// A document by its digest: the bytes are the host's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// SHA-256 of its bytes.
    pub digest: DocumentDigest,
    /// Its name, for a person.
    pub name: Text,
    /// What it is for.
    pub kind: DocumentKind,
    /// What it is by its content.
    pub format: DocumentFormat,
}

impl Document {
    /// Looks at a document: what it is by its first bytes, whatever its name says.
    ///
    /// That it is a PDF, a TIFF or a JPEG does not prove that it can be opened, nor what stands in it.
    ///
    /// ```
    /// use pec_core::delegation::lifecycle::{Document, DocumentFormat, DocumentKind};
    /// let name = "contratto.pdf".parse()?;
    /// let document = Document::examine(DocumentKind::Contract, name, b"%PDF-1.7\n...\n%%EOF\n").unwrap();
    /// assert_eq!(document.format, DocumentFormat::Pdf);
    /// assert!(Document::examine(DocumentKind::Contract, document.name, b"MZ a program").is_err());
    /// # Ok::<(), pec_core::delegation::CodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`DeniedCode::DocumentFormat`]: it is none of the three.
    pub fn examine(kind: DocumentKind, name: Text, bytes: &[u8]) -> Result<Self, Denied> {
        let denied = || Denied::new(DeniedCode::DocumentFormat).about(&name);
        let format = match FileKind::of(bytes) {
            Some(FileKind::Pdf) => DocumentFormat::Pdf,
            Some(FileKind::Tiff) => DocumentFormat::Tif,
            Some(FileKind::Jpeg) => DocumentFormat::Jpg,
            _ => return Err(denied()),
        };
        let sha256 = digest(DigestAlgorithm::Sha256, bytes);
        let hex: String = sha256.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = DocumentDigest::try_from(hex).map_err(|_| denied())?;
        Ok(Self { digest, name, kind, format })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_27_the_content_counts_and_not_the_name() {
        let examine =
            |name: &str, bytes: &[u8]| Document::examine(DocumentKind::Contract, name.try_into().unwrap(), bytes);
        let rows: [(&[u8], DocumentFormat); 4] = [
            (b"%PDF-1.4\n", DocumentFormat::Pdf),
            (b"II*\0rest", DocumentFormat::Tif),
            (b"MM\0*rest", DocumentFormat::Tif),
            (b"\xff\xd8\xff\xe0", DocumentFormat::Jpg),
        ];
        for (bytes, format) in rows {
            assert_eq!(examine("contratto.exe", bytes).map(|document| document.format), Ok(format));
        }
        for bytes in [&b"MZ\x90\0"[..], b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"", b"plain text"] {
            assert_eq!(examine("contratto.pdf", bytes).unwrap_err().code, DeniedCode::DocumentFormat, "{bytes:?}");
        }
        let empty_pdf = examine("a.pdf", b"%PDF-").unwrap().digest;
        assert_eq!(empty_pdf.as_str(), "38523c087796e5d5dd1cf9bad1fb026781a838dd9dd2cf8af58b9f6502a46778");
    }
}
