//! Files that are written: whole and on stable storage, or not at all.

use std::io::Write as _;
use std::path::Path;

use crate::text::Text;

/// Writes a file where nothing is yet. Whatever fails leaves nothing behind, and what is there is never touched, wherever a link
/// leads.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Text> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        if path.symlink_metadata().is_ok() {
            return Err(std::io::ErrorKind::AlreadyExists.into());
        }
        let mut file = as_others_are(&mut tempfile::Builder::new()).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|failed| failed.error)?;
        Ok(())
    };
    write().map_err(|error| Text::of_io(&error).at(path))
}

/// For whom files are that whoever runs the program makes; files made for a moment are for nobody else.
#[cfg(unix)]
fn as_others_are<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    use std::os::unix::fs::PermissionsExt as _;
    builder.permissions(std::fs::Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn as_others_are<'b, 'p, 's>(builder: &'b mut tempfile::Builder<'p, 's>) -> &'b mut tempfile::Builder<'p, 's> {
    builder
}
