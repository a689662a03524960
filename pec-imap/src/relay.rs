//! Bytes of the archive, put elsewhere as they are: into another mailbox, into a Maildir, or back where somebody has deleted
//! them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use pec_archive::{Actor, Archive, Id};

use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::{Session, name};
use crate::net::Network;

/// What became of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relayed {
    /// Which one: the SHA-256 of its bytes, before and after.
    pub id: Id,
    /// Whether it was read back from the other side and compared; a server that does not say where it has put a message
    /// (no UIDPLUS) makes that impossible.
    pub read_back: bool,
}

impl Account {
    /// Puts messages of the archive into a folder of this mailbox, byte for byte, and reads them back where the server says
    /// where they are. The folder is named as people name it. That it is read is not marked.
    ///
    /// # Errors
    /// [`Error::Protocol`] where what comes back is not what was given; [`Error::Refused`]; those of the archive and of a
    /// connection. What was put before stays.
    pub async fn take_in(
        &self,
        network: &Network,
        folder: &str,
        archive: &Archive,
        actor: &Actor,
        ids: &[Id],
    ) -> Result<Vec<Relayed>> {
        let folder = name::wire(folder);
        let mut session = Session::open(network, self).await?;
        let mut relayed = Vec::new();
        for id in ids {
            let message = archive.get(actor, *id)?;
            let place = session.append(&folder, "", &message).await?;
            let read_back = match place {
                Some((_, uid)) if read_back(&mut session, &folder, uid, &message).await? => true,
                Some(_) => return Err(changed()),
                None => false,
            };
            relayed.push(Relayed { id: *id, read_back });
        }
        session.logout().await;
        Ok(relayed)
    }
}

/// Whether a message that was put into a folder is there as it was given.
pub(crate) async fn read_back(session: &mut Session, folder: &str, uid: u32, message: &[u8]) -> Result<bool> {
    session.examine(folder, None).await?;
    let (mut at, mut same) = (0, true);
    let compared = session
        .fetch_long(uid, u32::try_from(message.len()).unwrap_or(u32::MAX), |piece| {
            same &= message.get(at..at + piece.len()) == Some(piece);
            at += piece.len();
            Ok(())
        })
        .await?;
    Ok(same && compared == Some(message.len() as u64))
}

/// The other side does not give back what it was given.
pub(crate) fn changed() -> Error {
    Error::Protocol("the server does not give back the message that it was given".into())
}

/// What a server says where it is not for the message that it refuses it: the next one would fare no better (RFC 5530).
const FOR_ALL: &[&str] = &[
    "TRYCREATE",
    "NONEXISTENT",
    "OVERQUOTA",
    "NOPERM",
    "READ-ONLY",
    "UNAVAILABLE",
    "INUSE",
    "SERVERBUG",
    "CONTACTADMIN",
    "AUTHENTICATIONFAILED",
    "AUTHORIZATIONFAILED",
    "EXPIRED",
    "PRIVACYREQUIRED",
];

/// Whether a message could not be put elsewhere for what it is, so that another one may be.
pub(crate) fn is_for_the_message(error: &Error) -> bool {
    match error {
        Error::Refused { command, text } if command == "APPEND" => {
            let code = text.strip_prefix('[').and_then(|rest| rest.split([' ', ']']).next());
            !code.is_some_and(|code| FOR_ALL.iter().any(|known| code.eq_ignore_ascii_case(known)))
        }
        // Erased since, or no longer what it was.
        Error::Archive(pec_archive::Error::Damaged(_) | pec_archive::Error::NotFound(_)) => true,
        _ => false,
    }
}

/// Puts a message of the archive into a Maildir, byte for byte and on stable storage; gives the file. What is there already
/// under its name is it: the name is the digest.
///
/// # Errors
/// Those of the archive; [`Error::BadValue`] where the folder cannot be written.
pub fn deliver_to_maildir(maildir: &Path, archive: &Archive, actor: &Actor, id: Id) -> Result<PathBuf> {
    let failed =
        |error: std::io::Error| Error::BadValue { what: "Maildir", value: format!("{}: {error}", maildir.display()) };
    for part in ["tmp", "new", "cur"] {
        fs::create_dir_all(maildir.join(part)).map_err(failed)?;
    }
    let file = format!("{id}.pec");
    let (passing, target) = (maildir.join("tmp").join(&file), maildir.join("new").join(&file));
    if target.exists() {
        return Ok(target);
    }
    // Whoever reads it has put it there, with his marks behind the name.
    let read = fs::read_dir(maildir.join("cur")).map_err(failed)?.filter_map(std::result::Result::ok);
    if let Some(read) = read
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(file.as_str())))
    {
        return Ok(read);
    }
    let message = archive.get(actor, id)?;
    let write = || {
        let mut file = File::create(&passing)?;
        file.write_all(&message)?;
        file.sync_all()?;
        fs::rename(&passing, &target)?;
        // The name is durable when its folder is.
        #[cfg(unix)]
        File::open(maildir.join("new"))?.sync_all()?;
        Ok(())
    };
    write().map_err(failed)?;
    Ok(target)
}
