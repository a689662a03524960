//! Freeing a mailbox: from the server goes only what the archive has proved to have.

use jiff::Timestamp;
use pec_archive::{Actor, Archive, Id, Place};
use pec_core::delegation::Permission;

use crate::account::Account;
use crate::error::{Error, Result};
use crate::imap::Session;
use crate::net::Network;

/// What became of one place on the server.
#[derive(Debug)]
pub struct Deleted {
    /// The folder, as it goes over the wire.
    pub folder: String,
    /// The number that it had there.
    pub uid: u32,
    /// The message, which is in the archive.
    pub id: Id,
    /// Why it is still there.
    pub problem: Option<Error>,
}

impl Account {
    /// Takes these messages from the server of this mailbox, each on its own: the archive reads and hashes it anew, writes
    /// down what is about to go, and only then the server is told to let go of exactly that number, in a folder whose
    /// numbers still mean what they meant (`UID EXPUNGE`). Nothing does this by itself.
    ///
    /// # Errors
    /// Those of a connection. What concerns one message is in the report, and stays on the server.
    pub async fn delete_archived(
        &self,
        network: &Network,
        archive: &Archive,
        actor: &Actor,
        ids: &[Id],
        now: Timestamp,
    ) -> Result<Vec<Deleted>> {
        let mut places = Vec::new();
        for id in ids {
            let of_message = archive.places(actor, *id)?.into_iter();
            places.extend(of_message.filter(|place| place.mailbox == self.address() && place.gone_at.is_none()));
        }
        places.sort_by(|a, b| (&a.folder, a.uid).cmp(&(&b.folder, b.uid)));
        archive.permit(actor, Permission::DeleteOnServer, self.address(), now)?;
        let mut session = Session::open(network, self).await?;
        let mut deleted = Vec::new();
        let mut open = None;
        for place in places {
            if open.as_ref().is_none_or(|(folder, _)| *folder != place.folder) {
                let selected = session.select(&place.folder).await?;
                open = Some((place.folder.clone(), selected.uid_validity));
            }
            let validity = open.as_ref().map_or(0, |(_, validity)| *validity);
            let outcome = delete(&mut session, archive, actor, &place, validity, now).await;
            let problem = match outcome {
                Ok(()) => None,
                Err(error) if error.leaves_session() => Some(error),
                Err(error) => return Err(error),
            };
            deleted.push(Deleted { folder: place.folder, uid: place.uid, id: place.id, problem });
        }
        session.logout().await;
        Ok(deleted)
    }
}

async fn delete(
    session: &mut Session,
    archive: &Archive,
    actor: &Actor,
    place: &Place,
    validity: u32,
    now: Timestamp,
) -> Result<()> {
    let reached = archive.reached(actor, &place.mailbox, &place.folder)?;
    if reached.is_none_or(|reached| reached.uid_validity != validity) {
        let text = "the server has numbered the folder anew since it was read".to_owned();
        return Err(Error::Refused { command: "UID EXPUNGE".into(), text });
    }
    let size = archive.before_server_delete(actor, place, validity, now)?;
    let listed = session.size_of(place.uid).await?;
    // Where lines end alike on both sides, sizes are the same; a server that counts otherwise keeps its copy.
    let outcome = match listed {
        None => Err(Error::Refused { command: "UID FETCH".into(), text: "it is no longer there".into() }),
        Some(listed) if u64::from(listed) != size => {
            let text = format!("the server says {listed} bytes, the archive has {size}");
            Err(Error::Refused { command: "UID FETCH".into(), text })
        }
        Some(_) => session.remove(place.uid).await,
    };
    match outcome {
        Ok(()) => Ok(archive.after_server_delete(actor, place, Ok(()), now)?),
        Err(error) => {
            archive.after_server_delete(actor, place, Err(&error.to_string()), now)?;
            Err(error)
        }
    }
}
