//! What travels inside, looked at before it is sent: what it is by its content, and what would keep whoever receives it from
//! opening or registering it. Nothing is unpacked: only lists and names are read.

mod kind;
#[cfg(test)]
mod tests;
mod zip;

pub use kind::FileKind;

use crate::compose::{Refusal, RefusalCode as Code};

/// What was found out about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Examined {
    /// What it is by its first bytes; `None` where they say nothing.
    pub kind: Option<FileKind>,
    /// What a person should know before it is sent.
    pub refusals: Vec<Refusal>,
}

impl Examined {
    /// With the score that a program or a person has given it for being legible, from 0 to 100, remarked below `least`.
    #[must_use]
    pub fn legibility(mut self, name: &str, score: u8, least: u8) -> Self {
        if score < least {
            self.refusals.push(Refusal::new(Code::Illegible, format!("{name}: {score} < {least}")));
        }
        self
    }
}

/// Looks at a file by its name and its bytes; beyond `large` bytes its size is remarked.
///
/// It is no search for viruses: the provider makes that. That nothing is found does not prove that a file is harmless.
///
/// ```
/// use pec_core::attachment::{FileKind, examine};
/// let found = examine("fattura.pdf", b"MZ\x90\x00 a program", None);
/// assert_eq!(found.kind, Some(FileKind::Program));
/// let codes: Vec<&str> = found.refusals.iter().map(|refusal| refusal.code.as_str()).collect();
/// assert_eq!(codes, ["attachment.type_mismatch", "attachment.executable"]);
/// assert!(examine("fattura.pdf", b"%PDF-1.7\n...\n%%EOF\n", None).refusals.is_empty());
/// ```
///
/// # Limits
/// At most 10,000 names of a ZIP are read; nothing is unpacked.
#[must_use]
pub fn examine(name: &str, bytes: &[u8], large: Option<u64>) -> Examined {
    let kind = FileKind::of(bytes);
    let mut notes = Notes { name, refusals: Vec::new() };
    notes.name();
    if bytes.is_empty() {
        notes.add(Code::Empty, "");
        return Examined { kind: None, refusals: notes.refusals };
    }
    if let Some(large) = large.filter(|large| bytes.len() as u64 > *large) {
        notes.add(Code::Large, format!("{} > {large}", bytes.len()));
    }
    notes.extension(kind);
    match kind {
        Some(FileKind::Program) => notes.add(Code::Executable, "a program by its content"),
        Some(FileKind::Pdf) => notes.pdf(bytes),
        Some(FileKind::Zip) => notes.zip(bytes),
        Some(FileKind::Ole) => notes.ole(bytes),
        _ => {}
    }
    Examined { kind, refusals: notes.refusals }
}

struct Notes<'n> {
    name: &'n str,
    refusals: Vec<Refusal>,
}

impl Notes<'_> {
    fn add(&mut self, code: Code, detail: impl AsRef<str>) {
        let (name, detail) = (self.name, detail.as_ref());
        let detail = if detail.is_empty() { name.to_owned() } else { format!("{name}: {detail}") };
        self.refusals.push(Refusal::new(code, detail));
    }

    fn name(&mut self) {
        let steers = self.name.chars().any(crate::text::steers);
        if self.name.trim().is_empty() || steers {
            self.add(Code::Unnamed, "");
        }
    }

    /// What the name promises.
    fn extension(&mut self, kind: Option<FileKind>) {
        let extension = extension(self.name);
        if is_program(&extension) {
            // By its content it is one as well: said once.
            if kind != Some(FileKind::Program) {
                self.add(Code::Executable, format!(".{extension}"));
            }
            return;
        }
        let promised = FileKind::promised(&extension);
        if let Some(promised) = promised.filter(|promised| kind != Some(*promised)) {
            let found = kind.map_or("unknown", FileKind::as_str);
            self.add(Code::TypeMismatch, format!("{} / {found}", promised.as_str()));
        }
    }

    /// An encrypted PDF has `/Encrypt` in its trailer or in the dictionary of its cross-reference stream (ISO 32000-1 §7.5.5,
    /// §7.5.8), which is never compressed. A PDF ends with `%%EOF`.
    fn pdf(&mut self, bytes: &[u8]) {
        let key = b"/Encrypt";
        let is_key = |at: usize| bytes.get(at + key.len()).is_none_or(|next| !next.is_ascii_alphanumeric());
        if memchr::memmem::find_iter(bytes, key).any(|at| is_key(at) && stands_in_trailer(bytes, at)) {
            self.add(Code::EncryptedPdf, "");
        }
        let tail = bytes.get(bytes.len().saturating_sub(2048)..).unwrap_or_default();
        if memchr::memmem::find(tail, b"%%EOF").is_none() {
            self.add(Code::Damaged, "%%EOF");
        }
    }

    fn zip(&mut self, bytes: &[u8]) {
        let Some(list) = zip::list(bytes) else {
            return self.add(Code::Damaged, "ZIP");
        };
        let is_document =
            list.members.iter().any(|member| member.name == "[Content_Types].xml" || member.name == "mimetype");
        if list.members.iter().any(|member| member.encrypted) {
            self.add(Code::Encrypted, "");
        }
        let find = |test: &dyn Fn(&str) -> bool| list.members.iter().map(|it| it.name.as_str()).find(|name| test(name));
        if let Some(name) = find(&|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")) {
            self.add(Code::Macros, name);
        }
        if is_document {
            return;
        }
        if let Some(name) = find(&|name| is_archive(&extension(name))) {
            self.add(Code::Nested, name);
        }
        if let Some(name) = find(&|name| is_program(&extension(name))) {
            self.add(Code::Executable, name);
        }
    }

    /// The names of streams stand in a compound file as UTF-16 (MS-CFB §2.6).
    fn ole(&mut self, bytes: &[u8]) {
        let has = |name: &str| {
            let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
            memchr::memmem::find(bytes, &wide).is_some()
        };
        if has("_VBA_PROJECT") {
            self.add(Code::Macros, "_VBA_PROJECT");
        }
        if has("EncryptedPackage") {
            self.add(Code::Encrypted, "EncryptedPackage");
        }
    }
}

/// Whether what stands here belongs to the last dictionary before `startxref`, and not to some text of a page: a trailer
/// begins with that word, a cross-reference stream names `/XRef`.
fn stands_in_trailer(bytes: &[u8], at: usize) -> bool {
    let from = at.saturating_sub(4096);
    let before = bytes.get(from..at).unwrap_or_default();
    let after = bytes.get(at..(at + 4096).min(bytes.len())).unwrap_or_default();
    let dictionary = memchr::memmem::rfind(before, b"endobj").map_or(before, |end| &before[end..]);
    let rest = memchr::memmem::find(after, b"stream").map_or(after, |end| &after[..end]);
    let says = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    says(dictionary, b"trailer") || says(dictionary, b"/XRef") || says(rest, b"/XRef")
}

/// What stands behind the last dot, in lower case.
fn extension(name: &str) -> String {
    let name = name.trim().trim_end_matches('.');
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}

fn is_archive(extension: &str) -> bool {
    matches!(
        extension,
        "zip" | "rar" | "7z" | "tar" | "gz" | "tgz" | "bz2" | "xz" | "cab" | "arj" | "lzh" | "iso" | "ace"
    )
}

/// What Windows runs when it is opened, by its name.
fn is_program(extension: &str) -> bool {
    const PROGRAMS: [&str; 31] = [
        "exe",
        "com",
        "scr",
        "pif",
        "bat",
        "cmd",
        "vbs",
        "vbe",
        "js",
        "jse",
        "wsf",
        "wsh",
        "ws",
        "hta",
        "msi",
        "msp",
        "cpl",
        "jar",
        "lnk",
        "ps1",
        "reg",
        "dll",
        "sys",
        "inf",
        "application",
        "gadget",
        "chm",
        "appx",
        "msix",
        "vb",
        "url",
    ];
    PROGRAMS.contains(&extension)
}
