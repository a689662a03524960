//! From a transaction to the bytes on the wire: headers, the signed `multipart/mixed` in the layout of its family, and
//! the signature around it. A [`Draft`] stays open until it is sealed, so that a vector can bend any piece of it.

pub mod brief;
pub mod submission;
pub mod text;

use std::fmt::Write as _;

use crate::Moment;
use crate::key::Digest;

/// The two layouts that were seen (PEC-SPEC §2.0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Text, daticert (base64), postacert; `inline`; `application/x-pkcs7-signature`.
    A,
    /// Text, postacert, daticert (quoted-printable); `attachment`; `application/pkcs7-signature`.
    B,
}

/// Header fields in their order; a value may be folded, line ends inside are CRLF.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// The value of the first field of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Appends a field.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Replaces the value of the first field of this name in its place, or appends the field.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        match self.0.iter_mut().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            Some(field) => field.1 = value.into(),
            None => self.push(name, value),
        }
    }

    /// Drops every field of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }

    /// `Name: value` lines with CRLF, without the blank line.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|(name, value)| format!("{name}: {value}\r\n").into_bytes()).collect()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Headers {
    fn from(fields: [(&str, &str); N]) -> Self {
        Self(fields.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }
}

/// A MIME part: header and encoded body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its fields.
    pub headers: Headers,
    /// Its body as it stands on the wire.
    pub body: Vec<u8>,
}

impl Part {
    /// Header, blank line, body.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        [&self.headers.bytes()[..], b"\r\n", &self.body].concat()
    }

    /// A multipart of these children: each between delimiter lines, in the order given.
    #[must_use]
    pub fn multipart(mut headers: Headers, content_type: &str, preamble: &str, boundary: &str, parts: &[Self]) -> Self {
        headers.set("Content-Type", content_type);
        let mut body = if preamble.is_empty() { Vec::new() } else { format!("{preamble}\r\n\r\n").into_bytes() };
        for part in parts {
            body.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
            body.extend_from_slice(&part.bytes());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self { headers, body }
    }
}

/// One message before its signature.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Layout.
    pub family: Family,
    /// The one time of this step.
    pub at: Moment,
    /// Outer header up to, and without, MIME-Version and Content-Type.
    pub headers: Headers,
    /// Digest that `micalg` names.
    pub digest: Digest,
    /// Overrides the spelling of `micalg`; empty leaves the parameter out.
    pub micalg: Option<String>,
    /// Overrides `protocol` and the type of the signature part.
    pub protocol: Option<String>,
    /// First child: the readable text.
    pub text: Part,
    /// Certification data: the XML.
    pub daticert: Option<Vec<u8>>,
    /// The original message.
    pub original: Option<Vec<u8>>,
    /// Further children, behind the others.
    pub more: Vec<Part>,
    /// Boundary of the signed root.
    pub outer: String,
    /// Boundary of the `multipart/mixed`.
    pub inner: String,
    /// Bytes behind the close delimiter inside the signed entity.
    pub epilogue: Vec<u8>,
    /// Bytes behind the close delimiter of the root.
    pub after: Vec<u8>,
}

impl Draft {
    /// Rewrites the certification data as text.
    pub fn edit_daticert(&mut self, edit: impl FnOnce(&str) -> String) {
        if let Some(xml) = &mut self.daticert {
            *xml = edit(&String::from_utf8_lossy(xml)).into_bytes();
        }
    }

    /// The part that carries certification data.
    #[must_use]
    pub fn daticert_part(&self, xml: &[u8]) -> Part {
        match self.family {
            Family::A => Part {
                headers: Headers::from([
                    ("Content-Type", "application/xml; name=\"daticert.xml\""),
                    ("Content-Disposition", "inline; filename=\"daticert.xml\""),
                    ("Content-Transfer-Encoding", "base64"),
                ]),
                body: base64(xml),
            },
            Family::B => Part {
                headers: Headers::from([
                    ("Content-Type", "application/xml; charset=UTF-8; name=daticert.xml"),
                    ("Content-Transfer-Encoding", "quoted-printable"),
                    ("Content-Disposition", "attachment; filename=daticert.xml"),
                ]),
                body: quoted_printable(&crlf(xml)),
            },
        }
    }

    /// The part that carries a message.
    #[must_use]
    pub fn message_part(&self, message: &[u8]) -> Part {
        let headers = match self.family {
            Family::A => Headers::from([
                ("Content-Type", "message/rfc822; name=\"postacert.eml\""),
                ("Content-Disposition", "inline; filename=\"postacert.eml\""),
                ("Content-Transfer-Encoding", "7bit"),
            ]),
            Family::B => Headers::from([
                ("Content-Type", "message/rfc822; name=postacert.eml"),
                ("Content-Disposition", "attachment; filename=postacert.eml"),
            ]),
        };
        Part { headers, body: message.to_vec() }
    }

    /// The children of the `multipart/mixed` in the order of the family.
    #[must_use]
    pub fn children(&self) -> Vec<Part> {
        let data = self.daticert.as_deref().map(|xml| self.daticert_part(xml));
        let original = self.original.as_deref().map(|message| self.message_part(message));
        let attached = match self.family {
            Family::A => [data, original],
            Family::B => [original, data],
        };
        std::iter::once(self.text.clone()).chain(attached.into_iter().flatten()).chain(self.more.clone()).collect()
    }

    /// The entity that is signed: the `multipart/mixed` with its header, up to the line end before the next delimiter.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        self.content_of(&self.children())
    }

    /// The same with other children.
    #[must_use]
    pub fn content_of(&self, children: &[Part]) -> Vec<u8> {
        let inner = &self.inner;
        let (headers, preamble) = match self.family {
            Family::A => (
                Headers::from([("Content-Type", ""), ("Content-Transfer-Encoding", "binary"), ("MIME-Version", "1.0")]),
                "This is a multi-part message in MIME format...",
            ),
            Family::B => (Headers::from([("Content-Type", "")]), ""),
        };
        let content_type = match self.family {
            Family::A => format!("multipart/mixed; boundary=\"{inner}\""),
            Family::B => format!("multipart/mixed;\r\n boundary=\"{inner}\""),
        };
        let part = Part::multipart(headers, &content_type, preamble, inner, children);
        [part.bytes(), self.epilogue.clone()].concat()
    }

    /// The type of the signature part.
    #[must_use]
    pub fn signature_type(&self) -> &str {
        self.protocol.as_deref().unwrap_or(match self.family {
            Family::A => "application/x-pkcs7-signature",
            Family::B => "application/pkcs7-signature",
        })
    }

    /// Value of the root's Content-Type.
    #[must_use]
    pub fn root_type(&self) -> String {
        let protocol = self.signature_type();
        let micalg = self.micalg.clone().unwrap_or_else(|| match self.family {
            Family::A => format!("\"{}\"", self.digest.plain()),
            Family::B => self.digest.dashed().to_owned(),
        });
        let micalg = if micalg.is_empty() { micalg } else { format!(" micalg={micalg};") };
        let outer = &self.outer;
        match self.family {
            Family::A => format!("multipart/signed; protocol=\"{protocol}\";{micalg} boundary=\"{outer}\""),
            Family::B => format!("multipart/signed; protocol=\"{protocol}\";{micalg}\r\n boundary=\"{outer}\""),
        }
    }

    /// The whole message around `content` and its signature.
    #[must_use]
    pub fn message(&self, content: &[u8], signature: &[u8]) -> Vec<u8> {
        let signature = self.signature_part(signature);
        self.message_of(&[content.to_vec(), signature.bytes()])
    }

    /// The part that carries the signature.
    #[must_use]
    pub fn signature_part(&self, signature: &[u8]) -> Part {
        let kind = self.signature_type();
        let headers = match self.family {
            Family::A => Headers::from([
                ("Content-Type", &*format!("{kind}; name=\"smime.p7s\"")),
                ("Content-Transfer-Encoding", "base64"),
                ("Content-Disposition", "attachment; filename=\"smime.p7s\""),
            ]),
            Family::B => Headers::from([
                ("Content-Type", &*format!("{kind}; name=smime.p7s; smime-type=signed-data")),
                ("Content-Transfer-Encoding", "base64"),
                ("Content-Disposition", "attachment; filename=smime.p7s"),
                ("Content-Description", "S/MIME Cryptographic Signature"),
            ]),
        };
        Part { headers, body: base64(signature) }
    }

    /// The whole message with these parts, each header, blank line and body, below the signed root.
    #[must_use]
    pub fn message_of(&self, parts: &[Vec<u8>]) -> Vec<u8> {
        let mut out = self.headers.bytes();
        out.extend_from_slice(format!("MIME-Version: 1.0\r\nContent-Type: {}\r\n\r\n", self.root_type()).as_bytes());
        if self.family == Family::A {
            out.extend_from_slice(b"This is an S/MIME signed message\r\n\r\n");
        }
        for part in parts {
            out.extend_from_slice(format!("--{}\r\n", self.outer).as_bytes());
            out.extend_from_slice(part);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("--{}--\r\n", self.outer).as_bytes());
        out.extend_from_slice(&self.after);
        out
    }
}

/// Base64 in lines of 76 characters with CRLF.
#[must_use]
pub fn base64(data: &[u8]) -> Vec<u8> {
    encodify::base64::MIME.encode(data).into_bytes()
}

/// Quoted-printable of text with CRLF line ends.
#[must_use]
pub fn quoted_printable(text: &[u8]) -> Vec<u8> {
    encodify::qp::BODY.encode(text).into_bytes()
}

/// CRLF for every bare LF.
#[must_use]
pub fn crlf(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 32);
    let mut before = 0;
    for byte in text {
        if *byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(*byte);
        before = *byte;
    }
    out
}

/// Bare LF for every CRLF, as files are stored on Unix.
#[must_use]
pub fn lf(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    out.dedup_by(|after, before| {
        let line_end = *after == b'\n' && *before == b'\r';
        if line_end {
            *before = b'\n';
        }
        line_end
    });
    out
}

/// Header text: itself when plain, else one or more RFC 2047 words in UTF-8.
#[must_use]
pub fn header_text(text: &str) -> String {
    if text.bytes().all(|b| (0x20..0x7F).contains(&b)) && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words: Vec<String> = vec![String::new()];
    for c in text.chars() {
        if words.last().is_some_and(|w| w.len() + c.len_utf8() > 45) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(c);
        }
    }
    let encoded = words.iter().map(|w| format!("=?UTF-8?B?{}?=", encodify::base64::STANDARD.encode(w)));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// Upper-case hexadecimal of the first `bytes` bytes of a digest over the labels: boundaries, identifiers.
#[must_use]
pub(crate) fn token(labels: &[&[u8]], bytes: usize) -> String {
    let mut input = Vec::new();
    for label in labels {
        input.extend_from_slice(&(label.len() as u64).to_be_bytes());
        input.extend_from_slice(label);
    }
    Digest::Sha256.of(&input).iter().take(bytes).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02X}");
        out
    })
}
