//! Files under names that come from inside a message: only ever names of files directly in one folder.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use pec_core::text::steers;

/// A folder into which files are written that were not there before.
///
/// ```
/// use pec_files::NewFiles;
/// let folder = tempfile::tempdir()?;
/// let mut files = NewFiles::in_folder(folder.path())?;
/// assert_eq!(files.write("../../etc/passwd", b"x")?, folder.path().join("passwd"));
/// assert_eq!(files.write("PASSWD", b"y")?, folder.path().join("PASSWD-2"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct NewFiles {
    folder: PathBuf,
    taken: HashSet<String>,
}

impl NewFiles {
    /// In this folder, which is made where it is missing.
    ///
    /// # Errors
    /// What the system says.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), taken: HashSet::new() })
    }

    /// Writes a file that did not exist, under a [safe name](safe_name), numbered when the name is taken, also where it
    /// differs in case alone; gives its path.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::AlreadyExists`] when ten thousand files have the name. Nothing is left then.
    pub fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        self.place(name, bytes, false)
    }

    /// As [`NewFiles::write`]; where a file of this name, or of one of its numbers, has exactly these bytes already, it is
    /// that one.
    ///
    /// # Errors
    /// As [`NewFiles::write`].
    pub fn write_once(&mut self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        self.place(name, bytes, true)
    }

    fn place(&mut self, name: &str, bytes: &[u8], once: bool) -> io::Result<PathBuf> {
        let safe = safe_name(name);
        let (stem, extension) = match safe.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem.to_owned(), format!(".{extension}")),
            _ => (safe.clone(), String::new()),
        };
        for number in 1..10_000 {
            let name = if number == 1 { safe.clone() } else { format!("{stem}-{number}{extension}") };
            let path = self.folder.join(&name);
            if once && holds(&path, bytes) {
                return Ok(path);
            }
            if !self.taken.insert(name.to_lowercase()) {
                continue;
            }
            // Never over what is there, never through a link.
            let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(error),
            };
            return match file.write_all(bytes) {
                Ok(()) => Ok(path),
                Err(error) => {
                    // Half a file would pass for the whole.
                    let _ = fs::remove_file(&path);
                    Err(error)
                }
            };
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("too many files of the name {safe}")))
    }
}

/// Whether a file, and no link to one, has exactly these bytes.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let same_size = |found: fs::Metadata| found.is_file() && found.len() == bytes.len() as u64;
    fs::symlink_metadata(path).is_ok_and(same_size) && fs::read(path).is_ok_and(|found| found == bytes)
}

/// Bytes of a name. File systems take 255; the rest is for a number and for what is put in front.
const NAME: usize = 200;

/// The last component of a name, without what a file system, a shell or a reader gives a meaning to: separators,
/// streams and wildcards, control characters, those that turn the direction of text (`exe.fdp` read from the right),
/// leading dots and dashes, trailing dots and blanks (Windows drops them), reserved device names.
#[must_use]
pub fn safe_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last.chars().map(|c| if steers(c) || "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim_matches(|c: char| c == '.' || c.is_whitespace()).trim_start_matches('-');
    let kept = cut(kept, NAME);
    let device = kept.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |name: &str| device.strip_prefix(name).is_some_and(|rest| rest.chars().count() == 1);
    let reserved = matches!(device.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT");
    if kept.is_empty() || reserved { format!("attachment_{kept}") } else { kept }
}

/// At most `most` bytes of a name, its extension kept where it is a short one.
fn cut(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let (stem, extension) = name.rsplit_once('.').filter(|(_, extension)| extension.len() <= 16).unwrap_or((name, ""));
    let stem = stem.get(..stem.floor_char_boundary(most - 1 - extension.len())).unwrap_or_default();
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

#[cfg(test)]
mod tests {
    use super::{NAME, NewFiles, safe_name};

    #[test]
    fn the_same_file_is_written_once_and_another_of_its_name_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            let mut files = NewFiles::in_folder(folder.path()).unwrap();
            assert_eq!(files.write_once("a.pdf", b"one").unwrap(), folder.path().join("a.pdf"));
            assert_eq!(files.write_once("a.pdf", b"two").unwrap(), folder.path().join("a-2.pdf"));
            assert_eq!(files.write_once("a.pdf", b"one").unwrap(), folder.path().join("a.pdf"));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        let mut files = NewFiles::in_folder(folder.path()).unwrap();
        assert_eq!(files.write("a.pdf", b"one").unwrap(), folder.path().join("a-3.pdf"));
    }

    #[test]
    fn names_stay_in_the_folder() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\x.exe", "x.exe"),
            ("/etc/passwd", "passwd"),
            ("..", "attachment_"),
            (".bashrc", "bashrc"),
            ("a\0b\nc", "a_b_c"),
            ("C:evil", "C_evil"),
            ("nul.txt", "attachment_nul.txt"),
            ("fattura è.pdf", "fattura è.pdf"),
            ("", "attachment_"),
            ("-rf", "rf"),
            ("com1", "attachment_com1"),
            ("COM¹.txt", "attachment_COM¹.txt"),
            ("nul .txt", "attachment_nul .txt"),
            ("fattura\u{202e}fdp.exe", "fattura_fdp.exe"),
            ("x. . ", "x"),
            (".- ", "attachment_"),
        ] {
            assert_eq!(safe_name(name), safe, "{name:?}");
        }
        assert!(safe_name(&"x".repeat(5000)).len() <= NAME);
        let long = safe_name(&format!("{}.pdf", "è".repeat(5000)));
        assert!(long.len() <= NAME && long.ends_with("è.pdf"), "{long}");
    }
}
