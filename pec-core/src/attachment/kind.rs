//! What a file is by its first bytes.

/// A kind of file that people send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// PDF.
    Pdf,
    /// ZIP, and what is made of it: Office Open XML, OpenDocument.
    Zip,
    /// A compound file: Office before 2007, Outlook messages, encrypted Office documents.
    Ole,
    /// Rich Text Format.
    Rtf,
    /// XML: invoices, notifications.
    Xml,
    /// CMS in DER or PEM: `.p7m`.
    Signed,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// TIFF.
    Tiff,
    /// An archive that is no ZIP: RAR, 7z, gzip.
    Archive,
    /// A program: PE, ELF, Mach-O, or a script that begins with `#!`.
    Program,
}

impl FileKind {
    /// Its name. Stable.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Zip => "zip",
            Self::Ole => "ole",
            Self::Rtf => "rtf",
            Self::Xml => "xml",
            Self::Signed => "signed",
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Archive => "archive",
            Self::Program => "program",
        }
    }

    /// What these bytes are; `None` where their beginning says nothing.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let begins = |magics: &[&[u8]]| magics.iter().any(|magic| bytes.starts_with(magic));
        // A PDF may begin with something else within its first 1,024 bytes (ISO 32000-1, implementation notes).
        let head = bytes.get(..1024).unwrap_or(bytes);
        Some(if begins(&[b"PK\x03\x04", b"PK\x05\x06"]) {
            Self::Zip
        } else if begins(&[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]) {
            Self::Ole
        } else if begins(&[b"\xff\xd8\xff"]) {
            Self::Jpeg
        } else if begins(&[b"\x89PNG\r\n\x1a\n"]) {
            Self::Png
        } else if begins(&[b"II*\0", b"MM\0*"]) {
            Self::Tiff
        } else if begins(&[b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b"]) {
            Self::Archive
        } else if begins(&[b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"#!"]) {
            Self::Program
        } else if begins(&[b"{\\rtf"]) {
            Self::Rtf
        } else if memchr::memmem::find(head, b"%PDF-").is_some() {
            Self::Pdf
        } else if text.starts_with(b"-----BEGIN PKCS7") || is_signed(bytes) || is_signed(&decoded(text)) {
            Self::Signed
        } else if text.starts_with(b"<")
            && text.get(1).is_some_and(|next| next.is_ascii_alphabetic() || b"?!_".contains(next))
        {
            Self::Xml
        } else {
            return None;
        })
    }

    /// What a name with this extension, in lower case, promises.
    pub(super) fn promised(extension: &str) -> Option<Self> {
        Some(match extension {
            "pdf" => Self::Pdf,
            "zip" | "docx" | "xlsx" | "pptx" | "docm" | "xlsm" | "pptm" | "odt" | "ods" | "odp" => Self::Zip,
            "jpg" | "jpeg" => Self::Jpeg,
            "png" => Self::Png,
            "tif" | "tiff" => Self::Tiff,
            "xml" => Self::Xml,
            "p7m" => Self::Signed,
            "rar" | "7z" | "gz" => Self::Archive,
            _ => return None,
        })
    }
}

/// The object identifier of signed data (RFC 5652 §5.1) stands at the beginning, behind two lengths at most.
fn is_signed(bytes: &[u8]) -> bool {
    const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
    bytes.first() == Some(&0x30) && memchr::memmem::find(bytes.get(..32).unwrap_or(bytes), SIGNED_DATA).is_some()
}

/// The beginning of what may be base64: signed files are also written so.
fn decoded(text: &[u8]) -> Vec<u8> {
    let begin: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(64).collect();
    let whole = begin.len() / 4 * 4;
    encodify::base64::STANDARD.decode(begin.get(..whole).unwrap_or_default()).unwrap_or_default()
}
