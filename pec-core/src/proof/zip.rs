//! The one form of ZIP in which a bundle is written: objects stored as they are, one after the other, in the order of
//! their names, nothing between them, no dates, no comments (APPNOTE.TXT 6.3, without ZIP64).
//!
//! Any program opens it. Ours writes what it has read once more and compares: a bundle that differs in one byte from what
//! we would write has been changed, and the byte says where.

use std::ops::Range;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;

/// Version 2.0: stored, with folders. Names are UTF-8.
const VERSION: u16 = 20;
const UTF8: u16 = 1 << 11;
/// 1 January 1980: ZIP has no "no date".
const DATE: u16 = 0x21;

/// Objects of one bundle.
const MOST: usize = u16::MAX as usize - 1;

/// The bundle would be larger than this form can say (4 GiB, 65,534 objects, names of 64 KiB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bundle holds at most 4 GiB and 65534 objects")]
pub struct TooLarge;

/// Where something stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) name: String,
    pub(super) content: Range<usize>,
    /// Whether somebody has compressed it.
    pub(super) is_packed: bool,
}

/// A file that is not in this form, and where it stops being so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) at: usize,
    /// The object whose frame it is, where it is one's.
    pub(super) object: Option<String>,
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// What a local header and a central one have in common.
fn common(out: &mut Vec<u8>, name: &str, content: &[u8]) -> Result<(), TooLarge> {
    let size = u32::try_from(content.len()).map_err(|_| TooLarge)?;
    for value in [VERSION, UTF8, 0, 0, DATE] {
        put16(out, value);
    }
    put32(out, crc32fast::hash(content));
    put32(out, size);
    put32(out, size);
    put16(out, u16::try_from(name.len()).map_err(|_| TooLarge)?);
    put16(out, 0);
    Ok(())
}

/// What stands around objects in this form, for whoever writes a large one piece by piece: the frame before each object,
/// and what stands at the end. Names are given in the order of their bytes, each once; the same objects give the same file.
///
/// ```
/// use pec_core::proof::Frames;
/// let mut frames = Frames::default();
/// let mut file = Vec::new();
/// for (name, content) in [("a.txt", b"uno".as_slice()), ("b.txt", b"due")] {
///     file.extend(frames.object(name, content)?);
///     file.extend_from_slice(content);
/// }
/// file.extend(frames.end()?);
/// assert!(file.starts_with(b"PK\x03\x04") && file.len() < 250);
/// # Ok::<(), pec_core::proof::TooLarge>(())
/// ```
#[derive(Debug, Default)]
pub struct Frames {
    at: u32,
    count: usize,
    directory: Vec<u8>,
}

impl Frames {
    /// What stands before this object.
    ///
    /// # Errors
    /// [`TooLarge`] beyond 4 GiB.
    pub fn object(&mut self, name: &str, content: &[u8]) -> Result<Vec<u8>, TooLarge> {
        let mut frame = Vec::with_capacity(LOCAL_BYTES + name.len());
        put32(&mut frame, LOCAL);
        common(&mut frame, name, content)?;
        frame.extend_from_slice(name.as_bytes());
        let directory = &mut self.directory;
        put32(directory, CENTRAL);
        put16(directory, VERSION);
        common(directory, name, content)?;
        // Comment, disk, internal and external attributes: none.
        for value in [0, 0, 0, 0, 0] {
            put16(directory, value);
        }
        put32(directory, self.at);
        directory.extend_from_slice(name.as_bytes());
        self.count += 1;
        let size = u32::try_from(frame.len() + content.len()).map_err(|_| TooLarge)?;
        self.at = self.at.checked_add(size).ok_or(TooLarge)?;
        Ok(frame)
    }

    /// What stands after the last object.
    ///
    /// # Errors
    /// [`TooLarge`] beyond 4 GiB or 65,534 objects.
    pub fn end(self) -> Result<Vec<u8>, TooLarge> {
        let count = u16::try_from(self.count).ok().filter(|count| usize::from(*count) <= MOST).ok_or(TooLarge)?;
        let size = u32::try_from(self.directory.len()).map_err(|_| TooLarge)?;
        let mut end = self.directory;
        put32(&mut end, END);
        for value in [0, 0, count, count] {
            put16(&mut end, value);
        }
        put32(&mut end, size);
        put32(&mut end, self.at);
        put16(&mut end, 0);
        Ok(end)
    }
}

/// Writes objects, whose names are in order and each there once.
pub(super) fn write<'o>(objects: impl Iterator<Item = (&'o str, &'o [u8])>) -> Result<Vec<u8>, TooLarge> {
    let (mut out, mut frames) = (Vec::new(), Frames::default());
    for (name, content) in objects {
        out.extend(frames.object(name, content)?);
        out.extend_from_slice(content);
    }
    out.extend(frames.end()?);
    Ok(out)
}

/// The objects of a file in this form, by their frames, up to where it is broken; what is in them may be anything.
///
/// Frames are read from the front. That directory and checksums agree with them, writing everything once more shows.
pub(super) fn read(bytes: &[u8]) -> (Vec<Object>, Option<Broken>) {
    let mut objects: Vec<Object> = Vec::new();
    let mut at = 0;
    loop {
        match next(bytes, at, &objects) {
            Ok(Some(object)) => {
                at = object.content.end;
                objects.push(object);
            }
            Ok(None) => return (objects, None),
            Err(broken) => return (objects, Some(broken)),
        }
    }
}

/// The object whose frame begins here, after these; none where all have been read.
fn next(bytes: &[u8], at: usize, before: &[Object]) -> Result<Option<Object>, Broken> {
    let broken = |at| Broken { at, object: None };
    match u32_at(bytes, at) {
        Some(LOCAL) if before.len() < MOST => {}
        Some(CENTRAL | END) => return Ok(None),
        _ => return Err(broken(at)),
    }
    let is_packed = u16_at(bytes, at + 8) != Some(0);
    let size = u32_at(bytes, at + 18).ok_or_else(|| broken(at + 18))? as usize;
    let name_size = u16_at(bytes, at + 26).ok_or_else(|| broken(at + 26))?;
    // Others write further fields before the content.
    let further = u16_at(bytes, at + 28).ok_or_else(|| broken(at + 28))?;
    let from = at + LOCAL_BYTES;
    let named = from + usize::from(name_size);
    let begins = named + usize::from(further);
    let content = begins..begins + size;
    let name = bytes.get(from..named).and_then(|name| std::str::from_utf8(name).ok());
    let name = name.ok_or_else(|| broken(from))?.to_owned();
    if content.end > bytes.len() {
        return Err(Broken { at: at + 18, object: Some(name) });
    }
    // In order, each once, and no name that would lead out of a folder.
    let follows = before.last().is_none_or(|last| *last.name < *name);
    if !follows || !is_plain(&name) {
        return Err(Broken { at: from, object: Some(name) });
    }
    Ok(Some(Object { name, content, is_packed }))
}

/// What stands at a byte of a file whose objects are these.
pub(super) fn place(objects: &[Object], at: usize) -> Option<&str> {
    let framed =
        |object: &&Object| at >= object.content.start - LOCAL_BYTES - object.name.len() && at < object.content.end;
    if let Some(object) = objects.iter().find(framed) {
        return Some(&object.name);
    }
    let mut begins = objects.last()?.content.end;
    objects.iter().find_map(|object| {
        let range = begins..begins + CENTRAL_BYTES + object.name.len();
        begins = range.end;
        range.contains(&at).then_some(&*object.name)
    })
}

/// Bytes of a file with these names and contents.
pub(super) fn size<'o>(objects: impl Iterator<Item = (&'o str, usize)>) -> usize {
    objects.map(|(name, size)| LOCAL_BYTES + CENTRAL_BYTES + 2 * name.len() + size).sum::<usize>() + END_BYTES
}

/// Lower-case letters, digits, `-`, `.` and `/` between folders, none of them first: the same on every system, inside the folder
/// into which it is unpacked, and in a command of a shell what it is.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.');
    name.split('/').all(|part| !part.is_empty() && !part.starts_with(['.', '-']) && part.bytes().all(plain))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OBJECTS: [(&str, &[u8]); 3] = [("a.txt", b"uno"), ("b/c.eml", b""), ("b/d.eml", b"PK\x03\x04")];

    #[test]
    fn what_is_written_is_read_back() {
        let bytes = write(OBJECTS.iter().copied()).unwrap();
        let (read, broken) = read(&bytes);
        assert_eq!(broken, None);
        let pairs: Vec<_> = read.iter().map(|object| (object.name.as_str(), &bytes[object.content.clone()])).collect();
        assert_eq!(pairs, OBJECTS);
        assert_eq!(bytes.len(), size(OBJECTS.iter().map(|(name, content)| (*name, content.len()))));
        assert_eq!(place(&read, read[2].content.start), Some("b/d.eml"));
        assert_eq!(place(&read, read[2].content.end + 3), Some("a.txt"));
        assert_eq!(place(&read, bytes.len() - 1), None);
    }

    #[test]
    fn names_are_in_order_and_lead_nowhere_else() {
        for names in [["b", "a"], ["a", "a"], ["a", "../x"], ["a", "b\\c"], ["a", "/b"], ["A", "b"], ["a", "b//c"]] {
            let bytes = write(names.into_iter().map(|name| (name, &b""[..]))).unwrap();
            assert!(read(&bytes).1.is_some(), "{names:?}");
        }
        assert!(read(b"").1.is_some());
        assert!(read(b"PK\x03\x04").1.is_some());
    }
}
