//! How much input is read before the answer is "too much": one value, each limit with its origin.
//!
//! A limit that is hit is a finding of its own (`mime.limits`, `cms.limits`, `daticert.limits`), never a panic, and
//! never an allocation made on the word of the input. Below the original message (`postacert.eml`) a limit is a
//! warning, because the sender controls those bytes and must not be able to make a genuine envelope look unreadable.

/// Bounds on one message. All are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one message. Providers accept up to 100 MB (and 30 MB × recipients by DM 2/11/2005 art. 12); the
    /// signature covers one contiguous range, so the whole message must be in one buffer.
    pub message_bytes: usize,
    /// Bytes of one header block, name and value of every field together. Long recipient lists need about 100 KB; an
    /// envelope inherits the `X-` fields of the sender, who must not be able to make it unreadable with them.
    pub header_bytes: usize,
    /// Fields of one header block. Real messages have below 100; for the reason above the limit is far away.
    pub header_fields: usize,
    /// MIME parts of one message, nested messages included. Real messages have below 100.
    pub parts: usize,
    /// Depth of nested multiparts and messages. PEC in PEC in PEC needs 12.
    pub depth: usize,
    /// Characters of a boundary. RFC 2046 §5.1.1 allows 70; longer ones exist.
    pub boundary_bytes: usize,
    /// Bytes of the decoded `smime.p7s`. Real ones are below 10 KB; tokens and several certificates make them larger.
    pub signature_bytes: usize,
    /// Signers of one signature. PEC has one; two allow a provider's countersignature.
    pub signers: usize,
    /// Certificates that travel in one signature. Real ones carry two or three.
    pub certificates: usize,
    /// Attributes, signed or not, of one signer. Real ones have up to seven.
    pub attributes: usize,
    /// Signature checks spent on the search of one certification path, so that certificates which point at each other
    /// cannot keep the search going.
    pub path_signatures: usize,
    /// Certificates of one path, anchor and leaf included. PEC has three.
    pub path_length: usize,
    /// Bytes of the decoded `daticert.xml`. Six times `header_bytes`, because subject, `Reply-To` and `Message-ID` are the
    /// sender's and a provider may escape each byte (`&quot;`), and 500 for each of `recipients`: an address of up to
    /// 254 bytes (RFC 5321 §4.5.3.1.3), its element, and as much again where it also stands in `ricezione`, for most.
    pub daticert_bytes: usize,
    /// Recipients in one `daticert.xml`. Providers allow more than 1,000.
    pub recipients: usize,
    /// Bytes of one text value of `daticert.xml`, decoded (and of one start tag, as it stands). Three times
    /// `header_bytes`: the sender chooses the subject, a long one must not make a genuine envelope unverifiable, and a
    /// byte of an 8-bit character set becomes up to three of UTF-8.
    pub daticert_text_bytes: usize,
    /// Levels of `daticert.xml`. The DTD needs 4 (RFC 6109 §4.4).
    pub daticert_depth: usize,
    /// Bytes of one decoded attachment or nested message.
    pub decoded_bytes: usize,
}

impl Limits {
    /// The values for mail that comes from the Internet.
    pub const DEFAULT: Self = Self {
        message_bytes: 256 << 20,
        header_bytes: 8 << 20,
        header_fields: 200_000,
        parts: 10_000,
        depth: 64,
        boundary_bytes: 256,
        signature_bytes: 1 << 20,
        signers: 2,
        certificates: 32,
        attributes: 64,
        path_signatures: 64,
        path_length: 8,
        daticert_bytes: 64 << 20,
        recipients: 20_000,
        daticert_text_bytes: 24 << 20,
        daticert_depth: 16,
        decoded_bytes: 256 << 20,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
