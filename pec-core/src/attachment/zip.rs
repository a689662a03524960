//! The list at the end of a ZIP (APPNOTE §4.3.12, §4.3.16): names and marks, nothing unpacked.

/// Members that are read at most.
const MOST: usize = 10_000;

/// A ZIP by its list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct List {
    pub(super) members: Vec<Member>,
}

/// One member.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) encrypted: bool,
}

/// Reads the list; `None` where it is not there, or is cut.
pub(super) fn list(bytes: &[u8]) -> Option<List> {
    // A comment of up to 64 KiB may stand behind it.
    let from = bytes.len().saturating_sub(22 + 0xffff);
    let end = from + memchr::memmem::rfind(bytes.get(from..)?, b"PK\x05\x06")?;
    let small = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let large = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let (count, size) = (usize::from(small(end + 10)?), large(end + 12)?);
    if count == 0xffff || size == 0xffff_ffff {
        // ZIP64: what is so large or so many is not looked through.
        return Some(List { members: Vec::new() });
    }
    // Counted from its end, so that what was put before the ZIP does not matter.
    let mut at = end.checked_sub(size)?;
    let mut members = Vec::new();
    for _ in 0..count.min(MOST) {
        if bytes.get(at..at + 4)? != b"PK\x01\x02" {
            return None;
        }
        let (marks, name, extra, comment) =
            (small(at + 8)?, usize::from(small(at + 28)?), usize::from(small(at + 30)?), usize::from(small(at + 32)?));
        let written = bytes.get(at + 46..at + 46 + name)?;
        members.push(Member { name: String::from_utf8_lossy(written).into_owned(), encrypted: marks & 1 != 0 });
        at += 46 + name + extra + comment;
    }
    Some(List { members })
}
